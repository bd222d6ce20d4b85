"""One table of areas comes back the same from every kind of file; codes are text in each; a saved table is what it was."""

from __future__ import annotations

import contextlib
import http.server
import io
import json
import math
import sqlite3
import struct
import tempfile
import threading
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from profiles import few
from pyarrow import feather
from shapely import MultiPolygon, Polygon, box, transform

import sahelgeo as sg

SHAPES = [box(0, 12, 1, 13), box(1, 12, 2, 13)]
NAMES = {"ADM1_FR": ["Ségou", "Gao"], "ADM0_PCODE": "BF"}


def _table(codes: Any, **more: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"ADM1_PCODE": codes} | NAMES | more, geometry=SHAPES, crs="EPSG:4326")


def _save(table: gpd.GeoDataFrame, path: Path) -> None:
    """As its users do; FlatGeobuf would sort the rows for its index."""
    if path.suffix in (".parquet", ".feather"):
        getattr(table, f"to_{path.suffix[1:]}")(path)
    else:
        table.to_file(path, **({"SPATIAL_INDEX": "NO"} if path.suffix == ".fgb" else {}))


def _esri(table: gpd.GeoDataFrame) -> bytes:
    features = [
        {
            "attributes": json.loads(pd.DataFrame(table.drop(columns="geometry")).to_json(orient="records"))[number],
            "geometry": {"rings": [[list(point) for point in shape.exterior.coords][::-1]]},
        }
        for number, shape in enumerate(table.geometry)
    ]
    return json.dumps(
        {"geometryType": "esriGeometryPolygon", "spatialReference": {"wkid": 4326}, "features": features}
    ).encode()


def _topojson(table: gpd.GeoDataFrame) -> bytes:
    arcs = [[list(point) for point in shape.exterior.coords] for shape in table.geometry]
    rows = json.loads(pd.DataFrame(table.drop(columns="geometry")).to_json(orient="records"))
    shapes = [{"type": "Polygon", "arcs": [[number]], "properties": row} for number, row in enumerate(rows)]
    objects = {"areas": {"type": "GeometryCollection", "geometries": shapes}}
    return json.dumps({"type": "Topology", "objects": objects, "arcs": arcs}).encode()


def _wkt(table: gpd.GeoDataFrame, separator: str, encoding: str) -> bytes:
    text = pd.DataFrame(table.drop(columns="geometry")).assign(wkt=table.geometry.to_wkt())
    return text.to_csv(index=False, sep=separator).encode(encoding)


def _wkb(table: gpd.GeoDataFrame, form: str) -> bytes:
    plain = pd.DataFrame(table.drop(columns="geometry")).assign(geom=table.geometry.to_wkb())
    file = io.BytesIO()
    getattr(plain, f"to_{form}")(file)
    return file.getvalue()


def _zipped(table: gpd.GeoDataFrame, folder: Path) -> bytes:
    table.to_file(folder / "areas.shp")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part in folder.glob("areas.*"):
            archive.write(part, f"a/folder/{part.name}")
    return file.getvalue()


def _by_driver(ending: str) -> Callable[[gpd.GeoDataFrame, Path], bytes]:
    def write(table: gpd.GeoDataFrame, folder: Path) -> bytes:
        path = folder / f"areas{ending}"
        _save(table, path)
        return path.read_bytes()

    return write


KINDS: dict[str, Callable[[gpd.GeoDataFrame, Path], bytes]] = {
    **{ending: _by_driver(ending) for ending in (".gpkg", ".fgb", ".geojson", ".parquet", ".feather")},
    "shapefile in a folder of a zip": _zipped,
    "JSON of ArcGIS": lambda table, _: _esri(table),
    "TopoJSON": lambda table, _: _topojson(table),
    "WKB in Parquet": lambda table, _: _wkb(table, "parquet"),
    "WKB in Feather": lambda table, _: _wkb(table, "feather"),
    "WKT, comma": lambda table, _: _wkt(table, ",", "utf-8"),
    "WKT, semicolon, Windows-1252": lambda table, _: _wkt(table, ";", "cp1252"),
    "WKT, tab": lambda table, _: _wkt(table, "\t", "utf-16"),
}
_STATES_NO_CRS = ("TopoJSON", "WK")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "codes",
    [
        [854001, 854002],
        [854001.0, 854002.0],
        pd.Series([854001, 854002], dtype="int32"),
        pd.Series([854001.0, 854002.0], dtype="float32"),
        ["854001.0", "854002.0"],
        ["854001", "854002"],
    ],
    ids=["int64", "float64", "int32", "float32", "text with a point", "text"],
)
def test_codes_are_text_in_every_kind_of_file(kind: str, codes: Any, tmp_path: Path) -> None:
    """And `read`, `read_with_report` and `read_areas` give the same areas."""
    content = KINDS[kind](_table(codes), tmp_path)
    crs = {"crs": "EPSG:4326"} if kind.startswith(_STATES_NO_CRS) else {}
    areas = sg.read_areas(io.BytesIO(content), **crs)
    assert areas["pcode"].tolist() == ["854001", "854002"]
    assert areas["name"].tolist() == ["Ségou", "Gao"]
    assert areas["parent"].tolist() == ["BF", "BF"]
    assert areas.geometry.geom_equals(gpd.GeoSeries(SHAPES, crs=4326)).all()
    if isinstance(codes, list) and isinstance(codes[0], int):
        again, report = sg.read_with_report(io.BytesIO(content), **crs)
        pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(sg.read(io.BytesIO(content), **crs)))
        assert (report.feed, report.rows, report.rows_kept, dict(report.rows_dropped)) == ("areas", 2, 2, {})


def test_a_missing_code_among_numbers_leaves_the_others_whole(tmp_path: Path) -> None:
    """A column of whole numbers with a gap is one of floats; the name without a code is refused, not lost."""
    path = tmp_path / "areas.gpkg"
    _table([854001.0, None], ADM1_REF=["x", "y"]).to_file(path)
    with pytest.raises(sg.errors.SchemaError, match="'pcode', row.s. 1"):
        sg.read_areas(path)
    parents = _table(["A1", "A2"]).assign(ADM0_PCODE=[854.0, None])
    parents.to_file(path)
    assert sg.read_areas(path)["parent"].fillna("").tolist() == ["854", ""]


@pytest.mark.parametrize("form", ["geojson", "gpkg", "fgb", "shp", "parquet"])
@pytest.mark.parametrize("kind", [int, float])
def test_codes_that_are_numbers_in_the_file_are_whole_texts(form: str, kind: type, tmp_path: Path) -> None:
    """As are those of the areas that they lie in."""
    path = tmp_path / f"areas.{form}"
    _save(_table([kind(854001), kind(854002)]).assign(ADM0_PCODE=[kind(854)] * 2), path)
    areas = sg.read_areas(path)
    assert areas[["pcode", "parent"]].to_numpy().tolist() == [["854001", "854"], ["854002", "854"]]
    assert areas["pcode"].dtype == "string"


@few()
@given(st.lists(st.from_regex(r"[0-9]{2}[0-9E]{0,3}[0-9]", fullmatch=True), min_size=2, max_size=2, unique=True))
def test_codes_of_digits_keep_each_letter(codes: list[str]) -> None:
    """Leading zeros and 12E03 among them."""
    table = _table(codes)
    for content in (_esri(table), _topojson(table), _wkt(table, ",", "utf-8"), _wkb(table, "parquet")):
        crs = {} if content.startswith(b'{"geometryType') else {"crs": "EPSG:4326"}
        assert sg.read_areas(io.BytesIO(content), **crs)["pcode"].tolist() == codes


@pytest.mark.parametrize("ending", [".gpkg", ".fgb", ".parquet", ".feather", ".shp"])
@pytest.mark.parametrize("name", ["stocks", "phases", "events", "areas"])
def test_a_saved_table_is_read_back_as_what_it_is(name: str, ending: str, tmp_path: Path) -> None:
    """Joined to its areas or not; a shapefile keeps ten letters of a name."""
    sample = sg.load_sample("burkina-2020")
    table = getattr(sample, name)
    if name in ("stocks", "phases"):
        table = sg.attach_areas(table, sample.areas, unmatched="drop")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _save(table, tmp_path / f"t{ending}")
        read, report = sg.read_with_report(tmp_path / f"t{ending}")
    assert report.table == name
    assert len(read) == len(table)
    assert isinstance(read, gpd.GeoDataFrame)
    for column in ("pcode", "people", "people_3plus", "fatalities", "date", "start", "parent"):
        if column in table:
            assert read[column].fillna(0).astype(str).tolist() == table[column].fillna(0).astype(str).tolist(), column


def test_stocks_without_shapes_come_back_from_parquet(tmp_path: Path) -> None:
    """To the unit."""
    stocks = sg.load_sample("burkina-2020").stocks
    stocks.to_parquet(tmp_path / "stocks.parquet")
    pd.testing.assert_frame_equal(sg.read(tmp_path / "stocks.parquet"), stocks.reset_index(drop=True))


def test_figures_joined_to_areas_are_kept(tmp_path: Path) -> None:
    """A table of sums is none that is declared: it comes back as areas, with its figures."""
    sample = sg.load_sample("burkina-2020")
    sums = sg.attach_areas(sg.sum_stocks(sample.stocks, by="pcode")[["pcode", "people"]], sample.areas)
    sums.to_file(tmp_path / "sums.gpkg")
    read = sg.read(tmp_path / "sums.gpkg")
    assert read["people"].sum() == sums["people"].sum()


def test_mixed_and_merged_styles_are_read_row_by_row(tmp_path: Path) -> None:
    """Columns of two styles in one table, and layers of two countries below each other."""
    mixed = gpd.GeoDataFrame(
        {"adm1_name": ["Nord", "Sud"], "admin1Pcod": ["XA01", "XA02"]}, geometry=SHAPES, crs="EPSG:4326"
    )
    mixed.to_file(tmp_path / "mixed.gpkg")
    assert sg.read_areas(tmp_path / "mixed.gpkg")[["pcode", "name", "level"]].values.tolist() == [
        ["XA01", "Nord", 1],
        ["XA02", "Sud", 1],
    ]
    other = mixed.rename(columns={"adm1_name": "ADM2_FR", "admin1Pcod": "admin2Pcod"})
    other.to_file(tmp_path / "other.gpkg")
    assert sg.read_areas(tmp_path / "other.gpkg")["level"].tolist() == [2, 2]
    merged = pd.concat([_table(["BF56", "BF49"]), mixed], ignore_index=True)
    merged.to_file(tmp_path / "merged.gpkg")
    assert sg.read_areas(tmp_path / "merged.gpkg")["pcode"].tolist() == ["BF56", "BF49", "XA01", "XA02"]


def test_merged_levels_and_publishers_are_said(tmp_path: Path) -> None:
    """GADM below a common operational dataset; regions below provinces."""
    gadm = gpd.GeoDataFrame(
        {"GID_0": "NER", "GID_1": ["NER.1_1", "NER.2_1"], "NAME_1": ["Agadez", "Diffa"]}, geometry=SHAPES, crs=4326
    )
    path = tmp_path / "merged.gpkg"
    pd.concat([_table(["BF56", "BF49"]), gadm], ignore_index=True).to_file(path)
    with pytest.warns(sg.DataWarning, match="2 rows are areas of level 1 in the columns of gadm"):
        areas = sg.read_areas(path)
    assert areas["name"].tolist() == ["Ségou", "Gao", "Agadez", "Diffa"]
    deeper = _table(["BF56", "BF56"]).assign(ADM2_PCODE=["BF5601", None], ADM2_FR=["Oudalan", None])
    deeper.to_file(path)
    with pytest.warns(sg.DataWarning, match="1 rows are areas of level 1"):
        assert sg.read_areas(path)["level"].tolist() == [2, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        areas, report = sg.read_with_report(path, level=2)
    assert areas["pcode"].tolist() == ["BF5601"]
    assert dict(report.rows_dropped) == {"level 1": 1}


def test_countries_of_gadm_are_read(tmp_path: Path) -> None:
    """Its level 0 has no column of names but COUNTRY."""
    countries = gpd.GeoDataFrame(
        {"GID_0": ["NER", "TCD"], "COUNTRY": ["Niger", "Chad"]}, geometry=SHAPES, crs="EPSG:4326"
    )
    countries.to_file(tmp_path / "gadm.gpkg")
    areas = sg.read_areas(tmp_path / "gadm.gpkg")
    assert areas[["pcode", "name", "level", "iso3"]].values.tolist() == [
        ["NER", "Niger", 0, "NER"],
        ["TCD", "Chad", 0, "TCD"],
    ]


def test_an_area_in_several_rows_is_dissolved_where_asked(tmp_path: Path) -> None:
    """Else refused; rows of one code under two names are no area."""
    path = tmp_path / "rows.gpkg"
    _table(["BF56", "BF56"], ADM1_FR="Sahel").to_file(path)
    with pytest.raises(sg.errors.SchemaError, match=r"2 rows share their code with another: BF56.*dissolve=True"):
        sg.read_areas(path)
    with pytest.warns(sg.DataWarning, match="2 rows were dissolved into 1 areas: BF56"):
        areas, report = sg.read_with_report(path, dissolve=True)
    assert areas.geometry.iloc[0].equals(box(0, 12, 2, 13))
    assert (report.rows_kept, report.table_rows) == (2, 1)
    _table(["BF56", "BF56"]).to_file(path)
    with pytest.raises(sg.errors.SchemaError, match="different names: BF56"):
        sg.read_areas(path, dissolve=True)


def test_latitude_first_is_told_by_the_country_of_the_codes(tmp_path: Path) -> None:
    """Exchanged, and said; codes of no known country decide nothing."""
    turned = _table(["BF56", "BF49"]).set_geometry(
        [transform(shape, lambda points: points[:, ::-1]) for shape in SHAPES], crs=4326
    )
    turned.to_file(tmp_path / "turned.gpkg")
    with pytest.warns(sg.DataWarning, match="latitude stands first"):
        areas = sg.read_areas(tmp_path / "turned.gpkg")
    assert areas.geometry.geom_equals(gpd.GeoSeries(SHAPES, crs=4326)).all()
    turned.assign(ADM1_PCODE=["x1", "x2"], ADM0_PCODE="x").to_file(tmp_path / "unknown.gpkg")
    assert sg.read_areas(tmp_path / "unknown.gpkg").total_bounds.tolist() == [12, 0, 13, 2]


def test_a_wrong_encoding_is_said_and_can_be_given(tmp_path: Path) -> None:
    """A .cpg that says UTF-8 beside text of Windows-1252."""
    _table(["BF56", "BF49"]).to_file(tmp_path / "areas.shp", encoding="cp1252")
    (tmp_path / "areas.cpg").write_text("UTF-8")
    with pytest.raises(sg.errors.FormatError, match="encoding='cp1252'"):
        sg.read_areas(tmp_path / "areas.shp")
    assert sg.read_areas(tmp_path / "areas.shp", encoding="cp1252")["name"].tolist() == ["Ségou", "Gao"]
    assert sg.read(tmp_path / "areas.shp", encoding="cp1252")["name"].tolist() == ["Ségou", "Gao"]
    with pytest.raises(sg.errors.FormatError, match="not klingon"):
        sg.read(io.BytesIO(b"a,b\n1,2\n"), encoding="klingon")
    dos = 'ADM1_PCODE,ADM1_FR,wkt\nML04,Ségou,"POLYGON((0 12,1 12,1 13,0 12))"\n'.encode("cp850")
    assert sg.read_areas(io.BytesIO(dos), crs=4326, encoding="cp850")["name"].tolist() == ["Ségou"]


def test_shapes_that_are_all_empty_or_broken_are_said(tmp_path: Path) -> None:
    """GDAL drops what it cannot build."""
    topology = json.loads(_topojson(_table(["BF56", "BF49"])))
    for shape in topology["objects"]["areas"]["geometries"]:
        shape["arcs"] = [[99]]
    with pytest.warns(sg.DataWarning, match="all 2 shapes are empty, or too broken to be read"):
        sg.read_areas(io.BytesIO(json.dumps(topology).encode()), crs=4326)
    _table(["BF56", "BF49"]).set_geometry([MultiPolygon(), MultiPolygon()], crs=4326).to_parquet(tmp_path / "e.parquet")
    with pytest.warns(sg.DataWarning, match="all 2 shapes are empty"):
        sg.read_areas(tmp_path / "e.parquet")


def test_broken_shapes_as_text_name_their_row() -> None:
    """And the reference that text may state is taken."""
    good = 'pcode;name;shape\nA1;One;"SRID=4326;POLYGON((0 12,1 12,1 13,0 12))"\n'
    assert sg.read_areas(io.BytesIO(good.encode()), level=1).crs.to_epsg() == 4326
    with pytest.raises(sg.errors.FormatError, match=r"column 'shape', row\(s\) 3: not a polygon"):
        sg.read_areas(io.BytesIO((good + "A2;Two;here\n").encode()))
    other = 'A2;Two;"SRID=32630;POLYGON((0 12,1 12,1 13,0 12))"\n'
    with pytest.raises(sg.errors.CRSError, match=r"shapes in several CRS \(SRID 4326, 32630\)"):
        sg.read_areas(io.BytesIO((good + other).encode()), crs="EPSG:4326")


def _summed(path: Any) -> pd.DataFrame:
    return sg.zonal_sum(path, _table(["BF56", "BF49"]).rename(columns={"ADM1_PCODE": "pcode"}), measure="count")


def test_no_file_opens_an_address_or_another_file(tmp_path: Path) -> None:
    """A CRS that is a link, formats of GDAL that name other files, and paths of its own kind."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    linked = json.loads(_table(["BF56", "BF49"]).to_json()) | {"crs": {"type": "link", "properties": {"href": address}}}
    layer = f"<OGRVRTLayer name='x'><SrcDataSource>/vsicurl/{address}/x.geojson</SrcDataSource></OGRVRTLayer>"
    contents = {
        "crs.geojson": json.dumps(linked),
        "vrt.shp": f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>",
        "vrt.gpkg": f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>",
        "wfs.xml": f"<OGRWFSDataSource><URL>{address}/wfs</URL></OGRWFSDataSource>",
        "esri.json": json.dumps(json.loads(_esri(_table(["A", "B"]))) | {"crs": linked["crs"], "url": address}),
        "vrt.tif": f"<VRTDataset rasterXSize='8' rasterYSize='8'><SRS>EPSG:4326</SRS><VRTRasterBand dataType='Float32' "
        f"band='1'><SimpleSource><SourceFilename>/vsicurl/{address}/r.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>",
        "wms.tif": f"<GDAL_WMS><Service name='TMS'><ServerUrl>{address}/${{z}}.png</ServerUrl></Service></GDAL_WMS>",
        "tiles.tif": f"<GDALTileIndexDataset><IndexDataset>/vsicurl/{address}/i.gpkg</IndexDataset></GDALTileIndexDataset>",
        "topo.json": json.dumps(json.loads(_topojson(_table(["A", "B"]))) | {"crs": linked["crs"]}),
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
        for read in (sg.read_areas, sg.read, sg.inspect_file, _summed):
            with contextlib.suppress(sg.SahelgeoError):
                read(tmp_path / name)
    for path in (f"/vsicurl/{address}/p.geojson", f"{address}/q.geojson"):
        with pytest.raises(sg.errors.FormatError, match="no such file"):
            sg.read_areas(path)
        with pytest.raises(sg.errors.FormatError, match="not a file that can be opened"):
            _summed(path)
    server.shutdown()
    server.server_close()
    assert asked == []


def _base(path: Path, *statements: str) -> Path:
    """A GeoPackage of two areas, after some statements of SQL."""
    _table(["BF56", "BF49"]).to_file(path, layer="adm1")
    with contextlib.closing(sqlite3.connect(path)) as base:
        # What the triggers of a GeoPackage call.
        base.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            base.create_function(name, 1, lambda _: 0.0)
        for statement in statements:
            base.execute(statement)
        base.commit()
    return path


_ENDLESS = "CREATE VIEW {} AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"


def test_of_a_geopackage_only_listed_tables_are_read(tmp_path: Path) -> None:
    """A view is a program that need not end; one beside the layers is left alone."""
    assert len(sg.read_areas(_base(tmp_path / "beside.gpkg", _ENDLESS.format("v")))) == 2
    refused = {
        "layer": ["DROP TABLE adm1", _ENDLESS.format("adm1")],
        "list": ["DROP TABLE gpkg_extensions", _ENDLESS.format("gpkg_extensions")],
        "computed": ["ALTER TABLE adm1 ADD COLUMN z AS (zeroblob(1000000000))"],
    }
    for name, statements in refused.items():
        with pytest.raises(sg.errors.FormatError, match=r"would be computed while the file is read \(views\)"):
            sg.read(_base(tmp_path / f"{name}.gpkg", *statements))
    with pytest.raises(sg.errors.FormatError, match="a damaged geopackage"):
        sg.read(_base(tmp_path / "bare.gpkg", "DROP TABLE gpkg_contents"))
    half = _base(tmp_path / "half.gpkg").read_bytes().replace(b'"ADM1_FR"', b'"ADM1_\xc3R"')
    with pytest.raises(sg.errors.FormatError, match="a damaged geopackage"):
        sg.read(io.BytesIO(half))
    with pytest.raises(sg.errors.FormatError, match=r"cells, more than the 5 .*limits={'cells': "):
        sg.read(_base(tmp_path / "cells.gpkg"), limits={"cells": 1})


def test_shapes_that_grow_when_they_are_read_are_bounded(tmp_path: Path) -> None:
    """Lines of TopoJSON that are used again and again; a text that Parquet keeps once; rows that cost nothing."""
    topology = json.loads(_topojson(_table(["BF56", "BF49"])))
    topology["objects"]["areas"]["geometries"][0]["arcs"] = [[0] * 100]
    content = json.dumps(topology).encode()
    with pytest.raises(sg.errors.FormatError, match=r"505 vertices, more than the 500 .*limits={'vertices': 505}"):
        sg.read_areas(io.BytesIO(content), limits={"vertices": 500})
    once = pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), pa.array(["x" * 100_000]))
    pq.write_table(pa.table({"pcode": once}), tmp_path / "long.parquet", store_schema=False)
    with pytest.raises(sg.errors.FormatError, match="texts of its cells: 1,000,000,000 bytes, more than"):
        sg.read(tmp_path / "long.parquet")
    with pytest.raises(sg.errors.FormatError, match="10,000 rows, more than the 999"):
        sg.read(tmp_path / "long.parquet", limits={"rows": 999})
    many = pa.array(["x" * 10_000] * 2_000)
    lists = pa.array([[0] * 600] * 100)
    for column, options, words in (
        (many.cast(pa.large_string()), {}, "texts of its cells: .* bytes, more than the 4,000,000"),
        (many, {"use_dictionary": False, "column_encoding": {"pcode": "DELTA_BYTE_ARRAY"}}, "texts of its cells: "),
        (lists, {}, "its lists: 60,000 cells, more than the 50,000"),
        (pa.array([{"a": 1}] * 600), {}, "600 rows of 1 columns: 60,000 cells, more than the 50,000"),
        (pa.array([["x" * 100_000] * 100] * 100), {}, "pcode.*, texts in lists: .* bytes, more than"),
    ):
        pq.write_table(pa.table({"pcode": column}), tmp_path / "long.parquet", **options)
        with pytest.raises(sg.errors.FormatError, match=words):
            sg.read(tmp_path / "long.parquet", limits={"bytes": 4_000_000, "cells": 10_000})
    pd.DataFrame({"pcode": ["x"] * 1_000}).to_feather(tmp_path / "rows.feather")
    with pytest.raises(sg.errors.FormatError, match="1,000 rows, more than the 999"):
        sg.read(tmp_path / "rows.feather", limits={"rows": 999})


def test_a_feather_file_is_bounded_before_it_is_unpacked(tmp_path: Path) -> None:
    """By what its batches say of themselves: packed texts, lists, cells that share bytes; cells that point elsewhere."""
    path = tmp_path / "f.feather"

    def refused(column: pa.Array, words: str, **options: Any) -> None:
        feather.write_feather(pa.table({"pcode": column}), path, chunksize=1_000_000, **options)
        with pytest.raises(sg.errors.FormatError, match=words):
            sg.read(path, limits={"bytes": 4_000_000, "cells": 10_000})

    refused(pa.array(["x" * 1_000] * 5_000), "unpacked: 5,0.*bytes, more than the 4,000,000", compression="zstd")
    refused(pa.array([[0] * 20] * 5_000), "5,000 rows: 105,000 cells, more than the 50,000", compression="lz4")
    once = pa.DictionaryArray.from_arrays(pa.array([0] * 5_000, pa.int32()), pa.array(["x" * 1_000]))
    refused(once, "texts of its cells: 5,0.*bytes, more than the 4,000,000")
    refused(pa.array(["x"] * 9, pa.string_view()), "column 'pcode': string_view is not read")
    feather.write_feather(pa.table({"pcode": pa.array(["aa", "bb"])}), path, compression="uncompressed")
    sound = path.read_bytes()
    places = struct.pack("<3i", 0, 2, 4)
    assert sound.count(places) == 1
    path.write_bytes(sound.replace(places, struct.pack("<3i", 0, 2_000_000_000, 4)))
    with pytest.raises(sg.errors.FormatError, match="damaged feather file"):
        sg.read(path)
    for place in range(len(sound) - 60, len(sound) - 10):  # the index at the end
        with contextlib.suppress(sg.SahelgeoError):
            sg.read(io.BytesIO(sound[:place] + b"\xff\xff\xff\x7f" + sound[place + 4 :]))


def test_more_columns_than_a_table_has_are_refused(tmp_path: Path) -> None:
    """In Parquet, in Feather and in JSON as in text: each costs as much as thousands of rows."""
    wide = pa.table({f"c{number}": pa.array([1]) for number in range(4_001)})
    pq.write_table(wide, tmp_path / "wide.parquet")
    feather.write_feather(wide, tmp_path / "wide.feather")
    (tmp_path / "wide.json").write_text(json.dumps(wide.to_pylist()))
    for name in ("wide.parquet", "wide.feather", "wide.json"):
        with pytest.raises(sg.errors.FormatError, match=f"^{name}: more than 4,000 columns"):
            sg.read(tmp_path / name)


def test_texts_that_are_no_utf8_are_refused(tmp_path: Path) -> None:
    """Parquet does not ask; Python does, in the middle of its work."""
    wrong = pa.StringArray.from_buffers(2, pa.py_buffer(struct.pack("<3i", 0, 2, 4)), pa.py_buffer(b"ok\xff\xfe"))
    pq.write_table(pa.table({"pcode": wrong}), tmp_path / "wrong.parquet")
    with pytest.raises(sg.errors.FormatError, match="damaged parquet file .*UTF8"):
        sg.read(tmp_path / "wrong.parquet")


def test_areas_whose_country_is_blank_are_read() -> None:
    """A column without any value has no type of its own."""
    lines = 'ADM1_PCODE,ADM1_FR,ADM0_PCODE,wkt\nBF56,Sahel,,"MULTIPOLYGON (((0 13, 0 14, -1 14, 0 13)))"'
    areas = sg.read_areas(io.BytesIO(lines.encode()), crs="EPSG:4326")
    assert areas["pcode"].tolist() == ["BF56"]


FAN = [[0.5 + (-1) ** n * math.cos(n / 300), 13 + (-1) ** n * math.sin(n / 300)] for n in range(600)]
NESTED = [box(half, half, 10 - half, 10 - half) for half in np.linspace(0, 4.9, 7_000)]


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (Polygon([*FAN, FAN[0]]), "lines cross each other more than 50,000 times"),
        (MultiPolygon([box(5, 13, 6, 14), Polygon([*FAN, FAN[0]])]), "lines cross each other more than 50,000 times"),
        (MultiPolygon(NESTED), "7,000 rings, of which more than 20,000,000 pairs"),
    ],
)
def test_a_shape_that_would_be_repaired_without_end_is_refused(shape: Any, said: str, tmp_path: Path) -> None:
    """A few kilobytes of lines from side to side, or of squares in squares: the file is named."""
    areas = _table(["BF56", "BF49"]).set_geometry([shape, box(0, 13, 1, 14)], crs=4326)
    areas.to_parquet(tmp_path / "areas.parquet")
    with pytest.raises(sg.errors.FormatError, match=f"^areas.parquet: a shape .*{said}"):
        sg.read_areas(tmp_path / "areas.parquet")


def test_squares_of_a_grid_in_one_shape_are_repaired() -> None:
    """They touch each other, which no valid shape does: grids that were made polygons are so, however large."""
    squares = MultiPolygon(
        [box(x / 100, 13 + y / 100, (x + 1) / 100, 13 + (y + 1) / 100) for x, y in np.ndindex(70, 70)]
    )
    areas = _table(["BF56", "BF49"]).set_geometry([squares, box(-1, 13, 0, 14)], crs=4326)
    with pytest.warns(sg.errors.DataWarning, match="1 invalid geometries"):
        read = sg.read_areas(io.BytesIO(areas.to_json().encode()))
    assert read.is_valid.all()
    assert shapely.area(read.geometry.array).round(6).tolist() == [0.49, 1]


def test_a_crs_that_is_nowhere_on_earth_is_refused(tmp_path: Path) -> None:
    """That of a drawing, in the .prj of a shapefile."""
    _table(["BF56", "BF49"]).to_file(tmp_path / "areas.shp")
    (tmp_path / "areas.prj").write_text('LOCAL_CS["x"]')
    with pytest.raises(sg.errors.CRSError, match="areas.shp: the CRS 'x' is tied to no place on Earth"):
        sg.read_areas(tmp_path / "areas.shp")


@few()
@given(st.data())
def test_a_crs_with_a_damaged_letter_is_read_or_refused(data: st.DataObject) -> None:
    """GDAL cannot write down a text that is not UTF-8."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "areas.shp"
        _table(["BF56", "BF49"]).to_file(path)
        whole = path.with_suffix(".prj").read_bytes()
        letters = bytearray(whole)
        letters[data.draw(st.integers(0, len(letters) - 1))] = data.draw(st.integers(0x80, 0xFF))
        path.with_suffix(".prj").write_bytes(letters)
        with contextlib.suppress(sg.errors.SahelgeoError):
            assert len(sg.read_areas(path)) == 2
        path.with_suffix(".prj").write_bytes(whole.replace(b"WGS_1984", b"WGS_198\xb4"))
        with pytest.raises(sg.errors.FormatError, match="areas.shp: a damaged shapefile .its coordinate system cannot"):
            sg.read_areas(path)


def test_a_part_of_a_zip_is_named_by_the_zip(tmp_path: Path) -> None:
    """The user gave that, and not a file in a folder of ours."""
    content = bytearray(_zipped(_table(["BF56", "BF49"]), tmp_path))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if not name.endswith(".dbf")}
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    with pytest.raises(sg.errors.FormatError, match="^z.zip/a/folder/areas.shp: its .dbf file"):
        sg.read_areas(tmp_path / "z.zip")
