"""Two figures in an area and in the areas around it: how they go together, described and not explained."""

from __future__ import annotations

import warnings
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import ExtraNotInstalledError, SchemaError
from sahelgeo.events.extent import check_chance, false_discovery, two_sided
from sahelgeo.rasters.zones import check_ground
from sahelgeo.sources import joined_sources, source_ids

# With fewer areas a permutation says nothing.
_LEAST_AREAS = 8
_QUADRANTS = {1: ("high", "high"), 2: ("low", "high"), 3: ("low", "low"), 4: ("high", "low")}


def local_association(
    table: gpd.GeoDataFrame,
    here: str,
    around: str,
    *,
    permutations: int = 999,
    seed: int = 0,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Where one figure is high and another is high, or low, in the areas around: bivariate local Moran's I.

    It reads "here, and around", not "in the same place" (:func:`joint_severity` does that), and says nothing of
    causes. Needs the extra ``stats``.

    Parameters
    ----------
    table : geopandas.GeoDataFrame
        Areas with their polygons and both columns, one row for each.
    here, around : str
        The column read in the area itself, and the one read in its neighbours (areas that share a border or a corner).
    permutations, seed : int
        How often values are shuffled, and the seed that makes the answer the same again.
    alpha : float
        The false discovery rate: of the areas named, about this share may be chance.

    Returns
    -------
    pandas.DataFrame
        One row for each area with its index; missing where an area has no value or no neighbours, and such an area is a
        neighbour of none:

        - ``local_i``;
        - ``p_value``, two-sided, from the permutations;
        - ``p_adjusted`` (Benjamini and Hochberg, for many areas tested at once), and ``significant`` (boolean);
        - ``reading`` in words, such as "high share_3plus here, high per_1000 around", or "no clear association";
        - ``source``, of the whole table.

    Raises
    ------
    ExtraNotInstalledError
        esda or libpysal are not installed.
    SchemaError
        A column is missing or no number, values do not vary, or fewer than 8 areas remain.

    See Also
    --------
    joint_severity : Hunger and displacement, classed together.
    hotspots : Clusters of high and low values.

    Notes
    -----
    Wartenberg (1985), Anselin (1995); computed by esda's ``Moran_Local_BV`` with row-standardised weights.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> joint = sg.joint_severity(sample.phases, sample.stocks, sample.population)
    >>> found = sg.events.local_association(sg.attach_areas(joint, sample.areas), "share_3plus", "per_1000")
    >>> found.loc[joint["pcode"] == "BF56", "local_i"].round(2).tolist()
    [1.21]
    """
    esda, graph = _stats()
    check_ground(table, "table")
    check_chance(alpha, permutations)
    checks.columns(table, "table", {here: "number", around: "number"})
    x, y = (table[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in (here, around))
    known = np.isfinite(x) & np.isfinite(y)
    neighbours = graph.Graph.build_contiguity(table.geometry[known].reset_index(drop=True), rook=False)
    positions = np.flatnonzero(known)
    used = positions[np.setdiff1d(np.arange(len(positions)), np.asarray(neighbours.isolates, dtype=np.int64))]
    if len(used) < _LEAST_AREAS:
        raise SchemaError(
            f"{len(used)} areas have both values and a neighbour; a local association needs {_LEAST_AREAS} at least"
        )
    for name, numbers in ((here, x[used]), (around, y[used])):
        if np.ptp(numbers) == 0:
            raise SchemaError(f"column {name!r} has the same value everywhere: there is nothing to associate")
    weights = graph.Graph.build_contiguity(table.geometry.iloc[used].reset_index(drop=True), rook=False).transform("r")
    with warnings.catch_warnings():
        # esda announces another default for its own p-values; these are not used.
        warnings.simplefilter("ignore", DeprecationWarning)
        moran = esda.Moran_Local_BV(x[used], y[used], weights, permutations=permutations, seed=seed)
    shuffled = np.asarray(moran.rlisas)
    larger = (shuffled >= np.asarray(moran.Is)[:, None]).sum(axis=1)
    p_values = two_sided(larger, shuffled.shape[1] - larger, shuffled.shape[1])
    adjusted = false_discovery(p_values)
    quadrants = [_QUADRANTS[int(quadrant)] for quadrant in moran.q]
    readings = [f"{own} {here} here, {others} {around} around" for own, others in quadrants]
    columns = {
        "local_i": pd.array(moran.Is, dtype="Float64"),
        "p_value": pd.array(p_values, dtype="Float64"),
        "p_adjusted": pd.array(adjusted, dtype="Float64"),
        "significant": pd.array(adjusted <= alpha, dtype="boolean"),
        "reading": pd.array(np.where(adjusted <= alpha, readings, "no clear association"), dtype="string"),
        "source": pd.array([joined_sources(source_ids(table))] * len(used), dtype="string"),
    }
    return pd.DataFrame(columns, index=used).reindex(range(len(table))).set_axis(table.index)


def _stats() -> tuple[ModuleType, ModuleType]:
    try:
        import esda  # noqa: PLC0415 - an extra, and slow to load
        from libpysal import graph  # noqa: PLC0415
    except ImportError as problem:
        raise ExtraNotInstalledError(
            "local_association needs esda and libpysal, which are not installed: pip install 'sahelgeo[stats]'"
        ) from problem
    return esda, graph
