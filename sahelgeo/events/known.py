"""Which areas of a monthly table are known in which months: a part of the areas, or of a month's days, is not the whole."""

from __future__ import annotations

import pandas as pd

from sahelgeo import checks
from sahelgeo.checks import Need
from sahelgeo.conformance import SHOWN_AT_MOST, listed

ALL = ""


def need_months(series: pd.DataFrame, name: str, column: str) -> None:
    """Raise unless the table has its days and the column, and, where it names areas and shares, these are what they must be."""
    optional: dict[str, Need] = {"pcode": "text", "covered": "number"}
    there = {label: need for label, need in optional.items() if isinstance(series, pd.DataFrame) and label in series}
    checks.columns(series, name, {"start": "day", column: "number", **there})


def months_of(series: pd.DataFrame) -> pd.Series:
    """The month that each row begins in."""
    return pd.to_datetime(series["start"]).dt.to_period("M")


def areas_of(series: pd.DataFrame) -> pd.Series:
    """The p-code of each row as text; empty where there is none."""
    if "pcode" not in series:
        return pd.Series(ALL, index=series.index, dtype="object")
    return series["pcode"].astype("string").fillna(ALL).astype("object")


def unknown_months(series: pd.DataFrame, months: pd.PeriodIndex, column: str) -> pd.DataFrame:
    """The areas and months that are not known: no row though the table has the area, no value, or covered in part only.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``area`` (empty where the table names none) and ``covered`` (the share of the month where it is in part).
        Events without an area have no row where there are none: these rows must have a value, but need not be there.
    """
    covered = (
        series["covered"].astype("Float64")
        if "covered" in series
        else pd.Series(pd.NA, index=series.index, dtype="Float64")
    )
    part = (covered < 1).fillna(False).astype(bool)
    lost = series[column].isna() | part
    cells = pd.DataFrame({"month": months_of(series), "area": areas_of(series), "covered": covered.where(part)})
    areas = [area for area in cells["area"].unique() if area != ALL] or [ALL]
    wanted = pd.MultiIndex.from_product([months, areas], names=["month", "area"])
    absent = wanted.difference(pd.MultiIndex.from_frame(cells[["month", "area"]]), sort=False).to_frame(index=False)
    there = cells[lost & cells["month"].isin(months)]
    absent["covered"] = pd.Series(pd.NA, index=absent.index, dtype="Float64")
    return pd.concat([there, absent], ignore_index=True).sort_values(
        ["month", "area"], kind="stable", ignore_index=True
    )


def unknown_in_words(unknown: pd.DataFrame) -> str:
    """The months that are not known, each with its areas and how far they are covered."""
    words = []
    for month, cells in unknown.groupby("month"):
        areas = [
            " ".join(part for part in (area, _share(covered)) if part)
            for area, covered in zip(cells["area"], cells["covered"], strict=True)
        ]
        shown = [area for area in dict.fromkeys(areas) if area]
        words.append(f"{month}" + (f" ({listed(shown, SHOWN_AT_MOST)})" if shown else ""))
    return listed(words, SHOWN_AT_MOST)


def _share(covered: float) -> str:
    return "" if pd.isna(covered) else f"covered to {100 * covered:.0f} %"
