"""Files by the part: points, events, movements and a grid in tiles, each a folder, summed by processes and by Dask.

Run it with ``python examples/many_files.py [FOLDER]``; it makes the files there (by default, in a folder that it
removes). They are small here. A folder of a hundred million points is summed by the same lines, in the same memory.
Dask is used where it is installed (``pip install 'sahelgeo[large]'``).
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio

import sahelgeo as sg

AREAS = sg.load_areas("BFA")
PARTS, ROWS = 4, 5_000


def make(folder: Path) -> None:
    """Four parts of everything, the same at every run."""
    random = np.random.default_rng(1)
    west, south, east, north = AREAS.total_bounds
    for kind in ("points", "events", "flows", "tiles"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for part in range(PARTS):
        name = f"part-{part}.parquet"
        place = {"longitude": random.uniform(west, east, ROWS), "latitude": random.uniform(south, north, ROWS)}
        day = {"date": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 366, ROWS), unit="D")}
        people = {"people": random.integers(1, 50, ROWS)}
        pd.DataFrame({**place, **day, **people}).to_parquet(folder / "points" / name)
        known = {"event": [f"E{part}-{row}" for row in range(ROWS)], "source": "made up", "fatalities": 1}
        pd.DataFrame({**place, **day, **known}).to_parquet(folder / "events" / name)
        ends = {end: random.choice(AREAS["pcode"], ROWS) for end in ("origin", "destination")}
        period = {"start": day["date"], "end": day["date"], "source": "made up"}
        pd.DataFrame({**ends, **period, **people}).to_parquet(folder / "flows" / name)
        # Tiles of a grid of people, from west to east.
        step = (east - west) / PARTS / 200
        place_of_tile = rasterio.Affine(step, 0, west + part * 200 * step, 0, -(north - south) / 200, north)
        options = {"driver": "GTiff", "width": 200, "height": 200, "count": 1, "dtype": "float32", "nodata": -1}
        with rasterio.open(
            folder / "tiles" / f"part-{part}.tif", "w", crs="EPSG:4326", transform=place_of_tile, **options
        ) as file:
            file.write(random.uniform(0, 9, (200, 200)).astype("float32"), 1)


def sums(folder: Path, engine: Callable[..., object] | None) -> dict[str, pd.DataFrame]:
    """The same four calls, whoever works on the parts."""
    year = ("2024-01-01", "2024-12-31")
    return {
        "points": sg.events.count_points(folder / "points", AREAS, freq="QS", people="people", map=engine),
        "events": sg.sum_events(folder / "events", AREAS, freq="QS", coverage=year, map=engine),
        "flows": sg.sum_flows(folder / "flows", AREAS, freq="QS", records=True, map=engine),
        "people": sg.zonal_sum(folder / "tiles", AREAS, measure="count", tiles=True, map=engine),
    }


def main(folder: Path) -> None:
    """Make the files, sum them in each way, and see that every way gives the same tables."""
    make(folder)
    here = sums(folder, None)
    for name, table in here.items():
        print(f"{name}: {len(table)} rows")
    inside = here["points"].dropna(subset="pcode")
    print(f"{inside['points'].sum():,} of {PARTS * ROWS:,} points lie in Burkina Faso, the others in rows of their own")

    ways = {"two processes": lambda: on_processes(folder)}
    if importlib.util.find_spec("distributed"):
        ways["Dask"] = lambda: on_dask(folder)
    for way, summed in ways.items():
        start = time.perf_counter()
        for name, table in summed().items():
            pd.testing.assert_frame_equal(table, here[name])
        print(f"{way}: the same tables, {time.perf_counter() - start:.0f} s, most of them to start the workers")

    # An event that is also in another file would be counted twice: it is refused, and both files are named.
    pd.read_parquet(folder / "events" / "part-0.parquet").head(1).to_parquet(folder / "events" / "part-9.parquet")
    try:
        sg.sum_events(folder / "events", AREAS)
    except sg.errors.DuplicateEventError as error:
        print(str(error).partition(":")[0])


def on_processes(folder: Path) -> dict[str, pd.DataFrame]:
    """A pool for all calls; sg.large.processes(2, into="done/") also tries again where one dies, and keeps the sums."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return sums(folder, pool.map)


def on_dask(folder: Path) -> dict[str, pd.DataFrame]:
    """On a cluster of two workers of this machine; for one elsewhere only the client is another."""
    from distributed import Client, LocalCluster  # noqa: PLC0415 - it may not be there

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, memory_limit="1GB", dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        return sums(folder, sg.large.dask(client))


if __name__ == "__main__":
    warnings.simplefilter("ignore", sg.DataWarning)  # a third of the points lie outside all areas
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
