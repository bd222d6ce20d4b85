"""Which layer draws a table: its areas joined, its outlines beneath, and tables that share a legend on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import SchemaError, listed
from sahelgeo.flows.lines import flow_lines
from sahelgeo.maps.area_layers import AreaLayer, PhaseLayer
from sahelgeo.maps.layers import SahelgeoLayer, has_geometry
from sahelgeo.maps.scale import Scale
from sahelgeo.maps.sized_layers import FlowLayer, StockLayer
from sahelgeo.places.attach import attach_areas

_COUNTS = ("people", "households")
_PHASES = ("phase_published", "phase_rule")
_OF_A_PLACE = ("pcode", "name", "name_fr", "name_en", "place")


def layer_for(
    table: pd.DataFrame, areas: gpd.GeoDataFrame | None = None, *, column: str | None = None, tooltip: str | None = None
) -> SahelgeoLayer:
    """The layer of a table: phases, movements, circles for counts, classes for any other column.

    Parameters
    ----------
    table : pandas.DataFrame or geopandas.GeoDataFrame
        Phases, Stocks, Flows, or any table with areas.
    areas : geopandas.GeoDataFrame, optional
        The areas of a table without geometry.
    column : str, optional
        The column to draw; the default is the published phase, else the people.
    tooltip : str, optional
        Template of the text under the pointer.

    Returns
    -------
    SahelgeoLayer
        Not yet on a map.
    """
    if _is_flows(table):
        return FlowLayer(with_lines(table, areas), column=column or "people", tooltip=tooltip)
    chosen = _chosen(table, column)
    if chosen in _PHASES:
        return PhaseLayer(with_areas(table, areas, empty_areas=True), column=chosen, tooltip=tooltip)
    if chosen in _COUNTS:
        return StockLayer(with_areas(table, areas), column=chosen, tooltip=tooltip)
    return AreaLayer(with_areas(table, areas, empty_areas=True), column=chosen, tooltip=tooltip)


def layers_for(
    tables: Sequence[pd.DataFrame], areas: gpd.GeoDataFrame | None, *, column: str | None, tooltip: str | None = None
) -> list[SahelgeoLayer]:
    """The layers of tables that share a legend: the same areas, the same classes and colours."""
    joined = [table if areas is None or _is_flows(table) else with_areas(table, areas) for table in tables]
    layers = [
        layer_for(table, areas if _is_flows(table) else None, column=column, tooltip=tooltip)
        for table in _completed(joined, areas, column)
    ]
    columns = [layer.table[layer.column] for layer in layers if isinstance(layer, AreaLayer)]
    if not columns or len(columns) < len(layers):
        return layers
    scale = Scale.of(pd.concat(columns, ignore_index=True))
    return [AreaLayer(layer.table, column=column, breaks=scale, tooltip=tooltip) for layer in layers]


def _is_flows(table: pd.DataFrame) -> bool:
    return {"origin", "destination"} <= set(table.columns) and "pcode" not in table


def _chosen(table: pd.DataFrame, column: str | None) -> str:
    chosen = column or next((label for label in (*_PHASES, *_COUNTS) if label in table), None)
    if chosen is None:
        raise SchemaError(
            "the table has neither phases nor people. Say which column to draw: column=... "
            f"Found: {listed(list(table.columns), 20)}"
        )
    return chosen


def _completed(
    tables: Sequence[pd.DataFrame], areas: gpd.GeoDataFrame | None, column: str | None
) -> list[pd.DataFrame]:
    """Give each table a row for every area of the others, with missing values, so that a gap is seen as a gap.

    Counts belong to the places that were counted at some time; other tables get the rest of ``areas`` too.
    """
    if not all(has_geometry(table) and "pcode" in table for table in tables):
        return list(tables)
    known = list(tables)
    if areas is not None and _chosen(tables[0], column) not in _COUNTS:
        known.append(areas.to_crs(tables[0].crs))
    labels = [label for label in _OF_A_PLACE if any(label in table for table in known)]
    places = pd.concat(
        [
            gpd.GeoDataFrame(table.reindex(columns=labels), geometry=list(table.geometry), crs=table.crs)
            for table in known
        ]
    )
    places = places[places["pcode"].notna()].drop_duplicates("pcode")
    return [_with_places(table, places[~places["pcode"].isin(table["pcode"])]) for table in tables]


def _with_places(table: gpd.GeoDataFrame, absent: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if absent.empty:
        return table
    period = {
        label: table[label].iloc[0]
        for label in ("start", "end", "kind", "date", "as_of", "group")
        if label in table and len(table[label].drop_duplicates()) == 1
    }
    more = absent.assign(**period)
    if table.active_geometry_name != "geometry":
        more = more.rename_geometry(table.active_geometry_name)
    return pd.concat([table, more.loc[:, [label for label in more.columns if label in table]]], ignore_index=True)


def with_areas(table: pd.DataFrame, areas: gpd.GeoDataFrame | None, **options: Any) -> gpd.GeoDataFrame:
    """The table with the geometry of its areas; as it is where no areas are given."""
    if areas is None:
        return table
    if has_geometry(table) and _is_theirs(table, areas):
        table = pd.DataFrame(table.drop(columns=table.active_geometry_name))
    _check_without_geometry(table, "the table has")
    return attach_areas(table, areas, **options)


def _is_theirs(table: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> bool:
    """Whether the geometry of each row is that of its area: the table was joined to these areas before."""
    if not {"pcode"} <= set(table.columns) & set(areas.columns) or table.crs != areas.crs or table.empty:
        return False
    known = areas.set_index("pcode").geometry
    rows = table.geometry[table["pcode"].isin(known.index) & table.geometry.notna()]
    found = known[~known.index.duplicated()].reindex(table["pcode"][rows.index])
    return len(rows) == table.geometry.notna().sum() and bool(rows.geom_equals(found, align=False).all())


def with_lines(flows: pd.DataFrame, areas: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """The flows with their lines, and those that have none; as they are where no areas are given."""
    if areas is None:
        return flows
    _check_without_geometry(flows, "the flows have")
    lines = flow_lines(flows, areas)
    rest = flows[~flows.index.isin(lines.index)]
    return (
        lines if rest.empty else pd.concat([lines, gpd.GeoDataFrame(rest, geometry=[None] * len(rest), crs=lines.crs)])
    )


def _check_without_geometry(table: pd.DataFrame, what: str) -> None:
    if has_geometry(table):
        raise SchemaError(f"{what} a geometry already. Leave out areas")
    if table.empty:
        raise SchemaError(f"{what} no rows, so there is nothing to draw. Check how the rows were filtered")


def outlines_under(layer: SahelgeoLayer, areas: gpd.GeoDataFrame | None) -> list[SahelgeoLayer]:
    """Under circles and arrows, the outlines of the areas that they stand for: those given, else the table's own."""
    if not isinstance(layer, StockLayer | FlowLayer):
        return []
    if areas is None and isinstance(layer, StockLayer):
        areas = layer.table[layer.table.geom_type.isin(["Polygon", "MultiPolygon"])]
    if areas is None or areas.empty:
        return []
    outlines = AreaLayer(areas[~areas.geometry.isna()])
    outlines.control = False  # Without them nobody could tell where the circles stand: nothing to switch off.
    return [outlines]
