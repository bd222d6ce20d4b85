"""A file of which nothing is told: read for what it holds, or described in words for a first look."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sahelgeo.errors import FormatError, SahelgeoError, hearing, listed
from sahelgeo.late import gpd
from sahelgeo.readers.areas import areas_in, holds_areas
from sahelgeo.readers.bounds import Limits
from sahelgeo.readers.feed import feeds
from sahelgeo.readers.opener import NO_FEEDS, Readable, open_file
from sahelgeo.readers.printed import fold, text_of
from sahelgeo.readers.reading import Read, read_empty, read_found
from sahelgeo.readers.report import ReadReport
from sahelgeo.readers.sheets import Opened, find, not_recognised
from sahelgeo.words import in_language


def read(path: Readable, **options: Any) -> pd.DataFrame:
    r"""Read a file of any feed, recognised by what it holds and not by its name.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The file, also in a zip archive.
    **options
        Options of the feed's own reader, such as ``date``, ``period``, ``which`` or ``level``, and those of every
        reader:
        ``sheet`` (the one to read), ``encoding`` (of text), ``decimal`` and ``thousands`` (how numbers are written),
        ``day_first`` (how days are), ``limits`` (bounds to move, such as ``{"cells": 50_000_000}``: a file beyond them
        is refused before it takes memory and time).

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        The table that the feed's own reader gives. Files of boundaries give what ``read_areas`` gives.

    Raises
    ------
    FormatError
        A file that is no known feed: the message says what was seen, and which feeds come nearest. Or a file that can
        be read in
        two ways, of a known feed that does not say its date or period, or an option that its reader does not have.
    SchemaError
        Figures that break a rule of the table.

    Warns
    -----
    DataWarning
        Totals that do not add up, sheets left out, a page of several.

    See Also
    --------
    read_with_report : Read a file, with the account of what became of each row.
    inspect_file : Say in words what a file is.
    read_areas : Read boundaries of any usual publisher.

    Notes
    -----
    Feeds are recognised by their column names: ``sahelgeo/data/feeds`` has one file for each feed. Nothing in a file
    is evaluated.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["iso3,country_name,year,new_displacement,total_displacement", "MLI,Mali,2022,153990,379932"]
    >>> stocks = sg.read(io.BytesIO("\n".join(lines).encode()))
    >>> int(stocks["people"].sum())
    379932
    """
    return _read(path, options)[0]


def read_with_report(path: Readable, **options: Any) -> tuple[pd.DataFrame, ReadReport]:
    r"""Read a file of any feed, or of boundaries, with the account of what became of each of its rows.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The file, also in a zip archive.
    **options
        As for :func:`read`.

    Returns
    -------
    table : pandas.DataFrame or geopandas.GeoDataFrame
        What :func:`read` gives.
    report : ReadReport
        Which feed and vintage it is, which sheets were read, how many rows were kept or dropped and why, and what is
        doubtful.

    Raises
    ------
    FormatError
        As for :func:`read`.
    SchemaError
        Figures that break a rule of the table.

    See Also
    --------
    read : The table alone.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["iso3,country_name,year,new_displacement,total_displacement", "MLI,Mali,2022,153990,379932"]
    >>> stocks, account = sg.read_with_report(io.BytesIO("\n".join(lines).encode()))
    >>> account.feed, account.rows_kept, account.people
    ('idmc-gidd', 1, 379932.0)
    """
    return _read(path, options)


def _read(path: Readable, options: dict[str, Any]) -> Read:
    return _read_opened(open_file(path, options.get("encoding"), options.get("limits")), options)


def _read_opened(opened: Opened, options: dict[str, Any]) -> Read:
    nothing = read_empty(opened, feeds())
    if nothing is not None:
        return nothing
    founds = find(opened, feeds())
    return read_found(opened, founds, options) if founds else read_other(opened, options)


def read_other(opened: Opened, options: dict[str, Any]) -> Read:
    """The boundaries of a file in which no feed was found.

    Raises
    ------
    FormatError
        It holds none.
    """
    if holds_areas(opened):
        return areas_in(opened, **options)
    if all(sheet.form == "dbf" for sheet in opened.sheets):
        raise FormatError(
            f"{opened.file}: the attribute table of a shapefile, without shapes. Give the .shp file, or a zip archive "
            f"of all the parts"
        )
    _refuse_lookups(opened)
    raise not_recognised(opened)


def _refuse_lookups(opened: Opened) -> None:
    for sheet in opened.sheets:
        headings = {fold(text_of(cell)) for row in sheet.head[:1] for cell in row}
        for title, known in NO_FEEDS["lists"].items():
            if headings.issuperset(known):
                raise FormatError(
                    f"{sheet.where}: {title}, a list of codes and names without figures to read. Open it with "
                    f"pandas.read_csv"
                )


_SHOWN_PERIODS = 12
PROBLEM = "problem"


def inspect_file(path: Readable, limits: Limits | None = None, *, lang: str = "en") -> str:
    r"""Say what a file is: feed, vintage, sheets, rows kept and dropped, periods, places, people and problems.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        Any file.
    limits : mapping, optional
        Bounds to move, such as ``{"cells": 50_000_000}``: a file beyond them is not opened.
    lang : {"en", "fr"}
        Language of the lines. Names of feeds and what a file prints stay as they are.

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
    opened = None
    try:
        opened = open_file(path, limits=limits)
        with hearing():
            table, report = _read_opened(opened, {})
    except SahelgeoError as problem:
        known = (_feed_lines(opened) or [("file", opened.file)]) if opened else []
        return _lines([*known, (PROBLEM, str(problem))], lang)
    if isinstance(table, gpd.GeoDataFrame) and report.feed == "areas":
        return _lines(_area_lines(report, table), lang)
    return _lines(_report_lines(report, table, _feed_lines(opened)[:3]), lang)


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


def _feed_lines(opened: Opened) -> list[tuple[str, str]]:
    founds = find(opened, feeds())
    if not founds:
        return []
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


def _lines(pairs: list[tuple[str, str]], lang: str) -> str:
    said = [(in_language(name, lang), in_language(text, lang)) for name, text in pairs]
    return "\n".join(f"{name:<9} {text}".rstrip() for name, text in said)
