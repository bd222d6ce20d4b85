"""Headline 3 of the brief: people in phase 3 or above in the lean season of 2020 against that of 2019."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.brief.charts import Bar, bars
from sahelgeo.brief.inputs import load_published
from sahelgeo.brief.outcome import Check, Part, certainty_mark, least_certain, made, named, text, with_sign
from sahelgeo.checks import Need
from sahelgeo.errors import SchemaError
from sahelgeo.words import base_language, write_month, write_number

MILLION = 1_000_000
_DAYS = ("start", "end", "issued")


def food_insecurity(
    table: pd.DataFrame | None = None,
    *,
    year: int = 2020,
    more: tuple[float, float] = (4.5e6, 5.5e6),
    times: tuple[float, float] = (2.7, 3.3),
    lang: str = "en",
) -> Check:
    """Headline 3: whether almost five million more people were food insecure, a threefold increase.

    Parameters
    ----------
    table : pandas.DataFrame, optional
        People in phase 3 or above by season: ``scope``, ``start``, ``end``, ``issued``, ``people_3plus``, ``source``;
        ``times_year_before`` where the source prints a multiple of the year before instead of its figure. The default
        are the published totals.
    year : int
        The year whose lean season (June to August) is held against that of the year before.
    more : tuple of float
        Between which increases, in persons, it is "almost five million more".
    times : tuple of float
        Between which ratios it is "threefold".
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each scope and analysis: ``scope``, ``issued``, ``people`` (now), ``people_before``,
        ``derived`` (bool: the year before is computed from a printed multiple), ``change``, ``ratio``, ``fits_more``
        and ``fits_times`` (bool: either half of the sentence), ``source``, ``certainty`` (of the least certain figure).
        ``parts`` has "more": supported if the change fits in the widest scope that has a printed multiple or in all
        rows, partly if in some; and "times", which is partly at most: the ratio is year on year, and nothing says that
        hunger trebled in 2020 alone. The verdict is that of both where they agree, else partly.

    Raises
    ------
    SchemaError
        Columns are missing, or no scope has both years.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> check = sg.brief.food_insecurity()
    >>> row = check.table.iloc[0]
    >>> f"{row['scope']}: {row['people_before']:,.0f} before, {row['change']:,.0f} more, {row['ratio']:.1f} times"
    'Central Sahel: 2,466,667 before, 4,933,333 more, 3.0 times'
    """
    source = load_published("food_insecure") if table is None else table
    days: dict[str, Need] = dict.fromkeys(_DAYS, "day")
    checks.columns(source, "food insecure", {"scope": "any", **days, "people_3plus": "number", "source": "any"})
    source = source.assign(**{name: checks.days(source[name], "source") for name in _DAYS})
    result = _season_pairs(source, year)
    result["fits_more"] = result["change"].between(*more)
    result["fits_times"] = result["ratio"].between(*times)
    words = [*(_hunger_words(row, year, lang) for row in result.to_dict("records")), text("food_insecurity_note", lang)]
    parts = _parts(result, words)
    verdict = parts["more"][1] if parts["more"][1] == parts["times"][1] else "partly"
    used = source[source["scope"].isin(result["scope"])]
    figure = bars(_bars(result, year, lang), text("millions_3plus", lang))
    return made("food_insecurity", lang, (words, verdict), result, figure, [used]).with_parts(parts)


def _parts(result: pd.DataFrame, words: list[str]) -> dict[str, Part]:
    spoken_of = result[result["derived"]] if result["derived"].any() else result
    # A year before without anybody gives no ratio, and nothing to judge by.
    spoken_of = spoken_of[spoken_of["ratio"].notna()]
    more = times = "described"
    if len(spoken_of):
        more, times = (
            "supported" if spoken_of[fits].all() else "partly" if result[fits].any() else "not_supported"
            for fits in ("fits_more", "fits_times")
        )
    # The year before is another year: the figures cannot bear out "in 2020 alone".
    times = "partly" if times == "supported" else times
    return {"more": (tuple(words[:-1]), more), "times": (tuple(words), times)}


def _bars(result: pd.DataFrame, year: int, lang: str) -> list[Bar]:
    """One bar for each analysis, and one before them for the year before of their scope."""
    shown: dict[str, Bar] = {}
    for row in result.to_dict("records"):
        scope, mark = named(row["scope"], lang), certainty_mark(row["certainty"])
        labels = (f"{scope}, {year - 1}", f"{scope}, {year} ({write_month(row['issued'], lang)})")
        before, now = row["people_before"] / MILLION, row["people"] / MILLION
        shown.setdefault(labels[0], Bar(labels[0], before, write_number(before, lang, 2) + mark, False))
        shown[labels[1]] = Bar(labels[1], now, write_number(now, lang, 2) + mark, True)
    return list(shown.values())


def _season_pairs(source: pd.DataFrame, year: int) -> pd.DataFrame:
    """Each analysis of a season beside the last one of the season before, or what its printed multiple makes of it."""
    starts = source["start"]
    lean = source[(starts.dt.month == 6) & source["people_3plus"].notna()].assign(year=starts.dt.year)
    rows = []
    for row in lean[lean["year"] == year].to_dict("records"):
        printed = row.get("times_year_before", pd.NA)
        past = lean[(lean["year"] == year - 1) & (lean["scope"] == row["scope"])].sort_values("issued").tail(1)
        derived = past.empty and not pd.isna(printed)
        if past.empty and not derived:
            continue
        people = float(row["people_3plus"])
        before = people / float(printed) if derived else float(past["people_3plus"].iloc[0])
        certainty = least_certain([row.get("certainty", pd.NA), *past.get("certainty", ())])
        rows.append(
            {
                "scope": row["scope"],
                "issued": row["issued"],
                "people": people,
                "people_before": before,
                "derived": derived,
                "change": people - before,
                "ratio": people / before if before else np.nan,
                "source": row["source"],
                "certainty": certainty,
            }
        )
    if not rows:
        raise SchemaError(f"no scope has the lean seasons (June to August) of both {year - 1} and {year}")
    return pd.DataFrame(rows)


def _hunger_words(row: Mapping[Any, Any], year: int, lang: str) -> str:
    return text(
        "food_insecurity_finding",
        lang,
        scope=named(row["scope"], lang),
        season=year,
        year=year - 1,
        issued=write_month(row["issued"], lang),
        now=_millions(row["people"], lang) + certainty_mark(row["certainty"]),
        ratio=write_number(row["ratio"], lang, 1),
        derived=text("derived", lang) if row["derived"] else "",
        before=_millions(row["people_before"], lang),
        change=with_sign(row["change"], _millions(row["change"], lang)),
    )


def _millions(people: float, lang: str) -> str:
    number = people / MILLION
    plural = base_language(lang) == "fr" and abs(number) >= 2
    return f"{write_number(number, lang, 2)} million{'s' if plural else ''}"
