"""Read the distinct places that a table prints."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import SchemaError
from sahelgeo.places.columns import PlaceColumns
from sahelgeo.places.gazetteer import Gazetteer
from sahelgeo.places.names import NOT_NAMES, Name, fold_names
from sahelgeo.places.weigh import Place


def one_level(gazetteer: Gazetteer) -> int | None:
    """The level of the areas if they are all of one, else None."""
    levels = set(gazetteer.levels)
    return levels.pop() if len(levels) == 1 else None


def read_places(table: pd.DataFrame, columns: PlaceColumns) -> tuple[list[Place], NDArray[np.intp]]:
    """The distinct places, and for each row of the table the number of its place."""
    checks.columns(table, "table", dict.fromkeys(columns.all, "any"))
    read = {label: _as_text(table[label], label) for label in columns.all}
    numbers = np.zeros(len(table), dtype=np.int64)
    for codes, texts in read.values():
        numbers, _ = pd.factorize(numbers * (len(texts) + 1) + codes + 1)
    count = int(numbers.max()) + 1 if len(numbers) else 0
    first = np.zeros(count, dtype=np.intp)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    cells = {
        label: [texts[code] if code >= 0 else None for code in codes[first].tolist()]
        for label, (codes, texts) in read.items()
    }
    empty: list[str | None] = [None] * count
    code = empty if columns.code is None else cells[columns.code]
    name = empty if columns.name is None else cells[columns.name]
    parents: Iterable[tuple[str | None, ...]] = (
        zip(*(cells[label] for label in columns.parents), strict=True) if columns.parents else [()] * count
    )
    return [Place(*place) for place in zip(code, name, parents, strict=True)], np.asarray(numbers, dtype=np.intp)


def _as_text(values: pd.Series, label: str) -> tuple[NDArray[np.int64], list[str]]:
    """The distinct texts of a column, and for each row the number of its text (-1 where the cell is empty or says so)."""
    numbers, distinct = pd.factorize(values.astype(object), use_na_sentinel=True)
    bad = [number for number, value in enumerate(distinct) if not isinstance(value, str)]
    if bad:
        shown = listed([repr(distinct[number]) for number in bad], SHOWN_AT_MOST)
        rows = listed(list(values.index[np.isin(numbers, bad)]), SHOWN_AT_MOST)
        raise SchemaError(
            f"column {label!r}, rows {rows} ({shown}): not text. Places are matched by text: read the column with dtype=str, so that codes keep their zeros"
        )
    again, texts = pd.factorize(np.array([_tidy(value) for value in distinct], dtype=object))
    renumbered = np.append(again, -1)[numbers]
    return renumbered.astype(np.int64), list(texts)


def _tidy(value: str) -> str | None:
    text = value if value.isalpha() else " ".join(value.split())
    return None if text.lower() in NOT_NAMES else text


def fold_all(places: Iterable[Place]) -> dict[str, Name]:
    """Each printed name folded once."""
    printed = list(dict.fromkeys([place.name for place in places if place.name]))
    return dict(zip(printed, fold_names(printed), strict=True))
