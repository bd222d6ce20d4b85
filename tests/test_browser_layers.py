"""Slider, events, two variables and symbols in a real browser with the network cut."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from pages import Opened
from shapely import Point
from tables import ATTACK, arrows, long_table, phased, window
from test_bivariate_layer import OPTIONS

import sahelgeo as sg

pytestmark = pytest.mark.browser
CLICK = """(number) => {
    const area = document.querySelectorAll('path.sg-area')[number], box = area.getBoundingClientRect();
    const at = { bubbles: true, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
    for (const kind of ['mousedown', 'mouseup', 'click']) area.dispatchEvent(new MouseEvent(kind, at));
}"""
FILLS = "() => [...document.querySelectorAll('path.sg-area')].map(path => path.getAttribute('fill'))"
SHOWN = "() => [...document.querySelectorAll('path.sg-arrow')].filter(path => path.style.display !== 'none').length"


def opened(browser: Any, m: sg.maps.Map, path: Path) -> Opened:
    """A map, saved and opened; its picture is kept where SAHELGEO_ARTEFACTS says."""
    m.save(str(path / "map.html"))
    page = Opened(browser, path / "map.html")
    if kept := os.environ.get("SAHELGEO_ARTEFACTS"):
        Path(kept).mkdir(parents=True, exist_ok=True)
        page.page.screenshot(path=str(Path(kept) / f"{path.name}.png"))
    return page


@pytest.fixture
def months(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Three windows; the middle area has no row in the second, the last is projected."""
    return long_table(
        window(squares, "2020-01-01", "2020-01-31", {"XA01": 1, "XA02": 4, "XA03": 2}),
        window(squares, "2020-02-01", "2020-02-29", {"XA01": 2, "XA03": 2}),
        window(squares, "2020-03-01", "2020-03-31", {"XA01": 3, "XA02": 5, "XA03": 2}, "projected"),
    ).assign(population=[10.0, 20.0, 30.0, 11.0, 31.0, 120.0, 220.0, 320.0])


def slide(page: Any, key: str) -> None:
    """Press a key on the slider."""
    page.locator(".sg-slider input").press(key)


def test_the_slider_goes_by_keyboard_and_nothing_is_carried_over(
    browser: Any, tmp_path: Path, months: gpd.GeoDataFrame
) -> None:
    """The page opens at the last period; going back and forth in any order, a missing period stays missing."""
    m = sg.maps.Map()
    sg.maps.TimeLayer(months).add_to(m)
    found = opened(browser, m, tmp_path)
    page, slider = found.page, found.page.locator(".sg-slider input")
    assert page.evaluate(FILLS) == ["#E67800", "#640000", "#FAE61E"]
    assert slider.get_attribute("aria-valuetext") == "March 2020, projected"
    assert slider.get_attribute("aria-label") == "Acute food insecurity (IPC/CH phase): Period"
    slide(page, "ArrowLeft")
    fills = page.evaluate(FILLS)
    assert fills[0] == "#FAE61E"
    assert "dots" in fills[1]
    assert page.locator(".sg-period").inner_text() == "February 2020, current"
    slide(page, "Home")
    assert page.evaluate(FILLS) == ["#CDFACD", "#C80000", "#FAE61E"]
    slide(page, "ArrowRight")
    assert page.evaluate(FILLS) == fills
    assert [text.strip() for text in page.locator(".sg-digit").all_inner_texts()] == ["2", "", "2"]
    assert found.wrong == []


def test_legend_popup_labels_and_table_follow_the_period(
    browser: Any, tmp_path: Path, months: gpd.GeoDataFrame
) -> None:
    """Counts, figures, what a screen reader says, and the table of figures are of the period that is shown."""
    m = sg.maps.Map()
    sg.maps.TimeLayer(months).add_to(m)
    found = opened(browser, m, tmp_path)
    page = found.page
    counts = page.locator(".sg-legend li .sg-count")
    assert counts.all_inner_texts() == ["0", "1", "1", "0", "1", "0"]
    page.locator(".sg-table-button").click()
    assert "March 2020, projected" in page.locator(".sg-table caption").inner_text()
    assert "220" in page.locator(".sg-table").inner_text()
    page.evaluate(CLICK, 1)
    assert "220" in page.locator(".sg-popup").inner_text()
    slide(page, "ArrowLeft")
    assert counts.all_inner_texts() == ["0", "2", "0", "0", "0", "1"]
    assert "February 2020, current" in page.locator(".sg-legend").inner_text()
    assert "No data" in page.locator(".sg-popup").inner_text()
    assert "220" not in page.locator(".sg-popup").inner_text()
    assert "February 2020" in page.locator(".sg-table caption").inner_text()
    assert page.locator("path.sg-area").nth(1).get_attribute("aria-label") == "Middle: No data"
    assert found.wrong == []


def test_labels_do_not_depend_on_the_readers_clock(browser: Any, tmp_path: Path, months: gpd.GeoDataFrame) -> None:
    """Read in New York or Niamey, January is January."""
    m = sg.maps.Map(lang="fr")
    sg.maps.TimeLayer(months).add_to(m)
    m.save(str(tmp_path / "map.html"))
    labels = []
    for zone in ("America/New_York", "Africa/Niamey", "Pacific/Auckland"):
        page = browser.new_context(timezone_id=zone).new_page()
        page.goto((tmp_path / "map.html").as_uri())
        page.locator(".sg-slider input").press("Home")
        labels.append(page.locator(".sg-period").inner_text())
    assert labels == ["janvier 2020, courante"] * 3


def test_play_runs_to_the_end_and_stops(browser: Any, tmp_path: Path, months: gpd.GeoDataFrame) -> None:
    """From the last period it starts again; the button says what it will do."""
    m = sg.maps.Map()
    sg.maps.TimeLayer(months).add_to(m)
    found = opened(browser, m, tmp_path)
    button, label = found.page.locator(".sg-play"), found.page.locator(".sg-period")
    assert button.get_attribute("aria-label") == "Play"
    button.click()
    assert button.get_attribute("aria-label") == "Pause"
    assert label.inner_text() == "January 2020, current"
    found.page.wait_for_function(
        "() => document.querySelector('.sg-period').textContent.startsWith('March')", timeout=8000
    )
    assert button.get_attribute("aria-label") == "Play"
    button.click()
    button.click()
    found.page.wait_for_timeout(1300)
    assert label.inner_text() == "January 2020, current"
    assert found.wrong == []


def test_the_slider_is_there_while_its_layer_is_on(
    browser: Any, tmp_path: Path, months: gpd.GeoDataFrame, squares: gpd.GeoDataFrame
) -> None:
    """Switched off, the slider goes; circles and arrows over time have sliders of their own, on one scale."""
    counts = long_table(
        squares.assign(date="2020-01-31", people=[100, 400, 0]),
        squares.assign(date="2020-02-29", people=[1600, 400, 100]),
    )
    flows = long_table(
        arrows(squares),
        arrows(squares).iloc[:1].assign(start=pd.Timestamp("2020-09-01"), end=pd.Timestamp("2020-12-31")),
    )
    m = sg.maps.Map()
    sg.maps.TimeLayer(months, title="Phases").add_to(m)
    sg.maps.TimeLayer(counts, layer=sg.maps.StockLayer, title="People").add_to(m)
    sg.maps.TimeLayer(flows, layer=sg.maps.FlowLayer, title="Moves").add_to(m)
    found = opened(browser, m, tmp_path)
    page = found.page
    sliders = page.locator(".sg-slider")
    assert sliders.count() == 3
    radius = "() => [...document.querySelectorAll('path.sg-symbol')].map(path => Math.round(path.getBBox().width / 2))"
    assert page.evaluate(radius) == [30, 15, 8]
    page.get_by_label("People: Period").press("Home")
    assert page.evaluate(radius) == [15, 8]
    assert page.locator("path.sg-arrow").count() == 1
    page.get_by_label("Moves: Period").press("Home")
    assert page.locator("path.sg-arrow").count() == 2
    switches = page.locator(".leaflet-control-layers-overlays input")
    for number in range(3):
        switches.nth(number).click()
    assert sliders.count() == 0
    assert page.locator(".sg-legend-part").count() == 0
    switches.first.click()
    assert sliders.count() == 1
    assert page.locator(".sg-slider-title").inner_text() == "Phases"
    assert found.wrong == []


def test_events_gather_and_part_with_the_zoom(browser: Any, tmp_path: Path) -> None:
    """Numbers in circles add up at every zoom; a popup counts kinds, missing deaths and vague places."""
    events = gpd.GeoDataFrame(
        {"event": list("abcdef"), "date": "2020-05-01", "kind": ["Battles", "Battles", "Riots", "Riots", "Battles", ATTACK], "fatalities": [1, None, 2, 0, 5, 1], "geo_precision": [1, 3, 1, 1, 1, 1]},
        geometry=[Point(0, 12), Point(0.02, 12), Point(0, 12.02), Point(0.05, 12), Point(4, 12), Point(4.05, 13)], crs=4326,
    )  # fmt: skip
    m = sg.maps.Map()
    sg.maps.EventLayer(events).add_to(m)
    found = opened(browser, m, tmp_path)
    page = found.page
    circles = page.locator(".sg-event")
    before = [int(text) for text in circles.all_inner_texts()]
    assert sum(before) == 6
    assert max(before) >= 3
    largest = circles.nth(before.index(max(before)))
    largest.click()
    popup = page.locator(".sg-popup").inner_text()
    assert f"Events: {max(before)}" in popup
    assert "Events without a figure of deaths" in popup
    assert "Events without an exact place" in popup
    assert ATTACK.split("`", maxsplit=1)[0].strip() in page.locator(".sg-legend").inner_text()
    for _ in range(6):
        page.locator(".leaflet-control-zoom-in").click()
        page.wait_for_timeout(350)
    for _ in range(2):
        page.locator(".leaflet-control-zoom-out").click()
        page.wait_for_timeout(350)
    after = [int(text) for text in circles.all_inner_texts()]
    assert sum(after) == 6
    assert len(after) > len(before)
    page.locator(".sg-table-button").click()
    assert "Kind of event" in page.locator(".sg-table").inner_text()
    assert found.wrong == []


def test_deaths_in_circles_and_hexagons(browser: Any, tmp_path: Path) -> None:
    """The number inside is deaths; unknown is a question mark; hexagons are areas with figures."""
    events = gpd.GeoDataFrame(
        {"event": list("abc"), "date": "2020-05-01", "fatalities": [11, 2, None]},
        geometry=[Point(0, 12), Point(0, 12.001), Point(5, 12)],
        crs=4326,
    )
    m = sg.maps.Map(lang="fr")
    sg.maps.EventLayer(events, by="fatalities").add_to(m)
    sg.maps.EventLayer(events, as_="hexagons", hexagon_km=60).add_to(m)
    found = opened(browser, m, tmp_path)
    assert sorted(found.page.locator(".sg-event").all_inner_texts()) == ["13", "?"]
    assert found.page.locator("path.sg-area").count() == 2
    assert "Décès signalés lors d'événements proches" in found.page.locator(".sg-legend").inner_text()
    assert found.wrong == []


def test_withheld_is_said_and_is_not_missing(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """Popups and table write a small count as one, its rate as withheld, and what is missing as no data."""
    m = sg.maps.Map()
    counts = squares.assign(people=pd.array([7, 800, None], dtype="Int64"), per_1000=[2.3, 80.0, None], households=2)
    sg.maps.StockLayer(counts).add_to(m)
    found = opened(browser, m, tmp_path)
    found.page.locator(".sg-table-button").click()
    rows = [row.locator("td").all_inner_texts() for row in found.page.locator(".sg-table tbody tr").all()]
    assert sorted(rows) == [["800", "80.0", "< 10"], ["< 10", "withheld", "< 10"], ["No data", "No data", "< 10"]]
    assert found.wrong == []


def test_the_key_of_two_variables(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """Nine squares with counts, bounds and names; no data apart."""
    m = sg.maps.Map()
    table = squares.assign(share_3plus=[0.05, 0.3, None], per_1000=[0.0, 60.0, 60.0])
    sg.maps.BivariateLayer(table, **OPTIONS, labels=("In phase 3+", "Displaced")).add_to(m)
    found = opened(browser, m, tmp_path)
    fills = found.page.evaluate(FILLS)
    assert fills[:2] == ["#F7F2F2", "#291034"]
    assert "dots" in fills[2]
    assert found.page.locator(".sg-key rect").count() == 9
    legend = found.page.locator(".sg-legend").text_content()
    assert all(text in legend for text in ("→ In phase 3+", "↑ Displaced", "> 50", "No data"))
    assert found.wrong == []


def test_an_open_area_shows_its_own_movements(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """A click leaves the arrows into and out of the area; a second click, or Escape, brings all back."""
    m = sg.maps.Map()
    sg.maps.PhaseLayer(phased(squares, [1, 2, 3])).add_to(m)
    lines = arrows(squares)
    far = lines.iloc[:1].assign(origin="XA02", destination="XA03", geometry=lines.geometry.iloc[:1].translate(1, 0))
    sg.maps.FlowLayer(long_table(lines, far)).add_to(m)
    found = opened(browser, m, tmp_path)
    page = found.page
    assert page.evaluate(SHOWN) == 3
    page.evaluate(CLICK, 0)
    assert page.evaluate(SHOWN) == 2
    page.evaluate(CLICK, 2)
    assert page.evaluate(SHOWN) == 1
    page.evaluate(CLICK, 2)
    assert page.evaluate(SHOWN) == 3
    area = page.locator("path.sg-area").first
    area.focus()
    area.press("Enter")
    assert page.evaluate(SHOWN) == 2
    area.press("Escape")
    assert page.evaluate(SHOWN) == 3
    switch = page.locator(".leaflet-control-layers-overlays input").nth(1)
    switch.click()
    page.evaluate(CLICK, 0)
    switch.click()
    page.wait_for_timeout(100)
    assert page.locator("path.sg-arrow").count() == 3
    assert found.wrong == []


def test_symbols_and_settlements(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """Stars, sack and limited access beside the digit; a site as a point with the colour of its phase and a popup."""
    areas = phased(squares, [2, 3, 4]).assign(
        evidence=[1, 2, 3], assistance=["black_sack", "1", None], unit_kind=["area", "area", "limited_access"]
    )
    site = areas.iloc[:1].assign(unit_kind="idp_site", unit=ATTACK, phase_published=5, evidence=None, assistance=None)
    m = sg.maps.Map()
    sg.maps.PhaseLayer(long_table(areas, site)).add_to(m)
    found = opened(browser, m, tmp_path)
    page = found.page
    assert [text.replace("\n", "") for text in page.locator(".sg-digit").all_inner_texts()] == ["2*", "3**!", "4***"]
    assert page.locator(".sg-digit svg").count() == 2
    assert page.locator(".sg-settlement path").last.get_attribute("fill") == "#640000"
    page.locator(".sg-settlement-place").click()
    assert "5 Famine" in page.locator(".sg-popup").inner_text()
    legend = page.locator(".sg-legend").inner_text()
    assert all(text in legend for text in ("Evidence: high", "Limited humanitarian access", "Site of displaced people"))
    assert "Refugee" not in legend
    assert page.locator("path.sg-area").count() == 3
    assert found.wrong == []


def test_hostile_text_over_time_stays_text(browser: Any, tmp_path: Path, months: gpd.GeoDataFrame) -> None:
    """Titles of sliders, names and axis labels run nothing."""
    hostile = f"<img src=x onerror=alert(3)>{ATTACK}</script><script>alert(4)</script>"
    m = sg.maps.Map()
    sg.maps.TimeLayer(months.assign(name=hostile, source=hostile), title=hostile).add_to(m)
    table = months.iloc[:3].assign(share_3plus=0.3, per_1000=5.0, name=hostile)
    sg.maps.BivariateLayer(table, **OPTIONS, labels=(hostile, hostile)).add_to(m)
    found = opened(browser, m, tmp_path)
    slide(found.page, "Home")
    found.page.locator(".sg-play").click()
    found.page.evaluate(CLICK, 0)
    found.page.wait_for_timeout(200)
    assert found.wrong == []
    assert found.page.locator("img[src=x], .sg-slider script, .sg-legend script").count() == 0
    assert "<img src=x onerror=alert(3)>" in found.page.locator(".sg-slider-title").inner_text()


def test_a_phone_sees_slider_and_map(browser: Any, tmp_path: Path, months: gpd.GeoDataFrame) -> None:
    """At 390 pixels nothing is wider than the page."""
    m = sg.maps.Map()
    sg.maps.TimeLayer(months).add_to(m)
    m.save(str(tmp_path / "map.html"))
    found = Opened(browser, tmp_path / "map.html", width=390, height=800)
    assert found.page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert found.page.locator(".sg-slider input").is_visible()
    assert found.wrong == []
