"""Borders are stored once and come back as they were."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

import sahelgeo as sg
from sahelgeo.maps.topology import Topology, build_topology, pack, polygons_of, ring_of

# Half a step of the grid, across.
# To the grid of three decimals.
ROUNDING = 0.5e-3 * 2**0.5


def rebuilt(topology: Topology, number: int) -> Any:
    """The polygon that the page's script would draw."""
    arcs = []
    for flat in topology.arcs:
        x = y = 0
        points = []
        for step in range(0, len(flat), 2):
            x, y = x + flat[step], y + flat[step + 1]
            points.append((x / 10**topology.decimals, y / 10**topology.decimals))
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


@pytest.mark.parametrize(("level", "most_vertices"), [(0, 20_000), (0, 4_000), (1, 40_000), (1, 8_000)])
def test_real_coasts_and_islands_stay_a_coverage(level: int, most_vertices: int) -> None:
    """All embedded areas, with their islands: none vanishes, none runs over another."""
    areas = sg.load_areas(level=level).geometry
    topology, numbers = build_topology([areas], most_vertices=most_vertices)
    drawn = [rebuilt(topology, number) for number in numbers[0]]
    assert shapely.get_num_coordinates(drawn).sum() <= most_vertices + 2 * len(shapely.get_parts(drawn))
    assert all(area.is_valid and not area.is_empty for area in drawn)
    assert shapely.coverage_is_valid(drawn)


def wild_squares(side: int, seed: int) -> gpd.GeoSeries:
    """Squares side by side whose borders were broken again and again at random: a coverage with wild borders."""
    random = np.random.default_rng(seed)

    def wild(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
        points = np.array([start, end], dtype=float)
        for _ in range(7):
            step = np.diff(points, axis=0)
            middle = (
                points[:-1]
                + step / 2
                + 0.12 * np.c_[-step[:, 1], step[:, 0]] * random.normal(size=(len(step), 1)).clip(-2, 2)
            )
            points = np.insert(points, range(1, len(points)), middle, axis=0)
        return [(x, y) for x, y in points.tolist()]

    grid = range(side + 1)
    lines = [wild((x, y), (x + 1, y)) for x in range(side) for y in grid] + [
        wild((x, y), (x, y + 1)) for x in grid for y in range(side)
    ]
    noded = shapely.union_all([shapely.LineString(line) for line in lines])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return gpd.GeoSeries(list(faces), crs="EPSG:4326")


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("most_vertices", [5_000, 2_000, 800, 1])
def test_wild_borders_stay_a_coverage_within_the_tolerance(seed: int, most_vertices: int) -> None:
    """At every size no border moves farther than is said, neighbours still fit, and no area vanishes."""
    areas = wild_squares(4, seed)
    assert shapely.coverage_is_valid(areas.to_numpy())
    topology, numbers = build_topology([areas], most_vertices=most_vertices)
    drawn = [rebuilt(topology, number) for number in numbers[0]]
    assert all(area.is_valid and not area.is_empty for area in drawn)
    assert shapely.coverage_is_valid(drawn)
    moved = [
        shapely.hausdorff_distance(area.boundary, after.boundary) for area, after in zip(areas, drawn, strict=True)
    ]
    assert max(moved) <= topology.tolerance_degrees + ROUNDING
    if most_vertices > 1:
        assert shapely.get_num_coordinates(drawn).sum() <= most_vertices


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


def test_an_island_in_a_bay_stays_in_the_bay() -> None:
    """Where a straightened coast would run over an island or close a narrow strait, the coast keeps more of its shape."""
    bay = [(0, 0), (4, 0), (4, 2), (2.05, 2), (2.04, 0.06), (1.96, 0.06), (1.95, 2), (0, 2)]
    island = [(1.98, 0.08), (2.02, 0.08), (2.01, 0.1), (2.02, 0.12), (1.98, 0.12)]
    areas = gpd.GeoSeries([Polygon(bay), Polygon(island)], crs="EPSG:4326")
    topology, numbers = build_topology([areas], most_vertices=1)
    land, isle = (rebuilt(topology, number) for number in numbers[0])
    assert topology.tolerance_degrees == 0.1
    assert isle.is_valid
    assert isle.area > 0
    assert land.intersection(isle).area == 0


def test_a_narrow_area_between_two_neighbours_is_kept() -> None:
    """Both of its borders would become the same straight line under the tolerance."""
    upper, lower = [(0, 0), (1, 0.02), (2, 0)], [(0, 0), (1, -0.02), (2, 0)]
    areas = gpd.GeoSeries(
        [Polygon([*upper, *lower[1:2]]), Polygon([*upper, (2, 1), (0, 1)]), Polygon([*lower, (2, -1), (0, -1)])],
        crs="EPSG:4326",
    )
    topology, numbers = build_topology([areas], most_vertices=1)
    drawn = [rebuilt(topology, number) for number in numbers[0]]
    assert drawn[0].area > 0
    assert shapely.coverage_is_valid(drawn)


def test_areas_that_overlap_as_given_are_simplified_all_the_same() -> None:
    """Their fault is not taken for one of simplifying: the limit still holds."""
    circle = shapely.Point(0, 0).buffer(1, quad_segs=500)
    areas = gpd.GeoSeries([circle, shapely.affinity.translate(circle, 0.5)], crs="EPSG:4326")
    topology, numbers = build_topology([areas], most_vertices=200)
    drawn = [rebuilt(topology, number) for number in numbers[0]]
    assert shapely.get_num_coordinates(drawn).sum() <= 200
    assert drawn[0].intersection(drawn[1]).area == pytest.approx(areas[0].intersection(areas[1]).area, rel=0.01)


@given(st.lists(st.lists(st.integers(-(2**31), 2**31), max_size=8), max_size=8), st.booleans())
def test_packed_numbers_come_back(lists: list[list[int]], steps: bool) -> None:
    """Read letter by letter, as the format is described, they are the numbers that were written."""

    def unpacked(text: str) -> list[int]:
        numbers, value, shift = [], 0, 0
        for letter in text:
            bits = ord(letter) - 63
            value |= (bits & 31) << shift
            shift += 5
            if bits < 32:
                numbers.append(~(value >> 1) if value & 1 else value >> 1)
                value = shift = 0
        return list(accumulate(numbers)) if steps else numbers

    assert [unpacked(text) for text in pack(lists, steps=steps)] == lists


def test_a_tongue_narrower_than_the_grid_leaves_no_crossing() -> None:
    """A ring that goes out and straight back is drawn without the way there; the area stays valid and as it was."""
    tongue = [(0, 0), (2, 0), (2, 1), (2.00003, 3), (1.99997, 3), (1.99998, 1.00001), (0, 1), (0, 0)]
    topology, _ = build_topology([gpd.GeoSeries([Polygon(tongue)], crs="EPSG:4326")])
    (drawn,) = (polygons_of(shape, topology.points()) for shape in topology.geometries)
    assert drawn.is_valid
    assert drawn.equals(box(0, 0, 20_000, 10_000))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=3, max_size=9))
def test_a_ring_keeps_its_area_without_its_spikes(points: list[tuple[int, int]]) -> None:
    """What is left out of a ring encloses nothing, and nothing more is left to leave out."""
    closed = np.array([*points, points[0]])
    drawn = ring_of([0], [closed])
    across, along = closed.T
    area = float((across[:-1] * along[1:] - across[1:] * along[:-1]).sum())
    left, up = drawn.T
    assert float((left[:-1] * up[1:] - left[1:] * up[:-1]).sum()) == area
    inner = drawn[:-1]
    assert len(inner) < 3 or not (np.roll(inner, 1, axis=0) == np.roll(inner, -1, axis=0)).all(axis=1).any()
