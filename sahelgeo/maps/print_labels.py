"""Digits and names on a printed map, by the rules of the page's ``labels.js``; both read the places from the style.

Everything shares the room of the map. What stands there takes some of it, and each label takes the first of its places
that is free and suits it::

    circles, arrows, settlements, the scale        take their discs, or a box
    names of large circles        on one colour    below, above, right, left, aslant
    digits of the areas on top    in their area    on its point, else around what stands there
    names of large circles        on a plate       where no place of one colour was free
    names of the other circles    on one colour
    names of areas                in their area    large ones first, ends of arrows before all

All of it is counted in pixels of the page, right and down, of which a sheet has 96 to the inch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.patheffects import withStroke

from sahelgeo.maps.drawing import AreaDrawing, Drawing, EventDrawing, FlowDrawing, SymbolDrawing, label_points
from sahelgeo.maps.print_layers import (
    MARK_TEXT,
    POINTS_PER_PIXEL,
    arrow_width,
    circle_radius,
    draw_point,
    event_circles,
    mark_look,
    on_sheet,
    scale_corner,
    settlements_of,
)
from sahelgeo.maps.style import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Where along a label it is asked what lies under it.
_ALONG = np.linspace(-1, 1, 9)
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """A digit or a name where it stands: its middle and half its width and its size in pixels, and its colours."""

    text: str
    middle: tuple[float, float]
    half: float
    size: float
    colour: str
    halo: str
    plate: bool = False
    marks: tuple[str, ...] = ()
    digit: bool = False


@dataclass
class _Thing:
    """What may get labels: an area on top, or a circle (without a shape)."""

    name: str
    key: tuple[float, float]
    middle: Any
    radius: float = 0.0
    shape: Any = None
    size: Any = (0.0, 0.0)
    clear: float = 0.0
    number: int = -1
    placed: bool = False


class _Room:
    """The room on a map: what is taken of it, and what a label would be written on."""

    def __init__(self, axes: Axes, drawings: list[Drawing], lang: str) -> None:
        points = on_sheet(axes)
        self.place: Callable[[Any], Any] = lambda places: points(places) / POINTS_PER_PIXEL * (1, -1)
        (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
        self.frame = self.box_of(self.place([[west, south], [east, north]]))
        self.taken = [self.box_of(self.place(np.reshape(scale_corner(axes), (2, 2))))]
        discs = [(*at, radius) for item in drawings for at, radius in _discs(item, self.place, lang)]
        self.discs = np.array(discs).reshape(-1, 3)
        named = [item for item in drawings if isinstance(item, AreaDrawing) and item.named]
        self.upper = named[-1] if named else None
        self.shapes = shapely.transform(self.upper.geometry.to_numpy(), self.place) if self.upper else np.array([])
        shapely.prepare(self.shapes)
        self.tree = shapely.STRtree(self.shapes)
        unnamed = [item for item in drawings if isinstance(item, AreaDrawing) and not item.named]
        cells = [shapely.transform(item.geometry.to_numpy(), self.place) for item in unnamed]
        self.cells = shapely.STRtree(np.concatenate([np.array([], dtype=object), *cells]))
        self.small = int(self.frame[2] - self.frame[0] < style()["labels"]["narrow"])

    @staticmethod
    def box_of(corners: Any) -> Box:
        """West, top, east, bottom of some places."""
        return *corners.min(axis=0).tolist(), *corners.max(axis=0).tolist()

    def put(self, middle: Any, shifts: Iterable[Any], half: float, suits: Callable[[Any], Any]) -> Any:
        """The first of the places that is free and suits the label, which then takes it; None where there is none."""
        high = style()["labels"]["half_line"]
        for shift in shifts:
            x, y = at = middle + shift
            box = (x - half, y - high, x + half, y + high)
            west, top, east, bottom = self.frame
            if west <= box[0] and top <= box[1] and box[2] <= east and box[3] <= bottom:
                held = np.array(self.taken)
                crosses = (box[0] < held[:, 2]) & (held[:, 0] < box[2]) & (box[1] < held[:, 3]) & (held[:, 1] < box[3])
                if not crosses.any() and not self._covered(box) and suits(at):
                    self.taken.append(box)
                    return at
        return None

    def _covered(self, box: Box) -> bool:
        """Whether the point of a box that is nearest to the middle of a disc lies in it."""
        x, y, radius = self.discs.T
        nearest = np.clip(x, box[0], box[2]), np.clip(y, box[1], box[3])
        return bool((np.hypot(nearest[0] - x, nearest[1] - y) < radius).any())

    def over_cells(self, at: Any, half: float) -> bool:
        """Whether a label lies on hexagons or squares, whose colours are many."""
        points = shapely.points(at[0] + _ALONG * half, np.full(len(_ALONG), at[1]))
        return bool(self.cells.query(points, predicate="within").size)

    def ground(self, at: Any, half: float) -> tuple[str, str] | None:
        """The colours of text and ground under a label; None where it would lie on two."""
        points = shapely.points(at[0] + _ALONG * half, np.full(len(_ALONG), at[1]))
        under = [(style()["text"]["colour"], style()["ground"]["land"])] * len(_ALONG)
        for point, number in zip(*self.tree.query(points, predicate="within").tolist(), strict=True):
            assert self.upper is not None
            look = self.upper.looks[self.upper.class_of[number]]
            under[point] = (look.text_colour, look.colour)
        return under[0] if len({colour for _, colour in under}) == 1 else None


def _discs(item: Drawing, place: Any, lang: str) -> Iterable[tuple[Any, float]]:
    """What stands on the map as discs: middle and radius in pixels."""
    if isinstance(item, SymbolDrawing):
        for at, value in zip(place(np.reshape(item.points, (-1, 2))), item.values, strict=True):
            if radius := circle_radius(item, value) / POINTS_PER_PIXEL:
                yield at, radius
    elif isinstance(item, EventDrawing):
        yield from ((place(point), radius) for point, _, radius in event_circles(item, lang))
    elif isinstance(item, AreaDrawing):
        for point, _, aside in settlements_of(item):
            yield place(point) + np.array(aside) * (1, -1), 9.0
    elif isinstance(item, FlowDrawing):
        for arc, value in zip(item.arcs, item.values, strict=True):
            width = 0.0 if value is None else arrow_width(item, value) / POINTS_PER_PIXEL
            # Of a narrow arrow only the head is kept clear.
            for t in np.arange(0.06 if width >= 3 else 0.94, 1, 0.08) if width else ():
                parts = np.array([2 * (t - 0.5) * (t - 1), 4 * t * (1 - t), 2 * t * (t - 0.5)])
                yield parts @ place(np.reshape(arc, (3, 2))), width / 2 + (3 if t > 0.7 else 1)


def places(rows: Iterable[Any], radius: float, half: float) -> list[Any]:
    """Where a label may stand, as the style gives it, for what stands on its point and half its width."""
    return [np.array([r[0] * radius + r[1] * half + r[2], r[3] * radius + r[4]]) for r in rows]


def labels_of(axes: Axes, drawings: list[Drawing], lang: str, *, names: bool = True) -> list[Label]:
    """The digits and the names that find a place on a map."""
    look, room = style()["labels"], _Room(axes, drawings, lang)
    things = {(item.key, item.name): item for item in _circles(drawings, room.place)}
    circles = sorted(things.values(), key=lambda one: -one.radius)
    radii = {one.key: one.radius for one in circles}
    areas = sorted(_areas(room, radii), key=lambda one: -one.size[0] * one.size[1])
    found: list[Label] = []
    size = look["name_sizes"][room.small]

    def by_circles(*, large: bool, plate: bool) -> None:
        for one in circles if names else ():
            if not one.placed and one.radius and (one.radius >= look["large"]) == large:
                found.extend(_by_circle(room, one, size, plate=plate))

    by_circles(large=True, plate=False)
    for one in areas:
        found.extend(_digit(room, one))
    by_circles(large=True, plate=True)
    by_circles(large=False, plate=False)
    flows = [item for item in drawings if isinstance(item, FlowDrawing)]
    ends = {point for item in flows for arc in item.arcs for point in (arc[:2], arc[4:])}
    for one in sorted(areas, key=lambda one: one.key not in ends) if names else ():
        if not radii.get(one.key):
            found.extend(_in_area(room, one, size, arrows=bool(flows)))
    return found


def _circles(drawings: list[Drawing], place: Any) -> list[_Thing]:
    """The circles that have a name; of several on one point the first."""
    known: dict[tuple[float, float], _Thing] = {}
    for item in drawings:
        if isinstance(item, SymbolDrawing) and item.points:
            for name, point, value, at in zip(item.names, item.points, item.values, place(item.points), strict=True):
                if name and (radius := circle_radius(item, value) / POINTS_PER_PIXEL):
                    known.setdefault(point, _Thing(name, point, at, radius))
    return list(known.values())


def _areas(room: _Room, radii: dict[tuple[float, float], float]) -> list[_Thing]:
    """The areas on top, which are those that are seen."""
    if room.upper is None:
        return []
    item, points = room.upper, label_points(room.upper.geometry)
    middles = room.place(points)
    low, high = np.split(shapely.bounds(room.shapes), 2, axis=1)
    settled = {point for point, _, _ in settlements_of(item)}
    return [
        _Thing(
            item.names[number], point, middles[number], radii.get(point, 0.0), room.shapes[number],
            (high - low)[number], 9.0 if point in settled else 0.0, number,
        )
        for number, point in enumerate(points)
        if not item.shapes[number]
    ]  # fmt: skip


def _size_of(text: str, size: float) -> float:
    """Half the width of a name."""
    look = style()["labels"]
    letters = len(text) + look["capital"] * sum(one != one.lower() for one in text)
    return float(look["half_letter"] * letters * size / look["name_sizes"][0] + 1)


def _within(shape: Any, half: float) -> Callable[[Any], bool]:
    return lambda at: bool(shapely.contains_xy(shape, at[0] + _ALONG * half, np.full(len(_ALONG), at[1])).all())


def _digit(room: _Room, one: _Thing) -> list[Label]:
    """A digit stays within its own area: in the area of another it would be that one's phase."""
    assert room.upper is not None
    look, item, least = style()["labels"], room.upper, min(one.size)
    text, marks = item.digits[one.number], item.marks[one.number]
    if not (text or marks) or least < look["lowest"]:
        return []
    half = look["half_digit"] + sum(style()["marks"][mark] for mark in marks) / 2
    rows = look["digit_by_circle" if one.radius else "digit_in_area"]
    at = room.put(one.middle, places(rows, one.radius, half), half, _within(one.shape, 0.7 * half))
    if at is None:
        return []
    if (at == one.middle).all():
        one.clear = 8.0
    drawn = item.looks[item.class_of[one.number]]
    size = look["digit_sizes"][int(least < look["low"])]
    return [Label(text, tuple(at), half, size, drawn.text_colour, drawn.colour, marks=marks, digit=True)]


def _by_circle(room: _Room, one: _Thing, size: float, *, plate: bool) -> list[Label]:
    """A name stands by its circle, or not at all."""
    look, half = style()["labels"], _size_of(one.name, size)
    colours = style()["text"]["colour"], "#FFFFFF"
    rows = look["name_by_circle"] if not plate or half <= look["plate"] else ()
    at = room.put(
        one.middle, places(rows, one.radius, half), half, lambda at: plate or room.ground(at, half)
    )  # fmt: skip
    one.placed = at is not None
    if at is None:
        return []
    colour, halo = colours if plate else room.ground(at, half) or colours
    return [Label(one.name, tuple(at), half, size, colour, halo, plate)]


def _in_area(room: _Room, one: _Thing, size: float, *, arrows: bool) -> list[Label]:
    assert room.upper is not None
    half, clear = _size_of(one.name, size), max(one.clear, 6.0 if arrows else 0.0)
    if not one.name or one.size[1] <= 20 or one.size[0] <= 1.8 * half:
        return []
    rows = style()["labels"]["name_in_area"][1 if clear else 0 :]
    at = room.put(one.middle, places(rows, clear, half), half, _within(one.shape, half))
    if at is None:
        return []
    drawn = room.upper.looks[room.upper.class_of[one.number]]
    if room.over_cells(at, half):
        return [Label(one.name, tuple(at), half, size, style()["text"]["colour"], "#FFFFFF", plate=True)]
    return [Label(one.name, tuple(at), half, size, drawn.text_colour, drawn.colour)]


def write_labels(axes: Axes, drawings: list[Drawing], lang: str, *, names: bool = True) -> None:
    """Write the digits and, where it is asked for, the names of a map."""
    for one in labels_of(axes, drawings, lang, names=names):
        if not one.digit:
            _write(axes, one)
            continue
        # A digit and the symbols beside it stand in a row.
        left = -one.half
        for mark in ("", *one.marks):
            width = style()["marks"][mark] if mark else 2 * style()["labels"]["half_digit"]
            x, y = one.middle[0] + left + width / 2, one.middle[1]
            if mark in MARK_TEXT or not mark:
                size = style()["labels"]["mark_size"] if mark else one.size
                _write(axes, replace(one, text=MARK_TEXT.get(mark, one.text), middle=(x, y), size=size))
            else:
                draw_point(axes, (x / 96, -y / 96), axes.figure.dpi_scale_trans, *mark_look(mark))
            left += width


def _write(axes: Axes, one: Label) -> None:
    x, y = one.middle
    halo = [] if one.plate else [withStroke(linewidth=2 if one.digit else 1.6, foreground=one.halo)]
    plate: dict[str, Any] = {"boxstyle": "round,pad=0.1", "facecolor": "#FFFFFFD0", "linewidth": 0}
    axes.annotate(
        one.text, (x / 96, -y / 96), xycoords=axes.figure.dpi_scale_trans, annotation_clip=False, ha="center",
        va="center", fontsize=one.size * POINTS_PER_PIXEL, fontweight="bold" if one.digit else "normal",
        color=one.colour, zorder=6.5, path_effects=halo, bbox=plate if one.plate else None,
    )  # fmt: skip
