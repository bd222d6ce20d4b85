"""Maps in one call: the layer that draws a table, on a new page or on a map that is there, two periods, a story."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import SchemaError, listed
from sahelgeo.maps.area_layers import AreaLayer, BivariateLayer, PhaseLayer
from sahelgeo.maps.document import MapOptions, layers_of, title_of
from sahelgeo.maps.drawing import Drawing
from sahelgeo.maps.layers import SahelgeoLayer, offers
from sahelgeo.maps.page import OWN_OPTIONS, Map, Panels, Section, copied, paragraphs
from sahelgeo.maps.scale import share_legend
from sahelgeo.maps.sized_layers import FlowLayer, StockLayer
from sahelgeo.maps.table_layers import (
    codes_of,
    kind_of,
    layers_for,
    outlines_under,
    over_time,
    places_of,
    with_areas,
    with_lines,
    without_geometry,
)
from sahelgeo.maps.time_layer import ChangeLayer, TimeLayer, changes_between
from sahelgeo.maps.year_charts import Chart
from sahelgeo.places.attach import On, Unmatched
from sahelgeo.stocks.rates import rate_per_1000
from sahelgeo.words import word


@offers(MapOptions)
def phase_map(
    phases: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    column: str = "phase_published",
    choose: Literal["worst", "largest"] | None = None,
    on: On = "pcode",
    unmatched: Unmatched = "raise",
    tooltip: str | None = None,
    m: Map | None = None,
    **options: Any,
) -> Map:
    """Draw food-insecurity phases: a :class:`PhaseLayer` on a :class:`Map`.

    Parameters
    ----------
    phases : pandas.DataFrame or geopandas.GeoDataFrame
        A Phases table of one period, one row for each area.
    areas : geopandas.GeoDataFrame, optional
        The areas, for a table without geometry. Areas that no row names are drawn as without data.
    column : str
        Which column holds the phase: ``"phase_published"``, or ``"phase_rule"`` from :func:`sahelgeo.area_phase`.
    choose : {"worst", "largest"}, optional
        Which published phase an area with several rows gets, as for :class:`PhaseLayer`.
    on, unmatched
        How rows find their areas, and what becomes of those that find none: as for :func:`sahelgeo.attach_areas`.
    tooltip : str, optional
        Template of the text under the pointer: ``"{name}: {population:,.0f}"``.
    m : Map, optional
        A map to draw on; the default is a new one.
    **options
        Of a new map: ``title``, ``subtitle``, ``lang``, ``tiles``, ``ground``, ``max_kb``, ``search``, ``inset``,
        ``suppress_below``, ``style``, ``embed``, ``height``, ``width``, as for :class:`Map`.

    Returns
    -------
    Map
        The map with its new layer; ``m`` itself where it was given.

    Raises
    ------
    SchemaError
        What :class:`PhaseLayer` refuses; unknown options; options together with ``m``.
    UnmatchedError
        Rows whose p-code is not among the areas.

    See Also
    --------
    PhaseLayer : Areas in the official colours of their phase.
    stock_map : A map of displaced people in one call.
    flow_map : A map of movements in one call.

    Notes
    -----
    Colours and wording: IPC Technical Manual 3.1, Protocol 3.2; see :class:`PhaseLayer`.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> phases = sample.phases.join(sg.area_phase(sample.phases))
    >>> m = sg.maps.phase_map(phases, sample.areas, column="phase_rule", title="Burkina Faso, 2020", lang="fr")
    >>> m.furniture().title
    'Burkina Faso, 2020'
    >>> m.save("phases.html")  # doctest: +SKIP
    """
    joined = with_areas(phases, areas, on=on, unmatched=unmatched, empty_areas=True)
    layer = PhaseLayer(joined, column=column, choose=choose, tooltip=tooltip)
    return _added(layer, m, options)


@offers(MapOptions)
def stock_map(
    stocks: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    column: str = "people",
    on: On = "pcode",
    unmatched: Unmatched = "raise",
    tooltip: str | None = None,
    m: Map | None = None,
    **options: Any,
) -> Map:
    """Draw displaced people as circles: a :class:`StockLayer` on a :class:`Map`.

    Parameters
    ----------
    stocks : pandas.DataFrame or geopandas.GeoDataFrame
        A Stocks table of one group and day, one row for each place.
    areas : geopandas.GeoDataFrame, optional
        The areas, for a table without geometry; a new map shows their outlines under the circles.
    column : str
        The column of numbers.
    on, unmatched, tooltip, m, **options
        As for :func:`phase_map`.

    Returns
    -------
    Map
        The map with its new layer; ``m`` itself where it was given.

    Raises
    ------
    SchemaError
        What :class:`StockLayer` refuses; unknown options; options together with ``m``.
    UnmatchedError
        Rows whose p-code is not among the areas.

    See Also
    --------
    StockLayer : Displaced people as circles.
    sahelgeo.sum_stocks : Add up displaced people.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> m = sg.maps.stock_map(sample.stocks, sample.areas, tooltip="{name}: {people:,.0f} displaced people")
    >>> m.furniture().subtitle
    '6 September 2020'
    >>> m.save("stocks.html")  # doctest: +SKIP
    """
    layer = StockLayer(with_areas(stocks, areas, on=on, unmatched=unmatched), column=column, tooltip=tooltip)
    return _added(layer, m, options, areas)


@offers(MapOptions)
def flow_map(
    flows: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    column: str = "people",
    smallest: float = 0,
    on: On = "pcode",
    unmatched: Unmatched = "raise",
    tooltip: str | None = None,
    m: Map | None = None,
    **options: Any,
) -> Map:
    """Draw movements as arrows: a :class:`FlowLayer` on a :class:`Map`.

    Parameters
    ----------
    flows : pandas.DataFrame or geopandas.GeoDataFrame
        A Flows table with one row for each origin and destination, or the lines of :func:`sahelgeo.flow_lines`.
    areas : geopandas.GeoDataFrame, optional
        The areas, for a table without lines; a new map shows their outlines under the arrows.
    column : str
        The column of numbers.
    smallest : float
        Flows of fewer people are not drawn; the legend says how many.
    on : {"pcode", "match"} or mapping
        Whether ``origin`` and ``destination`` are p-codes, or names (also in ``origin_name`` and ``destination_name``);
        a mapping names the columns, as for :func:`sahelgeo.flows.match_ends`.
    unmatched : {"raise", "keep", "drop"}
        What to do with flows with an end that is no area: raise, or count them in the legend with those whose end is
        not known.
    tooltip, m, **options
        As for :func:`phase_map`.

    Returns
    -------
    Map
        The map with its new layer; ``m`` itself where it was given.

    Raises
    ------
    SchemaError
        What :class:`FlowLayer` refuses; unknown options; options together with ``m``.
    UnmatchedError
        Flows whose ends are not among the areas.

    Warns
    -----
    DataWarning
        Flows inside one area or with an unknown end: they have no arrow.

    See Also
    --------
    FlowLayer : Movements as curved arrows.
    sahelgeo.sum_flows : Add up movements.
    sahelgeo.flows.top : The largest flows.

    Examples
    --------
    >>> import warnings
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-movements-2025")
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # Some have no arrow; the legend says how many people.
    ...     m = sg.maps.flow_map(sg.sum_flows(sample.flows), sample.areas, smallest=2_000, title="Movements")
    >>> m.furniture().title
    'Movements'
    >>> m.save("flows.html")  # doctest: +SKIP
    """
    lines = with_lines(flows, areas, on=on, unmatched=unmatched)
    return _added(FlowLayer(lines, column=column, smallest=smallest, tooltip=tooltip), m, options, areas)


@offers(MapOptions)
def rate_map(
    stocks: pd.DataFrame,
    population: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    *,
    on: On = "pcode",
    unmatched: Unmatched = "raise",
    tooltip: str | None = None,
    m: Map | None = None,
    **options: Any,
) -> Map:
    """Draw displaced people per 1,000 inhabitants: :func:`sahelgeo.rate_per_1000` as an :class:`AreaLayer`.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of one group and day, one row for each area.
    population : pandas.DataFrame
        A Population table of one year and source.
    areas : geopandas.GeoDataFrame
        The areas; those that no row names are drawn as without data.
    on, unmatched, tooltip, m, **options
        As for :func:`phase_map`; ``on`` holds for both tables.

    Returns
    -------
    Map
        The map with its new layer; ``m`` itself where it was given.

    Raises
    ------
    DoubleCountError
        An area with several populations.
    SchemaError
        What :class:`AreaLayer` refuses; unknown options; options together with ``m``.
    UnmatchedError
        Rows whose p-code is not among the areas.

    See Also
    --------
    sahelgeo.rate_per_1000 : Displaced people per 1,000 inhabitants.
    stock_map : A map of displaced people in one call.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> m = sg.maps.rate_map(sample.stocks, sample.population, sample.areas)
    >>> m.furniture().title
    'Displaced people per 1,000 inhabitants'
    """
    placed = [codes_of(table, areas, on=on, unmatched=unmatched) for table in (stocks, population)]
    rates = with_areas(rate_per_1000(*placed), areas, unmatched=unmatched, empty_areas=True)
    return _added(AreaLayer(rates, column="per_1000", tooltip=tooltip), m, options)


@offers(MapOptions)
def change_map(
    before: pd.DataFrame,
    after: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    column: str | None = None,
    on: On = "pcode",
    unmatched: Unmatched = "raise",
    tooltip: str | None = None,
    m: Map | None = None,
    **options: Any,
) -> Map:
    """Draw what changed between two tables, like for like, in two hues around "no change"; worse is never green.

    Parameters
    ----------
    before, after : pandas.DataFrame or geopandas.GeoDataFrame
        Two Phases tables, one row for each area, or two Stocks tables of one day, group and method.
    areas : geopandas.GeoDataFrame, optional
        The areas, for tables without geometry. Those that neither table names are drawn as without data.
    column : str, optional
        Of phases ``"phase_is"`` (the default: worse, same, better), ``"people_3plus_change"`` or
        ``"share_3plus_change"``; of stocks ``"people_change"``, in places that were counted on both days.
    on, unmatched, tooltip, m
        As for :func:`phase_map`; ``on`` holds for both tables.
    **options
        Of a new map as for :func:`phase_map`. Also those of :func:`sahelgeo.compare_phases` (``across``,
        ``population``) and of :func:`sahelgeo.change_in_stocks` (``place``).

    Returns
    -------
    Map
        The map with its new layer; ``m`` itself where it was given. What is not comparable has a look of its own, apart
        from what has no data, and its popup says why.

    Raises
    ------
    SchemaError
        Tables of other or of different kinds; what :class:`AreaLayer` refuses; unknown options.
    StockComparisonError, DoubleCountError, UnmatchedError
        As for :func:`sahelgeo.change_in_stocks` and :func:`sahelgeo.compare_phases`.

    See Also
    --------
    compare_map : Two periods side by side.
    sahelgeo.compare_phases : What changed between two analyses.
    sahelgeo.change_in_stocks : The change between two counts.

    Notes
    -----
    A difference of two counts is not new displacement, and places that were counted once have not changed: the legend
    says how many people are counted on one of the days only.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> later = sample.stocks.assign(people=sample.stocks["people"] + 500, date="2021-09-06", source="invented")
    >>> m = sg.maps.change_map(sample.stocks, later, sample.areas)
    >>> m.furniture().title, m.furniture().subtitle
    ('Change: Displaced people', '6 September 2020 → 6 September 2021')
    """
    how = {name: options.pop(name) for name in ("across", "population", "place") if name in options}
    ground = places_of([before, after]) if areas is None else areas
    sides = [without_geometry(side) for side in (before, after)]
    if areas is not None:
        sides = [codes_of(side, areas, on=on, unmatched=unmatched) for side in sides]
    changes = changes_between(sides[0], sides[1], column, **how)
    drawn = column or ("phase_is" if "phase_is" in changes else "people_change")
    joined = with_areas(changes, ground, empty_areas=True)
    layer = ChangeLayer(joined, column=drawn, between=(before, after), tooltip=tooltip)
    return _added(layer, m, options)


@offers(MapOptions)
def time_map(
    table: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    column: str | None = None,
    on: On = "pcode",
    unmatched: Unmatched = "raise",
    tooltip: str | None = None,
    m: Map | None = None,
    **options: Any,
) -> Map:
    """Draw a table of several periods with a slider: a :class:`TimeLayer` on a :class:`Map`.

    Parameters
    ----------
    table : pandas.DataFrame or geopandas.GeoDataFrame
        Phases, stocks, flows or any table, one row for each area (or pair) and period.
    areas : geopandas.GeoDataFrame, optional
        The areas, for a table without geometry.
    column : str, optional
        What to draw, as for :func:`compare_map`.
    on, unmatched, tooltip, m, **options
        As for :func:`phase_map`.

    Returns
    -------
    Map
        The map with its new layer; ``m`` itself where it was given.

    Raises
    ------
    SchemaError
        What :class:`TimeLayer` refuses; unknown options; options together with ``m``.
    UnmatchedError
        Rows whose p-code is not among the areas.

    See Also
    --------
    TimeLayer : Any layer over time, with a slider.
    change_map : What changed between two periods, on one map.
    small_multiples : Many periods side by side, for print.

    Examples
    --------
    >>> import pandas as pd
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> later = sample.stocks.assign(people=sample.stocks["people"] * 2, date="2021-09-06", source="invented")
    >>> m = sg.maps.time_map(pd.concat([sample.stocks, later]), sample.areas)
    >>> m.furniture().subtitle
    '6 September 2020 – 6 September 2021'
    """
    kind, chosen = kind_of(table, column)
    joined = over_time(table, areas, column, on=on, unmatched=unmatched)
    return _added(TimeLayer(joined, layer=kind, column=chosen, tooltip=tooltip), m, options, areas)


def _new_map(options: dict[str, Any]) -> Map:
    """A map with the options given; unknown ones are refused, since folium would drop them silently."""
    unknown = sorted(set(options) - {*OWN_OPTIONS, "height", "width"})
    if unknown:
        raise SchemaError(
            f"unknown options: {listed(unknown, 5)}. A map takes "
            f"{', '.join(inspect.signature(MapOptions).parameters)}, height, width; for others make the map first: "
            "m=Map(...)"
        )
    return Map(**options)


def _added(layer: SahelgeoLayer, m: Map | None, options: dict[str, Any], areas: Any = None) -> Map:
    if m is None:
        m = _new_map(options)
    elif options:
        raise SchemaError(
            f"{', '.join(options)} belong to the map that was given as m. "
            f"Set them there: Map({next(iter(options))}=...)"
        )
    elif not isinstance(m, Map):
        raise SchemaError(
            f"m is a {type(m).__module__}.{type(m).__qualname__}, not a sahelgeo.maps.Map. "
            f"Add a layer to it instead: {type(layer).__name__}(table).add_to(m)"
        )
    if not any(isinstance(one, AreaLayer | BivariateLayer | PhaseLayer) for one in layers_of(m)):
        for outlines in outlines_under(layer, areas):
            outlines.add_to(m)
    layer.add_to(m)
    return m


@offers(MapOptions)
def compare_map(
    before: pd.DataFrame,
    after: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    column: str | None = None,
    on: On = "pcode",
    unmatched: Unmatched = "raise",
    tooltip: str | None = None,
    m: Map | None = None,
    **options: Any,
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
    on, unmatched, tooltip
        As for :func:`phase_map`; ``on`` and ``unmatched`` hold for both tables.
    m : Map, optional
        A map whose layers lie under both, and whose options they have.
    **options
        ``title``, ``subtitle``, ``lang``, ``tiles``, ``ground``, ``max_kb``, ``suppress_below``, ``style``, as for
        :class:`Map`.

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
    >>> later = sample.stocks.assign(people=sample.stocks["people"] * 2, date="2021-09-06", source="made up")
    >>> page = sg.maps.compare_map(sample.stocks, later, sample.areas, title="A year apart (the second is invented)")
    >>> page.sections[0].captions
    ('6 September 2020', '6 September 2021')
    """
    placing = {"on": on, "unmatched": unmatched}
    layers = layers_for([before, after], areas, column=column, placing=placing, tooltip=tooltip)
    given = {} if m is None else {name: value for name, value in vars(m.given).items() if name != "tiles"}
    maps = tuple(_new_map({**given, **options}) for _ in layers)
    for on_map in maps if m is not None else ():
        for under in layers_of(m):
            copied(under).add_to(on_map)
    for layer, on_map in zip(layers, maps, strict=True):
        for drawn in (*outlines_under(layer, areas), layer):
            drawn.add_to(on_map)
    lang = maps[0].lang
    drawings = [layer.drawing(lang) for layer in layers]
    section = Section("", "", maps, _captions(drawings, lang))
    share_legend(drawings, word("colon", lang))  # Refuses what cannot be compared here, not when the page is saved.
    return Panels(
        [section], title=title_of(maps[0].given, drawings[:1]), subtitle=maps[0].subtitle or "", max_kb=maps[0].max_kb
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
    views: Sequence[tuple[str, str, Map | Panels | Chart]],
    *,
    title: str | None = None,
    subtitle: str = "",
    max_kb: int = MapOptions.max_kb,
) -> Panels:
    """Several maps under headings and text, as one page to scroll through.

    Parameters
    ----------
    views : sequence of (heading, text, map)
        From top to bottom. In a text an empty line begins a new paragraph, ``**words**`` are bold, and
        ``[words](https://...)`` is a link (http, https and mailto); all else stays as it is. A map is a :class:`Map`,
        what :func:`compare_map` returns, or a :func:`chart`.
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
    ...         ("Who is hungry", "By the 20 % rule.", sg.maps.phase_map(phases, sample.areas, column="phase_rule")),
    ...         ("Who has fled", "Displaced people.", sg.maps.stock_map(sample.stocks, sample.areas)),
    ...     ],
    ...     title="Burkina Faso, 2020",
    ... )
    >>> [section.heading for section in page.sections]
    ['Who is hungry', 'Who has fled']
    """
    sections: list[Section] = []
    for number, view in enumerate(views, 1):
        if not isinstance(view, tuple) or len(view) != 3 or not isinstance(view[2], Map | Panels | Chart):
            raise SchemaError(f'view {number} is not three parts. Give each as ("Heading", "Text", map)')
        heading, text, shown = view
        paragraphs(text)  # It says here what is no link, not when the page is saved.
        if isinstance(shown, Chart):
            sections.append(Section(heading, text, (), (), shown))
            continue
        inner = shown.sections if isinstance(shown, Panels) else (Section("", "", (shown,), ("",)),)
        sections.append(replace(inner[0], heading=heading, text=text))
        sections.extend(inner[1:])
    if not any(section.maps for section in sections):
        raise SchemaError('a story needs views, a map among them. Give at least one: [("Heading", "Text", map)]')
    return Panels(sections, title=title if title is not None else sections[0].heading, subtitle=subtitle, max_kb=max_kb)
