"""A grid over polygons: which of them a point lies in, mostly by one look-up.

Every cell of the grid is one of three kinds: outside all areas, inside exactly one (no border near), or undecided (a
border passes, or areas overlap). The first two answer by a look-up; points in undecided cells are tested exactly against
the few areas that reach the cell. So the answer is that of the exact predicate (GEOS ``intersects``) for every point.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OUTSIDE = -1
UNDECIDED = -2
COLUMNS = 4096
_COLUMNS_ONCE = 2048
# Undecided cells reach this share of a cell beyond the border, so that rounding never puts a border into a clean cell.
_MARGIN = 1e-6
_FEWEST_COLUMNS = 128
_MOST_CELLS = 2**25
_PAIRS_AT_ONCE = 2_000_000


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
        column = x - self.left
        column *= self.per_x
        return column

    def row(self, y: Floats) -> Floats:
        """The row of each y, with its fraction."""
        row = y - self.bottom
        row *= self.per_y
        return row


@dataclass(frozen=True)
class Grid:
    """The cells over a sequence of polygons.

    Attributes
    ----------
    polygons : numpy.ndarray
        The polygons, prepared; missing and empty ones hold no point.
    frame : Frame or None
        Where the grid lies; None where there is no polygon at all.
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


def columns_for(points: int | None) -> int:
    """Columns worth building for a number of points that are looked up once; the most for an index that is kept."""
    if points is None:
        return COLUMNS
    return int(np.clip(2 * np.sqrt(points), _FEWEST_COLUMNS, _COLUMNS_ONCE))


def build_grid(polygons: NDArray[Any], columns: int = COLUMNS) -> Grid:
    """Lay a grid over polygons (valid; shapely geometries in one planar CRS)."""
    polygons = np.asarray(polygons, dtype=object).copy()
    full = ~(shapely.is_missing(polygons) | shapely.is_empty(polygons))
    none = np.zeros(0, dtype=np.int32)
    if not full.any():
        return Grid(polygons, None, none, none, np.zeros(1, np.int64), none)
    shapely.prepare(polygons)
    # Not shapely.total_bounds: it sets warnings aside, and a grid may be laid in a thread.
    bounds = shapely.bounds(polygons[full])
    frame = _frame(np.concatenate([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)]), columns)
    x0, y0, x1, y1, owner = _edges(polygons, frame)
    border_cells, border_owners = _touched(x0, y0, x1, y1, owner, frame)
    span_starts, span_ends, span_owners = _spans(x0, y0, x1, y1, owner, frame)
    cells = frame.columns * frame.rows
    count, label = _painted(span_starts, span_ends, span_owners, cells)
    labels = np.where(count == 0, OUTSIDE, label).astype(np.int32)
    labels[count > 1] = UNDECIDED
    labels[border_cells] = UNDECIDED
    if len(polygons) <= np.iinfo(np.int16).max:
        labels = labels.astype(np.int16)  # half the memory: more of it stays in the processor's cache
    undecided = np.flatnonzero(labels == UNDECIDED).astype(np.int32)
    starts, candidates = _candidates(
        undecided, (border_cells, border_owners), (span_starts, span_ends, span_owners), len(polygons)
    )
    return Grid(polygons, frame, labels, undecided, starts, candidates)


def find(grid: Grid, x: Floats, y: Floats) -> Hits:
    """The polygons that hold each point; a point on a border lies in every polygon it touches."""
    if grid.frame is None or not len(x):
        return Hits(np.full(len(x), OUTSIDE, dtype=np.int32), np.zeros(0, np.int64), np.zeros(0, np.int32))
    cell = _cell_of(grid.frame, x, y)
    first = grid.labels.take(cell).astype(np.int32)
    unsure = np.flatnonzero(first == UNDECIDED)
    first[unsure] = OUTSIDE
    return _tested(grid, first, unsure, cell[unsure], (x, y))


def candidates(grid: Grid, x: Floats, y: Floats) -> tuple[Ints, Ints, int]:
    """Pairs of points and polygons that may hold them; the first so many are certain, the others are to be tested."""
    if grid.frame is None or not len(x):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), 0
    cell = _cell_of(grid.frame, x, y)
    label = grid.labels.take(cell)
    sure, unsure = np.flatnonzero(label >= 0), np.flatnonzero(label == UNDECIDED)
    place = np.searchsorted(grid.undecided, cell[unsure])
    count = (grid.starts[1:] - grid.starts[:-1])[place]
    points = np.concatenate([sure, np.repeat(unsure, count)])
    polygons = np.concatenate([label[sure], grid.candidates[ranges(grid.starts[place], count)]]).astype(np.int64)
    return points, polygons, len(sure)


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
    shared_points, shared_polygons = [], []
    shapely.prepare(grid.polygons)  # costs nothing twice; a grid that came through pickle has lost it
    place = np.searchsorted(grid.undecided, cells)
    lengths = (grid.starts[1:] - grid.starts[:-1])[place]
    for part in _slices(lengths, _PAIRS_AT_ONCE):
        pair_point = np.repeat(points[part], lengths[part])
        pair_polygon = grid.candidates[ranges(grid.starts[place[part]], lengths[part])]
        # Points of one polygon after another: the polygon's prepared edges stay in the processor's cache.
        order = np.argsort(pair_polygon, kind="stable")
        hit = np.empty(len(order), dtype=bool)
        hit[order] = shapely.intersects_xy(
            grid.polygons[pair_polygon[order]], xy[0][pair_point[order]], xy[1][pair_point[order]]
        )
        pair_point, pair_polygon = pair_point[hit], pair_polygon[hit]
        # Candidates stand in order, so the first hit of a point is its first polygon: write it last.
        first[pair_point[::-1]] = pair_polygon[::-1]
        again = pair_point[1:] == pair_point[:-1]
        if again.any():
            shared = np.concatenate([again, [False]]) | np.concatenate([[False], again])
            shared_points.append(pair_point[shared])
            shared_polygons.append(pair_polygon[shared])
    return Hits(
        first,
        np.concatenate([*shared_points, np.zeros(0, np.int64)]),
        np.concatenate([*shared_polygons, np.zeros(0, np.int32)]),
    )


def _slices(lengths: Ints, at_most: int) -> list[slice]:
    total = np.cumsum(lengths)
    if not len(total) or total[-1] <= at_most:
        return [slice(0, len(lengths))]
    cuts = np.searchsorted(total, np.arange(at_most, total[-1], at_most))
    edges = np.unique(np.concatenate([[0], cuts, [len(lengths)]]))
    return [slice(int(start), int(stop)) for start, stop in pairwise(edges)]


def ranges(starts: Ints, lengths: Ints) -> Ints:
    """The numbers start, start + 1, ... of each range, one after another."""
    before = np.cumsum(lengths) - lengths
    numbers: Ints = np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))
    return numbers


def _frame(bounds: Floats, columns: int) -> Frame:
    left, bottom, right, top = (float(value) for value in bounds)
    largest = max(right - left, top - bottom, 1e-12)
    width, height = max(right - left, largest * 1e-3), max(top - bottom, largest * 1e-3)
    rows = int(np.clip(round(columns * height / width), 1, _MOST_CELLS // columns))
    # Two cells of air on each side, so that no border lies on the rim of the grid.
    per_x, per_y = (columns - 4) / width, max(rows - 4, 1) / height
    return Frame(left - 2 / per_x, bottom - 2 / per_y, per_x, per_y, columns, max(rows, 5))


def _edges(polygons: NDArray[Any], frame: Frame) -> tuple[Floats, Floats, Floats, Floats, NDArray[np.int32]]:
    """All edges of all rings in units of cells, with the polygon that each belongs to."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    same = ring_of[1:] == ring_of[:-1]
    column, row = frame.column(xy[:, 0]), frame.row(xy[:, 1])
    owner = part_owner[ring_part].astype(np.int32)[ring_of[1:][same]]
    return column[:-1][same], row[:-1][same], column[1:][same], row[1:][same], owner


def _touched(
    x0: Floats, y0: Floats, x1: Floats, y1: Floats, owner: NDArray[np.int32], frame: Frame
) -> tuple[Ints, NDArray[np.int32]]:
    """The (cell, polygon) pairs where a border passes."""
    pieces = np.ceil(np.maximum(np.abs(x1 - x0), np.abs(y1 - y0)) * (1 + 1e-3)).astype(np.int64)
    long = pieces > 1
    if long.any():
        many = pieces[long]
        step = 1 / np.repeat(many, many)
        at = ranges(np.zeros(len(many), np.int64), many) * step
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
    keys = np.concatenate([_without_repeats(part) for part in corners])
    keys = _unique(keys)
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


def _unique(keys: Ints) -> Ints:
    return _without_repeats(np.sort(keys))


def _spans(
    x0: Floats, y0: Floats, x1: Floats, y1: Floats, owner: NDArray[np.int32], frame: Frame
) -> tuple[Ints, Ints, NDArray[np.int32]]:
    """Runs of cells (first, last, polygon) whose centre line runs inside the polygon, border cells at the ends left out.

    On the centre line of each row, the borders of a polygon alternate between entering and leaving (even-odd).
    """
    low, high = np.minimum(y0, y1), np.maximum(y0, y1)
    # Rows whose centre lies in [low, high): the half-open rule counts a vertex on the line once.
    first = np.ceil(low - 0.5).astype(np.int64)
    crossed = np.ceil(high - 0.5).astype(np.int64) - first
    crossing = np.flatnonzero(crossed > 0)
    times = crossed[crossing]
    edge = np.repeat(crossing, times)
    row = ranges(first[crossing], times)
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


def _painted(starts: Ints, ends: Ints, owners: NDArray[np.int32], cells: int) -> tuple[NDArray[np.int32], Ints]:
    """For each cell: how many spans cover it, and the sum of their owners (the owner itself where there is one)."""
    edges = np.concatenate([starts, ends + 1])
    ones = np.ones(len(starts))
    count = np.cumsum(np.bincount(edges, np.concatenate([ones, -ones]), cells + 1)[:cells])
    label = np.cumsum(np.bincount(edges, np.concatenate([owners, -owners]), cells + 1)[:cells])
    return np.rint(count).astype(np.int32), np.rint(label).astype(np.int64)


def _candidates(
    undecided: NDArray[np.int32],
    borders: tuple[Ints, NDArray[np.int32]],
    spans: tuple[Ints, Ints, NDArray[np.int32]],
    polygons: int,
) -> tuple[Ints, NDArray[np.int32]]:
    """The polygons that reach each undecided cell: those whose border passes, and those that cover it."""
    from_, to = np.searchsorted(undecided, spans[0]), np.searchsorted(undecided, spans[1], side="right")
    lengths = to - from_
    place = np.concatenate([np.searchsorted(undecided, borders[0]), ranges(from_, lengths)])
    owner = np.concatenate([borders[1], np.repeat(spans[2], lengths)]).astype(np.int64)
    keys = _unique(place * polygons + owner)
    starts = np.searchsorted(keys, np.arange(len(undecided) + 1) * polygons)
    return starts, (keys % polygons).astype(np.int32)
