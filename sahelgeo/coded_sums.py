"""Sums by the codes of columns, of tables of any size: chunks and parts are added up exactly, in any order.

Each distinct text and period has a number, its code, which stays the same through all chunks. The codes of a row, read
as the digits of one number, are its key; rows with one key are one sum::

    origin       destination  period             origin × destination × period    key    people  rows
    BF56 -> 0    BF49 -> 0    March 2020 -> 0    (0 · 2 + 0) · 2 + 0               0       5      1
    BF56 -> 0    BF13 -> 1    April 2020 -> 1    (0 · 2 + 1) · 2 + 1               3       2      1

While the product of the numbers of codes is small, the keys index a table of flags, and nothing is sorted or hashed;
else they are hashed. Chunks wait until there are as many rows as sums, then join the sums: each row is added a bounded
number of times, and memory goes with the number of sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo.errors import SchemaError
from sahelgeo.sums import DENSE, distinct

Codes: TypeAlias = "npt.NDArray[np.integer[Any]]"
Counts: TypeAlias = "dict[str, npt.NDArray[np.float64]]"
Known: TypeAlias = "dict[str, dict[Any, int]]"

PERIOD = ("start", "end")
# What sums of sums say of the rows behind them.
BEHIND = ("rows", "rows_missing")
CHUNK = 1 << 18
_EXACT = 2.0**53


@dataclass(frozen=True)
class CodedSums:
    """Sums of people by the codes of columns; ``labels`` say what the codes mean.

    ``counts`` holds people, lines (of the file), empty (lines without a count) and, for a file that is itself made of
    sums, rows and rows_missing (behind its lines).
    """

    labels: Mapping[str, Sequence[Any]]
    codes: Mapping[str, Codes]
    counts: Counts

    def __len__(self) -> int:
        return len(self.counts["lines"])

    def count(self, name: str) -> npt.NDArray[np.float64]:
        """A count of every sum; where no chunk named the rows behind its lines, these are the lines."""
        if name in self.counts:
            return self.counts[name]
        other = {"rows": "lines", "rows_missing": "empty"}.get(name)
        return np.zeros(len(self)) if other is None else self.count(other)

    def where(self, mask: npt.NDArray[np.bool_]) -> CodedSums:
        """Some of the sums, with the labels that these have."""
        labels, codes = {}, {}
        for name, had in self.labels.items():
            found, codes[name] = distinct(self.codes[name][mask], len(had))
            labels[name] = [had[code] for code in found]
        return CodedSums(labels, codes, {name: values[mask] for name, values in self.counts.items()})

    def periods(self) -> pd.DataFrame:
        """The first and the last day of each label of period."""
        days = np.array(self.labels["period"], dtype=np.int64).reshape(-1, 2).astype("datetime64[D]")
        return pd.DataFrame(days.astype("datetime64[us]"), columns=list(PERIOD))

    def regrouped(self, labels: Mapping[str, Sequence[Any]]) -> CodedSums:
        """The sums by new labels of some columns, in their order, missing ones last; other columns are added over."""
        known: Known = {}
        codes = {}
        for name, new in labels.items():
            order = sorted(set(new), key=lambda label: (label is None, label))
            known[name] = {label: place for place, label in enumerate(order)}
            places = np.array([known[name][label] for label in new], dtype=np.int64)
            codes[name] = places[self.codes[name]]
        return added([CodedSums({}, codes, self.counts)], known)

    @classmethod
    def merged(cls, several: Sequence[CodedSums]) -> CodedSums:
        """The sums of several parts, each with labels of its own, in the order of their labels."""
        known: Known = {name: {} for one in several for name in one.labels}
        parts = []
        for one in several:
            codes = {name: recoded(one.codes[name], labels, known[name]) for name, labels in one.labels.items()}
            parts.append(cls({}, codes, one.counts))
        whole = added(parts, known)
        return whole.regrouped(whole.labels)

    def frame(self) -> pd.DataFrame:
        """A Flows table, its texts as categories."""
        table = pd.DataFrame({name: self.labelled(name) for name in self.labels if name != "period"})
        days = self.periods().to_numpy().take(self.codes["period"], axis=0)
        people = pd.array(self.counts["people"].astype(np.int64), dtype="Int64")
        people[self.count("empty") == self.count("lines")] = pd.NA
        behind = {name: self.count(name).astype(np.int64) for name in BEHIND}
        return table.assign(start=days[:, 0], end=days[:, 1], people=people, **behind)

    def labelled(self, name: str) -> pd.Categorical:
        """A column of labels, as categories; None is missing."""
        labels = list(self.labels[name])
        codes = self.codes[name]
        if None in labels:
            nothing = labels.index(None)
            labels.remove(None)
            codes = np.where(codes == nothing, -1, codes - (codes > nothing))
        return pd.Categorical.from_codes(codes, pd.Index(labels, dtype="string"))


def recoded(codes: Codes, labels: Iterable[Any], known: dict[Any, int]) -> Codes:
    """Codes of the labels that all chunks share, for codes of the labels of one."""
    places = np.array([known.setdefault(label, len(known)) for label in labels], dtype=np.int32)
    if (places == np.arange(len(places))).all():
        return codes
    # Every code has its label: no need to look for one that does not.
    return places.take(codes, mode="clip") if len(codes) else codes.astype(np.int32)


def added(parts: Sequence[CodedSums], known: Known) -> CodedSums:
    """The sums of several parts in the order of their keys."""
    names = list(known)
    absent = {
        name: known[name].setdefault(None, len(known[name]))
        for name in names
        if any(name not in part.codes for part in parts)
    }
    sizes = [len(known[name]) for name in names]
    size = prod(sizes)
    keys = [keys_of([part.codes.get(name, absent.get(name)) for name in names], sizes, len(part)) for part in parts]
    # Few sums: each chunk is counted by itself. Many: a table of all sums for each would cost more than the chunk.
    at_once = size > min(CHUNK, DENSE)
    if at_once:
        keys = [np.concatenate(keys)]
    found: Codes = np.arange(size if size <= DENSE else 0)
    if size > DENSE:
        found, keys[0] = distinct(keys[0], size)

    def total(kind: str) -> npt.NDArray[np.float64]:
        values = [part.count(kind) for part in parts]
        values = [np.concatenate(values)] if at_once else values
        sums = [np.bincount(key, value, len(found)) for key, value in zip(keys, values, strict=True)]
        return np.sum(sums, axis=0, dtype=np.float64) if len(sums) > 1 else np.asarray(sums[0], dtype=np.float64)

    counts = {kind: total(kind) for kind in dict.fromkeys(kind for part in parts for kind in part.counts)}
    there = counts["lines"] > 0
    found, counts = found[there], {kind: values[there] for kind, values in counts.items()}
    if len(found) and max(values.max() for values in counts.values()) >= _EXACT:
        raise SchemaError("a sum is above 9e15 and could not be exact. Look for counts that are no counts")
    codes = dict(zip(names, np.unravel_index(found, sizes), strict=True))
    return CodedSums({name: list(known[name]) for name in names}, codes, counts)


def keys_of(codes: Sequence[Any], sizes: Sequence[int], length: int) -> Codes:
    """The codes of each row as the digits of one number."""
    keys: Codes = np.zeros(length, dtype=np.int32 if prod(sizes) < 1 << 31 else np.int64)
    for column, size in zip(codes, sizes, strict=True):
        if size > 1:
            keys *= size
            keys += np.asarray(column, dtype=keys.dtype)
    return keys
