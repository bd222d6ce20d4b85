"""Shapefiles, GeoPackages, FlatGeobuf and the JSON of shapes: each checked by its bytes, then read by GDAL.

GDAL guesses what a file is, and some of its many formats name other files or addresses to open. Only bytes that begin as one of
these formats get to it, and of JSON only what is written again here: coordinates and attributes, nothing that could be a link.
"""

from __future__ import annotations

import io
import json
import struct
import tempfile
import warnings
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pyproj
import shapely

from sahelgeo.errors import CRSError, FormatError
from sahelgeo.readers.archives import member_bytes
from sahelgeo.readers.sheets import Sheet

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
SHAPEFILE = b"\x00\x00\x27\x0a"
FLATGEOBUF = b"fgb\x03fgb"
SQLITE = b"SQLite format 3\x00"
# Of SQLite databases only GeoPackages: others may hold tables that stand for other files.
_GEOPACKAGES = (b"GPKG", b"GP10", b"GP11")
# The first byte of an attribute table: dBASE III and IV, Visual FoxPro, with or without memo.
_TABLES = (0x02, 0x03, 0x30, 0x31, 0x83, 0x8B, 0xF5)
_BROKEN = "a damaged {} ({}). Download it again"


def known_crs(crs: Any, where: str) -> pyproj.CRS:
    """A CRS that is said by a file or a caller; one that does not exist is refused."""
    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as failure:
        raise CRSError(f"{where}: there is no CRS {str(crs)[:80]!r}. Degrees are 'EPSG:4326'") from failure


def is_geopackage(content: bytes) -> bool:
    """Whether a SQLite database says that it is a GeoPackage."""
    return content.startswith(SQLITE) and content[68:72] in _GEOPACKAGES


def is_attribute_table(content: bytes) -> bool:
    """Whether bytes begin as the attribute table of a shapefile does."""
    return len(content) > 32 and content[0] in _TABLES and 1 <= content[2] <= 12 and 1 <= content[3] <= 31


def open_layers(content: bytes, file: str, form: str) -> tuple[Sheet, ...]:
    """Every layer of a GeoPackage, FlatGeobuf or TopoJSON document as a sheet of its name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            names = [str(name) for name in pyogrio.list_layers(io.BytesIO(content))[:, 0]]
            tables = [pyogrio.read_dataframe(io.BytesIO(content), layer=name) for name in names]
    except Exception as failure:
        if isinstance(failure, MemoryError):
            raise
        raise FormatError(f"{file}: {_BROKEN.format(form, failure)}") from failure
    alone = len(names) == 1
    return tuple(sheet_of(table, file, "" if alone else name, form) for name, table in zip(names, tables, strict=True))


def open_topology(document: dict[str, Any], file: str) -> tuple[Sheet, ...]:
    """The objects of a TopoJSON document, each a sheet; the format has no member for a CRS."""
    kept = {"type": "Topology"} | {key: document[key] for key in ("transform", "objects", "arcs") if key in document}
    return open_layers(json.dumps(kept).encode(), file, "topojson")


def esri_shapes(document: dict[str, Any], file: str) -> gpd.GeoSeries:
    """The shapes of a document of ArcGIS, one for each of its features."""
    features = [
        {"attributes": {"n": number}, "geometry": feature.get("geometry")}
        for number, feature in enumerate(document["features"])
    ]
    stated = document.get("spatialReference")
    stated = stated if isinstance(stated, dict) else {}
    reference = {key: stated[key] for key in ("wkid", "latestWkid", "wkt") if key in stated}
    kept = {"geometryType": document["geometryType"], "spatialReference": reference, "features": features}
    kept["fields"] = [{"name": "n", "type": "esriFieldTypeInteger"}]
    try:
        shapes = pyogrio.read_dataframe(io.BytesIO(json.dumps(kept).encode())).set_index("n").geometry
    except Exception as failure:
        if isinstance(failure, MemoryError):
            raise
        raise FormatError(f"{file}: {_BROKEN.format('document of ArcGIS', failure)}") from failure
    return gpd.GeoSeries(shapes.reindex(range(len(features))), crs=shapes.crs)


def open_shapefile(path: Path, encoding: str | None = None) -> Sheet:
    """The attributes and shapes of a shapefile.

    Raises
    ------
    FormatError
        A part is missing or damaged, or its text is not in the encoding that it states.
    """
    there = {part: found for part in PARTS if (found := _part(path, part)) is not None}
    for part, holds in ((".shx", "the index of the shapes"), (".dbf", "the attributes")):
        if part not in there:
            raise FormatError(f"{path.name}: its {part} file ({holds}) is missing. Put it beside the .shp file")
    _refuse_cut_short(there, path.name)
    features = _by_gdal(path, "shapefile", encoding)
    if isinstance(features, gpd.GeoDataFrame) and len(features) and features.geometry.isna().all():
        raise FormatError(f"{path.name}: a damaged shapefile (no shape can be read). Download it again")
    return sheet_of(features, path.name, "", "shapefile")


def open_attributes(content: bytes, file: str, encoding: str | None, path: Path | None) -> Sheet:
    """The attribute table of a shapefile, alone: lists of areas are published so."""
    stated = _part(path, ".cpg") if path is not None else None
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / f"{Path(file).stem}.dbf"
        alone.write_bytes(content)
        if stated is not None:
            alone.with_suffix(".cpg").write_bytes(stated.read_bytes())
        return sheet_of(_by_gdal(alone, "attribute table", encoding), file, "", "dbf")


def _by_gdal(path: Path, form: str, encoding: str | None) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            table: pd.DataFrame = pyogrio.read_dataframe(path, encoding=encoding)
    except (UnicodeDecodeError, LookupError) as failure:
        raise FormatError(
            f"{path.name}: its text is not {encoding or 'in the encoding that its .cpg file states'} ({failure}). "
            "Say which it is, such as encoding='cp1252' or encoding='utf-8'"
        ) from failure
    except Exception as failure:
        if isinstance(failure, MemoryError):
            raise
        raise FormatError(f"{path.name}: {_BROKEN.format(form, failure)}") from failure
    return table


def sheet_of(table: pd.DataFrame, file: str, name: str, form: str) -> Sheet:
    """A table with headings, and shapes where it has some, as a sheet: the headings are its row 0."""
    geometry = None
    if isinstance(table, gpd.GeoDataFrame):
        shapes = table.geometry
        table = pd.DataFrame(table.drop(columns=table.columns[table.dtypes == "geometry"]))
        geometry = gpd.GeoSeries(shapes.array, index=range(1, len(table) + 1), crs=shapes.crs)
    cells = pd.DataFrame(
        {place: [str(label), *table.iloc[:, place].astype(object)] for place, label in enumerate(table.columns)},
        index=pd.RangeIndex(len(table) + 1),
        dtype=object,
    )
    return Sheet(file, name, cells, form, geometry)


def _refuse_cut_short(there: dict[str, Path], file: str) -> None:
    """GDAL reads what is left of a cut file and says nothing; the headers know how long each part was."""
    for part in (".shp", ".shx"):
        head = there[part].read_bytes()[:28] if there[part].stat().st_size >= 100 else b""
        if not head or 2 * struct.unpack(">i", head[24:28])[0] > there[part].stat().st_size:
            raise FormatError(f"{file}: its {part} file is cut short. Download it again")
    table = there[".dbf"].read_bytes()[:12]
    records, header, length = struct.unpack("<IHH", table[4:12]) if len(table) == 12 else (1, 0, 1 << 62)
    if header + records * length > there[".dbf"].stat().st_size:
        raise FormatError(f"{file}: its .dbf file is cut short. Download it again")


def open_zipped_shapefiles(
    archive: zipfile.ZipFile, file: str, names: list[str], encoding: str | None = None
) -> tuple[Sheet, ...]:
    """The shapefiles of a checked archive, in whatever folders, each a sheet under its own name."""
    sheets = []
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(names):
            stem, target = name[:-4], Path(folder) / str(number) / PurePosixPath(name).name
            target.parent.mkdir()
            for member in archive.namelist():
                if member[:-4] == stem and member[-4:].lower() in PARTS:
                    target.with_suffix(member[-4:].lower()).write_bytes(member_bytes(archive, member, file))
            sheet = open_shapefile(target.with_suffix(".shp"), encoding)
            sheets.append(Sheet(file, target.stem, sheet.cells, sheet.form, sheet.geometry))
    return tuple(sheets)


def _part(path: Path, part: str) -> Path | None:
    for suffix in (part, part.upper()):
        if path.with_suffix(suffix).is_file():
            return path.with_suffix(suffix)
    return None


def made_valid(geometry: gpd.GeoSeries) -> gpd.GeoSeries:
    """The same places, each valid; a repaired polygon stays a polygon, without the lines where it touched itself."""
    shapes = shapely.make_valid(geometry.to_numpy(), method="structure", keep_collapsed=False)
    return gpd.GeoSeries(shapes, index=geometry.index, crs=geometry.crs)
