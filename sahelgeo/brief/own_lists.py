"""A user's own lists beside the events: local agreements, and names of actors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import FormatError, SchemaError
from sahelgeo.events.actors import load_actors
from sahelgeo.readers.opener import open_file

_AGREEMENT = ("pcode", "date", "name")
_ACTOR = ("name", "match", "family", "kind")


def read_agreements(path: str | Path, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    r"""Read a list of local agreements and see whether it fits the areas.

    Parameters
    ----------
    path : str or pathlib.Path
        A CSV (commas, semicolons or tabs) or workbook with ``pcode``, ``date`` (YYYY-MM-DD) and ``name``.
    areas : geopandas.GeoDataFrame
        The areas that the events are summed in.

    Returns
    -------
    pandas.DataFrame
        As in the file, with the number of the row in the file as index and days as datetime64.

    Raises
    ------
    FormatError
        The file is empty or no table.
    SchemaError
        A column is missing, or rows without a day, a name or a p-code of the areas: all of them at once.

    See Also
    --------
    negotiation : What happened around each agreement.

    Examples
    --------
    >>> import pathlib, tempfile, sahelgeo as sg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "agreements.csv")
    ...     _ = path.write_text("pcode,date,name\nML05,2019-08-01,Made up")
    ...     sg.brief.read_agreements(path, sg.load_areas("MLI"))
      pcode       date     name
    2  ML05 2019-08-01  Made up
    """
    table = _table(Path(path), _AGREEMENT)
    return checked_agreements(table, set(areas["pcode"]), Path(path).name, "areas")


def checked_agreements(table: pd.DataFrame, held: set[str], where: str, among: str) -> pd.DataFrame:
    """The agreements with days, or every problem of them in one error."""
    _need(table, _AGREEMENT, where)
    problems = []
    for name in ("pcode", "name"):
        empty = table.index[table[name].isna()]
        if len(empty):
            problems.append(f"column {name!r}, rows {listed(list(empty), SHOWN_AT_MOST)}: empty. Fill it in")
    unknown = sorted(set(table["pcode"].dropna().astype(str)) - held)
    if unknown:
        problems.append(
            f"p-codes {listed(unknown, SHOWN_AT_MOST)} are not in the {among}. Use theirs, such as {min(held)}"
        )
    days: list[Any] = []
    for row, value in table["date"].items():
        try:
            days.append(checks.day(value, "date"))
        except SchemaError:
            days.append(pd.NaT)
            problems.append(f"column 'date', row {row}: {value!r} is not a day. Write it as YYYY-MM-DD")
    if problems:
        raise SchemaError(f"{where}: " + "; ".join(problems))
    return table.assign(date=pd.Series(days, index=table.index, dtype="datetime64[us]"))


def read_actors(path: str | Path, *, beside: pd.DataFrame | None = None) -> pd.DataFrame:
    r"""Read a list of names of actors and add it to that of the library.

    Parameters
    ----------
    path : str or pathlib.Path
        A CSV (commas, semicolons or tabs) or workbook with ``name``, ``match`` (whole or start), ``family`` and
        ``kind``.
    beside : pandas.DataFrame, optional
        The table that they are added to; the default is :func:`sahelgeo.load_actors`.

    Returns
    -------
    pandas.DataFrame
        The rows of that table and of the file, for :func:`sahelgeo.actor_family`.

    Raises
    ------
    FormatError
        The file is empty or no table.
    SchemaError
        A column is missing, cells are empty, a match that is neither whole nor start.

    See Also
    --------
    sahelgeo.actor_family : Which family each actor belongs to.

    Examples
    --------
    >>> import pathlib, tempfile, sahelgeo as sg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "actors.csv")
    ...     _ = path.write_text("name,match,family,kind\nInvented Front,whole,Front,armed group")
    ...     sg.brief.read_actors(path)["name"].iloc[-1]
    'Invented Front'
    """
    where = Path(path).name
    table = _table(Path(path), _ACTOR)
    problems = [
        f"column {name!r}, rows {listed(list(empty), SHOWN_AT_MOST)}: empty. Fill it in"
        for name in _ACTOR
        if len(empty := table.index[table[name].isna()])
    ]
    strange = table.index[~table["match"].isin(["whole", "start"]) & table["match"].notna()]
    if len(strange):
        problems.append(f"column 'match', rows {listed(list(strange), SHOWN_AT_MOST)}: write 'whole' or 'start'")
    if problems:
        raise SchemaError(f"{where}: " + "; ".join(problems))
    return pd.concat([load_actors() if beside is None else beside, table], ignore_index=True)


def _table(path: Path, needed: tuple[str, ...]) -> pd.DataFrame:
    """The first sheet of a file as text, numbered by its rows."""
    if not path.exists():
        raise FormatError(f"{path}: there is no such file. Check the name")
    sheet = open_file(path).sheets[0]
    cells = sheet.cells.astype("string").apply(lambda column: column.str.strip()).replace("", pd.NA)
    cells = cells.dropna(how="all")
    if cells.empty:
        raise FormatError(f"{sheet.where} holds no rows. It needs the columns {', '.join(needed)}")
    table = cells.iloc[1:].set_axis([str(name) for name in cells.iloc[0]], axis=1)
    _need(table, needed, sheet.where)
    # A workbook gives a day with its midnight.
    if "date" in table:
        table["date"] = table["date"].str.removesuffix(" 00:00:00")
    objects: pd.DataFrame = table.astype(object)
    return objects.where(table.notna(), None)


def _need(table: pd.DataFrame, needed: tuple[str, ...], where: str) -> None:
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise SchemaError(
            f"{where}: column {listed([repr(name) for name in missing], 5)} is missing. Found: {listed(list(table.columns), 12)}"
        )
