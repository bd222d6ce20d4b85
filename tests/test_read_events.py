"""Conflict and FEWS NET: events with their estimates, codes that are no phases."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from lookalikes import ACLED, GED, csv_bytes, json_bytes, workbook, zipped
from real_files import real_file
from shapely import box

import sahelgeo as sg


def test_ucdp_events_have_three_estimates() -> None:
    """The HXL row and rows printed twice are accounted for."""
    row = "7,3,JNIM,Civilians,JNIM - Civilians,1,Silgadji,Sahel,Soum,14.1,-1.6,Burkina Faso,2020-01-20 00:00:00.000,2020-01-21,30,36,40"
    tags = "#id," + ",".join(["#x"] * 16)
    events, account = sg.read_with_report(csv_bytes(GED, tags, row, row))
    assert isinstance(events, gpd.GeoDataFrame)
    assert events[["event", "fatalities_low", "fatalities", "fatalities_high"]].values.tolist() == [["7", 30, 36, 40]]
    assert events["iso3"].tolist() == ["BFA"]
    assert account.rows_dropped == {"HXL": 1, "duplicate": 1}
    assert account.people == 36


def test_ucdp_tells_the_civilians_among_the_deaths() -> None:
    """Whole numbers, where the file has them; of another kind of file there is no such column."""
    row = "7,3,JNIM,Civilians,JNIM - Civilians,1,Silgadji,Sahel,Soum,14.1,-1.6,Burkina Faso,2020-01-20,2020-01-21,30,36,40"
    events = sg.read(csv_bytes(f"{GED},deaths_civilians", f"{row},33"))
    assert events["civilians"].tolist() == [33]
    assert "civilians" not in sg.read(csv_bytes(GED, row))


@pytest.mark.parametrize(
    ("country", "number", "iso3"),
    [
        ("DR Congo (Zaire)", "490", "COD"),
        ("Yemen (North Yemen)", "", "YEM"),
        ("Burkina Faso", "", "BFA"),
        ("Somewhere", "432", "MLI"),
        ("Somewhere", "", ""),
    ],
)
def test_ucdp_countries_are_known_by_names_and_numbers(country: str, number: str, iso3: str) -> None:
    """UCDP prints names of its own, and Gleditsch and Ward's numbers."""
    row = f"7,3,JNIM,Civilians,x,1,y,,,,,{country},2020-01-20,2020-01-21,30,36,40,{number}"
    events = sg.read_ucdp(csv_bytes(f"{GED},country_id", row))
    assert events["iso3"].fillna("").tolist() == [iso3]


def test_periods_of_fews_net_are_whole_months() -> None:
    """6/1/2021 is the first of June where the other reading would start within a month; 1/1/2021 is one day both ways."""
    heading = "fnid,geographic_unit_name,unit_type,scenario,projection_start,projection_end,reporting_date,value"
    row = "NE2020A20101,Arlit,fsc_admin,CS,{start},{end},{end},2"
    for start, end in (("6/1/2021", "9/1/2021"), ("1/6/2021", "1/9/2021"), ("2021-06-01", "2021-09-01")):
        phases = sg.read_fewsnet(csv_bytes(heading, row.format(start=start, end=end)))
        assert phases[["start", "end"]].iloc[0].dt.strftime("%Y-%m-%d").tolist() == ["2021-06-01", "2021-09-01"]
    with pytest.raises(sg.errors.FormatError, match="nothing in the file decides"):
        sg.read_fewsnet(csv_bytes(heading, row.format(start="6/5/2021", end="9/10/2021")))


def test_ucdp_refuses_what_it_cannot_read() -> None:
    """Types, days and events that stand twice with other figures."""
    row = "{id},{kind},a,b,a - b,1,x,,,14.1,-1.6,Mali,{day},{day},1,{best},1"
    with pytest.raises(sg.errors.FormatError, match=r"column 'type_of_violence', row 2 \('9'\): not 1, 2 or 3"):
        sg.read_ucdp(csv_bytes(GED, row.format(id=1, kind=9, day="2020-01-01", best=1)))
    with pytest.raises(sg.errors.FormatError, match="column 'date_start', row 2"):
        sg.read_ucdp(csv_bytes(GED, row.format(id=1, kind=1, day="soon", best=1)))
    rows = [row.format(id=1, kind=1, day="2020-01-01", best=best) for best in (1, 2)]
    with pytest.raises(sg.errors.DuplicateEventError, match=r"rows 0, 1 \(event '1'\): the same event more than once"):
        sg.read_ucdp(csv_bytes(GED, *rows))


def test_points_far_from_their_country_are_said_when_they_are_read() -> None:
    """Nowhere, the wrong way round, and another continent; a country that is not embedded is not judged."""
    places = [("Burkina Faso", 14.1, -1.6), ("Burkina Faso", 0, 0), ("Burkina Faso", -1.6, 14.1), ("Mali", 45, 100)]
    places += [("Yemen (North Yemen)", 14.1, -1.6), ("Burkina Faso", 15.5, -1.6)]
    rows = [f"{n},1,a,b,a - b,1,x,,,{y},{x},{c},2020-01-01,2020-01-01,1,1,1" for n, (c, y, x) in enumerate(places)]
    with pytest.warns(sg.DataWarning) as said:
        events = sg.read_ucdp(csv_bytes(GED, *rows))
    words = "".join(str(one.message) for one in said)
    assert "row(s) 3: latitude 0 and longitude 0, in the Atlantic, were read as missing" in words
    assert "row(s) 4: points whose latitude and longitude are swapped, as it seems" in words
    assert "row(s) 5: points more than a degree away from their country" in words
    assert "row(s) 6" not in words
    assert "row(s) 7" not in words
    assert events.geometry.x.tolist()[2:] == [14.1, 100, -1.6, -1.6]


def test_acled_exports_of_both_times_are_read() -> None:
    """Dates in words, and the columns of 2020."""
    now = sg.read_acled(
        csv_bytes(
            ACLED,
            "BFO1,15 August 2020,Political violence,Battles,Armed clash,A,B,Burkina Faso,Sahel,Djibo,14.1,-1.6,1,3",
        )
    )
    assert now[["event", "kind", "subkind", "disorder_type", "fatalities"]].values.tolist() == [
        ["BFO1", "Battles", "Armed clash", "Political violence", 3]
    ]
    heading = "data_id,iso,event_id_cnty,event_date,year,event_type,actor1,country,latitude,longitude,geo_precision,fatalities,iso3"
    then, account = sg.read_with_report(
        csv_bytes(heading, "9,854,BFO1,2020-08-01,2020,Battles,A,Burkina Faso,12.158,0.931,1,4,BFA")
    )
    assert account.vintage == "export of 2020"
    assert then["date"].iloc[0] == pd.Timestamp("2020-08-01")


STAMPED = "event_id_cnty,event_date,event_type,actor1,country,latitude,longitude,fatalities,timestamp"


def test_an_export_of_acled_is_as_new_as_its_newest_row() -> None:
    """Each row says in seconds when it was last changed; a file without such times has no day of export."""
    rows = [f"BFO{number},2020-06-01,Battles,A,Burkina Faso,14.1,-1.6,3,{stamp}" for number, stamp in ((1, 1594944000), (2, 1597881600))]  # fmt: skip
    assert sg.read(csv_bytes(STAMPED, *rows))["exported"].dt.strftime("%Y-%m-%d").tolist() == ["2020-08-20"] * 2
    soon, account = sg.read_with_report(csv_bytes(STAMPED, rows[0].replace("1594944000", "soon")))
    assert "exported" not in soon
    assert "column 'timestamp', rows 2: no time" in account.notes[0]


def test_two_exports_of_acled_in_one_file_can_be_told_apart() -> None:
    """The event that was revised is refused by name, and the newer row of it can be kept."""
    row = "BFO{},2020-06-01,Battles,A,Burkina Faso,14.1,-1.6,{},{}"
    rows = [row.format(1, 3, 1594944000), row.format(2, 1, 1594944000), row.format(1, 5, 1597881600)]
    with pytest.raises(
        sg.errors.DuplicateEventError, match=r"rows 0, 2 \(event 'BFO1'\).*newest_export\(error\.table\)"
    ) as twice:
        sg.read(csv_bytes(STAMPED, *rows))
    assert sg.events.newest_export(twice.value.table)["fatalities"].tolist() == [1, 5]


def test_the_api_of_acled_gives_text_for_everything() -> None:
    """Numbers come as strings."""
    record = {
        "event_id_cnty": "MLI1",
        "event_date": "2020-08-01",
        "event_type": "Battles",
        "actor1": "A",
        "country": "Mali",
        "latitude": "14.1",
        "longitude": "-4.2",
        "fatalities": "2",
    }
    events = sg.read_acled(json_bytes({"status": 200, "data": [record]}))
    assert events["fatalities"].tolist() == [2]


def test_acled_counts_are_a_plain_table_of_all_their_sheets(tmp_path: Path) -> None:
    """Countries with and without a plan stand in two sheets, behind terms of use."""
    heading = [
        "Country",
        "Admin1",
        "Admin2",
        "ISO3",
        "Admin2 Pcode",
        "Admin1 Pcode",
        "Month",
        "Year",
        "Events",
        "Fatalities",
    ]
    sheets = {
        "TOU": [["Terms of use"]],
        "HRP": [heading, ["Mali", "Mopti", "Koro", "MLI", "ML0505", "ML05", "January", 2023, 3, 7]],
        "Non_HRP": [heading, ["Benin", "Alibori", "Banikoara", "BEN", "BJ0101", "BJ01", "February", 2023, 0, 0]],
    }
    counts, account = sg.read_with_report(workbook(tmp_path / "a.xlsx", sheets))
    assert counts[["pcode", "events", "fatalities"]].values.tolist() == [["ML0505", 3, 7], ["BJ0101", 0, 0]]
    assert counts["end"].dt.strftime("%Y-%m-%d").tolist() == ["2023-01-31", "2023-02-28"]
    assert account.sheets["TOU"] == "not read: no headings of this feed"
    with pytest.raises(sg.errors.FormatError, match=r"column 'Month', row 2 \(''\): empty"):
        sg.read_acled(csv_bytes("Country,Month,Year,Events", "Mali,,2023,1"))
    with pytest.raises(sg.errors.FormatError, match="not ACLED's export of events"):
        sg.read_acled(csv_bytes("a,b", "1,2"))


FDW = "fnid,geographic_unit_name,unit_type,country_code,scenario,projection_start,projection_end,reporting_date,value,preference_rating,is_allowing_for_assistance"


def fdw(
    value: object,
    *,
    unit: str = "fsc_admin",
    scenario: str = "CS",
    rating: int = 90,
    assisted: bool = False,
    fnid: str = "NE1",
) -> str:
    """A row of the data warehouse."""
    return f"{fnid},Arlit,{unit},NE,{scenario},2020-10-01,2020-10-31,2020-10-01,{value},{rating},{assisted}"


def test_codes_of_fews_net_are_no_phases() -> None:
    """Water, parks, missing and nothing have a state; 5 stays 5."""
    rows = [fdw(value, fnid=f"NE{number}") for number, value in enumerate((5, 66, 88, 99, 0, ""))]
    phases = sg.read_fewsnet(csv_bytes(FDW, *rows))
    assert phases["phase_published"].fillna(-1).tolist() == [5, -1, -1, -1, -1, -1]
    assert phases["state"].fillna("").tolist() == ["", "not_analysed", "not_analysed", "no_data", "no_data", "no_data"]
    assert phases["people_3"].isna().all()
    with pytest.raises(
        sg.errors.FormatError,
        match=r"row 2 \('7'\): neither a phase \(1 to 5\) nor a code that is known \(0, 66, 88, 99\)",
    ):
        sg.read_fewsnet(csv_bytes(FDW, fdw(7)))


def test_the_assistance_flag_is_kept_apart() -> None:
    """Both series of a unit stay, each with its flag; a lower rating gives way; copies are dropped."""
    rows = [fdw(2), fdw(3, assisted=True), fdw(1, rating=50), fdw(2)]
    phases, account = sg.read_with_report(csv_bytes(FDW, *rows))
    assert phases[["phase_published", "assistance"]].values.tolist() == [[2, "False"], [3, "True"]]
    assert account.rows_dropped == {"superseded": 1, "duplicate": 1}


def test_scenarios_and_units_of_the_data_warehouse() -> None:
    """CS, ML1 and ML2; camps are sites, parks are not analysed."""
    rows = [
        fdw(2, scenario="ML1"),
        fdw(3, scenario="ML2"),
        fdw(3, unit="idp_camp", fnid="NE2"),
        fdw(1, unit="national_park", fnid="NE3"),
    ]
    phases = sg.read_fewsnet(csv_bytes(FDW, *rows))
    assert phases["kind"].tolist() == ["projected", "second_projected", "current", "current"]
    assert phases["unit_kind"].tolist() == ["area", "area", "idp_site", "area"]
    assert phases["state"].fillna("").tolist()[-1] == "not_analysed"
    assert phases["iso3"].unique().tolist() == ["NER"]
    with pytest.raises(sg.errors.FormatError, match=r"column 'scenario', row 2 \('ML9'\): not CS, ML1 or ML2"):
        sg.read_fewsnet(csv_bytes(FDW, fdw(2, scenario="ML9")))


def shapefile(folder: Path, name: str, columns: dict[str, list[object]], crs: str | None = "EPSG:4326") -> Path:
    """A shapefile of squares."""
    folder.mkdir(exist_ok=True)
    count = len(next(iter(columns.values())))
    path = folder / f"{name}.shp"
    gpd.GeoDataFrame(columns, geometry=[box(n, 0, n + 1, 1) for n in range(count)], crs=crs).to_file(path)
    return path


def test_regional_shapefiles_take_their_month_from_their_name(tmp_path: Path) -> None:
    """Dissolved: one feature for each phase and flag."""
    path = shapefile(tmp_path / "s", "WA_202002_CS", {"CS": [2, 2, 99], "HA0": [0, 1, 0]})
    phases, account = sg.read_with_report(path)
    assert isinstance(phases, gpd.GeoDataFrame)
    assert phases["assistance"].tolist() == ["0", "1", "0"]
    assert phases["unit"].tolist() == ["feature 1", "feature 2", "feature 3"]
    assert phases[["start", "end"]].iloc[0].dt.strftime("%Y-%m-%d").tolist() == ["2020-02-01", "2020-02-29"]
    assert "taken from the name" in account.notes[0]


@pytest.mark.parametrize(
    ("scenario", "start", "end"), [("ML1", "2020-02-01", "2020-05-31"), ("ML2", "2020-06-01", "2020-09-30")]
)
def test_outlooks_look_eight_months_ahead(tmp_path: Path, scenario: str, start: str, end: str) -> None:
    """Two halves of four months, for outlooks of February, June and October."""
    phases = sg.read_fewsnet(shapefile(tmp_path / "s", f"WA_202002_{scenario}", {scenario: [2]}))
    assert phases[["start", "end"]].iloc[0].dt.strftime("%Y-%m-%d").tolist() == [start, end]
    with pytest.raises(sg.errors.FormatError, match=f"not how far {scenario} looks ahead"):
        sg.read_fewsnet(shapefile(tmp_path / "t", f"WA_202004_{scenario}", {scenario: [2]}))


def test_country_packages_carry_their_dates(tmp_path: Path) -> None:
    """Months in columns; names of areas and livelihood zones."""
    columns = {
        "cov_start": ["10-2020"],
        "cov_end": ["01-2021"],
        "report_mon": ["10-2020"],
        "country": ["NE"],
        "ADMIN1": ["Agadez"],
        "ADMIN2": ["Arlit"],
        "LZNAME": ["Desert"],
        "CS": [3],
        "HA0": [1],
    }
    phases = sg.read_fewsnet(shapefile(tmp_path / "s", "NE_now", columns))
    assert phases[["place", "admin2", "iso3", "assistance"]].iloc[0].tolist() == ["Desert", "Arlit", "NER", "1"]
    assert phases["end"].dt.strftime("%Y-%m-%d").tolist() == ["2021-01-31"]


def test_zipped_packages_hold_every_scenario(tmp_path: Path) -> None:
    """CS, ML1 and ML2 in one archive are one table."""
    folder = tmp_path / "s"
    for scenario in ("CS", "ML1", "ML2"):
        shapefile(folder, f"WA_202006_{scenario}", {scenario: [2]})
    archive = zipped(tmp_path / "WA_202006.zip", {entry.name: entry.read_bytes() for entry in folder.iterdir()})
    phases = sg.read_fewsnet(archive)
    assert sorted(phases["kind"]) == ["current", "projected", "second_projected"]


@pytest.mark.filterwarnings("ignore:'crs' was not provided:UserWarning")
def test_shapefiles_without_system_or_period_are_refused(tmp_path: Path) -> None:
    """The message says what to give."""
    with pytest.raises(sg.errors.CRSError, match="no coordinate system"):
        sg.read_fewsnet(shapefile(tmp_path / "s", "WA_202002_CS", {"CS": [2]}, crs=None))
    path = shapefile(tmp_path / "t", "west_africa", {"CS": [2]})
    with pytest.raises(sg.errors.FormatError, match=r"neither its columns nor its name say the period of CS\. Give it"):
        sg.read_fewsnet(path)
    assert sg.read_fewsnet(path, period=("2020-02-01", "2020-02-29"))["start"].notna().all()
    with pytest.raises(sg.errors.FormatError, match="not FEWS NET's"):
        sg.read_fewsnet(csv_bytes("a,b", "1,2"))


def test_real_files_of_fews_net_and_ucdp() -> None:
    """A dissolved region, rows of the data warehouse, events with an HXL row."""
    shapes = sg.read_fewsnet(real_file("food_security/EA_201810_CS.shp"))
    assert shapes["state"].fillna("").tolist() == [""] * 6 + ["no_data"]
    rows, account = sg.read_with_report(real_file("food_security/fews_fdw_ipcphase_cs_MDG_processed.csv"))
    assert account.rows_dropped == {"duplicate": 788}
    assert rows["iso3"].unique().tolist() == ["MDG"]
    events = sg.read_ucdp(real_file("conflict/ucdp_hdx_conflict_data_BGD.csv"))
    assert len(events) == 601
