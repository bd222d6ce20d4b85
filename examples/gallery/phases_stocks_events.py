"""Who is hungry, who has fled, and where people were killed.

Phases, displaced people and the deaths of the year on one sheet. Circles of events gather what stands near each other.
"""

import sahelgeo as sg

sample = sg.load_sample("burkina-2020")
phases = sample.phases.join(sg.area_phase(sample.phases))

m = sg.maps.phase_map(phases, sample.areas, column="phase_rule", title="Burkina Faso, 2020: hunger and displacement")
sg.maps.stock_map(sample.stocks, sample.areas, tooltip="{name}: {people:,.0f} displaced people", m=m)
sg.maps.EventLayer(sample.events, by="fatalities", as_="hexagons").add_to(m)
m.save("phases_stocks_events.html")
sg.maps.figure(m, "phases_stocks_events.png", width_inches=9, dpi=110)
