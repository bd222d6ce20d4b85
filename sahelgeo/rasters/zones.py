"""Polygons brought onto a grid, and what a grid holds: counts, or densities."""

from __future__ import annotations

import re
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import CRSError, SchemaError
from sahelgeo.rasters.grids import Grid, GridError, Reader
from sahelgeo.rasters.spans import Floats
from sahelgeo.rasters.streams import ZoneSums, zone_sums

Values = Literal["count", "density"]
# Edges are straight in the CRS of the areas: in the grid's CRS they bend, and follow in steps of about a kilometre.
_STEP_DEGREES = 0.01
_STEP_METRES = 1000.0
# More than any count or density of people, livestock or money; what files write for no data is far above.
_NO_COUNT = 1e18
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_PER_AREA = re.compile(r"(/|per\s*)\s*(km|ha\b|sq|hectare|mi)|km\s*(\*\*|\^)?-2|densit", re.IGNORECASE)


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
    """Raise if the values are not declared, or the grid says that it holds a density and a count is declared."""
    if values not in ("count", "density"):
        raise SchemaError(
            f"values={values!r}: say what a cell holds, 'count' (persons in it) or 'density' (persons per km²)"
        )
    if values == "count" and _PER_AREA.search(grid.units):
        raise GridError(
            f"{grid.name}: the units are {grid.units!r}, a density. Its sum would be no number of people: pass values='density' if it is per km²"
        )


def sums_over(
    reader: Reader,
    polygons: npt.NDArray[Any],
    values: str,
    *,
    whole: bool = False,
    outside: bool = False,
    progress: bool = False,
) -> ZoneSums:
    """The sums of counts, or of densities times the cells' km², over polygons on the grid."""
    grid = reader.grid
    check_values(grid, values)
    weights: Floats | None = grid.cell_km2() if values == "density" else None
    sums = zone_sums(reader, polygons, weights=weights, whole=whole, outside=outside, progress=progress)
    if sums.lowest < 0:
        hint = (
            "it declares no nodata value, so this may be one: set it (gdal_edit -a_nodata, or array.attrs['_FillValue'])"
            if grid.nodata is None or np.isnan(grid.nodata)
            else f"nodata is {grid.nodata:g}. Mask these cells, if they stand for no data"
        )
        raise GridError(
            f"{grid.name}: the value {sums.lowest:g} is below zero, and neither a count nor a density; {hint}"
        )
    highest = float(sums.total.max(initial=0))
    if highest > _NO_COUNT:
        raise GridError(
            f"{grid.name}: a sum of {highest:.3g} is no number of people. Some cells hold a value for no data that is not declared: "
            "set it (gdal_edit -a_nodata, or array.attrs['_FillValue'])"
        )
    return sums


def zone_labels(zones: gpd.GeoDataFrame) -> pd.Series:
    """What the zones are called: their p-code, else the label of their index."""
    return zones["pcode"] if "pcode" in zones else pd.Series(zones.index, index=zones.index)
