"""Names that are nearly alike: proposals for a person to judge, and the strict rule under which they may be taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from sahelgeo.places.gazetteer import Gazetteer
from sahelgeo.places.names import Name

SHOWN_FROM = 60
TAKEN_FROM = 85
CLEAR_LEAD = 7
MOST_CANDIDATES = 3
SHORTEST_KEY = 3
_AT_ONCE = 20_000
_LOOKED_AT = 8


class Candidate(NamedTuple):
    """An area that a name may mean: its position and how alike the names are (0 to 100)."""

    position: int
    score: float


def likeness(name: Name, gazetteer: Gazetteer, position: int) -> float:
    """How alike a printed name and the own names of an area are, 0 to 100; 0 where directions or numbers differ."""
    if name.marks != gazetteer.marks[gazetteer.pcodes[position]]:
        return 0.0
    return max((fuzz.ratio(name.key, key) for key in gazetteer.own_keys[position]), default=0.0)


def near_names(names: Sequence[Name], gazetteer: Gazetteer, allowed: set[int] | None) -> list[tuple[Candidate, ...]]:
    """For each name the areas of the most similar names, best first, at most three."""
    keys, owners = _choices(gazetteer, allowed)
    if not keys:
        return [()] * len(names)
    found: list[tuple[Candidate, ...]] = []
    for start in range(0, len(names), _AT_ONCE):
        queries = [name.key for name in names[start : start + _AT_ONCE]]
        scores = process.cdist(queries, keys, scorer=fuzz.ratio, score_cutoff=SHOWN_FROM, dtype=np.uint8)
        found += _best(scores, owners)
    return found


def clear_winner(name: Name, candidates: Sequence[Candidate], gazetteer: Gazetteer) -> Candidate | None:
    """The first candidate if it is near, far ahead of the next, and has the same directions and numbers; else none."""
    if not candidates or len(name.key) < SHORTEST_KEY:
        return None
    first = candidates[0]
    second = candidates[1].score if len(candidates) > 1 else 0
    same_marks = name.marks == gazetteer.marks[gazetteer.pcodes[first.position]]
    fits = same_marks and gazetteer.fits_word(first.position, name.word)
    return first if fits and first.score >= TAKEN_FROM and first.score - second >= CLEAR_LEAD else None


def _choices(gazetteer: Gazetteer, allowed: set[int] | None) -> tuple[list[str], list[int]]:
    keys: list[str] = []
    owners: list[int] = []
    for key, hits in gazetteer.by_key.items():
        for position in hits:
            if len(key) >= SHORTEST_KEY and (allowed is None or position in allowed):
                keys.append(key)
                owners.append(position)
    return keys, owners


def _best(scores: NDArray[np.uint8], owners: list[int]) -> list[tuple[Candidate, ...]]:
    looked_at = min(_LOOKED_AT, scores.shape[1])
    columns = np.argpartition(scores, -looked_at, axis=1)[:, -looked_at:]
    values = np.take_along_axis(scores, columns, axis=1)
    order = np.argsort(-values.astype(np.int16), axis=1, kind="stable")
    columns, values = np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)
    positions = np.asarray(owners)[columns]
    return [_distinct(row, score) for row, score in zip(positions.tolist(), values.tolist(), strict=True)]


def _distinct(positions: list[int], scores: list[int]) -> tuple[Candidate, ...]:
    best: dict[int, int] = {}
    for position, score in zip(positions, scores, strict=True):
        if score == 0 or len(best) == MOST_CANDIDATES:
            break
        best.setdefault(position, score)
    return tuple(Candidate(position, float(score)) for position, score in best.items())
