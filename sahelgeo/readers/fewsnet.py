"""FEWS NET: classified areas from its shapefiles and its data warehouse."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Unpack

import geopandas as gpd
import pandas as pd

from sahelgeo.embedded import read_rows
from sahelgeo.errors import CRSError, FormatError
from sahelgeo.readers.columns import How, Month, Period, given_period
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

    FEWS NET classifies areas and counts no people: ``population`` and ``people_1`` to ``people_5`` are missing. Its
    codes 66 (water), 88 (parks) and 99 (missing) are no phases: such rows have a ``state``. A classification of 5 stays
    5.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        A shapefile (its ``.shp``, or a zip archive of its parts) or a CSV file of the data warehouse.
    period : tuple of two days, optional
        First and last day, for a shapefile that says its period neither in its columns nor in its name
        (``WA_202002_CS``).
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        A Phases table: one row for each unit and scenario (current, projected, second_projected). ``assistance`` holds
        the flag as printed (HA0 of a shapefile: 1 says that the phase would likely be at least one worse without
        assistance); it is never turned into a phase. ``fnid`` is FEWS NET's own code, which is no p-code: ``pcode`` is
        missing. Regional shapefiles are dissolved, one feature for each phase: ``unit`` numbers them. A shapefile gives
        a GeoDataFrame in EPSG:4326.

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
    Codes without a phase: ``sahelgeo/data/fewsnet_codes.csv``. Country packages since October 2020 carry their period;
    older regional files carry it in the name only.

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


def _classified(rows: Rows, name: str, places: tuple[str, ...], *named: str, **columns: Any) -> pd.DataFrame:
    """A row for each unit: its phase, or the state of one that has none; of its names the first that is printed."""
    codes, fnid, unit_type = rows.number(name), rows.text("fnid"), rows.text("unit_type")
    state = codes.map(_states()).astype("string").mask(codes.isna(), "no_data")
    phase = codes.where(codes.isin(range(1, 6)))
    known = ", ".join(f"{code:g}" for code in _states())
    rule = f"neither a phase (1 to 5) nor a code that is known ({known})"
    return rows.table(
        *("fnid", *named),
        pcode=pd.NA,
        phase_published=rows.refuse(phase, codes.notna() & phase.isna() & state.isna(), name, rule),
        state=unit_type.map(_NOT_PEOPLE).astype("string").fillna(state),
        unit_kind=unit_type.map(_PARTS).fillna("area"),
        place=rows.text(*places),
        iso3=rows.country("country_code", "country").fillna(iso3_of(fnid.str[:2])),
        **columns,
    )


def _tidy_table(rows: Rows) -> Tidied:
    if "preference" in rows:
        # Of several rows of a unit and period FEWS NET prefers one.
        names = ("fnid", "scenario", "start", "end", "issued", "assistance")
        rating = rows.number("preference")
        best = rating.groupby([rows.text(name) for name in names if name in rows], dropna=False).transform("max")
        rows.drop(rating < best, "superseded")
    words = {name.casefold(): kind for name, (kind, _) in _SCENARIOS.items()}
    kind = rows.word("scenario", words, "not CS, ML1 or ML2", case=False)
    columns = ("start", "end", "issued", "assistance", "scale")
    table = _classified(rows, "phase", ("unit_name", "full_name"), *columns, kind=kind, unit=rows.text("fnid"))
    return rows.tidied(table, "phases")


def _tidy_shapes(rows: Rows, period: Period | None) -> Tidied:
    geometry = rows.found.sheet.geometry
    if geometry is not None and geometry.crs is None:
        raise CRSError(
            f"{rows.where}: no coordinate system (its .prj file is missing). FEWS NET uses EPSG:4326: put the .prj "
            "beside it"
        )
    index = rows.frame.index
    feature = "feature " + pd.Series(index, index=index).astype("string")
    admins = ("admin3", "admin2", "admin1")
    tables = []
    for scenario, (kind, flag) in _SCENARIOS.items():
        if scenario in rows:
            places = ("unit_name", "zone", *admins, "country")
            said = {"kind": kind, "assistance": rows.text(flag), "unit": rows.text("fnid").fillna(feature)}
            table = _classified(rows, scenario, places, *admins, **said)
            tables.append(table.join(_times(rows, scenario, period)))
    table = pd.concat(tables)
    if geometry is not None:
        table = gpd.GeoDataFrame(table, geometry=geometry.reindex(table.index), crs=geometry.crs).to_crs("EPSG:4326")
    return rows.tidied(table, "phases")


def _times(rows: Rows, scenario: str, period: Period | None) -> pd.DataFrame:
    index = rows.frame.index
    if period is not None:
        return pd.DataFrame(dict(zip(("start", "end"), given_period(period), strict=True)), index=index)
    if "start" in rows and "end" in rows:
        months: dict[str, Month] = {"start": "first", "end": "last", "issued": "first"}
        return pd.DataFrame({name: rows.day(name, month) for name, month in months.items()})
    sheet = rows.found.sheet
    named = {match.groups() for match in _MONTH_IN_NAME.finditer(f"{sheet.file} {sheet.name}")}
    if len(named) != 1:
        raise FormatError(
            f"{rows.where}: neither its columns nor its name say the period of {scenario}. Give it: "
            "read_fewsnet(path, period=('2018-10-01', '2018-10-31'))"
        )
    year, month = map(int, named.pop())
    if scenario != "CS" and (month not in _OUTLOOK_MONTHS or year < 2016):
        raise FormatError(
            f"{rows.where}: the name says the month of the report ({year}-{month:02d}) but not how far {scenario} "
            "looks ahead. Give the period: read_fewsnet(path, period=(first day, last day))"
        )
    report = pd.Timestamp(year, month, 1)
    begins, after = {"CS": (0, 1), "ML1": (0, 4), "ML2": (4, 8)}[scenario]
    start, end = (report + pd.DateOffset(months=months) for months in (begins, after))
    end -= pd.Timedelta(days=1)
    rows.notes.append(
        f"the period of {scenario} ({start:%Y-%m-%d} to {end:%Y-%m-%d}) is taken from the name of the file"
    )
    return pd.DataFrame({"start": start, "end": end, "issued": report}, index=index)
