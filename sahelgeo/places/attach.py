"""Join a table to its areas, and account for every row and person that came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, Unpack, overload

import geopandas as gpd
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform_areas
from sahelgeo.errors import SHOWN_AT_MOST, CRSError, EditionError, SchemaError, UnmatchedError, listed, warn
from sahelgeo.places.codes import check_codes_against_names
from sahelgeo.places.match import match_rows

Unmatched = Literal["raise", "keep", "drop"]
On = Literal["pcode", "match"] | Mapping[str, Any]
# The options of match_areas, with the column of printed names or codes first; there it is called ``on``.
MATCH_OPTIONS = ("names", "parents", "accept", "decisions")


class _Options(TypedDict, total=False):
    on: On
    unmatched: Unmatched
    empty_areas: bool


@overload
def attach_areas(
    table: pd.DataFrame, areas: gpd.GeoDataFrame, *, report: Literal[False] = ..., **options: Unpack[_Options]
) -> gpd.GeoDataFrame: ...
@overload
def attach_areas(
    table: pd.DataFrame, areas: gpd.GeoDataFrame, *, report: Literal[True], **options: Unpack[_Options]
) -> tuple[gpd.GeoDataFrame, Account]: ...
def attach_areas(
    table: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    *,
    on: On = "pcode",
    unmatched: Unmatched = "raise",
    empty_areas: bool = False,
    report: bool = False,
) -> gpd.GeoDataFrame | tuple[gpd.GeoDataFrame, Account]:
    """Give every row of a table the polygon and names of its area, by p-code or by what the row prints.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table with a ``pcode`` column, or with places in print. Several rows may name one area.
    areas : geopandas.GeoDataFrame
        Areas with ``pcode`` and geometry, each p-code once (one edition).
    on : {"pcode", "match"} or mapping
        ``"pcode"``: by the code as it stands, unless names beside the codes contradict them. ``"match"``: by
        :func:`sahelgeo.match_areas`. Instead of the word its options may be given in a mapping,
        ``{"names": "PROVINCES", "parents": "REGIONS"}``: ``names``, the column of printed names or codes (its ``on``);
        ``parents``; ``accept``; ``decisions``.
    unmatched : {"raise", "keep", "drop"}
        What to do with rows whose p-code is missing or not among the areas: raise, keep them with an empty geometry, or
        leave them out. Keeping and leaving out warn with the number of rows and people.
    empty_areas : bool
        Add a row for every area that no row names, with missing values (for maps, where "no data" must be seen).
        These rows come last, with the index labels that follow the highest (or the p-code, for an index of text).
    report : bool
        Also return the :class:`sahelgeo.places.Account` of rows and people.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows of the table in their order with their index, then the columns of the areas, in the CRS of the areas:

        - a column that both have is the table's, and the area's is called ``area_...`` (``area_name``); one that an
          earlier join added is replaced;
        - ``area_source`` is the source of the borders, always: a table without a source does not take theirs;
        - after matching, ``pcode`` is the area's code, ``match_method`` says how it was found (missing where it was
          not), and a ``pcode`` column that the table had is kept as ``pcode_printed``.

        A column of the areas that is empty throughout is left out.
    Account
        Only with ``report=True``.

    Raises
    ------
    UnmatchedError
        Rows without an area, with ``unmatched="raise"``; the rows are in ``.rows``.
    AmbiguousError
        With ``on="pcode"``: codes that the column of names (``admin1``, ``admin2``, ``place``) contradicts, as where
        Mauritania's codes of the Cadre Harmonisé meet OCHA's areas; the rows are in ``.candidates``.
    EditionError
        The table has an ``edition`` column that names another edition than the areas.
    SchemaError
        No ``pcode`` column, a p-code twice among the areas, invalid geometry.
    CRSError
        Areas without CRS.

    Warns
    -----
    DataWarning
        Rows kept without an area, or left out.

    See Also
    --------
    match_areas : Which area each printed name or code means.
    load_areas : Embedded boundaries.
    read_areas : Read boundaries of any usual publisher.
    sahelgeo.maps.PhaseLayer : Areas in the official colours of their phase.

    Notes
    -----
    Nothing is matched in silence: a p-code names an area of one edition only, and codes were used again in Mali (2023)
    and Burkina Faso (2025). ``rows_in = rows_attached + rows_unmatched`` always holds, and so it does for people.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> joined, account = sg.attach_areas(sample.stocks, sample.areas, report=True)
    >>> joined[["pcode", "name", "people"]].head(2)
      pcode               name  people
    0  BF13             Centre    1051
    1  BF46  Boucle du Mouhoun   44859
    >>> print(account)
    13 of 13 rows attached; 1,034,609 of 1,034,609 people; 0 areas without a row
    """
    checks.choice(("raise", "keep", "drop"), unmatched=unmatched)
    areas = checks.one_edition(conform_areas(areas))
    why = None
    if isinstance(on, str) and on == "pcode":
        table = _with_official_codes(table)
        _check_table(table, areas)
        check_codes_against_names(table, areas)
    else:
        table, why = _matched(table, areas, on)
        _check_table(table, areas)
    fits = table["pcode"].isin(areas["pcode"]) & table["pcode"].notna()
    account = account_of(table, fits, areas["pcode"], table["pcode"])
    if not fits.all():
        _say_unmatched(table[~fits], _missing(table[~fits], areas) if why is None else why, account, unmatched)
    rows = table if unmatched == "keep" else table[fits]
    result = _joined(rows, areas)
    if empty_areas:
        result = _with_empty_areas(result, areas)
    return (result, account) if report else result


def _with_official_codes(table: pd.DataFrame) -> pd.DataFrame:
    """The table, its codes written as those of areas are: ml01 is ML01, and spaces around it are none of it."""
    advice = ". Rename the column of codes, or match names: on={'names': 'column of names'}"
    if isinstance(table, pd.DataFrame) and (problem := checks.absent(list(table.columns), "pcode", advice=advice)):
        raise SchemaError(f"table: {problem}")
    checks.columns(table, "table", {"pcode": "text"})
    known = {code: checks.official_code(code.strip()) for code in table["pcode"].unique() if isinstance(code, str)}
    small = {code: official for code, official in known.items() if code != official}
    return table.assign(pcode=table["pcode"].astype(object).map(lambda code: small.get(code, code))) if small else table


def _check_table(table: pd.DataFrame, areas: gpd.GeoDataFrame) -> None:
    checks.columns(table, "table", {"pcode": "any"})
    if checks.has_shapes(table) and table.crs is not None and table.crs != areas.crs:
        raise CRSError(
            f"the table is in {table.crs.to_string()} and the areas are in {areas.crs.to_string()}. "
            "Bring both to one: table.to_crs(areas.crs)"
        )
    check_edition(table, areas)


def check_edition(table: pd.DataFrame, areas: gpd.GeoDataFrame, *, codes: str = "pcode") -> None:
    """Raise if the table has an ``edition`` column that names another edition than the areas of its codes."""
    if "edition" not in table or areas["edition"].isna().all():
        return
    editions = pd.DataFrame(
        {"table": table["edition"], "areas": table[codes].map(areas.set_index("pcode")["edition"])}
    ).dropna()
    clash = editions["table"] != editions["areas"]
    if clash.any():
        first = editions[clash].iloc[0]
        rows = listed(list(editions.index[clash]), SHOWN_AT_MOST)
        raise EditionError(
            f"rows {rows} are of edition {first['table']!r}, the areas of {first['areas']!r}. "
            "Convert the table first, or load that edition's areas"
        )


def check_editions(table: pd.DataFrame, other: pd.DataFrame, ours: str, theirs: str) -> None:
    """Raise where two tables that are joined by p-code, and called ``ours`` and ``theirs``, name two editions."""
    if "edition" not in table or "edition" not in other:
        return
    named = [each[["pcode", "edition"]].dropna().drop_duplicates() for each in (table, other)]
    joined = named[0].merge(named[1], on="pcode")
    clash = joined[joined["edition_x"] != joined["edition_y"]]
    one, two = (set(each["edition"].dropna()) for each in (table, other))
    if clash.empty and (not one or not two or one & two):
        return
    codes = f" (p-codes {listed(list(clash['pcode'].unique()), SHOWN_AT_MOST)})" if len(clash) else ""
    raise EditionError(
        f"{ours} are of edition {listed(sorted(map(repr, one)), 3)}, {theirs} of {listed(sorted(map(repr, two)), 3)}"
        f"{codes}. Convert one of them to the edition of the other, or take both of one edition"
    )


def _matched(table: pd.DataFrame, areas: gpd.GeoDataFrame, on: On) -> tuple[pd.DataFrame, str]:
    """The table with the p-codes that matching found, and what kept the others from one."""
    given: Mapping[str, Any] = {} if isinstance(on, str) else on
    if [key for key in given if key not in MATCH_OPTIONS] or (isinstance(on, str) and on != "match"):
        names = f". For a column of names write on={{'names': {on!r}}}" if isinstance(on, str) else ""
        raise SchemaError(f"on={on!r} is not 'pcode', 'match' or a mapping of {', '.join(MATCH_OPTIONS)}{names}")
    options = {{"names": "on"}.get(key, key): value for key, value in given.items()}
    found = match_rows(table, areas, **options)
    places = found.evidence
    result = table.drop(columns=["pcode_printed", "match_method"], errors="ignore").rename(
        columns={"pcode": "pcode_printed"}
    )
    for label, column in (("pcode", "pcode"), ("match_method", "method")):
        result[label] = places[column].array.take(found.numbers)
    open_places = places[places["pcode"].isna()]
    filled = open_places.astype(object).where(open_places.notna(), None)
    printed = filled["name"].fillna(filled["code"]).fillna("(empty)")
    grounds = filled["conflict"].fillna(filled["candidates"]).fillna(filled["reason"])
    said = [f"{place} ({ground})" for place, ground in zip(printed, grounds, strict=True)]
    return result, f"{listed(list(dict.fromkeys(said)), SHOWN_AT_MOST)}; see match_areas for all of them"


def _missing(rows: pd.DataFrame, areas: gpd.GeoDataFrame) -> str:
    codes = ["(missing)" if pd.isna(code) else str(code) for code in rows["pcode"]]
    known = listed(sorted(areas["pcode"])[:3], 3)
    return f"p-codes {listed(list(dict.fromkeys(codes)), SHOWN_AT_MOST)} (areas have {known}, ...)"


def _say_unmatched(rows: pd.DataFrame, why: str, account: Account, unmatched: str) -> None:
    people = "" if account.people_unmatched is None else f" with {account.people_unmatched:,.0f} people"
    head = f"{len(rows):,} of {account.rows_in:,} rows{people} have no area: {why}"
    if unmatched == "raise":
        raise UnmatchedError(
            f"{head}. Correct them, or pass unmatched='keep' or 'drop'; the rows are in the error's .rows", rows
        )
    done = "kept without geometry" if unmatched == "keep" else "left out"
    warn(f"{head}; {done}")


def _joined(rows: pd.DataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    described = pd.DataFrame(areas).set_index("pcode")
    empty = described.columns[described.isna().all()].difference([areas.active_geometry_name])
    described = described.drop(columns=empty)
    shape = rows.active_geometry_name if isinstance(rows, gpd.GeoDataFrame) else None
    own = pd.DataFrame(rows).drop(columns=[shape] if shape else [])
    # Figures are credited to their own source: that of the border goes beside it, also where the figures name none.
    taken = {"source", *own.columns} - {areas.active_geometry_name}
    described = described.rename(columns={label: f"area_{label}" for label in described.columns if label in taken})
    own = own.drop(columns=[label for label in described.columns if label in own.columns])
    found = described.reindex(own["pcode"].astype("string")).set_axis(own.index)
    return gpd.GeoDataFrame(pd.concat([own, found], axis=1), geometry=areas.active_geometry_name, crs=areas.crs)


def _with_empty_areas(result: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    empty = areas[~areas["pcode"].isin(result["pcode"])]
    if empty.empty:
        return result
    added = pd.DataFrame(_joined(pd.DataFrame({"pcode": empty["pcode"]}), areas))
    taken = [label for label in added.columns if f"area_{label}" in result.columns]
    added = added.rename(columns={label: f"area_{label}" for label in taken})
    if pd.api.types.is_integer_dtype(result.index.dtype):
        first = int(result.index.max()) + 1 if len(result) else 0
        added.index = pd.RangeIndex(first, first + len(added))
    else:
        added.index = pd.Index(added["pcode"].to_numpy())
    # numpy integers cannot be missing: without this, counts would turn into fractions.
    whole = {label: "Int64" for label in result.columns if result[label].dtype.kind == "i"}
    # pandas leaves the types of an empty table undecided when it stacks.
    stacked = added.reindex(columns=result.columns)
    if len(result):
        stacked = pd.concat([pd.DataFrame(result).astype(whole), added])
    return gpd.GeoDataFrame(stacked, geometry=result.active_geometry_name, crs=result.crs)


@dataclass(frozen=True)
class Account:
    """What a join did with the rows and people that came in.

    ``rows_in = rows_attached + rows_unmatched``, and the same for people (missing where the table counts none).

    Attributes
    ----------
    rows_in, rows_attached, rows_unmatched : int
        Rows of the table.
    people_in, people_attached, people_unmatched : float or None
        Sums of the people column; missing counts add nothing.
    areas_without_rows : int
        Areas that no row names.

    See Also
    --------
    attach_areas : Join a table to its polygons.
    locate : Which area each point lies in.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> joined, account = sg.attach_areas(sample.stocks.head(3), sample.areas, report=True)
    >>> account.rows_in, account.rows_unmatched, account.people_attached, account.areas_without_rows
    (3, 0, 53639.0, 10)
    >>> print(account)
    3 of 3 rows attached; 53,639 of 53,639 people; 10 areas without a row
    """

    rows_in: int
    rows_attached: int
    people_in: float | None
    people_attached: float | None
    areas_without_rows: int

    @property
    def rows_unmatched(self) -> int:
        """Rows that no area answers to."""
        return self.rows_in - self.rows_attached

    @property
    def people_unmatched(self) -> float | None:
        """People of the rows that no area answers to."""
        if self.people_in is None or self.people_attached is None:
            return None
        return self.people_in - self.people_attached

    def __str__(self) -> str:
        text = f"{self.rows_attached:,} of {self.rows_in:,} rows attached"
        if self.people_in is not None and self.people_attached is not None:
            text += f"; {self.people_attached:,.0f} of {self.people_in:,.0f} people"
        return f"{text}; {self.areas_without_rows:,} areas without a row"


def people_column(table: pd.DataFrame) -> str | None:
    """The column that counts people: ``people``, else ``population``, else none."""
    held = [label for label in ("people", "population") if label in table]
    return next((label for label in held if _counts_people(table[label])), None)


def _counts_people(column: pd.Series | pd.DataFrame) -> bool:
    """Whether a column is of numbers, held as objects or not; one that stands twice is for its reader to refuse."""
    if isinstance(column, pd.DataFrame) or pd.api.types.is_numeric_dtype(column):
        return isinstance(column, pd.Series)
    return bool(column.notna().any()) and not checks.numbers_and_unfit(column)[1].any()


def needed_people_column(table: pd.DataFrame, name: str, advice: str = "") -> str:
    """The column that counts people; raise where there is none."""
    label = people_column(table) if isinstance(table, pd.DataFrame) else None
    if label is None:
        found = listed(list(table.columns), 12) if isinstance(table, pd.DataFrame) else type(table).__name__
        raise SchemaError(f"{name}: no column 'people' or 'population'. {advice}Found: {found}")
    return label


def account_of(table: pd.DataFrame, attached: pd.Series, pcodes: pd.Series, rows: pd.Series) -> Account:
    """Count the rows and people of a table that are attached, and the p-codes that no row names.

    ``rows`` is the p-code of each row of the table.
    """
    label = people_column(table)
    counted = None if label is None else checks.numbers_and_unfit(table[label])[0]
    total = None if counted is None else float(counted.sum())
    people = None if counted is None else float(counted[attached.to_numpy()].sum())
    without = int((~pcodes.isin(rows.dropna().unique())).sum())
    return Account(len(table), int(attached.sum()), total, people, without)
