"""The style table: one set of colours, hatches and sizes for HTML maps and for print."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sahelgeo.phase_classes import PhaseClass, phase_classes

__all__ = ["PhaseClass", "phase_classes", "style"]


@lru_cache(maxsize=1)
def style() -> dict[str, dict[str, Any]]:
    """Sizes and colours of everything but the phases, by kind of layer."""
    return tomllib.loads(files("sahelgeo.data").joinpath("style.toml").read_text(encoding="utf-8"))
