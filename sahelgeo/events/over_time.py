"""Before and after a day, and one series behind another: descriptions, never the proof of a cause.

War has a memory: a bad month is followed by bad months. So what chance alone would give is drawn from series that
remember (``tested``), or from the series themselves, shifted in time (``lagged_association``).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import DataWarning, SchemaError, WindowError
from sahelgeo.events.windows import months_of, need_months, unknown_in_words, unknown_months
from sahelgeo.periods import without_gaps
from sahelgeo.sources import with_source

Floats = npt.NDArray[np.float64]
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

    Each month after is held against the same calendar month before, so that rains, harvests and lean seasons fall into
    both windows alike. With comparison areas, their own change is taken off.

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
        Which part of one month's departure from the level the next month keeps, from 0 (months independent of each
        other) to below 1. Estimated from the windows if it is not given.

    Returns
    -------
    pandas.DataFrame
        One row: ``date``, ``months`` in each window, ``before`` and ``after`` (means per month), ``change`` (after −
        before; less the change of ``compare``, if given), ``change_low`` and ``change_high`` (95 % interval),
        ``p_change``; ``memory`` (0–1, as given or estimated); ``ratio`` (after / before); ``compare_before``,
        ``compare_after``; ``trend_before``, ``trend_after`` (per month, least squares), ``trend_change`` (of the
        difference to ``compare``, if given) and ``p_trend``; ``reading``, one sentence on what this is not; ``source``,
        where the series name theirs. The interval, both p and the memory are missing in windows of fewer than six
        months.

    Raises
    ------
    WindowError
        A month of either window is not in the series, or is not known in one of its areas: no row, no value, or
        ``covered`` in part.
    SchemaError
        A column is missing, the window is no number of months that seasons allow, a memory that is not from 0 to below
        1.

    See Also
    --------
    sum_events : Events and deaths by area and period.
    load_timeline : Missions, accords and coups with their dates.
    lagged_association : Whether one series follows another.

    Notes
    -----
    War has a memory: a bad month is followed by bad months, and a test that takes months as independent calls such a
    run a break. The differences between the pairs of months are taken to keep a part of the last one's departure (a
    first-order autoregression; the estimate is corrected for its bias in short series, Kendall 1954). ``p_change``,
    ``p_trend`` and the interval come from 9,999 normal series with that memory, in each of which it is estimated anew
    (a parametric bootstrap of the studentised change). They say how often chance alone gives as large a change. A
    series that was rising anyway rises here too, and two windows cannot tell a break from a slow drift:
    ``docs/benchmarks/checks.md`` has how often that misleads.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> months = pd.date_range("2018-01-01", periods=24, freq="MS")
    >>> deaths = pd.DataFrame({"start": months, "fatalities": [10, 12, 9, 13] * 3 + [20, 22, 23, 19] * 3})
    >>> found = sg.events.before_after(deaths, "2019-01-01")
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
    return with_source(pd.DataFrame([{**row, "reading": READING}]), series, compare)


def _check_memory(memory: float | None) -> None:
    if memory is not None and not 0 <= memory < 1:
        raise SchemaError(f"memory={memory!r} is not from 0 (none) to below 1. Leave it out to have it estimated")


def _check_window_length(window: int) -> None:
    whole = isinstance(window, (int, np.integer)) and not isinstance(window, bool)
    if not whole or window < 1 or (window > YEAR and window % YEAR):
        raise SchemaError(
            f"window={window!r} is not 1 to 12 months or a multiple of 12: other windows put unlike seasons side by "
            "side"
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
            f"{name}: no {column} in {unknown['month'].nunique()} of the {len(months)} months {months[0]} to "
            f"{months[-1]}: {unknown_in_words(unknown)}. Choose a shorter window, another day, or areas that are known "
            "throughout; where the source covers a month and saw nothing, give sum_events its coverage"
        )
    sums = series[column][held].astype("Float64").groupby(periods[held]).sum()
    return np.asarray(sums.reindex(months), dtype=np.float64)


LAG_READING = "An association in time, not a cause."
_LAGS_ADVISED = 6


def lagged_association(
    table: pd.DataFrame, x: str, y: str, *, lags: Iterable[int] = range(7), permutations: int = 999, seed: int = 0
) -> pd.DataFrame:
    """How closely ``y`` follows ``x`` some periods later, within areas.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows with ``pcode``, ``start`` (of equal periods, such as months) and the two columns: violence and
        displacement, displacement and people in phase 3 or above.
    x, y : str
        The columns; ``y`` is looked at ``lag`` periods after ``x``.
    lags : iterable of int
        In periods; a negative one asks whether ``x`` follows ``y``. Starts in months that are not evenly spaced, such
        as those of food-security analyses (February, October), are counted in months: 4 and 8, not 1 and 2.
    permutations, seed : int
        How often the series are shifted at random for ``p``, and the seed that makes the answer the same again.

    Returns
    -------
    pandas.DataFrame
        One row for each lag, with index 0..n-1: ``lag``, ``association`` (−1 to 1: correlation of ranks within each
        area, so that large areas do not decide), ``pairs`` (area-periods that have both), ``areas``, ``periods`` (from
        the first to the last of the table, those that it lacks too), ``p`` and ``reading``, which also says where no
        pair exists at a lag; ``source``, where the table names it. ``p`` is the share of permutations in which, the
        series ``y`` of each area shifted in time by a length of its own (what falls off the end comes back at the
        start), any of the lags is as closely associated as this one. It takes account of how long each series
        remembers, and of looking at several lags.

    Raises
    ------
    SchemaError
        A column is missing, an area has a period twice, lags that are no whole numbers or reach beyond the table.

    Warns
    -----
    DataWarning
        Lags at which no area has both values, with lags at which the table has periods.

    See Also
    --------
    before_after : Events in equal windows before and after a day.
    sum_events : Events and deaths by area and period.
    series : Counts by month, without inventing any.

    Notes
    -----
    Both series may follow a third (the season, the coverage of the source, the access of those who count): shifts in
    time do not rule that out. Areas are taken to be independent of each other; where all of them rise in the same
    months, p is too small. With one area there are no more shifts than periods, and p cannot be small: bring several
    areas.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> table = pd.DataFrame({"pcode": "XA01", "start": pd.date_range("2018-01-01", periods=24, freq="MS"),
    ...     "deaths": [0, 3, 1, 9, 2, 0, 4, 1, 7, 0, 5, 2, 8, 1, 0, 6, 3, 2, 9, 0, 1, 4, 0, 2]})
    >>> table["fled"] = table["deaths"].shift(2) * 100
    >>> found = sg.events.lagged_association(table, "deaths", "fled", lags=range(4))
    >>> found.loc[found["association"].idxmax(), ["lag", "association"]].round(2).tolist()
    [2.0, 1.0]
    """
    wanted = _checked_lags(lags)
    cube_x, cube_y, step, apart = _cubes(table, x, y)
    areas, periods = cube_x.shape
    if max(abs(lag) for lag in wanted) > periods - 3:
        raise SchemaError(
            f"lags up to {max(abs(lag) for lag in wanted)} need more than the {periods} periods of the table"
        )
    seen = [_association(cube_x, cube_y, lag) for lag in wanted]
    without = [lag for lag, (_, count) in zip(wanted, seen, strict=True) if not count]
    if without:
        warnings.warn(
            f"no area has {x!r} and {y!r} {listed(without, SHOWN_AT_MOST)} {step}s apart. The starts of the table lie "
            f"{listed(apart, _LAGS_ADVISED)} {step}s apart: ask for such lags",
            DataWarning,
            stacklevel=2,
        )
    chance = _chance(cube_x, cube_y, wanted, [value for value, _ in seen], (permutations, seed))
    found = pd.DataFrame(
        {
            "lag": wanted,
            "association": [value for value, _ in seen],
            "pairs": [count for _, count in seen],
            "areas": areas,
            "periods": periods,
            "p": chance,
            "reading": [
                LAG_READING
                if count
                else f"No area has both values {abs(lag)} {step}{'s' if abs(lag) != 1 else ''} apart: this lag says nothing."
                for lag, (_, count) in zip(wanted, seen, strict=True)
            ],
        }
    )
    return with_source(found, table)


def _chance(x: Floats, y: Floats, lags: list[int], seen: list[float], permutations: tuple[int, int]) -> Floats:
    """How often series that are each shifted in time by a length of their own are as closely associated at any lag."""
    random = np.random.default_rng(permutations[1])
    areas, periods = x.shape
    # Each area has no more shifts than periods: all are worked out once, and a permutation only adds up what it picks.
    parts = np.array([[_moments(x, np.roll(y, shift, axis=1), lag) for shift in range(periods)] for lag in lags])
    shifts = random.integers(0, periods, (permutations[0], areas))
    highest = np.zeros(permutations[0])
    for products, squares_x, squares_y in np.moveaxis(parts, 2, 1):
        sums = [of_area[shifts, np.arange(areas)].sum(axis=1) for of_area in (products, squares_x, squares_y)]
        scale = np.sqrt(sums[1] * sums[2])
        found = np.divide(sums[0], scale, out=np.zeros_like(scale), where=scale > 0)
        highest = np.maximum(highest, np.abs(found))
    chance = np.full(len(lags), np.nan)
    for number, value in enumerate(seen):
        if np.isfinite(value):
            chance[number] = (1 + (highest >= abs(value) * (1 - 1e-9)).sum()) / (1 + permutations[0])
    return chance


def _checked_lags(lags: Iterable[int]) -> list[int]:
    wanted = list(lags)
    if not wanted or not all(isinstance(lag, (int, np.integer)) and not isinstance(lag, bool) for lag in wanted):
        raise SchemaError(f"lags={wanted!r} are not whole numbers of periods. Give some, such as range(7)")
    return [int(lag) for lag in wanted]


def _cubes(table: pd.DataFrame, x: str, y: str) -> tuple[Floats, Floats, str, list[int]]:
    """The ranks of the two columns by area and period, what a period is, and how many of them starts lie apart."""
    checks.columns(table, "table", {"pcode": "text", "start": "day", x: "number", y: "number"})
    known = table[table["pcode"].notna()]
    twice = known.duplicated(["pcode", "start"])
    if twice.any():
        raise SchemaError(
            f"rows {listed(list(known.index[twice]), SHOWN_AT_MOST)}: an area has a period more than once. Sum first"
        )
    if known.empty:
        raise SchemaError("table: no row has a p-code. Give the sums of areas")
    starts = pd.DatetimeIndex(checks.days(known["start"], "table"))
    every, step = without_gaps(starts.unique().sort_values())
    places = np.flatnonzero(every.isin(starts))
    apart = sorted({int(lag) for lag in (places[:, None] - places).ravel() if lag >= 0})
    cubes = []
    for name in (x, y):
        wide = known.assign(start=starts).pivot(index="pcode", columns="start", values=name)  # noqa: PD010 - a key twice must fail
        wide = wide.reindex(columns=every)
        ranks = wide.astype("Float64").rank(axis=1)
        cubes.append(ranks.to_numpy(dtype="float64", na_value=np.nan))
    return cubes[0], cubes[1], step, apart


def _association(x: Floats, y: Floats, lag: int) -> tuple[float, int]:
    products, squares_x, squares_y = _moments(x, y, lag).sum(axis=1)
    scale = float(np.sqrt(squares_x * squares_y))
    one, two = _beside(x, y, lag)
    return float(products / scale) if scale > 0 else np.nan, int((np.isfinite(one) & np.isfinite(two)).sum())


def _beside(x: Floats, y: Floats, lag: int) -> tuple[Floats, Floats]:
    periods = x.shape[1]
    return (x[:, : periods - lag], y[:, lag:]) if lag >= 0 else (x[:, -lag:], y[:, : periods + lag])


def _moments(x: Floats, y: Floats, lag: int) -> Floats:
    """Three rows with a value for each area: sum of products, of squares of x, of squares of y, about their means where both are there."""
    one, two = _beside(x, y, lag)
    both = np.isfinite(one) & np.isfinite(two)
    count = np.maximum(both.sum(axis=1, keepdims=True), 1)
    held = [np.where(both, part, 0) for part in (one, two)]
    centred = [np.where(both, part - part.sum(axis=1, keepdims=True) / count, 0) for part in held]
    return np.array(
        [(centred[0] * centred[1]).sum(axis=1), (centred[0] ** 2).sum(axis=1), (centred[1] ** 2).sum(axis=1)]
    )


FEWEST = 6
_MOST = 0.95
_DRAWS = 9_999
_SEED = 0


@dataclass(frozen=True)
class Tested:
    """A level or a trend with its 95 % interval, its p, and the memory that was taken into account; missing where it is too short."""

    value: float
    low: float
    high: float
    p: float
    memory: float


@dataclass(frozen=True)
class _Design:
    """What is estimated (weights), what is taken off before memory is measured (hat), and the bias of that measure."""

    weights: Floats
    hat: Floats
    bias: tuple[int, int]


def tested(values: Floats, of: Literal["level", "trend"], memory: float | None) -> Tested:
    """Hold a mean or a slope against what chance gives to a series that remembers.

    The statistic is the estimate over its standard error under a first-order memory; its distribution is drawn from
    normal series with the same memory, in which the memory is estimated anew, so that not knowing it is paid for.
    """
    design = _design(len(values), of)
    value = float(design.weights @ values)
    if len(values) < FEWEST:
        return Tested(value, np.nan, np.nan, np.nan, np.nan)
    error, kept = _standard_error(values[None, :], design, memory)
    drawn = _remembering(float(kept[0]), len(values))
    chance = np.abs(drawn @ design.weights) / _standard_error(drawn, design, memory)[0]
    margin = float(np.quantile(chance, 0.95) * error[0])
    # Without a spread there is no chance: what rounding leaves of a level that is none is none.
    size = abs(value) if abs(value) > 1e-9 * (1 + np.abs(values).max()) else 0.0
    as_large = (chance * error[0] >= size * (1 - 1e-9)).sum() if size else _DRAWS
    return Tested(value, value - margin, value + margin, float((1 + as_large) / (1 + _DRAWS)), float(kept[0]))


def slope_weights(count: int) -> Floats:
    """What each value counts for in the least-squares slope over its number."""
    x = np.arange(count) - (count - 1) / 2
    total = float(x @ x)
    return np.asarray(x / total if total else np.full(count, np.nan), dtype=np.float64)


def _design(count: int, of: str) -> _Design:
    even = np.full(count, 1 / count)
    hat = np.full((count, count), 1 / count)
    if of == "level":
        return _Design(even, hat, (1, 4))
    slope = slope_weights(count)
    x = np.arange(count) - (count - 1) / 2
    return _Design(slope, hat + np.outer(x, slope), (2, 5))


def _standard_error(series: Floats, design: _Design, memory: float | None) -> tuple[Floats, Floats]:
    """For each row the standard error of the estimate and the memory, estimated where it is not given."""
    count = series.shape[1]
    rest = series - series @ design.hat.T
    squares = (rest**2).sum(axis=1)
    if memory is None:
        # The first autocorrelation of so few values lies too low (Kendall 1954): corrected, and never below none.
        first = (rest[:, 1:] * rest[:, :-1]).sum(axis=1) / np.where(squares > 0, squares, 1)
        above, below = design.bias
        kept = np.clip((count * first + above) / (count - below), 0, _MOST)
    else:
        kept = np.full(len(series), float(memory))
    powers = kept[:, None] ** np.arange(count)
    of_estimate = powers @ _by_distance(np.outer(design.weights, design.weights))
    of_rest = count - powers @ _by_distance(design.hat)
    return np.sqrt(squares / of_rest * of_estimate), kept


def _by_distance(matrix: Floats) -> Floats:
    """The sums of a symmetric matrix over pairs that lie 0, 1, 2 … apart."""
    count = len(matrix)
    return np.array([np.trace(matrix, far) * (1 if far == 0 else 2) for far in range(count)])


def _remembering(memory: float, count: int) -> Floats:
    random = np.random.default_rng(_SEED)
    series = random.normal(size=(_DRAWS, count))
    series[:, 0] /= np.sqrt(1 - memory**2)
    for month in range(1, count):
        series[:, month] += memory * series[:, month - 1]
    return np.asarray(series, dtype=np.float64)
