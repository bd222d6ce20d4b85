"""Measure sahelgeo.locate against geopandas.sjoin: answers, again, fresh process, borders, memory.

python docs/benchmarks/locate.py [--areas FILE] [--chunks 50]

Without --areas: the embedded admin 1 areas, and the admin 2 areas of Mali, Niger, Chad and Burkina Faso where the files
are found (SAHELGEO_SHARED, or ../shared beside the project). Ratios of one run; medians; tools in turn.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import sahelgeo as sg

SHARED = Path(os.environ.get("SAHELGEO_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
FILES = {
    "mli_admbnda_adm2_1m_gov_20211220.shp": "ADM2_PCODE",
    "NER_admbnda_adm2_IGNN_20230720.shp": "ADM2_PCODE",
    "tcd_admbnda_adm2_ocha_20170615.shp": "admin2Pcod",
    "geoBoundaries-BFA-ADM2.geojson": "shapeName",
}
FRESH = """
import sys, warnings
import geopandas as gpd, numpy as np
warnings.simplefilter("ignore")
areas = gpd.read_parquet(sys.argv[1])
xy = np.load(sys.argv[2])
points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=4326)
"""
WAYS = {
    "sjoin within": "gpd.sjoin(points, areas, predicate='within', how='left')",
    "locate": "import sahelgeo; sahelgeo.locate(points, areas)",
    "loading alone": "",
}


def real_areas() -> gpd.GeoDataFrame | None:
    folder = SHARED / "data" / "boundaries"
    if not all((folder / name).exists() for name in FILES):
        return None
    parts = []
    for name, column in FILES.items():
        areas = gpd.read_file(folder / name).to_crs(4326)
        areas.geometry = areas.geometry.make_valid()
        parts.append(gpd.GeoDataFrame({"pcode": areas[column].astype(str)}, geometry=areas.geometry, crs=4326))
    return pd.concat(parts, ignore_index=True)


def clustered_points(areas: gpd.GeoDataFrame, count: int, seed: int = 1) -> np.ndarray:
    """Points in clusters of all sizes, one in twenty anywhere in the box and a degree beyond it."""
    random = np.random.default_rng(seed)
    left, bottom, right, top = areas.total_bounds
    towns = areas.geometry.sample_points(20, rng=seed).explode().get_coordinates().to_numpy()
    xy = towns[random.zipf(1.3, count) % len(towns)] + random.normal(size=(count, 2)) * random.exponential(
        0.08, (count, 1)
    )
    anywhere = random.random(count) < 0.05
    spread = random.uniform((left - 1, bottom - 1), (right + 1, top + 1), (count, 2))
    xy[anywhere] = spread[anywhere]
    return np.round(xy, 5)


def as_points(xy: np.ndarray) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=4326)


def median(job: Callable[[], object], times: int = 5) -> float:
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        job()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def answers(areas: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> str:
    """Every point against sjoin(intersects): the first p-code of all that it gives, missing where it gives none."""
    pairs = gpd.sjoin(points, areas, predicate="intersects", how="inner")
    expected = pairs.groupby(level=0)["pcode"].min().reindex(points.index)
    several = pairs.index.duplicated(keep=False)
    found = sg.locate(points, areas)["pcode"].astype(object)
    wrong = int(((found != expected) & ~(found.isna() & expected.isna())).sum())
    return f"{wrong} of {len(points):,} differ ({pairs.index[several].nunique():,} points in more than one area)"


def borders(areas: gpd.GeoDataFrame, count: int) -> gpd.GeoDataFrame:
    xy, ring = shapely.get_coordinates(shapely.get_rings(areas.explode().geometry.values), return_index=True)
    starts = np.flatnonzero(ring[1:] == ring[:-1])
    chosen = np.random.default_rng(2).choice(starts, count // 2, replace=len(starts) < count // 2)
    return as_points(np.vstack([xy[chosen], (xy[chosen] + xy[chosen + 1]) / 2]))


def fresh(areas: gpd.GeoDataFrame, count: int, folder: Path) -> dict[str, float]:
    table, xy = folder / "areas.parquet", folder / f"points{count}.npy"
    areas.to_parquet(table)
    np.save(xy, clustered_points(areas, count))
    spent: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(7):
        for name, line in WAYS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", FRESH + line, str(table), str(xy)], check=True)
            spent[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in spent.items()}


def in_chunks(areas: gpd.GeoDataFrame, chunks: int) -> str:
    index = sg.area_index(areas)
    tables = (
        pd.DataFrame(clustered_points(areas, 1_000_000, seed), columns=["longitude", "latitude"])
        for seed in range(chunks)
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start, rows, counts = time.perf_counter(), 0, pd.Series(dtype="int64")
    after_first = None
    for located in sg.locate(tables, index):
        rows += len(located)
        counts = counts.add(located["pcode"].value_counts(dropna=False), fill_value=0)
        after_first = after_first or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent = time.perf_counter() - start
    if int(counts.sum()) != rows:
        raise SystemExit("rows were lost")
    memory = f"{before:,.0f} MB before, {after_first:,.0f} MB after the first chunk, {peak:,.0f} MB at the end"
    return f"{rows:,} points in {spent:.0f} s (making them included); highest memory {memory}"


def measure(name: str, areas: gpd.GeoDataFrame, chunks: int) -> None:
    vertices = int(shapely.get_num_coordinates(areas.geometry.values).sum())
    print(f"\n## {name}: {len(areas):,} areas, {vertices:,} vertices")
    points = as_points(clustered_points(areas, 1_000_000))
    print("answers:", answers(areas, points))
    print("borders:", answers(areas, borders(areas, 100_000)))
    index = sg.area_index(areas)
    times = {
        "build the index": median(lambda: sg.area_index(areas)),
        "locate, index used again": median(lambda: sg.locate(points, index), 9),
        "locate, one-off": median(lambda: sg.locate(points, areas)),
        "sjoin within": median(lambda: gpd.sjoin(points, areas, predicate="within", how="left")),
        "sjoin intersects": median(lambda: gpd.sjoin(points, areas, predicate="intersects", how="left"), 1),
    }
    again = times["locate, index used again"]
    for way, seconds in times.items():
        print(f"1 million points, {way}: {seconds:.3f} s ({seconds / again:.1f} x again)")
    with tempfile.TemporaryDirectory() as folder:
        for count in (100_000, 1_000_000):
            spent = fresh(areas, count, Path(folder))
            ratio = spent["sjoin within"] / spent["locate"]
            print(
                f"fresh process, {count:,} points:",
                ", ".join(f"{way} {s:.2f} s" for way, s in spent.items()),
                f"-> {ratio:.2f} x",
            )
    if chunks:
        print("chunks:", in_chunks(areas, chunks))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--areas", type=Path, help="a GeoParquet file of areas with a column 'pcode'")
    options.add_argument("--chunks", type=int, default=0, help="tables of a million points to work through")
    given = options.parse_args()
    if given.areas:
        measure(given.areas.stem, gpd.read_parquet(given.areas), given.chunks)
    else:
        measure("embedded admin 1", sg.load_areas(), 0)
        if (files := real_areas()) is not None:
            measure("admin 2 of Mali, Niger, Chad, Burkina Faso", files, given.chunks)
