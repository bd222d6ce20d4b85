"""Layers over time: one period after the other on the same areas, classes and scale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sahelgeo.errors import SchemaError, listed
from sahelgeo.maps import layers
from sahelgeo.maps.area_layers import PhaseLayer, shapes_of
from sahelgeo.maps.drawing import AreaDrawing, FlowDrawing, SymbolDrawing, TimeDrawing, label_points
from sahelgeo.maps.layers import STAND_IN, LayerOptions, Period, SahelgeoLayer
from sahelgeo.maps.scale import merge_periods
from sahelgeo.words import word, write_period


@layers.offers(LayerOptions, more=True)
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
    **options
        ``name``, ``title``, ``lang``, ``show``, ``tooltip``, ``style`` as for :class:`PhaseLayer`; all else is passed
        to the layer class (``column``, ``breaks``, ``smallest``).

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

    def __init__(self, table: gpd.GeoDataFrame, *, layer: type[SahelgeoLayer] = PhaseLayer, **options: Any) -> None:
        if not (isinstance(layer, type) and issubclass(layer, SahelgeoLayer)) or issubclass(layer, TimeLayer):
            raise SchemaError("TimeLayer: layer= takes a layer class, for example PhaseLayer or StockLayer")
        placed, self.outlines = _placed(table)
        own = {name: options.pop(name) for name in ("name", "title", "lang", "show") if name in options}
        super().__init__(table, **own)
        self.layer_class = layer
        self.periods = layers.split_periods(placed, "TimeLayer")
        there = placed.geometry.notna().to_numpy()
        options = layer.shared_options(placed[there], {**options, "title": self.title})
        self._layers = [
            _layer_of(layer, placed, period, options) if there[list(period.rows)].any() else None
            for period in self.periods
        ]
        # Where no row of a period has an area, no layer tells of them.
        self._unplaced = [
            placed.iloc[list(period.rows)] if own is None else placed.iloc[:0]
            for period, own in zip(self.periods, self._layers, strict=True)
        ]
        self._counted = options.get("column", "people") if layer.counts_people else None
        for inner in self._layers:
            if inner is not None:
                inner._parent = self  # What the map withholds, the tooltips of each period withhold too.

    def labels(self, lang: str) -> tuple[str, ...]:
        """Each period in words."""
        return tuple(period.label(lang) for period in self.periods)

    def _draw(self, lang: str) -> TimeDrawing:
        own = [None if layer is None else layer.drawing(lang) for layer in self._layers]
        there = [item for item in own if item is not None]
        if not all(isinstance(item, AreaDrawing | SymbolDrawing | FlowDrawing) for item in there):
            raise SchemaError(
                "TimeLayer: layer= takes PhaseLayer, StockLayer, FlowLayer, AreaLayer or BivariateLayer, "
                "whose periods can be put side by side"
            )
        merged: list[Any] = merge_periods(own, self.outlines)
        if isinstance(merged[0], SymbolDrawing):
            merged = [replace(item, areas=self._areas(merged[0].points)) for item in merged]
        labels, rule = self.labels(lang), self._layers_rule(lang)
        frames = tuple(
            replace(
                item, subtitle=f"{label}{rule if period.rows else ''}", notes=(*item.notes, *self._notes(number, lang))
            )
            for number, (item, label, period) in enumerate(zip(merged, labels, self.periods, strict=True))
        )
        first, last = self.periods[0].start, max(period.end for period in self.periods)
        return TimeDrawing(
            title=frames[-1].title,
            subtitle=f"{write_period(first, last, lang)}{rule}",
            names=frames[-1].names,
            fields=frames[-1].fields,
            sources=tuple(dict.fromkeys(source for item in there for source in item.sources)),
            unsourced=any(item.unsourced for item in there),
            codes=frames[-1].codes,
            frames=frames,
            labels=labels,
            spans=tuple((one.start.isoformat(), one.end.isoformat(), one.kind) for one in self.periods),
        )

    def _areas(self, points: Iterable[tuple[float, float]]) -> gpd.GeoSeries | None:
        """The areas that the circles of any period stand for; none where places are points themselves."""
        shapes = [self.outlines[point] for point in points if self.outlines[point].geom_type != "Point"]
        return gpd.GeoSeries(shapes, crs="EPSG:4326") if shapes else None

    def _layers_rule(self, lang: str) -> str:
        """That phases were computed, where they were."""
        computed = any(getattr(layer, "column", None) == "phase_rule" for layer in self._layers)
        return f", {word('by_rule', lang)}" if computed else ""

    def _notes(self, number: int, lang: str) -> tuple[str, ...]:
        here = self.periods[number]
        others = [
            other.label(lang)
            for place, other in enumerate(self.periods)
            if place != number and other.rows and here.overlaps(other)
        ]
        notes = [word("period_overlaps", lang).format(periods=word("semicolon", lang).join(others))] if others else []
        unplaced = self._unplaced[number]
        people = None
        if self._counted in unplaced and unplaced[self._counted].notna().any():
            people = self.people(float(unplaced[self._counted].sum()), lang)
        return (*notes, *layers.without_geometry_note(len(unplaced), lang, people))


def _placed(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[tuple[float, float], Any]]:
    """A long table on points (no period reads the borders again), and the borders by their points.

    Rows without a border stay: their people are told by the layer of their period.
    """
    if not layers.has_geometry(table):
        layers.areas_with_geometry(table, "TimeLayer")
    geometry = table.geometry
    # The same area is in many rows: what is asked of a geometry is asked once.
    kinds, number = np.unique([id(area) for area in geometry.to_numpy()], return_inverse=True)
    first = pd.Series(range(len(geometry))).groupby(number).first().to_numpy()
    distinct = geometry.iloc[first]
    once = gpd.GeoDataFrame({"position": range(len(kinds))}, geometry=distinct.to_numpy(), crs=table.crs)
    known, _ = layers.areas_with_geometry(once, "TimeLayer")
    known = known.set_index("position")
    lines = known.geom_type.isin(["LineString", "MultiLineString"]).any()
    stand_in = known.geometry if lines else _grid_points(known.geometry)
    placed = stand_in.reindex(range(len(kinds))).iloc[number]
    kept = placed.notna().to_numpy()
    moved = gpd.GeoDataFrame(
        pd.DataFrame(table.drop(columns=geometry.name)), geometry=placed.to_numpy(), crs="EPSG:4326"
    )
    moved.attrs[STAND_IN] = True
    if lines:
        return moved, {}
    _one_outline_per_area(moved[kept], known.geometry.reindex(range(len(kinds))).iloc[number[kept]])
    return moved, dict(zip(zip(stand_in.x, stand_in.y, strict=True), known.geometry, strict=True))


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
            f"TimeLayer: areas {listed(changed, 5)} have more than one outline. "
            "Bring all periods to one edition of the boundaries first"
        )


def _differs(one: Any, other: Any) -> bool:
    return one is not other and not shapely.equals_exact(one, other, 0.0)


def _layer_of(layer: type[SahelgeoLayer], table: gpd.GeoDataFrame, period: Period, options: dict[str, Any]) -> Any:
    rows = table.iloc[list(period.rows)]
    try:
        return layer(rows, **options)
    except SchemaError as problem:
        raise SchemaError(f"TimeLayer, {period.label('en')}: {problem}") from problem
