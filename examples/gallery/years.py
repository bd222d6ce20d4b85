"""A chart by year, in the same style.

Displaced people in three countries at the end of each year (UNHCR). A chart has title, sources and credit as a map has,
is saved as PNG, SVG, PDF or HTML, and may stand among the maps of a story.
"""

import sahelgeo as sg

sample = sg.load_sample("central-sahel")
stocks = sample.stocks[sample.stocks["source"] == "unhcr-idps-by-region"]
years = sg.sum_stocks(stocks[stocks["iso3"].isin(["BFA", "MLI", "NER"])], by=("iso3", "date"))
names = {"BFA": "Burkina Faso", "MLI": "Mali", "NER": "Niger"}
drawn = sg.maps.chart(
    years.assign(country=years["iso3"].map(names)),
    by="country",
    title="Displaced people in the central Sahel",
    style=sg.maps.Style(credit="Chart: The Example Times"),
)
drawn.save("years.html")
drawn.save("years.png", dpi=110)
