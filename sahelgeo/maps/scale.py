"""One scale for all that is drawn alike: classes of numbers and words, and drawings of several periods or panels.

A ``Scale`` is made once from the values of all periods. Drawings of periods then become frames of the same things in
the same order (:func:`merge_periods`), or stand beside each other under one legend (:func:`share_legend`)::

    values of all periods -> Scale -> a drawing for each period -> merge_periods: one slider
                                                                -> share_legend:  panels, small multiples
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from numbers import Real
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import SchemaError, listed
from sahelgeo.maps.drawing import (
    AreaDrawing,
    Drawing,
    Field,
    FlowDrawing,
    LegendClass,
    SizedDrawing,
    legend_values,
)
from sahelgeo.maps.style import LITERAL_TEXT, contrast, spread, style, text_on
from sahelgeo.phases.classes import PhaseClass, phase_classes
from sahelgeo.words import word, write_number

__all__ = ["LITERAL_TEXT", "PhaseClass", "contrast", "phase_classes", "style", "text_on"]

# More classes of numbers than this are not told apart.
MOST_CLASSES = 9
# What compare_phases says of a phase.
_CHANGES = ("worse", "same", "better")
# The number next to 0 from below: between the two lies what did not change.
_BELOW_ZERO = -5e-324
# Classifiers that choose the number of classes themselves.
_WITHOUT_COUNT = frozenset({"HeadTailBreaks", "BoxPlot", "Percentiles", "StdMean", "MaxP"})


def as_numbers(values: pd.Series) -> pd.Series:
    """The values as numbers where a column of objects holds nothing but numbers and missing values."""
    if values.dtype != object:
        return values
    known = values.dropna()
    if known.empty or any(isinstance(value, bool) or not isinstance(value, Real) for value in known):
        return values
    return values.astype("Float64")


@dataclass(frozen=True)
class Scale:
    """Which class a value is in.

    Attributes
    ----------
    breaks : tuple of float
        For numbers, the upper bounds of the classes but the last.
    words : tuple of str, optional
        For text, its values in order; None for numbers.
    change : bool
        Whether the values say how much something changed: colours then part at "no change".
    whole : bool
        Whether all values are whole numbers: classes are then named by the lowest and highest number in them.
    share : bool
        Whether the values are changes of a share, which readers get in per cent as in the popups.
    """

    breaks: tuple[float, ...] = ()
    words: tuple[str, ...] | None = None
    change: bool = False
    whole: bool = False
    share: bool = False

    @classmethod
    def of(
        cls, values: pd.Series, breaks: Sequence[float] | None = None, scheme: str | None = None, classes: int = 5
    ) -> Scale:
        """The scale of all these values: by the breaks or the scheme given, else quantiles, or the values of text."""
        checks.choice(range(2, MOST_CLASSES + 1), classes=classes)
        values = as_numbers(values)
        change = str(values.name).endswith("_change")
        share = change and str(values.name).startswith("share_")
        whole = pd.api.types.is_numeric_dtype(values) and bool((values.dropna() % 1 == 0).all())
        if scheme is not None:
            return cls(tuple(_scheme_breaks(values, breaks, scheme, classes)), change=change, whole=whole, share=share)
        if pd.api.types.is_numeric_dtype(values):
            bounds = tuple(_checked_breaks(values, breaks, classes, change=change))
            return cls(bounds, change=change, whole=whole, share=share)
        if breaks is not None:
            raise SchemaError(
                f"AreaLayer: column {values.name!r} holds text, which has no breaks. Make it numbers, or give none"
            )
        words = tuple(_distinct_words(values))
        # A change of phase of which no row could be compared is one all the same.
        changed = set(words) <= set(_CHANGES) if words else values.name == "phase_is"
        return cls(words=_CHANGES, change=True) if changed else cls(words=words)

    @property
    def count(self) -> int:
        """How many classes there are beside that of missing values."""
        return len(self.breaks) + 1 if self.words is None else len(self.words)

    def class_of(self, values: pd.Series, refused: Any = None) -> list[int]:
        """The place of the class of each value; after them what is refused, if anything can be, and what is missing."""
        values = as_numbers(values)
        nothing: Any = self.count if refused is None else self.count + 1 - np.asarray(refused, dtype=int)
        if self.words is not None:
            place = {value: number for number, value in enumerate(self.words)}
            known = values.map(lambda value: place[str(value)], na_action="ignore").astype("Float64")
        else:
            known = pd.Series(places_among(self.breaks, values))
        found: list[int] = np.where(values.isna(), nothing, known.fillna(0).to_numpy(dtype=int)).tolist()
        return found

    def classes(self, lang: str) -> tuple[LegendClass, ...]:
        """The classes in words and colours."""
        look = style()["areas"]
        if self.words is None:
            bounds, unit = self.breaks, ""
            if self.share:
                bounds = tuple(one if one == _BELOW_ZERO else round(100 * one, 6) for one in bounds)
                unit = "\N{NO-BREAK SPACE}%"
            labels = class_labels(bounds, lang, whole=self.whole and not self.share, unit=unit)
            colours = _change_colours(self.breaks) if self.change else spread(look["sequence"], len(self.breaks) + 1)
        elif self.change:
            labels = [word(f"phase_is_{one}", lang) for one in self.words]
            colours = [look["change_up"][-1], look["change_none"], look["change_down"][0]]
        else:
            labels, colours = list(self.words), _colours_of_words(self.words, look)
        return tuple(
            LegendClass(label, colour, text_on(colour), "") for label, colour in zip(labels, colours, strict=False)
        )


def named_classes(lang: str, *keys: str) -> tuple[LegendClass, ...]:
    """The phases or kinds of missing value with these keys, each in the look that it has on all maps."""
    return tuple(
        LegendClass(one.label(lang), one.colour, one.text_colour, one.hatch)
        for one in phase_classes()
        if one.key in keys
    )


def places_among(breaks: Sequence[float], values: pd.Series) -> Any:
    """How many of the rising breaks lie below each value; a value that equals a break is in the class below it."""
    return np.searchsorted(breaks, values.astype("Float64").to_numpy(dtype=float, na_value=np.nan), side="left")


def rising(breaks: Any, layer: str) -> list[float]:
    """The breaks as numbers, if they are and rise."""
    try:
        bounds = [float(bound) for bound in breaks]
    except (TypeError, ValueError):
        bounds = [math.nan]
    if not all(math.isfinite(bound) for bound in bounds):
        raise SchemaError(f"{layer}: breaks={breaks!r} is not a sequence of numbers such as [10, 50, 200]")
    if any(after <= before for before, after in pairwise(bounds)):
        raise SchemaError(f"{layer}: breaks {bounds} do not rise. Give each upper bound once, from low to high")
    return bounds


def _checked_breaks(values: pd.Series, breaks: Sequence[float] | None, classes: int, *, change: bool) -> list[float]:
    """The upper bounds of the classes but the last: those given, else quantiles rounded to two digits.

    Those of a change are the same below and above 0, and 0 is a class of its own.
    """
    numbers = values.dropna().astype(float)
    if np.isinf(numbers).any():
        rows = listed(list(numbers.index[np.isinf(numbers)]), 5)
        raise SchemaError(
            f"AreaLayer: column {values.name!r} is infinite in rows {rows}. Make it missing, or mend the division"
        )
    if breaks is not None:
        bounds = rising(breaks, "AreaLayer")
        if len(bounds) >= MOST_CLASSES:
            raise SchemaError(
                f"AreaLayer: {len(bounds) + 1} classes are more than the {MOST_CLASSES} that can be told apart. "
                f"Give at most {MOST_CLASSES - 1} breaks"
            )
        return bounds
    if numbers.empty:
        return []
    if change:
        sizes, sides = numbers[numbers != 0].abs(), max(1, (classes - 1) // 2)
        parts = np.arange(1, sides) / sides
        # Between 0 and 1 there is no whole number, and no class.
        least = float((numbers % 1 == 0).all())
        steps = np.quantile(sizes, parts).tolist() if len(sizes) else []
        up = sorted({one for bound in steps if (one := float(f"{bound:.2g}")) > least})
        return [*(-bound for bound in reversed(up)), _BELOW_ZERO, 0.0, *up]
    quantiles = [float(f"{bound:.2g}") for bound in np.quantile(numbers, np.arange(1, classes) / classes)]
    if (numbers % 1 == 0).all():
        quantiles = [math.floor(bound) for bound in quantiles]
    inner = sorted({float(bound) for bound in quantiles if numbers.min() <= bound < numbers.max()})
    # A class without an area is a row of the legend that says nothing.
    below = [int((numbers <= bound).sum()) for bound in inner]
    return [bound for number, bound in enumerate(inner) if number == 0 or below[number] > below[number - 1]]


def _scheme_breaks(values: pd.Series, breaks: Sequence[float] | None, scheme: str, most: int) -> list[float]:
    """The upper bounds of the classes but the last that a classifier of mapclassify finds."""
    if breaks is not None:
        raise SchemaError("AreaLayer: breaks and scheme both say how to make classes. Give one of them")
    if not pd.api.types.is_numeric_dtype(values):
        raise SchemaError(f"AreaLayer: scheme={scheme!r} needs a column of numbers. Leave it out for text and outlines")
    try:
        import mapclassify  # noqa: PLC0415 (optional: most maps state their breaks)
    except ImportError as problem:
        raise SchemaError(
            f"AreaLayer: scheme={scheme!r} needs mapclassify. Install it (pip install 'sahelgeo[stats]'), "
            "or give breaks"
        ) from problem
    # A sample would give other classes at every run.
    known = [name for name in mapclassify.CLASSIFIERS if name != "UserDefined" and not name.endswith("Sampled")]
    if scheme not in known:
        raise SchemaError(f"AreaLayer: unknown scheme {scheme!r}. Choose one of: {', '.join(known)}")
    numbers = values.dropna().to_numpy(dtype=float)
    distinct = len(np.unique(numbers))
    if distinct < 2:
        return []
    options = {} if scheme in _WITHOUT_COUNT else {"k": min(most, distinct)}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba not installed")
        bins = mapclassify.classify(numbers, scheme, **options).bins
    bounds = sorted({float(bound) for bound in bins if numbers.min() <= bound < numbers.max()})
    # Head/tail breaks and the like choose how many classes there are: the highest are told apart no further.
    return _rounded(bounds[: most - 1], numbers)


def _rounded(bounds: list[float], numbers: Any) -> list[float]:
    """The bounds with as few digits as leave every number in its class."""
    classes = np.searchsorted(bounds, numbers, side="left")
    # The highest number of a class may be its bound: rounded down, it would leave its class.
    for digits, up in product(range(2, 8), (0.0, 0.5)):
        short = [float(f"{bound + up * abs(bound) * 10.0 ** (1 - digits):.{digits}g}") for bound in bounds]
        if (np.searchsorted(short, numbers, side="left") == classes).all():
            return short
    return bounds


def _distinct_words(values: pd.Series) -> list[str]:
    """The different values of a column of text, in the order of their categories, else of the alphabet."""
    ordered = isinstance(values.dtype, pd.CategoricalDtype)
    words = list(map(str, values.cat.categories)) if ordered else sorted(values.dropna().astype(str).unique())
    _colours_of_words(words, style()["areas"])  # It says where there are too few.
    return words


def _colours_of_words(words: Sequence[str], look: dict[str, Any]) -> list[str]:
    """The colour that a house names for a word, else the next of the colours without order."""
    named, free = look.get("named", {}), iter(look["classes"])
    colours = [colour for one in words if (colour := named.get(one) or next(free, None))]
    if len(colours) < len(words):
        raise SchemaError(
            f"AreaLayer: {len(words)} different values ({listed(words, 5)}) are more than the {len(colours)} colours "
            "that can be told apart. Group them first, or name their colours: Style(colours={...})"
        )
    return colours


def class_labels(breaks: Sequence[float], lang: str, *, whole: bool = False, unit: str = "") -> list[str]:
    """The classes in words: whole numbers by the lowest and the highest of each, others by their bounds."""
    if not breaks:
        return [word("all_values", lang)]
    floors = [bound if bound == _BELOW_ZERO else float(math.floor(bound)) for bound in breaks]
    # Whole numbers up to 999.5 are those up to 999; where two bounds have no whole number between them, both stay.
    if whole and (whole := all(low < high for low, high in pairwise(floors))):
        breaks = floors
    plain = [bound for bound in breaks if bound != _BELOW_ZERO]
    decimals = next((few for few in range(4) if all(round(bound, few) == bound for bound in plain)), 4)
    written = ["< 0" if bound == _BELOW_ZERO else write_number(bound, lang, decimals) for bound in breaks]
    middle = [
        word("no_change", lang)
        if low == _BELOW_ZERO
        else (_whole_range(low, high, lang) if whole else "") or f"> {words[0]} – {words[1]}{unit}"
        for (low, high), words in zip(pairwise(breaks), pairwise(written), strict=True)
    ]
    first = written[0] if written[0] == "< 0" else f"≤ {written[0]}{unit}"
    return [first, *middle, f"> {written[-1]}{unit}"]


def _whole_range(low: float, high: float, lang: str) -> str:
    """The lowest and the highest whole number of a class; "" where there is none."""
    last = -1.0 if high == _BELOW_ZERO else high
    if last <= low:
        return ""
    first, last_one = write_number(low + 1, lang), write_number(last, lang)
    return first if first == last_one else word("whole_range", lang).format(low=first, high=last_one)


def _change_colours(breaks: Sequence[float]) -> list[str]:
    """One hue for less, another for more, and none for the class that 0 is in between two others."""
    look = style()["areas"]
    ends = pairwise([-math.inf, *breaks, math.inf])
    sides = [(low >= 0) - (high < 0 or (high == 0 and low != _BELOW_ZERO)) for low, high in ends]
    down, up = sides.count(-1), sides.count(1)
    return [
        *spread(look["change_down"], down), *[look["change_none"]] * sides.count(0), *spread(look["change_up"], up)
    ]  # fmt: skip


def share_legend(drawings: Sequence[Drawing], colon: str) -> list[Drawing]:
    """The drawings as they look under one legend.

    Parameters
    ----------
    drawings : sequence of Drawing
        Of one kind, such as one layer in several periods.
    colon : str
        Stands between the period and a note that belongs to it.

    Returns
    -------
    list of Drawing
        In the same order: classes of all, with the number of areas on each, and sizes by the largest number of all.
    """
    _check_one_scale(drawings)
    notes = dict.fromkeys(
        f"{item.subtitle}{colon} {note}" if item.subtitle else note for item in drawings for note in item.notes
    )
    return [replace(item, notes=tuple(notes), **_shared(drawings)) for item in drawings]


def _check_one_scale(drawings: Sequence[Drawing]) -> None:
    """Raise where drawings are of different kinds or have other classes."""
    if len({(type(item), getattr(item, "looks", ())) for item in drawings}) > 1:
        raise SchemaError(
            "the tables are drawn in different ways and cannot share a legend. "
            "Compare phases with phases, counts with counts"
        )


def _shared(drawings: Sequence[Any]) -> dict[str, Any]:
    """What drawings under one legend share: counts of each and symbols of all, or the largest number and its sizes."""
    if isinstance(drawings[0], AreaDrawing):
        own = [{mark.key: mark for mark in item.legend_marks} for item in drawings]
        kinds = {key: mark for marks in own for key, mark in marks.items()}
        each = {key: tuple(marks[key].count if key in marks else 0 for marks in own) for key in kinds}
        marks = tuple(replace(mark, count=sum(each[key]), each=each[key]) for key, mark in kinds.items())
        return {"each_counts": tuple(item.counts for item in drawings), "legend_marks": marks}
    if isinstance(drawings[0], SizedDrawing):
        values = [value for item in drawings for value in item.values if isinstance(value, int | float)]  # noqa: PD011
        return {"largest": max(values, default=0.0), "legend_values": legend_values(values)}
    return {}


def merge_periods(own: Sequence[Drawing | None], outlines: dict[tuple[float, float], Any]) -> list[Drawing]:
    """Drawings of the same things in the same order and on one scale; without a row there is no data and no number.

    Parameters
    ----------
    own : sequence of Drawing or None
        One for each period, all areas or all sized; None for a period without rows. Areas stand on their points.
    outlines : dict
        The area of each point.

    Returns
    -------
    list of Drawing
        One for each period.
    """
    drawn: list[Any] = [item for item in own if item is not None]
    things: dict[Any, tuple[Any, int]] = {}
    places = [{} if item is None else {key: number for number, key in enumerate(_keys(item))} for item in own]
    for item, place in zip(own, places, strict=True):
        for key, number in place.items():
            things.setdefault(key, (item, number))
    first = list(things.values())
    shared: dict[str, Any] = {"names": _first(first, "names"), "codes": _codes(first)}
    _check_one_scale(drawn)
    if isinstance(drawn[0], AreaDrawing):
        shared |= _outlines_and_shapes(first, outlines)
    else:
        part = "arcs" if isinstance(drawn[0], FlowDrawing) else "points"
        shared |= {part: _first(first, part), **_shared(drawn)}
    template = replace(drawn[-1], **shared)
    lines = list(dict.fromkeys(replace(line, values=()) for item in drawn for line in item.fields))
    return [
        _frame(template, item, [at.get(key) for key in things], lines) for item, at in zip(own, places, strict=True)
    ]


def _keys(item: Any) -> list[Any]:
    """What makes a thing the same in all periods: its place, with its name where several stand on one place."""
    if not isinstance(item, AreaDrawing):
        return list(zip(item.names, item.arcs if isinstance(item, FlowDrawing) else item.points, strict=True))
    points = zip(item.geometry.x.tolist(), item.geometry.y.tolist(), strict=True)
    return [
        (name, shape, *point) if shape else point
        for name, shape, point in zip(item.names, item.shapes, points, strict=True)
    ]


def _first(things: list[tuple[Any, int]], part: str) -> tuple[Any, ...]:
    return tuple(getattr(item, part)[number] for item, number in things)


def _codes(things: list[tuple[Any, int]]) -> tuple[tuple[str, ...], ...]:
    """The p-codes of the things of all periods; none where no period has any."""
    if not any(item.codes for item, _ in things):
        return ()
    return tuple(item.codes[number] if item.codes else ("",) for item, number in things)


def _outlines_and_shapes(things: list[Any], outlines: dict[tuple[float, float], Any]) -> dict[str, Any]:
    shapes = _first(things, "shapes")
    points = [item.geometry.iloc[number] for item, number in things]
    areas = [point if shape else outlines[point.x, point.y] for point, shape in zip(points, shapes, strict=True)]
    return {"shapes": shapes, "geometry": gpd.GeoSeries(areas, crs="EPSG:4326")}


def _frame(template: Any, item: Any, numbers: list[int | None], lines: list[Field]) -> Drawing:
    """The template with what one period shows: for each thing its number in the drawing of the period, or None."""

    def picked(values: Sequence[Any], nothing: Any) -> tuple[Any, ...]:
        return tuple(nothing if number is None or not len(values) else values[number] for number in numbers)

    known = {} if item is None else {replace(line, values=()): line.values for line in item.fields}  # noqa: PD011
    seen: dict[str, Any] = {
        "fields": tuple(replace(line, values=picked(known.get(line, ()), None)) for line in lines),
        "notes": () if item is None else item.notes,
        "tooltips": picked(item.tooltips, "") if item is not None and item.tooltips else (),
    }
    if not isinstance(template, AreaDrawing):
        numbers_drawn = () if item is None else item.values  # noqa: PD011
        merged: Drawing = replace(template, values=picked(numbers_drawn, None), **seen)
        return merged
    return replace(
        template,
        class_of=picked(() if item is None else item.class_of, len(template.looks) - 1),
        digits=picked(() if item is None else item.digits, ""),
        marks=picked(() if item is None else item.marks, ()),
        legend_marks=() if item is None else item.legend_marks,
        **seen,
    )
