"""The periods of a long table: which rows are of which validity window or day, and how that is said in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import SchemaError, listed
from sahelgeo.tables import PHASE_KINDS
from sahelgeo.words import word, write_day, write_period

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """One period of a long table.

    Attributes
    ----------
    start, end : datetime.date
        First and last day; the same for counts on a day.
    kind : str
        "current", "projected", "second_projected" where the table says so, else "".
    rows : tuple of int
        Positions of its rows in the table; none for a gap between two windows.
    """

    start: dt.date
    end: dt.date
    kind: str
    rows: tuple[int, ...]

    def label(self, lang: str) -> str:
        """The period in words, with its kind; a gap says that it is one."""
        days = write_day(self.start, lang) if self.start == self.end else write_period(self.start, self.end, lang)
        said = word("period_gap", lang) if not self.rows else word(f"kind_{self.kind}", lang) if self.kind else ""
        return f"{days}, {said}" if said else days

    def overlaps(self, other: Period) -> bool:
        """Whether the two have a day in common."""
        return self.start <= other.end and other.start <= self.end


def split_periods(table: pd.DataFrame) -> list[Period]:
    """The periods of a table in order of time, by ``start``, ``end`` and ``kind``, else by ``as_of``, else by ``date``.

    Windows that overlap stay apart. Where no window holds the days between two others, there is a period without rows.
    """
    if "start" in table and "end" in table:
        return _with_gaps(_windows(table, "start", "end"))
    for label in ("as_of", "date"):
        if label in table:
            return _windows(table, label, label)
    raise SchemaError(
        f"TimeLayer: the table has neither start and end nor as_of nor date. Found: {listed(list(table.columns), 20)}"
    )


def _windows(table: pd.DataFrame, start: str, end: str) -> list[Period]:
    days = pd.DataFrame({label: checks.days(table[label], "TimeLayer") for label in dict.fromkeys((start, end))})
    undated = days.isna().any(axis=1)
    if undated.any():
        raise SchemaError(
            f"TimeLayer: no readable {' or '.join(days.columns)} in rows {listed(list(table.index[undated]), 5)}. Fill it in, or leave these rows out"
        )
    turned = days[start] > days[end]
    if turned.any():
        raise SchemaError(f"TimeLayer: the period ends before it starts in rows {listed(list(table.index[turned]), 5)}")
    has_kind = start != end and "kind" in table
    kinds = table["kind"].astype("object").fillna("") if has_kind else pd.Series("", index=table.index)
    strange = sorted(set(kinds) - {*PHASE_KINDS, ""})
    if strange:
        raise SchemaError(f"TimeLayer: kind {listed(strange, 5)} is not one of {', '.join(PHASE_KINDS)}")
    found: dict[tuple[dt.date, dt.date, str], list[int]] = {}
    for position, key in enumerate(zip(days[start].dt.date, days[end].dt.date, kinds, strict=True)):
        found.setdefault(key, []).append(position)
    order = {kind: number for number, kind in enumerate(("", *PHASE_KINDS))}
    keys = sorted(found, key=lambda key: (key[0], key[1], order[key[2]]))
    return [Period(*key, tuple(found[key])) for key in keys]


def _with_gaps(periods: list[Period]) -> list[Period]:
    whole: list[Period] = []
    for period in periods:
        if whole:
            last = max(one.end for one in whole)
            if period.start > last + _ONE_DAY:
                whole.append(Period(last + _ONE_DAY, period.start - _ONE_DAY, "", ()))
        whole.append(period)
    return whole
