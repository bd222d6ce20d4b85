"""The countries' own Cadre Harmonisé workbooks: "Tableau 4", with its merged headings and unlabelled totals."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.countries import iso3_of
from sahelgeo.readers.feed import Found, feeds
from sahelgeo.readers.periods import Period, given_period
from sahelgeo.readers.phase_rows import blanks_filled
from sahelgeo.readers.printed import number_column, numbers, one_day, text_column, text_of, texts
from sahelgeo.readers.reading import Tidied, dropped, need_rows
from sahelgeo.readers.report import KEPT
from sahelgeo.readers.stacked import Slot, heading_rows, slots
from sahelgeo.tables import PEOPLE_BY_PHASE

_KINDS = ("current", "projected")
# Which season each cycle calls current and projected, by the season of its month; the second figure is the year's offset.
_SITUATIONS = {
    "Sep-Dec": {"current": ("Sep-Dec", 0), "projected": ("Jun-Aug", 1)},
    "Jan-May": {"current": ("Jan-May", 0), "projected": ("Jun-Aug", 0)},
    "Jun-Aug": {"current": ("Jun-Aug", 0)},
}


def tidy_matrix(found: Found, *, period: Period | None = None) -> Tidied:
    """One sheet of Tableau 4, tidied: a row for each area and situation."""
    cells, where = found.sheet.cells, found.sheet.where
    below = cells.loc[cells.index >= found.header]
    depth = heading_rows([list(row) for row in below.head(8).itertuples(index=False, name=None)], 1)
    held = slots([list(row) for row in below.head(depth).itertuples(index=False, name=None)])
    data = below.iloc[depth:]
    fates = pd.Series("title", index=cells.index, dtype=object)
    fates = fates.drop(below.index[:depth])
    fates[data.index] = KEPT
    names = pd.DataFrame(
        {name: texts(data[cells.columns[found.columns[name]]]) for name in ("admin0", "admin1", "admin2")}
    )
    blank = data.map(lambda cell: text_of(cell) == "").all(axis=1)
    fates = dropped(fates, blank.reindex(fates.index, fill_value=False), "empty")
    # The last row adds up the country and carries no name of an area.
    nameless = names[["admin1", "admin2"]].isna().all(axis=1) & ~blank
    fates = dropped(fates, nameless.reindex(fates.index, fill_value=False), "total")
    data, names = data[~blank & ~nameless], names[~blank & ~nameless]
    need_rows(data, found)
    base = _base(data, names, found)
    tables = [table for kind in _KINDS if (table := _situation(data, base, held, kind, found, period)) is not None]
    if not tables:
        raise FormatError(
            f"{where}: no people by phase under the situations on rows {found.header} to {found.header + depth - 1}"
        )
    table, notes = blanks_filled(pd.concat(tables))
    fates = dropped(fates, pd.Series(~fates.index.isin(table.index), index=fates.index), "no figures")
    return Tidied(table, fates, tuple(notes), (), "phases")


def _base(data: pd.DataFrame, names: pd.DataFrame, found: Found) -> pd.DataFrame:
    """Where the rows are: codes, names and the population that was analysed."""
    named = names.assign(**names[["admin0", "admin1"]].ffill())
    # Some workbooks print 0 for the country: a formula that found nothing.
    country = iso3_of(named["admin0"]).mode()
    printed = pd.DataFrame({name: data[data.columns[place]] for name, place in found.columns.items()})
    return pd.DataFrame(
        {
            "pcode": text_column(printed, "geocode", missing=["0"]),
            "iso3": iso3_of(named["admin0"]).fillna(country.iloc[0] if len(country) else pd.NA),
            "place": named["admin2"].fillna(named["admin1"]),
            "admin1": named["admin1"],
            "admin2": named["admin2"],
            "unit_kind": "area",
            "population": numbers(printed["population"], "Population totale", found.sheet.where),
            "source": found.feed.source,
        }
    )


def _situation(
    data: pd.DataFrame, base: pd.DataFrame, held: list[Slot], kind: str, found: Found, period: Period | None
) -> pd.DataFrame | None:
    """The rows of one situation, or nothing where the sheet has no people by phase for it."""
    places = {slot.measure: position for position, slot in enumerate(held) if slot.kind == kind and slot.measure}
    if "people_1" not in places:
        return None
    printed = pd.DataFrame({measure: data[data.columns[position]] for measure, position in places.items()})
    where = found.sheet.where
    figures = {name: numbers(printed[name], name, where) for name in PEOPLE_BY_PHASE if name in printed}
    phase = number_column(printed, "phase", "classification", where)
    table = base.assign(**figures, phase_published=phase.mask((phase == 0).fillna(False)), kind=kind)
    table = table.join(_times(data, found, kind, period))
    return table[table[list(figures)].notna().any(axis=1)]


def _times(data: pd.DataFrame, found: Found, kind: str, period: Period | None) -> pd.DataFrame:
    if period is not None and kind == "current":
        first, last = given_period(period)
        return pd.DataFrame({"start": first, "end": last, "issued": pd.NaT}, index=data.index)
    printed = data[data.columns[found.columns["cycle"]]]
    day = next((cell for cell in printed if text_of(cell)), None)
    try:
        cycle = one_day(day, "first")
    except (ValueError, OverflowError):
        cycle = None
    if not isinstance(cycle, dt.date):
        raise FormatError(
            f"{found.sheet.where}, column 'Date du cycle', row {data.index[0]} ({text_of(day)!r}): no month and year. "
            "Write it as 'mars 2021'"
        )
    facts = feeds()["cadre-harmonise"].facts["seasons"]
    exercise = next(name for name, season in facts.items() if cycle.month in season["months"])
    if kind not in _SITUATIONS[exercise]:
        raise FormatError(
            f"{found.sheet.where}: a cycle of {exercise} has no {kind} situation in the calendar of the analyses"
        )
    name, later = _SITUATIONS[exercise][kind]
    season, year = facts[name], cycle.year + later
    end = pd.Timestamp(f"{year + season['end_next_year']}-{season['end']}")
    return pd.DataFrame(
        {
            "start": pd.Timestamp(f"{year}-{season['start']}"),
            "end": end,
            "issued": pd.Timestamp(cycle),
            "season": f"{name} {year}",
            "exercise": f"{exercise} {cycle.year}",
        },
        index=data.index,
    )
