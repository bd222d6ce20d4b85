"""Curved lines for flows between areas."""

from __future__ import annotations

from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod
from shapely import Point

from sahelgeo import checks
from sahelgeo.conformance import conform, conform_areas
from sahelgeo.embedded import read_rows
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, UnmatchedError, listed, warn
from sahelgeo.flows.flow_records import ENDS
from sahelgeo.places.attach import check_edition

Anchor = Literal["point on surface", "centroid", "capital", "population"]
CAPITALS_SOURCE = "geonames"
# Equal Area Cylindrical: a centroid weighs by area, and degrees are not areas.
_EQUAL_AREA = "EPSG:6933"
POINTS = 33
# How far the middle of a line is moved aside, as a share of its length.
BEND = 0.18
_ELLIPSOID = Geod(ellps="WGS84")

_LACKING = {
    "point on surface": "geometry",
    "centroid": "geometry",
    "capital": "chief town in the table of capitals",
    "population": "people in the population",
}

Coordinates = npt.NDArray[np.float64]


def flow_lines(
    flows: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    *,
    anchor: Anchor = "point on surface",
    population: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """A curved line for each flow between two areas; the two directions of a pair bend to opposite sides.

    Parameters
    ----------
    flows : pandas.DataFrame
        A Flows table. Each row becomes a line: add up reasons and periods first (:func:`sum_flows`), or lines will
        cover each other.
    areas : geopandas.GeoDataFrame
        Areas with the p-codes of both ends, in any CRS.
    anchor : {"point on surface", "centroid", "capital", "population"}
        Where lines begin and end: a point that is surely inside the area; the area's centre of gravity, which may be
        outside; its chief town (GeoNames; countries and regions of the five countries); or the centre of its
        population, which may be outside too.
    population : geopandas.GeoDataFrame, optional
        For ``anchor="population"``: people at points, or in areas smaller than ``areas`` (a Population table joined to
        them with :func:`attach_areas`), with a column ``people`` and geometry in any CRS. Each part counts for the area
        that holds its point on surface; the centre is the mean of the parts' centroids, weighted by people, in an
        equal-area projection.

    Returns
    -------
    geopandas.GeoDataFrame
        The flows drawn, with their index labels and columns, in EPSG:4326: ``origin_name``, ``destination_name``,
        ``distance_km`` (Float64, the shortest way on the ellipsoid between the two points, not the length of the curve)
        and ``geometry``, a LineString of 33 points from origin to destination. Its middle lies 18 % of the distance to
        the right of the straight way, seen in the direction of the flow. Flows inside one area and flows with an
        unknown end have no line and are left out. With capitals, ``anchor_source`` is "geonames", and :func:`credit`
        names it.

    Raises
    ------
    UnmatchedError
        A p-code that is not among the areas, or whose area has no geometry, chief town or people; the rows are in
        ``.rows``.
    CRSError
        Areas without CRS.
    EditionError
        The flows name another edition than the areas.
    SchemaError
        A table breaks its declaration, ``anchor`` is not known, or it does not go with ``population``.

    Warns
    -----
    DataWarning
        Flows left out that carry people.

    See Also
    --------
    sum_flows : Add up movements.
    sahelgeo.maps.FlowLayer : Movements as curved arrows.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-movements-2025")
    >>> flows = sg.sum_flows(sample.flows).query("not internal").dropna(subset=["origin", "destination"])
    >>> lines = sg.flow_lines(flows, sample.areas)
    >>> lines[["origin_name", "destination_name", "people", "distance_km"]].nlargest(2, "people").round()
        origin_name destination_name  people  distance_km
    8  Centre-Ouest             Nord   27029        172.0
    5   Centre-Nord             Nord    5719        135.0
    """
    _check_anchor(anchor, population)
    table = conform(flows, "flows")
    checked = checks.one_edition(conform_areas(areas))
    for end in ENDS:
        check_edition(table, checked, codes=end)
    points = _anchors(checked, anchor, population)
    _refuse_unmatched(table, points, anchor)
    known = table["origin"].notna() & table["destination"].notna()
    drawn = known & (table["origin"] != table["destination"]).fillna(False)
    _warn_not_drawn(table[~drawn], known[~drawn])
    lines = _drawn(table[drawn.astype(bool)], checked, points)
    return lines.assign(anchor_source=CAPITALS_SOURCE) if anchor == "capital" else lines


def _refuse_unmatched(table: pd.DataFrame, points: gpd.GeoSeries, anchor: Anchor) -> None:
    lost = pd.DataFrame({end: table[end].notna() & ~table[end].isin(points.index) for end in ENDS}, index=table.index)
    rows = lost.any(axis=1)
    if rows.any():
        codes = sorted({str(code) for end in ENDS for code in table[end][lost[end]]})
        raise UnmatchedError(
            f"{int(rows.sum()):,} of {len(table):,} flows with {table['people'][rows].sum():,} people have an end that "
            f"is no area, or an area without {_LACKING[anchor]}: p-codes {listed(codes, SHOWN_AT_MOST)}. Correct them, "
            "or add the areas; the rows are in the error's .rows",
            table[rows],
        )


def _warn_not_drawn(rest: pd.DataFrame, known: pd.Series) -> None:
    people = rest["people"].sum()
    if people > 0:
        inside, unknown = rest["people"][known].sum(), rest["people"][~known].sum()
        warn(
            f"{len(rest):,} flows with {people:,} people have no line: {int(known.sum()):,} inside one area "
            f"({inside:,} people), {int((~known).sum()):,} with an unknown end ({unknown:,} people)"
        )


def _drawn(table: pd.DataFrame, areas: gpd.GeoDataFrame, points: gpd.GeoSeries) -> gpd.GeoDataFrame:
    named = areas.set_index("pcode")
    names = named["name"].fillna(named["name_en"]).fillna(named["name_fr"])
    starts, ends = (shapely.get_coordinates(points.reindex(table[end]).array) for end in ENDS)
    curves, metres = _curves(starts, ends)
    columns = {
        "origin_name": table["origin"].map(names).astype("string"),
        "destination_name": table["destination"].map(names).astype("string"),
        "distance_km": pd.Series(metres / 1000, index=table.index, dtype="Float64"),
    }
    plain = pd.DataFrame(table).drop(columns="geometry", errors="ignore").assign(**columns)
    return gpd.GeoDataFrame(plain, geometry=np.asarray(shapely.linestrings(curves)), crs="EPSG:4326")


def _curves(starts: Coordinates, ends: Coordinates) -> tuple[Coordinates, npt.NDArray[np.float64]]:
    """Quadratic Bézier curves through a point beside the middle of the shortest way, and the length of that way."""
    azimuths, _, metres = _ELLIPSOID.inv(starts[:, 0], starts[:, 1], ends[:, 0], ends[:, 1])
    azimuths, metres = np.asarray(azimuths), np.asarray(metres)
    middle_x, middle_y, back = _ELLIPSOID.fwd(starts[:, 0], starts[:, 1], azimuths, metres / 2)
    # The way back from the middle points to the origin: 90 degrees less than that is the right hand of the traveller.
    aside_x, aside_y, _ = _ELLIPSOID.fwd(middle_x, middle_y, np.asarray(back) - 90, metres * BEND)
    aside, ends = _unwrapped(np.column_stack([aside_x, aside_y]), starts), _unwrapped(ends, starts)
    control = 2 * aside - (starts + ends) / 2
    t = np.linspace(0, 1, POINTS)[None, :, None]
    curves = (1 - t) ** 2 * starts[:, None] + 2 * t * (1 - t) * control[:, None] + t**2 * ends[:, None]
    return curves, metres


def _unwrapped(points: Coordinates, starts: Coordinates) -> Coordinates:
    """Longitudes within 180 degrees of the start, so that a line over the date line does not go round the world."""
    turned = points.copy()
    turned[:, 0] = starts[:, 0] + (points[:, 0] - starts[:, 0] + 180) % 360 - 180
    return turned


def _check_anchor(anchor: str, population: gpd.GeoDataFrame | None) -> None:
    """Raise unless the anchor is known and has what it needs."""
    checks.choice(get_args(Anchor), anchor=anchor)
    if (anchor == "population") != (population is not None):
        raise SchemaError(
            "anchor='population' and population=... go together: people at points or in small areas, as a GeoDataFrame"
        )


def _anchors(areas: gpd.GeoDataFrame, anchor: Anchor, population: gpd.GeoDataFrame | None) -> gpd.GeoSeries:
    """A point for each area that has one, by p-code, in EPSG:4326."""
    if anchor == "capital":
        towns = _capitals()
        return towns[towns.index.isin(areas["pcode"])]
    shapes = areas.set_index("pcode").geometry
    shapes = shapes[shapes.notna() & ~shapes.is_empty]
    if anchor == "point on surface":
        return shapes.representative_point().to_crs("EPSG:4326")
    if anchor == "centroid" or population is None:
        return shapes.to_crs(_EQUAL_AREA).centroid.to_crs("EPSG:4326")
    return _centres_of_population(shapes, population)


def _capitals() -> gpd.GeoSeries:
    """The capital of each country and the chief town of each region, by p-code, in EPSG:4326 (GeoNames)."""
    rows = read_rows("capitals.csv")
    points = [Point(float(row["longitude"]), float(row["latitude"])) for row in rows]
    return gpd.GeoSeries(points, index=pd.Index([row["pcode"] for row in rows], name="pcode"), crs="EPSG:4326")


def _centres_of_population(shapes: gpd.GeoSeries, population: gpd.GeoDataFrame) -> gpd.GeoSeries:
    parts = _population_parts(population)
    parts = parts[parts["people"].fillna(0) > 0].to_crs(shapes.crs)
    inside = gpd.GeoDataFrame({"people": parts["people"]}, geometry=parts.geometry.representative_point())
    held = inside.sjoin(gpd.GeoDataFrame(geometry=shapes).reset_index(), predicate="within")
    # A point on a border lies within neither side; one on overlapping areas counts for the first.
    held = held[~held.index.duplicated()]
    centroids = parts.geometry.to_crs(_EQUAL_AREA).centroid
    weighted = held[["pcode", "people"]].assign(x=centroids.x * parts["people"], y=centroids.y * parts["people"])
    sums = weighted.dropna().groupby("pcode")[["people", "x", "y"]].sum()
    points = gpd.points_from_xy(sums["x"] / sums["people"], sums["y"] / sums["people"], crs=_EQUAL_AREA)
    return gpd.GeoSeries(points, index=sums.index).to_crs("EPSG:4326")


def _population_parts(population: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if not isinstance(population, gpd.GeoDataFrame) or "people" not in population.columns:
        raise SchemaError(
            "population: a GeoDataFrame with a column 'people' and geometry is needed. attach_areas gives a Population "
            "table its areas"
        )
    checks.crs(population, "population")
    checks.counts(population, "population", "people")
    people = population["people"]
    return population.reset_index(drop=True).assign(people=people.astype("Float64").astype("float64").to_numpy())
