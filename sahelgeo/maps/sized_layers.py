"""Displaced people as circles, movements as arrows: things whose size stands for a number."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sahelgeo import checks
from sahelgeo.errors import SchemaError
from sahelgeo.flows.suppression import is_small
from sahelgeo.maps import layers
from sahelgeo.maps.drawing import Field, FlowDrawing, SymbolDrawing, label_points, legend_values, plain
from sahelgeo.maps.layers import LayerOptions, SahelgeoLayer
from sahelgeo.words import word, write_number


@layers.offers(LayerOptions)
class StockLayer(SahelgeoLayer):  # numpydoc ignore=PR02
    """Circles whose area stands for the number of displaced people in each place.

    Parameters
    ----------
    stocks : geopandas.GeoDataFrame
        Stocks joined to their areas, or points: one row for each place, one date or ``as_of``.
    column : str
        The column of numbers.
    name, title, lang, show, tooltip, style
        As for :class:`PhaseLayer`.

    Raises
    ------
    SchemaError
        A place twice, text or negative numbers, several groups or dates, no geometry.
    CRSError
        Geometry without CRS.

    See Also
    --------
    stock_map : A map of displaced people in one call.
    sahelgeo.sum_stocks : Add up displaced people.

    Notes
    -----
    A missing count has no circle and is counted in the legend. A circle stands on a point that is sure to lie inside
    its area.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> stocks = sg.attach_areas(sample.stocks, sample.areas)
    >>> stocks[["name", "people"]].nlargest(2, "people")
               name  people
    4   Centre-Nord  422267
    11        Sahel  344569
    >>> m = sg.maps.Map()
    >>> layer = sg.maps.StockLayer(stocks).add_to(m)
    """

    counts_people = True
    filled_as = "symbols"

    def __init__(self, stocks: gpd.GeoDataFrame, *, column: str = "people", **options: Any) -> None:
        drawn, self.without_geometry = layers.areas_with_geometry(stocks, "StockLayer")
        layers.one_row_per_area(drawn, "StockLayer")
        checks.counts(drawn, "StockLayer", column)
        for label in ("group", "as_of" if "as_of" in drawn else "date"):
            if label in drawn and (found := drawn[label].nunique()) > 1:
                raise SchemaError(
                    f"StockLayer: the rows have {found} values of {label!r}. Choose one, or draw one layer for each"
                )
        super().__init__(drawn, **options)
        self.column = column
        rest = self.without_geometry[column]
        self.people_without = float(rest.sum()) if rest.notna().any() else None
        self.uncounted_without = int(rest.isna().sum())

    def _draw(self, lang: str) -> SymbolDrawing:
        values = tuple(None if value is None else float(value) for value in plain(self.table[self.column]))
        uncounted = sum(value is None for value in values)
        unknown = uncounted + self.uncounted_without
        below = self.withheld_below()
        shown = [value for value in values if value is not None and not is_small(value, below)]
        without = None if self.people_without is None else self.people(self.people_without, lang)
        beside = self.people_without or 0
        beside = 0 if is_small(beside, below) else beside
        notes = list(layers.total_note("total_people", shown, len(values) - uncounted, lang, beside))
        notes += layers.without_geometry_note(len(self.without_geometry), lang, without)
        notes += [word("without_count", lang).format(count=write_number(unknown, lang))] if unknown else []
        areas = self.table.geometry[self.table.geom_type.isin(["Polygon", "MultiPolygon"])]
        return SymbolDrawing(
            title=self.title or what_is_counted(self.table, self.column, lang),
            fields=self._fields(lang),
            points=tuple(label_points(self.table.geometry)),
            areas=areas if len(areas) else None,
            values=values,
            legend_values=legend_values([value for value in values if value is not None]),
            notes=tuple(notes),
            largest=max((value for value in values if value is not None), default=0.0),
            **self.about(self.table, lang),
        )

    def _fields(self, lang: str) -> tuple[Field, ...]:
        label = self.title or what_is_counted(self.table, self.column, lang)
        fields = [Field(label, plain(self.table[self.column]), "people")]
        if "per_1000" in self.table:
            fields.append(Field(word("per_1000", lang), plain(self.table["per_1000"]), "decimal", rate=True))
        if "households" in self.table and self.table["households"].notna().any():
            fields.append(Field(word("households", lang), plain(self.table["households"]), "people"))
        return tuple(fields)


def what_is_counted(table: pd.DataFrame, column: str, lang: str) -> str:
    """Who is counted: the group that the rows name; a table without groups counts people, of whatever kind."""
    groups = list(table["group"].dropna().unique()) if "group" in table else []
    if column != "people" or len(groups) != 1:
        return layers.column_title(column, lang)
    return word("displaced_people", lang) if groups == ["idp"] else layers.capital(word(f"group_{groups[0]}", lang))


@layers.offers(LayerOptions)
class FlowLayer(SahelgeoLayer):  # numpydoc ignore=PR02
    """Curved arrows whose width stands for the number of people who moved; both directions of a pair stand apart.

    Parameters
    ----------
    flows : geopandas.GeoDataFrame
        The lines of :func:`sahelgeo.flow_lines`: one for each origin, destination and period.
    column : str
        The column of numbers.
    smallest : float
        Flows of fewer people are not drawn; the legend says how many and how many people they carry.
    name, title, lang, show, tooltip, style
        As for :class:`PhaseLayer`.

    Raises
    ------
    SchemaError
        Rows that are not lines, a pair twice, missing or negative numbers, a missing column.
    CRSError
        Geometry without CRS.

    See Also
    --------
    sahelgeo.flow_lines : Curved lines to draw flows with.
    flow_map : A map of movements in one call.

    Notes
    -----
    Curved arrows with heads read best in comparisons of flow maps (Jenny et al. 2018, *Design principles for
    origin-destination flow maps*). Widths are proportional to people down to a thinnest visible arrow.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-movements-2025")
    >>> between = sg.sum_flows(sample.flows).query("not internal").dropna(subset=["origin", "destination"])
    >>> lines = sg.flow_lines(between, sample.areas)
    >>> lines[["origin", "destination", "people"]].nlargest(2, "people")
      origin destination  people
    8   BF50        BF54   27029
    5   BF49        BF54    5719
    >>> m = sg.maps.Map()
    >>> layer = sg.maps.FlowLayer(lines, smallest=1000).add_to(m)
    """

    counts_people = True
    filled_as = "arrows"

    def __init__(self, flows: gpd.GeoDataFrame, *, column: str = "people", smallest: float = 0, **options: Any) -> None:
        drawn, rest = layers.areas_with_geometry(flows, "FlowLayer")
        lines = "are no lines. Make them with flow_lines(flows, areas)"
        layers.refuse_rows(drawn, drawn.geom_type != "LineString", "FlowLayer", lines)
        checks.columns(flows, "FlowLayer", {"origin": "any", "destination": "any", column: "number"})
        checks.counts(flows, "FlowLayer", column)
        checks.filled(flows, "FlowLayer", column, "Leave these flows out")
        pair = drawn.duplicated(["origin", "destination"], keep=False)
        twice = "are of the same pair of areas and would cover each other. Add them up first: sum_flows(flows)"
        layers.refuse_rows(drawn, pair, "FlowLayer", twice)
        super().__init__(drawn, **options)
        self.column = column
        self.smallest = smallest
        inside = (rest["origin"] == rest["destination"]).fillna(False).astype(bool)
        self.without_line = float(rest.loc[inside, column].sum()), float(rest.loc[~inside, column].sum())

    def _draw(self, lang: str) -> FlowDrawing:
        people = self.table[self.column].astype(float)
        # The largest flows come last, so that they lie on top.
        drawn = self.table[people >= self.smallest].sort_values(self.column)
        values = tuple(drawn[self.column].astype(float))
        return FlowDrawing(
            title=self.title or word("flows_title", lang),
            fields=self._fields(drawn, lang),
            arcs=tuple(_start_middle_end(line) for line in drawn.geometry),
            values=values,
            legend_values=legend_values(values),
            notes=self._notes(people, lang),
            largest=max(values, default=0.0),
            **self.about(drawn, lang),
        )

    def _names(self, rows: pd.DataFrame, lang: str) -> tuple[str, ...]:  # noqa: ARG002
        ends = zip(_ends(rows, "origin"), _ends(rows, "destination"), strict=True)
        return tuple(f"{origin} → {destination}" for origin, destination in ends)

    def _fields(self, drawn: gpd.GeoDataFrame, lang: str) -> tuple[Field, ...]:
        fields = [Field(self.title or word("people_moved", lang), plain(drawn[self.column]), "people")]
        if "distance_km" in drawn:
            fields.append(Field(word("distance_km", lang), plain(drawn["distance_km"].round()), "whole"))
        return tuple(fields)

    def _notes(self, people: pd.Series, lang: str) -> tuple[str, ...]:
        drawn, left_out = people[people >= self.smallest], people[people < self.smallest]
        below = self.withheld_below()
        shown = [value for value in drawn.tolist() if not is_small(value, below)]
        parts = [float(left_out.sum()), *self.without_line]
        beside = sum(part for part in parts if not is_small(part, below))
        notes = [*layers.total_note("total_moved", shown, len(drawn), lang, beside)]
        if any(self.without_line):
            inside, unknown = (self.people(part, lang) for part in self.without_line)
            notes.append(word("without_line", lang).format(inside=inside, unknown=unknown))
        if len(left_out):
            minimum, count = write_number(self.smallest, lang), write_number(len(left_out), lang)
            written = {"count": count, "minimum": minimum, "people": self.people(parts[0], lang)}
            notes.append(word("below_minimum", lang).format(**written))
        return tuple(notes)


def _ends(flows: pd.DataFrame, end: str) -> list[str]:
    label = f"{end}_name" if f"{end}_name" in flows else end
    return [str(value) if pd.notna(value) else "?" for value in flows[label]]


def _start_middle_end(line: shapely.LineString) -> tuple[float, float, float, float, float, float]:
    points = shapely.get_coordinates(line)
    bent = len(points) > 2
    middle = points[len(points) // 2] if bent else shapely.get_coordinates(line.interpolate(0.5, normalized=True))[0]
    # Rounded as label_points does, to the last digit: an arrow finds the circle on its end by the same coordinates.
    x0, y0, x1, y1, x2, y2 = np.concatenate([points[0], middle, points[-1]]).round(4).tolist()
    return x0, y0, x1, y1, x2, y2
