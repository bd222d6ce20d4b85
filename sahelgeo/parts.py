"""Tables and grids that come in parts: each is summed by itself, here or by an engine, and the sums are merged exactly.

What a sum over all rows must know of them travels with the sums of a part, its *state*: sums by key, the keys of events
(8 bytes each), doubtful rows counted with the first of them. States are added in any order. Only the whole is judged::

    part ──▶ state ┐
    part ──▶ state ├──▶ one state ──▶ double counts refused, zeros filled in, warnings given, once ──▶ table
    part ──▶ state ┘

An engine is any function like the built-in ``map``: it calls a job with each part, wherever that is, and gives back
the answers in any order. A job goes to each process once. An error is an answer too, and names its part; where a part
has no answer there is no table.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache, reduce
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import shapely

from sahelgeo import checks
from sahelgeo.coded_sums import CodedSums
from sahelgeo.errors import SHOWN_AT_MOST, FormatError, PartError, SahelgeoError, SchemaError, hearing, listed, warn
from sahelgeo.late import faults
from sahelgeo.sums import first_rows, group_numbers, literal

State: TypeAlias = "dict[str, Any]"
Map: TypeAlias = "Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]"
Thing = TypeVar("Thing")
Tables: TypeAlias = "str | os.PathLike[str] | pa.Table | pads.Dataset | Iterable[Any]"

# Rows that are worked on at once, and sums that wait until they are added.
ROWS_AT_ONCE = 1 << 19
_HELD = 1 << 18
# 400 MB of keys; beyond, an engine looks for those that are there twice.
MOST_KEYS = 50_000_000
_THREADS: ContextVar[int | None] = ContextVar("threads", default=None)


def threads_at_most(count: int) -> int:
    """How many threads may work here: as many as asked for, and one where an engine has a process for each core."""
    return min(count, _THREADS.get() or count)


@dataclass(frozen=True)
class Part:
    """A part of a table, or one of several grids; ``name`` is for messages, and empty where there is no other part."""

    number: int
    name: str
    content: Any


@dataclass(frozen=True)
class Fragment:
    """A file of a dataset with the columns of the whole."""

    fragment: Any
    schema: Any

    def to_batches(self, **options: Any) -> Iterator[pa.RecordBatch]:
        """The rows, some at a time."""
        found: Iterator[pa.RecordBatch] = self.fragment.to_batches(schema=self.schema, use_threads=False, **options)
        return found


def sound(held: Any, what: str, read: Callable[[], Iterator[Thing]]) -> Iterator[Thing]:
    """What is read of Parquet; what its bytes or its metadata make other libraries raise is a FormatError.

    It names the path, or the files of a dataset, or else the argument.
    """
    if isinstance(held, Path):
        checks.no_pipe(held)
    try:
        yield from read()
    except SahelgeoError:
        raise
    except faults() as failure:
        files = [held.fragment.path] if isinstance(held, Fragment) else getattr(held, "files", None)
        where = held if isinstance(held, Path) else listed(files, 3) if files else what
        raise FormatError(
            f"{where}: a damaged Parquet file, or none at all ({failure}). Write it with DataFrame.to_parquet"
        ) from failure


def checked(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches, each of which holds what it says that it holds: texts, places within lists of texts, shapes."""
    for batch in batches:
        batch.validate(full=True)
        for shape in chain.from_iterable(map(checks.long_shapes, batch.columns)):
            checks.parts_of_wkb(shape)
        yield batch


def parts_of(things: Any, *endings: str) -> Iterator[Part]:
    """The parts of a path, a folder, a dataset or an iterable, one after the other; a table or a grid is one."""
    if isinstance(things, (str, os.PathLike)):
        return iter([part_of(number, file) for number, file in enumerate(files_of(Path(things), *endings))])
    if isinstance(things, pads.Dataset):
        try:
            fragments = [Fragment(one, things.schema) for one in things.get_fragments()]
        except ValueError:  # with a filter it is one part: the filter does not come with the fragments
            return iter([Part(0, "", things)])
        return iter([Part(number, Path(one.fragment.path).name, one) for number, one in enumerate(fragments)])
    if isinstance(things, (pd.DataFrame, pa.Table, pa.RecordBatch)) or not isinstance(things, Iterable):
        return iter([Part(0, "", things)])
    return (part_of(number, one) for number, one in enumerate(things))


def part_of(number: int, thing: Any) -> Part:
    """A part of what is given: a path by its name, all else by its number."""
    if isinstance(thing, Part):
        return thing
    is_path = isinstance(thing, (str, os.PathLike))
    return Part(number, Path(thing).name if is_path else f"part {number + 1}", Path(thing) if is_path else thing)


def files_of(path: Path, *endings: str) -> list[Path]:
    """The file, or those of a folder with these endings."""
    if not path.exists():
        raise FormatError(f"{path}: there is no such file or folder")
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in endings)
    if not files:
        raise FormatError(f"{path}: the folder holds no {' or '.join(endings)} files")
    return files


def tables_of(
    part: Part, what: str, columns: Sequence[str] | None = None, at_once: int = ROWS_AT_ONCE
) -> Iterator[pd.DataFrame]:
    """The rows of a part, some at a time, with their number in it; a table in memory is one, with its own index."""
    content = part.content
    if isinstance(content, pd.DataFrame):
        yield content
        return
    first = 0
    for table in _frames(content, what, columns, at_once):
        yield table.set_axis(pd.RangeIndex(first, first + len(table)))
        first += len(table)


def _frames(content: Any, what: str, columns: Sequence[str] | None, at_once: int) -> Iterator[pd.DataFrame]:
    if isinstance(content, pd.DataFrame):
        yield content
        return
    if isinstance(content, (Iterator, list, tuple)):
        for one in content:
            yield from _frames(one, what, columns, at_once)
        return
    held = pa.Table.from_batches([content]) if isinstance(content, pa.RecordBatch) else content
    if not isinstance(held, (Path, Fragment, pads.Dataset, pa.Table)):
        raise SchemaError(
            f"{what}: a table, a path to Parquet, a folder, a dataset or an iterable of tables is needed, "
            f"not {type(content).__name__}"
        )
    yield from sound(held, what, lambda: _frames_of(held, columns, at_once))


def _frames_of(held: Any, columns: Sequence[str] | None, at_once: int) -> Iterator[pd.DataFrame]:
    with pq.ParquetFile(held) if isinstance(held, Path) else nullcontext(held) as opened:
        schema = opened.schema_arrow if isinstance(held, Path) else held.schema
        there = None if columns is None else [name for name in columns if name in schema.names]
        if isinstance(held, pa.Table):
            batches = iter(held.to_batches(at_once))
        elif isinstance(held, Path):
            batches = opened.iter_batches(at_once, columns=there, use_threads=False)
        else:
            batches = held.to_batches(columns=there, batch_size=at_once)
        none = schema.empty_table() if there is None else schema.empty_table().select(there)
        first = next(checked_ones := iter(checked(batches)), none)
        for batch in chain([first], checked_ones):
            yield _frame(batch, _geo(schema))


def _geo(schema: pa.Schema) -> Any:
    """What GeoParquet says of its geometry."""
    return json.loads((schema.metadata or {}).get(b"geo", b"null"))


def _frame(batch: pa.RecordBatch | pa.Table, geo: Any) -> pd.DataFrame:
    table: pd.DataFrame = batch.to_pandas(ignore_metadata=True, date_as_object=False)
    if geo and geo["primary_column"] in table:
        name = geo["primary_column"]
        crs = geo["columns"][name].get("crs", "OGC:CRS84")
        table = gpd.GeoDataFrame(table.assign(**{name: gpd.GeoSeries.from_wkb(table[name], crs=crs)}), geometry=name)
    return table


@dataclass(frozen=True)
class Seen:
    """Rows that something is to be said of: how many, their people, and the part, label and key of the first."""

    rows: int = 0
    people: float = 0.0
    first: tuple[tuple[str, Any, Any], ...] = ()

    @classmethod
    def of(cls, part: str, table: pd.DataFrame, rows: Any, *, key: str = "", people: float = 0.0) -> Seen:
        """The rows of a table at some positions, or where a mask holds."""
        places = np.flatnonzero(rows) if np.asarray(rows).dtype == bool else np.asarray(rows)
        shown = places[: SHOWN_AT_MOST + 1]
        keys = table[key].iloc[shown] if key else [None] * len(shown)
        return cls(len(places), people, tuple((part, *one) for one in zip(table.index[shown], keys, strict=True)))

    def __add__(self, other: Seen) -> Seen:
        first = [*self.first, *other.first]
        try:
            first.sort(key=lambda one: one[:2])
        except TypeError:  # numbers and texts among the labels
            first.sort(key=lambda one: tuple(map(str, one[:2])))
        return Seen(self.rows + other.rows, self.people + other.people, tuple(first[: SHOWN_AT_MOST + 1]))

    def labels(self) -> str:
        """The first rows, and how many there are more."""
        shown = [f"{label} of {part}" if part else label for part, label, _ in self.first[:SHOWN_AT_MOST]]
        more = self.rows - len(shown)
        return listed(shown, SHOWN_AT_MOST) + (f" and {more:,} more" if more else "")

    def named(self, key: str = "") -> str:
        """The rows in words, as :func:`sahelgeo.sums.named_rows` names those of one table."""
        keys = list(dict.fromkeys(literal(value) for *_, value in self.first[:SHOWN_AT_MOST]))
        more = f" and {self.rows - len(keys):,} more" if self.rows > len(keys) else ""
        known = f" ({key} {listed(keys, SHOWN_AT_MOST)}{more})" if key and keys else ""
        return f"row{'s' if self.rows > 1 else ''} {self.labels()}{known}"


@dataclass(frozen=True)
class Keyed:
    """Sums by keys, as a table that more sums can be added to; a sum of nothing but missing counts is missing."""

    table: pd.DataFrame
    keys: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.table)

    @classmethod
    def merged(cls, several: Sequence[Keyed]) -> Keyed:
        """The sums of several parts, sorted by their keys."""
        filled = [one.table for one in several if len(one.table)] or [several[0].table]
        if len(filled) == 1:
            return cls(filled[0], several[0].keys)
        table, keys = pd.concat(filled, ignore_index=True), list(several[0].keys)
        groups = group_numbers(table, keys)
        counted = table[[name for name in table if name not in keys]]
        sums = counted.groupby(groups).sum(min_count=1).reset_index(drop=True)
        return cls(pd.concat([first_rows(table, groups, keys), sums], axis=1), several[0].keys)


@dataclass(frozen=True)
class Keys:
    """What tells rows apart, as 8 bytes each, in the order of the rows; too many are counted and not held.

    ``again`` are the rows (part and label) that share their key with another, where an engine has looked for them.
    """

    columns: tuple[str, ...]
    count: int = 0
    held: tuple[tuple[str, pd.Index, npt.NDArray[Any]], ...] = ()
    again: tuple[tuple[str, Any], ...] | None = None

    @classmethod
    def of(cls, part: str, table: pd.DataFrame, columns: Sequence[str]) -> Keys:
        """The keys of the rows of a part."""
        texts = table[list(columns)].astype("object")
        # Each cell by itself: most are of their own, and to look for those that are alike costs as much again.
        keys = pd.util.hash_pandas_object(texts, index=False, categorize=False).to_numpy()
        return cls(tuple(columns), len(table), ((part, table.index, keys),))

    def __add__(self, other: Keys) -> Keys:
        count = self.count + other.count
        return replace(self, count=count, held=(*self.held, *other.held) if count <= MOST_KEYS else ())

    def twice(self) -> list[tuple[str, Any]]:
        """The part and the label of each row whose key another row has too."""
        if self.again is None and self.count and not self.held:
            raise SchemaError(
                f"{self.count:,} rows must each be another event, and the keys of at most {MOST_KEYS:,} are held in "
                "memory. Give paths of Parquet files and an engine of sahelgeo.large (map=sg.large.processes(2)): "
                "it has DuckDB look for those that are there twice"
            )
        every = np.concatenate([np.zeros(0, np.uint64), *(keys for *_, keys in self.held)])
        every.sort()
        again = np.unique(every[1:][every[1:] == every[:-1]])
        found = [
            (part, label)
            for part, index, keys in (self.held if len(again) else ())
            for label in index[np.isin(keys, again)]
        ]
        return sorted([*found, *(self.again or ())], key=str)


def merged(states: Sequence[State]) -> State:
    """Several states as one; the order makes no difference to what it says."""
    return {name: _joined([state[name] for state in states]) for name in states[0]}


def _joined(values: list[Any]) -> Any:
    first = values[0]
    if len(values) == 1:
        return first
    if isinstance(first, (CodedSums, Keyed)):
        return type(first).merged(values)
    if isinstance(first, pd.DataFrame):
        return pd.concat([table for table in values if len(table)] or [first])
    if isinstance(first, frozenset):
        return first.union(*values[1:])
    if isinstance(first, Mapping):
        names = dict.fromkeys(name for value in values for name in value)
        return {name: _joined([value[name] for value in values if name in value]) for name in names}
    return reduce(lambda one, other: one + other, values)


def fold(states: Iterable[State]) -> State | None:
    """One state of many; memory goes with the sums, since each state waits until there are as many as sums."""
    whole: list[State] = []
    held: list[State] = []
    for state in states:
        held.append(state)
        if sum(map(_size, held)) > max(_HELD, *map(_size, whole), 0):
            whole, held = [merged([*whole, *held])], []
    return merged([*whole, *held]) if whole or held else None


def state_of(states: Iterable[State], what: str) -> State:
    """The state of a part, of those of its rows."""
    whole = fold(states)
    if whole is None:
        raise SchemaError(f"{what}: the part has no rows and no columns. Leave it out")
    return whole


def _size(state: State) -> int:
    return sum(len(value) for value in state.values() if isinstance(value, (CodedSums, Keyed, pd.DataFrame)))


def without_shapes(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The areas as the whole needs them: their codes, levels and countries."""
    plain: gpd.GeoDataFrame = pd.DataFrame(areas.drop(columns=areas.geometry.name))
    return plain


class Plan(Protocol):
    """A sum: what is made of a part, and what the whole says.

    Only what the type checker must know: each function that takes parts has a frozen plan of its own, which holds its
    options and nothing that all of them share, so there is no body to write here.
    """

    def state(self, part: Part) -> State:
        """The state of a part."""

    def table(self, state: State) -> Any:
        """The table of the whole: here everything is refused and said that only the whole can tell."""

    def light(self) -> Plan:
        """The plan without what only parts need (shapes, an index)."""


@dataclass(frozen=True)
class Answer:
    """What became of a part: its state, or the error."""

    number: int
    state: State | None = None
    error: BaseException | None = None


@dataclass(frozen=True)
class Job:
    """What is done with each part."""

    plan: Plan
    threads: int | None = None

    def __call__(self, part: Part) -> Answer:
        """The state of a part, or what went wrong with it."""
        before = _THREADS.set(self.threads)
        try:
            with hearing() as heard:
                state = self.plan.state(part)
            return Answer(part.number, {**state, "heard": frozenset(heard)})
        # Any error, those of other libraries too: an engine that met one would try the part again, which fails as
        # before, and would lose the name of the part. As an answer it travels, and is raised where all are added up.
        except Exception as problem:  # noqa: BLE001
            return Answer(part.number, error=_naming(problem, part.name))
        finally:
            _THREADS.reset(before)


def _naming(problem: Exception, name: str) -> Exception:
    if name and isinstance(problem, SahelgeoError) and problem.args and name not in str(problem):
        problem.args = (f"{name}: {problem.args[0]}", *problem.args[1:])
    elif name:
        problem.add_note(f"in {name}")
    return problem


class _ByFile:
    """A job that goes to other processes of this machine by a file, which each of them reads once."""

    def __init__(self, job: Job, folder: str) -> None:
        self.job, self.path = job, Path(folder) / "job"

    def __call__(self, part: Part) -> Answer:
        """What the job makes of a part."""
        return self.job(part)

    def __reduce__(self) -> tuple[Any, ...]:
        if not self.path.exists():
            self.path.write_bytes(pickle.dumps(self.job))
        return _from_file, (str(self.path),)


@lru_cache(maxsize=2)
def _from_file(path: str) -> Job:
    job: Job = pickle.loads(Path(path).read_bytes())  # noqa: S301 - written by this library for its own processes
    return job


@dataclass(frozen=True)
class Partial:
    """The sums of some rows, with all that the sum of more of them must know. Made by :func:`sahelgeo.large.partial`.

    Partial sums of one function with the same options can be added, in any order, sent to other processes and saved.

    See Also
    --------
    partial : The partial sums of a part.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> flows = sg.load_sample("burkina-movements-2025").flows
    >>> parts = [sg.large.partial(sg.sum_flows, flows.iloc[rows]) for rows in (slice(0, 50), slice(50, None))]
    >>> whole = parts[1] + parts[0]
    >>> whole.table().equals(sg.sum_flows(flows))
    True
    """

    plan: Plan
    state: State = field(repr=False)
    digest: Mapping[str, str] = field(repr=False)

    def __add__(self, other: Partial) -> Partial:
        if not isinstance(other, Partial):
            raise SchemaError(f"partial sums are added to partial sums, not to {type(other).__name__}")
        differ = [name for name in {**self.digest, **other.digest} if self.digest.get(name) != other.digest.get(name)]
        if differ:
            raise SchemaError(
                f"these partial sums were made in different ways, and cannot be added: {listed(differ, 6)}. Make both "
                "with one function, the same areas and the same options"
            )
        return replace(self, state=merged([self.state, other.state]))

    def table(self) -> Any:
        """What the function gives for all the rows: double counts are refused here, and warnings are given."""
        for message in sorted(self.state["heard"]):
            warn(message)
        return self.plan.table(self.state)

    @property
    def account(self) -> Any:
        """The rows and people that came in, as far as the function accounts for them; None where it does not."""
        made = getattr(self.plan, "account", None)
        return None if made is None else made(self.state)


def unfinished(job: Any, parts: Iterable[Any]) -> Iterable[Any]:
    """An engine that works here, and leaves the sums as they are: a function given it gives a :class:`Partial`."""
    return map(job, parts)


def summed(plan: Plan, parts: Iterator[Part], engine: Map | None) -> Any:
    """The table of all parts, each summed here or by an engine; or their partial sums."""
    numbers: list[Part] = []

    def each() -> Iterator[Part]:
        for part in parts:
            numbers.append(Part(part.number, part.name, part.content if isinstance(part.content, Path) else None))
            yield part

    with tempfile.TemporaryDirectory(prefix="sahelgeo-") as folder:
        job = Job(plan, None if engine in (None, unfinished) else 1)
        sent = job if engine is None or getattr(engine, "sends_once", False) else _ByFile(job, folder)
        answers: dict[int, None] = {}

        def states() -> Iterator[State]:
            for answer in (engine or map)(sent, each()):
                if answer.error is not None:
                    raise answer.error
                if answer.number not in answers:
                    answers[answer.number] = None
                    yield answer.state

        whole = fold(states())
    # What an engine did not even ask for is missing too.
    for _ in each():
        pass
    missing = [part.name or str(part.number) for part in numbers if part.number not in answers]
    if missing:
        raise PartError(f"{len(missing):,} of {len(numbers):,} parts gave no answer: {listed(missing, SHOWN_AT_MOST)}")
    if whole is None:
        raise SchemaError("there is no part: the iterable is empty. Give at least one table or grid")
    found = Partial(plan.light(), _with_keys(whole, numbers, engine), digest_of(plan) if engine is unfinished else {})
    return found if engine is unfinished else found.table()


def _with_keys(state: State, parts: Sequence[Part], engine: Any) -> State:
    """The state; where it has more keys than are held, an engine has looked for those that are there twice."""
    keys = state.get("keys")
    if keys is None or keys.held or not keys.count or not hasattr(engine, "twice"):
        return state
    return {**state, "keys": replace(keys, again=tuple(engine.twice([part.content for part in parts], keys.columns)))}


def digest_of(plan: Plan) -> dict[str, str]:
    """What a plan is made of, as short texts: two plans whose texts are alike do the same."""
    named = {one.name: getattr(plan, one.name) for one in fields(plan)}  # type: ignore[arg-type]
    if "ground" in named:  # the index, if there is one, is made of it
        named.pop("index")
    texts = {name: _digest(value) for name, value in named.items()}
    return {type(plan).__name__.removesuffix("Plan").lstrip("_"): "the function", **texts}


def _digest(value: Any) -> str:
    if isinstance(value, gpd.GeoDataFrame) and value.active_geometry_name is not None:
        value = pd.DataFrame(value).assign(**{value.geometry.name: value.geometry.to_wkb(hex=True)})
    if isinstance(value, pd.DataFrame):
        rows = pd.util.hash_pandas_object(value.astype("str"), index=False)
        return hashlib.sha256(repr((list(value.columns), rows.tolist())).encode()).hexdigest()[:16]
    # Of an index the borders and their codes count, and not how many cells it has.
    polygons = getattr(getattr(value, "grid", None), "polygons", None)
    if polygons is None:
        return repr(value)
    told = repr((value.crs, list(value.pcodes))).encode()
    return hashlib.sha256(told + b"".join(shapely.to_wkb(polygons))).hexdigest()[:16]
