"""The figures of the brief from the tables that are carried, by public functions alone; each test names where they come from."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import sahelgeo as sg

COUNTRIES = ["BFA", "MLI", "NER"]
NORTH = ["ML06", "ML07+ML10", "ML08"]
pytestmark = pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> sg.brief.BriefReport:
    """The whole brief, from nothing but what is carried."""
    return sg.brief.report(tmp_path_factory.mktemp("brief"))


def test_deaths_by_mid_2020(sahel: Any, past: Any) -> None:
    """UCDP GED 24.1: 951, 1,039 and 733 deaths by 30 June 2020, against the same months and all of 2019."""
    check = sg.brief.fatalities(past, coverage=sahel.coverage)
    rows = check.table.set_index("scope")
    assert rows["part"].to_dict() == {"BFA": 951, "MLI": 1039, "NER": 733}
    assert rows["change_percent"].astype(float).round(1).to_dict() == {"BFA": 33.9, "MLI": 30.0, "NER": 184.1}
    assert rows["ratio_full_year"].astype(float).round(2).to_dict() == {"BFA": 0.76, "MLI": 0.85, "NER": 1.61}
    assert rows["part_low"].to_dict() == {"BFA": 712, "MLI": 941, "NER": 711}
    assert rows["part_high"].to_dict() == {"BFA": 1012, "MLI": 1194, "NER": 833}
    assert check.verdict == "supported"


def test_deaths_of_nine_years(sahel: Any, past: Any) -> None:
    """UCDP GED 24.1, 2012 to 2020: 482, 1,056 and 252 events with 2,688, 6,600 and 2,579 deaths; 2,209 events later."""
    sums = past.groupby("iso3")["fatalities"].agg(["size", "sum"])
    assert sums.to_numpy().tolist() == [[482, 2688], [1056, 6600], [252, 2579]]
    assert (len(past), past["fatalities"].sum()) == (1790, 11867)
    assert len(sahel.events) - len(past) == 2209


def test_deaths_outside_the_north_of_mali(past: Any) -> None:
    """UCDP GED 24.1: 23 % in 2012 of what has a region, 69 to 79 % in 2020, 149 of 1,509 deaths without one."""
    mali = sg.sum_events(past[past["iso3"] == "MLI"], sg.load_areas("MLI"))
    check = sg.brief.accord(mali, NORTH)
    first, last = check.table.iloc[0], check.table.iloc[-1]
    assert round(first["share_outside"], 2) == 0.23
    assert last[["inside", "outside", "unplaced"]].tolist() == [320, 1040, 149]
    assert [round(last[name], 2) for name in ("share_low", "share_high")] == [0.69, 0.79]
    assert "21–29 % of deaths in 2012, 69–79 % in 2020" in check.findings[0]
    assert "149 of 1,509 deaths have no region" in check.findings[0]
    assert check.verdict == "supported"


def test_jnim_against_is_in_the_first_half_of_2020(made: sg.brief.BriefReport, past: Any) -> None:
    """UCDP GED 24.1: 20 clashes with 284 deaths, 33 and 382 in all; the brief prints ACLED's 34 and more than 300."""
    war = sg.events.dyads(sg.events.actor_family(past), between=("JNIM", "ISGS"))
    half = war[war["start"].between("2020-01-01", "2020-06-30")]
    assert half[["events", "fatalities"]].sum().tolist() == [20, 284]
    assert war[["events", "fatalities"]].sum().tolist() == [33, 382]
    finding = made.claims.set_index("id").loc["B18", "finding"]
    assert "34† clashes and > 300† deaths in January–June 2020 as printed (ACLED)" in finding
    assert "20 events and 284 deaths" in finding


def test_lean_seasons_of_three_countries(sahel: Any, made: sg.brief.BriefReport) -> None:
    """Cadre Harmonisé: 2.41 million in 2019, 5.51 in March 2020, 6.63 with Burkina Faso's update of July: not 7.4."""
    found = sg.brief.lean_seasons(sahel.phases, COUNTRIES)
    found = found[found["start"].dt.year.isin([2019, 2020])]
    assert [round(people / 1e6, 2) for people in found["people_3plus"]] == [2.41, 5.51, 6.63]
    check = made.checks[2]
    rows = check.table[check.table["scope"] == "BFA+MLI+NER"]
    assert rows["ratio"].round(2).tolist() == [2.28, 2.75]
    assert (rows["change"] / 1e6).round(2).tolist() == [3.09, 4.22]
    assert [check.parts[half][1] for half in ("more", "times")] == ["partly", "partly"]
    assert any("as before: Mali, Niger" in words for words in check.findings)
    assert any(words.startswith("The 7.40 million") and "cannot be made" in words for words in check.findings)


def test_the_centre_of_deaths_moved_south(past: Any, made: sg.brief.BriefReport) -> None:
    """UCDP GED 24.1: 324 km further south in 2020 than in 2012; 321 km without what lies east of 11° E (Diffa)."""
    finding = made.claims.set_index("id").loc["B02", "finding"]
    assert "324 km further south in 2020 than in 2012" in finding
    assert "without Diffa) it lay 321 km further south" in finding
    centres = sg.events.mean_centre(past, weights="fatalities")
    assert centres.geometry.y.iloc[0] - centres.geometry.y.iloc[-1] == pytest.approx(2.896, abs=0.001)


def test_groups_by_year_and_who_killed_civilians(past: Any) -> None:
    """UCDP GED 24.1: JNIM's and ISGS's events grew; civilians of one-sided violence are told by who killed them."""
    check = sg.brief.terrorism(past)
    years = check.others["years"].set_index(["family", "year"])["fatalities"]
    assert [years[("JNIM", year)] for year in (2012, 2020)] == [66, 1579]
    assert [years[("ISGS", year)] for year in (2015, 2020)] == [5, 1348]
    killed = check.others["civilians"].set_index("family")["civilians"]
    one_sided = past[past["kind"] == "one-sided violence"]
    assert killed.sum() == one_sided["civilians"].sum()
    assert killed.head(4).to_dict() == {"self-defence groups": 1060, "state forces": 920, "ISGS": 640, "JNIM": 625}
    assert "Civilians killed in one-sided violence" in " ".join(check.findings)
    without = sg.brief.terrorism(past.drop(columns="civilians"))
    told = one_sided.dropna(subset=["fatalities"])["fatalities"].sum()
    assert without.others["civilians"]["civilians"].sum() == told
    assert "All deaths in violence against civilians" in " ".join(without.findings)


def test_five_countries_by_three_measures(made: sg.brief.BriefReport) -> None:
    """Cadre Harmonisé, UNHCR and UCDP, 2020: each measure is higher away from the capitals.

    N'Djamena is not analysed by the Cadre Harmonisé, so four capitals are the core.
    """
    table = made.checks[4].table
    outer = table[table["part"] == "periphery"].set_index("measure")
    assert outer.index.tolist() == ["people_3plus", "people", "deaths"]
    rates = table.set_index(["measure", "part"])["rate"]
    assert (100 * rates["people_3plus"]).round(1).to_dict() == {"core": 3.7, "periphery": 10.7}
    assert (100 * rates["people"]).round(1).to_dict() == {"core": 0.7, "periphery": 4.4}
    assert (1e5 * rates["deaths"]).round(1).to_dict() == {"core": 0.1, "periphery": 5.7}
    assert outer["ratio"].round(1).tolist()[:2] == [2.9, 6.6]
    assert table.loc[table["part"] == "core", "areas"].iloc[0] == 4


def test_claims_that_events_alone_answer(made: sg.brief.BriefReport) -> None:
    """UCDP GED 24.1: months with an event since January 2012, the years of the brief's chart, where the groups fight."""
    answers = made.claims.set_index("id")
    for country, months in (("Burkina Faso", 46), ("Mali", 103), ("Niger", 64)):
        assert f"{country}: events in {months} of the 108 months" in answers.loc["B01", "finding"]
    assert "2020: 232 events, 1,509 deaths" in answers.loc["B11", "finding"]
    for place in ("Mopti (70)", "Sahel (61)", "Tillaberi (28)"):
        assert place in answers.loc["B22", "finding"]
    assert set(answers.index[answers["verdict"] == "not_checked"]) == {"B10", "B19", "B23"}


def test_an_agreement_after_the_events_is_left_out(made: sg.brief.BriefReport) -> None:
    """Koro 2021 lies after the brief; Koro 2018: 34.2 deaths a month in Mopti before, 63.5 after (UCDP GED 24.1)."""
    check = made.checks[6]
    assert check.others["left_out"]["name"].tolist() == ["Koro 2021"]
    koro = check.table.set_index("name").loc["Koro 2018"]
    assert [round(koro[name], 1) for name in ("before", "after", "change")] == [34.2, 63.5, 27.2]


def test_missions_with_a_known_strength(made: sg.brief.BriefReport) -> None:
    """Two of six missions at the end of 2020 (MINUSMA 13,000, Barkhane 5,100); Barkhane had 4,500 in February."""
    check = made.checks[7]
    assert "known for 2 of the 6 missions of the last month" in check.findings[-1]
    assert "18,100 troops" in check.findings[-1]
    february = check.table.set_index("start").loc[pd.Timestamp("2020-02-01"), "troops"]
    assert february == 13_000 + 4_500


def test_what_came_after_the_brief_is_described(made: sg.brief.BriefReport) -> None:
    """UCDP GED 24.1, UNHCR, Cadre Harmonisé: 6,109 deaths and 2.06 million displaced people in Burkina Faso in 2023."""
    check = made.checks[-1]
    rows = check.table.set_index(["scope", "year"])
    assert rows.loc[("BFA", 2023), ["deaths", "displaced"]].tolist() == [6109, 2_062_534]
    assert rows.loc[("BFA", 2020), "people_3plus"] == 3_280_802
    assert rows["deaths"].groupby("scope").agg(["first", "last"]).to_numpy().tolist() == [
        [1167, 6109],
        [1509, 2109],
        [820, 534],
    ]
    assert "69–79 % of deaths in 2020, 39–52 % in 2023" in check.findings[3]
    assert check.verdict == "described"
    assert (check.others["accord"]["start"].dt.year.max(), len(check.others["centre"])) == (2023, 4)


def test_every_warning_is_a_sentence_of_the_page(made: sg.brief.BriefReport) -> None:
    """Names without a family, events without a region, and Niger's doubtful count."""
    page = made.page.read_text(encoding="utf-8")
    for words in ("names are in no family", "479 of 3,999 events, with", "40,241 in Niamey"):
        assert any(words in doubt for doubt in made.doubts)
        assert words in page


def test_events_of_your_own_may_reach_another_time(past: Any, tmp_path: Any) -> None:
    """Events of 2020 alone: deaths are the published ones, and the page says why; nothing is said of later years."""
    made = sg.brief.report(tmp_path, events=past[past["date"] >= "2020"], coverage=("2020-01-01", "2020-12-31"))
    assert made.checks[0].table["part"].tolist() == [1362]
    assert any(doubt.startswith("Not made of the events") for doubt in made.doubts)
    assert "after" not in {check.key for check in made.checks}


def test_events_after_the_brief_alone_are_taken_as_they_are(sahel: Any, tmp_path: Any) -> None:
    """Who brings 2022 and 2023 only gets the checks of these years."""
    later = sahel.events[sahel.events["date"] >= "2022"]
    days = pd.DataFrame({"iso3": COUNTRIES, "start": "2022-01-01", "end": "2023-12-31"})
    made = sg.brief.report(tmp_path, events=later, coverage=days)
    told = sg.events.actor_family(later)
    jnim = ((told["family1"] == "JNIM") | (told["family2"] == "JNIM")).sum()
    assert made.checks[3].table.set_index("family").loc["JNIM", "events"] == jnim
    assert made.checks[5].table["start"].dt.year.tolist() == [2022, 2023]
