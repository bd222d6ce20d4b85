"""How a stock changed between two counts, like for like."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, StockComparisonError, listed
from sahelgeo.nesting import check_level, one_edition_of, rolled_up
from sahelgeo.places.attach import check_editions
from sahelgeo.stocks.stock_totals import PLACE, PRINTED_NAMES, conform_stocks, operations, sum_by_place
from sahelgeo.sums import Coded, Numbers, first_rows, group_numbers, joined_values, literal

SIDES = ("before", "after")


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


def _by_operation(*tables: pd.DataFrame) -> list[Coded]:
    """The tables with one name for each operation, where names tell only its rounds apart."""
    checked = [conform_stocks(table) for table in tables]
    both = pd.concat([held.table[[*PLACE, "date"]] for held in checked], ignore_index=True)
    named, first = operations(Coded(both)).array, len(checked[0])
    parts = (named[:first], named[first:])
    return [held.but(held.table.assign(operation=part), "operation") for held, part in zip(checked, parts, strict=True)]


def _side(held: Coded, unit: list[str]) -> pd.DataFrame:
    """One row for each place, group and operation of a table; sums of missing counts stay missing."""
    sums = sum_by_place(held, ["group", "operation"], place=unit)
    if "revised" in held:
        marked = held.table[held.table["revised"].fillna(False).astype(bool)]
        revised = sum_by_place(Coded(marked), ["group", "operation"], place=unit)
        places = group_numbers(pd.concat([sums[list(PLACE)], revised[list(PLACE)]]), PLACE)
        sums = sums.assign(revised=np.isin(places[: len(sums)], places[len(sums) :]))
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
    days = [sorted(table["when"].unique()) for table in (before, after)]
    for several_days, side in zip(days, SIDES, strict=True):
        if len(several_days) > 1:
            shown = listed([f"{day:%Y-%m-%d}" for day in several_days], SHOWN_AT_MOST)
            raise StockComparisonError(
                f"{side}: counts of several days ({shown}). Take one day, or the latest of each place: latest_stocks"
            )
    if all(days) and days[0] >= days[1]:
        one, other = (f"{day:%Y-%m-%d}" for (day,) in days)
        raise StockComparisonError(f"'before' is of {one}, 'after' of {other}. Give the earlier count first")
    _refuse_other_operations(before, after)
    check_editions(before, after, "the counts before", "those after")


def _refuse_other_operations(before: pd.DataFrame, after: pd.DataFrame) -> None:
    """A place that one operation counted before and another after did not change by their difference."""
    both = pd.concat([before[list(PLACE)], after[list(PLACE)]], ignore_index=True)
    if len(both["operation"].unique()) < 2:
        return
    held, is_after = Coded(both), np.arange(len(both)) >= len(before)
    places = group_numbers(held, [name for name in PLACE if name != "operation"])
    units = group_numbers(held, PLACE)
    alike = places[(np.bincount(units) == 2)[units]]
    counted_twice = np.intersect1d(places[is_after], places[~is_after])
    other = np.isin(places, np.setdiff1d(counted_twice, alike))
    if other.any():
        ours, theirs = (
            listed(list(map(literal, both["operation"][other & side].unique())), SHOWN_AT_MOST)
            for side in (~is_after, is_after)
        )
        named = listed(list(both["pcode"].fillna(both["place"]).fillna("(no name)")[other].unique()), SHOWN_AT_MOST)
        raise StockComparisonError(
            f"the counts differ in operation: before has {ours}, after has {theirs} in {named}. Their difference would "
            "be no change: compare counts of one operation, or, if both are rounds of one, write the same operation in "
            "both tables"
        )


def _compared(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """One row for each place of either side, with the figures of both."""
    names = [*PLACE, *(["edition"] if "edition" in after or "edition" in before else [])]
    both = pd.concat([side.reindex(columns=names) for side in (after, before)], ignore_index=True)
    units = group_numbers(both, PLACE)
    places = first_rows(both, units, names)
    revised = np.zeros(len(places), dtype=np.bool_)
    for side, table, rows in (("after", after, units[: len(after)]), ("before", before, units[len(after) :])):
        position = np.full(len(places), -1)
        position[rows] = np.arange(len(table))
        for name in ("people", "date", "source"):
            places[f"{name}_{side}"] = table[name].array.take(position, allow_fill=True)
        places[f"when_{side}"] = table["when"].min()
        if side == "after" and "revised" in after:
            revised[rows] = after["revised"]
    return places.assign(revised=revised)


def _totals(places: pd.DataFrame, groups: Numbers, keys: list[str]) -> pd.DataFrame:
    first, second = places["people_before"], places["people_after"]
    in_first, in_second = first.notna(), second.notna()
    both = in_first & in_second
    change = (second - first).where(both, 0)
    carried = both & (((first == second) & (first > 0)) | (places["date_before"] == places["date_after"])).fillna(False)
    revised = places["revised"]
    people = {
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
    }
    counted = {
        "places_both": both,
        "places_new": in_second & ~in_first,
        "places_dropped": in_first & ~in_second,
        "places_not_counted": ~in_first & ~in_second,
        "places_carried_forward": carried,
    }
    counts = pd.DataFrame(counted).astype("int64").groupby(groups).sum().reset_index(drop=True)
    any_count = counts[["places_both", "places_new", "places_dropped"]].sum(axis=1)
    sums = pd.DataFrame(people).astype("Int64").groupby(groups).sum(min_count=1).reset_index(drop=True)
    dates = first_rows(places, groups, ["when_before", "when_after"]).set_axis(["date_before", "date_after"], axis=1)
    result = pd.concat([first_rows(places, groups, keys), dates, sums.mask(any_count == 0), counts], axis=1)
    share = (counts["places_both"] / any_count.mask(any_count == 0)).astype("Float64")
    last = {name: result.pop(name) for name in ("places_carried_forward", "people_carried_forward")}
    sources = joined_values(places, groups, [f"source_{side}" for side in SIDES])
    return result.assign(share_compared=share, **last, **sources)
