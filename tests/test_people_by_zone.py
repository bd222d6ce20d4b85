"""Two zonings and a grid in one pass; stacks of grids; sums scaled to totals."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from grids import TWO_BY_TWO, areas, grid, stack, summers
from hypothesis import given
from hypothesis import strategies as st
from profiles import few
from real_files import real_file
from shapely import box

import sahelgeo as sg


def people(table: pd.DataFrame) -> dict[tuple[object, object], float]:
    """The table as a mapping; None stands for no zone."""
    plain = table.astype(object).where(table.notna(), None)
    return {(row.pcode, row.zone): row.people for row in plain.itertuples()}


def test_every_person_is_in_one_pair_or_outside() -> None:
    """Halves by quarters, with rests on both sides."""
    halves = areas(box(0, 0, 1, 2), box(1, 0, 2, 1))
    south = gpd.GeoDataFrame(geometry=[box(0, 0, 2, 0.5)], index=["south"], crs=4326)
    table = sg.people_by_zone(grid(TWO_BY_TWO), halves, south, measure="count")
    assert people(table) == {
        ("XA01", "south"): 15,
        ("XA01", None): 25,
        ("XA02", "south"): 20,
        ("XA02", None): 20,
        (None, None): 20,
    }
    assert table["people"].sum() == 100


def test_zones_that_hold_each_other_and_zones_apart() -> None:
    """A zone within another, one that holds several, and one without partner."""
    outer, inner = areas(box(0, 0, 2, 2)), areas(box(0.5, 0.5, 1.5, 1.5), box(5, 5, 6, 6))
    table = people(sg.people_by_zone(grid(TWO_BY_TWO), outer, inner, measure="count"))
    assert table == {("XA01", "XA01"): 25, ("XA01", None): 75}
    table = people(sg.people_by_zone(grid(TWO_BY_TWO), inner, outer, measure="count"))
    assert table == {("XA01", "XA01"): 25, (None, "XA01"): 75}


def test_a_pair_without_data_is_missing() -> None:
    """Not zero people."""
    table = sg.people_by_zone(grid([[10, np.nan]] * 2), areas(box(1, 0, 2, 2)), areas(box(1, 0, 2, 1)), measure="count")
    assert table.loc[table["zone"].notna(), "people"].isna().all()


@pytest.mark.parametrize(
    ("shapes", "people"),
    [
        ([box(0, 0, 2, 2), box(0, 0, 2, 2)], 100),
        ([box(0, 0, 1, 1), box(0, 0, 1, 1)], 30),
        ([box(0, 0, 2, 2), box(0.5, 0.5, 1, 1)], 7.5),
    ],
)
def test_overlapping_zones_are_refused(shapes: list[shapely.Polygon], people: float) -> None:
    """They would count people twice, on whichever side they stand, though much of the grid is left over."""
    plain, doubled = areas(box(0, 0, 2, 2)), areas(*shapes)
    message = f"XA01 and XA02 overlap, and {people:,.0f} people would be counted twice"
    with pytest.raises(sg.errors.DoubleCountError, match=f"zones: {message}") as told:
        sg.people_by_zone(grid(TWO_BY_TWO), plain, doubled, measure="count")
    assert told.value.rows["pcode"].tolist() == ["XA01", "XA02"]
    with pytest.raises(sg.errors.DoubleCountError, match=f"areas: {message}"):
        sg.people_by_zone(grid(TWO_BY_TWO), doubled, plain, measure="count")


@few()
@given(st.floats(0.1, 3.9), st.floats(0.1, 3.9), st.floats(0.1, 2.9), st.floats(0.1, 2.9))
def test_the_crosstab_conserves_people_and_equals_two_steps(a: float, b: float, c: float, d: float) -> None:
    """The rows add up to the grid; each pair is the sum over the ground that the two share."""
    cells = grid((1 + np.arange(12.0)).reshape(3, 4).tolist())
    first = areas(*shapely.ops.split(box(0, 0, 4, 3), shapely.LineString([(a, -1), (b, 4)])).geoms)
    second = areas(*shapely.ops.split(box(1, 0, 4, 3), shapely.LineString([(-1, c), (5, d)])).geoms)
    table = sg.people_by_zone(cells, first, second, measure="count")
    assert table["people"].sum() == pytest.approx(78)
    # The first set covers the grid: nothing may be left over to make the sum right.
    assert table["people"][table["pcode"].isna()].abs().sum() == pytest.approx(0, abs=1e-6)
    for row in table.dropna(subset=["pcode", "zone"]).itertuples():
        ground = first.set_index("pcode").geometry[row.pcode].intersection(second.set_index("pcode").geometry[row.zone])
        two_steps = sg.zonal_sum(cells, areas(ground), measure="count")["people"].item()
        assert row.people == pytest.approx(two_steps, abs=1e-9)


def test_chads_departments_add_up_to_its_regions() -> None:
    """Two official layers, within the ground where they agree; everybody else is named."""
    raster = real_file("rasters", "tcd_pop_2025_CN_1km_R2025A_UA_v1.tif")
    regions = gpd.read_file(real_file("boundaries", "tcd_admbnda_adm1_ocha.shp")).rename(
        columns={"admin1Pcod": "pcode"}
    )
    departments = gpd.read_file(real_file("boundaries", "tcd_admbnda_adm2_ocha_20170615.shp")).rename(
        columns={"admin2Pcod": "pcode"}
    )
    table = sg.people_by_zone(raster, departments, regions, measure="count")
    assert table["people"].sum() == pytest.approx(20_727_802, abs=0.01)
    inside = table.dropna(subset=["pcode", "zone"])
    parent = inside["pcode"].map(departments.set_index("pcode")["admin1Pcod"])
    agreed = inside[parent == inside["zone"]]
    sums = sg.zonal_sum(raster, regions, measure="count").set_index("pcode")["people"]
    elsewhere = table[~table.index.isin(agreed.index) & table["zone"].notna()].groupby("zone")["people"].sum()
    assert (agreed.groupby("zone")["people"].sum() + elsewhere.reindex(sums.index).fillna(0) - sums).abs().max() < 1e-6


def test_a_stack_becomes_area_by_time() -> None:
    """Sums of counts, or means."""
    layers = stack([1, 3], ["2020-06-01", "2020-07-01"])
    zones = areas(box(0, 0, 1, 2), box(0, 0, 2, 2))
    series = sg.rasters.zonal_series(layers, zones, measure="count")
    assert series.dims == ("pcode", "time")
    assert series.name == "rain"
    assert series.sel(pcode="XA02").values.tolist() == [4, 12]
    assert sg.rasters.zonal_series(layers, zones, measure="rate").sel(pcode="XA01").values.tolist() == pytest.approx(
        [1, 3]
    )
    assert series["share_without_data"].values.tolist() == [[0, 0], [0, 0]]


def test_an_area_without_data_at_a_time_is_missing_then() -> None:
    """And its share without data says so."""
    layers = stack([1, np.nan], ["2020-06-01", "2020-07-01"])
    series = sg.rasters.zonal_series(layers, areas(box(0, 0, 1, 2)), measure="count")
    assert np.isnan(series.values).tolist() == [[False, True]]
    assert series["share_without_data"].values.tolist() == [[0, 1]]


def test_a_stack_has_one_further_dimension() -> None:
    """Not none, not two, and it is an array."""
    with pytest.raises(sg.errors.GridError, match="one dimension beside rows and columns"):
        sg.rasters.zonal_series(grid(TWO_BY_TWO), areas(box(0, 0, 1, 1)), measure="count")
    with pytest.raises(sg.errors.GridError, match="a stack is an xarray DataArray, not list"):
        sg.rasters.zonal_series([1], areas(box(0, 0, 1, 1)), measure="count")  # type: ignore[arg-type]


def test_a_season_is_compared_with_what_is_usual() -> None:
    """100 mm usual, 80 mm in the last year: 80 per cent, two standard deviations down."""
    rain = summers([90, 100, 110, 80])
    table = sg.rasters.seasonal_anomaly(rain, areas(box(0, 0, 2, 2)), season=(6, 9), baseline=(2015, 2017))
    last = table[table["year"] == 2018].iloc[0]
    assert (last["value"], last["usual"], last["percent_of_usual"], last["standardised"]) == pytest.approx(
        (80, 100, 80, -2)
    )
    assert (last["baseline_years"], last["layers"]) == (3, 2)


def test_a_season_that_is_not_complete_is_missing() -> None:
    """Half of the rain is no drought."""
    rain = summers([90, 100, 110, 80]).isel(time=slice(0, 7))
    with pytest.warns(sg.DataWarning, match="the season is not complete in 2018"):
        table = sg.rasters.seasonal_anomaly(rain, areas(box(0, 0, 2, 2)), season=(6, 9), baseline=(2015, 2017))
    assert table.loc[table["year"] == 2018, "value"].isna().all()


def test_a_season_over_the_new_year_counts_to_its_end() -> None:
    """November 2015 to February 2016 is 2016."""
    layers = stack(
        [1, 2, 3, 4, 5, 6], ["2015-11-01", "2016-02-01", "2016-11-01", "2017-02-01", "2017-11-01", "2018-02-01"]
    )
    table = sg.rasters.seasonal_anomaly(layers, areas(box(0, 0, 2, 2)), season=(11, 2), baseline=(2016, 2018))
    assert table.set_index("year")["value"].to_dict() == pytest.approx({2016: 3, 2017: 7, 2018: 11})
    means = sg.rasters.seasonal_anomaly(
        layers, areas(box(0, 0, 2, 2)), season=(11, 2), baseline=(2016, 2018), how="mean"
    )
    assert means["value"].tolist() == pytest.approx([1.5, 3.5, 5.5])


def test_shifted_grids_are_not_compared() -> None:
    """A baseline on another grid is another place."""
    rain, zone = summers([90, 100, 110, 80]), areas(box(0, 0, 2, 2))
    options = {"season": (6, 9), "baseline": (2015, 2017)}
    again = sg.rasters.seasonal_anomaly(rain, zone, reference=rain, **options)  # type: ignore[arg-type]
    assert again.equals(sg.rasters.seasonal_anomaly(rain, zone, **options))  # type: ignore[arg-type]
    with pytest.raises(sg.errors.GridError, match="shifted along 'x' by 0.50 of a cell"):
        sg.rasters.seasonal_anomaly(rain, zone, reference=rain.assign_coords(x=rain["x"] + 0.5), **options)  # type: ignore[arg-type]
    with pytest.raises(sg.errors.GridError, match="the reference has 1 cells along 'y', the stack has 2"):
        sg.rasters.seasonal_anomaly(rain, zone, reference=rain.isel(y=[0]), **options)  # type: ignore[arg-type]


def test_seasons_and_baselines_that_do_not_fit_are_refused() -> None:
    """All problems at once."""
    rain, zone = summers([90, 100, 110, 80]), areas(box(0, 0, 2, 2))
    with pytest.raises(sg.errors.SchemaError, match=r"(?s)season=\(6, 13\).*baseline=\(2017, 2015\).*how='max'"):
        sg.rasters.seasonal_anomaly(rain, zone, season=(6, 13), baseline=(2017, 2015), how="max")  # type: ignore[arg-type]
    with pytest.raises(sg.errors.SchemaError, match="2 complete seasons in these years"):
        sg.rasters.seasonal_anomaly(rain, zone, season=(6, 9), baseline=(2015, 2016))
    with pytest.raises(sg.errors.SchemaError, match="no layer of the stack lies in these months"):
        sg.rasters.seasonal_anomaly(rain, zone, season=(1, 2), baseline=(2015, 2017))
    with pytest.raises(sg.errors.GridError, match="no 'time' of days"):
        sg.rasters.seasonal_anomaly(rain.rename(time="step"), zone, season=(6, 9), baseline=(2015, 2017))


def test_thin_data_are_named() -> None:
    """A mean over less than half of an area."""
    rain = summers([90, 100, 110, 80])
    rain[0, 0, :] = np.nan
    rain[0, 1, 0] = np.nan
    with pytest.warns(sg.DataWarning, match="cover less than half of XA01"):
        sg.rasters.seasonal_anomaly(rain, areas(box(0, 0, 2, 2)), season=(6, 9), baseline=(2015, 2017))


def census(**people: int) -> pd.DataFrame:
    """A Population table."""
    return pd.DataFrame(
        {"pcode": list(people), "people": list(people.values()), "year": 2020, "source": "made for tests"}
    )


def test_sums_of_a_grid_are_scaled_to_a_table(squares: gpd.GeoDataFrame) -> None:
    """One factor for each area of the table; its total comes out."""
    sums = pd.DataFrame({"pcode": ["XA01", "XA02", "XA03"], "people": [10.0, 30.0, 60.0]}, index=[5, 6, 7])
    scaled = sg.rasters.scale_to_totals(sums, census(XA=200), areas=squares.assign(parent="XA"))
    assert scaled["people"].tolist() == [20, 60, 120]
    assert scaled["people_grid"].tolist() == [10, 30, 60]
    assert scaled["factor"].tolist() == [2, 2, 2]
    assert scaled.index.tolist() == [5, 6, 7]


def test_what_cannot_be_scaled_is_named() -> None:
    """A row without a figure, a figure without a row."""
    sums = pd.DataFrame({"pcode": ["XA01", "XA02", None], "people": [10.0, 30.0, 5.0]})
    with pytest.warns(sg.DataWarning) as said:
        scaled = sg.rasters.scale_to_totals(sums, census(XA01=20, XA09=7))
    assert scaled["people"].tolist()[:1] == [20]
    assert scaled["people"].isna().tolist() == [False, True, True]
    told = " ".join(str(one.message) for one in said)
    assert "7 people of 1 figures have no row to go to" in told
    assert "2 rows with 35 people on the grid have no figure" in told


def test_tables_that_cannot_be_scaled_are_refused(squares: gpd.GeoDataFrame) -> None:
    """Two figures for an area, no code in common, mixed levels, missing columns."""
    sums = pd.DataFrame({"pcode": ["XA01"], "people": [10.0]})
    twice = pd.concat([census(XA01=1), census(XA01=2).assign(year=2021)])
    with pytest.raises(sg.errors.DoubleCountError, match="p-codes XA01 stand more than once. Choose one year"):
        sg.rasters.scale_to_totals(sums, twice.reset_index(drop=True))
    with pytest.raises(sg.errors.SchemaError, match="Where the levels differ, pass areas"):
        sg.rasters.scale_to_totals(sums, census(XA=1))
    with pytest.raises(sg.errors.SchemaError, match="its p-codes are of 2 levels"):
        sg.rasters.scale_to_totals(sums.assign(pcode="XA03"), census(XA=1, XA01=1), areas=squares)
    with pytest.raises(sg.errors.SchemaError, match="column 'people' is missing"):
        sg.rasters.scale_to_totals(sums[["pcode"]], census(XA01=1))


@few()
@given(st.lists(st.floats(0.1, 1e6), min_size=3, max_size=3), st.integers(1, 10**7))
def test_scaling_gives_the_total_of_the_table(values: list[float], total: int) -> None:
    """Whatever the grid says."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scaled = sg.rasters.scale_to_totals(pd.DataFrame({"pcode": "XA", "people": values}), census(XA=total))
    assert scaled["people"].sum() == pytest.approx(total)
