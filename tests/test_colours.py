"""Colours that everybody can tell apart, and texts that can be read on them."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import geopandas as gpd
import numpy as np
import pytest
from colorspacious import cspace_convert
from tables import phased

import sahelgeo as sg
from sahelgeo.maps.document import STATIC
from sahelgeo.maps.scale import contrast, phase_classes, style, text_on

VISIONS = ("normal", "deuteranomaly", "protanomaly", "tritanomaly")
# Distance in CAM02-UCS; 10 is about five times what is just seen side by side.
SEPARABLE = 10.0
READABLE = 4.5  # WCAG 2.2, success criterion 1.4.3, level AA


def seen(colour: str, vision: str) -> np.ndarray:
    """A colour in CAM02-UCS, as an eye sees it that lacks one kind of cone (Machado, Oliveira and Fernandes 2009)."""
    rgb = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    if vision != "normal":
        rgb = np.clip(cspace_convert(rgb, {"name": "sRGB1+CVD", "cvd_type": vision, "severity": 100}, "sRGB1"), 0, 1)
    return np.asarray(cspace_convert(rgb, "sRGB1", "CAM02-UCS"))


def distance(one: str, other: str, vision: str) -> float:
    """How different two colours look."""
    return float(np.linalg.norm(seen(one, vision) - seen(other, vision)))


def test_the_measure_knows_red_and_green() -> None:
    """A red and a green that differ for most people are close without the cones for green."""
    assert distance("#C84030", "#7D7D20", "normal") > 30
    assert distance("#C84030", "#7D7D20", "deuteranomaly") < 20


@pytest.mark.parametrize("vision", VISIONS)
def test_neighbours_in_the_sequence_differ(vision: str) -> None:
    """Light to dark, each step is seen, and the order of lightness is never lost."""
    sequence = style()["areas"]["sequence"]
    assert min(distance(one, other, vision) for one, other in pairwise(sequence)) >= SEPARABLE
    lightness = [seen(colour, vision)[0] for colour in sequence]
    assert lightness == sorted(lightness, reverse=True)


@pytest.mark.parametrize("vision", VISIONS)
def test_all_classes_without_order_differ(vision: str) -> None:
    """Every pair, since any two may be neighbours on the map."""
    classes = style()["areas"]["classes"]
    assert len(set(classes)) == 8
    worst = min((distance(one, other, vision), one, other) for one, other in combinations(classes, 2))
    assert worst[0] >= SEPARABLE, worst


@pytest.mark.parametrize("vision", VISIONS)
def test_the_official_phases_are_given(vision: str, record_property: object) -> None:
    """Their colours are official and not ours to change: the distances are reported, and every phase has its digit."""
    colours = [item.colour for item in phase_classes()[:5]]
    assert colours == ["#CDFACD", "#FAE61E", "#E67800", "#C80000", "#640000"]
    steps = [round(distance(one, other, vision), 1) for one, other in pairwise(colours)]
    record_property(f"phases, {vision}", steps)  # type: ignore[operator]
    assert len(steps) == 4


def test_phases_have_a_second_cue(squares: gpd.GeoDataFrame) -> None:
    """Who sees no colour reads the digit; missing phases of one colour differ by their hatching."""
    assert sg.maps.PhaseLayer(phased(squares, [1, 4, 5])).drawing("en").digits == ("1", "4", "5")
    missing = phase_classes()[5:]
    assert len({(item.colour, item.hatch) for item in missing}) == len(missing)


@pytest.mark.parametrize("item", phase_classes(), ids=lambda item: item.key)
def test_digits_can_be_read_on_their_phase(item: object) -> None:
    """The text colour of the table has the contrast, and is the better of black and white."""
    assert contrast(item.text_colour, item.colour) >= READABLE  # type: ignore[attr-defined]
    assert item.text_colour == text_on(item.colour)  # type: ignore[attr-defined]


def test_texts_can_be_read_on_every_class(squares: gpd.GeoDataFrame) -> None:
    """Names are black on light classes and white on dark ones."""
    for colour in (*style()["areas"]["sequence"], *style()["areas"]["classes"]):
        assert contrast(text_on(colour), colour) >= READABLE
    drawing = sg.maps.AreaLayer(squares.assign(rate=[1.0, 2.0, 3.0]), column="rate", breaks=[1, 2]).drawing("en")
    assert [one.text_colour for one in drawing.classes] == ["#000000", "#000000", "#FFFFFF"]


def test_words_can_be_read_on_page_and_ground() -> None:
    """Titles, notes and warnings on white; names of countries on land and sea."""
    text, ground = style()["text"], style()["ground"]
    for name in ("colour", "quiet", "warning"):
        assert contrast(text[name], "#FFFFFF") >= READABLE
    for under in ("land", "sea"):
        assert contrast(ground["label"], ground[under]) >= READABLE
    assert contrast(text["colour"], ground["land"]) >= READABLE


def test_the_styles_of_the_page_can_be_read() -> None:
    """Every colour of text in the style sheets stands on white or on the ground."""
    for name in ("sheet.css", "panels.css"):
        css = STATIC.joinpath(name).read_text(encoding="utf-8")
        colours = set(re.findall(r"(?<![-\w])color:\s*(#[0-9a-fA-F]{6})", css))
        assert colours
        for colour in colours:
            assert contrast(colour, "#FFFFFF") >= READABLE, colour
    assert style()["ground"]["label"].lower() in STATIC.joinpath("sheet.css").read_text(encoding="utf-8")


def test_arrows_and_circles_stand_out_from_the_ground() -> None:
    """Graphics have a contrast of 3 (WCAG 2.2, success criterion 1.4.11)."""
    for kind in ("arrows", "symbols"):
        assert contrast(style()[kind]["fill"], style()["ground"]["land"]) >= 3
