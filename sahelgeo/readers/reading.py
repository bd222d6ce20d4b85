"""From a found feed to a checked table with its account: the steps that all readers share."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from sahelgeo.conformance import conform
from sahelgeo.errors import DataWarning, FormatError, SchemaError
from sahelgeo.events.exports import refuse_copies
from sahelgeo.readers.feed import Found, find, not_recognised
from sahelgeo.readers.opener import Readable, open_file
from sahelgeo.readers.report import KEPT, ReadReport, account, first_and_last_day, people_in, places_in
from sahelgeo.readers.sheet import Opened
from sahelgeo.tables import TABLES


@dataclass(frozen=True)
class Tidied:
    """What the tidying of one sheet gives.

    Attributes
    ----------
    table : pandas.DataFrame
        The rows under declared names, not yet checked.
    fates : pandas.Series
        ``kept`` or the reason for dropping, for each row of the sheet.
    notes : tuple of str
        Choices and doubts, in sentences.
    warnings : tuple of str
        What makes the table partial, in sentences.
    kind : str
        The declared table; empty for a plain frame that no declaration fits.
    """

    table: pd.DataFrame
    fates: pd.Series
    notes: tuple[str, ...] = field(default=())
    warnings: tuple[str, ...] = field(default=())
    kind: str = ""


Tidy = Callable[[Found], Tidied]


def read_feeds(path: Readable, wanted: Iterable[str], tidy: Tidy, report: bool, *, one_sheet: bool = True) -> Any:
    """Open a file, find one of the wanted feeds in it, tidy, check, and give the table (and its account)."""
    opened = open_file(path)
    names = tuple(wanted)
    founds = find(opened, names)
    if not founds:
        raise not_recognised(opened, names)
    return finish(opened, founds[:1] if one_sheet else founds, tidy, report)


def finish(opened: Opened, founds: list[Found], tidy: Tidy, report: bool) -> Any:
    """Tidy the found sheets, check the table and make the account."""
    parts = [tidy(found) for found in founds]
    for part in parts:
        for sentence in part.warnings:
            warnings.warn(f"{opened.file}: {sentence}", DataWarning, stacklevel=4)
    kind = parts[0].kind
    table = _checked(_joined([part.table for part in parts]), kind, opened)
    if not report:
        return table
    return table, _report(opened, founds, parts, table, kind)


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    if len(tables) == 1:
        return tables[0].reset_index(drop=True)
    return pd.concat(tables, ignore_index=True)


def _checked(table: pd.DataFrame, kind: str, opened: Opened) -> pd.DataFrame:
    if not kind:
        return table
    try:
        checked = conform(table, kind)
    except SchemaError as failure:
        if kind == "events":
            refuse_copies(table, opened.file)
        raise SchemaError(f"{opened.file}: {failure}", failure.problems) from failure
    if isinstance(table, gpd.GeoDataFrame) and not TABLES[kind].geographic:
        checked = gpd.GeoDataFrame(checked, geometry=table.active_geometry_name, crs=table.crs)
    return checked


def _report(opened: Opened, founds: list[Found], parts: list[Tidied], table: pd.DataFrame, kind: str) -> ReadReport:
    feed = founds[0].feed
    fates = pd.concat([part.fates for part in parts], ignore_index=True)
    rows, kept, dropped = account(fates)
    start, end = first_and_last_day(table)
    sheets: dict[str, int | str] = {sheet.name: "not read: no headings of this feed" for sheet in opened.sheets}
    sheets.update({found.sheet.name: found.header for found in founds})
    notes = [*opened.notes, *(note for part in parts for note in (*part.notes, *part.warnings))]
    return ReadReport(
        file=opened.file,
        feed=feed.id,
        title=feed.title,
        vintage=founds[0].vintage.name,
        table=kind or "plain",
        sheets=sheets,
        rows=rows,
        rows_kept=kept,
        rows_dropped=dropped,
        table_rows=len(table),
        people=people_in(table),
        start=start,
        end=end,
        places=places_in(table),
        notes=tuple(dict.fromkeys(notes)),
    )


def dropped(fates: pd.Series, rows: pd.Series, reason: str) -> pd.Series:
    """The fates with the rows (a mask) that were still kept now dropped for a reason."""
    hit = rows.index[rows.to_numpy(dtype=bool)]
    hit = hit[(fates[hit] == KEPT).to_numpy()]
    return fates.where(~fates.index.isin(hit), reason)


def need_rows(frame: pd.DataFrame, found: Found) -> None:
    """Refuse a file whose headings stand over nothing."""
    if frame.empty:
        raise FormatError(
            f"{found.sheet.where}: the headings of {found.feed.title} on row {found.header}, and no row of data below them"
        )
