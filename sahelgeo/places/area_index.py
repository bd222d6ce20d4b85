"""Areas made ready for look-ups: a grid over polygons, and which of them a point lies in, mostly by one look-up.

Every cell is one of three kinds: outside all polygons (``.``), inside exactly one (its number), or undecided (``?``: a
border passes, or polygons overlap). Points in the first two kinds are answered by a look-up in an array; points in
undecided cells are tested against the few polygons that reach the cell. So the answer is that of the exact predicate
(GEOS ``intersects``)::

    two polygons, 0 and 1          the cells                 row 2 as spans        +owner at first, -owner after last
        ________                   . ? ? ? ? .               polygon 0: cells 1-1     difference  0  0  0  1 -1  0
       |  0  |1 |                  ? 0 ? 1 ? .               polygon 1: cells 3-3     running sum 0  0  0  1  0  0
       |_____|__|                  ? ? ? ? ? .

Laying the grid takes three steps. (1) Each edge is cut into pieces no longer than a cell; the cells under a piece's box
are undecided, and the polygon becomes their candidate. (2) Along the centre line of each row a polygon's border is
crossed an even number of times: between an odd crossing and the next the row is inside. Each such run of cells is a
span. (3) The spans are painted without touching each cell of each span: +1 and +owner are written at a span's first
cell, -1 and -owner after its last, and running sums along the row then say for every cell how many spans cover it and
the sum of their owners. Where one covers it, that sum is its owner; where more do, polygons overlap and the cell is
undecided.

Laying cells along borders takes time by the vertices of the polygons. Where few points are looked up once, no cell is
laid: a tree of the points says which of them the box of a polygon holds, and GEOS which of these lie in it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sahelgeo import checks
from sahelgeo.parts import threads_at_most
from sahelgeo.places.shared_ground import Floats, Ints, ring_edges

_Found = TypeVar("_Found")
OUTSIDE = -1
UNDECIDED = -2
# An index that is kept has cells by the vertices of its polygons: short borders leave few cells undecided.
_CELLS_FOR_VERTEX = 32
_FEWEST_KEPT, _MOST_KEPT = 2**21, 2**23
_FEWEST_ONCE, _MOST_ONCE = 2**14, 2**22
# From how many points on tracing borders is sooner done than testing every point: measured, docs/benchmarks/locate.md.
_POINTS_AT_LEAST, _POINTS_FOR_VERTEX = 5_000, 0.1
# From how many points on a polygon is sooner prepared (its edges sorted) than asked as it is.
_POINTS_TO_PREPARE = 8
# Undecided cells reach this share of a cell beyond the border, so that rounding never puts a border into a clean cell.
_MARGIN = 1e-6
# Labels of two bytes where they suffice: more of them stay in the processor's cache.
_MOST_SHORT = np.iinfo(np.int16).max
_PAIRS_AT_ONCE = 2_000_000
_VERTICES_AT_ONCE = 200_000
_CELLS_AT_ONCE = 2**20
_MOST_THREADS, _TASKS = 4, 16


@dataclass(frozen=True)
class Frame:
    """Where the grid lies: origin, cells for each unit of the CRS, columns and rows."""

    left: float
    bottom: float
    per_x: float
    per_y: float
    columns: int
    rows: int

    def column(self, x: Floats) -> Floats:
        """The column of each x, with its fraction."""
        return (x - self.left) * self.per_x

    def row(self, y: Floats) -> Floats:
        """The row of each y, with its fraction."""
        return (y - self.bottom) * self.per_y


@dataclass(frozen=True)
class Grid:
    """The cells over a sequence of polygons.

    Attributes
    ----------
    polygons : numpy.ndarray
        The polygons, prepared; missing and empty ones hold no point.
    frame : Frame or None
        Where the grid lies; None where no cell is laid, and points are looked up in a tree.
    labels : numpy.ndarray
        For each cell the number of its only polygon, OUTSIDE or UNDECIDED.
    undecided : numpy.ndarray
        The undecided cells, sorted.
    starts, candidates : numpy.ndarray
        The polygons that reach the undecided cell ``i``, in their order: ``candidates[starts[i]:starts[i + 1]]``.
    """

    polygons: NDArray[Any]
    frame: Frame | None
    labels: NDArray[np.signedinteger[Any]]
    undecided: NDArray[np.int32]
    starts: Ints
    candidates: NDArray[np.int32]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays, the polygons not counted."""
        return self.labels.nbytes + self.undecided.nbytes + self.starts.nbytes + self.candidates.nbytes


@dataclass(frozen=True, eq=False)
class AreaIndex:
    """Areas with a grid over them, for :func:`sahelgeo.locate` to use again. Made by :func:`sahelgeo.area_index`.

    Attributes
    ----------
    pcodes : pandas.Index
        The p-codes in their order, which is the order in which a tie is decided.
    crs : pyproj.CRS
        The CRS of the areas; points must be in the same.
    grid : Grid
        The cells: 4 MB over a few simple areas, up to 30 MB over thousands of detailed ones.

    See Also
    --------
    area_index : Prepare areas once for many points.
    locate : Which area each point lies in.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> index = sg.area_index(sg.load_areas("BFA"))
    >>> index.pcodes[:3].tolist(), index.crs.to_epsg()
    (['BF13', 'BF46', 'BF47'], 4326)
    >>> sg.locate(pd.DataFrame({"lon": [-1.63], "lat": [14.10]}), index)["pcode"].tolist()
    ['BF56']
    """

    pcodes: pd.Index
    crs: Any
    grid: Grid

    def __len__(self) -> int:
        return len(self.pcodes)

    def __repr__(self) -> str:
        return f"AreaIndex({len(self):,} areas, {self.crs.to_string()}, {self.grid.nbytes / 1e6:.1f} MB)"


def area_index(areas: gpd.GeoDataFrame) -> AreaIndex:
    """Make areas ready for many look-ups of points.

    Building costs about as much as one look-up of a million points. Do it once where points come in several tables or
    in chunks; the index can be pickled and sent to other processes.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        Areas with ``pcode``, each once (one edition, one level), and valid polygons or multipolygons in any CRS. An
        area without geometry holds no point. Areas may overlap and have holes.

    Returns
    -------
    AreaIndex
        Frozen; the areas may be changed afterwards without touching it.

    Raises
    ------
    SchemaError
        No ``pcode``, a p-code missing, not text or twice, geometry that is invalid or not polygons: all problems at
        once.
    CRSError
        The areas have no CRS.

    See Also
    --------
    locate : Which area each point lies in.
    check_areas : Find overlapping and empty areas.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> index = sg.area_index(sg.load_areas("BFA"))
    >>> len(index), index.pcodes[0]
    (13, 'BF13')
    """
    return looked_up(areas, None, lambda _: None)[0]


def looked_up(areas: gpd.GeoDataFrame, points: int | None, look: Callable[[Grid], _Found]) -> tuple[AreaIndex, _Found]:
    """An index worth its time for a number of points, None where it is kept, and what ``look`` finds in its grid.

    Meanwhile other threads ask GEOS whether the polygons are valid, the longest of all questions to few points.
    """
    with blamed_first(areas):
        by_code: dict[str, Any] = {"kind": "stable", "key": lambda codes: codes.astype(object)}  # Arrow sorts not all
        in_order = areas.reset_index(drop=True).sort_values("pcode", **by_code)
        pcodes = pd.Index(in_order["pcode"].astype(str), name="pcode")
        polygons = np.asarray(in_order.geometry.values, dtype=object)
    with ThreadPoolExecutor(threads_at_most(min(_MOST_THREADS, os.cpu_count() or 1))) as threads:
        found = threads.submit(_laid, polygons, points, look)

        def valid(shapes: NDArray[Any]) -> NDArray[np.bool_]:
            return np.concatenate(list(threads.map(_is_valid, np.array_split(shapes, _TASKS))))

        checks.coded_polygons(areas, is_valid=valid)
        grid, answer = found.result()
    return AreaIndex(pcodes, areas.crs, grid), answer


def _is_valid(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether polygons are valid. Not by shapely.is_valid, which sets warnings aside for the whole process."""
    valid: NDArray[np.bool_] = shapely.is_valid_reason(shapes) == "Valid Geometry"
    return valid


def _laid(polygons: NDArray[Any], points: int | None, look: Callable[[Grid], _Found]) -> tuple[Grid, _Found]:
    grid = lay_grid(polygons, points)
    return grid, look(grid)


@contextmanager
def blamed_first(areas: gpd.GeoDataFrame) -> Iterator[None]:
    """Where something fails, what is wrong with the areas is raised before any other error."""
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            checks.coded_polygons(areas)


@dataclass(frozen=True)
class Hits:
    """The polygons that each point lies in.

    Attributes
    ----------
    first : numpy.ndarray
        The first polygon of each point, OUTSIDE where there is none.
    shared_point, shared_polygon : numpy.ndarray
        Every (point, polygon) pair of the points that lie in more than one.
    """

    first: NDArray[np.int32]
    shared_point: Ints
    shared_polygon: NDArray[np.int32]


def lay_grid(polygons: NDArray[Any], points: int | None) -> Grid:
    """Lay the grid that is worth its time for a number of points that are looked up once; None for one that is kept."""
    if points is not None and points < _POINTS_AT_LEAST:
        return build_grid(polygons, 0)
    vertices = int(shapely.get_num_coordinates(polygons).sum())
    if points is None:
        cells = np.clip(_CELLS_FOR_VERTEX * vertices, _FEWEST_KEPT, _MOST_KEPT)
    elif points < _POINTS_AT_LEAST + _POINTS_FOR_VERTEX * vertices:
        cells = 0
    else:
        cells = np.clip(4 * points, _FEWEST_ONCE, _MOST_ONCE)
    return build_grid(polygons, int(cells))


def build_grid(polygons: NDArray[Any], cells: int) -> Grid:
    """Lay so many cells over valid polygons in one planar CRS; none, and only the polygons are kept."""
    polygons = np.asarray(polygons, dtype=object).copy()
    full = np.flatnonzero(~(shapely.is_missing(polygons) | shapely.is_empty(polygons)))
    none = np.zeros(0, dtype=np.int32)
    if not len(full) or not cells:
        return Grid(polygons, None, none, none, np.zeros(1, np.int64), none)
    shapely.prepare(polygons)
    # Not shapely.total_bounds: it sets warnings aside, and a grid may be laid in a thread.
    bounds = shapely.bounds(polygons[full])
    frame = _frame(np.concatenate([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)]), cells)
    kind = np.int16 if len(polygons) <= _MOST_SHORT else np.int32
    labels: NDArray[np.signedinteger[Any]] = np.full(frame.columns * frame.rows, OUTSIDE, kind)
    # Some polygons after another, so that memory stays that of their edges.
    vertices = shapely.get_num_coordinates(polygons).astype(np.int64)
    parts = [_traced(polygons, part, frame) for part in _slices(vertices, _VERTICES_AT_ONCE)]
    *borders, first, last, owner = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    spans = [first, last, owner]
    _paint(labels, spans, frame)
    labels[borders[0]] = UNDECIDED
    undecided = np.flatnonzero(labels == UNDECIDED).astype(np.int32)
    starts, candidates = _candidates(undecided, borders, spans, len(polygons))
    return Grid(polygons, frame, labels, undecided, starts, candidates)


def _traced(polygons: NDArray[Any], part: slice, frame: Frame) -> tuple[NDArray[Any], ...]:
    """Of some of the polygons: cells with a border, and whose; first and last cell of each span, and whose."""
    xy, start, owner = ring_edges(polygons[part])
    column, row = frame.column(xy[:, 0]), frame.row(xy[:, 1])
    edges = column[start], row[start], column[start + 1], row[start + 1], (owner + part.start).astype(np.int32)
    found = (*_touched(*edges, frame), *_spans(*edges, frame))
    return tuple(array.astype(np.int32) for array in found)


def find(grid: Grid, x: Floats, y: Floats) -> Hits:
    """The polygons that hold each point; a point on a border lies in every polygon it touches."""
    if grid.frame is None:
        first = np.full(len(x), OUTSIDE, dtype=np.int32)
        there = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        points: NDArray[Any] = np.asarray(shapely.points(x[there], y[there]), dtype=object)
        polygon, place = shapely.STRtree(points).query(grid.polygons)
        shapely.prepare(grid.polygons[np.bincount(polygon, minlength=len(grid.polygons)) >= _POINTS_TO_PREPARE])
        point = there[place]
        hit = np.flatnonzero(shapely.intersects_xy(grid.polygons[polygon], x[point], y[point]))
        hit = hit[np.argsort(point[hit], kind="stable")]
        return Hits(first, *_noted(first, point[hit], polygon[hit].astype(np.int32)))
    cell = _cell_of(grid.frame, x, y)
    first = grid.labels.take(cell).astype(np.int32)
    unsure = np.flatnonzero(first == UNDECIDED)
    first[unsure] = OUTSIDE
    return _tested(grid, first, unsure, cell[unsure], (x, y))


def _noted(first: NDArray[np.int32], point: Ints, polygon: NDArray[np.int32]) -> tuple[Ints, NDArray[np.int32]]:
    """Write down the first polygon of each point, pairs in order; give back the pairs of points with several."""
    first[point[::-1]] = polygon[::-1]
    again = np.flatnonzero(point[1:] == point[:-1])
    several = np.union1d(again, again + 1)
    return point[several], polygon[several]


def _cell_of(frame: Frame, x: Floats, y: Floats) -> NDArray[np.int32]:
    """The cell of each point. Points off the grid, or without a coordinate, fall into the air along its rim."""
    column, row = frame.column(x), frame.row(y)
    for values, count in ((column, frame.columns), (row, frame.rows)):
        # fmin gives the number where the other is NaN.
        np.fmin(values, count - 1, out=values)
        np.fmax(values, 0, out=values)
    cell = row.astype(np.int32)
    cell *= frame.columns
    cell += column.astype(np.int32)
    return cell


def _tested(
    grid: Grid, first: NDArray[np.int32], points: Ints, cells: NDArray[np.int32], xy: tuple[Floats, Floats]
) -> Hits:
    shared = [(np.zeros(0, np.int64), np.zeros(0, np.int32))]
    shapely.prepare(grid.polygons)  # costs nothing twice; a grid that came through pickle has lost it
    place = np.searchsorted(grid.undecided, cells)
    lengths = (grid.starts[1:] - grid.starts[:-1])[place]
    for part in _slices(lengths, _PAIRS_AT_ONCE):
        pair_point = np.repeat(points[part], lengths[part])
        pair_polygon = grid.candidates[_ranges(grid.starts[place[part]], lengths[part])]
        # Points of one polygon after another: the polygon's prepared edges stay in the processor's cache.
        order = np.argsort(pair_polygon, kind="stable")
        hit = np.empty(len(order), dtype=bool)
        hit[order] = shapely.intersects_xy(
            grid.polygons[pair_polygon[order]], xy[0][pair_point[order]], xy[1][pair_point[order]]
        )
        shared.append(_noted(first, pair_point[hit], pair_polygon[hit]))
    points, polygons = (np.concatenate(parts) for parts in zip(*shared, strict=True))
    return Hits(first, points, polygons)


def _slices(lengths: Ints, at_most: int) -> list[slice]:
    total = np.cumsum(lengths)
    if not len(total) or total[-1] <= at_most:
        return [slice(0, len(lengths))]
    cuts = np.searchsorted(total, np.arange(at_most, total[-1], at_most))
    edges = np.unique(np.concatenate([[0], cuts, [len(lengths)]]))
    return [slice(int(start), int(stop)) for start, stop in pairwise(edges)]


def _ranges(starts: Ints, lengths: Ints) -> Ints:
    """The numbers start, start + 1, ... of each range, one after another."""
    before = np.cumsum(lengths) - lengths
    numbers: Ints = np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))
    return numbers


def _frame(bounds: Floats, cells: int) -> Frame:
    left, bottom, right, top = (float(value) for value in bounds)
    largest = max(right - left, top - bottom, 1e-12)
    width, height = max(right - left, largest * 1e-3), max(top - bottom, largest * 1e-3)
    columns = int(max(np.sqrt(cells * width / height), 5))
    rows = max(cells // columns, 5)
    # Two cells of air on each side, so that no border lies on the rim of the grid.
    per_x, per_y = (columns - 4) / width, (rows - 4) / height
    return Frame(left - 2 / per_x, bottom - 2 / per_y, per_x, per_y, columns, rows)


def _touched(
    x0: Floats, y0: Floats, x1: Floats, y1: Floats, owner: NDArray[np.int32], frame: Frame
) -> tuple[Ints, NDArray[np.int32]]:
    """The (cell, polygon) pairs where a border passes."""
    pieces = np.ceil(np.maximum(np.abs(x1 - x0), np.abs(y1 - y0)) * (1 + 1e-3)).astype(np.int64)
    long = pieces > 1
    if long.any():
        many = pieces[long]
        step = 1 / np.repeat(many, many)
        at = _ranges(np.zeros(len(many), np.int64), many) * step
        dx, dy = np.repeat(x1[long] - x0[long], many), np.repeat(y1[long] - y0[long], many)
        start_x, start_y = np.repeat(x0[long], many) + at * dx, np.repeat(y0[long], many) + at * dy
        short = ~long
        x0, x1 = np.concatenate([x0[short], start_x]), np.concatenate([x1[short], start_x + step * dx])
        y0, y1 = np.concatenate([y0[short], start_y]), np.concatenate([y1[short], start_y + step * dy])
        owner = np.concatenate([owner[short], np.repeat(owner[long], many)])
    left, right = _cells(np.minimum(x0, x1) - _MARGIN), _cells(np.maximum(x0, x1) + _MARGIN)
    low, high = _cells(np.minimum(y0, y1) - _MARGIN), _cells(np.maximum(y0, y1) + _MARGIN)
    base = owner.astype(np.int64) * (frame.columns * frame.rows)
    corners = [base + low * frame.columns + left]
    # A piece is shorter than a cell, so its box reaches two columns and two rows at most (three with the margin never:
    # pieces end a thousandth short of a cell, the margin is a millionth).
    wide, tall = right > left, high > low
    corners.append((base + low * frame.columns + right)[wide])
    corners.append((base + high * frame.columns + left)[tall])
    corners.append((base + high * frame.columns + right)[wide & tall])
    keys = _without_repeats(np.sort(np.concatenate([_without_repeats(part) for part in corners])))
    cells = frame.columns * frame.rows
    return keys % cells, (keys // cells).astype(np.int32)


def _cells(values: Floats) -> Ints:
    # Coordinates on the grid are positive, so truncation is floor.
    return values.astype(np.int64)


def _without_repeats(keys: Ints) -> Ints:
    """Leave out a key that follows itself: neighbours along a ring mostly share the cell."""
    if not len(keys):
        return keys
    kept: Ints = keys[np.concatenate([[True], keys[1:] != keys[:-1]])]
    return kept


def _spans(
    x0: Floats, y0: Floats, x1: Floats, y1: Floats, owner: NDArray[np.int32], frame: Frame
) -> tuple[Ints, Ints, NDArray[np.int32]]:
    """Runs of cells (first, last, polygon) whose centre line is inside the polygon, without border cells at the ends.

    On the centre line of each row, the borders of a polygon alternate between entering and leaving (even-odd).
    """
    low, high = np.minimum(y0, y1), np.maximum(y0, y1)
    # Rows whose centre lies in [low, high): the half-open rule counts a vertex on the line once.
    first = np.ceil(low - 0.5).astype(np.int64)
    crossed = np.ceil(high - 0.5).astype(np.int64) - first
    crossing = np.flatnonzero(crossed > 0)
    times = crossed[crossing]
    edge = np.repeat(crossing, times)
    row = _ranges(first[crossing], times)
    slope = (x1[edge] - x0[edge]) / (y1[edge] - y0[edge])
    x = np.clip(
        x0[edge] + (row + 0.5 - y0[edge]) * slope, np.minimum(x0[edge], x1[edge]), np.maximum(x0[edge], x1[edge])
    )
    line = owner[edge].astype(np.int64) * frame.rows + row
    # Rounding may swap two crossings that lie in one cell or on both sides of a cell's edge: border cells, all of them.
    order = np.argsort(line * frame.columns + x, kind="stable")
    line, x, row = line[order], x[order], row[order]
    enter, leave = x[0::2].astype(np.int64) + 1, x[1::2].astype(np.int64) - 1
    keep = leave >= enter
    rows = row[0::2][keep] * frame.columns
    return rows + enter[keep], rows + leave[keep], (line[0::2][keep] // frame.rows).astype(np.int32)


def _paint(labels: NDArray[Any], spans: list[NDArray[np.int32]], frame: Frame) -> None:
    """Write the owner into each cell that one span covers, UNDECIDED where several do; some rows after another."""
    order = np.argsort(spans[0], kind="stable")
    starts, ends, owners = (array[order] for array in spans)
    cells = len(labels)
    step = max(_CELLS_AT_ONCE // frame.columns, 1) * frame.columns
    for low in range(0, cells, step):
        high = min(low + step, cells)
        here = slice(*np.searchsorted(starts, [low, high]))  # a span lies in one row
        edges = np.concatenate([starts[here], ends[here] + 1]) - low
        ones, whose = np.ones(here.stop - here.start), owners[here]
        size = high - low + 1
        count = np.cumsum(np.bincount(edges, np.concatenate([ones, -ones]), size)[: high - low])
        owner = np.cumsum(np.bincount(edges, np.concatenate([whose, -whose]), size)[: high - low])
        part = labels[low:high]
        part[count == 1] = owner[count == 1]
        part[count > 1] = UNDECIDED


def _candidates(
    undecided: NDArray[np.int32], borders: list[NDArray[np.int32]], spans: list[NDArray[np.int32]], polygons: int
) -> tuple[Ints, NDArray[np.int32]]:
    """The polygons that reach each undecided cell: those whose border passes, and those that cover it."""
    from_, to = np.searchsorted(undecided, spans[0]), np.searchsorted(undecided, spans[1], side="right")
    lengths = to - from_
    place = np.concatenate([np.searchsorted(undecided, borders[0]), _ranges(from_, lengths)])
    owner = np.concatenate([borders[1], np.repeat(spans[2], lengths)]).astype(np.int64)
    keys = _without_repeats(np.sort(place * polygons + owner))
    starts = np.searchsorted(keys, np.arange(len(undecided) + 1) * polygons)
    return starts, (keys % polygons).astype(np.int32)
