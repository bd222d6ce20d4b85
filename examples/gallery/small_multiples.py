"""Small multiples for print.

The same map for every period, in the same sizes, under one legend.
"""

import sahelgeo as sg

sample = sg.load_sample("central-sahel")
counts = sample.stocks[(sample.stocks["iso3"] == "BFA") & (sample.stocks["method"] == "end-year statistics")]
counts = counts[counts["date"].dt.year.between(2020, 2023)]
sg.maps.small_multiples(
    counts,
    sample.areas[sample.areas["iso3"] == "BFA"],
    path="small_multiples.png",
    title="Displaced people in Burkina Faso at the end of the year",
)
