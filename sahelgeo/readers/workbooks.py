"""Excel workbooks, through calamine: sheets as printed, within bounds."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pandas as pd
import python_calamine as calamine

from sahelgeo.errors import FormatError
from sahelgeo.readers.archives import member_bytes, open_archive
from sahelgeo.readers.sheet import Sheet

MOST_CELLS = 60_000_000
LARGEST_MERGE = 20_000
_ROW_NUMBER = re.compile(rb'<(?:x:)?row [^>]*?r="(\d{1,9})"')
_COLUMN_LETTERS = re.compile(rb'<(?:x:)?c [^>]*?r="([A-Z]{1,3})(\d{1,9})"')
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_old_workbook(content: bytes) -> bool:
    """Whether the bytes are an OLE container: an .xls file, or a workbook behind a password."""
    return content.startswith(_OLE)


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether a zip archive is an Excel workbook."""
    return any(name in ("xl/workbook.xml", "xl\\workbook.xml", "xl/workbook.bin") for name in archive.namelist())


def open_workbook(content: bytes, file: str) -> tuple[Sheet, ...]:
    """The visible and hidden sheets of a workbook, merged text spread over the cells that it covers.

    Formulas are not computed: the value that the workbook holds stands. Links, macros and entities are never followed.

    Raises
    ------
    FormatError
        A password, a broken workbook, or sheets too large to open.
    """
    if is_old_workbook(content):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise FormatError(f"{file}: the workbook is protected by a password. Save it without one")
    else:
        _check_size(content, file)
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            return tuple(_sheet(workbook.get_sheet_by_name(name), file) for name in _worksheets(workbook))
    except calamine.PasswordError as failure:
        raise FormatError(f"{file}: the workbook is protected by a password. Save it without one") from failure
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as failure:
        raise FormatError(f"{file}: not a workbook that can be read ({failure}). Open and save it again") from failure
    except BaseException as failure:
        # A panic of the parser is no Exception in Python.
        if type(failure).__name__ != "PanicException":
            raise
        raise FormatError(f"{file}: the workbook is damaged ({failure}). Open and save it again") from failure


def _worksheets(workbook: Any) -> list[str]:
    kinds = {sheet.name: sheet.typ for sheet in workbook.sheets_metadata}
    return [name for name in workbook.sheet_names if kinds.get(name) == calamine.SheetTypeEnum.WorkSheet]


def _sheet(sheet: Any, file: str) -> Sheet:
    rows = sheet.to_python(skip_empty_area=False)
    for top_left, bottom_right in sheet.merged_cell_ranges or []:
        _spread(rows, top_left, bottom_right)
    cells = pd.DataFrame(rows, dtype=object)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return Sheet(file, sheet.name, cells, "workbook")


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


def _check_size(content: bytes, file: str) -> None:
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
