"""The words that reach readers, in English and French, and how numbers and days are written in each."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from string import Formatter
from typing import Any

import pandas as pd

from sahelgeo import embedded
from sahelgeo.errors import LanguageError, listed

LANGUAGES = ("en", "fr")
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
NARROW_SPACE = "\u202f"
PRINTED_WORDS = tomllib.loads(embedded.read_text("printed_words.toml"))
MISSING = "–"
_WORDS = re.compile(r"[^\W_]+")
_STRONG = [word for word in PRINTED_WORDS["totals"]["words"] if word not in PRINTED_WORDS["totals"]["weak"]]
_TOTALS = re.compile(rf"\b(?:{'|'.join(_STRONG)})\b")
_BESIDE_TOTALS = frozenset(PRINTED_WORDS["totals"]["beside"].split())


class Language(str):  # numpydoc ignore=PR02
    """A language that sahelgeo does not speak, from a table of its words.

    Wherever a function or a map takes ``lang``, it can be given instead of "en" or "fr".

    Parameters
    ----------
    code : str
        The tag of the language, as in HTML: ``"ha"``, ``"ff"``, ``"ar"``.
    table : pandas.DataFrame or mapping
        The words: columns ``key`` and ``text``, or a mapping from key to text. Start from :meth:`template`. Words that
        are not there, or empty, are those of ``base``.
    base : {"en", "fr"}
        Whose numbers, names of areas and credit lines are taken, and whose words where there are none.
    right_to_left : bool
        Whether text runs from right to left.

    Attributes
    ----------
    base : str
        As given.
    words : dict of str to str
        The words of the table.
    missing : tuple of str
        The keys that the table has no words for.

    Raises
    ------
    LanguageError
        A tag that is none; keys that do not exist; a text that lacks a ``{part}`` which is filled in, or has another.
        All of them at once.

    See Also
    --------
    sahelgeo.maps.Map : Takes it as ``lang``.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> words = {"legend": "Bayani", "total_people": "Jimla: mutane {people}; wurare: {count}"}
    >>> hausa = sg.maps.Language("ha", words, base="fr")
    >>> m = sg.maps.Map(lang=hausa)
    >>> len(hausa.missing) > 50
    True
    >>> sg.maps.Language.template().columns.tolist()
    ['key', 'en', 'fr', 'text']
    """

    base: str
    right_to_left: bool
    words: dict[str, str]
    missing: tuple[str, ...]

    def __new__(  # noqa: D102 (the class says it)
        cls, code: str, table: pd.DataFrame | Mapping[str, str], *, base: str = "en", right_to_left: bool = False
    ) -> Language:
        made = super().__new__(cls, code)
        if not _TAG.fullmatch(code):
            raise LanguageError(f"{code!r} is no tag of a language. Write it as in HTML: 'ha', 'ff', 'ar'")
        if base not in LANGUAGES:
            raise LanguageError(f"base is one of {', '.join(LANGUAGES)}, not {base!r}")
        made.base, made.right_to_left = base, right_to_left
        made.words = _checked_words(table)
        made.missing = tuple(key for key in _table() if key not in made.words)
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str, dict[str, str]], dict[str, Any]]:
        return (str(self), self.words), {"base": self.base, "right_to_left": self.right_to_left}

    @staticmethod
    def template() -> pd.DataFrame:
        """All words in English and French, with an empty column ``text`` to fill in.

        Returns
        -------
        pandas.DataFrame
            Columns ``key``, ``en``, ``fr``, ``text``. Words in braces are filled in, and stay as they are.

        Examples
        --------
        >>> import sahelgeo as sg
        >>> words = sg.maps.Language.template().set_index("key")
        >>> words.loc["of_areas", "fr"]
        '{count} zones sur {areas}'
        """
        return pd.DataFrame(
            [{"key": key, "en": row["en"], "fr": row["fr"], "text": ""} for key, row in _table().items()]
        )


def _checked_words(table: pd.DataFrame | Mapping[str, str]) -> dict[str, str]:
    if isinstance(table, pd.DataFrame):
        if not {"key", "text"} <= set(table.columns):
            raise LanguageError(
                f"the table of words needs the columns key and text. Found: {listed(list(table.columns), 10)}"
            )
        given = dict(zip(table["key"], table["text"], strict=True))
    else:
        given = dict(table)
    words = {str(key): str(text) for key, text in given.items() if not pd.isna(text) and str(text).strip()}
    known = _table()
    problems = [f"  there is no key {key!r}" for key in words if key not in known]
    for key, text in words.items():
        wanted = _parts(known[key]["en"]) if key in known else None
        if wanted is not None and _parts(text) != wanted:
            asked = ", ".join(f"{{{part}}}" for part in sorted(wanted)) or "none"
            problems.append(f"  {key!r}: {text!r} must have these parts in braces: {asked}")
    if problems:
        start = "the table of words does not fit. Language.template() has all keys:"
        raise LanguageError("\n".join([start, *problems]))
    return words


def _parts(text: str) -> set[str]:
    """What stands in braces; the whole text where a brace stands alone, which cannot be filled in."""
    try:
        found = [part for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return {text}
    return {f"{name}{'!' + kind if kind else ''}{':' + form if form else ''}" for _, name, form, kind in found}


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    classes = embedded.read_rows("phases.csv")
    return {row["key"]: row for row in embedded.read_rows("words.csv")} | {
        f"class_{row['class']}": {"en": row["label_en"], "fr": row["label_fr"]} for row in classes
    }


def without_accents(text: str) -> str:
    """A text without its accents."""
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def of_a_total(name: str) -> tuple[bool, bool]:
    """Whether a name has a word for a total, and whether it has no other words than such, and those of levels.

    ``"TOTAL"`` and ``"Ensemble du pays"`` have and have not, ``"National"`` has not and has not, ``"Total Sahel"`` has,
    and has another.
    """
    text = " ".join(_WORDS.findall(without_accents(name.casefold())))
    rest = _TOTALS.sub("", text)
    return rest != text, bool(text) and _BESIDE_TOTALS.issuperset(rest.split())


@lru_cache
def missing_words(kind: str) -> frozenset[str]:
    """What publishers print for "nothing here", in small letters, in a cell of a ``kind``: "name", "number" or "text".

    In the column of people "*" is no number and in that of places "unknown" is no name, but either is a text that is
    kept.
    """
    return frozenset(row["word"] for row in embedded.read_rows("missing_words.csv") if row[kind] == "yes")


def check_language(lang: str) -> str:
    """Return ``lang`` if there are words in it, else raise."""
    if isinstance(lang, Language) or lang in LANGUAGES:
        return lang
    raise LanguageError(
        f"there are no words in {lang!r}. Choose one of: {', '.join(LANGUAGES)}; or give a sahelgeo.maps.Language with "
        "a table of words"
    )


def base_language(lang: str) -> str:
    """The language whose numbers and names are written: itself, or the base of another."""
    return lang.base if isinstance(lang, Language) else check_language(lang)


def word(key: str, lang: str = "en") -> str:
    """The word or sentence called ``key`` in a language."""
    row = _table()[key]
    if isinstance(lang, Language):
        return lang.words.get(key, row[lang.base])
    return row[check_language(lang)]


def all_words(lang: str) -> dict[str, str]:
    """Every word and sentence of a language by its key."""
    return {key: word(key, lang) for key in _table()}


def write_number(value: float | None, lang: str = "en", decimals: int = 0) -> str:
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
    if base_language(lang) == "fr":
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
    return f"{number} {word(f'month_{day.month}', lang)} {day.year}"


def write_month(day: dt.date, lang: str = "en") -> str:
    """The month of a day in words.

    Examples
    --------
    >>> import datetime
    >>> from sahelgeo.words import write_month
    >>> write_month(datetime.date(2020, 9, 6), "fr")
    'septembre 2020'
    """
    return f"{word(f'month_{day.month}', lang)} {day.year}"


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
    if start.year != end.year:
        return f"{write_month(start, lang)} – {write_month(end, lang)}"
    first = "" if start.month == end.month else word(f"month_{start.month}", lang) + "–"
    return first + write_month(end, lang)


Writer = Callable[[Any, str], str]
_WRITERS: dict[str, Writer] = {"day": write_day, "month": write_month}
_NUMBER = re.compile(r"(\d)(%?)")


class _Filler(Formatter):
    """Writes each value as the text asks for it."""

    def __init__(self, lang: str, writers: Mapping[str, Writer]) -> None:
        self.lang, self.writers = lang, {**_WRITERS, **writers}

    def format_field(self, value: Any, form: str) -> str:
        signed, form = form.startswith("+"), form.removeprefix("+")
        number = _NUMBER.fullmatch(form)
        if number:
            written = write_number(100 * value if number[2] else value, self.lang, int(number[1]))
        else:
            written = self.writers[form](value, self.lang) if form in self.writers else format(value, form)
        return f"+{written}" if signed and not pd.isna(value) and value > 0 else written


def fill(text: str, lang: str, values: Mapping[str, Any], writers: Mapping[str, Writer] | None = None) -> str:
    """A text with its values, each written as the text asks for: ``{people:0}``, ``{share:1%}``, ``{date:day}``.

    A digit is a number's decimals; with ``%`` a share of 1 is written as percent; ``+`` puts a plus before what is more
    than 0; ``day`` and ``month`` write a day. ``writers`` adds forms.

    Examples
    --------
    >>> from sahelgeo.words import fill
    >>> fill("{people:0} people, {share:1%} %, {change:+0}", "en", {"people": 1234, "share": 0.256, "change": 7})
    '1,234 people, 25.6 %, +7'
    """
    return _Filler(lang, writers or {}).vformat(text, (), values)


@lru_cache(maxsize=1)
def _messages() -> list[tuple[re.Pattern[str], str]]:
    """What errors and warnings say, each with its parts as groups, and its French."""
    return [(message_pattern(row["en"]), row["fr"]) for row in embedded.read_rows("messages.csv")]


def message_pattern(english: str) -> re.Pattern[str]:
    """What fits a message whose parts stand in braces."""
    parts = re.split(r"{(\w+)}", english.replace("\\n", "\n"))
    texts = [f"(?P<{part}>.*?)" if number % 2 else re.escape(part) for number, part in enumerate(parts)]
    return re.compile("".join(texts), re.DOTALL)


def in_language(message: str, lang: str = "en") -> str:
    """What an error or warning says, in a language; what there are no words for stays in English.

    Examples
    --------
    >>> from sahelgeo.words import in_language
    >>> in_language("list.csv: there is no such file", "fr")
    "list.csv : ce fichier n'existe pas"
    """
    if base_language(lang) != "fr":
        return message
    if re.fullmatch(r"\d{1,3}(,\d{3})+", message):
        return message.replace(",", NARROW_SPACE)
    each = {part: in_language(part, lang) for part in message.split("; ")} if "; " in message else {}
    if each and all(told != part for part, told in each.items()):
        return " ; ".join(each.values())
    for pattern, french in _messages():
        found = pattern.fullmatch(message)
        if found:
            parts = {name: in_language(part, lang) for name, part in found.groupdict().items()}
            return french.replace("\\n", "\n").format(**parts)
    more = re.fullmatch(r"(.+) and ([\d,]+) more", message, re.DOTALL)
    if more:
        others = "autre" if more[2] == "1" else "autres"
        return f"{in_language(more[1], lang)} et {in_language(more[2], lang)} {others}"
    where, colon, rest = message.partition(": ")
    said = in_language(rest, lang) if colon else rest
    return f"{where} : {said}" if said != rest else message
