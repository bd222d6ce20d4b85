"""What moved into and out of each area, and what remains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from sahelgeo.flows.coded_sums import ENDS, PERIOD, FlowRecords
from sahelgeo.flows.flow_sums import sum_flows
from sahelgeo.periods import Frequency
from sahelgeo.places.levels import is_country

UNITS = ("pcode", *PERIOD)


def flow_balance(
    flows: pd.DataFrame | FlowRecords,
    areas: gpd.GeoDataFrame | None = None,
    *,
    level: int | None = None,
    freq: Frequency | None = None,
    choose: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Inflow, outflow, net, turnover and effectiveness of every area and period.

    Parameters
    ----------
    flows : pandas.DataFrame, path, pyarrow.Table or record batches
        A Flows table; sums are taken as :func:`sum_flows` does.
    areas, level, freq, choose
        See :func:`sum_flows`.

    Returns
    -------
    pandas.DataFrame
        One row for each area and period in which anybody arrived, left or moved inside, sorted, with index 0..n-1:

        - ``pcode``, ``start``, ``end``; a missing p-code is the unknown end, last in each period;
        - ``inflow`` D, ``outflow`` O (Int64, without movements inside the area), ``internal``;
        - ``net`` N = D − O, ``turnover`` T = D + O; over all rows of a period the nets sum to zero;
        - ``effectiveness`` (Float64, percent from −100 to 100): 100 · N / T, missing where T is 0 and for the unknown end;
        - ``inflow_unknown``, ``outflow_unknown``: the part of D and O whose other end is unknown;
        - ``inflow_abroad``, ``outflow_abroad``: the part whose other end is in another country;
        - ``origin_hhi`` (Σ s², s the share of each known origin in the inflow from known origins; 0 to 1) and
          ``effective_origins`` (1 / Σ s²), missing without inflow;
        - ``source``; ``rows``, ``rows_missing``: the rows of the flows table behind it, and those without a count.

        A direction that no row names is 0; one whose rows all lack a count is missing, and so are its net and turnover.

    Raises
    ------
    SahelgeoError
        As :func:`sum_flows`.

    See Also
    --------
    sum_flows : Add up movements.
    flow_indices : Intensity and concentration of all movements.
    net_flows : The difference of the two directions of a pair.

    Notes
    -----
    Effectiveness: Plane, D. (1984), and Bell, M. et al. (2002), "Cross-national comparison of internal migration",
    Journal of the Royal Statistical Society A 165, 435–464. Herfindahl–Hirschman index and its inverse for origins.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> flows = pd.DataFrame({"origin": ["A", "B", "B"], "destination": ["B", "A", "B"],
    ...                       "start": "2020-03-01", "end": "2020-03-31", "people": [30, 10, 5], "source": "DTM"})
    >>> sg.flow_balance(flows)[["pcode", "inflow", "outflow", "internal", "net", "turnover", "effectiveness"]]
      pcode  inflow  outflow  internal  net  turnover  effectiveness
    0     A      10       30         0  -20        40          -50.0
    1     B      30       10         5   20        40           50.0
    """
    sums = sum_flows(flows, areas, level=level, freq=freq, choose=choose)
    between = sums[~sums["internal"]]
    units = _units(sums)
    keys = pd.MultiIndex.from_frame(units)
    columns = {
        "inflow": _people(between, "destination", keys),
        "outflow": _people(between, "origin", keys),
        "internal": _people(sums[sums["internal"]], "origin", keys),
        "inflow_unknown": _people(between[between["origin"].isna()], "destination", keys),
        "outflow_unknown": _people(between[between["destination"].isna()], "origin", keys),
        "inflow_abroad": _people(between[between["cross_border"]], "destination", keys),
        "outflow_abroad": _people(between[between["cross_border"]], "origin", keys),
    }
    table = units.assign(**columns)
    net, turnover = table["inflow"] - table["outflow"], table["inflow"] + table["outflow"]
    known = table["pcode"].notna()
    shares = _concentration(between, keys)
    return pd.DataFrame(
        {
            **{name: table[name] for name in (*UNITS, "inflow", "outflow", "internal")},
            "net": net,
            "turnover": turnover,
            "effectiveness": (100 * net.astype("Float64") / turnover.mask(turnover == 0))
            .where(known)
            .astype("Float64"),
            **{name: table[name] for name in columns if name.endswith(("unknown", "abroad"))},
            "origin_hhi": shares.where(known),
            "effective_origins": (1 / shares).where(known),
            "source": _sources(sums, units),
            **{name: _rows(sums, name, keys) for name in ("rows", "rows_missing")},
        }
    )


def _units(sums: pd.DataFrame) -> pd.DataFrame:
    ends = [sums[[end, *PERIOD]].set_axis(list(UNITS), axis=1) for end in ENDS]
    return pd.concat(ends).drop_duplicates().sort_values([*PERIOD, "pcode"], na_position="last").reset_index(drop=True)


def _at(sums: pd.DataFrame, end: str, keys: pd.MultiIndex, values: pd.Series, min_count: int) -> pd.Series:
    by = [sums[end].rename("pcode"), sums["start"], sums["end"]]
    found = values.groupby(by, dropna=False).sum(min_count=min_count)
    there = keys.isin(found.index)
    return pd.Series(found.reindex(keys).array, index=range(len(keys))).where(there, 0)


def _people(sums: pd.DataFrame, end: str, keys: pd.MultiIndex) -> pd.Series:
    """The people of each unit: 0 where no row names it, missing where its rows have no count."""
    if sums.empty:
        return pd.Series(0, index=range(len(keys)), dtype="Int64")
    return _at(sums, end, keys, sums["people"], 1).astype("Int64")


def _rows(sums: pd.DataFrame, column: str, keys: pd.MultiIndex) -> pd.Series:
    both = _at(sums, "destination", keys, sums[column], 0)
    # A movement inside an area has it at both ends, and is one all the same.
    left = sums[~(sums["internal"] | sums[list(ENDS)].isna().all(axis=1))]
    return (both + (_at(left, "origin", keys, left[column], 0) if len(left) else 0)).astype("int64")


def _sources(sums: pd.DataFrame, units: pd.DataFrame) -> pd.Series:
    by_period = sums.groupby("start")["source"].agg(
        lambda names: " + ".join(sorted(set(" + ".join(names).split(" + "))))
    )
    return units["start"].map(by_period).astype("string")


def _concentration(between: pd.DataFrame, keys: pd.MultiIndex) -> pd.Series:
    known = between[between["origin"].notna() & between["people"].notna()]
    if known.empty:
        return pd.Series(pd.NA, index=range(len(keys)), dtype="Float64")
    people = known["people"].astype("Float64")
    totals = _at(known, "destination", keys, people, 1)
    squares = _at(known, "destination", keys, people**2, 1)
    return (squares / (totals.mask(totals == 0) ** 2)).astype("Float64")


def system_of(sums: pd.DataFrame) -> pd.Series:
    """Which flows have both ends among the areas of the table, and not at a whole country beside smaller areas."""
    codes = pd.unique(pd.concat([sums[end] for end in ENDS]).dropna())
    whole = {code for code in codes if is_country(code)}
    outside = whole if len(whole) < len(codes) else set()
    origin, destination = (sums[end].notna() & ~sums[end].isin(outside) for end in ENDS)
    return origin & destination
