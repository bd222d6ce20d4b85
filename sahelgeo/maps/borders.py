"""Borders of areas cut into pieces where the neighbours change, so that each piece is kept once for all areas it bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

# Points nearer than this (ten centimetres) are one: a reprojected border differs from its neighbour's in the last digits.
_SAME_DEGREES = 1e-6
Whole = npt.NDArray[np.int64]
# Polygons of an area, rings of a polygon (the outer one first), pieces of a ring; -1 - piece is the piece backwards.
Shape = list[list[list[int]]]


@dataclass(frozen=True)
class Borders:
    """Pieces of border and the areas that they make.

    Attributes
    ----------
    pieces : numpy.ndarray of shapely.LineString
        Each stretch of border once; both ends are where neighbours change, or one point of a ring without neighbours.
    shapes : list
        For each area its polygons as rings of pieces.
    uses : numpy.ndarray of int
        How many areas each piece bounds.
    """

    pieces: npt.NDArray[np.object_]
    shapes: list[Shape]
    uses: Whole


def cut_borders(areas: Sequence[Any]) -> Borders:
    """Cut the rings of polygons where the neighbours change."""
    parts, area_of = shapely.get_parts(np.array(areas, dtype=object), return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    points, codes, ring_of = _ring_points(rings)
    starts, ends = _runs(ring_of)
    cuts = _cuts(codes, starts, ends)
    pieces, uses, pieces_of = _distinct_pieces(codes, cuts, starts, ends)
    shapes: list[Shape] = [[] for _ in areas]
    polygons: dict[int, list[list[int]]] = {}
    for run, ring in enumerate(ring_of[starts].tolist()):
        polygons.setdefault(int(part_of[ring]), []).append(pieces_of[run])
    for part, polygon in polygons.items():
        shapes[int(area_of[part])].append(polygon)
    return Borders(_lines(points, pieces), shapes, np.array(uses, dtype=np.int64))


def _ring_points(rings: Any) -> tuple[Any, Whole, Whole]:
    """The points of rings without repetition and without the closing one, a number for each place, and their rings."""
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    steps = np.rint(points / _SAME_DEGREES).astype(np.int64)
    codes = pd.factorize((steps[:, 0] << 32) + steps[:, 1])[0].astype(np.int64)
    closes = np.append(ring_of[1:] != ring_of[:-1], True) if len(ring_of) else np.zeros(0, dtype=bool)
    kept = ~closes
    kept[:-1] &= (codes[1:] != codes[:-1]) | closes[:-1]
    # A ring of fewer than three places has no inside.
    kept &= np.bincount(ring_of[kept], minlength=len(rings))[ring_of] >= 3
    return points[kept], codes[kept], ring_of[kept]


def _runs(numbers: Whole) -> tuple[Whole, Whole]:
    """First and last position of each run of equal numbers."""
    if not len(numbers):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    changes = np.flatnonzero(numbers[1:] != numbers[:-1])
    return np.append(0, changes + 1), np.append(changes, len(numbers) - 1)


def _cuts(codes: Whole, starts: Whole, ends: Whole) -> npt.NDArray[np.bool_]:
    """Where rings are cut: at places with different neighbours in different rings, else at the place of the lowest number."""
    before, after = np.roll(codes, 1), np.roll(codes, -1)
    before[starts], after[ends] = codes[ends], codes[starts]
    low, high = np.minimum(before, after), np.maximum(before, after)
    known_low, known_high = (np.zeros(codes.max(initial=0) + 1, dtype=np.int64) for _ in range(2))
    known_low[codes], known_high[codes] = low, high
    junction = np.zeros(len(known_low), dtype=bool)
    junction[codes[(known_low[codes] != low) | (known_high[codes] != high)]] = True
    cuts = junction[codes]
    if len(starts):
        whole = ~np.logical_or.reduceat(cuts, starts)
        lowest = np.repeat(np.where(whole, np.minimum.reduceat(codes, starts), -1), ends - starts + 1)
        cuts |= codes == lowest
    return cuts


def _distinct_pieces(
    codes: Whole, cuts: npt.NDArray[np.bool_], starts: Whole, ends: Whole
) -> tuple[list[Whole], list[int], list[list[int]]]:
    """Positions of the points of each piece, how often it is used, and the pieces of each ring."""
    pieces: list[Whole] = []
    uses: list[int] = []
    known: dict[tuple[int, ...], int] = {}
    pieces_of: list[list[int]] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        places = (np.flatnonzero(cuts[start : end + 1]) + start).tolist()
        own = []
        for here, there in zip(places, [*places[1:], places[0]], strict=True):
            positions = (
                np.arange(here, there + 1)
                if there > here
                else np.append(np.arange(here, end + 1), np.arange(start, there + 1))
            )
            # Between two cuts every place has one pair of neighbours, so that two places at each end tell a piece.
            key = tuple(codes[positions[[0, 1, -2, -1]]].tolist())
            number = known.get(key, known.get(key[::-1], len(pieces)))
            if number == len(pieces):
                known[key] = number
                pieces.append(positions)
                uses.append(0)
            uses[number] += 1
            own.append(number if known.get(key) == number else -1 - number)
        pieces_of.append(own)
    return pieces, uses, pieces_of


def _lines(points: Any, pieces: Iterable[Whole]) -> npt.NDArray[np.object_]:
    positions = list(pieces)
    if not positions:
        return np.zeros(0, dtype=object)
    owner = np.repeat(np.arange(len(positions)), [len(one) for one in positions])
    lines: npt.NDArray[np.object_] = shapely.linestrings(points[np.concatenate(positions)], indices=owner)
    return lines
