"""What the readers make of the publishers' files, and how fast: ``python docs/benchmarks/readers.py FOLDER``.

FOLDER holds the files as their publishers issued them; they are not part of the project. ``readers.py --rows 100000`` makes
look-alikes of ACLED's and DTM's files with so many invented rows, and compares the processor's time with that of pandas' C
parser, which reads them as text.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

import sahelgeo as sg

WORKBOOK = "food_security/cadre_harmonise_caf_ipc_2024_hapi-pipelines.xlsx"
PUBLISHED = {
    ("BFA", "Jun-Aug 2020"): 3_280_803,
    ("MLI", "Jun-Aug 2022"): 1_841_064,
    ("NER", "Jun-Aug 2022"): 4_402_404,
    ("TCD", "Jun-Aug 2023"): 2_295_981,
    ("MRT", "Jun-Aug 2022"): 878_921,
    ("NGA", "Jun-Aug 2023"): 24_861_152,
}


def seconds(run, times: int) -> list[float]:
    """Wall-clock seconds of each run."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return taken


def accounts(folder: Path) -> None:
    """Each file: the feed, its rows, or the sentence it is refused with."""
    print("| file | taken for | rows = kept + dropped | table rows |\n|---|---|---|---|")
    for path in sorted(folder.rglob("*.*")):
        if path.suffix.lower() in (".cpg", ".prj", ".shx", ".md") or (
            path.with_suffix(".shp").is_file() and path.suffix == ".dbf"
        ):
            continue
        try:
            _, account = sg.read_with_report(path)
        except sg.SahelgeoError as refusal:
            print(f"| {path.name} | refused: {str(refusal).removeprefix(path.name + ': ')} | | |")
            continue
        dropped = ", ".join(f"{count:,} {reason}" for reason, count in account.rows_dropped.items()) or "0"
        print(
            f"| {path.name} | {account.feed}: {account.vintage} | {account.rows:,} = {account.rows_kept:,} + {dropped} | {account.table_rows:,} |"
        )


def with_rounding(phases: pd.DataFrame) -> pd.Series:
    """The 20 % rule where each printed count may be half a person more: publishers round counts after classifying."""
    people = phases[list(sg.tables.PEOPLE_BY_PHASE)].astype(float)
    analysed = people.sum(axis=1, skipna=False)
    phase = pd.Series(1, index=phases.index, dtype="Int64").mask(~(analysed > 0))
    for candidate in (2, 3, 4):
        columns = list(sg.tables.PEOPLE_BY_PHASE[candidate - 1 :])
        above = people[columns].sum(axis=1, skipna=False) + 0.5 * len(columns)
        phase = phase.mask(above >= 0.20 * analysed - 1e-9, candidate).mask(~(analysed > 0))
    return phase


def agreement(phases: pd.DataFrame, by: list[str], rule: pd.Series | None = None) -> pd.DataFrame:
    """How often the 20 % rule gives the published phase, by country (and year)."""
    rule = sg.area_phase(phases)["phase_rule"] if rule is None else rule
    both = phases.assign(rule=rule, year=phases["start"].dt.year)[phases["phase_published"].notna() & rule.notna()]
    same = (both["rule"] == both["phase_published"]).astype(float)
    grouped = same.groupby([both[name] for name in by])
    return pd.DataFrame(
        {"rows": grouped.size(), "differ": grouped.size() - grouped.sum().astype(int), "agree": grouped.mean()}
    )


def acled_alike(rows: int) -> pd.DataFrame:
    """Invented events in 5,000 places, with a note each."""
    draw, number = np.random.default_rng(1), np.arange(rows)
    place, days = draw.integers(0, 5_000, rows), pd.to_timedelta(draw.integers(0, 5_000, rows), "D")
    return pd.DataFrame(
        {
            "event_id_cnty": [f"BFO{n}" for n in number],
            "event_date": (pd.Timestamp("2010-01-01") + days).strftime("%Y-%m-%d"),
            "disorder_type": "Political violence",
            "event_type": np.array(["Battles", "Protests", "Riots"])[number % 3],
            "actor1": [f"Invented front {n % 300}" for n in number],
            "country": "Burkina Faso",
            "admin1": [f"Region {n % 13}" for n in place],
            "location": [f"Place {n}" for n in place],
            "latitude": 9 + place % 500 / 100,
            "longitude": -5 + place % 700 / 100,
            "notes": [
                f"On that day, invented people number {n} did things near the town, as a paper said." for n in number
            ],
            "fatalities": draw.integers(0, 20, rows),
            "timestamp": 1_700_000_000 + number % 1_000_000,
        }
    )


def dtm_alike(rows: int) -> pd.DataFrame:
    """Invented counts of 5,000 departments, every two weeks."""
    place, round_ = np.arange(rows) % 5_000, np.arange(rows) // 5_000
    days = pd.Timestamp("2010-01-31") + pd.to_timedelta(14 * round_, "D")
    return pd.DataFrame(
        {
            "id": np.arange(rows),
            "operation": "Lac",
            "admin0Name": "Chad",
            "admin0Pcode": "TCD",
            "admin1Name": [f"Region {n % 23}" for n in place],
            "admin1Pcode": [f"TD{n % 23:02}" for n in place],
            "admin2Name": [f"Department {n}" for n in place],
            "admin2Pcode": [f"TD{n % 23:02}{n:04}" for n in place],
            "numPresentIdpInd": np.random.default_rng(2).integers(1, 20_000, rows),
            "reportingDate": days.strftime("%Y-%m-%dT00:00:00"),
            "roundNumber": round_,
            "displacementReason": np.array(["Conflict", "Disaster"])[place % 2],
        }
    )


def processor(run) -> float:
    """The least of three processor times."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return min(taken)


def speed(rows: int) -> None:
    """Print how many times the processor's time of pandas a look-alike takes."""
    print("| look-alike | megabytes | sg.read, s | pandas as text, s | ratio |\n|---|---:|---:|---:|---:|")
    for make in (acled_alike, dtm_alike):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "file.csv")
            make(rows).to_csv(path, index=False)
            ours, theirs = processor(lambda: sg.read(path)), processor(lambda: pd.read_csv(path, dtype=str))  # noqa: B023
            size = path.stat().st_size / 1e6
            print(f"| {make.__name__} | {size:.0f} | {ours:.2f} | {theirs:.2f} | {ours / theirs:.2f} |")


def main(folder: Path) -> None:
    """Print every figure."""
    warnings.simplefilter("ignore", sg.DataWarning)
    accounts(folder)
    phases = sg.read_cadre_harmonise(folder / WORKBOOK)
    sums = phases.groupby(["iso3", "season"])["people_3plus"].sum()
    print("\n| people in phases 3 to 5 | published | read |\n|---|---|---|")
    for key, total in PUBLISHED.items():
        print(f"| {' '.join(key)} | {total:,} | {sums[key]:,.0f} |")
    every = sg.read_cadre_harmonise(folder / WORKBOOK, which="all")
    for name, rule in (
        ("sahelgeo.area_phase", None),
        ("half a person of rounding in each count", with_rounding(every)),
    ):
        total = agreement(every, ["source"], rule).iloc[0]
        print(f"\n20 % rule, {name}: {total['agree']:.2%} of {int(total['rows']):,} rows of all analyses\n")
        by_year = agreement(every, ["iso3", "year"], rule)["agree"].unstack("year")  # noqa: PD010
        print((by_year * 100).round(1).to_string(na_rep=""))
        print("\n", agreement(every, ["iso3"], rule).round(4).to_string())
    maps = [
        sg.read_ipc(path, period=("2000-01-01", "2000-01-02")) for path in folder.glob("food_security/ipc_*.geojson")
    ]
    for table in maps:
        print(
            f"\nIPC map: {agreement(table, ['source'])['agree'].iloc[0]:.2%} of {len(table)} areas; with rounding "
            f"{agreement(table, ['source'], with_rounding(table))['agree'].iloc[0]:.2%}"
        )
    ours = seconds(lambda: sg.read_cadre_harmonise(folder / WORKBOOK), 5)
    theirs = seconds(lambda: pd.read_excel(folder / WORKBOOK, engine="openpyxl"), 3)
    print(f"\nread_cadre_harmonise {statistics.median(ours):.2f} s (runs: {', '.join(f'{run:.2f}' for run in ours)})")
    print(
        f"pandas.read_excel openpyxl {statistics.median(theirs):.2f} s (runs: {', '.join(f'{run:.2f}' for run in theirs)})"
    )
    print(f"ratio {statistics.median(theirs) / statistics.median(ours):.1f}")


if __name__ == "__main__":
    speed(int(sys.argv[2])) if sys.argv[1] == "--rows" else main(Path(sys.argv[1]))
