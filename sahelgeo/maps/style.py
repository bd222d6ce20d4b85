"""The style table: one set of colours, hatches and sizes for HTML maps and for print."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import Any

from sahelgeo.embedded import read_text
from sahelgeo.phases.classes import PhaseClass, phase_classes

__all__ = ["LITERAL_TEXT", "PhaseClass", "phase_classes", "style"]

# For matplotlib: text from tables is written as it is. A dollar sign is no formula, and a broken formula no error.
LITERAL_TEXT: dict[Any, Any] = {"text.usetex": False, "text.parse_math": False}


@lru_cache(maxsize=1)
def style() -> dict[str, dict[str, Any]]:
    """Sizes and colours of everything but the phases, by kind of layer."""
    return tomllib.loads(read_text("style.toml"))


def text_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour (contrast as in WCAG 2.2, success criterion 1.4.3).

    Examples
    --------
    >>> from sahelgeo.maps.style import text_on
    >>> text_on("#FAE61E"), text_on("#640000")
    ('#000000', '#FFFFFF')
    """
    return max(("#000000", "#FFFFFF"), key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
