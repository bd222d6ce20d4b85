"""Carry values from one set of polygons onto another."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, overload

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, CRSError, DataWarning, SchemaError, listed
from sahelgeo.places.account import people_column
from sahelgeo.places.area_matrix import borders_of
from sahelgeo.places.grid import Floats
from sahelgeo.places.pieces import Pieces, piece_people, pieces_of

Kind = Literal["count", "rate", "class"]
Weights = pd.DataFrame | str | Path

SLIVERS = 0.01
_KINDS = ("count", "rate", "class")
_LEVEL = 1e-9  # weights that differ by less are a tie


@dataclass(frozen=True, eq=False)
class OverlayAccount:
    """What an overlay did with the pieces and the totals.

    Attributes
    ----------
    pieces, slivers : int
        Pieces used, and pieces left out as slivers.
    sliver_km2 : float
        Area of the slivers.
    overlap_km2 : float
        Area of the values that lies in more than one polygon of ``onto``; counts there are shared out, not doubled.
    totals : pandas.DataFrame
        For each count (index ``column``): ``came_in = arrived + outside``, and ``rows_unknown``, the rows whose count is
        missing.

    See Also
    --------
    overlay : Carry values onto other polygons.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> provinces = sg.load_areas("BFA", level=2)[["pcode", "geometry"]].assign(people=1000)
    >>> regions, account = sg.overlay(provinces, sg.load_areas("BFA")[["pcode", "geometry"]], report=True)
    >>> account.totals[["came_in", "arrived", "outside", "rows_unknown"]].round()
            came_in  arrived  outside  rows_unknown
    column
    people  45000.0  45000.0      0.0             0
    """

    pieces: int
    slivers: int
    sliver_km2: float
    overlap_km2: float
    totals: pd.DataFrame

    def __str__(self) -> str:
        text = f"{self.pieces:,} pieces; {self.slivers:,} slivers left out ({self.sliver_km2:,.0f} km²)"
        for name, total in self.totals.iterrows():
            text += f"; {name}: {total['arrived']:,.0f} of {total['came_in']:,.0f} arrived, {total['outside']:,.0f} fell outside"
        return text


@overload
def overlay(
    values: gpd.GeoDataFrame,
    onto: gpd.GeoDataFrame,
    *,
    kind: Kind | Mapping[str, Kind] = ...,
    weights: Weights | None = ...,
    slivers: float = ...,
    report: Literal[False] = ...,
) -> gpd.GeoDataFrame: ...
@overload
def overlay(
    values: gpd.GeoDataFrame,
    onto: gpd.GeoDataFrame,
    *,
    kind: Kind | Mapping[str, Kind] = ...,
    weights: Weights | None = ...,
    slivers: float = ...,
    report: Literal[True],
) -> tuple[gpd.GeoDataFrame, OverlayAccount]: ...


def overlay(
    values: gpd.GeoDataFrame,
    onto: gpd.GeoDataFrame,
    *,
    kind: Kind | Mapping[str, Kind] = "count",
    weights: Weights | None = None,
    slivers: float = SLIVERS,
    report: bool = False,
) -> gpd.GeoDataFrame | tuple[gpd.GeoDataFrame, OverlayAccount]:
    """Carry values from their polygons onto other polygons, by area or by people.

    Every pair of polygons that share ground makes a piece; its area is the area on the ellipsoid (an equal-area
    projection of WGS 84), its borders are straight in degrees as the files draw them.

    Parameters
    ----------
    values : geopandas.GeoDataFrame
        Valid polygons with the columns to carry, in any CRS.
    onto : geopandas.GeoDataFrame
        The polygons to carry them onto, in any CRS.
    kind : {"count", "rate", "class"} or mapping
        What the column is; a mapping names the columns: ``{"people": "count", "share_3plus": "rate", "phase": "class"}``.
        One word means the column ``people`` (else ``population``). A count is split between the pieces by weight and
        summed; a rate is averaged by weight; of a class, the one with most weight is taken.
    weights : "area", str, pandas.DataFrame or path, optional
        What people or ground a piece stands for. ``"area"``: its km² (the default for counts; rates and classes need a
        choice, since an average over ground is seldom one over people). The name of a column of ``values``: its people,
        evenly over each polygon. A population table with ``pcode`` and ``people``, by the p-codes of ``onto`` (or else of
        ``values``): evenly within each of these areas. A GeoDataFrame of points or polygons with ``people``. The path of
        a population grid: the exact share of every cell (exactextract).
    slivers : float
        A piece smaller than this share of both its polygons is a sliver of borders that nearly agree: it is left out,
        and what it holds goes to the other pieces of its polygon of values. The same for a part outside all of ``onto``.
    report : bool
        Also return the :class:`OverlayAccount`.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows of ``onto`` in their order with their index, CRS and columns. For each value a column of its name
        (Float64; classes keep their type), and ``<name>_coverage``: the share of the area (0–1) that pieces with a known
        value cover. For a class also ``<name>_share``, its share of the weight, and the runner-up, ``<name>_second`` and
        ``<name>_second_share``. Missing values stay unknown: they add nothing, and where all is unknown or nothing
        covers an area its value is missing, not 0; where unknown outweighs each known class the class is missing. Of two
        classes of equal weight the higher is taken (the worse phase); between words neither.
    OverlayAccount
        Only with ``report=True``.

    Raises
    ------
    SchemaError
        A column that is not there, is not numbers or would be overwritten; invalid polygons; weights that do not fit.
    CRSError
        Polygons without CRS.

    Warns
    -----
    DataWarning
        Counts that fall outside all of ``onto``; counts that are unknown; ``onto`` polygons that overlap; people that are
        counted where the weights know of none (split by area instead).

    See Also
    --------
    overlay_phases : People living in polygons of each phase.
    convert_edition : Carry values to another edition of the boundaries.
    zonal_sum : The sum of a grid over each area.

    Notes
    -----
    Counts keep their total: what arrives and what falls outside make up what came in (areal interpolation of extensive
    values). A share of a class's weight is of the weight of all pieces in the area, unknown ones too.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> provinces = sg.load_areas("BFA", level=2)[["pcode", "geometry"]].assign(people=1000)
    >>> regions = sg.overlay(provinces, sg.load_areas("BFA")[["pcode", "geometry"]])
    >>> regions.set_index("pcode")["people"].round()[["BF13", "BF46"]].tolist()
    [1000.0, 6000.0]
    """
    kinds = _kinds(values, onto, kind)
    if weights is None and any(each != "count" for each in kinds.values()):
        raise SchemaError(
            "rates and classes need weights: people (a population table, a column of the values, or a grid), or say weights='area'"
        )
    if not 0 <= slivers < 0.5:
        raise SchemaError(f"slivers={slivers!r} is not a share from 0 to below 0.5, such as 0.01")
    pieces = _checked_pieces(values, onto, slivers)
    by_area = weights is None or (isinstance(weights, str) and weights == "area")
    if by_area:
        weight, whole = pieces.km2, pieces.left_km2
    else:
        weight, whole = piece_people(pieces, weights, values, onto)  # type: ignore[arg-type]
    share = _shares(pieces, weight, whole, slivers)
    columns: dict[str, Any] = {}
    totals = {}
    for name, each in kinds.items():
        if each == "class":
            columns |= _class(values[name], pieces, weight, name)
        else:
            numbers = values[name].to_numpy(dtype="float64", na_value=np.nan)
            carried = _count(numbers, pieces, share) if each == "count" else _rate(numbers, pieces, weight)
            columns[name] = _masked(carried)
        known = values[name].notna().to_numpy()[pieces.left]
        columns[f"{name}_coverage"] = _masked(_coverage(pieces, known))
        if each == "count":
            totals[name] = _total(values[name], carried)
    account = _account(pieces, totals)
    _warn(account, pieces, weight)
    result = onto.assign(**columns)
    if "source" in values.columns and values["source"].notna().any():
        result["values_source"] = "; ".join(str(source) for source in values["source"].dropna().unique())
    return (result, account) if report else result


def _kinds(values: gpd.GeoDataFrame, onto: gpd.GeoDataFrame, kind: Any) -> dict[str, str]:
    for table, name in ((values, "values"), (onto, "onto")):
        if not isinstance(table, gpd.GeoDataFrame) or table.active_geometry_name not in table.columns:
            raise SchemaError(f"{name}: a GeoDataFrame with polygons is needed, not {type(table).__name__}")
    checks.plain(values, "values")
    if not isinstance(kind, Mapping):
        label = people_column(values)
        if label is None:
            raise SchemaError(
                f"values have no column 'people' or 'population'. Name the columns: kind={{'column': {kind!r}}}. Found: {listed(list(values.columns), 12)}"
            )
        kind = {label: kind}
    problems = [problem for name, each in kind.items() if (problem := _column_problem(values, name, each))]
    problems += [
        f"onto already has a column {label!r}, which overlay adds. Rename or drop it"
        for name, each in kind.items()
        for label in _added(name, each)
        if label in onto.columns
    ]
    if problems:
        raise SchemaError(" · ".join(problems), problems)
    return dict(kind)


def _column_problem(values: gpd.GeoDataFrame, name: str, kind: Any) -> str | None:
    if kind not in _KINDS:
        return f"kind {kind!r} of {name!r} is not one of 'count', 'rate', 'class'"
    if list(values.columns).count(name) != 1:
        return f"values need one column {name!r}. Found: {listed(list(values.columns), 12)}"
    if kind == "class":
        return None
    if not pd.api.types.is_numeric_dtype(values[name]) or values[name].dtype == bool:
        return f"column {name!r} is not a column of numbers ({values[name].dtype}). Convert it first"
    infinite = np.isinf(values[name].to_numpy(dtype="float64", na_value=np.nan))
    if infinite.any():
        return f"column {name!r}, row(s) {listed(list(values.index[infinite]), SHOWN_AT_MOST)}: infinite"
    return None


def _added(name: str, kind: str) -> list[str]:
    more = [f"{name}_share", f"{name}_second", f"{name}_second_share"] if kind == "class" else []
    return [name, f"{name}_coverage", *more]


def _checked_pieces(values: gpd.GeoDataFrame, onto: gpd.GeoDataFrame, slivers: float) -> Pieces:
    """The pieces of two tables, once all their polygons are valid."""
    left, right = _in_degrees(values, "values"), _in_degrees(onto, "onto")
    # Whether polygons are valid is for GEOS to say, which lets go of the interpreter's lock: meanwhile a thread reads their edges. Not
    # the other way round: shapely sets warnings aside there, which two threads would undo for each other.
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(borders_of, left, right)
        for name, table in (("values", values), ("onto", onto)):
            if problems := checks.polygon_problems(table):
                raise SchemaError(f"{name}: {' · '.join(problems)}", problems)
        borders = reading.result()
    return pieces_of(left, right, slivers, borders)


def _in_degrees(table: gpd.GeoDataFrame, name: str) -> NDArray[Any]:
    if table.crs is None:
        raise CRSError(f"{name}: the geometry has no CRS. Say which one it is in: set_crs('EPSG:4326') for degrees")
    return np.asarray(table.geometry.to_crs(4326).values, dtype=object).copy()


def _shares(pieces: Pieces, weight: Floats, whole: Floats, slivers: float) -> Floats:
    """The share of its polygon's count that each piece takes; what is left to 1 falls outside."""
    rows = len(pieces.left_km2)
    kept_km2 = np.bincount(pieces.left, pieces.km2, rows)
    outside_km2 = np.maximum(pieces.left_km2 - kept_km2 - pieces.sliver_km2, 0)
    outside_km2[(outside_km2 < slivers * pieces.left_km2) | (outside_km2 < _LEVEL * pieces.left_km2)] = 0
    weight = np.nan_to_num(weight)
    kept = np.bincount(pieces.left, weight, rows)
    # No weight anywhere in the polygon, but ground: go by ground.
    bare = (kept <= 0) & ~((np.nan_to_num(whole) > 0) & (outside_km2 > 0)) & (kept_km2 > 0)
    weight = np.where(bare[pieces.left], pieces.km2, weight)
    whole = np.where(bare, pieces.left_km2, np.nan_to_num(whole))
    kept = np.bincount(pieces.left, weight, rows)
    rest = np.maximum(whole - kept, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        outside = np.nan_to_num(rest * outside_km2 / (outside_km2 + pieces.sliver_km2)) / np.maximum(whole, kept)
        share = (1 - np.nan_to_num(outside))[pieces.left] * weight / kept[pieces.left]
    return np.nan_to_num(share)


def _masked(values: Floats) -> Any:
    return pd.arrays.FloatingArray(np.nan_to_num(values), np.isnan(values))


def _count(numbers: Floats, pieces: Pieces, share: Floats) -> Floats:
    known = ~np.isnan(numbers[pieces.left])
    right = pieces.right[known]
    total = np.bincount(right, numbers[pieces.left[known]] * share[known], len(pieces.right_km2)).astype(float)
    total[np.bincount(right, minlength=len(total)) == 0] = np.nan
    return total


def _rate(numbers: Floats, pieces: Pieces, weight: Floats) -> Floats:
    known = ~np.isnan(numbers[pieces.left]) & ~np.isnan(weight)
    right, count = pieces.right[known], len(pieces.right_km2)
    people = np.bincount(right, weight[known], count)
    total = np.bincount(right, numbers[pieces.left[known]] * weight[known], count)
    return np.where(people > 0, total / np.where(people > 0, people, 1), np.nan)


def _coverage(pieces: Pieces, known: NDArray[np.bool_]) -> Floats:
    covered = np.bincount(pieces.right[known], pieces.km2[known], len(pieces.right_km2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.minimum(covered / pieces.right_km2, 1.0)


def _class(classes: pd.Series, pieces: Pieces, weight: Floats, name: str) -> dict[str, Any]:
    """The class with most weight in each area, and the next; ties go to the higher, where classes have an order."""
    ordered = pd.api.types.is_numeric_dtype(classes) or (
        isinstance(classes.dtype, pd.CategoricalDtype) and classes.dtype.ordered
    )
    code, found = pd.factorize(classes, sort=True)
    sums = pd.DataFrame({"area": pieces.right, "code": code[pieces.left], "weight": np.nan_to_num(weight)})
    sums = sums.groupby(["area", "code"])["weight"].sum().reset_index()
    whole = sums.groupby("area")["weight"].transform("sum")
    sums["share"] = (sums["weight"] / whole.where(whole > 0)).round(9)
    sums = sums[sums["share"].notna()].sort_values(["area", "share", "code"], ascending=[True, False, False])
    rank = sums.groupby("area").cumcount()
    best, second = (sums[rank == place].set_index("area").reindex(range(len(pieces.right_km2))) for place in (0, 1))
    picked = [part["code"].fillna(-1).astype(int).to_numpy() for part in (best, second)]
    if not ordered:
        tie = (best["share"] == second["share"]).to_numpy() & (picked[1] >= 0)
        picked[0] = np.where(tie, -1, picked[0])
    # take with -1 gives missing: unknown weight that comes first makes the class unknown.
    known = pd.Series(found)
    if pd.api.types.is_integer_dtype(known.dtype):
        known = known.astype("Int64")
    chosen = [known.reindex(codes).array for codes in picked]
    return {
        name: chosen[0],
        f"{name}_share": _masked(best["share"].to_numpy(dtype="float64")),
        f"{name}_second": chosen[1],
        f"{name}_second_share": _masked(second["share"].to_numpy(dtype="float64")),
    }


def _total(column: pd.Series, carried: Floats) -> dict[str, float]:
    came_in, arrived = float(column.sum()), float(np.nansum(carried))
    return {
        "came_in": came_in,
        "arrived": arrived,
        "outside": came_in - arrived,
        "rows_unknown": int(column.isna().sum()),
    }


def _account(pieces: Pieces, totals: dict[str, dict[str, float]]) -> OverlayAccount:
    covered = np.bincount(pieces.left, pieces.km2, len(pieces.left_km2)) + pieces.sliver_km2
    table = pd.DataFrame.from_dict(totals, orient="index", columns=["came_in", "arrived", "outside", "rows_unknown"])
    return OverlayAccount(
        len(pieces.left),
        pieces.slivers,
        float(pieces.sliver_km2.sum()),
        float(np.maximum(covered - pieces.left_km2, 0).sum()),
        table.rename_axis("column"),
    )


def _warn(account: OverlayAccount, pieces: Pieces, weight: Floats) -> None:
    sentences = []
    for name, total in account.totals.iterrows():
        if abs(total["outside"]) > _LEVEL * max(abs(total["came_in"]), 1):
            sentences.append(f"{name}: {total['outside']:,.0f} of {total['came_in']:,.0f} fall outside the areas")
        if total["rows_unknown"]:
            sentences.append(
                f"{name}: {total['rows_unknown']:,.0f} rows are unknown and add nothing (see {name}_coverage)"
            )
    if len(account.totals) and account.overlap_km2 > 1e-6 * pieces.left_km2.sum():
        sentences.append(
            f"areas overlap on {account.overlap_km2:,.0f} km²: counts there are shared out between them. Mend the areas first if that is not meant"
        )
    nowhere = np.flatnonzero(pieces.left_km2 <= 0)
    if len(nowhere) and len(account.totals):
        sentences.append(
            f"{len(nowhere):,} rows of values have no polygon and count as outside (by position {listed(list(nowhere), SHOWN_AT_MOST)})"
        )
    bare = (np.bincount(pieces.left, np.nan_to_num(weight), len(pieces.left_km2)) <= 0) & (
        np.bincount(pieces.left, minlength=len(pieces.left_km2)) > 0
    )
    if bare.any() and len(account.totals):
        sentences.append(
            f"{int(bare.sum()):,} polygons of values hold no weight (rows by position {listed(list(np.flatnonzero(bare)), SHOWN_AT_MOST)}): split by area"
        )
    if sentences:
        warnings.warn("; ".join(sentences), DataWarning, stacklevel=3)
