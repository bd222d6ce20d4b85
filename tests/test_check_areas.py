"""Overlaps of neighbours are found, measured and mended on request."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from shapely import GeometryCollection, LineString, box, union_all

import sahelgeo as sg


@pytest.fixture
def overlapping(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The middle square reaches a tenth of a degree into the eastern one; the parent covers all."""
    shapes = [box(0, 10, 1, 11), box(1, 10, 2.1, 11), box(2, 10, 3, 11)]
    return squares.set_geometry(shapes, crs="EPSG:4326")


def test_overlaps_are_measured_in_square_kilometres(overlapping: gpd.GeoDataFrame) -> None:
    """A tenth of a degree square is some 1,200 km² here; touching neighbours do not overlap."""
    found = sg.places.check_areas(overlapping)
    assert found[["problem", "pcode", "other"]].to_numpy().tolist() == [["overlap", "XA02", "XA03"]]
    assert found["km2"].iloc[0] == pytest.approx(1210, rel=0.01)
    assert found["share"].iloc[0] == pytest.approx(0.1, rel=0.001)


def test_a_coverage_has_no_problems_and_levels_are_kept_apart(squares: gpd.GeoDataFrame) -> None:
    """A region lies on its provinces by right."""
    assert sg.places.check_areas(squares).empty
    assert sg.places.check_areas(squares.assign(level=[1, 2, 3]).set_geometry([box(0, 10, 3, 11)] * 3, crs=4326)).empty


def test_areas_without_polygons_are_listed(squares: gpd.GeoDataFrame) -> None:
    """Missing or empty."""
    shapes = [box(0, 10, 1, 11), None, GeometryCollection()]
    found = sg.places.check_areas(squares.set_geometry(gpd.GeoSeries(shapes, crs=4326)))
    assert found["problem"].tolist() == ["no polygon", "no polygon"]
    assert found["km2"].isna().all()


@pytest.mark.parametrize(("keep", "widths"), [("first", (1.1, 0.9)), ("smaller", (1.0, 1.0)), ("larger", (1.1, 0.9))])
def test_mending_gives_the_overlap_to_one_of_the_two(
    overlapping: gpd.GeoDataFrame, keep: str, widths: tuple[float, float]
) -> None:
    """And leaves the ground that both cover as it was."""
    mended = sg.places.mend_overlaps(overlapping, keep=keep)
    assert sg.places.check_areas(mended).empty
    assert shapely.area(mended.geometry).tolist()[1:] == pytest.approx(list(widths))
    assert union_all(mended.geometry).area == pytest.approx(union_all(overlapping.geometry).area)
    assert shapely.area(overlapping.geometry).tolist()[1] == pytest.approx(1.1)


def test_lines_that_an_overlap_leaves_are_dropped(squares: gpd.GeoDataFrame) -> None:
    """An area stays polygons."""
    assert not LineString([(0, 0), (1, 1)]).area
    shapes = [box(0, 10, 1, 11), box(0.5, 10, 2, 11), box(2, 10, 3, 11)]
    mended = sg.places.mend_overlaps(squares.set_geometry(shapes, crs="EPSG:4326"))
    assert set(mended.geom_type) <= {"Polygon", "MultiPolygon"}


def test_bad_options_are_named(squares: gpd.GeoDataFrame) -> None:
    """A size below nothing, a rule that is none."""
    with pytest.raises(sg.errors.SchemaError, match="smallest_km2=-1: give an area"):
        sg.places.check_areas(squares, smallest_km2=-1)
    with pytest.raises(sg.errors.SchemaError, match="keep=.both. is not one of .first., .smaller., .larger."):
        sg.places.mend_overlaps(squares, keep="both")


def test_areas_in_metres_are_checked_in_metres(overlapping: gpd.GeoDataFrame) -> None:
    """In a projection neighbours share their borders there, and their straight lines bend when they are brought to degrees."""
    metres = overlapping.to_crs("EPSG:32631")
    assert sg.places.check_areas(metres)["km2"].tolist() == pytest.approx([1210], rel=0.01)
    assert sg.places.check_areas(sg.places.mend_overlaps(metres)).empty


def test_both_sources_are_named(overlapping: gpd.GeoDataFrame) -> None:
    """Who drew the two polygons, where the areas say so."""
    assert sg.places.check_areas(overlapping.assign(source=["A", "B", "C"]))["source"].tolist() == ["B + C"]
