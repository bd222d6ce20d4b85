"""Seeded synthetic sets with and without a planted effect, and whether a check at 5 % finds something in them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box

import sahelgeo as sg

LEVEL = 0.05
# Draws of a check that ran through the same numbers as the set itself would not be by chance.
APART = 1_000_000


def break_found(seed: int, *, planted: bool) -> bool:
    """24 months of about 20 deaths, with half as many again in the second year where planted."""
    random = np.random.default_rng(seed)
    rates = np.r_[np.full(12, 20.0), np.full(12, 30.0 if planted else 20.0)]
    table = pd.DataFrame(
        {"start": pd.date_range("2018-01-01", periods=24, freq="MS"), "fatalities": random.poisson(rates)}
    )
    return bool(sg.events.before_after(table, "2019-01-01")["p_change"].iloc[0] <= LEVEL)


def drift_found(seed: int, *, planted: bool) -> bool:
    """120 events around one point in each of two years, 60 km further south in the second where planted."""
    random = np.random.default_rng(seed)
    x, y = random.normal(-3, 1, 240), random.normal(15, 1, 240)
    y[120:] -= 60 / 110.6 if planted else 0
    events = gpd.GeoDataFrame(
        {"event": [f"S{number}" for number in range(240)], "source": "made up", "date": ["2019-05-01"] * 120 + ["2020-05-01"] * 120},
        geometry=gpd.points_from_xy(x, y),
        crs="EPSG:4326",
    )  # fmt: skip
    return bool(sg.events.mean_centre(events, permutations=199, seed=seed + APART)["p_drift"].iloc[1] <= LEVEL)


def hotspots_found(seed: int, *, planted: bool) -> bool:
    """A board of 64 areas with skewed rates, and nine high ones together where planted."""
    random = np.random.default_rng(seed)
    cells = [box(x, y, x + 1, y + 1) for x in range(8) for y in range(8)]
    rates = random.gamma(2, 1, 64)
    if planted:
        rates[[9, 10, 11, 17, 18, 19, 25, 26, 27]] += 8
    areas = gpd.GeoDataFrame({"rate": rates}, geometry=cells, crs="EPSG:4326")
    return bool((sg.events.hotspots(areas, column="rate", seed=seed + APART)["hotspot"] != "none").any())


def lag_found(seed: int, *, planted: bool) -> bool:
    """Four areas, 40 months of deaths, and people who flee two months later where planted, by chance where not."""
    random = np.random.default_rng(seed)
    rows = []
    for code in "ABCD":
        deaths = random.poisson(5, 40).astype(float)
        fled = np.roll(deaths, 2) * 100 + random.normal(0, 150, 40) if planted else random.poisson(5, 40) * 100.0
        starts = pd.date_range("2017-01-01", periods=40, freq="MS")
        rows.append(pd.DataFrame({"pcode": code, "start": starts, "deaths": deaths, "fled": fled}))
    found = sg.events.lagged_association(
        pd.concat(rows, ignore_index=True), "deaths", "fled", permutations=199, seed=seed + APART
    )
    return bool((found["p"] <= LEVEL).any())
