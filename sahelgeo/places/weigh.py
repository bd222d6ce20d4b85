"""Weigh what a row prints, its name, its code and what it lies in, and answer only where they agree on one area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz import fuzz

from sahelgeo.errors import SchemaError
from sahelgeo.places.gazetteer import Gazetteer, sounds_below
from sahelgeo.places.names import Name, fold_name, sound_key
from sahelgeo.places.near import TAKEN_FROM, Candidate, likeness

SAME_NAME = 100.0
ALIKE_BESIDE_CODE = 80.0
ALIKE_BESIDE_PARENT = 75.0
SHORTEST_SOUND = 2
NEAR_ONLY = "near names only"
# Sounding alike is evidence among the few areas of one parent; among hundreds it is chance.
MOST_SIBLINGS = 40


class Place(NamedTuple):
    """A distinct place as a table prints it; None where a cell is empty."""

    code: str | None
    name: str | None
    parents: tuple[str | None, ...]


class Verdict(NamedTuple):
    """What a place comes to: the position of the area or None, and the evidence."""

    position: int | None
    method: str | None
    score: float | None
    candidates: tuple[Candidate, ...] = ()
    conflict: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Within:
    """What the printed parents of a place allow.

    Attributes
    ----------
    allowed : set of int or None
        The positions of the areas that lie in all of them; None where no parent is printed.
    unknown : str or None
        A printed parent that no larger area answers to.
    """

    allowed: set[int] | None
    unknown: str | None = None


class Reading(NamedTuple):
    """A place with what was read from it: its folded name, the area that its code leads to and how, and its surroundings."""

    place: Place
    name: Name
    around: Within
    coded: int | None = None
    method: str = "code"


def within(parents: Sequence[str | None], gazetteer: Gazetteer) -> Within:
    """The areas that lie in every printed parent."""
    allowed: set[int] | None = None
    unknown = None
    for printed in parents:
        name = fold_name(printed) if printed else None
        if printed is None or name is None or not name.key:
            continue
        ids = _larger_areas(printed, name, gazetteer)
        if not ids:
            unknown = unknown or printed
            continue
        below = set().union(*(gazetteer.below[above] for above in ids))
        allowed = below if allowed is None else allowed & below
    return Within(allowed, unknown)


def _larger_areas(printed: str, name: Name, gazetteer: Gazetteer) -> set[str]:
    ids = gazetteer.above.get(name.key) or gazetteer.above.get(printed.strip().lower())
    if ids:
        return ids
    sound = sound_key(name.key)
    near = {
        above
        for key, aboves in gazetteer.above.items()
        if len(key) > 3
        and sound_key(key) == sound
        and fold_name(key).marks == name.marks
        and fuzz.ratio(key, name.key) >= ALIKE_BESIDE_CODE
        for above in aboves
    }
    return near if len(near) == 1 else set()


def check_parents(placed: Sequence[Within], columns: Sequence[str]) -> None:
    """Raise where the areas say nothing of what they lie in, so that no parent can be checked."""
    checked = [entry for entry in placed if entry.unknown is not None or entry.allowed is not None]
    if checked and all(entry.allowed is None for entry in checked):
        raise SchemaError(
            f"parents in column(s) {', '.join(repr(label) for label in columns)}: no value, such as {checked[0].unknown!r}, is the name of an area above those given. "
            "Give areas with a 'parent' column together with the rows of their parents (or columns 'admin1', 'admin2' with their names), or leave parents out"
        )


def weigh(reading: Reading, gazetteer: Gazetteer) -> Verdict:
    """Answer for one place from its code, its name and its parents, without looking at names that are only alike."""
    place, name = reading.place, reading.name
    hits = gazetteer.by_key.get(name.key, {}) if name.key else {}
    fit = {position for position in hits if gazetteer.fits_word(position, name.word)}
    if reading.coded is not None:
        return _by_code(reading, reading.coded, fit, gazetteer)
    if not name.key:
        return Verdict(None, None, None, reason="no name" if place.code is None else "unknown code, no name")
    if hits and not fit:
        level = gazetteer.levels[min(hits)]
        return _conflict(
            f"{place.name!r} is printed as a {name.word}, the areas of that name are of level {level}", sorted(hits)
        )
    return _by_name(reading, fit, hits, gazetteer)


def agrees(name: Name, coded: int, fit: set[int], gazetteer: Gazetteer) -> float | None:
    """How alike a name and the area of a code are, if that is enough to say that they agree; else None."""
    if coded in fit:
        return SAME_NAME
    alike = likeness(name, gazetteer, coded)
    return alike if not fit and alike >= ALIKE_BESIDE_CODE and gazetteer.fits_word(coded, name.word) else None


def _by_code(reading: Reading, coded: int, fit: set[int], gazetteer: Gazetteer) -> Verdict:
    place, around = reading.place, reading.around
    if around.allowed is not None and coded not in around.allowed:
        text = f"code {place.code} is {_called(gazetteer, coded)}, which does not lie in {_printed(place.parents)}"
        return _conflict(text, [coded, *sorted(fit & around.allowed)])
    alike = agrees(reading.name, coded, fit, gazetteer) if reading.name.key else SAME_NAME
    if alike is not None:
        return Verdict(coded, reading.method, alike)
    inside = sorted(fit if around.allowed is None else (fit & around.allowed) or fit)
    other = f", the name of {' and '.join(_called(gazetteer, position) for position in inside[:2])}" if inside else ""
    return _conflict(
        f"code {place.code} is {_called(gazetteer, coded)}, the row says {place.name!r}{other}", [coded, *inside]
    )


def _by_name(reading: Reading, fit: set[int], hits: dict[int, str], gazetteer: Gazetteer) -> Verdict:
    place, around = reading.place, reading.around
    inside = fit if around.allowed is None else fit & around.allowed
    if around.unknown is not None and fit:
        return _conflict(
            f"{place.name!r} is said to lie in {around.unknown!r}, which is not among the areas above", sorted(fit)
        )
    if fit and not inside:
        places = " and ".join(_called(gazetteer, position) for position in sorted(fit)[:2])
        return _conflict(
            f"{places} {'do' if len(fit) > 1 else 'does'} not lie in {_printed(place.parents)}", sorted(fit)
        )
    if len(inside) == 1:
        position = next(iter(inside))
        return Verdict(position, hits[position] if len(fit) == 1 else "parent+name", SAME_NAME)
    if inside:
        return Verdict(
            None,
            None,
            None,
            tuple(Candidate(position, SAME_NAME) for position in sorted(inside)),
            reason="several areas",
        )
    return Verdict(None, None, None, reason=NEAR_ONLY)


def by_sound(name: Name, around: Within, heard: dict[str, set[int]], gazetteer: Gazetteer) -> Candidate | None:
    """The one area of the parent whose name sounds the same and is nearly written so."""
    if around.allowed is None or around.unknown is not None or not 0 < len(around.allowed) <= MOST_SIBLINGS:
        return None
    sound = sound_key(name.key)
    if len(sound) < SHORTEST_SOUND:
        return None
    alike = {
        position: likeness(name, gazetteer, position)
        for position in heard.get(sound, ())
        if gazetteer.fits_word(position, name.word)
    }
    near = {position: score for position, score in alike.items() if score >= ALIKE_BESIDE_PARENT}
    if len(near) != 1 or _rival(name, next(iter(near)), around.allowed, gazetteer):
        return None
    return Candidate(*next(iter(near.items())))


def _rival(name: Name, winner: int, allowed: set[int], gazetteer: Gazetteer) -> bool:
    best = likeness(name, gazetteer, winner)
    return any(likeness(name, gazetteer, other) >= min(best, TAKEN_FROM) for other in allowed if other != winner)


def heard_in(allowed: set[int] | None, gazetteer: Gazetteer) -> dict[str, set[int]]:
    """The areas of a parent by the sound of their names."""
    return sounds_below(gazetteer, allowed or ())


def part_of(whole: int, gazetteer: Gazetteer) -> Verdict:
    """The refusal of a name whose area the given areas draw together with others."""
    return _conflict(f"undivided in {_called(gazetteer, whole)}", [whole])


def _conflict(text: str, positions: Sequence[int]) -> Verdict:
    candidates = tuple(Candidate(position, SAME_NAME) for position in dict.fromkeys(positions))
    return Verdict(None, None, None, candidates, conflict=text, reason="conflict")


def _called(gazetteer: Gazetteer, position: int) -> str:
    return f"{gazetteer.pcodes[position]} {gazetteer.names[position]}"


def _printed(parents: Sequence[str | None]) -> str:
    return ", ".join(repr(parent) for parent in parents if parent)
