"""When rows of the Cadre Harmonisé speak of: seasons as printed, turned into days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.feed import Found, feeds
from sahelgeo.readers.periods import Period, given_period
from sahelgeo.readers.printed import days, fold, numbers, text_of, texts

_PERIOD_IN_NAME = re.compile(
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[_-]?(\d{4})[_-](cur|proj)", re.IGNORECASE
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def times(frame: pd.DataFrame, found: Found, period: Period | None, kind: str | None) -> tuple[pd.DataFrame, list[str]]:
    """Kind, first and last day, season and day of the analysis of each row, and notes on where they are from."""
    if "kind" not in frame:
        return _times_from_outside(frame, found, period, kind)
    where = found.sheet.where
    season, year = _seasons(frame, "reference", where)
    facts = feeds()["cadre-harmonise"].facts["seasons"]
    start, end = _season_days(season, year, facts)
    for name, computed in (("start", start), ("end", end)):
        if name in frame:
            printed = days(frame[name], found.feed.columns[name][0], where)
            # The file's own days come first; the calendar fills what it leaves out for a whole season.
            computed.update(printed.fillna(printed.groupby([season, year]).transform("first")))
    kinds = texts(frame["kind"]).str.casefold()
    unknown = ~kinds.isin(["current", "projected"])
    if unknown.any():
        row = unknown.index[unknown][0]
        raise FormatError(
            f"{where}, column 'chtype', row {row} ({frame['kind'][row]!r}): neither current nor projected"
        )
    times = pd.DataFrame({"kind": kinds, "start": start, "end": end, "season": season + " " + year.astype("string")})
    if "exercise_year" in frame and "exercise_label" in frame:
        exercise, exercise_year = _seasons(frame, "exercise", where)
        times["exercise"] = exercise + " " + exercise_year.astype("string")
        opens = exercise.map(lambda name: facts[name]["opens"])
        times["issued"] = pd.to_datetime(exercise_year.astype("string") + "-" + opens, format="%Y-%m-%d")
    else:
        times["issued"] = pd.NaT
    return times, []


def _seasons(frame: pd.DataFrame, which: str, where: str) -> tuple[pd.Series, pd.Series]:
    facts = feeds()["cadre-harmonise"].facts["seasons"]
    by_code = {float(season["code"]): name for name, season in facts.items()}
    by_label = {fold(name): name for name in facts}
    labels = texts(frame[f"{which}_label"])
    season = labels.map(lambda label: by_label.get(fold(label)) if isinstance(label, str) else None).astype("string")
    if f"{which}_code" in frame:
        coded = numbers(frame[f"{which}_code"], f"{which}_code", where).map(by_code).astype("string")
        clash = season.notna() & coded.notna() & (season != coded)
        if clash.any():
            row = clash.index[clash][0]
            raise FormatError(
                f"{where}, row {row}: {which}_code says {coded[row]} and {which}_label says {season[row]}. Correct one"
            )
        season = season.fillna(coded)
    year = numbers(frame[f"{which}_year"], f"{which}_year", where)
    bad = season.isna() | year.isna() | (year < 1990) | (year > 2100) | (year % 1 != 0)
    if bad.any():
        row = bad.index[bad][0]
        raise FormatError(
            f"{where}, row {row}: no season that is known in {which}_label ({text_of(labels[row])!r}) and {which}_year "
            f"({text_of(frame[f'{which}_year'][row])!r}). The seasons are {', '.join(facts)}"
        )
    return season, year.astype("Int64")


def _season_days(season: pd.Series, year: pd.Series, facts: Mapping[str, Any]) -> tuple[pd.Series, pd.Series]:
    later = season.map(lambda name: int(facts[name]["end_next_year"])).astype("Int64")
    start = year.astype("string") + "-" + season.map(lambda name: facts[name]["start"]).astype("string")
    end = (year + later).astype("string") + "-" + season.map(lambda name: facts[name]["end"]).astype("string")
    return pd.to_datetime(start, format="%Y-%m-%d"), pd.to_datetime(end, format="%Y-%m-%d")


def _times_from_outside(
    frame: pd.DataFrame, found: Found, period: Period | None, kind: str | None
) -> tuple[pd.DataFrame, list[str]]:
    if period is not None:
        first, last = given_period(period)
        if kind not in ("current", "projected"):
            raise FormatError(f"kind={kind!r}: say whether the file is 'current' or 'projected'")
        times = {"kind": kind, "start": first, "end": last, "issued": pd.NaT}
        return pd.DataFrame(times, index=frame.index), []
    named = _PERIOD_IN_NAME.search(found.sheet.file)
    if named is None:
        raise FormatError(
            f"{found.sheet.where}: neither the file nor its name says the period. Give it: "
            "period=('2020-06-01', '2020-08-31'), kind='current'"
        )
    facts = feeds()["cadre-harmonise"].facts["seasons"]
    month = _MONTHS.index(named[1].lower()) + 1
    season = next(name for name, entry in facts.items() if month in entry["months"])
    year = pd.Series(int(named[2]), index=frame.index, dtype="Int64")
    start, end = _season_days(pd.Series(season, index=frame.index), year, facts)
    kinds = "current" if named[3].lower() == "cur" else "projected"
    note = (
        f"the period ({season} {named[2]}, {kinds}) is taken from the name of the file: the file itself does not say it"
    )
    times = {"kind": kinds, "start": start, "end": end, "season": f"{season} {named[2]}", "issued": pd.NaT}
    return pd.DataFrame(times, index=frame.index), [note]
