"""Part of a year against the year before: against all of it, and against the same months of it."""

from __future__ import annotations

import warnings
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import DataWarning, SchemaError
from sahelgeo.events.checked import WindowError, conform_events, first_of, known_column
from sahelgeo.events.coverage import check_inside, check_whole, read_coverage

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
        The first and last day that the source covers; or a table of them (``start``, ``end``) for each ``iso3``, of which
        every country must hold the whole comparison. The default are the days from the first to the last event: a source
        that ends on 2 June says nothing of the rest of June.
    neared, surpassed : float
        From which ratio to the full year before the verdict is ``neared``, and from which ``surpassed``.

    Returns
    -------
    pandas.DataFrame
        One row for each value of ``by`` and measure (``events``, ``fatalities``): ``start`` and ``date``, first and last day of the part;
        ``part``, ``same_window`` and ``full_year`` (Int64 counts); ``ratio_full_year``, ``ratio_same_window`` and
        ``change_percent`` (of the part against the same window); ``verdict`` (``surpassed``, ``neared``, ``below`` by the ratio to
        the full year, ``unknown`` where that year has none), with the bands ``neared_from`` and ``surpassed_from``. A year
        without deaths gives no ratio. ``part_unknown``, ``same_window_unknown`` and ``full_year_unknown`` are the events of each
        window whose deaths are not known: they add nothing to the deaths.

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
    >>> found = sg.year_to_date(events, date="2020-06-30", coverage=("2019-01-01", "2020-06-30"))
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
    return typed(pd.DataFrame(rows))


def _warn_uncounted(events: pd.DataFrame, windows: list[tuple[pd.Timestamp, pd.Timestamp]]) -> None:
    within = events["date"].between(windows[0][0], windows[0][1]) | events["date"].between(*windows[2])
    unknown = (within & events["fatalities"].isna()).to_numpy(dtype=np.bool_)
    if unknown.any():
        warnings.warn(
            f"deaths are not known in {int(unknown.sum()):,} of {int(within.sum()):,} events, {first_of(events, unknown)}: they add nothing to the sums "
            f"of deaths. The columns {', '.join(_UNKNOWN)} count them",
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
            f"neared={neared!r} and surpassed={surpassed!r} are no bands. Give 0 < neared <= surpassed, such as 0.75 and 1"
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
