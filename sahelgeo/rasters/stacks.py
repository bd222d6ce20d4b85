"""Stacks of grids over time: what they hold in each area at each time."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import xarray as xr

from sahelgeo.conformance import listed
from sahelgeo.rasters.grids import GridError, open_grid
from sahelgeo.rasters.zones import (
    checked_zones,
    means_over,
    polygons_on,
    sizes_in_cells,
    sums_over,
    warn_of_gaps,
    zone_labels,
)

_ROUNDING_NOISE = 1e-9


def zonal_series(
    stack: xr.DataArray,
    areas: gpd.GeoDataFrame,
    *,
    values: Literal["count", "density", "mean"],
    progress: bool = False,
) -> xr.DataArray:
    """A stack of grids over time, as an array of area by time.

    Parameters
    ----------
    stack : xarray.DataArray
        With one dimension beside rows and columns, such as ``time``; it may be larger than memory (opened with
        ``chunks``): one layer after the other is read, in bands.
    areas : geopandas.GeoDataFrame
        Valid polygons in any CRS.
    values : {"count", "density", "mean"}
        Sum the counts; sum the densities per km²; or, for rain, temperature or a vegetation index, the mean over the
        area, cells weighted by their km².
    progress : bool
        Show a bar for each layer.

    Returns
    -------
    xarray.DataArray
        Dimensions ``area`` (p-codes, else index labels) and that of the stack, with the stack's name; values are NaN
        where an area has no data at that time. Its coordinate ``cover`` is the share of the area (0–1) that has data then; what lies
        off the grid has none.

    Raises
    ------
    GridError, CRSError, SchemaError
        As in :func:`zonal_sum`; a stack without exactly one further dimension; a value that stands for no data and is not
        declared, such as -9999.

    Warns
    -----
    DataWarning
        Areas without data at any time, areas that reach beyond the grid, a grid that declares no nodata value.

    See Also
    --------
    zonal_sum : The sum of a grid over each area.
    seasonal_anomaly : A season against the usual one.

    Notes
    -----
    Shares of cells as in :func:`zonal_sum`. A mean over degrees would give northern cells too much weight, so cells are weighted by
    their km².

    Examples
    --------
    >>> import numpy as np, pandas as pd, sahelgeo as sg, xarray as xr
    >>> rain = xr.DataArray(np.stack([np.full((60, 80), 40.0), np.full((60, 80), 90.0)]), dims=("time", "y", "x"),
    ...                     coords={"time": pd.to_datetime(["2020-06-01", "2020-07-01"]), "y": 15.05 - 0.1 * np.arange(60),
    ...                             "x": -5.55 + 0.1 * np.arange(80)}, attrs={"crs": "EPSG:4326"})
    >>> series = sg.zonal_series(rain, sg.load_areas("BFA"), values="mean")
    >>> series.dims, series.sel(area="BF56").values.round(6).tolist()
    (('area', 'time'), [40.0, 90.0])
    """
    return series_over(stack, checked_zones(areas), values, progress=progress, stacklevel=4)


def series_over(
    stack: xr.DataArray,
    zones: gpd.GeoDataFrame,
    values: str,
    *,
    least: float | None = None,
    progress: bool = False,
    stacklevel: int,
) -> xr.DataArray:
    """The array of area by time; of means, none of whose cells may be below ``least``, or of sums."""
    along = further_dimension(stack)
    found = np.full((len(zones), stack.sizes[along]), np.nan)
    cells = np.zeros_like(found)
    for number in range(stack.sizes[along]):
        with open_grid(stack.isel({along: number}, drop=True)) as reader:
            grid, polygons = reader.grid, polygons_on(reader.grid, zones)
            if values == "mean":
                found[:, number], cells[:, number] = means_over(
                    reader, polygons, least=least, progress=progress, stacklevel=stacklevel
                )
            else:
                sums = sums_over(reader, polygons, values, progress=progress)
                found[:, number], cells[:, number] = np.where(sums.cells > 0, sums.total, np.nan), sums.cells
    warn_of_gaps(zones, polygons, cells.max(axis=1, initial=0) > 0, grid, "values", stacklevel=stacklevel)
    cover = np.clip(cells / sizes_in_cells(polygons, grid)[:, None], 0, 1)
    # The sum of the shares of an area's cells differs from its area by rounding.
    cover[cover > 1 - _ROUNDING_NOISE] = 1
    coords = {"area": list(zone_labels(zones)), "cover": (("area", along), cover)}
    if along in stack.coords:
        coords[along] = stack.coords[along]
    return xr.DataArray(found, dims=("area", along), coords=coords, name=stack.name)


def further_dimension(stack: xr.DataArray) -> str:
    """The dimension of a stack beside rows and columns."""
    if not isinstance(stack, xr.DataArray):
        raise GridError(
            f"a stack is an xarray DataArray, not {type(stack).__name__}. Open files with xarray.open_dataset(...)['name']"
        )
    others = [
        str(name) for name in stack.dims if str(name).lower() not in ("x", "y", "lon", "lat", "longitude", "latitude")
    ]
    if len(others) != 1:
        raise GridError(
            f"a stack has one dimension beside rows and columns, such as time. Found: {listed(list(stack.dims), 6)}"
        )
    if not stack.sizes[others[0]]:
        raise GridError(f"the stack has no layer along {others[0]!r}. Check what it was cut to")
    return others[0]
