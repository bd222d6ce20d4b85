"""IPC tables with headings in several merged rows: the website's Excel export and the population tracking sheet."""

from __future__ import annotations

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.columns import Kind
from sahelgeo.readers.phase_rows import identity, with_state
from sahelgeo.readers.printed import texts
from sahelgeo.readers.rows import Rows, Tidied
from sahelgeo.readers.stacked import Slot, stacked_headings
from sahelgeo.tables import PEOPLE_BY_PHASE

KINDS = ("current", "projected", "second_projected")
_FIGURES = ("population", "people_3plus", *PEOPLE_BY_PHASE)
_CADRE_HARMONISE = r"\bch\b|cadre harmonis"


def tidy_stacked(rows: Rows) -> Tidied:
    """One sheet with stacked headings, tidied: a row for each area and situation.

    Rows that name a group and carry no figures of their own are left out, and so are rows that add up others.
    """
    top, last, held = stacked_headings(rows.found)
    base = _base(rows)
    tables = [table for kind in KINDS if (table := _situation(rows, base, held, kind)) is not None]
    if not tables:
        raise FormatError(f"{rows.where}: no people by phase under the headings of rows {top} to {last}")
    table = pd.concat(tables)
    rows.no_figure(table, "group without figures")
    return rows.tidied(with_state(table), "phases")


def _base(rows: Rows) -> pd.DataFrame:
    frame = rows.frame.assign(**rows.names())
    base = identity(rows, frame, {})
    if "framework" in rows:
        harmonised = rows.text("framework").str.contains(_CADRE_HARMONISE, case=False, regex=True).fillna(False)
        base["source"] = base["source"].mask(harmonised.astype(bool), "cadre-harmonise")
    return base


def _situation(rows: Rows, base: pd.DataFrame, held: list[Slot], kind: str) -> pd.DataFrame | None:
    cells = rows.found.sheet.cells.loc[rows.frame.index]
    places: dict[str, int] = {}
    for position, slot in enumerate(held):
        if slot.kind == kind and slot.measure:
            places.setdefault(slot.measure, position)
    if "people_1" not in places or "period" not in places:
        return None
    there = {name: cells.iloc[:, places[name]] for name in (*_FIGURES, "phase") if name in places}
    kinds: dict[str, Kind] = {name: "people" for name in there if name != "phase"}
    read = rows.numbers(there, kinds)
    missing = pd.Series(pd.NA, cells.index, "Float64")
    table = base.assign(kind=kind, **{name: read.get(name, missing) for name in _FIGURES})
    if "phase" in read:
        table["phase_published"] = read["phase"].where(read["phase"].between(1, 5).fillna(False))
    printed = texts(cells.iloc[:, places["period"]])
    halves = printed.str.split(r"\s*[-–]\s*", regex=True, expand=True).reindex(columns=[0, 1]).astype("string")
    periods = {"start": halves[0], "end": halves[1].fillna(halves[0])}
    days = rows.days(periods, {"start": "first", "end": "last"})
    table["start"], table["end"] = days["start"], days["end"]
    filled = table[list(PEOPLE_BY_PHASE)].notna().any(axis=1) & table["start"].notna()
    return table[filled] if filled.any() else None
