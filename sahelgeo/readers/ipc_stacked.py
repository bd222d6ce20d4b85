"""IPC tables with headings in several merged rows: the website's Excel export and the population tracking sheet."""

from __future__ import annotations

import re

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.feed import Found
from sahelgeo.readers.phase_rows import identity, with_state
from sahelgeo.readers.printed import days, fold, numbers, text_of, texts
from sahelgeo.readers.reading import Tidied, dropped, need_rows
from sahelgeo.readers.report import KEPT
from sahelgeo.readers.stacked import Slot, heading_rows, slots
from sahelgeo.tables import PEOPLE_BY_PHASE

KINDS = ("current", "projected", "second_projected")
_SITUATION = re.compile(r"^(current|courante|first projection|projection|projected|second projection)\b")
_CADRE_HARMONISE = r"\bch\b|cadre harmonis"


def tidy_stacked(found: Found) -> Tidied:
    """One sheet with stacked headings, tidied: a row for each area and situation.

    Rows that name a group and carry no figures of their own are left out, and so are rows of totals.
    """
    cells = found.sheet.cells
    top = _top(found)
    below = cells.loc[cells.index >= top]
    first = found.header - top + 1
    depth = heading_rows([list(row) for row in below.head(8).itertuples(index=False, name=None)], first)
    held = slots([list(row) for row in below.head(depth).itertuples(index=False, name=None)])
    data = below.iloc[depth:]
    fates = pd.Series("title", index=cells.index.drop(below.index[:depth]), dtype=object)
    fates[data.index] = KEPT
    blank = data.map(lambda cell: text_of(cell) == "").all(axis=1)
    fates = dropped(fates, blank.reindex(fates.index, fill_value=False), "empty")
    frame = pd.DataFrame({name: data[cells.columns[place]] for name, place in found.columns.items()}, index=data.index)[
        ~blank
    ]
    need_rows(frame, found)
    base = _base(frame, found)
    tables = [table for kind in KINDS if (table := _situation(data[~blank], found, base, held, kind)) is not None]
    if not tables:
        raise FormatError(
            f"{found.sheet.where}: no people by phase under the headings of rows {top} to {top + depth - 1}"
        )
    table = pd.concat(tables)
    without = pd.Series(~frame.index.isin(table.index), index=frame.index)
    fates = dropped(fates, without.reindex(fates.index, fill_value=False), "group without figures")
    return Tidied(with_state(table), fates, (), (), "phases")


def _top(found: Found) -> int:
    """The first of the rows of headings: those right above the names that are not blank belong to them."""
    cells, top = found.sheet.cells, found.header
    while top - 1 in cells.index and found.header - top < 2:
        filled = [text_of(cell) for cell in cells.loc[top - 1] if text_of(cell)]
        if len(filled) < 2 and not any(_SITUATION.search(fold(cell)) for cell in filled):
            break
        top -= 1
    return top


def _base(frame: pd.DataFrame, found: Found) -> pd.DataFrame:
    filled = frame.copy()
    for name in ("country", "level1"):
        if name in filled:
            filled[name] = texts(filled[name]).ffill()
    base = identity(filled, found, {})
    if "framework" in frame:
        harmonised = texts(frame["framework"]).str.contains(_CADRE_HARMONISE, case=False, regex=True).fillna(False)
        base["source"] = base["source"].mask(harmonised.astype(bool), "cadre-harmonise")
    return base


def _situation(
    data: pd.DataFrame, found: Found, base: pd.DataFrame, held: list[Slot], kind: str
) -> pd.DataFrame | None:
    where = found.sheet.where
    places: dict[str, int] = {}
    for position, slot in enumerate(held):
        if slot.kind == kind and slot.measure:
            places.setdefault(slot.measure, position)
    if "people_1" not in places or "period" not in places:
        return None
    table = base.assign(kind=kind)
    for name in ("population", "people_3plus", *PEOPLE_BY_PHASE):
        table[name] = (
            numbers(data[data.columns[places[name]]], name, where)
            if name in places
            else pd.Series(pd.NA, data.index, "Float64")
        )
    if "phase" in places:
        phase = numbers(data[data.columns[places["phase"]]], "area phase", where)
        table["phase_published"] = phase.where(phase.between(1, 5).fillna(False))
    halves = (
        texts(data[data.columns[places["period"]]])
        .str.split(r"\s*[-–]\s*", regex=True, expand=True)
        .reindex(columns=[0, 1])
        .astype("string")
    )
    table["start"] = days(halves[0], "analysis period", where, month="first")
    table["end"] = days(halves[1].fillna(halves[0]), "analysis period", where, month="last")
    filled = table[list(PEOPLE_BY_PHASE)].notna().any(axis=1) & table["start"].notna()
    return table[filled] if filled.any() else None
