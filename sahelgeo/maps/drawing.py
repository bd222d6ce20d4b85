"""What a layer draws, free of any way to draw it: the HTML page and the printed figure are made from the same drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

Value = float | int | str | None


@dataclass(frozen=True)
class LegendClass:
    """One class of areas: its words, its look and how many areas it has (``counts``: on each of the maps that share a legend)."""

    label: str
    colour: str
    text_colour: str
    hatch: str
    count: int
    counts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Field:
    """One line of a popup: a label and a value for each thing drawn.

    ``form`` says how values are written: people (persons; small counts are withheld), whole, share (0–1, as per cent),
    decimal or text.
    """

    label: str
    values: tuple[Value, ...]
    form: str


@dataclass(frozen=True)
class Drawing:
    """What all drawings have: a title, a period in words, names and popup lines of the things drawn, notes.

    ``codes`` holds the p-codes of each thing drawn (one for an area, two for a movement), empty where there are none;
    ``tooltips`` the text that shows under the pointer, where a template was given.
    """

    title: str
    subtitle: str
    names: tuple[str, ...]
    fields: tuple[Field, ...]
    sources: tuple[str, ...]
    synthetic: bool
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    codes: tuple[tuple[str, ...], ...] = field(default=(), kw_only=True)
    tooltips: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class AreaDrawing(Drawing):
    """Areas filled by class; ``class_of`` gives each area's place in ``classes``, ``digits`` the text inside it.

    ``border`` is the colour of the borders where it is not that of the style table.
    """

    geometry: gpd.GeoSeries
    classes: tuple[LegendClass, ...]
    class_of: tuple[int, ...]
    digits: tuple[str, ...]
    border: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class SymbolDrawing(Drawing):
    """Circles whose area stands for a number; missing numbers have no circle. The largest circle stands for ``largest``."""

    points: tuple[tuple[float, float], ...]
    values: tuple[float | None, ...]
    legend_values: tuple[float, ...]
    largest: float = field(default=0.0, kw_only=True)


@dataclass(frozen=True)
class FlowDrawing(Drawing):
    """Curved arrows whose width stands for a number; each is start, middle and end as longitude and latitude.

    The widest arrow stands for ``largest``.
    """

    arcs: tuple[tuple[float, float, float, float, float, float], ...]
    values: tuple[float, ...]
    legend_values: tuple[float, ...]
    largest: float = field(default=0.0, kw_only=True)


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


def label_points(areas: gpd.GeoSeries) -> list[tuple[float, float]]:
    """A point inside each area, on a grid so that circles, digits and arrow ends of one area meet exactly."""
    points = areas.representative_point()
    return list(zip(points.x.round(4).tolist(), points.y.round(4).tolist(), strict=True))


def plain(values: pd.Series) -> tuple[Value, ...]:
    """The values as plain Python numbers and text, missing as None."""
    return tuple(None if pd.isna(value) else value.item() if hasattr(value, "item") else value for value in values)
