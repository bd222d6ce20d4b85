"""Borders are stored once and come back as they were."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

import sahelgeo as sg
from sahelgeo.maps.topology import Topology, build_topology


def rebuilt(topology: Topology, number: int) -> Any:
    """The polygon that the page's script would draw."""
    arcs = []
    for flat in topology.arcs:
        x = y = 0
        points = []
        for step in range(0, len(flat), 2):
            x, y = x + flat[step], y + flat[step + 1]
            points.append((x / 10_000, y / 10_000))
        arcs.append(points)

    def ring(numbers: list[int]) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for one in numbers:
            arc = arcs[one] if one >= 0 else arcs[-1 - one][::-1]
            points += arc[1:] if points else arc
        return points

    return MultiPolygon(
        [Polygon(ring(rings[0]), [ring(hole) for hole in rings[1:]]) for rings in topology.geometries[number]]
    )


def test_neighbours_share_one_arc() -> None:
    """Two squares side by side have three arcs: two outer, one between."""
    squares = gpd.GeoSeries([box(0, 0, 1, 1), box(1, 0, 2, 1)], crs="EPSG:4326")
    topology, numbers = build_topology([squares])
    assert len(topology.arcs) == 3
    assert numbers == [[0, 1]]
    assert all(rebuilt(topology, number).equals(area) for number, area in enumerate(squares))


def test_an_area_of_several_layers_is_stored_once() -> None:
    """The second layer refers to the first one's borders."""
    squares = gpd.GeoSeries([box(0, 0, 1, 1), box(1, 0, 2, 1)], crs="EPSG:4326")
    topology, numbers = build_topology([squares, squares[::-1]])
    assert numbers == [[0, 1], [1, 0]]
    assert len(topology.geometries) == 2


def test_holes_islands_and_parts_come_back() -> None:
    """A ring inside an area, an area that fills a hole and a multipolygon survive."""
    outer = Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (1, 3), (3, 3), (3, 1)]])
    areas = gpd.GeoSeries([outer, box(1, 1, 3, 3), MultiPolygon([box(5, 0, 6, 1), box(7, 0, 8, 1)])], crs="EPSG:4326")
    topology, _ = build_topology([areas])
    assert all(rebuilt(topology, number).equals(area) for number, area in enumerate(areas))


def test_regions_of_burkina_faso_come_back_as_a_coverage() -> None:
    """The real borders are rounded to the grid and still fit together."""
    regions = sg.load_areas("BFA").geometry
    topology, numbers = build_topology([regions])
    drawn = [rebuilt(topology, number) for number in numbers[0]]
    assert shapely.coverage_is_valid(drawn)
    assert sum(area.area for area in drawn) == pytest.approx(regions.union_all().area, rel=1e-5)


def test_borders_are_simplified_as_little_as_the_limit_asks() -> None:
    """A lower limit gives a larger tolerance, a valid coverage and no lost area."""
    regions = sg.load_areas("BFA").geometry
    whole, _ = build_topology([regions])
    coarse, numbers = build_topology([regions], most_vertices=800)
    assert whole.tolerance_degrees == 0
    assert coarse.tolerance_degrees > 0
    drawn = [rebuilt(coarse, number) for number in numbers[0]]
    assert shapely.coverage_is_valid(drawn)
    assert not any(area.is_empty for area in drawn)


def test_a_tiny_area_never_vanishes() -> None:
    """A city is kept at any tolerance, as it was."""
    city = box(0.5, 0.5, 0.5004, 0.5004)
    around = box(0, 0, 1, 1).difference(city)
    topology, _ = build_topology([gpd.GeoSeries([around, city], crs="EPSG:4326")], most_vertices=1)
    assert not rebuilt(topology, 1).is_empty


def test_no_areas_make_an_empty_topology() -> None:
    """A map of arrows alone has no borders."""
    topology, numbers = build_topology([])
    assert (topology.arcs, topology.geometries, numbers) == ([], [], [])
