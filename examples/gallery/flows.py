"""Movements as arrows.

Both directions of a pair have an arrow, and the legend counts what is too small to draw. Movements within a region
have none.
"""

import sahelgeo as sg

sample = sg.load_sample("burkina-movements-2025")
flows = sg.sum_flows(sample.flows).query("not internal").dropna(subset=["origin", "destination"])
m = sg.maps.flow_map(flows, sample.areas, smallest=2_000, title="Burkina Faso: movements between regions")
m.save("flows.html")
sg.maps.figure(m, "flows.png", width_inches=9, dpi=110)
