"""Symbols on a phase map, and settlements."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from pages import texts, written
from tables import phased

import sahelgeo as sg


@pytest.fixture
def marked(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Three areas with symbols, and two sites in the first."""
    areas = phased(squares, [2, 3, 4]).assign(
        evidence=pd.array([1, 3, None], dtype="Int64"),
        assistance=["White_sack", "1", "0"],
        unit_kind=["area", None, "limited_access"],
    )
    sites = areas.iloc[[0, 0]].assign(
        unit_kind=["idp_site", "urban"], unit=["Site A", None], phase_published=[4, 5], evidence=pd.NA, assistance=None
    )
    return gpd.GeoDataFrame(pd.concat([areas, sites], ignore_index=True))


def test_each_symbol_stands_on_its_area_and_in_the_legend(marked: gpd.GeoDataFrame) -> None:
    """A flag that says no has no symbol; the legend has what is there alone."""
    drawing = sg.maps.PhaseLayer(marked).drawing("en")
    assert drawing.marks == (("evidence_1", "white_sack"), ("evidence_3", "assistance"), ("limited_access",), (), ())
    assert [(one.key, one.count) for one in drawing.legend_marks] == [
        ("evidence_1", 1),
        ("evidence_3", 1),
        ("white_sack", 1),
        ("assistance", 1),
        ("limited_access", 1),
        ("urban", 1),
        ("idp_site", 1),
    ]
    symbols = next(line for line in drawing.fields if line.label == "Symbols")
    assert symbols.values[2] == "Limited humanitarian access"


def test_settlements_are_points_and_not_counted_among_areas(marked: gpd.GeoDataFrame) -> None:
    """A site shares the p-code of its area, and neither hides the other."""
    drawing = sg.maps.PhaseLayer(marked).drawing("en")
    assert drawing.shapes == ("", "", "", "idp_site", "urban")
    assert drawing.names == ("West", "Middle", "East", "Site A (West)", "West")
    assert drawing.counts[:5] == (0, 1, 1, 1, 0)
    assert set(drawing.geometry.geom_type) == {"Polygon", "Point"}
    assert len(drawing.outlines()) == 3
    m = sg.maps.Map()
    sg.maps.PhaseLayer(marked).add_to(m)
    made = written(m)
    assert made["areas"] == [0, 1, 2, None, None]
    assert made["shapes"] == {"3": "idp_site", "4": "urban"}


def test_a_map_without_symbols_says_nothing_of_them(squares: gpd.GeoDataFrame) -> None:
    """Neither in the legend nor in the file."""
    m = sg.maps.Map()
    layer = sg.maps.PhaseLayer(phased(squares, [1, 2, 3]).assign(evidence=pd.NA, assistance=None)).add_to(m)
    assert layer.drawing("en").legend_marks == ()
    assert {"marks", "legend_marks", "shapes"}.isdisjoint(written(m))


def test_a_settlement_twice_is_refused(marked: gpd.GeoDataFrame) -> None:
    """One would hide the other."""
    with pytest.raises(
        sg.errors.SchemaError, match="PhaseLayer: rows 3, 5 are of the same settlement. Choose one period"
    ):
        sg.maps.PhaseLayer(gpd.GeoDataFrame(pd.concat([marked, marked.iloc[3:4]], ignore_index=True)))


def test_symbols_are_printed(marked: gpd.GeoDataFrame) -> None:
    """Stars behind the digit, the others drawn; all in the legend."""
    m = sg.maps.Map(lang="fr")
    sg.maps.PhaseLayer(marked).add_to(m)
    sheet = sg.maps.figure(m)
    found = texts(sheet)
    assert {"2", "*", "3", "***", "!", "4", "Accès humanitaire limité", "Site de personnes déplacées"} <= set(found)
    markers = [line.get_marker() for line in sheet.axes[0].lines]
    assert "D" in markers
    assert "o" in markers
