"""What a check of the brief comes to: claim, finding, verdict, table, figure, sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from sahelgeo import embedded
from sahelgeo.sources import credit, is_synthetic
from sahelgeo.words import base_language, write_number

VERDICTS = ("supported", "partly", "not_supported", "described", "incomplete", "synthetic")
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
        where a part of what the claim speaks of is not known; synthetic, where the data are invented and the check only
        shows how it works.
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

    def with_parts(self, parts: Mapping[str, Part]) -> Check:
        """The same check with its parts; those of invented data have no verdict either."""
        invented = self.verdict == "synthetic"
        told = {name: (words, "synthetic" if invented else verdict) for name, (words, verdict) in parts.items()}
        return replace(self, parts=told)


def least_certain(values: Iterable[Any]) -> Any:
    """The least certain of some figures; missing where none says how certain it is."""
    held = [value for value in values if not pd.isna(value)]
    ranked = [*_CERTAINTIES, *sorted(set(held) - set(_CERTAINTIES))]
    return max(held, key=ranked.index, default=pd.NA)


def certainty_mark(certainty: Any) -> str:
    """The mark of a published figure that is not certain."""
    return "" if pd.isna(certainty) else _MARKS.get(str(certainty), "")


def written(value: Any, certainty: Any, lang: str) -> str:
    """A published number with the mark of its certainty."""
    return write_number(value, lang) + certainty_mark(certainty)


def with_sign(value: float, words: str) -> str:
    """A change in words, with its plus."""
    return f"+{words}" if not pd.isna(value) and value > 0 else words


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


def text(key: str, lang: str, **values: Any) -> str:
    """A word or sentence of the brief's checks, with its figures filled in."""
    return _texts()[key][base_language(lang)].format(**values)


def named(key: str, lang: str) -> str:
    """The name of a scope in a language, or the key itself where it has none."""
    return text(key, lang) if key in _texts() else key


def translated(name: str, lang: str) -> str:
    """The name of an actor family or agreement in a language; a name of the user's own stays as it is."""
    return named(f"name:{name}", lang).removeprefix("name:")


def made(
    key: str,
    lang: str,
    outcome: tuple[Iterable[str], str],
    table: pd.DataFrame,
    figure: Figure,
    tables: Iterable[pd.DataFrame],
    others: dict[str, pd.DataFrame] | None = None,
) -> Check:
    """A check from its findings and verdict; invented data make every verdict ``synthetic``."""
    findings, verdict = outcome
    given = list(tables)
    verdict = "synthetic" if is_synthetic(*given) else verdict
    words = (text(f"{key}_title", lang), text(f"{key}_claim", lang), tuple(findings))
    return Check(key, *words, verdict, table, figure, tuple(credit(*given, lang=lang)), lang, others or {})
