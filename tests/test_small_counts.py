"""A count that could point at somebody is in no file that leaves the house: its digits are looked for in the bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from tables import arrows, long_table, phased

import sahelgeo as sg

# Small counts here are below 100,000, so that their digits are like no others.
BELOW = 100_000
SMALL = 73_519
# As numbers, with the separators of both languages, and as the rate per 1,000 of a million.
WRITTEN = ("73519", "73,519", "73\u202f519", "73 519", "73\\u202f519", "73.519", "73,5")


def stocks(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One small count, with its rate and households; one large with few households."""
    return squares.assign(
        people=pd.array([SMALL, 800_000, None], dtype="Int64"), households=pd.array([SMALL, SMALL, SMALL], dtype="Int64"),
        per_1000=[73.519, 800.0, None], population=1_000_000, date="2020-01-31",
    )  # fmt: skip


def changed(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One change that the small count beside it follows from, one that it does not."""
    return squares.assign(people_before=[SMALL, 200_000, None], people_after=[2 * SMALL, 950_000, None], people_change=[SMALL, 750_000, None])  # fmt: skip


def small_phases(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Few people in phase 5 of one area."""
    return phased(squares, [1, 2, 5]).assign(people_5=[0, 0, SMALL], population=2_000_000)


TIP = "{name}: {people}"
LAYERS: dict[str, Callable[[gpd.GeoDataFrame], list[Any]]] = {
    "circles": lambda squares: [sg.maps.StockLayer(stocks(squares), tooltip=TIP)],
    "circles of households": lambda squares: [sg.maps.StockLayer(stocks(squares).drop(columns="people"), column="households")],
    "areas by people": lambda squares: [sg.maps.AreaLayer(stocks(squares), column="people", breaks=[500_000])],
    "areas by households": lambda squares: [sg.maps.AreaLayer(stocks(squares), column="households", breaks=[500_000])],
    "areas by rate": lambda squares: [
        sg.maps.AreaLayer(stocks(squares), column="per_1000", breaks=[500], tooltip="{name}: {per_1000}")
    ],
    "areas by change": lambda squares: [
        sg.maps.AreaLayer(changed(squares), column="people_change", breaks=[5e5], tooltip="{name}: {people_change}")
    ],
    "areas by a rate and a number": lambda squares: [
        sg.maps.BivariateLayer(stocks(squares), columns=("per_1000", "people"), breaks=((2, 500), (2e5, 5e5)))
    ],
    "areas by two numbers": lambda squares: [
        sg.maps.BivariateLayer(stocks(squares), columns=("people", "households"), breaks=((2e5, 5e5), (2e5, 5e5)))
    ],
    "phases": lambda squares: [sg.maps.PhaseLayer(small_phases(squares))],
    "arrows": lambda squares: [sg.maps.FlowLayer(arrows(squares).assign(people=[SMALL, 800_000]))],
    "arrows left out": lambda squares: [sg.maps.FlowLayer(arrows(squares).assign(people=[SMALL, 800_000]), smallest=200_000)],
    "over time": lambda squares: [
        sg.maps.TimeLayer(
            long_table(stocks(squares), stocks(squares).assign(date="2020-02-29", people=[800_000, SMALL, None], per_1000=[800.0, 73.519, None])),
            layer=sg.maps.StockLayer,
            tooltip=TIP,
        )
    ],
}  # fmt: skip


def made(layers: list[Any], lang: str, below: float) -> sg.maps.Map:
    """A map of layers that withholds counts below a number."""
    m = sg.maps.Map(lang=lang, suppress_below=below, ground=False)
    for layer in layers:
        layer.add_to(m)
    return m


def files(m: sg.maps.Map, folder: Path) -> dict[str, str]:
    """Everything that is written of a map: page, notebook cell, sheets, files for newsrooms."""
    m.save(str(folder / "page.html"))
    sg.maps.figure(m, folder / "sheet.svg")
    sg.maps.story([("A", "B", m)]).save(folder / "story.html")
    (folder / "cell.html").write_text(m._repr_mimebundle_()["text/html"], encoding="utf-8")
    sg.maps.export_newsroom(m, folder / "news")
    return {path.name: path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", LAYERS)
def test_no_file_holds_a_small_count(squares: gpd.GeoDataFrame, tmp_path: Path, name: str, lang: str) -> None:
    """Neither the count nor, beside its population, the rate it could be worked out from."""
    written = files(made(LAYERS[name](squares), lang, BELOW), tmp_path)
    assert len(written) > 6
    assert not [(file, digits) for file, text in written.items() for digits in WRITTEN if digits in text]


@pytest.mark.parametrize("name", [name for name in LAYERS if name != "circles of households"])
def test_the_same_files_hold_it_where_it_is_not_small(squares: gpd.GeoDataFrame, tmp_path: Path, name: str) -> None:
    """The search finds what there is to find."""
    written = files(made(LAYERS[name](squares), "en", 0), tmp_path)
    assert any(digits in written["page.html"] for digits in WRITTEN)


def test_a_withheld_rate_is_no_missing_one(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Page and files tell withheld from missing."""
    written = files(made(LAYERS["circles"](squares), "en", BELOW), tmp_path)
    assert '"values":["\\u003c",800,null]' in written["page.html"]
    header, first, *_ = written["data.csv"].splitlines()
    assert 'People (< 100000),"Displaced people per 1,000 inhabitants"' in header
    assert "inhabitants (withheld)" in header
    assert first == "XA01,West,0.5,10.5,,<,,<,,<"
