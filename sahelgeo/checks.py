"""The questions that are asked of every table and option, each written once.

Is the column there? Are these numbers, and none below 0? Is this a day? Is there one row for each key? Is this one of
the words? Are these valid polygons with a CRS, of one edition? May one sum ``by`` this column? Is this path a file? How
many shapes are in these bytes? A caller asks in one line; the sentence that the user reads is made here.
"""

from __future__ import annotations

import datetime as dt
import re
import stat
import struct
import sys
import weakref
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from operator import is_
from pathlib import Path
from typing import Any, Literal, TypeGuard

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sahelgeo.embedded import read_rows
from sahelgeo.errors import SHOWN_AT_MOST, CRSError, FormatError, SahelgeoError, SchemaError, listed
from sahelgeo.late import gpd, shapely

Need = Literal["text", "number", "day", "any"]
Mask = npt.NDArray[np.bool_]
Shapes = npt.NDArray[Any]

RULES = {
    "text": "not text. Codes lose their zeros as numbers: read the column as text (dtype=str)",
    "number": "not a number. Turn text such as '1 234' or 'ND' into numbers or empty cells",
    "day": "not a day. Use dates without time zone, or text as YYYY-MM-DD",
    "any": "a list or mapping. Write plain values into the cells",
}
# The standard's day, with or without a time of the day, which is left out. "05/09/2022" is May here, September there.
_ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_OFFICIAL = re.compile(r"([A-Za-z]{2,3})\d{2,10}")
FREQUENCIES = {"MS": "months", "QS": "quarters", "YS": "years"}


def no_pipe(path: Path) -> None:
    """Raise where a path is a pipe, a device or a socket: what these give may come never, or without end."""
    kind = 0
    with suppress(OSError, ValueError):  # who opens it says so
        kind = stat.S_IFMT(path.stat().st_mode)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise FormatError(f"{path}: not a file but a device or a pipe. Save it as a file")


def columns(table: Any, name: str, needs: Mapping[str, Need]) -> None:
    """Raise SchemaError, all problems at once, unless the table is a DataFrame with each column once and so filled."""
    if not isinstance(table, pd.DataFrame):
        raise SchemaError(f"{name}: a DataFrame is needed, not {type(table).__name__}")
    labels = list(table.columns)
    problems = [problem for column, need in needs.items() if (problem := _column_problem(table, labels, column, need))]
    _raise(name, problems)


def plain(table: Any, name: str) -> None:
    """Raise SchemaError unless every column of the table stands once and holds plain values."""
    labels = list(table.columns) if isinstance(table, pd.DataFrame) else []
    shapes = {"geometry", getattr(table, "active_geometry_name", None)}
    columns(table, name, dict.fromkeys([label for label in labels if label not in shapes], "any"))


def counts(table: Any, name: str, *labels: str) -> None:
    """Raise SchemaError unless these columns hold numbers that are finite and not below 0; missing is allowed."""
    columns(table, name, dict.fromkeys(labels, "number"))
    problems = []
    for label in labels:
        below = (pd.to_numeric(table[label]) < 0).fillna(False).to_numpy(dtype=np.bool_)
        if below.any():
            problems.append(f"column {label!r}, {_rows(table, below)}: below 0. Leave unknown counts empty")
    _raise(name, problems)


def day(value: Any, name: str) -> pd.Timestamp:
    """A day without time zone, from a date or text such as ``"2020-09-06"``; all else is a SchemaError."""
    found = day_or_none(value)
    if found is None:
        raise SchemaError(f"{name}={value!r} is not a day. Give a date without time zone, or text as YYYY-MM-DD")
    return found


def day_or_none(value: Any) -> pd.Timestamp | None:
    """The day that a value is, for what users give and what tables hold alike; None where it is no day for certain."""
    # pandas reads "September" as a day of the year 1, and 07/10/2020 as 10 July but 13/10/2020 as 13 October.
    if isinstance(value, str):
        iso = _ISO_DAY.fullmatch(value.strip())
        found = pd.to_datetime(iso[1], format="%Y-%m-%d", errors="coerce") if iso else None
    else:
        found = pd.to_datetime(value, errors="coerce") if isinstance(value, (dt.date, np.datetime64)) else None
    if not isinstance(found, pd.Timestamp) or found.tzinfo is not None:
        return None
    return found.normalize()


def days(values: pd.Series, name: str) -> pd.Series:
    """The days of a column (``datetime64[us]``), read as :func:`day` reads each; missing ones stay, all else raises."""
    found, bad = days_and_unfit(values)
    if bad.any():
        shown = listed([repr(value) for value in values[bad].unique()], 3)
        rows = listed(list(values.index[bad]), SHOWN_AT_MOST)
        raise SchemaError(f"{name}: column {values.name!r}, row(s) {rows} ({shown}): {RULES['day']}")
    return found


def days_and_unfit(values: pd.Series) -> tuple[pd.Series, Mask]:
    """The days of a column, and which of its values are no days."""
    if getattr(values.dtype, "tz", None) or getattr(getattr(values.dtype, "pyarrow_dtype", None), "tz", None):
        return pd.Series(pd.NaT, values.index, "datetime64[us]", name=values.name), values.notna().to_numpy()
    if values.dtype.kind == "M":
        found: pd.Series = values.astype("datetime64[us]").dt.normalize()
        return found, np.zeros(len(values), dtype=np.bool_)
    loose = values.astype(object)
    distinct: Iterable[Any]
    try:
        # Days repeat: each is read once.
        codes, distinct = pd.factorize(loose)
    except TypeError:  # a list or a mapping among them
        codes, distinct = np.arange(len(values)), list(loose)
    read = [day_or_none(value) for value in distinct]
    known = pd.Series([*read, None], dtype="datetime64[us]").to_numpy()
    found = pd.Series(known[codes], index=values.index, dtype="datetime64[us]", name=values.name)
    return found, (values.notna() & found.isna()).to_numpy(dtype=np.bool_)


def filled(table: pd.DataFrame, name: str, column: str, advice: str) -> None:
    """Raise SchemaError where a cell of the column is empty."""
    empty = table[column].isna().to_numpy()
    if empty.any():
        raise SchemaError(f"{name}: column {column!r}, {_rows(table, empty)}: empty. {advice}")


def once(table: pd.DataFrame, name: str, *key: str, advice: str, error: type[SahelgeoError] = SchemaError) -> None:
    """Raise unless there is one row for each key; rows whose first key is missing are left aside.

    The advice says what to do; an error with room for rows (:class:`sahelgeo.errors.DoubleCountError`) takes the
    repeated ones with it.
    """
    twice = table.duplicated(list(key), keep=False) & table[key[0]].notna()
    if twice.any():
        label = {"pcode": "p-codes"}.get(key[0], key[0])
        shown = listed([str(value) for value in table[key[0]][twice].unique()], SHOWN_AT_MOST)
        text = f"{name}: {label} {shown} stand more than once. {advice}"
        raise error(text) if error is SchemaError else error(text, table[twice])


def choice(words: Iterable[Any], **given: Any) -> None:
    """Raise SchemaError unless each option is one of the words: ``choice(KEEP, keep=keep)``."""
    known = list(words)
    for name, value in given.items():
        if not any(value is word or (type(value) is type(word) and value == word) for word in known):
            shown = ", ".join(
                f"{word!r} ({FREQUENCIES[word]})" if word in FREQUENCIES else repr(word) for word in known
            )
            raise SchemaError(f"{name}={value!r} is not one of {shown}")


def by(
    labels: str | Sequence[str] | None, table: pd.DataFrame, *, never: Collection[str] = (), among: Sequence[str] = ()
) -> list[str]:
    """The columns that a sum is made by, each once: columns of the table that are not counted, or some of ``among``."""
    if not isinstance(labels, (str, list, tuple, type(None))):
        raise SchemaError(f"by={labels!r} is not a column or a tuple of columns. Give () for the total")
    keys = [labels] if isinstance(labels, str) else list(dict.fromkeys(labels or ()))
    fit = list(among) or [label for label in table.columns if label not in never and label != "geometry"]
    unfit = [key for key in keys if key not in fit]
    if unfit:
        shown = listed([repr(key) for key in unfit], SHOWN_AT_MOST)
        raise SchemaError(f"by has {shown}. Choose among the columns: {listed(fit, 20)}")
    columns(table, "by", {key: "any" for key in keys if key in table})
    return keys


def polygons(areas: Any, name: str, *, make: str = "load_areas and read_areas make one") -> None:
    """Raise SchemaError or CRSError unless these are valid polygons in a known CRS; a geometry may be missing."""
    _needs_shapes(areas, name, "of polygons", make)
    crs(areas, name)
    _raise(name, polygon_problems(areas))


def has_shapes(table: object) -> TypeGuard[gpd.GeoDataFrame]:
    """Whether a table has a geometry, of shapes: a column that was assigned as objects makes a GeoDataFrame without.

    Before geopandas is loaded none has.
    """
    if "geopandas" not in sys.modules or not isinstance(table, gpd.GeoDataFrame):
        return False
    shapes = table.get(table.active_geometry_name)
    return isinstance(shapes, pd.DataFrame) or (shapes is not None and str(shapes.dtype) == "geometry")


def _needs_shapes(areas: Any, name: str, what: str, make: str) -> None:
    if not has_shapes(areas):
        found = type(areas).__name__
        if isinstance(areas, gpd.GeoDataFrame):
            found, make = "one whose geometry is no column of shapes", "Set it: table.set_geometry(shapes, crs=...)"
        raise SchemaError(f"{name}: a GeoDataFrame {what} is needed, not {found}. {make}")


def crs(table: gpd.GeoDataFrame, name: str) -> None:
    """Raise CRSError unless the geometry says which CRS it is in, and that has its place on Earth."""
    if table.crs is None:
        raise CRSError(
            f"{name}: the geometry has no CRS. Say which one it is in, for example "
            "table.set_crs('EPSG:4326') for degrees"
        )
    if not (table.crs.is_geographic or table.crs.is_projected):
        raise CRSError(f"{name}: the CRS {table.crs.name!r} is tied to no place on Earth. Set that of the coordinates")


def polygon_problems(areas: gpd.GeoDataFrame, is_valid: Callable[[Shapes], Mask] | None = None) -> list[str]:
    """Sentences on geometry that is not valid polygons."""
    shapes = np.asarray(areas.geometry.values, dtype=object)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    polygonal = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    other = there & ~np.isin(shapely.get_type_id(shapes), polygonal)
    invalid = there & ~other & ~valid(shapes, is_valid)
    problems = []
    if other.any():
        problems.append(f"geometry, {_rows(areas, other)}: not a polygon. Areas are polygons or multipolygons")
    if invalid.any():
        problems.append(
            f"geometry, {_rows(areas, invalid)}: invalid (it crosses or touches itself). Repair it: table.geometry = "
            "shapely.make_valid(table.geometry.values, method='structure', keep_collapsed=False)"
        )
    return problems


def valid(shapes: Shapes, is_valid: Callable[[Shapes], Mask] | None = None) -> Mask:
    """Which shapes of areas are valid; asked once of the same geometries, which do not change."""
    known = ([one() for one in noted] for noted in tuple(_FOUND_VALID) if len(noted) == len(shapes))
    if any(all(map(is_, found, shapes)) for found in known):
        return np.ones(len(shapes), dtype=np.bool_)
    found = (is_valid or shapely.is_valid)(shapes)
    if found.all() and len(shapes) <= _MOST_NOTED:
        _FOUND_VALID.append(list(map(weakref.ref, shapes)))
    return found


# Geometries of the tables that were found valid last: a table of areas is asked for every tile, part and overlay.
_FOUND_VALID: deque[list[weakref.ref[Any]]] = deque(maxlen=8)
_MOST_NOTED = 50_000


def coded_polygons(areas: Any, name: str = "areas", is_valid: Callable[[npt.NDArray[Any]], Mask] | None = None) -> None:
    """Raise, all problems at once, unless these are valid polygons, each with a p-code of its own.

    The declaration of Areas asks this and more; where only codes and shapes are used, this is all that is needed.
    ``is_valid`` answers for polygons, as shapely's does.
    """
    _needs_shapes(areas, name, "with a 'pcode' column", "load_areas and read_areas make one")
    crs(areas, name)
    problems = [*_pcode_problems(areas), *polygon_problems(areas, is_valid)]
    if problems:
        raise SchemaError(numbered(f"{name} ({len(areas):,} rows)", problems), problems)


def one_edition(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the areas if every p-code stands once, else raise."""
    once(areas, "areas", "pcode", advice="Choose one edition: areas[areas['edition'] == ...]")
    return areas


def numbered(head: str, problems: Sequence[str]) -> str:
    """One message for all problems of a table, numbered."""
    lines = [f"  {number}. {text}" for number, text in enumerate(problems, 1)]
    return "\n".join([f"{head}: {len(problems)} problem{'s' if len(problems) > 1 else ''}", *lines])


def _raise(name: str, problems: list[str]) -> None:
    if problems:
        raise SchemaError(f"{name}: {'; '.join(problems)}", problems)


def _rows(table: pd.DataFrame, mask: Any) -> str:
    return f"row(s) {listed(list(table.index[mask]), SHOWN_AT_MOST)}"


def _pcode_problems(areas: pd.DataFrame) -> list[str]:
    if list(areas.columns).count("pcode") != 1:
        return [f"one column 'pcode' is needed. Found: {listed(list(areas.columns), 12)}. Rename the column of codes"]
    codes, unfit = texts_and_unfit(areas["pcode"])
    missing = codes.isna().to_numpy(dtype=np.bool_) & ~unfit
    problems = [f"column 'pcode', {_rows(areas, missing)}: empty. Every area needs its code"] if missing.any() else []
    if unfit.any():
        problems.append(f"column 'pcode', {_rows(areas, unfit)}: {RULES['text']}")
    twice = codes.duplicated(keep=False).to_numpy() & codes.notna().to_numpy(dtype=np.bool_)
    if twice.any():
        shown = listed(list(codes[twice].unique()), SHOWN_AT_MOST)
        problems.append(f"p-codes {shown} stand more than once. Choose one edition: areas[areas['edition'] == ...]")
    return [*problems, *small_code_problems(codes)]


def small_code_problems(codes: pd.Series) -> list[str]:
    """A sentence on p-codes of areas in small letters: those of tables are written in capitals, and would not fit."""
    mixed = [code for code in dict.fromkeys(codes.astype(object)) if isinstance(code, str) and code != code.upper()]
    small = [code for code in mixed if code != official_code(code)]
    shown = listed(small, SHOWN_AT_MOST)
    return [f"p-codes {shown} are in small letters. Write areas['pcode'].str.upper()"] if small else []


def _column_problem(table: pd.DataFrame, labels: list[Any], column: str, need: Need) -> str | None:
    problem = absent(labels, column) or repeated(labels, column)
    if problem:
        return problem
    bad = _unfit(table[column], need)
    if not bad.any():
        return None
    values = listed([repr(value) for value in table[column][bad].tolist()], 3)
    return f"column {column!r}, {_rows(table, bad)} ({values}): {RULES[need]}"


def absent(labels: Sequence[Any], column: str, meaning: str = "", advice: str = "") -> str | None:
    """What to say of a column that is not there."""
    if column in labels:
        return None
    return f"column {column!r}{meaning} is missing. Found: {listed(labels, 12)}{advice}"


def repeated(labels: list[Any], column: str) -> str | None:
    """What to say of a column that is there more than once."""
    count = labels.count(column)
    return f"column {column!r} stands {count} times. Keep one of them" if count > 1 else None


def _unfit(values: pd.Series, need: Need) -> Mask:
    if need == "day":
        return days_and_unfit(values)[1]
    if need == "text":
        return texts_and_unfit(values)[1]
    if need == "number":
        return numbers_and_unfit(values)[1]
    if values.dtype.kind != "O" or isinstance(values.dtype, pd.StringDtype):
        return np.zeros(len(values), dtype=np.bool_)
    return _cells(values, lambda value: not pd.api.types.is_scalar(value))


@lru_cache(maxsize=100_000)
def official_code(code: str) -> str:
    """A code of the shape that OCHA gives it, with the letters of a country in capitals: ml01 is ML01.

    All others stay as they are: an author's own z1a and Z1A may be two areas.
    """
    found = _OFFICIAL.fullmatch(code)
    return code.upper() if found is not None and found[1].upper() in _country_letters() else code


@lru_cache(maxsize=1)
def _country_letters() -> frozenset[str]:
    return frozenset(row[label] for row in read_rows("countries.csv") for label in ("iso2", "iso3"))


def texts_and_unfit(values: pd.Series) -> tuple[pd.Series, Mask]:
    """The texts of a column (``string``), and which of its values are no text."""
    if _kind(values) == "string":
        return values.astype("string"), np.zeros(len(values), dtype=np.bool_)
    bad = _cells(values, lambda value: not isinstance(value, str))
    return values.astype(object).where(~bad & values.notna(), None).astype("string"), bad


_NO_NUMBERS = (str, bool, np.bool_, complex, np.complexfloating)


def numbers_and_unfit(values: pd.Series) -> tuple[pd.Series, Mask]:
    """The numbers of a column (``float64``), and which of its values are no finite number."""
    if values.dtype.kind in "iuf":
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        # A column of its own may hold "not a number" beside missing cells.
        bad = np.isinf(numbers) | (np.isnan(numbers) & values.notna().to_numpy(dtype=np.bool_))
        return pd.Series(numbers, values.index, name=values.name), bad
    unfit = np.zeros(len(values), dtype=np.bool_)
    if _kind(values) not in ("integer", "floating", "mixed-integer-float"):
        unfit = _cells(values, lambda value: isinstance(value, _NO_NUMBERS) or not np.isscalar(value))
    plain = values.astype(object).where(~unfit & values.notna(), np.nan)
    found = pd.to_numeric(plain, errors="coerce").astype("float64")
    return found, unfit | np.isinf(found.to_numpy()) | (found.isna() & values.notna()).to_numpy(dtype=np.bool_)


def _cells(values: pd.Series, is_unfit: Callable[[Any], bool]) -> Mask:
    """Which of the cells that are not missing are unfit, each asked."""
    found = np.fromiter((is_unfit(value) for value in values.astype(object)), dtype=np.bool_, count=len(values))
    return found & values.notna().to_numpy(dtype=np.bool_)


def _kind(values: pd.Series) -> str:
    """What the values are, without a look at each of them where the column's type says it: see pandas' infer_dtype."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        dtype = dtype.categories.dtype
    if isinstance(dtype, pd.StringDtype):
        return "string"
    if isinstance(dtype, pd.ArrowDtype):
        return "string" if dtype.type is str else "mixed"
    return str(pd.api.types.infer_dtype(values, skipna=True))


# Kinds of well-known binary that are made of others. A shape that holds more of them in each other than this is none,
# and one of fewer bytes cannot.
_HOLD_SHAPES = (4, 5, 6, 7, 9, 10, 11, 12)
_DEEPEST_SHAPE = 100
_SHORT_SHAPE = 9 * _DEEPEST_SHAPE


def long_shapes(column: pa.Array) -> Iterator[memoryview]:
    """The cells of a column of bytes that are long enough to hold shapes in shapes without end."""
    cells = column.dictionary if isinstance(column, pa.DictionaryArray) else column
    if pa.types.is_binary(cells.type) or pa.types.is_large_binary(cells.type):
        lengths = pc.binary_length(cells).fill_null(0).to_numpy(zero_copy_only=False)
        for number in np.flatnonzero(lengths > _SHORT_SHAPE):
            yield memoryview(cells[int(number)].as_buffer())


def parts_of_wkb(shape: bytes | memoryview, start: int = 0, most: int = 1 << 32) -> int:
    """How many points, lines, polygons and rings within these a shape has that is written as well-known binary.

    GEOS calls itself for each shape in a shape, until the process ends. Each begins with the order of its bytes, its
    kind and how many positions, rings or shapes are in it; positions are passed over::

        01 | 07 00 00 00 | 02 00 00 00 | 01 | 01 00 00 00 | x y | 01 | 02 00 00 00 | 02 00 00 00 | x y x y
             collection    of two             point                    line          of two

    Where bytes end too early the count ends, and so does GEOS. Beyond ``most`` it ends with all that are announced.

    Raises
    ------
    ValueError
        Shapes in shapes deeper than anybody draws.
    """
    order, at, parts, to_come = "<", start, 0, [1]

    def number() -> int:
        return int(struct.unpack_from(f"{order}I", shape, at)[0])

    with suppress(struct.error, IndexError):
        while to_come and parts <= most:
            if not to_come[-1]:
                to_come.pop()
                continue
            to_come[-1] -= 1
            order, at = {0: ">", 1: "<"}.get(shape[at], order), at + 1
            code = number()
            kind, more = code % (1 << 16) % 1000, code % (1 << 16) // 1000
            size = 8 * (2 + (more in (1, 3) or code >> 31) + (more in (2, 3) or code >> 30 & 1))
            at += 8 if code & 1 << 29 else 4  # with the number of its CRS
            if kind == 1:
                parts, at = parts + 1, at + size
                continue
            held, at = number(), at + 4
            if held > len(shape) - at:
                break
            if kind in _HOLD_SHAPES:
                to_come.append(held)
                if len(to_come) > _DEEPEST_SHAPE:
                    raise ValueError(f"shapes in shapes, more than {_DEEPEST_SHAPE} deep")
                continue
            parts += max(held, 1) if kind == 3 else 1
            for _ in range(held if kind == 3 and parts <= most else 0):
                at += 4 + size * number()
            at += size * held if kind != 3 else 0
        parts += sum(to_come) if parts > most else 0
    return parts
