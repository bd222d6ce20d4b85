"""What a check of the brief comes to: claim, finding, verdict, table, figure, sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from sahelgeo import embedded
from sahelgeo.sources import credit
from sahelgeo.words import Writer, base_language, fill, write_number, write_period

VERDICTS = ("supported", "partly", "not_supported", "described", "incomplete")
# Published figures, the surest first; what is not certain has a mark wherever it is printed.
_CERTAINTIES = ("certain", "reported", "conflict")
_MARKS = {"reported": "†", "conflict": "‡"}

# The findings and the verdict of a part of a claim.
Part = tuple[tuple[str, ...], str]


@dataclass(frozen=True, eq=False)
class Check:
    """One claim of the brief held against data.

    Attributes
    ----------
    key : str
        fatalities, displacement, food_insecurity, terrorism, governance, accord, negotiation or engagement.
    title, claim : str
        What it is about, and what the brief says, in the language asked for.
    findings : tuple of str
        What the data say: sentences whose figures are computed from ``table``.
    verdict : str
        supported, partly, not_supported; described, where a comparison says what happened and not why; incomplete,
        where a part of what the claim speaks of is not known.
    table : pandas.DataFrame
        The figures.
    figure : matplotlib.figure.Figure
        The chart; not registered with pyplot, so nothing needs to be closed.
    sources : tuple of str
        Credit lines.
    lang : str
        Language of the words.
    others : dict of str to pandas.DataFrame
        Further tables, by name.
    parts : dict of str to tuple
        Where a claim has parts (countries, halves of a sentence): findings and verdict of each that is known.
    notes : tuple of str
        What the marks † and ‡ after published figures mean, where the findings have one.

    See Also
    --------
    write_report : The checks as one report.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> check = sg.brief.fatalities()
    >>> check.verdict, check.parts["BFA"][1]
    ('incomplete', 'partly')
    >>> check.table[["scope", "part", "same_window", "full_year"]].values.tolist()
    [['BFA', 1362, 1063, 1800]]
    """

    key: str
    title: str
    claim: str
    findings: tuple[str, ...]
    verdict: str
    table: pd.DataFrame = field(repr=False)
    figure: Figure = field(repr=False)
    sources: tuple[str, ...] = field(repr=False)
    lang: str = "en"
    others: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    parts: dict[str, Part] = field(default_factory=dict, repr=False)

    @property
    def verdict_in_words(self) -> str:
        """The verdict in the language of the check."""
        return text(f"verdict_{self.verdict}", self.lang)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the marks in the findings mean."""
        said = "".join(self.findings)
        return tuple(text(f"mark_{key}", self.lang) for key, mark in _MARKS.items() if mark in said)


def least_certain(values: Iterable[Any]) -> Any:
    """The least certain of some figures; missing where none says how certain it is."""
    held = [value for value in values if not pd.isna(value)]
    ranked = [*_CERTAINTIES, *sorted(set(held) - set(_CERTAINTIES))]
    return max(held, key=ranked.index, default=pd.NA)


def written(value: Any, certainty: Any, lang: str, decimals: int = 0) -> str:
    """A published number with the mark of its certainty."""
    return write_number(value, lang, decimals) + _mark(certainty)


def _mark(certainty: Any) -> str:
    return "" if pd.isna(certainty) else _MARKS.get(str(certainty), "")


def judged(holds: pd.Series) -> str:
    """The verdict of what may hold in every row, in some or in none."""
    return "supported" if holds.all() else "partly" if holds.any() else "not_supported"


def verdict_of_parts(parts: Mapping[str, Part], needed: Iterable[str]) -> tuple[str, list[str]]:
    """The verdict of a claim about several things, and which of them are not known: then there is none."""
    wanted = list(needed)
    missing = [name for name in wanted if name not in parts]
    if missing:
        return "incomplete", missing
    verdicts = {parts[name][1] for name in wanted}
    return (verdicts.pop() if len(verdicts) == 1 else "partly"), []


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, str]]:
    return {row["key"]: row for row in embedded.read_rows("brief", "texts.csv")}


def text(key: str, lang: str, row: Mapping[Any, Any] | None = None, **values: Any) -> str:
    """A word or sentence of the brief's checks, with the figures of a row and others filled in.

    Beside the forms of :func:`sahelgeo.words.fill` a text may ask for ``name`` (of a scope or publisher), ``names``,
    ``actor``, ``millions``, and ``figure``: a published number and its certainty.
    """
    return fill(_texts()[key][base_language(lang)], lang, {**(row or {}), **values}, _WRITERS)


def named(key: str, lang: str) -> str:
    """The name of a scope in a language, or the key itself where it has none."""
    return text(key, lang) if key in _texts() else key


def translated(name: str, lang: str) -> str:
    """The name of an actor family or agreement in a language; a name of the user's own stays as it is."""
    return named(f"name:{name}", lang).removeprefix("name:")


def counted(column: str, lang: str) -> str:
    """What a column counts, in words."""
    return named(f"what_{column}", lang).removeprefix("what_")


def written_year(year: int, days: tuple[pd.Timestamp, pd.Timestamp], lang: str) -> str:
    """A year, with its days where only a part of it lies within those of the data."""
    whole = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
    start, end = max(whole[0], days[0]), min(whole[1], days[1])
    return str(year) if (start, end) == whole else f"{year} ({write_period(start.date(), end.date(), lang)})"


def _millions(people: float | tuple[float, Any], lang: str) -> str:
    number, certainty = people if isinstance(people, tuple) else (people, pd.NA)
    plural = base_language(lang) == "fr" and abs(number) >= 2_000_000
    return f"{write_number(number / 1e6, lang, 2)} million{'s' if plural else ''}{_mark(certainty)}"


_WRITERS: dict[str, Writer] = {
    "name": named,
    "names": lambda keys, lang: ", ".join(named(key, lang) for key in keys),
    "actor": translated,
    "millions": _millions,
    "figure": lambda figure, lang: written(figure[0], figure[1], lang),
}


def made(
    key: str,
    lang: str,
    outcome: tuple[Iterable[str], str],
    table: pd.DataFrame,
    figure: Figure,
    tables: Iterable[pd.DataFrame],
    *,
    others: dict[str, pd.DataFrame] | None = None,
    parts: Mapping[str, Part] | None = None,
) -> Check:
    """A check from its findings and verdict, credited to the tables that it was made of."""
    findings, verdict = outcome
    words = (text(f"{key}_title", lang), text(f"{key}_claim", lang), tuple(findings))
    sources = tuple(credit(*tables, lang=lang))
    return Check(key, *words, verdict, table, figure, sources, lang, others or {}, dict(parts or {}))
