"""IDMC: internally displaced people by country and year, and displacements as they happen."""

from __future__ import annotations

from typing import Any, Literal, Unpack

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.columns import How
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.printed import country_pcodes, fold
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied

Measure = Literal["stock", "flow"]


def read_idmc(path: Readable, *, measure: Measure = "stock", **how: Unpack[How]) -> pd.DataFrame:
    r"""Internal displacement from IDMC's files: people displaced at the end of a year, or movements in a period.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        GIDD by country and year, its disaster events, or the Internal Displacement Updates (CSV, workbook or JSON).
    measure : {"stock", "flow"}
        For GIDD by year: people living in displacement on 31 December, or displacements in the year. One person can be
        displaced several times, so the second is not a number of people. Events and updates are flows always.
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        For stocks a Stocks table by country: ``date`` 31 December, ``reason`` conflict or disaster. For flows a Flows
        table: ``origin`` is the country, ``destination`` missing (it is within the country), ``reason``, and for single
        records ``event`` (IDMC's id). Updates have points in EPSG:4326. Blank figures give no row; a printed 0 stays 0.
        Of the updates, only figures that IDMC recommends are kept: those for triangulation speak of the same movements.

    Raises
    ------
    FormatError
        Another kind of file, cells that are no numbers or days.

    See Also
    --------
    recommended_figures : IDMC's figures that may be added up.
    read_unhcr : Read UNHCR's statistics by country.
    reconcile : Stocks and flows held against each other.

    Notes
    -----
    Stock and flow, recommended figures and triangulation: IDMC's
    `quick guide <https://www.internal-displacement.org/quick-guide/>`_.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["iso3,country_name,year,new_displacement,new_displacement_rounded,total_displacement,"
    ...          "total_displacement_rounded",
    ...          "MLI,Mali,2022,153990,154000,379932,380000", "AGO,Angola,2009,0,,,"]
    >>> stocks = sg.read_idmc(io.BytesIO("\n".join(lines).encode()))
    >>> stocks[["pcode", "people"]].values.tolist()
    [['ML', 379932]]
    """
    return read_with("read_idmc", path, measure=measure, **how)


def tidy(rows: Rows, *, measure: Measure = "stock") -> Tidied:
    """One sheet of IDMC's figures, tidied."""
    if measure not in ("stock", "flow"):
        raise FormatError(f"measure={measure!r} is neither 'stock' nor 'flow'")
    if rows.feed.id == "idmc-gidd":
        return _tidy_years(rows, measure)
    return _tidy_updates(rows) if rows.feed.id == "idmc-idu" else _tidy_disasters(rows)


def _tidy_years(rows: Rows, measure: Measure) -> Tidied:
    year, iso3 = rows.year("year").astype("string"), _countries(rows)
    country, first, last = country_pcodes(iso3), pd.to_datetime(year + "-01-01"), pd.to_datetime(year + "-12-31")
    base = rows.table(iso3=iso3, place=rows.text("country").fillna(iso3))
    if measure == "stock":
        base = base.assign(pcode=country, date=last, group="idp", method="IDMC estimate")
    else:
        base = base.assign(origin=country, destination=None, start=first, end=last)
    columns = {"conflict": measure, "disaster": f"disaster_{measure}"}
    tables = [base.assign(reason=reason, people=rows.number(name)) for reason, name in columns.items() if name in rows]
    table = pd.concat([part[part["people"].notna()] for part in tables])
    rows.no_figure(table)
    return rows.told_apart(table, "stocks" if measure == "stock" else "flows")


def _tidy_updates(rows: Rows) -> Tidied:
    notes = []
    if "role" in rows:
        rows.drop(~rows.text("role").fillna("").map(fold).isin(rows.facts["roles_counted"]), "triangulation")
    else:
        notes.append("the file does not say which figures IDMC recommends: all were kept")
    table = _movements(rows, "hazard", "qualifier", "place", reason=rows.text("reason").str.lower())
    if "latitude" in rows and "longitude" in rows:
        table = rows.located(table)
    return rows.told_apart(table, "flows", notes)


def _tidy_disasters(rows: Rows) -> Tidied:
    table = _movements(rows, "hazard", reason="disaster", place=pd.NA)
    backwards = (table["end"] < table["start"]).fillna(False)
    table["end"] = table["end"].mask(backwards, table["start"])
    table = table[table["people"].notna()]
    rows.no_figure(table)
    note = f"{int(backwards.sum())} rows print an end before their start: the first day was taken for both"
    return rows.told_apart(table, "flows", [note] if backwards.any() else [])


def _countries(rows: Rows) -> pd.Series:
    """ISO codes of three letters; IDMC's own of areas that are no country stay."""
    return rows.country("iso3", "country").fillna(rows.text("iso3"))


def _movements(rows: Rows, *named: str, **columns: Any) -> pd.DataFrame:
    iso3 = _countries(rows)
    return rows.table(
        *("start", "people", "event_name", *named),
        origin=country_pcodes(iso3),
        destination=pd.NA,
        end=rows.day("end").fillna(rows.day("start")),
        iso3=iso3,
        event=rows.text("event" if "event" in rows else "event_name"),
        **columns,
    )
