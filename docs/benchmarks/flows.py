"""Time and memory of adding up 10 million flow records to a matrix of regions by month.

Run from the project's root (``duckdb`` and ``psutil`` are needed)::

    python docs/benchmarks/flows.py [FOLDER]

The records are made: 300 provinces in 12 regions, 36 months, skewed like real flows. Ways that are compared run in turn in one
process; memory is the highest resident set of a process that does nothing else, above what it holds before.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from shapely import box

import sahelgeo as sg

ROWS = 10_000_000
CODES = [f"BF{46 + place // 25:02d}{place % 25 + 1:02d}" for place in range(300)]
MONTHS = pd.date_range("2018-01-01", periods=36, freq="MS")
AREAS = gpd.GeoDataFrame(
    {"pcode": CODES, "edition": "made", "level": 2, "parent": [code[:4] for code in CODES]},
    geometry=[box(place, 0, place + 1, 1) for place in range(300)],
    crs="EPSG:4326",
)
PARENTS = pd.DataFrame({"pcode": CODES, "parent": [code[:4] for code in CODES]})
QUERY = """
select a.parent as origin, b.parent as destination, date_trunc('month', start) as month, sum(people) as people, count(*) as rows
from read_parquet('{path}') f join parents a on f.origin = a.pcode join parents b on f.destination = b.pcode group by all
"""
QUERY_AS_THEY_ARE = """
select origin, destination, date_trunc('month', start) as month, min("end") as last, sum(people) as people, source, count(*) as rows
from read_parquet('{path}') group by origin, destination, month, source order by origin, destination, month
"""


def make(path: Path, times: int = 1) -> None:
    """Write the records, several times over for a file that is larger than the memory given."""
    random = np.random.default_rng(1)
    weights = random.pareto(1.2, 300) + 0.1
    weights /= weights.sum()
    month = random.integers(0, 36, ROWS)
    starts, ends = (
        MONTHS.to_numpy().astype("datetime64[D]"),
        (MONTHS + pd.offsets.MonthEnd()).to_numpy().astype("datetime64[D]"),
    )
    table = pa.table(
        {
            "origin": pa.array(CODES).take(pa.array(random.choice(300, ROWS, p=weights))),
            "destination": pa.array(CODES).take(pa.array(random.choice(300, ROWS, p=weights))),
            "start": starts[month],
            "end": ends[month],
            "people": random.integers(1, 20, ROWS),
            "source": pa.array(["made"]).take(pa.array(np.zeros(ROWS, dtype=int))),
        }
    )
    with pq.ParquetWriter(path, table.schema) as writer:
        for _ in range(times):
            writer.write_table(table, row_group_size=1 << 20)


def frame(path: Path) -> pd.DataFrame:
    """The records with string columns, the month as text too."""
    table = pq.read_table(path).to_pandas()
    return table.assign(**{name: table[name].astype(str) for name in ("start", "end")})


def sahelgeo_from_parquet(path: Path) -> pd.DataFrame:
    """The sums of sahelgeo, from the file."""
    return sg.sum_flows(path, AREAS, level=1, freq="MS", records=True)


def duckdb_from_parquet(path: Path) -> pd.DataFrame:
    """The same sums of DuckDB on two threads."""
    import duckdb  # noqa: PLC0415 - for this way only

    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.register("parents", PARENTS)
    return connection.execute(QUERY.format(path=path)).df()


def sahelgeo_as_they_are(path: Path) -> pd.DataFrame:
    """The sums of sahelgeo by province, from the file."""
    return sg.sum_flows(path, freq="MS", records=True)


def duckdb_as_they_are(path: Path) -> pd.DataFrame:
    """The same sums of DuckDB on two threads, sorted as those of sahelgeo are."""
    import duckdb  # noqa: PLC0415 - for this way only

    connection = duckdb.connect()
    connection.execute("set threads = 2")
    return connection.execute(QUERY_AS_THEY_ARE.format(path=path)).df()


def by_columns(table: pd.DataFrame) -> pd.Series:
    """Sums of pandas by the columns as they are, without bringing them to regions."""
    return table.groupby(["origin", "destination", "start"])["people"].sum()


def measure(way: Callable[[Path], pd.DataFrame], path: Path) -> float:
    """Highest memory above the start, in MB, with the libraries warm."""
    import psutil  # noqa: PLC0415 - for memory only

    small = path.with_name("small.parquet")
    pq.write_table(pq.ParquetFile(path).read_row_group(0).slice(0, 1000), small)
    way(small)
    process = psutil.Process()
    base = process.memory_info().rss
    peak, done = base, False

    def watch() -> None:
        nonlocal peak
        while not done:
            peak = max(peak, process.memory_info().rss)
            time.sleep(0.002)

    watcher = threading.Thread(target=watch)
    watcher.start()
    way(path)
    done = True
    watcher.join()
    return (peak - base) / 1e6


def in_turn(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each way, all of them in every round."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, way in ways.items():
            begin = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - begin)
    return {name: statistics.median(found[1:]) for name, found in seconds.items()}


def memory_of(name: str, path: Path) -> float:
    """The memory of a way in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--memory", name, str(path)], capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout))


def main(folder: Path) -> None:
    """Measure and print the rows of the page."""
    path, large = folder / "flows.parquet", folder / "flows_100m.parquet"
    make(path)
    for ours, theirs in (
        (sahelgeo_from_parquet, duckdb_from_parquet),
        (sahelgeo_as_they_are, duckdb_as_they_are),
    ):
        found, other = ours(path), theirs(path)
        if found["people"].sum() != other["people"].sum() or len(found) != len(other):
            raise SystemExit("the two ways differ")
        total = found["people"].sum()
        pair = {way.__name__: way for way in (ours, theirs)}
        seconds = in_turn({name: lambda way=way: way(path) for name, way in pair.items()}, 7)
        ratio = seconds[ours.__name__] / seconds[theirs.__name__]
        print(
            {name: round(value, 3) for name, value in seconds.items()}, "sahelgeo / DuckDB", round(ratio, 2), flush=True
        )
        print("memory, MB:", {name: round(memory_of(name, path)) for name in pair}, flush=True)
    table = frame(path)
    found = in_turn(
        {
            "sahelgeo, to regions": lambda: sg.sum_flows(table, AREAS, level=1, freq="MS", records=True),
            "pandas groupby of the columns": lambda: by_columns(table),
        },
        3,
    )
    print("from string columns, s:", {name: round(value, 3) for name, value in found.items()})
    make(large, times=10)
    begin = time.perf_counter()
    large_sums = sahelgeo_from_parquet(large)
    seconds = time.perf_counter() - begin
    if large_sums["people"].sum() != 10 * total:
        raise SystemExit("the sums of the large file are wrong")
    groups = pq.ParquetFile(large).metadata.num_row_groups
    memory = memory_of("sahelgeo_from_parquet", large)
    print(
        f"100 million rows, {large.stat().st_size / 1e6:.0f} MB, {groups} row groups: {seconds:.2f} s, {memory:.0f} MB"
    )


if __name__ == "__main__":
    if "--memory" in sys.argv:
        print(json.dumps(measure(globals()[sys.argv[2]], Path(sys.argv[3]))))
    elif len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
