"""What a map shows, as files that chart tools take: borders, figures, colours and a note on where all comes from."""

from __future__ import annotations

import json
import shutil
import uuid
import warnings
from collections.abc import Iterable, Sequence
from itertools import compress
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sahelgeo.embedded import read_text
from sahelgeo.errors import DataWarning, ExportError, SchemaError, listed
from sahelgeo.maps.document import DrawnLayer, caveats, credit_lines, language_of, layers_of, title_of
from sahelgeo.maps.drawing import AreaDrawing, Drawing, HexagonDrawing, SymbolDrawing, TimeDrawing, withhold
from sahelgeo.maps.newsroom_tables import (
    as_csv,
    data_rows,
    event_rows,
    flow_rows,
    hexagon_rows,
    palette_rows,
    period_rows,
    point_rows,
    wide_rows,
)
from sahelgeo.maps.one_call import layer_for
from sahelgeo.maps.page import Map
from sahelgeo.maps.time_layer import TimeLayer
from sahelgeo.maps.topology import DECIMALS, Topology, build_topology, polygons_of, ring_of
from sahelgeo.words import base_language, word

# A vertex of GeoJSON with four decimals, such as [-1.5197,12.3657], takes up to 18 bytes with its comma.
_BYTES_PER_VERTEX = 18
_NAMES = (
    *("areas.geojson", "areas.topojson", "hexagons.geojson", "hexagons.csv", "data.csv", "periods.csv"),
    *("periods_wide.csv", "flows.csv", "points.csv", "events.csv", "palette.csv", "palette.json", "README.md"),
)


def export_newsroom(
    m: Map | gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame], folder: str | Path, *, max_kb: int = 500
) -> tuple[Path, ...]:
    """Write what a map shows as files for Datawrapper, Flourish and other chart tools.

    Parameters
    ----------
    m : Map, geopandas.GeoDataFrame or sequence of geopandas.GeoDataFrame
        A map with layers, or tables with geometry that a layer can draw: phases, stocks, flow lines.
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
        - ``README.md``, what stands in the files, how to load them, sources and licences, caveats, what is synthetic.

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
    on_map = m if isinstance(m, Map) else _map_of(m)
    layers = list(layers_of(on_map))
    if not layers:
        raise SchemaError("there is no layer to export. Add one first: PhaseLayer(table).add_to(m)")
    below = on_map.suppress_below
    drawings = [withhold(layer.drawing(language_of(on_map, layer)), below) for layer in layers]
    areas = _areas(layers, drawings)
    texts: dict[str, str] = {}
    tolerance = 0.0
    if len(areas):
        topology, _ = build_topology([areas.geometry], most_vertices=max(500, max_kb * 1000 // _BYTES_PER_VERTEX))
        tolerance = topology.tolerance_degrees
        texts |= _borders(topology, areas, max_kb)
    texts |= _hexagons(drawings, on_map.lang, below)
    tables = {
        "data.csv": data_rows(areas, drawings, on_map.lang, below),
        "periods.csv": period_rows(drawings, on_map.lang, below),
        "periods_wide.csv": wide_rows(drawings, on_map.lang),
        "flows.csv": flow_rows(drawings, on_map.lang, below),
        "points.csv": point_rows(drawings, on_map.lang, below),
        "events.csv": event_rows(drawings, on_map.lang),
        "palette.csv": palette_rows(drawings),
    }
    texts |= {name: as_csv(rows) for name, rows in tables.items() if rows}
    texts["palette.json"] = json.dumps(tables["palette.csv"], ensure_ascii=False, indent=1) + "\n"
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


def _shapes(layer: DrawnLayer, item: Drawing) -> list[Any]:
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
        warnings.warn(
            f"areas.geojson takes {len(geojson.encode()) / 1000:,.0f} kB, more than max_kb={max_kb}. "
            "Export fewer or larger areas, or allow more",
            DataWarning,
            stacklevel=3,
        )
    return {"areas.geojson": geojson, "areas.topojson": _json(as_topojson(topology, properties))}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def _readme(on_map: Map, drawings: list[Drawing], names: list[str], tolerance: float) -> str:
    lang = on_map.lang
    template = read_text(f"newsroom_readme.{base_language(lang)}.md")
    credited = credit_lines(drawings, lang, ground=False)
    colon = word("colon", lang)
    notes = [f"{title}{colon} {note}." for title, note in _notes(drawings)]
    if "events.csv" in names:
        notes.append(f"{word('events_gathered', lang)}.")
    described = [f"{item.title}{colon} {item.subtitle}" if item.subtitle else item.title for item in drawings]
    return template.format(
        title=_one_line(title_of(on_map, drawings)),
        synthetic=f"**{_one_line(credited['synthetic'])}**\n\n" if credited["synthetic"] else "",
        layers=_bullets(described),
        files=_bullets(f"`{name}`: {word('file_' + name.replace('.', '_').lower(), lang)}" for name in names),
        sources=_bullets(credited["lines"] or [word("source_not_stated", lang)]),
        caveats=_bullets([*caveats(tolerance, lang), *notes]),
        below=f"{on_map.suppress_below:g}",
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


def as_topojson(topology: Topology, properties: list[dict[str, Any]]) -> dict[str, Any]:
    """The topology as TopoJSON with the object ``areas``; outer rings with the clock, as d3 reads them."""
    scale, points = 10**-DECIMALS, topology.points()
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
    degrees = shapely.transform(areas, lambda steps: np.round(steps / 10**DECIMALS, DECIMALS))
    return _features(properties, degrees, "pcode")


def _features(properties: list[dict[str, Any]], shapes: Iterable[Any], key: str) -> dict[str, Any]:
    """A FeatureCollection; an area of one piece is a Polygon."""
    features = []
    for facts, shape in zip(properties, shapes, strict=True):
        parts = shapely.get_parts(shape)
        geometry = shapely.geometry.mapping(parts[0] if len(parts) == 1 else shape)
        features.append({"type": "Feature", "id": facts[key], "properties": facts, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}
