"""Stocks and flows together: what flows explain of the change between two counts, and what they do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.conformance import conform, listed
from sahelgeo.errors import FlowPeriodError, SchemaError
from sahelgeo.flows.flow_records import ENDS
from sahelgeo.flows.flow_sums import refuse_twice
from sahelgeo.nesting import check_level, one_edition_of, rolled_up
from sahelgeo.periods import days_covered
from sahelgeo.sources import joined_sources
from sahelgeo.stocks.idmc_figures import Category, category_of, check_figures
from sahelgeo.stocks.stock_totals import sum_stocks
from sahelgeo.sums import named_rows

_PARTS = ("inflow", "outflow", "returns", "internal")


def reconcile(
    stocks: pd.DataFrame,
    flows: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    level: int | None = None,
    category: str = "Multiple displacement",
    choose: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Opening count + inflow − outflow ± returns beside the closing count, and what is left over.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of two or more days, one group and method.
    flows : pandas.DataFrame
        A Flows table. With a column ``category`` (IDMC's words), each row counts by its category: "Internal
        displacements" add where they end; "Multiple displacement" also takes away where it begins; "Return",
        "Cross-border flight", "Relocation elsewhere", "Local integration" and "Deaths" take away where they begin;
        failed solutions, births and "Cross-border return" add where they end.
    areas : geopandas.GeoDataFrame, optional
        Areas, one edition; needed for ``level``.
    level : int, optional
        Bring stocks and flows to this level.
    category : str
        What flows without a category are. The default says that the people who moved were displaced before, so that
        they leave one count and enter another; "Internal displacements" says that they fled from home, and leave none.
    choose : mapping, optional
        Take only the stocks with these values, for example ``{"group": "idp"}``; it can name group, method, operation,
        source (and as_of, edition). A list, as in ``{"source": ["DTM Lac", "DTM Sud"]}``, is your word that the people
        of these sources, methods or operations are different ones: they are added up.

    Returns
    -------
    pandas.DataFrame
        One row for each area and pair of consecutive counts of it, sorted, with index 0..n-1:

        - ``pcode`` and ``group``; ``start`` and ``end``, the days of the two counts;
        - ``opening``, the first count;
        - ``inflow``, ``outflow`` and ``returns`` (taken away, 0 or more): 0 where no flow names the area, missing where
          flows have no count. A flow counts if it starts after the opening day and ends by the closing day;
        - ``expected``: opening + inflow − outflow − returns;
        - ``closing``, the second count, and ``residual``: closing − expected (all Int64);
        - ``internal``, people who moved inside the area; they are not in the sum;
        - ``flow_days``, how many of the ``days`` of the period some flow of the table covers;
        - ``possible_reasons`` in words: what may explain a residual, as far as the tables tell;
        - ``source`` and ``flow_source``.

    Raises
    ------
    FlowPeriodError
        Flows that reach over a day of count of one of their areas: they cannot be given to one side. The rows are in
        ``.rows``.
    DoubleCountError
        As for :func:`sum_stocks`; flows of one category that count movements twice, as for :func:`sum_flows`.
    UnmatchedError
        A p-code that does not reach ``level``.
    EditionError
        The tables name another edition than the areas.
    SchemaError
        A table breaks its declaration, has an unknown category, a category of stock, or stocks of two groups.

    See Also
    --------
    change_in_stocks : Compare two counts like for like.
    sahelgeo.flows.balance : Inflow, outflow and net of each area.

    Notes
    -----
    The identity is IDMC's: a stock changes by displacement, returns and other solutions, flight and return over
    borders, births, deaths, and revisions. A residual is not new displacement, nor is a difference of stocks.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> stocks = pd.DataFrame({"pcode": "BF49", "date": ["2020-03-31", "2020-06-30"], "people": [100, 160],
    ...                        "group": "idp", "source": "CONASUR"})
    >>> flows = pd.DataFrame({"origin": ["BF56", "BF49"], "destination": ["BF49", "BF54"], "people": [70, 20],
    ...                       "start": "2020-04-01", "end": "2020-06-30", "source": "DTM"})
    >>> columns = ["pcode", "opening", "inflow", "outflow", "returns", "expected", "closing", "residual"]
    >>> sg.reconcile(stocks, flows)[columns]
      pcode  opening  inflow  outflow  returns  expected  closing  residual
    0  BF49      100      70       20        0       150      160        10
    """
    check_level(level, areas)
    default = category_of(category)
    counts = _counts(stocks, areas, level, choose)
    moves = _moves(flows, areas, level, default)
    _refuse_across(moves, counts)
    spans = _spans(counts)
    rows = [_reconciled(span, moves) for _, span in spans.iterrows()]
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


_AT = ("at_origin", "at_destination")
_COUNTS = ("opening", *_PARTS[:3], "expected", "closing", "residual", "internal")
_TYPES = {
    **dict.fromkeys(("pcode", "group"), "string"),
    **dict.fromkeys(("start", "end"), "datetime64[us]"),
    **dict.fromkeys(_COUNTS, "Int64"),
    **dict.fromkeys(("flow_days", "days"), "int64"),
    **dict.fromkeys(("possible_reasons", "source", "flow_source"), "string"),
}


def _counts(
    stocks: pd.DataFrame, areas: gpd.GeoDataFrame | None, level: int | None, choose: Mapping[str, Any] | None
) -> pd.DataFrame:
    table = sum_stocks(stocks, areas, by=("pcode", "group", "date"), level=level, choose=choose)
    if len(table["group"].unique()) > 1:
        raise SchemaError(
            f"stocks: {listed(list(table['group'].unique()), 4)} are several groups. Choose one: choose={{'group': "
            "'idp'}"
        )
    return table[table["pcode"].notna()]


def _spans(counts: pd.DataFrame) -> pd.DataFrame:
    ordered = counts.sort_values(["pcode", "date"])
    later = ordered.groupby("pcode")[["date", "people", "method", "source", "rows"]].shift(-1).add_suffix("_closing")
    return ordered.join(later).dropna(subset="date_closing")


def _moves(flows: pd.DataFrame, areas: gpd.GeoDataFrame | None, level: int | None, default: Category) -> pd.DataFrame:
    if default.kind != "flow":
        raise SchemaError(
            f"category={default.name!r} is a category of stocks. Flows are 'Internal displacements', 'Multiple "
            "displacement', 'Return', ..."
        )
    table = conform(flows, "flows")
    checked = None if areas is None else one_edition_of(areas, table, ENDS)
    named = table["category"] if "category" in table else pd.Series(default.name, index=table.index)
    kinds = named.fillna(default.name).map(category_of)
    wrong = np.array([entry.kind != "flow" or not entry.summable for entry in kinds], dtype=np.bool_)
    if wrong.any():
        raise SchemaError(
            f"flows: a category of stocks, or one that IDMC does not add up, in {named_rows(table, wrong, [])}. Leave "
            "these rows out"
        )
    check_figures(table, "flow")
    for _, rows in table.groupby([entry.name for entry in kinds]):
        refuse_twice(rows, checked)
    if checked is not None and level is not None:
        table = rolled_up(table, checked, level, ENDS, keep_countries=True)
    ends = {name: np.array([getattr(entry, name) for entry in kinds], dtype=np.int64) for name in _AT}
    return table.assign(**ends, is_return=np.array([entry.name == "Return" for entry in kinds], dtype=np.bool_))


def _refuse_across(moves: pd.DataFrame, counts: pd.DataFrame) -> None:
    across = np.zeros(len(moves), dtype=np.bool_)
    flows = moves[[*ENDS, "start", "end"]].assign(row=np.arange(len(moves)))
    for end in ENDS:
        days = flows.merge(counts[["pcode", "date"]], left_on=end, right_on="pcode")
        across[days["row"][(days["start"] <= days["date"]) & (days["date"] < days["end"])]] = True
    if across.any():
        raise FlowPeriodError(
            f"{int(across.sum()):,} of {len(moves):,} flows reach over a day of count of one of their areas: "
            f"{named_rows(moves, across, ENDS)}. Take counts of the last days of the flows' periods, or flows of "
            "shorter periods; the rows are in the error's .rows",
            moves[across],
        )


def _reconciled(span: pd.Series, moves: pd.DataFrame) -> dict[str, Any]:
    inside = moves[(moves["start"] > span["date"]) & (moves["end"] <= span["date_closing"])]
    code = span["pcode"]
    left, came = (inside["origin"] == code).fillna(False), (inside["destination"] == code).fillna(False)
    both = left & came
    arrivals = inside[came & ~both & (inside["at_destination"] > 0)]
    departures = inside[left & ~both & (inside["at_origin"] < 0) & ~inside["is_return"]]
    # Who returns inside the area leaves the count, who flees inside it enters: neither end alone tells.
    returns = inside[left & inside["is_return"]]
    within = inside[both & ~inside["is_return"]]
    sums = {name: _people(rows) for name, rows in zip(_PARTS, (arrivals, departures, returns, within), strict=True)}
    expected = span["people"] + sums["inflow"] - sums["outflow"] - sums["returns"]
    days = (span["date_closing"] - span["date"]).days
    covered = days_covered(inside)
    return {
        "pcode": code,
        "group": span["group"],
        "start": span["date"],
        "end": span["date_closing"],
        "opening": span["people"],
        **sums,
        "expected": expected,
        "closing": span["people_closing"],
        "residual": span["people_closing"] - expected,
        "flow_days": covered,
        "days": days,
        "possible_reasons": _reasons(span, inside, sums, covered, days),
        "source": joined_sources([span["source"], span["source_closing"]]),
        "flow_source": joined_sources(moves["source"].unique()),
    }


def _people(rows: pd.DataFrame) -> Any:
    """0 where no flow is there, missing where none of those that are there has a count."""
    return rows["people"].sum(min_count=1) if len(rows) else 0


def _reasons(span: pd.Series, inside: pd.DataFrame, sums: Mapping[str, Any], covered: int, days: int) -> str:
    ours = inside[list(ENDS)].eq(span["pcode"]).fillna(False).any(axis=1)
    half_known = inside[list(ENDS)].isna().any(axis=1)
    uncounted = int(inside["people"][ours].isna().sum())
    internal = sums["internal"] if pd.notna(sums["internal"]) else 0
    facts = {
        f"flows cover {covered} of {days} days": covered < days,
        f"{uncounted} flows without a count": uncounted,
        f"{inside['people'][half_known].sum():,} people with an unknown origin or destination": half_known.any(),
        f"{internal:,} people displaced inside the area": internal,
        f"{span['rows']:.0f} rows in the first count, {span['rows_closing']:.0f} in the second: coverage may differ": (
            span["rows"] != span["rows_closing"]
        ),
        "another method of counting": _differ(span["method"], span["method_closing"]),
        "another source of the count": _differ(span["source"], span["source_closing"]),
        "no returns in the flows": not inside["is_return"].any(),
    }
    return "; ".join([*(text for text, holds in facts.items() if holds), "births, deaths and revisions of the lists"])


def _differ(first: Any, second: Any) -> bool:
    return not (pd.isna(first) and pd.isna(second)) and str(first) != str(second)
