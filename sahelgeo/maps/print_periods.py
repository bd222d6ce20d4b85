"""Small multiples for print: the same map for every period, under one legend."""

from __future__ import annotations

import math
import textwrap
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
from matplotlib.figure import Figure

from sahelgeo.errors import SchemaError
from sahelgeo.flows.suppression import SUPPRESS_BELOW
from sahelgeo.maps.drawing import Drawing, FlowDrawing, SymbolDrawing, withhold
from sahelgeo.maps.one_call import layers_for, outlines_under
from sahelgeo.maps.page import Map
from sahelgeo.maps.print_layers import draw_layers, draw_scale
from sahelgeo.maps.print_legend import LEGEND_INCHES, legend_height
from sahelgeo.maps.print_sheet import (
    axes_in_inches,
    check_ending,
    height_by_width,
    legend_beside,
    paper,
    print_settings,
    save_sheet,
    set_view,
)
from sahelgeo.maps.scale import share_legend
from sahelgeo.maps.windows import split_periods
from sahelgeo.words import word

_WIDTH = 10.0
_CAPTION_LINE = 0.15
_MOST = 40


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
    >>> later = sample.stocks.assign(people=sample.stocks["people"] * 2, date="2021-09-06", source="sahelgeo-synthetic")
    >>> sheet = sg.maps.small_multiples(pd.concat([sample.stocks, later]), sample.areas)
    >>> [axes.get_title(loc="left") for axes in sheet.axes if axes.get_title(loc="left")]
    ['6 September 2020', '6 September 2021']
    """
    check_ending(path)
    layers = layers_for(_by_period(table), areas, column=column)
    drawings = [layer.drawing(lang) for layer in layers]
    captions = [item.subtitle for item in drawings]
    ground = outlines_under(layers[0], areas)
    shared = [withhold(item, SUPPRESS_BELOW) for item in share_legend(drawings, word("colon", lang))]
    m = Map(title=title if title is not None else drawings[0].title, subtitle="", lang=lang)
    with print_settings():
        sheet = _sheet(m, shared, captions, [layer.drawing(lang) for layer in ground])
        if path is not None:
            save_sheet(sheet, path, 150, str(m.title))
    return sheet


def _by_period(table: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows of each period, in the order of time."""
    parts = [table.iloc[list(one.rows)] for one in split_periods(table, "small_multiples") if one.rows]
    if len(parts) > _MOST:
        raise SchemaError(
            f"{len(parts)} periods are more than the {_MOST} that can be read on a sheet. Choose some of them"
        )
    return parts


def _sheet(m: Map, drawings: list[Drawing], captions: list[str], outlines: list[Drawing]) -> Figure:
    everything = [*outlines, *drawings]
    columns = _columns(len(drawings))
    rows = math.ceil(len(drawings) / columns)
    room = _WIDTH - LEGEND_INCHES - 0.35
    width = room / columns - 0.08
    height = min(width * height_by_width(everything), 1.5 * width)
    wrapped = ["\n".join(textwrap.wrap(caption, int(width * 13))) for caption in captions]
    above = 0.12 + _CAPTION_LINE * (1 + max(caption.count("\n") for caption in wrapped))
    drawings = [_smaller(item, min(1.0, 1.4 * width / room)) for item in drawings]
    block = max(rows * (height + above), legend_height(drawings[:1]))
    sheet, bottom = paper(m, everything, _WIDTH, block)
    for number, (item, caption) in enumerate(zip(drawings, wrapped, strict=True)):
        row, column = divmod(number, columns)
        left, low = 0.15 + column * (width + 0.08), bottom + block - (row + 1) * (height + above)
        axes = axes_in_inches(sheet, (left, low, width, height))
        set_view(axes, everything)
        axes.set_title(caption, loc="left", fontsize=8, fontweight="bold", pad=3)
        draw_layers(axes, [*outlines, item], m.lang, ground=True)
        draw_scale(axes)
    explained = replace(drawings[0], subtitle="", synthetic=any(item.synthetic for item in drawings))
    legend_beside(sheet, [explained], m.lang, (bottom, block), counts=False)
    return sheet


def _smaller(item: Drawing, part: float) -> Drawing:
    """Circles and arrows in proportion to their small map: the largest size stands for a larger number."""
    if isinstance(item, SymbolDrawing):
        return replace(item, largest=item.largest / part**2)
    return replace(item, largest=item.largest / part) if isinstance(item, FlowDrawing) else item


def _columns(count: int) -> int:
    return next(columns for columns, most in ((1, 1), (2, 4), (3, 12), (4, 24), (5, _MOST)) if count <= most)
