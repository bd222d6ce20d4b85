"""Population by area: the common operational datasets (COD-PS) in their styles."""

from __future__ import annotations

import re
from typing import Any, Literal, overload

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.countries import country_pcodes, iso3_of
from sahelgeo.readers.feed import Found, body
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.printed import fold, numbers, text_of, texts
from sahelgeo.readers.reading import Tidied, dropped, need_rows, read_feeds
from sahelgeo.readers.report import ReadReport

_LEVELS = (3, 2, 1, 0)
_YEAR_IN_NAME = re.compile(r"admpop[_-]adm\d[_-]((?:19|20)\d{2})", re.IGNORECASE)
_LEVEL_IN_NAME = re.compile(r"adm(?:in)?_?([0-3])(?!\d)", re.IGNORECASE)


@overload
def read_population(
    path: Readable, *, year: int | None = ..., level: int | None = ..., report: Literal[False] = ...
) -> pd.DataFrame: ...
@overload
def read_population(
    path: Readable, *, year: int | None = ..., level: int | None = ..., report: Literal[True]
) -> tuple[pd.DataFrame, ReadReport]: ...
def read_population(path: Readable, *, year: int | None = None, level: int | None = None, report: bool = False) -> Any:
    r"""The people who live in each area, from a common operational dataset on population (COD-PS).

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The CSV file or workbook, also in a zip archive.
    year : int, optional
        The year that the figures stand for, where the file does not say it.
    level : {0, 1, 2, 3}, optional
        Administrative level of the rows. The default is the deepest level that has codes; it must be given for a file of a
        single row with codes of several levels, since a country's file can carry a region's name by mistake.
    report : bool
        Whether to return the account of the reading too.

    Returns
    -------
    pandas.DataFrame
        A Population table: one row for each area, in persons, with ``women`` and ``men`` beside ``people``, ``admin1`` and
        ``admin2`` as printed, and ``iso3``.
    ReadReport
        With ``report=True``: every row of the file kept, or dropped for a reason.

    Raises
    ------
    FormatError
        Another kind of file, cells that are no numbers, no year, or a level that cannot be told.
    SchemaError
        An area that stands twice, and other breaks of the rules of the Population table.

    See Also
    --------
    rate_per_1000 : Displaced people per 1,000 inhabitants.
    scale_to_totals : Scale the people of a grid to a census.

    Notes
    -----
    COD-PS holds censuses and projections of the national statistics offices and UNFPA: name source and year beside every rate.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["admin1Name_fr,admin1Pcode,admin0Name_fr,admin0Pcode,M_TL,F_TL,T_TL",
    ...          "Gao,ML07,Mali (le),ML,334781,333629,668 410", "Kayes,ML01,Mali (le),ML,1211809,1245395,2457204"]
    >>> people = sg.read_population(io.BytesIO("\n".join(lines).encode()), year=2018)
    >>> people[["pcode", "year", "people", "iso3"]].iloc[0].astype(str).tolist()
    ['ML07', '2018', '668410.0', 'MLI']
    """
    return read_feeds(path, ("cod-ps",), lambda found: tidy_population(found, year=year, level=level), report)


def tidy_population(found: Found, *, year: int | None = None, level: int | None = None) -> Tidied:
    """One sheet of population figures, tidied."""
    where = found.sheet.where
    frame, fates = body(found)
    need_rows(frame, found)
    if "gender" in frame:
        parts = ~(_is_all(frame["gender"]) & _is_all(frame["age"]))
        fates = dropped(fates, parts.reindex(fates.index, fill_value=False), "breakdown by sex and age")
        frame = frame[~parts]
        need_rows(frame, found)
    depth = _level(frame, found, level)
    code = f"adm{depth}_pcode"
    pcodes = texts(frame[code], missing=["NA"] if depth else []) if code in frame else country_pcodes(_country(frame))
    names = texts(frame[f"adm{depth}_name"]) if f"adm{depth}_name" in frame else pd.Series(pd.NA, frame.index, "string")
    totals = pcodes.isna() & (names.isna() | names.map(lambda name: fold(str(name)).startswith("total")))
    fates = dropped(fates, totals.reindex(fates.index, fill_value=False), "total")
    frame, pcodes, names = frame[~totals], pcodes[~totals], names[~totals]
    need_rows(frame, found)
    years, notes = _years(frame, found, year)
    table = pd.DataFrame(
        {
            "pcode": pcodes,
            "year": years,
            "people": numbers(frame["people"], found.feed.columns["people"][0], where),
            "source": found.feed.source,
            "place": names,
            "iso3": _country(frame),
            **{name: numbers(frame[name], name, where) for name in ("women", "men") if name in frame},
            **{f"admin{n}": texts(frame[f"adm{n}_name"]) for n in (1, 2) if f"adm{n}_name" in frame and n <= depth},
        }
    )
    if {"women", "men"} <= set(table):
        off = ((table["women"] + table["men"] - table["people"]).abs() > 1).fillna(False)
        notes += [f"in {int(off.sum())} rows women and men do not add up to the total"] if off.any() else []
    notes.append(f"level {depth}")
    return Tidied(table, fates, tuple(notes), (), "population")


def _level(frame: pd.DataFrame, found: Found, level: int | None) -> int:
    with_codes = [
        depth for depth in _LEVELS if f"adm{depth}_pcode" in frame and texts(frame[f"adm{depth}_pcode"]).notna().any()
    ]
    if level is not None:
        if level not in with_codes:
            raise FormatError(f"{found.sheet.where}: no codes of level {level}. There are codes of level {with_codes}")
        return level
    if not with_codes and "iso3" in frame:
        return 0
    if not with_codes:
        raise FormatError(f"{found.sheet.where}: the columns of codes are empty. Fill the p-codes")
    if len(frame) == 1 and len(with_codes) > 1:
        # A national file can carry a stray region: one row alone does not show its level, the publisher's file name does.
        named = _LEVEL_IN_NAME.findall(found.sheet.file)
        if len(set(named)) == 1 and int(named[0]) in with_codes:
            return int(named[0])
        raise FormatError(
            f"{found.sheet.where}: a single row with codes of levels {', '.join(map(str, with_codes))}: say which level its "
            "figures stand for: level=0"
        )
    return with_codes[0]


def _years(frame: pd.DataFrame, found: Found, year: int | None) -> tuple[pd.Series | int, list[str]]:
    if "year" in frame:
        printed = numbers(frame["year"], "year", found.sheet.where)
        if printed.notna().all():
            return printed, []
    if year is not None:
        return year, []
    named = _YEAR_IN_NAME.search(found.sheet.file)
    if named is None:
        raise FormatError(
            f"{found.sheet.where}: {found.feed.title} that does not say its year. Give it: read_population(path, year=2018)"
        )
    return int(named[1]), [f"the year {named[1]} is taken from the name of the file: the file itself does not say it"]


def _country(frame: pd.DataFrame) -> pd.Series:
    country = pd.Series(pd.NA, index=frame.index, dtype="string")
    for name in ("iso3", "adm0_name", "adm0_pcode"):
        if name in frame:
            country = country.fillna(iso3_of(texts(frame[name].map(text_of))))
    for name in (f"adm{level}_pcode" for level in (1, 2, 3)):
        if name in frame:
            country = country.fillna(iso3_of(texts(frame[name]).str[:2]))
    return country


def _is_all(values: pd.Series) -> pd.Series:
    return (texts(values).str.casefold() == "all").fillna(False).astype(bool)
