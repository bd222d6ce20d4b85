"""What changed between two tables, like for like: which table says it, and the layer that draws it.

What is not comparable (counted on one of the two days only, analyses of unlike kind) is no change and not "no data": it
has a look of its own, and the popup gives the reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd

from sahelgeo import checks
from sahelgeo.errors import SchemaError, UnmatchedError, warn
from sahelgeo.maps.area_layers import AreaLayer
from sahelgeo.maps.drawing import SUPPRESSED, AreaDrawing, Field, plain
from sahelgeo.maps.layers import column_title, columns_of_days, form_of, period_in_words, small_beside
from sahelgeo.maps.sized_layers import what_is_counted
from sahelgeo.phases.analyses import compare_phases
from sahelgeo.stocks.changes import change_in_stocks
from sahelgeo.tables import SETTLEMENTS
from sahelgeo.words import word, write_number

_OF_PHASES = ("phase_is", "people_3plus_change", "share_3plus_change")
_OF_STOCKS = ("people_change",)
_BESIDE = ("newly_covered", "no_longer_covered")


def changes_between(before: pd.DataFrame, after: pd.DataFrame, column: str | None, **options: Any) -> pd.DataFrame:
    """One row for each area of either table: what changed in a column, whether it can be compared, and why not."""
    phases = all({"kind", "start", "end"} <= set(table) and "people" not in table for table in (before, after))
    stocks = all("people" in table and columns_of_days(table) in (("date",), ("as_of",)) for table in (before, after))
    if not phases and not stocks:
        raise SchemaError(
            "change_map takes two Phases tables or two Stocks tables. Of others work out the change, and draw it: "
            "AreaLayer(table, column='..._change')"
        )
    known = _OF_PHASES if phases else _OF_STOCKS
    checks.choice(known, column=column or known[0])
    return _of_phases(before, after, **options) if phases else _of_stocks(before, after, **options)


def _of_phases(before: pd.DataFrame, after: pd.DataFrame, **options: Any) -> pd.DataFrame:
    published = all("phase_published" in table and table["phase_published"].notna().any() for table in (before, after))
    changes = compare_phases(before, after, column="phase_published" if published else "phase_rule", **options)
    settled = changes["unit_kind"].isin(SETTLEMENTS)
    if settled.any():
        warn(f"{int(settled.sum()):,} settlements are compared and not drawn: change_map draws areas")
    return changes[~settled].reset_index(drop=True)


def _of_stocks(before: pd.DataFrame, after: pd.DataFrame, **options: Any) -> pd.DataFrame:
    changes = change_in_stocks(before, after, by="pcode", **options)
    lost = changes["pcode"].isna()
    if lost.any():
        people = changes.loc[lost, "people_after"].sum()
        raise UnmatchedError(
            f"places without a p-code, with {people:,.0f} people in the later table, have no area. Find them: "
            "on='match', with areas",
            changes[lost],
        )
    compared = changes["places_both"] > 0
    counted = changes[["people_before", "people_after"]].notna().any(axis=1)
    once = pd.Series("", changes.index).mask(~compared & counted, "counted on one of the two days only")
    change = changes["like_for_like"].where(compared)
    return changes.assign(people_change=change, comparable=compared | ~counted, refused=once)


class ChangeLayer(AreaLayer):
    """Areas by what changed; :func:`change_map` makes it."""

    def __init__(
        self, changes: gpd.GeoDataFrame, *, column: str, between: tuple[pd.DataFrame, pd.DataFrame], **options: Any
    ) -> None:
        super().__init__(changes, column=column, **options)
        self.between = between

    def _draw(self, lang: str) -> AreaDrawing:
        drawn = super()._draw(lang)
        notes = (*drawn.notes, *self._balance(lang))
        title = self.title or (drawn.title if self.column == "phase_is" else self._titled(lang))
        return replace(drawn, title=title, fields=(*self._shown(drawn.fields, lang), *self._sides(lang)), notes=notes)

    def _subtitle(self, lang: str) -> str:
        periods = [period_in_words(table, lang) for table in self.between]
        return " → ".join(periods) if all(periods) else ""

    def _titled(self, lang: str) -> str:
        if self._stem != "people":
            return column_title(str(self.column), lang)
        return word("change_of", lang).format(what=self._what(lang))

    def _what(self, lang: str) -> str:
        stem = str(self.column).removesuffix("_change")
        return what_is_counted(self.between[1], stem, lang) if stem == "people" else column_title(stem, lang)

    def _small(self) -> Any:
        """Rows where a count of either day is small: nothing that it could be worked out from is shown."""
        return small_beside(self.table, str(self.column), self.withheld_below())

    def _shown(self, fields: tuple[Field, ...], lang: str) -> tuple[Field, ...]:
        form = "share" if str(self.column).startswith("share_") else fields[0].form
        values = self._withheld(fields[0].values)
        form = "whole" if form_of(self._stem) == "people" else form
        label = fields[0].label if self.title or self.column == "phase_is" else self._titled(lang)
        return replace(fields[0], label=label, form=form, values=values), *fields[1:]

    @property
    def _stem(self) -> str:
        return "phase" if self.column == "phase_is" else str(self.column).removesuffix("_change")

    def _withheld(self, values: Any) -> tuple[Any, ...]:
        return tuple(SUPPRESSED if small else value for value, small in zip(values, self._small(), strict=True))

    def _sides(self, lang: str) -> tuple[Field, ...]:
        """What was counted or classified before and after, under the popup's change."""
        what = word("phase_published", lang) if self._stem == "phase" else self._what(lang)
        forms = {"phase": "text", "share_3plus": "share"}
        fields = []
        for side in ("before", "after"):
            values = plain(self.table[f"{self._stem}_{side}"])
            shown = (
                tuple(None if value is None else str(value) for value in values) if self._stem == "phase" else values
            )
            label = f"{what}{word('colon', lang)} {word(side, lang).lower()}"
            fields.append(Field(label, self._withheld(shown), forms.get(self._stem, "whole")))
        return tuple(fields)

    def _balance(self, lang: str) -> tuple[str, ...]:
        """How people add up: what changed where somebody counted twice, and what was counted once.

        What is withheld on the map is in none of the sums: it would give it away.
        """
        if self.column != "people_change":
            return ()
        withheld = self._small()
        shown = self.table[[not small for small in withheld]]
        sums = {name: float(shown[name].fillna(0).sum()) for name in ("people_change", *_BESIDE)}
        written = {name: self.people(value, lang) for name, value in sums.items()}
        text = word("change_balance", lang).format(**written)
        if count := sum(withheld):
            text += f". {word('total_without_small', lang).format(count=write_number(count, lang))}"
        return (text,)
