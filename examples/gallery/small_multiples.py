"""Small multiples for print.

The same map for every period, in the same sizes, under one legend. Only the first of these counts is real; the others are invented for
this example.
"""

import pandas as pd

import sahelgeo as sg

sample = sg.load_sample("burkina-2020")
invented = [
    sample.stocks.assign(
        people=(sample.stocks["people"] * growth).round().astype("Int64"), date=day, source="sahelgeo-synthetic"
    )
    for growth, day in ((1.2, "2021-03-31"), (1.5, "2021-09-30"), (1.9, "2022-03-31"))
]
sg.maps.small_multiples(
    pd.concat([sample.stocks, *invented]),
    sample.areas,
    path="small_multiples.png",
    title="Displaced people, half-yearly",
)
