"""Areas within areas: rows brought to a level, and rows whose areas hold each other."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.areas import conform_areas
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, UnmatchedError, listed
from sahelgeo.places.attach import check_edition
from sahelgeo.places.levels import is_country, levels_of, nested_codes, parents_of, roll_up
from sahelgeo.sums import Mask, Numbers, named_rows


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


def refuse_without_code(table: pd.DataFrame) -> None:
    """Raise where a row has no p-code, and so no level that it could be brought to."""
    without = table["pcode"].isna().to_numpy(dtype=np.bool_)
    if without.any():
        raise UnmatchedError(
            f"{int(without.sum()):,} of {len(table):,} rows have no p-code and so no level: "
            f"{named_rows(table, without, ['place'])}. Match their names first (match_areas), "
            "or add up without level=...; the rows are in the error's .rows",
            table[without],
        )


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
            f"{int(rows.sum()):,} of {len(table):,} rows do not reach level {level}: p-codes {unknown}. The areas "
            f"need a row for each p-code, with 'level' and 'parent', up to level {level}; a coarser p-code cannot be "
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
    numbers, distinct = pd.factorize(codes)
    pairs = nested_codes(distinct, parents)
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
