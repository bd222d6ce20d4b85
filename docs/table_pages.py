"""Sphinx extension: pages made from the declarations and data files of sahelgeo, and a check that no public name is missing.

Before the build, ``reference/tables/`` is written: the tables from ``sahelgeo.tables.TABLES``, the sources from
``sahelgeo.sources.SOURCES``, the phase classes from the style table, the embedded areas from their file. After it, every public name
must have been documented somewhere.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from inspect import ismodule
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

import sahelgeo as sg
from sahelgeo.maps.scale import PhaseClass, phase_classes
from sahelgeo.sources import SOURCES
from sahelgeo.tables import PERIOD_RULE, TABLES, Table

if TYPE_CHECKING:
    import pandas as pd
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

LOGGER = logging.getLogger(__name__)
FOLDER = Path("reference", "tables")
TYPE_IN_WORDS = {
    "string": "text",
    "Int64": "whole number",
    "Float64": "number",
    "datetime64[us]": "day",
}
MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\|*_`[]<>#"})


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the two steps to the build."""
    app.connect("builder-inited", write_pages)
    app.connect("env-check-consistency", check_public_names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_pages(app: Sphinx) -> None:
    """Write the pages into the source folder; one that has not changed is left alone, so it is not built again."""
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "index.md": tables_page(TABLES.values()),
        "sources.md": sources_page(),
        "phase-classes.md": phase_classes_page(phase_classes()),
        "embedded-areas.md": embedded_areas_page(),
    }
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def check_public_names(app: Sphinx, env: BuildEnvironment) -> None:  # noqa: ARG001 (Sphinx passes it)
    """Warn about every public name that no page documents."""
    documented = set(env.get_domain("py").objects)
    nouns = [name for name in sg.__all__ if ismodule(getattr(sg, name))]
    public = [f"sahelgeo.{name}" for name in sg.__all__ if name not in nouns]
    for noun in nouns:
        module = getattr(sg, noun)
        names = getattr(module, "__all__", ())
        public += [f"sahelgeo.{noun}.{name}" for name in names if callable(getattr(module, name))]
    for name in public:
        if name not in documented:
            LOGGER.warning("%s is public but not documented. Add it to an autosummary in reference/index.md", name)


def tables_page(tables: Iterable[Table]) -> str:
    """The declared tables, one section each."""
    parts = [
        "# Tables",
        "Every table of sahelgeo is a plain DataFrame, or a GeoDataFrame where it has a geometry. Its columns are declared "
        "once, in `sahelgeo.tables.TABLES`; this page is made from that declaration. {func}`sahelgeo.conform` casts your "
        "table to it and checks every rule. Columns of your own are kept as they are.",
        "- **required**: the column must be in your table, with a value in every row.\n"
        "- **required, may be empty**: the column must be there; cells may be missing. Missing is never zero.\n"
        "- **optional**: the column is added empty where it is absent.\n"
        "- Types are those of pandas: text is `string`, a whole number `Int64`, a number `Float64`, a day `datetime64[us]` "
        "without time zone.\n"
        "- Shares are 0 to 1. A period runs from `start` to `end`, both days included.",
        "See also: [](sources.md), [](phase-classes.md), [](embedded-areas.md).",
        "```{toctree}\n:hidden:\n\nsources\nphase-classes\nembedded-areas\n```",
    ]
    for table in tables:
        parts += table_section(table)
    return "\n\n".join(parts) + "\n"


def table_section(table: Table) -> list[str]:
    """One table: its row, key, columns and rules."""
    columns = table.columns
    rows = [
        (
            f"`{name}`",
            TYPE_IN_WORDS[column.dtype],
            presence(required=column.required, nullable=column.nullable),
            with_values(column),
        )
        for name, column in columns.items()
    ]
    if table.geographic:
        geometry = "point" if table.name == "events" else "polygon or multipolygon"
        rows.append(("`geometry`", "geometry", presence(required=True, nullable=True), f"{geometry}, with a CRS"))
    parts = [
        f"({table.name}-table)=\n## {table.name.capitalize()}",
        f"One row is {table.row}. Key: {', '.join(f'`{name}`' for name in table.key)}; no two rows may share it, and "
        "missing counts as a value.",
        markdown_table(("Column", "Type", "In your table", "Meaning"), rows),
    ]
    if {"start", "end"} <= set(table.columns):
        parts.append(f"Refused as well: {PERIOD_RULE}.")
    return parts


def presence(*, required: bool, nullable: bool) -> str:
    """Whether a column must be there, and filled."""
    if not required:
        return "optional"
    return "required, may be empty" if nullable else "required"


def with_values(column: Any) -> str:
    """The description of a column, and the values that it may take."""
    text = str(column.description).translate(MARKDOWN)
    if column.one_of:
        return f"{text}. One of: {', '.join(f'`{value}`' for value in column.one_of)}"
    if column.highest is not None:
        return f"{text}. {column.lowest} to {column.highest}"
    if column.lowest is not None:
        return f"{text}. {column.lowest} or more"
    return text


def sources_page() -> str:
    """The known sources, with licence and address."""
    rows = [
        (
            f"`{source.id}`",
            source.title_en.translate(MARKDOWN),
            source.publisher.translate(MARKDOWN),
            linked(source.licence, source.licence_url),
            f"<{source.url}>" if source.url else "",
        )
        for source in SOURCES.values()
    ]
    parts = [
        "# Sources",
        "```{eval-rst}\n.. py:data:: sahelgeo.sources.SOURCES\n\n"
        "   The known sources by their id, a read-only mapping of :class:`~sahelgeo.sources.Source`. An id is what stands in the\n"
        "   ``source`` column of a table.\n```",
        "A `source` column may also hold the credit in words, for figures that are not in this list. "
        "{func}`sahelgeo.credit` writes the lines.",
        markdown_table(("Id", "What", "Publisher", "Licence", "Address"), rows),
    ]
    return "\n\n".join(parts) + "\n"


def phase_classes_page(classes: Iterable[PhaseClass]) -> str:
    """The five phases and the kinds of missing phase, as maps draw them."""
    hatches = {"": "plain", "diagonal": "diagonal lines", "cross": "crossed lines", "dots": "dots"}
    rows = [
        (
            f"`{item.key}`",
            item.label_en,
            item.label_fr,
            f'<span class="swatch" style="background:{html.escape(item.colour)}"></span> `{item.colour}`',
            hatches[item.hatch],
        )
        for item in classes
    ]
    parts = [
        "# Phase classes and colours",
        "Colours and English wording of the phases, of inadequate evidence and of not analysed are those of the IPC "
        "Technical Manual 3.1, Protocol 3.2. French wording of the phases is that of Cadre Harmonisé. The hatching, the "
        "class *no data*, and the French words of the kinds of missing phase are our own choice. The colours are not to be "
        "changed: readers know them.",
        markdown_table(("Class", "English", "French", "Colour", "Pattern"), rows),
        "[](../../explanation/phases.md) says what the classes mean.",
    ]
    return "\n\n".join(parts) + "\n"


def embedded_areas_page() -> str:
    """Which areas come with sahelgeo: country, level, number, edition."""
    rows = [row for level in (0, 1, 2) for row in embedded_rows(sg.load_areas(level=level), level)]
    parts = [
        "# Embedded areas",
        "{func}`sahelgeo.load_areas` gives these. They are derived from Natural Earth 1:10m (public domain) and serve "
        "examples, first looks and the ground of maps. Borders are off by one to two kilometres.",
        markdown_table(("Country", "Level", "Areas", "Edition"), rows),
    ]
    return "\n\n".join(parts) + "\n"


def embedded_rows(areas: pd.DataFrame, level: int) -> list[tuple[str, str, str, str]]:
    """One row for each country and edition of a level."""
    counts = areas.groupby(["iso3", "edition"], dropna=False).size()
    return [
        (str(iso3), str(level), f"{count:,}", str(edition).translate(MARKDOWN))
        for (iso3, edition), count in counts.items()
    ]


def linked(text: str, url: str) -> str:
    """Text, as a link where there is an address."""
    shown = text.translate(MARKDOWN)
    return f"[{shown}]({url})" if url else shown


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
