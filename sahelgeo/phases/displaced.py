"""Displaced people by the phase of the areas that they live in, fled from, and move between."""

from __future__ import annotations

import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform
from sahelgeo.errors import DoubleCountError
from sahelgeo.flows.flow_sums import sum_flows
from sahelgeo.phases.classes import CLASSES, categorical
from sahelgeo.places.attach import check_editions
from sahelgeo.sources import with_source
from sahelgeo.stocks.stock_totals import sum_stocks
from sahelgeo.tables import PHASE_STATES

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
