"""What is drawn on a printed map, from the ground up: neighbours, areas, arrows, circles, digits, names, kilometres."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import pandas as pd
import shapely
import shapely.affinity
from matplotlib.colors import to_rgba
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from matplotlib.transforms import ScaledTranslation
from PIL import ImageColor

from sahelgeo.maps.document import country_names, foreign_children, ground_areas
from sahelgeo.maps.drawing import (
    SUPPRESSED,
    AreaDrawing,
    Drawing,
    EventDrawing,
    FlowDrawing,
    SymbolDrawing,
    TimeDrawing,
    Value,
    gathered_events,
    label_points,
)
from sahelgeo.maps.style import style, text_on
from sahelgeo.words import word, write_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Size of the names of countries, and how wide and high a capital letter is at that size, in points.
_NAME, _LETTER, _LINE = 6.5, 4.9, 7.5
_KM_OF_A_DEGREE = 111.32
_SCALE_SHARE = 0.2
_NICE = (1, 2, 3, 5, 10)


def draw_layers(axes: Axes, drawings: list[Drawing], lang: str, *, ground: bool) -> None:
    """Draw ground, areas, arrows and circles."""
    if ground:
        draw_ground(axes, drawings, lang)
    if not any(isinstance(item, AreaDrawing) for item in drawings):
        _draw_outlines(axes, drawings)
    radii = radii_of(drawings)
    # Areas lie under arrows and arrows under circles whatever the order in which they were added, as on the page.
    for item in sorted(drawings, key=_height):
        if isinstance(item, AreaDrawing):
            _draw_areas(axes, item)
        elif isinstance(item, FlowDrawing):
            _draw_arrows(axes, item, radii)
        elif isinstance(item, EventDrawing):
            draw_events(axes, item, lang)
        elif isinstance(item, SymbolDrawing):
            _draw_symbols(axes, item)


def _draw_outlines(axes: Axes, drawings: list[Drawing]) -> None:
    """The areas that circles stand for, where no layer of areas shows them."""
    border: dict[str, Any] = {"edgecolor": style()["ground"]["border"], "linewidth": 1.2 * POINTS_PER_PIXEL}
    for item in drawings:
        for area in () if not isinstance(item, SymbolDrawing) or item.areas is None else item.areas:
            axes.add_artist(PathPatch(polygon_outline(area), facecolor="none", zorder=2.5, **border))


def _height(item: Drawing) -> int:
    kinds = (AreaDrawing, FlowDrawing, EventDrawing, SymbolDrawing)
    return next(number for number, kind in enumerate(kinds) if isinstance(item, kind))


def _draw_areas(axes: Axes, item: AreaDrawing) -> None:
    look = style()["areas"]
    colour, width = item.border or look["border"], look["border_width"] * POINTS_PER_PIXEL
    for area, number, shape in zip(item.geometry, item.class_of, item.shapes, strict=True):
        if not shape:
            one, outline = item.looks[number], polygon_outline(area)
            fill = PathPatch(outline, facecolor=one.colour, linewidth=0, zorder=3)
            fill.set(edgecolor="#7A7A7A" if one.hatch else look["border"], hatch=HATCHES[one.hatch])
            # The bounds of the map are set: add_patch would follow each curve of the outline to learn them.
            axes.add_artist(fill)
            axes.add_artist(PathPatch(outline, facecolor="none", edgecolor=colour, linewidth=width, zorder=3.1))
    draw_settlements(axes, item)


def _draw_symbols(axes: Axes, item: SymbolDrawing) -> None:
    look = style()["symbols"]
    for point, value in sorted(zip(item.points, item.values, strict=True), key=lambda pair: -amount(pair[1])):
        if radius := circle_radius(item, value):
            (circle,) = axes.plot(
                *point, "o", markersize=2 * radius, color=item.fill or look["fill"], alpha=look["fill_opacity"]
            )
            width = look["border_width"] * POINTS_PER_PIXEL
            circle.set(markeredgecolor=look["border"], markeredgewidth=width, zorder=5)


def _draw_arrows(axes: Axes, item: FlowDrawing, radii: dict[tuple[float, float], float]) -> None:
    fill = filled("arrows", item)
    # Widths are points, so arrows are built on the sheet, in points.
    place, inches = on_sheet(axes), axes.figure.dpi_scale_trans
    for arc, value in zip(item.arcs, item.values, strict=True):
        if value is None:
            continue
        start, middle, end = place(np.array(arc).reshape(3, 2))
        clear = [
            radii.get(at, 0.0) + POINTS_PER_PIXEL * style()["arrows"]["clear"]
            for at in ((arc[0], arc[1]), (arc[4], arc[5]))
        ]
        points = arrow_outline(start, 2 * middle - (start + end) / 2, end, arrow_width(item, value), clear)
        if points is not None:
            patch = PathPatch(Outline(points / 72, closed=True), transform=inches, zorder=4, **fill)
            axes.add_artist(patch)
            patch.set_clip_path(axes.patch)


# What belongs to a drawn thing and is seen when it is asked for.
_ON_REQUEST = (
    *(folium.Popup, folium.Tooltip, folium.GeoJsonPopup, folium.GeoJsonTooltip),
    *([folium.Marker.SetIcon] if hasattr(folium.Marker, "SetIcon") else []),
)


def draw_users_own(axes: Axes, on_map: Any) -> list[str]:
    """Draw what users put on the map with folium alone; return the kinds that have no shape on paper."""
    lost = set()
    for child in foreign_children(on_map, hidden=False):
        shapes = _own_shapes(child)
        for shape, look in shapes:
            _draw_own(axes, shape, look)
        if not shapes and not isinstance(child, (*_ON_REQUEST, folium.Icon)):
            lost.add(type(child).__name__)
    return sorted(lost)


def _own_shapes(child: Any) -> list[tuple[Any, dict[str, Any]]]:
    """The shapes of a folium element, in degrees, each with the options of its path."""
    if isinstance(child, folium.GeoJson):
        features = [one for one in child.data.get("features", [child.data]) if one.get("geometry", one)]
        looks = [child.style_function(one) if child.style else {} for one in features]
        shapes = [shapely.geometry.shape(one.get("geometry", one)) for one in features]
        return [(part, look) for shape, look in zip(shapes, looks, strict=True) for part in shapely.get_parts(shape)]
    if isinstance(child, folium.PolyLine | folium.Polygon | folium.Rectangle):
        nested = isinstance(child.locations[0][0], list)
        lines = [np.array(line)[:, ::-1] for line in (child.locations if nested else [child.locations])]
        if isinstance(child, folium.Rectangle):
            return [(shapely.box(*lines[0].min(axis=0), *lines[0].max(axis=0)), child.options)]
        if isinstance(child, folium.PolyLine):
            return [(shapely.LineString(line), child.options) for line in lines]
        return [(shapely.Polygon(lines[0], lines[1:]), child.options)]
    if isinstance(child, folium.Marker) and child.location is not None:
        return [(_own_point(child), child.options)]
    return []


def _own_point(child: Any) -> Any:
    """The point of a marker; the ground of a circle, whose radius is in metres."""
    y, x = child.location
    if type(child) is not folium.Circle:
        return shapely.Point(x, y)
    radius: Any = child.options["radius"]
    high = radius / (1000 * _KM_OF_A_DEGREE)
    return shapely.affinity.scale(shapely.Point(x, y).buffer(high), 1 / math.cos(math.radians(y)))


def _draw_own(axes: Axes, shape: Any, look: dict[str, Any]) -> None:
    """One shape above the layers, with the colours and the widths that it has on the page."""
    colour = look.get("color") or look.get("fillColor") or "#3388ff"
    width, opacity = look.get("weight", 3) * POINTS_PER_PIXEL, look.get("opacity", 1.0)
    fill = _as_rgba(look.get("fillColor") or colour, look.get("fillOpacity", 0.2)) if look.get("fill", True) else "none"
    edge = _as_rgba(colour, opacity)
    if shape.geom_type == "Point":
        size = 2 * look.get("radius", 6) * POINTS_PER_PIXEL
        face = fill if "radius" in look else edge
        axes.plot(
            shape.x, shape.y, "o", markersize=size, markerfacecolor=face, markeredgewidth=width / 2,
            markeredgecolor=edge if "radius" in look else "#FFFFFF", zorder=7,
        )  # fmt: skip
    elif shape.geom_type == "LineString":
        axes.plot(*shape.xy, color=edge, linewidth=width, zorder=7, solid_capstyle="round")
    else:
        axes.add_artist(PathPatch(polygon_outline(shape), facecolor=fill, edgecolor=edge, linewidth=width, zorder=7))


def _as_rgba(colour: str, opacity: float) -> Any:
    """A colour as a page reads it; matplotlib knows no rgb() and hsl(), and what nobody knows is folium's blue."""
    try:
        return to_rgba(colour, opacity)
    except ValueError:
        try:
            return *(part / 255 for part in ImageColor.getrgb(colour)[:3]), opacity
        except ValueError:
            return to_rgba("#3388ff", opacity)


def draw_ground(axes: Axes, drawings: list[Drawing], lang: str) -> None:
    """The countries around, each with its name where that lies in the country and beside all that is drawn."""
    look = style()["ground"]
    west, east, south, north = *axes.get_xlim(), *axes.get_ylim()
    ground = pd.concat(ground_areas((west, south, east, north)))
    border: dict[str, Any] = {"edgecolor": look["border"], "linewidth": look["border_width"]}
    wide, high = _degrees_per_point(axes)
    frame = shapely.box(west, south, east, north)
    taken = shapely.union(_drawn(drawings, wide, high), shapely.box(*scale_corner(axes)))
    for area, name in zip(ground.geometry, country_names(ground, lang), strict=True):
        axes.add_artist(PathPatch(polygon_outline(area), facecolor=look["land"], zorder=1, **border))
        box = _place_for(area.intersection(frame), len(name) * _LETTER * wide, _LINE * high, frame, taken)
        if box is None:
            continue
        taken = shapely.union(taken, box)
        x, y = box.centroid.coords[0]
        axes.text(
            x, y, name.upper(), fontsize=_NAME, color=look["label"], ha="center", va="center", zorder=2, clip_on=True
        )


def _degrees_per_point(axes: Axes) -> tuple[float, float]:
    axes.apply_aspect()
    box, points = axes.get_window_extent(), 72 / axes.figure.dpi
    west, east, south, north = *axes.get_xlim(), *axes.get_ylim()
    return (east - west) / (box.width * points), (north - south) / (box.height * points)


def _drawn(drawings: list[Drawing], wide: float, high: float) -> Any:
    """The ground that areas and circles cover, in degrees."""
    shapes: list[Any] = []
    for item in drawings:
        if isinstance(item, AreaDrawing):
            polygons = item.geometry[item.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
            shapes += list(polygons.simplify(wide))
        elif isinstance(item, SymbolDrawing) and item.areas is not None:
            shapes += list(item.areas.simplify(wide))
    for (x, y), radius in radii_of(drawings).items():
        if radius:
            shapes.append(shapely.box(x - radius * wide, y - radius * high, x + radius * wide, y + radius * high))
    return shapely.union_all(shapely.make_valid(np.array(shapes, dtype=object)))


def _place_for(area: Any, width: float, height: float, frame: Any, taken: Any) -> Any:
    """The box of a name in the free part of a country, or None where there is no room for it."""
    free = shapely.MultiPolygon() if area.is_empty else area.difference(taken)
    parts = [part for part in shapely.get_parts(free) if part.geom_type == "Polygon" and part.area > width * height]
    for part in sorted(parts, key=lambda one: -one.area)[:2]:
        for middle in (part.representative_point(), shapely.maximum_inscribed_circle(part, tolerance=height / 4)):
            x, y = middle.coords[0]
            box = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            if frame.contains(box) and not box.intersects(taken) and box.intersection(area).area > 0.6 * box.area:
                return box
    return None


def scale_corner(axes: Axes) -> tuple[float, float, float, float]:
    """The ground under the bar of kilometres, in degrees."""
    (west, east), (south, _) = axes.get_xlim(), axes.get_ylim()
    _, high = _degrees_per_point(axes)
    return west, south, west + (_SCALE_SHARE + 0.04) * (east - west), south + 2 * _LINE * high


def draw_scale(axes: Axes) -> None:
    """A bar of kilometres in the lower left corner, true in the middle of the map."""
    axes.apply_aspect()
    west, east, south, north = *axes.get_xlim(), *axes.get_ylim()
    km_of_a_degree = _KM_OF_A_DEGREE * math.cos(math.radians((south + north) / 2))
    most = _SCALE_SHARE * (east - west) * km_of_a_degree
    unit = 10.0 ** math.floor(math.log10(most))
    km = max(nice * unit for nice in _NICE if nice * unit <= most)
    x0, y0 = west + 0.02 * (east - west), south + 0.025 * (north - south)
    x1, up = x0 + km / km_of_a_degree, 0.012 * (north - south)
    colour = style()["text"]["colour"]
    bar = [x0, x0, x1, x1], [y0 + up, y0, y0, y0 + up]
    axes.plot(*bar, color=colour, linewidth=0.9, zorder=8, solid_joinstyle="miter")
    x, y = x0 + 0.006 * (east - west), y0 + 0.2 * up
    axes.text(x, y, f"{km:g} km", fontsize=6.5, color=colour, va="bottom", zorder=8)


def polygon_outline(area: Any) -> Outline:
    """The rings of an area as one path."""
    parts = [
        Outline(np.asarray(ring.coords)[:, :2], closed=True)
        for polygon in shapely.get_parts(area)
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    return Outline.make_compound_path(*parts)


POINTS_PER_PIXEL = 0.75
HATCHES = {"": "", "diagonal": "////", "cross": "xxx", "dots": "..."}


def filled(kind: str, item: Drawing) -> dict[str, Any]:
    """Fill and border of circles or arrows, as patches take them."""
    look = style()[kind]
    border = {"edgecolor": look["border"], "linewidth": look["border_width"] * POINTS_PER_PIXEL}
    return {"facecolor": item.fill or look["fill"], "alpha": look["fill_opacity"], **border}


def on_sheet(axes: Axes) -> Callable[[Any], Any]:
    """How places become points of the sheet, after the axes have got their final scale."""
    axes.apply_aspect()
    to_inches = axes.transData + axes.figure.dpi_scale_trans.inverted()
    return lambda places: to_inches.transform(np.asarray(places)) * 72


def radii_of(drawings: list[Drawing]) -> dict[tuple[float, float], float]:
    """The radius of the circle on each point, in points."""
    circles = [item for item in drawings if isinstance(item, SymbolDrawing)]
    pairs = ((item, zip(item.points, item.values, strict=True)) for item in circles)
    return {point: circle_radius(item, value) for item, each in pairs for point, value in each}


def fitted(axes: Axes, drawings: list[Drawing]) -> list[Drawing]:
    """Circles and arrows in proportion to a small map; circles so small that none covers the middle of another."""
    look, box = style()["symbols"], axes.get_window_extent()
    wide, high = (side / axes.figure.dpi * 96 for side in (box.width, box.height))
    share = max(look["least_share"], min(1.0, wide / look["full_width"], high / look["full_height"]))
    held = [smaller(item, share) for item in drawings]
    place, apart = on_sheet(axes), 1.0
    for item in held:
        if isinstance(item, SymbolDrawing) and item.points:
            radii = np.array([circle_radius(item, value) for value in item.values])  # noqa: PD011
            large = radii > look["smallest_radius"] * POINTS_PER_PIXEL
            at, radii = place(item.points)[large], radii[large]
            far = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) / np.minimum(radii[:, None], radii[None])
            apart = min(apart, *far[far > 0].tolist(), 1.0)
    part = max(look["least_apart"], apart)
    return [smaller(item, part) for item in held]


def smaller(item: Drawing, part: float) -> Drawing:
    """Circles and arrows of a part of their size: the largest size stands for a larger number."""
    if isinstance(item, SymbolDrawing):
        return replace(item, largest=item.largest / part**2)
    return replace(item, largest=item.largest / part) if isinstance(item, FlowDrawing) else item


def amount(value: Value) -> float:
    """The number that a size stands for; 0 where there is none or where it is withheld."""
    return float(value) if isinstance(value, int | float) else 0.0


def circle_radius(item: SymbolDrawing, value: Value) -> float:
    """Radius in points; a withheld count has the smallest."""
    look = style()["symbols"]
    if value != SUPPRESSED and not (value and item.largest):
        return 0.0
    full = look["largest_radius"] * math.sqrt(amount(value) / (item.largest or 1))
    return float(max(look["smallest_radius"], full) * POINTS_PER_PIXEL)


def arrow_width(item: FlowDrawing, value: Value) -> float:
    """Width in points; a withheld count has the narrowest."""
    look = style()["arrows"]
    return float(max(look["narrowest"], look["widest"] * amount(value) / (item.largest or 1)) * POINTS_PER_PIXEL)


def arrow_outline(start: Any, control: Any, end: Any, width: float, clear: Sequence[float]) -> Any:
    """The corners of a curved arrow that keeps clear of its ends; the same shape as on the page."""
    t = np.linspace(0, 1, 41)[:, None]
    curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    steps = np.hypot(*np.diff(curve, axis=0).T)
    along = np.concatenate([[0], np.cumsum(steps)])
    total, look = along[-1], style()["arrows"]
    if total < POINTS_PER_PIXEL * look["shortest"]:
        return None
    first, last = min(clear[0], total * 0.25), total - min(clear[1], total * 0.25)
    long, broad = (width * part + POINTS_PER_PIXEL * more for part, more in (look["head"], look["wing"]))
    head, wing = min(long, (last - first) * 0.6), min(broad, total * 0.3)
    places = np.linspace(first, last - head, 15)
    half = width / 2 * np.linspace(0.55, 1, 15)[:, None]
    body, sides = _at(curve, along, places)
    neck, across = _at(curve, along, np.array([last - head]))
    tip, _ = _at(curve, along, np.array([last]))
    return np.vstack(
        [
            body + sides * half,
            neck + across * wing,
            tip,
            neck - across * wing,
            (body - sides * half)[::-1],
            body[:1] + sides[:1] * half[:1],
        ]
    )


def _at(curve: Any, along: Any, places: Any) -> tuple[Any, Any]:
    points = np.column_stack([np.interp(places, along, curve[:, axis]) for axis in (0, 1)])
    number = np.clip(np.searchsorted(along, places, side="left") - 1, 0, len(curve) - 2)
    direction = curve[number + 1] - curve[number]
    length = np.maximum(np.hypot(*direction.T), 1e-12)[:, None]
    return points, np.column_stack([-direction[:, 1], direction[:, 0]]) / length


MARK_TEXT = {"evidence_1": "*", "evidence_2": "**", "evidence_3": "***", "assistance": "!"}
SETTLEMENT_MARKERS = {"urban": "o", "idp_site": "D", "refugee": "^"}
_SACK = Outline(
    [
        *((-0.4, 0.5), (-0.6, 1.0), (0, 0.8), (0.6, 1.0), (0.4, 0.5)),
        *((1.1, -0.2), (1, -1), (-1, -1), (-1.1, -0.2), (-0.4, 0.5)),
    ],
    closed=True,
)
_BARRED = Outline.make_compound_path(
    Outline.unit_circle(), Outline([(-0.7, -0.7), (0.7, 0.7), (0.7, 0.7), (-0.7, -0.7)], closed=True)
)
_DRAWN = {"white_sack": (_SACK, "#FFFFFF"), "black_sack": (_SACK, "#111111"), "limited_access": (_BARRED, "#FFFFFF")}


def on_paper(item: Drawing, lang: str) -> Drawing:
    """What a sheet shows: of a layer over time the last period, with a note that says so."""
    if not isinstance(item, TimeDrawing):
        return item
    note = word("period_printed", lang).format(count=write_number(len(item.frames), lang), period=item.labels[-1])
    return replace(item.shown(), notes=(note, *item.shown().notes))


def mark_look(key: str) -> tuple[Outline | str, str]:
    """Marker and fill of a symbol that is drawn, not written."""
    return (SETTLEMENT_MARKERS[key], "#FFFFFF") if key in SETTLEMENT_MARKERS else _DRAWN[key]


def settlements_of(item: AreaDrawing) -> Iterator[tuple[tuple[float, float], int, tuple[float, float]]]:
    """Point and number of each settlement, and how far right and up it is moved: those on one point stand in a row."""
    look, seen = style()["settlements"], Counter[tuple[float, float]]()
    for number, (point, shape) in enumerate(zip(label_points(item.geometry), item.shapes, strict=True)):
        if shape:
            yield point, number, (look["beside"] * seen[point], look["above"] * bool(seen[point]))
        seen[point] += 1


def draw_settlements(axes: Axes, item: AreaDrawing) -> None:
    """Settlements as points in the colour of their phase."""
    for point, number, (right, up) in settlements_of(item) if any(item.shapes) else ():
        moved = axes.transData + ScaledTranslation(right / 96, up / 96, axes.figure.dpi_scale_trans)
        colour = item.looks[item.class_of[number]].colour
        draw_point(axes, point, moved, SETTLEMENT_MARKERS[item.shapes[number]], colour)


def draw_point(axes: Axes, point: tuple[float, float], place: Any, marker: Outline | str, fill: str) -> None:
    """A small symbol."""
    axes.plot(
        *point, marker=marker, markersize=8, color=fill, markeredgecolor="#111111", markeredgewidth=0.9,
        transform=place, zorder=6.1, linestyle="none", path_effects=[withStroke(linewidth=3, foreground="#FFFFFF")],
    )  # fmt: skip


def gather(item: EventDrawing) -> list[tuple[tuple[float, float], float | None]]:
    """Middle and number of each group of events that stand near each other, the largest first."""
    found = [(middle, _number(item, members)) for middle, members in gathered_events(item)]
    return sorted(found, key=lambda one: -(one[1] or 0))


def _number(item: EventDrawing, members: list[int]) -> float | None:
    if item.by == "events":
        return len(members)
    known = [deaths for number in members if (deaths := item.fatalities[number]) is not None]
    return sum(known) if known else None


def event_circles(item: EventDrawing, lang: str) -> list[tuple[tuple[float, float], str, float]]:
    """Middle, number as it is written and radius in pixels of each circle, the largest first."""
    look, groups = style()["events"], gather(item)
    largest = max((number for _, number in groups if number is not None), default=0) or 1
    spread = look["largest_radius"] - look["smallest_radius"]
    return [
        (point, "?" if number is None else write_number(number, lang),
         look["smallest_radius"] + spread * math.sqrt((number or 0) / largest))
        for point, number in groups
    ]  # fmt: skip


def draw_events(axes: Axes, item: EventDrawing, lang: str) -> None:
    """Gathered events as circles with their number inside; a number that is not known is a question mark."""
    colour = item.fill or style()["events"]["fill"]
    centred: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 5.6, "clip_on": True}
    for point, written, radius in event_circles(item, lang):
        axes.plot(
            *point, "o", markersize=2 * radius * POINTS_PER_PIXEL, color=colour, markeredgecolor="#FFFFFF",
            markeredgewidth=1, zorder=5.5,
        )  # fmt: skip
        axes.text(*point, written, fontsize=7, color=text_on(colour), **centred)
