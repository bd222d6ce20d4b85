"""All that the checks found: one page of HTML, ready to print, and a table of all 24 claims."""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import jinja2
import matplotlib as mpl
import pandas as pd
import pyproj
from markupsafe import Markup
from matplotlib.figure import Figure

from sahelgeo import embedded
from sahelgeo.brief.inputs import load_published
from sahelgeo.brief.outcome import Check, least_certain, text
from sahelgeo.errors import SchemaError
from sahelgeo.events.timeline import load_timeline
from sahelgeo.maps.scale import LITERAL_TEXT
from sahelgeo.saving import write_whole
from sahelgeo.words import base_language, check_language, word, write_day, write_month

# Measures of the print rules in static/report.css.
_SHEET_MM = 254
_TITLE_MM = 6.6
_LINE_MM = 2.9
_LETTERS_OF_A_LINE = 71
_LEAD_LETTERS = 10
_SOURCES_SHARE = 0.65
_CHART_MM = (12.0, 29.0)


def write_report(
    checks: Iterable[Check] | Check,
    path: str | Path,
    *,
    maps: Mapping[str, Figure] | None = None,
    title: str | None = None,
    lang: str = "en",
) -> Path:
    """Write the checks as one HTML file that needs nothing else and prints on one sheet of A4.

    Parameters
    ----------
    checks : iterable of Check
        In the language of the page.
    path : str or pathlib.Path
        The file, ending in .html; its folder must exist.
    maps : mapping of str to matplotlib.figure.Figure, optional
        Figures with their titles, set after the checks.
    title : str, optional
        Instead of the brief's.
    lang : {"en", "fr"}
        Language of the page.

    Returns
    -------
    pathlib.Path
        The file. It holds no script and fetches nothing; texts of tables are escaped. Where a check rests on invented
        data, the head of the page says so.

    Raises
    ------
    SchemaError
        No checks, or checks in another language.

    See Also
    --------
    Check : What a check returns.

    Examples
    --------
    >>> import sahelgeo as sg, tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = sg.brief.write_report([sg.brief.fatalities()], pathlib.Path(folder, "report.html"))
    ...     "28.1" in page.read_text(encoding="utf-8")
    True
    """
    check_language(lang)
    every = [checks] if isinstance(checks, Check) else list(checks)
    other = [check.key for check in every if check.lang != lang]
    if not every or other:
        raise SchemaError(
            f"write_report needs checks in {lang!r}"
            + (f"; in another language: {', '.join(other)}" if other else ", and there are none")
        )
    static = files("sahelgeo.brief").joinpath("static")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(unbroken=_unbroken, image=_image)
    template = environment.from_string(static.joinpath("report.html.j2").read_text(encoding="utf-8"))
    words = {key: word(key, lang) for key in ("colon", "disclaimer", "made_with")}
    words |= {key: text(key, lang) for key in ("says", "data", "sources", "join")}
    sources = [source.rstrip(".") for source in dict.fromkeys(source for check in every for source in check.sources)]
    notes = list(dict.fromkeys(note for check in every for note in check.notes))
    invented = ", ".join(check.title for check in every if check.verdict == "synthetic")
    page = template.render(
        lang=lang,
        title=title or text("report_title", lang),
        lead=text("report_lead", lang),
        synthetic=text("report_synthetic", lang, checks=invented) if invented else "",
        css=Markup(static.joinpath("report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        checks=every,
        maps=maps or {},
        sources=sources,
        notes=notes,
        chart_mm=_chart_height(every, len(maps or {}), "; ".join([*notes, *sources])),
        words=words,
    )
    return write_whole(path, page)


def _chart_height(checks: list[Check], maps: int, sources: str) -> float:
    """How high a chart may be, in millimetres, for all to stand on one sheet: what the words leave, by rows."""
    words = [_TITLE_MM + _words_height(check.claim) + _words_height(" ".join(check.findings)) for check in checks]
    words += [_TITLE_MM] * maps
    charts = len(words)
    words.append(_TITLE_MM + _SOURCES_SHARE * _words_height(sources))
    rows = [range(first, min(first + 2, len(words))) for first in range(0, len(words), 2)]
    # The last row may hold the sources alone, and then has no chart.
    left = _SHEET_MM - sum(max(words[cell] for cell in row) for row in rows)
    high = left / math.ceil(charts / 2)
    return round(min(_CHART_MM[1], max(_CHART_MM[0], high)), 1)


def _words_height(words: str) -> float:
    return _LINE_MM * math.ceil((len(words) + _LEAD_LETTERS) / _LETTERS_OF_A_LINE)


def _unbroken(words: str) -> str:
    """No line may begin with the sign that belongs to the number or word before it."""
    return re.sub(r" (?=[%;:!?»])", "\u00a0", words)


def _image(figure: Figure) -> str:
    """The chart as SVG: sharp in print; the same input gives the same bytes."""
    held = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "sahelgeo", "font.family": ["DejaVu Sans"], **LITERAL_TEXT}):
        figure.savefig(held, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(held.getvalue()).decode("ascii")


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
        The result of :func:`sahelgeo.events.mean_centre` on the events of the checks, for the claim that the conflict
        moved.
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
    rows = []
    for row in embedded.read_rows("brief", "claims.csv"):
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
    return _Answer(text("claim_needs" if what else "claim_context", lang, what=what), "not_checked")


def _from_check(made: Mapping[str, Check], what: str, lang: str) -> _Answer:
    key, _, part = what.partition(":")
    check = made.get(key)
    if check is None:
        return _Answer(text("claim_without_check", lang, what=key), "not_checked")
    words, verdict = check.parts.get(part, (check.findings, "not_checked")) if part else (check.findings, check.verdict)
    return _Answer(" ".join(words), verdict, "; ".join(check.sources), _certainty(check, part))


def _certainty(check: Check, part: str) -> Any:
    table = check.table
    rows = table[table["scope"] == part] if part and "scope" in table and (table["scope"] == part).any() else table
    columns = [name for name in ("certainty", "certainty_before") if name in rows]
    return least_certain(value for name in columns for value in rows[name])


def _centre_words(centres: gpd.GeoDataFrame, lang: str) -> str:
    """How far the last centre lies from the first; empty where there are not two."""
    if len(centres) < 2:
        return ""
    (one, two), years = centres.geometry.iloc[[0, -1]], centres["start"].dt.year.iloc[[0, -1]].tolist()
    bearing, _, metres = _WGS84.inv(one.x, one.y, two.x, two.y)
    direction = _DIRECTIONS[round(bearing / 45) % 8]
    return text("claim_centre", lang, direction=direction, km=metres / 1000, first=years[0], last=years[1])


def _from_events(made: Mapping[str, Check], centre: str | None, what: str, lang: str) -> _Answer:
    """The move of the conflict: the share outside the north, and the centre where it was computed."""
    accord = made.get("accord")
    words, sources = ((), ()) if accord is None else (accord.findings, accord.sources)
    if accord is not None and accord.verdict == "incomplete":
        return _Answer(" ".join(words), "not_checked")
    if not words and not centre:
        return _Answer(text("claim_needs", lang, what=what), "not_checked")
    invented = any(check.verdict == "synthetic" for check in made.values())
    said = " ".join([*words, centre or ""]).strip()
    return _Answer(said, "synthetic" if invented else "described", "; ".join(sources))


def _from_timeline(days: list[str], lang: str) -> _Answer:
    timeline = load_timeline()
    found = timeline[timeline["start"].isin(pd.to_datetime(days))]
    words = []
    for row in found.to_dict("records"):
        day = write_month(row["start"], lang) if row["precision"] == "month" else write_day(row["start"].date(), lang)
        note = "" if row["verified"] else f" ({text('unverified', lang)})"
        words.append(f"{day}{note}{word('colon', lang)} {row[f'event_{base_language(lang)}']}")
    sure = "memory" if not found["verified"].all() else least_certain(found["certainty"])
    return _Answer(text("join", lang).join(words) + ".", "described", "; ".join(found["source"].unique()), sure)


def _from_stocks(scopes: list[str], lang: str) -> _Answer:
    stocks = load_published("displaced")
    found = stocks[stocks["scope"].isin(scopes)]
    words = []
    for _, part in found.groupby(["scope", "group"], sort=False):
        for row in part.to_dict("records"):
            words.append(text("claim_stock", lang, row | {"people": (row["people"], row["certainty"])}))
        if len(part) > 1:
            ratio = float(part["people"].iloc[-1]) / float(part["people"].iloc[0])
            words.append(text("claim_ratio", lang, scope=row["scope"], ratio=ratio))
    sources = "; ".join(found["source"].unique())
    return _Answer(text("join", lang).join(words) + ".", "described", sources, least_certain(found["certainty"]))


def _from_clashes(scope: str, check: Check | None, lang: str) -> _Answer:
    clashes = load_published("clashes")
    row = clashes[clashes["scope"] == scope].iloc[0]
    values = row.to_dict() | {name: (row[name], row["certainty"]) for name in ("events", "fatalities")}
    given = _clashes_given(row, check)
    if given is None:
        said = text("claim_clashes", lang, values)
    else:
        said = f"{text('claim_clashes_printed', lang, values)} {text('claim_clashes_given', lang, given.to_dict())}"
    return _Answer(said, "described", str(row["source"]), row["certainty"])


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
