"""What is known about places beforehand: countries, embedded p-codes, other names of areas, codes of other systems."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from sahelgeo.embedded import read_rows
from sahelgeo.errors import PcodesNotEmbeddedError
from sahelgeo.places.names import Name, fold_name

WHOLE = "whole"


class Alias(NamedTuple):
    """Another name of an area, folded, and its kind ("spelling", "old", "whole" of several areas, ...)."""

    name: Name
    kind: str


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """ISO 3166-1 code of three letters by every code (upper case) of a country."""
    return {row[label]: row["iso3"] for row in read_rows("countries.csv") for label in ("iso2", "iso3")}


@lru_cache(maxsize=1)
def iso2_codes() -> dict[str, str]:
    """ISO 3166-1 code of two letters by the code of three."""
    return {row["iso3"]: row["iso2"] for row in read_rows("countries.csv")}


@lru_cache(maxsize=1)
def country_names() -> dict[str, str]:
    """ISO 3166-1 code of three letters by every folded name of a country."""
    named: dict[str, str] = {}
    for row in read_rows("countries.csv"):
        for name in (row["name_en"], row["name_fr"], *row["other_names"].split("|")):
            if name:
                named[fold_name(name).key] = row["iso3"]
    return named


@lru_cache(maxsize=4096)
def country_of_code(code: str) -> str | None:
    """The ISO 3166-1 code (three letters) of the country whose code an area's code begins with, if any."""
    letters = re.match(r"[A-Za-z]+", code)
    return countries().get(letters[0].upper()) if letters else None


def country_of(text: str) -> str | None:
    """The ISO 3166-1 code of a printed country: a code of two or three letters, or a French or English name."""
    plain = text.strip()
    return countries().get(plain.upper()) or country_names().get(fold_name(plain).key)


@lru_cache(maxsize=1)
def pcode_rows() -> dict[str, dict[str, str]]:
    """The embedded p-code list by p-code."""
    return {row["pcode"]: row for row in read_rows("admin_codes.csv") if row["pcode"]}


@lru_cache(maxsize=1)
def published_code_rows() -> tuple[dict[str, str], ...]:
    """The embedded tables of codes that publishers number on their own."""
    return tuple(read_rows("code_tables.csv"))


@lru_cache(maxsize=1)
def _alias_groups() -> tuple[
    dict[tuple[str, str, str], list[Alias]], dict[tuple[str, str, str], list[Name]], frozenset[str]
]:
    """The other names by country, level and folded name, the way back from them, and the countries that have any."""
    forward: dict[tuple[str, str, str], list[Alias]] = {}
    back: dict[tuple[str, str, str], list[Name]] = {}
    for row in read_rows("aliases.csv"):
        name, alias = fold_name(row["name"]), fold_name(row["alias"])
        forward.setdefault((row["iso3"], row["level"], name.key), []).append(Alias(alias, row["kind"]))
        if row["kind"] != WHOLE:
            back.setdefault((row["iso3"], row["level"], alias.key), []).append(name)
    return forward, back, frozenset(iso3 for iso3, _, _ in forward)


def other_names(iso3: str | None, level: int | None, keys: Iterable[str]) -> list[Alias]:
    """The other names of an area that bears one of the folded names ``keys``.

    Names stand for ground, not for codes: codes are used again for other ground (Mali's ML09), so a name leads to its
    other names whatever the code of the area.
    """
    forward, back, countries_with_any = _alias_groups()
    if iso3 is None or level is None or iso3 not in countries_with_any:
        return []
    own = set(keys)
    official = [name for key in own for name in back.get((iso3, str(level), key), []) if name.key not in own]
    aliases = [
        alias
        for key in own | {name.key for name in official}
        for alias in forward.get((iso3, str(level), key), [])
        if alias.name.key not in own
    ]
    return [*(Alias(name, "official") for name in official), *aliases]


def load_pcodes(countries: str | Iterable[str] | None = None, level: int | None = None) -> pd.DataFrame:
    """The p-codes of Burkina Faso, Mali, Niger, Chad and Mauritania that come with sahelgeo, without geometry.

    Enough for :func:`sahelgeo.match_areas`. The editions are those of OCHA's global list of February 2026: Burkina
    Faso of 2020 (13 regions, 45 provinces), Mali of 2021 (10 and 53), Niger of 2023 (8 and 67), Chad of 2016 (23 and
    70), Mauritania of 2024 (15 and 63).

    Parameters
    ----------
    countries : str or iterable of str, optional
        ISO 3166-1 codes of three letters. The default is all five.
    level : {0, 1, 2}, optional
        One administrative level; the default is all.

    Returns
    -------
    pandas.DataFrame
        One row for each area:

        - ``pcode``, ``parent`` (the p-code one level up), ``iso3`` and ``iso_3166_2``: codes, all text;
        - ``name``, ``name_fr``, ``name_en``: missing where the list lacks them;
        - ``level``, ``valid_from`` and ``source``.

    Raises
    ------
    PcodesNotEmbeddedError
        A country or level that is not in the list.

    See Also
    --------
    match_areas : Which area each printed name or code means.
    load_areas : Embedded boundaries.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sg.load_pcodes("NER", level=1)[["pcode", "name"]].head(2)
       pcode    name
    0  NE001  Agadez
    1  NE002   Diffa
    """
    table = pd.DataFrame(list(pcode_rows().values())).replace("", pd.NA).astype("string").drop(columns="certainty")
    table["level"] = table["level"].astype("Int64")
    table["valid_from"] = pd.to_datetime(table["valid_from"]).astype("datetime64[us]")
    held = sorted(set(table["iso3"]))
    wanted = held if countries is None else [countries] if isinstance(countries, str) else list(countries)
    missing = [repr(code) for code in wanted if code not in held]
    if missing or level not in (None, 0, 1, 2):
        raise PcodesNotEmbeddedError(
            f"no embedded p-codes for {', '.join(missing) or f'level {level!r}'}. There are {', '.join(held)} at "
            "levels 0, 1 and 2. Read OCHA's list or your boundaries with read_areas"
        )
    chosen = table[table["iso3"].isin(wanted) & (table["level"].eq(level) if level is not None else True)]
    order = ["pcode", "name", "name_fr", "name_en", "level", "parent", "iso3", "iso_3166_2", "valid_from", "source"]
    return chosen.sort_values(["iso3", "level", "pcode"])[order].reset_index(drop=True)
