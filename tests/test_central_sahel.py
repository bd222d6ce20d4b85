"""The samples ``central-sahel`` and ``burkina-movements-2025``: the figures as their publishers print them."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

import sahelgeo as sg


def test_events_are_all_that_ucdp_counted(sahel: sg.samples.Sample) -> None:
    """UCDP GED 24.1: 1,790 events and 11,867 deaths in 2012 to 2020, 2,209 events in the three years after."""
    before = sahel.events[sahel.events["date"] < "2021"]
    by_country = before.groupby("iso3")["fatalities"].agg(["size", "sum"])
    assert by_country.to_dict("index") == {
        "BFA": {"size": 482, "sum": 2_688},
        "MLI": {"size": 1_056, "sum": 6_600},
        "NER": {"size": 252, "sum": 2_579},
    }
    assert len(sahel.events) - len(before) == 2_209
    assert sahel.events["event"].is_unique


@pytest.mark.parametrize(
    ("iso3", "issued", "people"),
    [
        ("BFA", "2019-01-01", 687_456),
        ("MLI", "2019-01-01", 553_767),
        ("NER", "2019-01-01", 1_171_565),
        ("BFA", "2020-01-01", 2_151_967),
        ("MLI", "2020-01-01", 1_340_744),
        ("NER", "2020-01-01", 2_012_366),
        ("BFA", "2020-06-01", 3_280_802),
    ],
)
def test_the_lean_season_is_that_of_the_analysis(sahel: sg.samples.Sample, iso3: str, issued: str, people: int) -> None:
    """Cadre Harmonisé, phase 3 or above in June to August, added up over the regions of the published table."""
    there = (sahel.phases["iso3"] == iso3) & (sahel.phases["issued"] == issued)
    lean = sahel.phases["season"].str.startswith("Jun-Aug")
    assert sahel.phases[there & lean]["people_3plus"].sum() == people


def test_people_by_phase_add_up_to_the_population(sahel: sg.samples.Sample) -> None:
    """Within a person for each part of a region; four provinces of Chad were not analysed in early 2018."""
    phases = sahel.phases
    rest = (phases[[f"people_{phase}" for phase in range(1, 6)]].sum(axis=1, skipna=False) - phases["population"]).abs()
    assert rest.isna().sum() <= 6
    assert (rest.dropna() <= 60).all()


def test_displaced_people_of_a_country_are_those_of_its_regions(sahel: sg.samples.Sample) -> None:
    """UNHCR, end of the year; CONASUR's count of September stands beside them under its own source."""
    at_end = sahel.stocks[sahel.stocks["source"] == "unhcr-idps-by-region"]
    sums = at_end.groupby(["iso3", at_end["date"].dt.year])["people"].sum()
    assert sums[[("BFA", 2020), ("MLI", 2012), ("BFA", 2023)]].tolist() == [1_074_993, 227_930, 2_062_534]
    assert sahel.stocks.query("source == 'conasur-bfa-2020-09-06'")["people"].sum() == 1_034_609


def test_what_is_doubtful_says_so_in_its_row(sahel: sg.samples.Sample) -> None:
    """Niger 2020: Niamey as printed, Tahoua missing, and the doubt beside them."""
    there = (sahel.stocks["iso3"] == "NER") & (sahel.stocks["date"] == "2020-12-31")
    niger = sahel.stocks[there].set_index("pcode")
    assert niger.loc["NE008", "people"] == 40_241
    assert "none for Tahoua" in niger.loc["NE008", "doubt"]
    assert "NE005" not in niger.index


@pytest.mark.parametrize(
    ("year", "origin", "destination", "people"),
    [(2012, "ML", "MR", 54_028), (2020, "NG", "NE", 48_530), (2023, "BF", "CI", 33_086), (2024, "BF", "ML", 62_605)],
)
def test_flows_are_the_movements_of_a_year(
    sahel: sg.samples.Sample, year: int, origin: str, destination: str, people: int
) -> None:
    """UNHCR's flows: all ways of arriving added up."""
    there = (sahel.flows["origin"] == origin) & (sahel.flows["destination"] == destination)
    assert sahel.flows[there & (sahel.flows["start"].dt.year == year)]["people"].sum() == people


def test_movements_inside_burkina_faso_keep_those_of_unknown_origin() -> None:
    """GCORR: 154 movements and 509,332 people, two movements without an origin."""
    flows = sg.load_sample("burkina-movements-2025").flows
    assert (flows["movements"].sum(), flows["people"].sum()) == (154, 509_332)
    assert flows["origin"].isna().sum() == 2
    assert flows["end"].max() == pd.Timestamp("2025-04-30")


def test_every_figure_names_a_known_source(sahel: sg.samples.Sample) -> None:
    """No credit line says that a source is unknown or not stated."""
    assert not [line for line in sg.credit(*sahel.tables.values()) if "not stated" in line]


def test_a_table_that_a_sample_lacks_is_refused_by_name() -> None:
    """Not an empty table, which would be no people."""
    sample = sg.load_sample("burkina-movements-2025")
    with pytest.raises(sg.SahelgeoError, match=r"holds no stocks\. It holds: areas, flows"):
        _ = sample.stocks
    assert pickle.loads(pickle.dumps(sample)).flows["people"].sum() == 509_332  # noqa: S301 - our own bytes
