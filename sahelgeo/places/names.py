"""Reduce a printed place name to what tells it from other names.

Two printings of one name give one key: accents, case, hyphens, apostrophes, articles and words like "Région de" fold away, and
English directions become French. Words that tell areas apart are kept: "Ville de Tahoua" is not "Tahoua", and "Centre-Nord" is not
"Centre". The word for the kind of area ("région", "cercle") is taken off the key and returned beside it, since it says the level.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import repeat
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# Cells that say "nothing here". They are never names; the French and English ones are those of CONASUR, DTM, HDX and GADM.
NOT_NAMES = frozenset(
    (
        "",
        "-",
        "--",
        "n/a",
        "na",
        "nan",
        "nat",
        "nd",
        "nd*",
        "none",
        "null",
        "<null>",
        "<na>",
        "not available",
        "unknown",
        "inconnu",
        "xxx",
    )
)

_LETTERS = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ß": "ss",
        "ł": "l",
        "đ": "d",
        "ɓ": "b",
        "ɗ": "d",
        "ƙ": "k",
        "ƴ": "y",
        "ŋ": "n",
        "ɲ": "ny",
        "ı": "i",
    }
    | dict.fromkeys("’‘`´ʼʻʿʾ′", "'")
)
_DIRECTIONS = {
    "north": "nord", "northern": "nord", "south": "sud", "southern": "sud", "east": "est", "eastern": "est",
    "west": "ouest", "western": "ouest", "central": "centre", "center": "centre",
    "nord": "nord", "sud": "sud", "est": "est", "ouest": "ouest", "centre": "centre",
    "oriental": "oriental", "orientale": "oriental", "occidental": "occidental", "occidentale": "occidental",
    "northeast": "nordest", "northwest": "nordouest", "southeast": "sudest", "southwest": "sudouest",
}  # fmt: skip
_ARTICLES = frozenset(
    ("le", "la", "les", "l", "de", "du", "des", "d", "el", "al", "ech", "esh", "et", "and", "the", "of")
)
_TOWN = frozenset(("ville", "city", "town"))
_SAINTS = {"st": "saint", "ste": "sainte"}
_BRACKETED_ARTICLE = re.compile(r"\((?:le|la|les|the)\)")
_COMBINING = dict.fromkeys(range(0x300, 0x370))
_SEPARATORS = {number: " " for number in range(0x3000) if number != ord("'") and not chr(number).isalnum()}
_OF = r"(?:\s+(?:de\s+l'|d'|l')\s*|\s+(?:(?:de\s+la|du|des|de|of\s+the|of)\s+)?)"
# Words for kinds of areas cut short; the full stop is what tells "Com. Say" from a name that begins so.
_SHORTENED = {"reg": "region", "prov": "province", "dep": "departement", "dept": "departement", "dpt": "departement",
              "pref": "prefecture", "distr": "district", "com": "commune", "arr": "arrondissement"}  # fmt: skip
_SHORTENED_FIRST = re.compile(rf"^({'|'.join(_SHORTENED)})\.\s*(?=\S)")
_BRACKETED_LAST = re.compile(r"^(.*\S)\s*\(([^()]+)\)$")
_URBAN_COMMUNITIES = (("communaute", "urbaine"), ("c", "u"), ("cu",))
_URBAN_COMMUNITY = re.compile(r"^(?:la\s+)?(?:cu|c\.u\.|communaute urbaine)\s+")


class Name(NamedTuple):
    """What a printed name comes down to.

    ``key`` is the folded name, ``marks`` the directions and numbers in it (two names whose marks differ are never near each
    other, however alike their letters), ``word`` the kind of area it was printed with ("region"), if any.
    """

    key: str
    marks: tuple[str, ...]
    word: str | None


_NO_NAME = Name("", (), None)


@lru_cache(maxsize=1)
def level_words() -> dict[str, dict[str, int]]:
    """The words for kinds of areas: for each word the level by country, ``""`` standing for every other country."""
    text = files("sahelgeo.data").joinpath("level_words.csv").read_text(encoding="utf-8")
    words: dict[str, dict[str, int]] = {}
    for row in csv.DictReader(text.splitlines()):
        levels = words.setdefault(row["word"], {})
        if row["level"]:
            levels[row["iso3"]] = int(row["level"])
    return words


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = "|".join(sorted((re.escape(word) for word in level_words()), key=len, reverse=True))
    before = re.compile(rf"^(?:la\s+|le\s+|l'\s*)?({words})\.?{_OF}(?=\S)")
    return before, re.compile(rf"(?<=\S)[\s_-]+({words})\.?$")


def fold_name(text: str) -> Name:
    """The key, marks and kind of a printed name.

    Parameters
    ----------
    text : str
        A name as printed.

    Returns
    -------
    Name
        An empty key where the text is no name ("-", "ND", "Not available").

    Examples
    --------
    >>> from sahelgeo.places.names import fold_name
    >>> fold_name("Région de l'Est"), fold_name("BOUCLE-DU-MOUHOUN").key
    (Name(key='est', marks=('est',), word='region'), 'bouclemouhoun')
    >>> fold_name("Tahoua Ville") == fold_name("Ville de Tahoua"), fold_name("Centre-North").key
    (True, 'centrenord')
    """
    plain = _letters(text)
    if plain in NOT_NAMES:
        return _NO_NAME
    if "." in plain or plain.endswith(")"):
        plain = _written_out(plain)
    tokens = plain.translate(_SEPARATORS).split()
    # Most names have none of the words that need care, and cost a look into one set.
    if "'" in plain or "(" in plain:
        return _fold_with_care(plain)
    if not _of_levels().isdisjoint(tokens):
        return _assemble(*_without_level_word(tokens))
    if _careful().isdisjoint(tokens):
        return Name("".join(tokens), _numbers(tokens), None)
    return _assemble(tokens, None)


def _written_out(plain: str) -> str:
    """The words for the kind of area in full and without brackets: "Prov. Soum", "Kayes (région)", "Niamey (CU)"."""
    plain = _SHORTENED_FIRST.sub(lambda found: f"{_SHORTENED[found[1]]} ", plain)
    bracketed = _BRACKETED_LAST.match(plain)
    if bracketed and (bracketed[2] in level_words() or bracketed[2] in ("cu", "c.u.", "communaute urbaine")):
        return f"{bracketed[2]} {bracketed[1]}"
    return plain


def _fold_with_care(plain: str) -> Name:
    word = None
    if not plain.isalpha():
        plain = _URBAN_COMMUNITY.sub("ville ", plain)
        before, after = _patterns()
        found = before.match(plain)
        if found:
            word, plain = found[1], plain[found.end() :]
        else:
            found = after.search(plain)
            if found:
                word, plain = found[1], plain[: found.start()]
        if "(" in plain:
            plain = _BRACKETED_ARTICLE.sub(" ", plain)
    return _assemble(plain.replace("'", "").translate(_SEPARATORS).split(), word)


def fold_names(texts: Sequence[str]) -> list[Name]:
    """:func:`fold_name` for many names: plain ones in columns, those that need care one by one."""
    printed = pa.array(texts, pa.string())
    lower = pc.ascii_trim_whitespace(pc.ascii_lower(printed))
    words = pc.replace_substring_regex(lower, r"[^a-z0-9'(]+", " ")
    needs_care = pc.or_(
        pc.invert(pc.string_is_ascii(printed)),
        pc.or_(pc.is_in(lower, pa.array(sorted(NOT_NAMES))), pc.match_substring_regex(words, _careful_pattern())),
    )
    keys = pc.replace_substring(words, " ", "").to_pylist()
    names = list(map(Name, keys, repeat(()), repeat(None)))
    for number in np.flatnonzero(needs_care.to_numpy(zero_copy_only=False)).tolist():
        names[number] = fold_name(texts[number])
    return names


@lru_cache(maxsize=1)
def _careful_pattern() -> str:
    words = "|".join(sorted(_careful()))
    return rf"['(]|\b(?:{words}|\d+)\b"


@lru_cache(maxsize=1)
def _careful() -> frozenset[str]:
    """The words of a name that are dropped, changed or marked."""
    return frozenset(_ARTICLES | _TOWN | _of_levels() | set(_DIRECTIONS) | set(_SAINTS) | set(_SHORTENED))


def _without_level_word(tokens: list[str]) -> tuple[list[str], str | None]:
    """The tokens without the word for the kind of area that they begin or end with, and that word."""
    first = 1 if tokens[0] in ("la", "le") else 0
    for urban in _URBAN_COMMUNITIES:
        if tuple(tokens[first : first + len(urban)]) == urban and len(tokens) > first + len(urban):
            return ["ville", *tokens[first + len(urban) :]], None
    for size in (2, 1):
        word = _spaced_level_words().get(" ".join(tokens[first : first + size]))
        if word is not None and len(tokens) > first + size:
            return tokens[first + size :], word
    for size in (2, 1):
        word = _spaced_level_words().get(" ".join(tokens[-size:]))
        if word is not None and len(tokens) > size:
            return tokens[:-size], word
    return tokens, None


@lru_cache(maxsize=1)
def _spaced_level_words() -> dict[str, str]:
    return {word.replace("-", " "): word for word in level_words()}


@lru_cache(maxsize=1)
def _of_levels() -> frozenset[str]:
    """The words that kinds of areas are called by, the urban community among them."""
    return frozenset({part for word in level_words() for part in re.split(r"\W", word)} | {"cu", "communaute", "c"})


def _letters(text: str) -> str:
    plain = text.strip().lower()
    if plain.isascii():
        return plain
    if "ã" in plain or "â" in plain:
        plain = undo_double_encoding(text).strip().lower()
    plain = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
    return plain.translate(_COMBINING).strip()


def undo_double_encoding(text: str) -> str:
    """Text that was written in UTF-8 and read as Latin-1, put right; other text as it is."""
    if text.isascii():
        return text
    # "BalÃ©" is "Balé" written in UTF-8 and read as Latin-1: shapefiles without a .cpg file come so.
    try:
        return text.encode("cp1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _assemble(tokens: list[str], word: str | None) -> Name:
    if len(tokens) == 1 and tokens[0] not in _DIRECTIONS:
        return Name(tokens[0], _numbers(tokens), word)
    kept = [_SAINTS.get(token, _DIRECTIONS.get(token, token)) for token in tokens if token not in _ARTICLES]
    if len(kept) > 1 and not _TOWN.isdisjoint(kept):
        kept = ["ville", *(token for token in kept if token not in _TOWN)]
    kept = kept or tokens
    marks = sorted({token for token in kept if token in _DIRECTIONS or token in _TOWN} | set(_numbers(kept)))
    return Name("".join(kept), tuple(marks), word)


def _numbers(tokens: list[str]) -> tuple[str, ...]:
    return tuple([token for token in tokens if token.isdigit()])


_SOUNDS = re.compile(r"tch|ch|sh|sch|ph|gh|kh|th|dj|qu|gu(?=[eiy])|ck|c(?=[eiy])|x|[cqzhaeiouyw]")
_AS_HEARD = {"tch": "C", "ch": "C", "sh": "C", "sch": "C", "ph": "f", "gh": "g", "kh": "k", "th": "t", "dj": "j",
             "qu": "k", "gu": "g", "ck": "k", "x": "ks", "q": "k", "z": "s"}  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")


def sound_key(key: str) -> str:
    """The consonants of a folded name as French writes their sounds: Djigueni and Djiguenni agree, Charghi and Gharbi do not.

    It is coarse, so it decides only among the areas of one parent, and only together with a likeness of the letters.
    """
    heard = _SOUNDS.sub(_sound, key)
    vowel_first = "A" if key[:1] in ("a", "e", "i", "o", "u", "y") else ""
    return vowel_first + _DOUBLED.sub(r"\1", heard)


def _sound(found: re.Match[str]) -> str:
    text = found[0]
    if text == "c":
        after = found.string[found.end() : found.end() + 1]
        return "s" if after in ("e", "i", "y") and after else "k"
    return _AS_HEARD.get(text, "")
