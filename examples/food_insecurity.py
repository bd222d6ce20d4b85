"""Food insecurity in Burkina Faso, spring 2020: the rule, the people, and the displaced.

Run it anywhere: it uses the figures that come with sahelgeo and writes nothing.
"""

from __future__ import annotations

import sahelgeo as sg

sample = sg.load_sample("burkina-2020")
names = sample.areas.set_index("pcode")["name"]

total = sg.sum_phases(sample.phases, by=()).iloc[0]
print(f"Phase 3 or above: {total['people_3plus']:,.0f} people in {total['rows']} regions ({total['share_3plus']:.1%})")

regions = sg.sum_phases(sample.phases).set_index("pcode").sort_values("share_3plus", ascending=False)
for pcode, region in regions.head(3).iterrows():
    print(
        f"  {names[pcode]}: phase {region['phase_rule']} by the 20 % rule, "
        f"{region['share_3plus']:.1%} in phase 3 or above"
    )

joint = sg.joint_severity(sample.phases, sample.stocks, sample.population)
both = joint.loc[joint["joint_class"] == "both", "pcode"].map(names)
print(f"Hunger and displacement both high: {', '.join(both)}")

phases = sample.phases.join(sg.area_phase(sample.phases))
living = sg.phases.displacement_by_phase(sample.stocks, phases, column="phase_rule")["displaced"].dropna()
for phase, people in living.items():
    print(f"  {people:,} displaced people live in regions of phase {phase}")
print("Sources:", *sg.credit(sample.phases, sample.stocks), sep="\n  ")
