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
areas = sg.load_areas(["BFA", "MLI", "NER"])

# Events: synthetic, or your own. Coverage says where no event means zero.
try:
    given = sg.brief.read_own_events(options.events, areas) if options.events else sg.brief.load_synthetic()
except (sg.SahelgeoError, OSError) as error:
    raise SystemExit(f"The events cannot be used. {error}") from None
events, actors, agreements = given.events, given.actors, given.agreements
if options.events:
    print(given.coverage.to_string(index=False))
    print(
        *(f"{count:,} events: {problem}" for problem, count in given.doubtful["problem"].value_counts().items()),
        sep="\n",
    )
try:
    options.out.mkdir(parents=True, exist_ok=True)
    if options.actors:
        actors = pd.concat([actors, pd.read_csv(options.actors)], ignore_index=True)
    if options.agreements:
        agreements = pd.read_csv(options.agreements)
    named = sg.actor_family(events, actors=actors)
except (sg.SahelgeoError, OSError, ValueError) as error:
    raise SystemExit(
        f"The folder, the actors or the agreements cannot be used (CSV in UTF-8, commas). {error}"
    ) from None

# One row for each region and month.
sums = sg.sum_events(named, areas, coverage=given.coverage)
mali = areas[areas["iso3"] == "MLI"]
mali_sums = sums[sums["pcode"].isin(mali["pcode"])]
north = sg.brief.load_published("parts_of_mali").query("part == 'north'")["pcode"]

# The three headlines, on published figures, and deaths on your own events where they reach far enough.
checks = [sg.brief.fatalities(lang=lang), sg.brief.displacement(lang=lang), sg.brief.food_insecurity(lang=lang)]

if options.events:
    try:
        checks[0] = sg.brief.fatalities(events, lang=lang)
    except sg.WindowError as error:
        print(f"Deaths are those of the published figures, not of your events: {error}")

# The five assumptions. The second one runs on the Cadre Harmonisé of March 2020; the core is Ouagadougou's region.
checks += [
    sg.brief.terrorism(events, actors=actors, lang=lang),
    sg.brief.governance(sg.load_sample("burkina-2020").phases, "BF13", lang=lang),
    sg.brief.accord(mali_sums, north[north.isin(mali["pcode"])], lang=lang),
]
fought = {"family1", "family2"} <= set(named.columns) and set(given.pair) <= set(named["family1"]) | set(
    named["family2"]
)
if fought:
    try:
        checks.append(sg.brief.negotiation(sums, agreements, sg.dyads(named, between=given.pair), lang=lang))
    except sg.SahelgeoError as error:
        raise SystemExit(f"The agreements cannot be used. {error}") from None
try:
    checks.append(sg.brief.engagement(sums, lang=lang))
except sg.WindowError as error:
    print(f"Missions are not held against deaths: {error}")

for check in checks:
    print(f"\n{check.title}: {check.verdict_in_words}\n  {check.claim}")
    print(*(f"  -> {finding}" for finding in check.findings), sep="\n")
    print(f"  {'; '.join(check.sources)}")

# All 24 claims of the brief, one by one: those that no check answers say what they need.
every = sg.brief.claims(checks, lang=lang)
every.to_csv(options.out / "csis_brief_claims.csv", index=False)
for row in every[every["verdict"].isin(["described", "not_checked"])].itertuples():
    print(f"\n{row.id} {row.claim}\n  -> {row.finding}")

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
