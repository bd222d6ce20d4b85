"""Displaced people per 1,000 inhabitants, with the denominator named."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import DataWarning, DoubleCountError, EditionError, SchemaError
from sahelgeo.stocks.stock_totals import conform_stocks
from sahelgeo.sums import literal, named_rows

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
        A Stocks table with p-codes, as :func:`sum_stocks` makes it. Each row gets its own rate: add up origins and places
        first if they are apart.
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
        The rows of the stocks with their index, with ``per_1000`` (Float64, persons per 1,000 inhabitants, not rounded),
        ``population`` (Float64, persons), ``population_year`` and ``population_source``. With ``every=True``, one row for
        each row of the stocks and population of its area, with index 0..n-1; a row without a population is kept once.
        The rate is missing where the count or the population is missing, or the population is zero.

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
    counts = conform_stocks(stocks).drop(columns=list(ADDED), errors="ignore")
    found = _denominators(population, year, source)
    used = found[found["pcode"].isin(counts["pcode"])]
    _check_editions(counts, found, used)
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


def _check_editions(counts: pd.DataFrame, found: pd.DataFrame, used: pd.DataFrame) -> None:
    if "edition" not in counts or "edition" not in found:
        return
    joined = counts[["pcode", "edition"]].merge(used[["pcode", "edition"]], on="pcode").dropna()
    clash = joined[joined["edition_x"] != joined["edition_y"]]
    ours, theirs = set(counts["edition"].dropna()), set(found["edition"].dropna())
    if clash.empty and (not ours or not theirs or ours & theirs):
        return
    codes = f" (p-codes {listed(list(clash['pcode'].unique()), SHOWN_AT_MOST)})" if len(clash) else ""
    raise EditionError(
        f"stocks are of edition {listed(sorted(map(repr, ours)), 3)}, the population of {listed(sorted(map(repr, theirs)), 3)}{codes}. "
        "Convert one of them to the edition of the other, or take a population of the same edition"
    )


def _refuse_several(used: pd.DataFrame) -> None:
    several = used["pcode"].duplicated(keep=False).to_numpy(dtype=np.bool_)
    if not several.any():
        return
    options = [
        f"{column}={literal(value)}"
        for column in ("year", "source")
        for value in used[column][several].drop_duplicates()
    ]
    raise DoubleCountError(
        f"population: more than one figure for the same area in {named_rows(used, several, ['pcode'])}. "
        f"Choose among {listed(options, 10)}, or pass every=True for a rate under each",
        used[several],
    )


def _divided(counts: pd.DataFrame, used: pd.DataFrame) -> pd.DataFrame:
    renamed = used[["pcode", "people", "year", "source"]].set_axis(["pcode", *ADDED[1:]], axis=1)
    result = counts.merge(renamed, on="pcode", how="left")
    inhabitants = result["population"].mask(result["population"] == 0)
    rates = result["people"].astype("Float64") / inhabitants * 1000
    return result.assign(per_1000=rates)[[*counts.columns, *ADDED]]


def _warn_without_rate(result: pd.DataFrame) -> None:
    without = result[result["per_1000"].isna()]
    if without.empty:
        return
    reasons = pd.Series("no population", index=without.index)
    reasons = reasons.mask((without["population"] == 0).fillna(False).astype(bool), "population 0")
    reasons = reasons.mask(without["people"].isna() & without["population"].notna(), "no count")
    codes = without["pcode"].fillna("(no p-code)")
    shown = [f"{code} ({reason})" for code, reason in zip(codes, reasons, strict=True)]
    warnings.warn(
        f"{len(without):,} of {len(result):,} rows have no rate: {listed(list(dict.fromkeys(shown)), SHOWN_AT_MOST)}",
        DataWarning,
        stacklevel=3,
    )
