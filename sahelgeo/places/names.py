"""Reduce a printed place name to what tells it from other names.

Two printings of one name give one key: accents, case, hyphens, apostrophes, articles and words like "Région de" fold
away, English directions become French and Roman numbers Arabic. Words that tell areas apart are kept: "Ville de
Tahoua" is not "Tahoua", and "Centre-Nord" is not "Centre". The word for the kind of area ("région", "cercle") is taken
off the key and returned beside it, since it says the level. What must be equal before two names may be near each other
is noted as marks::

    "Région du Centre-Nord"   key "centrenord"   marks ("centre", "nord")   word "region"
    "Niamey II", "Niamey 2"   key "niamey2"      marks ("2",)
    "Maradi hors ville"                          marks ("hors", "ville")
    "Centre-"                 key "centre…"      marks ("centre", "…")      a name that was cut off is the name of
    nothing

Here too is what is known about places beforehand: countries, embedded p-codes, other names of areas, codes of other
systems.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sahelgeo.embedded import read_rows
from sahelgeo.errors import PcodesNotEmbeddedError
from sahelgeo.words import missing_words

_LETTERS = str.maketrans("øłđɓɗƙƴŋı’‘`´ʼʻʿʾ′‛ꞌ", "oldbdkyni" + 11 * "'") | {
    ord(letter): letters for letter, letters in {"œ": "oe", "æ": "ae", "ß": "ss", "ɲ": "ny"}.items()
}
_DIRECTIONS = {
    "north": "nord", "northern": "nord", "south": "sud", "southern": "sud", "east": "est", "eastern": "est",
    "west": "ouest", "western": "ouest", "central": "centre", "center": "centre",
    "nord": "nord", "sud": "sud", "est": "est", "ouest": "ouest", "centre": "centre",
    "oriental": "oriental", "orientale": "oriental", "occidental": "occidental", "occidentale": "occidental",
    "northeast": "nordest", "northwest": "nordouest", "southeast": "sudest", "southwest": "sudouest",
}  # fmt: skip
_ARTICLES = frozenset(
    ["le", "la", "les", "l", "de", "du", "des", "d", "el", "al", "ech", "esh", "et", "and", "the", "of"]
)
_TOWN = frozenset(("ville", "city", "town"))
# "Tahoua hors ville", "Tahoua rural": the country around a town, which is not the town.
_OUTSIDE = frozenset(("hors", "rural", "rurale", "ruraux", "outside", "excluding", "excl", "except", "without", "sauf",
                      "peripherie", "periurbain"))  # fmt: skip
_SAINTS = {"st": "saint", "ste": "sainte"}
_COMPASS = frozenset(["ne", "no", "nw", "se", "so", "sw"])
_ROMAN = re.compile(r"(x{0,3})(ix|iv|v?i{0,3})((?<=..)(?:e|er|eme))?")
_NUMBER_BEGINS = frozenset("0123456789ivx")
_NUMBER = re.compile(r"(\d+)(?:er|ere|e|eme|st|nd|rd|th)?")
_ELIDED = re.compile(r"(?:^l|(?<=[\s-])[ld])'(?=\w)")
_BRACKETED_ARTICLE = re.compile(r"\((?:le|la|les|the)\)")
# A name that ends in a hyphen, an article or within brackets, or begins with a hyphen, is a piece of one.
_CUT_OFF = re.compile(
    r".*(?:[-‐–—_/&(]|\.\.|\b\w')|[^,]*[\s-](?:du|de|des|d|l|el|al|ech|esh|et|and)|[-‐–—]\w.*|[^()]*\([^()]*", re.DOTALL
)
CUT_OFF = "…"
_COMBINING = dict.fromkeys(range(0x300, 0x370))
_SEPARATORS = {number: " " for number in range(0x3000) if not chr(number).isalnum()}
# Words for kinds of areas cut short; the full stop is what tells "Com. Say" from a name that begins so.
_SHORTENED = {"reg": "region", "prov": "province", "dep": "departement", "dept": "departement", "dpt": "departement",
              "pref": "prefecture", "distr": "district", "com": "commune", "arr": "arrondissement"}  # fmt: skip
_SHORTENED_FIRST = re.compile(rf"^({'|'.join(_SHORTENED)})\.\s*(?=\S)")
_BRACKETED_LAST = re.compile(r"(.*\S)\s*\(([^()]+)\)\s*", re.DOTALL)
_URBAN_COMMUNITIES = (("communaute", "urbaine"), ("c", "u"), ("cu",))


class Name(NamedTuple):
    """What a printed name comes down to.

    ``key`` is the folded name, ``marks`` the directions, numbers and the like in it (two names whose marks differ are
    never near each other, however alike their letters), ``word`` the kind of area it was printed with ("region"), if
    any.
    """

    key: str
    marks: tuple[str, ...]
    word: str | None


NO_NAME = Name("", (), None)


@lru_cache(maxsize=1)
def level_words() -> dict[str, dict[str, int]]:
    """The words for kinds of areas: for each word the level by country, ``""`` standing for every other country."""
    words: dict[str, dict[str, int]] = {}
    for row in read_rows("level_words.csv"):
        levels = words.setdefault(row["word"], {})
        if row["level"]:
            levels[row["iso3"]] = int(row["level"])
    return words


def fold_name(text: str) -> Name:
    """The key, marks and kind of a printed name.

    Parameters
    ----------
    text : str
        A name as printed.

    Returns
    -------
    Name
        An empty key where the text is no name ("-", "ND", "Not available"); a key that no whole name has where it was
        cut off.

    Examples
    --------
    >>> from sahelgeo.places.names import fold_name
    >>> fold_name("Région de l'Est"), fold_name("BOUCLE-DU-MOUHOUN").key
    (Name(key='est', marks=('est',), word='region'), 'bouclemouhoun')
    >>> fold_name("Tahoua Ville") == fold_name("Ville de Tahoua"), fold_name("Centre-North").key
    (True, 'centrenord')
    """
    plain = _letters(text)
    if plain in missing_words("name"):
        return NO_NAME
    # Most names have none of the words that need care, and cost a look into one set.
    if plain.isalpha() and plain not in _careful():
        return Name(plain, (), None)
    marks = [CUT_OFF] if _CUT_OFF.fullmatch(plain) else []
    plain = _BRACKETED_ARTICLE.sub(" ", _written_out(plain))
    marks += ["("] if "(" in plain else []
    tokens = _ELIDED.sub(" ", plain).replace("'", "").translate(_SEPARATORS).split()
    tokens, word = _without_level_word(tokens) if not _of_levels().isdisjoint(tokens) else (tokens, None)
    return _assemble(tokens, word, marks)


def fold_names(texts: Sequence[str]) -> list[Name]:
    """:func:`fold_name` for many names: plain ones in columns, those that need care one by one."""
    printed = pa.array(texts, pa.string())
    lower = pc.ascii_trim_whitespace(pc.ascii_lower(printed))
    words = pc.replace_substring_regex(lower, r"[^a-z0-9'(]+", " ")
    needs_care = pc.or_(
        pc.or_(pc.invert(pc.string_is_ascii(printed)), pc.is_in(lower, pa.array(sorted(missing_words("name"))))),
        pc.or_(pc.match_substring_regex(words, _careful_pattern()), pc.match_substring_regex(lower, r"^-|[-_/&.]$")),
    )
    keys = pc.replace_substring(words, " ", "").to_pylist()
    names = list(map(Name, keys, repeat(()), repeat(None)))
    for number in np.flatnonzero(needs_care.to_numpy(zero_copy_only=False)).tolist():
        names[number] = fold_name(texts[number])
    return names


def name_and_brackets(text: str) -> tuple[str, str] | None:
    """A name and what is printed in brackets behind it: "Boussouma (Boulgou)"."""
    found = _BRACKETED_LAST.fullmatch(text)
    return (found[1], found[2]) if found else None


def undo_double_encoding(text: str) -> str:
    """Text that was written in UTF-8 and read as Latin-1, put right; other text as it is."""
    if text.isascii():
        return text
    # "BalÃ©" is "Balé" written in UTF-8 and read as Latin-1: shapefiles without a .cpg file come so.
    try:
        return text.encode("cp1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


@lru_cache(maxsize=1)
def _careful_pattern() -> str:
    return rf"['(\d]|\b(?:{'|'.join(sorted(_careful()))}|[ivx]+|[a-z])\b"


@lru_cache(maxsize=1)
def _careful() -> frozenset[str]:
    """The words of a name that are dropped, changed or marked."""
    return _ARTICLES | _TOWN | _OUTSIDE | _COMPASS | _of_levels() | set(_DIRECTIONS) | set(_SAINTS) | set(_SHORTENED)


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


def _written_out(plain: str) -> str:
    """The words for the kind of area in full and without brackets: "Prov. Soum", "Kayes (région)", "Niamey (CU)"."""
    plain = _SHORTENED_FIRST.sub(lambda found: f"{_SHORTENED[found[1]]} ", plain)
    parts = name_and_brackets(plain)
    if parts and (parts[1] in level_words() or parts[1] in ("cu", "c.u.", "communaute urbaine")):
        return f"{parts[1]} {parts[0]}"
    return plain


def _without_level_word(tokens: list[str]) -> tuple[list[str], str | None]:
    """The tokens without the word for the kind of area that they begin or end with, and that word."""
    first = 1 if tokens[0] in ("la", "le") else 0
    for urban in _URBAN_COMMUNITIES:
        if tuple(tokens[first : first + len(urban)]) == urban and len(tokens) > first + len(urban):
            return ["ville", *tokens[first + len(urban) :]], None
    last = len(tokens)
    for start, stop in ((first, first + 2), (first, first + 1), (last - 2, last), (last - 1, last)):
        word = _spaced_level_words().get(" ".join(tokens[max(start, 0) : stop]))
        kept = tokens[stop:] if start == first else tokens[:start]
        if word is not None and kept:
            return kept, word
    return tokens, None


def _assemble(tokens: list[str], word: str | None, marks: list[str]) -> Name:
    kept = [_DIRECTIONS.get(token, token) for token in tokens]
    if len(tokens) > 1 or word is not None:
        kept = [_SAINTS.get(token, _number(token)) for token in kept if token not in _ARTICLES] or kept
    if len(kept) > 1 and not _TOWN.isdisjoint(kept):
        kept = ["ville", *(token for token in kept if token not in _TOWN)]
    marked = {token for token in kept if _is_mark(token)} if len(kept) > 1 else set(kept) & set(_DIRECTIONS)
    numbers = [number for token in kept if not token.isalpha() for number in re.findall(r"\d+", token)]
    outside = [] if _OUTSIDE.isdisjoint(kept) else ["hors"]
    key = "".join(kept) + (CUT_OFF if CUT_OFF in marks else "")
    return Name(key, tuple(sorted({*marks, *marked, *numbers, *outside})), word)


def _is_mark(token: str) -> bool:
    """Whether a token is a direction, a town or a letter that stands for something ("Centre-E")."""
    return token in _DIRECTIONS or token in _TOWN or token in _COMPASS or (len(token) == 1 and token.isalpha())


def _number(token: str) -> str:
    """A number as digits: "II", "IIe", "2e", "02"; another token as it is."""
    if token[0] not in _NUMBER_BEGINS:
        return token
    digits, roman = _NUMBER.fullmatch(token), _ROMAN.fullmatch(token)
    if digits:
        return str(int(digits[1]))
    if not roman:
        return token
    units = {"ix": 9, "iv": 4}.get(roman[2], 5 * roman[2].count("v") + roman[2].count("i"))
    return str(10 * len(roman[1]) + units)


WHOLE = "whole"


class Alias(NamedTuple):
    """Another name of an area, folded, and its kind ("spelling", "old", "whole" of several areas, ...)."""

    name: Name
    kind: str


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """ISO 3166-1 code of three letters by every code (upper case) of a country."""
    return {row[label]: row["iso3"] for row in read_rows("countries.csv") for label in ("iso2", "iso3")}


@lru_cache(maxsize=1)
def iso2_codes() -> dict[str, str]:
    """ISO 3166-1 code of two letters by the code of three."""
    return {row["iso3"]: row["iso2"] for row in read_rows("countries.csv")}


@lru_cache(maxsize=1)
def country_names() -> dict[str, str]:
    """ISO 3166-1 code of three letters by every folded name of a country."""
    named: dict[str, str] = {}
    for row in read_rows("countries.csv"):
        for name in (row["name_en"], row["name_fr"], *row["other_names"].split("|")):
            if name:
                named[fold_name(name).key] = row["iso3"]
    return named


@lru_cache(maxsize=4096)
def country_of_code(code: str) -> str | None:
    """The ISO 3166-1 code (three letters) of the country whose code an area's code begins with, if any."""
    letters = re.match(r"[A-Za-z]+", code)
    return countries().get(letters[0].upper()) if letters else None


def country_of(text: str) -> str | None:
    """The ISO 3166-1 code of a printed country: a code of two or three letters, or a French or English name."""
    plain = text.strip()
    return countries().get(plain.upper()) or country_names().get(fold_name(plain).key)


def country_codes(given: str | Iterable[str]) -> list[str]:
    """The ISO 3166-1 codes of countries that a user names by code or name; what is neither stays as it is."""
    wanted = [given] if isinstance(given, str) else list(given)
    return list(dict.fromkeys((country_of(each) if isinstance(each, str) else None) or each for each in wanted))


@lru_cache(maxsize=1)
def pcode_rows() -> dict[str, dict[str, str]]:
    """The embedded p-code list by p-code."""
    return {row["pcode"]: row for row in read_rows("admin_codes.csv") if row["pcode"]}


@lru_cache(maxsize=1)
def published_code_rows() -> tuple[dict[str, str], ...]:
    """The embedded tables of codes that publishers number on their own."""
    return tuple(read_rows("code_tables.csv"))


@lru_cache(maxsize=1)
def _alias_groups() -> tuple[
    dict[tuple[str, str, str], list[Alias]], dict[tuple[str, str, str], list[Name]], frozenset[str]
]:
    """The other names by country, level and folded name, the way back from them, and the countries that have any."""
    forward: dict[tuple[str, str, str], list[Alias]] = {}
    back: dict[tuple[str, str, str], list[Name]] = {}
    for row in read_rows("aliases.csv"):
        name, alias = fold_name(row["name"]), fold_name(row["alias"])
        forward.setdefault((row["iso3"], row["level"], name.key), []).append(Alias(alias, row["kind"]))
        if row["kind"] != WHOLE:
            back.setdefault((row["iso3"], row["level"], alias.key), []).append(name)
    return forward, back, frozenset(iso3 for iso3, _, _ in forward)


def other_names(iso3: str | None, level: int | None, keys: Iterable[str]) -> list[Alias]:
    """The other names of an area that bears one of the folded names ``keys``.

    Names stand for ground, not for codes: codes are used again for other ground (Mali's ML09), so a name leads to its
    other names whatever the code of the area.
    """
    forward, back, countries_with_any = _alias_groups()
    if iso3 is None or level is None or iso3 not in countries_with_any:
        return []
    own = set(keys)
    official = [name for key in own for name in back.get((iso3, str(level), key), []) if name.key not in own]
    aliases = [
        alias
        for key in own | {name.key for name in official}
        for alias in forward.get((iso3, str(level), key), [])
        if alias.name.key not in own
    ]
    return [*(Alias(name, "official") for name in official), *aliases]


def load_pcodes(countries: str | Iterable[str] | None = None, level: int | None = None) -> pd.DataFrame:
    """The p-codes of Burkina Faso, Mali, Niger, Chad and Mauritania that come with sahelgeo, without geometry.

    Enough for :func:`sahelgeo.match_areas`. The editions are those of OCHA's global list of February 2026: Burkina
    Faso of 2020 (13 regions, 45 provinces), Mali of 2021 (10 and 53), Niger of 2023 (8 and 67), Chad of 2016 (23 and
    70), Mauritania of 2024 (15 and 63).

    Parameters
    ----------
    countries : str or iterable of str, optional
        ISO 3166-1 codes of three letters, or names. The default is all five.
    level : {0, 1, 2}, optional
        One administrative level; the default is all.

    Returns
    -------
    pandas.DataFrame
        One row for each area:

        - ``pcode``, ``parent`` (the p-code one level up), ``iso3`` and ``iso_3166_2``: codes, all text;
        - ``name``, ``name_fr``, ``name_en``: missing where the list lacks them;
        - ``level``, ``valid_from`` and ``source``.

    Raises
    ------
    PcodesNotEmbeddedError
        A country or level that is not in the list.

    See Also
    --------
    match_areas : Which area each printed name or code means.
    load_areas : Embedded boundaries.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sg.load_pcodes("NER", level=1)[["pcode", "name"]].head(2)
       pcode    name
    0  NE001  Agadez
    1  NE002   Diffa
    """
    table = pd.DataFrame(list(pcode_rows().values())).replace("", pd.NA).astype("string").drop(columns="certainty")
    table["level"] = table["level"].astype("Int64")
    table["valid_from"] = pd.to_datetime(table["valid_from"]).astype("datetime64[us]")
    held = sorted(set(table["iso3"]))
    wanted = held if countries is None else country_codes(countries)
    missing = [repr(code) for code in wanted if code not in held]
    if missing or level not in (None, 0, 1, 2):
        raise PcodesNotEmbeddedError(
            f"no embedded p-codes for {', '.join(missing) or f'level {level!r}'}. There are {', '.join(held)} at "
            "levels 0, 1 and 2. Read OCHA's list or your boundaries with read_areas"
        )
    chosen = table[table["iso3"].isin(wanted) & (table["level"].eq(level) if level is not None else True)]
    order = ["pcode", "name", "name_fr", "name_en", "level", "parent", "iso3", "iso_3166_2", "valid_from", "source"]
    return chosen.sort_values(["iso3", "level", "pcode"])[order].reset_index(drop=True)
