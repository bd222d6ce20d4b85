"""The document of a map: one structure of plain values that the page's script draws from, and its way into the page.

Of each drawing the script gets plain values, small, without counts that could point at somebody.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from importlib.resources import as_file, files
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from branca.element import Element, Figure

from sahelgeo.errors import SchemaError, warn
from sahelgeo.flows.suppression import SUPPRESS_BELOW
from sahelgeo.maps import drawing
from sahelgeo.maps.drawing import (
    SUPPRESSED,
    AreaDrawing,
    BivariateDrawing,
    Box,
    Drawing,
    EventDrawing,
    Field,
    FlowDrawing,
    LegendMark,
    SymbolDrawing,
    TimeDrawing,
)
from sahelgeo.maps.style import Style, checked_style, style, text_on
from sahelgeo.maps.topology import DECIMALS, build_topology, pack
from sahelgeo.places.shared_ground import polygons_in
from sahelgeo.samples import load_areas
from sahelgeo.saving import readable
from sahelgeo.sources import SOURCES
from sahelgeo.words import Language as Language  # noqa: PLC0414 (public as sahelgeo.maps.Language)
from sahelgeo.words import all_words, base_language, check_language, word, write_number

STATIC = files("sahelgeo.maps").joinpath("static")
# In the order in which they need each other: what is drawn, then what is around it.
SCRIPTS = (
    *("sheet.js", "areas.js", "keyboard.js", "labels.js", "marks.js", "symbols.js", "arrows.js", "events.js"),
    *("time.js", "legend_rows.js", "legend.js", "finder.js"),
)
_SAFE_IN_SCRIPT = str.maketrans({one: f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"})
_GROUND_MARGIN = 0.6
_GROUND_BESIDE = 1.5
_GROUND_ABOVE = 1.0
# Pixels across the ground: what is smaller is not drawn of it.
_GROUND_PIXELS = 1500
_NARROWEST = 0.05


@dataclass(frozen=True, kw_only=True)
class MapOptions:
    """What a map takes beside its layers, declared once; :class:`Map` says what each means."""

    title: str | None = None
    subtitle: str | None = None
    lang: str = "en"
    tiles: Any = None
    ground: bool = True
    max_kb: int = 500
    search: bool = False
    inset: bool = False
    suppress_below: float = SUPPRESS_BELOW
    style: Style | None = None
    embed: bool = False

    def __post_init__(self) -> None:
        problems = [
            f"{name}={value!r} is no text"
            for name, value in (("title", self.title), ("subtitle", self.subtitle))
            if value is not None and not isinstance(value, str)
        ]
        if not isinstance(self.max_kb, int | float) or not self.max_kb > 0:
            problems.append(f"max_kb={self.max_kb!r} is not a number of kilobytes above 0")
        below = self.suppress_below
        if not isinstance(below, int | float) or not 0 <= below < math.inf:
            problems.append(f"suppress_below={below!r} is not a number of people, 0 or more; 0 shows every count")
        if problems:
            raise SchemaError(f"Map: {'; '.join(problems)}")
        object.__setattr__(self, "lang", check_language(self.lang))
        object.__setattr__(self, "style", checked_style(self.style, "Map"))
        object.__setattr__(self, "title", readable(self.title))
        object.__setattr__(self, "subtitle", readable(self.subtitle))
        object.__setattr__(self, "ground", self.ground and self.tiles is None)

    @property
    def most_vertices(self) -> int:
        """How many vertices of borders a page of this size may hold: a vertex takes five to ten bytes."""
        return max(2_000, 100 * (self.max_kb - 240))


class Verbatim(Element):
    """Text that goes into the page as it is: branca would read a plain Element as a template, and run it."""

    def __init__(self, text: str, stamp: object = None) -> None:
        super().__init__()
        self.text = text
        self.stamp = stamp

    def render(self, **_kwargs: Any) -> str:
        """The text."""
        return self.text


class Page(Figure):
    """A folium page that lets nothing in from outside: its policy names each of its own scripts by their digest."""

    closed: bool = False

    def render(self, **kwargs: Any) -> str:
        """The page; with the policy at its head where nothing on it needs the network."""
        html = str(super().render(**kwargs))
        if not self.closed:
            return html
        scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
        digests = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
        policy = (
            f"default-src 'none'; script-src {digests}; style-src 'unsafe-inline'; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        )
        return html.replace(
            "<head>", f'<head>\n    <meta http-equiv="Content-Security-Policy" content="{policy}" />', 1
        )

    def _repr_html_(self, **kwargs: Any) -> str:
        """The page for a notebook, as high as was asked for."""
        height, self.height = self.height, None
        try:
            html = str(super()._repr_html_(**kwargs))
        finally:
            self.height = height
        # branca keeps a place for a picture only in a frame whose height follows from its width.
        return html.replace(f"height:0;padding-bottom:{self.ratio};", f"height:{height};", 1) if height else html


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")


def language_of(on_map: Any, layer: Any = None) -> str:
    """The language of a layer: its own, else the map's, else English."""
    # Not str(): a Language carries its words.
    language: str = getattr(layer, "lang", None) or getattr(on_map, "lang", None) or "en"
    return language


def is_layer(child: Any) -> bool:
    """Whether a child of a map can say what it draws."""
    return hasattr(child, "drawing")


def layers_of(element: Any) -> Iterator[Any]:
    """All sahelgeo layers under an element, in order."""
    for child in element._children.values():
        if is_layer(child):
            yield child
        yield from layers_of(child)


# Children of a map that draw themselves with Leaflet alone, and hold what is not theirs.
LEAFLET_ONLY = (folium.LayerControl, folium.TileLayer, folium.FeatureGroup, folium.FitBounds)


def foreign_children(element: Any, *, hidden: bool = True) -> Iterator[Any]:
    """What users added to a map with folium alone, in order; with or without what is off when the page opens."""
    for child in element._children.values():
        off = isinstance(child, folium.map.Layer) and not child.show and not hidden
        if is_layer(child) or type(child).__name__ == "ElementAddToElement" or off:
            continue
        if not isinstance(child, LEAFLET_ONLY):
            yield child
        yield from foreign_children(child, hidden=hidden)


def static_text(name: str) -> str:
    """A file of the static folder."""
    return STATIC.joinpath(name).read_text(encoding="utf-8")


@lru_cache
def page_head(*, with_leaflet: bool, several: bool = False) -> str:
    """Leaflet (for a page of its own), then sahelgeo's styles and scripts, all inline."""
    own = ("sheet", "panels") if several else ("sheet",)
    css = [*([_leaflet_css()] if with_leaflet else []), *(lean_css(static_text(f"{name}.css")) for name in own)]
    scripts = [lean(static_text(name)) for name in (*SCRIPTS, *(["panels.js"] if several else []))]
    if with_leaflet:
        scripts.insert(0, re.sub(r"//# sourceMappingURL=\S+", "", static_text("leaflet.js")))
    return "".join(
        [*(f"<style>\n{text}\n</style>\n" for text in css), *(f"<script>\n{text}\n</script>\n" for text in scripts)]
    )


# Strings, comments, patterns (after what cannot end a value), and blanks.
_TOKENS = re.compile(
    r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|/\*.*?\*/"""
    r"""|(?<=[(,=:!&|?])\s*/(?:\\.|\[[^]\n]*\]|[^/*\\\n])(?:\\.|\[[^]\n]*\]|[^/\\\n])*/|[ \t]+|\n\s*""",
    re.DOTALL,
)


def lean(text: str) -> str:
    """Our own script without comments and the blanks between words and signs; lines and names stay, to be read."""

    def shortened(found: re.Match[str]) -> str:
        token, (start, end) = found.group(), found.span()
        before, after = text[start - 1 : start], text[end : end + 1]
        if token.startswith("/*"):
            return ""
        if not token.isspace():
            return token.strip()
        if "\n" in token:
            return "\n"
        between_words = re.fullmatch(r"[\w$][\w$]", before + after)
        return " " if between_words or before + after in ("++", "--") else ""

    return re.sub(r"\n{2,}", "\n", _TOKENS.sub(shortened, text)).strip()


# What browsers of today do not read, and pictures that the page draws itself.
_UNUSED_RULES = re.compile(r"oldie|vml|safari|retina|default-icon|attribution-flag|::selection")
_UNUSED_LINES = re.compile(r"\s*(?:-ms-|-moz-|-webkit-(?!tap|print)|filter: prog|behavior:|background-image:)[^;]*;")


def _leaflet_css() -> str:
    """Leaflet's styles without those that no browser of today uses."""
    text = re.sub(r"/\*.*?\*/", "", static_text("leaflet.css"), flags=re.DOTALL)
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", _UNUSED_LINES.sub("", text.partition("@media")[0]))
    used = [(",".join(one for one in names.split(",") if not _UNUSED_RULES.search(one)), body) for names, body in rules]
    return lean_css("".join(f"{names}{{{body}}}" for names, body in used if names and body.strip()))


def lean_css(text: str) -> str:
    """Styles without comments and blanks that mean nothing."""
    short = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    return re.sub(r"\}\s*", "}\n", re.sub(r" ?([{};,]) ?|(?<=[a-z]:) ", r"\1", short)).replace(";}", "}").strip()


def bounds_of(drawings: list[Drawing]) -> tuple[float, float, float, float]:
    """West, south, east, north of everything drawn; the five countries where nothing is."""
    boxes = [box for item in drawings if (box := item.extent()) is not None]
    if not boxes:
        return -17.1, 7.4, 24.0, 27.3
    together = np.array(boxes)
    west, south = together[:, :2].min(axis=0)
    east, north = together[:, 2:].max(axis=0)
    # A single place is seen with what lies around it.
    if max(east - west, north - south) < _NARROWEST:
        west, east, south, north = west - _NARROWEST, east + _NARROWEST, south - _NARROWEST, north + _NARROWEST
    return tuple(round(float(value), 4) for value in (west, south, east, north))  # type: ignore[return-value]


@lru_cache(maxsize=1)
def _world() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """The countries of the world at 1:110m and, beside them, those at 1:10m, which are drawn above."""
    with as_file(files("sahelgeo.data").joinpath("world.parquet")) as path:
        coarse = gpd.read_parquet(path)
    return coarse.assign(name_en=coarse["name"]), load_areas(level=0)


def countries_under(areas: gpd.GeoDataFrame, lang: str) -> list[str]:
    """The names of the countries of the world that a tenth of the areas or more lie in, by a point inside each.

    A coarse border runs a few kilometres beside the true one, so a few areas may lie beyond it.
    """
    label = "name_fr" if base_language(lang) == "fr" else "name_en"
    points = gpd.GeoDataFrame(geometry=areas.geometry.representative_point(), crs=areas.crs).to_crs(4326)
    found = Counter(name for one in _world() for name in points.sjoin(one.to_crs(4326), rsuffix="world")[label])
    return [str(name) for name, count in found.most_common() if name and count >= len(points) / 10]


def ground_bounds(bounds: Box) -> Box:
    """How far the ground reaches around a view: as far as a screen of any usual shape shows it, and a zoom out."""
    west, south, east, north = bounds
    width, height = east - west, north - south
    margin = _GROUND_MARGIN * max(width, height, 1.0)
    # A wide screen shows more beside a tall country, a phone more above and below a wide one.
    aside, above = max(margin, _GROUND_BESIDE * height), max(margin, _GROUND_ABOVE * width)
    return max(west - aside, -180.0), max(south - above, -85.0), min(east + aside, 180.0), min(north + above, 85.0)


def ground_areas(bounds: Box) -> list[gpd.GeoDataFrame]:
    """The countries within bounds, as fine as a screen shows them: the coarser ones first, the finer ones above."""
    west, south, east, north = bounds
    cut = [one.assign(geometry=one.geometry.clip_by_rect(*bounds)) for one in _world()]
    # Where a border runs along the cut, the cut leaves lines beside the areas.
    cut = [one.set_geometry([polygons_in(area) for area in one.geometry], crs=one.crs) for one in cut]
    coarse, fine = (one[~one.geometry.is_empty] for one in cut)
    step = max(east - west, north - south) / _GROUND_PIXELS
    return [coarse, fine.set_geometry(shapely.coverage_simplify(fine.geometry.to_numpy(), step), crs=fine.crs)]


def _ground_json(
    ground: list[gpd.GeoDataFrame], numbering: Numbering, bounds: Box, reach: Box, lang: str
) -> dict[str, Any]:
    west, south, east, north = bounds
    pad = 0.12 * max(east - west, north - south)
    points: list[Any] = []
    for areas in ground:
        seen = areas.geometry.clip_by_rect(west - pad, south - pad, east + pad, north + pad)
        points += list(seen.where(~seen.is_empty, areas.geometry).representative_point())
    return {
        "areas": _packed_numbers([number for _ in ground for number in numbering.next_group()]),
        "names": [name for areas in ground for name in country_names(areas, lang)],
        "places": _packed_points([(point.x, point.y) for point in points]),
        "reach": [[reach[1], reach[0]], [reach[3], reach[2]]],
    }


def country_names(countries: gpd.GeoDataFrame, lang: str) -> list[str]:
    """The names of countries in a language, else in English."""
    names: list[str] = countries[f"name_{base_language(lang)}"].fillna(countries["name"]).tolist()
    return names


def title_of(given: MapOptions, drawings: list[Drawing]) -> str:
    """The title given, else the titles of the layers."""
    if given.title is not None:
        return given.title
    # Outlines without figures are no subject of the map, unless there is nothing else.
    shown = [item for item in drawings if item.fields] or drawings
    return " · ".join(dict.fromkeys(item.title for item in shown)) or word("map_label", given.lang)


def subtitle_of(given: MapOptions, drawings: list[Drawing]) -> str:
    """The subtitle given, else what each layer shows and when."""
    if given.subtitle is not None:
        return given.subtitle
    told = [item for item in drawings if item.subtitle]
    if {item.title for item in told} == {title_of(given, drawings)}:
        return " · ".join(dict.fromkeys(item.subtitle for item in told))
    return " · ".join(dict.fromkeys(f"{item.title}{word('colon', given.lang)} {item.subtitle}" for item in told))


def credit_lines(drawings: list[Drawing], lang: str, *, ground: bool) -> list[str]:
    """The credit lines of all drawings."""
    keys = dict.fromkeys(key for item in drawings for key in item.sources)
    if ground and not any(key.startswith("ne-") for key in keys):
        keys.setdefault("natural-earth")
    lines = [SOURCES[key].line(lang) if key in SOURCES else key for key in keys]
    without = dict.fromkeys(item.title for item in drawings if item.fields and (item.unsourced or not item.sources))
    lines += [f"{word('source_not_given', lang)}{word('colon', lang)} {', '.join(without)}"] if without else []
    return [*lines, credit] if (credit := style()["text"].get("credit")) else lines


def write_document(on_map: folium.Map, furniture: MapOptions | None = None) -> str:
    """Put the script, the styles and the document of a map into its page; return the document's id.

    Without furniture (a plain ``folium.Map``) every layer calls this while the page renders, and the first call writes.
    Nothing is done again while the layers and the words around them are the same.
    """
    figure: Figure = on_map.get_root()  # type: ignore[assignment]
    identity = f"sahelgeo_{on_map.get_name()}"
    stamp = stamp_of(on_map, furniture)
    written = figure.html._children.get(identity)
    if isinstance(written, Verbatim) and written.stamp == stamp:
        if furniture is not None:
            _warn_if_large(figure, furniture.max_kb)
        return identity
    lang, layers = language_of(on_map), list(layers_of(on_map))
    drawings = {layer.get_name(): layer.drawing(language_of(on_map, layer)) for layer in layers}
    shown = [layer.get_name() for layer in layers if layer.show]
    write_page(
        figure, {identity: describe(drawings, lang, furniture)}, furniture, [drawings[name] for name in shown], stamp
    )
    return identity


def write_page(
    figure: Figure,
    documents: dict[str, dict[str, Any]],
    furniture: MapOptions | None,
    shown: list[Drawing],
    stamp: object = None,
) -> None:
    """Put styles, scripts and the document by its id into a page; where it is sahelgeo's own, with the main figures."""
    ((identity, document),) = documents.items()
    head = page_head(with_leaflet=furniture is not None, several="sections" in document)
    figure.header.add_child(Verbatim(head), name="sahelgeo_head")
    figure.html.add_child(Verbatim(data_block(identity, document), stamp), name=identity)
    if furniture is None:
        return
    figures = figures_in_html(shown, furniture, picture="sections" not in document)
    figure.html.add_child(Verbatim(figures), name="sahelgeo_figures")
    _warn_if_large(figure, furniture.max_kb)


def _warn_if_large(figure: Figure, max_kb: int) -> None:
    """Warn when what is written into a page, but for readers without scripts, is larger than was asked for."""
    children = [*figure.header._children.values(), *figure.html._children.values()]
    texts = [child.text for child in children if isinstance(child, Verbatim)]
    size_kb = sum(len(text.encode()) for text in texts if not text.startswith("<noscript>")) / 1000
    if size_kb > max_kb:
        warn(f"the page takes {size_kb:,.0f} kB, more than max_kb={max_kb}. Draw fewer or larger areas, or allow more")


def stamp_of(on_map: folium.Map, furniture: MapOptions | None) -> object:
    """What a drawn map depends on: as long as it is the same, what was drawn may be used again."""
    shown = tuple((layer.get_name(), id(layer.table), layer.lang, layer.show) for layer in layers_of(on_map))
    return furniture, language_of(on_map), shown, tuple(child.get_name() for child in foreign_children(on_map))


def data_block(identity: str, value: dict[str, Any]) -> str:
    """A structure of plain values as an element that the page's script reads and that runs nothing."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f'<script type="application/json" id="{identity}">{text.translate(_SAFE_IN_SCRIPT)}</script>'


def describe(named: dict[str, Drawing], lang: str, furniture: MapOptions | None) -> dict[str, Any]:
    """The structure of some drawings, by the names of their layers: borders are stored once for all of them."""
    drawings = list(named.values())
    bounds = bounds_of(drawings)
    reach = ground_bounds(bounds)
    ground = ground_areas(reach) if furniture is not None and furniture.ground else []
    groups = [outlines for item in drawings if (outlines := item.outlines()) is not None]
    most_vertices = furniture.most_vertices if furniture is not None else 25_000
    topology, numbers = build_topology(groups, most_vertices=most_vertices)
    # The ground has borders of its own: a coarser line with points of a finer one would cut that at each of them.
    under, ground_numbers = build_topology([one.geometry for one in ground], decimals=topology.decimals)
    shift = len(topology.geometries)
    numbers += [[number + shift for number in group] for group in ground_numbers]
    topology = topology.over(under)
    numbering = Numbering(numbers, drawings)
    below = furniture.suppress_below if furniture is not None else SUPPRESS_BELOW
    layer_jsons = {name: layer_json(drawing.withhold(item, below), numbering) for name, item in named.items()}
    _drop_covered(layer_jsons)
    share_lists(layer_jsons)
    return {
        "lang": lang,
        "decimals": DECIMALS,
        "numbers": base_language(lang),
        "right_to_left": isinstance(lang, Language) and lang.right_to_left,
        "words": {**_page_words(lang), "suppressed": f"< {below:g}"},
        "style": style(),
        "bounds": [[bounds[1], bounds[0]], [bounds[3], bounds[2]]],
        "topology": topology.as_json(),
        "layers": layer_jsons,
        "codes": numbering.code_of_area,
        "ground": _ground_json(ground, numbering, bounds, reach, lang) if ground else None,
        "page": _page_json(furniture, topology.tolerance_degrees, bounds, lang) if furniture is not None else None,
        "credits": {"lines": credit_lines(drawings, lang, ground=bool(ground))},
    }


@lru_cache(maxsize=1)
def _words_of_scripts() -> frozenset[str]:
    """The keys of the words that the page's scripts ask for."""
    scripts = (*SCRIPTS, "panels.js")
    return frozenset(key for script in scripts for key in re.findall(r"words\.(\w+)", static_text(script)))


def _page_words(lang: str) -> dict[str, str]:
    return {key: text for key, text in all_words(lang).items() if key in _words_of_scripts()}


def caveats(tolerance: float, lang: str) -> list[str]:
    """What is said of all borders: whose they are not, and how far they were moved."""
    if not tolerance:
        return [word("disclaimer", lang)]
    written = f"{tolerance:g}".replace(".", "," if base_language(lang) == "fr" else ".")
    return [word("disclaimer", lang), f"{word('simplified', lang).format(tolerance=written)}."]


# The picture for readers without JavaScript: its longer side in pixels, how many circles or arrows, how many bytes.
_PREVIEW, _PREVIEW_MOST, _PREVIEW_BYTES = 320, 40, 4_000


def figures_in_html(drawings: list[Drawing], given: MapOptions, *, picture: bool = False) -> str:
    """What a reader without JavaScript, such as a preview of mail, sees in the map's place: its main figures."""
    shown = [drawing.withhold(item.shown(), given.suppress_below) for item in drawings if item.fields]
    parts = [f"<h1>{escape(str(given.title))}</h1><p>{escape(given.subtitle or '')}"]
    parts.append(f"<p>{escape(word('no_script', given.lang))}")
    if picture and shown:
        parts.append(
            _preview([drawing.withhold(item.shown(), given.suppress_below) for item in drawings], str(given.title))
        )
    for item in shown:
        rows = (f"<tr><th>{escape(name)}<td>{text}" for name, text in _main_figures(item, given))
        parts += [f"<table><caption>{escape(f'{item.title} {item.subtitle}')}</caption>", *rows, "</table>"]
    credited = [*credit_lines(drawings, given.lang, ground=given.ground), word("disclaimer", given.lang)]
    parts.append(f"<p>{escape(' • '.join(credited))}")
    text = re.sub("[\u2028\u2029]", " ", "".join(parts))
    return f"<noscript><style>.folium-map{{display:none}}</style>{text}</noscript>"


def _preview(drawings: list[Drawing], title: str) -> str:
    """The map as a small picture of shapes: areas of one class are one shape, coarser where there are many."""
    west, south, east, north = bounds_of(drawings)
    stretch = 1 / math.cos(math.radians((south + north) / 2))
    scale = _PREVIEW / max(east - west, (north - south) * stretch)
    corner, steps = np.array([west, north]), np.array([scale, -scale * stretch])
    wide, high = (math.ceil(one) for one in (np.array([east, south]) - corner) * steps)
    label = f'role="img" aria-label="{escape(title)}" viewBox="-4 -4 {wide + 8} {high + 8}" width="{wide}"'
    few = sum(len(item.names) for item in drawings if isinstance(item, AreaDrawing)) <= _PREVIEW_MOST
    for coarse in (1, 4) if few else (4,):
        shapes = "".join(_preview_of(item, lambda points: (np.asarray(points) - corner) * steps, coarse, scale)
                         for item in drawings)  # fmt: skip
        if shapes and len(shapes) <= _PREVIEW_BYTES:
            return f'<p><svg xmlns="http://www.w3.org/2000/svg" {label}>{shapes}</svg>'
    return ""


def _preview_of(item: Drawing, pixels: Any, coarse: int, scale: float) -> str:
    if isinstance(item, AreaDrawing):
        return "".join(_preview_class(item, number, pixels, coarse, scale) for number in range(len(item.looks)))
    if isinstance(item, SymbolDrawing) and item.largest:
        look = style()["symbols"]
        counts = [float(value) if isinstance(value, int | float) else 0.0 for value in item.values]
        largest = sorted(zip(counts, pixels(item.points).tolist(), strict=True), reverse=True)[:_PREVIEW_MOST]
        circles = (f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{15 * math.sqrt(count / item.largest):.1f}"/>'
                   for count, (x, y) in largest if count)  # fmt: skip
        return f'<g fill="{item.fill or look["fill"]}" fill-opacity=".85" stroke="#fff">{"".join(circles)}</g>'
    if isinstance(item, FlowDrawing) and item.largest:
        return "".join(
            _preview_arrow(pixels(np.reshape(arc, (3, 2))), float(value) / item.largest, item.fill)
            for arc, value in [*zip(item.arcs, item.values, strict=True)][-_PREVIEW_MOST:]
            if isinstance(value, int | float)
        )
    if isinstance(item, EventDrawing) and item.points:
        groups = ((pixels(middle), len(members)) for middle, members in drawing.gathered_events(item))
        fill = item.fill or style()["events"]["fill"]
        return "".join(f'<circle fill="{fill}" cx="{x:.0f}" cy="{y:.0f}" r="{2 + math.sqrt(count):.1f}"/>'
                       for (x, y), count in groups)  # fmt: skip
    return ""


def _preview_class(item: AreaDrawing, number: int, pixels: Any, coarse: int, scale: float) -> str:
    own = item.geometry[[one == number and not shape for one, shape in zip(item.class_of, item.shapes, strict=True)]]
    small = shapely.make_valid(
        shapely.transform(own.simplify(0.5 * coarse / scale, preserve_topology=False).to_numpy(), pixels)
    )
    whole = shapely.simplify(shapely.union_all(small, grid_size=1.0), coarse)
    rings = [ring for part in shapely.get_parts(whole) if part.geom_type == "Polygon"
             for ring in (part.exterior, *part.interiors)]  # fmt: skip
    path = "".join("M" + " ".join(f"{x:.0f} {y:.0f}" for x, y in ring.coords[:-1]) + "z" for ring in rings)
    return f'<path fill="{item.looks[number].colour}" fill-rule="evenodd" stroke="#999" d="{path}"/>' if path else ""


def _preview_arrow(points: Any, part: float, fill: str) -> str:
    start, middle, end = points
    bend = 2 * middle - (start + end) / 2
    way = "M{:.0f} {:.0f}Q{:.0f} {:.0f} {:.0f} {:.0f}".format(*start, *bend, *end)
    colour, width = fill or style()["arrows"]["fill"], max(0.5, 8 * part)
    return f'<path fill="none" stroke="{colour}" stroke-width="{width:.1f}" d="{way}"/>'


def _main_figures(item: Drawing, given: MapOptions) -> Iterable[tuple[str, str]]:
    """The areas of each class, or the first figure of each thing; of events how many there are of each kind."""
    if isinstance(item, EventDrawing):
        counts = (write_number(item.kind_of.count(number), given.lang) for number in range(len(item.kinds)))
        return zip(item.kinds, counts, strict=True)
    if isinstance(item, AreaDrawing) and item.fields[0].form == "text":
        by_class: dict[str, list[str]] = {one.label: [] for one in item.looks}
        for name, number in zip(item.names, item.class_of, strict=True):
            by_class[item.looks[number].label].append(name)
        return [(label, escape(", ".join(names))) for label, names in by_class.items() if names]
    form, missing = item.fields[0].form, escape(word("no_data", given.lang))
    small = escape(f"< {given.suppress_below:g}") if form == "people" else word("withheld", given.lang)

    def written(value: Any) -> str:
        if value is None or value == SUPPRESSED:
            return missing if value is None else small
        if not isinstance(value, int | float):
            return escape(str(value))
        if form == "share":
            return f"{write_number(100 * value, given.lang, 1)}\N{NO-BREAK SPACE}%"
        return write_number(value, given.lang, 1 if form == "decimal" else 0)

    return zip(item.names, map(written, item.fields[0].values), strict=True)


def _page_json(furniture: MapOptions, tolerance: float, bounds: Box, lang: str) -> dict[str, Any]:
    footer = caveats(tolerance, lang)
    page: dict[str, Any] = {"title": furniture.title, "subtitle": furniture.subtitle, "footer": footer}
    if furniture.style is not None and furniture.style.logo is not None:
        page["logo"] = furniture.style.logo_url()
    if furniture.embed:
        page["embed"] = True
    if furniture.search:
        page["search"] = True
    if furniture.inset:
        page["inset"] = _inset_json(bounds)
    return page


def _inset_json(bounds: Box) -> dict[str, Any]:
    """The countries in a wide view around the map, coarsely: an inset is as wide as a thumb."""
    west, south, east, north = bounds
    aside, above = max(east - west, 12.0), max(north - south, 9.0)
    seen = (max(west - aside, -180.0), max(south - above, -85.0), min(east + aside, 180.0), min(north + above, 85.0))
    countries = [one.geometry.clip_by_rect(*seen).simplify(0.15).explode() for one in _world()]
    rings = [
        [[round(x, 1), round(y, 1)] for x, y in part.exterior.coords]
        for part in (part for one in countries for part in one)
        if part.geom_type == "Polygon" and part.area > 0.05
    ]
    return {"bounds": [round(value, 2) for value in seen], "rings": rings}


_WORTH_SHARING = 10
_CLASS_MARKS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Numbering:
    """The numbers that the layers of one map share: of areas in the topology, and of the p-codes that flows name."""

    def __init__(self, groups: list[list[int]], drawings: Iterable[Drawing]) -> None:
        self._groups: Iterator[list[int]] = iter(groups)
        flows = [item.shown() for item in drawings if isinstance(item.shown(), FlowDrawing)]
        ends = {code for item in flows for pair in item.codes for code in pair if code}
        self.codes: Mapping[str, int] = {code: number for number, code in enumerate(sorted(ends))}
        self.code_of_area: dict[int, int] = {}

    def areas(self, item: AreaDrawing) -> list[int | None]:
        """The number of each area in the topology; a settlement, which is a point, has none."""
        outlines = iter(self.next_group())
        numbers = [None if shape else next(outlines) for shape in item.shapes]
        if item.codes:
            for number, (code,) in zip(numbers, item.codes, strict=True):
                if number is not None and code in self.codes:
                    self.code_of_area[number] = self.codes[code]
        return numbers

    def next_group(self) -> list[int]:
        """The numbers of the next group of outlines."""
        return next(self._groups)


def _drop_covered(layers: dict[str, dict[str, Any]]) -> None:
    """Outlines under circles are drawn only where no layer of areas shows them; then numbers of areas are packed."""
    shown = {number for layer in layers.values() for number in layer.get("areas", ())}
    for layer in layers.values():
        if shown.issuperset(layer.get("outlines", ())):
            layer.pop("outlines", None)
        if "areas" in layer:
            layer["areas"] = _packed_numbers(layer["areas"])


def share_lists(layers: dict[str, dict[str, Any]]) -> None:
    """Names, places and areas that a layer before has too become a reference: the layer's key and the list's name."""
    known: dict[tuple[Any, ...], str] = {}
    for key, layer in layers.items():
        for part in ("names", "places", "points", "areas"):
            if part in layer and len(layer[part]) > _WORTH_SHARING:
                here = f"{key}/{part}"
                first = known.setdefault(tuple(layer[part]), here)
                if first != here:
                    layer[part] = first


def layer_json(item: Drawing, numbering: Numbering) -> dict[str, Any]:
    """One layer as plain values. Small counts must have been withheld before."""
    if isinstance(item, TimeDrawing):
        return _time_json(replace(item, frames=_with_shown_looks(item.frames)), numbering)
    return _moment_json(_with_shown_looks((item,))[0], numbering)


def _with_shown_looks(frames: tuple[Any, ...]) -> tuple[Any, ...]:
    """The drawings of areas without the kinds of missing value that none of them has."""
    if not isinstance(frames[0], AreaDrawing):
        return frames
    shown = sorted({number for frame in frames for number in frame.legend()})
    place, first = {number: position for position, number in enumerate(shown)}, frames[0]
    looks: dict[str, Any] = {"missing": tuple(first.looks[number] for number in shown[len(first.classes) :])}
    return tuple(
        replace(
            frame,
            **looks,
            class_of=tuple(place[number] for number in frame.class_of),
            each_counts=tuple(tuple(counts[number] for number in shown) for counts in frame.each_counts),
        )
        for frame in frames
    )


def _moment_json(item: Drawing, numbering: Numbering) -> dict[str, Any]:
    shared = {
        "title": item.title,
        "subtitle": item.subtitle,
        "names": item.names,
        "fields": [_field_json(line, (item,)) for line in item.fields],
        "notes": [*item.notes],
        "tooltips": item.tooltips,
        **({"fill": item.fill, "fill_text": text_on(item.fill)} if item.fill else {}),
    }
    if isinstance(item, AreaDrawing):
        return {**shared, **_area_json(item, numbering)}
    if isinstance(item, EventDrawing):
        return {**shared, **_event_json(item)}
    assert isinstance(item, SymbolDrawing | FlowDrawing)
    sized = {"values": item.values, "legend_values": item.legend_values, "largest": item.largest}
    if isinstance(item, SymbolDrawing):
        outlines = {} if item.areas is None else {"outlines": numbering.next_group()}
        return {**shared, **sized, **outlines, "kind": "symbols", "points": _packed_points(item.points)}
    ends = [[numbering.codes.get(code) for code in pair] for pair in item.codes]
    return {**shared, **sized, "kind": "arrows", "arcs": item.arcs, "ends": ends}


def _area_json(item: AreaDrawing, numbering: Numbering) -> dict[str, Any]:
    made: dict[str, Any] = {
        "kind": "areas",
        "areas": numbering.areas(item),
        "classes": [
            {"label": one.label, "colour": one.colour, "text": one.text_colour, "hatch": one.hatch}
            | {"count": sum(counts)}
            | ({"counts": counts} if item.each_counts else {})
            for one, counts in zip(item.looks, zip(*(item.each_counts or (item.counts,)), strict=True), strict=True)
        ],
        "class_of": _class_marks(item),
        "class_digits": _class_digits((item,)),
        "border": item.border or style()["areas"]["border"],
        "places": _packed_points(drawing.label_points(item.geometry)),
    }
    if not item.named:
        made["unnamed"] = True
    if item.legend_marks:
        made |= _marks_json(item)
    if any(item.shapes):
        made["shapes"] = _by_number(item.shapes)
    if isinstance(item, BivariateDrawing):
        made["key"] = {"labels": item.axis_labels, "classes": item.axis_classes}
    return made


def _marks_json(item: AreaDrawing) -> dict[str, Any]:
    found: dict[str, Any] = {"marks": _by_number(item.marks)} if any(item.marks) else {}
    return found | ({"legend_marks": [_mark_json(one) for one in item.legend_marks]} if item.legend_marks else {})


def _mark_json(one: LegendMark) -> dict[str, Any]:
    return {name: value for name, value in vars(one).items() if value != ()}


def _by_number(values: Iterable[Any]) -> dict[str, Any]:
    return {str(number): value for number, value in enumerate(values) if value}


def _event_json(item: EventDrawing) -> dict[str, Any]:
    return {
        "kind": "events",
        "points": [number for point in item.points for number in point],
        "kinds": item.kinds,
        "kind_of": item.kind_of,
        "fatalities": item.fatalities,
        "vague": [number for number, vague in enumerate(item.vague) if vague],
        "by": item.by,
    }


def _time_json(item: TimeDrawing, numbering: Numbering) -> dict[str, Any]:
    """Everything that the periods share once, and for each period its classes as one compact string or its numbers."""
    last = item.frames[-1]
    made = _moment_json(last, numbering)
    fields = [
        _field_json(line, item.frames, [frame.fields[number] for frame in item.frames])
        for number, line in enumerate(last.fields)
    ]
    frames = []
    for frame in item.frames:
        one: dict[str, Any] = {"subtitle": frame.subtitle, "notes": [*frame.notes]}
        if isinstance(frame, AreaDrawing):
            one["class_of"] = _class_marks(frame)
            one |= _marks_json(frame)
        elif isinstance(frame, SymbolDrawing | FlowDrawing):
            one["values"] = [_short(value) for value in frame.values]
        if frame.tooltips:
            one["tooltips"] = frame.tooltips
        frames.append(one)
    for repeated in ("class_of", "values", "marks", "legend_marks", "subtitle", "notes", "tooltips"):
        made.pop(repeated, None)
    if isinstance(last, AreaDrawing):
        made["class_digits"] = _class_digits(item.frames)
    return {**made, "of": made["kind"], "kind": "time", "labels": item.labels, "frames": frames, "fields": fields}


def _class_marks(item: AreaDrawing) -> str:
    """The class of each area as one letter."""
    return "".join(_CLASS_MARKS[number] for number in item.class_of)


def _class_digits(frames: Sequence[Drawing]) -> list[str]:
    """The text inside the areas of each class: it follows from the class, so that no area needs to repeat it."""
    found: dict[int, str] = {}
    for frame in frames:
        assert isinstance(frame, AreaDrawing)
        found.update(zip(frame.class_of, frame.digits, strict=True))
    last = frames[-1]
    assert isinstance(last, AreaDrawing)
    return [found.get(number, "") for number in range(len(last.looks))]


def _packed_numbers(numbers: list[Any]) -> Any:
    """Numbers by their steps; as they are where some are missing."""
    return numbers if None in numbers else pack([numbers], steps=True)[0]


def _packed_points(points: Sequence[tuple[float, float]]) -> str:
    """Points on the grid of the borders, each as its step from the one before."""
    steps = np.rint(np.array(points, dtype=float).reshape(-1, 2) * 10**DECIMALS).astype(np.int64)
    (packed,) = pack([np.diff(steps, axis=0, prepend=0).ravel().tolist()])
    return packed


def _field_json(line: Field, frames: Sequence[Drawing], lines: Sequence[Field] = ()) -> dict[str, Any]:
    """A line of popups. What each thing's class or size says already is not repeated."""
    pairs = list(zip(frames, lines or [line], strict=True))
    made: dict[str, Any] = {"label": line.label, "form": line.form} | ({"part": 1} if line.part else {})
    if all(_repeats_the_class(frame, one) for frame, one in pairs):
        return {**made, "of": "class"}
    sized = (
        isinstance(frame, SymbolDrawing | FlowDrawing) and [*one.values] == [*frame.values] for frame, one in pairs
    )
    if line.form == "people" and all(sized):
        return {**made, "of": "values"}
    values = [[_short(value) for value in one.values] for _, one in pairs]
    return {**made, "frames": values} if lines else {**made, "values": values[0]}


def _repeats_the_class(frame: Drawing, line: Field) -> bool:
    return isinstance(frame, AreaDrawing) and all(
        value in (None, frame.looks[number].label) for value, number in zip(line.values, frame.class_of, strict=True)
    )


def _short(value: Any) -> Any:
    if isinstance(value, float):
        # A whole number needs no ".0": over many periods that is half of what a table takes.
        return int(value) if value.is_integer() and abs(value) < 1e15 else float(f"{value:.9g}")
    return value
