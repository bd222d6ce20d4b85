"""What a check of the brief comes to: claim, finding, verdict, table, figure, sources."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import pandas as pd

from sahelgeo.sources import SOURCES, is_synthetic
from sahelgeo.words import base_language

if TYPE_CHECKING:
    from matplotlib.figure import Figure

VERDICTS = ("supported", "partly", "not_supported", "described", "synthetic")


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
        supported, partly, not_supported; described, where a comparison says what happened and not why; synthetic, where
        the data are invented and the check only shows how it works.
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

    See Also
    --------
    write_report : The checks as one report.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> check = sg.brief.fatalities()
    >>> check.verdict
    'partly'
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

    @property
    def verdict_in_words(self) -> str:
        """The verdict in the language of the check."""
        return text(f"verdict_{self.verdict}", self.lang)


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, str]]:
    table = files("sahelgeo.data").joinpath("brief", "texts.csv").read_text(encoding="utf-8")
    return {row["key"]: row for row in csv.DictReader(table.splitlines())}


def text(key: str, lang: str) -> str:
    """A word or sentence of the brief's checks."""
    return _texts()[key][base_language(lang)]


def named(key: str, lang: str) -> str:
    """The name of a scope in a language, or the key itself where it has none."""
    return _texts()[key][base_language(lang)] if key in _texts() else key


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
    invented = is_synthetic(*given)
    return Check(
        key=key,
        title=text(f"{key}_title", lang),
        claim=text(f"{key}_claim", lang),
        findings=tuple(findings),
        verdict="synthetic" if invented else verdict,
        table=table,
        figure=figure,
        sources=tuple(_credit(given, lang)),
        lang=lang,
        others=others or {},
    )


def _credit(tables: Iterable[pd.DataFrame], lang: str) -> list[str]:
    lines: dict[str, None] = {}
    for table in tables:
        if "source" in table:
            for source in table["source"].dropna().unique():
                lines[SOURCES[source].line(lang) if source in SOURCES else str(source)] = None
    return list(lines)
