"""The brief *Rethinking Crisis Responses in the Sahel* (CSIS, December 2020) on data, without network.

``python examples/csis_brief.py [--events FILE] [--lang en|fr] [--out FOLDER]``

The three headlines are computed from published figures. The checks that need events run on a SYNTHETIC set, invented for demonstration and
marked so on the page; with ``--events`` they run on your own export of ACLED or UCDP, which stays on your machine. For each claim the script
prints what the brief says, what the data say, the verdict and the sources, and it writes all of it to csis_brief.html, ready to print.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import pandas as pd

import sahelgeo as sg

parser = argparse.ArgumentParser(description="The CSIS brief of 2020 on data")
parser.add_argument("--events", type=Path, help="an export of ACLED or UCDP instead of the synthetic events")
parser.add_argument(
    "--actors", type=Path, help="a CSV of actor names (name, match, family, kind) to add to the library's"
)
parser.add_argument("--agreements", type=Path, help="a CSV of local agreements: pcode, date, name")
parser.add_argument("--lang", choices=["en", "fr"], default="en")
parser.add_argument("--out", type=Path, default=Path())
options, _ = parser.parse_known_args()
lang = options.lang

# Events without an area are counted and named; here the warnings are gathered instead of shown one by one.
warnings.simplefilter("ignore", sg.DataWarning)

# Events: synthetic, or your own. Coverage says where no event means zero.
made_up = sg.brief.load_synthetic()
events, actors, agreements, pair, coverage = (
    made_up.events,
    made_up.actors,
    made_up.agreements,
    made_up.pair,
    made_up.coverage,
)
if options.events:
    events = sg.read(options.events)
    actors = sg.load_actors()
    agreements = pd.DataFrame(columns=["pcode", "date", "name"])
    pair = ("JNIM", "ISGS")
    coverage = (events["date"].min(), events["date"].max())
if options.actors:
    actors = pd.concat([actors, pd.read_csv(options.actors)], ignore_index=True)
if options.agreements:
    agreements = pd.read_csv(options.agreements)

# One row for each region and month.
areas = sg.load_areas(["BFA", "MLI", "NER"])
named = sg.actor_family(events, actors=actors)
sums = sg.sum_events(named, areas, coverage=coverage)
mali = areas[areas["iso3"] == "MLI"]
mali_sums = sums[sums["pcode"].isin(mali["pcode"])]
north = sg.brief.load_published("parts_of_mali").query("part == 'north'")["pcode"]

# The three headlines, on published figures.
checks = [sg.brief.fatalities(lang=lang), sg.brief.displacement(lang=lang), sg.brief.food_insecurity(lang=lang)]

# The five assumptions. The second one runs on the Cadre Harmonisé of March 2020; the core is Ouagadougou's region.
checks += [
    sg.brief.terrorism(events, actors=actors, lang=lang),
    sg.brief.governance(sg.load_sample("burkina-2020").phases, "BF13", lang=lang),
    sg.brief.accord(mali_sums, north[north.isin(mali["pcode"])], lang=lang),
]
fought = {"family1", "family2"} <= set(named.columns) and set(pair) <= set(named["family1"]) | set(named["family2"])
if fought:
    checks.append(sg.brief.negotiation(sums, agreements, sg.dyads(named, between=pair), lang=lang))
checks.append(sg.brief.engagement(sums, lang=lang))

for check in checks:
    print(f"\n{check.title}: {check.verdict_in_words}\n  {check.claim}")
    print(*(f"  -> {finding}" for finding in check.findings), sep="\n")
    print(f"  {'; '.join(check.sources)}")

# Beyond the brief's own figures: where the centre of violence lay, and how far it moved.
centres = sg.mean_centre(events, weight="fatalities", draws=199)
print(
    centres[["start", "events", "major_km", "drift_km", "drift_bearing", "p_drift"]].to_string(
        index=False, float_format="%.2f"
    )
)

# A map of the last year, and the page.
last = sums[sums["start"].dt.year == sums["start"].dt.year.max()]
deaths = last.groupby("pcode")["fatalities"].sum(min_count=1).rename("deaths")
year = int(sums["start"].dt.year.max())
title, label = {"en": (f"Deaths by region, {year}", "Deaths"), "fr": (f"Décès par région, {year}", "Décès")}[lang]
drawn = sg.brief.draw_map(areas.merge(deaths, on="pcode", how="left"), "deaths", lang, label=label)
page = sg.brief.write_report(checks, options.out / "csis_brief.html", maps={title: drawn}, lang=lang)
print(f"\n{page}")
