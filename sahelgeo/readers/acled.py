"""ACLED: events of political violence from its exports, and its counts by area and month from HDX."""

from __future__ import annotations

from typing import Unpack

import pandas as pd

from sahelgeo.errors import SHOWN_AT_MOST, listed
from sahelgeo.events.counting import EXPORTED
from sahelgeo.readers.columns import How
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.printed import text_of, texts
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied

_FIRST_YEAR, _LAST_YEAR = 1997, 2100


def read_acled(path: Readable, **how: Unpack[How]) -> pd.DataFrame:
    r"""Events from an export of ACLED, or its counts of events by area and month.

    ACLED's terms do not allow its rows to be passed on: keep the file, and publish sums with its credit.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The CSV export (of 2020, with an HXL row, or current), the API's JSON, or the workbook of counts on HDX.
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        For an export an Events table in EPSG:4326: ``event`` is ACLED's id, ``kind`` and ``subkind`` its types,
        ``fatalities`` the reported deaths, ``geo_precision`` 1 (exact) to 3 (only the region). Also ``disorder_type``
        and ``civilian_targeting`` where the export has them, ``place``, ``admin1`` to ``admin3``, ``iso3``; and
        ``exported``, the day of the newest ``timestamp`` of the file, if it prints them.

        The counts do not fit the Events table, whose rows are single events. They come as a plain table: ``pcode``,
        ``iso3``, ``admin1``, ``admin2``, ``start``, ``end``, ``events``, ``fatalities``, ``source``. A printed 0 says
        that ACLED covered the area and recorded nothing.

    Raises
    ------
    FormatError
        Another kind of file, cells that are no numbers or days, coordinates that are no place.
    DuplicateEventError
        An event that stands twice with different figures, as where two exports were put together; ``.table`` has every
        row, each with the day of its own timestamp in ``exported``, for :func:`sahelgeo.events.newest_export`.

    See Also
    --------
    read_ucdp : Read events of UCDP.
    sum_events : Events and deaths by area and period.
    newest_export : Keep the newest row of each event.

    Notes
    -----
    ACLED's scale of places: 1 exact, 2 near, 3 the region only (its codebook). With 3 the point is the region's
    capital.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["event_id_cnty,event_date,disorder_type,event_type,actor1,country,latitude,longitude,fatalities",
    ...          "BFO1,15 August 2020,Political violence,Battles,Invented Front,Burkina Faso,14.1,-1.6,3"]
    >>> events = sg.read_acled(io.BytesIO("\n".join(lines).encode()))
    >>> events[["event", "date", "fatalities"]].astype(str).values.tolist()
    [['BFO1', '2020-08-15', '3']]
    """
    return read_with("read_acled", path, **how)


def tidy(rows: Rows) -> Tidied:
    """One sheet of events or of counts, tidied."""
    return _tidy_counts(rows) if rows.feed.id == "acled-counts" else _tidy_events(rows)


def _tidy_events(rows: Rows) -> Tidied:
    table = rows.table(
        *("event", "kind", "subkind", "actor1", "actor2", "place", "admin1", "admin2", "admin3", "date", "fatalities"),
        *("geo_precision", "disorder_type", "civilian_targeting"),
        iso3=rows.country("iso3", "country"),
    )
    stamped, notes = _export_days(rows, table["event"])
    return rows.tidied(rows.located(table.assign(**stamped)), "events", notes)


def _export_days(rows: Rows, event: pd.Series) -> tuple[dict[str, pd.Series], tuple[str, ...]]:
    """``exported`` from ACLED's timestamps, which say when each row was last changed.

    The export is as new as its newest row. Where an event stands twice two exports are in the file, and each row keeps
    its own day.
    """
    if "timestamp" not in rows:
        return {}, ()
    printed = texts(rows.of_file("timestamp", rows.frame["timestamp"]))
    if printed.isna().all():
        return {}, ()
    stamps = _stamped_days(printed)
    if stamps.isna().all() or (event.duplicated().any() and stamps.isna().any()):
        unreadable = listed(list(stamps.index[stamps.isna()]), SHOWN_AT_MOST)
        return {}, (f"column 'timestamp', rows {unreadable}: no time, so 'exported' is not known",)
    if not event.duplicated().any():
        stamps = pd.Series(stamps.max(), index=event.index)
    return {EXPORTED: stamps.iloc[: len(event)]}, ()


def _stamped_days(printed: pd.Series) -> pd.Series:
    """The days of times in seconds since 1970, as ACLED prints them, or of printed days."""
    seconds = pd.to_numeric(printed, errors="coerce").astype("float64")
    times = pd.to_datetime(seconds, unit="s", errors="coerce").astype("datetime64[us]")
    written = pd.to_datetime(printed.where(seconds.isna()).str[:10], format="%Y-%m-%d", errors="coerce")
    days = times.fillna(written.astype("datetime64[us]"))
    return days.where(days.dt.year.between(_FIRST_YEAR, _LAST_YEAR)).dt.normalize()


def _tidy_counts(rows: Rows) -> Tidied:
    month = rows.text("month")
    rows.refuse(month, month.isna(), "month", "empty. Name the month")
    printed = month + " " + rows.frame["year"].map(text_of).astype("string")
    first, last = rows.days({"Month": printed}, {"Month": "first"}), rows.days({"Month": printed}, {"Month": "last"})
    table = rows.table(
        *("admin1", "admin2"),
        pcode=rows.text("admin2_pcode", "admin1_pcode"),
        iso3=rows.country("iso3", "country"),
        start=first["Month"],
        end=last["Month"],
        **{name: rows.whole(name) for name in ("events", "fatalities")},
    )
    return rows.tidied(table, "")
