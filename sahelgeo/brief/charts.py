"""Charts of the checks: small, in the colours of the style table, without pyplot."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sahelgeo.brief.outcome import text, translated
from sahelgeo.maps.area_layers import AreaLayer
from sahelgeo.maps.drawing import AreaDrawing
from sahelgeo.maps.print_layers import HATCHES, draw_layers
from sahelgeo.maps.scale import LITERAL_TEXT, style
from sahelgeo.maps.year_charts import day_numbers
from sahelgeo.maps.year_charts import lines as lines_over_days
from sahelgeo.words import base_language

# The width of a column of the page, so that nothing is scaled in print.
WIDTH, HEIGHT = 3.66, 1.5
# More bars than this stand in two columns, for their labels would touch each other. Labels longer than this
# leave no room for bars beside them.
_MOST_BARS, _LONGEST_LABEL = 8, 24
_SMALL = 6.5
_SMALLER = 5.5
_LETTER_INCHES = 0.6 * _SMALLER / 72
# A text keeps what held when it was made: each function that makes one does so under this.
_literal_text = mpl.rc_context({**LITERAL_TEXT, "font.family": ["DejaVu Sans"], "font.size": _SMALL})


@_literal_text
def new_figure(panels: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure with plain axes side by side."""
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    FigureCanvasAgg(figure)
    axes = [figure.add_subplot(1, panels, number + 1) for number in range(panels)]
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=_SMALL, length=2, colors=style()["text"]["quiet"])
    return figure, axes


@_literal_text
def without_chart(ax: Axes, words: str) -> None:
    """Words in the place of a chart that has nothing to show."""
    ax.set_axis_off()
    letters = int(WIDTH / len(ax.figure.axes) / (0.55 * _SMALL / 72))
    look: dict[str, Any] = {"fontsize": _SMALL, "color": style()["text"]["quiet"], "va": "center"}
    # Words beside a chart must not make it narrower.
    ax.text(0, 0.5, textwrap.fill(words, letters), transform=ax.transAxes, **look).set_in_layout(False)


class Bar(NamedTuple):
    """A lying bar: its label, its value and how that is written, and whether it is what the others are held against."""

    label: str
    value: float
    written: str
    marked: bool


@_literal_text
def bars(rows: Sequence[Bar], label: str) -> Figure:
    """Lying bars, in one column or two, with their values written out; a missing value has no bar."""
    short = all(len(row.label) <= _LONGEST_LABEL for row in rows)
    figure, panels = new_figure(2 if short and len(rows) > _MOST_BARS else 1)
    each = -(-len(rows) // len(panels))
    longest = max([1e-9, *(float(row.value) for row in rows if not pd.isna(row.value))])
    for number, ax in enumerate(panels):
        _one_column(ax, rows[number * each : (number + 1) * each], each)
        ax.set_xlim(0, (1.18 if len(panels) == 1 else 1.4) * longest)
    # Over the labels too: above the bars alone a long one would not fit.
    figure.suptitle(label, x=0.01, ha="left", fontsize=_SMALL, color=style()["text"]["quiet"])
    return figure


def _one_column(ax: Axes, rows: Sequence[Bar], room: int) -> None:
    places = np.arange(room)[::-1][: len(rows)]
    size = min(_SMALL, 72 * HEIGHT * 0.8 / max(room, 1))
    numbers = [0.0 if pd.isna(row.value) else float(row.value) for row in rows]
    fill = [style()["symbols"]["fill"] if row.marked else style()["ground"]["border"] for row in rows]
    ax.barh(places, numbers, color=fill, height=0.76)
    ax.set_yticks(places, [row.label for row in rows], fontsize=size)
    for place, number, row in zip(places, numbers, rows, strict=True):
        ax.text(number, place, f" {row.written}", va="center", fontsize=size)
    ax.set_ylim(-0.6, max(room, 1) - 0.4)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])


lines = _literal_text(lines_over_days)


@_literal_text
def mark_timeline(ax: Axes, timeline: pd.DataFrame, lang: str, *, column: str | None = None) -> None:
    """Lines at the days of a timeline that lie in the chart, their names in rows above what is drawn.

    A date that rests on memory is dotted.
    """
    low, high = ax.get_xlim()
    quiet = style()["text"]["quiet"]
    held = timeline[["start", column or f"event_{base_language(lang)}", "verified"]].itertuples(index=False)
    note = f" ({text('unverified', lang)})"
    marks = [
        (float(day_numbers(day.to_pydatetime())), f"{translated(str(name), lang)}{'' if sure else note}", sure)
        for day, name, sure in held
    ]
    marks = sorted(mark for mark in marks if low <= mark[0] <= high)
    letter = _LETTER_INCHES * (high - low) / (0.86 * WIDTH / len(ax.figure.axes))
    marks = [(place, _shortened(name, max(high - place, place - low) / letter), sure) for place, name, sure in marks]
    rows = _rows_without_overlap([(place, len(name) * letter) for place, name, _ in marks], low, high)
    # Headroom: one row of names takes a tenth of the chart.
    bottom, top = ax.get_ylim()
    share = min(0.7, 0.115 * (1 + max((row for row, _ in rows), default=-1)))
    ax.set_ylim(bottom, bottom + (top - bottom) / (1 - share))
    for (place, name, verified), (row, side) in zip(marks, rows, strict=True):
        ax.axvline(place, ymax=1 - 0.115 * row, color=quiet, linewidth=0.6, linestyle="-" if verified else ":")
        shown = f" {name}" if side == "left" else f"{name} "
        where: dict[str, Any] = {"transform": ax.get_xaxis_transform(), "va": "top", "ha": side}
        # A line that runs behind a name does not strike it out.
        where["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 0.2}
        ax.text(place, 1 - 0.115 * row, shown, fontsize=_SMALLER, color=quiet, **where)
    ax.set_xlim(low, high)


def _shortened(name: str, letters: float) -> str:
    """A name that fits beside its line; the whole of it stands in the table."""
    room = max(4, int(letters) - 2)
    return name if len(name) <= room else f"{name[: room - 1].rstrip()}…"


def _rows_without_overlap(marks: list[tuple[float, float]], low: float, high: float) -> list[tuple[int, str]]:
    """For each mark (place and length of its name) a row, and the side of the text that stands at the place."""
    found: list[tuple[int, str, float, float]] = []
    for place, length in marks:
        side = "left" if place + length <= high or place - low < high - place else "right"
        start, end = (place, place + length) if side == "left" else (place - length, place)
        taken = {row for row, _, first, last in found if first < end and start < last}
        found.append((min(set(range(len(taken) + 1)) - taken), side, start, end))
    return [(row, side) for row, side, _, _ in found]


@_literal_text
def draw_map(
    areas: gpd.GeoDataFrame, column: str, lang: str, *, label: str = "", breaks: Sequence[float] | None = None
) -> Figure:
    """A small choropleth in the classes and colours of :class:`sahelgeo.maps.AreaLayer`, areas without a value hatched.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        Polygons with the column. Drawn in degrees, with the aspect of their middle latitude.
    column : str
        The numbers.
    lang : {"en", "fr"}
        Of the numbers in the legend.
    label : str
        What the numbers are.
    breaks : sequence of float, optional
        Upper bounds of the classes but the last, so that several maps have the same. The default are those of
        :class:`sahelgeo.maps.AreaLayer`.

    Returns
    -------
    matplotlib.figure.Figure
        Not registered with pyplot.

    See Also
    --------
    sahelgeo.maps.figure : The map as PNG, SVG or PDF.
    sahelgeo.maps.AreaLayer : Areas by any number or class.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> areas = sg.load_areas("BFA")
    >>> figure = sg.brief.draw_map(areas.assign(deaths=range(13)), "deaths", "en", label="Deaths")
    >>> [words.get_text() for words in figure.axes[0].get_legend().get_texts()][:2]
    ['≤ 2', '3 to 4']
    """
    drawn = AreaLayer(areas, column=column, breaks=breaks).drawing(lang)
    assert isinstance(drawn, AreaDrawing)
    figure, (ax,) = new_figure()
    draw_layers(ax, [drawn], lang, ground=False)
    west, south, east, north = drawn.geometry.total_bounds
    ax.set(xlim=(west, east), ylim=(south, north), aspect=1 / np.cos(np.radians((south + north) / 2)))
    ax.set_axis_off()
    border = style()["ground"]["border"]
    looks = [drawn.looks[number] for number in drawn.legend()]
    patches = [Patch(facecolor=one.colour, edgecolor=border, hatch=HATCHES[one.hatch]) for one in looks]
    place: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1, 0.5), "alignment": "left", "frameon": False}
    # What is counted is never below none.
    names = ["0" if one.label == "≤ 0" else one.label for one in looks]
    ax.legend(patches, names, title=label, title_fontsize=_SMALL, fontsize=_SMALL - 0.5, **place)
    return figure
