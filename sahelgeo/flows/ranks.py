"""Net flows of pairs, and the largest flows with the share that they carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.conformance import conform
from sahelgeo.errors import SchemaError
from sahelgeo.flows.coded_sums import ENDS, PERIOD, FlowRecords
from sahelgeo.flows.flow_sums import sum_flows
from sahelgeo.periods import Frequency


def net_flows(
    flows: pd.DataFrame | FlowRecords,
    areas: gpd.GeoDataFrame | None = None,
    *,
    level: int | None = None,
    freq: Frequency | None = None,
    choose: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """For each pair of areas, how many more moved one way than the other.

    Parameters
    ----------
    flows : pandas.DataFrame, path, pyarrow.Table or record batches
        A Flows table; sums are taken as :func:`sum_flows` does.
    areas, level, freq, choose
        See :func:`sum_flows`.

    Returns
    -------
    pandas.DataFrame
        A Flows table with one row for each pair and period, in the direction in which more moved (by code where both ways
        are even), sorted, with index 0..n-1: ``origin``, ``destination``, ``start``, ``end``, ``people`` (Int64, the
        difference), ``people_there`` and ``people_back`` (the two ways), ``source``. A way that no row names is 0; where
        one has no count, the difference is missing. Movements inside an area, and those with an unknown end, are no pairs
        and are left out.

    Raises
    ------
    SahelgeoError
        As :func:`sum_flows`.

    See Also
    --------
    sum_flows : Add up movements.
    top_flows : The largest flows.

    Notes
    -----
    A net flow of zero can stand for two large flows: keep ``people_there`` and ``people_back`` beside it.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> flows = pd.DataFrame({"origin": ["A", "B"], "destination": ["B", "A"], "people": [10, 30],
    ...                       "start": "2020-03-01", "end": "2020-03-31", "source": "DTM"})
    >>> sg.net_flows(flows)[["origin", "destination", "people", "people_there", "people_back"]]
      origin destination  people  people_there  people_back
    0      B           A      20            30           10
    """
    sums = sum_flows(flows, areas, level=level, freq=freq, choose=choose)
    pairs = sums[~sums["internal"] & sums["origin"].notna() & sums["destination"].notna()]
    back = pairs.set_index(["destination", "origin", *PERIOD])["people"]
    there_keys = pd.MultiIndex.from_frame(pairs[[*ENDS, *PERIOD]])
    found = pd.Series(back.reindex(there_keys).array, index=pairs.index, dtype="Int64")
    named = pd.Series(there_keys.isin(back.index), index=pairs.index)
    table = pairs.assign(people_there=pairs["people"], people_back=found.where(named, 0))
    net = table["people_there"] - table["people_back"]
    is_smaller = (net < 0).fillna(False).astype(bool)
    # Of two ways of which neither is the larger, the one in order of codes stands for both.
    is_second = named & ~(net > 0).fillna(False) & (table["origin"] > table["destination"])
    kept = table[~(is_smaller | is_second.astype(bool))].assign(people=net)
    order = [
        *ENDS,
        *PERIOD,
        "people",
        "people_there",
        "people_back",
        *(name for name in ("source", "edition") if name in kept),
    ]
    return kept[order].sort_values([*ENDS, *PERIOD]).reset_index(drop=True)


def top_flows(flows: pd.DataFrame, *, n: int = 10, share: float | None = None) -> pd.DataFrame:
    """The largest flows of each period, and the share of all people that they carry.

    Parameters
    ----------
    flows : pandas.DataFrame
        A Flows table with one row for each pair and period, as :func:`sum_flows` and :func:`net_flows` make it.
    n : int
        How many flows of each period, at most.
    share : float, optional
        Instead of ``n``, the fewest flows that carry at least this share of the people of each period, from 0 to 1; all
        of them where even these carry less.

    Returns
    -------
    pandas.DataFrame
        The rows kept, with their columns and index labels, largest first in each period: with ``rank`` (from 1; equal
        numbers rank by the codes of their ends), ``share`` (Float64, of all people of the period, movements inside an area
        and unknown ends among them) and ``share_cumulative``. Flows inside an area or with an unknown end are not ranked,
        nor are flows without a count.

    Raises
    ------
    SchemaError
        The table breaks its declaration, ``n`` is no whole number above 0, or ``share`` is not above 0 and up to 1.

    See Also
    --------
    net_flows : The difference of the two directions of a pair.
    sum_flows : Add up movements.

    Notes
    -----
    The share is of all people who moved, so that the largest flows do not look larger by leaving others out.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> top = sg.top_flows(sg.sum_flows(sg.load_sample("burkina-2020").flows), n=3)
    >>> top[["origin", "destination", "people", "rank"]]
       origin destination  people  rank
    19   BF56        BF54   59556     1
    3    BF49        BF13   56977     2
    17   BF56        BF13   28875     3
    """
    table = conform(flows, "flows")
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise SchemaError(f"n={n!r} is not a number of flows. Give 1 or more")
    if share is not None and not 0 < share <= 1:
        raise SchemaError(f"share={share!r} is not above 0 and up to 1. Give 0.8 for the flows that carry 80 %")
    totals = table["people"].groupby(table["start"]).transform("sum").astype("Float64")
    table = table.assign(share=table["people"].astype("Float64") / totals.mask(totals == 0))
    ranked = table[
        table["origin"].notna()
        & table["destination"].notna()
        & (table["origin"] != table["destination"]).fillna(False)
        & (table["people"] > 0).fillna(False)
    ]
    ranked = ranked.sort_values(["start", "people", *ENDS], ascending=[True, False, True, True], kind="stable")
    by_period = ranked.groupby("start")
    ranked = ranked.assign(rank=by_period.cumcount() + 1, share_cumulative=by_period["share"].cumsum())
    if share is None:
        return ranked[ranked["rank"] <= n]
    before = ranked["share_cumulative"] - ranked["share"]
    return ranked[(before < share - 1e-12).astype(bool)]
