"""Shapes and sizes on a printed sheet in points, the same as on the page in pixels; symbols, settlements, events."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.path import Path as Outline
from matplotlib.transforms import ScaledTranslation

from sahelgeo.maps.drawing import (
    SUPPRESSED,
    AreaDrawing,
    Drawing,
    EventDrawing,
    FlowDrawing,
    SymbolDrawing,
    TimeDrawing,
    Value,
    gathered_events,
    label_points,
)
from sahelgeo.maps.style import style
from sahelgeo.words import word, write_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS_PER_PIXEL = 0.75
HATCHES = {"": "", "diagonal": "////", "cross": "xxx", "dots": "..."}


def filled(kind: str) -> dict[str, Any]:
    """Fill and border of circles or arrows, as patches take them."""
    look = style()[kind]
    border = {"edgecolor": look["border"], "linewidth": look["border_width"] * POINTS_PER_PIXEL}
    return {"facecolor": look["fill"], "alpha": look["fill_opacity"], **border}


def on_sheet(axes: Axes) -> Callable[[Any], Any]:
    """How places become points of the sheet, after the axes have got their final scale."""
    axes.apply_aspect()
    to_inches = axes.transData + axes.figure.dpi_scale_trans.inverted()
    return lambda places: to_inches.transform(np.asarray(places)) * 72


def radii_of(drawings: list[Drawing]) -> dict[tuple[float, float], float]:
    """The radius of the circle on each point, in points."""
    circles = [item for item in drawings if isinstance(item, SymbolDrawing)]
    pairs = ((item, zip(item.points, item.values, strict=True)) for item in circles)
    return {point: circle_radius(item, value) for item, each in pairs for point, value in each}


def amount(value: Value) -> float:
    """The number that a size stands for; 0 where there is none or where it is withheld."""
    return float(value) if isinstance(value, int | float) else 0.0


def circle_radius(item: SymbolDrawing, value: Value) -> float:
    """Radius in points; a withheld count has the smallest."""
    look = style()["symbols"]
    if value != SUPPRESSED and not (value and item.largest):
        return 0.0
    full = look["largest_radius"] * math.sqrt(amount(value) / (item.largest or 1))
    return float(max(look["smallest_radius"], full) * POINTS_PER_PIXEL)


def arrow_width(item: FlowDrawing, value: Value) -> float:
    """Width in points; a withheld count has the narrowest."""
    look = style()["arrows"]
    return float(max(look["narrowest"], look["widest"] * amount(value) / (item.largest or 1)) * POINTS_PER_PIXEL)


def arrow_outline(start: Any, control: Any, end: Any, width: float, clear: Sequence[float]) -> Any:
    """The corners of a curved arrow that keeps clear of its ends; the same shape as on the page."""
    t = np.linspace(0, 1, 41)[:, None]
    curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    steps = np.hypot(*np.diff(curve, axis=0).T)
    along = np.concatenate([[0], np.cumsum(steps)])
    total = along[-1]
    if total < 3:
        return None
    first, last = min(clear[0], total * 0.25), total - min(clear[1], total * 0.25)
    head, wing = min(width * 1.5 + 4.5, (last - first) * 0.6), min(width * 1.05 + 2.4, total * 0.3)
    places = np.linspace(first, last - head, 15)
    half = width / 2 * np.linspace(0.55, 1, 15)[:, None]
    body, sides = _at(curve, along, places)
    neck, across = _at(curve, along, np.array([last - head]))
    tip, _ = _at(curve, along, np.array([last]))
    return np.vstack(
        [
            body + sides * half,
            neck + across * wing,
            tip,
            neck - across * wing,
            (body - sides * half)[::-1],
            body[:1] + sides[:1] * half[:1],
        ]
    )


def _at(curve: Any, along: Any, places: Any) -> tuple[Any, Any]:
    points = np.column_stack([np.interp(places, along, curve[:, axis]) for axis in (0, 1)])
    number = np.clip(np.searchsorted(along, places, side="left") - 1, 0, len(curve) - 2)
    direction = curve[number + 1] - curve[number]
    length = np.maximum(np.hypot(*direction.T), 1e-12)[:, None]
    return points, np.column_stack([-direction[:, 1], direction[:, 0]]) / length


MARK_TEXT = {"evidence_1": "*", "evidence_2": "**", "evidence_3": "***", "assistance": "!"}
SETTLEMENT_MARKERS = {"urban": "o", "idp_site": "D", "refugee": "^"}
_SACK = Outline(
    [
        *((-0.4, 0.5), (-0.6, 1.0), (0, 0.8), (0.6, 1.0), (0.4, 0.5)),
        *((1.1, -0.2), (1, -1), (-1, -1), (-1.1, -0.2), (-0.4, 0.5)),
    ],
    closed=True,
)
_BARRED = Outline.make_compound_path(
    Outline.unit_circle(), Outline([(-0.7, -0.7), (0.7, 0.7), (0.7, 0.7), (-0.7, -0.7)], closed=True)
)
_DRAWN = {"white_sack": (_SACK, "#FFFFFF"), "black_sack": (_SACK, "#111111"), "limited_access": (_BARRED, "#FFFFFF")}


def on_paper(item: Drawing, lang: str) -> Drawing:
    """What a sheet shows: of a layer over time the last period, with a note that says so."""
    if not isinstance(item, TimeDrawing):
        return item
    note = word("period_printed", lang).format(count=write_number(len(item.frames), lang), period=item.labels[-1])
    return replace(item.shown(), notes=(note, *item.shown().notes))


def mark_look(key: str) -> tuple[Outline | str, str]:
    """Marker and fill of a symbol that is drawn, not written."""
    return (SETTLEMENT_MARKERS[key], "#FFFFFF") if key in SETTLEMENT_MARKERS else _DRAWN[key]


def draw_marks(axes: Axes, item: AreaDrawing) -> None:
    """Sacks and limited access, below the digit of their area."""
    for point, marks in zip(label_points(item.geometry), item.marks, strict=True):
        drawn = [mark for mark in marks if mark in _DRAWN]
        for number, mark in enumerate(drawn):
            marker, fill = mark_look(mark)
            _point(axes, point, (9.0 * (number - (len(drawn) - 1) / 2), -11.0), marker, fill, 8)


def draw_settlements(axes: Axes, item: AreaDrawing) -> None:
    """Settlements as points in the colour of their phase; those on one point stand side by side."""
    seen: dict[tuple[float, float], int] = {}
    for point, number, shape in zip(label_points(item.geometry), item.class_of, item.shapes, strict=True):
        before = seen.get(point, 0)
        seen[point] = before + 1
        if shape:
            aside = (13.0 * before, 9.0 if before else 0.0)
            _point(axes, point, aside, SETTLEMENT_MARKERS[shape], item.looks[number].colour, 8)


def _point(
    axes: Axes, point: tuple[float, float], aside: tuple[float, float], marker: Outline | str, fill: str, size: float
) -> None:
    moved = axes.transData + ScaledTranslation(aside[0] / 72, aside[1] / 72, axes.figure.dpi_scale_trans)
    axes.plot(
        *point, marker=marker, markersize=size, color=fill, markeredgecolor="#111111", markeredgewidth=0.9,
        transform=moved, zorder=6.1, linestyle="none",
    )  # fmt: skip


def gather(item: EventDrawing) -> list[tuple[tuple[float, float], float | None]]:
    """Middle and number of each group of events that stand near each other, the largest first."""
    found = [(middle, _number(item, members)) for middle, members in gathered_events(item)]
    return sorted(found, key=lambda one: -(one[1] or 0))


def _number(item: EventDrawing, members: list[int]) -> float | None:
    if item.by == "events":
        return len(members)
    known = [deaths for number in members if (deaths := item.fatalities[number]) is not None]
    return sum(known) if known else None


def draw_events(axes: Axes, item: EventDrawing, lang: str) -> None:
    """Gathered events as circles with their number inside; a number that is not known is a question mark."""
    look, groups = style()["events"], gather(item)
    largest = max((number for _, number in groups if number is not None), default=0) or 1
    for point, number in groups:
        spread = look["largest_radius"] - look["smallest_radius"]
        radius = (look["smallest_radius"] + spread * math.sqrt((number or 0) / largest)) * POINTS_PER_PIXEL
        axes.plot(
            *point, "o", markersize=2 * radius, color=look["fill"], markeredgecolor="#FFFFFF", markeredgewidth=1,
            zorder=5.5,
        )  # fmt: skip
        written = "?" if number is None else write_number(number, lang)
        axes.text(*point, written, fontsize=7, color=look["text"], ha="center", va="center", zorder=5.6, clip_on=True)
