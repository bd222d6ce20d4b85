"""Rows of counts that several feeds print alike: groups side by side, and the day of a count in titles and names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from sahelgeo.errors import SHOWN_AT_MOST, FormatError, listed
from sahelgeo.readers.columns import Day, day_in, given_day, one_day
from sahelgeo.readers.printed import MONTHS, fold, text_of
from sahelgeo.readers.rows import Rows

_MONTH_AND_YEAR = re.compile(rf"(?<![a-z])({'|'.join(sorted(MONTHS, key=len, reverse=True))})\.? ?(20\d\d|\d\d)(?!\d)")
_ENGLISH = re.compile(r"\b(as (of|at)|updated|until|dated?) .*\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}", re.IGNORECASE)
_NUMBER_AND_YEAR = re.compile(r"(?<!\d)(0?[1-9]|1[0-2]) (20\d\d)(?!\d)")


def groups_apart(rows: Rows, base: pd.DataFrame) -> pd.DataFrame:
    """A row for each group that a row counts: the columns of people that the feed declares in ``counted``.

    A reason that the file prints is that of the displaced; what a group came for is said in ``counted``.
    """
    tables = []
    for name, counted in rows.facts["counted"].items():
        if name in rows:
            people = rows.persons(name)
            printed = base["reason"] if "reason" in base and counted["group"] == "idp" else None
            part = base.assign(group=counted["group"], reason=counted.get("reason", printed), people=people)
            if any(f"{other}_households" in rows for other in rows.facts["counted"]):
                part["households"] = rows.number(f"{name}_households").round()
            tables.append(part[people.notna()])
    table = pd.concat(tables).sort_index(kind="stable")
    rows.no_figure(table)
    return table


def drop_nameless(rows: Rows, nameless: pd.Series, figures: Iterable[pd.Series], reason: str = "total") -> None:
    """Leave out the rows that name no area: totals. Those that are not the sum of the others are said."""
    unlike, people = pd.Series(False, index=nameless.index), 0.0
    for counted in figures:
        other = nameless & (counted > 0) & ((counted - counted[~nameless].sum()).abs() > 1)
        people += float(counted[other.fillna(False) & ~unlike].sum())
        unlike |= other.fillna(False).astype(bool)
    rows.doubt(
        unlike,
        f"they name no area and were left out with their {people:,.0f} people, though they are not the total of the "
        "others",
    )
    rows.drop(nameless, reason)


def said_once(rows: Rows, printed: pd.Series, name: str, *, given: Any = None) -> pd.Series:
    """What some rows print, for the others too: as it is given, or where all that is printed is the same.

    Raises
    ------
    FormatError
        The rows that print nothing, where the others differ.
    """
    blank = printed.isna()
    if not blank.any():
        return printed
    heading, where = rows.found.heading(name), listed(list(printed.index[blank]), SHOWN_AT_MOST)
    only = printed.dropna().unique()
    if given is None and len(only) > 1:
        raise FormatError(
            f"{rows.where}, column {heading!r}, row(s) {where}: empty, and the other rows differ. Write the {name} in "
            "each row"
        )
    if given is None:
        rows.doubts.append(f"column {heading!r}, row(s) {where}: empty, and read as the {name} of the other rows")
    return printed.fillna(only[0] if given is None else given)


def day_of_count(rows: Rows, date: Day | None) -> pd.Timestamp | pd.Series:
    """The day of a count: as given, or as printed in the rows, in the titles above them, or in a name.

    Raises
    ------
    FormatError
        No day, or several in the titles.
    """
    if date is not None:
        return given_day(date, "date")
    printed = rows.day("date")
    if printed.notna().any():
        return said_once(rows, printed, "date")
    found = rows.found
    above = found.sheet.cells.loc[found.sheet.cells.index < found.header]
    titles = [text_of(cell) for row in above.itertuples(index=False) for cell in row]
    names = [*titles, found.sheet.name]
    days = {day for title in names if (day := day_in(title, day_first=rows.day_first)) is not None}
    if len(days) > 1:
        said = ", ".join(map(str, sorted(days)))
        raise FormatError(
            f"{rows.where}: the titles name several days ({said}). Give the day of the count: date='{max(days)}'"
        )
    if days:
        if rows.how.get("day_first") is None and any(
            _ENGLISH.search(name) and not day_in(name, day_first=None) for name in names
        ):
            rows.doubts.append(
                f"the title is in English, and its day was read as {min(days)}, with the day first. Say "
                "day_first=False if the month comes first"
            )
        return pd.Timestamp(days.pop())
    for name in (found.sheet.name, found.sheet.file):
        exact, months = day_in(name, day_first=rows.day_first), months_in(name)
        if exact is not None or months:
            day = exact or max(months)
            month = "" if exact else ": the last day of its month"
            rows.notes.append(f"the day {day} is taken from the name {name!r}{month}")
            return pd.Timestamp(day)
    raise FormatError(
        f"{rows.where}: neither the titles, the names of the sheet and the file nor the rows say the day of the count. "
        "Give it: date='2020-11-30'"
    )


def months_in(name: str) -> list[dt.date]:
    """The last day of every month that a name speaks of ("PDI-Site_Nov20+ Diffa janv21").

    Examples
    --------
    >>> from sahelgeo.readers.stock_rows import months_in
    >>> [str(day) for day in months_in("PDI-Site_Nov20+ Diffa janv21")]
    ['2020-11-30', '2021-01-31']
    """
    folded = re.sub(r"(?<=[a-z])(?=\d)", " ", fold(name))
    named = _MONTH_AND_YEAR.findall(folded) + _NUMBER_AND_YEAR.findall(folded)
    found = [one_day(f"{month} {year}" if month.isalpha() else f"{month}-{year}", "last") for month, year in named]
    return [day for day in found if day is not None]
