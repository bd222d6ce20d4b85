"""Headline 1 of the brief: deaths of half a year against those of the year before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
from matplotlib.figure import Figure

from sahelgeo import checks
from sahelgeo.brief.charts import Bar, bars
from sahelgeo.brief.inputs import load_published
from sahelgeo.brief.outcome import Check, Part, least_certain, made, named, text, verdict_of_parts, with_sign, written
from sahelgeo.checks import Need
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, WindowError, listed
from sahelgeo.events.windows import NEARED, SURPASSED, check_bands, compare_totals, typed, windows_of, year_to_date
from sahelgeo.words import write_day, write_number, write_period

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
        For events: the days that the source covers (see :func:`sahelgeo.events.year_to_date`).
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
        scope that can be compared. The sentence is about Burkina Faso, Mali and Niger: without all three the verdict is
        incomplete, and the findings name those that are not known; else it is that of the three.

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
    figure = _drawn(rows, day, lang)
    return made("fatalities", lang, (words, verdict), rows, figure, [rows]).with_parts(parts)


def _parts(rows: pd.DataFrame, words: list[str]) -> dict[str, Part]:
    """The verdict of each scope of which both years are known; a scope of all three countries speaks for each."""
    parts: dict[str, Part] = {}
    for scope, part in rows.assign(words=words).groupby("scope", sort=False):
        held = part[part["verdict"] != "unknown"]
        if len(held):
            parts[str(scope)] = (tuple(part["words"]), _fatality_verdict(held))
    whole = parts.get("+".join(_COUNTRIES))
    return parts if whole is None else {**dict.fromkeys(_COUNTRIES, whole), **parts}


def _missing_words(parts: dict[str, Part], missing: list[str], lang: str) -> str:
    words = text("fatalities_missing", lang, scopes=", ".join(named(code, lang) for code in missing))
    alone = [
        text("scope_alone", lang, scope=named(scope, lang), verdict=text(f"verdict_{verdict}", lang).lower())
        for scope, (_, verdict) in parts.items()
    ]
    return " ".join([words, *alone])


def _drawn(rows: pd.DataFrame, day: pd.Timestamp, lang: str) -> Figure:
    """One bar for each total; a scope with several totals of the year before has its part of the year once."""
    periods = [write_period(start.date(), end.date(), lang) for start, end in windows_of(day)]
    shown: dict[str, Bar] = {}
    for row in rows.to_dict("records"):
        for name, period in zip(_PARTS, periods, strict=True):
            whole = name == "full_year"
            bound = text(f"{row['bound']}_sign", lang) if whole and row["bound"] != "exact" else ""
            source = f" ({named(row['dataset'], lang)})" if whole and len(set(rows["dataset"])) > 1 else ""
            if not pd.isna(row[name]):
                label = f"{named(row['scope'], lang)}, {period}{source}"
                said = bound + written(row[name], row[f"{name}_certainty"], lang)
                shown[label] = Bar(label, row[name], said, name == "part")
    return bars(list(shown.values()), text("deaths", lang))


def _from_events(events: pd.DataFrame, day: pd.Timestamp, coverage: Any, bands: dict[str, float]) -> pd.DataFrame:
    if not isinstance(events, gpd.GeoDataFrame):
        raise SchemaError(
            "events: this is a table without points. Read the export with sahelgeo.read, or give totals without a "
            "column 'event'"
        )
    by = "iso3" if "iso3" in events.columns else None
    found = year_to_date(events, date=day, by=by, coverage=coverage, **bands)
    deaths = found[found["measure"] == "fatalities"].rename(columns={by or "of": "scope"})
    source = str(events["source"].iloc[0])
    told = dict.fromkeys(("dataset", "part_dataset", "source", "part_source"), source)
    return deaths.assign(bound="exact", **told, **_certainty([pd.NA] * 3)).reset_index(drop=True)


def _from_totals(totals: pd.DataFrame, day: pd.Timestamp, bands: dict[str, float]) -> pd.DataFrame:
    checks.columns(totals, "totals", _TOTALS)
    totals = totals.assign(start=checks.days(totals["start"], "totals"), end=checks.days(totals["end"], "totals"))
    totals = totals.reindex(columns=[*_TOTALS, "bound", "certainty"])
    windows = windows_of(day)
    part, same, full = (totals[(totals["start"] == start) & (totals["end"] == end)] for start, end in windows)
    if part.empty:
        held = [
            f"{start:%Y-%m-%d} to {end:%Y-%m-%d}" for start, end in totals[["start", "end"]].itertuples(index=False)
        ]
        raise WindowError(
            f"no total for {windows[0][0]:%Y-%m-%d} to {day:%Y-%m-%d}. There are: {listed(held, SHOWN_AT_MOST)}"
        )
    pairs = part.merge(same.drop_duplicates(["scope", "dataset"]), "left", ["scope", "dataset"], suffixes=("", "_same"))
    pairs = pairs.merge(full, "left", "scope", suffixes=("_part", ""))
    rows = []
    for row in pairs.to_dict("records"):
        if pd.isna(row["fatalities"]):
            row |= {"dataset": row["dataset_part"], "source": row["source_part"]}
        ratios = compare_totals(row["fatalities_part"], row["fatalities_same"], row["fatalities"], **bands)
        certainty = _certainty([row["certainty_part"], row["certainty_same"], row["certainty"]])
        told = {"bound": "exact" if pd.isna(row["bound"]) else row["bound"], "dataset": row["dataset"]}
        told |= {"part_dataset": row["dataset_part"], **certainty, "source": row["source"]}
        rows.append({"scope": row["scope"], **ratios, **told, "part_source": row["source_part"]})
    return typed(pd.DataFrame(rows))


def _certainty(each: Sequence[Any]) -> dict[str, Any]:
    own = {f"{name}_certainty": value for name, value in zip(_PARTS, each, strict=True)}
    return {"certainty": least_certain(each), **own}


def _fatality_verdict(rows: pd.DataFrame) -> str:
    near = rows["verdict"].isin(["neared", "surpassed"])
    if near.all() and (rows["bound"] == "exact").all():
        return "supported"
    return "partly" if near.any() else "not_supported"


def _fatality_words(row: Mapping[Any, Any], day: pd.Timestamp, lang: str) -> str:
    part, same, full = (written(row[name], row[f"{name}_certainty"], lang) for name in _PARTS)
    values = {
        "part": part,
        "same": same,
        "full": full,
        "year": day.year - 1,
        "as_of": write_day(day.date(), lang),
        **{name: named(row[name], lang) for name in ("scope", "dataset", "part_dataset")},
        "change": with_sign(row["change_percent"], write_number(row["change_percent"], lang, 1)),
        "ratio": write_number(row["ratio_full_year"], lang, 2),
        "bound": "" if row["bound"] == "exact" else text(row["bound"], lang),
    }
    if pd.isna(row["full_year"]):
        return text("fatalities_finding_no_year", lang, **values)
    words = text("fatalities_finding", lang, **values)
    mixed = row["dataset"] != row["part_dataset"]
    return f"{words} {text('fatalities_mixed', lang, **values)}" if mixed else words
