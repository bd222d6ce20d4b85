"""Two periods side by side.

Both maps have the same classes and one legend, which counts the areas before and after; moving one map moves the other.
"""

import sahelgeo as sg

sample = sg.load_sample("central-sahel")
areas = sample.areas[sample.areas["iso3"] == "BFA"]
phases = sample.phases[sample.phases["iso3"] == "BFA"]
before, after = (sg.phases_at(phases, day) for day in ("2019-07-15", "2020-07-15"))
before, after = (table.join(sg.area_phase(table)) for table in (before, after))
page = sg.maps.compare_map(
    before, after, areas, column="phase_rule", title="Burkina Faso: the lean seasons of 2019 and 2020"
)
page.save("two_periods.html")
