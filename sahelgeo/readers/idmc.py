"""IDMC: internal displacement by country and year (GIDD), disaster events, and updates as they are reported (IDU)."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal, overload

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.countries import country_pcodes
from sahelgeo.readers.feed import Found, body
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.points import points
from sahelgeo.readers.printed import days, fold, numbers, text_column, text_of, texts
from sahelgeo.readers.reading import Tidied, dropped, need_rows, read_feeds
from sahelgeo.readers.report import ReadReport
from sahelgeo.readers.told_apart import tell_apart

FEEDS = ("idmc-gidd", "idmc-disasters", "idmc-idu")
Measure = Literal["stock", "flow"]


@overload
def read_idmc(path: Readable, *, measure: Measure = ..., report: Literal[False] = ...) -> pd.DataFrame: ...
@overload
def read_idmc(path: Readable, *, measure: Measure = ..., report: Literal[True]) -> tuple[pd.DataFrame, ReadReport]: ...
def read_idmc(path: Readable, *, measure: Measure = "stock", report: bool = False) -> Any:
    r"""Internal displacement from IDMC's files: people displaced at the end of a year, or movements in a period.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        GIDD by country and year, its disaster events, or the Internal Displacement Updates (CSV, workbook or JSON).
    measure : {"stock", "flow"}
        For GIDD by year: people living in displacement on 31 December, or displacements in the year. One person can be
        displaced several times, so the second is not a number of people. Events and updates are flows always.
    report : bool
        Whether to return the account of the reading too.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        For stocks a Stocks table by country: ``date`` 31 December, ``reason`` conflict or disaster. For flows a Flows table:
        ``origin`` is the country, ``destination`` missing (it is within the country), ``reason``, and for single records
        ``event`` (IDMC's id). Updates have points in EPSG:4326. Blank figures give no row; a printed 0 stays 0. Of the
        updates, only figures that IDMC recommends are kept: those for triangulation speak of the same movements.
    ReadReport
        With ``report=True``: every row of the file kept, or dropped for a reason.

    Raises
    ------
    FormatError
        Another kind of file, cells that are no numbers or days.

    See Also
    --------
    recommended_figures : IDMC's figures that may be added up.
    read_unhcr : Read UNHCR's statistics by country.
    reconcile : Stocks and flows held against each other.

    Notes
    -----
    Stock and flow, recommended figures and triangulation: IDMC's
    `quick guide <https://www.internal-displacement.org/quick-guide/>`_.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["iso3,country_name,year,new_displacement,new_displacement_rounded,total_displacement,total_displacement_rounded",
    ...          "MLI,Mali,2022,153990,154000,379932,380000", "AGO,Angola,2009,0,,,"]
    >>> stocks = sg.read_idmc(io.BytesIO("\n".join(lines).encode()))
    >>> stocks[["pcode", "people"]].values.tolist()
    [['ML', 379932]]
    """
    return read_feeds(path, FEEDS, partial(tidy_idmc, measure=measure), report)


def tidy_idmc(found: Found, *, measure: Measure = "stock") -> Tidied:
    """One sheet of IDMC's figures, tidied."""
    if measure not in ("stock", "flow"):
        raise FormatError(f"measure={measure!r} is neither 'stock' nor 'flow'")
    if found.feed.id == "idmc-gidd":
        return _tidy_years(found, measure)
    return _tidy_updates(found) if found.feed.id == "idmc-idu" else _tidy_disasters(found)


def _tidy_years(found: Found, measure: Measure) -> Tidied:
    where = found.sheet.where
    frame, fates = body(found)
    need_rows(frame, found)
    year = numbers(frame["year"], "year", where)
    bad = year.isna() | (year % 1 != 0) | ~year.between(1900, 2100)
    if bad.any():
        row = bad.index[bad][0]
        raise FormatError(f"{where}, column 'year', row {row} ({text_of(frame['year'][row])!r}): not a year")
    iso3 = texts(frame["iso3"])
    whole = year.astype("Int64").astype("string")
    base = pd.DataFrame(
        {"iso3": iso3, "place": texts(frame["country"]) if "country" in frame else iso3, "source": found.feed.source}
    )
    columns = {"conflict": measure, "disaster": f"disaster_{measure}"}
    tables = []
    for reason, column in columns.items():
        if column not in frame:
            continue
        people = numbers(frame[column], found.feed.columns[column][0], where)
        rows = base.assign(reason=reason, people=people)
        if measure == "stock":
            rows = rows.assign(
                pcode=country_pcodes(iso3), date=pd.to_datetime(whole + "-12-31"), group="idp", method="IDMC estimate"
            )
        else:
            rows = rows.assign(
                origin=country_pcodes(iso3),
                destination=None,
                start=pd.to_datetime(whole + "-01-01"),
                end=pd.to_datetime(whole + "-12-31"),
            )
        tables.append(rows[people.notna()])
    table = pd.concat(tables)
    blank = pd.Series(~frame.index.isin(table.index), index=frame.index)
    fates = dropped(fates, blank.reindex(fates.index, fill_value=False), "no figure")
    kind = "stocks" if measure == "stock" else "flows"
    table, fates, notes = tell_apart(table, fates, found, kind)
    return Tidied(table, fates, tuple(notes), (), kind)


def _tidy_updates(found: Found) -> Tidied:
    frame, fates = body(found)
    need_rows(frame, found)
    counted = pd.Series(True, index=frame.index)
    if "role" in frame:
        roles = set(found.feed.facts["roles_counted"])
        counted = texts(frame["role"]).map(lambda role: isinstance(role, str) and fold(role) in roles).astype(bool)
        fates = dropped(fates, (~counted).reindex(fates.index, fill_value=False), "triangulation")
    frame = frame[counted]
    need_rows(frame, found)
    table = _movements(frame, found).assign(
        reason=texts(frame["reason"]).str.lower(),
        hazard=text_column(frame, "kind"),
        qualifier=text_column(frame, "qualifier"),
        place=text_column(frame, "locations"),
    )
    shapes = points(frame, found, "latitude", "longitude") if "latitude" in frame and "longitude" in frame else None
    table, fates, notes = tell_apart(table, fates, found, "flows")
    if shapes is not None:
        table = gpd.GeoDataFrame(table, geometry=shapes.reindex(table.index), crs="EPSG:4326")
    notes += [] if "role" in frame else ["the file does not say which figures IDMC recommends: all were kept"]
    return Tidied(table, fates, tuple(notes), (), "flows")


def _tidy_disasters(found: Found) -> Tidied:
    frame, fates = body(found)
    need_rows(frame, found)
    table = _movements(frame, found).assign(reason="disaster", hazard=texts(frame["hazard"]))
    backwards = (table["end"] < table["start"]).fillna(False)
    table["end"] = table["end"].mask(backwards, table["start"])
    blank = table["people"].isna()
    fates = dropped(fates, blank.reindex(fates.index, fill_value=False), "no figure")
    table, fates, notes = tell_apart(table[~blank], fates, found, "flows")
    if backwards.any():
        notes.append(f"{int(backwards.sum())} rows print an end before their start: the first day was taken for both")
    return Tidied(table, fates, tuple(notes), (), "flows")


def _movements(frame: pd.DataFrame, found: Found) -> pd.DataFrame:
    where, iso3 = found.sheet.where, texts(frame["iso3"])
    start = days(frame["start"], "start", where)
    end = days(frame["end"], "end", where) if "end" in frame else start
    event = texts(frame["event"]) if "event" in frame else texts(frame["name"])
    return pd.DataFrame(
        {
            "origin": country_pcodes(iso3),
            "destination": pd.NA,
            "start": start,
            "end": end.fillna(start),
            "people": numbers(frame["people"], found.feed.columns["people"][0], where),
            "iso3": iso3,
            "event": event,
            "event_name": texts(frame["name"]) if "name" in frame else pd.NA,
            "source": found.feed.source,
            "place": pd.NA,
        }
    )
