"""How a stock changed between two counts, like for like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, EditionError, SchemaError, StockComparisonError, listed
from sahelgeo.nesting import check_level, one_edition_of, rolled_up
from sahelgeo.stocks.stock_totals import PLACE, PRINTED_NAMES, conform_stocks, operations, sum_by_place
from sahelgeo.sums import Numbers, first_rows, group_numbers, joined_values, literal

SIDES = ("before", "after")
PEOPLE = (
    "people_before",
    "people_after",
    "change",
    "like_for_like",
    "increase",
    "decrease",
    "revision",
    "newly_covered",
    "no_longer_covered",
    "people_carried_forward",
)
PLACES = ("places_both", "places_new", "places_dropped", "places_not_counted", "places_carried_forward")


def change_in_stocks(
    before: pd.DataFrame,
    after: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    by: str | Sequence[str] = (),
    level: int | None = None,
    place: Sequence[str] = ("pcode",),
) -> pd.DataFrame:
    """The change between two counts: like for like, newly covered and no longer covered places, exactly.

    ``change = like_for_like + newly_covered − no_longer_covered``, and ``like_for_like = increase + decrease +
    revision``.

    Parameters
    ----------
    before, after : pandas.DataFrame
        Stocks tables of two days, or what :func:`latest_stocks` makes of them; one method and group in both.
    areas : geopandas.GeoDataFrame, optional
        Areas, one edition; needed for ``level``.
    by : str or sequence of str
        The columns that make an output row: ``()`` for everything, ``"pcode"``, ``("pcode", "group")``.
    level : int, optional
        Bring the places to this level for the output. They are compared as they are before.
    place : sequence of str
        The columns that make a place. Where there is no p-code the printed names do. ``("pcode", "place")`` compares
        sites.

    Returns
    -------
    pandas.DataFrame
        One row for each group, sorted by ``by``, with index 0..n-1; all people are Int64:

        - the columns of ``by``; ``date_before``, ``date_after``;
        - ``people_before``, ``people_after``, and their difference ``change``;
        - ``like_for_like``: the change in places with a count in both tables. Of it:

          - ``increase`` and ``decrease`` (0 or less);
          - ``revision``: the change in places that ``after`` marks in a column ``revised`` (true or false);

        - ``newly_covered``, ``no_longer_covered``: people of places with a count in one table only. A place whose
          count is missing is not covered; a place counted as zero is;
        - ``places_both``, ``places_new``, ``places_dropped``: places with a count in both, in ``after`` only, in
          ``before`` only;
        - ``places_not_counted``: places that are named without a count in either;
        - ``share_compared`` (Float64, 0–1): of the places with any count, those that have both;
        - ``places_carried_forward``, ``people_carried_forward``: places with the same number above zero twice, or with
          the very same date twice, which may never have been counted again;
        - ``source_before``, ``source_after``.

        All columns of people and places add up over rows.

    Raises
    ------
    StockComparisonError
        The tables differ in method or group, a place is counted by other operations in each, or ``before`` is not
        before ``after``. Names of operations that differ in month, year or number of a round only are rounds of one.
    DoubleCountError
        A table mixes what does not add up, as for :func:`sum_stocks`.
    EditionError
        The tables, or the areas, are of two editions.
    SchemaError
        A table breaks its declaration, or ``by`` or ``place`` names no column.

    See Also
    --------
    latest_stocks : The latest count of each place.
    series : Counts by month, without inventing any.
    reconcile : Stocks and flows held against each other.

    Notes
    -----
    A difference of stocks is not new displacement, and a decrease is not return: people arrive, leave, return, are born
    and die, lists are cleaned, and places are added and dropped. What like for like shows is what changed where
    somebody counted twice.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> count = {"group": "idp", "source": "DTM"}
    >>> june = pd.DataFrame({"pcode": ["TD0701", "TD0702"], "date": "2019-06-30", "people": [100, 50], **count})
    >>> august = pd.DataFrame({"pcode": ["TD0701", "TD0703"], "date": "2019-08-31", "people": [130, 20], **count})
    >>> columns = ["change", "like_for_like", "newly_covered", "no_longer_covered", "places_both"]
    >>> sg.change_in_stocks(june, august)[columns]
       change  like_for_like  newly_covered  no_longer_covered  places_both
    0       0             30             20                 50            1
    """
    check_level(level, areas)
    unit = _unit(place)
    keys = checks.by(by, before, among=PLACE)
    sides = [_side(table, unit) for table in _by_operation(before, after)]
    _check_comparable(*sides)
    places = _compared(*sides)
    if areas is not None:
        checked = one_edition_of(areas, places, ["pcode"])
        if level is not None:
            places = rolled_up(places, checked, level, ["pcode"])
    groups = group_numbers(places, keys)
    return _totals(places, groups, keys)


def _unit(place: Sequence[str]) -> list[str]:
    allowed = ("pcode", *PRINTED_NAMES)
    named = [place] if isinstance(place, str) else list(place)
    unfit = [name for name in named if name not in allowed]
    if unfit or not named:
        raise SchemaError(f"place={place!r}: choose among {', '.join(allowed)}")
    return named


def _by_operation(*tables: pd.DataFrame) -> list[pd.DataFrame]:
    """The tables with one name for each operation, where names tell only its rounds apart."""
    checked = [conform_stocks(table) for table in tables]
    names = [*PLACE, "date"]
    named = operations(pd.concat([table[names] for table in checked], ignore_index=True)).array
    first = len(checked[0])
    return [table.assign(operation=part) for table, part in zip(checked, (named[:first], named[first:]), strict=True)]


def _side(table: pd.DataFrame, unit: list[str]) -> pd.DataFrame:
    """One row for each place, group and operation of a table; sums of missing counts stay missing."""
    sums = sum_by_place(table, ["group", "operation"], place=unit)
    if "revised" in table:
        marked = table[table["revised"].fillna(False).astype(bool)]
        revised = sum_by_place(marked, ["group", "operation"], place=unit)
        places = pd.MultiIndex.from_frame(sums[list(PLACE)].fillna(""))
        sums = sums.assign(revised=places.isin(pd.MultiIndex.from_frame(revised[list(PLACE)].fillna(""))))
    return sums.assign(when=sums["as_of"] if "as_of" in sums else sums["date"])


def _check_comparable(before: pd.DataFrame, after: pd.DataFrame) -> None:
    for column in ("method", "group"):
        ours, theirs = (set(map(literal, table[column].unique())) for table in (before, after))
        several = max(len(ours), len(theirs)) > 1 and column == "method"
        if len(before) and len(after) and (several or ours != theirs):
            raise StockComparisonError(
                f"the counts differ in {column}: before has {listed(sorted(ours), SHOWN_AT_MOST)}, after has "
                f"{listed(sorted(theirs), SHOWN_AT_MOST)}. "
                f"Their difference would be no change: take the rows with the same {column} in both"
            )
    for table, side in ((before, "before"), (after, "after")):
        if len(table["when"].unique()) > 1:
            days = listed([f"{day:%Y-%m-%d}" for day in sorted(table["when"].unique())], SHOWN_AT_MOST)
            raise StockComparisonError(
                f"{side}: counts of several days ({days}). Take one day, or the latest of each place: latest_stocks"
            )
    if len(before) and len(after) and before["when"].iloc[0] >= after["when"].iloc[0]:
        raise StockComparisonError(
            f"'before' is of {before['when'].iloc[0]:%Y-%m-%d}, 'after' of {after['when'].iloc[0]:%Y-%m-%d}. Give the "
            "earlier count first"
        )
    _refuse_other_operations(before, after)
    if "edition" in before and "edition" in after:
        ours, theirs = (set(table["edition"].dropna()) for table in (before, after))
        if ours and theirs and ours != theirs:
            raise EditionError(
                f"before is of edition {sorted(ours)}, after of {sorted(theirs)}. Convert one of them to the edition "
                "of the other"
            )


def _refuse_other_operations(before: pd.DataFrame, after: pd.DataFrame) -> None:
    """A place that one operation counted before and another after did not change by their difference."""
    places = [name for name in PLACE if name != "operation"]
    both = before[list(PLACE)].merge(after[list(PLACE)], on=places, suffixes=("_before", "_after"))
    numbers = group_numbers(both, places)
    alike = (both["operation_before"].fillna("") == both["operation_after"].fillna("")).to_numpy(dtype=np.bool_)
    other = both[~np.isin(numbers, numbers[alike])]
    if len(other):
        ours, theirs = (
            listed(list(map(literal, other[f"operation_{side}"].unique())), SHOWN_AT_MOST) for side in SIDES
        )
        named = listed(list(other["pcode"].fillna(other["place"]).fillna("(no name)").unique()), SHOWN_AT_MOST)
        raise StockComparisonError(
            f"the counts differ in operation: before has {ours}, after has {theirs} in {named}. Their difference "
            "would be no "
            "change: compare counts of one operation, or, if both are rounds of one, write the same operation in both "
            "tables"
        )


def _compared(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    keys = list(PLACE)
    kept = [
        *keys,
        "people",
        "date",
        "when",
        "source",
        "method",
        *(["edition"] if "edition" in after or "edition" in before else []),
    ]
    extra = ["revised"] if "revised" in after else []
    left = before.reindex(columns=kept).assign(named=True)
    right = after.reindex(columns=[*kept, *extra]).assign(named=True)
    # pandas joins missing keys with each other, which is what is wanted: missing is a value of the key.
    both = left.merge(right, on=keys, how="outer", suffixes=("_before", "_after"))
    for side in SIDES:
        both[f"when_{side}"] = (before if side == "before" else after)["when"].min()
    if "edition_after" in both:
        both["edition"] = both["edition_after"].fillna(both["edition_before"])
    both["revised"] = both["revised"].fillna(False).astype(bool) if extra else False
    return both


def _totals(places: pd.DataFrame, groups: Numbers, keys: list[str]) -> pd.DataFrame:
    first, second = places["people_before"], places["people_after"]
    in_first, in_second = first.notna(), second.notna()
    both = in_first & in_second
    change = (second - first).where(both, 0)
    carried = both & (((first == second) & (first > 0)) | (places["date_before"] == places["date_after"])).fillna(False)
    revised = places["revised"]
    columns: dict[str, Any] = {
        "people_before": first,
        "people_after": second,
        "change": second.where(in_second, 0) - first.where(in_first, 0),
        "like_for_like": change,
        "increase": change.where(~revised & (change > 0), 0),
        "decrease": change.where(~revised & (change < 0), 0),
        "revision": change.where(revised, 0),
        "newly_covered": second.where(in_second & ~in_first, 0),
        "no_longer_covered": first.where(in_first & ~in_second, 0),
        "people_carried_forward": second.where(carried, 0),
        "places_both": both,
        "places_new": in_second & ~in_first,
        "places_dropped": in_first & ~in_second,
        "places_not_counted": ~in_first & ~in_second,
        "places_carried_forward": carried,
    }
    table = pd.DataFrame(columns)
    sums = table[list(PEOPLE)].astype("Int64").groupby(groups).sum(min_count=1)
    counts = table[list(PLACES)].astype("int64").groupby(groups).sum()
    uncounted = counts["places_both"] + counts["places_new"] + counts["places_dropped"] == 0
    sums = sums.mask(uncounted)
    any_count = counts[["places_both", "places_new", "places_dropped"]].sum(axis=1)
    sources = joined_values(places, groups, [f"source_{side}" for side in SIDES])
    dates = first_rows(places, groups, ["when_before", "when_after"]).set_axis(["date_before", "date_after"], axis=1)
    share = (counts["places_both"] / any_count.mask(any_count == 0)).astype("Float64").rename("share_compared")
    result = [
        first_rows(places, groups, keys),
        dates,
        sums[list(PEOPLE[:-1])].reset_index(drop=True),
        counts[list(PLACES[:-1])].reset_index(drop=True),
        share.reset_index(drop=True),
        counts[["places_carried_forward"]].reset_index(drop=True),
        sums[["people_carried_forward"]].reset_index(drop=True),
        sources,
    ]
    return pd.concat(result, axis=1)
