"""The declared tables of sahelgeo, saved as CSV, in a workbook or as GeoJSON, and read back."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd

from sahelgeo.readers.printed import text_of
from sahelgeo.readers.rows import Rows, Tidied, typed_or_text
from sahelgeo.tables import TABLES


def tidy(rows: Rows) -> Tidied:
    """The rows of a saved table in their declared types, with the user's own columns as they were."""
    declared = TABLES[rows.feed.table]
    read: dict[str, Callable[..., pd.Series]] = {
        "string": rows.text,
        "Int64": rows.whole,
        "Float64": rows.number,
        "datetime64[us]": rows.day,
    }
    table = pd.DataFrame(
        {name: read[declared.columns[name].dtype](name) for name in rows.found.columns}, index=rows.frame.index
    ).join(_own_columns(rows))
    shapes = rows.found.sheet.geometry
    if shapes is not None:
        table = gpd.GeoDataFrame(table, geometry=shapes.reindex(table.index), crs=shapes.crs)
    return rows.tidied(table, declared.name)


def _own_columns(rows: Rows) -> pd.DataFrame:
    """The columns that are not declared; pandas' unnamed column of row numbers is none."""
    cells, found = rows.found.sheet.cells, rows.found
    places: dict[str, int] = {}
    for place, cell in enumerate(cells.loc[found.header]):
        heading = text_of(cell)
        if heading not in ("", "geometry") and place not in found.columns.values():
            places.setdefault(heading, place)
    own = cells.loc[rows.frame.index]
    return pd.DataFrame(
        {heading: typed_or_text(own.iloc[:, place], heading) for heading, place in places.items()}, index=own.index
    )
