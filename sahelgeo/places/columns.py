"""Which columns of a table print the place, its code and what it lies in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sahelgeo.conformance import listed
from sahelgeo.errors import SchemaError
from sahelgeo.places.names import level_words

COUNTRY_COLUMNS = (
    "iso3",
    "country",
    "location_code",
    "adm0_pcod3",
    "admin0pcode",
    "adm0_name",
    "admin0",
    "admin0name",
    "adm0_fr",
    "adm0_en",
    "pays",
    "iso2",
)
_NAME = re.compile(r"adm(?:in)?[ _]?(\d)[ _]?(?:name|fr|en|ref)?(?:[ _](?:fr|en|name))?")
_CODE = re.compile(r"adm(?:in)?[ _]?(\d)[ _]?p?[ _]?cod\w*")


@dataclass(frozen=True)
class PlaceColumns:
    """The columns that say the place.

    Attributes
    ----------
    name, code : str or None
        The column of the place's name, and of its code.
    parents : tuple of str
        The columns of the areas that it lies in.
    """

    name: str | None
    code: str | None
    parents: tuple[str, ...] = ()

    @property
    def all(self) -> list[str]:
        """Every column there is, the code first."""
        return [label for label in (self.code, self.name, *self.parents) if label is not None]


def find_columns(
    table: pd.DataFrame, level: int | None, on: str | Mapping[str, str] | None, parents: str | Sequence[str] | None
) -> PlaceColumns:
    """The columns that the user names, or those that the table's own labels point to."""
    if not isinstance(table, pd.DataFrame):
        raise SchemaError(f"a table (DataFrame) of places is needed, not {type(table).__name__}")
    if on is None:
        found = _recognised(table, level)
        chosen = found if parents is None else PlaceColumns(found.name, found.code, _as_labels(parents))
    elif isinstance(on, str):
        chosen = PlaceColumns(on, None, _as_labels(parents))
    else:
        unknown = [key for key in on if key not in ("name", "code")]
        if unknown or not on:
            raise SchemaError(f"on={dict(on)!r}: give the columns as {{'name': ..., 'code': ...}}, or one of the two")
        chosen = PlaceColumns(on.get("name"), on.get("code"), _as_labels(parents))
    _check_columns(table, chosen, level)
    return chosen


def _as_labels(parents: str | Sequence[str] | None) -> tuple[str, ...]:
    return () if parents is None else (parents,) if isinstance(parents, str) else tuple(parents)


def _recognised(table: pd.DataFrame, level: int | None) -> PlaceColumns:
    names, codes = _by_level(table, _NAME), _by_level(table, _CODE)
    filled = [label for label in ("place", "pcode") if label in table and _has_values(table, label)]
    name = (names.get(level) if level is not None else None) or ("place" if "place" in filled else None)
    if name is None and level is None and len(names) == 1:
        name = next(iter(names.values()))
    code = "pcode" if "pcode" in filled else codes.get(level) if level is not None else None
    above = [
        names[number]
        for number in sorted(names, reverse=True)
        if level is not None and 0 < number < level and names[number] != name
    ]
    country = next(
        (label for wanted in COUNTRY_COLUMNS for label in table.columns if str(label).lower() == wanted), None
    )
    if name is None and code is None:
        found = listed([str(label) for label in table.columns], 12)
        raise SchemaError(
            f"no column of names or codes is recognised{'' if level is None else f' for areas of level {level}'}. Found: {found}. "
            "Name it: on='column of names', or on={'name': ..., 'code': ...}"
        )
    return PlaceColumns(name, code, (*above, *([country] if country is not None else [])))


def _has_values(table: pd.DataFrame, label: Any) -> bool:
    """Whether a column says anything; one that stands twice is refused later, by name."""
    return bool(table[label].notna().to_numpy().any())


def _by_level(table: pd.DataFrame, pattern: re.Pattern[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for label in table.columns:
        fit = pattern.fullmatch(str(label).lower())
        if fit and _has_values(table, label):
            found.setdefault(int(fit[1]), str(label))
    return found


def _check_columns(table: pd.DataFrame, chosen: PlaceColumns, level: int | None) -> None:
    labels: list[Any] = list(table.columns)
    bad = [label for label in dict.fromkeys(chosen.all) if labels.count(label) != 1]
    if bad:
        raise SchemaError(
            f"the table needs one column {listed([repr(label) for label in bad], 5)}. Found: {listed(labels, 12)}"
        )
    if chosen.name in chosen.parents:
        raise SchemaError(
            f"column {chosen.name!r} is both the place and what it lies in. Name another column in parents="
        )
    said = None if chosen.name is None else _level_of_label(chosen.name)
    if said is not None and level is not None and said != level:
        raise SchemaError(
            f"column {chosen.name!r} holds names of level {said}, the areas are of level {level}: many regions and their provinces share a name. "
            f"Give areas of level {said}, or name the column of level {level}"
        )


def _level_of_label(label: str) -> int | None:
    plain = label.strip().lower()
    fit = _NAME.fullmatch(plain)
    if fit:
        return int(fit[1])
    levels = level_words().get(plain.removesuffix("s").replace("é", "e"), {})
    return levels[""] if set(levels) == {""} else None
