"""Movements as arrows.

Both directions of a pair have an arrow. The legend counts what has none: small movements, those within a region, and
those from where nobody knows.
"""

import sahelgeo as sg

sample = sg.load_sample("burkina-movements-2025")
flows = sg.sum_flows(sample.flows)
m = sg.maps.flow_map(flows, sample.areas, smallest=2_000, title="Burkina Faso: movements between regions")
m.save("flows.html")
sg.maps.figure(m, "flows.png", width_inches=9, dpi=110)
