"""IOM's Displacement Tracking Matrix (DTM): its API, its files on HDX and the workbooks of Mali and Niger."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, overload

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.countries import country_pcodes, iso3_of
from sahelgeo.readers.feed import Found, body
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.printed import days, fold, number_column, numbers, text_column
from sahelgeo.readers.reading import Tidied, dropped, need_rows, read_feeds
from sahelgeo.readers.report import ReadReport
from sahelgeo.readers.told_apart import deepest_level, tell_apart

FEEDS = ("dtm", "dtm-workbook")
_KEY = (
    "pcode",
    "place",
    "date",
    "group",
    "origin",
    "origin_name",
    "reason",
    "method",
    "operation",
    "admin1",
    "admin2",
    "iso3",
    "round",
)
# Someone replaced "yes" and "no" by "Yes" and "No" in whole workbooks: KaYes, EcoNomic.
_DAMAGE = re.compile(r"(?<=[a-zà-ÿ])(Yes|No)")


@overload
def read_dtm(path: Readable, *, level: int | None = ..., report: Literal[False] = ...) -> pd.DataFrame: ...
@overload
def read_dtm(path: Readable, *, level: int | None = ..., report: Literal[True]) -> tuple[pd.DataFrame, ReadReport]: ...
def read_dtm(path: Readable, *, level: int | None = None, report: bool = False) -> Any:
    """Displaced people from a file of IOM's Displacement Tracking Matrix.

    DTM prints one row for each reason and origin: they add up within a round and an area. Rounds are stocks: they never add
    up. Baseline and site assessments are different counts and stay apart by ``method``.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        An answer of the API (JSON, versions 2 and 3), the CSV file on HDX, a baseline workbook of Mali (2014 to 2020) or a
        survey workbook of Niger (2019 to 2023).
    level : {0, 1, 2}, optional
        The administrative level to keep of a file that holds the same people at several. The default is the deepest of
        each operation and day.
    report : bool
        Whether to return the account of the reading too.

    Returns
    -------
    pandas.DataFrame
        A Stocks table: one row for each area (or site), day, group, reason and origin. "Not available" is missing. Also
        ``round`` as printed, ``origin_name``, and ``men`` and ``women`` where counted. The codes of Mali's workbooks
        changed their meaning between rounds (MLI0103 was Diéma, then Kayes): they stand in ``code`` and ``pcode`` is
        missing.
    ReadReport
        With ``report=True``: every row of the file kept, or dropped for a reason.

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
    Baseline and site assessment of one round count the same people: IOM DTM, Methodological Framework (2022). IOM's terms do not
    allow rows to be passed on.

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
    return read_feeds(path, FEEDS, partial(tidy_dtm, level=level), report)


def tidy_dtm(found: Found, *, level: int | None = None) -> Tidied:
    """One sheet or answer of DTM, tidied."""
    return _tidy_api(found, level) if found.feed.id == "dtm" else _tidy_workbook(found)


def _tidy_api(found: Found, level: int | None) -> Tidied:
    where, facts = found.sheet.where, found.feed.facts
    frame, fates = body(found)
    need_rows(frame, found)
    column = partial(text_column, frame, missing=facts["not_available"])
    date = days(frame["date"], "reportingDate", where)
    iso3 = iso3_of(column("country_code")).fillna(iso3_of(column("country")))
    names = {n: column(f"name{n}") for n in (1, 2)}
    depth = numbers(frame["level"], "adminLevel", where) if "level" in frame else _depth(names, column)
    other = _other_levels(frame.assign(_iso3=iso3, _date=date), depth, level, where)
    fates = dropped(fates, other.reindex(fates.index, fill_value=False), "other level")
    pcode = (
        column("code2")
        .fillna(column("code1").where(names[2].isna()))
        .fillna(country_pcodes(iso3).where(names[1].isna()))
    )
    method = column("method")
    table = pd.DataFrame(
        {
            "pcode": pcode,
            "iso3": iso3,
            "date": date,
            "group": "idp",
            "people": numbers(frame["people"], "numPresentIdpInd", where).round(),
            "origin": column("origin_code"),
            "origin_name": column("origin_name"),
            "reason": column("reason"),
            "method": method.map(facts["methods"]).fillna(method),
            "operation": column("operation"),
            "place": names[2].fillna(names[1]).fillna(column("country")),
            "admin1": names[1],
            "admin2": names[2],
            "source": found.feed.source,
            "round": column("round"),
            **{name: numbers(frame[name], name, where) for name in ("men", "women") if name in frame},
            "_id": column("id"),
        }
    )[~other]
    table, fates, notes = _added_up(table, fates)
    return Tidied(table, fates, tuple(notes), (), "stocks")


def _other_levels(frame: pd.DataFrame, depth: pd.Series, level: int | None, where: str) -> pd.Series:
    if level is None:
        return deepest_level(frame, depth, ["_iso3", "_date", "operation"])
    other = (depth != level).fillna(True).astype(bool)
    if other.all():
        raise FormatError(f"{where}: no rows of level {level}. There are: {sorted(depth.dropna().unique())}")
    return other


def _depth(names: dict[int, pd.Series], column: Any) -> pd.Series:
    depth = pd.Series(0.0, index=names[1].index, dtype="Float64")
    depth = depth.mask(names[1].notna() | column("code1").notna(), 1.0)
    return depth.mask(names[2].notna() | column("code2").notna(), 2.0)


def _added_up(table: pd.DataFrame, fates: pd.Series) -> tuple[pd.DataFrame, pd.Series, list[str]]:
    """Rows printed twice with one id are copies; rows alike in all but id and people are parts of one count."""
    copies = table.duplicated(keep="first")
    fates = dropped(fates, copies.reindex(fates.index, fill_value=False), "duplicate")
    table = table[~copies].drop(columns="_id")
    key = [name for name in _KEY if name in table]
    parts = table.duplicated(key, keep=False)
    if not parts.any():
        return table, fates, []
    figures = [name for name in ("people", "men", "women", "households") if name in table]
    sums = table.groupby(key, dropna=False, sort=False)[figures].transform(lambda part: part.sum(min_count=1))
    merged = table.assign(**{name: sums[name] for name in figures})[~table.duplicated(key, keep="first")]
    note = f"{int(parts.sum())} rows alike in area, day, reason and origin are parts of one count and were added up"
    return merged, fates, [note]


def _tidy_workbook(found: Found) -> Tidied:
    frame, fates = body(found)
    need_rows(frame, found)
    mali = found.vintage.name.startswith("Mali")

    def column(name: str) -> pd.Series:
        values = text_column(frame, name, missing=found.feed.facts["not_available"])
        return values.map(_mended).astype("string") if mali else values

    first = column("admin1").fillna(column("admin2")).fillna(column("admin3")).fillna("total")
    totals = first.map(lambda name: fold(name).startswith(("total", "grand total"))).astype(bool)
    fates = dropped(fates, totals.reindex(fates.index, fill_value=False), "total")
    base = _places_of_workbook(frame, found, column, mali)
    tables = _counts_of_workbook(frame, found, base, column("reason"))
    table = pd.concat([rows[rows["people"].notna() & ~totals] for rows in tables])
    blank = pd.Series(~frame.index.isin(table.index), index=frame.index)
    fates = dropped(fates, blank.reindex(fates.index, fill_value=False), "no figure")
    table, fates, notes = tell_apart(table, fates, found, "stocks")
    return Tidied(table.dropna(axis=1, how="all").assign(pcode=table["pcode"]), fates, tuple(notes), (), "stocks")


def _places_of_workbook(
    frame: pd.DataFrame, found: Found, column: Callable[[str], pd.Series], mali: bool
) -> pd.DataFrame:
    codes = (
        column("code3")
        .fillna(column("code2").where(column("admin3").isna()))
        .fillna(column("code1").where(column("admin2").isna() & column("admin3").isna()))
    )
    # "Autre" stands for a place that is not on the list; its name is written beside it.
    listed = column("site")
    other = listed.map(lambda name: fold(str(name)) in found.feed.facts["other_place"]).astype(bool)
    site = listed.mask(other, column("other_site")).fillna(column("other_site"))
    return pd.DataFrame(
        {
            "pcode": pd.NA if mali else codes.where(site.isna()),
            "code": codes.fillna(column("code2")),
            "iso3": iso3_of(column("country")).fillna("MLI" if mali else "NER"),
            "date": days(frame["date"], found.feed.columns["date"][0], found.sheet.where),
            "method": "site assessment" if "site" in frame else "baseline assessment",
            "place": site.fillna(column("admin3")).fillna(column("admin2")).fillna(column("admin1")),
            **{name: column(name) for name in ("admin1", "admin2", "admin3")},
            "origin_name": column("origin_name").fillna(column("origin_country")),
            "round": column("round"),
            "site_type": column("site_type"),
            "source": found.feed.source,
        }
    )


def _counts_of_workbook(frame: pd.DataFrame, found: Found, base: pd.DataFrame, reason: pd.Series) -> list[pd.DataFrame]:
    where, tables = found.sheet.where, []
    for name, counted in found.feed.facts["counted"].items():
        if name in frame:
            households = f"{name}_households"
            tables.append(
                base.assign(
                    group=counted["group"],
                    reason=counted.get("reason", reason if counted["group"] == "idp" else None),
                    people=numbers(frame[name], name, where).round(),
                    households=number_column(frame, households, households, where).round(),
                )
            )
    return tables


def _mended(text: object) -> object:
    return _DAMAGE.sub(lambda found: found[1].lower(), text) if isinstance(text, str) else None
