"""The declared tables of sahelgeo, saved as CSV, in a workbook or as GeoJSON, and read back."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd

from sahelgeo.readers.feed import Found, body
from sahelgeo.readers.printed import days, numbers, text_of, texts, whole_numbers
from sahelgeo.readers.reading import Tidied, need_rows
from sahelgeo.tables import TABLES

OWN_TABLES = tuple(f"sahelgeo-{name}" for name in TABLES if name != "areas")
_READ: dict[str, Callable[[pd.Series, str, str], pd.Series]] = {
    "string": lambda values, _column, _where: texts(values),
    "Int64": whole_numbers,
    "Float64": numbers,
    "datetime64[us]": days,
}


def tidy_own(found: Found) -> Tidied:
    """The rows of a saved table in their declared types, with the user's own columns as they were."""
    frame, fates = body(found)
    need_rows(frame, found)
    declared = TABLES[found.feed.table]
    table = pd.DataFrame(
        {name: _READ[declared.columns[name].dtype](frame[name], name, found.sheet.where) for name in found.columns},
        index=frame.index,
    ).join(_own_columns(found, frame.index))
    if found.sheet.geometry is not None:
        shapes = found.sheet.geometry
        table = gpd.GeoDataFrame(table, geometry=shapes.reindex(table.index), crs=shapes.crs)
    return Tidied(table, fates, kind=declared.name)


def _own_columns(found: Found, rows: pd.Index) -> pd.DataFrame:
    """The columns that are not declared; pandas' unnamed column of row numbers is none."""
    cells = found.sheet.cells
    places: dict[str, int] = {}
    for place, cell in enumerate(cells.loc[found.header]):
        heading = text_of(cell)
        if heading not in ("", "geometry") and place not in found.columns.values():
            places.setdefault(heading, place)
    return pd.DataFrame({heading: _typed(cells.loc[rows, cells.columns[place]]) for heading, place in places.items()})


def _typed(values: pd.Series) -> pd.Series:
    """Numbers where every cell is one, else text: a code such as 012 keeps its zero."""
    text = texts(values)
    read = pd.to_numeric(text, errors="coerce")
    code = text.str.match(r"0\d")
    return read if read.notna().any() and bool((read.notna() == text.notna()).all()) and not code.any() else text
