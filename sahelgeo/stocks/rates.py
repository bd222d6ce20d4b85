"""Displaced people per 1,000 inhabitants, as shares of all displaced people, and how concentrated they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform
from sahelgeo.errors import SHOWN_AT_MOST, DoubleCountError, SchemaError, listed, warn
from sahelgeo.places.attach import check_editions
from sahelgeo.sources import joined_sources
from sahelgeo.stocks.stock_totals import conform_stocks, sum_stocks
from sahelgeo.sums import group_numbers, literal

ADDED = ("per_1000", "population", "population_year", "population_source")


def rate_per_1000(
    stocks: pd.DataFrame,
    population: pd.DataFrame,
    *,
    year: int | None = None,
    source: str | None = None,
    every: bool = False,
) -> pd.DataFrame:
    """Displaced people per 1,000 inhabitants of each area, and which population they were divided by.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table with p-codes, as :func:`sum_stocks` makes it. Each row gets its own rate: add up origins and
        places first if they are apart.
    population : pandas.DataFrame
        A Population table of the same edition of the boundaries.
    year : int, optional
        Take only the figures that stand for this year.
    source : str, optional
        Take only the figures of this source.
    every : bool
        Where an area has several populations, give one row for each of them instead of an error.

    Returns
    -------
    pandas.DataFrame
        The rows of the stocks with their index, and:

        - ``per_1000`` (Float64): persons per 1,000 inhabitants, not rounded; missing where the count or the population
          is, or where the population is zero;
        - ``population`` (Float64, persons), ``population_year``, ``population_source``.

        With ``every=True``, one row for each row of the stocks and population of its area, with index 0..n-1; a row
        without a population is kept once.

    Raises
    ------
    DoubleCountError
        An area has several populations after ``year`` and ``source``; the message names them, they are in ``.rows``.
    EditionError
        Both tables have an ``edition`` column and the editions differ.
    SchemaError
        A table breaks its declaration, or no population has that year or source.

    Warns
    -----
    DataWarning
        Rows without a rate, by p-code and reason.

    See Also
    --------
    sum_stocks : Add up displaced people.
    read_population : Read population by area.
    joint_severity : Hunger and displacement, classed together.

    Notes
    -----
    The denominator decides: with ``every=True`` the readings under several populations stand side by side.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> rates = sg.rate_per_1000(sample.stocks, sample.population).set_index("place")
    >>> rates.loc[["Sahel", "Nord"], ["people", "population", "population_year", "per_1000"]].round(1)
           people  population  population_year  per_1000
    place
    Sahel  344569   1473885.0             2020     233.8
    Nord    74527   1715154.0             2020      43.5
    """
    counts = conform_stocks(stocks).table.drop(columns=list(ADDED), errors="ignore")
    found = _denominators(population, year, source)
    used = found[found["pcode"].isin(counts["pcode"])]
    check_editions(counts, found, "stocks", "the population")
    if not every:
        _refuse_several(used)
    result = _divided(counts, used)
    if every:
        result = result.reset_index(drop=True)
    else:
        result.index = counts.index
    _warn_without_rate(result)
    return result


def _denominators(population: pd.DataFrame, year: int | None, source: str | None) -> pd.DataFrame:
    table = conform(population, "population")
    for column, value in (("year", year), ("source", source)):
        if value is None:
            continue
        fits = (table[column] == value).fillna(False).astype(bool)
        if not fits.any():
            held = listed([literal(held) for held in table[column].drop_duplicates()], SHOWN_AT_MOST)
            raise SchemaError(f"population: no row has {column}={value!r}. There are: {held}")
        table = table[fits]
    return table[table["pcode"].notna()]


def _refuse_several(used: pd.DataFrame) -> None:
    several = used[used["pcode"].duplicated(keep=False)]
    options = [f"{column}={literal(held)}" for column in ("year", "source") for held in several[column].unique()]
    advice = f"Choose among {listed(options, 10)}, or pass every=True for a rate under each"
    checks.once(used, "population", "pcode", advice=advice, error=DoubleCountError)


def _divided(counts: pd.DataFrame, used: pd.DataFrame) -> pd.DataFrame:
    renamed = used[["pcode", "people", "year", "source"]].set_axis(["pcode", *ADDED[1:]], axis=1)
    result = counts.merge(renamed, on="pcode", how="left")
    inhabitants = result["population"].mask(result["population"] == 0)
    rates = result["people"].astype("Float64") / inhabitants * 1000
    return result.assign(per_1000=rates)[[*counts.columns, *ADDED]]


def _warn_without_rate(result: pd.DataFrame) -> None:
    without = result[result["per_1000"].isna()]
    if len(without):
        reasons = pd.Series("no population", index=without.index)
        reasons = reasons.mask((without["population"] == 0).fillna(False).astype(bool), "population 0")
        reasons = reasons.mask(without["people"].isna() & without["population"].notna(), "no count")
        shown = (without["pcode"].fillna("(no p-code)") + " (" + reasons + ")").unique()
        warn(f"{len(without):,} of {len(result):,} rows have no rate: {listed(list(shown), SHOWN_AT_MOST)}")


def share_of_total(
    stocks: pd.DataFrame, *, total: int | None = None, choose: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """The share of each area in the people of all areas on the same day, and its rank.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of one level, of one or several days.
    total : int, optional
        The published total to take shares of, for a table of one day that does not list every area. The default is the
        sum of the areas of each day and group.
    choose : mapping, optional
        Take only the rows with these values of date, group, method, operation or source: ``{"method": "baseline"}``;
        ``None`` takes those without a value. A list is your word that its values are of different people and add up.

    Returns
    -------
    pandas.DataFrame
        What :func:`sum_stocks` makes of the table by p-code, group and day, with ``total`` (Int64), ``share``
        (Float64, 0 to 1, missing without a count) and ``rank`` (Int64, 1 the largest of its day and group; equal
        counts share the lowest rank).

    Raises
    ------
    DoubleCountError
        As for :func:`sum_stocks`; methods or sources of one day that do not add up.
    SchemaError
        ``total`` is below the sum of the areas, is no whole number, or comes with several days or groups.

    Warns
    -----
    DataWarning
        Areas without a count: the total is that of the others, so their shares are too high.

    See Also
    --------
    sum_stocks : Add up displaced people.
    concentration : How concentrated displaced people are.

    Notes
    -----
    Shares of two days can be compared only where both days count the same areas: see :func:`change_in_stocks`.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> shares = sg.stocks.share_of_total(sg.load_sample("burkina-2020").stocks)
    >>> shares.nsmallest(2, "rank")[["pcode", "share", "rank"]].round(4)
       pcode   share  rank
    4   BF49  0.4081     1
    11  BF56   0.333     2
    """
    table, days = _by_area(stocks, choose)
    people = table["people"]
    sums = people.groupby(days).transform("sum")
    if total is not None:
        _check_total(total, table, days, sums)
        sums = pd.Series(total, index=table.index, dtype="Int64")
    else:
        _warn_uncounted(table)
    share = people.astype("Float64") / sums.astype("Float64").mask(sums == 0)
    rank = people.astype("Float64").groupby(days).rank(ascending=False, method="min").astype("Int64")
    return table.assign(total=sums.astype("Int64"), share=share, rank=rank)


def concentration(stocks: pd.DataFrame, *, choose: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """How concentrated displaced people are on areas, for each day and group.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of one level, of one or several days.
    choose : mapping, optional
        Take only the rows with these values of date, group, method, operation or source: ``{"method": "baseline"}``;
        ``None`` takes those without a value. A list is your word that its values are of different people and add up.

    Returns
    -------
    pandas.DataFrame
        One row for each day and group, sorted, with index 0..n-1: ``date`` (or ``as_of``), ``group``, ``people``
        (Int64), ``areas`` with a count, ``areas_missing`` without; with s the share of an area with a count, and n
        their number,

        - ``hhi``: Σ s², from 1/n to 1, and ``effective_areas``: 1 / Σ s²;
        - ``gini``: Σ|s − s'| / 2n over all couples of areas, 0 where all have as many;
        - ``largest_share``, ``pcode_largest`` and ``areas_for_half``, the fewest areas that hold half of the people;
        - ``source``.

        All are missing where nobody is counted.

    Raises
    ------
    DoubleCountError
        As for :func:`sum_stocks`.

    Warns
    -----
    DataWarning
        Areas without a count, which are left out.

    See Also
    --------
    share_of_total : Each area's share of all displaced people.
    sahelgeo.flows.indices : Intensity and concentration of all movements.

    Notes
    -----
    Indices depend on the number and size of the areas: compare days of one level and one coverage.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> found = sg.stocks.concentration(sg.load_sample("burkina-2020").stocks)
    >>> found[["areas", "hhi", "areas_for_half", "pcode_largest"]].round(3)
       areas   hhi  areas_for_half pcode_largest
    0     13  0.29               2          BF49
    """
    table, days = _by_area(stocks, choose)
    _warn_uncounted(table)
    when = _day_column(table)
    rows = []
    for number in np.unique(days):
        here = table[days == number].sort_values(["people", "pcode"], ascending=[False, True])
        counted = here.dropna(subset=["people"])
        named = {when: here[when].iloc[0], "group": here["group"].iloc[0], "source": joined_sources(here["source"])}
        rows.append({**named, **_indices(counted), "areas_missing": len(here) - len(counted)})
    types = {
        when: "datetime64[us]",
        "group": "string",
        "people": "Int64",
        **dict.fromkeys(("areas", "areas_missing"), "int64"),
        **dict.fromkeys(("hhi", "effective_areas", "gini", "largest_share"), "Float64"),
        "pcode_largest": "string",
        "areas_for_half": "Int64",
        "source": "string",
    }
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _indices(counted: pd.DataFrame) -> dict[str, Any]:
    people = counted["people"].to_numpy(dtype=float)
    n, total = len(people), people.sum()
    known: dict[str, Any] = {"people": counted["people"].sum(min_count=1), "areas": n}
    if total == 0:
        return known
    shares = people / total
    hhi = float((shares**2).sum())
    # Largest first: Σ|s − s'| over all couples, both ways, is twice the sum over couples in order.
    differences = 2 * ((n + 1 - 2 * np.arange(1, n + 1)) * shares).sum()
    half = int(np.searchsorted(np.cumsum(people), total / 2) + 1)
    return {
        **known,
        "hhi": hhi,
        "effective_areas": 1 / hhi,
        "gini": differences / (2 * n),
        "largest_share": shares[0],
        "pcode_largest": counted["pcode"].iloc[0],
        "areas_for_half": half,
    }


def _by_area(stocks: pd.DataFrame, choose: Mapping[str, Any] | None) -> tuple[pd.DataFrame, Any]:
    latest = isinstance(stocks, pd.DataFrame) and "as_of" in stocks.columns
    table = sum_stocks(stocks, by=("as_of" if latest else "date", "group", "pcode"), choose=choose)
    return table, group_numbers(table, [_day_column(table), "group"])


def _day_column(table: pd.DataFrame) -> str:
    return "as_of" if "as_of" in table else "date"


def _warn_uncounted(table: pd.DataFrame) -> None:
    missing = table["people"].isna()
    if missing.any():
        codes = listed(list(table["pcode"][missing].fillna("(no p-code)").unique()), SHOWN_AT_MOST)
        warn(
            f"{int(missing.sum()):,} of {len(table):,} counts are missing and are no part of the totals: {codes}. The "
            "shares of the others are too high"
        )


def _check_total(total: int, table: pd.DataFrame, days: Any, sums: pd.Series) -> None:
    if isinstance(total, bool) or not isinstance(total, (int, np.integer)) or total <= 0:
        raise SchemaError(f"total={total!r} is not a number of people. Give a whole number above 0")
    if len(np.unique(days)) > 1:
        raise SchemaError("total is one number, and the table has several days or groups. Take one of them")
    if len(table) and sums.max() > total:
        raise SchemaError(
            f"total={total:,} is below the {sums.max():,} people of the areas. Take the total of the same day and group"
        )
