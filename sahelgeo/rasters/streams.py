r"""Sums over zones while a grid streams by in bands: bounded memory, several threads, exact fractions of cells.

Every edge is walked once, downwards, through the cells that it touches. In each it leaves two numbers, as in the
drawing of fonts: its *height* there, and the *area* of the cell to its right over that height::

    column   0     1     2     3          height                    +1    .    .    -1
          +-----+-----+-----+-----+       area                    +0.3    .    .  -0.6
          |   \#|#####|#####|##/  |       sum of heights before it   0    1    1     1
          |    \|#####|#####|#/   |       covered fraction         0.3    1    1   0.4
          +-----+-----+-----+-----+

* The sign is + where the polygon begins (it lies right of the edge), - where it ends.
* ``area = height * (column + 1 - middle)``: ``middle`` is the mean x of the piece of edge, so ``column + 1 - middle``
  is how far it is, on average, from the right side of its cell. It carries the sign of the height.
* A cell's fraction is the sum of the heights in the cells before it, which the polygon covers wholly over that height,
  plus its own area: 0 + 0.3 on the left border, 1 - 0.6 on the right one.
* Between two touched cells the sum of heights is 0 or 1 and does not change: no cell, or a run of whole ones.
* What no zone covers is a zone too: the frame of the grid, and the edges of all others with the sign turned. A border
  that two zones share leaves nothing there.
* What lies left of a window is gathered in column -1, so that its heights still count; what lies right of it in column
  ``width``, where the last run ends.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from sahelgeo.errors import GridError
from sahelgeo.parts import threads_at_most
from sahelgeo.places.shared_ground import Floats, Ints, ring_edges
from sahelgeo.rasters.grids import Grid, Range, Reader

# A window is read at once; its sums are made in strips that fit into a processor's cache.
_CELLS_OF_WINDOW = 12_000_000
_CELLS_OF_STRIP = 400_000
_MOST_THREADS = 8


@dataclass
class ZoneSums:
    """Sums over zones.

    Attributes
    ----------
    total : numpy.ndarray
        Sum of value × covered fraction (× weight of the row) for each zone.
    cells : numpy.ndarray
        Covered cells that have data, fractions counted.
    weight : numpy.ndarray
        The same, each cell counted with the weight of its row.
    lowest, highest : float
        The lowest and the highest value that has data, and 0 where there are gaps.
    ends : tuple of int
        Of a grid of whole numbers: the least and the greatest of their type that cells hold though it is not declared.
    infinite : int
        Cells that hold infinity, undeclared.
    """

    total: Floats
    cells: Floats
    weight: Floats
    lowest: float = np.inf
    highest: float = -np.inf
    ends: tuple[int, ...] = ()
    infinite: int = 0

    @classmethod
    def nothing(cls, zones: int) -> ZoneSums:
        """The sums before anything was read."""
        return cls(np.zeros(zones), np.zeros(zones), np.zeros(zones))

    def add(self, other: ZoneSums) -> None:
        """Add the sums of another part of the grid."""
        self.total += other.total
        self.cells += other.cells
        self.weight += other.weight
        self.lowest, self.highest = min(self.lowest, other.lowest), max(self.highest, other.highest)
        self.ends = tuple(sorted({*self.ends, *other.ends}))
        self.infinite += other.infinite


_Job: TypeAlias = "tuple[Reader, Edges, Floats | None]"


def zone_sums(reader: Reader, edges: Edges, *, weights: Floats | None = None, progress: bool = False) -> ZoneSums:
    """The sums of a grid over the polygons that edges belong to.

    Parameters
    ----------
    reader : Reader
        The grid.
    edges : Edges
        Those of the polygons, one for each zone, in units of its cells.
    weights : numpy.ndarray, optional
        What a cell of each row counts for, for example its km².
    progress : bool
        Show a bar.
    """
    sums = ZoneSums.nothing(edges.zones)
    windows = list(_windows(*_window_of(edges, reader.grid), reader.grid.block))
    # The sums of a run do not depend on which thread was faster: windows are added in their order.
    for part in _in_order((reader, edges, weights), windows, progress):
        sums.add(part)
    return sums


def _window_of(edges: Edges, grid: Grid) -> tuple[Range, Range]:
    if not len(edges.x0):
        return (0, 0), (0, 0)
    left, right = min(edges.x0.min(), edges.x1.min()), max(edges.x0.max(), edges.x1.max())
    rows = np.clip([np.floor(edges.y0.min()), np.ceil(edges.y1.max())], 0, grid.height).astype(int)
    columns = np.clip([np.floor(left), np.ceil(right)], 0, grid.width).astype(int)
    return (int(rows[0]), int(rows[1])), (int(columns[0]), int(columns[1]))


def _windows(rows: Range, columns: Range, block: Range) -> Iterator[tuple[Range, Range]]:
    """Windows that begin and end with blocks of the file, so that each block is read once.

    They are rows of blocks, as many as fit; where one row of blocks is too much, it is cut between blocks.
    """
    width = columns[1] - columns[0]
    if not width:
        return
    high, wide = block
    height = max(high, _CELLS_OF_WINDOW // width // high * high)
    if height * width > _CELLS_OF_WINDOW:
        width = max(wide, _CELLS_OF_WINDOW // height // wide * wide)
    for band in _stretches(rows, height):
        for stretch in _stretches(columns, width):
            yield band, stretch


def _stretches(whole: Range, step: int) -> Iterator[Range]:
    first = whole[0]
    while first < whole[1]:
        last = min(whole[1], first - first % step + step)
        yield first, last
        first = last


def _in_order(job: _Job, windows: list[tuple[Range, Range]], progress: bool) -> Iterator[ZoneSums]:
    from tqdm.auto import tqdm  # noqa: PLC0415 - it costs time to load, and is seldom asked for

    threads = threads_at_most(min(_MOST_THREADS, os.cpu_count() or 1, max(1, len(windows))))
    waiting, bar = iter(windows), tqdm(total=len(windows), disable=not progress, unit="window", desc="grid")
    with ThreadPoolExecutor(threads) as pool, bar:
        # More windows wait than there are threads: none is idle while the next in order is not done.
        running = [pool.submit(_window_sums, job, *window) for window in islice(waiting, 2 * threads)]
        while running:
            yield running.pop(0).result()
            bar.update()
            running += [pool.submit(_window_sums, job, *window) for window in islice(waiting, 1)]


def _window_sums(job: _Job, rows: Range, columns: Range) -> ZoneSums:
    reader, edges, _ = job
    values = reader.read(rows, columns)
    if values.dtype.kind not in "iufb":
        raise GridError(f"{reader.grid.name}: values of type {values.dtype} cannot be summed")
    sums = ZoneSums.nothing(edges.zones)
    height = max(1, _CELLS_OF_STRIP // (columns[1] - columns[0]))
    for first in range(rows[0], rows[1], height):
        strip = (first, min(rows[1], first + height))
        sums.add(_strip(job, values[strip[0] - rows[0] : strip[1] - rows[0]], strip, columns))
    return sums


def _strip(job: _Job, stored: npt.NDArray[Any], rows: Range, columns: Range) -> ZoneSums:
    reader, edges, per_row = job
    grid, zones = reader.grid, edges.zones
    bounds = stored.min(), stored.max()
    valid = has_data(stored, bounds, grid.nodata)
    flat = _values(stored, valid, grid)
    lowest, highest = float(flat[:-1].min()), float(flat[:-1].max())
    spans = spans_of(edges, rows, columns)
    edge, run = _cells(valid, spans)
    cells = weight = _by_zone(spans, zones, edge, run)
    if per_row is not None:
        weights = per_row[rows[0] : rows[1]]
        flat[:-1].reshape(stored.shape)[:] *= weights[:, None]
        edge, run = edge * weights[spans.cell // spans.width], run * weights[spans.start // spans.width]
        weight = _by_zone(spans, zones, edge, run)
    total = _by_zone(spans, zones, flat[spans.cell] * spans.fraction, _run_sums(flat, spans))
    sums = ZoneSums(total, cells, weight, lowest, highest, _ends(stored.dtype, bounds, grid.nodata))
    if not np.isfinite(bounds).all() and not np.isinf(grid.nodata or 0):
        sums.infinite = int(np.isinf(stored).sum())
    return sums


def _ends(kind: np.dtype[Any], bounds: tuple[Any, Any], nodata: float | None) -> tuple[int, ...]:
    """The least and the greatest number of a type of whole numbers, where cells hold it and it is not declared."""
    if kind.kind not in "iu":
        return ()
    ends = np.iinfo(kind)
    found = [int(end) for end, bound in zip((ends.min, ends.max), bounds, strict=True) if end == bound]
    return tuple(end for end in found if end and (nodata is None or float(end) != nodata))


def has_data(values: npt.NDArray[Any], bounds: tuple[Any, Any], nodata: float | None) -> npt.NDArray[np.bool_] | None:
    """Which cells have data: not the declared value, and a finite number. None where all have.

    ``bounds`` are the least and the greatest of the values.
    """
    finite = bool(np.isfinite(bounds).all())
    declared = nodata if nodata is not None and np.isfinite(nodata) else None
    if values.dtype.kind == "f" and declared is not None:
        declared = values.dtype.type(declared)
    if finite and (declared is None or not bounds[0] <= declared <= bounds[1]):
        return None
    valid = np.ones(values.shape, dtype=bool) if declared is None else values != declared
    if not finite:
        valid &= np.isfinite(values)
    return np.asarray(valid)


def _values(stored: npt.NDArray[Any], valid: npt.NDArray[np.bool_] | None, grid: Grid) -> Floats:
    """The values as numbers in one row, 0 where there is no data; and one 0 more, where the last run may end."""
    flat = np.zeros(stored.size + 1)
    values = flat[:-1].reshape(stored.shape)
    np.copyto(values, stored, where=True if valid is None else valid)
    if grid.scale != 1 or grid.offset != 0:
        values *= grid.scale
        np.add(values, grid.offset, out=values, where=True if valid is None else valid)
    return flat


def _by_zone(spans: Spans, zones: int, edge: Floats, run: Floats) -> Floats:
    sums = np.bincount(spans.cell_zone, edge, zones) + np.bincount(spans.run_zone, run, zones)
    return np.asarray(sums, dtype=float)


def _run_sums(flat: npt.NDArray[Any], spans: Spans) -> Floats:
    """The sum of each run; ``flat`` has one cell more than the window, since a run may end with it."""
    found = np.zeros(len(spans.start))
    if len(found):
        # Sorted, so that what lies between two runs, and is summed for nothing, is summed once.
        order = np.argsort(spans.start, kind="stable")
        bounds = np.column_stack([spans.start[order], spans.end[order]]).ravel()
        found[order] = np.add.reduceat(flat, bounds, dtype=float)[::2]
    return found


def _cells(valid: npt.NDArray[np.bool_] | None, spans: Spans) -> tuple[Floats, Floats]:
    """How much of each cell on an edge, and how many cells of each run, have data."""
    if valid is None:
        return spans.fraction, (spans.end - spans.start).astype(float)
    flat = np.append(valid.ravel(), False)
    return flat[spans.cell] * spans.fraction, _run_sums(flat, spans)


@dataclass(frozen=True)
class Edges:
    """The edges of all polygons in units of cells (x to the right, y downwards), each from its upper end to its lower.

    Attributes
    ----------
    x0, y0, x1, y1 : numpy.ndarray
        Upper and lower end.
    sign : numpy.ndarray
        1 where the polygon lies to the right of the edge, -1 where to the left.
    zone : numpy.ndarray
        The row of the polygon.
    zones : int
        How many polygons there are.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    sign: Floats
    zone: Ints
    zones: int


@dataclass(frozen=True)
class Spans:
    """The cells that zones cover in a window of the grid; cells are numbered row by row.

    Attributes
    ----------
    cell, fraction, cell_zone : numpy.ndarray
        Cells on an edge: number, covered fraction (0 to 1), zone.
    start, end, run_zone : numpy.ndarray
        Runs of wholly covered cells of one row: first cell, the one after the last, zone.
    width : int
        Columns of the window.
    """

    cell: Ints
    fraction: Floats
    cell_zone: Ints
    start: Ints
    end: Ints
    run_zone: Ints
    width: int


def edges_on(grid: Grid, polygons: npt.NDArray[Any]) -> Edges:
    """The edges of polygons (in the CRS of the grid) in units of its cells."""
    to_cells = ~grid.transform
    points, start, zone = ring_edges(polygons)
    x, y = (points @ np.array(row[:2]) + row[2] for row in (to_cells[:3], to_cells[3:6]))
    # A grid whose rows run north to south mirrors the polygons; so the turn of the rings changes with the determinant.
    turn = np.sign(to_cells.determinant)
    down = y[start + 1] > y[start]
    upper, lower = np.where(down, start, start + 1), np.where(down, start + 1, start)
    return Edges(x[upper], y[upper], x[lower], y[lower], np.where(down, -turn, turn).astype(float), zone, len(polygons))


def frame_and_rest(edges: Edges, grid: Grid, cover: npt.NDArray[np.bool_]) -> Edges:
    """The edges with two zones more: the whole grid, and what of it none of some zones covers.

    These zones, True in ``cover``, do not overlap. The rest is the frame without them: its edges are theirs with the
    sign turned, and a border that two of them share is none of it.
    """
    ours = cover[edges.zone]
    sides = [side[ours] for side in (edges.x0, edges.y0, edges.x1, edges.y1)]
    sign = -edges.sign[ours]
    alone = _without_twin(sides, sign)
    wide, high = np.array([0.0, grid.width]), np.array([grid.height, grid.height], dtype=float)
    frame = (wide, np.zeros(2), wide, high)
    zones = np.r_[edges.zone, np.full(2, edges.zones), np.full(2 + len(alone), edges.zones + 1)]
    held = (edges.x0, edges.y0, edges.x1, edges.y1)
    x0, y0, x1, y1 = (np.r_[old, new, new, side[alone]] for old, new, side in zip(held, frame, sides, strict=True))
    return Edges(x0, y0, x1, y1, np.r_[edges.sign, 1, -1, 1, -1, sign[alone]], zones, edges.zones + 2)


def _without_twin(sides: list[Floats], sign: Floats) -> Ints:
    """The edges that no other edge lies on, with the polygon on its other side."""
    # Twins have one key; others may share it, which only leaves twins in that cancel out.
    order = np.argsort(sides[0] + 1.7 * sides[1] + 2.3 * sides[2] + 3.1 * sides[3], kind="stable")
    same = np.logical_and.reduce([side[order][1:] == side[order][:-1] for side in sides])
    twin = np.flatnonzero(same & (sign[order][1:] != sign[order][:-1]))
    # Of three edges in a row the middle one has one twin, not two.
    twin = twin[np.r_[True, np.diff(twin) > 1][: len(twin)]]
    return np.sort(np.delete(order, np.r_[twin, twin + 1]))


def spans_of(edges: Edges, rows: tuple[int, int], columns: tuple[int, int]) -> Spans:
    """What the zones cover in a window of rows and columns (first, one after the last)."""
    width = columns[1] - columns[0]
    zone, row, column, dy, area = _pieces(edges, rows, columns)
    zones = int(zone.max()) + 1 if len(zone) else 1
    # Cells to the left of the window stand in column -1, those to the right in column width: neither is summed.
    line = row * zones + zone
    order = np.argsort(line * (width + 2) + column + 1, kind="stable")
    line, column, dy, area = line[order], column[order], dy[order], area[order]
    first = np.flatnonzero(np.r_[True, (line[1:] != line[:-1]) | (column[1:] != column[:-1])]) if len(line) else line
    line, column = line[first], column[first]
    dy = np.add.reduceat(dy, first) if len(first) else dy
    area = np.add.reduceat(area, first) if len(first) else area
    after = _sums_within(dy, line)
    inside = (column >= 0) & (column < width)
    row, zone = line // zones, line % zones
    followed = np.r_[line[1:] == line[:-1], False] if len(line) else np.zeros(0, dtype=bool)
    # Between two touched cells the cover is the same everywhere, and so 0 or 1 but for rounding.
    run = followed & (np.roll(column, -1) > column + 1) & (np.rint(after) == 1)
    return Spans(
        cell=(row * width + column)[inside],
        fraction=(after - dy + area)[inside],
        cell_zone=zone[inside],
        start=(row * width + column + 1)[run],
        end=(row * width + np.roll(column, -1))[run],
        run_zone=zone[run],
        width=width,
    )


def _sums_within(values: Floats, group: Ints) -> Floats:
    if not len(values):
        return values
    running = np.cumsum(values)
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    before = np.r_[0.0, running[starts[1:] - 1]]
    return np.asarray(running - np.repeat(before, np.diff(np.r_[starts, len(values)])))


def _pieces(edges: Edges, rows: tuple[int, int], columns: tuple[int, int]) -> tuple[Ints, Ints, Ints, Floats, Floats]:
    """Zone, row, column, height and area (see the drawing at the head) of each piece of edge within one cell."""
    here = np.flatnonzero((edges.y1 > rows[0]) & (edges.y0 < rows[1]))
    x0, y0, x1, y1 = (side[here] for side in (edges.x0, edges.y0, edges.x1, edges.y1))
    top, bottom = np.maximum(y0, rows[0]), np.minimum(y1, rows[1])
    first = np.floor(top).astype(np.int64)
    which, step = _repeated(np.ceil(bottom).astype(np.int64) - first)
    row = first[which] + step
    upper, lower = np.maximum(top[which], row), np.minimum(bottom[which], row + 1)
    # A level edge has no height, but the cells along it are covered in part and must not pass for whole ones.
    drop = y1 - y0
    slope = ((x1 - x0) / np.where(drop > 0, drop, 1.0))[which]
    x_upper = np.where(upper == y0[which], x0[which], x0[which] + (upper - y0[which]) * slope) - columns[0]
    x_lower = np.where(lower == y1[which], x1[which], x0[which] + (lower - y0[which]) * slope) - columns[0]
    dy = (lower - upper) * edges.sign[here][which]
    zone = edges.zone[here][which]
    piece, column, share, middle = _cut_at_columns(x_upper, x_lower, columns[1] - columns[0])
    height = dy[piece] * share
    return zone[piece], row[piece] - rows[0], column, height, height * (column + 1 - middle)


def _cut_at_columns(x_upper: Floats, x_lower: Floats, width: int) -> tuple[Ints, Ints, Floats, Floats]:
    left, right = np.minimum(x_upper, x_lower), np.maximum(x_upper, x_lower)
    first = np.clip(np.floor(left), -1, width).astype(np.int64)
    last = np.clip(np.ceil(right) - 1, -1, width).astype(np.int64)
    piece, step = _repeated(np.maximum(last - first, 0) + 1)
    column = first[piece] + step
    start, stop, length = left[piece], right[piece], (right - left)[piece]
    # Column -1 stands for everything to the left of the window, column width for everything to the right.
    begin = np.where(step == 0, start, np.maximum(start, column))
    finish = np.where(column == last[piece], stop, np.minimum(stop, column + 1))
    upright = length <= 0
    share = np.where(upright, 1.0, (finish - begin) / np.where(upright, 1.0, length))
    return piece, column, share, (begin + finish) / 2


def _repeated(counts: Ints) -> tuple[Ints, Ints]:
    """The number of each thing as often as it counts, and its count from 0."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
