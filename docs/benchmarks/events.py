"""Two million invented events to provinces and months, against reading them from GeoParquet: medians of one run, in turn.

The events lie in the bounds of Burkina Faso; the areas are the 45 provinces that come with sahelgeo.

Usage: python docs/benchmarks/events.py [EVENTS] [REPETITIONS]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

import sahelgeo as sg


def invented(count: int) -> gpd.GeoDataFrame:
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
    points = gpd.points_from_xy(random.uniform(-5.5, 2.4, count), random.uniform(9.4, 15.1, count))
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")


def main(count: int, repetitions: int) -> None:
    """Write once, then read and sum in turn."""
    warnings.simplefilter("ignore", sg.DataWarning)
    provinces = sg.load_areas("BFA", level=2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        invented(count).to_parquet(path)
        size = path.stat().st_size / 1e6
        reading, summing = [], []
        for _ in range(repetitions):
            start = time.perf_counter()
            events = gpd.read_parquet(path)
            reading.append(time.perf_counter() - start)
            start = time.perf_counter()
            sums = sg.sum_events(events, provinces, coverage=("2012-01-01", "2020-12-31"))
            summing.append(time.perf_counter() - start)
    if sums["events"].sum() != count:
        raise SystemExit("events were lost")
    read, summed = statistics.median(reading), statistics.median(summing)
    print(
        f"{count:,} events ({size:.0f} MB): read {read:.2f} s, sum to {len(sums):,} rows {summed:.2f} s, ratio {summed / read:.2f} (medians of {repetitions})"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
