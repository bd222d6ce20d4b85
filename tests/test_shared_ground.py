"""The areas that polygons share, against a plain intersection of every pair and against what can be worked out on paper."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from sahelgeo.places import shared_ground as module
from sahelgeo.places.shared_ground import area_km2, shared_ground, shared_within


def array(*polygons):
    """Polygons as the array that the functions take."""
    return np.array(polygons, dtype=object)


def assert_plain(left, right):
    """Every pair shares what shapely's intersection of the two measures, to a billionth of the smaller polygon."""
    found = shared_ground(left, right)
    table = np.zeros((len(left), len(right)))
    table[found.left, found.right] = found.km2
    plain = np.array([area_km2(shapely.intersection(polygon, right)) for polygon in left]).reshape(table.shape)
    smaller = np.minimum(area_km2(left)[:, None], area_km2(right)[None])
    assert (np.abs(table - plain) <= 1e-9 * smaller).all()
    assert found.left_km2 == pytest.approx(area_km2(left))


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
    square, hole = shapely.box(0, 0, 3, 3), shapely.box(1, 1, 2, 2)
    one, both = shapely.box(0, 0, 1, 1), shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])
    sizes = area_km2(array(square, hole, square.difference(hole), one, both, shapely.Polygon(), None))
    assert sizes[2] == pytest.approx(sizes[0] - sizes[1])
    assert sizes[4] == pytest.approx(2 * sizes[3])
    assert sizes[5:].tolist() == [0, 0]


def cut_pairs(monkeypatch):
    """Counts the pairs that are cut."""
    counts = []
    plain = shapely.intersection
    monkeypatch.setattr(module.shapely, "intersection", lambda a, b: counts.append(len(a)) or plain(a, b))
    return counts


def test_areas_made_of_others_are_never_cut(monkeypatch):
    """Nine squares on the three columns that they make, both ways: who holds whom is asked, and who touches is known."""
    squares = array(*(shapely.box(x, y, x + 1, y + 1) for x in range(3) for y in range(3)))
    columns = array(*(shapely.segmentize(shapely.box(x, 0, x + 1, 3), 1) for x in range(3)))
    counts = cut_pairs(monkeypatch)
    for left, right in ((squares, columns), (columns, squares), (squares, squares)):
        assert len(shared_ground(left, right).km2) == 9
    assert sum(counts) == 0


def test_a_small_polygon_across_a_border_is_cut(monkeypatch):
    """Two pieces of one square, and the square itself is not asked about a third."""
    columns = array(*(shapely.box(x, 0, x + 1, 3) for x in range(3)))
    counts = cut_pairs(monkeypatch)
    found = shared_ground(array(shapely.box(0.5, 1, 1.5, 2)), columns)
    assert found.right.tolist() == [0, 1]
    assert sum(counts) == 2


def test_neighbours_that_touch_a_straight_border_without_a_common_corner():
    """A strip of 100 people on zones whose corners lie on its edges: 75 and 25, and nothing to the two beyond."""
    strip = array(shapely.box(0, 13, 4, 13.5))
    zones = (
        shapely.box(1, 13, 4, 13.5),
        shapely.box(3, 10, 4, 13),
        shapely.box(2, 13.5, 4, 14),
        shapely.box(0, 13, 1, 13.5),
    )
    found = shared_ground(strip, array(*zones))
    assert found.right.tolist() == [0, 3]
    assert (found.km2 / found.left_km2).tolist() == pytest.approx([0.75, 0.25])


def test_a_polygon_lies_in_two_that_overlap():
    """The town is in the right table twice: as itself, and under a province drawn over it without a hole."""
    town = shapely.box(1, 1, 2, 2)
    found = shared_ground(array(town), array(town, shapely.box(0, 0, 3, 3)))
    assert found.right.tolist() == [0, 1]
    assert found.km2[0] == pytest.approx(found.km2[1])


def test_two_tables_laid_over_each_other_are_no_coverage():
    """Squares and squares moved by a third, five by five: edges in the middle all have twins, and the overlaps are found."""
    squares = array(*(shapely.box(x, y, x + 1, y + 1) for x in range(5) for y in range(5)))
    moved = shapely.transform(squares, lambda xy: xy + np.array([1 / 3, 1 / 7]))
    both = np.concatenate([squares, moved])
    assert_plain(both, both)


def test_a_part_far_from_the_rim_of_a_table_laid_over_it():
    """Only the second part of a polygon lies under other polygons, whose common edge has its twin."""
    parts = shapely.MultiPolygon([shapely.box(20, 0, 21, 1), shapely.box(1, 1, 2, 2)])
    halves = array(shapely.box(0, 0, 1.5, 3), shapely.box(1.5, 0, 3, 3))
    assert_plain(array(parts, shapely.box(1, 1, 2, 2)), np.concatenate([array(parts), halves]))


@given(st.integers(0, 10**9), st.sampled_from([0.01, 0.3, 0.5, 0.9]))
def test_pairs_below_a_share_are_left_out_and_no_other(seed, at_least):
    """Boxes and hulls rule out no pair that shares so much of the smaller."""
    shapes = np.concatenate(layers(np.random.default_rng(seed))[1:])
    whole, some = shared_within(shapes), shared_within(shapes, at_least=at_least)
    smaller = np.minimum(whole.left_km2[whole.left], whole.left_km2[whole.right])
    share = whole.km2 / smaller
    found = set(zip(some.left.tolist(), some.right.tolist(), strict=True))
    pairs = set(zip(whole.left.tolist(), whole.right.tolist(), strict=True))
    sure = share >= at_least + 1e-9
    assert found >= set(zip(whole.left[sure].tolist(), whole.right[sure].tolist(), strict=True))
    assert found <= pairs
    assert (some.km2 >= at_least * np.minimum(some.left_km2[some.left], some.left_km2[some.right])).all()


def test_corners_a_hair_apart():
    """Borders that differ by a billionth of a degree are two borders."""
    left = array(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))
    assert_plain(left, array(shapely.box(0, 0, 1 + 1e-9, 1), shapely.box(1, 0, 2, 1)))


@pytest.mark.parametrize("left", [array(), array(shapely.Polygon(), None), array(shapely.box(0, 0, 1, 1))])
def test_nothing_shares_nothing(left):
    """Empty tables and empty polygons give no pair."""
    for right in (array(), array(None), array(shapely.box(5, 5, 6, 6))):
        assert len(shared_ground(left, right).km2) == 0


def test_arguments_stay_as_they_were():
    """What predicates prepare is made on copies."""
    left = array(shapely.box(0, 0, 2, 2), shapely.box(2, 0, 3, 1))
    shared_ground(left, left[:1])
    assert not shapely.is_prepared(left).any()


def lattice(random):
    """Squares merged into areas at random: as they are, slanted, with more corners, or cut by a line."""
    size = random.integers(2, 6)
    cells = array(*(shapely.box(x, y, x + 1, y + 1) for x in range(size) for y in range(size)))
    names = random.integers(0, random.integers(2, 9), len(cells))
    areas = array(*(shapely.union_all(cells[names == name]) for name in np.unique(names)))
    if random.random() < 0.5:
        areas = shapely.segmentize(areas, 0.3)
    if random.random() < 0.4:
        areas = shapely.transform(areas, lambda xy: xy @ [[1, 0.1], [0.2, 1]] + np.array([0.3, 0.1]))
    if random.random() < 0.4:
        half = shapely.Polygon([(-1, -1), (9, -1), (9, random.uniform(0, 4)), (-1, random.uniform(0, 4))])
        pieces = [piece for area in areas for piece in (area & half, area - half)]
        areas = array(*(module.polygons_in(piece) for piece in pieces if piece.area > 1e-6))
    return areas


def rectangles(random):
    """Rectangles that overlap at random, some with a hole."""
    step = random.choice([1, 0.5, 1 / 3])
    corner, size = random.integers(0, 7, (6, 2)), random.integers(1, 5, (6, 2))
    boxes = [shapely.box(*(low * step), *((low + more) * step)) for low, more in zip(corner, size, strict=True)]
    return array(*(box - box.buffer(-0.1) if random.random() < 0.3 else box for box in boxes))


def layers(random):
    """Two tables, that may overlap themselves, and may have polygons in common."""
    one, other = (
        np.concatenate([make(random) for make in random.choice([lattice, rectangles], random.integers(1, 3))])
        for _ in range(2)
    )
    return one, [other, np.concatenate([one, other]), random.permutation(one)][random.integers(3)]


def test_every_pair_is_that_of_a_plain_intersection():
    """Fifty sets, at night all: rectangles, dissolved grids, shared and unshared borders, T-junctions, holes."""
    for seed in range(2 * settings.default.max_examples):
        assert_plain(*layers(np.random.default_rng(seed)))


@given(st.integers(500, 10**9))
def test_every_pair_is_that_of_a_plain_intersection_whatever_the_set(seed):
    """The same for other sets each time, and many at night."""
    assert_plain(*layers(np.random.default_rng(seed)))


@given(st.tuples(st.floats(0.05, 0.95), st.floats(0.05, 0.95)))
def test_polygons_drawn_across_a_lattice(corner):
    """A box with its corner anywhere, one that holds all, and the lattice itself."""
    left = lattice(np.random.default_rng(1))
    more = array(translate(shapely.box(0, 0, 1.5, 1.5), *corner), shapely.box(-1, -1, 9, 9))
    assert_plain(left, np.concatenate([left, more]))
