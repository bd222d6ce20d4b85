"""A map of a file: read, placed on its areas, added up where it must be, drawn. What ``sahelgeo map`` does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Unpack

import geopandas as gpd
import pandas as pd

from sahelgeo import checks, maps
from sahelgeo.errors import (
    AreasNotEmbeddedError,
    DoubleCountError,
    FormatError,
    SchemaError,
    UnmatchedError,
    listed,
)
from sahelgeo.flows.flow_sums import sum_flows
from sahelgeo.joint.placing import ADMINS, phases_by_area, place_rows, refuse_mixed_depths, with_phase
from sahelgeo.maps.print_sheet import FORMATS
from sahelgeo.maps.style import Style
from sahelgeo.maps.table_layers import with_ends
from sahelgeo.phases.analyses import phases_at
from sahelgeo.places.attach import Account
from sahelgeo.places.names import country_of_code
from sahelgeo.readers.any_file import read_with_report
from sahelgeo.readers.areas import read_areas
from sahelgeo.readers.own_tables import read_table
from sahelgeo.readers.printed import iso3_of
from sahelgeo.readers.report import ReadReport
from sahelgeo.samples import load_areas
from sahelgeo.situation_report import ReportOptions, Situation, situation
from sahelgeo.stocks.stock_totals import latest_stocks, sum_stocks
from sahelgeo.sums import chosen
from sahelgeo.tables import SETTLEMENTS
from sahelgeo.words import check_language, fill, word

LATEST = "latest"
_ENDS = ("origin", "destination")
# What may be chosen among in each table that is drawn.
_CHOICES = {
    "phases": ("kind", "start", "end", "issued", "source", "season"),
    "stocks": ("date", "group", "reason", "method", "operation", "source"),
    "flows": ("start", "end", "reason", "source"),
    "events": ("date", "kind", "subkind", "source"),
}
SUBJECTS = tuple(_CHOICES)
# What two files, or two periods of one, are compared of.
_COMPARED = ("phases", "stocks")
# What a file may leave unsaid, and how the command asks for it.
_ASKED = {"period": "--period FIRST/LAST", "year": "--year YEAR"}
Span = tuple[pd.Timestamp, pd.Timestamp]
# A map, and the line about what it holds: its key among the words and its figures.
Drawn = tuple[maps.Map, dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class MapRequest:
    """What to draw of a file.

    Attributes
    ----------
    subject : {"phases", "stocks", "flows", "events", "changes"}
        Food-insecurity phases, displaced people, movements between areas, violent events, or what changed in phases or
        in displaced people.
    file, areas : str or path
        The figures, and the boundaries; without boundaries, those that come with sahelgeo (or the file's own polygons).
    after : str or path, optional
        Of changes the later figures; the default is the same file, in another period.
    level : int, optional
        Administrative level of the areas; the default is the deepest that the figures and the boundaries both have.
    countries : tuple of str
        Take only these countries, ISO 3166-1 codes of three letters.
    period : str, optional
        A day, a month, two days with a slash between, or "latest" (stocks); of changes one for both, or two with a
        comma between.
    choose : mapping
        Take only the rows with these values, such as ``{"group": "idp"}``.
    unmatched : {"raise", "drop"}
        What to do with rows that have no area.
    rest : tuple of str
        Of phases the codes of areas whose row is the area without the parts that have rows of their own, such as a
        department without its town.
    decided : mapping
        Names in print that match no area, and the p-codes of the areas that they mean by your word.
    several : {"worst", "largest"}, optional
        Of phases which published phase is drawn where an area has several rows; the default is the rule over all.
    across : tuple of str
        Of changes in phases the differences to compare across, as :func:`sahelgeo.compare_phases` takes them.
    title : str, optional
        Title of the map; the default is what it shows.
    style : path, optional
        A house's own style (:class:`sahelgeo.maps.Style`) in TOML.
    crs : str, optional
        Coordinate reference system of boundaries that do not say theirs, such as ``"EPSG:32630"``.
    columns : mapping, optional
        Of a table of your own: its headings and what they mean, as :func:`sahelgeo.read_table` takes them.
    options : mapping
        Options of the reader; for a table of your own also values of all rows, such as ``{"date": "2023-02-28"}``.
    """

    subject: str
    file: str | Path
    areas: str | Path | None = None
    level: int | None = None
    countries: tuple[str, ...] = ()
    period: str | None = None
    choose: Mapping[str, str] = field(default_factory=dict)
    unmatched: str = "raise"
    rest: tuple[str, ...] = ()
    title: str | None = None
    after: str | Path | None = None
    decided: Mapping[str, str] = field(default_factory=dict)
    several: Literal["worst", "largest"] | None = None
    across: tuple[str, ...] = ()
    style: str | Path | None = None
    crs: str | None = None
    columns: Mapping[str, str] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def map_file(request: MapRequest, out: str | Path = "map.html", *, lang: str = "en") -> tuple[str, ...]:
    r"""Draw the phases, displaced people, movements or events of a file, and save the map.

    Parameters
    ----------
    request : MapRequest
        What to draw.
    out : str or path
        Where to save: ``.html`` for a page, ``.png``, ``.svg`` or ``.pdf`` for a figure.
    lang : {"en", "fr"}
        Language of the map and of the lines.

    Returns
    -------
    tuple of str
        What was read, what was placed on areas and what was drawn, in sentences.

    Raises
    ------
    SahelgeoError
        The file cannot be read or holds another table; it holds several periods and none is chosen; rows have no area;
        people would be counted twice. The message says what to give.

    Examples
    --------
    >>> import tempfile, sahelgeo as sg
    >>> from sahelgeo.file_map import MapRequest, map_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sg.load_sample("burkina-2020").stocks.to_csv(f"{folder}/stocks.csv")
    ...     lines = map_file(MapRequest("stocks", f"{folder}/stocks.csv"), f"{folder}/map.html")
    >>> print(*lines, sep="\n")
    stocks.csv (sahelgeo-stocks): 13 of 13 rows taken.
    13 rows with 1,034,609 people placed on areas; 0 rows left out; 0 areas have no row.
    """
    check_language(lang)
    path = _writable(out)
    options = {"lang": lang, "title": request.title, "style": Style.load(request.style) if request.style else None}
    if request.subject == "changes":
        m, lines = _changes_drawn(request, options)
    else:
        table, line = _taken(request)
        drawing = {"phases": _phases_drawn, "stocks": _stocks_drawn, "flows": _flows_drawn, "events": _events_drawn}
        m, said = drawing[request.subject](table, request, options)
        lines = [("map_line_rows", line), *said.items()]
    if path.suffix == ".html":
        m.save(str(path))
    else:
        maps.figure(m, path)
    return tuple(fill(word(key, lang), lang, values) for key, values in lines)


def _taken(request: MapRequest) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The rows of a file that are asked for, and what the line about them says."""
    span = _span(request.period)
    table, feed = _read(request, span)
    counts = {"file": Path(request.file).name, "feed": feed, "rows": len(table)}
    table = _of_countries(table, request)
    known = [label for label in _CHOICES[request.subject] if label in table]
    table = chosen(table, _typed_choice(table, request), known)
    of_period = {"phases": _phases_of, "stocks": _stocks_of}.get(request.subject, _within)
    table = of_period(table, request.period, span)
    return table, {**counts, "drawn": len(table)}


def _changes_drawn(request: MapRequest, options: dict[str, Any]) -> tuple[maps.Map, list[tuple[str, dict[str, Any]]]]:
    """Two tables, each placed on the areas, and the change between them."""
    periods = (request.period or "").split(",")
    files = (request.file, request.file if request.after is None else request.after)
    if len(periods) > 2 or (request.after is None and len(periods) < 2):
        raise SchemaError(
            "a change is between two: give two files, or two periods of one with a comma between: "
            "--period 2022-07,2023-07"
        )
    sides, lines = [], []
    for file, period in zip(files, periods * 2 if len(periods) == 1 else periods, strict=False):
        _, report = read_with_report(file, **request.options)
        if report.table not in _COMPARED:
            raise SchemaError(f"{report.file}: a table of {report.table}. Changes are drawn of {', '.join(_COMPARED)}")
        one = replace(request, subject=report.table, file=file, period=period.strip() or None)
        table, line = _taken(one)
        areas = _areas(table, one)
        placed, account = _placed(table, areas, one)
        lines += [("map_line_rows", line), ("map_line_areas", {"account": account})]
        sides.append(_comparable(placed, areas, one))
    across: dict[str, Any] = {"across": request.across} if request.across else {}
    return maps.change_map(sides[0], sides[1], areas, **across, **options), lines


def _comparable(placed: pd.DataFrame, areas: gpd.GeoDataFrame, request: MapRequest) -> pd.DataFrame:
    """A placed table by the p-codes of its areas: phases with one row for each."""
    if request.subject == "stocks":
        return placed.assign(pcode=placed["area"])
    return phases_by_area(placed, areas, request.several)[0]


def situation_of_files(
    files: Sequence[str | Path],
    *,
    countries: Sequence[str] = (),
    areas: str | Path | None = None,
    level: int | None = None,
    period: str | None = None,
    year: int | None = None,
    **options: Unpack[ReportOptions],
) -> Situation:
    """The situation report of files, each of another table.

    Parameters
    ----------
    files : sequence of str or path
        Files that ``sahelgeo inspect`` recognises.
    countries : sequence of str
        Take only these: ISO 3166-1 codes of three letters, or names in English or French.
    areas : str or path, optional
        Boundaries; without them those that come with sahelgeo.
    level : int, optional
        Level of the boundaries.
    period : str, optional
        First and last day with a slash between, or a month: of a file of phases that does not say it.
    year : int, optional
        Of a file of population that does not say it.
    **options
        ``date``, ``coverage``, ``title``, ``pictures`` and ``lang``, as :func:`sahelgeo.situation` takes them.

    Returns
    -------
    Situation
        As :func:`sahelgeo.situation` makes it.

    Raises
    ------
    FormatError
        A file cannot be read, or does not say its period or year.
    SchemaError
        Two files of one table, or boundaries among the files.
    """
    unsaid = {"period": _window(_span(period)), "year": year}
    tables: dict[str, Any] = {}
    for file in files:
        table, report = _read_file(file, {}, unsaid)
        if report.table not in (*SUBJECTS, "population") or report.table in tables:
            why = "a second table of" if report.table in tables else "a table of"
            raise SchemaError(
                f"{report.file}: {why} {report.table}. Give one file each of {', '.join(SUBJECTS)}, population"
            )
        tables[report.table] = _of_countries(table, MapRequest(report.table, file, countries=tuple(countries)))
    ground = None
    if areas is not None:
        ground = read_areas(areas, level=level)
    elif countries or level is not None:
        ground = load_areas(_iso3(countries) or None, 1 if level is None else level)
    return situation(**tables, areas=ground, **options)


def _writable(out: str | Path) -> Path:
    path = Path(out)
    endings = (".html", *FORMATS)
    if path.suffix not in endings:
        raise FormatError(f"{path.name or out}: a map is saved as {', '.join(endings)}. Name the file so: map.html")
    if not path.parent.is_dir():
        raise FormatError(f"{path.parent}: there is no such folder. Make it first, or name another file")
    return path


def _span(period: str | None) -> Span | None:
    if period is None or period == LATEST:
        return None
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", period):
        month = pd.Period(period, freq="M")
        return month.start_time, month.end_time.normalize()
    if "," in period:
        raise SchemaError(f"period={period!r}: two periods are for changes. Give one")
    days = [checks.day(part.strip(), "period") for part in period.split("/")]
    if len(days) > 2 or days[0] > days[-1]:
        raise SchemaError(
            f"period={period!r}: give a day (2023-02-28), or the first and last day (2022-10-01/2023-01-31)"
        )
    return days[0], days[-1]


def _read(request: MapRequest, span: Span | None) -> tuple[pd.DataFrame, str]:
    """The table of the file, or of one's own headings."""
    if request.columns is not None:
        if request.subject == "events" and not {"latitude", "longitude"} <= set(request.columns.values()):
            raise SchemaError("events are drawn where they happened. Tell the columns latitude and longitude")
        return read_table(request.file, request.columns, table=request.subject, **request.options), "read_table"
    table, report = _read_file(request.file, request.options, {"period": _window(span)})
    if report.table != request.subject:
        other = f". Ask for {report.table}" if report.table in SUBJECTS else ""
        raise SchemaError(
            f"{report.file}: {report.title}, a table of {report.table}, not of {request.subject}{other}. "
            f"Maps of a file are drawn of {', '.join(SUBJECTS)}"
        )
    return table, report.feed


def _read_file(
    file: str | Path, options: Mapping[str, Any], unsaid: Mapping[str, Any]
) -> tuple[pd.DataFrame, ReadReport]:
    """A file that does not say its period, or its year, takes the one given."""
    try:
        return read_with_report(file, **options)
    except FormatError as problem:
        asked = next((name for name in unsaid if f"{name}=" in str(problem)), None)
        if asked is None:
            raise
        if unsaid[asked] is None:
            raise FormatError(f"{problem}. On the command line: {_ASKED[asked]}") from problem
        return read_with_report(file, **{**options, asked: unsaid[asked]})


def _window(span: Span | None) -> Span | None:
    """The days of a span of several: a day alone chooses among periods, and is none."""
    return span if span is not None and span[0] != span[1] else None


def _of_countries(table: pd.DataFrame, request: MapRequest) -> pd.DataFrame:
    """The rows of the countries asked for. Each has its country; a table of one's own may leave it to be said."""
    iso3 = table["iso3"] if "iso3" in table else pd.Series(pd.NA, table.index, dtype="string")
    for name in ("pcode", *_ENDS):
        if name in table:
            iso3 = iso3.fillna(table[name].map(country_of_code, na_action="ignore").astype("string"))
    wanted = _iso3(request.countries)
    if request.columns is not None and len(wanted) == 1:
        iso3 = iso3.fillna(wanted[0])
    held = sorted(iso3.dropna().unique())
    absent = [country for country in wanted if country not in held]
    if absent:
        raise SchemaError(
            f"no row is of {', '.join(absent)}. The file has: {listed(held, 20) or 'no codes of countries'}"
        )
    table = table.assign(iso3=iso3)
    return table[table["iso3"].isin(wanted)] if wanted else table


def _iso3(countries: Sequence[str]) -> list[str]:
    """The codes of countries by code or name; what is no country stays as it is and is found absent."""
    names = pd.Series(list(countries), dtype="string")
    return iso3_of(names).fillna(names.str.upper()).tolist()


def _typed_choice(table: pd.DataFrame, request: MapRequest) -> dict[str, Any]:
    """The choices as values of their columns: an empty one means rows without a value."""
    choice: dict[str, Any] = {}
    for column, value in request.choose.items():
        known = column in table and pd.api.types.is_datetime64_any_dtype(table[column].dtype)
        choice[column] = checks.day(value, column) if known and value else value or None
    return choice


def _within(table: pd.DataFrame, _period: str | None, span: Span | None) -> pd.DataFrame:
    """The flows or events that lie within the period as a whole."""
    if span is None:
        return table
    first, last = ("start", "end") if "end" in table else ("date", "date")
    inside = table[(table[first] >= span[0]) & (table[last] <= span[1])]
    if inside.empty:
        held = f"{table[first].min():%Y-%m-%d}/{table[last].max():%Y-%m-%d}"
        raise SchemaError(f"no row lies within {span[0]:%Y-%m-%d}/{span[1]:%Y-%m-%d}. The file has {held}")
    return inside


def _phases_of(table: pd.DataFrame, _period: str | None, span: Span | None) -> pd.DataFrame:
    if span is not None and span[0] == span[1]:
        held = phases_at(table, span[0].date()).drop(columns="vintages")
        if held.empty:
            raise SchemaError(f"no analysis holds on {_written(span)}. {_analyses(table)}")
        return held
    if span is not None:
        fits = (table["start"] == span[0]) & (table["end"] == span[1])
        if not fits.any() and span[0].to_period("M") == span[1].to_period("M"):
            return _phases_of(table, _period, (span[0], span[0]))
        if not fits.any():
            raise SchemaError(f"no analysis is of {span[0]:%Y-%m-%d}/{span[1]:%Y-%m-%d}. {_analyses(table)}")
        table = table[fits]
    if len(table[["kind", "start", "end"]].drop_duplicates()) > 1 or len(
        table[["iso3", "issued"]].drop_duplicates()
    ) > len(table["iso3"].drop_duplicates()):
        raise SchemaError(
            f"several analyses, and a map shows one. {_analyses(table)}. "
            "Choose: --period, with a day or two days; --choose kind=current"
        )
    return table


def _analyses(table: pd.DataFrame) -> str:
    periods = table[["start", "end", "kind"]].drop_duplicates().sort_values(["start", "end"], ascending=False)
    said = [f"{start:%Y-%m-%d}/{end:%Y-%m-%d} ({kind})" for start, end, kind in periods.itertuples(index=False)]
    return f"There are: {listed(said, 8)}"


def _stocks_of(table: pd.DataFrame, period: str | None, span: Span | None) -> pd.DataFrame:
    held = sorted(table["date"].dropna().unique(), reverse=True)
    said = listed([f"{day:%Y-%m-%d}" for day in held], 8)
    if period == LATEST:
        return latest_stocks(table)
    if span is not None:
        held = [day for day in held if span[0] <= day <= span[1]]
        if not held:
            raise SchemaError(f"no count is of {_written(span)}. There are: {said}")
        table, said = table[table["date"].isin(held)], listed([f"{day:%Y-%m-%d}" for day in held], 8)
    if len(held) > 1:
        raise SchemaError(
            f"counts of several days, and a map shows one: {said}. "
            f"Choose: --period {held[0]:%Y-%m-%d}, or --period latest"
        )
    return table


def _written(span: Span) -> str:
    return "/".join(dict.fromkeys(f"{day:%Y-%m-%d}" for day in span))


def _phases_drawn(table: pd.DataFrame, request: MapRequest, options: dict[str, Any]) -> Drawn:
    if request.areas is None and isinstance(table, gpd.GeoDataFrame):
        table, column = with_phase(table)
        if table.loc[~table["unit_kind"].isin(SETTLEMENTS), "pcode"].dropna().duplicated().any():
            raise SchemaError(
                "some areas have several polygons with a phase each. Give boundaries to add them up: --areas FILE"
            )
        return maps.phase_map(table, column=column, **options), {}
    areas = _areas(table, request)
    absent = sorted(set(request.rest) - set(table["pcode"].dropna()))
    if absent:
        raise SchemaError(f"--rest: no row has the code {', '.join(absent)}")
    rest = table["pcode"].isin(request.rest) & table["unit"].isna()
    placed, account = _placed(table.assign(unit=table["unit"].mask(rest, "rest")), areas, request)
    try:
        placed, column = phases_by_area(placed, areas, request.several)
    except DoubleCountError as problem:
        told = f"{problem}. On the command line, where a row is the rest of its area: --rest PCODE"
        raise DoubleCountError(told, problem.rows) from problem
    return maps.phase_map(placed, areas, column=column, **options), {"map_line_areas": {"account": account}}


def _stocks_drawn(table: pd.DataFrame, request: MapRequest, options: dict[str, Any]) -> Drawn:
    areas = _areas(table, request)
    placed, account = _placed(table, areas, request)
    refuse_mixed_depths(placed, areas)
    summed = sum_stocks(placed, by=("area",)).rename(columns={"area": "pcode"})
    return maps.stock_map(summed, areas, **options), {"map_line_areas": {"account": account}}


def _flows_drawn(table: pd.DataFrame, request: MapRequest, options: dict[str, Any]) -> Drawn:
    """Arrows between the areas; who moved within one, or whose end is not known, is counted in the line."""
    areas = _areas(table, request)
    try:
        table = with_ends(table, areas, request.unmatched)
    except UnmatchedError as problem:
        told = f"{problem}. On the command line: --unmatched drop, or other --areas"
        raise UnmatchedError(told, problem.rows) from problem
    level = int(areas["level"].max()) if request.level is None else request.level
    flows = sum_flows(table, areas, level=level)
    unknown, within = flows[list(_ENDS)].isna().any(axis=1), flows["internal"].fillna(False).astype(bool)
    between = flows[~unknown & ~within]
    if between.empty:
        raise UnmatchedError("no row leads from one area to another, so there is nothing to draw", table)
    parts = {"between": between, "within": flows[within], "unknown": flows[unknown]}
    people = {name: rows["people"].sum() for name, rows in parts.items()}
    return maps.flow_map(between, areas, **options), {"map_line_flows": people}


def _events_drawn(table: pd.DataFrame, _request: MapRequest, options: dict[str, Any]) -> Drawn:
    m = maps.Map(**options)
    maps.EventLayer(table).add_to(m)
    said = {"map_line_events": {"events": len(table), "deaths": table["fatalities"].sum(min_count=1)}}
    if unknown := int(table["fatalities"].isna().sum()):
        said["map_line_deaths"] = {"events": unknown}
    return m, said


def _placed(table: pd.DataFrame, areas: gpd.GeoDataFrame, request: MapRequest) -> tuple[pd.DataFrame, Account]:
    """The table with the p-code of each row's area in ``area``, beside what the row prints."""
    try:
        placed, account = place_rows(table, areas, request.unmatched, request.decided)
    except UnmatchedError as problem:
        how = "--unmatched drop, --decide NAME=PCODE for a name, or other --areas"
        raise UnmatchedError(f"{problem}. On the command line: {how}", problem.rows) from problem
    if placed.empty:
        raise UnmatchedError(
            "no row has an area, so there is nothing to draw. Give other boundaries: --areas FILE", table
        )
    return placed, account


def _areas(table: pd.DataFrame, request: MapRequest) -> gpd.GeoDataFrame:
    if request.areas is not None:
        return read_areas(request.areas, level=request.level, crs=request.crs)
    countries = sorted(table["iso3"].dropna().unique()) or _iso3(request.countries)
    if not countries:
        raise SchemaError("the file does not say its country. Give --country, or the boundaries: --areas FILE")
    try:
        return load_areas(countries, request.level if request.level is not None else _level(table, countries))
    except AreasNotEmbeddedError as problem:
        raise AreasNotEmbeddedError(
            f"{problem}. On the command line: --areas FILE, or one of the countries that there are: --country"
        ) from problem


def _level(table: pd.DataFrame, countries: list[str]) -> int:
    """The deepest level of the embedded areas that the table speaks of."""
    deepest = 2 if countries == ["BFA"] else 1
    codes = table["origin" if "origin" in table and "pcode" not in table else "pcode"].dropna()
    for level in range(deepest, -1, -1):
        if len(codes) and codes.isin(load_areas(level=level)["pcode"]).mean() > 0.5:
            return level
    named = [number for number, label in enumerate(ADMINS, 1) if label in table and table[label].notna().any()]
    return min(max(named, default=1), deepest)
