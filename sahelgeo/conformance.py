"""Cast a table to its declaration and check it: every problem at once, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.checks import Mask
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, listed
from sahelgeo.late import gpd
from sahelgeo.sums import Coded, Numbers, in_order, repeated
from sahelgeo.tables import PERIOD_RULE, TABLES, Table
from sahelgeo.words import missing_words

__all__ = ["LARGEST_WHOLE", "SHOWN_AT_MOST", "conform", "listed"]

LARGEST_WHOLE = 10**15
# Columns of areas' codes.
_CODES = frozenset(["pcode", "parent", "origin", "destination"])
# What astype(str) makes of a missing cell, and what publishers write. "NA" is Namibia.
_NO_CODE = missing_words("text") | {"nat", "<na>"}
_YEARS = (1900, 2100)
# An edition without an end is valid to 9999.
_VALIDITY = ("valid_from", "valid_to")


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
        ``Int64``, numbers ``Float64``, text ``string``, days ``datetime64[us]``. An index that is named like a column
        loses that name.

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
    return conform_coded(table, kind).table


def conform_coded(table: pd.DataFrame, kind: str) -> Coded:
    """As :func:`conform`, with the columns as whole numbers that tell the rows apart, for sums that group by them."""
    return _conformed(table, _declaration(kind))


def conform_records(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """As :func:`conform`, but rows alike are records of further people, and not refused as copies."""
    return _conformed(table, replace(_declaration(kind), key=())).table


def conform_areas(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Check a table of areas against its declaration (see :func:`sahelgeo.conform`)."""
    if not isinstance(areas, gpd.GeoDataFrame):
        raise SchemaError(
            f"areas: a GeoDataFrame with a 'pcode' column is needed, not {type(areas).__name__}. "
            "load_areas and read_areas make one"
        )
    checked = conform(areas, "areas")
    assert isinstance(checked, gpd.GeoDataFrame)
    return checked


def _conformed(table: pd.DataFrame, declared: Table) -> Coded:
    if not isinstance(table, pd.DataFrame):
        raise SchemaError(
            f"{declared.name}: a DataFrame is needed, not {type(table).__name__}. Build one with pandas.DataFrame(...)"
        )
    # After set_index("pcode", drop=False) pandas would call the column's name ambiguous.
    if any(name is not None and name in table.columns for name in table.index.names):
        table = table.rename_axis([None] * table.index.nlevels)
    problems = _missing_columns(table, declared)
    if problems:
        raise _schema_error(table, declared, problems)
    cast = {name: _CASTS[column.dtype](table[name]) for name, column in declared.columns.items() if name in table}
    values = {name: column.cells for name, column in cast.items()}
    values |= {name: table[name] for name in _PRINTED_ENDS if declared.name == "flows" and name in table}
    there = Coded(
        _side_by_side(values, table.index),
        {name: column.codes for name, column in cast.items() if column.codes is not None},
    )
    unfit = {name: column.unfit for name, column in cast.items()}
    problems = [
        _problem(name, table.index[column.unfit], table[name][column.unfit], column.rule)
        for name, column in cast.items()
        if column.unfit.any()
    ]
    problems += [*_geometry_problems(table, declared), *_rule_problems(there, unfit, declared)]
    if declared.name == "areas":
        problems += checks.small_code_problems(table["pcode"])
    if problems:
        raise _schema_error(table, declared, problems)
    return there.but(_assemble(table, there.table, declared))


def _declaration(kind: str) -> Table:
    if kind not in TABLES:
        raise SchemaError(f"there is no table called {kind!r}. Choose one of: {', '.join(TABLES)}")
    return TABLES[kind]


def _schema_error(table: pd.DataFrame, declared: Table, problems: list[str]) -> SchemaError:
    return SchemaError(checks.numbered(f"{declared.name} table ({len(table):,} rows)", problems), problems)


def _missing_columns(table: pd.DataFrame, declared: Table) -> list[str]:
    found = [str(label) for label in table.columns]
    asked = [label for label in dict.fromkeys(found) if label in declared.columns or label == "geometry"]
    problems = [checks.repeated(found, label) for label in asked]
    problems += [
        checks.absent(found, name, f" ({column.description})", ". Rename or add it")
        for name, column in declared.columns.items()
        if column.required
    ]
    return [problem for problem in problems if problem]


def _problem(name: str, labels: Iterable[Any], values: Iterable[Any], rule: str) -> str:
    rows = list(labels)
    shown = listed([repr(value) if isinstance(value, str) else str(value) for value in values], SHOWN_AT_MOST)
    return f"column {name!r}, row{'s' if len(rows) > 1 else ''} {listed(rows, SHOWN_AT_MOST)} ({shown}): {rule}"


class _Cast(NamedTuple):
    """The cells of a column in its type, which of them are unfit, the rule that these break, and codes where known."""

    cells: pd.Series
    unfit: Mask
    rule: str
    codes: Numbers | None = None


def _cast_text(values: pd.Series) -> _Cast:
    """Text without the spaces around it, which nobody sees; nothing but spaces is missing.

    Codes are written in capitals, and one that is the word for a missing cell ("nan", "None") is missing.
    """
    texts, bad = checks.texts_and_unfit(values)
    codes, found = pd.factorize(texts)
    if not len(found):
        # Most columns that may be absent are: there is nothing to strip or to put in order.
        return _Cast(texts, bad, checks.RULES["text"], np.zeros(len(texts), dtype=np.int64))
    plain = found.str.strip()
    if values.name in _CODES:
        plain = plain.map(lambda code: "" if code.lower() in _NO_CODE else checks.official_code(code))
    if not (plain.equals(found) and (plain != "").all()):
        # Of the distinct texts only; some may have become one, or missing.
        again, found = pd.factorize(plain.where(plain != ""))
        codes = np.append(again, -1).take(codes, mode="wrap")
        texts = pd.Series(found.array.take(codes, allow_fill=True), values.index, "string", values.name)
    return _Cast(texts, bad, checks.RULES["text"], in_order(codes, found))


def _cast_number(values: pd.Series) -> _Cast:
    numbers, bad = checks.numbers_and_unfit(values)
    return _Cast((numbers.mask(bad) if bad.any() else numbers).astype("Float64"), bad, checks.RULES["number"])


def _cast_whole(values: pd.Series) -> _Cast:
    rule = checks.RULES["number"].replace("a number", "a whole number", 1) + ", and round fractions yourself"
    if pd.api.types.is_signed_integer_dtype(values.dtype):
        whole = values.astype("Int64")
        return _Cast(whole, (whole.abs() > LARGEST_WHOLE).to_numpy(dtype=np.bool_, na_value=False), rule)
    numbers, bad = checks.numbers_and_unfit(values)
    # Beyond the largest a float no longer counts single persons.
    bad = bad | ((numbers % 1).fillna(0) != 0).to_numpy() | (numbers.abs() > LARGEST_WHOLE).to_numpy()
    return _Cast(numbers.mask(bad).astype("Int64"), bad, rule)


def _cast_day(values: pd.Series) -> _Cast:
    days, bad = checks.days_and_unfit(values)
    # Files write 1 January 1 or 30 December 1899 for no day, and 2202 for 2022: the first count of all, or the last.
    year = days.dt.year
    odd = (
        (year < _YEARS[0]) | (year > _YEARS[1]) if values.name not in _VALIDITY else np.zeros(len(days), dtype=np.bool_)
    )
    rule = f"{checks.RULES['day']}; years are {_YEARS[0]} to {_YEARS[1]}"
    return _Cast(days, bad | np.asarray(odd), rule if np.any(odd) else checks.RULES["day"])


_CASTS: dict[str, Callable[[pd.Series], _Cast]] = {
    "string": _cast_text,
    "Int64": _cast_whole,
    "Float64": _cast_number,
    "datetime64[us]": _cast_day,
}


def _side_by_side(columns: Mapping[str, pd.Series], index: pd.Index) -> pd.DataFrame:
    """The columns as a table that shares their values until it is written to; a table of a dictionary is a copy."""
    if not columns:
        return pd.DataFrame(index=index)
    return pd.concat(list(columns.values()), axis=1, keys=list(columns))


def _geometry_problems(table: pd.DataFrame, declared: Table) -> list[str]:
    if not declared.geographic:
        return []
    if not checks.has_shapes(table):
        return ["there is no geometry. Give a GeoDataFrame (read_areas or geopandas.read_file make one)"]
    assert isinstance(table, gpd.GeoDataFrame)
    checks.crs(table, declared.name)
    known = checks.valid(table.geometry.to_numpy()) if declared.name == "areas" else table.geometry.is_valid
    invalid = ~(table.geometry.isna() | known)
    rows = listed(list(table.index[invalid]), SHOWN_AT_MOST)
    advice = "invalid (it crosses or touches itself). Repair it: table.geometry = table.geometry.make_valid()"
    return [f"geometry, row(s) {rows}: {advice}"] if invalid.any() else []


def _rule_problems(there: Coded, unfit: dict[str, Mask], declared: Table) -> list[str]:
    """What the values break: a column that is not there breaks nothing, an ``unfit`` cell is named already."""
    columns = there.table
    problems, labels = [], columns.index
    for name, column in declared.columns.items():
        if name not in columns:
            continue
        values = columns[name]
        empty = np.zeros(0, dtype=np.bool_) if column.nullable else values.isna().to_numpy() & ~unfit[name]
        if empty.any():
            rows = listed(list(labels[empty]), SHOWN_AT_MOST)
            problems.append(f"column {name!r}, row(s) {rows}: empty. Every row needs a value here")
        if column.has_rule and (bad := column.unfit(values)).any():
            problems.append(_problem(name, labels[bad], values[bad], column.rule))
    if {"start", "end"} <= set(declared.columns) and (late := (columns["start"] > columns["end"]).to_numpy()).any():
        problems.append(f"row(s) {listed(list(labels[late]), SHOWN_AT_MOST)}: {PERIOD_RULE}")
    alike = _repeated_keys(there, declared) if declared.key else np.zeros(0, dtype=np.bool_)
    if alike.any():
        named = [name for name in declared.key if name in columns and columns[name].notna().any()]
        shown = listed(list(columns.loc[alike, named[0]] if named else labels[alike]), SHOWN_AT_MOST)
        problems.append(
            f"rows {listed(list(labels[alike]), SHOWN_AT_MOST)} ({shown}) have the same key ({', '.join(named)}). "
            "One row for each key: drop the copies, or sum them first"
        )
    return problems


# What else tells two rows apart while they have no p-code, or come from a list of single records.
_ALSO_TELL_APART = ("place", "admin1", "admin2", "admin3", "iso3", "event", "assistance")
# The ends of flows as they are printed, which are not declared: match_areas gives them their codes.
_PRINTED_ENDS = ("origin_name", "destination_name")


def _repeated_keys(columns: Coded, declared: Table) -> Mask:
    tell_apart = dict.fromkeys((*declared.key, *_ALSO_TELL_APART, *_PRINTED_ENDS))
    return repeated(columns[name] for name in tell_apart if name in columns)


def _assemble(table: pd.DataFrame, there: pd.DataFrame, declared: Table) -> pd.DataFrame:
    # A column that is absent is empty: one for each type, which all of it share.
    absent = {column.dtype for name, column in declared.columns.items() if name not in there}
    empty = {dtype: pd.Series(index=table.index, dtype=dtype) for dtype in absent}
    columns = {name: there[name] if name in there else empty[column.dtype] for name, column in declared.columns.items()}
    others = [label for label in table.columns if label not in declared.columns]
    result = pd.concat([_side_by_side(columns, table.index), pd.DataFrame(table)[others]], axis=1)
    if not declared.geographic:
        return result
    assert isinstance(table, gpd.GeoDataFrame)
    located: pd.DataFrame = gpd.GeoDataFrame(result, geometry=table.active_geometry_name, crs=table.crs)
    return located
