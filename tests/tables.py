"""Makers of small tables: the columns that a test is about, and plain values in the others."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import LineString, Point, box

NAMES = [f"people_{phase}" for phase in range(1, 6)]
# Text that would run in a page which took it for more than text.
ATTACK = "<script>alert(1)</script> `${alert(2)}` {{ 7 * 7 }} \u2028 &amp;"


def stocks(**columns: Any) -> pd.DataFrame:
    """Displaced people counted on 6 September 2020 by CONASUR, unless said otherwise."""
    return _table({"date": "2020-09-06", "group": "idp", "source": "CONASUR"}, columns)


def flows(**columns: Any) -> pd.DataFrame:
    """People who moved in March 2020 as DTM counted them, unless said otherwise."""
    return _table({"start": "2020-03-01", "end": "2020-03-31", "source": "DTM"}, columns)


def population(**columns: Any) -> pd.DataFrame:
    """Inhabitants of 2019 by a census, unless said otherwise."""
    return _table({"year": 2019, "source": "census"}, columns)


def make_events(rows: list[dict[str, Any]], **columns: Any) -> gpd.GeoDataFrame:
    """Events at x, y with the given columns; ids and source are filled in."""
    table = pd.DataFrame(rows)
    table["event"] = table.get("event", pd.Series([f"E{number}" for number in range(len(table))]))
    points = [None if pd.isna(x) else Point(x, y) for x, y in zip(table["x"], table["y"], strict=True)]
    table = table.drop(columns=["x", "y"]).assign(**{"source": "made for tests", **columns})
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")


def row(pcode: str | None, *people: float | None, **others: Any) -> dict[str, Any]:
    """One row of a Phases table."""
    plain = {"pcode": pcode, "kind": "current", "start": "2020-03-01", "end": "2020-05-31", "source": "made for tests"}
    return {**plain, **dict(zip(NAMES, people, strict=False)), **others}


def phases(*rows: dict[str, Any]) -> pd.DataFrame:
    """A Phases table."""
    return pd.DataFrame(list(rows))


def phased(
    squares: gpd.GeoDataFrame, phases: list[int | None], states: list[str | None] | None = None
) -> gpd.GeoDataFrame:
    """The squares with a published phase and, where there is none, the reason."""
    table = squares.assign(
        phase_published=pd.array(phases, dtype="Int64"),
        kind="current",
        start=pd.Timestamp("2020-03-01"),
        end=pd.Timestamp("2020-05-31"),
    )
    return table.assign(state=states) if states else table


def arrows(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Two flows, there and back, bent to opposite sides."""
    lines = [LineString([(0.5, 10.5), (1.0, 10.3), (1.5, 10.5)]), LineString([(1.5, 10.5), (1.0, 10.7), (0.5, 10.5)])]
    return gpd.GeoDataFrame(
        {"origin": ["XA01", "XA02"], "destination": ["XA02", "XA01"], "people": [100, 40], "start": pd.Timestamp("2020-03-01"), "end": pd.Timestamp("2020-08-31"), "source": "x"},
        geometry=lines, crs=squares.crs,
    )  # fmt: skip


def window(
    squares: gpd.GeoDataFrame, start: str, end: str, phases: dict[str, int | None], kind: str = "current"
) -> gpd.GeoDataFrame:
    """Phases of some of the squares in one validity window."""
    rows = squares[squares["pcode"].isin(phases)]
    return rows.assign(
        phase_published=pd.array([phases[code] for code in rows["pcode"]], dtype="Int64"),
        start=pd.Timestamp(start),
        end=pd.Timestamp(end),
        kind=kind,
    )


def long_table(*tables: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Windows below each other."""
    return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True))


def provinces() -> gpd.GeoDataFrame:
    """Two regions of two provinces each, one degree wide."""
    return gpd.GeoDataFrame(
        {
            "pcode": ["XX0101", "XX0102", "XX0201", "XX0202"],
            "edition": "2020",
            "level": 2,
            "parent": ["XX01", "XX01", "XX02", "XX02"],
        },
        geometry=[box(0, 0, 1, 1), box(0, 1, 1, 2), box(1, 0, 2, 1), box(1, 1, 2, 2)],
        crs="EPSG:4326",
    )


def _table(plain: dict[str, Any], columns: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame({**columns, **{name: value for name, value in plain.items() if name not in columns}})
