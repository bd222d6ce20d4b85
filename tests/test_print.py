"""Names that avoid each other, small multiples, the picture in a notebook."""

from __future__ import annotations

import base64
import io
from itertools import combinations
from pathlib import Path

import folium
import folium.plugins
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Annotation, Text
from PIL import Image
from shapely import box
from tables import arrows, phased

import sahelgeo as sg
from sahelgeo.demo import draw_sample, join_sample


def demo_map() -> tuple[gpd.GeoDataFrame, sg.maps.Map]:
    """The areas of the demo, and its map."""
    sample = sg.load_sample("burkina-2020")
    deaths = sg.sum_events(sample.events, sample.areas, freq="YS", coverage=sample.coverage)
    areas, _ = join_sample(sample, deaths)
    return areas, draw_sample(sample, areas, "en")


def names_on(sheet: object, names: list[str]) -> list[Text]:
    """The texts on a sheet that are among the names."""
    return [text for text in sheet.axes[0].findobj(Text) if text.get_text() in names]  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_names_touch_neither_each_other_nor_digits_nor_circles() -> None:
    """On the demo's map, where thirteen names, digits, circles and arrows meet."""
    areas, m = demo_map()
    sheet = sg.maps.figure(m)
    sheet.canvas.draw()
    written = names_on(sheet, list(areas["name"]))
    assert len(written) >= 11
    digits = [text for text in sheet.axes[0].findobj(Annotation) if text.get_text() in set("12345")]
    assert len(digits) == 13
    for one, other in combinations([*written, *digits], 2):
        if one in digits and other in digits:
            continue
        assert not one.get_window_extent().overlaps(other.get_window_extent()), (one.get_text(), other.get_text())
    frame = sheet.axes[0].get_window_extent()
    for name in written:
        extent = name.get_window_extent()
        assert frame.x0 <= extent.x0
        assert extent.x1 <= frame.x1
        for line in sheet.axes[0].lines:
            x, y = sheet.axes[0].transData.transform(line.get_xydata())[0]
            radius = line.get_markersize() / 2 * sheet.dpi / 72
            nearest = (min(max(x, extent.x0), extent.x1), min(max(y, extent.y0), extent.y1))
            assert np.hypot(nearest[0] - x, nearest[1] - y) > radius - 1


def test_a_name_without_room_is_left_out() -> None:
    """A name that would lie on its neighbours is not written; the large area keeps its name."""
    areas = gpd.GeoDataFrame(
        {"pcode": ["A", "B"], "name": ["Large", "A very long name for a very small area"], "source": "x"},
        geometry=[box(0, 10, 5, 15), box(5, 10, 5.05, 10.05)], crs=4326,
    )  # fmt: skip
    m = sg.maps.Map()
    sg.maps.AreaLayer(areas).add_to(m)
    sheet = sg.maps.figure(m)
    assert [text.get_text() for text in names_on(sheet, list(areas["name"]))] == ["Large"]
    assert names_on(sg.maps.figure(m, names=False), ["Large"]) == []


def test_places_have_names_where_there_are_no_areas(squares: gpd.GeoDataFrame) -> None:
    """Only places with a circle."""
    m = sg.maps.Map()
    sg.maps.StockLayer(squares.assign(people=[10, 5, None])).add_to(m)
    assert {text.get_text() for text in names_on(sg.maps.figure(m), ["West", "Middle", "East"])} == {"West", "Middle"}


def test_circles_alone_stand_on_the_outlines_of_their_areas_and_shrink_with_the_sheet(
    squares: gpd.GeoDataFrame,
) -> None:
    """The sheet shows the areas whole; on a narrow one no circle covers the middle of another."""
    m = sg.maps.Map()
    sg.maps.StockLayer(squares.assign(people=[900, 1000, 900])).add_to(m)
    widest = []
    for width in (10, 4):
        sheet = sg.maps.figure(m, width_inches=width)
        axes = sheet.axes[0]
        (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
        assert west < 0
        assert east > 3
        assert south < 10
        assert north > 11
        circles = [line for line in axes.lines if line.get_marker() == "o"]
        middles = [axes.transData.transform(line.get_xydata())[0][0] * 72 / sheet.dpi for line in circles]
        widest.append(max(line.get_markersize() for line in circles))
        assert min(abs(np.diff(sorted(middles)))) > widest[-1] / 2
    assert widest[1] < widest[0]


def test_names_make_way_for_arrows(squares: gpd.GeoDataFrame) -> None:
    """With broad arrows on the map all names still find a place in their area."""
    m = sg.maps.Map()
    sg.maps.PhaseLayer(phased(squares, [1, 4, 2])).add_to(m)
    sg.maps.FlowLayer(arrows(squares)).add_to(m)
    assert len(names_on(sg.maps.figure(m), ["West", "Middle", "East"])) == 3


def test_the_printed_legend_heads_its_counts(squares: gpd.GeoDataFrame) -> None:
    """As on the page: the column of numbers counts areas."""
    m = sg.maps.phase_map(phased(squares, [1, 2, 3]))
    assert "areas" in [text.get_text() for text in sg.maps.figure(m).axes[1].findobj(Text)]


@pytest.fixture
def periods(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Three periods in no order; the second lacks an area."""
    first = phased(squares, [1, 2, 3])
    return pd.concat(
        [
            first.assign(start="2021-03-01", end="2021-05-31", phase_published=[3, 3, 4]),
            first,
            first.iloc[:2].assign(start="2020-06-01", end="2020-08-31", phase_published=[2, 2]),
        ]
    )


def titles_of(sheet: object) -> list[str]:
    """The captions of the maps of a sheet."""
    return [axes.get_title(loc="left") for axes in sheet.axes if axes.get_title(loc="left")]  # type: ignore[attr-defined]


def test_every_period_has_its_map(periods: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """In the order of time, under one legend, an absent area as without data; the file is written."""
    sheet = sg.maps.small_multiples(periods, path=tmp_path / "periods.png", title="Three")
    assert [title.replace("\n", " ") for title in titles_of(sheet)] == [
        "March–May 2020, current", "June–August 2020, current", "March–May 2021, current",
    ]  # fmt: skip
    legend = [text.get_text() for text in sheet.axes[-1].findobj(Text)]
    assert legend.count("3 Crisis") == 1
    assert "No data" in legend
    assert "areas" not in legend
    assert (tmp_path / "periods.png").stat().st_size > 10_000
    digits = [
        sorted(text.get_text() for text in axes.findobj(Annotation) if text.get_text()) for axes in sheet.axes[:3]
    ]
    assert digits == [["1", "2", "3"], ["2", "2"], ["3", "3", "4"]]


def test_circles_of_all_periods_have_one_scale(squares: gpd.GeoDataFrame) -> None:
    """Four times the people is twice the width, on whichever map."""
    table = pd.concat([squares.assign(people=100, date="2020-01-01"), squares.assign(people=400, date="2021-01-01")])
    sheet = sg.maps.small_multiples(pd.DataFrame(table).drop(columns="geometry"), squares, lang="fr")
    widths = [{line.get_markersize() for line in axes.lines if line.get_marker() == "o"} for axes in sheet.axes[:2]]
    assert [len(one) for one in widths] == [1, 1]
    assert widths[1].pop() == pytest.approx(2 * widths[0].pop())
    assert titles_of(sheet) == ["1er janvier 2020", "1er janvier 2021"]


def test_arrows_of_periods_are_drawn(squares: gpd.GeoDataFrame) -> None:
    """Flows have periods too."""
    flows = pd.DataFrame(
        pd.concat([arrows(squares), arrows(squares).assign(start="2021-03-01", end="2021-08-31")])
    ).drop(columns="geometry")
    assert len(titles_of(sg.maps.small_multiples(flows, squares))) == 2


def test_a_sheet_needs_periods(squares: gpd.GeoDataFrame, periods: gpd.GeoDataFrame) -> None:
    """No period, rows without one, too many, an unknown ending."""
    with pytest.raises(sg.errors.SchemaError, match="no row says when: start and end, as_of and date are missing"):
        sg.maps.small_multiples(squares.assign(people=1))
    holed = squares.assign(people=1, date=["2020-01-01", None, "2021-01-01"])
    with pytest.raises(
        sg.errors.SchemaError, match=r"column 'date', row\(s\) 1: empty. Fill it in, or leave these rows out"
    ):
        sg.maps.small_multiples(holed)
    many = pd.concat([squares.assign(people=1, date=day) for day in pd.date_range("2020-01-01", periods=41)])
    with pytest.raises(sg.errors.SchemaError, match="41 periods are more than the 40 that can be read"):
        sg.maps.small_multiples(many)
    with pytest.raises(sg.errors.SchemaError, match="the ending is not one of"):
        sg.maps.small_multiples(periods, path="a.docx")


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_map_brings_a_picture_to_the_notebook() -> None:
    """The page and a PNG in its colours, together half a megabyte at most; drawn once."""
    _, m = demo_map()
    bundle = m._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png"}
    assert sum(len(text.encode()) for text in bundle.values()) <= 500_000
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert picture.width >= 400
    pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    assert (pixels == (0xFA, 0xE6, 0x1E)).all(axis=1).sum() > 5_000
    for swatch in ((0xC8, 0x00, 0x00), (0x64, 0x00, 0x00)):
        assert (pixels == swatch).all(axis=1).sum() > 50
    assert set(m._repr_mimebundle_(include=["image/png"])) == {"image/png"}
    assert set(m._repr_mimebundle_(exclude=["image/png"])) == {"text/html"}


def test_a_picture_is_drawn_once_until_the_map_changes(
    squares: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Showing a map again costs no second drawing."""
    from sahelgeo.maps import print_sheet

    drawn: list[object] = []
    figure = print_sheet.figure
    monkeypatch.setattr(print_sheet, "figure", lambda m, **options: drawn.append(m) or figure(m, **options))
    m = sg.maps.phase_map(phased(squares, [1, 2, 3]))
    first, second = m._repr_mimebundle_(), m._repr_mimebundle_()
    assert first["image/png"] == second["image/png"]
    assert len(drawn) == 1
    sg.maps.stock_map(squares.assign(people=1), m=m)
    assert m._repr_mimebundle_()["image/png"] != first["image/png"]
    assert len(drawn) == 2


def test_a_failing_picture_never_hides_the_map(squares: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is shown, and a warning says why there is no picture; an empty map has none to draw."""
    from sahelgeo.maps import print_sheet

    assert set(sg.maps.Map()._repr_mimebundle_()) == {"text/html"}
    monkeypatch.setattr(print_sheet, "figure", lambda *_args, **_options: 1 / 0)
    m = sg.maps.phase_map(phased(squares, [1, 2, 3]))
    with pytest.warns(sg.DataWarning, match="no picture for readers without HTML: division by zero"):
        assert set(m._repr_mimebundle_()) == {"text/html"}


def test_a_heavy_page_is_made_lighter_for_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Page and picture stay within half a megabyte also where a saved page may be larger."""
    areas = sg.load_areas()
    m = sg.maps.Map(max_kb=900)
    sg.maps.AreaLayer(areas).add_to(m)
    bundle = m._repr_mimebundle_()
    assert sum(len(text.encode()) for text in bundle.values()) <= 500_000
    assert m.max_kb == 900
    from sahelgeo.maps import print_sheet

    light = sg.maps.Map()
    sg.maps.AreaLayer(sg.load_areas("MRT", level=0)).add_to(light)
    assert print_sheet.still_picture(light, most_bytes=100) == ""


def test_users_own_layers_are_on_paper_or_named(squares: gpd.GeoDataFrame) -> None:
    """Markers, circles, lines, polygons and GeoJSON are drawn in their colours; what paper cannot show is said."""
    m = sg.maps.Map()
    sg.maps.AreaLayer(squares).add_to(m)
    before = sg.maps.figure(m).axes[0]
    group = folium.FeatureGroup().add_to(m)
    folium.Marker([10.5, 0.5], popup="<b>here</b>").add_to(group)
    folium.CircleMarker([10.5, 1.5], radius=9, color="#dd0000", fill=True).add_to(m)
    folium.PolyLine([[10.1, 0.1], [10.9, 2.9]], color="#00aa00").add_to(m)
    folium.PolyLine([[[10.1, 0.1], [10.9, 0.9]], [[10.1, 1], [10.2, 2]]]).add_to(m)
    folium.Circle([10.5, 2.5], radius=20_000, color="purple").add_to(m)
    folium.Rectangle([[10.1, 0.1], [10.2, 0.2]]).add_to(m)
    folium.Polygon([[10.1, 0.1], [10.2, 0.2], [10.1, 0.3]]).add_to(m)
    shape = {"type": "MultiPoint", "coordinates": [[0.5, 10.5], [1.5, 10.5]]}
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    folium.GeoJson(
        {"type": "FeatureCollection", "features": [feature]}, style_function=lambda _: {"color": "red"}
    ).add_to(m)
    folium.GeoJson(shape).add_to(m)
    folium.CircleMarker([10.5, 1.5], radius=9).add_to(folium.FeatureGroup(show=False).add_to(m))
    after = sg.maps.figure(m).axes[0]
    # One marker, one circle, three lines and four points; the round area, the rectangle and the polygon.
    assert len(after.lines) - len(before.lines) == 9
    assert len(after.patches) - len(before.patches) == 3
    folium.plugins.HeatMap([[10.5, 0.5]]).add_to(m)
    with pytest.warns(sg.DataWarning, match="HeatMap cannot be drawn on paper and is left out; the page shows them"):
        sg.maps.figure(m)


def test_a_notebook_that_is_not_trusted_shows_the_picture(squares: gpd.GeoDataFrame) -> None:
    """It takes the page out of the HTML and leaves an image; of a comparison too, and a story has none."""
    m = sg.maps.Map(title='A "map"')
    sg.maps.AreaLayer(squares).add_to(m)
    bundle = m._repr_mimebundle_()
    assert f'<img src="data:image/png;base64,{bundle["image/png"]}" alt="A &quot;map&quot;"' in bundle["text/html"]
    assert "Make this Notebook Trusted" not in bundle["text/html"]
    counted = squares.assign(people=[100, 200, 300], date="2020-09-06")
    compared = sg.maps.compare_map(counted, counted.assign(date="2021-09-06"))._repr_mimebundle_()
    assert "<img src=" in compared["text/html"]
    story = sg.maps.story([("One", "", m)])._repr_mimebundle_()
    assert set(story) == {"text/html"}
    assert "Make this Notebook Trusted" in story["text/html"]


def test_small_multiples_say_in_the_legend_what_is_said_of_all(squares: gpd.GeoDataFrame) -> None:
    """What is said of one period stands above its map; the legend does not repeat it for each."""
    first = squares.assign(people=[100, 200, 300], date="2020-01-01")
    second = first.assign(people=[100, 200, None], date="2020-02-01")
    sheet = sg.maps.small_multiples(pd.concat([first, second]))
    above = [axes.texts[0].get_text() for axes in sheet.axes[:2]]
    assert above[0] == "Total: 600 people; places:\u00a03"
    assert above[1].startswith("Total: 300 people; places:\u00a02\nPlaces without a count")
    assert not any("Total" in text.get_text() for text in sheet.axes[-1].texts)


def test_no_name_lies_under_the_bar_of_kilometres() -> None:
    """A small area in the lower left corner has no name where it would lie there."""
    corner, far = box(0, 0, 0.5, 0.12), box(3.5, 3.5, 4, 4)
    areas = gpd.GeoDataFrame(
        {"pcode": ["A", "B"], "name": ["Corner", "Far"], "source": "x"}, geometry=[corner, far], crs=4326
    )
    m = sg.maps.Map(ground=False)
    sg.maps.AreaLayer(areas).add_to(m)
    sheet = sg.maps.figure(m)
    (bar,) = [text for text in sheet.axes[0].texts if "km" in text.get_text()]
    for name in names_on(sheet, ["Corner", "Far"]):
        assert not name.get_window_extent().overlaps(bar.get_window_extent())
