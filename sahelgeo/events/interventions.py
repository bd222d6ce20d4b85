"""Before and after a day: a description of a series in same-season windows, never a proof of a cause."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import SchemaError
from sahelgeo.events.checked import WindowError
from sahelgeo.sums import as_day

Floats = npt.NDArray[np.float64]
YEAR = 12
_EXACT_UP_TO = 12
READING = "A description: other things changed in the same months, so this shows no cause."


def before_after(
    series: pd.DataFrame,
    when: Any,
    *,
    window: int = 12,
    column: str = "fatalities",
    compare: pd.DataFrame | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Level and trend of a monthly series before and after a day, in windows of the same season.

    Each month after is held against the same calendar month before, so that rains, harvests and lean seasons fall into both
    windows alike. With comparison areas, their own change is taken off.

    Parameters
    ----------
    series : pandas.DataFrame
        Monthly rows with ``start`` and the column, such as :func:`sum_events` gives them; several areas are added up.
    when : date or str
        The day. Its month is the first of the window after, as far into it as it may be.
    window : int
        Months in each window: 1 to 12 (the same calendar months of the year before), or a multiple of 12.
    column : str
        What is described.
    compare : pandas.DataFrame, optional
        The same for areas that the change should not have touched.
    seed : int
        Of the random draws.

    Returns
    -------
    pandas.DataFrame
        One row: ``when``, ``months`` in each window, ``before`` and ``after`` (means per month), ``change`` (after − before; less
        the change of ``compare``, if given), ``change_low`` and ``change_high`` (95 % interval, bootstrap of months),
        ``p_change``; ``ratio`` (after / before); ``compare_before``, ``compare_after``; ``trend_before``, ``trend_after`` (per month, least
        squares), ``trend_change`` (of the difference to ``compare``, if given) and ``p_trend``; ``reading``, one sentence on what this is not.

    Raises
    ------
    WindowError
        A month of either window is not in the series, or has no value (no coverage).
    SchemaError
        A column is missing, the window is no number of months that seasons allow.

    See Also
    --------
    sum_events : Events and deaths by area and period.
    load_timeline : Missions, accords and coups with their dates.
    lagged_association : Whether one series follows another.

    Notes
    -----
    ``p_change`` comes from swapping before and after within each pair of months: every way of swapping up to 12 pairs, 9,999
    random ones beyond. ``p_trend`` comes from shuffling the order of the differences, 9,999 times. They say how often
    chance alone gives as large a change if months are independent of each other and
    nothing changed; months that hang together make them too small, and a series that was rising anyway rises here
    too. With n pairs the smallest p is 2/2ⁿ: six months at least are needed for 0.05.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> months = pd.date_range("2018-01-01", periods=24, freq="MS")
    >>> deaths = pd.DataFrame({"start": months, "fatalities": [10, 12] * 6 + [20, 22] * 6})
    >>> found = sg.before_after(deaths, "2019-01-01")
    >>> found[["before", "after", "change", "ratio"]].round(2).values.tolist()
    [[11.0, 21.0, 10.0, 1.91]]
    """
    day = as_day(when, "when")
    _check_window_length(window)
    pairs = _window_months(day, window)
    before, after = (_values(series, months, column, "series") for months in pairs)
    difference = after - before
    row: dict[str, Any] = {"when": day, "months": window, "before": before.mean(), "after": after.mean()}
    slopes = _slope(before), _slope(after)
    compared: dict[str, Any] = {"compare_before": np.nan, "compare_after": np.nan}
    trend_change = slopes[1] - slopes[0]
    if compare is not None:
        other_before, other_after = (_values(compare, months, column, "compare") for months in pairs)
        compared = {"compare_before": other_before.mean(), "compare_after": other_after.mean()}
        difference = difference - (other_after - other_before)
        trend_change -= _slope(other_after) - _slope(other_before)
    random = np.random.default_rng(seed)
    low, high = _interval(difference, random)
    p_change, p_trend = _swap_tests(difference, random)
    row |= {"change": difference.mean(), "change_low": low, "change_high": high, "p_change": p_change}
    row |= {"ratio": after.mean() / before.mean() if before.mean() else np.nan, **compared}
    row |= {"trend_before": slopes[0], "trend_after": slopes[1], "trend_change": trend_change, "p_trend": p_trend}
    return pd.DataFrame([{**row, "reading": READING}])


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
    missing = [label for label in ("start", column) if label not in series.columns]
    if missing:
        raise SchemaError(f"{name}: column {missing[0]!r} is missing. Found: {listed(list(series.columns), 12)}")
    periods = pd.to_datetime(series["start"]).dt.to_period("M")
    rows = series[periods.isin(months)]
    held = periods[periods.isin(months)]
    # One area without a value makes the sum of its month unknown: a part is not the whole.
    sums = rows[column].astype("Float64").groupby(held).agg(lambda values: values.sum(skipna=False))
    found = sums.reindex(months)
    lost = months[found.isna().to_numpy(dtype=np.bool_)]
    if len(lost):
        raise WindowError(
            f"{name}: no {column} in {len(lost)} of the {len(months)} months {months[0]} to {months[-1]}: {listed([str(month) for month in lost], SHOWN_AT_MOST)}. "
            "Choose a shorter window or another day; where the source covers a month and saw nothing, give sum_events its coverage"
        )
    return np.asarray(found, dtype=np.float64)


def _slope(values: Floats) -> float:
    return float(_slope_weights(len(values)) @ values)


def _slope_weights(count: int) -> Floats:
    x = np.arange(count) - (count - 1) / 2
    total = float(x @ x)
    return np.asarray(x / total if total else np.full(count, np.nan), dtype=np.float64)


def _interval(difference: Floats, random: np.random.Generator, draws: int = 9_999) -> tuple[float, float]:
    means = random.choice(difference, (draws, len(difference))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _swap_tests(difference: Floats, random: np.random.Generator, draws: int = 9_999) -> tuple[float, float]:
    count = len(difference)
    if count <= _EXACT_UP_TO:
        signs = 1.0 - 2.0 * ((np.arange(2**count)[:, None] >> np.arange(count)) & 1)
    else:
        signs = np.vstack([np.ones(count), random.choice([-1.0, 1.0], (draws, count))])
    p_change = _share_as_large(signs @ difference)
    # A trend is in the order of the differences: shuffled, they keep their level and lose it.
    orders = np.vstack([difference, random.permuted(np.tile(difference, (draws, 1)), axis=1)])
    p_trend = _share_as_large(orders @ _slope_weights(count)) if count > 2 else np.nan
    return p_change, p_trend


def _share_as_large(values: Floats) -> float:
    # The first row is what was observed; the margin keeps rounding from telling equal sums apart.
    return float((np.abs(values) >= abs(values[0]) * (1 - 1e-9)).mean())
