"""The main job, end to end, as the command does it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import sahelgeo as sg
from sahelgeo.cli import main
from sahelgeo.demo import PRODUCTS


@pytest.fixture
def folder(demo_folder: Path) -> Path:
    """A folder with the products of one English run."""
    return demo_folder


def test_the_demo_writes_its_seven_products(folder: Path) -> None:
    """Two maps, a figure, areas twice, a report twice."""
    assert sorted(path.name for path in folder.iterdir()) == sorted(PRODUCTS)


def test_everybody_is_accounted_for(folder: Path) -> None:
    """1,034,609 people before the join, after it, and in both files; 1,167 deaths less the 64 without a region."""
    areas = gpd.read_parquet(folder / "areas.parquet")
    assert areas["people"].sum() == pd.read_csv(folder / "areas.csv")["people"].sum() == 1_034_609
    assert areas["fatalities"].sum() == 1_167 - 64
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "| stocks | 13 | 13 | 1,034,609 | 1,034,609 | 0 |" in report


def test_the_map_of_movements_holds_all_who_moved(folder: Path) -> None:
    """509,332 people: 454,687 within a region and 1,217 from where nobody knows have no arrow, and are in the legend."""
    page = (folder / "movements.html").read_text(encoding="utf-8")
    for number in ("509,332", "454,687", "1,217"):
        assert number in page, number


def test_the_areas_are_valid_geoparquet(folder: Path) -> None:
    """13 regions in degrees, one coverage, phases by rule as known."""
    areas = gpd.read_parquet(folder / "areas.parquet")
    assert len(areas) == 13
    assert areas.crs.to_epsg() == 4326
    assert shapely.coverage_is_valid(areas.geometry.to_numpy())
    phases = areas.set_index("name")["phase_rule"]
    assert phases[["Centre-Nord", "Sahel", "Boucle du Mouhoun", "Sud-Ouest"]].tolist() == [3, 3, 1, 2]


def test_the_report_tells_phases_rates_deaths_and_sources(folder: Path) -> None:
    """Figures that can be checked by hand: 422,267 / 1,777,845 is 237.5 per 1,000."""
    report = (folder / "report.md").read_text(encoding="utf-8")
    for text in (
        "1,606,484 people in phase 3 or above, 7.5 % of the 21,398,997 analysed",
        "Centre-Nord (237.5), Sahel (233.8)",
        "1,167 people reported killed in 166 events",
        "CONASUR registration of internally displaced persons",
        "UCDP Georeferenced Event Dataset (GED) Global version 24.1",
        "](map.png)",
    ):
        assert text in report
    assert "{" not in report


def test_the_map_is_light_and_whole(folder: Path) -> None:
    """At most 450 kB, links to nothing."""
    html = (folder / "map.html").read_text(encoding="utf-8")
    assert len(html.encode()) <= 450_000
    assert "<script src" not in html
    assert "<link" not in html


def test_the_command_prints_six_lines_and_the_paths(french_demo: tuple[Path, list[str]]) -> None:
    """French on request."""
    folder, lines = french_demo
    assert len(lines) == 6 + len(PRODUCTS)
    assert lines[0].startswith("1\u202f034\u202f609 personnes déplacées dans 13 régions au 6 septembre 2020")
    assert lines[-1].endswith("report.md")
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "## Lignes et personnes comptabilisées" in report
    assert "Burkina Faso, 2020 : insécurité alimentaire et déplacements" in report


def test_the_command_says_why_it_cannot_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that is a file is no folder: one line on standard error, no traceback."""
    blocked = tmp_path / "file"
    blocked.write_text("here already")
    assert main(["demo", "--out", str(blocked)]) == 1
    assert capsys.readouterr().err.startswith("sahelgeo: ")


def test_the_version_is_told_without_loading_anything(capsys: pytest.CaptureFixture[str]) -> None:
    """--version answers at once."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == f"sahelgeo {sg.__version__}"


def test_the_package_runs_as_a_module() -> None:
    """``python -m sahelgeo`` is the command."""
    done = subprocess.run([sys.executable, "-m", "sahelgeo", "--help"], capture_output=True, text=True, check=True)
    assert "demo" in done.stdout


def test_inspect_says_what_files_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One block of lines for each file; a file that is nothing known is said to be so, not raised."""
    (tmp_path / "a.csv").write_text(
        "iso3,country_name,year,new_displacement,total_displacement\nMLI,Mali,2022,153990,379932\n"
    )
    (tmp_path / "b.csv").write_text("x,y\n1,2\n")
    assert main(["inspect", str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]) == 1
    first, second = capsys.readouterr().out.split("\n\n")
    assert "idmc-gidd" in first
    assert "379,932" in first
    assert "problem" in second
