"""Periods given by hand, for files that do not say theirs."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import pandas as pd

from sahelgeo.checks import day_or_none
from sahelgeo.errors import FormatError

Day: TypeAlias = "dt.date | str"
Period: TypeAlias = "tuple[Day, Day]"


def given_day(day: Day, argument: str) -> pd.Timestamp:
    """A day that was given as an argument.

    Raises
    ------
    FormatError
        It is not a day.
    """
    found = day_or_none(day)
    if found is None:
        raise FormatError(f"{argument}={day!r} is not a day. Give it as YYYY-MM-DD")
    return found


def given_period(period: Period) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and last day that were given as an argument.

    Raises
    ------
    FormatError
        Not two days in their order.
    """
    if not isinstance(period, tuple | list) or len(period) != 2:
        raise FormatError(
            f"period={period!r} is not two days. Give the first and the last: ('2020-06-01', '2020-08-31')"
        )
    first, last = (given_day(day, "period") for day in period)
    if first > last:
        raise FormatError(f"period={period!r} ends before it starts. Give the first day, then the last")
    return first, last
