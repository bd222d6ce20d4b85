"""A rate in classes, in French.

Displaced people for each thousand inhabitants. The classes are given, so that maps of other years can be compared
with this one.
"""

import sahelgeo as sg

sample = sg.load_sample("burkina-2020")
rates = sg.attach_areas(sg.rate_per_1000(sample.stocks, sample.population), sample.areas)
m = sg.maps.Map(title="Burkina Faso : poids du déplacement sur les régions", lang="fr")
sg.maps.AreaLayer(
    rates,
    column="per_1000",
    breaks=[1, 10, 50, 200],
    title="Personnes déplacées pour mille habitants",
    tooltip="{name} : {per_1000:.1f} pour mille habitants",
).add_to(m)
m.save("rates.html")
sg.maps.figure(m, "rates.png", width_inches=9, dpi=110)
