"""Where areas overlap or have no polygon, and how to mend overlaps."""

from __future__ import annotations

from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from sahelgeo import checks
from sahelgeo.areas import conform_areas
from sahelgeo.errors import SchemaError
from sahelgeo.places.shared_ground import Floats, Shapes, SharedGround, area_km2, polygons_in, shared_within
from sahelgeo.sources import joined_sources

KEEP = ("first", "smaller", "larger")
SMALLEST_OVERLAP_KM2 = 0.01
Keep = Literal["first", "smaller", "larger"]


def check_areas(areas: gpd.GeoDataFrame, *, smallest_km2: float = SMALLEST_OVERLAP_KM2) -> pd.DataFrame:
    """Where areas overlap, contain nothing, or have no polygon.

    The polygons of neighbouring countries come from different surveys: those of Niger and Chad overlap by some 2,200
    km². A point there lies in two areas, so look before you join.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        An Areas table. Areas of different levels are not held against each other.
    smallest_km2 : float
        Overlaps below this are rounding of shared borders, and left out.

    Returns
    -------
    pandas.DataFrame
        One row for each problem, the largest overlap first; empty where all is well:

        - ``problem``: ``"overlap"`` or ``"no polygon"``
        - ``pcode``, ``name``, ``other``, ``other_name``: the two areas
        - ``km2``: the ground that both claim, on the ellipsoid
        - ``share``: its share of the smaller area (0–1)
        - ``source``: who published the two polygons

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
    Neighbouring countries are surveyed apart. In OCHA's official polygons Niger and Chad share 2,214 km², Mali and
    Niger 1,338.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sg.places.check_areas(sg.load_areas(["NER", "TCD"])).empty
    True
    """
    if not smallest_km2 >= 0:
        raise SchemaError(f"smallest_km2={smallest_km2!r}: give an area in km² of 0 or more")
    checked = conform_areas(areas).reset_index(drop=True)
    shared = _overlaps(checked, smallest_km2)
    bare = np.flatnonzero((checked.geometry.isna() | checked.geometry.is_empty).to_numpy())
    one = np.concatenate([shared.left, bare])
    other = np.concatenate([shared.right, np.full(len(bare), -1)])
    nothing = np.full(len(bare), np.nan)
    smaller = np.minimum(shared.left_km2[shared.left], shared.right_km2[shared.right])
    found = pd.DataFrame(
        {
            "problem": ["overlap"] * len(shared.left) + ["no polygon"] * len(bare),
            **{label: checked[label].array.take(one) for label in ("pcode", "name")},
            "other": checked["pcode"].array.take(other, allow_fill=True),
            "other_name": checked["name"].array.take(other, allow_fill=True),
            "km2": np.concatenate([shared.km2, nothing]),
            "share": np.concatenate([shared.km2 / smaller, nothing]),
        }
    )
    if "source" in checked:
        pairs = zip(
            checked["source"].array.take(one), checked["source"].array.take(other, allow_fill=True), strict=True
        )
        found["source"] = pd.array([joined_sources(pair) for pair in pairs], dtype="string")
    text = dict.fromkeys(("problem", "pcode", "name", "other", "other_name"), "string")
    result = found.astype({**text, "km2": "Float64", "share": "Float64"})
    return result.sort_values("km2", ascending=False, kind="stable", ignore_index=True)


def mend_overlaps(areas: gpd.GeoDataFrame, *, keep: Keep = "smaller") -> gpd.GeoDataFrame:
    """Give every overlap to one of its two areas.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        An Areas table.
    keep : {"smaller", "larger", "first"}
        Which area keeps the overlap: the smaller one (by its own size), the larger one, or the one that comes first in
        the table.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows, index and CRS; the other area of each pair loses the overlap. Gaps are not filled. The ground
        that the areas cover together is the same.

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
    A mended border is a drawing, not a ruling: it settles in which area a point counts, and nothing about where the
    border is.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> areas = sg.load_areas("NER")
    >>> sg.places.check_areas(sg.places.mend_overlaps(areas)).empty
    True
    """
    checks.choice(KEEP, keep=keep)
    checked = conform_areas(areas)
    shared = _overlaps(checked)
    shapes = checked.geometry.to_numpy().copy()
    for one, other in zip(shared.left, shared.right, strict=True):
        one_is_larger = shared.left_km2[one] > shared.left_km2[other]
        loses = other if keep == "first" or one_is_larger == (keep == "larger") else one
        keeps = one + other - loses
        shapes[loses] = polygons_in(shapely.difference(shapes[loses], shapes[keeps]))
    return checked.set_geometry(gpd.GeoSeries(shapes, index=checked.index, crs=checked.crs))


def _overlaps(areas: gpd.GeoDataFrame, smallest_km2: float = 0.0) -> SharedGround:
    """The pairs of areas of one level that share so much ground, each pair once.

    They are found in the areas' own CRS, in which shared borders are the same vertices: in another they would come
    apart.
    """
    to_degrees: Any = Transformer.from_crs(areas.crs, 4326, always_xy=True).transform

    def km2(shapes: Shapes) -> Floats:
        # Not by geopandas, which sets warnings aside: this is asked in threads.
        return area_km2(shapely.transform(shapes, to_degrees, interleaved=False))

    shapes, level = areas.geometry.to_numpy(), areas["level"].fillna(-1).to_numpy()
    shared = shared_within(shapes, km2)
    return shared.of((level[shared.left] == level[shared.right]) & (shared.km2 >= smallest_km2))
