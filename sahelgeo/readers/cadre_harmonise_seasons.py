"""When rows of the Cadre Harmonisé speak of: seasons as printed, turned into days."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.columns import Period, day_in, given_period
from sahelgeo.readers.feed import feeds
from sahelgeo.readers.printed import fold, text_of, texts
from sahelgeo.readers.rows import Rows
from sahelgeo.readers.stock_rows import months_in, said_once

_KIND_IN_NAME = re.compile(r"\b(cur|proj)")
_SEASON_AND_YEAR = re.compile(r"^(.*?)[ ,]*(\d{4})$")


def seasons() -> Mapping[str, Any]:
    """The seasons of the analyses with their days, by the label that files print."""
    found: Mapping[str, Any] = feeds()["cadre-harmonise"].facts["seasons"]
    return found


def times(rows: Rows, period: Period | None, kind: str | None) -> pd.DataFrame:
    """Kind, first and last day, season and day of the analysis of each row."""
    if "kind" in rows:
        return _printed_times(rows)
    return _times_of_codes_only(rows, kind) if "reference" in rows else _times_from_outside(rows, period, kind)


def times_of_cycle(rows: Rows, kind: str, period: Period | None) -> pd.DataFrame:
    """Times of a situation of Tableau 4, which prints the month of its cycle ("mars 2021")."""
    index = rows.frame.index
    if period is not None and kind == "current":
        return pd.DataFrame(dict(zip(("start", "end"), given_period(period), strict=True)), index=index)
    printed = rows.text("cycle")
    printed = said_once(rows, printed, "cycle") if printed.notna().any() else printed
    times = []
    for cycle in printed.unique():
        here, text = index[printed.eq(cycle).fillna(True)], text_of(cycle)
        day = day_in(text, day_first=rows.day_first) or next(iter(months_in(text)), None)
        if day is None:
            raise FormatError(
                f"{rows.where}, column 'Date du cycle', row {here[0]} ({text!r}): no month and year. "
                "Write it as 'mars 2021'"
            )
        times.append(_situation(rows, day, kind).assign(issued=pd.Timestamp(day.replace(day=1))).loc[here])
    return pd.concat(times).reindex(index)


def _calendar(season: pd.Series, year: pd.Series) -> pd.DataFrame:
    """First and last day of each season of a year, and its name."""
    own = pd.DataFrame(seasons()).T.reindex(season).set_axis(season.index)
    first, last = year.astype("string"), (year + own["end_next_year"].astype(int)).astype("string")
    start, end = (
        pd.to_datetime(printed + "-" + own[name].astype("string"), format="%Y-%m-%d")
        for name, printed in (("start", first), ("end", last))
    )
    return pd.DataFrame({"start": start, "end": end, "season": season + " " + first, "issued": pd.NaT})


def _situation(rows: Rows, day: dt.date, kind: str) -> pd.DataFrame:
    """The season that an analysis of a month calls current, or the one that it projects."""
    exercise = next(name for name, season in seasons().items() if day.month in season["months"])
    plan = seasons()[exercise]
    if kind != "current" and "projects" not in plan:
        raise FormatError(
            f"{rows.where}: an analysis of {exercise} has no {kind} situation in the calendar of the analyses. "
            "Give period= and kind="
        )
    name, later = (exercise, 0) if kind == "current" else (plan["projects"], plan["projects_years_later"])
    season, year = (pd.Series(value, rows.frame.index) for value in (name, day.year + later))
    return _calendar(season.astype("string"), year).assign(exercise=f"{exercise} {day.year}")


def _printed_times(rows: Rows) -> pd.DataFrame:
    season, year = _seasons(rows, rows.frame, "reference")
    times = _calendar(season, year)
    for name in ("start", "end"):
        # The file's own days come first; the calendar fills what it leaves out for a whole season.
        printed = rows.day(name)
        times[name] = printed.fillna(printed.groupby([season, year]).transform("first")).fillna(times[name])
    kinds = {"current": "current", "projected": "projected"}
    times["kind"] = rows.word("kind", kinds, "neither current nor projected", case=False)
    if "exercise_year" in rows and "exercise_label" in rows:
        exercise, year = _seasons(rows, rows.frame, "exercise")
        times["exercise"] = exercise + " " + year.astype("string")
        opens = exercise.map({name: season["opens"] for name, season in seasons().items()})
        times["issued"] = pd.to_datetime(year.astype("string") + "-" + opens, format="%Y-%m-%d")
    return times


def _seasons(rows: Rows, frame: pd.DataFrame, which: str) -> tuple[pd.Series, pd.Series]:
    """Season and year of each row, by the label, else by the code.

    WFP's files of June to August 2024 print the code of the projected season beside the label of the analysis: the
    label is taken, since the code decides nothing but the day of the analysis.
    """
    label, code = f"{which}_label", f"{which}_code"
    by_label = {fold(name): name for name in seasons()}
    season = texts(frame[label]).map(lambda text: by_label.get(fold(text)), na_action="ignore").astype("string")
    read = rows.numbers({name: frame[name] for name in (code, f"{which}_year") if name in frame}, {})
    if code in read:
        coded = read[code].map({float(season["code"]): name for name, season in seasons().items()}).astype("string")
        clash = (season != coded).fillna(False)
        if clash.any() and which == "exercise":
            rows.notes.append(
                f"in {int(clash.sum())} rows {code} contradicts {label}: the label says which analysis it is"
            )
        elif clash.any():
            row = clash.index[clash][0]
            raise FormatError(
                f"{rows.where}, row {row}: {code} says {coded[row]} and {label} says {season[row]}. Correct one"
            )
        season = season.fillna(coded)
    year = read[f"{which}_year"]
    bad = season.isna() | year.isna() | ~year.between(1990, 2100) | (year % 1 != 0)
    if bad.any():
        row = bad.index[bad][0]
        raise FormatError(
            f"{rows.where}, row {row}: no season that is known in {label} ({text_of(frame[label][row])!r}) and "
            f"{which}_year ({text_of(frame[f'{which}_year'][row])!r}). The seasons are {', '.join(seasons())}"
        )
    return season, year.astype("Int64")


def _told(rows: Rows, kind: str | None) -> str:
    """The kind of situation of a file that does not say it."""
    if kind not in ("current", "projected"):
        raise FormatError(
            f"{rows.where}: the file does not say whether its figures are current or projected"
            f"{'' if kind is None else f', and kind={kind!r} is neither'}. Say kind='current' or kind='projected'"
        )
    return kind


def _times_of_codes_only(rows: Rows, kind: str | None) -> pd.DataFrame:
    """Times of the files that print "Jan-May 2021"."""
    kind = _told(rows, kind)
    parts = rows.text("reference").str.extract(_SEASON_AND_YEAR).set_axis(["reference_label", "reference_year"], axis=1)
    rule = "a season and its year are needed, such as 'Jan-May 2021'"
    rows.refuse(parts["reference_year"], parts["reference_year"].isna(), "reference", rule)
    return _calendar(*_seasons(rows, parts, "reference")).assign(kind=kind)


def _times_from_outside(rows: Rows, period: Period | None, kind: str | None) -> pd.DataFrame:
    if period is not None:
        first, last = given_period(period)
        days = {"kind": _told(rows, kind), "start": first, "end": last, "issued": pd.NaT}
        return pd.DataFrame(days, index=rows.frame.index)
    named = fold(rows.found.sheet.file)
    months, kinds = months_in(named), _KIND_IN_NAME.findall(named)
    if len(months) != 1 or len(kinds) != 1:
        raise FormatError(
            f"{rows.where}: neither the file nor its name says the period. Give it: "
            "period=('2020-06-01', '2020-08-31'), kind='current'"
        )
    kind = {"cur": "current", "proj": "projected"}[kinds[0]]
    times = _situation(rows, months[0], kind).drop(columns="exercise").assign(kind=kind)
    season, _, year = times["season"].iloc[0].rpartition(" ")
    if kind == "projected" and "projected_end" in seasons()[season]:
        times["end"] = pd.Timestamp(f"{year}-{seasons()[season]['projected_end']}")
    rows.notes.append(
        f"the period ({season} {year}, {kind}) is taken from the name of the file: the file itself does not say it"
    )
    return times
