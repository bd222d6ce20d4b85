"""The reforms of boundaries as data: which ground of an old edition is which of a new one.

A part is ground that one unit of each level holds before and one after. All units are sets of parts, so what nests in
what, and what splits, is a question of sets.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import Any

import pandas as pd

from sahelgeo.errors import EditionError, listed

Parts = frozenset[int]

# The same boundaries under the year of another publication.
_ALSO = {"MLI 2021": "MLI 2016", "BFA 2023": "BFA 2020"}


@dataclass(frozen=True)
class Unit:
    """An area of one edition.

    Attributes
    ----------
    edition, level, name : str, int, str
        Which area it is.
    pcode : str or None
        Its code; None where the code of a new area is not known for certain.
    parts : frozenset of int
        The parts that it is made of.
    superseded : bool
        Whether it is an area from before the edition, under whose code figures are still published.
    """

    edition: str
    level: int
    name: str
    pcode: str | None
    parts: Parts
    superseded: bool = False


@dataclass(frozen=True)
class Crosswalk:
    """One reform: the parts, and the units of the edition before and after."""

    old: str
    new: str
    table: pd.DataFrame
    units: tuple[Unit, ...]

    def of(self, edition: str, level: int | None = None) -> list[Unit]:
        """The units of one of the two editions, of a level or of all."""
        return [unit for unit in self.units if unit.edition == edition and level in (None, unit.level)]

    def other(self, edition: str) -> str:
        """The edition on the other side of the reform."""
        return self.new if edition == self.old else self.old


def folded(name: str) -> str:
    """A name without accents, case, spaces and signs."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", plain)


def edition_id(label: str) -> str:
    """The edition that a label names: country and year, whatever follows in the label."""
    found = re.match(r"\s*([A-Z]{3})[ -]?(\d{4})", label)
    plain = f"{found[1]} {found[2]}" if found else label
    return _ALSO.get(plain, plain)


@cache
def crosswalks() -> tuple[Crosswalk, ...]:
    """All reforms that come with sahelgeo."""
    folder = files("sahelgeo.data").joinpath("editions")
    names = sorted(path.name for path in folder.iterdir() if path.name.endswith(".csv"))
    texts = [folder.joinpath(name).read_text(encoding="utf-8") for name in names]
    return tuple(_crosswalk(pd.read_csv(StringIO(text), dtype="string")) for text in texts)


def crosswalk_to(edition: str) -> Crosswalk:
    """The reform that leads to an edition, from either side."""
    known = [name for walk in crosswalks() for name in (walk.old, walk.new)]
    for walk in crosswalks():
        if edition in (walk.old, walk.new):
            return walk
    raise EditionError(f"there is no edition {edition!r} to convert to. There are: {listed(known, 12)}")


def _crosswalk(table: pd.DataFrame) -> Crosswalk:
    old, new = table["old_edition"].iloc[0], table["new_edition"].iloc[0]
    units = [
        Unit(edition, level, str(name), None if code == "" else str(code), frozenset(rows.index))
        for side, edition in (("old", old), ("new", new))
        for level in (1, 2)
        for (name, code), rows in table.dropna(subset=f"{side}_name_{level}")
        .fillna({f"{side}_pcode_{level}": ""})
        .groupby([f"{side}_name_{level}", f"{side}_pcode_{level}"])
    ]
    older = table.dropna(subset="older_pcode_2").groupby(["older_name_2", "older_pcode_2"])
    units += [Unit(old, 2, str(name), str(code), frozenset(rows.index), True) for (name, code), rows in older]
    return Crosswalk(old, new, table, tuple(units))


def find_unit(walk: Crosswalk, edition: str, code: Any, name: Any) -> list[Unit]:
    """The units of an edition that a code and a name (either may be missing) can mean.

    Those with the code; else those with the name, where the row has no code, or neither the unit's nor the row's code is
    known: an old code with a name that was kept is not the new area.
    """
    units = walk.of(edition)
    with_code = [unit for unit in units if pd.notna(code) and unit.pcode == code]
    if with_code or pd.isna(name):
        return with_code
    with_name = [unit for unit in units if folded(unit.name) == folded(str(name))]
    if pd.isna(code):
        return with_name
    old = any(unit.pcode == code for unit in walk.of(walk.other(edition)))
    return [] if old else [unit for unit in with_name if unit.pcode is None]


def size_of(parts: Parts, known: dict[Parts, float]) -> float | None:
    """The people (or km²) of some parts, from units whose parts make them up exactly; None where none do."""
    if parts in known:
        return known[parts]
    left, total = set(parts), 0.0
    for unit in sorted(known, key=len, reverse=True):
        if unit <= left:
            left -= unit
            total += known[unit]
    return None if left else total
