"""The areas made ready for looking up: every name they answer to, and what lies above them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelgeo import checks
from sahelgeo.errors import SchemaError
from sahelgeo.places.names import (
    NO_NAME,
    Name,
    countries,
    country_names,
    fold_name,
    fold_names,
    iso2_codes,
    level_words,
    other_names,
    pcode_rows,
)

_NAMES = ("name", "name_fr", "name_en")
_TEXTS = (*_NAMES, "pcode", "other_names", "parent", "iso3", "iso_3166_2", "admin0", "admin1", "admin2", "admin3")
_REMEMBERED = 3


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """The areas by position, and their look-up tables.

    Attributes
    ----------
    pcodes, names : list of str
        Of each area.
    levels, iso3, parents : list
        Of each area; None where unknown.
    own_keys : list of tuple of str
        The folded names of each area, without its other names.
    iso_codes : dict
        ISO 3166-2 code to position.
    by_key : dict
        Folded name to positions; the value says whether it is the area's own ``"name"`` or an ``"alias"``.
    marks : dict
        Directions, numbers and the like by folded name.
    by_pcode : dict
        P-code in capitals to position.
    above : dict
        Folded name (or ISO code) of a larger area to its ids.
    below : dict
        Id of a larger area to the positions of the areas in it.
    placed : set of int
        The areas of which the names of larger areas, smaller than the country, are known.
    by_part : dict
        Folded name of an area that an edition draws together with others ("ML07+ML10") to the position of the whole.
    """

    pcodes: list[str]
    names: list[str]
    levels: list[int | None]
    iso3: list[str | None]
    parents: list[str | None]
    own_keys: list[tuple[str, ...]]
    iso_codes: dict[str, int]
    by_key: dict[str, dict[int, str]] = field(default_factory=dict)
    marks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_pcode: dict[str, int] = field(default_factory=dict)
    above: dict[str, set[str]] = field(default_factory=dict)
    below: dict[str, set[int]] = field(default_factory=dict)
    placed: set[int] = field(default_factory=set)
    by_part: dict[str, int] = field(default_factory=dict)

    @cached_property
    def level(self) -> int | None:
        """The level of the areas if they are all of one, else None."""
        levels = set(self.levels)
        return levels.pop() if len(levels) == 1 else None

    @cached_property
    def labels(self) -> NDArray[np.object_]:
        """Each area in words, code and name."""
        pairs = zip(self.pcodes, self.names, strict=True)
        return np.array([f"{pcode} {name}" for pcode, name in pairs], dtype=object)

    @cached_property
    def keys(self) -> list[list[str]]:
        """Every folded name that each area answers to."""
        keys: list[list[str]] = [[] for _ in self.pcodes]
        for key, hits in self.by_key.items():
            for position in hits:
                keys[position].append(key)
        return keys

    @cached_property
    def _sorted_keys(self) -> list[str]:
        return sorted(self.by_key)

    def beginning_with(self, key: str) -> set[int]:
        """The areas that have a name which begins with a folded text and goes on."""
        first = bisect_left(self._sorted_keys, key)
        positions: set[int] = set()
        for longer in self._sorted_keys[first:]:
            if not longer.startswith(key):
                break
            positions.update(self.by_key[longer] if longer != key else ())
        return positions

    def fits_word(self, position: int, word: str | None) -> bool:
        """Whether the area is of the level that the printed word ("region", "cercle") says."""
        level, country = self.levels[position], self.iso3[position]
        if word is None or level is None or level == 0:
            return True
        levels = level_words()[word]
        said = levels.get(country or "", levels.get(""))
        return said is None or said == level

    def called(self, name: Name) -> set[int]:
        """The areas of that name, and of the level that is printed with it."""
        hits = self.by_key.get(name.key, {}) if name.key else {}
        return {position for position in hits if self.fits_word(position, name.word)}


_built: list[tuple[pd.DataFrame, Gazetteer]] = []


def build_gazetteer(areas: pd.DataFrame) -> Gazetteer:
    """Make areas, with or without geometry, ready for looking up.

    The last few are remembered with the columns that they were made of: 33,000 areas take a third of a second to make
    ready and some milliseconds to compare.
    """
    checked = _checked(areas)
    for known, gazetteer in _built:
        if known.equals(checked):
            return gazetteer
    gazetteer = _build(checked)
    _built.insert(0, (checked.copy(), gazetteer))
    del _built[_REMEMBERED:]
    return gazetteer


def _build(areas: pd.DataFrame) -> Gazetteer:
    texts = {label: _texts(areas, label) for label in _TEXTS}
    rows = range(len(areas))
    pcodes = [str(code) for code in texts["pcode"]]
    folded = _folded([texts[label] for label in _NAMES]) or [()] * len(areas)
    own = [tuple(name.key for name in names) for names in folded]
    known = [_embedded(pcodes[row], own[row]) for row in rows]
    levels = areas["level"].tolist() if "level" in areas else [None] * len(areas)
    gazetteer = Gazetteer(
        pcodes,
        [texts["name"][row] or texts["name_fr"][row] or pcodes[row] for row in rows],
        [
            int(at) if pd.notna(at) else int(row["level"]) if row else None
            for at, row in zip(levels, known, strict=True)
        ],
        [_country(texts["iso3"][row], pcodes[row]) for row in rows],
        [texts["parent"][row] or ((known[row] or {}).get("parent") or None) for row in rows],
        own,
        _iso_codes(texts["iso_3166_2"], known),
    )
    gazetteer.marks.update({name.key: name.marks for names in folded for name in names if name.marks})
    for row in rows:
        gazetteer.by_pcode[pcodes[row].strip().upper()] = row
        _add_names(gazetteer, row, texts["other_names"][row])
        if "+" in pcodes[row]:
            _add_parts(gazetteer, row)
    _add_larger_areas(gazetteer, {level: texts[f"admin{level}"] for level in range(4)})
    return gazetteer


def _checked(areas: pd.DataFrame) -> pd.DataFrame:
    """The columns of the areas that are looked into."""
    levels: dict[str, checks.Need] = {"level": "number"} if "level" in getattr(areas, "columns", ()) else {}
    checks.columns(areas, "areas", {"pcode": "text", "name": "any", **levels})
    if areas.empty:
        raise SchemaError("areas: there is no row. Give the areas that the places are to be looked up in")
    codes = areas[["pcode"]].apply(lambda column: column.astype("string").str.strip().str.upper().replace("", pd.NA))
    checks.filled(codes, "areas", "pcode", "Every area needs its code")
    checks.once(codes, "areas", "pcode", advice="Choose one edition: areas[areas['edition'] == ...]")
    return pd.DataFrame(areas)[[label for label in (*_TEXTS, "level") if label in areas]]


def _texts(areas: pd.DataFrame, label: str) -> list[str | None]:
    if label not in areas or areas[label].isna().all():
        return [None] * len(areas)
    return [value.strip() or None if isinstance(value, str) else None for value in areas[label].tolist()]


def _folded(texts: list[list[str | None]]) -> list[tuple[Name, ...]]:
    """The distinct names of each area, folded; the plain ones among them in columns."""
    there = list(dict.fromkeys(name for names in texts for name in names if name))
    folded = dict(zip(there, fold_names(there), strict=True)) | {None: NO_NAME}
    named = [[folded[name] for name in names] for names in texts if any(names)]
    return [tuple({name.key: name for name in names if name.key}.values()) for names in zip(*named, strict=True)]


def _own_keys(row: dict[str, str]) -> tuple[str, ...]:
    return tuple({name.key: None for label in _NAMES if (name := fold_name(row[label])).key})


def _country(printed: str | None, pcode: str) -> str | None:
    if printed:
        return countries().get(printed.upper(), printed)
    letters = pcode[:3].upper()
    return countries().get(letters) if letters.isalpha() else countries().get(letters[:2])


def _embedded(pcode: str, own: tuple[str, ...]) -> dict[str, str] | None:
    # Codes are used again for other ground, so the list is believed only where it calls the area by the same name.
    row = pcode_rows().get(pcode)
    return row if row is not None and fold_name(row["name"]).key in own else None


def _iso_codes(printed: list[str | None], known: list[dict[str, str] | None]) -> dict[str, int]:
    codes = [code or (row or {}).get("iso_3166_2") for code, row in zip(printed, known, strict=True)]
    return {code.upper(): row for row, code in enumerate(codes) if code and "+" not in code}


def _add_names(gazetteer: Gazetteer, row: int, printed: str | None) -> None:
    keys, country, level = gazetteer.own_keys[row], gazetteer.iso3[row], gazetteer.levels[row]
    for key in keys:
        gazetteer.by_key.setdefault(key, {})[row] = "name"
    others = [alias.name for alias in other_names(country, level, keys)]
    if printed:
        others += [fold_name(name) for name in printed.split("|") if name.strip()]
    if level == 0 and country:
        others.append(Name(country.lower(), (), None))
    for name in others:
        if name.key:
            gazetteer.by_key.setdefault(name.key, {}).setdefault(row, "alias")
            gazetteer.marks.setdefault(name.key, name.marks)


def _add_parts(gazetteer: Gazetteer, row: int) -> None:
    codes = gazetteer.pcodes[row].split("+")
    for part in [pcode_rows()[code] for code in codes if code in pcode_rows()]:
        gazetteer.by_part.update(dict.fromkeys(_all_keys(part["iso3"], int(part["level"]), _own_keys(part)), row))


def _all_keys(iso3: str | None, level: int | None, own: Iterable[str]) -> list[str]:
    return [*own, *(alias.name.key for alias in other_names(iso3, level, own))]


def _add_larger_areas(gazetteer: Gazetteer, printed: dict[int, list[str | None]]) -> None:
    for row, country in enumerate(gazetteer.iso3):
        for above in filter(None, (country, *_chain(gazetteer, row))):
            gazetteer.below.setdefault(above, set()).add(row)
    own = {country for country in gazetteer.iso3 if country}
    called = [(iso2_codes().get(country, country).lower(), country) for country in own]
    called += [*((country.lower(), country) for country in own), *country_names().items()]
    for key, country in called:
        if country in own:
            gazetteer.above.setdefault(key, set()).add(country)
    for parent in gazetteer.below:
        keys = _keys_of(gazetteer, parent)
        for key in keys:
            gazetteer.above.setdefault(key, set()).add(parent)
        if keys and parent.upper() not in countries():
            gazetteer.placed.update(gazetteer.below[parent])
    for level, names in printed.items():
        _add_printed(gazetteer, level, names)


def _add_printed(gazetteer: Gazetteer, level: int, names: list[str | None]) -> None:
    """The larger areas that the columns ``admin0`` to ``admin3`` of the areas name."""
    for row, name in enumerate(names):
        country, own = gazetteer.iso3[row], gazetteer.levels[row]
        if not name or (own is not None and level >= own):
            continue
        key = fold_name(name).key
        above = f"{country}/{level}/{key}"
        gazetteer.below.setdefault(above, set()).add(row)
        if level > 0:
            gazetteer.placed.add(row)
        for other in _all_keys(country, level, [key]):
            gazetteer.above.setdefault(other, set()).add(above)


def _chain(gazetteer: Gazetteer, row: int) -> list[str]:
    chain: list[str] = []
    parent = gazetteer.parents[row]
    while parent and parent not in chain and parent not in (gazetteer.iso3[row], gazetteer.pcodes[row]):
        chain.append(parent)
        position = gazetteer.by_pcode.get(parent.upper())
        if position is not None:
            parent = gazetteer.parents[position]
        else:
            known = pcode_rows().get(parent) if _embedded(gazetteer.pcodes[row], gazetteer.own_keys[row]) else None
            parent = known["parent"] if known else None
    return chain


def _keys_of(gazetteer: Gazetteer, pcode: str) -> list[str]:
    """The folded names of a larger area, from the areas or, where these agree with it, from the embedded list."""
    position = gazetteer.by_pcode.get(pcode.upper())
    if position is not None:
        return _all_keys(gazetteer.iso3[position], gazetteer.levels[position], gazetteer.own_keys[position])
    known: dict[str, Any] | None = pcode_rows().get(pcode)
    children = [row for row in gazetteer.below.get(pcode, ()) if gazetteer.parents[row] == pcode]
    if known is None or not any(_embedded(gazetteer.pcodes[row], gazetteer.own_keys[row]) for row in children):
        return []
    return _all_keys(known["iso3"], int(known["level"]), _own_keys(known))
