"""Each layer's page looks as it did: pictures of a browser against kept ones.

Renew them after a change that is meant: ``SAHELGEO_RENEW_PICTURES=1 pytest tests/test_pictures.py``, and look at what changed.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import pandas as pd
import pytest
from pages import CHROMIUM, FLAGS
from picture_comparison import compare, keep
from PIL import Image
from shapely import Point

import sahelgeo as sg

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="the letters of the kept pictures are set with fontconfig"
    ),
]
KEPT = Path(__file__).parent / "pictures"
SIZE = {"width": 1000, "height": 640}
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir>
<match target="pattern"><edit name="family" mode="assign" binding="strong"><string>DejaVu Sans</string></edit></match></fontconfig>
"""


@pytest.fixture(scope="module")
def browser(playwright: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Chromium that has only the letters that come with matplotlib, so that lines break alike on every machine."""
    folder = tmp_path_factory.mktemp("fonts")
    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"
    (folder / "fonts.conf").write_text(FONTS.format(fonts=fonts, cache=folder / "cache"), encoding="utf-8")
    environment = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    started = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS, env=environment)
    yield started
    started.close()


def sample() -> Any:
    """The sample of Burkina Faso, with phases by the rule."""
    return sg.load_sample("burkina-2020")


def phases() -> gpd.GeoDataFrame:
    """Phases of the regions, all five and two without, with symbols and a settlement."""
    areas = sg.load_areas("BFA")
    made = areas.assign(
        phase_published=pd.array([1, 2, 3, 4, 5, 1, 2, 3, 4, 2, 3, None, None], dtype="Int64"),
        state=[None] * 11 + ["not_analysed", "inadequate_evidence"],
        evidence=pd.array([1, 2, 3] + [None] * 10, dtype="Int64"),
        assistance=[None] * 4 + ["black_sack", "white_sack", "1"] + [None] * 6,
        unit_kind="area", kind="current", start="2020-06-01", end="2020-08-31", source="made up",
    )  # fmt: skip
    site = made.iloc[[3]].assign(unit_kind="idp_site", unit="A site", phase_published=4, assistance=None)
    return pd.concat([made, site], ignore_index=True)


def events() -> gpd.GeoDataFrame:
    """Forty events, some close to each other."""
    places = [Point(-4 + number % 8 * 0.8 + number % 3 * 0.05, 10.5 + number // 8 * 0.8) for number in range(40)]
    return gpd.GeoDataFrame(
        {
            "event": [f"e{number}" for number in range(40)],
            "date": "2020-05-01",
            "kind": ["Battles", "Riots"] * 20,
            "fatalities": [number % 7 for number in range(40)],
            "source": "made up",
        },
        geometry=places,
        crs="EPSG:4326",
    )


def stock_layers() -> list[Any]:
    """Circles on outlines."""
    return [sg.maps.AreaLayer(sample().areas), sg.maps.StockLayer(sg.attach_areas(sample().stocks, sample().areas))]


def flow_layers() -> list[Any]:
    """Arrows over phases."""
    flows = (
        sg.sum_flows(sg.load_sample("burkina-movements-2025").flows)
        .query("origin != destination")
        .dropna(subset=["origin", "destination"])
    )
    plain = phases().drop(columns=["evidence", "assistance"]).query("unit_kind == 'area'")
    return [sg.maps.PhaseLayer(plain), sg.maps.FlowLayer(sg.flow_lines(flows, sample().areas), smallest=1000)]


def number_layers() -> list[Any]:
    """Areas in classes, one of them without a number."""
    numbers = sg.load_areas("BFA").assign(rate=[None, *range(12)], source="made up")
    return [sg.maps.AreaLayer(numbers, column="rate", breaks=[2, 4, 6, 8])]


def two_number_layers() -> list[Any]:
    """The key of three by three."""
    numbers = sg.load_areas("BFA").assign(
        a=[1, 1, 1, 5, 5, 5, 9, 9, 9, 1, 5, 9, None], b=[1, 5, 9] * 4 + [1], source="made up"
    )
    return [sg.maps.BivariateLayer(numbers, columns=("a", "b"), breaks=((3, 7), (3, 7)))]


def time_layers() -> list[Any]:
    """Two periods with a gap between."""
    later = phases().assign(start="2020-10-01", end="2020-12-31", kind="projected", phase_published=3, state=None)
    return [sg.maps.TimeLayer(pd.concat([phases(), later], ignore_index=True))]


LAYERS: dict[str, Callable[[], list[Any]]] = {
    "phases": lambda: [sg.maps.PhaseLayer(phases())],
    "stocks": stock_layers,
    "flows": flow_layers,
    "events": lambda: [sg.maps.EventLayer(events())],
    "hexagons": lambda: [sg.maps.EventLayer(events(), as_="hexagons", hexagon_km=60)],
    "numbers": number_layers,
    "two-numbers": two_number_layers,
    "time": time_layers,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pages are written."""
    return tmp_path_factory.mktemp("pages")


def taken(browser: Any, folder: Path, name: str, change: str = "() => {}", **context: Any) -> Image.Image:
    """The picture of a layer's page, after a change in the page."""
    path = folder / f"{name}.html"
    if not path.exists():
        m = sg.maps.Map(title=f"Made for tests: {name}")
        for layer in LAYERS[name]():
            layer.add_to(m)
        m.save(str(path))
    page = browser.new_context(viewport=SIZE, reduced_motion="reduce", **context).new_page()
    page.goto(path.as_uri(), wait_until="load")
    page.wait_for_timeout(400)
    page.evaluate(change)
    page.wait_for_timeout(200)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.context.close()
    return picture


@pytest.mark.parametrize("name", LAYERS)
def test_a_page_looks_as_it_did(browser: Any, folder: Path, name: str) -> None:
    """Within a tolerance for letters; else the picture and the difference are kept where SAHELGEO_ARTEFACTS says."""
    picture, path = taken(browser, folder, name), KEPT / f"{name}.png"
    if os.environ.get("SAHELGEO_RENEW_PICTURES"):
        KEPT.mkdir(exist_ok=True)
        keep(picture, path)
    found = compare(picture, Image.open(path))
    if not found.alike and (artefacts := os.environ.get("SAHELGEO_ARTEFACTS")):
        Path(artefacts).mkdir(parents=True, exist_ok=True)
        picture.save(Path(artefacts) / f"{name}-now.png")
        found.where.save(Path(artefacts) / f"{name}-difference.png")
    assert found.alike, (
        f"{name}.png: squares that differ, by step: {found.shares}. Look at both; renew it if the change is meant"
    )


CHANGES = {
    "phase 4 in the colour of phase 5": ("phases", "document.querySelectorAll('path[fill=\"#C80000\"]').forEach(path => path.setAttribute('fill', '#640000'))"),
    "a paler phase 3": ("phases", "document.querySelectorAll('path[fill=\"#E67800\"]').forEach(path => path.setAttribute('fill', '#F5A623'))"),
    "half-transparent areas": ("phases", "document.querySelectorAll('path.sg-area').forEach(path => path.setAttribute('fill-opacity', '0.5'))"),
    "no legend": ("phases", "document.querySelector('.sg-legend').remove()"),
    "no circles": ("stocks", "document.querySelectorAll('path.sg-symbol').forEach(path => path.remove())"),
    "smaller circles": ("stocks", "document.querySelectorAll('path.sg-symbol').forEach(path => { path.style.transformBox = 'fill-box'; path.style.transformOrigin = 'center'; path.style.transform = 'scale(0.7)'; })"),
    "no arrows": ("flows", "document.querySelectorAll('path.sg-arrow').forEach(path => path.remove())"),
    "no areas under the arrows": ("flows", "document.querySelectorAll('path.sg-area').forEach(path => path.remove())"),
    "no circles of events": ("events", "document.querySelectorAll('.sg-event').forEach(circle => circle.remove())"),
    "no hexagons": ("hexagons", "document.querySelectorAll('path.sg-area').forEach(path => path.remove())"),
    "not analysed in the colour of phase 1": ("phases", "document.querySelectorAll('path.sg-area').forEach(path => { if (path.getAttribute('fill').startsWith('url')) path.setAttribute('fill', '#CDFACD'); })"),
    "no key": ("two-numbers", "document.querySelector('.sg-key').remove()"),
    "the period before": ("time", "(() => { const slider = document.querySelector('.sg-slider input'); slider.value = '0'; slider.dispatchEvent(new Event('input')); })()"),
    "no slider": ("time", "document.querySelector('.sg-slider').remove()"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_the_comparison_sees_what_goes_wrong(browser: Any, folder: Path, change: str) -> None:
    """A changed colour, a layer that is gone, a missing legend: each is told from the kept picture."""
    name, script = CHANGES[change]
    assert not compare(taken(browser, folder, name, f"() => {{ {script} }}"), Image.open(KEPT / f"{name}.png")).alike


@pytest.mark.parametrize("name", ["phases", "flows"])
def test_the_comparison_bears_with_other_edges(browser: Any, folder: Path, name: str) -> None:
    """Letters and lines drawn at twice the size and made smaller have other edges, as in another Chromium."""
    doubled = taken(browser, folder, name, device_scale_factor=2)
    assert compare(doubled.reduce(2), Image.open(KEPT / f"{name}.png")).alike


def test_kept_pictures_are_few_and_small() -> None:
    """One for each page, together below 400 kB."""
    assert sorted(path.stem for path in KEPT.glob("*")) == sorted(LAYERS)
    assert sum(path.stat().st_size for path in KEPT.glob("*")) < 400_000
