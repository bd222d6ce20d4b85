"""What an events table must hold before it is counted: each event once, from one source, in one edition of its export."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import DoubleCountError, DuplicateEventError, SchemaError
from sahelgeo.sums import Mask, first_rows, group_numbers, literal, named_rows

EXPORTED = "exported"
KEY = ("event", "source")
FATALITIES = ("fatalities", "fatalities_low", "fatalities_high")


def newest_export(events: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep of each event the row of the newest export: sources revise what they have published.

    ACLED and UCDP correct dates, places and deaths for years. Two exports put together hold many events twice.

    Parameters
    ----------
    events : geopandas.GeoDataFrame
        An Events table with ``exported``, the day that each row was exported.

    Returns
    -------
    geopandas.GeoDataFrame
        One row for each event and source, in the order and with the index of the rows that stay. An event that only an
        older export has stays: look for it yourself, the source may have withdrawn it.

    Raises
    ------
    SchemaError
        No column ``exported``, or a row without a day in it.
    DuplicateEventError
        One export holds an event twice; the rows are in ``.rows``.

    See Also
    --------
    sahelgeo.events.audit : Events whose place is doubtful.
    sum_events : Events and deaths by area and period.

    Notes
    -----
    The key of an event is its id and its source: ACLED's and UCDP's ids are never compared with each other.

    Examples
    --------
    >>> import geopandas as gpd, sahelgeo as sg
    >>> events = gpd.GeoDataFrame({"event": ["A1", "A1"], "source": "acled", "date": "2020-01-05", "fatalities": [2, 3],
    ...     "exported": ["2020-07-17", "2020-08-20"]}, geometry=gpd.points_from_xy([0, 0], [14, 14]), crs="EPSG:4326")
    >>> sg.events.newest_export(events)["fatalities"].tolist()
    [3]
    """
    days = _export_days(events)
    checks.columns(events, "events", dict.fromkeys(KEY, "any"))
    same = events[list(KEY)].assign(**{EXPORTED: days}).duplicated(keep=False).to_numpy(dtype=np.bool_)
    if same.any():
        raise DuplicateEventError(
            f"one export holds an event more than once in {named_rows(events, same, ['event'])}. Drop the copies: "
            "events.drop_duplicates()",
            events[same],
            events,
        )
    newest = days.groupby([events[name] for name in KEY], dropna=False).transform("max")
    return events[days == newest]


def _export_days(events: pd.DataFrame) -> pd.Series:
    if isinstance(events, pd.DataFrame) and EXPORTED not in events:
        raise SchemaError(
            f"events: there is no column {EXPORTED!r}. Add the day of each export: "
            f"events.assign({EXPORTED}='2020-07-17')"
        )
    checks.columns(events, "events", {EXPORTED: "any"})
    days = events[EXPORTED]
    if not pd.api.types.is_datetime64_dtype(days.dtype):
        answers = {
            value: pd.NaT if pd.isna(value) else checks.day(value, f"column {EXPORTED!r}") for value in days.unique()
        }
        days = days.map(answers)
    if days.isna().any():
        rows = listed(list(events.index[days.isna()]), SHOWN_AT_MOST)
        raise SchemaError(f"events: column {EXPORTED!r}, rows {rows}: empty. Say when each row was exported")
    return days.astype("datetime64[us]").dt.normalize()


def conform_events(events: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Check a table of events: its declaration, each event once, one source."""
    try:
        checked = conform(events, "events")
    except SchemaError:
        # Looking for copies first would cost as much again: only a table that is refused is asked why.
        if isinstance(events, pd.DataFrame) and set(KEY) <= set(events.columns):
            checks.columns(events, "events", dict.fromkeys(KEY, "any"))
            refuse_copies(events)
        raise
    assert isinstance(checked, gpd.GeoDataFrame)
    sources = checked["source"].unique()
    if len(sources) > 1:
        raise DoubleCountError(
            f"events come from {len(sources)} sources ({listed(list(sources), SHOWN_AT_MOST)}), which record the same "
            "incidents each in its own way: they do not add up. Choose one: events[events['source'] == ...]",
            events,
        )
    if EXPORTED in checked:
        checked = checked.assign(**{EXPORTED: _export_days(checked)})
    assert isinstance(checked, gpd.GeoDataFrame)
    return checked


def refuse_copies(events: pd.DataFrame, file: str = "") -> None:
    """Raise DuplicateEventError where an event stands more than once; of a file that was read, say how to get at its rows."""
    twice = events.duplicated(list(KEY), keep=False).to_numpy(dtype=np.bool_)
    if not twice.any():
        return
    held = "error.table" if file else "events"
    where = named_rows(events, twice, ["event"])
    if EXPORTED in events and not events.duplicated([*KEY, EXPORTED]).any():
        text = f"{where}: the same event in more than one export. Keep the newest row of each: newest_export({held})"
    else:
        text = (
            f"{where}: the same event more than once. Drop the copies ({held}.drop_duplicates()), or, if these are two "
            "exports, add 'exported' and call newest_export"
        )
    raise DuplicateEventError(
        f"{file}: " * bool(file) + f"events would be counted twice in {text}", events[twice], events
    )


def first_of(events: pd.DataFrame, mask: Mask) -> str:
    """The first rows of a mask in words, with their events; there may be a million of them."""
    positions = np.flatnonzero(mask)
    rows = events.iloc[positions[:SHOWN_AT_MOST]]
    more = len(positions) - len(rows)
    labels = listed(list(rows.index), SHOWN_AT_MOST) + (f" and {more:,} more" if more else "")
    names = listed([literal(name) for name in rows["event"]], SHOWN_AT_MOST)
    return f"row{'s' if len(positions) > 1 else ''} {labels} (event {names})"


def known_column(events: pd.DataFrame, by: object) -> None:
    """Raise unless ``by`` is None or the name of one column of the events."""
    if by is not None and (not isinstance(by, str) or by not in events.columns or by == "geometry"):
        several = "" if isinstance(by, str) else " (one name is needed)"
        raise SchemaError(
            f"by={by!r} is no column of the events{several}. There are: {listed(list(events.columns), 20)}"
        )


def fatality_columns(events: pd.DataFrame) -> list[str]:
    """The estimates of deaths that the table gives: the best, and low and high where they are not all missing."""
    return [name for name in FATALITIES if name == "fatalities" or events[name].notna().any()]


def span_of(events: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The whole months from the first to the last event."""
    first, last = events["date"].min(), events["date"].max()
    return first.to_period("M").start_time, last.to_period("M").end_time.normalize()


def keyed_sums(table: pd.DataFrame, keys: list[str], counted: list[str]) -> pd.DataFrame:
    """Events and deaths of each key, with how many events have no count of deaths; all-missing stays missing."""
    groups = group_numbers(table, keys)
    sums = table[counted].groupby(groups).sum(min_count=1).astype("Int64").reset_index(drop=True)
    number = pd.Series(np.bincount(groups), dtype="Int64")
    missing = pd.Series(np.bincount(groups, weights=table["fatalities"].isna().to_numpy()), dtype="float64")
    counts = pd.DataFrame({"events": number, **sums, "events_without_fatalities": missing.astype("Int64")})
    return pd.concat([first_rows(table, groups, keys), counts], axis=1)
