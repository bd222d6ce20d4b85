"""Origin–destination matrices of movements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, listed
from sahelgeo.flows.coded_sums import ENDS, FlowRecords
from sahelgeo.flows.flow_sums import sum_flows
from sahelgeo.periods import Frequency
from sahelgeo.sources import joined_sources

if TYPE_CHECKING:
    import xarray as xr

UNKNOWN = "unknown"


@overload
def od_matrix(
    flows: pd.DataFrame | FlowRecords,
    areas: gpd.GeoDataFrame | None = ...,
    *,
    level: int | None = ...,
    freq: Frequency | None = ...,
    choose: Mapping[str, Any] | None = ...,
    form: Literal["frame"] = ...,
) -> pd.DataFrame: ...
@overload
def od_matrix(
    flows: pd.DataFrame | FlowRecords,
    areas: gpd.GeoDataFrame | None = ...,
    *,
    level: int | None = ...,
    freq: Frequency | None = ...,
    choose: Mapping[str, Any] | None = ...,
    form: Literal["array"],
) -> xr.DataArray: ...
def od_matrix(
    flows: pd.DataFrame | FlowRecords,
    areas: gpd.GeoDataFrame | None = None,
    *,
    level: int | None = None,
    freq: Frequency | None = None,
    choose: Mapping[str, Any] | None = None,
    form: Literal["frame", "array"] = "frame",
) -> Any:
    """The matrix of movements from every origin (rows) to every destination (columns).

    Parameters
    ----------
    flows : pandas.DataFrame, path, pyarrow.Table or record batches
        A Flows table, or what :func:`sum_flows` makes of one; sums are taken as it does.
    areas : geopandas.GeoDataFrame, optional
        Areas, one edition. With ``level``, all of its areas have a row and a column, whether anybody moved or not.
    level : int, optional
        Bring both ends to this level: 0 country, 1 region, 2 province.
    freq : {"MS", "QS", "YS"}, optional
        Months, quarters or years. The default is the whole span of the table.
    choose : mapping, optional
        Take only the rows with these values of source, reason or edition: ``{"source": "DTM"}``. A list is your word that
        its values add up.
    form : {"frame", "array"}
        A DataFrame, or an xarray DataArray with the dimensions origin, destination and period.

    Returns
    -------
    pandas.DataFrame
        Square: the same areas in rows (``origin``) and columns (``destination``), sorted by code, then ``unknown`` if there
        are people of unknown origin or destination. Int64 persons; the diagonal holds the movements inside each area. With
        ``freq``, one square for each period, under a first index level ``start``. A pair that no row names is missing, not
        zero: say ``.fillna(0)`` if the table lists every movement.
    xarray.DataArray
        float64 persons with NaN where the DataFrame has a missing value; ``period`` is the first day, with the coordinate ``end``;
        ``attrs`` name the units and the sources.

    Raises
    ------
    SchemaError
        ``form`` is not known, an area is called "unknown", or any error of :func:`sum_flows`.

    See Also
    --------
    sum_flows : Add up movements.
    sahelgeo.stocks.origins : Where the people of each place come from.
    sahelgeo.flows.balance : Inflow, outflow and net of each area.

    Notes
    -----
    Rows are origins O, columns destinations D: the row sums without the diagonal are the outflows, the column sums the
    inflows (:func:`sahelgeo.flows.balance`). A matrix of movements is not :func:`sahelgeo.stocks.origins`.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> flows = pd.DataFrame({"origin": ["BF56", "BF56", None], "destination": ["BF49", "BF56", "BF49"],
    ...                       "start": "2020-03-01", "end": "2020-03-31", "people": [10, 4, 2], "source": "DTM"})
    >>> sg.od_matrix(flows)
    destination  BF49  BF56  unknown
    origin
    BF49         <NA>  <NA>     <NA>
    BF56           10     4     <NA>
    unknown         2  <NA>     <NA>
    """
    checks.choice(("frame", "array"), form=form)
    sums = sum_flows(flows, areas, level=level, freq=freq, choose=choose)
    labels = _labels(sums, areas, level)
    stacked = sums.assign(**{end: sums[end].fillna(UNKNOWN) for end in ENDS})
    cells = stacked.set_index(["start", *ENDS])["people"]
    starts = list(dict.fromkeys(sums["start"].sort_values())) or [pd.NaT]
    if form == "array":
        return _as_array(cells, sums, starts, labels)
    squares = {start: _square(cells, start, labels) for start in starts}
    return pd.concat(squares, names=["start"]) if freq is not None else squares[starts[0]]


def _labels(sums: pd.DataFrame, areas: gpd.GeoDataFrame | None, level: int | None) -> list[str]:
    found = set(sums["origin"].dropna()) | set(sums["destination"].dropna())
    if UNKNOWN in found:
        rows = listed(list(sums.index[(sums[list(ENDS)] == UNKNOWN).any(axis=1)]), SHOWN_AT_MOST)
        raise SchemaError(f"flows: an end is called {UNKNOWN!r} (rows {rows}). Leave unknown ends empty")
    if areas is not None and level is not None:
        found |= set(areas.loc[areas["level"] == level, "pcode"].astype(str))
    return [*sorted(found), *([UNKNOWN] if sums[list(ENDS)].isna().to_numpy().any() else [])]


def _square(cells: pd.Series, start: pd.Timestamp, labels: list[str]) -> pd.DataFrame:
    names = [pd.Index(labels, name=end, dtype="str") for end in ENDS]
    if cells.empty:
        return pd.DataFrame(index=names[0], columns=names[1]).astype("Int64")
    here = cells.xs(start, level="start")
    wide: pd.DataFrame = here.unstack("destination")  # noqa: PD010 - a series has no pivot
    return wide.reindex(index=names[0], columns=names[1]).astype("Int64")


def _as_array(cells: pd.Series, sums: pd.DataFrame, starts: list[pd.Timestamp], labels: list[str]) -> xr.DataArray:
    import xarray as xr  # noqa: PLC0415 - slow to load, and only this form needs it

    values = np.full((len(labels), len(labels), len(starts)), np.nan)
    places = {label: place for place, label in enumerate(labels)}
    when = {start: place for place, start in enumerate(starts)}
    if len(cells):
        at_start, at_origin, at_destination = (cells.index.get_level_values(name) for name in ("start", *ENDS))
        values[at_origin.map(places), at_destination.map(places), at_start.map(when)] = cells.to_numpy(
            dtype="float64", na_value=np.nan
        )
    ends = sums.drop_duplicates("start").set_index("start")["end"].reindex(starts)
    return xr.DataArray(
        values,
        dims=("origin", "destination", "period"),
        coords={
            "origin": np.array(labels, dtype=object),
            "destination": np.array(labels, dtype=object),
            "period": pd.DatetimeIndex(starts),
            "end": ("period", ends.to_numpy()),
        },
        name="people",
        attrs={"units": "persons who moved", "source": joined_sources(sums["source"]) or ""},
    )
