"""Stacks of grids over time; a season of rain or vegetation against the usual one."""

from __future__ import annotations

from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, CRSError, GridError, SchemaError, listed, warn
from sahelgeo.rasters import zones
from sahelgeo.rasters.grids import HORIZONTAL, VERTICAL, crs_of_array, open_grid
from sahelgeo.rasters.streams import ZoneSums, edges_on
from sahelgeo.sources import joined_sources

# A mean over less than half of an area is a mean of something else.
_LEAST_COVER = 0.5
_LEAST_YEARS = 3
# Seasons of days differ by the 29th of February; layers that differ by more are other layers.
_SAME_LENGTH = 0.02


def zonal_series(
    stack: xr.DataArray,
    areas: gpd.GeoDataFrame,
    *,
    measure: Literal["count", "density", "rate"],
    progress: bool = False,
) -> xr.DataArray:
    """A stack of grids over time, as an array of area by time.

    Parameters
    ----------
    stack : xarray.DataArray
        With one dimension beside rows and columns, such as ``time``; it may be larger than memory (opened with
        ``chunks``): one layer after the other is read, in bands.
    areas : geopandas.GeoDataFrame
        Valid polygons in any CRS.
    measure : {"count", "density", "rate"}
        What a cell holds. Counts are summed, and densities per km² times the area of the cell; a rate (rain,
        temperature, a vegetation index) is averaged over the area, cells weighted by their km².
    progress : bool
        Show a bar for each layer.

    Returns
    -------
    xarray.DataArray
        Dimensions ``pcode`` (p-codes, else index labels) and that of the stack, with the stack's name; values are NaN
        where an area has no data at that time. Coordinates along ``pcode``: ``share_without_data``, the share of the
        area (0–1) that has no data at each time, or lies off the grid, and ``area_source`` where the areas have a
        ``source``. The attribute ``source`` is that of the stack.

    Raises
    ------
    GridError, CRSError, SchemaError
        As in :func:`zonal_sum`; a stack without exactly one further dimension; a value that stands for no data and is
        not declared, such as -9999.

    Warns
    -----
    DataWarning
        Areas without data at any time, areas that reach beyond the grid, a grid that declares no nodata value.

    See Also
    --------
    zonal_sum : The sum of a grid over each area.
    seasonal_anomaly : A season against the usual one.

    Notes
    -----
    Shares of cells as in :func:`zonal_sum`. A mean over degrees would give northern cells too much weight, so cells
    are weighted by their km².

    Examples
    --------
    >>> import numpy as np, pandas as pd, sahelgeo as sg, xarray as xr
    >>> rain = xr.DataArray(np.stack([np.full((60, 80), 40.0), np.full((60, 80), 90.0)]), dims=("time", "y", "x"),
    ...                     coords={"time": pd.to_datetime(["2020-06-01", "2020-07-01"]),
    ...                             "y": 15.05 - 0.1 * np.arange(60), "x": -5.55 + 0.1 * np.arange(80)},
    ...                     attrs={"crs": "EPSG:4326"})
    >>> series = sg.rasters.zonal_series(rain, sg.load_areas("BFA"), measure="rate")
    >>> series.dims, series.sel(pcode="BF56").values.round(6).tolist()
    (('pcode', 'time'), [40.0, 90.0])
    """
    checks.choice(("count", "density", "rate"), measure=measure)
    return _series(stack, areas, measure, progress=progress)


def _series(
    stack: xr.DataArray,
    areas: gpd.GeoDataFrame,
    measure: str,
    *,
    least: float | None = None,
    progress: bool = False,
) -> xr.DataArray:
    """The array of area by time: sums, or means of a grid that may not be below ``least``."""
    along = further_dimension(stack)
    layers = [stack.isel({along: number}, drop=True) for number in range(stack.sizes[along])]
    with open_grid(layers[0]) as reader:
        # All layers have the same cells, so the areas are walked through them once.
        grid, ground = reader.grid, zones.ground_of(reader.grid, areas)
        edges = edges_on(grid, ground.shapes)
    found, cells, everything = [], [], ZoneSums.nothing(edges.zones)
    for layer in layers:
        with open_grid(layer) as reader:
            if measure == "rate":
                values, sums = zones.means_over(reader, edges, least=least, progress=progress)
            else:
                sums = zones.sums_over(reader, edges, measure, progress=progress)
                values = np.where(sums.cells > 0, sums.total, np.nan)
        found.append(ground.spread(values, np.nan))
        cells.append(sums.cells)
        everything.add(sums)
    zones.warn_of_gaps(ground, everything.cells > 0, everything, grid, "values")
    shares = [zones.share_without_data(ground, grid, layer) for layer in cells]
    coords: dict[str, Any] = {"pcode": list(zones.zone_labels(areas))}
    coords["share_without_data"] = (("pcode", along), np.transpose(shares))
    borders = zones.source_of_areas(areas)
    if borders is not None:
        coords["area_source"] = ("pcode", borders.to_numpy(dtype=object))
    if along in stack.coords:
        coords[along] = stack.coords[along]
    attrs = {"source": grid.source} if grid.source else {}
    return xr.DataArray(np.transpose(found), dims=("pcode", along), coords=coords, name=stack.name, attrs=attrs)


def further_dimension(stack: xr.DataArray) -> str:
    """The dimension of a stack beside rows and columns."""
    if not isinstance(stack, xr.DataArray):
        raise GridError(
            f"a stack is an xarray DataArray, not {type(stack).__name__}. Open files with "
            "xarray.open_dataset(...)['name']"
        )
    others = [str(name) for name in stack.dims if name not in (*HORIZONTAL, *VERTICAL)]
    if len(others) != 1:
        raise GridError(
            f"a stack has one dimension beside rows and columns, such as time. Found: {listed(list(stack.dims), 6)}"
        )
    if not stack.sizes[others[0]]:
        raise GridError(f"the stack has no layer along {others[0]!r}. Check what it was cut to")
    return others[0]


def seasonal_anomaly(
    stack: xr.DataArray,
    areas: gpd.GeoDataFrame,
    *,
    season: tuple[int, int],
    baseline: tuple[int, int],
    how: Literal["sum", "mean"] = "sum",
    reference: xr.DataArray | None = None,
) -> pd.DataFrame:
    """How a season's rain, or vegetation, stood against the years of a baseline, in each area.

    It gives context to a year of hunger: whether it came with drought or without. It says nothing about causes.

    Parameters
    ----------
    stack : xarray.DataArray
        A stack over ``time`` of any CHIRPS-like grid: rain (mm), NDVI.
    areas : geopandas.GeoDataFrame
        Valid polygons in any CRS.
    season : tuple of two int
        First and last month: ``(6, 9)`` is June to September. ``(11, 2)`` runs over the new year and counts to the
        year that it ends in.
    baseline : tuple of two int
        First and last year of what is usual, for example ``(1991, 2020)``.
    how : {"sum", "mean"}
        Add the layers of a season up (rain), or average them (NDVI, temperature).
    reference : xarray.DataArray, optional
        A stack to take the baseline from: on the very same grid, in the same units, with the same layers in a season.
        By default it is ``stack``.

    Returns
    -------
    pandas.DataFrame
        One row for each area and year of the stack, with index 0..n-1:

        - ``pcode`` (the p-code, else the index label of the area) and ``year``;
        - ``value``, the area's mean of the season in the units of the stack. A season with fewer layers than that of
          the most complete year is missing, and so is one without any;
        - ``usual``, the mean of the baseline years;
        - ``percent_of_usual``, and ``standardised``, in standard deviations of the baseline;
        - ``baseline_years``, how many years ``usual`` rests on;
        - ``layers``, the layers with data in the season;
        - ``source``, that of the stack and of the reference: the attribute ``source``, else the name of the file, else
          missing;
        - ``area_source``, that of the areas, where they have a ``source``.

    Raises
    ------
    GridError
        The reference lies on another grid, shifted or of another resolution, is in other units, or has other layers in
        a season; no ``time``, a time that two layers have or none; a value that stands for no data and is not
        declared, such as -9999, or rain below zero.
    CRSError
        The stack or the reference has no CRS, or the two are in different ones.
    SchemaError
        Months or years that do not fit, fewer than three years in the baseline, or a p-code that several areas have.

    Warns
    -----
    DataWarning
        Seasons that are not complete, areas whose data cover less than half of them, or that have none, and a
        reference that does not say its units where the stack does.

    See Also
    --------
    zonal_series : A stack of grids as area by time.

    Notes
    -----
    ``standardised`` is the distance from the mean of the baseline, divided by the sample standard deviation of the
    baseline years.

    Examples
    --------
    >>> import numpy as np, pandas as pd, sahelgeo as sg, xarray as xr
    >>> years, wet = range(2015, 2021), [90.0, 100.0, 110.0, 95.0, 105.0, 120.0]
    >>> rain = xr.DataArray(np.array(wet)[:, None, None] * np.ones((6, 60, 80)), dims=("time", "y", "x"),
    ...                     coords={"time": pd.to_datetime([f"{year}-08-01" for year in years]),
    ...                             "y": 15.05 - 0.1 * np.arange(60), "x": -5.55 + 0.1 * np.arange(80)},
    ...                     attrs={"crs": "EPSG:4326"})
    >>> anomaly = sg.rasters.seasonal_anomaly(rain, sg.load_areas("BFA"), season=(6, 9), baseline=(2015, 2019))
    >>> anomaly.loc[(anomaly["pcode"] == "BF56") & (anomaly["year"] == 2020), "percent_of_usual"].round(1).tolist()
    [120.0]
    """
    _check_season(season, baseline, how)
    found, value, layers = _seasons(stack, areas, season, how)
    advice = "Their years could not be kept apart. Bring the parts together: areas.dissolve('pcode', as_index=False)"
    checks.once(pd.DataFrame({"pcode": found["pcode"].to_numpy()}), "areas", "pcode", advice=advice)
    usual, sources = value, [found.attrs.get("source")]
    if reference is not None:
        _check_same_grid(stack, reference)
        _check_same_kind(stack, reference, season, how)
        other, usual, other_layers = _seasons(reference, areas, season, how)
        sources.append(other.attrs.get("source"))
        if how == "sum":
            usual = usual[(other_layers - layers.max()).abs() <= _SAME_LENGTH * layers.max()]
    usual = usual.loc[baseline[0] : baseline[1]].dropna(how="all")
    if len(usual) < _LEAST_YEARS:
        raise SchemaError(
            f"baseline={baseline}: the stack has {len(usual)} complete seasons in these years and needs "
            f"{_LEAST_YEARS}. Choose other years, or pass a reference"
        )
    mean, spread = usual.mean(), usual.std()
    columns = {
        "value": value,
        "percent_of_usual": 100 * value / mean.where(mean != 0),
        "standardised": (value - mean) / spread.where(spread > 0),
        "layers": layers,
    }
    long: dict[str, Any] = {name: wide.to_numpy().T.ravel() for name, wide in columns.items()}
    per_area = {"pcode": found["pcode"].to_numpy(), "usual": mean, "baseline_years": usual.count().astype("Int64")}
    if "area_source" in found.coords:
        per_area["area_source"] = pd.array(found["area_source"].to_numpy(), dtype="string")
    long |= {name: pd.Series(each).repeat(len(value)).array for name, each in per_area.items()}
    long |= {"year": np.tile(value.index, len(areas)), "source": joined_sources(sources)}
    order = ["pcode", "year", "value", "usual", "percent_of_usual", "standardised", "baseline_years", "layers"]
    table = pd.DataFrame(long)[[*order, "source", *({"area_source"} & set(long))]]
    return table.astype({"source": "string"})


def _check_season(season: tuple[int, int], baseline: tuple[int, int], how: str) -> None:
    problems = []
    if len(season) != 2 or not all(1 <= month <= 12 for month in season):
        problems.append(f"season={season!r}: give the first and the last month, 1 to 12, such as (6, 9)")
    if len(baseline) != 2 or baseline[0] > baseline[1]:
        problems.append(f"baseline={baseline!r}: give the first and the last year, such as (1991, 2020)")
    if how not in ("sum", "mean"):
        problems.append(f"how={how!r} is neither 'sum' (rain) nor 'mean' (a vegetation index)")
    if problems:
        raise SchemaError("\n".join(problems), problems)


def _check_same_grid(stack: xr.DataArray, reference: xr.DataArray) -> None:
    for name in (name for name in stack.dims if name != "time"):
        mine, theirs = (np.asarray(one.get(name, ()), dtype=float) for one in (stack.coords, reference.coords))
        if mine.shape != theirs.shape:
            what = f"has {len(theirs)} cells along {name!r}, the stack has {len(mine)}"
        elif (shift := float(np.abs(mine - theirs).max()) / abs(float(mine[1] - mine[0]))) > 0.01:
            what = f"is shifted along {name!r} by {shift:.2f} of a cell"
        else:
            continue
        raise GridError(f"the reference {what}. Bring both to one grid first")


def _check_same_kind(stack: xr.DataArray, reference: xr.DataArray, season: tuple[int, int], how: str) -> None:
    """Raise if the baseline is in another CRS or other units, or of other layers, than what is compared with it."""
    crs, other = crs_of_array(stack), crs_of_array(reference)
    if not crs.equals(other, ignore_axis_order=True):
        raise CRSError(
            f"the reference is in {other.name}, the stack in {crs.name}. Bring both to one grid first, or correct "
            "attrs['crs']"
        )
    problems = []
    units = ["".join(str(one.attrs.get("units", "")).split()).lower() for one in (stack, reference)]
    if all(units) and units[0] != units[1]:
        problems.append(
            f"the reference is in {reference.attrs['units']!r}, the stack in {stack.attrs['units']!r}. Bring both to "
            "one unit: array * 10 for cm to mm, then assign_attrs(units='mm')"
        )
    months, most = _layers_of_season(stack, season)
    other_months, other_most = _layers_of_season(reference, season)
    if months != other_months:
        problems.append(
            f"the season of the reference has layers in months {listed(other_months, 12)}, that of the stack in months "
            f"{listed(months, 12)}. Choose a season of months that both have"
        )
    elif how == "sum" and abs(most - other_most) > _SAME_LENGTH * max(most, other_most):
        problems.append(
            f"a season of the reference has {other_most} layers, one of the stack {most}: their sums are not alike. "
            "Bring both to one step of time: array.resample(time='MS').sum()"
        )
    if problems:
        raise GridError("\n".join(problems))
    if any(units) and not all(units):
        silent = "stack" if units[1] else "reference"
        warn(
            f"the {silent} does not say its units, and the other is in {max(units)}: both are taken to be so. Say it: "
            f"assign_attrs(units={max(units)!r})"
        )


def _layers_of_season(stack: xr.DataArray, season: tuple[int, int]) -> tuple[list[int], int]:
    """The months of a season that have layers, and the layers of the most complete year."""
    inside, years = _in_season(stack, season)
    months = pd.DatetimeIndex(stack["time"].to_numpy()).month[inside]
    return sorted({int(month) for month in months}), int(np.unique(years[inside], return_counts=True)[1].max())


def _in_season(stack: xr.DataArray, season: tuple[int, int]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Which layers lie in the season, and the year that each counts to."""
    if further_dimension(stack) != "time" or not np.issubdtype(stack["time"].dtype, np.datetime64):
        raise GridError(
            "the stack has no 'time' of days. Rename its dimension, and write days: "
            "array.assign_coords(time=pd.to_datetime(...))"
        )
    times = pd.DatetimeIndex(stack["time"].to_numpy())
    twice = times.duplicated() | times.isna()
    if twice.any():
        raise GridError(
            f"time: layers {listed(list(np.flatnonzero(twice)), SHOWN_AT_MOST)} (counted from 0) have no time, or that "
            f"of an earlier layer ({listed([str(time) for time in times[twice].unique()], SHOWN_AT_MOST)}), and would "
            "count again. Drop them: stack.drop_duplicates('time')"
        )
    first, last = season
    after, before = times.month >= first, times.month <= last
    inside = np.asarray(after & before if first <= last else after | before)
    if not inside.any():
        raise SchemaError(f"season={season!r}: no layer of the stack lies in these months")
    return inside, np.asarray(times.year + (after & (first > last)), dtype=np.int64)


def _seasons(
    stack: xr.DataArray, areas: gpd.GeoDataFrame, season: tuple[int, int], how: str
) -> tuple[xr.DataArray, pd.DataFrame, pd.DataFrame]:
    """The layers of the season by area; of each year (rows) and area (columns) the value and how many layers it has."""
    inside, years = _in_season(stack, season)
    least = 0 if how == "sum" else None
    series = _series(stack.isel(time=np.flatnonzero(inside)), areas, "rate", least=least)
    grouped = pd.DataFrame(series.to_numpy().T).groupby(years[inside])
    # A layer without data makes its season incomplete: a sum of what is left would be a dry year that never was.
    value, layers = grouped.sum() if how == "sum" else grouped.mean(), grouped.count()
    value = value.where((layers == layers.max()) & (layers > 0))
    problems = []
    # Areas without any data were named already.
    bare = series["share_without_data"]
    thin = np.asarray((bare < 1).any("time") & (bare > 1 - _LEAST_COVER).any("time"))
    if thin.any():
        named = listed(list(series["pcode"].to_numpy()[thin]), SHOWN_AT_MOST)
        problems.append(f"the data cover less than half of {named} at some time: the mean is that of the rest")
    incomplete = list(value.index[(value.isna() & (layers.max() > 0)).any(axis=1)])
    if incomplete:
        shown = listed(incomplete, SHOWN_AT_MOST)
        problems.append(f"the season is not complete in {shown} for some areas or all: missing there")
    for problem in problems:
        warn(problem)
    return series, value, layers
