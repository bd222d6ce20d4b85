"""Polygons of a classification that overlap: each piece of ground has one phase, and its people are counted once."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import DataWarning, DoubleCountError
from sahelgeo.rasters.spans import Ints
from sahelgeo.rasters.zones import shared_within

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
    """The pieces without what another one covers that goes before: the higher phase, any phase before none, slivers last.

    ``ground`` is that of the polygons, in the CRS of the areas; two phases may share ``borne`` of an area (0 to 1).
    """
    one, other, shared = shared_within(ground)
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
        pairs = sorted({(one[n], other[n]) for n, here in zip(number, unit, strict=True) if refused[here]})
        raise _refusal(pieces, pairs, refused)
    if (doubled > _OVERLAP_WARNED).any():
        named = listed(list(pieces.units["pcode"][doubled > _OVERLAP_WARNED]), SHOWN_AT_MOST)
        warnings.warn(
            f"polygons overlap within {named}: people there count once, by the higher phase, and by any phase before none",
            DataWarning,
            stacklevel=3,
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
        f"polygons of different phases overlap within {named}: {listed(shown, SHOWN_AT_MOST)}. People there would be counted twice. "
        "Choose one period and the polygons of one country, or leave out the row that does not hold",
        pieces.units[refused],
    )
