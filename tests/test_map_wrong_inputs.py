"""What cannot be drawn is refused in words; what can be, but hardly, is drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point
from tables import arrows, phased

import sahelgeo as sg

Make = Callable[[gpd.GeoDataFrame], Any]
AREAS: dict[str, Make] = {
    "PhaseLayer": sg.maps.PhaseLayer,
    "AreaLayer": lambda table: sg.maps.AreaLayer(table, column="rate"),
    "BivariateLayer": lambda table: sg.maps.BivariateLayer(table, columns=("rate", "other"), breaks=((1, 2), (1, 2))),
}
PLACES: dict[str, Make] = {"StockLayer": sg.maps.StockLayer, "TimeLayer": sg.maps.TimeLayer}
EVERY = {**AREAS, **PLACES}


@pytest.fixture
def table(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Three areas that every layer of areas and places takes."""
    return phased(squares, [1, 2, 4]).assign(rate=[1.0, 2.0, 3.0], other=[1.0, 2.0, 3.0], people=[10, 20, 30])


def drawn(layer: Any, path: Path) -> str:
    """The page of a map with one layer."""
    m = sg.maps.Map()
    layer.add_to(m)
    m.save(str(path / "map.html"))
    sg.maps.figure(m)
    return (path / "map.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_a_geometry_without_crs_is_refused(table: gpd.GeoDataFrame, make: Make) -> None:
    """The message says how to state it."""
    with pytest.raises(sg.errors.CRSError, match="no CRS.*set_crs"):
        make(table.set_crs(None, allow_override=True))


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_an_empty_table_is_refused(table: gpd.GeoDataFrame, make: Make) -> None:
    """Nothing to draw is an error, not an empty map."""
    with pytest.raises(sg.errors.SchemaError, match="no rows"):
        make(table.iloc[:0])


@pytest.mark.parametrize("draw", [sg.maps.phase_map, sg.maps.stock_map, sg.maps.flow_map])
def test_an_empty_table_beside_areas_is_refused(squares: gpd.GeoDataFrame, table: gpd.GeoDataFrame, draw: Any) -> None:
    """A filter that leaves nothing would otherwise look like areas without data."""
    flows = pd.DataFrame(arrows(squares)).drop(columns="geometry")
    rows = flows if draw is sg.maps.flow_map else pd.DataFrame(table).drop(columns="geometry")
    with pytest.raises(sg.errors.SchemaError, match="no rows, so there is nothing to draw. Check how"):
        draw(rows.iloc[:0], squares)


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_a_table_without_geometry_is_refused(table: gpd.GeoDataFrame, make: Make) -> None:
    """The message names the function that joins one."""
    with pytest.raises(sg.errors.SchemaError, match="attach_areas"):
        make(pd.DataFrame(table).drop(columns="geometry"))


@pytest.mark.parametrize("make", AREAS.values(), ids=AREAS)
def test_points_are_no_areas(table: gpd.GeoDataFrame, make: Make) -> None:
    """Points would be drawn as nothing: the message says which rows, and which layer takes points."""
    points = table.set_geometry([Point(x, 10) for x in (0, 1, 2)], crs=4326)
    with pytest.raises(sg.errors.SchemaError, match=r"rows 0, 1, 2 are no polygons.*StockLayer"):
        make(points)


@pytest.mark.parametrize("make", [*AREAS.values(), sg.maps.StockLayer], ids=[*AREAS, "StockLayer"])
def test_an_area_twice_is_refused(table: gpd.GeoDataFrame, make: Make) -> None:
    """One of its values would be hidden under the other."""
    with pytest.raises(sg.errors.SchemaError, match="XA02 stand more than once"):
        make(gpd.GeoDataFrame(pd.concat([table, table.iloc[[1]]], ignore_index=True)))


@pytest.mark.parametrize(
    "make",
    [
        lambda table: sg.maps.PhaseLayer(table, column="phase"),
        lambda table: sg.maps.AreaLayer(table, column="phase"),
        lambda table: sg.maps.StockLayer(table, column="phase"),
        lambda table: sg.maps.TimeLayer(table, column="phase"),
        lambda table: sg.maps.FlowLayer(arrows(table), column="phase"),
        lambda table: sg.maps.BivariateLayer(table, columns=("phase", "rate"), breaks=((1, 2), (1, 2))),
    ],
)
def test_a_column_that_does_not_exist_is_named_with_those_that_do(table: gpd.GeoDataFrame, make: Make) -> None:
    """What was asked for, and what there is."""
    with pytest.raises(sg.errors.SchemaError, match=r"'?phase'?.*Found: "):
        make(table)


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_one_area_is_a_map(table: gpd.GeoDataFrame, make: Make, tmp_path: Path) -> None:
    """Quantiles of one number, a view of one area."""
    assert "West" in drawn(make(table.iloc[:1]), tmp_path)


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_values_that_are_all_missing_are_drawn_as_missing(table: gpd.GeoDataFrame, make: Make, tmp_path: Path) -> None:
    """No class, no scale, no crash."""
    nothing = {label: pd.array([None] * 3, dtype="Float64") for label in ("rate", "other", "people", "phase_published")}
    page = drawn(make(table.assign(**nothing)), tmp_path)
    assert "No data" in page or "without a count" in page


def test_dollars_and_carets_print_as_they_are(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Neither a pair of dollars nor a lone one is read as a formula, whatever the reader's own settings."""
    names = ["$x^2$", "a lone $", r"$\frac{1$ \n %s"]
    m = sg.maps.Map(title="$y_1$", subtitle="cost $5")
    sg.maps.AreaLayer(squares.assign(name=names, word=names), column="word", title="$z$").add_to(m)
    for ending in ("svg", "png", "pdf"):
        sheet = sg.maps.figure(m, tmp_path / f"map.{ending}")
    svg = (tmp_path / "map.svg").read_text(encoding="utf-8")
    for written in ("$x^2$", "a lone $", "$y_1$", "cost $5", "$z$", r"$\frac{1$"):
        assert written in svg
    assert sheet is not None
    with sheet_settings():
        sheet.savefig(tmp_path / "again.svg")
    assert "$x^2$" in (tmp_path / "again.svg").read_text(encoding="utf-8")


def sheet_settings() -> Any:
    """The settings of a reader who saves the figure later, by hand."""
    import matplotlib as mpl

    return mpl.rc_context({"text.parse_math": True, "svg.fonttype": "none"})


def test_the_readme_for_newsrooms_shows_hostile_text_as_text(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """A title cannot end a line, open a tag or a link, or run a template; cells do not start formulas."""
    hostile = "<img src=x onerror=alert(1)>\n# Heading [link](javascript:alert(2)) {{7*7}} </script>"
    m = sg.maps.Map(title=hostile)
    names = ["=cmd|' /C calc'!A0", "@SUM(1)", "+1"]
    sg.maps.PhaseLayer(phased(squares, [1, 2, 4]).assign(name=names, source=hostile), title=hostile).add_to(m)
    sg.maps.export_newsroom(m, tmp_path / "news")
    readme = next((tmp_path / "news").glob("*.md")).read_text(encoding="utf-8")
    assert "\n# Heading" not in readme
    assert "{{7*7}}" in readme.replace("\\", "")
    data = (tmp_path / "news" / "data.csv").read_text(encoding="utf-8-sig")
    assert not any(
        line.split(",")[1].strip('"').startswith(("=", "@", "+")) for line in data.splitlines()[1:] if "," in line
    )
