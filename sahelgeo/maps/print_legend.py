"""The legend of a printed sheet."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path as Outline

from sahelgeo.maps.drawing import AreaDrawing, BivariateDrawing, Drawing, EventDrawing, FlowDrawing, SymbolDrawing
from sahelgeo.maps.print_layers import HATCHES, MARK_TEXT, arrow_outline, arrow_width, circle_radius, filled, mark_look
from sahelgeo.maps.style import style
from sahelgeo.words import word, write_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEGEND_INCHES = 2.35


def legend_height(drawings: list[Drawing]) -> float:
    """How much room the legend needs, in inches."""
    return sum(_part_height(item) for item in explained(drawings)) + 0.1


def explained(drawings: list[Drawing]) -> list[Drawing]:
    """Outlines without figures explain themselves where there is anything else."""
    return [item for item in drawings if item.fields or not isinstance(item, AreaDrawing)] or drawings


def _part_height(item: Drawing) -> float:
    title, subtitle, notes = _part_text(item)
    if isinstance(item, AreaDrawing):
        rows = len(item.legend()) * 0.2 + sum(0.03 + 0.14 * len(_mark_lines(one.label)) for one in item.legend_marks)
        rows += 0.45 if isinstance(item, BivariateDrawing) else 0
    elif isinstance(item, SymbolDrawing):
        rows = 0.75
    elif isinstance(item, EventDrawing):
        rows = 0.2 * (len(item.kinds) + 2)
    else:
        rows = 0.34 * len(getattr(item, "legend_values", ()))
    return 0.17 * len(title) + 0.14 * (len(subtitle) + len(notes)) + rows + 0.25


def _part_text(item: Drawing) -> tuple[list[str], list[str], list[str]]:
    return (
        textwrap.wrap(item.title, 26 if isinstance(item, AreaDrawing) else 30),
        textwrap.wrap(item.subtitle, 38),
        [line for note in item.notes for line in textwrap.wrap(note, 38)],
    )


def draw_legend(axes: Axes, drawings: list[Drawing], lang: str, *, counts: bool = True) -> None:
    """Write the legend of each drawing below the one before; the axes are in inches, with 0 at the top."""
    y = -0.02
    for item in explained(drawings):
        title, subtitle, notes = _part_text(item)
        if isinstance(item, EventDrawing):
            _legend_count(axes, y - 0.06, word("events", lang))
        elif isinstance(item, AreaDrawing) and counts:
            _legend_count(axes, y - 0.06, word("areas" if item.named else "hexagons", lang))
        y = _legend_text(axes, y, title, 8.5, "bold", style()["text"]["colour"], 0.17)
        y = _legend_text(axes, y, subtitle, 7, "normal", style()["text"]["quiet"], 0.14)
        y -= 0.04
        if isinstance(item, AreaDrawing):
            y = _legend_key(axes, y, item, lang) if isinstance(item, BivariateDrawing) else y
            y = _legend_classes(axes, y, item, lang if counts else None)
            y = _legend_marks(axes, y, item, lang if counts else None)
        elif isinstance(item, EventDrawing):
            y = _legend_events(axes, y, item, lang)
        elif isinstance(item, SymbolDrawing):
            y = _legend_circles(axes, y, item, lang)
        elif isinstance(item, FlowDrawing):
            y = _legend_arrows(axes, y, item, lang)
        y = _legend_text(axes, y, notes, 7, "normal", style()["text"]["quiet"], 0.14) - 0.17


def _legend_text(axes: Axes, y: float, lines: list[str], size: float, weight: str, colour: str, step: float) -> float:
    for line in lines:
        axes.text(0, y, line, fontsize=size, fontweight=weight, color=colour, va="top")
        y -= step
    return y


def _legend_count(axes: Axes, y: float, text: str) -> None:
    quiet = style()["text"]["quiet"]
    axes.text(LEGEND_INCHES - 0.05, y, text, fontsize=7.5, va="center", ha="right", color=quiet)


def _legend_classes(axes: Axes, y: float, item: AreaDrawing, lang: str | None) -> float:
    for number, counts in item.legend().items():
        if isinstance(item, BivariateDrawing) and number < len(item.classes):
            continue  # These stand in the key.
        one = item.looks[number]
        box = Rectangle((0, y - 0.14), 0.24, 0.14, facecolor=one.colour, edgecolor="#8C8C8C", linewidth=0.6)
        box.set_hatch(HATCHES[one.hatch])
        axes.add_patch(box)
        axes.text(0.32, y - 0.07, one.label, fontsize=7.5, va="center")
        if lang is not None:
            _legend_count(axes, y - 0.07, write_number(sum(counts), lang))
        y -= 0.2
    return y


def _legend_key(axes: Axes, y: float, item: BivariateDrawing, lang: str) -> float:
    """Three by three squares with the number of areas in each: one number grows to the right, the other upwards."""
    size, left = 0.55, 0.3
    for number, one in enumerate(item.classes):
        x, bottom = left + (number % 3) * size, y - 3 * size + (number // 3) * size
        axes.add_patch(Rectangle((x, bottom), size, size, facecolor=one.colour, edgecolor="#FFFFFF", linewidth=0.8))
        axes.text(
            x + size / 2, bottom + size / 2, write_number(one.count, lang), fontsize=7.5, color=one.text_colour,
            ha="center", va="center",
        )  # fmt: skip
    for number, (across, up) in enumerate(zip(*item.axis_classes, strict=True)):
        small = min(6.0, 72 / max(len(across), len(up)))
        axes.text(left + (number + 0.5) * size, y - 3 * size - 0.05, across, fontsize=small, ha="center", va="top")
        axes.text(
            left - 0.1, y - (2.5 - number) * size, up, fontsize=small, ha="center", va="center", rotation=90
        )  # fmt: skip
    y -= 3 * size + 0.2
    axes.text(0, y, f"→ {item.axis_labels[0]}", fontsize=7, va="top")
    axes.text(0, y - 0.14, f"↑ {item.axis_labels[1]}", fontsize=7, va="top")
    return y - 0.36


def _mark_lines(label: str) -> list[str]:
    return textwrap.wrap(label, 36)


def _legend_marks(axes: Axes, y: float, item: AreaDrawing, lang: str | None) -> float:
    for one in item.legend_marks:
        if one.key in MARK_TEXT:
            axes.text(0.12, y - 0.07, MARK_TEXT[one.key], fontsize=8, fontweight="bold", ha="center", va="center")
        else:
            marker, fill = mark_look(one.key)
            edge: dict[str, Any] = {"markeredgecolor": "#111111", "markeredgewidth": 0.8}
            axes.plot(0.12, y - 0.07, marker=marker, markersize=6.5, color=fill, **edge)
        if lang is not None:
            _legend_count(axes, y - 0.07, write_number(one.count, lang))
        y = _legend_text_at(axes, 0.32, y, _mark_lines(one.label)) - 0.03
    return y


def _legend_text_at(axes: Axes, x: float, y: float, lines: list[str]) -> float:
    for line in lines:
        axes.text(x, y - 0.07, line, fontsize=7, va="center")
        y -= 0.14
    return y


def _legend_events(axes: Axes, y: float, item: EventDrawing, lang: str) -> float:
    axes.plot(0.12, y - 0.09, "o", markersize=11, color=item.fill or style()["events"]["fill"])
    what = word("circle_of_events" if item.by == "events" else "circle_of_fatalities", lang)
    y = _legend_text_at(axes, 0.32, y, _mark_lines(what)) - 0.06
    for number, kind in enumerate(item.kinds):
        axes.text(0.32, y - 0.07, kind, fontsize=7.5, va="center")
        _legend_count(axes, y - 0.07, write_number(item.kind_of.count(number), lang))
        y -= 0.2
    return y


def _legend_circles(axes: Axes, y: float, item: SymbolDrawing, lang: str) -> float:
    if not item.legend_values:
        return y
    largest = circle_radius(item, item.legend_values[0]) / 72
    line = y + 0.1
    for value in item.legend_values:
        radius = circle_radius(item, value) / 72
        top = y - 2 * largest + 2 * radius
        axes.add_patch(
            Circle((largest, y - 2 * largest + radius), radius, **filled("symbols", item) | {"linewidth": 0.8})
        )
        line = min(top, line - 0.14)
        axes.plot([largest, 2 * largest + 0.08, 2 * largest + 0.16], [top, line, line], color="#595959", linewidth=0.5)
        axes.text(2 * largest + 0.2, line, write_number(value, lang), fontsize=7.5, va="center")
    return min(y - 2 * largest, line) - 0.08


def _legend_arrows(axes: Axes, y: float, item: FlowDrawing, lang: str) -> float:
    fill = filled("arrows", item) | {"linewidth": 0}
    for value in item.legend_values:
        width = arrow_width(item, value)
        height = (width * 2.1 + 7) / 72
        middle = np.array([0.0, (y - height / 2) * 72])
        span = np.array([42.0, 0.0])
        points = arrow_outline(middle, middle + span / 2, middle + span, width, (0, 0))
        axes.add_patch(PathPatch(Outline(points / 72, closed=True), **fill))
        axes.text(0.68, y - height / 2, write_number(value, lang), fontsize=7.5, va="center")
        y -= max(height, 0.16)
    return y - 0.02
