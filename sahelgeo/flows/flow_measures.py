"""Measures of movements: balances of areas, net and largest flows, indices of the whole system, and the matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, overload

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.coded_sums import PERIOD
from sahelgeo.conformance import conform
from sahelgeo.errors import SHOWN_AT_MOST, DoubleCountError, SchemaError, listed, warn
from sahelgeo.flows.flow_records import ENDS, FlowRecords
from sahelgeo.flows.flow_sums import sum_flows
from sahelgeo.nesting import is_country
from sahelgeo.periods import Frequency
from sahelgeo.sources import joined_sources
from sahelgeo.sums import Numbers, first_rows, group_numbers

if TYPE_CHECKING:
    import xarray as xr

UNITS = ("pcode", *PERIOD)
UNKNOWN = "unknown"


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
        Take only the rows with these values of source, reason or edition: ``{"source": "DTM"}``. A list is your word
        that its values add up.

    Returns
    -------
    pandas.DataFrame
        One row for each area and period in which anybody arrived, left or moved inside, sorted, with index 0..n-1:

        - ``pcode``, ``start``, ``end``; a missing p-code is the unknown end, last in each period;
        - ``inflow`` D, ``outflow`` O (Int64, without movements inside the area), ``internal``;
        - ``net`` N = D − O, ``turnover`` T = D + O; over all rows of a period the nets sum to zero;
        - ``effectiveness`` (Float64, percent from −100 to 100): 100 · N / T, missing where T is 0 and for the unknown
          end;
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
    # Each flow twice: where it arrives, and where it left.
    halves = pd.concat(
        [sums.assign(pcode=sums["destination"], came=True), sums.assign(pcode=sums["origin"], came=False)]
    )
    units = group_numbers(halves, (*PERIOD, "pcode"))
    table = first_rows(halves, units, UNITS)
    came, between = halves["came"], ~halves["internal"]
    wide = {
        "inflow": came & between,
        "outflow": ~came & between,
        "internal": ~came & ~between,
        "inflow_unknown": came & between & halves["origin"].isna(),
        "outflow_unknown": ~came & between & halves["destination"].isna(),
        "inflow_abroad": came & halves["cross_border"],
        "outflow_abroad": ~came & halves["cross_border"],
    }
    people = pd.DataFrame({name: _people(halves["people"], rows, units) for name, rows in wide.items()})
    net, turnover = people["inflow"] - people["outflow"], people["inflow"] + people["outflow"]
    known = table["pcode"].notna()
    shares = _origin_shares(halves[came & between], units[came & between], len(table)).where(known)
    # A movement inside an area, or between two unknown ends, has it at both, and is one all the same.
    once = (came | ~(halves["internal"] | halves[list(ENDS)].isna().all(axis=1))).to_numpy(dtype=np.bool_)
    rows = {name: np.bincount(units, halves[name].where(once, 0)).astype("int64") for name in ("rows", "rows_missing")}
    sources = table["start"].map(sums.groupby("start")["source"].agg(joined_sources)).astype("string")
    return table.assign(
        **people[["inflow", "outflow", "internal"]],
        net=net,
        turnover=turnover,
        effectiveness=(100 * net.astype("Float64") / turnover.mask(turnover == 0)).where(known).astype("Float64"),
        **people[list(wide)[3:]],
        origin_hhi=shares,
        effective_origins=1 / shares,
        source=sources,
        **rows,
    )


def _people(people: pd.Series, rows: pd.Series, units: Numbers) -> pd.Series:
    """The people of each unit: 0 where none of the rows names it, missing where its rows have no count."""
    found = pd.Series(0, index=range(int(units.max(initial=-1)) + 1), dtype="Int64")
    sums = people[rows].groupby(units[rows]).sum(min_count=1).astype("Int64")
    found[sums.index] = sums.array
    return found


def _origin_shares(arrived: pd.DataFrame, units: Numbers, count: int) -> pd.Series:
    people = arrived["people"].where(arrived["origin"].notna()).to_numpy(dtype=np.float64, na_value=0)
    total, squares = (np.bincount(units, values, count) for values in (people, people**2))
    shares = np.divide(squares, total**2, out=np.full(count, np.nan), where=total > 0)
    return pd.Series(shares).astype("Float64")


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
        Take only the rows with these values of source, reason or edition: ``{"source": "DTM"}``. A list is your word
        that its values add up.

    Returns
    -------
    pandas.DataFrame
        A Flows table with one row for each pair and period, in the direction in which more moved (by code where both
        ways are even), sorted, with index 0..n-1: ``origin``, ``destination``, ``start``, ``end``, ``people`` (Int64,
        the difference), ``people_there`` and ``people_back`` (the two ways), ``source``. A way that no row names is 0;
        where one has no count, the difference is missing. Movements inside an area, and those with an unknown end, are
        no pairs and are left out.

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
        numbers rank by the codes of their ends), ``share`` (Float64, of all people of the period, movements inside an
        area and unknown ends among them) and ``share_cumulative``. Flows inside an area or with an unknown end are not
        ranked, nor are flows without a count.

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
    >>> top = sg.flows.top(sg.sum_flows(sg.load_sample("burkina-movements-2025").flows), n=3)
    >>> top[["origin", "destination", "people", "rank"]]
      origin destination  people  rank
    8   BF50        BF54   27029     1
    5   BF49        BF54    5719     2
    3   BF48        BF49    5579     3
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
    and O the outflow of an area, N = D − O. Movements inside an area, and those with an unknown end or the end in a
    country as a whole beside areas of a finer level, are outside of M, and told apart in the result.

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
        Take only the rows with these values of source, reason or edition: ``{"source": "DTM"}``. A list is your word
        that its values add up.

    Returns
    -------
    pandas.DataFrame
        One row for each period, with index 0..n-1: ``start``, ``end``, ``areas`` (n), ``people`` (Σ M), ``internal``,
        ``outside`` (people whose movement has an end that is unknown or a whole country), ``population`` (P), and

        - ``cmi``, crude migration intensity, percent: 100 · Σ M / P;
        - ``mei``, migration effectiveness index, percent: 100 · Σ|N| / Σ(D + O);
        - ``anmr``, aggregate net migration rate, percent: 100 · ½ Σ|N| / P, which is CMI · MEI / 100;
        - ``connectivity``: the share of the n(n − 1) pairs with anybody moving;
        - ``gini``: Σ|M − M'| / (2 (k − 1) Σ M) over all couples of the k = n(n − 1) pairs; 0 where all are alike, 1
          where one pair has all;
        - ``origin_hhi``: Σ s², s the share of each origin in Σ M; ``effective_origins``: 1 / Σ s²; likewise
          ``destination_hhi`` and ``effective_destinations``;
        - ``source`` and ``rows_missing``, the flows without a count, which are left out.

        A pair that the table does not name counts as nobody. Indices are missing where nobody moved, ``gini`` with
        fewer than two pairs.

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
    >>> flows = pd.DataFrame({"origin": list("AABBCC"), "destination": list("BCACAB"),
    ...                       "people": [10, 10, 20, 20, 30, 30],
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


_COUNTS = ("people", "internal", "outside")
_SHARES = ("population", "cmi", "mei", "anmr", "connectivity", "gini")
_CONCENTRATION = ("origin_hhi", "effective_origins", "destination_hhi", "effective_destinations")
_TYPES = {
    **dict.fromkeys(PERIOD, "datetime64[us]"),
    "areas": "int64",
    **dict.fromkeys(_COUNTS, "Int64"),
    **dict.fromkeys((*_SHARES, *_CONCENTRATION), "Float64"),
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
    checks.once(used, "population", "pcode", advice="Keep one year and source", error=DoubleCountError)
    counted = used.dropna(subset=["people"])
    missing = sorted(set(members) - set(counted["pcode"]))
    if missing:
        warn(
            f"{len(missing)} of {len(members)} areas have no population, so cmi and anmr are missing: "
            f"{listed(missing, SHOWN_AT_MOST)}"
        )
        return None
    return float(counted["people"].sum())


def _indices(period: pd.DataFrame, inside: pd.Series, members: list[str], population: float | None) -> dict[str, Any]:
    system = period[inside & ~period["internal"]]
    counted = system.dropna(subset=["people"])
    matrix = np.zeros((len(members), len(members)))
    ends = [pd.Index(members).get_indexer(pd.Index(counted[end])) for end in ENDS]
    matrix[ends[0], ends[1]] = counted["people"].to_numpy(dtype=float)
    outflow, inflow = matrix.sum(axis=1), matrix.sum(axis=0)
    total, lopsided = matrix.sum(), np.abs(inflow - outflow).sum()
    pairs = np.sort(matrix[~np.eye(len(matrix), dtype=bool)])
    k = len(pairs)
    # Σ|M − M'| over all couples, both ways, from the sorted flows.
    differences = 2 * ((2 * np.arange(1, k + 1) - k - 1) * pairs).sum()
    hhi = [_ratio(float((sums**2).sum()), total**2) for sums in (outflow, inflow)]
    return {
        **dict(zip(PERIOD, period[list(PERIOD)].iloc[0], strict=True)),
        "areas": len(members),
        "people": system["people"].sum(min_count=1),
        "internal": period["people"][inside & period["internal"]].sum(),
        "outside": period["people"][~inside].sum(),
        "population": population,
        "cmi": _ratio(100 * total, population),
        "mei": _ratio(100 * lopsided, 2 * total),
        "anmr": _ratio(50 * lopsided, population),
        "connectivity": _ratio(float((matrix > 0).sum()), k),
        "gini": _ratio(differences, 2 * (k - 1) * total) if k > 1 else None,
        **dict(zip(_CONCENTRATION, [each for one in hhi for each in (one, _ratio(1, one))], strict=True)),
        "source": joined_sources(period["source"]),
        "rows_missing": int(period["rows_missing"].sum()),
    }


def _ratio(above: float, below: float | None) -> float | None:
    return None if not below else above / below


class _Options(TypedDict, total=False):
    level: int | None
    freq: Frequency | None
    choose: Mapping[str, Any] | None


@overload
def od_matrix(
    flows: pd.DataFrame | FlowRecords,
    areas: gpd.GeoDataFrame | None = ...,
    *,
    form: Literal["frame"] = ...,
    **options: Unpack[_Options],
) -> pd.DataFrame: ...
@overload
def od_matrix(
    flows: pd.DataFrame | FlowRecords,
    areas: gpd.GeoDataFrame | None = ...,
    *,
    form: Literal["array"],
    **options: Unpack[_Options],
) -> xr.DataArray: ...
def od_matrix(
    flows: pd.DataFrame | FlowRecords,
    areas: gpd.GeoDataFrame | None = None,
    *,
    level: int | None = None,
    freq: Frequency | None = None,
    choose: Mapping[str, Any] | None = None,
    form: Literal["frame", "array"] = "frame",
) -> Any:
    """The matrix of movements from every origin (rows) to every destination (columns).

    Parameters
    ----------
    flows : pandas.DataFrame, path, pyarrow.Table or record batches
        A Flows table, or what :func:`sum_flows` makes of one; sums are taken as it does.
    areas : geopandas.GeoDataFrame, optional
        Areas, one edition. With ``level``, all of its areas have a row and a column, whether anybody moved or not.
    level : int, optional
        Bring both ends to this level: 0 country, 1 region, 2 province.
    freq : {"MS", "QS", "YS"}, optional
        Months, quarters or years. The default is the whole span of the table.
    choose : mapping, optional
        Take only the rows with these values of source, reason or edition: ``{"source": "DTM"}``. A list is your word
        that its values add up.
    form : {"frame", "array"}
        A DataFrame, or an xarray DataArray with the dimensions origin, destination and period.

    Returns
    -------
    pandas.DataFrame
        Square: the same areas in rows (``origin``) and columns (``destination``), sorted by code, then ``unknown`` if
        there are people of unknown origin or destination. Int64 persons; the diagonal holds the movements inside each
        area. With ``freq``, one square for each period, under a first index level ``start``. A pair that no row names
        is missing, not zero: say ``.fillna(0)`` if the table lists every movement.
    xarray.DataArray
        float64 persons with NaN where the DataFrame has a missing value; ``period`` is the first day, with the
        coordinate ``end``; ``attrs`` name the units and the sources.

    Raises
    ------
    SchemaError
        ``form`` is not known, an area is called "unknown", or any error of :func:`sum_flows`.

    See Also
    --------
    sum_flows : Add up movements.
    sahelgeo.stocks.origins : Where the people of each place come from.
    sahelgeo.flows.balance : Inflow, outflow and net of each area.

    Notes
    -----
    Rows are origins O, columns destinations D: the row sums without the diagonal are the outflows, the column sums the
    inflows (:func:`sahelgeo.flows.balance`). A matrix of movements is not :func:`sahelgeo.stocks.origins`.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> flows = pd.DataFrame({"origin": ["BF56", "BF56", None], "destination": ["BF49", "BF56", "BF49"],
    ...                       "start": "2020-03-01", "end": "2020-03-31", "people": [10, 4, 2], "source": "DTM"})
    >>> sg.od_matrix(flows)
    destination  BF49  BF56  unknown
    origin
    BF49         <NA>  <NA>     <NA>
    BF56           10     4     <NA>
    unknown         2  <NA>     <NA>
    """
    checks.choice(("frame", "array"), form=form)
    sums = sum_flows(flows, areas, level=level, freq=freq, choose=choose)
    labels = _labels(sums, areas, level)
    stacked = sums.assign(**{end: sums[end].fillna(UNKNOWN) for end in ENDS})
    cells = stacked.set_index(["start", *ENDS])["people"]
    starts = list(dict.fromkeys(sums["start"].sort_values())) or [pd.NaT]
    if form == "array":
        return _as_array(cells, sums, starts, labels)
    squares = {start: _square(cells, start, labels) for start in starts}
    return pd.concat(squares, names=["start"]) if freq is not None else squares[starts[0]]


def _labels(sums: pd.DataFrame, areas: gpd.GeoDataFrame | None, level: int | None) -> list[str]:
    found = _members(sums, areas, level)
    if UNKNOWN in found:
        rows = listed(list(sums.index[(sums[list(ENDS)] == UNKNOWN).any(axis=1)]), SHOWN_AT_MOST)
        raise SchemaError(f"flows: an end is called {UNKNOWN!r} (rows {rows}). Leave unknown ends empty")
    return [*found, *([UNKNOWN] if sums[list(ENDS)].isna().to_numpy().any() else [])]


def _square(cells: pd.Series, start: pd.Timestamp, labels: list[str]) -> pd.DataFrame:
    names = [pd.Index(labels, name=end, dtype="str") for end in ENDS]
    if cells.empty:
        return pd.DataFrame(index=names[0], columns=names[1]).astype("Int64")
    here = cells.xs(start, level="start")
    wide: pd.DataFrame = here.unstack("destination")  # noqa: PD010 - a series has no pivot
    return wide.reindex(index=names[0], columns=names[1]).astype("Int64")


def _as_array(cells: pd.Series, sums: pd.DataFrame, starts: list[pd.Timestamp], labels: list[str]) -> xr.DataArray:
    import xarray as xr  # noqa: PLC0415 - slow to load, and only this form needs it

    values = np.full((len(labels), len(labels), len(starts)), np.nan)
    periods = pd.DatetimeIndex(starts)
    axes: dict[str, pd.Index] = {"origin": pd.Index(labels), "destination": pd.Index(labels), "start": periods}
    at = [axis.get_indexer(cells.index.get_level_values(name)) for name, axis in axes.items()]
    values[at[0], at[1], at[2]] = cells.to_numpy(dtype="float64", na_value=np.nan)
    ends = sums.drop_duplicates("start").set_index("start")["end"].reindex(starts)
    names = np.array(labels, dtype=object)
    return xr.DataArray(
        values,
        {"origin": names, "destination": names, "period": periods, "end": ("period", ends.to_numpy())},
        ("origin", "destination", "period"),
        name="people",
        attrs={"units": "persons who moved", "source": joined_sources(sums["source"]) or ""},
    )
