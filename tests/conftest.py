"""Fixtures that every test may use: tiny tables that fit on paper."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import profiles  # noqa: F401 - sets how many examples properties are tried on
import pytest
from invented import Invented, load_invented
from pages import CHROMIUM, FLAGS
from shapely import box
from tables import provinces as two_by_two

import sahelgeo as sg
from sahelgeo.cli import main


@pytest.fixture
def squares() -> gpd.GeoDataFrame:
    """Three areas side by side, one degree wide: XA01, XA02, XA03."""
    return gpd.GeoDataFrame(
        {
            "pcode": ["XA01", "XA02", "XA03"],
            "edition": "test",
            "name": ["West", "Middle", "East"],
            "name_fr": ["Ouest", "Milieu", "Est"],
            "level": 1,
            "parent": "XA",
            "source": "made for tests",
        },
        geometry=[box(0, 10, 1, 11), box(1, 10, 2, 11), box(2, 10, 3, 11)],
        crs="EPSG:4326",
    )


@pytest.fixture
def counts() -> pd.DataFrame:
    """Displaced people in two of the three squares."""
    return pd.DataFrame(
        {
            "pcode": ["XA01", "XA02"],
            "date": "2020-09-06",
            "group": "idp",
            "people": [10, 20],
            "source": "made for tests",
        },
        index=[7, 3],
    )


@pytest.fixture
def provinces() -> gpd.GeoDataFrame:
    """Two regions of two provinces each: XX0101, XX0102, XX0201, XX0202."""
    return two_by_two()


@pytest.fixture(scope="session")
def sahel() -> sg.samples.Sample:
    """What is carried of the five countries."""
    return sg.load_sample("central-sahel")


@pytest.fixture(scope="session")
def past(sahel: sg.samples.Sample) -> gpd.GeoDataFrame:
    """The events of the brief's own time."""
    return sahel.events[sahel.events["date"] < "2021"]


@pytest.fixture(scope="session")
def made_up() -> Invented:
    """The invented events."""
    return load_invented()


@pytest.fixture(scope="session")
def sums(made_up: Invented) -> pd.DataFrame:
    """The invented events by region and month; some lie outside all regions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        return sg.sum_events(made_up.events, sg.load_areas(["BFA", "MLI", "NER"]), coverage=made_up.coverage)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The products of the demo, made once; a test that writes takes a copy."""
    from sahelgeo.demo import run_demo

    made: Path = tmp_path_factory.mktemp("demo")
    run_demo(made)
    return made


@pytest.fixture(scope="session")
def french_demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The products of the demo in French, and the lines that the command prints; made once."""
    made: Path = tmp_path_factory.mktemp("demo") / "produits"
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert main(["demo", "--out", str(made), "--lang", "fr"]) == 0
    return made, said.getvalue().splitlines()


# A driver that is at work keeps others of its process from waiting for anything, so that it ends with each file of tests.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    """The driver of browsers; in CI a missing Chromium is a failure, elsewhere a reason to skip."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed, and CI must run the browser tests")
        pytest.skip("chromium is not installed: apt-get install chromium, or set SAHELGEO_CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(playwright: Any) -> Iterator[Any]:
    """A headless Chromium."""
    started = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
    yield started
    started.close()
