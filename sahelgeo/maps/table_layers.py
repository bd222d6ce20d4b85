"""Which layer draws a table: its areas joined, its outlines beneath, and tables that share a legend on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import SchemaError, listed, warn
from sahelgeo.flows.flow_sums import match_ends
from sahelgeo.flows.lines import flow_lines
from sahelgeo.maps.area_layers import AreaLayer, PhaseLayer
from sahelgeo.maps.layers import SahelgeoLayer, columns_of_days, has_geometry, split_periods
from sahelgeo.maps.scale import Scale
from sahelgeo.maps.sized_layers import FlowLayer, StockLayer
from sahelgeo.places.attach import On, Unmatched, attach_areas

_COUNTS = ("people", "households")
_PHASES = ("phase_published", "phase_rule")
_ENDS = ("origin", "destination")
_OF_A_PLACE = ("pcode", "name", "name_fr", "name_en", "place")


def layer_for(
    table: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    column: str | None = None,
    placing: Mapping[str, Any] | None = None,
    **options: Any,
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
    placing : mapping, optional
        ``on`` and ``unmatched``, as for :func:`sahelgeo.attach_areas`.
    **options
        Of the layer.

    Returns
    -------
    SahelgeoLayer
        Not yet on a map.
    """
    kind, chosen = kind_of(table, column)
    how = placing or {}
    if kind is FlowLayer:
        return FlowLayer(with_lines(table, areas, **how), column=chosen, **options)
    layer: SahelgeoLayer = kind(
        with_areas(table, areas, empty_areas=kind is not StockLayer, **how), column=chosen, **options
    )
    return layer


def kind_of(table: pd.DataFrame, column: str | None) -> tuple[type[Any], str]:
    """The layer class of a table, and the column that it draws."""
    if _is_flows(table):
        return FlowLayer, column or "people"
    chosen = _chosen(table, column)
    return PhaseLayer if chosen in _PHASES else StockLayer if chosen in _COUNTS else AreaLayer, chosen


def layers_for(
    tables: Sequence[pd.DataFrame],
    areas: gpd.GeoDataFrame | None,
    *,
    column: str | None,
    placing: Mapping[str, Any] | None = None,
    **options: Any,
) -> list[SahelgeoLayer]:
    """The layers of tables that share a legend: the same areas, the same classes and colours."""
    how = placing or {}
    joined = [table if areas is None or _is_flows(table) else with_areas(table, areas, **how) for table in tables]
    layers = [
        layer_for(table, areas if _is_flows(table) else None, column=column, placing=how, **options)
        for table in _completed(joined, areas, column)
    ]
    columns = [layer.table[layer.column] for layer in layers if isinstance(layer, AreaLayer)]
    if not columns or len(columns) < len(layers):
        return layers
    scale = Scale.of(pd.concat(columns, ignore_index=True))
    return [AreaLayer(layer.table, column=column, breaks=scale, **options) for layer in layers]


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


def _with_places(table: gpd.GeoDataFrame, absent: gpd.GeoDataFrame, of: pd.DataFrame | None = None) -> gpd.GeoDataFrame:
    """The table with a row without figures for each absent area, of the period that the rows ``of`` share."""
    if absent.empty:
        return table
    rows = table if of is None else of
    period = {
        label: rows[label].iloc[0]
        for label in ("start", "end", "kind", "date", "as_of", "group")
        if label in rows and len(rows[label].drop_duplicates()) == 1
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
        table = without_geometry(table)
    _check_without_geometry(table, "the table has")
    return attach_areas(table, areas, **options)


def codes_of(table: pd.DataFrame, areas: gpd.GeoDataFrame, **placing: Any) -> pd.DataFrame:
    """The table's own columns with the p-codes of the areas that its rows were found to be in."""
    plain = without_geometry(table)
    if placing["on"] == "pcode" and placing["unmatched"] == "raise":
        return plain
    found = attach_areas(plain, areas, **placing)
    kept = plain.loc[found.index] if plain.index.is_unique else plain
    return kept.assign(pcode=found["pcode"]) if len(kept) == len(found) else pd.DataFrame(found[[*plain.columns]])


def without_geometry(table: pd.DataFrame) -> pd.DataFrame:
    """The figures of a table without their places."""
    return pd.DataFrame(table.drop(columns=table.active_geometry_name)) if has_geometry(table) else table


def places_of(tables: Sequence[pd.DataFrame]) -> gpd.GeoDataFrame:
    """The areas that tables were joined to, each once."""
    lacking = [table for table in tables if not has_geometry(table) or "pcode" not in table]
    if lacking:
        raise SchemaError("the tables have no geometry with p-codes. Give the areas: areas=load_areas(...)")
    labels = [label for label in ("pcode", "name", "name_fr") if all(label in table for table in tables)]
    parts = [
        gpd.GeoDataFrame(table[labels], geometry=list(table.geometry), crs=table.crs).to_crs(tables[0].crs)
        for table in reversed(tables)
    ]
    together = pd.concat(parts, ignore_index=True)
    there = together["pcode"].notna() & together.geometry.notna()
    return together[there].drop_duplicates("pcode").reset_index(drop=True)


def _is_theirs(table: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> bool:
    """Whether the geometry of each row is that of its area: the table was joined to these areas before."""
    if not {"pcode"} <= set(table.columns) & set(areas.columns) or table.crs != areas.crs or table.empty:
        return False
    known = areas.set_index("pcode").geometry
    rows = table.geometry[table["pcode"].isin(known.index) & table.geometry.notna()]
    found = known[~known.index.duplicated()].reindex(table["pcode"][rows.index])
    return len(rows) == table.geometry.notna().sum() and bool(rows.geom_equals(found, align=False).all())


def over_time(table: pd.DataFrame, areas: gpd.GeoDataFrame | None, column: str | None, **placing: Any) -> Any:
    """A table of several periods with its areas or lines; areas that no period names are without data in the last."""
    if _is_flows(table):
        return with_lines(table, areas, **placing)
    joined = with_areas(table, areas, **placing)
    if areas is None or kind_of(table, column)[0] is StockLayer or not columns_of_days(joined):
        return joined
    last = joined.iloc[[list(split_periods(joined, "time_map")[-1].rows)[-1]]]
    absent = areas[~areas["pcode"].isin(joined["pcode"])].to_crs(joined.crs)
    return _with_places(joined, absent, last)


def with_lines(
    flows: pd.DataFrame, areas: gpd.GeoDataFrame | None, *, on: On = "pcode", unmatched: Unmatched = "raise"
) -> gpd.GeoDataFrame:
    """The flows with their lines, and those that have none; as they are where no areas are given."""
    if areas is None:
        return flows
    _check_without_geometry(flows, "the flows have")
    if on != "pcode":
        flows = with_ends(flows, areas, unmatched, None if on == "match" else on)
    if on != "pcode" or unmatched != "raise":
        checks.columns(flows, "flows", {**dict.fromkeys(_ENDS, "any"), "people": "number"})
        lost = {end: flows[end].where(flows[end].isin(areas["pcode"])) for end in _ENDS}
        unknown = pd.DataFrame({end: flows[end].notna() & known.isna() for end, known in lost.items()}).any(axis=1)
        flows = flows.assign(**lost)
        if unknown.any():
            people = flows["people"][unknown].sum()
            warn(f"{int(unknown.sum()):,} flows with {people:,} people have an end that is no area: it is not known")
    lines = flow_lines(flows, areas)
    rest = flows[~flows.index.isin(lines.index)]
    return (
        lines if rest.empty else pd.concat([lines, gpd.GeoDataFrame(rest, geometry=[None] * len(rest), crs=lines.crs)])
    )


def with_ends(flows: pd.DataFrame, areas: gpd.GeoDataFrame, unmatched: str, on: Any = None) -> pd.DataFrame:
    """Flows with the p-codes that their ends in print mean; what is no area is an end that is not known."""
    if on is None:
        printed = {end: flows[end].fillna(flows[f"{end}_name"]) for end in _ENDS if f"{end}_name" in flows}
        flows = flows.assign(**printed)
    return match_ends(flows, areas, on=on, unmatched="raise" if unmatched == "raise" else "keep")


def _check_without_geometry(table: pd.DataFrame, what: str) -> None:
    if has_geometry(table):
        raise SchemaError(f"{what} a geometry already. Leave out areas")
    if table.empty:
        raise SchemaError(f"{what} no rows, so there is nothing to draw. Check how the rows were filtered")


def outlines_under(layer: SahelgeoLayer, areas: gpd.GeoDataFrame | None) -> list[SahelgeoLayer]:
    """Under circles and arrows, the outlines of the areas that they stand for: those given, else the table's own."""
    over_time = getattr(layer, "layer_class", type(layer))
    if not issubclass(over_time, StockLayer | FlowLayer):
        return []
    if areas is None and over_time is StockLayer:
        own = layer.table[layer.table.geom_type.isin(["Polygon", "MultiPolygon"])]
        areas = own.drop_duplicates("pcode") if "pcode" in own else own
    if areas is None or areas.empty:
        return []
    outlines = AreaLayer(areas[~areas.geometry.isna()])
    outlines.control = False  # Without them nobody could tell where the circles stand: nothing to switch off.
    return [outlines]
