"""The feeds that can be fetched, each a TOML file: where it lies, how it is asked, whether a key is needed."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from sahelgeo import checks, embedded
from sahelgeo.errors import SchemaError, listed
from sahelgeo.places.names import country_of, iso2_codes
from sahelgeo.sources import SOURCES
from sahelgeo.words import without_accents

# What each form of file is called, and what its first bytes may be; nothing where any text will do.
FORMS = {
    "json": (".json", (b"{", b"[")),
    "geojson": (".geojson", (b"{",)),
    "csv": (".csv", ()),
    "xlsx": (".xlsx", (b"PK",)),
    "zip": (".zip", (b"PK",)),
    "tif": (".tif", (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")),
}
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ ()-]{0,120}")


@dataclass(frozen=True)
class LiveFeed:
    """A publisher's series of files that :func:`sahelgeo.fetch` gets.

    Attributes
    ----------
    id, title, publisher : str
        What ``fetch`` takes, what it is, and whose.
    reader : str
        The function that reads the file.
    source : str
        Its id among the sources, which name the terms.
    may_share : bool
        Whether the publisher's terms let the file be passed on.
    form, good_for : str
        What its files are (a key of ``FORMS``), and what they answer.
    facts : mapping
        What else its TOML file says: address, paging, parameters, limits.
    unverified : tuple of str
        What it says on the word of others: to be looked at first where it does not work.

    See Also
    --------
    sahelgeo.fetch : Gets a file of the feed.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> feed = sg.live.FEEDS["dtm/api"]
    >>> feed.reader, feed.key, feed.may_share
    ('read_dtm', 'DTMAPI_SUBSCRIPTION_KEY', False)
    """

    id: str
    title: str
    publisher: str
    reader: str
    source: str
    may_share: bool
    form: str
    facts: Mapping[str, Any] = field(repr=False)
    good_for: str = ""
    unverified: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The environment variable that its key is usually kept in; empty where none is needed."""
        names = self.facts.get("key", {})
        return ", ".join(names[part][-1] for part in ("email", "user", "from") if part in names)

    @property
    def key_from(self) -> str:
        """Where a key is had."""
        return str(self.facts.get("key", {}).get("get", ""))

    @property
    def licence(self) -> str:
        """The terms, as the publisher states them; those of one file stand in its provenance."""
        return SOURCES[self.source].licence


def _feed(name: str) -> LiveFeed:
    facts = tomllib.loads(embedded.read_text("feeds_live", name))
    named = {one.name: facts.pop(one.name) for one in fields(LiveFeed) if one.name in facts}
    named["unverified"] = tuple(named.get("unverified", ()))
    return LiveFeed(**named, facts=MappingProxyType(facts))


_FILES = embedded.names_in("feeds_live", ".toml")
FEEDS: Mapping[str, LiveFeed] = MappingProxyType({feed.id: feed for feed in map(_feed, _FILES)})


@dataclass(frozen=True)
class Asked:
    """What was asked of a feed: which countries, days, level, year and vintage."""

    feed: LiveFeed
    countries: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    level: int | None = None
    year: int | None = None
    vintage: str | None = None

    @property
    def query(self) -> dict[str, Any]:
        """What tells one file of the feed from another, as the provenance keeps it; the vintage is not part of it."""
        held = {"countries": list(self.countries)} if self.countries else {}
        named = {name: getattr(self, name) for name in ("start", "end", "level", "year")}
        return {**held, **{name: value for name, value in named.items() if value is not None}}

    @property
    def name(self) -> str:
        """The feed, the query and the vintage in one text: what a lock calls it."""
        held = self.query | ({"vintage": self.vintage} if self.vintage else {})
        return f"{self.feed.id} {json.dumps(held, sort_keys=True)}" if held else self.feed.id

    @property
    def folder(self) -> str:
        """The folder of its files below the cache, which people can read."""
        parts = ["-".join(self.countries), *(str(value) for name, value in self.query.items() if name != "countries")]
        # Two hundred countries are no name of a folder.
        place = "_".join(part for part in parts if part)
        return f"{self.feed.id}/{place if len(place) <= 100 else f'{len(self.countries)}-countries'}".rstrip("/")

    @property
    def words(self) -> dict[str, str]:
        """What an address may hold in braces."""
        iso3 = self.countries[0] if len(self.countries) == 1 else ""
        name = _country_row(iso3)["name_en"] if iso3 else ""
        return {
            "ISO3": iso3, "iso3": iso3.lower(), "slug": re.sub(r"[^a-z0-9]+", "-", without_accents(name).lower()),
            "level": "" if self.level is None else str(self.level), "year": str(self.year or ""),
            "version": self.vintage or "", "version_": re.sub(r"\W", "_", self.vintage or ""),
            "version0": re.sub(r"\W", "", self.vintage or ""),
        }  # fmt: skip


def _country_row(iso3: str) -> dict[str, str]:
    return next(row for row in embedded.read_rows("countries.csv") if row["iso3"] == iso3)


def _code(style: str, iso3: str) -> str:
    """A country as a publisher writes it: ``iso3``, ``iso2``, ``name`` (English) or ``gw`` (Gleditsch and Ward)."""
    if style != "gw":
        return {"iso3": iso3, "iso2": iso2_codes()[iso3], "name": _country_row(iso3)["name_en"]}[style]
    found = [row["gw"] for row in embedded.read_rows("ucdp_countries.csv") if row["iso3"] == iso3]
    if not found:
        raise SchemaError(f"countries: UCDP has no number for {iso3}. Leave countries out, and choose then")
    return found[0]


def codes_of(asked: Asked) -> dict[str, str]:
    """The countries that were asked for, as the publisher writes them."""
    facts = asked.feed.facts.get("countries", {})
    own, style = facts.get("names", {}), facts.get("style", "iso3")
    return {country: own.get(country) or _code(style, country) for country in asked.countries}


def ask(name: str, countries: str | Iterable[str] | None, given: Mapping[str, Any]) -> Asked:
    """What was asked, checked against what the feed can be asked.

    Raises
    ------
    SchemaError
        An unknown feed or country, or what the feed does not take; all of it at once.
    """
    if name not in FEEDS:
        raise SchemaError(f"there is no feed {name!r} to fetch. Choose one of: {', '.join(FEEDS)}")
    feed = FEEDS[name]
    wanted = [] if countries is None else [countries] if isinstance(countries, str) else list(countries)
    codes = {text: country_of(str(text)) for text in wanted}
    problems = [f"countries: {text!r} is no country. Use ISO codes of three letters" for text, code in codes.items()
                if code is None]  # fmt: skip
    known = tuple(sorted({code for code in codes.values() if code}))
    problems += _country_problems(feed, len(known)) if not problems else []
    dated = [end for end in ("start", "end") if given.get(end) is not None]
    days = {end: f"{checks.day(given[end], end):%Y-%m-%d}" for end in dated}
    problems += _day_problems(feed, days.get("start"), days.get("end"))
    for part in ("level", "year"):
        choices = feed.facts.get(part, {}).get("choices", [])
        if given.get(part) is not None and given[part] not in choices:
            takes = f"takes {part}={listed(choices, 20)}" if choices else f"has no {part} to choose"
            problems.append(f"{part}={given[part]!r}: feed {feed.id!r} {takes}")
    vintage = given.get("vintage")
    if vintage is not None and not (isinstance(vintage, str) and _VERSION.fullmatch(vintage)):
        problems.append(f"vintage={vintage!r} is neither a day (YYYY-MM-DD) nor the name of a version")
    if problems:
        raise SchemaError(checks.numbered(f"fetch {feed.id!r}", problems), problems)
    chosen = {part: given.get(part, feed.facts.get(part, {}).get("usual")) for part in ("level", "year")}
    return Asked(feed, known, **days, level=chosen["level"], year=chosen["year"], vintage=vintage)


def _country_problems(feed: LiveFeed, count: int) -> list[str]:
    facts = feed.facts.get("countries", {})
    takes = facts.get("takes", "none")
    if count and takes == "none":
        return [f"feed {feed.id!r} is one file for all countries: leave countries out, and choose rows after reading"]
    if count > 1 and takes == "one":
        return [f"feed {feed.id!r} has a file for each country: fetch them one by one"]
    if not count and facts.get("needed"):
        return [f"feed {feed.id!r} needs countries, such as countries='NER'"]
    return []


def _day_problems(feed: LiveFeed, start: str | None, end: str | None) -> list[str]:
    facts = feed.facts.get("dates", {})
    if (start or end) and not facts:
        return [f"feed {feed.id!r} gives its whole record: leave start and end out, and choose days after reading"]
    if "between" in facts and bool(start) != bool(end):
        return [f"feed {feed.id!r} needs both start and end, or neither"]
    return [f"start={start} is after end={end}. Swap or correct them"] if start and end and start > end else []


@dataclass(frozen=True)
class Call:
    """One request, without its key: the address, its parameters, and the country that it is for."""

    address: str
    query: Mapping[str, str] = field(default_factory=dict)
    country: str = ""


def calls_of(asked: Asked) -> list[Call]:
    """The requests that answer what was asked, before their pages are turned."""
    facts, query = asked.feed.facts, dict(asked.feed.facts.get("query", {}))
    dates, places = facts.get("dates", {}), facts.get("countries", {})
    if asked.start and "between" in dates:
        query |= {dates["between"]: f"{asked.start}{dates['join']}{asked.end}", **dates.get("fixed", {})}
    for end in ("start", "end"):
        day = getattr(asked, end)
        if day and end in dates:
            query[dates[end]] = checks.day(day, end).strftime(dates.get("form", "%Y-%m-%d"))
    address = facts["address"].format_map(asked.words)
    codes = codes_of(asked)
    if not codes or "parameter" not in places:
        return [Call(address, query, "".join(codes))]
    if places.get("each"):
        return [Call(address, {**query, places["parameter"]: code}, country) for country, code in codes.items()]
    return [Call(address, {**query, places["parameter"]: places.get("join", ",").join(codes.values())})]
