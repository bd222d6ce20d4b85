"""A feed and a question to a file: from here where it is fresh, else from its publisher, never half of it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict, Unpack

import pandas as pd

from sahelgeo.errors import FetchError, OfflineError, SchemaError, listed, warn
from sahelgeo.live import kept
from sahelgeo.live.feeds import FORMS, Asked, ask
from sahelgeo.live.kept import Fetched

# The modules that bring in the libraries for the network are loaded where they are used: reading the ledger needs none.


class FetchOptions(TypedDict, total=False):
    """What beside the question may be said to :func:`fetch`."""

    level: int | None
    year: int | None
    refresh: bool
    offline: bool | None
    into: str | os.PathLike[str] | None
    lock: str | os.PathLike[str] | None
    progress: bool


_OPTIONS = tuple(FetchOptions.__annotations__)


def fetch(
    feed: str,
    countries: str | Iterable[str] | None = None,
    *,
    start: str | dt.date | None = None,
    end: str | dt.date | None = None,
    vintage: str | None = None,
    **how: Unpack[FetchOptions],
) -> Fetched:
    """A file of a publisher's feed, kept with its address, day, hash and licence.

    What is here and fresh is given without a request. Old data are never slipped in: where the publisher cannot be
    had, that is an error, and it names the kept file.

    Parameters
    ----------
    feed : str
        Its id: one of ``sg.live.FEEDS``, such as "cadre-harmonise", "dtm", "hapi/food-security", "ucdp".
    countries : str or list of str, optional
        ISO codes or names. Feeds that are one file for all countries take none.
    start, end : str or date, optional
        First and last day, for feeds that can be asked for days.
    vintage : str, optional
        A day: the newest file of that day or before, of those that HDX offers and those that are here; other
        publishers give today's alone. Or the name of a version, such as "26.1" of UCDP, or of a file on HDX. Never
        the newest instead.
    **how
        ``level`` and ``year``, for feeds that have files of several; ``refresh=True`` asks the publisher even if the
        file here is fresh; ``offline=True`` (or ``SAHELGEO_OFFLINE=1``) opens no connection; ``into``, a folder of
        yours instead of the cache (``SAHELGEO_CACHE``); ``lock``, a file that demands the same bytes in every later
        run; ``progress=False`` shows no bar.

    Returns
    -------
    Fetched
        A path with its provenance: every reader takes it.

    Raises
    ------
    FetchError
        The publisher refuses, is not there, has no such file, or gives what is no data, other data, a part of the
        data, or nothing. Nothing is kept. ``.reason`` says which.
    KeyNeededError
        No key, or one that is refused.
    OfflineError
        The file is not here, and no connection may be opened.
    SchemaError
        What the feed cannot be asked.
    ExportError
        The folder cannot be written.

    Warns
    -----
    DataWarning
        Countries without a row, an embargo, rows that are not public, an old newest analysis, other headings than
        known; or, offline, a file that is no longer fresh.

    See Also
    --------
    read : Read the file.
    sahelgeo.live.vintages : What the publisher offers, and what is here.
    sahelgeo.live.fetched : Every kept file.

    Notes
    -----
    Built from the publishers' specifications and client libraries and tested against a local server; not yet run
    against the live services. Each feed's TOML file says what is unverified.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> try:
    ...     f = sg.fetch("cadre-harmonise", offline=True, into="no-such-folder")
    ... except sg.errors.OfflineError as error:
    ...     print(str(error).split(". ")[0])
    cadre-harmonise: no file of it is here, and no connection may be opened
    """
    if unknown := [name for name in how if name not in _OPTIONS]:
        raise SchemaError(f"fetch takes no {unknown[0]!r}. It takes: {', '.join(_OPTIONS)}")
    asked = ask(feed, countries, {"start": start, "end": end, "vintage": vintage, **how})
    root = Path(how.get("into") or kept.cache())
    lock = Path(how["lock"] or "") if how.get("lock") else None
    demanded = kept.read_lock(lock).get(asked.name) if lock else None
    held = kept.kept_files(root, asked)
    if demanded is not None:
        found = kept.locked_file([*held, *kept.kept_files(kept.cache(), asked)], demanded["sha256"])
        return found or _demanded(_fetched(asked, root, held, {**how, "refresh": True}), asked, demanded)
    found = _fetched(asked, root, held, dict(how))
    if lock:
        kept.write_lock(lock, asked.name, found)
    return found


def _demanded(found: Fetched, asked: Asked, demanded: dict[str, Any]) -> Fetched:
    if found.sha256 == demanded["sha256"]:
        return found
    then, today = str(demanded.get("published") or demanded.get("retrieved"))[:10], found.published or found.retrieved
    what = f"{demanded['sha256'][:12]} of {then}, not {found.sha256[:12]} of {today:%Y-%m-%d}"
    text = f"{asked.feed.id}: the lock demands other bytes than there are: {what}. Use the kept file, or unlock it"
    raise FetchError(text, feed=asked.feed.id, address=found.address, reason="changed")


def _fetched(asked: Asked, root: Path, held: list[Fetched], how: dict[str, Any]) -> Fetched:
    here = kept.of_vintage(held, asked.vintage)
    if _is_offline(how.get("offline")):
        return _offline(asked, here, held)
    # Of a day, the publisher may offer a newer file than the one here, and no longer the one here.
    by_day = "dataset" in asked.feed.facts and kept.is_day(asked.vintage)
    asked_before = here is not None and here.asked_for == asked.vintage
    settled = here is not None and (not by_day or asked_before if asked.vintage else _fresh(asked, here))
    if here is not None and settled and not how.get("refresh"):
        return here
    try:
        found = _from_publisher(asked, root, held, progress=how.get("progress", True))
        return (kept.of_vintage([found, here], asked.vintage) or found) if by_day and here else found
    except FetchError as problem:
        if here is not None and by_day and problem.reason == "not_found":
            return here
        if here is not None and problem.reason in ("unreachable", "busy"):
            when = here.published or here.retrieved
            problem.args = (f"{problem.args[0]}. Kept: a file of {when:%Y-%m-%d}; offline=True uses it",)
        raise


def _offline(asked: Asked, here: Fetched | None, held: list[Fetched]) -> Fetched:
    if here is None:
        there = [one.vintage or f"{one.retrieved:%Y-%m-%d}" for one in held]
        what = f"none of it of {asked.vintage}" if held else "no file of it"
        shown = f"{listed(there, 8) or 'nothing'}. Fetch it once with a connection"
        text = f"{asked.feed.id}: {what} is here, and no connection may be opened. Here: {shown}"
        raise OfflineError(text, feed=asked.feed.id)
    if asked.vintage is None and not _fresh(asked, here):
        warn(f"{asked.feed.id}: the file here was checked on {here.checked or here.retrieved:%Y-%m-%d}; "
             "there may be a newer one")  # fmt: skip
    return here


def _is_offline(asked: bool | None) -> bool:
    return os.environ.get("SAHELGEO_OFFLINE", "") not in ("", "0") if asked is None else asked


def _fresh(asked: Asked, here: Fetched) -> bool:
    """Whether the publisher need not be asked again; a clock that ran backwards asks again."""
    age = kept.now() - (here.checked or here.retrieved)
    return dt.timedelta(0) <= age <= dt.timedelta(days=float(asked.feed.facts["fresh_days"]))


def _from_publisher(asked: Asked, root: Path, held: list[Fetched], *, progress: bool) -> Fetched:
    from sahelgeo.live import keys, locating, paging, polite  # noqa: PLC0415

    with polite.Line(asked.feed, progress=progress) as line:
        place = locating.chosen(asked, locating.places_of(asked, line), line)
        newest = next((one for one in held if one.vintage == place.vintage), None)
        # What was got as a vintage, and is now the newest, is given from now on without one.
        unasked: dict[str, Any] = {} if asked.vintage else {"asked_for": ""}
        known = newest and place.published and (newest.published, newest.bytes) == (place.published, place.size)
        calls, etag = list(place.calls), newest.etag if newest else ""
        body = paging.Body(b"", unchanged=True) if known else paging.body_of(asked, calls, line, etag)
        if newest and (body.unchanged or kept.digest(body.content) == newest.sha256):
            return kept.write_provenance(replace(newest, checked=kept.now(), **unasked))
        if keys.holds_key(body.content, line.all_secrets().values()):
            raise line.error("the answer repeats the key, and was not kept. Report it", "wrong_content")
    sha, moment = kept.digest(body.content), kept.now()
    ending = FORMS[asked.feed.form][0]
    stem = "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in place.vintage)
    stem = f"{stem.removesuffix(ending)[:80]}--" if stem else ""
    first, last = _covered(asked, place.vintage, body.embargo)
    found = Fetched(
        path=root / asked.folder / f"{stem}{moment:%Y-%m-%d}-{sha[:8]}{ending}",
        feed=asked.feed.id,
        address=place.calls[0].address,
        retrieved=moment,
        checked=moment,
        published=place.published,
        sha256=sha,
        bytes=len(body.content),
        rows=body.rows,
        query=asked.query,
        vintage=place.vintage,
        etag=body.etag,
        licence=place.licence or asked.feed.licence,
        licence_url=place.licence_url,
        may_share=asked.feed.may_share,
        covers_from=first,
        covers_until=last,
        without=body.without,
        asked_for=asked.vintage or "",
    )
    kept.write_kept(found, body.content)
    if found.without:
        warn(f"{asked.feed.id}: no rows for {', '.join(found.without)}; that is not zero people")
    if body.embargo and (asked.end is None or asked.end > f"{body.embargo:%Y-%m-%d}"):
        until = f"events up to {body.embargo:%Y-%m-%d} only"
        warn(f"{asked.feed.id}: {until}: the account may not see later ones, which are not zero")
    for doubt in body.doubts:
        warn(f"{asked.feed.id}: {doubt}")
    return found


def _covered(asked: Asked, version: str, embargo: dt.date | None) -> tuple[dt.date | None, dt.date | None]:
    """The first and last day that the publisher looked at: what was asked for, and what can be known by then."""
    facts = asked.feed.facts.get("covers")
    if facts is None:
        return None, None
    first = asked.start or facts.get("from")
    lasts = [embargo, dt.date.fromisoformat(asked.end) if asked.end else None]
    if "lag_days" in facts:
        lasts.append(kept.now().date() - dt.timedelta(days=int(facts["lag_days"])))
    if "version" in facts:
        lasts.append(_last_day(version, facts["version"]))
    known = [day for day in lasts if day is not None]
    return dt.date.fromisoformat(first) if first else None, min(known) if known else None


def _last_day(version: str, rule: str) -> dt.date | None:
    """The last day of a version of UCDP's: "26.1" ends with 2025, the candidate "26.0.8" with August 2026."""
    numbers = [int(part) for part in version.split(".") if part.isdigit()]
    if rule == "year before" and len(numbers) == 2:
        return dt.date(1999 + numbers[0], 12, 31)
    if rule == "month" and len(numbers) >= 3 and 1 <= numbers[-1] <= 12:
        return pd.Period(year=2000 + numbers[0], month=numbers[-1], freq="M").end_time.date()
    return None


_LEDGER = ["feed", "countries", "vintage", "published", "retrieved", "bytes", "licence", "may_share", "sha256", "path"]
_COLUMNS = ["name", "published", "retrieved", "bytes", "sha256", "kept"]


def vintages(feed: str, countries: str | Iterable[str] | None = None, *, offline: bool | None = None) -> pd.DataFrame:
    """What the publisher offers of a feed, and what of it is kept here.

    Parameters
    ----------
    feed, countries : str, list of str
        As for :func:`sahelgeo.fetch`.
    offline : bool, optional
        Say only what is here, and open no connection. The default is ``SAHELGEO_OFFLINE``.

    Returns
    -------
    pandas.DataFrame
        One row for each version or file, the newest first: ``name`` (what ``vintage=`` takes), ``published``,
        ``retrieved``, ``bytes``, ``sha256``, ``kept``.

    Raises
    ------
    FetchError
        The publisher cannot be had.

    See Also
    --------
    sahelgeo.fetch : Gets one of them.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sg.live.vintages("ucdp", offline=True).columns.tolist()
    ['name', 'published', 'retrieved', 'bytes', 'sha256', 'kept']
    """
    asked = ask(feed, countries, {})
    held = kept.kept_files(kept.cache(), asked)
    rows = [[one.vintage or f"{one.retrieved:%Y-%m-%d}", one.published, one.retrieved, one.bytes, one.sha256, True]
            for one in held]  # fmt: skip
    if not _is_offline(offline) and {"dataset", "versions"} & set(asked.feed.facts):
        from sahelgeo.live import locating, polite  # noqa: PLC0415

        with polite.Line(asked.feed, progress=False) as line:
            offered = locating.places_of(asked, line)
        here = {(one.vintage, one.published) for one in held}
        rows += [[one.vintage, one.published, None, one.size, None, False] for one in offered
                 if (one.vintage, one.published) not in here]  # fmt: skip
    table = pd.DataFrame(rows, columns=_COLUMNS)
    for name in ("published", "retrieved"):
        table[name] = pd.to_datetime(table[name], utc=True)
    table = table.astype({"bytes": "Int64", "name": "string", "sha256": "string", "kept": "boolean"})
    return table.sort_values(["published", "retrieved"], ascending=False, kind="stable", ignore_index=True)


def fetched(folder: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Every kept file, the newest first: the ledger.

    Parameters
    ----------
    folder : path, optional
        Where to look; the default is the cache.

    Returns
    -------
    pandas.DataFrame
        One row for each file: ``feed``, ``countries``, ``vintage``, ``published``, ``retrieved``, ``bytes``,
        ``licence``, ``may_share``, ``sha256``, ``path``.

    See Also
    --------
    sahelgeo.fetch : Gets them.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sg.live.fetched("no-such-folder").empty
    True
    """
    rows = []
    for one in kept.kept_files(Path(folder) if folder else kept.cache()):
        held = {name: getattr(one, name) for name in _LEDGER if name != "countries"}
        rows.append({**held, "countries": ", ".join(one.query.get("countries", [])), "path": str(one.path)})
    return pd.DataFrame(rows, columns=_LEDGER)
