"""Areas made ready for look-ups: checked, in the order of their p-codes, with a grid over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.places.grid import Grid, lay_grid


@dataclass(frozen=True, eq=False)
class AreaIndex:
    """Areas with a grid over them, for :func:`sahelgeo.locate` to use again. Made by :func:`sahelgeo.area_index`.

    Attributes
    ----------
    pcodes : pandas.Index
        The p-codes in their order, which is the order in which a tie is decided.
    crs : pyproj.CRS
        The CRS of the areas; points must be in the same.
    grid : Grid
        The cells: 4 MB over a few simple areas, up to 30 MB over thousands of detailed ones.

    See Also
    --------
    area_index : Prepare areas once for many points.
    locate : Which area each point lies in.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> index = sg.area_index(sg.load_areas("BFA"))
    >>> index.pcodes[:3].tolist(), index.crs.to_epsg()
    (['BF13', 'BF46', 'BF47'], 4326)
    >>> sg.locate(pd.DataFrame({"lon": [-1.63], "lat": [14.10]}), index)["pcode"].tolist()
    ['BF56']
    """

    pcodes: pd.Index
    crs: Any
    grid: Grid

    def __len__(self) -> int:
        return len(self.pcodes)

    def __repr__(self) -> str:
        return f"AreaIndex({len(self):,} areas, {self.crs.to_string()}, {self.grid.nbytes / 1e6:.1f} MB)"


def area_index(areas: gpd.GeoDataFrame) -> AreaIndex:
    """Make areas ready for many look-ups of points.

    Building costs about as much as one look-up of a million points. Do it once where points come in several tables or
    in chunks; the index can be pickled and sent to other processes.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        Areas with ``pcode``, each once (one edition, one level), and valid polygons or multipolygons in any CRS. An
        area without geometry holds no point. Areas may overlap and have holes.

    Returns
    -------
    AreaIndex
        Frozen; the areas may be changed afterwards without touching it.

    Raises
    ------
    SchemaError
        No ``pcode``, a p-code missing, not text or twice, geometry that is invalid or not polygons: all problems at
        once.
    CRSError
        The areas have no CRS.

    See Also
    --------
    locate : Which area each point lies in.
    check_areas : Find overlapping and empty areas.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> index = sg.area_index(sg.load_areas("BFA"))
    >>> len(index), index.pcodes[0]
    (13, 'BF13')
    """
    return build_index(areas, None)


def build_index(areas: gpd.GeoDataFrame, points: int | None) -> AreaIndex:
    """An index worth its time for a number of points that are looked up once; None for an index that is kept."""
    checks.coded_polygons(areas)
    in_order = areas.sort_values("pcode", kind="stable")
    polygons = np.asarray(in_order.geometry.values, dtype=object)
    return AreaIndex(pd.Index(in_order["pcode"].astype(str), name="pcode"), areas.crs, lay_grid(polygons, points))
