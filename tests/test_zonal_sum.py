"""Sums of grids over areas: exact shares of cells, nothing lost, every gap named."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import exactextract
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import xarray as xr
from grids import TWO_BY_TWO, areas, grid, written
from hypothesis import given
from hypothesis import strategies as st
from real_files import real_file
from shapely import box

import sahelgeo as sg
from sahelgeo.rasters import streams

pytestmark = pytest.mark.filterwarnings("ignore:.*declares no nodata:sahelgeo.DataWarning")


def test_a_cell_counts_by_the_share_that_the_area_covers() -> None:
    """Half of the left cells and a quarter of one right cell."""
    sums = sg.zonal_sum(grid(TWO_BY_TWO), areas(box(0, 0, 0.5, 2), box(1, 0, 1.5, 0.5)), measure="count")
    assert sums["people"].tolist() == [20, 10]
    assert sums["cells"].tolist() == [1, 0.25]
    assert sums["share_without_data"].tolist() == [0, 0]


def test_path_dataset_and_array_give_the_same(tmp_path: Path) -> None:
    """One answer, however the grid is given."""
    path = written(tmp_path / "people.tif", TWO_BY_TWO)
    zones = areas(shapely.Polygon([(0.1, 0.2), (1.9, 0.4), (1.2, 1.7)]))
    with rasterio.open(path) as dataset:
        found = [sg.zonal_sum(one, zones, measure="count")["people"].item() for one in (str(path), path, dataset)]
    assert found == [sg.zonal_sum(grid(TWO_BY_TWO), zones, measure="count")["people"].item()] * 3


def test_rows_keep_their_index_and_nothing_is_changed() -> None:
    """Same rows in, same index out, the areas as they were."""
    zones = areas(box(0, 0, 1, 2), box(1, 0, 2, 2)).set_axis([7, 3])
    before = zones.copy()
    assert sg.zonal_sum(grid(TWO_BY_TWO), zones, measure="count").index.tolist() == [7, 3]
    assert before.equals(zones)


def test_zones_need_no_p_code() -> None:
    """Livelihood zones have none."""
    zones = areas(box(0, 0, 2, 2)).drop(columns="pcode")
    assert sg.zonal_sum(grid(TWO_BY_TWO), zones, measure="count").columns.tolist() == [
        "people",
        "cells",
        "share_without_data",
        "source",
    ]


def test_a_border_along_a_row_of_cells_counts_in_part() -> None:
    """Cells under a level border are covered in part, though the border gains no height in them."""
    sums = sg.zonal_sum(grid([[10] * 6] * 2), areas(box(0.5, 0.25, 5.5, 1.75)), measure="count")
    assert sums["people"].item() == pytest.approx(10 * 5 * 1.5)


def test_gaps_are_no_people_and_zeros_are() -> None:
    """A cell without data is left out and said; a cell of 0 is a count."""
    zones = areas(box(0, 0, 1, 2), box(1, 1, 2, 2), box(1, 0, 2, 1))
    with pytest.warns(
        sg.DataWarning, match="1 of 3 areas have no data in the array: XA03. Their sums are missing, not 0"
    ):
        sums = sg.zonal_sum(grid([[10, 0], [np.nan, np.nan]]), zones, measure="count")
    assert sums["people"].tolist()[:2] == [10, 0]
    assert sums["people"].isna().tolist() == [False, False, True]
    assert sums["share_without_data"].tolist() == [0.5, 0, 1]


@pytest.mark.parametrize("nodata", [-99999.0, float("nan"), -3.4028234663852886e38])
def test_declared_nodata_is_left_out(tmp_path: Path, nodata: float) -> None:
    """Whatever value a file uses for it."""
    path = written(tmp_path / "people.tif", [[nodata, 20, nodata], [30, 40, 50]], nodata=nodata)
    sums = sg.zonal_sum(path, areas(box(0, 0, 3, 2)), measure="count")
    assert sums["people"].item() == 140
    assert sums["share_without_data"].item() == pytest.approx(1 / 3)


def test_a_grid_without_nodata_is_named(tmp_path: Path) -> None:
    """A gap could not be told from a count of 0; a number below zero is no count."""
    plain = written(tmp_path / "plain.tif", TWO_BY_TWO, nodata=None)
    with pytest.warns(sg.DataWarning, match="declares no nodata value: a gap cannot be told from a count of 0"):
        sg.zonal_sum(plain, areas(box(0, 0, 2, 2)), measure="count")
    gap = written(tmp_path / "gap.tif", [[-9999, 20], [30, 40]], nodata=None)
    with pytest.raises(
        sg.errors.GridError, match="the value -9999 is below zero.*it declares no nodata value, so this may be one"
    ):
        sg.zonal_sum(gap, areas(box(0, 0, 2, 2)), measure="count")
    other = written(tmp_path / "other.tif", [[-9999, 20], [30, 40]])
    with pytest.raises(sg.errors.GridError, match="nodata is -99999. Mask these cells"):
        sg.zonal_sum(other, areas(box(0, 0, 2, 2)), measure="count")


def test_an_area_outside_the_grid_is_missing_and_one_across_its_edge_is_named() -> None:
    """Neither is silent."""
    with pytest.warns(sg.DataWarning) as said:
        sums = sg.zonal_sum(grid(TWO_BY_TWO), areas(box(5, 5, 6, 6), box(1, 0, 3, 2)), measure="count")
    assert sums["people"].isna().tolist() == [True, False]
    assert sums["share_without_data"].tolist() == [1, 0.5]
    assert "1 of 2 areas reach beyond the array, and their sums do not: XA02" in str([str(one.message) for one in said])


def test_a_density_is_multiplied_by_the_area_of_the_cell() -> None:
    """Two persons per km² on a cell of one degree at the equator: 12,309 km² on the ellipsoid."""
    zone = areas(box(0, 0, 1, 1))
    total = sg.zonal_sum(grid([[2, 2]] * 2), zone, measure="density")["people"].item()
    true_km2 = zone.to_crs("ESRI:54034").area.item() / 1e6
    assert total == pytest.approx(2 * true_km2, rel=1e-6)


def test_a_density_on_a_projected_grid_uses_the_plane() -> None:
    """Cells of one km."""
    metric = grid(TWO_BY_TWO).assign_attrs(crs="EPSG:32630")
    metric = metric.assign_coords(x=500_000 + 1000 * metric["x"], y=1_300_000 + 1000 * metric["y"])
    zones = areas(box(500_000, 1_300_000, 502_000, 1_302_000), crs="EPSG:32630")
    assert sg.zonal_sum(metric, zones, measure="density")["people"].item() == pytest.approx(100)


@pytest.mark.parametrize("units", ["people/km2", "persons per km^2", "person km-2", "population density"])
def test_a_density_declared_as_a_count_is_refused(units: str) -> None:
    """Its sum is no number of people."""
    with pytest.raises(
        sg.errors.GridError,
        match="calls itself a density .*give it to zonal_sum with measure='density' if it is per km²",
    ):
        sg.zonal_sum(grid(TWO_BY_TWO, units=units), areas(box(0, 0, 2, 2)), measure="count")


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        ("long_name", "Population density (people per km2)"),
        ("long_name", "Habitants par km²"),
        ("standard_name", "people_per_sq_km"),
    ],
)
def test_a_density_that_only_its_title_tells_is_refused(attribute: str, text: str) -> None:
    """What is per cell, or per 1 km cell, is a count."""
    cells = grid(TWO_BY_TWO, **{attribute: text})
    with pytest.raises(
        sg.errors.GridError, match=f"it calls itself a density \\({attribute} '.*or correct what it says"
    ):
        sg.zonal_sum(cells, areas(box(0, 0, 2, 2)), measure="count")
    assert sg.zonal_sum(cells, areas(box(0, 0, 2, 2)), measure="density")["people"].item() > 100
    for count in ("People per grid cell", "Population count per 1 km cell"):
        cells = grid(TWO_BY_TWO, long_name=count)
        assert sg.zonal_sum(cells, areas(box(0, 0, 2, 2)), measure="count")["people"].item() == 100


def test_a_density_that_the_name_or_the_band_of_a_file_tells_is_refused(tmp_path: Path) -> None:
    """A variable called density, a band described as one."""
    with pytest.raises(sg.errors.GridError, match="it calls itself a density .name 'population_density'"):
        sg.zonal_sum(grid(TWO_BY_TWO).rename("population_density"), areas(box(0, 0, 2, 2)), measure="count")
    path = written(tmp_path / "people.tif", [TWO_BY_TWO, TWO_BY_TWO])
    with rasterio.open(path, "r+") as dataset:
        dataset.set_band_description(2, "population density")
    with pytest.raises(sg.errors.GridError, match="it calls itself a density .band description 'population density'"):
        sg.zonal_sum(path, areas(box(0, 0, 2, 2)), measure="count", band=2)
    assert sg.zonal_sum(path, areas(box(0, 0, 2, 2)), measure="count", band=1)["people"].item() == 100


def test_a_closed_dataset_is_refused(tmp_path: Path) -> None:
    """With what to do, not with the words of GDAL."""
    with rasterio.open(written(tmp_path / "people.tif", TWO_BY_TWO)) as dataset:
        pass
    with pytest.raises(sg.errors.FormatError, match="people.tif: the dataset is closed. Sum it within its with block"):
        sg.zonal_sum(dataset, areas(box(0, 0, 2, 2)), measure="count")


def test_what_a_cell_holds_must_be_declared() -> None:
    """Nothing is guessed."""
    with pytest.raises(TypeError, match="measure"):
        sg.zonal_sum(grid(TWO_BY_TWO), areas(box(0, 0, 2, 2)))  # type: ignore[call-overload]
    with pytest.raises(sg.errors.SchemaError, match="measure='people' is not one of 'count', 'density'"):
        sg.zonal_sum(grid(TWO_BY_TWO), areas(box(0, 0, 2, 2)), measure="people")  # type: ignore[call-overload]


def test_areas_in_another_crs_move_and_the_grid_stays() -> None:
    """No count is resampled: the sum over everything stays the sum of the cells."""
    zones = areas(box(-1, -1, 3, 3)).to_crs("EPSG:3857")
    with pytest.warns(sg.DataWarning, match="reach beyond"):
        assert sg.zonal_sum(grid(TWO_BY_TWO), zones, measure="count")["people"].item() == pytest.approx(100, rel=1e-12)
    parts = areas(box(0, 0, 0.7, 2), box(0.7, 0, 2, 2)).to_crs("EPSG:3857")
    assert sg.zonal_sum(grid(TWO_BY_TWO), parts, measure="count")["people"].tolist() == pytest.approx(
        [28, 72], rel=1e-9
    )


def test_rows_from_south_to_north_and_columns_turned_give_the_same() -> None:
    """The order of the coordinates does not matter."""
    zones = areas(shapely.Polygon([(0.1, 0.2), (1.9, 0.4), (1.2, 1.7)]))
    turned = grid(TWO_BY_TWO).sortby("y").transpose("x", "y")
    expected = sg.zonal_sum(grid(TWO_BY_TWO), zones, measure="count")["people"].item()
    assert sg.zonal_sum(turned, zones, measure="count")["people"].item() == pytest.approx(expected, rel=1e-12)


def test_holes_and_islands_are_honoured() -> None:
    """A ring of cells with an island in it."""
    ring = box(0, 0, 3, 3).difference(box(0.5, 0.5, 2.5, 2.5)).union(box(1, 1, 2, 2))
    assert sg.zonal_sum(grid([[1] * 3] * 3), areas(ring), measure="count")["people"].item() == pytest.approx(9 - 4 + 1)


def test_the_account_says_what_is_outside_and_what_counts_twice() -> None:
    """Whole = in areas + outside - counted twice, each summed by itself."""
    zones = areas(box(0, 0, 1, 2), box(0, 1, 2, 2))
    sums, account = sg.zonal_sum(grid(TWO_BY_TWO), zones, measure="count", report=True)
    assert (account.whole, account.in_areas, account.outside, account.counted_twice) == (100, 70, 40, 10)
    assert str(account) == "70 of 100 in areas; 40 outside; 10 counted more than once"
    assert sums["people"].tolist() == [40, 30]


@pytest.mark.parametrize("times", [2, 3])
def test_an_area_given_twice_is_counted_twice_to_its_border(times: int) -> None:
    """Cells under the border too: a quarter, a half and a whole of them."""
    zones = areas(*[box(0.5, 0.5, 5.5, 5.5)] * times)
    account = sg.zonal_sum(grid([[1] * 10] * 10), zones, measure="count", report=True)[1]
    assert (account.whole, account.outside, account.counted_twice) == (100, 75, 25 * (times - 1))


@given(st.lists(st.tuples(st.floats(0, 4), st.floats(0, 4), st.floats(0.1, 3), st.floats(0.1, 3)), max_size=5))
def test_the_account_is_that_of_the_ground_however_areas_overlap(corners: list[tuple[float, ...]]) -> None:
    """Outside is what no area covers; counted twice is what the areas hold beyond the ground that they cover."""
    zones = areas(*(box(x, y, x + width, y + height) for x, y, width, height in corners))
    within = shapely.intersection(zones.geometry.to_numpy(), box(0, 0, 5, 5))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        account = sg.zonal_sum(grid([[1] * 5] * 5), zones, measure="count", report=True)[1]
    assert account.outside == pytest.approx(25 - shapely.union_all(within).area, abs=1e-9)
    assert account.counted_twice == pytest.approx(shapely.area(within).sum() - shapely.union_all(within).area, abs=1e-9)


def test_scale_and_offset_of_a_file_are_applied(tmp_path: Path) -> None:
    """Stored 10 with scale 0.5 and offset 1 is 6."""
    path = written(tmp_path / "scaled.tif", [[10, -99999], [30, 40]])
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.5,), (1.0,)
    assert sg.zonal_sum(path, areas(box(0, 0, 2, 2)), measure="count")["people"].item() == 6 + 16 + 21


def test_one_band_of_several_is_chosen(tmp_path: Path) -> None:
    """No band is taken in silence."""
    path = written(tmp_path / "bands.tif", [TWO_BY_TWO, [[1, 1], [1, 1]]])
    zones = areas(box(0, 0, 2, 2))
    assert sg.zonal_sum(path, zones, measure="count", band=2)["people"].item() == 4
    with pytest.raises(sg.errors.GridError, match="has 2 bands. Say which with band=1 ... 2"):
        sg.zonal_sum(path, zones, measure="count")
    with pytest.raises(sg.errors.GridError, match="has no band 3. Choose 1 to 2"):
        sg.zonal_sum(path, zones, measure="count", band=3)
    stack = xr.concat([grid(TWO_BY_TWO), grid([[1, 1], [1, 1]])], dim="band")
    assert sg.zonal_sum(stack, zones, measure="count", band=2)["people"].item() == 4
    assert sg.zonal_sum(stack.isel(band=[0]), zones, measure="count")["people"].item() == 100
    with pytest.raises(sg.errors.GridError, match=r"more than rows and columns: band \(2\)"):
        sg.zonal_sum(stack, zones, measure="count")
    with pytest.raises(sg.errors.GridError, match="no layer 3"):
        sg.zonal_sum(stack, zones, measure="count", band=3)


def test_every_problem_of_the_areas_is_named_and_rows_without_a_shape_are_missing() -> None:
    """A point, a crossing: both at once. A row without a shape has no people to tell of."""
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    zones = areas(box(0, 0, 1, 1), None, shapely.Polygon(), shapely.Point(0, 0), bow)
    with pytest.raises(sg.errors.SchemaError) as told:
        sg.zonal_sum(grid(TWO_BY_TWO), zones, measure="count")
    assert [problem.split(":")[0] for problem in told.value.problems] == [
        "geometry, row(s) 3",
        "geometry, row(s) 4",
    ]
    with pytest.warns(sg.DataWarning, match="2 of 3 areas have no data in the array: XA02, XA03"):
        sums = sg.zonal_sum(grid(TWO_BY_TWO), zones.iloc[:3], measure="count")
    assert sums["people"].isna().tolist() == [False, True, True]
    assert sums["share_without_data"].tolist() == [0, 1, 1]


def test_grids_that_cannot_be_placed_are_refused(tmp_path: Path) -> None:
    """No CRS, no place, no even steps, no known names."""
    zones = areas(box(0, 0, 2, 2))
    plain = grid(TWO_BY_TWO)
    cases: list[tuple[object, type[Exception], str]] = [
        (
            written(tmp_path / "no_crs.tif", TWO_BY_TWO, crs=None),
            sg.errors.CRSError,
            "no_crs.tif: the raster has no CRS. Say which one",
        ),
        (
            plain.drop_attrs() if hasattr(plain, "drop_attrs") else plain.assign_attrs(crs=None),
            sg.errors.CRSError,
            "the array has no CRS",
        ),
        (plain.assign_attrs(crs="EPSG:0"), sg.errors.CRSError, "CRS 'EPSG:0' is unknown"),
        (plain.assign_coords(x=[0.5, 1.5]).isel(x=[0]), sg.errors.GridError, "fewer than two cells along 'x'"),
        (grid([[1, 2, 3]] * 2).assign_coords(x=[0.5, 1.5, 4]), sg.errors.GridError, "along 'x' are not evenly spaced"),
        (plain.assign_coords(x=[0.5, 0.5]), sg.errors.GridError, "along 'x' are not evenly spaced"),
        (
            grid([[3.4e38, 1], [1, 1]]),
            sg.errors.GridError,
            "the value 3.4e.38 is no number of people or things, and files write it for no data",
        ),
        (plain.rename(y="up"), sg.errors.GridError, "must be called y and x, lat and lon"),
        (plain.drop_vars("x"), sg.errors.GridError, "no coordinates along 'x'"),
        (tmp_path / "absent.tif", sg.errors.FormatError, "not a file that can be opened"),
        (np.ones((2, 2)), sg.errors.FormatError, "an xarray DataArray, not ndarray"),
        (plain.astype(complex), sg.errors.GridError, "values of type complex128 cannot be summed"),
    ]
    for raster, error, message in cases:
        with pytest.raises(error, match=message):
            sg.zonal_sum(raster, zones, measure="count")  # type: ignore[call-overload]


def test_a_file_that_does_not_say_where_it_is_is_refused(tmp_path: Path) -> None:
    """A picture is no grid."""
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        path = written(tmp_path / "picture.tif", TWO_BY_TWO, transform=rasterio.Affine.identity())
    with pytest.raises(sg.errors.GridError, match="does not say where its cells are"):
        sg.zonal_sum(path, areas(box(0, 0, 2, 2)), measure="count")


def test_a_turned_grid_is_summed_and_its_density_refused(tmp_path: Path) -> None:
    """Shares of cells do not depend on the turn; cells of a turned grid in degrees differ along a row."""
    turn = rasterio.Affine.translation(5, 5) * rasterio.Affine.rotation(30)
    path = written(tmp_path / "turned.tif", TWO_BY_TWO, transform=turn)
    zones = areas(box(0, 0, 20, 20))
    with pytest.warns(sg.DataWarning, match="reach beyond"):
        assert sg.zonal_sum(path, zones, measure="count")["people"].item() == pytest.approx(100)
    with pytest.raises(sg.errors.GridError, match="a turned grid in degrees"):
        sg.zonal_sum(path, zones, measure="density")


def test_where_the_crs_of_an_array_may_stand() -> None:
    """As rioxarray and CF write it."""
    plain = grid(TWO_BY_TWO).assign_attrs(crs=None)
    spatial = plain.assign_coords(spatial_ref=0)
    spatial["spatial_ref"].attrs["crs_wkt"] = rasterio.CRS.from_epsg(4326).to_wkt()
    assert sg.zonal_sum(spatial, areas(box(0, 0, 2, 2)), measure="count")["people"].item() == 100


def test_whole_numbers_with_a_fill_value() -> None:
    """Integers have no NaN; the declared value is left out."""
    counts = grid(TWO_BY_TWO).astype("int32").assign_attrs(crs="EPSG:4326", _FillValue=40)
    assert sg.zonal_sum(counts, areas(box(0, 0, 2, 2)), measure="count")["people"].item() == 60


def test_an_array_that_was_not_decoded_is_scaled() -> None:
    """Its scale and offset stand among its attributes then; xarray moves them away where it applies them."""
    packed = grid(TWO_BY_TWO, scale_factor=0.5, add_offset=1.0, _FillValue=20.0)
    assert sg.zonal_sum(packed, areas(box(0, 0, 2, 2)), measure="count")["people"].item() == 6 + 16 + 21


def test_a_mask_beside_the_values_is_refused(tmp_path: Path) -> None:
    """Masked cells would count as people."""
    path = written(tmp_path / "masked.tif", TWO_BY_TWO, nodata=None)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
        dataset.write_mask(np.array([[0, 255], [255, 255]], dtype="uint8"))
    with pytest.raises(
        sg.errors.GridError, match="a mask or an alpha band says where there is no data. Write it as a nodata"
    ):
        sg.zonal_sum(path, areas(box(0, 0, 2, 2)), measure="count")


@pytest.mark.parametrize("kind", ["uint8", "int16", "int32", "uint32", "int64", "uint64", "float64"])
def test_every_type_of_number_is_summed(tmp_path: Path, kind: str) -> None:
    """The type that a file stores its counts in changes nothing; a file from south to north neither."""
    path = tmp_path / "people.tif"
    turned = rasterio.Affine(1, 0, 5, 0, 1, 0)
    with rasterio.open(
        path, "w", driver="GTiff", width=2, height=2, count=1, dtype=kind, crs="EPSG:4326", transform=turned, nodata=40
    ) as file:
        file.write(np.array(TWO_BY_TWO[::-1], dtype=kind), 1)
    sums = sg.zonal_sum(path, areas(box(5, 0, 6, 2), box(6, 0, 7, 2)), measure="count")
    assert sums["people"].tolist() == [40, 20]
    assert sums["share_without_data"].tolist() == [0, 0.5]


@pytest.mark.filterwarnings("ignore:.*hold infinity:sahelgeo.DataWarning")
def test_columns_from_east_to_west_and_infinite_values() -> None:
    """The order of the coordinates does not matter; what is no finite number is no data."""
    cells = grid([[10, np.inf], [30, 40]]).isel(x=slice(None, None, -1))
    sums = sg.zonal_sum(cells, areas(box(0, 0, 1, 2), box(1, 0, 2, 2)), measure="count")
    assert sums["people"].tolist() == [40, 40]
    assert sums["share_without_data"].tolist() == [0, 0.5]


def test_no_areas_give_no_rows() -> None:
    """And everything is outside."""
    sums, account = sg.zonal_sum(grid(TWO_BY_TWO), areas(box(0, 0, 1, 1)).iloc[:0], measure="count", report=True)
    assert len(sums) == 0
    assert (account.whole, account.outside) == (100, 100)


def test_a_grid_in_chunks_is_read_in_windows() -> None:
    """Backed by dask, where it is installed."""
    pytest.importorskip("dask")
    cells = grid(TWO_BY_TWO).chunk({"x": 1})
    assert sg.zonal_sum(cells, areas(box(0, 0, 2, 2)), measure="count")["people"].item() == 100


def test_longitudes_to_360_are_refused_for_areas_west_of_greenwich() -> None:
    """They would all seem to lie outside."""
    wide = grid([[1.0] * 36] * 2).assign_coords(x=5.0 + 10 * np.arange(36), y=[15.0, 5.0])
    with pytest.raises(sg.errors.GridError, match="longitudes run from 0 to 360 and the areas lie west of Greenwich"):
        sg.zonal_sum(wide, areas(box(-5, 5, 5, 10)), measure="count")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda zones: zones.set_crs(None, allow_override=True), sg.errors.CRSError, "areas: the geometry has no CRS"),
        (lambda zones: zones.assign(geometry=shapely.Point(0, 0)), sg.errors.SchemaError, r"row\(s\) 0: not a polygon"),
        (
            lambda zones: zones.assign(geometry=shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])),
            sg.errors.SchemaError,
            r"row\(s\) 0: invalid",
        ),
        (
            lambda zones: pd.DataFrame(zones.drop(columns="geometry")),
            sg.errors.SchemaError,
            "a GeoDataFrame of polygons is needed",
        ),
    ],
)
def test_areas_that_are_no_polygons_are_refused(
    change: Callable[[gpd.GeoDataFrame], object], error: type[Exception], message: str
) -> None:
    """Each with the rows and what to do."""
    with pytest.raises(error, match=message):
        sg.zonal_sum(grid(TWO_BY_TWO), change(areas(box(0, 0, 1, 1))), measure="count")  # type: ignore[call-overload]


def test_a_bar_can_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, when asked for only."""
    sg.zonal_sum(grid(TWO_BY_TWO), areas(box(0, 0, 2, 2)), measure="count", progress=True)
    assert "grid" in capsys.readouterr().err


@given(
    st.lists(st.floats(0, 3, allow_nan=False), min_size=2, max_size=2, unique=True),
    st.lists(st.integers(0, 1000), min_size=12, max_size=12),
    st.integers(0, 11),
)
def test_people_are_conserved_by_any_partition(cuts: list[float], people: list[int], gap: int) -> None:
    """In areas + outside = all, wherever the borders run and wherever data are missing."""
    cells = np.array(people, dtype=float)
    cells[gap] = np.nan
    first, second = sorted(cuts)
    west = shapely.Polygon([(0, 0), (first, 0), (second, 3), (0, 3)]).buffer(0)
    east = shapely.Polygon([(first, 0), (3, 0), (3, 3), (second, 3)]).buffer(0)
    zones = areas(*(shape for shape in (west, east) if shape.area > 0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        sums, account = sg.zonal_sum(grid(cells.reshape(3, 4).tolist()), zones, measure="count", report=True)
    assert account.whole == pytest.approx(np.nansum(cells))
    assert account.in_areas + account.outside - account.counted_twice == pytest.approx(account.whole, abs=1e-6)
    assert sums["people"].sum() == pytest.approx(account.in_areas, abs=1e-6)


@given(st.lists(st.tuples(st.floats(-1, 6), st.floats(-1, 5)), min_size=3, max_size=9))
def test_the_shares_are_those_of_the_geometry(points: list[tuple[float, float]]) -> None:
    """Any shape: its share of every cell is the area that it has in common with the cell."""
    shape = shapely.MultiPoint(points).buffer(0.7, quad_segs=2)
    cells = np.arange(20.0).reshape(4, 5)
    expected = sum(
        cells[3 - y, x] * shape.intersection(box(x, y, x + 1, y + 1)).area for x in range(5) for y in range(4)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        found = sg.zonal_sum(grid(cells.tolist()), areas(shape), measure="count")["people"].fillna(0).item()
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.filterwarnings("ignore:1 of 3 areas reach beyond:sahelgeo.DataWarning")
def test_bands_and_strips_do_not_change_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grid in many small bands gives what it gives in one."""
    cells = np.random.default_rng(1).integers(0, 100, (64, 48)).astype(float)
    cells[5:9, 3:40] = -99999
    path = written(tmp_path / "tiled.tif", cells, tiled=True, blockxsize=16, blockysize=16)
    zones = areas(shapely.Point(20, 30).buffer(18), shapely.Point(40, 50).buffer(17), box(46, 1, 48, 5))
    whole, account = sg.zonal_sum(path, zones, measure="count", report=True)
    monkeypatch.setattr(streams, "_CELLS_OF_WINDOW", 16 * 48)
    monkeypatch.setattr(streams, "_CELLS_OF_STRIP", 3 * 48)
    bands, again = sg.zonal_sum(path, zones, measure="count", report=True)
    assert bands["people"].tolist() == pytest.approx(whole["people"].tolist(), rel=1e-12)
    assert again.outside == pytest.approx(account.outside)
    assert again.counted_twice == pytest.approx(account.counted_twice)


@pytest.mark.parametrize(
    ("file", "code"),
    [("tcd_admbnda_adm1_ocha.shp", "admin1Pcod"), ("tcd_admbnda_adm2_ocha_20170615.shp", "admin2Pcod")],
)
def test_the_people_of_chad_are_all_accounted_for(file: str, code: str) -> None:
    """WorldPop's 20,727,802 of 2025 by regions and departments; each sum is exactextract's."""
    raster = real_file("rasters", "tcd_pop_2025_CN_1km_R2025A_UA_v1.tif")
    zones = gpd.read_file(real_file("boundaries", file)).rename(columns={code: "pcode"})
    sums, account = sg.zonal_sum(raster, zones, measure="count", report=True)
    assert round(account.whole) == 20_727_802
    assert account.in_areas + account.outside - account.counted_twice == pytest.approx(account.whole, abs=1e-6)
    theirs = exactextract.exact_extract(raster, zones, ["sum"], output="pandas")["sum"]
    assert (sums["people"] / theirs - 1).abs().max() < 1e-9


@given(
    st.lists(
        st.tuples(st.floats(-2, 42), st.floats(-2, 32), st.floats(0.1, 12), st.integers(1, 8)), min_size=1, max_size=4
    ),
    st.integers(0, 2**32 - 1),
)
def test_exactextract_judges(circles: list[tuple[float, float, float, int]], seed: int) -> None:
    """Its sums are the same, to the single precision in which it keeps a share of a cell."""
    random = np.random.default_rng(seed)
    cells = random.gamma(0.5, 100, (30, 40))
    cells[random.random(cells.shape) < 0.2] = np.nan
    zones = areas(*(shapely.Point(x, y).buffer(size, quad_segs=turns) for x, y, size, turns in circles))
    source = exactextract.raster.NumPyRasterSource(cells, xmin=0, ymin=0, xmax=40, ymax=30, srs_wkt=zones.crs.to_wkt())
    theirs = exactextract.exact_extract(source, zones, ["sum", "count"], output="pandas")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        ours = sg.zonal_sum(grid(cells.tolist()), zones, measure="count")
    assert ours["people"].fillna(0).tolist() == pytest.approx(theirs["sum"].fillna(0).tolist(), rel=1e-6, abs=1e-3)
    assert ours["cells"].tolist() == pytest.approx(theirs["count"].tolist(), rel=1e-6, abs=1e-5)


def test_areas_in_a_crs_of_no_place_are_refused() -> None:
    """That of a drawing: nothing says where its coordinates lie beside the grid's."""
    drawn = areas(shapely.box(0, 0, 2, 2)).set_crs('LOCAL_CS["x"]', allow_override=True)
    with pytest.raises(sg.errors.CRSError, match="areas: the CRS 'x' is tied to no place on Earth"):
        sg.zonal_sum(grid(TWO_BY_TWO), drawn, measure="count")
