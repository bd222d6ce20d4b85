"""Sums of people that keep what is missing and refuse what would be counted twice: one engine, and declarations to it.

People who are counted again are not more people. A sum adds the rows of a group and looks at what else tells them
apart::

    pcode   date   method  origin  people
    BF56    6 Sep  list    BF49        10 ┐ the rest of the row is alike: parts of
    BF56    6 Sep  list    ML01         5 ┘ one count, added                        15
    BF56    6 Sep  visit   BF49        14   another method: the same people again   refused
    BF56    8 Aug  list    BF49        12   another day: the same people again      refused
    BF5601  6 Sep  list    BF49         4   lies in BF56: the same people again     refused
    BF56    6 Sep  list    (none)      15   as many as all with an origin: a total  refused

Columns whose values must be alike within a sum are its *dimensions*. Of some of them (``parts``) a user may say that
several values are of different people: ``choose={"source": ["DTM Lac", "DTM Sud"]}``. A refusal ends with what can be
done about it, and what it advises leaves nobody out: a value to choose is named only if every place has rows with it.
Missing is never zero: it is counted in ``rows_missing``, and a sum of nothing but missing counts is missing.

How to declare a table's sums, and make them::

    _SUM = Sum(dimensions=("source", "edition"), counted=("people",), place=("origin", "destination"))
    table = chosen(conform(flows, "flows"), choose, _SUM.dimensions)
    together = added_up(choose)                     # dimensions of which the user says that they add up
    groups = group_numbers(table, keys)
    refuse_unlike(table, _SUM, by=keys, together=together, groups=groups)
    result = sums_of(table, groups, keys, _SUM, together)

``sums_of`` warns of partial sums, and gives keys, dimensions, counted columns, ``rows``, ``rows_missing`` and the
joined sources.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, DoubleCountError, SchemaError, listed, warn
from sahelgeo.sources import joined_sources
from sahelgeo.words import of_a_total

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Values of these columns can belong to different people; dates and groups of one place never add up.
MAY_ADD_UP = ("method", "operation", "source", "reason", "analysis")
MIXED = "The sum would mix what does not add up:"
NESTED = "The sum would count people of an area and of its parts twice:"
# Rows that are kept without an area have no edition, and are of no second one.
_MISSING_IS_NO_SECOND = ("edition",)
# One origin and an unknown rest of the same small number is a coincidence that happens.
_NO_COINCIDENCE = 100
# Up to this many keys a table of flags is smaller than the work of hashing.
DENSE = 1 << 23
_LARGEST_KEY = 1 << 62


@dataclass(frozen=True)
class Sum:
    """What the sums of a table are made of.

    Attributes
    ----------
    dimensions : tuple of str
        Columns of which one sum has one value; those that a table lacks are passed over.
    counted : tuple of str
        Columns that are added up.
    complete : tuple of str
        Counted columns without which a row is counted in ``rows_missing``.
    place : tuple of str
        Columns that tell places apart, the first of them for messages too.
    mixes : str
        The head of a refusal.
    choice, apart : str
        How a value is chosen, and values are kept apart, where the function has a way to.
    ends : mapping of str to str
        What else ends the refusal of a column.
    country : callable, optional
        The country of each row, where countries may differ and only ``iso3`` keeps them apart.
    """

    dimensions: tuple[str, ...]
    counted: tuple[str, ...] = ("people",)
    complete: tuple[str, ...] = ("people",)
    place: tuple[str, ...] = ("pcode", "place", "admin1", "admin2", "admin3")
    mixes: str = MIXED
    choice: str = "choose one with choose={{{column!r}: {value}}}"
    apart: str = "keep them apart with by={by}"
    ends: Mapping[str, str] = field(default_factory=dict)
    country: Callable[[pd.DataFrame], pd.Series] | None = None


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
        for wanted in wanted_values(column, value, days=table[column].dtype.kind == "M"):
            found = table[column].isna() if wanted is None else (table[column] == wanted).fillna(False)
            if len(table) and not found.any():
                raise SchemaError(f"no row has {column} {wanted!r}. There are: {_values(table[column])}")
            fits |= found.to_numpy(dtype=np.bool_)
        table = table[fits]
    return table


def wanted_values(column: str, value: Any, *, days: bool = False) -> list[Any]:
    """The values that a choice names for a column; only columns that can add up take more than one."""
    several = isinstance(value, (list, tuple, set, frozenset))
    if several and column not in MAY_ADD_UP:
        raise SchemaError(
            f"choose={{{column!r}: {value!r}}}: give one value, not several. "
            f"Only {', '.join(MAY_ADD_UP)} can have values that add up"
        )
    values = list(value) if several else [value]
    if not values or not all(pd.api.types.is_scalar(wanted) for wanted in values):
        raise SchemaError(f"choose={{{column!r}: {value!r}}}: give a value, or a list of values that add up")
    name = f"choose[{column!r}]"
    return [None if pd.isna(wanted) else checks.day(wanted, name) if days else wanted for wanted in values]


def added_up(choose: Mapping[str, Any] | None) -> list[str]:
    """The columns of which the user says that several values add up."""
    return [column for column, value in (choose or {}).items() if isinstance(value, (list, tuple, set, frozenset))]


class Coded:
    """The columns of a table as whole numbers that group as their values do, each read when it is first asked for."""

    def __init__(self, table: pd.DataFrame, known: Mapping[str, Numbers] | None = None) -> None:
        self.table, self.known = table, dict(known or {})

    def __len__(self) -> int:
        return len(self.table)

    def __contains__(self, column: object) -> bool:
        return column in self.table

    def __getitem__(self, column: str) -> Numbers:
        if column not in self.known:
            self.known[column] = codes_of(self.table[column])
        return self.known[column]

    def but(self, table: pd.DataFrame, *changed: str) -> Coded:
        """The codes of a table with the same rows, some of whose columns have changed."""
        return Coded(table, {column: codes for column, codes in self.known.items() if column not in changed})

    def rows(self, some: pd.DataFrame) -> Coded:
        """The codes of some of the rows, or of all."""
        return self.but(some) if len(some) == len(self) else Coded(some)


def coded(table: pd.DataFrame | Coded) -> Coded:
    """A table whose columns are read once, however often they are grouped by."""
    return table if isinstance(table, Coded) else Coded(table)


def codes_of(values: pd.Series) -> Numbers:
    """Whole numbers for the values of a column, in their order from 0; missing is a value, and comes last."""
    return in_order(*pd.factorize(values))


def in_order(codes: npt.NDArray[Any], found: pd.Index) -> Numbers:
    """Whole numbers that follow the order of the values found, for such as follow their places; -1 is missing."""
    places = np.arange(len(found) + 1)
    with suppress(TypeError):  # numbers beside texts have no order
        places[np.asarray(found.argsort())] = np.arange(len(found))
    # Place -1 is the last one.
    return places.take(codes, mode="wrap")


def group_numbers(table: pd.DataFrame | Coded, by: Sequence[str]) -> Numbers:
    """For each row the number of its group, in the order of the sorted keys; missing is a value, and comes last."""
    return numbered(coded(table)[column] for column in by) if by else np.zeros(len(table), dtype=np.int64)


def numbered(columns: Iterable[Numbers]) -> Numbers:
    """For each row the number of its group, of columns that are codes already."""
    return np.asarray(distinct(*_keys(columns))[1], dtype=np.int64)


def repeated(columns: Iterable[Numbers]) -> Mask:
    """The rows whose codes are those of another row; nothing where there is none."""
    keys, size = _keys(columns)
    ordered = np.sort(keys)
    if (ordered[1:] != ordered[:-1]).all():
        return np.zeros(0, dtype=np.bool_)
    rows = distinct(keys, size)[1]
    return np.asarray((np.bincount(rows) > 1)[rows], dtype=np.bool_)


def _keys(columns: Iterable[Numbers]) -> tuple[Numbers, int]:
    """The codes of each row as the digits of one number, and a number above all of these."""
    keys, size = np.zeros(1, dtype=np.int64), 1
    for codes in columns:
        width = int(codes.max(initial=0)) + 1
        if size * width >= _LARGEST_KEY:
            found, keys = distinct(keys, size)
            size = len(found)
        # A column of one value tells no rows apart.
        keys, size = (keys * width + codes if width > 1 or len(keys) != len(codes) else keys), size * width
    return keys, size


def distinct(keys: npt.NDArray[np.integer[Any]], size: int) -> tuple[Any, Any]:
    """The keys that are there, in their order, and which of them each row has; all keys are below ``size``.

    While they are few the keys index a table of flags, and nothing is sorted or hashed.
    """
    if size > min(DENSE, 64 * len(keys) + 1024):
        if len(keys) and (keys[1:] >= keys[:-1]).all():
            new = np.append(True, keys[1:] != keys[:-1])
            return keys[new], np.cumsum(new) - 1
        places, found = pd.factorize(keys, sort=True)
        return np.asarray(found), places
    there = np.zeros(size, dtype=np.bool_)
    there[keys] = True
    found = np.flatnonzero(there)
    place = np.zeros(size, dtype=np.int32)
    place[found] = np.arange(len(found), dtype=np.int32)
    return found, place.take(keys, mode="clip") if len(keys) else keys


def first_rows(table: pd.DataFrame, groups: Numbers, columns: Sequence[str]) -> pd.DataFrame:
    """The columns of the first row of each group, with index 0..n-1 in the order of the groups.

    The edition is that of the first row that has one.
    """
    first = table[list(columns)].iloc[_first(groups)].reset_index(drop=True)
    for column in set(_MISSING_IS_NO_SECOND) & set(columns):
        known = table[column].notna().to_numpy()
        values = table[column][known].iloc[_first(groups[known])]
        first[column] = first[column].fillna(pd.Series(values.array, index=np.unique(groups[known])))
    return first


def _first(groups: Numbers) -> Numbers:
    positions = np.full(int(groups.max(initial=-1)) + 1, -1, dtype=np.int64)
    positions[groups[::-1]] = np.arange(len(groups), dtype=np.int64)[::-1]
    return positions[positions >= 0]


def joined_values(table: pd.DataFrame, groups: Numbers, columns: Sequence[str]) -> pd.DataFrame:
    """For each group the distinct values of text columns, sorted, joined as :func:`sahelgeo.credit` reads them."""
    count = int(groups.max(initial=-1)) + 1
    texts = {}
    for column in columns:
        codes, distinct = pd.factorize(table[column])
        pairs = np.unique(groups[codes >= 0] * max(len(distinct), 1) + codes[codes >= 0])
        owner, value = np.divmod(pairs, max(len(distinct), 1))
        names = np.array([joined_sources([name]) for name in distinct] + [None], dtype=object)
        joined = np.full(count, len(distinct))
        joined[owner] = value
        cells = names[joined]
        # Few groups have several values: only these are joined one by one.
        for group in np.unique(owner[1:][owner[1:] == owner[:-1]]):
            cells[group] = joined_sources(
                names[value[np.searchsorted(owner, group) : np.searchsorted(owner, group, "right")]]
            )
        texts[column] = pd.array(cells, dtype="string")
    return pd.DataFrame(texts, index=range(count))


def clashes(table: pd.DataFrame | Coded, groups: Numbers, columns: Iterable[str]) -> dict[str, Mask]:
    """The rows of groups in which a column has more than one value (missing counts as one), by column."""
    codes_by, found = coded(table), {}
    for column in columns:
        codes, numbers = codes_by[column], groups
        if column in _MISSING_IS_NO_SECOND:
            known = codes_by.table[column].notna().to_numpy()
            codes, numbers = codes[known], groups[known]
        first = np.zeros(int(groups.max(initial=-1)) + 1, dtype=np.int64)
        first[numbers[::-1]] = codes[::-1]
        unlike = numbers[codes != first[numbers]]
        if len(unlike):
            bad = np.zeros(len(first), dtype=np.bool_)
            bad[unlike] = True
            found[column] = bad[groups]
    return found


def refuse(table: pd.DataFrame, what: str, *problems: tuple[Mask, str]) -> None:
    """Raise one DoubleCountError with the problems that have rows.

    Each problem is the mask of its rows and its sentence.
    """
    there = [(rows, text) for rows, text in problems if rows.any()]
    if there:
        lines = [f"  {number}. {text}" for number, (_, text) in enumerate(there, 1)]
        raise DoubleCountError("\n".join([what, *lines]), table[np.logical_or.reduce([rows for rows, _ in there])])


def refuse_unlike(
    table: pd.DataFrame | Coded,
    how: Sum,
    *,
    by: Sequence[str] = (),
    together: Collection[str] = (),
    groups: Numbers | None = None,
) -> None:
    """Raise where a group has two values of a dimension: two days, methods, periods, sources, groups of people.

    ``by`` are the columns that make a group, ``together`` the dimensions whose values the user says add up; with
    neither, the whole table is one group. ``groups`` are their numbers, where they are known.
    """
    codes = coded(table)
    numbers = group_numbers(codes, by) if groups is None else groups
    found = clashes(codes, numbers, [name for name in how.dimensions if name in codes and name not in (*by, *together)])
    if not found:
        return
    table, within = codes.table, None
    if how.country is not None:
        within = numbered([numbers, codes_of(how.country(table))])
    problems = []
    for column, rows in found.items():
        # Where each country has one value, no choice of days makes the countries alike.
        abroad = within is not None and "iso3" not in by and not clashes(codes, within, [column])
        keys = [*by, *(["iso3"] if abroad else []), column]
        ways = [*_choices(table, column, how), *([how.apart.format(by=tuple(keys))] if how.apart else [])]
        text = ", or ".join(ways) + (f"; {how.ends[column]}" if column in how.ends and not abroad else "")
        shown = clash_in_words(table, rows, column, [*by] or how.place[:1])
        problems.append((rows, f"{shown}. {text[:1].upper()}{text[1:]}"))
    refuse(table, how.mixes, *problems)


def refuse_two(table: pd.DataFrame | Coded, groups: Numbers, column: str, what: str) -> None:
    """Raise where a column has more than one value in a group of counts of a place."""
    for rows in clashes(table, groups, [column]).values():
        table = coded(table).table
        drop = "drop the rows that count these people again (the error's .rows)"
        way = [*_choices(table, column, Sum((column,))), drop][0]
        text = f"{clash_in_words(table, rows, column, ['pcode', 'place'])}. {way[:1].upper()}{way[1:]}"
        refuse(table, what, (rows, text))


def _choices(table: pd.DataFrame, column: str, how: Sum) -> Iterator[str]:
    """How one value is chosen, or several are said to be of different people, so that every place keeps its rows."""
    place = [name for name in (*how.place, "group") if name in table and name != column]
    places, codes = group_numbers(table, place), codes_of(table[column])
    pairs = np.unique(places * (int(codes.max()) + 1) + codes)
    everywhere = np.bincount(pairs % (int(codes.max()) + 1)) == len(np.unique(places))
    fits = everywhere[codes]
    if fits.any():
        yield how.choice.format(column=column, value=literal(table[column][fits].iloc[0]))
    elif column in MAY_ADD_UP and len(pairs) == len(np.unique(places)) and "choose" in how.choice:
        values = ", ".join(literal(value) for value in table[column].drop_duplicates()[:SHOWN_AT_MOST])
        if len(everywhere) <= SHOWN_AT_MOST:
            yield f"if they count different people, add them up with choose={{{column!r}: [{values}]}}"


def refuse_totals(
    table: pd.DataFrame | Coded, keys: Sequence[str], shown: Sequence[str], *lacking: tuple[str, ...]
) -> None:
    """Raise where rows without an origin, a reason or another column have exactly the people of all rows with one.

    A row whose origin or reason is called a total is one, whatever its people.
    Each of ``lacking`` are columns that a total leaves empty; the other ``keys`` are alike in it and in its parts.
    """
    codes = coded(table)
    table, problems, known = codes.table, [], np.zeros(len(codes), dtype=np.bool_)
    named = {name: _called_total(codes, name) for name in dict.fromkeys(chain(*lacking)) if name in codes}
    for columns in filter(None, (tuple(name for name in some if name in named) for some in lacking)):
        called = np.logical_or.reduce([named[name] for name in columns])
        is_total = table[list(columns)].isna().all(axis=1).to_numpy(dtype=np.bool_) | called
        if is_total.any() and not is_total.all():
            groups = group_numbers(codes, [name for name in keys if name in codes and name not in columns])
            rows = as_many(table["people"], is_total, groups, groups) | (called & np.isin(groups, groups[~is_total]))
            rows &= ~known
            known |= rows
            parts = np.isin(groups, groups[rows]) & ~rows
            without = " and ".join(columns)
            text = (
                f"the people without {without} are as many as all those with one: {named_rows(table, rows, shown)} "
                f"beside rows {listed(list(table.index[parts]), SHOWN_AT_MOST)}. Drop the total (the error's .rows) or "
                f"the parts. If they are further people after all, write what {columns[-1]} is printed, such as 'not "
                "stated'"
            )
            problems.append((rows, text))
    refuse(table, "The sum would count a total beside its parts:", *problems)


def _called_total(codes: Coded, column: str) -> Mask:
    """The rows that a word calls the total of the others, whatever their figure: "Total", "Ensemble"."""
    first = _first(codes[column])
    called = np.array([all(of_a_total(str(name))) for name in codes.table[column].array[first]], dtype=np.bool_)
    return np.isin(codes[column], codes[column][first[called]])


def as_many(
    people: pd.Series,
    is_total: Mask,
    totals: Numbers,
    groups: Numbers,
    near: Callable[[pd.Series, pd.Series], pd.Series] = operator.eq,
) -> Mask:
    """The totals, each a number of ``totals``, with as many people as all rows of their group that are no totals."""
    total = people.where(is_total).groupby(totals).transform("sum", min_count=1)
    parts = people.where(~is_total).groupby(groups).transform("sum", min_count=1)
    counted = ((people > 0).fillna(False) & ~is_total).groupby(groups).transform("sum")
    large = (counted > 1) | (parts >= _NO_COINCIDENCE).fillna(False)
    equal = near(total, parts).fillna(False) & large & (parts > 0).fillna(False)
    return np.asarray(equal.to_numpy(dtype=np.bool_) & is_total, dtype=np.bool_)


def sums_of(
    table: pd.DataFrame, groups: Numbers, keys: Sequence[str], how: Sum, together: Sequence[str] = ()
) -> pd.DataFrame:
    """Keys, dimensions, sums, ``rows`` and ``rows_missing`` of each group; values that add up are joined in words."""
    constant = [name for name in how.dimensions if name in table and name not in keys]
    sums = summed(table, groups, how.counted, how.complete)
    result = pd.concat([first_rows(table, groups, [*keys, *constant]), sums], axis=1)
    result = result.assign(**joined_values(table, groups, [name for name in together if name in constant]))
    return result.assign(doubt=_doubts(table, groups, len(result))) if "doubt" in table else result


def _doubts(table: pd.DataFrame, groups: Numbers, count: int) -> pd.Series:
    """What the rows of each group say of themselves that is doubtful: a sum is no surer than its parts."""
    told = table["doubt"].notna().to_numpy(dtype=np.bool_)
    texts = table["doubt"][told].astype("string").groupby(groups[told])
    return texts.agg(lambda some: " ".join(dict.fromkeys(some))).reindex(range(count)).astype("string")


def summed(
    table: pd.DataFrame, groups: Numbers, counted: Sequence[str], complete: Sequence[str] = ("people",)
) -> pd.DataFrame:
    """The sums of each group, with ``rows`` and ``rows_missing``; a sum of nothing but missing counts is missing.

    A table that is itself made of sums has these two columns: they are then added up, so that what was missing in the
    first sum is not forgotten in the second.
    """
    behind = dict(zip(("rows", "rows_missing"), _rows_behind(table, complete), strict=True))
    # Side by side they share their values; a table made of a dictionary is a copy.
    columns = pd.concat([table[list(counted)], *(column.rename(name) for name, column in behind.items())], axis=1)
    sums = columns.groupby(groups)[list(columns)].sum(min_count=1)
    return sums.astype(dict.fromkeys(behind, "int64")).reset_index(drop=True)


def _rows_behind(table: pd.DataFrame, complete: Sequence[str]) -> tuple[pd.Series, pd.Series]:
    names = ("rows", "rows_missing")
    if all(
        name in table and pd.api.types.is_integer_dtype(table[name].dtype) and table[name].notna().all()
        for name in names
    ):
        return table["rows"], table["rows_missing"]
    missing = np.logical_or.reduce([table[name].isna().to_numpy() for name in complete])
    return pd.Series(1, index=table.index), pd.Series(missing.astype(np.int64), index=table.index)


def warn_partial(table: pd.DataFrame, groups: Numbers, column: str, key: Sequence[str]) -> None:
    """Warn where a sum leaves out rows without a count beside rows that have one."""
    missing = table[column].isna().to_numpy()
    if column == "people":
        missing = missing | (_rows_behind(table, ["people"])[1] > 0).to_numpy()
    if not missing.any():
        return
    partial = np.isin(groups, groups[table[column].notna().to_numpy()]) & missing
    if partial.any():
        warn(
            f"{column} missing in {int(partial.sum()):,} of {len(table):,} rows whose sum is given all the same, "
            f"without them: {named_rows(table, partial, key)}. Missing is not zero: see the column 'rows_missing'"
        )


def clash_in_words(table: pd.DataFrame, rows: Mask, column: str, key: Sequence[str]) -> str:
    """Which values of a column clash, in which rows and of which key."""
    return f"{column} has {_values(table[column][rows])} in {named_rows(table, rows, key)}"


def named_rows(table: pd.DataFrame, rows: Mask, key: Sequence[str]) -> str:
    """The rows in words: their labels, and the values of the key."""
    labels = listed(list(table.index[rows]), SHOWN_AT_MOST)
    known = [name for name in key if name in table and table[name][rows].notna().any()]
    keys = "; ".join(f"{column} {_values(table[column][rows])}" for column in known)
    return f"row{'s' if rows.sum() > 1 else ''} {labels}" + (f" ({keys})" if keys else "")


def literal(value: Any) -> str:
    """A value as it would be typed: text in quotes, a day as text, missing as None."""
    if pd.isna(value):
        return "None"
    if isinstance(value, pd.Timestamp):
        return repr(f"{value:%Y-%m-%d}")
    return repr(value.item() if isinstance(value, np.generic) else value)


def _values(values: pd.Series) -> str:
    distinct = list(values.drop_duplicates())
    # There may be a million of them: only those that are shown are written out.
    return listed([*map(literal, distinct[:SHOWN_AT_MOST]), *distinct[SHOWN_AT_MOST:]], SHOWN_AT_MOST)
