"""Displaced people as circles.

The area of a circle stands for the number of people. Two regions hold most of them.
"""

import sahelgeo as sg

sample = sg.load_sample("burkina-2020")
m = sg.maps.stock_map(
    sample.stocks,
    sample.areas,
    title="Internally displaced people in Burkina Faso",
    tooltip="{name}: {people:,.0f} on {date}",
)
m.save("stocks.html")
sg.maps.figure(m, "stocks.png", width_inches=9, dpi=110)
