"""The printed sheet."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from pages import texts
from PIL import Image
from tables import ATTACK, arrows, phased

import sahelgeo as sg
from sahelgeo.maps.print_layers import arrow_outline


@pytest.fixture
def full_map(squares: gpd.GeoDataFrame) -> sg.maps.Map:
    """Phases with a missing one, arrows and circles on three squares."""
    m = sg.maps.Map(title="A title")
    sg.maps.PhaseLayer(phased(squares, [1, 4, None], [None, None, "not_analysed"])).add_to(m)
    sg.maps.FlowLayer(arrows(squares).assign(source="made up"), smallest=50).add_to(m)
    sg.maps.StockLayer(squares.assign(people=[100, 20, 0])).add_to(m)
    return m


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_sheet_saves_in_each_format(full_map: sg.maps.Map, tmp_path: Path, ending: str) -> None:
    """The ending of the path chooses the format; the same map gives the same file."""
    for name in ("a", "b"):
        sg.maps.figure(full_map, tmp_path / f"{name}.{ending}")
    first, second = ((tmp_path / f"{name}.{ending}").read_bytes() for name in ("a", "b"))
    assert len(first) > 5_000
    if ending != "svg":
        assert first == second


def test_phases_are_printed_in_their_colours(full_map: sg.maps.Map, tmp_path: Path) -> None:
    """The official colours of phases 1 and 4 are in the picture, opaque."""
    sg.maps.figure(full_map, tmp_path / "map.png")
    pixels = np.asarray(Image.open(tmp_path / "map.png").convert("RGB")).reshape(-1, 3)
    for colour in ((0xCD, 0xFA, 0xCD), (0xC8, 0x00, 0x00)):
        assert (pixels == colour).all(axis=1).sum() > 5_000


def test_the_sheet_says_what_the_page_says(full_map: sg.maps.Map) -> None:
    """Title, legend with counts, notes, sources and disclaimer."""
    written = " ".join(texts(sg.maps.figure(full_map)))
    for expected in (
        "A title",
        "1 None/Minimal",
        "Not analysed",
        "Not drawn: flows below 50",
        "Sources: made for tests  •  made up",
        "do not imply official",
        "100",
    ):
        assert expected in written


def test_text_is_not_read_as_formulas(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Dollar signs and tags in names are printed as they are."""
    m = sg.maps.Map(title="costs $5 and $6_x$ " + ATTACK.replace("\u2028", ""))
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4]).assign(source="a $b_c$ d")).add_to(m)
    sheet = sg.maps.figure(m, tmp_path / "map.svg")
    assert any("$6_x$" in text for text in texts(sheet))
    assert "<script>alert" not in (tmp_path / "map.svg").read_text(encoding="utf-8")


def test_hidden_layers_are_not_printed(squares: gpd.GeoDataFrame) -> None:
    """A layer that is off when the page opens is off on paper."""
    m = sg.maps.Map()
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4]), show=False).add_to(m)
    with pytest.raises(sg.errors.SchemaError, match="there is no layer to draw. Add one that is shown"):
        sg.maps.figure(m)


def test_an_unknown_ending_is_refused(full_map: sg.maps.Map) -> None:
    """The message lists the formats."""
    with pytest.raises(sg.errors.SchemaError, match=r"map.bmp: the ending is not one of .png, .svg, .pdf"):
        sg.maps.figure(full_map, "map.bmp")


def test_a_map_of_numbers_alone_needs_no_ground(squares: gpd.GeoDataFrame) -> None:
    """Circles without values, classes without ground."""
    m = sg.maps.Map(ground=False)
    sg.maps.StockLayer(squares.assign(people=0)).add_to(m)
    sg.maps.AreaLayer(squares.assign(rate=[1.0, 2.0, 3.0]), column="rate", breaks=[1.5]).add_to(m)
    assert "≤ 1" in texts(sg.maps.figure(m))


def test_an_arrow_points_at_its_destination() -> None:
    """The tip lies at the end less the clearance; there and back are mirror images on opposite sides."""
    start, end = np.array([0.0, 0.0]), np.array([100.0, 0.0])
    there = arrow_outline(start, np.array([50.0, 30.0]), end, 6.0, (0, 10))
    tip = there[np.argmax(there[:, 0])]
    assert 88 < tip[0] < 93
    assert there[:, 1].mean() > 0
    assert arrow_outline(start, start, np.array([1.0, 0.0]), 6.0, (0, 0)) is None
