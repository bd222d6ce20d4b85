"""Two numbers of an area at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.errors import SchemaError, listed
from sahelgeo.maps.drawing import BivariateDrawing, Field, LegendClass, plain
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
from sahelgeo.maps.style import phase_classes, style
from sahelgeo.words import write_number


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
