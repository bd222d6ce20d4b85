"""Write the embedded sample ``burkina-2020`` from the published figures and a seeded generator.

Published figures (carried with their source, nothing rounded):

- phases and population: Cadre Harmonisé of March 2020, table of the 13 regions on food-security.net, current period;
- IDP stocks: CONASUR, 6 September 2020, table of the 13 regions as reprinted by bendre.bf.

Flows and events are INVENTED. Their seed is fixed, their source is ``sahelgeo-synthetic`` and every map and report that is
made of them says so. They follow the published stocks only in this: regions that host many get larger flows.

Usage: python docs/provenance/make_sample.py FACTS_DIR OUT_DIR
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

CODES = {
    "Boucle du Mouhoun": "BF46", "Cascades": "BF47", "Centre": "BF13", "Centre-Est": "BF48", "Centre-Nord": "BF49",
    "Centre-Ouest": "BF50", "Centre-Sud": "BF51", "Est": "BF52", "Hauts-Bassins": "BF53", "Nord": "BF54",
    "Plateau-Central": "BF55", "Sahel": "BF56", "Sud-Ouest": "BF57",
}  # fmt: skip
# Origins of the invented flows: the regions that the brief names as hit by violence.
LEFT = ("BF56", "BF49", "BF54", "BF52", "BF46")
REACHED = {
    "BF56": ("BF56", "BF49", "BF54", "BF13"), "BF49": ("BF49", "BF55", "BF54", "BF13", "BF48"), "BF54": ("BF54", "BF49", "BF50", "BF46"),
    "BF52": ("BF52", "BF48", "BF49"), "BF46": ("BF46", "BF53", "BF50"),
}  # fmt: skip


def phases(facts: Path) -> pd.DataFrame:
    """The 13 regions, current period, people by phase as published."""
    table = pd.read_csv(facts / "ch_burkina_mar2020_by_region.csv")
    table = table[(table["validity"] == "current") & table["region"].isin(CODES)]
    people = {f"people_{phase}": table[f"p{phase}"].astype("int64") for phase in range(1, 6)}
    return pd.DataFrame(
        {
            "pcode": table["region"].map(CODES), "place": table["region"], "kind": "current", "start": table["from"], "end": table["to"],
            "unit_kind": "area", "population": table["population"].astype("int64"), **people, "source": "ch-bfa-2020-03",
        }
    ).sort_values("pcode")  # fmt: skip


def stocks(facts: Path) -> pd.DataFrame:
    """The 13 regions on 6 September 2020 as published."""
    table = pd.read_csv(facts / "idp_bfa_by_region.csv")
    table = table[(table["as_of"] == "2020-09-06") & (table["level"] == "region")]
    return pd.DataFrame(
        {
            "pcode": table["name"].map(CODES), "place": table["name"], "date": table["as_of"], "group": "idp",
            "people": table["idps"].astype("int64"), "method": "government registration", "source": "conasur-bfa-2020-09-06",
        }
    ).sort_values("pcode")  # fmt: skip


def synthetic_flows(seed: int = 20200906) -> pd.DataFrame:
    """Invented movements between regions, March to August 2020, with some inside a region and some of unknown origin."""
    random = np.random.default_rng(seed)
    rows = []
    for origin in LEFT:
        scale = {"BF56": 9.4, "BF49": 9.2, "BF54": 8.3, "BF52": 8.2, "BF46": 7.9}[origin]
        for destination in REACHED[origin]:
            for start, end in (("2020-03-01", "2020-05-31"), ("2020-06-01", "2020-08-31")):
                rows.append((origin, destination, start, end, int(random.lognormal(scale, 0.55))))
    rows += [
        ("BF49", "BF56", "2020-06-01", "2020-08-31", 2140),
        (None, "BF49", "2020-03-01", "2020-05-31", 1875),
        ("BF54", None, "2020-06-01", "2020-08-31", 640),
    ]
    table = pd.DataFrame(rows, columns=["origin", "destination", "start", "end", "people"])
    return table.assign(reason="conflict (invented)", source="sahelgeo-synthetic")


def synthetic_events(count: int = 60, seed: int = 34) -> pd.DataFrame:
    """Invented events around invented points; coordinates are random draws, not places."""
    random = np.random.default_rng(seed)
    centres = np.array([(-1.2, 14.1), (-0.3, 13.9), (-2.2, 13.4), (0.9, 12.4), (-3.4, 12.9)])
    chosen = random.choice(len(centres), count, p=[0.3, 0.25, 0.15, 0.2, 0.1])
    points = np.round(centres[chosen] + random.normal(0, 0.35, (count, 2)), 3)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.sort(random.integers(0, 270, count)), unit="D")
    return pd.DataFrame(
        {
            "event": [f"synthetic-{number:03d}" for number in range(1, count + 1)], "date": days.strftime("%Y-%m-%d"),
            "kind": random.choice(["battle", "violence against civilians", "explosion"], count, p=[0.4, 0.45, 0.15]),
            "actor1": "armed group (invented)", "fatalities": random.poisson(4, count), "geo_precision": random.choice([1, 2], count),
            "longitude": points[:, 0], "latitude": points[:, 1], "source": "sahelgeo-synthetic",
        }
    )  # fmt: skip


def main(facts: Path, out: Path) -> None:
    """Write the four tables."""
    out.mkdir(parents=True, exist_ok=True)
    for name, table in (
        ("phases", phases(facts)),
        ("stocks", stocks(facts)),
        ("flows", synthetic_flows()),
        ("events", synthetic_events()),
    ):
        table.to_csv(out / f"{name}.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
