"""Where a file lies: at a plain address, in HDX's catalogue, behind an entry of a publisher's, under a version's name.

Addresses on HDX change with each release, so that none is built: the catalogue is asked, and a rule chooses.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sahelgeo.errors import listed
from sahelgeo.live.feeds import Asked, Call, calls_of
from sahelgeo.live.kept import is_day
from sahelgeo.live.polite import Line, json_of

_CATALOGUE = "https://data.humdata.org/api/3/action/package_show"
_LICENCES = ("license_other", "license_title", "license_id")


@dataclass(frozen=True)
class Place:
    """Where a file lies, and what its publisher says of it.

    Attributes
    ----------
    calls : tuple of Call
        What to ask.
    vintage : str
        The name of the file or of the version.
    published : datetime.datetime or None
        Its last change.
    size : int or None
        Its bytes.
    licence, licence_url : str
        Its terms, where they are its own.
    """

    calls: tuple[Call, ...]
    vintage: str = ""
    published: dt.datetime | None = None
    size: int | None = None
    licence: str = ""
    licence_url: str = ""


def places_of(asked: Asked, line: Line) -> list[Place]:
    """Every file that the publisher offers for what was asked, the newest first.

    Raises
    ------
    FetchError
        The publisher does not have it, or answers otherwise than it used to.
    """
    facts = asked.feed.facts
    if "dataset" in facts:
        return _in_catalogue(asked, line)
    if "pointer" in facts:
        return [_behind_entry(asked, line)]
    if "versions" in facts:
        names = [asked.vintage] if asked.vintage else facts["versions"]
        return [Place(tuple(calls_of(replace(asked, vintage=name))), name) for name in names]
    return [Place(tuple(calls_of(asked)))]


def _document(call: Call, line: Line) -> Mapping[str, Any]:
    held = json_of(line.get(call).content)
    if isinstance(held, list) and len(held) == 1:
        held = held[0]
    if not isinstance(held, Mapping):
        raise line.error("the catalogue answers with no entry. Try again later", "wrong_content")
    return held


def _in_catalogue(asked: Asked, line: Line) -> list[Place]:
    """The files of a dataset on HDX that fit the feed's rule, the newest first."""
    facts = asked.feed.facts
    name = facts["dataset"] if asked.countries or "dataset_all" not in facts else facts["dataset_all"]
    call = Call(_CATALOGUE, {"id": name.format_map(asked.words)})
    held = _document(call, line)
    result = held.get("result")
    resources = result.get("resources") if isinstance(result, Mapping) else None
    if held.get("success") is False or not isinstance(result, Mapping) or not isinstance(resources, list):
        raise line.error("HDX answers otherwise than it used to. Report it", "wrong_content")
    rule = re.compile(facts["file"].format_map(asked.words), re.IGNORECASE)
    fitting = [one for one in resources if isinstance(one, Mapping) and rule.search(str(one.get("name")))
               and str(one.get("format")).upper() in facts["formats"]]  # fmt: skip
    places = [_resource(one, result) for one in fitting if isinstance(one.get("url"), str)]
    if not places:
        there = listed([str(one.get("name")) for one in resources if isinstance(one, Mapping)], 8) or "nothing"
        text = f"of the files of {call.query['id']!r} on HDX none is the one that is looked for. There is: {there}"
        raise line.error(text, "not_found")
    named = bool(facts.get("newest_name"))
    return sorted(places, key=lambda one: (_year_in(one.vintage) if named else "", str(one.published)), reverse=True)


def _year_in(name: str) -> str:
    return max(re.findall(r"(?:19|20)\d\d", name), default="")


def _resource(held: Mapping[str, Any], dataset: Mapping[str, Any]) -> Place:
    published = None
    with suppress(TypeError, ValueError):
        published = dt.datetime.fromisoformat(str(held.get("last_modified"))).replace(tzinfo=dt.UTC, microsecond=0)
    size = held["size"] if isinstance(held.get("size"), int) else None
    licence = next((str(dataset[name]) for name in _LICENCES if dataset.get(name)), "")
    terms = str(dataset.get("license_url") or "")
    return Place((Call(str(held["url"])),), str(held.get("name")), published, size, licence, terms)


def _behind_entry(asked: Asked, line: Line) -> Place:
    """A file that an entry of the publisher's points to, with its own licence."""
    facts = asked.feed.facts["pointer"]
    call = calls_of(asked)[0]
    held = _document(call, line)
    address = held.get(facts["address"])
    if not isinstance(address, str):
        raise line.error(f"the entry has no {facts['address']!r}. Report it", "wrong_content")
    vintage, licence, terms = (str(held.get(facts[name]) or "") for name in ("vintage", "licence", "licence_url"))
    return Place((Call(address),), vintage, licence=licence, licence_url=terms)


def chosen(asked: Asked, places: list[Place], line: Line) -> Place:
    """The newest, or the one of a vintage.

    Raises
    ------
    FetchError
        There is no such vintage, or two files may both be the newest.
    """
    offered = [one.vintage or f"{one.published:%Y-%m-%d}" for one in places if one.vintage or one.published]
    if asked.vintage:
        if is_day(asked.vintage):
            places = [one for one in places if one.published and f"{one.published:%Y-%m-%d}" <= asked.vintage]
        else:
            places = [one for one in places if one.vintage == asked.vintage]
    elif asked.feed.facts.get("newest_name"):
        return places[0]
    if not places:
        text = f"there is no vintage {asked.vintage!r}. There is: {', '.join(offered) or 'nothing'}"
        raise line.error(text, "not_found")
    day = places[0].published
    same = [one.vintage for one in places if day and one.published and one.published.date() == day.date()]
    if day and len(same) > 1 and asked.vintage not in same:
        text = f"{len(same)} files are of {day:%Y-%m-%d}: {listed(same, 8)}. Say which: vintage={same[0]!r}"
        raise line.error(text, "wrong_content")
    return places[0]
