"""CSV files: encodings, delimiters and ragged rows as they come."""

from __future__ import annotations

import collections
import csv
import io
from itertools import islice

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.sheet import Sheet

DELIMITERS = ",;\t|"
SNIFFED_ROWS = 300
WIDEST = 20_000


def open_delimited(content: bytes, file: str) -> tuple[Sheet, tuple[str, ...]]:
    """The rows of a delimited text file, every cell as text, and notes on what was repaired.

    Raises
    ------
    FormatError
        Not text, text without columns, or rows that cannot be told apart.
    """
    text, notes = _decoded(content, file)
    delimiter = _delimiter(text, file)
    cells = _cells(text, delimiter, file)
    return Sheet(file, "", cells, "csv"), notes


def _decoded(content: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), ()
        except UnicodeDecodeError as failure:
            raise FormatError(f"{file}: broken UTF-16 text ({failure.reason}). Save it as UTF-8") from failure
    if b"\x00" in content:
        raise FormatError(f"{file}: not text (it has zero bytes). Give a CSV file, a workbook, JSON or a shapefile")
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        lines = [_decoded_line(line) for line in content.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)]
        guessed = sum(other for _, other in lines)
        return "".join(line for line, _ in lines), (
            f"{guessed:,} line(s) are not UTF-8 and were read as Windows-1252: check the accents",
        )


def _decoded_line(line: bytes) -> tuple[str, bool]:
    try:
        return line.decode("utf-8"), False
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace"), True


def _delimiter(text: str, file: str) -> str:
    best, votes = "", 0
    for delimiter in DELIMITERS:
        widths = collections.Counter(len(row) for row in _first_rows(text, delimiter, file) if len(row) > 1)
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if count * min(width, 4) > votes:
            best, votes = delimiter, count * min(width, 4)
    if not best:
        raise FormatError(f"{file}: text without columns. Give a CSV file with headings, separated by commas")
    return best


def _first_rows(text: str, delimiter: str, file: str) -> list[list[str]]:
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), SNIFFED_ROWS))
    except csv.Error as failure:
        raise FormatError(f"{file}: not a CSV file ({failure}). Save it again as CSV") from failure
    if any(len(row) > WIDEST for row in rows):
        raise FormatError(f"{file}: more than {WIDEST:,} columns. Give the table itself")
    return rows


def _cells(text: str, delimiter: str, file: str) -> pd.DataFrame:
    width = max(len(row) for row in _first_rows(text, delimiter, file))
    try:
        cells = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            names=range(width),
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,
            engine="c",
            low_memory=True,
            on_bad_lines="error",
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, OverflowError):
        cells = _ragged_cells(text, delimiter, file)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    # Short rows come back with missing cells; a cell that is not there is an empty one.
    return cells.fillna("")


def _ragged_cells(text: str, delimiter: str, file: str) -> pd.DataFrame:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as failure:
        raise FormatError(f"{file}: not a CSV file ({failure}). Save it again as CSV") from failure
    width = max(len(row) for row in rows)
    if width > WIDEST or width * len(rows) > 50_000_000:
        raise FormatError(f"{file}: {len(rows):,} rows of up to {width:,} cells. Give the table itself")
    return pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype=object)
