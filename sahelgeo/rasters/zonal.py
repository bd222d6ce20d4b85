"""What a grid holds in areas, in pairs of areas, and beside a census."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal, overload

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import DataWarning, DoubleCountError, SchemaError

from sahelgeo.places.levels import levels_of, roll_up
from sahelgeo.rasters.grids import Grid, Raster, open_grid
from sahelgeo.rasters.spans import Floats, Ints
from sahelgeo.rasters.streams import ZoneSums
from sahelgeo.rasters.zones import (
    Values,
    checked_zones,
    counted_once,
    polygons_on,
    shared_pieces,
    shared_within,
    sizes_in_cells,
    sums_over,
    warn_of_gaps,
    zone_labels,
)

# Borders of real files overlap by centimetres: what they count twice is less than this share of a zone.
_OVERLAP_BORNE = 1e-3
_ROUNDING_NOISE = 1e-9


@dataclass(frozen=True)
class GridAccount:
    """What a sum over areas did with everything that the grid holds.

    ``whole = in_areas + outside - counted_twice``, up to rounding; each of the four is summed by itself, over the ground itself
    and not over the shares of its cells.

    Attributes
    ----------
    whole : float
        The sum over the grid.
    in_areas : float
        The sum over all areas.
    outside : float
        What no area covers.
    counted_twice : float
        What lies in more than one area, once for each area beyond the first; 0 where areas do not overlap.

    See Also
    --------
    zonal_sum : The sum of a grid over each area.

    Examples
    --------
    >>> import numpy as np, sahelgeo as sg, xarray as xr
    >>> from shapely import box
    >>> import geopandas as gpd
    >>> grid = xr.DataArray(np.full((2, 2), 100.0), dims=("y", "x"), coords={"y": [1.5, 0.5], "x": [0.5, 1.5]},
    ...                     attrs={"crs": "EPSG:4326"})
    >>> west = gpd.GeoDataFrame({"pcode": ["west"]}, geometry=[box(0, 0, 1, 2)], crs=4326)
    >>> sums, account = sg.zonal_sum(grid, west, values="count", report=True)
    >>> account.whole, account.in_areas, account.outside
    (400.0, 200.0, 200.0)
    """

    whole: float
    in_areas: float
    outside: float
    counted_twice: float

    def __str__(self) -> str:
        text = f"{self.in_areas:,.0f} of {self.whole:,.0f} in areas; {self.outside:,.0f} outside"
        return text + (f"; {self.counted_twice:,.0f} counted more than once" if round(self.counted_twice) else "")


@overload
def zonal_sum(
    raster: Raster,
    areas: gpd.GeoDataFrame,
    *,
    values: Values,
    band: int | None = ...,
    report: Literal[False] = ...,
    progress: bool = ...,
) -> pd.DataFrame: ...
@overload
def zonal_sum(
    raster: Raster,
    areas: gpd.GeoDataFrame,
    *,
    values: Values,
    band: int | None = ...,
    report: Literal[True],
    progress: bool = ...,
) -> tuple[pd.DataFrame, GridAccount]: ...
def zonal_sum(
    raster: Raster,
    areas: gpd.GeoDataFrame,
    *,
    values: Values,
    band: int | None = None,
    report: bool = False,
    progress: bool = False,
) -> pd.DataFrame | tuple[pd.DataFrame, GridAccount]:
    """The sum of a grid over each area, every cell by the exact share that the area covers.

    The grid is read once, in bands, in a few threads; memory does not grow with it. Areas in another CRS are brought to
    that of the grid: the grid is never resampled, so no person is lost or made.

    Parameters
    ----------
    raster : path, rasterio dataset or xarray.DataArray
        A grid of counts or densities. An array has its cells' centres as coordinates (y and x, or lat and lon) and its CRS
        where rioxarray or CF write it, or as ``array.attrs["crs"]``.
    areas : geopandas.GeoDataFrame
        Valid polygons in any CRS.
    values : {"count", "density"}
        What a cell holds: persons in the cell, or persons per km². A density is multiplied by the area of the cell, on the
        ellipsoid for grids in degrees, on the plane for others.
    band : int, optional
        Which band of a file, from 1, where it has several.
    report : bool
        Read all of the grid, and also return the :class:`GridAccount` of what lies outside of the areas.
    progress : bool
        Show a bar.

    Returns
    -------
    pandas.DataFrame
        One row for each area, with its index: ``pcode`` where the areas have one; ``people``, the sum (Float64);
        ``cells``, the cells with data that it rests on, fractions counted; ``share_without_data``, the share of the area
        (0–1, by cells) where the grid has no data or ends. Zeros of the grid are zeros; an area without any data is
        missing, not 0.
    GridAccount
        Only with ``report=True``.

    Raises
    ------
    GridError
        A value below zero, a density declared as a count, several bands, uneven coordinates.
    CRSError
        The grid, or the areas, have no CRS.
    FormatError
        Not a raster.
    SchemaError
        ``values`` is neither, or areas are no valid polygons.

    Warns
    -----
    DataWarning
        Areas without any data, areas that reach beyond the grid, a grid that declares no nodata value.

    See Also
    --------
    people_by_zone : People in each pair of two sets of zones.
    scale_to_totals : Scale the people of a grid to a census.
    overlay : Carry values onto other polygons.

    Notes
    -----
    The shares are those of exactextract (Baston, ISciences), to rounding.

    Examples
    --------
    >>> import numpy as np, sahelgeo as sg, xarray as xr
    >>> regions = sg.load_areas("BFA")
    >>> grid = xr.DataArray(np.full((60, 80), 100.0), dims=("y", "x"), attrs={"crs": "EPSG:4326"},
    ...                     coords={"y": 15.05 - 0.1 * np.arange(60), "x": -5.55 + 0.1 * np.arange(80)})
    >>> sums, account = sg.zonal_sum(grid, regions, values="count", report=True)
    >>> print(account)
    226,691 of 480,000 in areas; 253,309 outside
    """
    zones = checked_zones(areas)
    with open_grid(raster, band) as reader:
        polygons = polygons_on(reader.grid, zones)
        if not report:
            return _table(zones, polygons, sums_over(reader, polygons, values, progress=progress), reader.grid)
        again, left, shared = counted_once(polygons)
        # What is left of the areas that overlap takes their place where the ground outside is looked for.
        once = np.ones(len(polygons) + 2 * len(again), dtype=bool)
        once[again], once[len(once) - len(again) :] = False, False
        grounds = np.concatenate([polygons, left, shared])
        sums = sums_over(reader, grounds, values, whole=True, cover=once, progress=progress)
        own = ZoneSums(sums.total[: len(zones)], sums.cells[: len(zones)], sums.weight[: len(zones)])
        twice = float(sums.total[len(sums.total) - len(again) :].sum())
        return _table(zones, polygons, own, reader.grid), GridAccount(
            sums.whole, float(own.total.sum()), sums.outside, twice
        )


def _table(zones: gpd.GeoDataFrame, polygons: npt.NDArray[Any], sums: ZoneSums, grid: Grid) -> pd.DataFrame:
    covered = sums.cells > 0
    size = sizes_in_cells(polygons, grid)
    missing = np.clip(1 - sums.cells / size, 0, 1)
    # The sum of the shares of an area's cells differs from its area by rounding.
    missing[missing < 1e-9] = 0
    table = pd.DataFrame(
        {
            "people": pd.array(np.where(covered, sums.total, np.nan), dtype="Float64"),
            "cells": sums.cells,
            "share_without_data": missing,
        },
        index=zones.index,
    )
    if "pcode" in zones:
        table.insert(0, "pcode", zones["pcode"].astype("string"))
    warn_of_gaps(zones, polygons, covered, grid, "sums", stacklevel=4)
    return table


def people_by_zone(
    raster: Raster,
    zones_a: gpd.GeoDataFrame,
    zones_b: gpd.GeoDataFrame,
    *,
    values: Values,
    band: int | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """How many people live in each pair of two sets of zones, in one pass over the grid; nobody is lost.

    For example departments and livelihood zones, or regions and the polygons of a food-security analysis. The zones need
    not nest, nor cover each other.

    Parameters
    ----------
    raster : path, rasterio dataset or xarray.DataArray
        A population grid, as in :func:`zonal_sum`.
    zones_a, zones_b : geopandas.GeoDataFrame
        Valid polygons in any CRS; within a set they do not overlap. A zone is called by its ``pcode`` where the set has
        that column, else by its index.
    values : {"count", "density"}
        What a cell holds: persons in the cell, or persons per km².
    band : int, optional
        Which band of a file, where it has several.
    progress : bool
        Show a bar.

    Returns
    -------
    pandas.DataFrame
        One row for each pair that shares ground, with index 0..n-1: ``zone_a``, ``zone_b``, ``people`` (Float64) and
        ``cells`` (cells with data, fractions counted). A missing ``zone_b`` is what of ``zone_a`` no zone of the second set
        covers, and so the other way round; both missing is the rest of the grid. All rows together are the sum of the
        grid. People are missing, not 0, where a pair has no data.

    Raises
    ------
    DoubleCountError
        Zones of one set overlap, so that people would be counted twice; they are in ``.rows``.
    GridError, CRSError, FormatError, SchemaError
        As in :func:`zonal_sum`.

    See Also
    --------
    zonal_sum : The sum of a grid over each area.
    overlay_phases : People living in polygons of each phase.

    Notes
    -----
    Cells are shared out by the exact part that each zone covers (exactextract); the grid is not resampled.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np, sahelgeo as sg, xarray as xr
    >>> from shapely import box
    >>> grid = xr.DataArray([[10.0, 20.0], [30.0, 40.0]], dims=("y", "x"), coords={"y": [1.5, 0.5], "x": [0.5, 1.5]},
    ...                     attrs={"crs": "EPSG:4326"})
    >>> halves = gpd.GeoDataFrame({"pcode": ["west", "east"]}, geometry=[box(0, 0, 1, 2), box(1, 0, 2, 2)], crs=4326)
    >>> south = gpd.GeoDataFrame({"pcode": ["south"]}, geometry=[box(0, 0, 2, 1)], crs=4326)
    >>> sg.people_by_zone(grid, halves, south, values="count")[["zone_a", "zone_b", "people"]]
      zone_a zone_b  people
    0   west  south    30.0
    1   west   <NA>    10.0
    2   east  south    40.0
    3   east   <NA>    20.0
    """
    first, second = checked_zones(zones_a, "zones_a"), checked_zones(zones_b, "zones_b")
    with open_grid(raster, band) as reader:
        a, b = polygons_on(reader.grid, first), polygons_on(reader.grid, second)
        left, right, shapes = shared_pieces(a, b)
        doubled = [shared_within(a), shared_within(b)]
        # The sets themselves ride along: what is left of them outside the other is theirs less the pieces.
        grounds = [shapes, a, b, doubled[0][2], doubled[1][2]]
        sums = sums_over(reader, np.concatenate(grounds), values, whole=True, progress=progress)
    parts = np.split(np.arange(len(sums.total)), np.cumsum([len(ground) for ground in grounds])[:-1])
    for name, zones, own, pairs, ground in zip(
        ("zones_a", "zones_b"), (first, second), parts[1:3], doubled, parts[3:], strict=True
    ):
        _refuse_overlaps(name, zones, pairs, sums.total[ground], sums.total[own])
    pieces = parts[0]
    rows = [(left, right, sums.total[pieces], sums.cells[pieces])]
    for zones, numbers, own in ((first, left, parts[1]), (second, right, parts[2])):
        rest = _rest(sums.total[own], np.bincount(numbers, sums.total[pieces], len(zones)).astype(float))
        cells = np.maximum(sums.cells[own] - np.bincount(numbers, sums.cells[pieces], len(zones)), 0)
        nobody, here = np.full(len(zones), -1), np.arange(len(zones))
        rows.append((here, nobody, rest, cells) if zones is first else (nobody, here, rest, cells))
    return _table_of_pairs(rows, sums.whole, first, second)


def _refuse_overlaps(
    name: str, zones: gpd.GeoDataFrame, pairs: tuple[Ints, Ints, Any], doubled: Floats, total: Floats
) -> None:
    left, right, _ = pairs
    real = doubled > _OVERLAP_BORNE * np.maximum(np.minimum(total[left], total[right]), 1)
    if real.any():
        labels = zone_labels(zones).to_numpy()
        shown = [f"{labels[one]} and {labels[other]}" for one, other in zip(left[real], right[real], strict=True)]
        raise DoubleCountError(
            f"{name}: {listed(shown, SHOWN_AT_MOST)} overlap, and {doubled[real].sum():,.0f} people would be counted twice. "
            "Mend the overlaps, or give one set of zones after the other",
            zones.iloc[np.unique(np.r_[left[real], right[real]])],
        )


def _rest(total: Floats, shared: Floats) -> Floats:
    rest = total - shared
    rest[np.abs(rest) <= _ROUNDING_NOISE * np.maximum(total, 1)] = 0
    return rest


def _table_of_pairs(pairs: list[Any], whole: float, first: gpd.GeoDataFrame, second: gpd.GeoDataFrame) -> pd.DataFrame:
    a, b, people, cells = (np.concatenate(column) for column in zip(*pairs, strict=True))
    real = (cells > _ROUNDING_NOISE) | ((a >= 0) & (b >= 0))
    a, b, people, cells = a[real], b[real], people[real], cells[real]
    outside = whole - float(people.sum())
    if abs(outside) > _ROUNDING_NOISE * max(abs(whole), 1):
        a, b, people, cells = np.r_[a, -1], np.r_[b, -1], np.r_[people, outside], np.r_[cells, np.nan]
    order = np.lexsort((np.where(b < 0, len(second), b), np.where(a < 0, len(first), a)))
    table = pd.DataFrame(
        {
            "zone_a": _called(first, a),
            "zone_b": _called(second, b),
            "people": pd.array(np.where(cells > 0, people, np.nan), dtype="Float64"),
            "cells": pd.array(cells, dtype="Float64"),
        }
    )
    # The rest of the grid is people that no zone holds: its cells were not counted.
    table.loc[(a < 0) & (b < 0), "people"] = outside
    return table.iloc[order].reset_index(drop=True)


def _called(zones: gpd.GeoDataFrame, numbers: Ints) -> pd.Series:
    labels = zone_labels(zones).reset_index(drop=True)
    called = labels.reindex(pd.Index(np.where(numbers < 0, -1, numbers))).reset_index(drop=True)
    return called.astype("string") if "pcode" in zones else called


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
    _warn_unscaled(factors, totals, codes, people)
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


def _warn_unscaled(factors: pd.Series, totals: pd.Series, codes: pd.Series, people: pd.Series) -> None:
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
