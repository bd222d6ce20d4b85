"""Two periods side by side, or a story with a map for each part, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import SchemaError
from sahelgeo.maps.chosen_layer import layers_for
from sahelgeo.maps.document import title_of
from sahelgeo.maps.drawing import Drawing
from sahelgeo.maps.one_call import MapOptions, new_map, outlines_under
from sahelgeo.maps.page import Map
from sahelgeo.maps.panels import Panels, Section
from sahelgeo.maps.shared_legend import share_legend
from sahelgeo.words import word


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

    See Also
    --------
    story : Several maps under headings and text, one below the other.
    small_multiples : Many periods side by side, for print.
    TimeLayer : One map with a slider over its periods.

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
    views: Sequence[tuple[str, str, Map | Panels]], *, title: str | None = None, subtitle: str = "", max_kb: int = 500
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

    See Also
    --------
    compare_map : Two periods side by side.
    export_newsroom : The files of a map for a newsroom's own tools.

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
