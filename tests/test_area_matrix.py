"""The areas that polygons share, against GEOS and against what can be worked out on paper."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import translate

from sahelgeo.places import area_matrix as module
from sahelgeo.places.area_matrix import area_matrix
from sahelgeo.places.ellipsoid import area_km2


def array(*polygons):
    """Polygons as the array that the functions take."""
    return np.array(polygons, dtype=object)


def exact(left, right):
    """The areas of all pairs by GEOS."""
    return np.array([area_km2(shapely.intersection(polygon, right)) for polygon in left]).reshape(len(left), len(right))


def full(matrix, left, right):
    """The pairs as a table of all polygons by all polygons."""
    table = np.zeros((len(left), len(right)))
    table[matrix.left, matrix.right] = matrix.km2
    return table


def test_a_square_degree_at_the_equator():
    """One degree by one degree at the equator north of the equator is 12,308 km²."""
    assert area_km2(array(shapely.box(0, 0, 1, 1)))[0] == pytest.approx(12_308.5, abs=0.1)


def test_areas_are_those_of_an_equal_area_projection():
    """Boxes of parallels and meridians have the area that PROJ's equal-area cylinder gives them."""
    boxes = array(shapely.box(-5, 10, 3, 25), shapely.box(0, -20, 1, -19), shapely.box(0, 60, 1, 80))
    projected = gpd.GeoSeries(boxes, crs=4326).to_crs("+proj=cea +ellps=WGS84").area / 1e6
    assert area_km2(boxes) == pytest.approx(projected.to_numpy(), rel=1e-9)


def test_holes_parts_and_nothing():
    """Holes are taken off, parts are added, empty and missing polygons have no area."""
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    both = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])
    whole, hole, ring_km2, one, pair, empty, missing = area_km2(
        array(
            shapely.box(0, 0, 3, 3),
            shapely.box(1, 1, 2, 2),
            ring,
            shapely.box(0, 0, 1, 1),
            both,
            shapely.Polygon(),
            None,
        )
    )
    assert ring_km2 == pytest.approx(whole - hole)
    assert pair == pytest.approx(2 * one)
    assert (empty, missing) == (0, 0)


def test_areas_cut_from_others_need_no_intersection():
    """Two halves and a pair of whole squares over three squares: every area without GEOS."""
    squares = array(*(shapely.box(x, 0, x + 1, 1) for x in range(3)))
    cut = array(shapely.box(0, 0, 1, 0.5), shapely.box(0, 0.5, 1, 1), shapely.box(1, 0, 3, 1))
    merged = shapely.union(squares[1], squares[2])
    cut[2] = merged
    matrix = area_matrix(cut, squares)
    assert list(zip(matrix.left.tolist(), matrix.right.tolist(), strict=True)) == [(0, 0), (1, 0), (2, 1), (2, 2)]
    assert matrix.km2 == pytest.approx(
        [exact(cut, squares)[i, j] for i, j in zip(matrix.left, matrix.right, strict=True)]
    )
    assert matrix.intersected == 0


def test_a_polygon_in_an_overlapping_one_is_found_though_its_edges_are_those_of_a_third():
    """The town is in the right table twice: as itself, and under a province drawn over it without a hole."""
    town = shapely.box(1, 1, 2, 2)
    left, right = array(town), array(town, shapely.box(0, 0, 3, 3))
    matrix = area_matrix(left, right)
    assert matrix.right.tolist() == [0, 1]
    assert matrix.km2[0] == pytest.approx(matrix.km2[1])


def test_corners_a_hair_apart_are_left_to_geos(monkeypatch):
    """Edges whose ends are nearer than can be told are not guessed: the pair is intersected."""
    monkeypatch.setattr(module, "_DECIMALS", 12)
    monkeypatch.setattr(module, "_NEAR", 3e-9)
    left = array(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))
    right = array(shapely.box(0, 0, 1 + 1e-9, 1), shapely.box(1, 0, 2, 1))
    matrix = area_matrix(left, right)
    assert matrix.intersected > 0
    assert full(matrix, left, right) == pytest.approx(exact(left, right), rel=1e-9, abs=1e-3)


def test_polygons_that_share_no_border():
    """Crossing squares, and one inside the other: nothing is shared, nothing is left to GEOS."""
    left = array(shapely.box(0, 0, 2, 2), shapely.box(5, 5, 6, 6))
    right = array(shapely.box(1, 1, 3, 3), shapely.box(4, 4, 7, 7))
    matrix = area_matrix(left, right)
    assert matrix.intersected == 0
    assert full(matrix, left, right) == pytest.approx(exact(left, right))


@pytest.mark.parametrize("left", [array(), array(shapely.Polygon(), None), array(shapely.box(0, 0, 1, 1))])
def test_nothing_shares_nothing(left):
    """Empty tables and empty polygons give no pair."""
    for right in (array(), array(None), array(shapely.box(5, 5, 6, 6))):
        assert len(area_matrix(left, right).km2) == 0


def test_edges_far_longer_than_the_others_are_compared_with_all():
    """A frontier of one straight line, cut by many short edges: the long edge is not overlooked."""
    x = np.linspace(0, 50, 2001)
    comb = shapely.Polygon([*zip(x, 1 + (np.arange(2001) % 2) * 1e-3, strict=True), (50, 0), (0, 0)])
    left, right = array(comb, shapely.box(0, 2, 1, 3)), array(shapely.box(0, 0, 50, 1.0005), shapely.box(0, 2, 1, 3))
    for layers in ((left, right), (right, left)):
        assert full(area_matrix(*layers), *layers) == pytest.approx(exact(*layers), rel=1e-9, abs=1e-4)


def test_few_new_edges_among_many_shared_ones():
    """Hundreds of shared squares and two slanted ones far apart: only what is near the two is compared."""
    squares = np.array([shapely.box(x, y, x + 1, y + 1) for x in range(30) for y in range(30)], dtype=object)
    half = shapely.Polygon([(4.5, 10), (4.7, 10.4), (4.2, 11), (4, 11), (4, 10)])
    fine = shapely.segmentize(half, 0.01)
    left = np.array([*squares[200:], fine, translate(fine, 20, 10)], dtype=object)
    matrix = area_matrix(left, squares)
    assert full(matrix, left, squares) == pytest.approx(exact(left, squares), rel=1e-9, abs=1e-4)


# GEOS itself errs on borders that differ by less than numbers can tell.
height = st.floats(0, 4).map(lambda value: round(value, 3))


@st.composite
def coverage(draw):
    """Squares of a lattice, merged into areas at random, some cut by a slanted line: shared borders and T-junctions."""
    size = draw(st.integers(2, 4))
    names = draw(st.lists(st.integers(0, 5), min_size=size * size, max_size=size * size))
    cells = [shapely.box(x, y, x + 1, y + 1) for x in range(size) for y in range(size)]
    areas = [
        shapely.union_all([c for c, n in zip(cells, names, strict=True) if n == name]) for name in sorted(set(names))
    ]
    if draw(st.booleans()):
        half = shapely.Polygon([(-1, -1), (9, -1), (9, draw(height)), (-1, draw(height))])
        areas = [piece for area in areas for piece in (area & half, area - half)]
    areas = [shapely.MultiPolygon([p for p in shapely.get_parts(a) if p.geom_type == "Polygon"]) for a in areas]
    return np.array([area for area in areas if area.area > 1e-6], dtype=object)


@given(coverage(), coverage(), st.sampled_from([(0, 0), (0.3, 0.7), (1, 0)]))
def test_the_matrix_is_that_of_geos(left, right, moved):
    """For areas that share borders, cross, touch or lie apart, every pair has the area that GEOS finds."""
    right = np.array([translate(polygon, *moved) for polygon in right], dtype=object)
    matrix = area_matrix(left, right)
    assert full(matrix, left, right) == pytest.approx(exact(left, right), rel=1e-9, abs=1e-4)
    assert matrix.left_km2 == pytest.approx(area_km2(left), rel=1e-9, abs=1e-6)


@given(coverage(), st.tuples(st.floats(0.05, 0.95), st.floats(0.05, 0.95)))
def test_overlapping_polygons_in_one_table(left, corner):
    """Polygons of one table may overlap: boxes drawn across a coverage and the coverage itself, twice."""
    x, y = corner
    right = np.array([*left, shapely.box(x, y, x + 1.5, y + 1.5), shapely.box(-1, -1, 9, 9)], dtype=object)
    assert full(area_matrix(left, right), left, right) == pytest.approx(exact(left, right), rel=1e-9, abs=1e-4)


def test_overlaps_that_both_tables_have_are_found():
    """Two rectangles that cross, in both tables: every edge is shared, and the cross is still there."""
    both = array(shapely.box(0, 1, 3, 2), shapely.box(1, 0, 2, 3))
    assert full(area_matrix(both, both), both, both) == pytest.approx(exact(both, both), rel=1e-9)
    corner = array(shapely.box(0, 0, 10, 10), shapely.box(9.9, 9.9, 20, 20))
    assert full(area_matrix(corner, corner), corner, corner) == pytest.approx(exact(corner, corner), rel=1e-9)


@given(coverage(), coverage(), st.sampled_from([(0, 0), (0.3, 0.7), (0.5, 0)]), st.data())
def test_tables_that_overlap_themselves(one, other, moved, data):
    """Both tables hold two coverages on one ground, some areas in one table alone: every pair as by GEOS."""
    areas = np.array([*one, *(translate(polygon, *moved) for polygon in other)], dtype=object)
    left, right = ([area for area in areas if data.draw(st.integers(0, 9)) > 1] for _ in range(2))
    left, right = np.array(left, dtype=object), np.array(right, dtype=object)
    assert full(area_matrix(left, right), left, right) == pytest.approx(exact(left, right), rel=1e-9, abs=1e-4)
