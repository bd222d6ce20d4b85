"""The map for print: the same layers, drawn by matplotlib from the same drawings and the same style table."""

from __future__ import annotations

import math
import textwrap
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from sahelgeo.errors import SchemaError
from sahelgeo.flows.suppression import SUPPRESS_BELOW
from sahelgeo.maps.document import (
    Sheet,
    bounds_of,
    check_folder,
    credit_lines,
    language_of,
    layers_of,
    subtitle_of,
    title_of,
)
from sahelgeo.maps.drawing import AreaDrawing, Drawing, EventDrawing, FlowDrawing, SymbolDrawing
from sahelgeo.maps.print_digits import write_digits
from sahelgeo.maps.print_ground import draw_ground, draw_scale, polygon_outline
from sahelgeo.maps.print_labels import write_names
from sahelgeo.maps.print_legend import LEGEND_INCHES, draw_legend, legend_height
from sahelgeo.maps.print_marks import draw_events, draw_marks, draw_settlements, on_paper
from sahelgeo.maps.print_shapes import (
    HATCHES,
    POINTS_PER_PIXEL,
    amount,
    arrow_outline,
    arrow_width,
    circle_radius,
)
from sahelgeo.maps.small_counts import withhold
from sahelgeo.maps.style import LITERAL_TEXT, style
from sahelgeo.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = (".png", ".svg", ".pdf")


def figure(
    m: Sheet, path: str | Path | None = None, *, width_inches: float = 10.0, dpi: int = 150, names: bool = True
) -> Figure:
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
    names : bool
        Write the names of areas or places where they have room: clear of digits, circles and each other, mostly inside
        their area. Names without room are left out.

    Returns
    -------
    matplotlib.figure.Figure
        The figure, also when it was saved. It is not registered with pyplot, so nothing needs to be closed.

    Raises
    ------
    SchemaError
        No layer is on the map, or the ending of the path is another one.

    See Also
    --------
    small_multiples : One small printed map for each period.
    Map : A map with title, legends and sources.

    Notes
    -----
    Colours, classes and sizes are those of the page. Areas in degrees are drawn with the aspect of their middle
    latitude.

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
    check_paper(path, width_inches, dpi)
    below = getattr(m, "suppress_below", SUPPRESS_BELOW)
    drawings = [
        withhold(on_paper(layer.drawing(language_of(m, layer)), language_of(m, layer)), below) for layer in layers
    ]
    with print_settings():
        sheet, axes = _sheet(m, drawings, width_inches)
        arrows = draw_layers(axes, drawings, m.lang, ground=m.ground)
        if names:
            write_names(axes, drawings, arrows)
        draw_scale(axes)
        if path is not None:
            sheet.savefig(path, dpi=dpi, metadata=file_facts(Path(path), title_of(m, drawings)))
    return sheet


def print_settings() -> AbstractContextManager[None]:
    """One font, text as text, dollar signs as they are, whatever the reader's own settings."""
    return mpl.rc_context(
        {
            "font.family": ["DejaVu Sans"],
            "hatch.linewidth": 0.6,
            "svg.fonttype": "none",
            "pdf.fonttype": 42,
            **LITERAL_TEXT,
        }
    )


def check_ending(path: str | Path | None) -> None:
    """Raise unless the ending of a path is a format that can be written."""
    if path is not None and Path(path).suffix.lower() not in FORMATS:
        raise SchemaError(f"{Path(path).name}: the ending is not one of {', '.join(FORMATS)}. It chooses the format")


def check_paper(path: str | Path | None, width_inches: float, dpi: float) -> None:
    """Raise unless the ending and the folder of a path are there, and the sheet has a size that can be read."""
    check_ending(path)
    check_folder(path)
    if not 3 <= width_inches <= 60:
        raise SchemaError(f"width_inches={width_inches!r} is not a width from 3 to 60 inches; the legend alone takes 2")
    if not 30 <= dpi <= 2400:
        raise SchemaError(f"dpi={dpi!r} is not a number from 30 to 2400; 150 is for the screen, 300 for print")


def file_facts(path: Path, title: str) -> dict[str, Any]:
    """What a saved file says about itself."""
    # Without a date the same map gives the same file.
    return {".svg": {"Date": None, "Title": title}, ".pdf": {"CreationDate": None, "Title": title}}.get(
        path.suffix.lower(), {"Title": title}
    )


def _sheet(m: Sheet, drawings: list[Drawing], width: float) -> tuple[Figure, Axes]:
    """The sheet with its furniture, and the axes of the map in degrees."""
    head = head_lines(m, drawings, width)
    foot = foot_lines(m, drawings, width)
    map_width = width - LEGEND_INCHES - 0.35
    ratio = height_by_width(drawings)
    map_height = min(max(map_width * ratio, 3.6, legend_height(drawings)), 1.5 * width)
    top, bottom = 0.2 + sum(size * 1.45 / 72 for _, size, _, _ in head), 0.15 + len(foot) * 0.135
    height = map_height + top + bottom
    sheet = Figure(figsize=(width, height))
    FigureCanvasAgg(sheet)
    axes = sheet.add_axes((0.15 / width, bottom / height, map_width / width, map_height / height))
    set_view(axes, drawings)
    write_lines(sheet, head, foot, height, width)
    legend = sheet.add_axes(
        ((width - LEGEND_INCHES - 0.1) / width, bottom / height, LEGEND_INCHES / width, map_height / height)
    )
    legend.set(xlim=(0, LEGEND_INCHES), ylim=(-map_height, 0))
    legend.axis("off")
    draw_legend(legend, drawings, m.lang)
    return sheet, axes


def _view(drawings: list[Drawing]) -> tuple[float, float, float, float, float]:
    """West, south, east, north with a margin, and how much longer a degree of latitude is there."""
    west, south, east, north = bounds_of(drawings)
    pad = 0.05 * max(east - west, north - south, 0.1)
    return west - pad, south - pad, east + pad, north + pad, 1 / math.cos(math.radians((south + north) / 2))


def height_by_width(drawings: list[Drawing]) -> float:
    """The shape of the map that holds the drawings."""
    west, south, east, north, stretch = _view(drawings)
    return (north - south) * stretch / (east - west)


def set_view(axes: Axes, drawings: list[Drawing]) -> None:
    """Set the axes to the drawings, in degrees."""
    west, south, east, north, stretch = _view(drawings)
    box = axes.get_window_extent()
    shape = box.height / box.width
    # The side that has room to spare shows more of the ground.
    more_north = max(0.0, shape * (east - west) / stretch - (north - south)) / 2
    more_east = max(0.0, (north - south) * stretch / shape - (east - west)) / 2
    west, south, east, north = west - more_east, south - more_north, east + more_east, north + more_north
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
    axes.set_aspect(stretch, adjustable="datalim")
    axes.set_facecolor(style()["ground"]["sea"])
    for spine in axes.spines.values():
        spine.set_color("#BFBFBF")


def head_lines(m: Sheet, drawings: list[Drawing], width: float) -> list[tuple[str, float, str, str]]:
    """Text, size, weight and colour of the lines at the top."""
    quiet, warning = style()["text"]["quiet"], style()["text"]["warning"]
    lines = [
        (text, 14.0, "bold", style()["text"]["colour"])
        for text in textwrap.wrap(title_of(m, drawings), int(width * 8.4))
    ]
    lines += [(text, 8.5, "normal", quiet) for text in textwrap.wrap(subtitle_of(m, drawings), int(width * 15))]
    note = credit_lines(drawings, m.lang, ground=m.ground)["synthetic"]
    return lines + [(text, 8.5, "bold", warning) for text in textwrap.wrap(note, int(width * 12))]


def foot_lines(m: Sheet, drawings: list[Drawing], width: float) -> list[str]:
    """The lines at the foot: sources and disclaimer."""
    credited = "  •  ".join(credit_lines(drawings, m.lang, ground=m.ground)["lines"])
    text = f"{word('sources', m.lang)}{word('colon', m.lang)} {credited}"
    return [
        *textwrap.wrap(text, int(width * 18.5)),
        *textwrap.wrap(f"{word('disclaimer', m.lang)} {word('made_with', m.lang)}.", int(width * 18.5)),
    ]


def write_lines(
    sheet: Figure, head: list[tuple[str, float, str, str]], foot: list[str], height: float, width: float
) -> None:
    """Write the lines at the top and at the foot of a sheet."""
    y = height - 0.08
    for text, size, weight, colour in head:
        sheet.text(0.15 / width, y / height, text, fontsize=size, fontweight=weight, color=colour, va="top")
        y -= size * 1.45 / 72
    for number, text in enumerate(foot):
        y = 0.1 + (len(foot) - number) * 0.135
        sheet.text(0.15 / width, y / height, text, fontsize=6.6, color=style()["text"]["quiet"], va="top")


def draw_layers(axes: Axes, drawings: list[Drawing], lang: str, *, ground: bool) -> list[Any]:
    """Draw ground, areas, arrows and circles; return the outlines of the arrows, in points."""
    if ground:
        draw_ground(axes, drawings, lang)
    radii: dict[tuple[float, float], float] = {}
    for item in drawings:
        if isinstance(item, SymbolDrawing):
            radii.update(
                {point: circle_radius(item, value) for point, value in zip(item.points, item.values, strict=True)}
            )
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
    for area, number, shape in zip(item.geometry, item.class_of, item.shapes, strict=True):
        if shape:
            continue
        one = item.classes[number]
        axes.add_patch(
            PathPatch(
                polygon_outline(area),
                facecolor=one.colour,
                edgecolor="#7A7A7A" if one.hatch else look["border"],
                hatch=HATCHES[one.hatch],
                linewidth=0,
                zorder=3,
            )
        )
        axes.add_patch(
            PathPatch(
                polygon_outline(area),
                facecolor="none",
                edgecolor=item.border or look["border"],
                linewidth=look["border_width"] * POINTS_PER_PIXEL,
                zorder=3.1,
            )
        )
    draw_settlements(axes, item)
    draw_marks(axes, item)
    write_digits(axes, item, radii)


def _draw_symbols(axes: Axes, item: SymbolDrawing) -> None:
    look = style()["symbols"]
    for point, value in sorted(zip(item.points, item.values, strict=True), key=lambda pair: -amount(pair[1])):
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


def _draw_arrows(axes: Axes, item: FlowDrawing, radii: dict[tuple[float, float], float]) -> list[Any]:
    look = style()["arrows"]
    outlines = []
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
            outlines.append(points)
    return outlines
