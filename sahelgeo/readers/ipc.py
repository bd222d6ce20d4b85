"""The Integrated Food Security Phase Classification (IPC): its files on HDX, its API, its maps and exports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Unpack

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.columns import Day, How, Period, given_day, given_period
from sahelgeo.readers.hapi import tidy as tidy_hapi
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.phase_rows import identity, joined, parts_numbered, pivot_phases, situation, with_shapes
from sahelgeo.readers.printed import text_of, texts
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied
from sahelgeo.readers.sheets import Found
from sahelgeo.readers.stacked import rows_of as rows_below_stacked
from sahelgeo.readers.stacked import situations
from sahelgeo.tables import PEOPLE_BY_PHASE

_KEY = ("iso3", "place", "admin1", "kind", "start", "end", "issued", "analysis", "unit_kind")
# What the API says of an analysis, for all of its areas.
_CARRIED = (
    "country",
    "analysis_date",
    "current_period_dates",
    "projected_period_dates",
    "second_projected_period_dates",
)


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
        A Phases table: one row for each area, analysis and period, in persons. Analyses overlap: a later one can speak
        of the months that an earlier one projected (``issued`` tells them apart). ``pcode`` is missing (match_areas
        gives it) but for national rows. A map gives a GeoDataFrame.

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
    if rows.feed.id == "hapi-food-security":
        return tidy_hapi(rows)
    if rows.feed.id == "ipc-stacked":
        return _tidy_stacked(rows)
    style = rows.facts["styles"].get(rows.found.vintage.name)
    return _tidy_long(rows) if style is None else _tidy_wide(rows, style, period, issued)


def rows_of(found: Found, how: How) -> Rows:
    """The rows below the headings: those of stacked ones lie deeper than the row that was found."""
    return rows_below_stacked(found, how) if found.feed.id == "ipc-stacked" else Rows(found, how)


def _tidy_long(rows: Rows) -> Tidied:
    table = identity(rows, rows.frame, {}).drop(columns="_depth")
    names = rows.names()
    table["admin1"] = names["level1"] if "level1" in names else table["admin1"]
    table["kind"] = _kinds(rows)
    table["start"], table["end"] = rows.day("start", "first"), rows.day("end", "last")
    table["figure"] = rows.word("phase", rows.facts["phases"], "not all, 3+ or 1 to 5")
    table["number"] = rows.number("number")
    return pivot_phases(table, rows)


def _kinds(rows: Rows) -> pd.Series:
    return rows.word("kind", rows.facts["kinds"], "not current, first projection or second projection", case=False)


def _tidy_wide(rows: Rows, style: str, period: Period | None, issued: Day | None) -> Tidied:
    drawn = rows.found.sheet.geometry is not None
    if not drawn:
        rows.without_copies()
    frame = _areas_of(rows.raw()) if style == "api" else rows.raw()
    base = identity(rows, frame, rows.facts["who"][style])
    days = None
    if style == "one_analysis":
        base, days = _told(rows, base, period, issued)
    tables = []
    for block in rows.facts[style]:
        named = block | {name: block["people"].format(n=n) for n, name in enumerate(PEOPLE_BY_PHASE, 1)}
        there = {name: heading for name, heading in named.items() if heading in frame}
        if {"people_1", "people_3plus"} & there.keys():
            of = base.assign(kind=block["kind"] or _kinds(rows))
            cells = {name: frame[heading] for name, heading in there.items()}
            tables.append(situation(rows, of, cells, headings=there, days=days, keep=drawn))
    table = joined(rows, tables, "no figures")
    table = parts_numbered(table, rows, [name for name in _KEY if name in table])
    return rows.tidied(with_shapes(table, rows), "phases")


def _told(
    rows: Rows, base: pd.DataFrame, period: Period | None, issued: Day | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What a map of one analysis does not say: its days, as they are given; and what only such a map prints."""
    if period is None:
        title = text_of(base["analysis"].iloc[0]) if "analysis" in base else ""
        raise FormatError(
            f"{rows.where}: a map of {rows.feed.title} (analysis {title}) that does not say its period. Give it: "
            "read_ipc(path, period=('2025-04-01', '2025-09-30'))"
        )
    first, last = given_period(period)
    evidence = rows.number("confidence_level")
    base = base.assign(
        issued=given_day(issued, "issued") if issued is not None else None,
        evidence=evidence.where(evidence.between(1, 3).fillna(False)),
        unit_kind=rows.text("admin_type").map(rows.facts["units"]).fillna("area"),
    )
    return base, pd.DataFrame({"start": first, "end": last}, index=base.index)


def _areas_of(frame: pd.DataFrame) -> pd.DataFrame:
    """The API's answers, analyses that hold groups that hold areas, as rows of their areas, groups and countries."""
    titles = texts(frame["title"])
    named = titles.where(~titles.duplicated(keep=False), titles + " (" + texts(frame.get("id", titles)) + ")")
    rows, index = [], []
    for number, record in zip(frame.index, frame.to_dict("records"), strict=True):
        carried = {name: record.get(name) for name in _CARRIED} | {"analysis": named[number]}
        for level1, area, figures in _places_in(record):
            rows.append({**figures, **carried, "level 1": level1, "area": area})
            index.append(number)
    return pd.DataFrame(rows, index=index, dtype=object)


def _places_in(record: dict[Any, Any], level1: Any = None) -> Iterator[tuple[Any, Any, dict[Any, Any]]]:
    yield level1, None, record
    for group in _records(record.get("groups")):
        yield from _places_in(group, group.get("name"))
    for area in _records(record.get("areas")):
        yield level1, area.get("name"), area


def _records(value: object) -> list[dict[Any, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _tidy_stacked(rows: Rows) -> Tidied:
    """A row for each area and situation, without groups that carry no figures or repeat those of their areas."""
    base = identity(rows, rows.frame.assign(**rows.names()), {})
    if "framework" in rows:
        harmonised = rows.text("framework").str.contains(rows.facts["harmonised"], case=False, regex=True)
        base["source"] = base["source"].mask(harmonised.fillna(False).astype(bool), "cadre-harmonise")
    tables = [situation(rows, base.assign(kind=kind), cells) for kind, cells in situations(rows) if "period" in cells]
    return rows.tidied(joined(rows, tables, "group without figures"), "phases")
