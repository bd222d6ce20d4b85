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

# Your files are read, and the folder is made, before any work: what is wrong with them is said in one sentence.
try:
    options.out.mkdir(parents=True, exist_ok=True)
    given = sg.brief.read_own_events(options.events, areas) if options.events else sg.brief.load_synthetic()
    actors = sg.brief.read_actors(options.actors, beside=given.actors) if options.actors else given.actors
    agreements = sg.brief.read_agreements(options.agreements, areas) if options.agreements else given.agreements
    named = sg.events.actor_family(given.events, actors=actors)
except (sg.SahelgeoError, OSError) as error:
    raise SystemExit(f"The files cannot be used. {error}") from None
events = given.events
if options.events:
    print(given.coverage.to_string(index=False))
    print(
        *(f"{count:,} events: {problem}" for problem, count in given.doubtful["problem"].value_counts().items()),
        sep="\n",
    )

# One row for each region and month.
sums = sg.sum_events(named, areas, coverage=given.coverage)
mali = areas[areas["iso3"] == "MLI"]
mali_sums = sums[sums["pcode"].isin(mali["pcode"])]
north = sg.brief.load_published("parts_of_mali").query("part == 'north'")["pcode"]

# The three headlines, on published figures, and deaths on your own events where they reach far enough.
checks = [sg.brief.fatalities(lang=lang), sg.brief.displacement(lang=lang), sg.brief.food_insecurity(lang=lang)]

if options.events:
    try:
        days = (given.coverage["start"].min(), given.coverage["end"].max())
        checks[0] = sg.brief.fatalities(events, coverage=days, lang=lang)
    except sg.errors.WindowError as error:
        print(f"Deaths are those of the published figures, not of your events: {error}")

# The five assumptions. The second one runs on the Cadre Harmonisé of March 2020; the core is Ouagadougou's region.
checks += [
    sg.brief.terrorism(events, actors=actors, lang=lang),
    sg.brief.governance(sg.load_sample("burkina-2020").phases, "BF13", lang=lang),
    sg.brief.accord(mali_sums, north[north.isin(mali["pcode"])], lang=lang),
]

# Events that name one side only, or not both groups of the pair, do not tell who fought whom: that is not zero.
both_sides = named["family1"].notna() & named["family2"].notna()
fought = both_sides.any() and set(given.pair) <= set(named["family1"]) | set(named["family2"])
war = sg.events.dyads(named, between=given.pair) if fought else None
try:
    checks.append(sg.brief.negotiation(sums, agreements, war, lang=lang))
except sg.SahelgeoError as error:
    raise SystemExit(f"The agreements cannot be used. {error}") from None
try:
    checks.append(sg.brief.engagement(sums, lang=lang))
except sg.errors.WindowError as error:
    print(f"Missions are not held against deaths: {error}")

for check in checks:
    print(f"\n{check.title}: {check.verdict_in_words}\n  {check.claim}")
    print(*(f"  -> {finding}" for finding in check.findings), sep="\n")
    print(f"  {'; '.join(check.sources)}")

print("\n" + "; ".join(dict.fromkeys(note for check in checks for note in check.notes)))

# Beyond the brief's own figures: where the centre of violence lay, and how far it moved.
centres = sg.events.mean_centre(events, weights="fatalities", permutations=199)
print(
    centres[["start", "events", "major_km", "drift_km", "drift_bearing", "p_drift"]].to_string(
        index=False, float_format="%.2f"
    )
)

# All 24 claims of the brief, one by one: those that no check answers say what they need.
every = sg.brief.claims(checks, centres=centres, lang=lang)
every.to_csv(options.out / "csis_brief_claims.csv", index=False)
for row in every[every["verdict"].isin(["described", "not_checked"])].itertuples():
    print(f"\n{row.id} {row.claim}\n  -> {row.finding}")

# A map of the last year, and the page.
last = sums[sums["start"].dt.year == sums["start"].dt.year.max()]
deaths = last.groupby("pcode")["fatalities"].sum(min_count=1).rename("deaths")
year = int(sums["start"].dt.year.max())
title, label = {"en": (f"Deaths by region, {year}", "Deaths"), "fr": (f"Décès par région, {year}", "Décès")}[lang]
if not options.events:
    title += {"en": " (synthetic)", "fr": " (synthétique)"}[lang]
drawn = sg.brief.draw_map(areas.merge(deaths, on="pcode", how="left"), "deaths", lang, label=label)
page = sg.brief.write_report(checks, options.out / "csis_brief.html", maps={title: drawn}, lang=lang)
print(f"\n{page}")
