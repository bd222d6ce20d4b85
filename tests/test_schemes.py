"""Classes of a number by the classifiers of mapclassify."""

from __future__ import annotations

import sys
from typing import Any

import geopandas as gpd
import pytest
from pages import legend_of

import sahelgeo as sg


def labels(table: gpd.GeoDataFrame, **options: Any) -> list[tuple[str, int]]:
    """Classes of the column, each with its number of areas."""
    return legend_of(sg.maps.AreaLayer(table, column="rate", **options).drawing("en"))


def test_a_scheme_makes_the_classes_and_missing_is_in_none(squares: gpd.GeoDataFrame) -> None:
    """Bounds have as few digits as keep each area in its class."""
    pytest.importorskip("mapclassify")
    table = squares.assign(rate=[1.234567, None, 87.65432])
    assert labels(table, scheme="FisherJenks") == [("≤ 1.3", 1), ("> 1.3", 1), ("No data", 1)]


def test_periods_share_the_classes_of_a_scheme(squares: gpd.GeoDataFrame) -> None:
    """The scheme sees all periods together."""
    pytest.importorskip("mapclassify")
    before, after = (
        squares.assign(rate=[0.0, 1, 2], date="2020-03-01"),
        squares.assign(rate=[8.0, 9, 10], date="2020-06-01"),
    )
    both = gpd.pd.concat([before, after], ignore_index=True)
    layer = sg.maps.TimeLayer(both, layer=sg.maps.AreaLayer, column="rate", scheme="EqualInterval")
    frames = layer.drawing("en").frames
    assert [[one.label for one in frame.classes] for frame in frames] == [
        ["≤ 2", "3 to 4", "5 to 6", "7 to 8", "> 8"]
    ] * 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scheme": "Magic"}, "unknown scheme 'Magic'. Choose one of: .*FisherJenks"),
        ({"scheme": "FisherJenksSampled"}, "unknown scheme"),
        ({"scheme": "Quantiles", "breaks": [1]}, "breaks and scheme both say"),
        ({"scheme": "Quantiles", "column": "name"}, "needs a column of numbers"),
    ],
)
def test_schemes_that_cannot_be_used_are_refused(
    squares: gpd.GeoDataFrame, options: dict[str, Any], message: str
) -> None:
    """What is wrong, and what to do."""
    if "unknown" in message:
        pytest.importorskip("mapclassify")
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.maps.AreaLayer(squares.assign(rate=[1.0, 2.0, 3.0]), **{"column": "rate", **options})


def test_without_mapclassify_the_message_says_how_to_get_it(
    squares: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library works without it."""
    monkeypatch.setitem(sys.modules, "mapclassify", None)
    with pytest.raises(
        sg.errors.SchemaError,
        match=r"needs mapclassify. Install it \(pip install 'sahelgeo\[stats\]'\), or give breaks",
    ):
        sg.maps.AreaLayer(squares.assign(rate=[1.0, 2.0, 3.0]), column="rate", scheme="Quantiles")
