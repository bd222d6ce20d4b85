"""When a stock went above a threshold, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sahelgeo.errors import SchemaError
from sahelgeo.stocks.time_series import one_count
from sahelgeo.stocks.totals import PRINTED_NAMES

_PLACE = ("pcode", *PRINTED_NAMES, "group", "operation")


def first_above(stocks: pd.DataFrame, *, threshold: float, choose: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """The first count of each place that reaches a threshold, and the last one before it.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of several dates.
    threshold : float
        Persons, 0 or more; a count equal to it reaches it.
    choose : mapping, optional
        See :func:`sum_stocks`.

    Returns
    -------
    pandas.DataFrame
        One row for each place, group and operation, sorted, with index 0..n-1: the columns of the place; ``date`` and
        ``people`` of the first count at or above the threshold, missing where none is; ``date_below`` and
        ``people_below`` of the count before it, missing where the first count of all is above already; ``counts``, how
        many counts the place has; ``source``. The crossing lies after ``date_below`` and not after ``date``.

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
    >>> sg.first_above(counts, threshold=1_000_000)[["pcode", "date", "people", "date_below"]]
      pcode       date   people date_below
    0    BF 2020-08-08  1013234 2020-06-08
    """
    counts = _counts(stocks, threshold, choose)
    above = counts[counts["above"]].drop_duplicates("unit").set_index("unit")
    before = counts.groupby("unit")[["date", "people"]].shift().loc[counts["above"]]
    before = before.assign(unit=counts["unit"]).drop_duplicates("unit").set_index("unit")
    places = counts.drop_duplicates("unit").set_index("unit")
    result = places[list(_PLACE)].assign(
        date=above["date"],
        people=above["people"],
        date_below=before["date"],
        people_below=before["people"],
        counts=counts.groupby("unit").size(),
        source=above["source"],
    )
    return result.astype({"people": "Int64", "people_below": "Int64"}).reset_index(drop=True)


def durations(stocks: pd.DataFrame, *, threshold: float = 1, choose: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """For how long each place had displaced people, or as many as a threshold, as far as counts can tell.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of several dates.
    threshold : float
        Persons; a count equal to it reaches it. The default is anybody at all.
    choose : mapping, optional
        See :func:`sum_stocks`.

    Returns
    -------
    pandas.DataFrame
        One row for each spell of counts in a row at or above the threshold, by place, group and operation, sorted, with
        index 0..n-1: the columns of the place; ``first`` and ``last``, the days of the first and last count of the spell;
        ``after`` and ``before``, the days of the counts below the threshold around it (missing where there is none: the
        spell began before the first count, or goes on after the last); ``days_at_least`` (from first to last) and ``days_at_most``
        (from after to before; missing where open); ``ongoing`` (bool), whether the spell has the last count of its place;
        ``counts`` and ``people_highest``. It is the time of a place, not of any person.

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
    >>> sg.durations(counts)[["first", "last", "days_at_least", "days_at_most", "ongoing"]]
           first       last  days_at_least  days_at_most  ongoing
    0 2019-03-31 2019-06-30             91           212    False
    """
    counts = _counts(stocks, threshold, choose)
    by_unit = counts.groupby("unit")
    counts = counts.assign(
        spell=(counts["above"] != by_unit["above"].shift()).cumsum(),
        after=by_unit["date"].shift(),
        before=by_unit["date"].shift(-1),
    )
    by_spell = counts[counts["above"]].groupby("spell")
    spells = by_spell[list(_PLACE)].first()
    spells = spells.assign(
        first=by_spell["date"].first(),
        last=by_spell["date"].last(),
        after=by_spell["after"].agg(lambda days: days.iloc[0]),
        before=by_spell["before"].agg(lambda days: days.iloc[-1]),
        counts=by_spell.size(),
        people_highest=by_spell["people"].max(),
    )
    days = {"after": "datetime64[us]", "before": "datetime64[us]", "first": "datetime64[us]", "last": "datetime64[us]"}
    spells = spells.astype({**days, "people_highest": "Int64"})
    spells = spells.assign(
        days_at_least=(spells["last"] - spells["first"]).dt.days.astype("Int64"),
        days_at_most=(spells["before"] - spells["after"]).dt.days.astype("Int64"),
        ongoing=spells["before"].isna(),
    )
    order = [
        *_PLACE,
        "first",
        "last",
        "after",
        "before",
        "days_at_least",
        "days_at_most",
        "ongoing",
        "counts",
        "people_highest",
    ]
    return spells[order].reset_index(drop=True)


def _counts(stocks: pd.DataFrame, threshold: float, choose: Mapping[str, Any] | None) -> pd.DataFrame:
    number = isinstance(threshold, (int, float, np.integer, np.floating)) and not isinstance(threshold, bool)
    if not number or not 0 <= threshold < np.inf:
        raise SchemaError(f"threshold={threshold!r} is not a number of people. Give 0 or more")
    counts = one_count(stocks, choose).sort_values(["unit", "date"]).reset_index(drop=True)
    return counts.assign(above=(counts["people"] >= threshold).astype(bool))
