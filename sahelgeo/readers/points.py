"""Points from columns of latitude and longitude."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from sahelgeo.errors import FormatError
from sahelgeo.readers.feed import Found
from sahelgeo.readers.printed import numbers


def points(
    frame: pd.DataFrame, found: Found, latitude: str = "latitude", longitude: str = "longitude"
) -> gpd.GeoSeries:
    """The points of the rows in EPSG:4326; missing where a coordinate is.

    Raises
    ------
    FormatError
        Coordinates that are no numbers, or beyond the poles and the date line.
    """
    where = found.sheet.where
    north, east = (numbers(frame[name], name, where) for name in (latitude, longitude))
    beyond = ((north.abs() > 90) | (east.abs() > 180)).fillna(False)
    if beyond.any():
        row = beyond.index[beyond][0]
        raise FormatError(
            f"{where}, row {row}: latitude {north[row]} and longitude {east[row]} are no place on Earth. "
            "Correct them, or swap them if they changed places"
        )
    there = (north.notna() & east.notna()).to_numpy(dtype=bool)
    shapes = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    shapes[there] = shapely.points(east[there].to_numpy(dtype=float), north[there].to_numpy(dtype=float))
    return gpd.GeoSeries(shapes, index=frame.index, crs="EPSG:4326")
