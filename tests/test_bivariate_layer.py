"""Two numbers at once."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from pages import texts, written
from tables import long_table

import sahelgeo as sg
from sahelgeo.maps.drawing import BivariateDrawing
from sahelgeo.maps.scale import phase_classes, style

OPTIONS: dict[str, Any] = {"columns": ("share_3plus", "per_1000"), "breaks": ((0.1, 0.2), (10, 50))}
# Severity 1 of Machado, Oliveira and Fernandes (2009), on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


def lab(colour: str, deficiency: str) -> Any:
    """CIE L*a*b* of a colour as it is seen."""
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = np.clip(DEFICIENCIES[deficiency] @ linear, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = to_xyz @ seen / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.fixture
def both(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Low and low, high and middle, one number missing."""
    return squares.assign(share_3plus=[0.1, 0.3, None], per_1000=[0.0, 50.0, 60.0])


def test_each_area_has_the_class_of_both_numbers(both: gpd.GeoDataFrame) -> None:
    """A value at a bound is in the class below it; an area without one of the two is no data."""
    drawing = sg.maps.BivariateLayer(both, **OPTIONS).drawing("en")
    assert drawing.class_of == (0, 5, 9)
    assert drawing.counts == (1, 0, 0, 0, 0, 1, 0, 0, 0, 1)
    assert (
        drawing.classes[5].label
        == "Share in phase 3 or above > 20\u00a0%, Displaced people per 1,000 inhabitants 11 to 50"
    )
    assert drawing.looks[9].label == "No data"
    assert drawing.looks[9].hatch == "dots"
    assert [line.form for line in drawing.fields] == ["share", "decimal"]


def test_there_is_no_row_for_no_data_where_none_is_missing(both: gpd.GeoDataFrame) -> None:
    """Nine classes, all in the key."""
    drawing = sg.maps.BivariateLayer(
        both.assign(share_3plus=0.15), **OPTIONS, labels=("In phase 3+", "Displaced")
    ).drawing("fr")
    assert len(drawing.legend()) == 9
    assert drawing.axis_labels == ("In phase 3+", "Displaced")
    assert drawing.axis_classes[0] == ("≤ 10\u00a0%", "> 10 – 20\u00a0%", "> 20\u00a0%")
    assert drawing.title == "In phase 3+ × Displaced"


def test_the_key_is_on_page_and_sheet(both: gpd.GeoDataFrame) -> None:
    """Labels, bounds and counts."""
    m = sg.maps.Map()
    sg.maps.BivariateLayer(both, **OPTIONS).add_to(m)
    assert written(m)["key"] == {
        "labels": ["Share in phase 3 or above", "Displaced people per 1,000 inhabitants"],
        "classes": [["≤ 10\u00a0%", "> 10 – 20\u00a0%", "> 20\u00a0%"], ["≤ 10", "11 to 50", "> 50"]],
    }
    found = texts(sg.maps.figure(m))
    assert {"→ Share in phase 3 or above", "> 50", "No data"} <= set(found)


def test_fixed_breaks_make_periods_comparable(both: gpd.GeoDataFrame) -> None:
    """Two numbers over time: the same key in each period."""
    long = long_table(both.assign(date="2020-01-31"), both.assign(date="2020-02-29", share_3plus=0.0))
    frames = sg.maps.TimeLayer(long, layer=sg.maps.BivariateLayer, **OPTIONS).drawing("en").frames
    assert [frame.class_of for frame in frames if isinstance(frame, BivariateDrawing)] == [(0, 5, 9), (0, 3, 6)]


@pytest.mark.parametrize("deficiency", list(DEFICIENCIES))
def test_any_two_of_the_nine_colours_are_told_apart(deficiency: str) -> None:
    """At least 13 apart in CIE L*a*b* for each kind of colour vision: five times what the eye just sees."""
    colours = style()["bivariate"]["colours"]
    least = min(
        np.linalg.norm(lab(one, deficiency) - lab(other, deficiency)) for one, other in combinations(colours, 2)
    )
    assert least > 13


def test_no_colour_could_pass_for_a_phase_of_crisis() -> None:
    """None is near the official yellow, orange or reds."""
    phases = [one.colour for one in phase_classes()[1:5]]
    least = min(
        np.linalg.norm(lab(one, "none") - lab(other, "none"))
        for one in style()["bivariate"]["colours"]
        for other in phases
    )
    assert least > 30


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ("share_3plus",)}, r"columns=\('share_3plus',\), labels=None: give two of each"),
        ({"labels": ("one",)}, "give two of each"),
        ({"columns": ("share_3plus", "rate")}, "column 'rate' is missing. Found: pcode"),
        ({"columns": ("share_3plus", "name")}, "column 'name', .*: not a number"),
        ({"breaks": ((0.2, 0.1), (10, 50))}, r"breaks .* do not rise. Give each upper bound once, from low to high"),
        ({"breaks": (0.1, 0.2)}, r"breaks=\(0.1, 0.2\): give two numbers for each column"),
    ],
)
def test_options_that_would_mislead_are_refused(both: gpd.GeoDataFrame, options: dict[str, Any], message: str) -> None:
    """Columns, labels and breaks come in twos, and breaks rise."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.maps.BivariateLayer(both, **{**OPTIONS, **options})
