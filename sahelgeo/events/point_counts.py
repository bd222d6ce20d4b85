"""Points that are no events (buildings, calls, sightings) counted by area and period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.coded_sums import CodedSums
from sahelgeo.errors import SchemaError
from sahelgeo.parts import Map, Part, State, Tables, parts_of, state_of, summed, tables_of
from sahelgeo.periods import Frequency, period_code, periods_of
from sahelgeo.places.account import Account
from sahelgeo.places.area_index import OUTSIDE, AreaIndex, area_index
from sahelgeo.places.locate import COORDINATES, Rule, owners, warn_unlocated
from sahelgeo.sources import joined_sources

# People of points may be fractions. Multiples of a millionth, and sums of them up to 2³³, are exact in floating point,
# so that no order of adding makes a difference.
_GRAIN = 2.0**20
_PERIOD = ("start", "end")
_COUNTED = ("points", "people", "people_missing")


def count_points(
    points: pd.DataFrame | Tables,
    areas: gpd.GeoDataFrame | AreaIndex,
    *,
    freq: Frequency | None = None,
    people: str | None = None,
    by: str | Sequence[str] = (),
    map: Map | None = None,  # noqa: A002 - it is one
) -> pd.DataFrame:
    """Count points, and their people, by area and period; those outside all areas stay.

    For points that are no events: nothing tells two of them apart, so each row counts.

    Parameters
    ----------
    points : pandas.DataFrame, geopandas.GeoDataFrame, path, dataset or iterable of tables
        Points in the CRS of the areas, or ``longitude`` and ``latitude`` (``lon``, ``lat``) in degrees. More than
        memory holds comes in parts: a Parquet file or a folder of them, a pyarrow dataset, an iterable of tables or
        of paths.
    areas : geopandas.GeoDataFrame or AreaIndex
        Areas, each ``pcode`` once, or what :func:`area_index` made of them. A point on a border counts in the area
        whose p-code comes first.
    freq : {"MS", "QS", "YS"}, optional
        Months, quarters or years of the column ``date``. The default does not look at days.
    people : str, optional
        The column of people of each point (not below 0; fractions are rounded to a millionth).
    by : str or sequence of str
        Also by these columns of the points.
    map : callable, optional
        An engine that works on the parts: :func:`sahelgeo.large.dask`, :func:`sahelgeo.large.processes`, or the
        ``map`` of a pool of :mod:`concurrent.futures`.

    Returns
    -------
    pandas.DataFrame
        One row for each area and period (and value of ``by``) that has points, sorted by them, with index 0..n-1:

        - ``pcode``; missing for points without an area, so that the points that come in come out;
        - with ``freq``, ``start`` and ``end``, the first and last day of the period; the columns of ``by``;
        - ``points`` (Int64);
        - with ``people``, ``people`` (Float64; missing where no point of the row has a number) and
          ``people_missing``, the points without a number;
        - ``source``, where the points have one.

    Raises
    ------
    SchemaError
        No coordinates, an option that is not known, people below 0, a point without a day where there is ``freq``.
    CRSError
        Points and areas in different CRS.

    Warns
    -----
    DataWarning
        Points without an area, once for all parts.

    See Also
    --------
    sum_events : Events and deaths by area and period.
    locate : Which area each point lies in.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> huts = pd.DataFrame({"lon": [-1.63, -1.62, -1.08], "lat": [14.10, 14.11, 13.09], "people": [5, 4.5, None]})
    >>> sg.events.count_points(huts, sg.load_areas("BFA"), people="people")
      pcode  points  people  people_missing
    0  BF49       1    <NA>               1
    1  BF56       2     9.5               0
    """
    if freq is not None:
        period_code(freq)
    if not isinstance(areas, AreaIndex) and (map is not None or not isinstance(points, pd.DataFrame)):
        areas = area_index(areas)
    labels = checks.by(by, pd.DataFrame(), among=[by] if isinstance(by, str) else list(by))
    taken = sorted({*labels} & {"pcode", "located", *_PERIOD, *_COUNTED})
    if taken:
        raise SchemaError(f"by has {taken}, which count_points writes. Rename the columns")
    plan = _PointPlan(areas, len(areas), freq, people, tuple(labels))
    return summed(plan, parts_of(points, ".parquet"), map)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _PointPlan:
    index: gpd.GeoDataFrame | AreaIndex | None
    areas: int
    freq: Frequency | None
    people: str | None
    by: tuple[str, ...]

    def light(self) -> _PointPlan:
        return replace(self, index=None)

    def state(self, part: Part) -> State:
        day = () if self.freq is None else ("date",)
        wanted = {name for pair in COORDINATES for name in pair} | {"geometry", "source", *day, *self.by}
        columns = None if isinstance(part.content, pd.DataFrame) else [*wanted, self.people or "people"]
        return state_of((self._summed(table, part.name) for table in tables_of(part, "points", columns)), "points")

    def _summed(self, points: pd.DataFrame, part: str) -> State:
        assert self.index is not None
        needs = dict.fromkeys((*self.by, *(["date"] if self.freq else [])), "any")
        checks.columns(points, "points", needs)  # type: ignore[arg-type]
        found = owners(points, self.index, Rule(), part)
        labels: dict[str, list[Any]] = {"pcode": [*found.index.pcodes, None]}
        codes = {"pcode": np.where(found.area == OUTSIDE, len(found.index), found.area)}
        if self.freq is not None:
            checks.filled(points, "points", "date", "Give each point its day, or count without freq")
            codes["period"], days = pd.factorize(points["date"])
            periods = periods_of(checks.days(pd.Series(days, name="date"), "points"), self.freq)
            spans = periods.to_numpy().astype("datetime64[D]").astype(np.int64)
            labels["period"] = list(map(tuple, spans.tolist()))
        for name in self.by:
            codes[name], texts = pd.factorize(points[name], use_na_sentinel=False)
            labels[name] = [None if pd.isna(text) else text for text in texts]
        sources = points["source"].dropna().unique() if "source" in points else ()
        sums = CodedSums.merged([CodedSums(labels, codes, self._counts(points))])
        return {"sums": sums, "rows": len(points), "lost": found.lost, "sources": frozenset(sources)}

    def _counts(self, points: pd.DataFrame) -> dict[str, Any]:
        counts = {"lines": np.ones(len(points))}
        if self.people is not None:
            checks.counts(points, "points", self.people)
            people = pd.to_numeric(points[self.people]).to_numpy(dtype=np.float64, na_value=np.nan)
            empty = np.isnan(people)
            counts["people"] = np.rint(np.where(empty, 0, people) * _GRAIN)
            counts["empty"] = empty.astype(float)
        return counts

    def table(self, state: State) -> pd.DataFrame:
        sums: CodedSums = state["sums"]
        warn_unlocated(state["lost"], state["rows"])
        columns: dict[str, Any] = {"pcode": sums.labelled("pcode").astype("string")}
        if self.freq is not None:
            days = sums.periods().to_numpy().take(sums.codes["period"], axis=0)
            columns |= {"start": days[:, 0], "end": days[:, 1]}
        columns |= {name: pd.Series(sums.labels[name]).take(sums.codes[name]).array for name in self.by}
        columns["points"] = pd.array(sums.counts["lines"].astype(np.int64), dtype="Int64")
        if self.people is not None:
            missing = sums.counts["empty"].astype(np.int64)
            nothing = missing == columns["points"].to_numpy()
            columns["people"] = pd.array(np.where(nothing, np.nan, sums.counts["people"] / _GRAIN), dtype="Float64")
            columns["people_missing"] = pd.array(missing, dtype="Int64")
        table = pd.DataFrame(columns)
        source = joined_sources(state["sources"])
        return table if source is None else table.assign(source=pd.Series(source, table.index, dtype="string"))

    def account(self, state: State) -> Account:
        """Points and people that came in, and those in areas."""
        sums: CodedSums = state["sums"]
        inside = np.array([label is not None for label in sums.labels["pcode"]], dtype=bool)[sums.codes["pcode"]]
        attached = int(sums.counts["lines"][inside].sum())
        without = self.areas - len(np.unique(sums.codes["pcode"][inside]))
        if self.people is None:
            return Account(state["rows"], attached, None, None, without)
        people = sums.counts["people"] / _GRAIN
        return Account(state["rows"], attached, float(people.sum()), float(people[inside].sum()), without)
