"""Phases by the rule, audit and sums on a full workbook of the Cadre Harmonisé, as the reader gives it: medians of one run.

Usage: python docs/benchmarks/phases.py WORKBOOK.xlsx [REPETITIONS]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import pandas as pd

import sahelgeo as sg


def table_of(path: str) -> pd.DataFrame:
    """Every analysis of the workbook. Each row has a code of its own, so that a sum by country adds rows and asks for no levels."""
    table = sg.read_cadre_harmonise(path, which="all")
    return table.assign(
        pcode=[f"row {number:05}" for number in range(len(table))], year=table["season"].str[-4:].astype(int)
    )


def rule_row_by_row(table: pd.DataFrame) -> list[int | None]:
    """The rule as scripts write it, for comparison."""
    found: list[int | None] = []
    for _, row in table.astype({f"people_{n}": "float64" for n in range(1, 6)}).iterrows():
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
    keys = ("iso3", "kind", "start", "end", "issued")
    for name, calculate in {
        "area_phase": lambda: sg.area_phase(table),
        "the rule row by row": lambda: rule_row_by_row(table),
        "phases.audit": lambda: sg.phases.audit(table),
        "sum_phases by country, kind, period and analysis": lambda: sg.sum_phases(table, by=keys),
    }.items():
        print(f"{name:50} {median(calculate, repetitions):7.2f} s")
    recent = table[(table["year"] >= 2018) & (table["iso3"] != "CAF")]
    for name, rows in {"all rows": table, "Cadre Harmonisé since 2018": recent}.items():
        print(name, sg.phases.audit(rows, by=()).iloc[0].to_dict())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3)
