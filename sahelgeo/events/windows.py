"""Which areas and days a source covers, and a year so far against the same days of the year before.

Only where a source looked does no event mean zero; a part of the areas, or of a month's days, is not the whole.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.checks import Need
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import DataWarning, SchemaError, WindowError
from sahelgeo.events.exports import conform_events, first_of, known_column
from sahelgeo.sources import with_source

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


ALL = ""


def need_months(series: pd.DataFrame, name: str, column: str) -> None:
    """Raise unless the table has its days and the column, and, where it names areas and shares, these are what they must be."""
    optional: dict[str, Need] = {"pcode": "text", "covered": "number"}
    there = {label: need for label, need in optional.items() if isinstance(series, pd.DataFrame) and label in series}
    checks.columns(series, name, {"start": "day", column: "number", **there})


def months_of(series: pd.DataFrame) -> pd.Series:
    """The month that each row begins in."""
    return pd.to_datetime(series["start"]).dt.to_period("M")


def areas_of(series: pd.DataFrame) -> pd.Series:
    """The p-code of each row as text; empty where there is none."""
    if "pcode" not in series:
        return pd.Series(ALL, index=series.index, dtype="object")
    return series["pcode"].astype("string").fillna(ALL).astype("object")


def unknown_months(series: pd.DataFrame, months: pd.PeriodIndex, column: str) -> pd.DataFrame:
    """The areas and months that are not known: no row though the table has the area, no value, or covered in part only.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``area`` (empty where the table names none) and ``covered`` (the share of the month where it is in
        part). Events without an area have no row where there are none: these rows must have a value, but need not be
        there.
    """
    covered = (
        series["covered"].astype("Float64")
        if "covered" in series
        else pd.Series(pd.NA, index=series.index, dtype="Float64")
    )
    part = (covered < 1).fillna(False).astype(bool)
    lost = series[column].isna() | part
    cells = pd.DataFrame({"month": months_of(series), "area": areas_of(series), "covered": covered.where(part)})
    areas = [area for area in cells["area"].unique() if area != ALL] or [ALL]
    wanted = pd.MultiIndex.from_product([months, areas], names=["month", "area"])
    absent = wanted.difference(pd.MultiIndex.from_frame(cells[["month", "area"]]), sort=False).to_frame(index=False)
    there = cells[lost & cells["month"].isin(months)]
    absent["covered"] = pd.Series(pd.NA, index=absent.index, dtype="Float64")
    return pd.concat([there, absent], ignore_index=True).sort_values(
        ["month", "area"], kind="stable", ignore_index=True
    )


def unknown_in_words(unknown: pd.DataFrame) -> str:
    """The months that are not known, each with its areas and how far they are covered."""
    words = []
    for month, cells in unknown.groupby("month"):
        areas = [
            " ".join(part for part in (area, _share(covered)) if part)
            for area, covered in zip(cells["area"], cells["covered"], strict=True)
        ]
        shown = [area for area in dict.fromkeys(areas) if area]
        words.append(f"{month}" + (f" ({listed(shown, SHOWN_AT_MOST)})" if shown else ""))
    return listed(words, SHOWN_AT_MOST)


def _share(covered: float) -> str:
    return "" if pd.isna(covered) else f"covered to {100 * covered:.0f} %"


VERDICTS = ("surpassed", "neared", "below", "unknown")
NEARED, SURPASSED = 0.75, 1.0
_UNKNOWN = ("part_unknown", "same_window_unknown", "full_year_unknown")


def year_to_date(
    events: gpd.GeoDataFrame,
    *,
    date: Any,
    by: str | None = None,
    coverage: tuple[Any, Any] | pd.DataFrame | None = None,
    neared: float = NEARED,
    surpassed: float = SURPASSED,
) -> pd.DataFrame:
    """Compare a year so far with the year before: with the whole of it and with the same window of it.

    Six months against twelve can only near the total when violence has nearly doubled; six against the same six is the
    like-for-like change. Both are given, and the words follow bands that you may set.

    Parameters
    ----------
    events : geopandas.GeoDataFrame
        An Events table of one source.
    date : datetime.date or str
        The last day of the part of the year, such as ``"2020-06-30"``.
    by : str, optional
        A column of the events, such as ``iso3``; without it all events together.
    coverage : tuple or pandas.DataFrame, optional
        The first and last day that the source covers; or a table of them (``start``, ``end``) for each ``iso3``, of
        which every country must hold the whole comparison. The default are the days from the first to the last event: a
        source that ends on 2 June says nothing of the rest of June.
    neared, surpassed : float
        From which ratio to the full year before the verdict is ``neared``, and from which ``surpassed``.

    Returns
    -------
    pandas.DataFrame
        One row for each value of ``by`` and measure (``events``, ``fatalities``): ``start`` and ``date``, first and
        last day of the part; ``part``, ``same_window`` and ``full_year`` (Int64 counts); ``ratio_full_year``,
        ``ratio_same_window`` and ``change_percent`` (of the part against the same window); ``verdict`` (``surpassed``,
        ``neared``, ``below`` by the ratio to the full year, ``unknown`` where that year has none), with the bands
        ``neared_from`` and ``surpassed_from``. A year without deaths gives no ratio. ``part_unknown``,
        ``same_window_unknown`` and ``full_year_unknown`` are the events of each window whose deaths are not known: they
        add nothing to the deaths. ``source``, of the events.

    Raises
    ------
    WindowError
        A day of the window, or of the year before it, is not covered, or a country is not in the coverage.
    SchemaError
        ``date`` is not a day, or the bands are not in order.
    DuplicateEventError, DoubleCountError
        As :func:`sum_events`.

    Warns
    -----
    DataWarning
        Events whose deaths are not known.

    See Also
    --------
    sum_events : Events and deaths by area and period.
    sahelgeo.brief.fatalities : Deaths halfway through 2020 against 2019.

    Notes
    -----
    The bands are a convention of this library: "neared" from 75 % of the year before, "surpassed" from 100 %.

    Examples
    --------
    >>> import geopandas as gpd, sahelgeo as sg
    >>> events = gpd.GeoDataFrame({"event": ["A", "B", "C"], "source": "made up", "fatalities": [10, 6, 13],
    ...     "date": ["2019-02-01", "2019-12-30", "2020-02-01"]}, geometry=gpd.points_from_xy([0] * 3, [14] * 3), crs="EPSG:4326")
    >>> found = sg.events.year_to_date(events, date="2020-06-30", coverage=("2019-01-01", "2020-06-30"))
    >>> found[["measure", "part", "same_window", "full_year", "change_percent", "verdict"]]
          measure  part  same_window  full_year  change_percent verdict
    0      events     1            1          2             0.0   below
    1  fatalities    13           10         16            30.0  neared
    """
    day = checks.day(date, "date")
    checked = conform_events(events)
    check_bands(neared, surpassed)
    known_column(checked, by)
    windows = windows_of(day)
    _check_window(checked, coverage, windows)
    groups = [("all", checked)] if by is None else list(checked.groupby(by, dropna=False, observed=True))
    rows = []
    for value, table in groups:
        within = [table[table["date"].between(*window)] for window in windows]
        counts = {"events": [len(rows) for rows in within]}
        counts["fatalities"] = [rows["fatalities"].sum(min_count=1) if len(rows) else 0 for rows in within]
        for measure, (part, same, full) in counts.items():
            found = compare_totals(part, same, full, neared=neared, surpassed=surpassed)
            uncounted = [int(rows["fatalities"].isna().sum()) if measure == "fatalities" else 0 for rows in within]
            found |= dict(zip(_UNKNOWN, uncounted, strict=True))
            rows.append({by or "of": value, "measure": measure, "start": windows[0][0], "date": day, **found})
    _warn_uncounted(checked, windows)
    return with_source(typed(pd.DataFrame(rows)), checked)


def _warn_uncounted(events: pd.DataFrame, windows: list[tuple[pd.Timestamp, pd.Timestamp]]) -> None:
    within = events["date"].between(windows[0][0], windows[0][1]) | events["date"].between(*windows[2])
    unknown = (within & events["fatalities"].isna()).to_numpy(dtype=np.bool_)
    if unknown.any():
        warnings.warn(
            f"deaths are not known in {int(unknown.sum()):,} of {int(within.sum()):,} events, "
            f"{first_of(events, unknown)}: they add nothing to the sums of deaths. The columns {', '.join(_UNKNOWN)} "
            "count them",
            DataWarning,
            stacklevel=3,
        )


def windows_of(day: pd.Timestamp) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """The part of the year, the same window a year before, and all of the year before."""
    year = day.year
    before = day - pd.DateOffset(years=1)
    return [
        (pd.Timestamp(year, 1, 1), day),
        (pd.Timestamp(year - 1, 1, 1), before),
        (pd.Timestamp(year - 1, 1, 1), pd.Timestamp(year - 1, 12, 31)),
    ]


def check_bands(neared: float, surpassed: float) -> None:
    """Raise unless 0 < neared <= surpassed."""
    if not 0 < neared <= surpassed:
        raise SchemaError(
            f"neared={neared!r} and surpassed={surpassed!r} are no bands. Give 0 < neared <= surpassed, such as 0.75 "
            "and 1"
        )


def _check_window(events: pd.DataFrame, coverage: Any, windows: list[tuple[pd.Timestamp, pd.Timestamp]]) -> None:
    start, end = windows[2][0], windows[0][1]
    if coverage is None:
        first, last = events["date"].min(), events["date"].max()
        if pd.isna(first):
            raise WindowError(f"the comparison needs {start:%Y-%m-%d} to {end:%Y-%m-%d}, and there is no event")
        # The days of the events, not their months: an export that ends on the 2nd says nothing of the 3rd.
        coverage = (first, last)
    cover = read_coverage(coverage)
    if cover["iso3"].notna().any() and "iso3" not in events:
        raise SchemaError("coverage is by iso3, and the events have no such column. Add it, or give two days")
    places = events.reindex(columns=["pcode", "iso3", "date"])
    countries = places["iso3"].unique()
    check_whole(cover, start, end, countries)
    check_inside(places, cover)


def compare_totals(
    part: Any, same_window: Any, full_year: Any, *, neared: float = NEARED, surpassed: float = SURPASSED
) -> dict[str, Any]:
    """The two ratios, the change in per cent and the verdict of three totals; what cannot be divided is missing."""
    to_full, to_same = _ratio(part, full_year), _ratio(part, same_window)
    verdict = "unknown"
    if not pd.isna(to_full):
        verdict = "surpassed" if to_full >= surpassed else "neared" if to_full >= neared else "below"
    return {
        "part": part,
        "same_window": same_window,
        "full_year": full_year,
        "ratio_full_year": to_full,
        "ratio_same_window": to_same,
        "change_percent": pd.NA if pd.isna(to_same) else 100 * (part - same_window) / same_window,
        "verdict": verdict,
        "neared_from": neared,
        "surpassed_from": surpassed,
    }


def _ratio(part: Any, whole: Any) -> Any:
    if pd.isna(part) or pd.isna(whole) or whole == 0:
        return pd.NA
    return part / whole


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Counts as Int64, ratios as Float64."""
    counts = {name: "Int64" for name in ("part", "same_window", "full_year") if name in table}
    numbers = {name: "Float64" for name in ("ratio_full_year", "ratio_same_window", "change_percent") if name in table}
    return table.astype({**counts, **numbers})
