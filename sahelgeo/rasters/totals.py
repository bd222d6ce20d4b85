"""Sums of a grid scaled to the totals of a table."""

from __future__ import annotations

import warnings

import geopandas as gpd
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import DataWarning, DoubleCountError, SchemaError
from sahelgeo.places.levels import levels_of, roll_up


def scale_to_totals(
    table: pd.DataFrame, population: pd.DataFrame, *, areas: gpd.GeoDataFrame | None = None
) -> pd.DataFrame:
    """Scale the people of a grid so that each area of a population table gets its total.

    A grid spreads people well and counts them badly; a census or projection counts them. All rows of the table that lie in
    an area of the population table are multiplied by one factor.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``pcode`` and ``people``, as :func:`zonal_sum` gives it; several rows may name one area.
    population : pandas.DataFrame
        A Population table of the same level, or of a coarser one; one figure for each area.
    areas : geopandas.GeoDataFrame, optional
        Areas that say which p-code of the table lies in which of the population table, where the levels differ.

    Returns
    -------
    pandas.DataFrame
        The rows of the table with their index, with ``people`` scaled, ``people_grid`` as they were, and ``factor``. The scaled
        people of each area add up to its figure. Rows without a figure are missing in both new columns.

    Raises
    ------
    DoubleCountError
        An area has several figures (years, sources); they are in ``.rows``.
    SchemaError
        A column is missing, or p-codes of different levels come without areas.

    Warns
    -----
    DataWarning
        Areas of the population table that no row speaks of, or where the grid has nobody to scale; rows without a figure.

    See Also
    --------
    zonal_sum : The sum of a grid over each area.
    read_population : Read population by area.

    Notes
    -----
    This is dasymetric scaling: the grid says where people live, the census how many they are.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> grid = pd.DataFrame({"pcode": ["BF5601", "BF5602"], "people": [300.0, 100.0]})
    >>> census = pd.DataFrame({"pcode": ["BF5601", "BF5602"], "year": 2019, "people": [330, 90], "source": "census"})
    >>> sg.scale_to_totals(grid, census)["people"].tolist()
    [330.0, 90.0]
    """
    missing = [name for name in ("pcode", "people") if isinstance(table, pd.DataFrame) and name not in table]
    if missing:
        raise SchemaError(
            f"the table needs 'pcode' and 'people', as zonal_sum gives them. Missing: {', '.join(missing)}"
        )
    checks.columns(table, "table", {"pcode": "text", "people": "number"})
    figures = conform(population, "population").dropna(subset=["pcode", "people"])
    twice = figures["pcode"].duplicated(keep=False)
    if twice.any():
        named = listed(list(figures.loc[twice, "pcode"].unique()), SHOWN_AT_MOST)
        raise DoubleCountError(
            f"population: more than one figure for {named}. Choose one year and source", figures[twice]
        )
    codes = _codes_of_figures(table["pcode"].astype("string"), figures["pcode"], areas)
    people = table["people"].astype("Float64")
    totals = figures.set_index("pcode")["people"]
    sums = people.groupby(codes).sum(min_count=1)
    factors = totals / sums.mask(sums == 0).reindex(totals.index)
    _warn(factors, totals, codes, people)
    factor = codes.map(factors).astype("Float64")
    return table.assign(people=people * factor, people_grid=people, factor=factor)


def _codes_of_figures(codes: pd.Series, figures: pd.Series, areas: gpd.GeoDataFrame | None) -> pd.Series:
    known = codes.isin(figures)
    if known.all() or areas is None:
        if not known.any():
            raise SchemaError(
                f"no p-code of the table ({listed(list(codes[:3]), 3)}) is among those of the population ({listed(list(figures[:3]), 3)}). "
                "Where the levels differ, pass areas that hold both"
            )
        return codes.where(known)
    levels = figures.map(levels_of(areas)).dropna().unique()
    if len(levels) != 1:
        raise SchemaError(
            f"population: its p-codes are of {len(levels)} levels of the areas. Give figures of one level"
        )
    above = roll_up(codes, areas, int(levels[0]))
    return above.where(above.isin(figures))


def _warn(factors: pd.Series, totals: pd.Series, codes: pd.Series, people: pd.Series) -> None:
    lost = factors.isna() & (totals > 0)
    if lost.any():
        named = listed(list(factors.index[lost]), SHOWN_AT_MOST)
        warnings.warn(
            f"{totals[lost].sum():,.0f} people of {int(lost.sum()):,} figures have no row to go to, or one with nobody on the grid: {named}",
            DataWarning,
            stacklevel=3,
        )
    without = codes.isna() & people.notna()
    if without.any():
        warnings.warn(
            f"{int(without.sum()):,} rows with {people[without].sum():,.0f} people on the grid have no figure to scale to, and are missing",
            DataWarning,
            stacklevel=3,
        )
