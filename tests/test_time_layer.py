"""Layers over time: one period after the other, and nothing carried over between them."""

from __future__ import annotations

import json
import re
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import texts, written
from shapely import LineString, Point, box
from tables import arrows, long_table, window

import sahelgeo as sg
from sahelgeo.maps.drawing import AreaDrawing, FlowDrawing, SymbolDrawing, TimeDrawing
from sahelgeo.maps.layers import split_periods
from sahelgeo.maps.topology import pack


@pytest.fixture
def phases(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Current, a projection, a later current that overlaps it; the middle area is missing once, the east always but once."""
    return long_table(
        window(squares, "2020-03-01", "2020-05-31", {"XA01": 2, "XA02": 4, "XA03": 1}),
        window(squares, "2020-06-01", "2020-08-31", {"XA01": 3}, "projected"),
        window(squares, "2020-08-01", "2020-10-31", {"XA01": 3, "XA02": None}),
    )


def digits(drawing: TimeDrawing) -> list[tuple[str, ...]]:
    """The text inside the areas, period by period."""
    return [frame.digits for frame in drawing.frames if isinstance(frame, AreaDrawing)]


def test_a_missing_area_and_period_is_no_data(phases: gpd.GeoDataFrame) -> None:
    """The middle area has phase 4 in March and no row in June: June is no data, not phase 4."""
    drawing = sg.maps.TimeLayer(phases).drawing("en")
    assert digits(drawing) == [("2", "4", "1"), ("3", "", ""), ("3", "", "")]
    second = drawing.frames[1]
    assert isinstance(second, AreaDrawing)
    assert [second.looks[number].label for number in second.class_of] == ["3 Crisis", "No data", "No data"]
    assert [line.values for line in second.fields] == [("3 Crisis", None, None)]


def test_of_two_projections_of_one_season_the_latest_is_taken_as_advised(squares: gpd.GeoDataFrame) -> None:
    """A season that was projected in autumn and again in spring stands twice; the advice works as it is written."""
    autumn = window(squares, "2020-06-01", "2020-08-31", {"XA01": 2, "XA02": 2}, "projected").assign(
        issued="2019-11-30"
    )
    spring = window(squares, "2020-06-01", "2020-08-31", {"XA01": 3, "XA02": 4}, "projected").assign(
        issued="2020-03-31"
    )
    table = long_table(autumn, spring)
    with pytest.raises(sg.errors.SchemaError, match=r"issued on several days.*phases_at") as raised:
        sg.maps.TimeLayer(table)
    advised = re.search(r"table\[table.*\]", str(raised.value))
    assert advised is not None
    drawing = sg.maps.TimeLayer(eval(advised[0], {"table": table})).drawing("en")  # noqa: S307 (what a reader would type)
    assert [value[:2] for value in digits(drawing)] == [("3", "4")]


def test_every_period_has_the_same_areas_and_classes_and_its_own_counts(phases: gpd.GeoDataFrame) -> None:
    """Colours mean the same in all periods; the legend counts the areas of each."""
    frames = sg.maps.TimeLayer(phases).drawing("en").frames
    assert all(isinstance(frame, AreaDrawing) for frame in frames)
    assert {frame.names for frame in frames} == {("West", "Middle", "East")}
    looks = [[(one.label, one.colour, one.hatch) for one in frame.looks] for frame in frames]  # type: ignore[attr-defined]
    assert looks[0] == looks[1] == looks[2]
    assert [(frame.counts[:5], frame.counts[-1]) for frame in frames] == [  # type: ignore[attr-defined]
        ((1, 1, 0, 1, 0), 0),
        ((0, 0, 1, 0, 0), 2),
        ((0, 0, 1, 0, 0), 2),
    ]


def test_labels_are_words_with_their_kind_in_both_languages(phases: gpd.GeoDataFrame) -> None:
    """Months and kinds are written in Python; no clock or time zone of a reader has a part in it."""
    layer = sg.maps.TimeLayer(phases)
    assert layer.labels("en") == (
        "March–May 2020, current",
        "June–August 2020, projected",
        "August–October 2020, current",
    )
    assert layer.labels("fr")[1] == "juin–août 2020, projetée"


def test_windows_that_overlap_stay_apart_and_say_so(phases: gpd.GeoDataFrame) -> None:
    """August is in the projection and in the later current analysis."""
    frames = sg.maps.TimeLayer(phases).drawing("en").frames
    assert [frame.notes for frame in frames] == [
        (),
        ("Some of these days also belong to: August–October 2020, current",),
        ("Some of these days also belong to: June–August 2020, projected",),
    ]


def test_a_gap_between_windows_is_a_period_without_data(squares: gpd.GeoDataFrame) -> None:
    """From June to September nothing is known, and the slider does not jump over it."""
    layer = sg.maps.TimeLayer(
        long_table(
            window(squares, "2020-03-01", "2020-05-31", {"XA01": 2, "XA02": 2}),
            window(squares, "2020-10-01", "2020-12-31", {"XA01": 3, "XA02": 3}),
        )
    )
    assert layer.labels("en")[1] == "June–September 2020, no data for this time"
    assert digits(layer.drawing("en")) == [("2", "2"), ("", ""), ("3", "3")]


def test_the_same_window_with_two_kinds_is_two_periods(squares: gpd.GeoDataFrame) -> None:
    """A projection is never laid over a current phase of the same days."""
    layer = sg.maps.TimeLayer(
        long_table(
            window(squares, "2020-03-01", "2020-05-31", {"XA01": 3}, "projected"),
            window(squares, "2020-03-01", "2020-05-31", {"XA01": 2}),
        )
    )
    assert layer.labels("en") == ("March–May 2020, current", "March–May 2020, projected")


def test_circles_have_one_scale_over_all_periods(squares: gpd.GeoDataFrame) -> None:
    """A thousand people have the same circle in every period, also where a thousand is the largest."""
    long = long_table(
        squares.assign(date="2020-01-31", people=[1000, 20, 30]),
        squares.iloc[:2].assign(date="2020-02-29", people=[9000, 1000]),
    )
    drawing = sg.maps.TimeLayer(long, layer=sg.maps.StockLayer).drawing("en")
    first, second = drawing.frames
    assert isinstance(first, SymbolDrawing)
    assert isinstance(second, SymbolDrawing)
    assert first.values == (1000.0, 20.0, 30.0)
    assert second.values == (9000.0, 1000.0, None)
    assert first.largest == second.largest == 9000
    assert first.legend_values == second.legend_values == (9000.0, 2000.0, 400.0)
    assert drawing.labels == ("31 January 2020", "29 February 2020")
    assert drawing.subtitle == "31 January 2020 – 29 February 2020"


def test_numbers_have_one_set_of_classes(squares: gpd.GeoDataFrame) -> None:
    """Quantiles are taken over all periods, so that a colour means one range."""
    long = long_table(
        squares.assign(date="2020-01-31", rate=[1.0, 2.0, 3.0]),
        squares.assign(date="2020-02-29", rate=[40.0, 50.0, 60.0]),
    )
    first, second = sg.maps.TimeLayer(long, layer=sg.maps.AreaLayer, column="rate").drawing("en").frames
    assert isinstance(first, AreaDrawing)
    assert isinstance(second, AreaDrawing)
    assert [one.label for one in first.classes] == [one.label for one in second.classes]
    assert max(first.class_of) < min(second.class_of)


def test_words_keep_their_colours(squares: gpd.GeoDataFrame) -> None:
    """A word that a period lacks does not shift the colours of the others."""
    long = long_table(
        squares.assign(date="2020-01-31", word=["a", "b", "c"]),
        squares.iloc[1:].assign(date="2020-02-29", word=["b", "c"]),
    )
    first, second = sg.maps.TimeLayer(long, layer=sg.maps.AreaLayer, column="word").drawing("en").frames
    assert isinstance(first, AreaDrawing)
    assert isinstance(second, AreaDrawing)
    assert first.class_of[1:] == second.class_of[1:]
    assert second.looks[second.class_of[0]].label == "No data"


def test_outlines_over_time_need_no_column(squares: gpd.GeoDataFrame) -> None:
    """An area that was not there in a period is no data."""
    long = long_table(squares.assign(date="2020-01-31"), squares.iloc[:1].assign(date="2020-02-29"))
    second = sg.maps.TimeLayer(long, layer=sg.maps.AreaLayer).drawing("en").frames[1]
    assert isinstance(second, AreaDrawing)
    assert [second.looks[number].label for number in second.class_of] == ["areas", "No data", "No data"]


def test_arrows_come_and_go(squares: gpd.GeoDataFrame) -> None:
    """A flow without a row in a period has no arrow there; widths have one scale."""
    both, later = (
        arrows(squares),
        arrows(squares).iloc[:1].assign(people=1000, start=pd.Timestamp("2020-09-01"), end=pd.Timestamp("2020-12-31")),
    )
    drawing = sg.maps.TimeLayer(long_table(both, later), layer=sg.maps.FlowLayer).drawing("en")
    values = {
        frame.labels if isinstance(frame, TimeDrawing) else frame.subtitle: frame.values
        for frame in drawing.frames
        if isinstance(frame, FlowDrawing)
    }
    assert values == {"March–August 2020": (40.0, 100.0), "September–December 2020": (None, 1000.0)}
    assert drawing.codes == (("XA02", "XA01"), ("XA01", "XA02"))
    m = sg.maps.Map()
    sg.maps.TimeLayer(long_table(both, later), layer=sg.maps.FlowLayer).add_to(m)
    sg.maps.figure(m)
    made = written(m)
    assert [frame["values"] for frame in made["frames"]] == [[40, 100], [None, 1000]]
    assert made["fields"][0] == {"label": "People who moved", "form": "people", "of": "values"}


def test_the_file_holds_borders_once_and_one_mark_for_each_area_and_period(phases: gpd.GeoDataFrame) -> None:
    """Each period is a short string; popups read the label of the class."""
    m = sg.maps.Map()
    sg.maps.TimeLayer(phases).add_to(m)
    made = written(m)
    assert made["kind"] == "time"
    assert made["of"] == "areas"
    assert [frame["class_of"] for frame in made["frames"]] == ["130", "255", "255"]
    assert made["class_digits"] == ["1", "2", "3", "4", "", ""]
    assert made["fields"] == [{"label": "Phase (published)", "form": "text", "of": "class"}]
    assert made["areas"] == pack([[0, 1, 2]], steps=True)[0]


def test_thirty_six_months_of_three_hundred_areas_cost_eleven_kilobytes() -> None:
    """One character for each area and month, and a label for each month."""
    areas = gpd.GeoDataFrame(
        {"pcode": [f"X{number:03}" for number in range(300)]},
        geometry=[box(x, y, x + 1, y + 1) for x in range(20) for y in range(15)],
        crs=4326,
    )
    months = pd.period_range("2022-01", periods=36, freq="M")
    long = long_table(
        *(
            areas.assign(
                phase_published=number % 5 + 1,
                kind="current",
                start=month.start_time.normalize(),
                end=month.end_time.normalize(),
            )
            for number, month in enumerate(months)
        )
    )
    m = sg.maps.Map()
    sg.maps.TimeLayer(long).add_to(m)
    made = written(m)
    assert sum(len(frame["class_of"]) for frame in made["frames"]) == 10_800
    assert len(json.dumps([frame["class_of"] for frame in made["frames"]])) < 11_500


def test_small_counts_are_withheld_in_every_period(squares: gpd.GeoDataFrame) -> None:
    """Neither circles, popups nor the scale hold a count below ten."""
    long = long_table(
        squares.assign(date="2020-01-31", people=[7, 0, 4]), squares.assign(date="2020-02-29", people=[8, 9, 3])
    )
    m = sg.maps.Map()
    sg.maps.TimeLayer(long, layer=sg.maps.StockLayer).add_to(m)
    made = written(m)
    assert [frame["values"] for frame in made["frames"]] == [["<", 0, "<"], ["<", "<", "<"]]
    assert made["largest"] == 0
    assert made["legend_values"] == []


def test_popups_hold_the_figures_of_each_period(phases: gpd.GeoDataFrame) -> None:
    """Figures that the class does not say are there for each period; lines that only some periods have are empty elsewhere."""
    table = phases.assign(population=[100.0, 200.0, 300.0, 110.0, None, None])
    m = sg.maps.Map()
    sg.maps.TimeLayer(table).add_to(m)
    line = written(m)["fields"][1]
    assert line["label"] == "Population analysed"
    assert line["frames"] == [[100, 200, 300], [110, None, None], [None, None, None]]


def test_a_sheet_shows_the_last_period_and_says_which(phases: gpd.GeoDataFrame) -> None:
    """Print has no slider."""
    m = sg.maps.Map()
    sg.maps.TimeLayer(phases).add_to(m)
    found = " ".join(texts(sg.maps.figure(m)))
    assert "August–October 2020, current" in found
    assert "One of 3 periods is drawn, the last:" in found
    assert "projected" in found  # the note that its days overlap
    assert "March" not in found


def test_sites_and_lines_may_move_without_codes() -> None:
    """Points without p-codes are told apart by name and place."""
    sites = gpd.GeoDataFrame(
        {"place": ["Camp A", "Camp B"], "people": [100, 200], "as_of": "2021-01-01"},
        geometry=[Point(0, 10), Point(1, 10)],
        crs=4326,
    )
    later = sites.iloc[1:].assign(as_of="2021-02-01", people=300)
    first, second = sg.maps.TimeLayer(long_table(sites, later), layer=sg.maps.StockLayer).drawing("en").frames
    assert isinstance(first, SymbolDrawing)
    assert isinstance(second, SymbolDrawing)
    assert (first.names, first.values, second.values) == (("Camp A", "Camp B"), (100.0, 200.0), (None, 300.0))


def test_settlements_keep_their_places_over_time(squares: gpd.GeoDataFrame) -> None:
    """A site in one period is no data in the other and is not counted among the areas."""
    site = window(squares, "2020-03-01", "2020-05-31", {"XA01": 4}).assign(unit_kind="idp_site", unit="Site A")
    long = long_table(
        window(squares, "2020-03-01", "2020-05-31", {"XA01": 2}),
        site,
        window(squares, "2020-06-01", "2020-08-31", {"XA01": 3}),
    )
    first, second = sg.maps.TimeLayer(long).drawing("en").frames
    assert isinstance(first, AreaDrawing)
    assert isinstance(second, AreaDrawing)
    assert first.shapes == second.shapes == ("", "idp_site")
    assert first.names == ("West", "Site A (West)")
    assert [second.looks[number].label for number in second.class_of] == ["3 Crisis", "No data"]
    assert sum(second.counts) == 1
    m = sg.maps.Map()
    sg.maps.TimeLayer(long.assign(evidence=[2, None, 3])).add_to(m)
    made = written(m)
    assert made["areas"] == [0, None]
    assert [frame.get("marks") for frame in made["frames"]] == [{"0": ["evidence_2"]}, {"0": ["evidence_3"]}]
    assert made["frames"][0]["legend_marks"][0] == {"key": "evidence_2", "label": "Evidence: medium", "count": 1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": pd.NaT}, "TimeLayer: no row says when: start and end, as_of and date are missing or empty"),
        ({"end": pd.Timestamp("2019-01-01")}, "TimeLayer: the period ends before it starts in rows 0"),
        ({"kind": "guessed"}, "kind='guessed' is not one of '', 'current'"),
        ({"pcode": "XA01"}, "TimeLayer: areas XA01 have more than one outline. Bring all periods to one edition"),
        ({"phase_published": 7}, "not 1 to 5"),
    ],
)
def test_tables_that_would_mislead_are_refused(
    phases: gpd.GeoDataFrame, change: dict[str, object], message: str
) -> None:
    """No day, a turned window, an unknown kind, two editions of one area, a phase out of range."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.maps.TimeLayer(phases.assign(**change))


def test_what_a_period_refuses_names_the_period(phases: gpd.GeoDataFrame) -> None:
    """An area twice in one window is said with the window."""
    with pytest.raises(
        sg.errors.SchemaError,
        match="TimeLayer, June–August 2020, projected: PhaseLayer: p-codes XA01 stand more than once",
    ):
        sg.maps.TimeLayer(long_table(phases, phases.iloc[3:4]))


def test_a_table_without_days_or_geometry_is_refused(squares: gpd.GeoDataFrame, phases: gpd.GeoDataFrame) -> None:
    """What is missing is said."""
    with pytest.raises(
        sg.errors.SchemaError, match="TimeLayer: no row says when: start and end, as_of and date are missing"
    ):
        sg.maps.TimeLayer(squares, layer=sg.maps.AreaLayer)
    with pytest.raises(sg.errors.SchemaError, match="TimeLayer needs a GeoDataFrame with geometry"):
        sg.maps.TimeLayer(pd.DataFrame(phases))
    with pytest.raises(sg.errors.CRSError, match="TimeLayer: the geometry has no CRS"):
        sg.maps.TimeLayer(phases.set_crs(None, allow_override=True))


@pytest.mark.parametrize("layer", [sg.maps.TimeLayer, "PhaseLayer", int])
def test_only_layer_classes_can_be_repeated(phases: gpd.GeoDataFrame, layer: Any) -> None:
    """A name or another class is refused."""
    with pytest.raises(sg.errors.SchemaError, match="TimeLayer: layer= takes a layer class"):
        sg.maps.TimeLayer(phases, layer=layer)


def test_events_have_no_periods_to_put_side_by_side() -> None:
    """EventLayer is refused with the layers that can be."""
    events = gpd.GeoDataFrame({"event": ["a"], "date": "2020-01-01"}, geometry=[Point(0, 10)], crs=4326)
    with pytest.raises(
        sg.errors.SchemaError, match="layer= takes PhaseLayer, StockLayer, FlowLayer, AreaLayer or BivariateLayer"
    ):
        sg.maps.TimeLayer(events, layer=sg.maps.EventLayer).drawing("en")


def test_rows_without_an_area_are_told_in_their_period_alone(phases: gpd.GeoDataFrame) -> None:
    """No other period says it, and the table given is not changed."""
    before = phases.copy()
    lost = phases.assign(geometry=[None, *phases.geometry[1:]])
    layer = sg.maps.TimeLayer(lost)
    first, *others = layer.drawing("en").frames
    told = "Rows without an area, not drawn:\u00a01"
    assert told in first.notes
    assert not any(told in frame.notes for frame in others)
    assert layer.drawing("en") is layer.drawing("en")
    sg.maps.TimeLayer(phases)
    pd.testing.assert_frame_equal(pd.DataFrame(phases), pd.DataFrame(before))


def test_people_without_an_area_are_in_the_total_of_their_period(squares: gpd.GeoDataFrame) -> None:
    """As a layer of that period alone counts them; a period with no one else says how many they are."""
    rows = [
        squares.assign(date="2020-01-31", people=[100, 200, 300]),
        squares.iloc[:1].assign(date="2020-01-31", people=[77], pcode=None, geometry=None),
        squares.assign(date="2020-02-29", people=[1, 2, 3]).assign(people=[110, 210, 310]),
        squares.iloc[:1].assign(date="2020-03-31", people=[50], pcode=None, geometry=None),
    ]
    table = pd.concat(rows, ignore_index=True)
    layer = sg.maps.TimeLayer(table, layer=sg.maps.StockLayer)
    alone = sg.maps.StockLayer(table[table["date"] == "2020-01-31"]).drawing("en")
    notes = [frame.notes for frame in layer.drawing("en").frames]
    assert notes[0] == alone.notes
    assert "677 people" in notes[0][0]
    assert notes[1] == ("Total: 630 people; places:\u00a03",)
    assert notes[2] == ("of them without an area, not drawn: 50 people (rows:\u00a01)",)


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 10), st.sampled_from(["current", "projected"])),
        min_size=1,
        max_size=8,
    )
)
def test_no_row_is_lost_and_no_day_between_windows_is_left_out(windows: list[tuple[int, int, str]]) -> None:
    """Each row is in exactly one period, and from the first day to the last every day is in a period."""
    first = pd.Timestamp("2020-01-01")
    starts = [first + pd.Timedelta(days=start) for start, _, _ in windows]
    ends = [first + pd.Timedelta(days=start + length) for start, length, _ in windows]
    periods = split_periods(
        pd.DataFrame({"start": starts, "end": ends, "kind": [kind for _, _, kind in windows]}), "TimeLayer"
    )
    assert sorted(row for period in periods for row in period.rows) == list(range(len(windows)))
    days = {day.date() for period in periods for day in pd.date_range(period.start, period.end)}
    assert days == {day.date() for day in pd.date_range(min(starts), max(ends))}
    for gap in (period for period in periods if not period.rows):
        assert not any(gap.overlaps(other) for other in periods if other.rows)


def test_a_line_keeps_its_shape() -> None:
    """Arrows are not reduced to points."""
    line = LineString([(0, 0), (1, 1), (2, 0)])
    flows = gpd.GeoDataFrame(
        {
            "origin": "A",
            "destination": "B",
            "people": [50],
            "start": pd.Timestamp("2020-01-01"),
            "end": pd.Timestamp("2020-01-31"),
        },
        geometry=[line],
        crs=4326,
    )
    frame = sg.maps.TimeLayer(flows, layer=sg.maps.FlowLayer).drawing("en").frames[0]
    assert isinstance(frame, FlowDrawing)
    assert np.array(frame.arcs).tolist() == [[0, 0, 1, 1, 2, 0]]
