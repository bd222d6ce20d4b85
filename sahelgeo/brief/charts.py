"""Charts of the checks: small, in the colours of the style table, without pyplot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
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
from sahelgeo.maps.style import style
from sahelgeo.words import write_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 3.5, 1.5
_SMALL = 6.5


def new_figure(panels: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure with plain axes one above the other."""
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    FigureCanvasAgg(figure)
    with mpl.rc_context({"font.family": ["DejaVu Sans"], "font.size": _SMALL}):
        axes = [figure.add_subplot(panels, 1, number + 1) for number in range(panels)]
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=_SMALL, length=2, colors=style()["text"]["quiet"])
    return figure, axes


def colours() -> list[str]:
    """The classes without order, colour-blind safe."""
    return [str(colour) for colour in style()["areas"]["classes"]]


def day_numbers(days: Any) -> Any:
    """Days as matplotlib counts them."""
    return date2num(days)  # type: ignore[no-untyped-call]


def bars(
    ax: Axes,
    labels: Sequence[str],
    values: Sequence[float],
    lang: str,
    *,
    highlight: Sequence[bool] | None = None,
    decimals: int = 0,
) -> None:
    """Lying bars with their values written out; a missing value has a dash and no bar."""
    numbers = np.array([np.nan if pd.isna(value) else float(value) for value in values])
    marked = highlight if highlight is not None else [True] * len(numbers)
    fill = [style()["symbols"]["fill"] if mark else style()["ground"]["border"] for mark in marked]
    places = np.arange(len(numbers))[::-1]
    ax.barh(places, np.nan_to_num(numbers), color=fill, height=0.72)
    ax.set_yticks(places, list(labels), fontsize=_SMALL)
    for place, number in zip(places, numbers, strict=True):
        ax.text(
            0 if np.isnan(number) else number,
            place,
            " " + write_number(number, lang, decimals),
            va="center",
            fontsize=_SMALL,
        )
    ax.margins(x=0.18)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])


def lines(ax: Axes, series: dict[str, pd.Series], lang: str, *, label: str = "") -> None:
    """Lines over days, with direct labels in a legend above; missing values leave gaps."""
    for number, (name, values) in enumerate(series.items()):
        days = day_numbers(pd.DatetimeIndex(values.index).to_pydatetime())
        ax.plot(
            days,
            values.to_numpy(dtype="float64", na_value=np.nan),
            color=colours()[number % 8],
            linewidth=1.2,
            label=name,
        )
    _dates(ax, lang)
    # Headroom for the names that stand above the lines.
    ax.set_ylim(0, ax.get_ylim()[1] * (1.25 if len(series) > 1 else 1.05))
    ax.set_ylabel(label, fontsize=_SMALL, color=style()["text"]["quiet"])
    if len(series) > 1:
        ax.legend(fontsize=_SMALL - 0.5, frameon=False, ncols=min(4, len(series)), loc="upper left", borderaxespad=0)


def steps(ax: Axes, starts: pd.Series, values: pd.Series, lang: str, *, label: str = "") -> None:
    """A step line: what was in force."""
    days = day_numbers(pd.DatetimeIndex(starts).to_pydatetime())
    ax.step(days, values.to_numpy(dtype="float64", na_value=np.nan), where="post", color=colours()[4], linewidth=1.2)
    _dates(ax, lang)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    ax.set_ylabel(label, fontsize=_SMALL, color=style()["text"]["quiet"])


def _dates(ax: Axes, lang: str) -> None:
    ax.xaxis_date()
    ax.xaxis.set_major_locator(YearLocator())  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(DateFormatter("%Y"))  # type: ignore[no-untyped-call]
    ax.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: write_number(value, lang, 0 if value == round(value) else 1))
    )


def mark_timeline(ax: Axes, timeline: pd.DataFrame, lang: str, *, column: str | None = None) -> None:
    """Lines at the days of a timeline that lie in the chart, with their names; a date that rests on memory is dotted."""
    low, high = ax.get_xlim()
    names = timeline[column] if column else timeline[f"event_{lang}"]
    for day, name, verified in zip(timeline["start"], names, timeline["verified"], strict=True):
        place = day_numbers(day.to_pydatetime())
        if low <= place <= high:
            ax.axvline(place, color=style()["text"]["quiet"], linewidth=0.7, linestyle="-" if verified else ":")
            note = "" if verified else f" ({text('unverified', lang)})"
            ax.text(
                place,
                0.85,
                f" {name}{note}",
                transform=ax.get_xaxis_transform(),
                fontsize=_SMALL - 1,
                rotation=90,
                va="top",
                ha="left",
                color=style()["text"]["quiet"],
            )
    ax.set_xlim(low, high)


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
    _map_legend(ax, breaks, known, ramp, lang, label)
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


def _map_legend(ax: Axes, breaks: np.ndarray, known: np.ndarray, ramp: list[str], lang: str, label: str) -> None:
    ends = [known.min() if len(known) else 0, *breaks, known.max() if len(known) else 0]
    patches = [
        mpl.patches.Patch(facecolor=ramp[number], edgecolor=style()["ground"]["border"])
        for number in range(len(breaks) + 1)
    ]
    names = [f"{write_number(low, lang)}–{write_number(high, lang)}" for low, high in pairwise(ends)]
    ax.legend(
        patches,
        names,
        title=label,
        title_fontsize=_SMALL,
        fontsize=_SMALL - 0.5,
        frameon=False,
        loc="center left",
        bbox_to_anchor=(1, 0.5),
    )
