"""Flows in files and Arrow tables of any size: partial sums of chunks, checked like the rows of a small table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sahelgeo.conform import SHOWN_AT_MOST, listed
from sahelgeo.errors import FormatError, SchemaError
from sahelgeo.sums import wanted_values

FlowRecords: TypeAlias = "str | os.PathLike[str] | pa.Table | pa.RecordBatchReader | Iterable[pa.RecordBatch]"
Codes: TypeAlias = "npt.NDArray[np.int64]"
Retarget = Callable[[list[str]], list["str | None"]]

REQUIRED = ("origin", "destination", "start", "end", "people", "source")
OPTIONAL = ("reason", "edition")
ENDS = ("origin", "destination")
CHUNK = 1 << 18
# Above this many cells a table of counts by code would be larger than the rows that it counts.
_DENSE = 1 << 23
_PENDING = 1 << 21
_LARGEST = 10**15
_EXACT = 2.0**53
_THREADS = 2
_DAY = np.dtype("datetime64[D]")


@dataclass(frozen=True)
class _Part:
    """Sums of a chunk: one entry for each combination of labels and period that is there."""

    labels: Mapping[str, list[Any]]
    codes: Mapping[str, Codes]
    people: Codes
    rows: Codes
    missing: Codes


def sum_records(
    flows: FlowRecords | pd.DataFrame, *, choose: Mapping[str, Any] | None = None, target: Retarget | None = None
) -> pd.DataFrame:
    """Add up the rows that agree in ends, period, source, reason and edition, chunk by chunk.

    Parameters
    ----------
    flows : path, pyarrow.Table, record batches or pandas.DataFrame
        A Parquet file or a folder of them, or Arrow data, with the columns of a Flows table. A one-way stream of batches
        is read once.
    choose : mapping, optional
        Take only the rows with these values of source, reason or edition.
    target : callable, optional
        Gives the p-codes to count for the p-codes that are there (a coarser level), and none for those that have none.
        With it, reasons are added up too.

    Returns
    -------
    pandas.DataFrame
        A Flows table of the sums, with ``rows`` and ``rows_missing``. Memory goes with the number of sums, not of rows.
    """
    wanted = {column: wanted_values(column, value) for column, value in (choose or {}).items()}

    def part_of(chunk: tuple[int, pa.RecordBatch]) -> _Part:
        return _part(chunk[1], chunk[0], wanted, target)

    return _as_table(_merged(_parts(flows, part_of)))


def _parts(
    flows: FlowRecords | pd.DataFrame, part_of: Callable[[tuple[int, pa.RecordBatch]], _Part]
) -> Iterator[_Part]:
    if isinstance(flows, (str, os.PathLike)):
        jobs = list(_row_groups(Path(flows)))
        with ThreadPoolExecutor(_THREADS) as pool:
            # A few at a time: what is waiting to be merged is in memory.
            for at in range(0, len(jobs), 2 * _THREADS):
                for parts in pool.map(
                    lambda job: [part_of(chunk) for chunk in _chunks_of(*job)], jobs[at : at + 2 * _THREADS]
                ):
                    yield from parts
        return
    batches = _batches(flows)
    if isinstance(flows, (pa.Table, pd.DataFrame)):
        starts = [0, *accumulate(batch.num_rows for batch in batches)]
        with ThreadPoolExecutor(_THREADS) as pool:
            yield from pool.map(part_of, zip(starts, batches, strict=False))
        return
    first = 0
    for batch in batches:
        if not isinstance(batch, pa.RecordBatch):
            raise SchemaError(
                f"flows: a DataFrame, a path to Parquet, or Arrow tables and batches are needed, not {type(batch).__name__}"
            )
        yield part_of((first, batch))
        first += batch.num_rows


def _batches(flows: FlowRecords | pd.DataFrame) -> Iterable[pa.RecordBatch]:
    if isinstance(flows, pd.DataFrame):
        there = [name for name in (*REQUIRED, *OPTIONAL) if name in flows.columns]
        _refuse_missing(list(map(str, flows.columns)))
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


def _row_groups(path: Path) -> Iterator[tuple[Path, int, int]]:
    """File, row group and number of its first row, over all files."""
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
        _refuse_missing(about.schema.to_arrow_schema().names, f"{file}: ")
        for group in range(about.num_row_groups):
            yield file, group, first
            first += about.row_group(group).num_rows


def _chunks_of(file: Path, group: int, first: int) -> Iterator[tuple[int, pa.RecordBatch]]:
    names = [name for name in pq.read_schema(file).names if name in (*REQUIRED, *OPTIONAL)]
    texts = [name for name in names if name in (*ENDS, "source", *OPTIONAL)]
    with pq.ParquetFile(file, read_dictionary=texts) as opened:
        for batch in opened.iter_batches(CHUNK, row_groups=[group], columns=names, use_threads=False):
            yield first, batch
            first += batch.num_rows


def _refuse_missing(names: list[str], where: str = "") -> None:
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise SchemaError(
            f"{where}flows: column(s) {listed([repr(name) for name in missing], 6)} missing. Found: {listed(names, 12)}. Rename or add them"
        )
    if "role" in names or "category" in names:
        raise SchemaError(
            f"{where}flows: columns 'role' and 'category' are IDMC's, and not all of its figures add up. Read the table and take recommended_figures first"
        )


def _part(batch: pa.RecordBatch, first: int, wanted: Mapping[str, list[Any]], target: Retarget | None) -> _Part:
    _refuse_missing(batch.schema.names)
    numbers = None
    for column, values in wanted.items():
        fits = _fits(batch, column, values)
        numbers = np.flatnonzero(fits) if numbers is None else numbers[fits]
        batch = batch.filter(pa.array(fits))
    problems: list[str] = []

    def tell(column: str, bad: npt.NDArray[np.bool_], rule: str) -> None:
        if bad.any():
            rows = np.flatnonzero(bad)
            values = batch.column(column).take(pa.array(rows[:SHOWN_AT_MOST])).to_pylist()
            labels = (rows if numbers is None else numbers[rows]) + first
            shown = listed([repr(value) if isinstance(value, str) else str(value) for value in values], SHOWN_AT_MOST)
            problems.append(
                f"column {column!r}, row{'s' if len(rows) > 1 else ''} {listed(list(labels), SHOWN_AT_MOST)} ({shown}): {rule}"
            )

    people = _people(batch, tell)
    periods, codes_of_periods = _periods(batch, tell)
    labels: dict[str, list[Any]] = {"period": periods}
    codes: dict[str, Codes] = {"period": codes_of_periods}
    dropped = ("reason",) if target is not None else ()
    for name in (*ENDS, "source", *OPTIONAL):
        if name in batch.schema.names and name not in dropped:
            labels[name], codes[name] = _texts(batch, name, tell)
    if problems:
        numbered = [f"  {number}. {text}" for number, text in enumerate(problems, 1)]
        raise SchemaError(
            "\n".join([f"flows (rows {first:,} to {first + batch.num_rows:,}): {len(problems)} problem(s)", *numbered]),
            problems,
        )
    if target is not None:
        for end in ENDS:
            labels[end], codes[end] = _retargeted(labels[end], codes[end], target)
    return _counted(labels, codes, people, _empty(batch.column("people")))


def _empty(values: pa.Array) -> npt.NDArray[np.bool_] | None:
    return pc.is_null(values).to_numpy(zero_copy_only=False) if values.null_count else None


def _fits(batch: pa.RecordBatch, column: str, values: list[Any]) -> npt.NDArray[np.bool_]:
    if column not in batch.schema.names:
        return np.full(batch.num_rows, None in values)
    plain = batch.column(column)
    found = pc.is_in(
        plain,
        value_set=pa.array([value for value in values if value is not None], pa.string()).cast(_value_type(plain)),
    )
    fits = found.to_numpy(zero_copy_only=False)
    nothing = pc.is_null(plain).to_numpy(zero_copy_only=False)
    return np.asarray(fits | nothing if None in values else fits, dtype=np.bool_)


def _value_type(values: pa.Array) -> pa.DataType:
    return values.type.value_type if pa.types.is_dictionary(values.type) else values.type


Tell = Callable[[str, "npt.NDArray[np.bool_]", str], None]


def _people(batch: pa.RecordBatch, tell: Tell) -> npt.NDArray[np.float64]:
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
    elif pa.types.is_string(_value_type(values)) or pa.types.is_large_string(_value_type(values)):
        coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
        texts = pd.Series(coded.dictionary.to_pylist(), dtype=object)
        days = pd.to_datetime(texts.where(texts.str.len() == 10), format="%Y-%m-%d", errors="coerce")
        read = pa.array(days.to_numpy().astype(_DAY), from_pandas=True).take(coded.indices)
    else:
        read = pa.nulls(len(values), pa.date32())
    if read.null_count:
        tell(column, pc.is_null(read).to_numpy(zero_copy_only=False), rule)
        return np.zeros(len(values), dtype=np.int32)
    return np.asarray(read.cast(pa.int32()).to_numpy())


def _periods(batch: pa.RecordBatch, tell: Tell) -> tuple[list[Any], Codes]:
    """The periods that are there, as days since 1970, and which of them each row has."""
    starts, ends = _days(batch, "start", tell), _days(batch, "end", tell)
    if not len(starts):
        return [], starts.astype(np.int64)
    first, last = int(min(starts.min(), ends.min())), int(max(starts.max(), ends.max()))
    span = last - first + 1
    keys = starts.astype(np.int64)
    keys *= span
    keys += ends
    keys -= first * (span + 1)
    if span * span <= _DENSE:
        there = np.zeros(span * span, dtype=np.bool_)
        there[keys] = True
        found = np.flatnonzero(there)
        place = np.zeros(span * span, dtype=np.int64)
        place[found] = np.arange(len(found))
        codes = place[keys]
    else:
        found, codes = np.unique(keys, return_inverse=True)
    pairs = [(int(key // span) + first, int(key % span) + first) for key in found]
    backwards = np.array([start > end for start, end in pairs])
    if backwards.any():
        tell("end", backwards[codes], "a period that starts after its end. Swap or correct 'start' and 'end'")
    return pairs, codes


def _texts(batch: pa.RecordBatch, column: str, tell: Tell) -> tuple[list[Any], Codes]:
    values = batch.column(column)
    kind = _value_type(values)
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
    coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    labels = coded.dictionary.to_pylist()
    if not coded.indices.null_count and labels:
        return labels, coded.indices.to_numpy()
    codes = coded.indices.fill_null(len(labels)).to_numpy()
    if column == "source" and len(codes):
        tell(column, codes == len(labels), "empty. Every row needs a value here")
    return [*labels, None], codes


def _retargeted(labels: list[Any], codes: Codes, target: Retarget) -> tuple[list[Any], Codes]:
    reached = [*target([label for label in labels if label is not None]), *([None] if labels[-1] is None else [])]
    places = {label: place for place, label in enumerate(dict.fromkeys(reached))}
    return list(places), np.array([places[label] for label in reached], dtype=np.int64)[codes]


def _counted(
    labels: dict[str, list[Any]],
    codes: dict[str, Codes],
    people: npt.NDArray[np.float64],
    missing: npt.NDArray[np.bool_] | None,
) -> _Part:
    names = list(labels)
    sizes = [len(labels[name]) for name in names]
    keys = _packed([codes[name] for name in names], sizes)
    size = int(np.prod(sizes, dtype=float))
    if size <= _DENSE:
        places, spread = None, keys
    else:
        places, spread = np.unique(keys, return_inverse=True)
        size = len(places)
    rows = np.bincount(spread, minlength=size)
    sums = np.bincount(spread, weights=people, minlength=size)
    empty = np.bincount(spread[missing], minlength=size) if missing is not None else np.zeros(size, dtype=np.int64)
    if places is None:
        places = np.flatnonzero(rows)
        rows, sums, empty = rows[places], sums[places], empty[places]
    if len(sums) and sums.max() >= _EXACT:
        raise SchemaError(
            "flows: a sum of people is above 9e15 and could not be exact. Look for counts that are no counts"
        )
    return _Part(labels, dict(zip(names, _unpacked(places, sizes), strict=True)), sums.astype(np.int64), rows, empty)


def _packed(codes: list[Codes], sizes: list[int]) -> Codes:
    keys = codes[0].astype(np.int64)
    for column, size in zip(codes[1:], sizes[1:], strict=True):
        if size > 1:
            keys *= size
            keys += column
    return keys


def _unpacked(keys: Codes, sizes: list[int]) -> list[Codes]:
    columns: list[Codes] = []
    for size in reversed(sizes[1:]):
        keys, column = np.divmod(keys, size)
        columns.insert(0, column)
    return [keys, *columns]


def _merged(parts: Iterable[_Part]) -> _Part | None:
    whole: _Part | None = None
    waiting: list[_Part] = []
    for part in parts:
        waiting.append(part)
        if sum(len(held.people) for held in waiting) > _PENDING:
            whole, waiting = _joined([*([whole] if whole else []), *waiting]), []
    held = [*([whole] if whole else []), *waiting]
    return _joined(held) if held else None


def _joined(parts: list[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    names = list(dict.fromkeys(name for part in parts for name in part.labels))
    labels: dict[str, list[Any]] = {}
    codes: dict[str, Codes] = {}
    for name in names:
        known: dict[Any, int] = {}
        columns = []
        for part in parts:
            places = np.array(
                [known.setdefault(label, len(known)) for label in part.labels.get(name, [None])], dtype=np.int64
            )
            columns.append(places[part.codes[name]] if name in part.codes else np.full(len(part.people), places[0]))
        labels[name], codes[name] = list(known), np.concatenate(columns)
    people, rows, missing = (
        np.concatenate([getattr(part, column) for part in parts]) for column in ("people", "rows", "missing")
    )
    sizes = [len(labels[name]) for name in names]
    keys, spread = np.unique(_packed([codes[name] for name in names], sizes), return_inverse=True)
    sums = [
        np.bincount(spread, weights=column, minlength=len(keys)).astype(np.int64) for column in (people, rows, missing)
    ]
    return replace(
        parts[0],
        labels=labels,
        codes=dict(zip(names, _unpacked(keys, sizes), strict=True)),
        people=sums[0],
        rows=sums[1],
        missing=sums[2],
    )


def _as_table(whole: _Part | None) -> pd.DataFrame:
    if whole is None:
        return pd.DataFrame({name: [] for name in (*REQUIRED, "rows", "rows_missing")})
    periods = np.array(whole.labels["period"], dtype=np.int64).reshape(-1, 2)[whole.codes["period"]]
    table = pd.DataFrame(
        {name: _labelled(whole.codes[name], whole.labels[name]) for name in whole.labels if name != "period"}
    )
    days = periods.astype(_DAY).astype("datetime64[us]")
    people = pd.array(whole.people, dtype="Int64")
    people[whole.missing == whole.rows] = pd.NA
    return table.assign(start=days[:, 0], end=days[:, 1], people=people, rows=whole.rows, rows_missing=whole.missing)


def _labelled(codes: Codes, labels: list[Any]) -> pd.Series:
    texts: pd.Series = pd.Series(labels, dtype="string").take(codes)
    return texts.reset_index(drop=True)
