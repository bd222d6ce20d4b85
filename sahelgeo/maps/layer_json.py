"""What the page's script gets of each drawing: plain values, small, without counts that could point at somebody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sahelgeo.maps.drawing import (
    AreaDrawing,
    BivariateDrawing,
    Drawing,
    EventDrawing,
    Field,
    FlowDrawing,
    SymbolDrawing,
    TimeDrawing,
    Value,
    label_points,
)
from sahelgeo.maps.style import style

_WORTH_SHARING = 10
_CLASS_MARKS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Numbering:
    """The numbers that the layers of one map share: of areas in the topology, and of the p-codes that flows name."""

    def __init__(self, groups: list[list[int]], drawings: Iterable[Drawing]) -> None:
        self._groups: Iterator[list[int]] = iter(groups)
        flows = [item.shown() for item in drawings if isinstance(item.shown(), FlowDrawing)]
        ends = {code for item in flows for pair in item.codes for code in pair if code}
        self.codes: Mapping[str, int] = {code: number for number, code in enumerate(sorted(ends))}
        self.code_of_area: dict[int, int] = {}

    def areas(self, item: AreaDrawing) -> list[int | None]:
        """The number of each area in the topology; a settlement, which is a point, has none."""
        outlines = iter(self.next_group())
        numbers = [None if shape else next(outlines) for shape in item.shapes]
        if item.codes:
            for number, (code,) in zip(numbers, item.codes, strict=True):
                if number is not None and code in self.codes:
                    self.code_of_area[number] = self.codes[code]
        return numbers

    def next_group(self) -> list[int]:
        """The numbers of the next group of outlines."""
        return next(self._groups)


def share_lists(layers: dict[str, dict[str, Any]]) -> None:
    """Names, places and areas that a layer before has too become a reference: the layer's key and the list's name."""
    known: dict[tuple[Any, ...], str] = {}
    for key, layer in layers.items():
        for part in ("names", "places", "points", "areas"):
            if part in layer and len(layer[part]) > _WORTH_SHARING:
                here = f"{key}/{part}"
                first = known.setdefault(tuple(layer[part]), here)
                if first != here:
                    layer[part] = first


def layer_json(item: Drawing, numbering: Numbering) -> dict[str, Any]:
    """One layer as plain values. Small counts must have been withheld before."""
    if isinstance(item, TimeDrawing):
        return _time_json(item, numbering)
    shared = {
        "title": item.title,
        "subtitle": item.subtitle,
        "names": item.names,
        "fields": [_field_json(line) for line in item.fields],
        "notes": [*item.notes],
        "tooltips": item.tooltips,
        "synthetic": item.synthetic,
    }
    if isinstance(item, AreaDrawing):
        return {**shared, **_area_json(item, numbering)}
    if isinstance(item, EventDrawing):
        return {**shared, **_event_json(item)}
    assert isinstance(item, SymbolDrawing | FlowDrawing)
    sized = {"values": item.values, "legend_values": item.legend_values, "largest": item.largest}
    if isinstance(item, SymbolDrawing):
        return {**shared, **sized, "kind": "symbols", "points": item.points}
    ends = [[numbering.codes.get(code) for code in pair] for pair in item.codes]
    return {**shared, **sized, "kind": "arrows", "arcs": item.arcs, "ends": ends}


def _area_json(item: AreaDrawing, numbering: Numbering) -> dict[str, Any]:
    made: dict[str, Any] = {
        "kind": "areas",
        "areas": numbering.areas(item),
        "classes": [
            {"label": one.label, "colour": one.colour, "text": one.text_colour, "hatch": one.hatch, "count": one.count}
            | ({"counts": one.counts} if one.counts else {})
            for one in item.classes
        ],
        "class_of": item.class_of,
        "digits": item.digits,
        "border": item.border or style()["areas"]["border"],
        "places": label_points(item.geometry),
    }
    if not item.named:
        made["unnamed"] = True
    if item.legend_marks:
        made |= _marks_json(item)
    if any(item.shapes):
        made["shapes"] = _by_number(item.shapes)
    if isinstance(item, BivariateDrawing):
        made["key"] = {"labels": item.axis_labels, "classes": item.axis_classes}
    return made


def _marks_json(item: AreaDrawing) -> dict[str, Any]:
    found: dict[str, Any] = {"marks": _by_number(item.marks)} if any(item.marks) else {}
    return found | ({"legend_marks": [vars(one) for one in item.legend_marks]} if item.legend_marks else {})


def _by_number(values: Iterable[Any]) -> dict[str, Any]:
    return {str(number): value for number, value in enumerate(values) if value}


def _event_json(item: EventDrawing) -> dict[str, Any]:
    return {
        "kind": "events",
        "points": [number for point in item.points for number in point],
        "kinds": item.kinds,
        "kind_of": item.kind_of,
        "fatalities": item.fatalities,
        "vague": [number for number, vague in enumerate(item.vague) if vague],
        "by": item.by,
    }


def _time_json(item: TimeDrawing, numbering: Numbering) -> dict[str, Any]:
    """Everything that the periods share once, and for each period its classes as one compact string or its numbers."""
    last = item.frames[-1]
    made = layer_json(last, numbering)
    fields = [
        {"label": line.label, "form": line.form, **_values_by_frame(item, number)}
        for number, line in enumerate(last.fields)
    ]
    frames = []
    for frame in item.frames:
        one: dict[str, Any] = {"subtitle": frame.subtitle, "notes": [*frame.notes]}
        if isinstance(frame, AreaDrawing):
            one["class_of"] = "".join(_CLASS_MARKS[number] for number in frame.class_of)
            one |= _marks_json(frame)
        elif isinstance(frame, SymbolDrawing | FlowDrawing):
            one["values"] = [_short(value) for value in frame.values]
        if frame.tooltips:
            one["tooltips"] = frame.tooltips
        frames.append(one)
    for repeated in ("class_of", "digits", "values", "marks", "legend_marks", "subtitle", "notes", "tooltips"):
        made.pop(repeated, None)
    if isinstance(last, AreaDrawing):
        made["class_digits"] = _class_digits(item)
    return {**made, "of": made["kind"], "kind": "time", "labels": item.labels, "frames": frames, "fields": fields}


def _class_digits(item: TimeDrawing) -> list[str]:
    """The text inside the areas of each class: it follows from the class, so that no period needs to repeat it."""
    found: dict[int, str] = {}
    for frame in item.frames:
        assert isinstance(frame, AreaDrawing)
        found.update(zip(frame.class_of, frame.digits, strict=True))
    last = item.frames[-1]
    assert isinstance(last, AreaDrawing)
    return [found.get(number, "") for number in range(len(last.classes))]


def _values_by_frame(item: TimeDrawing, number: int) -> dict[str, Any]:
    lines = [frame.fields[number] for frame in item.frames]
    if all(_repeats_the_class(frame, line) for frame, line in zip(item.frames, lines, strict=True)):
        return {"of": "class"}
    if all(
        isinstance(frame, SymbolDrawing | FlowDrawing) and line.form == "people" and _same(line.values, frame.values)
        for frame, line in zip(item.frames, lines, strict=True)
    ):
        return {"of": "values"}
    return {"frames": [_field_json(line)["values"] for line in lines]}


def _repeats_the_class(frame: Drawing, line: Field) -> bool:
    return isinstance(frame, AreaDrawing) and all(
        value in (None, frame.classes[number].label) for value, number in zip(line.values, frame.class_of, strict=True)
    )


def _same(values: Iterable[Value], others: Iterable[Value]) -> bool:
    return list(values) == list(others)


def _field_json(line: Field) -> dict[str, Any]:
    return {"label": line.label, "form": line.form, "values": [_short(value) for value in line.values]}


def _short(value: Any) -> Any:
    if isinstance(value, float):
        # A whole number needs no ".0": over many periods that is half of what a table takes.
        return int(value) if value.is_integer() and abs(value) < 1e15 else float(f"{value:.9g}")
    return value
