"""Parquet and Feather files, with the shapes of GeoParquet or as well-known binary (WKB)."""

from __future__ import annotations

import io
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
import shapely.errors
from pyarrow import feather
from pyproj.exceptions import ProjError

from sahelgeo.errors import FormatError
from sahelgeo.readers.shapes import sheet_of
from sahelgeo.readers.sheets import Sheet

MAGICS = {b"PAR1": "parquet", b"ARROW1": "feather"}
MOST_CELLS = 50_000_000
LARGEST_UNPACKED = 4 << 30
_FAULTS = (pa.ArrowException, ValueError, TypeError, KeyError, OSError, ProjError, shapely.errors.ShapelyError)


def form_of(content: bytes) -> str | None:
    """``parquet`` or ``feather`` where the bytes begin so."""
    return next((form for magic, form in MAGICS.items() if content.startswith(magic)), None)


def open_parquet(content: bytes, file: str) -> Sheet:
    """The table of a Parquet or Feather file, with its shapes where it has some.

    Raises
    ------
    FormatError
        A damaged file, or one that holds more cells than can be read at once.
    """
    form = form_of(content) or ""
    try:
        if form == "parquet":
            _refuse_large(pq.ParquetFile(io.BytesIO(content)).metadata, file)
            stored = pq.read_schema(io.BytesIO(content))
        else:
            stored = feather.read_table(io.BytesIO(content), columns=[]).schema
        known = b"geo" in (stored.metadata or {})
        read: Any = getattr(gpd if known else pd, f"read_{form}")
        table = read(io.BytesIO(content))
        if any(name is not None for name in table.index.names):
            table = table.reset_index()
        for part in stored:
            if pa.types.is_decimal(part.type):  # as text 12.000 could be twelve thousand
                table[part.name] = table[part.name].astype(float)
    except FormatError:
        raise
    except _FAULTS as failure:
        raise FormatError(f"{file}: a damaged {form} file ({failure}). Download it again") from failure
    return sheet_of(table if known else with_shapes(table), file, "", form)


def _refuse_large(facts: Any, file: str) -> None:
    unpacked = sum(facts.row_group(number).total_byte_size for number in range(facts.num_row_groups))
    if facts.num_rows * facts.num_columns > MOST_CELLS or unpacked > LARGEST_UNPACKED:
        raise FormatError(
            f"{file}: {facts.num_rows:,} rows of {facts.num_columns:,} columns, {unpacked:,} bytes unpacked: more than "
            f"{MOST_CELLS:,} cells or {LARGEST_UNPACKED:,} bytes. Give a part of it"
        )


def with_shapes(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its first column of well-known binary as shapes, which state no CRS; unchanged where it has none."""
    for label in table.columns:
        first = next((cell for cell in table[label] if isinstance(cell, bytes | bytearray)), None)
        if first is None:
            continue
        try:
            shapes = shapely.from_wkb(table[label].where(table[label].notna(), None).to_numpy(dtype=object))
        except (shapely.errors.ShapelyError, TypeError):
            continue
        drawn: pd.DataFrame = gpd.GeoDataFrame(
            table.drop(columns=label), geometry=gpd.GeoSeries(shapes, index=table.index)
        )
        return drawn
    return table
