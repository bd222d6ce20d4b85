"""The words that reach readers, in English and French, and how numbers and days are written in each."""

from __future__ import annotations

import csv
import datetime as dt
from functools import lru_cache
from importlib.resources import files

import pandas as pd

from sahelgeo.errors import SahelgeoError

LANGUAGES = ("en", "fr")
_MONTHS = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
}
NARROW_SPACE = "\u202f"
MISSING = "–"


class LanguageError(SahelgeoError, ValueError):
    """A language that sahelgeo has no words in."""


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    text = files("sahelgeo.data").joinpath("words.csv").read_text(encoding="utf-8")
    return {row["key"]: row for row in csv.DictReader(text.splitlines())}


def check_language(lang: str) -> str:
    """Return ``lang`` if there are words in it, else raise."""
    if lang not in LANGUAGES:
        raise LanguageError(f"there are no words in {lang!r}. Choose one of: {', '.join(LANGUAGES)}")
    return lang


def word(key: str, lang: str = "en") -> str:
    """The word or sentence called ``key`` in a language."""
    return _table()[key][check_language(lang)]


def all_words(lang: str) -> dict[str, str]:
    """Every word and sentence of a language by its key."""
    check_language(lang)
    return {key: row[lang] for key, row in _table().items()}


def write_number(value: float, lang: str = "en", decimals: int = 0) -> str:
    """A number with the separators of the language; missing is a dash.

    Examples
    --------
    >>> from sahelgeo.words import write_number
    >>> write_number(1034609)
    '1,034,609'
    >>> write_number(19.4, "fr", decimals=1)
    '19,4'
    """
    if pd.isna(value):
        return MISSING
    text = f"{value:,.{decimals}f}"
    if lang == "fr":
        return text.replace(",", NARROW_SPACE).replace(".", ",")
    return text


def write_day(day: dt.date, lang: str = "en") -> str:
    """A day in words.

    Examples
    --------
    >>> import datetime
    >>> from sahelgeo.words import write_day
    >>> write_day(datetime.date(2020, 9, 6), "fr")
    '6 septembre 2020'
    """
    number = "1er" if lang == "fr" and day.day == 1 else str(day.day)
    return f"{number} {_MONTHS[check_language(lang)][day.month - 1]} {day.year}"


def write_period(start: dt.date, end: dt.date, lang: str = "en") -> str:
    """A period in words: whole months as months, else as two days.

    Examples
    --------
    >>> import datetime
    >>> from sahelgeo.words import write_period
    >>> write_period(datetime.date(2020, 3, 1), datetime.date(2020, 5, 31))
    'March–May 2020'
    """
    whole = start.day == 1 and (end + dt.timedelta(days=1)).day == 1
    if not whole:
        if start == end:
            return write_day(start, lang)
        return f"{write_day(start, lang)} – {write_day(end, lang)}"
    months = _MONTHS[check_language(lang)]
    first, last = months[start.month - 1], months[end.month - 1]
    if start.year != end.year:
        return f"{first} {start.year} – {last} {end.year}"
    return f"{last} {end.year}" if first == last else f"{first}–{last} {end.year}"
