"""JSON and GeoJSON: records become rows under their keys."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from sahelgeo.errors import FormatError, listed
from sahelgeo.late import gpd, shapely
from sahelgeo.readers.bounds import Limits, refuse_beyond, refuse_long
from sahelgeo.readers.shapes import esri_shapes, known_crs, open_topology
from sahelgeo.readers.sheets import Opened, Sheet
from sahelgeo.words import PRINTED_WORDS

# Where the publishers put the list of records: WFP's DataList, the DTM API's result, HAPI's and ACLED's data.
LISTS = ("DataList", "result", "Result", "data", "results", "records", "items")
MOST_KEYS = 5_000
# Deeper than any publisher's, and far from where Python's own stack ends.
DEEPEST = 200
# What a value of a list takes, written as text.
_LETTERS = 20
# From here on an array takes less time than a list.
_LONG_LINE = 20
_NO_MARKS = bytes(set(range(256)) - set(b'[]{}"'))
_TEXT = re.compile(rb'"[^"]*"')
# Letters beyond the first plane are written as two halves, of which one alone is no letter.
_HALVES = re.compile(rb"\\u[dD][89a-fA-F]")
_FAULTS = (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


def open_records(content: bytes, file: str, limits: Limits) -> Opened:
    """The records of a JSON or GeoJSON document: a row of keys, then a row for each record; and what of it is missing.

    Raises
    ------
    FormatError
        Broken JSON, a document without a list of records, or one beyond the bounds.
    """
    document = _parsed(content, file, limits)
    if isinstance(document, dict) and document.get("type") == "Topology":
        return open_topology(document, file, limits)
    if isinstance(document, dict) and (document.get("type") == "FeatureCollection" or _is_esri(document)):
        sheet = _features(document, file, limits)
        beside = {key: value for key, value in document.items() if key != "features"}
        return Opened(file, (sheet,), warnings=_missing_pages(beside, len(document["features"])))
    if isinstance(document, dict) and document.get("isSuccess") is False:
        raise FormatError(f"{file}: the API answered with an error: {document.get('errorMessages')}. Ask it again")
    name, records = _records(document, file)
    envelope = {key: value for key, value in document.items() if key != name} if name else {}
    sheet = Sheet(file, name, _cells(records, file, limits), "json", envelope=tuple(envelope))
    return Opened(file, (sheet,), warnings=(*_missing_pages(envelope, len(records)), *_other_lists(envelope, records)))


def _other_lists(envelope: dict[str, Any], records: list[Any]) -> list[str]:
    """Lists of further records beside the one that is read: their records have half of its keys, or more."""
    keys = set(records[0]) if records else set()
    return [
        f"the list {key!r} holds {len(value):,} further records, which were not read. Save it alone, and read it too"
        for key, value in envelope.items()
        if isinstance(value, list)
        and value
        and isinstance(value[0], dict)
        and 2 * len(keys & set(value[0])) > len(keys)
    ]


def _missing_pages(envelope: dict[str, Any], held: int) -> tuple[str, ...]:
    """What the envelope of an answer says is not in it."""
    words = PRINTED_WORDS["envelopes"]
    flat = dict(envelope)
    for value in envelope.values():
        if isinstance(value, dict):
            flat |= value
            flat |= {key: inner for part in value.values() if isinstance(part, dict) for key, inner in part.items()}
            flat |= {key: part["value"] for key, part in value.items() if isinstance(part, dict) and "value" in part}
        elif isinstance(value, list):
            flat |= {str(link["rel"]): link.get("href") for link in value if isinstance(link, dict) and "rel" in link}
    known = {str(key).casefold(): value for key, value in flat.items()}
    page = next((known[key] for key in words["page"] if isinstance(known.get(key), int)), None)
    said = []
    for key, value in known.items():
        number = value if isinstance(value, int) and not isinstance(value, bool) else None
        if isinstance(value, str) and value.isdecimal() and len(value) < 20:
            number = int(value)
        if key in words["pages"] and number is not None and number > 1:
            said.append(f"page {page if page is not None else '?'} of {number}")
        elif key in words["counts"] and number is not None and number > held:
            said.append(f"{held:,} of {number:,} records")
        elif key in words["begins"] and number is not None and number > 0:
            said.append(f"records from number {number + 1:,} on")
        elif ((key in words["next"] and value) or (key in words["last"] and value is False)) and not said:
            said.append("a page that names a next one")
    return (
        (f"the file holds a part only: {' and '.join(dict.fromkeys(said))}. Get the other pages and read them too",)
        if said
        else ()
    )


def _parsed(content: bytes, file: str, limits: Limits) -> Any:
    marks, texts = _brackets(content)
    # A value, a text or a list, and a record take some 30, 60 and 200 bytes; a cell of a workbook counts as two values.
    values = content.count(b",") + 2 * marks.count(b"[") + 6 * marks.count(b"{") + texts
    refuse_beyond("cells", values, limits, file, times=2)
    refuse_long(content, (b'"', b","), limits, f"{file}, one text")
    # Python keeps each letter of a text in as many bytes as the widest of them takes.
    widest = int(np.frombuffer(content, dtype=np.uint8).max(initial=0))
    refuse_beyond("bytes", len(content) * (4 if widest >= 0xF0 else 2 if widest >= 0xC4 else 1), limits, file)
    _refuse_nested(marks, file, limits, topology=b'"arcs"' in content)
    try:
        document = json.loads(
            content.decode("utf-8-sig"), parse_constant=lambda _: None, object_pairs_hook=partial(_once, file)
        )
        if _HALVES.search(content):
            json.dumps(document, ensure_ascii=False).encode()
    except FormatError:
        raise
    except (UnicodeError, RecursionError, ValueError) as failure:
        raise FormatError(f"{file}: broken JSON ({failure}). Download it again") from failure
    return document


def _brackets(content: bytes) -> tuple[bytes, int]:
    """The brackets of a document that stand in none of its texts, and how many values are texts."""
    if b"\\" in content:
        content = content.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = content.translate(None, _NO_MARKS)
    texts = marks.count(b'"') // 2 - content.count(b'":')
    return _TEXT.sub(b"", marks.replace(b'""', b"")), max(0, texts)


def _refuse_nested(marks: bytes, file: str, limits: Limits, *, topology: bool) -> None:
    """Refuse lists in lists without end, and a shape of too many parts, by brackets alone: parsed, they take a GB.

    A part is a list of lists, such as the line of a polygon, in a list of its own; a topology keeps all its lines so::

        [[[1,2],[1,3],[2,3]], [[5,6],[5,7],[6,7]]]    2 parts of 3 positions
        1 2 3   3     3    2  2 3     3     3    2 1  depth
    """
    signs = np.frombuffer(marks, dtype=np.uint8)
    opens = (signs == ord("[")) | (signs == ord("{"))
    depth = np.cumsum(np.where(opens, 1, -1), dtype=np.int32)
    if depth.max(initial=0) > DEEPEST:
        raise FormatError(f"{file}: JSON of lists in lists, more than {DEEPEST} deep. Give the list of records")
    lists = np.flatnonzero(opens & (signs == ord("[")))
    of_lists = lists[np.isin(lists + 1, lists)]
    for level in range(1, 0 if topology else int(depth.max(initial=0))):
        lines, around = of_lists[depth[of_lists] == level + 1], lists[depth[lists] == level]
        if len(lines) > limits["parts"] and len(around):
            most = int(np.bincount(np.searchsorted(around, lines)).max())
            refuse_beyond("parts", most, limits, f"{file}, one shape")


def _once(file: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, none of whose keys has two values."""
    held = dict(pairs)
    if len(held) < len(pairs):
        twice = next((key for key, value in pairs if value != held[key]), None)
        if twice is not None:
            raise FormatError(
                f"{file}: a record has the key {twice!r} twice, with different values. Keep the one meant"
            )
    return held


def _records(document: Any, file: str) -> tuple[str, list[Any]]:
    if isinstance(document, list):
        return "", document
    if isinstance(document, dict):
        for key in LISTS:
            if isinstance(document.get(key), list):
                return key, document[key]
        if "groups" in document or "areas" in document:
            return "", [document]
        raise FormatError(f"{file}: JSON without a list of records. Found the keys: {listed(list(document), 8)}")
    raise FormatError(f"{file}: JSON that is {type(document).__name__}, not a list of records")


def _cells(records: list[Any], file: str, limits: Limits) -> pd.DataFrame:
    if any(not isinstance(record, dict) for record in records):
        raise FormatError(f"{file}: JSON whose list holds other things than records")
    keys: dict[str, None] = {}
    for record in records:
        keys.update(dict.fromkeys(record))
        if len(keys) > MOST_KEYS:
            raise FormatError(f"{file}: more than {MOST_KEYS:,} different keys in its records")
    refuse_beyond("cells", len(keys) * len(records), limits, file, times=2)
    rows = [list(keys), *([record.get(key) for key in keys] for record in records)]
    cells = pd.DataFrame(rows, dtype=object)
    for place in cells:
        kinds = set(map(type, cells[place]))
        if bool in kinds and kinds & {int, float}:  # Python takes true for the number 1
            cells[place] = [str(cell).lower() if isinstance(cell, bool) else cell for cell in cells[place]]
        if kinds & {list, dict}:  # each is written as text, again and again
            most = max(map(_values, cells[place]))
            refuse_beyond("letters", most * _LETTERS, limits, f"{file}, {cells[place].iloc[0]!r}, one cell")
    cells.index = pd.RangeIndex(0, len(rows))  # the keys are row 0, so the first record is row 1
    return cells


def _values(cell: Any) -> int:
    """How many values a cell has, with those of the lists and records in it."""
    held = cell.values() if isinstance(cell, dict) else cell
    return 1 + sum(map(_values, held)) if isinstance(cell, list | dict) else 1


def _features(document: dict[str, Any], file: str, limits: Limits) -> Sheet:
    """GeoJSON, or the JSON of servers of ArcGIS: ``attributes`` where GeoJSON has ``properties``."""
    form, attributes = ("JSON of ArcGIS", "attributes") if _is_esri(document) else ("GeoJSON", "properties")
    features = document.get("features")
    if not isinstance(features, list) or any(not isinstance(feature, dict) for feature in features):
        raise FormatError(f"{file}: {form} without a list of features")
    cells = _cells([feature.get(attributes) or {} for feature in features], file, limits)
    if attributes == "attributes":
        geometry = esri_shapes(document, file, limits).set_axis(cells.index[1:])
    else:
        shapes = [
            _shape(feature.get("geometry"), f"{file}, feature {number}", limits)
            for number, feature in enumerate(features, 1)
        ]
        geometry = gpd.GeoSeries(shapes, index=cells.index[1:], crs=_crs(document.get("crs"), file))
    return Sheet(file, "", cells, "geojson", geometry)


def _crs(member: Any, file: str) -> Any:
    """GeoJSON is longitude and latitude in WGS 84 (RFC 7946), unless an older "crs" member names another EPSG code."""
    if member is None:
        return "EPSG:4326"
    properties = member.get("properties") if isinstance(member, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if "CRS84" in name:
        return "EPSG:4326"
    if found := re.search(r"EPSG:[\d.]*:?(\d{4,6})$", name):
        return known_crs(f"EPSG:{found[1]}", file)
    raise FormatError(
        f"{file}: GeoJSON whose CRS is {name or 'an address or nothing'}: nothing in a file is opened or guessed. Save "
        "it in longitude and latitude (EPSG:4326)"
    )


def _is_esri(document: dict[str, Any]) -> bool:
    features = document.get("features")
    return str(document.get("geometryType", "")).startswith("esriGeometry") and isinstance(features, list)


def _shape(geometry: Any, where: str, limits: Limits) -> shapely.Geometry | None:
    if geometry is None:
        return None
    refuse_beyond("parts", _parts(geometry), limits, where)
    try:
        return shapely.geometry.shape(_as_arrays(geometry))
    except (shapely.errors.ShapelyError, *_FAULTS) as failure:
        raise FormatError(f"{where}: not a geometry ({failure})") from failure


def _parts(geometry: Any) -> int:
    """How many parts a geometry of GeoJSON has, with the rings of its polygons and those of geometries in it."""
    if not isinstance(geometry, dict):
        return 1
    kind, inner = geometry.get("type"), geometry.get("geometries")
    if isinstance(inner, list):
        return sum(map(_parts, inner))
    held = geometry.get("coordinates")
    if not isinstance(held, list) or kind in ("Point", "LineString"):
        return 1
    return sum(len(part) if isinstance(part, list) and kind == "MultiPolygon" else 1 for part in held)


def _as_arrays(held: Any) -> Any:
    """A geometry whose long lines are arrays: shapely copies a line of lists twice."""
    if isinstance(held, dict):
        return held | {key: _as_arrays(held[key]) for key in ("coordinates", "geometries") if key in held}
    if not isinstance(held, list) or not held or not isinstance(held[0], list | dict):
        return held
    if len(held) < _LONG_LINE or not isinstance(held[0], list) or not held[0] or isinstance(held[0][0], list):
        return [_as_arrays(part) for part in held]
    try:
        line = np.array(held)
    except ValueError:  # positions of different lengths: shapely says so
        return held
    return line if line.dtype.kind in "if" else held
