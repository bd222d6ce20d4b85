"""The embedded sample: published figures of one country and one moment, ready to use."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from sahelgeo import embedded
from sahelgeo.areas import load_areas
from sahelgeo.conformance import conform
from sahelgeo.errors import SampleNotFoundError

_COUNTRY_OF = {"burkina-2020": "BFA"}


@dataclass(frozen=True)
class Sample:
    """The tables of a sample.

    Attributes
    ----------
    name : str
        The name of the sample.
    areas : geopandas.GeoDataFrame
        Areas table.
    population : pandas.DataFrame
        Population table.
    phases : pandas.DataFrame
        Phases table.
    stocks : pandas.DataFrame
        Stocks table.
    flows : pandas.DataFrame
        Flows table (synthetic).
    events : geopandas.GeoDataFrame
        Events table (synthetic).

    See Also
    --------
    load_sample : Embedded tables to try things on.
    conform : Check a table and cast its columns.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> sample.stocks[["pcode", "place", "date", "people"]].head(2)
      pcode              place       date  people
    0  BF13             Centre 2020-09-06    1051
    1  BF46  Boucle du Mouhoun 2020-09-06   44859
    """

    name: str
    areas: gpd.GeoDataFrame = field(repr=False)
    population: pd.DataFrame = field(repr=False)
    phases: pd.DataFrame = field(repr=False)
    stocks: pd.DataFrame = field(repr=False)
    flows: pd.DataFrame = field(repr=False)
    events: gpd.GeoDataFrame = field(repr=False)


def load_sample(name: str = "burkina-2020") -> Sample:
    """Published figures of Burkina Faso in 2020, with movements and events that are invented and say so.

    ==========  =====================================================================================================
    table       what it holds
    ==========  =====================================================================================================
    areas       the 13 regions before the reform of 2025 (Natural Earth 1:10m)
    phases      Cadre Harmonisé of March 2020, current period (March to May): people by phase in each region, as
    published.
                The published table gives no phase for a region, so ``phase_published`` is missing; ``area_phase``
                computes it
    population  the population that this analysis covered, the denominator of its shares
    stocks      internally displaced people, CONASUR, 6 September 2020: 1,034,609 in 13 regions, as published
    flows       SYNTHETIC movements between regions, March to August 2020
    events      SYNTHETIC violent events, January to September 2020
    ==========  =====================================================================================================

    Parameters
    ----------
    name : {"burkina-2020"}
        Which sample.

    Returns
    -------
    Sample
        The tables as attributes; each conforms to its declaration, each row names its source.

    Raises
    ------
    SampleNotFoundError
        There is no sample of this name.

    See Also
    --------
    Sample : The tables of a sample.
    load_areas : Embedded boundaries.

    Notes
    -----
    Phases and population: Cadre Harmonisé, March 2020. Stocks: CONASUR, 6 September 2020. Flows and events are
    invented, because no published table of them may be passed on.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> int(sample.stocks["people"].sum())
    1034609
    >>> sample.flows["source"].unique().tolist()
    ['sahelgeo-synthetic']
    """
    if name not in _COUNTRY_OF:
        raise SampleNotFoundError(f"there is no sample called {name!r}. Choose one of: {', '.join(_COUNTRY_OF)}")
    tables = {kind: conform(sample_table(name, kind), kind) for kind in ("phases", "stocks", "flows")}
    areas = load_areas(_COUNTRY_OF[name], level=1)
    return Sample(name, areas, _population(tables["phases"]), **tables, events=sample_events(name))


def sample_table(sample: str, kind: str) -> pd.DataFrame:
    """A table of a sample as it is in its file."""
    return embedded.read_frame("samples", sample, f"{kind}.csv", dtype=None)


def _population(phases: pd.DataFrame) -> pd.DataFrame:
    table = phases[["pcode", "population", "source"]].rename(columns={"population": "people"})
    return conform(table.assign(year=phases["start"].dt.year), "population")


def sample_events(sample: str) -> gpd.GeoDataFrame:
    """The Events table of a sample, its points made of their degrees."""
    table = sample_table(sample, "events")
    points = gpd.points_from_xy(table["longitude"], table["latitude"])
    table = table.drop(columns=["longitude", "latitude"])
    events = conform(gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326"), "events")
    assert isinstance(events, gpd.GeoDataFrame)
    return events
