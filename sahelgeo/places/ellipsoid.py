"""Areas on the ellipsoid of polygons whose edges are straight in degrees."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_RADIUS_KM = 6378.137
_FLATTENING = 1 / 298.257223563
_ECCENTRICITY = float(np.sqrt(_FLATTENING * (2 - _FLATTENING)))
# Gauss-Legendre with three places: exact to 1e-13 for edges of a degree.
_PLACES = np.array([-np.sqrt(0.6), 0.0, np.sqrt(0.6)])
_WEIGHTS = np.array([5 / 18, 8 / 18, 5 / 18])


def authalic(latitude: Floats, e: float = _ECCENTRICITY) -> Floats:
    """The height of a latitude in the equal-area cylindrical projection, in units of half the radius squared.

    ``e`` is the eccentricity of the ellipsoid: that of WGS 84, unless said, and 0 for a sphere.

    Source: Snyder, Map Projections: A Working Manual (USGS 1395, 1987), formula 3-12.
    """
    sine = np.sin(np.radians(latitude))
    beside = np.arctanh(e * sine) / e if e else sine
    height: Floats = (1 - e * e) * (sine / (1 - (e * sine) ** 2) + beside)
    return height


def under_edges(x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> Floats:
    """The signed area in km² between each edge (straight in degrees) and the equator; summed around a ring, its area.

    Anticlockwise rings come out positive.
    """
    middle, half = (y0 + y1) / 2, (y1 - y0) / 2
    height = np.zeros(len(x0))
    for place, weight in zip(_PLACES, _WEIGHTS, strict=True):
        height += weight * authalic(middle + place * half)
    area: Floats = np.radians(x0 - x1) * height * (_RADIUS_KM**2 / 2)
    return area


def area_km2(polygons: NDArray[Any]) -> Floats:
    """The area of each polygon (in degrees, WGS 84) in km²; 0 for empty and missing ones."""
    polygons = np.asarray(polygons, dtype=object)
    x0, y0, x1, y1, owner = oriented_edges(polygons)
    area: Floats = np.bincount(owner, under_edges(x0, y0, x1, y1), len(polygons)).astype(float)
    return area


def oriented_edges(
    polygons: NDArray[Any],
) -> tuple[Floats, Floats, Floats, Floats, NDArray[np.int64]]:
    """All edges of all rings, the inside on their left, with the number of the polygon of each."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    areal = shapely.get_type_id(parts) == 3  # what is left of lines and points has no area
    parts, part_owner = shapely.orient_polygons(parts[areal]), part_owner[areal]
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    x, y = xy[:, 0], xy[:, 1]
    return x[:-1][same], y[:-1][same], x[1:][same], y[1:][same], part_owner[ring_part][ring[1:][same]]
