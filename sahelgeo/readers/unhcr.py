"""UNHCR's Refugee Data Finder: people under its mandate at the end of each year, and the flows within it."""

from __future__ import annotations

from typing import Unpack

import pandas as pd

from sahelgeo.readers.columns import How
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.printed import country_pcodes, iso3_of, iso3_of_unhcr
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied
from sahelgeo.readers.stock_rows import groups_apart


def read_unhcr(path: Readable, **how: Unpack[How]) -> pd.DataFrame:
    r"""Refugees, asylum-seekers, internally displaced people and returnees by country, from UNHCR's statistics.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The export of the Refugee Data Finder (CSV with its preamble, also in a zip archive) or an answer of its API
        (JSON).
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    pandas.DataFrame
        A Stocks table: one row for each country of asylum (``pcode``, ``iso3``, ``place``), country of origin
        (``origin``, ``origin_name``), group and year; refugees who returned stand in the country that they had fled,
        ``origin`` being the country of asylum; ``date`` is the last day of the year. Codes of countries are
        level-0 p-codes (two letters). ``-`` is missing and such figures give no row; a printed 0 stays 0. Internally
        displaced people give a row only under their own country. Groups that the Stocks table does not know are not
        carried; the report says which.

    Raises
    ------
    FormatError
        Another kind of file, a country that is unknown, or cells that are no numbers.

    See Also
    --------
    read_idmc : Read figures of IDMC.
    sahelgeo.stocks.origins : Where the people of each place come from.

    Notes
    -----
    UNHCR's own codes are not ISO's: its NIG is Nigeria, its NGR is Niger. They are translated where the file has no ISO
    codes.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["Year;Country of origin;Country of asylum;Country of origin (ISO);Country of asylum (ISO);"
    ...          "Refugees under UNHCR's mandate;Asylum-seekers", "2022;Mali;Niger;MLI;NER;61000;-"]
    >>> stocks = sg.read_unhcr(io.BytesIO("\n".join(lines).encode()))
    >>> stocks[["pcode", "origin", "group", "people"]].values.tolist()
    [['NE', 'ML', 'refugee', 61000]]
    """
    return read_with("read_unhcr", path, **how)


def tidy(rows: Rows) -> Tidied:
    """One sheet of UNHCR's statistics, tidied."""
    year = rows.year("year").astype("string")
    asylum, origin = _country(rows, "asylum"), _country(rows, "origin")
    asylum_name, origin_name = _name(rows, "asylum", asylum), _name(rows, "origin", origin)
    base = rows.table(origin=country_pcodes(origin), origin_name=origin_name, iso3=asylum, place=asylum_name)
    notes = [
        f"not carried, since no group of the table counts them: {words}"
        for name, words in rows.facts["not_carried"].items()
        if name in rows
    ]
    if rows.found.vintage.name.startswith("flows"):
        base = base.assign(
            destination=country_pcodes(asylum),
            start=pd.to_datetime(year + "-01-01"),
            end=pd.to_datetime(year + "-12-31"),
        )
        named = {"refugees": "recognised as refugees", "asylum_seekers": "asked for asylum"}
        table = pd.concat(
            [base.assign(people=rows.number(name), reason=reason) for name, reason in named.items() if name in rows]
        )
        table = table[table["people"].notna()]
        rows.no_figure(table)
        notes.insert(0, "flows of each year, not the people who are there at its end")
        return rows.told_apart(table.sort_index(kind="stable"), "flows", notes)
    base = base.assign(pcode=country_pcodes(asylum), date=pd.to_datetime(year + "-12-31"), method="end-year statistics")
    table = groups_apart(rows, base)
    # Who has returned lives in the country of origin, as HAPI's reader has it.
    back = table["reason"].eq("returned refugees").fillna(False)
    for here, there in (("pcode", "origin"), ("place", "origin_name")):
        table[here], table[there] = table[here].mask(back, table[there]), table[there].mask(back, table[here])
    table["iso3"] = table["iso3"].mask(back, origin.reindex(table.index))
    # The column of the displaced stands in every row; between two countries nobody can be displaced internally.
    between = table["group"].eq("idp") & table["people"].eq(0) & (table["origin_name"] != table["place"]).fillna(True)
    table = table[~between]
    rows.no_figure(table)
    return rows.told_apart(table, "stocks", notes)


def _country(rows: Rows, which: str) -> pd.Series:
    codes = pd.Series(pd.NA, index=rows.frame.index, dtype="string")
    for column, read in ((f"{which}_iso", iso3_of), (f"{which}_code", iso3_of_unhcr), (f"{which}_name", iso3_of)):
        codes = codes.fillna(read(rows.text(column)))
    if which == "asylum":
        column = next(name for name in ("asylum_iso", "asylum_code", "asylum_name") if name in rows)
        printed = rows.text("asylum_iso", "asylum_code", "asylum_name")
        unknown = (codes.isna() & ~printed.isin(rows.facts["no_country"])) | printed.isna()
        rows.refuse(codes, unknown, column, "no country of asylum that is known. Use ISO codes of three letters")
    return codes


def _name(rows: Rows, which: str, iso3: pd.Series) -> pd.Series:
    return rows.text(f"{which}_name", f"{which}_iso").fillna(iso3)
