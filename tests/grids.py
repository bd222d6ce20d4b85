"""Makers of small grids and of the areas that they are summed over."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
import xarray as xr
from rasterio.transform import from_origin

TWO_BY_TWO = [[10, 20], [30, 40]]


def grid(cells: list[list[float]], **attrs: object) -> xr.DataArray:
    """Cells of one degree from (0, 0) upwards, the first row north."""
    values = np.array(cells, dtype=float)
    rows, columns = values.shape
    coords = {"y": rows - 0.5 - np.arange(rows), "x": 0.5 + np.arange(columns)}
    return xr.DataArray(values, dims=("y", "x"), coords=coords, attrs={"crs": "EPSG:4326", **attrs})


def areas(*shapes: shapely.Geometry, crs: object = 4326) -> gpd.GeoDataFrame:
    """Areas XA01, XA02, ..."""
    return gpd.GeoDataFrame({"pcode": [f"XA0{n}" for n in range(1, len(shapes) + 1)]}, geometry=list(shapes), crs=crs)


def written(path: Path, cells: object, *, crs: str | None = "EPSG:4326", **profile: object) -> Path:
    """A GeoTIFF of cells of one degree from (0, 0) upwards."""
    values = np.atleast_3d(np.array(cells, dtype="float32").T).T
    bands, rows, columns = values.shape
    profile = {"nodata": -99999.0, "transform": from_origin(0, rows, 1, 1), **profile}
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=bands, dtype="float32", crs=crs, **profile
    ) as file:
        file.write(values)
    return path


def stack(values: list[float], times: list[str]) -> xr.DataArray:
    """Layers of one value each."""
    layers = [grid([[value, value], [value, value]]) for value in values]
    return xr.concat(layers, dim=pd.DatetimeIndex(times, name="time")).assign_attrs(crs="EPSG:4326").rename("rain")


def summers(values: list[float], first: int = 2015) -> xr.DataArray:
    """Two layers a year, June and July, of half of the value each."""
    months = [f"{first + number}-{month:02}-01" for number in range(len(values)) for month in (6, 7)]
    return stack([value / 2 for value in values for _ in (1, 2)], months)
