"""Events over time: before and after a day, a year so far, when violence arrives, one series behind another.

Descriptions, never the proof of a cause.

War has a memory: a bad month is followed by bad months. So what chance alone would give is drawn from series that
remember (``tested``), or from the series themselves, shifted in time (``lagged_association``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo import checks
from sahelgeo.checks import Need
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import SchemaError, WindowError, warn
from sahelgeo.events.counting import check_inside, check_whole, conform_events, known_values, read_coverage
from sahelgeo.periods import periods_of, without_gaps
from sahelgeo.sources import with_source
from sahelgeo.sums import named_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
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
        One row:

        - ``date``, and ``months`` in each window;
        - ``before`` and ``after``, means per month;
        - ``change``, after less before; less the change of ``compare``, if given; ``change_low`` and ``change_high``,
          its 95 % interval, and ``p_change``;
        - ``memory`` (0–1), as given or estimated;
        - ``ratio``, after by before; ``compare_before`` and ``compare_after``, the means of ``compare``;
        - ``trend_before`` and ``trend_after`` (per month, least squares); ``trend_change`` (of the difference to
          ``compare``, if given) and ``p_trend``;
        - ``reading``, one sentence on what this does not show;
        - ``source``, where the series name theirs.

        The interval, both p and the memory are missing in windows of fewer than six months.

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
    _check_options(window, memory)
    after_months = pd.period_range(day.to_period("M"), periods=window, freq="M")
    pairs = after_months - max(window, YEAR), after_months
    before, after = (_values(series, months, column, "series") for months in pairs)
    row: dict[str, Any] = {"date": day, "months": window, "before": before.mean(), "after": after.mean()}
    difference, compared = after - before, {"compare_before": np.nan, "compare_after": np.nan}
    if compare is not None:
        others = [_values(compare, months, column, "compare") for months in pairs]
        compared = {"compare_before": others[0].mean(), "compare_after": others[1].mean()}
        difference = difference - (others[1] - others[0])
    level, trend = tested(difference, "level", memory), tested(difference, "trend", memory)
    row |= {"change": difference.mean(), "change_low": level.low, "change_high": level.high, "p_change": level.p}
    row |= {"memory": level.memory, "ratio": after.mean() / before.mean() if before.mean() else np.nan, **compared}
    row |= {"trend_before": slope_weights(window) @ before, "trend_after": slope_weights(window) @ after}
    row |= {"trend_change": trend.value, "p_trend": trend.p, "reading": READING}
    return with_source(pd.DataFrame([row]), series, compare)


def _check_options(window: int, memory: float | None) -> None:
    if memory is not None and not 0 <= memory < 1:
        raise SchemaError(f"memory={memory!r} is not from 0 (none) to below 1. Leave it out to have it estimated")
    whole = isinstance(window, (int, np.integer)) and not isinstance(window, bool)
    if not whole or window < 1 or (window > YEAR and window % YEAR):
        raise SchemaError(
            f"window={window!r} is not 1 to 12 months or a multiple of 12: other windows put unlike seasons side by "
            "side"
        )


def _values(series: pd.DataFrame, months: pd.PeriodIndex, column: str, name: str) -> Floats:
    need_months(series, name, column)
    periods = months_of(series)
    # A part is not the whole: an area without a row, without a value or covered in part makes its month unknown.
    unknown = unknown_months(series, months, column)
    if len(unknown):
        raise WindowError(
            f"{name}: no {column} in {unknown['month'].nunique()} of the {len(months)} months {months[0]} to "
            f"{months[-1]}: {unknown_in_words(unknown)}. Choose a shorter window, another day, or areas that are known "
            "throughout; where the source covers a month and saw nothing, give sum_events its coverage"
        )
    sums = series[column].astype("Float64").groupby(periods).sum()
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
        One row for each lag, with index 0..n-1:

        - ``lag``;
        - ``association`` (−1 to 1), the correlation of ranks within each area, so that large areas do not decide;
        - ``pairs``, area-periods that have both values; ``areas``; ``periods``, from the first to the last of the
          table, those that it lacks too;
        - ``p``, the share of permutations in which any of the lags is as closely associated as this one. In each the
          series ``y`` of every area is shifted in time by a length of its own, and what falls off the end comes back at
          the start: this takes account of how long each series remembers, and of looking at several lags;
        - ``reading``, which also says where no pair exists at a lag;
        - ``source``, where the table names it.

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
    wide, step = _by_area(table, "table", x, y)
    if wide[0].empty:
        raise SchemaError("table: no row has a p-code. Give the sums of areas")
    ranks_x, ranks_y = (one.rank(axis=1).to_numpy(dtype="float64", na_value=np.nan) for one in wide)
    areas, periods = ranks_x.shape
    most = max(abs(lag) for lag in wanted)
    if most > periods - 3:
        raise SchemaError(f"lags up to {most} need more than the {periods} periods of the table")
    seen, pairs, chance = _associations(ranks_x, ranks_y, wanted, permutations, np.random.default_rng(seed))
    without = [lag for lag, count in zip(wanted, pairs, strict=True) if not count]
    if without:
        places = np.flatnonzero(wide[0].columns.isin(checks.days(table["start"], "table")))
        apart = sorted({int(lag) for lag in (places[:, None] - places).ravel() if lag >= 0})
        warn(
            f"no area has {x!r} and {y!r} {listed(without, SHOWN_AT_MOST)} {step}s apart. The starts of the table lie "
            f"{listed(apart, _LAGS_ADVISED)} {step}s apart: ask for such lags"
        )
    nothing = [f"{abs(lag)} {step}{'s' if abs(lag) != 1 else ''}" for lag in wanted]
    found = {
        "lag": wanted,
        "association": seen,
        "pairs": pairs,
        "areas": areas,
        "periods": periods,
        "p": chance,
        "reading": [
            LAG_READING if count else f"No area has both values {lag} apart: this lag says nothing."
            for lag, count in zip(nothing, pairs, strict=True)
        ],
    }
    return with_source(pd.DataFrame(found), table)


def _by_area(table: pd.DataFrame, name: str, *columns: str) -> tuple[list[pd.DataFrame], str]:
    """Each column with a row for each area and a column for each period, and what a period is called.

    A period between the first and the last that the table lacks is there too: a gap must not shorten a lag, ends a
    run, and what was not seen may have happened.
    """
    checks.columns(table, name, {"pcode": "text", "start": "day", **dict.fromkeys(columns, "number")})
    known = table.assign(start=checks.days(table["start"], name))[table["pcode"].notna()]
    advice = "An area has a period more than once: sum first, without 'by'"
    checks.once(known, name, "pcode", "start", advice=advice)
    every, step = without_gaps(pd.DatetimeIndex(known["start"].unique()).sort_values())
    wide = [known.pivot(index="pcode", columns="start", values=name) for name in columns]  # noqa: PD010
    return [one.reindex(columns=every).astype("Float64") for one in wide], step


def _associations(
    x: Floats, y: Floats, lags: list[int], permutations: int, random: np.random.Generator
) -> tuple[Floats, Ints, Floats]:
    """The association at each lag, the pairs it rests on, and how often chance gives as much at any of the lags.

    Chance is the same series, each shifted in time by a length of its own.
    """
    areas, periods = x.shape
    # Each area has no more shifts than periods: all are worked out once, and a permutation only adds up what it picks.
    parts = np.array([[_moments(x, np.roll(y, shift, axis=1), lag) for shift in range(periods)] for lag in lags])
    seen, shifts = _correlation(parts[:, 0].sum(axis=1)), random.integers(0, periods, (permutations, areas))
    drawn = [_correlation(of_lag[shifts, np.arange(areas)].sum(axis=1)) for of_lag in parts]
    highest = np.nan_to_num(np.abs(drawn)).max(axis=0)
    as_close = (highest >= np.abs(seen)[:, None] * (1 - 1e-9)).sum(axis=1)
    chance = np.where(np.isfinite(seen), (1 + as_close) / (1 + permutations), np.nan)
    return seen, parts[:, 0, :, 3].sum(axis=1).astype(np.int64), chance


def _correlation(moments: Floats) -> Floats:
    scale = np.sqrt(moments[..., 1] * moments[..., 2])
    return np.divide(moments[..., 0], scale, out=np.full_like(scale, np.nan), where=scale > 0)


def _checked_lags(lags: Iterable[int]) -> list[int]:
    wanted = list(lags)
    if not wanted or not all(isinstance(lag, (int, np.integer)) and not isinstance(lag, bool) for lag in wanted):
        raise SchemaError(f"lags={wanted!r} are not whole numbers of periods. Give some, such as range(7)")
    return [int(lag) for lag in wanted]


def _moments(x: Floats, y: Floats, lag: int) -> Floats:
    """For each area the sum of products, of squares of x and of squares of y about their means, and the pairs."""
    periods = x.shape[1]
    one, two = (x[:, : periods - lag], y[:, lag:]) if lag >= 0 else (x[:, -lag:], y[:, : periods + lag])
    both = np.isfinite(one) & np.isfinite(two)
    count = both.sum(axis=1, keepdims=True)
    held = [np.where(both, part, 0) for part in (one, two)]
    a, b = (np.where(both, part - part.sum(axis=1, keepdims=True) / np.maximum(count, 1), 0) for part in held)
    return np.column_stack([(a * b).sum(axis=1), (a**2).sum(axis=1), (b**2).sum(axis=1), count])


FEWEST = 6
_MOST = 0.95
_DRAWS = 9_999
_SEED = 0
_Design = tuple[Floats, Floats, tuple[int, int]]


@dataclass(frozen=True)
class Tested:
    """A level or a trend, its 95 % interval, p, and the memory taken into account; missing where it is too short."""

    value: float
    low: float
    high: float
    p: float
    memory: float


def tested(values: Floats, of: Literal["level", "trend"], memory: float | None) -> Tested:
    """Hold a mean or a slope against what chance gives to a series that remembers.

    The statistic is the estimate over its standard error under a first-order memory; its distribution is drawn from
    normal series with the same memory, in which the memory is estimated anew, so that not knowing it is paid for.
    """
    design = _design(len(values), of)
    value = float(design[0] @ values)
    if len(values) < FEWEST:
        return Tested(value, np.nan, np.nan, np.nan, np.nan)
    error, kept = _standard_error(values[None, :], design, memory)
    drawn = _remembering(float(kept[0]), len(values))
    chance = np.abs(drawn @ design[0]) / _standard_error(drawn, design, memory)[0]
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
    """What is estimated (weights), what is taken off before memory is measured (hat), and the bias of that measure."""
    even, hat = np.full(count, 1 / count), np.full((count, count), 1 / count)
    if of == "level":
        return even, hat, (1, 4)
    slope = slope_weights(count)
    return slope, hat + np.outer(np.arange(count) - (count - 1) / 2, slope), (2, 5)


def _standard_error(series: Floats, design: _Design, memory: float | None) -> tuple[Floats, Floats]:
    """For each row the standard error of the estimate and the memory, estimated where it is not given."""
    count, (weights, hat, bias) = series.shape[1], design
    rest = series - series @ hat.T
    squares = (rest**2).sum(axis=1)
    if memory is None:
        # The first autocorrelation of so few values lies too low (Kendall 1954): corrected, and never below none.
        first = (rest[:, 1:] * rest[:, :-1]).sum(axis=1) / np.where(squares > 0, squares, 1)
        kept = np.clip((count * first + bias[0]) / (count - bias[1]), 0, _MOST)
    else:
        kept = np.full(len(series), float(memory))
    powers = kept[:, None] ** np.arange(count)
    of_estimate = powers @ _by_distance(np.outer(weights, weights))
    of_rest = count - powers @ _by_distance(hat)
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


ALL = ""


def need_months(series: pd.DataFrame, name: str, column: str) -> None:
    """Raise unless the table has days and the column, and, where it has them, areas and shares as they must be."""
    optional: dict[str, Need] = {"pcode": "text", "covered": "number"}
    there = {label: need for label, need in optional.items() if isinstance(series, pd.DataFrame) and label in series}
    checks.columns(series, name, {"start": "day", column: "number", **there})


def months_of(series: pd.DataFrame) -> pd.Series:
    """The month that each row begins in."""
    return pd.to_datetime(series["start"]).dt.to_period("M")


def areas_of(series: pd.DataFrame) -> pd.Series:
    """The p-code of each row as text; empty where there is none."""
    if "pcode" not in series:
        return pd.Series(ALL, index=series.index, dtype="object")
    return series["pcode"].astype("string").fillna(ALL).astype("object")


def unknown_months(series: pd.DataFrame, months: pd.PeriodIndex, column: str) -> pd.DataFrame:
    """The areas and months that are not known: no row though the table has the area, no value, or covered in part only.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``area`` (empty where the table names none) and ``covered`` (the share of the month where it is in
        part). Events without an area have no row where there are none: these rows must have a value, but need not be
        there.
    """
    covered = series.get("covered", pd.Series(pd.NA, index=series.index)).astype("Float64")
    part = (covered < 1).fillna(False).astype(bool)
    lost = series[column].isna() | part
    cells = pd.DataFrame({"month": months_of(series), "area": areas_of(series), "covered": covered.where(part)})
    areas = [area for area in cells["area"].unique() if area != ALL] or [ALL]
    wanted = pd.MultiIndex.from_product([months, areas], names=["month", "area"])
    absent = wanted.difference(pd.MultiIndex.from_frame(cells[["month", "area"]]), sort=False).to_frame(index=False)
    unknown = pd.concat(
        [cells[lost & cells["month"].isin(months)], absent.assign(covered=pd.array([pd.NA] * len(absent), "Float64"))]
    )
    return unknown.sort_values(["month", "area"], kind="stable", ignore_index=True)


def unknown_in_words(unknown: pd.DataFrame) -> str:
    """The months that are not known, each with its areas and how far they are covered."""
    words = []
    for month, cells in unknown.groupby("month"):
        covered = [f"covered to {100 * share:.0f} %" if pd.notna(share) else "" for share in cells["covered"]]
        areas = [f"{area} {share}".strip() for area, share in zip(cells["area"], covered, strict=True)]
        shown = [area for area in dict.fromkeys(areas) if area]
        words.append(f"{month}" + (f" ({listed(shown, SHOWN_AT_MOST)})" if shown else ""))
    return listed(words, SHOWN_AT_MOST)


VERDICTS = ("surpassed", "neared", "below", "unknown")
NEARED, SURPASSED = 0.75, 1.0
_UNKNOWN = ("part_unknown", "same_window_unknown", "full_year_unknown")


def year_to_date(
    events: gpd.GeoDataFrame,
    *,
    date: Any,
    by: str | list[str] | None = None,
    coverage: tuple[Any, Any] | pd.DataFrame | None = None,
    neared: float = NEARED,
    surpassed: float = SURPASSED,
) -> pd.DataFrame:
    """Compare a year so far with the year before: with the whole of it and with the same window of it.

    Six months against twelve can only near the total when violence has nearly doubled; six against the same six is the
    like-for-like change. Both are given, and the words follow bands that you may set.

    Parameters
    ----------
    events : geopandas.GeoDataFrame
        An Events table of one source.
    date : datetime.date or str
        The last day of the part of the year, such as ``"2020-06-30"``.
    by : str or list of str, optional
        Columns of the events, such as ``iso3``; without them all events together.
    coverage : tuple or pandas.DataFrame, optional
        The first and last day that the source covers; or a table of them (``start``, ``end``) for each ``iso3``, of
        which every country must hold the whole comparison. The default are the days from the first to the last event: a
        source that ends on 2 June says nothing of the rest of June.
    neared, surpassed : float
        From which ratio to the full year before the verdict is ``neared``, and from which ``surpassed``.

    Returns
    -------
    pandas.DataFrame
        One row for each value of ``by`` and each measure, with index 0..n-1:

        - the columns of ``by`` (``of`` without it), and ``measure``: ``events`` or ``fatalities``;
        - ``start`` and ``date``, first and last day of the part;
        - ``part``, ``same_window`` and ``full_year`` (Int64 counts);
        - ``ratio_full_year``, ``ratio_same_window`` and ``change_percent`` (of the part against the same window); a
          year without deaths gives no ratio;
        - ``verdict``, by the ratio to the full year: ``surpassed``, ``neared``, ``below``, or ``unknown`` where that
          year has none; ``neared_from`` and ``surpassed_from``, its bands;
        - ``part_unknown``, ``same_window_unknown`` and ``full_year_unknown``, events of each window whose deaths are
          not known: they add nothing to the deaths;
        - ``source``, of the events.

    Raises
    ------
    WindowError
        A day of the window, or of the year before it, is not covered, or a country is not in the coverage.
    SchemaError
        ``date`` is not a day, or the bands are not in order.
    DuplicateEventError, DoubleCountError
        As :func:`sum_events`.

    Warns
    -----
    DataWarning
        Events whose deaths are not known.

    See Also
    --------
    sum_events : Events and deaths by area and period.
    sahelgeo.brief.fatalities : Deaths halfway through 2020 against 2019.

    Notes
    -----
    The bands are a convention of this library: "neared" from 75 % of the year before, "surpassed" from 100 %.

    Examples
    --------
    >>> import geopandas as gpd, sahelgeo as sg
    >>> events = gpd.GeoDataFrame(
    ...     {"event": ["A", "B", "C"], "source": "made up", "fatalities": [10, 6, 13],
    ...      "date": ["2019-02-01", "2019-12-30", "2020-02-01"]},
    ...     geometry=gpd.points_from_xy([0] * 3, [14] * 3), crs="EPSG:4326")
    >>> found = sg.events.year_to_date(events, date="2020-06-30", coverage=("2019-01-01", "2020-06-30"))
    >>> found[["measure", "part", "same_window", "full_year", "change_percent", "verdict"]]
          measure  part  same_window  full_year  change_percent verdict
    0      events     1            1          2             0.0   below
    1  fatalities    13           10         16            30.0  neared
    """
    day = checks.day(date, "date")
    checked = conform_events(events)
    check_bands(neared, surpassed)
    labels = checks.by(by, checked)
    windows = windows_of(day)
    _check_window(checked, coverage, windows)
    groups = checked.groupby(labels, dropna=False, observed=True) if labels else [(("all",), checked)]
    rows = []
    for key, table in groups:
        within = [table[table["date"].between(*window)] for window in windows]
        uncounted = [int(part["fatalities"].isna().sum()) for part in within]
        counts = {
            "events": ([len(part) for part in within], [0] * len(_UNKNOWN)),
            "fatalities": ([part["fatalities"].sum(min_count=min(len(part), 1)) for part in within], uncounted),
        }
        for measure, (totals, unknown) in counts.items():
            found = compare_totals(*totals, neared=neared, surpassed=surpassed)
            place = dict(zip(labels or ["of"], key, strict=True))
            row = {**place, "measure": measure, "start": windows[0][0], "date": day, **found}
            rows.append(row | dict(zip(_UNKNOWN, unknown, strict=True)))
    within_any = np.logical_or.reduce([checked["date"].between(*window) for window in windows])
    unknown = within_any & checked["fatalities"].isna().to_numpy(dtype=np.bool_)
    if unknown.any():
        warn(
            f"deaths are not known in {int(unknown.sum()):,} of {int(within_any.sum()):,} events, "
            f"{named_rows(checked, unknown, ['event'])}: they add nothing to the sums of deaths. The columns "
            f"{', '.join(_UNKNOWN)} count them"
        )
    return with_source(typed(pd.DataFrame(rows)), checked)


def windows_of(day: pd.Timestamp) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """The part of the year, the same window a year before, and all of the year before."""
    year = day.year
    before = day - pd.DateOffset(years=1)
    return [
        (pd.Timestamp(year, 1, 1), day),
        (pd.Timestamp(year - 1, 1, 1), before),
        (pd.Timestamp(year - 1, 1, 1), pd.Timestamp(year - 1, 12, 31)),
    ]


def check_bands(neared: float, surpassed: float) -> None:
    """Raise unless 0 < neared <= surpassed."""
    if not 0 < neared <= surpassed:
        raise SchemaError(
            f"neared={neared!r} and surpassed={surpassed!r} are no bands. Give 0 < neared <= surpassed, such as 0.75 "
            "and 1"
        )


def _check_window(events: pd.DataFrame, coverage: Any, windows: list[tuple[pd.Timestamp, pd.Timestamp]]) -> None:
    start, end = windows[2][0], windows[0][1]
    if coverage is None:
        first, last = events["date"].min(), events["date"].max()
        if pd.isna(first):
            raise WindowError(f"the comparison needs {start:%Y-%m-%d} to {end:%Y-%m-%d}, and there is no event")
        # The days of the events, not their months: an export that ends on the 2nd says nothing of the 3rd.
        coverage = (first, last)
    cover, places = read_coverage(coverage, events), events.reindex(columns=["pcode", "iso3", "date"])
    if cover["iso3"].notna().any() and "iso3" not in events:
        raise SchemaError("coverage is by iso3, and the events have no such column. Add it, or give two days")
    check_whole(cover, start, end, places["iso3"].unique())
    check_inside(places, cover)


def compare_totals(
    part: Any, same_window: Any, full_year: Any, *, neared: float = NEARED, surpassed: float = SURPASSED
) -> dict[str, Any]:
    """The two ratios, the change in per cent and the verdict of three totals; what cannot be divided is missing."""
    to_full, to_same = _ratio(part, full_year), _ratio(part, same_window)
    verdict = "unknown"
    if not pd.isna(to_full):
        verdict = "surpassed" if to_full >= surpassed else "neared" if to_full >= neared else "below"
    return {
        "part": part,
        "same_window": same_window,
        "full_year": full_year,
        "ratio_full_year": to_full,
        "ratio_same_window": to_same,
        "change_percent": pd.NA if pd.isna(to_same) else 100 * (part - same_window) / same_window,
        "verdict": verdict,
        "neared_from": neared,
        "surpassed_from": surpassed,
    }


def _ratio(part: Any, whole: Any) -> Any:
    if pd.isna(part) or pd.isna(whole) or whole == 0:
        return pd.NA
    return part / whole


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Counts as Int64, ratios as Float64."""
    types = dict.fromkeys(("part", "same_window", "full_year"), "Int64")
    types |= dict.fromkeys(("ratio_full_year", "ratio_same_window", "change_percent"), "Float64")
    return table.astype({name: kind for name, kind in types.items() if name in table})


def spread(
    sums: pd.DataFrame, *, threshold: float = 1, column: str = "events", periods_in_a_row: int = 1
) -> pd.DataFrame:
    """The first period in which each area reaches a threshold.

    Parameters
    ----------
    sums : pandas.DataFrame
        One row for each area and period, as :func:`sum_events` gives with ``coverage``.
    threshold : float
        What must be reached in the period.
    column : str
        Of what.
    periods_in_a_row : int
        For how many periods in a row, so that one incident does not count as an arrival. A period that an area has no
        row for, between the first and the last of the table, breaks the row.

    Returns
    -------
    pandas.DataFrame
        One row for each area, sorted by ``pcode``, with index 0..n-1:

        - ``pcode``;
        - ``first``, the start of the first period that reaches the threshold; missing where none does;
        - ``reached`` (boolean); missing where no period reaches it and some has no value;
        - ``first_seen`` and ``last_seen``, the start of the first and of the last period with a value;
        - ``already`` (bool), whether the first period with a value reaches it, so that the arrival may be earlier;
        - ``source``, if the sums have it.

    Raises
    ------
    SchemaError
        A column is missing, an area has a period twice, a threshold that is not above 0.

    See Also
    --------
    first_above : When a place first reached a threshold.
    sum_events : Events and deaths by area and period.
    mean_centre : The centre of events, and how it moved.

    Notes
    -----
    An area that no period speaks of is unknown, not untouched: sum with ``coverage`` first.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> sums = pd.DataFrame({"pcode": ["XA01", "XA01", "XA02", "XA02"], "events": [0, 3, 0, 0],
    ...                      "start": pd.to_datetime(["2020-01-01", "2020-02-01"] * 2)})
    >>> sg.events.spread(sums)[["pcode", "first", "reached"]]
      pcode      first  reached
    0  XA01 2020-02-01     True
    1  XA02        NaT    False
    """
    if not threshold > 0 or periods_in_a_row < 1:
        raise SchemaError(
            f"threshold={threshold!r} must be above 0 and periods_in_a_row={periods_in_a_row!r} 1 or more"
        )
    (wide,), _ = _by_area(sums, "sums", column)
    values, starts = wide.to_numpy(dtype="float64", na_value=np.nan), wide.columns.to_numpy().astype("datetime64[us]")
    seen = ~np.isnan(values)
    # A run begins with each of so many columns beside each other; none begins in the last ones.
    high = np.pad(values >= threshold, ((0, 0), (0, periods_in_a_row - 1)))
    runs = np.logical_and.reduce([high[:, step : step + len(starts)] for step in range(periods_in_a_row)])
    first, first_seen = _first_of_each(runs, starts), _first_of_each(seen, starts)
    reached = pd.Series(runs.any(axis=1), dtype="boolean")
    columns: dict[str, Any] = {
        "pcode": wide.index.astype("string"),
        "first": first,
        "reached": reached.mask(~reached & ~seen.all(axis=1)),
        "first_seen": first_seen,
        "last_seen": _first_of_each(seen[:, ::-1], starts[::-1]),
        "already": first == first_seen,
    }
    return with_source(pd.DataFrame(columns), sums)


def _first_of_each(marks: npt.NDArray[np.bool_], starts: npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
    """The start of the first period that is marked in each row; missing where none is."""
    none = ~marks.any(axis=1, keepdims=True)
    return np.asarray(np.append(starts, np.datetime64("NaT"))[np.hstack([marks, none]).argmax(axis=1)])


def share_outside(
    sums: pd.DataFrame, inside: Iterable[str], *, column: str = "fatalities", freq: str = "YS"
) -> pd.DataFrame:
    """How much of the events or deaths lies outside some areas, by period.

    Parameters
    ----------
    sums : pandas.DataFrame
        Rows with ``pcode``, ``start`` and the column, as :func:`sum_events` gives them, of all areas that are spoken
        of.
    inside : iterable of str
        The p-codes of the areas, such as the five northern regions of Mali.
    column : str
        What is added up.
    freq : {"MS", "QS", "YS"}
        Months, quarters or years.

    Returns
    -------
    pandas.DataFrame
        One row for each period, with index 0..n-1:

        - ``start`` and ``end``;
        - ``inside``, ``outside`` and ``unplaced`` (Int64; the last are rows without a p-code);
        - ``share_outside`` (Float64, 0–1), of what has a place; missing where nothing has;
        - ``share_low`` and ``share_high``, the share if all of the unplaced were inside, or outside;
        - ``without_value``, rows whose value is missing: the sums are partial;
        - ``source``, if the sums have it.

    Raises
    ------
    SchemaError
        A column is missing, no p-code is named, or one that the table does not have.

    See Also
    --------
    core_periphery : A rate in the capital against the rest.
    sum_events : Events and deaths by area and period.
    sahelgeo.brief.accord : Violence outside the north of Mali.

    Notes
    -----
    ``share_low`` and ``share_high`` are bounds: what is not placed may lie inside or outside.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> sums = pd.DataFrame({"pcode": ["ML08", "ML05", None], "start": pd.Timestamp("2019-01-01"),
    ...                      "fatalities": [10, 30, 10]})
    >>> found = sg.events.share_outside(sums, ["ML08"])
    >>> found[["inside", "outside", "unplaced", "share_outside", "share_low", "share_high"]].values.tolist()
    [[10, 30, 10, 0.75, 0.6, 0.8]]
    """
    checks.columns(sums, "sums", {"pcode": "text", "start": "day", column: "number"})
    codes = known_values(inside, sums["pcode"], "inside", "table")
    spans = periods_of(checks.days(sums["start"], "sums"), freq)
    numbers = pd.to_numeric(sums[column]).astype("Float64")
    if spans["start"].isna().any() or (numbers % 1 != 0).any():
        raise SchemaError(
            f"sums: every row needs a day in 'start', and {column!r} counts in whole numbers. Correct the rows"
        )
    where = np.select([sums["pcode"].isin(codes), sums["pcode"].isna()], ["inside", "unplaced"], "outside")
    values = numbers.astype("Int64")
    parts = values.groupby([spans["start"], where]).sum(min_count=1).unstack()  # noqa: PD010
    parts = parts.reindex(columns=["inside", "outside", "unplaced"]).astype("Int64").fillna({"unplaced": 0})
    parts["without_value"] = values.isna().groupby(spans["start"]).sum()
    result = (
        spans.reset_index(drop=True).drop_duplicates().sort_values("start", ignore_index=True).join(parts, on="start")
    )
    within, beyond, lost = (result[name].astype("Float64") for name in ("inside", "outside", "unplaced"))
    placed, everything = (whole.mask(whole == 0) for whole in (within + beyond, within + beyond + lost))
    result = result.assign(
        share_outside=beyond / placed, share_low=beyond / everything, share_high=(beyond + lost) / everything
    )
    order = [*(name for name in result if name != "without_value"), "without_value"]
    return with_source(result[order], sums)
