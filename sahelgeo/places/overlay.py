"""Carry values from one set of polygons onto another, by the ground or by the people of the pieces that they share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack, overload

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, listed, warn
from sahelgeo.nesting import nested_rows
from sahelgeo.places.area_index import OUTSIDE, find, lay_grid
from sahelgeo.places.attach import needed_people_column
from sahelgeo.places.shared_ground import Floats, Shapes, SharedGround, in_degrees, shared_ground, shared_within
from sahelgeo.sources import joined_sources
from sahelgeo.sums import MIXED, NESTED, clash_in_words, clashes, codes_of, joined_values, named_rows, refuse
from sahelgeo.tables import GROUPS, PHASE_KINDS

Measure = Literal["count", "rate", "class"]
Weights = pd.DataFrame | str | Path

SLIVERS = 0.01
MEASURES = ("count", "rate", "class")
ON_EACH_OTHER = "The sum would count the people of one place more than once:"
_LEVEL = 1e-9  # weights that differ by less are a tie
_SAME_GROUND = 0.5  # polygons of values that share more of the smaller one describe the same place
# Never in one figure; and never twice on the same ground, though figures of neighbours may add up.
_ONE_VALUE = ("date", "as_of", "start", "end", "year", "kind", "group", "edition")
_ONE_VALUE_A_PLACE = ("method", "operation", "source", "issued", "analysis")
# Rows of these are different people, on whatever ground.
_PARTS = ("origin", "reason")
_ROW_NUMBERS = ("fid", "objectid", "globalid")
_NAMES = ("pcode", "name", "name_fr", "name_en", "place", "admin0", "admin1", "admin2", "admin3", "parent")


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
        For each count (index ``column``): ``came_in = arrived + outside``, and ``rows_unknown``, the rows whose count
        is missing.

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
            arrived, came_in, outside = (f"{total[label]:,.0f}" for label in ("arrived", "came_in", "outside"))
            text += f"; {name}: {arrived} of {came_in} arrived, {outside} fell outside"
        return text


class _Options(TypedDict, total=False):
    measure: Measure | Mapping[str, Measure]
    weights: Weights | None
    slivers: float


@overload
def overlay(
    values: gpd.GeoDataFrame, onto: gpd.GeoDataFrame, *, report: Literal[False] = ..., **options: Unpack[_Options]
) -> gpd.GeoDataFrame: ...
@overload
def overlay(
    values: gpd.GeoDataFrame, onto: gpd.GeoDataFrame, *, report: Literal[True], **options: Unpack[_Options]
) -> tuple[gpd.GeoDataFrame, OverlayAccount]: ...
def overlay(
    values: gpd.GeoDataFrame,
    onto: gpd.GeoDataFrame,
    *,
    measure: Measure | Mapping[str, Measure] = "count",
    weights: Weights | None = None,
    slivers: float = SLIVERS,
    report: bool = False,
) -> gpd.GeoDataFrame | tuple[gpd.GeoDataFrame, OverlayAccount]:
    """Carry values from their polygons onto other polygons, by area or by people.

    Every pair of polygons that share ground makes a piece. Its area is the area on the ellipsoid (an equal-area
    projection of WGS 84); its borders are straight in degrees, as the files draw them.

    Parameters
    ----------
    values : geopandas.GeoDataFrame
        Valid polygons with the columns to carry, in any CRS.
    onto : geopandas.GeoDataFrame
        The polygons to carry them onto, in any CRS.
    measure : {"count", "rate", "class"} or mapping
        What the column is. A mapping names the columns: ``{"people": "count", "share_3plus": "rate", "phase":
        "class"}``. One word means the column ``people`` (else ``population``). A count is split between the pieces by
        weight and summed; a rate is averaged by weight; of a class, the one with most weight is taken.
    weights : "area", str, pandas.DataFrame or path, optional
        What people or ground a piece stands for:

        - ``"area"``: its km². The default for counts; rates and classes need a choice, since an average over ground is
          seldom one over people.
        - the name of a column of ``values``: its people, evenly over each polygon.
        - a population table with ``pcode`` and ``people``, by the p-codes of ``onto`` (or else of ``values``): evenly
          within each of these areas.
        - a GeoDataFrame of points or polygons with ``people``.
        - a grid of counts of people, as :func:`zonal_sum` takes it (path, rasterio dataset or xarray.DataArray): the
          exact share of every cell.
    slivers : float
        A piece smaller than this share of both its polygons is a sliver of borders that nearly agree. It is left out,
        and what it holds goes to the other pieces of its polygon of values. A part outside all of ``onto`` that is
        smaller than this share of its polygon is treated alike.
    report : bool
        Also return the :class:`sahelgeo.places.OverlayAccount`.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows of ``onto`` in their order, with their index, CRS and columns, and for each column of values:

        - ``<name>``: the value (Float64; classes keep their type). Where all is unknown, or nothing covers the area, it
          is missing, not 0. A class is missing where the unknown outweighs each known class. Of two classes of equal
          weight the higher is taken (the worse phase); between words neither.
        - ``<name>_covered``: the share of the area (0–1) that pieces with a known value cover.
        - ``<name>_share``, for a class: its share of the weight of all pieces in the area, unknown ones too.
        - ``<name>_second`` and ``<name>_second_share``, for a class: the runner-up.

        Where the values name sources, ``source`` joins those of the values in each area; a ``source`` of ``onto``, the
        publisher of the polygons, is called ``area_source``. Who
        published the people that values are spread by, a table or a grid, is in ``weights_source``.
    OverlayAccount
        Only with ``report=True``.

    Raises
    ------
    DoubleCountError
        Values that :func:`sum_stocks` would not add up either would meet in one area: of two dates, periods, groups,
        kinds or editions; of two methods, operations, sources or analyses on the same ground; of an area and of its
        parts (by ``pcode``). Or counts of two polygons of which one covers more than half of the other, unless they
        are of two origins or reasons, or are one polygon and differ in a column of words such as ``sex`` (a figure, or
        the number of a row, tells nobody apart). The rows are in ``.rows``.
    SchemaError
        A column that is not there, is not numbers or would be overwritten; invalid polygons; weights that do not fit.
    CRSError
        Polygons without CRS.

    Warns
    -----
    DataWarning
        Counts that fall outside all of ``onto``; counts that are unknown; ``onto`` polygons that overlap; people that
        are counted where the weights know of none (split by area instead); weights that are missing; counts of two
        sources, methods or analyses that lie on each other with up to half of the smaller polygon, and how many people
        may be in both.

    See Also
    --------
    overlay_phases : People living in polygons of each phase.
    convert_edition : Carry values to another edition of the boundaries.
    zonal_sum : The sum of a grid over each area.

    Notes
    -----
    Counts keep their total: what arrives and what falls outside make up what came in (areal interpolation of extensive
    values: Goodchild and Lam, 1980). Sources that differ from one polygon to its neighbour add up, since different
    ground holds different people.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> provinces = sg.load_areas("BFA", level=2)[["pcode", "geometry"]].assign(people=1000)
    >>> regions = sg.overlay(provinces, sg.load_areas("BFA")[["pcode", "geometry"]])
    >>> regions.set_index("pcode")["people"].round()[["BF13", "BF46"]].tolist()
    [1000.0, 6000.0]
    """
    checks.polygons(values, "values")
    checks.polygons(onto, "onto")
    measures = _measures(values, onto, measure)
    if weights is None and set(measures.values()) != {"count"}:
        raise SchemaError(
            "rates and classes need weights: people (a population table, a column of the values, or a grid), or say "
            "weights='area'"
        )
    if not 0 <= slivers < 0.5:
        raise SchemaError(f"slivers={slivers!r} is not a share from 0 to below 0.5, such as 0.01")
    figures = [name for name, each in measures.items() if each != "class"]
    values = values.assign(**{name: checks.numbers_and_unfit(values[name])[0] for name in figures})
    pieces = pieces_of(in_degrees(values), in_degrees(onto), slivers)
    known = values[list(measures)].notna().any(axis=1).to_numpy()[pieces.left]
    shared = _refuse_double_counts(values, pieces, known, measures)
    if weights is None or (isinstance(weights, str) and weights == "area"):
        weight, whole, published = pieces.km2, pieces.left_km2, None
    else:
        weight, whole, published = piece_people(pieces, weights, values, onto)
    share = _shares(pieces, weight, whole, slivers)
    columns: dict[str, Any] = {}
    counts = {}
    for name, each in measures.items():
        if each == "class":
            columns |= _class(values[name], pieces, weight, name)
        else:
            numbers = values[name].to_numpy(dtype="float64", na_value=np.nan)
            carried = _count(numbers, pieces, share) if each == "count" else _rate(numbers, pieces, weight)
            columns[name] = pd.array(carried, dtype="Float64")
        covered = _covered(pieces, values[name].notna().to_numpy()[pieces.left])
        columns[f"{name}_covered"] = pd.array(covered, dtype="Float64")
        if each == "count":
            counts[name] = carried
    account = _account(pieces, values, counts)
    _warn(account, pieces, weight, _shared_people(shared, values, counts))
    result = _with_sources(onto, values, pieces, known, published).assign(**columns)
    return (result, account) if report else result


def _measures(values: gpd.GeoDataFrame, onto: gpd.GeoDataFrame, measure: Any) -> dict[str, str]:
    """What each column to carry is, once it is checked."""
    checks.plain(values, "values")
    if not isinstance(measure, Mapping):
        advice = f"Name the columns: measure={{'column': {measure!r}}}. "
        measure = {needed_people_column(values, "values", advice): measure}
    checks.choice(MEASURES, **{f"measure[{name!r}]": each for name, each in measure.items()})
    checks.columns(values, "values", {name: "any" if each == "class" else "number" for name, each in measure.items()})
    taken = [label for name, each in measure.items() for label in _added(name, each) if label in onto]
    if problems := [f"onto already has a column {label!r}, which overlay adds. Rename or drop it" for label in taken]:
        raise SchemaError(" · ".join(problems), problems)
    return dict(measure)


def _added(name: str, measure: str) -> list[str]:
    more = [f"{name}_share", f"{name}_second", f"{name}_second_share"] if measure == "class" else []
    return [name, f"{name}_covered", *more]


def _refuse_double_counts(
    values: gpd.GeoDataFrame, pieces: OverlayPieces, known: NDArray[np.bool_], measures: Mapping[str, str]
) -> SharedGround:
    """Raise where an area would add up, or average, what sums of tables refuse too.

    Returns the pairs of values of two sources, methods or analyses that lie on each other with a smaller part.
    """
    key = [label for label in ("pcode", "name", "place") if label in values]
    ground = pieces.left[known]
    groups = [(ground, pieces.right[known], _dimensions(values, _ONE_VALUE))]
    apart = _dimensions(values, _ONE_VALUE_A_PLACE)
    least = SLIVERS if apart else _SAME_GROUND
    pairs = shared_within(pieces.left_shapes, at_least=least, km2=pieces.left_km2)
    pairs = pairs.of(np.isin(pairs.left, ground) & np.isin(pairs.right, ground))
    smaller = np.minimum(pairs.left_km2[pairs.left], pairs.left_km2[pairs.right])
    alike = pairs.of(pairs.km2 > _SAME_GROUND * smaller)
    both = np.concatenate([alike.left, alike.right])
    groups.append((both, np.tile(np.arange(len(alike.left)), 2), apart))
    problems = []
    for rows, group, columns in groups:
        for column, mask in clashes(values[columns].iloc[rows], group, columns).items():
            clash = np.isin(np.arange(len(values)), rows[mask])
            words = clash_in_words(values, clash, column, key)
            problems.append((clash, f"{words}. Choose one: values[values[{column!r}] == ...]"))
    refuse(values, MIXED, *problems)
    if "pcode" in values:
        used = values.iloc[np.unique(ground)]
        nested = nested_rows(used, np.zeros(len(used), dtype=np.int64), None)
        text = f"{named_rows(used, nested, key)}. Keep one level: drop the totals, or the parts" if nested.any() else ""
        refuse(used, NESTED, (nested, text))
    if "count" in measures.values():
        never = (*_NAMES, *measures, values.active_geometry_name)
        others = [label for label in values if label not in never and not _tells_nobody_apart(values[label])]
        whole = alike.km2 > (1 - SLIVERS) * np.maximum(pairs.left_km2[alike.left], pairs.left_km2[alike.right])
        told = _differ(values, alike, _PARTS) | (whole & _differ(values, alike, others))
        twice = np.isin(np.arange(len(values)), np.concatenate([alike.left[~told], alike.right[~told]]))
        text = (
            f"{named_rows(values, twice, key)} lie on each other, and nothing says that they are different people. "
            "Keep one of each pair, or take the smaller ground, and its people, out of the larger"
        )
        refuse(values, ON_EACH_OTHER, (twice, text))
    return pairs.of((pairs.km2 <= _SAME_GROUND * smaller) & _differ(values, pairs, apart))


def _tells_nobody_apart(column: pd.Series) -> bool:
    """Whether a column holds the number of a row, or another figure: two rows of the same people may differ in it."""
    number = is_numeric_dtype(column) and not is_bool_dtype(column)
    return number or str(column.name).casefold() in _ROW_NUMBERS


def _differ(values: pd.DataFrame, pairs: SharedGround, columns: Iterable[str]) -> NDArray[np.bool_]:
    """Whether the two rows of each pair differ in any of the columns."""
    differ = np.zeros(len(pairs.left), dtype=np.bool_)
    for label in columns if len(differ) else ():
        codes = codes_of(values[label]) if label in values else np.zeros(len(values))
        differ |= codes[pairs.left] != codes[pairs.right]
    return differ


def _shared_people(shared: SharedGround, values: pd.DataFrame, counts: Iterable[str]) -> list[str]:
    """Sentences on the people who may be in two rows, of two sources or methods that lie on each other in part."""
    sentences = []
    for name in counts if len(shared.left) else ():
        on_km2 = values[name].to_numpy(dtype="float64", na_value=np.nan) / shared.left_km2
        people = np.nansum(np.fmin(on_km2[shared.left], on_km2[shared.right]) * shared.km2)
        rows = listed(sorted({*shared.left.tolist(), *shared.right.tolist()}), SHOWN_AT_MOST)
        sentences.append(
            f"{name}: values of two sources, methods or analyses lie on each other on {shared.km2.sum():,.0f} km² "
            f"(rows by position {rows}): up to {people:,.0f} may be counted twice there"
        )
    return sentences


def _dimensions(values: pd.DataFrame, names: tuple[str, ...]) -> list[str]:
    """The columns that keep figures apart and have several values; ``kind`` and ``group`` in the tables' words."""
    words = {"kind": PHASE_KINDS, "group": GROUPS}
    held = [name for name in names if name in values and len(values[name].drop_duplicates()) > 1]
    # Latest counts are of one day, ``as_of``, though places were counted on others.
    return [
        name
        for name in held
        if not (name == "date" and "as_of" in values)
        and (name not in words or values[name].dropna().isin(words[name]).all())
    ]


def _with_sources(
    onto: gpd.GeoDataFrame,
    values: gpd.GeoDataFrame,
    pieces: OverlayPieces,
    known: NDArray[np.bool_],
    published: str | None,
) -> gpd.GeoDataFrame:
    """The areas with the sources of what they are given; their own is that of the border."""
    result = onto.rename(columns={"source": "area_source"})
    if {"source", "area_source"} <= set(onto.columns):
        pairs = zip(onto["source"], onto["area_source"], strict=True)
        result = onto.drop(columns="source").assign(area_source=[joined_sources(pair) for pair in pairs])
    if "source" in values:
        rows, areas = values.iloc[pieces.left[known]], pieces.right[known]
        found = pd.Series(pd.NA, index=range(len(onto)), dtype="string")
        found[np.unique(areas)] = joined_values(rows, areas, ["source"])["source"].array
        result["source"] = found.array
    return result if published is None else result.assign(weights_source=published)


def _shares(pieces: OverlayPieces, weight: Floats, whole: Floats, slivers: float) -> Floats:
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


def _count(numbers: Floats, pieces: OverlayPieces, share: Floats) -> Floats:
    known = ~np.isnan(numbers[pieces.left])
    right = pieces.right[known]
    total = np.bincount(right, numbers[pieces.left[known]] * share[known], len(pieces.right_km2)).astype(float)
    total[np.bincount(right, minlength=len(total)) == 0] = np.nan
    return total


def _rate(numbers: Floats, pieces: OverlayPieces, weight: Floats) -> Floats:
    known = ~np.isnan(numbers[pieces.left]) & ~np.isnan(weight)
    right, count = pieces.right[known], len(pieces.right_km2)
    people = np.bincount(right, weight[known], count)
    total = np.bincount(right, numbers[pieces.left[known]] * weight[known], count)
    return np.where(people > 0, total / np.where(people > 0, people, 1), np.nan)


def _covered(pieces: OverlayPieces, known: NDArray[np.bool_]) -> Floats:
    covered = np.bincount(pieces.right[known], pieces.km2[known], len(pieces.right_km2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.minimum(covered / pieces.right_km2, 1.0)


def _class(classes: pd.Series, pieces: OverlayPieces, weight: Floats, name: str) -> dict[str, Any]:
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
        f"{name}_share": best["share"].array.astype("Float64"),
        f"{name}_second": chosen[1],
        f"{name}_second_share": second["share"].array.astype("Float64"),
    }


def _account(pieces: OverlayPieces, values: pd.DataFrame, counts: dict[str, Floats]) -> OverlayAccount:
    covered = np.bincount(pieces.left, pieces.km2, len(pieces.left_km2)) + pieces.sliver_km2
    came_in = values[list(counts)].sum().to_numpy(dtype=float)
    arrived = np.array([np.nansum(carried) for carried in counts.values()])
    totals = {"came_in": came_in, "arrived": arrived, "outside": came_in - arrived}
    table = pd.DataFrame(totals, index=list(counts), dtype=float)
    table = table.assign(rows_unknown=values[list(counts)].isna().sum()).rename_axis("column")
    overlap = float(np.maximum(covered - pieces.left_km2, 0).sum())
    return OverlayAccount(len(pieces.left), pieces.slivers, float(pieces.sliver_km2.sum()), overlap, table)


def _warn(account: OverlayAccount, pieces: OverlayPieces, weight: Floats, sentences: list[str]) -> None:
    for name, total in account.totals.iterrows():
        if abs(total["outside"]) > _LEVEL * max(abs(total["came_in"]), 1):
            sentences.append(f"{name}: {total['outside']:,.0f} of {total['came_in']:,.0f} fall outside the areas")
        if total["rows_unknown"]:
            sentences.append(
                f"{name}: {total['rows_unknown']:,.0f} rows are unknown and add nothing (see {name}_covered)"
            )
    if len(account.totals) and account.overlap_km2 > 1e-6 * pieces.left_km2.sum():
        sentences.append(
            f"areas overlap on {account.overlap_km2:,.0f} km²: counts there are shared out between them. "
            "Mend the areas first if that is not meant"
        )
    weights = np.bincount(pieces.left, np.nan_to_num(weight), len(pieces.left_km2))
    nowhere, bare = np.flatnonzero(pieces.left_km2 <= 0), np.intersect1d(np.flatnonzero(weights <= 0), pieces.left)
    for rows, words, done in (
        (nowhere, "rows of values have no polygon and count as outside (by position", ")"),
        (bare, "polygons of values hold no weight (rows by position", "): split by area"),
    ):
        if len(rows) and len(account.totals):
            sentences.append(f"{len(rows):,} {words} {listed(list(rows), SHOWN_AT_MOST)}{done}")
    if sentences:
        warn("; ".join(sentences))


@dataclass(frozen=True, eq=False)
class OverlayPieces(SharedGround):
    """Pairs of a polygon of values and a polygon that they go onto, without slivers.

    Attributes
    ----------
    left_shapes, right_shapes : numpy.ndarray
        All polygons, in degrees.
    slivers : int
        Pieces left out as slivers.
    sliver_km2 : numpy.ndarray
        The area of the slivers of each polygon of values.
    """

    left_shapes: Shapes
    right_shapes: Shapes
    slivers: int
    sliver_km2: Floats


def pieces_of(left: Shapes, right: Shapes, slivers: float) -> OverlayPieces:
    """The pieces that two sets of polygons share, without those smaller than a share of both polygons."""
    ground = shared_ground(left, right)
    thin = ground.km2 < slivers * np.minimum(ground.left_km2[ground.left], ground.right_km2[ground.right])
    sliver_km2 = np.bincount(ground.left[thin], ground.km2[thin], len(left)).astype(float)
    return OverlayPieces(
        **vars(ground.of(~thin)), left_shapes=left, right_shapes=right, sliver_km2=sliver_km2, slivers=int(thin.sum())
    )


def piece_people(
    pieces: OverlayPieces, weights: pd.DataFrame | str | Path, values: pd.DataFrame, onto: pd.DataFrame
) -> tuple[Floats, Floats, str | None]:
    """The people in each piece, and in each polygon of values as a whole; and who published them, if they say so."""
    if isinstance(weights, pd.DataFrame):
        source = joined_sources(weights["source"].unique()) if "source" in weights else None
        if isinstance(weights, gpd.GeoDataFrame):
            return *_people_of_places(pieces, weights), source
        return *_people_of_table(pieces, weights, values, onto), source
    if isinstance(weights, str) and weights in values.columns:
        people = _counts(values, weights)
        return people[pieces.left] * pieces.km2 / pieces.left_km2[pieces.left], people, None
    return _people_of_grid(pieces, weights)


def _people_of_table(
    pieces: OverlayPieces, table: pd.DataFrame, values: pd.DataFrame, onto: pd.DataFrame
) -> tuple[Floats, Floats]:
    label = needed_people_column(table, "weights")
    checks.columns(table, "weights", {"pcode": "any"})
    checks.counts(table, "weights", label)
    checks.once(table, "weights", "pcode", advice="Choose one year and source")
    people = table.dropna(subset="pcode").set_index("pcode")[label]
    for polygons, number, km2 in ((onto, pieces.right, pieces.right_km2), (values, pieces.left, pieces.left_km2)):
        if "pcode" in polygons.columns and polygons["pcode"].isin(people.index).all():
            counts = polygons["pcode"].map(people).to_numpy(dtype="float64", na_value=np.nan)
            unknown = np.flatnonzero(np.isnan(counts))
            _warn_unknown(list(polygons["pcode"].iloc[np.intersect1d(unknown, number)]))
            each = counts[number] * pieces.km2 / km2[number]
            return each, np.bincount(pieces.left, np.nan_to_num(each), len(pieces.left_km2)).astype(float)
    missing = [code for code in onto["pcode"] if code not in people.index] if "pcode" in onto.columns else []
    named = listed(missing, SHOWN_AT_MOST) or "no pcode column"
    raise SchemaError(
        f"weights: the population table names neither all p-codes of the areas (missing: {named}) "
        "nor all those of the values. Complete it, or give population with geometry"
    )


def _warn_unknown(without: list[Any]) -> None:
    if without:
        warn(
            f"weights: the people of {len(without):,} rows are missing ({listed(without, SHOWN_AT_MOST)}): no "
            "count goes there, and others get more. Complete the weights, or write 0 where nobody lives"
        )


def _people_of_places(pieces: OverlayPieces, table: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    people = _counts(table, needed_people_column(table, "weights"))
    _warn_unknown(list(table.index[np.isnan(people)]))
    people = np.nan_to_num(people)
    checks.crs(table, "weights")
    shapes = in_degrees(table)
    kinds = set(np.unique(shapely.get_type_id(shapes)).tolist()) - {-1}
    if kinds <= {0}:
        return _people_of_points(pieces, shapes, people)
    if not kinds <= {3, 6}:
        raise SchemaError("weights: the population's geometry must be points alone or polygons alone")
    checks.polygons(table, "weights")
    each = _spread(pieces.shapes(pieces.left_shapes, pieces.right_shapes), shapes, people)
    return each, _spread(pieces.left_shapes, shapes, people)


def _spread(onto: Shapes, shapes: Shapes, people: Floats) -> Floats:
    ground = shared_ground(shapes, onto)
    each = people[ground.left] * ground.km2 / ground.left_km2[ground.left]
    return np.bincount(ground.right, each, len(onto)).astype(float)


def _people_of_points(pieces: OverlayPieces, shapes: Shapes, people: Floats) -> tuple[Floats, Floats]:
    shapes = np.where(shapely.is_empty(shapes), np.array(None, dtype=object), shapes)
    x, y = shapely.get_x(shapes), shapely.get_y(shapes)
    left, right = (find(lay_grid(each, len(x)), x, y).first for each in (pieces.left_shapes, pieces.right_shapes))
    there = (left != OUTSIDE) & (right != OUTSIDE)
    columns = len(pieces.right_km2)
    key = left[there].astype(np.int64) * columns + right[there]
    counts = pd.Series(people[there]).groupby(key).sum()
    each = counts.reindex(pieces.left * columns + pieces.right).fillna(0).to_numpy()
    inside = left != OUTSIDE
    return each, np.bincount(left[inside], people[inside], len(pieces.left_km2)).astype(float)


def _people_of_grid(pieces: OverlayPieces, weights: Any) -> tuple[Floats, Floats, str | None]:
    if not isinstance(weights, (str, Path)) and not hasattr(weights, "transpose") and not hasattr(weights, "read"):
        raise SchemaError(
            "weights must be 'area', a column of the values, a population table or a grid (its path, a rasterio "
            f"dataset or an xarray.DataArray), not {type(weights).__name__}"
        )
    if isinstance(weights, (str, Path)) and not Path(weights).is_file():
        raise SchemaError(
            f"weights={str(weights)!r} is neither 'area', nor a column of the values, nor a file that is there"
        )
    from sahelgeo.rasters.zones import people_of_pieces  # noqa: PLC0415 - a second to load, for grids alone

    there = ~(shapely.is_missing(pieces.left_shapes) | shapely.is_empty(pieces.left_shapes))
    values = gpd.GeoDataFrame(geometry=pieces.left_shapes, crs=4326)[there]
    whole = np.zeros(len(there))
    shapes = pieces.shapes(pieces.left_shapes, pieces.right_shapes)
    each, whole[there], source = people_of_pieces(weights, values, shapes)
    return each, whole, source


def _counts(table: pd.DataFrame, label: str) -> Floats:
    checks.counts(table, "weights", label)
    return table[label].to_numpy(dtype="float64", na_value=np.nan)
