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
# A table of likenesses of 64 MB at a time, however many names there are.
_CELLS_AT_ONCE = 64_000_000


class Candidate(NamedTuple):
    """An area that a name may mean: its position and how alike the names are (0 to 100)."""

    position: int
    score: float


def likeness(name: Name, gazetteer: Gazetteer, position: int) -> float:
    """How alike a printed name and the own names of an area are, 0 to 100; 0 where directions or numbers differ."""
    if name.marks != gazetteer.marks[gazetteer.pcodes[position]]:
        return 0.0
    return max((fuzz.ratio(name.key, key) for key in gazetteer.own_keys[position]), default=0.0)


class Near(NamedTuple):
    """The most similar areas of many names: positions (-1 where there is none) and likeness, best first."""

    positions: NDArray[np.intp]
    scores: NDArray[np.uint8]

    def texts(self, labels: NDArray[np.object_]) -> NDArray[np.object_]:
        """The candidates of each name in words, None where there are none; ``labels`` are the areas in words."""
        scores = np.array([f" ({score})" for score in range(101)], dtype=object)
        said: NDArray[np.object_] = labels[self.positions[:, 0]] + scores[self.scores[:, 0]]
        for place in range(1, MOST_CANDIDATES):
            rows = np.flatnonzero(self.scores[:, place])
            said[rows] += "; " + labels[self.positions[rows, place]] + scores[self.scores[rows, place]]
        said[self.scores[:, 0] == 0] = None
        return said


def near_names(keys: Sequence[str], gazetteer: Gazetteer, allowed: set[int] | None) -> Near:
    """For each folded name the areas of the most similar names, at most three."""
    positions = np.full((len(keys), MOST_CANDIDATES), -1, dtype=np.intp)
    scores = np.zeros((len(keys), MOST_CANDIDATES), dtype=np.uint8)
    layers = _choices(gazetteer, allowed)
    choices = [key for keys, _ in layers for key in keys]
    at_once = max(1, _CELLS_AT_ONCE // max(1, len(choices)))
    for start in range(0, len(keys) if choices else 0, at_once):
        queries = keys[start : start + at_once]
        alike = process.cdist(queries, choices, scorer=fuzz.ratio, score_cutoff=SHOWN_FROM, dtype=np.uint8, workers=-1)
        _take_best(
            _by_area(alike, layers), layers[0][1], positions[start : start + at_once], scores[start : start + at_once]
        )
    return Near(positions, scores)


def clear_winners(names: Sequence[Name], near: Near, gazetteer: Gazetteer) -> NDArray[np.bool_]:
    """Where the first candidate is near, far ahead of the next, and has the same directions and numbers."""
    lead = near.scores[:, 0].astype(np.int16) - near.scores[:, 1]
    wins = (near.scores[:, 0] >= TAKEN_FROM) & (lead >= CLEAR_LEAD)
    for number in np.flatnonzero(wins).tolist():
        name, position = names[number], int(near.positions[number, 0])
        same_marks = name.marks == gazetteer.marks[gazetteer.pcodes[position]]
        wins[number] = same_marks and len(name.key) >= SHORTEST_KEY and gazetteer.fits_word(position, name.word)
    return wins


Layer = tuple[list[str], NDArray[np.intp]]


def _choices(gazetteer: Gazetteer, allowed: set[int] | None) -> list[Layer]:
    """The names of the areas in layers: the first name of each area, then the second of those that have one, and so on."""
    named: dict[int, list[str]] = {}
    for key, hits in gazetteer.by_key.items():
        for position in hits if len(key) >= SHORTEST_KEY else ():
            if allowed is None or position in allowed:
                named.setdefault(position, []).append(key)
    layers: list[Layer] = []
    for depth in range(max((len(keys) for keys in named.values()), default=0)):
        owners = [position for position, keys in named.items() if len(keys) > depth]
        layers.append(([named[position][depth] for position in owners], np.array(owners, dtype=np.intp)))
    return layers


def _by_area(alike: NDArray[np.uint8], layers: list[Layer]) -> NDArray[np.uint8]:
    """The best likeness of each area over its names."""
    owners = layers[0][1]
    best: NDArray[np.uint8] = alike[:, : len(owners)]
    columns = np.zeros(int(owners.max()) + 1, dtype=np.intp)
    columns[owners] = np.arange(len(owners))
    start = len(owners)
    for _, owned in layers[1:]:
        further = alike[:, start : start + len(owned)]
        best[:, columns[owned]] = np.maximum(best[:, columns[owned]], further)
        start += len(owned)
    return best


def _take_best(
    by_area: NDArray[np.uint8], owned: NDArray[np.intp], positions: NDArray[np.intp], scores: NDArray[np.uint8]
) -> None:
    rows = np.arange(len(by_area))
    for place in range(min(MOST_CANDIDATES, by_area.shape[1])):
        column = by_area.argmax(axis=1)
        best = by_area[rows, column]
        positions[:, place] = np.where(best > 0, owned[column], -1)
        scores[:, place] = best
        by_area[rows, column] = 0
