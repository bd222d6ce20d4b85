"""Administrative levels: which p-codes lie in which, and the p-code of each at a coarser level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile

import geopandas as gpd
import pandas as pd

from sahelgeo.places.known import countries, iso2_codes

# Countries to communes and below: no national system has more levels than this.
_DEEPEST = 8
# BF56 holds BF5601, but BF1 does not hold BF13: one more character is another number, two are a part.
_SHORTEST_ADDITION = 2


def levels_of(areas: gpd.GeoDataFrame) -> dict[str, int]:
    """The level of each p-code; a parent that is not among the areas is one level above its child."""
    known = areas.dropna(subset=["level"])
    levels = {str(code): int(level) for code, level in zip(known["pcode"], known["level"], strict=True)}
    with_parent = known.dropna(subset=["parent"])
    for parent, level in zip(with_parent["parent"], with_parent["level"], strict=True):
        levels.setdefault(str(parent), int(level) - 1)
    return levels


def parents_of(areas: gpd.GeoDataFrame) -> dict[str, str]:
    """The p-code one level up of each p-code that names one."""
    known = areas.dropna(subset=["parent"])
    return {str(code): str(parent) for code, parent in zip(known["pcode"], known["parent"], strict=True)}


def roll_up(codes: pd.Series, areas: gpd.GeoDataFrame, level: int) -> pd.Series:
    """The p-code at a level that holds each p-code, through ``parent``; missing where the chain does not reach it."""
    levels, parents = levels_of(areas), parents_of(areas)
    answers = {code: _at_level(code, level, levels, parents) for code in codes.dropna().unique()}
    return codes.map(answers).astype("string")


def _at_level(code: str, level: int, levels: Mapping[str, int], parents: Mapping[str, str]) -> str | None:
    found: str | None = code
    for _ in range(_DEEPEST):
        if found is None or levels.get(found, -1) <= level:
            break
        found = parents.get(found)
    return found if found is not None and levels.get(found) == level else None


def nested_codes(codes: Iterable[str], parents: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The pairs of p-codes of which one lies in the other.

    By ``parents`` where given, and by the way that OCHA's p-codes are built: a p-code that begins another with two or
    more characters to spare holds it (BF56 and BF5601), and so does the code of a country of two or three letters.
    Codes with a hyphen (ISO 3166-2) do not nest in this way. A joined code (ML07+ML10) holds each of its parts.

    Returns
    -------
    pandas.DataFrame
        ``inner`` and ``outer``, one row for each pair.
    """
    present = dict.fromkeys(codes)
    joined = {part: code for code in present if "+" in code for part in code.split("+")}
    # Codes of one length, such as those of one level, hold each other by joined codes and parents only.
    alone = not parents and not joined and len({len(code) for code in present}) <= 1
    pairs = [
        (code, outer)
        for code in (() if alone else present)
        for outer in dict.fromkeys(_holders(code, parents or {}, joined))
        if outer in present and outer != code
    ]
    return pd.DataFrame(pairs, columns=["inner", "outer"], dtype="string")


def _holders(code: str, parents: Mapping[str, str], joined: Mapping[str, str]) -> Iterator[str]:
    above = parents.get(code)
    for _ in range(_DEEPEST):
        if above is None:
            break
        yield above
        above = parents.get(above)
    for part in code.split("+"):
        for holder in (part, *_prefixes(part), *_country_codes(part)):
            if holder in joined:
                yield joined[holder]
            if holder != part:
                yield holder


def _prefixes(code: str) -> Iterator[str]:
    if "-" not in code:
        for length in range(len(code) - _SHORTEST_ADDITION, 1, -1):
            yield code[:length]


def _country_codes(code: str) -> Iterator[str]:
    letters = "".join(takewhile(str.isalpha, code)).upper()
    if len(letters) in (2, 3):
        yield from (letters, countries().get(letters, letters), iso2_codes().get(letters, letters))


def is_country(code: str) -> bool:
    """Whether a code is that of a country in ISO 3166-1, of two or three letters."""
    return code in countries()
