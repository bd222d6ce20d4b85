"""Lists of displaced people by site or commune, as governments publish them in workbooks."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, overload

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.feed import Found, body, every_column, find, not_recognised
from sahelgeo.readers.opener import Readable, open_file
from sahelgeo.readers.periods import Day, given_day
from sahelgeo.readers.points import points
from sahelgeo.readers.printed import day_in, days, fold, numbers, one_day, text_of, texts
from sahelgeo.readers.reading import Tidied, dropped, finish, need_rows
from sahelgeo.readers.report import ReadReport
from sahelgeo.readers.sheet import Opened
from sahelgeo.readers.told_apart import tell_apart

FEEDS = ("displacement-list",)
_DISAGGREGATED = ("men", "women", "boys", "girls", "children", "children_under_5")
_MONTH_WORD = (
    r"jan(?:v|vier|uary)?|fe(?:v|vr|vrier|b|bruary)|mar(?:s|ch)?|a(?:vr|vril|pr|pril)|mai|may|jui(?:n|l|llet)|jun(?:e)?|"
    r"jul(?:y)?|aou?t|aug(?:ust)?|sep(?:t|tembre|tember)?|oct(?:obre|ober)?|nov(?:embre|ember)?|dec(?:embre|ember)?"
)
_MONTH_AND_YEAR = re.compile(rf"(?<![a-z])({_MONTH_WORD})\.? ?(20\d\d|\d\d)(?!\d)")
_NUMBER_AND_YEAR = re.compile(r"(?<!\d)(0?[1-9]|1[0-2]) (20\d\d)(?!\d)")


@overload
def read_displacement_list(
    path: Readable,
    *,
    sheet: str | None = ...,
    date: Day | None = ...,
    coordinates: bool = ...,
    report: Literal[False] = ...,
) -> pd.DataFrame: ...
@overload
def read_displacement_list(
    path: Readable, *, sheet: str | None = ..., date: Day | None = ..., coordinates: bool = ..., report: Literal[True]
) -> tuple[pd.DataFrame, ReadReport]: ...
def read_displacement_list(
    path: Readable,
    *,
    sheet: str | None = None,
    date: Day | None = None,
    coordinates: bool = False,
    report: bool = False,
) -> Any:
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
    report : bool
        Whether to return the account of the reading too.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        A Stocks table: one row for each site or commune and list, ``group`` idp, names as printed, ``pcode`` missing
        (match_areas gives it), ``operation`` the name of the sheet. Also ``men``, ``women``, ``boys``, ``girls``,
        ``children`` and ``children_under_5`` where the list has them; they are often shares of the total, hence fractions.
        With ``coordinates=True`` a GeoDataFrame of points in EPSG:4326, as printed.
    ReadReport
        With ``report=True``: every row of the file kept, or dropped for a reason.

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
    opened = open_file(path)
    founds = find(opened, FEEDS)
    if not founds:
        raise not_recognised(opened, FEEDS)
    return read_found(opened, founds, report, sheet=sheet, date=date, coordinates=coordinates)


def read_found(
    opened: Opened,
    founds: list[Found],
    report: bool,
    *,
    sheet: str | None = None,
    date: Day | None = None,
    coordinates: bool = False,
) -> Any:
    """The table of an opened file in which the feed was found."""
    if sheet is not None:
        chosen = [found for found in founds if found.sheet.name == sheet]
        if not chosen:
            names = ", ".join(repr(found.sheet.name) for found in founds)
            raise FormatError(f"{opened.file}: no list in a sheet called {sheet!r}. Sheets with a list: {names}")
        founds = chosen
    tidy: Callable[[Found], Tidied] = partial(tidy_displacement_list, date=date, coordinates=coordinates)
    return finish(opened, founds, _without_copies(founds, tidy), report)


def _without_copies(founds: list[Found], tidy: Callable[[Found], Tidied]) -> Callable[[Found], Tidied]:
    """Tidy each sheet; one that repeats an earlier one's names and figures is dropped whole."""
    seen: dict[tuple[Any, ...], str] = {}
    dates: dict[Any, str] = {}

    def tidy_once(found: Found) -> Tidied:
        tidied = tidy(found)
        if len(founds) == 1:
            return tidied
        # Names are spelled anew in each copy; the figures of a list of dozens of sites are its fingerprint.
        figures = (tidied.table["date"].max(), *sorted(tidied.table["people"].dropna()))
        if figures in seen:
            reason = f"in a copy of sheet {seen[figures]!r}"
            return Tidied(tidied.table.iloc[:0], tidied.fates.mask(tidied.fates == "kept", reason), (), (), "stocks")
        seen[figures] = found.sheet.name
        doubts = tidied.warnings
        if figures[0] in dates:
            doubts += (
                f"sheets {dates[figures[0]]!r} and {found.sheet.name!r} both hold a list of {figures[0]:%Y-%m-%d}: use one",
            )
        dates[figures[0]] = found.sheet.name
        note = f"{len(founds)} sheets hold lists: counts of one population at different times, never to be added"
        return Tidied(tidied.table, tidied.fates, (note, *tidied.notes), doubts, tidied.kind)

    return tidy_once


def tidy_displacement_list(found: Found, *, date: Day | None = None, coordinates: bool = False) -> Tidied:
    """One sheet of a list, tidied."""
    if found.vintage.name.startswith("years"):
        return _tidy_wide(found)
    where = found.sheet.where
    frame, fates = body(found)
    need_rows(frame, found)
    names = pd.DataFrame({name: texts(frame[name]) for name in ("admin1", "admin2", "admin3")})
    place = texts(frame["place"]) if "place" in frame else pd.Series(pd.NA, index=frame.index, dtype="string")
    words = set(found.feed.facts["total_words"])
    first = names["admin1"].fillna(names["admin2"]).fillna(names["admin3"]).fillna(place).fillna("").map(fold)
    totals = first.map(lambda word: word in words or word.startswith(("total ", "ensemble "))).astype(bool)
    fates = dropped(fates, totals.reindex(fates.index, fill_value=False), "total")
    people = numbers(frame["people"], found.feed.columns["people"][0], where)
    empty = people.isna() & ~totals
    notes_rows = empty & names[["admin2", "admin3"]].isna().all(axis=1)
    fates = dropped(fates, notes_rows.reindex(fates.index, fill_value=False), "note")
    fates = dropped(fates, empty.reindex(fates.index, fill_value=False), "no figure")
    names[["admin1", "admin2"]] = names[["admin1", "admin2"]].where(~totals & ~notes_rows).ffill()
    kept = ~totals & ~empty
    need_rows(frame[kept], found)
    day, notes = _days(frame[kept], found, date)
    table = pd.DataFrame(
        {
            "pcode": pd.NA,
            **names,
            "place": place.fillna(names["admin3"]).fillna(names["admin2"]).fillna(names["admin1"]),
            "date": day,
            "group": "idp",
            "people": people.round(),
            "method": "government registration",
            "operation": found.sheet.name or pd.NA,
            "source": found.feed.source,
            **{name: numbers(frame[name], name, where) for name in ("households", *_DISAGGREGATED) if name in frame},
        }
    )[kept]
    table["households"] = table["households"].round()
    rounded = int((people[kept] % 1 != 0).sum())
    notes += [f"{rounded} counts of people have fractions and were rounded"] if rounded else []
    doubts = _check_total(people, totals, kept)
    table, fates, said = tell_apart(table, fates, found, "stocks", named=place.notna())
    if coordinates and {"latitude", "longitude"} <= set(frame):
        table = gpd.GeoDataFrame(table, geometry=points(frame, found).reindex(table.index), crs="EPSG:4326")
    return Tidied(table, fates, (*notes, *said), doubts, "stocks")


def _check_total(people: pd.Series, totals: pd.Series, kept: pd.Series) -> tuple[str, ...]:
    printed = people[totals].max() if totals.any() else pd.NA
    summed = people[kept].sum(min_count=1)
    if pd.isna(printed) or printed == summed:
        return ()
    return (f"the rows add up to {summed:,.0f} people, the list prints {printed:,.0f} as the total. Check the rows",)


def _days(frame: pd.DataFrame, found: Found, date: Day | None) -> tuple[Any, list[str]]:
    if date is not None:
        return given_day(date, "date"), []
    if "date" in frame:
        printed = days(frame["date"], "dates", found.sheet.where)
        if printed.notna().all():
            return printed, []
    for name in (found.sheet.name, found.sheet.file):
        exact = day_in(name)
        if exact is not None:
            return pd.Timestamp(exact), [f"the day {exact} is taken from the name {name!r}"]
        months = months_in(name)
        if months:
            last = max(months)
            return pd.Timestamp(last), [f"the day {last} is taken from the name {name!r}: the last day of its month"]
    raise FormatError(
        f"{found.sheet.where}: neither the names of the sheet and the file nor its rows say the day of the count. Give it: "
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


def _tidy_wide(found: Found) -> Tidied:
    frame, fates = every_column(found)
    need_rows(frame, found)
    where = found.sheet.where
    name = found.feed.columns["adm2_only"][0]
    places = texts(frame[name])
    fates = dropped(fates, places.isna().reindex(fates.index, fill_value=False), "note")
    totals = places.fillna("").map(lambda place: fold(place).startswith(("total", "ensemble"))).astype(bool)
    fates = dropped(fates, totals.reindex(fates.index, fill_value=False), "total")
    frame, places = frame[~totals & places.notna()], places[~totals & places.notna()]
    tables = []
    for heading in frame.columns:
        day = _heading_day(heading)
        if day is None:
            continue
        people = numbers(frame[heading], heading, where)
        table = pd.DataFrame(
            {
                "pcode": pd.NA,
                "admin2": places,
                "place": places,
                "date": pd.Timestamp(day),
                "group": "idp",
                "people": people.round(),
                "method": "government registration",
                "source": found.feed.source,
            }
        )
        tables.append(table[people.notna()])
    table = pd.concat(tables)
    blank = pd.Series(~frame.index.isin(table.index), index=frame.index)
    fates = dropped(fates, blank.reindex(fates.index, fill_value=False), "no figure")
    table, fates, notes = tell_apart(table, fates, found, "stocks")
    return Tidied(table, fates, ("a year without a month stands for its last day", *notes), (), "stocks")


def _heading_day(heading: str) -> dt.date | None:
    text = text_of(heading)
    if re.fullmatch(r"20\d\d", text):
        return dt.date(int(text), 12, 31)
    try:
        return one_day(text, "last")
    except (ValueError, OverflowError):
        return None
