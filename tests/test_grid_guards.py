"""What a grid may not be: a count that is a density, a value for no data that counts, a file that is damaged."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import rasterio.shutil
import shapely
import xarray as xr
from grids import areas, grid
from hypothesis import given
from hypothesis import strategies as st
from rasterio.io import MemoryFile
from rasterio.transform import from_origin
from shapely import box

import sahelgeo as sg

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*declares no nodata:sahelgeo.DataWarning"),
    pytest.mark.filterwarnings("ignore:.*reach beyond:sahelgeo.DataWarning"),
]

WHOLE = areas(box(0, 0, 2, 1), box(0, 1, 2, 2))
KINDS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
TILES = {"driver": "GTiff", "count": 1, "crs": "EPSG:4326"}


def held(values: np.ndarray, **profile: Any) -> MemoryFile:
    """A GeoTIFF in memory, cells of one degree from (0, 0) upwards."""
    file = MemoryFile()
    place = {"height": len(values), "width": values.shape[1], "transform": from_origin(0, len(values), 1, 1)}
    with file.open(**{**TILES, **place, "dtype": values.dtype.name, **profile}) as dataset:
        dataset.write(values, 1)
    return file


def written(path: Path, values: Any, tags: dict[str, str] | None = None, **profile: Any) -> Path:
    """The same as a file."""
    values = np.asarray(values)
    place = {"height": len(values), "width": values.shape[1], "transform": from_origin(0, len(values), 1, 1)}
    with rasterio.open(path, "w", **{**TILES, **place, "dtype": values.dtype.name, **profile}) as dataset:
        dataset.update_tags(**(tags or {}))
        dataset.write(values, 1)
    return path


@given(
    st.sampled_from(KINDS),
    st.booleans(),
    st.sampled_from(["nothing", "itself", "another"]),
    st.sampled_from(["dataset", "array"]),
    st.integers(0, 3),
)
def test_the_end_of_a_type_counts_only_where_it_is_declared(
    kind: str, greatest: bool, declared: str, given_as: str, cell: int
) -> None:
    """The least and the greatest whole number of every type is no person: left out where declared, refused elsewhere."""
    ends = np.iinfo(kind)
    odd = int(ends.max if greatest else ends.min)
    values = np.full(4, 5, dtype=kind)
    values[cell] = odd
    nodata = {"nothing": None, "itself": odd, "another": 7}[declared]
    expected = 15 if declared == "itself" or not odd else None
    expected = 15 if odd == 0 else expected
    if given_as == "array":
        attrs = {} if nodata is None else {"_FillValue": nodata}
        raster: Any = grid([[1, 1], [1, 1]]).copy(data=values.reshape(2, 2)).assign_attrs(crs="EPSG:4326", **attrs)
    else:
        if kind in ("int64", "uint64") and declared == "itself":
            return  # GDAL keeps what is declared of these in double precision
        raster = held(values.reshape(2, 2), nodata=nodata).open()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        if expected is None:
            with pytest.raises(sg.errors.GridError, match=str(odd) if greatest else "below zero|the end of what"):
                sg.zonal_sum(raster, WHOLE, measure="count")
        else:
            assert sg.zonal_sum(raster, WHOLE, measure="count")["people"].sum() == expected


@pytest.mark.parametrize("odd", [2**31 - 1, 2**32 - 1, 3.4e38])
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_full_words_among_fractions_are_no_people(odd: float, kind: str) -> None:
    """A grid of 32-bit whole numbers that was stored as fractions keeps what it wrote for no data."""
    cells = grid([[odd, 5], [5, 5]]).astype(kind).assign_attrs(crs="EPSG:4326")
    for measure in ("count", "density"):
        with pytest.raises(
            sg.errors.GridError, match="is no number of people or things, and files write it for no data"
        ):
            sg.zonal_sum(cells, WHOLE, measure=measure)  # type: ignore[call-overload]
    declared = cells.assign_attrs(_FillValue=float(np.array(odd, dtype=kind)))
    assert sg.zonal_sum(declared, WHOLE, measure="count")["people"].sum() == 15


def test_a_full_byte_is_no_vegetation_either() -> None:
    """Means are as strict as sums."""
    cells = grid([[255, 5], [5, 5]]).astype("uint8").assign_attrs(crs="EPSG:4326")
    stack = xr.concat([cells, cells], dim=pd.DatetimeIndex(["2020-06-01", "2020-07-01"], name="time"))
    with pytest.raises(sg.errors.GridError, match="some cells hold 255, the end of what their type can hold"):
        sg.rasters.zonal_series(stack.assign_attrs(crs="EPSG:4326"), WHOLE, measure="rate")


@pytest.mark.parametrize("odd", [np.inf, -np.inf])
def test_infinity_is_named(odd: float) -> None:
    """It is left out like a gap, and said, unless the grid declares it."""
    cells = grid([[odd, 5], [np.nan, 5]])
    with pytest.warns(sg.DataWarning, match="the array: 1 cells hold infinity, and count as without data"):
        sums = sg.zonal_sum(cells, WHOLE, measure="count")
    assert sums["people"].tolist() == [5, 5]
    with pytest.warns(sg.DataWarning, match="1 cells hold infinity"):
        sg.people_by_zone(cells, WHOLE, WHOLE, measure="count")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sg.zonal_sum(cells.assign_attrs(_FillValue=odd), WHOLE, measure="count")


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("sen_pd_2020_1km.tif", {}),
        ("SEN_PD_2020.tif", {}),
        ("pop-density-2020.tif", {}),
        ("densité.tif", {}),
        ("pop_per_km2.tif", {}),
        ("grid.tif", {"units": "hab/km2"}),
        ("grid.tif", {"UNITS": "persons km⁻²"}),
        ("grid.tif", {"long_name": "Densité de population"}),
        ("grid.tif", {"description": "inhabitants per square kilometre"}),
        ("grid.tif", {"TIFFTAG_IMAGEDESCRIPTION": "people per km²"}),
    ],
)
def test_a_density_that_its_file_name_or_a_tag_tells_is_no_count(
    tmp_path: Path, name: str, tags: dict[str, str]
) -> None:
    """WorldPop's word for density is pd; the way out works."""
    path = written(tmp_path / name, np.full((2, 2), 5, "float32"), tags, nodata=-1)
    with pytest.raises(sg.errors.GridError, match="it calls itself a density .*measure='density'"):
        sg.zonal_sum(path, WHOLE, measure="count")
    assert sg.zonal_sum(path, WHOLE, measure="density")["people"].sum() > 1000


@pytest.mark.parametrize("name", ["sen_ppp_2020.tif", "per_pop_2020.tif", "pop_per_1km_cell.tif", "popdyn.tif"])
def test_a_count_keeps_its_name(tmp_path: Path, name: str) -> None:
    """Per pixel, Peru, per cell; and the title of a collection of density maps says nothing of this grid."""
    tags = {"title": "High-resolution population density maps", "units": "people"}
    path = written(tmp_path / name, np.full((2, 2), 5, "float32"), tags, nodata=-1)
    assert sg.zonal_sum(path, WHOLE, measure="count")["people"].sum() == 20


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("compress", ["lzw", "deflate", None])
def test_a_file_that_is_cut_off_is_named(tmp_path: Path, share: float, compress: str | None) -> None:
    """Not with the words of GDAL alone."""
    values = np.random.default_rng(1).random((256, 256)).astype("float32")
    profile = {"compress": compress, "tiled": True, "blockxsize": 64, "blockysize": 64, "nodata": -1}
    path = written(tmp_path / "cut.tif", values, **profile)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    zone = areas(box(0, 0, 256, 256))
    with pytest.raises(sg.errors.GridError, match=r"cut\.tif: .*(cannot be read|damaged or cut off).*etch .*again"):
        sg.zonal_sum(path, zone, measure="count")
    with rasterio.open(path) as dataset, pytest.raises(sg.errors.GridError, match=r"cut\.tif: rows .* cannot be read"):
        sg.zonal_sum(dataset, zone, measure="count")


def test_a_file_whose_directory_is_cut_off_is_named(tmp_path: Path) -> None:
    """GDAL does not open it, though it knows its kind."""
    path = written(tmp_path / "cut.tif", np.full((64, 64), 5, "float32"), nodata=-1)
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(long="text " * 1000)
    whole = path.read_bytes()
    path.write_bytes(whole[: int.from_bytes(whole[4:8], "little") + 20])
    with pytest.raises(sg.errors.GridError, match=r"cut\.tif: damaged or cut off .*Fetch the file again"):
        sg.zonal_sum(path, WHOLE, measure="count")


@pytest.mark.parametrize("form", ["NC", "NC4C"])
def test_a_netcdf_file_is_tried_in_another_process(tmp_path: Path, form: str) -> None:
    """A wrong count of its dimensions ends the process that opens it; a file that is cut off, and a sound one, do not."""
    rasterio.shutil.copy(
        written(tmp_path / "a.tif", np.full((2, 2), 5, "float32"), nodata=-1),
        tmp_path / "a.nc",
        driver="netCDF",
        FORMAT=form,
    )
    whole = (tmp_path / "a.nc").read_bytes()
    assert sg.zonal_sum(tmp_path / "a.nc", WHOLE, measure="count")["people"].sum() == 20
    wrong = whole[:12] + b"9999" + whole[16:] if form == "NC" else whole[: len(whole) // 3]
    (tmp_path / "b.nc").write_bytes(wrong)
    with pytest.raises(sg.errors.GridError, match=r"b\.nc: damaged or cut off .*Fetch the file again"):
        sg.zonal_sum(tmp_path / "b.nc", WHOLE, measure="count")


@pytest.mark.parametrize("letter", [b"\xb0", b"\xe1", b"\xff"])
def test_attributes_in_another_encoding_are_refused_in_words(tmp_path: Path, letter: bytes) -> None:
    """Of what a grid says of itself depends whether it counts people."""
    path = written(tmp_path / "a.tif", np.full((2, 2), 5, "float32"), nodata=-1)
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(1, units="personnes")
    rasterio.shutil.copy(path, tmp_path / "a.nc", driver="netCDF", FORMAT="NC")
    whole = (tmp_path / "a.nc").read_bytes()
    assert b"personnes" in whole
    (tmp_path / "a.nc").write_bytes(whole.replace(b"personnes", b"person" + letter + b"es"))
    with pytest.raises(sg.errors.GridError, match=r"a\.nc: what it says of itself .*not written in UTF-8"):
        sg.zonal_sum(tmp_path / "a.nc", WHOLE, measure="count")


def test_an_array_that_cannot_be_read_is_named() -> None:
    """Its file may be damaged too: it is read when it is summed."""

    class Damaged(xr.backends.BackendArray):
        shape, dtype = (2, 2), np.dtype("float64")

        def __getitem__(self, key: Any) -> Any:
            raise OSError("NetCDF: HDF error")

    lazy = xr.Variable(("y", "x"), xr.core.indexing.LazilyIndexedArray(Damaged()))
    array = grid([[1, 1], [1, 1]]).copy(data=lazy._data)
    array.encoding["source"] = "/data/rain.nc"
    with pytest.raises(sg.errors.GridError, match="rain.nc, the array: rows 0 to 1 cannot be read .NetCDF: HDF error"):
        sg.zonal_sum(array, WHOLE, measure="count")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda cells: cells.assign_attrs(_FillValue="none"), sg.errors.GridError, "_FillValue 'none' is no number"),
        (lambda cells: cells.assign_attrs(scale_factor="x"), sg.errors.GridError, "scale_factor 'x' is no number"),
        (lambda cells: cells.assign_coords(x=["a", "b"]), sg.errors.GridError, "along 'x' are no numbers"),
        (
            lambda cells: cells.assign_attrs(crs='LOCAL_CS["plan",UNIT["metre",1]]'),
            sg.errors.CRSError,
            "is tied to no place on Earth",
        ),
    ],
)
def test_arrays_that_say_nonsense_are_refused(
    change: Callable[[xr.DataArray], xr.DataArray], error: type[Exception], message: str
) -> None:
    """In words, each with what is wrong."""
    with pytest.raises(error, match=message):
        sg.zonal_sum(change(grid([[1, 1], [1, 1]])), WHOLE, measure="count")


@pytest.mark.parametrize("band", ["1", 1.5, True])
def test_a_band_is_a_number(band: Any) -> None:
    """Neither text nor a share."""
    with pytest.raises(sg.errors.GridError, match="give the number of a band"):
        sg.zonal_sum(grid([[1, 1], [1, 1]]), WHOLE, measure="count", band=band)


def test_a_file_without_bands_names_its_parts() -> None:
    """A container of data sets is no grid."""

    class Container:
        name, closed, count, subdatasets = "all.nc", False, 0, ["netcdf:all.nc:rain"]
        transform = None

        def read(self) -> None: ...

    with pytest.raises(sg.errors.GridError, match="all.nc has no bands of its own.*netcdf:all.nc:rain"):
        sg.zonal_sum(Container(), WHOLE, measure="count")  # type: ignore[call-overload]


def _spread(cells: Any, zones: gpd.GeoDataFrame) -> list[float]:
    """The people of one polygon that holds all zones, spread over these by a grid."""
    ground = gpd.GeoDataFrame({"people": [1.0]}, geometry=[zones.union_all()], crs=4326)
    return list(sg.overlay(ground, zones[["pcode", "geometry"]], weights=cells, slivers=0)["people"])


@given(st.lists(st.integers(1, 1000), min_size=12, max_size=12), st.floats(0.2, 3.8), st.floats(0.2, 3.8))
def test_overlay_by_a_grid_and_zonal_sum_are_one_engine(counts: list[int], upper: float, lower: float) -> None:
    """The shares by which an overlay spreads people are those of the sums."""
    cells = grid(np.reshape(counts, (3, 4)).tolist())
    zones = areas(*shapely.ops.split(box(0, 0, 4, 3), shapely.LineString([(lower, -1), (upper, 4)])).geoms)
    sums = sg.zonal_sum(cells, zones, measure="count")["people"]
    assert _spread(cells, zones) == pytest.approx((sums / sums.sum()).tolist(), abs=1e-9)


@pytest.mark.parametrize(
    "cells",
    [
        grid([[-9999, 5], [5, 5]]),
        grid([[5, 5], [5, 5]], units="people/km2"),
        grid([[5, 5], [5, 5]], long_name="Population density"),
        grid([[5, 5], [5, 5]]).rename("sen_pd_2020"),
        grid([[255, 5], [5, 5]]).astype("uint8").assign_attrs(crs="EPSG:4326"),
        grid([[2**31 - 1, 5], [5, 5]]),
        grid([[5, 5], [5, 5]], crs=None),
        grid([[5, 5], [5, 5]]).drop_vars("x"),
        xr.concat([grid([[5, 5], [5, 5]])] * 2, dim="band"),
        grid([[5, 5], [5, 5]]).astype(complex),
    ],
)
def test_overlay_by_a_grid_refuses_what_zonal_sum_refuses(cells: Any) -> None:
    """With the very same words."""
    with pytest.raises(sg.SahelgeoError) as first:
        sg.zonal_sum(cells, WHOLE, measure="count")
    with pytest.raises(sg.SahelgeoError) as second:
        _spread(cells, WHOLE)
    assert (type(first.value), str(first.value)) == (type(second.value), str(second.value))


def test_overlay_by_a_grid_warns_of_ground_beyond_the_grid() -> None:
    """People there are unknown to the weights."""
    with pytest.warns(sg.DataWarning, match="reach beyond the array, and their people do not"):
        _spread(grid([[5, 5], [5, 5]]), areas(box(0, 0, 1, 2), box(1, 0, 4, 2)))


def test_areas_far_from_a_tile_do_not_change_its_sums() -> None:
    """Of all areas only those at the tile are read; the others are missing, named, and keep their rows."""
    near = [box(0, 0, 1, 2), box(1.5, 0, 3, 2), box(-1, -1, 0.2, 0.2)]
    far = [shapely.Point(x, 20).buffer(3) for x in (10, 50)]
    zones = areas(far[0], *near, far[1]).assign(source=["a", "b", "c", "d", "e"])
    cells = grid([[1, 2], [3, 4]])
    with pytest.warns(sg.DataWarning, match="2 of 5 areas have no data in the array: XA01, XA05"):
        sums, account = sg.zonal_sum(cells, zones, measure="count", report=True)
    assert sums["people"].iloc[1:4].tolist() == pytest.approx([4, 3, 0.12])
    assert sums["share_without_data"].tolist() == pytest.approx([1, 0, 2 / 3, 1 - 0.04 / 1.44, 1])
    assert account.outside == pytest.approx(10 - 7 - 0.12 + account.counted_twice)
    with pytest.warns(sg.DataWarning, match="2 of 5 areas have no data"):
        metric = sg.zonal_sum(cells, zones.to_crs(3857), measure="count")
    assert metric["people"].iloc[1:4].tolist() == pytest.approx([4, 3, 0.12], rel=1e-4)


def test_every_sum_names_the_grid_and_the_borders(tmp_path: Path) -> None:
    """A tag of the grid, else its file; the source of the areas beside it."""
    zones = WHOLE.assign(source=["ocha", None])
    path = written(tmp_path / "pop_2020.tif", np.full((2, 2), 5, "float32"), nodata=-1)
    sums = sg.zonal_sum(path, zones, measure="count")
    assert sums["source"].tolist() == ["pop_2020.tif"] * 2
    assert sums["area_source"].fillna("-").tolist() == ["ocha", "-"]
    tagged = written(tmp_path / "x.tif", np.full((2, 2), 5, "float32"), {"source": "WorldPop"}, nodata=-1)
    pairs = sg.people_by_zone(tagged, zones, WHOLE.assign(area_source="fewsnet"), measure="count")
    assert pairs["source"].eq("WorldPop").all()
    assert pairs["area_source"].tolist() == ["fewsnet + ocha", "fewsnet"]
    assert sg.credit(pairs) == ["WorldPop", "fewsnet", "ocha"]
    census = pd.DataFrame({"pcode": ["XA01", "XA02"], "year": 2020, "people": [50, 60], "source": "INSD"})
    assert sg.rasters.scale_to_totals(sums, census)["source"].tolist() == ["INSD + pop_2020.tif"] * 2
    rain = grid([[1, 1], [1, 1]], source="CHIRPS")
    stack = xr.concat([rain] * 3, dim=pd.DatetimeIndex(["2018-07-01", "2019-07-01", "2020-07-01"], name="time"))
    stack = stack.assign_attrs(rain.attrs)
    table = sg.rasters.seasonal_anomaly(
        stack, zones, season=(6, 9), baseline=(2018, 2020), reference=stack.assign_attrs(source="own")
    )
    assert table["source"].eq("CHIRPS + own").all()
    assert table["area_source"].fillna("-").tolist() == ["ocha"] * 3 + ["-"] * 3


@pytest.mark.parametrize("times", [["2018-07-01", "2019-07-01", "2019-07-01"], ["2018-07-01", "2019-07-01", None]])
def test_a_layer_twice_or_without_a_time_is_refused(times: list[str | None]) -> None:
    """Its rain would count twice, or nowhere."""
    layers = xr.concat([grid([[1, 1], [1, 1]])] * 3, dim=pd.DatetimeIndex(times, name="time"))
    with pytest.raises(
        sg.errors.GridError, match=r"layers 2 \(counted from 0\) have no time, or that of an earlier layer"
    ):
        sg.rasters.seasonal_anomaly(layers.assign_attrs(crs="EPSG:4326"), WHOLE, season=(6, 9), baseline=(2018, 2020))


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (70_000_000, 1)])
def test_a_few_bytes_that_claim_a_large_grid_are_refused(tmp_path: Path, width: int, height: int) -> None:
    """Nothing is stored for blocks that were never written; a row may itself be too much."""
    path = tmp_path / "hollow.tif"
    place = {"width": width, "height": height, "transform": rasterio.Affine(360 / width, 0, -180, 0, -180 / height, 90)}
    tiles = {"tiled": True, "blockxsize": 512, "blockysize": 512} if height > 1 else {"tiled": False}
    with rasterio.open(
        path, "w", driver="GTiff", count=1, dtype="uint8", crs="EPSG:4326", sparse_ok=True, **place, **tiles
    ):
        pass
    with pytest.raises(sg.errors.FormatError, match=r"hollow.tif: .* pixels in .* rasterio.open\(path\) has none"):
        sg.zonal_sum(path, WHOLE, measure="count")


def test_complex_numbers_and_places_that_are_no_number_are_refused(tmp_path: Path) -> None:
    """Neither adds up."""
    half = rasterio.Affine(0.5, 0, 0, 0, -0.5, 1)
    path = written(tmp_path / "c.tif", np.ones((2, 2), dtype="complex64"), transform=half, nodata=None)
    with pytest.raises(sg.errors.GridError, match="complex numbers"):
        sg.zonal_sum(path, WHOLE, measure="count")
    path = written(tmp_path / "n.tif", np.ones((2, 2), dtype="float32"), transform=half)
    content = bytearray(path.read_bytes())
    at = content.index(struct.pack("<d", 0.5))
    content[at : at + 8] = struct.pack("<d", float("nan"))
    path.write_bytes(content)
    with pytest.raises(sg.errors.GridError, match="does not say where its cells are"):
        sg.zonal_sum(path, WHOLE, measure="count")
