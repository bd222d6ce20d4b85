"""Layers over time: one period after the other on the same areas, classes and scale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sahelgeo.conformance import listed
from sahelgeo.errors import SchemaError
from sahelgeo.maps.area_layers import PhaseLayer
from sahelgeo.maps.drawing import (
    AreaDrawing,
    Drawing,
    Field,
    FlowDrawing,
    LegendClass,
    SymbolDrawing,
    TimeDrawing,
    label_points,
    legend_values,
)
from sahelgeo.maps.layers import SahelgeoLayer, areas_with_geometry, without_geometry_note
from sahelgeo.maps.periods import Period, split_periods
from sahelgeo.maps.phase_symbols import shapes_of
from sahelgeo.maps.style import phase_classes
from sahelgeo.words import word, write_day, write_period


class TimeLayer(SahelgeoLayer):
    """A layer for each period of a long table, with a slider and a button to play.

    Each period is drawn as the layer class would draw it alone. What it has no row for is no data: nothing is carried over
    from the period before. Classes and sizes mean the same in all periods. Labels are written here, so that they do
    not depend on the clock or the time zone of a reader.

    Parameters
    ----------
    table : geopandas.GeoDataFrame
        One row for each thing and period, joined to its areas. Periods are the windows ``start`` to ``end`` with their
        ``kind`` (current, projected), else the days ``as_of``, else ``date``. Windows that overlap, such as a projection
        and the current analysis that came later, are periods of their own, and the legend says that they overlap. Days
        between two windows that no window holds are a period without data.
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
        self._outlines = placed.outlines
        self.periods = split_periods(placed.table)
        scaled, options = layer.shared_scale(placed.table, options)
        self._layers = [
            _layer_of(layer, scaled, period, {"title": title, **options}) if period.rows else None
            for period in self.periods
        ]
        self._drawn: dict[str, TimeDrawing] = {}

    def labels(self, lang: str) -> tuple[str, ...]:
        """Each period in words."""
        return tuple(period.label(lang) for period in self.periods)

    def drawing(self, lang: str) -> TimeDrawing:
        """What the layer draws, in a language."""
        if lang not in self._drawn:
            self._drawn[lang] = self._draw(lang)
        return self._drawn[lang]

    def _draw(self, lang: str) -> TimeDrawing:
        own = [None if layer is None else layer.drawing(lang) for layer in self._layers]
        there = [item for item in own if item is not None]
        if not all(isinstance(item, AreaDrawing | SymbolDrawing | FlowDrawing) for item in there):
            raise SchemaError(
                "TimeLayer: layer= takes PhaseLayer, StockLayer, FlowLayer, AreaLayer or BivariateLayer, whose periods can be put side by side"
            )
        merge = _merge_areas if isinstance(there[0], AreaDrawing) else _merge_sized
        merged = merge(own, there, lang, self._outlines)
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
            ends=frames[-1].ends,
            frames=frames,
            labels=labels,
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


def _merge_areas(
    own: list[Drawing | None], there: list[Drawing], lang: str, outlines: dict[tuple[float, float], Any]
) -> list[Drawing]:
    """Drawings of the same areas in the same order and with the same classes; an area without a row is no data."""
    drawn = [item for item in there if isinstance(item, AreaDrawing)]
    things: dict[Any, tuple[AreaDrawing, int]] = {}
    for item in drawn:
        for number, key in enumerate(_area_keys(item)):
            things.setdefault(key, (item, number))
    classes = _all_classes(drawn)
    no_data = next(one for one in phase_classes() if one.key == "no_data")
    missing = LegendClass(no_data.label(lang), no_data.colour, no_data.text_colour, no_data.hatch, 0)
    if any(item is None or len(item.names) < len(things) for item in own) and missing not in classes:
        classes.append(missing)
    shapes = tuple(item.shapes[number] for item, number in things.values())
    points = [item.geometry.iloc[number] for item, number in things.values()]
    geometry = gpd.GeoSeries(
        [point if shape else outlines[point.x, point.y] for point, shape in zip(points, shapes, strict=True)],
        crs="EPSG:4326",
    )
    template = replace(
        drawn[-1],
        names=tuple(item.names[number] for item, number in things.values()),
        geometry=geometry,
        codes=tuple(item.codes[number] for item, number in things.values()),
        shapes=shapes,
    )
    places = {(one.label, one.hatch): number for number, one in enumerate(classes)}
    labels = _all_labels(drawn)
    return [
        _area_frame(item if isinstance(item, AreaDrawing) else None, template, list(things), classes, (places, labels, missing))
        for item in own
    ]  # fmt: skip


def _area_keys(item: AreaDrawing) -> list[Any]:
    return [
        (name, shape, point.x, point.y) if shape else (point.x, point.y)
        for name, shape, point in zip(item.names, item.shapes, item.geometry, strict=True)
    ]


def _area_frame(
    item: AreaDrawing | None, template: AreaDrawing, keys: list[Any], classes: list[LegendClass], shared: Any
) -> AreaDrawing:
    places, labels, missing = shared
    at = {} if item is None else {key: number for number, key in enumerate(_area_keys(item))}
    numbers = [at.get(key) for key in keys]
    class_of = tuple(
        places[missing.label, missing.hatch]
        if item is None or number is None
        else places[item.classes[item.class_of[number]].label, item.classes[item.class_of[number]].hatch]
        for number in numbers
    )
    counts = np.bincount(
        [number for number, shape in zip(class_of, template.shapes, strict=True) if not shape], minlength=len(classes)
    )
    return replace(
        template,
        fields=_fields(item, labels, numbers),
        classes=tuple(replace(one, count=int(count)) for one, count in zip(classes, counts, strict=True)),
        class_of=class_of,
        digits=tuple("" if item is None or number is None else item.digits[number] for number in numbers),
        marks=tuple(() if item is None or number is None else item.marks[number] for number in numbers),
        legend_marks=() if item is None else item.legend_marks,
        notes=() if item is None else item.notes,
    )


def _all_classes(drawn: list[AreaDrawing]) -> list[LegendClass]:
    """The classes of all periods, each after the one that it follows in its own period."""
    merged: list[LegendClass] = []
    for item in drawn:
        place = 0
        for one in item.classes:
            same = [
                number for number, known in enumerate(merged) if (known.label, known.hatch) == (one.label, one.hatch)
            ]
            if not same:
                merged.insert(place, replace(one, count=0))
            place = (same[0] if same else place) + 1
    return merged


def _all_labels(drawn: list[Any]) -> list[tuple[str, str]]:
    """Label and form of the popup lines of all periods."""
    return list(dict.fromkeys((line.label, line.form) for item in drawn for line in item.fields))


def _fields(item: Drawing | None, labels: list[tuple[str, str]], numbers: list[int | None]) -> tuple[Field, ...]:
    known = {} if item is None else {(line.label, line.form): line.values for line in item.fields}
    return tuple(
        Field(
            label,
            tuple(
                None if number is None or (label, form) not in known else known[label, form][number]
                for number in numbers
            ),
            form,
        )
        for label, form in labels
    )


def _merge_sized(
    own: list[Drawing | None], there: list[Drawing], _lang: str, _outlines: dict[tuple[float, float], Any]
) -> list[Drawing]:
    """Drawings of the same circles or arrows in the same order, on one scale; where there is no row there is no number."""
    drawn = [item for item in there if isinstance(item, SymbolDrawing | FlowDrawing)]
    things: dict[Any, tuple[Any, int]] = {}
    for item in drawn:
        for number, key in enumerate(_sized_keys(item)):
            things.setdefault(key, (item, number))
    numbers = [value for item in drawn for value in item.values if value is not None]
    shared: dict[str, Any] = {
        "names": tuple(item.names[number] for item, number in things.values()),
        "legend_values": legend_values(numbers),
        "largest": max(numbers, default=0.0),
    }
    if isinstance(drawn[0], FlowDrawing):
        shared["arcs"] = tuple(item.arcs[number] for item, number in things.values())
        shared["ends"] = tuple(item.ends[number] for item, number in things.values())
    else:
        shared["points"] = tuple(item.points[number] for item, number in things.values())
    labels = _all_labels(drawn)
    merged: list[Drawing] = []
    for item in own:
        at = {} if item is None else {key: number for number, key in enumerate(_sized_keys(item))}
        found = [at.get(key) for key in things]
        merged.append(
            replace(
                drawn[-1],
                **shared,
                fields=_fields(item, labels, found),
                values=tuple(
                    item.values[number]
                    if isinstance(item, SymbolDrawing | FlowDrawing) and number is not None
                    else None
                    for number in found
                ),
                notes=() if item is None else item.notes,
            )
        )
    return merged


def _sized_keys(item: Any) -> list[Any]:
    return list(zip(item.names, item.arcs if isinstance(item, FlowDrawing) else item.points, strict=True))
