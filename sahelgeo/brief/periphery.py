"""Assumptions 2 and 3 of the brief: a core and its periphery, and the north of Mali and what lies outside it."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sahelgeo.brief.charts import Bar, bars, day_numbers, lines, mark_timeline, new_figure, without_chart
from sahelgeo.brief.outcome import Check, made, text
from sahelgeo.events.extent import core_periphery, share_outside
from sahelgeo.events.timeline import load_timeline
from sahelgeo.words import write_number


def governance(
    table: pd.DataFrame,
    core: Iterable[str] | str,
    *,
    numerator: str = "people_3plus",
    denominator: str = "population",
    areas: gpd.GeoDataFrame | None = None,
    lang: str = "en",
) -> Check:
    """Assumption 2: whether people away from the capital fare worse.

    Parameters
    ----------
    table : pandas.DataFrame
        One row for each area: ``pcode``, the two columns, ``source``, and ``place`` or ``name`` for the labels. A
        Phases table gets ``people_3plus`` by itself.
    core : str or iterable of str
        The p-codes of the capital and its belt.
    numerator, denominator : str
        What is divided: people in phase 3 or above, displaced people or deaths, by population.
    areas : geopandas.GeoDataFrame, optional
        For the names.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` as :func:`sahelgeo.events.core_periphery`; ``others["areas"]`` has the rate of each area. The verdict
        is
        supported where the periphery's rate is the higher one: that it fares worse, not why.

    Raises
    ------
    SchemaError
        As :func:`sahelgeo.events.core_periphery`.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> check = sg.brief.governance(sg.load_sample("burkina-2020").phases, "BF13")
    >>> check.others["areas"].set_index("name").loc[["Centre-Nord", "Sahel", "Centre"], "rate"].round(3).tolist()
    [0.34, 0.26, 0.02]
    >>> check.verdict
    'supported'
    """
    rows = _with_people_3plus(table) if numerator == "people_3plus" else table
    found = core_periphery(rows, core, numerator=numerator, denominator=denominator)
    each = _each_area(rows, [core] if isinstance(core, str) else list(core), (numerator, denominator), areas)
    measure = text("share_3plus", lang) if numerator == "people_3plus" else f"{numerator} / {denominator}"
    shown = [
        Bar(name, 100 * rate, write_number(100 * rate, lang, 1), part == "periphery")
        for name, rate, part in each[["name", "rate", "part"]].itertuples(index=False)
    ]
    figure = bars(shown, f"{measure} (%)")
    inner, outer = found.set_index("part").loc[["core", "periphery"]].to_dict("records")
    rates = {"core": inner["rate"], "periphery": outer["rate"], "highest": outer["highest"]}
    numbers = {name: write_number(100 * rate, lang, 1) for name, rate in rates.items()}
    ratio = outer["ratio"]
    words = text("governance_finding", lang, measure=measure, ratio=write_number(ratio, lang, 1), **numbers)
    verdict = "described" if pd.isna(ratio) else "supported" if ratio > 1 else "not_supported"
    return made("governance", lang, ([words], verdict), found, figure, [rows], {"areas": each})


def _with_people_3plus(table: pd.DataFrame) -> pd.DataFrame:
    phases = ["people_3", "people_4", "people_5"]
    known = "people_3plus" in table.columns and table["people_3plus"].notna().any()
    if known or not set(phases) <= set(table.columns):
        return table
    return table.assign(people_3plus=table[phases].sum(axis=1, skipna=False))


def _each_area(
    rows: pd.DataFrame, core: list[str], measure: tuple[str, str], areas: gpd.GeoDataFrame | None
) -> pd.DataFrame:
    label = next((name for name in ("name", "place") if name in rows.columns), "pcode")
    each = pd.DataFrame({"pcode": rows["pcode"], "name": rows[label].astype("string")})
    if areas is not None:
        each["name"] = each["pcode"].map(areas.set_index("pcode")["name"]).fillna(each["name"])
    below = rows[measure[1]].astype("float64")
    each["rate"] = rows[measure[0]].astype("float64") / below.where(below > 0)
    each["part"] = np.where(rows["pcode"].isin(core), "core", "periphery")
    return each.sort_values("rate", ascending=False, ignore_index=True)


def accord(
    sums: pd.DataFrame,
    north: Iterable[str],
    *,
    column: str = "fatalities",
    timeline: pd.DataFrame | None = None,
    lang: str = "en",
) -> Check:
    """Assumption 3: how much of Mali's violence lies outside the five regions of the Algiers Accord.

    Parameters
    ----------
    sums : pandas.DataFrame
        Events of all regions of Mali by period, as :func:`sahelgeo.sum_events` gives them.
    north : iterable of str
        The p-codes of Kidal, Gao, Ménaka, Tombouctou and Taoudénit in your edition
        (``load_published("parts_of_mali")``).
    column : str
        What is shared out.
    timeline : pandas.DataFrame, optional
        What is drawn on the chart; the default are accords and coups in Mali.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` as :func:`sahelgeo.events.share_outside`, by year. The verdict is supported where the share outside
        grew from
        the first year to the last and is above one half in the last, not_supported where it fell, else partly;
        described where one year alone is known, incomplete where none is.

    Raises
    ------
    SchemaError
        As :func:`sahelgeo.events.share_outside`.

    Examples
    --------
    >>> import sahelgeo as sg, warnings
    >>> warnings.simplefilter("ignore", sg.DataWarning)
    >>> made_up, mali = sg.brief.load_synthetic(), sg.load_areas("MLI")
    >>> events = made_up.events[made_up.events["iso3"] == "MLI"]
    >>> check = sg.brief.accord(sg.sum_events(events, mali), ["ML06", "ML07+ML10", "ML08"])
    >>> bool(check.table["share_outside"].is_monotonic_increasing)
    True
    """
    found = share_outside(sums, north, column=column)
    known = found.dropna(subset=["share_outside"])
    turning = load_timeline(kinds=["accord", "coup"], countries="MLI") if timeline is None else timeline
    figure = _drawn(known, turning, lang)
    if known.empty:
        words = text("accord_unknown", lang)
        return made("accord", lang, ([words], "incomplete"), found, figure, [sums])
    first, last = known.iloc[0], known.iloc[-1]
    alone = len(known) == 1
    words = text(
        "accord_one_year" if alone else "accord_finding",
        lang,
        first=write_number(100 * first["share_outside"], lang),
        first_year=first["start"].year,
        last=write_number(100 * last["share_outside"], lang),
        last_year=last["start"].year,
    )
    grew = last["share_outside"] > first["share_outside"]
    verdict = "not_supported" if not grew else "supported" if last["share_outside"] > 0.5 else "partly"
    return made("accord", lang, ([words], "described" if alone else verdict), found, figure, [sums, turning])


def _drawn(known: pd.DataFrame, turning: pd.DataFrame, lang: str) -> Figure:
    figure, (ax,) = new_figure()
    if known.empty:
        without_chart(ax, text("accord_unknown", lang))
        return figure
    # The share of a year is drawn in its middle, so that a day of the timeline stands where it falls in the year.
    series = 100 * known.set_index(known["start"] + (known["end"] - known["start"]) / 2)["share_outside"]
    lines(ax, {"": series}, lang, label=text("outside", lang), drawn="dots")
    ax.set_ylim(0, 100)
    ax.set_yticks([0, 50, 100])
    ax.set_xlim(*day_numbers([known["start"].iloc[0], known["end"].iloc[-1]]))
    mark_timeline(ax, turning, lang)
    return figure
