"""Drawings made alike: the same classes and the same scale of sizes, on one map after the other or side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np

from sahelgeo.errors import SchemaError
from sahelgeo.maps.drawing import (
    AreaDrawing,
    Drawing,
    Field,
    FlowDrawing,
    LegendClass,
    LegendMark,
    SymbolDrawing,
    legend_values,
)
from sahelgeo.maps.style import phase_classes

Sized = TypeVar("Sized", SymbolDrawing, FlowDrawing)


def share_legend(drawings: Sequence[Drawing], colon: str) -> list[Drawing]:
    """The drawings as they look under one legend.

    Parameters
    ----------
    drawings : sequence of Drawing
        Of one kind, such as one layer in several periods.
    colon : str
        Stands between the period and a note that belongs to it.

    Returns
    -------
    list of Drawing
        In the same order: classes of all, with the number of areas on each, and sizes by the largest number of all.
    """
    kinds = {type(item) for item in drawings}
    if len(kinds) > 1:
        raise SchemaError(
            "the tables are drawn in different ways and cannot share a legend. Compare phases with phases, counts with counts"
        )
    notes = tuple(
        f"{item.subtitle}{colon} {note}" if item.subtitle else note for item in drawings for note in item.notes
    )
    told = [replace(item, notes=tuple(dict.fromkeys(notes))) for item in drawings]
    areas = [item for item in told if isinstance(item, AreaDrawing)]
    circles = [item for item in told if isinstance(item, SymbolDrawing)]
    arrows = [item for item in told if isinstance(item, FlowDrawing)]
    return [*_one_set_of_classes(areas), *_one_scale(circles), *_one_scale(arrows)]


def _one_scale(drawings: list[Sized]) -> list[Sized]:
    values = [value for item in drawings for value in item.values if isinstance(value, int | float)]
    return [replace(item, largest=max(values, default=0.0), legend_values=legend_values(values)) for item in drawings]


def _one_set_of_classes(drawings: list[AreaDrawing]) -> list[AreaDrawing]:
    looks: list[tuple[str, str, str, str]] = []
    for item in drawings:
        place = 0
        for one in item.classes:
            # A class that only some drawings have comes after the class before it there.
            if _look(one) not in looks:
                looks.insert(place, _look(one))
            place = looks.index(_look(one)) + 1
    numbers = [[looks.index(_look(item.classes[number])) for number in item.class_of] for item in drawings]
    classes = tuple(
        LegendClass(*look, sum(counts), counts)
        for place, look in enumerate(looks)
        for counts in [
            tuple(
                sum(number == place and not shape for number, shape in zip(own, item.shapes, strict=True))
                for item, own in zip(drawings, numbers, strict=True)
            )
        ]
    )
    marks = _one_set_of_marks(drawings)
    return [
        replace(item, classes=classes, class_of=tuple(own), legend_marks=marks)
        for item, own in zip(drawings, numbers, strict=True)
    ]


def _one_set_of_marks(drawings: list[AreaDrawing]) -> tuple[LegendMark, ...]:
    """The symbols of all drawings, with how many of each there are on all together."""
    found: dict[str, LegendMark] = {}
    for one in (mark for item in drawings for mark in item.legend_marks):
        before = found.get(one.key)
        found[one.key] = one if before is None else replace(one, count=before.count + one.count)
    return tuple(found.values())


def _look(one: LegendClass) -> tuple[str, str, str, str]:
    return one.label, one.colour, one.text_colour, one.hatch


def merge_areas(
    own: list[Drawing | None], there: list[Drawing], lang: str, outlines: dict[tuple[float, float], Any]
) -> list[Drawing]:
    """Drawings of the same areas in the same order and with the same classes; an area without a row is no data."""
    drawn = [item for item in there if isinstance(item, AreaDrawing)]
    things: dict[Any, tuple[AreaDrawing, int]] = {}
    for item in drawn:
        for number, key in enumerate(_area_keys(item)):
            things.setdefault(key, (item, number))
    classes = _all_classes(drawn)
    no_data = next(one for one in phase_classes() if one.key == "no_data")
    missing = LegendClass(no_data.label(lang), no_data.colour, no_data.text_colour, no_data.hatch, 0)
    if any(item is None or len(item.names) < len(things) for item in own) and missing not in classes:
        classes.append(missing)
    shapes = tuple(item.shapes[number] for item, number in things.values())
    points = [item.geometry.iloc[number] for item, number in things.values()]
    geometry = gpd.GeoSeries(
        [point if shape else outlines[point.x, point.y] for point, shape in zip(points, shapes, strict=True)],
        crs="EPSG:4326",
    )
    template = replace(
        drawn[-1],
        names=tuple(item.names[number] for item, number in things.values()),
        geometry=geometry,
        codes=_codes(things),
        shapes=shapes,
    )
    places = {(one.label, one.hatch): number for number, one in enumerate(classes)}
    labels = _all_labels(drawn)
    return [
        _area_frame(item if isinstance(item, AreaDrawing) else None, template, list(things), classes, (places, labels, missing))
        for item in own
    ]  # fmt: skip


def _area_keys(item: AreaDrawing) -> list[Any]:
    return [
        (name, shape, point.x, point.y) if shape else (point.x, point.y)
        for name, shape, point in zip(item.names, item.shapes, item.geometry, strict=True)
    ]


def _area_frame(
    item: AreaDrawing | None, template: AreaDrawing, keys: list[Any], classes: list[LegendClass], shared: Any
) -> AreaDrawing:
    places, labels, missing = shared
    at = {} if item is None else {key: number for number, key in enumerate(_area_keys(item))}
    numbers = [at.get(key) for key in keys]
    class_of = tuple(
        places[missing.label, missing.hatch]
        if item is None or number is None
        else places[item.classes[item.class_of[number]].label, item.classes[item.class_of[number]].hatch]
        for number in numbers
    )
    counts = np.bincount(
        [number for number, shape in zip(class_of, template.shapes, strict=True) if not shape], minlength=len(classes)
    )
    return replace(
        template,
        fields=_fields(item, labels, numbers),
        classes=tuple(replace(one, count=int(count)) for one, count in zip(classes, counts, strict=True)),
        class_of=class_of,
        digits=tuple("" if item is None or number is None else item.digits[number] for number in numbers),
        marks=tuple(() if item is None or number is None else item.marks[number] for number in numbers),
        legend_marks=() if item is None else item.legend_marks,
        notes=() if item is None else item.notes,
        tooltips=_tooltips(item, numbers),
    )


def _all_classes(drawn: list[AreaDrawing]) -> list[LegendClass]:
    """The classes of all periods, each after the one that it follows in its own period."""
    merged: list[LegendClass] = []
    for item in drawn:
        place = 0
        for one in item.classes:
            same = [
                number for number, known in enumerate(merged) if (known.label, known.hatch) == (one.label, one.hatch)
            ]
            if not same:
                merged.insert(place, replace(one, count=0))
            place = (same[0] if same else place) + 1
    return merged


def _all_labels(drawn: list[Any]) -> list[Field]:
    """The popup lines of all periods, without values."""
    return list(dict.fromkeys(replace(line, values=()) for item in drawn for line in item.fields))


def _fields(item: Drawing | None, labels: list[Field], numbers: list[int | None]) -> tuple[Field, ...]:
    known = {} if item is None else {replace(line, values=()): line.values for line in item.fields}
    return tuple(
        replace(
            line,
            values=tuple(None if number is None or line not in known else known[line][number] for number in numbers),
        )
        for line in labels
    )


def _codes(things: dict[Any, tuple[Any, int]]) -> tuple[tuple[str, ...], ...]:
    """The p-codes of the things of all periods; none where no period has any."""
    if not any(item.codes for item, _ in things.values()):
        return ()
    return tuple(item.codes[number] if item.codes else ("",) for item, number in things.values())


def _tooltips(item: Drawing | None, numbers: list[int | None]) -> tuple[str, ...]:
    """The text under the pointer, "" where the period has no row."""
    if item is None or not item.tooltips:
        return ()
    return tuple("" if number is None else item.tooltips[number] for number in numbers)


def merge_sized(
    own: list[Drawing | None], there: list[Drawing], _lang: str, _outlines: dict[tuple[float, float], Any]
) -> list[Drawing]:
    """Drawings of the same circles or arrows in the same order, on one scale; where there is no row there is no number."""
    drawn = [item for item in there if isinstance(item, SymbolDrawing | FlowDrawing)]
    things: dict[Any, tuple[Any, int]] = {}
    for one in drawn:
        for number, key in enumerate(_sized_keys(one)):
            things.setdefault(key, (one, number))
    numbers = [value for one in drawn for value in one.values if isinstance(value, int | float)]
    shared: dict[str, Any] = {
        "names": tuple(item.names[number] for item, number in things.values()),
        "legend_values": legend_values(numbers),
        "largest": max(numbers, default=0.0),
        "codes": _codes(things),
    }
    if isinstance(drawn[0], FlowDrawing):
        shared["arcs"] = tuple(item.arcs[number] for item, number in things.values())
    else:
        shared["points"] = tuple(item.points[number] for item, number in things.values())
    labels = _all_labels(drawn)
    merged: list[Drawing] = []
    for item in own:
        assert item is None or isinstance(item, SymbolDrawing | FlowDrawing)
        at = {} if item is None else {key: number for number, key in enumerate(_sized_keys(item))}
        found = [at.get(key) for key in things]
        merged.append(
            replace(
                drawn[-1],
                **shared,
                fields=_fields(item, labels, found),
                values=tuple(
                    item.values[number] if item is not None and number is not None else None for number in found
                ),
                notes=() if item is None else item.notes,
                tooltips=_tooltips(item, found),
            )
        )
    return merged


def _sized_keys(item: Any) -> list[Any]:
    return list(zip(item.names, item.arcs if isinstance(item, FlowDrawing) else item.points, strict=True))
