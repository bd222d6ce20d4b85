"""What may be counted: each event once, from one source, in one export, on days and in areas that the source covers.

Only where a source looked does no event mean zero; a part of the areas, or of a month's days, is not the whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import DoubleCountError, DuplicateEventError, SchemaError, WindowError
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


PLACES = ("pcode", "iso3")
_FORMS = "('2017-01-01', '2020-06-30'), or a table with start, end and, where it is not everywhere, pcode or iso3"


def read_coverage(coverage: Any) -> pd.DataFrame:
    """A table with ``start``, ``end``, ``pcode`` and ``iso3`` (missing: every area) from two days or from such a table."""
    if isinstance(coverage, tuple) and len(coverage) == 2:
        coverage = pd.DataFrame({"start": [coverage[0]], "end": [coverage[1]]})
    if not isinstance(coverage, pd.DataFrame) or not {"start", "end"} <= set(coverage.columns) or coverage.empty:
        raise SchemaError(
            f"coverage={_shown(coverage)} is not a coverage. Give the first and last day, such as {_FORMS}"
        )
    table = pd.DataFrame(
        {
            end: pd.Series([checks.day(day, f"coverage {end}") for day in coverage[end]], dtype="datetime64[us]")
            for end in ("start", "end")
        }
    )
    for name in PLACES:
        table[name] = coverage[name].astype("string").to_numpy() if name in coverage else pd.NA
    if (table["start"] > table["end"]).any():
        raise SchemaError("coverage: a period starts after its end. Swap or correct 'start' and 'end'")
    return table


def _shown(coverage: Any) -> str:
    return type(coverage).__name__ if isinstance(coverage, pd.DataFrame) else repr(coverage)


def covered_shares(cells: pd.DataFrame, coverage: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """For each area and period (``pcode``, ``start``, ``end``) the share of its days that the source covers, 0 to 1."""
    countries = areas.set_index("pcode")["iso3"]
    iso3 = cells["pcode"].map(countries)
    covered = np.zeros(len(cells), dtype="int64")
    for row in _without_overlaps(coverage).to_dict("records"):
        here = np.ones(len(cells), dtype=np.bool_)
        for name, values in (("pcode", cells["pcode"]), ("iso3", iso3)):
            if not pd.isna(row[name]):
                here &= (values == row[name]).fillna(False).to_numpy(dtype=np.bool_)
        first = cells["start"].clip(lower=row["start"])
        last = cells["end"].clip(upper=row["end"])
        days = ((last - first).dt.days + 1).clip(lower=0).to_numpy()
        covered += np.where(here, days, 0)
    whole = ((cells["end"] - cells["start"]).dt.days + 1).to_numpy()
    return pd.Series(np.minimum(covered / whole, 1.0), index=cells.index, dtype="Float64")


def _without_overlaps(coverage: pd.DataFrame) -> pd.DataFrame:
    """Refuse periods of coverage that overlap for one area: their days would count twice."""
    table = coverage.sort_values(["pcode", "iso3", "start"], na_position="first")
    for _, rows in table.groupby(["pcode", "iso3"], dropna=False):
        if (rows["start"].iloc[1:].to_numpy() <= rows["end"].cummax().iloc[:-1].to_numpy()).any():
            raise SchemaError("coverage: periods of the same area overlap. Give periods that follow each other")
    if len(set(table[["pcode", "iso3"]].isna().sum(axis=1))) > 1:
        raise SchemaError(
            "coverage: some rows name areas and others do not. Name the area (pcode or iso3) in every row, or in none"
        )
    return table


def check_places(coverage: pd.DataFrame, areas: gpd.GeoDataFrame) -> None:
    """Raise where the coverage names a p-code or a country that no area has: it would cover nothing, without a word."""
    for name, what in (("pcode", "p-codes"), ("iso3", "countries")):
        held = sorted(set(areas[name].dropna()))
        unknown = sorted(set(coverage[name].dropna()) - set(held))
        if unknown:
            raise SchemaError(
                f"coverage: {what} {listed(unknown, SHOWN_AT_MOST)} are not among the areas, column {name!r}: "
                f"{listed(held, SHOWN_AT_MOST) or 'none'}"
            )


def check_inside(events: pd.DataFrame, coverage: pd.DataFrame) -> None:
    """Raise where an event lies on a day that the coverage of its place does not hold: then the coverage is wrong, and so are its zeros.

    An event whose place is not known (no ``pcode`` or ``iso3``) must lie on a day that is covered somewhere.
    """
    names = [name for name in PLACES if coverage[name].notna().any()]
    held = events[[*names, "date"]].drop_duplicates()
    inside = np.zeros(len(held), dtype=np.bool_)
    for row in coverage.to_dict("records"):
        here = held["date"].between(row["start"], row["end"]).to_numpy(dtype=np.bool_)
        for name in names:
            if not pd.isna(row[name]):
                here = here & (held[name].isna() | (held[name] == row[name]).fillna(False)).to_numpy(dtype=np.bool_)
        inside |= here
    if not inside.all():
        strange = events.merge(held[~inside], on=[*names, "date"])
        groups = strange.groupby(names, dropna=False, observed=True) if names else [((), strange)]
        problems = [_outside(rows, coverage, dict(zip(names, place, strict=True))) for place, rows in groups]
        raise WindowError(
            f"{'; '.join(problems)}. Correct the coverage, or choose the events: events[events['date'].between(start, "
            "end)]",
            problems,
        )


def _outside(events: pd.DataFrame, coverage: pd.DataFrame, place: dict[str, Any]) -> str:
    """The events of one place that its coverage does not hold, in words."""
    days = listed([f"{day:%Y-%m-%d}" for day in sorted(events["date"].unique())], SHOWN_AT_MOST)
    known = {name: value for name, value in place.items() if not pd.isna(value)}
    named = np.ones(len(coverage), dtype=np.bool_)
    for name, value in known.items():
        named = named & (coverage[name].isna() | (coverage[name] == value).fillna(False)).to_numpy(dtype=np.bool_)
    of = f" of {' in '.join(str(value) for value in known.values())}" if known else ""
    covered = f"the coverage{of} {_spans(coverage[named])}" if named.any() else "the coverage, which does not name it"
    return f"{len(events):,} events{of} lie outside {covered} ({days})"


def _spans(coverage: pd.DataFrame) -> str:
    """The periods of a coverage in words."""
    periods = coverage[["start", "end"]].drop_duplicates().sort_values("start")
    first, last = (periods[side].dt.strftime("%Y-%m-%d") for side in ("start", "end"))
    return listed(list(first.str.cat(last, sep=" to ")), SHOWN_AT_MOST)


def check_whole(coverage: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, countries: Iterable[Any]) -> None:
    """Raise unless every day from ``start`` to ``end`` is covered in each country: part of a period is not the period."""
    if coverage["pcode"].notna().any():
        raise SchemaError("coverage: it is by p-code, and whole countries are counted. Give it by iso3, or as two days")
    named = coverage["iso3"].notna().any()
    groups = {str(country): rows for country, rows in coverage.groupby("iso3")} if named else {"": coverage}
    missing = sorted(set(pd.Series(list(countries), dtype="object").dropna()) - set(groups)) if named else []
    problems = [f"{country}: the coverage does not name it" for country in missing]
    for country, rows in groups.items():
        if not _holds_every_day(rows, start, end):
            problems.append(f"{country}{': ' if country else ''}the events cover {_spans(rows)}")
    if problems:
        raise WindowError(
            f"the comparison needs {start:%Y-%m-%d} to {end:%Y-%m-%d}, {'; '.join(problems)}. Choose another date or "
            "other events, or say what the source covers: coverage=('2019-01-01', '2020-06-30')",
            problems,
        )


def _holds_every_day(periods: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> bool:
    reached, day = start, pd.Timedelta(days=1)
    for first, last in zip(*(periods.sort_values("start")[side] for side in ("start", "end")), strict=True):
        if first <= reached <= last:
            reached = last + day
    return reached > end
