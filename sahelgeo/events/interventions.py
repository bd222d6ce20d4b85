"""Before and after a day: a description of a series in same-season windows, never a proof of a cause."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import SchemaError
from sahelgeo.events.checked import WindowError
from sahelgeo.events.known import months_of, need_months, unknown_in_words, unknown_months
from sahelgeo.events.memory import Floats, slope_weights, tested

YEAR = 12
READING = "A description: other things changed in the same months, so this shows no cause."


def before_after(
    series: pd.DataFrame,
    date: Any,
    *,
    window: int = 12,
    column: str = "fatalities",
    compare: pd.DataFrame | None = None,
    memory: float | None = None,
) -> pd.DataFrame:
    """Level and trend of a monthly series before and after a day, in windows of the same season.

    Each month after is held against the same calendar month before, so that rains, harvests and lean seasons fall into both
    windows alike. With comparison areas, their own change is taken off.

    Parameters
    ----------
    series : pandas.DataFrame
        Monthly rows with ``start`` and the column, such as :func:`sum_events` gives them; several areas (``pcode``) are
        added up. Sum with ``coverage``: a row that is not there is not known, and not 0.
    date : datetime.date or str
        The day. Its month is the first of the window after, as far into it as it may be.
    window : int
        Months in each window: 1 to 12 (the same calendar months of the year before), or a multiple of 12.
    column : str
        What is described.
    compare : pandas.DataFrame, optional
        The same for areas that the change should not have touched.
    memory : float, optional
        Which part of one month's departure from the level the next month keeps, from 0 (months independent of each other) to
        below 1. Estimated from the windows if it is not given.

    Returns
    -------
    pandas.DataFrame
        One row: ``date``, ``months`` in each window, ``before`` and ``after`` (means per month), ``change`` (after − before; less
        the change of ``compare``, if given), ``change_low`` and ``change_high`` (95 % interval), ``p_change``; ``memory`` (0–1, as given or
        estimated); ``ratio`` (after / before); ``compare_before``, ``compare_after``; ``trend_before``, ``trend_after`` (per month, least
        squares), ``trend_change`` (of the difference to ``compare``, if given) and ``p_trend``; ``reading``, one sentence on what this is not.
        The interval, both p and the memory are missing in windows of fewer than six months.

    Raises
    ------
    WindowError
        A month of either window is not in the series, or is not known in one of its areas: no row, no value, or ``covered``
        in part.
    SchemaError
        A column is missing, the window is no number of months that seasons allow, a memory that is not from 0 to below 1.

    See Also
    --------
    sum_events : Events and deaths by area and period.
    load_timeline : Missions, accords and coups with their dates.
    lagged_association : Whether one series follows another.

    Notes
    -----
    War has a memory: a bad month is followed by bad months, and a test that takes months as independent calls such a run a break.
    The differences between the pairs of months are taken to keep a part of the last one's departure (a first-order autoregression; the
    estimate is corrected for its bias in short series, Kendall 1954). ``p_change``, ``p_trend`` and the interval come from 9,999 normal
    series with that memory, in each of which it is estimated anew (a parametric bootstrap of the studentised change). They say how often
    chance alone gives as large a change. A series that was rising anyway rises here too, and two windows cannot tell a break
    from a slow drift: ``docs/benchmarks/checks.md`` has how often that misleads.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> months = pd.date_range("2018-01-01", periods=24, freq="MS")
    >>> deaths = pd.DataFrame({"start": months, "fatalities": [10, 12, 9, 13] * 3 + [20, 22, 23, 19] * 3})
    >>> found = sg.before_after(deaths, "2019-01-01")
    >>> found[["before", "after", "change", "ratio"]].round(2).values.tolist()
    [[11.0, 21.0, 10.0, 1.91]]
    """
    day = checks.day(date, "date")
    _check_window_length(window)
    _check_memory(memory)
    pairs = _window_months(day, window)
    before, after = (_values(series, months, column, "series") for months in pairs)
    difference = after - before
    row: dict[str, Any] = {"date": day, "months": window, "before": before.mean(), "after": after.mean()}
    compared: dict[str, Any] = {"compare_before": np.nan, "compare_after": np.nan}
    if compare is not None:
        other_before, other_after = (_values(compare, months, column, "compare") for months in pairs)
        compared = {"compare_before": other_before.mean(), "compare_after": other_after.mean()}
        difference = difference - (other_after - other_before)
    level, trend = tested(difference, "level", memory), tested(difference, "trend", memory)
    row |= {"change": difference.mean(), "change_low": level.low, "change_high": level.high, "p_change": level.p}
    row |= {"memory": level.memory, "ratio": after.mean() / before.mean() if before.mean() else np.nan, **compared}
    slopes = {
        f"trend_{name}": float(slope_weights(window) @ part) for name, part in (("before", before), ("after", after))
    }
    row |= {**slopes, "trend_change": trend.value, "p_trend": trend.p}
    return pd.DataFrame([{**row, "reading": READING}])


def _check_memory(memory: float | None) -> None:
    if memory is not None and not 0 <= memory < 1:
        raise SchemaError(f"memory={memory!r} is not from 0 (none) to below 1. Leave it out to have it estimated")


def _check_window_length(window: int) -> None:
    whole = isinstance(window, (int, np.integer)) and not isinstance(window, bool)
    if not whole or window < 1 or (window > YEAR and window % YEAR):
        raise SchemaError(
            f"window={window!r} is not 1 to 12 months or a multiple of 12: other windows put unlike seasons side by side"
        )


def _window_months(day: pd.Timestamp, window: int) -> tuple[pd.PeriodIndex, pd.PeriodIndex]:
    after = pd.period_range(day.to_period("M"), periods=window, freq="M")
    return after - max(window, YEAR), after


def _values(series: pd.DataFrame, months: pd.PeriodIndex, column: str, name: str) -> Floats:
    need_months(series, name, column)
    periods = months_of(series)
    held = periods.isin(months)
    # A part is not the whole: an area without a row, without a value or covered in part makes its month unknown.
    unknown = unknown_months(series, months, column)
    if len(unknown):
        raise WindowError(
            f"{name}: no {column} in {unknown['month'].nunique()} of the {len(months)} months {months[0]} to {months[-1]}: {unknown_in_words(unknown)}. "
            "Choose a shorter window, another day, or areas that are known throughout; where the source covers a month and saw nothing, give sum_events its coverage"
        )
    sums = series[column][held].astype("Float64").groupby(periods[held]).sum()
    return np.asarray(sums.reindex(months), dtype=np.float64)
