"""A story in three maps.

Headings, text and maps on one page that scrolls, in one file without network. Borders are stored once for all maps.
"""

import sahelgeo as sg

sample = sg.load_sample("burkina-2020")
phases = sample.phases.join(sg.area_phase(sample.phases))
rates = sg.attach_areas(sg.rate_per_1000(sample.stocks, sample.population), sample.areas)
burden = sg.maps.Map()
sg.maps.AreaLayer(rates, column="per_1000", breaks=[1, 10, 50, 200], title="Displaced people per 1,000").add_to(burden)

page = sg.maps.story(
    [
        (
            "Hunger is worst in the north",
            "Sahel and Centre-Nord are in phase 3 by the 20 % rule.",
            sg.maps.phase_map(phases, sample.areas, column="phase_rule"),
        ),
        (
            "The same two regions hold most displaced people",
            "Seven in ten of the displaced are there.",
            sg.maps.stock_map(sample.stocks, sample.areas),
        ),
        ("The burden is heaviest there too", "Displaced people for each thousand inhabitants.", burden),
    ],
    title="Burkina Faso, 2020",
)
page.save("story.html")
