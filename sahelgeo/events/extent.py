"""Where violence lies: its centre, when it arrives in an area, how much lies outside some areas, a core against the rest."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from sahelgeo import checks
from sahelgeo.areas import conform_areas
from sahelgeo.errors import SHOWN_AT_MOST, DataWarning, SchemaError, listed
from sahelgeo.events.by_area import coarser_than
from sahelgeo.events.counting import conform_events, first_of, known_column
from sahelgeo.periods import Frequency, period_code
from sahelgeo.sources import with_source

_GEOD = pyproj.Geod(ellps="WGS84")


def core_periphery(
    table: pd.DataFrame,
    core: Iterable[str] | str,
    *,
    numerator: str,
    denominator: str,
    areas: gpd.GeoDataFrame | None = None,
    within_km: float | None = None,
) -> pd.DataFrame:
    """A rate in a core (the capital and its belt) against the rest.

    Parameters
    ----------
    table : pandas.DataFrame
        One row for each area with ``pcode`` and the two columns, in the same unit of people.
    core : str or iterable of str
        The p-codes of the core. By travel time, choose them yourself: ``table.loc[table["hours"] <= 3, "pcode"]``.
    numerator, denominator : str
        The columns whose sums are divided, such as ``people_3plus`` and ``population``.
    areas, within_km : geopandas.GeoDataFrame, float, optional
        Widen the core by every area of the table whose representative point lies within so many kilometres (on the
        ellipsoid) of one of the core's.

    Returns
    -------
    pandas.DataFrame
        Two rows, ``part`` core and periphery: ``areas``, ``numerator`` and ``denominator`` (sums over areas that have
        both), ``rate``, ``without_value`` (areas left out since one of the two is missing), ``lowest`` and ``highest``
        rate of an area, ``ratio`` (of the periphery's rate to the core's), ``pcodes``, ``source`` if the table has it.
        Sums are divided, not rates averaged.

    Raises
    ------
    SchemaError
        A column is missing, an area stands twice, a core that is not in the table or is all of it.

    See Also
    --------
    share_outside : How much happened outside some areas.
    sahelgeo.brief.governance : The capital against the rest.

    Notes
    -----
    The ratio is that of sums: an average of area rates would give an empty area the weight of a city.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> phases = sg.load_sample("burkina-2020").phases
    >>> table = phases.assign(people_3plus=phases[["people_3", "people_4", "people_5"]].sum(axis=1))
    >>> found = sg.events.core_periphery(table, "BF13", numerator="people_3plus", denominator="population")
    >>> found[["part", "areas", "rate", "ratio"]].round(3).values.tolist()
    [['core', 1, 0.02, 1.0], ['periphery', 12, 0.084, 4.214]]
    """
    checks.columns(table, "table", {"pcode": "text", numerator: "number", denominator: "number"})
    codes = _core_codes(table, core, areas, within_km)
    if table["pcode"].duplicated().any():
        twice = table["pcode"][table["pcode"].duplicated()].unique()
        raise SchemaError(
            f"p-codes {listed(list(twice), SHOWN_AT_MOST)} stand more than once. Give one row for each area"
        )
    inside = table["pcode"].isin(codes)
    rows = [
        _rate_of(part, table[mask], numerator, denominator) for part, mask in (("core", inside), ("periphery", ~inside))
    ]
    result = pd.DataFrame(rows)
    first = result["rate"].iloc[0]
    return with_source(result.assign(ratio=result["rate"] / first if first else np.nan), table)


def _rate_of(part: str, rows: pd.DataFrame, numerator: str, denominator: str) -> dict[str, Any]:
    used = rows[rows[numerator].notna() & rows[denominator].notna()]
    top, bottom = used[numerator].astype("float64"), used[denominator].astype("float64")
    rates = (top / bottom.where(bottom > 0)).dropna()
    return {
        "part": part,
        "areas": len(rows),
        "numerator": top.sum() if len(used) else np.nan,
        "denominator": bottom.sum() if len(used) else np.nan,
        "rate": top.sum() / bottom.sum() if len(used) and bottom.sum() else np.nan,
        "without_value": len(rows) - len(used),
        "lowest": rates.min() if len(rates) else np.nan,
        "highest": rates.max() if len(rates) else np.nan,
        "pcodes": ", ".join(sorted(rows["pcode"].dropna())),
    }


def _core_codes(
    table: pd.DataFrame, core: Iterable[str] | str, areas: gpd.GeoDataFrame | None, within_km: float | None
) -> set[str]:
    codes = set([core] if isinstance(core, str) else core)
    held = set(table["pcode"].dropna())
    if codes - held or not codes:
        raise SchemaError(
            f"core: {listed(sorted(codes - held), SHOWN_AT_MOST) or 'no p-code'} is not in the table. There are: "
            f"{listed(sorted(held), 12)}"
        )
    if within_km is not None:
        if areas is None:
            raise SchemaError(f"within_km={within_km} needs the areas: pass areas=")
        codes |= _near(conform_areas(areas), codes, within_km) & held
    if codes == held:
        raise SchemaError(
            "core: every area of the table is in it, and nothing is left to compare with. Name fewer, or lower "
            "within_km"
        )
    return codes


def _near(areas: gpd.GeoDataFrame, core: set[str], within_km: float) -> set[str]:
    points = gpd.GeoSeries(areas.geometry.representative_point(), crs=areas.crs).to_crs("EPSG:4326")
    places = dict(zip(areas["pcode"], zip(points.x, points.y, strict=True), strict=True))
    lost = sorted(core - set(places))
    if lost:
        raise SchemaError(f"core: {listed(lost, SHOWN_AT_MOST)} is not among the areas")
    return {
        code
        for code, (x, y) in places.items()
        if any(_GEOD.inv(x, y, *places[middle])[2] <= within_km * 1000 for middle in core)
    }


Floats = npt.NDArray[np.float64]
WEIGHTS = ("events", "fatalities")
_COLUMNS = (
    "start",
    "end",
    "events",
    "left_out",
    "rough",
    "weight",
    "major_km",
    "minor_km",
    "azimuth",
    "drift_km",
    "drift_bearing",
    "drift_from",
    "p_drift",
)
_CLOSE_ENOUGH_M = 0.01
_ROUNDS = 20
_DISTRICT = 2
_ELLIPSE_POINTS = 72


def mean_centre(
    events: gpd.GeoDataFrame,
    *,
    freq: Frequency = "YS",
    weights: str = "events",
    by: str | None = None,
    permutations: int = 0,
    seed: int = 0,
) -> gpd.GeoDataFrame:
    """The mean centre of events in each period, its standard ellipse, and how far it moved.

    Parameters
    ----------
    events : geopandas.GeoDataFrame
        An Events table of one source.
    freq : {"MS", "QS", "YS"}
        Months, quarters or years.
    weights : {"events", "fatalities"}
        Whether each event counts once, or by its deaths (events whose deaths are not known are then left out).
    by : str, optional
        Also by this column, such as ``iso3``.
    permutations : int
        How often the events of two periods are shuffled for ``p_drift``; 0 leaves it missing.
    seed : int
        Of the permutations.

    Returns
    -------
    geopandas.GeoDataFrame
        One row for each period with an event that is used, in EPSG:4326, with index 0..n-1: the column of ``by``,
        ``start``, ``end``, ``events`` (those used), ``left_out`` (without coordinates, or with unknown deaths where
        these weigh), ``rough`` (used, and placed only at the capital of their region or coarser, by ``geo_precision``),
        ``weight`` (the sum of those used); ``geometry``, the centre; ``major_km`` and ``minor_km``, the half axes of
        the ellipse of one standard deviation, ``azimuth`` of the major one (degrees from north, 0 to 180); ``drift_km``
        and ``drift_bearing`` (degrees from north) from the period before that has events, ``drift_from`` (its start),
        and ``p_drift``; ``ellipse``, a polygon; ``source``.

    Raises
    ------
    SchemaError
        An unknown option.
    DuplicateEventError, DoubleCountError, CRSError
        As :func:`sum_events`.

    Warns
    -----
    DataWarning
        Events that are left out, or roughly placed, with their number.

    See Also
    --------
    sum_events : Events and deaths by area and period.
    spread : When each area first reached a threshold.

    Notes
    -----
    The centre is the point around which the events balance in an azimuthal equidistant projection about it, so
    distances and bearings from it are true on the WGS 84 ellipsoid; the ellipse is that of the weighted covariance
    there (Lefever 1926, in the form of Yuill 1971, without a factor √2). ``p_drift`` is the share of permutations in
    which two periods, their events shuffled between them, lie at least as far apart: chance alone, for events that are
    independent of each other. A centre says nothing about where in a country violence is absent; draw the events too.

    Examples
    --------
    >>> import geopandas as gpd, sahelgeo as sg
    >>> events = gpd.GeoDataFrame({"event": ["A", "B", "C", "D"], "source": "made up",
    ...     "date": ["2019-02-01", "2019-05-01", "2020-02-01", "2020-05-01"]},
    ...     geometry=gpd.points_from_xy([-1, 1, 0, 2], [14, 14, 14, 14]), crs="EPSG:4326")
    >>> centres = sg.events.mean_centre(events)
    >>> centres["drift_km"].round(1).tolist(), centres["drift_bearing"].round().tolist()
    ([nan, 108.0], [nan, 90.0])
    """
    period = period_code(freq)
    checks.choice(WEIGHTS, weights=weights)
    table = _weighted(conform_events(events), weights)
    known_column(events, by)
    random = np.random.default_rng(seed)
    groups = [(None, table)] if by is None else list(table.groupby(by, dropna=False, observed=True))
    rows = [
        {**({by: value} if by else {}), **row}
        for value, part in groups
        for row in _rows(part, period, permutations, random)
    ]
    columns = [*([by] if by else []), *_COLUMNS, "ellipse", "geometry"]
    result = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs="EPSG:4326")
    result["ellipse"] = gpd.GeoSeries(result["ellipse"], crs="EPSG:4326", index=result.index)
    days = dict.fromkeys(("start", "end", "drift_from"), "datetime64[us]")
    numbers = dict.fromkeys(
        ("weight", "major_km", "minor_km", "azimuth", "drift_km", "drift_bearing", "p_drift"), "float64"
    )
    counts = dict.fromkeys(("events", "left_out", "rough"), "int64")
    typed = with_source(result.astype({**days, **numbers, **counts}), table)
    assert isinstance(typed, gpd.GeoDataFrame)
    return typed


def _weighted(events: gpd.GeoDataFrame, weighed_by: str) -> pd.DataFrame:
    points = events.to_crs("EPSG:4326").geometry
    other = points.notna() & ~points.is_empty & (points.geom_type != "Point")
    if other.any():
        rows = listed(list(events.index[other]), SHOWN_AT_MOST)
        raise SchemaError(
            f"events: geometry, row(s) {rows}: not a point. Take a point of each: events.representative_point()"
        )
    deaths = events["fatalities"].astype("float64")
    weights = pd.Series(1.0, index=events.index) if weighed_by == "events" else deaths
    there = points.notna() & ~points.is_empty
    used = there & (weights > 0)
    rough = pd.Series(coarser_than(events, _DISTRICT), index=events.index) & used
    _warn_partial(events, {"without coordinates": ~there, "whose deaths are not known": there & weights.isna()}, rough)
    added = {"_used": used, "_lost": ~there | weights.isna(), "_rough": rough}
    table = pd.DataFrame(events).drop(columns=[events.geometry.name])
    return table.assign(_x=points.x, _y=points.y, _weight=weights, **added)


def _warn_partial(events: gpd.GeoDataFrame, lost: dict[str, pd.Series], rough: pd.Series) -> None:
    masks = {why: mask.to_numpy(dtype=np.bool_) for why, mask in lost.items()}
    told = [
        f"{int(mask.sum()):,} {why} are left out, {first_of(events, mask)}" for why, mask in masks.items() if mask.any()
    ]
    if rough.any():
        told.append(
            f"{int(rough.sum()):,} are known to a region at best (geo_precision) and drawn at its capital, "
            f"{first_of(events, rough.to_numpy(dtype=np.bool_))}"
        )
    if told:
        warnings.warn(
            f"of {len(events):,} events {'; '.join(told)}. The columns left_out and rough count them",
            DataWarning,
            stacklevel=4,
        )


def _rows(table: pd.DataFrame, period: str, permutations: int, random: np.random.Generator) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    before: tuple[Floats, Floats, Floats] | None = None
    for span, every in table.groupby(table["date"].dt.to_period(period)):
        part = every[every["_used"]]
        if part.empty:
            continue
        points = tuple(part[name].to_numpy(dtype="float64") for name in ("_x", "_y", "_weight"))
        x, y, weight = points
        centre = balance_point(x, y, weight)
        row = {"start": span.start_time, "end": span.end_time.normalize(), "events": len(part)}
        row |= {"left_out": int(every["_lost"].sum()), "rough": int(part["_rough"].sum()), "weight": weight.sum()}
        row |= _ellipse(centre, x, y, weight)
        row |= {"drift_km": np.nan, "drift_bearing": np.nan, "drift_from": pd.NaT, "p_drift": np.nan}
        if before is not None:
            last = rows[-1]["geometry"]
            bearing, _, metres = _GEOD.inv(last.x, last.y, *centre)
            row |= {"drift_km": metres / 1000, "drift_bearing": bearing % 360, "drift_from": rows[-1]["start"]}
            if permutations:
                row["p_drift"] = _chance_of_drift(before, (x, y, weight), permutations, random)
        rows.append({**row, "geometry": shapely.Point(centre)})
        before = (x, y, weight)
    return rows


def _plane(centre: tuple[float, float]) -> pyproj.Proj:
    return pyproj.Proj(proj="aeqd", lon_0=centre[0], lat_0=centre[1], ellps="WGS84")


def balance_point(x: Floats, y: Floats, weight: Floats) -> tuple[float, float]:
    """Longitude and latitude of the weighted mean of points, on a map drawn around that very point.

    A map around another point stretches distances, and its mean is not the centre. So the mean on one map becomes the
    middle of the next, until it moves by less than a centimetre.
    """
    # The first guess crosses the 180th meridian and the poles without harm.
    radians = np.radians(x), np.radians(y)
    vector = [np.cos(radians[1]) * np.cos(radians[0]), np.cos(radians[1]) * np.sin(radians[0]), np.sin(radians[1])]
    a, b, c = (np.average(part, weights=weight) for part in vector)
    centre = (float(np.degrees(np.arctan2(b, a))), float(np.degrees(np.arctan2(c, np.hypot(a, b)))))
    for _ in range(_ROUNDS):
        plane = _plane(centre)
        east, north = plane(x, y)
        step = float(np.average(east, weights=weight)), float(np.average(north, weights=weight))
        longitude, latitude = plane(*step, inverse=True)
        centre = (float(longitude), float(latitude))
        if np.hypot(*step) < _CLOSE_ENOUGH_M:
            break
    return centre


def _ellipse(centre: tuple[float, float], x: Floats, y: Floats, weight: Floats) -> dict[str, Any]:
    plane = _plane(centre)
    east, north = plane(x, y)
    covariance = np.cov(np.vstack([east, north]), aweights=weight, ddof=0) if len(x) > 1 else np.zeros((2, 2))
    values, vectors = np.linalg.eigh(covariance)
    minor, major = np.sqrt(np.clip(values, 0, None))
    azimuth = np.degrees(np.arctan2(vectors[0, 1], vectors[1, 1])) % 180 if major > 0 else np.nan
    turn = np.linspace(0, 2 * np.pi, _ELLIPSE_POINTS, endpoint=False)
    ring = vectors[:, 1:] * major * np.cos(turn) + vectors[:, :1] * minor * np.sin(turn)
    outline = shapely.Polygon(np.column_stack(plane(ring[0], ring[1], inverse=True)))
    return {"major_km": major / 1000, "minor_km": minor / 1000, "azimuth": azimuth, "ellipse": outline}


def _chance_of_drift(
    before: tuple[Floats, Floats, Floats],
    after: tuple[Floats, Floats, Floats],
    permutations: int,
    random: np.random.Generator,
) -> float:
    """One plane for all permutations: what it distorts is the same for what was seen and for what was shuffled."""
    x, y, weight = (np.concatenate(pair) for pair in zip(before, after, strict=True))
    east, north = _plane(balance_point(x, y, weight))(x, y)
    first = len(before[0])

    def apart(order: npt.NDArray[np.int64]) -> float:
        one, two = order[:first], order[first:]
        gaps = [
            np.average(values[one], weights=weight[one]) - np.average(values[two], weights=weight[two])
            for values in (east, north)
        ]
        return float(np.hypot(*gaps))

    seen = apart(np.arange(len(x)))
    as_far = sum(apart(random.permutation(len(x))) >= seen * (1 - 1e-9) for _ in range(permutations))
    return (1 + as_far) / (1 + permutations)


_FEWEST = 8
_AT_ONCE = 2_000_000


def hotspots(
    areas: gpd.GeoDataFrame,
    column: str,
    *,
    alpha: float = 0.05,
    permutations: int = 9_999,
    seed: int = 0,
) -> gpd.GeoDataFrame:
    """Areas that form, with the areas they touch, clusters of high or of low values.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        Polygons with the column; each area once.
    column : str
        What is looked at: a rate says more than a count, since a count follows people.
    alpha : float
        The false discovery rate: of the areas named, about this share may be chance.
    permutations : int
        How often neighbours are drawn for each area; the smallest p is 2 / (permutations + 1).
    seed : int
        Of the permutations.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows and index with ``z`` (Getis and Ord's Gi*, a standard score), ``p`` (two-sided, from
        permutations), ``p_adjusted`` (Benjamini and Hochberg), ``neighbours`` (how many areas it touches), and
        ``hotspot``: ``high``, ``low``, ``none``; missing where the value is missing or no area with a value touches it.

    Raises
    ------
    SchemaError
        The column is missing or not a number, a p-code stands twice, fewer than eight areas have a value, an unknown
        option.
    CRSError
        The areas have no CRS.

    Warns
    -----
    DataWarning
        Areas without a result, by reason.

    See Also
    --------
    local_association : Where two values are high together.
    sum_events : Events and deaths by area and period.

    Notes
    -----
    Gi* of Getis and Ord (1992, Ord and Getis 1995), weights 1 for the area itself and for each area that touches it.
    Conditional permutation: the value of the area stays, its neighbours are drawn from all the others. Adjusted over
    all areas after Benjamini and Hochberg (1995). A hotspot follows the cut of the areas: another level gives other
    ones.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> provinces = sg.load_areas("BFA", level=2)
    >>> north = provinces.geometry.representative_point().y > 13.2
    >>> found = sg.events.hotspots(provinces.assign(rate=north * 50.0 + provinces.geometry.representative_point().x % 1), column="rate")
    >>> sorted(found.loc[found["hotspot"] == "high", "name"])
    ['Bam', 'Loroum', 'Seno', 'Soum']
    """
    values = _values(areas, column, alpha, permutations)
    pairs = _touching(areas, values)
    degree = np.bincount(pairs[0], minlength=len(areas))
    used = np.isfinite(values) & (degree > 0)
    _warn_left_out(areas, values, degree)
    z = np.full(len(areas), np.nan)
    p, side = np.full(len(areas), np.nan), np.zeros(len(areas))
    if used.any() and np.nanstd(values) > 0:
        z[used] = _gi_star(values, pairs, degree)[used]
        p, side = _permuted(values, pairs, degree, permutations, np.random.default_rng(seed))
    adjusted = false_discovery(p)
    # The permutations look at the neighbours alone; where they stand against the area itself, it is no cluster.
    high, low = (side > 0) & (z > 0), (side < 0) & (z < 0)
    found = np.where(adjusted > alpha, "none", np.where(high, "high", np.where(low, "low", "none")))
    words = pd.Series(found, index=areas.index, dtype="string").mask(pd.Series(~used, index=areas.index))
    return areas.assign(z=z, p=p, p_adjusted=adjusted, neighbours=degree, hotspot=words)


def _values(areas: gpd.GeoDataFrame, column: str, alpha: float, permutations: int) -> Floats:
    if not isinstance(areas, gpd.GeoDataFrame):
        raise SchemaError(
            f"hotspots takes areas with geometry (a GeoDataFrame), not {type(areas).__name__}. attach_areas makes one"
        )
    checks.crs(areas, "areas")
    if column not in areas.columns or not pd.api.types.is_numeric_dtype(areas[column].dtype):
        raise SchemaError(f"column {column!r} is missing or not a number. Found: {listed(list(areas.columns), 12)}")
    if not 0 < alpha < 1 or permutations < 99:
        raise SchemaError(f"alpha={alpha!r} must be between 0 and 1, and permutations={permutations!r} 99 or more")
    if "pcode" in areas:
        twice = areas["pcode"].notna() & areas["pcode"].duplicated(keep=False)
        if twice.any():
            codes = list(areas["pcode"][twice].unique())
            raise SchemaError(
                f"areas: {int(twice.sum()):,} rows share their p-code with another row "
                f"({listed(codes, SHOWN_AT_MOST)}): an area would be its own neighbour. Give one row for each area: "
                "choose one period, or add the periods up"
            )
    values: Floats = areas[column].to_numpy(dtype="float64", na_value=np.nan)
    if np.isfinite(values).sum() < _FEWEST:
        raise SchemaError(
            f"only {int(np.isfinite(values).sum())} areas have a value in {column!r}: {_FEWEST} at least are needed to "
            "tell a cluster from chance"
        )
    return values


def _touching(areas: gpd.GeoDataFrame, values: Floats) -> npt.NDArray[np.int64]:
    """Pairs of areas with values that touch, both ways round."""
    shapes = areas.geometry.array
    pairs = np.asarray(areas.sindex.query(shapes, predicate="intersects"), dtype=np.int64)
    known = np.isfinite(values)
    keep = (pairs[0] != pairs[1]) & known[pairs[0]] & known[pairs[1]]
    return pairs[:, keep]


def _gi_star(values: Floats, pairs: npt.NDArray[np.int64], degree: npt.NDArray[np.int64]) -> Floats:
    known = values[np.isfinite(values)]
    count, mean, deviation = len(known), known.mean(), known.std()
    plain = np.nan_to_num(values)
    sums = plain + np.bincount(pairs[0], weights=plain[pairs[1]], minlength=len(values))
    weight = degree + 1.0
    spread = deviation * np.sqrt((count * weight - weight**2) / (count - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        score: Floats = np.asarray((sums - mean * weight) / spread, dtype=np.float64)
    return score


def _permuted(
    values: Floats,
    pairs: npt.NDArray[np.int64],
    degree: npt.NDArray[np.int64],
    permutations: int,
    random: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Two-sided p of the sum of the neighbours (the area itself stays, so it needs no part in the sum), and its side: 1 high, −1 low."""
    known = np.flatnonzero(np.isfinite(values))
    sums = np.bincount(pairs[0], weights=np.nan_to_num(values)[pairs[1]], minlength=len(values))
    # One set of shuffled places serves every area: the first k of them are k areas drawn without putting back.
    most = int(degree.max())
    places = _shuffled_places(len(known) - 1, most, permutations, random)
    p, side = np.full(len(values), np.nan), np.zeros(len(values))
    for number, area in enumerate(known):
        if degree[area] == 0:
            continue
        others = np.delete(values[known], number)
        drawn = others[places[:, : degree[area]]].sum(axis=1)
        noise = 1e-9 * max(1.0, abs(sums[area]))
        above, below = (drawn >= sums[area] - noise).sum(), (drawn <= sums[area] + noise).sum()
        p[area] = min(1.0, 2 * (min(above, below) + 1) / (permutations + 1))
        side[area] = np.sign(int(below) - int(above))
    return p, side


def _shuffled_places(count: int, most: int, permutations: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    rows = max(1, _AT_ONCE // max(count, 1))
    parts = []
    for first in range(0, permutations, rows):
        keys = random.random((min(rows, permutations - first), count))
        parts.append(
            np.argpartition(keys, min(most, count - 1), axis=1)[:, :most] if most < count else np.argsort(keys, axis=1)
        )
    places = np.vstack(parts)
    # argpartition leaves the first ones in an order of its own: shuffled again, any k of them are as good as any other.
    return np.asarray(random.permuted(places, axis=1), dtype=np.int64)


def false_discovery(p: Floats) -> Floats:
    """P values adjusted after Benjamini and Hochberg (1995); missing ones stay missing and do not count."""
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    if len(known):
        order = known[np.argsort(p[known])]
        steps = p[order] * len(known) / np.arange(1, len(known) + 1)
        adjusted[order] = np.minimum(1.0, np.minimum.accumulate(steps[::-1])[::-1])
    return adjusted


def _warn_left_out(areas: gpd.GeoDataFrame, values: Floats, degree: npt.NDArray[np.int64]) -> None:
    missing, alone = ~np.isfinite(values), np.isfinite(values) & (degree == 0)
    told = [
        f"{int(mask.sum()):,} {why} (rows {listed(list(areas.index[mask]), SHOWN_AT_MOST)})"
        for why, mask in (("without a value", missing), ("that touch no area with a value", alone))
        if mask.any()
    ]
    if told:
        warnings.warn(
            f"{int((missing | alone).sum()):,} of {len(areas):,} areas have no result: {'; '.join(told)}",
            DataWarning,
            stacklevel=3,
        )
