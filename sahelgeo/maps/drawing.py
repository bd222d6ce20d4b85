"""What a layer draws, free of any way to draw it: the HTML page and the printed figure are made from the same drawing.

Small counts of people, which could point at somebody, are withheld here, so that no page, sheet or file holds them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.flows.suppression import is_small

Value = float | int | str | None
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class LegendClass:
    """One class of areas: its words, its look and how many areas of a drawing it has."""

    label: str
    colour: str
    text_colour: str
    hatch: str
    count: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Field:
    """One line of a popup: a label and a value for each thing drawn.

    ``form`` says how values are written: people (persons or households; small counts are withheld), whole, share (0–1,
    as per cent), decimal or text. A ``rate`` is withheld with the count that the thing's size stands for. Fields that
    are a ``part`` add up to a whole: a popup gives the share of each.
    """

    label: str
    values: tuple[Value, ...]
    form: str
    rate: bool = False
    part: bool = False


@dataclass(frozen=True)
class LegendMark:
    """One kind of symbol on areas, or of settlements: key, words, how many there are, and on each of several maps."""

    key: str
    label: str
    count: int
    each: tuple[int, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """What all drawings have: a title, a period in words, names and popup lines of the things drawn, notes.

    ``unsourced`` says that a figure names no source.
    ``codes`` holds the p-codes of each thing drawn (one for an area, two for a movement), empty where there are none;
    ``tooltips`` the text that shows under the pointer, where a template was given; ``fill`` the one colour of circles,
    arrows or events where it is not that of the style table.
    """

    title: str
    subtitle: str
    names: tuple[str, ...]
    fields: tuple[Field, ...]
    sources: tuple[str, ...]
    unsourced: bool = field(default=False, kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    codes: tuple[tuple[str, ...], ...] = field(default=(), kw_only=True)
    tooltips: tuple[str, ...] = field(default=(), kw_only=True)
    fill: str = field(default="", kw_only=True)

    def extent(self) -> Box | None:
        """West, south, east, north of what is drawn."""
        return None

    def outlines(self) -> gpd.GeoSeries | None:
        """The areas whose borders the map's topology must hold."""
        return None

    def shown(self) -> Drawing:
        """What a sheet of paper shows of it."""
        return self


@dataclass(frozen=True)
class AreaDrawing(Drawing):
    """Areas filled by class; ``class_of`` gives each area's place in ``looks``, ``digits`` the text inside it.

    ``looks`` are the classes of the scale and then the kinds of missing value, of which "no data" is the last. All
    drawings on one scale have the same; a legend shows the classes and those kinds of missing value that are there.
    ``each_counts`` holds, for maps under one legend, the number of areas of each look on each map.
    ``border`` is the colour of the borders where it is not that of the style table, ``marks`` the keys of the symbols
    on each area. A row with a shape ("idp_site", "urban", "refugee") is a settlement: its geometry is a point.
    Where ``named`` is false, names are for popups alone: those of hexagons are no names of places.
    """

    geometry: gpd.GeoSeries
    classes: tuple[LegendClass, ...]
    class_of: tuple[int, ...]
    missing: tuple[LegendClass, ...] = field(default=(), kw_only=True)
    each_counts: tuple[tuple[int, ...], ...] = field(default=(), kw_only=True)
    digits: tuple[str, ...] = field(default=(), kw_only=True)
    border: str = field(default="", kw_only=True)
    marks: tuple[tuple[str, ...], ...] = field(default=(), kw_only=True)
    legend_marks: tuple[LegendMark, ...] = field(default=(), kw_only=True)
    shapes: tuple[str, ...] = field(default=(), kw_only=True)
    named: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        for name, nothing in (("digits", ""), ("marks", ()), ("shapes", "")):
            if not getattr(self, name):
                object.__setattr__(self, name, (nothing,) * len(self.names))
        # What periods have in common has the areas of all, and no classes of its own yet.
        counts = self.counts if len(self.class_of) == len(self.shapes) else (0,) * len(self.looks)
        looks = tuple(replace(one, count=count) for one, count in zip(self.looks, counts, strict=True))
        object.__setattr__(self, "missing", looks[len(self.classes) :])
        object.__setattr__(self, "classes", looks[: len(self.classes)])

    @property
    def looks(self) -> tuple[LegendClass, ...]:
        """The classes, then the kinds of missing value."""
        return *self.classes, *self.missing

    @property
    def counts(self) -> tuple[int, ...]:
        """How many areas each look has; settlements are not counted among them."""
        areas = [number for number, shape in zip(self.class_of, self.shapes, strict=True) if not shape]
        return tuple(np.bincount(areas, minlength=len(self.looks)).tolist())

    def legend(self) -> dict[int, tuple[int, ...]]:
        """The places of the looks in the legend, with the number of areas of each on each map under it."""
        counts = zip(*(self.each_counts or (self.counts,)), strict=True)
        shown = {*range(len(self.classes)), *self.class_of}
        return {number: own for number, own in enumerate(counts) if number in shown or sum(own)}

    def extent(self) -> Box | None:
        """West, south, east, north of the areas."""
        return _box(self.geometry.total_bounds)

    def outlines(self) -> gpd.GeoSeries:
        """The areas without the settlements."""
        return self.geometry[[not shape for shape in self.shapes]] if any(self.shapes) else self.geometry


@dataclass(frozen=True)
class BivariateDrawing(AreaDrawing):
    """Areas by two numbers at once: class 3 × row + column of a key of three by three, then no data."""

    axis_labels: tuple[str, str]
    axis_classes: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class HexagonDrawing(AreaDrawing):
    """Areas that are no administrative ones: hexagons of a fixed grid, whose codes are their places in it."""


@dataclass(frozen=True)
class SizedDrawing(Drawing):
    """Things whose size stands for a number; the largest size stands for ``largest``."""

    values: tuple[Value, ...]
    legend_values: tuple[float, ...]
    largest: float = field(default=0.0, kw_only=True)


@dataclass(frozen=True)
class SymbolDrawing(SizedDrawing):
    """Circles whose area stands for a number; missing numbers have no circle.

    ``areas`` are those that the circles stand for, where these are not points.
    """

    points: tuple[tuple[float, float], ...]
    areas: gpd.GeoSeries | None = field(default=None, kw_only=True)

    def extent(self) -> Box | None:
        """West, south, east, north of the areas, else of the points."""
        return _around(self.points) if self.areas is None else _box(self.areas.total_bounds)

    def outlines(self) -> gpd.GeoSeries | None:
        """The areas that the circles stand for."""
        return self.areas


@dataclass(frozen=True)
class FlowDrawing(SizedDrawing):
    """Curved arrows whose width stands for a number; each is start, middle and end as longitude and latitude."""

    arcs: tuple[tuple[float, float, float, float, float, float], ...]

    def extent(self) -> Box | None:
        """West, south, east, north of starts, middles and ends."""
        return _around([(arc[axis], arc[axis + 1]) for arc in self.arcs for axis in (0, 2, 4)])


@dataclass(frozen=True)
class EventDrawing(Drawing):
    """Points that are gathered into circles: ``kind_of`` gives each event's place in ``kinds``.

    ``by`` is "events" or "fatalities": what the number in a circle counts; ``vague`` marks events without an exact
    place.
    """

    points: tuple[tuple[float, float], ...]
    kinds: tuple[str, ...]
    kind_of: tuple[int, ...]
    fatalities: tuple[int | None, ...]
    vague: tuple[bool, ...]
    by: str

    def extent(self) -> Box | None:
        """West, south, east, north of the points."""
        return _around(self.points)


@dataclass(frozen=True)
class TimeDrawing(Drawing):
    """One drawing for each period, all of the same things in the same order, classes and scale.

    ``labels`` are the periods in words; ``spans`` are first day, last day and kind of each, as text.
    """

    frames: tuple[Drawing, ...]
    labels: tuple[str, ...]
    spans: tuple[tuple[str, str, str], ...] = field(default=(), kw_only=True)

    def extent(self) -> Box | None:
        """West, south, east, north of all periods."""
        return self.frames[-1].extent()

    def outlines(self) -> gpd.GeoSeries | None:
        """The areas that all periods share."""
        return self.frames[-1].outlines()

    def shown(self) -> Drawing:
        """The last period."""
        return self.frames[-1]


def _box(bounds: Sequence[float]) -> Box:
    west, south, east, north = (float(value) for value in bounds)
    return west, south, east, north


def _around(points: Sequence[tuple[float, float]]) -> Box | None:
    if not points:
        return None
    across, along = zip(*points, strict=True)
    return min(across), min(along), max(across), max(along)


def legend_values(values: Sequence[float]) -> tuple[float, ...]:
    """Up to three round values that show how size stands for number, largest first.

    Examples
    --------
    >>> from sahelgeo.maps.drawing import legend_values
    >>> legend_values([422_267, 1_051])
    (400000.0, 100000.0, 20000.0)
    """
    largest = max(values, default=0.0)
    if largest <= 0:
        return ()
    rounded = [_one_digit(largest), _one_digit(largest / 4), _one_digit(largest / 20)]
    return tuple(dict.fromkeys(value for value in rounded if value >= 1)) or (largest,)


def _one_digit(value: float) -> float:
    unit = 10.0 ** math.floor(math.log10(value))
    return math.floor(value / unit) * unit


def gathered_events(item: EventDrawing, cells: int = 11) -> list[tuple[tuple[float, float], list[int]]]:
    """Groups of events near each other on a sheet of ``cells`` by ``cells``: the middle and the events of each."""
    points = np.array(item.points)
    span = max(float(np.ptp(points[:, 0])), float(np.ptp(points[:, 1])), 0.1) / cells
    groups: dict[tuple[int, int], list[int]] = {}
    for number, (x, y) in enumerate(points - points.min(axis=0)):
        groups.setdefault((int(x // span), int(y // span)), []).append(number)
    kept: list[tuple[np.ndarray, list[int]]] = []
    for members in sorted(groups.values(), key=len, reverse=True):
        middle = points[members].mean(axis=0)
        # Squares of a grid cut groups in two: a smaller one whose middle is near a larger one's joins it.
        near = [larger for place, larger in kept if np.hypot(*(place - middle)) < 0.7 * span]
        if near:
            near[0].extend(members)
        else:
            kept.append((middle, [*members]))
    return [((float(middle[0]), float(middle[1])), members) for middle, members in kept]


def label_points(areas: gpd.GeoSeries) -> list[tuple[float, float]]:
    """A point inside each area, on a grid so that circles, digits and arrow ends of one area meet exactly."""
    points = areas.representative_point()
    return list(zip(points.x.round(4).tolist(), points.y.round(4).tolist(), strict=True))


def plain(values: pd.Series) -> tuple[Value, ...]:
    """The values as plain Python numbers and text, missing as None."""
    held = zip(values.tolist(), values.isna().tolist(), strict=True)
    return tuple(None if gone else value.item() if hasattr(value, "item") else value for value, gone in held)


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
    rows = zip(*(fields[number].values for number in counts), strict=True)  # noqa: PD011 (fields' own values)
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
