"""Pages joined to one file, counted, and looked at: whether it is what was asked for, and whether anything is in it.

::

    page 0 ─┐                                     the server's count, where it gives one, must be reached
    page 1 ─┼─▶ {"data": [every row, in order]}   no row may come twice on two pages
    page 2 ─┘                                     the envelope, where keys come back, is dropped

An answer of status 200 may be a login page, an error in JSON, an empty list, a pointer to a file. None of them is kept.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sahelgeo.errors import FetchError, FormatError, listed
from sahelgeo.live.feeds import FORMS, Asked, Call, codes_of
from sahelgeo.live.polite import Answer, Line, json_of, words_in
from sahelgeo.readers.areas import holds_areas
from sahelgeo.readers.feed import feeds
from sahelgeo.readers.opener import open_file
from sahelgeo.readers.reading import read_empty
from sahelgeo.readers.sheets import Opened, find, not_recognised

# Larger files are known by their first bytes alone: to parse them takes longer than to fetch them.
_LARGEST_PARSED = 30_000_000
_MOST_PAGES = 2_000
# A longer number is no count of anything.
_LONGEST_COUNT = 16
# What publishers call the address or the mark of the page that follows.
_NEXT = ("next", "next_cursor", "NextPageUrl")
_LFS = b"version https://git-lfs.github.com/spec"
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Body:
    """A file as it will be kept, and what is known of it; unchanged is one without bytes."""

    content: bytes = field(repr=False)
    etag: str = ""
    rows: int | None = None
    unchanged: bool = False
    embargo: dt.date | None = None
    without: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def body_of(asked: Asked, calls: Sequence[Call], line: Line, etag: str = "") -> Body:
    """The file that answers what was asked.

    Raises
    ------
    FetchError
        An answer that is no data, other data, a part of the data, or none.
    """
    facts = asked.feed.facts
    if not {"paging", "joined"} & set(facts):
        answer = line.get(calls[0], etag)
        if answer.status == 304:
            return Body(b"", etag, unchanged=True)
        return Body(answer.content, answer.headers.get("etag", ""), doubts=_looked_at(answer.content, asked, line))
    rows, envelope, seen, without = Rows(), dict[str, Any](), set[str](), list[str]()
    for call in calls:
        found, around = _rows_of_call(call, asked, line, seen)
        rows, envelope = rows + found, envelope | around
        without += [call.country] if not found and call.country else []
    without = _without(rows, asked, line) or without
    embargo, unread = _embargo(asked, envelope, rows)
    if not rows:
        why = f"the account may see events up to {embargo:%Y-%m-%d} only" if embargo else ""
        raise _nothing(asked, line, why)
    if asked.feed.form == "csv":
        content = pd.DataFrame(rows).to_csv(index=False).encode()
    else:
        held = {facts["list"]: rows} if facts.get("list") else rows
        content = json.dumps(held, ensure_ascii=False, indent=0).encode("utf-8", "replace")
    doubts = (*unread, *_looked_at(content, asked, line, rows))
    return Body(content, "", len(rows), embargo=embargo, without=tuple(without), doubts=doubts)


def _rows_of_call(call: Call, asked: Asked, line: Line, seen: set[str]) -> tuple[Rows, dict[str, Any]]:
    """All rows that answer one request, page after page, and what stands around them on any page.

    No row may be among those seen before, on another page or for another country: a publisher that takes no notice
    of a country, or of the number of a page, would give every figure twice.
    """
    paging: Mapping[str, Any] = asked.feed.facts.get("paging", {})
    names = asked.feed.facts.get("row_key", ())
    size, rows, first, held = int(paging.get("size", 0)), Rows(), 0, dict[str, Any]()
    for number in range(_MOST_PAGES):
        page, around = _page(line.get(_turned(call, paging, number)), asked, line)
        held |= {name: value for name, value in around.items() if value}
        keys = {json.dumps([row.get(name) for name in names or row], sort_keys=True) for row in page}
        if twice := sorted(keys & seen):
            text = f"{len(twice):,} rows stand on two pages ({listed(twice, 2)}): the data were changed while they were"
            raise line.error(f"{text} fetched, and others are missing. Fetch again", "incomplete")
        seen |= keys
        rows, first = rows + page, first or len(page)
        last = _count(held, paging.get("total_pages", ""))
        if not size or (len(page) < size if last is None else number + 1 >= last):
            break
        if last is not None and len(page) < first:
            text = f"page {number + 1} of {last:,} has {len(page):,} rows, and the first has {first:,}. Fetch again"
            raise line.error(text, "incomplete")
    else:
        raise line.error(f"more than {_MOST_PAGES:,} pages. Ask for fewer countries or days", "too_large")
    stated = _count(around, paging.get("count", ""))
    if stated is not None and stated != len(rows):
        text = f"{len(rows):,} rows came, and the publisher counts {stated:,}. Fetch again"
        raise line.error(text, "incomplete")
    if stated is None and any(around.get(name) for name in _NEXT):
        raise line.error("the publisher names a further page after the last. Report it", "incomplete")
    return rows, held


def _count(around: Mapping[str, Any], name: str) -> int | None:
    """A number of rows or pages, which some publishers write as text; nothing where there is none."""
    text = str(around.get(name))
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST_COUNT else None


def _without(rows: Rows, asked: Asked, line: Line) -> list[str]:
    """The countries that were asked for and have no row, where the rows name their country.

    Raises
    ------
    FetchError
        Rows of a country that was not asked for: the publisher took no notice of it.
    """
    codes, column = codes_of(asked), asked.feed.facts.get("countries", {}).get("column")
    there = {str(row[column]) for row in rows if row.get(column) not in (None, "")}
    if codes and (others := sorted(there - set(codes.values()))):
        text = f"rows of {listed(others, 5)} came, which were not asked for. Nothing was kept. Report it"
        raise line.error(text, "wrong_content")
    return [country for country, code in codes.items() if there and code not in there]


def _turned(call: Call, paging: Mapping[str, Any], number: int) -> Call:
    if "size" not in paging:
        return call
    size = int(paging["size"])
    place = number * size if paging["style"] == "offset" else number + int(paging.get("first", 1))
    return Call(call.address, {**call.query, paging["limit"]: str(size), paging["parameter"]: str(place)}, call.country)


def _page(answer: Answer, asked: Asked, line: Line) -> tuple[Rows, dict[str, Any]]:
    """The rows of one answer, and what stands around them."""
    if asked.feed.form == "csv":
        _refuse_other_forms(answer.content, asked, line)
        return _csv_rows(answer.content), {}
    name, held = asked.feed.facts.get("list", ""), json_of(answer.content)
    around = held if isinstance(held, dict) else {}
    rows = around.get(name) if name else held
    failed = around.get("isSuccess") is False or around.get("success") is False
    if failed or not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows):
        _refuse_other_forms(answer.content, asked, line)
        said = words_in(held) or str(list(around) or type(held).__name__)[:200]
        text = f"the answer has status 200 and no list {name!r} of records: {said}"
        raise line.error(f"{text}. Change what is asked, or report it", "wrong_content")
    return rows, {key: value for key, value in around.items() if key != name}


def _csv_rows(content: bytes) -> Rows:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig", "replace"))))


def _nothing(asked: Asked, line: Line, why: str) -> FetchError:
    where = f" for {', '.join(asked.countries)}" if asked.countries else ""
    text = f"no rows{where}; that is not zero people{f' ({why})' if why else ''}"
    return line.error(f"{text}. Ask for another place or period", "empty")


def _embargo(asked: Asked, envelope: Mapping[str, Any], rows: Rows) -> tuple[dt.date | None, tuple[str, ...]]:
    """The last day that the account may see, where the answer names one; else what is said of its limits.

    Of limits that cannot be read it is not known how far they reach: what was seen ends with the last row.
    """
    names = asked.feed.facts.get("embargo", "-").split(".")
    held: Any = envelope
    for name in names:
        held = held.get(name) if isinstance(held, Mapping) else None
    with suppress(ValueError):
        return dt.date.fromisoformat(str(held)[:10]), ()
    limits = envelope.get(names[0])
    if not limits:
        return None, ()
    said = f"the account is limited in a way that is not known here: {str(limits)[:200]}"
    return _last_day(rows, asked.feed.facts["day"]), (said,)


def _last_day(rows: Rows, column: str, form: str = "%Y-%m-%d") -> dt.date | None:
    """The last of the days of a column; what is no day is passed over."""
    texts = pd.Series([str(row.get(column))[:10] for row in rows], dtype="string")
    days = pd.to_datetime(texts, format=form, errors="coerce").dropna()
    return None if days.empty else days.max().date()


def _opened(content: bytes, line: Line) -> Opened:
    """The file; what is none is refused in the reader's words."""
    try:
        return open_file(io.BytesIO(content))
    except FormatError as problem:
        said = str(problem).split(". ")[0].partition(": ")[2]
    raise _other(said, line)


def _other(said: str, line: Line) -> FetchError:
    advice = "Try again later, or look at the publisher's page"
    return line.error(f"what came is {said}. Nothing was kept. {advice}", "wrong_content")


def _refuse_other_forms(content: bytes, asked: Asked, line: Line) -> None:
    """Refuse what is no file of the feed's form: a web page, an error in XML, a pointer, nothing."""
    start = content[:4_096].removeprefix(b"\xef\xbb\xbf").lstrip()
    ending, magics = FORMS[asked.feed.form]
    said = ""
    if content.startswith(_LFS):
        said = "a pointer to a file that lies elsewhere (Git LFS)"
    elif not start or start.startswith(b"<") or (magics and not start.startswith(magics)):
        _opened(content, line)
        said = f"no {ending} file"
    elif ending == ".csv" and start.startswith((b"{", b"[")):
        said = f"no {ending} file: {content[:120].decode('utf-8', 'replace')}"
    elif len(content) < int(asked.feed.facts.get("smallest", 0)):
        raise _nothing(asked, line, "the archive is empty")
    if said:
        raise _other(said, line)


def _looked_at(content: bytes, asked: Asked, line: Line, rows: Rows | None = None) -> tuple[str, ...]:
    """What is doubtful in a file that will be kept: headings that changed, rows withheld, an old newest analysis.

    Raises
    ------
    FetchError
        It is no file of the form, cannot be read, holds nothing, or is readable as another feed than the one asked for.
    """
    facts, said = asked.feed.facts, list[str]()
    _refuse_other_forms(content, asked, line)
    wanted = facts["reads"]
    if wanted and len(content) <= _LARGEST_PARSED:
        opened = _opened(content, line)
        with suppress(FormatError):
            read_empty(opened, wanted)
        known = holds_areas(opened) if wanted == ["areas"] else bool(find(opened, wanted))
        if not known and (others := find(opened, feeds())):
            other = others[0].feed
            raise line.error(f"this is {other.title} ({other.id}). Nothing was kept. Report it", "wrong_content")
        said += [] if known else [f"its headings are not those known: {not_recognised(opened)}"[:400]]
    withheld, newest = facts.get("withheld", {}), facts.get("newest", {})
    if rows is None:  # it came whole
        rows = _csv_rows(content) if asked.feed.form == "csv" and (withheld or newest) else []
    if withheld and (count := sum(row.get(withheld["column"]) != withheld["unless"] for row in rows)):
        said.append(f"{count:,} rows are not public: {withheld['column']} is not {withheld['unless']}")
    last = _last_day(rows, newest["column"], newest.get("form", "%Y-%m-%d")) if newest else None
    if last and (dt.date.today() - last).days > int(newest["old_days"]):
        said.append(f"the newest analysis is of {last:%Y-%m-%d}, and of later days nothing is known")
    return tuple(said)
