"""The country of rows of phases, and rows without a p-code: nothing says where those lie but their country and names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sahelgeo.errors import UnmatchedError
from sahelgeo.phases.fit import PEOPLE_BORNE, SHARE_BORNE
from sahelgeo.places.levels import country_of, is_country
from sahelgeo.sums import Numbers, clashes, group_numbers, named_rows, refuse
from sahelgeo.tables import PEOPLE_BY_PHASE

NAMES = ("iso3", "admin1", "admin2", "admin3", "place")


def country_of_rows(table: pd.DataFrame) -> pd.Series:
    """The country of each row (ISO 3166-1, three letters): as printed, else by the p-code; empty where neither says it."""
    by_code = table["pcode"].map(country_of, na_action="ignore").astype("string")
    return table["iso3"].astype("string").fillna(by_code).fillna("")


def refuse_countries_beside_unplaced(table: pd.DataFrame, scope: Numbers) -> None:
    """Raise where a row of a whole country stands beside rows without a p-code that may lie in it."""
    scopes = pd.Series(scope, index=table.index)
    codes = table["pcode"]
    national = codes.isin([code for code in codes.dropna().unique() if is_country(code)])
    national &= table["unit"].isna() & (table["unit_kind"] == "area")
    country = codes.where(national).map(country_of, na_action="ignore").astype("string")
    without = table[codes.isna()].assign(scope=scopes[codes.isna()])
    # A row that names no country may lie in any.
    inside = set(zip(without["scope"], without["iso3"].fillna("").astype(str), strict=True))
    holds = np.array(
        [
            known and ((number, name) in inside or (number, "") in inside)
            for known, number, name in zip(national, scope, country.fillna(""), strict=True)
        ],
        dtype=np.bool_,
    )
    problem = (
        f"{named_rows(table, holds, ['pcode', 'place'])} is of a whole country and stands beside rows without a p-code that may lie in it. Drop it, or the "
        "rows without a p-code"
    )
    refuse(
        table,
        "The sum would count people of a country and of its areas twice:",
        [problem] if holds.any() else [],
        holds,
    )


def refuse_regions_beside_unplaced(table: pd.DataFrame, scope: Numbers) -> None:
    """Raise where a row without a p-code, of a whole admin 1 area by its name, is the total of rows without a p-code in it."""
    without = table["pcode"].isna() & table["admin1"].notna()
    region = without & (table["place"] == table["admin1"]).fillna(False) & table["unit"].isna()
    if not region.any():
        return
    people = table[list(PEOPLE_BY_PHASE)].sum(axis=1, skipna=False).fillna(table["population"])
    keys = group_numbers(table.assign(_scope=scope), ("_scope", "iso3", "admin1"))
    inside = people.where(without & ~region).groupby(keys).transform("sum", min_count=1)
    # A town may bear the name of its region: only the sum of the others shows that it is their total.
    near = (people - inside).abs() <= np.maximum(PEOPLE_BORNE, SHARE_BORNE * people)
    holds = (region & near.fillna(False) & (people > 0).fillna(False)).to_numpy(dtype=np.bool_)
    problem = (
        f"{named_rows(table, holds, ['place'])} is the total of the rows of its admin 1 area. Drop it, or those rows"
    )
    refuse(
        table, "The sum would count people of an area and of its parts twice:", [problem] if holds.any() else [], holds
    )


def refuse_merged_names(table: pd.DataFrame, keys: Sequence[str]) -> None:
    """Raise where rows of several places would become one row, since none of them has the p-code that they are grouped by."""
    without = table["pcode"].isna().to_numpy(dtype=np.bool_)
    if "pcode" not in keys or not without.any():
        return
    places = pd.Series(group_numbers(table, list(NAMES)), index=table.index)[without]
    groups = group_numbers(table, keys)[without]
    if clashes(table[without].assign(_place=places), np.unique(groups, return_inverse=True)[1], ["_place"]):
        raise UnmatchedError(
            f"{int(without.sum()):,} of {len(table):,} rows have no p-code and would become one area: "
            f"{named_rows(table, without, ['place'])}. Match their names first (match_areas), name columns of names "
            "(by=('admin1', 'place')), or leave them out; the rows are in the error's .rows",
            table[without],
        )
