"""Flows of any size, from files, Arrow tables and streams, added up on codes.

A chunk whose cells are not plain (text for a day, a fraction, a negative count) is read, or refused in words with the
rows of the file, by the very function that reads small tables.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq

from sahelgeo import checks
from sahelgeo.coded_sums import BEHIND, CHUNK, PERIOD, CodedSums, Codes, Counts, Known, added, recoded
from sahelgeo.conformance import conform_records
from sahelgeo.errors import SchemaError, listed
from sahelgeo.parts import Fragment, checked, files_of, sound, threads_at_most
from sahelgeo.sums import distinct

FlowRecords: TypeAlias = "str | os.PathLike[str] | pa.Table | pads.Dataset | pa.RecordBatchReader | Iterable[Any]"
Retarget = Callable[[list[str]], list["str | None"]]

ENDS = ("origin", "destination")
REQUIRED = (*ENDS, *PERIOD, "people", "source")
# What else tells rows apart, in tables that hold it.
OPTIONAL = ("reason", "edition")
ALSO_TELL_APART = ("event", "place", "iso3")
NUMBERS = ("people", *BEHIND)
# So many rows for each sum wait until they join the sums: each joining costs a walk over all sums.
_WAITING = 3


def sum_records(
    flows: FlowRecords | pd.DataFrame,
    target: Retarget | None = None,
    *,
    copies: bool = False,
    kept: Collection[str] | None = None,
) -> CodedSums:
    """Add up the rows that agree in ends, period, source and what else tells them apart, chunk by chunk.

    Parameters
    ----------
    flows : path, pyarrow.Table, record batches or pandas.DataFrame
        A Parquet file or a folder of them, or Arrow data, with the columns of a Flows table. A one-way stream of
        batches is read once.
    target : callable, optional
        Gives the p-codes to count for the p-codes that are there (a coarser level), None for those that have none.
    copies : bool
        Whether rows alike would be copies: then all that tells rows apart is kept (event, place, country).
    kept : collection of str, optional
        Columns of text to add up by, where others are to be added over; ``target`` is asked for both ends all the same.

    Returns
    -------
    CodedSums
        Memory goes with the number of sums, not of rows.
    """
    known: Known = {
        name: {} for name in (*ENDS, "period", "source", "reason") if kept is None or name in (*kept, "period")
    }
    whole = CodedSums(
        {}, {name: np.zeros(0, dtype=np.int64) for name in known}, {"lines": np.zeros(0), "people": np.zeros(0)}
    )
    held: list[CodedSums] = []
    first, index = 0, flows.index if isinstance(flows, pd.DataFrame) else None
    names = (*REQUIRED, *OPTIONAL, *BEHIND, *(ALSO_TELL_APART if copies else ()))
    for batch in _batches(flows, names):
        last = first + batch.num_rows
        labels = pd.RangeIndex(first, last) if index is None else index[first:last]
        held.append(_part(batch, labels, known, target, kept))
        first = last
        if sum(map(len, held)) > max(CHUNK - 1, _WAITING * len(whole)):
            whole, held = added([whole, *held], known), []
    sums = added([whole, *held], known)
    # A file can name texts that no row of it has.
    return sums.where(np.ones(len(sums), dtype=np.bool_))


def _batches(flows: FlowRecords | Fragment | pd.DataFrame, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    if isinstance(flows, (str, os.PathLike)):
        yield from _ahead(_of_files(Path(flows), names))
    elif isinstance(flows, (pd.DataFrame, pa.Table)):
        table = flows if isinstance(flows, pa.Table) else _arrow(flows, names)
        there = _flow_columns(table.schema.names, names)
        yield from _ahead(map(_encoded, table.select(there).to_batches(CHUNK)))
    elif isinstance(flows, (pads.Dataset, Fragment)):
        there = _flow_columns(flows.schema.names, names)
        read = partial(flows.to_batches, columns=there, batch_size=CHUNK)
        yield from _ahead(sound(flows, "flows", lambda: map(_encoded, checked(read()))))
    elif isinstance(flows, pa.RecordBatch):
        yield _encoded(flows.select(_flow_columns(flows.schema.names, names)))
    elif isinstance(flows, Iterable):
        for one in flows:
            yield from _batches(one, names)
    else:
        raise SchemaError(
            f"flows: a DataFrame, a path to Parquet, or Arrow tables and batches are needed, not {type(flows).__name__}"
        )


def _arrow(flows: pd.DataFrame, names: Sequence[str]) -> pa.Table:
    there = _flow_columns(list(map(str, flows.columns)), names)
    try:
        return pa.table({name: pa.array(flows[name], from_pandas=True) for name in there})
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # Several kinds of value in one column: the rows are named, or made one kind, as those of any table.
        return pa.Table.from_pandas(conform_records(flows, "flows")[there], preserve_index=False)


def _ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches in order; another thread reads the next meanwhile, which Arrow does outside of the interpreter."""
    if threads_at_most(2) < 2:
        yield from batches
        return
    with ThreadPoolExecutor(1) as reader:
        coming = deque(reader.submit(next, batches, None) for _ in range(2))
        while (batch := coming.popleft().result()) is not None:
            coming.append(reader.submit(next, batches, None))
            yield batch


def _encoded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The chunk with each text once, in a dictionary, as Parquet keeps it."""
    columns = [
        column if name in (*PERIOD, *NUMBERS) or pa.types.is_dictionary(column.type) else column.dictionary_encode()
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _of_files(path: Path, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    for file in files_of(path, ".parquet"):
        yield from sound(file, "flows", partial(_of_file, file, names))


def _of_file(file: Path, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    there = _flow_columns(pq.read_schema(file).names, names, f"{file}: ")
    texts = [name for name in there if name not in (*PERIOD, *NUMBERS)]
    with pq.ParquetFile(file, read_dictionary=texts) as opened:
        yield from map(_encoded, checked(opened.iter_batches(CHUNK, columns=there, use_threads=False)))


def _flow_columns(found: Sequence[str], names: Sequence[str], where: str = "") -> list[str]:
    """Those of the names that are there; raise where one is lacking, or not all figures of the table add up."""
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise SchemaError(
            f"{where}flows: column(s) {listed([repr(name) for name in missing], 6)} missing. "
            f"Found: {listed(list(found), 12)}. Rename or add them"
        )
    if "role" in found or "category" in found:
        raise SchemaError(
            f"{where}flows: columns 'role' and 'category' are IDMC's, and not all of its figures add up. "
            "Read the table and take recommended_figures first"
        )
    return [name for name in names if name in found]


def _part(
    batch: pa.RecordBatch, labels: pd.Index, known: Known, target: Retarget | None, kept: Collection[str] | None
) -> CodedSums:
    """The rows of a chunk on codes; what is not plain is read, or refused, as a small table is."""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    texts = {name: column for name, column in columns.items() if name not in (*PERIOD, *NUMBERS)}
    people, period = _people_of(columns["people"]), _periods_of(columns["start"], columns["end"], known["period"])
    if period is None or people is None or not _are_plain(texts):
        cells = {
            name: column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column
            for name, column in columns.items()
        }
        table = conform_records(pa.table(cells).to_pandas().set_axis(labels), "flows")[list(columns)]
        return _part(_encoded(pa.RecordBatch.from_pandas(table, preserve_index=False)), labels, known, target, kept)
    codes = {
        name: _codes_of(column, known.setdefault(name, {}), target if name in ENDS else None)
        for name, column in texts.items()
        if kept is None or name in kept
    }
    if target is not None:
        for end in (end for end in ENDS if end not in codes):
            target(texts[end].dictionary.to_pylist())
    return CodedSums({}, {"period": period, **codes}, {"lines": np.ones(batch.num_rows), **people, **_behind(columns)})


def _people_of(column: pa.Array) -> Counts | None:
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_null(column.type)):
        return None
    people = column.cast(pa.float64(), safe=False).fill_null(0).to_numpy()
    if len(people) and not (people.min() >= 0 and (pa.types.is_integer(column.type) or not (people % 1).any())):
        return None
    empty = {"empty": column.is_null().to_numpy(False).astype(float)} if column.null_count else {}
    return {"people": people, **empty}


def _behind(columns: Mapping[str, pa.Array]) -> Counts:
    """The rows behind each row, of a table that is itself made of sums."""
    there = {name: columns[name] for name in BEHIND if name in columns}
    whole = [pa.types.is_integer(column.type) and not column.null_count for column in there.values()]
    if len(there) < len(BEHIND) or not all(whole):
        return {}
    return {name: column.cast(pa.float64()).to_numpy() for name, column in there.items()}


def _periods_of(starts: pa.Array, ends: pa.Array, known: dict[Any, int]) -> Codes | None:
    """The codes of the rows' periods; None where a cell is no day, or a period ends before it starts."""
    begin, last = _days_of(starts), _days_of(ends)
    if begin is None or last is None or (last < begin).any():
        return None
    if not len(begin):
        return begin
    # Periods of a table are of few lengths: start and length are the digits of a small number.
    length, first = last - begin, int(begin.min())
    width = int(length.max()) + 1
    found, places = distinct((begin - first) * width + length, (int(begin.max()) - first + 1) * width)
    start, days = found // width + first, found % width
    return recoded(places, zip(start.tolist(), (start + days).tolist(), strict=True), known)


def _days_of(column: pa.Array) -> Codes | None:
    """The day of each row, counted from 1970; None where a cell is no day."""
    if pa.types.is_date64(column.type) or (pa.types.is_timestamp(column.type) and column.type.tz is None):
        column = column.cast(pa.date32(), safe=False)
    if column.null_count:
        return None
    if pa.types.is_date32(column.type):
        return np.asarray(column.cast(pa.int32()), dtype=np.int64)
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    days, unfit = checks.days_and_unfit(coded.dictionary.to_pandas())
    if unfit.any() or days.isna().any():
        return None
    numbers = days.to_numpy().astype("datetime64[D]").astype(np.int64)
    return np.asarray(numbers[coded.indices])


def _are_plain(texts: Mapping[str, pa.DictionaryArray]) -> bool:
    kinds = [column.type.value_type for column in texts.values()]
    text = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null)
    return all(any(is_kind(kind) for is_kind in text) for kind in kinds) and not texts["source"].null_count


def _codes_of(column: pa.DictionaryArray, known: dict[Any, int], target: Retarget | None) -> Codes:
    labels, indices = column.dictionary.to_pylist(), column.indices
    if indices.null_count:
        labels, indices = [*labels, None], indices.fill_null(len(labels))
    return recoded(indices.to_numpy(), labels if target is None else target(labels), known)
