"""Which code system a table speaks, and the way from its codes to those of the areas.

A code is believed because the names beside it agree, never because its text is found among the areas: Mauritania's MR01 is Adrar in
the Cadre Harmonisé and Hodh Chargui in OCHA's list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sahelgeo.places.gazetteer import Gazetteer
from sahelgeo.places.known import countries, iso2_codes, published_code_rows, rows_of
from sahelgeo.places.names import fold_name

AS_THE_AREAS = "areas"
_HIERARCHICAL = re.compile(r"([A-Z]{2,3})(\d+)")
_GADM = re.compile(r"[A-Z]{3}(\.\d+)+_\d+")
WIDEST_PART = 3
NARROWEST_FIRST_PART = 2

Decoder = Callable[[str], int | None]


@dataclass(frozen=True)
class CodeSystem:
    """A way of numbering areas.

    Attributes
    ----------
    system : str
        Its short name, as in the ``system`` column of :func:`sahelgeo.code_systems`.
    title, description, source : str
        What it is, and who says so.
    """

    system: str
    title: str
    description: str
    source: str


@lru_cache(maxsize=1)
def systems() -> Mapping[str, CodeSystem]:
    """The known code systems by short name, the plainest first."""
    return {row["system"]: CodeSystem(**row) for row in rows_of("code_systems.csv")}


@lru_cache(maxsize=1)
def published_codes() -> dict[str, dict[str, tuple[str, str]]]:
    """For each published table of codes: p-code and its name by code."""
    tables: dict[str, dict[str, tuple[str, str]]] = {}
    for row in published_code_rows():
        tables.setdefault(row["system"], {})[row["code"]] = (row["pcode"], row["pcode_name"])
    return tables


def country_of_code(code: str) -> str | None:
    """The ISO 3166-1 code (three letters) of the country that a code of an area begins with."""
    letters = re.match(r"[A-Za-z]+", code)
    return countries().get(letters[0].upper()) if letters else None


def looks_like_gadm(code: str) -> bool:
    """Whether a code has the form of GADM's, such as NER.7_1."""
    return _GADM.fullmatch(code.strip().upper()) is not None


def decoders(gazetteer: Gazetteer) -> dict[str, Decoder]:
    """For each code system, the function from a printed code to the position of an area (None where it says nothing)."""
    paths = _paths(gazetteer)
    made: dict[str, Decoder] = {AS_THE_AREAS: lambda code: gazetteer.by_pcode.get(code.strip().upper())}
    for system in published_codes():
        made[system] = _published(gazetteer, system)
    made["padding"] = lambda code: _by_numbers(code, gazetteer, paths, other_prefix=False)
    made["prefix"] = lambda code: _other_prefix(code, gazetteer)
    made["prefix_padding"] = lambda code: _by_numbers(code, gazetteer, paths, other_prefix=True)
    made["iso_3166_2"] = lambda code: _iso(code, gazetteer)
    return {system: made[system] for system in systems()}


def _published(gazetteer: Gazetteer, system: str) -> Decoder:
    table = published_codes()[system]

    def decode(code: str) -> int | None:
        pcode, name = table.get(code.strip().upper(), ("", ""))
        position = gazetteer.by_pcode.get(pcode)
        # The table leads to the p-codes of one edition: where the areas give the code to other ground, it is silent.
        if position is None or fold_name(name).key not in _all_keys(gazetteer, position):
            return None
        return position

    return decode


def _all_keys(gazetteer: Gazetteer, position: int) -> set[str]:
    return set(gazetteer.own_keys[position]) | {key for key, hits in gazetteer.by_key.items() if position in hits}


def _other_prefix(code: str, gazetteer: Gazetteer) -> int | None:
    found = _HIERARCHICAL.fullmatch(code.strip().upper())
    iso3 = countries().get(found[1]) if found else None
    if found is None or iso3 is None:
        return None
    other = iso2_codes()[iso3] if len(found[1]) == len(iso3) else iso3
    return gazetteer.by_pcode.get(other + found[2])


def _iso(code: str, gazetteer: Gazetteer) -> int | None:
    plain = code.strip().upper()
    if "-" not in plain:
        plain = f"{plain[:2]}-{plain[2:]}"
    return gazetteer.iso_codes.get(plain)


def _paths(gazetteer: Gazetteer) -> dict[tuple[str, tuple[int, ...]], int | None]:
    """Positions by country and the numbers of each level; None where two areas have the same numbers."""
    paths: dict[tuple[str, tuple[int, ...]], int | None] = {}
    for position, pcode in enumerate(gazetteer.pcodes):
        numbers = _numbers(gazetteer, position)
        iso3 = country_of_code(pcode)
        if numbers and iso3:
            paths[iso3, numbers] = None if (iso3, numbers) in paths else position
    return paths


def _numbers(gazetteer: Gazetteer, position: int) -> tuple[int, ...] | None:
    code, parts = gazetteer.pcodes[position].upper(), []
    parent = gazetteer.parents[position]
    while parent and code.startswith(parent.upper()) and code[len(parent) :].isdigit() and parent.upper() != code:
        if _HIERARCHICAL.fullmatch(parent.upper()) is None:
            break
        parts.append(int(code[len(parent) :]))
        code = parent.upper()
        above = gazetteer.by_pcode.get(code)
        parent = gazetteer.parents[above] if above is not None else None
    found = _HIERARCHICAL.fullmatch(code)
    if found is None or (len(parts) + 1 != gazetteer.levels[position] and gazetteer.levels[position] is not None):
        return None
    return (int(found[2]), *reversed(parts))


def _by_numbers(
    code: str, gazetteer: Gazetteer, paths: dict[tuple[str, tuple[int, ...]], int | None], *, other_prefix: bool
) -> int | None:
    found = _HIERARCHICAL.fullmatch(code.strip().upper())
    iso3 = countries().get(found[1]) if found else None
    if found is None or iso3 is None:
        return None
    hits = {paths.get((iso3, numbers)) for numbers in _splits(found[2])} - {None}
    position = hits.pop() if len(hits) == 1 else None
    if position is None or (len(found[1]) != len(_prefix(gazetteer.pcodes[position]))) != other_prefix:
        return None
    return position


def _prefix(code: str) -> str:
    letters = re.match(r"[A-Za-z]+", code)
    return letters[0] if letters else ""


@lru_cache(maxsize=4096)
def _splits(digits: str) -> tuple[tuple[int, ...], ...]:
    """Every reading of the digits as the numbers of one to three levels, the first of two or three digits."""
    readings: list[tuple[int, ...]] = []
    for first in range(NARROWEST_FIRST_PART, min(WIDEST_PART, len(digits)) + 1):
        head, tail = int(digits[:first]), digits[first:]
        if not tail:
            readings.append((head,))
            continue
        if len(tail) <= WIDEST_PART:
            readings.append((head, int(tail)))
        readings += [
            (head, int(tail[:second]), int(tail[second:]))
            for second in range(1, WIDEST_PART + 1)
            if 0 < len(tail) - second <= WIDEST_PART
        ]
    return tuple(readings)
