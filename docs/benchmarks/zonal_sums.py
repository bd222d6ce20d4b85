"""Sums of a large population grid over areas: sahelgeo and others in turn, medians of one run.

Usage: python docs/benchmarks/zonal_sums.py GRID.tif AREAS.parquet OTHER_AREAS.parquet [REPETITIONS]

Each way runs in a process of its own, so that its memory can be told. Needs exactextract, rasterstats, xvec, rioxarray, dask.
"""

# ruff: noqa: PLC0415, PLR0911 - each way loads its own libraries only, in its own process
from __future__ import annotations

import importlib
import json
import resource
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

WAYS = (
    "read",
    "sahelgeo",
    "sahelgeo report",
    "sahelgeo two zonings",
    "bincount",
    "exactextract",
    "rasterstats",
    "xvec",
)
LIBRARIES = {
    "read": ("rasterio",),
    "sahelgeo": ("sahelgeo.rasters.zonal",),
    "bincount": ("rasterio.features",),
    "exactextract": ("exactextract",),
    "rasterstats": ("rasterstats",),
    "xvec": ("rioxarray", "xvec", "dask.array"),
}
SLOW = {"exactextract", "rasterstats", "xvec", "bincount"}


def read(grid: str) -> float:
    """Only read and decompress, in two threads."""
    import numpy as np
    import rasterio

    mine = threading.local()

    def band(first: int) -> None:
        if not hasattr(mine, "file"):
            mine.file = rasterio.open(grid)
            mine.buffer = np.empty((512, mine.file.width), dtype="float32")
        last = min(mine.file.height, first + 512)
        mine.file.read(1, window=((first, last), (0, mine.file.width)), out=mine.buffer[: last - first])

    with rasterio.open(grid) as file:
        height = file.height
    with rasterio.Env(GDAL_CACHEMAX=64 * 2**20), ThreadPoolExecutor(2) as pool:
        list(pool.map(band, range(0, height, 512)))
    return 0.0


def bincount(grid: str, areas: Any) -> float:
    """Rasterize the areas band by band and count: the rule of the cell's centre."""
    import numpy as np
    import rasterio
    from rasterio.features import rasterize

    sums = np.zeros(len(areas) + 1)
    with rasterio.open(grid) as file:
        for first in range(0, file.height, 512):
            window = rasterio.windows.Window(0, first, file.width, min(512, file.height - first))
            values = file.read(1, window=window)
            shapes = [(shape, number) for number, shape in enumerate(areas.geometry, 1)]
            zones = rasterize(shapes, out_shape=values.shape, transform=file.window_transform(window), dtype="int32")
            valid = values != file.nodata
            sums += np.bincount(zones[valid], values[valid], len(sums))
    return float(sums[1:].sum())


def run(way: str, grid: str, areas_file: str, others_file: str) -> float:
    """The sum of one way."""
    import geopandas as gpd
    import rasterio
    from shapely import box

    areas = gpd.read_parquet(areas_file)
    with rasterio.open(grid) as file:
        areas = areas[areas.intersects(box(*file.bounds))].reset_index(drop=True)
    if way == "read":
        return read(grid)
    if way.startswith("sahelgeo"):
        import sahelgeo as sg

        if way.endswith("zonings"):
            return float(sg.people_by_zone(grid, areas, gpd.read_parquet(others_file), measure="count")["people"].sum())
        if way.endswith("report"):
            return sg.zonal_sum(grid, areas, measure="count", report=True)[1].in_areas
        return float(sg.zonal_sum(grid, areas, measure="count")["people"].sum())
    if way == "bincount":
        return bincount(grid, areas)
    if way == "exactextract":
        from exactextract import exact_extract

        return float(exact_extract(grid, areas, ["sum"], output="pandas", strategy="raster-sequential")["sum"].sum())
    if way == "rasterstats":
        from rasterstats import zonal_stats

        return float(sum(one["sum"] or 0 for one in zonal_stats(areas, grid, stats=["sum"])))
    import rioxarray
    import xvec  # noqa: F401 - registers the accessor

    array = rioxarray.open_rasterio(grid, masked=True, chunks={"x": 20000, "y": 512}).squeeze("band")
    return float(
        array.xvec.zonal_stats(areas.geometry, x_coords="x", y_coords="y", stats="sum", method="exactextract").sum()
    )


def child(way: str, *files: str) -> None:
    """Run one way and print seconds, megabytes above those after the imports, and the sum."""
    import geopandas as gpd

    # Loading the libraries is not what is measured.
    for name in LIBRARIES.get(way.split(maxsplit=1)[0], ()):
        importlib.import_module(name)
    gpd.read_parquet(files[1])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    total = run(way, *files)
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000, total]))


def main(files: list[str], repetitions: int) -> None:
    """The ways in turn, as often as asked (the slow ones once)."""
    found: dict[str, list[list[float]]] = {way: [] for way in WAYS}
    for number in range(repetitions):
        for way in WAYS:
            if number < 1 or way not in SLOW:
                done = subprocess.run(
                    [sys.executable, "-W", "ignore", __file__, "--child", way, *files],
                    capture_output=True,
                    text=True,
                    check=False,
                )
                if done.returncode:
                    print(way, "failed:", done.stderr.strip().splitlines()[-1])
                    continue
                found[way].append(json.loads(done.stdout.strip().splitlines()[-1]))
    base = statistics.median(one[0] for one in found["read"])
    for way, runs in found.items():
        if runs:
            seconds, memory, total = (statistics.median(column) for column in zip(*runs, strict=True))
            print(
                f"{way:22} {seconds:7.1f} s  {seconds / base:6.2f} x reading  {memory:7.0f} MB  sum {total:,.3f}  ({len(runs)} runs)",
                flush=True,
            )


if __name__ == "__main__":
    if sys.argv[1] == "--child":
        child(*sys.argv[2:])
    else:
        main(sys.argv[1:4], int(sys.argv[4]) if len(sys.argv) > 4 else 3)
