"""How often the checks find a planted effect, and how often they find something where nothing was planted: 500 seeded sets each.

The sets are those of the tests (tests/planted.py). One set more asks what happens to before_after when months hang together.

Usage: python docs/benchmarks/checks.py [RUNS]
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from planted import LEVEL, break_found, drift_found, hotspots_found, lag_found

import sahelgeo as sg


def remembering(seed: int, memory: float) -> bool:
    """24 months without a break whose level drifts: each month keeps a share of the last one's departure."""
    random = np.random.default_rng(seed)
    departure = [0.0]
    for _ in range(23):
        departure.append(memory * departure[-1] + random.normal(0, 0.25))
    deaths = random.poisson(20 * np.exp(departure))
    table = pd.DataFrame({"start": pd.date_range("2018-01-01", periods=24, freq="MS"), "fatalities": deaths})
    return bool(sg.before_after(table, "2019-01-01", seed=seed + 1_000_000)["p_change"].iloc[0] <= LEVEL)


def covered(seed: int) -> bool:
    """Whether the 95 % interval of before_after holds the planted change of 10 a month."""
    random = np.random.default_rng(seed)
    deaths = random.poisson(np.r_[np.full(12, 20.0), np.full(12, 30.0)])
    table = pd.DataFrame({"start": pd.date_range("2018-01-01", periods=24, freq="MS"), "fatalities": deaths})
    found = sg.before_after(table, "2019-01-01", seed=seed + 1_000_000).iloc[0]
    return bool(found["change_low"] <= 10 <= found["change_high"])


def main(runs: int) -> None:
    """Print one line for each check."""
    margin = 1.96 * math.sqrt(LEVEL * (1 - LEVEL) / runs)
    print(
        f"{runs} runs; stated rate {LEVEL:.0%}, chance alone puts it between {LEVEL - margin:.1%} and {LEVEL + margin:.1%}"
    )
    for found in (break_found, drift_found, hotspots_found, lag_found):
        null = sum(found(seed, planted=False) for seed in range(runs)) / runs
        planted = sum(found(seed, planted=True) for seed in range(runs)) / runs
        print(f"{found.__name__}: {null:.1%} of null sets, {planted:.1%} of planted sets")
    for memory in (0.3, 0.6, 0.9):
        rate = sum(remembering(seed, memory) for seed in range(runs)) / runs
        print(f"before_after, months that keep {memory:.0%} of the last one's departure, nothing planted: {rate:.1%}")
    print(
        f"before_after, 95 % interval holds the planted change: {sum(covered(seed) for seed in range(runs)) / runs:.1%}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
