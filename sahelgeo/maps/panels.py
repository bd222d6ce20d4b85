"""Several maps on one page: two periods side by side, or a story with a map for each part."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Unpack

import folium
import geopandas as gpd
import pandas as pd
from branca.element import MacroElement
from folium.template import Template

from sahelgeo.errors import SchemaError
from sahelgeo.maps.chosen_layer import layers_for
from sahelgeo.maps.document import (
    STATIC,
    DrawnLayer,
    Furniture,
    Page,
    Verbatim,
    bounds_of,
    data_block,
    describe,
    language_of,
    layers_of,
    page_head,
    title_of,
)
from sahelgeo.maps.drawing import Drawing
from sahelgeo.maps.layers import safe_label
from sahelgeo.maps.one_call import MapOptions, new_map, outlines_under
from sahelgeo.maps.page import Map, most_vertices, warn_if_large
from sahelgeo.maps.shared_legend import share_legend
from sahelgeo.words import word

_CARRIED = (folium.LayerControl, folium.TileLayer, folium.FeatureGroup, folium.FitBounds)


@dataclass(frozen=True)
class Section:
    """A part of a page: a heading, text, and one map, or several that share their legend and their view."""

    heading: str
    text: str
    maps: tuple[Map, ...]
    captions: tuple[str, ...]

    @property
    def shared(self) -> bool:
        """Whether its maps share a legend and move together."""
        return len(self.maps) > 1


class Panels:
    """Several maps on one page that saves as one file and works offline; :func:`compare_map` and :func:`story` make it.

    Borders are stored once for all maps. The maps themselves are not changed.

    Parameters
    ----------
    sections : sequence of Section
        The parts of the page, from top to bottom.
    title, subtitle : str
        What stands at the top.
    max_kb : int
        How large the saved page should be at most, in kilobytes.

    Warns
    -----
    DataWarning
        On saving, when the page is larger than ``max_kb``.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> m = sg.maps.stock_map(sample.stocks, sample.areas)
    >>> page = sg.maps.story([("Where people are", "Most displaced people are in two regions.", m)])
    >>> len(page.sections)
    1
    """

    def __init__(self, sections: Sequence[Section], *, title: str, subtitle: str = "", max_kb: int = 450) -> None:
        self.sections = tuple(sections)
        self.title = title
        self.subtitle = subtitle
        self.max_kb = max_kb
        self.lang = _one_language(self.sections)

    def save(self, path: str | Path) -> None:
        """Write the page to a file."""
        Path(path).write_text(self._figure().render(), encoding="utf-8")

    def _repr_html_(self) -> str:
        return str(self._figure()._repr_html_())

    def _figure(self) -> Page:
        """The page, made anew: copies of the maps draw from one document."""
        identity = f"sahelgeo_page_{uuid.uuid4().hex}"
        wheel = len(self.sections) == 1
        parts = [(part, [_View(on_map, identity, wheel=wheel) for on_map in part.maps]) for part in self.sections]
        figure = Page(title=safe_label(self.title), ratio="75%")
        figure.closed = not any(
            isinstance(child, folium.TileLayer)
            for _, views in parts
            for view in views
            for child in view._children.values()
        )
        figure.header.add_child(Verbatim(page_head(with_leaflet=True) + _panels_head()), name="sahelgeo_head")
        figure.html.add_child(Verbatim(data_block(identity, self._document(parts))), name=identity)
        figure.script.add_child(Verbatim(f'sahelgeo.panels("{identity}");'), name="sahelgeo_panels")
        for _, views in parts:
            for view in views:
                figure.add_child(view)
        figure.add_child(_Last(f'sahelgeo.panelsReady("{identity}");'))
        warn_if_large(figure, self.max_kb)
        return figure

    def _document(self, parts: list[tuple[Section, list[_View]]]) -> dict[str, Any]:
        named: dict[str, Drawing] = {}
        views: dict[str, Any] = {}
        for section, maps in parts:
            drawn = _drawn_together(maps) if section.shared else [_drawn(on_map) for on_map in maps]
            bounds = bounds_of([item for one in drawn for item in one.values()])
            for on_map, own in zip(maps, drawn, strict=True):
                named |= own
                views[on_map.get_name()] = {
                    "bounds": [[bounds[1], bounds[0]], [bounds[3], bounds[2]]],
                    "shared": section.shared,
                    "ground": on_map.ground,
                    "layers": list(own),
                }
        ground = any(view["ground"] for view in views.values())
        below = max(on_map.suppress_below for _, maps in parts for on_map in maps)
        furniture = Furniture(self.title, self.subtitle, ground, most_vertices(self.max_kb), suppress_below=below)
        return {
            **describe(named, self.lang, furniture),
            "views": views,
            "sections": [
                {
                    "heading": section.heading,
                    "text": [text.strip() for text in section.text.split("\n\n") if text.strip()],
                    "maps": [on_map.get_name() for on_map in maps],
                    "captions": section.captions,
                    "shared": section.shared,
                }
                for section, maps in parts
            ],
        }


class _View(Map):
    """A map on a page of several: a copy that draws from the page's document."""

    def __init__(self, source: Map, document_id: str, *, wheel: bool) -> None:
        super().__init__(
            lang=source.lang, ground=source.ground, suppress_below=source.suppress_below, scroll_wheel_zoom=wheel
        )
        self.document_id = document_id
        self.ground = source.ground
        for child in source._children.values():
            if not isinstance(child, (*_CARRIED, DrawnLayer)):
                raise SchemaError(
                    f"a page of several maps takes sahelgeo's layers and tiles, not {type(child).__name__}. Save that map on a page of its own"
                )
            if isinstance(child, folium.TileLayer):
                _copied(child).add_to(self)
        for layer in layers_of(source):
            _copied(layer).add_to(self)

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Write the map into the page."""
        self.add_switch()
        folium.Map.render(self, **kwargs)  # type: ignore[no-untyped-call]


class _Last(MacroElement):
    """A script that runs when all maps are there."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.script }}{% endmacro %}")

    def __init__(self, script: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Last"
        self.script = script


def _copied(element: Any) -> Any:
    """The element with a name of its own and without a parent, sharing its table."""
    twin = copy.copy(element)
    twin._id, twin._parent, twin._children = uuid.uuid4().hex, None, type(element._children)()
    return twin


def _panels_head() -> str:
    css, script = (STATIC.joinpath(name).read_text(encoding="utf-8") for name in ("panels.css", "panels.js"))
    return f"<style>\n{css}\n</style>\n<script>\n{script}\n</script>\n"


def _drawn(on_map: Map) -> dict[str, Drawing]:
    return {layer.get_name(): layer.drawing(language_of(on_map, layer)) for layer in layers_of(on_map)}


def _drawn_together(maps: Sequence[Map]) -> list[dict[str, Drawing]]:
    """The drawings of maps that share a legend, layer by layer."""
    drawn = [_drawn(on_map) for on_map in maps]
    shared = [
        share_legend(group, word("colon", maps[0].lang)) for group in zip(*(one.values() for one in drawn), strict=True)
    ]
    return [dict(zip(one, (group[number] for group in shared), strict=True)) for number, one in enumerate(drawn)]


def _one_language(sections: Sequence[Section]) -> str:
    languages = sorted({on_map.lang for section in sections for on_map in section.maps})
    if len(languages) != 1:
        raise SchemaError(
            f"the maps of a page have one language, not {' and '.join(languages) or 'none'}. Make them with the same lang="
        )
    return languages[0]


def compare_map(
    before: pd.DataFrame,
    after: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    column: str | None = None,
    tooltip: str | None = None,
    **options: Unpack[MapOptions],
) -> Panels:
    """Two periods side by side, in the same classes and sizes, under one legend; the two maps move together.

    Parameters
    ----------
    before, after : pandas.DataFrame or geopandas.GeoDataFrame
        Two tables of one kind: phases, stocks, flows, or any table with areas.
    areas : geopandas.GeoDataFrame, optional
        The areas, for tables without geometry.
    column : str, optional
        What to draw. The default is the published phase, else the people. ``"phase_rule"`` is drawn as phases,
        ``"people"`` and ``"households"`` as circles, any other column in classes that are the same on both maps.
    tooltip : str, optional
        Template of the text under the pointer, as for :func:`phase_map`.
    **options
        ``title``, ``subtitle``, ``lang``, ``tiles``, ``ground``, ``max_kb``, ``suppress_below``, as for :class:`Map`.

    Returns
    -------
    Panels
        The page; ``save(path)`` writes it as one file. Above each map stands its period. The legend gives the number
        of areas of each class before and after.

    Raises
    ------
    SchemaError
        Tables of different kinds, what the layers refuse, unknown options.
    UnmatchedError
        Rows whose p-code is not among the areas.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> later = sample.stocks.assign(people=sample.stocks["people"] * 2, date="2021-09-06", source="sahelgeo-synthetic")
    >>> page = sg.maps.compare_map(sample.stocks, later, sample.areas, title="A year apart (the second is invented)")
    >>> page.sections[0].captions
    ('6 September 2020', '6 September 2021')
    """
    layers = layers_for([before, after], areas, column=column, tooltip=tooltip)
    maps = tuple(new_map(options) for _ in layers)
    for layer, on_map in zip(layers, maps, strict=True):
        for drawn in (*outlines_under(layer, areas), layer):
            drawn.add_to(on_map)
    lang = maps[0].lang
    drawings = [layer.drawing(lang) for layer in layers]
    section = Section("", "", maps, _captions(drawings, lang))
    share_legend(drawings, word("colon", lang))  # Refuses what cannot be compared here, not when the page is saved.
    return Panels(
        [section], title=title_of(maps[0], drawings[:1]), subtitle=maps[0].subtitle or "", max_kb=maps[0].max_kb
    )


def _captions(drawings: list[Drawing], lang: str) -> tuple[str, ...]:
    captions = tuple(item.subtitle for item in drawings)
    if all(captions) and len(set(captions)) == len(captions):
        return captions
    return tuple(
        f"{word(key, lang)} ({caption})" if caption else word(key, lang)
        for key, caption in zip(("before", "after"), captions, strict=True)
    )


def story(
    views: Sequence[tuple[str, str, Map | Panels]], *, title: str | None = None, subtitle: str = "", max_kb: int = 450
) -> Panels:
    """Several maps under headings and text, as one page to scroll through.

    Parameters
    ----------
    views : sequence of (heading, text, map)
        From top to bottom. An empty line in a text begins a new paragraph. A map is a :class:`Map` or what
        :func:`compare_map` returns.
    title, subtitle : str, optional
        What stands at the top; the title is by default the first heading.
    max_kb : int
        How large the saved page should be at most, in kilobytes; borders are stored once for all maps.

    Returns
    -------
    Panels
        The page; ``save(path)`` writes it as one file. Sources, licences and disclaimer of all maps stand at its foot.

    Raises
    ------
    SchemaError
        No views, views that are not of three parts, maps of different languages, layers that are not sahelgeo's.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> phases = sample.phases.join(sg.area_phase(sample.phases))
    >>> page = sg.maps.story(
    ...     [
    ...         ("Who is hungry", "Phases by the 20 % rule.", sg.maps.phase_map(phases, sample.areas, column="phase_rule")),
    ...         ("Who has fled", "Displaced people.", sg.maps.stock_map(sample.stocks, sample.areas)),
    ...     ],
    ...     title="Burkina Faso, 2020",
    ... )
    >>> [section.heading for section in page.sections]
    ['Who is hungry', 'Who has fled']
    """
    sections: list[Section] = []
    for number, view in enumerate(views, 1):
        if not isinstance(view, tuple) or len(view) != 3 or not isinstance(view[2], Map | Panels):
            raise SchemaError(f'view {number} is not three parts. Give each as ("Heading", "Text", map)')
        heading, text, shown = view
        inner = shown.sections if isinstance(shown, Panels) else (Section("", "", (shown,), ("",)),)
        sections.append(replace(inner[0], heading=heading, text=text))
        sections.extend(inner[1:])
    if not sections:
        raise SchemaError('a story needs views. Give at least one: [("Heading", "Text", map)]')
    return Panels(sections, title=title if title is not None else sections[0].heading, subtitle=subtitle, max_kb=max_kb)
