"""Headings stacked in several merged rows: which situation, phase and measure each column holds.

The Cadre Harmonisé's "Tableau 4" of each country has them, and so have two tables of the IPC::

    Pays   | Admin 1 | Population | SITUATION COURANTE                       | SITUATION PROJETEE
           |         |            | Classification | Population totale en    | Classification ...
           |         |            |                | Ph 1 | Ph 2 | ... | 3 à 5 |

A merged cell is spread over its columns when the workbook is opened; otherwise a heading reaches right until the next
one below the same parents. The words of a column from top to bottom then say its situation and its measure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from sahelgeo.readers.cadre_harmonise_seasons import times_of_cycle
from sahelgeo.readers.columns import How, Period
from sahelgeo.readers.phase_rows import FIGURES, blanks_filled, joined, situation
from sahelgeo.readers.printed import fold, iso3_of, text_of
from sahelgeo.readers.rows import Rows, Tidied
from sahelgeo.readers.sheets import Found
from sahelgeo.readers.stock_rows import drop_nameless
from sahelgeo.words import PRINTED_WORDS

DEEPEST = 6
_PHASE = re.compile(r"\b(?:phase|ph|p)\s*([1-5])\b(?!\s*(?:a|to|et)\s*5)")
_SITUATION = re.compile(
    r"^(current|courante|actuelle|situation (courante|actuelle)|(first |second )?projection|projected)\b"
)
# The kinds of situation and the measures by the words of their headings: the first that fits.
_KINDS, _NAMED = PRINTED_WORDS["situations"], PRINTED_WORDS["measures"]
_MEASURE = re.compile(
    r"\b(?:phase|ph) ?[1-5]\b|classification|pourcentage|percentage|proportion|population totale en|\b3 (?:a|to) 5\b"
)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
_PHASES_3_TO_5 = re.compile(r"3\s*(?:a|to|et)\s*5|3 plus|\b(?:phase|ph|p) ?3\s*\+|\bphase 3 5\b")


class Slot(NamedTuple):
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


def rows_of(found: Found, how: How) -> Rows:
    """The rows below the headings, which lie around and below the row that was found."""
    return Rows(found, how, stacked_headings(found)[:2])


def tidy(rows: Rows, *, period: Period | None = None) -> Tidied:
    """One sheet of Tableau 4: a row for each area and situation. The row that adds up the country has no name."""
    drop_nameless(rows, rows.text("admin1", "admin2").isna(), [rows.number("population")])
    named = rows.names()
    iso3 = iso3_of(named["admin0"])
    base = rows.table(
        pcode=rows.text("geocode"),
        # A formula that found no country prints 0.
        iso3=iso3.fillna(iso3.mode().get(0, pd.NA)),
        place=named["admin2"].fillna(named["admin1"]),
        admin1=named["admin1"],
        admin2=named["admin2"],
        unit_kind="area",
        population=rows.number("population"),
    )
    tables = [
        situation(rows, base.assign(kind=kind), cells, days=times_of_cycle(rows, kind, period))
        for kind, cells in situations(rows)
    ]
    return rows.tidied(blanks_filled(joined(rows, tables, "no figures"), rows), "phases")


def stacked_headings(found: Found) -> tuple[int, int, list[Slot]]:
    """The first and the last row of the headings around the row that was found, and what each column holds."""
    cells, top = found.sheet.cells, found.header
    while top - 1 in cells.index and found.header - top < 2:
        filled = [text_of(cell) for cell in cells.loc[top - 1] if text_of(cell)]
        if len(filled) < 2 and not any(_SITUATION.search(fold(cell)) for cell in filled):
            break
        top -= 1
    rows = [list(row) for row in cells.loc[cells.index >= top].head(8).itertuples(index=False, name=None)]
    depth = heading_rows(rows, found.header - top + 1)
    return top, top + depth - 1, slots(rows[:depth])


def situations(rows: Rows) -> Iterator[tuple[str, dict[str, pd.Series]]]:
    """Each situation that has people by phase, with the cells of its figures, its phase and its period."""
    held = stacked_headings(rows.found)[2]
    cells = rows.found.sheet.cells.loc[rows.frame.index]
    for kind in reversed(_KINDS):
        there = {slot.measure: place for place, slot in reversed(list(enumerate(held))) if slot.kind == kind}
        if {"people_1", "people_3plus"} & there.keys():
            wanted = [name for name in (*FIGURES, "phase", "period") if name in there]
            yield kind, {name: cells.iloc[:, there[name]].rename(held[there[name]].label) for name in wanted}


def heading_rows(rows: Sequence[Sequence[Any]], first: int) -> int:
    """How many of the rows are headings, the first ``first`` of which are known to be; one may be almost empty."""
    below = range(first, min(len(rows), DEEPEST))
    return max((number + 1 for number in below if _is_heading(rows[number], rows[first - 1])), default=first)


def _is_heading(row: Sequence[Any], known: Sequence[Any]) -> bool:
    """Two cells that name a measure, or that repeat the row above them: a merged heading spread downwards."""
    cells = [text_of(cell) for cell in row]
    measures = sum(cell in ("#", "%") or bool(_MEASURE.search(_label(cell))) for cell in cells if cell)
    repeated = sum(bool(cell) and cell == text_of(other) for cell, other in zip(cells, known, strict=False))
    return measures >= 2 or repeated >= 3


def slots(rows: Sequence[Sequence[Any]]) -> list[Slot]:
    """What each column holds, from its rows of headings: a heading reaches right until the next one of its group."""
    paths: list[list[str]] = [[] for _ in rows[0]]
    for row in rows:
        carried, group = "", None
        for path, value in zip(paths, [*row, *[""] * (len(paths) - len(row))], strict=False):
            cell, parent = text_of(value), tuple(path)
            if fold(cell) or cell in ("%", "#"):
                carried, group = cell, parent
            elif parent != group:
                carried = ""
            # Parents are compared before this row is added, so groups follow the rows above.
            path.append(carried)
    printed = [" ".join(filter(None, path)) for path in paths]
    return [Slot(_first(_KINDS, fold(label)), _measure(label), fold(label)) for label in printed]


def _first(named: dict[str, str], label: str) -> str:
    return next((name for name, pattern in named.items() if re.search(pattern, label)), "")


def _label(printed: str) -> str:
    """A heading folded, with its phase in digits."""
    return re.sub(r"\b(phase|ph) (i{1,3}|iv|v)\b", lambda found: f"{found[1]} {_ROMAN[found[2]]}", fold(printed))


def _measure(printed: str) -> str:
    label = _label(printed)
    named = _first(_NAMED, label)
    if named in ("phase", "period"):
        return named
    share = re.search(PRINTED_WORDS["shares"], printed.casefold()) is not None
    prefix = "share" if share else "people"
    if _PHASES_3_TO_5.search(label) or "3+" in printed:
        return f"{prefix}_3plus"
    found = _PHASE.search(label)
    return f"{prefix}_{found[1]}" if found else named
