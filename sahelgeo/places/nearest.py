"""The nearest area of points that lie in none, with the distance on the ground."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from sahelgeo.places.grid import OUTSIDE
from sahelgeo.places.shared_ground import Floats

# Half a degree of latitude: within a band one factor for the shrinking degree of longitude is right to 0.5 %.
_BAND = 0.5
_KM_FOR_DEGREE = 110.5


def nearest_polygon(
    polygons: NDArray[Any], crs: Any, x: Floats, y: Floats, max_km: float
) -> tuple[NDArray[np.int32], Floats]:
    """The nearest polygon of each point and its distance in km; OUTSIDE and NaN where none is within ``max_km``.

    In degrees the distance is that on the ellipsoid to the nearest place of the border. Of polygons equally near, the
    first is taken; two whose distances differ by less than 0.5 % may stand for each other. In metres (projected CRS)
    the distance is that on the plane.
    """
    owner, km = np.full(len(x), OUTSIDE, dtype=np.int32), np.full(len(x), np.nan)
    there = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not crs.is_geographic:
        to_km = crs.axis_info[0].unit_conversion_factor / 1000
        owner[there], km[there] = _nearest_on_plane(polygons, x[there], y[there], max_km / to_km)
        return owner, km * to_km
    band = np.floor(y[there] / _BAND)
    for number in np.unique(band):
        points = there[band == number]
        owner[points], km[points] = _nearest_in_band(
            polygons, crs.get_geod() or Geod(ellps="WGS84"), x[points], y[points], max_km
        )
    too_far = ~(km <= max_km)
    owner[too_far], km[too_far] = OUTSIDE, np.nan
    return owner, km


def _nearest_in_band(
    polygons: NDArray[Any], geod: Geod, x: Floats, y: Floats, max_km: float
) -> tuple[NDArray[np.int32], Floats]:
    shrink = max(float(np.cos(np.radians(y.mean()))), 1e-3)
    reach = max_km / _KM_FOR_DEGREE * 1.05
    box = shapely.box(x.min() - reach / shrink, y.min() - reach, x.max() + reach / shrink, y.max() + reach)
    close = np.flatnonzero(shapely.intersects(shapely.envelope(polygons), box))
    squeezed = shapely.transform(polygons[close], lambda xy: xy * [shrink, 1.0])
    among, _ = _nearest_on_plane(squeezed, x * shrink, y, reach)
    owner, km = np.full(len(x), OUTSIDE, dtype=np.int32), np.full(len(x), np.nan)
    found = np.flatnonzero(among != OUTSIDE)
    owner[found] = close[among[found]]
    there = _nearest_places(squeezed[among[found]], x[found] * shrink, y[found])
    km[found] = geod.inv(x[found], y[found], there[:, 0] / shrink, there[:, 1])[2] / 1000
    return owner, km


def _nearest_on_plane(polygons: NDArray[Any], x: Floats, y: Floats, reach: float) -> tuple[NDArray[np.int32], Floats]:
    owner, distance = np.full(len(x), OUTSIDE, dtype=np.int32), np.full(len(x), np.nan)
    if not len(polygons) or not len(x):
        return owner, distance
    (point, polygon), away = shapely.STRtree(polygons).query_nearest(
        shapely.points(x, y), max_distance=reach, return_distance=True, all_matches=True
    )
    order = np.lexsort((-polygon, point))
    owner[point[order]], distance[point[order]] = polygon[order], away[order]
    return owner, distance


def _nearest_places(polygons: NDArray[Any], x: Floats, y: Floats) -> Floats:
    lines = shapely.shortest_line(polygons, shapely.points(x, y))
    places: Floats = shapely.get_coordinates(shapely.get_point(lines, 0))
    return places
