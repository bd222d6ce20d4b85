"""The area that each polygon of one table shares with each of another, without building the pieces.

The border of what two polygons share is made of three things: edges of the one inside the other, edges of the other
inside the one, and edges that both have. So the edges are cut where they cross, each is given to the pairs that it
bounds, and their signed areas are summed. Where borders are shared, hardly anything has to be cut. The edges of a pair
must close to rings: a pair whose edges do not, or that has edges too near each other to tell apart, is intersected by
GEOS instead.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sahelgeo.places.ellipsoid import Floats, area_km2, oriented_edges, under_edges
from sahelgeo.places.grid import Grid, Ints, build_grid, candidates, columns_for, ranges

# A hundredth of a millimetre: coordinates that rounding has moved apart become one again.
_DECIMALS = 10
_NEAR = 3e-10
_OPEN = 1e-9
_NOTHING = 1e-12
_THREADS = 2
_TASKS = 64
_FEW = 64
_LARGER = 8

# The number of an edge, how far along it is cut, and where.
_Cuts = tuple[Ints, Floats, Floats, Floats]


@dataclass(frozen=True)
class AreaMatrix:
    """The pairs of polygons that share ground.

    Attributes
    ----------
    left, right : numpy.ndarray
        The numbers of the two polygons of each pair, in order.
    km2 : numpy.ndarray
        The area that they share.
    left_km2, right_km2 : numpy.ndarray
        The area of every polygon of the two tables.
    intersected : int
        How many pairs had to be intersected by GEOS.
    """

    left: Ints
    right: Ints
    km2: Floats
    left_km2: Floats
    right_km2: Floats
    intersected: int


@dataclass(frozen=True)
class _Edges:
    """Edges between two corners."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats

    def __len__(self) -> int:
        return len(self.x0)

    def take(self, which: Any) -> _Edges:
        return _Edges(self.x0[which], self.y0[which], self.x1[which], self.y1[which])


@dataclass(frozen=True)
class _Uses:
    """Which polygon of a layer has which edge, and whether its inside is on the left of it (1) or on the right (-1).

    In the order of the edges.
    """

    edge: Ints
    sign: Ints
    owner: Ints


@dataclass(frozen=True)
class Borders:
    """The edges of two sequences of polygons, each once, and who uses them."""

    edges: _Edges
    left: _Uses
    right: _Uses


def borders_of(left: NDArray[Any], right: NDArray[Any]) -> Borders:
    """The borders of two sequences of polygons in degrees, valid or not."""
    return Borders(*_unique_edges([_rounded(np.asarray(polygons, dtype=object)) for polygons in (left, right)]))


def area_matrix(left: NDArray[Any], right: NDArray[Any], borders: Borders | None = None) -> AreaMatrix:
    """The areas shared by two sequences of valid polygons in degrees (WGS 84); polygons of one sequence may overlap."""
    left, right = (np.asarray(polygons, dtype=object) for polygons in (left, right))
    borders = borders_of(left, right) if borders is None else borders
    under = _under(borders.edges)
    left_km2, right_km2 = _sizes(under, borders.left, len(left)), _sizes(under, borders.right, len(right))
    i, j, km2, again = _by_edges(borders, left, right)
    order = np.lexsort((j, i))
    order = order[km2[order] > _NOTHING * np.minimum(left_km2[i[order]], right_km2[j[order]])]
    return AreaMatrix(i[order], j[order], km2[order], left_km2, right_km2, again)


def _intersections(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    # GEOS lets go of the interpreter's lock, so two threads share the pairs; many small tasks keep both busy to the end.
    pieces = np.empty(len(one), dtype=object)

    def intersect(start: int) -> None:
        pieces[start::_TASKS] = shapely.intersection(one[start::_TASKS], other[start::_TASKS])

    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(intersect, range(min(_TASKS, len(one)))))
    return pieces


def _by_edges(borders: Borders, left: NDArray[Any], right: NDArray[Any]) -> tuple[Ints, Ints, Floats, int]:
    """Each pair by the signed areas of the edges that bound it."""
    columns = columns_for(len(borders.edges))
    with ThreadPoolExecutor(1) as threads:
        made = [threads.submit(build_grid, polygons, columns) for polygons in (left, right)]
        edges, mine, theirs, doubtful = _noded(borders, len(right))
        grids = [grid.result() for grid in made]
    keys, edge, sign = _bounding(edges, mine, theirs, grids)
    number, pair = pd.factorize(np.concatenate([keys, doubtful]))
    number, i, j = number[: len(keys)], pair // len(right), pair % len(right)

    def around(values: Floats) -> Floats:
        return np.bincount(number, sign * values[edge], len(pair)).astype(float)

    km2 = around(_under(edges))
    gap = np.abs(around(edges.x1 - edges.x0)) + np.abs(around(edges.y1 - edges.y0))
    again = np.flatnonzero((gap > _OPEN) | np.isin(pair, doubtful))
    km2[again] = area_km2(_intersections(left[i[again]], right[j[again]]))
    return i, j, km2, len(again)


def _rounded(polygons: NDArray[Any]) -> tuple[_Edges, Ints]:
    x0, y0, x1, y1, owner = oriented_edges(polygons)
    x0, y0, x1, y1 = (np.round(values, _DECIMALS) + 0.0 for values in (x0, y0, x1, y1))
    long = (x0 != x1) | (y0 != y1)
    return _Edges(x0[long], y0[long], x1[long], y1[long]), owner[long]


def _under(edges: _Edges) -> Floats:
    return under_edges(edges.x0, edges.y0, edges.x1, edges.y1)


def _sizes(under: Floats, uses: _Uses, polygons: int) -> Floats:
    return np.bincount(uses.owner, uses.sign * under[uses.edge], polygons).astype(float)


def _used(edges: _Edges, uses: _Uses) -> NDArray[np.bool_]:
    used = np.zeros(len(edges), dtype=bool)
    used[uses.edge] = True
    return used


def _unique_edges(parts: list[tuple[_Edges, Ints]]) -> tuple[_Edges, _Uses, _Uses]:
    """The edges of both layers, each once whichever way it runs, and who uses them."""
    both = _Edges(*(np.concatenate(values) for values in zip(*(vars(part[0]).values() for part in parts), strict=True)))
    key, sign = _keys(both)
    edge, found = pd.factorize(key)
    edges = _one_way(both, sign).take(_first(edge, len(found)))
    count = len(parts[0][0])
    mine = _in_order(edge[:count], sign[:count], parts[0][1])
    theirs = _in_order(edge[count:], sign[count:], parts[1][1])
    return edges, mine, theirs


def _keys(edges: _Edges) -> tuple[NDArray[np.uint64], Ints]:
    """64 bits for each edge whichever way it runs, and the way that it runs."""
    start, end = _mixed(edges.x0, edges.y0), _mixed(edges.x1, edges.y1)
    key: NDArray[np.uint64] = np.minimum(start, end) * np.uint64(0x9E3779B97F4A7C15) ^ np.maximum(start, end)
    return key, np.where(start < end, 1, -1)


def _one_way(edges: _Edges, sign: Ints) -> _Edges:
    """The edges, those of negative sign turned round."""
    turned = sign < 0
    return _Edges(
        np.where(turned, edges.x1, edges.x0),
        np.where(turned, edges.y1, edges.y0),
        np.where(turned, edges.x0, edges.x1),
        np.where(turned, edges.y0, edges.y1),
    )


def _first(number: Ints, count: int) -> Ints:
    """Where each number from 0 stands first."""
    first = np.zeros(count, np.int64)
    first[number[::-1]] = np.arange(len(number))[::-1]
    return first


def _mixed(x: Floats, y: Floats) -> NDArray[np.uint64]:
    """64 bits for each corner. Among millions two alike are next to impossible, and would leave a ring open."""
    first, second = x.view(np.uint64), y.view(np.uint64)
    first = first * np.uint64(0x9E3779B97F4A7C15)
    second = second * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed: NDArray[np.uint64] = (first ^ (first >> np.uint64(29))) * np.uint64(0x165667B19E3779F9) + (
        second ^ (second >> np.uint64(32))
    )
    return mixed


def _noded(borders: Borders, rights: int) -> tuple[_Edges, _Uses, _Uses, Ints]:
    """The edges cut where those of the two layers meet, and the pairs whose edges are too near each other to tell."""
    edges, mine, theirs = borders.edges, borders.left, borders.right
    in_left, in_right = _used(edges, mine), _used(edges, theirs)
    a, b = _close_pairs(edges)
    # Edges of one layer alone do not matter to each other; those of both cross where the polygons of a layer overlap.
    both = in_left & in_right
    keep = (in_left[a] != in_left[b]) | (in_right[a] != in_right[b]) | (both[a] & both[b])
    a, b = a[keep], b[keep]
    apart = ~(both[a] & both[b]) | _apart(edges.take(a), edges.take(b))
    a, b = a[apart], b[apart]
    cuts, doubtful = _meetings(edges, a, b)
    a, b = a[doubtful], b[doubtful]
    near = _owner_pairs(np.concatenate([a, b]), np.concatenate([b, a]), mine, theirs, rights)
    if not len(cuts[0]):
        return edges, mine, theirs, near
    is_cut = np.zeros(len(edges), dtype=bool)
    is_cut[cuts[0]] = True
    pieces, piece_of = _cut(edges, np.flatnonzero(is_cut), cuts)
    # A piece may be an edge that is there already: where one layer has a corner that the other lacks.
    key, sign = _keys(pieces)
    number = pd.Index(_keys(edges)[0]).get_indexer(pd.Index(key))
    fresh = np.flatnonzero(number < 0)
    new, found = pd.factorize(key[fresh])
    number[fresh] = len(edges) + new
    more = _one_way(pieces, sign).take(fresh[_first(new, len(found))])
    edges = _Edges(*(np.concatenate(pair) for pair in zip(vars(edges).values(), vars(more).values(), strict=True)))
    mine, theirs = (_recut(uses, is_cut, piece_of, number, sign) for uses in (mine, theirs))
    return edges, mine, theirs, near


def _apart(one: _Edges, other: _Edges) -> NDArray[np.bool_]:
    """Whether two edges have no corner in common."""
    apart: NDArray[np.bool_] = ~(
        ((one.x0 == other.x0) & (one.y0 == other.y0))
        | ((one.x1 == other.x1) & (one.y1 == other.y1))
        | ((one.x0 == other.x1) & (one.y0 == other.y1))
        | ((one.x1 == other.x0) & (one.y1 == other.y0))
    )
    return apart


def _owner_pairs(a: Ints, b: Ints, mine: _Uses, theirs: _Uses, rights: int) -> Ints:
    use_a, row = _joined(a, mine)
    use_b, again = _joined(b[row], theirs)
    return np.unique(mine.owner[use_a][again] * rights + theirs.owner[use_b])


def _joined(edge: Ints, uses: _Uses) -> tuple[Ints, Ints]:
    """The uses of each edge, and the row that each stands for."""
    most = max(edge.max(initial=-1), uses.edge.max(initial=-1)) + 2
    first = np.concatenate([[0], np.cumsum(np.bincount(uses.edge, minlength=most))])
    start, count = first[edge], first[edge + 1] - first[edge]
    return ranges(start, count), np.repeat(np.arange(len(edge)), count)


def _in_order(edge: Ints, sign: Ints, owner: Ints) -> _Uses:
    order = np.argsort(edge, kind="stable")
    return _Uses(edge[order], sign[order], owner[order])


def _recut(uses: _Uses, is_cut: NDArray[np.bool_], piece_of: Ints, number: Ints, sign: Ints) -> _Uses:
    """The uses of whole edges as they are, those of cut edges as uses of their pieces."""
    whole = ~is_cut[uses.edge]
    cut = np.flatnonzero(~whole)
    start, stop = (np.searchsorted(piece_of, uses.edge[cut], side=side) for side in ("left", "right"))
    piece, use = ranges(start, stop - start), np.repeat(cut, stop - start)
    return _in_order(
        np.concatenate([uses.edge[whole], number[piece]]),
        np.concatenate([uses.sign[whole], uses.sign[use] * sign[piece]]),
        np.concatenate([uses.owner[whole], uses.owner[use]]),
    )


def _close_pairs(edges: _Edges) -> tuple[Ints, Ints]:
    """The pairs of edges whose boxes meet, each pair once."""
    box = [
        np.minimum(edges.x0, edges.x1) - _NEAR,
        np.minimum(edges.y0, edges.y1) - _NEAR,
        np.maximum(edges.x0, edges.x1) + _NEAR,
        np.maximum(edges.y0, edges.y1) + _NEAR,
    ]
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    size = float(np.mean(box[2] - box[0] + box[3] - box[1])) + _NEAR if len(edges) else 1.0
    before = np.zeros(len(edges), dtype=bool)
    # Small cells for short edges; the few that reach too many cells are looked up again with all others in larger cells.
    while not before.all():
        cells = [((side - box[number % 2].min()) / size).astype(np.int64) for number, side in enumerate(box)]
        fit = (cells[2] - cells[0] + 1) * (cells[3] - cells[1] + 1) <= _FEW
        found += [_pairs_by_cell(cells, fit & ~before), _pairs_by_cell(cells, fit & ~before, before)]
        before, size = fit, size * _LARGER
    a, b = (np.concatenate(part) for part in zip(*found, strict=True))
    meet = (box[0][a] <= box[2][b]) & (box[0][b] <= box[2][a]) & (box[1][a] <= box[3][b]) & (box[1][b] <= box[3][a])
    return a[meet], b[meet]


def _pairs_by_cell(
    cells: list[Ints], some: NDArray[np.bool_], others: NDArray[np.bool_] | None = None
) -> tuple[Ints, Ints]:
    """Pairs of boxes (of some with others, or among themselves) that reach one cell: at the first that both reach."""
    if not some.any() or (others is not None and not others.any()):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    row, x, y = _reached(cells, some)
    wide = int(cells[2].max()) + 1
    key = y * wide + x
    if others is None:
        order = np.argsort(key, kind="stable")
        row, x, y, key = row[order], x[order], y[order], key[order]
        ends = np.flatnonzero(np.concatenate([key[1:] != key[:-1], [True]])) + 1
        start = np.arange(1, len(key) + 1)
        count = np.repeat(ends, np.diff(ends, prepend=0)) - start
        partner = row
    else:
        partner, other_x, other_y = _reached(cells, others)
        order = np.argsort(other_y * wide + other_x, kind="stable")
        other_key, partner = (other_y * wide + other_x)[order], partner[order]
        start = np.searchsorted(other_key, key)
        count = np.searchsorted(other_key, key, side="right") - start
    at = np.repeat(np.arange(len(row)), count)
    i, j = row[at], partner[ranges(start, count)]
    first = (x[at] == np.maximum(cells[0][i], cells[0][j])) & (y[at] == np.maximum(cells[1][i], cells[1][j]))
    return i[first], j[first]


def _reached(box: list[Ints], which: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    """The cells (row of the box, column, line) that each of some boxes reaches."""
    rows = np.flatnonzero(which)
    left, low, right, top = (side[rows] for side in box)
    wide = right - left + 1
    count = wide * (top - low + 1)
    step, at = ranges(np.zeros(len(rows), np.int64), count), np.repeat(np.arange(len(rows)), count)
    return rows[at], left[at] + step % wide[at], low[at] + step // wide[at]


def _meetings(edges: _Edges, a: Ints, b: Ints) -> tuple[_Cuts, NDArray[np.bool_]]:
    """Where pairs of edges meet: at a corner of one of them, or crossing; and which are too near to tell."""
    mine, theirs = edges.take(a), edges.take(b)
    doubtful = np.zeros(len(mine), dtype=bool)
    corner = np.zeros(len(mine), dtype=bool)
    cuts: list[_Cuts] = []
    for edge, other, number in ((mine, theirs, a), (theirs, mine, b)):
        for x, y in ((other.x0, other.y0), (other.x1, other.y1)):
            along, away = _foot(edge, x, y)
            same = ((x == edge.x0) & (y == edge.y0)) | ((x == edge.x1) & (y == edge.y1))
            at_end = np.minimum(np.hypot(x - edge.x0, y - edge.y0), np.hypot(x - edge.x1, y - edge.y1)) <= _NEAR
            on_edge = (away <= _NEAR) & (along > 0) & (along < 1) & ~at_end
            doubtful |= at_end & ~same
            corner |= same | on_edge
            cuts.append((number[on_edge], along[on_edge], x[on_edge], y[on_edge]))
    crossing, s, t, x, y = _crossings(mine, theirs, ~corner & ~doubtful)
    cuts += [(a[crossing], s, x, y), (b[crossing], t, x, y)]
    number, along, x, y = (np.concatenate(values) for values in zip(*cuts, strict=True))
    return (number, along, x, y), doubtful


def _foot(edge: _Edges, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """How far along the edge (0 to 1) the foot of each place is, and how far away the place is."""
    dx, dy = edge.x1 - edge.x0, edge.y1 - edge.y0
    along = ((x - edge.x0) * dx + (y - edge.y0) * dy) / (dx * dx + dy * dy)
    away = np.abs((x - edge.x0) * dy - (y - edge.y0) * dx) / np.hypot(dx, dy)
    return along, away


def _crossings(mine: _Edges, theirs: _Edges, among: NDArray[np.bool_]) -> tuple[Ints, Floats, Floats, Floats, Floats]:
    which = np.flatnonzero(among)
    one, two = mine.take(which), theirs.take(which)
    dx, dy, ex, ey = one.x1 - one.x0, one.y1 - one.y0, two.x1 - two.x0, two.y1 - two.y0
    gx, gy = two.x0 - one.x0, two.y0 - one.y0
    turn = dx * ey - dy * ex
    with np.errstate(divide="ignore", invalid="ignore"):
        s, t = (gx * ey - gy * ex) / turn, (gx * dy - gy * dx) / turn
    hit = (turn != 0) & (s > 0) & (s < 1) & (t > 0) & (t < 1)
    which, s, t = which[hit], s[hit], t[hit]
    return which, s, t, one.x0[hit] + s * dx[hit], one.y0[hit] + s * dy[hit]


def _cut(edges: _Edges, which: Ints, cuts: _Cuts) -> tuple[_Edges, Ints]:
    """The pieces of some edges from their start to their end, and the edge that each is of."""
    number, along, x, y = cuts
    order = np.lexsort((along, number))
    number, x, y = number[order], x[order], y[order]
    fresh = np.ones(len(number), dtype=bool)
    fresh[1:] = (number[1:] != number[:-1]) | (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    number, x, y = number[fresh], x[fresh], y[fresh]
    count = np.bincount(np.searchsorted(which, number), minlength=len(which)) + 1
    last = np.cumsum(count) - 1
    start_is_cut, end_is_cut = np.ones(count.sum(), bool), np.ones(count.sum(), bool)
    start_is_cut[last - count + 1], end_is_cut[last] = False, False
    piece_of = np.repeat(which, count)
    pieces = edges.take(piece_of)
    pieces.x0[start_is_cut], pieces.y0[start_is_cut] = x, y
    pieces.x1[end_is_cut], pieces.y1[end_is_cut] = x, y
    return pieces, piece_of


def _bounding(edges: _Edges, mine: _Uses, theirs: _Uses, grids: list[Grid]) -> tuple[Ints, Ints, Ints]:
    """Every (pair, edge, sign) where the edge bounds what the pair shares."""
    rights = len(grids[1].polygons)
    use, row = _joined(mine.edge, theirs)
    alike = theirs.sign[use] == mine.sign[row]
    use, row = use[alike], row[alike]
    e, i, sign_e, j = _inside(edges, mine, theirs, grids[1])
    f, j_f, sign_f, i_f = _inside(edges, theirs, mine, grids[0])
    return (
        np.concatenate([mine.owner[row] * rights + theirs.owner[use], i * rights + j, i_f * rights + j_f]),
        np.concatenate([mine.edge[row], e, f]),
        np.concatenate([mine.sign[row], sign_e, sign_f]),
    )


def _inside(edges: _Edges, uses: _Uses, others: _Uses, grid: Grid) -> tuple[Ints, Ints, Ints, Ints]:
    """Where edges of one layer run inside polygons of the other: the edge, its owner, its sign, the polygon."""
    which = np.flatnonzero(_used(edges, uses))
    some = edges.take(which)
    x, y = (some.x0 + some.x1) / 2, (some.y0 + some.y1) / 2
    place, polygon, sure = candidates(grid, x, y)
    # An edge of the polygon's own border needs no test; along shared borders hardly any other is left.
    use, row = _joined(which[place], others)
    holds = np.ones(len(place), dtype=bool)
    holds[row[others.owner[use] == polygon[row]]] = False
    test = np.flatnonzero(holds[sure:]) + sure
    holds[test] = shapely.intersects_xy(grid.polygons[polygon[test]], x[place[test]], y[place[test]])
    edge, polygon = which[place[holds]], polygon[holds]
    use, row = _joined(edge, uses)
    return edge[row], uses.owner[use], uses.sign[use], polygon[row]
