"""Maps in one call, two periods side by side, stories."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
import pytest
from pages import legend_of
from tables import ATTACK, arrows, phased, population, stocks

import sahelgeo as sg
from sahelgeo.maps.document import layers_of
from sahelgeo.maps.drawing import AreaDrawing, SymbolDrawing
from sahelgeo.maps.page import paragraphs
from sahelgeo.maps.scale import share_legend


def layers_on(m: sg.maps.Map) -> list[str]:
    """The kinds of layers on a map, in order."""
    return [type(child).__name__ for child in m._children.values()]


def page_of(panels: sg.maps.Panels, path: Path) -> dict[str, Any]:
    """The document of a saved page."""
    panels.save(path)
    found = re.search(r'<script type="application/json" id="[^"]+">(.*?)</script>', path.read_text(encoding="utf-8"), flags=re.DOTALL)  # fmt: skip
    assert found is not None
    document: dict[str, Any] = json.loads(found.group(1))
    return document


@pytest.fixture
def phases() -> pd.DataFrame:
    """Phases of two of the three squares, without geometry."""
    return pd.DataFrame({"pcode": ["XA01", "XA02"], "phase_published": [2, 3], "start": "2020-03-01", "end": "2020-05-31", "source": "x"})  # fmt: skip


def test_phases_and_areas_make_a_map(phases: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """Areas without a row are drawn as without data; options go to the map."""
    m = sg.maps.phase_map(phases, squares, lang="fr", title="Titre", tooltip="{name} {phase_published}")
    assert (m.title, m.lang) == ("Titre", "fr")
    drawing = next(iter(m._children.values())).drawing("fr")
    assert drawing.digits == ("2", "3", "")
    assert drawing.tooltips == ("West 2", "Middle 3", "East –")


def test_a_map_that_is_given_gets_one_more_layer(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """As with explore(m=...), and the map itself comes back."""
    m = sg.maps.phase_map(phased(squares, [1, 2, 3]))
    assert sg.maps.stock_map(counts, squares, m=m) is m
    assert layers_on(m) == ["PhaseLayer", "StockLayer"]


def test_circles_and_arrows_stand_on_outlines(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """A new map shows the areas that the figures belong to; they are no subject of the title."""
    m = sg.maps.stock_map(counts, squares)
    assert layers_on(m) == ["AreaLayer", "StockLayer"]
    assert m.furniture().title == "Displaced people"
    flows = pd.DataFrame(arrows(squares)).drop(columns="geometry")
    assert layers_on(sg.maps.flow_map(flows, squares, smallest=50)) == ["AreaLayer", "FlowLayer"]
    assert layers_on(sg.maps.flow_map(arrows(squares))) == ["FlowLayer"]


def test_options_that_would_be_lost_are_refused(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """A misspelt option, options of a map that exists, a map of another kind, areas twice."""
    with pytest.raises(sg.errors.SchemaError, match="unknown options: titel. A map takes title, subtitle, lang, tiles"):
        sg.maps.stock_map(counts, squares, titel="x")  # type: ignore[call-arg]
    with pytest.raises(
        sg.errors.SchemaError, match=r"title belong to the map that was given as m. Set them there: Map\(title=...\)"
    ):
        sg.maps.stock_map(counts, squares, m=sg.maps.Map(), title="x")
    with pytest.raises(
        sg.errors.SchemaError, match=r"not a sahelgeo.maps.Map. Add a layer to it instead: StockLayer\(table\)"
    ):
        sg.maps.stock_map(counts, squares, m=folium.Map())  # type: ignore[arg-type]
    with pytest.raises(sg.errors.SchemaError, match="the table has a geometry already. Leave out areas"):
        sg.maps.phase_map(phased(squares, [1, 2, 3]), squares.assign(geometry=squares.translate(0.1)))
    with pytest.raises(sg.errors.SchemaError, match="the flows have a geometry already"):
        sg.maps.flow_map(arrows(squares), squares)


def test_two_periods_share_classes_and_counts(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """A class that only one period has is in the one legend, with its number before and after."""
    before = phased(squares, [1, 4, None], [None, None, "not_analysed"])
    after = phased(squares, [2, 4, None]).assign(start="2020-06-01", end="2020-08-31")
    panels = sg.maps.compare_map(before, after, title="Two")
    assert panels.sections[0].captions == ("March–May 2020, current", "June–August 2020, current")
    page = page_of(panels, tmp_path / "two.html")
    first, second = page["layers"].values()
    assert first["classes"] == second["classes"]
    assert {one["label"]: one["counts"] for one in first["classes"]} == {
        "1 None/Minimal": [1, 0], "2 Stressed": [0, 1], "3 Crisis": [0, 0], "4 Emergency": [1, 1], "5 Famine": [0, 0],
        "Not analysed": [1, 0], "No data": [0, 1],
    }  # fmt: skip
    assert first["areas"] == second["areas"]
    assert len(page["topology"]["geometries"]) == 3 + len(page["ground"]["names"])
    assert {tuple(map(tuple, view["bounds"])) for view in page["views"].values()} == {((10.0, 0.0), (11.0, 3.0))}


def test_circles_of_two_periods_have_one_scale(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """The same number is the same circle on both maps, and a note says to which period it belongs."""
    before = squares.assign(people=[100, 10, None], date="2020-03-01")
    after = squares.assign(people=[400, 100, 10], date="2020-06-01")
    page = page_of(sg.maps.compare_map(before, after), tmp_path / "two.html")
    first, second = (layer for layer in page["layers"].values() if layer["kind"] == "symbols")
    assert first["largest"] == second["largest"] == 400
    assert first["legend_values"] == second["legend_values"] == [400, 100, 20]
    assert first["notes"] == [
        "1 March 2020: Total: 110 people; places:\u00a02",
        "1 March 2020: Places without a count, which have no circle: 1",
        "1 June 2020: Total: 510 people; places:\u00a03",
    ]
    flows = arrows(squares)
    page = page_of(sg.maps.compare_map(flows, flows.assign(people=[1000, 2])), tmp_path / "flows.html")
    assert [layer["largest"] for layer in page["layers"].values()] == [1000, 1000]
    assert page["sections"][0]["captions"] == ["Before (March–August 2020)", "After (March–August 2020)"]


def test_numbers_and_words_of_two_periods_have_the_same_classes(squares: gpd.GeoDataFrame) -> None:
    """Breaks come from both tables, and a word keeps its colour where another word is absent."""
    panels = sg.maps.compare_map(
        squares.assign(rate=[1.0, 2.0, 3.0]), squares.assign(rate=[30.0, 40.0, 50.0]), column="rate"
    )
    assert panels.sections[0].captions == ("Before", "After")
    first, second = (next(iter(m._children.values())).drawing("en") for m in panels.sections[0].maps)
    assert [one.label for one in first.classes] == [one.label for one in second.classes]
    panels = sg.maps.compare_map(squares.assign(w=["a", "b", None]), squares.assign(w=["b", "b", "c"]), column="w")
    first, second = (next(iter(m._children.values())).drawing("en") for m in panels.sections[0].maps)
    assert first.classes[first.class_of[1]].colour == second.classes[second.class_of[0]].colour
    assert share_legend([first, second], ":")[0].legend()[2] == (0, 1)


def test_unlike_tables_are_not_compared(squares: gpd.GeoDataFrame) -> None:
    """Phases and counts have no common legend."""
    with pytest.raises(sg.errors.SchemaError, match="Compare phases with phases, counts with counts"):
        sg.maps.compare_map(phased(squares, [1, 2, 3]), squares.assign(people=1))


def test_sharing_a_legend_keeps_every_area_in_its_class(squares: gpd.GeoDataFrame) -> None:
    """Label and colour of each area are the same before and after sharing."""
    drawings = [
        sg.maps.PhaseLayer(phased(squares, [None, 1, None], [first, None, second])).drawing("en")
        for first, second in (("no_access", "inadequate_evidence"), ("not_analysed", "no_data"))
    ]
    for alone, shared in zip(drawings, share_legend(drawings, ":"), strict=True):
        assert isinstance(shared, AreaDrawing)
        looks = [
            (own.looks[number].label, own.looks[number].colour) for own in (alone, shared) for number in own.class_of
        ]
        assert looks[:3] == looks[3:]
        assert [label for label, _ in legend_of(shared)[5:]] == [
            "Inadequate evidence", "Not analysed", "No humanitarian access", "No data",
        ]  # fmt: skip


def test_a_story_has_its_parts_in_order(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Headings, paragraphs, maps and a comparison; each area is stored once for the page."""
    phases, stocks = sg.maps.phase_map(phased(squares, [1, 2, 3])), sg.maps.stock_map(squares.assign(people=[1, 2, 3]))
    compared = sg.maps.compare_map(phased(squares, [1, 2, 3]), phased(squares, [2, 2, 3]).assign(kind="projected"))
    panels = sg.maps.story(
        [("One", "First.\n\nSecond.", phases), ("Two", "", compared), ("Three", "x", stocks)], title="All"
    )
    page = page_of(panels, tmp_path / "story.html")
    assert [(part["heading"], part["text"], len(part["maps"]), part["shared"]) for part in page["sections"]] == [
        ("One", [["First."], ["Second."]], 1, False),
        ("Two", [], 2, True),
        ("Three", [["x"]], 1, False),
    ]
    assert page["page"]["title"] == "All"
    assert len(page["topology"]["geometries"]) == 3 + len(page["ground"]["names"])
    assert len((tmp_path / "story.html").read_bytes()) < 450_000


def test_making_a_page_changes_no_map(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """The maps of a story still save alone, the story may be saved twice, and one map may stand twice in it."""
    m = sg.maps.phase_map(phased(squares, [1, 2, 3]))
    parent, children = m._parent, list(m._children)
    panels = sg.maps.story([("One", "", m), ("Two", "", m)])
    first, second = page_of(panels, tmp_path / "a.html"), page_of(panels, tmp_path / "b.html")
    assert len(first["views"]) == len(second["views"]) == len(first["layers"]) == 2
    assert m._parent is parent
    assert list(m._children) == children
    m.save(str(tmp_path / "alone.html"))
    assert (tmp_path / "alone.html").read_text(encoding="utf-8").count("sahelgeo.layer(") == 1


def test_tiles_come_along(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """A map with tiles keeps them and has no ground, beside a map that has ground."""
    tiled = sg.maps.phase_map(phased(squares, [1, 2, 3]), tiles="OpenStreetMap")
    page = page_of(sg.maps.story([("One", "", tiled), ("Two", "", sg.maps.phase_map(phased(squares, [1, 2, 3])))]), tmp_path / "a.html")  # fmt: skip
    assert [view["ground"] for view in page["views"].values()] == [False, True]
    assert (tmp_path / "a.html").read_text(encoding="utf-8").count("L.tileLayer(") == 1


def test_what_a_page_cannot_show_is_refused(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Views of two parts, no views, two languages, a foreign layer."""
    m = sg.maps.phase_map(phased(squares, [1, 2, 3]))
    with pytest.raises(
        sg.errors.SchemaError, match=r'view 1 is not three parts. Give each as \("Heading", "Text", map\)'
    ):
        sg.maps.story([("One", m)])  # type: ignore[list-item]
    with pytest.raises(sg.errors.SchemaError, match="a story needs views"):
        sg.maps.story([])
    french = sg.maps.phase_map(phased(squares, [1, 2, 3]), lang="fr")
    with pytest.raises(sg.errors.SchemaError, match="the maps of a page have one language, not en and fr"):
        sg.maps.story([("One", "", m), ("Two", "", french)])
    folium.Marker([10, 1]).add_to(m)
    with pytest.raises(sg.errors.SchemaError, match="takes sahelgeo's layers and tiles, not Marker"):
        sg.maps.story([("One", "", m)]).save(tmp_path / "a.html")


def test_a_page_shows_itself_in_a_notebook_and_says_when_it_is_large(squares: gpd.GeoDataFrame) -> None:
    """An iframe of the whole page; a warning beyond the limit."""
    m = sg.maps.phase_map(phased(squares, [1, 2, 3]))
    assert "srcdoc=" in sg.maps.story([("One", "", m)])._repr_html_()
    with pytest.warns(sg.DataWarning, match=r"the page takes \d+ kB, more than max_kb=100"):
        sg.maps.story([("One", "", m)], max_kb=100)._repr_html_()


def test_hostile_text_stays_in_its_place(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Headings, text and captions are data of the page, never its markup."""
    m = sg.maps.phase_map(phased(squares, [1, 2, 3]).assign(name=ATTACK))
    panels = sg.maps.story([(ATTACK, ATTACK, m)], title=ATTACK, subtitle=ATTACK)
    page = page_of(panels, tmp_path / "a.html")
    assert page["sections"][0]["heading"] == page["page"]["title"] == ATTACK
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in html
    assert "{{ 7 * 7 }}" not in html.split("</head>")[0]


def test_a_saved_page_links_to_nothing(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Two maps, one Leaflet, no request."""
    sg.maps.compare_map(phased(squares, [1, 2, 3]), phased(squares, [2, 2, 3])).save(tmp_path / "a.html")
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", html)
    assert html.count("var sahelgeo=") == 1


def test_layers_say_their_largest_number(squares: gpd.GeoDataFrame) -> None:
    """Also where no number is known."""
    drawing = sg.maps.StockLayer(squares.assign(people=pd.array([None] * 3, dtype="Int64"))).drawing("en")
    assert isinstance(drawing, SymbolDrawing)
    assert (drawing.largest, drawing.legend_values) == (0.0, ())


def test_a_joined_table_of_people_is_drawn_on_its_outlines(squares: gpd.GeoDataFrame) -> None:
    """The same map with the areas or without them; points have no outlines, and other areas are still refused."""
    counted = squares.assign(people=[100, 200, 300], date="2020-09-06")
    kinds = [
        [type(layer).__name__ for layer in layers_of(sg.maps.stock_map(counted, areas))] for areas in (None, squares)
    ]
    assert kinds == [["AreaLayer", "StockLayer"]] * 2
    points = counted.set_geometry(counted.geometry.representative_point())
    assert [type(layer).__name__ for layer in layers_of(sg.maps.stock_map(points))] == ["StockLayer"]
    with pytest.raises(sg.errors.SchemaError, match="the table has a geometry already"):
        sg.maps.stock_map(points, squares)


ONE_CALL = ("phase_map", "stock_map", "flow_map", "rate_map", "change_map", "time_map", "compare_map")


@pytest.mark.parametrize("name", ONE_CALL)
def test_completion_offers_what_all_take(name: str) -> None:
    """Where help and Tab look: how rows are placed, the words, the style, the map."""
    offered = inspect.signature(getattr(sg.maps, name)).parameters
    assert {"on", "unmatched", "title", "lang", "style", "tooltip", "m"} <= set(offered)


def test_the_advice_of_an_error_works(phases: pd.DataFrame, counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """A row without an area may be kept or dropped, as the message says; so may a flow."""
    stray = phases.assign(pcode=["XA01", "XX99"])
    with pytest.raises(sg.errors.UnmatchedError, match="unmatched='keep' or 'drop'"):
        sg.maps.phase_map(stray, squares)
    for how in ("keep", "drop"):
        with pytest.warns(sg.errors.DataWarning, match="1 of 2 rows"):
            sg.maps.phase_map(stray, squares, unmatched=how)
    moved = pd.DataFrame({"origin": ["XA01", "XA01"], "destination": ["XA02", "XX99"], "people": [30, 20], "start": "2020-03-01", "end": "2020-03-31", "reason": "conflict", "source": "x"})  # fmt: skip
    with pytest.warns(sg.errors.DataWarning, match="1 flows with 20 people"):
        m = sg.maps.flow_map(moved, squares, unmatched="drop")
    assert any("20" in note for note in next(item for item in layers_of(m) if isinstance(item, sg.maps.FlowLayer)).drawing("en").notes)  # fmt: skip
    for how in ("raise", "drop"):
        with pytest.raises(sg.errors.SchemaError, match="column 'people' .*is missing"):
            sg.maps.flow_map(moved.rename(columns={"people": "returnees"}), squares, column="returnees", unmatched=how)
    named = moved.assign(origin=["West", "Inconnue"], destination=["Middle", "East"])
    with pytest.warns(sg.errors.DataWarning):
        m = sg.maps.flow_map(named, squares, on="match")
    (drawn,) = (item.drawing("en") for item in layers_of(m) if isinstance(item, sg.maps.FlowLayer))
    assert drawn.codes == (("XA01", "XA02"),)


def test_outlines_lie_under_circles_on_any_map(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """On a map of one's own too; where areas are drawn already there is nothing to add."""
    joined = sg.attach_areas(counts, squares)
    assert layers_on(sg.maps.stock_map(joined, m=sg.maps.Map(height=500))) == ["AreaLayer", "StockLayer"]
    assert layers_on(sg.maps.stock_map(joined, squares)) == ["AreaLayer", "StockLayer"]
    assert layers_on(sg.maps.stock_map(counts, squares, m=sg.maps.Map())) == ["AreaLayer", "StockLayer"]


def test_a_change_of_counts_is_like_for_like(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """What was counted once has not changed: it is not comparable, which is not the same as no data."""
    one = stocks(pcode=["XA01", "XA02"], people=[100, 50])
    two = stocks(pcode=["XA01", "XA03"], people=[160, 40], date="2021-09-06")
    m = sg.maps.change_map(one, two, squares)
    (layer,) = layers_of(m)
    drawn = layer.drawing("en")
    labels = [drawn.looks[number].label for number in drawn.class_of]
    assert labels[1:] == ["Not comparable", "Not comparable"]
    assert [field.values[0] for field in drawn.fields if field.form == "whole"] == [60, 100, 160]
    assert any(
        "60 people; counted on the later day only: 40; on the earlier day only: 50" in note for note in drawn.notes
    )
    m.save(tmp_path / "change.html")
    joined = [sg.attach_areas(table, squares) for table in (one, two)]
    assert sg.maps.change_map(*joined).furniture().subtitle == "6 September 2020 → 6 September 2021"
    french = next(layers_of(sg.maps.change_map(one, two, squares, lang="fr"))).drawing("fr")
    assert french.title == french.fields[0].label == "Évolution : Personnes déplacées"
    assert french.fields[1].values[1:] == ("compté un seul des deux jours",) * 2


def test_a_change_gives_no_small_count_away(squares: gpd.GeoDataFrame) -> None:
    """From a change and one count the other could be worked out: none of the three is in the file."""
    one = stocks(pcode=["XA01", "XA02"], people=[5, 50])
    two = stocks(pcode=["XA01", "XA02"], people=[105, 60], date="2021-09-06")
    (layer,) = layers_of(sg.maps.change_map(one, two, squares))
    fields = [field.values for field in layer.drawing("en").fields if field.form == "whole"]
    assert [values[0] for values in fields] == ["<", "<", "<"]
    assert [values[1] for values in fields] == [10, 50, 60]
    note = " ".join(layer.drawing("en").notes)
    assert "counted: 10 people" in note
    assert "Small counts withheld and not added" in note


def test_a_change_of_phases_says_what_got_worse(squares: gpd.GeoDataFrame) -> None:
    """Worse is never green, and the popup has the phase of both."""
    one = phased(squares, [2, 3, 3])
    two = phased(squares, [3, 3, 2]).assign(start="2021-03-01", end="2021-05-31")
    (layer,) = layers_of(sg.maps.change_map(one, two))
    drawn = layer.drawing("en")
    assert [drawn.looks[number].label for number in drawn.class_of] == ["Worse", "Same", "Better"]
    assert [field.values[0] for field in drawn.fields][-2:] == ["2", "3"]
    with pytest.raises(sg.errors.SchemaError, match="column='people' is not one of 'phase_is'"):
        sg.maps.change_map(one, two, column="people")
    with pytest.raises(sg.errors.SchemaError, match="two Phases tables or two Stocks tables"):
        sg.maps.change_map(one, stocks(pcode="XA01", people=[1]), squares)
    with pytest.raises(sg.errors.SchemaError, match="Give the areas"):
        sg.maps.change_map(pd.DataFrame(one.drop(columns="geometry")), two)
    with pytest.raises(sg.errors.UnmatchedError, match="people in the later table"):
        sg.maps.change_map(stocks(pcode=[None], place="x", people=[9]), stocks(pcode=[None], place="x", people=[8], date="2021-01-01"), squares)  # fmt: skip


def test_rates_and_periods_in_one_call(squares: gpd.GeoDataFrame) -> None:
    """Areas without a row are without data, in the last of several periods too."""
    people = stocks(pcode=["XA01", "XA02"], people=[100, 50])
    m = sg.maps.rate_map(people, population(pcode=["XA01", "XA02", "XA03"], people=[1000, 1000, 1000]), squares)
    (layer,) = layers_of(m)
    assert layer.drawing("en").fields[0].values == (100.0, 50.0, None)
    m = sg.maps.time_map(pd.concat([people, people.assign(date="2021-09-06")]), squares)
    assert layers_on(m) == ["AreaLayer", "TimeLayer"]
    rates = people.assign(rate=[1.0, 2.0])
    m = sg.maps.time_map(pd.concat([rates, rates.assign(date="2021-09-06")], ignore_index=True), squares, column="rate")
    (layer,) = layers_of(m)
    last = layer.drawing("en").frames[-1]
    assert [last.looks[number].label for number in last.class_of].count("No data") == 1


def test_two_periods_lie_on_a_map_that_is_given(squares: gpd.GeoDataFrame) -> None:
    """Its layers are under both, and its language is theirs."""
    people = stocks(pcode=["XA01", "XA02"], people=[100, 50])
    page = sg.maps.compare_map(people, people.assign(date="2021-09-06"), squares, m=sg.maps.phase_map(phased(squares, [1, 2, 3]), lang="fr"))  # fmt: skip
    assert page.lang == "fr"
    assert all(layers_on(on_map)[0] == "PhaseLayer" for on_map in page.sections[0].maps)


def test_a_text_may_have_links_and_bold_words(squares: gpd.GeoDataFrame) -> None:
    """Nothing else of Markdown or HTML is read; what begins otherwise than an address is refused."""
    assert paragraphs("**Two** of [the *regions*](https://x.org/a?b=1) \\*\\*now\\*\\* <b>\n\n mail [us](mailto:a@x.org)") == [
        [{"b": ["Two"]}, " of ", {"a": "https://x.org/a?b=1", "t": "the *regions*"}, " **now** <b>"],
        ["mail ", {"a": "mailto:a@x.org", "t": "us"}],
    ]  # fmt: skip
    assert paragraphs("**see [it](http://x.org)**") == [[{"b": ["see ", {"a": "http://x.org", "t": "it"}]}]]
    assert paragraphs("2 * 3 ** 4 [no link] (x)") == [["2 * 3 ** 4 [no link] (x)"]]
    for link in ("javascript:alert", "data:text/html,x", "//x.org", "JavaScript:x"):
        with pytest.raises(sg.errors.SchemaError, match="does not begin with http://, https://, mailto:"):
            sg.maps.story([("One", f"[x]({link})", sg.maps.phase_map(phased(squares, [1, 2, 3])))])


@pytest.fixture
def parts(squares: gpd.GeoDataFrame) -> pd.DataFrame:
    """An area in two parts with phases of their own, and an area in one."""
    table = pd.DataFrame(phased(squares, [2, 3, 2]).drop(columns="geometry")).assign(pcode=["XA01", "XA01", "XA02"], unit=["a", "b", None], unit_kind=["area", "limited_access", "area"], population=[900, 100, 50])  # fmt: skip
    people = [[700, 200, 0, 0, 0], [10, 20, 70, 0, 0], [50, 0, 0, 0, 0]]
    return table.assign(**{f"people_{number}": [row[number - 1] for row in people] for number in range(1, 6)})


@pytest.mark.parametrize(("choose", "phase", "told"), [("worst", "3", "the worst"), ("largest", "2", "most people")])
def test_one_of_several_phases_is_drawn_and_said(parts: pd.DataFrame, squares: gpd.GeoDataFrame, choose: str, phase: str, told: str) -> None:  # fmt: skip
    """Nobody is lost, and the rule over all rows stands beside it."""
    m = sg.maps.phase_map(parts, squares, choose=choose)  # type: ignore[arg-type]
    drawn = next(layers_of(m)).drawing("en")
    assert drawn.digits == (phase, "2", "")
    assert any(f"several classifications: 1. Drawn is {told}" in note for note in drawn.notes) or told == "most people"
    by_rule = next(field for field in drawn.fields if "20 % rule" in field.label)
    assert by_rule.values[0] == "2 Stressed"
    assert next(field.values[0] for field in drawn.fields if field.label == "People in phase 3") == 70
    chosen = sg.phases.choose_phase(parts, choose)  # type: ignore[arg-type]
    assert chosen["population"].tolist() == [1000, 50]
    assert chosen["chosen_from"].tolist() == [2, 1]
    with pytest.raises(sg.errors.SchemaError, match="choose='best' is not one of 'worst', 'largest'"):
        sg.phases.choose_phase(parts, "best")  # type: ignore[arg-type]
    with pytest.raises(sg.errors.SchemaError, match="by is empty"):
        sg.phases.choose_phase(parts, by=())


def test_a_phase_is_chosen_whatever_the_table_is_written_like(parts: pd.DataFrame) -> None:
    """Codes with spaces around them, and columns that are not there."""
    spaced = parts.assign(pcode=[" " * row + code for row, code in enumerate(parts["pcode"])])
    pd.testing.assert_frame_equal(sg.phases.choose_phase(spaced), sg.phases.choose_phase(parts))
    bare = sg.phases.choose_phase(parts.drop(columns=["population", "phase_published"]))
    assert bare["phase_published"].isna().all()
    states = parts.assign(phase_published=pd.NA, state=["no_data", "no_data", "no_access"])
    by_state = sg.phases.choose_phase(states, by=("pcode", "state"))
    assert by_state[["pcode", "state", "chosen_from"]].to_numpy().tolist() == [
        ["XA01", "no_data", 2],
        ["XA02", "no_access", 1],
    ]
    by_kind = sg.phases.choose_phase(parts.assign(unit_kind=pd.NA), by=("pcode", "unit_kind"))
    assert by_kind["chosen_from"].tolist() == [2, 1]


def test_popups_know_the_parts_of_a_whole(parts: pd.DataFrame, squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """The five phases are marked as parts: the popup gives the share of each."""
    m = sg.maps.phase_map(parts, squares, choose="worst")
    m.save(tmp_path / "m.html")
    text = (tmp_path / "m.html").read_text(encoding="utf-8")
    assert text.count('"part":1') == 5
    assert "People in phase 3 or above" in text
