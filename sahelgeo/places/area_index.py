"""Areas made ready for look-ups: checked, in the order of their p-codes, with a grid over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sahelgeo.errors import SHOWN_AT_MOST, CRSError, SchemaError, listed
from sahelgeo.places.grid import COLUMNS, Grid, build_grid

_POLYGONAL = (3, 6)


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
        The cells, about 20 MB.

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

    Building costs about as much as one look-up of a million points. Do it once where points come in several tables or in
    chunks; the index can be pickled and sent to other processes.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        Areas with ``pcode``, each once (one edition, one level), and valid polygons or multipolygons in any CRS. An area
        without geometry holds no point. Areas may overlap and have holes.

    Returns
    -------
    AreaIndex
        Frozen; the areas may be changed afterwards without touching it.

    Raises
    ------
    SchemaError
        No ``pcode``, a p-code missing, not text or twice, geometry that is invalid or not polygons: all problems at once.
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
    return build_index(areas, COLUMNS)


def build_index(areas: gpd.GeoDataFrame, columns: int) -> AreaIndex:
    """An index with so many columns of cells: fewer are built sooner, more answer faster."""
    check_areas_for_points(areas)
    in_order = areas.sort_values("pcode", kind="stable")
    polygons = np.asarray(in_order.geometry.values, dtype=object)
    return AreaIndex(pd.Index(in_order["pcode"].astype(str), name="pcode"), areas.crs, build_grid(polygons, columns))


def check_areas_for_points(areas: gpd.GeoDataFrame) -> None:
    """Raise for areas that cannot be looked up.

    The declaration of Areas says the same and more, but reading it loads the schema library: half the time of a look-up.
    """
    if not isinstance(areas, gpd.GeoDataFrame) or areas.active_geometry_name not in areas.columns:
        raise SchemaError(
            f"areas: a GeoDataFrame with a 'pcode' column is needed, not {type(areas).__name__}. load_areas and read_areas make one"
        )
    if areas.crs is None:
        raise CRSError(
            "areas: the geometry has no CRS. Say which one it is in, for example areas.set_crs('EPSG:4326') for degrees"
        )
    problems = [*_pcode_problems(areas), *polygon_problems(areas)]
    if problems:
        lines = [f"  {number}. {text}" for number, text in enumerate(problems, 1)]
        head = f"areas ({len(areas):,} rows): {len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise SchemaError("\n".join([head, *lines]), problems)


def _pcode_problems(areas: gpd.GeoDataFrame) -> list[str]:
    if list(areas.columns).count("pcode") != 1:
        return [f"one column 'pcode' is needed. Found: {listed(list(areas.columns), 12)}. Rename the column of codes"]
    codes = areas["pcode"]
    problems = []
    missing = codes.isna()
    if missing.any():
        problems.append(
            f"column 'pcode', row(s) {listed(list(areas.index[missing]), SHOWN_AT_MOST)}: empty. Every area needs its code"
        )
    text = codes.map(lambda code: isinstance(code, str)).to_numpy(dtype=bool) | missing.to_numpy()
    if not text.all():
        rows = listed(list(codes.index[~text]), SHOWN_AT_MOST)
        problems.append(f"column 'pcode', row(s) {rows}: not text. Read the column as text (dtype=str)")
    repeated = codes.where(text).duplicated(keep=False) & ~missing & text
    if repeated.any():
        shown = listed(list(codes[repeated].unique()), SHOWN_AT_MOST)
        problems.append(f"p-codes {shown} stand more than once. Choose one edition: areas[areas['edition'] == ...]")
    return problems


def polygon_problems(areas: gpd.GeoDataFrame) -> list[str]:
    """Sentences on geometry that is not valid polygons."""
    shapes = np.asarray(areas.geometry.values, dtype=object)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    problems = []
    other = there & ~np.isin(shapely.get_type_id(shapes), _POLYGONAL)
    if other.any():
        rows = listed(list(areas.index[other]), SHOWN_AT_MOST)
        problems.append(f"geometry, row(s) {rows}: not a polygon. Areas are polygons or multipolygons")
    invalid = there & ~shapely.is_valid(shapes)
    if invalid.any():
        rows = listed(list(areas.index[invalid]), SHOWN_AT_MOST)
        problems.append(
            f"geometry, row(s) {rows}: invalid (it crosses or touches itself). "
            "Repair it: table.geometry = shapely.make_valid(table.geometry.values, method='structure', keep_collapsed=False)"
        )
    return problems
