"""Files are saved whole or not at all, hold text that every program reads, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import errno
import os
import signal
import subprocess
import sys
import tomllib
import xml.dom.minidom
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sahelgeo as sg
from sahelgeo.demo import PRODUCTS, run_demo
from sahelgeo.maps.layers import names_in_switch
from sahelgeo.saving import as_cell, from_cell, readable, to_toml, write_whole

BAD = "a\x0bb\ud800c"
GOOD = "a\ufffdb\ufffdc"
TEXTS = st.text(min_size=1).map(readable)


@pytest.fixture
def counted(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Three areas with people."""
    return squares.assign(people=[10, 200, 3000], source="unhcr-odp")


def drawn(counted: gpd.GeoDataFrame) -> sg.maps.Map:
    """A map of them."""
    m = sg.maps.Map(title="Yesterday")
    sg.maps.StockLayer(counted).add_to(m)
    return m


def periods(counted: gpd.GeoDataFrame) -> pd.DataFrame:
    """Two days."""
    return pd.concat([counted.assign(date="2020-01-31"), counted.assign(date="2020-02-29")])


def evidence(_: gpd.GeoDataFrame) -> pd.DataFrame:
    """What match_areas returns."""
    return sg.match_areas(pd.DataFrame({"region": ["Assaba"]}), sg.load_pcodes("MRT", level=1), on="region")


SAVERS: dict[str, Callable[[gpd.GeoDataFrame, Path], Any]] = {
    "map.html": lambda table, path: drawn(table).save(str(path)),
    "story.html": lambda table, path: sg.maps.story([("One", "Text", drawn(table))]).save(path),
    "sheet.svg": lambda table, path: sg.maps.figure(drawn(table), path),
    "sheet.png": lambda table, path: sg.maps.figure(drawn(table), path),
    "periods.svg": lambda table, path: sg.maps.small_multiples(periods(table), path=path),
    "decisions.csv": lambda table, path: sg.places.write_decisions(evidence(table), path),
    "situation.html": lambda _, path: situation().save(path),
    "chart.html": lambda table, path: sg.maps.chart(periods(table), by="name", path=path),
    "report.html": lambda _, path: sg.brief.write_report([sg.brief.fatalities()], path),
}


# What writes several files into a folder.
FOLDERS: dict[str, tuple[tuple[str, ...], Callable[[Path], Any]]] = {
    "demo": (PRODUCTS, run_demo),
    "situation": (("situation.md",), lambda folder: situation().save(folder / "situation.md")),
}


def situation() -> Any:
    """The report on a sample."""
    sample = sg.load_sample("burkina-2020")
    return sg.situation(stocks=sample.stocks, areas=sample.areas)


def no_room(path: Path | None = None, content: bytes = b"") -> int:
    """A full disk: it takes the first half of a file, and then no more."""
    if path is not None:
        with path.open("wb") as begun:
            begun.write(content[: len(content) // 2])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("name", SAVERS)
def test_a_full_disk_leaves_the_old_file(
    name: str, counted: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is as it was, nothing lies beside it, and the error is ours."""
    path = tmp_path / name
    path.write_text("yesterday")
    monkeypatch.setattr(Path, "write_bytes", no_room)
    with pytest.raises(sg.errors.ExportError, match="No space left on device.*What was there is as it was"):
        SAVERS[name](counted, path)
    assert path.read_text() == "yesterday"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_full_disk_leaves_the_old_export(
    counted: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of files too."""
    first = sg.maps.export_newsroom(drawn(counted), tmp_path / "export")
    before = {path: path.read_bytes() for path in first}
    monkeypatch.setattr(Path, "write_bytes", no_room)
    with pytest.raises(sg.SahelgeoError, match="could not be written"):
        sg.maps.export_newsroom(drawn(counted.assign(people=7)), tmp_path / "export")
    assert {path: path.read_bytes() for path in first} == before
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


@pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")
@pytest.mark.parametrize("name", FOLDERS)
def test_a_full_disk_leaves_each_old_file_of_a_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first file that has no room ends it; none is left half."""
    products, write = FOLDERS[name]
    before = {tmp_path / product: "yesterday" for product in products}
    for path, text in before.items():
        path.write_text(text)
    monkeypatch.setattr(Path, "write_bytes", no_room)
    with pytest.raises(sg.errors.ExportError, match="could not be written"):
        write(tmp_path)
    assert {path: path.read_text() for path in tmp_path.iterdir()} == before


KILLED = """
import os, signal, sys
from pathlib import Path
from sahelgeo.saving import write_whole

real, left = Path.write_bytes, [int(sys.argv[2])]
def half(path, content):
    left[0] -= 1
    if left[0] < 0:
        with path.open("wb") as begun:
            begun.write(content[: len(content) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    return real(path, content)
Path.write_bytes = half
write_whole(sys.argv[1], "new" * 1000 if left[0] == 0 else {"a.csv": "new", "b.csv": "new"})
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
@pytest.mark.parametrize("written", [0, 1])
def test_a_process_that_is_killed_half_way_leaves_the_old(written: int, tmp_path: Path) -> None:
    """A file with half of its bytes written, and a folder with half of its files."""
    path = tmp_path / "saved"
    write_whole(path, {"a.csv": "old"} if written else "old")
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path), str(written)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert (path / "a.csv" if written else path).read_text() == "old"


def test_a_folder_that_cannot_take_its_place_gives_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the old folder's going and the new one's coming something fails."""
    write_whole(tmp_path / "export", {"a.csv": "old"})
    move, calls = Path.replace, []

    def second_fails(path: Path, target: Path) -> Path:
        calls.append(path)
        return move(path, target) if len(calls) != 2 else no_room()  # type: ignore[return-value]

    monkeypatch.setattr(Path, "replace", second_fails)
    with pytest.raises(sg.errors.ExportError):
        write_whole(tmp_path / "export", {"a.csv": "new"})
    assert (tmp_path / "export" / "a.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_an_error_while_drawing_touches_no_file(counted: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """What fails fails before anything is written."""
    path = tmp_path / "map.html"
    path.write_text("yesterday")
    m = drawn(counted)
    next(iter(m._children.values())).table = None
    with pytest.raises(Exception):  # noqa: B017, PT011 (whatever goes wrong)
        m.save(str(path))
    assert path.read_text() == "yesterday"


def test_links_and_permissions_stay(tmp_path: Path) -> None:
    """What a link points at is replaced, and who may read the file may still read it."""
    held, link = tmp_path / "held.txt", tmp_path / "link.txt"
    held.write_text("old")
    held.chmod(0o640)
    link.symlink_to(held)
    assert write_whole(link, "new") == link
    assert link.is_symlink()
    assert held.read_text() == "new"
    assert held.stat().st_mode & 0o777 == 0o640


def test_a_device_and_a_folder_are_no_files_to_replace(tmp_path: Path) -> None:
    """What goes to a device goes there; a folder is refused in words."""
    write_whole(os.devnull, "text")
    assert not Path(os.devnull).is_file()
    with pytest.raises(sg.errors.ExportError, match="directory"):
        write_whole(tmp_path, b"bytes")
    with pytest.raises(sg.errors.SchemaError, match="there is no folder"):
        write_whole(tmp_path / "none" / "a.txt", "text")


def test_signs_that_no_file_may_hold_are_replaced(counted: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Control characters and halves of characters, in titles and names, on page, sheet and in tables."""
    named = counted.assign(name=pd.Series([BAD, "Middle", "East"], dtype=object))
    m = sg.maps.Map(title=BAD)
    sg.maps.StockLayer(named, name=BAD).add_to(m)
    m.save(str(tmp_path / "map.html"))
    assert GOOD in (tmp_path / "map.html").read_text(encoding="utf-8")
    sg.maps.figure(m, tmp_path / "map.svg")
    sheet = xml.dom.minidom.parse(str(tmp_path / "map.svg"))  # noqa: S318 (our own file)
    assert GOOD in sheet.toxml()
    sg.maps.export_newsroom(m, tmp_path / "export")
    assert GOOD in (tmp_path / "export" / "data.csv").read_text(encoding="utf-8")
    sg.maps.story([(BAD, BAD, m)]).save(tmp_path / "story.html")
    assert "\ud800" not in (tmp_path / "story.html").read_text(encoding="utf-8")


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner).map(tuple)))
def test_readable_values_can_be_written_and_stay(value: object) -> None:
    """Whatever it holds can be encoded, and a second time nothing changes."""
    once = readable(value)
    str(once).encode()
    assert readable(once) is once


@given(
    st.one_of(st.text(), st.sampled_from("=+-@\t\r\n'").flatmap(lambda sign: st.text().map(lambda text: sign + text)))
)
def test_no_cell_is_a_formula_and_every_cell_comes_back(text: str) -> None:
    """Also where a blank or a line end stands before the sign; what was written is read."""
    cell = as_cell(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    assert from_cell(cell) == text or (cell == text and text.startswith("'"))


def test_decisions_hold_no_formula_and_come_back_as_they_were(tmp_path: Path) -> None:
    """A name from a file of somebody else's is text in a spreadsheet, and the same name when it is read."""
    printed = pd.DataFrame({"region": ["=cmd|'/C calc'!A0", "\n=1+1", "Assaba"]})
    matches = sg.match_areas(printed, sg.load_pcodes("MRT", level=1), on="region")
    sg.places.write_decisions(matches, tmp_path / "decisions.csv")
    with (tmp_path / "decisions.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in cells)
    assert sg.places.read_decisions(tmp_path / "decisions.csv")["name"].tolist() == matches["name"].tolist()


def test_layers_of_one_name_are_told_apart_in_the_switch(squares: gpd.GeoDataFrame, counted: gpd.GeoDataFrame) -> None:
    """By their periods where these differ, else by numbers; a name that means something to the script is text."""
    m = sg.maps.Map()
    for number, (kind, start) in enumerate({"current": "2020-03-01", "projected": "2020-06-01"}.items(), 2):
        table = squares.assign(phase_published=number, kind=kind, start=start, end=start)
        sg.maps.PhaseLayer(table).add_to(m)
    for name in ("__proto__", "same", "same"):
        sg.maps.StockLayer(counted, name=name).add_to(m)
    assert list(names_in_switch(m).values()) == [
        "Acute food insecurity (IPC/CH phase) (1 March 2020, current)",
        "Acute food insecurity (IPC/CH phase) (1 June 2020, projected)",
        "__proto__",
        "same",
        "same 2",
    ]
    page = m.get_root().render()
    assert '"__proto__"' not in page
    assert '#95;_proto__"' in page
    assert '"same 2"' in page


@given(st.dictionaries(TEXTS, TEXTS))
def test_what_is_written_as_toml_is_read_again_whatever_it_is_called(held: dict[str, str]) -> None:
    """An accent in a name needs quotes; a mark that ends lines elsewhere ends none here."""
    for values in (held, {"données": held or {"x": "y"}}):
        assert tomllib.loads(to_toml(values)) == values
