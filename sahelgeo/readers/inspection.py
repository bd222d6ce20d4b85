"""What a file is, in words: for a first look before it is read."""

from __future__ import annotations

import warnings

import geopandas as gpd
import pandas as pd

from sahelgeo.conformance import listed
from sahelgeo.errors import DataWarning, SahelgeoError
from sahelgeo.readers.any_file import read_other
from sahelgeo.readers.feed import feeds
from sahelgeo.readers.opener import Readable, open_file
from sahelgeo.readers.printed import text_of
from sahelgeo.readers.reading import read_empty, read_found
from sahelgeo.readers.report import ReadReport
from sahelgeo.readers.sheet import Opened
from sahelgeo.readers.sheets import Found, find

_SHOWN_PERIODS = 12
PROBLEM = "problem "


def inspect_file(path: Readable) -> str:
    r"""Say what a file is: feed, vintage, sheets, rows kept and dropped, periods, places, people and problems.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        Any file.

    Returns
    -------
    str
        Lines of text. A file that cannot be read gives its problem in the same form; nothing is raised for it.

    See Also
    --------
    read : Read any known file, recognised by its contents.
    ReadReport : The account of a reading.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["iso3,country_name,year,new_displacement,total_displacement", "MLI,Mali,2022,153990,379932"]
    >>> print(sg.inspect_file(io.BytesIO("\n".join(lines).encode())))
    file      the open file
    feed      IDMC's Global Internal Displacement Database (GIDD) (idmc-gidd), read with read_idmc
    vintage   displacement by country and year
    sheets    headings on row 1
    rows      1 in the file = 1 kept
    table     stocks, 1 row
    period    2022-12-31
    places    1
    people    379,932
    note      none
    """
    opened, founds = None, list[Found]()
    try:
        opened = open_file(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataWarning)
            answer = read_empty(opened, feeds())
            if answer is None:
                founds = find(opened, feeds())
                answer = read_found(opened, founds, {}) if founds else read_other(opened, {})
    except SahelgeoError as problem:
        known = _feed_lines(opened, founds) if opened and founds else [("file", opened.file)] if opened else []
        return _lines([*known, ("problem", str(problem))])
    table, report = answer
    if isinstance(table, gpd.GeoDataFrame) and report.feed == "areas":
        return _lines(_area_lines(report, table))
    return _lines(_report_lines(report, table, _feed_lines(opened, founds)[:3] if founds else []))


def _area_lines(report: ReadReport, areas: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    """What a file of boundaries holds."""
    notes = list(report.notes) or ["none"]
    drawn = int((~areas.geometry.isna()).sum())
    return [
        ("file", report.file),
        ("feed", "boundaries of administrative areas, read with read_areas"),
        ("table", f"areas, {len(areas):,} row{'s' if len(areas) != 1 else ''}"),
        ("level", _distinct(areas["level"])),
        ("country", _distinct(areas["iso3"])),
        ("edition", _distinct(areas["edition"])),
        ("source", _distinct(areas["source"])),
        ("shapes", f"{drawn:,} in {areas.crs.to_string()}" if drawn else "none: a list of codes and names"),
        ("note" if len(notes) == 1 else "notes", notes[0]),
        *(("", note) for note in notes[1:]),
    ]


def _distinct(values: pd.Series) -> str:
    return listed(sorted(values.dropna().unique()), 12) or "not said"


def _feed_lines(opened: Opened, founds: list[Found]) -> list[tuple[str, str]]:
    found = max(founds, key=lambda found: (not found.sheet.hidden, found.rank))
    headers = "; ".join(_sheet_words(each.sheet.name, each.header) for each in founds)
    return [
        ("file", opened.file),
        ("feed", f"{found.feed.title} ({found.feed.id}), read with {found.feed.reader}"),
        ("vintage", found.vintage.name),
        ("sheets", headers),
    ]


def _report_lines(report: ReadReport, table: pd.DataFrame, feed_lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    lines = feed_lines or [("file", report.file)]
    sheets = [_sheet_words(name, what) for name, what in report.sheets.items()]
    lines += [("sheets", sheets[0] if sheets else "none"), *(("", words) for words in sheets[1:])]
    dropped = "".join(f" + {count:,} dropped ({reason})" for reason, count in report.rows_dropped.items())
    lines.append(("rows", f"{report.rows:,} in the file = {report.rows_kept:,} kept{dropped}"))
    lines.append(("table", f"{report.table}, {report.table_rows:,} row{'s' if report.table_rows != 1 else ''}"))
    if report.start is not None and report.end is not None:
        span = f"{report.start:%Y-%m-%d}" + (f" to {report.end:%Y-%m-%d}" if report.end != report.start else "")
        lines.append(("period", span))
    lines += [("places", f"{report.places:,}"), *_people_lines(report, table)]
    notes = list(report.notes) or ["none"]
    return [*lines, ("note" if len(notes) == 1 else "notes", notes[0]), *(("", note) for note in notes[1:])]


def _sheet_words(name: str, what: int | str) -> str:
    words = str(what)
    if isinstance(what, int):
        words = f"headings on row {what}" if what else "keys of the records"
    return f"{name!r}: {words}" if name else words


def _people_lines(report: ReadReport, table: pd.DataFrame) -> list[tuple[str, str]]:
    """The people for each day or period: their sum over several would count the same people again."""
    column = next((name for name in ("people", "population", "fatalities") if name in table), None)
    if column is None or table[column].isna().all():
        return []
    if report.table == "events" and report.people is not None:
        return [("deaths", f"{report.people:,.0f}")]
    keys = [name for name in ("iso3", "group", "kind", "date", "start", "end", "issued", "year") if name in table]
    sums = (
        table.groupby(keys, dropna=False)[column].sum(min_count=1)
        if keys
        else pd.Series([table[column].sum(min_count=1)])
    )
    when: list[str] = [name for name in ("year", "date", "start", "end", "issued") if name in keys]
    if when and len(sums) > 1:
        sums = sums.sort_index(level=when, sort_remaining=True)
    if len(sums) == 1:
        return [("people", f"{sums.iloc[0]:,.0f}")]
    last = sums.tail(_SHOWN_PERIODS)
    keyed = [key if isinstance(key, tuple) else (key,) for key in last.index]
    words = [" ".join(word for part in key if (word := _key_word(part))) for key in keyed]
    lines = [("people", f"{len(sums):,} counts, never to be added; the last {len(last)}:")]
    figures = [f"{value:,.0f}" if pd.notna(value) else "missing" for value in last]
    return lines + [("", f"{word}: {figure}") for word, figure in zip(words, figures, strict=True)]


def _key_word(part: object) -> str:
    return f"{part:%Y-%m-%d}" if isinstance(part, pd.Timestamp) else text_of(part)


def _lines(pairs: list[tuple[str, str]]) -> str:
    return "\n".join(f"{name:<9} {text}".rstrip() for name, text in pairs)
