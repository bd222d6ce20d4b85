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
_SEASON_AND_YEAR = re.compile(r"^(.*?)[ ,]*(\d{4})$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def times(frame: pd.DataFrame, found: Found, period: Period | None, kind: str | None) -> tuple[pd.DataFrame, list[str]]:
    """Kind, first and last day, season and day of the analysis of each row, and notes on where they are from."""
    if "reference" in frame and "kind" not in frame:
        return _times_of_codes_only(frame, found, kind), []
    if "kind" not in frame:
        return _times_from_outside(frame, found, period, kind)
    where = found.sheet.where
    notes: list[str] = []
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
        frame, notes = _with_the_labels_of_analyses(frame, where)
        exercise, exercise_year = _seasons(frame, "exercise", where)
        times["exercise"] = exercise + " " + exercise_year.astype("string")
        opens = exercise.map(lambda name: facts[name]["opens"])
        times["issued"] = pd.to_datetime(exercise_year.astype("string") + "-" + opens, format="%Y-%m-%d")
    else:
        times["issued"] = pd.NaT
    return times, notes


def _with_the_labels_of_analyses(frame: pd.DataFrame, where: str) -> tuple[pd.DataFrame, list[str]]:
    """The frame without the codes of analyses that their labels contradict, and a note on how many there were.

    WFP's files of June to August 2024 print the code of the projected season beside the label of the analysis. The
    label is taken: the code decides nothing but the day of the analysis.
    """
    if "exercise_code" not in frame:
        return frame, []
    codes = numbers(frame["exercise_code"], "exercise_code", where)
    clash = _clash(_labelled(frame, "exercise"), _coded(codes))
    if not clash.any():
        return frame, []
    note = f"in {int(clash.sum())} rows exercise_code contradicts exercise_label: the label says which analysis it is"
    return frame.assign(exercise_code=codes.mask(clash, pd.NA)), [note]


def _labelled(frame: pd.DataFrame, which: str) -> pd.Series:
    by_label = {fold(name): name for name in feeds()["cadre-harmonise"].facts["seasons"]}
    labels = texts(frame[f"{which}_label"])
    return labels.map(lambda label: by_label.get(fold(label)) if isinstance(label, str) else None).astype("string")


def _coded(codes: pd.Series) -> pd.Series:
    by_code = {float(season["code"]): name for name, season in feeds()["cadre-harmonise"].facts["seasons"].items()}
    return codes.map(by_code).astype("string")


def _clash(labelled: pd.Series, coded: pd.Series) -> pd.Series:
    return labelled.notna() & coded.notna() & (labelled != coded)


def _seasons(frame: pd.DataFrame, which: str, where: str) -> tuple[pd.Series, pd.Series]:
    season = _labelled(frame, which)
    if f"{which}_code" in frame:
        coded = _coded(numbers(frame[f"{which}_code"], f"{which}_code", where))
        clash = _clash(season, coded)
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
            f"{where}, row {row}: no season that is known in {which}_label ({text_of(frame[f'{which}_label'][row])!r}) and "
            f"{which}_year ({text_of(frame[f'{which}_year'][row])!r}). "
            f"The seasons are {', '.join(feeds()['cadre-harmonise'].facts['seasons'])}"
        )
    return season, year.astype("Int64")


def _season_days(season: pd.Series, year: pd.Series, facts: Mapping[str, Any]) -> tuple[pd.Series, pd.Series]:
    later = season.map(lambda name: int(facts[name]["end_next_year"])).astype("Int64")
    start = year.astype("string") + "-" + season.map(lambda name: facts[name]["start"]).astype("string")
    end = (year + later).astype("string") + "-" + season.map(lambda name: facts[name]["end"]).astype("string")
    return pd.to_datetime(start, format="%Y-%m-%d"), pd.to_datetime(end, format="%Y-%m-%d")


def _times_of_codes_only(frame: pd.DataFrame, found: Found, kind: str | None) -> pd.DataFrame:
    """Times of the files that print "Jan-May 2021" and do not say whether that is current or projected."""
    where = found.sheet.where
    if kind not in ("current", "projected"):
        raise FormatError(
            f"{where}: the file does not say whether its figures are current or projected"
            f"{'' if kind is None else f', and kind={kind!r} is neither'}. Say kind='current' or kind='projected'"
        )
    parts = (
        texts(frame["reference"]).str.extract(_SEASON_AND_YEAR).set_axis(["reference_label", "reference_year"], axis=1)
    )
    bad = parts["reference_year"].isna()
    if bad.any():
        row = bad.index[bad][0]
        raise FormatError(
            f"{where}, column 'reference_date', row {row} ({text_of(frame['reference'][row])!r}): a season and its year are "
            "needed, such as 'Jan-May 2021'"
        )
    season, year = _seasons(parts, "reference", where)
    start, end = _season_days(season, year, feeds()["cadre-harmonise"].facts["seasons"])
    printed = season + " " + year.astype("string")
    return pd.DataFrame({"kind": kind, "start": start, "end": end, "season": printed, "issued": pd.NaT})


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
