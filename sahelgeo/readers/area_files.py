"""Open a file of boundaries, whatever its format, as a table with geometry."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

import geopandas as gpd
import pandas as pd
import pyogrio

from sahelgeo.conformance import listed
from sahelgeo.errors import FormatError

_LEVEL_IN_NAME = re.compile(r"(?:adm|admin|admbnda_adm|level|niveau)[ _-]?(\d)", re.IGNORECASE)
_PARQUET = (b"PAR1",)


@dataclass(frozen=True)
class OpenedAreas:
    """A table of boundaries as its file has it, and where it stood, for messages."""

    table: gpd.GeoDataFrame
    where: str


def open_areas(path: str | PathLike[str] | BinaryIO, level: int | None, layer: str | None) -> OpenedAreas:
    """Read the one layer that is meant, with its attributes as they are."""
    source, where = _source(path)
    try:
        if _is_parquet(source):
            return OpenedAreas(_read_parquet(source, where), where)
        if where.lower().endswith((".csv", ".txt")):
            return OpenedAreas(
                _without_geometry(pd.read_csv(source, dtype=str, keep_default_na=False, encoding="utf-8-sig")), where
            )
        chosen = _layer(source, level, layer, where)
        read = pyogrio.read_dataframe(_again(source), layer=chosen)
    except FormatError:
        raise
    except Exception as error:
        raise FormatError(
            f"{where}: cannot be read as boundaries ({error}). Give a shapefile, GeoPackage, GeoJSON, TopoJSON, GeoParquet or a zip of one"
        ) from error
    named = where if chosen is None else f"{where}, layer {chosen!r}"
    table = read if isinstance(read, gpd.GeoDataFrame) else _without_geometry(read)
    if table.empty:
        raise FormatError(f"{named}: no area in it")
    return OpenedAreas(table.reset_index(drop=True), named)


def _source(path: Any) -> tuple[Any, str]:
    if hasattr(path, "read"):
        content = path.read()
        if not isinstance(content, bytes):
            raise FormatError("the open file gives text. Open it in binary mode: open(path, 'rb')")
        return content, str(getattr(path, "name", "the open file"))
    if not isinstance(path, str | PathLike):
        raise FormatError(f"a path or an open binary file is needed, not {type(path).__name__}")
    file = Path(path)
    if "!" not in str(path) and not str(path).startswith("/vsi") and not file.exists():
        raise FormatError(f"there is no file {path}. Check the path; of a shapefile give the .shp")
    return str(path), file.name


def _again(source: Any) -> Any:
    return io.BytesIO(source) if isinstance(source, bytes) else source


def _is_parquet(source: Any) -> bool:
    if isinstance(source, bytes):
        return source.startswith(_PARQUET)
    if not Path(source).is_file():
        return False
    with Path(source).open("rb") as file:
        return file.read(4) in _PARQUET


def _read_parquet(source: Any, where: str) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(_again(source)).reset_index(drop=True)
    except ValueError:
        table = pd.read_parquet(_again(source))
        if "pcode" not in {str(label).lower().rsplit("_", 1)[-1] for label in table.columns}:
            raise FormatError(
                f"{where}: Parquet without geometry or codes. Found: {listed(list(table.columns), 12)}"
            ) from None
        return _without_geometry(table)


def _without_geometry(table: pd.DataFrame) -> gpd.GeoDataFrame:
    hxl = table.astype(str).iloc[:1].apply(lambda column: column.str.startswith("#")).to_numpy().any()
    kept = (table.iloc[1:] if hxl else table).reset_index(drop=True)
    return gpd.GeoDataFrame(kept, geometry=gpd.GeoSeries([None] * len(kept)))


def _layer(source: Any, level: int | None, layer: str | None, where: str) -> str | None:
    layers = [str(name) for name in pyogrio.list_layers(_again(source))[:, 0]]
    shown = listed([repr(name) for name in layers], 10)
    if layer is not None:
        if layer not in layers:
            raise FormatError(f"{where}: no layer {layer!r}. There are: {shown}")
        return layer
    if len(layers) == 1:
        return None
    fitting = [name for name in layers if (found := _LEVEL_IN_NAME.search(name)) and int(found[1]) == level]
    if len(fitting) == 1:
        return fitting[0]
    raise FormatError(
        f"{where}: {len(layers)} layers, and none is meant for certain. Choose one: layer= one of {shown}, or level= where their names say it"
    )
