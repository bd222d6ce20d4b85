"""Charts by day and period: what is drawn, withheld, refused, and how they are saved."""

from __future__ import annotations

import json
import re
import xml.dom.minidom
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from tables import ATTACK, flows, stocks

import sahelgeo as sg


@pytest.fixture
def counts() -> pd.DataFrame:
    """Three counts of two places, one of them missing, one small."""
    days = ["2019-12-31", "2020-06-30", "2020-12-31"]
    table = stocks(pcode=["A"] * 3 + ["B"] * 3, date=days * 2, people=[100, 200, 300, 50, None, 5])
    return table.assign(name=["West"] * 3 + ["East"] * 3)


def test_lines_have_gaps_and_withhold_small_counts(counts: pd.DataFrame) -> None:
    """Missing is a gap and said; 5 people are nowhere in the chart."""
    drawn = sg.maps.chart(counts, by="name", lang="fr")
    assert drawn.figures.index.tolist() == ["31 décembre 2019", "30 juin 2020", "31 décembre 2020"]
    assert drawn.figures["West"].tolist() == [100.0, 200.0, 300.0]
    assert drawn.figures["East"].isna().tolist() == [False, True, True]
    axes = next(one for one in drawn.figure.axes if one.lines)
    title = axes.get_title(loc="left").replace("\N{NO-BREAK SPACE}", " ")
    assert "Petits effectifs non publiés ni ajoutés : 1 ; Pas de données : 1" in title
    assert axes.get_ylim()[0] == 0
    assert any("CONASUR" in text.get_text() for text in drawn.figure.texts)
    assert not any("frontières" in text.get_text() for text in drawn.figure.texts)


def test_days_of_another_series_are_no_gap(counts: pd.DataFrame) -> None:
    """A series beside another is the line that it is alone; a missing count stays a gap."""
    rows = counts.assign(date=[*counts["date"][:3], "2020-02-01", "2020-07-01", "2020-11-01"])
    beside = next(one for one in sg.maps.chart(rows, by="name").figure.axes if one.lines).lines
    alone = [next(one for one in sg.maps.chart(rows[part]).figure.axes if one.lines).lines[0] for part in (slice(3), slice(3, 6))]  # fmt: skip
    assert [str(one.get_xydata()) for one in beside] == [str(one.get_xydata()) for one in alone]
    assert np.isnan(beside[1].get_ydata()).tolist() == [False, True, True]


def test_small_values_are_not_written_as_zero(counts: pd.DataFrame, tmp_path: Path) -> None:
    """Neither in the table nor beside the axis."""
    drawn = sg.maps.chart(counts.head(2).assign(part=[0.0001, 0.00042]), column="part")
    drawn.save(tmp_path / "chart.html")
    page = (tmp_path / "chart.html").read_text(encoding="utf-8")
    assert [number in page for number in ("0.00010", "0.00042")] == [True, True]


def test_small_counts_are_withheld_by_whatever_name_maps_know_them(counts: pd.DataFrame) -> None:
    """As on maps: five people are no number of a chart, in a column of another name either."""
    drawn = sg.maps.chart(counts.tail(1).rename(columns={"people": "IDPs"}).assign(IDPs=[5]), column="IDPs")
    assert drawn.figures["IDPs"].isna().all()


def test_a_chart_of_unreadable_signs_is_a_picture_that_opens(counts: pd.DataFrame) -> None:
    """Control characters in names and sources are replaced, which XML forbids."""
    drawn = sg.maps.chart(counts.head(3).assign(name="We\x01st", source="Reg\x0bister"), by="name")
    assert list(drawn.figures) == ["We\N{REPLACEMENT CHARACTER}st"]
    opened = xml.dom.minidom.parseString(drawn.svg())  # noqa: S318 (our own drawing)
    assert opened.documentElement.tagName == "svg"


def test_periods_are_bars_as_wide_as_they_are() -> None:
    """A month and a quarter beside each other."""
    moved = flows(origin=["A", "A"], destination=["B", "B"], people=[30, 90], start=["2020-01-01", "2020-02-01"], end=["2020-01-31", "2020-04-30"])  # fmt: skip
    drawn = sg.maps.chart(moved)
    (axes,) = (one for one in drawn.figure.axes if one.patches)
    assert [round(bar.get_width() / 0.86) for bar in axes.patches] == [31, 90]
    assert [bar.get_height() for bar in axes.patches] == [30, 90]
    assert len(sg.maps.chart(moved, kind="lines").figure.axes[0].lines) == 1


def test_bars_that_overlap_are_refused() -> None:
    """A month within its quarter would be hidden, and counted twice to the eye; lines show both."""
    moved = flows(origin=["A"] * 2, destination=["B"] * 2, people=[30, 90], start="2020-01-01", end=["2020-01-31", "2020-03-31"])  # fmt: skip
    with pytest.raises(sg.errors.DoubleCountError, match="January 2020 and January–March 2020"):
        sg.maps.chart(moved)
    assert len(sg.maps.chart(moved, kind="lines").figures) == 2


@pytest.mark.parametrize(
    ("values", "low", "top"),
    [([-40.0, 20.0, None], -40, 20), ([-40.0, -20.0, None], -40, 0), ([0.1, 0.25, None], 0, 0.25), ([0.0] * 3, 0, 1)],
)
@pytest.mark.parametrize("kind", ["lines", "bars"])
def test_the_axis_holds_every_number(
    counts: pd.DataFrame, values: list[float | None], low: float, top: float, kind: str
) -> None:
    """Fewer people are below zero, not cut off; shares are not pressed into the lowest fifth."""
    table = counts.head(3).assign(people_change=pd.array(values, dtype="Float64"))
    drawn = sg.maps.chart(table, column="people_change", kind=kind)  # type: ignore[arg-type]
    axes = next(one for one in drawn.figure.axes if one.lines or one.patches)
    assert axes.get_ylim() == pytest.approx((1.08 * low, 1.08 * top))


@pytest.mark.parametrize(("label", "said"), [("method", "2 méthodes"), ("source", "2 sources")])
def test_a_series_of_two_methods_or_sources_says_so(counts: pd.DataFrame, label: str, said: str) -> None:
    """A step from one to the other is not a change; told apart there is nothing to say."""
    mixed = counts.head(3).assign(**{label: ["one", "other", "other"]})
    heading = [sg.maps.chart(mixed, by=by, lang="fr").figure.axes[0].get_title(loc="left") for by in (None, label)]
    assert said in heading[0].replace("\N{NO-BREAK SPACE}", " ")
    assert "évolution" not in heading[1]


def test_the_table_of_a_chart_is_written_in_its_language(counts: pd.DataFrame, tmp_path: Path) -> None:
    """Whole people, the separators of the language; what is not shown is not called missing."""
    big = counts.assign(people=pd.array([1000, 1_034_609, 300, 50, None, 5], dtype="Int64"))
    sg.maps.chart(big, by="name", lang="fr", path=tmp_path / "chart.html")
    cells = re.findall(r"<td>(.*?)</td>", (tmp_path / "chart.html").read_text(encoding="utf-8"))
    assert cells == ["1\u202f000", "50", "1\u202f034\u202f609", "–", "300", "–"]


def test_what_no_chart_can_show_is_refused(counts: pd.DataFrame) -> None:
    """Places that are not added up, no days, text, too many series, options that would be lost."""
    with pytest.raises(sg.errors.DoubleCountError, match="Add them up first"):
        sg.maps.chart(counts)
    with pytest.raises(sg.errors.SchemaError, match="no row says when"):
        sg.maps.chart(counts.drop(columns="date"))
    with pytest.raises(sg.errors.SchemaError, match="9 series are more than the 8"):
        sg.maps.chart(pd.concat([counts.assign(name=str(number)).head(1) for number in range(9)]), by="name")
    with pytest.raises(sg.errors.SchemaError, match="unknown options: tiles. A chart takes lang"):
        sg.maps.chart(counts, tiles="x")
    with pytest.raises(sg.errors.SchemaError, match="kind='pie' is not one of"):
        sg.maps.chart(counts, kind="pie")  # type: ignore[arg-type]


def test_a_chart_is_saved_in_every_form(counts: pd.DataFrame, tmp_path: Path) -> None:
    """Text from tables stays text; the page has no script and asks for nothing."""
    drawn = sg.maps.chart(counts.assign(name=ATTACK).head(3), by="name", title=ATTACK, path=tmp_path / "chart.html")
    page = (tmp_path / "chart.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "default-src 'none'" in page
    # For a screen and for a phone; one of them is seen.
    assert [page.count(f'<svg class="{kind}"') for kind in ("sg-wide", "sg-narrow")] == [1, 1]
    for ending, start in (("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")):
        drawn.save(tmp_path / f"chart.{ending}")
        assert (tmp_path / f"chart.{ending}").read_bytes().startswith(start)
    assert "<svg " in drawn._repr_html_()
    with pytest.raises(sg.errors.SchemaError, match="not one of .png"):
        drawn.save(tmp_path / "chart.gif")


def test_a_chart_stands_in_a_story(counts: pd.DataFrame, squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Among its maps, in its language; alone it is no story."""
    chart = sg.maps.chart(counts.head(3))
    m = sg.maps.stock_map(squares.assign(people=[10, 20, 30]))
    sg.maps.story([("Where", "", m), ("When", "By day.", chart)]).save(tmp_path / "story.html")
    text = (tmp_path / "story.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="[^"]+">(.*?)</script>', text, flags=re.DOTALL)
    assert found is not None
    sections = json.loads(found.group(1))["sections"]
    assert [("svg" in section, len(section["maps"])) for section in sections] == [(False, 1), (True, 0)]
    assert [drawn.startswith("<svg class=") for drawn in sections[1]["svg"]] == [True, True]
    with pytest.raises(sg.errors.SchemaError, match="a map among them"):
        sg.maps.story([("When", "", chart)])
    with pytest.raises(sg.errors.SchemaError, match="one language"):
        sg.maps.story([("Where", "", m), ("When", "", sg.maps.chart(counts.head(3), lang="fr"))])
