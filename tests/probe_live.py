"""What a maintainer with a network runs once a month: ``python tests/probe_live.py [FEED ...]``.

Each publisher is asked for a little, once, and politely. Nothing is kept, and nothing of the figures is printed: statuses,
names of headings and of fields, terms, days; and what differs from the feed's TOML file. It is not part of the tests.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import Any

import sahelgeo as sg
from sahelgeo.live.feeds import FEEDS, LiveFeed, ask
from sahelgeo.live.locating import places_of
from sahelgeo.live.paging import _turned
from sahelgeo.live.polite import Line
from sahelgeo.readers.feed import feeds
from sahelgeo.readers.printed import fold

COUNTRIES = {"dtm": "TCD", "dtm/api": "TCD", "ipc/api": "TCD"}
# What an answer says of itself that fetch could use: whether a file is new, how often one may ask.
HEADERS = (
    "etag",
    "last-modified",
    "content-type",
    "content-length",
    "retry-after",
    "x-ratelimit-limit",
    "accept-ranges",
)


def question(feed: LiveFeed) -> dict[str, Any]:
    """A small thing to ask: one country, one month where days are taken."""
    how: dict[str, Any] = {}
    if feed.facts.get("dates"):
        how |= {"start": "2024-01-01", "end": "2024-01-31"}
    return how


def names_of(content: bytes, feed: LiveFeed) -> list[str]:
    """The headings of a CSV file, or the fields of a JSON document's first record and of what is around it."""
    if feed.form == "csv":
        return next(csv.reader(io.StringIO(content[:20_000].decode("utf-8-sig", "replace"))), [])
    if feed.form != "json":
        return []
    held = json.loads(content)
    rows = held.get(feed.facts.get("list", ""), []) if isinstance(held, dict) else held
    return [*(held if isinstance(held, dict) else []), *(rows[0] if rows else [])]


def probe(feed: LiveFeed) -> list[str]:
    """What the publisher answers, and what of it is not as the TOML file says."""
    said = []
    takes = feed.facts.get("countries", {}).get("takes", "none")
    asked = ask(feed.id, COUNTRIES.get(feed.id, "BFA") if takes != "none" else None, question(feed))
    with Line(feed, progress=False) as line:
        place = places_of(asked, line)[0]
        said.append(f"newest: {place.vintage or '-'}, published {place.published or '-'}, {place.size or '-'} bytes")
        if place.licence and place.licence != feed.licence:
            said.append(f"DIFFERS: the terms are {place.licence!r}, not {feed.licence!r}")
        answer = line.get(_turned(place.calls[0], feed.facts.get("paging", {}), 0))
    said.append(f"status {answer.status}, {len(answer.content):,} bytes")
    said.append("; ".join(f"{name}: {answer.headers[name]}" for name in HEADERS if name in answer.headers))
    found = names_of(answer.content, feed)
    said.append(f"names: {', '.join(found)}")
    known = [feeds()[name] for name in feed.facts["reads"] if name in feeds()]
    if found and known:
        printed = {fold(name) for name in found}
        lacking = [
            [part for part in vintage.needs if not printed & set(one.columns[part])]
            for one in known
            for vintage in one.vintages
        ]
        if min(map(len, lacking)):
            said.append(f"DIFFERS: the reader misses {', '.join(sorted(min(lacking, key=len)))}")
    return said


def main(wanted: list[str]) -> int:
    """Probe the feeds that are named, or all; 1 where anything differs."""
    differs = False
    for feed in FEEDS.values():
        if wanted and feed.id not in wanted:
            continue
        try:
            said = probe(feed)
        except sg.SahelgeoError as problem:
            said = [
                f"DIFFERS: {problem}" if not isinstance(problem, sg.errors.KeyNeededError) else f"skipped: {problem}"
            ]
        differs |= any(line.startswith("DIFFERS") for line in said)
        print(f"{feed.id}\n  " + "\n  ".join(said))
        print("".join(f"  unverified: {text}\n" for text in feed.unverified), end="")
    return int(differs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
