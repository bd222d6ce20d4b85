"""Many grids: tiles of one add up, grids of their own have rows of their own, and tiles on each other are refused."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from shapely import box

import sahelgeo as sg

WHOLE = np.arange(1.0, 65).reshape(8, 8) / 7
AREAS = gpd.GeoDataFrame(
    {"pcode": ["A", "B", "C"], "source": "drawn"},
    geometry=[box(0.5, 0.5, 5.3, 7.5), box(5.3, 0, 8, 8), box(20, 20, 21, 21)],
    crs="EPSG:4326",
)
ZONES = gpd.GeoDataFrame({"pcode": ["north", "south"]}, geometry=[box(0, 4, 8, 8), box(0, 1, 8, 4)], crs="EPSG:4326")


def written(path, values, left, top, **more):
    """A GeoTIFF of cells of one degree."""
    options = {"height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": "float64", "nodata": -1}
    place = {"crs": "EPSG:4326", "transform": rasterio.transform.from_origin(left, top, 1, 1), **more}
    with rasterio.open(path, "w", driver="GTiff", **options, **place) as file:
        file.write(values, 1)
    return path


@pytest.fixture(scope="module")
def tiles(tmp_path_factory):
    """A folder of four tiles, and the grid that they are tiles of."""
    folder = tmp_path_factory.mktemp("tiles")
    whole = written(folder / "whole.tif", WHOLE, 0, 8)
    parts = folder / "parts"
    parts.mkdir()
    for row in (0, 4):
        for column in (0, 4):
            tile = WHOLE[row : row + 4, column : column + 4]
            written(parts / f"{row}{column}.tif", tile, column, 8 - row)
    return whole, parts


def said(function):
    """What comes back, and the warnings."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        return function(), [str(one.message) for one in heard]


@pytest.mark.parametrize("engine", [None, map])
def test_tiles_are_the_grid(tiles, engine):
    """Sums, cells, shares and the account of four tiles are those of the grid they were cut from."""
    whole, parts = tiles
    (table, account), one = said(lambda: sg.zonal_sum(whole, AREAS, measure="count", report=True))
    options = {"tiles": True, "measure": "count", "report": True, "map": engine}
    (sums, total), four = said(lambda: sg.zonal_sum(parts, AREAS, **options))
    columns = ["pcode", "people", "cells", "share_without_data", "area_source"]
    pd.testing.assert_frame_equal(sums[columns], table[columns])
    assert [total.whole, total.outside, total.in_areas] == pytest.approx(
        [account.whole, account.outside, account.in_areas]
    )
    assert sums["source"].iloc[0] == "00.tif + 04.tif + 40.tif + 44.tif"
    assert len(one) == len(four) == 1
    assert "1 of 3 areas have no data in 4 grids" in four[0]


def test_tiles_add_up_in_any_order(tiles):
    """To the last digit, whichever comes first."""
    files = sorted(tiles[1].iterdir())
    parts = [sg.large.partial(sg.zonal_sum, file, AREAS, measure="count", tiles=True) for file in files]
    tables = [said((parts[i] + parts[j] + parts[k] + parts[n]).table)[0] for i, j, k, n in ([0, 1, 2, 3], [3, 1, 0, 2])]
    assert tables[0].equals(tables[1])


def test_pairs_of_tiles_are_those_of_the_grid(tiles):
    """Each pair of an area and a zone, what is left of both, and the rest of the grid."""
    whole, parts = tiles
    one = sg.people_by_zone(whole, AREAS[:2], ZONES, measure="count")
    four = sg.people_by_zone(parts, AREAS[:2], ZONES, measure="count")
    pd.testing.assert_frame_equal(four.drop(columns="source"), one.drop(columns="source"))
    overlapping = pd.concat([ZONES, ZONES[:1].assign(pcode="again")], ignore_index=True)
    with pytest.raises(sg.errors.DoubleCountError, match="zones: north and again overlap"):
        sg.people_by_zone(parts, AREAS[:2], overlapping, measure="count")


@pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")
def test_years_have_rows_of_their_own(tiles, tmp_path):
    """Grids that are no tiles are summed each by itself."""
    years = [written(tmp_path / f"{year}.tif", WHOLE * factor, 0, 8) for year, factor in ((2019, 1), (2020, 2))]
    table = sg.zonal_sum(years, AREAS, measure="count", tiles=False)
    assert [path.rpartition("/")[2] for path in table["raster"]] == ["2019.tif"] * 3 + ["2020.tif"] * 3
    people = table["people"].to_numpy(dtype=float, na_value=np.nan).reshape(2, 3)
    np.testing.assert_allclose(people[1], people[0] * 2)
    with pytest.raises(sg.errors.DoubleCountError, match=r"2019.tif and .*2020.tif lie on each other"):
        sg.zonal_sum(years, AREAS, measure="count", tiles=True)


def test_what_cannot_be_told_or_added_is_refused(tiles, tmp_path):
    """Tiles or years; two CRS; an account of grids that do not add up."""
    _, parts = tiles
    with pytest.raises(sg.errors.SchemaError, match="tiles=True or tiles=False"):
        sg.zonal_sum(parts, AREAS, measure="count")
    with pytest.raises(sg.errors.SchemaError, match="report=True accounts for one grid"):
        sg.zonal_sum(parts, AREAS, measure="count", tiles=False, report=True)
    other = written(tmp_path / "metres.tif", WHOLE, 0, 8, crs="EPSG:32630")
    with pytest.raises(sg.errors.GridError, match="the tiles are in different CRS"):
        sg.zonal_sum([*sorted(parts.iterdir()), other], AREAS, measure="count", tiles=True)
