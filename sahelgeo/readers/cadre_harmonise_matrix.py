"""The countries' own Cadre Harmonisé workbooks: "Tableau 4", with its merged headings and unlabelled totals."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.cadre_harmonise_seasons import SITUATIONS, season_of, seasons
from sahelgeo.readers.columns import Kind, Period, given_period, one_day
from sahelgeo.readers.phase_rows import blanks_filled
from sahelgeo.readers.printed import iso3_of, text_of
from sahelgeo.readers.rows import Rows, Tidied
from sahelgeo.readers.stacked import Slot, stacked_headings
from sahelgeo.tables import PEOPLE_BY_PHASE

_KINDS = ("current", "projected")


def tidy_matrix(rows: Rows, *, period: Period | None = None) -> Tidied:
    """One sheet of Tableau 4, tidied: a row for each area and situation."""
    top, last, held = stacked_headings(rows.found)
    # The last row adds up the country and carries no name of an area.
    rows.drop(rows.text("admin1", "admin2").isna(), "total")
    base = _base(rows)
    tables = [table for kind in _KINDS if (table := _situation(rows, base, held, kind, period)) is not None]
    if not tables:
        raise FormatError(f"{rows.where}: no people by phase under the situations on rows {top} to {last}")
    table, notes = blanks_filled(pd.concat(tables))
    rows.no_figure(table, "no figures")
    return rows.tidied(table, "phases", notes)


def _base(rows: Rows) -> pd.DataFrame:
    """Where the rows are: codes, names and the population that was analysed."""
    named = rows.names()
    country = iso3_of(named["admin0"]).mode()
    return rows.table(
        pcode=rows.text("geocode"),
        iso3=iso3_of(named["admin0"]).fillna(country.iloc[0] if len(country) else pd.NA),
        place=named["admin2"].fillna(named["admin1"]),
        admin1=named["admin1"],
        admin2=named["admin2"],
        unit_kind="area",
        population=rows.number("population"),
    )


def _situation(
    rows: Rows, base: pd.DataFrame, held: list[Slot], kind: str, period: Period | None
) -> pd.DataFrame | None:
    """The rows of one situation, or nothing where the sheet has no people by phase for it."""
    places = {slot.measure: position for position, slot in enumerate(held) if slot.kind == kind and slot.measure}
    if "people_1" not in places:
        return None
    cells = rows.found.sheet.cells.loc[rows.frame.index]
    there = {name: cells.iloc[:, places[name]] for name in ("phase", *PEOPLE_BY_PHASE) if name in places}
    kinds: dict[str, Kind] = {name: "people" for name in there if name != "phase"}
    figures = rows.numbers(there, kinds)
    phase = figures.pop("phase", pd.Series(pd.NA, cells.index, "Float64"))
    table = base.assign(**figures, phase_published=phase.mask((phase == 0).fillna(False)), kind=kind)
    table = table.join(_times(rows, kind, period))
    return table[table[list(figures)].notna().any(axis=1)]


def _times(rows: Rows, kind: str, period: Period | None) -> pd.DataFrame:
    index = rows.frame.index
    if period is not None and kind == "current":
        first, last = given_period(period)
        return pd.DataFrame({"start": first, "end": last, "issued": pd.NaT}, index=index)
    day = next((cell for cell in rows.frame["cycle"] if text_of(cell)), None)
    try:
        cycle = one_day(day, "first")
    except (ValueError, OverflowError):
        cycle = None
    if not isinstance(cycle, dt.date):
        raise FormatError(
            f"{rows.where}, column 'Date du cycle', row {index[0]} ({text_of(day)!r}): no month and year. "
            "Write it as 'mars 2021'"
        )
    exercise = season_of(cycle.month)
    if kind not in SITUATIONS[exercise]:
        raise FormatError(
            f"{rows.where}: a cycle of {exercise} has no {kind} situation in the calendar of the analyses"
        )
    name, later = SITUATIONS[exercise][kind]
    season, year = seasons()[name], cycle.year + later
    return pd.DataFrame(
        {
            "start": pd.Timestamp(f"{year}-{season['start']}"),
            "end": pd.Timestamp(f"{year + season['end_next_year']}-{season['end']}"),
            "issued": pd.Timestamp(cycle),
            "season": f"{name} {year}",
            "exercise": f"{exercise} {cycle.year}",
        },
        index=index,
    )
