"""FEWS NET: classified areas from its shapefiles and its data warehouse."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Unpack

import geopandas as gpd
import pandas as pd

from sahelgeo.embedded import read_rows
from sahelgeo.errors import CRSError, FormatError
from sahelgeo.readers.columns import How, Period, given_period
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.printed import iso3_of
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied

_SCENARIOS = {"CS": ("current", "HA0"), "ML1": ("projected", "HA1"), "ML2": ("second_projected", "HA2")}
_MONTH_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(?!\d)")
# Outlooks of February, June and October look eight months ahead in two halves of four; other months end with them.
_OUTLOOK_MONTHS = (2, 6, 10)
_PARTS = {"idp_camp": "idp_site"}
_NOT_PEOPLE = {"national_park": "not_analysed"}


def read_fewsnet(path: Readable, *, period: Period | None = None, **how: Unpack[How]) -> pd.DataFrame:
    r"""FEWS NET's classification of areas, which is compatible with the IPC but not its partners' consensus.

    FEWS NET classifies areas and counts no people: ``population`` and ``people_1`` to ``people_5`` are missing. Its codes
    66 (water), 88 (parks) and 99 (missing) are no phases: such rows have a ``state``. A classification of 5 stays 5.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        A shapefile (its ``.shp``, or a zip archive of its parts) or a CSV file of the data warehouse.
    period : tuple of two days, optional
        First and last day, for a shapefile that says its period neither in its columns nor in its name (``WA_202002_CS``).
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        A Phases table: one row for each unit and scenario (current, projected, second_projected). ``assistance`` holds the
        flag as printed (HA0 of a shapefile: 1 says that the phase would likely be at least one worse without assistance);
        it is never turned into a phase. ``fnid`` is FEWS NET's own code, which is no p-code: ``pcode`` is missing. Regional
        shapefiles are dissolved, one feature for each phase: ``unit`` numbers them. A shapefile gives a GeoDataFrame in
        EPSG:4326.

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
    return read_with("read_fewsnet", path, period=period, **how)


def tidy(rows: Rows, *, period: Period | None = None) -> Tidied:
    """One layer or sheet of FEWS NET, tidied."""
    return _tidy_table(rows) if rows.feed.id == "fews-net-table" else _tidy_shapes(rows, period)


@lru_cache(maxsize=1)
def _states() -> dict[float, str]:
    return {float(row["code"]): row["state"] for row in read_rows("fewsnet_codes.csv")}


def _classified(rows: Rows, name: str) -> tuple[pd.Series, pd.Series]:
    codes = rows.number(name)
    state = codes.map(_states()).astype("string").fillna(pd.Series("no_data", index=codes.index).where(codes.isna()))
    phase = codes.where(codes.isin([1, 2, 3, 4, 5]))
    known = ", ".join(f"{code:g}" for code in _states())
    rule = f"neither a phase (1 to 5) nor a code that is known ({known})"
    return rows.refuse(phase, codes.notna() & phase.isna() & state.isna(), name, rule), state


def _tidy_table(rows: Rows) -> Tidied:
    rows.drop(_lesser_rated(rows), "superseded")
    words = {name.casefold(): kind for name, (kind, _) in _SCENARIOS.items()}
    kinds = rows.word("scenario", words, "not CS, ML1 or ML2", case=False)
    phase, state = _classified(rows, "phase")
    unit_type, fnid = rows.text("unit_type"), rows.text("fnid")
    table = rows.table(
        pcode=pd.NA,
        kind=kinds,
        start=rows.day("start"),
        end=rows.day("end"),
        issued=rows.day("issued"),
        phase_published=phase,
        state=state.mask(unit_type.isin(list(_NOT_PEOPLE)), "not_analysed"),
        assistance=rows.text("assistance"),
        unit=fnid,
        unit_kind=unit_type.map(_PARTS).fillna("area"),
        place=rows.text("unit_name", "full_name"),
        iso3=rows.country("country_code", "country").fillna(iso3_of(fnid.str[:2])),
        fnid=fnid,
        scale=rows.text("scale"),
    )
    return rows.tidied(table, "phases")


def _lesser_rated(rows: Rows) -> pd.Series:
    """Rows whose unit and period have another row that FEWS NET prefers."""
    if "preference" not in rows:
        return pd.Series(False, index=rows.frame.index)
    key = [rows.text(name) for name in ("fnid", "scenario", "start", "end", "issued", "assistance") if name in rows]
    rating = rows.number("preference")
    return (rating < rating.groupby(key, dropna=False).transform("max")).fillna(False).astype(bool)


def _tidy_shapes(rows: Rows, period: Period | None) -> Tidied:
    geometry = rows.found.sheet.geometry
    if geometry is not None and geometry.crs is None:
        raise CRSError(
            f"{rows.where}: no coordinate system (its .prj file is missing). FEWS NET uses EPSG:4326: put the .prj beside it"
        )
    tables, notes = [], []
    for scenario in (name for name in _SCENARIOS if name in rows):
        times, said = _times(rows, scenario, period)
        notes += said
        table = _scenario(rows, scenario).join(times)
        if geometry is not None:
            table = gpd.GeoDataFrame(table, geometry=geometry.reindex(table.index).to_crs("EPSG:4326"), crs="EPSG:4326")
        tables.append(table)
    return rows.tidied(pd.concat(tables), "phases", notes)


def _scenario(rows: Rows, scenario: str) -> pd.DataFrame:
    kind, flag = _SCENARIOS[scenario]
    phase, state = _classified(rows, scenario)
    feature = "feature " + pd.Series(rows.frame.index, index=rows.frame.index).astype("string")
    return rows.table(
        pcode=pd.NA,
        kind=kind,
        phase_published=phase,
        state=state,
        assistance=rows.text(flag),
        unit=rows.text("fnid").fillna(feature),
        unit_kind=rows.text("unit_type").map(_PARTS).fillna("area"),
        place=rows.text("unit_name", "zone", "admin3", "admin2", "admin1", "country"),
        **{level: rows.text(level) for level in ("admin1", "admin2", "admin3")},
        iso3=rows.country("country"),
        fnid=rows.text("fnid"),
    )


def _times(rows: Rows, scenario: str, period: Period | None) -> tuple[pd.DataFrame, list[str]]:
    index = rows.frame.index
    if period is not None:
        first, last = given_period(period)
        return pd.DataFrame({"start": first, "end": last, "issued": pd.NaT}, index=index), []
    if "start" in rows and "end" in rows:
        printed = {
            "start": rows.day("start", "first"),
            "end": rows.day("end", "last"),
            "issued": rows.day("issued", "first"),
        }
        return pd.DataFrame(printed, index=index), []
    sheet = rows.found.sheet
    named = {match.groups() for match in _MONTH_IN_NAME.finditer(f"{sheet.file} {sheet.name}")}
    if len(named) != 1:
        raise FormatError(
            f"{rows.where}: neither its columns nor its name say the period of {scenario}. Give it: "
            "read_fewsnet(path, period=('2018-10-01', '2018-10-31'))"
        )
    year, month = (int(part) for part in named.pop())
    report = pd.Timestamp(year, month, 1)
    if scenario != "CS" and (month not in _OUTLOOK_MONTHS or year < 2016):
        raise FormatError(
            f"{rows.where}: the name says the month of the report ({year}-{month:02d}) but not how far {scenario} looks ahead. Give "
            "the period: read_fewsnet(path, period=(first day, last day))"
        )
    begins, after = {"CS": (0, 1), "ML1": (0, 4), "ML2": (4, 8)}[scenario]
    start = report + pd.DateOffset(months=begins)
    end = report + pd.DateOffset(months=after) - pd.Timedelta(days=1)
    note = f"the period of {scenario} ({start:%Y-%m-%d} to {end:%Y-%m-%d}) is taken from the name of the file"
    return pd.DataFrame({"start": start, "end": end, "issued": report}, index=index), [note]
