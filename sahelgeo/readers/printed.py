"""Text as publishers print it: headings and names, codes, words for "missing", countries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sahelgeo.embedded import read_rows
from sahelgeo.places.names import country_of, iso2_codes
from sahelgeo.words import PRINTED_WORDS, missing_words, without_accents

# What a spreadsheet writes where a formula could not be computed: there was to be a number.
FAILED_FORMULAS = ("#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!")
MISSING_NUMBERS = missing_words("number")
MISSING_TEXT = missing_words("text")
_ARROW_SPACES = r"[\s\x{00a0}\x{2002}-\x{200b}\x{202f}\x{205f}\x{3000}\x{feff}]+"
MONTHS, WEEKDAYS = (
    {word: int(number) for number, words in PRINTED_WORDS[name].items() for word in words}
    for name in ("months", "weekdays")
)


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """A heading or name without case, accents and punctuation, for comparison only.

    Examples
    --------
    >>> from sahelgeo.readers.printed import fold
    >>> fold("Total No# of IDPs  HH."), fold("Départements")
    ('total no of idps hh', 'departements')
    """
    letters = without_accents(text.casefold())
    # '#' and '+' stay at the start of words: they tell an HXL tag from a heading.
    tag = "#" if letters.lstrip().startswith("#") else ""
    return tag + " ".join(re.findall(r"[^\W_]+", letters))


def text_of(value: object) -> str:
    """A cell as text: whole floats without their point, missing as nothing, spaces made plain."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return " ".join(str(value).replace("\ufeff", " ").replace("\u200b", " ").split())


def distinct(values: pd.Series) -> tuple[Any, Any]:
    """A code for each cell, and the distinct cells: each is read once, however often it stands."""
    plain = values if isinstance(values.dtype, pd.ArrowDtype | pd.StringDtype) else values.astype(object)
    # True equals 1 and would be taken for it; lists and dictionaries from JSON cannot be hashed.
    unlike = (bool, np.bool_, list, dict, np.ndarray)
    if plain.dtype != object or not any(issubclass(kind, unlike) for kind in set(map(type, plain.to_numpy()))):
        return pd.factorize(plain, use_na_sentinel=False)
    return np.arange(len(plain)), plain.to_numpy(dtype=object)


def mapped(values: pd.Series, read: Callable[[Any], Any], dtype: Any = "string") -> pd.Series:
    """What is read of each cell."""
    places, cells = distinct(values)
    return _spread(pd.array([read(cell) for cell in cells], dtype=dtype), places, values.index)


def _spread(read: Any, places: Any, index: pd.Index) -> pd.Series:
    """What was read of each distinct cell at every place of it; where none stands twice that is the column."""
    return pd.Series(read if len(read) == len(places) else read.take(places), index=index)


def texts(values: pd.Series, *, missing: Iterable[str] = (), as_codes: bool = False) -> pd.Series:
    """Cells as text (``string``) or as codes, with the publisher's words for missing as missing."""
    words = pa.array(sorted(MISSING_TEXT | {word.casefold() for word in missing}), pa.large_string())
    places, cells = distinct(values)
    printed = cells if isinstance(values.dtype, pd.StringDtype) else [text_of(cell) for cell in cells]
    plain = pc.replace_substring_regex(pa.array(printed, pa.large_string()), _ARROW_SPACES, " ")
    plain = pc.utf8_trim_whitespace(plain)
    kept = pc.if_else(pc.is_in(pc.utf8_lower(plain), value_set=words), pa.scalar(None, pa.large_string()), plain)
    read = pd.Series(pd.array(kept.to_pandas(), dtype="string"))
    return _spread((codes(read) if as_codes else read).array, places, values.index)


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


def plain_digits(text: str) -> str:
    """A text with the digits and marks of other scripts as those of ASCII; a raised 2 is a footnote and stays."""
    if text.isascii():
        return text
    letters = (chr(ord(letter) - 0xFEE0) if "！" <= letter <= "～" else letter for letter in text)
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in letters)


def iso3_of(values: pd.Series) -> pd.Series:
    """The ISO 3166-1 code (three letters) of each name or ISO code; missing where it is none of these.

    UNHCR's own codes are not read here: its NIG is Nigeria and its NGR is Niger (see :func:`iso3_of_unhcr`).
    """
    return mapped(values, lambda cell: country_of(cell) if isinstance(cell, str) and cell.strip() else None)


@lru_cache(maxsize=1)
def _unhcr_codes() -> dict[str, str]:
    return {row["unhcr"]: row["iso3"] for row in read_rows("unhcr_codes.csv")}


def iso3_of_unhcr(values: pd.Series) -> pd.Series:
    """The ISO code of each of UNHCR's three-letter codes; missing where it is not one that is known."""
    return mapped(values, lambda cell: _unhcr_codes().get(cell) if isinstance(cell, str) else None)


def country_pcodes(iso3: pd.Series) -> pd.Series:
    """The level-0 p-code (two letters) of each ISO code of three letters."""
    return mapped(iso3, lambda cell: iso2_codes().get(cell) if isinstance(cell, str) else None)
