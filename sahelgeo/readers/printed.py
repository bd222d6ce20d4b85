"""Text as publishers print it: headings and names, codes, words for "missing", countries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sahelgeo.embedded import read_rows
from sahelgeo.places.known import country_of, iso2_codes
from sahelgeo.words import missing_words

# What a spreadsheet writes where a formula could not be computed: there was to be a number.
FAILED_FORMULAS = ("#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!")
MISSING_NUMBERS = missing_words("number")
MISSING_TEXT = missing_words("text")
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009\u2007\u2002-\u200a\u205f\u3000\ufeff\u200b]+")
_ARROW_SPACES = r"[\s\x{00a0}\x{2002}-\x{200b}\x{202f}\x{205f}\x{3000}\x{feff}]+"
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
MONTHS = {word: month for month, words in _MONTH_WORDS.items() for word in words.split()}


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
    if isinstance(values.dtype, pd.StringDtype):
        return _arrow_texts(values, sorted(words))

    def read(value: object) -> str | None:
        text = text_of(value)
        return None if text.casefold() in words else text

    return _mapped(values, read).astype("string")


_CODE = re.compile(r"pcod|code|iso\d?$|^iso|gid|parent|^(origin|destination|unit|event|id|fnid)$")


def is_code(heading: str) -> bool:
    """Whether a heading says that its column holds codes: those are text, whatever the file holds.

    Examples
    --------
    >>> from sahelgeo.readers.printed import is_code
    >>> [is_code(heading) for heading in ("ADM1_PCODE", "admin2Pcod", "parent", "ISO3", "people")]
    [True, True, True, True, False]
    """
    return _CODE.search(fold(heading)) is not None


def codes(text: pd.Series) -> pd.Series:
    """Texts of codes without the point that a program puts behind a code of digits: 854001.0 is 854001."""
    return text.str.replace(r"^(\d+)\.0+$", r"\1", regex=True)


def text_column(frame: pd.DataFrame, name: str, *, missing: Iterable[str] = ()) -> pd.Series:
    """A column as text; all missing where the frame has no such column."""
    if name in frame:
        return texts(frame[name], missing=missing)
    return pd.Series(pd.NA, index=frame.index, dtype="string")


def _arrow_texts(values: pd.Series, words: list[str]) -> pd.Series:
    """The same for a column of a text file, without a step of Python for each cell."""
    plain = pc.replace_substring_regex(pa.chunked_array([pa.array(values, pa.large_string())]), _ARROW_SPACES, " ")
    plain = pc.utf8_trim_whitespace(plain)
    known = pc.is_in(pc.utf8_lower(plain), value_set=pa.array(words, pa.large_string()))
    kept = pc.if_else(known, pa.scalar(None, pa.large_string()), plain)
    return pd.Series(pd.array(kept.to_pandas(), dtype="string"), index=values.index)


def squeezed(text: str) -> str:
    """A text with every run of spaces, of whatever width, as one plain space, and none at its ends."""
    return _SPACES.sub(" ", text).strip()


def without_accents(text: str) -> str:
    """A text without its accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


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


def iso3_of(values: pd.Series) -> pd.Series:
    """The ISO 3166-1 code (three letters) of each name or ISO code; missing where it is none of these.

    UNHCR's own codes are not read here: its NIG is Nigeria and its NGR is Niger (see :func:`iso3_of_unhcr`).
    """
    known = {value: country_of(value) for value in values.dropna().unique() if isinstance(value, str) and value.strip()}
    return _looked_up(values, known)


def _looked_up(values: pd.Series, known: Mapping[str, str | None]) -> pd.Series:
    """What is known of each distinct text."""
    distinct = {value: known.get(value) for value in values.dropna().unique() if isinstance(value, str)}
    return values.astype("string").map(distinct).astype("string")


@lru_cache(maxsize=1)
def _unhcr_codes() -> dict[str, str]:
    return {row["unhcr"]: row["iso3"] for row in read_rows("unhcr_codes.csv")}


def iso3_of_unhcr(values: pd.Series) -> pd.Series:
    """The ISO code of each of UNHCR's three-letter codes; missing where it is not one that is known."""
    return _looked_up(values, _unhcr_codes())


def country_pcodes(iso3: pd.Series) -> pd.Series:
    """The level-0 p-code (two letters) of each ISO code of three letters."""
    return _looked_up(iso3, iso2_codes())
