"""The saved map in a real browser with the network cut."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pytest
from pages import Opened
from tables import ATTACK, arrows, phased

import sahelgeo as sg

pytestmark = pytest.mark.browser


@pytest.fixture
def demo(browser: Any, demo_folder: Path) -> Opened:
    """The demo's map, opened."""
    return Opened(browser, demo_folder / "map.html")


def test_the_demo_map_opens_without_network_or_errors(demo: Opened) -> None:
    """Title, 13 regions, circles and the legend are there, events to switch on; nothing is asked of the network."""
    assert demo.wrong == []
    assert demo.page.locator("h1").inner_text() == "Burkina Faso, 2020: food insecurity and displacement"
    assert demo.page.locator("path.sg-area").count() == 13
    assert demo.page.locator("path.sg-symbol").count() == 13
    legend = demo.page.locator(".sg-legend").inner_text()
    for expected in (
        "1 None/Minimal",
        "5 Famine",
        "Displaced people",
        "computed by the 20 % rule",
        "400,000",
    ):
        assert expected in legend
    assert "do not imply official endorsement" in demo.page.locator("footer").inner_text()
    if kept := os.environ.get("SAHELGEO_ARTEFACTS"):
        Path(kept).mkdir(parents=True, exist_ok=True)
        demo.page.screenshot(path=str(Path(kept) / "demo-map.png"))


def test_a_click_on_a_region_shows_its_figures(demo: Opened) -> None:
    """The popup names the region and its people by phase."""
    demo.page.evaluate("""() => {
        const area = document.querySelectorAll('path.sg-area')[3];
        const box = area.getBoundingClientRect();
        const at = { bubbles: true, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
        area.dispatchEvent(new MouseEvent('mousedown', at)); area.dispatchEvent(new MouseEvent('mouseup', at)); area.dispatchEvent(new MouseEvent('click', at));
    }""")
    popup = demo.page.locator(".sg-popup")
    popup.wait_for()
    assert "Centre-Est" in popup.inner_text()
    assert "372,575" in popup.inner_text()
    assert demo.wrong == []


def test_the_legend_follows_the_layer_switch(demo: Opened) -> None:
    """A layer that is switched off leaves the legend, and comes back with the layer."""
    switches = demo.page.locator(".leaflet-control-layers-overlays input")
    switch = switches.first
    assert demo.page.locator(".sg-legend-part").count() == 2
    switch.click()
    assert demo.page.locator(".sg-legend-part").count() == 1
    assert "1 None/Minimal" not in demo.page.locator(".sg-legend").inner_text()
    assert demo.page.locator("path.sg-area").count() == 0
    switch.click()
    switches.last.click()
    assert demo.page.locator(".sg-legend-part").count() == 3
    switches.last.click()


def test_fills_are_opaque_and_official(demo: Opened) -> None:
    """What the eye sees is the colour of the legend."""
    fills = demo.page.evaluate(
        "() => [...document.querySelectorAll('path.sg-area')].map(p => [p.getAttribute('fill'), p.getAttribute('fill-opacity')])"
    )
    assert {tuple(fill) for fill in fills} <= {("#CDFACD", "1"), ("#FAE61E", "1"), ("#E67800", "1")}


def test_arrows_keep_their_width_when_zoomed(browser: Any, demo_folder: Path) -> None:
    """Arrows are drawn anew in pixels."""
    demo = Opened(browser, demo_folder / "movements.html")
    assert demo.wrong == []
    assert demo.page.locator("path.sg-arrow").count() > 5
    before = demo.page.locator("path.sg-arrow").last.get_attribute("d")
    demo.page.locator(".leaflet-control-zoom-in").click()
    demo.page.wait_for_timeout(500)
    after = demo.page.locator("path.sg-arrow").last.get_attribute("d")
    assert before != after
    assert "NaN" not in str(after)


def test_hostile_text_stays_text(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """Tags, back-ticks, template braces in every place that shows text run nothing."""
    hostile = f"<img src=x onerror=alert(3)>{ATTACK}</script><script>alert(4)</script><svg onload=alert(5)>\u202e"
    m = sg.maps.Map(title=hostile, subtitle=hostile)
    named = phased(squares, [1, 2, 4]).assign(name=hostile, name_en=hostile, source=hostile)
    sg.maps.PhaseLayer(named, name=hostile, title=hostile).add_to(m)
    sg.maps.AreaLayer(named.assign(word=[hostile, "b", "c"]), column="word", name=hostile, show=False).add_to(m)
    sg.maps.StockLayer(named.drop(columns=["start", "end"]).assign(people=[1, 2, 3]), title=hostile).add_to(m)
    sg.maps.FlowLayer(
        arrows(squares).assign(origin_name=hostile, destination_name=hostile, source=hostile), title=hostile
    ).add_to(m)
    m.save(str(tmp_path / "map.html"))
    opened = Opened(browser, tmp_path / "map.html")
    for kind in ("sg-area", "sg-symbol", "sg-arrow"):
        opened.page.evaluate(
            f"() => document.querySelector('path.{kind}').dispatchEvent(new MouseEvent('click', {{bubbles: true, clientX: 600, clientY: 400}}))"
        )
        opened.page.wait_for_timeout(100)
    for switch in opened.page.locator(".leaflet-control-layers-overlays input").all():
        switch.click()
    opened.page.wait_for_timeout(200)
    assert opened.wrong == []
    assert opened.page.locator("img[src=x], svg[onload], .sg-legend script").count() == 0
    assert "<img src=x onerror=alert(3)>" in opened.page.locator("h1").inner_text()
    assert "{{ 7 * 7 }}" in opened.page.locator(".leaflet-control-layers-overlays").inner_text()


def test_four_kinds_of_missing_look_different(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """Grey, hatched, crossed and dotted fills, each with its row in the legend."""
    m = sg.maps.Map()
    sg.maps.PhaseLayer(phased(squares, [None] * 3, ["not_analysed", "inadequate_evidence", "no_access"])).add_to(m)
    m.save(str(tmp_path / "map.html"))
    opened = Opened(browser, tmp_path / "map.html")
    fills = opened.page.evaluate(
        "() => [...document.querySelectorAll('path.sg-area')].map(p => p.getAttribute('fill'))"
    )
    assert len(set(fills)) == 3
    assert sum("url(#" in fill for fill in fills) == 2
    for fill in fills:
        if "url(#" in fill:
            assert opened.page.locator(fill[4:-1]).count() == 1
    legend = opened.page.locator(".sg-legend").inner_text()
    assert all(label in legend for label in ("Not analysed", "Inadequate evidence", "No humanitarian access"))
    assert opened.wrong == []


def test_a_french_page_is_french(browser: Any, french_demo: tuple[Path, list[str]]) -> None:
    """Words, numbers and the language of the page."""
    opened = Opened(browser, french_demo[0] / "map.html")
    assert opened.page.evaluate("() => document.documentElement.lang") == "fr"
    legend = opened.page.locator(".sg-legend").inner_text()
    assert "2 Sous pression" in legend
    assert "400\u202f000" in legend
    assert opened.page.locator(".leaflet-control-zoom-in").get_attribute("title") == "Zoom avant"
    assert opened.wrong == []


def test_a_phone_sees_map_and_legend(browser: Any, demo_folder: Path) -> None:
    """At 390 pixels nothing is wider than the page, and the legend is folded until it is asked for."""
    opened = Opened(browser, demo_folder / "map.html", width=390, height=800)
    assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert opened.page.locator("path.sg-area").count() == 13
    assert not opened.page.locator(".sg-legend-part").first.is_visible()
    opened.page.locator(".sg-legend summary").click()
    assert opened.page.locator(".sg-legend-part").first.is_visible()
    assert opened.wrong == []


def test_layers_draw_on_a_plain_folium_page(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """The same layers work where Leaflet comes from folium; here Leaflet is put in by hand, since the network is cut."""
    from sahelgeo.maps.document import STATIC

    m = folium.Map(location=[10.5, 1.5], zoom_start=7, tiles=None)
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    sg.maps.FlowLayer(arrows(squares)).add_to(m)
    html = m.get_root().render()
    leaflet = STATIC.joinpath("leaflet.js").read_text(encoding="utf-8")
    lines = [line for line in html.splitlines() if "<script src=" not in line and "<link" not in line]
    page = "\n".join(lines).replace(
        "<head>", f"<head><script>{leaflet.partition('//# sourceMappingURL')[0]}</script>", 1
    )
    (tmp_path / "plain.html").write_text(page, encoding="utf-8")
    opened = Opened(browser, tmp_path / "plain.html")
    assert opened.page.locator("path.sg-area").count() == 3
    assert opened.page.locator("path.sg-arrow").count() == 2
    assert opened.page.locator(".sg-legend-part").count() == 2
    assert "made for tests" in opened.page.locator(".leaflet-control-attribution").inner_text()
    assert opened.wrong == []


def compared(squares: gpd.GeoDataFrame, hostile: str = "") -> sg.maps.Panels:
    """Two periods of phases side by side."""
    before = phased(squares, [1, 2, 4]).assign(name=f"West{hostile}")
    after = phased(squares, [2, 2, 5]).assign(start="2020-06-01", end="2020-08-31")
    return sg.maps.compare_map(before, after, title=f"Two{hostile}", tooltip="{name}: phase {phase_published}")


def test_two_periods_stand_side_by_side_and_move_together(
    browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame
) -> None:
    """One legend with the numbers before and after, captions with the periods, one view."""
    compared(squares).save(tmp_path / "two.html")
    opened = Opened(browser, tmp_path / "two.html")
    assert opened.page.locator("figcaption").all_inner_texts() == [
        "March–May 2020, current",
        "June–August 2020, current",
    ]
    assert opened.page.locator(".sg-legend").count() == 1
    assert "2 Stressed\n1 → 2" in opened.page.locator(".sg-legend").inner_text()
    places = "() => [...document.querySelectorAll('.folium-map')].map(m => window[m.id]).map(m => [m.getZoom(), m.getCenter().lat, m.getCenter().lng])"
    before = opened.page.evaluate(places)
    # As they were fitted, between two steps of the zoom, too.
    assert before[0] == pytest.approx(before[1], abs=0.001)
    opened.page.locator(".leaflet-control-zoom-in").last.click()
    opened.page.wait_for_timeout(600)
    first, second = opened.page.evaluate(places)
    assert before[0][0] < first[0] == second[0]
    assert first[1:] == pytest.approx(second[1:], abs=0.02)
    left, right = (box.bounding_box() for box in opened.page.locator(".sg-panel-map").all())
    assert left["y"] == right["y"]
    assert left["width"] == right["width"]
    assert opened.wrong == []


def test_a_tooltip_shows_the_template_as_text(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """Under the pointer stands what the template says; tags in names and titles stay text."""
    hostile = f"<img src=x onerror=alert(3)>{ATTACK}"
    panels = sg.maps.story([(hostile, hostile, compared(squares, hostile))], title=hostile)
    panels.save(tmp_path / "two.html")
    opened = Opened(browser, tmp_path / "two.html")
    opened.page.locator("path.sg-area").first.hover()
    tooltip = opened.page.locator(".leaflet-tooltip").inner_text()
    assert tooltip.startswith("West<img src=x onerror=alert(3)>")
    assert tooltip.endswith("phase 1")
    assert "<img src=x" in opened.page.locator("h2").inner_text()
    assert opened.page.locator("img[src=x]").count() == 0
    assert opened.wrong == []


def test_a_story_fits_a_phone(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """Maps that stand side by side stand one below the other at 390 pixels; nothing is wider than the page."""
    phases, stocks = sg.maps.phase_map(phased(squares, [1, 2, 4])), sg.maps.stock_map(squares.assign(people=[1, 2, 3]))
    sg.maps.story([("One", "Text", phases), ("Two", "", compared(squares)), ("Three", "", stocks)]).save(
        tmp_path / "story.html"
    )
    opened = Opened(browser, tmp_path / "story.html", width=390, height=800)
    assert opened.page.locator("h2").all_inner_texts() == ["One", "Two", "Three"]
    assert opened.page.locator(".folium-map").count() == 4
    assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 390
    tops = [box.bounding_box()["y"] for box in opened.page.locator(".sg-panel-map").all()]
    assert tops == sorted(set(tops))
    assert opened.page.locator("path.sg-area").count() == 12
    assert opened.wrong == []


def test_areas_can_be_read_by_keyboard(demo: Opened) -> None:
    """One tab stop, arrows from area to area, Enter for the figures, Escape to close; every area has a spoken name."""
    paths = demo.page.locator("path.sg-area")
    assert paths.evaluate_all("areas => areas.filter(area => area.tabIndex === 0).length") == 1
    assert all(paths.evaluate_all("areas => areas.map(area => area.getAttribute('aria-label'))"))
    demo.page.evaluate("() => document.querySelector('path.sg-area[tabindex=\"0\"]').focus()")
    first = demo.page.evaluate("() => document.activeElement.getAttribute('aria-label')")
    demo.page.keyboard.press("ArrowUp")
    second = demo.page.evaluate("() => document.activeElement.getAttribute('aria-label')")
    assert first != second
    demo.page.keyboard.press("Enter")
    demo.page.locator(".sg-popup").wait_for()
    assert second.partition(":")[0] in demo.page.locator(".sg-popup").inner_text()
    demo.page.evaluate("() => document.querySelector('path.sg-area[tabindex=\"0\"]').focus()")
    demo.page.keyboard.press("Escape")
    demo.page.locator(".sg-popup").wait_for(state="detached")
    assert demo.wrong == []


def test_the_figures_are_there_as_tables(demo: Opened) -> None:
    """A button shows the same figures in tables with captions and headings, and hides them again."""
    button = demo.page.locator(".sg-table-button")
    assert demo.page.locator(".sg-table").count() == 0
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    assert demo.page.locator(".sg-table").count() == 3
    assert demo.page.locator(".sg-table").first.locator("tbody tr").count() == 13
    written = demo.page.locator(".sg-tables").inner_text()
    assert "422,267" in written
    assert "one-sided violence" in written
    button.click()
    assert not demo.page.locator(".sg-tables").is_visible()
    assert demo.wrong == []


def test_a_small_count_is_said_to_be_small(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """The popup writes < 10, and the circle is the smallest one."""
    m = sg.maps.Map()
    sg.maps.StockLayer(squares.assign(people=[3, 500, 0])).add_to(m)
    m.save(str(tmp_path / "map.html"))
    opened = Opened(browser, tmp_path / "map.html")
    assert opened.page.locator("path.sg-symbol").count() == 2
    opened.page.locator(".sg-table-button").click()
    assert "< 10" in opened.page.locator(".sg-tables").inner_text()
    assert opened.wrong == []


def test_the_policy_stops_what_is_not_of_the_page(browser: Any, demo_folder: Path) -> None:
    """A script put into the page by hand does not run, and no request leaves."""
    opened = Opened(browser, demo_folder / "map.html")
    opened.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.broken = 1'; document.head.append(s); new Image().src = 'https://example.org/x.png'; }"
    )
    opened.page.wait_for_timeout(200)
    assert opened.page.evaluate("() => window.broken") is None
    assert all("Content Security Policy" in problem or "Content-Security-Policy" in problem for problem in opened.wrong)
    assert opened.wrong
