"""Rows without an origin that are the total of the rows with origins beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sahelgeo.sums import Mask, group_numbers, named_rows, refuse

# One origin and an unknown rest of the same small number is a coincidence that happens.
_NO_COINCIDENCE = 100


def refuse_totals(table: pd.DataFrame, keys: Sequence[str], shown: Sequence[str]) -> None:
    """Raise where a row of unknown origin has exactly the people of all rows with origins of the same key."""
    rows = _totals(table, [name for name in keys if name in table], table["origin"].isna())
    if "reason" in table:
        without = table["origin"].isna() & table["reason"].isna()
        rows |= _totals(table, [name for name in keys if name in table and name != "reason"], without)
    text = (
        f"{named_rows(table, rows, shown)}: the people without an origin are as many as all those with one. Drop the total "
        "(table[table['origin'].notna()]) or the parts. If they are further people after all, write an origin such as 'unknown'"
    )
    refuse(table, "The sum would count a total beside its parts:", [text] if rows.any() else [], rows)


def _totals(table: pd.DataFrame, keys: list[str], is_total: pd.Series) -> Mask:
    if not is_total.any() or is_total.all():
        return np.zeros(len(table), dtype=np.bool_)
    groups = group_numbers(table, keys)
    people = table["people"]
    totals = people.where(is_total).groupby(groups).sum(min_count=1)
    parts = people.where(~is_total).groupby(groups).sum(min_count=1)
    counted = ((people > 0).fillna(False) & ~is_total).groupby(groups).sum()
    equal = (
        (totals == parts).fillna(False)
        & ((counted > 1) | (parts >= _NO_COINCIDENCE).fillna(False))
        & (parts > 0).fillna(False)
    )
    return np.asarray(equal.to_numpy(dtype=np.bool_)[groups], dtype=np.bool_)
