"""Headline 1 of the brief: deaths of half a year against those of the year before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.brief.charts import bars, new_figure
from sahelgeo.brief.inputs import load_published
from sahelgeo.brief.outcome import Check, certainty_mark, least_certain, made, named, text, verdict_of_parts
from sahelgeo.checks import Need
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import SchemaError, WindowError
from sahelgeo.events.windows import NEARED, SURPASSED, check_bands, compare_totals, typed, windows_of, year_to_date
from sahelgeo.words import write_day, write_number, write_period

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The countries that the sentence speaks of.
_COUNTRIES = ("BFA", "MLI", "NER")
_TOTALS: dict[str, Need] = {
    "scope": "any", "start": "day", "end": "day", "fatalities": "number", "dataset": "any", "source": "any",
}  # fmt: skip
_PARTS = ("part", "same_window", "full_year")


def fatalities(
    table: pd.DataFrame | None = None,
    *,
    date: Any = "2020-06-30",
    coverage: tuple[Any, Any] | pd.DataFrame | None = None,
    neared: float = NEARED,
    surpassed: float = SURPASSED,
    lang: str = "en",
) -> Check:
    """Headline 1: whether deaths halfway through 2020 had neared or surpassed those of all 2019.

    Parameters
    ----------
    table : geopandas.GeoDataFrame or pandas.DataFrame, optional
        An Events table with ``iso3``; or totals (``scope``, ``start``, ``end``, ``fatalities``, ``dataset``,
        ``source``, and ``bound``: exact, above, about). The default are the published totals.
    date : datetime.date or str
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
        ``table`` has one row for each scope and published total of the year before: ``part``, ``same_window``,
        ``full_year``, ``ratio_full_year``, ``ratio_same_window``, ``change_percent``, ``verdict``, ``bound`` (of the
        full year), ``dataset`` (of the full year), ``part_dataset`` and ``certainty`` (of the least certain figure). A
        scope is supported if every total is neared or surpassed and none is a bound, not_supported if none is neared,
        else partly: a total printed as "more than" makes the ratio an upper end. ``parts`` has the verdict of each
        scope that can be compared. The sentence is about Burkina Faso, Mali and Niger: without all three the verdict is incomplete, and the findings name those that are not known; else it is that of the three.

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
    ([28.1], 'incomplete')
    >>> check.parts["BFA"][1]
    'partly'
    """
    check_bands(neared, surpassed)
    day = checks.day(date, "date")
    source = load_published("fatalities") if table is None else table
    bands = {"neared": neared, "surpassed": surpassed}
    from_events = "event" in source.columns
    rows = _from_events(source, day, coverage, bands) if from_events else _from_totals(source, day, bands)
    words = [_fatality_words(row, day, lang) for row in rows.to_dict("records")]
    parts = _parts(rows, words)
    verdict, missing = verdict_of_parts(parts, _COUNTRIES)
    if missing:
        words.append(_missing_words(parts, missing, lang))
    named_in_rows = [rows[["source"]]]
    if "part_source" in rows:
        named_in_rows.append(rows[["part_source"]].set_axis(["source"], axis=1))
    check = made("fatalities", lang, (words, verdict), rows, _drawn(rows, day, lang), named_in_rows)
    return check.with_parts(parts)


def _parts(rows: pd.DataFrame, words: list[str]) -> dict[str, tuple[tuple[str, ...], str]]:
    """The verdict of each scope of which both years are known; a scope of all three countries speaks for each."""
    parts = {}
    for scope, part in rows.groupby("scope", sort=False):
        if (part["verdict"] != "unknown").any():
            held = part[part["verdict"] != "unknown"]
            said = tuple(words[number] for number in np.flatnonzero((rows["scope"] == scope).to_numpy()))
            parts[str(scope)] = (said, _fatality_verdict(held))
    whole = parts.get("+".join(_COUNTRIES))
    return parts if whole is None else {**dict.fromkeys(_COUNTRIES, whole), **parts}


def _missing_words(parts: dict[str, tuple[tuple[str, ...], str]], missing: list[str], lang: str) -> str:
    words = text("fatalities_missing", lang).format(scopes=", ".join(named(code, lang) for code in missing))
    alone = [
        text("scope_alone", lang).format(scope=named(scope, lang), verdict=text(f"verdict_{verdict}", lang).lower())
        for scope, (_, verdict) in parts.items()
    ]
    return " ".join([words, *alone])


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
                said = bound + write_number(row[name], lang) + certainty_mark(row[f"{name}_certainty"])
                shown[label] = (float(row[name]), said, name == "part")
    figure, (ax,) = new_figure()
    values, written, marks = (list(column) for column in zip(*shown.values(), strict=True)) if shown else ([], [], [])
    bars(ax, list(shown), values, written, highlight=marks, label=text("deaths", lang))
    return figure


def _from_events(events: pd.DataFrame, day: pd.Timestamp, coverage: Any, bands: dict[str, float]) -> pd.DataFrame:
    if not isinstance(events, gpd.GeoDataFrame):
        raise SchemaError(
            "events: this is a table without points. Read the export with sahelgeo.read, or give totals without a column 'event'"
        )
    by = "iso3" if "iso3" in events.columns else None
    found = year_to_date(events, date=day, by=by, coverage=coverage, **bands)
    deaths = found[found["measure"] == "fatalities"].rename(columns={by or "of": "scope"})
    source = str(events["source"].iloc[0])
    unmarked: dict[str, Any] = {f"{name}_certainty": pd.NA for name in _PARTS}
    told: dict[str, Any] = {
        "bound": "exact",
        "dataset": source,
        "part_dataset": source,
        "source": source,
        "certainty": pd.NA,
    }
    return deaths.assign(**told, **unmarked).reset_index(drop=True)


def _from_totals(totals: pd.DataFrame, day: pd.Timestamp, bands: dict[str, float]) -> pd.DataFrame:
    checks.columns(totals, "totals", _TOTALS)
    totals = totals.assign(start=checks.days(totals["start"], "totals"), end=checks.days(totals["end"], "totals"))
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
        same_row = window.iloc[0].to_dict() if len(window) else {}
        before = same_row.get("fatalities", pd.NA)
        years = full[full["scope"] == row["scope"]].to_dict("records") or [
            {"fatalities": pd.NA, "dataset": row["dataset"], "source": row["source"], "bound": "exact"}
        ]
        rows += [
            {
                "scope": row["scope"],
                **compare_totals(row["fatalities"], before, year["fatalities"], **bands),
                "bound": year.get("bound", "exact"),
                "dataset": year["dataset"],
                "part_dataset": row["dataset"],
                **_certainty([row, same_row, year]),
                "source": year["source"],
                "part_source": row["source"],
            }
            for year in years
        ]
    return typed(pd.DataFrame(rows))


def _certainty(figures: list[dict[Any, Any]]) -> dict[str, Any]:
    each = [figure.get("certainty", pd.NA) for figure in figures]
    own = {f"{name}_certainty": value for name, value in zip(_PARTS, each, strict=True)}
    return {"certainty": least_certain(each), **own}


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
    marks = {name: certainty_mark(row[f"{name}_certainty"]) for name in _PARTS}
    values = {
        "scope": named(row["scope"], lang),
        "part": write_number(row["part"], lang) + marks["part"],
        "as_of": write_day(day.date(), lang),
        "change": ("+" if not pd.isna(change) and change > 0 else "") + write_number(change, lang, 1),
        "same": write_number(row["same_window"], lang) + marks["same_window"],
        "ratio": write_number(row["ratio_full_year"], lang, 2),
        "full": write_number(row["full_year"], lang) + marks["full_year"],
        "year": day.year - 1,
        "bound": bound,
        "dataset": named(row["dataset"], lang),
        "part_dataset": named(row["part_dataset"], lang),
    }
    if pd.isna(row["full_year"]):
        return text("fatalities_finding_no_year", lang).format(**values)
    words = text("fatalities_finding", lang).format(**values)
    mixed = row["dataset"] != row["part_dataset"]
    return f"{words} {text('fatalities_mixed', lang).format(**values)}" if mixed else words
