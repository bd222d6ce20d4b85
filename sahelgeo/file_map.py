"""A map of a file: read, placed on its areas, added up where it must be, drawn. What ``sahelgeo map`` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from sahelgeo import checks, maps
from sahelgeo.areas import load_areas
from sahelgeo.conformance import listed
from sahelgeo.errors import AreasNotEmbeddedError, FormatError, SchemaError, UnmatchedError
from sahelgeo.joint.placing import ADMINS, phases_by_area, place_rows, refuse_mixed_depths, with_phase
from sahelgeo.maps.print_sheet import FORMATS
from sahelgeo.phases.analyses import phases_at
from sahelgeo.places.account import Account
from sahelgeo.places.known import country_of_code
from sahelgeo.readers.any_file import read_with_report
from sahelgeo.readers.areas import read_areas
from sahelgeo.stocks.stock_totals import latest_stocks, sum_stocks
from sahelgeo.sums import chosen
from sahelgeo.tables import SETTLEMENTS
from sahelgeo.words import check_language, word, write_number

SUBJECTS = ("phases", "stocks")
LATEST = "latest"
_CHOICES = {
    "phases": ("kind", "start", "end", "issued", "source", "season"),
    "stocks": ("date", "group", "reason", "method", "operation", "source"),
}


@dataclass(frozen=True)
class MapRequest:
    """What to draw of a file.

    Attributes
    ----------
    subject : {"phases", "stocks"}
        Food-insecurity phases, or displaced people.
    file, areas : str or path
        The figures, and the boundaries; without boundaries, those that come with sahelgeo (or the file's own polygons).
    level : int, optional
        Administrative level of the areas; the default is the deepest that the figures and the boundaries both have.
    countries : tuple of str
        Take only these countries, ISO 3166-1 codes of three letters.
    period : str, optional
        A day, two days with a slash between, or "latest" (stocks).
    choose : mapping
        Take only the rows with these values, such as ``{"group": "idp"}``.
    unmatched : {"raise", "drop"}
        What to do with rows that have no area.
    title : str, optional
        Title of the map; the default is what it shows.
    """

    subject: str
    file: str | Path
    areas: str | Path | None = None
    level: int | None = None
    countries: tuple[str, ...] = ()
    period: str | None = None
    choose: Mapping[str, str] = field(default_factory=dict)
    unmatched: str = "raise"
    title: str | None = None


def map_file(request: MapRequest, out: str | Path = "map.html", *, lang: str = "en") -> tuple[str, ...]:
    r"""Draw the phases or the displaced people of a file, and save the map.

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
    span = _span(request.period)
    table, feed = _read(request, span)
    rows = len(table)
    countries = table["pcode"].map(country_of_code, na_action="ignore").astype("string")
    table = _of_countries(table.assign(iso3=table["iso3"].fillna(countries)), request.countries)
    table = chosen(
        table, _typed_choice(table, request), [label for label in _CHOICES[request.subject] if label in table]
    )
    table = _phases_of(table, span) if request.subject == "phases" else _stocks_of(table, request.period)
    m, account = _drawn(table, request, lang)
    if path.suffix == ".html":
        m.save(str(path))
    else:
        maps.figure(m, path)
    return _lines(request, feed, rows, len(table), account, lang)


def _writable(out: str | Path) -> Path:
    path = Path(out)
    endings = (".html", *FORMATS)
    if path.suffix not in endings:
        raise FormatError(f"{path.name or out}: a map is saved as {', '.join(endings)}. Name the file so: map.html")
    if not path.parent.is_dir():
        raise FormatError(f"{path.parent}: there is no such folder. Make it first, or name another file")
    return path


def _span(period: str | None) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    if period is None or period == LATEST:
        return None
    days = [checks.day(part.strip(), "period") for part in period.split("/")]
    if len(days) > 2 or days[0] > days[-1]:
        raise SchemaError(
            f"period={period!r}: give a day (2023-02-28), or the first and last day (2022-10-01/2023-01-31)"
        )
    return days[0], days[-1]


def _read(request: MapRequest, span: tuple[pd.Timestamp, pd.Timestamp] | None) -> tuple[pd.DataFrame, str]:
    """The table of the file; a file that does not say its period takes the one given."""
    try:
        table, report = read_with_report(request.file)
    except FormatError as problem:
        if "period=" not in str(problem):
            raise
        if span is None or span[0] == span[1]:
            raise FormatError(f"{problem}. On the command line: --period FIRST/LAST") from problem
        table, report = read_with_report(request.file, period=span)
    if report.table != request.subject:
        other = f". Ask for {report.table}" if report.table in SUBJECTS else ""
        raise SchemaError(
            f"{report.file}: {report.title}, a table of {report.table}, not of {request.subject}{other}. "
            f"Maps of a file are drawn of {' and '.join(SUBJECTS)}"
        )
    return table, report.feed


def _of_countries(table: pd.DataFrame, countries: tuple[str, ...]) -> pd.DataFrame:
    if not countries:
        return table
    wanted = [country.upper() for country in countries]
    held = sorted(table["iso3"].dropna().unique())
    absent = [country for country in wanted if country not in held]
    if absent:
        raise SchemaError(
            f"no row is of {', '.join(absent)}. The file has: {listed(held, 20) or 'no codes of countries'}"
        )
    return table[table["iso3"].isin(wanted)]


def _typed_choice(table: pd.DataFrame, request: MapRequest) -> dict[str, Any]:
    """The choices as values of their columns: an empty one means rows without a value."""
    choice: dict[str, Any] = {}
    for column, value in request.choose.items():
        known = column in table and pd.api.types.is_datetime64_any_dtype(table[column].dtype)
        choice[column] = checks.day(value, column) if known and value else value or None
    return choice


def _phases_of(table: pd.DataFrame, span: tuple[pd.Timestamp, pd.Timestamp] | None) -> pd.DataFrame:
    if span is not None and span[0] == span[1]:
        return phases_at(table, span[0].date()).drop(columns="vintages")
    if span is not None:
        fits = (table["start"] == span[0]) & (table["end"] == span[1])
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


def _stocks_of(table: pd.DataFrame, period: str | None) -> pd.DataFrame:
    held = sorted(table["date"].dropna().unique(), reverse=True)
    said = listed([f"{day:%Y-%m-%d}" for day in held], 8)
    if period == LATEST:
        return latest_stocks(table)
    if period is not None:
        day = checks.day(period, "period")
        if day not in held:
            raise SchemaError(f"no count is of {day:%Y-%m-%d}. There are: {said}")
        return table[table["date"] == day]
    if len(held) > 1:
        raise SchemaError(
            f"counts of several days, and a map shows one: {said}. "
            f"Choose: --period {held[0]:%Y-%m-%d}, or --period latest"
        )
    return table


def _drawn(table: pd.DataFrame, request: MapRequest, lang: str) -> tuple[maps.Map, Account | None]:
    options: dict[str, Any] = {"lang": lang}
    if request.title is not None:
        options["title"] = request.title
    if request.areas is None and request.subject == "phases" and isinstance(table, gpd.GeoDataFrame):
        table, column = with_phase(table)
        if table.loc[~table["unit_kind"].isin(SETTLEMENTS), "pcode"].dropna().duplicated().any():
            raise SchemaError(
                "some areas have several polygons with a phase each. Give boundaries to add them up: --areas FILE"
            )
        return maps.phase_map(table, column=column, **options), None
    areas = _areas(table, request)
    placed, account = _placed(table, areas, request.unmatched)
    if request.subject == "stocks":
        refuse_mixed_depths(placed, areas)
        summed = sum_stocks(placed, by=("area",)).rename(columns={"area": "pcode"})
        return maps.stock_map(summed, areas, **options), account
    placed, column = phases_by_area(placed, areas)
    return maps.phase_map(placed, areas, column=column, **options), account


def _placed(table: pd.DataFrame, areas: gpd.GeoDataFrame, unmatched: str) -> tuple[pd.DataFrame, Account]:
    """The table with the p-code of each row's area in ``area``, beside what the row prints."""
    try:
        placed, account = place_rows(table, areas, unmatched)
    except UnmatchedError as problem:
        raise UnmatchedError(
            f"{problem}. On the command line: --unmatched drop, or other --areas", problem.rows
        ) from problem
    if placed.empty:
        raise UnmatchedError(
            "no row has an area, so there is nothing to draw. Give other boundaries: --areas FILE", table
        )
    return placed, account


def _areas(table: pd.DataFrame, request: MapRequest) -> gpd.GeoDataFrame:
    if request.areas is not None:
        return read_areas(request.areas, level=request.level)
    countries = sorted(table["iso3"].dropna().unique()) or [country.upper() for country in request.countries]
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
    codes = table["pcode"].dropna()
    for level in range(deepest, -1, -1):
        if len(codes) and codes.isin(load_areas(level=level)["pcode"]).mean() > 0.5:
            return level
    named = [number for number, label in enumerate(ADMINS, 1) if label in table and table[label].notna().any()]
    return min(max(named, default=1), deepest)


def _lines(
    request: MapRequest, feed: str, rows: int, drawn: int, account: Account | None, lang: str
) -> tuple[str, ...]:
    numbers: dict[str, float | None] = {"rows": rows, "drawn": drawn}
    texts = {"file": Path(request.file).name, "feed": feed}
    lines = [word("map_line_rows", lang).format(**texts, **_written(numbers, lang))]
    if account is not None:
        numbers = {"attached": account.rows_attached, "people": account.people_attached}
        numbers |= {"left": account.rows_unmatched, "empty": account.areas_without_rows}
        lines.append(word("map_line_areas", lang).format(**_written(numbers, lang)))
    return tuple(lines)


def _written(numbers: Mapping[str, float | None], lang: str) -> dict[str, str]:
    return {name: write_number(value, lang) for name, value in numbers.items()}
