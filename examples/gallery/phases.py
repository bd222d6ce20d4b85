"""Phases of food insecurity.

Areas in the official colours with their digit, in one call. The phase of each region is computed from the number of
people in each phase by the 20 % rule, and the legend says so. Under the pointer stands what the template says.
"""

import sahelgeo as sg

sample = sg.load_sample("burkina-2020")
phases = sample.phases.join(sg.area_phase(sample.phases))
m = sg.maps.phase_map(
    phases,
    sample.areas,
    column="phase_rule",
    title="Burkina Faso, lean season ahead: phases in March–May 2020",
    tooltip="{name}: {population:,.0f} people analysed, {share_3plus:.1%} in phase 3 or above",
)
m.save("phases.html")
sg.maps.figure(m, "phases.png", width_inches=9, dpi=110)
