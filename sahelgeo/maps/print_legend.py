"""The legend of a printed sheet."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path as Outline

from sahelgeo.maps.drawing import AreaDrawing, Drawing, FlowDrawing, SymbolDrawing
from sahelgeo.maps.print_shapes import HATCHES, arrow_outline, arrow_width, circle_radius
from sahelgeo.maps.style import style
from sahelgeo.words import word, write_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEGEND_INCHES = 2.35


def legend_height(drawings: list[Drawing]) -> float:
    """How much room the legend needs, in inches."""
    return sum(_part_height(item) for item in drawings) + 0.1


def _part_height(item: Drawing) -> float:
    title, subtitle, notes = _part_text(item)
    rows = (
        len(item.classes) * 0.2
        if isinstance(item, AreaDrawing)
        else 0.75
        if isinstance(item, SymbolDrawing)
        else 0.34 * len(getattr(item, "legend_values", ()))
    )
    return 0.17 * len(title) + 0.14 * (len(subtitle) + len(notes) + item.synthetic) + rows + 0.25


def _part_text(item: Drawing) -> tuple[list[str], list[str], list[str]]:
    return (
        textwrap.wrap(item.title, 26 if isinstance(item, AreaDrawing) else 30),
        textwrap.wrap(item.subtitle, 38),
        [line for note in item.notes for line in textwrap.wrap(note, 38)],
    )


def draw_legend(axes: Axes, drawings: list[Drawing], lang: str, *, counts: bool = True) -> None:
    """Write the legend of each drawing below the one before; the axes are in inches, with 0 at the top."""
    y = -0.02
    for item in drawings:
        title, subtitle, notes = _part_text(item)
        if isinstance(item, AreaDrawing) and counts:
            _legend_count(axes, y - 0.06, word("areas", lang))
        y = _legend_text(axes, y, title, 8.5, "bold", style()["text"]["colour"], 0.17)
        y = _legend_text(axes, y, subtitle, 7, "normal", style()["text"]["quiet"], 0.14)
        if item.synthetic:
            y = _legend_text(axes, y, [word("synthetic", lang)], 7, "bold", style()["text"]["warning"], 0.14)
        y -= 0.04
        if isinstance(item, AreaDrawing):
            y = _legend_classes(axes, y, item, lang if counts else None)
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
    for one in item.classes:
        axes.add_patch(
            Rectangle(
                (0, y - 0.14),
                0.24,
                0.14,
                facecolor=one.colour,
                edgecolor="#8C8C8C",
                hatch=HATCHES[one.hatch],
                linewidth=0.6,
            )
        )
        axes.text(0.32, y - 0.07, one.label, fontsize=7.5, va="center")
        if lang is not None:
            _legend_count(axes, y - 0.07, write_number(one.count, lang))
        y -= 0.2
    return y


def _legend_circles(axes: Axes, y: float, item: SymbolDrawing, lang: str) -> float:
    look = style()["symbols"]
    if not item.legend_values:
        return y
    largest = circle_radius(item, item.legend_values[0]) / 72
    line = y + 0.1
    for value in item.legend_values:
        radius = circle_radius(item, value) / 72
        top = y - 2 * largest + 2 * radius
        axes.add_patch(
            Circle(
                (largest, y - 2 * largest + radius), radius, facecolor=look["fill"], alpha=0.35, edgecolor=look["fill"]
            )
        )
        line = min(top, line - 0.14)
        axes.plot([largest, 2 * largest + 0.08, 2 * largest + 0.16], [top, line, line], color="#595959", linewidth=0.5)
        axes.text(2 * largest + 0.2, line, write_number(value, lang), fontsize=7.5, va="center")
    return min(y - 2 * largest, line) - 0.08


def _legend_arrows(axes: Axes, y: float, item: FlowDrawing, lang: str) -> float:
    look = style()["arrows"]
    for value in item.legend_values:
        width = arrow_width(item, value)
        height = (width * 2.1 + 7) / 72
        middle = np.array([0.0, (y - height / 2) * 72])
        span = np.array([42.0, 0.0])
        points = arrow_outline(middle, middle + span / 2, middle + span, width, (0, 0))
        axes.add_patch(
            PathPatch(
                Outline(points / 72, closed=True), facecolor=look["fill"], alpha=look["fill_opacity"], linewidth=0
            )
        )
        axes.text(0.68, y - height / 2, write_number(value, lang), fontsize=7.5, va="center")
        y -= max(height, 0.16)
    return y - 0.02
