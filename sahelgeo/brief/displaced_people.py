"""Headline 2 of the brief: displaced people of 2020 against those of 2019, by the day of each count."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo import checks
from sahelgeo.brief.charts import bars, new_figure
from sahelgeo.brief.inputs import load_published
from sahelgeo.brief.outcome import Check, Part, certainty_mark, made, named, text, verdict_of_parts
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import SchemaError
from sahelgeo.words import write_day, write_number, write_period

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = (
    "scope",
    "date",
    "people",
    "against_date",
    "against_people",
    "ratio",
    "source",
    "against_source",
    "certainty",
    "against_certainty",
)
# The sentence says "almost twice" of Burkina Faso, and of Mali that displacement went on growing.
_TWICE, _GROWS = "BFA", "MLI"


def displacement(
    table: pd.DataFrame | None = None,
    *,
    at: Sequence[Any] = ("2020-06-30", "2020-08-31"),
    against: Sequence[Any] = ("2019-12-31", "2019-09-30", "2019-06-30"),
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
    at, against : sequence of days
        The days that are compared. Of each the latest count on or before it is taken.
    within_days : int
        How old that count may be.
    twice : tuple of float
        Between which ratios a stock is "almost twice" another.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each scope and pair of counts: ``scope``, ``date``, ``people``, ``against_date``,
        ``against_people``, ``ratio``, ``almost_twice``, ``source``, ``against_source``, ``certainty``,
        ``against_certainty`` (as in the table given, else missing). ``parts`` has the verdict of each half of the
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
    >>> [(row.scope, f"{row.date:%b}", f"{row.against_date:%b %Y}", round(row.ratio, 2)) for row in table.itertuples()][:2]
    [('BFA', 'Jun', 'Dec 2019', 1.65), ('BFA', 'Jun', 'Sep 2019', 3.19)]
    """
    source = load_published("displaced") if table is None else table
    stocks = _stocks(source)
    result = _compared(stocks, (at, against), within_days)
    result.insert(6, "almost_twice", result["ratio"].between(*twice))
    nearest = result.loc[result["against_date"] <= checks.day(against[0], "against"), "against_date"].max()
    # The first day is told against each day of the year before, the later ones against the nearest alone.
    told = result[(result["date"] <= checks.day(at[0], "at")) | (result["against_date"] == nearest)]
    parts = _parts(result, told, lang)
    verdict, missing = verdict_of_parts(parts, (_TWICE, _GROWS))
    words = _displacement_words(told, lang)
    if missing:
        unknown = ", ".join(named(code, lang) for code in missing)
        words.append(text("displacement_missing", lang).format(scopes=unknown))
    shown = stocks[_stands_in(stocks, told)]
    figure = _drawn(shown, int(result["date"].max().year), lang)
    return made("displacement", lang, (words, verdict), result, figure, [shown]).with_parts(parts)


def _parts(result: pd.DataFrame, told: pd.DataFrame, lang: str) -> dict[str, Part]:
    parts = {}
    # Nobody displaced before gives no ratio, and nothing to judge by.
    for scope, rows in result[result["ratio"].notna()].groupby("scope", sort=False):
        holds = rows["ratio"] > 1 if scope == _GROWS else rows["almost_twice"]
        verdict = "supported" if holds.all() else "partly" if holds.any() else "not_supported"
        parts[str(scope)] = (tuple(_displacement_words(told[told["scope"] == scope], lang)), verdict)
    return parts


def _compared(stocks: pd.DataFrame, days: tuple[Sequence[Any], Sequence[Any]], within_days: int) -> pd.DataFrame:
    rows = []
    for scope, part in stocks.groupby("scope", sort=False):
        for now_day, before_day in product(*days):
            now = _latest(part, checks.day(now_day, "at"), within_days)
            before = _latest(part, checks.day(before_day, "against"), within_days)
            if now is not None and before is not None and before["date"] < now["date"]:
                ratio = float(now["people"]) / float(before["people"]) if before["people"] else np.nan
                counts = (now["date"], now["people"], before["date"], before["people"])
                certainties = (now["certainty"], before["certainty"])
                rows.append((scope, *counts, ratio, now["source"], before["source"], *certainties))
    if not rows:
        raise SchemaError(
            "no scope has a count near a day of both 'at' and 'against'. Give other days, or raise within_days"
        )
    return pd.DataFrame(rows, columns=list(_COLUMNS)).drop_duplicates(ignore_index=True)


def _stands_in(stocks: pd.DataFrame, told: pd.DataFrame) -> npt.NDArray[np.bool_]:
    pairs = {*zip(told["scope"], told["date"], strict=True), *zip(told["scope"], told["against_date"], strict=True)}
    return np.array([pair in pairs for pair in zip(stocks["scope"], stocks["date"], strict=True)], dtype=np.bool_)


def _drawn(shown: pd.DataFrame, year: int, lang: str) -> Figure:
    labels = [
        f"{named(scope, lang)}, {_month(day, lang)}" for scope, day in zip(shown["scope"], shown["date"], strict=True)
    ]
    figure, (ax,) = new_figure()
    written = [
        write_number(people, lang) + certainty_mark(certainty)
        for people, certainty in zip(shown["people"], shown["certainty"], strict=True)
    ]
    marks = list(shown["date"].dt.year == year)
    bars(ax, labels, list(shown["people"]), written, highlight=marks, label=text("people", lang))
    return figure


def _month(day: pd.Timestamp, lang: str) -> str:
    month = day.to_period("M")
    return write_period(month.start_time.date(), month.end_time.date(), lang)


def _stocks(table: pd.DataFrame) -> pd.DataFrame:
    checks.columns(table, "displaced", {"scope": "any", "date": "day", "people": "number", "source": "any"})
    rows = table[table["group"] == "idp"] if "group" in table else table
    rows = rows[rows["people"].notna()].assign(date=checks.days(rows["date"], "rows"))
    if "certainty" not in rows:
        rows = rows.assign(certainty=None)
    twice = rows.duplicated(["scope", "date"])
    if twice.any():
        raise SchemaError(
            f"displaced: rows {listed(list(rows.index[twice]), SHOWN_AT_MOST)}: a scope has a day more than once. Give one total for each: sum_stocks first"
        )
    return rows.sort_values(["scope", "date"], kind="stable")


def _latest(rows: pd.DataFrame, day: pd.Timestamp, within_days: int) -> dict[Any, Any] | None:
    near = rows[(rows["date"] <= day) & (rows["date"] >= day - pd.Timedelta(days=within_days))]
    return None if near.empty else near.iloc[-1].to_dict()


def _displacement_words(rows: pd.DataFrame, lang: str) -> list[str]:
    """One sentence for each scope and day: against the counts of the days before."""
    words = []
    for _, part in rows.groupby(["scope", "date"], sort=False):
        ratios = [
            text("displacement_ratio", lang).format(
                ratio=write_number(row["ratio"], lang, 2),
                before=write_number(row["against_people"], lang) + certainty_mark(row["against_certainty"]),
                against=write_day(row["against_date"].date(), lang),
            )
            for row in part.to_dict("records")
        ]
        first = part.iloc[0]
        day = write_day(first["date"].date(), lang)
        people = write_number(first["people"], lang) + certainty_mark(first["certainty"])
        values = {"scope": named(first["scope"], lang), "people": people, "date": day}
        words.append(text("displacement_finding", lang).format(ratios=", ".join(ratios), **values))
    return words
