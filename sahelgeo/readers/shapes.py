"""Shapefiles, GeoPackages, FlatGeobuf, the JSON of shapes, Parquet and Feather: told by bytes, read within bounds.

GDAL guesses what a file is, and some of its many formats name other files or addresses to open. Only bytes that begin
as one of these formats get to it, and of JSON only what is written again here: coordinates and attributes, nothing that
could be a link. Of a GeoPackage only the tables that it lists are read: a view is a program, which need not come to an
end.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import struct
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sahelgeo import checks
from sahelgeo.errors import CRSError, FormatError, listed
from sahelgeo.late import faults, gpd, pyogrio, pyproj, shapely
from sahelgeo.readers.bounds import Limits, member_bytes, refuse_beyond, refuse_wide
from sahelgeo.readers.sheets import Opened, Sheet

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
SHAPEFILE = b"\x00\x00\x27\x0a"
FLATGEOBUF = b"fgb\x03fgb"
SQLITE = b"SQLite format 3\x00"
# Of SQLite databases only GeoPackages: others may hold tables that stand for other files.
_GEOPACKAGES = (b"GPKG", b"GP10", b"GP11")
# The first byte of an attribute table: dBASE III and IV, Visual FoxPro, with or without memo.
_TABLES = (0x02, 0x03, 0x30, 0x31, 0x83, 0x8B, 0xF5)
_BROKEN = "{}: a damaged {} ({}). Download it again"
# What GDAL says of shapes that it could not build.
_LOST = re.compile(r"NULL geometry|closed|corrupt|unsupported|fail|error", re.IGNORECASE)
# Kinds of shapes from here on hold others.
_SEVERAL = 4
_MOST_CROSSINGS, _MOST_NESTED, _MOST_AT_ONCE = 50_000, 20_000_000, 4_000_000
_NEIGHBOURS, _FEW_POINTS, _FEW_LINES = 40, 2_000, 30
_MEND = "Download the file again, or open it with geopandas.read_file, mend it and save it"
# A million steps of SQLite each: a list of tables takes far less than one.
_MOST_STEPS = 50
# Columns of Arrow whose cells may share bytes: a small file may hold cells without end.
_SHARING = (
    *(pa.types.is_string_view, pa.types.is_binary_view, pa.types.is_list_view, pa.types.is_large_list_view),
    *(pa.types.is_run_end_encoded, pa.types.is_union),
)
_TEXTS = (
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view),
)
# How many texts of a column are measured at a time.
_MOST_TEXTS = 1 << 16
COLUMNS = {b"PAR1": "parquet", b"ARROW1": "feather"}


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


def open_layers(content: bytes, file: str, form: str, limits: Limits, names: tuple[str, ...] = ("",)) -> Opened:
    """Every layer of a GeoPackage, FlatGeobuf or TopoJSON document as a sheet of its name."""
    sheets, said = list[Sheet](), list[str]()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layers"
        path.write_bytes(content)
        if form == "flatgeobuf":
            _refuse_long_features(content, file, limits)
        if form == "geopackage":
            names = _layers_of_geopackage(path, file, limits)
        for name in names:
            table, lost = _by_gdal(path, file, form, limits, layer=name or None)
            sheets.append(sheet_of(table, file, name if len(names) > 1 else "", form))
            said += lost
    return Opened(file, tuple(sheets), warnings=tuple(said))


def _layers_of_geopackage(path: Path, file: str, limits: Limits) -> tuple[str, ...]:
    """The tables of a GeoPackage that it lists as layers.

    Raises
    ------
    FormatError
        A layer that is computed while it is read: a view, a virtual table, a computed column.
    """
    steps = count(1)
    try:
        with closing(sqlite3.connect(path)) as base:
            base.set_progress_handler(lambda: int(next(steps) > _MOST_STEPS), 1_000_000)
            kinds = base.execute("SELECT lower(name), upper(ltrim(sql)) FROM sqlite_master WHERE sql IS NOT NULL")
            plain = {name for name, sql in kinds if sql.startswith("CREATE TABLE")}
            own = [name for (name,) in base.execute("SELECT lower(name) FROM sqlite_master WHERE type = 'view'")]
            computed = [name for name in own if name.startswith("gpkg_")]
            names = base.execute("SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')")
            layers = [str(name) for (name,) in ([] if computed else names)]
            for layer in layers:
                quoted = '"' + layer.replace('"', '""') + '"'
                columns = list(base.execute(f"PRAGMA table_xinfo({quoted})"))
                if layer.lower() not in plain or any(column[-1] > 1 for column in columns):
                    computed.append(layer)
                    continue
                rows = base.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0]  # noqa: S608 - the name is quoted
                refuse_beyond("cells", rows * len(columns), limits, file, times=5)
                steps = count(1)
                for column in columns:
                    _refuse_long_blobs(base, quoted, '"' + column[1].replace('"', '""') + '"', file, limits)
    except FormatError:
        raise
    except (sqlite3.Error, ValueError) as failure:
        raise FormatError(_BROKEN.format(file, "geopackage", failure)) from failure
    if computed:
        shown = listed([repr(name) for name in computed], 5)
        raise FormatError(f"{file}: {shown} would be computed while the file is read (views). Save them as tables")
    return tuple(layers)


def _refuse_long_blobs(base: sqlite3.Connection, table: str, column: str, file: str, limits: Limits) -> None:
    long = f"FROM {table} WHERE typeof({column}) = 'blob' AND length({column}) > 4 * ?"
    longest = base.execute(f"SELECT max(length({column})) {long}", (limits["parts"],)).fetchone()[0]
    refuse_beyond("letters", longest or 0, limits, f"{file}, one shape in bytes", times=5)
    for (blob,) in base.execute(f"SELECT {column} {long}", (limits["parts"],)) if longest else ():
        # GP, version, flags, CRS, then from none to four ranges
        _refuse_long_shape(blob, limits, file, 8 + (0, 32, 48, 48, 64)[min(4, blob[3] >> 1 & 7)])


def open_topology(document: dict[str, Any], file: str, limits: Limits) -> Opened:
    """The objects of a TopoJSON document, each a sheet; the format has no member for a CRS."""
    kept = {"type": "Topology"} | {key: document[key] for key in ("transform", "objects", "arcs") if key in document}
    objects, arcs = document.get("objects"), document.get("arcs")
    if not isinstance(objects, dict) or not isinstance(arcs, list):
        raise FormatError(_BROKEN.format(file, "topojson", "no objects or arcs"))
    # A line is stored once, and each shape that names it gets a copy.
    lengths = [len(arc) if isinstance(arc, list) else 0 for arc in arcs]
    vertices, parts = 0, list(objects.values())
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            parts += [part.get("geometries"), part.get("arcs")]
        elif isinstance(part, list):
            parts += part
        elif isinstance(part, int) and -len(lengths) <= part < len(lengths):
            vertices += lengths[part if part >= 0 else ~part]
    refuse_beyond("vertices", vertices, limits, file)
    content = json.dumps(kept).encode()
    names = [str(name) for name, held in objects.items() if isinstance(held, dict)]
    return open_layers(content, file, "topojson", limits, tuple(names) if len(names) > 1 else ("",))


def esri_shapes(document: dict[str, Any], file: str, limits: Limits) -> gpd.GeoSeries:
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
    content = io.BytesIO(json.dumps(kept).encode())
    shapes = _by_gdal(content, file, "document of ArcGIS", limits)[0].set_index("n").geometry
    return gpd.GeoSeries(shapes.reindex(range(len(features))), crs=shapes.crs)


def open_shapefile(path: Path, file: str, limits: Limits, encoding: str | None = None) -> Opened:
    """The attributes and shapes of a shapefile.

    Raises
    ------
    FormatError
        A part is missing or damaged, or its text is not in the encoding that it states.
    """
    there = {part: found for part in PARTS if (found := _part(path, part)) is not None}
    for part, holds in ((".shx", "the index of the shapes"), (".dbf", "the attributes")):
        if part not in there:
            raise FormatError(f"{file}: its {part} file ({holds}) is missing. Put it beside the .shp file")
    for part in (".shp", ".shx"):  # GDAL reads what is left of a cut file and says nothing
        size = there[part].stat().st_size
        head = there[part].read_bytes()[:28] if size >= 100 else b""
        if not head or 2 * struct.unpack(">i", head[24:28])[0] > size:
            raise FormatError(f"{file}: its {part} file is cut short. Download it again")
    _refuse_cut_table(there[".dbf"].read_bytes(), file)
    _refuse_long_records(there[".shp"], there[".shx"], file, limits)
    features, said = _by_gdal(path, file, "shapefile", limits, encoding=encoding)
    if isinstance(features, gpd.GeoDataFrame) and len(features) and features.geometry.isna().all():
        raise FormatError(_BROKEN.format(file, "shapefile", "no shape can be read"))
    return Opened(file, (sheet_of(features, file, "", "shapefile"),), warnings=said)


def _refuse_long_records(shapes: Path, index: Path, file: str, limits: Limits) -> None:
    """Refuse a record of too many bytes or parts: 44 bytes after its place in the index it says how many there are."""
    records = np.fromfile(index, dtype=">u4", offset=100)
    places = 2 * records[: len(records) // 2 * 2].reshape(-1, 2).astype(np.int64)
    refuse_beyond("letters", int(places[:, 1].max(initial=0)), limits, f"{file}, one shape in bytes", times=5)
    content = np.memmap(shapes, dtype=np.uint8, mode="r")
    long = places[(places[:, 1] > 4 * limits["parts"]) & (places[:, 0] + 48 <= len(content)), 0]
    most = max((int.from_bytes(content[at + 44 : at + 48], "little") for at in long), default=0)
    refuse_beyond("parts", most, limits, f"{file}, one shape")


def _refuse_long_features(content: bytes, file: str, limits: Limits) -> None:
    """Refuse too many features of FlatGeobuf, or one of too many bytes: after header and tree each has its length."""
    try:
        size, header = _number(content, "<I", 8), 12 + _number(content, "<I", 12)
        counted, node = _field(content, header, 8), _field(content, header, 9)
        features = _number(content, "<Q", counted) if counted else 0
        width = _number(content, "<H", node) if node else 16
        at, rows, longest = 12 + size, features, 0
        while features and width > 1:
            at, above = at + 40 * features, -(-features // width)
            features, at = (above, at) if above > 1 else (0, at + 40)
        for number in count(1):
            if at + 4 > len(content) or rows > limits["rows"]:
                break
            rows, length = max(rows, number), _number(content, "<I", at)
            longest, at = max(longest, length), at + 4 + length
        refuse_beyond("rows", rows, limits, file)
        refuse_beyond("letters", longest, limits, f"{file}, one shape in bytes", times=5)
    except struct.error as failure:
        raise FormatError(_BROKEN.format(file, "flatgeobuf", "its header points to nothing")) from failure


def open_attributes(content: bytes, file: str, limits: Limits, encoding: str | None, path: Path | None) -> Opened:
    """The attribute table of a shapefile, alone: lists of areas are published so."""
    stated = _part(path, ".cpg") if path is not None else None
    _refuse_cut_table(content, file)
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "table.dbf"
        alone.write_bytes(content)
        if stated is not None:
            alone.with_suffix(".cpg").write_bytes(stated.read_bytes())
        table, said = _by_gdal(alone, file, "attribute table", limits, encoding=encoding)
    return Opened(file, (sheet_of(table, file, "", "dbf"),), warnings=said)


def _refuse_cut_table(content: bytes, file: str) -> None:
    records, header, length = struct.unpack("<IHH", content[4:12]) if len(content) >= 12 else (1, 0, 1)
    if header + records * max(length, 1) > len(content):
        raise FormatError(f"{file}: its .dbf file is cut short. Download it again")


def _by_gdal(
    source: Path | io.BytesIO,
    file: str,
    form: str,
    limits: Limits,
    *,
    layer: str | None = None,
    encoding: str | None = None,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A layer, and what GDAL says of shapes that it could not build."""
    asked: dict[str, Any] = {"layer": layer, "encoding": encoding}
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            facts = pyogrio.read_info(source, **asked)
            refuse_beyond("cells", facts["features"] * (len(facts["fields"]) + 1), limits, file, times=5)
            table: pd.DataFrame = pyogrio.read_dataframe(source, **asked)
            if isinstance(table, gpd.GeoDataFrame):
                _refuse_many_parts(table.geometry, limits, file)
    except FormatError:
        raise
    except (UnicodeDecodeError, LookupError) as failure:
        raise FormatError(
            f"{file}: its text is not {encoding or 'in the encoding that its .cpg file states'} ({failure}). "
            "Say which it is, such as encoding='cp1252' or encoding='utf-8'"
        ) from failure
    except NameError as failure:  # pyogrio's, where GDAL cannot write the text of a CRS down
        raise FormatError(_BROKEN.format(file, form, "its coordinate system cannot be read")) from failure
    except faults() as failure:
        raise FormatError(_BROKEN.format(file, form, failure)) from failure
    said = dict.fromkeys(str(warning.message) for warning in caught)
    return table, tuple(f"GDAL on its shapes: {text}" for text in said if _LOST.search(text))


def _refuse_many_parts(shapes: Any, limits: Limits, where: str) -> None:
    """Refuse shapes of more parts than the bound: points, lines, polygons and the rings within these."""
    parts, of = shapely.get_parts(np.array(shapes, dtype=object), return_index=True)
    while (shapely.get_type_id(parts) >= _SEVERAL).any():
        parts, within = shapely.get_parts(parts, return_index=True)
        of = of[within]
    counts = np.bincount(of, weights=1 + shapely.get_num_interior_rings(parts))
    refuse_beyond("parts", int(counts.max(initial=0)), limits, f"{where}, one shape")


def _refuse_long_shape(shape: bytes | memoryview, limits: Limits, where: str, start: int = 0) -> None:
    """Refuse well-known binary of too many bytes or parts, before it is made a shape: that takes ten times as much."""
    refuse_beyond("letters", len(shape), limits, f"{where}, one shape in bytes", times=5)
    refuse_beyond("parts", checks.parts_of_wkb(shape, start, limits["parts"]), limits, f"{where}, one shape")


def form_of(content: bytes) -> str | None:
    """``parquet`` or ``feather`` where the bytes begin so."""
    return next((form for magic, form in COLUMNS.items() if content.startswith(magic)), None)


def open_columns(content: bytes, file: str, limits: Limits) -> Sheet:
    """The table of a Parquet or Feather file, with its shapes where it has some.

    Raises
    ------
    FormatError
        A damaged file, or one that holds more cells than can be read at once.
    """
    form = form_of(content) or ""
    try:
        stored = (_refuse_large_parquet if form == "parquet" else _refuse_large_feather)(content, file, limits)
        known = b"geo" in (stored.metadata or {})
        read: Any = getattr(gpd if known else pd, f"read_{form}")
        table = read(io.BytesIO(content))
        if known:
            _refuse_many_parts(table.geometry, limits, file)
    except FormatError:
        raise
    except faults() as failure:
        raise FormatError(_BROKEN.format(file, f"{form} file", failure)) from failure
    table = as_stored(table, stored)
    return sheet_of(table if known else with_shapes(table), file, "", form)


def as_stored(table: pd.DataFrame, schema: pa.Schema) -> pd.DataFrame:
    """A table of Parquet or Feather with its index as columns and its decimals as numbers."""
    if any(name is not None for name in table.index.names):
        names = [f"level {number}" if name is None else str(name) for number, name in enumerate(table.index.names)]
        table = table.reset_index(names=[f"{name} (index)" if name in table else name for name in names])
    decimals = [part.name for part in schema if pa.types.is_decimal(part.type) and part.name in table]
    return table.astype(dict.fromkeys(decimals, float))  # as text 12.000 could be twelve thousand


def _refuse_large_parquet(content: bytes, file: str, limits: Limits) -> pa.Schema:
    """Its schema, if it has few enough cells and letters: a short list of texts may be repeated for ever."""
    facts = pq.ParquetFile(io.BytesIO(content)).metadata
    groups = [facts.row_group(number) for number in range(facts.num_row_groups)]
    refuse_beyond("bytes", sum(group.total_byte_size for group in groups), limits, f"{file}, unpacked", times=2)
    schema = pq.read_schema(io.BytesIO(content))
    _refuse_many_rows(facts.num_rows, schema, file, limits)
    parts = [group.column(number) for group in groups for number in range(facts.num_columns)]
    refuse_beyond("cells", sum(part.num_values for part in parts), limits, f"{file}, its lists", times=5)
    texts = {part.name: _MOST_TEXTS for part in schema if _is_text(part.type)}
    for part in parts:
        if part.physical_type != "BYTE_ARRAY":
            continue
        # No text is longer than all that is stored of its column, and each may be as long.
        longest, name = max(1, part.total_uncompressed_size), part.path_in_schema
        if name not in texts:
            refuse_beyond("bytes", longest * part.num_values, limits, f"{file}, {name}, texts in lists", times=100)
        elif "DELTA_BYTE_ARRAY" in part.encodings:  # a text may repeat how the one before begins
            texts[name] = min(_MOST_TEXTS - 1, texts[name], max(1, limits["bytes"] // 8 // longest))
    size = 0
    for name, rows in texts.items():
        stored = pq.ParquetFile(io.BytesIO(content), read_dictionary=[name] if rows == _MOST_TEXTS else [])
        for batch in stored.iter_batches(rows, columns=[name]):
            batch.validate(full=True)
            column = batch.column(0)
            _refuse_long_cells(column, limits, f"{file}, {name}")
            size += _shared_letters(column) if isinstance(column, pa.DictionaryArray) else column.nbytes
            refuse_beyond("bytes", size, limits, f"{file}, texts of its cells")
    return schema


def _refuse_large_feather(content: bytes, file: str, limits: Limits) -> pa.Schema:
    """Its schema, if what its batches say of themselves is small enough, and what they hold is sound."""
    rows, values, size = 0, 0, 0
    try:
        for of_batch, held, unpacked in _batches(content, file, limits):
            rows, values, size = rows + of_batch, values + held, size + unpacked
            refuse_beyond("rows", rows, limits, file)
            refuse_beyond("cells", values, limits, f"{file}, {rows:,} rows", times=5)
            refuse_beyond("bytes", size, limits, f"{file}, unpacked")
    except struct.error as failure:
        raise ValueError("its index points to nothing") from failure
    stored = pa.ipc.open_file(io.BytesIO(content))
    schema: pa.Schema = stored.schema
    _refuse_many_rows(rows, schema, file, limits)
    for field in schema:
        if any(told(field.type) for told in _SHARING):
            raise FormatError(f"{file}, column {field.name!r}: {field.type} is not read. Save it as text or numbers")
    for number in range(stored.num_record_batches):
        batch = stored.get_batch(number)
        batch.validate(full=True)
        size += sum(map(_shared_letters, batch.columns))
        for field, column in zip(schema, batch.columns, strict=True):
            _refuse_long_cells(column, limits, f"{file}, {field.name}")
        refuse_beyond("bytes", size, limits, f"{file}, texts of its cells")
    return schema


def _shared_letters(column: pa.Array) -> int:
    """The bytes of texts that are stored once and stand in many cells, as often as they do."""
    if not isinstance(column, pa.DictionaryArray) or not _is_text(column.dictionary.type):
        return 0
    return int(pc.sum(pc.binary_length(column.dictionary).take(column.indices)).as_py() or 0)


def _refuse_long_cells(column: pa.Array, limits: Limits, where: str) -> None:
    for shape in checks.long_shapes(column):
        _refuse_long_shape(shape, limits, where)
    texts = column.dictionary if isinstance(column, pa.DictionaryArray) else column
    if pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type):
        longest = pc.max(pc.binary_length(texts)).as_py()
        refuse_beyond("letters", longest or 0, limits, f"{where}, one cell")


def _batches(content: bytes, file: str, limits: Limits) -> Iterator[tuple[int, int, int]]:
    """The rows, the values and the unpacked bytes of each batch of a Feather file, by its index and before any work.

    The index at the end of the file has the place of each batch. A batch begins with how many rows it has, how many
    values each column has, and where its bytes are; packed bytes begin with their number once they are unpacked::

        ARROW1 .. | schema | batch: rows, values of columns, (place, size) of bytes | bytes .. | index | size | ARROW1
    """
    end = len(content) - 10
    index = end - _number(content, "<i", end)
    index += _number(content, "<I", index)
    for kind in (2, 3):  # texts that cells share, and rows
        listed_at = _part_of(content, index, kind)
        for number in range(_number(content, "<I", listed_at) if listed_at else 0):
            refuse_beyond("members", number, limits, file, remedy="Save it in fewer batches")
            place, head = struct.unpack_from("<qi", content, listed_at + 4 + 24 * number)
            marked = _number(content, "<I", place) == 0xFFFFFFFF
            message = place + (8 if marked else 4)
            message += _number(content, "<I", message)
            batch = _part_of(content, message, 2)
            if kind == 2:
                batch = _part_of(content, batch, 1)
            yield _of_batch(content, batch, place + head, counts=kind == 3)


def _of_batch(content: bytes, batch: int, body: int, *, counts: bool) -> tuple[int, int, int]:
    rows, packed = _field(content, batch, 0), bool(_field(content, batch, 3))
    columns, pieces = _part_of(content, batch, 1), _part_of(content, batch, 2)
    length = _count(content, rows) if rows and counts else 0
    values = size = 0
    for number in range(_number(content, "<I", columns) if columns else 0):
        values += _count(content, columns + 4 + 16 * number)
    for number in range(_number(content, "<I", pieces) if pieces else 0):
        place, held = struct.unpack_from("<qq", content, pieces + 4 + 16 * number)
        unpacked = _number(content, "<q", body + place) if packed and held >= 8 else held
        size += max(0, held) if unpacked < 0 else unpacked
    return length, max(values, length), size


def _count(content: bytes, at: int) -> int:
    found = _number(content, "<q", at)
    if found < 0:
        raise ValueError("it counts fewer than none")
    return found


def _number(content: bytes, kind: str, at: int) -> int:
    if at < 0:
        raise struct.error("it points before its beginning")
    return int(struct.unpack_from(kind, content, at)[0])


def _field(content: bytes, table: int, number: int) -> int:
    """Where a field of a table of FlatBuffers is, or 0 where the table has none."""
    known = table - _number(content, "<i", table)
    if 4 + 2 * number >= _number(content, "<H", known):
        return 0
    at = _number(content, "<H", known + 4 + 2 * number)
    return table + at if at else 0


def _part_of(content: bytes, table: int, number: int) -> int:
    """Where the part begins that a field points to, or 0."""
    at = _field(content, table, number)
    return at + _number(content, "<I", at) if at else 0


def _refuse_many_rows(rows: int, schema: pa.Schema, file: str, limits: Limits) -> None:
    # A shape weighs much more than a number or a text that stands in many cells.
    times = 1 if any(pa.types.is_binary(part.type) for part in schema) else 5
    refuse_wide(len(schema), file)
    refuse_beyond("rows", rows, limits, file)
    # A list or a record in a cell becomes an object of Python: it takes the time of a hundred numbers.
    columns = sum(100 if pa.types.is_nested(part.type) else 1 for part in schema)
    refuse_beyond("cells", rows * columns, limits, f"{file}, {rows:,} rows of {len(schema):,} columns", times=times)


def _is_text(kind: pa.DataType) -> bool:
    return any(told(kind) for told in _TEXTS)


def with_shapes(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its first column of well-known binary as shapes without a CRS; unchanged where it has none."""
    for label in table.columns:
        first = next((cell for cell in table[label] if isinstance(cell, bytes | bytearray)), None)
        if first is None:
            continue
        try:
            shapes = shapely.from_wkb(table[label].where(table[label].notna(), None).to_numpy(dtype=object))
        except (shapely.errors.ShapelyError, TypeError):
            continue
        drawn: pd.DataFrame = gpd.GeoDataFrame(
            table.drop(columns=label), geometry=gpd.GeoSeries(shapes, index=table.index)
        )
        return drawn
    return table


def sheet_of(table: pd.DataFrame, file: str, name: str, form: str) -> Sheet:
    """A table with headings, and shapes where it has some, as a sheet: the headings are its row 0."""
    geometry = None
    if isinstance(table, gpd.GeoDataFrame):
        shapes = table.geometry
        if shapes.crs is not None:
            checks.crs(table, file)
        table = pd.DataFrame(table.drop(columns=table.columns[table.dtypes == "geometry"]))
        geometry = gpd.GeoSeries(shapes.array, index=range(1, len(table) + 1), crs=shapes.crs)
    cells = pd.DataFrame(
        {place: [str(label), *table.iloc[:, place].astype(object)] for place, label in enumerate(table.columns)},
        index=pd.RangeIndex(len(table) + 1),
        dtype=object,
    )
    return Sheet(file, name, cells, form, geometry)


def open_zipped_shapefiles(
    archive: zipfile.ZipFile, file: str, names: list[str], limits: Limits, encoding: str | None = None
) -> Opened:
    """The shapefiles of a checked archive, in whatever folders, each a sheet under its own name."""
    sheets, said = list[Sheet](), list[str]()
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(names):
            stem, target = name[:-4], Path(folder) / str(number) / "shapes.shp"
            target.parent.mkdir()
            for member in archive.namelist():
                if member[:-4] == stem and member[-4:].lower() in PARTS:
                    target.with_suffix(member[-4:].lower()).write_bytes(member_bytes(archive, member, file))
            opened = open_shapefile(target, file if file.endswith(name) else f"{file}/{name}", limits, encoding)
            sheet = opened.sheets[0]
            sheets.append(Sheet(file, PurePosixPath(name).stem, sheet.cells, sheet.form, sheet.geometry))
            said += opened.warnings
    return Opened(file, tuple(sheets), warnings=tuple(said))


def _part(path: Path, part: str) -> Path | None:
    for suffix in (part, part.upper()):
        if path.with_suffix(suffix).is_file():
            return path.with_suffix(suffix)
    return None


def made_valid(geometry: gpd.GeoSeries, where: str) -> tuple[gpd.GeoSeries, pd.Series]:
    """The same places, each valid, and which were not: a repaired polygon stays one, without lines that touch it.

    Raises
    ------
    FormatError
        A shape that could be neither looked at nor repaired in time: its rings lie within each other, or its lines
        cross each other, without end.
    """
    shapes = np.array(geometry, dtype=object)
    for shape in shapes[shapely.get_num_coordinates(shapes) > _FEW_POINTS]:
        rings = _rings_of(shape)
        if _meet(shapely.box(*shapely.bounds(rings).T), _MOST_NESTED):
            raise FormatError(
                f"{where}: a shape of {len(rings):,} rings, of which more than {_MOST_NESTED:,} pairs lie over each "
                f"other, is no area. {_MEND}"
            )
        if _looks_tangled(shapely.get_coordinates(shape)):
            _refuse_tangle(shape, where)
    bad = ~(geometry.isna() | geometry.is_valid)
    for shape in shapes[bad.to_numpy()]:
        _refuse_tangle(shape, where)
    shapes[bad.to_numpy()] = shapely.make_valid(shapes[bad.to_numpy()], method="structure", keep_collapsed=False)
    return gpd.GeoSeries(shapes, index=geometry.index, crs=geometry.crs), bad


def _looks_tangled(points: Any) -> bool:
    """Whether lines look as if each crossed many others, by the extents of a few: to be asked before GEOS looks."""
    low, high = np.minimum(points[:-1], points[1:]), np.maximum(points[:-1], points[1:])
    some = np.random.default_rng(0).integers(0, len(low), _FEW_LINES)
    over = sum(int(((low <= high[at]) & (high >= low[at])).all(axis=1).sum()) for at in some)
    return over > _NEIGHBOURS * _FEW_LINES


def _refuse_tangle(shape: Any, where: str) -> None:
    points, line = shapely.get_coordinates(_rings_of(shape), return_index=True)
    pieces = shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1)[line[:-1] == line[1:]])
    if _meet(pieces, _MOST_CROSSINGS, "intersects"):
        raise FormatError(
            f"{where}: a shape whose lines cross each other more than {_MOST_CROSSINGS:,} times is no area. {_MEND}"
        )


def _rings_of(shape: Any) -> Any:
    return shapely.get_rings(shapely.get_parts(shape))


def _meet(pieces: Any, most: int, predicate: Any = None) -> bool:
    """Whether pieces that each meet many others do so more often than that.

    They are asked in any order, few at first and more while few are met: where thousands lie on thousands, some show
    it. Squares of a grid, of which each meets its neighbours alone, are no trouble however many they are.
    """
    tree, order = shapely.STRtree(pieces), np.random.default_rng(0).permutation(len(pieces))
    start, size, met = 0, 1, 0
    while start < len(order):
        some = pieces[order[start : start + size]]
        start += size
        counts = np.bincount(tree.query(some, predicate=predicate)[0])
        met += int(counts[counts > _NEIGHBOURS].sum())
        if met > 2 * most:  # each from both sides
            return True
        size = max(1, min(2 * size, 100, _MOST_AT_ONCE * start // (met + 1)))
    return False
