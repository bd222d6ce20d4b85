"""What a map's page, sheet or export holds, and the page in a real browser."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import sahelgeo as sg

CHROMIUM = os.environ.get("SAHELGEO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def texts(sheet: object) -> list[str]:
    """Every text on a sheet."""
    from matplotlib.text import Text

    return [found.get_text() for found in sheet.findobj(Text) if found.get_text()]  # type: ignore[attr-defined]


def legend_of(drawing: Any) -> list[tuple[str, int]]:
    """The rows of a legend of areas: words, and how many areas there are on all maps under it."""
    return [(drawing.looks[number].label, sum(counts)) for number, counts in drawing.legend().items()]


def document_of(html: str) -> dict[str, Any]:
    """The JSON document in a page."""
    found = re.search(r'<script type="application/json" id="[^"]+">(.*?)</script>', html, flags=re.DOTALL)
    assert found is not None
    document: dict[str, Any] = json.loads(found.group(1))
    return document


def written(m: sg.maps.Map) -> dict[str, Any]:
    """The layer of a map with one layer, as the page's script gets it."""
    block = re.search(r'<script type="application/json" id="[^"]+">(.*?)</script>', m.get_root().render(), re.DOTALL)
    assert block is not None
    return next(iter(json.loads(block.group(1))["layers"].values()))


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


class Opened:
    """A page, and everything that went wrong on it."""

    def __init__(self, browser: Any, path: Path, width: int = 1200, height: int = 750) -> None:
        self.page = browser.new_context(viewport={"width": width, "height": height}).new_page()
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda problem: self.wrong.append(str(problem)))
        self.page.on(
            "console", lambda message: self.wrong.append(message.text) if message.type in {"error", "warning"} else None
        )
        self.page.on("dialog", lambda dialog: (self.wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.route("**/*", self._gate)
        self.page.goto(path.as_uri(), wait_until="load")
        self.page.wait_for_timeout(300)

    def _gate(self, route: Any) -> None:
        if route.request.url.startswith(("file:", "data:", "blob:")):
            route.continue_()
        else:
            self.wrong.append(f"request to {route.request.url}")
            route.abort()
