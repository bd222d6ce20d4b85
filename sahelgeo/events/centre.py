"""Where violence has its centre, how far it spreads around it, and how far the centre moves: on the ellipsoid."""

from __future__ import annotations

import warnings
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from sahelgeo import checks
from sahelgeo.errors import SHOWN_AT_MOST, DataWarning, SchemaError, listed
from sahelgeo.events.by_area import coarser_than
from sahelgeo.events.checked import conform_events, first_of, known_column
from sahelgeo.periods import Frequency, period_code

Floats = npt.NDArray[np.float64]
WEIGHTS = ("events", "fatalities")
_GEOD = pyproj.Geod(ellps="WGS84")
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
        One row for each period with an event that is used, in EPSG:4326, with index 0..n-1: the column of ``by``, ``start``, ``end``,
        ``events`` (those used), ``left_out`` (without coordinates, or with unknown deaths where these weigh), ``rough`` (used, and placed
        only at the capital of their region or coarser, by ``geo_precision``), ``weight`` (the sum of those used); ``geometry``, the centre;
        ``major_km`` and ``minor_km``, the half axes of the ellipse of one standard deviation, ``azimuth`` of the major one (degrees from
        north, 0 to 180); ``drift_km`` and ``drift_bearing`` (degrees from north) from the period before that has events, ``drift_from``
        (its start), and ``p_drift``; ``ellipse``, a polygon.

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
    The centre is the point around which the events balance in an azimuthal equidistant projection about it, so distances and bearings from
    it are true on the WGS 84 ellipsoid; the ellipse is that of the weighted covariance there (Lefever 1926, in the form of Yuill 1971,
    without a factor √2). ``p_drift`` is the share of permutations in which two periods, their events shuffled between them, lie at least as far
    apart: chance alone, for events that are independent of each other. A centre says nothing about where in a country violence is
    absent; draw the events too.

    Examples
    --------
    >>> import geopandas as gpd, sahelgeo as sg
    >>> events = gpd.GeoDataFrame({"event": ["A", "B", "C", "D"], "source": "made up",
    ...     "date": ["2019-02-01", "2019-05-01", "2020-02-01", "2020-05-01"]},
    ...     geometry=gpd.points_from_xy([-1, 1, 0, 2], [14, 14, 14, 14]), crs="EPSG:4326")
    >>> centres = sg.mean_centre(events)
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
    typed = result.astype({**days, **numbers, **counts})
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
            f"{int(rough.sum()):,} are known to a region at best (geo_precision) and drawn at its capital, {first_of(events, rough.to_numpy(dtype=np.bool_))}"
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

    A map around another point stretches distances, and its mean is not the centre. So the mean on one map becomes the middle
    of the next, until it moves by less than a centimetre.
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
