"""The countries' own Cadre Harmonisé workbooks: "Tableau 4", with its merged headings and unlabelled totals."""

from __future__ import annotations

import pandas as pd

from sahelgeo.readers.cadre_harmonise_seasons import times_of_cycle
from sahelgeo.readers.columns import How, Period
from sahelgeo.readers.phase_rows import blanks_filled, joined, situation
from sahelgeo.readers.printed import iso3_of
from sahelgeo.readers.rows import Rows, Tidied
from sahelgeo.readers.sheets import Found
from sahelgeo.readers.stacked import situations, stacked_headings


def rows_of(found: Found, how: How) -> Rows:
    """The rows below the headings, which are stacked below the row that was found."""
    return Rows(found, how, stacked_headings(found)[:2])


def tidy(rows: Rows, *, period: Period | None = None) -> Tidied:
    """One sheet of Tableau 4: a row for each area and situation. The row that adds up the country has no name."""
    rows.drop(rows.text("admin1", "admin2").isna(), "total")
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
