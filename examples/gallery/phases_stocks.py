"""Who is hungry, and who has fled.

Phases and displaced people on one sheet: the map that shows whether the places that people fled to
are themselves hungry.
"""

import sahelgeo as sg

sample = sg.load_sample("burkina-2020")
phases = sample.phases.join(sg.area_phase(sample.phases))

m = sg.maps.phase_map(phases, sample.areas, column="phase_rule", title="Burkina Faso, 2020: hunger and displacement")
sg.maps.stock_map(sample.stocks, sample.areas, tooltip="{name}: {people:,.0f} displaced people", m=m)
m.save("phases_stocks.html")
sg.maps.figure(m, "phases_stocks.png", width_inches=9, dpi=110)
