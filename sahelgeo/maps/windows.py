"""When the rows of a table are: validity windows or days, told apart and in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import SchemaError, listed
from sahelgeo.tables import PHASE_KINDS
from sahelgeo.words import word, write_period

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
        days = write_period(self.start, self.end, lang)
        said = word("period_gap", lang) if not self.rows else word(f"kind_{self.kind}", lang) if self.kind else ""
        return f"{days}, {said}" if said else days

    def overlaps(self, other: Period) -> bool:
        """Whether the two have a day in common."""
        return self.start <= other.end and other.start <= self.end


def columns_of_days(table: pd.DataFrame) -> tuple[str, ...]:
    """The columns that say when: ``start`` and ``end``, else ``as_of``, else ``date``; none where no row says it."""
    if {"start", "end"} <= set(table.columns) and table["start"].notna().any():
        return "start", "end"
    return tuple([label for label in ("as_of", "date") if label in table and table[label].notna().any()][:1])


def period_in_words(table: pd.DataFrame, lang: str) -> str:
    """The period that the rows span; empty where there is none."""
    labels = columns_of_days(table)
    if not labels:
        return ""
    first, last = (checks.days(table[label], "layer") for label in (labels[0], labels[-1]))
    return write_period(first.min().date(), last.max().date(), lang)


def split_periods(table: pd.DataFrame, name: str) -> list[Period]:
    """The periods of a table in order of time, by ``start``, ``end`` and ``kind``, else by ``as_of``, else by ``date``.

    Windows that overlap stay apart. Where no window holds the days between two others, there is a period without rows.
    """
    labels = columns_of_days(table)
    if not labels:
        raise SchemaError(
            f"{name}: no row says when: start and end, as_of and date are missing or empty. "
            f"Found: {listed(list(table.columns), 20)}"
        )
    for label in labels:
        checks.filled(table, name, label, "Fill it in, or leave these rows out")
    first, last = (checks.days(table[label], name) for label in (labels[0], labels[-1]))
    turned = first > last
    if turned.any():
        rows = listed(list(table.index[turned]), 5)
        raise SchemaError(f"{name}: the period ends before it starts in rows {rows}")
    windows = len(labels) == 2
    kinds = pd.Series("", index=table.index)
    if windows and "kind" in table:
        kinds = table["kind"].astype("object").fillna("")
        for kind in kinds.unique():
            checks.choice(("", *PHASE_KINDS), kind=kind)
    found: dict[tuple[dt.date, dt.date, str], list[int]] = {}
    for position, key in enumerate(zip(first.dt.date, last.dt.date, kinds, strict=True)):
        found.setdefault(key, []).append(position)
    keys = sorted(found, key=lambda key: (key[0], key[1], ("", *PHASE_KINDS).index(key[2])))
    periods = [Period(*key, tuple(found[key])) for key in keys]
    return _with_gaps(periods) if windows else periods


def _with_gaps(periods: list[Period]) -> list[Period]:
    whole: list[Period] = []
    for period in periods:
        if whole:
            last = max(one.end for one in whole)
            if period.start > last + _ONE_DAY:
                whole.append(Period(last + _ONE_DAY, period.start - _ONE_DAY, "", ()))
        whole.append(period)
    return whole
