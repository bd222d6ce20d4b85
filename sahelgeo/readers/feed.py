"""A feed as data: its headings, its vintages, its habits, and the module that knows what it means."""

from __future__ import annotations

import importlib
import inspect
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from types import MappingProxyType
from typing import Any

from sahelgeo.embedded import names_in, read_text
from sahelgeo.readers.printed import fold
from sahelgeo.tables import TABLES, Table

_OWN_NAMES = ("admin1", "admin2", "admin3", "place")
_OWN_CODES = ("pcode", "origin", "destination")


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
    forms : frozenset of str
        Forms of file that it comes in; empty for any.
    """

    name: str
    needs: frozenset[str]
    lacks: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()


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
    reader, module : str
        The function that reads it, and the module of ``sahelgeo.readers`` whose ``tidy`` knows what it means.
    kinds : mapping of str to str
        What its columns of numbers count: ``whole`` persons, ``people`` that an estimate may split; others are
        measures.
    facts : mapping
        Whatever else its data file says: ``days``, ``totals``, ``fill`` and what its module needs.
    """

    id: str
    title: str
    table: str
    source: str
    columns: Mapping[str, tuple[str, ...]]
    vintages: tuple[Vintage, ...]
    reader: str
    module: str
    kinds: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def hook(self, name: str) -> Callable[..., Any] | None:
        """A function of the feed's module, or nothing where it has none of that name."""
        found: Callable[..., Any] | None = getattr(
            importlib.import_module(f"sahelgeo.readers.{self.module}"), name, None
        )
        return found

    @cached_property
    def headings(self) -> frozenset[str]:
        """The headings of all its columns."""
        return frozenset(chain.from_iterable(self.columns.values()))

    @property
    def options(self) -> tuple[str, ...]:
        """The options that its reader takes beside those of every reader, less those that only another feed takes."""
        tidy = self.hook("tidy")
        assert tidy is not None
        named = [name for name, part in inspect.signature(tidy).parameters.items() if part.kind is part.KEYWORD_ONLY]
        return tuple(self.facts.get("options", named))


@lru_cache(maxsize=1)
def feeds() -> Mapping[str, Feed]:
    """All feeds by id, in the order that they are tried."""
    found = [_feed(read_text("feeds", name)) for name in names_in("feeds", ".toml")]
    found += [_own_feed(table) for table in TABLES.values() if table.name != "areas"]
    return MappingProxyType({feed.id: feed for feed in sorted(found, key=lambda feed: feed.id)})


def feeds_of(reader: str) -> tuple[str, ...]:
    """The ids of the feeds that a reader reads."""
    return tuple(
        feed.id for feed in feeds().values() if feed.reader == reader or reader in feed.facts.get("also_read_by", ())
    )


def _feed(text: str) -> Feed:
    facts = tomllib.loads(text)
    columns = {name: tuple(fold(heading) for heading in headings) for name, headings in facts.pop("columns").items()}
    vintages = tuple(
        Vintage(entry["name"], *(frozenset(entry.get(part, ())) for part in ("needs", "lacks", "forms")))
        for entry in facts.pop("vintages")
    )
    named = {key: facts.pop(key) for key in ("id", "title", "table", "source", "reader", "module")}
    kinds = {name: kind for kind in ("whole", "people") for name in facts.pop(kind, ())}
    return Feed(
        columns=MappingProxyType(columns), vintages=vintages, kinds=kinds, facts=MappingProxyType(facts), **named
    )


def _headings(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """A column's name, and the ten letters that a shapefile keeps of it where they are those of no other."""
    cut = [other for other in names if other[:10] == name[:10]]
    return (fold(name),) if len(cut) > 1 else (fold(name), fold(name[:10]))


def _own_feed(table: Table) -> Feed:
    """A declared table, saved and read back. Areas are not among them: ``read_areas`` reads those."""
    columns = {name: column.dtype for name, column in table.columns.items()}
    needs = frozenset(name for name, column in table.columns.items() if column.required)
    counts = {"Int64": "whole", "Float64": "people"}
    facts: dict[str, Any] = {"days": {"habit": "never"}}
    if table.name != "events":
        # A total that somebody wrote below a saved table is left out; rows that merely add up stay and are said.
        apart = {*_OWN_NAMES, *_OWN_CODES, "people", "source"}
        facts["totals"] = {
            "keep": True,
            "names": _OWN_NAMES,
            "words_in": _OWN_CODES,
            "codes": ["pcode"],
            "counts": ["people", "population"],
            "within": [
                name for name, dtype in columns.items() if name not in apart and dtype in ("string", "datetime64[us]")
            ],
        }
    return Feed(
        id=f"sahelgeo-{table.name}",
        title=f"sahelgeo's own {table.name.capitalize()} table",
        table=table.name,
        source="",
        columns=MappingProxyType({name: _headings(name, columns) for name in columns}),
        vintages=(Vintage("saved table", needs),),
        reader="read",
        module="own_tables",
        kinds={name: counts[dtype] for name, dtype in columns.items() if dtype in counts},
        facts=MappingProxyType(facts),
    )
