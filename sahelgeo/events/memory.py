"""How far chance alone moves a level or a trend where each month keeps a part of the last one's departure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
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

    The statistic is the estimate over its standard error under a first-order memory; its distribution is drawn from normal series
    with the same memory, in which the memory is estimated anew, so that not knowing it is paid for.
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
