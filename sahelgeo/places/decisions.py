"""A person's own answers for places: kept in a small table, and used again."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, EditionError, FormatError, SchemaError, listed
from sahelgeo.places.columns import Place
from sahelgeo.places.gazetteer import Gazetteer
from sahelgeo.places.names import fold_name

COLUMNS = ("code", "name", "parents", "pcode", "area_name", "note")
NO_AREA = "none"


class Decision(NamedTuple):
    """What was decided for a place: a p-code and the name it had, or ``"none"``."""

    pcode: str
    area_name: str | None


Decisions = dict[tuple[str, str, str], Decision]


def read_decisions(path: str | PathLike[str]) -> pd.DataFrame:
    """Read a table of decisions (CSV, UTF-8), as :func:`sahelgeo.places.write_decisions` writes it, filled in.

    Parameters
    ----------
    path : path
        A CSV file.

    Returns
    -------
    pandas.DataFrame
        ``code``, ``name`` and ``parents`` as printed; ``pcode``: yours, the word ``none`` for "has no area", missing
        while undecided; ``area_name`` the name of that area; ``note``. All text.

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
    try:
        table = pd.read_csv(Path(path), dtype="string", keep_default_na=False, na_values=[""], encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise FormatError(f"there is no file {path}. Make one with write_decisions(match_areas(...), path)") from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise FormatError(
            f"{path} is not a CSV file in UTF-8 ({error}). Save it from your spreadsheet as 'CSV UTF-8'"
        ) from error
    return _checked(table, str(path))


def write_decisions(matches: pd.DataFrame, path: str | PathLike[str]) -> None:
    """Write a frame of evidence as a table to decide in: fill in ``pcode`` where it is empty, and keep the file.

    Parameters
    ----------
    matches : pandas.DataFrame
        From :func:`sahelgeo.match_areas`; answered rows are kept as decided, which freezes them. Candidates and
        conflicts go into ``note``.
    path : path
        The CSV file to write; it is replaced.

    Raises
    ------
    SchemaError
        Not a frame of evidence.

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
    table.to_csv(Path(path), index=False, encoding="utf-8")


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
    found: Decisions = {}
    for row in table.dropna(subset=["pcode"]).itertuples(index=False):
        key = _key((_text(row.code), _text(row.name), _text(row.parents)))
        found[key] = Decision(str(row.pcode), _text(row.area_name))
    return found


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


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
    if decision.pcode.lower() == NO_AREA:
        return (None,)
    position = gazetteer.by_pcode.get(decision.pcode.upper())
    said = f"{decision.pcode} {decision.area_name}" if decision.area_name else decision.pcode
    where = f"the decision for {place.name or place.code!r} is {said}"
    if position is None:
        raise EditionError(
            f"{where}, which is not among the areas. Decide again for these areas, or give the areas that it was made "
            "for"
        )
    if decision.area_name and fold_name(decision.area_name).key not in gazetteer.own_keys[position]:
        raise EditionError(
            f"{where}, but these areas call that code {gazetteer.names[position]}: another edition. Decide again for "
            "these areas"
        )
    return (position,)
