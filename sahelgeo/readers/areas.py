"""Read administrative boundaries, whoever published them, into the Areas table."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from os import PathLike
from typing import Any, BinaryIO

import geopandas as gpd
import pandas as pd

from sahelgeo.areas import conform_areas
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.embedded import read_rows
from sahelgeo.errors import CRSError, DataWarning, FormatError
from sahelgeo.places.known import countries
from sahelgeo.places.names import undo_double_encoding
from sahelgeo.readers.area_files import open_areas

DEEPEST = 5
GLOBAL_LIST = "hdx-list"
NULLS = ("", "NA", "<Null>", "<NULL>", "None", "nan", "null")
_NAMES_TABLE = ("pcode", "name")


@dataclass(frozen=True)
class AreaStyle:
    """How one publisher calls the columns of boundaries.

    Attributes
    ----------
    style : str
        Its short name.
    source : str
        The credit of files in this style.
    columns : mapping
        The labels by role, in order of preference; ``{n}`` is the level, ``{p}`` the level above.
    """

    style: str
    source: str
    columns: Mapping[str, tuple[str, ...]]

    def label(self, role: str, level: int, found: Mapping[str, str]) -> str | None:
        """The column of the file that plays a role at a level."""
        return next(iter(self.labels(role, level, found)), None)

    def labels(self, role: str, level: int, found: Mapping[str, str]) -> list[str]:
        """Every column of the file that plays a role at a level."""
        wanted = [text.format(n=level, p=level - 1).lower() for text in self.columns.get(role, ())]
        return [found[text] for text in wanted if text in found]


@lru_cache(maxsize=1)
def area_styles() -> tuple[AreaStyle, ...]:
    """The column styles that :func:`read_areas` knows."""
    styles: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in read_rows("area_styles.csv"):
        styles.setdefault((row["style"], row["source"]), {}).setdefault(row["role"], []).append(row["column"])
    return tuple(
        AreaStyle(style, source, {role: tuple(labels) for role, labels in roles.items()})
        for (style, source), roles in styles.items()
    )


def read_areas(
    path: str | PathLike[str] | BinaryIO,
    level: int | None = None,
    layer: str | None = None,
    *,
    crs: Any = None,
    names: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Read administrative boundaries of any usual publisher into the Areas table.

    The style is recognised from the columns: OCHA's common operational datasets in their four styles (``ADM2_FR``,
    ``admin2Name``, ``adm_02``, ``adm2_name``), WFP's copies of them, geoBoundaries, GADM, Natural Earth, OCHA's global p-code
    list, and files that sahelgeo's own tables were saved to.

    Parameters
    ----------
    path : path or binary file
        A shapefile (also zipped), GeoPackage, GeoJSON, TopoJSON, GeoParquet; or a table without geometry (``.dbf``, ``.csv``),
        which serves :func:`sahelgeo.match_areas`.
    level : int, optional
        The administrative level, 0 country, 1 region, and so on. The default is the deepest that the columns speak of.
    layer : str, optional
        The layer of a file that has several. Where the layers' names say their levels, ``level`` chooses.
    crs : optional
        The CRS of a file that states none (OCHA's TopoJSON), such as ``"EPSG:4326"``. Never used against what a file states.
    names : pandas.DataFrame, optional
        ``pcode`` and ``name`` for a file without attributes: a GeoDataFrame of points or polygons, each area taking the one row
        that lies in it, or a table with one row for each area in the order of the file.

    Returns
    -------
    geopandas.GeoDataFrame
        The Areas table, one row for each area, in the CRS of the file. ``pcode`` is the publisher's code (of geoBoundaries the
        ISO 3166-2 code, or the shape id where there is none). ``edition`` is the country with the first day of validity.
        ``other_names`` (separated by ``|``) and ``admin0`` to ``admin{level - 1}``, the names of what the area lies in, are added
        where the file has them. Missing values stay missing.

    Raises
    ------
    FormatError
        The file is not there or not readable, has several layers, no columns of a known style, or not the level.
    CRSError
        It states no CRS and none is given, or its coordinates cannot be degrees as stated.
    SchemaError
        A code is missing or stands twice.

    Warns
    -----
    DataWarning
        Invalid geometry was repaired, or geometry is missing.

    See Also
    --------
    load_areas : Embedded boundaries.
    check_areas : Find overlapping and empty areas.
    attach_areas : Join a table to its polygons.

    Notes
    -----
    Column styles: ``sahelgeo/data/area_styles.csv``. Repair: ``shapely.make_valid``, of which the polygons are kept.
    GADM may not be redistributed: use it, do not publish it.

    Examples
    --------
    >>> import sahelgeo as sg, tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "regions.gpkg"
    >>> sg.load_areas("NER").to_file(path)
    >>> sg.read_areas(path)[["pcode", "name", "level"]].head(2)
       pcode    name  level
    0  NE001  Agadez      1
    1  NE002   Diffa      1
    """
    opened = open_areas(path, level, layer)
    table = _with_crs(opened.table, crs, opened.where)
    attributes = [label for label in table.columns if label != table.active_geometry_name]
    bare = all(table[label].isna().all() for label in attributes)
    if bare or names is not None:
        table = _with_names(table, names, level, opened.where)
    areas = tidy_areas(table, level, opened.where)
    return conform_areas(_repaired(areas, opened.where))


def tidy_areas(table: gpd.GeoDataFrame, level: int | None, where: str) -> gpd.GeoDataFrame:
    """The Areas columns of a table of boundaries, from the columns of its style."""
    found = {str(label).lower(): str(label) for label in table.columns}
    style, at = _recognise(table, found, level, where)
    text = {label: _text(table[label]) for label in found.values() if label != table.active_geometry_name}
    columns = _names(style, at, found, text) | _codes(style, at, found, text)
    columns["level"] = _levels(style, at, found, table)
    for role in ("valid_from", "valid_to"):
        label = style.label(role, at, found)
        columns[role] = pd.NaT if label is None else _days(table[label])
    areas = gpd.GeoDataFrame(columns, index=table.index, geometry=table.geometry.array, crs=table.crs)
    label = style.label("edition", at, found)
    areas["edition"] = _edition(areas) if label is None else text[label]
    label = style.label("source", at, found)
    areas["source"] = style.source if label is None else text[label].fillna(style.source)
    if style.style == GLOBAL_LIST:
        areas = _each_code_once(areas if level is None else areas[areas["level"] == level], where)
    return areas.reset_index(drop=True)


def _each_code_once(areas: gpd.GeoDataFrame, where: str) -> gpd.GeoDataFrame:
    # OCHA's list holds a few placeholders ("no aplica") under each region of a country.
    repeated = areas["pcode"].duplicated(keep=False)
    if repeated.any():
        codes = listed(list(areas.loc[repeated, "pcode"].unique()), SHOWN_AT_MOST)
        warnings.warn(
            f"{where}: {int(repeated.sum())} rows left out, since their codes stand more than once: {codes}",
            DataWarning,
            stacklevel=4,
        )
    return areas[~repeated]


def _recognise(table: pd.DataFrame, found: Mapping[str, str], level: int | None, where: str) -> tuple[AreaStyle, int]:
    best: tuple[int, AreaStyle, int] | None = None
    for style in area_styles():
        levels = range(DEEPEST, -1, -1) if level is None else (level,)
        for at in levels:
            if not _has(style, at, found, table):
                continue
            known = sum(len(style.labels(role, at, found)) for role in style.columns)
            if best is None or known > best[0]:
                best = (known, style, at)
            break
    if best is None:
        shown = listed([label for label in found.values() if label != "geometry"], 14)
        wanted = "" if level is None else f" at level {level}"
        raise FormatError(
            f"{where}: no columns of codes and names of a known style{wanted}. Found: {shown}. Rename them to 'pcode' and 'name' "
            f"(and 'level', 'parent'), or give another level"
        )
    style, at = best[1], best[2]
    stated = _stated_level(style, at, found, table)
    if level is not None and stated is not None and stated != level:
        raise FormatError(f"{where}: the areas are of level {stated}, not {level}. Give the file of level {level}")
    return style, at if stated is None else stated


def _has(style: AreaStyle, level: int, found: Mapping[str, str], table: pd.DataFrame) -> bool:
    code = style.label("pcode", level, found) or style.label("code", level, found)
    name = next((label for role in ("name", "name_fr", "name_en") if (label := style.label(role, level, found))), None)
    return code is not None and name is not None and bool(table[code].notna().any() or table[name].notna().any())


def _stated_level(style: AreaStyle, level: int, found: Mapping[str, str], table: pd.DataFrame) -> int | None:
    """The level that a style without levels in its labels states in a column, or by its kind."""
    label = style.label("type", level, found)
    if label is not None:
        digits = re.search(r"\d", str(table[label].iloc[0]))
        return int(digits[0]) if digits else None
    if style.style.startswith("natural-earth-"):
        return int(style.style[-1])
    label = style.label("level", level, found)
    if label is None or style.style == GLOBAL_LIST:
        return None
    stated = pd.to_numeric(table[label], errors="coerce").dropna().unique()
    return int(stated[0]) if len(stated) == 1 else None


def _text(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(values.dtype):
        return values.astype("string")
    plain = [
        undo_double_encoding(value).strip() if isinstance(value, str) else value for value in values.astype(object)
    ]
    return pd.Series(
        [None if pd.isna(value) or value in NULLS else str(value) for value in plain],
        index=values.index,
        dtype="string",
    )


def _names(style: AreaStyle, level: int, found: Mapping[str, str], text: Mapping[str, pd.Series]) -> dict[str, Any]:
    index = next(iter(text.values())).index
    empty = pd.Series(pd.NA, index=index, dtype="string")

    def first(role: str) -> pd.Series:
        label = style.label(role, level, found)
        return empty if label is None else text[label]

    french, english, name = first("name_fr"), first("name_en"), first("name")
    label = style.label("lang", level, found)
    if label is not None:
        french, english = name.where(text[label] == "fr"), name.where(text[label] == "en")
    result: dict[str, Any] = {"name": name.fillna(french).fillna(english), "name_fr": french, "name_en": english}
    others = [text[label] for label in style.labels("other", level, found)]
    result["other_names"] = _joined(others, result["name"])
    for above in range(level):
        label = style.label("above", above + 1, found)
        if label is not None:
            result[f"admin{above}"] = text[label]
    return result


def _joined(others: list[pd.Series], name: pd.Series) -> pd.Series:
    rows = [
        list(dict.fromkeys(other for other in row[1:] if pd.notna(other) and other.lower() != str(row[0]).lower()))
        for row in zip(name, *others, strict=True)
    ]
    return pd.Series(["|".join(row) or None for row in rows], index=name.index, dtype="string")


def _codes(style: AreaStyle, level: int, found: Mapping[str, str], text: Mapping[str, pd.Series]) -> dict[str, Any]:
    codes: dict[str, Any] = {}
    label, other = style.label("pcode", level, found), style.label("code", level, found)
    printed = text[label] if label is not None else pd.Series(pd.NA, index=text[str(other)].index, dtype="string")
    whole = printed.notna().all() and not printed.duplicated().any()
    codes["pcode"] = printed if other is None or whole else text[other]
    if style.style == "geoboundaries":
        codes["iso_3166_2"] = printed.where(printed.str.contains("-"))
    for role in ("parent", "iso_3166_2"):
        label = style.label(role, level, found)
        if label is not None and not (role == "parent" and level == 0):
            codes[role] = text[label]
    label = style.label("iso3", level, found)
    if label is not None:
        codes["iso3"] = text[label].map(lambda code: countries().get(str(code).upper(), code), na_action="ignore")
    return codes


def _levels(style: AreaStyle, level: int, found: Mapping[str, str], table: pd.DataFrame) -> Any:
    label = style.label("level", level, found)
    return level if label is None else pd.to_numeric(table[label], errors="coerce").astype("Int64")


def _days(values: pd.Series) -> pd.Series:
    days: pd.Series = pd.to_datetime(values, errors="coerce", utc=True).dt.tz_localize(None)
    # Shapefiles write the empty day as 30 December 1899, day 0 of spreadsheets.
    known: pd.Series = days.mask(days <= pd.Timestamp(1900, 1, 1)).dt.normalize()
    return known


def _edition(areas: gpd.GeoDataFrame) -> pd.Series:
    first_days = areas["valid_from"].dt.strftime("%Y-%m-%d").astype("string")
    if "iso3" not in areas:
        return pd.Series(pd.NA, index=areas.index, dtype="string")
    edition: pd.Series = areas["iso3"].astype("string") + " " + first_days
    return edition


def _with_crs(table: gpd.GeoDataFrame, crs: Any, where: str) -> gpd.GeoDataFrame:
    if table.geometry.isna().all():
        warnings.warn(
            f"{where}: no geometry. The table serves match_areas and code_systems, not maps", DataWarning, stacklevel=3
        )
        return table.set_crs("EPSG:4326", allow_override=True)
    if table.crs is None:
        if crs is None:
            raise CRSError(
                f"{where}: the file states no CRS. Say which one it is in: read_areas(..., crs='EPSG:4326') for degrees"
            )
        table = table.set_crs(crs)
    if table.crs.is_geographic:
        west, south, east, north = table.total_bounds
        if west < -360 or east > 360 or south < -90.001 or north > 90.001:
            raise CRSError(
                f"{where}: the CRS is {table.crs.to_string()} (degrees), but coordinates reach from {west:,.0f} {south:,.0f} to {east:,.0f} {north:,.0f}. "
                "They are in metres: find the projection in the file's documentation and pass crs="
            )
    return table


def _with_names(table: gpd.GeoDataFrame, names: pd.DataFrame | None, level: int | None, where: str) -> gpd.GeoDataFrame:
    if names is None:
        raise FormatError(
            f"{where}: {len(table)} areas without attributes: no codes, no names. Give them: read_areas(..., names=table with 'pcode' and 'name'), "
            "one row for each area in the order of the file, or points that lie in the areas"
        )
    missing = [label for label in _NAMES_TABLE if label not in names]
    if missing:
        raise FormatError(f"names: column(s) {listed(missing, 2)} missing. Found: {listed(list(names.columns), 12)}")
    numbers = _by_place(table, names, where) if isinstance(names, gpd.GeoDataFrame) else _by_order(table, names, where)
    taken = pd.DataFrame(names).drop(columns="geometry", errors="ignore").iloc[numbers].reset_index(drop=True)
    if level is not None and "level" not in taken:
        taken["level"] = level
    return gpd.GeoDataFrame(taken, geometry=table.geometry.array, crs=table.crs)


def _by_order(table: gpd.GeoDataFrame, names: pd.DataFrame, where: str) -> list[int]:
    if len(names) != len(table):
        raise FormatError(
            f"{where}: {len(table)} areas, but {len(names)} rows of names. Give one row for each area, in the order of the file"
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


def _repaired(areas: gpd.GeoDataFrame, where: str) -> gpd.GeoDataFrame:
    geometry = areas.geometry
    bad = ~(geometry.isna() | geometry.is_valid)
    if bad.any():
        mended = geometry[bad].make_valid().map(_polygons)
        areas = areas.set_geometry(geometry.where(~bad, mended))
        named = listed(list(areas.loc[bad, "name"].fillna(areas["pcode"])), SHOWN_AT_MOST)
        warnings.warn(
            f"{where}: {int(bad.sum())} invalid geometries (they cross themselves) were repaired: {named}",
            DataWarning,
            stacklevel=3,
        )
    empty = areas.geometry.isna() | areas.geometry.is_empty
    if empty.any() and not empty.all():
        named = listed(list(areas.loc[empty, "name"].fillna(areas["pcode"])), SHOWN_AT_MOST)
        warnings.warn(f"{where}: {int(empty.sum())} areas have no geometry: {named}", DataWarning, stacklevel=3)
    return areas


def _polygons(shape: Any) -> Any:
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = gpd.GeoSeries([shape]).explode()
    return parts[parts.geom_type.isin(["Polygon", "MultiPolygon"])].union_all()
