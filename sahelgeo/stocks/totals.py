"""Displaced people present in a place: sums and latest counts that count nobody twice."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import DataWarning, SchemaError, UnmatchedError
from sahelgeo.stocks.idmc_figures import check_figures
from sahelgeo.stocks.unknown_origins import refuse_totals
from sahelgeo.sums import (
    MIXED,
    NESTED,
    Mask,
    Numbers,
    added_up,
    check_level,
    chosen,
    clash_in_words,
    clashes,
    first_rows,
    group_numbers,
    joined_values,
    literal,
    mixed_level_rows,
    named_rows,
    nested_rows,
    one_edition_of,
    refuse,
    refuse_two,
    rolled_up,
    summed,
    warn_partial,
)

DIMENSIONS = ("date", "group", "method", "operation", "source")
PRINTED_NAMES = ("place", "admin1", "admin2", "admin3")
COUNTED = ("people", "households")


def sum_stocks(
    stocks: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    by: str | Sequence[str] = ("pcode",),
    level: int | None = None,
    choose: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Add up displaced people over origins, reasons and places, and refuse to count anybody twice.

    Two methods, dates, groups, operations or sources in one sum count the same people again, and so do a region and one
    of its communes. Such a sum is refused; the message says which rows clash and how to choose.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table, or what :func:`latest_stocks` makes of one.
    areas : geopandas.GeoDataFrame, optional
        Areas, one edition. They tell the level of each p-code and what it lies in. Without them, levels are told apart
        by the way that OCHA's p-codes are built: BF56 holds BF5601, and BF or BFA holds both.
    by : str or sequence of str
        The columns that make an output row. ``()`` adds everything up; ``("pcode", "origin")`` keeps origins apart.
    level : int, optional
        Bring every p-code to this level through the ``parent`` of the areas first: 0 country, 1 region, 2 province.
    choose : mapping, optional
        Take only the rows with these values, for example ``{"method": "baseline", "date": "2023-02-28"}``; ``None``
        takes those without a value. It can name date, group, method, operation, source (and as_of, edition). A list, as in
        ``{"source": ["DTM Lac", "DTM Sud"]}``, is your word that the people of its methods, operations or sources are
        different ones: they are added up, and the sum names all of them, with ``" + "`` between.

    Returns
    -------
    pandas.DataFrame
        One row for each group, sorted by ``by``, with index 0..n-1: the columns of ``by``; date, group, method, operation
        and source, which are constant in each row; ``people`` and ``households`` (Int64); ``rows``, how many rows were
        added, and ``rows_missing``, how many of them have no count of people. Where ``by`` has ``pcode`` it is a Stocks
        table. Rows without a p-code are a row of their own.

        A table of latest counts also keeps ``as_of``, which stands in place of the date, and ``days_old``, the age of
        the oldest count. Its ``date`` is missing where places were counted on different days. An ``edition`` column is
        kept, too.

    Raises
    ------
    DoubleCountError
        The sum would mix what does not add up, has a row without origin that is the total of the rows with origins, or
        has figures that IDMC does not recommend; the rows are in ``.rows``.
    UnmatchedError
        A p-code that does not reach ``level``, or is missing; the rows are in ``.rows``.
    EditionError
        The table names another edition than the areas.
    SchemaError
        The table breaks its declaration, ``by`` or ``choose`` names no column, or ``level`` comes without areas.

    Warns
    -----
    DataWarning
        Some of the rows of a sum have no count. Missing is never zero: a sum of nothing but missing counts is missing.

    See Also
    --------
    latest_stocks : The latest count of each place.
    change_in_stocks : Compare two counts like for like.
    rate_per_1000 : Displaced people per 1,000 inhabitants.
    sum_flows : Add up movements.

    Notes
    -----
    Stocks are never summed over time, and baseline and site assessment of one round count the same people: IOM DTM,
    Methodological Framework (2022); IDMC counts stocks at a date.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> stocks = sg.load_sample("burkina-2020").stocks
    >>> sg.sum_stocks(stocks, by=())[["date", "people", "rows"]]
            date   people  rows
    0 2020-09-06  1034609    13
    """
    table = conform_stocks(stocks)
    keys = _columns(by, table)
    check_level(level, areas)
    dimensions = dimensions_of(table)
    table = chosen(table, choose, dimensions)
    together = added_up(choose)
    check_figures(table, "stock")
    _refuse_two_dates(table)
    refuse_totals(table, [*PRINTED_NAMES, "pcode", "reason", *dimensions], ["pcode", "place"])
    checked = None if areas is None else one_edition_of(areas, table, ["pcode"])
    apart = [name for name in dimensions if name not in together]
    _refuse_mixed_levels(table, keys, apart, checked, level)
    if checked is not None and level is not None:
        _refuse_without_code(table)
        table = rolled_up(table, checked, level, ["pcode"])
    groups = group_numbers(table, keys)
    refuse_mixed_dimensions(table, groups, keys, apart)
    for column in COUNTED:
        warn_partial(table, groups, column, keys[:1] or ["pcode"])
    result = _sums(table, groups, keys, dimensions)
    joined = [name for name in together if name not in keys]
    return result.assign(**joined_values(table, groups, joined))


def latest_stocks(
    stocks: pd.DataFrame, *, as_of: str | dt.date | None = None, choose: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """The latest count of each place on a day, and how old it is.

    A place is a p-code, or the printed names where there is no p-code. For each place, group and operation all rows of
    the latest date stay (origins and reasons are parts of one count), and the rows of earlier dates go.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of one or more dates.
    as_of : date or str, optional
        The day; later counts are left out. The default is the latest date of the table.
    choose : mapping, optional
        Take only the rows with these values, for example ``{"method": "baseline"}`` (see :func:`sum_stocks`).

    Returns
    -------
    pandas.DataFrame
        The rows kept, with their index labels, as a Stocks table with ``as_of`` (datetime64) and ``days_old`` (Int64, days
        from the count to ``as_of``). :func:`sum_stocks` adds such a table up although its dates differ.

    Raises
    ------
    DoubleCountError
        A place, group and operation counted by two methods, or by two sources on its latest date; the message says
        what to choose, the rows are in ``.rows``.
    SchemaError
        The table breaks its declaration, or ``as_of`` is not a day.

    Warns
    -----
    DataWarning
        Places counted only after ``as_of``, which are left out; and places of one p-code that its latest count does not name.

    See Also
    --------
    sum_stocks : Add up displaced people.
    series : Counts by month, without inventing any.

    Notes
    -----
    Rounds are not added: the latest round of each operation stands for a place (IOM DTM).

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> rounds = pd.DataFrame({"pcode": ["BF56", "BF56", "BF49"], "date": ["2020-09-06", "2020-11-10", "2020-09-06"],
    ...                        "group": "idp", "people": [300, 350, 400], "source": "CONASUR"})
    >>> latest = sg.latest_stocks(rounds)
    >>> latest[["pcode", "date", "people", "days_old"]]
      pcode       date  people  days_old
    1  BF56 2020-11-10     350         0
    2  BF49 2020-09-06     400        65
    >>> int(sg.sum_stocks(latest, by=())["people"].item())
    750
    """
    table = chosen(conform(stocks, "stocks"), choose, DIMENSIONS)
    day = table["date"].max() if as_of is None else checks.day(as_of, "as_of")
    table = table.assign(place_key=_place_keys(table))
    past = table[table["date"] <= day]
    _warn_only_later(table, past, day)
    unit = ["place_key", "group", "operation"]
    groups = group_numbers(past, unit)
    together = added_up(choose)
    if "method" not in together:
        refuse_two(past, groups, "method", "The latest count cannot be told between methods:")
    is_latest = (past["date"] == past["date"].groupby(groups).transform("max")).to_numpy(dtype=np.bool_)
    latest = past[is_latest]
    if "source" not in together:
        refuse_two(latest, groups[is_latest], "source", "Two sources count the same place on its latest date:")
    _warn_places_left_out(past, is_latest)
    return latest.drop(columns="place_key").assign(
        as_of=pd.Series(day, index=latest.index, dtype="datetime64[us]"),
        days_old=(day - latest["date"]).dt.days.astype("Int64"),
    )


def conform_stocks(stocks: pd.DataFrame) -> pd.DataFrame:
    """Check a table of stocks; sums of latest counts may lack the date, since places were counted on different days."""
    if not isinstance(stocks, pd.DataFrame) or not {"as_of", "date"} <= set(stocks.columns):
        return conform(stocks, "stocks")
    as_of = pd.to_datetime(stocks["as_of"], errors="coerce").astype("datetime64[us]").dt.normalize()
    if as_of.isna().any():
        rows = listed(list(stocks.index[as_of.isna()]), SHOWN_AT_MOST)
        raise SchemaError(
            f"stocks: column 'as_of', row(s) {rows}: not a day. latest_stocks writes this column, and then every row has it: rename yours, or drop it"
        )
    if len(as_of.unique()) > 1:
        # A series has a count again in each period that it was carried into: as_of tells its rows apart.
        dates = pd.to_datetime(stocks["date"], errors="coerce").astype("datetime64[us]").dt.normalize()
        return conform(stocks.assign(date=as_of), "stocks").assign(date=dates, as_of=as_of)
    undated = stocks["date"].isna()
    table = conform(stocks.assign(date=stocks["date"].astype(object).where(~undated, as_of)), "stocks")
    return table.assign(date=table["date"].where(~undated), as_of=as_of)


def sum_by_place(
    stocks: pd.DataFrame,
    also: Sequence[str],
    *,
    place: Sequence[str] = ("pcode",),
    choose: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """The sums of :func:`sum_stocks` for each place and the values of further columns.

    A place is its p-code, whatever is printed beside it, or its printed names where it has none; names in ``place`` tell
    places of one p-code apart.
    """
    table = conform_stocks(stocks)
    without = table["pcode"].isna()
    names = {f"place_{name}": table[name] if name in place else table[name].where(without) for name in PRINTED_NAMES}
    sums = sum_stocks(table.assign(**names), by=["pcode", *names, *also], choose=choose)
    return sums.rename(columns={f"place_{name}": name for name in PRINTED_NAMES})


def _columns(by: str | Sequence[str], table: pd.DataFrame) -> list[str]:
    if not isinstance(by, (str, list, tuple)):
        raise SchemaError(f"by={by!r} is not a column or a tuple of columns. Give () for the total")
    keys = [by] if isinstance(by, str) else list(dict.fromkeys(by))
    unfit = [key for key in keys if key not in table.columns or key in COUNTED]
    if unfit:
        fit = [str(label) for label in table.columns if label not in COUNTED]
        raise SchemaError(
            f"by has {listed([repr(key) for key in unfit], 5)}. Choose among the columns: {listed(fit, 20)}"
        )
    return keys


def dimensions_of(table: pd.DataFrame) -> list[str]:
    """The columns over which stocks never add up."""
    named = [*DIMENSIONS, "edition"] if "edition" in table else list(DIMENSIONS)
    return ["as_of" if name == "date" and "as_of" in table else name for name in named]


def _refuse_mixed_levels(
    table: pd.DataFrame, keys: list[str], dimensions: list[str], areas: gpd.GeoDataFrame | None, level: int | None
) -> None:
    # Rows that differ in p-code only are what the next sum, or a map, adds up: they must not hold each other either.
    scopes = group_numbers(table, list(dict.fromkeys([key for key in keys if key != "pcode"] + dimensions)))
    nested = nested_rows(table, scopes, areas)
    refuse(
        table,
        NESTED,
        [f"{named_rows(table, nested, ['pcode'])}. Keep one level: drop the totals, or the parts"]
        if nested.any()
        else [],
        nested,
    )
    if areas is None or level is not None:
        return
    mixed = mixed_level_rows(table, scopes, areas)
    refuse(
        table,
        "The sum would mix administrative levels:",
        [f"{named_rows(table, mixed, ['pcode'])}. Pass level=... to bring them to one"] if mixed.any() else [],
        mixed,
    )


def _refuse_without_code(table: pd.DataFrame) -> None:
    without = table["pcode"].isna()
    if without.any():
        raise UnmatchedError(
            f"{int(without.sum()):,} of {len(table):,} rows have no p-code and so no level: {named_rows(table, without.to_numpy(dtype=np.bool_), ['place'])}. "
            "Match their names first, or leave them out; the rows are in the error's .rows",
            table[without],
        )


def refuse_mixed_dimensions(table: pd.DataFrame, groups: Numbers, keys: list[str], dimensions: list[str]) -> None:
    """Raise where a group has two dates, methods, operations, sources or groups of people."""
    found = clashes(table, groups, [name for name in dimensions if name not in keys])
    problems = []
    for column, rows in found.items():
        example = literal(table[column][rows].iloc[0])
        kept = "(" + "".join(f"{name!r}, " for name in keys) + f"{column!r}{')' if keys else ',)'}"
        problems.append(
            f"{clash_in_words(table, rows, column, keys)}. Choose one with choose={{{column!r}: {example}}}, or keep them apart with by={kept}"
            + ("; latest_stocks takes the latest of each place" if column == "date" else "")
        )
    if found:
        refuse(table, MIXED, problems, np.logical_or.reduce(list(found.values())))


def _sums(table: pd.DataFrame, groups: Numbers, keys: list[str], dimensions: list[str]) -> pd.DataFrame:
    constant = [name for name in dimensions if name not in keys]
    result = pd.concat([first_rows(table, groups, [*keys, *constant]), summed(table, groups, COUNTED)], axis=1)
    if "as_of" not in table:
        return result
    if "date" not in keys:
        differ = clashes(table, groups, ["date"]).get("date", np.zeros(len(table), dtype=np.bool_))
        dates = table.assign(date=table["date"].mask(differ))
        result.insert(len(keys), "date", first_rows(dates, groups, ["date"])["date"])
    result["days_old"] = _days_old(table).groupby(groups).max().reset_index(drop=True)
    return result


def _days_old(table: pd.DataFrame) -> pd.Series:
    days = (table["as_of"] - table["date"]).dt.days.astype("Int64")
    return days.fillna(table["days_old"].astype("Int64")) if "days_old" in table else days


def _place_keys(table: pd.DataFrame) -> Numbers:
    # A place with a p-code is its p-code, whatever name is printed beside it.
    printed = {name: table[name].mask(table["pcode"].notna()) for name in PRINTED_NAMES}
    return group_numbers(table.assign(**printed), ["pcode", *PRINTED_NAMES])


def _refuse_two_dates(table: pd.DataFrame) -> None:
    if "as_of" in table:
        unit = group_numbers(table.assign(place_key=_place_keys(table)), ["place_key", "group", "operation", "as_of"])
        refuse_two(table, unit, "date", "'as_of' stands in place of the date only where each place has one count:")


def _warn_only_later(table: pd.DataFrame, past: pd.DataFrame, day: pd.Timestamp) -> None:
    later = (~table["place_key"].isin(past["place_key"])).to_numpy(dtype=np.bool_)
    if later.any():
        places = table["place_key"][later].nunique()
        warnings.warn(
            f"{places:,} place(s) have no count on or before {day:%Y-%m-%d} and are left out: {named_rows(table, later, ['pcode', 'place'])}",
            DataWarning,
            stacklevel=3,
        )


def _warn_places_left_out(past: pd.DataFrame, is_latest: Mask) -> None:
    places = group_numbers(past, ["pcode", "group", "operation", *PRINTED_NAMES])
    rows = ~np.isin(places, places[is_latest])
    if rows.any():
        warnings.warn(
            f"places that the latest count of their p-code does not name are left out: {named_rows(past, rows, ['pcode', 'place'])}. "
            "Check that they are not places that were counted on other days than the rest",
            DataWarning,
            stacklevel=3,
        )
