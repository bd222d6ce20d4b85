"""The Integrated Food Security Phase Classification (IPC): its files on HDX, its API, its maps and exports."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal, overload

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.feed import Found, body, every_column, find, not_recognised
from sahelgeo.readers.hapi import tidy_hapi
from sahelgeo.readers.ipc_api import api_rows
from sahelgeo.readers.ipc_stacked import tidy_stacked
from sahelgeo.readers.mending import made_valid
from sahelgeo.readers.opener import Readable, open_file
from sahelgeo.readers.periods import Day, Period, given_day, given_period
from sahelgeo.readers.phase_rows import identity, pivot_phases, with_state
from sahelgeo.readers.printed import days, numbers, text_of, texts
from sahelgeo.readers.reading import Tidied, dropped, finish, need_rows
from sahelgeo.readers.report import ReadReport
from sahelgeo.readers.sheet import Opened
from sahelgeo.tables import PEOPLE_BY_PHASE

FEEDS = ("ipc", "ipc-stacked", "hapi-food-security")
_UNITS = {"urb": "urban", "idp": "idp_site", "cam": "idp_site", "rfg": "refugee"}
_INADEQUATE_EVIDENCE = 10


@overload
def read_ipc(
    path: Readable, *, period: Period | None = ..., issued: Day | None = ..., report: Literal[False] = ...
) -> pd.DataFrame: ...
@overload
def read_ipc(
    path: Readable, *, period: Period | None = ..., issued: Day | None = ..., report: Literal[True]
) -> tuple[pd.DataFrame, ReadReport]: ...
def read_ipc(path: Readable, *, period: Period | None = None, issued: Day | None = None, report: bool = False) -> Any:
    r"""Phases and people by phase from a file of the IPC.

    It takes the CSV files on HDX (long and wide; national, level 1 and area), the API's answers on a country's
    population, the maps as GeoJSON (HDX and website), the website's Excel export, the IPC-CH population tracking sheet
    and HAPI's food security file. The rows "all" and "3+" repeat phases 1 to 5: they become ``population`` and
    ``people_3plus`` and are never added to them.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The file, also in a zip archive.
    period : tuple of two days, optional
        First and last day, for a map that does not say them.
    issued : datetime.date or str, optional
        Day of the analysis, for such a map too.
    report : bool
        Whether to return the account of the reading too.

    Returns
    -------
    pandas.DataFrame
        A Phases table: one row for each area, analysis and period, in persons. Analyses overlap: a later one can speak of
        the months that an earlier one projected (``issued`` tells them apart). ``pcode`` is missing (match_areas gives
        it) but for national rows. A map gives a GeoDataFrame.
    ReadReport
        With ``report=True``: every row of the file kept, or dropped for a reason.

    Raises
    ------
    FormatError
        Another kind of file, cells that are no numbers or days, or a map whose period is not said.
    SchemaError
        Figures that break a rule of the Phases table.

    See Also
    --------
    read_cadre_harmonise : Read phases of the Cadre Harmonisé.
    read_fewsnet : Read classifications of FEWS NET.
    phases_at : The classification that holds on a day.

    Notes
    -----
    Phases and kinds of period: IPC Technical Manual 3.1.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> heading = "Date of analysis,Country,Level 1,Area,Validity period,From,To,Phase,Number"
    >>> rows = [f"Apr 2023,CAF,Ouaka,Grimari,current,2023-04-01,2023-08-31,{phase},{people}" for phase, people in
    ...         [("all", 100), ("3+", 50), (1, 20), (2, 30), (3, 35), (4, 15), (5, 0)]]
    >>> phases = sg.read_ipc(io.BytesIO("\n".join([heading, *rows]).encode()))
    >>> phases[["place", "population", "people_3", "people_4"]].iloc[0].astype(str).tolist()
    ['Grimari', '100.0', '35.0', '15.0']
    """
    opened = open_file(path)
    founds = find(opened, FEEDS)
    if not founds:
        raise not_recognised(opened, FEEDS)
    return read_found(opened, founds, report, period=period, issued=issued)


def read_found(opened: Opened, founds: list[Found], report: bool, **options: Any) -> Any:
    """The table of an opened file in which the feed was found."""
    return finish(opened, founds[:1], partial(tidy_ipc, **options), report)


def tidy_ipc(found: Found, *, period: Period | None = None, issued: Day | None = None) -> Tidied:
    """One sheet of the IPC, tidied."""
    if found.feed.id == "ipc-stacked":
        return tidy_stacked(found)
    if found.feed.id == "hapi-food-security":
        return tidy_hapi(found)
    name = found.vintage.name
    if name == "HDX, long":
        return _tidy_long(found)
    if name == "map of one analysis":
        return _tidy_map(found, period, issued)
    if name == "API, population of a country":
        frame, fates = every_column(found)
        rows = api_rows(frame)
        return _tidy_wide(rows, found, fates, found.feed.facts["api"])
    frame, fates = every_column(found)
    return _tidy_wide(frame, found, fates, found.feed.facts["wide" if name == "HDX, wide" else "map"])


def _tidy_long(found: Found) -> Tidied:
    frame, fates = body(found)
    need_rows(frame, found)
    where, facts = found.sheet.where, found.feed.facts
    table = identity(frame, found, {})
    table["kind"] = _kinds(frame["kind"], found)
    for name in ("start", "end"):
        table[name] = days(
            frame[name], found.feed.columns[name][0], where, month="first" if name == "start" else "last"
        )
    phase = texts(frame["phase"])
    unknown = ~phase.isin(list(facts["phases"]))
    if unknown.any():
        row = unknown.index[unknown][0]
        raise FormatError(
            f"{where}, column 'Phase', row {row} ({text_of(frame['phase'][row])!r}): not all, 3+ or 1 to 5"
        )
    table["figure"] = phase.map(facts["phases"])
    table["number"] = numbers(frame["number"], "Number", where)
    return pivot_phases(table, fates)


def _kinds(values: pd.Series, found: Found) -> pd.Series:
    kinds = texts(values).str.casefold().map(found.feed.facts["kinds"])
    if kinds.isna().any():
        row = kinds.index[kinds.isna()][0]
        raise FormatError(
            f"{found.sheet.where}, row {row} ({text_of(values[row])!r}): not current, first projection or second projection"
        )
    return kinds.astype("string")


def _tidy_wide(frame: pd.DataFrame, found: Found, fates: pd.Series, blocks: list[dict[str, str]]) -> Tidied:
    need_rows(frame, found)
    headings = {"issued": "date of analysis", "level1": "level 1"} | (
        {"issued": "analysis_date"} if "analysis_date" in frame else {}
    )
    base = identity(frame, found, headings)
    tables = [table for block in blocks if (table := _block(frame, found, base, block)) is not None]
    if not tables:
        raise FormatError(f"{found.sheet.where}: no figures under any of its periods")
    table = pd.concat(tables)
    unused = pd.Series(~fates.index.isin(table.index), index=fates.index)
    fates = dropped(fates, unused, "no figures")
    table = _with_shapes(table, found)
    key = [name for name in ("iso3", "place", "admin1", "kind", "start", "end", "issued", "unit_kind") if name in table]
    copies = table.duplicated(key, keep=False)
    notes = []
    if copies.any():
        number = table.groupby(key, dropna=False).cumcount() + 1
        table["unit"] = ("part " + number.astype("string")).where(copies)
        notes.append(f"{int(copies.sum())} rows share their name with another of the analysis: numbered in 'unit'")
    return Tidied(table, fates, tuple(notes), (), "phases")


def _block(frame: pd.DataFrame, found: Found, base: pd.DataFrame, block: dict[str, str]) -> pd.DataFrame | None:
    headings = {f"people_{n}": block["people"].format(n=n) for n in range(1, 6)}
    headings |= {name: block[name] for name in ("population", "people_3plus") if name in block}
    if block["people"].format(n=1) not in frame:
        return None
    where = found.sheet.where
    table = base.assign(kind=block["kind"])
    for name, heading in headings.items():
        table[name] = (
            numbers(frame[heading], heading, where) if heading in frame else pd.Series(pd.NA, frame.index, "Float64")
        )
    if block.get("phase") in frame:
        table["phase_published"], table["state"] = _phases(frame[block["phase"]], block["phase"], where)
    table["start"], table["end"] = _block_days(frame, block, where)
    figures = [name for name in ("phase_published", *PEOPLE_BY_PHASE) if name in table]
    # The API writes 0 analysed people for a period that was not analysed.
    filled = table[figures].notna().any(axis=1) & ~(
        (table["population"] == 0) & (table[list(PEOPLE_BY_PHASE)].sum(axis=1) == 0)
    ).fillna(False)
    table = table[filled & table["start"].notna()]
    return with_state(table) if len(table) else None


def _block_days(frame: pd.DataFrame, block: dict[str, str], where: str) -> tuple[pd.Series, pd.Series]:
    if "period" in block:
        halves = (
            texts(frame[block["period"]])
            .str.split(r"\s+-\s+", regex=True, expand=True)
            .reindex(columns=[0, 1])
            .astype("string")
        )
        first, last = halves[0], halves[1]
        names = (block["period"], block["period"])
    else:
        names = (block["start"], block["end"])
        first, last = (
            frame[name] if name in frame else pd.Series(None, index=frame.index, dtype=object) for name in names
        )
    return days(first, names[0], where, month="first"), days(last, names[1], where, month="last")


def _phases(values: pd.Series, column: str, where: str) -> tuple[pd.Series, pd.Series]:
    phase = numbers(values, column, where)
    state = pd.Series(pd.NA, index=values.index, dtype="string")
    state = state.mask((phase == _INADEQUATE_EVIDENCE).fillna(False), "inadequate_evidence")
    return phase.where(phase.between(1, 5).fillna(False)), state


def _tidy_map(found: Found, period: Period | None, issued: Day | None) -> Tidied:
    frame, fates = every_column(found)
    need_rows(frame, found)
    if period is None:
        title = text_of(frame["anl_id"].iloc[0]) if "anl_id" in frame else ""
        raise FormatError(
            f"{found.sheet.where}: a map of {found.feed.title} (analysis {title}) that does not say its period. Give it: "
            "read_ipc(path, period=('2025-04-01', '2025-09-30'))"
        )
    where = found.sheet.where
    first, last = given_period(period)
    table = identity(frame, found, {"area": "title"}).assign(
        kind=_kinds(frame["ipc_period"], found),
        start=first,
        end=last,
        issued=given_day(issued, "issued") if issued is not None else None,
        population=numbers(frame["estimated_population"], "estimated_population", where),
        **{f"people_{n}": numbers(frame[f"phase{n}_population"], f"phase{n}_population", where) for n in range(1, 6)},
    )
    table["phase_published"], table["state"] = _phases(frame["overall_phase"], "overall_phase", where)
    if "confidence_level" in frame:
        evidence = numbers(frame["confidence_level"], "confidence_level", where)
        table["evidence"] = evidence.where(evidence.between(1, 3).fillna(False))
    if "admin_type" in frame:
        table["unit_kind"] = texts(frame["admin_type"]).map(_UNITS).fillna("area")
    return Tidied(_with_shapes(with_state(table), found), fates, (), (), "phases")


def _with_shapes(table: pd.DataFrame, found: Found) -> pd.DataFrame:
    if found.sheet.geometry is None:
        return table
    shapes = made_valid(found.sheet.geometry).reindex(table.index)
    drawn: pd.DataFrame = gpd.GeoDataFrame(table, geometry=shapes, crs=found.sheet.geometry.crs)
    return drawn
