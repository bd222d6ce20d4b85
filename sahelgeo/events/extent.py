"""Where violence lies: its centre, its hotspots, a core against the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from sahelgeo import checks
from sahelgeo.conformance import conform_areas
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, listed, warn
from sahelgeo.events.by_area import coarser_than
from sahelgeo.events.counting import conform_events, in_words, known_values
from sahelgeo.periods import Frequency, period_code
from sahelgeo.sources import with_source
from sahelgeo.sums import Mask, first_rows, group_numbers

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
        Two rows, core and periphery:

        - ``part``, which of the two, and ``areas``, how many it has;
        - ``numerator`` and ``denominator``, the sums over areas that have both;
        - ``rate``, the first by the second: sums are divided, not rates averaged;
        - ``without_value``, areas left out since one of the two is missing;
        - ``lowest`` and ``highest`` rate of an area;
        - ``pcodes``, with commas;
        - ``ratio`` of the rate to that of the core;
        - ``source``, if the table has it.

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
    checks.once(table, "table", "pcode", advice="Give one row for each area")
    inside = table["pcode"].isin(codes)
    parts = {"core": table[inside], "periphery": table[~inside]}
    result = pd.DataFrame([_rate_of(part, rows, numerator, denominator) for part, rows in parts.items()])
    first = result["rate"].iloc[0]
    return with_source(result.assign(ratio=result["rate"] / first if first else np.nan), table)


def _rate_of(part: str, rows: pd.DataFrame, numerator: str, denominator: str) -> dict[str, Any]:
    used = rows[[numerator, denominator]].dropna().astype("float64")
    rates = used[numerator] / used[denominator].where(used[denominator] > 0)
    top, bottom = used.sum(min_count=1)
    return {
        "part": part,
        "areas": len(rows),
        "numerator": top,
        "denominator": bottom,
        "rate": top / bottom if bottom else np.nan,
        "without_value": len(rows) - len(used),
        "lowest": rates.min(),
        "highest": rates.max(),
        "pcodes": ", ".join(sorted(rows["pcode"].dropna())),
    }


def _core_codes(
    table: pd.DataFrame, core: Iterable[str] | str, areas: gpd.GeoDataFrame | None, within_km: float | None
) -> set[str]:
    codes, held = set(known_values(core, table["pcode"], "core", "table")), set(table["pcode"].dropna())
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
    points = areas.geometry.representative_point().to_crs("EPSG:4326").set_axis(areas["pcode"])
    middles = points[points.index.isin(core)]
    lost = sorted(core - set(middles.index))
    if lost:
        raise SchemaError(f"core: {listed(lost, SHOWN_AT_MOST)} is not among the areas")
    x, y = (np.repeat(one, len(points)) for one in (middles.x, middles.y))
    to_x, to_y = (np.tile(one, len(middles)) for one in (points.x, points.y))
    metres = _GEOD.inv(x, y, to_x, to_y)[2].reshape(len(middles), len(points)).min(axis=0)
    return set(points.index[metres <= within_km * 1000])


Floats = npt.NDArray[np.float64]
WEIGHTS = ("events", "fatalities")
# The columns of the answer beside those of ``by``, the ellipse and the centre itself.
_COLUMNS = {
    **dict.fromkeys(("start", "end"), "datetime64[us]"),
    **dict.fromkeys(("events", "left_out", "rough"), "int64"),
    **dict.fromkeys(("weight", "major_km", "minor_km", "azimuth", "drift_km", "drift_bearing"), "float64"),
    "drift_from": "datetime64[us]",
    "p_drift": "float64",
}
_CLOSE_ENOUGH_M = 0.01
_ROUNDS = 20
_DISTRICT = 2
_ELLIPSE_POINTS = 72


def mean_centre(
    events: gpd.GeoDataFrame,
    *,
    freq: Frequency = "YS",
    weights: str = "events",
    by: str | list[str] | None = None,
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
    by : str or list of str, optional
        Also by these columns, such as ``iso3``.
    permutations : int
        How often the events of two periods are shuffled for ``p_drift``; 0 leaves it missing.
    seed : int
        Of the permutations.

    Returns
    -------
    geopandas.GeoDataFrame
        One row for each period with an event that is used, in EPSG:4326, with index 0..n-1:

        - the columns of ``by``; ``start`` and ``end``;
        - ``events``, those used; ``left_out``, events without coordinates, or with unknown deaths where these weigh;
        - ``rough``, events that are used and placed only at the capital of their region or coarser (``geo_precision``);
        - ``weight``, the sum of the weights used;
        - ``geometry``, the centre;
        - ``major_km`` and ``minor_km``, the half axes of the ellipse of one standard deviation; ``azimuth`` of the
          major one (degrees from north, 0 to 180); ``ellipse``, a polygon;
        - ``drift_km`` and ``drift_bearing`` (degrees from north) from the period before that has events;
          ``drift_from``, its start; ``p_drift``;
        - ``source``.

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
    checked = conform_events(events)
    labels = checks.by(by, checked)
    table, places = _weighted(checked, weights)
    random = np.random.default_rng(seed)
    groups = table.groupby(labels, dropna=False, observed=True) if labels else [((), table)]
    rows = [
        {**dict(zip(labels, key, strict=True)), **row}
        for key, part in groups
        for row in _rows(part, places, period, (permutations, random))
    ]
    result = pd.DataFrame(rows, columns=[*labels, *_COLUMNS, "ellipse", "geometry"]).astype(_COLUMNS)
    result["ellipse"] = gpd.GeoSeries(result["ellipse"], crs="EPSG:4326", index=result.index)
    typed = with_source(gpd.GeoDataFrame(result, geometry="geometry", crs="EPSG:4326"), table)
    assert isinstance(typed, gpd.GeoDataFrame)
    return typed


def _weighted(events: gpd.GeoDataFrame, weighed_by: str) -> tuple[pd.DataFrame, Floats]:
    """The events with their weight and the number of their place, and the distinct places: events share few."""
    shapes = events.to_crs("EPSG:4326").geometry
    points, there = shapes.to_numpy(), (shapes.notna() & ~shapes.is_empty).to_numpy()
    other = there & (shapely.get_type_id(points) != shapely.GeometryType.POINT)
    if other.any():
        rows = listed(list(events.index[other]), SHOWN_AT_MOST)
        raise SchemaError(
            f"events: geometry, row(s) {rows}: not a point. Take a point of each: events.representative_point()"
        )
    deaths = events["fatalities"].to_numpy(dtype="float64", na_value=np.nan)
    weights = np.ones(len(events)) if weighed_by == "events" else deaths
    used = there & (weights > 0)
    rough = coarser_than(events, _DISTRICT) & used
    _warn_partial(
        events, {"without coordinates": ~there, "whose deaths are not known": there & np.isnan(weights)}, rough
    )
    xy = pd.DataFrame(shapely.get_coordinates(points[used]), columns=["x", "y"])
    place = group_numbers(xy, ["x", "y"])
    places = first_rows(xy, place, ["x", "y"]).to_numpy()
    number = np.full(len(events), -1)
    number[used] = place
    added = {"_used": used, "_lost": ~there | np.isnan(weights), "_rough": rough, "_place": number, "_weight": weights}
    return pd.DataFrame(events.drop(columns=events.geometry.name)).assign(**added), places


def _warn_partial(events: gpd.GeoDataFrame, lost: dict[str, Mask], rough: Mask) -> None:
    coarse = "are known to a region at best (geo_precision) and drawn at its capital"
    told = in_words(events, {**{f"{why} are left out": mask for why, mask in lost.items()}, coarse: rough})
    if told:
        warn(f"of {len(events):,} events {'; '.join(told)}. The columns left_out and rough count them")


def _rows(
    table: pd.DataFrame, places: Floats, period: str, shuffled: tuple[int, np.random.Generator]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    before = table[:0]
    for span, every in table.groupby(table["date"].dt.to_period(period)):
        part = every[every["_used"]]
        if part.empty:
            continue
        weights = np.bincount(part["_place"], part["_weight"]).astype(float)
        here = np.flatnonzero(weights)
        centre, ellipse = _balance(places[here], weights[here])
        row = {"start": span.start_time, "end": span.end_time.normalize(), "events": len(part)}
        row |= {"left_out": every["_lost"].sum(), "rough": part["_rough"].sum(), "weight": part["_weight"].sum()}
        row |= {**ellipse, "geometry": shapely.Point(centre)}
        if rows:
            last = rows[-1]["geometry"]
            bearing, _, metres = _GEOD.inv(last.x, last.y, *centre)
            row |= {"drift_km": metres / 1000, "drift_bearing": bearing % 360, "drift_from": rows[-1]["start"]}
            row["p_drift"] = _chance_of_drift(before, part, places, *shuffled) if shuffled[0] else np.nan
        rows.append(row)
        before = part
    return rows


def _balance(places: Floats, weight: Floats) -> tuple[tuple[float, float], dict[str, Any]]:
    """Longitude and latitude of the weighted mean of places, on a map drawn around that very point, and the ellipse.

    A map around another point stretches distances, and its mean is not the centre. So the mean on one map becomes the
    middle of the next, until it moves by less than a centimetre.
    """
    x, y = places.T
    # The first guess crosses the 180th meridian and the poles without harm.
    longitude, latitude = np.radians(x), np.radians(y)
    vectors = np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)
    a, b, c = (np.average(part, weights=weight) for part in vectors)
    centre = (float(np.degrees(np.arctan2(b, a))), float(np.degrees(np.arctan2(c, np.hypot(a, b)))))
    for _ in range(_ROUNDS):
        plane = pyproj.Proj(proj="aeqd", lon_0=centre[0], lat_0=centre[1], ellps="WGS84")
        here = np.vstack(plane(x, y))
        step = np.average(here, axis=1, weights=weight)
        centre = plane(step[0], step[1], inverse=True)
        if np.hypot(*step) < _CLOSE_ENOUGH_M:
            break
    return centre, _ellipse(plane, here, weight)


def _ellipse(plane: pyproj.Proj, here: Floats, weight: Floats) -> dict[str, Any]:
    """The ellipse of one standard deviation of places on a map around their centre."""
    away = here - np.average(here, axis=1, weights=weight)[:, None]
    values, vectors = np.linalg.eigh((weight * away) @ away.T / weight.sum())
    minor, major = np.sqrt(np.clip(values, 0, None))
    azimuth = np.degrees(np.arctan2(vectors[0, 1], vectors[1, 1])) % 180 if major > 0 else np.nan
    turn = np.linspace(0, 2 * np.pi, _ELLIPSE_POINTS, endpoint=False)
    ring = vectors[:, 1:] * major * np.cos(turn) + vectors[:, :1] * minor * np.sin(turn)
    outline = shapely.Polygon(np.column_stack(plane(ring[0], ring[1], inverse=True)))
    return {"major_km": major / 1000, "minor_km": minor / 1000, "azimuth": azimuth, "ellipse": outline}


def _chance_of_drift(
    before: pd.DataFrame, after: pd.DataFrame, places: Floats, permutations: int, random: np.random.Generator
) -> float:
    """One plane for all permutations: what it distorts is the same for what was seen and for what was shuffled."""
    both = pd.concat([before, after])
    weight, first = both["_weight"].to_numpy(), len(before)
    centre, _ = _balance(places[both["_place"]], weight)
    here = np.vstack(
        pyproj.Proj(proj="aeqd", lon_0=centre[0], lat_0=centre[1], ellps="WGS84")(*places[both["_place"]].T)
    )

    def apart(order: npt.NDArray[np.int64]) -> float:
        one, two = (np.average(here[:, rows], axis=1, weights=weight[rows]) for rows in (order[:first], order[first:]))
        return float(np.hypot(*(one - two)))

    seen = apart(np.arange(len(both)))
    as_far = sum(apart(random.permutation(len(both))) >= seen * (1 - 1e-9) for _ in range(permutations))
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
        The same rows and index with:

        - ``z``, Getis and Ord's Gi*, a standard score;
        - ``p``, two-sided, from permutations, and ``p_adjusted`` (Benjamini and Hochberg);
        - ``neighbours``, how many areas it touches;
        - ``hotspot``: ``high``, ``low`` or ``none``; missing where the value is missing or no area with a value touches
          it.

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
    >>> rate = north * 50.0 + provinces.geometry.representative_point().x % 1
    >>> found = sg.events.hotspots(provinces.assign(rate=rate), column="rate")
    >>> sorted(found.loc[found["hotspot"] == "high", "name"])
    ['Bam', 'Loroum', 'Seno', 'Soum']
    """
    values = _values(areas, column, alpha, permutations)
    known = np.isfinite(values)
    # Pairs of areas with values that touch, both ways round.
    pairs = areas.sindex.query(areas.geometry.array, predicate="intersects")
    pairs = pairs[:, (pairs[0] != pairs[1]) & known[pairs[0]] & known[pairs[1]]]
    degree = np.bincount(pairs[0], minlength=len(areas))
    around = np.bincount(pairs[0], weights=np.nan_to_num(values)[pairs[1]], minlength=len(areas)).astype(float)
    used = known & (degree > 0)
    _warn_left_out(areas, known, used)
    z, p, side = np.full((3, len(areas)), np.nan)
    if used.any() and np.nanstd(values) > 0:
        z[used] = _gi_star(values, around, degree)[used]
        p, side = _permuted(values, around, degree, permutations, np.random.default_rng(seed))
    adjusted = false_discovery(p)
    # The permutations look at the neighbours alone; where they contradict the area itself, it is no cluster.
    sure = adjusted <= alpha
    words = np.select([sure & (side > 0) & (z > 0), sure & (side < 0) & (z < 0)], ["high", "low"], "none")
    hotspot = pd.Series(words, index=areas.index, dtype="string").where(used)
    return areas.assign(z=z, p=p, p_adjusted=adjusted, neighbours=degree, hotspot=hotspot)


def _values(areas: gpd.GeoDataFrame, column: str, alpha: float, permutations: int) -> Floats:
    if not isinstance(areas, gpd.GeoDataFrame):
        raise SchemaError(
            f"hotspots takes areas with geometry (a GeoDataFrame), not {type(areas).__name__}. attach_areas makes one"
        )
    checks.crs(areas, "areas")
    checks.columns(areas, "areas", {column: "number"})
    check_chance(alpha, permutations)
    if "pcode" in areas:
        advice = (
            "An area would be its own neighbour. Give one row for each area: choose one period, or add the periods up"
        )
        checks.once(areas, "areas", "pcode", advice=advice)
    values: Floats = areas[column].to_numpy(dtype="float64", na_value=np.nan)
    if np.isfinite(values).sum() < _FEWEST:
        raise SchemaError(
            f"only {int(np.isfinite(values).sum())} areas have a value in {column!r}: {_FEWEST} at least are needed to "
            "tell a cluster from chance"
        )
    return values


def check_chance(alpha: float, permutations: int) -> None:
    """Raise unless ``alpha`` is a share and there are enough permutations to hold it against."""
    if not 0 < alpha < 1 or permutations < 99:
        raise SchemaError(
            f"alpha={alpha!r} is a share and must be between 0 and 1, and permutations={permutations!r} 99 or more"
        )


def _gi_star(values: Floats, around: Floats, degree: npt.NDArray[np.int64]) -> Floats:
    known, weight = values[np.isfinite(values)], degree + 1.0
    spread = known.std() * np.sqrt((len(known) * weight - weight**2) / (len(known) - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        score: Floats = np.asarray((values + around - known.mean() * weight) / spread, dtype=np.float64)
    return score


def _permuted(
    values: Floats, around: Floats, degree: npt.NDArray[np.int64], permutations: int, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Two-sided p of the sum of the neighbours, the area itself staying where it is; and its side: 1 high, −1 low."""
    known = np.flatnonzero(np.isfinite(values))
    # One set of shuffled places serves every area: the first k of them are k areas drawn without putting back.
    places = _shuffled_places(len(known) - 1, int(degree.max()), permutations, random)
    p, side = np.full(len(values), np.nan), np.zeros(len(values))
    for number, area in enumerate(known):
        if degree[area] == 0:
            continue
        others = np.delete(values[known], number)
        drawn = others[places[:, : degree[area]]].sum(axis=1)
        noise = 1e-9 * max(1.0, abs(around[area]))
        above, below = (drawn >= around[area] - noise).sum(), (drawn <= around[area] + noise).sum()
        p[area] = two_sided(above, below, permutations)
        side[area] = np.sign(int(below) - int(above))
    return p, side


def two_sided(above: Any, below: Any, permutations: int) -> Any:
    """The p of what was seen, from how many permutations gave as much or more, and as much or less."""
    return np.minimum(1.0, 2 * (np.minimum(above, below) + 1) / (permutations + 1))


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
    falling = pd.Series(p).dropna().sort_values(ascending=False)
    steps = falling * len(falling) / np.arange(len(falling), 0, -1)
    return np.asarray(steps.cummin().clip(upper=1.0).reindex(range(len(p))), dtype=np.float64)


def _warn_left_out(areas: gpd.GeoDataFrame, known: Mask, used: Mask) -> None:
    reasons = {"without a value": ~known, "that touch no area with a value": known & ~used}
    told = [
        f"{int(mask.sum()):,} {why} (rows {listed(list(areas.index[mask]), SHOWN_AT_MOST)})"
        for why, mask in reasons.items()
        if mask.any()
    ]
    if told:
        warn(f"{int((~used).sum()):,} of {len(areas):,} areas have no result: {'; '.join(told)}")
