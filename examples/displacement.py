"""Displacement step by step: counts that change, movements between regions, what they explain. Without network.

Run it with ``python examples/displacement.py [FOLDER]``; it writes flows.html and flows.csv there (by default, here).
The counts of Burkina Faso are as CONASUR published them, the movements of 2024 and 2025 as GCORR and OCHA did.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import sahelgeo as sg

folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
sample = sg.load_sample("burkina-2020")
moved = sg.load_sample("burkina-movements-2025")

# National counts on irregular days: nothing is made up in between.
days = ["2019-12-09", "2020-02-12", "2020-06-08", "2020-08-08", "2020-09-06"]
people = [560_033, 765_517, 921_471, 1_013_234, 1_034_609]
national = pd.DataFrame({"pcode": "BF", "date": days, "people": people, "group": "idp", "source": "CONASUR"})
print(sg.stocks.series(national, fill="last")[["start", "date", "people", "filled", "days_old"]].to_string(index=False))
change = sg.change_in_stocks(national[:1], national[2:3]).iloc[0]
print(f"9 December 2019 to 8 June 2020: x {change['people_after'] / change['people_before']:.2f}")
print(sg.stocks.first_above(national, threshold=1_000_000)[["date_below", "date"]].to_string(index=False))

# Where displaced people are.
concentration = sg.stocks.concentration(sample.stocks)
print(concentration[["areas", "effective_areas", "areas_for_half"]].round(2).to_string(index=False))

# Movements: matrix, balance, indices, and the flows that carry half of the people.
flows = sg.sum_flows(moved.flows)
print(sg.od_matrix(moved.flows).loc[["BF49", "BF56"], ["BF49", "BF54", "BF56"]])
print(
    sg.flows.balance(moved.flows)[["pcode", "inflow", "outflow", "net", "effectiveness"]]
    .round(1)
    .to_string(index=False)
)
print(
    sg.flows.indices(moved.flows, population=sample.population)[["cmi", "mei", "anmr", "gini"]]
    .round(3)
    .to_string(index=False)
)
half = sg.flows.top(flows, share=0.5)
print(f"{len(half)} flows carry {half['share_cumulative'].max():.0%} of the people who moved")

# Flows that print names get the p-codes of both ends; people who came from nobody knows where stay.
printed = pd.DataFrame({"De": ["Sahel", "Inconnue"], "Vers": ["Nord", "Nord"], "people": [120, 30]})
_, account = sg.flows.match_ends(printed, sample.areas, on={"origin": "De", "destination": "Vers"}, report=True)
print(account[account["rows"] > 0].to_string())

# How far apart the chief towns are between which most people moved.
between = flows[~flows["internal"]].dropna(subset=["origin", "destination"])
lines = sg.flow_lines(between, sample.areas, anchor="capital")
distances = ["origin_name", "destination_name", "people", "distance_km"]
print(lines[distances].nlargest(3, "people").round().to_string(index=False))

# All movements on a map: its legend counts those without an arrow too. And a table with small counts taken out.
m = sg.maps.flow_map(flows, sample.areas, smallest=1_000, title="Burkina Faso, 2024–2025: movements between regions")
m.save(str(folder / "flows.html"))
sg.flows.suppress_small(flows).to_csv(folder / "flows.csv", index=False)
print(*sg.credit(sample.stocks, lines), sep="\n")
