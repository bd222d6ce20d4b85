"""Pages can be used by readers of all kinds: axe-core finds no serious fault.

It is a package of npm, and no part of sahelgeo: ``npm install axe-core@4``, then ``SAHELGEO_AXE=.../axe.min.js pytest
tests/test_access.py``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_pictures import LAYERS, phases, sample

import sahelgeo as sg

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("SAHELGEO_AXE" not in os.environ, reason="SAHELGEO_AXE does not say where axe.min.js is"),
]


def of_layers(*names: str, **options: Any) -> sg.maps.Map:
    """One map with the layers of some pictures."""
    m = sg.maps.Map(title="Made for tests", **options)
    for layer in (layer for name in names for layer in LAYERS[name]()):
        layer.add_to(m)
    return m


def compared() -> sg.maps.Panels:
    """Two periods."""
    plain = phases().query("unit_kind == 'area'")
    return sg.maps.compare_map(plain, plain.assign(start="2020-10-01", end="2020-12-31"), title="Two periods")


def told() -> sg.maps.Panels:
    """Headings, text and maps."""
    stocks = sg.maps.stock_map(sample().stocks, sample().areas)
    return sg.maps.story([("First", "Some text.", of_layers("phases")), ("Second", "", stocks)], title="A story")


PAGES: dict[str, Callable[[], Any]] = {
    "phases, arrows, search and inset": lambda: of_layers("flows", search=True, inset=True),
    "circles in French": lambda: of_layers("stocks", lang="fr"),
    "events over numbers": lambda: of_layers("numbers", "events"),
    "hexagons": lambda: of_layers("hexagons"),
    "two numbers in a frame": lambda: of_layers("two-numbers", embed=True),
    "over time": lambda: of_layers("time"),
    "compared": compared,
    "a story": told,
}


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_serious_fault(browser: Any, tmp_path: Path, name: str) -> None:
    """Neither with the table of figures on a screen nor without it on the width of a phone."""
    path = tmp_path / "page.html"
    PAGES[name]().save(str(path))
    page = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True).new_page()
    page.goto(path.as_uri(), wait_until="load")
    page.wait_for_timeout(300)
    page.evaluate(Path(os.environ["SAHELGEO_AXE"]).read_text(encoding="utf-8"))
    found = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("() => document.querySelector('.sg-table-button').click()")
        wrong = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")["violations"]
        found += [(one["id"], one["nodes"][0]["target"]) for one in wrong if one["impact"] in {"serious", "critical"}]
    page.context.close()
    assert found == []
