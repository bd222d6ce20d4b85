"""What a map says of its numbers: whose they are, what all add up to, what got worse, when, and where they are from."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from pages import document_of, legend_of, texts
from tables import phased

import sahelgeo as sg
from sahelgeo.maps.scale import share_legend, style


@pytest.fixture
def hungry(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Three areas in phase 3 with 300 people in phase 3 or above each, one season."""
    figures = {"people_1": 1000, "people_2": 500, "people_3": 200, "people_4": 100, "people_5": 0}
    return squares.assign(
        phase_published=3, kind="projected", start="2023-06-01", end="2023-09-30", season="Jun-Aug 2023", **figures
    )


def test_the_total_is_that_of_all_rows_and_names_its_parts(hungry: gpd.GeoDataFrame) -> None:
    """Sites and rows without an area are people too: legend and table give one sum."""
    site = hungry.iloc[:1].assign(unit="Site A", unit_kind="idp_site")
    lost = hungry.iloc[1:2].assign(pcode="XA99").set_geometry([None], crs=hungry.crs)
    table = pd.concat([hungry.assign(unit_kind=None), site, lost], ignore_index=True)
    drawing = sg.maps.PhaseLayer(table).drawing("en")
    assert drawing.notes == (
        "People in phase 3 or above: 1,500; of them 300 in sites and towns (1)",
        "of them without an area, not drawn: 300 people (rows:\u00a01)",
    )
    assert table[["people_3", "people_4", "people_5"]].sum().sum() == 1500


@pytest.mark.parametrize(
    ("columns", "title"),
    [
        ({"people": 5}, "People"),
        ({"people": 5, "group": "idp"}, "Displaced people"),
        ({"people": 5, "group": "returnee"}, "Returnees"),
        ({"people": 5, "group": "host"}, "Members of host communities"),
        ({"population": 5}, "Population"),
        ({"households": 5, "group": "idp"}, "Households"),
    ],
)
def test_circles_are_called_what_they_count(squares: gpd.GeoDataFrame, columns: dict[str, object], title: str) -> None:
    """A population is not displaced."""
    drawing = sg.maps.StockLayer(squares.assign(**columns), column=next(iter(columns))).drawing("en")
    assert (drawing.title, drawing.fields[0].label) == (title, title)


def test_worse_is_never_green_and_not_compared_is_no_gap(squares: gpd.GeoDataFrame) -> None:
    """Each word has its own colour whatever others occur; what was refused says why."""
    table = squares.assign(
        phase_is=["worse", None, None], comparable=[True, False, True], refused=["", "seasons differ", ""]
    )
    drawing = sg.maps.AreaLayer(table, column="phase_is").drawing("en")
    assert drawing.title == "Change of phase"
    assert legend_of(drawing) == [("Worse", 1), ("Same", 0), ("Better", 0), ("Not comparable", 1), ("No data", 1)]
    red, green, _ = (int(drawing.classes[0].colour[place : place + 2], 16) for place in (1, 3, 5))
    assert red > 2 * green
    assert drawing.fields[1].values == (None, "seasons differ", None)


def test_where_nothing_is_compared_nothing_is_missing(squares: gpd.GeoDataFrame) -> None:
    """Analyses of unlike kind have no change in any area: that is not the same as no data."""
    refused = squares.assign(phase_is=pd.NA, comparable=[False, False, True], refused="kind: projected and current")
    drawing = sg.maps.AreaLayer(refused, column="phase_is").drawing("en")
    assert legend_of(drawing) == [("Worse", 0), ("Same", 0), ("Better", 0), ("Not comparable", 2), ("No data", 1)]


def test_a_change_of_a_share_is_in_per_cent_everywhere(squares: gpd.GeoDataFrame) -> None:
    """Legend and popup have one unit, and the title says that it is points and not a rate of growth."""
    table = squares.assign(share_3plus_change=[-0.05, 0.02, 0.04])
    drawn = sg.maps.AreaLayer(table, column="share_3plus_change", breaks=[-0.03, 0, 0.03]).drawing("fr")
    labels = [one.label.replace("\N{NO-BREAK SPACE}", " ") for one in drawn.classes]
    assert labels == ["≤ -3 %", "> -3 – 0 %", "> 0 – 3 %", "> 3 %"]
    assert drawn.fields[0].form == "share"
    assert drawn.title == "Évolution : Part en phase 3 ou plus (points de pourcentage)"


def test_why_areas_are_not_compared_is_said_in_the_maps_language(squares: gpd.GeoDataFrame) -> None:
    """Kinds, months and numbers too; a reason of a user's own stays as it is."""
    march = phased(squares, [2, 3, 3]).assign(population=50_000)
    lean = march.assign(kind="projected", start="2020-06-01", end="2020-08-31", population=100_000)
    lean = pd.concat([lean.iloc[1:2], march.iloc[2:]])
    table = sg.compare_phases(march, lean).merge(squares[["pcode", "name", "geometry"]], on="pcode")
    layer = sg.maps.AreaLayer(gpd.GeoDataFrame(table, crs=4326), column="phase_is", lang="fr")
    said = dict(zip(layer.table["pcode"], layer.drawing("fr").fields[1].values, strict=True))
    assert said["XA01"] == "absent de la seconde table"
    first, second, third = str(said["XA02"]).split("\N{NO-BREAK SPACE}; ")
    assert first == "nature : courante et projetée"
    assert second.startswith("saison : ")
    assert second.endswith(" et juin-août")
    assert third.startswith("couverture : ")
    assert "100\u202f" in third
    named = squares.assign(phase_is="worse", comparable=False, refused="roads closed")
    assert sg.maps.AreaLayer(named, column="phase_is").drawing("fr").fields[1].values[0] == "roads closed"


@pytest.mark.parametrize(
    ("values", "breaks", "expected"),
    [
        ([-20.0, 0, 30], None, ["≤ -25", "-24 to -1", "0 (no change)", "1 to 25", "> 25"]),
        ([-20.5, 0, 30], None, ["≤ -25", "> -25 – < 0", "0 (no change)", "> 0 – 25", "> 25"]),
        ([-1.0, 0, 1], None, ["< 0", "0 (no change)", "> 0"]),
        ([0.0, 0, 0], None, ["< 0", "0 (no change)", "> 0"]),
        ([-20.0, 5, 30], [-10, 0, 10], ["≤ -10", "-9 to 0", "1 to 10", "> 10"]),
    ],
)
def test_a_change_parts_at_zero(
    squares: gpd.GeoDataFrame, values: list[float], breaks: list[float] | None, expected: list[str]
) -> None:
    """Less and more have hues of their own, with as many steps, and nothing stands between them."""
    layer = sg.maps.AreaLayer(squares.assign(people_3plus_change=values), column="people_3plus_change", breaks=breaks)
    drawing = layer.drawing("en")
    assert drawing.title == "Change: People in phase 3 or above"
    assert [one.label for one in drawing.classes] == expected
    look = style()["areas"]
    sides = ["down" if c in look["change_down"] else "up" if c in look["change_up"] else "none"
             for c in (one.colour for one in drawing.classes)]  # fmt: skip
    assert sides == sorted(sides, key=["down", "none", "up"].index)
    assert sides.count("down") == sides.count("up")
    assert len({one.colour for one in drawing.classes}) == len(expected)


def test_the_season_is_the_one_that_is_printed(hungry: gpd.GeoDataFrame) -> None:
    """The file says "Jun-Aug 2023": so does the map, whatever days the window has."""
    layer = sg.maps.PhaseLayer(hungry)
    assert layer.drawing("en").subtitle == "June–August 2023, projected"
    assert layer.drawing("fr").subtitle.startswith("juin–août 2023")
    other = hungry.assign(season="first quarter")
    assert sg.maps.PhaseLayer(other).drawing("en").subtitle == "first quarter, projected"
    assert sg.maps.TimeLayer(hungry).labels("en") == ("June–August 2023, projected",)


def test_phases_over_time_say_that_they_were_computed(hungry: gpd.GeoDataFrame) -> None:
    """In the map's subtitle and in the legend of each period that has phases."""
    later = hungry.assign(start="2024-03-01", end="2024-05-31", season="Mar-May 2024")
    table = pd.concat([hungry, later], ignore_index=True).assign(phase_rule=3)
    drawing = sg.maps.TimeLayer(table, column="phase_rule").drawing("en")
    said = [frame.subtitle.endswith("computed by the 20 % rule") for frame in (drawing, *drawing.frames)]
    assert said == [True, True, False, True]
    assert "20 %" not in sg.maps.TimeLayer(table).drawing("en").subtitle


def test_movements_without_an_arrow_are_in_the_legend(squares: gpd.GeoDataFrame) -> None:
    """Inside one area, with an unknown end, below the smallest: all are in the total, each is named."""
    flows = pd.DataFrame(
        {
            "origin": ["XA01", "XA02", "XA02", None],
            "destination": ["XA02", "XA03", "XA02", "XA01"],
            "start": "2024-01-01", "end": "2024-12-31", "people": [1000, 50, 70, 400], "source": "iom-dtm",
        }
    )  # fmt: skip
    with pytest.warns(sg.DataWarning, match="have no line"):
        m = sg.maps.flow_map(flows, squares, smallest=100)
    page = document_of(m.get_root().render())
    notes = next(layer["notes"] for layer in page["layers"].values() if layer["kind"] == "arrows")
    assert notes == [
        "Total: 1,520 people; movements:\u00a01",
        "of them without an arrow: 70 people inside one area, 400 people with an unknown end",
        "Not drawn: flows below 100 people (1 of them, 50 people)",
    ]


def test_figures_without_a_source_are_said_to_have_none(squares: gpd.GeoDataFrame) -> None:
    """The source of the borders is not the source of the figures."""
    figures = pd.DataFrame({"pcode": ["XA01", "XA02"], "people": [50, 60]})
    m = sg.maps.stock_map(figures, squares)
    assert "Source not stated: People" in m.get_root().render()
    said = sg.maps.stock_map(figures.assign(source="unhcr-odp"), squares)
    assert "Source not stated" not in said.get_root().render()
    one = sg.maps.stock_map(figures.assign(source=["unhcr-odp", None]), squares)
    assert "Source not stated: People" in one.get_root().render()


def test_a_comparison_is_printed_and_exported_and_a_story_says_how(hungry: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Sheets take a map or a comparison, exports take all."""
    page = sg.maps.compare_map(hungry, hungry.assign(phase_published=4, season="Mar-May 2024"), title="A year")
    sheet = sg.maps.figure(page, tmp_path / "sheet.png")
    assert [axes.get_title(loc="left") for axes in sheet.axes][:2] == list(page.sections[0].captions)
    assert "A year" in texts(sheet)
    assert sheet._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]
    files = {path.name: path for path in sg.maps.export_newsroom(page, tmp_path / "export")}
    assert files["README.md"].read_text(encoding="utf-8").startswith("# A year")
    assert "4 Emergency" in files["data.csv"].read_text(encoding="utf-8")
    story = sg.maps.story([("One", "Text", sg.maps.phase_map(hungry))])
    with pytest.raises(sg.errors.SchemaError, match=r"figure\(page.sections\[0\].maps\[0\]\)"):
        sg.maps.figure(story)
    assert sg.maps.figure(story.sections[0].maps[0])
    assert sg.maps.export_newsroom(story, tmp_path / "story")


def test_what_an_error_advises_works_in_the_call_that_raised_it(squares: gpd.GeoDataFrame) -> None:
    """A row without an area is kept or dropped where the map is made."""
    figures = pd.DataFrame({"pcode": ["XA01", "XX99"], "people": [50, 60], "phase_published": 2, "source": "own"})
    for draw in (sg.maps.stock_map, sg.maps.phase_map):
        with pytest.raises(sg.errors.UnmatchedError, match="unmatched='keep' or 'drop'"):
            draw(figures, squares)
        with pytest.warns(sg.DataWarning, match="left out"):
            assert draw(figures, squares, unmatched="drop")
    with pytest.warns(sg.DataWarning, match="kept without geometry"):
        kept = sg.maps.stock_map(figures, squares, unmatched="keep")
    assert "of them without an area, not drawn: 60 people (rows:\u00a01)" in kept.get_root().render()
    named = figures.iloc[:1].drop(columns="pcode").assign(admin1="West")
    assert sg.maps.stock_map(named, squares, on="match")


def test_symbols_of_two_maps_are_counted_on_each(squares: gpd.GeoDataFrame) -> None:
    """A comparison says 1 → 2, and not 3 of something that no map has three of."""
    one = phased(squares, [1, 2, 3]).assign(evidence=["*", None, None])
    two = phased(squares, [1, 2, 3]).assign(evidence=["*", "*", None])
    drawings = [
        sg.maps.PhaseLayer(table.assign(evidence=table["evidence"].map({"*": 1}))).drawing("en") for table in (one, two)
    ]
    (mark,) = share_legend(drawings, ":")[0].legend_marks  # type: ignore[attr-defined]
    assert (mark.count, mark.each) == (3, (1, 2))
