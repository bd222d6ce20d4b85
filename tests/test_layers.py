"""What layers draw, and what they refuse."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pages import legend_of
from shapely import LineString, Polygon
from tables import arrows, phased

import sahelgeo as sg
from sahelgeo.maps.drawing import legend_values
from sahelgeo.maps.layers import area_names
from sahelgeo.maps.scale import phase_classes


def test_phases_have_the_official_colours_whatever_phases_occur(squares: gpd.GeoDataFrame) -> None:
    """Phase 4 is drawn in phase 4's red also where no area is in phase 3."""
    drawing = sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).drawing("en")
    colours = [drawing.looks[number].colour for number in drawing.class_of]
    assert colours == ["#CDFACD", "#FAE61E", "#C80000"]
    assert legend_of(drawing) == [
        ("1 None/Minimal", 1),
        ("2 Stressed", 1),
        ("3 Crisis", 0),
        ("4 Emergency", 1),
        ("5 Famine", 0),
    ]
    assert drawing.digits == ("1", "2", "4")


def test_four_kinds_of_missing_are_told_apart(squares: gpd.GeoDataFrame) -> None:
    """Each reason has its own look, and a phase without reason is no data, not phase 1."""
    four = pd.concat([squares, squares.iloc[:1].assign(pcode="XA04")], ignore_index=True)
    drawing = sg.maps.PhaseLayer(
        phased(four, [None] * 4, ["not_analysed", "inadequate_evidence", "no_access", None])
    ).drawing("en")
    looks = [
        (drawing.looks[number].label, drawing.looks[number].colour, drawing.looks[number].hatch)
        for number in drawing.class_of
    ]
    assert looks == [
        ("Not analysed", "#FFFFFF", "diagonal"),
        ("Inadequate evidence", "#A6A6A6", ""),
        ("No humanitarian access", "#FFFFFF", "cross"),
        ("No data", "#FFFFFF", "dots"),
    ]
    assert len({(colour, hatch) for _, colour, hatch in looks}) == 4
    assert drawing.digits == ("", "", "", "")


def test_a_phase_wins_over_a_state(squares: gpd.GeoDataFrame) -> None:
    """A row with both is drawn by its phase."""
    drawing = sg.maps.PhaseLayer(phased(squares, [3, 3, 3], ["no_data"] * 3)).drawing("en")
    assert drawing.digits == ("3", "3", "3")


def test_the_legend_speaks_french(squares: gpd.GeoDataFrame) -> None:
    """Wording of Cadre Harmonisé."""
    drawing = sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).drawing("fr")
    assert [one.label for one in drawing.classes] == [
        "1 Aucune/minimale",
        "2 Sous pression",
        "3 Crise",
        "4 Urgence",
        "5 Famine",
    ]
    assert drawing.subtitle == "mars–mai 2020, courante"
    assert drawing.names == ("Ouest", "Milieu", "Est")


def test_a_computed_phase_says_so(squares: gpd.GeoDataFrame) -> None:
    """A phase by the rule is never passed off as published."""
    drawing = sg.maps.PhaseLayer(
        phased(squares, [1, 2, 4]).rename(columns={"phase_published": "phase_rule"}), column="phase_rule"
    ).drawing("en")
    assert drawing.subtitle == "March–May 2020, current, computed by the 20 % rule"
    assert drawing.fields[0].label == "Phase (20 % rule)"


def test_popups_hold_people_by_phase_and_shares(squares: gpd.GeoDataFrame) -> None:
    """What the table knows is in the popup, missing values as missing."""
    table = phased(squares, [1, 2, 4]).assign(
        population=[10_000.0, None, 5000.0], people_3=[100, 200, None], share_3plus=[0.01, 0.5, None]
    )
    fields = {field.label: field.values for field in sg.maps.PhaseLayer(table).drawing("en").fields}
    assert fields["Population analysed"] == (10_000.0, None, 5000.0)
    assert fields["People in phase 3"] == (100.0, 200.0, None)
    assert fields["Share in phase 3 or above"] == (0.01, 0.5, None)
    few = {
        field.label: field.values for field in sg.maps.PhaseLayer(table.assign(people_4=[3, 0, 0])).drawing("en").fields
    }
    assert few["Share in phase 3 or above"] == ("<", 0.5, None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"phase_published": [1, 2, 6]}, r"column 'phase_published', row 2 \(6\): not 1 to 5"),
        ({"phase_published": ["a", "b", "c"]}, "column 'phase_published', rows 0, 1, 2 .*not a whole number"),
        ({"pcode": ["XA01", "XA01", "XA03"]}, "PhaseLayer: p-codes XA01 stand more than once. Choose one period"),
        (
            {"start": pd.to_datetime(["2020-03-01", "2020-03-01", "2020-01-01"])},
            "PhaseLayer: the rows are of more than one period",
        ),
        ({"state": ["unknown", None, None]}, "column 'state', row 0 .*not one of not_analysed"),
    ],
)
def test_tables_that_would_mislead_are_refused(
    squares: gpd.GeoDataFrame, change: dict[str, object], message: str
) -> None:
    """A phase out of range, an area twice, periods mixed."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.maps.PhaseLayer(phased(squares, [1, 2, 4]).assign(**change))


def test_a_missing_column_names_what_there_is(squares: gpd.GeoDataFrame) -> None:
    """The columns found are listed."""
    with pytest.raises(sg.errors.SchemaError, match="PhaseLayer: column 'phase' is missing. Found: pcode, edition"):
        sg.maps.PhaseLayer(phased(squares, [1, 2, 4]), column="phase")


def test_layers_need_geometry_a_crs_and_rows(squares: gpd.GeoDataFrame) -> None:
    """Each lack has its sentence."""
    table = phased(squares, [1, 2, 4])
    with pytest.raises(
        sg.errors.SchemaError, match="PhaseLayer needs a GeoDataFrame with geometry. Join the table to its areas first"
    ):
        sg.maps.PhaseLayer(pd.DataFrame(table))
    with pytest.raises(sg.errors.CRSError, match="PhaseLayer: the geometry has no CRS"):
        sg.maps.PhaseLayer(table.set_crs(None, allow_override=True))
    with pytest.raises(sg.errors.SchemaError, match="PhaseLayer: the table has no rows, so there is nothing to draw"):
        sg.maps.PhaseLayer(table.iloc[:0])
    with pytest.raises(sg.errors.SchemaError, match="PhaseLayer: no row has a geometry"):
        sg.maps.PhaseLayer(table.assign(geometry=None).set_geometry("geometry", crs=4326))
    with pytest.raises(sg.errors.SchemaError, match="PhaseLayer: rows 0 have an invalid geometry. Repair it first"):
        sg.maps.PhaseLayer(table.assign(geometry=[Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), *table.geometry[1:]]))


def test_rows_without_an_area_are_counted_in_a_note(squares: gpd.GeoDataFrame) -> None:
    """What cannot be drawn is said in the legend."""
    table = phased(squares, [1, 2, 4])
    table = table.assign(geometry=[None, *table.geometry[1:]])
    drawing = sg.maps.PhaseLayer(table).drawing("en")
    assert drawing.notes == ("Rows without an area, not drawn:\u00a01",)
    assert len(drawing.names) == 2


def test_other_crs_are_brought_to_degrees(squares: gpd.GeoDataFrame) -> None:
    """A metric table lands at the same place."""
    drawing = sg.maps.PhaseLayer(phased(squares, [1, 2, 4]).to_crs("EPSG:32631")).drawing("en")
    assert drawing.geometry.total_bounds == pytest.approx([0, 10, 3, 11], abs=1e-6)


def test_circles_leave_out_missing_counts_and_say_so(squares: gpd.GeoDataFrame) -> None:
    """A missing count has no circle; a zero has none either but is a number."""
    table = squares.assign(people=pd.array([100, None, 0], dtype="Int64"), date=pd.Timestamp("2020-09-06"), group="idp")
    drawing = sg.maps.StockLayer(table).drawing("en")
    assert drawing.values == (100.0, None, 0.0)
    assert drawing.notes == (
        "Total: 100 people; places:\u00a02",
        "Places without a count, which have no circle: 1",
    )
    assert drawing.subtitle == "6 September 2020"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"people": [1, -2, 3]}, r"StockLayer: column 'people', row\(s\) 1: below 0"),
        ({"people": ["1", "2", "3"]}, "StockLayer: column 'people', .*: not a number"),
        ({"group": ["idp", "refugee", "idp"]}, "StockLayer: the rows have 2 values of 'group'"),
        (
            {"date": pd.to_datetime(["2020-01-01", "2020-02-01", "2020-01-01"])},
            "StockLayer: the rows have 2 values of 'date'",
        ),
    ],
)
def test_stocks_that_do_not_belong_together_are_refused(
    squares: gpd.GeoDataFrame, change: dict[str, object], message: str
) -> None:
    """Groups and dates are not mixed on one layer."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.maps.StockLayer(
            squares.assign(people=[1, 2, 3], group="idp", date=pd.Timestamp("2020-01-01")).assign(**change)
        )
    with pytest.raises(sg.errors.SchemaError, match="StockLayer: column 'idps' is missing"):
        sg.maps.StockLayer(squares.assign(people=1), column="idps")


def test_popups_of_circles_hold_rates_and_households(squares: gpd.GeoDataFrame) -> None:
    """Only what the table has."""
    labels = [
        field.label
        for field in sg.maps.StockLayer(
            squares.assign(people=1, per_1000=2.5, households=pd.array([1, 2, 3], dtype="Int64"))
        )
        .drawing("en")
        .fields
    ]
    assert labels == ["People", "Displaced people per 1,000 inhabitants", "Households"]


def test_arrows_of_a_pair_bend_apart(squares: gpd.GeoDataFrame) -> None:
    """There and back have different middles, the largest is drawn last."""
    drawing = sg.maps.FlowLayer(arrows(squares)).drawing("en")
    assert drawing.values == (40.0, 100.0)
    assert drawing.names == ("XA02 → XA01", "XA01 → XA02")
    assert drawing.arcs[0][3] != drawing.arcs[1][3]
    assert drawing.subtitle == "March–August 2020"


def test_small_flows_are_left_out_with_a_note(squares: gpd.GeoDataFrame) -> None:
    """The note says how many flows and people are not drawn."""
    drawing = sg.maps.FlowLayer(arrows(squares), smallest=50).drawing("en")
    assert drawing.values == (100.0,)
    assert drawing.notes == (
        "Total: 140 people; movements:\u00a01",
        "Not drawn: flows below 50 people (1 of them, 40 people)",
    )


def test_totals_leave_out_what_is_withheld(squares: gpd.GeoDataFrame) -> None:
    """The one small count is not the difference of the total and the others; phases give the people in phase 3 or above."""
    circles = sg.maps.StockLayer(squares.assign(people=[100, 3, 0])).drawing("en")
    assert circles.notes == ("Total: 100 people; places:\u00a02. Small counts withheld and not added:\u00a01",)
    m = sg.maps.Map(suppress_below=0)
    shown = sg.maps.StockLayer(squares.assign(people=[100, 3, 0])).add_to(m)
    assert shown.drawing("fr").notes == ("Total\xa0: 103 personnes\xa0; lieux\xa0:\xa03",)
    people = phased(squares, [3, 4, 2]).assign(people_3=[1200, 30, None], people_4=[5, 20, None], people_5=[0, 0, None])
    assert sg.maps.PhaseLayer(people).drawing("en").notes == (
        "People in phase 3 or above: 1,250 (2 of 3 areas). Small counts withheld and not added:\u00a01",
    )
    assert sg.maps.PhaseLayer(phased(squares, [3, 4, 2])).drawing("en").notes == ()


def test_classes_of_whole_numbers_are_whole_and_none_is_empty(squares: gpd.GeoDataFrame) -> None:
    """Counts of 1, 1 and 7 are two classes, not four with decimals; a class is written with as few decimals as it needs."""
    events = sg.maps.AreaLayer(squares.assign(events=[1, 1, 7]), column="events").drawing("en")
    assert legend_of(events) == [("≤ 1", 2), ("> 1", 1)]
    rates = sg.maps.AreaLayer(squares.assign(per_1000=[0.12, 4.46, 8.3]), column="per_1000", breaks=[0.5, 4.4])
    assert [one.label for one in rates.drawing("fr").classes] == ["≤ 0,5", "> 0,5 – 4,4", "> 4,4"]
    assert rates.drawing("en").title == "Displaced people per 1,000 inhabitants"


def test_the_subtitle_does_not_repeat_the_title(squares: gpd.GeoDataFrame) -> None:
    """Of one layer it is the period alone; of several each period says whose it is."""
    m = sg.maps.Map()
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    assert m.furniture().subtitle == "March–May 2020, current"
    sg.maps.FlowLayer(arrows(squares)).add_to(m)
    assert m.furniture().subtitle.startswith(
        "Acute food insecurity (IPC/CH phase): March–May 2020, current · Movements"
    )


def test_a_line_of_two_points_is_straight(squares: gpd.GeoDataFrame) -> None:
    """Lines made elsewhere are taken too."""
    straight = arrows(squares).assign(geometry=[LineString([(0, 10), (2, 10)]), LineString([(2, 10), (0, 10)])])
    assert sg.maps.FlowLayer(straight).drawing("en").arcs[1] == (0.0, 10.0, 1.0, 10.0, 2.0, 10.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"people": [None, 40.0]}, r"FlowLayer: column 'people', row\(s\) 0: empty. Leave these flows out"),
        ({"people": ["a", "b"]}, "FlowLayer: column 'people', .*: not a number"),
        (
            {"origin": ["XA01", "XA01"], "destination": ["XA02", "XA02"]},
            "FlowLayer: rows 0, 1 are of the same pair of areas",
        ),
    ],
)
def test_flows_that_would_mislead_are_refused(
    squares: gpd.GeoDataFrame, change: dict[str, object], message: str
) -> None:
    """Missing numbers, text and pairs that would cover each other."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.maps.FlowLayer(arrows(squares).assign(**change))


def test_flows_need_lines_with_ends(squares: gpd.GeoDataFrame) -> None:
    """Polygons are not flows."""
    with pytest.raises(
        sg.errors.SchemaError, match=r"FlowLayer: rows 0, 1, 2 are no lines. Make them with flow_lines\(flows"
    ):
        sg.maps.FlowLayer(squares)
    with pytest.raises(sg.errors.SchemaError, match="column 'origin' is missing.*column 'destination' is missing"):
        sg.maps.FlowLayer(arrows(squares).drop(columns=["origin", "destination"]))


def test_numbers_are_classed_by_given_breaks(squares: gpd.GeoDataFrame) -> None:
    """A bound belongs to the class below it; missing is its own class."""
    drawing = sg.maps.AreaLayer(
        squares.assign(rate=pd.array([10.0, 10.5, None], dtype="Float64")), column="rate", breaks=[10, 20]
    ).drawing("en")
    assert drawing.class_of == (0, 1, 3)
    assert legend_of(drawing) == [
        ("≤ 10", 1),
        ("> 10 – 20", 1),
        ("> 20", 0),
        ("No data", 1),
    ]


@pytest.mark.parametrize(
    ("values", "breaks", "expected"),
    [
        ([1_000, 1_500, 60_000], [999.5, 5_000, 50_000], ["≤ 999", "1,000 to 5,000", "5,001 to 50,000", "> 50,000"]),
        ([1, 2, 3], [1, 2], ["≤ 1", "2", "> 2"]),
        ([1, 2, 3], [1.2, 1.7], ["≤ 1.2", "> 1.2 – 1.7", "> 1.7"]),
        ([1.5, 2, 3], [1, 2], ["≤ 1", "> 1 – 2", "> 2"]),
    ],
)
def test_classes_of_whole_numbers_are_named_by_whole_numbers(
    squares: gpd.GeoDataFrame, values: list[float], breaks: list[float], expected: list[str]
) -> None:
    """The lowest and the highest that a class can hold: no gap, no overlap, no half a person."""
    drawn = sg.maps.AreaLayer(squares.assign(rate=values), column="rate", breaks=breaks).drawing("en")
    assert [one.label for one in drawn.classes] == expected


def test_numbers_are_classed_by_quantiles_without_breaks(squares: gpd.GeoDataFrame) -> None:
    """Every class bound lies inside the data."""
    drawing = sg.maps.AreaLayer(squares.assign(rate=[1.0, 2.0, 3.0]), column="rate").drawing("en")
    assert sum(drawing.counts) == 3
    assert len({drawing.class_of[0], drawing.class_of[2]}) == 2


def test_one_number_everywhere_is_one_class(squares: gpd.GeoDataFrame) -> None:
    """Equal values cannot be split; no values are all missing."""
    assert [one.label for one in sg.maps.AreaLayer(squares.assign(rate=2.0), column="rate").drawing("en").classes] == [
        "All values"
    ]
    nothing = sg.maps.AreaLayer(squares.assign(rate=float("nan")), column="rate").drawing("en")
    assert legend_of(nothing)[-1] == ("No data", 3)


def test_text_is_drawn_by_its_values(squares: gpd.GeoDataFrame) -> None:
    """Words become classes in order; a categorical keeps its own order."""
    drawing = sg.maps.AreaLayer(squares.assign(word=["b", "a", None]), column="word").drawing("en")
    assert legend_of(drawing) == [("a", 1), ("b", 1), ("No data", 1)]
    ordered = squares.assign(word=pd.Categorical(["b", "a", "b"], categories=["b", "a"]))
    assert [one.label for one in sg.maps.AreaLayer(ordered, column="word").drawing("en").classes] == ["b", "a"]


def test_outlines_alone_need_no_column(squares: gpd.GeoDataFrame) -> None:
    """The default draws areas with their names."""
    drawing = sg.maps.AreaLayer(squares).drawing("en")
    assert drawing.counts[0] == 3
    assert drawing.fields == ()


def test_classes_that_cannot_be_drawn_are_refused(squares: gpd.GeoDataFrame) -> None:
    """Falling breaks, too many words, too many classes, an unknown column."""
    with pytest.raises(sg.errors.SchemaError, match=r"breaks \[3.0, 2.0\] do not rise"):
        sg.maps.AreaLayer(squares.assign(rate=1.0), column="rate", breaks=[3, 2])
    many = gpd.GeoDataFrame(pd.concat([squares] * 3, ignore_index=True)).assign(pcode=list("abcdefghi"))
    with pytest.raises(sg.errors.SchemaError, match="9 different values .*are more than the 8 colours"):
        sg.maps.AreaLayer(many.assign(word=list("abcdefghi")), column="word")
    with pytest.raises(sg.errors.SchemaError, match="10 classes are more than the 9 that can be told apart"):
        sg.maps.AreaLayer(squares.assign(rate=1.0), column="rate", breaks=range(1, 10))
    with pytest.raises(sg.errors.SchemaError, match="AreaLayer: column 'rate' is missing"):
        sg.maps.AreaLayer(squares, column="rate")


def test_legend_values_are_round_and_fall() -> None:
    """One digit each, none above the largest."""
    assert legend_values([73]) == (70.0, 10.0, 3.0)
    assert legend_values([1]) == (1.0,)
    assert legend_values([0.4]) == (0.4,)
    assert legend_values([0, 0]) == ()
    assert legend_values([]) == ()


def test_phase_classes_are_the_official_ones() -> None:
    """Colours of IPC Technical Manual 3.1, Protocol 3.2."""
    assert [item.colour for item in phase_classes()][:6] == [
        "#CDFACD",
        "#FAE61E",
        "#E67800",
        "#C80000",
        "#640000",
        "#A6A6A6",
    ]


def test_a_layer_must_stand_on_a_map_to_be_drawn(squares: gpd.GeoDataFrame) -> None:
    """The message says how."""
    with pytest.raises(sg.errors.SchemaError, match=r"PhaseLayer is not on a map. Add it first: layer.add_to\(m\)"):
        sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).folium_map()


def test_a_layer_finds_its_map_through_a_group(squares: gpd.GeoDataFrame) -> None:
    """Layers may stand in a feature group."""
    m = sg.maps.Map()
    layer = sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(folium.FeatureGroup("group").add_to(m))
    assert layer.folium_map() is m


def test_arrows_end_exactly_where_circles_stand() -> None:
    """Both round in the same way, so that an arrow finds the circle on its end."""
    sample = sg.load_sample("burkina-2020")
    moved = sg.load_sample("burkina-movements-2025").flows
    flows = sg.sum_flows(moved).query("not internal").dropna(subset=["origin", "destination"])
    arcs = sg.maps.FlowLayer(sg.flow_lines(flows, sample.areas)).drawing("en").arcs
    points = sg.maps.StockLayer(sg.attach_areas(sample.stocks, sample.areas)).drawing("en").points
    assert {arc[:2] for arc in arcs} | {arc[4:] for arc in arcs} <= set(points)


def test_a_layer_is_drawn_once_a_save(
    squares: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Title, legend, switch and document are made of one drawing; a new title is drawn anew."""
    drawn: list[str] = []
    draw = sg.maps.PhaseLayer._draw
    monkeypatch.setattr(sg.maps.PhaseLayer, "_draw", lambda self, lang: drawn.append(lang) or draw(self, lang))
    m = sg.maps.Map()
    layer = sg.maps.PhaseLayer(phased(squares, [1, 2, 4])).add_to(m)
    m.save(tmp_path / "map.html")
    assert drawn == ["en"]
    layer.title = "Hunger"
    assert layer.drawing("en").title == "Hunger"


@pytest.mark.parametrize(
    "taker",
    [sg.maps.PhaseLayer, sg.maps.StockLayer, sg.maps.FlowLayer, sg.maps.AreaLayer, sg.maps.BivariateLayer,
     sg.maps.EventLayer, sg.maps.TimeLayer],
)  # fmt: skip
def test_help_shows_the_options_of_every_layer(taker: type) -> None:
    """They are declared once, and completion finds them."""
    assert {"name", "title", "lang", "show", "tooltip"} <= set(inspect.signature(taker).parameters)


@pytest.mark.parametrize(
    "maker", [sg.maps.Map, sg.maps.phase_map, sg.maps.stock_map, sg.maps.flow_map, sg.maps.compare_map]
)
def test_help_shows_the_options_of_every_map(maker: Callable[..., object]) -> None:
    """A map in one call takes what a map takes."""
    assert {"title", "subtitle", "lang", "tiles", "max_kb", "suppress_below"} <= set(
        inspect.signature(maker).parameters
    )


def test_periods_and_panels_share_one_scale(squares: gpd.GeoDataFrame) -> None:
    """A slider and two maps side by side put the same numbers into the same classes."""
    before, after = (
        squares.assign(rate=[0.0, 1, 2], date="2020-03-01"),
        squares.assign(rate=[8.0, 9, 40], date="2020-06-01"),
    )
    frames = sg.maps.TimeLayer(pd.concat([before, after]), layer=sg.maps.AreaLayer, column="rate").drawing("en").frames
    maps = sg.maps.compare_map(before, after, column="rate").sections[0].maps
    panels = [layer.drawing("en") for one in maps for layer in one._children.values() if hasattr(layer, "drawing")]
    assert [[one.label for one in frame.classes] for frame in frames] == [
        [one.label for one in item.classes] for item in panels
    ]
    assert [frame.class_of for frame in frames] == [item.class_of for item in panels]


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_numbers_held_as_objects_are_numbers(squares: gpd.GeoDataFrame, missing: object) -> None:
    """A spreadsheet's column of numbers and gaps keeps its breaks; text with breaks is refused."""
    areas = squares.assign(rate=pd.Series([missing, 2, 10.5], dtype=object))
    drawing = sg.maps.AreaLayer(areas, column="rate", breaks=[5]).drawing("en")
    assert [one.label for one in drawing.classes] == ["≤ 5", "> 5"]
    assert legend_of(drawing) == [("≤ 5", 1), ("> 5", 1), ("No data", 1)]
    with pytest.raises(sg.errors.SchemaError, match="column 'rate' holds text, which has no breaks"):
        sg.maps.AreaLayer(squares.assign(rate=["2", "10", "3"]), column="rate", breaks=[5])


def test_the_number_of_a_shape_is_no_name(squares: gpd.GeoDataFrame) -> None:
    """FEWS NET's dissolved areas have none; a settlement keeps the name that its unit is."""
    shapes = squares.drop(columns=["name", "pcode"], errors="ignore").assign(
        unit=["feature 7", "feature 10", "Old camp"]
    )
    shapes = shapes.drop(columns=[label for label in ("name_fr", "name_en", "place") if label in shapes])
    assert area_names(shapes, "en") == ("", "", "Old camp")
