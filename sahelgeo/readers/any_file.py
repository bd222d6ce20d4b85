"""Read a file without being told what it is."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, overload

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers import acled, cadre_harmonise, displacement_list, fewsnet, hapi, idmc, ipc, unhcr
from sahelgeo.readers.conasur import tidy_conasur
from sahelgeo.readers.dtm import tidy_dtm
from sahelgeo.readers.feed import Found, feeds, find, not_recognised
from sahelgeo.readers.opener import Readable, open_file
from sahelgeo.readers.own_tables import OWN_TABLES, tidy_own
from sahelgeo.readers.population import tidy_population
from sahelgeo.readers.printed import fold, text_of
from sahelgeo.readers.reading import finish
from sahelgeo.readers.report import ReadReport
from sahelgeo.readers.sheet import BoundariesError, Opened
from sahelgeo.readers.ucdp import tidy_ucdp

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
        The sheets that hold the feed, the one that fits best first.
    """

    opened: Opened
    founds: list[Found]


@overload
def read(path: Readable, *, report: Literal[False] = ..., **options: Any) -> pd.DataFrame: ...
@overload
def read(path: Readable, *, report: Literal[True], **options: Any) -> tuple[pd.DataFrame, ReadReport]: ...
def read(path: Readable, *, report: bool = False, **options: Any) -> Any:
    r"""Read a file of any feed, recognised by what it holds and not by its name.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The file, also in a zip archive.
    report : bool
        Whether to return the account of the reading too: which feed and vintage it is, and what became of each row.
    **options
        Options of the feed's own reader, such as ``date``, ``period``, ``which`` or ``level``.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        The table that the feed's own reader gives. Files of boundaries give what ``read_areas`` gives.
    ReadReport
        With ``report=True``. Files of boundaries have none.

    Raises
    ------
    FormatError
        A file that is no known feed: the message says what was seen, and which feeds come nearest. Or a file of a known
        feed that does not say its date or period, or an option that its reader does not have.
    SchemaError
        Figures that break a rule of the table.

    See Also
    --------
    inspect_file : Say in words what a file is.
    ReadReport : The account of a reading.
    read_areas : Read boundaries of any usual publisher.

    Notes
    -----
    Feeds are recognised by their column names: ``sahelgeo/data/feeds`` has one file for each feed. Nothing in a file is evaluated.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["iso3,country_name,year,new_displacement,total_displacement", "MLI,Mali,2022,153990,379932"]
    >>> stocks, account = sg.read(io.BytesIO("\n".join(lines).encode()), report=True)
    >>> account.feed, int(stocks["people"].sum())
    ('idmc-gidd', 379932)
    """
    try:
        opened = open_file(path)
    except BoundariesError as refusal:
        return _read_boundaries(path, refusal, report, options)
    if cadre_harmonise.is_empty(opened):
        return cadre_harmonise.read_nothing(opened, report)
    try:
        recognised = recognise(opened)
    except BoundariesError as refusal:
        return _read_boundaries(path, refusal, report, options)
    return read_recognised(recognised, report, options)


def _read_boundaries(path: Readable, refusal: BoundariesError, report: bool, options: dict[str, Any]) -> Any:
    reader = areas_reader()
    if report:
        raise refusal
    if hasattr(path, "seek"):
        path.seek(0)
    try:
        return reader(path, **options)
    except FormatError as failure:
        raise FormatError(f"{refusal}. read_areas says: {failure}") from failure


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
    first = max(founds, key=lambda found: (len(found.vintage.needs), len(found.columns)))
    same = [found for found in founds if found.feed.id == first.feed.id]
    return Recognised(opened, [first, *(found for found in same if found is not first)])


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


def read_recognised(recognised: Recognised, report: bool, options: dict[str, Any]) -> Any:
    """The table of a recognised file, by the feed's own reader."""
    opened, founds = recognised.opened, recognised.founds
    feed = founds[0].feed
    read_founds, known = _READERS[feed.id]
    unknown = sorted(set(options) - set(known))
    if unknown:
        takes = ", ".join(known) or "no options"
        raise FormatError(f"{opened.file}: {feed.reader} has no option {unknown[0]!r}. It takes: {takes}")
    return read_founds(opened, founds, report, **options)


def _with(tidy: Callable[..., Any]) -> Callable[..., Any]:
    def read_founds(opened: Opened, founds: list[Found], report: bool, **options: Any) -> Any:
        return finish(opened, founds[:1], lambda found: tidy(found, **options), report)

    return read_founds


_READERS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "acled": (acled.read_found, ()),
    "acled-counts": (acled.read_found, ()),
    "cadre-harmonise": (cadre_harmonise.read_found, ("which", "period", "kind")),
    "cadre-harmonise-matrix": (cadre_harmonise.read_found, ("period",)),
    "cod-ps": (_with(tidy_population), ("year", "level")),
    "conasur": (_with(tidy_conasur), ("date",)),
    "displacement-list": (displacement_list.read_found, ("sheet", "date", "coordinates")),
    "dtm": (_with(tidy_dtm), ("level",)),
    "dtm-workbook": (_with(tidy_dtm), ()),
    "fews-net-shapes": (fewsnet.read_found, ("period",)),
    "fews-net-table": (fewsnet.read_found, ()),
    **dict.fromkeys(hapi.FEEDS, (_with(hapi.tidy_hapi), ("level",))),
    "idmc-gidd": (_with(idmc.tidy_idmc), ("measure",)),
    "idmc-disasters": (_with(idmc.tidy_idmc), ()),
    "idmc-idu": (_with(idmc.tidy_idmc), ()),
    "ipc": (ipc.read_found, ("period", "issued")),
    "ipc-stacked": (ipc.read_found, ()),
    **dict.fromkeys(OWN_TABLES, (_with(tidy_own), ())),
    "ucdp-ged": (_with(tidy_ucdp), ()),
    "unhcr": (_with(unhcr.tidy_unhcr), ()),
}
