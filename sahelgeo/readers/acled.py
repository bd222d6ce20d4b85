"""ACLED: events of political violence from its exports, and its counts by area and month from HDX."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal, overload

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import SHOWN_AT_MOST, FormatError, listed
from sahelgeo.events.exports import EXPORTED
from sahelgeo.readers.countries import iso3_of
from sahelgeo.readers.feed import Found, body, find, not_recognised
from sahelgeo.readers.opener import Readable, open_file
from sahelgeo.readers.points import points
from sahelgeo.readers.printed import days, numbers, text_column, text_of, whole_numbers
from sahelgeo.readers.reading import Tidied, dropped, finish, need_rows
from sahelgeo.readers.report import ReadReport
from sahelgeo.readers.sheet import Opened

FEEDS = ("acled", "acled-counts")
_FIRST_YEAR, _LAST_YEAR = 1997, 2100


@overload
def read_acled(path: Readable, *, report: Literal[False] = ...) -> pd.DataFrame: ...
@overload
def read_acled(path: Readable, *, report: Literal[True]) -> tuple[pd.DataFrame, ReadReport]: ...
def read_acled(path: Readable, *, report: bool = False) -> Any:
    r"""Events from an export of ACLED, or its counts of events by area and month.

    ACLED's terms do not allow its rows to be passed on: keep the file, and publish sums with its credit.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The CSV export (of 2020, with an HXL row, or current), the API's JSON, or the workbook of counts on HDX.
    report : bool
        Whether to return the account of the reading too.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        For an export an Events table in EPSG:4326: ``event`` is ACLED's id, ``kind`` and ``subkind`` its types,
        ``fatalities`` the reported deaths, ``geo_precision`` 1 (exact) to 3 (only the region). Also ``disorder_type`` and
        ``civilian_targeting`` where the export has them, ``place``, ``admin1`` to ``admin3``, ``iso3``; and ``exported``, the
        day of the newest ``timestamp`` of the file, if it prints them.

        The counts do not fit the Events table, whose rows are single events. They come as a plain table: ``pcode``, ``iso3``,
        ``admin1``, ``admin2``, ``start``, ``end``, ``events``, ``fatalities``, ``source``. A printed 0 says that ACLED
        covered the area and recorded nothing.
    ReadReport
        With ``report=True``: every row of the file kept, or dropped for a reason.

    Raises
    ------
    FormatError
        Another kind of file, cells that are no numbers or days, coordinates that are no place.
    DuplicateEventError
        An event that stands twice with different figures, as where two exports were put together; ``.table`` has every row, each
        with the day of its own timestamp in ``exported``, for :func:`newest_export`.

    See Also
    --------
    read_ucdp : Read events of UCDP.
    sum_events : Events and deaths by area and period.
    newest_export : Keep the newest row of each event.

    Notes
    -----
    ACLED's scale of places: 1 exact, 2 near, 3 the region only (its codebook). With 3 the point is the region's capital.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["event_id_cnty,event_date,disorder_type,event_type,actor1,country,latitude,longitude,fatalities",
    ...          "BFO1,15 August 2020,Political violence,Battles,Invented Front,Burkina Faso,14.1,-1.6,3"]
    >>> events = sg.read_acled(io.BytesIO("\n".join(lines).encode()))
    >>> events[["event", "date", "fatalities"]].astype(str).values.tolist()
    [['BFO1', '2020-08-15', '3']]
    """
    opened = open_file(path)
    founds = find(opened, FEEDS)
    if not founds:
        raise not_recognised(opened, FEEDS)
    return read_found(opened, founds, report)


def read_found(opened: Opened, founds: list[Found], report: bool) -> Any:
    """The table of an opened file in which the feed was found."""
    first = founds[0].feed.id
    if first == "acled":
        return finish(opened, founds[:1], tidy_acled, report)
    return finish(opened, [found for found in founds if found.feed.id == first], tidy_counts, report)


def tidy_acled(found: Found) -> Tidied:
    """One export of events, tidied."""
    where = found.sheet.where
    frame, fates = body(found)
    need_rows(frame, found)
    copies = frame.duplicated()
    fates = dropped(fates, copies.reindex(fates.index, fill_value=False), "duplicate")
    frame = frame[~copies]

    column = partial(text_column, frame)

    table = pd.DataFrame(
        {
            "event": column("event"),
            "date": days(frame["date"], "event_date", where),
            "source": found.feed.source,
            **{name: column(name) for name in ("kind", "subkind", "actor1", "actor2")},
            "fatalities": numbers(frame["fatalities"], "fatalities", where),
            "geo_precision": numbers(frame["geo_precision"], "geo_precision", where)
            if "geo_precision" in frame
            else pd.NA,
            "disorder_type": column("disorder"),
            "civilian_targeting": column("civilians"),
            **{name: column(name) for name in ("place", "admin1", "admin2", "admin3")},
            "iso3": iso3_of(column("iso3")).fillna(iso3_of(column("country"))),
        }
    )
    stamped, notes = _export_days(frame, table["event"])
    events = gpd.GeoDataFrame(table.assign(**stamped), geometry=points(frame, found), crs="EPSG:4326")
    return Tidied(events, fates, notes, (), "events")


def _export_days(frame: pd.DataFrame, event: pd.Series) -> tuple[dict[str, pd.Series], tuple[str, ...]]:
    """``exported`` from ACLED's timestamps, which say when each row was last changed.

    The export is as new as its newest row. Where an event stands twice two exports are in the file, and each row keeps its own day.
    """
    if "timestamp" not in frame or frame["timestamp"].map(text_of).isna().all():
        return {}, ()
    answers = {value: _stamped_day(value) for value in frame["timestamp"].unique()}
    stamps = frame["timestamp"].map(answers).astype("datetime64[us]")
    if stamps.isna().all() or (event.duplicated().any() and stamps.isna().any()):
        unreadable = listed(list(stamps.index[stamps.isna()]), SHOWN_AT_MOST)
        return {}, (f"column 'timestamp', rows {unreadable}: no time, so 'exported' is not known",)
    if not event.duplicated().any():
        stamps = pd.Series(stamps.max(), index=frame.index)
    return {EXPORTED: stamps}, ()


def _stamped_day(value: Any) -> pd.Timestamp | None:
    """The day of a time in seconds since 1970, as ACLED prints it, or of a printed day."""
    text = text_of(value) or ""
    seconds = pd.to_numeric(text, errors="coerce")
    time = pd.to_datetime(seconds, unit="s", errors="coerce") if pd.notna(seconds) else pd.NaT
    if pd.isna(time):
        time = pd.to_datetime(text[:10], format="%Y-%m-%d", errors="coerce")
    return None if pd.isna(time) or not _FIRST_YEAR <= time.year <= _LAST_YEAR else time.normalize()


def tidy_counts(found: Found) -> Tidied:
    """One sheet of counts by area and month, tidied."""
    where = found.sheet.where
    frame, fates = body(found)
    need_rows(frame, found)

    column = partial(text_column, frame)

    month = column("month") + " " + frame["year"].map(text_of).astype("string")
    if month.isna().any():
        raise FormatError(f"{where}, column 'Month', row {month.index[month.isna()][0]}: empty. Name the month")
    table = pd.DataFrame(
        {
            "pcode": column("admin2_pcode").fillna(column("admin1_pcode")),
            "iso3": iso3_of(column("iso3")).fillna(iso3_of(column("country"))),
            "admin1": column("admin1"),
            "admin2": column("admin2"),
            "start": days(month, "Month", where, month="first"),
            "end": days(month, "Month", where, month="last"),
            "events": whole_numbers(frame["events"], "Events", where),
            "fatalities": (whole_numbers(frame["fatalities"], "Fatalities", where) if "fatalities" in frame else pd.NA),
            "source": found.feed.source,
        }
    )
    return Tidied(table, fates, (), (), "")
