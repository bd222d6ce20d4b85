"""The whole brief on data: its checks, one page of HTML, ready to print, and a table of all 24 claims."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import jinja2
import matplotlib as mpl
import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from sahelgeo import embedded
from sahelgeo.brief import assumptions, inputs
from sahelgeo.brief.charts import draw_map
from sahelgeo.brief.headlines import displacement, fatalities, food_insecurity, lean_seasons
from sahelgeo.brief.inputs import EventInputs
from sahelgeo.brief.outcome import Check, least_certain, text, written_year
from sahelgeo.brief.outcome import named as name_of
from sahelgeo.errors import SchemaError, WindowError, hearing, warn
from sahelgeo.events.actors import actor_family, dyads
from sahelgeo.events.by_area import place_events, sum_events
from sahelgeo.events.extent import mean_centre
from sahelgeo.events.timeline import load_timeline
from sahelgeo.maps.scale import LITERAL_TEXT
from sahelgeo.samples import load_areas, load_sample
from sahelgeo.saving import as_cell, write_whole
from sahelgeo.sources import credit
from sahelgeo.words import (
    base_language,
    check_language,
    in_language,
    word,
    write_day,
    write_month,
    write_number,
    write_period,
)

# The brief is of December 2020: what came afterwards is described apart from what it says.
_LAST_DAY = pd.Timestamp("2020-12-31")
_COUNTRIES = ["BFA", "MLI", "NER"]
# Degrees east: beyond it the events of the three countries are those of Diffa.
_LAKE_CHAD = 11
_PAIR = ("JNIM", "ISGS")
# The years of the brief's chart; the fewest events of a year that make a region one where a group fights.
_CHART, _FEWEST = (2017, 2020), 5
_TOLD_APART = ("events have no area", "known to a region at best")
_HEADLINES = ("fatalities", "displacement", "food_insecurity")
_MEASURES = ("displaced", "people_3plus")
# Deaths of a region in a year: the same classes on each map, so that the maps can be read against each other.
_CLASSES = (0, 10, 50, 200, 500)


@dataclass(frozen=True, eq=False)
class BriefReport:
    """What :func:`report` made.

    Attributes
    ----------
    page : pathlib.Path
        The page.
    checks : list of Check
        The checks on it: three headlines, five assumptions and, where the events reach, what came after the brief.
    claims : pandas.DataFrame
        All 24 claims, as :func:`claims` gives them; they are in ``csis_brief_claims.csv`` beside the page too.
    doubts : list of str
        What the page says under "What is doubtful": every warning of the way.

    See Also
    --------
    report : The brief on data.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> [field for field in sg.brief.BriefReport.__dataclass_fields__]
    ['page', 'checks', 'claims', 'doubts']
    """

    page: Path
    checks: list[Check] = field(repr=False)
    claims: pd.DataFrame = field(repr=False)
    doubts: list[str] = field(repr=False)


def report(
    out: str | Path,
    *,
    events: str | Path | gpd.GeoDataFrame | None = None,
    coverage: tuple[Any, Any] | pd.DataFrame | None = None,
    actors: str | Path | pd.DataFrame | None = None,
    agreements: str | Path | pd.DataFrame | None = None,
    lang: str = "en",
) -> BriefReport:
    """Hold the whole brief against data, and write a page and the table of its claims.

    Parameters
    ----------
    out : str or pathlib.Path
        A folder, made if it is not there. ``csis_brief.html`` and ``csis_brief_claims.csv`` are written in it.
    events : str, pathlib.Path or geopandas.GeoDataFrame, optional
        Your export of ACLED or UCDP, or the Events table of it; it is neither copied nor sent. Events of other
        countries than Burkina Faso, Mali and Niger are left out, and ``doubts`` has their number. The default are
        UCDP's events of 2012 to 2023 (``load_sample("central-sahel")``).
    coverage : tuple or pandas.DataFrame, optional
        The first and last day that your export covers, in the countries that have an event in it; or ``iso3``,
        ``start`` and ``end``, for a country that it holds without any. The default are the days from its first to its
        last event.
    actors : str, pathlib.Path or pandas.DataFrame, optional
        Names of actors whose families go before the library's (``name``, ``match``, ``family``, ``kind``).
    agreements : str, pathlib.Path or pandas.DataFrame, optional
        Local agreements (``pcode``, ``date``, ``name``) instead of those of ``load_published("agreements")``.
    lang : {"en", "fr"}
        Language of page and table.

    Returns
    -------
    BriefReport
        The page, its checks, the claims, and what is doubtful. The checks are made of the events to the end of 2020;
        later ones are in the check ``after`` alone, which describes and judges nothing.

    Raises
    ------
    FormatError, SchemaError, UnmatchedError, DuplicateEventError
        A file of yours that cannot be used.

    See Also
    --------
    claims : Every claim of the brief.
    write_report : A page of checks of your own.

    Examples
    --------
    >>> import sahelgeo as sg, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = sg.brief.report(folder)
    >>> made.page.name, {check.key: check.verdict for check in made.checks}["fatalities"]
    ('csis_brief.html', 'supported')
    """
    check_language(lang)
    areas = load_areas(_COUNTRIES)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    with hearing() as said:
        own = inputs.read_actors(actors) if isinstance(actors, str | Path) else actors
        listed = inputs.load_published("agreements") if agreements is None else agreements
        held = inputs.read_agreements(listed, areas) if isinstance(listed, str | Path) else listed
        given = _given(events, coverage, areas)
        every = sum_events(given.events, areas, coverage=given.coverage)
        rough = mean_centre(given.events)[["rough", "left_out"]].sum()
        of_all = len(said)
        checks, maps, left_out = _all_checks(given, every, own, held, lang)
        past, covered = _until(given, _LAST_DAY)
        table = claims(checks, events=actor_family(past, actors=own), coverage=covered, lang=lang)
    # Events without a region, or known to it at best, have a sentence of their own below; those of another country are
    # told of all events once, and not again of each part that the checks are made of.
    said = [*said[:of_all], *(one for one in said[of_all:] if "name another country" not in one)]
    heard = [one for one in said if not any(words in one for words in _TOLD_APART)]
    kinds = given.doubtful["problem"].value_counts() if len(given.doubtful) else pd.Series(dtype="int64")
    doubts = [
        text("doubtful_events", lang, problem=text(f"doubtful_{kind}", lang), events=count)
        for kind, count in kinds.items()
    ]
    unplaced = every.loc[every["pcode"].isna(), ["events", "fatalities"]]
    lost = unplaced.sum(min_count=min(len(unplaced), 1)).rename({"events": "count"})
    for key, counts in (("unplaced", lost), ("rough", rough.rename({"rough": "count"}))):
        if counts["count"]:
            left = text("doubt_left", lang, counts.to_dict()) if counts.get("left_out") else ""
            doubts.append(text(f"doubt_{key}", lang, counts.to_dict(), all=len(given.events), left=left))
    if uncounted := int(given.events["fatalities"].isna().sum()):
        doubts.append(text("doubt_uncounted", lang, events=uncounted))
    doubts += [in_language(one, lang) for one in heard]
    doubts = list(dict.fromkeys([*left_out, *doubts, text("doubt_niamey", lang)]))
    write_whole(folder / "csis_brief_claims.csv", table.map(as_cell).to_csv(index=False))
    page = _write_page(checks, folder / "csis_brief.html", lang, maps=maps, doubts=doubts, claims=table)
    return BriefReport(page, checks, table, doubts)


def _given(events: Any, coverage: Any, areas: gpd.GeoDataFrame) -> EventInputs:
    if events is None:
        sample = load_sample("central-sahel")
        own = EventInputs(sample.events, sample.coverage)
    else:
        own = _of_the_brief(inputs.read_own_events(events, areas), areas)
    return (
        own
        if coverage is None
        else replace(own, coverage=inputs.days_of_countries(coverage, own.coverage["iso3"], own.events))
    )


def _of_the_brief(own: EventInputs, areas: gpd.GeoDataFrame) -> EventInputs:
    """The events of the brief's countries, each with its country; a warning has the number of the others."""
    _, countries = inputs.countries_of(own.events, areas)
    kept = countries.isin(_COUNTRIES)
    events = own.events.assign(iso3=countries)[kept]
    if not kept.all():
        warn(f"{int((~kept).sum()):,} of {len(kept):,} events are of no country of the brief and are left out")
    doubtful = own.doubtful
    return replace(own, events=events, doubtful=doubtful[doubtful["event"].isin(events["event"])])


def _all_checks(
    given: EventInputs, every: pd.DataFrame, actors: pd.DataFrame | None, agreements: pd.DataFrame, lang: str
) -> tuple[list[Check], dict[str, Figure], list[str]]:
    """The checks, the maps, and the sentences on what could not be made of the events."""
    areas, sample = load_areas(_COUNTRIES), load_sample("central-sahel")
    events, coverage = _until(given, _LAST_DAY)
    named = actor_family(events, actors=actors)
    sums = sum_events(named, areas, coverage=coverage)
    left_out: list[str] = []
    seasons = pd.concat([inputs.load_published("food_insecure"), lean_seasons(sample.phases, _COUNTRIES)])
    year = inputs.days_of_year(coverage, inputs.YEAR)
    rates = inputs.rates_of_areas(sample, sums, year["iso3"])
    deaths = ""
    if len(year):
        period = written_year(inputs.YEAR, (year["start"].iloc[0], year["end"].iloc[0]), lang)
        deaths = text("rates_of_deaths", lang, period=period, scopes=list(year["iso3"]))
    left_out.append(text("rates_of", lang, deaths=deaths))
    measures = [name for name in ("people_3plus", "people", "deaths") if rates[name].notna().any()]
    made = [
        _unless_outside(lambda: fatalities(events, coverage=coverage, lang=lang), left_out, lang)
        or fatalities(lang=lang),
        displacement(lang=lang),
        food_insecurity(seasons, lang=lang),
        assumptions.terrorism(events, actors=actors, coverage=coverage, lang=lang),
        assumptions.governance(rates, inputs.capitals_of(rates), numerator=measures, lang=lang),
        assumptions.accord(_sums_of_mali(named, coverage, sums), _north(areas), lang=lang),
        assumptions.negotiation(sums, agreements, _war(named), lang=lang),
        _unless_outside(
            lambda: assumptions.engagement(_covered_countries(sums, areas, coverage), lang=lang), left_out, lang
        ),
    ]
    shown = {_map_title(sums, coverage, lang): _deaths_of_last_year(sums, areas)}
    later = given.coverage["end"].max()
    if pd.Timestamp(later) > _LAST_DAY and len(events) < len(given.events):
        mali = _sums_of_mali(given.events, given.coverage, every)
        made.append(
            assumptions.after(given.events, mali, _north(areas), sample=sample, coverage=given.coverage, lang=lang)
        )
        shown[_map_title(every, given.coverage, lang)] = _deaths_of_last_year(every, areas)
    label = text("deaths", lang)
    maps = {title: draw_map(one, "deaths", lang, label=label, breaks=_CLASSES) for title, one in shown.items()}
    return [check for check in made if check is not None], maps, left_out


def _unless_outside(make: Callable[[], Check], left_out: list[str], lang: str) -> Check | None:
    """A check, or the reason why the days of the events do not allow it."""
    try:
        return make()
    except WindowError as error:
        left_out.append(text("left_out", lang, why=in_language(str(error), lang)))
        return None


def _until(given: EventInputs, day: pd.Timestamp) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The events of the brief's own time with what was covered of it; all of them where none is so old."""
    events, coverage = given.events[given.events["date"] <= day], given.coverage
    if events.empty:
        return given.events, coverage
    coverage = coverage[pd.to_datetime(coverage["start"]) <= day]
    ends = pd.to_datetime(coverage["end"])
    return events, coverage.assign(end=ends.where(ends <= day, day))


def _north(areas: gpd.GeoDataFrame) -> list[str]:
    north = inputs.load_published("parts_of_mali").query("part == 'north'")["pcode"]
    return list(north[north.isin(areas["pcode"])])


def _sums_of_mali(events: gpd.GeoDataFrame, coverage: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Mali's events by region and month, those without a region among them."""
    areas = load_areas("MLI")
    covered = coverage[coverage["iso3"] == "MLI"]
    if "iso3" not in events or covered.empty:
        return sums[sums["pcode"].isin(areas["pcode"])]
    return sum_events(events[events["iso3"] == "MLI"], areas, coverage=covered)


def _covered_countries(sums: pd.DataFrame, areas: gpd.GeoDataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """Without the areas of countries that the source says nothing of, a few of whose points may lie beyond a border."""
    return sums[~sums["pcode"].isin(areas.loc[~areas["iso3"].isin(coverage["iso3"]), "pcode"])]


def _war(named: gpd.GeoDataFrame) -> pd.DataFrame | None:
    """The pair's fights. Events that name one side only, or not both groups, do not tell: that is not zero."""
    both = named["family1"].notna() & named["family2"].notna()
    known = both.any() and set(_PAIR) <= set(named["family1"]) | set(named["family2"])
    return dyads(named, between=_PAIR) if known else None


def _map_title(sums: pd.DataFrame, coverage: pd.DataFrame, lang: str) -> str:
    days = pd.to_datetime(coverage["start"]).min(), pd.to_datetime(coverage["end"]).max()
    return text("map_title", lang, year=written_year(sums["start"].dt.year.max(), days, lang))


def _deaths_of_last_year(sums: pd.DataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Deaths by region in the last year."""
    last = sums[sums["start"].dt.year == sums["start"].dt.year.max()]
    deaths = last.groupby("pcode")["fatalities"].sum(min_count=1).rename("deaths")
    return areas.merge(deaths, on="pcode", how="left")


def write_report(
    checks: Iterable[Check] | Check,
    path: str | Path,
    *,
    maps: Mapping[str, Figure] | None = None,
    doubts: Iterable[str] = (),
    title: str | None = None,
    lang: str = "en",
) -> Path:
    """Write the checks as one HTML file that needs nothing else and prints on a sheet of A4 for each part.

    The parts are the headlines, the assumptions, what came after the brief with the maps, and doubts and sources.

    Parameters
    ----------
    checks : iterable of Check
        In the language of the page.
    path : str or pathlib.Path
        The file, ending in .html; its folder must exist.
    maps : mapping of str to matplotlib.figure.Figure, optional
        Figures with their titles, set after the checks.
    doubts : iterable of str
        What a reader must know of the data, before the sources.
    title : str, optional
        Instead of the brief's.
    lang : {"en", "fr"}
        Language of the page.

    Returns
    -------
    pathlib.Path
        The file. It holds no script and fetches nothing; texts of tables are escaped.

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
    return _write_page(checks, path, lang, maps=maps or {}, doubts=doubts, title=title)


def _write_page(checks: Iterable[Check] | Check, path: str | Path, lang: str, **further: Any) -> Path:
    """As :func:`write_report`, with all claims before the doubts where they are given."""
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
    words |= {key: text(key, lang) for key in ("says", "data", "sources", "join", "doubts", "head_claim")}
    headlines = [check for check in every if check.key in _HEADLINES]
    afterwards = [check for check in every if check.key == "after"]
    assumed = [check for check in every if check not in headlines and check not in afterwards]
    parts = [("headlines", headlines, {}), ("assumptions", assumed, {}), ("after", afterwards, further["maps"])]
    sources = [source.rstrip(".") for source in dict.fromkeys(source for check in every for source in check.sources)]
    notes = list(dict.fromkeys(note for check in every for note in check.notes))
    page = template.render(
        lang=lang,
        title=further.get("title") or text("report_title", lang),
        lead=text("report_lead", lang),
        css=Markup(static.joinpath("report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        parts=[part for part in parts if any(part[1:])],
        tables={check.key: _years_after(check.table, lang) for check in afterwards},
        claims=_claims_in_words(further.get("claims"), every, lang),
        doubts=list(further["doubts"]),
        sources=sources,
        notes=notes,
        words=words,
    )
    return write_whole(path, page)


def _years_after(table: pd.DataFrame, lang: str) -> list[list[str]]:
    """What came after the brief, a row for each country and year under its headings; what is not known says so."""
    rows = [[text(f"head_{name}", lang) for name in ("country", "year", "deaths", *_MEASURES)]]
    for row in table.to_dict("records"):
        numbers = {name: _number(row.get(name), lang) for name in ("deaths", "deaths_low", "deaths_high", *_MEASURES)}
        ends = [numbers[name] for name in ("deaths_low", "deaths_high") if not pd.isna(row.get(name))]
        deaths = f"{numbers['deaths']} ({'–'.join(ends)})" if len(ends) == 2 else numbers["deaths"]
        year = written_year(row["year"], (row["start"], row["end"]), lang)
        rows.append([name_of(row["scope"], lang), year, deaths, *(numbers[name] for name in _MEASURES)])
    return rows


def _number(value: Any, lang: str) -> str:
    return text("no_value", lang) if value is None or pd.isna(value) else write_number(value, lang)


def _claims_in_words(claims: pd.DataFrame | None, checks: list[Check], lang: str) -> list[dict[str, str]]:
    """Each claim with its verdict and finding; one that a check on the page answers names the check instead."""
    if claims is None:
        return []
    titles = {check.key: check.title for check in checks}
    by_check = {
        row["id"]: row["what"].partition(":")[0] for row in embedded.read_rows("brief", "claims.csv")
        if row["how"] == "check"
    }  # fmt: skip
    rows = []
    for row in claims.to_dict("records"):
        title = titles.get(by_check.get(row["id"], ""))
        said = row["finding"] if title is None else text("claim_above", lang, title=title)
        verdict = text("claim_described" if row["verdict"] == "described" else f"verdict_{row['verdict']}", lang)
        rows.append(row | {"verdict": verdict, "finding": said})
    return rows


def _unbroken(words: str) -> str:
    """No line may begin with the sign that belongs to the number or word before it."""
    return re.sub(r" (?=[%;:!?»])", "\u00a0", words)


def _image(figure: Figure) -> str:
    """The chart as SVG: sharp in print; the same input gives the same bytes."""
    held = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "sahelgeo", "font.family": ["DejaVu Sans"], **LITERAL_TEXT}):
        figure.savefig(held, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(held.getvalue()).decode("ascii")


class _Answer(NamedTuple):
    """What is known of a claim; ``certainty`` is that of the least certain published figure."""

    finding: str
    verdict: str
    sources: str = ""
    certainty: Any = pd.NA


def claims(
    checks: Iterable[Check],
    *,
    events: gpd.GeoDataFrame | None = None,
    coverage: tuple[Any, Any] | pd.DataFrame | None = None,
    lang: str = "en",
) -> pd.DataFrame:
    """Every claim of the brief with what is known of it, so that none is passed over in silence.

    Parameters
    ----------
    checks : iterable of Check
        The checks that were made, in the language of the table; their claims take findings, verdict and sources from
        them. A claim about one country or one half of a sentence takes that part of the check.
    events : geopandas.GeoDataFrame, optional
        The events that the checks were made of, for the claims that violence persisted (B01), that it moved (B02, with
        and without what lies east of 11° E, the war around Lake Chad), for the chart of 2017 to 2020 (B11) and for
        where the jihadist groups fight (B22). Without them these say what they need.
    coverage : tuple or pandas.DataFrame, optional
        The days that the source of the events covers, two or by ``iso3``. The default are the days from the first to
        the last event.
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
    SchemaError
        No event, or a coverage that is none.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> table = sg.brief.claims([sg.brief.fatalities()])
    >>> len(table), table.set_index("id").loc["B04", "verdict"], table.set_index("id").loc["B10", "verdict"]
    (24, 'incomplete', 'not_checked')
    """
    check_language(lang)
    made = {check.key: check for check in checks}
    given = None if events is None else _with_countries(inputs.checked_events(events), coverage)
    rows = []
    for row in embedded.read_rows("brief", "claims.csv"):
        claim = row[base_language(lang)] or text(f"{row['what']}_claim", lang)
        answer = _from_events(given, made, row["what"], lang) if row["how"] == "events" else _answer(row, made, lang)
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
    return _Answer(text("claim_needs", lang, needs=text(f"needs_{what}", lang)), "not_checked")


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


def _with_countries(events: gpd.GeoDataFrame, coverage: Any) -> EventInputs:
    """The events, each with its country, and the days that are covered of each."""
    if "iso3" not in events or events["iso3"].isna().any():
        events = events.assign(iso3=inputs.countries_of(events, load_areas(_COUNTRIES))[1])
    days = (events["date"].min(), events["date"].max()) if coverage is None else coverage
    return EventInputs(events, inputs.days_of_countries(days, events["iso3"].dropna(), events))


def _from_events(given: EventInputs | None, made: Mapping[str, Check], what: str, lang: str) -> _Answer:
    """What the events tell of a claim: its centre, months, years or places."""
    accord = made.get("accord") if what == "centre" else None
    words = () if accord is None else accord.findings
    if accord is not None and accord.verdict == "incomplete":
        return _Answer(" ".join(words), "not_checked")
    say: Callable[[EventInputs, str], str] = {
        "centre": _centre_in_words, "months": _months_in_words, "years": _years_in_words, "places": _places_in_words,
    }[what]  # fmt: skip
    said = " ".join([*words, *([] if given is None else [say(given, lang)])]).strip()
    if not said:
        return _Answer(text("claim_needs", lang, needs=text("needs_events", lang)), "not_checked")
    sources = credit(*([] if given is None else [given.events]), lang=lang) if accord is None else accord.sources
    return _Answer(said, "described", "; ".join(sources))


def _centre_in_words(given: EventInputs, lang: str) -> str:
    west = given.events[given.events.geometry.x < _LAKE_CHAD]
    parts = {"claim_centre": given.events, "claim_centre_west": west}
    centres = {key: mean_centre(part, weights="fatalities") for key, part in parts.items() if len(part)}
    return " ".join(assumptions.centre_words(table, lang, key) for key, table in centres.items())


def _months_in_words(given: EventInputs, lang: str) -> str:
    """In how many of the months that are covered each country has an event."""
    words = []
    for iso3, days in given.coverage.groupby("iso3"):
        start, end = days["start"].min(), days["end"].max()
        months = given.events.loc[given.events["iso3"] == iso3, "date"].dt.to_period("M").nunique()
        counts = {"months": months, "all": len(pd.period_range(start, end, freq="M"))}
        words.append(
            text("claim_months", lang, counts, scope=iso3, period=write_period(start.date(), end.date(), lang))
        )
    return text("join", lang).join(words) + "."


def _years_in_words(given: EventInputs, lang: str) -> str:
    """Events and deaths of each country in the years of the brief's chart that are covered."""
    words = []
    for iso3, days in given.coverage.groupby("iso3"):
        own, covered = given.events[given.events["iso3"] == iso3], (days["start"].min(), days["end"].max())
        years = []
        for year in range(max(_CHART[0], covered[0].year), min(_CHART[1], covered[1].year) + 1):
            deaths = own.loc[own["date"].dt.year == year, "fatalities"]
            counts = {"events": len(deaths), "fatalities": deaths.sum(min_count=min(len(deaths), 1))}
            years.append(text("claim_year_of", lang, counts, year=written_year(year, covered, lang)))
        if years:
            words.append(text("claim_year", lang, scope=iso3, years=", ".join(years)))
    return text("claim_years", lang, told=text("join", lang).join(words) + ".") if words else ""


def _places_in_words(given: EventInputs, lang: str) -> str:
    """The regions in which the jihadist groups are named in events of the last twelve months."""
    areas, end = load_areas(_COUNTRIES), given.coverage["end"].max()
    named = given.events if "family1" in given.events else actor_family(given.events)
    theirs = (named[["actor_kind1", "actor_kind2"]] == "jihadist").any(axis=1)
    start = max(end - pd.DateOffset(months=12, days=-1), given.coverage["start"].min())
    recent = named[theirs & named["date"].between(start, end)]
    counts = place_events(recent, areas)["pcode"].value_counts() if len(recent) else pd.Series(dtype="int64")
    counts = counts[counts >= _FEWEST]
    if counts.empty:
        return text("claim_no_place", lang)
    held = areas.set_index("pcode").loc[counts.index].assign(count=counts)
    label = "name_fr" if base_language(lang) == "fr" else "name"
    told = [
        f"{name_of(str(iso3), lang)}{word('colon', lang)} "
        + ", ".join(f"{name} ({count})" for name, count in zip(rows[label], rows["count"], strict=True))
        for iso3, rows in held.groupby("iso3")
    ]
    period = write_period(start.date(), end.date(), lang)
    return text("claim_places", lang, fewest=_FEWEST, period=period, told=text("join", lang).join(told))


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
    stocks = inputs.load_published("displaced")
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
    clashes = inputs.load_published("clashes")
    row = clashes[clashes["scope"] == scope].iloc[0]
    said = text("claim_clashes", lang, assumptions.printed_clashes(row, lang))
    if check is not None and "war" in check.others:
        said = assumptions.clashes_words(check.others["war"], lang) or said
    return _Answer(said, "described", str(row["source"]), row["certainty"])
