"""Where the cells of a workbook are, as a parser of XML sees them before calamine does.

calamine fills the whole rectangle that the outermost cells span, and ends the process where memory is short::

        A  B  C          XFD       a table of three rows, and a cell that somebody touched by accident:
      1 #  #  #           .        16,384 columns times 9 rows. In row 1,048,576 it would be 17 billion cells.
      2 #  #  #           .
      3 #  #  #           .        So every part of the archive is walked through first. The cells with a value are
      ...                 .        counted by row and by column, where they stand (not where the file says that the
      9 .  .  .  .  .  .  x        table ends), and as often as LibreOffice repeats them.

A few cells behind a wide gap are strays: they are cut out of the XML. What still spans more than the bound is refused.
Text that many cells share is counted as often as it is used. What is not well-formed is refused, since calamine might
read on behind the fault.

A step of Python for each tag takes most of the time that a workbook takes. Cells as all programs write them, which give
their own place, are therefore counted by a pattern, and the walk steps through what they leave::

      <row r="7">  <c r="A7" t="s"><v>12</v></c>  <c r="B7"><f>SUM(A1:A6)</f></c>  </row>
                   counted: column A, row 7       walked through, like all that is no such cell

In XML without comments and instructions a ``<`` begins a tag wherever it stands, so that the pattern finds cells alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress
from typing import Any
from xml.parsers import expat

from sahelgeo.errors import FormatError
from sahelgeo.readers.bounds import Limits, refuse_beyond

DAMAGED = "{}: not a workbook that can be read ({}). Open and save it again"
BEYOND = "a cell lies beyond the last row or column that a sheet can have"
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
# At most so many cells behind a gap of so many empty rows or columns are strays.
MOST_STRAYS = 10
TALL_GAP, WIDE_GAP = 1_000, 100
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Shorter texts cannot exceed the bound of bytes within that of cells.
SHORT_TEXT = 60
# A cell that gives its place, and perhaps its style and its kind, with one plain value or empty.
_PLAIN_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="[0-9]+")?(?: t="([A-Za-z]+)")?(?:/>|><v>([^<&]*)</v></c>)'
)
# So many bytes of XML at a time, so that memory is bounded too.
_AT_ONCE = 1 << 20


class _UnplacedError(Exception):
    """A cell that does not give its place stands behind the one before it, which was taken out."""


@dataclass(frozen=True)
class Table:
    """How many cells with a value each row and each column of a sheet has, and which formulas have none."""

    rows: Counter[int] = field(default_factory=Counter)
    columns: Counter[int] = field(default_factory=Counter)
    formulas: list[tuple[int, int]] = field(default_factory=list)

    def reach(self) -> tuple[int, int]:
        """The last row and the last column that are no strays."""
        return _reach(self.rows, TALL_GAP), _reach(self.columns, WIDE_GAP)

    def outermost(self) -> tuple[int, int]:
        """The last row and the last column of all."""
        return max(self.rows, default=0), max(self.columns, default=0)


class Walk:
    """A walk through one part of a workbook.

    Attributes
    ----------
    tables : list of Table
        The tables in it: one in a part of Excel's, all sheets in that of LibreOffice.
    strays : list of (str, int, str)
        The cells beyond the reach of their table: what they are called, where in the XML they begin, and their tag.
    """

    def __init__(
        self, where: str, limits: Limits, shared: Sequence[int] = (), reaches: Sequence[tuple[int, int]] = ()
    ) -> None:
        self.where, self.limits, self.shared, self.reaches = where, limits, shared, reaches
        self.tables, self.strays = list[Table](), list[tuple[str, int, str]]()
        # The place of the current cell, and how often it is repeated downwards and to the right.
        self._row, self._rows, self._column, self._columns = 0, 1, 0, 1
        self._cells = self._letters = self._begin = 0
        self._kind = self._tag = ""
        self._valued = self._formula = self._listens = self._all_placed = False
        self._text = list[str]()
        self._parser: Any = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._steps = {
            "c": self._cell_of_excel,
            "v": self._value_of_cell,
            "is": self._value_of_cell,
            "f": self._formula_of_cell,
            "row": self._line,
            "sheetData": self._table,
            "table": self._table,
            "table-row": self._line,
            "table-cell": self._cell,
            "covered-table-cell": self._cell,
            "p": self._value_of_cell,
        }

    def through(self, xml: bytes, *, strict: bool = True) -> Walk:
        """Walk to the end of the part; where it need not be XML, to the first fault."""
        walk_through(self._parser, xml, self.where, strict=strict)
        self._finish()
        return self

    def quickly(self, xml: bytes) -> Walk:
        """Walk to the end of a part that must be XML, with its plain cells counted by their pattern."""
        if b'<c r="' not in xml or b"<!" in xml or xml.rfind(b"<?") > 0:
            return self.through(xml)
        walk_through(expat.ParserCreate("utf-8"), xml, self.where, strict=True)
        plain, rest = Table(), list[bytes]()
        at = 0
        while at < len(xml):
            end = xml.find(b"<row", at + _AT_ONCE)
            end = end if end >= 0 else len(xml)
            parts = _PLAIN_CELL.split(xml[at:end])
            rest += parts[::5]
            self._count_plain(plain, *(parts[group::5] for group in range(1, 5)))
            at = end
        other = b"".join(rest)
        self._all_placed = len(other) < len(xml)
        with suppress(_UnplacedError):
            self.through(other)
            if len(self.tables) == 1:
                self.tables[0].rows.update(plain.rows)
                self.tables[0].columns.update(plain.columns)
                return self
        return Walk(self.where, self.limits, self.shared).through(xml)

    def _count_plain(
        self, plain: Table, letters: list[bytes], rows: list[bytes], kinds: list[bytes], values: list[bytes | None]
    ) -> None:
        filled = [value is not None for value in values]
        self._cells += sum(filled)
        if self._cells > self.limits["cells"]:
            refuse_beyond("cells", self._cells, self.limits, self.where, remedy="Save the sheet as CSV")
        for row, count in Counter(compress(rows, filled)).items():
            plain.rows[int(row)] += count
        columns = {column: column_number(column.decode(), self.where) for column in set(letters)}
        for column, count in Counter(compress(letters, filled)).items():
            plain.columns[columns[column]] += count
        if max(plain.rows, default=0) > LAST_ROW:
            self._refuse(BEYOND)
        if self.shared:
            used = Counter(value for value, kind in zip(values, kinds, strict=True) if value and kind == b"s")
            self._letters += sum(self._length_of(text.decode().strip()) * count for text, count in used.items())
            refuse_beyond("bytes", self._letters, self.limits, f"{self.where}, texts that its cells share")

    def _length_of(self, text: str) -> int:
        """How long the shared text of a number is."""
        shares = text.isdecimal() and len(text) < 10 and int(text) < len(self.shared)
        return self.shared[int(text)] if shares else len(text)

    def _start(self, name: str, held: dict[str, str]) -> None:
        step = self._steps.get(name)
        if step is None and ":" in name:
            step = self._steps.get(name.rpartition(":")[2])
        if step is not None:
            step(name, held)

    def _table(self, name: str, _: dict[str, str]) -> None:
        self._finish()
        self.tables.append(Table())
        self._row, self._rows, self._column, self._columns = 0, int(name.endswith("table")), 0, 1

    def _line(self, name: str, held: dict[str, str]) -> None:
        self._finish()
        if name.endswith("table-row"):
            self._row, self._rows = self._row + self._rows, self._repeated(held, "rows")
        else:
            self._row, self._rows = self._whole(held["r"]) if "r" in held else self._row + 1, 1
        self._column, self._columns = 0, 1

    def _cell_of_excel(self, name: str, held: dict[str, str]) -> None:
        self._finish()
        self._kind, place = held.get("t", ""), held.get("r")
        if place is None and self._all_placed:
            raise _UnplacedError
        if place is None:
            self._column += 1
        else:
            number = place.lstrip(_LETTERS)
            letters = place[: len(place) - len(number)]
            self._row, self._column = self._whole(number), column_number(letters, self.where)
        if self.reaches:
            self._begin, self._tag = self._parser.CurrentByteIndex, name

    def _cell(self, name: str, held: dict[str, str]) -> None:
        self._finish()
        self._column += self._columns
        self._columns, self._kind = self._repeated(held, "columns"), ""
        if self.reaches:
            self._begin, self._tag = self._parser.CurrentByteIndex, name
        if any(key.endswith("value-type") for key in held):
            self._count()

    def _value_of_cell(self, *_: Any) -> None:
        self._count()
        if self._formula or self._rows * self._columns > 1 or (self.shared and self._kind == "s"):
            self._parser.CharacterDataHandler, self._listens = self._text.append, True

    def _formula_of_cell(self, *_: Any) -> None:
        self._count()
        self._formula = bool(self.tables)

    def _count(self) -> None:
        """Count a cell, once, since it has a value."""
        if self._valued or not self.tables or not self._column:
            return
        self._valued = True
        table, last = self.tables[-1], (self._row + self._rows - 1, self._column + self._columns - 1)
        if last[0] > LAST_ROW or last[1] > LAST_COLUMN:
            self._refuse(BEYOND)
        self._cells += self._rows * self._columns
        if self._cells > self.limits["cells"]:
            refuse_beyond("cells", self._cells, self.limits, self.where, remedy="Save the sheet as CSV")
        for row in range(self._row, last[0] + 1):
            table.rows[row] += self._columns
        for column in range(self._column, last[1] + 1):
            table.columns[column] += self._rows
        if self.reaches:
            reach = self.reaches[len(self.tables) - 1]
            if last[0] > reach[0] or last[1] > reach[1]:
                self.strays.append((called(self._row, self._column), self._begin, self._tag))

    def _finish(self) -> None:
        """The cell before is at its end."""
        self._valued = False
        if not (self._formula or self._listens):
            return
        text = "".join(self._text).strip()
        self._text.clear()
        self._parser.CharacterDataHandler, self._listens = None, False
        if self._formula and not text and self._kind != "str":  # a formula whose answer is an empty text keeps its type
            self.tables[-1].formulas.append((self._row, self._column))
        length = self._length_of(text) if self._kind == "s" else len(text)
        self._letters += length * self._rows * self._columns
        refuse_beyond("bytes", self._letters, self.limits, f"{self.where}, texts that its cells share")
        self._formula = False

    def _whole(self, text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) <= 7):
            self._refuse(f"{text[:20]!r} numbers no row")
        return int(text)

    def _repeated(self, held: dict[str, str], what: str) -> int:
        found = next((text for key, text in held.items() if key.endswith(f"number-{what}-repeated")), "1")
        return self._whole(found)

    def _refuse(self, problem: str) -> None:
        raise FormatError(DAMAGED.format(self.where, problem))


def walk_through(parser: Any, xml: bytes, where: str, *, strict: bool) -> None:
    """Give XML to a parser; entities, and where it must be XML also faults, are refused."""

    def refuse(*_: Any) -> None:
        raise FormatError(DAMAGED.format(where, "it declares entities"))

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as failure:
        if strict:
            raise FormatError(DAMAGED.format(where, failure)) from failure


def lengths_of_shared_texts(xml: bytes, where: str) -> list[int]:
    """How long each text is that cells share; none where all are short."""
    lengths: list[int] = []
    parser = expat.ParserCreate("utf-8")

    def start(name: str, _: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            lengths.append(0)

    def data(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    parser.StartElementHandler, parser.CharacterDataHandler = start, data
    walk_through(parser, xml, where, strict=True)
    return lengths if max(lengths, default=0) > SHORT_TEXT else []


def called(row: int, column: int) -> str:
    """A cell by its letters and number."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


@lru_cache(maxsize=20_000)
def column_number(letters: str, where: str) -> int:
    """The number of a column by its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    if not (letters.isascii() and letters.isalpha() and number <= LAST_COLUMN):
        raise FormatError(DAMAGED.format(where, f"there is no column {letters[:20]!r}"))
    return number


def _reach(counts: Counter[int], gap: int) -> int:
    """The last row or column that is no stray: a few cells behind a wide gap are."""
    places = sorted(counts)
    last, beyond = max(places, default=0), 0
    for before, here in zip(places[-2::-1], places[:0:-1], strict=True):
        beyond += counts[here]
        if beyond > MOST_STRAYS:
            break
        if here - before > gap:
            last = before
    return last


def without(xml: bytes, strays: list[tuple[str, int, str]], where: str) -> bytes:
    """The XML without the cells that are strays."""
    kept, at = [], 0
    for _, begin, tag in strays:
        end = re.compile(rb"</" + re.escape(tag.encode()) + rb"\s*>").search(xml, begin)
        if end is None:
            raise FormatError(DAMAGED.format(where, "its last cells lie far from all others. Delete them"))
        kept.append(xml[at:begin])
        at = end.end()
    return b"".join([*kept, xml[at:]])
