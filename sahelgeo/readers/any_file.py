"""Read a file without being told what it is."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.feed import feeds
from sahelgeo.readers.opener import Readable, open_file
from sahelgeo.readers.printed import fold, text_of
from sahelgeo.readers.reading import Read, read_empty, read_found
from sahelgeo.readers.report import ReadReport, areas_report
from sahelgeo.readers.sheet import BoundariesError, Opened
from sahelgeo.readers.sheets import Found, find, not_recognised

_AREA_HEADINGS = frozenset(
    [
        "adm0 pcode",
        "adm1 pcode",
        "adm2 pcode",
        "adm3 pcode",
        "admin0pcod",
        "admin1pcod",
        "admin2pcod",
        "shapeiso",
        "gid 0",
    ]
)
_OWN_AREAS = frozenset(["pcode", "edition", "name", "level"])
_CODE_LIST = frozenset(["location", "admin level", "p code", "name", "parent p code"])
_LOOKUPS = (
    ({"location", "country length", "admin 1 length"}, "HDX's list of the lengths of p-codes"),
    ({"region 2025", "province 2025"}, "a list of the regions and provinces of Burkina Faso since 2025"),
    ({"new pcode", "new name", "old pcode", "old name"}, "a crosswalk of p-codes from one edition to another"),
)


@dataclass(frozen=True)
class Recognised:
    """What a file was taken for.

    Attributes
    ----------
    opened : Opened
        The opened file.
    founds : list of Found
        The sheets that hold a feed.
    """

    opened: Opened
    founds: list[Found]

    @property
    def best(self) -> Found:
        """The sheet that fits its feed best."""
        return max(self.founds, key=lambda found: (not found.sheet.hidden, found.rank))


def read(path: Readable, **options: Any) -> pd.DataFrame:
    r"""Read a file of any feed, recognised by what it holds and not by its name.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The file, also in a zip archive.
    **options
        Options of the feed's own reader, such as ``date``, ``period``, ``which`` or ``level``, and those of every reader:
        ``sheet`` (the one to read), ``decimal`` and ``thousands`` (how numbers are written), ``day_first`` (how days are).

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
    try:
        opened = open_file(path)
        nothing = read_empty(opened, feeds())
        if nothing is not None:
            return nothing
        recognised = recognise(opened)
    except BoundariesError as refusal:
        return _read_boundaries(path, refusal, options)
    return read_recognised(recognised, options)


def _read_boundaries(path: Readable, refusal: BoundariesError, options: dict[str, Any]) -> Read:
    if not isinstance(path, str) and hasattr(path, "seek"):
        path.seek(0)
    try:
        areas = areas_reader()(path, **options)
    except FormatError as failure:
        raise FormatError(f"{refusal}. read_areas says: {failure}") from failure
    return areas, areas_report(areas, str(refusal).partition(":")[0])


def areas_reader() -> Callable[..., Any]:
    """The reader of boundaries, loaded only when a file needs it."""
    reader: Callable[..., Any] = importlib.import_module("sahelgeo.readers.areas").read_areas
    return reader


def recognise(opened: Opened) -> Recognised:
    """Which feed an opened file holds.

    Raises
    ------
    FormatError
        None that is known.
    """
    founds = find(opened, feeds())
    if not founds:
        _refuse_lookups(opened)
        raise not_recognised(opened)
    return Recognised(opened, founds)


def holds_areas(opened: Opened) -> bool:
    """Whether a file looks like boundaries: shapes, and names or codes of administrative areas."""
    if not any(sheet.geometry is not None for sheet in opened.sheets):
        return False
    headings = {fold(text_of(cell)) for sheet in opened.sheets for row in sheet.head()[:1] for cell in row}
    return bool(_AREA_HEADINGS & headings) or headings >= _OWN_AREAS


def _refuse_lookups(opened: Opened) -> None:
    for sheet in opened.sheets:
        headings = {fold(text_of(cell)) for row in sheet.head()[:1] for cell in row}
        if headings >= _CODE_LIST:
            raise BoundariesError(f"{sheet.where}: OCHA's global list of p-codes. read_areas reads it")
        for known, title in _LOOKUPS:
            if known <= headings:
                raise FormatError(
                    f"{sheet.where}: {title}, a list of codes and names without figures to read. Open it with pandas.read_csv"
                )
    if holds_areas(opened):
        raise BoundariesError(f"{opened.file}: boundaries of administrative areas. read_areas reads it")


def read_recognised(recognised: Recognised, options: dict[str, Any]) -> Read:
    """The table of a recognised file, by the feed's own module."""
    return read_found(recognised.opened, recognised.founds, options)
