"""Write the embedded sample ``burkina-2020`` from the published figures.

Published figures (carried with their source, nothing rounded):

- phases and population: Cadre Harmonisé of March 2020, table of the 13 regions on food-security.net, current period;
- IDP stocks: CONASUR, 6 September 2020, table of the 13 regions as reprinted by bendre.bf.

Its events are those of UCDP in ``central-sahel`` (make_central_sahel.py).

Usage: python docs/provenance/make_sample.py FACTS_DIR OUT_DIR
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

CODES = {
    "Boucle du Mouhoun": "BF46", "Cascades": "BF47", "Centre": "BF13", "Centre-Est": "BF48", "Centre-Nord": "BF49",
    "Centre-Ouest": "BF50", "Centre-Sud": "BF51", "Est": "BF52", "Hauts-Bassins": "BF53", "Nord": "BF54",
    "Plateau-Central": "BF55", "Sahel": "BF56", "Sud-Ouest": "BF57",
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


def main(facts: Path, out: Path) -> None:
    """Write the two tables."""
    out.mkdir(parents=True, exist_ok=True)
    for name, table in (
        ("phases", phases(facts)),
        ("stocks", stocks(facts)),
    ):
        table.to_csv(out / f"{name}.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
