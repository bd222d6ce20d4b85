"""Stocks over time: how a count changed to the next, like for like; and series of counts.

A regular series is made of irregular counts; and it is told when a place had how many people, and for how long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks, sums
from sahelgeo.conformance import conform_coded
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, StockComparisonError, listed
from sahelgeo.nesting import check_level, nested_rows, one_edition_of, rolled_up
from sahelgeo.periods import every_period, period_code, periods_of
from sahelgeo.places.attach import check_editions
from sahelgeo.stocks.stock_totals import (
    DIMENSIONS,
    PLACE,
    PRINTED_NAMES,
    conform_stocks,
    one_spelling,
    operations,
    sum_by_place,
    warn_coded_in_one,
)
from sahelgeo.sums import Coded, Numbers

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
        The tables differ in method or group, a place is counted by other operations in each, one table has an area
        and the other its parts, or ``before`` is not before ``after``. Names of operations that differ in month, year
        or number of a round only are rounds of one.
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
    checked = None if areas is None else one_edition_of(areas, places, ["pcode"])
    _refuse_other_levels(places, checked)
    if checked is not None and level is not None:
        places = rolled_up(places, checked, level, ["pcode"])
    groups = sums.group_numbers(places, keys)
    return _totals(places, groups, keys)


def _unit(place: Sequence[str]) -> list[str]:
    allowed = ("pcode", *PRINTED_NAMES)
    named = [place] if isinstance(place, str) else list(place)
    unfit = [name for name in named if name not in allowed]
    if unfit or not named:
        raise SchemaError(f"place={place!r}: choose among {', '.join(allowed)}")
    return named


def _by_operation(*tables: pd.DataFrame) -> list[Coded]:
    """The tables with one spelling of each place, and one name for the rounds of each operation."""
    checked = [conform_stocks(table) for table in tables]
    both = pd.concat([held.table[[*PLACE, "date"]] for held in checked], ignore_index=True)
    warn_coded_in_one(both)
    names, first = {name: one_spelling(both[name]) for name in PRINTED_NAMES}, len(checked[0])
    names["operation"] = operations(Coded(both))
    parts = (slice(first), slice(first, None))
    return [
        held.but(held.table.assign(**{name: each.array[part] for name, each in names.items()}), *names)
        for held, part in zip(checked, parts, strict=True)
    ]


def _side(held: Coded, unit: list[str]) -> pd.DataFrame:
    """One row for each place, group and operation of a table; sums of missing counts stay missing."""
    added = sum_by_place(held, ["group", "operation"], place=unit)
    if "revised" in held:
        marked = held.table[_is_revised(held.table["revised"])]
        revised = sum_by_place(Coded(marked), ["group", "operation"], place=unit)
        places = sums.group_numbers(pd.concat([added[list(PLACE)], revised[list(PLACE)]]), PLACE)
        added = added.assign(revised=np.isin(places[: len(added)], places[len(added) :]))
    return added.assign(when=added["as_of"] if "as_of" in added else added["date"])


def _is_revised(marks: pd.Series) -> pd.Series:
    """Which rows are marked; "no" would be true, as every text is."""
    unfit = marks.notna() & ~marks.astype(object).isin([True, False]).to_numpy()
    if unfit.any():
        shown = listed([repr(mark) for mark in marks[unfit].unique()], 3)
        rows = listed(list(marks.index[unfit]), SHOWN_AT_MOST)
        raise SchemaError(f"after: column 'revised', row(s) {rows} ({shown}): neither true nor false")
    return marks.astype("boolean").fillna(False).astype(bool)


def _check_comparable(before: pd.DataFrame, after: pd.DataFrame) -> None:
    for column in ("method", "group"):
        ours, theirs = (set(map(sums.literal, table[column].unique())) for table in (before, after))
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
    places = sums.group_numbers(held, [name for name in PLACE if name != "operation"])
    units = sums.group_numbers(held, PLACE)
    alike = places[(np.bincount(units) == 2)[units]]
    counted_twice = np.intersect1d(places[is_after], places[~is_after])
    other = np.isin(places, np.setdiff1d(counted_twice, alike))
    if other.any():
        ours, theirs = (
            listed(list(map(sums.literal, both["operation"][other & side].unique())), SHOWN_AT_MOST)
            for side in (~is_after, is_after)
        )
        named = listed(list(both["pcode"].fillna(both["place"]).fillna("(no name)")[other].unique()), SHOWN_AT_MOST)
        raise StockComparisonError(
            f"the counts differ in operation: before has {ours}, after has {theirs} in {named}. Their difference would "
            "be no change: compare counts of one operation, or, if both are rounds of one, write the same operation in "
            "both tables"
        )


def _refuse_other_levels(places: pd.DataFrame, areas: gpd.GeoDataFrame | None) -> None:
    """An area counted before and its parts after are neither newly covered nor dropped."""
    nested = nested_rows(places, sums.codes_of(places["group"]), areas)
    if nested.any():
        ours, theirs = (
            listed(list(places["pcode"][nested & places[f"source_{side}"].notna()].unique()), SHOWN_AT_MOST)
            for side in SIDES
        )
        raise StockComparisonError(
            f"the counts differ in level: before has {ours}, after has {theirs}, of which one holds the other. Bring "
            "both to one level first: sum_stocks(table, areas, level=...)"
        )


def _compared(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """One row for each place of either side, with the figures of both."""
    names = [*PLACE, *(["edition"] if "edition" in after or "edition" in before else [])]
    both = pd.concat([side.reindex(columns=names) for side in (after, before)], ignore_index=True)
    units = sums.group_numbers(both, PLACE)
    places = sums.first_rows(both, units, names)
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
    added = pd.DataFrame(people).astype("Int64").groupby(groups).sum(min_count=1).reset_index(drop=True)
    dates = sums.first_rows(places, groups, ["when_before", "when_after"]).set_axis(
        ["date_before", "date_after"], axis=1
    )
    result = pd.concat([sums.first_rows(places, groups, keys), dates, added.mask(any_count == 0), counts], axis=1)
    share = (counts["places_both"] / any_count.mask(any_count == 0)).astype("Float64")
    last = {name: result.pop(name) for name in ("places_carried_forward", "people_carried_forward")}
    sources = sums.joined_values(places, groups, [f"source_{side}" for side in SIDES])
    return result.assign(share_compared=share, **last, **sources)


Fill = Literal["none", "last"]


def series(
    stocks: pd.DataFrame,
    *,
    freq: Literal["MS", "QS", "YS"] = "MS",
    fill: Fill = "none",
    max_days: int | None = None,
    choose: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """One row for each place and month from counts of any days; nothing is invented between them.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of several dates, one method for each place.
    freq : {"MS", "QS", "YS"}
        Months, quarters or years (pandas' names).
    fill : {"none", "last"}
        A period without a count has none, or the last count before it, flagged. Never a value between two counts.
    max_days : int, optional
        With ``fill="last"``, how old a count may be on the last day of a period, in days.
    choose : mapping, optional
        Take only the rows with these values of date, group, method, operation or source: ``{"method": "baseline"}``;
        ``None`` takes those without a value. A list is your word that its values are of different people and add up.

    Returns
    -------
    pandas.DataFrame
        One row for each place, group, operation and period from the first period of the table to its last, sorted,
        with index 0..n-1:

        - the columns of the place (``pcode`` and printed names), ``group``, ``operation``, ``method``;
        - ``start`` and ``as_of``, the first and the last day of the period;
        - ``date``, the day of the count taken, which is the latest in the period, and ``people`` (Int64); both are
          missing where there is no count to take;
        - ``days_old``, from the count to ``as_of``, and ``filled`` (bool), whether it is of an earlier period;
        - ``source``. Where there is no count, method and source are those of the count before, or of the first.

        ``sum_stocks(..., by="as_of")`` adds up the places of each period.

    Raises
    ------
    DoubleCountError
        Two methods or sources for a place on one day, or two methods for one place; the rows are in ``.rows``.
    SchemaError
        The table breaks its declaration, or an option is not known.

    See Also
    --------
    latest_stocks : The latest count of each place.
    sum_stocks : Add up displaced people.
    sahelgeo.maps.TimeLayer : Any layer over time, with a slider.

    Notes
    -----
    A straight line between two counts would be an invention: displacement comes in waves. A count carried forward is
    old news and says so, in ``filled`` and ``days_old``.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> counts = pd.DataFrame({"pcode": "BF", "date": ["2020-06-08", "2020-08-08"], "people": [921_471, 1_013_234],
    ...                        "group": "idp", "source": "CONASUR"})
    >>> sg.stocks.series(counts, fill="last")[["start", "date", "people", "filled", "days_old"]]
           start       date   people  filled  days_old
    0 2020-06-01 2020-06-08   921471   False        22
    1 2020-07-01 2020-06-08   921471    True        53
    2 2020-08-01 2020-08-08  1013234   False        23
    """
    _check_options(freq, fill, max_days)
    counts = one_count(stocks, choose)
    units = counts["unit"].to_numpy()
    every = every_period(counts["date"].min(), counts["date"].max(), freq) if len(counts) else _NO_PERIODS
    starts = every["start"].searchsorted(periods_of(counts["date"], freq)["start"])
    # Which count each place has in each period: the last of them, since counts are sorted by day; -1 where it has none.
    latest = np.full((int(units.max(initial=-1)) + 1, len(every)), -1)
    latest[units, starts] = np.arange(len(counts))
    before = np.maximum.accumulate(latest, axis=1)
    # Where there is no count, method and source are those of the count before, or of the first.
    named = np.where(before < 0, np.searchsorted(units, np.arange(len(latest)))[:, None], before).ravel()
    as_of = pd.Series(np.tile(every["end"].to_numpy(), len(latest)))
    own, taken = latest.ravel() >= 0, (before if fill == "last" else latest).ravel()
    days_old = (as_of - counts["date"].array.take(taken, allow_fill=True)).dt.days
    if max_days is not None:
        taken = np.where((days_old > max_days) & ~own, -1, taken)
    table = counts[[*PLACE, "method", "source"]].iloc[named].reset_index(drop=True)
    people = pd.Series(counts["people"].array.take(taken, allow_fill=True))
    table = table.assign(
        start=np.tile(every["start"].to_numpy(), len(latest)),
        as_of=as_of,
        date=counts["date"].array.take(taken, allow_fill=True),
        people=people,
        days_old=days_old.where(taken >= 0).astype("Int64"),
        filled=~own & people.notna().to_numpy(),
    )
    return table[[*PLACE, "method", "start", "as_of", "date", "people", "days_old", "filled", "source"]]


_NO_PERIODS = pd.DataFrame({"start": [], "end": []}, dtype="datetime64[us]")


def one_count(stocks: pd.DataFrame, choose: Mapping[str, Any] | None) -> pd.DataFrame:
    """One count for each place, group, operation and date, sorted, with the number of the place in ``unit``.

    A place with a p-code is its p-code, whatever is printed beside it.
    """
    held = conform_coded(stocks, "stocks")
    held = held.rows(sums.chosen(held.table, choose, DIMENSIONS))
    held = held.but(held.table.assign(operation=operations(held)), "operation")
    together = sums.added_up(choose)
    again = {name: list(held.table[name].unique()) for name in together}
    added = sum_by_place(held, ["group", "operation", "date"], choose=again)
    counted = added[added["people"].notna()]
    unit = sums.group_numbers(counted, PLACE)
    if "method" not in together:
        sums.refuse_two(counted, unit, "method", "A series of two methods would jump where the method changes:")
    return counted.assign(unit=unit)


def _check_options(freq: str, fill: str, max_days: int | None) -> None:
    period_code(freq)
    checks.choice(("none", "last"), fill=fill)
    if max_days is not None and (
        fill == "none" or isinstance(max_days, bool) or not isinstance(max_days, (int, np.integer)) or max_days < 0
    ):
        raise SchemaError(f"max_days={max_days!r} with fill={fill!r}: give whole days, 0 or more, and fill='last'")


def first_above(stocks: pd.DataFrame, *, threshold: float, choose: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """The first count of each place that reaches a threshold, and the last one before it.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of several dates.
    threshold : float
        Persons, 0 or more; a count equal to it reaches it.
    choose : mapping, optional
        Take only the rows with these values of date, group, method, operation or source: ``{"method": "baseline"}``;
        ``None`` takes those without a value. A list is your word that its values are of different people and add up.

    Returns
    -------
    pandas.DataFrame
        One row for each place, group and operation, sorted, with index 0..n-1:

        - the columns of the place;
        - ``date``, ``people``: the first count at or above the threshold, missing where none is;
        - ``date_below``, ``people_below``: the count before it, missing where the first of all is above already;
        - ``counts``, how many counts the place has, and ``source``.

        The crossing lies after ``date_below`` and not after ``date``.

    Raises
    ------
    DoubleCountError
        Counts of one place and day that do not add up, or by two methods.
    SchemaError
        The table breaks its declaration, or the threshold is no number of people.

    See Also
    --------
    durations : How long places had displaced people.
    series : Counts by month, without inventing any.

    Notes
    -----
    Displacement does not grow evenly between two counts: no day of the crossing is computed.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> counts = pd.DataFrame({"pcode": "BF", "date": ["2020-06-08", "2020-08-08"], "people": [921_471, 1_013_234],
    ...                        "group": "idp", "source": "CONASUR"})
    >>> sg.stocks.first_above(counts, threshold=1_000_000)[["pcode", "date", "people", "date_below"]]
      pcode       date   people date_below
    0    BF 2020-08-08  1013234 2020-06-08
    """
    counts = _counts(stocks, threshold, choose)
    by_unit = counts.groupby("unit")
    above = counts[counts["above"]].drop_duplicates("unit")
    before = by_unit[["date", "people", "source"]].shift().loc[above.index]
    names = pd.concat([above, before.assign(unit=above["unit"])])
    above, before = above.set_index("unit"), before.set_axis(above["unit"])
    result = (
        counts.drop_duplicates("unit")
        .set_index("unit")[list(PLACE)]
        .assign(
            date=above["date"],
            people=above["people"],
            date_below=before["date"],
            people_below=before["people"],
            counts=by_unit.size(),
            source=sums.joined_values(names, names["unit"].to_numpy(), ["source"])["source"],
        )
    )
    return result.astype({"people": "Int64", "people_below": "Int64", "source": "string"}).reset_index(drop=True)


def durations(stocks: pd.DataFrame, *, threshold: float = 1, choose: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """For how long each place had displaced people, or as many as a threshold, as far as counts can tell.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of several dates.
    threshold : float
        Persons; a count equal to it reaches it. The default is anybody at all.
    choose : mapping, optional
        Take only the rows with these values of date, group, method, operation or source: ``{"method": "baseline"}``;
        ``None`` takes those without a value. A list is your word that its values are of different people and add up.

    Returns
    -------
    pandas.DataFrame
        One row for each spell of counts in a row at or above the threshold, by place, group and operation, sorted, with
        index 0..n-1:

        - the columns of the place;
        - ``first``, ``last``: the days of the first and the last count of the spell;
        - ``after``, ``before``: the days of the counts below the threshold around it; missing where there is none,
          since the spell began before the first count, or goes on after the last;
        - ``days_at_least`` (from first to last), ``days_at_most`` (from after to before; missing where open);
        - ``ongoing`` (bool): whether the spell has the last count of its place;
        - ``counts``, ``people_highest`` and ``source``.

        It is the time of a place, not of any person.

    Raises
    ------
    DoubleCountError
        Counts of one place and day that do not add up, or by two methods.
    SchemaError
        The table breaks its declaration, or the threshold is no number of people.

    See Also
    --------
    first_above : When a place first reached a threshold.
    series : Counts by month, without inventing any.

    Notes
    -----
    Counts say nothing of the days between them. So each end of a spell is given as the two counts around it.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> counts = pd.DataFrame({"pcode": "TD0701", "date": ["2019-01-31", "2019-03-31", "2019-06-30", "2019-08-31"],
    ...                        "people": [0, 80, 50, 0], "group": "idp", "source": "DTM"})
    >>> sg.stocks.durations(counts)[["first", "last", "days_at_least", "days_at_most", "ongoing"]]
           first       last  days_at_least  days_at_most  ongoing
    0 2019-03-31 2019-06-30             91           212    False
    """
    counts = _counts(stocks, threshold, choose)
    by_unit = counts.groupby("unit")
    spell = (counts["above"] != by_unit["above"].shift()).cumsum()
    counts = counts.assign(spell=spell, after=by_unit["date"].shift(), before=by_unit["date"].shift(-1))
    above = counts[counts["above"]]
    first, last = (above.drop_duplicates("spell", keep=side).set_index("spell") for side in _SIDES)
    by_spell = above.groupby("spell")
    spells = first[list(PLACE)].assign(
        first=first["date"],
        last=last["date"],
        after=first["after"],
        before=last["before"],
        days_at_least=(last["date"] - first["date"]).dt.days.astype("Int64"),
        days_at_most=(last["before"] - first["after"]).dt.days.astype("Int64"),
        ongoing=last["before"].isna(),
        counts=by_spell.size(),
        people_highest=by_spell["people"].max(),
    )
    sources = sums.joined_values(above, sums.codes_of(above["spell"]), ["source"])
    return spells.reset_index(drop=True).assign(source=sources["source"])


_SIDES: tuple[Literal["first", "last"], ...] = ("first", "last")


def _counts(stocks: pd.DataFrame, threshold: float, choose: Mapping[str, Any] | None) -> pd.DataFrame:
    number = isinstance(threshold, (int, float, np.integer, np.floating)) and not isinstance(threshold, bool)
    if not number or not 0 <= threshold < np.inf:
        raise SchemaError(f"threshold={threshold!r} is not a number of people. Give 0 or more")
    counts = one_count(stocks, choose).sort_values(["unit", "date"]).reset_index(drop=True)
    return counts.assign(above=(counts["people"] >= threshold).astype(bool))
