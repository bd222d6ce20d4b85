"""What may be counted: each event once, from one source, in one export, on days and in areas that the source covers.

Only where a source looked does no event mean zero; a part of the areas, or of a month's days, is not the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import DoubleCountError, DuplicateEventError, SchemaError, WindowError, warn
from sahelgeo.late import gpd
from sahelgeo.periods import days_covered
from sahelgeo.sums import Mask, first_rows, group_numbers, named_rows

EXPORTED = "exported"
# The last day that the source let be seen, in events of a fetched file: an embargo, or the end of a version.
SEEN_UNTIL = "seen_until"
KEY = ("event", "source")
FATALITIES = ("fatalities", "fatalities_low", "fatalities_high")
# What may be wrong with the place of an event, and the words of the warning.
PROBLEMS = {
    "no_coordinates": "without coordinates",
    "at_zero": "at 0° north and 0° east, where nobody lives",
    "swapped": "whose latitude and longitude are swapped, as it seems",
    "far_away": "more than a degree away from their country",
    "tied": "in more than one area",
    "outside": "outside all areas",
    "too_coarse": "placed too coarsely for areas of this level (geo_precision)",
}
FAR_DEGREES = 1.0


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
    checks.filled(events, "events", EXPORTED, "Say when each row was exported")
    return checks.days(events[EXPORTED], "events")


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
    refuse_sources(checked["source"].unique(), events)
    if EXPORTED in checked:
        checked = checked.assign(**{EXPORTED: _export_days(checked)})
    assert isinstance(checked, gpd.GeoDataFrame)
    return checked


def refuse_sources(sources: Collection[str], events: pd.DataFrame) -> None:
    """Raise where events come from more than one source."""
    if len(sources) > 1:
        raise DoubleCountError(
            f"events come from {len(sources)} sources ({listed(sorted(sources), SHOWN_AT_MOST)}), which record the "
            "same incidents each in its own way: they do not add up. Choose one: events[events['source'] == ...]",
            events,
        )


def refuse_copies(events: pd.DataFrame, file: str = "") -> None:
    """Raise DuplicateEventError where an event is there more than once; of a file, say how to get at its rows."""
    twice = events.duplicated(list(KEY), keep=False).to_numpy(dtype=np.bool_)
    if not twice.any():
        return
    held = "error.table" if file else "events"
    text = (
        f"the same event more than once. Drop the copies ({held}.drop_duplicates()), or, if these are two exports, add "
        "'exported' and call newest_export"
    )
    if EXPORTED in events and not events.duplicated([*KEY, EXPORTED]).any():
        text = f"the same event in more than one export. Keep the newest row of each: newest_export({held})"
    where = named_rows(events, twice, ["event"])
    raise DuplicateEventError(
        f"{file}: " * bool(file) + f"events would be counted twice in {where}: {text}", events[twice], events
    )


def known_values(wanted: str | Iterable[str], values: pd.Series, name: str, where: str) -> list[str]:
    """The values that a user names, each once; raise unless there are some and the column has each of them."""
    chosen = list(dict.fromkeys([wanted] if isinstance(wanted, str) else wanted))
    held = values.dropna().unique()
    strange = [repr(value) for value in chosen if value not in held]
    if strange or not chosen:
        what = f"{listed(strange, SHOWN_AT_MOST)} is not in the {where}" if strange else "nothing is chosen"
        raise SchemaError(f"{name}: {what}. There are: {listed(sorted(held), 20)}")
    return chosen


def fatality_columns(events: pd.DataFrame) -> list[str]:
    """The estimates of deaths that the table gives: the best, and low and high where they are not all missing."""
    return [name for name in FATALITIES if name == "fatalities" or events[name].notna().any()]


def keyed_sums(table: pd.DataFrame, keys: list[str], counted: list[str]) -> pd.DataFrame:
    """Events and deaths of each key, with how many events have no count of deaths; all-missing stays missing."""
    groups = group_numbers(table, keys)
    counts = pd.DataFrame({"events": 1, "_": table["fatalities"].isna()}).groupby(groups).sum().astype("Int64")
    sums = table[counted].groupby(groups).sum(min_count=1).astype("Int64")
    columns = {"events": counts["events"], **sums, "events_without_fatalities": counts["_"]}
    return first_rows(table, groups, keys).assign(**columns)


PLACES = ("pcode", "iso3")
_FORMS = "('2017-01-01', '2020-06-30'), or a table with start, end and, where it is not everywhere, pcode or iso3"


def read_coverage(coverage: Any, events: pd.DataFrame | None = None) -> pd.DataFrame:
    """``start``, ``end``, ``pcode`` and ``iso3`` (missing: every area) from two days or from a table of them.

    What the events say that their source let be seen (``seen_until``) ends a coverage that goes on: later days, on
    which no event can be in the table, are not covered, and said.
    """
    if isinstance(coverage, tuple) and len(coverage) == 2:
        coverage = pd.DataFrame({"start": [coverage[0]], "end": [coverage[1]]})
    if not isinstance(coverage, pd.DataFrame) or not {"start", "end"} <= set(coverage.columns) or coverage.empty:
        shown = type(coverage).__name__ if isinstance(coverage, pd.DataFrame) else repr(coverage)
        raise SchemaError(f"coverage={shown} is not a coverage. Give the first and last day, such as {_FORMS}")
    columns: dict[str, Any] = {
        end: pd.Series([checks.day(day, f"coverage {end}") for day in coverage[end]], dtype="datetime64[us]")
        for end in ("start", "end")
    }
    columns |= {name: coverage[name].astype("string").array if name in coverage else pd.NA for name in PLACES}
    table = pd.DataFrame(columns).astype(dict.fromkeys(PLACES, "string"))
    table["pcode"] = table["pcode"].map(checks.official_code, na_action="ignore").astype("string")
    if (table["start"] > table["end"]).any():
        raise SchemaError("coverage: a period starts after its end. Swap or correct 'start' and 'end'")
    return table if events is None else as_far_as_seen(table, events)


def as_far_as_seen(coverage: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """The coverage without the days after the last that the source let be seen, of each country where it names them."""
    if SEEN_UNTIL not in events:
        return coverage
    seen = checks.days(events[SEEN_UNTIL], "events")
    last = pd.Series(seen.min(), index=coverage.index)
    if "iso3" in events:
        last = coverage["iso3"].map(seen.groupby(events["iso3"].astype("string")).min()).fillna(last)
    late = (coverage["end"] > last).to_numpy(dtype=np.bool_)
    if not late.any():
        return coverage
    until, seen_to = f"{coverage['end'].max():%Y-%m-%d}", f"{last[late].min():%Y-%m-%d}"
    coverage = coverage.assign(end=coverage["end"].where(~late, last).astype("datetime64[us]"))
    if (left := coverage[coverage["start"] <= coverage["end"]]).empty:
        raise WindowError("coverage: none of its days could be seen in the events (seen_until). Give earlier days")
    warn(
        f"coverage ends on {until}, and the events could be seen until {seen_to} only (seen_until): later days are not "
        "zero and are not covered"
    )
    return left


def covered_shares(cells: pd.DataFrame, coverage: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """For each area and period (``pcode``, ``start``, ``end``) the share of its days that the source covers, 0 to 1."""
    _refuse_overlaps(coverage)
    iso3 = cells["pcode"].map(areas.set_index("pcode")["iso3"])
    places = pd.DataFrame({"pcode": cells["pcode"], "iso3": iso3}).astype("string")
    covered = pd.Series(0, index=cells.index)
    for row in coverage.to_dict("records"):
        first, last = cells["start"].clip(lower=row["start"]), cells["end"].clip(upper=row["end"])
        covered += ((last - first).dt.days + 1).clip(lower=0) * _names(row, places, unknown=False)
    return (covered / ((cells["end"] - cells["start"]).dt.days + 1)).astype("Float64")


def _names(row: Mapping[Any, Any], places: pd.DataFrame, *, unknown: bool) -> Mask:
    """The places that a row of a coverage names: all, where it names none. ``unknown`` is said of those not known."""
    named = np.ones(len(places), dtype=np.bool_)
    for name in PLACES:
        if not pd.isna(row[name]):
            named &= (places[name] == row[name]).fillna(unknown).to_numpy(dtype=np.bool_)
    return named


def _refuse_overlaps(coverage: pd.DataFrame) -> None:
    """Refuse periods of coverage that overlap for one area: their days would count twice."""
    for _, rows in coverage.groupby(list(PLACES), dropna=False):
        if days_covered(rows) < ((rows["end"] - rows["start"]).dt.days + 1).sum():
            raise SchemaError("coverage: periods of the same area overlap. Give periods that follow each other")
    if len(set(coverage[list(PLACES)].isna().sum(axis=1))) > 1:
        raise SchemaError(
            "coverage: some rows name areas and others do not. Name the area (pcode or iso3) in every row, or in none"
        )


def check_places(coverage: pd.DataFrame, areas: gpd.GeoDataFrame) -> None:
    """Raise where the coverage names a p-code or a country that no area has: it would cover nothing."""
    for name in PLACES:
        if coverage[name].notna().any():
            known_values(coverage[name].dropna(), areas[name], f"coverage, column {name!r}", "areas")


def check_inside(events: pd.DataFrame, coverage: pd.DataFrame) -> None:
    """Raise where an event lies on a day that the coverage of its place does not hold: its zeros are then wrong too.

    An event whose place is not known (no ``pcode`` or ``iso3``) must lie on a day that is covered somewhere.
    """
    refuse_outside(days_of(events, coverage), coverage)


def _named_places(coverage: pd.DataFrame) -> list[str]:
    return [name for name in PLACES if coverage[name].notna().any()]


def days_of(events: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """How many ``events`` there are on each day, of each place where the coverage names places."""
    names = _named_places(coverage)
    counts = events.groupby([*names, "date"], dropna=False, observed=True).size()
    days: pd.DataFrame = counts.rename("events").reset_index()
    return days.astype(dict.fromkeys(names, "string"))


def refuse_outside(days: pd.DataFrame, coverage: pd.DataFrame) -> None:
    """Raise where the coverage does not hold some of :func:`days_of` events."""
    names = _named_places(coverage)
    rows = coverage.to_dict("records")
    covered = [_names(row, days, unknown=True) & days["date"].between(row["start"], row["end"]) for row in rows]
    inside = np.logical_or.reduce(covered)
    if not inside.all():
        strange = days[~inside]
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
    # Which of the rows name this place: asked of each, as if it were the place.
    named = _names({**dict.fromkeys(PLACES), **known}, coverage, unknown=True)
    of = f" of {' in '.join(str(value) for value in known.values())}" if known else ""
    covered = f"the coverage{of} {_spans(coverage[named])}" if named.any() else "the coverage, which does not name it"
    return f"{events['events'].sum():,} events{of} lie outside {covered} ({days})"


def _spans(coverage: pd.DataFrame) -> str:
    """The periods of a coverage in words."""
    periods = coverage[["start", "end"]].drop_duplicates().sort_values("start")
    first, last = (periods[side].dt.strftime("%Y-%m-%d") for side in ("start", "end"))
    return listed(list(first.str.cat(last, sep=" to ")), SHOWN_AT_MOST)


def check_whole(coverage: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, countries: Iterable[Any]) -> None:
    """Raise unless every day from ``start`` to ``end`` is covered in each country: a part is not the whole."""
    if coverage["pcode"].notna().any():
        raise SchemaError("coverage: it is by p-code, and whole countries are counted. Give it by iso3, or as two days")
    named = coverage["iso3"].notna().any()
    groups = {str(country): rows for country, rows in coverage.groupby("iso3")} if named else {"": coverage}
    missing = sorted(set(pd.Series(list(countries), dtype="object").dropna()) - set(groups)) if named else []
    problems = [f"{country}: the coverage does not name it" for country in missing]
    for country, rows in groups.items():
        first, last = np.datetime64(start), np.datetime64(end)
        within = rows.assign(start=np.maximum(rows["start"], first), end=np.minimum(rows["end"], last))
        if days_covered(within) <= (end - start).days:
            problems.append(f"{country}{': ' if country else ''}the events cover {_spans(rows)}")
    if problems:
        raise WindowError(
            f"the comparison needs {start:%Y-%m-%d} to {end:%Y-%m-%d}, {'; '.join(problems)}. Choose another date or "
            "other events, or say what the source covers: coverage=('2019-01-01', '2020-06-30')",
            problems,
        )


def in_words(events: pd.DataFrame, reasons: Mapping[str, Mask]) -> list[str]:
    """How many events there are for each reason that has any, and the first of them."""
    return [
        f"{int(mask.sum()):,} {why}, {named_rows(events, mask, ['event'])}"
        for why, mask in reasons.items()
        if mask.any()
    ]
