"""The map for print: the same layers, drawn by matplotlib from the same drawings and the same style table."""

from __future__ import annotations

import math
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke

from sahelgeo.errors import SchemaError
from sahelgeo.maps.document import bounds_of, credit_lines, ground_areas, language_of, layers_of
from sahelgeo.maps.drawing import AreaDrawing, Drawing, EventDrawing, FlowDrawing, SymbolDrawing, label_points
from sahelgeo.maps.page import Map, subtitle_of, title_of
from sahelgeo.maps.print_legend import LEGEND_INCHES, draw_legend, legend_height
from sahelgeo.maps.print_marks import MARK_TEXT, draw_events, draw_marks, draw_settlements, on_paper
from sahelgeo.maps.print_shapes import HATCHES, POINTS_PER_PIXEL, arrow_outline, arrow_width, circle_radius
from sahelgeo.maps.style import style
from sahelgeo.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FORMATS = (".png", ".svg", ".pdf")


def figure(m: Map, path: str | Path | None = None, *, width_inches: float = 10.0, dpi: int = 150) -> Figure:
    """Draw a map for print: PNG, SVG or PDF, without a browser.

    The layers that are shown when the page opens are drawn in their order, with the same colours, words and sizes as on
    the page, and with title, periods, legend, sources and disclaimer.

    Parameters
    ----------
    m : Map
        A map with layers.
    path : str or pathlib.Path, optional
        Where to save; the ending .png, .svg or .pdf chooses the format.
    width_inches : float
        Width of the sheet; the height follows from what is drawn.
    dpi : int
        Pixels per inch, for PNG.

    Returns
    -------
    matplotlib.figure.Figure
        The figure, also when it was saved. It is not registered with pyplot, so nothing needs to be closed.

    Raises
    ------
    SchemaError
        No layer is on the map, or the ending of the path is another one.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> m = sg.maps.Map()
    >>> layer = sg.maps.StockLayer(sg.attach_areas(sample.stocks, sample.areas)).add_to(m)
    >>> sheet = sg.maps.figure(m)
    >>> sheet.axes[0].get_aspect() > 1
    True
    """
    layers = [layer for layer in layers_of(m) if layer.show]
    if not layers:
        raise SchemaError("there is no layer to draw. Add one that is shown: PhaseLayer(table).add_to(m)")
    if path is not None and Path(path).suffix.lower() not in _FORMATS:
        raise SchemaError(f"{Path(path).name}: the ending is not one of {', '.join(_FORMATS)}. It chooses the format")
    drawings = [on_paper(layer.drawing(language_of(m, layer)), language_of(m, layer)) for layer in layers]
    with mpl.rc_context(
        {
            "font.family": ["DejaVu Sans"],
            "hatch.linewidth": 0.6,
            "svg.fonttype": "none",
            "pdf.fonttype": 42,
            "text.usetex": False,
            "text.parse_math": False,
        }
    ):
        sheet, axes = _sheet(m, drawings, width_inches)
        _draw_layers(m, axes, drawings)
        if path is not None:
            sheet.savefig(path, dpi=dpi, metadata=_metadata(Path(path), m.furniture().title))
    return sheet


def _metadata(path: Path, title: str) -> dict[str, Any]:
    # Without a date the same map gives the same file.
    return {".svg": {"Date": None, "Title": title}, ".pdf": {"CreationDate": None, "Title": title}}.get(
        path.suffix.lower(), {"Title": title}
    )


def _sheet(m: Map, drawings: list[Drawing], width: float) -> tuple[Figure, Axes]:
    """The sheet with its furniture, and the axes of the map in degrees."""
    west, south, east, north = bounds_of(drawings)
    pad = 0.05 * max(east - west, north - south, 0.1)
    stretch = 1 / math.cos(math.radians((south + north) / 2))
    head = _head_lines(m, drawings, width)
    foot = _foot_lines(m, drawings, width)
    map_width = width - LEGEND_INCHES - 0.35
    ratio = (north - south + 2 * pad) * stretch / (east - west + 2 * pad)
    map_height = min(max(map_width * ratio, 3.6, legend_height(drawings)), 1.5 * width)
    top, bottom = 0.2 + sum(size * 1.45 / 72 for _, size, _, _ in head), 0.15 + len(foot) * 0.135
    height = map_height + top + bottom
    sheet = Figure(figsize=(width, height))
    FigureCanvasAgg(sheet)
    axes = sheet.add_axes((0.15 / width, bottom / height, map_width / width, map_height / height))
    axes.set(xlim=(west - pad, east + pad), ylim=(south - pad, north + pad), xticks=[], yticks=[])
    axes.set_aspect(stretch, adjustable="datalim")
    axes.set_facecolor(style()["ground"]["sea"])
    for spine in axes.spines.values():
        spine.set_color("#BFBFBF")
    _write_lines(sheet, head, foot, height, width)
    legend = sheet.add_axes(
        ((width - LEGEND_INCHES - 0.1) / width, bottom / height, LEGEND_INCHES / width, map_height / height)
    )
    legend.set(xlim=(0, LEGEND_INCHES), ylim=(-map_height, 0))
    legend.axis("off")
    draw_legend(legend, drawings, m.lang)
    return sheet, axes


def _head_lines(m: Map, drawings: list[Drawing], width: float) -> list[tuple[str, float, str, str]]:
    """Text, size, weight and colour of the lines at the top."""
    quiet, warning = style()["text"]["quiet"], style()["text"]["warning"]
    lines = [
        (text, 14.0, "bold", style()["text"]["colour"])
        for text in textwrap.wrap(title_of(m, drawings), int(width * 8.4))
    ]
    lines += [(text, 8.5, "normal", quiet) for text in textwrap.wrap(subtitle_of(m, drawings), int(width * 15))]
    note = credit_lines(drawings, m.lang, ground=m.ground)["synthetic"]
    return lines + [(text, 8.5, "bold", warning) for text in textwrap.wrap(note, int(width * 14))]


def _foot_lines(m: Map, drawings: list[Drawing], width: float) -> list[str]:
    credited = "  •  ".join(credit_lines(drawings, m.lang, ground=m.ground)["lines"])
    text = f"{word('sources', m.lang)}{word('colon', m.lang)} {credited}"
    return [
        *textwrap.wrap(text, int(width * 18.5)),
        *textwrap.wrap(f"{word('disclaimer', m.lang)} {word('made_with', m.lang)}.", int(width * 18.5)),
    ]


def _write_lines(
    sheet: Figure, head: list[tuple[str, float, str, str]], foot: list[str], height: float, width: float
) -> None:
    y = height - 0.08
    for text, size, weight, colour in head:
        sheet.text(0.15 / width, y / height, text, fontsize=size, fontweight=weight, color=colour, va="top")
        y -= size * 1.45 / 72
    for number, text in enumerate(foot):
        y = 0.1 + (len(foot) - number) * 0.135
        sheet.text(0.15 / width, y / height, text, fontsize=6.6, color=style()["text"]["quiet"], va="top")


def _draw_layers(m: Map, axes: Axes, drawings: list[Drawing]) -> None:
    if m.ground:
        _draw_ground(axes, m.lang)
    radii: dict[tuple[float, float], float] = {}
    for item in drawings:
        if isinstance(item, SymbolDrawing):
            radii.update(
                {point: circle_radius(item, value) for point, value in zip(item.points, item.values, strict=True)}
            )
    # Areas lie under arrows and arrows under circles whatever the order in which they were added, as on the page.
    for item in sorted(drawings, key=_height):
        if isinstance(item, AreaDrawing):
            _draw_areas(axes, item, radii)
        elif isinstance(item, FlowDrawing):
            _draw_arrows(axes, item, radii)
        elif isinstance(item, EventDrawing):
            draw_events(axes, item, m.lang)
        elif isinstance(item, SymbolDrawing):
            _draw_symbols(axes, item)


def _height(item: Drawing) -> int:
    kinds = (AreaDrawing, FlowDrawing, EventDrawing, SymbolDrawing)
    return next(number for number, kind in enumerate(kinds) if isinstance(item, kind))


def _draw_ground(axes: Axes, lang: str) -> None:
    look = style()["ground"]
    west, east, south, north = *axes.get_xlim(), *axes.get_ylim()
    ground = ground_areas((west, south, east, north))
    aside = 0.06 * (east - west)
    for area, name in zip(ground.geometry, ground[f"name_{lang}"].fillna(ground["name"]), strict=True):
        axes.add_patch(
            PathPatch(
                _outline(area),
                facecolor=look["land"],
                edgecolor=look["border"],
                linewidth=look["border_width"],
                zorder=1,
            )
        )
        # A margin keeps names from being cut at the frame.
        inside = shapely.clip_by_rect(area, west + aside, south + aside / 3, east - aside, north - aside / 3)
        if not inside.is_empty:
            x, y = inside.representative_point().coords[0]
            axes.text(
                x, y, name.upper(), fontsize=6.5, color=look["label"], ha="center", va="center", zorder=2, clip_on=True
            )


def _outline(area: Any) -> Outline:
    parts = [
        Outline(np.asarray(ring.coords)[:, :2], closed=True)
        for polygon in shapely.get_parts(area)
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    return Outline.make_compound_path(*parts)


def _draw_areas(axes: Axes, item: AreaDrawing, radii: dict[tuple[float, float], float]) -> None:
    look = style()["areas"]
    for area, number, shape in zip(item.geometry, item.class_of, item.shapes, strict=True):
        if shape:
            continue
        one = item.classes[number]
        axes.add_patch(
            PathPatch(
                _outline(area),
                facecolor=one.colour,
                edgecolor="#7A7A7A" if one.hatch else look["border"],
                hatch=HATCHES[one.hatch],
                linewidth=0,
                zorder=3,
            )
        )
        axes.add_patch(
            PathPatch(
                _outline(area),
                facecolor="none",
                edgecolor=look["border"],
                linewidth=look["border_width"] * POINTS_PER_PIXEL,
                zorder=3.1,
            )
        )
    draw_settlements(axes, item)
    draw_marks(axes, item)
    for point, digit, number, marks, shape in zip(
        label_points(item.geometry), item.digits, item.class_of, item.marks, item.shapes, strict=True
    ):
        if shape:
            continue
        radius = radii.get(point, 0.0)
        shift = -(radius * 0.72 + 6) if radius else 0
        axes.annotate(
            digit + "".join(MARK_TEXT.get(mark, "") for mark in marks),
            point,
            (shift, -shift),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=10,
            fontweight="bold",
            color=item.classes[number].text_colour,
            path_effects=[withStroke(linewidth=2, foreground=item.classes[number].colour)],
            zorder=6,
        )


def _draw_symbols(axes: Axes, item: SymbolDrawing) -> None:
    look = style()["symbols"]
    for point, value in sorted(zip(item.points, item.values, strict=True), key=lambda pair: -(pair[1] or 0)):
        if radius := circle_radius(item, value):
            axes.plot(
                *point,
                "o",
                markersize=2 * radius,
                color=look["fill"],
                alpha=look["fill_opacity"],
                markeredgecolor=look["border"],
                markeredgewidth=look["border_width"] * POINTS_PER_PIXEL,
                zorder=5,
            )


def _draw_arrows(axes: Axes, item: FlowDrawing, radii: dict[tuple[float, float], float]) -> None:
    look = style()["arrows"]
    # Widths are points, so arrows are built on the sheet: in points, after the axes have got their final scale.
    axes.apply_aspect()
    to_points = axes.transData + axes.figure.dpi_scale_trans.inverted()
    for arc, value in zip(item.arcs, item.values, strict=True):
        if value is None:
            continue
        start, middle, end = to_points.transform(np.array(arc).reshape(3, 2)) * 72
        clear = [radii.get(place, 0.0) + 2.5 for place in ((arc[0], arc[1]), (arc[4], arc[5]))]
        points = arrow_outline(start, 2 * middle - (start + end) / 2, end, arrow_width(item, value), clear)
        if points is not None:
            patch = PathPatch(
                Outline(points / 72, closed=True),
                facecolor=look["fill"],
                edgecolor=look["border"],
                linewidth=look["border_width"] * POINTS_PER_PIXEL,
                alpha=look["fill_opacity"],
                transform=axes.figure.dpi_scale_trans,
                zorder=4,
            )
            axes.add_patch(patch)
            patch.set_clip_path(axes.patch)
