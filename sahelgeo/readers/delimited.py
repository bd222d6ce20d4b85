"""CSV files: encodings, delimiters, quotes and ragged rows as they come."""

from __future__ import annotations

import codecs
import collections
import csv
import io
import re
from itertools import islice

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from sahelgeo.errors import FormatError
from sahelgeo.readers.bounds import LIMITS, Limits, refuse_beyond, refuse_long, refuse_wide
from sahelgeo.readers.sheets import Opened, Sheet

DELIMITERS = ",;\t|"
SNIFFED_ROWS = 300
SNIFFED_LETTERS = 400_000
_PIECE = 1 << 22


# A cell may hold a polygon as text, which is longer than the csv module takes by default.
csv.field_size_limit(LIMITS["letters"])


def open_delimited(content: bytes, file: str, encoding: str | None, limits: Limits) -> Opened:
    """The rows of a delimited text file, every cell as text; notes on what was repaired, warnings of what is missing.

    Raises
    ------
    FormatError
        Not text, text without columns, rows that cannot be told apart, a quote that is never closed, or too many cells.
    """
    content, notes = decoded(content, file, encoding)
    if b"\x1a" in content[-8:]:  # how DOS ended a file
        content = content.rstrip(b"\x1a\r\n")
    refuse_long(content, (b"\n", b"\r"), limits, f"{file}, one line")
    start = content[:SNIFFED_LETTERS].decode("utf-8", "ignore")
    delimiter, width = delimiter_of(start, file)
    lines = max(content.count(b"\n"), content.count(b"\r")) + 1
    refuse_beyond("rows", lines, limits, file)
    # Cells beyond the delimiters of the file are made up: they fill short rows.
    refuse_beyond("cells", min(lines * width, content.count(delimiter.encode()) + lines), limits, file, times=10)
    cells = cells_of(content, delimiter, width, file, limits)
    sheet = Sheet(file, "", cells, "csv", commas_separate=delimiter == ",")
    return Opened(file, (sheet,), notes, cut_off(content, delimiter.encode()))


def cut_off(content: bytes, delimiter: bytes) -> tuple[str, ...]:
    """A last line that does not end, and has fewer cells than the line before it, is half a row."""
    lines = content[-SNIFFED_LETTERS:].splitlines(keepends=True)[-2:]
    if len(lines) < 2 or lines[1].endswith((b"\n", b"\r")) or b'"' in content[-SNIFFED_LETTERS:]:
        return ()
    if not 0 < lines[1].count(delimiter) < lines[0].count(delimiter):
        return ()
    return ("the last row has fewer cells than the one before it, and its line does not end: the file may be cut off",)


def _as_utf8(content: bytes, file: str) -> tuple[bytes, tuple[str, ...]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16").encode(), ()
        except UnicodeDecodeError as failure:
            raise FormatError(f"{file}: broken UTF-16 text ({failure.reason}). Save it as UTF-8") from failure
    content = content.removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in content:
        raise FormatError(f"{file}: not text (it has zero bytes). Give a CSV file, a workbook, JSON or a shapefile")
    if not _is_utf8(content):
        lines = [_decoded_line(line) for line in content.splitlines(keepends=True)]
        guessed = sum(other for _, other in lines)
        return b"".join(line for line, _ in lines), (
            f"{guessed:,} line(s) are not UTF-8 and were read as Windows-1252: check the accents",
        )
    return content, ()


def decoded(content: bytes, file: str, encoding: str | None) -> tuple[bytes, tuple[str, ...]]:
    """The content as UTF-8, and what has to be said of it."""
    if encoding is None:
        return _as_utf8(content, file)
    try:
        return content.decode(encoding).removeprefix("\ufeff").encode(), ()
    except (UnicodeError, LookupError) as failure:
        raise FormatError(
            f"{file}: its text is not {encoding} ({failure}). Give another encoding=, or none"
        ) from failure


def _is_utf8(content: bytes) -> bool:
    """Told a piece at a time: the text of the whole file would take its size, or twice that, for a moment."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, 0 if content.isascii() else len(content), _PIECE):
            decoder.decode(content[start : start + _PIECE], final=start + _PIECE >= len(content))
    except UnicodeDecodeError:
        return False
    return True


def _decoded_line(line: bytes) -> tuple[bytes, bool]:
    return (line, False) if _is_utf8(line) else (line.decode("cp1252", errors="replace").encode(), True)


def delimiter_of(start: str, file: str) -> tuple[str, int]:
    """The delimiter that makes the most rows alike, and the number of cells of the widest row."""
    best, votes, widest = "", 0, 0
    for delimiter in DELIMITERS:
        rows = _first_rows(start, delimiter, file)
        widths = collections.Counter(len(row) for row in rows if len(row) > 1)
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if count * min(width, 4) > votes:
            best, votes, widest = delimiter, count * min(width, 4), max(len(row) for row in rows)
    if not best:
        raise FormatError(f"{file}: text without columns. Give a CSV file with headings, separated by commas")
    return best, widest


def _first_rows(start: str, delimiter: str, file: str) -> list[list[str]]:
    try:
        rows = list(islice(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), SNIFFED_ROWS))
    except csv.Error as failure:
        raise FormatError(f"{file}: not a CSV file ({failure}). Save it again as CSV") from failure
    refuse_wide(max(map(len, rows), default=0), file)
    return rows


def cells_of(content: bytes, delimiter: str, width: int, file: str, limits: Limits = LIMITS) -> pd.DataFrame:
    """The cells of UTF-8 text, each as text, numbered from row 1."""
    quoted = b'"' in content
    if quoted and content.count(b'"') % 2:
        _refuse_open_quote(content, delimiter, file)
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            read_options=arrow_csv.ReadOptions(column_names=[str(n) for n in range(width)], block_size=_PIECE),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
                quote_char='"' if quoted else False,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={str(n): pa.large_string() for n in range(width)},
                strings_can_be_null=False,
                null_values=[],
            ),
        )
        cells: pd.DataFrame = table.to_pandas(types_mapper=lambda _: pd.StringDtype("pyarrow"))
    except pa.ArrowInvalid:
        cells = _ragged_cells(content, delimiter, file, limits)
    cells.columns = pd.RangeIndex(cells.shape[1])
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    # As many line breaks as rows: none of them lies in a cell.
    a_line_each = b"\r" not in content and content.count(b"\n") - content.endswith(b"\n") < len(cells)
    if quoted and not a_line_each:
        _refuse_swallowed_rows(cells, delimiter, file)
    return cells


def _ragged_cells(content: bytes, delimiter: str, file: str, limits: Limits) -> pd.DataFrame:
    """Rows of different lengths: a cell that is not there is an empty one."""
    rows, width = [], 0
    csv.field_size_limit(max(csv.field_size_limit(), limits["letters"]))
    try:
        text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")
        for row in csv.reader(text, delimiter=delimiter):
            rows.append(row)
            width = max(width, len(row))
            refuse_wide(width, file)
            refuse_beyond("cells", width * len(rows), limits, file, times=2)
    except csv.Error as failure:
        if "field limit" in str(failure):
            raise FormatError(
                f"{file}, row {len(rows) + 1}: a cell of more than {csv.field_size_limit():,} letters. "
                "Shorten it, or allow it: limits={'letters': 200_000_000}"
            ) from failure
        raise FormatError(f"{file}: not a CSV file ({failure}). Save it again as CSV") from failure
    return pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype=pd.StringDtype("pyarrow"))


def _refuse_open_quote(content: bytes, delimiter: str, file: str) -> None:
    """A quote that is still open at the end has swallowed every row after it."""
    edge = re.escape(delimiter).encode() + b"\r\n"
    for cell in re.finditer(rb'(?:\A|(?<=[%s]))"[^"]*(?:""[^"]*)*("?)' % edge, content):
        if not cell[1]:
            line = content.count(b"\n", 0, cell.start()) + 1
            raise FormatError(
                f'{file}, line {line}: a quote (") is opened and never closed, so all that follows would be one cell. '
                "Close or delete it, and read the file again"
            )


def _refuse_swallowed_rows(cells: pd.DataFrame, delimiter: str, file: str) -> None:
    """A quote that is closed by the next stray one leaves whole rows inside a cell."""
    least = max(cells.shape[1] - 1, 3) if cells.shape[1] > 2 else 1 << 30
    most = min(least, cells.shape[1] - 1)
    for column in cells:
        texts = pa.array(cells[column], pa.large_string())
        broken = cells[column][pc.match_substring(texts, "\n").to_numpy(zero_copy_only=False).astype(bool)]
        broken = broken[broken.str.count(re.escape(delimiter)) >= min(most, least - 1)] if len(broken) else broken
        for row, cell in broken.items():
            _, *middle, last = str(cell).split("\n")
            if any(part.count(delimiter) >= most for part in middle) or last.count(delimiter) >= least - 1:
                raise FormatError(
                    f'{file}, row {row}: a cell holds whole rows of the table: a quote (") is opened in it and closed '
                    "rows later. Close or delete the quote, and read the file again"
                )
