"""Files are opened by what they hold, within bounds; what is dangerous or no table is refused with a sentence."""

import base64
import io
import json
import os
import re
import sqlite3
import struct
import subprocess
import sys
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from lookalikes import CONASUR, DTM_ROW, csv_bytes, json_bytes, workbook, zipped
from pyarrow import feather
from shapely import GeometryCollection, LineString, MultiPoint, MultiPolygon, Point, Polygon, box
from shapely.geometry import shape

import sahelgeo as sg
from sahelgeo.checks import parts_of_wkb
from sahelgeo.readers import calamine_rows, records
from sahelgeo.readers.bounds import LIMITS
from sahelgeo.readers.opener import open_file
from sahelgeo.readers.sheets import Uncomputed
from sahelgeo.readers.workbook_cells import Walk, called, column_number


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"\x00\x00\n  ", "empty"),
        (
            b"<!DOCTYPE html><html><head><title>Sign in</title></head>",
            "a web page \\('Sign in'\\), not data. The download may need a login",
        ),
        (b"\xef\xbb\xbf <html><body>error</body></html>", "a web page, not data"),
        (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "an XML document, not a table"),
        (b"%PDF-1.7", "a PDF document"),
        (b"II*\x00abcd", "a GeoTIFF raster, not a table"),
        (b"PAR1abcd", "a damaged parquet file"),
        (b"SQLite format 3\x00" + bytes(80), "a SQLite database that is no GeoPackage"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"abc\x00def,ghi", "not text"),
        (b"one word", "text without columns"),
        (b"\xff\xfeabc", "broken UTF-16"),
        (b"{broken", "broken JSON"),
        (b'"just text, in JSON"', "text without columns|broken|JSON"),
        (b'{"a": 1, "b": 2}', "JSON without a list of records. Found the keys: a, b"),
        (b"[1, 2]", "holds other things than records"),
        (b'{"isSuccess": false, "errorMessages": ["no key"]}', "the API answered with an error"),
        (b'{"type": "Topology", "objects": 7}', "a damaged topojson"),
        (b'{"type": "FeatureCollection"}', "GeoJSON without a list of features"),
        (b"PK\x03\x04broken", "a broken zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "not a workbook that can be read"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    """The message says what the file is."""
    with pytest.raises(sg.errors.FormatError, match=sentence):
        open_file(io.BytesIO(content))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """A folder's files are named."""
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(sg.errors.FormatError, match="there is no such file"):
        open_file(tmp_path / "b.csv")
    with pytest.raises(sg.errors.FormatError, match="a folder. Give one of its files: a.csv"):
        open_file(tmp_path)
    with pytest.raises(sg.errors.FormatError, match="Open it in binary mode"):
        open_file(io.StringIO("a,b"))  # type: ignore[arg-type]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such path")
def test_a_device_is_no_file(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Nor is a pipe, wherever a path is given: what it gives may come never, or without end."""
    link = tmp_path / "link.csv"
    link.symlink_to(os.devnull)
    readers: list[Callable[[Any], Any]] = [
        sg.read,
        sg.read_areas,
        sg.places.read_decisions,
        sg.maps.Style.load,
        lambda path: sg.maps.Style(logo=path),
        lambda path: sg.zonal_sum(path, squares, measure="count"),
        lambda path: sg.sum_events(path, squares),
        lambda path: list(sg.locate([path], squares)),
        sg.sum_flows,
    ]
    for reader in readers:
        for path in (os.devnull, link):
            with pytest.raises(sg.errors.FormatError, match="not a file but a device or a pipe. Save it as a file"):
                reader(path)
    with pytest.raises(sg.errors.FormatError, match="there is no such file"):
        sg.large.read_chunks(link).__next__()


def test_an_open_file_bears_its_name(tmp_path: Path) -> None:
    """Messages name the file even when it is given open."""
    path = tmp_path / "list.csv"
    path.write_text("a,b\n1,2\n")
    with path.open("rb") as file:
        assert open_file(file).file == "list.csv"


def test_files_beyond_the_limit_are_not_read(tmp_path: Path) -> None:
    """Memory stays bounded."""
    path = tmp_path / "big.csv"
    path.write_text("a,b\n1,2\n3,4\n5,6\n")
    for big in (path, io.BytesIO(path.read_bytes())):
        with pytest.raises(sg.errors.FormatError, match=r"16 bytes, more than the 10 .*limits={'bytes': 16}"):
            open_file(big, limits={"bytes": 10})
    assert len(open_file(path, limits={"bytes": 16}).sheets) == 1
    with pytest.raises(
        sg.errors.FormatError, match="'pages': 5 is no bound. Those that can be moved: {'bytes': 600_000_000"
    ):
        open_file(path, limits={"pages": 5})  # type: ignore[typeddict-unknown-key]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_are_told_apart(encoding: str) -> None:
    """Byte order marks are no part of the first heading."""
    sheet = open_file(csv_bytes("région,total", "Ségou,1", encoding=encoding)).sheets[0]
    assert sheet.cells.iloc[:, 0].tolist() == ["région", "Ségou"]


def test_mixed_encodings_are_read_line_by_line_and_said() -> None:
    """A file glued from two others keeps its accents."""
    opened = open_file(io.BytesIO("région,total\nSégou,1\n".encode() + "Tillabéri,2\n".encode("cp1252")))
    assert opened.sheets[0].cells.iloc[:, 0].tolist() == ["région", "Ségou", "Tillabéri"]
    assert "1 line(s) are not UTF-8" in opened.notes[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    """Commas inside a preamble do not outvote it."""
    lines = ["a title; with BEN,BKF,CVI", delimiter.join("abc"), delimiter.join("123"), delimiter.join("456")]
    assert open_file(csv_bytes(*lines)).sheets[0].cells.shape[1] >= 3


def test_ragged_rows_are_filled_and_rows_keep_their_number() -> None:
    """A longer row below does not break the file; blank lines count."""
    sheet = open_file(csv_bytes("a,b", "1,2", "", *["1,2"] * 400, "1,2,3,4")).sheets[0]
    assert sheet.cells.shape == (404, 4)
    assert sheet.cells.loc[3].tolist() == ["", "", "", ""]
    assert sheet.cells.loc[404].tolist() == ["1", "2", "3", "4"]


def test_absurd_widths_and_lengths_are_refused() -> None:
    """A row of a million commas is no table, nor are short rows filled for ever."""
    with pytest.raises(sg.errors.FormatError, match="more than 4,000 columns"):
        open_file(csv_bytes("," * 30_000))
    with pytest.raises(sg.errors.FormatError, match="more than 4,000 columns"):
        open_file(csv_bytes("a,b", *["1,2"] * 400, "," * 4_000))
    ragged = csv_bytes("a,b", *["1,2"] * 400, "," * 400, "1,2")
    with pytest.raises(sg.errors.FormatError, match="cells, more than the 4,000 .*limits={'cells': "):
        open_file(ragged, limits={"cells": 2_000})
    with pytest.raises(sg.errors.FormatError, match="403 rows, more than the 400"):
        open_file(io.BytesIO(ragged.getvalue()), limits={"rows": 400})


@pytest.mark.parametrize("end", [b"\x1a", b"\n\x1a", b"\x1a\r\n", b"\n\x1a\x1a"])
def test_the_end_that_dos_wrote_is_no_row(end: bytes) -> None:
    """Ctrl-Z."""
    assert open_file(io.BytesIO(b"a,b\n1,2" + end)).sheets[0].cells.shape == (2, 2)


def test_true_beside_numbers_is_no_one() -> None:
    """Alone it is what it was."""
    cells = open_file(json_bytes([{"a": 1, "b": True}, {"a": True, "b": None}, {"a": 0, "b": False}])).sheets[0].cells
    assert cells[0].tolist() == ["a", 1, "true", 0]
    assert cells[1].tolist() == ["b", True, None, False]
    row = {"iso3": "MLI", "country_name": "Mali", "year": 2021, "new_displacement": 1}
    with pytest.raises(sg.errors.FormatError, match="true"):
        sg.read(json_bytes([row | {"total_displacement": number} for number in (1, True)]))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b'[{"a": "\\ud800"}]', "broken JSON"),
        (b'[{"a": ' + b"[" * 300 + b"]" * 300 + b"}]", "lists in lists, more than 200 deep"),
        (b'[{"a": ' + b"9" * 5000 + b"}]", "broken JSON"),
        (b"[" + b"{}," * 400 + b"{}]", "cells, more than the 2,000 "),
    ],
)
def test_json_that_would_break_the_parser_is_refused(text: bytes, sentence: str) -> None:
    """Half letters, depth, digits, and more values than memory should hold."""
    with pytest.raises(sg.errors.FormatError, match=sentence):
        open_file(io.BytesIO(text), limits={"cells": 1_000})
    assert len(open_file(json_bytes([{"a": "\U0001f600"}])).sheets) == 1


def test_a_cell_beyond_the_field_limit_is_refused() -> None:
    """An unclosed quotation mark swallows the file: it is said, not read."""
    with pytest.raises(sg.errors.FormatError, match="opened and never closed"):
        open_file(csv_bytes("a,b", '"' + "x" * 200_000 + ",1"))


def test_a_million_blank_rows_are_read_in_bounded_time() -> None:
    """They are empty rows in the account, no more."""
    start = time.perf_counter()
    lines = b"REGIONS,PROVINCES,COMMUNES,Nombre total de PDI\nSAHEL,SOUM,DJIBO,5\n" + b",,,\n" * 1_000_000
    table, account = sg.read_with_report(io.BytesIO(lines), date="2023-02-28")
    assert len(table) == 1
    assert account.rows_dropped == {"empty": 1_000_000}
    assert time.perf_counter() - start < 60


def test_formulas_and_markup_in_cells_stay_text() -> None:
    """Nothing from a file is evaluated."""
    sheet = open_file(csv_bytes("name,total", "=HYPERLINK(1),2", "<script>alert(1)</script>,3")).sheets[0]
    assert sheet.cells.iloc[1:, 0].tolist() == ["=HYPERLINK(1)", "<script>alert(1)</script>"]


def test_workbooks_give_their_rows_as_numbered(tmp_path: Path) -> None:
    """Blank rows at the top count, merged text is spread, merged numbers are not."""
    rows = [[None], ["a", "b", "c"], ["Sahel", 5, None], [None, None, "x"]]
    path = workbook(tmp_path / "w.xlsx", {"S": rows}, {"S": ["A3:A4", "B3:C3"]})
    cells = open_file(path).sheets[0].cells
    assert cells.loc[2].tolist() == ["a", "b", "c"]
    assert cells.loc[3].tolist() == ["Sahel", 5.0, ""]
    assert cells.loc[4].tolist() == ["Sahel", "", "x"]


def test_formulas_of_a_workbook_are_not_computed(tmp_path: Path) -> None:
    """The value that the workbook holds stands; here it holds none."""
    path = workbook(tmp_path / "w.xlsx", {"S": [["a", "b", "c"], ["=1+1", '=WEBSERVICE("http://example.org")', 3]]})
    assert open_file(path).sheets[0].cells.loc[2].tolist() == [Uncomputed("A2"), Uncomputed("B2"), 3.0]


def test_a_workbook_behind_a_password_is_refused() -> None:
    """An encrypted workbook is an OLE container with a stream of that name."""
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(sg.errors.FormatError, match="protected by a password. Save it without one"):
        open_file(io.BytesIO(content))


def _with_sheet_xml(path: Path, xml: bytes) -> Path:
    workbook(path, {"S": [["a", "b"], [1, 2]]})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["xl/worksheets/sheet1.xml"] = xml
    return zipped(path, members)


_XML = b'<?xml version="1.0"?>%s<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def _far(row: int, column: str, cells: int) -> bytes:
    """A cell at the top, and some in a far row from a far column on."""
    first = column_number(column, "")
    far = b"".join(b'<c r="%s"><v>1</v></c>' % called(row, first - at).encode() for at in range(cells)[::-1])
    return b'<row r="1"><c r="A1"><v>1</v></c></row><row r="%d">%s</row>' % (row, far)


@pytest.mark.parametrize(
    "disguise",
    [
        lambda xml: xml,
        lambda xml: xml.replace(b'"', b"'"),
        lambda xml: xml.replace(b"<row r", b"<row\nr"),
        lambda xml: xml.replace(b' r="1048576"', b""),
        lambda xml: re.sub(rb"<(/?)(worksheet|sheetData|row|c|v)\b", rb"<\1y:\2", xml).replace(b"xmlns=", b"xmlns:y="),
        lambda xml: re.sub(rb"(<row r=.1.>.*?</row>)(.*)(</sheetData>)", rb"\2\1\3", xml),
    ],
    ids=["plain", "single quotes", "line feed", "rows without number", "prefixes", "rows out of order"],
)
def test_a_sheet_that_spans_billions_of_cells_is_refused(disguise: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """Cells far apart would make the parser fill everything between them, however they are written."""
    path = _with_sheet_xml(tmp_path / "far.xlsx", disguise(_XML % (b"", _far(1_048_576, "XFD", 20))))
    with pytest.raises(sg.errors.FormatError, match="1,048,576 rows and 16,384 columns: 17,179,869,184 cells, more"):
        open_file(path)


def test_the_sheets_of_a_workbook_are_bounded_together(tmp_path: Path) -> None:
    """Each of them alone would do."""
    path = tmp_path / "w.xlsx"
    workbook(path, {"S": [["a", "b"]], "T": [["a", "b"]]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    tall = _XML % (b"", _far(300, "Z", 20))
    zipped(path, parts | {"xl/worksheets/sheet1.xml": tall, "xl/worksheets/sheet2.xml": tall})
    with pytest.raises(sg.errors.FormatError, match=r"15,600 cells, more than the 10,000 .*limits={'cells': 15_600}"):
        open_file(path, limits={"cells": 10_000})
    assert len(open_file(path, limits={"cells": 15_600}).sheets) == 2


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        (b'<c r="A99999999999"><v>1</v></c>', "'99999999999' numbers no row"),
        (b'<c r="AAAAAAA1"><v>1</v></c>', "there is no column 'AAAAAAA'"),
        (b'<c r="A1"><v>1</v><c>', "mismatched tag"),
        (b'<c r="A1048577"><v>1</v></c>', "beyond the last row"),
    ],
)
def test_absurd_cells_are_refused(cell: bytes, sentence: str, tmp_path: Path) -> None:
    """Before the parser that would take them for numbers of its own sees them."""
    path = _with_sheet_xml(tmp_path / "w.xlsx", _XML % (b"", b'<row r="1">%s</row>' % cell))
    with pytest.raises(sg.errors.FormatError, match=sentence):
        open_file(path)
    declared = _XML % (b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"")
    with pytest.raises(sg.errors.FormatError, match="it declares entities"):
        open_file(_with_sheet_xml(tmp_path / "w.xlsx", declared))


@pytest.mark.parametrize(
    ("cell", "shape"), [("XFD1", (2, 2)), ("B1048576", (2, 2)), ("C9", (9, 3)), ("Z900", (900, 26))]
)
def test_a_stray_cell_far_away_is_left_out_and_said(cell: str, shape: tuple[int, int], tmp_path: Path) -> None:
    """What is near belongs to the sheet."""
    book = openpyxl.Workbook()
    for row in (["a", "b"], [1, 2]):
        book.active.append(row)
    book.active[cell] = "x"
    book.save(tmp_path / "w.xlsx")
    opened = open_file(tmp_path / "w.xlsx")
    assert opened.sheets[0].cells.shape == shape
    assert [cell in sentence and "left out" in sentence for sentence in opened.warnings] == [True] * (shape == (2, 2))


def test_a_table_behind_a_gap_is_none(tmp_path: Path) -> None:
    """Eleven cells are no accident, and a million rows of two columns are few cells."""
    path = _with_sheet_xml(tmp_path / "w.xlsx", _XML % (b"", _far(1_000_000, "J", 11 - 1)))
    assert len(open_file(path).sheets[0].cells) == 1
    path = _with_sheet_xml(tmp_path / "w.xlsx", _XML % (b"", _far(50_000, "K", 11)))
    assert open_file(path).sheets[0].cells.shape == (50_000, 11)


_FORMS = [
    '<c r="{}"><v>1</v></c>',
    '<c r="{}" s="3" t="s"><v>1</v></c>',
    '<c r="{}" t="s"><v>&#49;</v></c>',
    '<c r="{}" t="str"><f>A1</f><v></v></c>',
    '<c r="{}"><f>A1</f></c>',
    '<c r="{}" t="inlineStr"><is><t>x</t></is></c>',
    '<c r="{}" s="2"/>',
    "<c r='{}'><v>1</v></c>",
    '<y:c r="{}"><v>1</v></y:c>',
]
_ODD = [
    "<c><v>1</v></c>",
    '<!-- <c r="Z9"><v>1</v></c> -->',
    '<?x <c r="Z9"><v>1</v></c>?>',
    '<c r="A1"><v>1</c>',
    "<row/>",
]


@given(
    cells=st.lists(
        st.tuples(
            st.sampled_from(_FORMS), st.sampled_from(["A1", "B2", "ZZ7", "XFD1048576", "XFE1", "A1048577", "B0"])
        ),
        max_size=8,
    ),
    odd=st.lists(st.sampled_from(_ODD), max_size=1),
    at=st.integers(0, 8),
)
def test_plain_cells_are_counted_as_a_walk_counts_them(cells: list[tuple[str, str]], odd: list[str], at: int) -> None:
    """By their pattern, which takes a quarter of the time; what differs in writing alone counts the same."""
    written = [form.format(place) for form, place in cells]
    rows = '<row r="1">' + "".join(written[:at] + odd + written[at:]) + "</row>"
    xml = f'<x xmlns="a" xmlns:y="a"><sheetData>{rows}</sheetData></x>'.encode()

    def answer(way: str) -> object:
        walk = Walk("w.xlsx", LIMITS | {"cells": 6, "bytes": 60}, [1, 20])
        try:
            return getattr(walk, way)(xml).tables
        except sg.errors.FormatError:
            return "refused"

    assert answer("quickly") == answer("through")


def test_texts_that_cells_share_count_as_often_as_they_are_used(tmp_path: Path) -> None:
    """A long one in a million cells would be a thousand times as large as its file."""
    path = tmp_path / "w.xlsx"
    workbook(path, {"S": [["a", "b"]]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    rows = b"<row>%s</row>" % (b'<c t="s"><v>0</v></c>' * 10) * 3000
    texts = b"<sst><si><t>%s</t></si></sst>" % (b"x" * 30_000)
    zipped(path, parts | {"xl/worksheets/sheet1.xml": _XML % (b"", rows), "xl/sharedStrings.xml": texts})
    with pytest.raises(sg.errors.FormatError, match="texts that its cells share: 600,0.0,000 bytes, more than"):
        open_file(path)


def _ods(rows: bytes) -> dict[str, bytes]:
    names = b" ".join(
        b'xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s:1.0"' % (name, name)
        for name in (b"office", b"table", b"text")
    )
    content = (
        b"<office:document-content %s><office:body><office:spreadsheet><table:table table:name='S'>%s</table:table>"
        % (
            names,
            rows,
        )
    )
    end = b"</office:spreadsheet></office:body></office:document-content>"
    manifest = b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": content + end,
        "META-INF/manifest.xml": manifest,
    }


_ODS_CELL = b"<table:table-cell office:value-type='float' office:value='1' table:number-columns-repeated='%d'><text:p>1</text:p></table:table-cell>"


def test_repeated_cells_of_libreoffice_are_counted(tmp_path: Path) -> None:
    """One cell may stand for a whole sheet; empty ones to the end of the sheet are no cells."""
    row = b"<table:table-row table:number-rows-repeated='%d'>%s</table:table-row>"
    full = _ods(row % (1_048_576, _ODS_CELL % 16_384))
    with pytest.raises(sg.errors.FormatError, match="17,179,869,184 cells"):
        open_file(zipped(tmp_path / "w.ods", full))
    blank = b"<table:table-cell table:number-columns-repeated='16000'/>"
    sound = _ods(row % (2, _ODS_CELL % 3 + blank) + row % (1_048_574, blank))
    assert open_file(zipped(tmp_path / "w.ods", sound)).sheets[0].cells.shape == (2, 3)
    stray = _ods(row % (2, _ODS_CELL % 3 + blank + _ODS_CELL % 1))
    opened = open_file(zipped(tmp_path / "w.ods", stray))
    assert opened.sheets[0].cells.shape == (2, 3)
    assert "were left out: WQN1" in opened.warnings[0]


# Two old workbooks of ours, packed: a sheet of two rows; the same, and six sheets with a cell in their last corner.
OLD_WORKBOOK = (
    "c-rk)J!lj`6#i!KHupnv*^8H8B7`Gg)R-pN*u;&3rZPlRC?dqY<Uq-Bk;BFm8jV*9f|X(uNMjSV(TEn>SqKp=1VOmd(n^S6k=**;+gZ72iX3Q&"
    "GT$=aynXX#=H1Slw>SG{IbE55)K$eVID`mlegaK(Iz=TB-Z-Fk-)Awb<5YZue+r2>Eo768XDzQ|yoS8qRakf!eMt;_qH-1&F*04uXSWbX#0O8Y"
    "4}-)C_ehgMr+C#SJR!V8_<>kH7akJLP2oYZt*A3tc1QXS>L@;K^+;O^Jnj?e^FcHNXvZs#;;Xk*U~A)W>4I0-o(<j6W-Nf#Z8%@dm%Ks+8Ct*v"
    "eDkxwO1M*BWQ~4n^$Mi_zFr^OK!4kc0<-YXNr0Crxh_S51s+?)POuya@~%fEX9Hv2`FtVCd06(Xvu@wENIW+aPoh=iv_!Q-nR)g8*SE)Wqwct9"
    "W+hh#8GSc90Uy`62X#(Ki}jQHg!c<ymr-|#+$Ef$Sfsjlv|S6w=EUZPwD!_G2L$ijJ$3S4lFMICEOnPZyZcC99Inn}7T>$`=%I%&N&WenL%-@*"
    "ckeKsx?!#K?*Ay<`CBH4TaNbK*RQQstRX34S~$4lr=zsJ+Q43kJ&$<BN{T;ebnu(eYQtlBJVSNw#v}|33=9km3=9kmwm+2qm(S-6J_p$PED_V+"
    "b=IiV%x9AS7AG-H*Cjfb9z~Jr5-v9sKOL}DIF{OEpYVGj;}p$a!W44i$5g}dOJ_k<|9dvw(fM;*sL}arjrjSO=l=otX1rt"
)
OLD_WORKBOOK_WITH_FAR_CELLS = (
    "c-rk)O=wd=5dQY{z5JP`Nlgo_rG$c2YcE>=E;Uuqo-EZI6e((A14=_G!Gn6xYRyp)JSkoZy?CkBgFom&Zytn-9t1&1^yo=Y@X+QtGjAUx+Cu|v"
    "G4kfIvoo{1Z)ay`XWrX)3$fD7qs}t^fc<Df#SX$(B~w&_E)xZ{+cuMK9iU=+&`=Nz&_?<!yl8&w=RM^8F2lgQ`I<2Bg~}K%U}Q3%O{^mv6dlrv"
    "br@6;@;!q*(u74C`f;DQ2s%W=R>5ZlZxsAcM!gg~B$8W#2dQsKoy0<Nq;H@0=o3bdv_%LjJe4t@M6v^Ic*7oj?Y46IS~yTRpU(Z84c%rKvt$|!"
    "XY<)YI#)uROf`$2b^`d}p4wLlPrkl#1(N@&mHU^G-!V*J3icVrj##8X+hsZ%oGK!Od5akXsh!OE{F)nJZY-d=UCccWYHl}kfeo75!`!K`=Jqb4"
    "OJcd{#Pu|l3{8<rpUdWmz7*nEFR>w76C0Z4oP-IFqebYLoR%m>|HTL2-yg}0CQplGO7ek|H8%6&VB<QEpurJ1dbqex@OHsB<gJ^8?i3s+AE&x^"
    "v`rI-r=`zLY3-$X1_VANw^Y$vi7tLS`mDS7HMx!Gx#9Aa_}s_j40>qg<20V1Y4odpb?+|2^Q2oV9aTOH?)WRh1dOQG-PWnG1xpAC858VqY#pWh"
    "t7ZBt>CbPxYJ^0e7}`1e8m)LD<{7HWziYiGP8L_JqiW1Okrk*~8}r9WjB<yzDm<%tR`smvS=F<uXVu2Ess|pd7AXA%-lYEpEPYD-`d(*=O2xY-"
    "`ETJECh56IKck0`r@Da4b@@*_EakpSt#FKcU&wHrW-nj@8PQ{+ZvUkytE$(t;(^iCJ3{r&U#UmWHJ<-B62163"
)


def test_an_old_workbook_is_read_within_bounds() -> None:
    """In a process of its own, since its parser ends where memory is short."""
    near, far = (
        io.BytesIO(zlib.decompress(base64.b85decode(text))) for text in (OLD_WORKBOOK, OLD_WORKBOOK_WITH_FAR_CELLS)
    )
    assert open_file(near).sheets[0].cells.to_numpy().tolist() == [["a", "b"], ["Sahel", 5.0]]
    with pytest.raises(sg.errors.FormatError, match=r"cells, more than the 10,000,000 .*limits={'cells': "):
        open_file(far)


def test_an_old_workbook_that_breaks_the_parser_is_refused() -> None:
    """It is opened in a process of its own, which may end as it likes."""
    with pytest.raises(sg.errors.FormatError, match="not a workbook that can be read"):
        open_file(io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)))


def test_entities_of_a_sheet_are_not_expanded(tmp_path: Path) -> None:
    """Neither the billion laughs nor a local file get in."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    row = b'<row r="1"><c r="A1" t="str"><v>&b;&f;</v></c><c r="B1"><v>1</v></c></row>'
    path = _with_sheet_xml(tmp_path / "entities.xlsx", _XML % (bomb, row))
    try:
        cells = open_file(path).sheets[0].cells
    except sg.errors.FormatError:
        return
    assert "haha" not in str(cells.to_dict())


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    """Half a file is no file."""
    path = workbook(tmp_path / "w.xlsx", {"S": CONASUR})
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(sg.errors.FormatError, match="broken zip archive|not a workbook|damaged"):
        open_file(path)


def test_a_workbook_without_its_sheet_is_refused(tmp_path: Path) -> None:
    """The parser's own errors become ours."""
    path = zipped(tmp_path / "w.xlsx", {"xl/workbook.xml": b"<workbook/>", "[Content_Types].xml": b"<x/>"})
    with pytest.raises(sg.errors.FormatError, match="not a workbook that can be read|damaged"):
        open_file(path)
    binary = zipped(tmp_path / "w.xlsb", {"xl/workbook.bin": b"x"})
    with pytest.raises(sg.errors.FormatError, match=r"binary workbook \(\.xlsb\)"):
        open_file(binary)


def test_a_panic_of_the_parser_becomes_our_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Rust panic is no Exception in Python, and still no crash."""

    class PanicException(BaseException):
        """As the parser's binding names it."""

    def panic(*_: object) -> None:
        raise PanicException("index out of bounds")

    path = workbook(tmp_path / "w.xlsx", {"S": [["a", "b"]]})
    monkeypatch.setattr(calamine_rows.calamine.CalamineWorkbook, "from_filelike", panic)
    with pytest.raises(sg.errors.FormatError, match="damaged: index out of bounds"):
        open_file(path)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(calamine_rows.calamine.CalamineWorkbook, "from_filelike", interrupt)
    with pytest.raises(KeyboardInterrupt):
        open_file(path)


def test_zip_archives_are_opened_within_bounds(tmp_path: Path) -> None:
    """Members outside, bombs, passwords, too many members, several tables, none."""
    with pytest.raises(sg.errors.FormatError, match=r"'\.\./evil\.csv' points outside the archive"):
        open_file(zipped(tmp_path / "a.zip", {"../evil.csv": b"a,b"}))
    with pytest.raises(sg.errors.FormatError, match="points outside"):
        open_file(zipped(tmp_path / "a.zip", {"/etc/evil.csv": b"a,b"}))
    with pytest.raises(sg.errors.FormatError, match="expands from"):
        open_file(zipped(tmp_path / "bomb.zip", {"bomb.csv": b"0," * 40_000_000}))
    with pytest.raises(sg.errors.FormatError, match="several tables in the archive"):
        open_file(zipped(tmp_path / "a.zip", {"a.csv": b"a,b", "b.csv": b"a,b"}))
    with pytest.raises(sg.errors.FormatError, match=r"no table in the archive \(a\.pdf\)"):
        open_file(zipped(tmp_path / "a.zip", {"a.pdf": b"x"}))
    with pytest.raises(sg.errors.FormatError, match="an archive within an archive"):
        open_file(zipped(tmp_path / "a.zip", {"a.csv": zipped(tmp_path / "inner.zip", {"a.csv": b"a,b"}).read_bytes()}))
    path = zipped(tmp_path / "a.zip", {"a.csv": b"a,b", "b.txt": b"a,b"})
    with pytest.raises(sg.errors.FormatError, match="2 members, more than the 1 that are opened unasked"):
        open_file(path, limits={"members": 1})
    long = zipped(tmp_path / "b.zip", {"a.csv": b"a,b\n" * 1000})
    with pytest.raises(sg.errors.FormatError, match="member 'a.csv': 4,000 bytes, more than the 2,000"):
        sg.read(long, limits={"bytes": 2000})
    with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("a.csv", b"a,b")
        archive.writestr("a.csv", b"c,d")
    with pytest.raises(sg.errors.FormatError, match="a.csv are there more than once"):
        open_file(tmp_path / "twice.zip")


def test_protected_and_damaged_members_are_refused(tmp_path: Path) -> None:
    """A flag in the directory, or bytes that do not match their sum."""
    path = zipped(tmp_path / "a.zip", {"a.csv": b"a,b\n1,2\n" * 50})
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    struct.pack_into("<H", content, directory + 8, 1)
    with pytest.raises(sg.errors.FormatError, match="protected by a password"):
        open_file(io.BytesIO(bytes(content)))
    broken = bytearray(path.read_bytes())
    broken[40] ^= 0xFF
    with pytest.raises(sg.errors.FormatError, match="is damaged"):
        open_file(io.BytesIO(bytes(broken)))


def test_a_member_is_named_by_a_path_through_the_archive(tmp_path: Path) -> None:
    """archive.zip/folder/file.csv."""
    path = zipped(tmp_path / "a.zip", {"in/a.csv": b"a,b\n1,2\n", "b.csv": b"c,d\n1,2\n"})
    assert open_file(path / "in" / "a.csv").sheets[0].cells.loc[1].tolist() == ["a", "b"]
    with pytest.raises(sg.errors.FormatError, match=r"there is no member 'in/c\.csv'\. Found: in/a\.csv, b\.csv"):
        open_file(path / "in" / "c.csv")


def test_an_archive_of_one_table_is_that_table(tmp_path: Path) -> None:
    """Lock files and resource forks beside it do not count."""
    path = zipped(
        tmp_path / "a.zip", {"a.csv": b"a,b\n1,2\n", "__MACOSX/a.csv": b"x", "~$a.xlsx": b"x", "readme.pdf": b"x"}
    )
    assert open_file(path).sheets[0].cells.shape == (2, 2)


def test_json_records_become_rows_under_all_their_keys() -> None:
    """Keys that come later are columns too; NaN is missing."""
    sheet = open_file(io.BytesIO(b'{"data": [{"a": 1}, {"b": NaN}]}')).sheets[0]
    assert sheet.name == "data"
    assert sheet.cells.loc[0].tolist() == ["a", "b"]
    assert sheet.cells.loc[1].tolist() == [1, None]


def test_too_many_keys_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document whose records share nothing is no table."""
    monkeypatch.setattr(records, "MOST_KEYS", 2)
    with pytest.raises(sg.errors.FormatError, match="more than 2 different keys"):
        open_file(json_bytes([{"a": 1}, {"b": 1}, {"c": 1}]))


@pytest.mark.parametrize("total", ["²", "9" * 5_000])
def test_a_number_of_records_that_is_none_is_passed_over(total: str) -> None:
    """A raised two is a digit to Python, and more than 4,300 digits are no number to it."""
    content = json.dumps({"result": [DTM_ROW], "total": total}).encode()
    assert len(sg.read(io.BytesIO(content))) == 1


@pytest.mark.parametrize("name", ["a.csv", "a.geojson", "a.parquet", "a.feather", "quoted.csv"])
def test_a_cell_that_is_a_book_is_refused(name: str, tmp_path: Path) -> None:
    """It would be copied at every step; the bound can be moved."""
    text = "x y\n" * 400_000 if name == "quoted.csv" else "x" * 1_600_000
    table = gpd.GeoDataFrame({"ADM1_PCODE": ["BF56"], "ADM1_FR": [text]}, geometry=[box(-1, 13, 0, 14)], crs=4326)
    save = {"parquet": table.to_parquet, "feather": table.to_feather, "geojson": table.to_file}
    path = tmp_path / name
    save.get(path.suffix[1:], lambda path: table.assign(wkt=table.to_wkt()["geometry"]).to_csv(path))(path)
    with pytest.raises(sg.errors.FormatError, match=rf"^{name}.*letters.*limits=\{{'letters'"):
        sg.read_areas(path, limits={"letters": 1_000_000})
    assert sg.read_areas(path, limits={"letters": 2_000_000}, crs=4326)["pcode"].tolist() == ["BF56"]


PARTED = [
    "geojson",
    "gpkg",
    "parquet",
    "feather",
    "fgb",
    "shp",
    "csv",
    "holes.gpkg",
    "holes.geojson",
    "collection.geojson",
]


@pytest.mark.parametrize("form", PARTED)
def test_a_shape_of_too_many_parts_is_refused(form: str, tmp_path: Path) -> None:
    """Each part costs as much as a shape of its own; the bound can be moved."""
    squares = [box(number, 13, number + 0.5, 14) for number in range(4)]
    holed = box(-1, 0, 9, 15).difference(MultiPolygon(squares))
    drawn = holed if "holes" in form else MultiPolygon(squares)
    if "collection" in form:
        drawn = GeometryCollection([GeometryCollection(squares[:1]), MultiPolygon(squares[1:])])
    table = gpd.GeoDataFrame({"ADM1_PCODE": ["BF56"], "ADM1_FR": ["Sahel"]}, geometry=[drawn], crs=4326)
    path = tmp_path / f"a.{form}"
    text = table.to_wkt().rename(columns={"geometry": "wkt"})
    save = {
        "parquet": table.to_parquet,
        "feather": table.to_feather,
        "csv": lambda path: text.to_csv(path, index=False),
    }
    save.get(form, table.to_file)(path)
    with pytest.raises(sg.errors.FormatError, match=r"^a\..*: [459] parts, more than .*limits=\{'parts': [459]\}"):
        sg.read_areas(path, limits={"parts": 3})
    assert sg.read_areas(path, limits={"parts": 9}, crs=4326 if form == "csv" else None)["pcode"].tolist() == ["BF56"]


def test_features_of_flatgeobuf_are_counted_before_they_are_read(tmp_path: Path) -> None:
    """A header that points before its beginning is refused; so are more features than rows may be."""
    table = gpd.GeoDataFrame(
        {"pcode": ["BF56", "BF49"], "name": ["a", "b"]}, geometry=[Point(0, 13).buffer(1)] * 2, crs=4326
    )
    table.to_file(tmp_path / "a.fgb")
    content = bytearray((tmp_path / "a.fgb").read_bytes())
    with pytest.raises(sg.errors.FormatError, match=r"2 rows, more than the 1 .*limits=\{'rows': 2\}"):
        open_file(io.BytesIO(content), limits={"rows": 1})
    assert len(open_file(io.BytesIO(content), limits={"rows": 2}).sheets[0].cells) == 3
    struct.pack_into("<i", content, 12 + struct.unpack_from("<I", content, 12)[0], 1_000_000)
    with pytest.raises(sg.errors.FormatError, match="damaged flatgeobuf .its header points to nothing"):
        open_file(io.BytesIO(content))


def nested(depth: int) -> bytes:
    """A point in a collection in a collection, as well-known binary."""
    return b"\x01\x07\0\0\0\x01\0\0\0" * depth + struct.pack("<BI2d", 1, 1, 0, 13)


@pytest.mark.parametrize("form", ["parquet", "feather", "gpkg", "plain.parquet", "chunks"])
def test_shapes_in_shapes_without_end_are_refused(form: str, tmp_path: Path) -> None:
    """What makes shapes of bytes calls itself for each of them, until the process ends."""
    path, table = tmp_path / "a.parquet", gpd.GeoDataFrame({"pcode": ["BF56"]}, geometry=[box(-1, 13, 0, 14)], crs=4326)
    if form == "gpkg":
        path = tmp_path / "a.gpkg"
        table.to_file(path)
        with sqlite3.connect(path) as base:
            for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                base.execute(f"DROP TRIGGER {name}")
            base.execute("UPDATE a SET geom = ?", (b"GP\0\x01\xe6\x10\0\0" + nested(200_000),))
    else:
        made = table.to_arrow(geometry_encoding="WKB")
        arrow = pa.table(made).set_column(1, "geometry", pa.array([nested(200_000)]))
        geo = {
            "version": "1.0.0",
            "primary_column": "geometry",
            "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
        }
        arrow = arrow.replace_schema_metadata(None if form == "plain.parquet" else {"geo": json.dumps(geo)})
        path = tmp_path / ("a.feather" if form == "feather" else "a.parquet")
        (feather.write_feather if form == "feather" else pq.write_table)(arrow, path)
    with pytest.raises(
        sg.errors.FormatError, match=r"^a\..*shapes in shapes, more than 100 deep|^.*a\.parquet: a damaged"
    ):
        sg.read_areas(path) if form != "chunks" else list(sg.locate(path, table))


def shapes_of(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Shapes, and collections of shapes."""
    return st.lists(inner, max_size=4).map(GeometryCollection)


RINGS = [box(0, 0, 9, 9), box(0, 0, 9, 9).difference(box(1, 1, 2, 2)), Point(1, 2, 3), LineString([(0, 0), (1, 1)]),
         MultiPoint([(0, 0), (1, 1)]), MultiPolygon([box(0, 0, 1, 1), box(2, 0, 3, 1)]), Polygon()]  # fmt: skip


@given(drawn=st.recursive(st.sampled_from(RINGS), shapes_of, max_leaves=8), other=st.booleans())
def test_parts_are_counted_in_bytes_as_in_shapes(drawn: Any, other: bool) -> None:
    """Points, lines, polygons and rings within these, in either order of bytes."""

    def parts(held: Any) -> int:
        return sum(map(parts, held.geoms)) if hasattr(held, "geoms") else 1 + len(getattr(held, "interiors", ()))

    assert parts_of_wkb(shapely.to_wkb(drawn, byte_order=int(other), output_dimension=3)) == parts(drawn)


@given(
    line=st.lists(st.tuples(st.integers(-9, 9), st.floats(-9, 9)), min_size=3, max_size=60),
    odd=st.none() | st.sampled_from([[1], [1, 2, 3], ["x", 2], [None, 1], 7]),
)
def test_long_lines_are_the_shapes_that_short_ones_are(line: list[tuple[int, float]], odd: Any) -> None:
    """A line of GeoJSON is an array from some length on; what is no position is refused all the same."""
    ring = [list(place) for place in [*line, line[0]]]
    if odd is not None:
        ring.insert(1, odd)
    feature = {"type": "Feature", "properties": {"a": 1}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    try:
        expected = shape(feature["geometry"])
    except Exception:  # noqa: BLE001 - whatever shapely says
        expected = None
    try:
        sheet = open_file(json_bytes({"type": "FeatureCollection", "features": [feature]})).sheets[0]
    except sg.SahelgeoError:
        assert expected is None or shapely.is_empty(expected) or odd is not None
        return
    assert sheet.geometry is not None
    assert expected is not None
    assert shapely.to_wkb(sheet.geometry.iloc[0]) == shapely.to_wkb(expected)


def test_brackets_in_texts_are_letters() -> None:
    """Three hundred of them are no lists in lists; a quote behind a backslash ends no text."""
    for text in ("[" * 300, '\\"' + "[" * 300, "\\\\", '["[{' * 90):
        sheet = open_file(json_bytes([{"a": text}, {"a": "b"}])).sheets[0]
        assert sheet.cells.loc[1].tolist() == [text]


def test_records_that_share_no_keys_fill_no_table() -> None:
    """A table of 3,000 keys for 3,000 records has nine million cells; a list in a cell is written as text."""
    rows = json_bytes([{f"k{number}": 1} for number in range(3_000)])
    with pytest.raises(sg.errors.FormatError, match="9,000,000 cells, more than the 40,000"):
        open_file(rows, limits={"cells": 20_000})
    with pytest.raises(sg.errors.FormatError, match="'a', one cell: 20,020 letters, more than the 9,999"):
        open_file(json_bytes([{"a": [1] * 1_000}, {"a": 1}]), limits={"letters": 9_999})


def test_geojson_has_shapes_in_degrees() -> None:
    """Missing geometry stays missing; another system of EPSG is taken, a link and a broken shape are refused."""
    feature = {"type": "Feature", "properties": {"a": 1}, "geometry": {"type": "Point", "coordinates": [1, 14]}}
    document = {"type": "FeatureCollection", "features": [feature, {**feature, "geometry": None}]}
    sheet = open_file(json_bytes(document)).sheets[0]
    assert sheet.geometry is not None
    assert sheet.geometry.isna().tolist() == [False, True]
    named = {**document, "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32630"}}}
    projected = open_file(json_bytes(named)).sheets[0].geometry
    assert projected is not None
    assert projected.crs.to_epsg() == 32630
    for crs in ({"type": "link", "properties": {"href": "http://localhost/x"}}, {"properties": {"name": "mine"}}, 7):
        with pytest.raises(sg.errors.FormatError, match="nothing in a file is opened or guessed"):
            open_file(json_bytes({**document, "crs": crs}))
    broken = {**feature, "geometry": {"type": "Polygon", "coordinates": [1]}}
    with pytest.raises(sg.errors.FormatError, match="feature 1: not a geometry"):
        open_file(json_bytes({"type": "FeatureCollection", "features": [broken]}))
    assert open_file(json_bytes({**document, "crs": {"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}})).sheets


def _shapefile(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "WA_202002_CS.shp"
    gpd.GeoDataFrame({"CS": [1, 3]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs="EPSG:4326").to_file(path)
    return path


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_a_shapefile_needs_its_parts(tmp_path: Path, part: str) -> None:
    """The message names the part."""
    path = _shapefile(tmp_path / "s")
    path.with_suffix(part).unlink()
    with pytest.raises(sg.errors.FormatError, match=rf"its \{part} file .* is missing"):
        open_file(path)


def test_parts_alone_and_damaged_shapefiles_are_refused(tmp_path: Path) -> None:
    """A .dbf is the table without shapes; a .shp without a path has no parts."""
    path = _shapefile(tmp_path / "s")
    with pytest.raises(sg.errors.FormatError, match="the attribute table of a shapefile, without shapes"):
        sg.read(path.with_suffix(".dbf"))
    for suffix, words in (
        (".prj", "coordinate system"),
        (".shx", "the index"),
    ):
        with pytest.raises(sg.errors.FormatError, match=words):
            open_file(path.with_suffix(suffix))
    with pytest.raises(sg.errors.FormatError, match="one part of a shapefile"):
        open_file(io.BytesIO(path.read_bytes()))
    whole = {part: path.with_suffix(part).read_bytes() for part in (".shp", ".shx", ".dbf")}
    for part in whole:
        for other, content in whole.items():
            path.with_suffix(other).write_bytes(content)
        path.with_suffix(part).write_bytes(whole[part][:-20])
        with pytest.raises(sg.errors.FormatError, match=r"its \.\w+ file is cut short|damaged shapefile"):
            open_file(path)
    path.with_suffix(".dbf").write_bytes(whole[".dbf"])
    path.write_bytes(whole[".shp"][:100] + b"\xff" * (len(whole[".shp"]) - 100))
    with pytest.raises(sg.errors.FormatError, match="damaged shapefile"):
        open_file(path)


def test_a_shapefile_that_gdal_refuses_is_our_error(tmp_path: Path) -> None:
    """An index that is none."""
    path = _shapefile(tmp_path / "s")
    index = path.with_suffix(".shx").read_bytes()
    path.with_suffix(".shx").write_bytes(b"zzzz" + index[4:])
    with pytest.raises(sg.errors.FormatError, match="a damaged shapefile"):
        open_file(path)


def test_zipped_shapefiles_are_sheets_of_their_names(tmp_path: Path) -> None:
    """One archive may hold the current situation and both outlooks."""
    path = _shapefile(tmp_path / "s")
    parts = {entry.name: entry.read_bytes() for entry in path.parent.iterdir()}
    archive = zipped(tmp_path / "a.zip", parts)
    opened = open_file(archive)
    assert [sheet.name for sheet in opened.sheets] == ["WA_202002_CS"]
    assert open_file(archive / "WA_202002_CS.shp").sheets[0].cells.shape == (3, 1)


def test_opening_does_not_touch_the_network_or_the_shell(tmp_path: Path) -> None:
    """A workbook with an external link opens without following it."""
    book = openpyxl.Workbook()
    book.active["A1"] = "='http://example.org/[x.xlsx]S'!A1"
    book.active["B1"] = "b"
    path = tmp_path / "linked.xlsx"
    book.save(path)
    code = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise RuntimeError('network')\n"
        "socket.socket.connect = refuse\n"
        "from sahelgeo.readers.opener import open_file\n"
        "print(open_file(sys.argv[1]).sheets[0].cells.shape)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, env=os.environ, check=True
    )
    assert done.stdout.strip() == "(1, 2)"


def test_points_that_are_no_place_are_refused() -> None:
    """A latitude of 120 is a swapped coordinate."""
    heading = (
        "id,type_of_violence,side_a,side_b,where_prec,latitude,longitude,country,date_start,date_end,low,best,high"
    )
    with pytest.raises(sg.errors.FormatError, match="row 2: latitude 120.0 and longitude 14.0 are no place on Earth"):
        sg.read_ucdp(csv_bytes(heading, "1,1,a,b,1,120,14,Mali,2020-01-01,2020-01-01,1,1,1"))
    events = sg.read_ucdp(
        csv_bytes(
            heading, "1,1,a,b,1,14,-1,Mali,2020-01-01,2020-01-01,1,1,1", "2,1,a,b,1,,,Mali,2020-01-01,2020-01-01,1,1,1"
        )
    )
    assert events.geometry.iloc[0].equals(Point(-1, 14))
    assert events.geometry.isna().tolist() == [False, True]


def test_json_text_is_no_list() -> None:
    """Numbers and words in JSON are refused by their kind."""
    with pytest.raises(sg.errors.FormatError, match="JSON"):
        records.open_records(json.dumps("word").encode(), "f.json", LIMITS)
