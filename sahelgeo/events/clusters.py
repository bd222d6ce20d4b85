"""Hotspots: areas that lie, with their neighbours, higher or lower than chance would put them."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import DataWarning, SchemaError

Floats = npt.NDArray[np.float64]
_FEWEST = 8
_AT_ONCE = 2_000_000


def hotspots(
    areas: gpd.GeoDataFrame,
    column: str,
    *,
    alpha: float = 0.05,
    permutations: int = 9_999,
    seed: int = 0,
) -> gpd.GeoDataFrame:
    """Areas that form, with the areas they touch, clusters of high or of low values.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        Polygons with the column; each area once.
    column : str
        What is looked at: a rate says more than a count, since a count follows people.
    alpha : float
        The false discovery rate: of the areas named, about this share may be chance.
    permutations : int
        How often neighbours are drawn for each area; the smallest p is 2 / (permutations + 1).
    seed : int
        Of the permutations.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows and index with ``z`` (Getis and Ord's Gi*, a standard score), ``p`` (two-sided, from
        permutations), ``p_adjusted`` (Benjamini and Hochberg), ``neighbours`` (how many areas it touches), and
        ``hotspot``: ``high``, ``low``, ``none``; missing where the value is missing or no area with a value touches it.

    Raises
    ------
    SchemaError
        The column is missing or not a number, a p-code stands twice, fewer than eight areas have a value, an unknown
        option.
    CRSError
        The areas have no CRS.

    Warns
    -----
    DataWarning
        Areas without a result, by reason.

    See Also
    --------
    local_association : Where two values are high together.
    sum_events : Events and deaths by area and period.

    Notes
    -----
    Gi* of Getis and Ord (1992, Ord and Getis 1995), weights 1 for the area itself and for each area that touches it.
    Conditional permutation: the value of the area stays, its neighbours are drawn from all the others. Adjusted over
    all areas after Benjamini and Hochberg (1995). A hotspot follows the cut of the areas: another level gives other
    ones.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> provinces = sg.load_areas("BFA", level=2)
    >>> north = provinces.geometry.representative_point().y > 13.2
    >>> found = sg.events.hotspots(provinces.assign(rate=north * 50.0 + provinces.geometry.representative_point().x % 1), column="rate")
    >>> sorted(found.loc[found["hotspot"] == "high", "name"])
    ['Bam', 'Loroum', 'Seno', 'Soum']
    """
    values = _values(areas, column, alpha, permutations)
    pairs = _touching(areas, values)
    degree = np.bincount(pairs[0], minlength=len(areas))
    used = np.isfinite(values) & (degree > 0)
    _warn_left_out(areas, values, degree)
    z = np.full(len(areas), np.nan)
    p, side = np.full(len(areas), np.nan), np.zeros(len(areas))
    if used.any() and np.nanstd(values) > 0:
        z[used] = _gi_star(values, pairs, degree)[used]
        p, side = _permuted(values, pairs, degree, permutations, np.random.default_rng(seed))
    adjusted = false_discovery(p)
    # The permutations look at the neighbours alone; where they stand against the area itself, it is no cluster.
    high, low = (side > 0) & (z > 0), (side < 0) & (z < 0)
    found = np.where(adjusted > alpha, "none", np.where(high, "high", np.where(low, "low", "none")))
    words = pd.Series(found, index=areas.index, dtype="string").mask(pd.Series(~used, index=areas.index))
    return areas.assign(z=z, p=p, p_adjusted=adjusted, neighbours=degree, hotspot=words)


def _values(areas: gpd.GeoDataFrame, column: str, alpha: float, permutations: int) -> Floats:
    if not isinstance(areas, gpd.GeoDataFrame):
        raise SchemaError(
            f"hotspots takes areas with geometry (a GeoDataFrame), not {type(areas).__name__}. attach_areas makes one"
        )
    checks.crs(areas, "areas")
    if column not in areas.columns or not pd.api.types.is_numeric_dtype(areas[column].dtype):
        raise SchemaError(f"column {column!r} is missing or not a number. Found: {listed(list(areas.columns), 12)}")
    if not 0 < alpha < 1 or permutations < 99:
        raise SchemaError(f"alpha={alpha!r} must be between 0 and 1, and permutations={permutations!r} 99 or more")
    if "pcode" in areas:
        twice = areas["pcode"].notna() & areas["pcode"].duplicated(keep=False)
        if twice.any():
            codes = list(areas["pcode"][twice].unique())
            raise SchemaError(
                f"areas: {int(twice.sum()):,} rows share their p-code with another row "
                f"({listed(codes, SHOWN_AT_MOST)}): an area would be its own neighbour. Give one row for each area: "
                "choose one period, or add the periods up"
            )
    values: Floats = areas[column].to_numpy(dtype="float64", na_value=np.nan)
    if np.isfinite(values).sum() < _FEWEST:
        raise SchemaError(
            f"only {int(np.isfinite(values).sum())} areas have a value in {column!r}: {_FEWEST} at least are needed to "
            "tell a cluster from chance"
        )
    return values


def _touching(areas: gpd.GeoDataFrame, values: Floats) -> npt.NDArray[np.int64]:
    """Pairs of areas with values that touch, both ways round."""
    shapes = areas.geometry.array
    pairs = np.asarray(areas.sindex.query(shapes, predicate="intersects"), dtype=np.int64)
    known = np.isfinite(values)
    keep = (pairs[0] != pairs[1]) & known[pairs[0]] & known[pairs[1]]
    return pairs[:, keep]


def _gi_star(values: Floats, pairs: npt.NDArray[np.int64], degree: npt.NDArray[np.int64]) -> Floats:
    known = values[np.isfinite(values)]
    count, mean, deviation = len(known), known.mean(), known.std()
    plain = np.nan_to_num(values)
    sums = plain + np.bincount(pairs[0], weights=plain[pairs[1]], minlength=len(values))
    weight = degree + 1.0
    spread = deviation * np.sqrt((count * weight - weight**2) / (count - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        score: Floats = np.asarray((sums - mean * weight) / spread, dtype=np.float64)
    return score


def _permuted(
    values: Floats,
    pairs: npt.NDArray[np.int64],
    degree: npt.NDArray[np.int64],
    permutations: int,
    random: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Two-sided p of the sum of the neighbours (the area itself stays, so it needs no part in the sum), and its side: 1 high, −1 low."""
    known = np.flatnonzero(np.isfinite(values))
    sums = np.bincount(pairs[0], weights=np.nan_to_num(values)[pairs[1]], minlength=len(values))
    # One set of shuffled places serves every area: the first k of them are k areas drawn without putting back.
    most = int(degree.max())
    places = _shuffled_places(len(known) - 1, most, permutations, random)
    p, side = np.full(len(values), np.nan), np.zeros(len(values))
    for number, area in enumerate(known):
        if degree[area] == 0:
            continue
        others = np.delete(values[known], number)
        drawn = others[places[:, : degree[area]]].sum(axis=1)
        noise = 1e-9 * max(1.0, abs(sums[area]))
        above, below = (drawn >= sums[area] - noise).sum(), (drawn <= sums[area] + noise).sum()
        p[area] = min(1.0, 2 * (min(above, below) + 1) / (permutations + 1))
        side[area] = np.sign(int(below) - int(above))
    return p, side


def _shuffled_places(count: int, most: int, permutations: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    rows = max(1, _AT_ONCE // max(count, 1))
    parts = []
    for first in range(0, permutations, rows):
        keys = random.random((min(rows, permutations - first), count))
        parts.append(
            np.argpartition(keys, min(most, count - 1), axis=1)[:, :most] if most < count else np.argsort(keys, axis=1)
        )
    places = np.vstack(parts)
    # argpartition leaves the first ones in an order of its own: shuffled again, any k of them are as good as any other.
    return np.asarray(random.permuted(places, axis=1), dtype=np.int64)


def false_discovery(p: Floats) -> Floats:
    """P values adjusted after Benjamini and Hochberg (1995); missing ones stay missing and do not count."""
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    if len(known):
        order = known[np.argsort(p[known])]
        steps = p[order] * len(known) / np.arange(1, len(known) + 1)
        adjusted[order] = np.minimum(1.0, np.minimum.accumulate(steps[::-1])[::-1])
    return adjusted


def _warn_left_out(areas: gpd.GeoDataFrame, values: Floats, degree: npt.NDArray[np.int64]) -> None:
    missing, alone = ~np.isfinite(values), np.isfinite(values) & (degree == 0)
    told = [
        f"{int(mask.sum()):,} {why} (rows {listed(list(areas.index[mask]), SHOWN_AT_MOST)})"
        for why, mask in (("without a value", missing), ("that touch no area with a value", alone))
        if mask.any()
    ]
    if told:
        warnings.warn(
            f"{int((missing | alone).sum()):,} of {len(areas):,} areas have no result: {'; '.join(told)}",
            DataWarning,
            stacklevel=3,
        )
