"""The columns of a chunk of flows as numbers and codes, every cell checked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sahelgeo.errors import SchemaError

Codes: TypeAlias = "npt.NDArray[np.integer[Any]]"
# Notes the rows of a column that break a rule.
Tell = Callable[[str, "npt.NDArray[np.bool_]", str], None]
# Above this many cells a table of counts by code would be larger than the rows that it counts.
DENSE = 1 << 23
_EMPTY = "empty. Every row needs a value here"
_LARGEST = 10**15
_DAY_AS_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def value_type(values: pa.Array) -> pa.DataType:
    """The type of the values, also where they are kept in a dictionary."""
    return values.type.value_type if pa.types.is_dictionary(values.type) else values.type


def people_of(batch: pa.RecordBatch, tell: Tell) -> npt.NDArray[np.float64]:
    """The counts, with 0 where there is none."""
    column = batch.column("people")
    rule = "not a whole number of 0 or more. Turn text such as '1 234' or 'ND' into numbers or empty cells, and round fractions yourself"
    if pa.types.is_null(column.type):
        return np.zeros(len(column))
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        tell("people", pc.is_valid(column).to_numpy(zero_copy_only=False), rule)
        return np.zeros(len(column))
    people = column.cast(pa.float64(), safe=False)
    people = (people.fill_null(0) if people.null_count else people).to_numpy()
    if pa.types.is_floating(column.type) and np.isnan(people).any():
        raise SchemaError("flows: column 'people' has NaN. Write what is missing as null (DataFrame.to_parquet does)")
    low, high = (people.min(), people.max()) if len(people) else (0, 0)
    if low < 0 or high > _LARGEST or (pa.types.is_floating(column.type) and (people % 1 != 0).any()):
        tell("people", (people < 0) | (people > _LARGEST) | (people % 1 != 0), rule)
    return np.asarray(people, dtype=np.float64)


def _days(batch: pa.RecordBatch, column: str, tell: Tell) -> npt.NDArray[np.int32]:
    values, rule = batch.column(column), "not a day. Use dates without time zone, or text as YYYY-MM-DD"
    if pa.types.is_date32(values.type):
        read = values
    elif pa.types.is_date64(values.type) or (pa.types.is_timestamp(values.type) and values.type.tz is None):
        read = values.cast(pa.date32(), safe=False)
    elif pa.types.is_string(value_type(values)) or pa.types.is_large_string(value_type(values)):
        coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
        days = [None if text is None else _day_of(text) for text in coded.dictionary.to_pylist()]
        read = pa.array(days, pa.date32()).take(coded.indices)
    else:
        read = pa.nulls(len(values), pa.date32())
    if read.null_count:
        tell(column, pc.is_null(read).to_numpy(zero_copy_only=False), rule)
        return np.zeros(len(values), dtype=np.int32)
    return np.asarray(read.cast(pa.int32()).to_numpy())


@lru_cache(maxsize=1 << 16)
def _day_of(text: str) -> dt.date | None:
    """The day that a text means, or none. Days repeat in every chunk: each is read once."""
    try:
        return dt.date.fromisoformat(text) if _DAY_AS_TEXT.fullmatch(text) else None
    except ValueError:
        return None


def periods_of(batch: pa.RecordBatch, tell: Tell) -> tuple[list[Any], Codes]:
    """The periods that are there, as days since 1970, and which of them each row has."""
    starts, ends = _days(batch, "start", tell), _days(batch, "end", tell)
    if not len(starts):
        return [], starts.astype(np.int64)
    first, last = int(min(starts.min(), ends.min())), int(max(starts.max(), ends.max()))
    span = last - first + 1
    # Days are 32 bits wide, and so are the keys of a span that is short enough for a table of flags.
    dense = span * span <= DENSE
    keys = starts - np.int32(first) if dense else starts.astype(np.int64) - first
    keys *= span
    keys += ends
    keys -= first
    if dense:
        there = np.zeros(span * span, dtype=np.bool_)
        there[keys] = True
        found = np.flatnonzero(there)
        place = np.zeros(span * span, dtype=np.min_scalar_type(len(found)))
        place[found] = np.arange(len(found))
        codes = place.take(keys, mode="clip")
    else:
        found, codes = np.unique(keys, return_inverse=True)
    pairs = [(int(key // span) + first, int(key % span) + first) for key in found]
    backwards = np.array([start > end for start, end in pairs])
    if backwards.any():
        tell("end", backwards[codes], "a period that starts after its end. Swap or correct 'start' and 'end'")
    return pairs, codes


def texts_of(batch: pa.RecordBatch, column: str, tell: Tell) -> tuple[list[Any], Codes]:
    """The texts that are there, and which of them each row has."""
    values = batch.column(column)
    kind = value_type(values)
    if not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_null(kind)
    ):
        tell(
            column,
            pc.is_valid(values).to_numpy(zero_copy_only=False),
            "not text. Codes lose their zeros as numbers: read the column as text (dtype=str)",
        )
        return [None], np.zeros(len(values), dtype=np.int64)
    if pa.types.is_null(kind):
        if column == "source":
            tell(column, np.ones(len(values), dtype=np.bool_), _EMPTY)
        return [None], np.zeros(len(values), dtype=np.int32)
    coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    labels = coded.dictionary.to_pylist()
    if not coded.indices.null_count and labels:
        return labels, coded.indices.to_numpy()
    codes = coded.indices.fill_null(len(labels)).to_numpy()
    if column == "source" and len(codes):
        tell(column, codes == len(labels), _EMPTY)
    return [*labels, None], codes
