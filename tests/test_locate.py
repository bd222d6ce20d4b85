"""Points in areas: one area per point, the answer of the exact predicate, nothing lost."""

import pickle
import threading
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st

import sahelgeo as sg
from sahelgeo.places.area_index import OUTSIDE, build_grid, find, lay_grid


def areas_of(crs="EPSG:4326", **polygons):
    """Areas with these p-codes."""
    return gpd.GeoDataFrame({"pcode": list(polygons)}, geometry=list(polygons.values()), crs=crs)


def points_at(*xy, crs="EPSG:4326", **columns):
    """Points with these coordinates and columns."""
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(*pair) for pair in xy], crs=crs)


WEST, EAST = shapely.box(0, 10, 1, 11), shapely.box(1, 10, 2, 11)
TWO = areas_of(B2=WEST, A1=EAST)


def test_a_point_gets_the_area_it_lies_in():
    """Each point has the p-code of its area, at distance 0."""
    located = sg.locate(points_at((0.5, 10.5), (1.5, 10.5)), TWO)
    assert located["pcode"].tolist() == ["B2", "A1"]
    assert located["located"].tolist() == ["inside", "inside"]
    assert located["distance_km"].tolist() == [0, 0]


def test_rows_index_and_columns_stay():
    """The rows come back in their order with their index; the table given is not changed."""
    points = points_at((1.5, 10.5), (0.5, 10.5), people=[3, 4]).set_axis(["q", "p"])
    before = points.copy()
    located = sg.locate(points, TWO)
    assert located.index.tolist() == ["q", "p"]
    assert list(located.columns) == ["people", "geometry", "pcode", "located", "distance_km"]
    assert isinstance(located, gpd.GeoDataFrame)
    assert_geodataframe_equal(points, before)


def test_a_table_of_longitudes_and_latitudes_serves():
    """A plain table with longitude and latitude, or lon and lat, needs no geometry."""
    for x, y in (("longitude", "latitude"), ("lon", "lat")):
        located = sg.locate(pd.DataFrame({x: [0.5], y: [10.5]}), TWO)
        assert located["pcode"].tolist() == ["B2"]
        assert not isinstance(located, gpd.GeoDataFrame)


def test_a_point_on_a_shared_border_goes_to_the_first_pcode():
    """The tie rule is the order of p-codes, not the order of rows."""
    located = sg.locate(points_at((1, 10.5)), TWO)
    assert located["pcode"].tolist() == ["A1"]
    assert located["located"].tolist() == ["tied"]


def test_a_tie_can_stay_missing():
    """With ties='missing' the point has no p-code, and a warning says so."""
    with pytest.warns(sg.DataWarning, match=r"1 of 2 points.*1 in more than one area \(rows 0\)"):
        located = sg.locate(points_at((1, 10.5), (0.5, 10.5)), TWO, ties="missing")
    assert located["pcode"].isna().tolist() == [True, False]
    assert located["distance_km"].isna().tolist() == [True, False]


def test_a_tie_can_raise_with_its_candidates():
    """With ties='raise' the error holds every pair of point and area."""
    with pytest.raises(
        sg.errors.AmbiguousError, match=r"1 points lie in more than one area: rows 1 \(row 1 in A1, B2\)"
    ) as caught:
        sg.locate(points_at((0.5, 10.5), (1, 10.5)), TWO, ties="raise")
    assert caught.value.candidates["pcode"].tolist() == ["A1", "B2"]
    assert sg.locate(points_at((0.5, 10.5)), TWO, ties="raise")["pcode"].tolist() == ["B2"]


def test_overlapping_areas_are_tied_also_far_from_borders():
    """A point deep inside two overlapping areas is a tie, not a look-up of the last one drawn."""
    areas = areas_of(Z=shapely.box(0, 0, 10, 10), A=shapely.box(2, 2, 8, 8), M=shapely.box(4, 4, 6, 6))
    located = sg.locate(points_at((5, 5), (3, 3), (1, 1)), areas)
    assert located["pcode"].tolist() == ["A", "A", "Z"]
    assert located["located"].tolist() == ["tied", "tied", "inside"]


def test_holes_and_islands():
    """A hole is outside, an island in it belongs to its multipolygon, and a hole filled by a neighbour is the neighbour's."""
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 8, 8))
    areas = areas_of(A=shapely.union(ring, shapely.box(4, 4, 5, 5)), B=shapely.box(6, 6, 8, 8))
    with pytest.warns(sg.DataWarning, match="1 outside all areas"):
        located = sg.locate(points_at((1, 1), (3, 3), (4.5, 4.5), (7, 7)), areas)
    assert located["pcode"].astype(object).where(located["pcode"].notna(), None).tolist() == ["A", None, "A", "B"]


def test_areas_without_geometry_hold_no_point():
    """Empty and missing polygons are no error: nothing lies in them."""
    areas = areas_of(A=WEST, B=None, C=shapely.Polygon())
    account = sg.locate(points_at((0.5, 10.5)), areas, report=True)[1]
    assert account.areas_without_rows == 2
    with pytest.warns(sg.DataWarning, match="outside all areas"):
        assert sg.locate(points_at((0.5, 10.5)), areas_of(B=None))["pcode"].isna().all()


def test_points_without_coordinates_are_kept_and_said():
    """Missing, empty, infinite and impossible coordinates are not outside: there is no point."""
    points = gpd.GeoDataFrame(
        geometry=[None, shapely.Point(), shapely.Point(500, 10), shapely.Point(np.inf, 1)], crs="EPSG:4326"
    )
    with pytest.warns(sg.DataWarning, match=r"4 without possible coordinates \(rows 0, 1, 2, 3\)"):
        located = sg.locate(points, TWO)
    assert (located["located"] == "no_point").all()
    assert located["distance_km"].isna().all()


def test_no_points_at_all():
    """An empty table comes back empty, with its three columns."""
    located = sg.locate(points_at((0.5, 10.5)).iloc[:0], TWO)
    assert located.empty
    assert {"pcode", "located", "distance_km"} <= set(located.columns)


def test_points_just_outside_take_the_nearest_area_within_the_distance():
    """A point 0.01 degrees east of the border is 1.1 km away on the ground; one at 0.1 degrees is not within 5 km."""
    points = points_at((2.01, 10.5), (2.1, 10.5), (0.5, 10.5))
    with pytest.warns(sg.DataWarning, match=r"1 outside all areas \(rows 1\)"):
        located = sg.locate(points, TWO, outside="nearest", max_distance_km=5)
    assert located["pcode"].tolist()[::2] == ["A1", "B2"]
    assert located["located"].tolist() == ["nearest", "outside", "inside"]
    assert located["distance_km"][0] == pytest.approx(1.0947, abs=0.001)


def test_of_areas_equally_near_the_first_pcode_is_taken():
    """South of the meeting point of two areas both are as near."""
    located = sg.locate(points_at((1, 9.99)), TWO, outside="nearest", max_distance_km=5)
    assert located["pcode"].tolist() == ["A1"]


def test_the_nearest_area_in_metres():
    """In a projected CRS the distance is that on the plane, in km."""
    areas = areas_of("EPSG:32630", A=shapely.box(0, 0, 1000, 1000))
    points = points_at((3000, 500), (0, 90_000), crs="EPSG:32630")
    with pytest.warns(sg.DataWarning, match="1 outside all areas"):
        located = sg.locate(points, areas, outside="nearest", max_distance_km=2.5)
    assert located["distance_km"].tolist()[0] == 2.0
    with pytest.warns(sg.DataWarning, match="1 outside all areas"):
        sg.locate(points[1:], areas_of("EPSG:32630", A=None), outside="nearest", max_distance_km=2.5)


def test_nearest_far_from_every_area():
    """Where no area is near the whole band of latitude, nothing is found and nothing fails."""
    with pytest.warns(sg.DataWarning, match="1 outside all areas"):
        sg.locate(points_at((0.5, 60)), TWO, outside="nearest", max_distance_km=5)


def test_swapped_coordinates_are_named_and_not_mended():
    """Latitude and longitude exchanged: the row is named, its p-code stays missing."""
    with pytest.warns(sg.DataWarning, match=r"with 7 people.*only when latitude and longitude are swapped.*rows 1\)"):
        located = sg.locate(points_at((0.5, 10.5), (10.5, 0.5), people=[5, 7]), TWO)
    assert located["located"].tolist() == ["inside", "swapped"]
    assert located["pcode"].isna().tolist() == [False, True]


def test_a_latitude_beyond_90_can_be_a_swapped_one():
    """Longitude 100 in the place of the latitude is reported as swapped, not as no point."""
    areas = areas_of(A=shapely.box(100, 0, 101, 1))
    with pytest.warns(sg.DataWarning, match="swapped"):
        assert sg.locate(points_at((0.5, 100.5)), areas)["located"].tolist() == ["swapped"]


def test_people_in_are_people_out():
    """The account: attached and unmatched make up what came in."""
    with pytest.warns(sg.DataWarning, match="with 20 people"):
        _, account = sg.locate(points_at((0.5, 10.5), (5, 5), people=[10, 20]), TWO, report=True)
    assert (account.people_in, account.people_attached, account.people_unmatched) == (30, 10, 20)
    assert (account.rows_in, account.rows_attached, account.areas_without_rows) == (2, 1, 1)


def test_an_index_serves_again_and_through_pickle():
    """The areas' index gives the same answers again, also in another process."""
    index = sg.area_index(TWO)
    assert len(index) == 2
    assert "2 areas, EPSG:4326" in repr(index)
    points = points_at((0.5, 10.5), (1, 10.2))
    for same in (index, pickle.loads(pickle.dumps(index))):  # noqa: S301 - our own bytes
        assert sg.locate(points, same)["pcode"].tolist() == ["B2", "A1"]


def test_chunks_are_worked_through_one_by_one():
    """An iterable of tables gives an iterator: no table is read before it is asked for."""
    read = []

    def tables():
        for x in (0.5, 1.5):
            read.append(x)
            yield points_at((x, 10.5))

    located = sg.locate(tables(), TWO)
    assert next(located)["pcode"].tolist() == ["B2"]
    assert read == [0.5]
    assert next(located)["pcode"].tolist() == ["A1"]
    frames = list(sg.locate(tables(), sg.area_index(TWO), report=True))
    assert sum(account.rows_attached for _, account in frames) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ties": "last"}, "ties='last' is not one of"),
        ({"outside": "drop"}, "outside='drop' is not one of"),
        ({"outside": "nearest"}, "needs max_distance_km above 0"),
        ({"outside": "nearest", "max_distance_km": -1}, r"found -1"),
        ({"max_distance_km": 3}, "has no meaning with outside='missing'"),
    ],
)
def test_unknown_options_are_refused(options, message):
    """Each wrong option says which are right."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.locate(points_at((0.5, 10.5)), TWO, **options)


@pytest.mark.parametrize(
    ("points", "error", "message"),
    [
        (42, sg.errors.SchemaError, "takes a table of points, or an iterable of tables, not int"),
        ("points.parquet", sg.errors.FormatError, "there is no such file or folder"),
        (pd.DataFrame({"x": [1]}), sg.errors.SchemaError, "no columns 'longitude' and 'latitude'.*Found: x"),
        (
            pd.DataFrame({"lon": ["12°30'"], "lat": [1]}),
            sg.errors.SchemaError,
            r"column 'lon', row\(s\) 0 \(12°30'\): not a number",
        ),
        (pd.DataFrame([[1, 2, 3]], columns=["lon", "lon", "lat"]), sg.errors.SchemaError, "'lon' stands 2 times"),
        (points_at((1, 1), crs=None), sg.errors.CRSError, "points: the geometry has no CRS"),
        (
            points_at((1, 1), crs="EPSG:32630"),
            sg.errors.CRSError,
            "points are in EPSG:32630 and the areas are in EPSG:4326",
        ),
        (points_at((1, 1), pcode=["x"]), sg.errors.SchemaError, "already have 'pcode'"),
        (gpd.GeoDataFrame(geometry=[WEST], crs=4326), sg.errors.SchemaError, r"row\(s\) 0: not a point"),
    ],
)
def test_what_is_no_table_of_points_is_refused(points, error, message):
    """The message says what was found and what to do."""
    with pytest.raises(error, match=message):
        sg.locate(points, TWO)


def test_a_chunk_that_is_no_table_is_refused():
    """An iterable of something else is found at its first item."""
    with pytest.raises(sg.errors.SchemaError, match="locate: a table, a path to Parquet, .*is needed, not int"):
        next(sg.locate([1], TWO))


def test_degrees_do_not_go_onto_metres():
    """A table of longitudes cannot be looked up in projected areas."""
    with pytest.raises(sg.errors.CRSError, match="longitude and latitude are WGS 84, the areas are in EPSG:32630"):
        sg.locate(pd.DataFrame({"lon": [1.0], "lat": [1.0]}), areas_of("EPSG:32630", A=WEST))


def test_lon_lat_order_of_the_crs_does_not_matter():
    """OGC:CRS84 and EPSG:4326 differ in the order of axes alone, which geopandas ignores."""
    assert sg.locate(points_at((0.5, 10.5), crs="OGC:CRS84"), TWO)["pcode"].tolist() == ["B2"]


@pytest.mark.parametrize(
    ("areas", "error", "message"),
    [
        (
            pd.DataFrame({"pcode": ["A"]}),
            sg.errors.SchemaError,
            "a GeoDataFrame with a 'pcode' column is needed, not DataFrame",
        ),
        (areas_of(None, A=WEST), sg.errors.CRSError, "no CRS"),
        (TWO.drop(columns="pcode"), sg.errors.SchemaError, "one column 'pcode' is needed. Found: geometry"),
        (TWO.assign(pcode=["A", "A"]), sg.errors.SchemaError, "p-codes A stand more than once"),
        (TWO.assign(pcode=[None, "A"]), sg.errors.SchemaError, r"row\(s\) 0: empty"),
        (TWO.assign(pcode=[1, 2]), sg.errors.SchemaError, r"row\(s\) 0, 1: not text"),
        (areas_of(A=shapely.Point(1, 1)), sg.errors.SchemaError, r"row\(s\) 0: not a polygon"),
        (areas_of(A=shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])), sg.errors.SchemaError, r"row\(s\) 0: invalid"),
    ],
)
def test_areas_that_cannot_be_looked_up_are_refused(areas, error, message):
    """The message names rows and says what to do."""
    with pytest.raises(error, match=message):
        sg.locate(points_at((1, 1)), areas)


def test_areas_that_were_valid_are_looked_through_again_once_a_polygon_is_another():
    """What was found of geometries holds for these alone."""
    areas, points = TWO.copy(), points_at((0.5, 10.5))
    assert sg.locate(points, areas)["pcode"].tolist() == sg.locate(points, areas)["pcode"].tolist() == ["B2"]
    areas.loc[1, "geometry"] = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(sg.errors.SchemaError, match=r"row\(s\) 1: invalid"):
        sg.locate(points, areas)


def test_no_thread_sets_warnings_aside(monkeypatch):
    """Whether a warning is heard is settled for the whole process: set aside in a thread, it would be lost in others."""
    aside, threads = warnings.catch_warnings.__enter__, set()

    def noted(context):
        threads.add(threading.current_thread())
        return aside(context)

    monkeypatch.setattr(warnings.catch_warnings, "__enter__", noted)
    sg.area_index(TWO)
    with pytest.warns(sg.DataWarning, match="1 outside all areas"):
        sg.locate(points_at((5, 5)), TWO)
    assert threads <= {threading.main_thread()}


def test_all_problems_of_areas_come_at_once():
    """A missing code and a bow-tie are both in one message."""
    areas = areas_of(A=WEST, B=shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])).assign(pcode=["A", None])
    with pytest.raises(sg.errors.SchemaError, match="2 problems") as caught:
        sg.area_index(areas)
    assert len(caught.value.problems) == 2


# The grid against the exact predicate -------------------------------------------------------------------------------


def exact_first(polygons, x, y):
    """The first polygon that intersects each point, asked one by one."""
    first = np.full(len(x), OUTSIDE)
    for number in reversed(range(len(polygons))):
        first[shapely.intersects_xy(polygons[number], x, y)] = number
    return first


coordinate = st.floats(0, 10).map(lambda value: round(value, 2)) | st.integers(0, 10).map(float)
point = st.tuples(coordinate, coordinate)


@st.composite
def any_polygons(draw):
    """Triangles, boxes, hulls, and what is left of them when one is cut from another: overlaps, holes and islands."""
    shapes = []
    for corners in draw(st.lists(st.lists(point, min_size=3, max_size=6), min_size=1, max_size=6)):
        hull = shapely.MultiPoint(corners).convex_hull
        if hull.geom_type != "Polygon":
            continue
        cut = draw(st.sampled_from(["no", "cut", "union"])) if shapes else "no"
        if cut == "cut":
            hull = hull.difference(shapes[-1])
        elif cut == "union":
            hull = hull.union(shapely.affinity.translate(shapes[-1], 20, 0))
        parts = [part for part in shapely.get_parts(hull) if part.geom_type == "Polygon"]
        shapes.append(shapely.MultiPolygon(parts) if len(parts) != 1 else parts[0])
    return np.array(shapes, dtype=object)


@settings(max_examples=4 * settings.default.max_examples)
@given(any_polygons(), st.lists(point, max_size=40), st.sampled_from([0, 5, 16, 64, 300]))
def test_the_grid_answers_as_the_exact_predicate(polygons, points, columns):
    """For any polygons, points (corners, edges and elsewhere) and grid, the first polygon is that of intersects."""
    corners = shapely.get_coordinates(polygons)
    middles = (corners[1:] + corners[:-1]) / 2
    xy = np.vstack([np.array(points).reshape(-1, 2), corners, middles.reshape(-1, 2)])
    hits = find(build_grid(polygons, columns**2), xy[:, 0], xy[:, 1])
    assert hits.first.tolist() == exact_first(polygons, xy[:, 0], xy[:, 1]).tolist()
    several = {(p, q) for q in range(len(polygons)) for p in np.flatnonzero(shapely.intersects_xy(polygons[q], *xy.T))}
    count = pd.Series([p for p, _ in several]).value_counts() if several else pd.Series(dtype=int)
    tied = {(p, q) for p, q in several if count[p] > 1}
    assert set(zip(hits.shared_point.tolist(), hits.shared_polygon.tolist(), strict=True)) == tied


@pytest.mark.parametrize("columns", [24, 60, 90])
def test_a_cell_that_is_alone_inside_between_two_borders_is_inside(columns):
    """Slanted sides leave rows of one inner cell, of two and of many: points all over ask every cell of the grid."""
    polygons = np.array([shapely.Polygon([(0, 0), (10, 0), (5, 10)]), shapely.box(11, 0, 12, 10)], dtype=object)
    x, y = (values.ravel() for values in np.meshgrid(np.linspace(-1, 13, 150), np.linspace(-1, 11, 150)))
    assert find(build_grid(polygons, columns**2), x, y).first.tolist() == exact_first(polygons, x, y).tolist()


def test_many_candidates_are_tested_in_slices(monkeypatch):
    """Points of undecided cells are taken in slices, so that memory stays bounded; the answer is the same."""
    monkeypatch.setattr("sahelgeo.places.area_index._PAIRS_AT_ONCE", 7)
    polygons = np.array([shapely.Point(0, 0).buffer(1 + number) for number in range(4)], dtype=object)
    random = np.random.default_rng(0)
    x, y = random.uniform(-5, 5, (2, 200))
    assert find(build_grid(polygons, 256), x, y).first.tolist() == exact_first(polygons, x, y).tolist()


def test_thin_areas_have_a_grid_too():
    """A line of areas thousands of times longer than wide, and more polygons than a short number counts."""
    long = np.array([shapely.box(number, 0, number + 1, 1e-4) for number in range(50)], dtype=object)
    x = np.arange(50) + 0.5
    assert find(build_grid(long, 512 * 512), x, np.full(50, 5e-5)).first.tolist() == list(range(50))
    many = shapely.box(np.arange(33_000), 0, np.arange(33_000) + 1, 1)
    assert find(build_grid(many, 128 * 128), np.array([32_999.5]), np.array([0.5])).first.tolist() == [32_999]


def test_fewer_points_get_a_coarser_grid():
    """The grid is as fine as the number of points makes worth while; for few points there is none."""
    polygons = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], dtype=object)
    cells = {points: len(lay_grid(polygons, points).labels) for points in (10, 100_000, 10**7, None)}
    assert 0 == cells[10] < cells[100_000] < cells[None] < cells[10**7]
    assert set(lay_grid(polygons, 100_000).labels) >= {0, 1}


def test_a_grid_is_laid_over_some_polygons_after_another(monkeypatch):
    """So that memory stays that of the edges of a few; the answers are the same."""
    polygons = shapely.box(np.arange(40) % 8, np.arange(40) // 8, np.arange(40) % 8 + 1.2, np.arange(40) // 8 + 1)
    x, y = np.random.default_rng(0).uniform(-1, 10, (2, 500))
    whole = build_grid(polygons, 5000)
    monkeypatch.setattr("sahelgeo.places.area_index._VERTICES_AT_ONCE", 11)
    monkeypatch.setattr("sahelgeo.places.area_index._CELLS_AT_ONCE", 100)
    parts = build_grid(polygons, 5000)
    assert parts.labels.tolist() == whole.labels.tolist()
    assert parts.candidates.tolist() == whole.candidates.tolist()
    assert find(parts, x, y).first.tolist() == exact_first(polygons, x, y).tolist()


@pytest.mark.parametrize("labels", [("Longitude", "Latitude"), ("LON", "LAT"), ("lon", "Lat")])
def test_columns_of_coordinates_in_capitals_are_known(squares, labels):
    """Spreadsheets write their headings in capitals."""
    points = pd.DataFrame([[0.5, 10.5], [1.5, 10.5]], columns=labels)
    assert sg.locate(points, squares)["pcode"].tolist() == ["XA01", "XA02"]
    assert sg.events.count_points(points, squares)["points"].sum() == 2
