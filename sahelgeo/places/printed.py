"""Read the distinct places that a table prints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelgeo.conform import SHOWN_AT_MOST, listed
from sahelgeo.errors import SchemaError
from sahelgeo.places.columns import PlaceColumns
from sahelgeo.places.gazetteer import Gazetteer
from sahelgeo.places.names import NOT_NAMES, Name, fold_name
from sahelgeo.places.weigh import Place


def one_level(gazetteer: Gazetteer) -> int | None:
    """The level of the areas if they are all of one, else None."""
    levels = set(gazetteer.levels)
    return levels.pop() if len(levels) == 1 else None


def read_places(table: pd.DataFrame, columns: PlaceColumns) -> tuple[list[Place], NDArray[np.intp]]:
    """The distinct places, and for each row of the table the number of its place."""
    printed = pd.DataFrame({number: _as_text(table[label], label) for number, label in enumerate(columns.all)})
    numbers = printed.groupby(list(printed.columns), dropna=False, sort=False).ngroup().to_numpy()
    first = ~pd.Series(numbers).duplicated()
    cells: list[list[str | None]] = [
        [None if value is pd.NA or value is None else str(value) for value in printed[label][first].astype(object)]
        for label in printed
    ]
    count = int(first.sum())
    code = cells.pop(0) if columns.code is not None else [None] * count
    name = cells.pop(0) if columns.name is not None else [None] * count
    parents: Iterable[tuple[str | None, ...]] = zip(*cells, strict=True) if cells else [()] * count
    return [Place(*place) for place in zip(code, name, parents, strict=True)], np.asarray(numbers, dtype=np.intp)


def _as_text(values: pd.Series, label: str) -> pd.Series:
    plain = values.astype(object).reset_index(drop=True)
    bad = plain.notna() & ~plain.map(lambda value: isinstance(value, str)).astype(bool)
    if bad.any():
        shown = listed([repr(value) for value in plain[bad].unique()], SHOWN_AT_MOST)
        rows = listed(list(values.index[bad.to_numpy()]), SHOWN_AT_MOST)
        raise SchemaError(
            f"column {label!r}, rows {rows} ({shown}): not text. Places are matched by text: read the column with dtype=str, so that codes keep their zeros"
        )
    distinct: dict[Any, Any] = {value: _tidy(value) for value in plain[plain.notna()].unique()}
    return plain.map(distinct).astype("string")


def _tidy(value: str) -> str | None:
    text = " ".join(value.split())
    return None if text.lower() in NOT_NAMES else text


def fold_all(places: Iterable[Place]) -> dict[str, Name]:
    """Each printed name folded once."""
    return {name: fold_name(name) for name in dict.fromkeys(place.name for place in places if place.name)}
