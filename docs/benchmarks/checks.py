"""How often the checks find a planted effect, and how often they find something where nothing was planted: 500 seeded sets each.

The sets are those of the tests (tests/planted.py). More sets ask what happens to before_after when months hang together.

Usage: python docs/benchmarks/checks.py [RUNS [FIRST SEED [CHECK]]], such as 4000 500 drift_found for other seeds of one check
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from planted import LEVEL, break_found, drift_found, hotspots_found, lag_found

import sahelgeo as sg


def remembering(seed: int, kept: float, memory: float | None) -> bool:
    """24 months without a break whose level drifts: each month keeps a share of the last one's departure."""
    random = np.random.default_rng(seed)
    departure = [0.0]
    for _ in range(23):
        departure.append(kept * departure[-1] + random.normal(0, 0.25))
    return found_in(random.poisson(20 * np.exp(departure)), memory)["p_change"] <= LEVEL


def broken(seed: int, memory: float | None) -> tuple[bool, bool]:
    """Twelve months of 20 and twelve of 30: whether it is found, and whether the 95 % interval holds the 10."""
    random = np.random.default_rng(seed)
    found = found_in(random.poisson(np.r_[np.full(12, 20.0), np.full(12, 30.0)]), memory)
    return found["p_change"] <= LEVEL, found["change_low"] <= 10 <= found["change_high"]


def found_in(deaths: npt.NDArray[np.int64], memory: float | None) -> pd.Series:
    """What before_after says of 24 months."""
    table = pd.DataFrame({"start": pd.date_range("2018-01-01", periods=24, freq="MS"), "fatalities": deaths})
    return sg.events.before_after(table, "2019-01-01", memory=memory).iloc[0]


def main(runs: int, first: int = 0, only: str = "") -> None:
    """Print one line for each check, or for one of them alone."""
    seeds = range(first, first + runs)
    margin = 1.96 * math.sqrt(LEVEL * (1 - LEVEL) / runs)
    print(
        f"{runs} runs, seeds {first} to {first + runs - 1}; stated rate {LEVEL:.0%}, chance alone puts it between {LEVEL - margin:.1%} and {LEVEL + margin:.1%}"
    )
    for found in (break_found, drift_found, hotspots_found, lag_found):
        if only not in ("", found.__name__):
            continue
        null = sum(found(seed, planted=False) for seed in seeds) / runs
        planted = sum(found(seed, planted=True) for seed in seeds) / runs
        print(f"{found.__name__}: {null:.1%} of null sets, {planted:.1%} of planted sets", flush=True)
    for memory in (None, 0.0) if not only else ():
        print(f"before_after, memory {'estimated' if memory is None else 'taken as none'}")
        for kept in (0.0, 0.3, 0.6, 0.9):
            rate = sum(remembering(seed, kept, memory) for seed in seeds) / runs
            print(f"  months that keep {kept:.0%} of the last one's departure, nothing planted: {rate:.1%}", flush=True)
        finds, held = np.mean([broken(seed, memory) for seed in seeds], axis=0)
        print(f"  planted change found {finds:.1%}, held by the 95 % interval {held:.1%}", flush=True)


if __name__ == "__main__":
    numbers = [int(given) for given in sys.argv[1:3]]
    main(*(numbers or [500]), only=sys.argv[3] if len(sys.argv) > 3 else "")
