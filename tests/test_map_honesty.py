"""What a map says of itself: where its figures come from, what is not drawn, how far a kilometre is; and what it refuses."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from shapely import Point, box
from tables import phased

import sahelgeo as sg
from sahelgeo.maps.drawing import withhold
from sahelgeo.maps.print_labels import labels_of
from sahelgeo.maps.print_layers import draw_ground, draw_scale


def counted(squares: gpd.GeoDataFrame, people: list[float], **columns: object) -> gpd.GeoDataFrame:
    """People in the three squares."""
    return squares.assign(people=people, **{"date": "2020-09-06", **columns})


def notes(layer: sg.maps.StockLayer | sg.maps.PhaseLayer) -> tuple[str, ...]:
    """What the legend says below its rows."""
    return layer.drawing("en").notes


def test_a_table_without_source_is_said_to_have_none(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Else its figures would seem to come with the borders."""
    m = sg.maps.stock_map(counted(squares, [100, 200, 300]).drop(columns="source"), title="Untold")
    m.save(tmp_path / "map.html")
    assert "Source not stated: People" in (tmp_path / "map.html").read_text(encoding="utf-8")


def test_people_without_an_area_are_counted_in_the_legend(squares: gpd.GeoDataFrame) -> None:
    """And withheld there if they are few."""
    lost = counted(squares, [100, 200, 300])
    lost.loc[2, "geometry"] = None
    assert "of them without an area, not drawn: 300 people (rows:\u00a01)" in notes(sg.maps.StockLayer(lost))
    few = notes(sg.maps.StockLayer(lost.assign(people=[100, 200, 3])))
    assert "of them without an area, not drawn: < 10 people (rows:\u00a01)" in few


def test_one_withheld_count_cannot_be_worked_out(squares: gpd.GeoDataFrame) -> None:
    """The total less the others would be it, so the smallest of the others is withheld too, and no sum has it."""
    phases = phased(squares, [3, 3, 3]).assign(
        population=1000,
        people_1=[600, 600, 600],
        people_2=250,
        people_3=[143, 150, 150],
        people_4=[7, 0, 0],
        people_5=0,
    )
    layer = sg.maps.PhaseLayer(phases)
    assert notes(layer)[0] == "People in phase 3 or above: 300. Small counts withheld and not added:\u00a02"
    m = sg.maps.Map()
    layer.add_to(m)
    fields = withhold(layer.drawing("en"), 10).fields
    first = {field.label: field.values[0] for field in fields}
    assert [first[f"People in phase {phase}"] for phase in range(1, 6)] == [600, 250, "<", "<", 0]


@pytest.mark.parametrize("column", ["idps", "Refugees", "pdi", "people"])
def test_columns_that_count_people_are_withheld_whatever_they_are_called(
    squares: gpd.GeoDataFrame, column: str
) -> None:
    """In a layer of areas as in circles."""
    layer = sg.maps.AreaLayer(squares.assign(**{column: [4, 500, 600]}), column=column)
    assert withhold(layer.drawing("en"), 10).fields[0].values == ("<", 500, 600)


def test_a_layer_that_is_off_does_not_lengthen_the_subtitle(squares: gpd.GeoDataFrame) -> None:
    """Its legend tells its period once it is on."""
    m = sg.maps.Map(title="One")
    sg.maps.StockLayer(counted(squares, [100, 200, 300])).add_to(m)
    sg.maps.PhaseLayer(phased(squares, [1, 2, 3]), show=False).add_to(m)
    assert m.furniture().subtitle == "People: 6 September 2020"


@pytest.mark.parametrize("text", ["05/09/2022", "sept", "2022-13-01"])
def test_days_that_can_be_read_two_ways_are_refused(squares: gpd.GeoDataFrame, text: str) -> None:
    """5 September or 9 May: the file knows, the map does not."""
    with pytest.raises(sg.errors.SchemaError, match=r"column 'date', row\(s\) 0, 1, 2 .* not a day"):
        sg.maps.stock_map(counted(squares, [100, 200, 300], date=text)).furniture()


def test_places_beyond_the_globe_are_refused(squares: gpd.GeoDataFrame) -> None:
    """Metres, or latitude for longitude."""
    wrong = counted(squares, [100, 200, 300]).set_geometry([Point(200, 95), Point(1, 10), Point(2, 10)], crs=4326)
    with pytest.raises(sg.errors.SchemaError, match="StockLayer: rows 0 lie beyond the globe in degrees"):
        sg.maps.StockLayer(wrong)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"title": 2022}, "title=2022 is no text"),
        ({"max_kb": -1}, "max_kb=-1 is not a number of kilobytes above 0"),
        ({"suppress_below": math.nan}, "suppress_below=nan is not a number of people"),
        ({"suppress_below": "ten"}, "suppress_below='ten' is not a number of people"),
    ],
)
def test_options_that_are_none_are_refused(options: dict, message: str) -> None:
    """NaN would switch the withholding off without a word."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.maps.Map(**options)


@pytest.mark.parametrize("breaks", [["a"], 5, [1, math.nan], [1, math.inf]])
def test_breaks_are_numbers(squares: gpd.GeoDataFrame, breaks: object) -> None:
    """A class up to NaN would hold nothing."""
    with pytest.raises(sg.errors.SchemaError, match="is not a sequence of numbers such as"):
        sg.maps.AreaLayer(squares.assign(rate=[1.0, 2.0, 3.0]), column="rate", breaks=breaks)


def test_infinite_numbers_are_refused(squares: gpd.GeoDataFrame) -> None:
    """By areas and by circles."""
    with pytest.raises(sg.errors.SchemaError, match="StockLayer: column 'people', .*inf.*: not a number"):
        sg.maps.StockLayer(counted(squares, [100, np.inf, 300]))
    with pytest.raises(sg.errors.SchemaError, match="AreaLayer: column 'rate' is infinite in rows 1"):
        sg.maps.AreaLayer(squares.assign(rate=[1.0, np.inf, 3.0]), column="rate")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dpi": 0}, "dpi=0 is not a number from 30 to 2400"),
        ({"width_inches": 1}, "width_inches=1 is not a width from 3 to 60 inches"),
        ({"path": "there/is/none.png"}, "none.png: there is no folder there/is"),
    ],
)
def test_paper_that_cannot_be_printed_is_refused(squares: gpd.GeoDataFrame, options: dict, message: str) -> None:
    """Before anything is drawn."""
    m = sg.maps.stock_map(counted(squares, [100, 200, 300]))
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.maps.figure(m, **options)


def test_a_folder_that_is_not_there_is_named(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """On saving the page too."""
    with pytest.raises(sg.errors.SchemaError, match=r"map.html: there is no folder .*gone"):
        sg.maps.stock_map(counted(squares, [100, 200, 300])).save(tmp_path / "gone" / "map.html")


def test_a_newsroom_note_is_written_in_the_base_language(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Of a language from a table of words."""
    hausa = sg.maps.Language("ha", {"legend": "Bayani"}, base="fr")
    sg.maps.export_newsroom(sg.maps.stock_map(counted(squares, [100, 200, 300]), lang=hausa), tmp_path / "news")
    assert "Personnes" in (tmp_path / "news" / "README.md").read_text(encoding="utf-8")


def axes_of(bounds: tuple[float, float, float, float]) -> mpl.axes.Axes:
    """Axes in degrees, 4 by 3 inches."""
    west, south, east, north = bounds
    axes = mpl.figure.Figure(figsize=(4, 3)).add_axes((0, 0, 1, 1))
    axes.set(xlim=(west, east), ylim=(south, north))
    return axes


def test_a_printed_map_has_a_bar_of_kilometres() -> None:
    """As long as it says, in the middle of the map."""
    axes = axes_of((-6, 9, 3, 16))
    draw_scale(axes)
    x = axes.lines[0].get_xdata()
    km = float(axes.texts[0].get_text().removesuffix(" km"))
    assert (max(x) - min(x)) * 111.32 * math.cos(math.radians(12.5)) == pytest.approx(km)
    assert km == 100


def test_names_of_countries_are_whole_and_beside_what_is_drawn(squares: gpd.GeoDataFrame) -> None:
    """Niger's name does not stand under an area that covers Niger, nor is it cut by the frame."""
    covers = squares.iloc[:1].set_geometry([box(0, 11.6, 16, 24)], crs=4326)
    drawn = [sg.maps.AreaLayer(covers).drawing("en")]
    axes = axes_of((-2, 8, 14, 20))
    draw_ground(axes, drawn, "en")
    written = {text.get_text(): text.get_position() for text in axes.texts}
    assert "NIGER" not in written
    assert "NIGERIA" in written
    assert not any(covers.geometry.iloc[0].contains(Point(place)) for place in written.values())
    renderer = FigureCanvasAgg(axes.figure).get_renderer()
    frame = axes.get_window_extent()
    for text in axes.texts:
        extent = text.get_window_extent(renderer)
        assert frame.x0 <= extent.x0 and extent.x1 <= frame.x1  # noqa: PT018


def test_a_printed_digit_stands_in_its_own_area(squares: gpd.GeoDataFrame) -> None:
    """Beside a circle where there is room, and not at all where the circle fills the area."""
    drawn = sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).drawing("en")
    circles = sg.maps.StockLayer(squares.assign(people=[1000, 1000, None])).drawing("en")
    axes = axes_of((-0.5, 9.5, 3.5, 11.5))
    found = labels_of(axes, [drawn, replace(circles, values=(900, 60_000, None), largest=8000)], "en", names=False)
    assert sorted(digit.text for digit in found) == ["1", "4"]
    to_inches = axes.transData + axes.figure.dpi_scale_trans.inverted()
    for digit in found:
        area = shapely.transform(drawn.geometry.iloc[{"1": 0, "4": 2}[digit.text]], to_inches.transform)
        assert area.contains(Point(digit.middle[0] / 96, -digit.middle[1] / 96))


def test_a_name_on_hexagons_has_a_ground_of_its_own(squares: gpd.GeoDataFrame) -> None:
    """On paper as on the page: one on plain land has none."""
    held = shapely.point_on_surface(squares.geometry.iloc[0])
    events = gpd.GeoDataFrame(
        {"event": ["A"], "source": "ACLED", "date": pd.to_datetime(["2020-03-01"]), "fatalities": [2]},
        geometry=[held],
        crs=4326,
    )
    hexagons = sg.maps.EventLayer(events, as_="hexagons", hexagon_km=30).drawing("en")
    named = [sg.maps.AreaLayer(squares).drawing("en"), hexagons]
    found = labels_of(axes_of((-0.5, 9.5, 3.5, 11.5)), named, "en")
    names = squares["name"].tolist()
    assert {one.text: one.plate for one in found} == {names[0]: True, names[1]: False, names[2]: False}


def test_phases_of_a_table_are_not_changed(squares: gpd.GeoDataFrame) -> None:
    """Whatever is withheld on the map."""
    phases = phased(squares, [3, 3, 3]).assign(people_3=[143, 150, 150], people_4=[7, 0, 0])
    before = phases.copy()
    notes(sg.maps.PhaseLayer(phases))
    pd.testing.assert_frame_equal(pd.DataFrame(phases), pd.DataFrame(before))


def test_words_of_a_table_run_nothing(squares: gpd.GeoDataFrame) -> None:
    """A language's words are text in the page, also where no script runs."""
    words = sg.maps.Language("ha", {"no_script": "</noscript><script>alert(1)</script>", "no_data": "<b>"})
    m = sg.maps.Map(lang=words)
    sg.maps.PhaseLayer(squares.assign(phase_published=pd.array([1, 2, None], dtype="Int64"))).add_to(m)
    page = m.get_root().render()
    assert "<script>alert(1)" not in page
    assert "<td><b>" not in page


def test_a_backslash_in_a_title_is_a_backslash(squares: gpd.GeoDataFrame) -> None:
    """The picture of a notebook carries it as it is."""
    m = sg.maps.Map(title=r"Fichier C:\Users \g<0>")
    sg.maps.PhaseLayer(squares.assign(phase_published=pd.array([1, 2, 3], dtype="Int64"))).add_to(m)
    assert r"C:\Users" in m._repr_mimebundle_()["text/html"]


def test_a_phase_without_figures_is_no_zero(squares: gpd.GeoDataFrame) -> None:
    """No total of phase 3 or above stands where phase 5 is unknown everywhere."""
    people = {"people_3": [100, 100, 100], "people_4": [10, 10, 10], "people_5": pd.array([None] * 3, dtype="Int64")}
    table = squares.assign(phase_published=pd.array([3, 3, 3], dtype="Int64"), **people)
    assert not [note for note in sg.maps.PhaseLayer(table).drawing("en").notes if "phase 3 or above" in note]
    whole = sg.maps.PhaseLayer(table.assign(people_5=0)).drawing("en")
    assert any("330" in note for note in whole.notes)


def test_a_small_count_without_an_area_is_not_given_away(squares: gpd.GeoDataFrame) -> None:
    """The total of all less those on the map would be the four people."""
    people = {"people_3": [350, 350, 350, 4], "people_4": 0, "people_5": 0}
    table = pd.concat([squares, squares.iloc[[0]].assign(pcode="Z", name="nowhere", geometry=None)], ignore_index=True)
    table = table.assign(phase_published=pd.array([3] * 4, dtype="Int64"), **people)
    notes = " ".join(sg.maps.PhaseLayer(table).drawing("en").notes)
    assert "1,050" in notes
    assert "1,054" not in notes


def test_a_flow_without_a_count_is_refused_on_or_off_the_map(squares: gpd.GeoDataFrame) -> None:
    """Also where it has no line: its people would be nobody."""
    lines = gpd.GeoDataFrame(
        {"origin": ["A", None], "destination": ["B", "B"], "people": pd.array([1000, None], dtype="Int64")},
        geometry=[shapely.LineString([(0, 0), (1, 1)]), None],
        crs=4326,
    )
    with pytest.raises(sg.errors.SchemaError, match="Leave these flows out"):
        sg.maps.FlowLayer(lines)


def test_a_change_by_a_scheme_parts_at_no_change(squares: gpd.GeoDataFrame) -> None:
    """Its colours are those of a change."""
    table = squares.assign(people_change=[-20.0, 0.0, 30.0])
    layer = sg.maps.AreaLayer(table, column="people_change", scheme="EqualInterval")
    assert layer.scale is not None
    assert layer.scale.change


def test_the_bound_of_a_class_is_no_withheld_count(squares: gpd.GeoDataFrame) -> None:
    """Two areas of four people: no class says "4"."""
    drawn = sg.maps.AreaLayer(squares.assign(people=[4, 4, 600]), column="people").drawing("en")
    assert not [one.label for one in drawn.classes if "4" in one.label]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_doubt_of_a_row_stands_on_every_map_of_it(lang: str) -> None:
    """Niger's count of Niamey at the end of 2020: as it is, latest, summed, as a rate, joined with hunger, and as a change."""
    sample, areas = sg.load_sample("central-sahel"), sg.load_areas("NER")
    stocks = sample.stocks[(sample.stocks["iso3"] == "NER") & (sample.stocks["date"] <= "2020-12-31")]
    before, year = stocks[stocks["date"] == "2019-12-31"], stocks[stocks["date"] == "2020-12-31"]
    living = sample.population[(sample.population["year"] == 2020) & sample.population["pcode"].isin(areas["pcode"])]
    living = living.drop_duplicates("pcode")
    phases = sg.phases_at(sample.phases[sample.phases["iso3"] == "NER"], "2020-12-31")
    placed = [
        sg.attach_areas(table, areas)
        for table in (sg.rate_per_1000(year, living), sg.joint_severity(phases, year, living))
    ]
    layers = [
        sg.maps.StockLayer(sg.attach_areas(year, areas)),
        sg.maps.StockLayer(sg.attach_areas(sg.latest_stocks(stocks, date="2020-12-31"), areas)),
        sg.maps.StockLayer(sg.attach_areas(sg.sum_stocks(sg.latest_stocks(stocks, date="2020-12-31")), areas)),
        sg.maps.AreaLayer(placed[0], column="per_1000"),
        sg.maps.AreaLayer(placed[1], column="per_1000"),
    ]
    said = "none for Tahoua" if lang == "en" else "aucun à Tahoua"
    for layer in layers:
        assert any(said in note for note in layer.drawing(lang).notes), layer.table.columns
    assert not any(said in note for note in sg.maps.StockLayer(sg.attach_areas(before, areas)).drawing(lang).notes)
    changed = sg.maps.change_map(before, year, areas, lang=lang)
    assert said in changed.get_root().render()
    over_time = sg.maps.TimeLayer(sg.attach_areas(stocks, areas), layer=sg.maps.StockLayer).drawing(lang)
    assert [any(said in note for note in frame.notes) for frame in over_time.frames].count(True) == 1
    written = sg.situation(stocks=stocks, areas=areas, date="2020-12-31", lang=lang)
    assert said in written.to_markdown()
