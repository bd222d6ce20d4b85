"""The places that a table prints, each distinct one once, and a person's own answers for them in a small table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, EditionError, FormatError, SchemaError, listed
from sahelgeo.places.gazetteer import Gazetteer
from sahelgeo.places.names import Name, fold_name, fold_names, level_words
from sahelgeo.saving import as_cell, from_cell, write_whole
from sahelgeo.words import missing_words

COUNTRY_COLUMNS = ("iso3", "country", "location_code", "adm0_pcod3", "admin0pcode", "adm0_name", "admin0", "admin0name",
                   "adm0_fr", "adm0_en", "pays", "iso2")  # fmt: skip
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
            "Name it: on='column of names', or on={'name': ..., 'code': ...}; where rows are joined or drawn, "
            "on={'names': 'column of names'}"
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
            f"their provinces share a name. Give areas of level {said}, or name the column of level {level}"
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
            "dtype=str, so that codes keep their zeros"
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


COLUMNS = ("code", "name", "parents", "pcode", "area_name", "note")
NO_AREA = "none"


# For the code, name and parents of a place, the p-code that was decided and the name it had, or "none".
Decisions = dict[tuple[str, str, str], tuple[str, str | None]]


def read_decisions(path: str | PathLike[str]) -> pd.DataFrame:
    """Read a table of decisions (CSV, UTF-8), as :func:`sahelgeo.places.write_decisions` writes it, filled in.

    Parameters
    ----------
    path : path
        A CSV file.

    Returns
    -------
    pandas.DataFrame
        One row for each place, all text:

        - ``code``, ``name`` and ``parents``: as printed;
        - ``pcode``: yours, the word ``none`` for "has no area", missing while undecided;
        - ``area_name``: the name of that area, and ``note``.

    Raises
    ------
    FormatError
        The file is not there, is not CSV, or lacks a column.
    SchemaError
        Two answers for one place.

    See Also
    --------
    write_decisions : Write doubtful places out, to decide on them.
    match_areas : Which area each printed name or code means.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg, tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "decisions.csv"
    >>> areas = sg.load_pcodes("MLI", level=2)
    >>> table = pd.DataFrame({"cercle": ["Gourma"]})
    >>> undecided = sg.match_areas(table, areas, on="cercle")
    >>> sg.places.write_decisions(undecided.assign(pcode="ML0603"), path)
    >>> sg.match_areas(table, areas, on="cercle", decisions=path)[["name", "pcode", "method"]]
         name   pcode    method
    0  Gourma  ML0603  decision
    """
    checks.no_pipe(Path(path))
    try:
        table = pd.read_csv(Path(path), dtype="string", keep_default_na=False, na_values=[""], encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise FormatError(f"there is no file {path}. Make one with write_decisions(match_areas(...), path)") from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise FormatError(
            f"{path} is not a CSV file in UTF-8 ({error}). Save it from your spreadsheet as 'CSV UTF-8'"
        ) from error
    return _checked(table.map(from_cell), str(path))


def write_decisions(matches: pd.DataFrame, path: str | PathLike[str]) -> None:
    """Write a frame of evidence as a table to decide in: fill in ``pcode`` where it is empty, and keep the file.

    Parameters
    ----------
    matches : pandas.DataFrame
        From :func:`sahelgeo.match_areas`; answered rows are kept as decided, which freezes them. Candidates and
        conflicts go into ``note``.
    path : path
        The CSV file to write; it is replaced. A name that a spreadsheet would run as a formula gets an apostrophe
        before it, which :func:`read_decisions` takes away again.

    Raises
    ------
    SchemaError
        Not a frame of evidence.
    ExportError
        The file cannot be written; what was there is as it was.

    See Also
    --------
    read_decisions : Read your decisions on doubtful places.
    match_areas : Which area each printed name or code means.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg, tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "decisions.csv"
    >>> regions = pd.DataFrame({"region": ["Hodh", "Assaba"]})
    >>> sg.places.write_decisions(sg.match_areas(regions, sg.load_pcodes("MRT", level=1), on="region"), path)
    >>> sg.places.read_decisions(path)[["name", "pcode"]]
         name pcode
    0    Hodh  <NA>
    1  Assaba  MR03
    """
    checks.columns(matches, "frame of evidence, as match_areas returns it", dict.fromkeys(COLUMNS[:4], "any"))
    held = matches.reindex(columns=["note", "conflict", "candidates"]).astype(object)
    notes = held["note"] if "note" in matches else held["conflict"].fillna(held["candidates"])
    table = matches.reindex(columns=list(COLUMNS)).assign(note=notes.mask(matches["pcode"].notna()))
    # The name says which area was meant where a code is used again in a later edition; it holds only for the code it
    # was written with.
    changed = matches.reindex(columns=["method"])["method"].isna()
    table["area_name"] = table["area_name"].mask(changed)
    write_whole(path, table.map(as_cell).to_csv(index=False))


def _checked(table: pd.DataFrame, where: str) -> pd.DataFrame:
    missing = [label for label in COLUMNS[:4] if label not in table]
    if missing:
        raise FormatError(
            f"{where}: column(s) {listed(missing, 5)} missing. Found: {listed(list(table.columns), 12)}. A table of "
            f"decisions has {', '.join(COLUMNS)}"
        )
    table = table.reindex(columns=list(COLUMNS)).astype("string")
    table["pcode"] = table["pcode"].str.strip()
    keys = table[list(COLUMNS[:3])].fillna("").apply(lambda column: column.str.strip().str.lower())
    decided = table["pcode"].notna()
    distinct = table[decided].groupby([keys.loc[decided, label] for label in keys])["pcode"].nunique()
    if (distinct > 1).any():
        clash = [" / ".join(filter(None, key)) for key in distinct.index[distinct > 1]]
        raise SchemaError(f"{where}: two answers for {listed(clash, SHOWN_AT_MOST)}. Keep one row for each place")
    return table


def load_decisions(decisions: pd.DataFrame | str | PathLike[str] | None) -> Decisions:
    """The decisions by place; undecided rows are left out."""
    if decisions is None:
        return {}
    table = _checked(decisions, "decisions") if isinstance(decisions, pd.DataFrame) else read_decisions(decisions)
    decided = table.dropna(subset=["pcode"]).astype(object)
    rows = decided.where(decided.notna(), None)[list(COLUMNS[:5])].itertuples(index=False, name=None)
    return {_key(place): (pcode, area_name) for *place, pcode, area_name in rows}


def _key(parts: Iterable[str | None]) -> tuple[str, str, str]:
    code, name, parents = (" ".join((part or "").split()).lower() for part in parts)
    return code, name, parents


def printed_parents(place: Place) -> str | None:
    """The parents of a place in one text, as the evidence and the decisions print them."""
    return " | ".join([parent or "" for parent in place.parents]) or None if place.parents else None


def decided_area(place: Place, decided: Decisions, gazetteer: Gazetteer) -> tuple[int | None] | None:
    """The position of the area decided for a place, None within where it was "none"; None where nothing was."""
    decision = decided.get(_key((place.code, place.name, printed_parents(place))))
    if decision is None:
        return None
    pcode, area_name = decision
    if pcode.lower() == NO_AREA:
        return (None,)
    position = gazetteer.by_pcode.get(pcode.upper())
    said = f"{pcode} {area_name}" if area_name else pcode
    where = f"the decision for {place.name or place.code!r} is {said}"
    if position is None:
        raise EditionError(
            f"{where}, which is not among the areas. Decide again for these areas, or give the areas that it was made "
            "for"
        )
    if area_name and fold_name(area_name).key not in gazetteer.own_keys[position]:
        raise EditionError(
            f"{where}, but these areas call that code {gazetteer.names[position]}: another edition. Decide again for "
            "these areas"
        )
    return (position,)
