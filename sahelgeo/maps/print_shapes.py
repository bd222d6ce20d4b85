"""Shapes and sizes on a printed sheet, in points: the same as on the page, where they are pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from sahelgeo.maps.drawing import FlowDrawing, SymbolDrawing, Value
from sahelgeo.maps.small_counts import SUPPRESSED
from sahelgeo.maps.style import style

POINTS_PER_PIXEL = 0.75
HATCHES = {"": "", "diagonal": "////", "cross": "xxx", "dots": "..."}


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
