"""Do two series move together, and which is first? Ranks within areas, and shifts in time for what chance would give."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import DataWarning, SchemaError
from sahelgeo.periods import without_gaps

Floats = npt.NDArray[np.float64]
READING = "An association in time, not a cause."
_LAGS_ADVISED = 6


def lagged_association(
    table: pd.DataFrame, x: str, y: str, *, lags: Iterable[int] = range(7), permutations: int = 999, seed: int = 0
) -> pd.DataFrame:
    """How closely ``y`` follows ``x`` some periods later, within areas.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows with ``pcode``, ``start`` (of equal periods, such as months) and the two columns: violence and displacement,
        displacement and people in phase 3 or above.
    x, y : str
        The columns; ``y`` is looked at ``lag`` periods after ``x``.
    lags : iterable of int
        In periods; a negative one asks whether ``x`` follows ``y``. Starts in months that are not evenly spaced, such as those of
        food-security analyses (February, October), are counted in months: 4 and 8, not 1 and 2.
    permutations, seed : int
        How often the series are shifted at random for ``p``, and the seed that makes the answer the same again.

    Returns
    -------
    pandas.DataFrame
        One row for each lag, with index 0..n-1: ``lag``, ``association`` (−1 to 1: correlation of ranks within each area, so
        that large areas do not decide), ``pairs`` (area-periods that have both), ``areas``, ``periods`` (from the first to the last of the table, those that
        it lacks too), ``p`` and ``reading``, which also says where no pair exists at a lag.
        ``p`` is the share of permutations in which, the series ``y`` of each area shifted in time by a length of its own (what falls off the end
        comes back at the start), any of the lags is as closely associated as this one. It takes account of how long each series
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
    Both series may follow a third (the season, the coverage of the source, the access of those who count): shifts in time do not rule
    that out. Areas are taken to be independent of each other; where all of them rise in the same months, p is too small. With one area
    there are no more shifts than periods, and p cannot be small: bring several areas.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> table = pd.DataFrame({"pcode": "XA01", "start": pd.date_range("2018-01-01", periods=24, freq="MS"),
    ...     "deaths": [0, 3, 1, 9, 2, 0, 4, 1, 7, 0, 5, 2, 8, 1, 0, 6, 3, 2, 9, 0, 1, 4, 0, 2]})
    >>> table["fled"] = table["deaths"].shift(2) * 100
    >>> found = sg.lagged_association(table, "deaths", "fled", lags=range(4))
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
            f"no area has {x!r} and {y!r} {listed(without, SHOWN_AT_MOST)} {step}s apart. The starts of the table lie {listed(apart, _LAGS_ADVISED)} "
            f"{step}s apart: ask for such lags",
            DataWarning,
            stacklevel=2,
        )
    chance = _chance(cube_x, cube_y, wanted, [value for value, _ in seen], (permutations, seed))
    return pd.DataFrame(
        {
            "lag": wanted,
            "association": [value for value, _ in seen],
            "pairs": [count for _, count in seen],
            "areas": areas,
            "periods": periods,
            "p": chance,
            "reading": [
                READING
                if count
                else f"No area has both values {abs(lag)} {step}{'s' if abs(lag) != 1 else ''} apart: this lag says nothing."
                for lag, (_, count) in zip(wanted, seen, strict=True)
            ],
        }
    )


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
