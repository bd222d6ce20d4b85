r"""The cells of a grid that polygons cover: exact fractions on their edges, runs of whole cells between.

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
* What lies left of a window is gathered in column -1, so that its heights still count; what lies right of it in column
  ``width``, where the last run ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelgeo.places.shared_ground import Floats, Ints, ring_edges
from sahelgeo.rasters.grids import Grid


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
