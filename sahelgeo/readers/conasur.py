"""CONASUR: internally displaced people registered in each commune of Burkina Faso."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, overload

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.feed import Found, body
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.periods import Day, given_day
from sahelgeo.readers.printed import day_in, fold, numbers, text_column, text_of, texts
from sahelgeo.readers.reading import Tidied, dropped, need_rows, read_feeds
from sahelgeo.readers.report import ReadReport

_DISAGGREGATED = ("men", "women", "children_under_5", "children_5_and_over", "children")
_NAMES = ("admin1", "admin2", "admin3")


@overload
def read_conasur(path: Readable, *, date: Day | None = ..., report: Literal[False] = ...) -> pd.DataFrame: ...
@overload
def read_conasur(
    path: Readable, *, date: Day | None = ..., report: Literal[True]
) -> tuple[pd.DataFrame, ReadReport]: ...
def read_conasur(path: Readable, *, date: Day | None = None, report: bool = False) -> Any:
    r"""Internally displaced people by commune of arrival, as CONASUR of Burkina Faso publishes them.

    The titles above the headings and the rows of totals below the communes are left out; the sum of the communes is held
    against the total that the file prints.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The workbook (or a CSV of it), also in a zip archive.
    date : datetime.date or str, optional
        Day of the count, for a file whose titles do not say it ("Situation actualisée au 28 février 2023").
    report : bool
        Whether to return the account of the reading too.

    Returns
    -------
    pandas.DataFrame
        A Stocks table: one row for each commune, ``group`` idp, ``method`` government registration, names as printed and
        ``pcode`` missing (match_areas gives it) unless the file has codes. Also ``men``, ``women``,
        ``children_under_5``, ``children_5_and_over`` and ``children`` (persons) where the file counts them.
        "ND" and empty cells are missing.
    ReadReport
        With ``report=True``: every row of the file kept, or dropped for a reason.

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
    >>> idps, account = sg.read_conasur(io.BytesIO("\n".join(lines).encode()), report=True)
    >>> int(idps["people"].sum()), idps["date"].dt.strftime("%Y-%m-%d").unique().tolist()
    (1500, ['2023-02-28'])
    >>> account.rows, account.rows_kept, dict(account.rows_dropped)
    (4, 2, {'title': 1, 'total': 1})
    """
    return read_feeds(path, ("conasur",), lambda found: tidy_conasur(found, date=date), report)


def tidy_conasur(found: Found, *, date: Day | None = None) -> Tidied:
    """One sheet of CONASUR's table, tidied."""
    where = found.sheet.where
    frame, fates = body(found)
    need_rows(frame, found)
    day = _day(found, date)
    totals = _totals(frame, found)
    fates = dropped(fates, totals.reindex(fates.index, fill_value=False), "total")
    communes = frame[~totals]
    nameless = communes["admin3"].map(text_of) == ""
    figures = numbers(frame["people"], "people", where)
    if (nameless & figures[communes.index].notna()).any():
        rows = ", ".join(str(row) for row in communes.index[nameless][:5])
        raise FormatError(f"{where}, row(s) {rows}: people without a commune. Name the commune, or delete the row")
    fates = dropped(fates, nameless.reindex(fates.index, fill_value=False), "note")
    communes = communes[~nameless]
    need_rows(communes, found)
    names = pd.DataFrame({name: texts(communes[name]) for name in _NAMES})
    # A region or province printed once stands for the rows below it.
    names[["admin1", "admin2"]] = names[["admin1", "admin2"]].ffill()
    table = names.assign(
        place=names["admin3"],
        pcode=text_column(communes, "pcode"),
        iso3="BFA",
        date=pd.Timestamp(day),
        group="idp",
        method="government registration",
        people=figures[communes.index],
        source=found.feed.source,
        **{name: numbers(communes[name], name, where) for name in ("households", *_DISAGGREGATED) if name in communes},
    )
    notes, doubts = _check_total(totals, figures, table)
    return Tidied(table, fates, notes, doubts, "stocks")


def _day(found: Found, date: Day | None) -> dt.date:
    if date is not None:
        return given_day(date, "date").date()
    above = found.sheet.cells.loc[found.sheet.cells.index < found.header]
    titles = [text_of(cell) for row in above.itertuples(index=False) for cell in row]
    days = {day for title in [*titles, found.sheet.name] if (day := day_in(title)) is not None}
    if len(days) != 1:
        said = "name no day" if not days else f"name several days ({', '.join(map(str, sorted(days)))})"
        raise FormatError(f"{found.sheet.where}: the titles {said}. Give the day of the count: date='2023-02-28'")
    return days.pop()


def _totals(frame: pd.DataFrame, found: Found) -> pd.Series:
    words = {fold(word) for word in found.feed.facts["total_words"]} - {""}

    def is_total(row: tuple[Any, ...]) -> bool:
        cells = [text_of(cell) for cell in row]
        folded = [fold(cell) for cell in cells]
        return "%" in cells or any(
            cell in words or cell.startswith(("total ", "ensemble ", "sous total")) for cell in folded if cell
        )

    names = frame[list(_NAMES)]
    return pd.Series([is_total(row) for row in names.itertuples(index=False, name=None)], index=frame.index, dtype=bool)


def _check_total(totals: pd.Series, figures: pd.Series, table: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    printed = figures[totals].max() if totals.any() else pd.NA
    if pd.isna(printed) or printed <= 1:
        return ("the file prints no total to check against",), ()
    people = table["people"].sum(min_count=1)
    if people == printed:
        return (f"the communes add up to the printed total, {printed:,.0f}",), ()
    return (), (
        f"the communes add up to {people:,.0f} people, the file prints {printed:,.0f} as the total. Check the rows",
    )
