"""Events of violence: ACLED's exports and its counts by area and month, and UCDP's dataset (GED)."""

from __future__ import annotations

from typing import Unpack

import pandas as pd

from sahelgeo.embedded import read_rows
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


def read_ucdp(path: Readable, **how: Unpack[How]) -> pd.DataFrame:
    r"""Events from UCDP's Georeferenced Event Dataset (GED).

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The CSV file or its zip archive, from UCDP or from HDX (with an HXL row).
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    geopandas.GeoDataFrame
        An Events table in EPSG:4326: ``date`` is the first day (``date_end`` the last), ``kind`` state-based, non-state
        or one-sided violence, ``fatalities`` the best estimate with ``fatalities_low`` and ``fatalities_high``, in
        deaths. ``geo_precision`` is UCDP's scale, 1 exact to 7 international waters: 4 and above are no place within a
        province. Also ``dyad``, ``place``, ``admin1``, ``admin2``, ``iso3`` (by UCDP's names and Gleditsch-Ward
        numbers) and, where the file has them, ``civilians``, those among the best estimate. UCDP's deaths may not be
        added to ACLED's.

    Raises
    ------
    FormatError
        Another kind of file, cells that are no numbers or days, coordinates that are no place.
    SchemaError
        An event that stands twice with different figures.

    See Also
    --------
    read_acled : Read events of ACLED.
    sum_events : Events and deaths by area and period.

    Notes
    -----
    Precision of places: UCDP GED codebook, ``where_prec``. Low, best and high are UCDP's own estimates.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["id,type_of_violence,side_a,side_b,where_prec,latitude,longitude,country,date_start,date_end,"
    ...          "low,best,high",
    ...          "7,3,JNIM,Civilians,1,14.1,-1.6,Burkina Faso,2020-01-20,2020-01-20,30,36,40"]
    >>> events = sg.read_ucdp(io.BytesIO("\n".join(lines).encode()))
    >>> events[["event", "kind", "fatalities"]].values.tolist()
    [['7', 'one-sided violence', 36]]
    """
    return read_with("read_ucdp", path, **how)


def tidy(rows: Rows) -> Tidied:
    """One sheet of events or of counts, tidied."""
    if rows.feed.id == "ucdp-ged":
        return _tidy_ged(rows)
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


def _tidy_ged(rows: Rows) -> Tidied:
    table = rows.table(
        *("event", "actor1", "actor2", "dyad", "place", "admin1", "admin2", "date", "date_end", "geo_precision"),
        *("fatalities", "fatalities_low", "fatalities_high", *(["civilians"] if "civilians" in rows else [])),
        kind=rows.word("type", rows.facts["kinds"], "not 1, 2 or 3"),
        iso3=_countries(rows),
    )
    if "civilians" in table:
        table["civilians"] = table["civilians"].astype("Int64")
    rows.doubt(table["date_end"] < table["date"], "date_end is before date, and both were kept as printed")
    return rows.tidied(rows.located(table), "events")


def _countries(rows: Rows) -> pd.Series:
    """ISO codes by the file's own, by UCDP's names of countries and by their Gleditsch-Ward numbers."""
    known = read_rows("ucdp_countries.csv")
    numbers = {row["gw"]: row["iso3"] for row in known}
    names = {row["name"]: row["iso3"] for row in known if row["name"]}
    by_name = rows.country("iso3", "country").fillna(rows.text("country").map(names).astype("string"))
    return by_name.fillna(rows.text("country_id").map(numbers).astype("string"))
