"""How a column writes its numbers and its days, decided for the whole column.

One cell cannot say what it means: 12.000 is twelve or twelve thousand, 03/04/2020 is in March or in April. Its
neighbours can::

    668.410    2.457.204      1.234,5         two points, or a point before a comma: points are thousands
    12.5       1000.125       1,234.5         one or two digits behind the point: the point is a decimal
    03/04/2020 25/04/2020                     no month has the number 25: the day comes first

Each distinct text is read both ways. A text that can be read in one way only is evidence; evidence of both ways in
one column is a contradiction and refused. A column without evidence asks, in this order: what the caller says
(``decimal=``, ``thousands=``, ``day_first=``), the columns beside it that count the same, what makes sense (people
are whole, coordinates are no millions, a period ends after its start), and the habit of the publisher where the file
still is as the publisher wrote it. What then can still be read in two ways is refused, with both readings: a wrong
number would look as good as a right one.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import islice
from typing import Any, Literal, TypeAlias, TypedDict

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sahelgeo.checks import day_or_none
from sahelgeo.errors import SHOWN_AT_MOST, FormatError, listed
from sahelgeo.readers.bounds import Limits
from sahelgeo.readers.printed import MISSING_NUMBERS, MONTHS, WEEKDAYS, distinct, plain_digits, text_of
from sahelgeo.readers.sheets import Uncomputed
from sahelgeo.words import PRINTED_WORDS, without_accents

Day: TypeAlias = "dt.date | str"
Period: TypeAlias = "tuple[Day, Day]"


def given_day(day: Day, argument: str) -> pd.Timestamp:
    """A day that was given as an argument.

    Raises
    ------
    FormatError
        It is not a day.
    """
    found = day_or_none(day)
    if found is None:
        raise FormatError(f"{argument}={day!r} is not a day. Give it as YYYY-MM-DD")
    return found


def given_period(period: Period) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and last day that were given as an argument.

    Raises
    ------
    FormatError
        Not two days in their order.
    """
    if not isinstance(period, tuple | list) or len(period) != 2:
        raise FormatError(
            f"period={period!r} is not two days. Give the first and the last: ('2020-06-01', '2020-08-31')"
        )
    first, last = (given_day(day, "period") for day in period)
    if first > last:
        raise FormatError(f"period={period!r} ends before it starts. Give the first day, then the last")
    return first, last


Month = Literal["first", "last"]
Kind = Literal["whole", "people", "real"]
"""What a column of numbers counts: whole persons, persons that an estimate may split, or a measure (a coordinate)."""


class How(TypedDict, total=False):
    """What a caller may say about a file that does not say it: options of every reader."""

    sheet: str | None
    encoding: str | None
    decimal: str | None
    thousands: str | None
    day_first: bool | None
    limits: Limits | None


_GAP = r"[ '’ʼ`]"
_SIGN = r"([+\-−–]?)"
_PATTERNS = {
    mark: re.compile(
        rf"(?:\d+|[1-9]\d{{0,2}}(?:{_GAP}\d{{3}})+|[1-9]\d{{0,2}}(?:{re.escape(other)}\d{{3}})+)"
        rf"(?:{re.escape(mark)}\d*)?"
        rf"|{re.escape(mark)}\d+|\d+(?:{re.escape(mark)}\d*)?[eE][+-]?\d{{1,3}}"
    )
    for mark, other in ((".", ","), (",", "."))
}
# A text that can be read in two ways has two readings: the point or the comma is the decimal, the day or the month is
# first.
_MARKS = (".", ",")
_ORDERS = ("day", "month")
_PLAIN = re.compile(r"\d+")
_ONE_MARK = re.compile(r"\d{1,3}[.,](\d{3})")
_FAST = r"^-?\d{1,15}$"
_FAST_REAL = r"^-?\d{1,12}(\.\d{1,20})?$"

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[tT ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:,? .*)?")
_DAY_MONTH_WORD = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)?[ \-/]?([a-z]+)\.?[ \-/,]*(\d{4}|\d{2})(?: \d{1,2}:.*)?")
_MONTH_WORD_DAY = re.compile(r"([a-z]+)\.?[ \-](\d{1,2})(?:st|nd|rd|th)?,?[ \-](\d{4})(?: \d{1,2}:.*)?")
_MONTH_YEAR = re.compile(r"([a-z]+)\.?[ \-]*(\d{4}|\d{2})")
_MONTH_NUMBER_YEAR = re.compile(r"(\d{1,2})[\-/](\d{4})|(\d{4})[\-/](\d{1,2})")
_EPOCHS = {1900: dt.date(1899, 12, 30), 1904: dt.date(1904, 1, 1)}
_SERIALS = (18_000, 74_000)
FIRST_YEAR, LAST_YEAR = 1900, 2100
_MOST_PEOPLE = 8_500_000_000


class _UnreadableError(ValueError):
    """A cell that is not what its column holds."""


class _Column:
    """The distinct cells of a column, each read in every way that it can be."""

    def __init__(self, name: str, values: pd.Series, read: Callable[[Any], Any]) -> None:
        self.name, self.index = name, values.index
        self.codes, cells = distinct(values)
        self.cells: list[Any] = list(cells)
        self.read: list[Any] = []
        self.bad: list[int] = []
        for position, cell in enumerate(self.cells):
            try:
                self.read.append(read(cell))
            except (ValueError, OverflowError):
                self.read.append(None)
                self.bad.append(position)

    def rows_of(self, positions: Iterable[int]) -> list[Any]:
        return list(self.index[np.isin(self.codes, list(positions))])

    def example(self, position: int) -> str:
        return f"{text_of(self.cells[position])!r} (row {self.rows_of([position])[0]})"

    @property
    def open(self) -> list[int]:
        """The positions of texts with two readings."""
        return [position for position, reading in enumerate(self.read) if isinstance(reading, tuple)]

    def evidence(self) -> dict[int, int]:
        """For each of the two ways the first text that can be read in this way only."""
        found: dict[int, int] = {}
        for position in self.open:
            if None in self.read[position]:
                found.setdefault(int(self.read[position][0] is None), position)
        return found

    def refuse_other(self, where: str, asked: int, rule: str) -> None:
        """Refuse a text that cannot be read in the way that the caller asks for."""
        wrong = self.evidence().get(1 - asked)
        if wrong is not None:
            raise FormatError(f"{where}, column {self.name!r}: {self.example(wrong)} {rule}")

    def one_way(self, where: str, both: str) -> int | None:
        """The way that some text can only be read in; of two the sentence says both, and without one there is none."""
        seen = self.evidence()
        if len(seen) == 2 and both:
            raise FormatError(f"{where}, column {self.name!r}: {both.format(*map(self.example, (seen[0], seen[1])))}")
        return next(iter(seen)) if len(seen) == 1 else None

    def chosen(self, way: int) -> list[Any]:
        return [reading[way] if isinstance(reading, tuple) else reading for reading in self.read]

    def refuse(self, where: str, rule: str) -> None:
        if not self.bad:
            return
        formulas = [self.cells[position] for position in self.bad if isinstance(self.cells[position], Uncomputed)]
        if formulas:
            cells = listed([formula.cell for formula in formulas], SHOWN_AT_MOST)
            raise FormatError(
                f"{where}, column {self.name!r}: cell {cells} holds a formula that no program has computed. "
                "Open the workbook in a spreadsheet, save it, and read it again"
            )
        bad = self.rows_of(self.bad)
        refuse_cells(f"{where}, column {self.name!r}", bad, [self.cells[position] for position in self.bad], rule)


def refuse_cells(where: str, rows: list[Any], cells: Iterable[Any], rule: str) -> None:
    """Refuse the cells of some rows, for a rule that they break."""
    shown = ", ".join(repr(text_of(cell)) for cell in islice(cells, SHOWN_AT_MOST))
    many = "s" if len(rows) > 1 else ""
    raise FormatError(f"{where}, row{many} {listed(rows, SHOWN_AT_MOST)} ({shown}): {rule}")


def _is_missing(cell: Any) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float | np.floating) and np.isnan(cell))


def numbers(
    columns: Mapping[str, pd.Series],
    kinds: Mapping[str, Kind],
    where: str,
    how: How | None = None,
    *,
    commas_separate: bool = False,
) -> dict[str, pd.Series]:
    """The numbers of columns that stand side by side, each ``Float64``.

    Parameters
    ----------
    columns : mapping of str to pandas.Series
        The cells of each column under its heading.
    kinds : mapping of str to {"whole", "people", "real"}
        What each counts; a column that is not named is a measure.
    where : str
        File and sheet, for messages.
    how : How, optional
        ``decimal`` and ``thousands`` as the caller says them.
    commas_separate : bool
        Whether the file's cells are separated by commas: a comma within a cell then is no decimal of a French
        spreadsheet.

    Raises
    ------
    FormatError
        Cells that are no numbers, or that can be read in two ways.
    """
    asked = _asked_mark(how or {})
    answers: dict[str, pd.Series] = {}
    slow: dict[str, _Column] = {}
    for name, values in columns.items():
        kind = kinds.get(name, "real")
        fast = _fast_numbers(values, kind)
        if fast is None:
            slow[name] = _Column(name, values, partial(_readings, shares=kind == "real"))
            slow[name].refuse(where, "not a number. Correct the cell, or empty it where the value is unknown")
        else:
            answers[name] = fast
    marks = {name: _evidence(column, kinds.get(name, "real"), where, asked) for name, column in slow.items()}
    beside = {mark for name, mark in marks.items() if mark is not None and kinds.get(name, "real") != "real"}
    for name, column in slow.items():
        kind, mark = kinds.get(name, "real"), marks[name]
        if mark is None and column.open:
            mark = None if kind == "real" else _settled(column, kind, where, beside, commas_separate)
        read = _measures(column) if mark is None else column.chosen(mark)
        if kind == "whole" and asked is None:
            _refuse_split_people(column, read, where)
        figures = np.array([np.nan if value is None else value for value in read], dtype=float)
        answers[name] = pd.Series(figures[column.codes], index=column.index).astype("Float64")
    for name, counted in answers.items():
        most = (counted.abs() > _MOST_PEOPLE).fillna(False)
        if kinds.get(name, "real") != "real" and most.any():
            raise FormatError(
                f"{where}, column {name!r}, row {most.idxmax()}: {counted[most].iloc[0]:,.0f} is more people than live "
                "on Earth. Two numbers may have become one: correct the cell"
            )
    return {name: answers[name] for name in columns}


def _asked_mark(how: How) -> int | None:
    """Which of the marks the caller says is the decimal."""
    decimal, thousands = how.get("decimal"), how.get("thousands")
    if decimal is not None and decimal not in _MARKS:
        raise FormatError(f"decimal={decimal!r} is neither '.' nor ','")
    if thousands is not None and thousands not in (*_MARKS, " ", "'"):
        raise FormatError(f"thousands={thousands!r} is none of '.', ',', ' ' and \"'\"")
    if decimal is not None and decimal == thousands:
        raise FormatError(f"decimal={decimal!r} and thousands={thousands!r} are the same. Say one of them")
    if decimal:
        return _MARKS.index(decimal)
    return 1 - _MARKS.index(thousands) if thousands in _MARKS else None


def _fast_numbers(values: pd.Series, kind: Kind) -> pd.Series | None:
    """The numbers of a column that needs no decision, or nothing."""
    dtype = values.dtype
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype) and kind != "whole":
        plain = values.astype("Float64")
        return None if np.isinf(plain.to_numpy(dtype=float, na_value=np.nan)).any() else plain
    if not isinstance(dtype, pd.StringDtype | pd.ArrowDtype):
        return None
    text = pa.array(values, type=pa.large_string())
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.large_string()), text)
    fits = pc.match_substring_regex(text, _FAST_REAL if kind == "real" else _FAST)
    if not pc.all(fits, min_count=0).as_py():
        return None
    return pd.Series(pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False), index=values.index).astype("Float64")


def _readings(cell: Any, *, shares: bool) -> float | tuple[float | None, float | None] | None:
    """A number, missing, or a text in its two readings: with the point and with the comma as decimal."""
    if type(cell) is float and abs(cell) < math.inf:  # as most cells are
        return cell
    if _is_missing(cell):
        return None
    if isinstance(cell, bool | np.bool_ | dt.date | list | dict | Uncomputed):
        raise _UnreadableError
    if isinstance(cell, int | float | np.integer | np.floating):
        if np.isinf(float(cell)):
            raise _UnreadableError
        return float(cell)
    text = plain_digits(text_of(cell)).removeprefix("'")
    if text.casefold() in MISSING_NUMBERS or text.casefold().replace(" ", "") in MISSING_NUMBERS:
        return None
    share = text.endswith("%")
    text = text.removesuffix("%").rstrip()
    sign, body = (-1.0, text[1:].lstrip()) if text[:1] in ("-", "−", "–") else (1.0, text.removeprefix("+"))
    readings = tuple(_one_reading(body, mark, sign / 100 if share else sign) for mark in _MARKS)
    if readings == (None, None) or (share and not shares):  # a share is no number of people
        raise _UnreadableError
    return readings[0] if readings[0] == readings[1] else readings  # type: ignore[return-value]


def _one_reading(body: str, mark: str, factor: float) -> float | None:
    if not body.isascii() and not re.fullmatch(r"[0-9.,’ʼ]+", body):
        return None
    if not _PATTERNS[mark].fullmatch(body):
        return None
    digits = re.sub(rf"{_GAP}|{re.escape(_MARKS[1 - _MARKS.index(mark)])}", "", body).replace(mark, ".")
    number = float(digits) * factor
    return number if np.isfinite(number) else None


def _evidence(column: _Column, kind: Kind, where: str, asked: int | None) -> int | None:
    """The decimal mark that some text of the column can only be read with, or that the caller says."""
    if asked is not None:
        wrong = f"is no number with {_MARKS[asked]!r} as decimal mark. Correct the cell, or say another decimal="
        column.refuse_other(where, asked, wrong)
        return asked
    both = (
        "{} can only be read with a decimal point, {} only with a decimal comma or points between thousands. A "
        "spreadsheet may have changed some of the cells: take the publisher's file, or write the column in one way"
    )
    return column.one_way(where, both if kind != "real" else "")


def _measures(column: _Column) -> list[Any]:
    """Coordinates, shares and ranks are no thousands: the one mark in a text is its decimal."""
    answers = column.chosen(0)
    for position in column.open:
        point, comma = column.read[position]
        dot = "." in plain_digits(text_of(column.cells[position]))
        answers[position] = point if comma is None or (dot and point is not None) else comma
    return answers


def _settled(column: _Column, kind: Kind, where: str, beside: set[int], commas_separate: bool) -> int:
    """The decimal mark of a column of people whose texts can all be read in both ways."""
    if len(beside) == 1:
        return next(iter(beside))
    marks = {plain_digits(text_of(column.cells[position])).strip("-+−–% ")[-4:-3] for position in column.open}
    if len(marks) == 1 and not beside:
        mark = _MARKS.index(marks.pop())
        if _are_thousands(column, kind, mark, commas_separate):
            return 1 - mark
    first = column.open[0]
    raise FormatError(
        f"{where}, column {column.name!r}: {column.example(first)} is {_shown(column.read[first][0])} with a decimal "
        f"point and {_shown(column.read[first][1])} with a decimal comma, and nothing in the file decides. Say which: "
        "decimal='.' or decimal=','"
    )


def _shown(number: float) -> str:
    return f"{number:,.3f}".rstrip("0").rstrip(".")


def _are_thousands(column: _Column, kind: Kind, mark: int, commas_separate: bool) -> bool:
    plain = [text for cell in column.cells if _PLAIN.fullmatch(text := text_of(cell))]
    typed = any(isinstance(cell, int | float | np.number) for cell in column.cells if text_of(cell))
    if any(int(text) >= 1000 for text in plain):
        return False
    if kind == "whole" and not typed and any(column.read[position][mark] % 1 != 0 for position in column.open):
        return True
    # Decimals are printed either all alike or without closing zeros: 12.000 beside 350 is neither.
    closed = any(text_of(column.cells[position]).rstrip("%").endswith("0") for position in column.open)
    return (bool(plain) and closed and not typed) or (_MARKS[mark] == "," and commas_separate)


def _refuse_split_people(column: _Column, values: list[Any], where: str) -> None:
    """People are whole. Fractions of three digits at most below a thousand are thousands taken for decimals."""
    split = [position for position, value in enumerate(values) if value is not None and value % 1 != 0]
    typed = [position for position, cell in enumerate(column.cells) if isinstance(cell, int | float | np.number)]
    small = not any(abs(float(column.cells[position])) >= 1000 for position in typed)
    if 1 in column.evidence() and small and any(values[position] for position in typed):
        raise FormatError(
            f"{where}, column {column.name!r}: numbers below 1,000 such as {column.example(typed[0])} stand beside "
            "texts with points between thousands: a spreadsheet may have taken 12.000 for 12. Take the publisher's "
            "file, or write the column in one way"
        )
    clear = any(abs(values[position]) >= 1000 or round(values[position] * 1000, 6) % 1 != 0 for position in split)
    if split and not clear:
        value = float(values[split[0]])
        raise FormatError(
            f"{where}, column {column.name!r}: {column.example(split[0])} is {_shown(value)} persons, or "
            f"{_shown(value * 1000)} where the mark stands between thousands. People are whole: correct the column, or "
            "say decimal='.' or decimal=',' to take it as it stands"
        )


def days(
    columns: Mapping[str, pd.Series],
    where: str,
    how: How | None = None,
    *,
    months: Mapping[str, Month] | None = None,
    habit: str = "",
    epoch: int = 1900,
    headings: Mapping[str, str] | None = None,
) -> dict[str, pd.Series]:
    """The days of columns that stand side by side, each ``datetime64[us]``.

    Parameters
    ----------
    columns : mapping of str to pandas.Series
        The cells of each column under its heading. Columns called ``start`` and ``end`` hold periods.
    where : str
        File and sheet, for messages.
    how : How, optional
        ``day_first`` as the caller says it.
    months : mapping of str to {"first", "last"}, optional
        Columns in which a month without a day stands for its first or last day.
    habit : {"", "day first", "month first", "month first, always", "whole months", "never"}
        How the publisher writes days in numbers; ``whole months`` where its periods start on the first of a month,
        ``never`` where it writes none with slashes.
    epoch : {1900, 1904}
        Where the serial numbers of the workbook start.
    headings : mapping of str to str, optional
        What messages call a column.

    Raises
    ------
    FormatError
        Cells that are no days, or that can be read in two ways.
    """
    months = months or {}
    read = {
        name: _Column(
            (headings or {}).get(name, name), values, partial(_day_readings, month=months.get(name), epoch=epoch)
        )
        for name, values in columns.items()
    }
    for name, column in read.items():
        month = "a month or a day" if name in months else "a day"
        column.refuse(
            where, f"not {month} between {FIRST_YEAR} and {LAST_YEAR}. Write it as YYYY-MM-DD, or empty the cell"
        )
        if habit == "never":
            _refuse_slashes(column, where)
    asked = (how or {}).get("day_first")
    order = None if asked is None else int(not asked)
    first = habit.partition(" ")[0]
    usual = _ORDERS.index(first) if first in _ORDERS else None
    if habit.endswith("always") and order is None:
        order = usual
    orders = {name: _order(column, where, order) for name, column in read.items()}
    beside = {found for found in orders.values() if found is not None}
    answers = {}
    for name, column in read.items():
        chosen = orders[name] if order is None else order
        if chosen is None and column.open:
            chosen = next(iter(beside)) if len(beside) == 1 else _order_of_periods(read, habit)
            chosen = usual if chosen is None else chosen
            if chosen is None:
                _refuse_undecided(column, where)
        answers[name] = _as_days(column, chosen or 0)
    return answers


def _as_days(column: _Column, order: int) -> pd.Series:
    found = pd.to_datetime(pd.Series(column.chosen(order), dtype=object), errors="coerce").astype("datetime64[us]")
    return pd.Series(found.array.take(column.codes), index=column.index)


_Read: TypeAlias = "dt.date | tuple[dt.date | None, dt.date | None] | None"


def _day_readings(cell: Any, month: Month | None, epoch: int = 1900) -> _Read:
    """A day, missing, or a text of three numbers in its two readings: with the day and with the month first."""
    if _is_missing(cell):
        return None
    if isinstance(cell, dt.date):
        return _within(cell.date() if isinstance(cell, dt.datetime) else cell)
    text = _day_text(cell)
    if text in MISSING_NUMBERS:
        return None
    if re.fullmatch(r"\d{5}(\.\d+)?", text) and _is_serial(float(text)):
        return _EPOCHS[epoch] + dt.timedelta(days=int(float(text)))
    weekday, _, rest = text.partition(" ")
    if (said := WEEKDAYS.get(weekday.rstrip(".,"))) is not None and rest:
        return _on_weekday(_day_readings(rest, month, epoch), said)
    found = _SLASHED.fullmatch(text)
    return _slashed_day(*map(int, found.groups())) if found else _within(_written_day(text, month))


def _day_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell.casefold() if _ISO.fullmatch(cell) else without_accents(plain_digits(text_of(cell)).casefold())
    if isinstance(cell, int | float | np.integer | np.floating) and not isinstance(cell, bool):
        return str(int(cell)) if float(cell).is_integer() or _is_serial(float(cell)) else "?"
    raise _UnreadableError


def _slashed_day(first: int, second: int, year: int) -> _Read:
    readings = _day_or_none(year, second, first), _day_or_none(year, first, second)
    if readings == (None, None):
        raise _UnreadableError
    return readings[0] if readings[0] == readings[1] else readings


def _on_weekday(readings: _Read, weekday: int) -> _Read:
    """The readings that fall on the day of the week that stands before them."""
    first, second = (
        day if day is not None and day.weekday() == weekday else None
        for day in (readings if isinstance(readings, tuple) else (readings, readings))
    )
    if first is None and second is None:
        raise _UnreadableError
    return (first, second) if isinstance(readings, tuple) else first


def _is_serial(number: float) -> bool:
    return _SERIALS[0] <= number <= _SERIALS[1]


def _within(day: dt.date) -> dt.date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _UnreadableError
    return day


def _day_or_none(year: int, month: int, day: int) -> dt.date | None:
    try:
        return _within(dt.date(year, month, day))
    except ValueError:
        return None


def _written_day(text: str, month: Month | None) -> dt.date:
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    if (found := _DAY_MONTH_WORD.fullmatch(text)) and found[2] in MONTHS:
        return dt.date(_full_year(found[3]), MONTHS[found[2]], int(found[1]))
    if (found := _MONTH_WORD_DAY.fullmatch(text)) and found[1] in MONTHS:
        return dt.date(int(found[3]), MONTHS[found[1]], int(found[2]))
    if month is None:
        raise _UnreadableError
    if (found := _MONTH_YEAR.fullmatch(text)) and found[1] in MONTHS:
        return day_of_month(_full_year(found[2]), MONTHS[found[1]], month)
    if found := _MONTH_NUMBER_YEAR.fullmatch(text):
        return day_of_month(int(found[2] or found[3]), int(found[1] or found[4]), month)
    raise _UnreadableError


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def day_of_month(year: int, month: int, which: Month) -> dt.date:
    """The first or last day of a month."""
    return dt.date(year, month, 1 if which == "first" else calendar.monthrange(year, month)[1])


def one_day(value: Any, month: Month | None = None, *, day_first: bool | None = True) -> dt.date | None:
    """A day that stands alone, in a title or a name; days in numbers come first there. Missing as ``None``.

    With ``day_first=None`` nothing says what comes first, and a day that can be read in two ways is none.

    Raises
    ------
    ValueError
        It is not a day.

    Examples
    --------
    >>> from sahelgeo.readers.columns import one_day
    >>> [str(one_day(text, "first")) for text in ("28 février 2023", "31-12-2017", "Apr-30-2023", "déc.-21")]
    ['2023-02-28', '2017-12-31', '2023-04-30', '2021-12-01']
    """
    try:
        found = _day_readings(value, month)
    except _UnreadableError:
        raise ValueError(value) from None
    if not isinstance(found, tuple):
        return found
    day = found[0] if day_first else found[1]
    if day_first is None:
        (day,) = set(found) - {None} if None in found else (None,)
    if day is None:
        raise ValueError(value)
    return day


def day_in(text: str, *, day_first: bool | None = True) -> dt.date | None:
    """The day that a title or sheet name speaks of ("Situation actualisée au 28 février 2023"), if just one.

    With ``day_first=None`` days in numbers are told by those that can be read in one way.

    Examples
    --------
    >>> from sahelgeo.readers.columns import day_in
    >>> str(day_in("Situation actualisée au 28 février 2023"))
    '2023-02-28'
    """
    # The day on which a table was printed is not the day that it speaks of.
    folded = re.sub(PRINTED_WORDS["printed_on"], " ", without_accents(text.casefold()))
    patterns = (
        r"\d{1,2}(?:er)? [a-z]+\.? \d{4}",
        r"\d{4}-\d{2}-\d{2}",
        r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}",
    )
    found = {
        day for pattern in patterns for piece in re.findall(pattern, folded) if (day := _title_day(piece, day_first))
    }
    for digits in re.findall(r"(?<!\d)\d{8}(?!\d)", folded):
        day = _title_day(f"{digits[:2]}/{digits[2:4]}/{digits[4:]}", day_first) or _title_day(digits)
        if day is not None:
            found.add(day)
    return found.pop() if len(found) == 1 else None


def _title_day(piece: str, day_first: bool | None = True) -> dt.date | None:
    try:
        return one_day(piece, day_first=day_first)
    except (ValueError, OverflowError):
        return None


def _refuse_slashes(column: _Column, where: str) -> None:
    for position, cell in enumerate(column.cells):
        if isinstance(cell, str) and _SLASHED.fullmatch(text_of(cell)):
            raise FormatError(
                f"{where}, column {column.name!r}: {column.example(position)}. sahelgeo writes days as YYYY-MM-DD: a "
                "spreadsheet has rewritten them, in an order that the file does not say. Write them as YYYY-MM-DD, or "
                "say day_first=True or day_first=False"
            )


def _order(column: _Column, where: str, asked: int | None) -> int | None:
    """What comes first in days written in numbers: the day or the month, where some text can only be read so."""
    if asked is not None:
        column.refuse_other(where, asked, f"is no day with the {_ORDERS[asked]} first")
    both = "{} can only be read with the day first, {} only with the month first. Write them as YYYY-MM-DD"
    seen, order = column.evidence(), column.one_way(where, both)
    typed = [cell for cell in column.cells if isinstance(cell, dt.date) and not pd.isna(cell)]
    if asked is None and typed and order is not None and all(cell.day <= 12 for cell in typed):
        raise FormatError(
            f"{where}, column {column.name!r}: {column.example(seen[order])} is a text with the {_ORDERS[order]} "
            f"first, beside days such as {typed[0]:%Y-%m-%d} that the spreadsheet took for days, perhaps with day and "
            "month exchanged. Write all as YYYY-MM-DD"
        )
    return order


def _order_of_periods(read: Mapping[str, _Column], habit: str) -> int | None:
    """The one order in which no period ends before it starts, nor starts within a month where they are whole months."""
    if not {"start", "end"} <= read.keys():
        return None
    fits = []
    for way in (0, 1):
        start, end = _as_days(read["start"], way), _as_days(read["end"], way)
        within = habit == "whole months" and (start.dropna().dt.day != 1).any()
        if not (start > end).any() and not within:
            fits.append(way)
    return fits[0] if len(fits) == 1 else None


def _refuse_undecided(column: _Column, where: str) -> None:
    first, both = column.open[0], column.read[column.open[0]]
    raise FormatError(
        f"{where}, column {column.name!r}: {column.example(first)} is {both[0]} with the day first and {both[1]} with "
        "the month first, and nothing in the file decides. Say which: day_first=True or day_first=False"
    )
