"""What a newsroom gets: borders, figures and colours that fit together, and a note of where they come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pages import rows_of
from shapely import MultiPolygon, Point, box
from shapely.geometry import shape
from tables import arrows, phased

import sahelgeo as sg
from sahelgeo.maps.newsroom import as_geojson, as_topojson
from sahelgeo.maps.topology import build_topology


def signed_area(ring: list[list[float]]) -> float:
    """Above 0 where the ring goes against the clock."""
    x, y = np.array(ring).T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)


def decoded(topology: dict[str, Any], geometry: dict[str, Any]) -> list[list[list[list[float]]]]:
    """The polygons of a TopoJSON geometry, read as its specification says."""
    scale, translate = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [(np.cumsum(arc, axis=0) * scale + translate).tolist() for arc in topology["arcs"]]

    def ring(numbers: list[int]) -> list[list[float]]:
        points: list[list[float]] = []
        for number in numbers:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            points += arc[1:] if points else arc
        return points

    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    return [[ring(numbers) for numbers in polygon] for polygon in polygons]


@pytest.fixture
def exported(squares: gpd.GeoDataFrame, tmp_path: Path) -> Path:
    """Phases, arrows and circles, written."""
    m = sg.maps.Map(title="A title")
    sg.maps.PhaseLayer(phased(squares, [1, 4, None], [None, None, "not_analysed"])).add_to(m)
    sg.maps.FlowLayer(arrows(squares).assign(source="made up"), smallest=50).add_to(m)
    sg.maps.StockLayer(squares.assign(people=[100, None, 0])).add_to(m)
    sg.maps.export_newsroom(m, tmp_path / "news")
    return tmp_path / "news"


def test_all_files_share_one_key(exported: Path) -> None:
    """GeoJSON, TopoJSON and CSV name the same areas by p-code."""
    collection = json.loads((exported / "areas.geojson").read_text(encoding="utf-8"))
    topology = json.loads((exported / "areas.topojson").read_text(encoding="utf-8"))
    codes = ["XA01", "XA02", "XA03"]
    assert [feature["properties"] for feature in collection["features"]] == [
        {"pcode": code, "name": name} for code, name in zip(codes, ("West", "Middle", "East"), strict=True)
    ]
    assert {feature["geometry"]["type"] for feature in collection["features"]} <= {"Polygon", "MultiPolygon"}
    geometries = topology["objects"]["areas"]["geometries"]
    assert [one["properties"]["pcode"] for one in geometries] == [one["id"] for one in geometries] == codes
    assert [row["pcode"] for row in rows_of(exported / "data.csv")] == codes


def test_files_keep_the_published_rules_of_the_chart_tools(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Flourish: a FeatureCollection of polygons in WGS 84 whose properties become columns, points by longitude and latitude.

    Datawrapper: one key that is the same text in map and table. Both read numbers without marks of thousands.
    """
    m = sg.maps.Map(lang="fr")
    sg.maps.StockLayer(squares.assign(people=[1_234_567, 20, None])).add_to(m)
    sg.maps.AreaLayer(squares.assign(rate=[0.5, 1234.25, None]), column="rate").add_to(m)
    sg.maps.export_newsroom(m, tmp_path / "news")
    collection = json.loads((tmp_path / "news" / "areas.geojson").read_text(encoding="utf-8"))
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection
    for feature in collection["features"]:
        assert feature["geometry"]["type"] in {"Polygon", "MultiPolygon"}
        assert all(isinstance(value, str) for value in feature["properties"].values())
        west, south, east, north = shape(feature["geometry"]).bounds
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90
    rows = rows_of(tmp_path / "news" / "data.csv")
    keys = [row["pcode"] for row in rows]
    assert keys == [feature["properties"]["pcode"] for feature in collection["features"]]
    assert len(set(keys)) == len(keys)
    assert {"longitude", "latitude"} <= set(rows[0])
    values = [value for row in rows for value in row.values()]
    assert {"1234567", "1234.25"} <= set(values)
    assert not any(mark in value for value in values for mark in "\u202f\u00a0")


def test_figures_are_those_of_the_map(exported: Path) -> None:
    """One row for each area; a missing figure is an empty cell and zero is zero."""
    rows = rows_of(exported / "data.csv")
    assert [row["Phase (published)"] for row in rows] == ["1 None/Minimal", "4 Emergency", "Not analysed"]
    assert [row["People"] for row in rows] == ["100", "", "0"]
    assert (rows[0]["longitude"], rows[0]["latitude"]) == ("0.5", "10.5")


def test_movements_have_a_file_of_their_own(exported: Path) -> None:
    """Only what is drawn, with both ends and the source in every row."""
    assert rows_of(exported / "flows.csv") == [
        {
            "origin": "XA01", "destination": "XA02", "name": "XA01 → XA02", "People who moved": "100",
            "origin_longitude": "0.5", "origin_latitude": "10.5", "destination_longitude": "1.5", "destination_latitude": "10.5",
            "source": "made up",
        }
    ]  # fmt: skip


def test_the_palette_keeps_the_order_of_the_legend(exported: Path) -> None:
    """Five phases in their colours, then the missing one, then the fills of arrows and circles."""
    rows = rows_of(exported / "palette.csv")
    assert [row["colour"] for row in rows[:6]] == ["#CDFACD", "#FAE61E", "#E67800", "#C80000", "#640000", "#FFFFFF"]
    assert [row["areas"] for row in rows[:6]] == ["1", "0", "0", "1", "0", "1"]
    assert rows[5]["hatch"] == "diagonal"
    assert [row["label"] for row in rows[6:]] == ["Movements of displaced people", "People"]
    assert [row["label"] for row in json.loads((exported / "palette.json").read_text(encoding="utf-8"))] == [row["label"] for row in rows]  # fmt: skip


def test_the_note_names_sources_and_caveats(exported: Path) -> None:
    """Whoever opens the folder reads what may be said with it."""
    note = (exported / "README.md").read_text(encoding="utf-8")
    for expected in (
        "# A title",
        "made up",
        "made for tests",
        "do not imply official endorsement",
        "Not drawn: flows below 50 people",
        "Places without a count, which have no circle: 1",
        "does not mean zero",
        "`flows.csv`: one row for each movement",
    ):
        assert expected in note


def test_a_french_map_is_exported_in_french(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Labels, names and the note."""
    m = sg.maps.Map(lang="fr")
    sg.maps.PhaseLayer(phased(squares, [1, 2, 3])).add_to(m)
    sg.maps.export_newsroom(m, tmp_path / "news")
    assert rows_of(tmp_path / "news" / "data.csv")[0]["name"] == "Ouest"
    assert rows_of(tmp_path / "news" / "data.csv")[1]["Phase (publiée)"] == "2 Sous pression"
    assert "## Réserves" in (tmp_path / "news" / "README.md").read_text(encoding="utf-8")


def test_rings_wind_as_each_format_wants() -> None:
    """GeoJSON: outer rings against the clock, holes with it (RFC 7946); TopoJSON the other way round, as d3 reads it."""
    ringed = box(0, 0, 10, 10).difference(box(4, 4, 6, 6))
    areas = gpd.GeoSeries([ringed, MultiPolygon([box(4, 4, 6, 6), box(20, 0, 21, 1)]), ringed.reverse()], crs=4326)
    topology, _ = build_topology([areas.iloc[:2]])
    facts = [{"pcode": "A", "name": "a"}, {"pcode": "B", "name": "b"}]
    collection, written = as_geojson(topology, facts), as_topojson(topology, facts)
    assert json.loads(json.dumps(written)) == written
    for feature, area in zip(collection["features"], areas, strict=False):
        assert shape(feature["geometry"]).equals(area)
        coordinates = feature["geometry"]["coordinates"]
        for polygon in [coordinates] if feature["geometry"]["type"] == "Polygon" else coordinates:
            assert [signed_area(ring) > 0 for ring in polygon] == [True] + [False] * (len(polygon) - 1)
    for geometry, area in zip(written["objects"]["areas"]["geometries"], areas, strict=False):
        polygons = decoded(written, geometry)
        assert shape({"type": "MultiPolygon", "coordinates": polygons}).equals(area)
        for polygon in polygons:
            assert [signed_area(ring) < 0 for ring in polygon] == [True] + [False] * (len(polygon) - 1)


def test_real_borders_stay_valid_and_small(tmp_path: Path) -> None:
    """All embedded regions of the five countries, within the limit; both formats hold the same shapes."""
    areas = sg.load_areas(["BFA", "MLI", "NER", "TCD", "MRT"])
    m = sg.maps.Map()
    sg.maps.AreaLayer(areas).add_to(m)
    sg.maps.export_newsroom(m, tmp_path / "news", max_kb=150)
    assert (tmp_path / "news" / "areas.geojson").stat().st_size <= 150_000
    assert "Borders simplified for display to 0.0" in (tmp_path / "news" / "README.md").read_text(encoding="utf-8")
    collection = json.loads((tmp_path / "news" / "areas.geojson").read_text(encoding="utf-8"))
    topology = json.loads((tmp_path / "news" / "areas.topojson").read_text(encoding="utf-8"))
    assert len(collection["features"]) == len(areas)
    for feature, geometry in zip(collection["features"], topology["objects"]["areas"]["geometries"], strict=True):
        drawn = shape(feature["geometry"])
        assert drawn.is_valid
        other = shape({"type": "MultiPolygon", "coordinates": decoded(topology, geometry)})
        assert drawn.symmetric_difference(other).area < 1e-6


def test_tables_are_exported_by_what_they_hold(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """A table needs no map; a list of tables makes one export."""
    sg.maps.export_newsroom(squares.assign(people=[10, 20, 30]), tmp_path / "one")
    assert [row["People"] for row in rows_of(tmp_path / "one" / "data.csv")] == ["10", "20", "30"]
    sg.maps.export_newsroom([phased(squares, [1, 2, 3]), arrows(squares)], tmp_path / "two")
    assert len(rows_of(tmp_path / "two" / "flows.csv")) == 2


def test_two_layers_with_one_label_stay_apart(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Two counts of different days are two columns."""
    m = sg.maps.Map()
    for number, day in enumerate(("2020-03-01", "2020-06-01", "2020-06-01")):
        sg.maps.StockLayer(squares.assign(people=100 * number, date=pd.Timestamp(day))).add_to(m)
    sg.maps.export_newsroom(m, tmp_path / "news")
    assert list(rows_of(tmp_path / "news" / "data.csv")[0].items())[4:] == [
        ("People (1 March 2020)", "0"),
        ("People (1 June 2020)", "100"),
        ("People (1 June 2020) 2", "200"),
    ]


def test_points_without_p_code_have_a_file_of_their_own(tmp_path: Path) -> None:
    """Sites are points; there are no borders to write."""
    sites = gpd.GeoDataFrame({"place": ["A", "=1+1"], "people": [5, 6], "source": "x"}, geometry=[Point(0, 10), Point(1, 11)], crs=4326)  # fmt: skip
    written = sg.maps.export_newsroom(sites, tmp_path / "news")
    assert [path.name for path in written] == ["points.csv", "palette.csv", "palette.json", "README.md"]
    assert [row["name"] for row in rows_of(tmp_path / "news" / "points.csv")] == ["A", "'=1+1"]


def test_classes_of_a_number_are_written_beside_it(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """The class is what the palette colours."""
    m = sg.maps.Map()
    rates = squares.assign(rate=[1.0, 2.5, None])
    sg.maps.AreaLayer(rates, column="rate", breaks=[1.5]).add_to(m)
    sg.maps.export_newsroom(m, tmp_path / "news")
    row = rows_of(tmp_path / "news" / "data.csv")[1]
    assert row["Rate"] == "2.5"
    assert row["Rate (class)"] == "> 1.5"


def test_an_earlier_export_is_replaced_whole(exported: Path, squares: gpd.GeoDataFrame) -> None:
    """No file of the earlier one stays, and nothing is left beside the folder."""
    sg.maps.export_newsroom(squares.assign(people=1), exported)
    assert not (exported / "flows.csv").exists()
    assert [path.name for path in exported.parent.iterdir()] == ["news"]


def test_other_files_are_never_replaced(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """A folder with something else in it, and a file, are refused and left as they are."""
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(
        sg.errors.ExportError, match=r"holds other files \(thesis.txt\). Choose a folder that is new or empty"
    ):
        sg.maps.export_newsroom(squares.assign(people=1), tmp_path)
    with pytest.raises(sg.errors.ExportError, match="is a file"):
        sg.maps.export_newsroom(squares.assign(people=1), tmp_path / "thesis.txt")
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "years of work"


@pytest.mark.parametrize("step", [1, 2])
def test_a_failure_leaves_no_half_folder(
    exported: Path, squares: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Where writing or the last step fails, the earlier export is still there, whole."""
    before = {path.name: path.read_bytes() for path in exported.iterdir()}

    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError("disk full")

    if step == 1:
        monkeypatch.setattr(Path, "write_bytes", fail)
    else:
        replace = Path.replace
        monkeypatch.setattr(
            Path, "replace", lambda self, to: fail() if self.name.endswith("-new") else replace(self, to)
        )
    with pytest.raises(OSError, match="disk full"):
        sg.maps.export_newsroom(squares.assign(people=1), exported)
    assert {path.name: path.read_bytes() for path in exported.iterdir()} == before
    assert [path.name for path in exported.parent.iterdir()] == ["news"]


def test_what_cannot_be_joined_is_refused(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """No layer, no p-code, two shapes for one p-code, a table that nothing can draw."""
    with pytest.raises(sg.errors.SchemaError, match="there is no layer to export"):
        sg.maps.export_newsroom(sg.maps.Map(), tmp_path / "news")
    with pytest.raises(sg.errors.SchemaError, match="areas without a p-code cannot be joined"):
        sg.maps.export_newsroom(squares.drop(columns="pcode").assign(people=1), tmp_path / "news")
    with pytest.raises(sg.errors.SchemaError, match="areas without a p-code cannot be joined"):
        sg.maps.export_newsroom(squares.assign(people=1, pcode=["XA01", None, "XA03"]), tmp_path / "news")
    m = sg.maps.Map()
    sg.maps.AreaLayer(squares).add_to(m)
    sg.maps.AreaLayer(squares.assign(geometry=squares.translate(0.1))).add_to(m)
    with pytest.raises(
        sg.errors.SchemaError, match="p-codes XA01, XA02, XA03 have different shapes in different layers"
    ):
        sg.maps.export_newsroom(m, tmp_path / "news")
    with pytest.raises(sg.errors.SchemaError, match="has neither phases nor people. Say which column to draw"):
        sg.maps.export_newsroom(squares, tmp_path / "news")
    assert not (tmp_path / "news").exists()


def test_borders_that_do_not_fit_are_said(tmp_path: Path) -> None:
    """The files are written, with a warning."""
    areas = sg.load_areas(["BFA", "MLI", "NER"])
    m = sg.maps.Map()
    sg.maps.AreaLayer(areas).add_to(m)
    with pytest.warns(sg.DataWarning, match=r"areas.geojson takes \d+ kB, more than max_kb=1"):
        sg.maps.export_newsroom(m, tmp_path / "news", max_kb=1)


def test_small_counts_are_not_in_the_files(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """A count that could point at somebody is an empty cell with a mark beside it; zero and missing are as they are."""
    m = sg.maps.Map(title="A title")
    sg.maps.StockLayer(squares.assign(people=[7, 0, 4000])).add_to(m)
    sg.maps.export_newsroom(m, tmp_path / "news")
    rows = rows_of(tmp_path / "news" / "data.csv")
    assert [row["People"] for row in rows] == ["", "0", "4000"]
    assert [row["People (< 10)"] for row in rows] == ["<", "", ""]
    assert "above zero and below 10 are withheld" in (tmp_path / "news" / "README.md").read_text(encoding="utf-8")
    m.suppress_below = 0
    sg.maps.export_newsroom(m, tmp_path / "news")
    assert [row["People"] for row in rows_of(tmp_path / "news" / "data.csv")] == ["7", "0", "4000"]


def test_points_with_a_code_are_exported(tmp_path: Path) -> None:
    """Sites on points have no area in the files: they stand with their code among the points."""
    sites = gpd.GeoDataFrame({"pcode": ["S1", "S2"], "name": ["One", "Two"], "people": [20, 30], "source": "x"}, geometry=gpd.points_from_xy([0, 1], [12, 13]), crs=4326)  # fmt: skip
    m = sg.maps.Map()
    sg.maps.StockLayer(sites).add_to(m)
    sg.maps.export_newsroom(m, tmp_path / "out")
    rows = pd.read_csv(tmp_path / "out" / "points.csv")
    assert rows["pcode"].tolist() == ["S1", "S2"]
    assert rows["People"].tolist() == [20, 30]
