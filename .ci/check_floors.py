"""Fail unless every dependency is installed at the very floor that pyproject.toml promises."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]


def floor_of(requirement: str) -> tuple[str, str]:
    """Name and lowest version of a requirement such as ``geopandas>=1.0.1``."""
    name, floor = re.fullmatch(r"([\w.-]+)\s*>=\s*([\w.]+)", requirement).groups()  # type: ignore[union-attr]
    return name, floor


def same(installed: str, floor: str) -> bool:
    """Whether two versions agree as far as the floor is written."""
    return installed == floor or installed.startswith(f"{floor}.")


def main() -> int:
    """Compare what is installed with what is promised."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wrong = [
        (name, floor, version(name))
        for name, floor in map(floor_of, project["dependencies"])
        if not same(version(name), floor)
    ]
    for name, floor, installed in wrong:
        print(f"{name}: the floor is {floor}, installed is {installed}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
