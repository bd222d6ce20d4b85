"""Read a file without being told what it is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.areas import areas_in, holds_areas
from sahelgeo.readers.feed import feeds
from sahelgeo.readers.opener import Readable, open_file
from sahelgeo.readers.printed import fold, text_of
from sahelgeo.readers.reading import Read, read_empty, read_found
from sahelgeo.readers.report import ReadReport
from sahelgeo.readers.sheet import Opened
from sahelgeo.readers.sheets import find, not_recognised

_LOOKUPS = (
    ({"location", "country length", "admin 1 length"}, "HDX's list of the lengths of p-codes"),
    ({"region 2025", "province 2025"}, "a list of the regions and provinces of Burkina Faso since 2025"),
    ({"new pcode", "new name", "old pcode", "old name"}, "a crosswalk of p-codes from one edition to another"),
)


def read(path: Readable, **options: Any) -> pd.DataFrame:
    r"""Read a file of any feed, recognised by what it holds and not by its name.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The file, also in a zip archive.
    **options
        Options of the feed's own reader, such as ``date``, ``period``, ``which`` or ``level``, and those of every reader:
        ``sheet`` (the one to read), ``encoding`` (of text), ``decimal`` and ``thousands`` (how numbers are written), ``day_first`` (how days are).

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        The table that the feed's own reader gives. Files of boundaries give what ``read_areas`` gives.

    Raises
    ------
    FormatError
        A file that is no known feed: the message says what was seen, and which feeds come nearest. Or a file that can be read in
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
    Feeds are recognised by their column names: ``sahelgeo/data/feeds`` has one file for each feed. Nothing in a file is evaluated.

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
        Which feed and vintage it is, which sheets were read, how many rows were kept or dropped and why, and what is doubtful.

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
    opened = open_file(path, options.get("encoding"))
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
            f"{opened.file}: the attribute table of a shapefile, without shapes. Give the .shp file, or a zip archive of all the parts"
        )
    _refuse_lookups(opened)
    raise not_recognised(opened)


def _refuse_lookups(opened: Opened) -> None:
    for sheet in opened.sheets:
        headings = {fold(text_of(cell)) for row in sheet.head()[:1] for cell in row}
        for known, title in _LOOKUPS:
            if known <= headings:
                raise FormatError(
                    f"{sheet.where}: {title}, a list of codes and names without figures to read. Open it with pandas.read_csv"
                )
