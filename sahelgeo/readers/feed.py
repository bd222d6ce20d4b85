"""A feed as data: its headings, its vintages, and where in an opened file they stand."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import pandas as pd

from sahelgeo.conformance import listed
from sahelgeo.errors import FormatError
from sahelgeo.readers.printed import fold, text_of
from sahelgeo.readers.report import KEPT
from sahelgeo.readers.sheet import Opened, Sheet
from sahelgeo.tables import TABLES, Table


@dataclass(frozen=True)
class Vintage:
    """One shape that a feed has been published in.

    Attributes
    ----------
    name : str
        How reports name it.
    needs : frozenset of str
        Columns (our names) that make it.
    lacks : frozenset of str
        Columns that it must not have, to tell it from a fuller vintage.
    """

    name: str
    needs: frozenset[str]
    lacks: frozenset[str]


@dataclass(frozen=True)
class Feed:
    """A publisher's series of files.

    Attributes
    ----------
    id, title, table, source : str
        Our name, what it is, the table it becomes, and the source id of its rows.
    columns : mapping of str to tuple of str
        Our column names with the headings (folded) that publishers print, the preferred first.
    vintages : tuple of Vintage
        The shapes it comes in, the fullest first.
    reader, facts : str, mapping
        The function that reads it, and whatever else its data file says.
    """

    id: str
    title: str
    table: str
    source: str
    columns: Mapping[str, tuple[str, ...]]
    vintages: tuple[Vintage, ...]
    reader: str
    facts: Mapping[str, Any]


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
    """

    feed: Feed
    vintage: Vintage
    sheet: Sheet
    header: int
    columns: Mapping[str, int]


@lru_cache(maxsize=1)
def feeds() -> Mapping[str, Feed]:
    """All feeds by id, in the order that they are tried."""
    folder = files("sahelgeo.data").joinpath("feeds")
    found = [_feed(entry.read_text(encoding="utf-8")) for entry in folder.iterdir() if entry.name.endswith(".toml")]
    found += [_own_feed(table) for table in TABLES.values() if table.name != "areas"]
    return MappingProxyType({feed.id: feed for feed in sorted(found, key=lambda feed: feed.id)})


def _feed(text: str) -> Feed:
    facts = tomllib.loads(text)
    columns = {name: tuple(fold(heading) for heading in headings) for name, headings in facts.pop("columns").items()}
    vintages = tuple(
        Vintage(entry["name"], frozenset(entry["needs"]), frozenset(entry.get("lacks", ())))
        for entry in facts.pop("vintages")
    )
    named = {key: facts.pop(key) for key in ("id", "title", "table", "source", "reader")}
    return Feed(columns=MappingProxyType(columns), vintages=vintages, facts=MappingProxyType(facts), **named)


def _own_feed(table: Table) -> Feed:
    """A declared table, saved and read back. Areas are not among them: ``read_areas`` reads those."""
    needs = frozenset(name for name, column in table.columns.items() if column.required)
    return Feed(
        id=f"sahelgeo-{table.name}",
        title=f"sahelgeo's own {table.name.capitalize()} table",
        table=table.name,
        source="",
        columns=MappingProxyType({name: (fold(name),) for name in table.columns}),
        vintages=(Vintage("saved table", needs, frozenset()),),
        reader="read",
        facts=MappingProxyType({}),
    )


def find_in_sheet(sheet: Sheet, feed: Feed) -> Found | None:
    """The feed in a sheet, on the row whose headings fit most of it."""
    best: tuple[int, int] = (0, 0)
    found = None
    for offset, row in enumerate(sheet.head()):
        columns = _columns(row, feed)
        for vintage in feed.vintages:
            if vintage.needs <= columns.keys() and not vintage.lacks & columns.keys():
                rank = (len(vintage.needs), len(columns))
                if rank > best:
                    best, found = rank, Found(feed, vintage, sheet, int(sheet.cells.index[offset]), columns)
    return found


def _columns(row: list[Any], feed: Feed) -> dict[str, int]:
    headings: dict[str, int] = {}
    for position, cell in enumerate(row):
        heading = fold(text_of(cell)) if isinstance(cell, str | int | float) else ""
        if heading:
            headings.setdefault(heading, position)
    columns: dict[str, int] = {}
    for name, known in feed.columns.items():
        for heading in known:
            if heading in headings:
                columns[name] = headings[heading]
                break
    return columns


def find(opened: Opened, wanted: Iterable[str]) -> list[Found]:
    """Every sheet of the file that holds one of the feeds, each with the feed that fits it best."""
    founds = []
    for sheet in opened.sheets:
        here = [found for feed in wanted if (found := find_in_sheet(sheet, feeds()[feed])) is not None]
        if here:
            founds.append(max(here, key=lambda found: (len(found.vintage.needs), len(found.columns))))
    return founds


def nearest(opened: Opened, among: Iterable[str] | None = None) -> list[tuple[float, Feed, Vintage, list[str]]]:
    """The feeds that the headings of a file come nearest to: share of the needed columns found, and those missing."""
    answers = []
    for feed in feeds().values():
        if among is not None and feed.id not in among:
            continue
        rows = [set(_columns(row, feed)) for sheet in opened.sheets for row in sheet.head()]
        scored = [
            (len(vintage.needs & row) / len(vintage.needs), feed, vintage, sorted(vintage.needs - row))
            for vintage in feed.vintages
            for row in rows
        ]
        if scored:
            answers.append(max(scored, key=lambda answer: (answer[0], -len(answer[3]))))
    return sorted((answer for answer in answers if answer[0] > 0), key=lambda answer: -answer[0])


def not_recognised(opened: Opened, wanted: Iterable[str] | None = None) -> FormatError:
    """The refusal: what was seen, what was missing, and what the file looks like instead."""
    titles = [feeds()[feed].title for feed in wanted] if wanted is not None else []
    head = f"{opened.file}: not {listed(titles, 3)}" if titles else f"{opened.file}: not a feed that sahelgeo knows"
    sentences = [head, _seen(opened)]
    close = nearest(opened, wanted)[:1] if wanted is not None else []
    if close and close[0][0] >= 0.5:
        _, feed, vintage, missing = close[0]
        names = ", ".join(f"{name} ({feed.columns[name][0]})" for name in missing) or "a row of headings of its own"
        sentences.append(f"For the vintage {vintage.name!r} it lacks {names}")
    others = [answer for answer in nearest(opened) if wanted is None or answer[1].id not in set(wanted)]
    if others and others[0][0] == 1:
        sentences.append(f"It looks like {others[0][1].title}: use {others[0][1].reader}")
    elif others and others[0][0] >= 0.5:
        shown = "; ".join(f"{feed.title} ({share:.0%} of its headings)" for share, feed, _, _ in others[:3])
        sentences.append(f"Nearest: {shown}")
    return FormatError(". ".join(sentences))


def _seen(opened: Opened) -> str:
    parts = []
    for sheet in opened.sheets[:4]:
        rows = [[text_of(cell) for cell in row if text_of(cell)] for row in sheet.head()]
        widest = max(rows, key=len, default=[])
        name = f"sheet {sheet.name!r}: " if sheet.name else ""
        parts.append(
            f"{name}{len(sheet.cells):,} rows, headings {listed([repr(cell) for cell in widest], 8) or 'none'}"
        )
    return f"Seen: {'; '.join(parts)}" if parts else "Seen: no sheet with cells"


def body(found: Found) -> tuple[pd.DataFrame, pd.Series]:
    """The cells below the headings under our names, and the fate of every row of the sheet but the headings.

    The index of both is the number of the row in the file. Rows that are empty in every column of the feed are not in
    the frame, and neither are HXL rows.
    """
    sheet, cells = found.sheet, found.sheet.cells
    _refuse_doubled(found)
    fates = pd.Series(KEPT, index=cells.index[cells.index != found.header]).astype(object)
    if sheet.form in ("json", "geojson", "shapefile"):
        fates = fates[fates.index > found.header]
    below = cells.loc[cells.index > found.header]
    frame = pd.DataFrame(
        {name: below[cells.columns[place]] for name, place in found.columns.items()}, index=below.index
    )
    above = fates.index[fates.index < found.header]
    blank_above = _blank(cells.loc[above])
    fates[above[blank_above.to_numpy()]] = "empty"
    fates[above[~blank_above.to_numpy()]] = "title"
    empty = _blank(below)
    fates[empty.index[empty]] = "empty"
    tags = _hxl(below.head(5))
    fates[tags] = "HXL"
    again = _headings_again(frame, found)
    fates[again] = "headings again"
    return frame[~empty].drop(index=[*tags, *again], errors="ignore"), fates


def every_column(found: Found) -> tuple[pd.DataFrame, pd.Series]:
    """Like :func:`body`, with every column of the sheet under its own heading in lower case."""
    kept, fates = body(found)
    cells = found.sheet.cells
    headings = [text_of(cell).casefold() for cell in cells.loc[found.header]]
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if heading:
            places.setdefault(heading, place)
    frame = {heading: cells.loc[kept.index, cells.columns[place]] for heading, place in places.items()}
    return pd.DataFrame(frame, index=kept.index), fates


def _refuse_doubled(found: Found) -> None:
    header = [fold(text_of(cell)) for cell in found.sheet.cells.loc[found.header]]
    doubled = [
        text_of(found.sheet.cells.loc[found.header].iloc[place])
        for name, place in found.columns.items()
        if name in found.vintage.needs and header.count(header[place]) > 1
    ]
    if doubled:
        raise FormatError(
            f"{found.sheet.where}, row {found.header}: the heading {doubled[0]!r} stands {header.count(fold(doubled[0]))} "
            "times. Keep the column that counts and rename or delete the other"
        )


def _headings_again(frame: pd.DataFrame, found: Found) -> pd.Index:
    """Rows that repeat the row of headings: some publishers print it twice."""
    if found.sheet.form in ("json", "geojson", "shapefile") or frame.shape[1] < 2:
        return frame.index[:0]
    printed = found.sheet.cells.loc[found.header]
    same = pd.Series(True, index=frame.index)
    for name, place in found.columns.items():
        same &= frame[name].astype(object) == printed.iloc[place]
        if not same.any():
            break
    return frame.index[same]


def _blank(cells: pd.DataFrame) -> pd.Series:
    blank = pd.Series(True, index=cells.index)
    for position in range(cells.shape[1]):
        column = cells.iloc[:, position]
        if not blank.any():
            break
        empty = column.isna() | column.astype(object).map(lambda cell: isinstance(cell, str) and not cell.strip())
        blank &= empty.astype(bool)
    return blank


def _hxl(cells: pd.DataFrame) -> pd.Index:
    def is_tags(row: pd.Series) -> bool:
        filled = [text_of(cell) for cell in row if text_of(cell)]
        return bool(filled) and sum(cell.startswith("#") for cell in filled) * 2 > len(filled)

    return cells.index[[is_tags(row) for _, row in cells.iterrows()]]
