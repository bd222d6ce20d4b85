"""What all layers share: folium layers that describe what to draw, when it was, and leave drawing to the page."""

from __future__ import annotations

import datetime as dt
import inspect
import re
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import chain, count
from string import Formatter
from typing import Any, TypeVar

import folium
import geopandas as gpd
import pandas as pd
from folium.elements import ElementAddToElement
from folium.map import Layer
from folium.template import Template

from sahelgeo import checks
from sahelgeo.errors import SchemaError, listed
from sahelgeo.flows.suppression import SUPPRESS_BELOW, is_small
from sahelgeo.maps.document import STATIC, language_of, layers_of, write_document
from sahelgeo.maps.drawing import SUPPRESSED, Drawing, plain
from sahelgeo.maps.style import Style, checked_style, in_style, style
from sahelgeo.saving import readable
from sahelgeo.sources import rows_without_source, source_columns, source_ids
from sahelgeo.tables import PEOPLE_BY_PHASE, PHASE_KINDS
from sahelgeo.words import (
    MISSING,
    NARROW_SPACE,
    base_language,
    check_language,
    in_language,
    word,
    write_day,
    write_month,
    write_number,
    write_period,
)

# A layer over time hands points to the layers of its periods, and keeps the outlines itself.
STAND_IN = "sahelgeo: points stand for areas"
# Columns of the tables that count people.
COUNTS = frozenset(
    {"people", "households", "population", *PEOPLE_BY_PHASE, "people_2plus", "people_3plus", "people_4plus"}
)
# Columns of the tables that have a name for readers.
_TITLES = {
    "per_1000": "per_1000",
    "share_3plus": "share_phase_3_or_above",
    "people_3plus": "people_phase_3_or_above",
    "phase_rule": "phase_by_rule",
    **{name: name for name in ("people", "households", "phase_published", "phase_is")},
}
# What else tables call numbers of people, which are withheld where they are small.
_PEOPLE = frozenset(
    {"idp", "idps", "refugee", "refugees", "returnee", "returnees", "displaced", "persons", "individuals"}
)
_PEOPLE_IN_FRENCH = frozenset(
    {"pdi", "deplaces", "déplacés", "refugies", "réfugiés", "retournes", "retournés", "personnes"}
)
# What a change between two counts is made of.
_CHANGES_OF_PEOPLE = ("change", "like_for_like", "increase", "decrease", "newly_covered", "no_longer_covered")
_NUMBERED = re.compile(r"feature \d+")
_PLACES = ("Polygon", "MultiPolygon", "GeometryCollection")
Taker = TypeVar("Taker", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class LayerOptions:
    """What every layer takes beside its table, declared once; :class:`PhaseLayer` says what each means."""

    name: str | None = None
    title: str | None = None
    lang: str | None = None
    show: bool = True
    tooltip: str | None = None
    style: Any = None


def offers(declared: type, *, more: bool = False) -> Callable[[Taker], Taker]:
    """Put the options of a declaration into the signature of what takes them, where help and completion find them."""
    options = list(inspect.signature(declared).parameters.values())

    def marked(taker: Taker) -> Taker:
        own = inspect.signature(taker)
        named = [one for one in own.parameters.values() if one.kind is not one.VAR_KEYWORD]
        rest = [one for one in own.parameters.values() if more and one.kind is one.VAR_KEYWORD]
        taker.__signature__ = own.replace(parameters=[*named, *options, *rest])  # type: ignore[attr-defined]
        return taker

    return marked


def column_title(column: str, lang: str) -> str:
    """What readers call a column: its words where it has some, else its name written as text."""
    if column.endswith("_change"):
        what = column_title(column.removesuffix("_change"), lang)
        points = f" ({word('points', lang)})" if column.startswith("share_") else ""
        return word("change_of", lang).format(what=what + points)
    return word(_TITLES[column], lang) if column in _TITLES else capital(column.replace("_", " "))


def capital(text: str) -> str:
    """The text with a capital at its head."""
    return text[:1].upper() + text[1:]


def form_of(column: str) -> str:
    """How the numbers of a column are written: those that count people are withheld where they are small."""
    written = re.sub("_(?:before|after)$", "", str(column).lower())
    return "people" if written in COUNTS | _PEOPLE | _PEOPLE_IN_FRENCH else "decimal"


def small_beside(table: pd.DataFrame, column: str, below: float) -> list[bool]:
    """The rows where a rate, a share or a change gives a small count away: with a population, or the other count."""
    made = column in _CHANGES_OF_PEOPLE
    counted = "people" if made else column.removesuffix("_change").replace("share_", "people_")
    beside = {"per_1000": ["people"], "share_3plus": ["people_3plus", *PEOPLE_BY_PHASE]}.get(column, [])
    if made or (column.endswith("_change") and form_of(counted) == "people"):
        beside = [f"{counted}_before", f"{counted}_after"]
    held = [plain(table[one]) for one in beside if one in table]
    return [any(is_small(one, below) for one in row) for row in zip(*held, strict=True)] or [False] * len(table)


def withheld_beside(table: pd.DataFrame, column: str, values: Any, below: float) -> tuple[Any, ...]:
    """The values of a column without those that give a small count away."""
    small = small_beside(table, column, below)
    return tuple(SUPPRESSED if one else value for value, one in zip(values, small, strict=True))


def template(name: str) -> Template:
    """A page template from the static folder."""
    made: Template = Template(STATIC.joinpath(name).read_text(encoding="utf-8"))
    return made


def safe_label(text: str) -> str:
    """Text for Leaflet's layer switch, which reads HTML, inside a page that branca renders as a template."""
    safe = escape(readable(text)).replace("{", "&#123;").replace("}", "&#125;")
    # The switch is an object of the page's script, in which this name would stand for something else.
    return safe.replace("__proto__", "&#95;_proto__")


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, or the name with the first number from 2 on with which it is not taken."""
    return next(one for one in chain([name], (f"{name} {number}" for number in count(2))) if one not in taken)


def names_in_switch(on_map: folium.Map) -> dict[str, str]:
    """Each layer's own name in the switch: layers of one name are told apart by their periods, else by numbers."""
    layers = [layer for layer in layers_of(on_map) if isinstance(layer, SahelgeoLayer)]
    labels = [layer.label(language_of(on_map, layer)) for layer in layers]
    found: dict[str, str] = {}
    for layer, label in zip(layers, labels, strict=True):
        period = layer.drawing(language_of(on_map, layer)).subtitle if labels.count(label) > 1 else ""
        found[layer.get_name()] = free_name(f"{label} ({period})" if period else label, found.values())
    return found


class SahelgeoLayer(Layer):
    """A folium layer that sahelgeo's page draws. Add it to a :class:`Map` or to any ``folium.Map``."""

    _template = template("layer.html.j2")
    # Whether the column that is drawn counts people: small counts are then withheld from tooltips too.
    counts_people = False
    # Which part of the style table fills what the layer draws, where that is one colour.
    filled_as = ""

    def __init__(self, table: pd.DataFrame, **options: Any) -> None:
        given = LayerOptions(**options)
        super().__init__(name=None, overlay=True, control=True, show=given.show)
        self._name = type(self).__name__
        self.table = table
        self.title = given.title
        self.lang = check_language(given.lang) if given.lang is not None else None
        self.given_name = given.name
        self.style = checked_style(given.style, type(self).__name__)
        self.tooltip = check_tooltip(given.tooltip, table, type(self).__name__)
        self._drawings: dict[tuple[Any, ...], Drawing] = {}

    @classmethod
    def shared_options(cls, table: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG003
        """The layer's options with which drawings of several periods have one scale; the table holds them all."""
        return options

    def drawing(self, lang: str) -> Drawing:
        """What the layer draws, in a language. A page asks several times; it is drawn once."""
        house = self.house()
        key = lang, self.title, id(self.table), self.withheld_below(), house
        if key not in self._drawings:
            with in_style(house):
                drawn = self._draw(lang)
                doubts = [in_language(text, lang) for text in _doubts(self.table, *getattr(self, "between", ()))]
                drawn = replace(drawn, notes=tuple(dict.fromkeys((*drawn.notes, *doubts))))
                if house is not None and self.filled_as:
                    drawn = replace(drawn, fill=style()[self.filled_as]["fill"])
            # The drawing of a period is a part of one that is looked through as a whole.
            self._drawings[key] = drawn if isinstance(self._parent, SahelgeoLayer) else readable(drawn)
        return self._drawings[key]

    def _upwards(self) -> Iterator[Any]:
        """The layer and what it stands on, up to the page."""
        element: Any = self
        while element is not None:
            yield element
            element = element._parent

    def house(self) -> Style | None:
        """The style of the layer, else that of its map."""
        styles = (getattr(element, "style", None) for element in self._upwards())
        return next((found for found in styles if isinstance(found, Style)), None)

    @abstractmethod
    def _draw(self, lang: str) -> Drawing: ...

    def about(self, rows: pd.DataFrame, lang: str) -> dict[str, Any]:
        """Period, names, sources, p-codes and tooltips, for the drawing of some rows."""
        rows = pd.DataFrame(rows)  # Which gives its columns out faster than a table with geometry.
        ends = ["origin", "destination"] if {"origin", "destination"} <= set(rows.columns) else ["pcode"]
        codes = zip(*(_codes(rows, label) for label in ends), strict=True) if ends[0] in rows else ()
        tooltips: tuple[str, ...] = ()
        if self.tooltip is not None:
            counts = {getattr(self, "column", "")} if self.counts_people else ()
            tooltips = write_tooltips(self.tooltip, rows, lang, counts=counts, below=self.withheld_below())
        origin = origin_of(self.table, getattr(self, "column", None))
        # A layer over time says itself when its periods are.
        when = "" if isinstance(self._parent, SahelgeoLayer) else self._subtitle(lang)
        return {
            "subtitle": when,
            "names": self._names(rows, lang),
            **origin,
            "codes": tuple(codes),
            "tooltips": tooltips,
        }

    def _subtitle(self, lang: str) -> str:
        """When it was."""
        return period_in_words(self.table, lang)

    def _names(self, rows: pd.DataFrame, lang: str) -> tuple[str, ...]:
        """What the things drawn are called."""
        return area_names(rows, lang)

    def withheld_below(self) -> float:
        """What the map withholds, also where the layer stands on no map yet."""
        return float(
            next((one.suppress_below for one in self._upwards() if hasattr(one, "suppress_below")), SUPPRESS_BELOW)
        )

    def people(self, count: float, lang: str) -> str:
        """A number of people as it is written on this map."""
        below = self.withheld_below()
        return f"< {below:g}" if is_small(count, below) else write_number(count, lang)

    def label(self, lang: str) -> str:
        """The name in the layer switch."""
        return self.given_name or self.drawing(lang).title

    def folium_map(self) -> folium.Map:
        """The map that the layer stands on, directly or in a group."""
        for element in self._upwards():
            if isinstance(element, folium.Map):
                return element
        raise SchemaError(f"{type(self).__name__} is not on a map. Add it first: layer.add_to(m)")

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Write the layer into the page, and the page's document if this is the first layer of the map."""
        on_map = self.folium_map()
        # A sahelgeo map has written the document with its furniture before its layers render.
        self.document_id = getattr(on_map, "document_id", None) or write_document(on_map)
        self.map_name = on_map.get_name()
        self.layer_name = safe_label(names_in_switch(on_map)[self.get_name()])
        self._render_once(**kwargs)

    def _render_once(self, **kwargs: Any) -> None:
        # folium's Layer makes a new "addTo" element at every render, so a map shown twice would add its layers twice.
        name = f"{self.get_name()}_add"
        if self.show and name not in self._children:
            parent: Any = self._parent
            self.add_child(ElementAddToElement(self.get_name(), parent.get_name()), name=name)
        super(Layer, self).render(**kwargs)  # type: ignore[no-untyped-call]


def _codes(rows: pd.DataFrame, label: str) -> list[str]:
    return ["" if code is None else str(code) for code in plain(rows[label])]


def has_geometry(table: pd.DataFrame) -> bool:
    """Whether a table is a GeoDataFrame with an active geometry."""
    return checks.has_shapes(table)


def refuse_rows(table: pd.DataFrame, wrong: Any, layer: str, why: str) -> None:
    """Raise SchemaError where any row is wrong: which rows, and why."""
    if wrong.any():
        raise SchemaError(f"{layer}: rows {listed(list(table.index[wrong]), 5)} {why}")


def areas_with_geometry(table: gpd.GeoDataFrame, layer: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The rows that have a geometry, in EPSG:4326, and those that no map can show."""
    if not has_geometry(table):
        raise SchemaError(
            f"{layer} needs a GeoDataFrame with geometry. Join the table to its areas first: attach_areas(table, areas)"
        )
    checks.crs(table, layer)
    there = table.geometry.notna() & ~table.geometry.is_empty
    without = pd.DataFrame(table)[~there]
    if table.attrs.get(STAND_IN) and there.any():
        return table if without.empty else table[there], without
    if not there.any():
        lack = "no row has a geometry" if len(table) else "the table has no rows"
        advice = "Join the table to its areas first" if len(table) else "Check how it was filtered"
        raise SchemaError(f"{layer}: {lack}, so there is nothing to draw. {advice}")
    repair = "have an invalid geometry. Repair it first: table.geometry = table.geometry.make_valid()"
    refuse_rows(table, there & ~table.geometry.is_valid, layer, repair)
    drawn = table[there].to_crs("EPSG:4326")
    box = drawn.geometry.bounds
    beyond = ~(box["minx"].ge(-180.5) & box["maxx"].le(180.5) & box["miny"].ge(-90) & box["maxy"].le(90))
    other = f"The CRS is another than {table.crs.name}, or longitude and latitude are wrong"
    refuse_rows(drawn, beyond, layer, f"lie beyond the globe in degrees. {other}")
    return drawn, without


def one_polygon_per_area(table: gpd.GeoDataFrame, layer: str) -> None:
    """Raise where a row is a point or a line, whose fill would be invisible, or an area stands twice."""
    if not table.attrs.get(STAND_IN):
        advice = "Join the table to its areas, attach_areas(table, areas); points of people are for StockLayer"
        refuse_rows(table, ~table.geometry.geom_type.isin(_PLACES), layer, f"are no polygons. {advice}")
    one_row_per_area(table, layer)


def one_row_per_area(table: gpd.GeoDataFrame, layer: str) -> None:
    """Raise where an area stands twice: one of its values would be hidden under the other."""
    if "pcode" in table:
        advice = "Choose one period, kind and group, or sum them first; phase_map(..., choose='worst') draws one phase"
        twice = table.duplicated("pcode", keep=False)
        if "issued" in table and len(set(table.loc[twice, "issued"].dropna())) > 1:
            # The Cadre Harmonisé projects a season in autumn and again in spring.
            period = [name for name in ("iso3", "kind", "start", "end") if name in table and table[name].notna().all()]
            advice = (
                "They were issued on several days. Take the analysis that speaks for a day, phases_at(table, day), or "
                "the latest of each period, "
                f"table[table['issued'] == table.groupby({period})['issued'].transform('max')]"
            )
        checks.once(pd.DataFrame(table), layer, "pcode", advice=advice)


def area_names(table: pd.DataFrame, lang: str) -> tuple[str, ...]:
    """A name for each row: the French name on a French map, else the official name, the printed place, the p-code."""
    labels = [*(("name_fr",) if base_language(lang) == "fr" else ()), "name", "name_en", "place", "unit", "pcode"]
    names = [""] * len(table)
    for label in (label for label in labels if label in table):
        if "" not in names:
            break
        # The number of a shape in its file is no name of a place.
        found = ("" if one is None or _NUMBERED.fullmatch(str(one)) else str(one) for one in plain(table[label]))
        names = [name or other for name, other in zip(names, found, strict=True)]
    return tuple(names)


def without_geometry_note(count: int, lang: str, people: str | None = None) -> tuple[str, ...]:
    """A sentence for the legend when rows have no area, with the number of their people where it is known."""
    if not count:
        return ()
    key = "without_geometry" if people is None else "without_geometry_people"
    return (word(key, lang).format(count=write_number(count, lang), people=people),)


def total_note(key: str, shown: Sequence[float], counted: int, lang: str, beside: float = 0) -> tuple[str, ...]:
    """The sum of what is shown and of what stands beside it without a place on the map.

    Counts that are withheld are not in it: the sum would give them away.
    """
    if not shown and not beside:
        return ()
    total = write_number(sum(shown) + beside, lang)
    text = word(key, lang).format(people=total, count=write_number(len(shown), lang))
    if len(shown) < counted:
        text += f". {word('total_without_small', lang).format(count=write_number(counted - len(shown), lang))}"
    return (text,)


def _doubts(*tables: pd.DataFrame) -> list[str]:
    """What rows say of themselves that is doubtful (``doubt``), each once."""
    return [str(text) for table in tables if "doubt" in table for text in table["doubt"].dropna().unique()]


def origin_of(table: pd.DataFrame, column: str | None = None) -> dict[str, Any]:
    """The sources of a table, for its drawing, and whether a row with a figure names none but that of its area."""
    # Only what names sources is looked at: a layer over time asks for each of its periods.
    table = pd.DataFrame(table)
    rows = table[source_columns(table)]
    sources = tuple(source_ids(rows))
    own = rows[[label for label in rows if label != "area_source"]]
    figures = own[table[column].notna().to_numpy()] if column is not None and column in table else own
    return {"sources": sources, "unsourced": rows_without_source(figures) > 0}


# Fill and alignment, sign, zeros, width, separator, precision, type. Two digits of width keep a tooltip a tooltip.
_SPEC = re.compile(r"(?:[^{}]?[<>=^])?[-+ ]?0?\d{0,2}[,_]?(?:\.\d{1,2})?[bcdeEfFgGnosxX%]?")


def check_tooltip(template: str | None, table: pd.DataFrame, layer: str) -> str | None:
    """Return the template if every row can be written with it, else raise."""
    if template is None:
        return None
    if not isinstance(template, str):
        raise SchemaError(
            f'{layer}: tooltip={template!r} is not text. Give a template such as "{{name}}: {{people:,.0f}}"'
        )
    try:
        parts = list(Formatter().parse(template))
    except ValueError as problem:
        raise SchemaError(
            f"{layer}: the tooltip {template!r} cannot be read ({problem}). "
            "Write a brace that is to be shown twice: {{ or }}"
        ) from problem
    for _, label, spec, conversion in parts:
        if label is not None:
            _check_field(label, str(spec), conversion, table, layer)
    write_tooltips(template, table, "en")
    return template


def _check_field(label: str, spec: str, conversion: str | None, table: pd.DataFrame, layer: str) -> None:
    written = f"{{{label}{f'!{conversion}' if conversion else ''}{f':{spec}' if spec else ''}}}"
    if label not in table.columns or label == getattr(table, "active_geometry_name", None):
        hint = " Attributes and positions are not read." if re.search(r"[.\[\]]", label) or not label else ""
        raise SchemaError(
            f"{layer}: the tooltip names {written}, and there is no column {label!r}.{hint} "
            f"Found: {listed(list(table.columns), 20)}"
        )
    if conversion:
        raise SchemaError(f"{layer}: the tooltip has a conversion in {written}. Write the column alone: {{{label}}}")
    if spec and pd.api.types.is_datetime64_any_dtype(table[label]):
        raise SchemaError(
            f"{layer}: column {label!r} holds days, which are written in words. Leave out the format {spec!r}"
        )
    if not _SPEC.fullmatch(spec):
        raise SchemaError(
            f"{layer}: the tooltip has the format {spec!r} in {written}, which is not read. "
            "Take one such as ,.0f or .1%"
        )


def write_tooltips(
    template: str, table: pd.DataFrame, lang: str, *, counts: Collection[str] = (), below: float = 0
) -> tuple[str, ...]:
    """The text of every row: missing values as a dash, days in words, separators of the language in numbers.

    In the columns called ``counts`` and those that count people, a number above zero and below ``below`` is withheld,
    as everywhere in the file.

    Examples
    --------
    >>> import pandas as pd
    >>> from sahelgeo.maps.layers import write_tooltips
    >>> write_tooltips("{name}: {people:,.0f}", pd.DataFrame({"name": ["Sahel"], "people": [348341]}), "en")
    ('Sahel: 348,341',)
    """
    parts = list(Formatter().parse(template))
    columns = [
        [
            word("withheld", lang)
            if hidden
            else f"< {below:g}"
            if (label in counts or form_of(str(label)) == "people") and is_small(value, below)
            else _written(value, str(spec), lang, label)
            for value, hidden in zip(table[label], small_beside(table, str(label), below), strict=True)
        ]
        if label is not None
        else [""] * len(table)
        for _, label, spec, _ in parts
    ]
    literals = [literal for literal, *_ in parts]
    return tuple(
        "".join(literal + value for literal, value in zip(literals, row, strict=True))
        for row in (zip(*columns, strict=True) if columns else [()] * len(table))
    )


def _written(value: Any, spec: str, lang: str, label: str) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return MISSING
    if isinstance(value, pd.Timestamp):
        return write_day(value.date(), lang)
    try:
        text = format(value, spec)
    except (ValueError, TypeError) as problem:
        raise SchemaError(
            f"the tooltip's format {spec!r} does not fit column {label!r}, which holds {value!r}: {problem}"
        ) from problem
    number = isinstance(value, int | float) or hasattr(value, "dtype")
    if base_language(lang) == "fr" and number:
        return text.replace(",", NARROW_SPACE).replace(".", ",")
    return text


_ONE_DAY = dt.timedelta(days=1)
_SEASON = re.compile(r"(\w{3})-(\w{3}) (\d{4})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Period:
    """One period of a long table.

    Attributes
    ----------
    start, end : datetime.date
        First and last day; the same for counts on a day.
    kind : str
        "current", "projected", "second_projected" where the table says so, else "".
    rows : tuple of int
        Positions of its rows in the table; none for a gap between two windows.
    season : str
        The season as the file prints it, where all its rows have the same.
    """

    start: dt.date
    end: dt.date
    kind: str
    rows: tuple[int, ...]
    season: str = ""

    def label(self, lang: str) -> str:
        """The period in words, with its kind; a gap says that it is one."""
        days = _season_in_words(self.season, lang) or write_period(self.start, self.end, lang)
        said = word("period_gap", lang) if not self.rows else word(f"kind_{self.kind}", lang) if self.kind else ""
        return f"{days}, {said}" if said else days

    def overlaps(self, other: Period) -> bool:
        """Whether the two have a day in common."""
        return self.start <= other.end and other.start <= self.end


def columns_of_days(table: pd.DataFrame) -> tuple[str, ...]:
    """The columns that say when: ``start`` and ``end``, else ``as_of``, else ``date``; none where no row says it."""
    if {"start", "end"} <= set(table.columns) and table["start"].notna().any():
        return "start", "end"
    return tuple([label for label in ("as_of", "date") if label in table and table[label].notna().any()][:1])


def period_in_words(table: pd.DataFrame, lang: str) -> str:
    """The period that the rows span; empty where there is none."""
    table = pd.DataFrame(table)
    labels = columns_of_days(table)
    if not labels:
        return ""
    if len(labels) == 2 and (season := season_of(table)):
        return _season_in_words(season, lang)
    first, last = (checks.days(table[label], "layer") for label in (labels[0], labels[-1]))
    return write_period(first.min().date(), last.max().date(), lang)


def season_of(table: pd.DataFrame) -> str:
    """The season that all rows print; empty where they print none, or several."""
    printed = list(table["season"].dropna().unique()) if "season" in table else []
    return str(printed[0]) if len(printed) == 1 else ""


def _season_in_words(season: str, lang: str) -> str:
    """A season as it is printed: "Jun-Aug 2023" in the language's own months, any other text as it stands."""
    found = _SEASON.fullmatch(season)
    if not found or not {found[1], found[2]} <= set(_MONTHS):
        return season
    first, last = (_MONTHS.index(month) + 1 for month in found.groups()[:2])
    return f"{word(f'month_{first}', lang)}–{write_month(dt.date(int(found[3]), last, 1), lang)}"


def split_periods(table: pd.DataFrame, name: str) -> list[Period]:
    """The periods of a table in order of time, by ``start``, ``end`` and ``kind``, else by ``as_of``, else by ``date``.

    Windows that overlap stay apart. Where no window holds the days between two others, there is a period without rows.
    """
    labels = columns_of_days(table)
    if not labels:
        raise SchemaError(
            f"{name}: no row says when: start and end, as_of and date are missing or empty. "
            f"Found: {listed(list(table.columns), 20)}"
        )
    for label in labels:
        checks.filled(table, name, label, "Fill it in, or leave these rows out")
    first, last = (checks.days(table[label], name) for label in (labels[0], labels[-1]))
    turned = first > last
    if turned.any():
        rows = listed(list(table.index[turned]), 5)
        raise SchemaError(f"{name}: the period ends before it starts in rows {rows}")
    windows = len(labels) == 2
    kinds = pd.Series("", index=table.index)
    if windows and "kind" in table:
        kinds = table["kind"].astype("object").fillna("")
        for kind in kinds.unique():
            checks.choice(("", *PHASE_KINDS), kind=kind)
    found: dict[tuple[dt.date, dt.date, str], list[int]] = {}
    for position, key in enumerate(zip(first.dt.date, last.dt.date, kinds, strict=True)):
        found.setdefault(key, []).append(position)
    keys = sorted(found, key=lambda key: (key[0], key[1], ("", *PHASE_KINDS).index(key[2])))
    printed = pd.DataFrame(table[[label for label in table if label == "season"]])
    periods = [Period(*key, tuple(found[key]), season_of(printed.iloc[found[key]])) for key in keys]
    return _with_gaps(periods) if windows else periods


def _with_gaps(periods: list[Period]) -> list[Period]:
    whole: list[Period] = []
    for period in periods:
        if whole:
            last = max(one.end for one in whole)
            if period.start > last + _ONE_DAY:
                whole.append(Period(last + _ONE_DAY, period.start - _ONE_DAY, "", ()))
        whole.append(period)
    return whole
