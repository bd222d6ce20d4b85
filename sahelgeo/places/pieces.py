"""The pieces that two sets of polygons share, and the people who live in each: by a table, by places, by a grid."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, listed
from sahelgeo.places.account import needed_people_column
from sahelgeo.places.area_index import OUTSIDE, build_grid, find
from sahelgeo.places.shared_ground import Floats, Shapes, SharedGround, in_degrees, shared_ground
from sahelgeo.sources import joined_sources


@dataclass(frozen=True, eq=False)
class OverlayPieces(SharedGround):
    """Pairs of a polygon of values and a polygon that they go onto, without slivers.

    Attributes
    ----------
    left_shapes, right_shapes : numpy.ndarray
        All polygons, in degrees.
    slivers : int
        Pieces left out as slivers.
    sliver_km2 : numpy.ndarray
        The area of the slivers of each polygon of values.
    """

    left_shapes: Shapes
    right_shapes: Shapes
    slivers: int
    sliver_km2: Floats


def pieces_of(left: Shapes, right: Shapes, slivers: float) -> OverlayPieces:
    """The pieces that two sets of polygons share, without those smaller than a share of both polygons."""
    ground = shared_ground(left, right)
    thin = ground.km2 < slivers * np.minimum(ground.left_km2[ground.left], ground.right_km2[ground.right])
    sliver_km2 = np.bincount(ground.left[thin], ground.km2[thin], len(left)).astype(float)
    return OverlayPieces(
        **vars(ground.of(~thin)), left_shapes=left, right_shapes=right, sliver_km2=sliver_km2, slivers=int(thin.sum())
    )


def piece_people(
    pieces: OverlayPieces, weights: pd.DataFrame | str | Path, values: pd.DataFrame, onto: pd.DataFrame
) -> tuple[Floats, Floats, str | None]:
    """The people in each piece, and in each polygon of values as a whole; and who published them, if they say so."""
    if isinstance(weights, pd.DataFrame):
        source = joined_sources(weights["source"].unique()) if "source" in weights else None
        if isinstance(weights, gpd.GeoDataFrame):
            return *_people_of_places(pieces, weights), source
        return *_people_of_table(pieces, weights, values, onto), source
    if isinstance(weights, str) and weights in values.columns:
        people = _counts(values, weights)
        return people[pieces.left] * pieces.km2 / pieces.left_km2[pieces.left], people, None
    return _people_of_grid(pieces, weights)


def _people_of_table(
    pieces: OverlayPieces, table: pd.DataFrame, values: pd.DataFrame, onto: pd.DataFrame
) -> tuple[Floats, Floats]:
    label = needed_people_column(table, "weights")
    checks.columns(table, "weights", {"pcode": "any"})
    checks.counts(table, "weights", label)
    checks.once(table, "weights", "pcode", advice="Choose one year and source")
    people = table.dropna(subset="pcode").set_index("pcode")[label]
    for polygons, number, km2 in ((onto, pieces.right, pieces.right_km2), (values, pieces.left, pieces.left_km2)):
        if "pcode" in polygons.columns and polygons["pcode"].isin(people.index).all():
            counts = polygons["pcode"].map(people).to_numpy(dtype="float64", na_value=np.nan)
            each = counts[number] * pieces.km2 / km2[number]
            return each, np.bincount(pieces.left, np.nan_to_num(each), len(pieces.left_km2)).astype(float)
    missing = [code for code in onto["pcode"] if code not in people.index] if "pcode" in onto.columns else []
    named = listed(missing, SHOWN_AT_MOST) or "no pcode column"
    raise SchemaError(
        f"weights: the population table names neither all p-codes of the areas (missing: {named}) "
        "nor all those of the values. Complete it, or give population with geometry"
    )


def _people_of_places(pieces: OverlayPieces, table: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    people = np.nan_to_num(_counts(table, needed_people_column(table, "weights")))
    checks.crs(table, "weights")
    shapes = in_degrees(table)
    kinds = set(np.unique(shapely.get_type_id(shapes)).tolist()) - {-1}
    if kinds <= {0}:
        return _people_of_points(pieces, shapes, people)
    if not kinds <= {3, 6}:
        raise SchemaError("weights: the population's geometry must be points alone or polygons alone")
    checks.polygons(table, "weights")
    each = _spread(pieces.shapes(pieces.left_shapes, pieces.right_shapes), shapes, people)
    return each, _spread(pieces.left_shapes, shapes, people)


def _spread(onto: Shapes, shapes: Shapes, people: Floats) -> Floats:
    ground = shared_ground(shapes, onto)
    each = people[ground.left] * ground.km2 / ground.left_km2[ground.left]
    return np.bincount(ground.right, each, len(onto)).astype(float)


def _people_of_points(pieces: OverlayPieces, shapes: Shapes, people: Floats) -> tuple[Floats, Floats]:
    shapes = np.where(shapely.is_empty(shapes), np.array(None, dtype=object), shapes)
    x, y = shapely.get_x(shapes), shapely.get_y(shapes)
    left = find(build_grid(pieces.left_shapes), x, y).first
    right = find(build_grid(pieces.right_shapes), x, y).first
    there = (left != OUTSIDE) & (right != OUTSIDE)
    columns = len(pieces.right_km2)
    key = left[there].astype(np.int64) * columns + right[there]
    counts = pd.Series(people[there]).groupby(key).sum()
    each = counts.reindex(pieces.left * columns + pieces.right).fillna(0).to_numpy()
    inside = left != OUTSIDE
    return each, np.bincount(left[inside], people[inside], len(pieces.left_km2)).astype(float)


def _people_of_grid(pieces: OverlayPieces, weights: Any) -> tuple[Floats, Floats, str | None]:
    if not isinstance(weights, (str, Path)) and not hasattr(weights, "transpose") and not hasattr(weights, "read"):
        raise SchemaError(
            "weights must be 'area', a column of the values, a population table or a grid (its path, a rasterio "
            "dataset "
            f"or an xarray.DataArray), not {type(weights).__name__}"
        )
    if isinstance(weights, (str, Path)) and not Path(weights).is_file():
        raise SchemaError(
            f"weights={str(weights)!r} is neither 'area', nor a column of the values, nor a file that is there"
        )
    from sahelgeo.rasters.zones import people_of_pieces  # noqa: PLC0415 - a second to load, for grids alone

    there = ~(shapely.is_missing(pieces.left_shapes) | shapely.is_empty(pieces.left_shapes))
    values = gpd.GeoDataFrame(geometry=pieces.left_shapes, crs=4326)[there]
    whole = np.zeros(len(there))
    shapes = pieces.shapes(pieces.left_shapes, pieces.right_shapes)
    each, whole[there], source = people_of_pieces(weights, values, shapes, stacklevel=5)
    return each, whole, source


def _counts(table: pd.DataFrame, label: str) -> Floats:
    checks.counts(table, "weights", label)
    return table[label].to_numpy(dtype="float64", na_value=np.nan)
