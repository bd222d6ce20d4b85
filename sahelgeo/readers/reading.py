"""From an opened file to a checked table with its account: the steps that all feeds share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform
from sahelgeo.errors import FormatError, SchemaError, warn
from sahelgeo.events.counting import SEEN_UNTIL, refuse_copies
from sahelgeo.late import gpd
from sahelgeo.phases.rule import refuse_shares
from sahelgeo.readers.columns import How
from sahelgeo.readers.feed import feeds, feeds_of
from sahelgeo.readers.opener import Readable, open_file
from sahelgeo.readers.printed import fold, text_of
from sahelgeo.readers.report import ReadReport, report_of
from sahelgeo.readers.rows import Rows, Tidied
from sahelgeo.readers.sheets import Found, Opened, choose, find, not_recognised
from sahelgeo.tables import TABLES

Read = tuple[pd.DataFrame, ReadReport]
HOW = tuple(How.__annotations__)
# UTF-8 that was read as Windows-1252 (TÃ©ra), letters of DOS and of the Mac that were (T‚ra, TŽra), and lost ones.
_DAMAGED = "[ÃÂ][\u0080-\u00bf€™œ]|â€|\ufffd|[A-Za-z][‚ƒ„…†‡ˆ‰Š‹ŒŽ“”•][a-z]|[a-z][‚‡ˆ‰]"


def read_with(reader: str, path: Readable, **options: Any) -> pd.DataFrame:
    """The table of a file, as one reader reads its feeds."""
    opened = open_file(path, options.get("encoding"), options.get("limits"))
    wanted = feeds_of(reader)
    empty = read_empty(opened, wanted)
    if empty is not None:
        return empty[0]
    founds = find(opened, wanted)
    if not founds:
        raise not_recognised(opened, wanted)
    return read_found(opened, founds, {name: value for name, value in options.items() if value is not None})[0]


def read_found(opened: Opened, founds: list[Found], options: dict[str, Any]) -> Read:
    """The table and the account of a file in which feeds were found."""
    how: Any = {name: options[name] for name in HOW if name in options}
    chosen, left, doubts = choose(opened, founds, how.get("sheet"))
    feed = chosen[0].feed
    own = {name: value for name, value in options.items() if name not in HOW}
    known = {name for other in feeds_of(feed.reader) for name in feeds()[other].options}
    unknown = sorted(set(own) - known)
    if unknown:
        takes = ", ".join([*sorted(known), *HOW])
        raise FormatError(f"{opened.file}: {feed.reader} has no option {unknown[0]!r}. It takes: {takes}")
    own = {name: value for name, value in own.items() if name in feed.options}
    narrow = feed.hook("sheets_for")
    if narrow is not None:
        kept = narrow(chosen, **own)
        left |= {found.sheet.name: "not read: another level" for found in chosen if found not in kept}
        chosen = kept
    tidy, rows_of = feed.hook("tidy"), feed.hook("rows_of") or Rows
    assert tidy is not None
    parts = [tidy(rows_of(found, how), **own) for found in chosen]
    return finished(opened, chosen, parts, left, [*opened.warnings, *doubts])


def _without_copied_sheets(founds: list[Found], parts: list[Tidied]) -> list[Tidied]:
    """Sheets that repeat the figures of an earlier one are left out whole; those of the same day are said."""
    if len(parts) == 1:
        return parts
    if parts[0].kind == "stocks":
        note = f"{len(parts)} sheets hold counts: of one population at different times they are never to be added"
        parts = [Tidied(part.table, part.fates, (note, *part.notes), part.warnings, part.kind) for part in parts]
    seen: dict[tuple[Any, ...], str] = {}
    dates: dict[Any, dict[tuple[Any, ...], str]] = {}
    answer: list[Tidied] = []
    for found, part in zip(founds, parts, strict=True):
        counted = next((name for name in ("people", "population", "fatalities", "events") if name in part.table), None)
        when = [name for name in ("date", "start", "year") if name in part.table]
        counts: Iterable[str] = part.table[counted].astype("string").fillna("") if counted else []
        figures = (
            *(str(part.table[name].max()) for name in when),
            *sorted(zip(_called(part.table), counts, strict=False)),
        )
        if len(figures) > len(when) and figures in seen:
            reason = f"in a copy of sheet {seen[figures]!r}"
            answer.append(Tidied(part.table.iloc[:0], part.fates.mask(part.fates == "kept", reason), kind=part.kind))
            continue
        seen[figures] = found.sheet.name
        if "date" in part.table and part.kind == "stocks" and part.table["date"].min() == part.table["date"].max():
            day = part.table["date"].max()
            counted_before = dates.setdefault(day, {})
            shared = [place for place in dict.fromkeys(_places(part)) if place in counted_before]
            if shared:
                raise FormatError(
                    f"{found.sheet.file}: sheets {counted_before[shared[0]]!r} and {found.sheet.name!r} both count "
                    f"{len(shared)} places on "
                    f"{day:%Y-%m-%d}, with other figures. Say which to read: sheet={found.sheet.name!r}"
                )
            counted_before |= dict.fromkeys(_places(part), found.sheet.name)
        answer.append(part)
    return answer


def _called(table: pd.DataFrame) -> list[str]:
    """How the rows are called, whatever stands beside: sheets that copy others may leave the larger areas out."""
    name = next((name for name in ("place", "pcode") if name in table and table[name].notna().any()), None)
    return [fold(text_of(cell)) for cell in table[name]] if name else [""] * len(table)


def _places(part: Tidied) -> list[tuple[Any, ...]]:
    names = [name for name in ("place", "admin1", "admin2", "pcode", "group") if name in part.table]
    return [tuple(row) for row in part.table[names].astype("string").fillna("").to_numpy().tolist()]


def finished(
    opened: Opened, founds: list[Found], parts: list[Tidied], left: dict[str, str], doubts: Iterable[str]
) -> Read:
    """Check the joined table and make the account; say what is doubtful."""
    parts = _without_copied_sheets(founds, parts)
    table = _joined([part.table for part in parts])
    said = dict.fromkeys([*doubts, *_damaged_names(table), *(sentence for part in parts for sentence in part.warnings)])
    for sentence in said:
        warn(f"{opened.file}: {sentence}")
    kind = parts[0].kind
    table = _checked(table, kind, opened)
    if kind == "events" and (day := checks.day_or_none(opened.seen_until)) is not None:
        table[SEEN_UNTIL] = pd.Series(day, index=table.index, dtype="datetime64[us]")
    feed = founds[0].feed
    named = {"feed": feed.id, "title": feed.title, "vintage": founds[0].vintage.name, "table": kind or "plain"}
    sheets: dict[str, int | str] = {sheet.name: left.get(sheet.name, "not read") for sheet in opened.sheets}
    sheets |= {found.sheet.name: found.header for found in founds}
    fates = pd.concat([part.fates for part in parts], ignore_index=True)
    notes = [*opened.notes, *(note for part in parts for note in part.notes), *said]
    return table, report_of(table, opened, named, sheets, fates, notes)


def _damaged_names(table: pd.DataFrame) -> list[str]:
    """Names whose accents were lost when somebody read or saved them in another encoding."""
    for name in table.filter(items=["place", "admin1", "admin2", "admin3", "origin_name", "destination_name"]):
        names = pd.Series(table[name].dropna().unique(), dtype="string")
        bad = names[names.str.contains(_DAMAGED)]
        if len(bad):
            return [
                f"{len(bad)} names such as {bad.iloc[0]!r} ({name}) have letters of another encoding, and no area is "
                "called so. Say the file's own, such as encoding='cp850', or take the publisher's file"
            ]
    return []


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    if len(tables) == 1:
        return tables[0].reset_index(drop=True)
    filled = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(filled, ignore_index=True)


def _checked(table: pd.DataFrame, kind: str, opened: Opened) -> pd.DataFrame:
    if not kind:
        return table
    try:
        checked = conform(table, kind)
        if kind == "phases":
            refuse_shares(checked, added=True)
    except SchemaError as failure:
        if kind == "events":
            refuse_copies(table, opened.file)
        raise SchemaError(f"{opened.file}: {failure}", failure.problems) from failure
    if not TABLES[kind].geographic and checks.has_shapes(table):
        checked = gpd.GeoDataFrame(checked, geometry=table.active_geometry_name, crs=table.crs)
    return checked


def read_empty(opened: Opened, wanted: Iterable[str]) -> Read | None:
    """The answer to a file whose list of records is empty: said, of which feed, where the file shows it.

    Raises
    ------
    FormatError
        An answer without records of a feed whose columns it does not show.
    """
    sheets = [sheet for sheet in opened.sheets if sheet.form in ("json", "geojson")]
    if not sheets or len(sheets) < len(opened.sheets) or any(sheet.cells.shape[1] for sheet in sheets):
        return None
    for name in wanted:
        feed = feeds()[name]
        nothing = feed.hook("nothing")
        if nothing is not None and sheets[0].name in feed.facts.get("empty_lists", ()):
            return finished(opened, [Found(feed, feed.vintages[0], sheets[0], 0, {})], [nothing(sheets[0])], {}, [])
    keys = set(sheets[0].envelope)
    titles = [feed.title for feed in feeds().values() if keys & set(feed.facts.get("envelope", ()))]
    of = f" of {titles[0]}" if titles else ""
    raise FormatError(
        f"{opened.file}: an answer{of} without any record. That is not zero people: nobody was counted, the query fits "
        "nothing, or the page lies beyond the last. Ask again with another place or period"
    )
