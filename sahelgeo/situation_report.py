"""A situation report of any country from its tables: each sentence stands only where its table is given.

Nothing is computed here that another function does not give: the latest count of each place (``latest_stocks``), the
change like for like (``change_in_stocks``), rates, where hunger and displacement meet (``joint_severity``), movements
(``sum_flows``), deaths by month (``sum_events``). What those functions warn of, they warn of here too.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict, Unpack

import geopandas as gpd
import jinja2
import matplotlib as mpl
import numpy as np
import pandas as pd
from markupsafe import escape
from matplotlib.figure import Figure

from sahelgeo import checks, embedded, maps
from sahelgeo.conformance import conform, conform_areas
from sahelgeo.errors import DoubleCountError, FormatError, SchemaError, StockComparisonError, hearing, listed, warn
from sahelgeo.events.by_area import sum_events
from sahelgeo.flows.flow_sums import sum_flows
from sahelgeo.joint.placing import phases_by_area, place_rows
from sahelgeo.maps.document import countries_under
from sahelgeo.maps.layers import period_in_words
from sahelgeo.maps.scale import LITERAL_TEXT, style
from sahelgeo.nesting import holding_rows
from sahelgeo.phases.analyses import phases_at
from sahelgeo.phases.displaced import joint_severity
from sahelgeo.phases.rule import area_phase, people_from
from sahelgeo.places.names import fold_name
from sahelgeo.samples import load_areas
from sahelgeo.saving import markdown_line, write_whole
from sahelgeo.sources import credit
from sahelgeo.stocks.changes import change_in_stocks
from sahelgeo.stocks.rates import rate_per_1000
from sahelgeo.stocks.stock_totals import latest_stocks, sum_stocks
from sahelgeo.words import (
    MISSING,
    base_language,
    check_language,
    in_language,
    word,
    write_day,
    write_month,
    write_number,
    write_period,
)

# A count that nobody has repeated for longer says little of the day: it is left out of the total, its people are said.
# It is less than a year, so that a yearly count at another level does not stand beside that of the year after.
OLDEST_DAYS = 183
_MOST_ROWS = 8
_MAP_INCHES = 6.5
_MONTHS = 12


class ReportOptions(TypedDict, total=False):
    """The options of a report."""

    date: str | dt.date | None
    coverage: tuple[Any, Any] | pd.DataFrame | None
    title: str | None
    pictures: bool
    lang: str


@dataclass(frozen=True)
class Part:
    """A part of the report: its title, its sentences, and a table with headings."""

    title: str
    sentences: tuple[str, ...]
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, eq=False)
class Situation:
    """A report that is made: its parts in words, its pictures, and where everything comes from.

    Attributes
    ----------
    title, lang : str
        Title and language.
    parts : tuple of Part
        What each table says, what is missing or doubtful, and the account of rows and people.
    pictures : mapping of str to matplotlib.figure.Figure
        The map, and deaths by month, by their captions.
    sources : tuple of str
        Credit and licence lines.

    See Also
    --------
    situation : Makes it.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> report = sg.situation(stocks=sg.load_sample("burkina-2020").stocks, pictures=False)
    >>> print(report.parts[0].sentences[0])
    1,034,609 internally displaced people, 6 September 2020.
    """

    title: str
    lang: str
    parts: tuple[Part, ...]
    pictures: Mapping[str, Figure] = field(repr=False)
    sources: tuple[str, ...] = field(repr=False)

    def to_html(self) -> str:
        """One page that needs nothing else: no script, nothing fetched, all texts escaped, the pictures inside."""
        environment = jinja2.Environment(
            autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        page = environment.from_string(embedded.read_text("situation.html.j2"))
        images = {title: base64.b64encode(_png(figure)).decode("ascii") for title, figure in self.pictures.items()}
        return page.render(report=self, images=images, words={key: word(key, self.lang) for key in _FOOT})

    def to_markdown(self, pictures: Mapping[str, str] | None = None) -> str:
        """The report in Markdown, with the addresses of pictures by their captions."""
        lines = [f"# {markdown_line(self.title)}"]
        for part in self.parts:
            lines += [
                "",
                f"## {part.title}",
                *([""] if part.sentences else []),
                *(f"- {markdown_line(line)}" for line in part.sentences),
            ]
            if part.rows:
                table = [
                    part.heads,
                    tuple("---" if number == 0 else "---:" for number in range(len(part.heads))),
                    *part.rows,
                ]
                lines += ["", *(f"| {' | '.join(map(markdown_line, row))} |" for row in table)]
        for title, path in (pictures or {}).items():
            lines += ["", f"![{markdown_line(title)}]({path})"]
        lines += ["", f"## {word('sources', self.lang)}", "", *(f"- {markdown_line(line)}" for line in self.sources)]
        return "\n".join([*lines, "", *(f"{word(key, self.lang)}" for key in _FOOT[1:]), ""])

    def save(self, path: str | Path) -> Path:
        """Write the report: ``.html``, or ``.md`` with its pictures as PNG files beside it.

        Raises
        ------
        FormatError
            Another ending, or a folder that is not there.
        """
        target = Path(path)
        if target.suffix not in (".html", ".md") or not target.parent.is_dir():
            raise FormatError(f"{target}: a report is saved as .html or .md, in a folder that exists")
        if target.suffix == ".html":
            return write_whole(target, self.to_html())
        beside = {}
        for number, (title, figure) in enumerate(self.pictures.items(), 1):
            picture = target.with_name(f"{target.stem}-{number}.png")
            beside[title] = write_whole(picture, _png(figure)).name
        return write_whole(target, self.to_markdown(beside))

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{escape(self.to_html())}" width="100%" height="600"></iframe>'


_FOOT = ("sources", "disclaimer", "made_with")


def _png(figure: Figure) -> bytes:
    held = io.BytesIO()
    figure.savefig(held, format="png", dpi=150)
    return held.getvalue()


def situation(  # numpydoc ignore=PR02
    *,
    phases: pd.DataFrame | None = None,
    stocks: pd.DataFrame | None = None,
    flows: pd.DataFrame | None = None,
    events: gpd.GeoDataFrame | None = None,
    population: pd.DataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    **options: Unpack[ReportOptions],
) -> Situation:
    """A situation report of a country from its tables, in sentences that can be checked.

    People in phase 3 and above and where; displaced people and their change like for like; rates; where both meet;
    movements; deaths by month; a map; what is missing or doubtful; the account of rows and people; sources and
    licences. A part stands only where its table is given. Movements are those that ended by the day of the report.

    Parameters
    ----------
    phases, stocks, flows, events, population : DataFrame, optional
        Tables of one country or several, as the readers give them; at least one of the first four.
    areas : geopandas.GeoDataFrame, optional
        Areas of one level and edition; the default are the embedded regions of the countries of the tables.
    coverage : tuple of two days, or pandas.DataFrame, optional
        The days, and countries, that the source of the events looked at, as :func:`sum_events` takes them: a month
        without events is then zero deaths.
    date : date or str, optional
        The day of the report: what was published for it, or last before it. The default is the latest of each table.
    title : str, optional
        Instead of "Situation report" with countries and day.
    pictures : bool
        Whether the report has a map, and a chart of deaths.
    lang : {"en", "fr"}
        Language.

    Returns
    -------
    Situation
        ``.save("niger.html")``, ``.save("niger.md")``, ``.to_html()``, ``.to_markdown()``. The same tables give the
        same words.

    Raises
    ------
    SchemaError
        No table, or an option that there is not.
    DoubleCountError
        People would be counted twice: the message says what to choose before.

    See Also
    --------
    phases_at : The classification that holds on a day.
    latest_stocks : The latest count of each place.
    joint_severity : Where hunger and displacement are both high.

    Notes
    -----
    Counts of displaced people older than 183 days are not in the total; the report says how many people they are.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> report = sg.situation(phases=sample.phases, stocks=sample.stocks, areas=sample.areas, pictures=False)
    >>> print(*[part.title for part in report.parts], sep="; ")
    Food insecurity; Displaced people; Where both meet; Missing or doubtful; Rows and people accounted for
    >>> print(report.parts[0].sentences[0])
    1,606,484 people in phase 3 or above, 7.5 % of the 21,398,997 analysed: March–May 2020, current.
    """
    lang, date = options.get("lang", "en"), options.get("date")
    check_language(lang)
    for name in options:
        checks.choice(ReportOptions.__annotations__, option=name)
    asked = {"phases": phases, "stocks": stocks, "flows": flows, "events": events}
    tables = {kind: table for kind, table in asked.items() if table is not None and len(table)}
    given = {kind: conform(table, kind).reset_index(drop=True) for kind, table in tables.items()}
    population = None if population is None else conform(population, "population").reset_index(drop=True)
    if not given:
        raise SchemaError("situation needs at least one table with rows: phases, stocks, flows or events")
    ground = areas if areas is not None else _areas_of(tables)
    report = _Report(ground, lang, checks.day(date, "date") if date else None)
    given = report.until_date(given)
    parts = report.warned(lambda: list(_parts(report, given, population, options.get("coverage"))))
    heading = options.get("title") or report.heading()
    drawn = dict(_pictures(report)) if options.get("pictures", True) else {}
    parts += [report.doubts_part(), report.account_part()]
    named = [table for table in (*given.values(), population, ground) if table is not None]
    return Situation(heading, lang, tuple(parts), drawn, tuple(credit(*named, lang=lang)))


def _areas_of(given: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """The polygons that the phases bring, or the embedded regions of the countries of the tables."""
    phases = given.get("phases")
    if isinstance(phases, gpd.GeoDataFrame) and phases.geom_type.str.endswith("Polygon").any():
        own = phases[phases.geom_type.str.endswith("Polygon")].drop_duplicates("geometry")
        columns = {
            "pcode": own["pcode"].fillna(own["place"]),
            "name": own["place"],
            "iso3": own["iso3"],
            "source": own["source"],
        }
        return conform_areas(
            gpd.GeoDataFrame(columns, geometry=own.geometry, crs=own.crs).assign(edition="of the phases")
        )
    countries = sorted({iso3 for table in given.values() if "iso3" in table for iso3 in table["iso3"].dropna()})
    if not countries:
        codes = [table["pcode"].dropna().unique() for table in given.values() if "pcode" in table]
        regions = load_areas(level=1)
        held = regions[regions["pcode"].isin([code for some in codes for code in some])]
        countries = sorted(held["iso3"].unique())
    if not countries:
        raise SchemaError("the tables do not say their country. Give the boundaries: areas=sg.read_areas(...)")
    return load_areas(countries)


@dataclass(eq=False)
class _Report:
    """What the parts of one report share, and what they leave behind for its end."""

    areas: gpd.GeoDataFrame
    lang: str
    date: pd.Timestamp | None
    doubts: dict[str, None] = field(default_factory=dict)
    accounts: list[tuple[str, ...]] = field(default_factory=list)
    days: list[dt.date] = field(default_factory=list)
    by_area: dict[str, pd.DataFrame] = field(default_factory=dict)
    phase_column: str = "phase_published"
    analysed_until: dt.date | None = None

    def say(self, key: str, **values: Any) -> str:
        """A sentence of the report: numbers, shares and days are written here."""
        written = {name: self.write(value) for name, value in values.items()}
        return word(f"situation_{key}", self.lang).format(**written)

    def say_areas(self, key: str, names: list[str], **values: Any) -> str:
        """A sentence of areas, with how many of all they are."""
        return self.say(key, areas=", ".join(names), count=len(names), of=len(self.areas), **values)

    def write(self, value: Any) -> str:
        """A value in words of the language."""
        if isinstance(value, str):
            return value
        if isinstance(value, dt.date):
            return write_day(value, self.lang)
        return write_number(value, self.lang)

    def percent(self, share: Any) -> str:
        """A share from 0 to 1 as per cent, with its sign."""
        return word("situation_percent", self.lang).format(share=write_number(100 * share, self.lang, 1))

    @cached_property
    def names(self) -> pd.Series:
        """The name of each area by its p-code."""
        label = "name_fr" if base_language(self.lang) == "fr" and "name_fr" in self.areas else "name"
        names: pd.Series = self.areas.set_index("pcode")[label]
        return names.fillna(self.areas.set_index("pcode")["name"]).fillna(names.index.to_series())

    def name(self, code: Any) -> str:
        """The name of an area, or its p-code where it has none here."""
        return str(self.names.get(code, code))

    def heading(self) -> str:
        """The title where none is given: countries and day."""
        countries = self.areas["iso3"].dropna().unique()
        words = embedded.read_frame("countries.csv", keep_default_na=False).set_index("iso3")
        named = [
            words.loc[iso3, f"name_{base_language(self.lang)}"] or words.loc[iso3, "name_en"] for iso3 in countries
        ]
        # The maps of the IPC do not say their country: it is where they lie.
        named = named or countries_under(self.areas, self.lang)
        return self.say("title", where=", ".join([*named, self.day_in_words()]))

    def day_in_words(self) -> str:
        """The day of the report: that asked for, or the latest of its tables."""
        return write_day(self.date.date() if self.date is not None else max(self.days), self.lang)

    def largest(self, people: pd.Series, most: int = 3) -> list[str]:
        """The sentence of the areas with most people, ``Sahel (348,321), Centre-Nord (…)``; none where nobody is."""
        first = people.dropna().sort_values(ascending=False, kind="stable").head(most)
        told = [f"{self.name(code)} ({self.write(count)})" for code, count in first.items() if count]
        return [self.say("most", areas=", ".join(told))] if told else []

    def named(self, rows: pd.DataFrame) -> pd.Series:
        """The p-code of each row's area, or the name that a place without one prints."""
        printed = rows["place"].fillna(rows["pcode"]) if "place" in rows else rows["pcode"]
        return rows["area"].fillna(printed)

    def placed(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows, with the p-code of their area in ``area``."""
        return place_rows(table, self.areas, "keep")[0]

    def warned(self, make: Callable[[], list[Part]]) -> list[Part]:
        """The parts; what is warned of on the way is a doubt too: who reads the page does not see the warnings."""
        said: list[str] = []
        try:
            with hearing() as said:
                parts = make()
        finally:
            for message in said:
                warn(message)
        # Rows without an area have a sentence of their own.
        told = [message for message in said if "have no area" not in message]
        self.doubts = dict.fromkeys([*(in_language(message, self.lang) for message in told), *self.doubts])
        return parts

    def until_date(self, given: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """Counts, movements and events up to the day of the report; a table that begins later is left out, and said."""
        kept = dict(given)
        for kind, day in (("stocks", "date"), ("flows", "end"), ("events", "date")):
            if kind in given and self.date is not None:
                kept[kind] = given[kind][given[kind][day] <= self.date]
                if kept[kind].empty:
                    words = word(f"table_{kind}", self.lang)
                    self.doubts[self.say("nothing_yet", table=words, day=self.day_in_words())] = None
                    del kept[kind]
        return kept

    def accounted(self, kind: str, table: pd.DataFrame, used: pd.DataFrame, column: str = "people") -> None:
        """What became of the rows of a table: used for the day or not, in an area or not."""
        people, there = used[column], used["area"].notna()
        words = word(f"table_{kind}", self.lang)
        self.account(words, len(table), len(used), people[there].sum(), people[~there].sum())
        self.say_unplaced("unplaced", used, column, table=words)

    def account(self, words: str, rows: int, used: int, there: Any, without: Any) -> None:
        """A line of the account: its people are those in an area and those without one; unknown ones add nothing."""
        every = pd.Series([there, without], dtype="Float64").sum(min_count=1)
        self.accounts.append((words, *map(self.write, (rows, used, every, there, without))))

    def say_unplaced(self, key: str, used: pd.DataFrame, column: str = "people", **values: Any) -> None:
        """Rows that no area answers to, by their places."""
        out = used[used["area"].isna()]
        if len(out):
            values |= {"rows": len(out), "used": len(used), "people": out[column].sum()}
            self.doubts[self.say(key, places=self.listed(self.named(out).fillna(MISSING).unique()), **values)] = None

    def listed(self, names: Iterable[Any]) -> str:
        """The first of some names, and how many more there are."""
        return in_language(listed(list(names), _MOST_ROWS), self.lang)

    def say_uncounted(self, kind: str, rows: int) -> None:
        """Rows that name a place and give no number: they are in no total."""
        if rows:
            self.doubts[self.say("uncounted", rows=rows, table=word(f"table_{kind}", self.lang))] = None

    def doubts_part(self) -> Part:
        """What is missing or doubtful."""
        day = self.date.date() if self.date is not None else max(self.days)
        if self.analysed_until is not None and self.analysed_until < day:
            self.doubts[self.say("analysis_ended", until=self.analysed_until, day=day)] = None
        return Part(self.say("doubts"), tuple(self.doubts) or (self.say("no_doubts"),))

    def account_part(self) -> Part:
        """Rows and people of each table that was placed on areas."""
        heads = (
            "account_table",
            "account_rows",
            "account_used",
            "account_people",
            "account_attached",
            "account_without",
        )
        return Part(self.say("account"), (), tuple(map(self.say, heads)), tuple(self.accounts))


def _parts(
    report: _Report, given: Mapping[str, pd.DataFrame], population: pd.DataFrame | None, coverage: Any
) -> Iterator[Part]:
    for kind, part in (("phases", _phases), ("stocks", _stocks)):
        if kind in given:
            yield part(report, given[kind])
    living = _population(report, population)
    if living is not None and "stocks" in report.by_area:
        both = _both(report, living)
        if both.sentences:
            yield both
        else:
            report.doubts[report.say("no_rates")] = None
    if "flows" in given:
        yield _flows(report, given["flows"])
    if "events" in given:
        yield _events(report, given["events"], coverage)


def _phases(report: _Report, table: pd.DataFrame) -> Part:
    """People in phase 3 and above of the analysis that speaks for the day."""
    current = table[table["kind"] == "current"]
    day = report.date if report.date is not None else (current if len(current) else table)["start"].max()
    spoken = phases_at(table, day.date())
    if spoken.empty:
        missing = report.listed(report.names)
        report.doubts[report.say("not_analysed", count=len(report.areas), of=len(report.areas), areas=missing)] = None
        return Part(report.say("phases"), ())
    placed = report.placed(spoken)
    report.accounted("phases", table, placed, "population")
    rows, column = phases_by_area(placed, report.areas)
    people, analysed = people_from(rows, 3), rows["population"].fillna(people_from(rows, 1))
    days = write_period(spoken["start"].min().date(), spoken["end"].max().date(), report.lang)
    # The season as the map writes it; its days too where the file has others than the season's months.
    period = period_in_words(spoken, report.lang)
    period = period if period == days else report.say("season", season=period, days=days)
    kind = ", ".join(word(f"kind_{kind}", report.lang) for kind in spoken["kind"].dropna().unique())
    total, of = people.sum(min_count=1), analysed[people.notna()].sum()
    sentences = [
        report.say(
            "people_3plus", people=total, share=report.percent(total / of), population=of, period=period, kind=kind
        )
    ]
    named = rows.assign(people=people).dropna(subset=["pcode"]).set_index("pcode")[[column, "people", "population"]]
    out = _phases_without_area(report, placed, column)
    for phase in (5, 4, 3):
        if there := [report.name(code) for code in named.index[named[column] == phase]]:
            sentences.append(report.say_areas("in_phase", there, phase=phase))
        if off := list(out.index[out[column] == phase]):
            sentences.append(report.say("in_phase_unplaced", areas=report.listed(off), phase=phase))
    every = pd.concat([named, out]) if len(out) else named
    sentences += report.largest(every["people"])
    if column == "phase_rule":
        sentences.append(report.say("by_rule"))
    _say_not_analysed(report, placed)
    report.days.append(spoken["start"].max().date())
    report.analysed_until = spoken["end"].max().date()
    report.by_area["phases"], report.phase_column = rows, column
    shown = every.sort_values("people", ascending=False, kind="stable").head(_MOST_ROWS)
    lines = [
        (report.name(code), report.write(phase), report.write(number), report.percent(number / population))
        for code, phase, number, population in shown.itertuples()
    ]
    heads = ("area", "phase", "people_phase_3_or_above", "share_phase_3_or_above")
    return Part(report.say("phases"), tuple(sentences), tuple(word(head, report.lang) for head in heads), tuple(lines))


def _phases_without_area(report: _Report, placed: pd.DataFrame, column: str) -> pd.DataFrame:
    """Places without an area by the names that they print, for their people are told too.

    Districts of a region of which nothing has an area are told as that region, as they are beside regions.
    """
    inside, out = placed[placed["area"].notna()], placed[placed["area"].isna()]
    names = report.named(out).fillna(MISSING)
    if "admin1" in out and report.areas["level"].eq(1).all():
        names = out["admin1"].mask(out["admin1"].isin(inside["admin1"])).fillna(names)
    rows, _ = phases_by_area(out.assign(area=names), report.areas)
    # By the same rule as within the areas: a phase that was computed is none that was published.
    if column == "phase_rule" and column not in rows:
        rows = rows.join(area_phase(rows))
    told = {column: rows.get(column, pd.NA), "people": people_from(rows, 3), "population": rows["population"]}
    return pd.DataFrame(told).set_axis(rows["pcode"])


def _say_not_analysed(report: _Report, placed: pd.DataFrame) -> None:
    """Areas without an analysis; one that the table counts as a part of another area says so."""
    absent = {code: report.name(code) for code in report.areas["pcode"] if code not in set(placed["area"])}
    printed = placed.dropna(subset=["place", "area"])
    holder = dict(zip((fold_name(str(place)).key for place in printed["place"]), printed["area"], strict=True))
    for code, name in list(absent.items()):
        if whole := holder.get(fold_name(name).key):
            report.doubts[report.say("analysed_within", area=absent.pop(code), whole=report.name(whole))] = None
    if absent:
        report.doubts[report.say_areas("not_analysed", list(absent.values()))] = None


def _stocks(report: _Report, table: pd.DataFrame) -> Part:
    """Displaced people by group: the latest count of each place, and its change like for like."""
    rows = report.placed(table)
    sentences, changes, lines, used = [], [], [], []
    # Internally displaced people first: they are drawn, and held against hunger.
    for group in sorted(rows["group"].dropna().unique(), key=lambda group: (group != "idp", group)):
        counted = rows[rows["group"] == group]
        latest = latest_stocks(counted.drop(columns="area"))
        old = (report.date or latest["as_of"].max()) - latest["date"] > pd.Timedelta(days=OLDEST_DAYS)
        if old.any():
            report.doubts[report.say("too_old", people=latest.loc[old, "people"].sum())] = None
        latest = latest.assign(area=counted["area"])[~old]
        if latest.empty:
            continue
        used.append(latest)
        first, last = latest["date"].min().date(), latest["date"].max().date()
        report.days.append(last)
        words = word(f"group_{group}", report.lang)
        total = sum_stocks(latest.drop(columns="area"), by=())["people"].item()
        sentences.append(report.say("displaced", people=total, group=words, day=write_period(first, last, report.lang)))
        by_area = sum_stocks(latest, by=("area",)).rename(columns={"area": "pcode"})
        if group != "host" and "stocks" not in report.by_area:
            report.by_area["stocks"] = by_area
        if latest["area"].notna().any():
            people = latest["people"].groupby(report.named(latest), sort=False).sum(min_count=1)
            sentences += report.largest(people)
            most = people.sort_values(ascending=False, kind="stable").head(_MOST_ROWS)
            lines += [(report.name(code), report.write(count), words) for code, count in most.items()]
        changes += _change(report, counted.drop(columns="area"), latest.drop(columns="area"), words)
    if not used:
        return Part(report.say("stocks"), ())
    if changes:
        sentences += [*changes, report.say("change_note")]
    report.accounted("stocks", table, pd.concat(used))
    report.say_uncounted("stocks", int(pd.concat(used)["people"].isna().sum()))
    if "doubt" in rows:
        told = pd.concat(used)["doubt"].dropna().astype(str)
        report.doubts.update(dict.fromkeys(in_language(doubt, report.lang) for doubt in told))
    heads = (word("area", report.lang), word("displaced_people", report.lang), report.say("group"))
    shown = 3 if len(used) > 1 else 2
    return Part(report.say("stocks"), tuple(sentences), heads[:shown], tuple(line[:shown] for line in lines))


def _change(report: _Report, counted: pd.DataFrame, latest: pd.DataFrame, words: str) -> list[str]:
    """The change from the count before, where somebody counted twice."""
    earlier = counted.loc[counted["date"] < latest["date"].max(), "date"]
    if earlier.empty:
        return []
    try:
        before = latest_stocks(counted[counted["date"] <= earlier.max()])
        before = before[before["days_old"] <= OLDEST_DAYS]
        change = change_in_stocks(before, latest.drop(columns=["as_of", "days_old"])).iloc[0]
    except StockComparisonError as problem:
        report.doubts[str(problem)] = None
        return []
    if not change["places_both"]:
        return []
    numbers = {name: change[name] for name in ("people_before", "newly_covered", "no_longer_covered")}
    like = change["like_for_like"]
    numbers["like_for_like"] = ("+" if like > 0 else "") + report.write(like)
    every = change[["places_both", "places_new", "places_dropped"]].sum()
    places = {"places": change["places_both"], "all_places": every}
    return [report.say("change", group=words, day=change["date_before"].date(), **places, **numbers)]


def _population(report: _Report, population: pd.DataFrame | None) -> pd.DataFrame | None:
    """People living in each area: those given, or those that the analysis of food insecurity covered."""
    if population is not None:
        rows = report.placed(population)
        latest = rows[rows["year"] == rows["year"].max()]
        report.say_unplaced("unplaced_population", latest)
        latest = latest.dropna(subset=["area"])
        holding = holding_rows(latest["pcode"], np.zeros(len(latest), dtype=np.int64), None)[1]
        twice = latest.drop_duplicates(["area", "source"])["area"].duplicated(keep=False)
        sources = listed(list(latest["source"].unique()), _MOST_ROWS)
        first = latest["source"].iloc[0] if len(latest) else ""
        advice = {
            f"an area has several sources in the latest year ({sources}). Choose one: "
            f"population[population['source'] == {first!r}]": twice.any(),
            "an area is beside its parts. Choose one level: population[population['pcode'].isin(areas['pcode'])], with "
            "the areas of the report": holding.any(),
        }
        problems = [text for text, there in advice.items() if there]
        if problems:
            raise DoubleCountError(
                f"population: people would count twice: {'; '.join(problems)}",
                latest[holding] if holding.any() else latest,
            )
        keys = ["area", "year", "source"]
        living: pd.DataFrame = latest.groupby(keys, as_index=False)["people"].sum(min_count=1)
        return living.rename(columns={"area": "pcode"})
    if "phases" not in report.by_area:
        return None
    rows = report.by_area["phases"].dropna(subset=["pcode", "population"])
    year = report.days[0].year
    return pd.DataFrame(
        {"pcode": rows["pcode"], "year": year, "people": rows["population"].round(), "source": rows["source"]}
    )


def _both(report: _Report, living: pd.DataFrame) -> Part:
    """Displaced people per 1,000 inhabitants, and the areas where hunger and displacement are both high."""
    stocks = report.by_area["stocks"].dropna(subset=["pcode"])
    sentences = []
    rates = rate_per_1000(stocks, living).set_index("pcode")
    first = rates["per_1000"].dropna().sort_values(ascending=False, kind="stable").head(3)
    if first.empty:
        return Part(report.say("meet"), ())
    highest = ", ".join(f"{report.name(code)} ({write_number(rate, report.lang, 1)})" for code, rate in first.items())
    sentences.append(report.say("rates", areas=highest, year=str(rates["population_year"].dropna().max())))
    if "phases" in report.by_area:
        phases = report.by_area["phases"].dropna(subset=["pcode"])
        joint = joint_severity(phases, stocks, living).set_index("pcode")
        known = joint["joint_class"].dropna()
        both = [report.name(code) for code in known.index[known == "both"]]
        if both:
            sentences.append(report.say_areas("both", both))
        elif len(known):
            sentences.append(report.say("both_nowhere", count=len(known), of=len(report.areas)))
    return Part(report.say("meet"), tuple(sentences))


def _flows(report: _Report, table: pd.DataFrame) -> Part:
    """People who moved, between whom, and those of whom an end is not known."""
    pairs = sum_flows(table, by=("origin", "destination"))
    people = pairs["people"]
    inside, unknown = pairs["internal"].fillna(False), pairs[["origin", "destination"]].isna().any(axis=1)
    period = write_period(table["start"].min().date(), table["end"].max().date(), report.lang)
    parts = {"people": people, "inside": people[inside], "unknown": people[unknown]}
    counts = {name: part.sum(min_count=1) if len(part) else 0 for name, part in parts.items()}
    report.say_uncounted("flows", int(pairs["rows_missing"].sum()))
    used, lost = len(table), counts["unknown"]
    report.account(report.say("account_flows"), used, used, people[~unknown].sum(min_count=1), lost)
    ends = [pairs[end].map(report.name) for end in ("origin", "destination")]
    between = pairs.assign(origin=ends[0], destination=ends[1])[~inside & ~unknown].nlargest(_MOST_ROWS, "people")
    lines = [(str(row.origin), str(row.destination), report.write(row.people)) for row in between.itertuples()]
    report.days.append(table["end"].max().date())
    heads = tuple(word(head, report.lang) for head in ("from", "to", "people_moved"))
    return Part(report.say("flows"), (report.say("moved", period=period, **counts),), heads, tuple(lines))


def _events(report: _Report, table: gpd.GeoDataFrame, coverage: Any) -> Part:
    """Deaths of the last twelve months, by month and where."""
    last = table["date"].max() if report.date is None else report.date
    first = (last - pd.DateOffset(months=_MONTHS - 1)).replace(day=1).normalize()
    sums = sum_events(table[table["date"] >= first], report.areas, coverage=coverage)
    sums = sums[sums["start"].between(first, last)]
    columns = ["events", "fatalities", "fatalities_low", "fatalities_high"]
    # A source without a range of its estimates has none.
    counts = sums.reindex(columns=columns).sum(min_count=1)
    unplaced = sums.loc[sums["pcode"].isna(), "fatalities"].sum(min_count=1) if sums["pcode"].isna().any() else 0
    sentence = report.say(
        "deaths",
        **{name: counts[name] for name in columns},
        unplaced=unplaced,
        period=write_period(first.date(), last.date(), report.lang),
    )
    # Without the days that the source looked at, a month without events is not known to be one without deaths.
    by_month = sums.groupby("start")["fatalities"].sum(min_count=1).reindex(pd.date_range(first, last, freq="MS"))
    report.by_area["deaths"] = by_month.to_frame()
    if by_month.isna().any():
        months = ", ".join(write_month(month.date(), report.lang) for month in by_month.index[by_month.isna()])
        report.doubts[report.say("months_unknown", months=months)] = None
    if uncounted := int(sums["events_without_fatalities"].sum()):
        report.doubts[report.say("deaths_unknown", events=uncounted)] = None
    out = sums[sums["pcode"].isna()]
    if len(out):
        lost = {"events": out["events"].sum(), "deaths": unplaced}
        report.doubts[report.say("events_unplaced", all=counts["events"], **lost)] = None
    there = sums.loc[sums["pcode"].notna(), "fatalities"].sum(min_count=1)
    report.account(report.say("account_events"), len(table), counts["events"], there, unplaced)
    places = sums.dropna(subset=["pcode"]).groupby("pcode")[["events", "fatalities"]].sum(min_count=1)
    report.days.append(last.date())
    shown = places[places["events"] > 0].sort_values("fatalities", ascending=False, kind="stable").head(_MOST_ROWS)
    lines = [
        (report.name(code), *map(report.write, row)) for code, row in zip(shown.index, shown.to_numpy(), strict=True)
    ]
    heads = (word("area", report.lang), report.say("events"), report.say("killed"))
    return Part(report.say("violence"), (sentence, *report.largest(places["fatalities"])), heads, tuple(lines))


def _pictures(report: _Report) -> Iterator[tuple[str, Figure]]:
    """The map of phases under displaced people, and deaths by month."""
    m = None
    drawn = {kind: rows.dropna(subset=["pcode"]) for kind, rows in report.by_area.items() if "pcode" in rows}
    drawn = {kind: rows for kind, rows in drawn.items() if len(rows)}
    there = {"phases", "stocks"} & set(drawn)
    title = report.say("map" if len(there) != 1 else there.pop())
    options: dict[str, Any] = {"title": title, "lang": report.lang}
    if "phases" in drawn:
        m = maps.phase_map(drawn["phases"], report.areas, column=report.phase_column, **options)
    if "stocks" in drawn:
        m = maps.stock_map(drawn["stocks"], report.areas, **(options if m is None else {"m": m}))
    if m is not None:
        # A small sheet has larger letters beside its map: it is shown on a part of a page.
        yield title, maps.figure(m, width_inches=_MAP_INCHES)
    if "deaths" in report.by_area:
        yield report.say("deaths_by_month"), _chart(report)


@mpl.rc_context({**LITERAL_TEXT, "font.family": ["DejaVu Sans"], "font.size": 8})
def _chart(report: _Report) -> Figure:
    deaths = report.by_area["deaths"]["fatalities"]
    months = [write_month(month.date(), report.lang) for month in deaths.index]
    figure = Figure(figsize=(5.2, 3.1), layout="constrained")
    axes = figure.add_subplot()
    axes.bar(range(len(deaths)), deaths.to_numpy(dtype=float), color=style()["events"]["fill"])
    axes.set_xticks(range(len(deaths)), months, rotation=45, ha="right", rotation_mode="anchor")
    for place in np.flatnonzero(deaths.isna()):
        axes.text(float(place), 0, "?", ha="center", va="bottom")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_ylabel(report.say("killed"))
    return figure
