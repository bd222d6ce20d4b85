"""When rows of the Cadre Harmonisé speak of: seasons as printed, turned into days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.columns import Period, given_period
from sahelgeo.readers.feed import feeds
from sahelgeo.readers.printed import fold, text_of, texts
from sahelgeo.readers.rows import Rows

_PERIOD_IN_NAME = re.compile(
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[_-]?(\d{4})[_-](cur|proj)", re.IGNORECASE
)
_SEASON_AND_YEAR = re.compile(r"^(.*?)[ ,]*(\d{4})$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


# Which season each analysis calls current and projected, by the season of its month; the second figure is the year's offset.
SITUATIONS: Mapping[str, Mapping[str, tuple[str, int]]] = {
    "Sep-Dec": {"current": ("Sep-Dec", 0), "projected": ("Jun-Aug", 1)},
    "Jan-May": {"current": ("Jan-May", 0), "projected": ("Jun-Aug", 0)},
    "Jun-Aug": {"current": ("Jun-Aug", 0)},
}


def seasons() -> Mapping[str, Any]:
    """The seasons of the analyses with their days, by the label that files print."""
    found: Mapping[str, Any] = feeds()["cadre-harmonise"].facts["seasons"]
    return found


def season_of(month: int) -> str:
    """The season that an analysis of this month is of."""
    return next(name for name, season in seasons().items() if month in season["months"])


def times(rows: Rows, period: Period | None, kind: str | None) -> pd.DataFrame:
    """Kind, first and last day, season and day of the analysis of each row."""
    if "reference" in rows and "kind" not in rows:
        return _times_of_codes_only(rows, kind)
    if "kind" not in rows:
        return _times_from_outside(rows, period, kind)
    season, year = _seasons(rows, rows.frame, "reference")
    start, end = _season_days(season, year)
    for name, computed in (("start", start), ("end", end)):
        if name in rows:
            printed = rows.day(name)
            # The file's own days come first; the calendar fills what it leaves out for a whole season.
            computed.update(printed.fillna(printed.groupby([season, year]).transform("first")))
    kinds = rows.word(
        "kind", {"current": "current", "projected": "projected"}, "neither current nor projected", case=False
    )
    times = pd.DataFrame({"kind": kinds, "start": start, "end": end, "season": season + " " + year.astype("string")})
    times["issued"] = pd.NaT
    if "exercise_year" in rows and "exercise_label" in rows:
        exercise, exercise_year = _seasons(rows, _with_the_labels_of_analyses(rows), "exercise")
        times["exercise"] = exercise + " " + exercise_year.astype("string")
        opens = exercise.map(lambda name: seasons()[name]["opens"])
        times["issued"] = pd.to_datetime(exercise_year.astype("string") + "-" + opens, format="%Y-%m-%d")
    return times


def _with_the_labels_of_analyses(rows: Rows) -> pd.DataFrame:
    """The frame without the codes of analyses that their labels contradict; how many there were is noted.

    WFP's files of June to August 2024 print the code of the projected season beside the label of the analysis. The
    label is taken: the code decides nothing but the day of the analysis.
    """
    if "exercise_code" not in rows:
        return rows.frame
    codes = rows.number("exercise_code")
    clash = _clash(_labelled(rows.frame, "exercise"), _coded(codes))
    if not clash.any():
        return rows.frame
    rows.notes.append(
        f"in {int(clash.sum())} rows exercise_code contradicts exercise_label: the label says which analysis it is"
    )
    return rows.frame.assign(exercise_code=codes.mask(clash, pd.NA))


def _labelled(frame: pd.DataFrame, which: str) -> pd.Series:
    by_label = {fold(name): name for name in seasons()}
    labels = texts(frame[f"{which}_label"])
    return labels.map(lambda label: by_label.get(fold(label)) if isinstance(label, str) else None).astype("string")


def _coded(codes: pd.Series) -> pd.Series:
    by_code = {float(season["code"]): name for name, season in seasons().items()}
    return codes.map(by_code).astype("string")


def _clash(labelled: pd.Series, coded: pd.Series) -> pd.Series:
    return labelled.notna() & coded.notna() & (labelled != coded)


def _seasons(rows: Rows, frame: pd.DataFrame, which: str) -> tuple[pd.Series, pd.Series]:
    where, label, code = rows.where, f"{which}_label", f"{which}_code"
    season = _labelled(frame, which)
    read = rows.numbers({name: frame[name] for name in (code, f"{which}_year") if name in frame}, {})
    if code in read:
        coded = _coded(read[code])
        clash = _clash(season, coded)
        if clash.any():
            row = clash.index[clash][0]
            raise FormatError(
                f"{where}, row {row}: {code} says {coded[row]} and {label} says {season[row]}. Correct one"
            )
        season = season.fillna(coded)
    year = read[f"{which}_year"]
    bad = season.isna() | year.isna() | (year < 1990) | (year > 2100) | (year % 1 != 0)
    if bad.any():
        row = bad.index[bad][0]
        raise FormatError(
            f"{where}, row {row}: no season that is known in {label} ({text_of(frame[label][row])!r}) and "
            f"{which}_year ({text_of(frame[f'{which}_year'][row])!r}). The seasons are {', '.join(seasons())}"
        )
    return season, year.astype("Int64")


def _season_days(season: pd.Series, year: pd.Series) -> tuple[pd.Series, pd.Series]:
    facts = seasons()
    later = season.map(lambda name: int(facts[name]["end_next_year"])).astype("Int64")
    start = year.astype("string") + "-" + season.map(lambda name: facts[name]["start"]).astype("string")
    end = (year + later).astype("string") + "-" + season.map(lambda name: facts[name]["end"]).astype("string")
    return pd.to_datetime(start, format="%Y-%m-%d"), pd.to_datetime(end, format="%Y-%m-%d")


def _times_of_codes_only(rows: Rows, kind: str | None) -> pd.DataFrame:
    """Times of the files that print "Jan-May 2021" and do not say whether that is current or projected."""
    if kind not in ("current", "projected"):
        raise FormatError(
            f"{rows.where}: the file does not say whether its figures are current or projected"
            f"{'' if kind is None else f', and kind={kind!r} is neither'}. Say kind='current' or kind='projected'"
        )
    parts = rows.text("reference").str.extract(_SEASON_AND_YEAR).set_axis(["reference_label", "reference_year"], axis=1)
    rule = "a season and its year are needed, such as 'Jan-May 2021'"
    rows.refuse(parts["reference_year"], parts["reference_year"].isna(), "reference", rule)
    season, year = _seasons(rows, parts, "reference")
    start, end = _season_days(season, year)
    printed = season + " " + year.astype("string")
    return pd.DataFrame({"kind": kind, "start": start, "end": end, "season": printed, "issued": pd.NaT})


def _times_from_outside(rows: Rows, period: Period | None, kind: str | None) -> pd.DataFrame:
    index = rows.frame.index
    if period is not None:
        first, last = given_period(period)
        if kind not in ("current", "projected"):
            raise FormatError(f"kind={kind!r}: say whether the file is 'current' or 'projected'")
        return pd.DataFrame({"kind": kind, "start": first, "end": last, "issued": pd.NaT}, index=index)
    named = _PERIOD_IN_NAME.search(rows.found.sheet.file)
    if named is None:
        raise FormatError(
            f"{rows.where}: neither the file nor its name says the period. Give it: "
            "period=('2020-06-01', '2020-08-31'), kind='current'"
        )
    exercise = season_of(_MONTHS.index(named[1].lower()) + 1)
    kinds = "current" if named[3].lower() == "cur" else "projected"
    if kinds not in SITUATIONS[exercise]:
        raise FormatError(
            f"{rows.where}: the name says {kinds}, and an analysis of {exercise} projects nothing. Give period= and kind="
        )
    name, later = SITUATIONS[exercise][kinds]
    when = int(named[2]) + later
    start, end = _season_days(pd.Series(name, index=index), pd.Series(when, index=index, dtype="Int64"))
    if kinds == "projected" and "projected_end" in seasons()[name]:
        end = pd.Series(pd.Timestamp(f"{when}-{seasons()[name]['projected_end']}"), index=index)
    rows.notes.append(
        f"the period ({name} {when}, {kinds}) is taken from the name of the file: the file itself does not say it"
    )
    return pd.DataFrame(
        {"kind": kinds, "start": start, "end": end, "season": f"{name} {when}", "issued": pd.NaT}, index=index
    )
