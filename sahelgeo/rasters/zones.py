"""Polygons brought onto a grid, and what a grid holds: counts, or densities."""

from __future__ import annotations

import os
import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import CRSError, DataWarning, SchemaError
from sahelgeo.rasters.grids import Grid, GridError, Reader
from sahelgeo.rasters.spans import Floats, Ints
from sahelgeo.rasters.streams import ZoneSums, zone_sums

Values = Literal["count", "density"]
# Edges are straight in the CRS of the areas: in the grid's CRS they bend, and follow in steps of about a kilometre.
_STEP_DEGREES = 0.01
_STEP_METRES = 1000.0
# More than any count or density of people, livestock or money; what files write for no data is far above.
_NO_COUNT = 1e18
# Below any temperature, rain or vegetation index, stored as whole numbers too.
_NO_MEASURE = -9999
# What files write for no data, and what a vegetation index stored as whole numbers may hold too.
_PERHAPS_NO_DATA = (-99, -99.9, -99.99, -999, -999.9, -999.99, -3000)
# Packing leaves rain of less than nothing by less than this.
_PACKING_NOISE = 1e-3
# Coasts and borders stray from the grid's frame by less; more of an area outside is worth a warning.
_OUTSIDE_WARNED = 0.01
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_PER_AREA = re.compile(
    r"(/|\bp(er|ar)\s*)\s*(km|kilom|ha\b|sq|hectare|mi(les?|2|²)?\b)|km\s*(\*\*|\^)?-2|densit", re.IGNORECASE
)


def checked_zones(areas: gpd.GeoDataFrame, what: str = "areas") -> gpd.GeoDataFrame:
    """The areas, if they are valid polygons in a known CRS."""
    if not isinstance(areas, gpd.GeoDataFrame) or areas.active_geometry_name not in areas.columns:
        raise SchemaError(f"{what}: a GeoDataFrame of polygons is needed, not {type(areas).__name__}")
    if areas.crs is None:
        raise CRSError(
            f"{what}: the geometry has no CRS. Say which one it is in: areas.set_crs('EPSG:4326') for degrees"
        )
    shapes = areas.geometry.to_numpy()
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    unfit = there & ~np.isin(shapely.get_type_id(shapes), _POLYGONS)
    invalid = there & ~unfit & ~shapely.is_valid(shapes)
    problems = [
        f"{what}, row(s) {listed(list(areas.index[rows]), SHOWN_AT_MOST)}: {text}"
        for rows, text in (
            (~there, f"no geometry. Leave these rows out: {what}[{what}.geom_type.notna() & ~{what}.is_empty]"),
            (unfit, "not a polygon. Points and lines have no cells: use areas"),
            (
                invalid,
                f"invalid (it crosses or touches itself). Repair it: {what}.geometry = "
                f"shapely.make_valid({what}.geometry.values, method='structure', keep_collapsed=False)",
            ),
        )
        if rows.any()
    ]
    if problems:
        raise SchemaError("\n".join(problems), problems)
    return areas


def moved(shapes: gpd.GeoSeries, crs: Any) -> npt.NDArray[Any]:
    """The polygons in another CRS, valid there too."""
    if shapes.crs == crs or CRS(crs).equals(shapes.crs, ignore_axis_order=True):
        return np.asarray(shapes.to_numpy())
    step = _STEP_DEGREES if shapes.crs.is_geographic else _STEP_METRES / shapes.crs.axis_info[0].unit_conversion_factor
    there = np.asarray(shapes.segmentize(step).to_crs(crs).to_numpy())
    # Rounding of the new coordinates lets rings cross that only came near each other before.
    bad = ~shapely.is_valid(there)
    there[bad] = shapely.make_valid(there[bad], method="structure", keep_collapsed=False)
    return there


def polygons_on(grid: Grid, areas: gpd.GeoDataFrame) -> npt.NDArray[Any]:
    """The polygons in the CRS of the grid; the grid's cells stay as they are."""
    shapes = moved(areas.geometry, grid.crs)
    if grid.crs.is_geographic and grid.corners()[:, 0].max() > 180.5 and (shapely.bounds(shapes)[:, 0] < 0).any():
        raise GridError(
            f"{grid.name}: longitudes run from 0 to 360 and the areas lie west of Greenwich. Turn the grid: "
            "array.assign_coords(lon=(array.lon + 180) % 360 - 180).sortby('lon')"
        )
    return shapes


def check_values(grid: Grid, values: str) -> None:
    """Raise if the values are not declared, or the grid says anywhere that it holds a density and a count is declared."""
    if values not in ("count", "density"):
        raise SchemaError(
            f"values={values!r}: say what a cell holds, 'count' (persons in it) or 'density' (persons per km²)"
        )
    if values == "count" and _PER_AREA.search(grid.units):
        raise GridError(
            f"{grid.name}: the units are {grid.units!r}, a density. Its sum would be no number of people: pass values='density' if it is per km²"
        )

    said = [f"{place} {text[:80]!r}" for place, text in grid.titles.items() if _PER_AREA.search(text.replace("_", " "))]
    if values == "count" and said:
        raise GridError(
            f"{grid.name}: it calls itself a density ({listed(said, SHOWN_AT_MOST)}). Its sum would be no number of people: "
            "pass values='density' if it is per km², or correct what it says if its cells hold counts"
        )


def sums_over(
    reader: Reader,
    polygons: npt.NDArray[Any],
    values: str,
    *,
    whole: bool = False,
    cover: npt.NDArray[np.bool_] | None = None,
    progress: bool = False,
) -> ZoneSums:
    """The sums of counts, or of densities times the cells' km², over polygons on the grid."""
    grid = reader.grid
    check_values(grid, values)
    weights: Floats | None = grid.cell_km2() if values == "density" else None
    sums = zone_sums(reader, polygons, weights=weights, whole=whole, cover=cover, progress=progress)
    if sums.lowest < 0:
        raise GridError(
            f"{grid.name}: the value {sums.lowest:g} is below zero, and neither a count nor a density; {_undeclared(grid)}"
        )
    highest = float(sums.total.max(initial=0))
    if highest > _NO_COUNT:
        raise GridError(
            f"{grid.name}: a sum of {highest:.3g} is no number of people. Some cells hold a value for no data that is not declared: "
            "set it (gdal_edit -a_nodata, or array.attrs['_FillValue'])"
        )
    return sums


def means_over(
    reader: Reader, polygons: npt.NDArray[Any], *, least: float | None, progress: bool, stacklevel: int
) -> tuple[Floats, Floats]:
    """The means over polygons, cells weighted by their km², and the cells that they rest on; NaN where there are none.

    A value for no data that is not declared is refused, and so is one below ``least`` where that is given.
    """
    grid = reader.grid
    sums = zone_sums(reader, polygons, weights=grid.cell_km2(), progress=progress)
    means = sums.total / np.where(sums.weight > 0, sums.weight, np.nan)
    stored = (sums.lowest - grid.offset) / grid.scale
    odd = sums.lowest if min(sums.lowest, stored) <= _NO_MEASURE else float(np.nanmax(means, initial=0))
    if odd <= _NO_MEASURE or odd > _NO_COUNT:
        raise GridError(
            f"{grid.name}: the value {odd:g} is neither rain, temperature nor an index; {_undeclared(grid)}"
        )
    if least is not None and sums.lowest < least - _PACKING_NOISE:
        raise GridError(
            f"{grid.name}: the value {sums.lowest:g} is below {least:g}, and no rain; {_undeclared(grid)}. "
            "Average what may be below zero: how='mean'"
        )
    if any(np.isclose(stored, value, rtol=1e-6, atol=0) for value in _PERHAPS_NO_DATA):
        warnings.warn(
            f"{grid.name}: the lowest value is {sums.lowest:g}, which files often write for no data, and it counts in the means; {_undeclared(grid)}",
            DataWarning,
            stacklevel=stacklevel,
        )
    return means, sums.cells


def _undeclared(grid: Grid) -> str:
    if grid.nodata is None or np.isnan(grid.nodata):
        return "it declares no nodata value, so this may be one: set it (gdal_edit -a_nodata, or array.attrs['_FillValue'])"
    return f"nodata is {grid.nodata:g}. Mask these cells, if they stand for no data"


def sizes_in_cells(polygons: npt.NDArray[Any], grid: Grid) -> Floats:
    """The areas of polygons in cells of the grid."""
    return np.asarray(shapely.area(polygons) / abs(grid.transform.determinant))


def warn_of_gaps(
    zones: gpd.GeoDataFrame,
    polygons: npt.NDArray[Any],
    covered: npt.NDArray[np.bool_],
    grid: Grid,
    what: str,
    *,
    stacklevel: int,
) -> None:
    """Name the zones without data, those that reach beyond the grid, and a grid that declares no nodata value."""
    labels = zone_labels(zones)
    problems = []
    if not covered.all():
        named = listed(list(labels[~covered]), SHOWN_AT_MOST)
        problems.append(
            f"{int((~covered).sum()):,} of {len(zones):,} areas have no data in {grid.name}: {named}. Their {what} are missing, not 0"
        )
    within = shapely.intersection(polygons, shapely.Polygon(grid.corners()))
    beyond = covered & (1 - sizes_in_cells(within, grid) / sizes_in_cells(polygons, grid) > _OUTSIDE_WARNED)
    if beyond.any():
        named = listed(list(labels[beyond]), SHOWN_AT_MOST)
        problems.append(
            f"{int(beyond.sum()):,} of {len(zones):,} areas reach beyond {grid.name}, and their {what} do not: {named}"
        )
    if grid.nodata is None:
        problems.append(f"{grid.name} declares no nodata value: a gap cannot be told from a count of 0")
    for problem in problems:
        warnings.warn(problem, DataWarning, stacklevel=stacklevel)


def zone_labels(zones: gpd.GeoDataFrame) -> pd.Series:
    """What the zones are called: their p-code, else the label of their index."""
    return zones["pcode"] if "pcode" in zones else pd.Series(zones.index, index=zones.index)


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
