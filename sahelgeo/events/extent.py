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
from sahelgeo.events.exports import conform_events, first_of, known_column
from sahelgeo.periods import Frequency, period_code, periods_of, without_gaps
from sahelgeo.sources import with_source

_GEOD = pyproj.Geod(ellps="WGS84")


def spread(
    sums: pd.DataFrame, *, threshold: float = 1, column: str = "events", periods_in_a_row: int = 1
) -> pd.DataFrame:
    """The first period in which each area reaches a threshold.

    Parameters
    ----------
    sums : pandas.DataFrame
        One row for each area and period, as :func:`sum_events` gives with ``coverage``.
    threshold : float
        What must be reached in the period.
    column : str
        Of what.
    periods_in_a_row : int
        For how many periods in a row, so that one incident does not count as an arrival. A period that an area has no
        row for, between the first and the last of the table, breaks the row.

    Returns
    -------
    pandas.DataFrame
        One row for each ``pcode``, sorted, with index 0..n-1: ``first`` (start of that period, missing if it was not
        reached), ``reached`` (boolean; missing where it was not seen and some period has no value), ``first_seen`` and
        ``last_seen`` (start of the first and last period with a value), ``already`` (bool): reached in the first period
        with a value, so the arrival may be earlier; ``source``, if the sums have it.

    Raises
    ------
    SchemaError
        A column is missing, an area has a period twice, a threshold that is not above 0.

    See Also
    --------
    first_above : When a place first reached a threshold.
    sum_events : Events and deaths by area and period.
    mean_centre : The centre of events, and how it moved.

    Notes
    -----
    An area that no period speaks of is unknown, not untouched: sum with ``coverage`` first.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> sums = pd.DataFrame({"pcode": ["XA01", "XA01", "XA02", "XA02"], "events": [0, 3, 0, 0],
    ...                      "start": pd.to_datetime(["2020-01-01", "2020-02-01"] * 2)})
    >>> sg.events.spread(sums)[["pcode", "first", "reached"]]
      pcode      first  reached
    0  XA01 2020-02-01     True
    1  XA02        NaT    False
    """
    checks.columns(sums, "sums", {"pcode": "text", "start": "day", column: "number"})
    if not threshold > 0 or periods_in_a_row < 1:
        raise SchemaError(
            f"threshold={threshold!r} must be above 0 and periods_in_a_row={periods_in_a_row!r} 1 or more"
        )
    table = sums.assign(start=checks.days(sums["start"], "sums"))
    table = table[table["pcode"].notna()].sort_values(["pcode", "start"])
    twice = table.duplicated(["pcode", "start"])
    if twice.any():
        raise SchemaError(
            f"rows {listed(list(table.index[twice]), SHOWN_AT_MOST)}: an area has a period more than once. Sum first, "
            "without 'by'"
        )
    # A period that an area lacks stays in its place: a gap ends a run, and what was not seen may have been reached.
    every = without_gaps(pd.DatetimeIndex(table["start"].unique()).sort_values())[0]
    rows = []
    for pcode, part in table.groupby("pcode", sort=True):
        values = part[column].astype("Float64")
        values = values.set_axis(part["start"]).reindex(every)
        high = (values >= threshold).fillna(False).astype(int)
        run = high.rolling(periods_in_a_row).sum().to_numpy() == periods_in_a_row
        at = int(np.argmax(run)) - periods_in_a_row + 1 if run.any() else None
        seen = every[values.notna()]
        reached: Any = True if at is not None else (pd.NA if values.isna().any() else False)
        first = pd.NaT if at is None else every[at]
        first_seen = seen.min() if len(seen) else pd.NaT
        last_seen = seen.max() if len(seen) else pd.NaT
        rows.append((pcode, first, reached, first_seen, last_seen, at is not None and first == first_seen))
    result = pd.DataFrame(rows, columns=["pcode", "first", "reached", "first_seen", "last_seen", "already"])
    days = dict.fromkeys(("first", "first_seen", "last_seen"), "datetime64[us]")
    typed = result.astype({"pcode": "string", "reached": "boolean", "already": "bool", **days})
    return with_source(typed, sums)


def share_outside(
    sums: pd.DataFrame, inside: Iterable[str], *, column: str = "fatalities", freq: str = "YS"
) -> pd.DataFrame:
    """How much of the events or deaths lies outside some areas, by period.

    Parameters
    ----------
    sums : pandas.DataFrame
        Rows with ``pcode``, ``start`` and the column, as :func:`sum_events` gives them, of all areas that are spoken
        of.
    inside : iterable of str
        The p-codes of the areas, such as the five northern regions of Mali.
    column : str
        What is added up.
    freq : {"MS", "QS", "YS"}
        Months, quarters or years.

    Returns
    -------
    pandas.DataFrame
        One row for each period, with index 0..n-1: ``start``, ``end``, ``inside``, ``outside`` and ``unplaced`` (Int64:
        rows without a p-code), ``share_outside`` (Float64, 0–1, of what is placed; missing where nothing is), and
        ``share_low`` and ``share_high``: if all of the unplaced were inside, or outside. ``without_value``: rows whose
        value is missing, so that the sums are partial. ``source``, if the sums have it.

    Raises
    ------
    SchemaError
        A column is missing, no p-code is named, or one that the table does not have.

    See Also
    --------
    core_periphery : A rate in the capital against the rest.
    sum_events : Events and deaths by area and period.
    sahelgeo.brief.accord : Violence outside the north of Mali.

    Notes
    -----
    ``share_low`` and ``share_high`` are bounds: what is not placed may lie inside or outside.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> sums = pd.DataFrame({"pcode": ["ML08", "ML05", None], "start": pd.Timestamp("2019-01-01"), "fatalities": [10, 30, 10]})
    >>> sg.events.share_outside(sums, ["ML08"])[["inside", "outside", "unplaced", "share_outside", "share_low", "share_high"]].values.tolist()
    [[10, 30, 10, 0.75, 0.6, 0.8]]
    """
    checks.columns(sums, "sums", {"pcode": "text", "start": "day", column: "number"})
    codes = list(dict.fromkeys([inside] if isinstance(inside, str) else inside))
    unknown = [code for code in codes if code not in set(sums["pcode"].dropna())]
    if not codes or unknown:
        raise SchemaError(
            f"inside: {listed(unknown, SHOWN_AT_MOST) if unknown else 'no p-code'} is not in the table. There are: "
            f"{listed(sorted(sums['pcode'].dropna().unique()), 12)}"
        )
    checks.choice(checks.FREQUENCIES, freq=freq)
    spans = periods_of(checks.days(sums["start"], "sums"), freq)
    period = spans["start"]
    where = (
        pd.Series("outside", index=sums.index)
        .mask(sums["pcode"].isin(codes), "inside")
        .mask(sums["pcode"].isna(), "unplaced")
    )
    numbers = pd.to_numeric(sums[column]).astype("Float64")
    if period.isna().any() or (numbers % 1 != 0).any():
        raise SchemaError(
            f"sums: every row needs a day in 'start', and {column!r} counts in whole numbers. Correct the rows"
        )
    values = numbers.astype("Int64")
    sums_by_part = {
        part: values[where == part].groupby(period[where == part]).sum(min_count=1)
        for part in ("inside", "outside", "unplaced")
    }
    result = spans.drop_duplicates().sort_values("start", ignore_index=True)
    parts = pd.DataFrame(sums_by_part).reindex(result["start"]).astype("Int64")
    parts["unplaced"] = parts["unplaced"].fillna(0)
    result = result.join(parts.reset_index(drop=True))
    placed, lost = (result["inside"] + result["outside"]).astype("Float64"), result["unplaced"].astype("Float64")
    everything = (placed + lost).mask(placed + lost == 0)
    missing = values.isna().groupby(period).sum().to_numpy()
    result = result.assign(
        share_outside=result["outside"].astype("Float64") / placed.mask(placed == 0),
        share_low=result["outside"].astype("Float64") / everything,
        share_high=(result["outside"].astype("Float64") + lost) / everything,
        without_value=missing,
    )
    return with_source(result, sums)


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
