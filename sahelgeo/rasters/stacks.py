"""Stacks of grids over time: what they hold in each area at each time, and how far from what is usual."""

from __future__ import annotations

import warnings
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import DataWarning, SchemaError
from sahelgeo.rasters.grids import GridError, open_grid
from sahelgeo.rasters.streams import zone_sums
from sahelgeo.rasters.zones import checked_zones, polygons_on, sums_over, zone_labels

# A mean over less than half of an area is a mean of something else.
_LEAST_COVER = 0.5
_LEAST_YEARS = 3


def zonal_series(
    stack: xr.DataArray,
    areas: gpd.GeoDataFrame,
    *,
    values: Literal["count", "density", "mean"],
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
    values : {"count", "density", "mean"}
        Sum the counts; sum the densities per km²; or, for rain, temperature or a vegetation index, the mean over the
        area, cells weighted by their km².
    progress : bool
        Show a bar for each layer.

    Returns
    -------
    xarray.DataArray
        Dimensions ``area`` (p-codes, else index labels) and that of the stack, with the stack's name; values are NaN
        where an area has no data at that time. Its coordinate ``cover`` is the share of the area (0–1) that had data, of the
        cells that have data at any time.

    Raises
    ------
    GridError, CRSError, SchemaError
        As in :func:`zonal_sum`; a stack without exactly one further dimension.

    See Also
    --------
    zonal_sum : The sum of a grid over each area.
    seasonal_anomaly : A season against the usual one.

    Notes
    -----
    Shares of cells as in :func:`zonal_sum`. A mean over degrees would give northern cells too much weight, so cells are weighted by
    their km².

    Examples
    --------
    >>> import numpy as np, pandas as pd, sahelgeo as sg, xarray as xr
    >>> rain = xr.DataArray(np.stack([np.full((60, 80), 40.0), np.full((60, 80), 90.0)]), dims=("time", "y", "x"),
    ...                     coords={"time": pd.to_datetime(["2020-06-01", "2020-07-01"]), "y": 15.05 - 0.1 * np.arange(60),
    ...                             "x": -5.55 + 0.1 * np.arange(80)}, attrs={"crs": "EPSG:4326"})
    >>> series = sg.zonal_series(rain, sg.load_areas("BFA"), values="mean")
    >>> series.dims, series.sel(area="BF56").values.round(6).tolist()
    (('area', 'time'), [40.0, 90.0])
    """
    along = _further_dimension(stack)
    zones = checked_zones(areas)
    totals = np.full((len(zones), stack.sizes[along]), np.nan)
    cells = np.zeros_like(totals)
    for number in range(stack.sizes[along]):
        with open_grid(stack.isel({along: number}, drop=True)) as reader:
            polygons = polygons_on(reader.grid, zones)
            if values == "mean":
                sums = zone_sums(reader, polygons, weights=reader.grid.cell_km2(), progress=progress)
                found = sums.total / np.where(sums.weight > 0, sums.weight, np.nan)
            else:
                sums = sums_over(reader, polygons, values, progress=progress)
                found = np.where(sums.cells > 0, sums.total, np.nan)
            totals[:, number], cells[:, number] = found, sums.cells
    most = cells.max(axis=1, keepdims=True)
    cover = np.divide(cells, most, out=np.zeros_like(cells), where=most > 0)
    coords = {"area": list(zone_labels(zones)), "cover": (("area", along), cover)}
    if along in stack.coords:
        coords[along] = stack.coords[along]
    return xr.DataArray(totals, dims=("area", along), coords=coords, name=stack.name)


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
        First and last month: ``(6, 9)`` is June to September. ``(11, 2)`` runs over the new year and counts to the year that it
        ends in.
    baseline : tuple of two int
        First and last year of what is usual, for example ``(1991, 2020)``.
    how : {"sum", "mean"}
        Add the layers of a season up (rain), or average them (NDVI, temperature).
    reference : xarray.DataArray, optional
        A stack to take the baseline from, on the very same grid. By default it is ``stack``.

    Returns
    -------
    pandas.DataFrame
        One row for each area and year of the stack, with index 0..n-1: ``area`` (p-code or index label), ``year``,
        ``value`` (area mean of the season, units of the stack), ``usual`` (mean of the baseline years), ``percent_of_usual``,
        ``standardised`` (in standard deviations of the baseline), ``baseline_years`` (how many it rests on) and ``layers``,
        the layers in the season. A season with fewer layers than that of the most complete year is missing.

    Raises
    ------
    GridError
        The reference lies on another grid, shifted or of another resolution; no ``time``.
    SchemaError
        Months or years that do not fit, or fewer than three years in the baseline.

    Warns
    -----
    DataWarning
        Seasons that are not complete, and areas whose data cover less than half of them.

    See Also
    --------
    zonal_series : A stack of grids as area by time.

    Notes
    -----
    ``standardised`` is the distance from the mean of the baseline, divided by the sample standard deviation of the baseline years.

    Examples
    --------
    >>> import numpy as np, pandas as pd, sahelgeo as sg, xarray as xr
    >>> years, wet = range(2015, 2021), [90.0, 100.0, 110.0, 95.0, 105.0, 120.0]
    >>> rain = xr.DataArray(np.array(wet)[:, None, None] * np.ones((6, 60, 80)), dims=("time", "y", "x"),
    ...                     coords={"time": pd.to_datetime([f"{year}-08-01" for year in years]),
    ...                             "y": 15.05 - 0.1 * np.arange(60), "x": -5.55 + 0.1 * np.arange(80)},
    ...                     attrs={"crs": "EPSG:4326"})
    >>> anomaly = sg.seasonal_anomaly(rain, sg.load_areas("BFA"), season=(6, 9), baseline=(2015, 2019))
    >>> anomaly.loc[(anomaly["area"] == "BF56") & (anomaly["year"] == 2020), "percent_of_usual"].round(1).tolist()
    [120.0]
    """
    _check_season(season, baseline, how)
    own = _seasons(stack, areas, season, how)
    usual = own
    if reference is not None:
        _check_same_grid(stack, reference)
        usual = _seasons(reference, areas, season, how)
    usual = usual[usual["year"].between(*baseline)].dropna(subset="value")
    years = int(usual["year"].nunique())
    if years < _LEAST_YEARS:
        raise SchemaError(
            f"baseline={baseline}: the stack has {years} complete seasons in these years and needs {_LEAST_YEARS}. Choose other years, or pass a reference"
        )
    grouped = usual.groupby("area")["value"]
    result = own.assign(
        usual=own["area"].map(grouped.mean()),
        baseline_years=own["area"].map(grouped.count()).fillna(0).astype("Int64"),
    )
    spread = own["area"].map(grouped.std())
    result["percent_of_usual"] = 100 * result["value"] / result["usual"].where(result["usual"] != 0)
    result["standardised"] = (result["value"] - result["usual"]) / spread.where(spread > 0)
    return result[["area", "year", "value", "usual", "percent_of_usual", "standardised", "baseline_years", "layers"]]


def _further_dimension(stack: xr.DataArray) -> str:
    if not isinstance(stack, xr.DataArray):
        raise GridError(
            f"a stack is an xarray DataArray, not {type(stack).__name__}. Open files with xarray.open_dataset(...)['name']"
        )
    others = [
        str(name) for name in stack.dims if str(name).lower() not in ("x", "y", "lon", "lat", "longitude", "latitude")
    ]
    if len(others) != 1:
        raise GridError(
            f"a stack has one dimension beside rows and columns, such as time. Found: {listed(list(stack.dims), 6)}"
        )
    return others[0]


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
    for name in stack.dims:
        if name == "time":
            continue
        mine = np.asarray(stack[name].to_numpy(), dtype=float)
        theirs = np.asarray(reference[name].to_numpy(), dtype=float) if name in reference.dims else np.zeros(0)
        if mine.shape != theirs.shape:
            raise GridError(
                f"the reference has {len(theirs)} cells along {name!r}, the stack has {len(mine)}. Bring both to one grid first"
            )
        shift = float(np.abs(mine - theirs).max()) / abs(float(mine[1] - mine[0]))
        if shift > 0.01:
            raise GridError(
                f"the reference is shifted along {name!r} by {shift:.2f} of a cell. Bring both to one grid first"
            )


def _seasons(stack: xr.DataArray, areas: gpd.GeoDataFrame, season: tuple[int, int], how: str) -> pd.DataFrame:
    if _further_dimension(stack) != "time" or not np.issubdtype(stack["time"].dtype, np.datetime64):
        raise GridError(
            "the stack has no 'time' of days. Rename its dimension, and write days: array.assign_coords(time=pd.to_datetime(...))"
        )
    times = pd.DatetimeIndex(stack["time"].to_numpy())
    first, last = season
    inside = (
        (times.month >= first) & (times.month <= last)
        if first <= last
        else (times.month >= first) | (times.month <= last)
    )
    years = np.asarray(times.year + ((times.month >= first) & (first > last)))
    if not inside.any():
        raise SchemaError(f"season={season!r}: no layer of the stack lies in these months")
    series = zonal_series(stack.isel(time=np.flatnonzero(inside)), areas, values="mean")
    _warn_thin(series)
    frame = pd.DataFrame(series.to_numpy().T, columns=series["area"].to_numpy())
    grouped = frame.groupby(years[inside])
    # A layer without data makes its season incomplete: a sum of what is left would be a dry year that never was.
    value = grouped.sum() if how == "sum" else grouped.mean()
    layers = grouped.count()
    value = value.where(layers == layers.max())
    long = pd.DataFrame(
        {
            "area": np.repeat(frame.columns.to_numpy(), len(value)),
            "year": np.tile(value.index.to_numpy(), len(frame.columns)),
            "value": value.to_numpy().T.ravel(),
            "layers": layers.to_numpy().T.ravel(),
        }
    )
    _warn_incomplete(long)
    return long


def _warn_thin(series: xr.DataArray) -> None:
    thin = np.asarray((series["cover"] < _LEAST_COVER).any("time"))
    if thin.any():
        named = listed(list(series["area"].to_numpy()[thin]), SHOWN_AT_MOST)
        warnings.warn(
            f"the data cover less than half of {named} at some time: the mean is that of the rest",
            DataWarning,
            stacklevel=4,
        )


def _warn_incomplete(seasons: pd.DataFrame) -> None:
    years = sorted(seasons.loc[seasons["value"].isna(), "year"].unique())
    if years:
        warnings.warn(
            f"the season is not complete in {listed(years, SHOWN_AT_MOST)} for some areas or all: missing there",
            DataWarning,
            stacklevel=4,
        )
