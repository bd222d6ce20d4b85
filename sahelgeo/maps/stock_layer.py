"""Displaced people as circles."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.errors import SchemaError, listed
from sahelgeo.flows.suppression import is_small
from sahelgeo.maps.drawing import Field, SymbolDrawing, label_points, legend_values, plain
from sahelgeo.maps.layers import (
    SahelgeoLayer,
    area_names,
    areas_with_geometry,
    one_row_per_area,
    period_in_words,
    total_note,
    without_geometry_note,
)
from sahelgeo.words import word, write_number


class StockLayer(SahelgeoLayer):
    """Circles whose area stands for the number of displaced people in each place.

    Parameters
    ----------
    stocks : geopandas.GeoDataFrame
        Stocks joined to their areas, or points: one row for each place, one date or ``as_of``.
    column : str
        The column of numbers.
    name, title, lang, show, tooltip
        As for :class:`PhaseLayer`.

    Raises
    ------
    SchemaError
        A place twice, text or negative numbers, several groups or dates, no geometry.
    CRSError
        Geometry without CRS.

    See Also
    --------
    stock_map : A map of displaced people in one call.
    sahelgeo.sum_stocks : Add up displaced people.

    Notes
    -----
    A missing count has no circle and is counted in the legend. A circle stands on a point that is sure to lie inside
    its area.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> stocks = sg.attach_areas(sample.stocks, sample.areas)
    >>> stocks[["name", "people"]].nlargest(2, "people")
               name  people
    4   Centre-Nord  422267
    11        Sahel  344569
    >>> m = sg.maps.Map()
    >>> layer = sg.maps.StockLayer(stocks).add_to(m)
    """

    counts_people = True

    def __init__(
        self,
        stocks: gpd.GeoDataFrame,
        *,
        column: str = "people",
        name: str | None = None,
        title: str | None = None,
        lang: str | None = None,
        show: bool = True,
        tooltip: str | None = None,
    ) -> None:
        drawn, without = areas_with_geometry(stocks, "StockLayer")
        one_row_per_area(drawn, "StockLayer")
        _check_numbers(drawn, column)
        super().__init__(drawn, name=name, title=title, lang=lang, show=show, tooltip=tooltip)
        self.column = column
        self.without_geometry = without
        rest = stocks.loc[~stocks.index.isin(drawn.index), column]
        self.people_without = float(rest.sum()) if stocks.index.is_unique and rest.notna().any() else None

    def drawing(self, lang: str) -> SymbolDrawing:
        """What the layer draws, in a language."""
        values = tuple(None if value is None else float(value) for value in plain(self.table[self.column]))
        uncounted = sum(value is None for value in values)
        below = self.withheld_below()
        shown = [value for value in values if value is not None and not is_small(value, below)]
        notes = list(total_note("total_people", shown, len(values) - uncounted, lang))
        notes += [word("without_count", lang).format(count=write_number(uncounted, lang))] if uncounted else []
        notes += without_geometry_note(self.without_geometry, lang, self._written(self.people_without, lang))
        return SymbolDrawing(
            title=self.title or word("stocks_title", lang),
            subtitle=period_in_words(self.table, lang),
            names=area_names(self.table, lang),
            fields=self._fields(lang),
            points=tuple(label_points(self.table.geometry)),
            values=values,
            legend_values=legend_values([value for value in values if value is not None]),
            notes=tuple(notes),
            largest=max((value for value in values if value is not None), default=0.0),
            **self.about(self.table, lang),
        )

    def _written(self, people: float | None, lang: str) -> str | None:
        if people is None:
            return None
        below = self.withheld_below()
        return f"< {below:g}" if is_small(people, below) else write_number(people, lang)

    def _fields(self, lang: str) -> tuple[Field, ...]:
        fields = [Field(self.title or word("displaced_people", lang), plain(self.table[self.column]), "people")]
        if "per_1000" in self.table:
            fields.append(Field(word("per_1000", lang), plain(self.table["per_1000"]), "decimal", rate=True))
        if "households" in self.table and self.table["households"].notna().any():
            fields.append(Field(word("households", lang), plain(self.table["households"]), "people"))
        return tuple(fields)


def _check_numbers(table: gpd.GeoDataFrame, column: str) -> None:
    if column not in table:
        raise SchemaError(f"StockLayer: there is no column {column!r}. Found: {listed(list(table.columns), 20)}")
    if not pd.api.types.is_numeric_dtype(table[column]):
        raise SchemaError(
            f"StockLayer: column {column!r} is not numeric ({table[column].dtype}). Turn text into numbers first: conform(table, 'stocks') lists the rows"
        )
    infinite = np.isinf(table[column].astype(float))
    if infinite.any():
        raise SchemaError(
            f"StockLayer: column {column!r} is infinite in rows {listed(list(table.index[infinite]), 5)}. Make it missing, or mend the division"
        )
    negative = (table[column] < 0).fillna(False).astype(bool)
    if negative.any():
        raise SchemaError(
            f"StockLayer: column {column!r} is below 0 in rows {listed(list(table.index[negative]), 5)}. Counts of people are 0 or more"
        )
    for label in ("group", "as_of" if "as_of" in table else "date"):
        if label in table and len(table[label].dropna().unique()) > 1:
            raise SchemaError(
                f"StockLayer: the rows have {len(table[label].dropna().unique())} values of {label!r}. Choose one, or draw one layer for each"
            )
