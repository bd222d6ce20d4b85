"""Months, quarters and years: the period that each day lies in, and every period of a span."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from sahelgeo import checks

Frequency = Literal["MS", "QS", "YS"]
_CODES = {"MS": "M", "QS": "Q", "YS": "Y"}
_WORDS = {"MS": "month", "QS": "quarter", "YS": "year"}


def period_code(freq: str) -> str:
    """The code of pandas for periods of a frequency (``MS``: ``M``); a frequency that is not known is refused."""
    checks.choice(checks.FREQUENCIES, freq=freq)
    return _CODES[freq]


def periods_of(days: pd.Series, freq: str) -> pd.DataFrame:
    """The first and the last day (``start``, ``end``) of the period that each day lies in."""
    # Few periods, many rows: the calendar is asked once for each day.
    codes, unique = pd.factorize(days)
    ends = _ends(pd.DatetimeIndex(unique).to_period(period_code(freq)))
    return ends.reindex(codes).set_axis(days.index)


def every_period(first: pd.Timestamp, last: pd.Timestamp, freq: str) -> pd.DataFrame:
    """The first and the last day (``start``, ``end``) of every period from one day to another."""
    return _ends(pd.period_range(first, last, freq=period_code(freq)))


def _ends(periods: pd.PeriodIndex) -> pd.DataFrame:
    ends = {"start": periods.start_time, "end": periods.end_time.normalize()}
    return pd.DataFrame({name: days.to_numpy().astype("datetime64[us]") for name, days in ends.items()})


def days_covered(periods: pd.DataFrame) -> int:
    """How many days lie in any of the periods (``start``, ``end``)."""
    spans = periods.sort_values("start")
    reached = spans["end"].cummax().shift() + pd.Timedelta(days=1)
    first = spans["start"].where(~(reached > spans["start"]), reached)
    return int(((spans["end"] - first).dt.days + 1).clip(lower=0).sum())


def without_gaps(starts: pd.DatetimeIndex) -> tuple[pd.DatetimeIndex, str]:
    """The starts from the first to the last, those that a table lacks too, and what one period is called.

    ``starts`` are sorted, each once. A gap must not shorten a lag or lengthen a run. Where every third month has a row
    these are quarters; where months lie apart unevenly they are months with gaps; days that begin no month are left as
    they are.
    """
    if starts.empty:
        return starts, "period"
    even = len(set(np.diff(starts.year * 12 + starts.month))) == 1
    for freq, word in _WORDS.items():
        every = pd.date_range(starts[0], starts[-1], freq=freq)
        whole = len(starts) == len(every)
        if starts.isin(every).all() and (whole or (freq == "MS" and not even)):
            return every, word
    return starts, "period"
