"""Measures of movements: the balance of each area, net flows of pairs, the largest flows, and indices of the whole system."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform
from sahelgeo.errors import SHOWN_AT_MOST, DataWarning, DoubleCountError, SchemaError, listed
from sahelgeo.flows.coded_sums import ENDS, PERIOD, FlowRecords
from sahelgeo.flows.flow_sums import sum_flows
from sahelgeo.nesting import is_country
from sahelgeo.periods import Frequency
from sahelgeo.sources import joined_sources

UNITS = ("pcode", *PERIOD)


def balance(
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
    areas : geopandas.GeoDataFrame, optional
        Areas, one edition; needed for ``level``.
    level : int, optional
        Bring both ends to this level: 0 country, 1 region, 2 province.
    freq : {"MS", "QS", "YS"}, optional
        Months, quarters or years. The default is the whole span of the table.
    choose : mapping, optional
        Take only the rows with these values of source, reason or edition: ``{"source": "DTM"}``. A list is your word that
        its values add up.

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
    sahelgeo.flows.indices : Intensity and concentration of all movements.
    sahelgeo.flows.net : The difference of the two directions of a pair.

    Notes
    -----
    Effectiveness: Plane, D. (1984), and Bell, M. et al. (2002), "Cross-national comparison of internal migration",
    Journal of the Royal Statistical Society A 165, 435–464. Herfindahl–Hirschman index and its inverse for origins.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> flows = pd.DataFrame({"origin": ["A", "B", "B"], "destination": ["B", "A", "B"],
    ...                       "start": "2020-03-01", "end": "2020-03-31", "people": [30, 10, 5], "source": "DTM"})
    >>> sg.flows.balance(flows)[["pcode", "inflow", "outflow", "internal", "net", "turnover", "effectiveness"]]
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
    shares = _origin_shares(between, keys)
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
            "source": units["start"].map(sums.groupby("start")["source"].agg(joined_sources)).astype("string"),
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


def _origin_shares(between: pd.DataFrame, keys: pd.MultiIndex) -> pd.Series:
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


def net(
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
    areas : geopandas.GeoDataFrame, optional
        Areas, one edition; needed for ``level``.
    level : int, optional
        Bring both ends to this level: 0 country, 1 region, 2 province.
    freq : {"MS", "QS", "YS"}, optional
        Months, quarters or years. The default is the whole span of the table.
    choose : mapping, optional
        Take only the rows with these values of source, reason or edition: ``{"source": "DTM"}``. A list is your word that
        its values add up.

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
    sahelgeo.flows.top : The largest flows.

    Notes
    -----
    A net flow of zero can stand for two large flows: keep ``people_there`` and ``people_back`` beside it.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> flows = pd.DataFrame({"origin": ["A", "B"], "destination": ["B", "A"], "people": [10, 30],
    ...                       "start": "2020-03-01", "end": "2020-03-31", "source": "DTM"})
    >>> sg.flows.net(flows)[["origin", "destination", "people", "people_there", "people_back"]]
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
    order = [*ENDS, *PERIOD, "people", "people_there", "people_back", "source", "edition"]
    return kept[[name for name in order if name in kept]].sort_values([*ENDS, *PERIOD]).reset_index(drop=True)


def top(flows: pd.DataFrame, *, n: int = 10, share: float | None = None) -> pd.DataFrame:
    """The largest flows of each period, and the share of all people that they carry.

    Parameters
    ----------
    flows : pandas.DataFrame
        A Flows table with one row for each pair and period, as :func:`sum_flows` and :func:`sahelgeo.flows.net` make
        it.
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
    sahelgeo.flows.net : The difference of the two directions of a pair.
    sum_flows : Add up movements.

    Notes
    -----
    The share is of all people who moved, so that the largest flows do not look larger by leaving others out.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> top = sg.flows.top(sg.sum_flows(sg.load_sample("burkina-2020").flows), n=3)
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


def indices(
    flows: pd.DataFrame | FlowRecords,
    areas: gpd.GeoDataFrame | None = None,
    *,
    population: pd.DataFrame | None = None,
    level: int | None = None,
    freq: Frequency | None = None,
    choose: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Intensity, effectiveness, connectivity and concentration of the movements between all areas, by period.

    Let M be the people who moved from area i to another area j, n the number of areas, P their population, D the inflow
    and O the outflow of an area, N = D − O. Movements inside an area, and those with an unknown end or the end in a country
    as a whole beside areas of a finer level, are outside of M, and told apart in the result.

    Parameters
    ----------
    flows : pandas.DataFrame, path, pyarrow.Table or record batches
        A Flows table; sums are taken as :func:`sum_flows` does.
    areas : geopandas.GeoDataFrame, optional
        Areas, one edition. With ``level``, n is the number of its areas; else, of those that the table names.
    population : pandas.DataFrame, optional
        A Population table with one figure for each area. Without it, ``cmi`` and ``anmr`` are missing.
    level : int, optional
        Bring both ends to this level: 0 country, 1 region, 2 province.
    freq : {"MS", "QS", "YS"}, optional
        Months, quarters or years. The default is the whole span of the table.
    choose : mapping, optional
        Take only the rows with these values of source, reason or edition: ``{"source": "DTM"}``. A list is your word that
        its values add up.

    Returns
    -------
    pandas.DataFrame
        One row for each period, with index 0..n-1: ``start``, ``end``, ``areas`` (n), ``people`` (Σ M), ``internal``,
        ``outside`` (people whose movement has an end that is unknown or a whole country), ``population`` (P), and

        - ``cmi``, crude migration intensity, percent: 100 · Σ M / P;
        - ``mei``, migration effectiveness index, percent: 100 · Σ|N| / Σ(D + O);
        - ``anmr``, aggregate net migration rate, percent: 100 · ½ Σ|N| / P, which is CMI · MEI / 100;
        - ``connectivity``: the share of the n(n − 1) pairs with anybody moving;
        - ``gini``: Σ|M − M'| / (2 (k − 1) Σ M) over all couples of the k = n(n − 1) pairs; 0 where all are alike, 1 where
          one pair has all;
        - ``origin_hhi``: Σ s², s the share of each origin in Σ M; ``effective_origins``: 1 / Σ s²; likewise
          ``destination_hhi`` and ``effective_destinations``;
        - ``source`` and ``rows_missing``, the flows without a count, which are left out.

        A pair that the table does not name counts as nobody. Indices are missing where nobody moved, ``gini`` with fewer
        than two pairs.

    Raises
    ------
    DoubleCountError
        More than one population for an area; the rows are in ``.rows``.
    SahelgeoError
        As :func:`sum_flows`.

    Warns
    -----
    DataWarning
        Areas without a population: then ``cmi`` and ``anmr`` are missing.

    See Also
    --------
    sahelgeo.flows.balance : Inflow, outflow and net of each area.
    concentration : How concentrated displaced people are.

    Notes
    -----
    CMI, MEI, ANMR, connectivity: Bell, M. et al. (2002), "Cross-national comparison of internal migration: issues and
    measures", Journal of the Royal Statistical Society A 165, 435–464; Rees, P. et al. (2000). Gini index of all flows:
    Plane, D. and Mulligan, G. (1997), "Measuring spatial focusing in a migration system", Demography 34, 251–262, with
    the divisor for a system without diagonal. All depend on the number and size of the areas: compare like with like.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> flows = pd.DataFrame({"origin": list("AABBCC"), "destination": list("BCACAB"), "people": [10, 10, 20, 20, 30, 30],
    ...                       "start": "2020-01-01", "end": "2020-12-31", "source": "example"})
    >>> sg.flows.indices(flows)[["people", "mei", "connectivity", "gini"]].round(4)
       people   mei  connectivity    gini
    0     120  25.0           1.0  0.2667
    """
    sums = sum_flows(flows, areas, level=level, freq=freq, choose=choose)
    inside = system_of(sums)
    members = _members(sums[inside], areas, level)
    people = None if population is None else _population(population, members)
    rows = [_indices(period, inside[period.index], members, people) for _, period in sums.groupby("start")]
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


_CONCENTRATION = ("origin_hhi", "effective_origins", "destination_hhi", "effective_destinations")
_SHARES = ("cmi", "mei", "anmr", "connectivity", "gini", *_CONCENTRATION)
_TYPES = {
    "start": "datetime64[us]",
    "end": "datetime64[us]",
    "areas": "int64",
    "people": "Int64",
    "internal": "Int64",
    "outside": "Int64",
    "population": "Float64",
    **dict.fromkeys(_SHARES, "Float64"),
    "source": "string",
    "rows_missing": "int64",
}


def _members(sums: pd.DataFrame, areas: gpd.GeoDataFrame | None, level: int | None) -> list[str]:
    found = {str(code) for end in ENDS for code in sums[end].dropna()}
    if areas is not None and level is not None:
        found |= set(areas.loc[areas["level"] == level, "pcode"].astype(str))
    return sorted(found)


def _population(population: pd.DataFrame, members: list[str]) -> float | None:
    table = conform(population, "population")
    used = table[table["pcode"].isin(members)]
    advice = "Keep one year and source"
    checks.once(used, "population", "pcode", advice=advice, error=DoubleCountError)
    counted = used.dropna(subset=["people"])
    missing = sorted(set(members) - set(counted["pcode"]))
    if missing:
        warnings.warn(
            f"{len(missing)} of {len(members)} areas have no population, so cmi and anmr are missing: {listed(missing, SHOWN_AT_MOST)}",
            DataWarning,
            stacklevel=3,
        )
        return None
    return float(counted["people"].sum())


def _indices(period: pd.DataFrame, inside: pd.Series, members: list[str], population: float | None) -> dict[str, Any]:
    system = period[inside & ~period["internal"]]
    matrix = _matrix(system, members)
    outflow, inflow = matrix.sum(axis=1), matrix.sum(axis=0)
    total, lopsided = matrix.sum(), np.abs(inflow - outflow).sum()
    return {
        "start": period["start"].iloc[0],
        "end": period["end"].iloc[0],
        "areas": len(members),
        "people": system["people"].sum(min_count=1),
        "internal": period["people"][inside & period["internal"]].sum(),
        "outside": period["people"][~inside].sum(),
        "population": population,
        "cmi": _ratio(100 * total, population),
        "mei": _ratio(100 * lopsided, 2 * total),
        "anmr": _ratio(50 * lopsided, population),
        "connectivity": _ratio(float((matrix > 0).sum()), len(members) * (len(members) - 1)),
        "gini": _gini(matrix),
        **_concentration("origin", "origins", outflow, total),
        **_concentration("destination", "destinations", inflow, total),
        "source": joined_sources(period["source"]),
        "rows_missing": int(period["rows_missing"].sum()),
    }


def _matrix(system: pd.DataFrame, members: list[str]) -> npt.NDArray[np.float64]:
    places = {code: place for place, code in enumerate(members)}
    matrix = np.zeros((len(members), len(members)))
    counted = system.dropna(subset=["people"])
    ends = [counted[end].map(places).to_numpy(dtype=np.intp) for end in ENDS]
    matrix[ends[0], ends[1]] = counted["people"].to_numpy(dtype=float)
    return matrix


def _ratio(above: float, below: float | None) -> float | None:
    return None if not below else above / below


def _gini(matrix: npt.NDArray[np.float64]) -> float | None:
    flows = np.sort(matrix[~np.eye(len(matrix), dtype=bool)])
    k = len(flows)
    if k < 2:
        return None
    # Σ|x − y| over all couples, both ways, from the sorted flows.
    differences = 2 * ((2 * np.arange(1, k + 1) - k - 1) * flows).sum()
    return _ratio(differences, 2 * (k - 1) * flows.sum())


def _concentration(name: str, plural: str, sums: npt.NDArray[np.float64], total: float) -> dict[str, float | None]:
    squares = _ratio(float((sums**2).sum()), total**2)
    return {f"{name}_hhi": squares, f"effective_{plural}": None if squares is None else 1 / squares}
