"""Open a file by what it holds, not by its name: text, workbook, JSON, shapes, Parquet, or a zip of one of these."""

from __future__ import annotations

import os
import re
import tomllib
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import pandas as pd

from sahelgeo import checks
from sahelgeo.embedded import read_text
from sahelgeo.errors import FormatError, listed
from sahelgeo.readers.bounds import Limits, limits_of, member_bytes, open_archive, refuse_beyond, refuse_wide
from sahelgeo.readers.delimited import open_delimited
from sahelgeo.readers.records import open_records
from sahelgeo.readers.shapes import (
    FLATGEOBUF,
    SHAPEFILE,
    form_of,
    is_attribute_table,
    is_geopackage,
    open_attributes,
    open_columns,
    open_layers,
    open_shapefile,
    open_zipped_shapefiles,
)
from sahelgeo.readers.sheets import Opened
from sahelgeo.readers.workbooks import is_old_workbook, is_workbook, open_workbook

Readable: TypeAlias = "str | os.PathLike[str] | BinaryIO"

# What is known of a fetched file lies beside it under its name and this ending.
PROVENANCE = ".provenance.toml"
_LONGEST_PROVENANCE = 100_000
_TABLES = (
    *(".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".json", ".geojson", ".topojson", ".shp"),
    *(".gpkg", ".fgb", ".parquet", ".geoparquet", ".feather"),
)
NO_FEEDS = tomllib.loads(read_text("no_feeds.toml"))


def open_file(path: Readable, encoding: str | None = None, limits: Limits | None = None) -> Opened:
    """Open a file for reading: its sheets with every row.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        A file, a zip archive, a member of a zip archive written as a path (``archive.zip/folder/file.csv``), or an open
        binary file.
    encoding : str, optional
        How its text is written, where the file does not say it or says it wrongly.
    limits : mapping, optional
        Bounds to move, such as ``{"cells": 50_000_000}``.

    Raises
    ------
    FormatError
        The file is not there, is empty, damaged, protected, too large, a web page, or of a form that holds no table.
    """
    bounds = limits_of(limits)
    if not isinstance(encoding, str | None):
        raise FormatError(f"encoding={encoding!r} is no name of an encoding. Write it as encoding='cp1252'")
    content, file, location = _content(path, bounds)
    opened = _opened(content, file, bounds, encoding, location)
    refuse_wide(max((sheet.cells.shape[1] for sheet in opened.sheets), default=0), file)
    return replace(opened, seen_until=_seen_until(location))


def _seen_until(location: Path | None) -> Any:
    """The last day that the publisher of a fetched file looked at, which its provenance says: later is not zero."""
    if location is None:
        return None
    with suppress(OSError, ValueError), location.with_name(location.name + PROVENANCE).open("rb") as beside:
        return tomllib.loads(beside.read(_LONGEST_PROVENANCE).decode()).get("covers_until")
    return None


def _content(path: Readable, limits: Limits) -> tuple[bytes, str, Path | None]:
    if not isinstance(path, str | os.PathLike) and hasattr(path, "read"):
        try:
            content = path.read(limits["bytes"] + 1)
        except ValueError as failure:
            raise FormatError(f"the open file cannot be read ({failure}). Open it again") from failure
        if not isinstance(content, bytes):
            raise FormatError("the open file gives text. Open it in binary mode: open(path, 'rb')")
        name = getattr(path, "name", None)
        file = Path(name).name if isinstance(name, str) else "the open file"
        size = len(content)
        if size > limits["bytes"]:
            with suppress(OSError, AttributeError):
                here = path.tell()
                size += path.seek(0, os.SEEK_END) - here
        refuse_beyond("bytes", size, limits, file)
        return content, file, None
    location = _location(path)
    if location.is_dir():
        names = listed(sorted(entry.name for entry in location.iterdir()), 8)
        raise FormatError(f"{location.resolve().name}: a folder. Give one of its files: {names}")
    if location.is_file():
        return _bytes_of(location, limits), location.name, location
    for parent in location.parents:
        if parent.is_file() and zipfile.is_zipfile(parent):
            member, content = location.relative_to(parent).as_posix(), _bytes_of(parent, limits)
            file = f"{parent.name}/{member}"
            if member.lower().endswith(".shp"):
                return content, file, parent / member
            return member_bytes(open_archive(content, parent.name, limits), member, parent.name), file, None
    checks.no_pipe(location)
    raise FormatError(f"{location}: there is no such file")


def _location(path: Any) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise FormatError(f"a path or an open binary file is needed, not {type(path).__name__}")
    if len(os.fsencode(path)) > 4_000 or any(len(os.fsencode(part)) > 255 for part in Path(path).parts):
        raise FormatError(f"{str(path)[:40]!r}...: too long for a path. Give text itself as io.BytesIO(text.encode())")
    return Path(path)


def _bytes_of(location: Path, limits: Limits) -> bytes:
    try:
        refuse_beyond("bytes", location.stat().st_size, limits, location.name)
        return location.read_bytes()
    except OSError as problem:
        raise FormatError(f"{location.name}: cannot be read ({problem.strerror}). Check who may read it") from problem


def _opened(content: bytes, file: str, limits: Limits, encoding: str | None, location: Path | None = None) -> Opened:
    opened = _by_form(content, file, limits, encoding, location)
    for sheet in opened.sheets if len(content) > limits["letters"] else ():
        for place in range(sheet.cells.shape[1]):
            cells = sheet.cells.iloc[:, place]
            if isinstance(cells.dtype, pd.StringDtype):
                longest = int(cells.str.len().max())
            else:
                longest = max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
            refuse_beyond("letters", longest, limits, f"{sheet.where}, column {place + 1}, one cell")
    return opened


def _by_form(content: bytes, file: str, limits: Limits, encoding: str | None, location: Path | None) -> Opened:
    shapes = _shapes(content, file, limits, encoding, location)
    if shapes is not None:
        return shapes
    _refuse_other_forms(content, file)
    if content.startswith(b"PK"):
        archive = open_archive(content, file, limits)
        if is_workbook(archive, file):
            return open_workbook(content, file, limits)
        return _from_archive(archive, file, limits, encoding)
    if is_old_workbook(content):
        return open_workbook(content, file, limits)
    start = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        return open_records(content, file, limits)
    return open_delimited(content, file, encoding, limits)


def _shapes(content: bytes, file: str, limits: Limits, encoding: str | None, location: Path | None) -> Opened | None:
    """A file of shapes or columns, told by its first bytes; nothing where it is another."""
    if form_of(content) is not None:
        return Opened(file, (open_columns(content, file, limits),))
    if is_geopackage(content) or content.startswith(FLATGEOBUF):
        return open_layers(content, file, "flatgeobuf" if content.startswith(FLATGEOBUF) else "geopackage", limits)
    if content.startswith(SHAPEFILE) and not file.lower().endswith(".shx"):  # an index begins alike
        if location is None:
            raise FormatError(f"{file}: one part of a shapefile. Give its path, or all its parts in one zip archive")
        return open_shapefile(location, file, limits, encoding)
    if is_attribute_table(content):
        return open_attributes(content, file, limits, encoding, location)
    return None


def _refuse_other_forms(content: bytes, file: str) -> None:
    if not content.strip(b"\x00 \r\n\t\xef\xbb\xbf"):
        raise FormatError(f"{file}: empty. Download it again")
    for beginning, sentence in NO_FEEDS["beginnings"].items():
        if content.startswith(beginning.encode("latin-1")):
            raise FormatError(f"{file}: {sentence}")
    part = NO_FEEDS["endings"].get(Path(file).suffix.lower())
    if part:
        raise FormatError(f"{file}: {part}. Give the .shp file, or a zip archive of all the parts")
    start = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")) or b"<html" in start[:1024]:
        found = re.search(rb"<title[^>]*>([^<]{0,120})", content[:65536], re.IGNORECASE)
        title = f" ({found[1].decode('utf-8', 'replace').strip()!r})" if found else ""
        raise FormatError(f"{file}: a web page{title}, not data. The download may need a login: get the file again")
    if start.startswith((b"<?xml", b"<kml", b"<rss")):
        raise FormatError(f"{file}: an XML document, not a table. Give CSV, a workbook (.xlsx), JSON or a shapefile")


def _from_archive(archive: zipfile.ZipFile, file: str, limits: Limits, encoding: str | None) -> Opened:
    names = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name]
    wanted = file.split(".zip/", 1)[1] if ".zip/" in file else None
    tables = [name for name in names if name.lower().endswith(_TABLES) and not Path(name).name.startswith("~$")]
    shapes = [name for name in tables if name.lower().endswith(".shp") and wanted in (None, name)]
    if shapes:
        return open_zipped_shapefiles(archive, file, shapes, limits, encoding)
    if len(tables) != 1:
        problem = "several tables" if tables else "no table"
        raise FormatError(
            f"{file}: {problem} in the archive ({listed(names, 8) or 'nothing'}). "
            f"Name the one to read: {Path(file).name}/member.csv"
        )
    content = member_bytes(archive, tables[0], file)
    if content.startswith(b"PK") and not is_workbook(open_archive(content, file, limits), file):
        raise FormatError(f"{file}: an archive within an archive. Unpack it first")
    return replace(_opened(content, f"{file}/{tables[0]}", limits, encoding), file=file)
