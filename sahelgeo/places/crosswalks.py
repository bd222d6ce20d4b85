"""The reforms of boundaries as data: which old ground is which new one, and which edition a table is of.

A part is ground that one unit of each level holds before and one after. All units are sets of parts, so what nests in
what, and what splits, is a question of sets::

    parts             1         2           3           4
    before 2011    [ Filingué                      ][ Kollo ]
    since          [ Filingué ][ Abala ][ Balleyara ][ Kollo ]      Filingué lost ground, Abala and Balleyara are new
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.embedded import names_in, read_frame
from sahelgeo.errors import SHOWN_AT_MOST, EditionError, SchemaError, listed, warn
from sahelgeo.places.codes import looks_like_gadm
from sahelgeo.places.names import fold_name, other_names

Parts = frozenset[int]

# The same boundaries under the year of another publication.
_ALSO = {"MLI 2021": "MLI 2016", "BFA 2023": "BFA 2020", "NER 2023": "NER 2011"}
_SPELLINGS = ("spelling", "abbreviation", "en")
_NAMES = ("name", "place")
_FATES = ["rows_fit", "rows_contradicted", "rows_unknown"]
# Signs of an older edition: so many areas that lost ground, and for each new area that is named ten of them.
FEWEST_SIGNS = 3
SIGNS_FOR_EACH_NEW = 10


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
    keys : frozenset of str
        Its folded name, and those of its spellings.
    superseded : bool
        Whether it is an area from before the edition, under whose code figures are still published.
    """

    edition: str
    level: int
    name: str
    pcode: str | None
    parts: Parts
    keys: frozenset[str]
    superseded: bool = False


@dataclass(frozen=True, eq=False)
class Crosswalk:
    """One reform: the parts, and the units of the edition before and after."""

    old: str
    new: str
    table: pd.DataFrame

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The areas of the editions; made when they are first asked for, which few countries of a table are."""
        old, new, units = self.old, self.new, []
        sides = [("old", old, 1), ("old", old, 2), ("new", new, 1), ("new", new, 2), ("older", old, 2)]
        for side, edition, level in sides:
            labels = [f"{side}_name_{level}", f"{side}_pcode_{level}"]
            named = self.table.dropna(subset=labels[:1]) if labels[0] in self.table else self.table[:0]
            for (name, code), rows in named.fillna({labels[1]: ""}).groupby(labels) if len(named) else ():
                parts, keys = frozenset(rows.index), _keys(str(name), old[:3], level)
                units.append(Unit(edition, level, str(name), str(code) or None, parts, keys, side == "older"))
        return tuple(units)

    def of(self, edition: str, level: int | None = None) -> list[Unit]:
        """The units of one of the two editions, of a level or of all."""
        return [unit for unit in self.units if unit.edition == edition and level in (None, unit.level)]

    def other(self, edition: str) -> str:
        """The edition on the other side of the reform."""
        return self.new if edition == self.old else self.old

    def smaller(self, level: int) -> dict[str, Unit]:
        """The areas that lost ground and kept their name, as they were, by folded name."""
        pairs = product(self.of(self.old, level), self.of(self.new, level))
        return {key: old for old, new in pairs if old.keys & new.keys and new.parts < old.parts for key in new.keys}

    def born(self, level: int) -> set[str]:
        """The folded names of areas that the reform made; one that was merely renamed is none."""
        before = self.of(self.old, level)
        old_keys, grounds = frozenset().union(*(unit.keys for unit in before)), {unit.parts for unit in before}
        new = [unit.keys for unit in self.of(self.new, level) if unit.parts not in grounds]
        return set().union(*new) - old_keys


def edition_id(label: str) -> str:
    """The edition that a label names: country and year, whatever follows in the label."""
    if not isinstance(label, str):
        raise EditionError(f"edition {label!r} is not a text such as 'BFA 2025'")
    found = re.match(r"\s*([A-Z]{3})[ -]?(\d{4})", label)
    plain = f"{found[1]} {found[2]}" if found else label
    return _ALSO.get(plain, plain)


@cache
def crosswalks() -> tuple[Crosswalk, ...]:
    """All reforms that come with sahelgeo."""
    tables = [read_frame("editions", name) for name in names_in("editions", ".csv")]
    return tuple(Crosswalk(table["old_edition"].iloc[0], table["new_edition"].iloc[0], table) for table in tables)


def crosswalk_to(edition: str) -> Crosswalk:
    """The reform that leads to an edition, from either side."""
    known = [name for walk in crosswalks() for name in (walk.old, walk.new)]
    for walk in crosswalks():
        if edition in (walk.old, walk.new):
            return walk
    raise EditionError(f"there is no edition {edition!r} to convert to. There are: {listed(known, 12)}")


def _keys(name: str, iso3: str, level: int) -> frozenset[str]:
    key = fold_name(name).key
    return frozenset({key, *(alias.name.key for alias in other_names(iso3, level, [key]) if alias.kind in _SPELLINGS)})


def find_unit(walk: Crosswalk, edition: str, code: Any, name: Any) -> list[Unit]:
    """The units of an edition that a code and a name (either may be missing) can mean.

    Those with the code; else those with the name, where the row has no code, or neither the unit's nor the row's code
    is known: an old code with a name that was kept is not the new area. A code of GADM is no area's of the new edition.
    """
    units = walk.of(edition)
    gadm = isinstance(code, str) and looks_like_gadm(code)
    with_code = [unit for unit in units if pd.notna(code) and unit.pcode == code]
    if with_code or pd.isna(name) or (gadm and edition == walk.new):
        return with_code
    key = fold_name(str(name)).key
    with_name = [unit for unit in units if key in unit.keys]
    if pd.isna(code) or gadm:
        return with_name
    old = any(unit.pcode == code for unit in walk.of(walk.other(edition)))
    return [] if old else [unit for unit in with_name if unit.pcode is None]


def contradicts(found: list[Unit], walk: Crosswalk, code: Any, name: Any) -> bool:
    """Whether the name is that of another area than the code; a spelling that no area has contradicts nothing."""
    if pd.isna(code) or pd.isna(name):
        return False
    key = fold_name(str(name)).key
    meant = [unit for unit in walk.units if key in unit.keys]
    return bool(meant) and not any(unit in found for unit in meant)


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


def distinct_places(table: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """The distinct codes, names and levels of a table (missing where it has none), and the number of each row's."""
    checks.plain(table, "table")
    label = next((label for label in _NAMES if label in table.columns), None)
    if "pcode" not in table.columns and label is None:
        raise SchemaError(
            f"the table needs 'pcode' or 'name' to tell its areas. Found: {listed(list(table.columns), 12)}. "
            "Rename the column of codes"
        )
    wanted = {"code": "pcode", "name": label, "level": "level"}
    places = pd.DataFrame({key: table[column] if column in table.columns else None for key, column in wanted.items()})
    codes, distinct = pd.factorize(places["code"])
    tidy = [checks.official_code(code.strip()) if isinstance(code, str) else code for code in distinct]
    places["code"] = pd.Series([*tidy, None], dtype=object).to_numpy()[codes]
    numbers = places.groupby(list(places.columns), dropna=False, sort=False).ngroup().to_numpy()
    return places.iloc[np.unique(numbers, return_index=True)[1]].reset_index(drop=True), numbers


def edition_of(table: pd.DataFrame) -> pd.DataFrame:
    """Which editions of the boundaries the codes and names of a table fit.

    Codes were used again: ``ML09`` is Bamako before the reform of Mali and Taoudénit after it, ``BF13`` is Centre and
    then Kadiogo. Names too: Soum, Tapoa, Kadiogo and Sourou are provinces of Burkina Faso before 2025 and regions
    since, and Filingué was three departments of today's in one before 2011. So a row fits an edition where its code
    and its name are of one area of it. A code of GADM, such as ``NER.6.1_1``, is of the older edition: GADM draws none
    of the three reforms.

    Parameters
    ----------
    table : pandas.DataFrame
        A table with ``pcode``, or ``name`` (or ``place``), or both.

    Returns
    -------
    pandas.DataFrame
        For each edition that any row touches (index ``edition``), best first:

        - ``rows_fit``: the rows whose code and name are of one area of the edition;
        - ``rows_contradicted``: where the code is of the edition and the name is that of another area;
        - ``rows_unknown``: the others;
        - ``answer``: true where all rows fit and no other edition of the country fits them all.

    Raises
    ------
    SchemaError
        No column of codes or names.

    Warns
    -----
    DataWarning
        Names that two editions have, where the table seems to be of the older one: at least three areas are named that
        lost ground, and hardly any that was made by the reform.

    See Also
    --------
    convert_edition : Carry values to another edition of the boundaries.
    code_systems : Which code system a table uses.

    Notes
    -----
    Burkina Faso: Council of Ministers of 2 July 2025. Mali: laws 2023-006 and 2023-007 of 13 March 2023. Niger: law
    2011-22 of 8 August 2011, which made 63 departments of 36.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> sg.places.edition_of(pd.DataFrame({"pcode": ["ML09", "ML01"], "name": ["Taoudénit", "Kayes"]}))
              rows_fit  rows_contradicted  rows_unknown  answer
    edition
    MLI 2023         2                  0             0    True
    MLI 2016         1                  1             0   False
    """
    places, numbers = distinct_places(table)
    rows, pairs = np.bincount(numbers, minlength=len(places)), list(zip(places["code"], places["name"], strict=True))
    counts, both = {}, []
    for walk in crosswalks():
        units = {side: [find_unit(walk, side, *place) for place in pairs] for side in (walk.old, walk.new)}
        twice = [new for old, new in zip(*units.values(), strict=True) if old and new]
        both += [(walk.old[:3], unit.level, unit.name, None) for found in twice for unit in found]
        for edition, found in units.items():
            against = [contradicts(unit, walk, *place) for unit, place in zip(found, pairs, strict=True)]
            fate = np.where([bool(unit) for unit in found], np.array(against, dtype=int), 2)
            counts[edition] = np.bincount(fate, rows, len(_FATES)).astype(int)
    result = pd.DataFrame.from_dict(counts, orient="index", columns=_FATES).rename_axis("edition")
    touched = result["rows_fit"] + result["rows_contradicted"] > 0
    result = result[touched].sort_values("rows_fit", ascending=False, kind="stable")
    full = result["rows_fit"] == len(table)
    result["answer"] = full & (full.groupby(result.index.str[:3]).transform("sum") == 1)
    for sentence in older_edition(both):
        warn(sentence)
    return result


def older_edition(
    named: Iterable[tuple[str | None, int | None, str, str | None]], known: Collection[str] | None = None
) -> list[str]:
    """A sentence for each country whose names seem to be from before a reform, though areas of these names exist since.

    ``named`` are country, level, name and printed code of the areas that a table names; ``known`` the folded own names
    of all areas there are to choose from: where the reform made none of them, they are of the older edition themselves.
    """
    distinct = {
        (iso3, level, name, bool(code) and looks_like_gadm(str(code))) for iso3, level, name, code in named if iso3
    }
    sentences = []
    for walk in crosswalks():
        for level in (1, 2):
            there = {
                fold_name(name).key: gadm
                for iso3, at, name, gadm in sorted(distinct)
                if (iso3, at) == (walk.old[:3], level)
            }
            if not there or (known is not None and walk.born(level).isdisjoint(known)):
                continue
            smaller, born = walk.smaller(level), walk.born(level)
            signs = [smaller[key].name for key in there if key in smaller]
            new = len(born & set(there))
            if signs and (any(there.values()) or len(signs) >= max(FEWEST_SIGNS, SIGNS_FOR_EACH_NEW * new)):
                sentences.append(
                    f"the table seems to be of {walk.old}, from before the reform that {walk.new} shows: "
                    f"{listed(signs, SHOWN_AT_MOST)} stood for more ground then, and {new or 'none'} of the areas "
                    "made since is "
                    f"named. Look at edition_of(table); convert_edition(table, to={walk.new!r}) carries it over"
                )
    return sentences
