"""Lists of displaced people by site or commune, as governments publish them: Burkina Faso's CONASUR, and others."""

from __future__ import annotations

import datetime as dt
import re
from typing import Unpack

import pandas as pd

from sahelgeo.errors import SHOWN_AT_MOST, FormatError, listed
from sahelgeo.readers.columns import Day, How, day_in
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.printed import fold, text_of, texts
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied, copies
from sahelgeo.readers.stock_rows import day_of_count, drop_nameless, groups_apart, months_in

_BY_SEX_AND_AGE = ("men", "women", "boys", "girls", "children", "children_under_5", "children_5_and_over")


def read_displacement_list(  # numpydoc ignore=PR02
    path: Readable, *, date: Day | None = None, coordinates: bool = False, **how: Unpack[How]
) -> pd.DataFrame:
    r"""Displaced people by site or commune, from a government's list.

    Such a workbook often holds the lists of several months, a sheet each, and some of them twice (with and without HXL
    tags). They count one population at different times, so their sum means nothing: choose a ``date`` of the result, or
    a ``sheet``.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The workbook or CSV file, also in a zip archive.
    sheet : str, optional
        The sheet to read. The default is every sheet with a list; copies of another sheet are left out.
    date : datetime.date or str, optional
        Day of the count. The default is read from the name of the sheet or of the file: a month stands for its last
        day, and of several months the latest.
    coordinates : bool
        Whether to keep the points of the sites. Sites of displaced people are sensitive: the default leaves them out.
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        A Stocks table: one row for each site or commune and list, names as printed, ``pcode`` missing (match_areas
        gives it), ``list`` the name of the sheet; where the list counts returnees, refugees or third-country nationals
        too, a row for each ``group``. Also ``men``, ``women``, ``boys``, ``girls``,
        ``children`` and ``children_under_5`` where the list has them; they are often shares of the total, hence
        fractions. With ``coordinates=True`` a GeoDataFrame of points in EPSG:4326, as printed.

    Raises
    ------
    FormatError
        Another kind of file, an unknown sheet, cells that are no numbers, or no day of the count.
    DataWarning
        The rows do not add up to the total that the list prints.

    See Also
    --------
    read_conasur : Read counts of CONASUR (Burkina Faso).
    read_dtm : Read counts of IOM's DTM.
    match_areas : Which area each printed name or code means.

    Notes
    -----
    Column names and words for totals: ``sahelgeo/data/feeds/displacement_list.toml``.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["Region,Département,Commune,Site accueil,Nombre de ménages,Nombre de personnes",
    ...          "#adm1+name,#adm2+name,#adm3+name,#loc+name,#affected +hh +idps,#affected +idps",
    ...          "Diffa,Bosso,Bosso,Site A,100,500", "Diffa,Diffa,Chetimari,Site B,40,200",
    ...          "Total au 30 nov 2020,,,,140,700"]
    >>> idps = sg.read_displacement_list(io.BytesIO("\n".join(lines).encode()), date="2020-11-30")
    >>> int(idps["people"].sum())
    700
    """
    return read_with("read_displacement_list", path, date=date, coordinates=coordinates, **how)


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


def tidy(rows: Rows, *, date: Day | None = None, coordinates: bool = False) -> Tidied:
    """One sheet of a list, tidied."""
    if rows.feed.id == "conasur":
        return _tidy_conasur(rows, date)
    if rows.found.vintage.name.startswith("years"):
        return _tidy_wide(rows)
    names = rows.names()
    uncounted = pd.concat([rows.number(name) for name in rows.facts["counted"]], axis=1).isna().all(axis=1)
    rows.drop(uncounted & rows.text("admin2", "admin3").isna(), "note")
    rows.drop(uncounted.loc[rows.frame.index], "no figure")
    # Equal rows that name their place are copies; communes without a place are different sites.
    again = copies(rows.found.sheet.cells, rows.frame.index) | rows.other_spellings()
    rows.drop(again & rows.text("place").notna(), "duplicate")
    names = names.loc[rows.frame.index]
    day = day_of_count(rows, date)
    base = rows.table(
        *(name for name in _BY_SEX_AND_AGE if name in rows),
        pcode=pd.NA,
        **{name: names[name] for name in ("admin1", "admin2", "admin3")},
        place=rows.text("place").fillna(names["admin3"]).fillna(names["admin2"]).fillna(names["admin1"]),
        date=day,
        method="government registration",
        list=rows.found.sheet.name or pd.NA,
    )
    table = groups_apart(rows, base)
    # Sex and age are those of the displaced.
    split = [name for name in _BY_SEX_AND_AGE if name in table]
    table[split] = table[split].where(table["group"] == "idp")
    if coordinates and "latitude" in rows and "longitude" in rows:
        table = rows.located(table)
    return rows.told_apart(table, "stocks")


def _tidy_wide(rows: Rows) -> Tidied:
    """Years and months side by side: a row for each place and day."""
    frame = rows.raw()
    places = texts(frame[rows.feed.columns["adm2_only"][0]])
    days = {heading: day for heading in frame.columns if (day := _heading_day(heading)) is not None}
    twice = [heading for heading, day in days.items() if list(days.values()).count(day) > 1]
    if twice:
        raise FormatError(
            f"{rows.where}: the headings {' and '.join(map(repr, twice))} speak of one day, {days[twice[0]]}, since a "
            "year without a month stands for its last day. Write the month of each, or delete one of the columns"
        )
    unread = [heading for heading in frame.columns if heading not in days and re.search(r"(19|20)\d\d", heading)]
    if unread:
        rows.doubts.append(f"columns {', '.join(map(repr, unread))} were left out: their headings are no year or month")
    counts = rows.numbers({name: frame[name] for name in days}, dict.fromkeys(days, "people"))
    drop_nameless(rows, places.isna(), counts.values(), "note")
    counts, places = {name: count[places.notna()] for name, count in counts.items()}, places.dropna()
    base = rows.table(pcode=pd.NA, admin2=places, place=places, group="idp", method="government registration")
    table = pd.concat(
        base.assign(date=pd.Timestamp(day), people=counts[heading].round())[counts[heading].notna()]
        for heading, day in days.items()
    )
    rows.no_figure(table)
    return rows.told_apart(table, "stocks", ["a year without a month stands for its last day"])


def _heading_day(heading: str) -> dt.date | None:
    text = text_of(heading)
    if re.fullmatch(r"20\d\d", text):
        return dt.date(int(text), 12, 31)
    return day_in(text) or next(iter(months_in(text)), None)


def _tidy_conasur(rows: Rows, date: Day | None) -> Tidied:
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
    figures = ("people", *(name for name in ("households", *_BY_SEX_AND_AGE) if name in rows))
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
