"""Areas as one shared topology: each border is stored once, on a grid, and every layer refers to it.

The layout follows TopoJSON: arcs of whole numbers (a first point, then differences), rings as lists of arcs, where the
complement ``-1 - arc`` means the arc backwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

TOLERANCES_DEGREES = (0.0, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1)
_DECIMALS = 4
Point = tuple[int, int]


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
        How far simplified borders may lie from the given ones.
    """

    arcs: list[list[int]]
    geometries: list[list[list[list[int]]]]
    tolerance_degrees: float

    def as_json(self) -> dict[str, Any]:
        """The plain structure that the page's script reads."""
        return {"decimals": _DECIMALS, "arcs": self.arcs, "geometries": self.geometries}


def build_topology(groups: list[gpd.GeoSeries], *, most_vertices: int = 25_000) -> tuple[Topology, list[list[int]]]:
    """Store groups of areas with shared borders, simplified as little as the limit of vertices asks.

    Parameters
    ----------
    groups : list of geopandas.GeoSeries
        The areas of each layer, in EPSG:4326. An area that several layers draw is stored once.
    most_vertices : int
        The tolerance is the smallest of ``TOLERANCES_DEGREES`` that leaves no more vertices than this.

    Returns
    -------
    Topology
        The borders.
    list of list of int
        For each group, the number of each of its areas in ``Topology.geometries``.
    """
    numbers, distinct, members = _distinct_areas(groups)
    tolerance, simplified = _simplify(distinct, members, most_vertices)
    rings, shape = _grid_rings(simplified)
    arcs, ring_arcs = _cut_into_arcs(rings)
    geometries = [[[ring_arcs[ring] for ring in polygon] for polygon in polygons] for polygons in shape]
    return Topology([_differences(arc) for arc in arcs], geometries, tolerance), numbers


def _distinct_areas(groups: list[gpd.GeoSeries]) -> tuple[list[list[int]], list[Any], list[list[int]]]:
    known: dict[bytes, int] = {}
    distinct: list[Any] = []
    numbers: list[list[int]] = []
    members: list[list[int]] = []
    for group in groups:
        keys = shapely.to_wkb(group.to_numpy())
        fresh = []
        for key, area in zip(keys, group, strict=True):
            if key not in known:
                known[key] = len(distinct)
                distinct.append(area)
                fresh.append(known[key])
        numbers.append([known[key] for key in keys])
        members.append(fresh)
    return numbers, distinct, members


def _simplify(distinct: list[Any], members: list[list[int]], most_vertices: int) -> tuple[float, list[Any]]:
    simplified = list(distinct)
    for tolerance in TOLERANCES_DEGREES:
        # Each step goes on from the one before: the first does nearly all the work, and the rest cost little.
        for group in members:
            for number, area in zip(
                group, _simplify_together([simplified[number] for number in group], tolerance), strict=True
            ):
                simplified[number] = area
        if shapely.get_num_coordinates(np.array(simplified, dtype=object)).sum() <= most_vertices:
            break
    return tolerance, simplified


def _simplify_together(areas: list[Any], tolerance: float) -> list[Any]:
    """Simplify neighbours as one coverage, so that no gaps open; an area never vanishes."""
    if tolerance == 0 or not areas:
        return areas
    together = shapely.coverage_simplify(np.array(areas, dtype=object), tolerance)
    return [after if not shapely.is_empty(after) else before for before, after in zip(areas, together, strict=True)]


def _grid_rings(areas: list[Any]) -> tuple[list[list[Point]], list[list[list[int]]]]:
    rings: list[list[Point]] = []
    shape: list[list[list[int]]] = []
    for area in areas:
        polygons = []
        for polygon in shapely.get_parts(area):
            kept = [ring for ring in map(_on_grid, (polygon.exterior, *polygon.interiors)) if len(ring) >= 3]
            if kept:
                polygons.append(list(range(len(rings), len(rings) + len(kept))))
                rings.extend(kept)
        shape.append(polygons)
    return rings, shape


def _on_grid(ring: Any) -> list[Point]:
    """Round to the grid and drop repeated points; the closing point is left out."""
    points = np.rint(shapely.get_coordinates(ring) * 10**_DECIMALS).astype(np.int64)
    keep = np.ones(len(points), dtype=bool)
    keep[1:] = (points[1:] != points[:-1]).any(axis=1)
    points = points[keep]
    if len(points) > 1 and (points[0] == points[-1]).all():
        points = points[:-1]
    return [(int(x), int(y)) for x, y in points]


def _cut_into_arcs(rings: list[list[Point]]) -> tuple[list[list[Point]], list[list[int]]]:
    """Cut rings where the neighbours change, and store each piece once."""
    junctions = _junctions(rings)
    arcs: list[list[Point]] = []
    known: dict[tuple[Point, ...], int] = {}
    return arcs, [[_arc_number(piece, arcs, known) for piece in _pieces(ring, junctions)] for ring in rings]


def _junctions(rings: list[list[Point]]) -> set[Point]:
    around: dict[Point, frozenset[Point]] = {}
    junctions: set[Point] = set()
    for ring in rings:
        for before, here, after in zip([ring[-1], *ring[:-1]], ring, [*ring[1:], ring[0]], strict=True):
            pair = frozenset((before, after))
            if around.setdefault(here, pair) != pair:
                junctions.add(here)
    return junctions


def _pieces(ring: list[Point], junctions: set[Point]) -> list[tuple[Point, ...]]:
    cuts = [position for position, point in enumerate(ring) if point in junctions]
    if not cuts:
        # A ring without junctions is shared whole or not at all: start it at the same point in both directions.
        first = ring.index(min(ring))
        return [(*ring[first:], *ring[:first], ring[first])]
    turned = [*ring[cuts[0] :], *ring[: cuts[0]], ring[cuts[0]]]
    places = [position for position, point in enumerate(turned) if point in junctions]
    return [tuple(turned[start : end + 1]) for start, end in pairwise(places)]


def _arc_number(piece: tuple[Point, ...], arcs: list[list[Point]], known: dict[tuple[Point, ...], int]) -> int:
    if piece in known:
        return known[piece]
    backwards = piece[::-1]
    if backwards in known:
        return -1 - known[backwards]
    known[piece] = len(arcs)
    arcs.append(list(piece))
    return known[piece]


def _differences(arc: list[Point]) -> list[int]:
    flat = list(arc[0])
    for (x0, y0), (x1, y1) in pairwise(arc):
        flat += (x1 - x0, y1 - y0)
    return flat


def as_topojson(topology: Topology, properties: list[dict[str, Any]]) -> dict[str, Any]:
    """The topology as TopoJSON with the object ``areas``; outer rings with the clock, as d3 reads them."""
    scale = 10**-_DECIMALS
    arcs = [np.reshape(flat, (-1, 2)).tolist() for flat in topology.arcs]
    points = [_absolute(flat) for flat in topology.arcs]
    geometries = []
    for polygons, facts in zip(topology.geometries, properties, strict=True):
        turned = [_wound(polygon, points, outer_with_clock=True) for polygon in polygons]
        kind = {"type": "Polygon", "arcs": turned[0]} if len(turned) == 1 else {"type": "MultiPolygon", "arcs": turned}
        geometries.append({**kind, "id": facts["pcode"], "properties": facts})
    return {
        "type": "Topology",
        "transform": {"scale": [scale, scale], "translate": [0, 0]},
        "objects": {"areas": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": arcs,
    }


def as_geojson(topology: Topology, properties: list[dict[str, Any]]) -> dict[str, Any]:
    """The same areas as a GeoJSON FeatureCollection (RFC 7946): outer rings against the clock, holes with it."""
    points = [_absolute(flat) for flat in topology.arcs]
    features = []
    for polygons, facts in zip(topology.geometries, properties, strict=True):
        shapes = [
            [
                [
                    [round(x * 10**-_DECIMALS, _DECIMALS), round(y * 10**-_DECIMALS, _DECIMALS)]
                    for x, y in _ring(ring, points)
                ]
                for ring in _wound(polygon, points, outer_with_clock=False)
            ]
            for polygon in polygons
        ]
        geometry = (
            {"type": "Polygon", "coordinates": shapes[0]}
            if len(shapes) == 1
            else {"type": "MultiPolygon", "coordinates": shapes}
        )
        features.append({"type": "Feature", "id": facts["pcode"], "properties": facts, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def _absolute(flat: list[int]) -> list[Point]:
    x = y = 0
    points = []
    for dx, dy in zip(flat[::2], flat[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x, y))
    return points


def _ring(numbers: list[int], points: list[list[Point]]) -> list[Point]:
    """The closed ring that a list of arcs makes."""
    ring: list[Point] = []
    for number in numbers:
        arc = points[number] if number >= 0 else points[-1 - number][::-1]
        ring += arc[1:] if ring else arc
    return ring


def _wound(polygon: list[list[int]], points: list[list[Point]], *, outer_with_clock: bool) -> list[list[int]]:
    """The rings of a polygon, turned so that the first goes one way round and the holes the other."""
    wound = []
    for place, ring in enumerate(polygon):
        corners = _ring(ring, points)
        # Twice the area by the shoelace formula: below 0 where the ring goes with the clock.
        area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(corners))
        with_clock = outer_with_clock == (place == 0)
        wound.append(ring if (area < 0) == with_clock else [-1 - number for number in reversed(ring)])
    return wound
