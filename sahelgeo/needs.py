"""What a table must hold that has no declaration of its own: columns there once, of plain values, numbers or days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, listed

Need = Literal["text", "number", "day", "any"]
_RULES = {
    "text": "not text. Read the column as text (dtype=str)",
    "number": "not a number. Turn text into numbers or empty cells",
    "day": "not a day. Use dates, or text as YYYY-MM-DD",
    "any": "a list or mapping. Write plain values into the cells",
}


_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T].*)?$")


def days_of(values: pd.Series) -> pd.Series:
    """The days of a column that was found to hold days (see :func:`need_columns`)."""
    days: pd.Series = pd.to_datetime(values.astype(object), format="ISO8601").dt.normalize().astype("datetime64[us]")
    return days


def need_columns(table: Any, name: str, columns: Mapping[str, Need]) -> None:
    """Raise SchemaError, all problems at once, unless the table is a DataFrame with these columns, each once and so filled."""
    if not isinstance(table, pd.DataFrame):
        raise SchemaError(f"{name}: a DataFrame is needed, not {type(table).__name__}")
    labels = list(table.columns)
    problems = [problem for column, need in columns.items() if (problem := _problem(table, labels, column, need))]
    if problems:
        raise SchemaError(f"{name}: {'; '.join(problems)}", problems)


def need_plain(table: Any, name: str) -> None:
    """Raise SchemaError unless every column of the table stands once and holds plain values."""
    labels = list(table.columns) if isinstance(table, pd.DataFrame) else []
    need_columns(table, name, dict.fromkeys([label for label in labels if label != "geometry"], "any"))


def _problem(table: pd.DataFrame, labels: list[Any], column: str, need: Need) -> str | None:
    count = labels.count(column)
    if count == 0:
        return f"column {column!r} is missing. Found: {listed(labels, 12)}"
    if count > 1:
        return f"column {column!r} stands {count} times. Keep one of them"
    bad = _unfit(table[column], need)
    if not bad.any():
        return None
    values = table[column].array[bad]
    rows = listed(list(table.index[bad]), SHOWN_AT_MOST)
    return f"column {column!r}, row(s) {rows} ({listed([repr(value) for value in values], 3)}): {_RULES[need]}"


def _unfit(values: pd.Series, need: Need) -> np.ndarray:
    kind = values.dtype.kind
    if need == "number" and kind in "iuf" and isinstance(values.dtype, np.dtype):
        return np.asarray(np.isinf(values.to_numpy()) if kind == "f" else np.zeros(len(values), dtype=bool))
    if kind == "M" and need in ("day", "any"):
        return np.zeros(len(values), dtype=bool)
    if kind != "O" and need == "any":
        return np.zeros(len(values), dtype=bool)
    if isinstance(values.dtype, pd.StringDtype) and need in ("text", "any"):
        return np.zeros(len(values), dtype=bool)
    answers = [_unfit_value(value, need) for value in values.astype(object)]
    return np.asarray(answers, dtype=bool) & values.notna().to_numpy()


def _unfit_value(value: Any, need: Need) -> bool:
    if not pd.api.types.is_scalar(value):
        return True
    if need == "text":
        return not isinstance(value, str)
    if need == "number":
        return isinstance(value, str | bool | np.bool_) or not np.isfinite(pd.to_numeric(value, errors="coerce"))
    if need == "day":
        # "09/12/2019" is September to some and December to others.
        if isinstance(value, str) and not _ISO_DAY.match(value):
            return True
        return (not isinstance(value, str | np.datetime64) and not hasattr(value, "isoformat")) or bool(
            pd.isna(pd.to_datetime(value, errors="coerce"))
        )
    return False
