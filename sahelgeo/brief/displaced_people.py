"""Headline 2 of the brief: displaced people of 2020 against those of 2019, by the day of each count."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.brief.charts import Bar, bars
from sahelgeo.brief.inputs import load_published
from sahelgeo.brief.outcome import Check, Part, judged, made, named, text, verdict_of_parts, written
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, listed
from sahelgeo.words import write_day, write_month, write_number

_OF_A_COUNT = ["date", "people", "source", "certainty"]
_COLUMNS = ["scope", "date", "people", "date_before", "people_before", "ratio", "almost_twice"]
_COLUMNS += ["source", "source_before", "certainty", "certainty_before"]
# The sentence says "almost twice" of Burkina Faso, and of Mali that displacement went on growing.
_TWICE, _GROWS = "BFA", "MLI"


def displacement(
    table: pd.DataFrame | None = None,
    *,
    date: Sequence[Any] = ("2020-06-30", "2020-08-31"),
    before: Sequence[Any] = ("2019-12-31", "2019-09-30", "2019-06-30"),
    within_days: int = 62,
    twice: tuple[float, float] = (1.6, 2.4),
    lang: str = "en",
) -> Check:
    """Headline 2: how many times the displaced people of 2019 there were in mid-2020.

    Parameters
    ----------
    table : pandas.DataFrame, optional
        Totals of displaced people: ``scope``, ``date``, ``people``, ``source``, one row for each scope and day. The
        default are the published totals.
    date, before : sequence of datetime.date or str
        The days that are compared, and those that they are held against. Of each the latest count on
        or before it is taken.
    within_days : int
        How old that count may be.
    twice : tuple of float
        Between which ratios a stock is "almost twice" another.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each scope and pair of counts: ``scope``, ``date``, ``people``, ``date_before``,
        ``people_before``, ``ratio``, ``almost_twice``, ``source``, ``source_before``, ``certainty``,
        ``certainty_before`` (as in the table given, else missing). ``parts`` has the verdict of each half of the
        sentence: Burkina Faso is supported if each ratio is almost twice, not_supported if none is, else partly: the
        answer depends on the day of 2019. Mali is supported if each count is higher than that of the year before. The
        verdict is that of both where they agree, else partly; incomplete without one of them.

    Raises
    ------
    SchemaError
        Columns are missing, a scope has a day twice, or no pair of days has counts.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> table = sg.brief.displacement().table
    >>> [(row.scope, f"{row.date:%b}", f"{row.date_before:%b %Y}", round(row.ratio, 2))
    ...  for row in table.itertuples()][:2]
    [('BFA', 'Jun', 'Dec 2019', 1.65), ('BFA', 'Jun', 'Sep 2019', 3.19)]
    """
    source = load_published("displaced") if table is None else table
    stocks = _stocks(source)
    days = [checks.day(day, "date") for day in date]
    days_before = [checks.day(day, "before") for day in before]
    pairs = _pairs(stocks, days, days_before, pd.Timedelta(days=within_days))
    result = pairs.assign(almost_twice=pairs["ratio"].between(*twice))[_COLUMNS]
    nearest = result.loc[result["date_before"] <= days_before[0], "date_before"].max()
    # The first day is told against each day of the year before, the later ones against the nearest alone.
    told = result[(result["date"] <= days[0]) | (result["date_before"] == nearest)]
    parts = _parts(result, told, lang)
    verdict, missing = verdict_of_parts(parts, (_TWICE, _GROWS))
    words = _displacement_words(told, lang)
    if missing:
        words.append(text("displacement_missing", lang, scopes=", ".join(named(code, lang) for code in missing)))
    keys = pd.MultiIndex.from_frame(stocks[["scope", "date"]])
    compared = (pd.MultiIndex.from_frame(told[["scope", day]]) for day in ("date", "date_before"))
    shown = stocks[np.logical_or.reduce([keys.isin(one) for one in compared])]
    year = result["date"].max().year
    rows = [
        Bar(
            f"{named(row['scope'], lang)}, {write_month(row['date'], lang)}",
            row["people"],
            written(row["people"], row["certainty"], lang),
            row["date"].year == year,
        )
        for row in shown.to_dict("records")
    ]
    figure = bars(rows, text("people", lang))
    return made("displacement", lang, (words, verdict), result, figure, [shown]).with_parts(parts)


def _parts(result: pd.DataFrame, told: pd.DataFrame, lang: str) -> dict[str, Part]:
    parts = {}
    # Nobody displaced before gives no ratio, and nothing to judge by.
    for scope, rows in result[result["ratio"].notna()].groupby("scope", sort=False):
        holds = rows["ratio"] > 1 if scope == _GROWS else rows["almost_twice"]
        parts[str(scope)] = (tuple(_displacement_words(told[told["scope"] == scope], lang)), judged(holds))
    return parts


def _pairs(
    stocks: pd.DataFrame, days: list[pd.Timestamp], days_before: list[pd.Timestamp], within: pd.Timedelta
) -> pd.DataFrame:
    """Each pair of counts near a day and near a day before, once."""
    rows = []
    for scope, part in stocks.groupby("scope", sort=False):
        for day, day_before in product(days, days_before):
            now, before = (_latest(part, one, within) for one in (day, day_before))
            if now is not None and before is not None and before["date"] < now["date"]:
                rows.append(pd.concat([now, before.add_suffix("_before")]).rename(scope))
    if not rows:
        raise SchemaError(
            "no scope has a count near a day of both 'date' and 'before'. Give other days, or raise within_days"
        )
    pairs = pd.DataFrame(rows).rename_axis("scope").reset_index().infer_objects().drop_duplicates(ignore_index=True)
    before = pairs["people_before"].astype("float64")
    return pairs.assign(ratio=pairs["people"].astype("float64") / before.where(before != 0))


def _stocks(table: pd.DataFrame) -> pd.DataFrame:
    checks.columns(table, "displaced", {"scope": "any", "date": "day", "people": "number", "source": "any"})
    rows = table[table["group"] == "idp"] if "group" in table else table
    rows = rows[rows["people"].notna()].assign(date=checks.days(rows["date"], "rows"))
    if "certainty" not in rows:
        rows = rows.assign(certainty=None)
    twice = rows.duplicated(["scope", "date"])
    if twice.any():
        raise SchemaError(
            f"displaced: rows {listed(list(rows.index[twice]), SHOWN_AT_MOST)}: a scope has a day more than once. "
            "Give one total for each: sum_stocks first"
        )
    return rows.sort_values(["scope", "date"], kind="stable")


def _latest(rows: pd.DataFrame, day: pd.Timestamp, within: pd.Timedelta) -> pd.Series | None:
    near = rows.loc[rows["date"].between(day - within, day), _OF_A_COUNT]
    return None if near.empty else near.iloc[-1]


def _displacement_words(rows: pd.DataFrame, lang: str) -> list[str]:
    """One sentence for each scope and day: against the counts of the days before."""
    words = []
    for _, part in rows.groupby(["scope", "date"], sort=False):
        ratios = [
            text(
                "displacement_ratio",
                lang,
                ratio=write_number(row["ratio"], lang, 2),
                before=written(row["people_before"], row["certainty_before"], lang),
                against=write_day(row["date_before"], lang),
            )
            for row in part.to_dict("records")
        ]
        first = part.to_dict("records")[0]
        people = written(first["people"], first["certainty"], lang)
        values = {"scope": named(first["scope"], lang), "people": people, "date": write_day(first["date"], lang)}
        words.append(text("displacement_finding", lang, ratios=", ".join(ratios), **values))
    return words
