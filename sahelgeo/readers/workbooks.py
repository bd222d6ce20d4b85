"""Excel workbooks, through calamine: sheets as printed, within bounds."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import python_calamine as calamine

from sahelgeo.errors import FormatError
from sahelgeo.readers.archives import member_bytes, open_archive
from sahelgeo.readers.sheets import Sheet, Uncomputed

MOST_CELLS = 60_000_000
LARGEST_MERGE = 20_000
_ROW_NUMBER = re.compile(rb'<(?:x:)?row [^>]*?r="(\d{1,9})"')
_COLUMN_LETTERS = re.compile(rb'<(?:x:)?c [^>]*?r="([A-Z]{1,3})(\d{1,9})"')
MOST_FORMULAS = 200_000
_CELL = re.compile(rb"<(?:\w+:)?c(\s[^>]*[^>/])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_REFERENCE = re.compile(rb"\sr=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>[^<]")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_old_workbook(content: bytes) -> bool:
    """Whether the bytes are an OLE container: an .xls file, or a workbook behind a password."""
    return content.startswith(_OLE)


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether a zip archive is a workbook of Excel or of LibreOffice."""
    names = archive.namelist()
    if "mimetype" in names and archive.read("mimetype").startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return True
    return any(name in ("xl/workbook.xml", "xl\\workbook.xml", "xl/workbook.bin") for name in names)


def open_workbook(content: bytes, file: str) -> tuple[Sheet, ...]:
    """The visible and hidden sheets of a workbook, merged text spread over the cells that it covers.

    Formulas are not computed: the value that the workbook holds stands, and one without a value is :class:`Uncomputed`. Links,
    macros and entities are never followed.

    Raises
    ------
    FormatError
        A password, a broken workbook, or sheets too large to open.
    """
    formulas: dict[str, list[tuple[int, int]]] = {}
    epoch = 1900
    if is_old_workbook(content):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise FormatError(f"{file}: the workbook is protected by a password. Save it without one")
    else:
        archive = _check_size(content, file)
        formulas, epoch = _uncomputed(archive, file)
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            kinds = {sheet.name: sheet for sheet in workbook.sheets_metadata}
            return tuple(
                _sheet(workbook.get_sheet_by_name(name), file, kinds[name], formulas.get(name, []), epoch)
                for name in workbook.sheet_names
                if name in kinds and kinds[name].typ == calamine.SheetTypeEnum.WorkSheet
            )
    except calamine.PasswordError as failure:
        raise FormatError(f"{file}: the workbook is protected by a password. Save it without one") from failure
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as failure:
        raise FormatError(f"{file}: not a workbook that can be read ({failure}). Open and save it again") from failure
    except BaseException as failure:
        # A panic of the parser is no Exception in Python.
        if type(failure).__name__ != "PanicException":
            raise
        raise FormatError(f"{file}: the workbook is damaged ({failure}). Open and save it again") from failure


def _sheet(sheet: Any, file: str, meta: Any, formulas: list[tuple[int, int]], epoch: int) -> Sheet:
    rows = sheet.to_python(skip_empty_area=False)
    for top_left, bottom_right in sheet.merged_cell_ranges or []:
        _spread(rows, top_left, bottom_right)
    for row, column in formulas:
        # A row or column of formulas alone lies outside the rectangle that the parser gives.
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [""] * (column + 1 - len(rows[row]))
        if rows[row][column] == "":
            rows[row][column] = Uncomputed(f"{_letters(column)}{row + 1}")
    width = max(map(len, rows), default=0)
    cells = pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype=object)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    hidden = meta.visible != calamine.SheetVisibleEnum.Visible
    return Sheet(file, sheet.name, cells, "workbook", hidden=hidden, epoch=epoch)


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _uncomputed(archive: zipfile.ZipFile, file: str) -> tuple[dict[str, list[tuple[int, int]]], int]:
    """The cells of each sheet that hold a formula and no value, and the year that the workbook counts days from."""
    if "xl/workbook.xml" not in archive.namelist():
        return {}, 1900
    book = member_bytes(archive, "xl/workbook.xml", file)
    epoch = 1904 if re.search(rb"date1904\s*=\s*[\"'](1|true)[\"']", book) else 1900
    parts = _parts_of_sheets(archive, book, file)
    return {
        name: _formulas_without_value(member_bytes(archive, part, file))
        for name, part in parts.items()
        if part in archive.namelist()
    }, epoch


def _formulas_without_value(xml: bytes) -> list[tuple[int, int]]:
    if not _FORMULA.search(xml):
        return []
    found = []
    for attributes, inside in _CELL.findall(xml):
        # A formula whose answer is an empty text keeps its type.
        if _FORMULA.search(inside) and not _VALUE.search(inside) and b'"str"' not in attributes:
            place = _REFERENCE.search(attributes)
            if place and int(place[2]) <= 1_048_576 and _column_number(place[1]) <= 16_384:
                found.append((int(place[2]) - 1, _column_number(place[1]) - 1))
    return found[:MOST_FORMULAS]


def _parts_of_sheets(archive: zipfile.ZipFile, book: bytes, file: str) -> dict[str, str]:
    """The file of each sheet within the archive."""
    if "xl/_rels/workbook.xml.rels" not in archive.namelist() or b"<!ENTITY" in book:
        return {}
    links = member_bytes(archive, "xl/_rels/workbook.xml.rels", file)
    if b"<!ENTITY" in links:
        return {}
    try:
        targets = {link.get("Id"): str(link.get("Target")) for link in ET.fromstring(links)}  # noqa: S314 - no entities
        sheets = [sheet for sheet in ET.fromstring(book).iter() if sheet.tag.endswith("}sheet")]  # noqa: S314
    except ET.ParseError:
        return {}
    parts = {}
    for sheet in sheets:
        link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
        target = targets.get(link, "").removeprefix("/").removeprefix("xl/")
        parts[str(sheet.get("name"))] = f"xl/{target}"
    return parts


def _spread(rows: list[list[Any]], top_left: tuple[int, int], bottom_right: tuple[int, int]) -> None:
    (top, left), (bottom, right) = top_left, bottom_right
    if top >= len(rows) or left >= len(rows[top]) or (bottom - top + 1) * (right - left + 1) > LARGEST_MERGE:
        return
    value = rows[top][left]
    # A merged number is one figure: copying it would count its people again.
    if not isinstance(value, str) or not value:
        return
    for row in rows[top : bottom + 1]:
        for position in range(left, min(right + 1, len(row))):
            if row[position] == "":
                row[position] = value


def _check_size(content: bytes, file: str) -> zipfile.ZipFile:
    """Refuse sheets whose outermost cells span more than memory should hold: the parser fills the whole rectangle."""
    archive = open_archive(content, file)
    names = archive.namelist()
    if "xl/workbook.bin" in names:
        raise FormatError(f"{file}: a binary workbook (.xlsb). Save it as .xlsx")
    for name in names:
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            rows, columns = _span(member_bytes(archive, name, file))
            if rows * columns > MOST_CELLS:
                raise FormatError(
                    f"{file}, {name}: a sheet of {rows:,} rows and {columns:,} columns is too large to open. "
                    "Delete the empty rows and columns, or save the sheet as CSV"
                )
    return archive


def _span(xml: bytes) -> tuple[int, int]:
    last = xml.rfind(b"<row ")
    found = _ROW_NUMBER.match(xml, last) if last >= 0 else None
    rows = int(found[1]) if found else xml.count(b"<row")
    if rows * _column_number(b"ZZ") <= MOST_CELLS and not re.search(rb'r="[A-Z]{3}\d', xml):
        return rows, _column_number(b"ZZ")
    letters, highest = {b"A"}, rows
    for column, row in _COLUMN_LETTERS.findall(xml):
        letters.add(column)
        highest = max(highest, int(row))
    return highest, max(_column_number(column) for column in letters)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
