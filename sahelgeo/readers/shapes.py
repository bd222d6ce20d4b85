"""Shapefiles: the part files checked, then read by GDAL."""

from __future__ import annotations

import struct
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.archives import member_bytes
from sahelgeo.readers.sheet import Sheet

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def open_shapefile(path: Path) -> Sheet:
    """The attributes and shapes of a shapefile.

    Raises
    ------
    FormatError
        A part is missing or damaged.
    """
    there = {part: found for part in PARTS if (found := _part(path, part)) is not None}
    for part, holds in ((".shx", "the index of the shapes"), (".dbf", "the attributes")):
        if part not in there:
            raise FormatError(f"{path.name}: its {part} file ({holds}) is missing. Put it beside the .shp file")
    _refuse_cut_short(there, path.name)
    try:
        features = gpd.read_file(path)
    except Exception as failure:
        if isinstance(failure, MemoryError | KeyboardInterrupt):
            raise
        raise FormatError(f"{path.name}: a damaged shapefile ({failure}). Download it again") from failure
    if isinstance(features, gpd.GeoDataFrame) and len(features) and features.geometry.isna().all():
        raise FormatError(f"{path.name}: a damaged shapefile (no shape can be read). Download it again")
    attributes = pd.DataFrame(features.drop(columns="geometry")) if "geometry" in features else pd.DataFrame(features)
    rows = [list(attributes.columns), *attributes.astype(object).itertuples(index=False, name=None)]
    cells = pd.DataFrame([list(row) for row in rows], dtype=object)
    cells.index = pd.RangeIndex(0, len(rows))
    geometry = None
    if isinstance(features, gpd.GeoDataFrame):
        geometry = features.geometry.set_axis(cells.index[1:])
    return Sheet(path.name, "", cells, "shapefile", geometry)


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


def open_zipped_shapefiles(archive: zipfile.ZipFile, file: str, names: list[str]) -> tuple[Sheet, ...]:
    """The shapefiles of a checked archive, each a sheet under its own name."""
    sheets = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            stem, target = name[:-4], Path(folder) / PurePosixPath(name).name
            for member in archive.namelist():
                if member[:-4] == stem and member[-4:].lower() in PARTS:
                    target.with_suffix(member[-4:].lower()).write_bytes(member_bytes(archive, member, file))
            sheet = open_shapefile(target.with_suffix(".shp"))
            sheets.append(Sheet(file, target.stem, sheet.cells, sheet.form, sheet.geometry))
    return tuple(sheets)


def _part(path: Path, part: str) -> Path | None:
    for suffix in (part, part.upper()):
        if path.with_suffix(suffix).is_file():
            return path.with_suffix(suffix)
    return None
