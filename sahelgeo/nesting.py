"""Areas within areas: rows brought to a level, and rows whose areas hold each other."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform_areas
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, UnmatchedError, listed
from sahelgeo.places.attach import check_edition
from sahelgeo.places.names import countries, country_of, iso2_codes
from sahelgeo.sums import NESTED, Coded, Mask, Numbers, as_many, codes_of, named_rows, numbered, refuse
from sahelgeo.words import of_a_total


def check_level(level: int | None, areas: gpd.GeoDataFrame | None) -> None:
    """Raise unless the level is a whole number and there are areas to reach it."""
    if level is None:
        return
    if isinstance(level, bool) or not isinstance(level, (int, np.integer)) or level < 0:
        raise SchemaError(f"level={level!r} is not an administrative level. Give 0 (country), 1, 2, ...")
    if areas is None:
        raise SchemaError(f"level={level} needs the areas as second argument: they tell which p-code lies in which")


def one_edition_of(areas: gpd.GeoDataFrame, table: pd.DataFrame, ends: Sequence[str]) -> gpd.GeoDataFrame:
    """The areas, checked, each p-code once, and of the edition that the table names, if it names one."""
    checked = checks.one_edition(conform_areas(areas))
    for end in ends:
        check_edition(table, checked, codes=end)
    return checked


def refuse_without_code(
    table: pd.DataFrame,
    why: str = "and so no level",
    instead: str = "add up without level=...",
    *,
    rows: Mask | None = None,
    name: str = "",
) -> None:
    """Raise where a row (of some ``rows``) has no p-code, and say why it needs one and what else can be done."""
    without = table["pcode"].isna().to_numpy(dtype=np.bool_) if rows is None else rows
    if without.any():
        raise UnmatchedError(
            f"{name}{int(without.sum()):,} of {len(table):,} rows have no p-code {why}: "
            f"{named_rows(table, without, ['place'])}. Match their names first (match_areas), or "
            f"{instead}; the rows are in the error's .rows",
            table[without],
        )


def refuse_unplaced_totals(
    codes: Coded,
    people: pd.Series,
    scope: Numbers,
    *,
    whole: Mask | None = None,
    near: Callable[[pd.Series, pd.Series], pd.Series] = operator.eq,
) -> None:
    """Raise where a row without a p-code is the total of all other rows of its scope, or of those in its admin 1 area.

    The first has no name, that of a country, or words like "National"; the second the name of the area. A row that is
    called a total is none of the places, whatever its figure. Rows that are no ``whole`` area are no totals.
    """
    table = codes.table
    without = table["pcode"].isna().to_numpy(dtype=np.bool_) & (True if whole is None else whole)
    if not without.any():
        return
    names = table["place"].fillna(table["admin1"])
    around = table["admin1"].fillna(names)
    words = {name: of_a_total(str(name)) for name in names[without].dropna().unique()}
    nations = [name for name, (_, alone) in words.items() if alone or country_of(str(name))]
    totals = [name for name, said in words.items() if all(said)]
    each = numbered([scope, codes_of(names), codes["admin2"], codes["admin3"]])
    nation = without & (names.isna() | names.isin(nations)).to_numpy(dtype=np.bool_)
    region = without & ~nation & (table["admin2"].isna() & (names == around)).to_numpy(dtype=np.bool_, na_value=False)
    further = "If they are further people after all, write where: table.loc[rows, 'place'] = 'not located'"
    country = numbered([scope, codes["iso3"]])
    called = without & names.isin(totals).to_numpy(dtype=np.bool_)
    called &= np.isin(country, country[~called])
    problems = [
        (rows, f"{named_rows(table, rows, ['place'])} is the total of {what}. Drop it, or the other rows. {further}")
        for rows, what in (
            (called | as_many(people, nation, each, country, near), "the other rows"),
            (as_many(people, region, each, numbered([country, codes_of(around)]), near), "its admin 1 area"),
        )
        if rows.any()
    ]
    refuse(table, NESTED, *problems)


def rolled_up(
    table: pd.DataFrame, areas: gpd.GeoDataFrame, level: int, ends: Sequence[str], *, keep_countries: bool = False
) -> pd.DataFrame:
    """The table with the p-codes of its ends at a coarser level; raise for those that have none there.

    A missing p-code stays missing. The code of a whole country stays as it is where countries are kept.
    """
    codes = {end: at_level(table[end], areas, level, keep_countries=keep_countries) for end in ends}
    lost = pd.DataFrame({end: codes[end].isna() & table[end].notna() for end in ends}, index=table.index)
    if lost.to_numpy().any():
        rows = lost.any(axis=1)
        unknown = listed(sorted({str(code) for end in ends for code in table[end][lost[end]]}), SHOWN_AT_MOST)
        raise UnmatchedError(
            f"{int(rows.sum()):,} of {len(table):,} rows do not reach level {level}: p-codes {unknown}. The areas need "
            f"a row for each p-code, with 'level' and 'parent', up to level {level}; a coarser p-code cannot be "
            "split. The rows are in the error's .rows",
            table[rows],
        )
    return table.assign(**codes)


def at_level(codes: pd.Series, areas: gpd.GeoDataFrame, level: int, *, keep_countries: bool) -> pd.Series:
    """The p-code at a level for each p-code; missing where there is none."""
    reached = roll_up(codes, areas, level)
    if not keep_countries:
        return reached
    levels = levels_of(areas)
    countries = [
        code for code in codes.dropna().unique() if levels.get(code, 0) == 0 and (code in levels or is_country(code))
    ]
    return reached.fillna(codes.where(codes.isin(countries)).astype("string"))


def nested_rows(table: pd.DataFrame, scopes: Numbers, areas: gpd.GeoDataFrame | None) -> Mask:
    """The rows whose p-code holds, or lies in, that of another row of the same scope."""
    inner, outer = holding_rows(table["pcode"], scopes, None if areas is None else parents_of(areas))
    return inner | outer


def holding_rows(codes: pd.Series, scopes: Numbers, parents: dict[str, str] | None) -> tuple[Mask, Mask]:
    """The rows whose p-code lies in that of another row of the same scope, and the rows whose p-code holds another."""
    numbers, distinct = pd.factorize(codes.astype("string"))
    pairs = nested_codes(distinct.to_numpy(dtype=object), parents)
    held = np.zeros((2, len(codes)), dtype=np.bool_)
    if not pairs.empty:
        width = len(distinct)
        position = pd.Series(range(width), index=pd.Index(distinct, dtype="string"))
        inner, outer = (position[pairs[side]].to_numpy() for side in ("inner", "outer"))
        keys = np.where(numbers < 0, -1, scopes * width + numbers)
        # Only codes that are part of a pair are looked up, in each scope that has them.
        there = np.unique(keys[np.isin(numbers, np.union1d(inner, outer))])
        partners = pd.DataFrame({"inner": inner, "outer": outer})
        found = pd.DataFrame({"scope": there // width, "inner": there % width}).merge(partners, on="inner")
        both = found[np.isin(found["scope"] * width + found["outer"], there)]
        held[0] = np.isin(keys, both["scope"] * width + both["inner"])
        held[1] = np.isin(keys, both["scope"] * width + both["outer"])
    return held[0], held[1]


def mixed_level_rows(table: pd.DataFrame, scopes: Numbers, areas: gpd.GeoDataFrame) -> Mask:
    """The rows of scopes whose p-codes are of more than one level by the areas."""
    levels = table["pcode"].map(levels_of(areas))
    counts = levels.groupby(scopes).nunique().to_numpy()
    return np.asarray((counts > 1)[scopes] & levels.notna().to_numpy(), dtype=np.bool_)


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
        shorter = range(len(part) - _SHORTEST_ADDITION, 1, -1) if "-" not in part else ()
        letters = "".join(takewhile(str.isalpha, part)).upper()
        country = (letters, countries().get(letters, letters), iso2_codes().get(letters, letters))
        for holder in (part, *(part[:length] for length in shorter), *(country if len(letters) in (2, 3) else ())):
            if holder in joined:
                yield joined[holder]
            if holder != part:
                yield holder


def is_country(code: str) -> bool:
    """Whether a code is that of a country in ISO 3166-1, of two or three letters."""
    return code in countries()
