"""CONASUR: displaced people registered in each commune of Burkina Faso."""

from __future__ import annotations

from typing import Unpack

import pandas as pd

from sahelgeo.errors import SHOWN_AT_MOST, FormatError, listed
from sahelgeo.readers.columns import Day, How
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.printed import fold, text_of
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied
from sahelgeo.readers.stock_rows import day_of_count

_DISAGGREGATED = ("men", "women", "children_under_5", "children_5_and_over", "children")


def read_conasur(path: Readable, *, date: Day | None = None, **how: Unpack[How]) -> pd.DataFrame:
    r"""Internally displaced people by commune of arrival, as CONASUR of Burkina Faso publishes them.

    The titles above the headings and the rows of totals below the communes are left out; the sum of the communes is
    held against the total that the file prints.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The workbook (or a CSV of it), also in a zip archive.
    date : datetime.date or str, optional
        Day of the count, for a file whose titles do not say it ("Situation actualisée au 28 février 2023").
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    pandas.DataFrame
        A Stocks table: one row for each commune, ``group`` idp, ``method`` government registration, names as printed
        and ``pcode`` missing (match_areas gives it) unless the file has codes. Also ``men``, ``women``,
        ``children_under_5``, ``children_5_and_over`` and ``children`` (persons) where the file counts them.
        "ND" and empty cells are missing.

    Raises
    ------
    FormatError
        Another kind of file, a cell that is not a number, or no day of the count.
    SchemaError
        Counts that break a rule of the Stocks table.
    DataWarning
        The communes do not add up to the printed total.

    See Also
    --------
    read_displacement_list : Read a government's list of sites or communes.
    match_areas : Which area each printed name or code means.
    sum_stocks : Add up displaced people.

    Notes
    -----
    Column names and words for missing: ``sahelgeo/data/feeds/conasur.toml``.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["Situation au 28 février 2023,,,", "REGIONS,PROVINCES,COMMUNES,Nombre total de PDI",
    ...          "SAHEL,SOUM,DJIBO,1200", "SAHEL,SOUM,TONGOMAYEL,300", ",,ENSEMBLE,1500"]
    >>> idps, account = sg.read_with_report(io.BytesIO("\n".join(lines).encode()))
    >>> int(idps["people"].sum()), idps["date"].dt.strftime("%Y-%m-%d").unique().tolist()
    (1500, ['2023-02-28'])
    >>> account.rows, account.rows_kept, dict(account.rows_dropped)
    (4, 2, {'title': 1, 'total': 1})
    """
    return read_with("read_conasur", path, date=date, **how)


def tidy(rows: Rows, *, date: Day | None = None) -> Tidied:
    """One sheet of CONASUR's table, tidied."""
    day = day_of_count(rows, date)
    _refuse_mixed_total(rows)
    names = rows.names()
    nameless = rows.text("admin3").isna()
    counted = pd.DataFrame({name: rows.number(name) for name in rows.feed.kinds if name in rows}).notna().any(axis=1)
    if (nameless & counted).any():
        at = listed(list(rows.frame.index[nameless & counted]), SHOWN_AT_MOST)
        raise FormatError(f"{rows.where}, row(s) {at}: people without a commune. Name the commune, or delete the row")
    rows.drop(nameless, "note")
    names = names.loc[rows.frame.index]
    figures = ("people", *(name for name in ("households", *_DISAGGREGATED) if name in rows))
    said = {"iso3": "BFA", "date": day, "group": "idp", "method": "government registration"}
    table = rows.table("pcode", *figures, **names, place=names["admin3"], **said)
    if not any(note.startswith("the rows add up") for note in rows.notes) and not rows.doubts:
        rows.notes.append("the file prints no total to check against")
    return rows.tidied(table, "stocks")


def _refuse_mixed_total(rows: Rows) -> None:
    """A total of several groups is not the number of the displaced."""
    heading = rows.found.heading("people")
    others = ", ".join(repr(rows.found.heading(name)) for name in rows.facts["other_groups"] if name in rows)
    if others and fold(heading) in rows.facts["mixed_totals"]:
        raise FormatError(
            f"{rows.where}, column {heading!r}: beside {others} it counts several groups, not the displaced "
            "alone. Name the column of the displaced 'Nombre total de PDI'"
        )
    if fold(heading) in rows.facts["mixed_totals"] and (unknown := _unknown_counts(rows)):
        rows.doubts.append(
            f"column {heading!r} was taken for the displaced; it may count others too: beside it stand "
            f"{', '.join(map(repr, unknown))}. Name the column of the displaced 'Nombre total de PDI'"
        )
    if others:
        rows.notes.append(f"not carried, since they are not displaced: {others}")


def _unknown_counts(rows: Rows) -> list[str]:
    """Headings that are not known, above numbers."""
    found = rows.found
    headings = [text_of(cell) for cell in found.sheet.cells.loc[found.header]]
    cells = found.sheet.cells.loc[rows.frame.index]
    return [
        heading
        for place, heading in enumerate(headings)
        if place not in found.columns.values()
        and len(fold(heading)) > 2
        and cells.iloc[:, place].map(text_of).str.fullmatch(r"\d[\d .,’']*").any()
    ]
