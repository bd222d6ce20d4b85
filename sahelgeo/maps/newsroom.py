"""What a map shows, as files that chart tools take: borders, figures, colours and a note of where all of it comes from."""

from __future__ import annotations

import csv
import io
import json
import shutil
import uuid
import warnings
from collections.abc import Sequence
from importlib.resources import files
from itertools import chain, compress, count
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from sahelgeo.errors import DataWarning, SahelgeoError, SchemaError, listed
from sahelgeo.maps.border_files import as_geojson, as_topojson
from sahelgeo.maps.chosen_layer import layer_for
from sahelgeo.maps.document import DrawnLayer, credit_lines, language_of, layers_of, title_of
from sahelgeo.maps.drawing import AreaDrawing, Drawing, FlowDrawing, SymbolDrawing, label_points
from sahelgeo.maps.event_layer import EventLayer
from sahelgeo.maps.layer_json import SUPPRESSED, withheld
from sahelgeo.maps.page import Map
from sahelgeo.maps.style import style
from sahelgeo.maps.time_layer import TimeLayer
from sahelgeo.maps.topology import Topology, build_topology
from sahelgeo.words import word

# A vertex of GeoJSON with four decimals, such as [-1.5197,12.3657], takes up to 18 bytes with its comma.
_BYTES_PER_VERTEX = 18
_NAMES = ("areas.geojson", "areas.topojson", "data.csv", "flows.csv", "points.csv", "palette.csv", "palette.json", "README.md")  # fmt: skip
Rows = list[dict[str, Any]]


class ExportError(SahelgeoError, FileExistsError):
    """A folder that holds other files and would have been replaced."""


def export_newsroom(
    m: Map | gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame], folder: str | Path, *, max_kb: int = 500
) -> tuple[Path, ...]:
    """Write what a map shows as files for Datawrapper, Flourish and other chart tools.

    Parameters
    ----------
    m : Map, geopandas.GeoDataFrame or sequence of geopandas.GeoDataFrame
        A map with layers, or tables with geometry that a layer can draw: phases, stocks, flow lines.
    folder : str or pathlib.Path
        A folder that does not exist, is empty, or holds an earlier export, which is then replaced. It appears whole or not
        at all.
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
        - ``data.csv``, one row for each area: ``pcode``, ``name``, a point inside, and what the layers show there (values
          as on the map, a missing one as an empty cell);
        - ``flows.csv`` and ``points.csv``, one row for each movement and for each point without a p-code, where there are any;
        - ``palette.csv`` and ``palette.json``, the classes of each layer in their order with their colours;
        - ``README.md``, what stands in the files, how to load them, sources and licences, caveats, what is synthetic.

        Words are in the language of the map.

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
    on_map = m if isinstance(m, Map) else _map_of(m)
    layers = list(layers_of(on_map))
    if not layers:
        raise SchemaError("there is no layer to export. Add one first: PhaseLayer(table).add_to(m)")
    drawings = [layer.drawing(language_of(on_map, layer)) for layer in layers]
    areas = _areas(layers, drawings)
    below = on_map.suppress_below
    texts: dict[str, str] = {}
    tolerance = 0.0
    if len(areas):
        topology, _ = build_topology([areas.geometry], most_vertices=max(500, max_kb * 1000 // _BYTES_PER_VERTEX))
        tolerance = topology.tolerance_degrees
        texts |= _borders(topology, areas, max_kb)
    rows = _data_rows(areas, drawings, on_map.lang, below)
    for name, table in (
        ("data.csv", rows),
        ("flows.csv", _flow_rows(drawings, below)),
        ("points.csv", _point_rows(drawings, below)),
    ):
        if table:
            texts[name] = _csv(table)
    palette = _palette(drawings)
    texts["palette.csv"] = _csv(palette)
    texts["palette.json"] = json.dumps(palette, ensure_ascii=False, indent=1) + "\n"
    texts["README.md"] = _readme(on_map, drawings, list(texts), tolerance)
    return _write_whole(Path(folder), texts)


def _map_of(tables: gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame]) -> Map:
    made = Map()
    for table in [tables] if isinstance(tables, pd.DataFrame) else tables:
        layer_for(table).add_to(made)
    return made


def _areas(layers: list[DrawnLayer], drawings: list[Drawing]) -> gpd.GeoDataFrame:
    """Each area once, with p-code and name; circles on areas bring their areas too."""
    parts = []
    for layer, item in zip(layers, drawings, strict=True):
        if isinstance(layer, TimeLayer | EventLayer):
            raise SchemaError(
                f"{item.title}: {type(layer).__name__} cannot be exported. Export one period, or areas with their sums"
            )
        settled = item.shapes if isinstance(item, AreaDrawing) else ("",) * len(item.names)
        kept = [not shape for shape in settled]
        shapes = layer.table.geometry if isinstance(item, FlowDrawing) else layer.table.geometry[kept]
        if isinstance(item, FlowDrawing) or not (shapes.geom_type.isin(["Polygon", "MultiPolygon"])).all():
            continue
        own = list(compress(item.codes, kept))
        if not item.codes or "" in {code for codes in own for code in codes}:
            raise SchemaError(
                f"{item.title}: areas without a p-code cannot be joined to their figures. Give each one: a column 'pcode'"
            )
        part = {"pcode": [codes[0] for codes in own], "name": list(compress(item.names, kept))}
        parts.append(gpd.GeoDataFrame(part, geometry=list(shapes), crs="EPSG:4326"))
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


def _borders(topology: Topology, areas: gpd.GeoDataFrame, max_kb: int) -> dict[str, str]:
    properties = [{"pcode": code, "name": name} for code, name in zip(areas["pcode"], areas["name"], strict=True)]
    geojson = _json(as_geojson(topology, properties))
    if len(geojson.encode()) > max_kb * 1000:
        warnings.warn(
            f"areas.geojson takes {len(geojson.encode()) / 1000:,.0f} kB, more than max_kb={max_kb}. Export fewer or larger areas, or allow more",
            DataWarning,
            stacklevel=3,
        )
    return {"areas.geojson": geojson, "areas.topojson": _json(as_topojson(topology, properties))}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def _fields(item: Drawing, below: float) -> dict[str, list[Any]]:
    """The popup lines by label, whole numbers without a decimal point; a small count is a mark in a column of its own."""
    columns: dict[str, list[Any]] = {}
    for line in item.fields:
        values = [withheld(value, below) if line.form == "people" else value for value in line.values]  # noqa: PD011 (no frame)
        columns[line.label] = [None if value == SUPPRESSED else _plain(value, line.form) for value in values]
        if SUPPRESSED in values:
            columns[f"{line.label} ({SUPPRESSED} {below:g})"] = [
                SUPPRESSED if value == SUPPRESSED else None for value in values
            ]
    return columns


def _plain(value: Any, form: str) -> Any:
    return round(value) if form in {"whole", "people"} and value is not None else value


def _columns(item: Drawing, lang: str, below: float) -> dict[str, Sequence[Any]]:
    """What a layer shows about each thing it draws, by label; a label says when the figures are invented."""
    columns: dict[str, Sequence[Any]] = {**_fields(item, below)}
    if isinstance(item, AreaDrawing) and item.fields:
        classes = [item.classes[number].label for number in item.class_of]
        if classes not in columns.values():
            columns[f"{item.title} ({word('class', lang)})"] = classes
    return {
        f"{label} ({word('synthetic', lang)})" if item.synthetic else label: column for label, column in columns.items()
    }


def _data_rows(areas: gpd.GeoDataFrame, drawings: list[Drawing], lang: str, below: float) -> Rows:
    rows = {
        code: {"pcode": code, "name": name, "longitude": point[0], "latitude": point[1]}
        for code, name, point in zip(areas["pcode"], areas["name"], label_points(areas.geometry), strict=True)
    }
    shown = [
        item
        for item in drawings
        if not isinstance(item, FlowDrawing) and {codes[0] for codes in item.codes} & set(rows)
    ]
    labels = [label for item in shown for label in _columns(item, lang, below)]
    taken = {"pcode", "name", "longitude", "latitude"}
    for item in shown:
        for label, values in _columns(item, lang, below).items():
            column = _free(label if labels.count(label) == 1 else _told_apart(label, item), taken)
            taken.add(column)
            settled = item.shapes if isinstance(item, AreaDrawing) else ("",) * len(item.names)
            by_code = {
                codes[0]: value for codes, value, shape in zip(item.codes, values, settled, strict=True) if not shape
            }
            for code, row in rows.items():
                row[column] = by_code.get(code)
    return list(rows.values())


def _told_apart(label: str, item: Drawing) -> str:
    return f"{label} ({', '.join(part for part in (item.title, item.subtitle) if part and part != label)})"


def _free(column: str, taken: set[str]) -> str:
    return next(name for name in chain([column], (f"{column} {number}" for number in count(2))) if name not in taken)


def _flow_rows(drawings: list[Drawing], below: float) -> Rows:
    rows = []
    for item in drawings:
        if isinstance(item, FlowDrawing):
            fields, ends = (
                _fields(item, below),
                ("origin_longitude", "origin_latitude", "destination_longitude", "destination_latitude"),
            )
            rows += [
                {"origin": codes[0], "destination": codes[1], "name": name}
                | {label: column[number] for label, column in fields.items()}
                | dict(zip(ends, (*arc[:2], *arc[4:]), strict=True))
                | {"source": "; ".join(item.sources)}
                for number, (codes, name, arc) in enumerate(zip(item.codes, item.names, item.arcs, strict=True))
            ]
    return rows


def _point_rows(drawings: list[Drawing], below: float) -> Rows:
    rows = []
    for item in drawings:
        if isinstance(item, SymbolDrawing) and not item.codes:
            fields = _fields(item, below)
            rows += [
                {"name": name, "longitude": point[0], "latitude": point[1]}
                | {label: column[number] for label, column in fields.items()}
                | {"source": "; ".join(item.sources)}
                for number, (name, point) in enumerate(zip(item.names, item.points, strict=True))
            ]
        elif isinstance(item, AreaDrawing) and any(item.shapes):
            fields = _fields(item, below)
            rows += [
                {"name": item.names[number], "longitude": point[0], "latitude": point[1]}
                | {label: column[number] for label, column in fields.items()}
                | {"source": "; ".join(item.sources)}
                for number, point in enumerate(label_points(item.geometry))
                if item.shapes[number]
            ]
    return rows


def _palette(drawings: list[Drawing]) -> Rows:
    rows = []
    for item in drawings:
        if isinstance(item, AreaDrawing):
            rows += [
                {"layer": item.title, "order": number, "label": one.label, "colour": one.colour, "text_colour": one.text_colour, "hatch": one.hatch, "areas": one.count}
                for number, one in enumerate(item.classes, 1)
            ]  # fmt: skip
        else:
            fill = style()["symbols" if isinstance(item, SymbolDrawing) else "arrows"]["fill"]
            rows.append({"layer": item.title, "order": 1, "label": item.title, "colour": fill, "text_colour": "", "hatch": "", "areas": None})  # fmt: skip
    return rows


def _csv(rows: Rows) -> str:
    out = io.StringIO()
    labels = list(dict.fromkeys(label for row in rows for label in row))
    writer = csv.DictWriter(out, labels, lineterminator="\n")
    writer.writerow({label: _cell(label) for label in labels})
    writer.writerows({label: _cell(value) for label, value in row.items()} for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def _readme(on_map: Map, drawings: list[Drawing], names: list[str], tolerance: float) -> str:
    lang = on_map.lang
    template = files("sahelgeo.data").joinpath(f"newsroom_readme.{lang}.md").read_text(encoding="utf-8")
    credited = credit_lines(drawings, lang, ground=False)
    caveats = [word("disclaimer", lang)]
    if tolerance:
        written = f"{tolerance:g}".replace(".", "," if lang == "fr" else ".")
        caveats.append(f"{word('simplified', lang).format(tolerance=written)}.")
    caveats += [f"{item.title}{word('colon', lang)} {note}." for item in drawings for note in item.notes]
    described = [
        f"{item.title}{word('colon', lang)} {item.subtitle}" if item.subtitle else item.title for item in drawings
    ]
    return template.format(
        title=_one_line(title_of(on_map, drawings)),
        synthetic=f"**{_one_line(credited['synthetic'])}**\n\n" if credited["synthetic"] else "",
        layers=_bullets(described),
        files=_bullets(f"`{name}`: {word('file_' + name.replace('.', '_').lower(), lang)}" for name in names),
        sources=_bullets(credited["lines"] or [word("source_not_stated", lang)]),
        caveats=_bullets(caveats),
        below=f"{on_map.suppress_below:g}",
    )


def _bullets(lines: Any) -> str:
    return "\n".join(f"- {_one_line(line)}" for line in lines)


def _one_line(text: str) -> str:
    return " ".join(str(text).split()).replace("<", "&lt;")


def _write_whole(folder: Path, texts: dict[str, str]) -> tuple[Path, ...]:
    """Write the files into a new folder beside, then put it in place: nobody sees half of it."""
    if folder.is_dir():
        strange = sorted(path.name for path in folder.iterdir() if path.name not in _NAMES)
        if strange:
            raise ExportError(
                f"{folder} holds other files ({listed(strange, 5)}). Choose a folder that is new or empty"
            )
    elif folder.exists():
        raise ExportError(f"{folder} is a file. Choose a folder that is new or empty")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = (folder.with_name(f".{folder.name}-{uuid.uuid4().hex}-{part}") for part in ("new", "old"))
    try:
        fresh.mkdir()
        for name, text in texts.items():
            (fresh / name).write_text(text, encoding="utf-8", newline="\n")
        if folder.exists():
            folder.replace(old)
        fresh.replace(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.replace(folder)
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return tuple(folder / name for name in texts)
