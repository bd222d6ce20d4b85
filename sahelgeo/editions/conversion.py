"""Carry tables from one edition of the boundaries to another.

Each row is found among the units of its own edition; its values are shared out to the units of the other, and what
comes to one unit is put together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.errors import (
    SHOWN_AT_MOST,
    AmbiguousError,
    EditionError,
    SchemaError,
    UnmatchedError,
    hearing,
    listed,
    warn,
)
from sahelgeo.phases.rule import by_rule
from sahelgeo.places import crosswalks
from sahelgeo.places.attach import needed_people_column
from sahelgeo.places.crosswalks import Crosswalk, Parts, Unit
from sahelgeo.places.names import fold_name
from sahelgeo.places.shared_ground import area_km2, in_degrees
from sahelgeo.tables import PEOPLE_BY_PHASE

_CERTAIN = ("certain", "reported", "derived")


def convert_edition(
    table: pd.DataFrame,
    areas: pd.DataFrame | None = None,
    *,
    to: str,
    level: int | None = None,
    measure: Mapping[str, Measure] | None = None,
    weights: pd.DataFrame | str | None = None,
) -> pd.DataFrame:
    """Carry counts, rates and phases from one edition of the boundaries to another.

    Where an old area lies whole in a new one the result is exact. Where it splits, counts go by the people (or on
    request the area) of its parts and are marked as estimated; where these are not known the conversion is refused.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows with ``pcode`` (or ``name``) of one edition, and values. Several rows may name one area (dates, groups).
    areas : pandas.DataFrame, optional
        Areas of the new edition with ``name`` and ``pcode``: gives codes to new areas whose code is not known here.
        With ``weights="area"``, a GeoDataFrame whose polygons (of either edition) make up the parts.
    to : str
        The edition to convert to: ``"BFA 2025"`` or ``"BFA 2020"``, ``"MLI 2023"`` or ``"MLI 2016"``, ``"NER 2011"``
        (also ``"NER 2023"``) or ``"NER 1998"``.
    level : {1, 2}, optional
        The level of the result; the default is that of each row. Provinces can go to regions, not to smaller areas than
        the reform's tables hold (Mali: regions).
    measure : mapping, optional
        What columns are: "count", "rate", "class" (such as a phase) or "key". Known without it: people, population,
        households, people_1 to people_5, people_3plus, fatalities, events; columns that start with ``share`` or
        ``rate`` or end with ``per_1000`` or ``per_100000``; phase, phase_published, phase_rule, and columns that end
        with ``_class``; year, round, evidence. Text and dates are keys. What sums add of their own is known too:
        ``rows``, ``rows_missing`` and ``days_old``; and what follows from people_1 to people_5 is made of them anew.
    weights : pandas.DataFrame or str, optional
        People of units that make up the parts: a table with ``pcode`` or ``name`` of areas of either edition and
        ``people`` or ``population`` (the two new provinces, or the cercles of a region). Or ``"area"``. Or the name of
        a column of the table (``"population"``), which serves to average rates and classes where areas merge.

    Returns
    -------
    pandas.DataFrame
        One row for each new area and each combination of the key columns, with a new index from 0:

        - ``pcode`` (missing where the new code is not known for certain), ``name``, ``level``, ``edition``;
        - the keys and the values. Whole numbers stay whole and every total is kept to the unit (largest remainder);
          fractions keep theirs to rounding. Missing counts add nothing, and are missing where all are. Rates of merged
          areas are averaged, of classes the one with most people is taken (of two equal the higher); a row with a
          missing rate or class takes no part;
        - ``estimated`` (boolean): whether a part of the row comes from an area that was split;
        - ``place``, where a code is missing: the name again, by which sums tell such areas apart.

        Printed names of the old edition (``place``, ``admin1`` ...) and geometry are left out.

    Raises
    ------
    EditionError
        Codes and names fit no edition, both, or contradict each other; a split or an average without known weights.
    UnmatchedError
        Rows that are no area of the edition; they are in ``.rows``.
    AmbiguousError
        Rows without a code whose name is that of areas of two levels.
    SchemaError
        Columns of numbers whose measure is not known.

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
    The tables stand in ``sahelgeo/data/editions`` with their sources: Burkina Faso, Council of Ministers of 2 July
    2025; Mali, laws 2023-006 and 2023-007 of 13 March 2023; Niger, laws 98-30 of 14 September 1998 and 2011-22 of 8
    August 2011.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> counts = pd.DataFrame({"pcode": ["BF4603", "BF4605", "BF4606"], "people": [30, 20, 10]})
    >>> sg.convert_edition(counts, to="BFA 2025", level=1)[["name", "people", "estimated"]]
         name  people  estimated
    0  Sourou      60      False
    """
    places, numbers = crosswalks.distinct_places(table)
    to = crosswalks.edition_id(to)
    walk = crosswalks.crosswalk_to(to)
    measures = measures_of(table, measure, weights)
    units = _units_of(table, places, numbers, walk, walk.other(to))
    sizes = _sizes(walk, areas, weights)
    pieces = _pieces(units, [_targets(walk, to, unit, level) for unit in units], sizes).of_rows(numbers)
    own = None
    if isinstance(weights, str) and weights in table:
        own = table[weights].to_numpy(dtype="float64", na_value=np.nan)
    result = assembled(table, pieces, measures, sizes, own)
    _warn(walk, table, pieces, measures)
    result = _with_codes(result, areas, to)
    # While an area has no code its name tells its rows from those of the others, for conform and for every sum.
    without = result["pcode"].isna()
    return result.assign(place=result["name"].where(without)) if without.any() else result


def _units_of(
    table: pd.DataFrame, places: pd.DataFrame, numbers: np.ndarray, walk: Crosswalk, edition: str
) -> list[Unit]:
    """The unit of the old edition that each distinct place means."""
    _check_edition(table, walk, edition)
    found = [
        _of_level(crosswalks.find_unit(walk, edition, code, name), level)
        for code, name, level in places.itertuples(index=False, name=None)
    ]

    def rows_of(wrong: list[bool]) -> tuple[pd.DataFrame, str]:
        rows = table[np.array(wrong, dtype=bool)[numbers]]
        return rows, listed(list(rows.index), SHOWN_AT_MOST)

    unknown, several = [not units for units in found], [len(units) > 1 for units in found]
    pairs = list(zip(places["code"], places["name"], strict=True))
    against = [crosswalks.contradicts(units, walk, *pair) for units, pair in zip(found, pairs, strict=True)]
    if any(unknown):
        rows, shown = rows_of(unknown)
        raise UnmatchedError(
            f"{len(rows):,} of {len(table):,} rows are no area of {edition}: rows {shown}. "
            "Match them first or take them out; they are in the error's .rows",
            rows,
        )
    if any(several):
        rows, shown = rows_of(several)
        meant = [
            (row, unit.level, unit.pcode, unit.name)
            for row, number in zip(table.index, numbers, strict=True)
            for unit in (found[number] if several[number] else ())
        ]
        raise AmbiguousError(
            f"rows {shown} have a name of two levels of {edition}, such as {meant[0][3]!r}. Give their p-codes",
            pd.DataFrame(meant, columns=["row", "level", "pcode", "name"]),
        )
    if any(against):
        wrong = [f"{code} {name}" for (code, name), bad in zip(pairs, against, strict=True) if bad]
        both = listed(wrong, SHOWN_AT_MOST)
        raise EditionError(
            f"rows {rows_of(against)[1]}: code and name are not one area of {edition} ({both}). See edition_of(table)"
        )
    return [units[0] for units in found]


def _of_level(units: list[Unit], level: Any) -> list[Unit]:
    """Of several units of one name, that of the level which the row says, if it says one."""
    fits = [unit for unit in units if pd.notna(level) and unit.level == level]
    return fits if len(units) > 1 and fits else units


def _check_edition(table: pd.DataFrame, walk: Crosswalk, edition: str) -> None:
    said: list[Any] = list(table["edition"].dropna().unique()) if "edition" in table.columns else []
    wrong = [str(label) for label in said if crosswalks.edition_id(str(label)) != edition]
    if wrong:
        raise EditionError(
            f"the table is of {listed(wrong, SHOWN_AT_MOST)}, and {walk.other(edition)} is reached from {edition} alone"
        )
    if len(said) or not len(table):
        return
    full = _fitting(table, walk, "rows_fit", len(table))
    if edition not in full and walk.other(edition) in full:
        raise EditionError(f"the codes and names are already those of {walk.other(edition)}")
    if len(full) == 2:
        raise EditionError(
            f"the codes and names fit {full[0]} and {full[1]}. Say which: table.assign(edition={edition!r})"
        )


def _fitting(table: pd.DataFrame, walk: Crosswalk, column: str, value: object) -> list[str]:
    """The editions of a reform for which ``edition_of`` says so."""
    with hearing():
        fits = crosswalks.edition_of(table)
    return [edition for edition in (walk.old, walk.new) if edition in fits.index and fits.loc[edition, column] == value]


def _targets(walk: Crosswalk, to: str, unit: Unit, level: int | None) -> list[Unit]:
    """The units of the new edition that a unit has ground of."""
    if level not in (None, 1, 2):
        raise SchemaError(f"level={level!r} is not 1 or 2")
    wanted = unit.level if level is None else level
    found = [new for new in walk.of(to, wanted) if new.parts & unit.parts and not new.superseded]
    if not found:
        raise EditionError(f"the areas of {to} at level {wanted} are not known. Ask for level={3 - wanted}")
    return found


def _sizes(walk: Crosswalk, areas: pd.DataFrame | None, weights: Any) -> dict[Parts, float]:
    if weights is None or (isinstance(weights, str) and weights != "area"):
        return {}
    if isinstance(weights, str):
        if not isinstance(areas, gpd.GeoDataFrame) or areas.crs is None:
            raise SchemaError(
                "weights='area' needs areas: a GeoDataFrame with pcode or name, edition, polygons and a CRS"
            )
        table, values = areas, area_km2(in_degrees(areas))
    else:
        label = needed_people_column(weights, "weights")
        table, values = weights, weights[label].to_numpy(dtype="float64", na_value=np.nan)
    sizes: dict[Parts, float] = {}
    places, numbers = crosswalks.distinct_places(table)
    editions = _editions_of_weights(table, walk)
    for number, size in zip(numbers, values, strict=True):
        if np.isnan(size):
            continue
        code, name, _ = places.iloc[number]
        said = code if pd.notna(code) else name
        found = {unit.parts for edition in editions for unit in crosswalks.find_unit(walk, edition, code, name)}
        if len(found) > 1:
            raise EditionError(
                f"weights: {said} is ground of two extents in {walk.old} and {walk.new}. Give the weights a column "
                "'edition', and codes"
            )
        if any(sizes.get(parts, size) != size for parts in found):
            raise SchemaError(f"weights: {said} stands more than once. Choose one year and source")
        sizes.update(dict.fromkeys(found, float(size)))
    return sizes


def _editions_of_weights(table: pd.DataFrame, walk: Crosswalk) -> list[str]:
    if "edition" in table.columns and table["edition"].notna().any():
        said = {crosswalks.edition_id(str(label)) for label in table["edition"].dropna().unique()}
        return [edition for edition in (walk.old, walk.new) if edition in said]
    return _fitting(table, walk, "answer", True) or [walk.old, walk.new]


def _pieces(units: list[Unit], targets: list[list[Unit]], sizes: dict[Parts, float]) -> Pieces:
    """What each unit gives to those of the new edition."""
    pieces: list[tuple[int, int, int, float, bool]] = []
    parts_of: list[Parts] = []
    refused = {}
    numbers = {unit: number for number, unit in enumerate(dict.fromkeys(unit for found in targets for unit in found))}
    for number, (unit, found) in enumerate(zip(units, targets, strict=True)):
        parts = [unit.parts & new.parts for new in found]
        known = [1.0] if len(found) == 1 else [crosswalks.size_of(part, sizes) for part in parts]
        total = sum(size for size in known if size is not None)
        if None in known or not total > 0:
            refused[f"{unit.name} ({unit.pcode})"] = listed([new.name for new in found], SHOWN_AT_MOST)
            continue
        for new, part, size in zip(found, parts, known, strict=True):
            pieces.append((number, numbers[new], len(parts_of), float(size or 0) / total, len(found) == 1))
            parts_of.append(part)
    if refused:
        shown = "; ".join(f"{name} into {new}" for name, new in list(refused.items())[:SHOWN_AT_MOST])
        raise EditionError(
            f"{len(refused)} areas split, and the people of their parts are not known: {shown}. Pass weights (people "
            "of the new areas, or of smaller old ones that make up the parts), or weights='area' with areas"
        )
    table = pd.DataFrame(pieces, columns=["row", "unit", "part", "share", "whole"])
    types = {"row": "int64", "unit": "int64", "part": "int64", "share": "float64", "whole": "bool"}
    return Pieces(table.astype(types), list(numbers), parts_of)


def _with_codes(result: pd.DataFrame, areas: pd.DataFrame | None, to: str) -> pd.DataFrame:
    """Fill the codes that the reform's table leaves open from the user's areas of the new edition."""
    if areas is None or not {"pcode", "name"} <= set(areas.columns):
        return result
    new = areas
    if "edition" in areas.columns and areas["edition"].notna().any():
        new = areas[areas["edition"].map(lambda label: crosswalks.edition_id(str(label)) == to)]
    levels = "level" in new.columns and bool(new["level"].notna().all())
    keys = _name_keys(new, levels)
    once = ~keys.duplicated(keep=False)
    codes = pd.Series(new.loc[once, "pcode"].to_numpy(), index=keys[once], dtype="string")
    return result.assign(pcode=result["pcode"].fillna(_name_keys(result, levels).map(codes).astype("string")))


def _name_keys(table: pd.DataFrame, levels: bool) -> pd.Series:
    keys = table["name"].map(lambda name: fold_name(str(name)).key)
    return keys + "/" + table["level"].astype(int).astype(str) if levels and len(table) else keys


def _warn(walk: Crosswalk, table: pd.DataFrame, pieces: Pieces, measures: dict[str, _Measure]) -> None:
    doubtful = walk.table.loc[sorted(frozenset().union(*pieces.parts))]
    doubtful = doubtful[~doubtful["certainty"].isin(_CERTAIN)]
    sentences = []
    if len(doubtful):
        new = doubtful["new_name_2"].fillna(doubtful["new_name_1"])
        shown = listed(list(doubtful["old_name_2"] + " to " + new), SHOWN_AT_MOST)
        sentences.append(f"the reform's table is not certain of {shown}")
    for name, measure in measures.items():
        missing = table[name].isna()
        # A column that nothing fills is an empty one, and no count that is missing.
        if measure == "count" and missing.any() and not missing.all():
            rows = listed(list(table.index[missing]), SHOWN_AT_MOST)
            sentences.append(f"{name!r} is missing in rows {rows}, which add nothing")
    if sentences:
        warn("; ".join(sentences))


Measure = Literal["count", "rate", "class", "key"]
# "behind" is of the library's own sums: it is not given.
_Measure = Measure | Literal["behind"]

_MEASURES = ("count", "rate", "class", "key")
# Of tables that are sums: how many rows a figure rests on, and the age of its oldest count.
_BEHIND, _AGE = ("rows", "rows_missing"), ("days_old",)
# What follows from people by phase is made of them anew.
_BY_RULE = ("phase_rule", "share_3plus", "famine_review")
_REPLACED = ("pcode", "name", "place", "admin1", "admin2", "admin3", "level", "edition", "parent", "estimated")
_COUNTS = (
    "people population households women men children children_under_5 children_5_and_over events fatalities "
    "fatalities_low fatalities_high people_1 people_2 people_3 people_4 people_5 people_2plus people_3plus "
    "people_4plus people_3plus_published events_without_fatalities"
)
_USUAL: dict[str, Measure] = {
    **dict.fromkeys(_COUNTS.split(), "count"),
    **dict.fromkeys(("phase_published", "phase_rule", "phase"), "class"),
    **dict.fromkeys(("year", "evidence", "round", "population_year"), "key"),
    "covered": "rate",
}


class Pieces(NamedTuple):
    """What rows give to units of the new edition.

    Attributes
    ----------
    table : pandas.DataFrame
        One row for each piece: ``row`` of the table (or distinct place) that gives, numbers of the ``unit`` and of the
        ``part``, the ``share`` of the row's value, and whether the row goes to one unit ``whole``.
    units : list of Unit
        The units of the new edition, by number.
    parts : list of frozenset
        The ground of the pieces, by number.
    """

    table: pd.DataFrame
    units: list[Unit]
    parts: list[Parts]

    def of_rows(self, numbers: np.ndarray) -> Pieces:
        """For each row the pieces of its place, which are those of ``numbers``."""
        rows = pd.DataFrame({"place": numbers, "row": np.arange(len(numbers))})
        pieces = self.table.rename(columns={"row": "place"})
        return self._replace(table=rows.merge(pieces, on="place", how="left").drop(columns="place"))


def measures_of(table: pd.DataFrame, measure: Mapping[str, Measure] | None, weights: Any) -> dict[str, _Measure]:
    """What each column is, said or by its usual name; all columns that cannot be told at once."""
    given = dict(measure or {})
    words, unfit = (
        ", ".join(map(repr, _MEASURES)),
        {name: each for name, each in given.items() if each not in _MEASURES},
    )
    problems = [f"measure {each!r} of {name!r} is not one of {words}" for name, each in unfit.items()]
    problems += [f"there is no column {name!r}" for name in given if name not in table.columns]
    if isinstance(weights, str) and weights != "area" and weights not in table.columns:
        problems.append(f"weights={weights!r} is neither 'area' nor a column of the table")
    measures: dict[str, _Measure] = {}
    geometry = table.active_geometry_name if isinstance(table, gpd.GeoDataFrame) else None
    left = {*_REPLACED, geometry, *(_made_anew(table) if not set(_BY_RULE) & set(given) else ())}
    for name in table.columns:
        if name in left:
            continue
        if name in given:
            measures[name] = given[name]
        elif (usual := _usual(str(name))) is not None:
            measures[name] = usual
        elif name in (*_BEHIND, *_AGE) and pd.api.types.is_integer_dtype(table[name].dtype):
            measures[name] = "behind"
        elif pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(table[name]):
            problems.append(f"what is {name!r}? Say measure={{{name!r}: 'count'}}, 'rate', 'class' or 'key'")
        else:
            measures[name] = "key"
    problems += [
        f"column {name!r} is a {each} but not a column of numbers ({table[name].dtype}). Convert it first"
        for name, each in measures.items()
        if each in ("count", "rate") and not pd.api.types.is_numeric_dtype(table[name])
    ]
    if problems:
        raise SchemaError(" · ".join(problems), problems)
    return measures


def _made_anew(table: pd.DataFrame) -> list[str]:
    """The columns of the 20 % rule, where the people by phase that they follow from are there too."""
    return [name for name in _BY_RULE if name in table] if set(PEOPLE_BY_PHASE) <= set(table.columns) else []


def _usual(name: str) -> Measure | None:
    if name.endswith("_class"):
        return "class"
    if name.startswith(("share", "rate")) or name.endswith(("per_1000", "per_100000")):
        return "rate"
    return _USUAL.get(name)


def assembled(
    table: pd.DataFrame,
    pieces: Pieces,
    measures: dict[str, _Measure],
    sizes: dict[Parts, float],
    own: np.ndarray | None,
) -> pd.DataFrame:
    """One row for each unit and combination of keys, with its values."""
    keys = [name for name, measure in measures.items() if measure == "key"]
    rows, unit, part, share, whole = (column.to_numpy() for _, column in pieces.table.items())
    numbers = unit
    if keys:
        own_keys = table.reset_index(drop=True).groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
        numbers = own_keys[rows] * (len(pieces.units) + 1) + unit
    group = pd.factorize(numbers)[0]
    first = np.unique(group, return_index=True)[1]
    units = [pieces.units[number] for number in unit[first]]
    types = {"pcode": "string", "name": "string", "level": "Int64", "edition": "string"}
    own_columns = {name: pd.Series([getattr(each, name) for each in units], dtype=types[name]) for name in types}
    result = pd.DataFrame({**own_columns, **{name: table[name].array.take(rows[first]) for name in keys}})
    if own is None:
        known = [crosswalks.size_of(parts, sizes) for parts in pieces.parts]
        weight = np.array([np.nan if size is None else size for size in known], dtype=np.float64)[part]
    else:
        weight = own[rows] * share
    for name, measure in measures.items():
        if measure == "count":
            result[name] = _counts(table[name], pieces.table, group)
        elif measure == "behind":
            held = pd.Series(table[name].array.take(rows)).groupby(group)
            result[name] = (held.max() if name in _AGE else held.sum()).array
        elif measure != "key":
            result[name] = _averages(table[name], rows, weight, group, measure, result["name"])
    if derived := [name for name in _made_anew(table) if name not in measures]:
        result[derived] = by_rule(result[list(PEOPLE_BY_PHASE)])[derived]
    result["estimated"] = pd.Series(~whole, dtype="boolean").groupby(group).any().array
    return result


def _counts(column: pd.Series, pieces: pd.DataFrame, group: np.ndarray) -> Any:
    """The sums of each group."""
    if pd.api.types.is_integer_dtype(column.dtype):
        values = pd.Series(_apportioned(column, pieces), dtype="Int64")
    else:
        values = pd.Series(column.to_numpy(dtype="float64", na_value=np.nan)[pieces["row"]] * pieces["share"])
    return values.groupby(group).sum(min_count=1).astype(column.dtype).array


def _apportioned(column: pd.Series, pieces: pd.DataFrame) -> Any:
    """Whole shares of whole numbers that add up to them: the largest remainders are rounded up."""
    totals = column.astype("Int64").array.take(pieces["row"].to_numpy())
    split = np.flatnonzero(~pieces["whole"].to_numpy() & ~np.asarray(totals.isna()))
    total, row = totals[split].to_numpy(dtype=np.int64), pieces["row"].to_numpy()[split]
    exact = total * pieces["share"].to_numpy()[split]
    shares = pd.Series(exact.astype(np.int64))
    rank = (shares - exact).groupby(row).rank(method="first")
    totals[split] = (shares + (rank <= total - shares.groupby(row).transform("sum"))).to_numpy()
    return totals


def _averages(
    column: pd.Series, rows: np.ndarray, weight: np.ndarray, group: np.ndarray, measure: Measure, names: pd.Series
) -> Any:
    frame = pd.DataFrame({"group": group, "value": column.array.take(rows), "weight": weight})
    count = int(group.max(initial=-1)) + 1
    frame = frame[frame["value"].notna()]
    distinct = frame.groupby("group")["value"].nunique()
    needs = frame["group"].map(distinct) > 1
    unknown = needs & ~(frame["weight"] >= 0)
    if unknown.any():
        shown = listed(list(names[frame.loc[unknown, "group"]].unique()), SHOWN_AT_MOST)
        raise EditionError(
            f"{column.name!r} of {shown} comes from several areas, and their people are not known. Pass weights: a "
            "population table, or the name of a column of the table"
        )
    simple = frame.drop_duplicates("group").set_index("group")["value"]
    mixed = frame[needs]
    if measure == "rate":
        mixed = mixed.assign(value=mixed["value"].astype("Float64") * mixed["weight"])
        sums = mixed.groupby("group")[["value", "weight"]].sum()
        chosen = (sums["value"] / sums["weight"].where(sums["weight"] > 0)).astype("Float64")
        simple = simple.astype("Float64")
    else:
        sums = mixed.groupby(["group", "value"], observed=True)["weight"].sum().reset_index()
        sums = sums.sort_values(["group", "weight", "value"], ascending=[True, False, False])
        chosen = sums.drop_duplicates("group").set_index("group")["value"]
    simple.update(chosen)
    return simple.reindex(range(count)).array
