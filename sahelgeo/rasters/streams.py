"""Sums over zones while a grid streams by in bands: bounded memory, several threads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelgeo.errors import GridError
from sahelgeo.places.shared_ground import Floats, Ints
from sahelgeo.rasters.grids import Grid, Range, Reader
from sahelgeo.rasters.spans import Edges, Spans, spans_of

# A window is read at once; its sums are made in strips that fit into a processor's cache.
_CELLS_OF_WINDOW = 12_000_000
_CELLS_OF_STRIP = 1_000_000
_MOST_THREADS = 8


@dataclass
class ZoneSums:
    """Sums over zones; ``whole`` and ``outside`` only where they were asked for.

    Attributes
    ----------
    total : numpy.ndarray
        Sum of value × covered fraction (× weight of the row) for each zone.
    cells : numpy.ndarray
        Covered cells that have data, fractions counted.
    weight : numpy.ndarray
        The same, each cell counted with the weight of its row.
    whole, outside : float
        The sum over all of the grid; over what no zone covers.
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
    whole: float = 0.0
    outside: float = 0.0
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
        self.whole += other.whole
        self.outside += other.outside
        self.lowest, self.highest = min(self.lowest, other.lowest), max(self.highest, other.highest)
        self.ends = tuple(sorted({*self.ends, *other.ends}))
        self.infinite += other.infinite


@dataclass(frozen=True)
class _Job:
    reader: Reader
    edges: Edges
    weights: Floats | None
    whole: bool
    cover: npt.NDArray[np.bool_] | None


def zone_sums(
    reader: Reader,
    edges: Edges,
    *,
    weights: Floats | None = None,
    whole: bool = False,
    cover: npt.NDArray[np.bool_] | None = None,
    progress: bool = False,
) -> ZoneSums:
    """The sums of a grid over the polygons that edges belong to.

    Parameters
    ----------
    reader : Reader
        The grid.
    edges : Edges
        Those of the polygons, one for each zone, in units of its cells.
    weights : numpy.ndarray, optional
        What a cell of each row counts for, for example its km².
    whole : bool
        Read all of the grid, not only the window of the polygons, and sum it.
    cover : numpy.ndarray, optional
        With ``whole``, also sum what lies outside of these polygons (True for each), which may not overlap.
    progress : bool
        Show a bar.
    """
    grid = reader.grid
    rows, columns = ((0, grid.height), (0, grid.width)) if whole else _window_of(edges, grid)
    job = _Job(reader, edges, weights, whole, cover)
    sums = ZoneSums.nothing(edges.zones)
    # The sums of a run do not depend on which thread was faster: windows are added in their order.
    for part in _in_order(job, list(_windows(rows, columns, grid.block)), progress):
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

    threads = min(_MOST_THREADS, os.cpu_count() or 1, max(1, len(windows)))
    waiting, bar = iter(windows), tqdm(total=len(windows), disable=not progress, unit="window", desc="grid")
    with ThreadPoolExecutor(threads) as pool, bar:
        # More windows wait than there are threads: none is idle while the next in order is not done.
        running = [pool.submit(_window_sums, job, *window) for window in islice(waiting, 2 * threads)]
        while running:
            yield running.pop(0).result()
            bar.update()
            running += [pool.submit(_window_sums, job, *window) for window in islice(waiting, 1)]


def _window_sums(job: _Job, rows: Range, columns: Range) -> ZoneSums:
    values = job.reader.read(rows, columns)
    if values.dtype.kind not in "iufb":
        raise GridError(f"{job.reader.grid.name}: values of type {values.dtype} cannot be summed")
    sums = ZoneSums.nothing(job.edges.zones)
    height = max(1, _CELLS_OF_STRIP // (columns[1] - columns[0]))
    for first in range(rows[0], rows[1], height):
        strip = (first, min(rows[1], first + height))
        sums.add(_strip(job, values[strip[0] - rows[0] : strip[1] - rows[0]], strip, columns))
    return sums


def _strip(job: _Job, stored: npt.NDArray[Any], rows: Range, columns: Range) -> ZoneSums:
    grid = job.reader.grid
    bounds = stored.min(), stored.max()
    valid = has_data(stored, bounds, grid.nodata)
    values = _values(stored, valid, grid)
    lowest, highest = float(values.min()), float(values.max())
    weights = np.ones(len(values)) if job.weights is None else job.weights[rows[0] : rows[1]]
    if job.weights is not None:
        values *= weights[:, None]
    spans = spans_of(job.edges, rows, columns)
    flat = values.ravel()
    runs = _run_sums(flat, spans.start, spans.end)
    total = _by_zone(spans, job.edges.zones, flat[spans.cell] * spans.fraction, runs)
    cells, weight = _cells(valid, spans, job.edges.zones, weights)
    ends = _ends(stored.dtype, bounds, grid.nodata)
    sums = ZoneSums(total, cells, weight, lowest=lowest, highest=highest, ends=ends)
    if not np.isfinite(bounds).all() and not np.isinf(grid.nodata or 0):
        sums.infinite = int(np.isinf(stored).sum())
    if job.whole:
        sums.whole = float(flat.sum())
    if job.whole and job.cover is not None:
        sums.outside = _outside(flat, spans, job.cover)
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
    """The values as numbers, 0 where there is no data."""
    if valid is None:
        values = stored.astype(float)
    else:
        values = np.zeros(stored.shape)
        np.copyto(values, stored, where=valid)
    if grid.scale != 1 or grid.offset != 0:
        values = values * grid.scale + (grid.offset if valid is None else np.where(valid, grid.offset, 0))
    return values


def _by_zone(spans: Spans, zones: int, edge: Floats, run: Floats) -> Floats:
    sums = np.bincount(spans.cell_zone, edge, zones) + np.bincount(spans.run_zone, run, zones)
    return np.asarray(sums, dtype=float)


def _run_sums(flat: Floats, start: Ints, end: Ints) -> Floats:
    order = np.argsort(start, kind="stable")
    bounds = np.empty(2 * len(order), dtype=np.int64)
    bounds[::2], bounds[1::2] = start[order], end[order]
    found = np.zeros(len(order))
    if len(order):
        # reduceat takes no bound behind the last cell: such a run is summed by itself.
        found[order] = np.add.reduceat(flat, np.minimum(bounds, len(flat) - 1))[::2]
        to_the_end = np.flatnonzero(end == len(flat))
        found[to_the_end] = [flat[first:].sum() for first in start[to_the_end]]
    return found


def _cells(valid: npt.NDArray[np.bool_] | None, spans: Spans, zones: int, weights: Floats) -> tuple[Floats, Floats]:
    if valid is None:
        edge, run = spans.fraction, (spans.end - spans.start).astype(float)
    else:
        flat = valid.ravel()
        edge, run = flat[spans.cell] * spans.fraction, _run_sums(flat.astype(float), spans.start, spans.end)
    width = spans.width
    cells = _by_zone(spans, zones, edge, run)
    weighted = _by_zone(spans, zones, edge * weights[spans.cell // width], run * weights[spans.start // width])
    return cells, weighted


def _outside(flat: Floats, spans: Spans, zones: npt.NDArray[np.bool_]) -> float:
    """The sum over what none of these zones, which do not overlap, covers."""
    cells, runs = zones[spans.cell_zone], zones[spans.run_zone]
    size = len(flat) + 1
    change = np.bincount(spans.start[runs], minlength=size) - np.bincount(spans.end[runs], minlength=size)
    cover = np.cumsum(change[:-1]) + np.bincount(spans.cell[cells], spans.fraction[cells], len(flat))
    return float(flat @ np.maximum(1 - cover, 0))
