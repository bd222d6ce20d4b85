"""The pages of maps: a folium map, or several, saved as one file with everything a reader needs around them."""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

import folium
from branca.element import Figure, MacroElement
from folium.template import Template

from sahelgeo.errors import SchemaError, warn
from sahelgeo.maps import document
from sahelgeo.maps.document import LEAFLET_ONLY, MapOptions, Page, Verbatim
from sahelgeo.maps.drawing import Drawing
from sahelgeo.maps.layers import offers, safe_label, template
from sahelgeo.maps.scale import share_legend
from sahelgeo.maps.style import Style, in_style
from sahelgeo.saving import check_folder, readable, write_whole
from sahelgeo.words import word

# What a map keeps for itself; all else is folium's. Tiles become a layer.
OWN_OPTIONS = ("tiles", *(one.name for one in fields(MapOptions) if one.name != "tiles"))
# A map of 420 pixels with what stands above and below it.
IN_NOTEBOOK = "640px"
_LEAFLET: dict[str, Any] = {"control_scale": True, "zoom_control": "topleft", "zoom_snap": 0.25}
_LEAFLET |= {"location": [14.0, 2.0], "zoom_start": 5}
# Users' own children, which need no more than Leaflet and the page's own words for folium's popups and pins.
_OWN_SHAPES = (
    *(folium.Marker, folium.Circle, folium.CircleMarker, folium.PolyLine, folium.Polygon, folium.Rectangle),
    *(folium.GeoJson, folium.GeoJsonTooltip, folium.GeoJsonPopup, folium.Popup, folium.Tooltip, folium.DivIcon),
    # Older folium sets an icon without an element of its own.
    *([folium.Marker.SetIcon] if hasattr(folium.Marker, "SetIcon") else []),
)


@offers(MapOptions, more=True)
class Map(folium.Map):  # numpydoc ignore=PR02
    """A ``folium.Map`` that saves as one file which works offline, with title, legends, sources and disclaimer.

    Layers follow folium's own use: ``PhaseLayer(table).add_to(m)``. The view fits the layers, the legend shows the
    layers that are switched on, and credit and licence of every table stand at the foot of the page. Borders are
    simplified for display only, and the page says by how much.

    Parameters
    ----------
    title, subtitle : str, optional
        The default is made of the titles and periods of the layers.
    lang : {"en", "fr"}
        Language of the words, numbers and days.
    tiles : str or folium.TileLayer, optional
        Background tiles, as for ``folium.Map``; they need the network. The default is plain ground with the outlines
        of the countries of the world.
    ground : bool
        Draw the outlines of the countries where there are no tiles.
    max_kb : int
        How large the saved page should be at most, in kilobytes: borders are simplified until they fit. The script and
        the styles take about 240 of them.
    search : bool
        Put a field on the map that finds areas and places by name.
    inset : bool
        Put a small map into the corner that shows where the map lies; not on the width of a phone.
    suppress_below : float
        Counts of people above zero and below this are written as "< 10", and are not in the file. 0 shows every count.
    style : Style or path, optional
        A house's own style: colours, palettes, font, logo, credit; a path reads one that was saved.
    embed : bool
        For a frame in another page: title and sources are folded, so that the map has the room (:meth:`iframe`).
    height, width : int or str, optional
        Of the page, title and sources included, in a notebook and in the file: pixels, or text such as ``"80%"``. The
        default is the window, in a notebook a map of at least 420 pixels.
    **options
        Passed to ``folium.Map`` (``min_zoom``, ...).

    Warns
    -----
    DataWarning
        On saving, when the page is larger than ``max_kb`` although its borders were simplified as far as is sensible,
        and when a layer that is not sahelgeo's needs folium's linked scripts: the page then needs the network.

    See Also
    --------
    figure : The map as PNG, SVG or PDF.
    export_newsroom : Files for Datawrapper and Flourish.
    phase_map : A map of phases in one call.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> m = sg.maps.Map(title="Displaced people in Burkina Faso", lang="en")
    >>> layer = sg.maps.StockLayer(sg.attach_areas(sample.stocks, sample.areas)).add_to(m)
    >>> m.furniture().title, m.furniture().subtitle
    ('Displaced people in Burkina Faso', 'Displaced people: 6 September 2020')
    >>> m.save("map.html")  # doctest: +SKIP
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 (folium's own name and shape)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = template("map.html.j2")
    # Whether it draws from the document of a page that holds other maps too.
    of_several = False

    title: str | None
    subtitle: str | None
    lang: str
    ground: bool
    max_kb: int
    search: bool
    inset: bool
    suppress_below: float
    style: Style | None
    embed: bool

    def __init__(self, **options: Any) -> None:
        given = MapOptions(**{name: options.pop(name) for name in OWN_OPTIONS if name in options})
        size = {name: _size(name, options.pop(name)) for name in ("width", "height") if name in options}
        super().__init__(tiles=given.tiles, **_LEAFLET | options)
        self._name = "Map"
        self.page_size = {"width": "100%", "height": "100%"} | size
        # A share of nothing is nothing: a cell of a notebook has no height of its own.
        height = size.get("height", "")
        high = height if height.endswith(("px", "em")) else IN_NOTEBOOK
        Page(width=size.get("width", "100%"), height=high).add_child(self)
        for name in OWN_OPTIONS[1:]:
            setattr(self, name, getattr(given, name))

    @property
    def given(self) -> MapOptions:
        """The options as they are now."""
        return MapOptions(**{name: getattr(self, name) for name in OWN_OPTIONS[1:]})

    def furniture(self) -> MapOptions:
        """What stands around the map: the options with title and subtitle in words."""
        layers = list(document.layers_of(self))
        # What is off when the page opens is told by its legend once it is on.
        seen = [layer for layer in layers if layer.show] or layers
        drawings = [layer.drawing(document.language_of(self, layer)) for layer in seen]
        given = self.given
        return replace(given, title=document.title_of(given, drawings), subtitle=document.subtitle_of(given, drawings))

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Write the map into its page."""
        self.add_switch()
        if self.of_several:
            super().render(**kwargs)  # type: ignore[no-untyped-call]
            return
        # folium reads these from the map: its linked scripts come in only where a child needs them.
        self.default_js, self.default_css = _links_needed(self)
        figure: Figure = self.get_root()  # type: ignore[assignment]
        with in_style(self.style):
            furniture = self.furniture()
            self.document_id = document.write_document(self, furniture)
        figure.title = safe_label(str(furniture.title))
        if isinstance(figure, Page):
            figure.closed = needs_nothing([self])
        super().render(**kwargs)  # type: ignore[no-untyped-call]

    def save(self, outfile: Any, close_file: bool = True, **options: Any) -> None:
        """Write the page as one file that opens without a network.

        Parameters
        ----------
        outfile : str, pathlib.Path or file
            Where to write.
        close_file : bool
            Whether to close the file.
        **options
            Passed to ``branca``'s ``render``.

        Raises
        ------
        SchemaError
            There is no such folder.
        ExportError
            The file cannot be written; what was there is as it was.
        """
        if not isinstance(outfile, str | PathLike):
            super().save(outfile, close_file, **options)
            return
        check_folder(outfile)
        write_whole(outfile, self.get_root().render(**options))
        self.saved_as = Path(outfile).name

    def iframe(self, src: str | None = None, *, height: int = 420) -> str:
        """The line of HTML that shows the saved page in another page; make the map with ``embed=True``.

        Parameters
        ----------
        src : str, optional
            Where the page will be; the default is the name that it was saved under.
        height : int
            Pixels.

        Returns
        -------
        str
            The element, to paste.

        Examples
        --------
        >>> import sahelgeo as sg
        >>> sg.maps.Map(title="Displaced", embed=True).iframe("map.html")
        '<iframe src="map.html" title="Displaced" style="width:100%;height:420px;border:0" loading="lazy"></iframe>'
        """
        named = src or getattr(self, "saved_as", None)
        if not named:
            raise SchemaError('iframe: where is the page? Save the map first, or say it: iframe("map.html")')
        title = escape(str(self.furniture().title))
        look = f"width:100%;height:{height:d}px;border:0"
        return f'<iframe src="{escape(named)}" title="{title}" style="{look}" loading="lazy"></iframe>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """The page for a notebook, and a picture where no page is shown (paper, mail): half a megabyte at most."""
        from sahelgeo.maps.print_sheet import notebook_bundle  # noqa: PLC0415 (matplotlib only where a map is shown)

        return notebook_bundle(self, include, exclude)

    def add_switch(self) -> None:
        """Put a layer switch on the map if it has several layers and no switch yet."""
        several = sum(bool(getattr(layer, "control", True)) for layer in document.layers_of(self)) > 1
        if several and not any(isinstance(child, folium.LayerControl) for child in self._children.values()):
            self.add_child(folium.LayerControl(position="topleft", collapsed=False), name="layer_control")


def _size(name: str, value: Any) -> str:
    """A width or height as CSS writes it."""
    text = f"{value}px" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
    if not re.fullmatch(r"\d+(\.\d+)?(px|%|vh|vw|em|rem)", text):
        raise SchemaError(f"Map: {name}={value!r} is no size. Give pixels (500), or text such as '500px' or '80%'")
    return text


def needs_nothing(maps: Sequence[Map]) -> bool:
    """Whether nothing on a page comes from outside: what users write into popups may show pictures from elsewhere."""
    tiles = [child for on_map in maps for child in on_map._children.values() if isinstance(child, folium.TileLayer)]
    return not tiles and not any(any(document.foreign_children(on_map)) for on_map in maps)


def _links_needed(on_map: Map) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Folium's linked scripts, without Leaflet, when a child that is not known to do without them stands on the map."""
    foreign = sorted({type(child).__name__ for child in document.foreign_children(on_map) if _needs_links(child)})
    if not foreign:
        return [], []
    warn(f"the saved map needs the network: {', '.join(foreign)} use scripts that folium links")
    return [link for link in folium.Map.default_js if link[0] != "leaflet"], [
        link for link in folium.Map.default_css if link[0] != "leaflet_css"
    ]


def _needs_links(child: Any) -> bool:
    """Whether a child that is not sahelgeo's asks for scripts, styles or data from the network."""
    linked = getattr(child, "default_js", None) or getattr(child, "default_css", None)
    return bool(linked) or not isinstance(child, _OWN_SHAPES) or not getattr(child, "embed", True)


@dataclass(frozen=True)
class Section:
    """A part of a page: a heading, text, and one map, or several that share their legend and their view."""

    heading: str
    text: str
    maps: tuple[Map, ...]
    captions: tuple[str, ...]
    chart: Any = None

    @property
    def shared(self) -> bool:
        """Whether its maps share a legend and move together."""
        return len(self.maps) > 1


# "**bold**", "[words](address)", and a backslash before a sign that is meant as it is.
_RUN = re.compile(r"\*\*(?P<bold>(?:[^*\\]|\\.|\*(?!\*))+)\*\*|\[(?P<words>(?:[^\[\]\\]|\\.)+)\]\((?P<link>[^()\s]+)\)")
_LINKS = ("http://", "https://", "mailto:")


def paragraphs(text: str) -> list[list[Any]]:
    """The paragraphs of a story's text, each a list of plain text, of bold runs and of links, for the page to build.

    Nothing else of Markdown is read, and nothing is HTML: every part becomes a text of its own on the page.
    """
    return [_runs(part.strip()) for part in text.split("\n\n") if part.strip()]


def _runs(text: str) -> list[Any]:
    found: list[Any] = []
    end = 0
    for one in _RUN.finditer(text):
        found.append(_plain_text(text[end : one.start()]))
        end = one.end()
        if one["bold"]:
            found.append({"b": _runs(one["bold"])})
        elif one["link"].lower().startswith(_LINKS):
            found.append({"a": one["link"], "t": _plain_text(one["words"])})
        else:
            raise SchemaError(
                f"the link {one['link']!r} does not begin with {', '.join(_LINKS)}. Write its whole address"
            )
    return [part for part in [*found, _plain_text(text[end:])] if part]


def _plain_text(text: str) -> str:
    return re.sub(r"\\([\\*\[\]()])", r"\1", text)


class Panels:
    """Several maps on one page that saves as one file and works offline; :func:`compare_map` and :func:`story` make it.

    Borders are stored once for all maps. The maps themselves are not changed. The page is in the style that all of them
    have.

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
        self.sections = readable(tuple(sections))
        self.title = readable(title)
        self.subtitle = subtitle
        self.max_kb = max_kb
        self.lang = _one_language(self.sections)
        houses = list(dict.fromkeys(on_map.style for section in self.sections for on_map in section.maps))
        self.style = houses[0] if len(houses) == 1 else None

    def save(self, path: str | PathLike[str]) -> None:
        """Write the page to a file, whole or not at all."""
        check_folder(path)
        write_whole(path, self._figure().render())

    def _repr_html_(self) -> str:
        return str(self._figure()._repr_html_())

    _repr_mimebundle_ = Map._repr_mimebundle_

    def _figure(self) -> Page:
        """The page, made anew: copies of the maps draw from one document."""
        identity = f"sahelgeo_page_{uuid.uuid4().hex}"
        wheel = len(self.sections) == 1
        parts = [(part, [_view(on_map, identity, wheel=wheel) for on_map in part.maps]) for part in self.sections]
        figure = Page(title=safe_label(self.title), ratio="75%")
        all_views = [view for _, views in parts for view in views]
        figure.closed = needs_nothing(all_views)
        with in_style(self.style):
            described, named, words = self._document(parts)
            document.write_page(figure, {identity: described}, words, list(named.values()))
        figure.script.add_child(Verbatim(f'sahelgeo.panels("{identity}");'), name="sahelgeo_panels")
        for view in all_views:
            figure.add_child(view)
        figure.add_child(_Last(f'sahelgeo.panelsReady("{identity}");'))
        return figure

    def _document(
        self, parts: list[tuple[Section, list[Map]]]
    ) -> tuple[dict[str, Any], dict[str, Drawing], MapOptions]:
        """The page's document, the drawings on it by their layers, and the words around them."""
        named: dict[str, Drawing] = {}
        views: dict[str, Any] = {}
        for section, maps in parts:
            drawn = _drawn_together(maps) if section.shared else [_drawn(on_map) for on_map in maps]
            bounds = document.bounds_of([item for one in drawn for item in one.values()])
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
        words: dict[str, Any] = {"title": self.title, "subtitle": self.subtitle, "lang": self.lang, "style": self.style}
        furniture = MapOptions(**words, ground=ground, max_kb=self.max_kb, suppress_below=below)
        sections = [
            {
                "heading": section.heading,
                "text": paragraphs(section.text),
                "maps": [on_map.get_name() for on_map in maps],
                "captions": section.captions,
                "shared": section.shared,
                **({} if section.chart is None else {"svg": [section.chart.svg(), section.chart.svg(narrow=True)]}),
            }
            for section, maps in parts
        ]
        return (
            {**document.describe(named, self.lang, furniture), "views": views, "sections": sections},
            named,
            furniture,
        )


def _view(source: Map, document_id: str, *, wheel: bool) -> Map:
    """A copy of a map that draws from the document of a page of several."""
    given = {name: getattr(source, name) for name in ("lang", "suppress_below", "style")}
    view = Map(**given, scroll_wheel_zoom=wheel)
    view.of_several, view.document_id, view.ground = True, document_id, source.ground
    tiles = [child for child in source._children.values() if isinstance(child, folium.TileLayer)]
    for child in source._children.values():
        if not document.is_layer(child) and not isinstance(child, LEAFLET_ONLY):
            raise SchemaError(
                f"a page of several maps takes sahelgeo's layers and tiles, not {type(child).__name__}. "
                "Save that map on a page of its own"
            )
    for child in (*tiles, *document.layers_of(source)):
        copied(child).add_to(view)
    return view


class _Last(MacroElement):
    """A script that runs when all maps are there."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.script }}{% endmacro %}")

    def __init__(self, script: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Last"
        self.script = script


def copied(element: Any) -> Any:
    """The element with a name of its own and without a parent, sharing its table."""
    twin = copy.copy(element)
    twin._id, twin._parent, twin._children = uuid.uuid4().hex, None, type(element._children)()
    return twin


def _drawn(on_map: Map) -> dict[str, Drawing]:
    return {
        layer.get_name(): layer.drawing(document.language_of(on_map, layer)) for layer in document.layers_of(on_map)
    }


def _drawn_together(maps: Sequence[Map]) -> list[dict[str, Drawing]]:
    """The drawings of maps that share a legend, layer by layer."""
    drawn = [_drawn(on_map) for on_map in maps]
    shared = [
        share_legend(group, word("colon", maps[0].lang)) for group in zip(*(one.values() for one in drawn), strict=True)
    ]
    return [dict(zip(one, (group[number] for group in shared), strict=True)) for number, one in enumerate(drawn)]


def _one_language(sections: Sequence[Section]) -> str:
    held = [one for section in sections for one in (*section.maps, section.chart) if one is not None]
    languages = sorted({one.lang for one in held})
    if len(languages) != 1:
        raise SchemaError(
            f"the maps of a page have one language, not {' and '.join(languages) or 'none'}. "
            "Make them with the same lang="
        )
    language: str = languages[0]  # A Language carries its words: it stays what it is.
    return language
