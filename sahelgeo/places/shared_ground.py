"""The ground that each polygon of one table shares with each of another.

To cut two polygons costs a hundred times what it costs to learn that nothing need be cut, so most pairs are never cut::

      left        right      1  Pairs of which one holds a point of the other come first: a-r, b-r, c-s. Of these, what
      is
    +---+---+   +-------+       the same twice, or lies in the other whole (GEOS's "covers"), has its own area.
    | a | b |   |   r   |    2  The pieces of a make up all of a. If r overlaps none of its neighbours, nothing of a is
    +---+---+   +---+---+       left for them: a-s, which merely touches, is never asked for. GEOS tells what overlaps
    |   c   |   | s | t |       by matching edges (its check of a coverage), which is cheap.
    +-------+   +---+---+    3  All other pairs, such as c-t, are cut: in threads, since GEOS lets go of Python's lock.

What remains of a polygon whose pieces make up all of it is less than a part in 10^12 of its area.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from sahelgeo import checks
from sahelgeo.conformance import conform_areas
from sahelgeo.errors import SchemaError
from sahelgeo.sources import joined_sources

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[Any]

_NOTHING = 1e-12
_WHOLE = 1e-9
_THREADS = 2
_TASKS = 16


_RADIUS_KM = 6378.137
_FLATTENING = 1 / 298.257223563
_ECCENTRICITY = float(np.sqrt(_FLATTENING * (2 - _FLATTENING)))
# Gauss-Legendre with three places: exact to 1e-13 for edges of a degree.
_PLACES = np.array([-np.sqrt(0.6), 0.0, np.sqrt(0.6)])
_WEIGHTS = np.array([5 / 18, 8 / 18, 5 / 18])
# The trapezoid with its first correction is exact to 1e-13 for edges of a tenth of a degree.
_SHORT_EDGE = np.radians(0.1)


def authalic(latitude: Floats, e: float = _ECCENTRICITY) -> Floats:
    """The height of a latitude in the equal-area cylindrical projection, in units of half the radius squared.

    ``e`` is the eccentricity of the ellipsoid: that of WGS 84, unless said, and 0 for a sphere.

    Source: Snyder, Map Projections: A Working Manual (USGS 1395, 1987), formula 3-12.
    """
    return _height(np.sin(np.radians(latitude)), e)


def _height(sine: Floats, e: float = _ECCENTRICITY) -> Floats:
    beside = np.arctanh(e * sine) / e if e else sine
    height: Floats = (1 - e * e) * (sine / (1 - (e * sine) ** 2) + beside)
    return height


def area_km2(polygons: Shapes) -> Floats:
    """The area of each polygon (in degrees, WGS 84) in km²; 0 for empty and missing ones.

    Between each edge, straight in degrees, and the equator lies its width times its mean height. Around a ring, with
    the inside on the left, these sum to the area.
    """
    polygons = np.asarray(polygons, dtype=object)
    xy, start, owner = ring_edges(polygons)
    x, y = np.radians(xy.T)
    step, sine, square = np.diff(y), np.sin(y), _ECCENTRICITY**2
    height, more = _height(sine), 1 / (1 - square * sine**2)
    # The second derivative of the height by the latitude.
    bend = 2 * (square - 1) * sine * (4 - 4 * square - 3 / more) * more * more * more
    mean = (height[:-1] + height[1:]) / 2 - step**2 / 24 * (bend[:-1] + bend[1:])
    long = np.flatnonzero(np.abs(step) > _SHORT_EDGE)
    places = (y[long] + y[long + 1])[:, None] / 2 + _PLACES * step[long, None] / 2
    mean[long] = _height(np.sin(places)) @ _WEIGHTS
    edges = (x[:-1] - x[1:]) * mean * (_RADIUS_KM**2 / 2)
    area: Floats = np.bincount(owner, edges[start], len(polygons)).astype(float)
    return area


def ring_edges(polygons: Shapes) -> tuple[Floats, Ints, Ints]:
    """The vertices of all rings, the inside on their left; those where an edge to the next begins; whose edge it is."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON  # what is left of lines and points has no area
    parts, owner = shapely.orient_polygons(parts[areal]), owner[areal]
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    start = np.flatnonzero(ring[1:] == ring[:-1])
    return xy, start, owner[part[ring[start]]]


def in_degrees(table: gpd.GeoDataFrame) -> Shapes:
    """The geometries of a table in degrees (WGS 84)."""
    return np.asarray(table.geometry.to_crs(4326).values, dtype=object).copy()


@dataclass(frozen=True, eq=False)
class SharedGround:
    """The pairs of polygons that share ground.

    Attributes
    ----------
    left, right : numpy.ndarray
        The numbers of the two polygons of each pair, in order.
    km2 : numpy.ndarray
        The area that they share.
    left_km2, right_km2 : numpy.ndarray
        The area of every polygon of the two tables.
    """

    left: Ints
    right: Ints
    km2: Floats
    left_km2: Floats
    right_km2: Floats

    def of(self, kept: NDArray[np.bool_]) -> SharedGround:
        """Some of the pairs."""
        return replace(self, left=self.left[kept], right=self.right[kept], km2=self.km2[kept])

    def shapes(self, left: Shapes, right: Shapes) -> Shapes:
        """The ground of each pair of the two sequences; a polygon that is shared whole is not cut."""
        shapes, other = left[self.left], right[self.right]
        other_whole = self.km2 >= (1 - _WHOLE) * self.right_km2[self.right]
        cut = ~other_whole & (self.km2 < (1 - _WHOLE) * self.left_km2[self.left])
        shapes[other_whole] = other[other_whole]
        shapes[cut] = [polygons_in(piece) for piece in shapely.intersection(shapes[cut], other[cut])]
        return shapes


def shared_ground(left: Shapes, right: Shapes, area: Callable[[Shapes], Floats] = area_km2) -> SharedGround:
    """The areas shared by two sequences of valid polygons; polygons of one sequence may overlap.

    ``area`` measures polygons in km²: on the ellipsoid, where they are in degrees.
    """
    # Copies: what predicates prepare would stay with the user's polygons, and threads of two calls would share it.
    left, right = (shapely.force_2d(np.asarray(shapes, dtype=object)) for shapes in (left, right))
    with ThreadPoolExecutor(_THREADS) as threads:
        shapes, sizes = np.concatenate([left, right]), np.concatenate(list(threads.map(area, (left, right))))
    left_km2, right_km2 = sizes[: len(left)], sizes[len(left) :]
    i, j = _likely(left, right)
    km2 = _areas(shapes, sizes, i, len(left) + j, area)
    more_i, more_j = _further(left, right, (i, j), km2 / left_km2[i])
    km2 = np.concatenate([km2, _areas(shapes, sizes, more_i, len(left) + more_j, area)])
    i, j = np.concatenate([i, more_i]), np.concatenate([j, more_j])
    order = np.lexsort((j, i))
    order = order[km2[order] > _NOTHING * np.minimum(left_km2[i[order]], right_km2[j[order]])]
    return SharedGround(i[order], j[order], km2[order], left_km2, right_km2)


def shared_within(
    shapes: Shapes,
    area: Callable[[Shapes], Floats] = area_km2,
    *,
    at_least: float = 0,
    km2: Floats | None = None,
) -> SharedGround:
    """The ground that polygons of one sequence share with each other, each pair once.

    ``at_least`` leaves out pairs that share less than so much of the smaller. Most of them need no cut: not even their
    boxes, or hulls, share it. ``km2`` are the areas of the polygons, where they are known.
    """
    if at_least:
        i, j = shapely.STRtree(shapes).query(shapes)
        i, j, km2 = i[i < j], j[i < j], area(shapes) if km2 is None else km2
        for outline in (shapely.envelope, shapely.convex_hull):
            outer, used = np.full(len(shapes), None, dtype=object), np.union1d(i, j)
            outer[used] = outline(shapes[used])
            near = area(shapely.intersection(outer[i], outer[j])) >= at_least * np.minimum(km2[i], km2[j])
            i, j = i[near], j[near]
        shapes = np.where(np.isin(np.arange(len(shapes)), np.union1d(i, j)), shapes, np.array(None, dtype=object))
    shared = shared_ground(shapes, shapes, area)
    smaller = np.minimum(shared.left_km2[shared.left], shared.right_km2[shared.right])
    return shared.of((shared.left < shared.right) & (shared.km2 >= at_least * smaller))


def _likely(left: Shapes, right: Shapes) -> tuple[Ints, Ints]:
    """The pairs of which one holds a point of the other."""
    i, j = shapely.STRtree(right).query(shapely.point_on_surface(left), predicate="intersects")
    more_j, more_i = shapely.STRtree(left).query(shapely.point_on_surface(right), predicate="intersects")
    pair = np.unique(np.concatenate([i * len(right) + j, more_i * len(right) + more_j]))
    return pair // max(len(right), 1), pair % max(len(right), 1)


def _further(left: Shapes, right: Shapes, pieces: tuple[Ints, Ints], share: Floats) -> tuple[Ints, Ints]:
    """The further pairs that may share ground, once some pieces are known by their share of the left polygon."""
    i, j = shapely.STRtree(right).query(left)
    fresh = ~np.isin(i * len(right) + j, pieces[0] * len(right) + pieces[1])
    i, j = i[fresh], j[fresh]
    full = np.bincount(pieces[0], share, len(left)) >= 1 - _NOTHING
    asked = full & np.bincount(i, minlength=len(left)).astype(bool)
    alone = _alone(right, np.unique(pieces[1][asked[pieces[0]]]))
    full = np.bincount(pieces[0], share * alone[pieces[1]], len(left)) >= 1 - _NOTHING
    return i[~full[i]], j[~full[i]]


def _alone(shapes: Shapes, asked: Ints) -> NDArray[np.bool_]:
    """Which of some polygons overlap no other polygon of their table, as far as matching of edges tells."""
    alone = np.zeros(len(shapes), dtype=bool)
    if not len(asked):
        return alone
    tree, some = shapely.STRtree(shapes), shapes[asked]
    faults = shapely.coverage_invalid_edges(shapes[np.unique(tree.query(some)[1])])
    faulty = shapely.STRtree(faults).query(some, predicate="intersects")[0]
    # GEOS does not look at edges that have a twin, so two tables laid over each other have faults at their rims only.
    # A part that no rim reaches is then covered all over by polygons of the other table, and so is any point in it.
    parts, whose = shapely.get_parts(some, return_index=True)
    held = tree.query(shapely.point_on_surface(parts), predicate="intersects")[0]
    shared = whose[np.bincount(held, minlength=len(parts)) > 1]
    alone[asked] = True
    alone[asked[np.concatenate([faulty, shared])]] = False
    return alone


def _areas(shapes: Shapes, sizes: Floats, one: Ints, other: Ints, area: Callable[[Shapes], Floats]) -> Floats:
    """The area that each pair of polygons shares."""
    smaller = np.where(sizes[one] < sizes[other], one, other)
    larger = one + other - smaller
    order = np.argsort(larger, kind="stable")
    smaller, larger = smaller[order], larger[order]
    boxes = shapely.bounds(shapes)
    whole = (boxes[larger] == boxes[smaller]).all(axis=1)
    whole[whole] = shapely.equals_exact(*(shapely.normalize(shapes[some[whole]]) for some in (larger, smaller)))
    km2 = np.where(whole, sizes[smaller], 0.0)

    def cut(rows: Ints) -> None:
        rows = rows[shapely.intersects(shapes[larger[rows]], shapes[smaller[rows]])]
        held = shapely.covers(shapes[larger[rows]], shapes[smaller[rows]])
        km2[rows[held]] = sizes[smaller[rows[held]]]
        rows = rows[~held]
        km2[rows] = area(shapely.intersection(shapes[larger[rows]], shapes[smaller[rows]]))

    asked = np.flatnonzero(~whole)
    shapely.prepare(shapes[larger[asked]])
    # What is prepared is filled in when it is first asked: all pairs of one larger polygon go to one thread.
    first = np.flatnonzero(np.diff(larger[asked], prepend=-1))
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(cut, np.split(asked, first[len(first) // _TASKS :: len(first) // _TASKS + 1])))
    found = np.empty(len(order))
    found[order] = km2
    return found


def polygons_in(shape: Any) -> Any:
    """A polygon without the lines and points that cutting leaves beside it."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    return shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])


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
