"""Names that are nearly alike: proposals for a person to judge, and the strict rules under which they may be taken.

By letters ("fuzzy"), a name is taken for the most similar one if it is very like it and far ahead of the next, and if
nothing that tells areas apart differs: neither a direction nor a number, nor what stands in brackets, nor town and
country around it. A text that is the beginning of longer names may be one of these cut off, and is taken for no other.
By sound, a name is taken for the one area of its parent that sounds the same: among few siblings that is evidence,
among hundreds it is chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from sahelgeo.places.gazetteer import Gazetteer
from sahelgeo.places.names import Name

SAME_NAME = 100.0
SHOWN_FROM = 60
TAKEN_FROM = 85
CLEAR_LEAD = 7
ALIKE_BESIDE_CODE = 80
ALIKE_BESIDE_PARENT = 75
MOST_CANDIDATES = 3
SHORTEST_KEY = 3
SHORTEST_SOUND = 2
MOST_SIBLINGS = 40
# A table of likenesses of 64 MB at a time, however many names there are.
_CELLS_AT_ONCE = 64_000_000
_SOUNDS = re.compile(r"tch|ch|sh|sch|ph|gh|kh|th|dj|qu|gu(?=[eiy])|ck|c(?=[eiy])|x|[cqzhaeiouyw]")
_AS_HEARD = {"tch": "C", "ch": "C", "sh": "C", "sch": "C", "ph": "f", "gh": "g", "kh": "k", "th": "t", "dj": "j",
             "qu": "k", "gu": "g", "ck": "k", "x": "ks", "q": "k", "z": "s"}  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=100_000)
def sound_key(key: str) -> str:
    """The consonants of a folded name as French writes them: Djigueni and Djiguenni agree, Charghi and Gharbi do not.

    It is coarse, so it decides only among the areas of one parent, and only together with a likeness of the letters.
    """
    heard = _SOUNDS.sub(_sound, key)
    vowel_first = "A" if key[:1] in ("a", "e", "i", "o", "u", "y") else ""
    return vowel_first + _DOUBLED.sub(r"\1", heard)


def _sound(found: re.Match[str]) -> str:
    text = found[0]
    if text == "c":
        after = found.string[found.end() : found.end() + 1]
        return "s" if after in ("e", "i", "y") and after else "k"
    return _AS_HEARD.get(text, "")


def likeness(name: Name, gazetteer: Gazetteer, position: int) -> float:
    """How alike a printed name and the own names of an area are, 0 to 100; 0 where directions or numbers differ."""
    keys = [key for key in gazetteer.own_keys[position] if gazetteer.marks.get(key, ()) == name.marks]
    return max((fuzz.ratio(name.key, key) for key in keys), default=0.0)


def agrees(name: Name, coded: int, fit: set[int], gazetteer: Gazetteer) -> float | None:
    """How alike a name and the area of a code are, if that is enough to say that they agree; else None."""
    if coded in fit:
        return SAME_NAME
    alike = likeness(name, gazetteer, coded)
    return alike if not fit and alike >= ALIKE_BESIDE_CODE and gazetteer.fits_word(coded, name.word) else None


class Near(NamedTuple):
    """The most similar areas of many names: positions (-1 where there is none) and likeness, best first."""

    positions: NDArray[np.intp]
    scores: NDArray[np.uint8]

    def texts(self, labels: NDArray[np.object_]) -> list[str | None]:
        """The candidates of each name in words, None where there are none; ``labels`` are the areas in words."""
        scores = np.array([f" ({score})" for score in range(101)], dtype=object)
        said: NDArray[np.object_] = labels[self.positions[:, 0]] + scores[self.scores[:, 0]]
        for place in range(1, MOST_CANDIDATES):
            rows = np.flatnonzero(self.scores[:, place])
            said[rows] += "; " + labels[self.positions[rows, place]] + scores[self.scores[rows, place]]
        said[self.scores[:, 0] == 0] = None
        return list(said)


def near_names(keys: Sequence[str], gazetteer: Gazetteer, allowed: set[int] | None) -> Near:
    """For each folded name the areas of the most similar names, at most three."""
    positions = np.full((len(keys), MOST_CANDIDATES), -1, dtype=np.intp)
    scores = np.zeros((len(keys), MOST_CANDIDATES), dtype=np.uint8)
    choices, owner, owned = _choices(gazetteer, None if allowed is None else frozenset(allowed))
    first = np.searchsorted(owner, np.arange(len(owned) + 1))
    most_keys = int(np.diff(first).max(initial=0))
    at_once = max(1, _CELLS_AT_ONCE // max(1, len(choices)))
    for start in range(0, len(keys) if choices else 0, at_once):
        part = slice(start, start + at_once)
        alike = process.cdist(
            keys[part], choices, scorer=fuzz.ratio, score_cutoff=SHOWN_FROM, dtype=np.uint8, workers=-1
        )
        rows = np.arange(len(alike))
        for place in range(MOST_CANDIDATES):
            column = alike.argmax(axis=1)
            scores[part, place] = alike[rows, column]
            area = owner[column]
            positions[part, place] = np.where(scores[part, place] > 0, owned[area], -1)
            # The area is out of the running, with all its names.
            for step in range(most_keys):
                there = np.flatnonzero(first[area] + step < first[area + 1])
                alike[there, first[area[there]] + step] = 0
    return Near(positions, scores)


@lru_cache(maxsize=4)
def _choices(
    gazetteer: Gazetteer, allowed: frozenset[int] | None
) -> tuple[list[str], NDArray[np.intp], NDArray[np.intp]]:
    """The names to choose from, area after area; the number of the area of each; and the areas by number."""
    positions = range(len(gazetteer.keys)) if allowed is None else sorted(allowed)
    pairs = [(position, key) for position in positions for key in gazetteer.keys[position] if len(key) >= SHORTEST_KEY]
    owned, owner = np.unique(np.array([position for position, _ in pairs], dtype=np.intp), return_inverse=True)
    return [key for _, key in pairs], owner, owned


def clear_winners(names: Sequence[Name], near: Near, gazetteer: Gazetteer, allowed: set[int] | None) -> list[bool]:
    """Where the first candidate is near, far ahead of the next, and differs in letters only."""
    lead = near.scores[:, 0].astype(np.int16) - near.scores[:, 1]
    wins = (near.scores[:, 0] >= TAKEN_FROM) & (lead >= CLEAR_LEAD)
    for number in np.flatnonzero(wins).tolist():
        wins[number] = _only_letters_differ(names[number], int(near.positions[number, 0]), gazetteer, allowed)
    return list(wins)


def _only_letters_differ(name: Name, position: int, gazetteer: Gazetteer, allowed: set[int] | None) -> bool:
    """Whether a printed name can be no other area's: neither cut off nor of another number, direction or level."""
    key = max(gazetteer.keys[position], key=lambda known: fuzz.ratio(name.key, known))
    if name.marks != gazetteer.marks.get(key, ()) or len(name.key) < SHORTEST_KEY:
        return False
    # "NiameyII": a Roman number without a space before it cannot be told from letters.
    if name.key.rstrip("ivx") == key.rstrip("ivx") or not gazetteer.fits_word(position, name.word):
        return False
    longer = gazetteer.beginning_with(name.key)
    return (longer if allowed is None else longer & allowed) <= {position}


def sounds_of(gazetteer: Gazetteer, positions: Iterable[int]) -> dict[str, set[int]]:
    """The areas among ``positions`` by how their names sound."""
    heard: dict[str, set[int]] = {}
    for position in positions:
        for key in gazetteer.own_keys[position]:
            heard.setdefault(sound_key(key), set()).add(position)
    return heard


def by_sound(
    name: Name, siblings: set[int], heard: dict[str, set[int]], gazetteer: Gazetteer
) -> tuple[int, float] | None:
    """The one area of the parent whose name sounds the same and is nearly written so, and how alike they are."""
    sound = sound_key(name.key)
    if len(sound) < SHORTEST_SOUND:
        return None
    alike = {position: likeness(name, gazetteer, position) for position in heard.get(sound, ())}
    near = [position for position, score in alike.items() if score >= ALIKE_BESIDE_PARENT]
    near = [position for position in near if gazetteer.fits_word(position, name.word)]
    if len(near) != 1 or not gazetteer.beginning_with(name.key) & siblings <= {near[0]}:
        return None
    enough = min(alike[near[0]], TAKEN_FROM)
    rivals = [other for other in siblings - {near[0]} if likeness(name, gazetteer, other) >= enough]
    return None if rivals else (near[0], alike[near[0]])
