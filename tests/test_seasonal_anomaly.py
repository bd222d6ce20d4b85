"""A season against the usual one: no drought is made of gaps, of two units or of two calendars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
import xarray as xr
from grids import areas, stack, summers
from shapely import box

import sahelgeo as sg

RAIN = summers([90, 100, 110, 80])
WHOLE = areas(box(0, 0, 2, 2))
SEASON: dict[str, Any] = {"season": (6, 9), "baseline": (2015, 2017)}


@pytest.mark.parametrize("how", ["sum", "mean"])
@pytest.mark.parametrize("empty", [box(0, 0, 1, 2), box(7, 7, 8, 8)])
def test_an_area_without_data_had_no_drought(empty: shapely.Polygon, how: str) -> None:
    """Neither where the grid has no data nor off the grid: missing, named, and the others are as they were."""
    with pytest.warns(
        sg.DataWarning, match="1 of 2 areas have no data in array 'rain': XA02. Their values are missing"
    ):
        table = sg.rasters.seasonal_anomaly(RAIN.where(RAIN.x > 1), areas(box(1, 0, 2, 2), empty), how=how, **SEASON)  # type: ignore[arg-type]
    nothing = table["pcode"] == "XA02"
    assert table.loc[nothing, ["value", "usual", "percent_of_usual"]].isna().all(axis=None)
    assert table.loc[nothing, "layers"].eq(0).all()
    assert table.loc[~nothing, "percent_of_usual"].tolist() == pytest.approx([90, 100, 110, 80])


@pytest.mark.parametrize(
    ("value", "how", "message"),
    [
        (-9999, "sum", "the value -9999 is neither rain, temperature nor an index; .*this may be one: set it"),
        (-9999, "mean", "the value -9999 is neither"),
        (1e20, "mean", r"the value 1e\+20 is no number of people or things"),
        (-5, "sum", "the value -5 is below 0, and no rain; .*Average what may be below zero: how='mean'"),
    ],
)
def test_a_value_for_no_data_that_is_not_declared_is_refused(value: float, how: str, message: str) -> None:
    """In one cell of one layer, among means of rain as among sums of people."""
    with pytest.raises(sg.errors.GridError, match=message):
        sg.rasters.seasonal_anomaly(RAIN.where(RAIN.x > 1, value), WHOLE, how=how, **SEASON)  # type: ignore[arg-type]


def test_a_value_that_may_stand_for_no_data_is_named() -> None:
    """A vegetation index stored as whole numbers may hold -999; a temperature of -4 says nothing."""
    index = RAIN.where(RAIN.x > 1, -999)
    with pytest.warns(sg.DataWarning, match="the lowest value is -999, which files often write for no data"):
        sg.rasters.zonal_series(index, WHOLE, measure="rate")
    cold = RAIN.copy(data=RAIN.values * 0 - 4)
    assert sg.rasters.zonal_series(cold, WHOLE, measure="rate").values.ravel()[0] == pytest.approx(-4)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            lambda rain: rain.isel(time=slice(0, None, 2)),
            sg.errors.GridError,
            "the season of the reference has layers in months 6, that of the stack in months 6, 7",
        ),
        (
            lambda rain: xr.concat([rain, rain.assign_coords(time=rain["time"] + np.timedelta64(10, "D"))], dim="time"),
            sg.errors.GridError,
            "a season of the reference has 4 layers, one of the stack 2: their sums are not alike",
        ),
        (
            lambda rain: rain.assign_attrs(crs="EPSG:32630"),
            sg.errors.CRSError,
            "the reference is in WGS 84 / UTM zone 30N, the stack in WGS 84. Bring both to one grid",
        ),
        (
            lambda rain: (rain / 10).assign_attrs(rain.attrs, units="cm"),
            sg.errors.GridError,
            "the reference is in 'cm', the stack in 'mm'. Bring both to one unit",
        ),
    ],
)
def test_a_baseline_of_another_kind_is_refused(
    change: Callable[[xr.DataArray], xr.DataArray], error: type[Exception], message: str
) -> None:
    """Half of the layers, twice as many, another CRS, another unit."""
    rain = RAIN.assign_attrs(units="mm")
    with pytest.raises(error, match=message):
        sg.rasters.seasonal_anomaly(rain, WHOLE, reference=change(rain), **SEASON)


def test_a_baseline_that_does_not_say_its_units_is_named() -> None:
    """It is taken to be in those of the stack; spaces and capitals are no other unit."""
    with pytest.warns(sg.DataWarning, match="the reference does not say its units, and the other is in mm"):
        sg.rasters.seasonal_anomaly(RAIN.assign_attrs(units="mm"), WHOLE, reference=RAIN, **SEASON)
    mm, other = RAIN.assign_attrs(units="mm"), RAIN.assign_attrs(units="MM ")
    assert len(sg.rasters.seasonal_anomaly(mm, WHOLE, reference=other, **SEASON)) == 4


def test_a_baseline_with_a_layer_less_in_one_area_is_none_there() -> None:
    """June alone is no baseline for June and July; elsewhere it counts."""
    gap = RAIN.where((RAIN.x > 1) | (RAIN.time.dt.month == 6))
    halves = areas(box(0, 0, 1, 2), box(1, 0, 2, 2))
    with pytest.warns(sg.DataWarning, match="cover less than half of XA01"):
        table = sg.rasters.seasonal_anomaly(RAIN, halves, reference=gap, **SEASON).groupby("pcode")
    assert table["baseline_years"].first().to_dict() == {"XA01": 0, "XA02": 3}
    assert table["percent_of_usual"].last().dropna().to_dict() == pytest.approx({"XA02": 80})


def test_a_p_code_given_twice_is_refused_and_areas_without_one_are_not() -> None:
    """The years of two areas of one name would be one baseline; two unnamed areas stay two."""
    halves = areas(box(0, 0, 1, 2), box(1, 0, 2, 2))
    with pytest.raises(sg.errors.SchemaError, match="p-codes XA stand more than once.*areas.dissolve"):
        sg.rasters.seasonal_anomaly(RAIN, halves.assign(pcode="XA"), **SEASON)
    wetter = RAIN.where(RAIN.x > 1, 2 * RAIN)
    table = sg.rasters.seasonal_anomaly(wetter, halves.assign(pcode=None), **SEASON)
    assert table["usual"].tolist() == pytest.approx([200] * 4 + [100] * 4)
    assert table["baseline_years"].eq(3).all()


def test_ground_off_the_grid_has_no_data() -> None:
    """An area nine tenths of which lie beyond the grid is covered by a tenth, and named."""
    layers = stack([1, 3], ["2020-06-01", "2020-07-01"])
    with pytest.warns(sg.DataWarning, match="1 of 1 areas reach beyond array 'rain', and their values do not: XA01"):
        series = sg.rasters.zonal_series(layers, areas(box(-18, 0, 2, 2)), measure="count")
    assert series["share_without_data"].values.tolist() == [[pytest.approx(0.9)] * 2]
    assert series.values.tolist() == [[4, 12]]


def test_a_stack_without_layers_is_refused() -> None:
    """It was cut to nothing."""
    with pytest.raises(sg.errors.GridError, match="the stack has no layer along 'time'"):
        sg.rasters.zonal_series(RAIN.isel(time=slice(0, 0)), WHOLE, measure="rate")
