"""What a grid holds in each area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, overload

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo.rasters.crosstab import counted_once
from sahelgeo.rasters.grids import Grid, Raster, open_grid
from sahelgeo.rasters.streams import ZoneSums
from sahelgeo.rasters.zones import Values, checked_zones, polygons_on, sizes_in_cells, sums_over, warn_of_gaps


@dataclass(frozen=True)
class GridAccount:
    """What a sum over areas did with everything that the grid holds.

    ``whole = in_areas + outside - counted_twice``, up to rounding; each of the four is summed by itself, over the ground itself
    and not over the shares of its cells.

    Attributes
    ----------
    whole : float
        The sum over the grid.
    in_areas : float
        The sum over all areas.
    outside : float
        What no area covers.
    counted_twice : float
        What lies in more than one area, once for each area beyond the first; 0 where areas do not overlap.

    See Also
    --------
    zonal_sum : The sum of a grid over each area.

    Examples
    --------
    >>> import numpy as np, sahelgeo as sg, xarray as xr
    >>> from shapely import box
    >>> import geopandas as gpd
    >>> grid = xr.DataArray(np.full((2, 2), 100.0), dims=("y", "x"), coords={"y": [1.5, 0.5], "x": [0.5, 1.5]},
    ...                     attrs={"crs": "EPSG:4326"})
    >>> west = gpd.GeoDataFrame({"pcode": ["west"]}, geometry=[box(0, 0, 1, 2)], crs=4326)
    >>> sums, account = sg.zonal_sum(grid, west, values="count", report=True)
    >>> account.whole, account.in_areas, account.outside
    (400.0, 200.0, 200.0)
    """

    whole: float
    in_areas: float
    outside: float
    counted_twice: float

    def __str__(self) -> str:
        text = f"{self.in_areas:,.0f} of {self.whole:,.0f} in areas; {self.outside:,.0f} outside"
        return text + (f"; {self.counted_twice:,.0f} counted more than once" if round(self.counted_twice) else "")


@overload
def zonal_sum(
    raster: Raster,
    areas: gpd.GeoDataFrame,
    *,
    values: Values,
    band: int | None = ...,
    report: Literal[False] = ...,
    progress: bool = ...,
) -> pd.DataFrame: ...
@overload
def zonal_sum(
    raster: Raster,
    areas: gpd.GeoDataFrame,
    *,
    values: Values,
    band: int | None = ...,
    report: Literal[True],
    progress: bool = ...,
) -> tuple[pd.DataFrame, GridAccount]: ...
def zonal_sum(
    raster: Raster,
    areas: gpd.GeoDataFrame,
    *,
    values: Values,
    band: int | None = None,
    report: bool = False,
    progress: bool = False,
) -> pd.DataFrame | tuple[pd.DataFrame, GridAccount]:
    """The sum of a grid over each area, every cell by the exact share that the area covers.

    The grid is read once, in bands, in a few threads; memory does not grow with it. Areas in another CRS are brought to
    that of the grid: the grid is never resampled, so no person is lost or made.

    Parameters
    ----------
    raster : path, rasterio dataset or xarray.DataArray
        A grid of counts or densities. An array has its cells' centres as coordinates (y and x, or lat and lon) and its CRS
        where rioxarray or CF write it, or as ``array.attrs["crs"]``.
    areas : geopandas.GeoDataFrame
        Valid polygons in any CRS.
    values : {"count", "density"}
        What a cell holds: persons in the cell, or persons per km². A density is multiplied by the area of the cell, on the
        ellipsoid for grids in degrees, on the plane for others.
    band : int, optional
        Which band of a file, from 1, where it has several.
    report : bool
        Read all of the grid, and also return the :class:`GridAccount` of what lies outside of the areas.
    progress : bool
        Show a bar.

    Returns
    -------
    pandas.DataFrame
        One row for each area, with its index: ``pcode`` where the areas have one; ``people``, the sum (Float64);
        ``cells``, the cells with data that it rests on, fractions counted; ``share_without_data``, the share of the area
        (0–1, by cells) where the grid has no data or ends. Zeros of the grid are zeros; an area without any data is
        missing, not 0.
    GridAccount
        Only with ``report=True``.

    Raises
    ------
    GridError
        A value below zero, a density declared as a count, several bands, uneven coordinates.
    CRSError
        The grid, or the areas, have no CRS.
    FormatError
        Not a raster.
    SchemaError
        ``values`` is neither, or areas are no valid polygons.

    Warns
    -----
    DataWarning
        Areas without any data, areas that reach beyond the grid, a grid that declares no nodata value.

    See Also
    --------
    people_by_zone : People in each pair of two sets of zones.
    scale_to_totals : Scale the people of a grid to a census.
    overlay : Carry values onto other polygons.

    Notes
    -----
    The shares are those of exactextract (Baston, ISciences), to rounding.

    Examples
    --------
    >>> import numpy as np, sahelgeo as sg, xarray as xr
    >>> regions = sg.load_areas("BFA")
    >>> grid = xr.DataArray(np.full((60, 80), 100.0), dims=("y", "x"), attrs={"crs": "EPSG:4326"},
    ...                     coords={"y": 15.05 - 0.1 * np.arange(60), "x": -5.55 + 0.1 * np.arange(80)})
    >>> sums, account = sg.zonal_sum(grid, regions, values="count", report=True)
    >>> print(account)
    226,691 of 480,000 in areas; 253,309 outside
    """
    zones = checked_zones(areas)
    with open_grid(raster, band) as reader:
        polygons = polygons_on(reader.grid, zones)
        if not report:
            return _table(zones, polygons, sums_over(reader, polygons, values, progress=progress), reader.grid)
        again, left, shared = counted_once(polygons)
        # What is left of the areas that overlap takes their place where the ground outside is looked for.
        once = np.ones(len(polygons) + 2 * len(again), dtype=bool)
        once[again], once[len(once) - len(again) :] = False, False
        grounds = np.concatenate([polygons, left, shared])
        sums = sums_over(reader, grounds, values, whole=True, cover=once, progress=progress)
        own = ZoneSums(sums.total[: len(zones)], sums.cells[: len(zones)], sums.weight[: len(zones)])
        twice = float(sums.total[len(sums.total) - len(again) :].sum())
        return _table(zones, polygons, own, reader.grid), GridAccount(
            sums.whole, float(own.total.sum()), sums.outside, twice
        )


def _table(zones: gpd.GeoDataFrame, polygons: npt.NDArray[Any], sums: ZoneSums, grid: Grid) -> pd.DataFrame:
    covered = sums.cells > 0
    size = sizes_in_cells(polygons, grid)
    missing = np.clip(1 - sums.cells / size, 0, 1)
    # The sum of the shares of an area's cells differs from its area by rounding.
    missing[missing < 1e-9] = 0
    table = pd.DataFrame(
        {
            "people": pd.array(np.where(covered, sums.total, np.nan), dtype="Float64"),
            "cells": sums.cells,
            "share_without_data": missing,
        },
        index=zones.index,
    )
    if "pcode" in zones:
        table.insert(0, "pcode", zones["pcode"].astype("string"))
    warn_of_gaps(zones, polygons, covered, grid, "sums", stacklevel=4)
    return table
