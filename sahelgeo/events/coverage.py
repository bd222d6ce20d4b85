"""Which areas and periods a source covers: only there does no event mean zero."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import SchemaError
from sahelgeo.events.checked import WindowError
from sahelgeo.sums import as_day

_FORMS = "('2017-01-01', '2020-06-30'), or a table with start, end and, where it is not everywhere, pcode or iso3"


def read_coverage(coverage: Any) -> pd.DataFrame:
    """A table with ``start``, ``end``, ``pcode`` and ``iso3`` (missing: every area) from two days or from such a table."""
    if isinstance(coverage, tuple) and len(coverage) == 2:
        coverage = pd.DataFrame({"start": [coverage[0]], "end": [coverage[1]]})
    if not isinstance(coverage, pd.DataFrame) or not {"start", "end"} <= set(coverage.columns) or coverage.empty:
        raise SchemaError(
            f"coverage={_shown(coverage)} is not a coverage. Give the first and last day, such as {_FORMS}"
        )
    table = pd.DataFrame(
        {
            end: pd.Series([as_day(day, f"coverage {end}") for day in coverage[end]], dtype="datetime64[us]")
            for end in ("start", "end")
        }
    )
    for name in ("pcode", "iso3"):
        table[name] = coverage[name].astype("string").to_numpy() if name in coverage else pd.NA
    if (table["start"] > table["end"]).any():
        raise SchemaError("coverage: a period starts after its end. Swap or correct 'start' and 'end'")
    return table


def _shown(coverage: Any) -> str:
    return type(coverage).__name__ if isinstance(coverage, pd.DataFrame) else repr(coverage)


def covered_shares(cells: pd.DataFrame, coverage: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """For each area and period (``pcode``, ``start``, ``end``) the share of its days that the source covers, 0 to 1."""
    countries = areas.set_index("pcode")["iso3"]
    iso3 = cells["pcode"].map(countries)
    covered = np.zeros(len(cells), dtype="int64")
    for row in _without_overlaps(coverage, areas).to_dict("records"):
        here = np.ones(len(cells), dtype=np.bool_)
        if not pd.isna(row["pcode"]):
            here &= (cells["pcode"] == row["pcode"]).fillna(False).to_numpy(dtype=np.bool_)
        if not pd.isna(row["iso3"]):
            here &= (iso3 == row["iso3"]).fillna(False).to_numpy(dtype=np.bool_)
        first = cells["start"].clip(lower=row["start"])
        last = cells["end"].clip(upper=row["end"])
        days = ((last - first).dt.days + 1).clip(lower=0).to_numpy()
        covered += np.where(here, days, 0)
    whole = ((cells["end"] - cells["start"]).dt.days + 1).to_numpy()
    return pd.Series(np.minimum(covered / whole, 1.0), index=cells.index, dtype="Float64")


def _without_overlaps(coverage: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Refuse periods of coverage that overlap for one area: their days would count twice."""
    table = coverage.sort_values(["pcode", "iso3", "start"], na_position="first")
    for _, rows in table.groupby(["pcode", "iso3"], dropna=False):
        if (rows["start"].iloc[1:].to_numpy() <= rows["end"].cummax().iloc[:-1].to_numpy()).any():
            raise SchemaError("coverage: periods of the same area overlap. Give periods that follow each other")
    if len(set(table[["pcode", "iso3"]].isna().sum(axis=1))) > 1:
        raise SchemaError(
            "coverage: some rows name areas and others do not. Name the area (pcode or iso3) in every row, or in none"
        )
    unknown = sorted(set(coverage["pcode"].dropna()) - set(areas["pcode"]))
    if unknown:
        raise SchemaError(f"coverage: p-codes {listed(unknown, SHOWN_AT_MOST)} are not among the areas")
    return table


def check_inside(events: pd.DataFrame, coverage: pd.DataFrame) -> None:
    """Raise where an event lies on a day that the coverage does not hold: then the coverage is wrong, and so are its zeros."""
    first, last = coverage["start"].min(), coverage["end"].max()
    strange = ((events["date"] < first) | (events["date"] > last)).to_numpy(dtype=np.bool_)
    if strange.any():
        days = listed([f"{day:%Y-%m-%d}" for day in events["date"][strange].drop_duplicates()], SHOWN_AT_MOST)
        raise WindowError(
            f"{int(strange.sum()):,} events lie outside the coverage {first:%Y-%m-%d} to {last:%Y-%m-%d} ({days}). Correct the coverage, or choose "
            "the events: events[events['date'].between(start, end)]"
        )
