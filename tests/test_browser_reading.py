"""What a reader meets in a real browser: tooltips, digits in their own area, one stop of the Tab key for each layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from pages import Opened
from tables import arrows, phased

import sahelgeo as sg

pytestmark = pytest.mark.browser
# The area whose fill lies under the middle of each digit that is shown.
UNDER = """() => [...document.querySelectorAll('.sg-digit')].filter(digit => digit.style.display !== 'none').map(digit => {
    const box = digit.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    if (!document.elementFromPoint(x, y)?.closest('.folium-map')) return null;
    const under = document.elementsFromPoint(x, y).find(one => one.classList.contains('sg-area'));
    return [digit.textContent, under ? under.getAttribute('aria-label').split(':')[0] : 'none'];
}).filter(Boolean)"""


def opened(browser: Any, m: sg.maps.Map, path: Path) -> Opened:
    """A map, saved and opened."""
    m.save(path / "map.html")
    return Opened(browser, path / "map.html")


def circles(squares: gpd.GeoDataFrame, people: list[int]) -> gpd.GeoDataFrame:
    """Displaced people in the three squares."""
    return squares.assign(people=people, date="2020-09-06")


def test_a_tooltip_is_a_line_and_not_a_column_of_letters(
    browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame
) -> None:
    """As wide as its words, up to 300 pixels."""
    m = sg.maps.Map()
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    page = opened(browser, m, tmp_path).page
    page.locator("path.sg-area").nth(1).hover()
    box = page.locator(".leaflet-tooltip").bounding_box()
    assert 80 < box["width"] <= 320
    assert box["height"] < 45


def test_a_digit_never_stands_in_the_area_of_another(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """Beside its circle within its own area; where the circle fills the area there is none."""
    m = sg.maps.Map()
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    sg.maps.StockLayer(circles(squares, [50, 100_000, 50])).add_to(m)
    found = opened(browser, m, tmp_path)
    assert sorted(found.page.evaluate(UNDER)) == [["1", "West"], ["2", "Middle"], ["4", "East"]]
    for zoom in ("out", "in", "in"):
        found.page.locator(f".leaflet-control-zoom-{zoom}").click()
        found.page.wait_for_timeout(350)
        shown = {"1": "West", "2": "Middle", "4": "East"}
        assert all(shown[digit] == area for digit, area in found.page.evaluate(UNDER))
    assert found.wrong == []


def test_digits_of_covered_areas_are_not_seen(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """Another layer of areas lies over the phases."""
    m = sg.maps.Map()
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    sg.maps.AreaLayer(squares.assign(rate=[1.0, 2.0, 3.0]), column="rate", breaks=[1.5]).add_to(m)
    found = opened(browser, m, tmp_path)
    assert found.page.evaluate(UNDER) == []
    found.page.locator(".leaflet-control-layers-overlays input").nth(1).click()
    found.page.wait_for_timeout(200)
    assert len(found.page.evaluate(UNDER)) == 3


def test_each_layer_is_one_stop_of_the_tab_key(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """Circles and arrows have a name and a number, Enter opens them, arrow keys go on."""
    m = sg.maps.Map()
    sg.maps.AreaLayer(squares).add_to(m)
    sg.maps.FlowLayer(arrows(squares)).add_to(m)
    sg.maps.StockLayer(circles(squares, [300, 200, 100])).add_to(m)
    page = opened(browser, m, tmp_path).page
    stops = "document.querySelectorAll('path.{}[tabindex=\"0\"]').length"
    assert [page.evaluate(stops.format(kind)) for kind in ("sg-area", "sg-symbol", "sg-arrow")] == [1, 1, 1]
    page.locator('path.sg-symbol[tabindex="0"]').focus()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("West: 300")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Middle: 200"
    page.keyboard.press("Enter")
    assert page.locator(".sg-popup-name").inner_text() == "Middle"
    page.keyboard.press("Escape")
    page.wait_for_timeout(400)
    assert page.locator(".sg-popup-name").count() == 0


def test_the_legend_leaves_search_and_overview_free(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """With three layers it scrolls instead."""
    m = sg.maps.Map(search=True, inset=True)
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    sg.maps.FlowLayer(arrows(squares)).add_to(m)
    sg.maps.StockLayer(circles(squares, [300, 200, 100])).add_to(m)
    page = opened(browser, m, tmp_path).page
    legend, search, inset = (page.locator(one).bounding_box() for one in (".sg-legend", ".sg-search", ".sg-inset"))
    assert legend["y"] >= max(search["y"] + search["height"], inset["y"] + inset["height"])


def test_open_tables_leave_the_map_as_it_is(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """The page scrolls."""
    m = sg.maps.Map()
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    page = opened(browser, m, tmp_path).page
    page.locator(".sg-table-button").click()
    page.wait_for_timeout(200)
    assert page.locator(".folium-map").bounding_box()["height"] > 400


def test_the_slider_hides_nothing_of_the_map(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """It stands between the map and the sources."""
    first = phased(squares, [1, 2, 4]).assign(start="2020-01-01", end="2020-01-31")
    second = phased(squares, [2, 3, 4]).assign(start="2020-02-01", end="2020-02-29")
    m = sg.maps.Map()
    sg.maps.TimeLayer(pd.concat([first, second], ignore_index=True)).add_to(m)
    page = opened(browser, m, tmp_path).page
    ground, slider, foot = (
        page.locator(one).bounding_box() for one in (".folium-map", ".sg-bar .sg-slider", ".sg-foot")
    )
    assert ground["y"] + ground["height"] <= slider["y"]
    assert slider["y"] + slider["height"] <= foot["y"]
