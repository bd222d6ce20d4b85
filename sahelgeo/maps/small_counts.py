"""Small counts of people, which could point at somebody, are kept out of pages, sheets and files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from sahelgeo.maps.drawing import Drawing, Field, SizedDrawing, TimeDrawing, Value

# Counts of persons or households above zero and below this could point at somebody.
SUPPRESS_BELOW = 10
# What stands in the place of such a count.
SUPPRESSED = "<"


def is_small(value: Any, below: float) -> bool:
    """Whether a count could point at somebody."""
    number = isinstance(value, int | float) or hasattr(value, "dtype")
    return bool(number and pd.notna(value) and 0 < value < below)


def withhold(item: Drawing, below: float) -> Drawing:
    """The drawing without small counts, and without the rates that they could be worked out from.

    A legend does not name a small count either, and the largest size then stands for no number.
    """
    if isinstance(item, TimeDrawing):
        frames = tuple(withhold(frame, below) for frame in item.frames)
        return replace(item, frames=frames, fields=frames[-1].fields)
    if not isinstance(item, SizedDrawing):
        return replace(item, fields=_beyond_subtraction(tuple(_without_small(line, below) for line in item.fields)))
    values = _marked(item.values, below)
    return replace(
        item,
        fields=tuple(
            _without_rates(line, values) if line.rate else _without_small(line, below) for line in item.fields
        ),
        values=values,
        legend_values=tuple(value for value in item.legend_values if value >= below),
        largest=item.largest if item.largest >= below else 0.0,
    )


def _marked(values: tuple[Value, ...], below: float) -> tuple[Value, ...]:
    return tuple(SUPPRESSED if is_small(value, below) else value for value in values)


def _without_small(line: Field, below: float) -> Field:
    return replace(line, values=_marked(line.values, below)) if line.form == "people" else line


def _beyond_subtraction(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """One count alone that is withheld is the total less the others: the smallest of these is then withheld as well."""
    counts = [number for number, line in enumerate(fields) if line.form == "people"]
    if len(counts) < 3:
        return fields
    columns = {number: list(fields[number].values) for number in counts}
    for row in range(len(fields[counts[0]].values)):
        held = [number for number in counts if columns[number][row] == SUPPRESSED]
        others = [number for number in counts if isinstance(columns[number][row], int | float) and columns[number][row]]
        if len(held) == 1 and others:
            _, smallest = min((columns[number][row], number) for number in others)
            columns[smallest][row] = SUPPRESSED
    return tuple(
        replace(line, values=tuple(columns[number])) if number in columns else line
        for number, line in enumerate(fields)
    )


def _without_rates(line: Field, counts: tuple[Value, ...]) -> Field:
    pairs = zip(line.values, counts, strict=True)
    return replace(line, values=tuple(SUPPRESSED if count == SUPPRESSED else value for value, count in pairs))
