"""What a grid holds in areas, in pairs of areas, and beside a census."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum
from typing import Literal, TypedDict, Unpack, overload

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sahelgeo import checks
from sahelgeo.conformance import conform
from sahelgeo.errors import SHOWN_AT_MOST, DoubleCountError, SchemaError, listed, warn
from sahelgeo.nesting import levels_of, roll_up
from sahelgeo.parts import Map, Part, State, summed, without_shapes
from sahelgeo.places.shared_ground import shared_ground, shared_within
from sahelgeo.rasters.grids import Raster, open_grid
from sahelgeo.rasters.streams import edges_on, frame_and_rest
from sahelgeo.rasters.zones import (
    Grids,
    Measure,
    counted_once,
    facts_of,
    gaps_in_words,
    grids_in_words,
    grids_of,
    ground_of,
    in_order,
    is_many,
    refuse_overlapping_grids,
    share_without,
    shares,
    source_of_areas,
    sums_over,
    values_in_words,
    zone_labels,
)
from sahelgeo.sources import joined_sources, sources_by_row

# Borders of real files overlap by centimetres: what they count twice is less than this share of a zone.
_OVERLAP_BORNE = 1e-3
_ROUNDING_NOISE = 1e-9


@dataclass(frozen=True)
class GridAccount:
    """What a sum over areas did with everything that the grid holds.

    ``whole = in_areas + outside - counted_twice``, up to rounding; each of the four is summed by itself, over the
    ground itself and not over the shares of its cells.

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
    >>> centres = {"y": [1.5, 0.5], "x": [0.5, 1.5]}
    >>> grid = xr.DataArray(np.full((2, 2), 100.0), dims=("y", "x"), coords=centres, attrs={"crs": "EPSG:4326"})
    >>> west = gpd.GeoDataFrame({"pcode": ["west"]}, geometry=[box(0, 0, 1, 2)], crs=4326)
    >>> sums, account = sg.zonal_sum(grid, west, measure="count", report=True)
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


class _Options(TypedDict, total=False):
    band: int | None
    progress: bool
    tiles: bool | None
    map: Map | None


@overload
def zonal_sum(
    raster: Raster | Grids,
    areas: gpd.GeoDataFrame,
    *,
    measure: Measure,
    report: Literal[False] = ...,
    **options: Unpack[_Options],
) -> pd.DataFrame: ...
@overload
def zonal_sum(
    raster: Raster | Grids,
    areas: gpd.GeoDataFrame,
    *,
    measure: Measure,
    report: Literal[True],
    **options: Unpack[_Options],
) -> tuple[pd.DataFrame, GridAccount]: ...
def zonal_sum(
    raster: Raster | Grids,
    areas: gpd.GeoDataFrame,
    *,
    measure: Measure,
    band: int | None = None,
    report: bool = False,
    progress: bool = False,
    tiles: bool | None = None,
    map: Map | None = None,  # noqa: A002 - it is one
) -> pd.DataFrame | tuple[pd.DataFrame, GridAccount]:
    """The sum of a grid over each area, every cell by the exact share that the area covers.

    The grid is read once, in bands, in a few threads; memory does not grow with it. Areas in another CRS are brought to
    that of the grid: the grid is never resampled, so no person is lost or made.

    Parameters
    ----------
    raster : path, rasterio dataset or xarray.DataArray, or many of them
        A grid of counts or densities; or a folder of GeoTIFF and netCDF files, or an iterable of grids, with ``tiles``.
        An array has its cells' centres as coordinates (y and x, or lat and lon) and its
        CRS where rioxarray or CF write it, or as ``array.attrs["crs"]``.
    areas : geopandas.GeoDataFrame
        Valid polygons in any CRS.
    measure : {"count", "density"}
        What a cell holds: persons in the cell, or persons per km². A density is multiplied by the area of the cell, on
        the ellipsoid for grids in degrees, on the plane for others.
    band : int, optional
        Which band of a file, from 1, where it has several.
    report : bool
        Read all of the grid, and also return the :class:`sahelgeo.rasters.GridAccount` of what lies outside of the
        areas.
    progress : bool
        Show a bar.
    tiles : bool, optional
        Of many grids: True where they are tiles of one, which add up; False where each is a grid of its own (years).
    map : callable, optional
        An engine that works on the grids: :func:`sahelgeo.large.dask`, :func:`sahelgeo.large.processes`, or the
        ``map`` of a pool of :mod:`concurrent.futures`.

    Returns
    -------
    pandas.DataFrame
        One row for each area, with its index (with ``tiles=False`` for each grid and area, with index 0..n-1):

        - with ``tiles=False``, ``raster``, the name of the file or array;
        - ``pcode`` where the areas have one;
        - ``people`` (Float64), the sum, whatever the grid counts (rename it for cattle or money). Zeros of the grid are
          zeros; an area without any data is missing, not 0;
        - ``cells``, the cells with data that it rests on, fractions counted;
        - ``share_without_data``, the share of the area (0–1, by cells) where the grid has no data or ends;
        - ``source``, that of the grid: its tag or attribute ``source``, else the name of its file, else missing;
        - ``area_source``, that of the areas, where they have a ``source``.
    GridAccount
        Only with ``report=True``.

    Raises
    ------
    DoubleCountError
        Tiles that overlap; they are in ``.rows``.
    GridError
        Tiles in different CRS; a value below zero; a value that files write for no data and that is not declared (255,
        65535, 2147483647, any least or greatest number of a type of whole numbers); a density by its units, tags or
        file name given as a count; several bands; uneven coordinates; a damaged file.
    CRSError
        The grid, or the areas, have no CRS.
    FormatError
        Not a raster.
    SchemaError
        ``measure`` is neither, or areas are no valid polygons.

    Warns
    -----
    DataWarning
        Areas without any data, areas that reach beyond the grid, infinite values, a grid that declares no nodata value.

    See Also
    --------
    people_by_zone : People in each pair of two sets of zones.
    scale_to_totals : Scale the people of a grid to a census.
    overlay : Carry values onto other polygons.

    Notes
    -----
    The shares are those of exactextract (Baston, ISciences), which the tests compare with, to rounding. Of all areas
    only those that touch the grid are read.

    Examples
    --------
    >>> import numpy as np, sahelgeo as sg, xarray as xr
    >>> regions = sg.load_areas("BFA")
    >>> grid = xr.DataArray(np.full((60, 80), 100.0), dims=("y", "x"), attrs={"crs": "EPSG:4326"},
    ...                     coords={"y": 15.05 - 0.1 * np.arange(60), "x": -5.55 + 0.1 * np.arange(80)})
    >>> sums, account = sg.zonal_sum(grid, regions, measure="count", report=True)
    >>> print(account)
    226,691 of 480,000 in areas; 253,309 outside
    """
    many = is_many(raster)
    if many and tiles is None:
        raise SchemaError(
            "several grids can be tiles of one, whose people add up, or grids of their own, such as years. Say which: "
            "tiles=True or tiles=False"
        )
    if report and tiles is False:
        raise SchemaError("report=True accounts for one grid, or for tiles of one: call it for each grid")
    plan = _SumPlan(areas, measure, band, report, tiles if many else None, progress)
    return summed(plan, grids_of(raster), map)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _SumPlan:
    """What is summed of each grid, and what is said of all."""

    areas: gpd.GeoDataFrame
    measure: Measure
    band: int | None
    report: bool
    tiles: bool | None
    progress: bool

    def light(self) -> _SumPlan:
        return replace(self, areas=without_shapes(self.areas))

    def state(self, part: Part) -> State:
        with open_grid(part.content, self.band) as reader:
            grid, ground = reader.grid, ground_of(reader.grid, self.areas)
            count, edges = len(ground.shapes), edges_on(grid, ground.shapes)
            again = np.zeros(0, dtype=np.int64)
            if self.report:
                again, left, shared = counted_once(ground.shapes)
                # What is left of the areas that overlap takes their place where the ground outside is looked for.
                once = np.ones(count + 2 * len(again), dtype=bool)
                once[again], once[count + len(again) :] = False, False
                edges = edges_on(grid, np.concatenate([ground.shapes, left, shared]))
                edges = frame_and_rest(edges, grid, once)
            sums = sums_over(reader, edges, self.measure, progress=self.progress)
        facts = facts_of(grid, sums, part)
        if self.report:
            twice = sums.total[count + len(again) : -2].sum()
            facts = facts.assign(whole=sums.total[-2], outside=sums.total[-1], twice=twice)
        cells = sums.cells[:count]
        covered, within = shares(ground, grid, cells)
        own = {"grid": facts["grid"].iloc[0], "area": ground.near, "people": sums.total[:count], "cells": cells}
        return {"rows": pd.DataFrame({**own, "covered": covered, "within": within}), "facts": facts}

    def table(self, state: State) -> pd.DataFrame | tuple[pd.DataFrame, GridAccount]:
        facts, rows = in_order(state["facts"]), in_order(state["rows"], "area")
        if self.tiles is False:
            tables = [self._of(facts[own], rows[(rows["grid"] == name).to_numpy()]).assign(raster=name)
                      for name in facts["grid"] for own in [(facts["grid"] == name).to_numpy()]]  # fmt: skip
            by_raster = pd.concat(tables, ignore_index=True)
            return by_raster[["raster", *(name for name in by_raster if name != "raster")]]
        refuse_overlapping_grids(facts)
        table = self._of(facts, rows)
        if not self.report:
            return table
        whole, outside, twice = (fsum(facts[name]) for name in ("whole", "outside", "twice"))
        return table, GridAccount(whole, fsum(rows["people"]), outside, twice)

    def _of(self, facts: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        count, area = len(self.areas), rows["area"].to_numpy(dtype=np.int64)
        names = ("people", "cells", "covered", "within")
        total, cells, covered, within = (np.bincount(area, rows[name], count).astype(np.float64) for name in names)
        table = pd.DataFrame(
            {
                "people": pd.array(np.where(cells > 0, total, np.nan), dtype="Float64"),
                "cells": cells,
                "share_without_data": share_without(covered),
            },
            index=self.areas.index,
        )
        if "pcode" in self.areas:
            table.insert(0, "pcode", self.areas["pcode"].astype("string"))
        name = grids_in_words(facts)
        labels = zone_labels(self.areas).to_numpy()
        for problem in (*gaps_in_words(labels, cells > 0, within, name, "sums"), *values_in_words(facts)):
            warn(problem)
        table["source"] = pd.array([joined_sources(facts["source"])] * count, dtype="string")
        borders = source_of_areas(self.areas)
        return table if borders is None else table.assign(area_source=borders)


def people_by_zone(
    raster: Raster | Grids,
    areas: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    measure: Measure,
    band: int | None = None,
    progress: bool = False,
    map: Map | None = None,  # noqa: A002 - it is one
) -> pd.DataFrame:
    """How many people live in each pair of an area and a zone, in one pass over the grid; nobody is lost.

    For example departments and livelihood zones, or regions and the polygons of a food-security analysis. The two sets
    need not nest, nor cover each other.

    Parameters
    ----------
    raster : path, rasterio dataset or xarray.DataArray, or many of them
        A population grid, as in :func:`zonal_sum`. Many, in a folder or an iterable, are tiles of one.
    areas, zones : geopandas.GeoDataFrame
        Valid polygons in any CRS; within a set they do not overlap. Each is called by its ``pcode`` where the set has
        that column, else by its index.
    measure : {"count", "density"}
        What a cell holds: persons in the cell, or persons per km².
    band : int, optional
        Which band of a file, from 1, where it has several.
    progress : bool
        Show a bar.
    map : callable, optional
        An engine that works on the tiles, as for :func:`zonal_sum`.

    Returns
    -------
    pandas.DataFrame
        One row for each pair that shares ground, with index 0..n-1; all rows together are the sum of the grid:

        - ``pcode``, the area; missing is what no area covers of a zone;
        - ``zone``, the zone; missing is what no zone covers of an area. Where both are missing, the rest of the grid;
        - ``people`` (Float64), missing, not 0, where a pair has no data;
        - ``cells``, the cells with data, fractions counted;
        - ``source``, that of the grid, as in :func:`zonal_sum`;
        - ``area_source``, those of the area and the zone, where they have a ``source``.

    Raises
    ------
    DoubleCountError
        Polygons of one set, or tiles, overlap, so that people would be counted twice; they are in ``.rows``.
    GridError, CRSError, FormatError, SchemaError
        As in :func:`zonal_sum`.

    Warns
    -----
    DataWarning
        Infinite values, a grid that declares no nodata value.

    See Also
    --------
    zonal_sum : The sum of a grid over each area.
    overlay_phases : People living in polygons of each phase.

    Notes
    -----
    Cells are shared out by the exact part that each zone covers; the grid is not resampled.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np, sahelgeo as sg, xarray as xr
    >>> from shapely import box
    >>> grid = xr.DataArray([[10.0, 20.0], [30.0, 40.0]], dims=("y", "x"), coords={"y": [1.5, 0.5], "x": [0.5, 1.5]},
    ...                     attrs={"crs": "EPSG:4326"})
    >>> halves = gpd.GeoDataFrame({"pcode": ["west", "east"]}, geometry=[box(0, 0, 1, 2), box(1, 0, 2, 2)], crs=4326)
    >>> south = gpd.GeoDataFrame({"pcode": ["south"]}, geometry=[box(0, 0, 2, 1)], crs=4326)
    >>> sg.people_by_zone(grid, halves, south, measure="count")[["pcode", "zone", "people"]]
      pcode   zone  people
    0  west  south    30.0
    1  west   <NA>    10.0
    2  east  south    40.0
    3  east   <NA>    20.0
    """
    plan = _PairPlan(areas, zones, measure, band, progress)
    return summed(plan, grids_of(raster), map)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _PairPlan:
    """What is summed of each grid for pairs of areas and zones: everything adds up, and is judged in the whole."""

    areas: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    measure: Measure
    band: int | None
    progress: bool

    def light(self) -> _PairPlan:
        return replace(self, areas=without_shapes(self.areas), zones=without_shapes(self.zones))

    def state(self, part: Part) -> State:
        with open_grid(part.content, self.band) as reader:
            grid = reader.grid
            grounds = [ground_of(grid, self.areas), ground_of(grid, self.zones, "zones")]
            a, b = (one.shapes for one in grounds)
            shared = shared_ground(a, b, shapely.area)
            doubled = [shared_within(one, shapely.area) for one in (a, b)]
            # The sets themselves ride along: what is left of them outside the other is theirs less the pieces.
            shapes = [shared.shapes(a, b), a, b, doubled[0].shapes(a, a), doubled[1].shapes(b, b)]
            edges = edges_on(grid, np.concatenate(shapes))
            edges = frame_and_rest(edges, grid, np.zeros(edges.zones, dtype=bool))
            sums = sums_over(reader, edges, self.measure, progress=self.progress)
        facts = facts_of(grid, sums, part).assign(whole=sums.total[-2])
        near = [one.near for one in grounds]
        # What each sum is of: a pair, an area, a zone, ground that two areas share, or two zones.
        left = [near[0][shared.left], *near, near[0][doubled[0].left], near[1][doubled[1].left]]
        right = [near[1][shared.right], *near, near[0][doubled[0].right], near[1][doubled[1].right]]
        what = np.repeat(_OF, [len(one) for one in shapes])
        columns = {"what": what, "a": np.concatenate(left), "b": np.concatenate(right)}
        found = {"people": sums.total[:-2], "cells": sums.cells[:-2]}
        return {"rows": pd.DataFrame({"grid": facts["grid"].iloc[0], **columns, **found}), "facts": facts}

    def table(self, state: State) -> pd.DataFrame:
        facts = in_order(state["facts"])
        refuse_overlapping_grids(facts)
        sums = in_order(state["rows"], "what", "a", "b").groupby(["what", "a", "b"])[["people", "cells"]].sum()
        found = sums.index.unique("what")
        of = {what: (sums.loc[[what]] if what in found else sums[:0]).droplevel("what") for what in _OF}
        parts, own = of["pair"].reset_index(), [of[side].droplevel(other) for side, other in (("a", "b"), ("b", "a"))]
        sets = {"areas": self.areas, "zones": self.zones}
        for (name, one), doubled, here in zip(sets.items(), (of["aa"], of["bb"]), own, strict=True):
            _refuse_overlaps(name, one, doubled["people"].reset_index(), here["people"])
        rests = [_rest(here, parts, side) for side, here in zip("ab", own, strict=True)]
        for problem in values_in_words(facts):
            warn(problem)
        pairs, source = pd.concat([parts, *rests]), joined_sources(facts["source"])
        return _table_of_pairs(pairs, fsum(facts["whole"]), self.areas, self.zones, source)


_OF = ("pair", "a", "b", "aa", "bb")


def _refuse_overlaps(name: str, zones: gpd.GeoDataFrame, doubled: pd.DataFrame, total: pd.Series) -> None:
    left, right, people = (doubled[column].to_numpy() for column in ("a", "b", "people"))
    smaller = np.minimum(total.reindex(left).to_numpy(), total.reindex(right).to_numpy())
    real = people > _OVERLAP_BORNE * np.maximum(smaller, 1)
    if real.any():
        labels = zone_labels(zones).to_numpy()
        shown = [f"{labels[one]} and {labels[other]}" for one, other in zip(left[real], right[real], strict=True)]
        raise DoubleCountError(
            f"{name}: {listed(shown, SHOWN_AT_MOST)} overlap, and {people[real].sum():,.0f} people would be counted "
            "twice. Mend the overlaps, or give one set of zones after the other",
            zones.iloc[np.unique(np.r_[left[real], right[real]])],
        )


def _rest(whole: pd.DataFrame, pieces: pd.DataFrame, side: str) -> pd.DataFrame:
    """What is left of the polygons of one set outside the other; what rounding leaves is nothing."""
    rest = whole - pieces.groupby(side)[["people", "cells"]].sum().reindex(whole.index, fill_value=0.0)
    people = rest["people"].mask(rest["people"].abs() <= _ROUNDING_NOISE * whole["people"].clip(lower=1), 0)
    return rest.assign(people=people, cells=rest["cells"].clip(lower=0)).reset_index()


def _table_of_pairs(
    pairs: pd.DataFrame, whole: float, first: gpd.GeoDataFrame, second: gpd.GeoDataFrame, source: str | None
) -> pd.DataFrame:
    pairs = pairs[(pairs["cells"] > _ROUNDING_NOISE) | pairs[["a", "b"]].notna().all(axis=1)]
    outside = whole - float(pairs["people"].sum())
    # The rest of the grid is people that no zone holds: its cells were not counted.
    rows = pairs.assign(people=pairs["people"].where(pairs["cells"] > 0))
    if abs(outside) > _ROUNDING_NOISE * max(abs(whole), 1):
        rows = pd.concat([rows, pd.DataFrame({"people": [outside]})])
    rows = rows.sort_values(["a", "b"], na_position="last", ignore_index=True)
    table = pd.DataFrame({"pcode": _called(first, rows["a"]), "zone": _called(second, rows["b"])})
    table = table.join(rows[["people", "cells"]].astype("Float64"))
    table["source"] = pd.array([source] * len(table), dtype="string")
    own = [
        borders.reset_index(drop=True).reindex(rows[side]).reset_index(drop=True)
        for zones, side in ((first, "a"), (second, "b"))
        if (borders := source_of_areas(zones)) is not None
    ]
    return table.assign(area_source=sources_by_row(*own)) if own else table


def _called(zones: gpd.GeoDataFrame, numbers: pd.Series) -> pd.Series:
    called = zone_labels(zones).reset_index(drop=True).reindex(numbers).reset_index(drop=True)
    return called.astype("string") if "pcode" in zones else called


def scale_to_totals(
    table: pd.DataFrame, population: pd.DataFrame, *, areas: gpd.GeoDataFrame | None = None
) -> pd.DataFrame:
    """Scale the people of a grid so that each area of a population table gets its total.

    A grid spreads people well and counts them badly; a census or projection counts them. All rows of the table that
    lie in an area of the population table are multiplied by one factor.

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
        The rows of the table with their index and columns, and:

        - ``people``, scaled: those of each area add up to its figure; missing where there is no figure;
        - ``people_grid``, as they were;
        - ``factor``, by which they were multiplied;
        - ``source``, that of the table, where it has one, and that of the figure.

    Raises
    ------
    DoubleCountError
        An area has several figures (years, sources); they are in ``.rows``.
    SchemaError
        A column is missing, or p-codes of different levels come without areas.

    Warns
    -----
    DataWarning
        Areas of the population table that no row speaks of, or where the grid has nobody to scale; rows without a
        figure.

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
    >>> sg.rasters.scale_to_totals(grid, census)["people"].tolist()
    [330.0, 90.0]
    """
    checks.columns(table, "table", {"pcode": "text", "people": "number"})
    checks.plain(table, "table")
    figures = conform(population, "population").dropna(subset=["pcode", "people"])
    checks.once(figures, "population", "pcode", advice="Choose one year and source", error=DoubleCountError)
    codes = _codes_of_figures(table["pcode"].astype("string"), figures["pcode"], areas)
    people = table["people"].astype("Float64")
    totals = figures.set_index("pcode")["people"]
    sums = people.groupby(codes).sum(min_count=1)
    factors = totals / sums.mask(sums == 0).reindex(totals.index)
    _warn_unscaled(factors, totals, codes, people)
    factor = codes.map(factors).astype("Float64")
    source = sources_by_row(
        *([table["source"]] if "source" in table else []), codes.map(figures.set_index("pcode")["source"])
    )
    return table.assign(people=people * factor, people_grid=people, factor=factor, source=source)


def _codes_of_figures(codes: pd.Series, figures: pd.Series, areas: gpd.GeoDataFrame | None) -> pd.Series:
    known = codes.isin(figures)
    if known.all() or areas is None:
        if not known.any():
            raise SchemaError(
                f"no p-code of the table ({listed(list(codes[:3]), 3)}) is among those of the population "
                f"({listed(list(figures[:3]), 3)}). Where the levels differ, pass areas that hold both"
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
    lost, without, problems = factors.isna() & (totals > 0), codes.isna() & people.notna(), []
    if lost.any():
        problems.append(
            f"{totals[lost].sum():,.0f} people of {int(lost.sum()):,} figures have no row to go to, or one with nobody "
            f"on the grid: {listed(list(factors.index[lost]), SHOWN_AT_MOST)}"
        )
    if without.any():
        problems.append(
            f"{int(without.sum()):,} rows with {people[without].sum():,.0f} people on the grid have no figure to scale "
            "to, and are missing"
        )
    for problem in problems:
        warn(problem)
