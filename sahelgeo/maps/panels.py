"""Several maps on one page that saves as one file."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
from branca.element import MacroElement
from folium.template import Template

from sahelgeo.errors import SchemaError
from sahelgeo.maps.document import (
    STATIC,
    DrawnLayer,
    MapOptions,
    Page,
    Verbatim,
    bounds_of,
    data_block,
    describe,
    language_of,
    layers_of,
    page_head,
)
from sahelgeo.maps.drawing import Drawing
from sahelgeo.maps.layers import safe_label
from sahelgeo.maps.page import Map, warn_if_large
from sahelgeo.maps.scale import share_legend
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

    See Also
    --------
    compare_map : Two periods side by side.
    story : Several maps under headings and text.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> m = sg.maps.stock_map(sample.stocks, sample.areas)
    >>> page = sg.maps.story([("Where people are", "Most displaced people are in two regions.", m)])
    >>> len(page.sections)
    1
    """

    def __init__(
        self, sections: Sequence[Section], *, title: str, subtitle: str = "", max_kb: int = MapOptions.max_kb
    ) -> None:
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
        all_views = [view for _, views in parts for view in views]
        figure.closed = not any(
            isinstance(child, folium.TileLayer) for view in all_views for child in view._children.values()
        )
        figure.header.add_child(Verbatim(page_head(with_leaflet=True) + _panels_head()), name="sahelgeo_head")
        figure.html.add_child(Verbatim(data_block(identity, self._document(parts))), name=identity)
        figure.script.add_child(Verbatim(f'sahelgeo.panels("{identity}");'), name="sahelgeo_panels")
        for view in all_views:
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
        below = max(on_map.suppress_below for _, maps in parts for on_map in maps)
        ground = any(view["ground"] for view in views.values())
        words: dict[str, Any] = {"title": self.title, "subtitle": self.subtitle, "lang": self.lang}
        furniture = MapOptions(**words, ground=ground, max_kb=self.max_kb, suppress_below=below)
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
                    f"a page of several maps takes sahelgeo's layers and tiles, not {type(child).__name__}. "
                    "Save that map on a page of its own"
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
            f"the maps of a page have one language, not {' and '.join(languages) or 'none'}. "
            "Make them with the same lang="
        )
    return languages[0]
