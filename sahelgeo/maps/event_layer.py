"""Violent events as circles or hexagons."""

from __future__ import annotations

import math
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sahelgeo import checks
from sahelgeo.errors import SchemaError
from sahelgeo.maps import layers
from sahelgeo.maps.area_layers import AreaLayer
from sahelgeo.maps.drawing import Drawing, EventDrawing, Field, HexagonDrawing
from sahelgeo.maps.layers import LayerOptions, SahelgeoLayer
from sahelgeo.words import word, write_number

# Equal area, with its middle in the middle of the Sahel and fixed, so that hexagons of two maps are the same hexagons.
HEXAGON_MIDDLE = (2, 14)
# Further than this from its middle, a grid shears what it draws by more than a twentieth: there another takes its
# place, whose middle is a whole step away, so that it is fixed too.
_TRUE_WITHIN, _STEP = 25, 20
VAGUE_FROM = 3
# What is counted in a hexagon, and its word.
_COUNTED = {
    "events": "events", "fatalities": "fatalities", "unknown": "events_without_fatalities", "vague": "events_vague"
}  # fmt: skip


@layers.offers(LayerOptions)
class EventLayer(SahelgeoLayer):  # numpydoc ignore=PR02
    """Violent events, gathered into circles at each zoom, or counted by hexagon.

    Parameters
    ----------
    events : geopandas.GeoDataFrame
        An Events table: one row and one point for each event.
    as_ : {"circles", "hexagons"}
        Circles that gather what stands near each other on the screen, with the number inside; or hexagons of equal
        area.
    by : {"events", "fatalities"}
        What is counted: events, or the deaths reported (best estimate).
    hexagon_km : float
        Width of a hexagon from side to side, in kilometres.
    name, title, lang, show
        As for :class:`PhaseLayer`.

    Raises
    ------
    SchemaError
        An event twice, geometry other than points, negative deaths, ``by="fatalities"`` without that column, a width
        that is not above 0, no geometry.
    CRSError
        Geometry without CRS.

    See Also
    --------
    sahelgeo.sum_events : Events and deaths by area and period.
    TimeLayer : Any layer over time, with a slider.

    Notes
    -----
    Events without a figure of deaths are counted as such and never as 0. Events whose ``geo_precision`` is 3 or more
    are placed only by their area: they are on the map, and the legend and the popups say how many they are. The saved
    page holds place, kind and deaths of each event (hexagons: only sums): see whether your licence lets you publish
    these.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import sahelgeo as sg
    >>> events = gpd.GeoDataFrame(
    ...     {"event": ["a", "b"], "date": "2020-05-01", "kind": ["Battles", "Riots"], "fatalities": [3, None]},
    ...     geometry=gpd.points_from_xy([-1.5, -1.4], [12.4, 12.5]),
    ...     crs="EPSG:4326",
    ... )
    >>> m = sg.maps.Map()
    >>> layer = sg.maps.EventLayer(events, as_="hexagons", hexagon_km=50).add_to(m)
    >>> [field.label for field in layer.drawing("en").fields][:3]
    ['Events', 'Reported deaths', 'Events without a figure of deaths']
    """

    filled_as = "events"

    def __init__(
        self,
        events: gpd.GeoDataFrame,
        *,
        as_: Literal["circles", "hexagons"] = "circles",
        by: Literal["events", "fatalities"] = "events",
        hexagon_km: float = 50,
        **options: Any,
    ) -> None:
        drawn, self.without_geometry = layers.areas_with_geometry(events, "EventLayer")
        checks.choice(("circles", "hexagons"), as_=as_)
        checks.choice(("events", "fatalities"), by=by)
        if not hexagon_km > 0:
            raise SchemaError(f"EventLayer: hexagon_km={hexagon_km!r} is not above 0. Give a width in kilometres")
        if options.get("tooltip") is not None:
            raise SchemaError("EventLayer: a circle gathers many events, so it takes no tooltip. Leave it out")
        _check_events(drawn, by)
        super().__init__(drawn, **options)
        self.as_ = as_
        self.by = by
        self.hexagon_km = hexagon_km

    def _draw(self, lang: str) -> Drawing:
        return self._hexagons(lang) if self.as_ == "hexagons" else self._circles(lang)

    def _circles(self, lang: str) -> EventDrawing:
        kinds = _kinds(self.table, lang)
        names = tuple(kinds.value_counts(sort=True).index.astype(str))
        deaths = _deaths(self.table)
        by_kind = deaths.groupby(kinds).sum(min_count=1).reindex(names)
        place = {name: number for number, name in enumerate(names)}
        return EventDrawing(
            title=self.title or word("events_title", lang),
            subtitle=layers.period_in_words(self.table, lang),
            names=names,
            fields=(
                Field(word("events", lang), _numbers(kinds.value_counts().reindex(names)), "whole"),
                Field(word("fatalities", lang), _numbers(by_kind), "whole"),
            ),
            points=tuple((x, y) for x, y in shapely.get_coordinates(self.table.geometry.to_numpy()).round(4).tolist()),
            kinds=names,
            kind_of=tuple(place[kind] for kind in kinds),
            fatalities=_numbers(deaths),
            vague=tuple(_vague(self.table).tolist()),
            by=self.by,
            notes=self._notes(lang),
            **layers.origin_of(self.table),
        )

    def _hexagons(self, lang: str) -> HexagonDrawing:
        sums = hexagon_sums(self.table, self.hexagon_km, lang)
        size = write_number(self.hexagon_km, lang, 0 if float(self.hexagon_km).is_integer() else 1)
        title = self.title or word("hexagons_title" if self.by == "events" else "deaths_title", lang).format(km=size)
        sums["name"] = [
            word("hexagon_name", lang).format(km=size, place=_degrees(point, lang))
            for point in sums.geometry.representative_point()
        ]
        base = AreaLayer(sums, column=self.by, title=title).drawing(lang)
        labels = {column: word(key, lang) for column, key in _COUNTED.items()}
        labels |= {column: column.removeprefix("kind: ") for column in sums if column.startswith("kind: ")}
        return HexagonDrawing(
            **{
                **vars(base),
                "subtitle": layers.period_in_words(self.table, lang),
                "notes": self._notes(lang),
                "fields": tuple(Field(label, _numbers(sums[column]), "whole") for column, label in labels.items()),
                "named": False,
                **layers.origin_of(self.table),
                "codes": tuple((code,) for code in sums["hexagon"]),
            }
        )

    def _notes(self, lang: str) -> tuple[str, ...]:
        vague = int(_vague(self.table).sum())
        notes = [word("events_vague_note", lang).format(count=write_number(vague, lang))] if vague else []
        unknown = int(_deaths(self.table).isna().sum())
        if self.by == "fatalities" and unknown:
            notes.append(
                f"{word('events_without_fatalities', lang)}{word('colon', lang)} {write_number(unknown, lang)}"
            )
        return (*notes, *layers.without_geometry_note(len(self.without_geometry), lang))


def hexagon_sums(events: gpd.GeoDataFrame, hexagon_km: float, lang: str = "en") -> gpd.GeoDataFrame:
    """One row for each hexagon with an event: events, deaths, those without a figure or an exact place, and by kind."""
    middle = _grid_middle(events)
    crs = f"+proj=laea +lon_0={middle[0]} +lat_0={middle[1]} +datum=WGS84 +units=m"
    metres = events.to_crs(crs).geometry
    cells = _cells(metres.x.to_numpy(), metres.y.to_numpy(), hexagon_km * 1000)
    kinds = _kinds(events, lang)
    deaths = _deaths(events)
    table = pd.DataFrame({"q": cells[0], "r": cells[1], "events": 1, "fatalities": deaths.to_numpy()})
    table = table.assign(unknown=deaths.isna().to_numpy(), vague=_vague(events))
    for kind in kinds.value_counts().index:
        table[f"kind: {kind}"] = (kinds == kind).to_numpy().astype(int)
    grouped = table.groupby(["q", "r"])
    sums = grouped.sum().assign(fatalities=grouped["fatalities"].sum(min_count=1)).reset_index()
    shapes = [_hexagon(q, r, hexagon_km * 1000) for q, r in zip(sums["q"], sums["r"], strict=True)]
    # The grid is fixed, so that a hexagon has the same code on every map.
    grid = "" if middle == HEXAGON_MIDDLE else f"-{middle[0]}-{middle[1]}"
    places = zip(sums.pop("q"), sums.pop("r"), strict=True)
    sums.insert(0, "hexagon", [f"hexagon{grid}-{hexagon_km:g}-km-{q}-{r}" for q, r in places])
    return gpd.GeoDataFrame(sums, geometry=shapes, crs=crs).to_crs("EPSG:4326")


def _grid_middle(events: gpd.GeoDataFrame) -> tuple[int, int]:
    """Longitude and latitude of the middle of the grid: that of the Sahel, unless the events lie far from it."""
    west, south, east, north = events.total_bounds
    x, y = (west + east) / 2, (south + north) / 2
    if max(abs(x - HEXAGON_MIDDLE[0]), abs(y - HEXAGON_MIDDLE[1])) <= _TRUE_WITHIN:
        return HEXAGON_MIDDLE
    return _STEP * round(x / _STEP), _STEP * round(y / _STEP)


def _cells(x: Any, y: Any, width: float) -> tuple[Any, Any]:
    """Column and row of the hexagon of each point: of two shifted grids of rectangles the nearer middle."""
    rise = width * math.sqrt(3)
    even = np.rint(x / width), np.rint(y / rise)
    odd = np.rint(x / width - 0.5), np.rint(y / rise - 0.5)
    to_even = (x - even[0] * width) ** 2 + (y - even[1] * rise) ** 2
    to_odd = (x - (odd[0] + 0.5) * width) ** 2 + (y - (odd[1] + 0.5) * rise) ** 2
    nearer = to_even <= to_odd
    columns = np.where(nearer, 2 * even[0], 2 * odd[0] + 1).astype(int)
    return columns, np.where(nearer, 2 * even[1], 2 * odd[1] + 1).astype(int)


def _hexagon(column: int, row: int, width: float) -> shapely.Polygon:
    x, y = column * width / 2, row * width * math.sqrt(3) / 2
    radius = width / math.sqrt(3)
    turns = [math.radians(30 + 60 * corner) for corner in range(6)]
    # Corners on one grid of millimetres, so that neighbours share them to the last digit.
    return shapely.Polygon(
        [(round(x + radius * math.cos(turn), 3), round(y + radius * math.sin(turn), 3)) for turn in turns]
    )


def _kinds(events: pd.DataFrame, lang: str) -> pd.Series:
    missing = word("events_kind_missing", lang)
    if "kind" not in events:
        return pd.Series(missing, index=events.index)
    return events["kind"].astype("object").where(events["kind"].notna(), missing).astype(str)


def _deaths(events: pd.DataFrame) -> pd.Series:
    if "fatalities" not in events:
        return pd.Series(pd.NA, index=events.index, dtype="Float64")
    return events["fatalities"].astype("Float64")


def _vague(events: pd.DataFrame) -> Any:
    if "geo_precision" not in events:
        return np.zeros(len(events), dtype=bool)
    return (events["geo_precision"].astype("Float64") >= VAGUE_FROM).fillna(False).to_numpy(dtype=bool)


def _numbers(values: pd.Series) -> tuple[int | None, ...]:
    return tuple(None if pd.isna(value) else int(value) for value in values)


def _degrees(point: shapely.Point, lang: str) -> str:
    east, north = ("E" if point.x >= 0 else word("west", lang)), ("N" if point.y >= 0 else "S")
    return f"{write_number(abs(point.y), lang, 2)}° {north}, {write_number(abs(point.x), lang, 2)}° {east}"


def _check_events(table: gpd.GeoDataFrame, by: str) -> None:
    layers.refuse_rows(table, table.geom_type != "Point", "EventLayer", "are no points. Give one point for each event")
    if by == "fatalities" or "fatalities" in table:
        checks.counts(table, "EventLayer", "fatalities")
    if "event" in table:
        key = [label for label in ("event", "source") if label in table]
        checks.once(table, "EventLayer", *key, advice="They would be counted twice. Keep one row of each event")
