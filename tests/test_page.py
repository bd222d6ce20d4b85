"""The saved page: whole, offline, and safe from the text that it shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import folium
import geopandas as gpd
import pytest
from pages import document_of
from shapely import Point
from tables import ATTACK, arrows, phased

import sahelgeo as sg
from sahelgeo.maps.document import SCRIPTS, STATIC, ground_areas, ground_bounds, lean
from sahelgeo.words import word


@pytest.fixture
def full_map(squares: gpd.GeoDataFrame) -> sg.maps.Map:
    """Phases, arrows and circles on three squares."""
    m = sg.maps.Map()
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    sg.maps.FlowLayer(arrows(squares)).add_to(m)
    sg.maps.StockLayer(squares.assign(people=[1, 2, 3])).add_to(m)
    return m


def test_a_saved_map_links_to_nothing(full_map: sg.maps.Map, tmp_path: Path) -> None:
    """No script, style, picture or tile comes from elsewhere."""
    full_map.save(str(tmp_path / "map.html"))
    html = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", html)
    assert "url(images" not in html
    assert "sourceMappingURL" not in html
    assert len(html) < 450_000


def test_the_document_holds_everything_that_is_drawn(full_map: sg.maps.Map) -> None:
    """One topology, each layer with its numbers, words, credits."""
    document = document_of(full_map.get_root().render())
    kinds = [layer["kind"] for layer in document["layers"].values()]
    assert kinds == ["areas", "arrows", "symbols"]
    assert len(document["topology"]["geometries"]) == 3 + len(document["ground"]["names"])
    assert document["bounds"] == [[10.0, 0.0], [11.0, 3.0]]
    assert document["credits"]["lines"][0] == "made for tests"
    assert document["page"]["title"] == "Acute food insecurity (IPC/CH phase) · Movements of displaced people · People"
    assert document["page"]["footer"][0] == word("disclaimer", "en")


def test_text_from_tables_cannot_leave_its_place(squares: gpd.GeoDataFrame) -> None:
    """Tags, template braces and line separators in names stay text, in the document and in the layer switch."""
    m = sg.maps.Map(title=ATTACK, subtitle=ATTACK)
    named = phased(squares, [1, 2, 4]).assign(name=ATTACK, name_en=ATTACK, source=ATTACK)
    sg.maps.PhaseLayer(named, name=ATTACK, title=ATTACK).add_to(m)
    sg.maps.AreaLayer(named.assign(word=ATTACK), column="word", name=ATTACK).add_to(m)
    html = m.get_root().render()
    assert "<script>alert(1)" not in html
    assert "49" not in re.findall(r"<title>(.*?)</title>", html)[0]
    document = document_of(html)
    assert document["page"]["title"] == ATTACK
    assert document["layers"][next(iter(document["layers"]))]["names"] == [ATTACK] * 3
    assert document["credits"]["lines"][0] == ATTACK
    assert "49" not in re.findall(r"overlays.*?\}", html, flags=re.DOTALL)[0]
    assert "\u2028" not in html.split("</head>")[1]


def test_a_map_renders_the_same_twice(full_map: sg.maps.Map) -> None:
    """Showing a map in a notebook and saving it give one page."""
    assert full_map.get_root().render() == full_map.get_root().render()


def test_a_map_shows_itself_in_a_notebook(full_map: sg.maps.Map) -> None:
    """The notebook gets an iframe of the whole page, not heavier than half a megabyte."""
    html = full_map._repr_html_()
    assert html.startswith("<div")
    assert "srcdoc=" in html
    assert len(html) < 520_000


def test_layers_work_on_a_plain_folium_map(squares: gpd.GeoDataFrame) -> None:
    """folium's own scripts stay; the document, the styles and the script are added once."""
    m = folium.Map(tiles=None)
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    sg.maps.StockLayer(squares.assign(people=1), lang="fr").add_to(m)
    folium.LayerControl().add_to(m)
    html = m.get_root().render()
    assert html.count('type="application/json"') == 1
    assert html.count("var sahelgeo=") == 1
    document = document_of(html)
    assert document["page"] is None
    assert document["ground"] is None
    assert [layer["title"] for layer in document["layers"].values()] == [
        "Acute food insecurity (IPC/CH phase)",
        "Personnes",
    ]
    assert "cdn.jsdelivr.net" in html


def test_a_french_map_is_french(squares: gpd.GeoDataFrame) -> None:
    """Words, names and period follow the language."""
    m = sg.maps.Map(lang="fr")
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    document = document_of(m.get_root().render())
    assert document["lang"] == "fr"
    assert document["page"]["title"] == "Insécurité alimentaire aiguë (phase IPC/CH)"
    assert document["page"]["subtitle"].endswith("mars–mai 2020, courante")
    assert document["words"]["sources"] == "Sources"
    with pytest.raises(sg.SahelgeoError, match="there are no words in 'de'"):
        sg.maps.Map(lang="de")


def test_a_layer_switch_comes_with_the_second_layer(squares: gpd.GeoDataFrame, full_map: sg.maps.Map) -> None:
    """One layer needs none; a switch that the user added is not doubled."""
    alone = sg.maps.Map()
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(alone)
    assert "L.control.layers" not in alone.get_root().render().rsplit("</body>", 1)[1]
    folium.LayerControl().add_to(full_map)
    assert full_map.get_root().render().rsplit("</body>", 1)[1].count("L.control.layers(") == 1


def test_an_empty_map_still_is_a_page() -> None:
    """A map without layers shows the five countries and a title."""
    document = document_of(sg.maps.Map(title="Nothing yet").get_root().render())
    assert document["page"]["title"] == "Nothing yet"
    assert document["layers"] == {}
    assert document["bounds"] == [[7.4, -17.1], [27.3, 24.0]]


def test_a_foreign_layer_brings_folium_s_scripts_with_a_warning(squares: gpd.GeoDataFrame) -> None:
    """folium's named icons need linked scripts; the warning says that the page needs the network."""
    m = sg.maps.Map()
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    folium.Marker([10.5, 0.5], icon=folium.Icon(icon="home")).add_to(m)
    with pytest.warns(sg.DataWarning, match="the saved map needs the network: Icon use"):
        html = m.get_root().render()
    assert "jquery" in html
    assert "leaflet@1.9.3/dist/leaflet.js" not in html


def test_a_page_without_javascript_holds_its_main_figures(squares: gpd.GeoDataFrame) -> None:
    """A preview of mail shows title, classes, counts and sources; small counts are withheld there too."""
    counted = squares.assign(people=[1234, 7, None], date="2020-09-06")
    m = sg.maps.Map(title="Who <fled>", lang="fr")
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    sg.maps.StockLayer(counted).add_to(m)
    without = re.findall(r"<noscript>(.*?)</noscript>", m.get_root().render(), flags=re.DOTALL)[0]
    assert "<h1>Who &lt;fled&gt;</h1>" in without
    assert "Cette carte est dessinée par JavaScript" in without
    assert "<td>1\u202f234" in without
    assert "<td>&lt; 10" in without
    assert "<td>Pas de données" in without
    assert "Urgence" in without
    assert "made for tests" in without


@pytest.mark.parametrize(
    ("column", "beside", "told"),
    [
        (
            "share_3plus_change",
            {"share_3plus_change": [0.123, -0.34, 0.02]},
            ["12.3\xa0%", "-34.0\xa0%", "2.0\xa0%"],
        ),
        ("per_1000", {"per_1000": [45.0, 5.0, 6.0], "people": [5, 500, 600]}, ["withheld", "5.0", "6.0"]),
        ("rate", {"rate": [None, 5.5, 6.5]}, ["No data", "5.5", "6.5"]),
    ],
)
def test_a_page_without_javascript_writes_numbers_as_the_map_does(
    squares: gpd.GeoDataFrame, column: str, beside: dict[str, list[float]], told: list[str]
) -> None:
    """Shares in per cent; a rate of few people is withheld, and is no small count; the first row decides nothing."""
    m = sg.maps.Map()
    sg.maps.AreaLayer(squares.assign(**beside), column=column).add_to(m)
    without = re.findall(r"<noscript>(.*?)</noscript>", m.get_root().render(), flags=re.DOTALL)[0]
    assert re.findall(r"<td>([^<]*)", without) == told


def test_a_page_without_javascript_has_a_small_picture(squares: gpd.GeoDataFrame) -> None:
    """Areas in the colours of their classes, circles and arrows above; a small count has no circle of its own size."""
    m = sg.maps.Map(title='Who "fled"')
    sg.maps.PhaseLayer(phased(squares, [1, 1, 4])).add_to(m)
    sg.maps.StockLayer(squares.assign(people=[1234, 7, None], date="2020-09-06")).add_to(m)
    sg.maps.FlowLayer(arrows(squares)).add_to(m)
    (picture,) = re.findall(r"<noscript>.*?(<svg.*?</svg>).*?</noscript>", m.get_root().render(), flags=re.DOTALL)
    assert 'aria-label="Who &quot;fled&quot;"' in picture
    assert re.findall(r'<path fill="(#\w+)"', picture) == ["#CDFACD", "#C80000"]
    assert (picture.count("<circle "), picture.count('<path fill="none"')) == (1, 2)
    assert len(picture) < 4_500


def test_tiles_replace_the_ground() -> None:
    """With tiles there is no ground, and the tiles bring their own credit."""
    document = document_of(sg.maps.Map(tiles="OpenStreetMap").get_root().render())
    assert document["ground"] is None


def test_simplified_borders_are_said_on_the_page(squares: gpd.GeoDataFrame) -> None:
    """A smaller page has coarser borders; the tolerance stands in the footer, with the separator of the language."""
    m = sg.maps.Map(lang="fr", max_kb=300)
    sg.maps.AreaLayer(sg.load_areas(level=1)).add_to(m)
    document = document_of(m.get_root().render())
    assert "Contours simplifiés à 0," in document["page"]["footer"][1]


def test_a_changed_map_is_written_anew(full_map: sg.maps.Map) -> None:
    """What was written is used again only while nothing has changed."""
    before = document_of(full_map.get_root().render())
    full_map.title = "Another title"
    assert document_of(full_map.get_root().render())["page"]["title"] == "Another title"
    full_map.lang = "fr"
    assert document_of(full_map.get_root().render())["lang"] == "fr"
    assert before["lang"] == "en"


def test_a_page_over_its_limit_is_said(full_map: sg.maps.Map) -> None:
    """The script alone takes about 220 kB: a smaller limit cannot be met."""
    full_map.max_kb = 100
    with pytest.warns(sg.DataWarning, match=r"the page takes 2\d\d kB, more than max_kb=100"):
        full_map.get_root().render()


def test_small_counts_are_not_in_the_file(squares: gpd.GeoDataFrame) -> None:
    """Three people in an area could be known by name: the number is withheld, zero and large counts stay."""
    m = sg.maps.Map()
    sg.maps.StockLayer(squares.assign(people=[3, 0, 12])).add_to(m)
    sg.maps.FlowLayer(arrows(squares).assign(people=[7, 40])).add_to(m)
    stocks, flows = document_of(m.get_root().render())["layers"].values()
    assert stocks["values"] == ["<", 0.0, 12.0]
    assert stocks["fields"][0] == {"label": "People", "form": "people", "of": "values"}
    assert flows["values"] == ["<", 40.0]
    m.suppress_below = 0
    assert next(iter(document_of(m.get_root().render())["layers"].values()))["values"] == [3.0, 0.0, 12.0]


def test_the_page_has_a_policy_that_lets_nothing_in(full_map: sg.maps.Map) -> None:
    """Only the page's own scripts run; nothing is loaded from anywhere."""
    html = full_map.get_root().render()
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert policy.count("sha256-") == len(re.findall(r"<script>", html))


def test_a_page_that_needs_the_network_has_no_policy(full_map: sg.maps.Map) -> None:
    """Tiles and foreign layers could not load under it."""
    assert "Content-Security-Policy" not in sg.maps.Map(tiles="OpenStreetMap").get_root().render()
    folium.Marker([10.5, 0.5], icon=folium.Icon()).add_to(full_map)
    with pytest.warns(sg.DataWarning, match="needs the network"):
        assert "Content-Security-Policy" not in full_map.get_root().render()


@pytest.mark.parametrize(
    ("place", "land"),
    [
        ((67.0, 34.0), True),  # Afghanistan
        ((36.0, -6.0), True),  # Tanzania
        ((90.0, 24.0), True),  # Bangladesh
        ((25.6, 14.0), True),  # between Chad, at 1:10m, and Sudan
        ((42.0, 15.0), False),  # the Red Sea
        ((-25.0, 5.0), False),  # the Atlantic
    ],
)
def test_land_is_land_wherever_a_map_lies(place: tuple[float, float], land: bool) -> None:
    """The ground of a view holds the countries of the world; what lies between two scales of them is no sea."""
    x, y = place
    ground = ground_areas(ground_bounds((x - 2, y - 2, x + 2, y + 2)))
    assert any(area.contains(Point(place)) for one in ground for area in one.geometry) is land
    assert sum(len(one.get_coordinates()) for one in ground) < 4_000


def test_the_ground_reaches_as_far_as_a_map_can_be_moved(squares: gpd.GeoDataFrame) -> None:
    """It is cut to the view, and the page knows where."""
    m = sg.maps.Map()
    sg.maps.AreaLayer(squares).add_to(m)
    document = document_of(m.get_root().render())
    (south, west), (north, east) = document["ground"]["reach"]
    assert (west, south) < (0, 10) < (3, 11) < (east, north)
    assert east - west < 10
    assert len(json.dumps(document["topology"])) < 15_000


@pytest.mark.parametrize("name", [*SCRIPTS, "panels.js"])
def test_scripts_are_written_short_and_mean_the_same(name: str) -> None:
    """Strings and patterns stay letter by letter; only comments and blanks between words and signs go."""
    text = STATIC.joinpath(name).read_text(encoding="utf-8")
    short = lean(text)
    literals = re.compile(r'\'(?:\\.|[^\'\\\n])*\'|"(?:\\.|[^"\\\n])*"|/\^?[(\[&<>"][^\n]*?/[gim]*[.,]')
    without = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    assert literals.findall(short) == literals.findall(without)
    assert re.sub(r"\s", "", short) == re.sub(r"\s", "", without)
    assert len(short) < 0.9 * len(text)


def test_an_inset_ends_where_the_projection_of_the_page_does(squares: gpd.GeoDataFrame) -> None:
    """Three times as wide and high as the map, and no further than 180 degrees of longitude and 85 of latitude."""

    def seen(areas: gpd.GeoDataFrame) -> list[float]:
        m = sg.maps.Map(inset=True)
        sg.maps.AreaLayer(areas).add_to(m)
        return document_of(m.get_root().render())["page"]["inset"]["bounds"]

    assert seen(squares) == [-12, 1, 15, 20]
    far = squares.set_geometry(squares.geometry.translate(175, 70))
    assert seen(far) == [163, 71, 180, 85]
    far = squares.set_geometry(squares.geometry.translate(-178, -90))
    assert seen(far) == [-180, -85, -163, -70]
