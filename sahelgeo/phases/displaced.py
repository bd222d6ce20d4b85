"""Hunger and displacement in the same place: the two classed together, and displaced people by the phase of areas.

They are counted by the phase of the areas that they live in, fled from, and move between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform
from sahelgeo.errors import DoubleCountError, SchemaError
from sahelgeo.flows.flow_sums import sum_flows
from sahelgeo.phases.classes import CLASSES, categorical
from sahelgeo.phases.rule import area_phase
from sahelgeo.places.attach import check_editions
from sahelgeo.sources import sources_by_row, with_source
from sahelgeo.stocks.rates import rate_per_1000
from sahelgeo.stocks.stock_totals import sum_stocks
from sahelgeo.tables import PHASE_STATES

# A fifth of the people is the share that makes an area's phase (IPC); half of it marks the first break.
SHARE_BREAKS = (0.10, 0.20)
# Displaced people per 1,000 inhabitants: no standard has breaks for it. These are ours; change them to suit.
RATE_BREAKS = (10.0, 50.0)


def joint_severity(
    phases: pd.DataFrame,
    stocks: pd.DataFrame,
    population: pd.DataFrame,
    *,
    share_breaks: Sequence[float] = SHARE_BREAKS,
    rate_breaks: Sequence[float] = RATE_BREAKS,
) -> pd.DataFrame:
    """Where hunger and displacement are both high, only one of them, or neither; the nine classes of a bivariate map.

    The breaks are fixed numbers, not quantiles, so that maps of two dates can be compared.

    Parameters
    ----------
    phases : pandas.DataFrame
        A Phases table with one row for each area (:func:`sum_phases`, :func:`phases_at`).
    stocks : pandas.DataFrame
        A Stocks table with one row for each area (:func:`sum_stocks`).
    population : pandas.DataFrame
        A Population table with one figure for each area; the denominator of the rate.
    share_breaks : two numbers
        Shares (0–1) of people in phase 3 or above that begin class 2 and class 3; a value at a break is in the higher
        class.
    rate_breaks : two numbers
        Displaced people per 1,000 inhabitants, likewise.

    Returns
    -------
    pandas.DataFrame
        One row for each area of either table, sorted by ``pcode``, with index 0..n-1. What rests on both tables is
        missing where either is missing: an area without a count is not an area without displaced people.

        - ``pcode``;
        - ``share_3plus`` (0–1) and ``per_1000``;
        - ``population``, the denominator, in persons;
        - ``hunger_class`` and ``displacement_class`` (Int64, 1–3);
        - ``joint_class``: "both" (both are in class 3), "hunger", "displacement" or "neither";
        - ``bivariate_class``: "1-1" to "3-3", hunger first;
        - ``source`` and ``population_source``.

    Raises
    ------
    DoubleCountError
        An area stands twice in a table.
    EditionError
        The tables name two editions.
    SchemaError
        A table breaks its declaration, or breaks are not two rising numbers.

    See Also
    --------
    sahelgeo.maps.BivariateLayer : Areas by two numbers at once.
    local_association : Where two values are high together.
    displacement_by_phase : Displaced people by the phase of their area.

    Notes
    -----
    That both are high in one place does not say that one comes from the other. The breaks of the share follow the
    IPC's 20 % rule; those of the rate are a convention of this library.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> joint = sg.joint_severity(sample.phases, sample.stocks, sample.population)
    >>> joint[["pcode", "share_3plus", "per_1000", "joint_class", "bivariate_class"]].tail(3).round(3)
       pcode  share_3plus  per_1000 joint_class bivariate_class
    10  BF55        0.013    14.505     neither             1-2
    11  BF56         0.26   233.783        both             3-3
    12  BF57        0.026     3.906     neither             1-1
    """
    for name, breaks in (("share_breaks", share_breaks), ("rate_breaks", rate_breaks)):
        if len(breaks) != 2 or not 0 < breaks[0] < breaks[1]:
            raise SchemaError(f"{name}={breaks!r}: give two rising numbers above 0, where class 2 and class 3 begin")
    if share_breaks[1] > 1:
        raise SchemaError(f"share_breaks={share_breaks!r}: shares run from 0 to 1; 20 % is 0.20")
    hungry = _by_area(conform(phases, "phases"), "phases", "sum_phases or phases_at")
    hungry = hungry.assign(share_3plus=area_phase(hungry.reset_index())["share_3plus"].array)
    rates = _by_area(rate_per_1000(stocks, population), "stocks", "sum_stocks")
    check_editions(phases, stocks, "phases", "the stocks")
    shown = ["per_1000", "population", "population_source", "source", *(["doubt"] if "doubt" in rates else [])]
    counted = rates[shown].rename(columns={"source": "stock_source"})
    table = hungry[["share_3plus", "source"]].join(counted, how="outer").rename_axis("pcode").sort_index().reset_index()
    hunger, displaced = _classed(table["share_3plus"], share_breaks), _classed(table["per_1000"], rate_breaks)
    high, many = ((classes == 3).fillna(False).to_numpy(dtype=np.bool_) for classes in (hunger, displaced))
    words = np.select([high & many, high, many], ["both", "hunger", "displacement"], "neither")
    known = hunger.notna() & displaced.notna()
    return table.drop(columns=["source", "stock_source", "population_source"]).assign(
        hunger_class=hunger,
        displacement_class=displaced,
        joint_class=pd.Series(words, index=table.index, dtype="string").where(known),
        bivariate_class=hunger.astype("string") + "-" + displaced.astype("string"),
        source=sources_by_row(table["source"], table["stock_source"]),
        population_source=table["population_source"],
    )


def _by_area(table: pd.DataFrame, name: str, how: str) -> pd.DataFrame:
    advice = f"Bring it to one row for each area: {how}"
    checks.once(table, name, "pcode", advice=advice, error=DoubleCountError)
    return table[table["pcode"].notna()].set_index("pcode")


def _classed(values: pd.Series, breaks: Sequence[float]) -> pd.Series:
    numbers: Any = values.to_numpy(dtype=np.float64, na_value=np.nan)
    # Shares such as 0.07 + 0.13 are not exactly 0.2 in binary.
    classes = 1 + np.searchsorted(np.asarray(breaks) - 1e-9, numbers, side="right")
    return pd.Series(classes, index=values.index, dtype="Int64").mask(values.isna())


_ROWS = pd.Index([*CLASSES, "not in table"], dtype="object")


def displacement_by_phase(
    stocks: pd.DataFrame,
    phases: pd.DataFrame,
    *,
    flows: pd.DataFrame | None = None,
    column: str = "phase_published",
) -> pd.DataFrame:
    """How many displaced people live in areas of each phase, and how many moved out of and into them.

    The phase is that of the area, for all who live there; the displaced may be worse off than the rest.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of one date, group and method. Where it names origins, they are counted too.
    phases : pandas.DataFrame
        A Phases table with one row for each area.
    flows : pandas.DataFrame, optional
        A Flows table of one source; its periods may follow each other, not overlap.
    column : str
        The column of phases, 1 to 5: ``phase_published``, or ``phase_rule`` joined from :func:`area_phase`.

    Returns
    -------
    pandas.DataFrame
        One row for each class, index ``class``: "1" to "5", the states, and "not in table", which are areas that the
        table of phases does not name and places that are not known. Each column of people adds up to all people of its
        table:

        - ``displaced`` (Int64), people present in areas of the class;
        - ``fled_from``, people of the stock who come from them; missing throughout if the stock names no origin;
        - ``moved_out`` and ``moved_in``, people of the flows who left, or reached, areas of the class; moves within one
          area are in both;
        - ``source``, of all tables.

    Raises
    ------
    DoubleCountError
        The stock mixes dates, groups, methods or levels (see :func:`sum_stocks`), an area has two rows of phases, or
        the flows count movements twice (see :func:`sum_flows`).
    EditionError
        Stocks and phases name two editions.
    SchemaError
        A table breaks its declaration; phases that are not 1 to 5.

    See Also
    --------
    joint_severity : Hunger and displacement, classed together.
    overlay_phases : People living in polygons of each phase.

    Notes
    -----
    That many displaced people live in areas of a phase does not say that hunger drove them there, or that they are
    hungry.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> phases = sample.phases.join(sg.area_phase(sample.phases))
    >>> sg.phases.displacement_by_phase(sample.stocks, phases, column="phase_rule")[["displaced"]].head(4)
           displaced
    class
    1          84320
    2         183453
    3         766836
    4           <NA>
    """
    classes = _class_of_area(phases, column)
    # The sums refuse what does not add up; only then are rows counted by class.
    sum_stocks(stocks, by=())
    counts = conform(stocks, "stocks")
    check_editions(counts, phases, "stocks", "the phases")
    columns = {"displaced": _people(counts, "pcode", classes)}
    named = counts["origin"].notna().any()
    columns["fled_from"] = _people(counts, "origin", classes) if named else _nothing()
    if flows is None:
        columns |= {"moved_out": _nothing(), "moved_in": _nothing()}
    else:
        moves = conform(flows, "flows")
        sum_flows(moves, by=())
        columns |= {"moved_out": _people(moves, "origin", classes), "moved_in": _people(moves, "destination", classes)}
    return with_source(pd.DataFrame(columns).rename_axis("class"), counts, phases, flows)


def _nothing() -> pd.Series:
    return pd.Series(pd.NA, index=_ROWS, dtype="Int64")


def _class_of_area(phases: pd.DataFrame, column: str) -> pd.Series:
    table = conform(phases, "phases").dropna(subset=["pcode"])
    checks.columns(table, "phases", {column: "any"})
    advice = "Choose one period with phases_at, and the row of the whole area"
    checks.once(table, "phases", "pcode", advice=advice, error=DoubleCountError)
    states = table["state"].where(table[column].isna() & table["state"].isin(PHASE_STATES))
    return categorical(table[column], states).astype(object).set_axis(table["pcode"])


def _people(table: pd.DataFrame, column: str, classes: pd.Series) -> pd.Series:
    found = table[column].map(classes).astype(object)
    found = found.where(found.notna(), "not in table")
    return table["people"].groupby(found).sum(min_count=1).reindex(_ROWS).astype("Int64")
