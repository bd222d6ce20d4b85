"""HDX's humanitarian API (HAPI): displaced people, refugees, food security, conflict events, population."""

from __future__ import annotations

from typing import Any, Unpack

import pandas as pd

from sahelgeo.readers.columns import How
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.phase_rows import pivot_phases
from sahelgeo.readers.printed import country_pcodes
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied


def read_hapi(path: Readable, *, level: int | None = None, **how: Unpack[How]) -> pd.DataFrame:
    r"""A file of HDX's humanitarian API (HAPI): displaced people, refugees, food security, conflict events, population.

    One file holds the same people at several administrative levels: only one is kept.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The CSV file, also in a zip archive, or the API's JSON.
    level : {0, 1, 2}, optional
        The administrative level to keep. The default is the deepest of each country and period, and of
        each method of counting.
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    pandas.DataFrame
        A Stocks, Phases or Population table, as the file holds. Conflict events are counts by area and month, which fit
        no declared table: ``pcode``, ``iso3``, ``admin1``, ``admin2``, ``kind``, ``start``, ``end``, ``events``,
        ``fatalities``, ``source``. Codes are as HAPI prints them; the placeholders that end in ``-XXX`` are missing.
        Refugees and returnees stand by country (``pcode`` of two letters): refugees in the country of asylum, returnees
        in the country that they had fled, ``origin`` being the other one.
        Rows that HAPI marks as duplicates are left out; those that it found no code for are kept without one, with its
        remark in ``warning``.

    Raises
    ------
    FormatError
        Another kind of file, cells that are no numbers or days, or a level that the file does not hold.
    DataWarning
        The level that was kept holds fewer people than the national rows.

    See Also
    --------
    read_dtm : Read counts of IOM's DTM.
    read_ipc : Read phases of the IPC.
    read_population : Read population by area.

    Notes
    -----
    HAPI passes on figures of other publishers: the licence is the provider's, so credit the provider too.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["location_code,admin1_code,admin1_name,admin2_code,admin2_name,admin_level,assessment_type,operation,"
    ...          "reporting_round,population,reference_period_start,reference_period_end",
    ...          "TCD,,,,,0,BA,Lac,20,500,2023-06-30,2023-06-30",
    ...          "TCD,TD07,Lac,,,1,BA,Lac,20,500,2023-06-30,2023-06-30"]
    >>> stocks = sg.read_hapi(io.BytesIO("\n".join(lines).encode()))
    >>> stocks[["pcode", "people"]].values.tolist()
    [['TD07', 500]]
    """
    return read_with("read_hapi", path, level=level, **how)


def tidy(rows: Rows, *, level: int | None = None) -> Tidied:
    """One file of HAPI, tidied."""
    if "error" in rows:
        # HAPI's other errors are names that it found no code for (towns, livelihood zones): their people are real.
        twice = rows.text("error").str.contains("duplicate", case=False).fillna(False)
        rows.drop(twice, "duplicate, as HAPI marks it")
    if rows.feed.id in ("hapi-population", "hapi-refugees"):
        parts = (rows.text("gender").str.casefold().fillna("all") != "all") | (
            rows.text("age").str.casefold().fillna("all") != "all"
        )
        rows.drop(parts, "breakdown by sex and age")
    if rows.feed.id == "hapi-refugees":
        return _tidy_refugees(rows)
    rows.one_level(rows.facts["levels_within"], level, "people")
    if rows.feed.id == "hapi-food-security":
        return _tidy_food_security(rows)
    if rows.feed.id == "hapi-conflict":
        counts = {name: rows.whole(name) for name in ("events", "fatalities")}
        return rows.tidied(_identity(rows, "kind", "start", "end", **counts), "")
    if rows.feed.id == "hapi-idps":
        stocks = _identity(rows, "people", "method", "operation", "round", date=rows.day("start"), group="idp")
        return rows.told_apart(stocks, "stocks")
    year = rows.day("start").dt.year.astype("Int64")
    return rows.told_apart(_identity(rows, "people", year=year), "population")


def _tidy_refugees(rows: Rows) -> Tidied:
    """Refugees in the country of asylum; those who returned in the country that they had fled."""
    printed = rows.text("group").str.upper()
    rows.drop(~printed.isin(rows.facts["groups"]), "a group that the table has no name for")
    printed = rows.text("group").str.upper()
    back = printed.isin(rows.facts["returned"]).to_numpy(dtype=bool)
    there, fled = rows.country("asylum", "asylum_name"), rows.country("origin", "origin_name")
    lives, came = there.mask(back, fled), fled.mask(back, there)
    table = rows.table(
        "people",
        pcode=country_pcodes(lives),
        iso3=lives,
        place=rows.text("asylum_name", "asylum").mask(back, rows.text("origin_name", "origin")),
        origin=country_pcodes(came),
        date=rows.day("end"),
        group=printed.map(rows.facts["groups"]),
        reason=printed.map(rows.facts["returned"]),
    )
    return rows.told_apart(table, "stocks")


def _identity(rows: Rows, *named: str, **figures: Any) -> pd.DataFrame:
    codes = {n: rows.text(f"code{n}") for n in (1, 2)}
    codes = {n: code.mask(code.str.endswith("-XXX").fillna(False)) for n, code in codes.items()}
    names = {n: rows.text(f"provider{n}", f"name{n}") for n in (1, 2)}
    iso3 = rows.country("country")
    national = names[1].isna() & names[2].isna() & codes[1].isna() & codes[2].isna()
    return rows.table(
        *named,
        # A row that names a second level but has no code for it is not the whole of the first.
        pcode=codes[2].fillna(codes[1].where(names[2].isna())).fillna(country_pcodes(iso3).where(national)),
        iso3=iso3,
        place=names[2].fillna(names[1]).fillna(rows.text("country")),
        admin1=names[1],
        admin2=names[2],
        warning=rows.text("warning", "error"),
        **figures,
    )


def _tidy_food_security(rows: Rows) -> Tidied:
    kinds = rows.word("kind", rows.facts["kinds"], "not a kind of period that is known", case=False)
    figure = rows.word("phase", rows.facts["phases"], "not a phase that is known")
    table = _identity(rows, "start", "end", kind=kinds, unit_kind="area", figure=figure, number=rows.number("people"))
    return pivot_phases(table, rows)
