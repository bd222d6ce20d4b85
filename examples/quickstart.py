"""From published figures to a map: the main job in a few steps, without network.

Run it with ``python examples/quickstart.py [FOLDER]``; it writes map.html and map.png there (by default, here).
"""

from __future__ import annotations

import sys
from pathlib import Path

import sahelgeo as sg

folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
sample = sg.load_sample("burkina-2020")

# Join: every person who goes in comes out.
stocks, account = sg.attach_areas(sg.rate_per_1000(sample.stocks, sample.population), sample.areas, report=True)
print(account)
print(stocks.nlargest(3, "per_1000")[["name", "people", "per_1000"]].to_string(index=False))

# The phase of each region by the 20 % rule.
phases = sample.phases.join(sg.area_phase(sample.phases))
print(phases.loc[phases["phase_rule"] >= 3, ["place", "phase_rule", "share_3plus"]].to_string(index=False))

# Deaths of the year by region. What is placed too coarsely for a region keeps a row without a p-code.
deaths = sg.sum_events(sample.events, sample.areas, freq="YS", coverage=sample.coverage)
print(deaths.nlargest(3, "fatalities")[["pcode", "events", "fatalities"]].to_string(index=False))

m = sg.maps.Map(title="Burkina Faso, 2020: food insecurity and displacement")
sg.maps.PhaseLayer(sg.attach_areas(phases, sample.areas), column="phase_rule").add_to(m)
sg.maps.StockLayer(stocks).add_to(m)
sg.maps.EventLayer(sample.events, by="fatalities", show=False).add_to(m)
m.save(str(folder / "map.html"))
sg.maps.figure(m, folder / "map.png")
print(*sg.credit(sample.stocks, sample.phases, sample.areas, sample.events), sep="\n")
