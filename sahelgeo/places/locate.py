"""Which area each point lies in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from os import PathLike
from typing import Any, Literal, TypeAlias, TypedDict, Unpack, overload

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.dataset as pads
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, AmbiguousError, CRSError, SchemaError, listed, warn
from sahelgeo.parts import Part, Seen, merged, parts_of, tables_of, threads_at_most
from sahelgeo.places.area_index import OUTSIDE, AreaIndex, Hits, area_index, blamed_first, find, looked_up
from sahelgeo.places.attach import Account, account_of, people_column
from sahelgeo.places.shared_ground import Floats

Ties = Literal["first", "missing", "raise"]
Outside = Literal["missing", "nearest"]

LOCATED = ("inside", "tied", "nearest", "outside", "swapped", "no_point")
_INSIDE, _TIED, _NEAREST, _OUTSIDE, _SWAPPED, _NO_POINT = range(len(LOCATED))
_WHY_LOST = {
    _OUTSIDE: "outside all areas",
    _SWAPPED: "inside an area only when latitude and longitude are swapped: check and swap them yourself",
    _NO_POINT: "without possible coordinates",
    _TIED: "in more than one area",
}
ADDED = ("pcode", "located", "distance_km")
# Half a degree of latitude: within a band one factor for the shrinking degree of longitude is right to 0.5 %.
_BAND = 0.5
_KM_FOR_DEGREE = 110.5
COORDINATES = (("longitude", "latitude"), ("lon", "lat"))


class _Options(TypedDict, total=False):
    ties: Ties
    outside: Outside
    max_distance_km: float | None


Areas: TypeAlias = "gpd.GeoDataFrame | AreaIndex"
Tables: TypeAlias = "str | PathLike[str] | pads.Dataset | Iterable[pd.DataFrame]"
# The points without an area, by the words for why.
Lost: TypeAlias = "dict[str, Seen]"


@overload
def locate(
    points: pd.DataFrame, areas: Areas, *, report: Literal[False] = ..., **options: Unpack[_Options]
) -> pd.DataFrame: ...
@overload
def locate(
    points: pd.DataFrame, areas: Areas, *, report: Literal[True], **options: Unpack[_Options]
) -> tuple[pd.DataFrame, Account]: ...
@overload
def locate(
    points: Tables, areas: Areas, *, report: Literal[False] = ..., **options: Unpack[_Options]
) -> Iterator[pd.DataFrame]: ...
@overload
def locate(
    points: Tables, areas: Areas, *, report: Literal[True], **options: Unpack[_Options]
) -> Iterator[tuple[pd.DataFrame, Account]]: ...
def locate(
    points: pd.DataFrame | Tables,
    areas: gpd.GeoDataFrame | AreaIndex,
    *,
    ties: Ties = "first",
    outside: Outside = "missing",
    max_distance_km: float | None = None,
    report: bool = False,
) -> pd.DataFrame | tuple[pd.DataFrame, Account] | Iterator[pd.DataFrame] | Iterator[tuple[pd.DataFrame, Account]]:
    """Give every point the p-code of the one area that it lies in.

    A point lies in an area when it touches it: inside or on its border (GEOS ``intersects``). The answer is that of the
    exact predicate; a grid only saves asking it where no border is near.

    Parameters
    ----------
    points : geopandas.GeoDataFrame, pandas.DataFrame, or many of them
        Points in the CRS of the areas; or a table with ``longitude`` and ``latitude`` (or ``lon`` and ``lat``; capitals
        or not) in degrees, WGS 84. A Parquet file, a folder of them, a pyarrow dataset or an iterable of tables is
        worked through piece by piece: what comes back is an iterator of tables, memory stays that of one, and the
        warning comes after the last.
    areas : geopandas.GeoDataFrame or AreaIndex
        Areas with ``pcode``, each once; or what :func:`sahelgeo.area_index` made of them, to use it again.
    ties : {"first", "missing", "raise"}
        What to do with a point in more than one area (on a shared border, or where areas overlap): take the area whose
        p-code comes first in the order of text; leave the p-code missing; or raise.
    outside : {"missing", "nearest"}
        What to do with a point in no area: leave the p-code missing, or take the nearest area within
        ``max_distance_km`` (river banks, coasts and generalised borders put towns just outside).
    max_distance_km : float, optional
        How far the nearest area may be, in kilometres on the ground. Needed with ``outside="nearest"``.
    report : bool
        Also return the :class:`sahelgeo.places.Account` of rows and people.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        The same rows in their order with their index, and three columns more:

        - ``pcode`` (string): missing where no area answers;
        - ``located`` (categorical), how: ``inside``; ``tied`` (in several areas, decided by ``ties``); ``nearest``;
          ``outside``; ``swapped`` (outside, but inside an area when latitude and longitude are exchanged: left
          missing); ``no_point`` (coordinates missing or impossible);
        - ``distance_km`` (Float64): 0 in an area, the distance of a nearest one, else missing.

        :func:`sum_events` counts what this table says, and locates nothing again.
    Account
        Only with ``report=True``: rows and people that came in are those attached and those unmatched.

    Raises
    ------
    SchemaError
        No coordinates, geometry other than points, a column that would be overwritten, areas without ``pcode`` or with
        invalid polygons, an option that is not known.
    CRSError
        Points or areas without CRS, or in different ones.
    AmbiguousError
        A point in several areas, with ``ties="raise"``; the pairs are in ``.candidates``.

    Warns
    -----
    DataWarning
        Points left without an area, with their rows and people; swapped coordinates are named apart. Coordinates that
        are swapped and still fall into an area cannot be told from right ones.

    See Also
    --------
    area_index : Prepare areas once for many points.
    attach_areas : Join a table to its polygons.
    sahelgeo.events.audit : Events whose place is doubtful.

    Notes
    -----
    A point on a shared border touches both areas. Counting it in each, as a spatial join does, counts its people twice;
    so exactly one area is chosen, by the rule that you name in ``ties``.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> towns = pd.DataFrame({"place": ["Djibo", "Kaya"], "longitude": [-1.63, -1.08], "latitude": [14.10, 13.09]})
    >>> sg.locate(towns, sg.load_areas("BFA"))[["place", "pcode", "located"]]
       place pcode located
    0  Djibo  BF56  inside
    1   Kaya  BF49  inside
    """
    checks.choice(("first", "missing", "raise"), ties=ties)
    checks.choice(("missing", "nearest"), outside=outside)
    if outside == "missing" and max_distance_km is not None:
        raise SchemaError("max_distance_km has no meaning with outside='missing'. Pass outside='nearest' with it")
    if outside == "nearest" and not (max_distance_km is not None and 0 < max_distance_km < np.inf):
        raise SchemaError(
            f"outside='nearest' needs max_distance_km above 0 (found {max_distance_km!r}): say how far a point may be, "
            "such as 5"
        )
    rule = Rule(ties, max_distance_km)
    if not isinstance(points, pd.DataFrame):
        if isinstance(points, bytes) or not isinstance(points, (Iterable, PathLike, pads.Dataset)):
            raise SchemaError(f"locate takes a table of points, or an iterable of tables, not {type(points).__name__}")
        index = areas if isinstance(areas, AreaIndex) else area_index(areas)
        return _each(parts_of(points, ".parquet"), index, rule, report)
    found, lost = _located(points, areas, rule, report)
    warn_unlocated(lost, len(points))
    return found


@dataclass(frozen=True)
class Rule:
    """What becomes of points in several areas, and in none; ``max_km`` is how far the nearest area may be."""

    ties: Ties = "first"
    max_km: float | None = None


def _each(parts: Iterable[Part], index: AreaIndex, rule: Rule, report: bool) -> Iterator[Any]:
    whole: dict[str, Any] = {"rows": 0, "lost": {}}
    for part in parts:
        for points in tables_of(part, "locate"):
            found, lost = _located(points, index, rule, report, part.name)
            whole = merged([whole, {"rows": len(points), "lost": lost}])
            yield found
    warn_unlocated(whole["lost"], whole["rows"])


@dataclass(frozen=True)
class Owners:
    """The area of each point (its place in the index), how it was found and how far it is, and points without one."""

    index: AreaIndex
    area: NDArray[np.int32]
    how: NDArray[np.int8]
    km: Floats
    lost: Lost


def owners(points: pd.DataFrame, areas: Areas, rule: Rule, part: str = "") -> Owners:
    """Look up which area each point lies in."""
    if isinstance(areas, AreaIndex):
        x, y = _coordinates(points, areas.crs)
        index, hits = areas, find(areas.grid, x, y)
    else:
        with blamed_first(areas):
            x, y = _coordinates(points, areas.crs)
        index, hits = looked_up(areas, len(points), lambda grid: find(grid, x, y))
    if len(hits.shared_point) and rule.ties == "raise":
        raise _ambiguous(hits, index, points.index)
    area, how, km = _answers(hits, index, rule.ties, rule.max_km, (x, y))
    return Owners(index, area, how, km, _lost(points, np.flatnonzero(area == OUTSIDE), how, part))


def _located(
    points: pd.DataFrame, areas: Areas, rule: Rule, report: bool, part: str = ""
) -> tuple[pd.DataFrame | tuple[pd.DataFrame, Account], Lost]:
    found = owners(points, areas, rule, part)
    index, owner, how, km, gone = found.index, found.area, found.how, found.km, found.lost
    lost = owner == OUTSIDE
    columns: dict[str, Any] = {
        "pcode": index.pcodes.astype("string").array.take(owner, allow_fill=True),
        "located": pd.Categorical.from_codes(how, dtype=pd.CategoricalDtype(pd.Index(LOCATED))),
        "distance_km": pd.arrays.FloatingArray(km, lost),
    }
    result = points.assign(**columns)
    if not report:
        return result, gone
    attached = pd.Series(~lost, index=points.index)
    return (result, account_of(points, attached, pd.Series(index.pcodes), result["pcode"])), gone


def _answers(
    hits: Hits, index: AreaIndex, ties: Ties, max_km: float | None, xy: tuple[Floats, Floats]
) -> tuple[NDArray[np.int32], NDArray[np.int8], Floats]:
    owner = hits.first
    how = np.where(owner == OUTSIDE, _OUTSIDE, _INSIDE).astype(np.int8)
    how[hits.shared_point] = _TIED
    if ties == "missing":
        owner[hits.shared_point] = OUTSIDE
    km = np.zeros(len(owner))
    lost = np.flatnonzero(how == _OUTSIDE)
    how[lost] = _how_lost(index, xy[0][lost], xy[1][lost])
    if max_km is not None:
        there = lost[how[lost] != _NO_POINT]
        found, away = nearest_polygon(index.grid.polygons, index.crs, xy[0][there], xy[1][there], max_km)
        near = found != OUTSIDE
        owner[there[near]], km[there[near]], how[there[near]] = found[near], away[near], _NEAREST
    return owner, how, km


def _how_lost(index: AreaIndex, x: Floats, y: Floats) -> NDArray[np.int8]:
    how = np.full(len(x), _OUTSIDE, dtype=np.int8)
    possible = np.isfinite(x) & np.isfinite(y)
    if index.crs.is_geographic:
        how[find(index.grid, y, x).first != OUTSIDE] = _SWAPPED
        possible &= (np.abs(x) <= 180) & (np.abs(y) <= 90)
    how[~possible & (how == _OUTSIDE)] = _NO_POINT
    return how


def _coordinates(points: pd.DataFrame, crs: Any) -> tuple[Floats, Floats]:
    if not isinstance(points, pd.DataFrame):
        raise SchemaError(f"locate takes tables of points, not {type(points).__name__}")
    if taken := [label for label in ADDED if label in points.columns]:
        raise SchemaError(
            f"the points already have {listed([repr(label) for label in taken], 3)}, which locate adds. Rename or "
            f"drop: points.drop(columns={taken})"
        )
    if checks.has_shapes(points):
        return _from_geometry(points, crs)
    labels = {str(label).casefold(): label for label in reversed(points.columns)}
    labels |= {label: label for label in points.columns}
    pair = next((pair for pair in COORDINATES if set(pair) <= set(labels)), None)
    if pair is None:
        found = listed(list(points.columns), 12)
        raise SchemaError(
            "the points have no geometry and no columns 'longitude' and 'latitude' (or 'lon' and 'lat'). Found: "
            f"{found}"
        )
    if crs != "EPSG:4326" and not crs.equals("EPSG:4326", ignore_axis_order=True):
        raise CRSError(
            f"longitude and latitude are WGS 84, the areas are in {crs.to_string()}. "
            "Bring the areas to degrees: areas.to_crs('EPSG:4326')"
        )
    return _numbers(points, labels[pair[0]]), _numbers(points, labels[pair[1]])


def _from_geometry(points: gpd.GeoDataFrame, crs: Any) -> tuple[Floats, Floats]:
    checks.crs(points, "points")
    if points.crs != crs and not points.crs.equals(crs, ignore_axis_order=True):
        raise CRSError(
            f"the points are in {points.crs.to_string()} and the areas are in {crs.to_string()}. "
            "Bring both to one: points.to_crs(areas.crs)"
        )
    shapes = np.asarray(points.geometry.values, dtype=object)
    try:
        x, y = _xy(shapes)
    except shapely.errors.GEOSException:
        # Empty points have no x; looking for them first would cost a tenth of the time.
        shapes = shapes.copy()
        shapes[shapely.is_empty(shapes)] = None
        x, y = _xy(shapes)
    # Only what is no point, or an empty or missing one, has no x.
    without = np.flatnonzero(np.isnan(x))
    other = without[shapely.get_type_id(shapes[without]) > 0]
    if len(other):
        rows = listed(list(points.index[other]), SHOWN_AT_MOST)
        raise SchemaError(
            f"geometry, row(s) {rows}: not a point. Take points of polygons and lines first: "
            "geometry.representative_point()"
        )
    return x, y


def _xy(shapes: NDArray[Any]) -> tuple[Floats, Floats]:
    # Reading coordinates out of geometries is half the time of a look-up; shapely lets two threads do it.
    with ThreadPoolExecutor(threads_at_most(2)) as threads:
        x, y = threads.map(lambda read: read(shapes), (shapely.get_x, shapely.get_y))
    return x, y


def _numbers(points: pd.DataFrame, label: str) -> Floats:
    checks.columns(points, "points", {label: "any"})
    column = points[label]
    numbers = pd.to_numeric(column.astype(object) if column.dtype == bool else column, errors="coerce")
    bad = (numbers.isna() & column.notna()).to_numpy()
    if bad.any():
        rows, shown = listed(list(points.index[bad]), SHOWN_AT_MOST), listed(list(column[bad]), SHOWN_AT_MOST)
        raise SchemaError(
            f"column {label!r}, row(s) {rows} ({shown}): not a number. Turn '12,34' or degrees with minutes into "
            "decimal degrees, or empty cells"
        )
    return numbers.to_numpy(dtype="float64", na_value=np.nan)


def _ambiguous(hits: Hits, index: AreaIndex, labels: pd.Index) -> AmbiguousError:
    pairs = pd.DataFrame({"row": labels[hits.shared_point], "pcode": index.pcodes[hits.shared_polygon].to_numpy()})
    rows = list(dict.fromkeys(pairs["row"]))
    example = listed(list(pairs.loc[pairs["row"] == rows[0], "pcode"]), SHOWN_AT_MOST)
    return AmbiguousError(
        f"{len(np.unique(hits.shared_point)):,} points lie in more than one area: rows {listed(rows, SHOWN_AT_MOST)} "
        f"(row {rows[0]} in {example}). "
        "Pass ties='first' or 'missing', or mend the overlap; the pairs are in the error's .candidates",
        pairs,
    )


def _lost(points: pd.DataFrame, lost: NDArray[np.int64], how: NDArray[np.int8], part: str) -> Lost:
    """The points without an area by what is said of them; NaN people where the table counts none."""
    label = people_column(points) if len(lost) else None
    people = np.full(len(lost), np.nan) if label is None else points[label].iloc[lost].fillna(0).to_numpy(dtype=float)
    kinds = [(words, how[lost] == kind) for kind, words in _WHY_LOST.items()]
    return {
        words: Seen.of(part, points, lost[rows], people=float(people[rows].sum()))
        for words, rows in kinds
        if rows.any()
    }


def warn_unlocated(lost: Lost, of: int) -> None:
    """Warn of points without an area, with their rows and people."""
    if not lost:
        return
    every = sum(lost.values(), Seen())
    people = "" if np.isnan(every.people) else f" with {every.people:,.0f} people"
    parts = [
        f"{seen.rows:,} {words} (rows {seen.labels()})" for words in _WHY_LOST.values() if (seen := lost.get(words))
    ]
    warn(f"{every.rows:,} of {of:,} points{people} have no area: {'; '.join(parts)}. Their p-code is missing")


def nearest_polygon(
    polygons: NDArray[Any], crs: Any, x: Floats, y: Floats, max_km: float
) -> tuple[NDArray[np.int32], Floats]:
    """The nearest polygon of each point and its distance in km; OUTSIDE and NaN where none is within ``max_km``.

    In degrees the distance is that on the ellipsoid to the nearest place of the border. Of polygons equally near, the
    first is taken; two whose distances differ by less than 0.5 % may stand for each other. In metres (projected CRS)
    the distance is that on the plane.
    """
    owner, km = np.full(len(x), OUTSIDE, dtype=np.int32), np.full(len(x), np.nan)
    geod = (crs.get_geod() or Geod(ellps="WGS84")) if crs.is_geographic else None
    unit = _KM_FOR_DEGREE / 1.05 if geod else crs.axis_info[0].unit_conversion_factor / 1000
    reach = max_km / unit
    there = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    band = np.floor(y[there] / _BAND) if geod else np.zeros(len(there))
    for number in np.unique(band):
        rows = there[band == number]
        shrink = max(float(np.cos(np.radians(y[rows].mean()))), 1e-3) if geod else 1.0
        points = shapely.points(x[rows] * shrink, y[rows])
        left, bottom, right, top = shapely.total_bounds(points)
        box = shapely.box((left - reach) / shrink, bottom - reach, (right + reach) / shrink, top + reach)
        close = np.flatnonzero(shapely.intersects(shapely.envelope(polygons), box))
        squeezed = shapely.transform(polygons[close], partial(np.multiply, [shrink, 1.0]))
        point, polygon = shapely.STRtree(squeezed).query_nearest(points, max_distance=reach, all_matches=True)
        # What is written last stays: of polygons equally near the first.
        order = np.lexsort((-polygon, point))
        point, polygon = point[order], polygon[order]
        owner[rows[point]] = close[polygon]
        lines = shapely.shortest_line(squeezed[polygon], points[point])
        if geod:
            border = shapely.get_coordinates(shapely.get_point(lines, 0))
            away = geod.inv(x[rows[point]], y[rows[point]], border[:, 0] / shrink, border[:, 1])[2] / 1000
        else:
            away = shapely.length(lines) * unit
        km[rows[point]] = away
    too_far = ~(km <= max_km)
    owner[too_far], km[too_far] = OUTSIDE, np.nan
    return owner, km
