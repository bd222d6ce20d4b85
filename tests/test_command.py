"""The command as a stranger uses it: lines, files, exit statuses, and sentences instead of tracebacks."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from lookalikes import CONASUR, workbook

import sahelgeo as sg
from sahelgeo.cli import main

GIDD = "iso3,country_name,year,new_displacement,total_displacement\nMLI,Mali,2021,1,326000\nMLI,Mali,2022,1,379932\n"
CH = "adm0_name,adm1_name,adm2_name,population,phase_class,phase1,phase2,phase3,phase4,phase5\n"
SOUM = "Burkina Faso,Sahel,Soum,1000,3,500,200,250,50,0\n"
OUDALAN = "Burkina Faso,Sahel,Oudalan,1000,2,700,200,100,0,0\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with small files of three feeds."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gidd.csv").write_text(GIDD)
    (tmp_path / "bfa_jun2020_cur.csv").write_text(CH + SOUM + OUDALAN)
    (tmp_path / "no_period.csv").write_text(CH + SOUM)
    sample = sg.load_sample("burkina-2020")
    for name in ("stocks", "phases"):
        getattr(sample, name).to_csv(tmp_path / f"{name}.csv", index=False)
    sg.load_sample("burkina-movements-2025").flows.to_csv(tmp_path / "flows.csv", index=False)
    sample.areas.to_file(tmp_path / "areas.geojson")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    """What the command prints: standard output where it is done, standard error where it refuses."""
    assert main(arguments) == status
    out, err = capsys.readouterr()
    return out if status == 0 else err


def test_stocks_are_drawn_and_accounted_for(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1,034,609 people in 13 regions, on a page."""
    lines = said(capsys, "map", "stocks", "stocks.csv").splitlines()
    assert lines == [
        "stocks.csv (sahelgeo-stocks): 13 of 13 rows taken.",
        "13 rows with 1,034,609 people placed on areas; 0 rows left out; 0 areas have no row.",
        "  map.html",
    ]
    assert "422267" in (here / "map.html").read_text(encoding="utf-8")


def test_lines_and_map_are_in_french_when_asked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And boundaries of one's own are used."""
    arguments = ("map", "stocks", "stocks.csv", "--areas", "areas.geojson", "--lang", "fr", "--out", "carte.html")
    assert said(capsys, *arguments).startswith("stocks.csv (sahelgeo-stocks) : 13 lignes prises sur 13.")
    assert "Personnes déplacées" in (here / "carte.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_phases_are_drawn_for_print(here: Path, capsys: pytest.CaptureFixture[str], ending: str) -> None:
    """The ending chooses the format; the sample has no published phases, so the rule gives them."""
    said(capsys, "map", "phases", "phases.csv", "--out", f"phases.{ending}")
    start = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}[ending]
    assert (here / f"phases.{ending}").read_bytes().startswith(start)


def test_provinces_are_added_up_to_regions(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """400 of 2,000 people in phase 3 or above are 20 %: the region is in phase 3, computed."""
    said(capsys, "map", "phases", "bfa_jun2020_cur.csv", "--level", "1", "--title", "Sahel")
    page = (here / "map.html").read_text(encoding="utf-8")
    assert "computed by the 20 % rule" in page
    assert said(capsys, "map", "phases", "bfa_jun2020_cur.csv").count("2 rows with 2,000 people") == 1


def test_communes_are_added_up_and_dates_are_chosen(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A day, or the latest; the others are offered."""
    workbook(here / "conasur.xlsx", {"IDP_tableau": CONASUR})
    assert "placed on areas" in said(capsys, "map", "stocks", "conasur.xlsx", "--level", "1")
    refusal = said(capsys, "map", "stocks", "gidd.csv", status=1)
    assert "2022-12-31, 2021-12-31. Choose: --period 2022-12-31, or --period latest" in refusal
    for period in ("latest", "2022-12-31"):
        assert "1 rows with 379,932 people" in said(capsys, "map", "stocks", "gidd.csv", "--period", period)
    assert "no count is of 2020-01-01" in said(capsys, "map", "stocks", "gidd.csv", "--period", "2020-01-01", status=1)


def test_a_file_that_says_no_period_takes_the_one_given(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And asks for it in the words of the command line."""
    assert "--period FIRST/LAST" in said(capsys, "map", "phases", "no_period.csv", status=1)


def test_several_analyses_are_listed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A day, a month or the two days of a period choose one."""
    phases = sg.load_sample("burkina-2020").phases
    later = phases.assign(start="2020-06-01", end="2020-08-31", kind="projected")
    pd.concat([phases, later.astype({"start": phases["start"].dtype, "end": phases["end"].dtype})]).to_csv("two.csv")
    refusal = said(capsys, "map", "phases", "two.csv", status=1)
    assert "2020-06-01/2020-08-31 (projected), 2020-03-01/2020-05-31 (current)" in refusal
    for choice in (
        "--period 2020-07-01",
        "--period 2020-07",
        "--period 2020-06-01/2020-08-31",
        "--choose kind=projected",
    ):
        assert "13 of 26 rows" in said(capsys, "map", "phases", "two.csv", *choice.split())
    assert "no analysis is of" in said(
        capsys, "map", "phases", "two.csv", "--period", "2019-01-01/2019-03-31", status=1
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["phases", "stocks.csv"], "a table of stocks, not of phases. Ask for stocks"),
        (["stocks", "flows.csv"], "a table of flows, not of stocks. Ask for flows"),
        (["stocks", "nothing.csv"], "nothing.csv: there is no such file"),
        (["stocks", "stocks.csv", "--out", "map.doc"], "a map is saved as .html, .png, .svg, .pdf"),
        (["stocks", "stocks.csv", "--out", "nowhere/map.html"], "nowhere: there is no such folder"),
        (["stocks", "stocks.csv", "--out", "areas.geojson/map.html"], "there is no such folder"),
        (["stocks", "stocks.csv", "--level", "7"], "level 7 is not embedded"),
        (["stocks", "stocks.csv", "--areas", "nothing.shp"], "nothing.shp: there is no such file"),
        (["stocks", "stocks.csv", "--country", "XXX"], "no row is of XXX"),
        (["stocks", "stocks.csv", "--choose", "group"], "write a column and a value"),
        (["stocks", "stocks.csv", "--choose", "group=cats"], "no row has group 'cats'. There are: 'idp'"),
        (["stocks", "stocks.csv", "--choose", "people=1"], "choose has 'people'. It can name: date, group"),
        (["stocks", "stocks.csv", "--period", "March"], "period='March' is not a day"),
        (["phases", "phases.csv", "--period", "2020-05-01/2020-03-01"], "give a day"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    """Exit status 1, the reason on standard error, and no map."""
    assert sentence in said(capsys, "map", *arguments, status=1)
    assert not (here / "map.html").exists()


def test_rows_without_an_area_are_refused_or_dropped_aloud(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The refusal speaks of the command's own option; what is dropped is a warning with rows and people."""
    table = pd.read_csv("stocks.csv", dtype=str)
    table.loc[0, ["pcode", "place"]] = [None, "Atlantis"]
    table.to_csv("lost.csv", index=False)
    assert "On the command line: --unmatched drop" in said(
        capsys, "map", "stocks", "lost.csv", "--level", "1", status=1
    )
    assert main(["map", "stocks", "lost.csv", "--level", "1", "--unmatched", "drop"]) == 0
    out, err = capsys.readouterr()
    assert "1 rows left out" in out
    assert err.startswith("sahelgeo: warning: 1 of 13 rows with 1,051 people have no area: Atlantis")


def test_a_total_beside_its_parts_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A region's row and a province's row of it, with names only."""
    table = pd.DataFrame({"admin1": "Sahel", "admin2": ["Soum", None], "people": [1, 2]})
    table.assign(pcode=None, place=["Soum", "Sahel"], date="2020-09-06", group="idp", source="mine", iso3="BFA").to_csv(
        "mixed.csv"
    )
    refusal = said(capsys, "map", "stocks", "mixed.csv", "--level", "1", status=1)
    assert "1 rows stand for whole areas beside rows of their parts (admin2): BF56" in refusal


def test_the_rest_of_an_area_is_told_on_the_command_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A region without its province, and the province: the refusal names the option, which then works."""
    table = pd.read_csv("phases.csv", dtype=str)
    part = table[table["pcode"] == "BF56"].assign(pcode="BF5602", place="Seno", admin1="Sahel")
    pd.concat([table, part]).to_csv("parts.csv", index=False)
    arguments = ["map", "phases", "parts.csv", "--level", "1"]
    assert "On the command line, where a row is the rest of its area: --rest PCODE" in said(
        capsys, *arguments, status=1
    )
    assert "--rest: no row has the code BF99" in said(capsys, *arguments, "--rest", "BF99", status=1)
    assert "14 of 14 rows taken" in said(capsys, *arguments, "--rest", "BF56")


OWN = {
    "stocks": (
        "Liste des PDI;;\nRégion;Effectif;Note\nSahel;1 200;x\nCentre-Nord;350;y\nTotal;1 550;\n",
        ["Région=admin1", "Effectif=people"], ["date=2023-02-28", "group=idp", "source=own"],
        "2 rows with 1,550 people placed on areas; 0 rows left out; 11 areas have no row.",
    ),
    "flows": (
        "De,Vers,Personnes\nSahel,Centre-Nord,1200\nSahel,Nord,500\nInconnue,Nord,40\nNord,Nord,70\n",
        ["De=origin_name", "Vers=destination_name", "Personnes=people"],
        ["start=2023-01-01", "end=2023-01-31", "source=own"],
        "1,700 people moved between areas, 70 within one; of 40 an end is not known.",
    ),
    "events": (
        "Id,Jour,Lat,Lon,Morts,Type\ne1,2023-01-05,14.1,-1.6,3,battle\ne2,2023-02-05,14.2,-1.2,,battle\n",
        ["Id=event", "Jour=date", "Lat=latitude", "Lon=longitude", "Morts=fatalities", "Type=kind"], ["source=own"],
        "2 events with 3 deaths drawn.",
    ),
}  # fmt: skip


def own(subject: str, path: Path) -> list[str]:
    """The arguments that draw a table of one's own, which is written."""
    text, columns, values, _ = OWN[subject]
    path.write_text(text, encoding="utf-8")
    told = [word for column in columns for word in ("--column", column)]
    return [
        "map",
        subject,
        path.name,
        *told,
        *(word for value in values for word in ("--set", value)),
        "--country",
        "BFA",
    ]


@pytest.mark.parametrize("subject", OWN)
def test_a_table_of_ones_own_is_drawn_once_its_columns_are_told(
    here: Path, capsys: pytest.CaptureFixture[str], subject: str
) -> None:
    """Stocks by name, flows with both ends matched, points of events."""
    arguments = own(subject, here / "own.csv")
    if subject == "events":
        arguments = arguments[:-2]
    lines = said(capsys, *arguments).splitlines()
    assert lines[0].startswith("own.csv (read_table): ")
    assert lines[1] == OWN[subject][3]
    assert (here / "map.html").exists()


def test_flows_and_events_of_a_period_are_drawn(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What lies within the period as a whole; a period without rows is named."""
    sample = sg.load_sample("burkina-2020")
    sample.events.to_file(here / "events.geojson")
    inside = sample.events["date"].between("2020-03-01", "2020-03-31")
    text = said(capsys, "map", "events", "events.geojson", "--period", "2020-03-01/2020-03-31")
    assert f"{int(inside.sum())} events with" in text
    assert "people moved between areas" in said(capsys, "map", "flows", "flows.csv")
    refusal = said(capsys, "map", "flows", "flows.csv", "--period", "2019-01-01/2019-03-31", status=1)
    assert "no row lies within 2019-01-01/2019-03-31. The file has 2024-01-01/2025-04-30" in refusal


def test_polygons_of_parts_of_an_area_are_added_up_on_boundaries_alone(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A map colours an area once: two polygons of one area, each with its phase, are refused with the way out."""
    sample = sg.load_sample("burkina-2020")
    shapes = sg.attach_areas(sample.phases, sample.areas)[[*sample.phases.columns, "geometry"]]
    shapes.to_file(here / "whole.geojson")
    assert "13 of 13 rows" in said(capsys, "map", "phases", "whole.geojson")
    parts = pd.concat([shapes.assign(unit="north"), shapes.assign(unit="south")])
    parts.to_file(here / "parts.geojson")
    refusal = said(capsys, "map", "phases", "parts.geojson", status=1)
    assert "some areas have several polygons with a phase each. Give boundaries to add them up: --areas FILE" in refusal
    assert "26 of 26 rows" in said(capsys, "map", "phases", "parts.geojson", "--areas", "areas.geojson")


def test_what_a_table_of_ones_own_lacks_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An end of a flow that no area has, events without points, flows that go nowhere, another table than asked for."""
    arguments = own("flows", here / "own.csv")
    (here / "own.csv").write_text(OWN["flows"][0].replace("Sahel,Nord", "Atlantis,Nord"), encoding="utf-8")
    refusal = said(capsys, *arguments, status=1)
    assert "an end that no area answers to: Atlantis (no such name)" in refusal
    assert "On the command line: --unmatched drop" in refusal
    assert main([*arguments, "--unmatched", "drop"]) == 0
    out, err = capsys.readouterr()
    assert "of 540 an end is not known" in out
    assert "Atlantis (no such name); see match_areas for all of them; kept" in err
    (here / "own.csv").write_text("De,Vers,Personnes\nNord,Nord,70\n", encoding="utf-8")
    assert "no row leads from one area to another" in said(capsys, *arguments, status=1)
    events = own("events", here / "own.csv")[:-2]
    without = [word for word in events if "itude" not in word]
    without = [word for place, word in enumerate(without) if word != "--column" or "=" in without[place + 1]]
    assert "Tell the columns latitude and longitude" in said(capsys, *without, status=1)
    assert "draws a table of events, not --as stocks" in said(capsys, *events, "--as", "stocks", status=1)


def test_what_a_refusal_advises_works_on_the_command_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Days that may be read in two ways, a level, and headings that are still to be told."""
    (here / "days.csv").write_text("Lieu;Effectif;Jour\nDjibo;12;03/04/2023\nDori;3;05/06/2023\n", encoding="utf-8")
    told = ["--column", "Lieu=place", "--column", "Effectif=people", "--column", "Jour=date"]
    arguments = ["read", "days.csv", *told, "--set", "group=idp", "--set", "source=own"]
    assert "day_first=True or day_first=False" in said(capsys, *arguments, status=1)
    assert "2023-04-03" in said(capsys, *arguments, "--set", "day_first=True")
    assert "2023-03-04" in said(capsys, *arguments, "--set", "day_first=False")
    refusal = said(capsys, "read", "days.csv", "--as", "stocks", status=1)
    assert "Perhaps: read_table(path, {'Lieu': 'place', 'Effectif': 'people', 'Jour': 'date'}" in refusal
    assert 'On the command line: --column "HEADING=COLUMN"' in refusal
    lines = said(capsys, "read", "areas.geojson", "--set", "level=1").splitlines()
    assert len(lines) == 14


def test_inspect_fails_where_a_file_cannot_be_read(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every file is described all the same."""
    assert main(["inspect", "gidd.csv", "nothing.csv", "."]) == 1
    first, second, third = capsys.readouterr().out.split("\n\n")
    assert "idmc-gidd" in first
    assert second == "problem   nothing.csv: there is no such file"
    assert third.startswith(f"problem   {here.name}: a folder")


def test_inspect_describes_boundaries(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Level, country, edition, source and shapes."""
    lines = said(capsys, "inspect", "areas.geojson").splitlines()
    assert lines[1] == "feed      boundaries of administrative areas, read with read_areas"
    assert "table     areas, 13 rows" in lines
    assert "country   BFA" in lines
    assert "shapes    13 in EPSG:4326" in lines


def test_a_terminal_without_accents_or_narrow_spaces_gets_its_lines(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when output goes to a file on a system whose encoding is cp1252."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="cp1252"))
    assert main(["map", "stocks", "stocks.csv", "--lang", "fr"]) == 0
    assert "1 034 609 personnes placées" in raw.getvalue().decode("cp1252")


def test_a_closed_pipe_is_no_error(here: Path) -> None:
    """As with ``sahelgeo inspect FILE | head -1``."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "sahelgeo", "inspect", str(here / "gidd.csv")],
            stdout=pipe, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


def test_wrong_arguments_end_with_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, as for any command."""
    for arguments in ([], ["map"], ["map", "rasters", "x.csv"], ["demo", "--lang", "de"], ["draw"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        assert capsys.readouterr().err.startswith("usage: sahelgeo")


def test_a_month_chooses_the_counts_of_its_days(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the help offers it; a month without a count says which there are."""
    assert "1,034,609 people" in said(capsys, "map", "stocks", "stocks.csv", "--period", "2020-09")
    refusal = said(capsys, "map", "stocks", "stocks.csv", "--period", "2020-10", status=1)
    assert "no count is of 2020-10-01/2020-10-31. There are: 2020-09-06" in refusal


def test_changes_are_drawn_of_two_files_in_a_house_s_style(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One file holds both periods, or each has its own; a style is a file too."""
    later = pd.read_csv("stocks.csv").assign(date="2021-09-06")
    later.assign(people=later["people"] + 500).to_csv("later.csv")
    (here / "house.toml").write_text('credit = "The Example Times"\n[cmap]\ndiverging = "PRGn_r"\n', encoding="utf-8")
    lines = said(capsys, "map", "changes", "stocks.csv", "later.csv", "--style", "house.toml").splitlines()
    assert len(lines) == 5
    page = (here / "map.html").read_text(encoding="utf-8")
    assert "Change: Displaced people" in page
    assert "The Example Times" in page
    pd.concat([pd.read_csv("stocks.csv"), later]).to_csv("both.csv", index=False)
    said(capsys, "map", "changes", "both.csv", "--period", "2020-09,2021-09", "--crs", "EPSG:4326")
    assert "two periods of one" in said(capsys, "map", "changes", "both.csv", status=1)
    assert "two periods are for changes" in said(
        capsys, "map", "stocks", "both.csv", "--period", "2020-09,2021-09", status=1
    )
    assert "a second one" in said(capsys, "map", "stocks", "stocks.csv", "later.csv", status=1)
    assert "Changes are drawn of phases, stocks" in said(capsys, "map", "changes", "flows.csv", "flows.csv", status=1)


def test_a_name_is_decided_on_the_command_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The advice of the refusal works; one of several phases is drawn when it is asked for."""
    table = pd.read_csv("stocks.csv").assign(pcode=None)
    table.assign(place=table["place"].replace("Sahel", "Liptako")).to_csv("names.csv", index=False)
    assert "--decide NAME=PCODE" in said(capsys, "map", "stocks", "names.csv", "--areas", "areas.geojson", status=1)
    arguments = ("map", "stocks", "names.csv", "--areas", "areas.geojson", "--decide", "Liptako=BF56")
    assert "13 rows with 1,034,609 people" in said(capsys, *arguments)
    assert "no row prints Nowhere" in said(capsys, *arguments, "--decide", "Nowhere=BF56", status=1)
    phases = pd.read_csv("phases.csv").assign(phase_published=2)
    people = dict(zip([f"people_{number}" for number in range(1, 6)], [20, 20, 20, 0, 0], strict=True))
    town = phases.head(1).assign(unit="town", unit_kind="urban", phase_published=3, population=60, **people)
    pd.concat([phases, town]).to_csv("parts.csv", index=False)
    said(capsys, "map", "phases", "parts.csv", "--several", "worst")
    assert "Drawn is the worst that is published" in (here / "map.html").read_text(encoding="utf-8")
    assert "no analysis holds on 2019-01-01" in said(
        capsys, "map", "phases", "phases.csv", "--period", "2019-01-01", status=1
    )
