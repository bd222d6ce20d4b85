"""Share the values of rows out to the units of another edition, and put together what belongs to one unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.editions.crosswalks import Parts, Unit, size_of
from sahelgeo.errors import SHOWN_AT_MOST, EditionError, SchemaError, listed

Kind = Literal["count", "rate", "class", "key"]

_KINDS = ("count", "rate", "class", "key")
_REPLACED = ("pcode", "name", "place", "admin1", "admin2", "admin3", "level", "edition", "parent", "estimated")
_USUAL: dict[str, Kind] = {
    **dict.fromkeys(
        (
            "people",
            "population",
            "households",
            "women",
            "men",
            "children",
            "children_under_5",
            "children_5_and_over",
            "events",
            "fatalities",
            "fatalities_low",
            "fatalities_high",
        ),
        "count",
    ),
    **dict.fromkeys((f"people_{phase}" for phase in range(1, 6)), "count"),
    **dict.fromkeys(("phase_published", "phase_rule", "phase"), "class"),
    **dict.fromkeys(("year", "evidence", "round"), "key"),
}


@dataclass(frozen=True)
class Piece:
    """What a row gives to one unit of the new edition."""

    row: int
    unit: Unit
    parts: Parts
    share: float
    whole: bool


def kinds_of(table: pd.DataFrame, kind: Mapping[str, Kind] | None, weights: Any) -> dict[str, Kind]:
    """What each column is, said or by its usual name; all columns that cannot be told at once."""
    given = dict(kind or {})
    problems = [
        f"kind {each!r} of {name!r} is not one of {', '.join(map(repr, _KINDS))}"
        if each not in _KINDS
        else f"there is no column {name!r}"
        for name, each in given.items()
        if each not in _KINDS or name not in table.columns
    ]
    if isinstance(weights, str) and weights != "area" and weights not in table.columns:
        problems.append(f"weights={weights!r} is neither 'area' nor a column of the table")
    kinds: dict[str, Kind] = {}
    geometry = table.active_geometry_name if isinstance(table, gpd.GeoDataFrame) else None
    for name in table.columns:
        if name in _REPLACED or name == geometry:
            continue
        if name in given:
            kinds[name] = given[name]
        elif (usual := _usual(str(name))) is not None:
            kinds[name] = usual
        elif pd.api.types.is_numeric_dtype(table[name]) and table[name].dtype != bool:
            problems.append(f"what is {name!r}? Say kind={{{name!r}: 'count'}}, 'rate', 'class' or 'key'")
        else:
            kinds[name] = "key"
    problems += [
        f"column {name!r} is a {each} but not a column of numbers ({table[name].dtype}). Convert it first"
        for name, each in kinds.items()
        if each in ("count", "rate") and not pd.api.types.is_numeric_dtype(table[name])
    ]
    if problems:
        raise SchemaError(" · ".join(problems), problems)
    return kinds


def _usual(name: str) -> Kind | None:
    if name.startswith(("share", "rate")) or name.endswith("_per_1000"):
        return "rate"
    return _USUAL.get(name)


def assembled(
    table: pd.DataFrame, pieces: list[Piece], kinds: dict[str, Kind], sizes: dict[Parts, float], own: Any
) -> pd.DataFrame:
    """One row for each unit and combination of keys, with its values."""
    rows = np.array([piece.row for piece in pieces], dtype=int)
    shares = np.array([piece.share for piece in pieces])
    whole = np.array([piece.whole for piece in pieces], dtype=bool)
    frame = pd.DataFrame(
        {
            "pcode": pd.array([piece.unit.pcode for piece in pieces], dtype="string"),
            "name": pd.array([piece.unit.name for piece in pieces], dtype="string"),
            "level": pd.array([piece.unit.level for piece in pieces], dtype="Int64"),
            "edition": pd.array([piece.unit.edition for piece in pieces], dtype="string"),
        }
    )
    keys = [name for name, kind in kinds.items() if kind == "key"]
    for name in keys:
        frame[name] = table[name].array.take(rows)
    group = frame.groupby(list(frame.columns), sort=False, dropna=False).ngroup().to_numpy()
    first = np.unique(group, return_index=True)[1]
    result = frame.iloc[first].reset_index(drop=True)
    weight = np.array([_weight(piece, sizes, own) for piece in pieces])
    for name, kind in kinds.items():
        if kind == "count":
            result[name] = _counts(table[name], rows, np.where(whole, np.nan, shares), group)
        elif kind != "key":
            result[name] = _averages(table[name], rows, weight, group, kind, [piece.unit.name for piece in pieces])
    result["estimated"] = pd.Series(~whole, dtype="boolean").groupby(group).any().array
    return result


def _weight(piece: Piece, sizes: dict[Parts, float], own: Any) -> float:
    if own is not None:
        return float(own[piece.row]) * piece.share
    size = size_of(piece.parts, sizes)
    return np.nan if size is None else size


def _counts(column: pd.Series, rows: Any, shares: Any, group: Any) -> Any:
    """The sums of each group; ``shares`` is NaN where a row goes whole."""
    if pd.api.types.is_integer_dtype(column.dtype):
        whole = pd.Series(_apportioned(column, rows, shares), dtype="Int64").groupby(group).sum(min_count=1)
        return whole.astype(column.dtype).array
    values = column.to_numpy(dtype="float64", na_value=np.nan)[rows] * np.where(np.isnan(shares), 1.0, shares)
    return pd.Series(values).groupby(group).sum(min_count=1).astype(column.dtype).array


def _apportioned(column: pd.Series, rows: Any, shares: Any) -> list[int | None]:
    """Whole shares of whole numbers that add up to them: the largest remainders are rounded up."""
    result = [None if pd.isna(value) else int(value) for value in column.array.take(rows)]
    split = np.flatnonzero(~np.isnan(shares))
    for row in np.unique(rows[split]):
        places = split[rows[split] == row]
        total = result[places[0]]
        if total is None:
            continue
        exact = [total * float(share) for share in shares[places]]
        whole = [int(value) for value in exact]
        remainders = np.argsort([floor - value for floor, value in zip(whole, exact, strict=True)], kind="stable")
        for number in remainders[: total - sum(whole)]:
            whole[number] += 1
        for place, value in zip(places, whole, strict=True):
            result[place] = value
    return result


def _averages(column: pd.Series, rows: Any, weight: Any, group: Any, kind: Kind, names: list[str]) -> Any:
    frame = pd.DataFrame({"group": group, "value": column.array.take(rows), "weight": weight, "name": names})
    count = int(group.max(initial=-1)) + 1
    frame = frame[frame["value"].notna()]
    distinct = frame.groupby("group")["value"].nunique()
    needs = frame["group"].map(distinct) > 1
    unknown = needs & ~(frame["weight"] >= 0)
    if unknown.any():
        shown = listed(list(frame.loc[unknown, "name"].unique()), SHOWN_AT_MOST)
        raise EditionError(
            f"{column.name!r} of {shown} comes from several areas, and their people are not known. Pass weights: a population table, or the name of a column of the table"
        )
    simple = frame.drop_duplicates("group").set_index("group")["value"]
    mixed = frame[needs]
    if kind == "rate":
        sums = (
            mixed.assign(value=mixed["value"].astype("Float64") * mixed["weight"])
            .groupby("group")[["value", "weight"]]
            .sum()
        )
        chosen = (sums["value"] / sums["weight"].where(sums["weight"] > 0)).astype("Float64")
        simple = simple.astype("Float64")
    else:
        sums = mixed.groupby(["group", "value"], observed=True)["weight"].sum().reset_index()
        sums = sums.sort_values(["group", "weight", "value"], ascending=[True, False, False])
        chosen = sums.drop_duplicates("group").set_index("group")["value"]
    simple.update(chosen)
    return simple.reindex(range(count)).array
