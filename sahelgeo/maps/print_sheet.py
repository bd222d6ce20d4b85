"""Maps for print, drawn by matplotlib from the page's drawings; small maps of periods; a picture for notebooks."""

from __future__ import annotations

import base64
import io
import math
import re
import textwrap
from contextlib import AbstractContextManager
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from shapely.errors import ShapelyError

from sahelgeo.errors import SahelgeoError, SchemaError, hearing, warn
from sahelgeo.maps.document import (
    MapOptions,
    bounds_of,
    credit_lines,
    language_of,
    layers_of,
    stamp_of,
    subtitle_of,
    title_of,
)
from sahelgeo.maps.drawing import Drawing, withhold
from sahelgeo.maps.layers import split_periods
from sahelgeo.maps.print_labels import write_labels
from sahelgeo.maps.print_layers import draw_layers, draw_scale, draw_users_own, fitted, on_paper, smaller
from sahelgeo.maps.print_legend import LEGEND_INCHES, draw_legend, legend_height
from sahelgeo.maps.scale import share_legend
from sahelgeo.maps.style import LITERAL_TEXT, font_family, in_style, style
from sahelgeo.maps.table_layers import layers_for, outlines_under
from sahelgeo.saving import check_folder, write_whole
from sahelgeo.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = (".png", ".svg", ".pdf")
# A page with its picture in a notebook, and what the page may take of it, before its quotes are written as entities.
_MOST_BYTES = 500_000
_PAGE_KB = 380
_RESOLUTIONS = (96, 72, 54)
# What folium writes before the page, for notebooks that do not show it.
_UNTRUSTED = re.compile(r"<span[^>]*>Make this Notebook Trusted.*?</span>")
_KEPT = "_sahelgeo_picture"
_WIDTH = 10.0
_CAPTION_LINE, _NOTE_LINE = 0.15, 0.125
_MOST = 40
_LOGO = 0.42


def figure(
    m: Any, path: str | Path | None = None, *, width_inches: float = 10.0, dpi: int = 150, names: bool = True
) -> Figure:
    """Draw a map for print: PNG, SVG or PDF, without a browser.

    The layers that are shown when the page opens are drawn in their order, with the same colours, words and sizes as on
    the page, and with title, periods, legend, sources and disclaimer.

    Parameters
    ----------
    m : Map or Panels
        A map with layers, or what :func:`compare_map` returns: its maps stand beside each other.
    path : str or pathlib.Path, optional
        Where to save; the ending .png, .svg or .pdf chooses the format.
    width_inches : float
        Width of the sheet; the height follows from what is drawn.
    dpi : int
        Pixels per inch, for PNG.
    names : bool
        Write the names of areas and places where they have room, at the places where the page has them. Names without
        room are left out.

    Returns
    -------
    matplotlib.figure.Figure
        The figure, also when it was saved. It is not registered with pyplot, so nothing needs to be closed.

    Raises
    ------
    SchemaError
        No layer is on the map, the page is a story, or the ending of the path is another one.

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
    if hasattr(m, "sections"):
        check_paper(path, width_inches, dpi)
        return _compared(m, path, width_inches, dpi)
    layers = [layer for layer in layers_of(m) if layer.show]
    if not layers:
        raise SchemaError("there is no layer to draw. Add one that is shown: PhaseLayer(table).add_to(m)")
    check_paper(path, width_inches, dpi)
    given: MapOptions = getattr(m, "given", MapOptions())
    drawings = [
        withhold(on_paper(layer.drawing(language_of(m, layer)), language_of(m, layer)), given.suppress_below)
        for layer in layers
    ]
    with in_style(given.style), print_settings():
        sheet, axes, drawings = _sheet(given, drawings, width_inches)
        draw_layers(axes, drawings, given.lang, ground=given.ground)
        write_labels(axes, drawings, given.lang, names=names)
        draw_scale(axes)
        lost = draw_users_own(axes, m)
        if path is not None:
            save_sheet(sheet, path, dpi, title_of(given, drawings))
    if lost:
        warn(
            f"figure: {', '.join(lost)} cannot be drawn on paper and {'is' if len(lost) == 1 else 'are'} left out; "
            "the page shows them"
        )
    return sheet


def print_settings() -> AbstractContextManager[None]:
    """The font of the house or the usual one, text as text, whatever the reader's own settings."""
    fonts: dict[Any, Any] = {"font.family": font_family(), "svg.fonttype": "none", "pdf.fonttype": 42}
    return mpl.rc_context({**fonts, "hatch.linewidth": 0.6, **LITERAL_TEXT})


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


def save_sheet(sheet: Figure, path: str | Path, dpi: float, title: str) -> None:
    """Write the sheet to a file that bears its title."""
    # Without a date the same map gives the same file.
    undated: dict[str, Any] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(
        Path(path).suffix.lower(), {}
    )
    drawn, kind = io.BytesIO(), Path(path).suffix[1:].lower()
    sheet.savefig(drawn, format=kind, dpi=dpi, metadata={**undated, "Title": title})
    write_whole(path, drawn.getvalue())


def _map_width(width: float) -> float:
    """What the legend leaves of the width of a sheet, in inches."""
    return width - LEGEND_INCHES - 0.35


def _sheet(m: MapOptions, drawings: list[Drawing], width: float) -> tuple[Figure, Axes, list[Drawing]]:
    """The sheet with its furniture, the axes of the map in degrees, and the drawings in sizes that fit it."""
    map_width = _map_width(width)
    block = min(max(map_width * height_by_width(drawings), 3.6, legend_height(drawings)), 1.5 * width)
    sheet, bottom = paper(m, drawings, width, block)
    axes = axes_in_inches(sheet, (0.15, bottom, map_width, block))
    set_view(axes, drawings)
    sized = fitted(axes, drawings)
    legend_beside(sheet, sized, m.lang, (bottom, block))
    return sheet, axes, sized


class Paper(Figure):
    """A figure that a notebook shows without pyplot."""

    def _repr_png_(self) -> bytes:
        drawn = io.BytesIO()
        self.savefig(drawn, format="png", dpi=96)
        return drawn.getvalue()


def paper(m: MapOptions, drawings: list[Drawing], width: float, block: float) -> tuple[Figure, float]:
    """A sheet with its lines around a block of so many inches; and how far from the foot the block begins."""
    logo = Image.open(io.BytesIO(picture[1])) if m.style and (picture := m.style.logo_picture()) else None
    beside = min(2.0, _LOGO * logo.width / logo.height) + 0.2 if logo is not None else 0.0
    head, foot = _head_lines(m, drawings, width - beside), _foot_lines(m, drawings, width)
    bottom = 0.15 + len(foot) * 0.135
    height = block + 0.2 + max(sum(size * 1.45 / 72 for _, size, _, _ in head), _LOGO * bool(beside)) + bottom
    sheet = Paper(figsize=(width, height))
    FigureCanvasAgg(sheet)
    y = height - 0.08
    for text, size, weight, colour in head:
        sheet.text(0.15 / width, y / height, text, fontsize=size, fontweight=weight, color=colour, va="top")
        y -= size * 1.45 / 72
    for number, text in enumerate(foot):
        y = 0.1 + (len(foot) - number) * 0.135
        sheet.text(0.15 / width, y / height, text, fontsize=6.6, color=style()["text"]["quiet"], va="top")
    if logo is not None:
        frame = axes_in_inches(sheet, (width - beside + 0.1, height - 0.05 - _LOGO, beside - 0.2, _LOGO))
        frame.imshow(logo)
        frame.axis("off")
    return sheet, bottom


def axes_in_inches(sheet: Figure, box: tuple[float, float, float, float]) -> Axes:
    """Axes at a place of the sheet: left, low, width and height."""
    across, up = sheet.get_size_inches()
    return sheet.add_axes((box[0] / across, box[1] / up, box[2] / across, box[3] / up))


def legend_beside(
    sheet: Figure, drawings: list[Drawing], lang: str, room: tuple[float, float], *, counts: bool = True
) -> None:
    """The legend at the right of a block that begins so far from the foot and is so high."""
    bottom, block = room
    legend = axes_in_inches(sheet, (sheet.get_figwidth() - LEGEND_INCHES - 0.1, bottom, LEGEND_INCHES, block))
    legend.set(xlim=(0, LEGEND_INCHES), ylim=(-block, 0))
    legend.axis("off")
    draw_legend(legend, drawings, lang, counts=counts)


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


def _head_lines(m: MapOptions, drawings: list[Drawing], width: float) -> list[tuple[str, float, str, str]]:
    """Text, size, weight and colour of the lines at the top."""
    look = style()["text"]
    parts = (
        (title_of(m, drawings), 8.4, (14.0, "bold", look["title"])),
        (subtitle_of(m, drawings), 15, (8.5, "normal", look["quiet"])),
    )
    return [(line, *how) for text, letters, how in parts for line in textwrap.wrap(text, int(width * letters))]


def _foot_lines(m: MapOptions, drawings: list[Drawing], width: float) -> list[str]:
    """The lines at the foot: sources and disclaimer."""
    credited = "  •  ".join(credit_lines(drawings, m.lang, ground=m.ground))
    text = f"{word('sources', m.lang)}{word('colon', m.lang)} {credited}"
    # A chart has no borders that could be taken for somebody's claim.
    borders = f"{word('disclaimer', m.lang)} " if any(type(item) is not Drawing for item in drawings) else ""
    letters = int(width * 18.5)
    return [*textwrap.wrap(text, letters), *textwrap.wrap(f"{borders}{word('made_with', m.lang)}.", letters)]


def notebook_bundle(m: Any, include: Any = None, exclude: Any = None) -> dict[str, str]:
    """The page as HTML and, where it can be drawn, the picture as PNG in base64.

    The picture is in the HTML too, behind the page: a notebook that is not trusted takes the page out.
    """
    html = m._repr_html_()
    if len(html.encode()) > 0.92 * _MOST_BYTES and m.max_kb > _PAGE_KB:
        given, m.max_kb = m.max_kb, _PAGE_KB
        try:
            html = m._repr_html_()
        finally:
            m.max_kb = given
    picture = still_picture(m, most_bytes=(_MOST_BYTES - len(html.encode())) // 2 - 200)
    bundle = {"text/html": html}
    if picture:
        image = f'<img src="data:image/png;base64,{picture}" alt="{escape(m.title or "")}" style="max-width:100%">'
        bundle = {"text/html": _UNTRUSTED.sub(lambda _: image, html, count=1), "image/png": picture}
    return {
        kind: text for kind, text in bundle.items() if (not include or kind in include) and kind not in (exclude or ())
    }


def still_picture(m: Any, *, most_bytes: int) -> str:
    """The printed map as PNG in base64 of at most so many characters; empty where it cannot be drawn or does not fit.

    The picture is drawn once and kept on the map until a layer changes.
    """
    stamp = None if hasattr(m, "sections") else (stamp_of(m, m.furniture()), most_bytes // 10_000)
    kept = getattr(m, _KEPT, None)
    if kept is not None and stamp is not None and kept[0] == stamp:
        return str(kept[1])
    try:
        picture = _drawn(m, most_bytes)
    except (*(SahelgeoError, ArithmeticError, ValueError, TypeError, AttributeError, LookupError),
            *(RuntimeError, OSError, ShapelyError)) as problem:  # fmt: skip
        # A picture is a spare: what cannot be drawn on paper, or what users added to a layer, is on the page.
        picture = ""
        if any(isinstance(child, folium.map.Layer) for child in getattr(m, "_children", {}).values()):
            warn(f"the map has no picture for readers without HTML: {problem}")
    setattr(m, _KEPT, (stamp, picture))
    return picture


def _drawn(m: Any, most_bytes: int) -> str:
    with hearing():  # What paper cannot show is on the page beside it.
        sheet = figure(m, width_inches=8)
    for dpi in _RESOLUTIONS:
        raw, small = io.BytesIO(), io.BytesIO()
        sheet.savefig(raw, format="png", dpi=dpi)
        few_colours(Image.open(raw), 96).save(small, format="PNG", optimize=True)
        text = base64.b64encode(small.getvalue()).decode("ascii")
        if len(text) <= most_bytes:
            return text
    return ""


def few_colours(picture: Image.Image, count: int) -> Image.Image:
    """The picture in its most frequent colours, which stay exactly as they are: a phase keeps its official colour."""
    # Pillow's own choice of nearest colours works on a coarse grid and turns white into grey.
    pixels = np.asarray(picture.convert("RGB")).astype(np.int64)
    packed, place, often = np.unique(pixels @ [65536, 256, 1], return_inverse=True, return_counts=True)
    kept = packed[np.argsort(-often, kind="stable")[:count]]
    colours, found = (np.stack([some // 65536, some // 256 % 256, some % 256], axis=1) for some in (kept, packed))
    nearest = ((found[:, None] - colours[None]) ** 2).sum(axis=2).argmin(axis=1)
    drawn = Image.fromarray(nearest[place].reshape(pixels.shape[:2]).astype(np.uint8))
    drawn.putpalette(colours.astype(np.uint8).tobytes())
    return drawn


def small_multiples(
    table: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    path: str | Path | None = None,
    column: str | None = None,
    title: str | None = None,
    lang: str = "en",
) -> Figure:
    """Draw every period of a table on a map of its own, in the same classes and sizes, under one legend.

    Parameters
    ----------
    table : pandas.DataFrame or geopandas.GeoDataFrame
        Phases, stocks, flows or any table with areas, with ``start`` and ``end`` (and ``kind``), or ``as_of`` or
        ``date``.
    areas : geopandas.GeoDataFrame, optional
        The areas, for a table without geometry.
    path : str or pathlib.Path, optional
        Where to save; the ending .png, .svg or .pdf chooses the format.
    column : str, optional
        What to draw, as for :func:`compare_map`.
    title : str, optional
        The default says what is drawn.
    lang : {"en", "fr"}
        Language of the words, numbers and days.

    Returns
    -------
    matplotlib.figure.Figure
        One map for each period, in the order of time, ten inches wide. An area that has no row in a period is drawn as
        without data there. The figure is not registered with pyplot.

    Raises
    ------
    SchemaError
        No period in the table, more than 40 periods, what the layers refuse, an unknown ending.
    UnmatchedError
        Rows whose p-code is not among the areas.

    See Also
    --------
    TimeLayer : Any layer over time, with a slider.
    figure : The map as PNG, SVG or PDF.

    Notes
    -----
    An area without a row in a period is drawn as without data: nothing is carried over from the period before.

    Examples
    --------
    >>> import pandas as pd
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> later = sample.stocks.assign(people=sample.stocks["people"] * 2, date="2021-09-06", source="made up")
    >>> sheet = sg.maps.small_multiples(pd.concat([sample.stocks, later]), sample.areas)
    >>> [axes.get_title(loc="left") for axes in sheet.axes if axes.get_title(loc="left")]
    ['6 September 2020', '6 September 2021']
    """
    check_ending(path)
    layers = layers_for(_by_period(table), areas, column=column)
    drawings = [layer.drawing(lang) for layer in layers]
    outlines = [layer.drawing(lang) for layer in outlines_under(layers[0], areas)]
    given = MapOptions(title=title if title is not None else drawings[0].title, subtitle="", lang=lang)
    return _beside_each_other(given, drawings, [item.subtitle for item in drawings], outlines, path)


def _compared(m: Any, path: str | Path | None, width: float, dpi: float) -> Figure:
    """The maps of a comparison beside each other."""
    if len(m.sections) > 1 or not m.sections[0].shared:
        raise SchemaError(
            "a sheet holds one map or one comparison, and this page is a story. Draw its maps one by one: "
            "figure(page.sections[0].maps[0])"
        )
    (section,) = m.sections
    drawn = [[layer.drawing(m.lang) for layer in layers_of(on_map)] for on_map in section.maps]
    given = replace(section.maps[0].given, title=m.title, subtitle=m.subtitle)
    return _beside_each_other(
        given, [items[-1] for items in drawn], list(section.captions), drawn[0][:-1], path, size=(width, dpi)
    )


def _beside_each_other(
    given: MapOptions,
    drawings: list[Drawing],
    captions: list[str],
    outlines: list[Drawing],
    path: str | Path | None,
    *,
    size: tuple[float, float] = (_WIDTH, 150),
) -> Figure:
    """Drawings under one legend on one sheet, saved where there is a path."""
    shared = share_legend(drawings, word("colon", given.lang))
    # What is said of all maps stands in the legend; what is said of one stands above it.
    of_all = [note for note in drawings[0].notes if all(note in item.notes for item in drawings)]
    notes = [[note for note in item.notes if note not in of_all] for item in drawings]
    held = [replace(withhold(item, given.suppress_below), notes=tuple(of_all)) for item in shared]
    with in_style(given.style), print_settings():
        sheet = _periods_sheet(given, held, list(zip(captions, notes, strict=True)), outlines, size[0])
        if path is not None:
            save_sheet(sheet, path, size[1], str(given.title))
    return sheet


def _by_period(table: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows of each period, in the order of time."""
    parts = [table.iloc[list(one.rows)] for one in split_periods(table, "small_multiples") if one.rows]
    if len(parts) > _MOST:
        raise SchemaError(
            f"{len(parts)} periods are more than the {_MOST} that can be read on a sheet. Choose some of them"
        )
    return parts


def _periods_sheet(
    m: MapOptions,
    drawings: list[Drawing],
    captions: list[tuple[str, list[str]]],
    outlines: list[Drawing],
    full: float,
) -> Figure:
    everything = [*outlines, *drawings]
    columns = _columns(len(drawings))
    rows = math.ceil(len(drawings) / columns)
    room = _map_width(full)
    width = room / columns - 0.08
    height = min(width * height_by_width(everything), 1.5 * width)
    wrapped = ["\n".join(textwrap.wrap(caption, int(width * 13))) for caption, _ in captions]
    notes = ["\n".join(line for note in own for line in textwrap.wrap(note, int(width * 18))) for _, own in captions]
    lines = [note.count("\n") + bool(note) for note in notes]
    above = 0.12 + _CAPTION_LINE * (1 + max(caption.count("\n") for caption in wrapped)) + _NOTE_LINE * max(lines)
    drawings = [smaller(item, min(1.0, 1.4 * width / room)) for item in drawings]
    block = max(rows * (height + above), legend_height(drawings[:1]))
    sheet, bottom = paper(m, everything, full, block)
    for number, (item, caption, note) in enumerate(zip(drawings, wrapped, notes, strict=True)):
        row, column = divmod(number, columns)
        left, low = 0.15 + column * (width + 0.08), bottom + block - (row + 1) * (height + above)
        axes = axes_in_inches(sheet, (left, low, width, height))
        set_view(axes, everything)
        axes.set_title(caption, loc="left", fontsize=8, fontweight="bold", pad=3 + 72 * _NOTE_LINE * lines[number])
        said: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom"}
        axes.annotate(note, (0, 1), (0, 3), fontsize=6.6, color=style()["text"]["quiet"], **said)
        draw_layers(axes, [*outlines, item], m.lang, ground=True)
        write_labels(axes, [*outlines, item], m.lang, names=False)
        draw_scale(axes)
    explained = replace(drawings[0], subtitle="")
    legend_beside(sheet, [explained], m.lang, (bottom, block), counts=False)
    return sheet


def _columns(count: int) -> int:
    return next(columns for columns, most in ((1, 1), (2, 4), (3, 12), (4, 24), (5, _MOST)) if count <= most)
