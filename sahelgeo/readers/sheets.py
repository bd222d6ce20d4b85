"""Sheets of cells, which every kind of file becomes once opened, and which of them hold a feed: all are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from sahelgeo.errors import SHOWN_AT_MOST, FormatError, listed
from sahelgeo.late import gpd
from sahelgeo.readers.feed import Feed, Vintage, feeds
from sahelgeo.readers.printed import fold, text_of
from sahelgeo.words import PRINTED_WORDS

HEAD_ROWS = 60
# How far down headings are looked for in a sheet that is left out.
_DEEPEST_HEADINGS = 3_000
# Forms whose first row is the headings, and is no row of the file.
PRINTED = ("csv", "workbook")
_SHARES = re.compile(PRINTED_WORDS["shares"])
_ALL_SHARES = re.compile(rf"\W*([\w ]*\b(en|in|as|unit\w*) ?:? ?)?({PRINTED_WORDS['shares']})\W*")
# Lines below a table may say what its figures are.
FOOT_ROWS = 12
_THOUSANDS = re.compile(PRINTED_WORDS["thousands"])


@dataclass(frozen=True)
class Uncomputed:
    """A cell whose formula no program has computed: its figure is not in the file."""

    cell: str

    def __str__(self) -> str:
        return f"formula in {self.cell}"


@dataclass(frozen=True)
class Sheet:
    """A rectangle of cells.

    Attributes
    ----------
    file : str
        Name of the file, for messages.
    name : str
        Name of the sheet; empty where the file has but one.
    cells : pandas.DataFrame
        The cells by position; the index is the number of the row in the file (1 is the first).
    form : str
        csv, workbook, json, geojson, shapefile, geopackage, flatgeobuf, parquet, feather, dbf or topojson.
    geometry : geopandas.GeoSeries, optional
        The shapes of the rows, with the index of ``cells``.
    hidden : bool
        Whether the workbook hides the sheet.
    epoch : int
        The year that the workbook counts its days from: 1900 or 1904.
    commas_separate : bool
        Whether the cells of the text file are separated by commas.
    envelope : tuple of str
        The keys that stand beside the list of records in an API's answer.
    merged : tuple of (int, int, int)
        The first row, the last row and the position of the column of each figure that a workbook merges over rows.
    """

    file: str
    name: str
    cells: pd.DataFrame = field(repr=False)
    form: str
    geometry: gpd.GeoSeries | None = field(default=None, repr=False)
    hidden: bool = False
    epoch: int = 1900
    commas_separate: bool = False
    envelope: tuple[str, ...] = ()
    merged: tuple[tuple[int, int, int], ...] = ()

    @property
    def where(self) -> str:
        """The file and sheet, as messages name them."""
        return f"{self.file}, sheet {self.name!r}" if self.name else self.file

    @cached_property
    def head(self) -> list[list[Any]]:
        """The first rows, where headings can be."""
        return [list(row) for row in self.cells.head(HEAD_ROWS).itertuples(index=False, name=None)]

    @cached_property
    def headings(self) -> list[dict[str, int]]:
        """The position of each heading (folded) of each of the first rows, were it the row of headings."""
        rows: list[dict[str, int]] = [{} for _ in self.head]
        for found, row in zip(rows, self.head, strict=True):
            for position, cell in enumerate(row):
                if isinstance(cell, str | int | float) and (heading := fold(text_of(cell))):
                    found.setdefault(heading, position)
        return rows


@dataclass(frozen=True)
class Opened:
    """An opened file: its sheets, notes on how it was opened, and warnings where a part of it is missing.

    ``seen_until`` is the last day that the publisher looked at, where a provenance beside the file says it.
    """

    file: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    seen_until: Any = None


# A sheet that has this share of the headings that a feed needs was perhaps meant for it.
_NEAR = 0.6


@dataclass(frozen=True)
class Found:
    """A feed found in a sheet: which vintage, on which row its headings stand, and in which columns.

    Attributes
    ----------
    feed, vintage, sheet : Feed, Vintage, Sheet
        What was found, where.
    header : int
        Number of the row of the headings, as the file numbers it.
    columns : mapping of str to int
        Our column names with their positions.
    beside : pandas.DataFrame, optional
        Where the sheet is a part of a file: the rows of the file that show how its numbers and days are written.
    """

    feed: Feed
    vintage: Vintage
    sheet: Sheet
    header: int
    columns: Mapping[str, int]
    beside: pd.DataFrame | None = field(default=None, repr=False)

    @property
    def rank(self) -> tuple[int, int]:
        """How well the feed fits: needed headings, then all that are known."""
        return len(self.vintage.needs), len(self.columns)

    def heading(self, name: str) -> str:
        """The heading of a column as the file prints it."""
        return text_of(self.sheet.cells.loc[self.header].iloc[self.columns[name]])


def find_in_sheet(sheet: Sheet, feed: Feed) -> Found | None:
    """The feed in a sheet, on the row whose headings fit most of it."""
    found: Found | None = None
    for offset, headings in enumerate(sheet.headings):
        columns = _columns(headings, feed)
        for vintage in feed.vintages:
            fits = vintage.needs <= columns.keys() and not vintage.lacks & columns.keys()
            if fits and (not vintage.forms or sheet.form in vintage.forms):
                here = Found(feed, vintage, sheet, int(sheet.cells.index[offset]), columns)
                if found is None or here.rank > found.rank:
                    found = here
    return found


def refuse_headings(found: Found) -> None:
    """Refuse counts in thousands, and columns that count the same with other figures.

    Raises
    ------
    FormatError
        The headings, and the first row that differs.
    """
    header = [fold(text_of(cell)) for cell in found.sheet.cells.loc[found.header]]
    vague = {fold(heading) for heading in found.feed.facts.get("mixed_totals", ())}
    for name, place in found.columns.items():
        times = header.count(header[place])
        if name in found.vintage.needs and times > 1:
            raise FormatError(
                f"{found.sheet.where}, row {found.header}: the heading {found.heading(name)!r} stands {times} "
                "times. Keep the column that counts and rename or delete the other"
            )
        if name not in found.feed.kinds:
            continue
        for pattern, what in ((_THOUSANDS, "thousands or millions"), (_SHARES, "shares")):
            if pattern.search(found.heading(name).casefold()):
                raise FormatError(
                    f"{found.sheet.where}, column {found.heading(name)!r}: its figures are {what}, not people. "
                    "Multiply them in the file, and take the unit out of the heading"
                )
        if name not in found.feed.facts.get("preferred", ()):
            known = {*found.feed.columns[name], header[place]} - vague
            for other in (at for at, heading in enumerate(header) if heading in known and at != place):
                _refuse_unlike(found, place, other)


def units_in(parts: Iterable[pd.DataFrame]) -> list[tuple[str, str]]:
    """Cells that say that figures are thousands or shares, and which."""
    said = {text: text.casefold() for part in parts for cell in part.to_numpy().ravel() if (text := text_of(cell))}
    found = [(text, "thousands or millions") for text, folded in said.items() if _THOUSANDS.search(folded)]
    return [*found, *((text, "shares") for text, folded in said.items() if _ALL_SHARES.fullmatch(folded))]


def _refuse_unlike(found: Found, place: int, other: int) -> None:
    rows = found.sheet.cells.loc[found.header :].iloc[1:]
    here, there = (rows.iloc[:, at].map(text_of) for at in (place, other))
    # A figure that one of them lacks is no other figure.
    unlike = (here != there) & here.str.contains(r"\d") & there.str.contains(r"\d")
    if unlike.any():
        row = unlike.index[unlike][0]
        first, second = (text_of(found.sheet.cells.loc[found.header].iloc[at]) for at in (place, other))
        raise FormatError(
            f"{found.sheet.where}: columns {first!r} and {second!r} may both be meant, and differ on row {row} "
            f"({here[row]!r} and {there[row]!r}). Keep the column that counts and rename or delete the other"
        )


def said_around(found: Found, rows: pd.Index) -> list[str]:
    """What stands around the headed cells and changes what they mean, in sentences."""
    sheet, said = found.sheet, list[str]()
    if sheet.form in PRINTED and found.feed.kinds:
        below = sheet.cells.loc[found.header :].iloc[1:]
        feet = below.tail(FOOT_ROWS).map(text_of)
        feet = feet[(feet != "").sum(axis=1) == 1]
        near = (sheet.cells.loc[: found.header - 1].tail(12), below.head(2), feet)
        said += [
            f"beside the table stands {text!r}: the figures may be {what}, and were read as people. Multiply them in "
            "the file where they are"
            for text, what in units_in(near)[:1]
        ]
    counted = {found.columns[name]: name for name in found.feed.kinds if name in found.columns}
    for first, last, place in sheet.merged:
        if place in counted and first in rows:
            said.append(
                f"column {found.heading(counted[place])!r}: one figure is merged over rows {first} to {last}, and was "
                f"read as that of row {first} alone. Write each row's own"
            )
    width = max((at + 1 for at, cell in enumerate(sheet.cells.loc[found.header]) if text_of(cell)), default=0)
    if sheet.form == "csv" and width < sheet.cells.shape[1]:
        beyond = sheet.cells.loc[rows].iloc[:, width:]
        full = beyond.index[(beyond.fillna("") != "").any(axis=1)]
        said += [
            f"row(s) {listed(list(full), SHOWN_AT_MOST)} have cells beyond the last heading, which were left out. "
            "A mark within a name or number may have made two cells of one: put quotes around it"
        ] * bool(len(full))
    return said


def _columns(headings: Mapping[str, int], feed: Feed) -> dict[str, int]:
    if feed.headings.isdisjoint(headings):
        return {}
    found = {name: next((known for known in feed.columns[name] if known in headings), None) for name in feed.columns}
    return {name: headings[heading] for name, heading in found.items() if heading is not None}


def find(opened: Opened, wanted: Iterable[str]) -> list[Found]:
    """Every sheet of the file that holds one of the feeds, each with the feed that fits it best."""
    founds = []
    for sheet in opened.sheets:
        here = [found for feed in wanted if (found := find_in_sheet(sheet, feeds()[feed])) is not None]
        if here:
            founds.append(max(here, key=lambda found: found.rank))
    return founds


def choose(opened: Opened, founds: list[Found], name: str | None) -> tuple[list[Found], dict[str, str], list[str]]:
    """The sheets to read: the one that was asked for, or all visible ones of the feed that fits best.

    Returns
    -------
    list of Found, dict, list of str
        The sheets, why each of the others is left out, and sentences for those that may be missed.
    """
    if name is not None:
        chosen = [found for found in founds if found.sheet.name == name]
        if not chosen:
            names = listed([repr(found.sheet.name) for found in founds], 12)
            raise FormatError(f"{opened.file}: no feed in a sheet called {name!r}. Sheets with one: {names}")
        return chosen, {found.sheet.name: "not asked for" for found in founds if found not in chosen}, []
    visible = [found for found in founds if not found.sheet.hidden] or founds
    first = max(visible, key=lambda found: found.rank)
    chosen = [found for found in visible if found.feed.id == first.feed.id]
    left: dict[str, str] = {}
    doubts = [f"sheet {found.sheet.name!r}, which is hidden, was read" for found in chosen if found.sheet.hidden]
    for found in founds:
        if found in chosen:
            continue
        what = "hidden" if found.feed.id == first.feed.id else f"holds {found.feed.title}"
        left[found.sheet.name] = f"not read: {what}"
        doubts.append(f"sheet {found.sheet.name!r} was not read ({what}): sheet={found.sheet.name!r} reads it")
    for sheet in opened.sheets:
        if sheet.name not in left and all(sheet is not found.sheet for found in chosen):
            share, _, lacking = max(
                _scores(sheet, first.feed), key=lambda answer: answer[0], default=(0.0, first.vintage, [""])
            )
            left[sheet.name] = "not read: no headings of this feed"
            if share >= _NEAR:
                lacks = listed([first.feed.columns[part][0] for part in lacking], 6)
                doubts.append(
                    f"sheet {sheet.name!r} was left out: of the headings of {first.feed.title} it lacks {lacks}"
                )
            elif (row := _deep_headings(sheet, first.feed)) is not None:
                doubts.append(
                    f"sheet {sheet.name!r} was left out: the headings on its row {row} are below row {HEAD_ROWS}. "
                    "Delete the rows above them"
                )
            elif units := units_in([sheet.cells.head(HEAD_ROWS)]) if first.feed.kinds else []:
                doubts.append(
                    f"sheet {sheet.name!r} says {units[0][0]!r}: the figures that were read may be {units[0][1]}, and "
                    "were read as people. Multiply them in the file where they are"
                )
    return chosen, left, doubts


def _deep_headings(sheet: Sheet, feed: Feed) -> int | None:
    """The row of headings of a feed below the rows in which they are looked for."""
    for start in range(HEAD_ROWS, min(len(sheet.cells), _DEEPEST_HEADINGS), HEAD_ROWS):
        found = find_in_sheet(replace(sheet, cells=sheet.cells.iloc[start:]), feed)
        if found is not None:
            return found.header
    return None


def _scores(sheet: Sheet, feed: Feed) -> list[tuple[float, Vintage, list[str]]]:
    rows = [set(_columns(headings, feed)) for headings in sheet.headings]
    return [
        (len(vintage.needs & row) / len(vintage.needs), vintage, sorted(vintage.needs - row))
        for vintage in feed.vintages
        if not vintage.forms or sheet.form in vintage.forms
        for row in rows
    ]


def nearest(opened: Opened, among: Iterable[str] | None = None) -> list[tuple[float, Feed, Vintage, list[str]]]:
    """The feeds that the headings of a file come nearest to: share of the needed columns found, and those missing."""
    answers = []
    for feed in feeds().values():
        if among is not None and feed.id not in among:
            continue
        scored = [score for sheet in opened.sheets for score in _scores(sheet, feed)]
        if scored:
            share, vintage, missing = max(scored, key=lambda answer: (answer[0], -len(answer[2])))
            answers.append((share, feed, vintage, missing))
    return sorted((answer for answer in answers if answer[0] > 0), key=lambda answer: -answer[0])


def not_recognised(opened: Opened, wanted: Iterable[str] | None = None) -> FormatError:
    """The refusal: what was seen, what was missing, and what the file looks like instead."""
    asked = tuple(wanted) if wanted is not None else None
    titles = [feeds()[feed].title for feed in asked] if asked is not None else []
    head = f"{opened.file}: not {listed(titles, 3)}" if titles else f"{opened.file}: not a feed that sahelgeo knows"
    sentences = [head, _seen(opened)]
    close = nearest(opened, asked)[:1] if asked is not None else []
    if close and close[0][0] >= 0.5:
        _, feed, vintage, missing = close[0]
        names = ", ".join(f"{name} ({feed.columns[name][0]})" for name in missing) or "a row of headings of its own"
        sentences.append(f"For the vintage {vintage.name!r} it lacks {names}")
    others = [feed for feed in feeds() if asked is None or feed not in asked]
    # Only a reader that finds its feed in this very file is named as the one to use.
    fitting = max(find(opened, others), key=lambda found: found.rank, default=None)
    if fitting is not None:
        sentences.append(f"It looks like {fitting.feed.title}: use {fitting.feed.reader}")
    elif near := [answer for answer in nearest(opened, others) if answer[0] >= 0.5]:
        shown = "; ".join(f"{feed.title} ({share:.0%} of its headings)" for share, feed, _, _ in near[:3])
        sentences.append(f"Nearest: {shown}")
    if asked is None and fitting is None:
        sentences.append("read_table reads a table of your own when told what its columns mean")
    return FormatError(". ".join(sentences))


def _seen(opened: Opened) -> str:
    parts = []
    for sheet in opened.sheets[:4]:
        rows = [[text_of(cell) for cell in row if text_of(cell)] for row in sheet.head]
        widest = max(rows, key=len, default=[])
        name = f"sheet {sheet.name!r}: " if sheet.name else ""
        parts.append(
            f"{name}{len(sheet.cells):,} rows, headings {listed([repr(cell) for cell in widest], 8) or 'none'}"
        )
    return f"Seen: {'; '.join(parts)}" if parts else "Seen: no sheet with cells"
