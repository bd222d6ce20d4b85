"""Lists of displaced people by site or commune, as governments publish them in workbooks."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Any, Unpack

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.columns import Day, How, day_in, given_day, one_day
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.printed import fold, text_of, texts
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied

_DISAGGREGATED = ("men", "women", "boys", "girls", "children", "children_under_5")
_MONTH_WORD = (
    r"jan(?:v|vier|uary)?|fe(?:v|vr|vrier|b|bruary)|mar(?:s|ch)?|a(?:vr|vril|pr|pril)|mai|may|jui(?:n|l|llet)|jun(?:e)?|"
    r"jul(?:y)?|aou?t|aug(?:ust)?|sep(?:t|tembre|tember)?|oct(?:obre|ober)?|nov(?:embre|ember)?|dec(?:embre|ember)?"
)
_MONTH_AND_YEAR = re.compile(rf"(?<![a-z])({_MONTH_WORD})\.? ?(20\d\d|\d\d)(?!\d)")
_NUMBER_AND_YEAR = re.compile(r"(?<!\d)(0?[1-9]|1[0-2]) (20\d\d)(?!\d)")


def read_displacement_list(  # numpydoc ignore=PR02
    path: Readable, *, date: Day | None = None, coordinates: bool = False, **how: Unpack[How]
) -> pd.DataFrame:
    r"""Displaced people by site or commune, from a government's list.

    Such a workbook often holds the lists of several months, a sheet each, and some of them twice (with and without HXL
    tags). They count one population at different times, so their sum means nothing: choose a ``date`` of the result, or a
    ``sheet``.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The workbook or CSV file, also in a zip archive.
    sheet : str, optional
        The sheet to read. The default is every sheet with a list; copies of another sheet are left out.
    date : datetime.date or str, optional
        Day of the count. The default is read from the name of the sheet or of the file: a month stands for its last day,
        and of several months the latest.
    coordinates : bool
        Whether to keep the points of the sites. Sites of displaced people are sensitive: the default leaves them out.
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        A Stocks table: one row for each site or commune and list, ``group`` idp, names as printed, ``pcode`` missing
        (match_areas gives it), ``operation`` the name of the sheet. Also ``men``, ``women``, ``boys``, ``girls``,
        ``children`` and ``children_under_5`` where the list has them; they are often shares of the total, hence fractions.
        With ``coordinates=True`` a GeoDataFrame of points in EPSG:4326, as printed.

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
    ...          "Diffa,Bosso,Bosso,Site A,100,500", "Diffa,Diffa,Chetimari,Site B,40,200", "Total au 30 nov 2020,,,,140,700"]
    >>> idps = sg.read_displacement_list(io.BytesIO("\n".join(lines).encode()), date="2020-11-30")
    >>> int(idps["people"].sum())
    700
    """
    return read_with("read_displacement_list", path, date=date, coordinates=coordinates, **how)


def tidy(rows: Rows, *, date: Day | None = None, coordinates: bool = False) -> Tidied:
    """One sheet of a list, tidied."""
    if rows.found.vintage.name.startswith("years"):
        return _tidy_wide(rows)
    people = rows.number("people")
    unnamed = rows.text("admin2", "admin3").isna()
    rows.drop(people.isna() & unnamed, "note")
    rows.drop(people.isna(), "no figure")
    named = rows.text("place").notna()
    _without_copies(rows, named)
    names, people = rows.names(), rows.number("people")
    day, notes = _days(rows, date)
    rounded = int((people % 1 != 0).sum())
    notes += [f"{rounded} counts of people have fractions and were rounded"] if rounded else []
    table = rows.table(
        pcode=pd.NA,
        **{name: names[name] for name in ("admin1", "admin2", "admin3")},
        place=rows.text("place").fillna(names["admin3"]).fillna(names["admin2"]).fillna(names["admin1"]),
        date=day,
        group="idp",
        people=people.round(),
        households=rows.number("households").round(),
        method="government registration",
        list=rows.found.sheet.name or pd.NA,
        **{name: rows.number(name) for name in _DISAGGREGATED if name in rows},
    )
    if coordinates and "latitude" in rows and "longitude" in rows:
        table = rows.located(table)
    return rows.told_apart(table, "stocks", notes)


def _without_copies(rows: Rows, named: pd.Series) -> None:
    """Equal rows that name their place are copies; communes without a place are different sites."""
    cells = rows.found.sheet.cells.loc[rows.frame.index].map(text_of)
    rows.drop(cells.duplicated() & named.loc[rows.frame.index], "duplicate")


def _days(rows: Rows, date: Day | None) -> tuple[Any, list[str]]:
    if date is not None:
        return given_day(date, "date"), []
    printed = rows.day("date")
    if printed.notna().all():
        return printed, []
    for name in (rows.found.sheet.name, rows.found.sheet.file):
        exact = day_in(name)
        if exact is not None:
            return pd.Timestamp(exact), [f"the day {exact} is taken from the name {name!r}"]
        months = months_in(name)
        if months:
            last = max(months)
            return pd.Timestamp(last), [f"the day {last} is taken from the name {name!r}: the last day of its month"]
    raise FormatError(
        f"{rows.where}: neither the names of the sheet and the file nor its rows say the day of the count. Give it: "
        "date='2020-11-30'"
    )


def months_in(name: str) -> list[dt.date]:
    """The last day of every month that a name speaks of ("PDI-Site_Nov20+ Diffa janv21").

    Examples
    --------
    >>> from sahelgeo.readers.displacement_list import months_in
    >>> [str(day) for day in months_in("PDI-Site_Nov20+ Diffa janv21")]
    ['2020-11-30', '2021-01-31']
    """
    folded = re.sub(r"(?<=[a-z])(?=\d)", " ", fold(name))
    found = [one_day(f"{word} {year}", "last") for word, year in _MONTH_AND_YEAR.findall(folded)]
    for month, year in _NUMBER_AND_YEAR.findall(folded):
        found.append(dt.date(int(year), int(month), calendar.monthrange(int(year), int(month))[1]))
    return [day for day in found if day is not None]


def _tidy_wide(rows: Rows) -> Tidied:
    frame = rows.raw()
    places = texts(frame[rows.feed.columns["adm2_only"][0]])
    rows.drop(places.isna(), "note")
    frame, places = frame.loc[rows.frame.index], places.loc[rows.frame.index]
    headings = {heading: pd.Timestamp(day) for heading in frame.columns if (day := _heading_day(heading)) is not None}
    counts = rows.numbers({name: frame[name] for name in headings}, dict.fromkeys(headings, "people"))
    base = rows.table(pcode=pd.NA, admin2=places, place=places, group="idp", method="government registration")
    tables = [
        base.assign(date=day, people=counts[heading].round())[counts[heading].notna()]
        for heading, day in headings.items()
    ]
    table = pd.concat(tables)
    rows.no_figure(table)
    return rows.told_apart(table, "stocks", ["a year without a month stands for its last day"])


def _heading_day(heading: str) -> dt.date | None:
    text = text_of(heading)
    if re.fullmatch(r"20\d\d", text):
        return dt.date(int(text), 12, 31)
    try:
        return one_day(text, "last")
    except (ValueError, OverflowError):
        return None
