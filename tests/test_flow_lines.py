"""Curved lines between areas."""

from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from shapely import LineString, Point, box
from tables import flows as plain_flows

import sahelgeo as sg
from sahelgeo.flows import lines as anchors

GEOD = Geod(ellps="WGS84")
flows = partial(plain_flows, people=5)


@pytest.fixture
def areas():
    """A small area in the west, one in the east on the same parallel, and a hook."""
    hook = box(0, 10, 4, 14) - box(1, 10, 4, 13)
    return gpd.GeoDataFrame(
        {"pcode": ["W", "E", "H"], "name": ["West", None, "Hook"], "name_en": [None, "East", None]},
        geometry=[box(-1, -1, 1, 1), box(9, -1, 11, 1), hook],
        crs="EPSG:4326",
    ).assign(edition="2020")


def test_a_line_runs_from_origin_to_destination(areas):
    """33 points between points inside the areas; names, straight distance, own columns and index labels come with it."""
    table = flows(origin=["W"], destination=["E"], note=["x"]).set_index(pd.Index([7]))
    lines = sg.flow_lines(table, areas)
    assert lines.crs.to_epsg() == 4326
    assert lines.index.tolist() == [7]
    assert lines[["origin_name", "destination_name", "note", "people"]].to_numpy().tolist() == [
        ["West", "East", "x", 5]
    ]
    line = lines.geometry.iloc[0]
    assert shapely.get_num_coordinates(line) == 33
    assert line.coords[0] == pytest.approx((0, 0))
    assert line.coords[-1] == pytest.approx((10, 0))
    assert lines["distance_km"].iloc[0] == pytest.approx(GEOD.inv(0, 0, 10, 0)[2] / 1000)


def test_the_middle_is_moved_to_the_right_by_18_percent(areas):
    """Seen along the flow the curve lies on the right; at the equator, eastward, that is south."""
    lines = sg.flow_lines(flows(origin=["W", "E"], destination=["E", "W"]), areas)
    there, back = (line.coords[16] for line in lines.geometry)
    assert there[0] == pytest.approx(5)
    assert there[1] < 0 < back[1]
    middle_to_curve = GEOD.inv(5, 0, *there)[2] / 1000
    assert middle_to_curve == pytest.approx(0.18 * lines["distance_km"].iloc[0], rel=1e-6)


def test_both_directions_meet_only_at_their_ends(areas):
    """The two lines of a pair cover no common stretch."""
    there, back = sg.flow_lines(flows(origin=["W", "E"], destination=["E", "W"]), areas).geometry
    assert there.intersection(back).length == 0
    assert there.crosses(LineString([(5, -20), (5, 0)]))
    assert back.crosses(LineString([(5, 20), (5, 0)]))


def test_a_point_on_surface_is_inside_and_a_centroid_need_not_be(areas):
    """The hook's centre of gravity is outside it, its point on surface is not."""
    table = flows(origin=["H"], destination=["W"])
    hook = areas.geometry.iloc[2]
    inside = Point(sg.flow_lines(table, areas).geometry.iloc[0].coords[0])
    centre = Point(sg.flow_lines(table, areas, anchor="centroid").geometry.iloc[0].coords[0])
    assert hook.contains(inside)
    assert not hook.contains(centre)
    assert centre.distance(hook.centroid) < 0.01


def test_areas_in_another_crs_give_the_same_lines(areas):
    """Projected areas are brought to degrees; areas without CRS are refused."""
    table = flows(origin=["W"], destination=["E"])
    projected = sg.flow_lines(table, areas.to_crs("EPSG:32631"), anchor="centroid").geometry.iloc[0]
    degrees = sg.flow_lines(table, areas, anchor="centroid").geometry.iloc[0]
    assert np.allclose(projected.coords, degrees.coords, atol=1e-3)
    with pytest.raises(sg.errors.CRSError, match="no CRS"):
        sg.flow_lines(table, areas.set_crs(None, allow_override=True))


def test_a_line_over_the_date_line_is_short():
    """Longitudes go on beyond 180 degrees instead of turning round the world."""
    pair = gpd.GeoDataFrame(
        {"pcode": ["A", "B"], "edition": None}, geometry=[box(178, 0, 179, 1), box(-179, 0, -178, 1)], crs="EPSG:4326"
    )
    line = sg.flow_lines(flows(origin=["A"], destination=["B"]), pair).geometry.iloc[0]
    assert line.length < 4


def test_flows_without_a_line_are_counted(areas):
    """Internal flows and unknown ends are left out; people among them are told."""
    table = flows(origin=["W", "W", None, "W"], destination=["E", "W", "E", None], people=[1, 2, 4, 8])
    with pytest.warns(
        sg.DataWarning,
        match=r"3 flows with 14 people have no line: 1 inside one area \(2 people\), 2 with an unknown end \(12 people\)",
    ):
        lines = sg.flow_lines(table, areas)
    assert lines.index.tolist() == [0]


@pytest.mark.filterwarnings("error")
def test_flows_without_a_line_and_people_are_no_news(areas):
    """Nobody is lost, nothing is said; a table of nothing but such flows gives no lines."""
    lines = sg.flow_lines(flows(origin=["W", None], destination=["W", "E"], people=[0, None]), areas)
    assert len(lines) == 0
    assert lines.crs.to_epsg() == 4326
    assert len(sg.flow_lines(flows(origin=["W"], destination=["E"]).iloc[:0], areas)) == 0


def test_unmatched_codes_and_areas_without_geometry_are_errors(areas):
    """Every end must have its area; rows and people are named."""
    table = flows(origin=["W", "Q"], destination=["E", "Q"])
    with pytest.raises(
        sg.errors.UnmatchedError, match=r"1 of 2 flows with 5 people have an end that is no area.*p-codes Q"
    ) as caught:
        sg.flow_lines(table, areas)
    assert caught.value.rows.index.tolist() == [1]
    areas.loc[1, "geometry"] = None
    with pytest.raises(sg.errors.UnmatchedError, match="without geometry: p-codes E, Q"):
        sg.flow_lines(table, areas)


def test_an_unknown_anchor_or_another_edition_is_an_error(areas):
    """The message lists what there is."""
    with pytest.raises(
        sg.errors.SchemaError,
        match=r"anchor='middle' is not one of 'point on surface', 'centroid', 'capital', 'population'",
    ):
        sg.flow_lines(flows(origin=["W"], destination=["E"]), areas, anchor="middle")
    with pytest.raises(sg.errors.EditionError, match="'2025'"):
        sg.flow_lines(flows(origin=["W"], destination=["E"], edition="2025"), areas)


def test_the_arguments_stay_as_they_were(areas):
    """Neither table is changed; a geometry of the flows' own is replaced."""
    table = gpd.GeoDataFrame(flows(origin=["W"], destination=["E"]), geometry=[Point(0, 0)], crs="EPSG:4326")
    before, areas_before = table.copy(deep=True), areas.copy(deep=True)
    lines = sg.flow_lines(table, areas)
    pd.testing.assert_frame_equal(table, before)
    pd.testing.assert_frame_equal(areas, areas_before)
    assert lines.geom_type.tolist() == ["LineString"]


def test_lines_of_the_sample():
    """Every flow of the sample between two known regions has its line, shorter than the country is wide."""
    sample = sg.load_sample("burkina-movements-2025")
    total = sg.sum_flows(sample.flows)
    between = total[~total["internal"]].dropna(subset=["origin", "destination"])
    lines = sg.flow_lines(between, sample.areas)
    assert lines.index.equals(between.index)
    assert lines["distance_km"].between(50, 900).all()
    assert lines["people"].sum() == between["people"].sum()


class TestAnchors:
    """Chief towns and centres of population."""

    def test_lines_between_chief_towns(self):
        """From Dori to Ouagadougou, credited to GeoNames."""
        lines = sg.flow_lines(flows(origin=["BF56"], destination=["BF13"]), sg.load_areas("BFA"), anchor="capital")
        start, end = lines.geometry.iloc[0].coords[0], lines.geometry.iloc[0].coords[-1]
        assert start == pytest.approx((-0.03, 14.035), abs=0.02)
        assert end == pytest.approx((-1.53, 12.37), abs=0.02)
        assert any("GeoNames" in line for line in sg.credit(lines))

    def test_every_embedded_area_of_the_five_countries_has_a_chief_town(self):
        """Each in its own polygon, or within a kilometre of it; each names its source."""
        towns = anchors._capitals()
        regions = sg.load_areas(["BFA", "MLI", "NER", "TCD", "MRT"])
        assert set(regions["pcode"]) <= set(towns.index)
        held = regions.set_index("pcode").geometry
        assert (shapely.distance(held.to_numpy(), towns.reindex(held.index).to_numpy()) * 111 < 1).all()
        countries = sg.load_areas(level=0).set_index("pcode").geometry
        known = countries[countries.index.isin(towns.index)]
        assert len(known) == len(countries)
        assert (shapely.distance(known.to_numpy(), towns.reindex(known.index).to_numpy()) * 111 < 5).all()
        assert set(pd.read_csv(Path(sg.__file__).parent / "data" / "capitals.csv")["source"]) == {"geonames"}

    def test_an_area_without_a_chief_town_is_an_error(self, areas):
        """No other point takes its place in silence."""
        with pytest.raises(sg.errors.UnmatchedError, match="without chief town in the table of capitals: p-codes E, W"):
            sg.flow_lines(flows(origin=["W"], destination=["E"]), areas, anchor="capital")

    def test_the_centre_of_population_is_weighted_by_people(self, areas):
        """Three of four people live in the east of W; parts without a count or outside weigh nothing."""
        people = gpd.GeoDataFrame(
            {"people": [1, 3, 5, None, 2]},
            geometry=[Point(-0.8, 0), Point(0.8, 0), Point(10, 0.5), Point(-0.9, 0), Point(50, 50)],
            crs="EPSG:4326",
        )
        line = sg.flow_lines(
            flows(origin=["W"], destination=["E"]), areas, anchor="population", population=people
        ).geometry.iloc[0]
        assert line.coords[0] == pytest.approx((0.4, 0), abs=1e-9)
        assert line.coords[-1] == pytest.approx((10, 0.5), abs=1e-9)
        projected = sg.flow_lines(
            flows(origin=["W"], destination=["E"]), areas, anchor="population", population=people.to_crs("EPSG:3857")
        )
        assert projected.geometry.iloc[0].coords[0] == pytest.approx((0.4, 0), abs=1e-6)

    def test_people_of_smaller_areas_make_the_centre(self, areas):
        """A Population table joined to its areas: each counts where its point on surface is, at its centroid."""
        parts = gpd.GeoDataFrame(
            {"people": [1, 1, 4]}, geometry=[box(-1, -1, 0, 1), box(0, -1, 1, 1), box(9, -1, 11, 1)], crs="EPSG:4326"
        )
        line = sg.flow_lines(
            flows(origin=["W"], destination=["E"]), areas, anchor="population", population=parts
        ).geometry.iloc[0]
        assert line.coords[0] == pytest.approx((0, 0), abs=1e-9)
        assert line.coords[-1] == pytest.approx((10, 0), abs=1e-9)

    def test_an_area_without_people_is_an_error(self, areas):
        """Nobody has no centre."""
        people = gpd.GeoDataFrame({"people": [1]}, geometry=[Point(0, 0)], crs="EPSG:4326")
        with pytest.raises(sg.errors.UnmatchedError, match="without people in the population: p-codes E"):
            sg.flow_lines(flows(origin=["W"], destination=["E"]), areas, anchor="population", population=people)

    def test_a_population_must_have_points_crs_and_counts(self, areas):
        """And goes with its anchor only."""
        table = flows(origin=["W"], destination=["E"])
        people = gpd.GeoDataFrame({"people": [1]}, geometry=[Point(0, 0)], crs="EPSG:4326")
        with pytest.raises(sg.errors.SchemaError, match="go together"):
            sg.flow_lines(table, areas, anchor="population")
        with pytest.raises(sg.errors.SchemaError, match="go together"):
            sg.flow_lines(table, areas, population=people)
        with pytest.raises(sg.errors.SchemaError, match="a GeoDataFrame with a column 'people'"):
            sg.flow_lines(table, areas, anchor="population", population=people.drop(columns="people"))
        with pytest.raises(sg.errors.CRSError, match="population: the geometry has no CRS"):
            sg.flow_lines(table, areas, anchor="population", population=people.set_crs(None, allow_override=True))
        with pytest.raises(sg.errors.SchemaError, match="'people', row\\(s\\) 0: below 0"):
            sg.flow_lines(table, areas, anchor="population", population=people.assign(people=-1))
