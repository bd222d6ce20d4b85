"""Charts of the checks: small, in the colours of the style table, without pyplot."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.dates import DateFormatter, YearLocator, date2num
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sahelgeo.brief.outcome import text
from sahelgeo.maps.style import LITERAL_TEXT, style
from sahelgeo.words import base_language, write_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The width of a column of the page, so that nothing is scaled in print.
WIDTH, HEIGHT = 3.66, 1.1
# More bars than this stand in two columns: their labels would touch each other.
_MOST_BARS = 8
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


def colours() -> list[str]:
    """The classes without order, colour-blind safe, those that a thin line shows first."""
    classes = [str(colour) for colour in style()["areas"]["classes"]]
    return [classes[number] for number in (4, 6, 2, 1, 7, 3, 0, 5)]


def day_numbers(days: Any) -> Any:
    """Days as matplotlib counts them."""
    return date2num(days)  # type: ignore[no-untyped-call]


@_literal_text
def what_it_shows(ax: Axes, label: str) -> None:
    """What is counted, and in what unit, above the chart at the left: nothing there is turned or cut."""
    ax.set_title(label, loc="left", fontsize=_SMALL, color=style()["text"]["quiet"], pad=3)


@_literal_text
def without_chart(ax: Axes, words: str) -> None:
    """Words in the place of a chart that has nothing to show."""
    ax.set_axis_off()
    letters = int(WIDTH / len(ax.figure.axes) / (0.55 * _SMALL / 72))
    look: dict[str, Any] = {"fontsize": _SMALL, "color": style()["text"]["quiet"], "va": "center"}
    # Words beside a chart must not make it narrower.
    ax.text(0, 0.5, textwrap.fill(words, letters), transform=ax.transAxes, **look).set_in_layout(False)


def bar_panels(count: int) -> tuple[Figure, list[Axes]]:
    """A figure for so many bars, in one column or two."""
    return new_figure(2 if count > _MOST_BARS else 1)


@_literal_text
def bars(
    ax: Axes,
    labels: Sequence[str],
    values: Sequence[float],
    written: Sequence[str],
    *,
    highlight: Sequence[bool] | None = None,
    label: str = "",
) -> None:
    """Lying bars with their values written out; a missing value has no bar."""
    numbers = np.array([np.nan if pd.isna(value) else float(value) for value in values])
    marked = highlight if highlight is not None else [True] * len(numbers)
    fill = [style()["symbols"]["fill"] if mark else style()["ground"]["border"] for mark in marked]
    panels = ax.figure.axes
    each = -(-len(numbers) // len(panels))
    for number, panel in enumerate(panels):
        part = slice(number * each, (number + 1) * each)
        _one_column(panel, (list(labels[part]), numbers[part], written[part], fill[part]), each)
        panel.set_xlim(0, (1.18 if len(panels) == 1 else 1.4) * max([1e-9, *numbers[np.isfinite(numbers)]]))
    # Over the labels too: above the bars alone a long one would not fit.
    ax.figure.suptitle(label, x=0.01, ha="left", fontsize=_SMALL, color=style()["text"]["quiet"])


def _one_column(ax: Axes, rows: tuple[list[str], Any, Sequence[str], list[str]], room: int) -> None:
    labels, numbers, written, fill = rows
    places = np.arange(room)[::-1][: len(numbers)]
    size = min(_SMALL, 72 * HEIGHT * 0.8 / max(room, 1))
    ax.barh(places, np.nan_to_num(numbers), color=fill, height=0.76)
    ax.set_yticks(places, labels, fontsize=size)
    for place, number, text_of_it in zip(places, numbers, written, strict=True):
        ax.text(0 if np.isnan(number) else number, place, f" {text_of_it}", va="center", fontsize=size)
    ax.set_ylim(-0.6, max(room, 1) - 0.4)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])


@_literal_text
def lines(ax: Axes, series: dict[str, pd.Series], lang: str, *, label: str = "", dots: bool = False) -> None:
    """Lines over days, their names above the chart; missing values leave gaps."""
    for number, values in enumerate(series.values()):
        days = day_numbers(pd.DatetimeIndex(values.index).to_pydatetime())
        ax.plot(
            days,
            values.to_numpy(dtype="float64", na_value=np.nan),
            color=colours()[number % 8],
            linewidth=1.1,
            marker="o" if dots else None,
            markersize=3,
        )
    _dates(ax, lang)
    top = max([1.0, *(float(values.max()) for values in series.values() if values.notna().any())])
    ax.set_ylim(0, 1.08 * top)
    ax.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    what_it_shows(ax, label)
    if len(series) > 1:
        shown: dict[str, Any] = {"ncols": len(series), "handlelength": 1, "columnspacing": 1, "borderaxespad": 0.2}
        legend = ax.legend(
            ax.lines,
            [" "] * len(series),
            fontsize=_SMALLER,
            frameon=False,
            loc="lower right",
            bbox_to_anchor=(1, 1),
            **shown,
        )
        # A legend leaves out labels that begin with "_"; a text that is set afterwards stays.
        for words, name in zip(legend.get_texts(), series, strict=True):
            words.set_text(name)


@_literal_text
def steps(ax: Axes, starts: pd.Series, values: pd.Series, lang: str, *, label: str = "") -> None:
    """A step line: what was in force."""
    days = day_numbers(pd.DatetimeIndex(starts).to_pydatetime())
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    ax.step(days, numbers, where="post", color=colours()[0], linewidth=1.2)
    _dates(ax, lang)
    ax.set_ylim(0, 1.15 * max(1.0, float(np.nanmax(numbers, initial=0))))
    ax.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    what_it_shows(ax, label)


def _dates(ax: Axes, lang: str) -> None:
    ax.xaxis_date()
    low, high = ax.get_xlim()
    every = max(1, math.ceil((high - low) / 365.25 / (6 if len(ax.figure.axes) == 1 else 4)))
    ax.xaxis.set_major_locator(YearLocator(every))  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(DateFormatter("%Y"))  # type: ignore[no-untyped-call]
    ax.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: write_number(value, lang, 0 if value == round(value) else 1))
    )


@_literal_text
def mark_timeline(ax: Axes, timeline: pd.DataFrame, lang: str, *, column: str | None = None) -> None:
    """Lines at the days of a timeline that lie in the chart, their names in rows above what is drawn; a date that rests on memory is dotted."""
    low, high = ax.get_xlim()
    quiet = style()["text"]["quiet"]
    names = timeline[column] if column else timeline[f"event_{base_language(lang)}"]
    marks = [
        (
            float(day_numbers(day.to_pydatetime())),
            str(name) if verified else f"{name} ({text('unverified', lang)})",
            verified,
        )
        for day, name, verified in zip(timeline["start"], names, timeline["verified"], strict=True)
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
        ax.text(place, 1 - 0.115 * row, shown, fontsize=_SMALLER, color=quiet, **where)
    ax.set_xlim(low, high)


def _shortened(name: str, letters: float) -> str:
    """A name that fits beside its line; the whole of it stands in the table."""
    room = max(4, int(letters) - 2)
    return name if len(name) <= room else f"{name[: room - 1].rstrip()}…"


def _rows_without_overlap(marks: list[tuple[float, float]], low: float, high: float) -> list[tuple[int, str]]:
    """For each mark (place and length of its name) a row, and the side of the text that stands at the place."""
    taken: list[list[tuple[float, float]]] = []
    found = []
    for place, length in marks:
        side = "left" if place + length <= high or place - low < high - place else "right"
        span = (place, place + length) if side == "left" else (place - length, place)
        row = 0
        while row < len(taken) and any(start < span[1] and span[0] < end for start, end in taken[row]):
            row += 1
        if row == len(taken):
            taken.append([])
        taken[row].append(span)
        found.append((row, side))
    return found


@_literal_text
def draw_map(areas: gpd.GeoDataFrame, column: str, lang: str, *, label: str = "") -> Figure:
    """A small choropleth: five classes of equal numbers of areas, no value hatched.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        Polygons with the column. Drawn in their CRS, with the aspect of their middle latitude for degrees.
    column : str
        The numbers.
    lang : {"en", "fr"}
        Of the numbers in the legend.
    label : str
        What the numbers are.

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
    >>> len(figure.axes[0].collections)
    5
    """
    figure, (ax,) = new_figure()
    values = areas[column].to_numpy(dtype="float64", na_value=np.nan)
    known = values[np.isfinite(values)]
    breaks = np.unique(np.quantile(known, [0.2, 0.4, 0.6, 0.8])) if len(known) else np.array([])
    ramp = [str(colour) for colour in style()["areas"]["sequence"]]
    classes = np.digitize(values, breaks, right=True)
    for number in range(len(breaks) + 1):
        shapes = areas.geometry[np.isfinite(values) & (classes == number)]
        _fill(ax, shapes, ramp[number], "")
    _fill(ax, areas.geometry[~np.isfinite(values)], "none", "////")
    west, south, east, north = areas.total_bounds
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)
    geographic = areas.crs is not None and areas.crs.is_geographic
    ax.set_aspect(1 / np.cos(np.radians((south + north) / 2)) if geographic else 1)
    ax.set_axis_off()
    _map_legend(ax, breaks, known, (ramp, len(known) < len(values)), lang, label)
    return figure


def _fill(ax: Axes, shapes: gpd.GeoSeries, colour: str, hatch: str) -> None:
    outlines = [_outline(shape) for shape in shapes if shape is not None and not shape.is_empty]
    if outlines:
        ax.add_collection(
            PathCollection(
                outlines,
                facecolor=colour,
                hatch=hatch,
                edgecolor=style()["ground"]["border"],
                linewidth=0.4,
                offset_transform=None,
            )
        )


def _outline(shape: Any) -> Outline:
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return Outline.make_compound_path(*(Outline(np.asarray(ring.coords)[:, :2], closed=True) for ring in rings))


def _map_legend(
    ax: Axes, breaks: np.ndarray, known: np.ndarray, drawn: tuple[list[str], bool], lang: str, label: str
) -> None:
    ramp, gaps = drawn
    border = style()["ground"]["border"]
    patches, names = [], []
    for number, members in enumerate(
        known[np.digitize(known, breaks, right=True) == cls] for cls in range(len(breaks) + 1)
    ):
        if len(members):
            low, high = write_number(members.min(), lang), write_number(members.max(), lang)
            patches.append(mpl.patches.Patch(facecolor=ramp[number], edgecolor=border))
            names.append(low if low == high else f"{low}–{high}")
    if gaps:
        patches.append(mpl.patches.Patch(facecolor="none", edgecolor=border, hatch="////"))
        names.append(text("no_value", lang))
    place: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1, 0.5), "alignment": "left"}
    ax.legend(patches, names, title=label, title_fontsize=_SMALL, fontsize=_SMALL - 0.5, frameon=False, **place)
