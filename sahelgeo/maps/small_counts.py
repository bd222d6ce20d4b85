"""Small counts of people, which could point at somebody, are kept out of pages, sheets and files."""

from __future__ import annotations

from dataclasses import replace

from sahelgeo.flows.suppression import is_small
from sahelgeo.maps.drawing import Drawing, Field, SizedDrawing, TimeDrawing, Value

# What stands in the place of such a count.
SUPPRESSED = "<"
# Published parts differ from their total by persons that were rounded.
_ROUNDING = 5


def withhold(item: Drawing, below: float) -> Drawing:
    """The drawing without small counts, and without the rates that they could be worked out from.

    A legend does not name a small count either, and the largest size then stands for no number.
    """
    if isinstance(item, TimeDrawing):
        frames = tuple(withhold(frame, below) for frame in item.frames)
        return replace(item, frames=frames, fields=frames[-1].fields)
    if not isinstance(item, SizedDrawing):
        return replace(item, fields=withheld_fields(item.fields, below))
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


def withheld_fields(fields: tuple[Field, ...], below: float) -> tuple[Field, ...]:
    """The figures of areas without small counts, and without those that these could be worked out from."""
    held = tuple(_without_small(line, below) for line in fields)
    counts = [number for number, line in enumerate(fields) if line.form == "people"]
    columns = {number: list(held[number].values) for number in counts}
    rows = zip(*(fields[number].values for number in counts), strict=True)
    for row, known in enumerate(rows):
        withheld = [number for number in counts if columns[number][row] == SUPPRESSED]
        if len(withheld) == 1 and _has_total(known):
            columns[_second(columns, row)][row] = SUPPRESSED
    return tuple(
        replace(line, values=tuple(columns[number])) if number in columns else line for number, line in enumerate(held)
    )


def _has_total(known: tuple[Value, ...]) -> bool:
    """Whether the largest count is the sum of the others: one alone that is withheld is then the rest."""
    numbers = sorted(float(value) for value in known if isinstance(value, int | float) and value)
    return len(numbers) > 2 and abs(numbers[-1] - sum(numbers[:-1])) <= max(_ROUNDING, 0.005 * numbers[-1])


def _second(columns: dict[int, list[Value]], row: int) -> int:
    """The smallest of the counts that are still there."""
    there = [
        (value, number) for number, values in columns.items() if isinstance(value := values[row], int | float) and value
    ]
    return min(there)[1]


def _without_rates(line: Field, counts: tuple[Value, ...]) -> Field:
    pairs = zip(line.values, counts, strict=True)
    return replace(line, values=tuple(SUPPRESSED if count == SUPPRESSED else value for value, count in pairs))
