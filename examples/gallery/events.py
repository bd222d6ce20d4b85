"""Where people were killed.

Deaths of one year by hexagon of equal area, on the outlines of the regions. What a source places
only by its area is said.
"""

import sahelgeo as sg

sample = sg.load_sample("central-sahel")
three = sample.areas[sample.areas["iso3"].isin(["BFA", "MLI", "NER"])]
deaths = sample.events[sample.events["date"].dt.year == 2020]

m = sg.maps.Map(title="Burkina Faso, Mali and Niger: deaths in 2020")
sg.maps.AreaLayer(three).add_to(m)
sg.maps.EventLayer(deaths, by="fatalities", as_="hexagons", hexagon_km=60).add_to(m)
m.save("events.html")
sg.maps.figure(m, "events.png", width_inches=9, dpi=110)
