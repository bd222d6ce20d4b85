"""What comes with sahelgeo, ready to use: administrative areas, and samples of published figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import as_file, files

import pandas as pd

from sahelgeo import embedded
from sahelgeo.conformance import conform
from sahelgeo.errors import AreasNotEmbeddedError, SampleNotFoundError, listed
from sahelgeo.late import gpd
from sahelgeo.places.names import country_codes

# Of which countries each sample speaks, and which tables it holds in files of its own.
_COUNTRIES = {
    "burkina-2020": ["BFA"],
    "central-sahel": ["BFA", "MLI", "NER", "TCD", "MRT"],
    "burkina-movements-2025": ["BFA"],
}
_KINDS = ("phases", "stocks", "flows")
# UCDP looks at every country; of these the samples hold all that it counted in these days.
_LOOKED_AT = {
    "burkina-2020": (["BFA"], "2020-01-01", "2020-12-31"),
    "central-sahel": (["BFA", "MLI", "NER"], "2012-01-01", "2023-12-31"),
}


@dataclass(frozen=True)
class Sample:
    """The tables of a sample. One that it does not hold is refused by name when it is asked for.

    Attributes
    ----------
    name : str
        The name of the sample.
    tables : mapping of str to pandas.DataFrame
        What it holds, by the names below.
    areas : geopandas.GeoDataFrame
        Areas table.
    population : pandas.DataFrame
        Population table.
    phases : pandas.DataFrame
        Phases table.
    stocks : pandas.DataFrame
        Stocks table.
    flows : pandas.DataFrame
        Flows table.
    events : geopandas.GeoDataFrame
        Events table.
    coverage : pandas.DataFrame
        ``iso3``, ``start``, ``end``: the countries and days that the source of the events looked at, as
        :func:`sahelgeo.sum_events` takes them.

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
    tables: Mapping[str, pd.DataFrame] = field(repr=False)

    @property
    def areas(self) -> gpd.GeoDataFrame:
        """Areas table."""
        return gpd.GeoDataFrame(self._table("areas"))

    @property
    def population(self) -> pd.DataFrame:
        """Population table."""
        return self._table("population")

    @property
    def phases(self) -> pd.DataFrame:
        """Phases table."""
        return self._table("phases")

    @property
    def stocks(self) -> pd.DataFrame:
        """Stocks table."""
        return self._table("stocks")

    @property
    def flows(self) -> pd.DataFrame:
        """Flows table."""
        return self._table("flows")

    @property
    def events(self) -> gpd.GeoDataFrame:
        """Events table."""
        return gpd.GeoDataFrame(self._table("events"))

    @property
    def coverage(self) -> pd.DataFrame:
        """The countries and days that the source of the events looked at."""
        return self._table("coverage")

    def _table(self, kind: str) -> pd.DataFrame:
        if kind not in self.tables:
            raise SampleNotFoundError(f"the sample {self.name!r} holds no {kind}. It holds: {', '.join(self.tables)}")
        return self.tables[kind].copy()


def load_sample(name: str = "burkina-2020") -> Sample:
    """Published figures that may be passed on, as tidy tables.

    ======================  ========================================================================================
    sample                  what it holds
    ======================  ========================================================================================
    burkina-2020            Burkina Faso in 2020, 13 regions before the reform of 2025. Phases: Cadre Harmonisé of March
                            2020, current period, people by phase as published (no phase of a region is published:
                            ``area_phase`` computes it). Population: that which the analysis covered. Stocks: CONASUR, 6
                            September 2020, 1,034,609 displaced people. Events: UCDP GED 24.1, 166 events and 1,167
                            deaths of that year
    central-sahel           Burkina Faso, Mali, Niger, Chad and Mauritania. Events: UCDP GED 24.1, 2012 to 2023, of the
                            first three. Phases: Cadre Harmonisé, every analysis of 2018 to 2023, by region. Stocks:
                            displaced people by region at the end of each year (UNHCR), and CONASUR's of 6 September
                            2020. Flows: yearly movements between countries, 2012 to 2024 (UNHCR)
    burkina-movements-2025  Flows: displacement in Burkina Faso from region to region by quarter, January 2024 to April
                            2025: 154 movements, 509,332 people (GCORR, SP/CONASUR and OCHA)
    ======================  ========================================================================================

    Parameters
    ----------
    name : {"burkina-2020", "central-sahel", "burkina-movements-2025"}
        Which sample.

    Returns
    -------
    Sample
        The tables as attributes; each conforms to its declaration, each row names its source.

    Raises
    ------
    SampleNotFoundError
        There is no sample of this name, or, when one of its tables is asked for, it does not hold it.

    See Also
    --------
    Sample : The tables of a sample.
    load_areas : Embedded boundaries.

    Notes
    -----
    What is not known is missing, not zero: UCDP's events of Chad and Mauritania, Burkina Faso's displaced people by
    region before 2020, who of Niger's displaced people of 2020 was in Tahoua (``doubt`` says so in the row). UCDP
    writes one massacre in several rows, so low, best and high make sense in sums only.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> int(sg.load_sample("burkina-2020").stocks["people"].sum())
    1034609
    >>> sahel = sg.load_sample("central-sahel")
    >>> before = sahel.events[sahel.events["date"] < "2021"]
    >>> len(before), int(before["fatalities"].sum())
    (1790, 11867)
    """
    if name not in _COUNTRIES:
        raise SampleNotFoundError(f"there is no sample called {name!r}. Choose one of: {', '.join(_COUNTRIES)}")
    return Sample(name, {kind: table.copy() for kind, table in _tables(name).items()})


@lru_cache
def _tables(name: str) -> dict[str, pd.DataFrame]:
    """What a sample holds, read once: who loads it gets copies."""
    tables: dict[str, pd.DataFrame] = {"areas": load_areas(_COUNTRIES[name], level=1)}
    for kind in _KINDS:
        table = _stored(name, kind)
        if table is not None:
            tables[kind] = conform(table, kind)
    if "phases" in tables:
        tables["population"] = _population(tables["phases"])
    if name in _LOOKED_AT:
        countries, start, end = _LOOKED_AT[name]
        tables["coverage"] = pd.DataFrame({"iso3": countries, "start": start, "end": end, "source": "ucdp-ged-24-1"})
        events = conform(_events(), "events")
        looked_at = events["iso3"].isin(countries) & events["date"].between(start, end)
        tables["events"] = events[looked_at].reset_index(drop=True)
    return tables


def _events() -> gpd.GeoDataFrame:
    """The events of the central Sahel, their points made of their degrees."""
    table = embedded.read_parquet("samples", "central-sahel", "events.parquet")
    points = gpd.points_from_xy(table["longitude"], table["latitude"])
    return gpd.GeoDataFrame(table.drop(columns=["longitude", "latitude"]), geometry=points, crs="EPSG:4326")


def _stored(sample: str, kind: str) -> pd.DataFrame | None:
    """A table as it is in its file; None where the sample has no such file."""
    held = embedded.names_in(f"samples/{sample}", "")
    if f"{kind}.parquet" in held:
        return embedded.read_parquet("samples", sample, f"{kind}.parquet")
    return embedded.read_frame("samples", sample, f"{kind}.csv", dtype=None) if f"{kind}.csv" in held else None


def _population(phases: pd.DataFrame) -> pd.DataFrame:
    """The people that the first analysis of a year covered: the denominator of its shares."""
    table = phases[["pcode", "population", "source"]].rename(columns={"population": "people"})
    table = table.assign(year=phases["issued"].fillna(phases["start"]).dt.year, people=table["people"].round())
    order = phases.sort_values(["issued", "start"], kind="stable").index
    first = table.loc[order].drop_duplicates(["pcode", "year", "source"]).sort_index()
    return conform(first.reset_index(drop=True), "population")


def load_areas(countries: str | Iterable[str] | None = None, level: int = 1) -> gpd.GeoDataFrame:
    """The administrative areas that come with sahelgeo, from Natural Earth 1:10m (public domain).

    They serve examples, first looks and the ground of maps. Their borders are drawn for 1:10 million: off by one to two
    kilometres. For analysis on points near borders, or for newer units, read the official file of the country with
    :func:`sahelgeo.read_areas`.

    What the embedded edition lacks, country by country (the ``edition`` column says it too):

    - Burkina Faso: 13 regions and 45 provinces, not the 17 regions and 47 provinces of the 2025 reform;
    - Mali: 8 regions and Bamako, without Ménaka and Taoudénit and without the 19 regions of 2023; its Gao still holds
      Ménaka, so its p-code is ``ML07+ML10``;
    - Chad: Ennedi is one area (``TD20+TD23``), not Ennedi Est and Ennedi Ouest;
    - Mauritania: Nouakchott is one area (``MR13+MR14+MR15``), not three. Western Sahara is drawn as on maps of the UN.

    Parameters
    ----------
    countries : str or iterable of str, optional
        ISO 3166-1 codes of three letters, such as ``"BFA"``, or names, such as ``"Tchad"``. The default is every
        country that has areas at the level.
    level : {0, 1, 2}
        0 countries, 1 regions, 2 provinces (Burkina Faso only).

    Returns
    -------
    geopandas.GeoDataFrame
        One row for each area, in EPSG:4326, with the columns of the Areas table. The areas of a level are one valid
        coverage: no gaps and no overlaps between neighbours. ``pcode`` is OCHA's code for the five countries; the
        regions of their neighbours carry ISO 3166-2 codes, which do not join to tables of p-codes. ``edition_note``
        says more about an edition.

    Raises
    ------
    AreasNotEmbeddedError
        A country, or a level of it, that is not in the file; the message says what is.

    See Also
    --------
    read_areas : Read boundaries of any usual publisher.
    load_pcodes : Embedded lists of p-codes and names.
    attach_areas : Join a table to its polygons.

    Notes
    -----
    Natural Earth 1:10m, version 5.1. Borders are off by one to two kilometres: bring the official boundaries for points
    near them.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> regions = sg.load_areas("BFA")
    >>> len(regions), regions.crs.to_epsg()
    (13, 4326)
    >>> len(sg.load_areas("BFA", level=2))
    45
    """
    areas = _read_embedded()
    wanted = None if countries is None else country_codes(countries)
    if level not in (0, 1, 2):
        raise AreasNotEmbeddedError(
            f"level {level!r} is not embedded. Choose 0 (countries), 1 (regions) or 2 (provinces of Burkina Faso)"
        )
    at_level = areas[areas["level"] == level].reset_index(drop=True)
    if wanted is None:
        return at_level
    held = set(at_level["iso3"])
    missing = [code for code in wanted if code not in held]
    if missing:
        raise AreasNotEmbeddedError(
            f"no embedded areas at level {level} for {listed([repr(code) for code in missing], 10)}. There are: "
            f"{', '.join(sorted(held))} (ISO 3166-1 codes of three letters). Read your own file with read_areas"
        )
    return at_level[at_level["iso3"].isin(wanted)].reset_index(drop=True)


@lru_cache(maxsize=1)
def _read_embedded() -> gpd.GeoDataFrame:
    with as_file(files("sahelgeo.data").joinpath("areas.parquet")) as path:
        return gpd.read_parquet(path)
