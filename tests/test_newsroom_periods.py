"""What a newsroom gets of layers over time and of events."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from pages import rows_of
from shapely import Point
from shapely.geometry import shape
from tables import arrows, long_table, phased, window

import sahelgeo as sg


def export(layers: list[object], folder: Path, **options: object) -> Path:
    """A map of the layers, exported."""
    m = sg.maps.Map(title="A title", **options)
    for layer in layers:
        layer.add_to(m)
    sg.maps.export_newsroom(m, folder)
    return folder


@pytest.fixture
def months(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Two windows with a month between them; the middle area has no row in the second, which is projected."""
    return long_table(
        window(squares, "2020-01-01", "2020-01-31", {"XA01": 1, "XA02": 4, "XA03": 2}),
        window(squares, "2020-03-01", "2020-03-31", {"XA01": 3, "XA03": 2}, "projected"),
    )


def test_periods_are_rows_of_a_tidy_table(months: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """One row for each area and period, also where there is nothing: the month between and the area without a row."""
    rows = rows_of(export([sg.maps.TimeLayer(months)], tmp_path / "news") / "periods.csv")
    assert len(rows) == 9
    assert rows[1] == {
        "pcode": "XA02", "name": "Middle", "layer": "Acute food insecurity (IPC/CH phase)", "period": "January 2020, current",
        "start": "2020-01-01", "end": "2020-01-31", "kind": "current", "Phase (published)": "4 Emergency",
        "Acute food insecurity (IPC/CH phase) (class)": "4 Emergency",
    }  # fmt: skip
    classes = [row["Acute food insecurity (IPC/CH phase) (class)"] for row in rows]
    assert classes[3:6] == ["No data"] * 3
    assert rows[3]["period"] == "February 2020, no data for this time"
    assert classes[6:] == ["3 Crisis", "No data", "2 Stressed"]


def test_periods_are_columns_of_a_wide_table(months: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """One row for each area with the same key as the borders; each column head says its period."""
    news = export([sg.maps.TimeLayer(months)], tmp_path / "news")
    assert rows_of(news / "periods_wide.csv") == [
        {"pcode": code, "name": name, "January 2020, current": first, "February 2020, no data for this time": "No data", "March 2020, projected": last}
        for code, name, first, last in (
            ("XA01", "West", "1 None/Minimal", "3 Crisis"), ("XA02", "Middle", "4 Emergency", "No data"), ("XA03", "East", "2 Stressed", "2 Stressed"),
        )
    ]  # fmt: skip
    features = json.loads((news / "areas.geojson").read_text(encoding="utf-8"))["features"]
    assert [feature["id"] for feature in features] == ["XA01", "XA02", "XA03"]
    assert [row["areas"] for row in rows_of(news / "palette.csv")] == [""] * 6
    note = (news / "README.md").read_text(encoding="utf-8")
    assert "`periods.csv`: one row for each area and period" in note
    assert "`periods_wide.csv`: one row for each area and one column for each period" in note


def test_counts_over_time_keep_their_areas(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Circles bring their areas; zero, missing and withheld stay apart; two layers have columns of their own."""
    counts = long_table(
        squares.assign(date="2020-01-31", people=[100, 7, 0]), squares.iloc[:2].assign(date="2020-02-29", people=[1600, None])
    )  # fmt: skip
    layers = [sg.maps.TimeLayer(counts, layer=sg.maps.StockLayer, title=title) for title in ("One", "Other")]
    news = export(layers, tmp_path / "news")
    assert len(json.loads((news / "areas.geojson").read_text(encoding="utf-8"))["features"]) == 3
    rows = rows_of(news / "periods.csv")
    assert [row["One"] for row in rows[:6]] == ["100", "", "0", "1600", "", ""]
    assert [row["One (< 10)"] for row in rows[:6]] == ["", "<", "", "", "", ""]
    wide = rows_of(news / "periods_wide.csv")
    assert list(wide[0]) == ["pcode", "name", *(f"{title}: {day}" for title in ("One", "Other") for day in ("31 January 2020", "29 February 2020"))]  # fmt: skip
    assert [row["One: 31 January 2020"] for row in wide] == ["100", "", "0"]
    assert "One (29 February 2020): Places without a count" in (news / "README.md").read_text(encoding="utf-8")


def test_movements_over_time_say_their_period(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """One row for each movement that is drawn in a period, none for those that are not."""
    later = arrows(squares).iloc[:1].assign(start=pd.Timestamp("2020-09-01"), end=pd.Timestamp("2020-12-31"))
    flows = sg.maps.TimeLayer(long_table(arrows(squares), later), layer=sg.maps.FlowLayer)
    news = export([flows], tmp_path / "news")
    rows = rows_of(news / "flows.csv")
    assert sorted((row["start"], row["origin"]) for row in rows) == [
        ("2020-03-01", "XA01"), ("2020-03-01", "XA02"), ("2020-09-01", "XA01"),
    ]  # fmt: skip
    assert not (news / "periods.csv").exists()


def test_sites_over_time_are_points_with_periods(tmp_path: Path) -> None:
    """Places without a p-code have a row for each period."""
    sites = gpd.GeoDataFrame({"place": ["A", "A"], "date": ["2020-01-31", "2020-02-29"], "people": [50, 60], "source": "x"}, geometry=[Point(0, 10)] * 2, crs=4326)  # fmt: skip
    news = export([sg.maps.TimeLayer(sites, layer=sg.maps.StockLayer)], tmp_path / "news")
    assert [(row["period"], row["People"]) for row in rows_of(news / "points.csv")] == [
        ("31 January 2020", "50"), ("29 February 2020", "60"),
    ]  # fmt: skip


@pytest.fixture
def events() -> gpd.GeoDataFrame:
    """Three events close to each other and one far away, at places with many digits."""
    return gpd.GeoDataFrame(
        {
            "event": ["a", "b", "c", "d"],
            "date": "2020-05-01",
            "kind": ["Battles", "Battles", None, "Riots"],
            "fatalities": [3, None, 4, 0],
            "geo_precision": [1, 3, 2, 1],
            "source": "made for tests",
        },
        geometry=[
            Point(0.12345, 12.34567),
            Point(0.13579, 12.35791),
            Point(0.14321, 12.33333),
            Point(3.98765, 12.76543),
        ],
        crs="EPSG:4326",
    )


def test_events_leave_together_and_without_their_places(events: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Numbers are sums of those near each other; even an event that stands alone is only near its place."""
    news = export([sg.maps.EventLayer(events)], tmp_path / "news")
    rows = rows_of(news / "events.csv")
    assert [(row["longitude"], row["latitude"], row["Events"]) for row in rows] == [
        ("0.1", "12.3", "3"),
        ("4.0", "12.8", "1"),
    ]
    assert [row["Reported deaths"] for row in rows] == ["7", "0"]
    assert [row["Events without a figure of deaths"] for row in rows] == ["1", "0"]
    assert [row["Events without an exact place"] for row in rows] == ["1", "0"]
    assert [row["Battles"] for row in rows] == ["2", "0"]
    everything = "".join(path.read_text(encoding="utf-8") for path in news.iterdir())
    assert not [digits for digits in ("12345", "34567", "98765", "76543", "3.98", "12.76") if digits in everything]
    note = (news / "README.md").read_text(encoding="utf-8")
    assert "their places are rounded to 0.1°" in note
    assert "1 events are placed only by their area" in note
    assert rows_of(news / "palette.csv")[0]["colour"] == "#7A1F3D"


def test_hexagons_have_a_key_of_their_own(events: gpd.GeoDataFrame, squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Borders and figures share it; areas with p-codes stay in their own files."""
    layers = [sg.maps.PhaseLayer(phased(squares, [1, 2, 3])), sg.maps.EventLayer(events, as_="hexagons", hexagon_km=50)]
    news = export(layers, tmp_path / "news", lang="fr")
    features = json.loads((news / "hexagons.geojson").read_text(encoding="utf-8"))["features"]
    rows = rows_of(news / "hexagons.csv")
    assert [feature["properties"]["hexagon"] for feature in features] == [row["hexagon"] for row in rows]
    assert all(len(shape(feature["geometry"]).exterior.coords) == 7 for feature in features)
    assert [row["Événements"] for row in rows] == ["3", "1"]
    assert len(rows_of(news / "data.csv")) == 3
    assert "hexagon" not in (news / "areas.geojson").read_text(encoding="utf-8")
    again = sg.maps.EventLayer(events.iloc[3:], as_="hexagons", hexagon_km=50).drawing("en")
    assert again.codes[0][0] == rows[1]["hexagon"]
