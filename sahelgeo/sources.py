"""Where figures come from: the known sources and the credit lines of any set of tables."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import pandas as pd

from sahelgeo import checks, embedded
from sahelgeo.errors import SchemaError
from sahelgeo.words import base_language, word

# Stands between the sources of one sum, in the column ``source``.
JOIN = " + "


@dataclass(frozen=True)
class Source:
    """Who published a figure, and under which terms.

    Attributes
    ----------
    id : str
        What stands in the ``source`` column of a table.
    title_en, title_fr : str
        What was published, in English and French.
    publisher, year, url : str, int, str
        By whom, when, where.
    licence, licence_url : str
        The terms of use.
    checked : str
        How the entry was verified.
    publisher_fr, licence_fr : str
        French wording, where it differs.

    See Also
    --------
    credit : The credit lines of tables.

    Examples
    --------
    >>> from sahelgeo.sources import SOURCES
    >>> source = SOURCES["ne-10m-admin-1"]
    >>> source.publisher, source.licence
    ('Natural Earth', 'public domain')
    """

    id: str
    title_en: str
    title_fr: str
    publisher: str
    year: int
    licence: str
    licence_url: str
    url: str
    checked: str
    publisher_fr: str = ""
    licence_fr: str = ""

    def line(self, lang: str = "en") -> str:
        """The credit in one line: title, publisher, licence, address."""
        french = base_language(lang) == "fr"
        publisher = (french and self.publisher_fr) or self.publisher
        licence = (french and self.licence_fr) or self.licence
        parts = [
            self.title_fr if french else self.title_en,
            publisher,
            f"{word('licence', lang)}{word('colon', lang)} {licence}",
            self.url,
        ]
        return ". ".join(part for part in parts if part)


SOURCES: Mapping[str, Source] = MappingProxyType(
    {key: Source(id=key, **entry) for key, entry in tomllib.loads(embedded.read_text("sources.toml")).items()}
)


def split_sources(text: str) -> list[str]:
    """The sources that a cell of ``source`` names: one, or several with ``" + "`` between them."""
    return [name for name in (part.strip() for part in text.split(JOIN)) if name]


def joined_sources(values: Iterable[Any]) -> str | None:
    """The distinct sources of several cells in one, sorted, as :func:`split_sources` takes them apart; None of none."""
    names = {name for value in values if not pd.isna(value) for name in split_sources(str(value))}
    return JOIN.join(sorted(names)) or None


def sources_by_row(*columns: pd.Series) -> pd.Series:
    """The sources of several columns, row by row."""
    rows = zip(*columns, strict=True)
    return pd.Series([joined_sources(row) for row in rows], index=columns[0].index, dtype="string")


def with_source(result: pd.DataFrame, *tables: pd.DataFrame | None) -> pd.DataFrame:
    """The result with all sources of the tables that it was made of in ``source``; as it is where they name none."""
    held = []
    for table in tables:
        if table is not None and "source" in table:
            checks.columns(table, "table", {"source": "any"})
            held.append(table["source"])
    if not held:
        return result
    source = joined_sources(name for names in held for name in names.dropna().unique())
    return result.assign(source=pd.Series(source, index=result.index, dtype="string"))


def source_ids(*tables: pd.DataFrame) -> list[str]:
    """The distinct sources named by the tables, in order of appearance.

    Every column called ``source``, ending in ``_source``, or of two tables compared (``source_before``,
    ``source_after``) is read; missing values are left out. A sum of several
    sources names them with ``" + "`` between them, and each counts.
    """
    named: dict[str, None] = {}
    for table in tables:
        if not isinstance(table, pd.DataFrame):
            raise SchemaError(f"credit takes tables (DataFrames), not {type(table).__name__}")
        checks.columns(table, "credit", dict.fromkeys(source_columns(table), "any"))
        for label in source_columns(table):
            texts = (str(value) for value in table[label].dropna().unique())
            named.update(dict.fromkeys(name for text in texts for name in split_sources(text)))
    return list(named)


class Credited(Protocol):
    """A file that writes its own credit line, with the day of access."""

    @property
    def source(self) -> str:
        """The id of its source."""

    def credit(self, lang: str = "en") -> str:
        """The line."""


def credit(*tables: pd.DataFrame | Credited, lang: str = "en") -> list[str]:
    """The credit lines of everything that the tables are made of.

    Parameters
    ----------
    *tables : pandas.DataFrame, geopandas.GeoDataFrame or sahelgeo.live.Fetched
        Any tables with a ``source`` column; columns that end in ``_source``, ``source_before`` and ``source_after``
        count too. Of a fetched file the line has the day of access, in the place of the plain line of its source.
    lang : {"en", "fr"}
        Language of the lines.

    Returns
    -------
    list of str
        One line for each distinct source, in order of appearance: title, publisher, licence and address for the ids in
        ``SOURCES``, and any other text as it stands in the table. A table whose rows name no source adds a line that
        says so.

    Raises
    ------
    SchemaError
        Something that is not a DataFrame.

    See Also
    --------
    Source : One entry of ``SOURCES``.

    Notes
    -----
    Titles, licences and addresses stand in ``sahelgeo/data/sources.toml``, with how each entry was checked. Some
    publishers ask for more than a line (ACLED: the day of access): read the terms where you got the file.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> for line in sg.credit(sg.load_areas("BFA")):
    ...     print(line[:72])
    Made with Natural Earth: 1:10m admin 1 states and provinces, version 5.1
    """
    files: list[Any] = [file for file in tables if _writes_its_line(file)]
    held: list[Any] = [table for table in tables if not _writes_its_line(table)]
    lines: list[str] = []
    for key in dict.fromkeys([*source_ids(*held), *(file.source for file in files)]):
        own = [file.credit(lang) for file in files if file.source == key]
        lines += dict.fromkeys(own) or [SOURCES[key].line(lang) if key in SOURCES else key]
    unnamed = sum(rows_without_source(table) for table in held)
    return [*lines, f"{word('source_not_stated', lang)} ({unnamed:,})"] if unnamed else lines


def _writes_its_line(given: Any) -> bool:
    return not isinstance(given, pd.DataFrame) and hasattr(given, "credit") and hasattr(given, "source")


def source_columns(table: pd.DataFrame) -> list[Any]:
    """The columns that name sources."""
    own = ("source", "source_before", "source_after")
    return [label for label in table.columns if label in own or str(label).endswith("_source")]


def rows_without_source(table: pd.DataFrame) -> int:
    """How many rows of a table name no source."""
    labels = source_columns(table)
    missing = [table[label].isna().to_numpy() for label in labels]
    return int(np.logical_and.reduce(missing).sum()) if labels else len(table)
