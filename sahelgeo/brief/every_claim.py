"""All 24 claims of the brief in one table: what it says, what the data say, the verdict, the sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import as_file, files
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd
import pyproj

from sahelgeo.brief.outcome import Check, certainty_mark, least_certain, named, text
from sahelgeo.brief.published_figures import load_published
from sahelgeo.events.timeline import load_timeline
from sahelgeo.words import base_language, check_language, word, write_day, write_number, write_period

_DIRECTIONS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
_WGS84 = pyproj.Geod(ellps="WGS84")


class _Answer(NamedTuple):
    """What is known of a claim; ``certainty`` is that of the least certain published figure."""

    finding: str
    verdict: str
    sources: str = ""
    certainty: Any = pd.NA


def claims(checks: Iterable[Check], *, centres: gpd.GeoDataFrame | None = None, lang: str = "en") -> pd.DataFrame:
    """Every claim of the brief with what is known of it, so that none is passed over in silence.

    Parameters
    ----------
    checks : iterable of Check
        The checks that were made, in the language of the table; their claims take findings, verdict and sources from
        them. A claim about one country or one half of a sentence takes that part of the check.
    centres : geopandas.GeoDataFrame, optional
        The result of :func:`sahelgeo.mean_centre` on the events of the checks, for the claim that the conflict moved.
    lang : {"en", "fr"}
        Language of the words.

    Returns
    -------
    pandas.DataFrame
        24 rows, with index 0..23: ``id`` (B01 to B24, in the order of the brief), ``claim``, ``finding``, ``verdict``
        (those of a :class:`~sahelgeo.brief.Check`, and not_checked, where the finding says what is needed),
        ``sources``. A claim that is one day or figure of the timeline or of the published figures is described: it was
        looked up, and a date that rests on memory says so. ``certainty`` is that of the least certain published figure
        or day: certain, reported, conflict or memory; missing where there is none.

    Raises
    ------
    LanguageError
        A language that is not there.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> table = sg.brief.claims([sg.brief.fatalities()])
    >>> len(table), table.set_index("id").loc["B04", "verdict"], table.set_index("id").loc["B10", "verdict"]
    (24, 'incomplete', 'not_checked')
    """
    check_language(lang)
    made = {check.key: check for check in checks}
    centre = None if centres is None else _centre_words(centres, lang)
    with as_file(files("sahelgeo.data").joinpath("brief", "claims.csv")) as path:
        held = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows = []
    for row in held.to_dict("records"):
        claim = row[base_language(lang)] or text(f"{row['what']}_claim", lang)
        answer = _from_events(made, centre, row["what"], lang) if row["how"] == "centre" else _answer(row, made, lang)
        rows.append({"id": row["id"], "claim": claim, **answer._asdict()})
    return pd.DataFrame(rows).astype("string")


def _answer(row: Mapping[Any, str], made: Mapping[str, Check], lang: str) -> _Answer:
    how, what = row["how"], row["what"]
    if how == "check":
        return _from_check(made, what, lang)
    if how == "timeline":
        return _from_timeline(what.split("|"), lang)
    if how == "stocks":
        return _from_stocks(what.split("|"), lang)
    if how == "clashes":
        return _from_clashes(what, made.get("negotiation"), lang)
    return _Answer(text("claim_needs" if what else "claim_context", lang).format(what=what), "not_checked")


def _from_check(made: Mapping[str, Check], what: str, lang: str) -> _Answer:
    key, _, part = what.partition(":")
    check = made.get(key)
    if check is None:
        return _Answer(text("claim_without_check", lang).format(what=key), "not_checked")
    words, verdict = check.parts.get(part, (check.findings, "not_checked")) if part else (check.findings, check.verdict)
    return _Answer(" ".join(words), verdict, "; ".join(check.sources), _certainty(check, part))


def _certainty(check: Check, part: str) -> Any:
    table = check.table
    rows = table[table["scope"] == part] if part and "scope" in table and (table["scope"] == part).any() else table
    columns = [name for name in ("certainty", "against_certainty") if name in rows]
    return least_certain(value for name in columns for value in rows[name])


def _centre_words(centres: gpd.GeoDataFrame, lang: str) -> str:
    """How far the last centre lies from the first; empty where there are not two."""
    if len(centres) < 2:
        return ""
    (one, two), years = centres.geometry.iloc[[0, -1]], centres["start"].dt.year.iloc[[0, -1]].tolist()
    bearing, _, metres = _WGS84.inv(one.x, one.y, two.x, two.y)
    direction = text(_DIRECTIONS[round(bearing / 45) % 8], lang)
    values = {"km": write_number(metres / 1000, lang), "first": years[0], "last": years[1]}
    return text("claim_centre", lang).format(direction=direction, **values)


def _from_events(made: Mapping[str, Check], centre: str | None, what: str, lang: str) -> _Answer:
    """The move of the conflict: the share outside the north, and the centre where it was computed."""
    accord = made.get("accord")
    if accord is not None and accord.verdict == "incomplete":
        return _Answer(" ".join(accord.findings), "not_checked")
    words = [*(accord.findings if accord is not None else ()), *([centre] if centre else ())]
    if not words:
        return _Answer(text("claim_needs", lang).format(what=what), "not_checked")
    invented = any(check.verdict == "synthetic" for check in made.values())
    sources = "; ".join(accord.sources) if accord is not None else ""
    return _Answer(" ".join(words), "synthetic" if invented else "described", sources)


def _from_timeline(days: list[str], lang: str) -> _Answer:
    timeline = load_timeline()
    found = timeline[timeline["start"].isin(pd.to_datetime(days))]
    words = []
    for row in found.to_dict("records"):
        day = _month(row["start"], lang) if row["precision"] == "month" else write_day(row["start"].date(), lang)
        note = "" if row["verified"] else f" ({text('unverified', lang)})"
        words.append(f"{day}{note}{word('colon', lang)} {row[f'event_{base_language(lang)}']}")
    sure = "memory" if not found["verified"].all() else least_certain(found["certainty"])
    return _Answer(text("join", lang).join(words) + ".", "described", "; ".join(found["source"].unique()), sure)


def _from_stocks(scopes: list[str], lang: str) -> _Answer:
    stocks = load_published("displaced")
    found = stocks[stocks["scope"].isin(scopes)]
    words = []
    for (scope, group), part in found.groupby(["scope", "group"], sort=False):
        for row in part.to_dict("records"):
            people = write_number(row["people"], lang) + certainty_mark(row["certainty"])
            values = {"people": people, "group": text(str(group), lang)}
            day = _month(row["date"], lang)
            words.append(text("claim_stock", lang).format(scope=named(str(scope), lang), date=day, **values))
        if len(part) > 1:
            ratio = float(part["people"].iloc[-1]) / float(part["people"].iloc[0])
            words.append(
                text("claim_ratio", lang).format(scope=named(str(scope), lang), ratio=write_number(ratio, lang, 1))
            )
    sources = "; ".join(found["source"].unique())
    return _Answer(text("join", lang).join(words) + ".", "described", sources, least_certain(found["certainty"]))


def _from_clashes(scope: str, check: Check | None, lang: str) -> _Answer:
    clashes = load_published("clashes")
    row = clashes[clashes["scope"] == scope].iloc[0]
    mark = certainty_mark(row["certainty"])
    deaths = text("above_sign", lang) + write_number(row["fatalities"], lang) + mark
    values = {"events": write_number(row["events"], lang) + mark, "deaths": deaths, "source": row["dataset"]}
    given = _clashes_given(row, check)
    if given is None:
        return _Answer(text("claim_clashes", lang).format(**values), "described", str(row["source"]), row["certainty"])
    counts = {
        name: write_number(given[column], lang) for name, column in (("events", "events"), ("deaths", "fatalities"))
    }
    words = [text("claim_clashes_printed", lang).format(**values), text("claim_clashes_given", lang).format(**counts)]
    return _Answer(" ".join(words), "described", str(row["source"]), row["certainty"])


def _clashes_given(row: pd.Series, check: Check | None) -> pd.Series | None:
    """The sums of the pair in the user's events, if these cover every area over all of the months that were printed."""
    if check is None or check.verdict == "synthetic" or "war" not in check.others:
        return None
    war = check.others["war"]
    if war.empty or set(war[["first", "second"]].iloc[0]) != set(str(row["scope"]).split(" vs ")):
        return None
    inside = war[(war["start"] >= row["start"]) & (war["end"] <= row["end"]) & (war["covered"] == 1).fillna(False)]
    months = pd.period_range(row["start"], row["end"], freq="M")
    return inside[["events", "fatalities"]].sum() if len(inside) == len(months) else None


def _month(day: pd.Timestamp, lang: str) -> str:
    month = day.to_period("M")
    return write_period(month.start_time.date(), month.end_time.date(), lang)
