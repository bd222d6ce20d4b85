"""UNHCR's Refugee Data Finder: refugees, asylum-seekers and internally displaced people at the end of each year."""

from __future__ import annotations

from typing import Any, Literal, overload

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.countries import country_pcodes, iso3_of, iso3_of_unhcr
from sahelgeo.readers.feed import Found, body
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.printed import numbers, text_of, texts
from sahelgeo.readers.reading import Tidied, need_rows, read_feeds
from sahelgeo.readers.report import ReadReport
from sahelgeo.readers.told_apart import tell_apart

_NOT_CARRIED = {
    "other_protection": "other people in need of international protection",
    "stateless": "stateless persons",
    "others": "others of concern",
    "host": "host community",
}
# UNHCR's words for an origin that is no country.
_UNKNOWN = ("UNK", "UKN", "XXA", "STA", "VAR", "TIB", "Unknown", "Stateless", "Various")


@overload
def read_unhcr(path: Readable, *, report: Literal[False] = ...) -> pd.DataFrame: ...
@overload
def read_unhcr(path: Readable, *, report: Literal[True]) -> tuple[pd.DataFrame, ReadReport]: ...
def read_unhcr(path: Readable, *, report: bool = False) -> Any:
    r"""Refugees, asylum-seekers, internally displaced people and returnees by country, from UNHCR's statistics.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The export of the Refugee Data Finder (CSV with its preamble, also in a zip archive) or an answer of its API (JSON).
    report : bool
        Whether to return the account of the reading too.

    Returns
    -------
    pandas.DataFrame
        A Stocks table: one row for each country of asylum (``pcode``, ``iso3``, ``place``), country of origin (``origin``,
        ``origin_name``), group and year, with ``date`` the last day of the year. Codes of countries are level-0 p-codes
        (two letters). ``-`` is missing and such figures give no row; a printed 0 stays 0. Internally displaced people give
        a row only under their own country. Groups that the Stocks table does not know are not carried; the report says
        which.
    ReadReport
        With ``report=True``: every row of the file kept, or dropped for a reason.

    Raises
    ------
    FormatError
        Another kind of file, a country that is unknown, or cells that are no numbers.

    See Also
    --------
    read_idmc : Read figures of IDMC.
    stock_origins : Where the people of each place come from.

    Notes
    -----
    UNHCR's own codes are not ISO's: its NIG is Nigeria, its NGR is Niger. They are translated where the file has no ISO
    codes.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["Year;Country of origin;Country of asylum;Country of origin (ISO);Country of asylum (ISO);"
    ...          "Refugees under UNHCR's mandate;Asylum-seekers", "2022;Mali;Niger;MLI;NER;61000;-"]
    >>> stocks = sg.read_unhcr(io.BytesIO("\n".join(lines).encode()))
    >>> stocks[["pcode", "origin", "group", "people"]].values.tolist()
    [['NE', 'ML', 'refugee', 61000]]
    """
    return read_feeds(path, ("unhcr",), tidy_unhcr, report)


def tidy_unhcr(found: Found) -> Tidied:
    """One sheet of UNHCR's statistics, tidied."""
    where, facts = found.sheet.where, found.feed.facts
    frame, fates = body(found)
    need_rows(frame, found)
    year = numbers(frame["year"], "Year", where)
    bad = year.isna() | (year % 1 != 0) | ~year.between(1900, 2100)
    if bad.any():
        row = bad.index[bad][0]
        raise FormatError(f"{where}, column 'Year', row {row} ({text_of(frame['year'][row])!r}): not a year")
    asylum, origin = _country(frame, "asylum", found), _country(frame, "origin", found)
    asylum_name, origin_name = _name(frame, "asylum", asylum), _name(frame, "origin", origin)
    base = pd.DataFrame(
        {
            "pcode": country_pcodes(asylum),
            "iso3": asylum,
            "place": asylum_name,
            "origin": country_pcodes(origin),
            "origin_name": origin_name,
            "date": pd.to_datetime(year.astype("Int64").astype("string") + "-12-31"),
            "method": "end-year statistics",
            "source": found.feed.source,
        }
    )
    tables = []
    for column, group in facts["groups"].items():
        if column not in frame:
            continue
        people = numbers(frame[column], found.feed.columns[column][0], where)
        rows = people.notna()
        if column == "idps":
            # The column stands in every row; between two countries nobody can be displaced internally.
            rows &= (origin_name == asylum_name).fillna(False) | (people > 0).fillna(False)
        tables.append(base[rows].assign(group=group, people=people[rows], reason=facts["reasons"].get(column)))
    table = pd.concat(tables)
    table, fates, notes = tell_apart(table, fates, found, "stocks")
    notes += [
        f"not carried, since no group of the Stocks table counts them: {words}"
        for column, words in _NOT_CARRIED.items()
        if column in frame
    ]
    return Tidied(table.sort_index(kind="stable"), fates, tuple(notes), (), "stocks")


def _country(frame: pd.DataFrame, which: str, found: Found) -> pd.Series:
    codes = pd.Series(pd.NA, index=frame.index, dtype="string")
    printed = codes
    for column, read in ((f"{which}_iso", iso3_of), (f"{which}_code", iso3_of_unhcr), (f"{which}_name", iso3_of)):
        if column in frame:
            values = texts(frame[column])
            printed = printed.fillna(values)
            codes = codes.fillna(read(values))
    unknown = codes.isna() & printed.notna() & ~printed.isin(_UNKNOWN)
    if which == "asylum" and (unknown | printed.isna()).any():
        row = frame.index[unknown | printed.isna()][0]
        raise FormatError(
            f"{found.sheet.where}, row {row}: {text_of(printed[row])!r} is no country of asylum that is known. "
            "Use ISO codes of three letters"
        )
    return codes


def _name(frame: pd.DataFrame, which: str, iso3: pd.Series) -> pd.Series:
    names = texts(frame[f"{which}_name"]) if f"{which}_name" in frame else pd.Series(pd.NA, frame.index, "string")
    printed = texts(frame[f"{which}_iso"]) if f"{which}_iso" in frame else iso3
    return names.fillna(printed).fillna(iso3)
