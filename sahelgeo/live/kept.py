"""Kept files: written whole and never changed, each with its provenance beside it; what is here, and what is locked.

::

    hapi/food-security/BFA-MLI/2026-11-30-60a54ca4.json
    hapi/food-security/BFA-MLI/2026-11-30-60a54ca4.json.provenance.toml
                               day        hash

The file comes first and its provenance second, both in one step of the file system each: a file without a provenance
beside it was not finished, and is not here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sahelgeo import __version__
from sahelgeo.errors import ExportError, SchemaError
from sahelgeo.live.feeds import FEEDS, Asked
from sahelgeo.readers.opener import PROVENANCE
from sahelgeo.saving import to_toml, write_whole
from sahelgeo.sources import SOURCES
from sahelgeo.words import word, write_day


@dataclass(frozen=True)
class Fetched:
    """A file from its publisher, with where it comes from. It is a path: every reader takes it.

    Attributes
    ----------
    path : pathlib.Path
        Where it lies.
    feed, query, vintage : str, mapping, str
        What was asked for: the id of the feed, countries and days, and the version that the publisher names.
    address : str
        Where it was, without any key.
    retrieved, checked : datetime.datetime
        When it was fetched, and when the publisher last said that it is unchanged.
    published : datetime.datetime or None
        When the publisher changed it last, where that is stated.
    sha256, bytes, rows : str, int, int or None
        What tells it from any other file, its size, and its rows where the publisher or the pages count them.
    licence, licence_url, may_share : str, str, bool
        The terms, and whether they let the file be passed on.
    covers_from, covers_until : datetime.date or None
        The days that the publisher looked at, where they are known. Days after ``covers_until`` are not zero.
    without : tuple of str
        Countries that were asked for and have no row.
    asked_for : str
        The ``vintage`` that it was got as; empty of what was the newest.

    See Also
    --------
    sahelgeo.fetch : Gets it.

    Examples
    --------
    >>> import datetime as dt, sahelgeo as sg
    >>> f = sg.live.Fetched(path="mali.json", feed="hapi/idps", address="https://hapi.humdata.org/api/v2/...",
    ...                     retrieved=dt.datetime(2026, 11, 30, tzinfo=dt.UTC), sha256="60a54ca4", bytes=183)
    >>> f.credit().split(". ")[-1]
    'Accessed 30 November 2026'
    """

    path: Path
    feed: str
    address: str
    retrieved: dt.datetime
    sha256: str
    bytes: int
    query: Mapping[str, Any] = field(default_factory=dict)
    vintage: str = ""
    checked: dt.datetime | None = None
    published: dt.datetime | None = None
    etag: str = field(default="", repr=False)
    rows: int | None = None
    licence: str = ""
    licence_url: str = ""
    may_share: bool = True
    covers_from: dt.date | None = None
    covers_until: dt.date | None = None
    without: tuple[str, ...] = ()
    asked_for: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path))
        object.__setattr__(self, "without", tuple(self.without))

    def __fspath__(self) -> str:
        return str(self.path)

    @property
    def source(self) -> str:
        """The id of its source, as the tables name it."""
        return FEEDS[self.feed].source if self.feed in FEEDS else ""

    @property
    def coverage(self) -> pd.DataFrame:
        """The days that the publisher looked at, by country: the ``coverage`` of :func:`sahelgeo.sum_events`.

        Raises
        ------
        SchemaError
            They are not known.
        """
        if self.covers_from is None or self.covers_until is None:
            text = f"{self.path.name}: it is not known which days it covers"
            raise SchemaError(f"{text}. Fetch it with start= and end=, or give coverage= as two days")
        days = {"start": pd.Timestamp(self.covers_from), "end": pd.Timestamp(self.covers_until)}
        countries = [code for code in self.query.get("countries", []) if code not in self.without]
        return pd.DataFrame([{**days, "iso3": code} for code in countries] if countries else [days])

    def credit(self, lang: str = "en") -> str:
        """The credit line with the day of access, and what was asked for where the publisher wants it said."""
        feed, source = FEEDS.get(self.feed), SOURCES.get(self.source)
        if source and self.licence and self.licence != source.licence:
            source = replace(source, licence=self.licence, licence_fr="")
        said = ""
        if feed and feed.facts.get("cite_query"):
            parts = {name: ", ".join(held) if isinstance(held, list) else held for name, held in self.query.items()}
            said = f" ({'; '.join(f'{name}: {text}' for name, text in parts.items())})"
        when = f"{word('accessed', lang)} {write_day(self.retrieved.date(), lang)}"
        return f"{source.line(lang) if source else self.feed}. {when}{said}"


def now() -> dt.datetime:
    """The present second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def cache() -> Path:
    """The folder of kept files: ``SAHELGEO_CACHE``, or the user's cache."""
    if given := os.environ.get("SAHELGEO_CACHE"):
        return Path(given)
    from platformdirs import user_cache_path  # noqa: PLC0415

    return user_cache_path("sahelgeo")


def digest(content: bytes) -> str:
    """What tells one file from another."""
    return hashlib.sha256(content).hexdigest()


def write_kept(fetched: Fetched, content: bytes) -> Fetched:
    """Write a file and its provenance, each whole.

    Raises
    ------
    ExportError
        The folder cannot be written, or the disk is full; nothing is left.
    """
    folder, private = fetched.path.parent, not fetched.may_share
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o777)
        if private:
            folder.chmod(0o700)
    except OSError as problem:
        text = f"{folder}: no folder can be made there ({problem.strerror}). Fetch elsewhere: into=, SAHELGEO_CACHE"
        raise ExportError(text) from problem
    _sweep(folder)
    if not (fetched.path.is_file() and digest(fetched.path.read_bytes()) == fetched.sha256):
        write_whole(fetched.path, content)
    if private:
        fetched.path.chmod(0o600)
    return write_provenance(fetched)


def write_provenance(fetched: Fetched) -> Fetched:
    """Write what is known of a file beside it, in one step."""
    held = {one.name: getattr(fetched, one.name) for one in fields(fetched) if one.name != "path"}
    beside = fetched.path.with_name(fetched.path.name + PROVENANCE)
    write_whole(beside, to_toml({**held, "sahelgeo": __version__}))
    if not fetched.may_share:
        beside.chmod(0o600)
    return fetched


def _sweep(folder: Path) -> None:
    """Remove what a process that was killed while writing has left, once it is a day old."""
    for left in folder.glob(".*-new"):
        with suppress(OSError):
            if now().timestamp() - left.stat().st_mtime > 86_400:
                left.unlink()


def read_provenance(beside: Path) -> Fetched | None:
    """The kept file that a provenance speaks of; nothing where it is not whole."""
    path = beside.with_name(beside.name.removesuffix(PROVENANCE))
    known = {one.name for one in fields(Fetched)} - {"path"}
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        held = {name: value for name, value in tomllib.loads(beside.read_text("utf-8")).items() if name in known}
        found = Fetched(path=path, **held)
        if isinstance(found.retrieved, dt.datetime) and path.stat().st_size == found.bytes:
            return found
    return None


def kept_files(root: Path, asked: Asked | None = None) -> list[Fetched]:
    """The kept files below a folder, or those of one query, the newest first."""
    folder = root / asked.folder if asked else root
    found = [read_provenance(beside) for beside in folder.rglob(f"*{PROVENANCE}")] if folder.is_dir() else []
    held = [one for one in found if one and (asked is None or (one.feed, one.query) == (asked.feed.id, asked.query))]
    return sorted(held, key=lambda one: (one.retrieved, one.vintage), reverse=True)


def is_day(vintage: str | None) -> bool:
    """Whether a vintage is a day, and not the name of a version."""
    return re.fullmatch(r"\d{4}-\d\d-\d\d", vintage or "") is not None


def of_vintage(held: list[Fetched], vintage: str | None) -> Fetched | None:
    """The newest file, or that of a version, or the newest of a day or before."""
    if vintage is None:  # an old vintage that somebody asked for is not the newest
        return next((one for one in held if not one.asked_for), None)
    if is_day(vintage):
        day = dt.date.fromisoformat(vintage)
        dated = [(one.published or one.retrieved, one) for one in held]
        before = [pair for pair in dated if min(pair[0], pair[1].retrieved).date() <= day]
        return max(before, key=lambda pair: pair[0])[1] if before else None
    return next((one for one in held if one.vintage == vintage), None)


def read_lock(lock: Path) -> dict[str, dict[str, Any]]:
    """The files that a lock demands, by feed and query.

    Raises
    ------
    SchemaError
        It is there and is no lock.
    """
    if not lock.is_file():
        return {}
    try:
        held = tomllib.loads(lock.read_text("utf-8"))
        return {name: entry for name, entry in held.items() if len(entry["sha256"]) == 64}
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise SchemaError(f"{lock}: no lock that sahelgeo wrote. Restore it, or name another file") from problem


def write_lock(lock: Path, name: str, fetched: Fetched) -> None:
    """Add a file to a lock."""
    parts = ("feed", "address", "vintage", "published", "retrieved", "sha256")
    entry = {part: getattr(fetched, part) for part in parts} | {"query": json.dumps(fetched.query)}
    write_whole(lock, to_toml(dict(sorted({**read_lock(lock), name: entry}.items()))))


def locked_file(held: list[Fetched], sha256: str) -> Fetched | None:
    """The kept file with these very bytes."""
    return next((one for one in held if one.sha256 == sha256 and digest(one.path.read_bytes()) == sha256), None)
