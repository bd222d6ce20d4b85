"""Areas by any number or class, and by two numbers at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import SchemaError
from sahelgeo.maps.drawing import AreaDrawing, BivariateDrawing, Field, LegendClass, plain
from sahelgeo.maps.layers import (
    LayerOptions,
    SahelgeoLayer,
    areas_with_geometry,
    form_of,
    offers,
    one_polygon_per_area,
    without_geometry_note,
)
from sahelgeo.maps.scale import Scale, as_numbers, named_classes, places_among, rising
from sahelgeo.maps.style import style
from sahelgeo.words import word, write_number

# Columns of the tables that have a name for readers.
_TITLES = {
    "per_1000": "per_1000",
    "share_3plus": "share_phase_3_or_above",
    "people_3plus": "people_phase_3_or_above",
    "households": "households",
}


@offers(LayerOptions)
class AreaLayer(SahelgeoLayer):  # numpydoc ignore=PR02
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

    def __init__(
        self,
        areas: gpd.GeoDataFrame,
        *,
        column: str | None = None,
        breaks: Sequence[float] | Scale | None = None,
        scheme: str | None = None,
        **options: Any,
    ) -> None:
        drawn, self.without_geometry = areas_with_geometry(areas, "AreaLayer")
        one_polygon_per_area(drawn, "AreaLayer")
        if column is not None and list(drawn.columns).count(column) == 1:
            drawn = drawn.assign(**{column: as_numbers(drawn[column])})
        super().__init__(drawn, **options)
        self.column = column
        self.scale = breaks if isinstance(breaks, Scale) else _scale(drawn, column, breaks, scheme)

    @classmethod
    def shared_options(cls, table: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
        """Classes made from all periods together."""
        chosen = (options.get(name) for name in ("column", "breaks", "scheme"))
        return {**options, "scheme": None, "breaks": _scale(table, *chosen)}

    def _draw(self, lang: str) -> AreaDrawing:
        if self.scale is None or self.column is None:
            look = style()["ground"]
            classes: tuple[LegendClass, ...] = (LegendClass(word("areas", lang), look["land"], "#000000", ""),)
            class_of, title, border = [0] * len(self.table), _capital(word("areas", lang)), look["border"]
        else:
            class_of = self.scale.class_of(self.table[self.column])
            classes, title, border = self.scale.classes(lang), column_title(self.column, lang), ""
        return AreaDrawing(
            title=self.title or title,
            fields=self._fields(lang),
            geometry=self.table.geometry,
            classes=classes,
            class_of=tuple(class_of),
            missing=named_classes(lang, "no_data"),
            border=border,
            notes=without_geometry_note(self.without_geometry, lang),
            **self.about(self.table, lang),
        )

    def _fields(self, lang: str) -> tuple[Field, ...]:
        if self.column is None or self.scale is None:
            return ()
        label, values = self.title or column_title(self.column, lang), plain(self.table[self.column])
        if self.scale.words is None:
            return (Field(label, values, form_of(self.column)),)
        return (Field(label, tuple(None if value is None else str(value) for value in values), "text"),)


def _scale(table: pd.DataFrame, column: str | None, breaks: Any, scheme: str | None) -> Scale | None:
    if column is not None:
        checks.columns(table, "AreaLayer", {column: "any"})
        return Scale.of(table[column], breaks, scheme)
    if scheme is not None:
        raise SchemaError(f"AreaLayer: scheme={scheme!r} needs a column of numbers. Leave it out for text and outlines")
    return None


def column_title(column: str, lang: str) -> str:
    """What readers call a column: its words where it has some, else its name written as text."""
    return word(_TITLES[column], lang) if column in _TITLES else _capital(column.replace("_", " "))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@offers(LayerOptions)
class BivariateLayer(SahelgeoLayer):  # numpydoc ignore=PR02
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
    name, title, lang, show, tooltip
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
        **options: Any,
    ) -> None:
        drawn, self.without_geometry = areas_with_geometry(areas, "BivariateLayer")
        one_polygon_per_area(drawn, "BivariateLayer")
        if isinstance(columns, str) or len(columns) != 2 or (labels is not None and len(labels) != 2):
            raise SchemaError(f"BivariateLayer: columns={columns!r}, labels={labels!r}: give two of each")
        checks.columns(drawn, "BivariateLayer", dict.fromkeys(columns, "number"))
        super().__init__(drawn, **options)
        self.columns = columns
        self.labels = labels or (columns[0].replace("_", " "), columns[1].replace("_", " "))
        self.breaks = _checked_pairs(breaks)
        first, second = (places_among(pair, drawn[one]) for one, pair in zip(columns, self.breaks, strict=True))
        self.class_of = np.where(drawn[[*columns]].isna().any(axis=1), 9, 3 * second + first)

    def _draw(self, lang: str) -> BivariateDrawing:
        look = style()["bivariate"]
        across, up = (
            _pair_words(pair, lang, share=column.startswith("share_"))
            for pair, column in zip(self.breaks, self.columns, strict=True)
        )
        labels = [f"{self.labels[0]} {right}, {self.labels[1]} {above}" for above in up for right in across]
        looks = zip(labels, look["colours"], look["text"], strict=True)
        return BivariateDrawing(
            title=self.title or " × ".join(self.labels),
            fields=tuple(
                Field(label, plain(self.table[column]), "share" if column.startswith("share_") else form_of(column))
                for label, column in zip(self.labels, self.columns, strict=True)
            ),
            geometry=self.table.geometry,
            classes=tuple(LegendClass(label, colour, text, "") for label, colour, text in looks),
            class_of=tuple(self.class_of.tolist()),
            missing=named_classes(lang, "no_data"),
            axis_labels=self.labels,
            axis_classes=(across, up),
            notes=without_geometry_note(self.without_geometry, lang),
            **self.about(self.table, lang),
        )


def _checked_pairs(breaks: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    try:
        (low_0, high_0), (low_1, high_1) = (rising(pair, "BivariateLayer") for pair in breaks)
    except (TypeError, ValueError) as problem:
        if isinstance(problem, SchemaError) and "do not rise" in str(problem):
            raise
        raise SchemaError(
            f"BivariateLayer: breaks={breaks!r}: give two numbers for each column, for example ((0.05, 0.2), (10, 50))"
        ) from problem
    return (low_0, high_0), (low_1, high_1)


def _pair_words(pair: tuple[float, float], lang: str, *, share: bool) -> tuple[str, str, str]:
    bounds = [round(100 * bound, 6) for bound in pair] if share else list(pair)
    decimals = 0 if all(bound.is_integer() for bound in bounds) else 1 if share else 2
    low, high = (write_number(bound, lang, decimals) for bound in bounds)
    unit = "\u00a0%" if share else ""
    return f"≤ {low}{unit}", f"{low} – {high}{unit}", f"> {high}{unit}"
