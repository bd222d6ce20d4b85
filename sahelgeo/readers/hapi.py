"""HDX's humanitarian API (HAPI): displaced people, food security, conflict events and population in one style."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, overload

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.countries import country_pcodes, iso3_of
from sahelgeo.readers.feed import Found, body
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.phase_rows import pivot_phases
from sahelgeo.readers.printed import days, number_column, numbers, text_column, text_of, texts, whole_numbers
from sahelgeo.readers.reading import Tidied, dropped, need_rows, read_feeds
from sahelgeo.readers.report import ReadReport
from sahelgeo.readers.told_apart import deepest_level, tell_apart

FEEDS = ("hapi-idps", "hapi-food-security", "hapi-conflict", "hapi-population")
# Rounding of each area moves the sum of a country a little.
_TOLERATED = 0.01
# Within what the levels of a file repeat the same people.
_WITHIN = {
    "hapi-idps": ["country", "operation", "start"],
    "hapi-food-security": ["country", "kind", "start", "end"],
    "hapi-conflict": ["country", "kind", "start"],
    "hapi-population": ["country", "start"],
}


@overload
def read_hapi(path: Readable, *, level: int | None = ..., report: Literal[False] = ...) -> pd.DataFrame: ...
@overload
def read_hapi(path: Readable, *, level: int | None = ..., report: Literal[True]) -> tuple[pd.DataFrame, ReadReport]: ...
def read_hapi(path: Readable, *, level: int | None = None, report: bool = False) -> Any:
    r"""A file of HDX's humanitarian API (HAPI): displaced people, food security, conflict events or population.

    One file holds the same people at several administrative levels: only one is kept.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The CSV file, also in a zip archive, or the API's JSON.
    level : {0, 1, 2}, optional
        The administrative level to keep. The default is the deepest of each country and period.
    report : bool
        Whether to return the account of the reading too.

    Returns
    -------
    pandas.DataFrame
        A Stocks, Phases or Population table, as the file holds. Conflict events are counts by area and month, which fit no
        declared table: ``pcode``, ``iso3``, ``admin1``, ``admin2``, ``kind``, ``start``, ``end``, ``events``,
        ``fatalities``, ``source``. Codes are as HAPI prints them; the placeholders that end in ``-XXX`` are missing.
        Rows that HAPI marks as duplicates are left out; those that it found no code for are kept without one, with its
        remark in ``warning``.
    ReadReport
        With ``report=True``: every row of the file kept, or dropped for a reason.

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
    ...          "TCD,,,,,0,BA,Lac,20,500,2023-06-30,2023-06-30", "TCD,TD07,Lac,,,1,BA,Lac,20,500,2023-06-30,2023-06-30"]
    >>> stocks = sg.read_hapi(io.BytesIO("\n".join(lines).encode()))
    >>> stocks[["pcode", "people"]].values.tolist()
    [['TD07', 500]]
    """
    return read_feeds(path, FEEDS, lambda found: tidy_hapi(found, level=level), report)


def tidy_hapi(found: Found, *, level: int | None = None) -> Tidied:
    """One file of HAPI, tidied."""
    frame, fates = body(found)
    need_rows(frame, found)
    if "error" in frame:
        # HAPI's other errors are names that it found no code for (towns, livelihood zones): their people are real.
        twice = texts(frame["error"]).str.contains("duplicate", case=False).fillna(False).astype(bool)
        fates = dropped(fates, twice.reindex(fates.index, fill_value=False), "duplicate, as HAPI marks it")
        frame = frame[~twice]
        need_rows(frame, found)
    if found.feed.id == "hapi-population":
        parts = ~((_lower(frame, "gender") == "all") & (_lower(frame, "age") == "all"))
        fates = dropped(fates, parts.reindex(fates.index, fill_value=False), "breakdown by sex and age")
        frame = frame[~parts]
        need_rows(frame, found)
    frame, fates, notes, doubts = _one_level(frame, fates, found, level)
    tidied = _TIDY[found.feed.id](frame, fates, found)
    return Tidied(tidied.table, tidied.fates, (*notes, *tidied.notes), tuple(doubts), tidied.kind)


def _lower(frame: pd.DataFrame, name: str) -> pd.Series:
    return texts(frame[name]).str.casefold().fillna("all")


def _one_level(
    frame: pd.DataFrame, fates: pd.Series, found: Found, level: int | None
) -> tuple[pd.DataFrame, pd.Series, list[str], list[str]]:
    if "level" in frame:
        depth = numbers(frame["level"], "admin_level", found.sheet.where)
    else:
        depth = texts(frame["code1"]).notna().astype("Float64") if "code1" in frame else pd.Series(0.0, frame.index)
        depth = depth.mask(texts(frame["code2"]).notna(), 2.0) if "code2" in frame else depth
    if level is not None:
        other = (depth != level).fillna(True).astype(bool)
        if other.all():
            there = ", ".join(f"{value:g}" for value in sorted(depth.dropna().unique()))
            raise FormatError(f"{found.sheet.where}: no rows of level {level}. There are: {there}")
    else:
        other = deepest_level(frame, depth, [name for name in _WITHIN[found.feed.id] if name in frame])
    fates = dropped(fates, other.reindex(fates.index, fill_value=False), "other level")
    notes = ["levels repeat each other's people: one was kept"] if other.any() else []
    return frame[~other], fates, notes, _missing_people(frame, depth, ~other, found)


def _missing_people(frame: pd.DataFrame, depth: pd.Series, kept: pd.Series, found: Found) -> list[str]:
    """Where the kept level holds fewer people than the national rows say: areas are missing from it."""
    if "people" not in frame:
        return []
    people = numbers(frame["people"], "population", found.sheet.where)
    if "phase" in frame:
        people = people.where(texts(frame["phase"]) == "all")
    keys = [frame[name] for name in _WITHIN[found.feed.id] if name in frame]
    sums = pd.DataFrame(
        {
            "kept": people.where(kept).groupby(keys, dropna=False).sum(min_count=1),
            "national": people.where(depth == 0).groupby(keys, dropna=False).sum(min_count=1),
        }
    ).dropna()
    short = sums[sums["kept"] < sums["national"] * (1 - _TOLERATED)]
    if short.empty:
        return []
    return [
        f"for {len(short)} of {len(sums)} countries and periods the level that was kept holds fewer people than the national "
        f"rows ({short['kept'].sum():,.0f} of {short['national'].sum():,.0f}): areas are missing from it. level=0 gives the "
        "national rows"
    ]


def _identity(frame: pd.DataFrame, found: Found) -> pd.DataFrame:
    column = partial(text_column, frame)

    codes = {n: column(f"code{n}").mask(column(f"code{n}").str.endswith("-XXX").fillna(False)) for n in (1, 2)}
    names = {n: column(f"provider{n}").fillna(column(f"name{n}")) for n in (1, 2)}
    iso3 = iso3_of(column("country"))
    national = names[1].isna() & names[2].isna() & codes[1].isna() & codes[2].isna()
    # A row that names a second level but has no code for it is not the whole of the first.
    pcode = codes[2].fillna(codes[1].where(names[2].isna())).fillna(country_pcodes(iso3).where(national))
    return pd.DataFrame(
        {
            "pcode": pcode,
            "iso3": iso3,
            "place": names[2].fillna(names[1]).fillna(column("country")),
            "admin1": names[1],
            "admin2": names[2],
            "source": found.feed.source,
            "warning": column("warning").fillna(column("error")),
        }
    )


def _tidy_idps(frame: pd.DataFrame, fates: pd.Series, found: Found) -> Tidied:
    table = _identity(frame, found).assign(
        date=days(frame["start"], "reference_period_start", found.sheet.where),
        group="idp",
        people=numbers(frame["people"], "population", found.sheet.where),
        method=text_column(frame, "method"),
        operation=text_column(frame, "operation"),
        round=texts(frame["round"]),
    )
    table, fates, notes = tell_apart(table, fates, found, "stocks")
    return Tidied(table, fates, tuple(notes), (), "stocks")


def _tidy_food_security(frame: pd.DataFrame, fates: pd.Series, found: Found) -> Tidied:
    where, facts = found.sheet.where, found.feed.facts
    kinds, phase = texts(frame["kind"]).str.casefold().map(facts["kinds"]), texts(frame["phase"])
    unknown = kinds.isna() | ~phase.isin(list(facts["phases"]))
    if unknown.any():
        row = unknown.index[unknown][0]
        raise FormatError(
            f"{where}, row {row}: ipc_type {text_of(frame['kind'][row])!r} and ipc_phase {text_of(frame['phase'][row])!r} are not "
            "a period and a phase that are known"
        )
    table = _identity(frame, found).assign(
        kind=kinds,
        start=days(frame["start"], "reference_period_start", where),
        end=days(frame["end"], "reference_period_end", where),
        unit_kind="area",
        figure=phase.map(facts["phases"]),
        number=numbers(frame["people"], "population_in_phase", where),
    )
    return pivot_phases(table, fates)


def _tidy_conflict(frame: pd.DataFrame, fates: pd.Series, found: Found) -> Tidied:
    where = found.sheet.where
    table = _identity(frame, found).assign(
        kind=texts(frame["kind"]),
        start=days(frame["start"], "reference_period_start", where),
        end=days(frame["end"], "reference_period_end", where),
        events=whole_numbers(frame["events"], "events", where),
        fatalities=whole_numbers(number_column(frame, "fatalities", "fatalities", where), "fatalities", where),
    )
    return Tidied(table, fates, (), (), "")


def _tidy_population(frame: pd.DataFrame, fates: pd.Series, found: Found) -> Tidied:
    start = days(frame["start"], "reference_period_start", found.sheet.where)
    table = _identity(frame, found).assign(
        year=start.dt.year.astype("Int64"), people=numbers(frame["people"], "population", found.sheet.where)
    )
    table, fates, notes = tell_apart(table, fates, found, "population")
    return Tidied(table, fates, tuple(notes), (), "population")


_TIDY: dict[str, Callable[[pd.DataFrame, pd.Series, Found], Tidied]] = {
    "hapi-idps": _tidy_idps,
    "hapi-food-security": _tidy_food_security,
    "hapi-conflict": _tidy_conflict,
    "hapi-population": _tidy_population,
}
