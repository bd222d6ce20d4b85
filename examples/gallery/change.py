"""What changed, in a house's own style.

The displaced people of Burkina Faso at the end of 2020 and of 2023 (UNHCR), on one map around "no change". The palette,
the colour of the title and the credit are those of a style, which a file can hold.
"""

import sahelgeo as sg

sample = sg.load_sample("central-sahel")
stocks = sample.stocks[sample.stocks["source"] == "unhcr-idps-by-region"]
regions = stocks[stocks["pcode"].str.startswith("BF", na=False)]
house = sg.maps.Style(cmap="PRGn_r", colours={"title": "#40004B"}, credit="Map: The Example Times")
m = sg.maps.change_map(
    regions[regions["date"] == "2020-12-31"],
    regions[regions["date"] == "2023-12-31"],
    sg.load_areas("BFA"),
    title="Three years: how many more people are displaced",
    style=house,
)
m.save("change.html")
sg.maps.figure(m, "change.png", width_inches=9, dpi=110)
