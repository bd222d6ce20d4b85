"""A situation report of Niger at the end of 2020 from published tables, without network: situation_niger.html."""

from __future__ import annotations

import sahelgeo as sg

sahel = sg.load_sample("central-sahel")
tables = {
    kind: table[table["iso3"] == "NER"]
    for kind, table in sahel.tables.items()
    if kind in ("phases", "stocks", "events", "areas", "coverage")
}
report = sg.situation(**tables, date="2020-12-31")
for part in report.parts:
    print(part.title, *part.sentences, sep="\n  ")
print(report.save("situation_niger.html"))
