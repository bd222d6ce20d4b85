"""Answer the rows of ``matching.py`` with ``AdminLevel`` of hdx-python-country (run by it, in a Python that has it)."""

import csv
import json
import logging
import sys
from pathlib import Path

from hdx.location.adminlevel import AdminLevel

logging.disable(logging.CRITICAL)


def main() -> None:
    """Read rows as JSON, print the p-codes as JSON."""
    listing, lengths = (
        list(csv.DictReader((Path(sys.argv[1]) / name).read_text(encoding="utf-8-sig").splitlines()))
        for name in ("hdx_global_pcodes_adm_1_2.csv", "hdx_global_pcode_lengths.csv")
    )
    given = json.load(sys.stdin)
    levels = {}
    for level in (1, 2):
        levels[level] = AdminLevel(admin_level=level)
        levels[level].setup_from_iterable([row for row in listing if int(row["Admin Level"]) == level])
        levels[level].load_pcode_formats_from_iterable(lengths)
    levels[2].set_parent_admins_from_adminlevels([levels[1]])
    known, answers = {}, []
    for row in given["rows"]:
        key = (row["level"], row["iso3"], row["name"], row["region"], row["code"])
        if key not in known:
            known[key] = answer(levels, row, given["how"])
        answers.append(known[key])
    print(json.dumps(answers))


def answer(levels: dict, row: dict, how: str) -> str | None:
    """One p-code, by the printed code or by the name within its region."""
    level = levels[row["level"]]
    if how == "code":
        return level.get_pcode(row["iso3"], row["code"])[0]
    if row["level"] == 2 and row["region"]:
        parent = levels[1].get_pcode(row["iso3"], row["region"])[0]
        if parent:
            return level.get_pcode(row["iso3"], row["name"], parent=parent)[0]
    return level.get_pcode(row["iso3"], row["name"])[0] if row["level"] == 1 else by_country(level, row)


def by_country(level: AdminLevel, row: dict) -> str | None:
    """Without a parent, among all units of the country."""
    used, level._use_parent = level._use_parent, False
    try:
        return level.get_pcode(row["iso3"], row["name"])[0]
    finally:
        level._use_parent = used


if __name__ == "__main__":
    main()
