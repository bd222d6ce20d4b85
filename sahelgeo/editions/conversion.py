"""Carry tables from one edition of the boundaries to another."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.editions.crosswalks import (
    Crosswalk,
    Parts,
    Unit,
    crosswalk_to,
    crosswalks,
    edition_id,
    find_unit,
    folded,
    size_of,
)
from sahelgeo.editions.reallocation import Kind, Piece, assembled, kinds_of
from sahelgeo.errors import (
    SHOWN_AT_MOST,
    AmbiguousError,
    DataWarning,
    EditionError,
    SchemaError,
    UnmatchedError,
    listed,
)
from sahelgeo.places.account import people_column
from sahelgeo.places.ellipsoid import area_km2

_NAMES = ("name", "place")

_CERTAIN = ("certain", "reported", "derived")


def edition_of(table: pd.DataFrame) -> pd.DataFrame:
    """Which editions of the boundaries the codes and names of a table fit.

    Codes were used again: ``ML09`` is Bamako before the reform of Mali and Taoudénit after it, ``BF13`` is Centre and then
    Kadiogo. Names too: Soum, Tapoa, Kadiogo and Sourou are provinces of Burkina Faso before 2025 and regions since. So a
    row fits an edition where its code and its name are of one area of it.

    Parameters
    ----------
    table : pandas.DataFrame
        A table with ``pcode``, or ``name`` (or ``place``), or both.

    Returns
    -------
    pandas.DataFrame
        For each edition that any row touches (index ``edition``), best first: ``rows_fit``; ``rows_contradicted``, where the
        code is of the edition and the name is that of another of its areas or of the other edition; ``rows_unknown``; and
        ``answer``, true where all rows fit and no other edition of the country fits them all.

    Raises
    ------
    SchemaError
        No column of codes or names.

    See Also
    --------
    convert_edition : Carry values to another edition of the boundaries.
    code_systems : Which code system a table uses.

    Notes
    -----
    Burkina Faso: Council of Ministers of 2 July 2025. Mali: laws 2023-006 and 2023-007 of 13 March 2023.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> sg.edition_of(pd.DataFrame({"pcode": ["ML09", "ML01"], "name": ["Taoudénit", "Kayes"]}))
              rows_fit  rows_contradicted  rows_unknown  answer
    edition
    MLI 2023         2                  0             0    True
    MLI 2016         1                  1             0   False
    """
    codes, names = _codes_and_names(table)
    counts = {edition: _fits(walk, edition, codes, names) for walk in crosswalks() for edition in (walk.old, walk.new)}
    result = pd.DataFrame.from_dict(
        counts, orient="index", columns=["rows_fit", "rows_contradicted", "rows_unknown"]
    ).rename_axis("edition")
    touched = result["rows_fit"] + result["rows_contradicted"] > 0
    result = result[touched].sort_values("rows_fit", ascending=False, kind="stable")
    full = result["rows_fit"] == len(table)
    countries = result.index.str[:3]
    result["answer"] = full & (full.groupby(countries).transform("sum") == 1)
    return result


def _codes_and_names(table: pd.DataFrame) -> tuple[list[Any], list[Any]]:
    checks.plain(table, "table")
    label = next((label for label in _NAMES if label in table.columns), None)
    if "pcode" not in table.columns and label is None:
        raise SchemaError(
            f"the table needs 'pcode' or 'name' to tell its areas. Found: {listed(list(table.columns), 12)}. Rename the column of codes"
        )
    empty = [None] * len(table)
    codes = list(table["pcode"]) if "pcode" in table.columns else empty
    return codes, empty if label is None else list(table[label])


def _fits(walk: Crosswalk, edition: str, codes: list[Any], names: list[Any]) -> tuple[int, int, int]:
    fit = contradicted = 0
    for code, name in zip(codes, names, strict=True):
        found = find_unit(walk, edition, code, name)
        if found and _contradicts(found, list(walk.units), code, name):
            contradicted += 1
        elif found:
            fit += 1
    return fit, contradicted, len(codes) - fit - contradicted


def _contradicts(found: list[Unit], units: list[Unit], code: Any, name: Any) -> bool:
    """Whether the name is that of another area than the code; a spelling that no area has contradicts nothing."""
    if pd.isna(code) or pd.isna(name):
        return False
    meant = [unit for unit in units if folded(unit.name) == folded(str(name))]
    return bool(meant) and not any(unit in found for unit in meant)


def convert_edition(
    table: pd.DataFrame,
    areas: pd.DataFrame | None = None,
    *,
    to: str,
    level: int | None = None,
    kind: Mapping[str, Kind] | None = None,
    weights: pd.DataFrame | str | None = None,
) -> pd.DataFrame:
    """Carry counts, rates and phases from one edition of the boundaries to another.

    Where an old area lies whole in a new one the result is exact. Where it splits, counts go by the people (or on request
    the area) of its parts and are marked as estimated; where these are not known the conversion is refused.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows with ``pcode`` (or ``name``) of one edition, and values. Several rows may name one area (dates, groups).
    areas : pandas.DataFrame, optional
        Areas of the new edition with ``name`` and ``pcode``: gives codes to new areas whose code is not known here. With
        ``weights="area"``, a GeoDataFrame whose polygons (of either edition) make up the parts.
    to : str
        The edition to convert to: ``"BFA 2025"`` or ``"BFA 2020"``, ``"MLI 2023"`` or ``"MLI 2016"``.
    level : {1, 2}, optional
        The level of the result; the default is that of each row. Provinces can go to regions, not to smaller areas than
        the reform's tables hold (Mali: regions).
    kind : mapping, optional
        What columns are: "count", "rate", "class" (such as a phase) or "key". Known without it: people, population,
        households, people_1 to people_5, fatalities, events; columns that start with ``share`` or ``rate`` or end with
        ``_per_1000``; phase, phase_published, phase_rule; year, round, evidence. Text and dates are keys.
    weights : pandas.DataFrame or str, optional
        People of units that make up the parts: a table with ``pcode`` or ``name`` of areas of either edition and
        ``people`` or ``population`` (the two new provinces, or the cercles of a region). Or ``"area"``. Or the name of a
        column of the table (``"population"``), which serves to average rates and classes where areas merge.

    Returns
    -------
    pandas.DataFrame
        One row for each new area and each combination of the key columns, with a new index from 0: ``pcode`` (missing
        where the new code is not known for certain), ``name``, ``level``, ``edition``, the keys, the values, and
        ``estimated`` (boolean): whether a part of the row comes from an area that was split. Printed names of the old
        edition (``place``, ``admin1`` ...) and geometry are left out. Whole numbers stay whole and every total is kept to
        the unit (largest remainder); fractions keep theirs to rounding. Missing counts add nothing, and are missing where
        all are. Rates of merged areas are averaged, of classes the one with most people is taken (of two equal the
        higher); a row with a missing rate or class takes no part.

    Raises
    ------
    EditionError
        Codes and names fit no edition, both, or contradict each other; a split or an average without known weights.
    UnmatchedError
        Rows that are no area of the edition; they are in ``.rows``.
    AmbiguousError
        Rows without a code whose name is that of areas of two levels.
    SchemaError
        Columns of numbers whose kind is not known.

    Warns
    -----
    DataWarning
        Memberships of the reform that are not certain; counts that are missing.

    See Also
    --------
    edition_of : Which edition a table belongs to.
    overlay : Carry values onto other polygons.
    attach_areas : Join a table to its polygons.

    Notes
    -----
    The tables stand in ``sahelgeo/data/editions`` with their sources: Burkina Faso, Council of Ministers of 2 July 2025;
    Mali, laws 2023-006 and 2023-007 of 13 March 2023.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> counts = pd.DataFrame({"pcode": ["BF4603", "BF4605", "BF4606"], "people": [30, 20, 10]})
    >>> sg.convert_edition(counts, to="BFA 2025", level=1)[["name", "people", "estimated"]]
         name  people  estimated
    0  Sourou      60      False
    """
    _codes_and_names(table)
    to = edition_id(to)
    walk = crosswalk_to(to)
    kinds = kinds_of(table, kind, weights)
    units = _units_of(table, walk, walk.other(to))
    targets = _targets(walk, to, units, level)
    sizes = _sizes(walk, areas, weights)
    pieces = _pieces(units, targets, sizes)
    own = (
        table[weights].to_numpy(dtype="float64", na_value=np.nan)
        if isinstance(weights, str) and weights in table
        else None
    )
    result = assembled(table, pieces, kinds, sizes, own)
    _warn(walk, table, pieces, kinds)
    return _with_codes(result, areas, to)


def _units_of(table: pd.DataFrame, walk: Crosswalk, edition: str) -> list[Unit]:
    """The unit of the old edition that each row means."""
    codes, names = _codes_and_names(table)
    _check_edition(table, walk, edition)
    levels = list(table["level"]) if "level" in table.columns else [None] * len(table)
    found = [
        _of_level(find_unit(walk, edition, code, name), level)
        for code, name, level in zip(codes, names, levels, strict=True)
    ]
    lost = [not unit for unit in found]
    if any(lost):
        rows = table[lost]
        raise UnmatchedError(
            f"{len(rows):,} of {len(table):,} rows are no area of {edition}: rows {listed(list(rows.index), SHOWN_AT_MOST)}. "
            "Match them first or take them out; they are in the error's .rows",
            rows,
        )
    several = [row for row, unit in enumerate(found) if len(unit) > 1]
    if several:
        pairs = pd.DataFrame(
            [(table.index[row], unit.level, unit.pcode, unit.name) for row in several for unit in found[row]],
            columns=["row", "level", "pcode", "name"],
        )
        raise AmbiguousError(
            f"rows {listed(list(table.index[several]), SHOWN_AT_MOST)} have a name of two levels of {edition}, such as {pairs['name'].iloc[0]!r}. Give their p-codes",
            pairs,
        )
    wrong = [
        row
        for row, (unit, code, name) in enumerate(zip(found, codes, names, strict=True))
        if _contradicts(unit, list(walk.units), code, name)
    ]
    if wrong:
        shown = [f"{codes[row]} {names[row]}" for row in wrong]
        raise EditionError(
            f"rows {listed(list(table.index[wrong]), SHOWN_AT_MOST)}: code and name are not one area of {edition} ({listed(shown, SHOWN_AT_MOST)}). See edition_of(table)"
        )
    return [unit[0] for unit in found]


def _of_level(units: list[Unit], level: Any) -> list[Unit]:
    """Of several units of one name, that of the level which the row says, if it says one."""
    fits = [unit for unit in units if pd.notna(level) and unit.level == level]
    return fits if len(units) > 1 and fits else units


def _check_edition(table: pd.DataFrame, walk: Crosswalk, edition: str) -> None:
    said: list[Any] = list(table["edition"].dropna().unique()) if "edition" in table.columns else []
    wrong = [str(label) for label in said if edition_id(str(label)) != edition]
    if wrong:
        raise EditionError(
            f"the table is of {listed(wrong, SHOWN_AT_MOST)}, and {walk.other(edition)} is reached from {edition} alone"
        )
    if len(said) or not len(table):
        return
    fits = edition_of(table)
    full = [name for name in (walk.old, walk.new) if name in fits.index and fits.loc[name, "rows_fit"] == len(table)]
    if edition not in full and walk.other(edition) in full:
        raise EditionError(f"the codes and names are already those of {walk.other(edition)}")
    if len(full) == 2:
        raise EditionError(
            f"the codes and names fit {full[0]} and {full[1]}. Say which: table.assign(edition={edition!r})"
        )


def _targets(walk: Crosswalk, to: str, units: list[Unit], level: int | None) -> list[list[Unit]]:
    if level not in (None, 1, 2):
        raise SchemaError(f"level={level!r} is not 1 or 2")
    result = []
    for unit in units:
        wanted = unit.level if level is None else level
        found = [new for new in walk.of(to, wanted) if new.parts & unit.parts and not new.superseded]
        if not found:
            raise EditionError(f"the areas of {to} at level {wanted} are not known. Ask for level={3 - wanted}")
        result.append(found)
    return result


def _sizes(walk: Crosswalk, areas: pd.DataFrame | None, weights: Any) -> dict[Parts, float]:
    if weights is None or (isinstance(weights, str) and weights != "area"):
        return {}
    if isinstance(weights, str):
        if not isinstance(areas, gpd.GeoDataFrame) or areas.crs is None:
            raise SchemaError(
                "weights='area' needs areas: a GeoDataFrame with pcode or name, edition, polygons and a CRS"
            )
        table, values = areas, area_km2(np.asarray(areas.geometry.to_crs(4326).values, dtype=object))
    else:
        label = people_column(weights) if isinstance(weights, pd.DataFrame) else None
        if label is None:
            raise SchemaError("weights: a table with 'pcode' or 'name', and 'people' or 'population', is needed")
        table, values = weights, weights[label].to_numpy(dtype="float64", na_value=np.nan)
    sizes: dict[Parts, float] = {}
    codes, names = _codes_and_names(table)
    editions = _editions_of_weights(table, walk)
    for code, name, size in zip(codes, names, values, strict=True):
        found = {unit.parts for edition in editions for unit in find_unit(walk, edition, code, name)}
        if len(found) > 1:
            raise EditionError(
                f"weights: {code if pd.notna(code) else name} is ground of two extents in {walk.old} and {walk.new}. Give the weights a column 'edition', and codes"
            )
        for parts in found:
            if parts in sizes and sizes[parts] != size:
                raise SchemaError(
                    f"weights: {code if pd.notna(code) else name} stands more than once. Choose one year and source"
                )
            if not np.isnan(size):
                sizes[parts] = float(size)
    return sizes


def _editions_of_weights(table: pd.DataFrame, walk: Crosswalk) -> list[str]:
    if "edition" in table.columns and table["edition"].notna().any():
        said = {edition_id(str(label)) for label in table["edition"].dropna().unique()}
        return [edition for edition in (walk.old, walk.new) if edition in said]
    fits = edition_of(table)
    answer = [edition for edition in (walk.old, walk.new) if edition in fits.index and fits.loc[edition, "answer"]]
    return answer or [walk.old, walk.new]


def _pieces(units: list[Unit], targets: list[list[Unit]], sizes: dict[Parts, float]) -> list[Piece]:
    pieces, refused = [], {}
    for row, (unit, found) in enumerate(zip(units, targets, strict=True)):
        parts = [unit.parts & new.parts for new in found]
        known = [1.0] if len(found) == 1 else [size_of(part, sizes) for part in parts]
        total = sum(size for size in known if size is not None)
        if None in known or not total > 0:
            refused[f"{unit.name} ({unit.pcode})"] = listed([new.name for new in found], SHOWN_AT_MOST)
            continue
        pieces += [
            Piece(row, new, part, float(size or 0) / total, len(found) == 1)
            for new, part, size in zip(found, parts, known, strict=True)
        ]
    if refused:
        shown = "; ".join(f"{name} into {new}" for name, new in list(refused.items())[:SHOWN_AT_MOST])
        raise EditionError(
            f"{len(refused)} areas split, and the people of their parts are not known: {shown}. "
            "Pass weights (people of the new areas, or of smaller old ones that make up the parts), or weights='area' with areas"
        )
    return pieces


def _with_codes(result: pd.DataFrame, areas: pd.DataFrame | None, to: str) -> pd.DataFrame:
    """Fill the codes that the reform's table leaves open from the user's areas of the new edition."""
    if areas is None or not {"pcode", "name"} <= set(areas.columns):
        return result
    new = areas
    if "edition" in areas.columns and areas["edition"].notna().any():
        new = areas[areas["edition"].map(lambda label: edition_id(str(label)) == to)]
    keys = new["name"].map(lambda name: folded(str(name)))
    if "level" in new.columns and new["level"].notna().all():
        keys = keys + "/" + new["level"].astype(int).astype(str)
        wanted = [f"{folded(name)}/{level}" for name, level in zip(result["name"], result["level"], strict=True)]
    else:
        wanted = [folded(name) for name in result["name"]]
    once = ~keys.duplicated(keep=False)
    codes = dict(zip(keys[once], new.loc[once, "pcode"], strict=True))
    found = [codes.get(key) for key in wanted]
    return result.assign(pcode=result["pcode"].fillna(pd.Series(found, index=result.index, dtype="string")))


def _warn(walk: Crosswalk, table: pd.DataFrame, pieces: list[Piece], kinds: dict[str, Kind]) -> None:
    used = sorted({part for piece in pieces for part in piece.parts})
    doubtful = walk.table.loc[used]
    doubtful = doubtful[~doubtful["certainty"].isin(_CERTAIN)]
    sentences = []
    if len(doubtful):
        shown = listed(
            [f"{old} to {new}" for old, new in zip(doubtful["old_name_2"], doubtful["new_name_1"], strict=True)],
            SHOWN_AT_MOST,
        )
        sentences.append(f"the reform's table is not certain of {shown}")
    for name, kind in kinds.items():
        missing = table[name].isna()
        if kind == "count" and missing.any():
            rows = listed(list(table.index[missing]), SHOWN_AT_MOST)
            sentences.append(f"{name!r} is missing in rows {rows}, which add nothing")
    if sentences:
        warnings.warn("; ".join(sentences), DataWarning, stacklevel=3)
