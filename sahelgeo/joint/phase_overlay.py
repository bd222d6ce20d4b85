"""Polygons of a classification laid over administrative areas: who lives in areas of which phase.

Where polygons overlap, each piece of ground has one phase, and its people are counted once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from os import PathLike
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import DoubleCountError, SchemaError, warn
from sahelgeo.phases.classes import PHASES, whole_phases
from sahelgeo.places.shared_ground import Floats, Ints, shared_ground, shared_within
from sahelgeo.rasters.grids import Raster
from sahelgeo.rasters.zones import Measure, check_ground, moved, people_of_pieces
from sahelgeo.sources import joined_sources, source_ids

# Borders of real files overlap by a hair; more of an area is worth a word.
_OVERLAP_WARNED = 1e-3
_ROUNDING_NOISE = 1e-9


@dataclass(frozen=True)
class Pieces:
    """The ground that areas and classified polygons share.

    Attributes
    ----------
    units, zones : geopandas.GeoDataFrame
        The areas, and the polygons.
    left, right : numpy.ndarray
        The rows of the area and of the polygon of each piece, by area.
    shapes : numpy.ndarray
        The ground of each piece, in the CRS of the areas.
    phase : numpy.ndarray
        The phase of each piece, 0 where there is none.
    sliver : numpy.ndarray
        Whether it is too small for its phase to count.
    """

    units: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    left: Ints
    right: Ints
    shapes: npt.NDArray[Any]
    phase: Ints
    sliver: npt.NDArray[np.bool_]


def without_overlaps(pieces: Pieces, ground: npt.NDArray[Any], borne: float) -> Pieces:
    """The pieces, none of which covers another: the higher phase goes first, any phase before none, slivers last.

    ``ground`` is that of the polygons, in the CRS of the areas; two phases may share ``borne`` of an area (0 to 1).
    """
    pairs = shared_within(ground, shapely.area)
    shared = pairs.shapes(ground, ground)
    units = np.asarray(pieces.units.geometry.to_numpy())
    size = shapely.area(units)
    number, unit = shapely.STRtree(units).query(shared, predicate="intersects")
    doubled = np.bincount(unit, shapely.area(shapely.intersection(shared[number], units[unit])), len(units)) / size
    if not (doubled > _ROUNDING_NOISE).any():
        return pieces
    shapes, both = pieces.shapes.copy(), np.zeros(len(units))
    rank = np.where(pieces.sliver, -1, pieces.phase)
    for here in np.flatnonzero(doubled > _ROUNDING_NOISE):
        both[here] = _cut(shapes, rank, np.flatnonzero(pieces.left == here))
    refused = both > borne * size
    if refused.any():
        those = sorted({(pairs.left[n], pairs.right[n]) for n, here in zip(number, unit, strict=True) if refused[here]})
        raise _refusal(pieces, those, refused)
    if (doubled > _OVERLAP_WARNED).any():
        named = listed(list(pieces.units["pcode"][doubled > _OVERLAP_WARNED]), SHOWN_AT_MOST)
        warn(
            f"polygons overlap within {named}: people there count once, by the higher phase, and by any phase before "
            "none"
        )
    return replace(pieces, shapes=shapes)


def _cut(shapes: npt.NDArray[Any], rank: Ints, mine: Ints) -> float:
    """Cut the pieces of one area so that none covers another; the ground that two phases claim."""
    claimed, taken = 0.0, shapely.Polygon()
    for level in np.unique(rank[mine])[::-1]:
        alike = mine[rank[mine] == level]
        if level > 0:
            claimed += float(shapely.area(shapely.intersection(shapely.union_all(shapes[alike]), taken)))
        for number in alike:
            whole = shapes[number]
            shapes[number] = shapely.difference(whole, taken)
            taken = shapely.union(taken, whole)
    return claimed


def _refusal(pieces: Pieces, pairs: list[tuple[int, int]], refused: npt.NDArray[np.bool_]) -> DoubleCountError:
    labels, phase = pieces.zones.index, np.zeros(len(pieces.zones), dtype=np.int64)
    phase[pieces.right] = pieces.phase
    shown = [
        f"rows {labels[a]} (phase {phase[a]}) and {labels[b]} (phase {phase[b]})"
        for a, b in pairs
        if phase[a] and phase[b] and phase[a] != phase[b]
    ]
    named = listed(list(pieces.units["pcode"][refused]), SHOWN_AT_MOST)
    return DoubleCountError(
        f"polygons of different phases overlap within {named}: {listed(shown, SHOWN_AT_MOST)}. People there would be "
        "counted twice. Choose one period and the polygons of one country, or leave out the row that does not hold",
        pieces.units[refused],
    )


# Equal area on WGS 84, so that shares of ground are shares of ground.
_EQUAL_AREA = "ESRI:54034"
SLIVER = 0.01
_TIE = 1e-9
# Behind the phases: pieces too small for theirs to count.
_SLIVERS = 6
# No ground counts twice, so that a rest below zero is rounding: borders are projected edge by edge.
_ROUNDING = 1e-8


def overlay_phases(
    polygons: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    population: Raster | pd.DataFrame | None = None,
    measure: Measure | None = None,
    column: str = "phase_published",
    slivers: float = SLIVER,
) -> pd.DataFrame:
    """How many people of each area live in polygons of each phase, and which phase holds most of them.

    People living in an area of phase 3 are not people in phase 3: FEWS NET publishes a phase for an area and no people
    by phase. The columns say so by their names, and phases are never averaged.

    Parameters
    ----------
    polygons : geopandas.GeoDataFrame
        Polygons of FEWS NET, IPC or the Cadre Harmonisé, of one period. Where they overlap by a sliver, the higher
        phase counts; where one has no phase, the other.
    areas : geopandas.GeoDataFrame
        Areas with ``pcode``, each once.
    population : path, rasterio dataset, xarray.DataArray or pandas.DataFrame, optional
        Who lives where: a grid; or a Population table with one figure for each area, then taken as spread evenly over
        it. Without it ground is measured instead of people.
    measure : {"count", "density"}, optional
        What a cell of a grid holds; needed with a grid.
    column : str
        The column of phases: 1 to 5, missing where there is none.
    slivers : float
        A piece smaller than this share of both its polygon and its area comes from borders that nearly agree: its phase
        is not counted. In a dissolved file, with one large polygon for each phase, the area alone decides.

    Returns
    -------
    pandas.DataFrame
        One row for each area with its index:

        - ``pcode``;
        - ``living_in_phase_1`` to ``living_in_phase_5`` (Float64), persons who live in polygons of that phase;
        - ``living_in_unclassified`` (polygons without a phase), ``living_outside`` (no polygon) and
          ``living_in_slivers``;
        - ``living``, all people of the area: the sum of those above. Without a population these are km²:
          ``km2_in_phase_1`` ..., ``km2``;
        - ``phase_majority`` (Int64), the phase that most of them live in, with its ``share_majority``; ``phase_second``
          and ``share_second``, the runner-up. Shares are of those in classified polygons (0–1); of two phases of equal
          weight the higher is first;
        - ``share_classified``, of all;
        - ``weighed``, what was weighed: "people by grid", "people spread evenly" or "ground";
        - ``source``, ``area_source`` and ``population_source``, of the tables and of the grid, where they name one.

    Raises
    ------
    SchemaError
        Phases that are not 1 to 5 (0, 66, 88 and 99 are codes of other feeds), no p-codes, a population that lacks
        areas.
    DoubleCountError
        Polygons of two phases overlap on more than slivers (1 % or more) of an area; or an area has several figures.
    GridError, CRSError, FormatError
        As in :func:`zonal_sum`.

    Warns
    -----
    DataWarning
        Polygons that overlap on more than a thousandth of an area; no polygon that touches an area.

    See Also
    --------
    overlay : Carry values onto other polygons.
    sum_phases : Add up people by phase.
    people_by_zone : People in each pair of two sets of zones.

    Notes
    -----
    Majority by population: the practice of OCHA and the World Bank for FEWS NET's units. The tie rule is ours.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, sahelgeo as sg
    >>> from shapely import box
    >>> area = gpd.GeoDataFrame({"pcode": ["XA01"]}, geometry=[box(0, 0, 4, 1)], crs=4326)
    >>> zones = gpd.GeoDataFrame({"phase_published": [2, 4]}, geometry=[box(0, 0, 1, 1), box(1, 0, 4, 1)], crs=4326)
    >>> people = pd.DataFrame({"pcode": ["XA01"], "year": 2020, "people": 1000, "source": "invented"})
    >>> found = sg.overlay_phases(zones, area, population=people)
    >>> found[["living_in_phase_2", "living_in_phase_4", "phase_majority", "phase_second"]].round(6).iloc[0].tolist()
    [250.0, 750.0, 4.0, 2.0]
    """
    zones, units = polygons, areas
    _check(zones, units, column, slivers)
    phases = whole_phases(zones[column], "polygons")
    zone_km2, unit_km2 = _km2(zones.geometry), _km2(units.geometry)
    ground = moved(zones.geometry, units.crs)
    own = np.asarray(units.geometry.to_numpy())
    shared = shared_ground(own, ground, shapely.area)
    left, right, shapes = shared.left, shared.right, shared.shapes(own, ground)
    if len(zones) and len(units) and not len(shapes):
        warn(
            f"none of {len(zones):,} polygons touches an area: all is outside. Polygons lie within {_extent(ground)}, "
            f"areas within {_extent(units.geometry)} (x and y from and to, {units.crs.name}): compare the countries, "
            "and the CRS of the file"
        )
    km2 = _km2(gpd.GeoSeries(shapes, crs=units.crs))
    sliver = (km2 < slivers * unit_km2[left]) & (km2 < slivers * zone_km2[right])
    pieces = Pieces(units, zones, left, right, shapes, phases.to_numpy(dtype=np.int64, na_value=0)[right], sliver)
    pieces, published = without_overlaps(pieces, ground, max(slivers, SLIVER)), None
    if isinstance(population, pd.DataFrame) or population is None:
        km2 = _km2(gpd.GeoSeries(pieces.shapes, crs=units.crs))
        living = unit_km2 if population is None else _people_of(units, population)
        weights: Floats = living[left] * km2 / unit_km2[left]
        weighed = "ground" if population is None else "people spread evenly"
    else:
        if measure is None:
            name = population if isinstance(population, (str, PathLike)) else "the grid"
            raise SchemaError(f"population={name!s}: say what a cell holds, measure='count' or measure='density'")
        weights, living, published = people_of_pieces(population, units, pieces.shapes, measure)
        weighed = "people by grid"
    named = {"source": _sources(zones), "area_source": _sources(units), "population_source": published}
    if isinstance(population, pd.DataFrame):
        used = population[population["pcode"].isin(units["pcode"])]
        named["population_source"] = _sources(used)
    known = {name: pd.Series(text, units.index, dtype="string") for name, text in named.items() if text}
    return _table(pieces, weights, living, weighed).assign(**known)


def _sources(table: pd.DataFrame) -> str | None:
    return joined_sources(source_ids(table))


def _check(zones: gpd.GeoDataFrame, units: gpd.GeoDataFrame, column: str, slivers: float) -> None:
    check_ground(zones, "polygons")
    check_ground(units, "areas")
    checks.columns(zones, "polygons", {column: "any"})
    checks.columns(units, "areas", {"pcode": "text"})
    checks.filled(units, "areas", "pcode", "Each area needs a p-code of its own")
    checks.one_edition(units)
    if not 0 <= slivers < 1:
        raise SchemaError(f"slivers={slivers!r} is not a share. Give a number from 0 to below 1, such as 0.01")


def _extent(shapes: Any) -> str:
    return ", ".join(f"{number:.6g}" for number in shapely.total_bounds(shapes))


def _km2(shapes: gpd.GeoSeries) -> Floats:
    return np.asarray(shapely.area(moved(shapes, _EQUAL_AREA)) / 1e6)


def _people_of(units: gpd.GeoDataFrame, population: pd.DataFrame) -> Floats:
    table = conform(population, "population").dropna(subset=["pcode"])
    table = table[table["pcode"].isin(units["pcode"])]
    checks.once(table, "population", "pcode", advice="Choose one year and source", error=DoubleCountError)
    people = units["pcode"].map(table.set_index("pcode")["people"])
    if people.isna().any():
        named = listed(list(units["pcode"][people.isna()]), SHOWN_AT_MOST)
        raise SchemaError(f"population: no figure for {named}. Complete the table, or leave these areas out")
    return np.asarray(people, dtype=np.float64)


def _table(pieces: Pieces, weights: Floats, living: Floats, weighed: str) -> pd.DataFrame:
    units, classes = pieces.units, np.where(pieces.sliver, _SLIVERS, pieces.phase)
    sums = np.zeros((len(units), _SLIVERS + 1))
    np.add.at(sums, (pieces.left, classes), weights)
    unclassified, by_phase, slivers = sums[:, 0], sums[:, 1:_SLIVERS], sums[:, _SLIVERS]
    outside = living - by_phase.sum(axis=1) - unclassified - slivers
    outside[outside <= _ROUNDING * np.maximum(living, 1)] = 0
    word = "km2" if weighed == "ground" else "living"
    columns: dict[str, Any] = {"pcode": units["pcode"].astype("string")}
    columns |= {f"{word}_in_phase_{number}": by_phase[:, number - 1] for number in PHASES}
    columns |= {f"{word}_in_unclassified": unclassified, f"{word}_outside": outside}
    columns |= {f"{word}_in_slivers": slivers, word: living, **_majorities(by_phase, living)}
    table = pd.DataFrame(columns, index=units.index)
    numbers = [name for name in table.columns if name.startswith((word, "share"))]
    types = {**dict.fromkeys(numbers, "Float64"), **dict.fromkeys(("phase_majority", "phase_second"), "Int64")}
    return table.astype(types).assign(weighed=weighed)


def _majorities(by_phase: Floats, living: Floats) -> dict[str, Any]:
    classified = by_phase.sum(axis=1, keepdims=True)
    shares = np.divide(by_phase, classified, out=np.zeros_like(by_phase), where=classified > 0)
    # Of equal weights the higher phase comes first: weights that differ by rounding are equal.
    order = np.lexsort((np.broadcast_to(-np.arange(5), shares.shape), -np.round(shares / _TIE)), axis=1)[:, :2]
    held = np.take_along_axis(shares, order, axis=1)
    phase, share = (np.where(held > 0, found, np.nan).T for found in (order + 1, held))
    found = {"phase_majority": phase[0], "share_majority": share[0], "phase_second": phase[1], "share_second": share[1]}
    of_all = np.divide(classified[:, 0], living, out=np.full(len(living), np.nan), where=living > 0)
    return {**found, "share_classified": of_all}
