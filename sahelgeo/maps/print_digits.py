"""Digits and stars on printed areas: each in its own area, beside the circle that stands there, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from matplotlib.patheffects import withStroke

from sahelgeo.maps.drawing import AreaDrawing, label_points
from sahelgeo.maps.print_marks import MARK_TEXT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The shorter side of an area, in points, that holds a digit, and a digit of full size.
_SMALLEST_ROOM, _AMPLE_ROOM = 9.0, 24.0
_HALF_LETTER, _HALF_LINE = 3.2, 4.5


class Digit(NamedTuple):
    """What is written in which area, how far from its point (in points), how large, and the box that it takes."""

    number: int
    written: str
    shift: tuple[float, float]
    size: float
    box: Any


def digits_of(axes: Axes, item: AreaDrawing, radii: dict[tuple[float, float], float]) -> list[Digit]:
    """The digits that have room, large areas first: in their own area, and clear of circles and of each other."""
    axes.apply_aspect()
    to_points = axes.transData + axes.figure.dpi_scale_trans.inverted()

    def on_sheet(places: Any) -> Any:
        return to_points.transform(np.asarray(places)) * 72

    points = label_points(item.geometry)
    corners = shapely.bounds(item.geometry.to_numpy()).reshape(-1, 2)
    room = np.abs(np.diff(on_sheet(corners).reshape(-1, 2, 2), axis=1))[:, 0]
    taken = [shapely.Point(on_sheet(point)).buffer(radius) for point, radius in radii.items() if radius]
    found = []
    for number in np.argsort(-room.prod(axis=1), kind="stable").tolist():
        written = item.digits[number] + "".join(MARK_TEXT.get(mark, "") for mark in item.marks[number])
        if item.shapes[number] or not written or room[number].min() < _SMALLEST_ROOM:
            continue
        middle = on_sheet(points[number])
        area = shapely.transform(item.geometry.iloc[number], on_sheet)
        shapely.prepare(area)
        half = _HALF_LETTER * len(written)
        for dx, dy in _shifts(radii.get(points[number], 0.0)):
            x, y = middle[0] + dx, middle[1] + dy
            box = shapely.box(x - half, y - _HALF_LINE, x + half, y + _HALF_LINE)
            inside = shapely.intersects_xy(area, [x - 0.7 * half, x + 0.7 * half], [y, y]).all()
            if inside and not shapely.intersects(np.array(taken, dtype=object), box).any():
                taken.append(box)
                size = 10 if room[number].min() > _AMPLE_ROOM else 7.5
                found.append(Digit(number, written, (dx, dy), size, box))
                break
    return found


def _shifts(radius: float) -> Iterator[tuple[float, float]]:
    """On the point of the area, or around the circle that stands there."""
    if not radius:
        yield 0.0, 0.0
        return
    aside, away = radius * 0.72 + 6, radius + 7
    yield from ((-aside, aside), (aside, aside), (-aside, -aside), (aside, -aside))
    yield from ((-away, 0.0), (away, 0.0), (0.0, away), (0.0, -away))


def write_digits(axes: Axes, item: AreaDrawing, radii: dict[tuple[float, float], float]) -> None:
    """Write the digits of a layer."""
    points = label_points(item.geometry)
    for digit in digits_of(axes, item, radii):
        one = item.classes[item.class_of[digit.number]]
        axes.annotate(
            digit.written, points[digit.number], digit.shift, textcoords="offset points", ha="center", va="center",
            fontsize=digit.size, fontweight="bold", color=one.text_colour,
            path_effects=[withStroke(linewidth=2, foreground=one.colour)], zorder=6,
        )  # fmt: skip
