"""Engines for the parts of a sum: processes of this machine, or a cluster of Dask; and partial sums for any other.

Every function that has the parameter ``map`` takes them. An engine gives each worker the areas and the index once, lets
it use one thread, and tries again where a worker dies; a part that kills three workers is named. With ``into``, a
folder, the sums of each part are kept as they come, so that work that was interrupted goes on where it was.
"""

from __future__ import annotations

import hashlib
import inspect
import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from itertools import islice
from multiprocessing import get_context
from os import PathLike
from pathlib import Path
from typing import Any

from sahelgeo.errors import ExtraNotInstalledError, PartError, SchemaError
from sahelgeo.parts import Answer, Fragment, Job, Part, digest_of, part_of, unfinished
from sahelgeo.parts import Partial as Partial  # noqa: PLC0414 - given out here
from sahelgeo.saving import write_whole

_DEATHS = 3


def partial(function: Callable[..., Any], part: Any, *args: Any, name: str = "", **options: Any) -> Partial:
    """The partial sums of a part of the data, to be added to those of other parts.

    Parameters
    ----------
    function : callable
        One that takes parts: ``sum_events``, ``sum_flows``, ``sum_stocks``, ``zonal_sum``, ``people_by_zone``,
        :func:`sahelgeo.events.count_points`.
    part : table, path or grid
        What the function takes first; with ``name`` also an iterator of record batches that are one part.
    *args
        What else it takes, such as the areas.
    name : str, optional
        What errors and warnings call the part, such as ``"partition 7"``. A path has a name of its own.
    **options
        Options of the function, such as ``freq="YS"``.

    Returns
    -------
    Partial
        ``a + b`` is exact, in any order. ``.table()`` gives what the function gives for all the rows: only there
        double counts are refused, zeros filled in and warnings given, each once. It can be pickled, so that any engine
        can carry it.

    Raises
    ------
    SchemaError
        A function whose results do not add up; and what the function itself refuses in the part.

    See Also
    --------
    dask : The parts on a cluster of Dask.
    processes : The parts in processes of this machine.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> halves = [sample.events.iloc[::2], sample.events.iloc[1::2]]
    >>> one, two = (sg.large.partial(sg.sum_events, half, sample.areas, freq="YS") for half in halves)
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", sg.DataWarning)  # three of the invented events lie outside all areas
    ...     int((one + two).table()["events"].sum()) == len(sample.events)
    True
    """
    if "map" not in inspect.signature(function).parameters:
        raise SchemaError(
            f"{getattr(function, '__name__', function)}: its results do not add up over parts. Partial sums are those "
            "of sum_events, sum_flows, sum_stocks, zonal_sum, people_by_zone and events.count_points"
        )
    found: Partial = function(
        [replace(part_of(0, part), name=name)] if name else part, *args, map=unfinished, **options
    )
    return found


class Engine:
    """A function like the built-in ``map`` that spreads parts over workers. Made by :func:`dask` and :func:`processes`.

    Parameters
    ----------
    spread : callable
        Gives the answers to a job for parts, in any order.
    into : path, optional
        A folder that keeps the answers.
    sends_once : bool
        Whether the spreading sees to it that a job goes to each worker once.
    """

    def __init__(
        self,
        spread: Callable[[Any, list[Part]], Iterator[Answer]],
        into: str | PathLike[str] | None = None,
        *,
        sends_once: bool = False,
    ) -> None:
        self.spread, self.sends_once = spread, sends_once
        self.into = None if into is None else Path(into)

    def __call__(self, job: Any, parts: Iterable[Part]) -> Iterator[Answer]:
        """The answers to a job, those that were kept first."""
        todo = list(parts)
        if self.into is None:
            yield from self.spread(job, todo)
            return
        self.into.mkdir(exist_ok=True)
        made = digest_of(getattr(job, "job", job).plan)
        files = {part.number: self.into / f"{_called(made, part)}.part" for part in todo}
        done = [part.number for part in todo if files[part.number].exists()]
        for number in done:
            yield Answer(number, pickle.loads(files[number].read_bytes()))  # noqa: S301 - kept by this library
        for answer in self.spread(job, [part for part in todo if part.number not in done]):
            if answer.error is None:
                write_whole(files[answer.number], pickle.dumps(answer.state))
            yield answer

    @staticmethod
    def twice(contents: Sequence[Any], columns: Sequence[str]) -> list[tuple[str, Any]]:
        """Files of Parquet and the keys that stand in them more than once, found by DuckDB, which may use the disk."""
        try:
            import duckdb  # noqa: PLC0415 - only for more keys than memory holds
        except ImportError as problem:
            raise ExtraNotInstalledError(
                "so many keys are looked through by DuckDB: pip install 'sahelgeo[large]'"
            ) from problem
        files = [str(one.fragment.path) if isinstance(one, Fragment) else str(one) for one in contents if one]
        if len(files) < len(contents):
            raise SchemaError("so many keys can be looked through in files of Parquet only. Give their paths")
        names = ", ".join(f'"{name}"' for name in columns)
        # Eight bytes each first: groups of texts would be ten times as large.
        hashes = f"(select hash({names}) as h from read_parquet(?))"  # noqa: S608
        again = f"select h from {hashes} group by h having count(*) > 1"  # noqa: S608
        query = (
            f"select {names} from read_parquet(?) where hash({names}) in ({again}) "  # noqa: S608
            "group by all having count(*) > 1 limit 6"
        )
        with duckdb.connect() as connection:
            found = connection.execute(query, [files, files]).fetchall()
        return [("the files", " ".join(map(str, key))) for key in found]


def _called(made: Any, part: Part) -> str:
    """A name for what a job makes of a part, another one where the job or the part has changed."""
    content = part.content
    path = Path(content.fragment.path) if isinstance(content, Fragment) else content
    if not isinstance(path, Path):
        raise SchemaError("into=: only parts that are files can be found again. Give paths")
    known = path.stat() if path.exists() else None
    told = (made, str(path), known and (known.st_size, known.st_mtime_ns))
    return f"{part.name[:60]}-{hashlib.sha256(repr(told).encode()).hexdigest()[:16]}"


def processes(workers: int = 2, *, into: str | PathLike[str] | None = None) -> Engine:
    """An engine of processes of this machine.

    Parameters
    ----------
    workers : int
        How many processes; each needs memory for one part's rows at a time (300 to 700 MB with an index).
    into : path, optional
        A folder that keeps the sums of each part, so that interrupted work goes on.

    Returns
    -------
    Engine
        To be given as ``map``. A process that dies (out of memory, killed) is replaced, and its part tried again;
        :class:`sahelgeo.errors.PartError` names the part that killed three.

    See Also
    --------
    dask : The parts on a cluster of Dask.

    Notes
    -----
    Processes begin anew (``spawn``): a script must call this under ``if __name__ == "__main__":``.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> engine = sg.large.processes(2)
    >>> sums = sg.sum_events("events/", areas, map=engine)  # doctest: +SKIP
    """
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise SchemaError(f"workers={workers!r} is not a number of processes. Give 1, 2, ...")

    def spread(job: Any, parts: list[Part]) -> Iterator[Answer]:
        waiting, deaths = {part.number: part for part in parts}, Counter[int]()
        while waiting:
            # Whoever was there when a process died is tried alone: then it is known who kills.
            suspects = [number for number in waiting if deaths[number]]
            yield from _until_one_dies(job, waiting, suspects[:1] or list(waiting), deaths, 1 if suspects else workers)
            for number, count in deaths.items():
                if count >= _DEATHS and number in waiting:
                    raise _killer(waiting[number], count)

    return Engine(spread, into)


def _until_one_dies(
    job: Any, waiting: dict[int, Part], numbers: list[int], deaths: Counter[int], workers: int
) -> Iterator[Answer]:
    """The answers for parts by their numbers, taken out of those that wait; what ran when one died stays."""
    todo = iter(numbers)
    running: dict[Future[Answer], int] = {}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        while True:
            try:
                for number in islice(todo, workers - len(running)):
                    running[pool.submit(job, waiting[number])] = number
            except BrokenProcessPool:
                todo = iter(())
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                number = running.pop(future)
                try:
                    answer = future.result()
                except BrokenProcessPool:
                    deaths[number] += 1
                    todo = iter(())
                    continue
                del waiting[number]
                yield answer


def _killer(part: Part, count: int | str) -> PartError:
    return PartError(
        f"{part.name or 'the part'}: {count} workers died of it (most often there was not enough memory). Nothing is "
        "given back. Cut it into smaller files, or give each worker more memory"
    )


def dask(client: Any, *, into: str | PathLike[str] | None = None, retries: int = 2) -> Engine:
    """An engine of the workers of a cluster of Dask.

    Parameters
    ----------
    client : distributed.Client
        A client of the cluster. Give each worker one thread (``threads_per_worker=1``) and 1 GB.
    into : path, optional
        A folder that keeps the sums of each part, so that interrupted work goes on.
    retries : int
        How often a part is tried again where its worker reports an error of the engine.

    Returns
    -------
    Engine
        To be given as ``map``. A worker that dies is replaced by its cluster, and its part tried again as often as the
        cluster allows (``distributed.scheduler.allowed-failures``, 3); then
        :class:`sahelgeo.errors.PartError` names the part.

    Raises
    ------
    SchemaError
        What is given is no client.

    See Also
    --------
    processes : The parts in processes of this machine.

    Notes
    -----
    Paths must be those of the workers; files of an object store come as a pyarrow dataset.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> from distributed import Client, LocalCluster  # doctest: +SKIP
    >>> client = Client(LocalCluster(n_workers=2, threads_per_worker=1, memory_limit="1GB"))  # doctest: +SKIP
    >>> sums = sg.sum_events("events/", areas, map=sg.large.dask(client))  # doctest: +SKIP
    """
    if not hasattr(client, "submit") or not hasattr(client, "scatter"):
        raise SchemaError(f"dask takes a distributed.Client, not {type(client).__name__}")

    def spread(job: Job, parts: list[Part]) -> Iterator[Answer]:
        import dask as dask_package  # noqa: PLC0415 - no engine is loaded unless asked for
        import distributed  # noqa: PLC0415

        # As a task, not scattered: where all workers that hold it die, it is made again.
        with dask_package.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}):
            sent = client.submit(pickle.loads, pickle.dumps(job), pure=False)
        futures = {client.submit(_run, sent, part, pure=False, retries=retries): part for part in parts}
        for future in distributed.as_completed(futures):  # type: ignore[no-untyped-call]
            try:
                yield future.result()
            except distributed.KilledWorker as problem:
                raise _killer(futures[future], "too many") from problem

    return Engine(spread, into, sends_once=True)


def _run(job: Job, part: Part) -> Answer:
    return job(part)
