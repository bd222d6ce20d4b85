"""The tables of an export for newsrooms: areas, periods, movements, points, events and colours."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any

import geopandas as gpd
import numpy as np

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
    gathered_events,
    label_points,
)
from sahelgeo.maps.style import style
from sahelgeo.words import word

Rows = list[dict[str, Any]]
_PLACE_DECIMALS = 1
_ENDS = ("origin_longitude", "origin_latitude", "destination_longitude", "destination_latitude")


def columns_of(item: Drawing, lang: str, below: float, *, with_class: bool = False) -> dict[str, Sequence[Any]]:
    """What a layer shows about each thing it draws, by label; a label says when the figures are invented."""
    columns: dict[str, Sequence[Any]] = {**_fields(item, lang, below)}
    if isinstance(item, AreaDrawing) and item.fields:
        classes = [item.classes[number].label for number in item.class_of]
        if with_class or classes not in columns.values():
            columns[f"{item.title} ({word('class', lang)})"] = classes
    return {_said_invented(label, item, lang): column for label, column in columns.items()}


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


def _said_invented(label: str, item: Drawing, lang: str) -> str:
    return f"{label} ({word('synthetic', lang)})" if item.synthetic else label


def data_rows(areas: gpd.GeoDataFrame, drawings: list[Drawing], lang: str, below: float) -> Rows:
    """One row for each area, with what the layers of one period show there."""
    rows = {
        code: {"pcode": code, "name": name} | _at(point)
        for code, name, point in zip(areas["pcode"], areas["name"], label_points(areas.geometry), strict=True)
    }
    on_areas = [item for item in drawings if isinstance(item, AreaDrawing | SymbolDrawing)]
    shown = [item for item in on_areas if {codes[0] for codes in item.codes} & set(rows)]
    labels = [label for item in shown for label in columns_of(item, lang, below)]
    taken = {"pcode", "name", "longitude", "latitude"}
    for item in shown:
        for label, values in columns_of(item, lang, below).items():
            column = _free(label if labels.count(label) == 1 else _told_apart(label, item), taken)
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


def _free(column: str, taken: set[str]) -> str:
    return next(name for name in chain([column], (f"{column} {number}" for number in count(2))) if name not in taken)


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
            columns.append((_free(_said_invented(head, item, lang), taken), _main_values(frame)))
            taken.add(columns[-1][0])
        for number in _areas_of(item.frames[0]) if item.codes else ():
            row = rows.setdefault(item.codes[number][0], {"pcode": item.codes[number][0], "name": item.names[number]})
            row |= {column: values[number] for column, values in columns}
    return [rows[code] for code in sorted(rows)]


def _main_values(item: Drawing) -> Sequence[Any]:
    numeric = item.fields and item.fields[0].form != "text"
    if isinstance(item, AreaDrawing) and (isinstance(item, BivariateDrawing) or not numeric):
        return [item.classes[number].label for number in item.class_of]
    first = item.fields[0]
    return [None if value == SUPPRESSED else _plain(value, first.form) for value in first.values]


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
                if item.values[number] is not None
            ]
    return rows


def point_rows(drawings: list[Drawing], lang: str, below: float) -> Rows:
    """One row for each place without a p-code, and for each settlement."""
    rows: Rows = []
    for period, item in _moments(drawings):
        if isinstance(item, SymbolDrawing) and not item.codes:
            numbers, points = list(range(len(item.names))), list(item.points)
        elif isinstance(item, AreaDrawing) and any(item.shapes):
            numbers = [number for number, shape in enumerate(item.shapes) if shape]
            points = label_points(item.geometry)
        else:
            continue
        fields = _fields(item, lang, below)
        rows += [
            {"name": item.names[number]} | _at(points[number]) | period | _row(fields, number) | _source(item)
            for number in numbers
        ]
    return rows


def hexagon_rows(item: HexagonDrawing, lang: str, below: float) -> Rows:
    """One row for each hexagon with an event."""
    columns = columns_of(item, lang, below)
    return [
        {"hexagon": code, "name": item.names[number]} | _at(point) | _row(columns, number) | _source(item)
        for number, ((code,), point) in enumerate(zip(item.codes, label_points(item.geometry), strict=True))
    ]


def event_rows(drawings: list[Drawing], lang: str) -> Rows:
    """One row for each group of events near each other, as on a printed sheet; no event keeps its own place."""
    rows: Rows = []
    for item in drawings:
        if not isinstance(item, EventDrawing):
            continue
        for middle, members in gathered_events(item):
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
            rows.append(
                {"layer": item.title}
                | _at(place)
                | {_said_invented(label, item, lang): value for label, value in figures.items()}
                | _source(item)
            )
    return rows


def palette_rows(drawings: list[Drawing]) -> Rows:
    """The classes of each layer in their order; of a layer over time without counts, which differ by period."""
    rows = []
    for given in drawings:
        item = given.shown()
        if isinstance(item, AreaDrawing):
            counted = not isinstance(given, TimeDrawing)
            rows += [
                {"layer": given.title, "order": number, "label": one.label, "colour": one.colour}
                | {"text_colour": one.text_colour, "hatch": one.hatch, "areas": one.count if counted else None}
                for number, one in enumerate(item.classes, 1)
            ]
        else:
            kinds = {SymbolDrawing: "symbols", FlowDrawing: "arrows", EventDrawing: "events"}
            fill = style()[kinds[type(item)]]["fill"]
            rows.append({"layer": given.title, "order": 1, "label": given.title, "colour": fill})
    return rows


def as_csv(rows: Rows) -> str:
    """The rows as CSV, safe to open in a spreadsheet."""
    out = io.StringIO()
    labels = list(dict.fromkeys(label for row in rows for label in row))
    writer = csv.DictWriter(out, labels, lineterminator="\n")
    writer.writerow({label: _cell(label) for label in labels})
    writer.writerows({label: _cell(value) for label, value in row.items()} for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
