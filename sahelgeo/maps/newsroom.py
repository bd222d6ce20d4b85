"""What a map shows, as files that chart tools take: borders, tables, colours and a note on where all comes from."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import compress
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sahelgeo.embedded import read_text
from sahelgeo.errors import ExportError, SchemaError, listed, warn
from sahelgeo.maps import drawing
from sahelgeo.maps.document import MapOptions, caveats, credit_lines, layers_of, title_of
from sahelgeo.maps.drawing import (
    SUPPRESSED,
    AreaDrawing,
    BivariateDrawing,
    Drawing,
    EventDrawing,
    FlowDrawing,
    HexagonDrawing,
    SymbolDrawing,
    TimeDrawing,
)
from sahelgeo.maps.layers import free_name
from sahelgeo.maps.page import Map, Panels
from sahelgeo.maps.style import style
from sahelgeo.maps.table_layers import layer_for
from sahelgeo.maps.time_layer import TimeLayer
from sahelgeo.maps.topology import Topology, build_topology, polygons_of, ring_of
from sahelgeo.saving import as_cell, markdown_line, write_whole
from sahelgeo.words import base_language, word

# A vertex of GeoJSON with four decimals, such as [-1.5197,12.3657], takes up to 18 bytes with its comma.
_BYTES_PER_VERTEX = 18
_NAMES = (
    *("areas.geojson", "areas.topojson", "hexagons.geojson", "hexagons.csv", "data.csv", "periods.csv"),
    *("periods_wide.csv", "flows.csv", "points.csv", "events.csv", "palette.csv", "palette.json", "README.md"),
)


def export_newsroom(
    m: Map | Panels | gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame], folder: str | Path, *, max_kb: int = 500
) -> tuple[Path, ...]:
    """Write what a map shows as files for Datawrapper, Flourish and other chart tools.

    Parameters
    ----------
    m : Map, Panels, geopandas.GeoDataFrame or sequence of geopandas.GeoDataFrame
        A map with layers, a story or a comparison, or tables with geometry that a layer can draw: phases, stocks, flow
        lines.
    folder : str or pathlib.Path
        A folder that does not exist, is empty, or holds an earlier export, which is then replaced. It appears whole or
        not at all.
    max_kb : int
        How large ``areas.geojson`` should be at most, in kilobytes: borders are simplified until it fits.

    Returns
    -------
    tuple of pathlib.Path
        The files written:

        - ``areas.geojson``, a FeatureCollection of Polygon and MultiPolygon features in WGS 84 with the properties
          ``pcode`` and ``name``, outer rings against the clock (RFC 7946, section 3.1.6);
        - ``areas.topojson``, the same borders stored once, each geometry with ``pcode`` as id and property, outer rings
          with the clock, as d3 reads them;
        - ``data.csv``, one row for each area: ``pcode``, ``name``, a point inside, and what the layers show there
          (values as on the map, a missing one as an empty cell);
        - ``periods.csv``, one row for each area and period of the layers over time, and ``periods_wide.csv``, one row
          for each area with a column for each period;
        - ``flows.csv`` and ``points.csv``, one row for each movement and for each point without a p-code;
        - ``events.csv``, one row for each group of events near each other, at a place rounded to 0.1 degree, and
          ``hexagons.csv`` and ``hexagons.geojson`` with the key ``hexagon``;
        - ``palette.csv`` and ``palette.json``, the classes of each layer in their order with their colours;
        - ``README.md``, what stands in the files, how to load them, sources and licences, caveats.

        Only what the map has is written. Words are in the language of the map.

    Raises
    ------
    SchemaError
        No layer, areas without p-code, one p-code with two shapes.
    ExportError
        The folder holds other files.

    Warns
    -----
    DataWarning
        Borders that cannot be simplified to ``max_kb``.

    See Also
    --------
    figure : The map as PNG, SVG or PDF.
    Map : A map with title, legends and sources.

    Notes
    -----
    Flourish asks for a FeatureCollection of Polygon or MultiPolygon features in WGS 84, whose properties become columns
    (its *Projection map* template). Datawrapper joins the rows of a CSV to the areas by one key (*Creating a choropleth
    map* in its developer documentation).

    Examples
    --------
    >>> import tempfile
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     written = sg.maps.export_newsroom(sg.attach_areas(sample.stocks, sample.areas), f"{parent}/stocks")
    >>> [path.name for path in written]
    ['areas.geojson', 'areas.topojson', 'data.csv', 'palette.csv', 'palette.json', 'README.md']
    """
    given, layers = _given_and_layers(m)
    if not layers:
        raise SchemaError("there is no layer to export. Add one first: PhaseLayer(table).add_to(m)")
    _check_target(Path(folder))
    lang, below = given.lang, given.suppress_below
    drawings = [drawing.withhold(layer.drawing(layer.lang or lang), below) for layer in layers]
    areas = _areas(layers, drawings)
    texts: dict[str, str] = {}
    tolerance = 0.0
    if len(areas):
        topology, _ = build_topology([areas.geometry], most_vertices=max(500, max_kb * 1000 // _BYTES_PER_VERTEX))
        tolerance = topology.tolerance_degrees
        texts |= _borders(topology, areas, max_kb)
    texts |= _hexagons(drawings, lang, below)
    tables = {
        "data.csv": data_rows(areas, drawings, lang, below),
        "periods.csv": period_rows(drawings, lang, below),
        "periods_wide.csv": wide_rows(drawings, lang),
        "flows.csv": flow_rows(drawings, lang, below),
        "points.csv": point_rows(drawings, lang, below, set(areas["pcode"])),
        "events.csv": event_rows(drawings, lang),
        "palette.csv": palette_rows(drawings),
    }
    texts |= {name: as_csv(rows) for name, rows in tables.items() if rows}
    texts["palette.json"] = json.dumps(tables["palette.csv"], ensure_ascii=False, indent=1) + "\n"
    texts["README.md"] = _readme(given, drawings, list(texts), tolerance)
    Path(folder).parent.mkdir(parents=True, exist_ok=True)
    written = write_whole(folder, texts)
    return tuple(written / name for name in texts)


def _given_and_layers(m: Any) -> tuple[MapOptions, list[Any]]:
    """Title, language and small counts of a map, of a page of several or of tables, and all their layers."""
    if isinstance(m, Panels):
        maps = [on_map for section in m.sections for on_map in section.maps]
        given = replace(maps[0].given, title=m.title)
    else:
        maps = [m if isinstance(m, Map) else _map_of(m)]
        given = maps[0].given
    return given, [layer for on_map in maps for layer in layers_of(on_map)]


def _map_of(tables: gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame]) -> Map:
    made = Map()
    for table in [tables] if isinstance(tables, pd.DataFrame) else tables:
        layer_for(table).add_to(made)
    return made


def _areas(layers: list[Any], drawings: list[Drawing]) -> gpd.GeoDataFrame:
    """Each area once, with p-code and name; circles on areas bring their areas too."""
    parts = []
    for layer, item in zip(layers, drawings, strict=True):
        shapes = _shapes(layer, item)
        kept = [shape is not None and shape.geom_type in {"Polygon", "MultiPolygon"} for shape in shapes]
        if not any(kept):
            continue
        own = list(compress(item.codes, kept))
        if not item.codes or "" in {code for codes in own for code in codes}:
            raise SchemaError(
                f"{item.title}: areas without a p-code cannot be joined to their figures. "
                "Give each one: a column 'pcode'"
            )
        part = {"pcode": [codes[0] for codes in own], "name": list(compress(item.names, kept))}
        parts.append(gpd.GeoDataFrame(part, geometry=list(compress(shapes, kept)), crs="EPSG:4326"))
    if not parts:
        return gpd.GeoDataFrame({"pcode": [], "name": []}, geometry=[], crs="EPSG:4326")
    together = pd.concat(parts, ignore_index=True)
    first = together.drop_duplicates("pcode").reset_index(drop=True)
    shape = first.set_index("pcode").geometry.reindex(together["pcode"])
    differ = ~shapely.equals(shape.to_numpy(), together.geometry.to_numpy())
    if differ.any():
        codes = listed(sorted(set(together.loc[differ, "pcode"])), 5)
        raise SchemaError(f"p-codes {codes} have different shapes in different layers. Use areas of one edition")
    return first.sort_values("pcode", ignore_index=True)


def _shapes(layer: Any, item: Drawing) -> list[Any]:
    """The area of each thing that a layer draws, where it stands for one."""
    last = item.shown()
    if isinstance(last, AreaDrawing) and not isinstance(last, HexagonDrawing):
        return list(last.geometry)
    if isinstance(last, SymbolDrawing):
        if isinstance(layer, TimeLayer):
            return [layer.outlines.get(point) for point in last.points]
        return list(layer.table.geometry)
    return []


def _hexagons(drawings: list[Drawing], lang: str, below: float) -> dict[str, str]:
    """Hexagons have files and a key of their own, apart from the areas that have p-codes."""
    there = {
        codes: (item, number)
        for item in drawings
        if isinstance(item, HexagonDrawing)
        for number, codes in enumerate(item.codes)
    }
    if not there:
        return {}
    properties = [{"hexagon": code, "name": item.names[number]} for (code,), (item, number) in there.items()]
    shapes = [shapely.set_precision(item.geometry.iloc[number], 1e-6) for item, number in there.values()]
    rows = [row for item in drawings if isinstance(item, HexagonDrawing) for row in hexagon_rows(item, lang, below)]
    return {
        "hexagons.geojson": _json(_features(properties, shapes, "hexagon")),
        "hexagons.csv": as_csv(rows),
    }


def _borders(topology: Topology, areas: gpd.GeoDataFrame, max_kb: int) -> dict[str, str]:
    properties = [{"pcode": code, "name": name} for code, name in zip(areas["pcode"], areas["name"], strict=True)]
    geojson = _json(as_geojson(topology, properties))
    if len(geojson.encode()) > max_kb * 1000:
        warn(
            f"areas.geojson takes {len(geojson.encode()) / 1000:,.0f} kB, more than max_kb={max_kb}. "
            "Export fewer or larger areas, or allow more"
        )
    return {"areas.geojson": geojson, "areas.topojson": _json(as_topojson(topology, properties))}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def _readme(given: MapOptions, drawings: list[Drawing], names: list[str], tolerance: float) -> str:
    lang = given.lang
    template = read_text(f"newsroom_readme.{base_language(lang)}.md")
    credited = credit_lines(drawings, lang, ground=False)
    colon = word("colon", lang)
    notes = [f"{title}{colon} {note}." for title, note in _notes(drawings)]
    if "events.csv" in names:
        notes.append(f"{word('events_gathered', lang)}.")
    described = [f"{item.title}{colon} {item.subtitle}" if item.subtitle else item.title for item in drawings]
    return template.format(
        title=markdown_line(title_of(given, drawings)),
        layers=_bullets(described),
        files="\n".join(f"- `{name}`: {word('file_' + name.replace('.', '_').lower(), lang)}" for name in names),
        sources=_bullets(credited or [word("source_not_stated", lang)]),
        caveats=_bullets([*caveats(tolerance, lang), *notes]),
        below=f"{given.suppress_below:g}",
    )


def _notes(drawings: list[Drawing]) -> list[tuple[str, str]]:
    """The notes of each layer, those of a layer over time with their period."""
    return [
        (f"{item.title} ({frame.subtitle})" if isinstance(item, TimeDrawing) else item.title, note)
        for item in drawings
        for frame in (item.frames if isinstance(item, TimeDrawing) else (item,))
        for note in frame.notes
    ]


def _bullets(lines: Any) -> str:
    return "\n".join(f"- {markdown_line(line)}" for line in lines)


def _check_target(folder: Path) -> None:
    """Raise where a folder holds what no export wrote."""
    if folder.is_dir():
        strange = sorted(path.name for path in folder.iterdir() if path.name not in _NAMES)
        if strange:
            raise ExportError(
                f"{folder} holds other files ({listed(strange, 5)}). Choose a folder that is new or empty"
            )
    elif folder.exists():
        raise ExportError(f"{folder} is a file. Choose a folder that is new or empty")


def as_topojson(topology: Topology, properties: list[dict[str, Any]]) -> dict[str, Any]:
    """The topology as TopoJSON with the object ``areas``; outer rings with the clock, as d3 reads them."""
    scale, points = 10**-topology.decimals, topology.points()
    geometries = []
    for polygons, facts in zip(topology.geometries, properties, strict=True):
        turned = [
            [_turned(ring, points, against_clock=place > 0) for place, ring in enumerate(polygon)]
            for polygon in polygons
        ]
        kind = {"type": "Polygon", "arcs": turned[0]} if len(turned) == 1 else {"type": "MultiPolygon", "arcs": turned}
        geometries.append({**kind, "id": facts["pcode"], "properties": facts})
    return {
        "type": "Topology",
        "transform": {"scale": [scale, scale], "translate": [0, 0]},
        "objects": {"areas": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": [np.reshape(flat, (-1, 2)).tolist() for flat in topology.arcs],
    }


def _turned(ring: list[int], points: list[Any], *, against_clock: bool) -> list[int]:
    as_it_is = shapely.is_ccw(shapely.LinearRing(ring_of(ring, points))) == against_clock
    return ring if as_it_is else [-1 - number for number in reversed(ring)]


def as_geojson(topology: Topology, properties: list[dict[str, Any]]) -> dict[str, Any]:
    """The same areas as a GeoJSON FeatureCollection (RFC 7946): outer rings against the clock, holes with it."""
    points = topology.points()
    areas = shapely.orient_polygons([polygons_of(shape, points) for shape in topology.geometries])
    degrees = shapely.transform(areas, lambda steps: np.round(steps / 10**topology.decimals, topology.decimals))
    return _features(properties, degrees, "pcode")


def _features(properties: list[dict[str, Any]], shapes: Iterable[Any], key: str) -> dict[str, Any]:
    """A FeatureCollection; an area of one piece is a Polygon."""
    features = []
    for facts, shape in zip(properties, shapes, strict=True):
        parts = shapely.get_parts(shape)
        geometry = shapely.geometry.mapping(parts[0] if len(parts) == 1 else shape)
        features.append({"type": "Feature", "id": facts[key], "properties": facts, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


Rows = list[dict[str, Any]]
_PLACE_DECIMALS = 1
_ENDS = ("origin_longitude", "origin_latitude", "destination_longitude", "destination_latitude")


def columns_of(item: Drawing, lang: str, below: float, *, with_class: bool = False) -> dict[str, Sequence[Any]]:
    """What a layer shows about each thing it draws, by label."""
    columns: dict[str, Sequence[Any]] = {**_fields(item, lang, below)}
    if isinstance(item, AreaDrawing) and item.fields:
        classes = [item.looks[number].label for number in item.class_of]
        if with_class or classes not in columns.values():
            columns[f"{item.title} ({word('class', lang)})"] = classes
    return columns


def _fields(item: Drawing, lang: str, below: float) -> dict[str, list[Any]]:
    """The popup lines by label, whole numbers without a point; a withheld one is a mark in a column of its own."""
    columns: dict[str, list[Any]] = {}
    for line in item.fields:
        values = list(line.values)
        columns[line.label] = [None if value == SUPPRESSED else _plain(value, line.form) for value in values]
        if SUPPRESSED in values:
            mark = f"{SUPPRESSED} {below:g}" if line.form == "people" else word("withheld", lang)
            columns[f"{line.label} ({mark})"] = [SUPPRESSED if value == SUPPRESSED else None for value in values]
    return columns


def _plain(value: Any, form: str) -> Any:
    return round(value) if form in {"whole", "people"} and value is not None else value


def _row(columns: Mapping[str, Sequence[Any]], number: int) -> dict[str, Any]:
    return {label: values[number] for label, values in columns.items()}


def _at(point: Sequence[float]) -> dict[str, Any]:
    return {"longitude": point[0], "latitude": point[1]}


def _source(item: Drawing) -> dict[str, Any]:
    return {"source": "; ".join(item.sources)}


def data_rows(areas: gpd.GeoDataFrame, drawings: list[Drawing], lang: str, below: float) -> Rows:
    """One row for each area, with what the layers of one period show there."""
    rows = {
        code: {"pcode": code, "name": name} | _at(point)
        for code, name, point in zip(areas["pcode"], areas["name"], drawing.label_points(areas.geometry), strict=True)
    }
    on_areas = [item for item in drawings if isinstance(item, AreaDrawing | SymbolDrawing)]
    shown = [item for item in on_areas if {codes[0] for codes in item.codes} & set(rows)]
    labels = [label for item in shown for label in columns_of(item, lang, below)]
    taken = {"pcode", "name", "longitude", "latitude"}
    for item in shown:
        for label, values in columns_of(item, lang, below).items():
            column = free_name(label if labels.count(label) == 1 else _told_apart(label, item), taken)
            taken.add(column)
            by_code = {item.codes[number][0]: values[number] for number in _areas_of(item)}
            for code, row in rows.items():
                row[column] = by_code.get(code)
    return list(rows.values())


def _areas_of(item: Drawing) -> list[int]:
    """The positions of what is not a settlement."""
    shapes = item.shapes if isinstance(item, AreaDrawing) else ("",) * len(item.names)
    return [number for number, shape in enumerate(shapes) if not shape]


def _told_apart(label: str, item: Drawing) -> str:
    return f"{label} ({', '.join(part for part in (item.title, item.subtitle) if part and part != label)})"


def _moments(drawings: list[Drawing]) -> Iterator[tuple[dict[str, str], Drawing]]:
    """Each drawing of one period; those of a layer over time with their period."""
    for item in drawings:
        if isinstance(item, TimeDrawing):
            for frame, label, (start, end, kind) in zip(item.frames, item.labels, item.spans, strict=True):
                yield {"period": label, "start": start, "end": end, "kind": kind}, frame
        else:
            yield {}, item


def period_rows(drawings: list[Drawing], lang: str, below: float) -> Rows:
    """One row for each area and period of the layers over time; where a period has no row, there are no figures."""
    rows = []
    for period, item in _moments(drawings):
        if period and item.codes and not isinstance(item, FlowDrawing):
            # In one period the class may repeat a popup line and in another not: the column is there for all.
            columns = columns_of(item, lang, below, with_class=True)
            rows += [
                {"pcode": item.codes[number][0], "name": item.names[number], "layer": item.title}
                | period
                | _row(columns, number)
                for number in _areas_of(item)
            ]
    return rows


def wide_rows(drawings: list[Drawing], lang: str) -> Rows:
    """One row for each area and one column for each period: the class, or the number where the layer shows one."""
    layers = [
        item for item in drawings if isinstance(item, TimeDrawing) and not isinstance(item.frames[0], FlowDrawing)
    ]
    rows: dict[str, dict[str, Any]] = {}
    taken = {"pcode", "name"}
    for item in layers:
        columns = []
        for frame, label in zip(item.frames, item.labels, strict=True):
            head = label if len(layers) == 1 else f"{item.title}{word('colon', lang)} {label}"
            columns.append((free_name(head, taken), _main_values(frame)))
            taken.add(columns[-1][0])
        for number in _areas_of(item.frames[0]) if item.codes else ():
            row = rows.setdefault(item.codes[number][0], {"pcode": item.codes[number][0], "name": item.names[number]})
            row |= {column: values[number] for column, values in columns}
    return [rows[code] for code in sorted(rows)]


def _main_values(item: Drawing) -> Sequence[Any]:
    numeric = item.fields and item.fields[0].form != "text"
    if isinstance(item, AreaDrawing) and (isinstance(item, BivariateDrawing) or not numeric):
        return [item.looks[number].label for number in item.class_of]
    first = item.fields[0]
    held = first.values  # noqa: PD011 (a field's own values)
    return [None if value == SUPPRESSED else _plain(value, first.form) for value in held]


def flow_rows(drawings: list[Drawing], lang: str, below: float) -> Rows:
    """One row for each movement that is drawn."""
    rows = []
    for period, item in _moments(drawings):
        if isinstance(item, FlowDrawing):
            fields = _fields(item, lang, below)
            rows += [
                {"origin": codes[0], "destination": codes[1], "name": name}
                | period
                | _row(fields, number)
                | dict(zip(_ENDS, (*arc[:2], *arc[4:]), strict=True))
                | _source(item)
                for number, (codes, name, arc) in enumerate(zip(item.codes, item.names, item.arcs, strict=True))
                if item.values[number] is not None  # noqa: PD011
            ]
    return rows


def point_rows(drawings: list[Drawing], lang: str, below: float, areas: Collection[str] = ()) -> Rows:
    """One row for each place that is none of the areas, and for each settlement."""
    rows: Rows = []
    for period, item in _moments(drawings):
        if isinstance(item, SymbolDrawing):
            codes = [code for (code,) in item.codes] or [""] * len(item.names)
            numbers, points = [number for number, code in enumerate(codes) if code not in areas], list(item.points)
        elif isinstance(item, AreaDrawing) and any(item.shapes):
            numbers = [number for number, shape in enumerate(item.shapes) if shape]
            points = drawing.label_points(item.geometry)
        else:
            continue
        fields = _fields(item, lang, below)
        rows += [
            ({"pcode": item.codes[number][0]} if item.codes and item.codes[number][0] else {})
            | {"name": item.names[number]}
            | _at(points[number])
            | period
            | _row(fields, number)
            | _source(item)
            for number in numbers
        ]
    return rows


def hexagon_rows(item: HexagonDrawing, lang: str, below: float) -> Rows:
    """One row for each hexagon with an event."""
    columns = columns_of(item, lang, below)
    return [
        {"hexagon": code, "name": item.names[number]} | _at(point) | _row(columns, number) | _source(item)
        for number, ((code,), point) in enumerate(zip(item.codes, drawing.label_points(item.geometry), strict=True))
    ]


def event_rows(drawings: list[Drawing], lang: str) -> Rows:
    """One row for each group of events near each other, as on a printed sheet; no event keeps its own place."""
    rows: Rows = []
    for item in drawings:
        if not isinstance(item, EventDrawing):
            continue
        for middle, members in drawing.gathered_events(item):
            deaths = [found for number in members if (found := item.fatalities[number]) is not None]
            kinds = np.bincount([item.kind_of[number] for number in members], minlength=len(item.kinds))
            place = [round(one, _PLACE_DECIMALS) + 0.0 for one in middle]
            figures = {
                word("events", lang): len(members),
                word("fatalities", lang): sum(deaths) if deaths else None,
                word("events_without_fatalities", lang): len(members) - len(deaths),
                word("events_vague", lang): sum(item.vague[number] for number in members),
                **dict(zip(item.kinds, kinds.tolist(), strict=True)),
            }
            rows.append({"layer": item.title} | _at(place) | figures | _source(item))
    return rows


def palette_rows(drawings: list[Drawing]) -> Rows:
    """The classes of each layer in their order; of a layer over time without counts, which differ by period."""
    rows = []
    for given in drawings:
        item = given.shown()
        if isinstance(item, AreaDrawing):
            counted = not isinstance(given, TimeDrawing)
            rows += [
                {"layer": given.title, "order": order, "label": one.label, "colour": one.colour}
                | {"text_colour": one.text_colour, "hatch": one.hatch, "areas": sum(counts) if counted else None}
                for order, (number, counts) in enumerate(item.legend().items(), 1)
                for one in [item.looks[number]]
            ]
        else:
            kinds = {SymbolDrawing: "symbols", FlowDrawing: "arrows", EventDrawing: "events"}
            fill = item.fill or style()[kinds[type(item)]]["fill"]
            rows.append({"layer": given.title, "order": 1, "label": given.title, "colour": fill})
    return rows


def as_csv(rows: Rows) -> str:
    """The rows as CSV, safe to open in a spreadsheet."""
    out = io.StringIO()
    labels = list(dict.fromkeys(label for row in rows for label in row))
    writer = csv.DictWriter(out, labels, lineterminator="\n")
    writer.writerow({label: as_cell(label) for label in labels})
    writer.writerows({label: as_cell(value) for label, value in row.items()} for row in rows)
    return out.getvalue()
