"""FEWS NET: classified areas from its shapefiles and its data warehouse."""

from __future__ import annotations

import csv
import re
from functools import lru_cache, partial
from importlib.resources import files
from typing import Any, Literal, overload

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import CRSError, FormatError
from sahelgeo.readers.countries import iso3_of
from sahelgeo.readers.feed import Found, body, find, not_recognised
from sahelgeo.readers.opener import Readable, open_file
from sahelgeo.readers.periods import Period, given_period
from sahelgeo.readers.printed import days, numbers, text_column, text_of, texts
from sahelgeo.readers.reading import Tidied, dropped, finish, need_rows
from sahelgeo.readers.report import ReadReport
from sahelgeo.readers.sheet import Opened

FEEDS = ("fews-net-shapes", "fews-net-table")
_SCENARIOS = {"CS": ("current", "HA0"), "ML1": ("projected", "HA1"), "ML2": ("second_projected", "HA2")}
_MONTH_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(?!\d)")
# Outlooks of February, June and October look eight months ahead in two halves of four; other months end with them.
_OUTLOOK_MONTHS = (2, 6, 10)
_PARTS = {"idp_camp": "idp_site"}
_NOT_PEOPLE = {"national_park": "not_analysed"}


@overload
def read_fewsnet(path: Readable, *, period: Period | None = ..., report: Literal[False] = ...) -> pd.DataFrame: ...
@overload
def read_fewsnet(
    path: Readable, *, period: Period | None = ..., report: Literal[True]
) -> tuple[pd.DataFrame, ReadReport]: ...
def read_fewsnet(path: Readable, *, period: Period | None = None, report: bool = False) -> Any:
    r"""FEWS NET's classification of areas, which is compatible with the IPC but not its partners' consensus.

    FEWS NET classifies areas and counts no people: ``population`` and ``people_1`` to ``people_5`` are missing. Its codes
    66 (water), 88 (parks) and 99 (missing) are no phases: such rows have a ``state``. A classification of 5 stays 5.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        A shapefile (its ``.shp``, or a zip archive of its parts) or a CSV file of the data warehouse.
    period : tuple of two days, optional
        First and last day, for a shapefile that says its period neither in its columns nor in its name (``WA_202002_CS``).
    report : bool
        Whether to return the account of the reading too.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        A Phases table: one row for each unit and scenario (current, projected, second_projected). ``assistance`` holds the
        flag as printed (HA0 of a shapefile: 1 says that the phase would likely be at least one worse without assistance);
        it is never turned into a phase. ``fnid`` is FEWS NET's own code, which is no p-code: ``pcode`` is missing. Regional
        shapefiles are dissolved, one feature for each phase: ``unit`` numbers them. A shapefile gives a GeoDataFrame in
        EPSG:4326.
    ReadReport
        With ``report=True``: every row of the file kept, or dropped for a reason.

    Raises
    ------
    FormatError
        Another kind of file, a code that is neither a phase nor known, or a period that is not said.
    CRSError
        A shapefile without a coordinate system.

    See Also
    --------
    read_ipc : Read phases of the IPC.
    overlay_phases : People living in polygons of each phase.

    Notes
    -----
    Codes without a phase: ``sahelgeo/data/fewsnet_codes.csv``. Country packages since October 2020 carry their period; older regional
    files carry it in the name only.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["fnid,geographic_unit_name,unit_type,scenario,projection_start,projection_end,reporting_date,value,"
    ...          "is_allowing_for_assistance",
    ...          "NE2020A20101,Arlit,fsc_admin,CS,2020-10-01,2020-10-31,2020-10-01,2,False",
    ...          "NE2020A20102,Aïr,national_park,CS,2020-10-01,2020-10-31,2020-10-01,88,False"]
    >>> phases = sg.read_fewsnet(io.BytesIO("\n".join(lines).encode()))
    >>> phases["phase_published"].fillna(0).tolist(), phases["state"].fillna("").tolist()
    ([2, 0], ['', 'not_analysed'])
    """
    opened = open_file(path)
    founds = find(opened, FEEDS)
    if not founds:
        raise not_recognised(opened, FEEDS)
    return read_found(opened, founds, report, period=period)


def read_found(opened: Opened, founds: list[Found], report: bool, **options: Any) -> Any:
    """The table of an opened file in which the feed was found."""
    return finish(opened, founds, partial(tidy_fewsnet, **options), report)


def tidy_fewsnet(found: Found, *, period: Period | None = None) -> Tidied:
    """One layer or sheet of FEWS NET, tidied."""
    return _tidy_table(found) if found.feed.id == "fews-net-table" else _tidy_shapes(found, period)


@lru_cache(maxsize=1)
def _states() -> dict[float, str]:
    text = files("sahelgeo.data").joinpath("fewsnet_codes.csv").read_text(encoding="utf-8")
    return {float(row["code"]): row["state"] for row in csv.DictReader(text.splitlines())}


def _classified(values: pd.Series, column: str, where: str) -> tuple[pd.Series, pd.Series]:
    codes = numbers(values, column, where)
    state = codes.map(_states()).astype("string").fillna(pd.Series("no_data", index=codes.index).where(codes.isna()))
    phase = codes.where(codes.isin([1, 2, 3, 4, 5]))
    unknown = codes.notna() & phase.isna() & state.isna()
    if unknown.any():
        row = unknown.index[unknown][0]
        known = ", ".join(f"{code:g}" for code in _states())
        raise FormatError(
            f"{where}, column {column!r}, row {row} ({text_of(values[row])!r}): neither a phase (1 to 5) nor a code that is "
            f"known ({known})"
        )
    return phase, state


def _tidy_table(found: Found) -> Tidied:
    where = found.sheet.where
    frame, fates = body(found)
    need_rows(frame, found)
    copies = frame.duplicated()
    fates = dropped(fates, copies.reindex(fates.index, fill_value=False), "duplicate")
    frame = frame[~copies]
    lesser = _lesser_rated(frame, where)
    fates = dropped(fates, lesser.reindex(fates.index, fill_value=False), "superseded")
    frame = frame[~lesser]
    scenario = texts(frame["scenario"]).str.upper()
    kinds = scenario.map({name: kind for name, (kind, _) in _SCENARIOS.items()})
    if kinds.isna().any():
        row = kinds.index[kinds.isna()][0]
        raise FormatError(
            f"{where}, column 'scenario', row {row} ({text_of(frame['scenario'][row])!r}): not CS, ML1 or ML2"
        )
    phase, state = _classified(frame["phase"], "value", where)
    unit_type = texts(frame["unit_type"])

    column = partial(text_column, frame)

    table = pd.DataFrame(
        {
            "pcode": pd.NA,
            "kind": kinds,
            "start": days(frame["start"], "projection_start", where),
            "end": days(frame["end"], "projection_end", where),
            "issued": days(frame["issued"], "reporting_date", where) if "issued" in frame else pd.NaT,
            "phase_published": phase,
            "state": state.mask(unit_type.isin(list(_NOT_PEOPLE)), "not_analysed"),
            "assistance": column("assistance"),
            "unit": column("fnid"),
            "unit_kind": unit_type.map(_PARTS).fillna("area"),
            "place": column("unit_name").fillna(column("full_name")),
            "iso3": iso3_of(column("country_code"))
            .fillna(iso3_of(column("country")))
            .fillna(iso3_of(column("fnid").str[:2])),
            "source": found.feed.source,
            "fnid": column("fnid"),
            "scale": column("scale"),
        }
    )
    return Tidied(table, fates, (), (), "phases")


def _lesser_rated(frame: pd.DataFrame, where: str) -> pd.Series:
    """Rows whose unit and period have another row that FEWS NET prefers."""
    if "preference" not in frame:
        return pd.Series(False, index=frame.index)
    key = ["fnid", "scenario", "start", "end", *(name for name in ("issued", "assistance") if name in frame)]
    rating = numbers(frame["preference"], "preference_rating", where)
    best = rating.groupby([frame[name] for name in key], dropna=False).transform("max")
    return (rating < best).fillna(False).astype(bool)


def _tidy_shapes(found: Found, period: Period | None) -> Tidied:
    where, geometry = found.sheet.where, found.sheet.geometry
    frame, fates = body(found)
    need_rows(frame, found)
    if geometry is not None and geometry.crs is None:
        raise CRSError(
            f"{where}: no coordinate system (its .prj file is missing). FEWS NET uses EPSG:4326: put the .prj beside it"
        )

    tables, notes = [], []
    for scenario in (name for name in _SCENARIOS if name in frame):
        times, said = _times(frame, found, scenario, period)
        notes += said
        table = _scenario(frame, found, scenario).join(times)
        if geometry is not None:
            table = gpd.GeoDataFrame(table, geometry=geometry.reindex(table.index).to_crs("EPSG:4326"), crs="EPSG:4326")
        tables.append(table)
    return Tidied(pd.concat(tables), fates, tuple(notes), (), "phases")


def _scenario(frame: pd.DataFrame, found: Found, scenario: str) -> pd.DataFrame:
    kind, flag = _SCENARIOS[scenario]
    column = partial(text_column, frame)
    phase, state = _classified(frame[scenario], scenario, found.sheet.where)
    area = column("admin3").fillna(column("admin2")).fillna(column("admin1")).fillna(column("country"))
    feature = "feature " + pd.Series(frame.index, index=frame.index).astype("string")
    return pd.DataFrame(
        {
            "pcode": pd.NA,
            "kind": kind,
            "phase_published": phase,
            "state": state,
            "assistance": column(flag),
            "unit": column("fnid").fillna(feature),
            "unit_kind": column("unit_type").map(_PARTS).fillna("area"),
            "place": column("unit_name").fillna(column("zone")).fillna(area),
            **{level: column(level) for level in ("admin1", "admin2", "admin3")},
            "iso3": iso3_of(column("country")),
            "source": found.feed.source,
            "fnid": column("fnid"),
        }
    )


def _times(frame: pd.DataFrame, found: Found, scenario: str, period: Period | None) -> tuple[pd.DataFrame, list[str]]:
    where = found.sheet.where
    if period is not None:
        first, last = given_period(period)
        return pd.DataFrame({"start": first, "end": last, "issued": pd.NaT}, index=frame.index), []
    if "start" in frame and "end" in frame:
        printed = {
            "start": days(frame["start"], "cov_start", where, month="first"),
            "end": days(frame["end"], "cov_end", where, month="last"),
            "issued": days(frame["issued"], "report_mon", where, month="first") if "issued" in frame else pd.NaT,
        }
        return pd.DataFrame(printed, index=frame.index), []
    named = {match.groups() for match in _MONTH_IN_NAME.finditer(f"{found.sheet.file} {found.sheet.name}")}
    if len(named) != 1:
        raise FormatError(
            f"{where}: neither its columns nor its name say the period of {scenario}. Give it: "
            "read_fewsnet(path, period=('2018-10-01', '2018-10-31'))"
        )
    year, month = (int(part) for part in named.pop())
    report = pd.Timestamp(year, month, 1)
    if scenario != "CS" and (month not in _OUTLOOK_MONTHS or year < 2016):
        raise FormatError(
            f"{where}: the name says the month of the report ({year}-{month:02d}) but not how far {scenario} looks ahead. Give the "
            "period: read_fewsnet(path, period=(first day, last day))"
        )
    begins, after = {"CS": (0, 1), "ML1": (0, 4), "ML2": (4, 8)}[scenario]
    start = report + pd.DateOffset(months=begins)
    end = report + pd.DateOffset(months=after) - pd.Timedelta(days=1)
    note = f"the period of {scenario} ({start:%Y-%m-%d} to {end:%Y-%m-%d}) is taken from the name of the file"
    return pd.DataFrame({"start": start, "end": end, "issued": report}, index=frame.index), [note]
