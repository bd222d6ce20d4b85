"""The places that a table prints: which columns name them, and each distinct one of them once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, listed
from sahelgeo.places.names import Name, fold_names, level_words
from sahelgeo.words import missing_words

COUNTRY_COLUMNS = [
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
]
_NAME = re.compile(r"adm(?:in)?[ _]?(\d)[ _]?(?:name|fr|en|ref)?(?:[ _](?:fr|en|name))?")
_CODE = re.compile(r"adm(?:in)?[ _]?(\d)[ _]?p?[ _]?cod\w*")


class Place(NamedTuple):
    """A distinct place as a table prints it; None where a cell is empty."""

    code: str | None
    name: str | None
    parents: tuple[str | None, ...]


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
    given = () if parents is None else (parents,) if isinstance(parents, str) else tuple(parents)
    if on is None:
        found = _recognised(table, level)
        chosen = found if parents is None else PlaceColumns(found.name, found.code, given)
    elif isinstance(on, str):
        chosen = PlaceColumns(on, None, given)
    elif not on or set(on) - {"name", "code"}:
        raise SchemaError(f"on={dict(on)!r}: give the columns as {{'name': ..., 'code': ...}}, or one of the two")
    else:
        chosen = PlaceColumns(on.get("name"), on.get("code"), given)
    _check_columns(table, chosen, level)
    return chosen


def _recognised(table: pd.DataFrame, level: int | None) -> PlaceColumns:
    names, codes = _by_level(table, _NAME), _by_level(table, _CODE)
    filled = [label for label in ("place", "pcode") if label in table and _has_values(table, label)]
    above: list[str] = []
    if level is None:
        name, code = next(iter(names.values())) if len(names) == 1 and "place" not in filled else None, None
    else:
        name, code = names.get(level), codes.get(level)
        above = [names[number] for number in sorted(names, reverse=True) if 0 < number < level]
    name, code = name or ("place" if "place" in filled else None), "pcode" if "pcode" in filled else code
    if name is None and code is None:
        raise SchemaError(
            f"no column of names or codes is recognised{'' if level is None else f' for areas of level {level}'}. "
            f"Found: {listed([str(label) for label in table.columns], 12)}. "
            "Name it: on='column of names', or on={'name': ..., 'code': ...}"
        )
    lower = {str(label).lower(): label for label in reversed(list(table.columns))}
    country = [lower[wanted] for wanted in COUNTRY_COLUMNS if wanted in lower][:1]
    return PlaceColumns(name, code, (*[label for label in above if label != name], *country))


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
    if bad := [repr(label) for label in dict.fromkeys(chosen.all) if labels.count(label) != 1]:
        raise SchemaError(f"the table needs one column {listed(bad, 5)}. Found: {listed(labels, 12)}")
    if chosen.name in chosen.parents:
        raise SchemaError(
            f"column {chosen.name!r} is both the place and what it lies in. Name another column in parents="
        )
    said = None if chosen.name is None else _level_of_label(chosen.name)
    if said is not None and level is not None and said != level:
        raise SchemaError(
            f"column {chosen.name!r} holds names of level {said}, the areas are of level {level}: many regions and "
            "their provinces "
            f"share a name. Give areas of level {said}, or name the column of level {level}"
        )


def _level_of_label(label: str) -> int | None:
    plain = label.strip().lower()
    fit = _NAME.fullmatch(plain)
    if fit:
        return int(fit[1])
    levels = level_words().get(plain.removesuffix("s").replace("é", "e"), {})
    return levels[""] if set(levels) == {""} else None


def read_places(table: pd.DataFrame, columns: PlaceColumns) -> tuple[list[Place], NDArray[np.intp]]:
    """The distinct places, and for each row of the table the number of its place."""
    checks.columns(table, "table", dict.fromkeys(columns.all, "any"))
    read = {label: _as_text(table[label], label) for label in columns.all}
    numbers = np.zeros(len(table), dtype=np.int64)
    for codes, texts in read.values():
        numbers, _ = pd.factorize(numbers * (len(texts) + 1) + codes + 1)
    first = np.unique(numbers, return_index=True)[1]
    cells: dict[str | None, list[str | None]] = {
        label: [texts[code] if code >= 0 else None for code in codes[first].tolist()]
        for label, (codes, texts) in read.items()
    }
    cells[None] = [None] * len(first)
    parents: Iterable[tuple[str | None, ...]] = [()] * len(first)
    if columns.parents:
        parents = zip(*(cells[label] for label in columns.parents), strict=True)
    places = map(Place, cells[columns.code], cells[columns.name], parents)
    return list(places), np.asarray(numbers, dtype=np.intp)


def _as_text(values: pd.Series, label: str) -> tuple[NDArray[np.int64], list[str]]:
    """For each row the number of its text (-1 where the cell is empty or says so), and the distinct texts."""
    numbers, distinct = pd.factorize(values.astype(object), use_na_sentinel=True)
    bad = [number for number, value in enumerate(distinct) if not isinstance(value, str)]
    if bad:
        shown = listed([repr(distinct[number]) for number in bad], SHOWN_AT_MOST)
        rows = listed(list(values.index[np.isin(numbers, bad)]), SHOWN_AT_MOST)
        raise SchemaError(
            f"column {label!r}, rows {rows} ({shown}): not text. Places are matched by text: read the column with "
            "dtype=str, "
            "so that codes keep their zeros"
        )
    again, texts = pd.factorize(np.array([_tidy(value) for value in distinct], dtype=object))
    return np.append(again, -1)[numbers].astype(np.int64), list(texts)


def _tidy(value: str) -> str | None:
    text = value if value.isalpha() else " ".join(value.split())
    return None if text.lower() in missing_words("name") else text


def fold_all(places: Iterable[Place]) -> dict[str, Name]:
    """Each printed name folded once."""
    printed = list(dict.fromkeys([place.name for place in places if place.name]))
    return dict(zip(printed, fold_names(printed), strict=True))
