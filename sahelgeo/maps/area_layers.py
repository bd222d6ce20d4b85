"""Areas: by phase, with symbols (IPC Technical Manual 3.1, Protocol 3.2), by any number or class, by two numbers."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform
from sahelgeo.errors import SchemaError
from sahelgeo.flows.suppression import is_small
from sahelgeo.maps.drawing import (
    SUPPRESSED,
    AreaDrawing,
    BivariateDrawing,
    Field,
    LegendClass,
    LegendMark,
    plain,
    withheld_fields,
)
from sahelgeo.maps.layers import (
    LayerOptions,
    SahelgeoLayer,
    areas_with_geometry,
    capital,
    column_title,
    form_of,
    offers,
    one_polygon_per_area,
    period_in_words,
    refuse_rows,
    withheld_beside,
    without_geometry_note,
)
from sahelgeo.maps.scale import (
    PhaseClass,
    Scale,
    as_numbers,
    class_labels,
    named_classes,
    phase_classes,
    places_among,
    rising,
)
from sahelgeo.maps.style import checked_style, in_style, style
from sahelgeo.phases.classes import PHASES
from sahelgeo.phases.rule import people_from
from sahelgeo.tables import PEOPLE_BY_PHASE, PHASE_KINDS, PHASE_STATES, SETTLEMENTS
from sahelgeo.words import base_language, in_language, message_pattern, word, write_number


@offers(LayerOptions)
class AreaLayer(SahelgeoLayer):  # numpydoc ignore=PR02
    """Areas by any number or class, or their outlines alone.

    Parameters
    ----------
    areas : geopandas.GeoDataFrame
        One row for each area.
    column : str, optional
        The column to draw: numbers are put into classes, text is drawn by its values (at most eight, or as many as the
        style has colours). The default draws outlines.
    breaks : sequence of float, optional
        Upper bounds of the classes but the last, rising, at most eight. The default takes quantiles, rounded to two
        digits; of a change (a column that ends in ``_change``) the same bounds below and above 0.
    scheme : str, optional
        Instead of breaks, a classifier of ``mapclassify``, by its name: ``"FisherJenks"``, ``"NaturalBreaks"``,
        ``"HeadTailBreaks"``, ... Missing values are in no class. Needs ``mapclassify``.
    classes : int
        How many classes there are without breaks, at most: 2 to 9.
    name, title, lang, show, tooltip, style
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
        classes: int = 5,
        **options: Any,
    ) -> None:
        drawn, self.without_geometry = areas_with_geometry(areas, "AreaLayer")
        one_polygon_per_area(drawn, "AreaLayer")
        if column is not None and list(drawn.columns).count(column) == 1:
            drawn = drawn.assign(**{column: as_numbers(drawn[column])})
        super().__init__(drawn, **options)
        self.column = column
        with in_style(self.style):
            self.scale = breaks if isinstance(breaks, Scale) else _scale(drawn, column, breaks, scheme, classes)

    @classmethod
    def shared_options(cls, table: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
        """Classes made from all periods together."""
        column, breaks, scheme = (options.get(name) for name in ("column", "breaks", "scheme"))
        with in_style(checked_style(options.get("style"), "AreaLayer")):
            return {
                **options,
                "scheme": None,
                "breaks": _scale(table, column, breaks, scheme, options.get("classes", 5)),
            }

    def _draw(self, lang: str) -> AreaDrawing:
        if self.scale is None or self.column is None:
            look = style()["ground"]
            classes: tuple[LegendClass, ...] = (LegendClass(word("areas", lang), look["land"], "#000000", ""),)
            class_of, title, border = [0] * len(self.table), capital(word("areas", lang)), look["border"]
        else:
            scale, below = self.scale, self.withheld_below()
            if form_of(self.column) == "people":
                # A class whose bound is a count that is withheld would give it away.
                scale = replace(scale, breaks=tuple(bound for bound in scale.breaks if not 0 < bound < below))
            class_of = scale.class_of(self.table[self.column], self._refused())
            classes, title, border = scale.classes(lang), column_title(self.column, lang), ""
        return AreaDrawing(
            title=self.title or title,
            fields=self._fields(lang),
            geometry=self.table.geometry,
            classes=classes,
            class_of=tuple(class_of),
            missing=(*self._not_compared(lang), *named_classes(lang, "no_data")),
            border=border,
            notes=without_geometry_note(len(self.without_geometry), lang),
            **self.about(self.table, lang),
        )

    def _refused(self) -> Any:
        """The rows of a change that compare_phases did not compare."""
        compared = self.scale is not None and self.scale.change and "comparable" in self.table
        return ~self.table["comparable"].fillna(True).astype(bool) if compared else None

    def _not_compared(self, lang: str) -> tuple[LegendClass, ...]:
        if self._refused() is None:
            return ()
        return (LegendClass(word("not_comparable", lang), style()["areas"]["not_comparable"], "#000000", "diagonal"),)

    def _fields(self, lang: str) -> tuple[Field, ...]:
        if self.column is None or self.scale is None:
            return ()
        label, values = self.title or column_title(self.column, lang), plain(self.table[self.column])
        if self.scale.words is None:
            values = withheld_beside(self.table, self.column, values, self.withheld_below())
            form = "share" if self.scale.share else form_of(self.column)
            return Field(label, values, form), *self._reasons(lang)
        if self.scale.change:
            values = tuple(None if value is None else word(f"phase_is_{value}", lang) for value in values)
        texts = tuple(None if value is None else str(value) for value in values)
        return Field(label, texts, "text"), *self._reasons(lang)

    def _reasons(self, lang: str) -> tuple[Field, ...]:
        """Why a row was not compared."""
        if self._refused() is None or "refused" not in self.table:
            return ()
        reasons = plain(self.table["refused"].replace("", pd.NA))
        return (Field(word("not_comparable", lang), tuple(_reason(one, lang) for one in reasons), "text"),)


# What compare_phases and change_map say of rows that they do not compare.
_REASONS = (
    *("missing_before", "missing_after", "once", "kind", "season", "source", "living", "analysed"),
    *(f"{what}_{where}" for what in ("phase", "people") for where in ("before", "after", "either")),
)
_MONTH = re.compile("|".join(calendar.month_abbr[1:]))


def _reason(reason: Any, lang: str) -> str | None:
    """Why a row is not compared, in a language; what there are no words for stays as it is."""
    if reason is None or base_language(lang) == "en":
        return reason  # type: ignore[no-any-return]
    known = {key: message_pattern(word(f"reason_{key}", "en")) for key in _REASONS}
    said = []
    for part in str(reason).split("; "):
        fits = [(key, found.groupdict()) for key, one in known.items() if (found := one.fullmatch(part))]
        key, held = fits[0] if fits else ("", {})
        said.append(word(f"reason_{key}", lang).format(**_parts(key, held, lang)) if fits else part)
    return word("semicolon", lang).join(said)


def _parts(key: str, held: dict[str, str], lang: str) -> dict[str, str]:
    """What differs, in a language: kinds, the months of a season, numbers of people."""
    months = list(calendar.month_abbr)

    def said(text: str) -> str:
        if text == "unknown":
            return word("reason_unknown", lang)
        if key == "kind":
            return word(f"kind_{text}", lang) if text in PHASE_KINDS else text
        if key == "season":
            return _MONTH.sub(lambda month: word(f"month_{months.index(month[0])}", lang), text)
        return in_language(text, lang)

    return {name: said(text) for name, text in held.items()}


def _scale(table: pd.DataFrame, column: str | None, breaks: Any, scheme: str | None, classes: int) -> Scale | None:
    if column is not None:
        checks.columns(table, "AreaLayer", {column: "any"})
        return Scale.of(table[column], breaks, scheme, classes)
    if scheme is not None:
        raise SchemaError(f"AreaLayer: scheme={scheme!r} needs a column of numbers. Leave it out for text and outlines")
    return None


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
        What the columns are called in the legend; the default is their words, else their names.
    name, title, lang, show, tooltip, style
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
        self.labels = labels
        self.breaks = _checked_pairs(breaks)
        first, second = (places_among(pair, drawn[one]) for one, pair in zip(columns, self.breaks, strict=True))
        self.class_of = np.where(drawn[[*columns]].isna().any(axis=1), 9, 3 * second + first)

    def _draw(self, lang: str) -> BivariateDrawing:
        look = style()["bivariate"]
        across, up = (
            _pair_words(pair, self.table[column], lang) for pair, column in zip(self.breaks, self.columns, strict=True)
        )
        first, second = named = self.labels or tuple(column_title(column, lang) for column in self.columns)
        labels = [f"{first} {right}, {second} {above}" for above in up for right in across]
        looks = zip(labels, look["colours"], look["text"], strict=True)
        return BivariateDrawing(
            title=self.title or " × ".join(named),
            fields=tuple(
                Field(
                    label,
                    withheld_beside(self.table, column, plain(self.table[column]), self.withheld_below()),
                    "share" if column.startswith("share_") else form_of(column),
                )
                for label, column in zip(named, self.columns, strict=True)
            ),
            geometry=self.table.geometry,
            classes=tuple(LegendClass(label, colour, text, "") for label, colour, text in looks),
            class_of=tuple(self.class_of.tolist()),
            missing=named_classes(lang, "no_data"),
            axis_labels=(first, second),
            axis_classes=(across, up),
            notes=without_geometry_note(len(self.without_geometry), lang),
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


def _pair_words(pair: tuple[float, float], values: pd.Series, lang: str) -> tuple[str, ...]:
    if str(values.name).startswith("share_"):
        return tuple(class_labels([round(100 * bound, 6) for bound in pair], lang, unit="\N{NO-BREAK SPACE}%"))
    return tuple(class_labels(pair, lang, whole=bool((values.dropna() % 1 == 0).all())))


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
    choose : {"worst", "largest"}, optional
        Which published phase an area with several rows gets, as for :func:`sahelgeo.phases.choose_phase`; the legend
        says it, and how many areas the rule over all rows puts in another phase. The default refuses several rows.
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
    style : Style or path, optional
        A house's own style; the default is the map's. The colours of the phases are official and stay.

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

    def __init__(
        self,
        phases: gpd.GeoDataFrame,
        *,
        column: str = "phase_published",
        choose: Literal["worst", "largest"] | None = None,
        **options: Any,
    ) -> None:
        phases = phases if choose is None else one_phase_each(phases, choose)
        drawn, self.without_geometry = areas_with_geometry(phases, "PhaseLayer")
        shapes = shapes_of(drawn)
        one_polygon_per_area(drawn[[not shape for shape in shapes]] if any(shapes) else drawn, "PhaseLayer")
        drawn = settlements_as_points(drawn)
        super().__init__(drawn, **options)
        self.column = column
        if "start" in drawn and any(len(drawn[label].dropna().unique()) > 1 for label in ("start", "end")):
            raise SchemaError(
                "PhaseLayer: the rows are of more than one period. Choose one, or draw them with TimeLayer"
            )
        self.class_of = _phase_class_of(drawn, column)
        self.apart_3plus = _people_3plus_of(self.without_geometry)

    def _draw(self, lang: str) -> AreaDrawing:
        classes = phase_classes()
        fields = self._fields(lang, classes)
        shapes, marks = shapes_of(self.table), marks_of(self.table)
        apart = None if self.apart_3plus is None else self.people(self.apart_3plus, lang)
        return AreaDrawing(
            title=self.title or word("phases_title", lang),
            fields=fields,
            geometry=self.table.geometry,
            classes=named_classes(lang, *map(str, PHASES)),
            class_of=tuple(self.class_of),
            missing=named_classes(lang, *PHASE_STATES),
            digits=tuple(classes[number].key if number < len(PEOPLE_BY_PHASE) else "" for number in self.class_of),
            notes=(
                *self._totals(fields, shapes, lang),
                *self._chosen(lang),
                *without_geometry_note(len(self.without_geometry), lang, apart),
            ),
            marks=marks,
            legend_marks=legend_marks(marks, shapes, lang),
            shapes=shapes,
            **self.about(self.table, lang),
        )

    def _names(self, rows: pd.DataFrame, lang: str) -> tuple[str, ...]:
        return settlement_names(rows, super()._names(rows, lang))

    def _subtitle(self, lang: str) -> str:
        parts = [period_in_words(self.table, lang)]
        if "kind" in self.table and len(self.table["kind"].dropna().unique()) == 1:
            parts.append(word(f"kind_{self.table['kind'].dropna().iloc[0]}", lang))
        if self.column == "phase_rule":
            parts.append(word("by_rule", lang))
        return ", ".join(part for part in parts if part)

    def _chosen(self, lang: str) -> tuple[str, ...]:
        """Which of several published phases is drawn, and in how many areas the rule over all rows gives another."""
        if "chosen" not in self.table or self.column != "phase_published":
            return ()
        several = self.table[self.table["chosen_from"].fillna(1) > 1]
        other = (several["phase_published"] != several["phase_rule"]).fillna(False)
        counts = {"count": write_number(len(several), lang), "other": write_number(int(other.sum()), lang)}
        return (word(f"chosen_{self.table['chosen'].dropna().iloc[0]}", lang).format(**counts),)

    def _totals(self, fields: tuple[Field, ...], shapes: Sequence[str], lang: str) -> tuple[str, ...]:
        """How many people are in phase 3 or above in all that the table holds, and how many of them where.

        What is withheld on the map is not in it: it would give it away.
        """
        above = {f"{word('people_in_phase', lang)} {phase}" for phase in _CRISIS_AND_ABOVE}
        lines = [line for line in withheld_fields(fields, self.withheld_below()) if line.label in above]
        if len(lines) < len(_CRISIS_AND_ABOVE):
            # A phase without any figure is not a phase without people.
            return ()
        rows = list(zip(*(line.values for line in lines), strict=True))  # noqa: PD011 (a field's own values)
        known = [(row, bool(shape)) for row, shape in zip(rows, shapes, strict=False) if None not in row]
        apart = self.apart_3plus
        if not known and apart is None:
            return ()
        small = apart is not None and is_small(apart, self.withheld_below())
        apart = 0 if small else apart
        settled = [_sum(row) for row, settlement in known if settlement]
        total = sum(_sum(row) for row, _ in known) + (apart or 0)
        text = f"{word('people_phase_3_or_above', lang)}{word('colon', lang)} {write_number(total, lang)}"
        areas, counted = shapes.count(""), len(known) - len(settled)
        if counted < areas:
            counts = {"count": write_number(counted, lang), "areas": write_number(areas, lang)}
            text += f" ({word('of_areas', lang).format(**counts)})"
        if settled:
            parts = {"people": write_number(sum(settled), lang), "count": write_number(len(settled), lang)}
            text += word("semicolon", lang) + word("of_them_settlements", lang).format(**parts)
        if withheld := sum(row.count(SUPPRESSED) for row, _ in known) + small:
            text += f". {word('total_without_small', lang).format(count=write_number(withheld, lang))}"
        return (text,)

    def _fields(self, lang: str, classes: Sequence[PhaseClass]) -> tuple[Field, ...]:
        table, marks = pd.DataFrame(self.table), marks_of(self.table)
        named = [one.label(lang) for one in classes]
        labels = tuple(named[number] for number in self.class_of)
        fields = [
            Field(word("phase_by_rule" if self.column == "phase_rule" else "phase_published", lang), labels, "text")
        ]
        if "chosen" in table and self.column == "phase_published":
            nothing = word("no_data", lang)
            rules = [nothing if one is None else named[int(one) - 1] for one in plain(table["phase_rule"])]
            fields.append(Field(word("phase_by_rule", lang), tuple(rules), "text"))
        if "share_3plus" in table:
            shares = withheld_beside(table, "share_3plus", plain(table["share_3plus"]), self.withheld_below())
            fields.append(Field(word("share_phase_3_or_above", lang), shares, "share"))
        for phase, label in enumerate(PEOPLE_BY_PHASE, 1):
            if label in table and table[label].notna().any():
                what = f"{word('people_in_phase', lang)} {phase}"
                fields.append(Field(what, plain(table[label]), "people", part=True))
        if "population" in table:
            fields.append(Field(word("population_analysed", lang), plain(table["population"]), "people"))
        if any(marks):
            written = tuple(word("semicolon", lang).join(word(key, lang) for key in own) or None for own in marks)
            fields.append(Field(word("symbols", lang), written, "text"))
        return tuple(fields)


def one_phase_each(phases: gpd.GeoDataFrame, choose: Literal["worst", "largest"]) -> gpd.GeoDataFrame:
    """The phases with one row for each p-code; areas that no row names stay as they are."""
    from sahelgeo.phases.phase_totals import choose_phase  # noqa: PLC0415 (sums only where an area has several rows)

    checks.columns(phases, "PhaseLayer", {"pcode": "any", "kind": "any"})
    named = phases["kind"].notna()
    figures = pd.DataFrame(phases[named]).drop(columns=phases.active_geometry_name)
    labels = [label for label in ("name", "name_fr", "name_en", "area_source") if label in phases]
    places = phases[named].drop_duplicates("pcode").set_index("pcode")[[*labels, phases.active_geometry_name]]
    chosen = choose_phase(figures.drop(columns=labels), choose)
    found = places.reindex(chosen["pcode"]).set_axis(chosen.index)
    joined = gpd.GeoDataFrame(chosen.join(pd.DataFrame(found)), geometry=phases.active_geometry_name, crs=phases.crs)
    rest = phases[~named]
    return joined if rest.empty else pd.concat([joined, rest.reindex(columns=joined.columns)], ignore_index=True)


def _sum(row: tuple[Any, ...]) -> float:
    """The numbers of a row without those that are withheld."""
    return sum(value for value in row if isinstance(value, int | float))


def _people_3plus_of(rows: pd.DataFrame) -> float | None:
    """The people in phase 3 or above of rows without an area; None where they have no figures of all these phases."""
    if not set(PEOPLE_BY_PHASE[2:]) <= set(rows):
        return None
    people = people_from(rows, 3)
    return float(people.sum()) if people.notna().any() else None


def _phase_class_of(table: pd.DataFrame, column: str) -> list[int]:
    """For each row the place of its class in ``phase_classes()``."""
    checks.columns(table, "PhaseLayer", {column: "any"})
    table = pd.DataFrame(table)
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
    place = {item.key: number for number, item in enumerate(phase_classes())}
    keys = (
        str(one if one is not None else held)
        for one, held in zip(plain(phase.astype("Int64")), plain(state), strict=True)
    )
    return [place.get(key, place["no_data"]) for key in keys]


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
