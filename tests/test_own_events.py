"""What a journalist may hand over instead of an export: each is read, flagged, or refused in words that say what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from invented import load_invented

import sahelgeo as sg
from examples import run_brief

ROOT = Path(sg.__file__).parents[1]
_THEN = (
    "data_id,iso,event_id_cnty,event_id_no_cnty,event_date,year,time_precision,event_type,sub_event_type,actor1,assoc_actor_1,inter1,"
    "actor2,assoc_actor_2,inter2,interaction,region,country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,"
    "source_scale,notes,fatalities,timestamp,iso3"
)
_NOW = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,actor2,"
    "assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,latitude,longitude,"
    "geo_precision,source,source_scale,notes,fatalities,tags,timestamp,population_best"
)
THEN, NOW = _THEN.split(","), _NOW.split(",")
HXL = {
    "event_date": "#date",
    "latitude": "#geo +lat",
    "longitude": "#geo +lon",
    "fatalities": "#affected +killed",
    "actor1": "#group",
}
REAL = {
    "front A": "JNIM: Group for Support of Islam and Muslims",
    "front B": "Islamic State (Greater Sahara)",
    "army": "Military Forces of Mali (2013-2020)",
    "village guards": "Dan Na Ambassagou",
    "civilians": "Civilians (Mali)",
}
COUNTRIES = {"BFA": "Burkina Faso", "MLI": "Mali", "NER": "Niger"}
ROW = {
    "event": "BFO1",
    "date": "2020-08-15",
    "country": "Burkina Faso",
    "lat": "14.1",
    "lon": "-1.63",
    "deaths": "3",
    "admin1": "Sahel",
}


def written(path: Path, rows: list[dict[str, Any]], columns: list[str], *, hxl: bool = False) -> Path:
    """An export with these columns, and what the rows do not say left empty."""
    names = {
        "event": "event_id_cnty",
        "date": "event_date",
        "lat": "latitude",
        "lon": "longitude",
        "deaths": "fatalities",
    }
    given = [
        {"event_type": "Battles", "actor1": "A", **{names.get(key, key): value for key, value in row.items()}}
        for row in rows
    ]
    table = pd.DataFrame(given).reindex(columns=columns)
    if hxl:
        table = pd.concat([pd.DataFrame([HXL]).reindex(columns=columns), table.astype(object)])
    table.to_csv(path, index=False)
    return path


def own(path: Path, countries: str | list[str] = "BFA") -> sg.brief.EventInputs:
    """Read against the regions of a country."""
    return sg.brief.read_own_events(path, sg.load_areas(countries))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """The invented events under names that ACLED prints."""
    made_up = load_invented()
    families = dict(zip(made_up.actors["name"], made_up.actors["family"], strict=True))
    events = made_up.events[made_up.events["date"] < "2020-12-01"]
    return [
        {"event": row.event, "date": f"{row.date:%Y-%m-%d}", "country": COUNTRIES[row.iso3], "lat": row.geometry.y, "lon": row.geometry.x,
         "deaths": row.fatalities, "geo_precision": 1, "iso3": row.iso3, "event_type": row.kind,
         **{side: REAL[families[getattr(row, side)]] for side in ("actor1", "actor2")}}
        for row in events.itertuples()
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "hxl"), [(THEN, True), (THEN, False), (NOW, False)], ids=["2020 with HXL", "2020", "now"]
)
def test_exports_of_every_vintage_are_read(
    tmp_path: Path, rows: list[dict[str, Any]], columns: list[str], hxl: bool
) -> None:
    """The same events, days, deaths and coverage, with or without the row of HXL."""
    found = own(written(tmp_path / "export.csv", rows, columns, hxl=hxl), list(COUNTRIES))
    assert len(found.events) == len(rows)
    assert found.events["fatalities"].sum() == sum(row["deaths"] for row in rows)
    assert found.coverage["iso3"].tolist() == list(COUNTRIES)
    assert found.events["actor1"].isin(REAL.values()).all()


def test_the_command_runs_on_an_export(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    """Real names of groups, and the export's own credit."""
    path = written(tmp_path / "export.csv", rows, THEN, hxl=True)
    done = run_brief("--events", path, "--lang", "fr", "--out", tmp_path)
    assert done.returncode == 0
    assert "JNIM" in done.stdout
    assert done.stdout.count("(ACLED)") >= 3
    assert "ACLED" in (tmp_path / "csis_brief.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("option", "content", "message"),
    [
        ("--agreements", "pcode,date,name\nML05,sept 2019,Peace", "column 'date'.*not a day"),
        ("--agreements", "pcode,date,name\nML99,2019-09-01,Peace", "p-codes ML99 are not in"),
        ("--agreements", "pcode,date,name\n,2019-09-01,Peace\nML05,2019-09-01,Peace", "column 'pcode', rows 2: empty"),
        ("--agreements", "code,date,name\nML05,2019-09-01,Peace", "column 'pcode' is missing"),
        ("--actors", "name,family\narmy,x", "column 'match' is missing"),
        ("--events", ",".join(NOW) + "\n" + ",".join({"event_id_cnty": "B1", "event_date": "2020-01-05", "event_type": "Battles", "country": "Bangladesh", "latitude": "23.7", "longitude": "90.4", "fatalities": "1"}.get(name, "") for name in NOW), "none of the 1 events lies in BFA, MLI, NER. They name BGD"),
    ],
)  # fmt: skip
def test_the_command_refuses_what_you_give_in_one_sentence(
    tmp_path: Path, option: str, content: str, message: str
) -> None:
    """No traceback, whatever is wrong with the file; the folder of the page is made."""
    (tmp_path / "list.csv").write_bytes(content.encode("latin-1"))
    done = run_brief(option, tmp_path / "list.csv", "--out", tmp_path / "a" / "b")
    assert done.returncode == 1
    assert re.search(message, done.stderr)
    assert done.stderr.count("\n") == 1
    assert (tmp_path / "a" / "b").exists()


def test_files_that_hold_no_events_are_refused(tmp_path: Path) -> None:
    """Empty, a table of something else, no rows, and no file."""
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(sg.errors.FormatError, match="empty"):
        own(empty)
    with pytest.raises(sg.errors.FormatError):
        own(written(tmp_path / "head.csv", [], NOW))
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    with pytest.raises(sg.errors.FormatError, match=r"wrong\.csv"):
        own(wrong)
    counts = "Country,Admin1,Admin2,ISO3,Admin2 Pcode,Admin1 Pcode,Month,Year,Events,Fatalities\nMali,Mopti,Mopti,MLI,ML0501,ML05,June,2020,3,4\n"
    (tmp_path / "counts.csv").write_text(counts)
    with pytest.raises(sg.errors.FormatError, match="not single events"):
        own(tmp_path / "counts.csv")
    with pytest.raises((sg.errors.FormatError, OSError), match=re.escape("nowhere.csv")):
        own(tmp_path / "nowhere.csv")


def test_events_without_coordinates_or_elsewhere_are_listed(tmp_path: Path) -> None:
    """One has no point, one lies outside, one in another region than it names: all stay, all are named."""
    rows = [
        ROW,
        {**ROW, "event": "BFO2", "lat": "", "lon": ""},
        {**ROW, "event": "BFO3", "lat": "23.7", "lon": "90.4"},
        {**ROW, "event": "BFO4", "admin1": "Est"},
    ]
    with pytest.warns(sg.DataWarning, match=r"row\(s\) 4: points more than a degree away"):
        found = own(written(tmp_path / "export.csv", rows, NOW))
    assert found.doubtful.set_index("event")["problem"].to_dict() == {
        "BFO2": "no_coordinates",
        "BFO3": "far_away",
        "BFO4": "other_area",
    }
    assert len(found.events) == 4


def test_no_event_with_coordinates_is_refused(tmp_path: Path) -> None:
    """Nothing can be said of areas then."""
    with pytest.raises(sg.errors.UnmatchedError, match="1 have no coordinates") as refused:
        own(written(tmp_path / "export.csv", [{**ROW, "lat": "", "lon": ""}], NOW))
    assert refused.value.rows["event"].tolist() == ["BFO1"]


def test_two_vintages_of_one_event_are_refused(tmp_path: Path) -> None:
    """A copy is dropped; the same event with other deaths is not chosen between."""
    copied = own(written(tmp_path / "copy.csv", [ROW, ROW], NOW))
    assert len(copied.events) == 1
    with pytest.raises(sg.errors.DuplicateEventError, match="BFO1"):
        own(written(tmp_path / "two.csv", [ROW, {**ROW, "deaths": "5"}], NOW))


def test_countries_that_the_export_lacks_have_no_zero(tmp_path: Path) -> None:
    """An export of Burkina Faso says nothing of Mali: no zero there, and no verdict on the Accord."""
    path = written(tmp_path / "export.csv", [ROW, {**ROW, "event": "BFO2", "date": "2019-08-15"}], NOW)
    areas = sg.load_areas(["BFA", "MLI"])
    with pytest.warns(sg.DataWarning, match="no event lies in MLI"):
        found = sg.brief.read_own_events(path, areas)
    sums = sg.sum_events(found.events, areas, coverage=found.coverage)
    assert (sums.loc[sums["pcode"].str.startswith("BF") & (sums["covered"] == 1), "events"].notna()).all()
    mali = sums[sums["pcode"].str.startswith("ML")]
    assert mali["events"].isna().all()
    assert sg.brief.accord(mali, ["ML06", "ML08"]).verdict == "incomplete"


def test_a_window_outside_the_events_is_named(tmp_path: Path) -> None:
    """August 2020 alone cannot be held against 2019."""
    found = own(written(tmp_path / "export.csv", [ROW], NOW))
    with pytest.raises(
        sg.errors.WindowError,
        match="the comparison needs 2019-01-01 to 2020-06-30, the events cover 2020-08-15 to 2020-08-15",
    ):
        sg.brief.fatalities(found.events)


def test_the_real_export_of_another_country_is_refused() -> None:
    """UCDP's file of Bangladesh."""
    path = ROOT.parent / "shared" / "data" / "conflict" / "ucdp_hdx_conflict_data_BGD.csv"
    if not path.exists():
        pytest.skip("the real file is not here")
    with pytest.raises(sg.errors.UnmatchedError, match="none of the 601 events lies in BFA. They name BGD"):
        own(path)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("JNIM: Group for Support of Islam and Muslims", "JNIM"),
        ("Katiba Macina", "JNIM"),
        ("Islamic State Sahel Province (ISSP)", "ISGS"),
        ("Islamic State (Greater Sahara)", "ISGS"),
        ("Military Forces of Burkina Faso (2015-2022)", "state forces"),
        ("Government of Mali", "state forces"),
        ("Volunteers for the Defense of Homeland (VDP)", "self-defence groups"),
        ("VDP: Volunteers for the Defense of Homeland", "self-defence groups"),
        ("Dan Na Ambassagou", "self-defence groups"),
        ("MINUSMA: United Nations Multidimensional Integrated Stabilization Mission in Mali (2013-2023)", "MINUSMA"),
        ("G5S: G5 Sahel Force (2017-2023)", "G5 Sahel Joint Force"),
        ("Operation Barkhane", "Barkhane"),
        ("IS", "Islamic State (not told apart)"),
        ("Dozos (Mali)", "self-defence groups"),
        ("JAS", "Boko Haram"),
        ("al-Murabitun", "JNIM"),
    ],
)
def test_names_as_the_sources_print_them_have_a_family(name: str, family: str) -> None:
    """Years, short names and full names."""
    events = pd.DataFrame({"actor1": [name], "actor2": [None]})
    assert sg.events.actor_family(events)["family1"].tolist() == [family]


@pytest.mark.parametrize(
    "name", ["Military Forces of Nigeria (2015-2023)", "al-Qaida", "Islamic Stateless Union", "Invented Front"]
)
def test_names_that_nobody_listed_are_not_guessed(name: str) -> None:
    """They come back without a family, and are named."""
    with pytest.warns(sg.DataWarning, match="1 of 1 names are in no family"):
        assert sg.events.actor_family(pd.DataFrame({"actor1": [name], "actor2": [None]}))["family1"].isna().all()


def test_the_islamic_state_is_told_apart_by_place_and_by_you() -> None:
    """West of 11° E it is ISGS, east of it ISWAP, elsewhere neither; a name of yours goes before both."""
    events = gpd.GeoDataFrame(
        {"actor1": ["IS"] * 4, "actor2": "Civilians"},
        geometry=gpd.points_from_xy([1.0, 12.5, 40.0, None], [14.5, 13.5, 35.0, None]),
        crs="EPSG:4326",
    )
    unknown = "Islamic State (not told apart)"
    assert sg.events.actor_family(events)["family1"].tolist() == ["ISGS", "ISWAP", unknown, unknown]
    mine = pd.DataFrame({"name": ["is"], "match": "whole", "family": "Mine", "kind": "jihadist"})
    named = sg.events.actor_family(events, actors=mine)
    assert set(named["family1"]) == {"Mine"}
    assert set(named["family2"]) == {"civilians"}
