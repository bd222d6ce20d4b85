"""IOM's Displacement Tracking Matrix (DTM): its API, its files on HDX and the workbooks of Mali and Niger."""

from __future__ import annotations

import re
from typing import Unpack

import pandas as pd

from sahelgeo.readers.columns import How
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.printed import country_pcodes, fold, iso3_of
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied, copies
from sahelgeo.readers.stock_rows import drop_nameless, groups_apart
from sahelgeo.sums import coded, group_numbers, repeated

_FIGURES = ("people", "men", "women", "households")
# Someone replaced "yes" and "no" by "Yes" and "No" in whole workbooks: KaYes, EcoNomic.
_DAMAGE = re.compile(r"(?<=[a-zà-ÿ])(Yes|No)")


def read_dtm(path: Readable, *, level: int | None = None, **how: Unpack[How]) -> pd.DataFrame:
    """Displaced people from a file of IOM's Displacement Tracking Matrix.

    DTM prints one row for each reason and origin: they add up within a round and an area. Rounds are stocks: they never
    add up. Baseline and site assessments are different counts and stay apart by ``method``.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        An answer of the API (JSON, versions 2 and 3), the CSV file on HDX, a baseline workbook of Mali (2014 to 2020)
        or a survey workbook of Niger (2019 to 2023).
    level : {0, 1, 2}, optional
        The administrative level to keep of a file that holds the same people at several. The default is the deepest of
        each operation, day and method.
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    pandas.DataFrame
        A Stocks table: one row for each area (or site), day, group, reason and origin. "Not available" is missing. Also
        ``round`` as printed, ``origin_name``, and ``men`` and ``women`` where counted. The codes of Mali's workbooks
        changed their meaning between rounds (MLI0103 was Diéma, then Kayes): they stand in ``code`` and ``pcode`` is
        missing.

    Raises
    ------
    FormatError
        Another kind of file, cells that are no numbers or days, or a level that the file does not hold.

    See Also
    --------
    read_displacement_list : Read a government's list of sites or communes.
    latest_stocks : The latest count of each place.
    sum_stocks : Add up displaced people.

    Notes
    -----
    Baseline and site assessment of one round count the same people: IOM DTM, Methodological Framework (2022). IOM's
    terms do not allow rows to be passed on.

    Examples
    --------
    >>> import io, json, sahelgeo as sg
    >>> row = {"id": 1, "operation": "Lac", "admin0Name": "Chad", "admin0Pcode": "TCD", "admin1Name": "Lac",
    ...        "admin1Pcode": "TD07", "numPresentIdpInd": 800, "reportingDate": "2017-09-30T00:00:00", "roundNumber": 2,
    ...        "displacementReason": "Conflict", "idpOriginAdmin1Name": "Not available", "assessmentType": "BA"}
    >>> answer = {"isSuccess": True, "result": [row, {**row, "id": 2, "displacementReason": "Natural disaster",
    ...                                             "numPresentIdpInd": 50}]}
    >>> stocks = sg.read_dtm(io.BytesIO(json.dumps(answer).encode()))
    >>> stocks[["pcode", "reason", "people", "method"]].values.tolist()
    [['TD07', 'Conflict', 800, 'baseline assessment'], ['TD07', 'Natural disaster', 50, 'baseline assessment']]
    """
    return read_with("read_dtm", path, level=level, **how)


def tidy(rows: Rows, *, level: int | None = None) -> Tidied:
    """One sheet or answer of DTM, tidied."""
    rows.without_other_spellings()
    return _tidy_api(rows, level) if rows.feed.id == "dtm" else _tidy_workbook(rows)


def _tidy_api(rows: Rows, level: int | None) -> Tidied:
    rows.one_level(["country_code", "country", "date", "operation", "method"], level, "people")
    names = {n: rows.text(f"name{n}") for n in (1, 2)}
    iso3 = rows.country("country_code", "country")
    code = rows.text("code2").fillna(rows.text("code1").where(names[2].isna()))
    method = rows.text("method")
    table = rows.table(
        *("date", "origin", "origin_name", "reason", "operation", "round"),
        *(name for name in ("men", "women") if name in rows),
        pcode=code.fillna(country_pcodes(iso3).where(names[1].isna())),
        iso3=iso3,
        group="idp",
        people=rows.persons("people"),
        method=method.map(rows.facts["methods"]).fillna(method),
        place=names[2].fillna(names[1]).fillna(rows.text("country")),
        **{f"admin{n}": name for n, name in names.items()},
    )
    return _added_up(rows, table)


def _added_up(rows: Rows, table: pd.DataFrame) -> Tidied:
    """Rows printed twice with one id are copies; rows alike in all but id and people are parts of one count.

    Without an id the rows that repeat another in every cell of the file are copies, and are said.
    """
    held, key = coded(table), [str(name) for name in table if name not in _FIGURES]
    if not repeated(held[name] for name in key).any():
        return rows.tidied(table, "stocks")
    table = table.assign(_id=rows.text("id"))
    unnamed = table["_id"].isna()
    twice = table[table["_id"].duplicated(keep=False) & ~unnamed]
    again, same = (
        found.reindex(table.index, fill_value=False)
        for found in (twice.duplicated(keep="first"), copies(rows.found.sheet.cells, table.index[unnamed]))
    )
    if same.any():
        rows.doubts.append(
            f"{int(same.sum())} rows without an id repeat another in every cell, and were left out as copies: they may "
            "be parts of one count"
        )
    rows.drop(again | same, "duplicate")
    table = table[~(again | same)].drop(columns="_id")
    group = pd.Series(group_numbers(table, key), index=table.index)
    parts = group.duplicated(keep=False)
    figures = [name for name in _FIGURES if name in table]
    sums = table[figures].groupby(group).transform("sum", min_count=1)
    merged = table.assign(**{name: sums[name] for name in figures})[~group.duplicated()]
    gaps = table[figures].isna() & sums.notna()
    rows.doubts += [
        f"column {rows.found.heading(name)!r}: {int(gaps[name].sum())} parts of counts have no figure, so the sums are "
        "of the others"
        for name in figures
        if gaps[name].any()
    ]
    note = f"{int(parts.sum())} rows alike in area, day, reason and origin are parts of one count and were added up"
    return rows.tidied(merged, "stocks", [note] if parts.any() else [])


def _tidy_workbook(rows: Rows) -> Tidied:
    nameless = rows.text("admin1", "admin2", "admin3", "site", "other_site").isna()
    drop_nameless(rows, nameless, [rows.number(name) for name in rows.facts["counted"]])
    table = groups_apart(rows, _places_of_workbook(rows))
    return rows.told_apart(table.dropna(axis=1, how="all").assign(pcode=table["pcode"]), "stocks")


def _places_of_workbook(rows: Rows) -> pd.DataFrame:
    mali = rows.found.vintage.name.startswith("Mali")

    def column(*names: str) -> pd.Series:
        return _mended(rows, rows.text(*names))

    admin = {n: column(f"admin{n}") for n in (1, 2, 3)}
    codes = (
        column("code3")
        .fillna(column("code2").where(admin[3].isna()))
        .fillna(column("code1").where(admin[2].isna() & admin[3].isna()))
    )
    # "Autre" stands for a place that is not on the list; its name is written beside it.
    listed = column("site")
    other = listed.fillna("").map(lambda name: fold(name) in rows.facts["other_place"]).astype(bool)
    site = listed.mask(other, column("other_site")).fillna(column("other_site"))
    return rows.table(
        pcode=pd.NA if mali else codes.where(site.isna()),
        code=codes.fillna(column("code2")),
        iso3=iso3_of(column("country")).fillna("MLI" if mali else "NER"),
        date=rows.day("date"),
        method="site assessment" if "site" in rows else "baseline assessment",
        place=site.fillna(admin[3]).fillna(admin[2]).fillna(admin[1]),
        **{f"admin{n}": names for n, names in admin.items()},
        origin_name=column("origin_name", "origin_country"),
        round=column("round"),
        reason=column("reason"),
        site_type=column("site_type"),
    )


def _mended(rows: Rows, values: pd.Series) -> pd.Series:
    if not rows.found.vintage.name.startswith("Mali"):
        return values
    return values.str.replace(_DAMAGE, lambda found: found[1].lower(), regex=True)
