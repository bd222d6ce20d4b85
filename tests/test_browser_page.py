"""What a reader does with a saved page: search, inset, print, phone, scale, names; and an attack in every text."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pytest
from matplotlib.figure import Figure
from pages import Opened
from shapely import Point, box
from tables import arrows, long_table, phased, window

import sahelgeo as sg
from sahelgeo.maps.document import STATIC, layers_of
from sahelgeo.maps.print_labels import labels_of
from sahelgeo.maps.print_layers import circle_radius, fitted
from sahelgeo.saving import readable

pytestmark = pytest.mark.browser
# Each would run, or break out of its place, in one of the languages of a page: HTML, SVG, JavaScript, Jinja, CSS, URL.
ATTACKS = (
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(2)>',
    "' onmouseover='alert(3)",
    "`${alert(4)}`",
    "{{7*7}} {% raw %}",
    "</script><script>alert(5)</script>",
    "<!-- <script>",
    "javascript:alert(6)",
    "\\u003cb\\u003e \\",
    "]]>",
    "url(javascript:alert(7)); }",
    "\u202eright to left\u2066",
    "nul\x00nul",
    "z\u0301\u0302\u0303\u0304" * 20,
    "\u2028\u2029",
    "long " * 400,
    "__proto__",
)
HOSTILE = " | ".join(ATTACKS)


def hostile_layers(squares: gpd.GeoDataFrame) -> list[Any]:
    """Every kind of layer, with the attacks in each text of data and arguments."""
    named = phased(squares, [1, 2, 4]).assign(name=HOSTILE, name_fr=HOSTILE, name_en=HOSTILE, source=HOSTILE)
    counts = named.drop(columns=["start", "end", "kind"])
    said = {"title": HOSTILE, "name": HOSTILE}
    events = gpd.GeoDataFrame(
        {"event": [HOSTILE, "b"], "kind": [HOSTILE, "battle"], "date": "2020-05-01", "fatalities": [1, 2], "source": HOSTILE},
        geometry=[Point(0.2, 10.2), Point(2.5, 10.5)], crs=4326,
    )  # fmt: skip
    months = long_table(
        window(named, "2020-01-01", "2020-01-31", {"XA01": 1, "XA02": 4, "XA03": 2}),
        window(named, "2020-02-01", "2020-02-29", {"XA01": 2, "XA03": 2}),
    )
    site = named.iloc[:1].assign(unit_kind="idp_site", unit=HOSTILE, phase_published=5)
    pairs = counts.assign(a=[1.0, 2, 3], b=[1.0, 2, 3])
    maps = sg.maps
    return [
        maps.PhaseLayer(long_table(named.assign(unit_kind="area"), site), tooltip="{name}: {source}", **said),
        maps.AreaLayer(counts.assign(word=[HOSTILE, "b", None]), column="word", **said),
        maps.BivariateLayer(pairs, columns=("a", "b"), breaks=((1, 2), (1, 2)), labels=(HOSTILE, HOSTILE), **said),
        maps.TimeLayer(months.assign(name=HOSTILE, source=HOSTILE), **said),
        maps.FlowLayer(arrows(squares).assign(origin_name=HOSTILE, destination_name=HOSTILE, source=HOSTILE), **said),
        maps.StockLayer(counts.assign(people=[100, 200, 300]), tooltip="{name}", **said),
        maps.EventLayer(events, **said),
        maps.EventLayer(events, as_="hexagons", hexagon_km=40, **said),
    ]


def read_everything(found: Opened) -> None:
    """Open popups, tooltips, tables and switches, and see that nothing ran and no text became an element."""
    page = found.page
    for kind in ("path.sg-area", "path.sg-symbol", "path.sg-arrow", ".sg-event-place", ".sg-settlement-place"):
        for event in ("mouseover", "mousedown", "click", "mouseout"):
            page.evaluate(
                "([kind, event]) => document.querySelector(kind).dispatchEvent(new MouseEvent(event, {bubbles: true, clientX: 600, clientY: 400}))",
                [kind, event],
            )
        page.wait_for_timeout(50)
    if page.locator(".sg-table-button").count():
        page.evaluate("() => document.querySelector('.sg-table-button').click()")
    for number in range(page.locator(".leaflet-control-layers-overlays input").count()):
        page.evaluate(
            "(number) => document.querySelectorAll('.leaflet-control-layers-overlays input')[number].click()", number
        )
    page.wait_for_timeout(100)
    assert found.wrong == []
    assert page.locator("img[src=x], svg[onload], [onmouseover], [href^=javascript], body script script").count() == 0
    assert page.evaluate("() => ({}).polluted") is None


def test_no_text_of_data_or_arguments_runs_or_becomes_an_element(
    browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame
) -> None:
    """Seventeen attacks in names, titles, sources, layer names, kinds, classes, labels of axes, sites, tooltips and search."""
    m = sg.maps.Map(title=HOSTILE, subtitle=HOSTILE, search=True, inset=True)
    for layer in hostile_layers(squares):
        layer.add_to(m)
    m.save(str(tmp_path / "map.html"))
    found = Opened(browser, tmp_path / "map.html")
    heading = found.page.locator("h1").text_content()
    assert heading == readable(HOSTILE)
    found.page.locator(".sg-search-field").fill(HOSTILE.replace("\x00", ""))
    found.page.locator(".sg-search-field").press("Enter")
    read_everything(found)


def test_attacks_stay_text_on_a_plain_folium_map(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """There the attribution and folium's own layer switch show the texts."""
    m = folium.Map(location=[10.5, 1.5], zoom_start=7, tiles=None)
    for layer in hostile_layers(squares):
        layer.add_to(m)
    folium.LayerControl(collapsed=False).add_to(m)
    leaflet = STATIC.joinpath("leaflet.js").read_text(encoding="utf-8").partition("//# sourceMappingURL")[0]
    lines = [line for line in m.get_root().render().split("\n") if "<script src=" not in line and "<link" not in line]
    page = "\n".join(lines).replace("<head>", f"<head><script>{leaflet}</script>", 1)
    (tmp_path / "plain.html").write_text(page, encoding="utf-8")
    found = Opened(browser, tmp_path / "plain.html")
    assert "{{7*7}}" in found.page.locator(".leaflet-control-layers-overlays").text_content()
    read_everything(found)


def test_search_finds_an_area_without_accents_and_says_when_there_is_none(
    browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame
) -> None:
    """Enter opens the figures of the area; an unknown name is said, not ignored."""
    m = sg.maps.Map(search=True, lang="fr")
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4]).assign(name_fr=["Ménaka", "Sénégal", "Est"])).add_to(m)
    m.save(str(tmp_path / "map.html"))
    found = Opened(browser, tmp_path / "map.html")
    field = found.page.get_by_label("Chercher une zone")
    field.fill("senegal")
    field.press("Enter")
    assert "Sénégal" in found.page.locator(".sg-popup").inner_text()
    assert found.page.locator("datalist option").count() == 3
    field.fill("Atlantis")
    field.press("Enter")
    assert found.page.locator(".sg-search output").inner_text() == "Aucune zone de ce nom"
    assert found.wrong == []


def test_an_inset_shows_where_the_map_lies(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """A small map with a frame, named for screen readers; not on a phone, and neither it nor search unless asked for."""
    m = sg.maps.Map(inset=True)
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    m.save(str(tmp_path / "map.html"))
    found = Opened(browser, tmp_path / "map.html")
    assert found.page.get_by_label("Where this map lies").is_visible()
    assert found.page.locator(".sg-inset-frame").bounding_box()["width"] < 40
    assert found.page.locator(".sg-inset path").count() > 5
    assert found.page.locator(".sg-search").count() == 0
    phone = Opened(browser, tmp_path / "map.html", width=390, height=844)
    assert not phone.page.locator(".sg-inset").is_visible()
    assert found.wrong == phone.wrong == []


def test_a_page_prints_on_one_sheet_with_legend_and_sources_whole(
    browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame
) -> None:
    """From a phone too: the map fits the paper, the legend opens and lies inside the map, and all comes back afterwards."""
    table = phased(squares, [1, 2, None], [None, None, "no_access"]).assign(
        evidence=[1, 2, 3], assistance=["black_sack", "1", "white_sack"]
    )
    m = sg.maps.phase_map(table)
    sg.maps.stock_map(squares.assign(people=[1000, 20_000, 300]), m=m)
    sg.maps.flow_map(arrows(squares), m=m)
    m.save(str(tmp_path / "map.html"))
    for width in (1200, 390):
        found = Opened(browser, tmp_path / "map.html", width=width, height=800)
        before = found.page.evaluate("() => [sahelgeo, document.querySelector('.folium-map').clientWidth][1]")
        pdf = found.page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
        found.page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
        boxes = [found.page.locator(part).bounding_box() for part in (".folium-map", ".sg-legend", "footer.sg-foot")]
        whole, legend, foot = boxes
        assert legend["height"] > 300
        assert legend["y"] >= whole["y"]
        assert legend["y"] + legend["height"] <= whole["y"] + whole["height"]
        assert foot["y"] + foot["height"] <= 716
        found.page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
        assert found.page.evaluate("() => document.querySelector('.folium-map').clientWidth") == before
        assert found.page.locator(".sg-legend details").get_attribute("open") == (None if width == 390 else "")
        assert found.wrong == []


def test_the_whole_map_is_printed_unless_the_reader_chose_a_part(
    browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame
) -> None:
    """A slider below the map, or a window that has changed its size, is no choice; a part that was chosen is printed."""
    tall = squares.assign(geometry=[box(x, 10, x + 1, 13) for x in range(3)])
    windows = [("2020-01-01", "2020-01-31"), ("2020-02-01", "2020-02-29")]
    table = long_table(*(window(tall, *days, {"XA01": 1, "XA02": 4, "XA03": 2}) for days in windows))
    sg.maps.time_map(table).save(str(tmp_path / "map.html"))
    inside = """() => {
        window.dispatchEvent(new Event('beforeprint'));
        const frame = document.querySelector('.folium-map').getBoundingClientRect();
        const boxes = [...document.querySelectorAll('path.sg-area')].map(one => one.getBoundingClientRect());
        const whole = boxes.every(one => one.top > frame.top + 4 && one.bottom < frame.bottom - 4);
        window.dispatchEvent(new Event('afterprint'));
        return whole;
    }"""
    found = Opened(browser, tmp_path / "map.html", width=1280, height=900)
    assert found.page.evaluate(inside)
    found.page.set_viewport_size({"width": 1280, "height": 1000})
    found.page.wait_for_timeout(400)
    assert found.page.evaluate(inside)
    found.page.locator(".leaflet-control-zoom-in").click(click_count=3, delay=400)
    found.page.wait_for_timeout(400)
    assert not found.page.evaluate(inside)


def test_the_scale_is_in_kilometres_and_figures_are_french(
    browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame
) -> None:
    """No miles; thin spaces between thousands, comma before decimals, French months."""
    m = sg.maps.Map(lang="fr")
    sg.maps.StockLayer(squares.assign(people=[1_234_567, 20, 30], per_1000=[12.5, 1, 2], date="2020-08-01")).add_to(m)
    m.save(str(tmp_path / "map.html"))
    found = Opened(browser, tmp_path / "map.html")
    assert re.fullmatch(r"\d+ km", found.page.locator(".leaflet-control-scale-line").inner_text())
    assert found.page.locator(".leaflet-control-scale-line").count() == 1
    found.page.locator(".sg-table-button").click()
    written = found.page.locator(".sg-table").inner_text()
    assert "1\u202f234\u202f567" in written
    assert "12,5" in written
    assert "1er août 2020" in found.page.locator("header").inner_text()
    assert "Total\xa0: 1\u202f234\u202f617 personnes" in found.page.locator(".sg-legend").inner_text()
    assert found.wrong == []


def test_names_stand_in_their_areas_and_none_touches_another(
    browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame
) -> None:
    """Names of areas and countries, digits and circles keep clear of each other; what has no room is left out."""
    named = squares.assign(name=["West", "A name that is much longer than its area is wide", "East"])
    m = sg.maps.phase_map(phased(named, [1, 2, 4]))
    sg.maps.stock_map(named.assign(people=[100, 2000, 300]), m=m)
    m.save(str(tmp_path / "map.html"))
    for width in (1200, 390):
        found = Opened(browser, tmp_path / "map.html", width=width, height=800)
        shown = "() => [...document.querySelectorAll('.sg-name')].filter(name => name.style.display !== 'none').map(name => name.textContent)"
        assert found.page.evaluate(shown) == ["West", "East"]
        boxes = found.page.evaluate(
            """() => [...document.querySelectorAll('.sg-name, .sg-digit, path.sg-symbol, .sg-ground-name span')]
                .filter(one => one.style.display !== 'none' && one.style.visibility !== 'hidden')
                .map(one => one.getBoundingClientRect()).map(box => [box.left, box.top, box.right, box.bottom])"""
        )
        for number, one in enumerate(boxes):
            for other in boxes[:number]:
                across = min(one[2], other[2]) - max(one[0], other[0])
                down = min(one[3], other[3]) - max(one[1], other[1])
                assert across < 6 or down < 6
        assert found.wrong == []


# Middle and text of each label that is seen, and the radius of each circle, when nothing but them is on the map.
LABELS = """() => {
    const map = Object.values(window).find(one => one instanceof L.Map), frame = map.getContainer().getBoundingClientRect();
    document.querySelectorAll('.leaflet-control').forEach(one => one.remove());
    map.fire('sahelgeo:layers');
    const seen = [...document.querySelectorAll('.sg-digit, .sg-name')].filter(one => one.style.display !== 'none' && one.textContent);
    const bounds = map.getBounds(), radii = [];
    map.eachLayer(one => { if (one instanceof L.CircleMarker) radii.push(one.getRadius()); });
    return {
        view: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth(), frame.width, frame.height], radii: radii.sort((a, b) => a - b),
        labels: seen.map(one => one.getBoundingClientRect()).map((box, number) => [
            seen[number].textContent, seen[number].classList.contains('sg-plate'),
            (box.left + box.right) / 2 - frame.left, (box.top + box.bottom) / 2 - frame.top])
    };
}"""


@pytest.mark.parametrize(("width", "height"), [(1200, 800), (390, 700)])
def test_page_and_sheet_write_the_same_labels_at_the_same_places(
    browser: Any, tmp_path: Path, width: int, height: int
) -> None:
    """Digits, names by circles and names of areas, on the same view and size: same rules, same numbers, two languages."""
    sample = sg.load_sample("burkina-2020")
    phases = sample.phases.join(sg.area_phase(sample.phases))
    m = sg.maps.phase_map(phases, sample.areas, column="phase_rule", ground=False)
    sg.maps.stock_map(sample.stocks.nlargest(6, "people"), sample.areas, m=m)
    m.save(tmp_path / "map.html")
    seen = Opened(browser, tmp_path / "map.html", width=width, height=height).page.evaluate(LABELS)
    west, south, east, north, wide, high = seen["view"]
    axes = Figure(figsize=(wide / 96, high / 96), dpi=96).add_axes((0, 0, 1, 1))
    axes.set(xlim=(west, east), ylim=(south, north))
    drawings = fitted(axes, [layer.drawing("en") for layer in layers_of(m)])
    assert seen["radii"] == pytest.approx(
        sorted(circle_radius(drawings[1], one) / 0.75 for one in drawings[1].values), abs=0.4
    )
    found = labels_of(axes, drawings, "en")
    assert {"Sahel", "Centre-Nord"} <= {one.text for one in found}
    on_paper = [(one.text, one.plate, one.middle[0], high + one.middle[1]) for one in found]
    assert sorted(one[:2] for one in on_paper) == sorted(tuple(one[:2]) for one in seen["labels"])
    for one, other in zip(sorted(on_paper), sorted(map(tuple, seen["labels"])), strict=True):
        assert one[2:] == pytest.approx(other[2:], abs=4), (one, other)


def test_the_switch_is_folded_on_a_phone(browser: Any, tmp_path: Path, squares: gpd.GeoDataFrame) -> None:
    """Open on a desk, where there is room; outlines under circles are no layer to switch."""
    m = sg.maps.phase_map(phased(squares, [1, 2, 4]))
    sg.maps.stock_map(squares.assign(people=[100, 2000, 300]), m=m)
    m.save(str(tmp_path / "map.html"))
    wide = Opened(browser, tmp_path / "map.html")
    assert wide.page.locator(".leaflet-control-layers-overlays").is_visible()
    phone = Opened(browser, tmp_path / "map.html", width=390, height=844)
    assert not phone.page.locator(".leaflet-control-layers-overlays").is_visible()
    phone.page.locator(".leaflet-control-layers-toggle").press("Enter")
    assert phone.page.locator(".leaflet-control-layers-overlays input").count() == 2
    stocks = squares.drop(columns="geometry").assign(people=[1, 2, 3])
    sg.maps.stock_map(stocks, squares).save(str(tmp_path / "stocks.html"))
    alone = Opened(browser, tmp_path / "stocks.html")
    assert alone.page.locator(".leaflet-control-layers").count() == 0
    assert alone.page.locator(".sg-legend-part").count() == 1
    assert alone.page.locator("path.sg-area").count() == 3
    assert wide.wrong == phone.wrong == alone.wrong == []


# Whether what lies under the pointer on the line of each of the users' own shapes is that shape.
ON_TOP = """() => [...document.querySelectorAll('.leaflet-overlay-pane path')].map(path => {
    const on = path.getPointAtLength(path.getTotalLength() / 3);
    const at = new DOMPoint(on.x, on.y).matrixTransform(path.getScreenCTM());
    return document.elementFromPoint(at.x, at.y) === path;
})"""


def test_users_own_layers_work_without_a_network(browser: Any, squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """folium's markers, shapes and popups stand above the areas and open, with what the page holds itself."""
    m = sg.maps.Map()
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    folium.PolyLine([[10.1, 0.1], [10.9, 2.9]], popup="a line").add_to(m)
    folium.CircleMarker([10.3, 2.2], radius=9, popup="a circle").add_to(m)
    folium.Marker([10.5, 0.5], popup="<b>a pin</b>").add_to(m)
    folium.Marker([10.5, 2.5], tooltip="the last").add_to(m)
    shape = {"type": "Polygon", "coordinates": [[[1.2, 10.2], [1.8, 10.2], [1.5, 10.8], [1.2, 10.2]]]}
    feature = {"type": "Feature", "properties": {"a": "a field"}, "geometry": shape}
    folium.GeoJson(
        {"type": "FeatureCollection", "features": [feature]}, popup=folium.GeoJsonPopup(["a"]), name="shape"
    ).add_to(m)
    m.save(tmp_path / "map.html")
    found = Opened(browser, tmp_path / "map.html")
    pins = found.page.locator(".leaflet-marker-pane svg")
    assert pins.count() == 2
    pins.first.click()
    assert found.page.locator(".leaflet-popup-content b").inner_text() == "a pin"
    found.page.keyboard.press("Escape")
    assert found.page.evaluate(ON_TOP) == [True, True, True]
    found.page.locator(".leaflet-overlay-pane path").last.click()
    assert "a field" in found.page.locator(".leaflet-popup-content").last.inner_text()
    found.page.keyboard.press("Escape")
    found.page.evaluate("() => { document.querySelector('.leaflet-sg-areas-pane').style.zIndex = 450; }")
    assert found.page.evaluate(ON_TOP) == [False, False, False], "areas above them would be seen to be so"
    assert not found.wrong


def test_circles_are_smaller_on_a_phone_and_outlines_are_spoken_as_places(
    browser: Any, squares: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """No circle covers another's centre, the legend has the sizes of the map, and an outline says its name alone."""
    sg.maps.stock_map(squares.assign(people=[900, 1000, 900], date="2020-09-06")).save(tmp_path / "map.html")
    widest = []
    for width in (1200, 390):
        found = Opened(browser, tmp_path / "map.html", width=width)
        circles = found.page.locator("path.sg-symbol")
        boxes = [circles.nth(number).bounding_box() for number in range(3)]
        widest.append(max(one["width"] for one in boxes))
        middles = [(one["x"] + one["width"] / 2, one["width"] / 2) for one in boxes]
        assert all(abs(one[0] - other[0]) > one[1] for one in middles for other in middles if one is not other)
        spoken = found.page.locator("path.sg-area").nth(1).get_attribute("aria-label")
        assert spoken == squares["name"].iloc[1]
        assert not found.wrong
    assert widest[1] < 0.75 * widest[0]


def test_reports_print_on_one_sheet_and_fit_a_phone(browser: Any, tmp_path: Path) -> None:
    """Mali at the end of 2020 in French, with three tables, a map and a chart; and what the years after the brief were."""
    sahel = sg.load_sample("central-sahel")
    of_mali = {
        name: table[table["iso3"] == "MLI"]
        for name, table in (("phases", sahel.phases), ("stocks", sahel.stocks), ("events", sahel.events))
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        report = sg.situation(**of_mali, date="2020-12-31", lang="fr")
        report.save(tmp_path / "mali.html")
        sg.brief.report(tmp_path, lang="fr")
    page = browser.new_page(viewport={"width": 390, "height": 800})
    for name, sheets in (("mali.html", 1), ("csis_brief.html", 4)):
        page.goto((tmp_path / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True))) == sheets
    page.close()
