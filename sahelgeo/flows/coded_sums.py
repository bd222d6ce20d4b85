"""Flows of any size, from files, Arrow tables and streams, added up on codes.

Each distinct text and period has a number, its code, which stays the same through all chunks. The codes of a row, read
as the digits of one number, are its key; rows with one key are one sum::

    origin       destination  period             origin × destination × period    key    people  rows
    BF56 -> 0    BF49 -> 0    March 2020 -> 0    (0 · 2 + 0) · 2 + 0               0       5      1
    BF56 -> 0    BF13 -> 1    April 2020 -> 1    (0 · 2 + 1) · 2 + 1               3       2      1

While the product of the numbers of codes is small, the keys index a table of flags, and nothing is sorted or hashed;
else they are hashed. Chunks wait until there are as many rows as sums, then join the sums: each row is added a bounded
number of times, and memory goes with the number of sums. A chunk whose cells are not plain (text for a day, a fraction,
a negative count) is read, or refused in words with the rows of the file, by the very function that reads small tables.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sahelgeo import checks
from sahelgeo.conformance import conform_records
from sahelgeo.errors import FormatError, SchemaError, listed
from sahelgeo.sums import DENSE, distinct

FlowRecords: TypeAlias = "str | os.PathLike[str] | pa.Table | pa.RecordBatchReader | Iterable[pa.RecordBatch]"
Codes: TypeAlias = "npt.NDArray[np.integer[Any]]"
Counts: TypeAlias = "dict[str, npt.NDArray[np.float64]]"
Known: TypeAlias = "dict[str, dict[Any, int]]"
Retarget = Callable[[list[str]], list["str | None"]]

ENDS = ("origin", "destination")
PERIOD = ("start", "end")
REQUIRED = (*ENDS, *PERIOD, "people", "source")
# What else tells rows apart, in tables that hold it; and what sums of sums say of the rows behind them.
OPTIONAL = ("reason", "edition")
ALSO_TELL_APART = ("event", "place", "iso3")
BEHIND = ("rows", "rows_missing")
NUMBERS = ("people", *BEHIND)
CHUNK = 1 << 18
_EXACT = 2.0**53


@dataclass(frozen=True)
class CodedSums:
    """Sums of people by the codes of columns; ``labels`` say what the codes mean.

    ``counts`` holds people, lines (of the file), empty (lines without a count) and, for a file that is itself made of
    sums, rows and rows_missing (behind its lines).
    """

    labels: Mapping[str, Sequence[Any]]
    codes: Mapping[str, Codes]
    counts: Counts

    def __len__(self) -> int:
        return len(self.counts["lines"])

    def count(self, name: str) -> npt.NDArray[np.float64]:
        """A count of every sum; where no chunk named the rows behind its lines, these are the lines."""
        if name in self.counts:
            return self.counts[name]
        other = {"rows": "lines", "rows_missing": "empty"}.get(name)
        return np.zeros(len(self)) if other is None else self.count(other)

    def where(self, mask: npt.NDArray[np.bool_]) -> CodedSums:
        """Some of the sums, with the labels that these have."""
        labels, codes = {}, {}
        for name, had in self.labels.items():
            found, codes[name] = distinct(self.codes[name][mask], len(had))
            labels[name] = [had[code] for code in found]
        return CodedSums(labels, codes, {name: values[mask] for name, values in self.counts.items()})

    def periods(self) -> pd.DataFrame:
        """The first and the last day of each label of period."""
        days = np.array(self.labels["period"], dtype=np.int64).reshape(-1, 2).astype("datetime64[D]")
        return pd.DataFrame(days.astype("datetime64[us]"), columns=list(PERIOD))

    def regrouped(self, labels: Mapping[str, Sequence[Any]]) -> CodedSums:
        """The sums by new labels of some columns, in their order, missing ones last; other columns are added over."""
        known: Known = {}
        codes = {}
        for name, new in labels.items():
            order = sorted(set(new), key=lambda label: (label is None, label))
            known[name] = {label: place for place, label in enumerate(order)}
            places = np.array([known[name][label] for label in new], dtype=np.int64)
            codes[name] = places[self.codes[name]]
        return _added([CodedSums({}, codes, self.counts)], known)

    def frame(self) -> pd.DataFrame:
        """A Flows table, its texts as categories."""
        table = pd.DataFrame({name: self._labelled(name) for name in self.labels if name != "period"})
        days = self.periods().to_numpy().take(self.codes["period"], axis=0)
        people = pd.array(self.counts["people"].astype(np.int64), dtype="Int64")
        people[self.count("empty") == self.count("lines")] = pd.NA
        behind = {name: self.count(name).astype(np.int64) for name in BEHIND}
        return table.assign(start=days[:, 0], end=days[:, 1], people=people, **behind)

    def _labelled(self, name: str) -> pd.Categorical:
        labels = list(self.labels[name])
        codes = self.codes[name]
        if None in labels:
            nothing = labels.index(None)
            labels.remove(None)
            codes = np.where(codes == nothing, -1, codes - (codes > nothing))
        return pd.Categorical.from_codes(codes, pd.Index(labels, dtype="string"))


def sum_records(
    flows: FlowRecords | pd.DataFrame, target: Retarget | None = None, *, copies: bool = False
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

    Returns
    -------
    CodedSums
        Memory goes with the number of sums, not of rows.
    """
    known: Known = {name: {} for name in (*ENDS, "period", "source", "reason")}
    whole = CodedSums(
        {}, {name: np.zeros(0, dtype=np.int64) for name in known}, {"lines": np.zeros(0), "people": np.zeros(0)}
    )
    held: list[CodedSums] = []
    first, index = 0, flows.index if isinstance(flows, pd.DataFrame) else None
    names = (*REQUIRED, *OPTIONAL, *BEHIND, *(ALSO_TELL_APART if copies else ()))
    for batch in _batches(flows, names):
        last = first + batch.num_rows
        labels = pd.RangeIndex(first, last) if index is None else index[first:last]
        held.append(_part(batch, labels, known, target))
        first = last
        if sum(map(len, held)) > max(CHUNK - 1, len(whole)):
            whole, held = _added([whole, *held], known), []
    sums = _added([whole, *held], known)
    # A file can name texts that no row of it has.
    return sums.where(np.ones(len(sums), dtype=np.bool_))


def _batches(flows: FlowRecords | pd.DataFrame, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    if isinstance(flows, (str, os.PathLike)):
        yield from _ahead(_of_files(Path(flows), names))
    elif isinstance(flows, (pd.DataFrame, pa.Table)):
        table = flows if isinstance(flows, pa.Table) else _arrow(flows, names)
        there = _flow_columns(table.schema.names, names)
        yield from _ahead(map(_encoded, table.select(there).to_batches(CHUNK)))
    else:
        for batch in flows if isinstance(flows, Iterable) else [flows]:
            if not isinstance(batch, pa.RecordBatch):
                raise SchemaError(
                    "flows: a DataFrame, a path to Parquet, or Arrow tables and batches are needed, "
                    f"not {type(batch).__name__}"
                )
            yield _encoded(batch.select(_flow_columns(batch.schema.names, names)))


def _arrow(flows: pd.DataFrame, names: Sequence[str]) -> pa.Table:
    there = _flow_columns(list(map(str, flows.columns)), names)
    try:
        return pa.table({name: pa.array(flows[name], from_pandas=True) for name in there})
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # Several kinds of value in one column: the rows are named, or made one kind, as those of any table.
        return pa.Table.from_pandas(conform_records(flows, "flows")[there], preserve_index=False)


def _ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches in order; another thread reads the next meanwhile, which Arrow does outside of the interpreter."""
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
    if not path.exists():
        raise FormatError(f"{path}: there is no such file or folder")
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise FormatError(f"{path}: the folder holds no .parquet files")
    for file in files:
        try:
            found = pq.read_schema(file).names
        except (pa.ArrowInvalid, OSError) as failure:
            raise FormatError(
                f"{file}: not a Parquet file ({failure}). Write it with DataFrame.to_parquet"
            ) from failure
        there = _flow_columns(found, names, f"{file}: ")
        texts = [name for name in there if name not in (*PERIOD, *NUMBERS)]
        with pq.ParquetFile(file, read_dictionary=texts) as opened:
            yield from map(_encoded, opened.iter_batches(CHUNK, columns=there, use_threads=False))


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


def _part(batch: pa.RecordBatch, labels: pd.Index, known: Known, target: Retarget | None) -> CodedSums:
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
        return _part(_encoded(pa.RecordBatch.from_pandas(table, preserve_index=False)), labels, known, target)
    codes = {
        name: _codes_of(column, known.setdefault(name, {}), target if name in ENDS else None)
        for name, column in texts.items()
    }
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
    start_days, end_days = _days_of(starts), _days_of(ends)
    if start_days is None or end_days is None:
        return None
    (start_codes, first), (end_codes, last) = start_days, end_days
    sizes = [len(first), len(last)]
    found, places = distinct(_keys_of([start_codes, end_codes], sizes, len(starts)), prod(sizes))
    periods = first[found // max(len(last), 1)], last[found % max(len(last), 1)]
    if (periods[0] > periods[1]).any():
        return None
    return _recoded(places, zip(*(days.tolist() for days in periods), strict=True), known)


def _days_of(column: pa.Array) -> tuple[Codes, Codes] | None:
    """Which of its days each row has, and the days, counted from 1970; None where a cell is no day."""
    if pa.types.is_date64(column.type) or (pa.types.is_timestamp(column.type) and column.type.tz is None):
        column = column.cast(pa.date32(), safe=False)
    if column.null_count:
        return None
    if pa.types.is_date32(column.type):
        numbers = column.cast(pa.int32()).to_numpy()
        first = numbers.min() if len(numbers) else 0
        found, codes = distinct(numbers - first, int(numbers.max() - first) + 1 if len(numbers) else 0)
        return codes, found + first
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    days, unfit = checks.days_and_unfit(coded.dictionary.to_pandas())
    if unfit.any() or days.isna().any():
        return None
    return coded.indices.to_numpy(), days.to_numpy().astype("datetime64[D]").astype(np.int64)


def _are_plain(texts: Mapping[str, pa.DictionaryArray]) -> bool:
    kinds = [column.type.value_type for column in texts.values()]
    text = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null)
    return all(any(is_kind(kind) for is_kind in text) for kind in kinds) and not texts["source"].null_count


def _codes_of(column: pa.DictionaryArray, known: dict[Any, int], target: Retarget | None) -> Codes:
    labels, indices = column.dictionary.to_pylist(), column.indices
    if indices.null_count:
        labels, indices = [*labels, None], indices.fill_null(len(labels))
    return _recoded(indices.to_numpy(), labels if target is None else target(labels), known)


def _recoded(codes: Codes, labels: Iterable[Any], known: dict[Any, int]) -> Codes:
    places = np.array([known.setdefault(label, len(known)) for label in labels], dtype=np.int32)
    # Every code has its label: no need to look for one that does not.
    return places.take(codes, mode="clip") if len(codes) else codes.astype(np.int32)


def _added(parts: Sequence[CodedSums], known: Known) -> CodedSums:
    """The sums of several parts in the order of their keys."""
    names = list(known)
    absent = {
        name: known[name].setdefault(None, len(known[name]))
        for name in names
        if any(name not in part.codes for part in parts)
    }
    sizes = [len(known[name]) for name in names]
    size = prod(sizes)
    keys = [_keys_of([part.codes.get(name, absent.get(name)) for name in names], sizes, len(part)) for part in parts]
    # Few sums: each chunk is counted by itself. Many: a table of all sums for each would cost more than the chunk.
    at_once = size > min(CHUNK, DENSE)
    if at_once:
        keys = [np.concatenate(keys)]
    found: Codes = np.arange(size if size <= DENSE else 0)
    if size > DENSE:
        found, keys[0] = distinct(keys[0], size)

    def total(kind: str) -> npt.NDArray[np.float64]:
        values = [part.count(kind) for part in parts]
        values = [np.concatenate(values)] if at_once else values
        sums = [np.bincount(key, value, len(found)) for key, value in zip(keys, values, strict=True)]
        return np.sum(sums, axis=0, dtype=np.float64) if len(sums) > 1 else np.asarray(sums[0], dtype=np.float64)

    counts = {kind: total(kind) for kind in dict.fromkeys(kind for part in parts for kind in part.counts)}
    there = counts["lines"] > 0
    found, counts = found[there], {kind: values[there] for kind, values in counts.items()}
    if len(found) and counts["people"].max() >= _EXACT:
        raise SchemaError(
            "flows: a sum of people is above 9e15 and could not be exact. Look for counts that are no counts"
        )
    codes = dict(zip(names, np.unravel_index(found, sizes), strict=True))
    return CodedSums({name: list(known[name]) for name in names}, codes, counts)


def _keys_of(codes: Sequence[Any], sizes: Sequence[int], length: int) -> Codes:
    keys: Codes = np.zeros(length, dtype=np.int32 if prod(sizes) < 1 << 31 else np.int64)
    for column, size in zip(codes, sizes, strict=True):
        if size > 1:
            keys *= size
            keys += np.asarray(column, dtype=keys.dtype)
    return keys
