"""The brief on an export that is not the whole: one country, a part of a year, no low and high, a foreign country."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from tables import make_events

import sahelgeo as sg

COUNTRIES = ["BFA", "MLI", "NER"]
NORTH = ["ML06", "ML07+ML10", "ML08"]
pytestmark = pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")


def border_events() -> gpd.GeoDataFrame:
    """Two of Burkina Faso, the second with its point in Niger (Niamey)."""
    return make_events(
        [
            {"x": -1.5, "y": 12.4, "date": "2020-02-01", "fatalities": 3, "iso3": "BFA"},
            {"x": 2.1, "y": 13.5, "date": "2020-03-01", "fatalities": 4, "iso3": "BFA"},
        ]
    )


def test_a_point_across_the_border_covers_no_other_country() -> None:
    """Niger is not known, and its months hold no zero; without the column the point decides."""
    areas = sg.load_areas(COUNTRIES)
    own = sg.brief.read_own_events(border_events(), areas)
    assert own.coverage["iso3"].tolist() == ["BFA"]
    bare = sg.brief.read_own_events(border_events().drop(columns="iso3"), areas)
    assert bare.coverage["iso3"].tolist() == ["BFA", "NER"]
    sums = sg.sum_events(own.events, areas, coverage=own.coverage)
    assert sums["events"].sum() == 2
    niger = sums[sums["pcode"].str.startswith("NE", na=False)]
    assert not (niger["events"] == 0).any()
    outside = own.coverage.assign(end=pd.Timestamp("2020-02-15"))
    with pytest.raises(sg.errors.WindowError, match="1 events of BFA"):
        sg.sum_events(own.events, areas, coverage=outside)


def test_one_country_has_a_report_with_its_own_coverage(past: Any, tmp_path: Path) -> None:
    """Burkina Faso alone: the days cover no other country, whatever its points say."""
    burkina = past[past["iso3"] == "BFA"]
    made = sg.brief.report(tmp_path, events=burkina, coverage=("2012-01-01", "2020-12-31"))
    checks = {check.key: check for check in made.checks}
    assert checks["fatalities"].table["scope"].tolist() == ["BFA"]
    assert checks["fatalities"].verdict == "incomplete"
    assert checks["accord"].verdict == "incomplete"


def test_events_of_a_foreign_country_change_nothing(past: Any, tmp_path: Path) -> None:
    """A thousand of Nigeria are left out and counted."""
    whole = past[past["date"] >= "2019-06"].reset_index(drop=True)
    rows = [{"x": 8.0, "y": 9.0, "date": "2019-05-01", "fatalities": 50, "iso3": "NGA", "event": f"N{n}"} for n in range(1000)]  # fmt: skip
    source = whole["source"].iloc[0]
    foreign = gpd.GeoDataFrame(pd.concat([whole, make_events(rows, source=source)], ignore_index=True), crs=whole.crs)
    days = pd.DataFrame({"iso3": COUNTRIES, "start": "2019-06-01", "end": "2020-12-31"})
    ours, theirs = (
        sg.brief.report(tmp_path / name, events=events, coverage=days)
        for name, events in (("ours", whole), ("theirs", foreign))
    )
    assert [check.findings for check in ours.checks] == [check.findings for check in theirs.checks]
    pd.testing.assert_frame_equal(ours.claims, theirs.claims)
    said = f"1,000 of {len(foreign):,} events are of no country of the brief and are left out"
    assert [doubt for doubt in theirs.doubts if doubt not in ours.doubts] == [said]


def test_an_export_of_two_countries_has_all_five_assumptions_and_french_doubts(past: Any, tmp_path: Path) -> None:
    """Niger is not known: the missions stand beside the deaths of the two others, though a point lies across a border."""
    own = past[past["iso3"].isin(["BFA", "MLI"]) & past["date"].between("2019-01-01", "2020-08-31")]
    made = sg.brief.report(tmp_path, events=own, coverage=("2019-01-01", "2020-08-31"), lang="fr")
    assert [check.key for check in made.checks if check.verdict == "described"] == [
        "terrorism", "negotiation", "engagement",
    ]  # fmt: skip
    deaths = next(check for check in made.checks if check.key == "engagement").table
    across = sg.events.audit(own, sg.load_areas(COUNTRIES)).query("problem == 'other_country'")["event"]
    assert (
        abs(deaths["fatalities"].sum() - own["fatalities"].sum())
        <= own.loc[own["event"].isin(across), "fatalities"].sum()
    )
    said = "\n".join(made.doubts)
    assert "qui nomment une autre région que celle de leur point" in said
    assert "aucun événement ne se trouve en NER" in said
    assert not any(word in said for word in ("other_area", "no event lies", "in no month"))


def test_events_that_name_no_country_take_that_of_their_area(past: Any, tmp_path: Path) -> None:
    """The same report as with the column, but for points across the border and without a region."""
    recent = past[past["date"] >= "2020"]
    made = sg.brief.report(tmp_path, events=recent.drop(columns="iso3"), coverage=("2020-01-01", "2020-12-31"))
    said = made.claims.set_index("id").loc["B01", "finding"]
    assert [country in said for country in ("Burkina Faso: ", "Mali: ", "Niger: ")] == [True] * 3


def of_two_groups(**columns: Any) -> gpd.GeoDataFrame:
    """Two years of JNIM, whose deaths are told, and of ISGS, whose deaths no event tells."""
    rows = [
        {"x": -4.2, "y": 14.5, "date": f"{year}-{month:02d}-10", "fatalities": deaths, "actor1": group, "iso3": "MLI",
         "actor2": "Civilians", "kind": "one-sided violence"}
        for year in (2018, 2019) for month in (1, 6, 12) for group, deaths in (("JNIM", 3), ("ISGS", None))
    ]  # fmt: skip
    return make_events(rows).assign(**columns)


def test_deaths_that_no_event_tells_are_missing_and_not_none() -> None:
    """In the table of groups, by year, around a mission and among those who killed civilians."""
    mission = pd.DataFrame({"kind": "mission", "mission": "M", "start": [pd.Timestamp("2019-01-15")], "verified": True})
    check = sg.brief.terrorism(of_two_groups(), timeline=mission, coverage=("2018-01-01", "2019-12-31"), months=6)
    told = check.table.set_index("family")["fatalities"]
    assert told["JNIM"] == 18
    assert pd.isna(told["ISGS"])
    years = check.others["years"].set_index(["family", "year"])["fatalities"]
    assert years["ISGS"].isna().all()
    assert years["JNIM"].tolist() == [9, 9]
    around = check.others["missions"].set_index("family")
    assert around.loc["JNIM", ["fatalities_before", "fatalities_after"]].tolist() == [3, 3]
    assert around.loc["ISGS", ["fatalities_before", "fatalities_after"]].isna().all()
    assert around.loc["ISGS", ["events_before", "events_after"]].tolist() == [1, 1]
    killed = check.others["civilians"].set_index("family")["civilians"]
    assert pd.isna(killed["ISGS"])
    assert killed["JNIM"] == 18
    nothing = sg.brief.terrorism(of_two_groups(fatalities=pd.array([pd.NA] * 12, dtype="Int64")))
    assert "12 with – deaths" in nothing.findings[-1]


def test_what_followed_the_brief_without_deaths_low_or_high(sahel: Any) -> None:
    """A country whose deaths nobody told has none in its sentence; estimates that are not there are not written."""
    days = {"MLI": ["2020-03-01", "2021-03-01"], "NER": ["2020-03-01", "2021-03-01"]}
    rows = [{"x": 0, "y": 14, "date": day, "fatalities": 5 if iso3 == "MLI" else None, "iso3": iso3}
            for iso3, dates in days.items() for day in dates]  # fmt: skip
    events = make_events(rows)
    mali = sg.sum_events(events[events["iso3"] == "MLI"], sg.load_areas("MLI"), coverage=("2020-01-01", "2021-06-30"))
    check = sg.brief.after(events, mali, NORTH, sample=sahel, coverage=("2020-01-01", "2021-06-30"))
    table = check.table.set_index(["scope", "year"])
    assert table.loc["MLI", "deaths"].tolist() == [5, 5]
    assert table.loc["NER", "deaths"].isna().all()
    assert table["end"].loc["MLI"].tolist() == [pd.Timestamp("2020-12-31"), pd.Timestamp("2021-06-30")]
    assert check.findings[0].startswith("Mali: 5 deaths in 2020, 5 in 2021 (January–June 2021); displaced people at")
    assert check.findings[1].startswith("Niger: – deaths in 2020, – in 2021 (January–June 2021)")
    assert "low" not in check.findings[0]
    assert "0.33 million" in check.findings[0]
    quiet = sg.brief.after(events, mali, NORTH, sample=sahel, coverage=("2020-01-01", "2022-12-31"))
    assert quiet.table.set_index(["scope", "year"]).loc[("NER", 2022), "deaths"] == 0
    alone = sg.brief.after(events, mali, NORTH, sample=sahel)
    assert alone.table["end"].max() == pd.Timestamp("2021-03-01")
    assert alone.figure.axes[0].axison is False


def test_a_part_of_a_year_is_written_with_its_days() -> None:
    """The share of Mali in 2019 is of half a year; so are the groups' deaths, and a mission's months are whole ones."""
    half = of_two_groups()[lambda rows: rows["date"] <= "2019-06-30"]
    days = ("2018-01-01", "2019-06-15")
    sums = sg.sum_events(half, sg.load_areas("MLI"), coverage=days)
    said = sg.brief.accord(sums, NORTH).findings[0]
    assert "in 2018, " in said
    assert "in 2019 (1 January 2019 – 15 June 2019)" in said
    starts = pd.to_datetime(["2018-01-01"] * 2 + ["2019-02-01"] * 2)
    bare = pd.DataFrame(
        {"pcode": ["ML05", "ML08"] * 2, "start": starts, "fatalities": [1, 2, 3, 4], "source": "made up"}
    )
    assert "in 2019 (January–February 2019)" in sg.brief.accord(bare, ["ML08"]).findings[0]
    mission = pd.DataFrame({"kind": "mission", "mission": "M", "start": [pd.Timestamp("2018-12-01")], "verified": True})
    for months, known in ((5, True), (6, False)):
        around = sg.brief.terrorism(half, timeline=mission, coverage=days, months=months).others["missions"]
        assert around["events_after"].notna().all() == known
    told = sg.brief.terrorism(half, timeline=mission, coverage=days)
    assert "3 in 2018" not in told.findings[0]
    assert "2018: 9 deaths (events: 3); 2019 (1 January 2019 – 15 June 2019): 6 (events: 2)" in told.findings[0]


def test_an_agreement_is_held_against_areas_that_are_known() -> None:
    """A country that nobody looked at does not end the comparison; where none is known, the agreement is left out."""
    months = pd.date_range("2018-01-01", periods=24, freq="MS")
    deaths = {"ML05": [4] * 12 + [8] * 12, "ML04": [2] * 24, "NE001": [pd.NA] * 24}
    parts = [pd.DataFrame({"pcode": area, "start": months, "fatalities": pd.array(row, dtype="Int64")})
             for area, row in deaths.items()]  # fmt: skip
    sums = pd.concat(parts, ignore_index=True).assign(source="made up")
    peace = pd.DataFrame({"pcode": ["ML05"], "date": "2019-01-01", "name": "Peace"})
    found = sg.brief.negotiation(sums, peace).table.iloc[0]
    assert found[["before", "after", "change", "compare_before"]].tolist() == [4, 8, 4, 2]
    alone = sg.brief.negotiation(sums[sums["pcode"] != "ML04"], peace)
    assert alone.table.empty
    assert alone.others["left_out"]["name"].tolist() == ["Peace"]


def test_words_say_what_is_counted() -> None:
    """Events are not deaths, displaced people are no deaths a month, and the 7.40 million are those of a table."""
    sums = sg.sum_events(of_two_groups(), sg.load_areas("MLI"), coverage=("2018-01-01", "2019-12-31"))
    assert "% of events in 2018" in sg.brief.accord(sums, NORTH, column="events").findings[0]
    assert "% des événements en 2018" in sg.brief.accord(sums, NORTH, column="events", lang="fr").findings[0]
    people = pd.DataFrame({"start": pd.date_range("2018-01-01", periods=12, freq="MS"), "people": range(12)})
    said = sg.brief.engagement(people.assign(source="made up"), column="people").findings[0]
    assert "displaced people a month: 6, then 6" in said
    assert "deaths" not in said
    seasons = sg.brief.lean_seasons(sg.load_sample("central-sahel").phases, COUNTRIES)
    assert "7.40 million" not in " ".join(sg.brief.food_insecurity(seasons).findings)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sg.brief.terrorism(of_two_groups().iloc[:0]), "there is no row"),
        (lambda: sg.brief.terrorism(of_two_groups(), timeline=pd.DataFrame({"start": []})), "column 'kind' is missing"),
        (lambda: sg.brief.after(of_two_groups().drop(columns="iso3"), pd.DataFrame(), NORTH, sample=None), "'iso3' is missing"),
        (lambda: sg.brief.accord(pd.DataFrame({"pcode": []}), NORTH), "column 'start' is missing"),
        (lambda: sg.brief.accord(pd.DataFrame({"pcode": [], "start": [], "fatalities": []}), NORTH), "is not in the table"),
        (lambda: sg.brief.negotiation(pd.DataFrame({"start": [], "fatalities": []}), pd.DataFrame()), "column 'pcode' is missing"),
        (lambda: sg.brief.engagement(pd.DataFrame({"start": pd.to_datetime([]), "fatalities": []})), "there is no value"),
        (lambda: sg.brief.negotiation(pd.DataFrame({"pcode": [], "start": [], "fatalities": []}), pd.DataFrame({"pcode": ["ML05"], "date": "2019-01-01", "name": "x"})), "are not in the table of sums"),
        (lambda: sg.brief.lean_seasons(sg.load_sample("central-sahel").phases, ["XXX"]), "no lean season .* in each of XXX"),
        (lambda: sg.brief.lean_seasons(pd.DataFrame({"start": []}), ["BFA"]), "column 'iso3' is missing"),
        (lambda: sg.brief.claims([], events=of_two_groups().iloc[:0]), "there is no row"),
        (lambda: sg.brief.claims([], events=of_two_groups(), coverage=("2018-01-01",)), "is not a coverage"),
        (lambda: sg.brief.claims([], events=of_two_groups(), coverage=pd.DataFrame({"pcode": ["ML05"], "start": "2018-01-01", "end": "2019-12-31"})), "it is by p-code"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_words(call: Any, message: str) -> None:
    """Never with an error of pandas."""
    with pytest.raises(sg.SahelgeoError, match=message):
        call()


def test_claims_are_answered_from_the_events_given() -> None:
    """Months with events, events by year and places of the jihadist groups; without events, what they need."""
    answers = sg.brief.claims([], events=of_two_groups(), coverage=("2018-01-01", "2019-12-31")).set_index("id")
    assert answers.loc["B01", "finding"] == "Mali: events in 6 of the 24 months, January 2018 – December 2019."
    assert "Mali 2018: 6 events, 9 deaths, 2019: 6 events, 9 deaths." in answers.loc["B11", "finding"]
    assert "January–December 2019: Mali: Mopti (6)" in answers.loc["B22", "finding"]
    assert (answers.loc[["B01", "B11", "B22"], "verdict"] == "described").all()
    assert (answers.loc[["B01", "B11", "B22"], "sources"] == "made for tests").all()
    bare = of_two_groups().drop(columns="iso3")
    assert (
        sg.brief.claims([], events=bare).set_index("id").loc["B01", "finding"].startswith("Mali: events in 6 of the 24")
    )
    peaceful = of_two_groups(actor1="Army", actor2="Civilians")
    assert "names a jihadist group" in sg.brief.claims([], events=peaceful).set_index("id").loc["B22", "finding"]
    without = sg.brief.claims([]).set_index("id")
    assert (without.loc[["B01", "B02", "B11", "B22"], "verdict"] == "not_checked").all()


def test_a_report_of_a_part_of_two_years_says_so(tmp_path: Path) -> None:
    """Deaths of core and periphery are of the days covered; events without a count are named; nothing is 0."""
    rows = [{"x": 0.0, "y": 14.0, "date": day, "fatalities": n, "iso3": "BFA", "actor1": "JNIM", "actor2": None}
            for day, n in (("2019-02-01", 3), ("2019-03-01", None), ("2020-02-01", 4), ("2020-05-01", None))]  # fmt: skip
    made = sg.brief.report(tmp_path, events=make_events(rows), coverage=("2019-01-01", "2020-05-31"))
    assert any("deaths of 2020 (January–May 2020) (Burkina Faso)" in doubt for doubt in made.doubts)
    assert any(doubt.startswith("2 events have no count of deaths") for doubt in made.doubts)
    assert "Burkina Faso: events in 4 of the 17 months" in made.claims.set_index("id").loc["B01", "finding"]
