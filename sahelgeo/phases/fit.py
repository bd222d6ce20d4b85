"""Whether people by phase fit the population beside them."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from sahelgeo.errors import DataWarning, SchemaError
from sahelgeo.sums import named_rows
from sahelgeo.tables import PEOPLE_BY_PHASE

# Printed totals and sums of phases differ by rounding (HDX HAPI, notes on the IPC data).
PEOPLE_BORNE, SHARE_BORNE = 5.0, 0.005
# Five shares rounded to two decimals, or five whole percents, miss their whole by as much.
_ROUNDED_SHARES = 0.025


def check_fit(table: pd.DataFrame, stacklevel: int) -> None:
    """Refuse shares in the place of people, and warn of people that do not add up to the population of their row."""
    population = table["population"].astype("Float64")
    people = table[list(PEOPLE_BY_PHASE)].sum(axis=1, min_count=1).astype("Float64")
    complete = table[list(PEOPLE_BY_PHASE)].notna().all(axis=1)
    gap = people - population
    # Where a phase is missing the others may be fewer than the population, but not more.
    gap = gap.abs().where(complete, gap)
    off = (gap > np.maximum(PEOPLE_BORNE, SHARE_BORNE * population)).fillna(False).to_numpy(dtype=np.bool_)
    shares = off & (population > people).fillna(False).to_numpy(dtype=np.bool_) & _is_whole(people)
    if shares.any():
        problem = (
            f"{named_rows(table, shares, ['pcode', 'place'])}: people_1 to people_5 add up to 1 or 100 beside a larger "
            "population: they are shares or percents. Write persons: the share of the population"
        )
        raise SchemaError(f"phases: {problem}", [problem])
    if off.any():
        warnings.warn(
            f"in {int(off.sum()):,} of {len(table):,} rows people_1 to people_5 do not add up to the population, within 5 "
            f"persons and 0.5 %: {named_rows(table, off, ['pcode', 'place'])}. See 'sum_minus_population' of audit_phases",
            DataWarning,
            stacklevel=stacklevel + 1,
        )


def _is_whole(people: pd.Series) -> np.ndarray:
    near = [((people - whole).abs() <= _ROUNDED_SHARES * whole).fillna(False) for whole in (1, 100)]
    return np.asarray(near[0] | near[1], dtype=np.bool_)
