"""Indices of a whole system of movements: how many, how lopsided, how concentrated."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import DataWarning, DoubleCountError
from sahelgeo.flows.balance import system_of
from sahelgeo.flows.coded_sums import ENDS, FlowRecords
from sahelgeo.flows.flow_sums import sum_flows
from sahelgeo.periods import Frequency
from sahelgeo.sums import named_rows


def flow_indices(
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
    level, freq, choose
        See :func:`sum_flows`.

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
    flow_balance : Inflow, outflow and net of each area.
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
    >>> sg.flow_indices(flows)[["people", "mei", "connectivity", "gini"]].round(4)
       people   mei  connectivity    gini
    0     120  25.0           1.0  0.2667
    """
    sums = sum_flows(flows, areas, level=level, freq=freq, choose=choose)
    inside = system_of(sums)
    members = _members(sums[inside], areas, level)
    people = None if population is None else _population(population, members)
    rows = [_indices(period, inside[period.index], members, people) for _, period in sums.groupby("start")]
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


_SHARES = (
    "cmi",
    "mei",
    "anmr",
    "connectivity",
    "gini",
    "origin_hhi",
    "effective_origins",
    "destination_hhi",
    "effective_destinations",
)
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
    several = used["pcode"].duplicated(keep=False).to_numpy(dtype=np.bool_)
    if several.any():
        raise DoubleCountError(
            f"population: more than one figure for the same area in {named_rows(used, several, ['pcode', 'year', 'source'])}. Keep one year and source",
            used[several],
        )
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
        "source": " + ".join(sorted(period["source"].dropna().unique())),
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
