"""Measure sums over parts: here, in processes, on a cluster of Dask, beside DuckDB; and a worker that is killed.

python docs/benchmarks/large.py [--millions 100] [--folder FOLDER]

Invented points (1.8 GB of Parquet for 100 million), flows, events and tiles are made in the folder, a file for each
million, and removed at the end. Each way runs once, in turn. Peaks are those of resident memory of single workers.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
import shapely
from rasterio.transform import from_origin

import sahelgeo as sg

MONTHS = np.arange("2015-01", "2025-01", dtype="datetime64[M]")
OPTIONS = {"freq": "MS", "people": "people"}


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


def make_points(folder: Path, files: int) -> None:
    """A million points each: 1 % outside all areas, days of ten years, up to 49 people."""
    folder.mkdir()
    for number in range(files):
        random = np.random.default_rng(number)
        days = random.integers(16436, 20089, 1_000_000).astype("datetime64[D]")
        columns = {
            "longitude": random.uniform(-6.1, 10.06, 1_000_000).astype("float32"),
            "latitude": random.uniform(9, 21, 1_000_000).astype("float32"),
            "date": pa.array(days),
            "people": random.integers(1, 50, 1_000_000).astype("int16"),
        }
        pq.write_table(pa.table(columns), folder / f"{number:03d}.parquet")


def make_flows(folder: Path, files: int) -> None:
    """Records between 300 areas, by month, of one source."""
    folder.mkdir()
    codes = pa.array([f"XX{number:03d}" for number in range(300)])
    starts = MONTHS[-36:].astype("datetime64[D]")
    ends = (MONTHS[-36:] + 1).astype("datetime64[D]") - 1
    for number in range(files):
        random = np.random.default_rng(number)
        ways = [pa.DictionaryArray.from_arrays(random.integers(0, 300, 1_000_000).astype("int32"), codes) for _ in "ab"]
        month = random.integers(0, 36, 1_000_000)
        table = {"origin": ways[0], "destination": ways[1], "start": starts[month], "end": ends[month]}
        people = random.integers(1, 6, 1_000_000).astype("int32")
        pq.write_table(
            pa.table({**table, "people": people, "source": ["invented"] * 1_000_000}), folder / f"{number:03d}.parquet"
        )


def make_events(folder: Path, files: int) -> None:
    """A million events each, with ids of their own."""
    folder.mkdir()
    for number in range(files):
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


def make_tiles(folder: Path, count: int) -> None:
    """Tiles of 1,414 × 1,414 cells of counts, ten in a row, over the areas."""
    folder.mkdir()
    side, across = 1414, min(20, count)
    step = 16.0 / across
    for number in range(count):
        values = np.random.default_rng(number).gamma(0.5, 2, (side, side)).astype("float32")
        row, column = divmod(number, across)
        place = from_origin(-6 + column * step, 21 - row * step, step / side, step / side)
        options = {
            "driver": "GTiff",
            "dtype": "float32",
            "nodata": -1,
            "crs": "EPSG:4326",
            "compress": "lzw",
            "tiled": True,
        }
        with rasterio.open(
            folder / f"{number:03d}.tif", "w", count=1, width=side, height=side, transform=place, **options
        ) as file:
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
def watched(pids: Callable[[], list[int]]) -> Iterator[dict[str, float]]:
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


def report(name: str, pids: Callable[[], list[int]], job: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    with watched(pids) as peak, warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        start, used = time.perf_counter(), sum(map(processor, {os.getpid(), *pids()}))
        table = job()
        wall, used = time.perf_counter() - start, sum(map(processor, {os.getpid(), *pids()})) - used
    load = os.getloadavg()[0]
    print(f"| {name} | {wall:.1f} | {used:.1f} | {peak['MB']:,.0f} | {len(table):,} | {load:.1f} |", flush=True)
    return table


def kill_one(pids: Callable[[], list[int]], after: float) -> None:
    """Kill a worker while it works."""
    threading.Timer(after, lambda: os.kill(pids()[0], signal.SIGKILL)).start()


def points(folder: Path, files: int, areas: gpd.GeoDataFrame, client: object, pids: Callable[[], list[int]]) -> None:
    make_points(folder / "points", files)
    path, engine, here = folder / "points", sg.large.dask(client), lambda: [os.getpid()]
    print(f"points: {files} million, {sum(one.stat().st_size for one in path.iterdir()) / 1e9:.2f} GB")
    report(
        "reading the columns",
        here,
        lambda: pd.DataFrame({"rows": [pq.read_table(one).num_rows for one in path.iterdir()]}),
    )
    index = sg.area_index(areas)
    one = report("count_points, here", here, lambda: sg.events.count_points(path, index, **OPTIONS))
    many = report(
        "count_points, Dask, 2 workers", pids, lambda: sg.events.count_points(path, index, map=engine, **OPTIONS)
    )
    kill_one(pids, 1.0 + files / 50)
    again = report(
        "the same, a worker killed", pids, lambda: sg.events.count_points(path, index, map=engine, **OPTIONS)
    )
    assert one.equals(many)
    assert one.equals(again)
    outside = one[one["pcode"].isna()]
    print(
        f"  in {files}000000 points, out {one['points'].sum()}; outside {outside['points'].sum()} with {outside['people'].sum():,.0f} people"
    )


def flows(folder: Path, files: int, client: object, pids: Callable[[], list[int]]) -> None:
    import duckdb  # noqa: PLC0415

    make_flows(folder / "flows", files)
    path, here = folder / "flows", lambda: [os.getpid()]
    print(f"flows: {files} million, {sum(one.stat().st_size for one in path.iterdir()) / 1e9:.2f} GB")
    ours = report("sum_flows, here", here, lambda: sg.sum_flows(path, freq="MS", by="origin", records=True))
    spread = sg.large.dask(client)
    report("sum_flows, Dask", pids, lambda: sg.sum_flows(path, freq="MS", by="origin", records=True, map=spread))
    query = f"select origin, start, sum(people) as people, count(*) as rows from read_parquet('{path}/*.parquet') group by all order by all"  # noqa: S608
    theirs = report("DuckDB", here, lambda: duckdb.sql(query).df())
    assert (ours["people"].to_numpy(dtype=int) == theirs["people"].to_numpy(dtype=int)).all()


def events(folder: Path, files: int, areas: gpd.GeoDataFrame, client: object, pids: Callable[[], list[int]]) -> None:
    make_events(folder / "events", files)
    path = folder / "events"
    print(f"events: {files} million")
    cover = {"coverage": ("2015-01-01", "2024-12-31"), "map": sg.large.dask(client)}
    table = report("sum_events, Dask", pids, lambda: sg.sum_events(path, areas, **cover))
    assert table["events"].sum() == files * 1_000_000


def tiles(folder: Path, count: int, areas: gpd.GeoDataFrame, client: object, pids: Callable[[], list[int]]) -> None:
    make_tiles(folder / "tiles", count)
    path = folder / "tiles"
    print(f"tiles: {count} of 2 million cells")
    options = {"measure": "count", "tiles": True}
    one = report("zonal_sum, here", lambda: [os.getpid()], lambda: sg.zonal_sum(path, areas, **options))
    many = report("zonal_sum, Dask", pids, lambda: sg.zonal_sum(path, areas, map=sg.large.dask(client), **options))
    assert one.equals(many)


def main(millions: int, folder: Path, only: list[str]) -> None:
    """Make, measure, remove."""
    from distributed import Client, LocalCluster  # noqa: PLC0415

    folder.mkdir(exist_ok=True)
    areas = make_areas()
    print("| way | s | s of processor, all | MB of the largest process | rows | load |\n|---|---|---|---|---|---|")
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, memory_limit="1GB", dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.run(lambda: __import__("sahelgeo").large.partial)

        def pids() -> list[int]:
            return [worker.pid for worker in cluster.workers.values() if worker.pid]

        parts = {
            "points": lambda: points(folder, millions, areas, client, pids),
            "flows": lambda: flows(folder, millions, client, pids),
            "events": lambda: events(folder, max(1, millions // 5), areas, client, pids),
            "tiles": lambda: tiles(folder, 2 * millions, areas, client, pids),
        }
        for name in only or parts:
            try:
                parts[name]()
            finally:
                shutil.rmtree(folder / name, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=int, default=100)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "large")
    parser.add_argument("--only", nargs="*", default=[])
    given = parser.parse_args()
    main(given.millions, given.folder, given.only)
