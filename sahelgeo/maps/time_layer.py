"""Layers of several periods: one after the other on the same areas, classes and scale; what changed between two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sahelgeo import checks
from sahelgeo.errors import SchemaError, UnmatchedError, listed, warn
from sahelgeo.maps import layers
from sahelgeo.maps.area_layers import AreaLayer, PhaseLayer, shapes_of
from sahelgeo.maps.drawing import (
    SUPPRESSED,
    AreaDrawing,
    Field,
    FlowDrawing,
    SymbolDrawing,
    TimeDrawing,
    label_points,
    plain,
)
from sahelgeo.maps.layers import STAND_IN, LayerOptions, Period, SahelgeoLayer
from sahelgeo.maps.scale import merge_periods
from sahelgeo.maps.sized_layers import what_is_counted
from sahelgeo.phases.analyses import compare_phases
from sahelgeo.stocks.changes import change_in_stocks
from sahelgeo.tables import SETTLEMENTS
from sahelgeo.words import word, write_number, write_period


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


# What changed between two tables, like for like. What is not comparable (counted on one of the two days only, analyses
# of unlike kind) is no change and not "no data": it has a look of its own, and the popup gives the reason.
_OF_PHASES = ("phase_is", "people_3plus_change", "share_3plus_change")
_OF_STOCKS = ("people_change",)
_BESIDE = ("newly_covered", "no_longer_covered")


def changes_between(before: pd.DataFrame, after: pd.DataFrame, column: str | None, **options: Any) -> pd.DataFrame:
    """One row for each area of either table: what changed in a column, whether it can be compared, and why not."""
    phases = all({"kind", "start", "end"} <= set(table) and "people" not in table for table in (before, after))
    stocks = all(
        "people" in table and layers.columns_of_days(table) in (("date",), ("as_of",)) for table in (before, after)
    )
    if not phases and not stocks:
        raise SchemaError(
            "change_map takes two Phases tables or two Stocks tables. Of others work out the change, and draw it: "
            "AreaLayer(table, column='..._change')"
        )
    known = _OF_PHASES if phases else _OF_STOCKS
    checks.choice(known, column=column or known[0])
    return _of_phases(before, after, **options) if phases else _of_stocks(before, after, **options)


def _of_phases(before: pd.DataFrame, after: pd.DataFrame, **options: Any) -> pd.DataFrame:
    published = all("phase_published" in table and table["phase_published"].notna().any() for table in (before, after))
    changes = compare_phases(before, after, column="phase_published" if published else "phase_rule", **options)
    settled = changes["unit_kind"].isin(SETTLEMENTS)
    if settled.any():
        warn(f"{int(settled.sum()):,} settlements are compared and not drawn: change_map draws areas")
    return changes[~settled].reset_index(drop=True)


def _of_stocks(before: pd.DataFrame, after: pd.DataFrame, **options: Any) -> pd.DataFrame:
    changes = change_in_stocks(before, after, by="pcode", **options)
    lost = changes["pcode"].isna()
    if lost.any():
        people = changes.loc[lost, "people_after"].sum()
        raise UnmatchedError(
            f"places without a p-code, with {people:,.0f} people in the later table, have no area. Find them: "
            "on='match', with areas",
            changes[lost],
        )
    compared = changes["places_both"] > 0
    counted = changes[["people_before", "people_after"]].notna().any(axis=1)
    once = pd.Series("", changes.index).mask(~compared & counted, "counted on one of the two days only")
    change = changes["like_for_like"].where(compared)
    return changes.assign(people_change=change, comparable=compared | ~counted, refused=once)


class ChangeLayer(AreaLayer):
    """Areas by what changed; :func:`change_map` makes it."""

    def __init__(
        self, changes: gpd.GeoDataFrame, *, column: str, between: tuple[pd.DataFrame, pd.DataFrame], **options: Any
    ) -> None:
        super().__init__(changes, column=column, **options)
        self.between = between

    def _draw(self, lang: str) -> AreaDrawing:
        drawn = super()._draw(lang)
        notes = (*drawn.notes, *self._balance(lang))
        title = self.title or (drawn.title if self.column == "phase_is" else self._titled(lang))
        return replace(drawn, title=title, fields=(*self._shown(drawn.fields, lang), *self._sides(lang)), notes=notes)

    def _subtitle(self, lang: str) -> str:
        periods = [layers.period_in_words(table, lang) for table in self.between]
        return " → ".join(periods) if all(periods) else ""

    def _titled(self, lang: str) -> str:
        if self._stem != "people":
            return layers.column_title(str(self.column), lang)
        return word("change_of", lang).format(what=self._what(lang))

    def _what(self, lang: str) -> str:
        stem = str(self.column).removesuffix("_change")
        return what_is_counted(self.between[1], stem, lang) if stem == "people" else layers.column_title(stem, lang)

    def _small(self) -> Any:
        """Rows where a count of either day is small: nothing that it could be worked out from is shown."""
        return layers.small_beside(self.table, str(self.column), self.withheld_below())

    def _shown(self, fields: tuple[Field, ...], lang: str) -> tuple[Field, ...]:
        form = "share" if str(self.column).startswith("share_") else fields[0].form
        values = self._withheld(fields[0].values)
        form = "whole" if layers.form_of(self._stem) == "people" else form
        label = fields[0].label if self.title or self.column == "phase_is" else self._titled(lang)
        return replace(fields[0], label=label, form=form, values=values), *fields[1:]

    @property
    def _stem(self) -> str:
        return "phase" if self.column == "phase_is" else str(self.column).removesuffix("_change")

    def _withheld(self, values: Any) -> tuple[Any, ...]:
        return tuple(SUPPRESSED if small else value for value, small in zip(values, self._small(), strict=True))

    def _sides(self, lang: str) -> tuple[Field, ...]:
        """What was counted or classified before and after, under the popup's change."""
        what = word("phase_published", lang) if self._stem == "phase" else self._what(lang)
        forms = {"phase": "text", "share_3plus": "share"}
        fields = []
        for side in ("before", "after"):
            values = plain(self.table[f"{self._stem}_{side}"])
            shown = (
                tuple(None if value is None else str(value) for value in values) if self._stem == "phase" else values
            )
            label = f"{what}{word('colon', lang)} {word(side, lang).lower()}"
            fields.append(Field(label, self._withheld(shown), forms.get(self._stem, "whole")))
        return tuple(fields)

    def _balance(self, lang: str) -> tuple[str, ...]:
        """How people add up: what changed where somebody counted twice, and what was counted once.

        What is withheld on the map is in none of the sums: it would give it away.
        """
        if self.column != "people_change":
            return ()
        withheld = self._small()
        shown = self.table[[not small for small in withheld]]
        sums = {name: float(shown[name].fillna(0).sum()) for name in ("people_change", *_BESIDE)}
        written = {name: self.people(value, lang) for name, value in sums.items()}
        text = word("change_balance", lang).format(**written)
        if count := sum(withheld):
            text += f". {word('total_without_small', lang).format(count=write_number(count, lang))}"
        return (text,)
