"""Whether a set of areas is one coverage: where neighbours overlap, and how to mend it."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sahelgeo.areas import conform_areas
from sahelgeo.conformance import listed
from sahelgeo.errors import SchemaError

SQUARE_METRES = 1e6
AREAL = 2
SMALLEST_OVERLAP_KM2 = 0.01
Keep = Literal["first", "smaller", "larger"]


def check_areas(areas: gpd.GeoDataFrame, *, smallest_km2: float = SMALLEST_OVERLAP_KM2) -> pd.DataFrame:
    """Where areas overlap, contain nothing, or have no polygon.

    The polygons of neighbouring countries come from different surveys: those of Niger and Chad overlap by some 2,200 km². A point
    there lies in two areas and an overlay counts its people twice, so look before you join.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        An Areas table. Areas of different levels are not held against each other.
    smallest_km2 : float
        Overlaps below this are rounding of shared borders, and left out.

    Returns
    -------
    pandas.DataFrame
        One row for each problem, the largest first: ``problem`` (``"overlap"`` or ``"no polygon"``), ``pcode`` and ``other`` the
        two areas, ``name`` and ``other_name``, ``km2`` of the overlap, ``share`` of the smaller area (0–1). Empty where all is
        well. Areas are measured in an equal-area projection centred on them.

    Raises
    ------
    SchemaError
        Not an Areas table (see :func:`sahelgeo.conform`), or ``smallest_km2`` below 0.
    CRSError
        No CRS.

    See Also
    --------
    mend_overlaps : Take overlaps out of areas.
    read_areas : Read boundaries of any usual publisher.

    Notes
    -----
    Neighbouring countries are surveyed apart. In OCHA's official polygons Niger and Chad share 2,214 km², Mali and Niger 1,338.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sg.check_areas(sg.load_areas(["NER", "TCD"])).empty
    True
    """
    if not smallest_km2 >= 0:
        raise SchemaError(f"smallest_km2={smallest_km2!r}: give an area in km² of 0 or more")
    checked = conform_areas(areas).reset_index(drop=True)
    left, right, shared = _overlaps(checked)
    sizes = _square_metres(checked.geometry)
    km2 = _square_metres(gpd.GeoSeries(shared, crs=checked.crs), checked.geometry) / SQUARE_METRES
    kept = km2 >= max(smallest_km2, np.finfo(float).tiny)
    left, right, km2 = left[kept], right[kept], km2[kept]
    found = pd.DataFrame(
        {
            "problem": "overlap",
            **_sides(checked, left, right),
            "km2": km2,
            "share": km2 * SQUARE_METRES / np.minimum(sizes[left], sizes[right]),
        }
    )
    bare = np.flatnonzero((checked.geometry.isna() | checked.geometry.is_empty).to_numpy())
    missing = pd.DataFrame(
        {"problem": "no polygon", "pcode": checked["pcode"].to_numpy()[bare], "name": checked["name"].to_numpy()[bare]}
    )
    result = pd.concat([found.sort_values("km2", ascending=False), missing], ignore_index=True)
    text = dict.fromkeys(("problem", "pcode", "name", "other", "other_name"), "string")
    return result.astype({**text, "km2": "Float64", "share": "Float64"})


def mend_overlaps(areas: gpd.GeoDataFrame, *, keep: Keep = "smaller") -> gpd.GeoDataFrame:
    """Give every overlap to one of its two areas.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        An Areas table.
    keep : {"smaller", "larger", "first"}
        Which area keeps the overlap: the smaller one (by its own size), the larger one, or the one that comes first in the table.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows, index and CRS; the other area of each pair loses the overlap. Gaps are not filled. The ground that the
        areas cover together is the same.

    Raises
    ------
    SchemaError
        Not an Areas table, or ``keep`` is none of the three.
    CRSError
        No CRS.

    See Also
    --------
    check_areas : Find overlapping and empty areas.

    Notes
    -----
    A mended border is a drawing, not a ruling: it settles in which area a point counts, and nothing about where the border is.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> areas = sg.load_areas("NER")
    >>> sg.check_areas(sg.mend_overlaps(areas)).empty
    True
    """
    if keep not in ("first", "smaller", "larger"):
        raise SchemaError(f"keep={keep!r} is not one of {listed(['first', 'smaller', 'larger'], 3)}")
    checked = conform_areas(areas)
    left, right, _ = _overlaps(checked)
    sizes = _square_metres(checked.geometry)
    shapes = checked.geometry.to_numpy().copy()
    for one, other in zip(left, right, strict=True):
        loses = {
            "first": other,
            "smaller": one if sizes[one] > sizes[other] else other,
            "larger": other if sizes[one] > sizes[other] else one,
        }[keep]
        keeps = one if loses == other else other
        shapes[loses] = _polygons(shapely.difference(shapes[loses], shapes[keeps]))
    return checked.set_geometry(gpd.GeoSeries(shapes, index=checked.index, crs=checked.crs))


def _square_metres(shapes: gpd.GeoSeries, around: gpd.GeoSeries | None = None) -> np.ndarray:
    """Areas in the equal-area projection centred on the shapes (or on those ``around`` them)."""
    bounds = (shapes if around is None else around).to_crs("EPSG:4326").total_bounds
    west, south, east, north = np.nan_to_num(bounds)
    centred = f"+proj=laea +lat_0={(south + north) / 2:.4f} +lon_0={(west + east) / 2:.4f} +datum=WGS84 +units=m"
    sizes: np.ndarray = shapely.area(shapes.to_crs(centred).to_numpy())
    return np.asarray(np.nan_to_num(sizes))


def _overlaps(areas: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pairs of areas of one level whose insides meet, and what they share.

    They are found in the areas' own CRS, in which shared borders are the same vertices; a projection would part them.
    """
    shapes, level = areas.geometry.to_numpy(), areas["level"].fillna(-1).to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = (left < right) & (level[left] == level[right])
    left, right = left[once], right[once]
    inside = ~shapely.touches(shapes[left], shapes[right])
    left, right = left[inside], right[inside]
    return left, right, shapely.intersection(shapes[left], shapes[right])


def _sides(areas: gpd.GeoDataFrame, left: np.ndarray, right: np.ndarray) -> dict[str, np.ndarray]:
    pcodes, names = areas["pcode"].to_numpy(), areas["name"].to_numpy()
    return {"pcode": pcodes[left], "name": names[left], "other": pcodes[right], "other_name": names[right]}


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == AREAL])
