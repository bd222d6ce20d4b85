"""Headline 1 of the brief: deaths of half a year against those of the year before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from sahelgeo.brief.charts import bars, new_figure
from sahelgeo.brief.outcome import Check, made, named, text
from sahelgeo.brief.published_figures import load_published
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import SchemaError
from sahelgeo.events.checked import WindowError
from sahelgeo.events.part_year import NEARED, SURPASSED, check_bands, compare_totals, typed, windows_of, year_to_date
from sahelgeo.needs import Need, days_of, need_columns
from sahelgeo.sums import as_day
from sahelgeo.words import write_day, write_number, write_period

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TOTALS: dict[str, Need] = {
    "scope": "any", "start": "day", "end": "day", "fatalities": "number", "dataset": "any", "source": "any",
}  # fmt: skip
_PARTS = ("part", "same_window", "full_year")


def fatalities(
    table: pd.DataFrame | None = None,
    *,
    as_of: Any = "2020-06-30",
    coverage: tuple[Any, Any] | pd.DataFrame | None = None,
    neared: float = NEARED,
    surpassed: float = SURPASSED,
    lang: str = "en",
) -> Check:
    """Headline 1: whether deaths halfway through 2020 had neared or surpassed those of all 2019.

    Parameters
    ----------
    table : geopandas.GeoDataFrame or pandas.DataFrame, optional
        An Events table with ``iso3``; or totals (``scope``, ``start``, ``end``, ``fatalities``, ``dataset``, ``source``, and ``bound``: exact, above, about).
        The default are the published totals.
    as_of : date or str
        Last day of the part of the year.
    coverage : tuple or pandas.DataFrame, optional
        For events: the days that the source covers (see :func:`sahelgeo.year_to_date`).
    neared, surpassed : float
        The bands of the verdict words, in shares of the full year.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each scope and published total of the year before: ``part``, ``same_window``, ``full_year``, ``ratio_full_year``,
        ``ratio_same_window``, ``change_percent``, ``verdict``, ``bound`` (of the full year) and ``dataset``. The verdict is supported if every total is neared
        or surpassed and none is a bound, not_supported if none is neared, else partly: a total printed as "more than" makes the ratio an upper end.

    Raises
    ------
    WindowError
        No total for the part of the year, or no year before to compare with.
    SchemaError
        Columns are missing, the bands are not in order.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> check = sg.brief.fatalities()
    >>> check.table[["scope", "part", "same_window", "full_year"]].values.tolist()
    [['BFA', 1362, 1063, 1800]]
    >>> check.table["change_percent"].round(1).tolist(), check.verdict
    ([28.1], 'partly')
    """
    check_bands(neared, surpassed)
    day = as_day(as_of, "as_of")
    source = load_published("fatalities") if table is None else table
    bands = {"neared": neared, "surpassed": surpassed}
    from_events = "event" in source.columns
    rows = _from_events(source, day, coverage, bands) if from_events else _from_totals(source, day, bands)
    words = [_fatality_words(row, day, lang) for row in rows.to_dict("records")]
    named_in_rows = [rows[["source"]]]
    if "part_source" in rows:
        named_in_rows.append(rows[["part_source"]].set_axis(["source"], axis=1))
    return made("fatalities", lang, (words, _fatality_verdict(rows)), rows, _drawn(rows, day, lang), named_in_rows)


def _drawn(rows: pd.DataFrame, day: pd.Timestamp, lang: str) -> Figure:
    """One bar for each total; a scope with several totals of the year before has its part of the year once."""
    periods = dict(
        zip(_PARTS, (write_period(start.date(), end.date(), lang) for start, end in windows_of(day)), strict=True)
    )
    shown: dict[str, tuple[float, str, bool]] = {}
    for row in rows.to_dict("records"):
        for name in _PARTS:
            whole = name == "full_year"
            bound = text(f"{row['bound']}_sign", lang) if whole and row["bound"] != "exact" else ""
            source = f" ({named(row['dataset'], lang)})" if whole and len(set(rows["dataset"])) > 1 else ""
            if not pd.isna(row[name]):
                label = f"{named(row['scope'], lang)}, {periods[name]}{source}"
                shown[label] = (float(row[name]), bound + write_number(row[name], lang), name == "part")
    figure, (ax,) = new_figure()
    values, written, marks = (list(column) for column in zip(*shown.values(), strict=True)) if shown else ([], [], [])
    bars(ax, list(shown), values, written, highlight=marks, label=text("deaths", lang))
    return figure


def _from_events(events: pd.DataFrame, day: pd.Timestamp, coverage: Any, bands: dict[str, float]) -> pd.DataFrame:
    if not isinstance(events, gpd.GeoDataFrame):
        raise SchemaError(
            "fatalities: the table has a column 'event', and no geometry. Give an Events table (a GeoDataFrame), or totals without that column"
        )
    by = "iso3" if "iso3" in events.columns else None
    found = year_to_date(events, as_of=day, by=by, coverage=coverage, **bands)
    deaths = found[found["measure"] == "fatalities"].rename(columns={by or "of": "scope"})
    source = str(events["source"].iloc[0])
    return deaths.assign(bound="exact", dataset=source, source=source).reset_index(drop=True)


def _from_totals(totals: pd.DataFrame, day: pd.Timestamp, bands: dict[str, float]) -> pd.DataFrame:
    need_columns(totals, "totals", _TOTALS)
    totals = totals.assign(start=days_of(totals["start"]), end=days_of(totals["end"]))
    windows = windows_of(day)
    part, same, full = (_of_window(totals, window) for window in windows)
    if part.empty:
        held = [
            f"{start:%Y-%m-%d} to {end:%Y-%m-%d}" for start, end in zip(totals["start"], totals["end"], strict=True)
        ]
        raise WindowError(
            f"no total for {windows[0][0]:%Y-%m-%d} to {day:%Y-%m-%d}. There are: {listed(held, SHOWN_AT_MOST)}"
        )
    rows = []
    for row in part.to_dict("records"):
        window = same[(same["scope"] == row["scope"]) & (same["dataset"] == row["dataset"])]
        before = window["fatalities"].iloc[0] if len(window) else pd.NA
        years = full[full["scope"] == row["scope"]].to_dict("records") or [
            {"fatalities": pd.NA, "dataset": row["dataset"], "source": row["source"], "bound": "exact"}
        ]
        rows += [
            {
                "scope": row["scope"],
                **compare_totals(row["fatalities"], before, year["fatalities"], **bands),
                "bound": year.get("bound", "exact"),
                "dataset": year["dataset"],
                "source": year["source"],
                "part_source": row["source"],
            }
            for year in years
        ]
    return typed(pd.DataFrame(rows))


def _of_window(totals: pd.DataFrame, window: tuple[pd.Timestamp, pd.Timestamp]) -> pd.DataFrame:
    return totals[(totals["start"] == window[0]) & (totals["end"] == window[1])]


def _fatality_verdict(rows: pd.DataFrame) -> str:
    near = rows["verdict"].isin(["neared", "surpassed"])
    if near.all() and (rows["bound"] == "exact").all():
        return "supported"
    return "partly" if near.any() else "not_supported"


def _fatality_words(row: Mapping[Any, Any], day: pd.Timestamp, lang: str) -> str:
    bound = "" if row["bound"] == "exact" else text(row["bound"], lang)
    change = row["change_percent"]
    values = {
        "scope": named(row["scope"], lang),
        "part": write_number(row["part"], lang),
        "as_of": write_day(day.date(), lang),
        "change": ("+" if not pd.isna(change) and change > 0 else "") + write_number(change, lang, 1),
        "same": write_number(row["same_window"], lang),
        "ratio": write_number(row["ratio_full_year"], lang, 2),
        "full": write_number(row["full_year"], lang),
        "year": day.year - 1,
        "bound": bound,
        "dataset": named(row["dataset"], lang),
    }
    key = "fatalities_finding_no_year" if pd.isna(row["full_year"]) else "fatalities_finding"
    return text(key, lang).format(**values)
