"""Symbols on a phase map: evidence, food assistance, limited access, settlements (IPC Technical Manual 3.1, Protocol 3.2)."""

from __future__ import annotations

from collections import Counter

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import SchemaError, listed
from sahelgeo.maps.drawing import LegendMark
from sahelgeo.words import word

SETTLEMENTS = ("urban", "idp_site", "refugee")
_LEGEND_ORDER = (
    "evidence_1",
    "evidence_2",
    "evidence_3",
    "white_sack",
    "black_sack",
    "assistance",
    "limited_access",
    *SETTLEMENTS,
)
# As sources print them. FEWS NET and IPC before 3.1 have one flag, drawn as "!"; IPC 3.1 has two sacks.
_ASSISTANCE = {
    "white_sack": "white_sack",
    "white sack": "white_sack",
    "black_sack": "black_sack",
    "black sack": "black_sack",
    "1": "assistance",
    "1.0": "assistance",
    "!": "assistance",
}


def shapes_of(table: pd.DataFrame) -> tuple[str, ...]:
    """For each row its kind of settlement, or "" for an area."""
    if "unit_kind" not in table:
        return ("",) * len(table)
    return tuple(str(kind) if pd.notna(kind) and kind in SETTLEMENTS else "" for kind in table["unit_kind"])


def marks_of(table: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    """For each row the keys of the symbols that stand on it."""
    found: list[list[str]] = [[] for _ in range(len(table))]
    if "evidence" in table:
        for marks, level in zip(found, table["evidence"], strict=True):
            if pd.notna(level):
                marks.append(f"evidence_{int(level)}")
    if "assistance" in table:
        for marks, flag in zip(found, table["assistance"], strict=True):
            if pd.notna(flag) and (key := _ASSISTANCE.get(str(flag).strip().lower())):
                marks.append(key)
    if "unit_kind" in table:
        for marks, kind in zip(found, table["unit_kind"], strict=True):
            if pd.notna(kind) and kind == "limited_access":
                marks.append("limited_access")
    return tuple(map(tuple, found))


def legend_marks(marks: tuple[tuple[str, ...], ...], shapes: tuple[str, ...], lang: str) -> tuple[LegendMark, ...]:
    """A row of the legend for each symbol and kind of settlement that is there."""
    counts = Counter([*(key for one in marks for key in one), *filter(None, shapes)])
    return tuple(LegendMark(key, word(key, lang), counts[key]) for key in _LEGEND_ORDER if counts[key])


def settlements_as_points(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The rows with settlements on a point: they are never merged into the area around them."""
    settled = pd.Series([bool(shape) for shape in shapes_of(table)], index=table.index)
    if not settled.any():
        return table
    told_apart = [label for label in ("pcode", "unit_kind", "unit", "place") if label in table]
    repeated = settled & table.assign(point=table.geometry.representative_point().to_wkt()).duplicated(
        [*told_apart, "point"], keep=False
    )
    if repeated.any():
        raise SchemaError(
            f"PhaseLayer: the same settlement has more than one row: {listed(list(table.index[repeated]), 5)}. Choose one period and kind"
        )
    points = table.geometry.where(~settled, table.geometry.representative_point())
    return table.set_geometry(points)


def settlement_names(table: pd.DataFrame, names: tuple[str, ...]) -> tuple[str, ...]:
    """Areas keep their names; a settlement has its own before that of its area."""
    own = table["unit"] if "unit" in table else pd.Series(pd.NA, index=table.index)
    return tuple(
        f"{unit} ({name})" if shape and pd.notna(unit) and unit != name and name else str(unit) if shape and pd.notna(unit) else name
        for name, unit, shape in zip(names, own, shapes_of(table), strict=True)
    )  # fmt: skip
