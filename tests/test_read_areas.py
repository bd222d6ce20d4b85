"""Boundaries of every publisher become one table."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, Polygon, box

import sahelgeo as sg

SHAPES = [box(0, 10, 1, 11), box(1, 10, 2, 11)]


def saved(columns: dict[str, object], path: Path) -> Path:
    """A file of two areas with these columns."""
    gpd.GeoDataFrame(columns, geometry=SHAPES, crs="EPSG:4326").to_file(path)
    return path


STYLES = {
    "common operational dataset, French": {
        "ADM2_FR": ["Balé", "Banwa"], "ADM2_PCODE": ["BF4601", "BF4602"], "ADM2_REF": ["Bale", None], "ADM1_FR": "Boucle du Mouhoun",
        "ADM1_PCODE": "BF46", "ADM0_FR": "Burkina Faso", "ADM0_PCODE": "BF", "validOn": "2020-03-23", "validTo": None,
    },
    "common operational dataset, long names": {
        "admin2Name": ["Balé", "Banwa"], "admin2Pcod": ["BF4601", "BF4602"], "admin2RefN": ["Bale", None], "admin1Name": "Boucle du Mouhoun",
        "admin1Pcod": "BF46", "admin0Name": "Burkina Faso", "admin0Pcod": "BF", "validOn": "2020-03-23",
    },
    "common operational dataset, rows": {
        "adm_02": ["Balé", "Banwa"], "rowcacode2": ["BF4601", "BF4602"], "adm_01": "Boucle du Mouhoun", "rowcacode1": "BF46", "ISO3": "BFA",
    },
    "common operational dataset of 2026": {
        "adm2_name": ["Balé", "Banwa"], "adm2_pcode": ["BF4601", "BF4602"], "adm2_ref": ["Bale", None], "adm1_name": "Boucle du Mouhoun",
        "adm1_pcode": "BF46", "adm0_name": "Burkina Faso", "adm0_pcode": "BF", "valid_on": "2020-03-23", "lang": "fr", "iso3": "BFA",
    },
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_every_style_of_the_common_datasets_gives_the_same_areas(style: str, tmp_path: Path) -> None:
    """Names, codes, parents, country and first day."""
    areas = sg.read_areas(saved(STYLES[style], tmp_path / "areas.geojson"))
    assert areas["pcode"].tolist() == ["BF4601", "BF4602"]
    assert areas["name"].tolist() == ["Balé", "Banwa"]
    assert areas["level"].tolist() == [2, 2]
    assert areas["parent"].tolist() == ["BF46", "BF46"]
    assert areas["admin1"].tolist() == ["Boucle du Mouhoun"] * 2
    assert areas["iso3"].tolist() == ["BFA", "BFA"]
    if "rows" not in style:
        assert areas["edition"].tolist() == ["BFA 2020-03-23"] * 2
        assert areas["valid_from"].dt.year.tolist() == [2020, 2020]


def test_geoboundaries_have_iso_codes_or_their_own(tmp_path: Path) -> None:
    """The code of ISO 3166-2 where every area has one, else the shape's id."""
    columns = {
        "shapeName": ["Est", "Nord"],
        "shapeISO": ["BF-08", "BF-10"],
        "shapeID": ["1B", "2B"],
        "shapeGroup": "BFA",
        "shapeType": "ADM1",
    }
    first = saved(columns, tmp_path / "x.geojson")
    assert sg.read_areas(first)["pcode"].tolist() == ["BF-08", "BF-10"]
    second = sg.read_areas(saved(columns | {"shapeISO": "", "shapeType": "ADM2"}, tmp_path / "y.geojson"))
    assert second["pcode"].tolist() == ["1B", "2B"]
    assert second["level"].tolist() == [2, 2]
    with pytest.raises(sg.errors.FormatError, match="the areas are of level 1, not 2"):
        sg.read_areas(first, level=2)


def test_gadm_and_natural_earth_are_read(tmp_path: Path) -> None:
    """Their codes, their variants; the text NA is missing."""
    gadm = {
        "GID_0": "NER",
        "COUNTRY": "Niger",
        "GID_1": ["NER.1_1", "NER.2_1"],
        "NAME_1": ["Agadez", "Diffa"],
        "VARNAME_1": ["Agadès|Aïr", "NA"],
    }
    areas = sg.read_areas(saved(gadm, tmp_path / "gadm.gpkg"))
    assert areas["pcode"].tolist() == ["NER.1_1", "NER.2_1"]
    assert areas["other_names"].fillna("").tolist() == ["Agadès|Aïr", ""]
    natural = {
        "adm1_code": ["X-1", "X-2"],
        "iso_3166_2": ["NE-1", "NE-2"],
        "name": ["Agadez", "Diffa"],
        "name_fr": ["Agadez", "Diffa"],
        "adm0_a3": "NER",
        "admin": "Niger",
    }
    areas = sg.read_areas(saved(natural, tmp_path / "ne.geojson"))
    assert areas["pcode"].tolist() == ["NE-1", "NE-2"]
    assert areas["level"].tolist() == [1, 1]
    country = {"ADM0_A3": ["NER", "TCD"], "NAME": ["Niger", "Chad"]}
    assert sg.read_areas(saved(country, tmp_path / "ne0.geojson"))["level"].tolist() == [0, 0]


def test_own_tables_and_geoparquet_come_back_as_they_were(tmp_path: Path) -> None:
    """Saved and read again."""
    areas = sg.load_areas("NER")
    areas.to_parquet(tmp_path / "areas.parquet")
    back = sg.read_areas(tmp_path / "areas.parquet")
    columns = ["pcode", "edition", "name", "level", "parent", "iso3", "source", "iso_3166_2", "valid_from"]
    pd.testing.assert_frame_equal(pd.DataFrame(back)[columns], pd.DataFrame(areas.reset_index(drop=True))[columns])


def test_zipped_shapefiles_and_open_files_are_read(tmp_path: Path) -> None:
    """Shapefiles cut labels to ten characters."""
    columns = {"admin1Name": ["A", "B"], "admin1Pcod": ["XA01", "XA02"]}
    saved(columns, tmp_path / "areas.shp")
    with zipfile.ZipFile(tmp_path / "areas.zip", "w") as archive:
        for part in tmp_path.glob("areas.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    assert sg.read_areas(tmp_path / "areas.zip")["pcode"].tolist() == ["XA01", "XA02"]
    with saved(columns, tmp_path / "open.geojson").open("rb") as file:
        assert sg.read_areas(file)["pcode"].tolist() == ["XA01", "XA02"]
    with (
        pytest.raises(sg.errors.FormatError, match="Open it in binary mode"),
        (tmp_path / "open.geojson").open(encoding="utf-8") as text,
    ):
        sg.read_areas(text)


def topojson(path: Path) -> Path:
    """Two squares in the topology format, without attributes and CRS, below a first layer for the country."""
    arcs = [[[0, 10], [1, 10], [1, 11], [0, 11], [0, 10]], [[1, 10], [2, 10], [2, 11], [1, 11], [1, 10]]]
    squares = [{"type": "Polygon", "arcs": [[number]]} for number in (0, 1)]
    objects = {
        "x_adm0 V6": {"type": "GeometryCollection", "geometries": squares[:1]},
        "x_adm1 V6": {"type": "GeometryCollection", "geometries": squares},
    }
    path.write_text(json.dumps({"type": "Topology", "objects": objects, "arcs": arcs}), encoding="utf-8")
    return path


def test_topojson_without_crs_and_attributes_says_so_and_takes_both(tmp_path: Path) -> None:
    """The layer by its level, the CRS and the names from the user."""
    path = topojson(tmp_path / "areas.topojson")
    with pytest.raises(
        sg.errors.FormatError,
        match="2 layers, and none is meant for certain. Choose one: layer= one of 'x_adm0 V6', 'x_adm1 V6'",
    ):
        sg.read_areas(path)
    with pytest.raises(sg.errors.CRSError, match="states no CRS"):
        sg.read_areas(path, level=1)
    with pytest.raises(sg.errors.FormatError, match="2 areas without attributes: no codes, no names"):
        sg.read_areas(path, level=1, crs="EPSG:4326")
    names = pd.DataFrame({"pcode": ["XA01", "XA02"], "name": ["West", "East"]})
    areas = sg.read_areas(path, level=1, crs="EPSG:4326", names=names)
    assert areas["name"].tolist() == ["West", "East"]
    assert areas["level"].tolist() == [1, 1]
    points = gpd.GeoDataFrame(names[::-1], geometry=[Point(1.5, 10.5), Point(0.5, 10.5)], crs="EPSG:4326")
    assert sg.read_areas(path, level=1, crs="EPSG:4326", names=points)["name"].tolist() == ["West", "East"]
    with pytest.raises(sg.errors.FormatError, match="area 1: 0 rows of names"):
        sg.read_areas(path, level=1, crs="EPSG:4326", names=points.iloc[1:])
    with pytest.raises(sg.errors.FormatError, match="2 areas, but 1 rows of names"):
        sg.read_areas(path, level=1, crs="EPSG:4326", names=names.iloc[:1])
    with pytest.raises(sg.errors.FormatError, match=r"names: column\(s\) name missing"):
        sg.read_areas(path, level=1, crs="EPSG:4326", names=names[["pcode"]])
    with pytest.raises(sg.errors.FormatError, match="no layer 'x'. There are: 'x_adm0 V6', 'x_adm1 V6'"):
        sg.read_areas(path, layer="x")


def test_tables_without_geometry_serve_matching(tmp_path: Path) -> None:
    """OCHA's global list with its line of HXL tags; one level of it."""
    path = tmp_path / "list.csv"
    path.write_text(
        "Location,Admin Level,P-Code,Name,Parent P-Code,Valid from date\n#country+code,#geo+admin_level,#adm+code,#adm+name,#adm+code+parent,#date\n"
        "NER,1,NE001,Agadez,NER,2023-07-25\nNER,2,NE001002,Arlit,NE001,2023-07-25\n",
        encoding="utf-8-sig",
    )
    with pytest.warns(sg.DataWarning, match="no geometry. The table serves match_areas"):
        areas = sg.read_areas(path)
    assert areas["level"].tolist() == [1, 2]
    assert sg.match_areas(pd.DataFrame({"q": ["ARLIT"]}), areas, on="q")["pcode"].tolist() == ["NE001002"]
    with pytest.warns(sg.DataWarning):
        assert sg.read_areas(path, level=2)["pcode"].tolist() == ["NE001002"]
    path.write_text(path.read_text(encoding="utf-8-sig") + "ECU,1,ECNO,A,ECU,\nECU,1,ECNO,B,ECU,\n", encoding="utf-8")
    with (
        pytest.warns(sg.DataWarning, match="no geometry"),
        pytest.warns(sg.DataWarning, match="2 rows left out, since their codes stand more than once: ECNO"),
    ):
        assert len(sg.read_areas(path)) == 2
    pd.DataFrame({"adm1_pcode": ["XA01"], "adm1_name": ["West"]}).to_parquet(tmp_path / "plain.parquet")
    with pytest.warns(sg.DataWarning):
        assert len(sg.read_areas(tmp_path / "plain.parquet")) == 1


def test_text_read_in_the_wrong_encoding_is_put_right(tmp_path: Path) -> None:
    """As in attribute tables without a .cpg file."""
    columns = {"ADM1_FR": ["SÃ©gou", "Gao"], "ADM1_PCODE": ["ML04", "ML07"]}
    assert sg.read_areas(saved(columns, tmp_path / "a.geojson"))["name"].tolist() == ["Ségou", "Gao"]


def test_invalid_and_missing_geometry_is_repaired_and_reported(tmp_path: Path) -> None:
    """A bow tie becomes two triangles; an area without polygon stays a row."""
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    spike = Polygon([(0, 0), (1, 0), (1, 1), (0, 0), (0, -1), (0, 0)])
    table = gpd.GeoDataFrame(
        {"pcode": ["A1", "A2", "A3"], "name": ["Bow", "Spike", "Nothing"]}, geometry=[bow, spike, None], crs="EPSG:4326"
    )
    table.to_parquet(tmp_path / "a.parquet")
    with pytest.warns(sg.DataWarning) as said:
        areas = sg.read_areas(tmp_path / "a.parquet", level=1)
    text = " / ".join(str(warning.message) for warning in said)
    assert "2 invalid geometries (they cross themselves) were repaired: Bow, Spike" in text
    assert "1 areas have no geometry: Nothing" in text
    assert areas.geometry.iloc[:2].is_valid.all()
    assert areas.geometry.iloc[0].area == pytest.approx(0.5)
    assert set(areas.geometry.iloc[:2].geom_type) <= {"Polygon", "MultiPolygon"}


def test_metres_called_degrees_are_refused(tmp_path: Path) -> None:
    """Coordinates beyond the globe."""
    table = gpd.GeoDataFrame(
        {"pcode": ["A1"], "name": ["x"]}, geometry=[box(500_000, 1_000_000, 600_000, 1_100_000)], crs="EPSG:4326"
    )
    table.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(sg.errors.CRSError, match=r"degrees\), but coordinates reach from 500,000"):
        sg.read_areas(tmp_path / "a.parquet")


def test_files_that_are_no_boundaries_are_named(tmp_path: Path) -> None:
    """No file, no vector file, no columns, no rows, no level, no path."""
    with pytest.raises(sg.errors.FormatError, match="there is no such file"):
        sg.read_areas(tmp_path / "no.shp")
    text = tmp_path / "text.shp"
    text.write_text("hello", encoding="utf-8")
    with pytest.raises(sg.errors.FormatError, match="text without columns"):
        sg.read_areas(text)
    with pytest.raises(sg.errors.FormatError, match="no columns of codes and names of a known style. Found: a, b"):
        sg.read_areas(saved({"a": ["x", "y"], "b": ["z", "w"]}, tmp_path / "ab.geojson"))
    with pytest.raises(sg.errors.FormatError, match="of a known style at level 3"):
        sg.read_areas(saved(STYLES["common operational dataset, French"], tmp_path / "l.geojson"), level=3)
    gpd.GeoDataFrame({"pcode": ["A"], "name": ["a"]}, geometry=[SHAPES[0]], crs=4326).iloc[:0].to_file(
        tmp_path / "e.gpkg"
    )
    with pytest.raises(sg.errors.FormatError, match="no area in it"):
        sg.read_areas(tmp_path / "e.gpkg")
    with pytest.raises(sg.errors.FormatError, match="a path or an open binary file is needed, not int"):
        sg.read_areas(7)
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "p.parquet")
    with pytest.raises(sg.errors.FormatError, match="no columns of codes and names of a known style. Found: a"):
        sg.read_areas(tmp_path / "p.parquet")


def test_layers_of_a_geopackage_are_chosen_by_name(tmp_path: Path) -> None:
    """Or by the level that the name says."""
    path = tmp_path / "a.gpkg"
    for name, code in (("regions_adm1", "XA01"), ("provinces_adm2", "XA0101")):
        table = gpd.GeoDataFrame(
            {"pcode": [code], "name": ["x"], "level": [int(name[-1])]}, geometry=[SHAPES[0]], crs=4326
        )
        table.to_file(path, layer=name)
    assert sg.read_areas(path, layer="regions_adm1")["pcode"].tolist() == ["XA01"]
    assert sg.read_areas(path, level=2)["pcode"].tolist() == ["XA0101"]
