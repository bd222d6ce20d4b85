"""The Integrated Food Security Phase Classification (IPC): its files on HDX, its API, its maps and exports."""

from __future__ import annotations

from typing import Unpack

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.columns import Day, How, Kind, Period, given_day, given_period
from sahelgeo.readers.hapi import tidy as tidy_hapi
from sahelgeo.readers.ipc_api import api_rows
from sahelgeo.readers.ipc_stacked import tidy_stacked
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.phase_rows import identity, parts_numbered, pivot_phases, with_shapes, with_state
from sahelgeo.readers.printed import text_of, texts
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied
from sahelgeo.readers.sheets import Found
from sahelgeo.readers.stacked import stacked_headings
from sahelgeo.tables import PEOPLE_BY_PHASE

_UNITS = {"urb": "urban", "idp": "idp_site", "cam": "idp_site", "rfg": "refugee"}
_INADEQUATE_EVIDENCE = 10


def read_ipc(
    path: Readable, *, period: Period | None = None, issued: Day | None = None, **how: Unpack[How]
) -> pd.DataFrame:
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
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    pandas.DataFrame
        A Phases table: one row for each area, analysis and period, in persons. Analyses overlap: a later one can speak of
        the months that an earlier one projected (``issued`` tells them apart). ``pcode`` is missing (match_areas gives
        it) but for national rows. A map gives a GeoDataFrame.

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
    return read_with("read_ipc", path, period=period, issued=issued, **how)


def tidy(rows: Rows, *, period: Period | None = None, issued: Day | None = None) -> Tidied:
    """One sheet of the IPC, tidied."""
    name = rows.found.vintage.name
    if rows.feed.id == "ipc-stacked":
        return tidy_stacked(rows)
    if rows.feed.id == "hapi-food-security":
        return tidy_hapi(rows)
    if name == "HDX, long":
        return _tidy_long(rows)
    if name == "map of one analysis":
        return _tidy_map(rows, period, issued)
    if name == "API, population of a country":
        return _tidy_wide(rows, api_rows(rows.raw()), rows.facts["api"])
    return _tidy_wide(rows, rows.raw(), rows.facts["wide" if name == "HDX, wide" else "map"])


def rows_of(found: Found, how: How) -> Rows:
    """The rows below the headings: those of stacked ones lie deeper than the row that was found."""
    if found.feed.id == "ipc-stacked":
        return Rows(found, how, stacked_headings(found)[:2])
    return Rows(found, how)


def _tidy_long(rows: Rows) -> Tidied:
    table = identity(rows, rows.frame, {})
    names = rows.names()
    table["admin1"] = names["level1"] if "level1" in names else table["admin1"]
    table["kind"] = _kinds(rows, "kind")
    table["start"], table["end"] = rows.day("start", "first"), rows.day("end", "last")
    table["figure"] = rows.word("phase", rows.facts["phases"], "not all, 3+ or 1 to 5")
    table["number"] = rows.number("number")
    return pivot_phases(table, rows)


def _kinds(rows: Rows, name: str) -> pd.Series:
    rule = "not current, first projection or second projection"
    return rows.word(name, rows.facts["kinds"], rule, case=False)


def _tidy_wide(rows: Rows, frame: pd.DataFrame, blocks: list[dict[str, str]]) -> Tidied:
    if rows.found.sheet.geometry is None:
        rows.without_copies()
        frame = frame[frame.index.isin(rows.frame.index)]
    headings = {"issued": "date of analysis", "level1": "level 1", "analysis": "title"}
    if "analysis_date" in frame:
        headings["issued"] = "analysis_date"
    if "group_name" in frame and "level 1" not in frame:
        headings["level1"] = "group_name"
    base = identity(rows, frame, headings)
    if "id" in frame and "analysis_date" in frame and "analysis" not in base:
        base["analysis"] = texts(frame["id"])
    tables = [table for block in blocks if (table := _block(rows, frame, base, block)) is not None]
    if not tables:
        raise FormatError(f"{rows.where}: no figures under any of its periods")
    table = pd.concat(tables)
    rows.no_figure(table, "no figures")
    table = with_shapes(table, rows)
    key = [
        name
        for name in ("iso3", "place", "admin1", "kind", "start", "end", "issued", "analysis", "unit_kind")
        if name in table
    ]
    table, notes = parts_numbered(table, key)
    return rows.tidied(table, "phases", notes)


def _block(rows: Rows, frame: pd.DataFrame, base: pd.DataFrame, block: dict[str, str]) -> pd.DataFrame | None:
    headings = {f"people_{n}": block["people"].format(n=n) for n in range(1, 6)}
    headings |= {name: block[name] for name in ("population", "people_3plus") if name in block}
    if headings["people_1"] not in frame:
        return None
    there = {heading: frame[heading] for heading in headings.values() if heading in frame}
    kinds: dict[str, Kind] = dict.fromkeys(there, "people")
    read = rows.numbers(there, kinds)
    missing = pd.Series(pd.NA, frame.index, "Float64")
    table = base.assign(kind=block["kind"], **{name: read.get(heading, missing) for name, heading in headings.items()})
    if block.get("phase") in frame:
        table["phase_published"], table["state"] = _phases(rows, frame[block["phase"]], block["phase"])
    table["start"], table["end"] = _block_days(rows, frame, block)
    figures = [name for name in ("phase_published", *PEOPLE_BY_PHASE) if name in table]
    # The API writes 0 analysed people for a period that was not analysed.
    filled = table[figures].notna().any(axis=1) & ~(
        (table["population"] == 0) & (table[list(PEOPLE_BY_PHASE)].sum(axis=1) == 0)
    ).fillna(False)
    table = table[filled & table["start"].notna()]
    return with_state(table) if len(table) else None


def _block_days(rows: Rows, frame: pd.DataFrame, block: dict[str, str]) -> tuple[pd.Series, pd.Series]:
    if "period" in block:
        halves = texts(frame[block["period"]]).str.split(r"\s+-\s+", regex=True, expand=True).reindex(columns=[0, 1])
        columns = {"start": halves[0].astype("string"), "end": halves[1].astype("string")}
    else:
        nothing = pd.Series(None, index=frame.index, dtype=object)
        columns = {name: frame.get(block[name], nothing) for name in ("start", "end")}
    read = rows.days(columns, {"start": "first", "end": "last"})
    return read["start"], read["end"]


def _phases(rows: Rows, values: pd.Series, heading: str) -> tuple[pd.Series, pd.Series]:
    phase = rows.numbers({heading: values}, {})[heading]
    state = pd.Series(pd.NA, index=values.index, dtype="string")
    state = state.mask((phase == _INADEQUATE_EVIDENCE).fillna(False), "inadequate_evidence")
    return phase.where(phase.between(1, 5).fillna(False)), state


def _tidy_map(rows: Rows, period: Period | None, issued: Day | None) -> Tidied:
    frame = rows.raw()
    if period is None:
        title = text_of(frame["anl_id"].iloc[0]) if "anl_id" in frame else ""
        raise FormatError(
            f"{rows.where}: a map of {rows.feed.title} (analysis {title}) that does not say its period. Give it: "
            "read_ipc(path, period=('2025-04-01', '2025-09-30'))"
        )
    first, last = given_period(period)
    headings = {"population": "estimated_population", **{f"people_{n}": f"phase{n}_population" for n in range(1, 6)}}
    kinds: dict[str, Kind] = dict.fromkeys(headings.values(), "people")
    read = rows.numbers({heading: frame[heading] for heading in headings.values()}, kinds)
    table = identity(rows, frame, {"area": "title", "analysis": "anl_id"}).assign(
        kind=_kinds(rows, "kind"),
        start=first,
        end=last,
        issued=given_day(issued, "issued") if issued is not None else None,
        **{name: read[heading] for name, heading in headings.items()},
    )
    table["phase_published"], table["state"] = _phases(rows, frame["overall_phase"], "overall_phase")
    if "confidence_level" in frame:
        evidence = rows.number("confidence_level")
        table["evidence"] = evidence.where(evidence.between(1, 3).fillna(False))
    if "admin_type" in frame:
        table["unit_kind"] = texts(frame["admin_type"]).map(_UNITS).fillna("area")
    return rows.tidied(with_shapes(with_state(table), rows), "phases")
