"""Layers over time: one period after the other on the same areas, classes and scale."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sahelgeo import checks
from sahelgeo.errors import SchemaError, listed
from sahelgeo.maps.drawing import AreaDrawing, FlowDrawing, SymbolDrawing, TimeDrawing, label_points
from sahelgeo.maps.layers import STAND_IN, SahelgeoLayer, areas_with_geometry, without_geometry_note
from sahelgeo.maps.phase_layer import PhaseLayer, shapes_of
from sahelgeo.maps.scale import merge_areas, merge_sized
from sahelgeo.tables import PHASE_KINDS
from sahelgeo.words import word, write_day, write_period

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """One period of a long table.

    Attributes
    ----------
    start, end : datetime.date
        First and last day; the same for counts on a day.
    kind : str
        "current", "projected", "second_projected" where the table says so, else "".
    rows : tuple of int
        Positions of its rows in the table; none for a gap between two windows.
    """

    start: dt.date
    end: dt.date
    kind: str
    rows: tuple[int, ...]

    def label(self, lang: str) -> str:
        """The period in words, with its kind; a gap says that it is one."""
        days = write_day(self.start, lang) if self.start == self.end else write_period(self.start, self.end, lang)
        said = word("period_gap", lang) if not self.rows else word(f"kind_{self.kind}", lang) if self.kind else ""
        return f"{days}, {said}" if said else days

    def overlaps(self, other: Period) -> bool:
        """Whether the two have a day in common."""
        return self.start <= other.end and other.start <= self.end


def split_periods(table: pd.DataFrame) -> list[Period]:
    """The periods of a table in order of time, by ``start``, ``end`` and ``kind``, else by ``as_of``, else by ``date``.

    Windows that overlap stay apart. Where no window holds the days between two others, there is a period without rows.
    """
    if "start" in table and "end" in table:
        return _with_gaps(_windows(table, "start", "end"))
    for label in ("as_of", "date"):
        if label in table:
            return _windows(table, label, label)
    raise SchemaError(
        f"TimeLayer: the table has neither start and end nor as_of nor date. Found: {listed(list(table.columns), 20)}"
    )


def _windows(table: pd.DataFrame, start: str, end: str) -> list[Period]:
    days = pd.DataFrame({label: checks.days(table[label], "TimeLayer") for label in dict.fromkeys((start, end))})
    undated = days.isna().any(axis=1)
    if undated.any():
        raise SchemaError(
            f"TimeLayer: no readable {' or '.join(days.columns)} in rows {listed(list(table.index[undated]), 5)}. Fill it in, or leave these rows out"
        )
    turned = days[start] > days[end]
    if turned.any():
        raise SchemaError(f"TimeLayer: the period ends before it starts in rows {listed(list(table.index[turned]), 5)}")
    has_kind = start != end and "kind" in table
    kinds = table["kind"].astype("object").fillna("") if has_kind else pd.Series("", index=table.index)
    strange = sorted(set(kinds) - {*PHASE_KINDS, ""})
    if strange:
        raise SchemaError(f"TimeLayer: kind {listed(strange, 5)} is not one of {', '.join(PHASE_KINDS)}")
    found: dict[tuple[dt.date, dt.date, str], list[int]] = {}
    for position, key in enumerate(zip(days[start].dt.date, days[end].dt.date, kinds, strict=True)):
        found.setdefault(key, []).append(position)
    order = {kind: number for number, kind in enumerate(("", *PHASE_KINDS))}
    keys = sorted(found, key=lambda key: (key[0], key[1], order[key[2]]))
    return [Period(*key, tuple(found[key])) for key in keys]


def _with_gaps(periods: list[Period]) -> list[Period]:
    whole: list[Period] = []
    for period in periods:
        if whole:
            last = max(one.end for one in whole)
            if period.start > last + _ONE_DAY:
                whole.append(Period(last + _ONE_DAY, period.start - _ONE_DAY, "", ()))
        whole.append(period)
    return whole


class TimeLayer(SahelgeoLayer):
    """A layer for each period of a long table, with a slider and a button to play.

    Each period is drawn as the layer class would draw it alone. What it has no row for is no data: nothing is carried
    over from the period before. Classes and sizes mean the same in all periods. Labels are written here, so that they
    do not depend on the clock or the time zone of a reader.

    Parameters
    ----------
    table : geopandas.GeoDataFrame
        One row for each thing and period, joined to its areas. Periods are the windows ``start`` to ``end`` with their
        ``kind`` (current, projected), else the days ``as_of``, else ``date``. Windows that overlap, such as a
        projection and the current analysis that came later, are periods of their own, and the legend says that they
        overlap. Days between two windows that no window holds are a period without data.
    layer : type
        :class:`PhaseLayer`, :class:`StockLayer`, :class:`FlowLayer`, :class:`AreaLayer` or :class:`BivariateLayer`.
    name, title, lang, show
        As for :class:`PhaseLayer`.
    **options
        Passed to the layer class (``column``, ``breaks``, ``smallest``).

    Raises
    ------
    SchemaError
        Rows without a day, no column of days, an area with two outlines, and what the layer class refuses in a period.
    CRSError
        Geometry without CRS.

    See Also
    --------
    small_multiples : One small printed map for each period.
    compare_map : Two periods side by side.

    Notes
    -----
    The page opens at the last period, and a printed sheet shows the last and says so. Borders are in the page once,
    whatever the number of periods.

    Examples
    --------
    >>> import pandas as pd
    >>> import sahelgeo as sg
    >>> areas = sg.load_areas("BFA")[["pcode", "name", "geometry"]]
    >>> first = areas.assign(date="2020-01-31", people=1000)
    >>> second = areas.assign(date="2020-02-29", people=1500)
    >>> m = sg.maps.Map()
    >>> layer = sg.maps.TimeLayer(pd.concat([first, second]), layer=sg.maps.StockLayer).add_to(m)
    >>> layer.labels("en")
    ('31 January 2020', '29 February 2020')
    """

    def __init__(
        self,
        table: gpd.GeoDataFrame,
        *,
        layer: type[SahelgeoLayer] = PhaseLayer,
        name: str | None = None,
        title: str | None = None,
        lang: str | None = None,
        show: bool = True,
        **options: Any,
    ) -> None:
        if not (isinstance(layer, type) and issubclass(layer, SahelgeoLayer)) or issubclass(layer, TimeLayer):
            raise SchemaError("TimeLayer: layer= takes a layer class, for example PhaseLayer or StockLayer")
        placed, without = _placed(table)
        super().__init__(table, name=name, title=title, lang=lang, show=show)
        self.without_geometry = without
        self.outlines = placed.outlines
        self.periods = split_periods(placed.table)
        scaled, options = layer.shared_scale(placed.table, options)
        self._layers = [
            _layer_of(layer, scaled, period, {"title": title, **options}) if period.rows else None
            for period in self.periods
        ]
        for inner in self._layers:
            if inner is not None:
                inner._parent = self  # What the map withholds, the tooltips of each period withhold too.
        self._drawn: dict[tuple[str, float], TimeDrawing] = {}

    def labels(self, lang: str) -> tuple[str, ...]:
        """Each period in words."""
        return tuple(period.label(lang) for period in self.periods)

    def drawing(self, lang: str) -> TimeDrawing:
        """What the layer draws, in a language."""
        key = lang, self.withheld_below()
        if key not in self._drawn:
            self._drawn[key] = self._draw(lang)
        return self._drawn[key]

    def _draw(self, lang: str) -> TimeDrawing:
        own = [None if layer is None else layer.drawing(lang) for layer in self._layers]
        there = [item for item in own if item is not None]
        if not all(isinstance(item, AreaDrawing | SymbolDrawing | FlowDrawing) for item in there):
            raise SchemaError(
                "TimeLayer: layer= takes PhaseLayer, StockLayer, FlowLayer, AreaLayer or BivariateLayer, whose periods can be put side by side"
            )
        merge = merge_areas if isinstance(there[0], AreaDrawing) else merge_sized
        merged = merge(own, there, lang, self.outlines)
        labels = self.labels(lang)
        frames = tuple(
            replace(item, subtitle=label, notes=(*item.notes, *self._notes(number, lang)))
            for number, (item, label) in enumerate(zip(merged, labels, strict=True))
        )
        first, last = self.periods[0].start, max(period.end for period in self.periods)
        return TimeDrawing(
            title=frames[-1].title,
            subtitle=write_day(last, lang) if first == last else write_period(first, last, lang),
            names=frames[-1].names,
            fields=frames[-1].fields,
            sources=tuple(dict.fromkeys(source for item in there for source in item.sources)),
            synthetic=any(item.synthetic for item in there),
            codes=frames[-1].codes,
            frames=frames,
            labels=labels,
            spans=tuple((one.start.isoformat(), one.end.isoformat(), one.kind) for one in self.periods),
        )

    def _notes(self, number: int, lang: str) -> tuple[str, ...]:
        here = self.periods[number]
        others = [
            other.label(lang)
            for place, other in enumerate(self.periods)
            if place != number and other.rows and here.overlaps(other)
        ]
        notes = [word("period_overlaps", lang).format(periods="; ".join(others))] if others else []
        return (*notes, *without_geometry_note(self.without_geometry, lang))


@dataclass(frozen=True)
class _Placed:
    """A long table on points, so that no period has to read the borders again, and the borders by their points."""

    table: gpd.GeoDataFrame
    outlines: dict[tuple[float, float], Any]


def _placed(table: gpd.GeoDataFrame) -> tuple[_Placed, int]:
    if not isinstance(table, gpd.GeoDataFrame) or table.active_geometry_name is None:
        areas_with_geometry(table, "TimeLayer")
    geometry = table.geometry
    # The same area is in many rows: what is asked of a geometry is asked once.
    kinds, number = np.unique([id(area) for area in geometry], return_inverse=True)
    first = pd.Series(range(len(geometry))).groupby(number).first().to_numpy()
    distinct = geometry.iloc[first]
    once = gpd.GeoDataFrame({"position": range(len(kinds))}, geometry=distinct.to_numpy(), crs=table.crs)
    known, _ = areas_with_geometry(once, "TimeLayer")
    known = known.set_index("position")
    lines = known.geom_type.isin(["LineString", "MultiLineString"]).any()
    stand_in = known.geometry if lines else _grid_points(known.geometry)
    placed = stand_in.reindex(range(len(kinds))).iloc[number]
    kept = placed.notna().to_numpy()
    moved = gpd.GeoDataFrame(
        pd.DataFrame(table.drop(columns=geometry.name)), geometry=placed.to_numpy(), crs="EPSG:4326"
    )[kept]
    moved.attrs[STAND_IN] = True
    if lines:
        return _Placed(moved, {}), int((~kept).sum())
    _one_outline_per_area(moved, known.geometry.reindex(range(len(kinds))).iloc[number[kept]])
    outlines = dict(zip(zip(stand_in.x, stand_in.y, strict=True), known.geometry, strict=True))
    return _Placed(moved, outlines), int((~kept).sum())


def _grid_points(areas: gpd.GeoSeries) -> gpd.GeoSeries:
    """The points of :func:`label_points` as a series: they find their areas again by their coordinates."""
    return gpd.GeoSeries([shapely.Point(point) for point in label_points(areas)], index=areas.index, crs=areas.crs)


def _one_outline_per_area(table: gpd.GeoDataFrame, outlines: gpd.GeoSeries) -> None:
    if "pcode" not in table:
        return
    there = table["pcode"].notna().to_numpy() & np.array([not shape for shape in shapes_of(table)], dtype=bool)
    codes, areas = table["pcode"].to_numpy()[there], outlines.to_numpy()[there]
    first: dict[str, Any] = {}
    changed = sorted(
        {str(code) for code, area in zip(codes, areas, strict=True) if _differs(first.setdefault(code, area), area)}
    )
    if changed:
        raise SchemaError(
            f"TimeLayer: areas {listed(changed, 5)} have more than one outline. Bring all periods to one edition of the boundaries first"
        )


def _differs(one: Any, other: Any) -> bool:
    return one is not other and not shapely.equals_exact(one, other, 0.0)


def _layer_of(layer: type[SahelgeoLayer], table: gpd.GeoDataFrame, period: Period, options: dict[str, Any]) -> Any:
    rows = table.iloc[list(period.rows)]
    try:
        return layer(rows, **options)
    except SchemaError as problem:
        raise SchemaError(f"TimeLayer, {period.label('en')}: {problem}") from problem
