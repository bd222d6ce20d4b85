"""Flows in files and Arrow tables of any size: partial sums of chunks, checked like the rows of a small table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import SchemaError
from sahelgeo.flows.batches import ENDS, OPTIONAL, REQUIRED, FlowRecords, mapped, need_columns
from sahelgeo.flows.columns import DENSE, Codes, people_of, periods_of, texts_of, value_type
from sahelgeo.sums import wanted_values

Retarget = Callable[[list[str]], list["str | None"]]

_PENDING = 1 << 18
_EXACT = 2.0**53
_NARROW = 2.0**31
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

    return _as_table(_merged(mapped(flows, part_of)))


def _part(batch: pa.RecordBatch, first: int, wanted: Mapping[str, list[Any]], target: Retarget | None) -> _Part:
    need_columns(batch.schema.names)
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

    people = people_of(batch, tell)
    periods, codes_of_periods = periods_of(batch, tell)
    labels: dict[str, list[Any]] = {"period": periods}
    codes: dict[str, Codes] = {"period": codes_of_periods}
    dropped = ("reason",) if target is not None else ()
    for name in (*ENDS, "source", *OPTIONAL):
        if name in batch.schema.names and name not in dropped:
            labels[name], codes[name] = texts_of(batch, name, tell)
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
        value_set=pa.array([value for value in values if value is not None], pa.string()).cast(value_type(plain)),
    )
    fits = found.to_numpy(zero_copy_only=False)
    nothing = pc.is_null(plain).to_numpy(zero_copy_only=False)
    return np.asarray(fits | nothing if None in values else fits, dtype=np.bool_)


def _retargeted(labels: list[Any], codes: Codes, target: Retarget) -> tuple[list[Any], Codes]:
    known = [label for label in labels if label is not None]
    found = {None: None, **dict(zip(known, target(known), strict=True))}
    reached = [found[label] for label in labels]
    places = {label: place for place, label in enumerate(dict.fromkeys(reached))}
    table = np.array([places[label] for label in reached], dtype=np.min_scalar_type(len(places)))
    # The codes are known to fit: no need to look for one that does not.
    return list(places), table.take(codes, mode="clip")


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
    if size <= DENSE:
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
    narrow = np.prod(sizes, dtype=float) < _NARROW
    keys: Any = codes[0].astype(np.int32 if narrow else np.int64)
    for column, size in zip(codes[1:], sizes[1:], strict=True):
        if size > 1:
            keys *= size
            keys += column.astype(keys.dtype, copy=False)
    return np.asarray(keys, dtype=np.int64)


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
        if sum(len(held.people) for held in waiting) > max(_PENDING, 0 if whole is None else len(whole.people)):
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
        empty = conform(pd.DataFrame(columns=list(REQUIRED)), "flows")
        return empty.assign(rows=pd.Series(dtype="int64"), rows_missing=pd.Series(dtype="int64"))
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
