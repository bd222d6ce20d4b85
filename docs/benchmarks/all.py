"""Measure what users wait for beside its peers, in one go, and write the table of all.md.

python docs/benchmarks/all.py [--only GROUP ...] [--rounds 5] [--print]

Everything is made here: areas with fractal borders that neighbours share, points in clusters, tables of a million rows, grids.
Ways of one row run in turn in one process; the best of several rounds counts, since what disturbs a run only makes it longer.
Cold means geometry that nothing has been asked of. Peers that are not installed are left out. With --only, or --print, the
table is printed and the page stays as it is. On two quiet cores it takes under ten minutes; it needs 3 GB of memory.
"""

from __future__ import annotations

import argparse
import functools
import importlib.metadata
import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import flows as flows_page
import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from locate import clustered_points

import sahelgeo as sg

PAGE = Path(__file__).with_name("all.md")
WEST, SOUTH, EAST, NORTH = BOUNDS = (-18.0, 5.0, 25.0, 25.0)
EQUAL_AREA = "+proj=cea +ellps=WGS84"
ROWS = 1_000_000
ONCE = 1
Job = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """What is measured: our way, those of peers, and what is aimed at."""

    name: str
    aim: str
    ours: Job
    peers: dict[str, Job]
    rounds: int | None = None
    unit: str = "s"


# What is made


def bent(xy: np.ndarray) -> np.ndarray:
    """Places moved by waves of all lengths, the same place always to the same: straight borders become rough ones."""
    random, moved, length = np.random.default_rng(7), xy.copy(), 3.0
    for _ in range(9):
        for turn, phase, way in random.uniform(0, 2 * np.pi, (4, 3)):
            wave = np.sin(2 * np.pi / length * (xy[:, 0] * np.cos(turn) + xy[:, 1] * np.sin(turn)) + phase)
            moved += 0.016 * length * wave[:, None] * [np.cos(way), np.sin(way)]
        length /= 2.1
    return np.round(moved, 7)


@functools.cache
def areas(count: int, step: float = 0.006, seed: int = 1) -> gpd.GeoDataFrame:
    """So many areas of one country after another, neighbours with the same vertices."""
    places = np.random.default_rng(seed).uniform((WEST, SOUTH), (EAST, NORTH), (count, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(places)))
    borders = shapely.union_all(shapely.boundary(shapely.intersection(cells, shapely.box(*BOUNDS))), grid_size=1e-6)
    lines = shapely.union_all(shapely.transform(shapely.segmentize(borders, step), bent))
    shapes = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    shapes = shapes[shapely.area(shapes) > 1e-6]
    centres = shapely.get_coordinates(shapely.centroid(shapes))
    shapes = shapes[np.lexsort((centres[:, 1], centres[:, 0] // 5))]
    codes = [f"BF{46 + 13 * place // len(shapes):02d}{place:04d}" for place in range(len(shapes))]
    return gpd.GeoDataFrame({"pcode": codes, "people": 1000.0}, geometry=shapes, crs=4326)


def fresh(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The table with new geometries: nothing is prepared, and no tree is kept."""
    return gpd.GeoDataFrame(
        table.drop(columns="geometry"), geometry=shapely.from_wkb(shapely.to_wkb(table.geometry.values)), crs=table.crs
    )


def merged(table: gpd.GeoDataFrame, number: int) -> gpd.GeoDataFrame:
    """Areas merged of several neighbours, whose borders they share."""
    groups = np.arange(len(table)) // number
    shapes = [shapely.coverage_union_all(part.values) for _, part in table.geometry.groupby(groups)]
    return gpd.GeoDataFrame({"people": 1000.0}, index=range(len(shapes)), geometry=shapes, crs=4326)


def points(count: int, of: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    xy = clustered_points(of, count)
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=4326)


def stocks(dates: int) -> pd.DataFrame:
    """A million rows: 250 areas of 20 places each, and origins, on so many days."""
    number = np.arange(ROWS)
    day, place, origin = number % dates, number // dates % 5000, number // dates // 5000
    days = pd.date_range("2015-01-31", periods=dates, freq="ME").to_numpy()
    codes = np.array([f"BF{46 + area // 25:02d}{area % 25 + 1:02d}" for area in range(250)], dtype=object)
    return pd.DataFrame(
        {
            "pcode": codes[place // 20],
            "date": days[day],
            "group": "idp",
            "origin": codes[origin],
            "place": np.array([f"Site {name}" for name in range(5000)], dtype=object)[place],
            "method": "baseline",
            "people": number % 97,
            "source": "made",
        }
    )


def phases() -> pd.DataFrame:
    """A million rows: 5,000 areas in 200 seasons."""
    number = np.arange(ROWS)
    starts = pd.date_range("1960-01-01", periods=200, freq="QS").to_numpy()
    codes = np.array([f"BF{46 + area // 500:02d}{area % 500:03d}" for area in range(5000)], dtype=object)
    people = {f"people_{phase}": number * phase % 1000 for phase in range(1, 6)}
    rows = {"pcode": codes[number % 5000], "kind": "current", "start": starts[number // 5000], "source": "made"}
    return pd.DataFrame({**rows, "end": starts[number // 5000] + np.timedelta64(80, "D"), **people})


def events() -> gpd.GeoDataFrame:
    random = np.random.default_rng(5)
    towns = np.round(random.uniform((-5, 10), (2, 15), (6000, 2)), 4)[random.integers(0, 6000, ROWS)]
    days = pd.Timestamp("2012-01-01") + pd.to_timedelta(random.integers(0, 10 * 365, ROWS), unit="D")
    rows = {"event": np.char.add("E", np.arange(ROWS).astype(str)), "date": days, "source": "made"}
    return gpd.GeoDataFrame(
        {**rows, "fatalities": random.poisson(2, ROWS)}, geometry=gpd.points_from_xy(*towns.T), crs=4326
    )


def grid(path: Path, width: int, height: int, size: float) -> Path:
    """A grid of people from the north-western corner on, a third of it without data."""
    random = np.random.default_rng(3)
    noise = random.lognormal(size=(512, width)).astype("float32")
    # Few digits, as models give them, so that the file packs as real ones do.
    noise = (noise.view(np.uint32) & np.uint32(0xFFFFF000)).view(np.float32)
    noise[:, np.sin(np.arange(width) / width * 40) > 0.4] = -99999
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "nodata": -99999, "crs": "EPSG:4326"}
    shape = {"width": width, "height": height, "transform": rasterio.Affine(size, 0, WEST, 0, -size, NORTH)}
    packing = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "LZW", "num_threads": 2}
    with rasterio.open(path, "w", **profile, **shape, **packing) as file:
        for first in range(0, height, 512):
            rows = min(512, height - first)
            file.write(np.roll(noise, first // 7, axis=1)[:rows], 1, window=((first, first + rows), (0, width)))
    return path


def read(path: Path) -> None:
    """Only read and unpack a grid, in two threads, in bands of its blocks."""
    with rasterio.open(path) as file:
        height, width = file.shape

    def part(half: int) -> None:
        with rasterio.open(path) as file:
            for first in range(half * 512, height, 1024):
                file.read(1, window=((first, min(height, first + 512)), (0, width)))

    with rasterio.Env(GDAL_CACHEMAX=64 * 2**20), ThreadPoolExecutor(2) as pool:
        list(pool.map(part, (0, 1)))


# What is measured


def rows_of_locate(_: Path) -> Iterator[Row]:
    for count in (300, 1200, 5000):
        table = areas(count)
        for number in (1000, 10_000, 50_000):
            where = points(number, table)
            copies = [iter([fresh(table) for _ in range(12)]) for _ in range(2)]
            yield Row(
                f"locate, cold: {number:,} points in {count:,} areas",
                "≤ 1.5 × sjoin",
                lambda where=where, copies=copies[0]: sg.locate(where, next(copies)),
                {"sjoin": lambda where=where, copies=copies[1]: gpd.sjoin(where, next(copies), how="left")},
            )
            yield Row(
                f"locate, same areas again: {number:,} points in {count:,} areas",
                "≤ sjoin",
                lambda where=where, table=table: sg.locate(where, table),
                {"sjoin, tree kept": lambda where=where, table=table: gpd.sjoin(where, table, how="left")},
            )
    index, where = sg.area_index(areas(1200)), points(ROWS, areas(1200))
    yield Row(
        "locate, index kept: 1,000,000 points in 1,200 areas",
        "≤ sjoin / 20",
        lambda: sg.locate(where, index),
        {"sjoin": lambda: gpd.sjoin(where, areas(1200), how="left")},
    )


def rows_of_memory(folder: Path) -> Iterator[Row]:
    for words, table, aim in (("5 areas", areas(300).iloc[:5], "≤ 100 MB"), ("5,000 areas", areas(5000), "≤ 300 MB")):
        table.to_parquet(path := folder / "areas.parquet")
        yield Row(f"area_index of {words}: memory", aim, lambda path=path: child(path), {}, ONCE, "MB")


def memory(table: gpd.GeoDataFrame) -> float:
    """The highest memory of making an index, in MB above what was held before."""
    sg.area_index(sg.load_areas("BFA"))
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    before = highest_memory()
    sg.area_index(table)
    return highest_memory() - before


def highest_memory() -> float:
    """Of this process so far, in MB, since it was cleared; getrusage may give that of the process which began it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


def rows_of_overlay(_: Path) -> Iterator[Row]:
    shared = (("434 merged areas on 1,200, borders shared", merged(areas(1200), 3), areas(1200)),)
    zones = areas(160, 0.007, seed=11)
    apart = (
        ("160 zones on 300 areas, borders not shared", zones, areas(300)),
        ("160 zones on 1,200 areas, borders not shared", zones, areas(1200)),
        ("1,200 areas on 5,000, borders not shared", areas(1200), areas(5000, seed=3)),
    )
    for name, values, onto in (*shared, *apart):
        pair = values[["people", "geometry"]], onto[["geometry"]]

        def flat(pair: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame] = pair) -> list[gpd.GeoDataFrame]:
            return [fresh(table).to_crs(EQUAL_AREA) for table in pair]

        peers: dict[str, Job] = {
            "geopandas.overlay": lambda flat=flat: gpd.overlay(*flat(), how="intersection", keep_geom_type=True)
        }
        if importlib.util.find_spec("tobler"):
            from tobler.area_weighted import area_interpolate  # noqa: PLC0415 - a peer that may not be there

            peers["tobler"] = lambda flat=flat: area_interpolate(*flat(), extensive_variables=["people"])
        yield Row(
            f"overlay: {name}",
            "≤ each of them",
            lambda pair=pair: sg.overlay(*map(fresh, pair)),
            peers,
            3,
        )


def rows_of_tables(_: Path) -> Iterator[Row]:
    table, later = stocks(1), stocks(1).assign(date="2015-03-31")
    rounds, seasons, happened = stocks(36), phases(), events()
    converted = edition_table()
    people = [name for name in seasons if name.startswith("people")]
    by_place = ["pcode", "place"]

    def pandas(name: str, rows: pd.DataFrame, keys: list[str]) -> Job:
        return rows.groupby(keys)[name].sum

    def shares() -> pd.DataFrame:
        return seasons[people].div(seasons[people].sum(axis=1), axis=0)

    def centres() -> pd.DataFrame:
        return happened.get_coordinates().groupby(happened["date"].dt.year).mean()

    def latest() -> pd.DataFrame:
        return rounds[rounds["date"] == rounds.groupby("pcode")["date"].transform("max")]

    def change() -> pd.Series:
        return later.groupby(by_place)["people"].sum() - table.groupby(by_place)["people"].sum()

    bare, change_by = "pandas without checks", {"by": "pcode", "place": by_place}
    jobs: dict[str, tuple[str, Job, Job | None]] = {
        "convert_edition": ("2", lambda: sg.convert_edition(converted, to="BFA 2025", measure={"month": "key"}), None),
        "change_in_stocks by place": ("1.2", lambda: sg.change_in_stocks(table, later, **change_by), change),
        "events.mean_centre": ("1.2", lambda: sg.events.mean_centre(happened), centres),
        "sum_phases": ("1.2", lambda: sg.sum_phases(seasons, by=("start", "end")), pandas("people_1", seasons, ["start", "end"])),
        "sum_stocks": ("0.4", lambda: sg.sum_stocks(table), pandas("people", table, ["pcode", "date", "method"])),
        "latest_stocks": ("0.4", lambda: sg.latest_stocks(rounds), latest),
        "area_phase": ("0.4", lambda: sg.area_phase(seasons), shares),
        "stocks.series": ("0.4", lambda: sg.stocks.series(rounds), pandas("people", rounds, ["pcode", "method", "date"])),
    }  # fmt: skip
    for name, (aim, ours, theirs) in jobs.items():
        yield Row(f"{name}, 1,000,000 rows", f"≤ {aim} s", ours, {} if theirs is None else {bare: theirs}, 3)


def edition_table() -> pd.DataFrame:
    """A million rows of Burkina Faso's provinces before the reform, by month."""
    old = sg.load_areas("BFA", level=2)
    # Two provinces split: their people would have to be known.
    old = old[~old["pcode"].isin(["BF5205", "BF5603"])]
    number = np.arange(ROWS)
    month = pd.period_range("1900-01", periods=12 * 200, freq="M").astype(str).to_numpy(dtype=object)[number % 2400]
    named = old.iloc[number // 2400 % len(old)]
    return pd.DataFrame({"pcode": named["pcode"].to_numpy(), "month": month, "people": number % 97})


def rows_of_flows(folder: Path) -> Iterator[Row]:
    path = folder / "flows.parquet"
    flows_page.make(path)
    duckdb = importlib.util.find_spec("duckdb") is not None
    for name, ours, theirs in (
        ("by region and month", flows_page.sahelgeo_from_parquet, flows_page.duckdb_from_parquet),
        ("as they are, 90,000 pairs × 36 months", flows_page.sahelgeo_as_they_are, flows_page.duckdb_as_they_are),
    ):
        peers = {"DuckDB": functools.partial(theirs, path)} if duckdb else {}
        yield Row(f"sum_flows, 10,000,000 rows {name}", "≤ 1.3 × DuckDB", functools.partial(ours, path), peers, 3)
    path.unlink()


def rows_of_grids(folder: Path) -> Iterator[Row]:
    table = areas(300)
    path = grid(folder / "grid.tif", 43_200, 21_600, 20 / 21_600)
    yield Row(
        "zonal_sum of 43,200 × 21,600 cells over 300 areas",
        "≤ 1.6 × reading",
        lambda: sg.zonal_sum(path, table, measure="count"),
        {"reading": lambda: read(path)},
        3,
    )
    path.unlink()
    tiles = [tile(folder / f"tile{number}.tif", number) for number in range(12)]
    for count in (300, 5000):
        yield Row(
            f"zonal_sum of a tile of 1,500 × 1,500, {count:,} areas",
            "≤ 0.04 s",
            lambda count=count: [sg.zonal_sum(one, areas(count), measure="count") for one in tiles],
            {"reading": lambda: [read(one) for one in tiles]},
            unit="s for each of 12",
        )


def tile(path: Path, number: int) -> Path:
    values = np.random.default_rng(number).lognormal(size=(1500, 1500)).astype("float32")
    transform = rasterio.Affine(1 / 1200, 0, WEST + 3 * number, 0, -1 / 1200, 20)
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "nodata": -99999, "crs": "EPSG:4326"}
    packing = {"tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "LZW"}
    with rasterio.open(path, "w", width=1500, height=1500, transform=transform, **profile, **packing) as file:
        file.write(values, 1)
    return path


def rows_of_names(_: Path) -> Iterator[Row]:
    syllables = np.array(["ka", "ya", "dji", "bo", "tou", "gan", "fa", "ra", "mou", "ndi", "sa", "ko"])
    parts = np.random.default_rng(4).choice(syllables, (33_449, 4))
    known = pd.DataFrame(
        {
            "pcode": [f"XX{place:05d}" for place in range(len(parts))],
            "name": ["".join(word).title() for word in parts],
            "edition": "made",
            "level": 2,
            "parent": [f"XX{place % 500:03d}" for place in range(len(parts))],
        }
    )
    wanted = pd.DataFrame({"unit": [known["name"].drop_duplicates(keep=False).iloc[7]]})
    # Tables of areas that were asked before are known: each round has codes of its own.
    others = iter([known.assign(pcode=letter + known["pcode"]) for letter in "ABCDEFGHIJKL"])
    yield Row("match_areas, 1 row against 33,449 codes", "≤ 0.3 s", lambda: sg.match_areas(wanted, next(others), on="unit"), {})  # fmt: skip
    yield Row("match_areas, the same again", "≤ 0.05 s", lambda: sg.match_areas(wanted, known, on="unit"), {})


def rows_of_processes(folder: Path) -> Iterator[Row]:
    small = folder / "small.csv"
    number = range(45)
    codes = [f"BF{46 + place % 13}" for place in number]
    small_table = pd.DataFrame({"pcode": codes, "date": [f"2020-{1 + place // 13:02d}-28" for place in number]})
    small_table.assign(group="idp", people=number, source="made").to_csv(small, index=False)
    for name, aim, code, peers in (
        ("import sahelgeo", "≤ 2 × Python", "import sahelgeo", {"bare Python": "pass"}),
        (
            "read of 45 rows",
            "≤ 0.5 s",
            f"import sahelgeo as sg; sg.read({str(small)!r})",
            {"pandas.read_csv": f"import pandas; pandas.read_csv({str(small)!r})"},
        ),
        ("demo", "≤ 1.4 s", f"from sahelgeo.cli import main; main(['demo', '--out', {str(folder / 'demo')!r}])", {}),
    ):
        jobs = {peer: functools.partial(python, other) for peer, other in peers.items()}
        yield Row(f"{name}, in a fresh process", aim, functools.partial(python, code), jobs)


def python(code: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", code]
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": root(), "PYTHONDONTWRITEBYTECODE": ""},
    )


def root() -> str:
    return str(Path(sg.__file__).parents[1])


def child(path: Path) -> float:
    """The memory of an index, which has to be taken in a process of its own."""
    command = [sys.executable, "-W", "ignore", __file__, "--memory", str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


# The table


def processor() -> float:
    """Seconds that this process and those which it began have used of the processor."""
    return time.process_time() + sum(os.times()[2:4])


def measured(row: Row, rounds: int, clock: Callable[[], float]) -> dict[str, float]:
    """Best seconds of each way, all of them in every round; or what the job itself measured."""
    ways = {"sahelgeo": row.ours, **row.peers}
    found: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(min(row.rounds or rounds, rounds)):
        for way, job in ways.items():
            start = clock()
            answer = job()
            spent = clock() - start
            found[way].append(float(answer) if row.unit == "MB" else spent)  # type: ignore[arg-type]
    parts = 12 if row.unit.startswith("s for each") else 1
    return {way: min(seconds) / parts for way, seconds in found.items()}


def line(row: Row, found: dict[str, float]) -> str:
    ours = found["sahelgeo"]
    shown = f"{ours:.0f} MB" if row.unit == "MB" else f"{ours:.3f}"
    peers = "; ".join(
        f"{way} {seconds:.3f}: {ours / seconds:.2f} ×" for way, seconds in found.items() if way != "sahelgeo"
    )
    return f"| {row.name} | {shown} | {peers or '–'} | {row.aim} |"


GROUPS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "locate": rows_of_locate,
    "memory": rows_of_memory,
    "overlay": rows_of_overlay,
    "tables": rows_of_tables,
    "names": rows_of_names,
    "processes": rows_of_processes,
    "flows": rows_of_flows,
    "grids": rows_of_grids,
}


HEAD = """# All at once: what users wait for, beside its peers

Made by `all.py` beside this page, in one run of {minutes:.0f} minutes on {cores} cores (load before it: {load:.1f}):
{versions}.
Everything is made by the script.
Ways of one row ran in turn in one process; the best of up to {rounds} rounds counts, in seconds.
The number behind a peer is how many times as long as the peer sahelgeo takes: below 1 is faster.
Tables have a million rows.
Cold means geometry that nothing has been asked of before.

| what | sahelgeo | peers | aim |
|---|---:|---|---|
"""


TAIL = """

- A first look-up of few points in thousands of areas takes longer than `sjoin`, which asks no polygon whether it is valid.
  Each is asked once, in up to four threads: two cores need 30 ms for 1.4 million vertices, and the same areas again take no more.
- "pandas without checks" is the bare sum of the rows, which counts people twice where a table holds them twice.
- `overlay` looks for values that lie on each other, cuts in two threads, and measures on the ellipsoid; the two others are given a plane.
- Reading a grid is done in two threads, as `zonal_sum` does it.
"""


def main(only: list[str], rounds: int, clock: Callable[[], float], to_page: bool) -> None:
    begin, load, lines = time.perf_counter(), os.getloadavg()[0], []
    for group in only or GROUPS:
        with tempfile.TemporaryDirectory() as folder:
            for row in GROUPS[group](Path(folder)):
                lines.append(line(row, measured(row, rounds, clock)))
                print(lines[-1], flush=True)
    packages = ("geopandas", "pandas", "shapely", "pyarrow", "rasterio", "duckdb", "tobler")
    there = [name for name in packages if importlib.util.find_spec(name)]
    versions = ", ".join(
        [f"Python {platform.python_version()}", *(f"{name} {importlib.metadata.version(name)}" for name in there)]
    )
    minutes = (time.perf_counter() - begin) / 60
    head = HEAD.format(minutes=minutes, cores=os.cpu_count(), load=load, versions=versions, rounds=rounds)
    print(f"{minutes:.1f} minutes")
    if to_page and not only:
        PAGE.write_text(head + "\n".join(lines) + TAIL, encoding="utf-8")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", nargs="*", default=[], choices=GROUPS, help="groups of rows")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--processor", action="store_true", help="seconds of the processor, where others use it too")
    options.add_argument("--print", action="store_true", help="leave the page as it is")
    options.add_argument("--memory", type=Path, help="for the script itself: areas of which to make an index")
    given = options.parse_args()
    if given.memory:
        print(memory(gpd.read_parquet(given.memory)))
    else:
        clock = processor if given.processor else time.perf_counter
        main(given.only, given.rounds, clock, not (given.print or given.processor))
