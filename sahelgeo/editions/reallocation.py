"""Share the values of rows out to the units of another edition, and put together what belongs to one unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.errors import SHOWN_AT_MOST, EditionError, SchemaError, listed
from sahelgeo.places.crosswalks import Parts, Unit, size_of

Measure = Literal["count", "rate", "class", "key"]

_MEASURES = ("count", "rate", "class", "key")
_REPLACED = ("pcode", "name", "place", "admin1", "admin2", "admin3", "level", "edition", "parent", "estimated")
_COUNTS = (
    "people population households women men children children_under_5 children_5_and_over events fatalities "
    "fatalities_low fatalities_high people_1 people_2 people_3 people_4 people_5"
)
_USUAL: dict[str, Measure] = {
    **dict.fromkeys(_COUNTS.split(), "count"),
    **dict.fromkeys(("phase_published", "phase_rule", "phase"), "class"),
    **dict.fromkeys(("year", "evidence", "round"), "key"),
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


def measures_of(table: pd.DataFrame, measure: Mapping[str, Measure] | None, weights: Any) -> dict[str, Measure]:
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
    measures: dict[str, Measure] = {}
    geometry = table.active_geometry_name if isinstance(table, gpd.GeoDataFrame) else None
    for name in table.columns:
        if name in _REPLACED or name == geometry:
            continue
        if name in given:
            measures[name] = given[name]
        elif (usual := _usual(str(name))) is not None:
            measures[name] = usual
        elif pd.api.types.is_numeric_dtype(table[name]) and table[name].dtype != bool:
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


def _usual(name: str) -> Measure | None:
    if name.startswith(("share", "rate")) or name.endswith("_per_1000"):
        return "rate"
    return _USUAL.get(name)


def assembled(
    table: pd.DataFrame, pieces: Pieces, measures: dict[str, Measure], sizes: dict[Parts, float], own: np.ndarray | None
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
        known = [size_of(parts, sizes) for parts in pieces.parts]
        weight = np.array([np.nan if size is None else size for size in known], dtype=np.float64)[part]
    else:
        weight = own[rows] * share
    for name, measure in measures.items():
        if measure == "count":
            result[name] = _counts(table[name], pieces.table, group)
        elif measure != "key":
            result[name] = _averages(table[name], rows, weight, group, measure, result["name"])
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
