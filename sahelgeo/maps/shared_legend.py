"""One legend for several drawings of the same kind: the same classes, the same scale of sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from sahelgeo.errors import SchemaError
from sahelgeo.maps.drawing import (
    AreaDrawing,
    Drawing,
    FlowDrawing,
    LegendClass,
    LegendMark,
    SymbolDrawing,
    legend_values,
)

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
