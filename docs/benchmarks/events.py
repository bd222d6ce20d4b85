"""Two million invented events to areas of level 2 and months, against reading them from GeoParquet: medians, in turn.

The events lie in the bounds of the areas: the 45 provinces of Burkina Faso that come with sahelgeo, or a file of your own.

Usage: python docs/benchmarks/events.py [EVENTS] [REPETITIONS] [FILE_OF_AREAS]
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

import sahelgeo as sg


def invented(count: int, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Events with the columns that a reader gives."""
    random = np.random.default_rng(7)
    days = pd.Timestamp("2012-01-01") + pd.to_timedelta(random.integers(0, 9 * 365, count), unit="D")
    table = pd.DataFrame(
        {
            "event": pd.Series(np.char.add("E", np.arange(count).astype(str)), dtype="string"),
            "date": days.astype("datetime64[us]"),
            "source": pd.Series("sahelgeo-synthetic", index=range(count), dtype="string"),
            "kind": pd.Series(random.choice(["Battles", "Riots"], count), dtype="string"),
            "actor1": pd.Series(random.choice(["Front A", "Front B"], count), dtype="string"),
            "actor2": pd.Series(random.choice(["Army", "Civilians"], count), dtype="string"),
            "fatalities": pd.array(random.poisson(2, count), dtype="Int64"),
            "geo_precision": pd.array(random.choice([1, 2, 3], count), dtype="Int64"),
        }
    )
    west, south, east, north = areas.total_bounds
    points = gpd.points_from_xy(random.uniform(west, east, count), random.uniform(south, north, count))
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")


def write(count: int, areas: gpd.GeoDataFrame, path: Path) -> None:
    """Invent the events and write them."""
    invented(count, areas).to_parquet(path)


def main(count: int, repetitions: int, file: str | None) -> None:
    """Write once, then read and sum in turn."""
    warnings.simplefilter("ignore", sg.DataWarning)
    areas = sg.read_areas(file, level=2) if file else sg.load_areas("BFA", level=2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        # Another process invents them, so that its memory is not taken for that of the sums.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
            other.submit(write, count, areas, path).result()
        size = path.stat().st_size / 1e6
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        reading, summing, peaks = [], [], []
        for _ in range(repetitions):
            start = time.perf_counter()
            events = gpd.read_parquet(path)
            reading.append(time.perf_counter() - start)
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            start = time.perf_counter()
            sums = sg.sum_events(events, areas, coverage=("2012-01-01", "2020-12-31"))
            summing.append(time.perf_counter() - start)
    if sums["events"].sum() != count:
        raise SystemExit("events were lost")
    read, summed = statistics.median(reading), statistics.median(summing)
    print(
        f"{count:,} events ({size:.0f} MB) to {len(areas)} areas: read {read:.2f} s, sum to {len(sums):,} rows {summed:.2f} s, "
        f"ratio {summed / read:.2f} (medians of {repetitions})"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"peak memory {held / 1e6:.2f} GB before, {peaks[0] / 1e6:.2f} GB after reading, {peak / 1e6:.2f} GB after summing"
    )


if __name__ == "__main__":
    arguments = [*sys.argv[1:], *[None] * 3][:3]
    main(int(arguments[0] or 2_000_000), int(arguments[1] or 5), arguments[2])
