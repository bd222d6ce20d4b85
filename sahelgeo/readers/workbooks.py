"""Workbooks of Excel and LibreOffice, through calamine: sheets as printed, within bounds.

The old binary format has no XML: calamine opens it in a process of its own, with bounds of memory and time.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import pickle
import posixpath
import re
import subprocess
import sys
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd

from sahelgeo.errors import FormatError, listed
from sahelgeo.readers.bounds import Limits, member_bytes, open_archive, refuse_beyond
from sahelgeo.readers.calamine_rows import Parsed, parsed
from sahelgeo.readers.sheets import Opened, Sheet, Uncomputed
from sahelgeo.readers.workbook_cells import DAMAGED, MOST_STRAYS, Walk, called, lengths_of_shared_texts, without

LARGEST_MERGE = 20_000
# Seconds on the clock, of a machine that has other things to do; of the processor it may have ten.
_LONGEST = 60
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED = "{}: the workbook is protected by a password. Save it without one"


def is_old_workbook(content: bytes) -> bool:
    """Whether the bytes are an OLE container: an .xls file, or a workbook behind a password."""
    return content.startswith(_OLE)


def is_workbook(archive: zipfile.ZipFile, file: str) -> bool:
    """Whether a zip archive is a workbook of Excel or of LibreOffice."""
    names = archive.namelist()
    kind = member_bytes(archive, "mimetype", file) if "mimetype" in names else b""
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return True
    return any(name in ("xl/workbook.xml", "xl\\workbook.xml", "xl/workbook.bin") for name in names)


def open_workbook(content: bytes, file: str, limits: Limits) -> Opened:
    """The visible and hidden sheets of a workbook, merged text spread over the cells that it covers.

    Formulas are not computed: the value that the workbook holds stands, and one without a value is :class:`Uncomputed`.
    Links, macros and entities are never followed.

    Raises
    ------
    FormatError
        A password, a broken workbook, or sheets too large to open.
    """
    formulas: dict[str, list[tuple[int, int]]] = {}
    said: tuple[str, ...] = ()
    epoch = 1900
    if is_old_workbook(content):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise FormatError(_PROTECTED.format(file))
        sheets = _parsed_apart(content, file, limits)
    else:
        content, formulas, said, epoch = _checked(content, file, limits)
        try:
            sheets = parsed(content, limits["cells"])
        except PermissionError as failure:
            raise FormatError(_PROTECTED.format(file)) from failure
    if isinstance(sheets, str):
        raise FormatError(DAMAGED.format(file, sheets))
    if isinstance(sheets, int):
        refuse_beyond("cells", sheets, limits, file, remedy="Delete the empty rows and columns")
        return Opened(file, ())
    merges = limits["cells"]
    answer = []
    for sheet in sheets:
        done, figures = _spread(sheet, merges)
        merges -= done
        answer.append(replace(_sheet(sheet, file, formulas.get(sheet[0], []), epoch), merged=figures))
    return Opened(file, tuple(answer), warnings=said)


def _parsed_apart(content: bytes, file: str, limits: Limits) -> list[Parsed] | str | int:
    program = [sys.executable, "-I", str(Path(__file__).with_name("calamine_rows.py")), str(limits["cells"])]
    quiet = os.environ | {"RUST_BACKTRACE": "0"}  # tracing back needs the memory that there is not
    with suppress(subprocess.TimeoutExpired):
        done = subprocess.run(  # noqa: S603 - our own program
            program, input=content, capture_output=True, check=False, env=quiet, timeout=_LONGEST
        )
        if done.returncode == 0:
            answer: list[Parsed] | str | int = pickle.loads(done.stdout)  # noqa: S301 - our own answer
            return answer
        if b"PermissionError" in done.stderr:
            raise FormatError(_PROTECTED.format(file))
    raise FormatError(
        f"{file}: an old workbook (.xls) that is damaged, or takes more than 1 GB of memory or 10 seconds. "
        "Delete its empty rows and columns, and save it as .xlsx"
    )


def _sheet(sheet: Parsed, file: str, formulas: list[tuple[int, int]], epoch: int) -> Sheet:
    name, hidden, rows, _ = sheet
    for row, column in formulas:
        # A row or column of formulas alone lies outside the rectangle that the parser gives.
        rows += [[] for _ in range(row - len(rows))]
        rows[row - 1] += [""] * (column - len(rows[row - 1]))
        if rows[row - 1][column - 1] == "":
            rows[row - 1][column - 1] = Uncomputed(called(row, column))
    width = max(map(len, rows), default=0)
    cells = pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype=object)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return Sheet(file, name, cells, "workbook", hidden=hidden, epoch=epoch)


_FIGURE = re.compile(r"\s*\d{1,3}([\s.,'’]?\d{3})*([.,]\d+)?\s*")


def _spread(sheet: Parsed, most: int) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """Copy the text and the days of merged cells into each of them.

    Returns
    -------
    int, tuple
        How many cells that were, at most as many as are allowed; and the first row, the last row and the column of each
        figure that several rows share.
    """
    rows, done, figures = sheet[2], 0, []
    for (top, left), (bottom, right) in sheet[3]:
        size = (bottom - top + 1) * (right - left + 1)
        if top >= len(rows) or left >= len(rows[top]) or not 0 < size <= min(LARGEST_MERGE, most - done):
            continue
        done += size
        value = rows[top][left]
        # A merged number is one figure: copying it would count its people again.
        if not isinstance(value, str | dt.date) or not value or (isinstance(value, str) and _FIGURE.fullmatch(value)):
            figures += [(top + 1, bottom + 1, left)] if value != "" and bottom > top else []
            continue
        for row in rows[top : bottom + 1]:
            for position in range(left, min(right + 1, len(row))):
                if row[position] == "":
                    row[position] = value
    return done, tuple(figures)


def _checked(
    content: bytes, file: str, limits: Limits
) -> tuple[bytes, dict[str, list[tuple[int, int]]], tuple[str, ...], int]:
    """A workbook without strays, the formulas without a value of each sheet, what is to be said, and the epoch."""
    archive = open_archive(content, file, limits)
    names = archive.namelist()
    if "xl/workbook.bin" in names:
        raise FormatError(f"{file}: a binary workbook (.xlsb). Save it as .xlsx")
    book = member_bytes(archive, "xl/workbook.xml", file) if "xl/workbook.xml" in names else b""
    sheets = _parts_of_sheets(archive, book, file)
    shared: list[int] = []
    for name in names:
        if name.lower().endswith("sharedstrings.xml"):
            shared += lengths_of_shared_texts(member_bytes(archive, name, file), f"{file}, {name}")
    spanned, said, cut = 0, list[str](), dict[str, bytes]()
    formulas: dict[str, list[tuple[int, int]]] = {}
    for name in names:
        xml, where = member_bytes(archive, name, file), f"{file}, {name}"
        own = _path(name)
        walk = Walk(where, limits, shared)
        tables = (
            walk.quickly(xml) if own.endswith(".xml") or own in sheets else walk.through(xml, strict=False)
        ).tables
        reaches = [table.reach() for table in tables]
        if reaches != [table.outermost() for table in tables]:
            strays = Walk(where, limits, (), reaches).through(xml).strays
            cut[name] = without(xml, strays, where)
            shown = listed([cell for cell, *_ in strays], MOST_STRAYS)
            said.append(f"{name}: {len(strays)} cell(s) far from all others were left out: {shown}")
        for (rows, columns), table in zip(reaches, tables, strict=True):
            spanned += rows * columns
            refuse_beyond(
                "cells",
                spanned,
                limits,
                f"{where}, a sheet of {rows:,} rows and {columns:,} columns",
                remedy="Delete the empty rows and columns, save the sheet as CSV",
            )
            found = [(row, column) for row, column in table.formulas if row <= rows and column <= columns]
            formulas[sheets.get(own, "")] = found
    epoch = 1904 if re.search(rb"date1904\s*=\s*[\"'](1|true)[\"']", book) else 1900
    return _packed(archive, cut, file) if cut else content, formulas, tuple(said), epoch


def _packed(archive: zipfile.ZipFile, changed: dict[str, bytes], file: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as new:
        for name in archive.namelist():
            new.writestr(name, changed[name] if name in changed else member_bytes(archive, name, file))
    return packed.getvalue()


def _parts_of_sheets(archive: zipfile.ZipFile, book: bytes, file: str) -> dict[str, str]:
    """The sheet that each file within the archive holds, by its path: sheets of charts are numbered like others."""
    if "xl/_rels/workbook.xml.rels" not in archive.namelist():
        return {}
    links = member_bytes(archive, "xl/_rels/workbook.xml.rels", file)
    if b"<!" in links + book:
        raise FormatError(DAMAGED.format(file, "it declares entities"))
    try:
        found = [sheet.attrib for sheet in ET.fromstring(book).iter() if sheet.tag.endswith("sheet")]  # noqa: S314
        targets = {link.get("Id"): str(link.get("Target")) for link in ET.fromstring(links)}  # noqa: S314 - no entities
    except ET.ParseError as failure:
        raise FormatError(DAMAGED.format(file, failure)) from failure
    named = {link: held.get("name", "") for held in found for key, link in held.items() if key.endswith("}id")}
    return {_path(posixpath.join("xl", part)): named[link] for link, part in targets.items() if link in named}


def _path(member: str) -> str:
    """A path within an archive, as programs compare it."""
    return posixpath.normpath(member.replace("\\", "/")).lstrip("/").lower()
