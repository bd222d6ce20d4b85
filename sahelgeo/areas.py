"""The embedded administrative areas."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import as_file, files

import geopandas as gpd

from sahelgeo.conformance import conform
from sahelgeo.errors import AreasNotEmbeddedError, SchemaError, listed

CORE_COUNTRIES = ("BFA", "MLI", "NER", "TCD", "MRT")


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
        ISO 3166-1 codes of three letters, such as ``"BFA"``. The default is every country that has areas at the level.
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
    wanted = (
        None if countries is None else list(dict.fromkeys([countries] if isinstance(countries, str) else countries))
    )
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


def conform_areas(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Check a table of areas against its declaration (see :func:`sahelgeo.conform`)."""
    if not isinstance(areas, gpd.GeoDataFrame):
        raise SchemaError(
            f"areas: a GeoDataFrame with a 'pcode' column is needed, not {type(areas).__name__}. "
            "load_areas and read_areas make one"
        )
    checked = conform(areas, "areas")
    assert isinstance(checked, gpd.GeoDataFrame)
    return checked


@lru_cache(maxsize=1)
def _read_embedded() -> gpd.GeoDataFrame:
    with as_file(files("sahelgeo.data").joinpath("areas.parquet")) as path:
        return gpd.read_parquet(path)
