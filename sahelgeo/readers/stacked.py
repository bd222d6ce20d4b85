"""Headings stacked in several merged rows: which situation, phase and measure each column holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sahelgeo.readers.printed import fold, text_of

DEEPEST = 6
_PHASE = re.compile(r"\b(?:phase|ph|p)\s*([1-5])\b(?!\s*(?:a|to|et)\s*5)")
_PHASES_3_TO_5 = re.compile(r"3\s*(?:a|to|et)\s*5|3 plus|\b(?:phase|ph|p) ?3\s*\+")


@dataclass(frozen=True)
class Slot:
    """What a column under stacked headings holds.

    Attributes
    ----------
    kind : str
        current, projected or second_projected; empty where the column belongs to none of them.
    measure : str
        phase, people_1 ... people_5, share_1 ... share_5, people_3plus, share_3plus, population, period; empty if none.
    label : str
        The headings of the column from top to bottom, folded.
    """

    kind: str
    measure: str
    label: str


def heading_rows(rows: Sequence[Sequence[Any]]) -> int:
    """How many rows the headings take: those before the first row with three numbers or more."""
    for depth, row in enumerate(rows[:DEEPEST]):
        if depth and sum(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in row) >= 3:
            return depth
        if depth and sum(_looks_numeric(cell) for cell in row) >= 3:
            return depth
    return min(len(rows), DEEPEST)


def _looks_numeric(cell: object) -> bool:
    return isinstance(cell, str) and bool(re.fullmatch(r"[\d][\d,. \u00a0\u202f]*%?", cell.strip()))


def slots(rows: Sequence[Sequence[Any]]) -> list[Slot]:
    """What each column holds, from its rows of headings: a heading reaches right until the next one of its group."""
    paths: list[list[str]] = [[] for _ in rows[0]]
    raw: list[list[str]] = [[] for _ in rows[0]]
    for row in rows:
        carried, group = "", None
        carried_raw = ""
        for position, path in enumerate(paths):
            cell = row[position] if position < len(row) else ""
            parent = tuple(path)
            heading = fold(text_of(cell))
            symbol = text_of(cell)
            if heading or symbol in ("%", "#"):
                carried, carried_raw, group = heading, symbol, parent
            elif parent != group:
                carried, carried_raw = "", ""
            path.append(carried)
            raw[position].append(carried_raw)
    # Parents were compared before this row was added, so groups follow the rows above.
    return [
        _slot(" ".join(filter(None, path)), " ".join(filter(None, texts)))
        for path, texts in zip(paths, raw, strict=True)
    ]


def _slot(label: str, printed: str) -> Slot:
    return Slot(_kind(label), _measure(label, printed), label)


def _kind(label: str) -> str:
    if re.search(r"second projection|second projected|deuxieme projection|2nd projection|2eme projection", label):
        return "second_projected"
    if re.search(r"projetee|projete|projected|projection", label):
        return "projected"
    return "current" if re.search(r"courante|actuelle|current", label) else ""


def _measure(label: str, printed: str) -> str:
    if re.search(r"classification|area phase|overall phase|phase de la zone|final phase", label):
        return "phase"
    if re.search(r"analysis period|validity|periode d analyse|periode de validite", label):
        return "period"
    share = "%" in printed or re.search(r"\b(percent|percentage|pourcentage)\b", label) is not None
    prefix = "share" if share else "people"
    if _PHASES_3_TO_5.search(label) or "3+" in printed:
        return f"{prefix}_3plus"
    if found := _PHASE.search(label):
        return f"{prefix}_{found[1]}"
    if re.search(r"population (analysed|analyzed|estimee|analysee)|estimated population", label):
        return "population"
    return ""
