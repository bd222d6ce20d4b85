"""What comes with sahelgeo in ``sahelgeo/data``: a file as text, as rows or as a frame."""

from __future__ import annotations

import csv
import io
from importlib.resources import as_file, files
from typing import Any

import pandas as pd


def read_text(*path: str) -> str:
    """The text of an embedded file: ``read_text("brief", "texts.csv")``."""
    return files("sahelgeo.data").joinpath(*path).read_text(encoding="utf-8")


def names_in(folder: str, ending: str) -> list[str]:
    """The names of the embedded files of a folder, in the order of the alphabet."""
    entries = files("sahelgeo.data").joinpath(folder).iterdir()
    return sorted(entry.name for entry in entries if entry.name.endswith(ending))


def read_rows(*path: str) -> list[dict[str, str]]:
    """The rows of an embedded CSV, each cell as text, an empty one as ``""``."""
    return list(csv.DictReader(io.StringIO(read_text(*path))))


def read_frame(*path: str, **options: Any) -> pd.DataFrame:
    """An embedded CSV as pandas reads it, as text unless ``dtype`` says otherwise."""
    frame: pd.DataFrame = pd.read_csv(io.StringIO(read_text(*path)), **{"dtype": "string", **options})
    return frame


def read_parquet(*path: str) -> pd.DataFrame:
    """An embedded Parquet file as pandas reads it."""
    with as_file(files("sahelgeo.data").joinpath(*path)) as file:
        return pd.read_parquet(file)
