"""The account of a reading: every row of the file is kept, or dropped for a named reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from html import escape

import pandas as pd

from sahelgeo.readers.sheets import Opened
from sahelgeo.sums import group_numbers

KEPT = "kept"


@dataclass(frozen=True)
class ReadReport:
    r"""What a reader did with a file.

    ``rows = rows_kept + sum(rows_dropped.values())``: all rows of the sheets that were read, but for the heading rows.

    Attributes
    ----------
    file, feed, title, vintage : str
        What was read, and what it was taken for.
    table : str
        The declared table that came of it (see the reference of tables).
    sheets : mapping of str to int or str
        For each sheet the row of its headings, or why it was not read.
    rows, rows_kept : int
        Rows of the file, and those that the table is made of.
    rows_dropped : mapping of str to int
        The reasons (title, HXL, total, duplicate, superseded, empty, ...) with the number of rows.
    table_rows : int
        Rows of the table. They differ from ``rows_kept`` where a feed prints one row for each phase or group.
    people : float or None
        Sum of the table's people. Missing where its counts never add up: several days, periods, methods or levels.
    start, end : pandas.Timestamp or None
        First and last day that the table speaks of.
    places : int
        Distinct places in the table.
    notes : tuple of str
        Choices and doubts, in sentences.

    See Also
    --------
    read : Read any known file, recognised by its contents.
    inspect_file : Say in words what a file is.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["Situation au 28 février 2023,,,", "REGIONS,PROVINCES,COMMUNES,Nombre total de PDI",
    ...          "SAHEL,SOUM,DJIBO,1200", "SAHEL,SOUM,TONGOMAYEL,300", ",,ENSEMBLE,1500"]
    >>> idps, report = sg.read_with_report(io.BytesIO("\n".join(lines).encode()))
    >>> report.feed, report.rows, report.rows_kept, dict(report.rows_dropped), report.people
    ('conasur', 4, 2, {'title': 1, 'total': 1}, 1500.0)
    >>> report.notes
    ('the rows add up to the printed total, 1,500',)
    """

    file: str
    feed: str
    title: str
    vintage: str
    table: str
    sheets: Mapping[str, int | str]
    rows: int
    rows_kept: int
    rows_dropped: Mapping[str, int]
    table_rows: int
    people: float | None
    start: pd.Timestamp | None
    end: pd.Timestamp | None
    places: int
    notes: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        dropped = "; ".join(f"{count:,} {reason}" for reason, count in self.rows_dropped.items()) or "none"
        return (
            f"{self.file}: {self.title} ({self.vintage}). {self.rows:,} rows in the file: {self.rows_kept:,} kept, "
            f"dropped: {dropped}. {self.table_rows:,} rows in the {self.table} table"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(part.name)}</th>"
            f"<td>{escape(_shown(getattr(self, part.name)))}</td></tr>"
            for part in fields(self)
        )
        return f"<table><caption>{escape(str(self))}</caption>{rows}</table>"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {part}" for name, part in value.items())
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    if isinstance(value, float | int):
        return f"{value:,.0f}"
    return "" if value is None else str(value)


def account(fates: pd.Series) -> tuple[int, int, Mapping[str, int]]:
    """Rows, rows kept, and rows dropped by reason, from the fate of each row."""
    counts = fates.value_counts(sort=False)
    dropped = {str(reason): int(count) for reason, count in counts.items() if reason != KEPT}
    return len(fates), int(counts.get(KEPT, 0)), dropped


def people_in(table: pd.DataFrame, kind: str) -> float | None:
    """The sum of a table's people, missing where it counts none or where they never add up."""
    column = next(
        (name for name in ("people", "population", "fatalities") if name in table and table[name].notna().any()), None
    )
    when = {"stocks": ("date", "method"), "phases": ("kind", "start", "end", "issued"), "population": ("year",)}.get(
        kind, ()
    )
    if column is None or any(name in table and len(table[name].unique()) > 1 for name in when):
        return None
    return float(table[column].sum(min_count=1))


def report_of(
    table: pd.DataFrame,
    opened: Opened,
    named: Mapping[str, str],
    sheets: Mapping[str, int | str],
    fates: pd.Series,
    notes: Iterable[str],
) -> ReadReport:
    """The account of a reading, with what it was taken for: ``feed``, ``title``, ``vintage`` and ``table``."""
    rows, kept, gone = account(fates)
    start, end = first_and_last_day(table)
    return ReadReport(
        file=opened.file,
        **named,
        sheets=sheets,
        rows=rows,
        rows_kept=kept,
        rows_dropped=gone,
        table_rows=len(table),
        people=people_in(table, named["table"]),
        start=start,
        end=end,
        places=places_in(table),
        notes=tuple(dict.fromkeys(notes)),
    )


def areas_report(areas: pd.DataFrame, opened: Opened, sheet: str, fates: pd.Series, notes: Iterable[str]) -> ReadReport:
    """The account of a file of boundaries."""
    editions = ", ".join(sorted(areas["edition"].dropna().unique())) if "edition" in areas else ""
    named = {"feed": "areas", "title": "boundaries of administrative areas", "vintage": editions, "table": "areas"}
    sheets = {each.name: 0 if each.name == sheet else "not read: another layer" for each in opened.sheets}
    start, end = (
        areas[name].min() if name in areas and areas[name].notna().any() else None
        for name in ("valid_from", "valid_to")
    )
    made = report_of(areas, opened, named, sheets, fates, notes)
    return replace(made, people=None, start=start, end=end, places=len(areas))


def first_and_last_day(table: pd.DataFrame) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """The first and last day that a table speaks of."""
    columns = [name for name in ("date", "start", "end") if name in table and table[name].notna().any()]
    if columns:
        return min(table[name].min() for name in columns), max(table[name].max() for name in columns)
    if "year" in table and table["year"].notna().any():
        first, last = int(table["year"].min()), int(table["year"].max())
        return pd.Timestamp(first, 1, 1), pd.Timestamp(last, 12, 31)
    return None, None


def places_in(table: pd.DataFrame) -> int:
    """The number of distinct places in a table."""
    columns = [
        name for name in ("pcode", "iso3", "admin1", "admin2", "admin3", "place") if name in table and len(table)
    ]
    return int(group_numbers(table, columns).max(initial=-1)) + 1 if columns else 0
