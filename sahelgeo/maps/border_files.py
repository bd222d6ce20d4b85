"""The borders of a map as TopoJSON and GeoJSON, for other tools."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from sahelgeo.maps.topology import DECIMALS, Topology

Point = tuple[int, int]


def as_topojson(topology: Topology, properties: list[dict[str, Any]]) -> dict[str, Any]:
    """The topology as TopoJSON with the object ``areas``; outer rings with the clock, as d3 reads them."""
    scale = 10**-DECIMALS
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
                    [round(x * 10**-DECIMALS, DECIMALS), round(y * 10**-DECIMALS, DECIMALS)]
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
