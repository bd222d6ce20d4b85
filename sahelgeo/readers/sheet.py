"""What every kind of file becomes once opened: sheets of cells, numbered as the file numbers them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

HEAD_ROWS = 60


@dataclass(frozen=True)
class Uncomputed:
    """A cell whose formula no program has computed: its figure is not in the file."""

    cell: str

    def __str__(self) -> str:
        return f"formula in {self.cell}"


@dataclass(frozen=True)
class Sheet:
    """A rectangle of cells.

    Attributes
    ----------
    file : str
        Name of the file, for messages.
    name : str
        Name of the sheet; empty where the file has but one.
    cells : pandas.DataFrame
        The cells by position; the index is the number of the row in the file (1 is the first).
    form : str
        csv, workbook, json, geojson, shapefile, geopackage, flatgeobuf, parquet, feather, dbf or topojson.
    geometry : geopandas.GeoSeries, optional
        The shapes of the rows, with the index of ``cells``.
    hidden : bool
        Whether the workbook hides the sheet.
    epoch : int
        The year that the workbook counts its days from: 1900 or 1904.
    commas_separate : bool
        Whether the cells of the text file are separated by commas.
    envelope : tuple of str
        The keys that stand beside the list of records in an API's answer.
    """

    file: str
    name: str
    cells: pd.DataFrame = field(repr=False)
    form: str
    geometry: gpd.GeoSeries | None = field(default=None, repr=False)
    hidden: bool = False
    epoch: int = 1900
    commas_separate: bool = False
    envelope: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The file and sheet, as messages name them."""
        return f"{self.file}, sheet {self.name!r}" if self.name else self.file

    def head(self) -> list[list[Any]]:
        """The first rows, where headings can be."""
        return [list(row) for row in self.cells.head(HEAD_ROWS).itertuples(index=False, name=None)]


@dataclass(frozen=True)
class Opened:
    """An opened file: its sheets, and what had to be said about opening it: notes, and warnings where a part is missing."""

    file: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
