"""Events by area and period, and parts of years: every event is counted once, and nothing is zero that was not looked at."""

from __future__ import annotations

import warnings
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import few
from shapely import box
from tables import make_events

import sahelgeo as sg


@pytest.fixture
def fights() -> gpd.GeoDataFrame:
    """Four events: two in the western square, one in the middle, one far away."""
    return make_events(
        [
            {"x": 0.5, "y": 10.5, "date": "2020-01-05", "fatalities": 3},
            {"x": 0.6, "y": 10.5, "date": "2020-01-20", "fatalities": None},
            {"x": 1.5, "y": 10.5, "date": "2020-03-01", "fatalities": 2},
            {"x": 9.0, "y": 40.0, "date": "2020-03-02", "fatalities": 5},
        ]
    )


def quiet(*args: Any, **kwargs: Any) -> pd.DataFrame:
    """sum_events without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        return sg.sum_events(*args, **kwargs)


def test_sum_events_adds_up_by_area_and_month(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """Two events in January in the west, one in March in the middle, and one that lies nowhere."""
    sums = quiet(fights, squares)
    assert sums["pcode"].fillna("nowhere").tolist() == ["XA01", "XA02", "nowhere"]
    assert sums[["events", "fatalities", "events_without_fatalities"]].to_numpy().tolist() == [
        [2, 3, 1],
        [1, 2, 0],
        [1, 5, 0],
    ]


def test_without_coverage_there_is_no_zero(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """An area without events has no row, since nobody said that it was looked at."""
    assert "XA03" not in set(quiet(fights, squares)["pcode"].dropna())


def test_zero_stands_only_inside_coverage(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """February is covered and empty: zero. April is covered for ten days only: missing."""
    sums = quiet(fights, squares, coverage=("2020-01-01", "2020-04-10")).set_index(["pcode", "start"])
    assert sums.loc[("XA03", pd.Timestamp("2020-02-01")), "events"] == 0
    assert sums.loc[("XA03", pd.Timestamp("2020-02-01")), "fatalities"] == 0
    assert pd.isna(sums.loc[("XA03", pd.Timestamp("2020-04-01")), "events"])
    assert sums.loc[("XA03", pd.Timestamp("2020-04-01")), "covered"] == pytest.approx(10 / 30)


def test_coverage_may_name_areas(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """Only the western square is covered: the eastern one stays missing."""
    coverage = pd.DataFrame({"pcode": ["XA01", "XA02"], "start": "2020-01-01", "end": "2020-03-31"})
    sums = quiet(fights, squares, coverage=coverage).set_index(["pcode", "start"])
    assert sums.loc[("XA01", pd.Timestamp("2020-02-01")), "events"] == 0
    assert pd.isna(sums.loc[("XA03", pd.Timestamp("2020-02-01")), "events"])
    assert sums.loc[("XA03", pd.Timestamp("2020-02-01")), "covered"] == 0


def test_coverage_may_name_countries(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """A country that the source does not cover has no zeros."""
    areas = squares.assign(iso3=["AAA", "AAA", "BBB"])
    coverage = pd.DataFrame({"iso3": ["AAA"], "start": ["2020-01-01"], "end": ["2020-03-31"]})
    sums = quiet(fights, areas, coverage=coverage).set_index(["pcode", "start"])["events"]
    assert sums[("XA02", pd.Timestamp("2020-01-01"))] == 0
    assert pd.isna(sums[("XA03", pd.Timestamp("2020-01-01"))])


@pytest.mark.parametrize(
    ("coverage", "message"),
    [
        ("2020", "is not a coverage"),
        (("2020-05-01", "2020-01-01"), "starts after its end"),
        (pd.DataFrame({"start": ["2020-01-01", "2020-02-01"], "end": ["2020-03-01", "2020-04-01"]}), "overlap"),
        (
            pd.DataFrame({"pcode": ["XX"], "start": ["2020-01-01"], "end": ["2020-04-01"]}),
            "coverage, column 'pcode': 'XX' is not in the areas",
        ),
        (
            pd.DataFrame({"iso3": ["Burkina"], "start": ["2020-01-01"], "end": ["2020-04-01"]}),
            "coverage, column 'iso3': 'Burkina' is not in the areas. There are: AAA",
        ),
        (
            pd.DataFrame({"pcode": ["XA01", None], "start": ["2020-01-01"] * 2, "end": ["2020-04-01"] * 2}),
            "some rows name areas",
        ),
    ],
)
def test_a_coverage_that_makes_no_sense_is_refused(
    fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame, coverage: Any, message: str
) -> None:
    """The message says what is wrong with it."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        quiet(fights, squares.assign(iso3="AAA"), coverage=coverage)


def test_an_event_before_its_own_country_is_covered_is_an_error(
    fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame
) -> None:
    """January is covered in AAA, not in BBB; a country that is not named is not covered at all."""
    areas = squares.assign(iso3=["BBB", "AAA", "CCC"])
    coverage = pd.DataFrame({"iso3": ["AAA", "BBB"], "start": ["2020-01-01", "2020-02-01"], "end": "2020-03-31"})
    with pytest.raises(
        sg.errors.WindowError, match=r"2 events of BBB .* BBB 2020-02-01 to 2020-03-31 \(2020-01-05, 2020-01-20"
    ):
        quiet(fights, areas, coverage=coverage)
    with pytest.raises(sg.errors.WindowError, match="2 events of BBB lie outside the coverage, which does not name it"):
        quiet(fights, areas, coverage=coverage.iloc[:1])


def test_events_outside_the_coverage_are_an_error(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """A coverage that ends before the last event would make wrong zeros."""
    with pytest.raises(sg.errors.WindowError, match=r"2 events lie outside the coverage 2020-01-01 to 2020-02-29"):
        quiet(fights, squares, coverage=("2020-01-01", "2020-02-29"))


def test_rough_places_do_not_count_below_their_level(squares: gpd.GeoDataFrame) -> None:
    """Precision 3 counts in regions, and is without an area in provinces."""
    events = make_events([{"x": 0.5, "y": 10.5, "date": "2020-01-05", "fatalities": 3, "geo_precision": 3}])
    assert sg.sum_events(events, squares)["pcode"].tolist() == ["XA01"]
    with pytest.warns(sg.DataWarning, match=r"1 of 1 events have no area: 1 placed too coarsely"):
        sums = sg.sum_events(events, squares.assign(level=2))
    assert sums["pcode"].isna().all()
    assert sums["events"].tolist() == [1]


@pytest.mark.parametrize(("source", "level", "placed"), [("acled", 2, 2), ("ucdp-ged", 2, 3), ("ucdp-ged", 1, 4)])
def test_each_source_has_its_own_scale_of_precision(
    squares: gpd.GeoDataFrame, source: str, level: int, placed: int
) -> None:
    """UCDP's 3 is a district, ACLED's 3 a region."""
    rows = [{"x": 0.5, "y": 10.5, "date": "2020-01-05", "geo_precision": number} for number in (1, 2, 3, 4, 5)]
    sums = quiet(make_events(rows, source=source), squares.assign(level=level))
    assert sums.loc[sums["pcode"] == "XA01", "events"].sum() == placed


def test_precision_needs_a_level(squares: gpd.GeoDataFrame) -> None:
    """Without the level of the areas nobody can say whether a rough place may count."""
    events = make_events([{"x": 0.5, "y": 10.5, "date": "2020-01-05", "geo_precision": 2}])
    with pytest.raises(sg.errors.SchemaError, match="column 'level' is missing"):
        sg.sum_events(events, squares.drop(columns="level"))


def test_events_without_coordinates_are_kept_apart(squares: gpd.GeoDataFrame) -> None:
    """They are counted in a row without a p-code, and named."""
    events = make_events(
        [{"x": None, "y": None, "date": "2020-01-05"}, {"x": 0.5, "y": 10.5, "date": "2020-01-05", "fatalities": 1}]
    )
    with pytest.warns(sg.DataWarning, match=r"1 without coordinates, row 0 \(event 'E0'\)"):
        sums = sg.sum_events(events, squares)
    assert sums["events"].tolist() == [1, 1]
    assert pd.isna(sums["fatalities"].iloc[1])


def test_two_sources_do_not_add_up(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """ACLED and UCDP record the same incidents."""
    with pytest.raises(sg.errors.DoubleCountError, match="come from 2 sources"):
        quiet(fights.assign(source=["acled", "ucdp-ged"] * 2), squares)


def test_duplicates_are_refused(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """The rows are named, and come with the error."""
    twice = pd.concat([fights, fights.iloc[:1]], ignore_index=True)
    with pytest.raises(
        sg.errors.DuplicateEventError, match=r"rows 0, 4 \(event 'E0'\): the same event more than once"
    ) as caught:
        quiet(twice, squares)
    assert len(caught.value.rows) == 2


def test_two_exports_of_one_event_are_refused_until_one_is_chosen(
    fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame
) -> None:
    """newest_export keeps the revised row, and an event that only the older export has."""
    old = fights.assign(exported="2020-07-17")
    new = fights.iloc[:2].assign(exported="2020-08-20", fatalities=[4, 1])
    both = pd.concat([old, new], ignore_index=True)
    with pytest.raises(sg.errors.DuplicateEventError, match="more than one export. Keep the newest"):
        quiet(both, squares)
    kept = sg.events.newest_export(both)
    assert kept.sort_values("event")["fatalities"].tolist() == [4, 1, 2, 5]
    with (
        pytest.warns(sg.DataWarning, match="1 of 4 events have no area"),
        pytest.warns(sg.DataWarning, match=r"exports of 2 days \(2020-07-17, 2020-08-20\)"),
    ):
        sums = sg.sum_events(kept, squares)
    assert (sums["exported"] == pd.Timestamp("2020-08-20")).all()


def test_newest_export_says_what_it_needs(fights: gpd.GeoDataFrame) -> None:
    """A day for each row, the key, and no event twice in one export."""
    with pytest.raises(sg.errors.SchemaError, match="there is no column 'exported'"):
        sg.events.newest_export(fights)
    with pytest.raises(sg.errors.SchemaError, match=r"row\(s\) 0, 1, 2, 3: empty"):
        sg.events.newest_export(fights.assign(exported=None))
    with pytest.raises(sg.errors.SchemaError, match="column 'event' is missing"):
        sg.events.newest_export(fights.assign(exported="2020-07-17").drop(columns="event"))
    with pytest.raises(sg.errors.DuplicateEventError, match="one export holds an event more than once"):
        sg.events.newest_export(pd.concat([fights, fights]).assign(exported="2020-07-17"))


def test_low_and_high_estimates_are_kept(squares: gpd.GeoDataFrame) -> None:
    """UCDP's low and high are added up beside the best estimate."""
    rows = [{"x": 0.5, "y": 10.5, "date": f"2020-01-0{day}", "fatalities": 3, "fatalities_low": 2} for day in (1, 2)]
    sums = sg.sum_events(make_events(rows, fatalities_high=9), squares)
    assert sums[["fatalities", "fatalities_low", "fatalities_high"]].to_numpy().tolist() == [[6, 4, 18]]


def test_sums_by_kind(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """Each kind has rows of its own, zeros included where covered."""
    events = fights.assign(kind=["battle", "attack", "battle", "battle"])
    sums = quiet(events, squares, freq="QS", by="kind", coverage=("2020-01-01", "2020-03-31"))
    assert len(sums) == 3 * 2 + 1
    assert sums["events"].sum() == 4
    with pytest.raises(sg.errors.SchemaError, match="by has 'sort'. Choose among the columns"):
        quiet(events, squares, by="sort")


def test_deaths_per_100000_name_their_population(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """3 deaths among 60,000 people are 5 per 100,000; without people there is no rate."""
    people = pd.DataFrame({"pcode": ["XA01"], "year": 2019, "people": 60_000, "source": "census"})
    sums = quiet(fights, squares, population=people)
    assert sums["per_100000"].fillna(-1).tolist() == [5.0, -1, -1]
    assert sums["population_source"].fillna("").tolist() == ["census", "", ""]
    with pytest.raises(sg.errors.DoubleCountError, match="p-codes XA01 stand more than once"):
        quiet(fights, squares, population=pd.concat([people, people.assign(year=2020)]))


def test_areas_of_two_levels_are_refused(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """An event would count in the province and in its region."""
    with pytest.raises(sg.errors.SchemaError, match=r"areas are of levels 1, 2"):
        quiet(fights, squares.assign(level=[1, 1, 2]))


def test_unknown_frequency(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """The message lists what there is."""
    with pytest.raises(sg.errors.SchemaError, match="freq='W' is not one of"):
        quiet(fights, squares, freq="W")


def test_events_on_the_wrong_side_of_a_border_are_reported(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """By country for certain, by name to be looked at; both count where the point lies."""
    areas = squares.assign(iso3="AAA")
    events = fights.iloc[:3].assign(iso3=["AAA", "BBB", "AAA"], admin1=["Ouest", "West", "East"])
    with pytest.warns(sg.DataWarning, match=r"1 events name another country than their point lies in: row 1"):
        sg.sum_events(events, areas)
    found = sg.events.audit(events, areas)
    assert found[["event", "problem", "printed", "pcode"]].to_numpy().tolist() == [
        ["E1", "other_country", "BBB", "XA01"],
        ["E2", "other_area", "East", "XA02"],
    ]


def test_audit_lists_what_has_no_place(squares: gpd.GeoDataFrame) -> None:
    """No coordinates, outside, too coarse: one row for each."""
    events = make_events(
        [
            {"x": None, "y": None, "date": "2020-01-05", "geo_precision": 1},
            {"x": 50, "y": 50, "date": "2020-01-05", "geo_precision": 1},
            {"x": 0.5, "y": 10.5, "date": "2020-01-05", "geo_precision": 3},
            {"x": 0.5, "y": 10.5, "date": "2020-01-06", "geo_precision": 1},
        ]
    )
    found = sg.events.audit(events, squares.assign(level=2))
    assert found["problem"].tolist() == ["no_coordinates", "outside", "too_coarse"]
    assert found["printed"].fillna("").tolist() == ["", "", "3"]


def test_arguments_are_left_as_they_were(fights: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """Nothing is written into the tables of the caller."""
    events, areas = fights.copy(), squares.copy()
    quiet(fights, squares, coverage=("2020-01-01", "2020-03-31"))
    pd.testing.assert_frame_equal(events, fights)
    pd.testing.assert_frame_equal(areas, squares)


@few()
@given(
    st.lists(
        st.tuples(st.floats(-1, 4), st.integers(0, 300), st.one_of(st.none(), st.integers(0, 9)), st.integers(1, 7)),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from(["MS", "QS", "YS"]),
    st.booleans(),
)
def test_every_event_that_comes_in_comes_out(rows: list[Any], freq: str, covered: bool) -> None:
    """Whatever the places, precisions and periods, events and deaths are conserved."""
    events = make_events(
        [
            {"x": x, "y": 10.5, "date": f"{pd.Timestamp('2020-01-01') + pd.Timedelta(days=day):%Y-%m-%d}", "fatalities": deaths, "geo_precision": precision}
            for x, day, deaths, precision in rows
        ]
    ).astype({"fatalities": "Int64"})  # fmt: skip
    areas = gpd.GeoDataFrame(
        {"pcode": ["XA01", "XA02"], "level": 2}, geometry=[box(0, 10, 1, 11), box(1, 10, 2, 11)], crs="EPSG:4326"
    )
    sums = quiet(events, areas, freq=freq, coverage=("2020-01-01", "2020-12-31") if covered else None)
    assert sums["events"].sum() == len(events)
    assert sums["fatalities"].sum() == events["fatalities"].sum()
    assert sums["events_without_fatalities"].sum() == events["fatalities"].isna().sum()


COVERAGE = ("2019-01-01", "2020-06-30")


@pytest.fixture
def two_years() -> gpd.GeoDataFrame:
    """Events of 2019 and half of 2020 in one country, and one in another."""
    return make_events(
        [
            {"x": 0, "y": 10, "date": "2019-01-15", "fatalities": 10, "iso3": "BFA"},
            {"x": 0, "y": 10, "date": "2019-12-15", "fatalities": 6, "iso3": "BFA"},
            {"x": 0, "y": 10, "date": "2020-02-15", "fatalities": 13, "iso3": "BFA"},
            {"x": 0, "y": 10, "date": "2020-06-15", "fatalities": 5, "iso3": "MLI"},
        ]
    )


def test_year_to_date_gives_both_ratios(two_years: gpd.GeoDataFrame) -> None:
    """13 deaths against 10 in the same half and 16 in the year: + 30 %, and 0.81 of the year."""
    found = sg.events.year_to_date(two_years, date="2020-06-30", by="iso3", coverage=COVERAGE).set_index(
        ["iso3", "measure"]
    )
    row = found.loc[("BFA", "fatalities")]
    assert (row["part"], row["same_window"], row["full_year"]) == (13, 10, 16)
    assert row["change_percent"] == pytest.approx(30)
    assert row["ratio_full_year"] == pytest.approx(13 / 16)
    assert row["verdict"] == "neared"
    assert found.loc[("MLI", "fatalities"), "verdict"] == "unknown"


def test_the_bands_of_the_verdict_are_parameters(two_years: gpd.GeoDataFrame) -> None:
    """The same figures near a total or not, by the band."""
    bands = {"date": "2020-05-31", "coverage": COVERAGE}
    verdicts = [
        sg.events.year_to_date(two_years, **bands, neared=neared, surpassed=surpassed)["verdict"].iloc[1]
        for neared, surpassed in ((0.9, 1), (0.8, 1), (0.5, 0.8))
    ]
    assert verdicts == ["below", "neared", "surpassed"]
    with pytest.raises(sg.errors.SchemaError, match="are no bands"):
        sg.events.year_to_date(two_years, date="2020-06-30", neared=1.2)


def test_a_window_outside_the_data_is_an_error(two_years: gpd.GeoDataFrame) -> None:
    """Neither a later cut-off nor a year that the source does not cover gives a ratio."""
    with pytest.raises(
        sg.errors.WindowError, match="needs 2019-01-01 to 2020-09-30, the events cover 2019-01-15 to 2020-06-15"
    ):
        sg.events.year_to_date(two_years, date="2020-09-30")
    with pytest.raises(sg.errors.WindowError, match="the events cover 2019-06-01"):
        sg.events.year_to_date(two_years.iloc[1:], date="2020-06-30", coverage=("2019-06-01", "2020-06-30"))
    with pytest.raises(sg.errors.SchemaError, match="by has 'land'"):
        sg.events.year_to_date(two_years, date="2020-06-30", by="land")
    with pytest.raises(sg.errors.SchemaError, match="date='06/07/2020' is not a day"):
        sg.events.year_to_date(two_years, date="06/07/2020")


def test_part_of_june_is_not_half_a_year(two_years: gpd.GeoDataFrame) -> None:
    """The last event is of 15 June: without a coverage nothing is known of the days after it."""
    whole_2019 = pd.concat([make_events([{"x": 0, "y": 10, "date": "2019-01-01"}], event="first"), two_years])
    with pytest.raises(
        sg.errors.WindowError, match="needs 2019-01-01 to 2020-06-30, the events cover 2019-01-01 to 2020-06-15"
    ):
        sg.events.year_to_date(whole_2019, date="2020-06-30")
    with pytest.warns(sg.DataWarning, match="deaths are not known in 1 of 5 events"):
        assert sg.events.year_to_date(whole_2019, date="2020-06-15")["part"].tolist() == [2, 18]


def test_each_country_must_be_covered_for_the_whole_comparison(two_years: gpd.GeoDataFrame) -> None:
    """Burkina Faso from 2020 on only: its 2019 is not known, whatever Mali's is."""
    coverage = pd.DataFrame({"iso3": ["BFA", "MLI"], "start": ["2020-01-01", "2019-01-01"], "end": "2020-06-30"})
    with pytest.raises(sg.errors.WindowError, match="BFA: the events cover 2020-01-01 to 2020-06-30"):
        sg.events.year_to_date(two_years, date="2020-06-30", by="iso3", coverage=coverage)
    with pytest.raises(sg.errors.WindowError, match="MLI: the coverage does not name it"):
        sg.events.year_to_date(two_years, date="2020-06-30", coverage=coverage.iloc[:1])
    with pytest.raises(sg.errors.SchemaError, match="by p-code"):
        sg.events.year_to_date(two_years, date="2020-06-30", coverage=coverage.rename(columns={"iso3": "pcode"}))
    halves = pd.DataFrame({"iso3": "BFA", "start": ["2019-01-01", "2020-01-01"], "end": ["2019-12-31", "2020-06-30"]})
    burkina = two_years[two_years["iso3"] == "BFA"]
    found = sg.events.year_to_date(burkina, date="2020-06-30", coverage=halves)
    assert found.loc[1, ["part", "full_year"]].tolist() == [13, 16]


def test_a_leap_day_has_a_window_a_year_before(two_years: gpd.GeoDataFrame) -> None:
    """29 February 2020 is held against 28 February 2019."""
    found = sg.events.year_to_date(two_years, date="2020-02-29", coverage=COVERAGE)
    assert found.loc[1, ["part", "same_window"]].tolist() == [13, 10]


def test_deaths_that_nobody_counted_are_unknown(two_years: gpd.GeoDataFrame) -> None:
    """A year in which no death was counted is missing, not zero."""
    unknown = two_years.assign(fatalities=None)
    with pytest.warns(sg.DataWarning, match="deaths are not known in 4 of 4 events"):
        found = sg.events.year_to_date(unknown, date="2020-06-30", coverage=COVERAGE).set_index("measure")
    assert pd.isna(found.loc["fatalities", "part"])
    assert found.loc["fatalities", "verdict"] == "unknown"
    assert found.loc["events", "verdict"] == "surpassed"


def test_deaths_that_are_not_known_are_counted(two_years: gpd.GeoDataFrame) -> None:
    """One of the two events of 2020 has no count: its deaths may change the words, and the table says how many there are."""
    gap = two_years.assign(fatalities=[10, 6, 13, None])
    with pytest.warns(sg.DataWarning, match=r"deaths are not known in 1 of 4 events, row 3 \(event 'E3'\)"):
        found = sg.events.year_to_date(gap, date="2020-06-30", coverage=COVERAGE).set_index("measure")
    assert found.loc["fatalities", ["part_unknown", "same_window_unknown", "full_year_unknown"]].tolist() == [1, 0, 0]
    assert found.loc["events", "part_unknown"] == 0


# What locate found is what is counted ---------------------------------------------------------------------------------


def sums_by_area(sums: pd.DataFrame) -> dict[str, int]:
    """Events of each area, those without one under ''."""
    counted = sums[sums["events"] > 0]
    return counted.groupby(counted["pcode"].fillna(""))["events"].sum().astype(int).to_dict()


def test_what_locate_found_is_what_is_counted(squares: gpd.GeoDataFrame) -> None:
    """Outside, nearest; on a border, missing: the sum decides nothing again."""
    events = make_events([{"x": -0.02, "y": 10.5}, {"x": 1.0, "y": 10.5}, {"x": 0.5, "y": 10.5}], date="2020-01-05")
    near = sg.locate(events, squares, outside="nearest", max_distance_km=5)
    assert sums_by_area(quiet(near, squares)) == {"XA01": 3}
    with pytest.warns(sg.DataWarning, match="1 outside all areas"):
        located = sg.locate(events, squares, ties="missing", outside="nearest", max_distance_km=1)
    with pytest.warns(sg.DataWarning, match="2 of 3 events have no area: 1 in more than one area.*1 outside all areas"):
        assert sums_by_area(sg.sum_events(located, squares)) == {"XA01": 1, "": 2}


def test_events_without_a_code_are_located_once(squares: gpd.GeoDataFrame) -> None:
    """A code that the user gave stays, also where the point says another; what has none is located."""
    events = make_events(
        [{"x": 0.5, "y": 10.5}, {"x": 0.5, "y": 10.5}, {"x": 1.5, "y": 10.5}], date="2020-01-05"
    ).assign(pcode=["XA03", None, None])
    assert sums_by_area(quiet(events, squares)) == {"XA03": 1, "XA01": 1, "XA02": 1}


def test_a_code_that_the_areas_do_not_hold_is_refused_with_its_rows(squares: gpd.GeoDataFrame) -> None:
    """Of another level or edition: never lost, and what the message advises works."""
    events = make_events([{"x": 0.5, "y": 10.5}, {"x": 1.5, "y": 10.5}], date="2020-01-05").assign(
        pcode=["XA0102", "XA02"]
    )
    with pytest.raises(
        sg.errors.UnmatchedError, match=r"1 of 2 events have a p-code that the areas do not hold: XA0102, row 0"
    ) as caught:
        sg.sum_events(events, squares)
    assert len(caught.value.rows) == 1
    assert sums_by_area(quiet(events.drop(columns="pcode"), squares)) == {"XA01": 1, "XA02": 1}
    other = events.assign(pcode=["XA01", "XA02"], edition="of another year")
    with pytest.raises(sg.errors.EditionError, match="of another year"):
        sg.sum_events(other, squares)


@few()
@given(
    st.lists(st.tuples(st.floats(-1, 4), st.floats(9, 12)), min_size=1, max_size=12),
    st.sampled_from([{}, {"ties": "missing"}, {"outside": "nearest", "max_distance_km": 60}]),
)
def test_a_sum_of_located_events_is_the_count_of_their_codes(
    xy: list[tuple[float, float]], options: dict[str, Any]
) -> None:
    """For any points and any way of locating them."""
    areas = sg.load_areas("BFA").iloc[:3]
    events = make_events([{"x": x, "y": y} for x, y in xy], date="2020-01-05")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        located = sg.locate(events, areas, **options)
        expected = located["pcode"].fillna("").value_counts().to_dict()
        assert sums_by_area(sg.sum_events(located, areas, freq="YS")) == expected
        if not options:
            assert sums_by_area(sg.sum_events(events, areas, freq="YS")) == expected


# What is doubtful in the place of an event ----------------------------------------------------------------------------


def test_points_that_are_no_places_are_named_for_what_they_are() -> None:
    """Nobody filled it in, read the wrong way round, far from its country, over the border: each counted by its words."""
    areas = sg.load_areas("BFA")
    events = make_events(
        [
            {"x": 0, "y": 0},
            {"x": 13.0, "y": -1.5},
            {"x": 20.0, "y": 30.0},
            {"x": -1.6, "y": 15.3},
            {"x": -1.5, "y": 13.0},
        ],
        date="2020-01-05",
        iso3="BFA",
    )
    words = ["at_zero", "swapped", "far_away", "outside"]
    assert sg.events.audit(events, areas)["problem"].tolist() == words
    with pytest.warns(
        sg.DataWarning, match="4 of 5 events have no area: 1 at 0° north.*1 whose latitude and.*1 more than.*1 outside"
    ):
        sums = sg.sum_events(events, areas)
    assert sums["events"].sum() == 5
    # Of a country that the areas do not hold nothing can be far.
    assert sg.events.audit(events.assign(iso3="LBY"), areas)["problem"].tolist()[2] == "outside"


def test_the_word_for_a_kind_of_area_is_no_part_of_its_name() -> None:
    """As match_areas reads names: "Sahel region" is Sahel, the Centre is not the Centre-Nord."""
    areas = sg.load_areas("BFA")
    events = make_events([{"x": -1.63, "y": 14.10}] * 3, date="2020-01-05").assign(
        admin1=["Sahel region", "Région du Sahel", "Centre-Nord region"]
    )
    found = sg.events.audit(events, areas)
    assert found[["problem", "printed"]].to_numpy().tolist() == [["other_area", "Centre-Nord region"]]
