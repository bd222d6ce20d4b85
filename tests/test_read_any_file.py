"""Any file is recognised by what it holds, or refused with a sentence; inspecting it never raises."""

import io
import json
import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from lookalikes import (
    ACLED,
    CONASUR,
    DTM_ROW,
    GED,
    HAPI_FOOD,
    HAPI_IDPS,
    IPC_LONG,
    PRISM,
    SITES,
    UNHCR,
    ch_csv,
    ch_row,
    csv_bytes,
    ipc_rows,
    json_bytes,
    workbook,
)
from profiles import PROFILE
from real_files import real_folder
from shapely import box

import sahelgeo as sg
from sahelgeo.readers.feed import feeds
from sahelgeo.readers.opener import open_file
from sahelgeo.readers.sheets import nearest
from sahelgeo.sources import SOURCES

EVENT = "1,1,a,b,a - b,1,x,,,14.1,-1.6,Mali,2020-01-01,2020-01-01,1,1,1"
BATTLE = "BFO1,15 August 2020,Political violence,Battles,Armed clash,A,B,Burkina Faso,Sahel,Djibo,14.1,-1.6,1,3"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cadre-harmonise", ch_csv(ch_row()).getvalue()),
        ("cadre-harmonise", json_bytes({"DataList": [PRISM]}).getvalue()),
        ("ipc", csv_bytes(IPC_LONG, *ipc_rows()).getvalue()),
        ("dtm", json_bytes({"result": [DTM_ROW]}).getvalue()),
        ("unhcr", csv_bytes(*UNHCR).getvalue()),
        ("ucdp-ged", csv_bytes(GED, EVENT).getvalue()),
        ("acled", csv_bytes(ACLED, BATTLE).getvalue()),
        ("hapi-idps", csv_bytes(HAPI_IDPS, "TCD,TD07,Lac,,,1,BA,Lac,20,60,2023-06-30,2023-06-30,,").getvalue()),
        (
            "hapi-food-security",
            csv_bytes(HAPI_FOOD, "CAF,Ouaka,,,,,,1,1,current,5,0.1,2023-04-01,2023-08-31,,").getvalue(),
        ),
        ("displacement-list", csv_bytes(f"dates,{SITES}", "2022-05-31,Diffa,Bosso,Bosso,A,13,12,1,5").getvalue()),
    ],
)
def test_a_file_is_recognised_from_its_content(name: str, content: bytes) -> None:
    """No name, no hint: an open file."""
    table, account = sg.read_with_report(io.BytesIO(content))
    assert account.feed == name
    assert len(table) > 0
    assert account.rows == account.rows_kept + sum(account.rows_dropped.values())
    assert "rows in the" in str(account)


def test_options_go_to_the_reader_of_the_feed(tmp_path: Path) -> None:
    """An option that it does not have is refused by name."""
    path = workbook(tmp_path / "w.xlsx", {"S": CONASUR})
    assert sg.read(path, date="2020-01-31")["date"].dt.year.unique().tolist() == [2020]
    with pytest.raises(sg.errors.FormatError, match="read_conasur has no option 'level'. It takes: date"):
        sg.read(path, level=1)
    with pytest.raises(sg.errors.FormatError, match="read_ucdp has no option 'level'. It takes: sheet"):
        sg.read(csv_bytes(GED, EVENT), level=1)


def test_an_unknown_file_says_what_was_seen_and_what_is_near() -> None:
    """Headings, rows, and the nearest feeds with their share."""
    with pytest.raises(
        sg.errors.FormatError, match=r"not a feed that sahelgeo knows\. Seen: 2 rows, headings 'a', 'b'. read_table"
    ):
        sg.read(csv_bytes("a,b", "1,2"))
    with pytest.raises(sg.errors.FormatError, match=r"Nearest: .*CONASUR.*\(75% of its headings\)"):
        sg.read(csv_bytes("REGIONS,PROVINCES,COMMUNES", "a,b,c"))


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        ("new_pcode,new_name,old_pcode,old_name", "a crosswalk of p-codes"),
        (
            "region_2025,region_capital,province_2025,province_capital",
            "regions and provinces of Burkina Faso since 2025",
        ),
        ("Location,Country Length,Admin 1 Length", "the lengths of p-codes"),
    ],
)
def test_lists_of_codes_are_named(heading: str, sentence: str) -> None:
    """They hold no figures."""
    with pytest.raises(sg.errors.FormatError, match=sentence):
        sg.read(csv_bytes(heading, ",".join("x" * len(heading.split(",")))))


def _boundaries(folder: Path) -> Path:
    path = folder / "areas.geojson"
    gpd.GeoDataFrame(
        {"ADM1_FR": ["Sahel"], "ADM1_PCODE": ["BF56"]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:4326"
    ).to_file(path)
    return path


def test_boundaries_go_to_their_reader(tmp_path: Path) -> None:
    """With its options, from a path or an open file; an option that it does not have is named."""
    content = _boundaries(tmp_path).read_bytes()
    assert sg.read(io.BytesIO(content), level=1)["pcode"].tolist() == ["BF56"]
    with pytest.raises(sg.errors.FormatError, match="at level 3"):
        sg.read(io.BytesIO(content), level=3)
    with pytest.raises(sg.errors.FormatError, match="read_areas has no option 'period'. It takes: level, layer, crs"):
        sg.read(io.BytesIO(content), period="2020")
    assert sg.read(_boundaries(tmp_path))["pcode"].tolist() == ["BF56"]
    areas, account = sg.read_with_report(_boundaries(tmp_path))
    assert (len(areas), account.table, account.rows_kept) == (1, "areas", 1)


def test_inspecting_says_everything_in_lines(tmp_path: Path) -> None:
    """Feed, vintage, sheets, rows, table, period, places, people, notes."""
    path = workbook(tmp_path / "w.xlsx", {"S": CONASUR, "OTHER": [["x", "y"]]})
    lines = sg.inspect_file(path).splitlines()
    assert lines[0] == "file      w.xlsx"
    assert lines[1].endswith("(conasur), read with read_conasur")
    assert "'S': headings on row 4" in lines[3]
    assert "'OTHER': not read" in lines[4]
    assert "rows      8 in the file = 3 kept + 2 dropped (title) + 1 dropped (empty) + 2 dropped (total)" in lines
    assert "people    1,150" in lines


def test_inspecting_never_adds_unlike_counts() -> None:
    """Several dates are listed, not summed; deaths are called deaths."""
    text = sg.inspect_file(csv_bytes(IPC_LONG, *ipc_rows(), *ipc_rows(kind="first projection")))
    assert "2 counts, never to be added; the last 2:" in text
    assert "CAF current 2023-04-01 2023-08-31 2023-04-01: 100" in text
    assert "deaths    1" in sg.inspect_file(csv_bytes(GED, EVENT))
    counts = "Country,Month,Year,Events", "Mali,January,2023,1"
    assert "people" not in sg.inspect_file(csv_bytes(*counts))


def test_inspecting_gives_problems_as_text(tmp_path: Path) -> None:
    """A file that cannot be opened, recognised or read is described all the same."""
    assert sg.inspect_file(tmp_path / "none.csv").startswith("problem   ")
    assert "problem   the open file: not a feed" in sg.inspect_file(csv_bytes("a,b", "1,2"))
    text = sg.inspect_file(csv_bytes("REGIONS,PROVINCES,COMMUNES,Nombre total de PDI", "SAHEL,SOUM,DJIBO,1"))
    assert "feed      CONASUR" in text
    assert "problem   the open file: neither the titles, the names of the sheet" in text
    assert "holds no analyses" in sg.inspect_file(json_bytes({"DataList": []}))
    assert "keys of the records" in sg.inspect_file(json_bytes({"DataList": [PRISM]}))


def test_every_feed_declares_what_its_reader_needs() -> None:
    """Needs are columns, sources are known, each feed has a reader."""
    for name, entry in feeds().items():
        for vintage in entry.vintages:
            assert vintage.needs | vintage.lacks <= set(entry.columns), f"{name}: {vintage.name}"
        assert entry.source in SOURCES or entry.module == "own_tables", name
        assert callable(entry.hook("tidy"))
        assert hasattr(sg, entry.reader)


def test_no_heading_stands_for_two_columns_of_a_vintage() -> None:
    """A heading that means two things would be read twice."""
    for name, entry in feeds().items():
        seen: dict[str, str] = {}
        for column, headings in entry.columns.items():
            for heading in headings:
                assert seen.setdefault(heading, column) == column, (
                    f"{name}: {heading!r} is {seen[heading]} and {column}"
                )


def test_the_nearest_feeds_need_a_heading_in_common() -> None:
    """A file of other things is near to none."""
    opened = open_file(csv_bytes("zzz,yyy", "1,2"))
    assert nearest(opened) == []


def test_every_file_beside_the_project_is_read_or_named() -> None:
    """One sentence for each that is not read; the account adds up for each that is. Large ones have tests of their own."""
    read, refused = {}, {}
    for path in sorted(real_folder().rglob("*.*")):
        if path.stat().st_size > 1_000_000 and PROFILE != "nightly":
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", sg.DataWarning)
                _, account = sg.read_with_report(path)
        except sg.SahelgeoError as refusal:
            refused[path.name] = str(refusal)
            continue
        assert account.rows == account.rows_kept + sum(account.rows_dropped.values()), path.name
        read[path.name] = account.feed
    assert len(read) >= 23
    assert all(words.startswith(name) and len(words) > len(name) + 20 for name, words in refused.items())
    # Extracts made by hand and invented answers of services are no publisher's files: they are refused in words too.
    own = {path.name for folder in ("open", "live_samples") for path in real_folder().joinpath(folder).glob("*")}
    unnamed = [name for name, words in refused.items() if "not a feed that sahelgeo knows" in words and name not in own]
    assert unnamed in ([], ["README.md"])
    assert json.dumps(read)


@pytest.mark.parametrize("name", ["stocks", "phases", "flows", "population"])
def test_a_saved_table_is_read_back_as_it_was(name: str, tmp_path: Path) -> None:
    """Types, days and missing values survive a CSV file; a column of one's own stays, and a code keeps its zero."""
    sample = sg.load_sample("burkina-movements-2025" if name == "flows" else "burkina-2020")
    table = (
        getattr(sample, name).drop(columns=["movements", "households"], errors="ignore")
        if name == "flows"
        else getattr(sample, name)
    )
    table = table.assign(code="012", rate=0.5)
    table.to_csv(tmp_path / "saved.csv")
    read, account = sg.read_with_report(tmp_path / "saved.csv")
    pd.testing.assert_frame_equal(read.drop(columns=["code", "rate"]), table.drop(columns=["code", "rate"]))
    assert account.feed == f"sahelgeo-{name}"
    assert read["code"].unique().tolist() == ["012"]
    assert read["rate"].unique().tolist() == [0.5]


def test_saved_polygons_and_points_are_read_back(tmp_path: Path) -> None:
    """GeoJSON keeps the geometry of events and of phases joined to their areas; areas go to read_areas."""
    sample = sg.load_sample("burkina-2020")
    joined = sg.attach_areas(sample.phases, sample.areas)
    for name, table in (("events", sample.events), ("phases", joined), ("areas", sample.areas)):
        table.to_file(tmp_path / f"{name}.geojson")
        read = sg.read(tmp_path / f"{name}.geojson")
        assert isinstance(read, gpd.GeoDataFrame)
        assert read.crs == table.crs
        assert len(read) == len(table)


def test_a_saved_table_with_a_broken_cell_names_its_row(tmp_path: Path) -> None:
    """The row of the file, the column and the cell."""
    (tmp_path / "saved.csv").write_text("pcode,date,group,people,source\nBF56,2020-09-06,idp,many,mine\n")
    with pytest.raises(sg.errors.FormatError, match=r"saved.csv, column 'people', row 2 \('many'\): not a number"):
        sg.read(tmp_path / "saved.csv")
