"""Charts by day, month or year in the style of the maps, with title, sources and credit: for print, page and story."""

from __future__ import annotations

import io
import math
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import cycle, pairwise
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter, YearLocator, date2num, num2date
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from sahelgeo import checks
from sahelgeo.errors import DoubleCountError, SchemaError, listed
from sahelgeo.flows.suppression import is_small
from sahelgeo.maps.document import MapOptions
from sahelgeo.maps.drawing import Drawing, Field, plain
from sahelgeo.maps.layers import columns_of_days, form_of, origin_of, period_in_words
from sahelgeo.maps.print_sheet import axes_in_inches, check_paper, paper, print_settings, save_sheet
from sahelgeo.maps.sized_layers import what_is_counted
from sahelgeo.maps.style import in_style, style
from sahelgeo.saving import check_folder, readable, write_whole
from sahelgeo.words import MISSING, check_language, word, write_month, write_number

# Inches of a sheet, of the same chart where a page is as narrow as a phone, and of the block between head and foot.
_WIDTH, _NARROW, _BLOCK = 8.0, 4.0, 3.2
_MOST_SERIES = 8
_SIZE = 9.0
# Round steps of the scale: 800,000 and 1,600,000 are hard to read between.
_STEPS = (1, 2, 5, 10)
# What matplotlib writes for a file of its own: its style would hold for the whole page.
_NOT_OF_A_PAGE = r"^.*?(?=<svg)|<metadata>.*?</metadata>|<style.*?</style>"
_HEAD = (
    '<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
    """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">"""
    '<meta name="viewport" content="width=device-width, initial-scale=1"><style>body{{font:14px/1.4 system-ui,'
    "sans-serif;margin:12px;max-width:900px}}td,th{{padding:2px 12px 2px 0;text-align:end}}"
    ".sg-narrow{{display:none}}@media(max-width:600px){{.sg-narrow{{display:inline}}.sg-wide{{display:none}}}}"
    "</style></head>"
)


@dataclass(frozen=True)
class Chart:
    """A chart; :func:`chart` makes it, and :func:`story` puts it on a page.

    Attributes
    ----------
    title : str
        What stands above it.
    figure : matplotlib.figure.Figure
        The sheet, not registered with pyplot.
    figures : pandas.DataFrame
        What is drawn: one row for each period, one column for each series.
    lang : str
        Language of the words.
    narrow : matplotlib.figure.Figure
        The same for a page as narrow as a phone.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> drawn = sg.maps.chart(sg.load_sample("burkina-2020").stocks.head(1))
    >>> drawn.save("people.svg")  # doctest: +SKIP
    """

    title: str
    figure: Figure
    figures: pd.DataFrame
    lang: str
    narrow: Figure

    def svg(self, *, narrow: bool = False) -> str:
        """The drawing as an element of a page.

        Parameters
        ----------
        narrow : bool
            The drawing for a phone. A page that holds both shows one of them, by their classes.
        """
        written = io.StringIO()
        # Two charts on one page must not share the names of their parts.
        with mpl.rc_context({"svg.hashsalt": uuid.uuid4().hex, "svg.fonttype": "none"}):
            (self.narrow if narrow else self.figure).savefig(written, format="svg", metadata={"Date": None})
        text = re.sub(_NOT_OF_A_PAGE, "", written.getvalue(), flags=re.DOTALL)
        kind = "sg-narrow" if narrow else "sg-wide"
        shape = f'class="{kind}" role="img" aria-label="{escape(self.title)}" style="max-width:100%;height:auto"'
        return text.replace("<svg ", f"<svg {shape} ", 1)

    def save(self, path: str | PathLike[str], *, dpi: int = 150) -> None:
        """Write the chart: .png, .svg or .pdf, or .html with the drawing and its figures as a table.

        Parameters
        ----------
        path : path
            Where to write; the ending chooses the format.
        dpi : int
            Pixels per inch, for PNG.
        """
        if Path(path).suffix.lower() == ".html":
            check_folder(path)
            write_whole(path, self._page())
            return
        check_paper(str(path), _WIDTH, dpi)
        with print_settings():
            save_sheet(self.figure, str(path), dpi, self.title)

    def _page(self) -> str:
        written = self.figures.map(lambda value: _number(value, self.lang))
        table = written.to_html(border=0, escape=True)
        summary = f"<summary>{escape(word('table_show', self.lang))}</summary>"
        head = _HEAD.format(lang=self.lang, title=escape(self.title))
        return f"{head}<body>{self.svg()}{self.svg(narrow=True)}<details>{summary}{table}</details></body></html>"

    def _repr_html_(self) -> str:
        return self.svg()


def chart(
    table: pd.DataFrame,
    *,
    column: str = "people",
    by: str | None = None,
    kind: Literal["lines", "bars"] | None = None,
    path: str | PathLike[str] | None = None,
    **options: Any,
) -> Chart:
    """Draw numbers over time: dots on a line for counts of days, bars for periods, missing values as gaps.

    Parameters
    ----------
    table : pandas.DataFrame
        One row for each day (``as_of`` or ``date``) or period (``start`` and ``end``), and series: add up places first.
    column : str
        The numbers.
    by : str, optional
        The column that tells series apart, up to eight: ``"group"``, ``"name"``.
    kind : {"lines", "bars"}, optional
        The default is bars for periods and lines for days.
    path : path, optional
        Where to save, as for :meth:`Chart.save`.
    **options
        ``title``, ``subtitle``, ``lang``, ``style`` and ``suppress_below``, as for :class:`Map`.

    Returns
    -------
    Chart
        ``save(path)`` writes .png, .svg, .pdf or .html; a notebook shows it, and :func:`story` takes it as a view.

    Raises
    ------
    DoubleCountError
        Two rows of one series and period; bars of periods that overlap.
    SchemaError
        No days, an unknown column, text in the place of numbers, more than eight series, unknown options.

    See Also
    --------
    story : Maps and charts under headings and text.
    sahelgeo.stocks.series : Counts by month, without inventing any.

    Notes
    -----
    Nothing is drawn between a count and the next but a thin line, and none over a period without a count: a gap stays a
    gap. The axis begins at zero, or at the lowest number below it.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> counts = pd.DataFrame({"date": ["2019-12-31", "2020-09-06"], "people": [560033, 1034609], "source": "CONASUR"})
    >>> drawn = sg.maps.chart(counts, title="Displaced people in Burkina Faso")
    >>> drawn.figures["People"].tolist()
    [560033.0, 1034609.0]
    """
    allowed = {"title", "subtitle", "lang", "style", "suppress_below"}
    if unknown := sorted(set(options) - allowed):
        raise SchemaError(f"unknown options: {listed(unknown, 5)}. A chart takes {', '.join(sorted(allowed))}")
    given = MapOptions(ground=False, **options)
    lang = check_language(given.lang)
    checks.columns(table, "chart", {column: "number"})
    if by is not None:
        checks.columns(table, "chart", {by: "any"})
    checks.choice(("lines", "bars", None), kind=kind)
    spans, numbers, own, withheld = _numbers(table, column, by, lang, given.suppress_below)
    what = what_is_counted(table, column, lang)
    notes = [word("total_without_small", lang).format(count=write_number(withheld, lang))] if withheld else []
    if missing := int(table[column].isna().sum()):
        notes.append(f"{word('no_data', lang)}{word('colon', lang)} {write_number(missing, lang)}")
    if differ := _counted_differently(table, by, lang):
        notes.append(differ)
    about = {"subtitle": period_in_words(table, lang), **origin_of(table, column)}
    item = readable(Drawing(title=what, names=(), fields=(Field(what, (), "people"),), **about))
    drawn = kind or ("bars" if len(columns_of_days(table)) == 2 else "lines")
    series = {str(name): numbers[name] for name in numbers}
    if drawn == "bars":
        _refuse_overlaps(spans, table, lang)

    def sheet_of(width: float) -> Figure:
        named = -(-len(series) // _columns(width, len(series))) * 0.17
        sheet, bottom = paper(given, [item], width, _BLOCK + named)
        axes = axes_in_inches(sheet, (0.8, bottom + 0.38 + named, width - 1.4, _BLOCK - 0.85))
        _plain(axes)
        if drawn == "bars":
            bars_of_periods(axes, series, spans)
        label = word("semicolon", lang).join([item.title, *notes])
        lines(axes, own if drawn == "lines" else {}, lang, label=label, drawn="dots")
        _finish(axes, series, spans, lang)
        return sheet

    with in_style(given.style), print_settings(), mpl.rc_context({"font.size": _SIZE}):
        sheet, narrow = map(sheet_of, (_WIDTH, _NARROW))
    figures = numbers.set_axis([_words(span, lang) for span in spans])
    made = Chart(given.title or item.title, sheet, figures, lang, narrow)
    if path is not None:
        made.save(path)
    return made


Span = tuple[pd.Timestamp, pd.Timestamp]


def _numbers(
    table: pd.DataFrame, column: str, by: str | None, lang: str, below: float
) -> tuple[list[Span], pd.DataFrame, dict[str, pd.Series], int]:
    """The periods in order, numbers by period and series, each series by its own days, and how many are withheld.

    A day that only another series has is no gap.
    """
    labels = columns_of_days(table)
    if not labels:
        raise SchemaError("chart: no row says when: start and end, as_of and date are missing or empty")
    first, last = (checks.days(table[label], "chart") for label in (labels[0], labels[-1]))
    what = what_is_counted(table, column, lang)
    names = table[by].astype("string").fillna("?").map(readable) if by else pd.Series(readable(what), table.index)
    long = pd.DataFrame({"first": first, "last": last, "series": names, "value": table[column].astype("Float64")})
    twice = long.duplicated(["first", "last", "series"], keep=False)
    if twice.any():
        rows = listed(list(table.index[twice]), 5)
        raise DoubleCountError(
            f"chart: rows {rows} are of one period and series. Add them up first, as sum_stocks and sum_flows do, "
            "or tell them apart: by=",
            table[twice],
        )
    if (count := long["series"].nunique()) > _MOST_SERIES:
        raise SchemaError(f"chart: {count} series are more than the {_MOST_SERIES} that can be told apart. Choose some")
    small = [form_of(column) == "people" and is_small(value, below) for value in plain(long["value"])]
    shown = long.assign(value=long["value"].mask(np.array(small, dtype=bool)))
    numbers = shown.set_index(["first", "last", "series"])["value"].sort_index()
    wide = numbers.unstack("series")  # noqa: PD010
    wide = wide[list(dict.fromkeys(names))].rename_axis(columns=None)
    spans = [(one, two) for one, two in wide.index]
    days = pd.DatetimeIndex(wide.index.get_level_values("first"), name=None)
    own = {str(name): numbers.xs(name, level="series").droplevel("last") for name in wide}
    return spans, wide.astype("float64").set_axis(days), own, int(np.sum(small))


def _counted_differently(table: pd.DataFrame, by: str | None, lang: str) -> str:
    """That the numbers of one series are of several methods or sources: not every step between them is a change."""
    for label in [one for one in ("method", "source") if one in table]:
        most = table.groupby(by, dropna=False)[label].nunique().max() if by else table[label].nunique()
        if most > 1:
            return word(f"chart_{label}s", lang).format(count=write_number(int(most), lang))
    return ""


def _refuse_overlaps(spans: Sequence[Span], table: pd.DataFrame, lang: str) -> None:
    """Bars of a month and of its quarter would hide each other, and show the month's people twice."""
    twice = [(one, other) for one, other in pairwise(spans) if other[0] <= one[1]]
    if twice:
        named = listed([" and ".join(_words(span, lang) for span in both) for both in twice], 3)
        raise DoubleCountError(
            f"chart: periods overlap, and their bars would hide each other: {named}. "
            "Choose periods of one kind, or draw kind='lines'",
            table,
        )


def _number(value: float, lang: str) -> str:
    """A number of a chart, with as many digits as it has: three decimals at most, or two digits of what is smaller."""
    if pd.isna(value):
        return MISSING
    most = 3 if value == 0 or abs(value) >= 0.01 else 1 - math.floor(math.log10(abs(value)))
    return write_number(value, lang, next((few for few in range(3) if round(value, few) == value), most))


def _words(span: Span, lang: str) -> str:
    frame = pd.DataFrame({"start": [span[0]], "end": [span[1]]})
    return period_in_words(frame, lang)


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=mpl.rcParams["font.size"], length=2, colors=style()["text"]["quiet"])


def line_colours() -> list[str]:
    """The classes without order, colour-blind safe, those that a thin line shows first."""
    classes = style()["areas"]["classes"]
    order = [number for number in (4, 6, 2, 1, 7, 3, 0, 5) if number < len(classes)]
    return [classes[number] for number in [*order, *range(8, len(classes))]]


def bars_of_periods(axes: Axes, series: dict[str, pd.Series], spans: Sequence[Span]) -> None:
    """A bar for each period and series, as wide as the period."""
    starts = np.array([day_numbers(first) for first, _ in spans])
    widths = np.array([day_numbers(last) for _, last in spans]) + 1 - starts
    for number, (colour, values) in enumerate(zip(cycle(line_colours()), series.values(), strict=False)):
        each = 0.86 * widths / len(series)
        axes.bar(starts + 0.07 * widths + number * each, values.to_numpy(), width=each, align="edge", color=colour)


def _finish(axes: Axes, series: dict[str, pd.Series], spans: Sequence[Span], lang: str) -> None:
    """Months and years in words, room above the highest number, names of the series."""
    known = pd.concat(list(series.values())).dropna()
    low, top = min(0.0, *known, 0.0), max(0.0, *known, 0.0)
    top = top if low or top else 1.0
    axes.set_ylim(1.08 * low, 1.08 * top)
    if low:
        axes.axhline(0, color=style()["text"]["quiet"], linewidth=0.7)
    if top - low < 3:  # Rates and shares lie between whole numbers.
        axes.yaxis.set_major_locator(MaxNLocator(4, steps=_STEPS))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _number(round(value, 12), lang)))
    days = (spans[-1][1] - spans[0][0]).days
    if days < 3 * 365:
        axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=7))  # type: ignore[no-untyped-call]
        if _wide(axes) < _WIDTH:
            ticks = axes.get_xticks()
            axes.set_xticks(ticks[:: -(-len(ticks) // 3)])
        axes.xaxis.set_major_formatter(FuncFormatter(lambda place, _: _day_in_words(place, days, lang)))
    else:
        # The name of a year stands in its middle: the last day of 2012 is not 2013.
        every = max(1, round(days / 365.25 / _wide(axes)))
        axes.xaxis.set_major_locator(YearLocator(1))  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_formatter(NullFormatter())
        axes.xaxis.set_minor_locator(YearLocator(every, month=7, day=1))  # type: ignore[no-untyped-call]
        axes.xaxis.set_minor_formatter(DateFormatter("%Y"))  # type: ignore[no-untyped-call]
        axes.tick_params(which="minor", length=0, labelsize=mpl.rcParams["font.size"], colors=style()["text"]["quiet"])
    if len(series) > 1:
        patches = axes.lines or [held[0] for held in axes.containers]
        _name(axes, patches, list(series))


def _day_in_words(place: float, days: int, lang: str) -> str:
    day = num2date(place).date()  # type: ignore[no-untyped-call]
    return write_month(day, lang) if days > 62 else f"{day:%d}.{day:%m}.{day:%Y}"


def day_numbers(days: Any) -> Any:
    """Days as matplotlib counts them."""
    return date2num(days)  # type: ignore[no-untyped-call]


def lines(
    ax: Axes, series: dict[str, pd.Series], lang: str, *, label: str, drawn: Literal["line", "dots", "steps"] = "line"
) -> None:
    """Lines over days, with dots or as steps of what was in force, their names above; missing values leave gaps."""
    looks: dict[str, dict[str, Any]] = {"dots": {"marker": "o", "markersize": 3}, "steps": {"drawstyle": "steps-post"}}
    for colour, values in zip(cycle(line_colours()), series.values(), strict=False):
        days = day_numbers(pd.DatetimeIndex(values.index).to_pydatetime())
        ax.plot(
            days, values.to_numpy(dtype="float64", na_value=np.nan), color=colour, linewidth=1.1, **looks.get(drawn, {})
        )
    ax.xaxis_date()
    low, high = ax.get_xlim()
    every = max(1, math.ceil((high - low) / 365.25 / (6 if len(ax.figure.axes) == 1 else 4)))
    ax.xaxis.set_major_locator(YearLocator(every))  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(DateFormatter("%Y"))  # type: ignore[no-untyped-call]
    ax.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: write_number(value, lang, 0 if value == round(value) else 1))
    )
    top = max([1.0, *(float(values.max()) for values in series.values() if values.notna().any())])
    ax.set_ylim(0, 1.08 * top)
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=_STEPS, integer=True))
    # What is counted, and in what unit, above the chart at the left: nothing there is turned or cut.
    ax.set_title(label, loc="left", fontsize=mpl.rcParams["font.size"], color=style()["text"]["quiet"], pad=3)
    if len(series) > 1:
        _name(ax, ax.lines, list(series))


def _wide(axes: Axes) -> float:
    """The width of the sheet that a chart is on, in inches."""
    return float(axes.figure.bbox.width / axes.figure.dpi)


def _columns(width: float, names: int) -> int:
    """How many names of series stand beside each other on so many inches; all of them on a whole sheet."""
    return names if width >= _WIDTH else max(1, min(names, int(width / 1.6)))


def _name(ax: Axes, drawn: Sequence[Any], names: Sequence[str]) -> None:
    """The names of series below a chart."""
    spaced = {
        "ncols": _columns(_wide(ax), len(names)),
        "handlelength": 1,
        "columnspacing": 1,
        "borderaxespad": 0.2,
    }
    place = {"loc": "upper left", "bbox_to_anchor": (0, -0.16)}
    shown: dict[str, Any] = {"fontsize": 0.85 * mpl.rcParams["font.size"], "frameon": False, **place, **spaced}
    legend = ax.legend(drawn, [" "] * len(names), **shown)
    # A legend leaves out labels that begin with "_"; a text that is set afterwards stays.
    for words, name in zip(legend.get_texts(), names, strict=True):
        words.set_text(name)
