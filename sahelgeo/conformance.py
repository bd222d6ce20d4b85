"""Cast a table to its declaration and check it: every problem at once, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, listed
from sahelgeo.tables import PERIOD_RULE, TABLES, Table

__all__ = ["LARGEST_WHOLE", "SHOWN_AT_MOST", "conform", "listed"]

LARGEST_WHOLE = 10**15


def conform(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Cast a table to its declared columns and check every rule.

    Parameters
    ----------
    table : pandas.DataFrame or geopandas.GeoDataFrame
        Your table. It is not changed.
    kind : {"areas", "stocks", "flows", "phases", "events", "population"}
        The declaration to hold it against (see the reference of tables).

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        The same rows with the same index: the declared columns first, in their order and types, then your own columns
        as they were. A declared column that may be absent is added empty. Missing values stay missing; counts are
        ``Int64``, numbers ``Float64``, text ``string``, days ``datetime64[us]``.

    Raises
    ------
    SchemaError
        Any rule broken: the message lists all problems with column, rows, rule and what to do.
    CRSError
        A table with geometry has no CRS.

    See Also
    --------
    load_sample : Embedded tables to try things on.
    read : Read any known file, recognised by its contents.

    Notes
    -----
    The declarations stand in ``sahelgeo.tables.TABLES``; the reference of tables is made from them.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> counts = pd.DataFrame({"pcode": ["BF56", "BF49"], "date": "2020-09-06", "group": "idp",
    ...                        "people": [344_569, 422_267], "source": "CONASUR"})
    >>> sg.conform(counts, "stocks")[["pcode", "date", "people", "method"]]
      pcode       date  people method
    0  BF56 2020-09-06  344569   <NA>
    1  BF49 2020-09-06  422267   <NA>
    """
    return _conformed(table, _declaration(kind))


def conform_records(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """As :func:`conform`, but rows alike are records of further people, and not refused as copies."""
    return _conformed(table, replace(_declaration(kind), key=()))


def _conformed(table: pd.DataFrame, declared: Table) -> pd.DataFrame:
    if not isinstance(table, pd.DataFrame):
        raise SchemaError(
            f"{declared.name}: a DataFrame is needed, not {type(table).__name__}. Build one with pandas.DataFrame(...)"
        )
    problems = _missing_columns(table, declared)
    if problems:
        raise _schema_error(table, declared, problems)
    columns, unfit, problems = _cast_columns(table, declared)
    problems += _geometry_problems(table, declared)
    problems += _rule_problems(pd.DataFrame(columns, index=table.index), unfit, declared)
    if problems:
        raise _schema_error(table, declared, problems)
    return _assemble(table, columns, declared)


def _declaration(kind: str) -> Table:
    if kind not in TABLES:
        raise SchemaError(f"there is no table called {kind!r}. Choose one of: {', '.join(TABLES)}")
    return TABLES[kind]


def _schema_error(table: pd.DataFrame, declared: Table, problems: list[str]) -> SchemaError:
    return SchemaError(checks.numbered(f"{declared.name} table ({len(table):,} rows)", problems), problems)


def _missing_columns(table: pd.DataFrame, declared: Table) -> list[str]:
    found = [str(label) for label in table.columns]
    problems = [
        f"column {label!r} stands {found.count(label)} times. Keep one of them"
        for label in dict.fromkeys(found)
        if found.count(label) > 1 and (label in declared.columns or label == "geometry")
    ]
    for name, column in declared.columns.items():
        if column.required and name not in found:
            problems.append(
                f"column {name!r} ({column.description}) is missing. Found: {listed(found, 12)}. Rename or add it"
            )
    return problems


def _cast_columns(table: pd.DataFrame, declared: Table) -> tuple[dict[str, pd.Series], dict[str, pd.Series], list[str]]:
    columns: dict[str, pd.Series] = {}
    unfit: dict[str, pd.Series] = {}
    problems: list[str] = []
    for name in declared.columns:
        dtype = declared.columns[name].dtype
        if name not in table.columns:
            columns[name] = _empty(dtype, table.index)
            continue
        columns[name], bad, rule = _CASTS[dtype](table[name])
        if bad.any():
            unfit[name] = bad
            problems.append(_problem(name, table.index[bad], table[name][bad], rule))
    return columns, unfit, problems


def _empty(dtype: str, index: pd.Index) -> pd.Series:
    empty: pd.Series = pd.Series(pd.NaT if dtype.startswith("datetime") else pd.NA, index=index, dtype=dtype)
    return empty


def _problem(name: str, labels: Iterable[Any], values: Iterable[Any], rule: str) -> str:
    rows = list(labels)
    shown = listed([repr(value) if isinstance(value, str) else str(value) for value in values], SHOWN_AT_MOST)
    return f"column {name!r}, row{'s' if len(rows) > 1 else ''} {listed(rows, SHOWN_AT_MOST)} ({shown}): {rule}"


def _kind(values: pd.Series) -> str:
    """What the values are, told without a call for each of them where the column's type says it: see pandas' infer_dtype."""
    dtype = values.dtype
    if isinstance(dtype, pd.StringDtype):
        return "string"
    if isinstance(dtype, pd.CategoricalDtype):
        return "string" if isinstance(dtype.categories.dtype, pd.StringDtype) else "mixed"
    if isinstance(dtype, pd.ArrowDtype):
        kind = dtype.kind
        return {"O": "string" if dtype.type is str else "mixed", "i": "integer", "f": "floating"}.get(kind, "mixed")
    return str(pd.api.types.infer_dtype(values, skipna=True))


def _none_bad(values: pd.Series) -> pd.Series:
    return pd.Series(False, index=values.index)


def _cast_text(values: pd.Series) -> tuple[pd.Series, pd.Series, str]:
    rule = "not text. Codes lose their zeros as numbers: read the column as text (dtype=str)"
    if _kind(values) == "string":
        return values.astype("string"), _none_bad(values), rule
    plain = values.astype(object)
    bad = values.notna() & ~plain.map(lambda value: isinstance(value, str)).astype(bool)
    return plain.where(~bad & values.notna(), None).astype("string"), bad, rule


def _as_numbers(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if _kind(values) in ("integer", "floating", "mixed-integer-float"):
        numbers = pd.to_numeric(values, errors="coerce").astype("Float64").astype("float64")
        return numbers, (numbers.isin([np.inf, -np.inf]) | (numbers.isna() & values.notna())).astype(bool)
    plain = values.astype(object)
    unfit = values.notna() & plain.map(
        lambda value: isinstance(value, (str, bool, np.bool_)) or not np.isscalar(value)
    ).astype(bool)
    numbers = pd.to_numeric(plain.where(~unfit & values.notna(), np.nan), errors="coerce").astype("float64")
    return numbers, (unfit | np.isinf(numbers) | (numbers.isna() & values.notna())).astype(bool)


def _cast_number(values: pd.Series) -> tuple[pd.Series, pd.Series, str]:
    numbers, bad = _as_numbers(values)
    return (
        numbers.where(~bad).astype("Float64"),
        bad,
        "not a number. Turn text such as '1 234' or 'ND' into numbers or empty cells",
    )


def _cast_whole(values: pd.Series) -> tuple[pd.Series, pd.Series, str]:
    rule = "not a whole number. Turn text such as '1 234' or 'ND' into numbers or empty cells, and round fractions yourself"
    if pd.api.types.is_signed_integer_dtype(values.dtype):
        return values.astype("Int64"), _none_bad(values), rule
    numbers, bad = _as_numbers(values)
    fractional = (numbers % 1).fillna(0) != 0
    # Beyond this a float no longer counts single persons.
    bad = (bad | fractional | (numbers.abs() > LARGEST_WHOLE)).astype(bool)
    return numbers.where(~bad).astype("Int64"), bad, rule


def _cast_day(values: pd.Series) -> tuple[pd.Series, pd.Series, str]:
    days, bad = checks.days_and_unfit(values)
    rule = "not a day. Use dates without time zone, or text as YYYY-MM-DD"
    return days, pd.Series(bad, index=values.index), rule


_CASTS: dict[str, Callable[[pd.Series], tuple[pd.Series, pd.Series, str]]] = {
    "string": _cast_text,
    "Int64": _cast_whole,
    "Float64": _cast_number,
    "datetime64[us]": _cast_day,
}


def _geometry_problems(table: pd.DataFrame, declared: Table) -> list[str]:
    if not declared.geographic:
        return []
    if not isinstance(table, gpd.GeoDataFrame) or table.active_geometry_name not in table.columns:
        return ["there is no geometry. Give a GeoDataFrame (read_areas or geopandas.read_file make one)"]
    checks.crs(table, declared.name)
    invalid = ~(table.geometry.isna() | table.geometry.is_valid)
    if not invalid.any():
        return []
    rows = listed(list(table.index[invalid]), SHOWN_AT_MOST)
    return [
        f"geometry, row(s) {rows}: invalid (it crosses or touches itself). Repair it: table.geometry = table.geometry.make_valid()"
    ]


def _rule_problems(columns: pd.DataFrame, unfit: dict[str, pd.Series], declared: Table) -> list[str]:
    problems = []
    for name, column in declared.columns.items():
        values, labels = columns[name], columns.index
        empty = values.isna() if not column.nullable else _none_bad(values)
        # A cell that could not be cast is empty by now and has been named already.
        if empty.any() and (empty := empty & ~unfit.get(name, _none_bad(values))).any():
            rows = listed(list(labels[empty.to_numpy()]), SHOWN_AT_MOST)
            problems.append(f"column {name!r}, row(s) {rows}: empty. Every row needs a value here")
        if column.has_rule and (bad := column.unfit(values)).any():
            problems.append(_problem(name, labels[bad.to_numpy()], values[bad], column.rule))
    if {"start", "end"} <= set(declared.columns) and (late := (columns["start"] > columns["end"]).fillna(False)).any():
        rows = listed(list(columns.index[late]), SHOWN_AT_MOST)
        problems.append(f"row(s) {rows}: {PERIOD_RULE}")
    repeated = _repeated_keys(columns, declared) if declared.key else pd.Series(False, index=columns.index)
    if repeated.any():
        named = [name for name in declared.key if columns[name].notna().any()]
        shown = columns.loc[repeated, named[0]] if named else columns.index[repeated]
        rows = listed(list(columns.index[repeated]), SHOWN_AT_MOST)
        problems.append(
            f"rows {rows} ({listed(list(shown), SHOWN_AT_MOST)}) have the same key ({', '.join(named)}). One row for each key: drop the copies, or sum them first"
        )
    return problems


# What else tells two rows apart while they have no p-code, or come from a list of single records.
_ALSO_TELL_APART = ("place", "admin1", "admin2", "admin3", "iso3", "event", "assistance")


def _repeated_keys(columns: pd.DataFrame, declared: Table) -> pd.Series:
    key = [*declared.key, *(name for name in _ALSO_TELL_APART if name in columns and name not in declared.key)]
    return columns.duplicated(key, keep=False)


def _assemble(table: pd.DataFrame, columns: dict[str, pd.Series], declared: Table) -> pd.DataFrame:
    others = [label for label in table.columns if label not in declared.columns]
    result = pd.concat([pd.DataFrame(columns, index=table.index), pd.DataFrame(table)[others]], axis=1)
    if not declared.geographic:
        return result
    assert isinstance(table, gpd.GeoDataFrame)
    located: pd.DataFrame = gpd.GeoDataFrame(result, geometry=table.active_geometry_name, crs=table.crs)
    return located
