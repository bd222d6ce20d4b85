"""The ten errors that common map and geometry tools make without a word; sahelgeo makes none of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from pages import document_of
from shapely import Point, box
from tables import arrows, long_table, phased, window

import sahelgeo as sg
from sahelgeo.maps.scale import phase_classes

OFFICIAL = {"1": "#CDFACD", "2": "#FAE61E", "3": "#E67800", "4": "#C80000", "5": "#640000"}


def page_of(layer: sg.maps.PhaseLayer) -> dict[str, object]:
    """The document of a page with one layer, and that layer."""
    m = sg.maps.Map()
    layer.add_to(m)
    document = document_of(m.get_root().render())
    return {**document, "only": next(iter(document["layers"].values()))}


def test_error_1_a_phase_never_has_the_colour_of_another_when_a_phase_is_absent(squares: gpd.GeoDataFrame) -> None:
    """Phases 1, 2 and 4 alone: phase 4 is red, in page and legend, and the legend lists all five."""
    layer = page_of(sg.maps.PhaseLayer(phased(squares, [1, 2, 4])))["only"]
    drawn = [layer["classes"][int(mark, 36)]["colour"] for mark in layer["class_of"]]
    assert drawn == [OFFICIAL["1"], OFFICIAL["2"], OFFICIAL["4"]]
    assert [one["colour"] for one in layer["classes"][:5]] == list(OFFICIAL.values())


def test_error_2_phase_colours_are_opaque_and_the_same_in_legend_and_map() -> None:
    """No opacity below 1 stands where phases are drawn, so what is seen is the colour of the legend."""
    static = Path(sg.maps.__file__).parent / "static"
    areas = (static / "areas.js").read_text(encoding="utf-8")
    assert re.findall(r"fillOpacity: ([\d.]+)", areas) == ["1"]
    assert "opacity" not in (static / "sheet.css").read_text(encoding="utf-8")
    assert "fill-opacity" not in (static / "legend_rows.js").read_text(encoding="utf-8")


def test_error_3_no_data_is_never_drawn_as_the_worst_colour_and_stands_in_the_legend(squares: gpd.GeoDataFrame) -> None:
    """White with dots, counted in the legend; the other reasons look different again."""
    layer = page_of(sg.maps.PhaseLayer(phased(squares, [5, None, None], [None, None, "not_analysed"])))["only"]
    missing = layer["classes"][int(layer["class_of"][1], 36)]
    assert (missing["label"], missing["colour"], missing["hatch"], missing["count"]) == (
        "No data",
        "#FFFFFF",
        "dots",
        1,
    )
    looks = [(item.colour, item.hatch) for item in phase_classes()]
    assert len(set(looks)) == len(looks)


def test_error_4_a_month_without_a_value_never_keeps_the_month_before(squares: gpd.GeoDataFrame) -> None:
    """February has no row of the middle area: it is without data there, and the labels are words, not times of a clock."""
    months = long_table(
        window(squares, "2022-01-01", "2022-01-31", {"XA01": 1, "XA02": 4, "XA03": 2}),
        window(squares, "2022-02-01", "2022-02-28", {"XA01": 2, "XA03": 2}),
    )
    layer = page_of(sg.maps.TimeLayer(months))["only"]
    marks = [[layer["classes"][int(mark, 36)]["label"] for mark in frame["class_of"]] for frame in layer["frames"]]
    assert marks == [
        ["1 None/Minimal", "4 Emergency", "2 Stressed"],
        ["2 Stressed", "No data", "2 Stressed"],
    ]
    assert layer["labels"] == ["January 2022, current", "February 2022, current"]
    assert "Date" not in (Path(sg.maps.__file__).parent / "static" / "time.js").read_text(encoding="utf-8")


def test_error_5_phases_4_and_5_differ_and_a_code_that_fits_no_area_is_an_error(squares: gpd.GeoDataFrame) -> None:
    """Five phases, five classes; a code in small letters does not make the map black but raises and is named."""
    layer = page_of(sg.maps.PhaseLayer(phased(squares, [3, 4, 5])))["only"]
    assert len({layer["classes"][int(mark, 36)]["colour"] for mark in layer["class_of"]}) == 3
    table = pd.DataFrame(phased(squares, [3, 4, 5])).drop(columns="geometry").assign(pcode=["xa99", "XA02", "XA03"])
    with pytest.raises(sg.errors.UnmatchedError, match="xa99"):
        sg.maps.phase_map(table, squares)


def test_error_6_a_second_layer_repeats_no_borders(squares: gpd.GeoDataFrame) -> None:
    """Three layers of the same areas store each border once and cost little more than one."""
    round_areas = squares.assign(geometry=[Point(x, 10.5).buffer(0.45, 400) for x in (0, 1, 2)])
    sizes = []
    for layers in (1, 3):
        m = sg.maps.Map(ground=False)
        for number in range(layers):
            sg.maps.PhaseLayer(phased(round_areas, [1, 2, 4]), name=str(number)).add_to(m)
        document = document_of(m.get_root().render())
        assert len(document["topology"]["geometries"]) == 3
        sizes.append(len(json.dumps(document)))
    assert sizes[1] - sizes[0] < 2 * 5_000


def test_error_7_a_saved_page_is_not_blank_without_network(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Leaflet is in the file, and nothing is linked."""
    sg.maps.phase_map(phased(squares, [1, 2, 4])).save(str(tmp_path / "map.html"))
    html = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "Leaflet" in html
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=|@import|url\((?!data:|#)\w", html)


def test_error_8_two_directions_are_two_arrows_and_each_points_at_its_destination(squares: gpd.GeoDataFrame) -> None:
    """There and back bend to opposite sides, and start and end are not exchanged."""
    areas = squares[["pcode", "edition", "name", "level", "parent", "source", "geometry"]]
    flows = pd.DataFrame(arrows(squares)).drop(columns="geometry")
    there, back = sg.maps.FlowLayer(sg.flow_lines(flows, areas)).drawing("en").arcs[::-1]
    assert (*there[:2], *there[4:]) == (*back[4:], *back[:2])
    assert there[0] < there[4]
    straight = (there[1] + there[5]) / 2
    assert (there[3] - straight) * (back[3] - straight) < 0


def test_error_9_a_point_on_a_border_is_counted_once_and_one_just_outside_is_not_lost(
    squares: gpd.GeoDataFrame,
) -> None:
    """Three points of 10 households: in the west, on a border, just outside. 30 households go in, 30 come out."""
    sites = gpd.GeoDataFrame(
        {"households": [10, 10, 10]}, geometry=[Point(0.5, 10.5), Point(1, 10.5), Point(-0.001, 10.5)], crs=4326
    )
    found = sg.locate(sites, squares, outside="nearest", max_distance_km=1)
    assert found["pcode"].tolist() == ["XA01", "XA01", "XA01"]
    assert found["located"].tolist() == ["inside", "tied", "nearest"]
    assert found["households"].sum() == 30


def test_error_10_a_sliver_does_not_raise_the_phase_of_an_area(squares: gpd.GeoDataFrame) -> None:
    """A zone in phase 4 that crosses the border by a hundred metres brings its phase to nobody beyond it."""
    zones = gpd.GeoDataFrame(
        {"phase_published": [2, 4]}, geometry=[box(0, 10, 0.999, 11), box(0.999, 10, 2, 11)], crs=4326
    )
    found = sg.overlay_phases(zones, squares.iloc[:2])
    assert found["phase_majority"].tolist() == [2, 4]
    assert found["phase_second"].isna().all()
