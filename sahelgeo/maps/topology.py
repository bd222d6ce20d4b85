"""Areas as one shared topology: each border is stored once, simplified, on a grid, and every layer refers to it.

The layout follows TopoJSON: arcs of whole numbers (a first point, then differences), rings as lists of arcs, where the
complement ``-1 - arc`` means the arc backwards.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

# Points nearer than this (ten centimetres) are one: a reprojected border differs from its neighbour's in last digits.
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
    """Where rings are cut: at places with other neighbours in other rings, else at the place of the lowest number."""
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


TOLERANCES_DEGREES = (
    0.0,
    *(round(step * unit, 6) for unit in (1e-4, 1e-3, 1e-2) for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)),
    0.1,
)
# The grid of the borders, in decimals of a degree; of borders that are moved by more than ``COARSE``, a coarser one.
DECIMALS, COARSE_DECIMALS, COARSE = 4, 3, 0.005
# What simplifying spoils is simplified with more care: first the areas themselves, then what lies around, ever finer.
_FINER = (1.0, 1.0, 0.25, 0.0)
Lines = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Topology:
    """Shared borders of all areas of a map.

    Attributes
    ----------
    arcs : list of list of int
        Each arc flat: x, y, then differences, in units of ``10 ** -decimals`` degrees.
    geometries : list
        For each geometry a list of polygons, each a list of rings, each a list of arc numbers.
    tolerance_degrees : float
        No point of a given border lies farther than this from the drawn one, or than two steps of the grid.
    """

    arcs: list[list[int]]
    geometries: list[Shape]
    tolerance_degrees: float
    decimals: int = DECIMALS

    def points(self) -> list[Any]:
        """The points of each arc, in steps of the grid."""
        return [np.cumsum(np.reshape(flat, (-1, 2)), axis=0) for flat in self.arcs]

    def over(self, under: Topology) -> Topology:
        """Both, with the arcs and the geometries of the other after one's own."""
        shift = len(self.arcs)
        geometries = [
            [[[arc + shift if arc >= 0 else arc - shift for arc in ring] for ring in polygon] for polygon in shape]
            for shape in under.geometries
        ]
        return replace(self, arcs=[*self.arcs, *under.arcs], geometries=[*self.geometries, *geometries])

    def as_json(self, *, packed: bool = True) -> dict[str, Any]:
        """The structure that the page's script reads; packed, arcs and rings are texts of half their length."""
        if not packed:
            return {"decimals": self.decimals, "arcs": self.arcs, "geometries": self.geometries}
        rings = iter(pack([ring for shape in self.geometries for polygon in shape for ring in polygon], steps=True))
        geometries = [[[next(rings) for _ in polygon] for polygon in shape] for shape in self.geometries]
        return {"decimals": self.decimals, "arcs": pack(self.arcs), "geometries": geometries}


def pack(lists: Sequence[Sequence[int]], *, steps: bool = False) -> list[str]:
    """Whole numbers as letters: the *encoded polyline algorithm format*, which has been public since 2005.

    A number is doubled, a negative one turned over, and cut into groups of five bits, the lowest first; each group but
    the last of a number has 32 added, and 63 makes it a letter that can be printed::

        -12  ->  23  ->  10111  ->  23         ->  chr(23 + 63)  = "V"
        123  -> 246  ->  00111 10110  ->  22 + 32, 7  ->  "uF"

    With ``steps``, a list holds the differences between its numbers, which are smaller.

    Examples
    --------
    >>> from sahelgeo.maps.topology import pack
    >>> pack([[-12, 123], [0]])
    ['VuF', '?']
    >>> pack([[100, 101, 103]], steps=True)
    ['gEAC']
    """
    each = [np.diff(one, prepend=0) if steps else np.asarray(one) for one in lists if len(one)]
    numbers = np.concatenate([*each, np.zeros(0, dtype=np.int64)]).astype(np.int64)
    left = np.where(numbers < 0, ~(numbers << 1), numbers << 1)
    shifts = np.arange(0, 35, 5)
    groups = left[:, None] >> shifts
    letters = np.where(groups > 31, groups & 31 | 32, groups & 31) + 63
    used = (groups > 0) | (shifts == 0)
    text = letters[used].astype(np.uint8).tobytes().decode("ascii")
    ends = np.append(0, np.cumsum(used.sum(axis=1)))
    bounds = ends[np.append(0, np.cumsum([len(one) for one in lists])).astype(np.int64)].tolist()
    return [text[start:end] for start, end in pairwise(bounds)]


def build_topology(
    groups: list[gpd.GeoSeries], *, most_vertices: int = 25_000, decimals: int | None = None
) -> tuple[Topology, list[list[int]]]:
    """Store groups of areas with shared borders, simplified as little as the limit of vertices asks.

    Borders are simplified between the points where neighbours change (Douglas and Peucker 1973), which bounds how far
    they move. Areas of a group that fit together still do, and none vanishes: what the tolerance spoils gets a finer
    one.

    Parameters
    ----------
    groups : list of geopandas.GeoSeries
        The areas of each layer, in EPSG:4326. An area that several layers draw is stored once.
    most_vertices : int
        The tolerance is the smallest of ``TOLERANCES_DEGREES`` that leaves no more vertices than this, both sides of a
        border counted.
    decimals : int, optional
        The grid, as another topology has it; the default follows from the tolerance.

    Returns
    -------
    Topology
        The borders.
    list of list of int
        For each group, the number of each of its areas in ``Topology.geometries``.
    """
    numbers, distinct = _distinct_areas(groups)
    borders = cut_borders(distinct)
    members = [sorted(set(group)) for group in numbers]
    tolerance, grid, arcs = _simplified(borders, members, most_vertices, decimals)
    shapes = _without_collapsed(borders.shapes, arcs)
    return Topology([_differences(arc) for arc in arcs], shapes, tolerance, grid), numbers


def _distinct_areas(groups: list[gpd.GeoSeries]) -> tuple[list[list[int]], list[Any]]:
    known: dict[bytes, int] = {}
    distinct: list[Any] = []
    numbers: list[list[int]] = []
    for group in groups:
        keys = shapely.to_wkb(group.to_numpy())
        for key, area in zip(keys, group, strict=True):
            if key not in known:
                known[key] = len(distinct)
                distinct.append(area)
        numbers.append([known[key] for key in keys])
    return numbers, distinct


def _simplified(
    borders: Borders, members: list[list[int]], most_vertices: int, decimals: int | None
) -> tuple[float, int, list[Any]]:
    """The smallest tolerance that keeps to the limit, the decimals of the grid, and the arcs on it."""

    def fits(tolerance: float) -> bool:
        drawn = borders.pieces if not tolerance else _simplify(borders.pieces, tolerance)
        return bool((shapely.get_num_coordinates(drawn) * borders.uses).sum() <= most_vertices)

    first = bisect_left(TOLERANCES_DEGREES[:-1], True, key=fits)
    for tolerance in TOLERANCES_DEGREES[first:]:
        coarse = decimals is None and tolerance > COARSE
        # What the coarser grid spoils, such as a small town, is there on the finer one.
        for grid in (COARSE_DECIMALS, DECIMALS) if coarse else (decimals or DECIMALS,):
            arcs, whole = _without_faults(borders, members, tolerance, grid)
            if whole:
                break
        if sum(len(arc) * int(uses) for arc, uses in zip(arcs, borders.uses, strict=True)) <= most_vertices:
            break
    return tolerance, grid, arcs


def _simplify(pieces: Lines, tolerance: Any) -> Lines:
    simplified: Lines = shapely.simplify(pieces, tolerance, preserve_topology=False)
    return simplified


def _without_faults(borders: Borders, members: list[list[int]], tolerance: float, grid: int) -> tuple[list[Any], bool]:
    """Arcs on the grid of areas that neither cross themselves nor each other, where more care can help it.

    Also whether it did: on the coarser grid no more detail is tried than was asked for.
    """
    arcs = coarse = _on_grid(_simplify(borders.pieces, tolerance) if tolerance else borders.pieces, grid)
    careful = max(tolerance, 10**-grid)  # Rounding to the grid alone can spoil what is smaller than its step.
    faulty = found = _faulty(borders, members, arcs)
    for step, finer in enumerate(_FINER if grid == DECIMALS else _FINER[:2]):
        if not found:
            return arcs, True
        again = _pieces_around(borders, members, faulty) if step else _pieces_of(borders, faulty)
        arcs = [*arcs]
        for number, arc in zip(
            again, _on_grid(_simplify_together(borders.pieces[again], careful * finer), grid), strict=True
        ):
            arcs[number] = arc
        found = _faulty(borders, members, arcs)
        faulty = sorted({*faulty, *found})
    # These were faulty as given: more detail does not help them.
    for number in _pieces_of(borders, found):
        arcs[number] = coarse[number]
    return arcs, not found


def _simplify_together(pieces: Lines, tolerance: float) -> Lines:
    """The same bound for lines that must not cross each other, which takes twenty times as long."""
    together: Lines = shapely.get_parts(shapely.simplify(shapely.MultiLineString(list(pieces)), tolerance))
    return together


def _pieces_of(borders: Borders, areas: Iterable[int]) -> list[int]:
    rings = (ring for area in areas for polygon in borders.shapes[area] for ring in polygon)
    return sorted({piece if piece >= 0 else -1 - piece for ring in rings for piece in ring})


def _pieces_around(borders: Borders, members: list[list[int]], areas: list[int]) -> list[int]:
    """The pieces of some areas and those near them: a coast is at fault where it runs over an island."""
    found: set[int] = set()
    for group in members:
        own, all_ = _pieces_of(borders, {*group} & {*areas}), _pieces_of(borders, group)
        if own:
            near = shapely.STRtree(borders.pieces[all_]).query(borders.pieces[own])[1]
            found |= {all_[number] for number in near.tolist()}
    return sorted(found)


def _on_grid(lines: Lines, decimals: int) -> list[Any]:
    """The points of each line in steps of the grid, without repetition."""
    points, line_of = shapely.get_coordinates(lines, return_index=True)
    steps = np.rint(points * 10**decimals).astype(np.int64)
    kept = np.ones(len(steps), dtype=bool)
    kept[1:] = (steps[1:] != steps[:-1]).any(axis=1) | (line_of[1:] != line_of[:-1])
    return np.split(steps[kept], np.flatnonzero(np.diff(line_of[kept])) + 1) if len(lines) else []


def _faulty(borders: Borders, members: list[list[int]], arcs: list[Any]) -> list[int]:
    """The areas that cross themselves or overlap their neighbours as drawn, or that have no inside any more."""
    drawn = [polygons_of(shape, arcs) for shape in borders.shapes]
    faulty = {number for number, area in enumerate(drawn) if area is None or not shapely.is_valid(area)}
    for group in members:
        whole = [number for number in group if number not in faulty]
        edges: Any = shapely.coverage_invalid_edges([drawn[number] for number in whole]) if whole else ()
        faulty |= {number for number, edge in zip(whole, edges, strict=True) if edge is not None and not edge.is_empty}
    return sorted(faulty)


def polygons_of(shape: Shape, arcs: list[Any]) -> Any:
    """The area that arcs make; None where a ring has collapsed."""
    made = []
    for polygon in shape:
        rings = [ring_of(ring, arcs) for ring in polygon]
        if any(len(ring) < 4 for ring in rings):
            return None
        made.append(shapely.Polygon(rings[0], rings[1:]))
    return shapely.MultiPolygon(made)


def ring_of(pieces: list[int], arcs: list[Any]) -> Any:
    """The closed ring that pieces make, in steps of the grid; where it goes out and straight back there is no area."""
    ring = np.concatenate(
        [
            (arcs[piece] if piece >= 0 else arcs[-1 - piece][::-1])[1 if place else 0 :]
            for place, piece in enumerate(pieces)
        ]
    )
    while (tips := (np.roll(ring[:-1], 1, axis=0) == ring[1:]).all(axis=1)).any():
        if tips.all():  # It runs between two points alone.
            return ring[:1]
        # A tip goes with one of the points beside it; of tips beside each other the second goes with the next turn.
        tips &= ~np.roll(tips, 1)
        points = ring[:-1][~tips & ~np.roll(tips, 1)]
        ring = np.concatenate([points, points[:1]])
    return ring


def _without_collapsed(shapes: list[Shape], arcs: list[Any]) -> list[Shape]:
    """The shapes without the rings that are smaller than the grid, and without the holes in such."""
    kept = []
    for shape in shapes:
        polygons = [polygon for polygon in shape if len(ring_of(polygon[0], arcs)) >= 4]
        kept.append([[ring for ring in polygon if len(ring_of(ring, arcs)) >= 4] for polygon in polygons])
    return kept


def _differences(arc: Any) -> list[int]:
    flat: list[int] = np.concatenate([arc[:1], np.diff(arc, axis=0)]).ravel().tolist()
    return flat
