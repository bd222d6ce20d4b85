"""The layers of a printed map, from the ground up: neighbours, areas, arrows, circles, a bar of kilometres."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from sahelgeo.maps.document import ground_areas
from sahelgeo.maps.drawing import AreaDrawing, Drawing, EventDrawing, FlowDrawing, SymbolDrawing
from sahelgeo.maps.print_labels import write_digits
from sahelgeo.maps.print_marks import (
    HATCHES,
    POINTS_PER_PIXEL,
    amount,
    arrow_outline,
    arrow_width,
    circle_radius,
    draw_events,
    draw_marks,
    draw_settlements,
    filled,
    on_sheet,
    radii_of,
)
from sahelgeo.maps.style import style
from sahelgeo.words import base_language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Size of the names of countries, and how wide and high a capital letter is at that size, in points.
_NAME, _LETTER, _LINE = 6.5, 4.9, 7.5
_KM_OF_A_DEGREE = 111.32
_SCALE_SHARE = 0.2
_NICE = (1, 2, 3, 5, 10)


def draw_layers(axes: Axes, drawings: list[Drawing], lang: str, *, ground: bool) -> list[Any]:
    """Draw ground, areas, arrows and circles; return the outlines of the arrows, in points."""
    if ground:
        draw_ground(axes, drawings, lang)
    radii = radii_of(drawings)
    # Areas lie under arrows and arrows under circles whatever the order in which they were added, as on the page.
    arrows: list[Any] = []
    for item in sorted(drawings, key=_height):
        if isinstance(item, AreaDrawing):
            _draw_areas(axes, item, radii)
        elif isinstance(item, FlowDrawing):
            arrows += _draw_arrows(axes, item, radii)
        elif isinstance(item, EventDrawing):
            draw_events(axes, item, lang)
        elif isinstance(item, SymbolDrawing):
            _draw_symbols(axes, item)
    return arrows


def _height(item: Drawing) -> int:
    kinds = (AreaDrawing, FlowDrawing, EventDrawing, SymbolDrawing)
    return next(number for number, kind in enumerate(kinds) if isinstance(item, kind))


def _draw_areas(axes: Axes, item: AreaDrawing, radii: dict[tuple[float, float], float]) -> None:
    look = style()["areas"]
    colour, width = item.border or look["border"], look["border_width"] * POINTS_PER_PIXEL
    for area, number, shape in zip(item.geometry, item.class_of, item.shapes, strict=True):
        if not shape:
            one, outline = item.classes[number], polygon_outline(area)
            fill = PathPatch(outline, facecolor=one.colour, linewidth=0, zorder=3)
            fill.set(edgecolor="#7A7A7A" if one.hatch else look["border"], hatch=HATCHES[one.hatch])
            axes.add_patch(fill)
            axes.add_patch(PathPatch(outline, facecolor="none", edgecolor=colour, linewidth=width, zorder=3.1))
    draw_settlements(axes, item)
    draw_marks(axes, item)
    write_digits(axes, item, radii)


def _draw_symbols(axes: Axes, item: SymbolDrawing) -> None:
    look = style()["symbols"]
    for point, value in sorted(zip(item.points, item.values, strict=True), key=lambda pair: -amount(pair[1])):
        if radius := circle_radius(item, value):
            (circle,) = axes.plot(*point, "o", markersize=2 * radius, color=look["fill"], alpha=look["fill_opacity"])
            width = look["border_width"] * POINTS_PER_PIXEL
            circle.set(markeredgecolor=look["border"], markeredgewidth=width, zorder=5)


def _draw_arrows(axes: Axes, item: FlowDrawing, radii: dict[tuple[float, float], float]) -> list[Any]:
    fill = filled("arrows")
    outlines = []
    # Widths are points, so arrows are built on the sheet, in points.
    place, inches = on_sheet(axes), axes.figure.dpi_scale_trans
    for arc, value in zip(item.arcs, item.values, strict=True):
        if value is None:
            continue
        start, middle, end = place(np.array(arc).reshape(3, 2))
        clear = [radii.get(at, 0.0) + 2.5 for at in ((arc[0], arc[1]), (arc[4], arc[5]))]
        points = arrow_outline(start, 2 * middle - (start + end) / 2, end, arrow_width(item, value), clear)
        if points is not None:
            patch = PathPatch(Outline(points / 72, closed=True), transform=inches, zorder=4, **fill)
            axes.add_patch(patch)
            patch.set_clip_path(axes.patch)
            outlines.append(points)
    return outlines


def draw_ground(axes: Axes, drawings: list[Drawing], lang: str) -> None:
    """The countries around, each with its name where that lies in the country and beside all that is drawn."""
    look = style()["ground"]
    west, east, south, north = *axes.get_xlim(), *axes.get_ylim()
    ground = ground_areas((west, south, east, north))
    border: dict[str, Any] = {"edgecolor": look["border"], "linewidth": look["border_width"]}
    wide, high = _degrees_per_point(axes)
    frame = shapely.box(west, south, east, north)
    corner = shapely.box(west, south, west + (_SCALE_SHARE + 0.04) * (east - west), south + 2 * _LINE * high)
    taken = shapely.union(_drawn(drawings, wide, high), corner)
    names = ground[f"name_{base_language(lang)}"].fillna(ground["name"])
    for area, name in zip(ground.geometry, names, strict=True):
        axes.add_patch(PathPatch(polygon_outline(area), facecolor=look["land"], zorder=1, **border))
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
