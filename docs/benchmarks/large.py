"""Measure sums over parts: here, on a cluster of Dask, beside DuckDB; and a worker that is killed. Write large.md.

python docs/benchmarks/large.py [--millions 100] [--folder FOLDER] [--only points flows events tiles] [--print]

Invented points (1.8 GB of Parquet for 100 million), flows, events and tiles are made in the folder, a file for each
million, and removed at the end. Each way runs once, in turn; the script stops where two ways disagree. Peaks are those
of resident memory of single workers. With --only, or --print, the page stays as it is.
On two quiet cores 100 million take about five minutes, most of them to make the files; it needs 3 GB of disk.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import shutil
import signal
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
import shapely
from rasterio.transform import from_origin

import sahelgeo as sg

PAGE = Path(__file__).with_name("large.md")
MONTHS = np.arange("2015-01", "2025-01", dtype="datetime64[M]")
OPTIONS = {"freq": "MS", "people": "people"}
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": 2**26, "MALLOC_MMAP_THRESHOLD_": 2**25}
Pids = Callable[[], list[int]]


def make(write: Callable[[Path, int], None], folder: Path, files: int) -> Path:
    """Write so many files, in two processes."""
    folder.mkdir()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(partial(write, folder), range(files)))
    return folder


def make_areas() -> gpd.GeoDataFrame:
    """Three hundred areas of 280 vertices each, whose borders are shared."""
    bends = np.linspace(0, 1, 71)

    def side(start: tuple[int, int], end: tuple[int, int]) -> np.ndarray:
        line = np.outer(1 - bends, start) + np.outer(bends, end)
        off = 0.05 * np.sin(9 * np.pi * bends) * np.sin(np.pi * bends)
        return line + off[:, None] * np.array([end[1] - start[1], start[0] - end[0]])

    cells = []
    for row in range(15):
        for column in range(20):
            a, b, c, d = (column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)
            ring = [side(a, b), side(b, c), side(d, c)[::-1], side(a, d)[::-1]]
            cells.append(shapely.Polygon(np.concatenate(ring) * 0.8 + [-6, 9]))
    codes = [f"XX{number:03d}" for number in range(300)]
    return gpd.GeoDataFrame({"pcode": codes, "edition": "invented", "level": 2}, geometry=cells, crs="EPSG:4326")


def write_points(folder: Path, number: int) -> None:
    """A million points: 1 % outside all areas, days of ten years, up to 49 people."""
    random = np.random.default_rng(number)
    days = random.integers(16436, 20089, 1_000_000).astype("datetime64[D]")
    columns = {
        "longitude": random.uniform(-6.1, 10.06, 1_000_000),
        "latitude": random.uniform(9, 21, 1_000_000),
        "date": pa.array(days),
        "people": random.integers(1, 50, 1_000_000).astype("int16"),
    }
    pq.write_table(pa.table(columns), folder / f"{number:03d}.parquet")


def write_flows(folder: Path, number: int) -> None:
    """A million records between 300 areas, by month, of one source."""
    codes = pa.array([f"XX{place:03d}" for place in range(300)])
    starts = MONTHS[-36:].astype("datetime64[D]")
    ends = (MONTHS[-36:] + 1).astype("datetime64[D]") - 1
    random = np.random.default_rng(number)
    ways = [pa.DictionaryArray.from_arrays(random.integers(0, 300, 1_000_000).astype("int32"), codes) for _ in "ab"]
    month = random.integers(0, 36, 1_000_000)
    table = {"origin": ways[0], "destination": ways[1], "start": starts[month], "end": ends[month]}
    people = random.integers(1, 6, 1_000_000).astype("int32")
    source = pa.DictionaryArray.from_arrays(np.zeros(1_000_000, "int8"), ["invented"])
    pq.write_table(pa.table({**table, "people": people, "source": source}), folder / f"{number:03d}.parquet")


def write_events(folder: Path, number: int) -> None:
    """A million events, with ids of their own."""
    random = np.random.default_rng(number)
    days = random.integers(16436, 20089, 1_000_000).astype("datetime64[D]")
    columns = {
        "event": [f"E{number:03d}{place:06d}" for place in range(1_000_000)],
        "source": pa.DictionaryArray.from_arrays(np.zeros(1_000_000, "int8"), ["invented"]),
        "longitude": random.uniform(-6.1, 10.06, 1_000_000),
        "latitude": random.uniform(9, 21, 1_000_000),
        "date": pa.array(days),
        "fatalities": random.integers(0, 9, 1_000_000),
    }
    pq.write_table(pa.table(columns), folder / f"{number:03d}.parquet")


def write_tile(across: int, folder: Path, number: int) -> None:
    """A tile of 1,414 × 1,414 cells of counts, so many in a row, over the areas."""
    side, step = 1414, 16.0 / across
    values = np.random.default_rng(number).gamma(0.5, 2, (side, side)).astype("float32")
    row, column = divmod(number, across)
    place = from_origin(-6 + column * step, 21 - row * step, step / side, step / side)
    options = {"driver": "GTiff", "dtype": "float32", "nodata": -1, "crs": "EPSG:4326", "compress": "lzw"}
    size = {"count": 1, "width": side, "height": side, "transform": place, "tiled": True}
    with rasterio.open(folder / f"{number:03d}.tif", "w", **size, **options) as file:
        file.write(values, 1)


def resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def processor(pid: int) -> float:
    """Seconds of processor of a process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def watched(pids: Pids) -> Iterator[dict[str, float]]:
    """The greatest resident memory (MB) of single processes while this lasts."""
    peak, done = {"MB": 0.0}, threading.Event()

    def look() -> None:
        while not done.wait(0.05):
            peak["MB"] = max([peak["MB"], *map(resident, pids())])

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


class Table:
    """The rows of the page, printed as they come; the seconds of each way, by its name."""

    def __init__(self) -> None:
        self.lines = list[str]()
        self.wall = dict[str, float]()
        self.processor = dict[str, float]()

    def say(self, line: str) -> None:
        """Print a line, and keep it."""
        self.lines.append(line)
        print(line, flush=True)

    def row(self, name: str, aim: str, pids: Pids, job: Callable[[], Any]) -> Any:
        """Do a job and say how long it took; give back what it gave."""
        with watched(pids) as peak, warnings.catch_warnings():
            warnings.simplefilter("ignore", sg.DataWarning)
            start, used = time.perf_counter(), sum(map(processor, {os.getpid(), *pids()}))
            found = job()
            wall, used = time.perf_counter() - start, sum(map(processor, {os.getpid(), *pids()})) - used
        self.wall[name], self.processor[name] = wall, used
        rows = f"{len(found):,}" if isinstance(found, pd.DataFrame) else "–"
        self.say(f"| {name} | {wall:.1f} | {max(used, 0):.1f} | {peak['MB']:,.0f} | {rows} | {aim} |")
        return found


def size_of(folder: Path) -> str:
    """What the files of a folder take."""
    return f"{sum(one.stat().st_size for one in folder.iterdir()) / 1e9:.2f} GB"


def here() -> list[int]:
    return [os.getpid()]


def points(table: Table, path: Path, files: int, areas: gpd.GeoDataFrame, client: object, pids: Pids) -> None:
    make(write_points, path, files)
    name = f"{files} million points ({size_of(path)}), 300 areas, 120 months"
    table.row(
        f"{name}: reading the columns, here", "", here, lambda: [pq.read_table(one).num_rows for one in path.iterdir()]
    )
    index, engine = sg.area_index(areas), sg.large.dask(client)
    one = table.row(f"{name}: here", "", here, lambda: sg.events.count_points(path, index, **OPTIONS))

    def spread() -> pd.DataFrame:
        return sg.events.count_points(path, index, map=engine, **OPTIONS)

    # A worker that has just begun loads the library with its first part.
    with warnings.catch_warnings(action="ignore"):
        sg.events.count_points(sorted(path.iterdir())[:4], index, map=engine, **OPTIONS)
    many = table.row(f"{name}: Dask", "≤ 10 s, ≤ 700 MB", pids, spread)
    before, plain = pids(), engine.spread

    def killing(job: Any, parts: list[Any]) -> Iterator[Any]:
        for number, answer in enumerate(plain(job, parts)):
            if number == len(parts) // 2:
                os.kill(before[0], signal.SIGKILL)
            yield answer

    engine.spread = killing
    again = table.row(f"{name}: Dask, a worker killed half-way", "the same table", pids, spread)
    assert before[0] not in pids(), "the worker was not killed"
    assert one.equals(many)
    assert one.equals(again)
    outside = one[one["pcode"].isna()]
    assert one["points"].sum() == files * 1_000_000
    print(f"in {files * 1_000_000:,} points, out {one['points'].sum():,}; of them outside {outside['points'].sum():,} with {outside['people'].sum():,.0f} people")  # fmt: skip
    table.processor["a million points"] = table.processor[f"{name}: Dask"] / files


def flows(table: Table, path: Path, files: int, _: gpd.GeoDataFrame, client: object, pids: Pids) -> None:
    import duckdb  # noqa: PLC0415

    make(write_flows, path, files)
    name, options = f"{files} million flows ({size_of(path)})", {"freq": "MS", "by": "origin", "records": True}
    spread = sg.large.dask(client)
    ours = table.row(f"{name}: here", "", here, lambda: sg.sum_flows(path, **options))
    many = table.row(f"{name}: Dask", "", pids, lambda: sg.sum_flows(path, map=spread, **options))
    query = f"select origin, start, sum(people) as people, count(*) as rows from read_parquet('{path}/*.parquet') group by all order by all"  # noqa: S608
    theirs = table.row(f"{name}: DuckDB", "", here, lambda: duckdb.sql(query).df())
    assert ours.equals(many)
    assert (ours["people"].to_numpy(dtype=int) == theirs["people"].to_numpy(dtype=int)).all()


def events(table: Table, path: Path, files: int, areas: gpd.GeoDataFrame, client: object, pids: Pids) -> None:
    make(write_events, path, max(1, files // 5))
    name, cover = f"{max(1, files // 5)} million events ({size_of(path)})", {"coverage": ("2015-01-01", "2024-12-31")}
    spread = sg.large.dask(client)
    many = table.row(f"{name}: Dask", "≤ 700 MB", pids, lambda: sg.sum_events(path, areas, map=spread, **cover))
    assert many["events"].sum() == max(1, files // 5) * 1_000_000


def tiles(table: Table, path: Path, files: int, areas: gpd.GeoDataFrame, client: object, pids: Pids) -> None:
    count = 2 * files
    make(partial(write_tile, min(20, count)), path, count)
    name, options = f"{count} tiles of 2 million cells ({size_of(path)})", {"measure": "count", "tiles": True}
    spread = sg.large.dask(client)
    one = table.row(f"{name}: here", "≤ 10 s", here, lambda: sg.zonal_sum(path, areas, **options))
    many = table.row(f"{name}: Dask", "≤ 10 s", pids, lambda: sg.zonal_sum(path, areas, map=spread, **options))
    assert one.equals(many)


HEAD = """# Past one machine

Made by `large.py` beside this page in one run of {minutes:.0f} minutes on {cores} cores (load before it: {load:.1f}):
{versions}.
It makes invented data in a folder of its own, sums them here, on a `LocalCluster` of Dask with two workers of 1 GB and one thread, and beside DuckDB, kills a worker on the way, and removes the data.
Each way ran once; the script stops where two ways disagree in a single digit.
A load far above the number of cores says that others used them too: then all seconds are too long.
The seconds of processor are those of the script and its workers (a worker that is killed takes its own along), the memory is that of the largest process.

```console
python docs/benchmarks/large.py --millions {millions}
```

| way | s | s of processor | MB | rows | aim |
|---|---:|---:|---:|---:|---|
"""
TAIL = """
Points outside all areas stay in the table, in rows without a p-code, with their people.
The run read 262,144 events at a time; with 131,072, as now, a worker took 703 to 712 MB for the 20 million events alone, in 43 to 55 s, and 660 MB for the tiles after them (workers keep memory of what they did before).

## Before

Prototypes of the same work, on two cores that nobody else used (100 million points, 1.8 GB, one run each):

| way | s | points outside | a worker killed |
|---|---:|---|---|
| sahelgeo's `locate` and own sums, Dask, two workers of 1 GB | 12.8 | kept | the same answer |
| sedonadb, two threads | 40 | lost without a word | – |
| dask-geopandas, two workers (6 of the 100 files) | 13.6 | lost without a word | – |
| DuckDB spatial (1 of the 100 files) | 12.1 | lost without a word | – |

## One terabyte, on paper

18 bytes a point in Parquet are 56 billion points.
At the {processor:.2f} s of processor a million that the run above took on Dask, that is {hours:.1f} hours of one core, or {on_64:.1f} minutes of 64 cores, which read {needed:.1f} GB in a second meanwhile; from storage that gives 1 GB/s it takes 17 minutes.
Each worker holds the index (25 to 50 MB) and half a million points, or 131,072 events, at a time.
2,000 files give 2,000 partial sums of 36,000 rows, 2 MB each, which are added as they come.
Events of that number (450 GB of keys) do not go through one process: beyond 50 million keys DuckDB looks for those that are there twice, on disk.
This has not been run.
"""


def write_page(table: Table, minutes: float, load: float, millions: int) -> None:
    """Write large.md: the rows, and what they mean for a terabyte."""
    packages = ("pandas", "geopandas", "shapely", "pyarrow", "rasterio", "dask", "duckdb")
    versions = [
        f"Python {platform.python_version()}",
        *(f"{one} {importlib.metadata.version(one)}" for one in packages),
    ]
    each = table.processor["a million points"]
    seconds = each * 56_000
    head = HEAD.format(
        minutes=minutes, cores=os.cpu_count(), load=load, versions=", ".join(versions), millions=millions
    )
    tail = TAIL.format(processor=each, hours=seconds / 3600, on_64=seconds / 64 / 60, needed=1000 / (seconds / 64))
    PAGE.write_text(head + "\n".join(table.lines) + "\n" + tail, encoding="utf-8")


KINDS = {"points": points, "flows": flows, "events": events, "tiles": tiles}


def main(millions: int, folder: Path, only: list[str], *, to_page: bool) -> None:
    """Make, measure, remove."""
    import dask  # noqa: PLC0415
    from distributed import Client, LocalCluster  # noqa: PLC0415

    begin, load, table = time.perf_counter(), os.getloadavg()[0], Table()
    folder.mkdir(exist_ok=True)
    areas = make_areas()
    print("| way | s | s of processor | MB | rows | aim |\n|---|---:|---:|---:|---:|---|")
    with (
        # Dask has its workers give memory back at once, which doubles the time of sums over large arrays.
        dask.config.set({"distributed.nanny.pre-spawn-environ": KEEP_MEMORY}),
        LocalCluster(n_workers=2, threads_per_worker=1, memory_limit="1GB", dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.run(lambda: __import__("sahelgeo").large.partial)

        def pids() -> list[int]:
            return [worker.pid for worker in cluster.workers.values() if worker.pid]

        for name in only or KINDS:
            try:
                KINDS[name](table, folder / name, millions, areas, client, pids)
            finally:
                shutil.rmtree(folder / name, ignore_errors=True)
    minutes = (time.perf_counter() - begin) / 60
    print(f"{minutes:.1f} minutes; load now {os.getloadavg()[0]:.1f}")
    if to_page and not only:
        write_page(table, minutes, load, millions)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=int, default=100)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "large")
    parser.add_argument("--only", nargs="*", default=[], choices=KINDS)
    parser.add_argument("--print", action="store_true", help="leave the page as it is")
    given = parser.parse_args()
    main(given.millions, given.folder, given.only, to_page=not given.print)
