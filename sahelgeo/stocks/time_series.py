"""Stocks over time: a regular series from irregular counts, and when a place had how many people for how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform_coded
from sahelgeo.errors import SchemaError
from sahelgeo.periods import every_period, period_code, periods_of
from sahelgeo.stocks.stock_totals import DIMENSIONS, PLACE, operations, sum_by_place
from sahelgeo.sums import added_up, chosen, codes_of, group_numbers, joined_values, refuse_two

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
    held = held.rows(chosen(held.table, choose, DIMENSIONS))
    held = held.but(held.table.assign(operation=operations(held)), "operation")
    together = added_up(choose)
    again = {name: list(held.table[name].unique()) for name in together}
    sums = sum_by_place(held, ["group", "operation", "date"], choose=again)
    counted = sums[sums["people"].notna()]
    unit = group_numbers(counted, PLACE)
    if "method" not in together:
        refuse_two(counted, unit, "method", "A series of two methods would jump where the method changes:")
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
            source=joined_values(names, names["unit"].to_numpy(), ["source"])["source"],
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
    sources = joined_values(above, codes_of(above["spell"]), ["source"])
    return spells.reset_index(drop=True).assign(source=sources["source"])


_SIDES: tuple[Literal["first", "last"], ...] = ("first", "last")


def _counts(stocks: pd.DataFrame, threshold: float, choose: Mapping[str, Any] | None) -> pd.DataFrame:
    number = isinstance(threshold, (int, float, np.integer, np.floating)) and not isinstance(threshold, bool)
    if not number or not 0 <= threshold < np.inf:
        raise SchemaError(f"threshold={threshold!r} is not a number of people. Give 0 or more")
    counts = one_count(stocks, choose).sort_values(["unit", "date"]).reset_index(drop=True)
    return counts.assign(above=(counts["people"] >= threshold).astype(bool))
