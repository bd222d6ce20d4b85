"""Who is hungry, who has fled, and where to.

Phases, displaced people and their movements on one sheet: the map that shows whether people flee into hunger. The movements of the
sample are synthetic, and the map says so by itself.
"""

import sahelgeo as sg

sample = sg.load_sample("burkina-2020")
phases = sample.phases.join(sg.area_phase(sample.phases))
flows = sg.sum_flows(sample.flows).query("not internal").dropna(subset=["origin", "destination"])

m = sg.maps.phase_map(phases, sample.areas, column="phase_rule", title="Burkina Faso, 2020: hunger and displacement")
sg.maps.flow_map(sg.flow_lines(flows, sample.areas), smallest=2_000, m=m)
sg.maps.stock_map(sample.stocks, sample.areas, tooltip="{name}: {people:,.0f} displaced people", m=m)
m.save("phases_stocks_flows.html")
sg.maps.figure(m, "phases_stocks_flows.png", width_inches=9, dpi=110)
