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

from sahelgeo.rasters.grids import Grid, GridError, Reader
from sahelgeo.rasters.spans import Edges, Floats, Ints, Spans, edges_of, spans_of

# A band is read at once; its sums are made in strips that fit into a processor's cache.
_CELLS_OF_BAND = 12_000_000
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
    lowest : float
        The lowest value that has data.
    """

    total: Floats
    cells: Floats
    weight: Floats
    whole: float = 0.0
    outside: float = 0.0
    lowest: float = np.inf

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
        self.lowest = min(self.lowest, other.lowest)


@dataclass(frozen=True)
class _Job:
    reader: Reader
    edges: Edges
    zones: int
    columns: tuple[int, int]
    weights: Floats | None
    whole: bool
    cover: npt.NDArray[np.bool_] | None


def cell_coefficients(grid: Grid) -> tuple[Floats, Floats]:
    """From coordinates to columns and to rows: (a, b, c) of a·x + b·y + c."""
    inverse = ~grid.transform
    return np.array(inverse[:3]), np.array(inverse[3:6])


def zone_sums(
    reader: Reader,
    polygons: npt.NDArray[Any],
    *,
    weights: Floats | None = None,
    whole: bool = False,
    cover: npt.NDArray[np.bool_] | None = None,
    progress: bool = False,
) -> ZoneSums:
    """The sums of a grid over polygons in its own coordinates.

    Parameters
    ----------
    reader : Reader
        The grid.
    polygons : numpy.ndarray
        Polygons, one for each zone.
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
    edges = edges_of(polygons, *cell_coefficients(grid))
    rows, columns = ((0, grid.height), (0, grid.width)) if whole else _window_of(edges, grid)
    job = _Job(reader, edges, len(polygons), columns, weights, whole, cover)
    sums = ZoneSums.nothing(len(polygons))
    bands = list(_bands(rows, columns, grid.block))
    # The sums of a run do not depend on which thread was faster: bands are added in their order.
    for part in _in_order(job, bands, progress):
        sums.add(part)
    return sums


def _window_of(edges: Edges, grid: Grid) -> tuple[tuple[int, int], tuple[int, int]]:
    if not len(edges.x0):
        return (0, 0), (0, 0)
    left, right = min(edges.x0.min(), edges.x1.min()), max(edges.x0.max(), edges.x1.max())
    rows = np.clip([np.floor(edges.y0.min()), np.ceil(edges.y1.max())], 0, grid.height).astype(int)
    columns = np.clip([np.floor(left), np.ceil(right)], 0, grid.width).astype(int)
    return (int(rows[0]), int(rows[1])), (int(columns[0]), int(columns[1]))


def _bands(rows: tuple[int, int], columns: tuple[int, int], block: int) -> Iterator[tuple[int, int]]:
    """Bands of rows that begin and end with blocks of the file, so that each block is read once."""
    width = columns[1] - columns[0]
    if not width:
        return
    height = max(1, _CELLS_OF_BAND // width)
    if block <= height:
        height -= height % block
    first = rows[0]
    while first < rows[1]:
        last = min(rows[1], first - first % height + height)
        yield first, last
        first = last


def _in_order(job: _Job, bands: list[tuple[int, int]], progress: bool) -> Iterator[ZoneSums]:
    threads = min(_MOST_THREADS, os.cpu_count() or 1, max(1, len(bands)))
    waiting = iter(bands)
    with ThreadPoolExecutor(threads) as pool, _bar(len(bands), progress) as bar:
        # More bands wait than there are threads: none is idle while the next in order is not done.
        running = [pool.submit(_band, job, band) for band in islice(waiting, 2 * threads)]
        while running:
            yield running.pop(0).result()
            bar.update()
            running += [pool.submit(_band, job, band) for band in islice(waiting, 1)]


def _bar(bands: int, progress: bool) -> Any:
    from tqdm.auto import tqdm  # noqa: PLC0415 - it costs time to load, and is seldom asked for

    return tqdm(total=bands, disable=not progress, unit="band", desc="grid")


def _band(job: _Job, band: tuple[int, int]) -> ZoneSums:
    values = job.reader.read(band, job.columns)
    if values.dtype.kind not in "iufb":
        raise GridError(f"{job.reader.grid.name}: values of type {values.dtype} cannot be summed")
    sums = ZoneSums.nothing(job.zones)
    height = max(1, _CELLS_OF_STRIP // max(1, job.columns[1] - job.columns[0]))
    for first in range(band[0], band[1], height):
        rows = (first, min(band[1], first + height))
        sums.add(_strip(job, values[rows[0] - band[0] : rows[1] - band[0]], rows))
    return sums


def _strip(job: _Job, stored: npt.NDArray[Any], rows: tuple[int, int]) -> ZoneSums:
    grid = job.reader.grid
    valid = has_data(stored, grid.nodata)
    values = _values(stored, valid, grid)
    lowest = float(values.min(initial=np.inf))
    weights = np.ones(len(values)) if job.weights is None else job.weights[rows[0] : rows[1]]
    if job.weights is not None:
        values *= weights[:, None]
    spans = spans_of(job.edges, rows, job.columns)
    flat = values.ravel()
    runs = _run_sums(flat, spans.start, spans.end)
    total = _by_zone(spans, job.zones, flat[spans.cell] * spans.fraction, runs)
    cells, weight = _cells(valid, spans, job.zones, weights)
    sums = ZoneSums(total, cells, weight, lowest=lowest)
    if job.whole:
        sums.whole = float(flat.sum())
    if job.whole and job.cover is not None:
        sums.outside = _outside(flat, _spans_within(spans, job.cover))
    return sums


def has_data(values: npt.NDArray[Any], nodata: float | None) -> npt.NDArray[np.bool_] | None:
    """Which cells have data: not the declared value, and a finite number. None where all have."""
    if not values.size:
        return None
    lowest, highest = values.min(), values.max()
    finite = bool(np.isfinite(lowest) and np.isfinite(highest))
    declared = nodata if nodata is not None and np.isfinite(nodata) else None
    if values.dtype.kind == "f" and declared is not None:
        declared = values.dtype.type(declared)
    if finite and (declared is None or not lowest <= declared <= highest):
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
        edge, run = flat[spans.cell] * spans.fraction, _run_counts(flat, spans)
    width = spans.width
    cells = _by_zone(spans, zones, edge, run)
    weighted = _by_zone(spans, zones, edge * weights[spans.cell // width], run * weights[spans.start // width])
    return cells, weighted


def _run_counts(flat: npt.NDArray[np.bool_], spans: Spans) -> Floats:
    """How many cells of each run are true. Data and gaps come in stretches: only where they change matters."""
    change = np.r_[0, np.flatnonzero(flat[1:] != flat[:-1]) + 1]
    true_from = flat[change]
    before = np.r_[0, np.cumsum(np.diff(change) * true_from[:-1])]

    def true_before(place: Ints) -> Ints:
        stretch = np.searchsorted(change, place, side="right") - 1
        return np.asarray(before[stretch] + (place - change[stretch]) * true_from[stretch])

    return (true_before(spans.end) - true_before(spans.start)).astype(float)


def _spans_within(spans: Spans, zones: npt.NDArray[np.bool_]) -> Spans:
    if zones.all():
        return spans
    cells, runs = zones[spans.cell_zone], zones[spans.run_zone]
    return Spans(
        spans.cell[cells],
        spans.fraction[cells],
        spans.cell_zone[cells],
        spans.start[runs],
        spans.end[runs],
        spans.run_zone[runs],
        spans.width,
    )


def _outside(flat: Floats, spans: Spans) -> float:
    """The sum over what no zone covers, of zones that do not overlap."""
    order = np.argsort(spans.start, kind="stable")
    start, end = spans.start[order], spans.end[order]
    cell, which = np.unique(spans.cell, return_inverse=True)
    begins_after = np.r_[0, np.maximum.accumulate(end)] if len(end) else np.zeros(1, dtype=np.int64)
    run_before = np.searchsorted(start, cell, side="right")
    # By rounding, a border may touch a cell that the zone beside it holds wholly.
    if (begins_after[:-1] > start).any() or (begins_after[run_before] > cell).any():
        change = np.bincount(spans.start, minlength=len(flat) + 1) - np.bincount(spans.end, minlength=len(flat) + 1)
        cover = np.cumsum(change[:-1]) + np.bincount(spans.cell, spans.fraction, len(flat))
        return float(flat @ np.maximum(1 - cover, 0))
    cover = np.bincount(which, spans.fraction, len(cell))
    gaps = _run_sums(flat, *_gaps(begins_after, start, len(flat)))
    return float(gaps.sum()) - float(flat[cell] @ np.minimum(cover, 1))


def _gaps(begins: Ints, start: Ints, size: int) -> tuple[Ints, Ints]:
    ends = np.r_[start, size]
    real = ends > begins
    return begins[real], ends[real]
