"""The brief *Rethinking Crisis Responses in the Sahel* (CSIS, December 2020) on data, without network.

Deaths are UCDP's of 2012 to 2023, phases the Cadre Harmonisé's, displaced people UNHCR's;
``sahelgeo brief --events FILE`` takes your own export of ACLED or UCDP instead.
"""

import sahelgeo as sg

made = sg.brief.report(".", lang="en")
for check in made.checks:
    print(f"\n{check.title}: {check.verdict_in_words}\n  {check.claim}")
    print(*(f"  -> {finding}" for finding in check.findings), sep="\n")
print("", *made.doubts, made.page, sep="\n")
