"""Tables of one's own: any that is told what its columns mean, and the declared tables, saved and read back."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from sahelgeo.embedded import read_text
from sahelgeo.errors import FormatError, listed
from sahelgeo.late import gpd
from sahelgeo.readers.columns import Day, given_day
from sahelgeo.readers.feed import Feed, Vintage
from sahelgeo.readers.opener import Readable, open_file
from sahelgeo.readers.printed import fold, text_of
from sahelgeo.readers.reading import HOW, finished
from sahelgeo.readers.rows import Rows, Tidied, typed_or_text
from sahelgeo.readers.sheets import Opened, choose, find_in_sheet
from sahelgeo.tables import TABLES, Table

_NAMES = ("admin1", "admin2", "admin3", "place")
_WITHIN = frozenset(
    ["date", "year", "start", "end", "group", "kind", "reason", "method", "origin_name", "destination_name", "origin"]
)
# What match_areas gives.
_MATCHED = ("pcode", "origin", "destination")
_KINDS = {"people": "whole", "households": "whole", "fatalities": "whole", "Int64": "whole", "Float64": "people"}


def read_table(
    path: Readable,
    columns: Mapping[str, str] | None = None,
    *,
    table: str = "stocks",
    date: Day | None = None,
    source: str | None = None,
    **given: Any,
) -> pd.DataFrame:
    r"""Read a table of one's own: any CSV, workbook or JSON whose columns are told.

    The file goes through the same stages as every feed: all sheets that have the columns, totals left out, numbers
    and days decided for the whole column, what can be read in two ways refused.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The file, also in a zip archive.
    columns : mapping of str to str, optional
        The headings of the file with the columns of the table that they mean:
        ``{"Localité": "place", "Effectif": "people"}``.
        Without it the refusal proposes one, ready to paste.
    table : {"stocks", "flows", "phases", "events", "population"}
        The declared table that it is.
    date : datetime.date or str, optional
        The day of all its rows, where no column says it.
    source : str, optional
        Whose figures they are; needed where no column says it.
    **given
        Other columns that have one value for all rows (``group="idp"``, ``kind="current"``, ``year=2023``), ``sheet``,
        ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        The declared table; events with ``latitude`` and ``longitude`` come as points. Columns told under names that
        are not declared stay as text.

    Raises
    ------
    FormatError
        A heading that the file does not have, a column that is needed and not told, cells that can be read in two ways.
    SchemaError
        Figures that break a rule of the table.

    See Also
    --------
    read : Read a file of a known feed.
    match_areas : Which area each printed name or code means.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["Localité;Effectif;Au", "Djibo;1 200;28/02/2023", "Dori;350;28/02/2023", "Total;1 550;28/02/2023"]
    >>> told = {"Localité": "place", "Effectif": "people", "Au": "date"}
    >>> stocks = sg.read_table(io.BytesIO("\n".join(lines).encode()), told, group="idp", source="own count")
    >>> stocks[["place", "people"]].values.tolist(), str(stocks["date"].iloc[0].date())
    ([['Djibo', 1200], ['Dori', 350]], '2023-02-28')
    """
    opened = open_file(path, given.get("encoding"), given.get("limits"))
    if columns is not None and not (isinstance(columns, Mapping) and all(isinstance(head, str) for head in columns)):
        raise FormatError(f"columns={columns!r} does not name headings. Write {{'Effectif': 'people', …}}")
    if not isinstance(table, str) or table not in TABLES or table == "areas":
        known = ", ".join(repr(name) for name in TABLES if name != "areas")
        raise FormatError(f"table={table!r} is none of {known}. read_areas reads boundaries")
    declared = TABLES[table]
    if columns is None:
        raise _proposal(opened, declared)
    how: Any = {name: given.pop(name) for name in HOW if name in given}
    constants = (
        given | ({"date": date} if date is not None else {}) | ({"source": source} if source is not None else {})
    )
    for name, value in constants.items():
        if name in columns.values() or not pd.api.types.is_scalar(value):
            raise FormatError(
                f"{name}={value!r}: one value for all rows, of a column that columns= does not tell. Tell it once"
            )
    feed = _feed(columns, declared)
    founds = [found for sheet in opened.sheets if (found := find_in_sheet(sheet, feed)) is not None]
    if not founds:
        raise _lacking(opened, columns)
    _refuse_gaps(opened, columns, constants, declared)
    chosen, left, doubts = choose(opened, founds, how.get("sheet"))
    parts = [_tidied(Rows(found, how), declared, constants) for found in chosen]
    return finished(opened, chosen, parts, left, [*opened.warnings, *doubts])[0]


def _feed(columns: Mapping[str, str], declared: Table) -> Feed:
    """The told columns as a feed of their own."""
    named: dict[str, tuple[str, ...]] = {}
    for heading, name in columns.items():
        if not isinstance(name, str):
            raise FormatError(f"columns: {heading!r} is told as {name!r}, which is no name of a column")
        if name in named:
            raise FormatError(f"columns: {name!r} is told twice. Tell one heading for each column")
        named[name] = (fold(heading),)
    types = {name: column.dtype for name, column in declared.columns.items()}
    kinds = {name: kind for name in named if (kind := _KINDS.get(name) or _KINDS.get(types.get(name, "")))}
    counts = [name for name in named if kinds.get(name) and name not in ("year", "phase_published", "geo_precision")]
    # Of movements the ends are what totals name.
    names = ("origin_name", "destination_name") if declared.name == "flows" else _NAMES
    facts = {
        "fill": [name for name in _NAMES if name in named],
        "copies": "keep",
        "totals": {
            "names": [name for name in names if name in named],
            "codes": ["pcode"] if "pcode" in named else [],
            "counts": counts,
            "within": [name for name in named if name in _WITHIN and name not in names],
        },
    }
    return Feed(
        id="own-table",
        title="the columns that were told",
        table=declared.name,
        source="",
        columns=MappingProxyType(named),
        vintages=(Vintage("as told", frozenset(named)),),
        reader="read_table",
        module="own_tables",
        kinds=kinds,
        facts=MappingProxyType(facts),
    )


def _refuse_gaps(opened: Opened, columns: Mapping[str, str], constants: Mapping[str, Any], declared: Table) -> None:
    told = {*columns.values(), *constants}
    lacking = [
        f"{name} ({column.description})"
        for name, column in declared.columns.items()
        if column.required and name not in {*told, *_MATCHED}
    ]
    if lacking:
        raise FormatError(
            f"{opened.file}: a table of {declared.name} needs {'; '.join(lacking)}. Tell the heading in columns=, or "
            "one value for all rows as an argument of that name"
        )


def _tidied(rows: Rows, declared: Table, constants: Mapping[str, Any]) -> Tidied:
    """One sheet of the table in its declared types."""
    found: dict[str, Any] = {}
    names = rows.names()
    for name in rows.feed.columns:
        column = declared.columns.get(name)
        if name in names:
            found[name] = names[name]
        elif name not in ("latitude", "longitude"):
            found[name] = rows.typed(name, column.dtype if column is not None else "string")
    for name, value in constants.items():
        column = declared.columns.get(name)
        is_day = column is not None and column.dtype.startswith("datetime") and isinstance(value, str | dt.date)
        found[name] = given_day(value, name) if is_day else value
    table = pd.DataFrame(found, index=rows.frame.index)
    for name in _MATCHED:
        if name in declared.columns and declared.columns[name].required and name not in table:
            table[name] = pd.NA
    if declared.name == "flows" and "people" in table:
        table["origin"], table["destination"] = (table.get(name, pd.NA) for name in ("origin", "destination"))
    drawn: pd.DataFrame | gpd.GeoDataFrame = table
    if "latitude" in rows and "longitude" in rows:
        drawn = rows.located(table)
    return rows.tidied(drawn, declared.name)


def _lacking(opened: Opened, columns: Mapping[str, str]) -> FormatError:
    there = {fold(text_of(cell)) for sheet in opened.sheets for row in sheet.head for cell in row}
    gone = [repr(heading) for heading in columns if fold(heading) not in there]
    what = f"there is no heading {listed(gone, 6)}" if gone else "the headings do not stand on one row"
    rows = [[[text for cell in row if (text := text_of(cell))] for row in sheet.head] for sheet in opened.sheets[:3]]
    seen = "; ".join(listed([repr(text) for text in max(sheet, key=len, default=[])], 12) for sheet in rows)
    return FormatError(f"{opened.file}: {what}. Found: {seen}")


def _proposal(opened: Opened, declared: Table) -> FormatError:
    """A mapping that may be meant, to be looked at and pasted."""
    words = tomllib.loads(read_text("own_headings.toml"))
    known = {fold(heading): name for name, headings in words.items() for heading in (name, *headings)}
    extra = {"origin_name", "destination_name"} if declared.name == "flows" else set()
    best: dict[str, str] = {}
    for sheet in opened.sheets:
        for row in sheet.head:
            here: dict[str, str] = {}
            for cell in row:
                name = known.get(fold(text_of(cell)))
                if name in {*declared.columns, *extra, *_NAMES} and name not in here.values():
                    here[text_of(cell)] = str(name)
            best = max(best, here, key=len)
    if not best:
        return FormatError(
            f"{opened.file}: no heading that a table of {declared.name} would have. Tell them: read_table(path, "
            f"{{'Effectif': 'people', …}})"
        )
    given = "".join(
        f", {name}=…"
        for name, column in declared.columns.items()
        if column.required and name not in {*best.values(), *_MATCHED}
    )
    return FormatError(
        f"{opened.file}: read_table needs to be told what the columns mean. Perhaps: read_table(path, {best!r}, "
        f"table={declared.name!r}{given})"
    )


def tidy(rows: Rows) -> Tidied:
    """The rows of a saved table in their declared types, with the user's own columns as they were."""
    declared = TABLES[rows.feed.table]
    table = pd.DataFrame(
        {name: rows.typed(name, declared.columns[name].dtype) for name in rows.found.columns}, index=rows.frame.index
    ).join(_own_columns(rows))
    shapes = rows.found.sheet.geometry
    if shapes is not None:
        table = gpd.GeoDataFrame(table, geometry=shapes.reindex(table.index), crs=shapes.crs)
    return rows.tidied(table, declared.name)


def _own_columns(rows: Rows) -> pd.DataFrame:
    """The columns that are not declared; pandas' unnamed column of row numbers is none."""
    cells, found = rows.found.sheet.cells, rows.found
    places: dict[str, int] = {}
    for place, cell in enumerate(cells.loc[found.header]):
        heading = text_of(cell)
        if heading not in ("", "geometry") and place not in found.columns.values():
            places.setdefault(heading, place)
    own = cells.loc[rows.frame.index]
    return pd.DataFrame(
        {heading: typed_or_text(own.iloc[:, place], heading) for heading, place in places.items()}, index=own.index
    )
