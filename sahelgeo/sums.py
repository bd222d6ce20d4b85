"""Sums of people that keep what is missing and refuse what would be counted twice."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo import checks
from sahelgeo.areas import conform_areas
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import DataWarning, DoubleCountError, SchemaError, UnmatchedError
from sahelgeo.places.attach import check_edition
from sahelgeo.places.levels import is_country, levels_of, nested_codes, parents_of, roll_up
from sahelgeo.sources import joined_sources

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


# Values of these columns can belong to different people; dates and groups of one place never add up.
MAY_ADD_UP = ("method", "operation", "source", "reason")

MIXED = "The sum would mix what does not add up:"
NESTED = "The sum would count people of an area and of its parts twice:"


def chosen(table: pd.DataFrame, choose: Mapping[str, Any] | None, allowed: Sequence[str]) -> pd.DataFrame:
    """The rows that have a chosen value in each named column; ``None`` chooses the rows without a value."""
    if not isinstance(choose, (Mapping, type(None))):
        raise SchemaError(f"choose={choose!r} is not a mapping. Write choose={{'method': 'baseline'}}")
    for column, value in (choose or {}).items():
        if column not in allowed:
            raise SchemaError(f"choose has {column!r}. It can name: {', '.join(allowed)}")
        if column not in table:
            raise SchemaError(f"choose has {column!r}, and the table has no such column. Leave it out")
        fits = np.zeros(len(table), dtype=np.bool_)
        for wanted in wanted_values(column, value):
            found = table[column].isna() if wanted is None else (table[column] == wanted).fillna(False)
            if len(table) and not found.any():
                raise SchemaError(f"no row has {column} {wanted!r}. There are: {_values(table[column])}")
            fits |= found.to_numpy(dtype=np.bool_)
        table = table[fits]
    return table


def wanted_values(column: str, value: Any) -> list[Any]:
    """The values that a choice names for a column; only columns that can add up take more than one."""
    several = isinstance(value, (list, tuple, set, frozenset))
    if several and column not in MAY_ADD_UP:
        raise SchemaError(
            f"choose={{{column!r}: {value!r}}}: give one value, not several. Only {', '.join(MAY_ADD_UP)} can have values that add up"
        )
    values = list(value) if several else [value]
    if not values or not all(pd.api.types.is_scalar(wanted) for wanted in values):
        raise SchemaError(f"choose={{{column!r}: {value!r}}}: give a value, or a list of values that add up")
    if column in ("date", "as_of"):
        return [None if pd.isna(wanted) else checks.day(wanted, f"choose[{column!r}]") for wanted in values]
    return [None if pd.isna(wanted) else wanted for wanted in values]


def added_up(choose: Mapping[str, Any] | None) -> list[str]:
    """The columns of which the user says that several values add up."""
    return [column for column, value in (choose or {}).items() if isinstance(value, (list, tuple, set, frozenset))]


def joined_values(table: pd.DataFrame, groups: Numbers, columns: Sequence[str]) -> pd.DataFrame:
    """For each group the distinct values of text columns, sorted, joined as :func:`sahelgeo.credit` reads them."""
    texts = {
        column: table[column].groupby(groups).agg(lambda values: joined_sources(values.unique()) or "")
        for column in columns
    }
    joined = pd.DataFrame(texts).astype("string").reset_index(drop=True)
    return joined.mask(joined == "")


def group_numbers(table: pd.DataFrame, by: Sequence[str]) -> Numbers:
    """For each row the number of its group, in the order of the sorted keys; missing is a value, and comes last."""
    if not by:
        return np.zeros(len(table), dtype=np.int64)
    numbers = table.groupby(list(by), dropna=False, sort=True, observed=True).ngroup()
    return np.asarray(numbers, dtype=np.int64)


def first_rows(table: pd.DataFrame, groups: Numbers, columns: Sequence[str]) -> pd.DataFrame:
    """The columns of the first row of each group, with index 0..n-1 in the order of the groups."""
    _, positions = np.unique(groups, return_index=True)
    return table.iloc[positions][list(columns)].reset_index(drop=True)


def clashes(table: pd.DataFrame, groups: Numbers, columns: Iterable[str]) -> dict[str, Mask]:
    """The rows of groups in which a column has more than one value (missing counts as one), by column."""
    found = {}
    for column in columns:
        counts = table[column].groupby(groups).nunique(dropna=False).to_numpy()
        if (counts > 1).any():
            found[column] = (counts > 1)[groups]
    return found


def refuse(table: pd.DataFrame, what: str, problems: Sequence[str], rows: Mask) -> None:
    """Raise one DoubleCountError that lists all problems, if there are any."""
    if problems:
        numbered = [f"  {number}. {text}" for number, text in enumerate(problems, 1)]
        raise DoubleCountError("\n".join([what, *numbered]), table[rows])


def refuse_two(table: pd.DataFrame, groups: Numbers, column: str, what: str) -> None:
    """Raise where a column has more than one value in a group of counts of a place."""
    for name, rows in clashes(table, groups, [column]).items():
        text = f"{clash_in_words(table, rows, name, ['pcode', 'place'])}. Choose one with choose={{{name!r}: {literal(table[name][rows].iloc[0])}}}"
        refuse(table, what, [text], rows)


def clash_in_words(table: pd.DataFrame, rows: Mask, column: str, key: Sequence[str]) -> str:
    """Which values of a column clash, in which rows and of which key."""
    return f"{column} has {_values(table[column][rows])} in {named_rows(table, rows, key)}"


def named_rows(table: pd.DataFrame, rows: Mask, key: Sequence[str]) -> str:
    """The rows in words: their labels, and the values of the key."""
    labels = listed(list(table.index[rows]), SHOWN_AT_MOST)
    keys = "; ".join(f"{column} {_values(table[column][rows])}" for column in key if table[column][rows].notna().any())
    return f"row{'s' if rows.sum() > 1 else ''} {labels}" + (f" ({keys})" if keys else "")


def literal(value: Any) -> str:
    """A value as it would be typed: text in quotes, a day as text, missing as None."""
    if pd.isna(value):
        return "None"
    if isinstance(value, pd.Timestamp):
        return repr(f"{value:%Y-%m-%d}")
    return repr(value.item() if isinstance(value, np.generic) else value)


def _values(values: pd.Series) -> str:
    return listed([literal(value) for value in values.drop_duplicates()], SHOWN_AT_MOST)


def summed(table: pd.DataFrame, groups: Numbers, counted: Sequence[str]) -> pd.DataFrame:
    """The sums of each group, with ``rows`` and ``rows_missing``; a sum of nothing but missing counts is missing.

    A table that is itself made of sums has these two columns: they are then added up, so that what was missing in the
    first sum is not forgotten in the second.
    """
    sums = table[list(counted)].groupby(groups).sum(min_count=1).astype("Int64")
    rows, missing = _rows_behind(table)
    sums["rows"] = rows.groupby(groups).sum().astype("int64")
    sums["rows_missing"] = missing.groupby(groups).sum().astype("int64")
    return sums.reset_index(drop=True)


def _rows_behind(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    names = ("rows", "rows_missing")
    if all(
        name in table and pd.api.types.is_integer_dtype(table[name].dtype) and table[name].notna().all()
        for name in names
    ):
        return table["rows"], table["rows_missing"]
    return pd.Series(1, index=table.index), table["people"].isna().astype("int64")


def warn_partial(table: pd.DataFrame, groups: Numbers, column: str, key: Sequence[str]) -> None:
    """Warn where a sum leaves out rows without a count beside rows that have one."""
    missing = table[column].isna().to_numpy()
    if column == "people":
        missing = missing | (_rows_behind(table)[1] > 0).to_numpy()
    partial = np.isin(groups, groups[table[column].notna().to_numpy()]) & missing
    if partial.any():
        warnings.warn(
            f"{column} missing in {int(partial.sum()):,} of {len(table):,} rows whose sum is given all the same, without them: "
            f"{named_rows(table, partial, key)}. Missing is not zero: see the column 'rows_missing'",
            DataWarning,
            stacklevel=3,
        )


def one_edition_of(areas: gpd.GeoDataFrame, table: pd.DataFrame, ends: Sequence[str]) -> gpd.GeoDataFrame:
    """The areas, checked, each p-code once, and of the edition that the table names, if it names one."""
    checked = checks.one_edition(conform_areas(areas))
    for end in ends:
        check_edition(table, checked, codes=end)
    return checked


def rolled_up(
    table: pd.DataFrame, areas: gpd.GeoDataFrame, level: int, ends: Sequence[str], *, keep_countries: bool = False
) -> pd.DataFrame:
    """The table with the p-codes of its ends at a coarser level; raise for those that have none there.

    A missing p-code stays missing. The code of a whole country stays as it is where countries are kept.
    """
    codes = {end: at_level(table[end], areas, level, keep_countries=keep_countries) for end in ends}
    lost = pd.DataFrame({end: codes[end].isna() & table[end].notna() for end in ends}, index=table.index)
    if lost.to_numpy().any():
        rows = lost.any(axis=1)
        unknown = listed(sorted({str(code) for end in ends for code in table[end][lost[end]]}), SHOWN_AT_MOST)
        raise UnmatchedError(
            f"{int(rows.sum()):,} of {len(table):,} rows do not reach level {level}: p-codes {unknown}. The areas need a row for each p-code, "
            f"with 'level' and 'parent', up to level {level}; a coarser p-code cannot be split. The rows are in the error's .rows",
            table[rows],
        )
    return table.assign(**codes)


def at_level(codes: pd.Series, areas: gpd.GeoDataFrame, level: int, *, keep_countries: bool) -> pd.Series:
    """The p-code at a level for each p-code; missing where there is none."""
    reached = roll_up(codes, areas, level)
    if not keep_countries:
        return reached
    levels = levels_of(areas)
    countries = [
        code for code in codes.dropna().unique() if levels.get(code, 0) == 0 and (code in levels or is_country(code))
    ]
    return reached.fillna(codes.where(codes.isin(countries)).astype("string"))


def check_level(level: int | None, areas: gpd.GeoDataFrame | None) -> None:
    """Raise unless the level is a whole number and there are areas to reach it."""
    if level is None:
        return
    if isinstance(level, bool) or not isinstance(level, (int, np.integer)) or level < 0:
        raise SchemaError(f"level={level!r} is not an administrative level. Give 0 (country), 1, 2, ...")
    if areas is None:
        raise SchemaError(f"level={level} needs the areas: pass them second, they say which p-code lies in which")


def nested_rows(table: pd.DataFrame, scopes: Numbers, areas: gpd.GeoDataFrame | None) -> Mask:
    """The rows whose p-code holds, or lies in, that of another row of the same scope."""
    codes = table["pcode"].dropna().unique()
    pairs = nested_codes(codes, None if areas is None else parents_of(areas))
    if pairs.empty:
        return np.zeros(len(table), dtype=np.bool_)
    places = pd.DataFrame({"scope": scopes, "pcode": table["pcode"].to_numpy()})
    present = places.dropna().drop_duplicates()
    both = present.merge(pairs, left_on="pcode", right_on="inner").merge(
        present, left_on=["scope", "outer"], right_on=["scope", "pcode"]
    )
    clash = pd.concat(
        [
            both[["scope", "inner"]].set_axis(["scope", "pcode"], axis=1),
            both[["scope", "outer"]].set_axis(["scope", "pcode"], axis=1),
        ]
    )
    return np.asarray(pd.MultiIndex.from_frame(places).isin(pd.MultiIndex.from_frame(clash)), dtype=np.bool_)


def mixed_level_rows(table: pd.DataFrame, scopes: Numbers, areas: gpd.GeoDataFrame) -> Mask:
    """The rows of scopes whose p-codes are of more than one level by the areas."""
    levels = table["pcode"].map(levels_of(areas))
    counts = levels.groupby(scopes).nunique().to_numpy()
    return np.asarray((counts > 1)[scopes] & levels.notna().to_numpy(), dtype=np.bool_)
