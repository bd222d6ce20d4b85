"""Damage files of every format at random and read them: a table or a refusal, never another end.

    python tests/fuzz.py --minutes 2                # as .ci/run does
    python tests/fuzz.py --count 20000 --keep found # by hand; what was found is kept as files
    python tests/fuzz.py --first 1234 --count 1     # one mutant again

Mutant number n is the same on every machine. Children read them, so that an abort or a hang ends a child alone. A fault is

* raw: an error that is no SahelgeoError, or one that says nothing;
* abort: the process ended;
* hang: no end within a minute;
* costly: a refusal that took more than 1 GB of memory or 10 seconds of processor time;
* network: an attempt to connect.

What is found becomes a look-alike in a test of its own.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import copy
import io
import json
import random
import re
import resource
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pyogrio
import rasterio
import rasterio.shutil
from shapely import MultiPolygon, box

sys.path.insert(0, str(Path(__file__).parent))

import lookalikes as alike

import sahelgeo as sg
from sahelgeo.cli import main as command
from sahelgeo.errors import printable

MOST_MEMORY, MOST_SECONDS, HANGS_AFTER, BATCH = 1 << 30, 10.0, 60.0, 250
WORDS = [
    b"", b",", b";", b"\t", b"\n", b'"', b"'", b"\x00", b"\x1a", b"\xff\xfe", b"\xe9", b"-1", b"0", b"1e400", b"NaN", b"Infinity",
    b"null", b"true", b"[]", b"{}", b"[[[[", b"99999999999999999999", b"9" * 400, b"2020-13-45", b"0001-01-01", b"=cmd|' /C calc'!A0",
    b"<script>", b"#adm1+name", b"Total", b"Burkina Faso", b"1,2", b"12.000", b"\\ud800", b"http://127.0.0.1:9/x", b"/vsicurl/http://127.0.0.1:9/x",
    b"XFD1048576", b"A99999999999", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b'r="1048576"', b'table:number-rows-repeated="1048576"',
]  # fmt: skip
ENDS = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
SHAPES = ("feather", "csv.wkt", "parquet.areas")
AREAS = gpd.GeoDataFrame(
    {"ADM1_PCODE": ["BF56", "BF49"], "ADM1_FR": ["Sahel", "Centre-Nord"], "ADM0_PCODE": "BF", "validOn": "2020-01-01"},
    geometry=[MultiPolygon([box(-1, 13, 0, 14)]), MultiPolygon([box(0, 13, 1, 14)])],
    crs="EPSG:4326",
)


_MADE = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2020-01-01T00:00:00.000Z"})


def _packed(parts: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in parts.items():  # of no day: mutants are the same tomorrow
            archive.writestr(zipfile.ZipInfo(name), held, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _written(ending: str, write: Callable[[Path], Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / f"f{ending}"
        write(path)
        parts = sorted(Path(folder).iterdir())
        content = parts[0].read_bytes()
        if content.startswith(b"PK"):  # a workbook says when it was made
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                return _packed({name: _MADE.sub(b"2020-01-01T00:00:00Z", book.read(name)) for name in book.namelist()})
        if len(parts) == 1:
            return content
        return _packed({part.name: part.read_bytes() for part in parts})


def _raster(**profile: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        place = {"width": 48, "height": 48, "transform": rasterio.Affine(0.05, 0, -1.2, 0, -0.05, 14.5)}
        with rasterio.open(
            path, "w", driver="GTiff", count=1, dtype="float32", crs="EPSG:4326", nodata=-1, **place, **profile
        ) as file:
            file.write(np.arange(48 * 48, dtype="float32").reshape(1, 48, 48))
            file.update_tags(1, units="people per pixel", source="Invented")
            file.scales, file.offsets, file.units, file.descriptions = (1,), (0,), ("people",), ("count",)

    return write


def _netcdf(form: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "f.tif"
            _raster()(plain)
            rasterio.shutil.copy(plain, path, driver="netCDF", FORMAT=form, WRITE_GDAL_HISTORY="NO")

    return write


def _ods() -> bytes:
    cell = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
    rows = "".join(
        f"<table:table-row>{''.join(cell.format(word or '') for word in row)}</table:table-row>"
        for row in alike.CONASUR
    )
    names = " ".join(
        f"xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{name}:1.0'" for name in ("office", "table", "text")
    )
    content = f"<office:document-content {names}><office:body><office:spreadsheet><table:table table:name='S'>{rows}"
    content += "</table:table></office:spreadsheet></office:body></office:document-content>"
    manifest = "<m:manifest xmlns:m='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>"
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return _packed({"mimetype": kind, "content.xml": content.encode(), "META-INF/manifest.xml": manifest.encode()})


def _topojson() -> bytes:
    arcs = [[list(point) for point in shape.geoms[0].exterior.coords] for shape in AREAS.geometry]
    rows = json.loads(pd.DataFrame(AREAS.drop(columns="geometry")).to_json(orient="records"))
    shapes = [{"type": "Polygon", "arcs": [[number]], "properties": row} for number, row in enumerate(rows)]
    return json.dumps(
        {"type": "Topology", "objects": {"a": {"type": "GeometryCollection", "geometries": shapes}}, "arcs": arcs}
    ).encode()


def _esri() -> bytes:
    rows = json.loads(pd.DataFrame(AREAS.drop(columns="geometry")).to_json(orient="records"))
    rings = [[[list(point) for point in shape.geoms[0].exterior.coords]] for shape in AREAS.geometry]
    features = [{"attributes": row, "geometry": {"rings": ring}} for row, ring in zip(rows, rings, strict=True)]
    reference = {"wkid": 4326}
    return json.dumps(
        {"geometryType": "esriGeometryPolygon", "spatialReference": reference, "features": features}
    ).encode()


@lru_cache(maxsize=1)
def seeds() -> dict[str, bytes]:
    """A sound file of each format; the name before the point is the format."""
    ipc = alike.csv_bytes(alike.IPC_LONG, *alike.ipc_rows()).getvalue()
    table = pd.DataFrame(AREAS.drop(columns="geometry"))
    wkt = table.assign(wkt=AREAS.geometry.to_wkt()).to_csv(index=False).encode()
    sample = sg.load_sample("burkina-2020").stocks
    return {
        "csv.ipc": ipc,
        "csv.ch": alike.ch_csv(alike.ch_row(), alike.ch_row(adm2_5_name="Soum-Idps")).getvalue(),
        "csv.unhcr": alike.csv_bytes(*alike.UNHCR).getvalue(),
        "csv.ged": alike.csv_bytes(
            alike.GED, "1,1,a,b,a - b,1,x,,,14.1,-1.6,Mali,2020-01-01,2020-01-01,1,1,1"
        ).getvalue(),
        "csv.acled": alike.csv_bytes(
            alike.ACLED, "B1,15 August 2020,Political violence,Battles,Clash,A,B,Mali,Sahel,Djibo,14.1,-1.6,1,3"
        ).getvalue(),
        "csv.own": sample.to_csv(index=False).encode(),
        "csv.wkt": wkt,
        "json.dtm": alike.json_bytes({"result": [alike.DTM_ROW] * 2}).getvalue(),
        "json.prism": alike.json_bytes({"DataList": [alike.PRISM]}).getvalue(),
        "geojson": AREAS.to_json().encode(),
        "topojson": _topojson(),
        "esri": _esri(),
        "gpkg": _written(".gpkg", AREAS.to_file),
        "fgb": _written(".fgb", AREAS.to_file),
        "shp": _written(".shp", AREAS.to_file),
        "parquet.areas": _written(".parquet", AREAS.to_parquet),
        "parquet.stocks": _written(".parquet", sample.to_parquet),
        "feather": _written(".feather", AREAS.to_feather),
        "xlsx": _written(".xlsx", lambda path: alike.workbook(path, {"PDI": alike.CONASUR}, {"PDI": ["B1:D1"]})),
        "ods": _ods(),
        "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 20,
        "zip": _packed({"in/a.csv": ipc}),
        "tif.plain": _written(".tif", _raster()),
        "tif.tiles": _written(".tif", _raster(tiled=True, blockxsize=16, blockysize=16, compress="deflate")),
        "nc.classic": _written(".nc", _netcdf("NC")),
        "nc.hdf5": _written(".nc", _netcdf("NC4C")),
        "feather.stocks": _written(".feather", lambda path: sample.to_feather(path, compression="zstd")),
    }


def _damaged(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """One piece replaced, cut, doubled, moved or put to an end of its type."""
    at = chance.randrange(len(content) + 1)
    if chance.random() < 0.3:  # headers and footers decide more than what lies between
        at = chance.choice([min(at, chance.randrange(200)), max(0, len(content) - chance.randrange(1, 200))])
    at = min(at, len(content))
    length = chance.choice([0, 1, 1, 2, 4, 8, 30, 300])
    kind = chance.randrange(8)
    if kind == 0:
        return (
            content[:at]
            + bytes(letter ^ (1 << chance.randrange(8)) for letter in content[at : at + 1])
            + content[at + 1 :]
        )
    if kind == 1:
        return content[:at] + content[at + length :]
    if kind == 2:
        return content[:at] + content[at : at + length] * chance.choice([2, 3, 50]) + content[at + length :]
    if kind == 3:
        size = chance.choice(["<B", "<H", ">H", "<I", ">I", "<Q"])
        number = chance.choice(ENDS) % (1 << 8 * struct.calcsize(size))
        return content[:at] + struct.pack(size, number) + content[at + struct.calcsize(size) :]
    if kind == 4:
        return content[: max(at, 1)] if chance.random() < 0.3 else content[:at] + bytes(length) + content[at + length :]
    if kind == 5:
        other = chance.choice(others)
        start = chance.randrange(len(other))
        return content[:at] + other[start : start + length] + content[at + length :]
    words = [word for mark in (b",", b'"', b">", b"\n") for word in content[at : at + 400].split(mark)[1:2] if word]
    old = chance.choice(words) if words else content[at : at + 1]
    return content[:at] + content[at:].replace(old, chance.choice(WORDS), chance.choice([1, 1, 1000]))


VALUES = [
    None, True, False, 0, -1, 1.5, 1e308, -1e308, 10**30, int("9" * 400), "", "12.000", "2020-13-45", [], {}, [1, 2], {"a": 1}, [[[]]],
    "x" * 3_000, "\ud800", "BF", "EPSG:0", [0, 99], [[0] * 50], ["a", None],
]  # fmt: skip


def _damaged_json(content: bytes, chance: random.Random) -> bytes:
    """A value of the document replaced, left out, doubled, or put under another key."""
    document = json.loads(content)
    for _ in range(chance.randint(1, 3)):
        place: Any = document
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = chance.choice(keys)
            if isinstance(place[key], dict | list) and place[key] and chance.random() < 0.85:
                place = place[key]
                continue
            kind = chance.randrange(6)
            if kind == 0:
                del place[key]
            elif kind == 1 and isinstance(place, dict):
                place[chance.choice(["type", "geometry", "crs", "arcs", "\x1b", "a" * 3_000])] = place[key]
            elif kind == 2 and isinstance(place, list):
                place.append(place[key])
            else:
                place[key] = copy.deepcopy(chance.choice(VALUES))
            break
    return json.dumps(document).encode()


# What only the reader of one part of a file meets: texts of coordinate systems, names of encodings, numbers of JSON.
SYSTEMS = [
    b"\xff\xfe\xe9", b"\x00", b"EPSG:0", b"EPSG:999999", b'AUTHORITY["EPSG","0"]', b'PROJCS["a"', b'LOCAL_CS["a",UNIT["m",1]]',
    b'GEOGCS["\xe9",DATUM["d",SPHEROID["s",0,0]]]', b'UNIT["Degree",0]', b'UNIT["Degree",1e400]', b"nan", b"+proj=nothing", b"urn:ogc:def:crs",
    b"http://127.0.0.1:9/x", b"+init=/etc/passwd", b'GEOCCS["g"]', b'VERT_CS["v"]', b"[" * 3_000, b"OGC:CRS84", b"EPSG:5773", b"EPSG:4978",
]  # fmt: skip
ENCODINGS = [
    b"UTF-8", b"utf-7", b"UTF-16", b"base64", b"hex", b"rot13", b"undefined", b"idna", b"punycode", b"unicode_escape", b"cp0", b"ISO-8859-99",
    b"65001", b"LDID/999", b"\xff", b"\x00", b"a" * 5_000, b"../../x", b"1252\n1252",
]  # fmt: skip
RAW = [
    "1e999", "-1e999", "1e-999", "-0", "1E+2", "9" * 5_000, "0." + "1" * 5_000, "[" * 150 + "]" * 150, "[" * 100_000, '{"a":' * 300 + "1" + "}" * 300,
    '"\\u0000"', '"\\ud800"', '"\\udfff\\ud800"', '"\u00b2"', '"\u0663"', '"1e999"', '"-1"', '{"a":1,"a":2}', '{"type":"Point"}', "1.", "0x1", "NaN", "-Infinity",
]  # fmt: skip
CELLS = [
    *("", " ", "-", "²", "٣٤", "①", "½", "1e999", "-1e999", "inf", "nan", "NaT", "None", "9" * 400, "1_000", "0x10", "+5", "5-", "--5", "5%", "1/0"),
    *("0000-00-00", "9999-12-31", "10000-01-01", "1677-01-01", "2262-04-12", "2020-02-30", "13/13/2020", "44000", "1e9", "-1", "2020-W53", "24:61"),
    *("\r", "\x0b", "\x85", "\u2028", "\u202e", "\x1b[31m", "'", "''", '""', "=1+1", "@x", "POLYGON EMPTY", "POLYGON((0 0))", "SRID=0;POINT(0 0)"),
    *("POLYGON((nan nan,1 1,2 2,nan nan))", "x" * 40_000, "BF", "BFA", "Mali", "Total", "91", "181", "1e308", "true", "Décembre 2020", "Q5 2020"),
]  # fmt: skip


def _damaged_raw(content: bytes, chance: random.Random) -> bytes:
    """Numbers, texts and lists of JSON that Python does not write."""
    values = list(re.finditer(rb'(?<=[:\[,])\s*("[^"]*"|-?[\d.]+|null|true|false)(?=\s*[,\]}])', content))
    for found in sorted(chance.sample(values, min(len(values), chance.choice([1, 1, 2, 5]))), key=lambda m: -m.start()):
        content = content[: found.start()] + chance.choice(RAW).encode() + content[found.end() :]
    return content


def _damaged_column(content: bytes, chance: random.Random) -> bytes:
    """Cells of one column of a text, or of all its rows."""
    lines = content.split(b"\n")
    delimiter = max((b",", b";", b"\t"), key=lines[0].count)
    place, word = chance.randrange(lines[0].count(delimiter) + 1), chance.choice(CELLS)
    for number in range(0 if chance.random() < 0.2 else 1, len(lines)):
        cells = lines[number].split(delimiter)
        if place < len(cells) and chance.random() < 0.7:
            cells[place] = (word if chance.random() < 0.8 else chance.choice(CELLS)).encode()
            lines[number] = delimiter.join(cells)
    return b"\n".join(lines)


def _damaged_letters(content: bytes, chance: random.Random) -> bytes:
    """Letters of a text within a file of bytes, whose length stays."""
    texts = list(re.finditer(rb"[ -~]{4,}", content))
    held = bytearray(content)
    for found in chance.sample(texts, min(len(texts), chance.choice([1, 2, 5]))):
        word = chance.choice([*WORDS, *SYSTEMS, *(cell.encode() for cell in CELLS)])[: found.end() - found.start()]
        at = chance.randrange(found.start(), found.end() - len(word) + 1)
        held[at : at + len(word)] = word
        if chance.random() < 0.3:
            held[chance.randrange(found.start(), found.end())] = chance.randrange(256)
    return bytes(held)


def _damaged_markup(content: bytes, chance: random.Random) -> bytes:
    """An attribute, a text or an element of XML."""
    for _ in range(chance.randint(1, 3)):
        kind = chance.randrange(4)
        if kind == 0:
            found = list(re.finditer(rb"=\"([^\"]*)\"|='([^']*)'", content))
            word = b'="' + chance.choice([*ENDLESS, *(cell.encode() for cell in CELLS[:60])]).replace(b'"', b"") + b'"'
        elif kind == 1:
            found = list(re.finditer(rb"(?<=>)[^<>]+(?=<)", content))
            word = chance.choice([*ENDLESS, *(cell.encode() for cell in CELLS)])
        else:
            found = list(re.finditer(rb"<[^<>]*>", content))
            word = chance.choice([b"", b"<a>", b"<a>" * 5_000, b"<a/>" * 50, b"<!---->", b"<![CDATA[", b"<?x?>"])
            if kind == 3 and found:
                word = chance.choice(found)[0] * chance.choice([1, 2, 500])
        if not found:
            continue
        at = chance.choice(found)
        content = content[: at.start()] + word + content[at.end() :]
    return content


ENDLESS = [
    b"-1", b"0", b"4294967296", b"99999999999999999999", b"1e999", b"NaN", b"", b"A0", b"XFD1048576", b"XFE1", b"A1:XFD1048576", b"B2:A1", b"$A$1",
    b"../../../etc/passwd", b"http://127.0.0.1:9/x", b"veryHidden", b"s", b"e", b"d", b"str", b"inlineStr", b"b", b"&#0;", b"&#xD800;", b"&lt;", b"&x;",
    b"[h]:mm:ss", b"yyyy" * 500, b"date1904", b"\xff", b"\x00", b"P1000000Y", b"2020-13-45T99:99:99",
]  # fmt: skip


def _damaged_tables(content: bytes, chance: random.Random) -> bytes:
    """What the tables of a GeoPackage say of its layers, their shapes and their coordinate systems."""
    values: list[Any] = [
        None,
        -1,
        0,
        1e300,
        2**62,
        999999,
        "",
        "x",
        "\u202e",
        b"\xff\x00",
        "POLYGON",
        "CURVEPOLYGON",
        "features",
        "tiles",
        "x" * 5_000,
    ]
    values += [word.decode("latin-1") for word in SYSTEMS] + CELLS[:40]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f.gpkg"
        path.write_bytes(content)
        with contextlib.closing(sqlite3.connect(path)) as base:
            for (trigger,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                base.execute(f'DROP TRIGGER "{trigger}"')
            base.execute("PRAGMA ignore_check_constraints = 1")
            base.execute("PRAGMA writable_schema = 1")
            query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'rtree%'"
            tables = ["sqlite_master", *sorted(name for (name,) in base.execute(query))]
            for _ in range(chance.randint(1, 3)):
                table = chance.choice(tables)
                column = chance.choice([row[1] for row in base.execute(f'PRAGMA table_info("{table}")')] or ["sql"])
                change = f'UPDATE "{table}" SET "{column}" = ?'  # noqa: S608 - tables of our own file
                change = change if chance.random() < 0.8 else f'DELETE FROM "{table}"'  # noqa: S608
                value = chance.choice(values)
                with contextlib.suppress(sqlite3.Error, OverflowError):
                    base.execute(change, (value,) if "?" in change else ())
            base.commit()
        return path.read_bytes()


def _damaged_metadata(content: bytes, chance: random.Random) -> bytes:
    """What a Parquet or Feather file says of its columns and shapes."""
    parquet = content.startswith(b"PAR1")
    read = pa.parquet.read_table if parquet else pa.feather.read_table
    table = read(io.BytesIO(content))
    said = dict(table.schema.metadata or {})
    key = chance.choice(sorted(said)) if said else b"geo"
    if said and chance.random() < 0.7:
        damage = chance.choice([_damaged_json, _damaged_raw, _damaged_letters])
        said[key] = damage(said[key], chance)
    else:
        said[key] = chance.choice([*WORDS, *SYSTEMS, b'{"primary_column":"geometry","columns":{}}'])
    if chance.random() < 0.3:
        place = chance.randrange(table.num_columns)
        table = table.rename_columns([chance.choice(["", "geometry", "pcode", "x" * 300]) if n == place else name
                                      for n, name in enumerate(table.column_names)])  # fmt: skip
    table = table.replace_schema_metadata(said)
    packed = io.BytesIO()
    if parquet:
        pa.parquet.write_table(table, packed)
    else:
        pa.feather.write_feather(table, packed)
    return packed.getvalue()


def _damaged_tags(content: bytes, chance: random.Random) -> bytes:
    """The kind, the number or the value of a tag of a TIFF, or the place or letters of one that is stored elsewhere."""
    held = bytearray(content)
    start = struct.unpack_from("<I", held, 4)[0]
    for _ in range(chance.randint(1, 3)):
        at = start + 2 + 12 * chance.randrange(struct.unpack_from("<H", held, start)[0])
        count, place = struct.unpack_from("<II", held, at + 4)
        part = chance.randrange(5)
        number = chance.choice([*ENDS, *range(20), 256, 4096, 65000, place + 1, count + 1, count * 2])
        if part == 4 and place + 8 < len(held) and count > 4:
            place = chance.randrange(place, min(len(held) - 8, place + 8 * count))
            held[place : place + 8] = struct.pack(
                "<d", chance.choice([0, -1, 1e308, float("nan"), float("inf"), 1e-300])
            )
        elif part == 0:
            struct.pack_into("<H", held, at, number % 65536)
        elif part == 1:
            struct.pack_into("<H", held, at + 2, chance.choice([number % 65536, *range(19)]))
        else:
            struct.pack_into("<I", held, at + (4 if part == 2 else 8), number % (1 << 32))
    return bytes(held) if chance.random() < 0.7 else _damaged_letters(bytes(held), chance)


def _knowing(name: str, content: bytes, chance: random.Random) -> bytes:
    """Damage by one who knows the format: what lies deep in it, and stays otherwise sound."""
    form = name.partition(".")[0]
    if content[:1] in (b"{", b"["):
        return _damaged_raw(content, chance)
    if form in ("prj", "cpg"):
        return chance.choice(
            [chance.choice(SYSTEMS if form == "prj" else ENCODINGS), _damaged_letters(content, chance)]
        )
    if form in ("gpkg", "parquet", "feather", "csv") and chance.random() < 0.8:
        known = {"gpkg": _damaged_tables, "csv": _damaged_column}
        return known.get(form, _damaged_metadata)(content, chance)
    if form == "tif":
        return _damaged_tags(content, chance)
    return (_damaged_markup if b"<" in content[:200] else _damaged_letters)(content, chance)


def _repacked(content: bytes, chance: random.Random, damage: Callable[[str, bytes], bytes]) -> bytes:
    """An archive some of whose members are damaged."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    for _ in range(chance.randint(1, 4)):
        part = chance.choice(list(parts))
        parts[part] = damage(part, parts[part])
    return _packed(parts)


def mutant(number: int) -> tuple[str, bytes]:
    """The format and the bytes of a mutant; parts of an archive are damaged within it as often as the archive itself."""
    files = seeds()
    name = list(files)[number % len(files)]
    chance = random.Random(number)  # noqa: S311 - not for secrets
    content, others = files[name], list(files.values())
    knowing = chance.random() < 0.4
    if content.startswith(b"PK") and (knowing or chance.random() < 0.8):

        def damage(part: str, held: bytes) -> bytes:
            return _knowing(f"{part[-3:]}.", held, chance) if knowing else _damaged(held, chance, others)

        return name, _repacked(content, chance, damage)
    if knowing:
        return name, _knowing(name, content, chance)
    if content[:1] in (b"{", b"[") and chance.random() < 0.7:
        return name, _damaged_json(content, chance)
    for _ in range(chance.randint(1, 4)):
        content = _damaged(content, chance, others)
    return name, content


def _read(name: str, content: bytes, folder: Path, number: int) -> None:
    """Read a mutant by one of the ways in; the turn of each goes round, for each format by itself."""
    ending, turn = name.partition(".")[0], number // len(seeds())
    path = folder / f"f.{ending}"
    if ending in ("tif", "nc"):
        path.write_bytes(content)
        areas = AREAS.rename(columns={"ADM1_PCODE": "pcode"})
        if turn % 3:
            sg.zonal_sum(path, areas, measure="count")
        else:
            sg.people_by_zone(path, areas, areas, measure="count")
        return
    shapes = ending in ("geojson", "topojson", "esri", "gpkg", "fgb", "shp") or name in SHAPES
    areas_too = shapes and turn % 2
    if areas_too:
        sg.read_areas(io.BytesIO(content), crs="EPSG:4326" if ending in ("topojson", "csv") else None)
    elif turn % 12 == 0:
        sg.inspect_file(io.BytesIO(content))
    elif turn % 12 == 2:
        sg.read_table(io.BytesIO(content), date="2020-06-30", source="own")
    elif turn % 12 in (4, 6, 8):
        path.write_bytes(content)
        _beside(path, random.Random(-number))  # noqa: S311 - not for secrets
        if turn % 12 == 4:
            list(sg.large.read_chunks(path, chunksize=2))
        else:
            _run("inspect" if turn % 12 == 6 else "situation", path, folder)
    else:
        sg.read_with_report(io.BytesIO(content))


def _beside(path: Path, chance: random.Random) -> None:
    """What is kept with a fetched file, damaged as often as not."""
    said = b'feed = "ucdp"\ncovers_until = 2020-12-31\n[terms]\nkeep = true\n'
    if chance.random() < 0.5:
        said = said.replace(
            b"2020-12-31",
            chance.choice([b"0", b"'x'", b"[]", b"{}", b"1e999", b"9999-12-31", b"2020-01-01T00:00:00Z", b"07:00:00"]),
        )
    said = _damaged(said, chance, [said]) if chance.random() < 0.5 else said
    path.with_name(path.name + ".provenance.toml").write_bytes(said)


def _run(name: str, path: Path, folder: Path) -> None:
    """What the command says, as an error where it refuses."""
    said = io.StringIO()
    options = ["--out", str(folder / "report.html")] if name == "situation" else []
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        refused = command([name, str(path), *options])
    if refused:
        raise sg.SahelgeoError(said.getvalue()[:2_000])


def _peak() -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) << 10


def child(numbers: Iterator[int]) -> None:
    """Read mutants and say on standard output how each ended."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    called: list[Any] = []
    socket.socket.connect = lambda _, address: called.append(address)  # type: ignore[method-assign,assignment]
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            name, content = mutant(number)
            print(json.dumps({"number": number, "name": name}), flush=True)
            Path("/proc/self/clear_refs").write_text("5")
            start, end, said = time.process_time(), "table", ""
            try:
                _read(name, content, Path(folder), number)
            except sg.SahelgeoError as refusal:
                end, said = "refused", str(refusal)
                if not 20 <= len(said) <= 2_000 or printable(said) != said:
                    end = "raw"
            except BaseException as failure:  # noqa: BLE001 - what is looked for
                frames, trace = [], failure.__traceback__
                while trace is not None:
                    if (
                        "sahelgeo/sahelgeo" in trace.tb_frame.f_code.co_filename
                        or "/sahelgeo/" in trace.tb_frame.f_code.co_filename
                    ):
                        frames.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
                    trace = trace.tb_next
                end, said = "raw", f"{type(failure).__name__}: {str(failure)[:200]} at {' '.join(frames[-2:])}"
            took, memory = time.process_time() - start, _peak()
            if end == "refused" and (took > MOST_SECONDS or memory > MOST_MEMORY):
                end = "costly"
            if called:
                end, said = "network", str(called)
                called.clear()
            held = said if end not in ("table", "refused") else ""
            print(json.dumps({"end": end, "seconds": round(took, 3), "memory": memory, "said": held}), flush=True)


def watch(first: int, count: int, results: list[dict[str, Any]]) -> int:
    """Let a child read mutants from the first on; how many it came to, since it may end before."""
    program = [sys.executable, __file__, "--child", "--first", str(first), "--count", str(count)]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    begun: dict[str, Any] = {"number": first, "name": "start"}
    ended, killed = True, False
    assert process.stdout is not None
    timer = threading.Timer(2 * HANGS_AFTER, process.kill)
    timer.start()
    for line in process.stdout:
        timer.cancel()
        timer = threading.Timer(HANGS_AFTER, process.kill)
        timer.start()
        said = json.loads(line)
        if "number" in said:
            begun, ended = said, False
        else:
            results.append(begun | said)
            ended = True
    timer.cancel()
    code = process.wait()
    if not ended or code:
        killed = code == -9
        results.append(
            begun | {"end": "hang" if killed else "abort", "seconds": 0, "memory": 0, "said": f"exit {code}"}
        )
    return int(begun["number"]) - first + 1


def main() -> int:
    """Run for a time or a number of mutants, and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--count", type=int, default=1 << 40)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder for the files that end badly")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    last = asked.first + asked.count
    if asked.child:
        child(iter(range(asked.first, last)))
        return 0
    until = time.monotonic() + 60 * (asked.minutes or 1e6)
    results: list[dict[str, Any]] = []
    following, lock = [asked.first], threading.Lock()

    def work() -> None:
        while time.monotonic() < until:
            with lock:
                first = following[0]
                following[0] += BATCH
            at, end = first, min(first + BATCH, last)
            while at < end and time.monotonic() < until:
                at += watch(at, end - at, results)
            if end >= last:
                return

    workers = [threading.Thread(target=work) for _ in range(asked.processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return report(results, asked.keep)


def report(results: list[dict[str, Any]], keep: Path | None) -> int:
    """Print the ends by format, the most costly, and the faults; 1 if there are any."""
    ends = ("table", "refused", "raw", "abort", "hang", "costly", "network")
    by_format: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for result in results:
        by_format[result["name"].partition(".")[0]][result["end"]] += 1
    print("".join(word.rjust(10) for word in ("format", "mutants", *ends)))
    for name, counts in [*sorted(by_format.items()), ("all", sum(by_format.values(), collections.Counter()))]:
        print("".join(str(word).rjust(10) for word in (name, counts.total(), *(counts[end] for end in ends))))
    if results:
        seconds, memory = max(r["seconds"] for r in results), max(r["memory"] for r in results)
        print(f"at most {seconds:.1f} seconds of processor time and {memory / 1e6:,.0f} MB")
    bad = [result for result in results if result["end"] not in ("table", "refused")]
    for result in bad:
        print(f"{result['end']}: mutant {result['number']} ({result['name']}): {result['said'][:300]}")
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            name, content = mutant(result["number"])
            (keep / f"{result['number']}.{name.partition('.')[0]}").write_bytes(content)
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
