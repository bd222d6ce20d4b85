"""The shapes of boundaries: their CRS, the order of axes, names given beside them, repair, areas in several rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sahelgeo.errors import SHOWN_AT_MOST, CRSError, FormatError, SchemaError, listed
from sahelgeo.late import gpd, shapely
from sahelgeo.places.names import countries
from sahelgeo.readers.bounds import Limits, refuse_beyond
from sahelgeo.readers.printed import text_of
from sahelgeo.readers.shapes import known_crs, made_valid
from sahelgeo.readers.sheets import Sheet
from sahelgeo.samples import load_areas

Say = Callable[[str], None]
_WKT = re.compile(r"\s*(?:SRID=(\d+);)?\s*((?:MULTI)?POLYGON\b.*)", re.IGNORECASE | re.DOTALL)
_NEAR_DEGREES = 1.0


def written_shapes(table: pd.DataFrame, sheet: Sheet, limits: Limits | None) -> tuple[str, gpd.GeoSeries] | None:
    """The column of a text table that holds shapes as well-known text (WKT), and those shapes; nothing if none does."""
    for label in table:
        if not _may_be_drawn(table[label]):
            continue
        cells = table[label].map(text_of)
        found = cells.str.extract(_WKT)
        if cells.eq("").all() or not found.loc[cells.ne(""), 1].notna().any():
            continue
        bad = cells.ne("") & found[1].isna()
        written = [text if isinstance(text, str) else None for text in found[1]]
        if limits is not None:  # each polygon and each ring has a bracket of its own
            most = max((text.count("(") for text in written if text), default=0)
            refuse_beyond("parts", most, limits, f"{sheet.where}, column {label!r}, one shape", times=2)
        shapes = shapely.from_wkt(written, on_invalid="ignore")
        bad |= shapely.is_missing(shapes) & cells.ne("")
        if bad.any():
            rows = listed(list(table.index[bad]), SHOWN_AT_MOST)
            raise FormatError(f"{sheet.where}, column {label!r}, row(s) {rows}: not a polygon in well-known text (WKT)")
        references = found[0].dropna().unique()
        if len(references) > 1:
            numbers = listed(list(references), SHOWN_AT_MOST)
            raise CRSError(
                f"{sheet.where}, column {label!r}: shapes in several CRS (SRID {numbers}). Bring them to one"
            )
        crs = known_crs(f"EPSG:{references[0]}", sheet.where) if len(references) == 1 else None
        return str(label), gpd.GeoSeries(shapes, index=table.index, crs=crs)
    return None


def _may_be_drawn(cells: pd.Series) -> bool:
    """Whether a polygon may be written in one of them; columns without are most of a file's."""
    if isinstance(cells.dtype, pd.StringDtype):
        return bool(cells.str.contains("polygon", case=False, regex=False).any())
    return any("polygon" in cell.lower() for cell in cells if isinstance(cell, str))


def with_crs(table: gpd.GeoDataFrame, crs: Any, where: str, say: Say, *, drawn: bool) -> gpd.GeoDataFrame:
    """The table with the CRS that its file states, or else the one given.

    Raises
    ------
    CRSError
        Neither is there, or coordinates cannot be degrees as stated.
    """
    if (table.geometry.isna() | table.geometry.is_empty).all():
        what = f"all {len(table)} shapes are empty, or too broken to be read" if drawn else "no geometry"
        say(f"{what}. The table serves match_areas, not maps")
        return table.set_crs("EPSG:4326", allow_override=True)
    if table.crs is None:
        if crs is None:
            raise CRSError(
                f"{where}: the file states no CRS. Say which one it is in: read_areas(..., crs='EPSG:4326') for degrees"
            )
        table = table.set_crs(known_crs(crs, where))
    if table.crs.is_geographic:
        west, south, east, north = table.total_bounds
        if west < -360 or east > 360 or south < -180.001 or north > 180.001:
            raise CRSError(
                f"{where}: the CRS is {table.crs.to_string()} (degrees), but coordinates reach from {west:,.0f} "
                f"{south:,.0f} to {east:,.0f} {north:,.0f}. They are in metres: find the projection in the file's "
                "documentation and pass crs="
            )
    return table


def longitude_first(areas: gpd.GeoDataFrame, where: str, say: Say) -> gpd.GeoDataFrame:
    """The areas with longitude first, as GIS files have it.

    The countries of their codes decide: where every known country lies elsewhere as the file has it, and in its place
    with the axes exchanged, latitude stands first.
    """
    if not areas.crs.is_geographic or areas.geometry.isna().all():
        return areas
    country = _countries(areas)
    extents = extents_of_countries()
    as_it_is, exchanged = [], []
    for code, shapes in areas.geometry.groupby(country):
        if code not in extents.index:
            continue
        west, south, east, north = shapes.total_bounds
        x, y = (west + east) / 2, (south + north) / 2
        low_x, low_y, high_x, high_y = extents.loc[code] + np.array([-1, -1, 1, 1]) * _NEAR_DEGREES
        as_it_is.append(low_x <= x <= high_x and low_y <= y <= high_y)
        exchanged.append(low_x <= y <= high_x and low_y <= x <= high_y)
    if exchanged and all(exchanged) and not any(as_it_is):
        say("latitude stands first in its coordinates, as the countries of its codes show. The axes were exchanged")
        turned = shapely.transform(areas.geometry.to_numpy(), lambda points: points[:, ::-1])
        return areas.set_geometry(gpd.GeoSeries(turned, index=areas.index, crs=areas.crs))
    _, south, _, north = areas.total_bounds
    if south < -90.001 or north > 90.001:
        raise CRSError(
            f"{where}: latitudes from {south:,.1f} to {north:,.1f}. Coordinates in degrees are longitude, then "
            "latitude: exchange them, or pass crs="
        )
    return areas


@lru_cache(maxsize=1)
def extents_of_countries() -> pd.DataFrame:
    """The outermost coordinates of each embedded country, by its ISO code."""
    bounds: pd.DataFrame = load_areas(level=0).set_index("iso3").bounds
    return bounds


def _countries(areas: gpd.GeoDataFrame) -> pd.Series:
    """The country of each area, by its code of the country or by how its own code begins."""
    known = set(countries().values())
    stated = areas["iso3"] if "iso3" in areas else pd.Series(pd.NA, index=areas.index, dtype="string")
    begins = [areas["pcode"].str.extract(rf"^([A-Z]{{{letters}}})(?![A-Z])")[0].map(countries()) for letters in (3, 2)]
    return stated.where(stated.isin(known)).fillna(begins[0]).fillna(begins[1])


def with_names(table: gpd.GeoDataFrame, names: pd.DataFrame | None, level: int | None, where: str) -> gpd.GeoDataFrame:
    """The shapes with the codes and names that the user gives for them, by place or by order."""
    if names is None:
        raise FormatError(
            f"{where}: {len(table)} areas without attributes: no codes, no names. Give them: read_areas(..., "
            "names=table with "
            "'pcode' and 'name'), one row for each area in the order of the file, or points that lie in the areas"
        )
    missing = [label for label in ("pcode", "name") if label not in names]
    if missing:
        raise FormatError(f"names: column(s) {listed(missing, 2)} missing. Found: {listed(list(names.columns), 12)}")
    numbers = _by_place(table, names, where) if isinstance(names, gpd.GeoDataFrame) else _by_order(table, names, where)
    taken = pd.DataFrame(names).drop(columns="geometry", errors="ignore").iloc[numbers].set_index(table.index)
    if level is not None and "level" not in taken:
        taken["level"] = level
    return gpd.GeoDataFrame(taken, geometry=table.geometry.array, crs=table.crs)


def _by_order(table: gpd.GeoDataFrame, names: pd.DataFrame, where: str) -> list[int]:
    if len(names) != len(table):
        raise FormatError(
            f"{where}: {len(table)} areas, but {len(names)} rows of names. Give one row for each area, in the order "
            "of the file"
        )
    return list(range(len(table)))


def _by_place(table: gpd.GeoDataFrame, names: gpd.GeoDataFrame, where: str) -> list[int]:
    points = names.to_crs(table.crs).reset_index(drop=True)
    points = points.set_geometry(points.geometry.representative_point())
    inside = gpd.sjoin(points[["geometry"]], table[["geometry"]].reset_index(drop=True), predicate="within")
    found = inside.groupby("index_right").apply(lambda rows: list(rows.index), include_groups=False)
    problems = [
        f"area {row}: {len(found.get(row, []))} rows of names"
        for row in range(len(table))
        if len(found.get(row, [])) != 1
    ]
    if problems:
        raise FormatError(f"{where}: each area needs exactly one row of names in it; {listed(problems, SHOWN_AT_MOST)}")
    return [found[row][0] for row in range(len(table))]


def repaired(areas: gpd.GeoDataFrame, say: Say, where: str) -> gpd.GeoDataFrame:
    """The areas with valid polygons; which were repaired, and which have none, is said."""
    geometry, bad = made_valid(areas.geometry, where)
    if bad.any():
        areas = areas.set_geometry(geometry)
        say(f"{int(bad.sum())} invalid geometries (they cross themselves) were repaired: {_named(areas[bad])}")
    empty = areas.geometry.isna() | areas.geometry.is_empty
    if empty.any() and not empty.all():
        say(f"{int(empty.sum())} areas have no geometry: {_named(areas[empty])}")
    return areas


def dissolved(areas: gpd.GeoDataFrame, say: Say, where: str, *, dissolve: bool) -> gpd.GeoDataFrame:
    """One row for each area: rows of one code and edition are joined where that is asked for.

    Raises
    ------
    SchemaError
        A code stands more than once and ``dissolve`` is not given, or under different names.
    """
    keys = ["pcode", *(["edition"] if "edition" in areas else [])]
    repeated = areas.duplicated(keys, keep=False) & areas["pcode"].notna()
    if not repeated.any():
        return areas
    rows = areas[repeated]
    shown = listed(list(rows["pcode"].unique()), SHOWN_AT_MOST)
    if not dissolve:
        problem = (
            f"{where}: {len(rows)} rows share their code with another: {shown}. Where an area is drawn in several "
            "rows, dissolve=True makes them one; where the rows are parts of it, give the level of the file"
        )
        raise SchemaError(problem)
    names = rows.groupby("pcode")["name"].nunique()
    if (names > 1).any():
        unlike = listed(list(names.index[names > 1]), SHOWN_AT_MOST)
        raise SchemaError(
            f"{where}: rows of one code bear different names: {unlike}. They are no parts of one area: correct the "
            "codes"
        )
    joined = areas.dissolve(by=[areas[key] for key in keys], sort=False, dropna=False)
    say(f"{len(rows)} rows were dissolved into {len(names)} areas: {shown}")
    return gpd.GeoDataFrame(joined.reset_index(drop=True), crs=areas.crs)


def _named(areas: gpd.GeoDataFrame) -> str:
    return listed(list(areas["name"].fillna(areas["pcode"])), SHOWN_AT_MOST)
