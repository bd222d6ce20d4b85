"""Flows read in chunks, from Parquet, Arrow tables and streams, and DataFrames."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path
from typing import TypeAlias, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sahelgeo.conformance import listed
from sahelgeo.errors import FormatError, SchemaError

FlowRecords: TypeAlias = "str | os.PathLike[str] | pa.Table | pa.RecordBatchReader | Iterable[pa.RecordBatch]"
Made = TypeVar("Made")
Job = TypeVar("Job")

REQUIRED = ("origin", "destination", "start", "end", "people", "source")
OPTIONAL = ("reason", "edition")
ENDS = ("origin", "destination")
TEXTS = (*ENDS, "source", *OPTIONAL)
CHUNK = 1 << 18


def mapped(flows: FlowRecords | pd.DataFrame, work: Callable[[tuple[int, pa.RecordBatch]], Made]) -> Iterator[Made]:
    """What a function makes of each chunk, with the number of the chunk's first row, in order."""
    if isinstance(flows, (str, os.PathLike)):
        # One thread reads ahead while this one works: two that work share the interpreter, and cost more than they give.
        for chunks in _ahead(_row_groups(Path(flows)), lambda group: list(_chunks_of(*group)), threads=1):
            yield from map(work, chunks)
        return
    batches = _batches(flows)
    if isinstance(flows, (pa.Table, pd.DataFrame)):
        starts = [0, *accumulate(batch.num_rows for batch in batches)]
        yield from map(work, _ahead(zip(starts, batches, strict=False), _encoded, threads=2))
        return
    first = 0
    for batch in batches:
        if not isinstance(batch, pa.RecordBatch):
            raise SchemaError(
                f"flows: a DataFrame, a path to Parquet, or Arrow tables and batches are needed, not {type(batch).__name__}"
            )
        yield work((first, batch))
        first += batch.num_rows


def _ahead(jobs: Iterable[Job], work: Callable[[Job], Made], *, threads: int) -> Iterator[Made]:
    """The results in order, worked out by threads that run no more than a few jobs ahead: what is done is in memory."""
    with ThreadPoolExecutor(threads) as pool:
        running: deque[Future[Made]] = deque()
        for job in jobs:
            running.append(pool.submit(work, job))
            if len(running) > threads:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _encoded(chunk: tuple[int, pa.RecordBatch]) -> tuple[int, pa.RecordBatch]:
    """The chunk with each text once, in a dictionary, as Parquet keeps it: Arrow does this outside of the interpreter."""
    first, batch = chunk
    plain = [pa.types.is_string(column.type) or pa.types.is_large_string(column.type) for column in batch.columns]
    columns = [
        column.dictionary_encode() if text else column for column, text in zip(batch.columns, plain, strict=True)
    ]
    return first, pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _batches(flows: FlowRecords | pd.DataFrame) -> Iterable[pa.RecordBatch]:
    if isinstance(flows, pd.DataFrame):
        there = [name for name in (*REQUIRED, *OPTIONAL) if name in flows.columns]
        need_columns(list(map(str, flows.columns)))
        flows = pa.table({name: _arrow(flows[name]) for name in there})
    if isinstance(flows, pa.Table):
        return [part for batch in flows.to_batches() for part in _cut(batch)]
    if isinstance(flows, Iterable):
        return flows
    raise SchemaError(
        f"flows: a DataFrame, a path to Parquet, or Arrow tables and batches are needed, not {type(flows).__name__}"
    )


def _arrow(values: pd.Series) -> pa.Array:
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as failure:
        raise SchemaError(
            f"flows: column {values.name!r} holds values of several kinds ({failure}). Run sahelgeo.conform(table, 'flows') for the rows"
        ) from failure


def _cut(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    for at in range(0, max(batch.num_rows, 1), CHUNK):
        yield batch.slice(at, CHUNK)


def _row_groups(path: Path) -> Iterator[tuple[Path, int, int, list[str]]]:
    """File, row group, number of its first row and columns to read, over all files."""
    if not path.exists():
        raise FormatError(f"{path}: there is no such file or folder")
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise FormatError(f"{path}: the folder holds no .parquet files")
    first = 0
    for file in files:
        try:
            about = pq.read_metadata(file)
        except (pa.ArrowInvalid, OSError) as failure:
            raise FormatError(
                f"{file}: not a Parquet file ({failure}). Write it with DataFrame.to_parquet"
            ) from failure
        found = about.schema.to_arrow_schema().names
        need_columns(found, f"{file}: ")
        for group in range(about.num_row_groups):
            yield file, group, first, [name for name in found if name in (*REQUIRED, *OPTIONAL)]
            first += about.row_group(group).num_rows


def _chunks_of(file: Path, group: int, first: int, names: list[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    texts = [name for name in names if name in TEXTS]
    with pq.ParquetFile(file, read_dictionary=texts) as opened:
        for batch in opened.iter_batches(CHUNK, row_groups=[group], columns=names, use_threads=False):
            yield first, batch
            first += batch.num_rows


def need_columns(names: list[str], where: str = "") -> None:
    """Raise unless the columns of a Flows table are there, and none that says that not all rows count."""
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise SchemaError(
            f"{where}flows: column(s) {listed([repr(name) for name in missing], 6)} missing. Found: {listed(names, 12)}. Rename or add them"
        )
    if "role" in names or "category" in names:
        raise SchemaError(
            f"{where}flows: columns 'role' and 'category' are IDMC's, and not all of its figures add up. Read the table and take recommended_figures first"
        )
