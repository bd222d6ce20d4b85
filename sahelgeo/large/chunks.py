"""Files that outgrow memory, read a part at a time and as they would be read whole.

A part cannot say what its cells mean: the text that decides may stand in another part, and so may the second row of
an event. So the file is gone through twice::

    first pass     each block:  one row for each shape of text (25/04/2020, 99.900) of each column,
                                and the key of each row, as eight bytes
    between        the rows whose key stands twice are read together: copies go, other figures are refused
    second pass    each block:  read as any sheet, beside the rows that show how the whole file is written

Totals that only a sum over all rows can find, names that are carried down and rows that are parts of one count need
the whole table in memory. Feeds that have them are refused here; in those that are read every row of the table comes
of one row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sahelgeo.errors import FormatError, hearing
from sahelgeo.parts import checked, sound
from sahelgeo.readers import delimited
from sahelgeo.readers.feed import feeds
from sahelgeo.readers.printed import text_of, texts
from sahelgeo.readers.reading import read_found
from sahelgeo.readers.rows import body, copies
from sahelgeo.readers.shapes import as_stored, sheet_of
from sahelgeo.readers.sheets import Found, Opened, Sheet, find, not_recognised

_BLOCK = 1 << 22
# Enough rows for a file to be recognised by.
_LEAST = 10_000
_DAY_IN_NUMBERS = r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}"


def read_chunks(path: Any, chunksize: int = 100_000, **options: Any) -> Iterator[pd.DataFrame]:
    r"""Read a CSV or Parquet file that outgrows memory, a part at a time.

    What a whole column decides (the decimal mark, whether the day or the month comes first) is decided for the whole
    file, and copies of a row are left out wherever they stand: put together, the parts are the table that
    :func:`read` gives.

    Parameters
    ----------
    path : str or os.PathLike
        A CSV file or a Parquet file without shapes. An archive must be unpacked first.
    chunksize : int
        Most rows of the file in a part.
    **options
        ``encoding``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    iterator of pandas.DataFrame or geopandas.GeoDataFrame
        Tables with the columns that :func:`read` gives; the index goes on from one to the next.

    Raises
    ------
    FormatError
        A file that is no known feed, or of a feed whose rows need each other: totals are told by adding up all rows,
        or several rows are parts of one count. Cells that can be read in two ways are refused with the first part;
        cells that cannot be read, with the part that holds them.
    SchemaError
        An event that stands twice with different figures.

    Warns
    -----
    DataWarning
        As for :func:`read`, once for each part.

    See Also
    --------
    read : Read a file at once.
    sum_events : Events and deaths by area and period.

    Examples
    --------
    >>> import pathlib, tempfile, sahelgeo as sg
    >>> lines = ["event_id_cnty,event_date,event_type,actor1,country,latitude,longitude,fatalities",
    ...          "BFO1,03/04/2020,Battles,Front,Burkina Faso,14.1,-1.6,3",
    ...          "BFO2,25/04/2020,Battles,Front,Burkina Faso,14.1,-1.6,0"]
    >>> file = pathlib.Path(tempfile.mkdtemp(), "events.csv")
    >>> size = file.write_text("\n".join(lines))
    >>> [(len(part), str(part["date"].iloc[0].date())) for part in sg.large.read_chunks(file, chunksize=1)]
    [(1, '2020-04-03'), (1, '2020-04-25')]
    """
    if isinstance(chunksize, bool) or not isinstance(chunksize, int) or chunksize < 1:
        raise FormatError(f"chunksize={chunksize!r} is no number of rows above 0")
    location = Path(path)
    if not location.is_file():
        raise FormatError(f"{location}: there is no such file")
    encoding = options.get("encoding")
    first = next(_parts(location, max(chunksize, _LEAST), encoding), None)
    if first is None:
        raise FormatError(f"{location.name}: empty. Download it again")
    founds = find(first, feeds())
    if not founds:
        raise not_recognised(first)
    feed = founds[0].feed
    if not feed.facts.get("rows_alone"):
        raise FormatError(
            f"{location.name}: {feed.title} cannot be read in parts: its totals are told by adding up all rows, or "
            "several rows make one of the table. Read it with read, whose limits= can be moved"
        )
    return _tables(location, chunksize, founds[0], options)


def _tables(location: Path, chunksize: int, found: Found, options: dict[str, Any]) -> Iterator[pd.DataFrame]:
    """The parts, each read as a sheet of its own below the headings of the file."""
    encoding, start = options.get("encoding"), 0
    shown, gone = _first_pass(location, max(chunksize, _LEAST), found, options)
    for opened in _parts(location, chunksize, encoding):
        cells = opened.sheets[0].cells
        part = _below_headings(found, cells[~cells.index.isin(gone)], shown)
        if body(part, found.header, found.header)[0].empty:
            continue
        table, _ = read_found(replace(opened, sheets=(part.sheet,)), [part], dict(options))
        table.index = pd.RangeIndex(start, start + len(table))
        start += len(table)
        yield table
    if not start:
        # What is said of a file without rows is said where any other is read.
        read_found(Opened(location.name, (found.sheet,)), [_below_headings(found, shown, shown)], dict(options))


def _below_headings(found: Found, cells: pd.DataFrame, shown: pd.DataFrame) -> Found:
    head = found.sheet.cells.loc[: found.header]
    cells = pd.concat([head, cells[cells.index > found.header]])
    return replace(found, sheet=replace(found.sheet, cells=cells), beside=shown)


def _first_pass(location: Path, chunksize: int, found: Found, options: dict[str, Any]) -> tuple[pd.DataFrame, pd.Index]:
    """The rows that show how the file is written, and the numbers of those that copy an earlier one."""
    seen: dict[str, set[str]] = {name: set() for name in found.columns}
    rows, keys = list[pd.DataFrame](), list[pd.Series]()
    for opened in _parts(location, chunksize, options.get("encoding")):
        cells = opened.sheets[0].cells
        cells = cells[cells.index > found.header]
        rows.append(cells[_new_shapes(cells, found, seen)])
        key = texts(cells.iloc[:, found.columns["event"]])
        key = key[key.notna() & (key != found.heading("event"))]
        keys.append(pd.Series(pd.util.hash_array(key.to_numpy(dtype=object)), index=key.index))
    shown, every = pd.concat(rows), pd.concat(keys)
    twice = every.index[every.duplicated(keep=False)]
    if twice.empty:
        return shown, twice
    parts = (opened.sheets[0].cells for opened in _parts(location, chunksize, options.get("encoding")))
    cells = pd.concat([cells[cells.index.isin(twice)] for cells in parts])
    # Read together they are refused where an event stands twice with different figures.
    part = _below_headings(found, cells, shown)
    with hearing():
        read_found(Opened(location.name, (part.sheet,)), [part], dict(options))
    again = copies(cells, cells.index)
    return shown, again.index[again]


def _new_shapes(cells: pd.DataFrame, found: Found, seen: dict[str, set[str]]) -> np.ndarray:
    """Which rows show a text of a shape that no row showed before: all digits but 0 are alike, except those of days."""
    new = np.zeros(len(cells), dtype=bool)
    for name, place in found.columns.items():
        column = cells.iloc[:, place]
        printed = pa.array(
            column if isinstance(column.dtype, pd.StringDtype) else column.map(text_of), pa.large_string()
        )
        alike = pc.replace_substring_regex(printed, "[1-9]", "9")
        shapes = pc.if_else(pc.match_substring_regex(printed, _DAY_IN_NUMBERS), printed, alike).to_pandas()
        if name in found.feed.facts.get("greatest", ()) and len(printed):
            longest = printed.to_pandas().fillna("")
            new[max(range(len(longest)), key=lambda row: (len(longest[row]), longest[row]))] = True
        elif name != "event":
            for position, text in shapes.drop_duplicates().items():
                if pd.notna(text) and any(map(str.isdigit, text)) and text not in seen[name]:
                    seen[name].add(text)
                    new[position] = True
    return new


def _parts(location: Path, chunksize: int, encoding: str | None) -> Iterator[Opened]:
    """The file in parts of at most so many rows, which keep the numbers that they have in it."""
    with location.open("rb") as file:
        parquet = file.read(4) == b"PAR1"
    number = -1 if parquet else 0
    for opened in (
        sound(location, "", lambda: _row_groups(location, chunksize)) if parquet else _blocks(location, encoding)
    ):
        (sheet,) = opened.sheets
        cells = sheet.cells.set_axis(pd.RangeIndex(number + 1, number + 1 + len(sheet.cells)))
        number += len(cells)
        step = len(cells) if parquet else chunksize
        for start in range(0, len(cells), max(step, 1)):
            last = start + step >= len(cells)
            part = replace(sheet, cells=cells.iloc[start : start + step])
            yield replace(opened, sheets=(part,), warnings=opened.warnings if last else ())


def _row_groups(location: Path, chunksize: int) -> Iterator[Opened]:
    with pq.ParquetFile(location) as file:
        if b"geo" in (file.schema_arrow.metadata or {}):
            raise FormatError(f"{location.name}: a Parquet file with shapes is not read in parts. Read it with read")
        for number, batch in enumerate(checked(file.iter_batches(batch_size=chunksize))):
            table = as_stored(batch.to_pandas(), file.schema_arrow)
            sheet = sheet_of(table, location.name, "", "parquet")
            yield Opened(location.name, (sheet if number == 0 else replace(sheet, cells=sheet.cells.iloc[1:]),))


def _blocks(location: Path, encoding: str | None) -> Iterator[Opened]:
    """The blocks of a text file, each of whole rows."""
    name, rest, how = location.name, b"", None
    with location.open("rb") as file:
        while (piece := file.read(_BLOCK)) or rest:
            content = rest + piece
            if how is None:
                if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content:
                    raise FormatError(
                        f"{name}: no text of one byte a letter or UTF-8. Save it as UTF-8 to read it in parts"
                    )
                how = delimited.delimiter_of(content[: delimited.SNIFFED_LETTERS].decode("utf-8", "ignore"), name)
            end = _end_of_rows(content) if piece else len(content)
            block, rest = content[:end], content[end:]
            if block:
                yield _block(block, name, encoding, *how, last=not piece)


def _block(content: bytes, name: str, encoding: str | None, delimiter: str, width: int, *, last: bool) -> Opened:
    edge = re.escape(delimiter).encode() + b"\r\n"
    quoted = rb'(?:\A|(?<=[%s]))"[^"]*(?:""[^"]*)*"(?=[%s]|\Z)' % (edge, edge)
    if b'"' in content and b'"' in re.sub(quoted, b"", content):
        raise FormatError(
            f'{name}: a cell holds a quote (") that is not doubled, so the rows of a part cannot be told. Double it, '
            "or read the file with read"
        )
    content, notes = delimited.decoded(content, name, encoding)
    cells = delimited.cells_of(content, delimiter, width, name)
    cells = cells.reindex(columns=range(max(width, cells.shape[1])), fill_value="")
    sheet = Sheet(name, "", cells, "csv", commas_separate=delimiter == ",")
    return Opened(name, (sheet,), notes, delimited.cut_off(content, delimiter.encode()) if last else ())


def _end_of_rows(content: bytes) -> int:
    """Where the last whole row ends: at a line end before which every quote is closed."""
    end = content.rfind(b"\n") + 1
    while end and content.count(b'"', 0, end) % 2:
        end = content.rfind(b"\n", 0, end - 1) + 1
    return end
