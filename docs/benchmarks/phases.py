"""Phases by the rule, audit and sums on a full workbook of the Cadre Harmonisé (28,286 rows): medians of one run.

Usage: python docs/benchmarks/phases.py WORKBOOK.xlsx [REPETITIONS]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import sahelgeo as sg


def table_of(path: str) -> pd.DataFrame:
    """The workbook as a Phases table; an empty phase is nobody where the others add up to the people analysed."""
    sheet = pd.read_excel(path, engine="calamine")
    people = sheet[[f"phase{n}" for n in range(1, 6)]].set_axis([f"people_{n}" for n in range(1, 6)], axis=1)
    whole = (people.sum(axis=1) - sheet["population"]).abs() <= np.maximum(5, 0.005 * sheet["population"])
    season = sheet["reference_year"].astype(int).astype(str) + sheet["reference_label"].map(
        {"Jan-May": "-02-01", "Jun-Aug": "-06-01", "Sep-Dec": "-10-01"}
    )
    issued = sheet["exercise_year"].astype(int).astype(str) + sheet["exercise_label"].map(
        {"Jan-May": "-03-01", "Jun-Aug": "-07-01", "Sep-Dec": "-11-01"}
    )
    return people.mask(people.isna() & whole.to_numpy()[:, None], 0).assign(
        pcode=[f"row {number:05}" for number in range(len(sheet))], kind=sheet["chtype"], start=season, end=season, issued=issued,
        source="cadre-harmonise", population=sheet["population"], phase_published=sheet["phase_class"].where(sheet["phase_class"] > 0),
        country=sheet["adm0_name"], year=sheet["reference_year"],
    )  # fmt: skip


def rule_row_by_row(table: pd.DataFrame) -> list[int | None]:
    """The rule as scripts write it, for comparison."""
    found: list[int | None] = []
    for _, row in table.iterrows():
        people = [row[f"people_{n}"] for n in range(1, 6)]
        total = sum(people)
        found.append(
            None
            if not total > 0
            else next(phase for phase in (4, 3, 2, 1) if sum(people[phase - 1 :]) / total >= 0.2 - 1e-9)
        )
    return found


def median(calculate: Callable[[], object], repetitions: int) -> float:
    """Seconds."""
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        calculate()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main(path: str, repetitions: int) -> None:
    """Print times, and the agreement of the published phases with the rule."""
    table = table_of(path)
    keys = ("country", "kind", "start", "end", "issued")
    for name, calculate in {
        "area_phase": lambda: sg.area_phase(table),
        "the rule row by row": lambda: rule_row_by_row(table),
        "audit_phases": lambda: sg.audit_phases(table),
        "sum_phases by country, kind, period and analysis": lambda: sg.sum_phases(table, by=keys),
    }.items():
        print(f"{name:50} {median(calculate, repetitions):7.2f} s")
    recent = table[(table["year"] >= 2018) & (table["country"] != "Central African Republic")]
    for name, rows in {"all rows": table, "Cadre Harmonisé since 2018": recent}.items():
        print(name, sg.audit_phases(rows, by=()).iloc[0].to_dict())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3)
