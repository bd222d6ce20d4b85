"""Invented events for the checks of the brief, from a seeded generator.

NOTHING IN THEM HAPPENED. Actors, days, places and deaths are invented; what is planted in them is known:

- four years of growing numbers, whose centre moves from northern Mali to the borders of Mali, Burkina Faso and Niger;
- two invented fronts that fight each other from July 2019 on;
- an invented local agreement in one region, after which six of seven of its events do not happen.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

import sahelgeo as sg

SEED = 2012
YEARS = {2017: 260, 2018: 480, 2019: 820, 2020: 1180}
# Longitude, latitude, spread in degrees, and the weight of each invented centre by year.
CENTRES = (
    ((-0.8, 16.8, 1.1), (0.60, 0.34, 0.15, 0.07)),
    ((-3.6, 14.6, 0.7), (0.22, 0.33, 0.35, 0.34)),
    ((-0.9, 14.0, 0.6), (0.08, 0.18, 0.28, 0.38)),
    ((1.3, 14.6, 0.6), (0.12, 0.17, 0.24, 0.28)),
)
AGREEMENT = ("NE006", "2019-09-01")
ACTORS = (
    ("Front A (invented)", "front A", "armed group"),
    ("Front B (invented)", "front B", "armed group"),
    ("Army (invented)", "army", "state"),
    ("Village guards (invented)", "village guards", "self-defence"),
    ("Civilians (invented)", "civilians", "civilian"),
)
PAIRS = ((0, 4), (1, 4), (0, 2), (1, 2), (3, 4), (0, 3), (0, 1))
KINDS = (
    "Violence against civilians",
    "Violence against civilians",
    "Battles",
    "Battles",
    "Violence against civilians",
    "Battles",
    "Battles",
)


def points(year: int, count: int, random: np.random.Generator) -> np.ndarray:
    """Invented points around the invented centres of a year."""
    shares = [weights[year - 2017] for _, weights in CENTRES]
    chosen = random.choice(len(CENTRES), count, p=np.array(shares) / sum(shares))
    middle = np.array([place for place, _ in CENTRES])[chosen]
    return np.round(middle[:, :2] + random.normal(0, 1, (count, 2)) * middle[:, 2:], 3)


def year_of_events(year: int, count: int, random: np.random.Generator) -> pd.DataFrame:
    """The events of one year, more of them than are wanted."""
    days = np.sort(random.integers(0, 365, count))
    dates = pd.Timestamp(year, 1, 1) + pd.to_timedelta(days, unit="D")
    war = (dates >= pd.Timestamp("2019-07-01")).astype(float)
    weights = np.column_stack([np.tile([0.3, 0.2, 0.2, 0.1, 0.1, 0.1], (count, 1)), 0.08 * war])
    pair = (random.random((count, 1)) * weights.sum(axis=1, keepdims=True) > weights.cumsum(axis=1)).sum(axis=1)
    place = points(year, count, random)
    return pd.DataFrame(
        {
            "date": dates, "kind": np.array(KINDS)[pair],
            "actor1": [ACTORS[PAIRS[number][0]][0] for number in pair], "actor2": [ACTORS[PAIRS[number][1]][0] for number in pair],
            "fatalities": random.poisson(random.gamma(1.2, 2.2, count)), "geo_precision": random.choice([1, 2, 3], count, p=[0.67, 0.3, 0.03]),
            "longitude": place[:, 0], "latitude": place[:, 1],
        }
    )  # fmt: skip


def invented_events() -> pd.DataFrame:
    """All events, in the three countries, with the agreement's fall planted."""
    random = np.random.default_rng(SEED)
    table = pd.concat(
        [year_of_events(year, round(count * 1.25), random) for year, count in YEARS.items()], ignore_index=True
    )
    areas = sg.load_areas(["BFA", "MLI", "NER"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        located = sg.locate(table, areas)
    inside = located["pcode"].notna()
    calmed = (located["pcode"] == AGREEMENT[0]) & (table["date"] >= AGREEMENT[1]) & (random.random(len(table)) < 0.85)
    table = table[inside & ~calmed].assign(iso3=located["pcode"].map(areas.set_index("pcode")["iso3"]))
    keep = table.groupby(table["date"].dt.year, group_keys=False).apply(
        lambda year: year.sample(min(len(year), YEARS[year.name]), random_state=SEED)
    )
    keep = keep.sort_values("date").reset_index(drop=True)
    keep.insert(0, "event", [f"invented-{number:04d}" for number in range(1, len(keep) + 1)])
    return keep.assign(date=keep["date"].dt.strftime("%Y-%m-%d"), source="made up")


class Invented(NamedTuple):
    """Invented events with what the checks need beside them."""

    events: gpd.GeoDataFrame
    actors: pd.DataFrame
    agreements: pd.DataFrame
    coverage: tuple[str, str]
    pair: tuple[str, str]


@lru_cache
def load_invented() -> Invented:
    """Events, actors and an agreement, made once; who is given them changes nothing in them."""
    events = invented_events()
    points = gpd.points_from_xy(events.pop("longitude"), events.pop("latitude"))
    table = sg.conform(gpd.GeoDataFrame(events, geometry=points, crs="EPSG:4326"), "events")
    actors = pd.DataFrame(ACTORS, columns=["name", "family", "kind"]).assign(match="whole", source="made up")
    agreement = {
        "pcode": AGREEMENT[0],
        "date": AGREEMENT[1],
        "name": "agreement (invented)",
        "source": "made up",
    }
    pair = ("front A", "front B")
    return Invented(table, actors, pd.DataFrame([agreement]), ("2017-01-01", "2020-12-31"), pair)
