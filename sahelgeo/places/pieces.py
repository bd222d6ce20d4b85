"""The pieces that two sets of polygons share, and how much each weighs: by area, by people, by a grid."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sahelgeo.errors import SHOWN_AT_MOST, CRSError, SchemaError, listed
from sahelgeo.places.account import people_column
from sahelgeo.places.area_matrix import AreaMatrix, Borders, area_matrix
from sahelgeo.places.grid import OUTSIDE, Floats, Ints, build_grid, find

_WHOLE = 1e-9


@dataclass(frozen=True)
class Pieces:
    """Pairs of a polygon of values and a polygon that they go onto.

    Attributes
    ----------
    left, right : numpy.ndarray
        The rows of the two tables.
    km2 : numpy.ndarray
        The area of each piece.
    left_km2, right_km2 : numpy.ndarray
        The areas of all polygons.
    left_shapes, right_shapes : numpy.ndarray
        All polygons, in degrees.
    slivers : int
        Pieces left out as slivers.
    sliver_km2 : numpy.ndarray
        The area of the slivers of each polygon of values.
    """

    left: Ints
    right: Ints
    km2: Floats
    left_km2: Floats
    right_km2: Floats
    left_shapes: NDArray[Any]
    right_shapes: NDArray[Any]
    slivers: int
    sliver_km2: Floats


def pieces_of(left: NDArray[Any], right: NDArray[Any], slivers: float, borders: Borders | None = None) -> Pieces:
    """The pieces that two sets of polygons share, without those smaller than a share of both polygons."""
    matrix: AreaMatrix = area_matrix(left, right, borders)
    thin = matrix.km2 < slivers * np.minimum(matrix.left_km2[matrix.left], matrix.right_km2[matrix.right])
    return Pieces(
        matrix.left[~thin],
        matrix.right[~thin],
        matrix.km2[~thin],
        matrix.left_km2,
        matrix.right_km2,
        left,
        right,
        int(thin.sum()),
        np.bincount(matrix.left[thin], matrix.km2[thin], len(left)).astype(float),
    )


def piece_people(
    pieces: Pieces, weights: pd.DataFrame | str | Path, values: pd.DataFrame, onto: pd.DataFrame
) -> tuple[Floats, Floats]:
    """The people in each piece, and in each polygon of values as a whole."""
    if isinstance(weights, gpd.GeoDataFrame):
        return _people_of_places(pieces, weights)
    if isinstance(weights, pd.DataFrame):
        return _people_of_table(pieces, weights, values, onto)
    if isinstance(weights, str) and weights in values.columns:
        people = _numbers(values, weights)
        return people[pieces.left] * pieces.km2 / pieces.left_km2[pieces.left], people
    return _people_of_grid(pieces, weights)


def _people_of_table(
    pieces: Pieces, table: pd.DataFrame, values: pd.DataFrame, onto: pd.DataFrame
) -> tuple[Floats, Floats]:
    label = people_column(table)
    if label is None or "pcode" not in table.columns:
        found = listed(list(table.columns), 12)
        raise SchemaError(
            f"weights: a population table needs 'pcode' and 'people' (or 'population'), or geometry. Found: {found}"
        )
    if table["pcode"].duplicated().any():
        codes = listed(list(table.loc[table["pcode"].duplicated(), "pcode"].unique()), SHOWN_AT_MOST)
        raise SchemaError(f"weights: p-codes {codes} stand more than once. Choose one year and source")
    people = table.set_index("pcode")[label]
    for polygons, number, km2 in ((onto, pieces.right, pieces.right_km2), (values, pieces.left, pieces.left_km2)):
        if "pcode" in polygons.columns and polygons["pcode"].isin(people.index).all():
            counts = polygons["pcode"].map(people).to_numpy(dtype="float64", na_value=np.nan)
            each = counts[number] * pieces.km2 / km2[number]
            return each, np.bincount(pieces.left, np.nan_to_num(each), len(pieces.left_km2)).astype(float)
    missing = [code for code in onto["pcode"] if code not in people.index] if "pcode" in onto.columns else []
    raise SchemaError(
        f"weights: the population table names neither all p-codes of the areas (missing: {listed(missing, SHOWN_AT_MOST) or 'no pcode column'}) "
        "nor all those of the values. Complete it, or give population with geometry"
    )


def _people_of_places(pieces: Pieces, table: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    label = people_column(table)
    if label is None:
        raise SchemaError(
            f"weights: the population has no column 'people' or 'population'. Found: {listed(list(table.columns), 12)}"
        )
    if table.crs is None:
        raise CRSError("weights: the population has no CRS. Say which one it is in: set_crs('EPSG:4326') for degrees")
    people = np.nan_to_num(_numbers(table, label))
    shapes = np.asarray(table.geometry.to_crs(4326).values, dtype=object)
    kinds = set(np.unique(shapely.get_type_id(shapes)).tolist()) - {-1}
    if kinds <= {0}:
        return _people_of_points(pieces, shapes, people)
    if not kinds <= {3, 6}:
        raise SchemaError("weights: the population's geometry must be points alone or polygons alone")
    each = _spread(_shapes(pieces), shapes, people)
    return each, _spread(pieces.left_shapes, shapes, people)


def _spread(onto: NDArray[Any], shapes: NDArray[Any], people: Floats) -> Floats:
    matrix = area_matrix(shapes, onto)
    each = people[matrix.left] * matrix.km2 / matrix.left_km2[matrix.left]
    return np.bincount(matrix.right, each, len(onto)).astype(float)


def _people_of_points(pieces: Pieces, shapes: NDArray[Any], people: Floats) -> tuple[Floats, Floats]:
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


def _people_of_grid(pieces: Pieces, weights: Any) -> tuple[Floats, Floats]:
    if not isinstance(weights, (str, Path)):
        raise SchemaError(
            f"weights must be 'area', a column of the values, a population table or the path of a grid, not {type(weights).__name__}"
        )
    if not Path(weights).is_file():
        raise SchemaError(
            f"weights={str(weights)!r} is neither 'area', nor a column of the values, nor a file that is there"
        )
    return _grid_sum(weights, _shapes(pieces)), _grid_sum(weights, pieces.left_shapes)


def _grid_sum(path: str | Path, shapes: NDArray[Any]) -> Floats:
    import exactextract  # noqa: PLC0415 - a second to load, for grids alone
    import rasterio  # noqa: PLC0415

    with rasterio.open(path) as grid:
        if grid.crs is None:
            raise CRSError(f"{path}: the grid has no CRS")
        table = gpd.GeoDataFrame(geometry=shapes, crs=4326).to_crs(grid.crs)
        full = ~(table.geometry.isna() | table.geometry.is_empty).to_numpy()
        sums = np.zeros(len(shapes))
        if full.any():
            found = exactextract.exact_extract(grid, table[full], "sum", output="pandas")
            sums[full] = found.iloc[:, 0].to_numpy(dtype="float64", na_value=0.0)
    return np.nan_to_num(sums)


def _shapes(pieces: Pieces) -> NDArray[Any]:
    """The polygon of each piece; a piece that is a whole polygon is not cut anew."""
    shapes = pieces.left_shapes[pieces.left]
    right = pieces.right_shapes[pieces.right]
    right_whole = pieces.km2 >= (1 - _WHOLE) * pieces.right_km2[pieces.right]
    shapes[right_whole] = right[right_whole]
    cut = ~right_whole & (pieces.km2 < (1 - _WHOLE) * pieces.left_km2[pieces.left])
    shapes[cut] = [_areal(piece) for piece in shapely.intersection(shapes[cut], right[cut])]
    return shapes


def _areal(shape: Any) -> Any:
    """A polygon without the lines and points that an intersection leaves beside it."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    return shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])


def _numbers(table: pd.DataFrame, label: str) -> Floats:
    if not pd.api.types.is_numeric_dtype(table[label]):
        raise SchemaError(f"column {label!r} is not a column of numbers ({table[label].dtype}). Convert it first")
    return table[label].to_numpy(dtype="float64", na_value=np.nan)
