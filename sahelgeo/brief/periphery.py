"""Assumption 2 of the brief: a core and its periphery."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.brief.charts import bar_panels, bars
from sahelgeo.brief.outcome import Check, made, text
from sahelgeo.events.extent import core_periphery
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
        ``table`` as :func:`sahelgeo.core_periphery`; ``others["areas"]`` has the rate of each area. The verdict is
        supported where the periphery's rate is the higher one: that it fares worse, not why.

    Raises
    ------
    SchemaError
        As :func:`sahelgeo.core_periphery`.

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
    figure, (ax, *_) = bar_panels(len(each))
    percents = list(100 * each["rate"])
    written = [write_number(percent, lang, 1) for percent in percents]
    marks = list(each["part"] == "periphery")
    bars(ax, list(each["name"]), percents, written, highlight=marks, label=f"{measure} (%)")
    rates = found.set_index("part").to_dict("index")
    words = text("governance_finding", lang).format(
        measure=measure,
        core=write_number(100 * rates["core"]["rate"], lang, 1),
        periphery=write_number(100 * rates["periphery"]["rate"], lang, 1),
        ratio=write_number(rates["periphery"]["ratio"], lang, 1),
        highest=write_number(100 * rates["periphery"]["highest"], lang, 1),
    )
    ratio = rates["periphery"]["ratio"]
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
