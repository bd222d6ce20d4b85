"""Measure sahelgeo.overlay against tobler.area_interpolate and geopandas.overlay: answers and time.

python docs/benchmarks/overlay.py [--more VALUES ONTO] ...

Jobs: Cadre Harmonisé polygons (November 2021) on the admin 2 areas of Mali, Niger, Chad and Burkina Faso, whose borders
nearly agree; areas cut from and merged of those admin 2 areas, whose borders are shared; and Burkina Faso's embedded
provinces on its regions. --more adds a job on two GeoParquet files, and may be given again. All tools start from degrees,
as the files are. Needs tobler, and the files (SAHELGEO_SHARED, or ../shared beside the project). Tools in turn.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from locate import SHARED, real_areas
from tobler.area_weighted import area_interpolate

import sahelgeo as sg
from sahelgeo.places.shared_ground import shared_within

EQUAL_AREA = "+proj=cea +ellps=WGS84"


def cadre_harmonise() -> gpd.GeoDataFrame:
    file = SHARED / "data" / "food_security" / "wca_CHIPC_nov2021_current_nov2021_simple.geojson"
    table = gpd.read_file(file)
    table = table[table["adm0_name"].isin(["Mali", "Niger", "Chad", "Burkina Faso"])].reset_index(drop=True)
    shapes = shapely.make_valid(table.geometry.values, method="structure", keep_collapsed=False)
    values = gpd.GeoDataFrame({"people": table["population"].astype(float)}, geometry=shapes, crs=4326)
    values = values[~values.geometry.is_empty].reset_index(drop=True)
    # The file draws Diffa three times, which overlay refuses to add up.
    again = shared_within(values.geometry.to_numpy(), at_least=0.5).right
    return values.drop(index=again).reset_index(drop=True)


def cut_and_merged(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Half of the areas as they are, a quarter cut in two, the others merged in pairs of neighbours in the list."""
    random = np.random.default_rng(3)
    kinds, shapes, waiting = random.choice(3, len(areas), p=[0.5, 0.25, 0.25]), [], []
    for kind, shape in zip(kinds, areas.geometry, strict=True):
        if kind == 0:
            shapes.append(shape)
        elif kind == 1:
            x, (_, bottom, _, top) = shape.centroid.x, shape.bounds
            half = shapely.box(-180, bottom - 1, x, top + 1)
            shapes += [shapely.intersection(shape, half), shapely.difference(shape, half)]
        else:
            waiting.append(shape)
            if len(waiting) == 2:
                shapes.append(shapely.union_all(waiting))
                waiting = []
    values = gpd.GeoDataFrame(geometry=shapes, crs=4326).assign(people=random.integers(10_000, 500_000, len(shapes)))
    return values.explode().assign(people=lambda table: table["people"].astype(float)).reset_index(drop=True)


def measure(name: str, values: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, rounds: int) -> None:
    values, areas = values[["people", "geometry"]], areas[["geometry"]]

    def flat() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
        return values.to_crs(EQUAL_AREA), areas.to_crs(EQUAL_AREA)

    jobs: dict[str, Callable[[], gpd.GeoDataFrame]] = {
        "sahelgeo.overlay": lambda: sg.overlay(values, areas, slivers=0),
        "tobler.area_interpolate": lambda: area_interpolate(*flat(), extensive_variables=["people"]),
        "geopandas.overlay": lambda: gpd.overlay(*flat(), how="intersection", keep_geom_type=True),
    }
    clocks = {"clock": time.perf_counter, "processor": time.process_time}
    spent: dict[tuple[str, str], list[float]] = {(way, clock): [] for way in jobs for clock in clocks}
    for _ in range(rounds):
        for way, job in jobs.items():
            start = {clock: read() for clock, read in clocks.items()}
            job()
            for clock, read in clocks.items():
                spent[way, clock].append(read() - start[clock])
    print(f"\n## {name}: {len(values):,} polygons on {len(areas):,}")
    for way in jobs:
        words = []
        for clock in clocks:
            best = min(spent[way, clock])
            words.append(f"{clock} {best:.3f} s ({best / min(spent['sahelgeo.overlay', clock]):.1f} x)")
        print(f"{way}: {', '.join(words)}")
    result, account = sg.overlay(values, areas, slivers=0, report=True)
    theirs = jobs["tobler.area_interpolate"]()["people"].to_numpy()
    found = result["people"].fillna(0).to_numpy(dtype=float)
    print(f"largest difference to tobler in one area: {np.abs(found - theirs).max():,.3f} of {found.sum():,.0f} people")
    total = account.totals.loc["people"]
    print(f"came in {total['came_in']:,.3f}, arrived {total['arrived']:,.3f}, outside {total['outside']:,.3f}; "
          f"areas overlap on {account.overlap_km2:,.1f} km²")  # fmt: skip
    sea = gpd.GeoDataFrame(geometry=[shapely.box(-40, -10, 50, 45).difference(areas.union_all())], crs=4326)
    everywhere = sg.overlay(values, gpd.pd.concat([areas, sea], ignore_index=True), slivers=0)
    lost = float(everywhere["people"].sum() / values["people"].sum() - 1)
    print(f"with the ground outside as one more area, the total differs by {lost:.1e}")
    print("with the default rule:", sg.overlay(values, areas, report=True)[1])


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--more", nargs=2, type=Path, metavar=("VALUES", "ONTO"), action="append", default=[])
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    provinces = sg.load_areas("BFA", level=2).assign(people=1000.0)
    measure("provinces on regions", provinces, sg.load_areas("BFA"), given.rounds)
    admin2 = real_areas()
    if admin2 is not None:
        measure("Cadre Harmonisé on admin 2", cadre_harmonise(), admin2, given.rounds)
        measure("areas cut from and merged of admin 2", cut_and_merged(admin2), admin2, given.rounds)
    for table, onto in given.more:
        values = gpd.read_parquet(table).rename(columns={"pop": "people"})
        values = values if "people" in values else values.assign(people=1000.0)
        measure(f"{table.stem} on {onto.stem}", values, gpd.read_parquet(onto), given.rounds)
