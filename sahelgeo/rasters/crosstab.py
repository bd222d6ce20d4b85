"""The people of a grid by two sets of zones at once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import DoubleCountError
from sahelgeo.rasters.grids import Raster, open_grid
from sahelgeo.rasters.spans import Floats, Ints
from sahelgeo.rasters.zones import Values, checked_zones, polygons_on, sums_over, zone_labels

# Borders of real files overlap by centimetres: what they count twice is less than this share of a zone.
_OVERLAP_BORNE = 1e-3
_ROUNDING_NOISE = 1e-9


def people_by_zone(
    raster: Raster,
    zones_a: gpd.GeoDataFrame,
    zones_b: gpd.GeoDataFrame,
    *,
    values: Values,
    band: int | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """How many people live in each pair of two sets of zones, in one pass over the grid; nobody is lost.

    For example departments and livelihood zones, or regions and the polygons of a food-security analysis. The zones need
    not nest, nor cover each other.

    Parameters
    ----------
    raster : path, rasterio dataset or xarray.DataArray
        A population grid, as in :func:`zonal_sum`.
    zones_a, zones_b : geopandas.GeoDataFrame
        Valid polygons in any CRS; within a set they do not overlap. A zone is called by its ``pcode`` where the set has
        that column, else by its index.
    values : {"count", "density"}
        What a cell holds: persons in the cell, or persons per km².
    band : int, optional
        Which band of a file, where it has several.
    progress : bool
        Show a bar.

    Returns
    -------
    pandas.DataFrame
        One row for each pair that shares ground, with index 0..n-1: ``zone_a``, ``zone_b``, ``people`` (Float64) and
        ``cells`` (cells with data, fractions counted). A missing ``zone_b`` is what of ``zone_a`` no zone of the second set
        covers, and so the other way round; both missing is the rest of the grid. All rows together are the sum of the
        grid. People are missing, not 0, where a pair has no data.

    Raises
    ------
    DoubleCountError
        Zones of one set overlap, so that people would be counted twice; they are in ``.rows``.
    GridError, CRSError, FormatError, SchemaError
        As in :func:`zonal_sum`.

    See Also
    --------
    zonal_sum : The sum of a grid over each area.
    overlay_phases : People living in polygons of each phase.

    Notes
    -----
    Cells are shared out by the exact part that each zone covers (exactextract); the grid is not resampled.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np, sahelgeo as sg, xarray as xr
    >>> from shapely import box
    >>> grid = xr.DataArray([[10.0, 20.0], [30.0, 40.0]], dims=("y", "x"), coords={"y": [1.5, 0.5], "x": [0.5, 1.5]},
    ...                     attrs={"crs": "EPSG:4326"})
    >>> halves = gpd.GeoDataFrame({"pcode": ["west", "east"]}, geometry=[box(0, 0, 1, 2), box(1, 0, 2, 2)], crs=4326)
    >>> south = gpd.GeoDataFrame({"pcode": ["south"]}, geometry=[box(0, 0, 2, 1)], crs=4326)
    >>> sg.people_by_zone(grid, halves, south, values="count")[["zone_a", "zone_b", "people"]]
      zone_a zone_b  people
    0   west  south    30.0
    1   west   <NA>    10.0
    2   east  south    40.0
    3   east   <NA>    20.0
    """
    first, second = checked_zones(zones_a, "zones_a"), checked_zones(zones_b, "zones_b")
    with open_grid(raster, band) as reader:
        a, b = polygons_on(reader.grid, first), polygons_on(reader.grid, second)
        left, right, shapes = shared_pieces(a, b)
        doubled = [shared_within(a), shared_within(b)]
        # The sets themselves ride along: what is left of them outside the other is theirs less the pieces.
        grounds = [shapes, a, b, doubled[0][2], doubled[1][2]]
        sums = sums_over(reader, np.concatenate(grounds), values, whole=True, progress=progress)
    parts = np.split(np.arange(len(sums.total)), np.cumsum([len(ground) for ground in grounds])[:-1])
    for name, zones, own, pairs, ground in zip(
        ("zones_a", "zones_b"), (first, second), parts[1:3], doubled, parts[3:], strict=True
    ):
        _refuse_overlaps(name, zones, pairs, sums.total[ground], sums.total[own])
    pieces = parts[0]
    rows = [(left, right, sums.total[pieces], sums.cells[pieces])]
    for zones, numbers, own in ((first, left, parts[1]), (second, right, parts[2])):
        rest = _rest(sums.total[own], np.bincount(numbers, sums.total[pieces], len(zones)).astype(float))
        cells = np.maximum(sums.cells[own] - np.bincount(numbers, sums.cells[pieces], len(zones)), 0)
        nobody, here = np.full(len(zones), -1), np.arange(len(zones))
        rows.append((here, nobody, rest, cells) if zones is first else (nobody, here, rest, cells))
    return _table(rows, sums.whole, first, second)


def shared_pieces(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> tuple[Ints, Ints, npt.NDArray[Any]]:
    """The pairs of two sets of polygons that share ground, and the ground."""
    right, left = shapely.STRtree(a).query(b, predicate="intersects")
    return _ground(a, b, left, right)


def shared_within(polygons: npt.NDArray[Any]) -> tuple[Ints, Ints, npt.NDArray[Any]]:
    """The pairs of one set of polygons that share ground, and the ground: none where they only border on each other."""
    # Of two polygons that overlap, one at least has an edge that fits no other's: most need no look at all.
    odd = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(polygons)))
    left, right = shapely.STRtree(polygons).query(polygons[odd], predicate="intersects")
    pairs = np.unique(np.sort(np.column_stack([odd[left], right])[odd[left] != right], axis=1), axis=0)
    return _ground(polygons, polygons, pairs[:, 0], pairs[:, 1])


def counted_once(polygons: npt.NDArray[Any]) -> tuple[Ints, npt.NDArray[Any], npt.NDArray[Any]]:
    """Which polygons overlap earlier ones, what of each is left without these, and what it shares with them.

    What is left, with the polygons that overlap no earlier one, covers the same ground without overlaps. What is shared is
    the ground that is covered again, once for each time.
    """
    _, later, shapes = shared_within(polygons)
    again, which = np.unique(later, return_inverse=True)
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, group = parts[areal], which[part_of[areal]]
    shared = np.array([shapely.union_all(parts[group == number]) for number in range(len(again))], dtype=object)
    return again, shapely.difference(polygons[again], shared), shared


def _ground(a: npt.NDArray[Any], b: npt.NDArray[Any], left: Ints, right: Ints) -> tuple[Ints, Ints, npt.NDArray[Any]]:
    shapely.prepare(a)
    shapely.prepare(b)
    shapes = np.empty(len(left), dtype=object)
    a_holds = shapely.contains_properly(a[left], b[right])
    b_holds = shapely.contains_properly(b[right], a[left])
    shapes[a_holds], shapes[b_holds] = b[right[a_holds]], a[left[b_holds]]
    cut = np.flatnonzero(~a_holds & ~b_holds)
    threads = min(8, os.cpu_count() or 1)
    with ThreadPoolExecutor(threads) as pool:
        parts = np.array_split(cut, threads * 4)
        found = pool.map(lambda part: shapely.intersection(a[left[part]], b[right[part]]), parts)
        for part, ground in zip(parts, found, strict=True):
            shapes[part] = ground
    real = shapely.area(shapes) > 0
    order = np.lexsort((right[real], left[real]))
    return left[real][order], right[real][order], shapes[real][order]


def _refuse_overlaps(
    name: str, zones: gpd.GeoDataFrame, pairs: tuple[Ints, Ints, Any], doubled: Floats, total: Floats
) -> None:
    left, right, _ = pairs
    real = doubled > _OVERLAP_BORNE * np.maximum(np.minimum(total[left], total[right]), 1)
    if real.any():
        labels = zone_labels(zones).to_numpy()
        shown = [f"{labels[one]} and {labels[other]}" for one, other in zip(left[real], right[real], strict=True)]
        raise DoubleCountError(
            f"{name}: {listed(shown, SHOWN_AT_MOST)} overlap, and {doubled[real].sum():,.0f} people would be counted twice. "
            "Mend the overlaps, or give one set of zones after the other",
            zones.iloc[np.unique(np.r_[left[real], right[real]])],
        )


def _rest(total: Floats, shared: Floats) -> Floats:
    rest = total - shared
    rest[np.abs(rest) <= _ROUNDING_NOISE * np.maximum(total, 1)] = 0
    return rest


def _table(pairs: list[Any], whole: float, first: gpd.GeoDataFrame, second: gpd.GeoDataFrame) -> pd.DataFrame:
    a, b, people, cells = (np.concatenate(column) for column in zip(*pairs, strict=True))
    real = (cells > _ROUNDING_NOISE) | ((a >= 0) & (b >= 0))
    a, b, people, cells = a[real], b[real], people[real], cells[real]
    outside = whole - float(people.sum())
    if abs(outside) > _ROUNDING_NOISE * max(abs(whole), 1):
        a, b, people, cells = np.r_[a, -1], np.r_[b, -1], np.r_[people, outside], np.r_[cells, np.nan]
    order = np.lexsort((np.where(b < 0, len(second), b), np.where(a < 0, len(first), a)))
    table = pd.DataFrame(
        {
            "zone_a": _called(first, a),
            "zone_b": _called(second, b),
            "people": pd.array(np.where(cells > 0, people, np.nan), dtype="Float64"),
            "cells": pd.array(cells, dtype="Float64"),
        }
    )
    # The rest of the grid is people that no zone holds: its cells were not counted.
    table.loc[(a < 0) & (b < 0), "people"] = outside
    return table.iloc[order].reset_index(drop=True)


def _called(zones: gpd.GeoDataFrame, numbers: Ints) -> pd.Series:
    labels = zone_labels(zones).reset_index(drop=True)
    called = labels.reindex(pd.Index(np.where(numbers < 0, -1, numbers))).reset_index(drop=True)
    return called.astype("string") if "pcode" in zones else called
