"""All 24 claims of the brief in one table: what it says, what the data say, the verdict, the sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import as_file, files
from typing import Any

import pandas as pd

from sahelgeo.brief.outcome import Check, named, text
from sahelgeo.brief.published_figures import load_published
from sahelgeo.events.timeline import load_timeline
from sahelgeo.words import base_language, check_language, write_day, write_number, write_period

Answer = tuple[str, str, str]


def claims(checks: Iterable[Check], *, lang: str = "en") -> pd.DataFrame:
    """Every claim of the brief with what is known of it, so that none is passed over in silence.

    Parameters
    ----------
    checks : iterable of Check
        The checks that were made, in the language of the table; their claims take findings, verdict and sources from them.
    lang : {"en", "fr"}
        Language of the words.

    Returns
    -------
    pandas.DataFrame
        24 rows, with index 0..23: ``id`` (B01 to B24, in the order of the brief), ``claim``, ``finding``, ``verdict`` (those of a
        :class:`~sahelgeo.brief.Check`, and not_checked, where the finding says what is needed), ``sources``. A claim that is one day or figure of the
        timeline or of the published figures is described: it was looked up, and a date that rests on memory says so.

    Raises
    ------
    LanguageError
        A language that is not there.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> table = sg.brief.claims([sg.brief.fatalities()])
    >>> len(table), table.set_index("id").loc["B04", "verdict"], table.set_index("id").loc["B10", "verdict"]
    (24, 'partly', 'not_checked')
    """
    check_language(lang)
    made = {check.key: check for check in checks}
    with as_file(files("sahelgeo.data").joinpath("brief", "claims.csv")) as path:
        held = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows = []
    for row in held.to_dict("records"):
        claim = row[base_language(lang)] or text(f"{row['what']}_claim", lang)
        finding, verdict, sources = _answer(row, made, lang)
        rows.append({"id": row["id"], "claim": claim, "finding": finding, "verdict": verdict, "sources": sources})
    return pd.DataFrame(rows).astype("string")


def _answer(row: Mapping[Any, str], made: Mapping[str, Check], lang: str) -> Answer:
    how, what = row["how"], row["what"]
    if how == "check":
        check = made.get(what)
        if check is None:
            return text("claim_without_check", lang).format(what=what), "not_checked", ""
        return " ".join(check.findings), check.verdict, "; ".join(check.sources)
    if how == "timeline":
        return _from_timeline(what.split("|"), lang)
    if how == "stocks":
        return _from_stocks(what.split("|"), lang)
    if how == "clashes":
        return _from_clashes(what, lang)
    return text("claim_needs" if what else "claim_context", lang).format(what=what), "not_checked", ""


def _from_timeline(days: list[str], lang: str) -> Answer:
    timeline = load_timeline()
    found = timeline[timeline["start"].isin(pd.to_datetime(days))]
    words = []
    for row in found.to_dict("records"):
        day = _month(row["start"], lang) if row["precision"] == "month" else write_day(row["start"].date(), lang)
        note = "" if row["verified"] else f" ({text('unverified', lang)})"
        words.append(f"{day}{note}: {row[f'event_{base_language(lang)}']}")
    return "; ".join(words) + ".", "described", "; ".join(found["source"].unique())


def _from_stocks(scopes: list[str], lang: str) -> Answer:
    stocks = load_published("displaced")
    found = stocks[stocks["scope"].isin(scopes)]
    words = []
    for (scope, group), part in found.groupby(["scope", "group"], sort=False):
        for row in part.to_dict("records"):
            values = {"people": write_number(row["people"], lang), "group": text(str(group), lang)}
            day = _month(row["date"], lang)
            words.append(text("claim_stock", lang).format(scope=named(str(scope), lang), date=day, **values))
        if len(part) > 1:
            ratio = float(part["people"].iloc[-1]) / float(part["people"].iloc[0])
            words.append(
                text("claim_ratio", lang).format(scope=named(str(scope), lang), ratio=write_number(ratio, lang, 1))
            )
    return "; ".join(words) + ".", "described", "; ".join(found["source"].unique())


def _from_clashes(scope: str, lang: str) -> Answer:
    clashes = load_published("clashes")
    row = clashes[clashes["scope"] == scope].iloc[0]
    deaths = text("above_sign", lang) + write_number(row["fatalities"], lang)
    values = {"events": write_number(row["events"], lang), "deaths": deaths, "source": row["dataset"]}
    return text("claim_clashes", lang).format(**values), "described", str(row["source"])


def _month(day: pd.Timestamp, lang: str) -> str:
    month = day.to_period("M")
    return write_period(month.start_time.date(), month.end_time.date(), lang)
