"""Two periods side by side.

Both maps have the same classes and one legend, which counts the areas before and after; moving one map moves the other. The second
period is invented for this example.
"""

import sahelgeo as sg

sample = sg.load_sample("burkina-2020")
before = sample.phases.join(sg.area_phase(sample.phases))
worse = before["pcode"].isin(["BF46", "BF49", "BF52", "BF54", "BF56"])
moved = (sample.phases["people_2"] * 0.6).where(worse, 0).round().astype("Int64")
invented = sample.phases.assign(
    people_2=sample.phases["people_2"] - moved,
    people_3=sample.phases["people_3"] + moved,
    start="2020-06-01",
    end="2020-08-31",
    kind="projected",
    source="sahelgeo-synthetic",
)
after = invented.join(sg.area_phase(invented))
page = sg.maps.compare_map(
    before, after, sample.areas, column="phase_rule", title="Burkina Faso, 2020: before and in the lean season"
)
page.save("two_periods.html")
