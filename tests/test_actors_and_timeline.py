"""Who fights whom, and what was in force when."""

from __future__ import annotations

import pandas as pd
import pytest
from tables import make_events

import sahelgeo as sg
from sahelgeo.sources import source_ids


@pytest.mark.parametrize(
    ("name", "family", "kind"),
    [
        ("JNIM: Group for Support of Islam and Muslims", "JNIM", "jihadist"),
        ("Ansar Dine", "JNIM", "jihadist"),
        ("Katiba Macina", "JNIM", "jihadist"),
        ("Al Mourabitoune Battalion", "JNIM", "jihadist"),
        ("Islamic State (Greater Sahara)", "ISGS", "jihadist"),
        ("Islamic State (West Africa) - Greater Sahara Faction", "ISGS", "jihadist"),
        ("Islamic State Sahel Province (ISSP)", "ISGS", "jihadist"),
        ("Islamic State (West Africa)", "ISWAP", "jihadist"),
        ("AQIM: Al Qaeda in the Islamic Maghreb", "AQIM", "jihadist"),
        ("Military Forces of Mali (2013-2020)", "state forces", "state"),
        ("Military Forces of France (2017-)", "Barkhane", "international"),
        ("MINUSMA: United Nations Multidimensional Integrated Stabilization Mission in Mali (2013-)", "MINUSMA", "international"),
        ("G5S: Joint force", "G5 Sahel Joint Force", "international"),
        ("Task Force Takuba", "Takuba", "international"),
        ("Koglweogo Militia", "self-defence groups", "self-defence"),
        ("Dan Na Ambassagou", "self-defence groups", "self-defence"),
        ("Unidentified Armed Group (Mali)", "unidentified", "unidentified"),
        ("Civilians (Burkina Faso)", "civilians", "civilian"),
        ("jnim", "JNIM", "jihadist"),
    ],
)  # fmt: skip
def test_names_as_sources_print_them_find_their_family(name: str, family: str, kind: str) -> None:
    """The names of ACLED, with years and countries behind them, and short names."""
    found = sg.events.actor_family(pd.DataFrame({"actor1": [name], "actor2": [None]}))
    assert found[["family1", "actor_kind1"]].to_numpy().tolist() == [[family, kind]]
    assert found["family2"].isna().all()


def test_a_start_is_a_whole_word() -> None:
    """MSA does not begin MSAKA, and a short start does not take what a longer one holds."""
    with pytest.warns(sg.DataWarning, match=r"1 of 1 names are in no family, 2 mentions: Msaka \(2\)"):
        found = sg.events.actor_family(pd.DataFrame({"actor1": ["Msaka"], "actor2": ["Msaka"]}, index=[9]))
    assert found["family1"].isna().all()
    assert found.index.tolist() == [9]


def test_every_row_of_the_actors_names_a_source() -> None:
    """Knowledge without a source is not carried."""
    actors = sg.events.load_actors()
    assert actors[["name", "match", "family", "kind", "source", "certainty"]].notna().all(axis=None)
    assert not actors.duplicated(["name", "match"]).any()


def test_your_own_actors_take_the_place_of_the_table() -> None:
    """The table is data: another region brings its own."""
    own = pd.DataFrame({"name": ["Red"], "match": "start", "family": "R", "kind": "armed group"})
    found = sg.events.actor_family(pd.DataFrame({"actor1": ["Red Brigade (north)"], "actor2": ["Red"]}), actors=own)
    assert found[["family1", "family2"]].to_numpy().tolist() == [["R", "R"]]


def test_tables_of_actors_that_contradict_themselves_are_refused() -> None:
    """One name in two families has no answer."""
    own = pd.DataFrame({"name": ["Red", "RED"], "match": "whole", "family": ["R", "S"], "kind": "armed group"})
    names = pd.DataFrame({"actor1": ["Red"], "actor2": ["Red"]})
    with pytest.raises(sg.errors.AmbiguousError, match="Red, RED stand in more than one family"):
        sg.events.actor_family(names, actors=own)
    with pytest.raises(sg.errors.SchemaError, match="column 'match' has 'regex'"):
        sg.events.actor_family(names, actors=own.assign(match="regex"))
    with pytest.raises(sg.errors.SchemaError, match="actors: column 'kind' is missing"):
        sg.events.actor_family(names, actors=own.drop(columns="kind"))
    with pytest.raises(sg.errors.SchemaError, match="events: column 'actor2' is missing"):
        sg.events.actor_family(names.drop(columns="actor2"))


@pytest.fixture
def war():
    """JNIM and ISGS fight twice, in either order; JNIM fights the army once; one actor is not known."""
    rows = [
        ("JNIM", "ISGS", "2020-01-05", 4, "Battles"),
        ("ISGS", "Katiba Macina", "2020-03-09", 7, "Battles"),
        ("JNIM", "Military Forces of Mali", "2020-03-10", 1, "Battles"),
        ("JNIM", None, "2020-03-11", 2, "Explosions"),
        ("JNIM", "ISGS", "2020-03-12", None, "Explosions"),
    ]
    names = ("actor1", "actor2", "date", "fatalities", "kind")
    events = make_events([{"x": 0, "y": 14, **dict(zip(names, row, strict=True))} for row in rows])
    return sg.events.actor_family(events.assign(admin1=["Gao", "Mopti", "Mopti", "Mopti", "Gao"]))


def test_dyads_know_no_order(war) -> None:
    """JNIM against ISGS is ISGS against JNIM; months without a fight are zeros of the pair."""
    found = sg.events.dyads(war, between=("JNIM", "ISGS"))
    assert found[["events", "fatalities", "events_without_fatalities"]].to_numpy().tolist() == [
        [1, 4, 0],
        [0, 0, 0],
        [2, 7, 1],
    ]
    assert found["start"].dt.month.tolist() == [1, 2, 3]


def test_dyads_of_all_pairs_by_area_and_kind(war) -> None:
    """Who fought whom, where; an event with one actor is in no pair."""
    found = sg.events.dyads(war, freq="YS", by="admin1", kinds=["Battles"])
    rows = found[["first", "second", "admin1", "events"]].to_numpy().tolist()
    assert rows == [["ISGS", "JNIM", "Gao", 1], ["ISGS", "JNIM", "Mopti", 1], ["JNIM", "state forces", "Mopti", 1]]


def test_a_pair_that_never_fought_is_zero_in_every_month(war) -> None:
    """Both are in the table, and no event has both."""
    found = sg.events.dyads(war, between=("ISGS", "state forces"))
    assert found["events"].tolist() == [0, 0, 0]


def test_dyads_say_what_is_not_known(war) -> None:
    """A family, a kind, a frequency or the families themselves."""
    with pytest.raises(sg.errors.SchemaError, match="between: 'Boko Haram' is not in the events"):
        sg.events.dyads(war, between=("JNIM", "Boko Haram"))
    with pytest.raises(sg.errors.SchemaError, match="kinds: 'Fights' is not in the events"):
        sg.events.dyads(war, kinds=["Fights"])
    with pytest.raises(sg.errors.SchemaError, match="freq='W'"):
        sg.events.dyads(war, freq="W")
    with pytest.raises(sg.errors.SchemaError, match="by has 'pcode'"):
        sg.events.dyads(war, by="pcode")
    with pytest.raises(sg.errors.SchemaError, match="there are no families"):
        sg.events.dyads(war.drop(columns="family1"))


def test_the_timeline_marks_what_rests_on_memory() -> None:
    """Dates that no copy of a source backs are there, and say so."""
    timeline = sg.events.load_timeline()
    assert timeline["start"].is_monotonic_increasing
    assert (timeline["verified"] == (timeline["certainty"] != "memory")).all()
    assert not timeline.loc[timeline["start"] == "2012-03-22", "verified"].any()
    assert timeline.loc[timeline["mission"] == "Serval", "start"].tolist() == [pd.Timestamp("2013-01-11")]
    assert timeline[["event_en", "event_fr", "source", "kind"]].notna().all(axis=None)


def test_the_timeline_by_kind_and_country() -> None:
    """Coups of Mali: two, of which one is verified."""
    coups = sg.events.load_timeline(kinds=["coup"], countries="MLI")
    assert coups["start"].dt.year.tolist() == [2012, 2020]
    assert coups["verified"].tolist() == [False, True]
    with pytest.raises(sg.errors.SchemaError, match="kinds: 'battle' is not in the timeline"):
        sg.events.load_timeline(kinds=["battle"])
    with pytest.raises(sg.errors.SchemaError, match="countries: 'FRA' is not in the timeline"):
        sg.events.load_timeline(countries="FRA")


def test_users_add_their_own_rows() -> None:
    """With a day and a name; marked as theirs."""
    own = pd.DataFrame(
        {"start": ["2020-05-01"], "event_en": ["A truce"], "kind": "local agreement", "countries": "MLI"}
    )
    timeline = sg.events.load_timeline(own=own, kinds=["local agreement"])
    assert timeline[["event_fr", "source", "certainty"]].to_numpy().tolist() == [["A truce", "your own", "your own"]]
    with pytest.raises(sg.errors.SchemaError, match="own: column 'start' is missing"):
        sg.events.load_timeline(own=own.drop(columns="start"))
    with pytest.raises(sg.errors.SchemaError, match="own: column 'start'='May 2020' is not a day"):
        sg.events.load_timeline(own=own.assign(start="May 2020"))
    with pytest.raises(sg.errors.SchemaError, match="no 'start' or no 'event_en'"):
        sg.events.load_timeline(own=own.assign(event_en=None))


def test_own_rows_that_make_no_sense_are_named_together() -> None:
    """An end before its start, troops with a comma; and a row is verified only if it says how certain it is."""
    own = pd.DataFrame({"start": ["2020-05-01", "2020-06-01"], "end": ["2020-04-01", None], "event_en": "A truce", "troops": ["900", "1,000"]})  # fmt: skip
    with pytest.raises(
        sg.errors.SchemaError, match=r"rows 0: 'end' is before 'start'.*; rows 1: 'troops' is not a whole number"
    ):
        sg.events.load_timeline(own=own)
    mended = own.assign(end=None, troops="1000", kind="truce", certainty=[None, "reported"])
    assert sg.events.load_timeline(own=mended, kinds=["truce"])["verified"].tolist() == [False, True]


def test_a_mission_without_an_end_is_not_in_force_for_ever() -> None:
    """The timeline follows missions to the end of 2020; after it, those without an end are unknown, unless you know more."""
    timeline = sg.events.load_timeline()
    with pytest.warns(
        sg.DataWarning,
        match="after 2020-12-31 it is not known whether EUTM Mali, EUCAP Sahel Mali, G5 Sahel Joint Force, Takuba were",
    ):
        steps = sg.events.timeline_steps(timeline, "2020-12-01", "2025-12-31", freq="YS").set_index("start")
    assert steps.loc["2020-01-01", ["missions", "missions_unknown"]].tolist() == [6, 0]
    assert steps.loc["2025-01-01", ["missions", "missions_unknown"]].tolist() == [0, 4]
    further = sg.events.timeline_steps(timeline, "2021-01-01", "2021-12-31", freq="YS", known_until="2021-12-31")
    assert further[["missions", "missions_unknown"]].to_numpy().tolist() == [[6, 0]]


def test_steps_count_missions_and_troops_as_they_stand() -> None:
    """Serval ends the day before Barkhane begins: never both; Barkhane grows from 3,000 to 4,500 and to 5,100."""
    steps = sg.events.timeline_steps(sg.events.load_timeline(), "2014-07-01", "2020-06-30").set_index("start")
    assert steps.loc["2014-07-01", "names"].split(", ") == ["Serval", "EUTM Mali", "MINUSMA"]
    assert steps.loc["2014-08-01", "troops"] == 13_000 + 3_000
    assert steps.loc["2020-01-01", "troops"] == 13_000 + 3_000
    assert steps.loc["2020-05-01", "troops"] == 13_000 + 4_500
    assert steps.loc["2020-06-01", "troops"] == 13_000 + 5_100
    assert steps.loc["2020-06-01", "missions_without_troops"] == 4
    assert set(source_ids(steps)) <= set(source_ids(sg.events.load_timeline()))


def test_steps_refuse_what_makes_no_sense() -> None:
    """An end before its start, an unknown option; and nothing in force has no troops, not zero."""
    timeline = sg.events.load_timeline()
    with pytest.raises(sg.errors.SchemaError, match="is before start"):
        sg.events.timeline_steps(timeline, "2020-01-01", "2019-01-01")
    with pytest.raises(sg.errors.SchemaError, match="count='all' is not one of 'any', 'verified'"):
        sg.events.timeline_steps(timeline, "2020-01-01", "2020-02-01", count="all")
    nothing = sg.events.timeline_steps(timeline, "2010-01-01", "2010-01-31", count="verified")
    assert nothing["missions"].tolist() == [0]
    assert nothing["troops"].isna().all()
