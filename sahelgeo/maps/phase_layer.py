"""Areas by their food-insecurity phase, with their symbols (IPC Technical Manual 3.1, Protocol 3.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform
from sahelgeo.errors import SchemaError
from sahelgeo.maps.drawing import SUPPRESSED, AreaDrawing, Field, LegendMark, plain, withheld_fields
from sahelgeo.maps.layers import (
    LayerOptions,
    SahelgeoLayer,
    areas_with_geometry,
    offers,
    one_polygon_per_area,
    refuse_rows,
    without_geometry_note,
)
from sahelgeo.maps.scale import named_classes
from sahelgeo.maps.style import PhaseClass, phase_classes
from sahelgeo.maps.windows import period_in_words
from sahelgeo.phases.classes import PHASES
from sahelgeo.tables import PEOPLE_BY_PHASE, PHASE_STATES, SETTLEMENTS
from sahelgeo.words import word, write_number

_CRISIS_AND_ABOVE = (3, 4, 5)


@offers(LayerOptions)
class PhaseLayer(SahelgeoLayer):  # numpydoc ignore=PR02
    """Areas in the official colours of their IPC or Cadre Harmonisé phase.

    Fills are opaque, since a half-transparent phase 4 looks like phase 3. Where there is no phase, the four reasons are
    told apart: inadequate evidence (grey), not analysed (white, hatched), no humanitarian access (white, crossed), no
    data (pale, dotted). The legend lists the five phases in order with the number of areas of each.

    Parameters
    ----------
    phases : geopandas.GeoDataFrame
        Phases joined to their areas (:func:`sahelgeo.attach_areas`): one row for each area, one period.
    column : str
        Which column holds the phase: ``"phase_published"``, or ``"phase_rule"`` from :func:`sahelgeo.area_phase`. The
        legend says when a phase was computed.
    name : str, optional
        Name in the layer switch; the default is the title.
    title : str, optional
        Title of the legend.
    lang : {"en", "fr"}, optional
        Language; the default is the map's.
    show : bool
        Whether the layer is on when the map opens.
    tooltip : str, optional
        Template of the text under the pointer, with columns of the table in braces: ``"{name}: {population:,.0f}"``.
        Only names of columns and plain format specifications are read; nothing is evaluated. The default is name and
        class.

    Raises
    ------
    SchemaError
        An area twice, a phase that is not 1 to 5, no geometry, an unknown column, a table without rows.
    CRSError
        Geometry without CRS.

    See Also
    --------
    phase_map : A map of phases in one call.
    sahelgeo.area_phase : The phase of each area by the 20 % rule.
    sahelgeo.attach_areas : Join a table to its polygons.

    Notes
    -----
    Colours and wording: IPC Technical Manual 3.1, Protocol 3.2; French: Cadre Harmonisé. The same protocol's symbols
    are drawn, and are in the legend, where the table has them: ``evidence`` as ``*``, ``**`` or ``***``; ``assistance``
    "white_sack" or "black_sack" as a sack, and the flag "1" of FEWS NET and of IPC before 3.1 as "!"; ``unit_kind``
    "limited_access" as a barred circle. Rows whose ``unit_kind`` is "urban", "idp_site" or "refugee" are points
    coloured by their phase and are not counted among the areas. The shapes of the symbols are our own.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> phases = sample.phases.join(sg.area_phase(sample.phases))
    >>> m = sg.maps.Map()
    >>> layer = sg.maps.PhaseLayer(sg.attach_areas(phases, sample.areas), column="phase_rule").add_to(m)
    """

    def __init__(self, phases: gpd.GeoDataFrame, *, column: str = "phase_published", **options: Any) -> None:
        drawn, self.without_geometry = areas_with_geometry(phases, "PhaseLayer")
        one_polygon_per_area(drawn[[not shape for shape in shapes_of(drawn)]], "PhaseLayer")
        drawn = settlements_as_points(drawn)
        super().__init__(drawn, **options)
        self.column = column
        if "start" in drawn and len(drawn[["start", "end"]].dropna().drop_duplicates()) > 1:
            raise SchemaError(
                "PhaseLayer: the rows are of more than one period. Choose one, or draw them with TimeLayer"
            )
        self.class_of = _phase_class_of(drawn, column)

    def _draw(self, lang: str) -> AreaDrawing:
        classes = phase_classes()
        fields = self._fields(lang, classes)
        shapes, marks = shapes_of(self.table), marks_of(self.table)
        about = self.about(self.table, lang) | {"subtitle": self._subtitle(lang)}
        about["names"] = settlement_names(self.table, about["names"])
        return AreaDrawing(
            title=self.title or word("phases_title", lang),
            fields=fields,
            geometry=self.table.geometry,
            classes=named_classes(lang, *map(str, PHASES)),
            class_of=tuple(self.class_of),
            missing=named_classes(lang, *PHASE_STATES),
            digits=tuple(classes[number].key if number < len(PEOPLE_BY_PHASE) else "" for number in self.class_of),
            notes=(*self._totals(fields, shapes, lang), *without_geometry_note(self.without_geometry, lang)),
            marks=marks,
            legend_marks=legend_marks(marks, shapes, lang),
            shapes=shapes,
            **about,
        )

    def _subtitle(self, lang: str) -> str:
        parts = [period_in_words(self.table, lang)]
        if "kind" in self.table and len(self.table["kind"].dropna().unique()) == 1:
            parts.append(word(f"kind_{self.table['kind'].dropna().iloc[0]}", lang))
        if self.column == "phase_rule":
            parts.append(word("by_rule", lang))
        return ", ".join(part for part in parts if part)

    def _totals(self, fields: tuple[Field, ...], shapes: Sequence[str], lang: str) -> tuple[str, ...]:
        """How many people are in phase 3 or above. What is withheld on the map is not in it: it would give it away."""
        above = {f"{word('people_in_phase', lang)} {phase}" for phase in _CRISIS_AND_ABOVE}
        lines = [line for line in withheld_fields(fields, self.withheld_below()) if line.label in above]
        rows = zip(*(line.values for line in lines), strict=True)  # noqa: PD011 (a field's own values)
        areas = [row for row, shape in zip(rows, shapes, strict=True) if not shape] if lines else []
        known = [row for row in areas if None not in row]
        if not known:
            return ()
        values = [value for row in known for value in row]
        total = sum(value for value in values if isinstance(value, int | float))
        text = f"{word('people_phase_3_or_above', lang)}{word('colon', lang)} {write_number(total, lang)}"
        if len(known) < len(areas):
            counts = {"count": write_number(len(known), lang), "areas": write_number(len(areas), lang)}
            text += f" ({word('of_areas', lang).format(**counts)})"
        if withheld := values.count(SUPPRESSED):
            text += f". {word('total_without_small', lang).format(count=write_number(withheld, lang))}"
        return (text,)

    def _fields(self, lang: str, classes: Sequence[PhaseClass]) -> tuple[Field, ...]:
        labels = tuple(classes[number].label(lang) for number in self.class_of)
        fields = [
            Field(word("phase_by_rule" if self.column == "phase_rule" else "phase_published", lang), labels, "text")
        ]
        if "share_3plus" in self.table:
            fields.append(Field(word("share_phase_3_or_above", lang), plain(self.table["share_3plus"]), "share"))
        for phase, label in enumerate(PEOPLE_BY_PHASE, 1):
            if label in self.table and self.table[label].notna().any():
                fields.append(Field(f"{word('people_in_phase', lang)} {phase}", plain(self.table[label]), "people"))
        if "population" in self.table:
            fields.append(Field(word("population_analysed", lang), plain(self.table["population"]), "people"))
        if any(marks_of(self.table)):
            written = tuple("; ".join(word(key, lang) for key in marks) or None for marks in marks_of(self.table))
            fields.append(Field(word("symbols", lang), written, "text"))
        return tuple(fields)


def _phase_class_of(table: pd.DataFrame, column: str) -> list[int]:
    """For each row the place of its class in ``phase_classes()``."""
    checks.columns(table, "PhaseLayer", {column: "any"})
    phase, state = table[column], pd.Series(table.get("state"), index=table.index, dtype="object")
    if not (
        pd.api.types.is_any_real_numeric_dtype(phase)
        and phase.dropna().isin(range(1, 6)).all()
        and state.dropna().isin(PHASE_STATES).all()
    ):
        # It says what is wrong, and reads numbers among objects; it takes time that most maps need not.
        checked = conform(
            pd.DataFrame({"phase_published": phase, "state": state}).assign(
                pcode=pd.Series(table.get("pcode"), index=table.index, dtype="string"),
                place=pd.Series(range(len(table)), index=table.index).astype("string"),
                kind="current", start="2000-01-01", end="2000-01-01", source="",
            ),
            "phases",
        )  # fmt: skip
        phase, state = checked["phase_published"], checked["state"]
    keys = [item.key for item in phase_classes()]
    key = phase.astype("Int64").astype("string").where(phase.notna(), state.astype("string")).fillna("no_data")
    return [keys.index(value) for value in key]


_EVIDENCE = ("evidence_1", "evidence_2", "evidence_3")
_LEGEND_ORDER = (*_EVIDENCE, "white_sack", "black_sack", "assistance", "limited_access", *SETTLEMENTS)
# As sources print them. FEWS NET and IPC before 3.1 have one flag, drawn as "!"; IPC 3.1 has two sacks.
_ASSISTANCE = {f"{colour}{gap}sack": f"{colour}_sack" for colour in ("white", "black") for gap in ("_", " ")}
_ASSISTANCE |= dict.fromkeys(("1", "1.0", "!"), "assistance")


def shapes_of(table: pd.DataFrame) -> tuple[str, ...]:
    """For each row its kind of settlement, or "" for an area."""
    if "unit_kind" not in table:
        return ("",) * len(table)
    return tuple(str(kind) if pd.notna(kind) and kind in SETTLEMENTS else "" for kind in table["unit_kind"])


def marks_of(table: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    """For each row the keys of the symbols that stand on it."""
    keys: dict[str, Callable[[Any], str | None]] = {
        "evidence": lambda level: f"evidence_{int(level)}",
        "assistance": lambda flag: _ASSISTANCE.get(str(flag).strip().lower()),
        "unit_kind": lambda kind: "limited_access" if kind == "limited_access" else None,
    }
    found: list[list[str]] = [[] for _ in range(len(table))]
    for label in (label for label in keys if label in table):
        for marks, value in zip(found, table[label], strict=True):
            if pd.notna(value) and (key := keys[label](value)):
                marks.append(key)
    return tuple(map(tuple, found))


def legend_marks(marks: tuple[tuple[str, ...], ...], shapes: tuple[str, ...], lang: str) -> tuple[LegendMark, ...]:
    """A row of the legend for each symbol and kind of settlement that is there."""
    counts = Counter([*(key for one in marks for key in one), *filter(None, shapes)])
    return tuple(LegendMark(key, word(key, lang), counts[key]) for key in _LEGEND_ORDER if counts[key])


def settlements_as_points(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The rows with settlements on a point: they are never merged into the area around them."""
    settled = pd.Series([bool(shape) for shape in shapes_of(table)], index=table.index)
    if not settled.any():
        return table
    told_apart = [label for label in ("pcode", "unit_kind", "unit", "place") if label in table]
    repeated = settled & table.assign(point=table.geometry.representative_point().to_wkt()).duplicated(
        [*told_apart, "point"], keep=False
    )
    refuse_rows(table, repeated, "PhaseLayer", "are of the same settlement. Choose one period and kind")
    points = table.geometry.where(~settled, table.geometry.representative_point())
    return table.set_geometry(points)


def settlement_names(table: pd.DataFrame, names: tuple[str, ...]) -> tuple[str, ...]:
    """Areas keep their names; a settlement has its own before that of its area."""
    own = table["unit"] if "unit" in table else pd.Series(pd.NA, index=table.index)
    return tuple(
        name if not shape or pd.isna(unit) else f"{unit} ({name})" if name and unit != name else str(unit)
        for name, unit, shape in zip(names, own, shapes_of(table), strict=True)
    )
