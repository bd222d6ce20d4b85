"""Sums of movements between areas."""

import warnings

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import few
from shapely import box
from tables import flows

import sahelgeo as sg


@pytest.fixture
def areas(provinces):
    """Two regions of two provinces each."""
    return provinces


def test_reasons_are_added_to_ends_and_whole_span():
    """Rows of one origin and destination are added over reason and time; the period is the span of the table."""
    table = flows(
        origin=["B", "A", "A"],
        destination=["A", "B", "B"],
        start=["2020-03-01", "2020-03-01", "2020-04-01"],
        end=["2020-03-31", "2020-03-31", "2020-04-30"],
        people=[1, 2, 4],
    )
    result = sg.sum_flows(table)
    assert result[["origin", "destination", "people", "rows"]].to_numpy().tolist() == [
        ["A", "B", 6, 2],
        ["B", "A", 1, 1],
    ]
    assert result["start"].unique().tolist() == [pd.Timestamp("2020-03-01")]
    assert result["end"].unique().tolist() == [pd.Timestamp("2020-04-30")]
    assert result.index.tolist() == [0, 1]
    assert sg.conform(result, "flows")["people"].tolist() == [6, 1]


@pytest.mark.parametrize(
    ("freq", "periods"),
    [
        ("MS", [("2020-03-01", "2020-03-31", 3), ("2020-05-01", "2020-05-31", 4)]),
        ("QS", [("2020-01-01", "2020-03-31", 3), ("2020-04-01", "2020-06-30", 4)]),
        ("YS", [("2020-01-01", "2020-12-31", 7)]),
    ],
)
def test_periods_are_calendar_periods(freq, periods):
    """Each flow falls into its month, quarter or year, and the result says the whole period."""
    table = flows(
        origin="A",
        destination="B",
        start=["2020-03-01", "2020-03-16", "2020-05-02"],
        end=["2020-03-15", "2020-03-31", "2020-05-09"],
        people=[1, 2, 4],
    )
    result = sg.sum_flows(table, freq=freq)
    found = [(f"{row.start:%Y-%m-%d}", f"{row.end:%Y-%m-%d}", row.people) for row in result.itertuples()]
    assert found == periods


def test_a_flow_across_two_periods_is_refused():
    """Nothing is spread over time: the rows are named."""
    table = flows(
        origin="A",
        destination=["B", "C"],
        start=["2020-03-01", "2020-03-20"],
        end=["2020-03-31", "2020-04-02"],
        people=1,
    )
    with pytest.raises(
        sg.errors.FlowPeriodError, match=r"1 of 2 flows are not within one month: row 1 \(2020-03-20 to 2020-04-02\)"
    ) as caught:
        sg.sum_flows(table, freq="MS")
    assert caught.value.rows.index.tolist() == [1]
    with pytest.raises(sg.errors.SchemaError, match=r"freq='W' is not one of 'MS'"):
        sg.sum_flows(table, freq="W")


def test_ends_roll_up_and_flows_that_become_internal_say_so(areas):
    """A move between provinces of one region stays, as internal to the region; unknown ends stay and are not internal."""
    table = flows(
        origin=["XX0101", "XX0101", None, "XX0202", None],
        destination=["XX0102", "XX0201", "XX0102", None, None],
        people=[1, 2, 4, 8, 16],
    )
    result = sg.sum_flows(table, areas, level=1)
    assert result["people"].tolist() == [1, 2, 8, 4, 16]
    assert result["internal"].tolist() == [True, False, False, False, False]
    assert result["origin"].tolist() == ["XX01", "XX01", "XX02", pd.NA, pd.NA]
    assert result["destination"].tolist() == ["XX01", "XX02", pd.NA, "XX01", pd.NA]


def test_a_code_that_does_not_reach_the_level_is_an_error(areas):
    """Unknown codes of either end are named with their rows."""
    table = flows(origin=["XX0101", "YY01"], destination=["ZZ01", "XX0101"], people=1)
    with pytest.raises(sg.errors.UnmatchedError, match=r"2 of 2 rows do not reach level 1: p-codes YY01, ZZ01"):
        sg.sum_flows(table, areas, level=1)
    with pytest.raises(sg.errors.SchemaError, match="needs the areas"):
        sg.sum_flows(table, level=1)
    with pytest.raises(sg.errors.EditionError, match="'2025'"):
        sg.sum_flows(flows(origin=["XX0101"], destination=["XX0201"], people=1, edition="2025"), areas)


def test_two_sources_of_one_flow_are_refused():
    """The same ends and period from two sources are the same movements."""
    table = flows(origin="A", destination=["B", "B", "C"], people=1, source=["DTM", "UNHCR", "DTM"])
    with pytest.raises(
        sg.errors.DoubleCountError,
        match=r"'DTM', 'UNHCR' in rows 0, 1 \(origin 'A'; destination 'B'\) for the same period",
    ) as caught:
        sg.sum_flows(table)
    assert caught.value.rows.index.tolist() == [0, 1]


def test_two_sources_in_one_sum_are_refused(areas):
    """Sources of different provinces meet in a region: the choice is left to the caller."""
    table = flows(origin=["XX0101", "XX0102"], destination="XX0201", people=1, source=["DTM", "UNHCR"])
    with pytest.raises(sg.errors.DoubleCountError, match=r"Choose one with choose=\{'source': 'DTM'\}"):
        sg.sum_flows(table, areas, level=1)


def test_overlapping_periods_of_the_same_ends_are_refused():
    """A month inside a quarter, whatever its source or reason; periods that follow each other, and other ends, are fine."""
    table = flows(
        origin="A",
        destination=["B", "B", "B", "C"],
        start=["2020-01-01", "2020-03-01", "2020-04-01", "2020-02-01"],
        end=["2020-03-31", "2020-03-31", "2020-04-30", "2020-02-29"],
        people=1,
    )
    with pytest.raises(sg.errors.DoubleCountError, match=r"periods of the same ends overlap in rows 0, 1 ") as caught:
        sg.sum_flows(table)
    assert caught.value.rows.index.tolist() == [0, 1]
    assert sg.sum_flows(table.drop(index=1))["people"].tolist() == [2, 1]


def test_a_long_period_overlaps_all_that_it_holds():
    """A year beside two of its months is named with both, although the months do not meet."""
    table = flows(
        origin=None,
        destination="B",
        start=["2020-01-01", "2020-02-01", "2020-06-01", "2021-01-01"],
        end=["2020-12-31", "2020-02-29", "2020-06-30", "2021-12-31"],
        people=1,
    )
    with pytest.raises(sg.errors.DoubleCountError, match="overlap in rows 0, 1, 2 ") as caught:
        sg.sum_flows(table)
    assert caught.value.rows.index.tolist() == [0, 1, 2]


def test_a_flow_beside_the_one_that_holds_it_is_refused():
    """Region to region beside one of its communes to the same region, in periods that meet."""
    table = flows(origin=["BF56", "BF5601", "BF5601"], destination=["BF49", "BF49", "BF4901"], people=1)
    with pytest.raises(sg.errors.DoubleCountError, match=r"of an area and of its parts twice:\n.*rows 0, 1, 2"):
        sg.sum_flows(table)
    assert len(sg.sum_flows(flows(origin=["BF56", "BF5601"], destination=["BF49", "BF13"], people=1))) == 2
    apart = flows(
        origin=["BF56", "BF5601"],
        destination="BF49",
        start=["2020-03-01", "2020-04-01"],
        end=["2020-03-31", "2020-04-30"],
        people=1,
    )
    assert len(sg.sum_flows(apart)) == 2


def test_origins_may_be_coarser_than_destinations():
    """Who came is known by region, where they are by commune: that is no mixture."""
    assert sg.sum_flows(flows(origin=["BF56", "BF56"], destination=["BF5601", "BF4901"], people=1))[
        "rows"
    ].tolist() == [1, 1]


def test_a_partial_sum_warns():
    """Missing counts are counted, and a sum of nothing but missing is missing."""
    table = flows(origin="A", destination=["B", "B", "C"], reason=["x", "y", "x"], people=[1, None, None])
    with pytest.warns(sg.DataWarning, match=r"people missing in 1 of 3 rows .* row 1 \(origin 'A'; destination 'B'\)"):
        result = sg.sum_flows(table)
    assert result["people"].tolist() == [1, pd.NA]
    assert result["rows_missing"].tolist() == [1, 1]


def test_an_empty_table_gives_an_empty_table():
    """No rows in, no rows out, at any frequency."""
    empty = flows(origin=["A"], destination=["B"], people=[1]).iloc[:0]
    for freq in (None, "MS"):
        assert len(sg.sum_flows(empty, freq=freq)) == 0


def test_the_sample_is_conserved():
    """All people of the sample are in each of its sums."""
    sample = sg.load_sample("burkina-movements-2025")
    people = sample.flows["people"].sum()
    assert sg.sum_flows(sample.flows)["people"].sum() == people
    assert sg.sum_flows(sample.flows, sample.areas, level=0, freq="YS")["people"].sum() == people


CODES = st.sampled_from(["XX0101", "XX0102", "XX0201", None])


@few()
@given(
    rows=st.lists(
        st.tuples(CODES, CODES, st.integers(1, 12), st.sampled_from(["x", "y"]), st.integers(0, 10**6) | st.none()),
        min_size=1,
        max_size=12,
        unique_by=lambda row: row[:4],
    )
)
def test_people_are_conserved_and_sums_commute(rows):
    """Over areas then months, months then areas, or at once: the same flows, and every person in them."""
    provinces = gpd.GeoDataFrame(
        {"pcode": ["XX0101", "XX0102", "XX0201"], "edition": "2020", "level": 2, "parent": ["XX01", "XX01", "XX02"]},
        geometry=[box(0, 0, 1, 1), box(0, 1, 1, 2), box(1, 0, 2, 1)],
        crs="EPSG:4326",
    )
    origins, destinations, months, reasons, people = zip(*rows, strict=True)
    start = pd.to_datetime([f"2020-{month:02d}-01" for month in months])
    table = flows(
        origin=origins,
        destination=destinations,
        start=start,
        end=start + pd.offsets.MonthEnd(),
        reason=reasons,
        people=pd.array(people, dtype="Int64"),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        at_once = sg.sum_flows(table, provinces, level=1, freq="QS")
        time_first = sg.sum_flows(sg.sum_flows(table, freq="QS"), provinces, level=1, freq="QS")
        areas_first = sg.sum_flows(sg.sum_flows(table, provinces, level=1, freq="MS"), freq="QS")
    pd.testing.assert_frame_equal(at_once, time_first)
    pd.testing.assert_frame_equal(at_once, areas_first)
    assert at_once["people"].sum() == sum(count for count in people if count is not None)
    assert at_once["rows"].sum() == len(rows)


AREAS = pd.DataFrame({"pcode": ["BF56", "BF54", "BF13"], "name": ["Sahel", "Nord", "Centre"], "level": 1})
PRINTED = ("Sahel", "NORD", "BF13", "Mali", "Inconnue", "unknown", "n.d.", None)
CODES = ("BF56", "BF54", "BF13", "MLI", None, None, None, None)


@given(
    st.lists(
        st.tuples(*[st.integers(0, len(PRINTED) - 1)] * 2, st.integers(0, 900)),
        min_size=1,
        max_size=6,
        unique_by=lambda flow: flow[:2],
    )
)
def test_both_ends_get_their_codes_and_nobody_is_lost(drawn):
    """Names, codes and countries at either end; an unknown end stays unknown, and the account adds up to what came in."""
    origins, destinations, people = zip(*drawn, strict=True)
    printed = pd.DataFrame(
        {"De": [PRINTED[at] for at in origins], "Vers": [PRINTED[at] for at in destinations], "people": people},
        index=[10 * place for place in range(len(drawn))],
    ).astype({"De": "string", "Vers": "string"})
    before = printed.copy()
    table, account = sg.flows.match_ends(
        printed, AREAS, on={"origin": "De", "destination": {"names": "Vers"}}, report=True
    )
    pd.testing.assert_frame_equal(printed, before)
    assert table.index.equals(printed.index)
    for end, drawn_ends in (("origin", origins), ("destination", destinations)):
        assert [None if pd.isna(code) else code for code in table[end]] == [CODES[at] for at in drawn_ends]
    assert account["rows"].sum() == len(drawn)
    assert account["people"].sum() == sum(people)
    unknown = table["origin"].isna() & table["destination"].notna()
    assert account.loc["unknown origin"].tolist() == [unknown.sum(), table["people"][unknown].sum()]


def printed_flows(**columns):
    """Three printed flows, one of them from a place that is no area."""
    return flows(
        **{"origin": ["Sahel", "Atlantis", "Inconnue"], "destination": "Nord", "people": [120, 30, 7], **columns}
    )


def test_an_end_that_no_area_answers_to_is_refused_kept_or_dropped():
    """The message names it with the reason; what is kept is not called unknown in the account."""
    with pytest.raises(
        sg.errors.UnmatchedError, match=r"1 of 3 flows with 30 people .*Atlantis \(no such name\)"
    ) as caught:
        sg.flows.match_ends(printed_flows(), AREAS)
    assert caught.value.rows["origin"].tolist() == ["Atlantis"]
    with pytest.warns(sg.DataWarning, match="kept with a missing end"):
        table, account = sg.flows.match_ends(printed_flows(), AREAS, unmatched="keep", report=True)
    assert account["people"].to_dict() == {
        "both ends": 120,
        "unknown origin": 7,
        "unknown destination": 0,
        "both unknown": 0,
        "no area": 30,
    }
    assert table["origin_printed"].tolist() == ["Sahel", "Atlantis", "Inconnue"]
    assert sg.sum_flows(table, by=())["people"].item() == 157
    with pytest.warns(sg.DataWarning, match="left out"):
        assert len(sg.flows.match_ends(printed_flows(), AREAS, unmatched="drop")) == 2


def test_two_names_of_one_area_stay_two_flows():
    """Their sum has both, and neither is taken for a copy."""
    table = sg.flows.match_ends(printed_flows(origin=["Sahel", "Région du Sahel", "BF56"]), AREAS)
    assert table["origin"].tolist() == ["BF56"] * 3
    assert sg.sum_flows(table)["people"].tolist() == [157]


def test_options_of_the_ends_that_do_not_fit():
    """Each is named."""
    for options, message in (
        ({"on": {"start": "De"}}, "name the columns of 'origin' and 'destination'"),
        ({"on": {"origin": {"column": "De"}}}, "is not a column or a mapping of names, parents"),
        ({"on": {"origin": "De"}}, "column 'De' is missing"),
        ({"unmatched": "ignore"}, "unmatched='ignore' is not one of"),
    ):
        with pytest.raises(sg.errors.SchemaError, match=message):
            sg.flows.match_ends(printed_flows(), AREAS, **options)


def test_an_origin_that_is_called_a_total_is_one():
    """Its people are those of the other origins."""
    table = flows(origin=["BF49", "BF56", "Total"], destination="BF54", people=[500, 700, 1200])
    with pytest.raises(sg.errors.DoubleCountError, match="a total beside its parts"):
        sg.sum_flows(table, by="destination")
