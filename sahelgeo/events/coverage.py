"""Which areas and periods a source covers: only there does no event mean zero."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import SchemaError
from sahelgeo.events.checked import WindowError

PLACES = ("pcode", "iso3")
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
            end: pd.Series([checks.day(day, f"coverage {end}") for day in coverage[end]], dtype="datetime64[us]")
            for end in ("start", "end")
        }
    )
    for name in PLACES:
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
    for row in _without_overlaps(coverage).to_dict("records"):
        here = np.ones(len(cells), dtype=np.bool_)
        for name, values in (("pcode", cells["pcode"]), ("iso3", iso3)):
            if not pd.isna(row[name]):
                here &= (values == row[name]).fillna(False).to_numpy(dtype=np.bool_)
        first = cells["start"].clip(lower=row["start"])
        last = cells["end"].clip(upper=row["end"])
        days = ((last - first).dt.days + 1).clip(lower=0).to_numpy()
        covered += np.where(here, days, 0)
    whole = ((cells["end"] - cells["start"]).dt.days + 1).to_numpy()
    return pd.Series(np.minimum(covered / whole, 1.0), index=cells.index, dtype="Float64")


def _without_overlaps(coverage: pd.DataFrame) -> pd.DataFrame:
    """Refuse periods of coverage that overlap for one area: their days would count twice."""
    table = coverage.sort_values(["pcode", "iso3", "start"], na_position="first")
    for _, rows in table.groupby(["pcode", "iso3"], dropna=False):
        if (rows["start"].iloc[1:].to_numpy() <= rows["end"].cummax().iloc[:-1].to_numpy()).any():
            raise SchemaError("coverage: periods of the same area overlap. Give periods that follow each other")
    if len(set(table[["pcode", "iso3"]].isna().sum(axis=1))) > 1:
        raise SchemaError(
            "coverage: some rows name areas and others do not. Name the area (pcode or iso3) in every row, or in none"
        )
    return table


def check_places(coverage: pd.DataFrame, areas: gpd.GeoDataFrame) -> None:
    """Raise where the coverage names a p-code or a country that no area has: it would cover nothing, without a word."""
    for name, what in (("pcode", "p-codes"), ("iso3", "countries")):
        held = sorted(set(areas[name].dropna()))
        unknown = sorted(set(coverage[name].dropna()) - set(held))
        if unknown:
            raise SchemaError(
                f"coverage: {what} {listed(unknown, SHOWN_AT_MOST)} are not among the areas, column {name!r}: {listed(held, SHOWN_AT_MOST) or 'none'}"
            )


def check_inside(events: pd.DataFrame, coverage: pd.DataFrame) -> None:
    """Raise where an event lies on a day that the coverage of its place does not hold: then the coverage is wrong, and so are its zeros.

    An event whose place is not known (no ``pcode`` or ``iso3``) must lie on a day that is covered somewhere.
    """
    names = [name for name in PLACES if coverage[name].notna().any()]
    held = events[[*names, "date"]].drop_duplicates()
    inside = np.zeros(len(held), dtype=np.bool_)
    for row in coverage.to_dict("records"):
        here = held["date"].between(row["start"], row["end"]).to_numpy(dtype=np.bool_)
        for name in names:
            if not pd.isna(row[name]):
                here = here & (held[name].isna() | (held[name] == row[name]).fillna(False)).to_numpy(dtype=np.bool_)
        inside |= here
    if not inside.all():
        strange = events.merge(held[~inside], on=[*names, "date"])
        groups = strange.groupby(names, dropna=False, observed=True) if names else [((), strange)]
        problems = [_outside(rows, coverage, dict(zip(names, place, strict=True))) for place, rows in groups]
        raise WindowError(
            f"{'; '.join(problems)}. Correct the coverage, or choose the events: events[events['date'].between(start, end)]",
            problems,
        )


def _outside(events: pd.DataFrame, coverage: pd.DataFrame, place: dict[str, Any]) -> str:
    """The events of one place that its coverage does not hold, in words."""
    days = listed([f"{day:%Y-%m-%d}" for day in sorted(events["date"].unique())], SHOWN_AT_MOST)
    known = {name: value for name, value in place.items() if not pd.isna(value)}
    named = np.ones(len(coverage), dtype=np.bool_)
    for name, value in known.items():
        named = named & (coverage[name].isna() | (coverage[name] == value).fillna(False)).to_numpy(dtype=np.bool_)
    of = f" of {' in '.join(str(value) for value in known.values())}" if known else ""
    covered = f"the coverage{of} {_spans(coverage[named])}" if named.any() else "the coverage, which does not name it"
    return f"{len(events):,} events{of} lie outside {covered} ({days})"


def _spans(coverage: pd.DataFrame) -> str:
    """The periods of a coverage in words."""
    periods = coverage[["start", "end"]].drop_duplicates().sort_values("start")
    first, last = (periods[side].dt.strftime("%Y-%m-%d") for side in ("start", "end"))
    return listed(list(first.str.cat(last, sep=" to ")), SHOWN_AT_MOST)


def check_whole(coverage: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, countries: Iterable[Any]) -> None:
    """Raise unless every day from ``start`` to ``end`` is covered in each country: part of a period is not the period."""
    if coverage["pcode"].notna().any():
        raise SchemaError("coverage: it is by p-code, and whole countries are counted. Give it by iso3, or as two days")
    named = coverage["iso3"].notna().any()
    groups = {str(country): rows for country, rows in coverage.groupby("iso3")} if named else {"": coverage}
    missing = sorted(set(pd.Series(list(countries), dtype="object").dropna()) - set(groups)) if named else []
    problems = [f"{country}: the coverage does not name it" for country in missing]
    for country, rows in groups.items():
        if not _holds_every_day(rows, start, end):
            problems.append(f"{country}{': ' if country else ''}the events cover {_spans(rows)}")
    if problems:
        raise WindowError(
            f"the comparison needs {start:%Y-%m-%d} to {end:%Y-%m-%d}, {'; '.join(problems)}. "
            "Choose another date or other events, or say what the source covers: coverage=('2019-01-01', '2020-06-30')",
            problems,
        )


def _holds_every_day(periods: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> bool:
    reached, day = start, pd.Timedelta(days=1)
    for first, last in zip(*(periods.sort_values("start")[side] for side in ("start", "end")), strict=True):
        if first <= reached <= last:
            reached = last + day
    return reached > end
