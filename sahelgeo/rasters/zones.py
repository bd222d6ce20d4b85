"""Polygons brought onto a grid, and the checks that every sum and mean of a grid goes through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import Any, Literal, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, DoubleCountError, GridError, SchemaError, listed, warn
from sahelgeo.parts import Part, parts_of
from sahelgeo.places.shared_ground import Floats, Ints, shared_within
from sahelgeo.rasters.grids import Grid, Raster, Reader, open_grid
from sahelgeo.rasters.streams import Edges, ZoneSums, edges_on, zone_sums

Measure = Literal["count", "density"]
Grids: TypeAlias = "Iterable[Raster]"
# Edges are straight in the CRS of the areas: in the grid's CRS they bend, and follow in steps of about a kilometre.
_STEP_DEGREES = 0.01
_STEP_METRES = 1000.0
# What bends leaves the frame by less than this share of its size.
_FRAME_MARGIN = 0.01
# More than any count or density of people, livestock or money; what files write for no data is far above.
_NO_COUNT = 1e18
# The greatest whole numbers of 32 bits, as they are and as single precision keeps them.
_FULL_WORDS = (2**31 - 1, 2**31, 2**32 - 1, 2**32)
# Below any temperature, rain or vegetation index, stored as whole numbers too.
_NO_MEASURE = -9999
# What files write for no data, and what a vegetation index stored as whole numbers may hold too.
_PERHAPS_NO_DATA = (-99, -99.9, -99.99, -999, -999.9, -999.99, -3000)
# Packing leaves rain of less than nothing by less than this.
_PACKING_NOISE = 1e-3
_ROUNDING_NOISE = 1e-9
# Coasts and borders stray from the grid's frame by less; more of an area outside is worth a warning.
_OUTSIDE_WARNED = 0.01
# The last is WorldPop's word for its densities: sen_pd_2020_1km.tif.
_PER_AREA = re.compile(
    r"(/|\bp(er|ar)\s*)\s*(km|kilom|ha\b|sq|hectare|mi(les?|2|²)?\b)|km\s*(\*\*|\^)?[-⁻][2²]|densi[dt]|\bpd\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Ground:
    """Areas on a grid: those that lie near it; the others have no cells.

    Attributes
    ----------
    areas : geopandas.GeoDataFrame
        All areas, as they came in.
    near : numpy.ndarray
        The positions of those near the grid.
    shapes : numpy.ndarray
        Their polygons, in the CRS of the grid.
    """

    areas: gpd.GeoDataFrame
    near: Ints
    shapes: npt.NDArray[Any]

    def spread(self, values: npt.NDArray[Any], missing: float = 0.0) -> Floats:
        """Values of the areas near the grid as values of all areas."""
        spread = np.full(len(self.areas), missing)
        spread[self.near] = values
        return spread


def check_ground(areas: gpd.GeoDataFrame, name: str) -> None:
    """Raise unless these are valid polygons in a known CRS, and every row has one."""
    checks.polygons(areas, name)
    bare = (areas.geometry.isna() | areas.geometry.is_empty).to_numpy()
    if bare.any():
        raise SchemaError(
            f"{name}, row(s) {listed(list(areas.index[bare]), SHOWN_AT_MOST)}: no geometry. Leave these rows out: "
            f"{name}[{name}.geom_type.notna() & ~{name}.is_empty]"
        )


@lru_cache(maxsize=64)
def _same_crs(one: Any, other: Any) -> bool:
    return bool(CRS(one).equals(other, ignore_axis_order=True))


def moved(shapes: gpd.GeoSeries, crs: Any) -> npt.NDArray[Any]:
    """The polygons in another CRS, valid there too."""
    if _same_crs(crs, shapes.crs):
        return np.asarray(shapes.to_numpy())
    step = _STEP_DEGREES if shapes.crs.is_geographic else _STEP_METRES / shapes.crs.axis_info[0].unit_conversion_factor
    there = np.asarray(shapes.segmentize(step).to_crs(crs).to_numpy())
    # Rounding of the new coordinates lets rings cross that only came near each other before.
    bad = ~shapely.is_valid(there)
    there[bad] = shapely.make_valid(there[bad], method="structure", keep_collapsed=False)
    return there


def ground_of(grid: Grid, areas: gpd.GeoDataFrame, what: str = "areas") -> Ground:
    """The areas that lie near a grid, checked and in its CRS; the grid's cells stay as they are."""
    # What lies elsewhere is neither checked nor moved: of a country in tiles, that is nearly all.
    if not checks.has_shapes(areas) or areas.crs is None:
        checks.polygons(areas, what)
    checks.crs(areas, what)
    near = _near(grid, areas)
    checks.polygons(areas[near], what)
    shapes = moved(areas.geometry[near], grid.crs)
    if _to_360(grid) and (shapely.bounds(shapes)[:, 0] < 0).any():
        raise GridError(
            f"{grid.name}: longitudes run from 0 to 360 and the areas lie west of Greenwich. Turn the grid: "
            "array.assign_coords(lon=(array.lon + 180) % 360 - 180).sortby('lon')"
        )
    return Ground(areas, np.flatnonzero(near), shapes)


def _near(grid: Grid, areas: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Which areas lie within the frame of a grid, or may."""
    corners = grid.corners()
    frame = (*corners.min(axis=0), *corners.max(axis=0))
    if not _same_crs(grid.crs, areas.crs):
        frame = Transformer.from_crs(grid.crs, areas.crs, always_xy=True).transform_bounds(*frame)
    west, south, east, north = frame
    there = np.asarray(~(areas.geometry.isna() | areas.geometry.is_empty), dtype=bool)
    if not np.isfinite(frame).all() or west > east or _to_360(grid):
        return there
    across, up = _FRAME_MARGIN * (east - west), _FRAME_MARGIN * (north - south)
    bounds = areas.geometry.bounds.to_numpy()
    beyond = (bounds[:, 2] < west - across) | (bounds[:, 0] > east + across)
    return np.asarray(there & ~(beyond | (bounds[:, 3] < south - up) | (bounds[:, 1] > north + up)))


def _to_360(grid: Grid) -> bool:
    return bool(grid.crs.is_geographic and grid.corners()[:, 0].max() > 180.5)


def people_of_pieces(
    raster: Raster, areas: gpd.GeoDataFrame, pieces: npt.NDArray[Any], measure: str = "count"
) -> tuple[Floats, Floats, str | None]:
    """The people of a grid on pieces of areas (in their CRS) and in each area as a whole, and the grid's source."""
    with open_grid(raster) as reader:
        ground = ground_of(reader.grid, areas)
        cut = moved(gpd.GeoSeries(pieces, crs=areas.crs), reader.grid.crs)
        sums = sums_over(reader, edges_on(reader.grid, np.concatenate([cut, ground.shapes])), measure)
    own = slice(len(pieces), None)
    warn_of_gaps(ground, sums.cells[own] > 0, sums, reader.grid, "people")
    return sums.total[: len(pieces)], ground.spread(sums.total[own]), reader.grid.source


def check_measure(grid: Grid, measure: str) -> None:
    """Raise unless the measure is one of two, and a grid that says anywhere that it is a density is taken for one."""
    checks.choice(("count", "density"), measure=measure)
    said = [f"{place} {text[:80]!r}" for place, text in grid.words.items() if _PER_AREA.search(text.replace("_", " "))]
    if measure == "count" and said:
        raise GridError(
            f"{grid.name}: it calls itself a density ({listed(said, SHOWN_AT_MOST)}). Its sum would be no number of "
            "people: give it to zonal_sum with measure='density' if it is per km², or correct what it says if its "
            "cells hold counts"
        )


def sums_over(reader: Reader, edges: Edges, measure: str, *, progress: bool = False) -> ZoneSums:
    """The sums of counts, or of densities times the cells' km², over polygons on the grid."""
    grid = reader.grid
    check_measure(grid, measure)
    weights = grid.cell_km2() if measure == "density" else None
    sums = zone_sums(reader, edges, weights=weights, progress=progress)
    if sums.lowest < 0:
        raise _unfit(grid, sums.lowest, "below zero, and neither a count nor a density")
    _refuse_fills(grid, sums)
    return sums


def _refuse_fills(grid: Grid, sums: ZoneSums) -> None:
    """Raise if cells hold what files write for no data and the grid does not declare it."""
    stored = (sums.highest - grid.offset) / grid.scale
    if sums.ends:
        raise GridError(
            f"{grid.name}: some cells hold {listed(list(sums.ends), 2)}, the end of what their type can hold, which "
            f"files write for no data; {_undeclared(grid)}. If it is a true value, store the grid in a wider type "
            "(gdal_translate -ot Int64, or array.astype)"
        )
    if sums.highest > _NO_COUNT or stored in _FULL_WORDS:
        raise _unfit(grid, sums.highest, "no number of people or things, and files write it for no data")


def means_over(reader: Reader, edges: Edges, *, least: float | None, progress: bool) -> tuple[Floats, ZoneSums]:
    """The means over polygons, cells weighted by their km², NaN where there are no data; and what they rest on.

    A value for no data that is not declared is refused, and so is one below ``least`` where that is given.
    """
    grid = reader.grid
    sums = zone_sums(reader, edges, weights=grid.cell_km2(), progress=progress)
    _refuse_fills(grid, sums)
    means = sums.total / np.where(sums.weight > 0, sums.weight, np.nan)
    stored = (sums.lowest - grid.offset) / grid.scale
    if min(sums.lowest, stored) <= _NO_MEASURE:
        raise _unfit(grid, sums.lowest, "neither rain, temperature nor an index")
    if least is not None and sums.lowest < least - _PACKING_NOISE:
        raise _unfit(grid, sums.lowest, f"below {least:g}, and no rain", ". Average what may be below zero: how='mean'")
    if any(np.isclose(stored, value, rtol=1e-6, atol=0) for value in _PERHAPS_NO_DATA):
        warn(
            f"{grid.name}: the lowest value is {sums.lowest:g}, which files often write for no data, and it counts in "
            f"the means; {_undeclared(grid)}"
        )
    return means, sums


def _unfit(grid: Grid, value: float, why: str, advice: str = "") -> GridError:
    return GridError(f"{grid.name}: the value {value:.10g} is {why}; {_undeclared(grid)}{advice}")


def _undeclared(grid: Grid) -> str:
    if grid.nodata is None or np.isnan(grid.nodata):
        return (
            "it declares no nodata value, so this may be one: set it (gdal_edit -a_nodata, or "
            "array.attrs['_FillValue'])"
        )
    return f"nodata is {grid.nodata:g}. Mask these cells, if they stand for no data"


def share_without_data(ground: Ground, grid: Grid, cells: Floats) -> Floats:
    """The share of every area (0-1) that has no data or is off the grid; ``cells`` have data, of the areas near it."""
    return ground.spread(share_without(shares(ground, grid, cells)[0]), 1.0)


def share_without(covered: Floats) -> Floats:
    """What is left of areas beside the share that has data."""
    share = np.clip(1 - covered, 0, 1)
    # The sum of the shares of an area's cells differs from its area by rounding.
    return np.asarray(np.where(share < _ROUNDING_NOISE, 0, share))


def shares(ground: Ground, grid: Grid, cells: Floats) -> tuple[Floats, Floats]:
    """The shares of the areas near a grid that have data, and that lie within its frame."""
    area = shapely.area(ground.shapes)
    frame = shapely.Polygon(grid.corners())
    within = np.ones(len(area))
    beyond = ~shapely.covers(frame, ground.shapes)
    within[beyond] = shapely.area(shapely.intersection(ground.shapes[beyond], frame)) / area[beyond]
    return cells * abs(grid.transform.determinant) / area, within


def warn_of_gaps(ground: Ground, covered: npt.NDArray[np.bool_], sums: ZoneSums, grid: Grid, what: str) -> None:
    """Name the areas without data, those that reach beyond the grid, infinite values, and a grid without nodata value.

    ``covered`` says which of the areas near the grid have data.
    """
    within = ground.spread(shares(ground, grid, covered.astype(float))[1])
    labels, there = zone_labels(ground.areas).to_numpy(), ground.spread(covered).astype(bool)
    gaps = gaps_in_words(labels, there, within, grid.name, what)
    for problem in (*gaps, *values_in_words(facts_of(grid, sums, Part(0, "", None)))):
        warn(problem)


def gaps_in_words(
    labels: npt.NDArray[Any], covered: npt.NDArray[np.bool_], within: Floats, grid: str, what: str
) -> list[str]:
    """Sentences on areas without data, and on those of which a part lies beyond the grid."""
    count, bare, beyond = len(labels), ~covered, covered & (within < 1 - _OUTSIDE_WARNED)
    problems = []
    if bare.any():
        problems.append(
            f"{int(bare.sum()):,} of {count:,} areas have no data in {grid}: "
            f"{listed(list(labels[bare]), SHOWN_AT_MOST)}. Their {what} are missing, not 0"
        )
    if beyond.any():
        problems.append(
            f"{int(beyond.sum()):,} of {count:,} areas reach beyond {grid}, and their {what} do not: "
            f"{listed(list(labels[beyond]), SHOWN_AT_MOST)}"
        )
    return problems


def facts_of(grid: Grid, sums: ZoneSums, part: Part) -> pd.DataFrame:
    """What a sum of several grids must know of each."""
    name = grid.name if isinstance(part.content, Path) else part.name or grid.name
    facts: dict[str, object] = {"grid": name, "source": grid.source, "infinite": sums.infinite}
    facts |= {"silent": grid.nodata is None, "crs": grid.crs.to_wkt(), "cell": abs(grid.transform.determinant)}
    return pd.DataFrame([{**facts, "frame": shapely.to_wkb(shapely.Polygon(grid.corners()), hex=True)}])


def values_in_words(facts: pd.DataFrame) -> list[str]:
    """Sentences on infinite values, and on grids that declare no nodata value."""
    infinite, silent = facts[facts["infinite"] > 0], facts[facts["silent"]]
    problems = []
    if len(infinite):
        cells = int(infinite["infinite"].sum())
        problems.append(f"{grids_in_words(infinite)}: {cells:,} cells hold infinity, and count as without data")
    if len(silent):
        name, verb = grids_in_words(silent), "declare" if len(silent) > 1 else "declares"
        problems.append(f"{name} {verb} no nodata value: a gap cannot be told from a count of 0")
    return problems


def grids_in_words(facts: pd.DataFrame) -> str:
    """The grid, or how many there are."""
    names = list(facts["grid"])
    return (
        str(names[0]) if len(names) == 1 else f"{len(names):,} grids ({listed([Path(one).name for one in names], 3)})"
    )


def is_many(raster: Any) -> bool:
    """Whether these are several grids: a folder, or an iterable that is no array."""
    if isinstance(raster, (str, PathLike)):
        return Path(raster).is_dir()
    return isinstance(raster, Iterable) and not (hasattr(raster, "shape") or hasattr(raster, "dims"))


def grids_of(raster: Any) -> Iterator[Part]:
    """The grids of a folder or an iterable; any other is one by itself."""
    return parts_of(raster, ".tif", ".tiff", ".nc") if is_many(raster) else iter([Part(0, "", raster)])


def in_order(rows: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """The rows of all grids in one order, whichever came first: sums of fractions depend on it."""
    others = [name for name in ("source", "frame", "people") if name in rows]
    return rows.sort_values([*keys, "grid", *others], ignore_index=True)


def refuse_overlapping_grids(facts: pd.DataFrame) -> None:
    """Raise where tiles lie on each other, or in different CRS."""
    if len(facts) < 2:
        return
    first = facts.drop_duplicates("crs")["grid"]
    if len(first) > 1:
        raise GridError(
            f"the tiles are in different CRS: {listed(list(first), SHOWN_AT_MOST)}. Bring them to one first"
        )
    frames: npt.NDArray[Any] = np.asarray(shapely.from_wkb(facts["frame"].tolist()), dtype=object)
    one, other = shapely.STRtree(frames).query(frames, predicate="intersects")
    one, other = one[one < other], other[one < other]
    # Tiles that lie side by side may be apart by a part of a cell.
    shared = shapely.area(shapely.intersection(frames[one], frames[other]))
    edge = np.sqrt(np.minimum(shapely.area(frames[one]), shapely.area(frames[other])))
    twice = shared > 0.5 * np.sqrt(facts["cell"].min()) * edge
    if twice.any():
        names = [Path(one).name for one in facts["grid"]]
        shown = [f"{names[a]} and {names[b]}" for a, b in zip(one[twice], other[twice], strict=True)]
        raise DoubleCountError(
            f"{listed(shown, SHOWN_AT_MOST)} lie on each other, and their people would be counted twice. Give each "
            "tile once; grids of several years are tiles=False",
            facts.iloc[np.unique(np.r_[one[twice], other[twice]])],
        )


def source_of_areas(areas: gpd.GeoDataFrame) -> pd.Series | None:
    """Who drew the borders of areas, where their table says so."""
    name = next((name for name in ("area_source", "source") if name in areas), None)
    return None if name is None else areas[name].astype("string")


def zone_labels(zones: gpd.GeoDataFrame) -> pd.Series:
    """What the zones are called: their p-code, else the label of their index."""
    return zones["pcode"] if "pcode" in zones else pd.Series(zones.index, index=zones.index)


def counted_once(polygons: npt.NDArray[Any]) -> tuple[Ints, npt.NDArray[Any], npt.NDArray[Any]]:
    """Which polygons overlap earlier ones, what of each is left without these, and what it shares with them.

    What is left, with the polygons that overlap no earlier one, covers the same ground without overlaps. What is
    shared is the ground that is covered again, once for each time.
    """
    pairs = shared_within(polygons, shapely.area)
    again, which = np.unique(pairs.right, return_inverse=True)
    shapes = pairs.shapes(polygons, polygons)
    shared = np.array([shapely.union_all(shapes[which == number]) for number in range(len(again))], dtype=object)
    return again, shapely.difference(polygons[again], shared), shared
