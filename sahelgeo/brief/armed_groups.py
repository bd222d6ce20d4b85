"""Assumption 1 of the brief: who is named in the violence, before and after each mission."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.brief.charts import lines, mark_timeline, new_figure
from sahelgeo.brief.outcome import Check, made, text, translated
from sahelgeo.events.actors import actor_family
from sahelgeo.events.exports import conform_events, span_of
from sahelgeo.events.timeline import load_timeline
from sahelgeo.words import write_number, write_period

_SHOWN = 4
_UNARMED = ("civilian", "unidentified")


def terrorism(
    events: gpd.GeoDataFrame,
    *,
    actors: pd.DataFrame | None = None,
    timeline: pd.DataFrame | None = None,
    months: int = 12,
    lang: str = "en",
) -> Check:
    """Assumption 1: who is named in the violence, and how it stood before and after each mission began.

    Parameters
    ----------
    events : geopandas.GeoDataFrame
        An Events table with ``actor1`` and ``actor2``.
    actors : pandas.DataFrame, optional
        Names and families (see :func:`sahelgeo.events.actor_family`).
    timeline : pandas.DataFrame, optional
        Missions; the default is :func:`sahelgeo.events.load_timeline`.
    months : int
        Months before and after the month that a mission began in.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each actor family: its ``kind``, ``events`` and ``fatalities`` of the events that name
        it on either side, and ``share_of_fatalities``. An event with two families is in both rows, so rows do not add
        up; deaths are not told apart by who caused them. ``others["missions"]`` has one row for each mission and
        family: ``events_before``, ``events_after``, ``fatalities_before``, ``fatalities_after``, missing where the data
        do not reach. The verdict is described.

    Raises
    ------
    SchemaError, DuplicateEventError, DoubleCountError
        As :func:`sahelgeo.sum_events` and :func:`sahelgeo.events.actor_family`.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> made_up = sg.brief.load_synthetic()
    >>> check = sg.brief.terrorism(made_up.events, actors=made_up.actors)
    >>> check.verdict, check.table["family"].tolist()[:2]
    ('synthetic', ['front A', 'civilians'])
    """
    checked = actor_family(conform_events(events), actors=actors)
    long = _by_family(checked)
    deaths = int(checked["fatalities"].sum())
    sums = {"kind": ("kind", "first"), "events": ("event", "nunique"), "fatalities": ("fatalities", "sum")}
    table = long.groupby("family").agg(**sums).reset_index()
    table["share_of_fatalities"] = table["fatalities"].astype("float64") / deaths if deaths else np.nan
    table = table.sort_values("fatalities", ascending=False, ignore_index=True)
    missions = load_timeline(kinds=["mission"]) if timeline is None else timeline[timeline["kind"] == "mission"]
    first, last = span_of(checked)
    months_of = pd.period_range(first, last, freq="M")
    armed = table[~table["kind"].isin(_UNARMED)]
    figure, (ax,) = new_figure()
    shown = armed["family"].head(_SHOWN)
    series = {translated(family, lang): _monthly(long[long["family"] == family], months_of) for family in shown}
    lines(ax, series, lang, label=text("deaths_month", lang))
    began = missions[missions["start"] >= first].dropna(subset=["mission"])
    names = [translated(name, lang) for name in began["mission"]]
    mark_timeline(ax, began.assign(mission=names), lang, column="mission")
    words = [_family_words(row, (len(checked), deaths), lang) for row in armed.head(1).to_dict("records")]
    words.append(_all_words(checked, deaths, lang))
    others = {"missions": _mission_windows(long, missions, months_of, months)}
    return made("terrorism", lang, (words, "described"), table, figure, [events, missions], others)


def _family_words(row: Mapping[Any, Any], of_all: tuple[int, int], lang: str) -> str:
    return text(
        "terrorism_finding",
        lang,
        family=translated(row["family"], lang),
        part=write_number(100 * row["share_of_fatalities"], lang),
        share=write_number(100 * row["events"] / of_all[0], lang),
    )


def _all_words(events: pd.DataFrame, deaths: int, lang: str) -> str:
    period = write_period(events["date"].min().date(), events["date"].max().date(), lang)
    counts = {"events": write_number(len(events), lang), "deaths": write_number(deaths, lang)}
    return text("terrorism_all", lang, period=period, **counts)


def _by_family(events: pd.DataFrame) -> pd.DataFrame:
    columns = ["event", "date", "fatalities"]
    sides = [
        events[[*columns, f"family{side}", f"actor_kind{side}"]].set_axis([*columns, "family", "kind"], axis=1)
        for side in (1, 2)
    ]
    both = pd.concat(sides, ignore_index=True).dropna(subset=["family"])
    return pd.DataFrame(both).drop_duplicates(["event", "family"])


def _monthly(rows: pd.DataFrame, months: pd.PeriodIndex) -> pd.Series:
    sums = rows["fatalities"].astype("Float64").groupby(rows["date"].dt.to_period("M")).sum()
    return sums.reindex(months, fill_value=0).set_axis(months.start_time)


def _mission_windows(long: pd.DataFrame, missions: pd.DataFrame, held: pd.PeriodIndex, months: int) -> pd.DataFrame:
    """Events and deaths of each family in the months before and after the one that a mission began in."""
    months_of = long.assign(month=long["date"].dt.to_period("M"))
    monthly = months_of.groupby(["family", "month"]).agg(events=("event", "size"), fatalities=("fatalities", "sum"))
    families = monthly.index.unique("family")
    rows = []
    for mission in missions.dropna(subset=["mission"]).to_dict("records"):
        began = mission["start"].to_period("M")
        told = {"mission": mission["mission"], "start": mission["start"], "verified": mission["verified"]}
        row = pd.DataFrame({**told, "family": families, "months": months})
        for when, first in (("before", began - months), ("after", began + 1)):
            window = pd.period_range(first, periods=months, freq="M")
            inside = monthly[monthly.index.isin(window, level="month")].groupby("family").sum()
            for name, sums in inside.reindex(families, fill_value=0).items():
                row[f"{name}_{when}"] = sums.astype("Int64").array if window.isin(held).all() else pd.NA
        rows.append(row)
    counts = {f"{what}_{when}": "Int64" for what in ("events", "fatalities") for when in ("before", "after")}
    return pd.concat(rows, ignore_index=True).astype(counts) if rows else pd.DataFrame()
