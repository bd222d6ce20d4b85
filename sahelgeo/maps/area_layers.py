"""Areas by any number or class, and by two numbers at once."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from itertools import pairwise, product
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.errors import SchemaError, listed
from sahelgeo.maps.drawing import AreaDrawing, BivariateDrawing, Field, LegendClass, plain
from sahelgeo.maps.layers import (
    SahelgeoLayer,
    area_names,
    areas_with_geometry,
    form_of,
    one_row_per_area,
    only_polygons,
    period_in_words,
    without_geometry_note,
)
from sahelgeo.maps.style import phase_classes, style, text_on
from sahelgeo.words import word, write_number


class AreaLayer(SahelgeoLayer):
    """Areas by any number or class, or their outlines alone.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        One row for each area.
    column : str, optional
        The column to draw: numbers are put into up to five classes, text is drawn by its values (at most eight). The
        default draws outlines.
    breaks : sequence of float, optional
        Upper bounds of the classes but the last, rising. The default takes quantiles, rounded to two digits.
    scheme : str, optional
        Instead of breaks, a classifier of ``mapclassify`` with up to five classes, by its name: ``"FisherJenks"``,
        ``"NaturalBreaks"``, ``"HeadTailBreaks"``, ... Missing values are in no class. Needs ``mapclassify``.
    name, title, lang, show, tooltip
        As for :class:`PhaseLayer`.

    Raises
    ------
    SchemaError
        An area twice, an unknown column, breaks that do not rise, breaks and a scheme, an unknown scheme or one without
        ``mapclassify``, more than eight values of text, no geometry.
    CRSError
        Geometry without CRS.

    See Also
    --------
    PhaseLayer : Areas in the official colours of their phase.
    BivariateLayer : Areas by two numbers at once.
    sahelgeo.rate_per_1000 : Displaced people per 1,000 inhabitants.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> rates = sg.attach_areas(sg.rate_per_1000(sample.stocks, sample.population), sample.areas)
    >>> rates[["name", "per_1000"]].nlargest(2, "per_1000").round(1)
               name  per_1000
    4   Centre-Nord     237.5
    11        Sahel     233.8
    >>> m = sg.maps.Map()
    >>> layer = sg.maps.AreaLayer(rates, column="per_1000", breaks=[1, 10, 50, 200]).add_to(m)
    """

    def __init__(  # noqa: PLR0913 (options of one layer, by keyword only)
        self,
        areas: gpd.GeoDataFrame,
        *,
        column: str | None = None,
        breaks: Sequence[float] | None = None,
        scheme: str | None = None,
        name: str | None = None,
        title: str | None = None,
        lang: str | None = None,
        show: bool = True,
        tooltip: str | None = None,
    ) -> None:
        drawn, without = areas_with_geometry(areas, "AreaLayer")
        only_polygons(drawn, "AreaLayer")
        one_row_per_area(drawn, "AreaLayer")
        if column is not None and column not in drawn:
            raise SchemaError(f"AreaLayer: there is no column {column!r}. Found: {listed(list(drawn.columns), 20)}")
        super().__init__(drawn, name=name, title=title, lang=lang, show=show, tooltip=tooltip)
        self.column = column
        self.without_geometry = without
        self.numeric = column is not None and pd.api.types.is_numeric_dtype(drawn[column])
        if scheme is not None:
            breaks = scheme_breaks(drawn, column, breaks, scheme)
        self.breaks = checked_breaks(drawn[column], breaks) if column is not None and self.numeric else []
        self.words = distinct_words(drawn[column]) if column is not None and not self.numeric else []

    @classmethod
    def shared_scale(cls, table: pd.DataFrame, options: dict[str, Any]) -> tuple[pd.DataFrame, dict[str, Any]]:
        """Classes made from all periods together."""
        column = options.get("column")
        if column is None or column not in table:
            return table, options
        if scheme := options.get("scheme"):
            breaks = scheme_breaks(table, column, options.get("breaks"), scheme)
            return table, {**options, "scheme": None, "breaks": breaks}
        if pd.api.types.is_numeric_dtype(table[column]):
            return table, {**options, "breaks": checked_breaks(table[column], options.get("breaks"))}
        return table.assign(**{column: pd.Categorical(table[column], distinct_words(table[column]))}), options

    def drawing(self, lang: str) -> AreaDrawing:
        """What the layer draws, in a language."""
        class_of, labels, colours = self._classes(lang)
        missing = next(item for item in phase_classes() if item.key == "no_data")
        counts = np.bincount(class_of, minlength=len(labels) + 1)
        classes = [
            LegendClass(label, colour, text_on(colour), "", int(count))
            for label, colour, count in zip(labels, colours, counts, strict=False)
        ]
        if counts[-1]:
            classes.append(
                LegendClass(missing.label(lang), missing.colour, missing.text_colour, missing.hatch, int(counts[-1]))
            )
        return AreaDrawing(
            title=self.title or (column_title(self.column, lang) if self.column else _capital(word("areas", lang))),
            subtitle=period_in_words(self.table, lang),
            names=area_names(self.table, lang),
            fields=self._fields(lang),
            geometry=self.table.geometry,
            classes=tuple(classes),
            class_of=tuple(class_of),
            digits=("",) * len(self.table),
            border=style()["ground"]["border"] if self.column is None else "",
            notes=without_geometry_note(self.without_geometry, lang),
            **self.about(self.table, lang),
        )

    def _classes(self, lang: str) -> tuple[list[int], list[str], list[str]]:
        if self.column is None:
            return [0] * len(self.table), [word("areas", lang)], [style()["ground"]["land"]]
        values = self.table[self.column]
        if not self.numeric:
            place = {value: number for number, value in enumerate(self.words)}
            return (
                [place.get(str(value), len(self.words)) if pd.notna(value) else len(self.words) for value in values],
                self.words,
                style()["areas"]["classes"],
            )
        numbers = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        class_of = np.where(np.isnan(numbers), len(self.breaks) + 1, np.searchsorted(self.breaks, numbers, side="left"))
        return (
            class_of.tolist(),
            _class_labels(self.breaks, lang),
            _spread(style()["areas"]["sequence"], len(self.breaks) + 1),
        )

    def _fields(self, lang: str) -> tuple[Field, ...]:
        if self.column is None:
            return ()
        values = plain(self.table[self.column])
        return (
            Field(
                self.title or column_title(self.column, lang),
                values if self.numeric else tuple(None if value is None else str(value) for value in values),
                form_of(self.column) if self.numeric else "text",
            ),
        )


# Columns of the tables that have a name for readers.
_TITLES = {
    "per_1000": "per_1000",
    "share_3plus": "share_phase_3_or_above",
    "people_3plus": "people_phase_3_or_above",
    "households": "households",
}


# Classifiers that choose the number of classes themselves.
_WITHOUT_COUNT = frozenset({"HeadTailBreaks", "BoxPlot", "Percentiles", "StdMean", "MaxP"})


def column_title(column: str, lang: str) -> str:
    """What readers call a column: its words where it has some, else its name written as text."""
    return word(_TITLES[column], lang) if column in _TITLES else _capital(column.replace("_", " "))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def checked_breaks(values: pd.Series, breaks: Sequence[float] | None) -> list[float]:
    """The upper bounds of the classes but the last: those given, else quantiles rounded to two digits."""
    numbers = values.dropna().astype(float)
    if np.isinf(numbers).any():
        rows = listed(list(numbers.index[np.isinf(numbers)]), 5)
        raise SchemaError(
            f"AreaLayer: column {values.name!r} is infinite in rows {rows}. Make it missing, or mend the division"
        )
    if breaks is not None:
        bounds = _numbers(breaks)
        if any(after <= before for before, after in pairwise(bounds)):
            raise SchemaError(f"AreaLayer: breaks {bounds} do not rise. Give each upper bound once, from low to high")
        return bounds
    if numbers.empty:
        return []
    quantiles = [float(f"{bound:.2g}") for bound in np.quantile(numbers, [0.2, 0.4, 0.6, 0.8])]
    if (numbers % 1 == 0).all():
        quantiles = [math.floor(bound) for bound in quantiles]
    rising = sorted({float(bound) for bound in quantiles if numbers.min() <= bound < numbers.max()})
    # A class without an area is a row of the legend that says nothing.
    below = [int((numbers <= bound).sum()) for bound in rising]
    return [bound for number, bound in enumerate(rising) if number == 0 or below[number] > below[number - 1]]


def _numbers(breaks: Any) -> list[float]:
    try:
        bounds = [float(bound) for bound in breaks]
    except (TypeError, ValueError):
        bounds = [math.nan]
    if not all(math.isfinite(bound) for bound in bounds):
        raise SchemaError(f"AreaLayer: breaks={breaks!r} is not a sequence of numbers such as [10, 50, 200]")
    return bounds


def scheme_breaks(table: pd.DataFrame, column: str | None, breaks: Sequence[float] | None, scheme: str) -> list[float]:
    """The upper bounds of the classes but the last that a classifier of mapclassify finds."""
    if breaks is not None:
        raise SchemaError("AreaLayer: breaks and scheme both say how to make classes. Give one of them")
    if column is None or not pd.api.types.is_numeric_dtype(table[column]):
        raise SchemaError(f"AreaLayer: scheme={scheme!r} needs a column of numbers. Leave it out for text and outlines")
    try:
        import mapclassify  # noqa: PLC0415 (optional: most maps state their breaks)
    except ImportError as problem:
        raise SchemaError(
            f"AreaLayer: scheme={scheme!r} needs mapclassify. Install it (pip install 'sahelgeo[stats]'), or give breaks"
        ) from problem
    # A sample would give other classes at every run.
    known = [name for name in mapclassify.CLASSIFIERS if name != "UserDefined" and not name.endswith("Sampled")]
    if scheme not in known:
        raise SchemaError(f"AreaLayer: unknown scheme {scheme!r}. Choose one of: {', '.join(known)}")
    numbers = table[column].dropna().to_numpy(dtype=float)
    distinct = len(np.unique(numbers))
    if distinct < 2:
        return []
    options = {} if scheme in _WITHOUT_COUNT else {"k": min(len(style()["areas"]["sequence"]), distinct)}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba not installed")
        bins = mapclassify.classify(numbers, scheme, **options).bins
    bounds = sorted({float(bound) for bound in bins if numbers.min() <= bound < numbers.max()})
    # Head/tail breaks and the like choose how many classes there are: the highest are told apart no further.
    return _rounded(bounds[: len(style()["areas"]["sequence"]) - 1], numbers)


def _rounded(bounds: list[float], numbers: Any) -> list[float]:
    """The bounds with as few digits as leave every number in its class."""
    classes = np.searchsorted(bounds, numbers, side="left")
    # The highest number of a class may be its bound: rounded down, it would leave its class.
    for digits, up in product(range(2, 8), (0.0, 0.5)):
        short = [float(f"{bound + up * abs(bound) * 10.0 ** (1 - digits):.{digits}g}") for bound in bounds]
        if (np.searchsorted(short, numbers, side="left") == classes).all():
            return short
    return bounds


def distinct_words(values: pd.Series) -> list[str]:
    """The different values of a column of text, in the order of their categories, else of the alphabet."""
    words = [
        str(value)
        for value in (
            values.cat.categories
            if isinstance(values.dtype, pd.CategoricalDtype)
            else sorted(values.dropna().astype(str).unique())
        )
    ]
    colours = len(style()["areas"]["classes"])
    if len(words) > colours:
        raise SchemaError(
            f"AreaLayer: {len(words)} different values ({listed(words, 5)}) are more than the {colours} colours that can be told apart. Group them first"
        )
    return words


def _class_labels(breaks: list[float], lang: str) -> list[str]:
    if not breaks:
        return [word("all_values", lang)]
    decimals = next((few for few in range(4) if all(round(bound, few) == bound for bound in breaks)), 4)
    written = [write_number(bound, lang, decimals) for bound in breaks]
    middle = [f"> {low} – {high}" for low, high in pairwise(written)]
    return [f"≤ {written[0]}", *middle, f"> {written[-1]}"]


def _spread(colours: list[str], count: int) -> list[str]:
    """``count`` colours spread over the sequence, lightest first."""
    if count > len(colours):
        raise SchemaError(
            f"AreaLayer: {count} classes are more than the {len(colours)} colours of the sequence. Give at most {len(colours) - 1} breaks"
        )
    if count == 1:
        return [colours[len(colours) // 2]]
    return [colours[round(number * (len(colours) - 1) / (count - 1))] for number in range(count)]


class BivariateLayer(SahelgeoLayer):
    """Areas by two numbers at once: three classes of each, nine colours, a key of three by three in the legend.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        One row for each area.
    columns : tuple of str
        The two columns: the first grows to the right in the key, the second upwards.
    breaks : tuple of (float, float)
        For each column the upper bounds of its low and its middle class, in the units of the column. A value that
        equals a bound is in the class below it. There is no default: classes that follow the data cannot be compared
        between maps.
    labels : tuple of str, optional
        What the columns are called in the legend; the default is their names.
    name, title, lang, show
        As for :class:`PhaseLayer`.

    Raises
    ------
    SchemaError
        Not two columns, labels or pairs of breaks; unknown or text columns; breaks that do not rise; an area twice; no
        geometry.
    CRSError
        Geometry without CRS.

    See Also
    --------
    AreaLayer : Areas by any number or class.
    sahelgeo.joint_severity : Hunger and displacement, classed together.

    Notes
    -----
    An area where either number is missing is no data, in a look of its own. The colours are chosen so that any two of
    the nine are told apart with full colour vision and with deutan, protan and tritan deficiency (``data/style.toml``).

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> joint = sg.joint_severity(sample.phases, sample.stocks, sample.population)
    >>> both = sg.attach_areas(joint, sample.areas)
    >>> both[["name", "share_3plus", "per_1000"]].nlargest(2, "per_1000").round(2)
               name  share_3plus  per_1000
    4   Centre-Nord         0.34    237.52
    11        Sahel         0.26    233.78
    >>> m = sg.maps.Map()
    >>> layer = sg.maps.BivariateLayer(
    ...     both, columns=("share_3plus", "per_1000"), breaks=((0.05, 0.2), (10, 50))
    ... ).add_to(m)
    """

    def __init__(
        self,
        areas: gpd.GeoDataFrame,
        *,
        columns: tuple[str, str],
        breaks: tuple[tuple[float, float], tuple[float, float]],
        labels: tuple[str, str] | None = None,
        name: str | None = None,
        title: str | None = None,
        lang: str | None = None,
        show: bool = True,
    ) -> None:
        drawn, without = areas_with_geometry(areas, "BivariateLayer")
        only_polygons(drawn, "BivariateLayer")
        one_row_per_area(drawn, "BivariateLayer")
        _check_columns(drawn, columns, labels)
        super().__init__(drawn, name=name, title=title, lang=lang, show=show)
        self.columns = columns
        self.labels = labels or (columns[0].replace("_", " "), columns[1].replace("_", " "))
        self.breaks = _checked_pairs(breaks)
        self.without_geometry = without
        first, second = (_thirds(drawn[column], pair) for column, pair in zip(columns, self.breaks, strict=True))
        self.class_of = np.where((first < 0) | (second < 0), 9, 3 * second + first)

    def drawing(self, lang: str) -> BivariateDrawing:
        """What the layer draws, in a language."""
        look, counts = style()["bivariate"], np.bincount(self.class_of, minlength=10)
        across, up = (
            _pair_words(pair, lang, share=column.startswith("share_"))
            for pair, column in zip(self.breaks, self.columns, strict=True)
        )
        classes = [
            LegendClass(
                f"{self.labels[0]} {across[number % 3]}, {self.labels[1]} {up[number // 3]}",
                look["colours"][number],
                look["text"][number],
                "",
                int(counts[number]),
            )
            for number in range(9)
        ]
        if counts[9]:
            missing = next(one for one in phase_classes() if one.key == "no_data")
            classes.append(
                LegendClass(missing.label(lang), missing.colour, missing.text_colour, missing.hatch, int(counts[9]))
            )
        return BivariateDrawing(
            title=self.title or " × ".join(self.labels),
            subtitle=period_in_words(self.table, lang),
            names=area_names(self.table, lang),
            fields=tuple(
                Field(label, plain(self.table[column]), "share" if column.startswith("share_") else form_of(column))
                for label, column in zip(self.labels, self.columns, strict=True)
            ),
            geometry=self.table.geometry,
            classes=tuple(classes),
            class_of=tuple(self.class_of.tolist()),
            digits=("",) * len(self.table),
            axis_labels=self.labels,
            axis_classes=(across, up),
            notes=without_geometry_note(self.without_geometry, lang),
            **self.about(self.table, lang),
        )


def _check_columns(table: pd.DataFrame, columns: Sequence[str], labels: Sequence[str] | None) -> None:
    if isinstance(columns, str) or len(columns) != 2 or (labels is not None and len(labels) != 2):
        raise SchemaError(f"BivariateLayer: columns={columns!r}, labels={labels!r}: give two of each")
    for column in columns:
        if column not in table:
            raise SchemaError(
                f"BivariateLayer: there is no column {column!r}. Found: {listed(list(table.columns), 20)}"
            )
        if not pd.api.types.is_numeric_dtype(table[column]):
            raise SchemaError(f"BivariateLayer: column {column!r} is not numeric ({table[column].dtype})")


def _checked_pairs(breaks: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    try:
        (low_0, high_0), (low_1, high_1) = breaks
        pairs = ((float(low_0), float(high_0)), (float(low_1), float(high_1)))
    except (TypeError, ValueError) as problem:
        raise SchemaError(
            f"BivariateLayer: breaks={breaks!r}: give two numbers for each column, for example ((0.05, 0.2), (10, 50))"
        ) from problem
    if any(not low < high for low, high in pairs):
        raise SchemaError(f"BivariateLayer: breaks {pairs} do not rise. Give the lower bound first")
    return pairs


def _thirds(values: pd.Series, pair: tuple[float, float]) -> Any:
    """0, 1, 2 for low, middle and high; -1 where the value is missing."""
    numbers = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isnan(numbers), -1, np.searchsorted(pair, numbers, side="left"))


def _pair_words(pair: tuple[float, float], lang: str, *, share: bool) -> tuple[str, str, str]:
    bounds = [round(100 * bound, 6) for bound in pair] if share else list(pair)
    decimals = 0 if all(bound.is_integer() for bound in bounds) else 1 if share else 2
    low, high = (write_number(bound, lang, decimals) for bound in bounds)
    unit = "\u00a0%" if share else ""
    return f"≤ {low}{unit}", f"{low} – {high}{unit}", f"> {high}{unit}"
