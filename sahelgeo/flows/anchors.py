"""The point of an area that lines begin and end at."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Literal, get_args

import geopandas as gpd
import pandas as pd
from shapely import Point

from sahelgeo.errors import CRSError, SchemaError

Anchor = Literal["point on surface", "centroid", "capital", "population"]
CAPITALS_SOURCE = "geonames"
# Equal Area Cylindrical: a centroid weighs by area, and degrees are not areas.
_EQUAL_AREA = "EPSG:6933"


def check_anchor(at: str, population: gpd.GeoDataFrame | None) -> None:
    """Raise unless the anchor is known and has what it needs."""
    if at not in get_args(Anchor):
        raise SchemaError(f"at={at!r} is not one of {', '.join(map(repr, get_args(Anchor)))}")
    if (at == "population") != (population is not None):
        raise SchemaError(
            "at='population' and population=... go together: people at points or in small areas, as a GeoDataFrame"
        )


def anchors(areas: gpd.GeoDataFrame, at: Anchor, population: gpd.GeoDataFrame | None) -> gpd.GeoSeries:
    """A point for each area that has one, by p-code, in EPSG:4326."""
    if at == "capital":
        towns = capitals()
        return towns[towns.index.isin(areas["pcode"])]
    shapes = areas.set_index("pcode").geometry
    shapes = shapes[shapes.notna() & ~shapes.is_empty]
    if at == "point on surface":
        return shapes.representative_point().to_crs("EPSG:4326")
    if at == "centroid" or population is None:
        return shapes.to_crs(_EQUAL_AREA).centroid.to_crs("EPSG:4326")
    return _centres_of_population(shapes, population)


def capitals() -> gpd.GeoSeries:
    """The capital of each country and the chief town of each region, by p-code, in EPSG:4326 (GeoNames)."""
    text = files("sahelgeo.data").joinpath("capitals.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    points = [Point(float(row["longitude"]), float(row["latitude"])) for row in rows]
    return gpd.GeoSeries(points, index=pd.Index([row["pcode"] for row in rows], name="pcode"), crs="EPSG:4326")


def _centres_of_population(shapes: gpd.GeoSeries, population: gpd.GeoDataFrame) -> gpd.GeoSeries:
    parts = _checked(population)
    parts = parts[parts["people"].fillna(0) > 0].to_crs(shapes.crs)
    inside = gpd.GeoDataFrame({"people": parts["people"]}, geometry=parts.geometry.representative_point())
    held = inside.sjoin(gpd.GeoDataFrame(geometry=shapes).reset_index(), predicate="within")
    # A point on a border lies within neither side; one on overlapping areas counts for the first.
    held = held[~held.index.duplicated()]
    centroids = parts.geometry.to_crs(_EQUAL_AREA).centroid
    weighted = pd.DataFrame(
        {
            "pcode": held["pcode"],
            "people": held["people"],
            "x": centroids.x * parts["people"],
            "y": centroids.y * parts["people"],
        }
    ).dropna()
    sums = weighted.groupby("pcode")[["people", "x", "y"]].sum()
    points = gpd.points_from_xy(sums["x"] / sums["people"], sums["y"] / sums["people"], crs=_EQUAL_AREA)
    return gpd.GeoSeries(points, index=sums.index).to_crs("EPSG:4326")


def _checked(population: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if not isinstance(population, gpd.GeoDataFrame) or "people" not in population.columns:
        raise SchemaError(
            "population: a GeoDataFrame with a column 'people' and geometry is needed. attach_areas gives a Population table its areas"
        )
    if population.crs is None:
        raise CRSError(
            "population: the geometry has no CRS. Say which one it is in, for example population.set_crs('EPSG:4326')"
        )
    people = population["people"]
    if not pd.api.types.is_numeric_dtype(people.dtype) or bool((people < 0).any()):
        raise SchemaError("population: column 'people' has text or numbers below 0. Turn it into counts or empty cells")
    return population.reset_index(drop=True).assign(people=people.astype("Float64").astype("float64").to_numpy())
