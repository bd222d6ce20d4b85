"""The areas made ready for looking up: every name they answer to, and what lies above them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import SchemaError
from sahelgeo.places.known import countries, country_names, iso2_codes, other_names, pcode_rows
from sahelgeo.places.names import fold_name, level_words, sound_key


@dataclass(frozen=True)
class Gazetteer:
    """The areas by position, and their look-up tables.

    Attributes
    ----------
    pcodes, names : list of str
        Of each area.
    levels, iso3 : list
        Of each area; None where unknown.
    by_key : dict
        Folded name to positions; the value says whether it is the area's own ``"name"`` or an ``"alias"``.
    by_pcode : dict
        P-code in capitals to position.
    above : dict
        Folded name (or ISO code) of a larger area to its ids.
    below : dict
        Id of a larger area to the positions of the areas in it.
    marks : list
        Directions and numbers in the own name of each area.
    by_part : dict
        Folded name of an area that an edition draws together with others ("ML07+ML10") to the position of the whole.
    """

    pcodes: list[str]
    names: list[str]
    levels: list[int | None]
    iso3: list[str | None]
    own_keys: list[tuple[str, ...]]
    parents: list[str | None]
    iso_codes: dict[str, int]
    by_key: dict[str, dict[int, str]] = field(default_factory=dict)
    by_pcode: dict[str, int] = field(default_factory=dict)
    above: dict[str, set[str]] = field(default_factory=dict)
    below: dict[str, set[int]] = field(default_factory=dict)
    marks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_part: dict[str, int] = field(default_factory=dict)

    def fits_word(self, position: int, word: str | None) -> bool:
        """Whether the area is of the level that the printed word ("region", "cercle") says."""
        level, country = self.levels[position], self.iso3[position]
        if word is None or level is None or level == 0:
            return True
        levels = level_words()[word]
        said = levels.get(country or "", levels.get(""))
        return said is None or said == level


def build_gazetteer(areas: pd.DataFrame) -> Gazetteer:
    """Make areas, with or without geometry, ready for looking up."""
    checked = _checked(areas)
    texts = {
        label: _texts(checked, label)
        for label in ("pcode", "name", "name_fr", "name_en", "other_names", "parent", "iso3", "iso_3166_2")
    }
    rows = range(len(checked))
    pcodes = [str(code) for code in texts["pcode"]]
    own = [_own_keys([texts[label][row] for label in ("name", "name_fr", "name_en")]) for row in rows]
    iso3 = [_country(texts["iso3"][row], pcodes[row]) for row in rows]
    gazetteer = Gazetteer(
        pcodes,
        [texts["name"][row] or texts["name_fr"][row] or pcodes[row] for row in rows],
        [_level(checked, row, pcodes[row], own[row]) for row in rows],
        iso3,
        own,
        [_parent(texts["parent"][row], pcodes[row], own[row]) for row in rows],
        _iso_codes(texts["iso_3166_2"], pcodes, own),
    )
    for row in rows:
        gazetteer.by_pcode[pcodes[row].strip().upper()] = row
        _add_names(gazetteer, row, texts["other_names"][row])
        _add_parts(gazetteer, row)
    _add_larger_areas(gazetteer, checked)
    return gazetteer


def _checked(areas: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(areas, pd.DataFrame):
        raise SchemaError(
            f"areas: a DataFrame with 'pcode' and 'name' is needed, not {type(areas).__name__}. load_pcodes, load_areas and read_areas make one"
        )
    missing = [label for label in ("pcode", "name") if list(areas.columns).count(label) != 1]
    if missing:
        raise SchemaError(
            f"areas: one column each of 'pcode' and 'name' is needed; {listed([repr(label) for label in missing], 2)} is missing or doubled. "
            f"Found: {listed(list(areas.columns), 12)}. Rename them, or read the file with read_areas"
        )
    if areas.empty:
        raise SchemaError("areas: there is no row. Give the areas that the places are to be looked up in")
    bad = ~areas["pcode"].astype(object).map(lambda code: isinstance(code, str) and bool(code.strip())).astype(bool)
    if bad.any():
        raise SchemaError(
            f"areas: column 'pcode', rows {listed(list(areas.index[bad]), SHOWN_AT_MOST)}: empty or not text. Every area needs its code"
        )
    repeated = areas["pcode"].str.strip().str.upper().duplicated(keep=False)
    if repeated.any():
        codes = listed(list(areas.loc[repeated, "pcode"].unique()), SHOWN_AT_MOST)
        raise SchemaError(
            f"areas: p-codes {codes} stand more than once. Choose one edition: areas[areas['edition'] == ...]"
        )
    return pd.DataFrame(areas)


def _texts(areas: pd.DataFrame, label: str) -> list[str | None]:
    if label not in areas:
        return [None] * len(areas)
    return [
        value.strip() if isinstance(value, str) and value.strip() else None for value in areas[label].astype(object)
    ]


def _own_keys(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for name in names if name and (key := fold_name(name).key)))


def _country(printed: str | None, pcode: str) -> str | None:
    if printed:
        return countries().get(printed.upper(), printed)
    letters = pcode[:3].upper()
    return countries().get(letters) if letters.isalpha() else countries().get(letters[:2])


def _embedded(pcode: str, own: tuple[str, ...]) -> dict[str, str] | None:
    # Codes are used again for other ground, so the list is believed only where it calls the area by the same name.
    row = pcode_rows().get(pcode)
    return row if row is not None and fold_name(row["name"]).key in own else None


def _level(areas: pd.DataFrame, row: int, pcode: str, own: tuple[str, ...]) -> int | None:
    if "level" in areas and pd.notna(areas["level"].iloc[row]):
        return int(areas["level"].iloc[row])
    known = _embedded(pcode, own)
    return int(known["level"]) if known else None


def _parent(printed: str | None, pcode: str, own: tuple[str, ...]) -> str | None:
    if printed:
        return printed
    known = _embedded(pcode, own)
    return known["parent"] or None if known else None


def _iso_codes(printed: list[str | None], pcodes: list[str], own: list[tuple[str, ...]]) -> dict[str, int]:
    codes: dict[str, int] = {}
    for row, code in enumerate(printed):
        known = None if code else _embedded(pcodes[row], own[row])
        iso = code or (known["iso_3166_2"] if known else None)
        if iso and "+" not in iso:
            codes[iso.upper()] = row
    return codes


def _add_names(gazetteer: Gazetteer, row: int, printed: str | None) -> None:
    keys = gazetteer.own_keys[row]
    for key in keys:
        gazetteer.by_key.setdefault(key, {})[row] = "name"
    gazetteer.marks[gazetteer.pcodes[row]] = fold_name(gazetteer.names[row]).marks
    others = [fold_name(name).key for name in (printed or "").split("|") if name.strip()]
    country = gazetteer.iso3[row]
    if gazetteer.levels[row] == 0 and country:
        others.append(country.lower())
    for key in (*others, *(alias.key for alias in other_names(gazetteer.iso3[row], gazetteer.levels[row], keys))):
        if key:
            gazetteer.by_key.setdefault(key, {}).setdefault(row, "alias")


def _add_parts(gazetteer: Gazetteer, row: int) -> None:
    codes = gazetteer.pcodes[row].split("+")
    for part in [pcode_rows()[code] for code in codes if len(codes) > 1 and code in pcode_rows()]:
        keys = _own_keys([part["name"], part["name_fr"], part["name_en"]])
        for key in (*keys, *(alias.key for alias in other_names(part["iso3"], int(part["level"]), keys))):
            gazetteer.by_part[key] = row


def _add_larger_areas(gazetteer: Gazetteer, areas: pd.DataFrame) -> None:
    printed = {level: _texts(areas, f"admin{level}") for level in (0, 1, 2, 3)}
    for row in range(len(gazetteer.pcodes)):
        country = gazetteer.iso3[row]
        if country:
            gazetteer.below.setdefault(country, set()).add(row)
            for code in (country, iso2_codes().get(country, country)):
                gazetteer.above.setdefault(code.lower(), set()).add(country)
        for parent in _chain(gazetteer, row):
            gazetteer.below.setdefault(parent, set()).add(row)
            for key in _keys_of(gazetteer, parent):
                gazetteer.above.setdefault(key, set()).add(parent)
        for level, names in printed.items():
            if names[row] and (gazetteer.levels[row] is None or level < (gazetteer.levels[row] or 0)):
                _add_printed_ancestor(gazetteer, row, level, str(names[row]))
    for key, country in country_names().items():
        if country in gazetteer.below:
            gazetteer.above.setdefault(key, set()).add(country)


def _add_printed_ancestor(gazetteer: Gazetteer, row: int, level: int, name: str) -> None:
    key = fold_name(name).key
    country = gazetteer.iso3[row]
    above = f"{country}/{level}/{key}"
    gazetteer.below.setdefault(above, set()).add(row)
    for other in (key, *(alias.key for alias in other_names(country, level, [key]))):
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
    position = gazetteer.by_pcode.get(pcode.upper())
    if position is not None:
        keys, country, level = gazetteer.own_keys[position], gazetteer.iso3[position], gazetteer.levels[position]
    else:
        known: dict[str, Any] | None = pcode_rows().get(pcode)
        if known is None or not _children_agree(gazetteer, pcode):
            return []
        keys, country, level = (
            _own_keys([known["name"], known["name_fr"], known["name_en"]]),
            known["iso3"],
            int(known["level"]),
        )
    return [*keys, *(alias.key for alias in other_names(country, level, keys))]


def _children_agree(gazetteer: Gazetteer, pcode: str) -> bool:
    children = [row for row in gazetteer.below.get(pcode, ()) if gazetteer.parents[row] == pcode]
    return any(_embedded(gazetteer.pcodes[row], gazetteer.own_keys[row]) for row in children)


def sounds_below(gazetteer: Gazetteer, positions: Iterable[int]) -> dict[str, set[int]]:
    """The areas among ``positions`` by how their names sound."""
    heard: dict[str, set[int]] = {}
    for position in positions:
        for key in gazetteer.own_keys[position]:
            heard.setdefault(sound_key(key), set()).add(position)
    return heard
