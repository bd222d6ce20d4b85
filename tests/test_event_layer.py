"""Events in circles and hexagons."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pages import texts, written
from shapely import Point, box

import sahelgeo as sg
from sahelgeo.maps.drawing import AreaDrawing, EventDrawing
from sahelgeo.maps.event_layer import hexagon_sums
from sahelgeo.maps.print_layers import gather

HEXAGON_CRS = "+proj=laea +lat_0=14 +lon_0=2 +datum=WGS84 +units=m"


@pytest.fixture
def events() -> gpd.GeoDataFrame:
    """Three events close to each other and one far away."""
    return gpd.GeoDataFrame(
        {
            "event": ["a", "b", "c", "d"],
            "date": ["2020-05-01", "2020-05-02", "2020-06-01", "2020-06-30"],
            "kind": ["Battles", "Battles", None, "Riots"],
            "fatalities": pd.array([3, None, 4, 0], dtype="Int64"),
            "geo_precision": [1, 3, 2, 1],
            "source": "made for tests",
        },
        geometry=[Point(0, 12), Point(0.01, 12), Point(0, 12.01), Point(3, 12)],
        crs="EPSG:4326",
    )


def test_circles_hold_place_kind_and_deaths(events: gpd.GeoDataFrame) -> None:
    """Missing deaths stay missing, missing kinds are said, vague places are counted."""
    drawing = sg.maps.EventLayer(events).drawing("en")
    assert isinstance(drawing, EventDrawing)
    assert drawing.kinds == ("Battles", "Kind not stated", "Riots")
    assert drawing.kind_of == (0, 0, 1, 2)
    assert drawing.fatalities == (3, None, 4, 0)
    assert [line.values for line in drawing.fields] == [(2, 1, 1), (3, 4, 0)]
    assert drawing.notes == ("1 events are placed only by their area (geo_precision 3 or more)",)
    assert drawing.subtitle == "May–June 2020"
    m = sg.maps.Map()
    sg.maps.EventLayer(events).add_to(m)
    made = written(m)
    assert made["points"] == [0.0, 12.0, 0.01, 12.0, 0.0, 12.01, 3.0, 12.0]
    assert made["vague"] == [1]
    assert "event" not in made


def test_hexagons_count_events_and_deaths(events: gpd.GeoDataFrame) -> None:
    """Two hexagons: the sums are those of the events, and a hexagon without any figure of deaths has none."""
    sums = hexagon_sums(events, 50)
    assert sums["events"].tolist() == [3, 1]
    assert sums["fatalities"].tolist() == [7, 0]
    assert sums["unknown"].tolist() == [1, 0]
    alone = hexagon_sums(events.assign(fatalities=pd.array([None] * 4, dtype="Int64")), 50)
    assert alone["fatalities"].isna().all()
    drawing = sg.maps.EventLayer(events, as_="hexagons").drawing("fr")
    assert isinstance(drawing, AreaDrawing)
    assert drawing.title == "Événements violents par hexagone de 50 km"
    assert drawing.names[0].startswith("Hexagone de 50 km autour de 1")
    assert {line.label: line.values for line in drawing.fields}["Battles"] == (2, 0)
    assert drawing.sources == ("made for tests",)


def test_deaths_can_be_what_is_counted(events: gpd.GeoDataFrame) -> None:
    """A hexagon whose deaths are all unknown is no data, not zero."""
    table = events.assign(fatalities=pd.array([3, None, 4, None], dtype="Int64"))
    drawing = sg.maps.EventLayer(table, as_="hexagons", by="fatalities").drawing("en")
    assert isinstance(drawing, AreaDrawing)
    assert drawing.title == "Deaths reported per hexagon of 50 km"
    assert drawing.looks[drawing.class_of[1]].label == "No data"
    assert "Events without a figure of deaths: 2" in drawing.notes


def test_hexagons_have_the_width_that_was_asked_and_share_their_sides() -> None:
    """Side to side 40 km, equal areas, no gap and no overlap between neighbours."""
    points = gpd.GeoSeries([Point(x, y) for x in np.arange(0, 2, 0.1) for y in np.arange(12, 14, 0.1)], crs=4326)
    table = gpd.GeoDataFrame({"event": [str(number) for number in range(len(points))]}, geometry=points)
    shapes = hexagon_sums(table, 40).geometry.to_crs(HEXAGON_CRS)
    assert shapes.area.to_numpy() == pytest.approx(np.sqrt(3) / 2 * 40_000**2, rel=1e-6)
    assert shapes.union_all().area == pytest.approx(shapes.area.sum(), rel=1e-6)
    widths = shapes.bounds["maxx"] - shapes.bounds["minx"]
    assert widths.to_numpy() == pytest.approx(40_000, rel=1e-6)


@given(
    st.lists(
        st.tuples(st.floats(-10, 10), st.floats(8, 20), st.one_of(st.none(), st.integers(0, 50))),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([5, 30, 200]),
)
def test_no_event_is_lost_in_hexagons(points: list[tuple[float, float, int | None]], width: float) -> None:
    """Events and known deaths add up, and each event lies in a hexagon that is drawn."""
    table = gpd.GeoDataFrame(
        {"event": [str(number) for number in range(len(points))], "fatalities": pd.array([deaths for *_, deaths in points], dtype="Int64")},
        geometry=[Point(x, y) for x, y, _ in points],
        crs=4326,
    )  # fmt: skip
    sums = hexagon_sums(table, width)
    assert sums["events"].sum() == len(points)
    assert sums["fatalities"].sum() == sum(deaths or 0 for *_, deaths in points)
    drawn = sums.geometry.to_crs(HEXAGON_CRS).buffer(1).union_all()
    assert table.geometry.to_crs(HEXAGON_CRS).within(drawn).all()


@pytest.mark.parametrize(("x", "y"), [(2, 14), (90, 24), (-70, -30), (36, -6), (178, -18)])
def test_hexagons_are_true_wherever_the_events_are(x: float, y: float) -> None:
    """Seen from their own middle, their six sides are as long as each other, and their grid is the same on two maps."""
    table = gpd.GeoDataFrame({"event": ["a", "b"]}, geometry=[Point(x - 1, y - 1), Point(x + 1, y + 1)], crs=4326)
    sums = hexagon_sums(table, 50)
    again = hexagon_sums(table.iloc[:1], 50)
    assert set(again["hexagon"]) <= set(sums["hexagon"])
    for shape in sums.geometry:
        here = shape.centroid
        seen = gpd.GeoSeries([shape], crs=4326).to_crs(f"+proj=aeqd +lon_0={here.x} +lat_0={here.y}")
        corners = shapely.get_coordinates(seen.iloc[0])
        sides = np.hypot(*np.diff(corners, axis=0).T)
        assert sides.max() / sides.min() < 1.06


def test_print_gathers_events_too(events: gpd.GeoDataFrame) -> None:
    """Three near each other are one circle with a 3; an unknown number of deaths is a question mark."""
    drawing = sg.maps.EventLayer(events).drawing("en")
    assert isinstance(drawing, EventDrawing)
    assert [number for _, number in gather(drawing)] == [3, 1]
    m = sg.maps.Map()
    sg.maps.EventLayer(events).add_to(m)
    found = texts(sg.maps.figure(m))
    assert "3" in found
    assert "Kind not stated" in found
    unknown = sg.maps.EventLayer(
        events.assign(fatalities=pd.array([1, 2, 3, None], dtype="Int64")), by="fatalities"
    ).drawing("en")
    assert isinstance(unknown, EventDrawing)
    assert [number for _, number in gather(unknown)] == [6, None]


def test_columns_that_are_not_there_are_not_needed() -> None:
    """Place alone is enough."""
    bare = gpd.GeoDataFrame({"event": ["a"]}, geometry=[Point(0, 12)], crs=4326)
    drawing = sg.maps.EventLayer(bare).drawing("en")
    assert isinstance(drawing, EventDrawing)
    assert (drawing.kinds, drawing.fatalities, drawing.notes) == (("Kind not stated",), (None,), ())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"as_": "squares"}, "as_='squares' is not one of 'circles', 'hexagons'"),
        ({"by": "deaths"}, "by='deaths' is not one of 'events', 'fatalities'"),
        ({"hexagon_km": 0}, "hexagon_km=0 is not above 0. Give a width in kilometres"),
    ],
)
def test_options_that_are_not_known_are_refused(events: gpd.GeoDataFrame, options: Any, message: str) -> None:
    """The choices are in the message."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.maps.EventLayer(events, **options)


def test_circles_of_many_events_take_no_tooltip(events: gpd.GeoDataFrame) -> None:
    """A template is refused, not left out silently."""
    with pytest.raises(sg.errors.SchemaError, match="a circle gathers many events, so it takes no tooltip"):
        sg.maps.EventLayer(events, tooltip="{event}")


def test_tables_that_would_mislead_are_refused(events: gpd.GeoDataFrame) -> None:
    """An event twice, areas instead of points, deaths that are negative, text or absent."""
    with pytest.raises(
        sg.errors.SchemaError, match="EventLayer: event a stand more than once. They would be counted twice"
    ):
        sg.maps.EventLayer(events.assign(event=["a", "a", "b", "c"]))
    with pytest.raises(sg.errors.SchemaError, match="EventLayer: rows 0 are no points"):
        sg.maps.EventLayer(events.assign(geometry=[box(0, 0, 1, 1), *events.geometry[1:]]))
    with pytest.raises(sg.errors.SchemaError, match="column 'fatalities', .*: below 0"):
        sg.maps.EventLayer(events.assign(fatalities=[-1, 0, 0, 0]))
    with pytest.raises(sg.errors.SchemaError, match="column 'fatalities', .*: not a number"):
        sg.maps.EventLayer(events.assign(fatalities=list("abcd")))
    with pytest.raises(sg.errors.SchemaError, match="column 'fatalities' is missing. Found: event"):
        sg.maps.EventLayer(events.drop(columns="fatalities"), by="fatalities")
