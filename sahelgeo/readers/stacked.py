"""Headings stacked in several merged rows: which situation, phase and measure each column holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sahelgeo.readers.printed import fold, text_of
from sahelgeo.readers.sheets import Found

DEEPEST = 6
_PHASE = re.compile(r"\b(?:phase|ph|p)\s*([1-5])\b(?!\s*(?:a|to|et)\s*5)")
_SITUATION = re.compile(
    r"^(current|courante|actuelle|situation (courante|actuelle)|first projection|projection|projected|second projection)\b"
)
_MEASURE = re.compile(r"[#%]")
_MEASURE_WORDS = re.compile(
    r"\b(?:phase|ph) ?[1-5]\b|classification|pourcentage|percentage|population totale en|\b3 (?:a|to) 5\b"
)
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


def stacked_headings(found: Found) -> tuple[int, int, list[Slot]]:
    """The first and the last row of the headings around the row that was found, and what each column holds."""
    cells, top = found.sheet.cells, found.header
    while top - 1 in cells.index and found.header - top < 2:
        filled = [text_of(cell) for cell in cells.loc[top - 1] if text_of(cell)]
        if len(filled) < 2 and not any(_SITUATION.search(fold(cell)) for cell in filled):
            break
        top -= 1
    below = cells.loc[cells.index >= top]
    rows = [list(row) for row in below.head(8).itertuples(index=False, name=None)]
    depth = heading_rows(rows, found.header - top + 1)
    return top, top + depth - 1, slots(rows[:depth])


def heading_rows(rows: Sequence[Sequence[Any]], first: int) -> int:
    """How many of the rows are headings, the first ``first`` of which are known to be."""
    depth = first
    while depth < min(len(rows), DEEPEST) and _is_heading(rows[depth], rows[first - 1]):
        depth += 1
    return depth


def _is_heading(row: Sequence[Any], known: Sequence[Any]) -> bool:
    """Two cells that name a measure, or that repeat the row above them: a merged heading spread downwards."""
    cells = [text_of(cell) for cell in row]
    measures = sum(bool(_MEASURE.fullmatch(cell) or _MEASURE_WORDS.search(fold(cell))) for cell in cells if cell)
    repeated = sum(bool(cell) and cell == text_of(other) for cell, other in zip(cells, known, strict=False))
    return measures >= 2 or repeated >= 3


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
