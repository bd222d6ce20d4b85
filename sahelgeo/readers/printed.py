"""Values as publishers print them: headings, numbers as text, days in many forms, words for "missing"."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from sahelgeo.conformance import LARGEST_WHOLE, SHOWN_AT_MOST, listed
from sahelgeo.errors import FormatError

MISSING_NUMBERS = frozenset(
    (
        *(
            "",
            "-",
            "--",
            "–",
            "—",
            "*",
            "..",
            "...",
            "…",
            "nd",
            "n/d",
            "nd*",
            "n.d.",
            "na",
            "n/a",
            "#n/a",
            "n.a.",
            "nan",
        ),
        *("null", "<null>", "none", "not available", "non disponible"),
        *("#ref!", "#value!", "#div/0!", "#name?", "#null!"),
    )
)
MISSING_TEXT = frozenset(["", "<null>", "nan", "none", "null", "#n/a"])
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009\u2007\ufeff]+")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_DOTTED_THOUSANDS = re.compile(r"\d{1,3}(\.\d{3}){2,}")
_DECIMAL_COMMA = re.compile(r"\d+,\d+")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")

_MONTH_WORDS = {
    1: "january jan janvier janv",
    2: "february feb fevrier fevr fev",
    3: "march mar mars",
    4: "april apr avril avr",
    5: "may mai",
    6: "june jun juin",
    7: "july jul juillet juil",
    8: "august aug aout",
    9: "september sept sep septembre",
    10: "october oct octobre",
    11: "november nov novembre",
    12: "december dec decembre",
}
_MONTHS = {word: month for month, words in _MONTH_WORDS.items() for word in words.split()}
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[Tt ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?: .*)?")
_DAY_MONTH_WORD = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)?[ \-]([a-z]+)\.?[ \-,]+(\d{4}|\d{2})")
_MONTH_WORD_DAY = re.compile(r"([a-z]+)\.?[ \-](\d{1,2}),?[ \-](\d{4})")
_MONTH_YEAR = re.compile(r"([a-z]+)\.?[ \-]*(\d{4}|\d{2})")
_MONTH_NUMBER_YEAR = re.compile(r"(\d{1,2})[\-/](\d{4})")
_EXCEL_DAY_ZERO = dt.date(1899, 12, 30)
_EXCEL_SERIALS = range(20_000, 80_000)

Month = Literal["first", "last"]


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """A heading or name without case, accents and punctuation, for comparison only.

    Examples
    --------
    >>> from sahelgeo.readers.printed import fold
    >>> fold("Total No# of IDPs  HH."), fold("Départements")
    ('total no of idps hh', 'departements')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    # '#' and '+' stay at the start of words: they tell an HXL tag from a heading.
    tag = "#" if letters.lstrip().startswith("#") else ""
    return tag + " ".join(re.findall(r"[^\W_]+", letters))


def text_of(value: object) -> str:
    """A cell as text: whole floats without their point, missing as nothing, spaces made plain."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return _SPACES.sub(" ", str(value)).strip()


def texts(values: pd.Series, *, missing: Iterable[str] = ()) -> pd.Series:
    """Cells as text (``string``), with the publisher's words for missing as missing."""
    words = MISSING_TEXT | {word.casefold() for word in missing}

    def read(value: object) -> str | None:
        text = text_of(value)
        return None if text.casefold() in words else text

    return _mapped(values, read).astype("string")


def text_column(frame: pd.DataFrame, name: str, *, missing: Iterable[str] = ()) -> pd.Series:
    """A column as text; all missing where the frame has no such column."""
    if name in frame:
        return texts(frame[name], missing=missing)
    return pd.Series(pd.NA, index=frame.index, dtype="string")


def number_column(frame: pd.DataFrame, name: str, heading: str, where: str) -> pd.Series:
    """A column as numbers; all missing where the frame has no such column."""
    if name in frame:
        return numbers(frame[name], heading, where)
    return pd.Series(pd.NA, index=frame.index, dtype="Float64")


def one_number(value: object) -> float | None:
    """A printed number, missing as ``None``; raises ValueError for anything else.

    Examples
    --------
    >>> from sahelgeo.readers.printed import one_number
    >>> [one_number(text) for text in ("38,042,000", "1 234", "81%", "12,5", "ND*", "-")]
    [38042000.0, 1234.0, 0.81, 12.5, None, None]
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_ | dt.date | list | dict):
        raise ValueError(value)  # noqa: TRY004 - a cell of the wrong kind is a wrong value
    if isinstance(value, int | float | np.integer | np.floating):
        number = float(value)
        if np.isinf(number):
            raise ValueError(value)
        return None if np.isnan(number) else number
    text = _SPACES.sub("", str(value)).lstrip("'")
    if text.casefold() in MISSING_NUMBERS or _SPACES.sub(" ", str(value)).strip().casefold() in MISSING_NUMBERS:
        return None
    share = text.endswith("%")
    number = _digits(text.removesuffix("%"))
    return number / 100 if share else number


def _digits(text: str) -> float:
    if _THOUSANDS.fullmatch(text):
        return float(text.replace(",", ""))
    if _DOTTED_THOUSANDS.fullmatch(text):
        return float(text.replace(".", ""))
    if _DECIMAL_COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    if _PLAIN.fullmatch(text) and text.isascii():
        number = float(text)
        if np.isfinite(number):
            return number
    raise ValueError(text)


def numbers(values: pd.Series, column: str, where: str) -> pd.Series:
    """Printed numbers as ``Float64``; raises FormatError that names the rows which are not numbers."""
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        plain = values.astype("float64")
        if not np.isinf(plain).any():
            return plain.astype("Float64")
    elif values.dtype == object:
        # A workbook's column is floats and empty strings: no need to read each one as text.
        filled = values.where(values != "", None)
        if pd.api.types.infer_dtype(filled, skipna=True) in ("floating", "integer", "mixed-integer-float"):
            plain = filled.astype("float64")
            if not np.isinf(plain).any():
                return plain.astype("Float64")
    read = _mapped(values, _or_unreadable(one_number))
    _refuse(values, read, column, where, "not a number. Correct the cell, or empty it where the value is unknown")
    return read.astype("Float64")


def whole_numbers(values: pd.Series, column: str, where: str) -> pd.Series:
    """Printed counts as ``Int64``; raises FormatError that names the rows which are fractions or no numbers."""
    read = numbers(values, column, where)
    bad = ((read % 1 != 0) | (read.abs() > LARGEST_WHOLE)).fillna(False).astype(bool)
    if bad.any():
        rows, shown = list(read.index[bad]), [repr(text_of(value)) for value in values[bad][:SHOWN_AT_MOST]]
        raise FormatError(
            f"{where}, column {column!r}, row{'s' if len(rows) > 1 else ''} {listed(rows, SHOWN_AT_MOST)} "
            f"({', '.join(shown)}): not a whole number. Correct the cell, or empty it where the value is unknown"
        )
    return read.astype("Int64")


def one_day(value: object, month: Month | None = None) -> dt.date | None:
    """A printed day, missing as ``None``; raises ValueError for anything else.

    Numbers with slashes are read day first, as all these publishers write them. A month without a day stands for its
    first or last day if ``month`` says which, else it is not a day.

    Examples
    --------
    >>> from sahelgeo.readers.printed import one_day
    >>> [str(one_day(text, "first")) for text in ("28 février 2023", "31-12-2017", "Apr-30-2023", "déc.-21")]
    ['2023-02-28', '2017-12-31', '2023-04-30', '2021-12-01']
    """
    if value is None or value is pd.NA or value is pd.NaT or isinstance(value, bool | np.bool_ | list | dict):
        if isinstance(value, bool | np.bool_ | list | dict):
            raise ValueError(value)
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, float | np.floating) and np.isnan(value):
        return None
    if isinstance(value, int | float | np.integer | np.floating):
        return _numbered_day(float(value))
    text = _without_accents(_SPACES.sub(" ", str(value)).strip().casefold())
    return None if text in MISSING_NUMBERS else _written_day(text, month)


def _without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _numbered_day(number: float) -> dt.date:
    if number in _EXCEL_SERIALS or int(number) in _EXCEL_SERIALS:
        return _EXCEL_DAY_ZERO + dt.timedelta(days=int(number))
    return _written_day(str(int(number)), None)


def _written_day(text: str, month: Month | None) -> dt.date:
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHED.fullmatch(text):
        return dt.date(int(found[3]), int(found[2]), int(found[1]))
    if (found := _DAY_MONTH_WORD.fullmatch(text)) and found[2] in _MONTHS:
        return dt.date(_full_year(found[3]), _MONTHS[found[2]], int(found[1]))
    if (found := _MONTH_WORD_DAY.fullmatch(text)) and found[1] in _MONTHS:
        return dt.date(int(found[3]), _MONTHS[found[1]], int(found[2]))
    if month is None:
        raise ValueError(text)
    if (found := _MONTH_YEAR.fullmatch(text)) and found[1] in _MONTHS:
        return _day_of_month(_full_year(found[2]), _MONTHS[found[1]], month)
    if found := _MONTH_NUMBER_YEAR.fullmatch(text):
        return _day_of_month(int(found[2]), int(found[1]), month)
    raise ValueError(text)


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _day_of_month(year: int, month: int, which: Month) -> dt.date:
    first = dt.date(year, month, 1)
    return first if which == "first" else first.replace(day=calendar.monthrange(year, month)[1])


def days(values: pd.Series, column: str, where: str, *, month: Month | None = None) -> pd.Series:
    """Printed days as ``datetime64[us]``; raises FormatError that names the rows which are not days."""
    read = _mapped(values, _or_unreadable(lambda value: one_day(value, month)))
    wanted = "a month or a day" if month else "a day"
    _refuse(values, read, column, where, f"not {wanted}. Write it as YYYY-MM-DD, or empty the cell")
    return pd.Series(pd.to_datetime(read, errors="coerce"), index=values.index).astype("datetime64[us]")


def day_in(text: str) -> dt.date | None:
    """The day that a title or sheet name speaks of ("Situation actualisée au 28 février 2023"), if just one.

    Examples
    --------
    >>> from sahelgeo.readers.printed import day_in
    >>> str(day_in("Situation actualisée au 28 février 2023"))
    '2023-02-28'
    """
    folded = _without_accents(text.casefold())
    patterns = (
        r"\d{1,2}(?:er)? [a-z]+\.? \d{4}",
        r"\d{4}-\d{2}-\d{2}",
        r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}",
    )
    found = {day for pattern in patterns for piece in re.findall(pattern, folded) if (day := _day_or_none(piece))}
    for digits in re.findall(r"(?<!\d)\d{8}(?!\d)", folded):
        day = _day_or_none(f"{digits[:2]}/{digits[2:4]}/{digits[4:]}") or _day_or_none(digits)
        if day is not None:
            found.add(day)
    return found.pop() if len(found) == 1 else None


def _day_or_none(text: str) -> dt.date | None:
    try:
        day = one_day(text)
    except (ValueError, OverflowError):
        return None
    return day if day is not None and 1900 <= day.year <= 2100 else None


_UNREADABLE = object()


def _or_unreadable(read: Callable[[object], Any]) -> Callable[[object], Any]:
    def attempt(value: object) -> Any:
        try:
            return read(value)
        except (ValueError, OverflowError):
            return _UNREADABLE

    return attempt


def _mapped(values: pd.Series, read: Callable[[object], Any]) -> pd.Series:
    """Each value read once, however often it stands."""
    plain = values.astype(object)
    try:
        codes, distinct = pd.factorize(plain, use_na_sentinel=False)
    except TypeError:  # lists and dictionaries from JSON cannot be hashed
        return pd.Series([read(value) for value in plain], index=values.index, dtype=object)
    answers = np.empty(len(distinct), dtype=object)
    for position, value in enumerate(distinct):
        answers[position] = read(value)
    return pd.Series(answers[codes] if len(answers) else [], index=values.index, dtype=object)


def _refuse(values: pd.Series, read: pd.Series, column: str, where: str, rule: str) -> None:
    bad = read.map(lambda value: value is _UNREADABLE).astype(bool)
    if bad.any():
        rows, shown = list(values.index[bad]), [repr(text_of(value)) for value in values[bad][:SHOWN_AT_MOST]]
        raise FormatError(
            f"{where}, column {column!r}, row{'s' if len(rows) > 1 else ''} {listed(rows, SHOWN_AT_MOST)} "
            f"({', '.join(shown)}): {rule}"
        )
