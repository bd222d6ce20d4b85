"""Read administrative boundaries, whoever published them, into the Areas table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Unpack

import pandas as pd

from sahelgeo.checks import official_code
from sahelgeo.conformance import conform_areas
from sahelgeo.embedded import read_rows
from sahelgeo.errors import SHOWN_AT_MOST, FormatError, listed, warn
from sahelgeo.late import gpd
from sahelgeo.places.names import countries, undo_double_encoding
from sahelgeo.readers.area_shapes import dissolved, longitude_first, repaired, with_crs, with_names, written_shapes
from sahelgeo.readers.bounds import Limits, limits_of
from sahelgeo.readers.columns import How, days
from sahelgeo.readers.opener import Readable, open_file
from sahelgeo.readers.printed import codes, text_of, texts
from sahelgeo.readers.reading import HOW, Read
from sahelgeo.readers.report import KEPT, areas_report
from sahelgeo.readers.rows import blank_rows, hxl_rows, typed_or_text
from sahelgeo.readers.sheets import Opened, Sheet

DEEPEST = 5
GLOBAL_LIST = "hdx-list"
OWN = "own"
# Rows that show what a file is.
_ENOUGH = 1_000
OPTIONS = ("level", "layer", "crs", "names", "dissolve")
_CODES = ("pcode", "code", "parent", "iso3", "iso_3166_2")
_LEVEL_IN_NAME = re.compile(r"(?:adm|admin|admbnda_adm|level|niveau)[ _-]?(\d)", re.IGNORECASE)
# Lists of areas without shapes come in these forms.
_LISTS = ("dbf", "parquet", "feather")
_NO_DAY = r"[0\-/:. ]*|1899-12-3[01].*|-?99"


@dataclass(frozen=True)
class AreaStyle:
    """How one publisher calls the columns of boundaries.

    Attributes
    ----------
    style : str
        Its short name.
    source : str
        The credit of files in this style.
    columns : mapping
        The labels by role, in order of preference; ``{n}`` is the level, ``{p}`` the level above.
    """

    style: str
    source: str
    columns: Mapping[str, tuple[str, ...]]

    def labels(self, role: str, level: int, found: Iterable[str]) -> list[str]:
        """Every column of the file that plays a role at a level."""
        there = {label.lower(): label for label in found}
        wanted = [text.format(n=level, p=level - 1).lower() for text in self.columns.get(role, ())]
        return [there[text] for text in wanted if text in there]


@lru_cache(maxsize=1)
def area_styles() -> tuple[AreaStyle, ...]:
    """The column styles that :func:`read_areas` knows."""
    styles: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in read_rows("area_styles.csv"):
        styles.setdefault((row["style"], row["source"]), {}).setdefault(row["role"], []).append(row["column"])
    return tuple(
        AreaStyle(style, source, {role: tuple(labels) for role, labels in roles.items()})
        for (style, source), roles in styles.items()
    )


class HowAreas(How, total=False):
    """What a caller may say about a file of boundaries."""

    dissolve: bool


def read_areas(
    path: Readable,
    level: int | None = None,
    layer: str | None = None,
    *,
    crs: Any = None,
    names: pd.DataFrame | None = None,
    **how: Unpack[HowAreas],
) -> gpd.GeoDataFrame:
    """Read administrative boundaries of any usual publisher into the Areas table.

    The style is recognised from the columns: OCHA's common operational datasets in their four styles (``ADM2_FR``,
    ``admin2Name``, ``adm_02``, ``adm2_name``) and mixtures of them, WFP's copies, geoBoundaries, GADM, Natural Earth,
    OCHA's global p-code list, and files that sahelgeo's own tables were saved to.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        A shapefile, GeoPackage, FlatGeobuf, GeoJSON, TopoJSON, JSON of ArcGIS, Parquet or Feather with shapes, a CSV
        file with shapes as well-known text (WKT), or a zip archive of one of these; or a table without geometry
        (``.dbf``, ``.csv``), which serves :func:`sahelgeo.match_areas`.
    level : int, optional
        The administrative level, 0 country, 1 region, and so on. The default is the deepest that the columns speak of.
    layer : str, optional
        The layer of a file that has several. Where the layers' names say their levels, ``level`` chooses.
    crs : optional
        The CRS of a file that states none (OCHA's TopoJSON), such as ``"EPSG:4326"``. Never used against what a file
        states.
    names : pandas.DataFrame, optional
        ``pcode`` and ``name`` for a file without attributes: a GeoDataFrame of points or polygons, each area taking
        the one row that lies in it, or a table with one row for each area in the order of the file.

    **how
        ``dissolve=True`` joins rows of one code to one area: some files draw an area in several rows. ``encoding`` of
        the text, where the file states a wrong one (such as ``"cp1252"``), and ``day_first`` for days that it writes
        in numbers.

    Returns
    -------
    geopandas.GeoDataFrame
        The Areas table, one row for each area, in the CRS of the file. ``pcode`` is the publisher's code (of
        geoBoundaries the ISO 3166-2 code, or the shape id where there is none). ``edition`` is the country with the
        first day of validity. ``other_names`` (separated by ``|``) and ``admin0`` to ``admin{level - 1}``, the names
        of what the area lies in, are added where the file has them. Codes are text, also where the file holds
        numbers. Missing values stay missing. A table that sahelgeo saved keeps its further columns.

    Raises
    ------
    FormatError
        The file is not there or not readable, has several layers, no columns of a known style, or not the level.
    CRSError
        It states no CRS and none is given, or its coordinates cannot be degrees as stated.
    SchemaError
        A code is missing, or stands twice and ``dissolve`` is not given.

    Warns
    -----
    DataWarning
        Invalid geometry was repaired, or geometry is missing; rows were dissolved; latitude stood first, and the axes
        were exchanged; layers of several levels or publishers were merged in the file.

    See Also
    --------
    load_areas : Embedded boundaries.
    check_areas : Find overlapping and empty areas.
    attach_areas : Join a table to its polygons.

    Notes
    -----
    Column styles: ``sahelgeo/data/area_styles.csv``. Repair: ``shapely.make_valid``, of which the polygons are kept.
    GADM may not be redistributed: use it, do not publish it.

    Examples
    --------
    >>> import sahelgeo as sg, tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "regions.gpkg"
    >>> sg.load_areas("NER").to_file(path)
    >>> sg.read_areas(path)[["pcode", "name", "level"]].head(2)
       pcode    name  level
    0  NE001  Agadez      1
    1  NE002   Diffa      1
    """
    opened = open_file(path, how.get("encoding"), how.get("limits"))
    return areas_in(opened, level=level, layer=layer, crs=crs, names=names, **how)[0]


class _Account:
    """What became of the rows of a sheet, and what has to be said of them."""

    def __init__(self, where: str, rows: pd.Index) -> None:
        self.where, self.fates, self.said = where, pd.Series(KEPT, index=rows, dtype=object), list[str]()

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def drop(self, rows: pd.Index, reason: str) -> None:
        self.fates[rows] = reason


def areas_in(opened: Opened, **options: Any) -> Read:
    """The Areas table of an opened file of boundaries, with the account of its rows; options as for ``read_areas``."""
    unknown = sorted(set(options) - {*OPTIONS, *HOW})
    if unknown:
        takes = ", ".join([*OPTIONS, *HOW])
        raise FormatError(f"{opened.file}: read_areas has no option {unknown[0]!r}. It takes: {takes}")
    level, names = options.get("level"), options.get("names")
    sheet = _layer(opened, level, options.get("layer") or options.get("sheet"))
    told = _Account(sheet.where, sheet.cells.index)
    table = _table(sheet, told, limits_of(options.get("limits")))
    drawn = sheet.geometry is not None or not table.geometry.isna().all()
    table = with_crs(table, options.get("crs"), sheet.where, told.say, drawn=drawn)
    attributes = pd.DataFrame(table.drop(columns="geometry"))
    if names is not None or not any(text_of(cell) for label in attributes for cell in attributes[label]):
        table = with_names(table, names, level, sheet.where)
    areas = tidy_areas(table, level, told, options)
    areas = longitude_first(areas, sheet.where, told.say)
    areas = dissolved(areas, told.say, sheet.where, dissolve=bool(options.get("dissolve")))
    areas["pcode"] = areas["pcode"].map(official_code, na_action="ignore")
    areas = conform_areas(repaired(areas.reset_index(drop=True), told.say, sheet.where))
    said = [*opened.warnings, *told.said]
    for sentence in said:
        warn(f"{sheet.where}: {sentence}")
    return areas, areas_report(areas, opened, sheet.name, told.fates, [*opened.notes, *said])


def holds_areas(opened: Opened) -> bool:
    """Whether a file looks like boundaries: shapes or a list with codes and names of a known style, or shapes alone."""
    return any(_is_of_areas(sheet) for sheet in opened.sheets)


def _is_of_areas(sheet: Sheet) -> bool:
    if sheet.form == "topojson":
        return True
    shapes = None if sheet.geometry is None else sheet.geometry.head(_ENOUGH - 1)
    head = replace(sheet, cells=sheet.cells.head(_ENOUGH), geometry=shapes)
    table = _table(head, _Account(sheet.where, head.cells.index))
    best = _best(table, None)
    return best is not None and (
        sheet.form in _LISTS
        or best[0].style == GLOBAL_LIST
        or not table.geometry.isna().all()
        or sheet.geometry is not None
    )


def _layer(opened: Opened, level: int | None, name: str | None) -> Sheet:
    sheets = [sheet for sheet in opened.sheets if len(sheet.cells) > 1]
    if not sheets:
        raise FormatError(f"{opened.file}: no area in it")
    named = {sheet.name: sheet for sheet in sheets}
    shown = listed([repr(label) for label in named], 10)
    if name is not None:
        if name not in named:
            raise FormatError(f"{opened.file}: no layer {name!r}. There are: {shown}")
        return named[name]
    if len(sheets) == 1:
        return sheets[0]
    fitting = [sheet for sheet in sheets if (said := _LEVEL_IN_NAME.search(sheet.name)) and int(said[1]) == level]
    if len(fitting) == 1:
        return fitting[0]
    raise FormatError(
        f"{opened.file}: {len(sheets)} layers, and none is meant for certain. Choose one: layer= one of {shown}, or "
        "level= where their names say it"
    )


def _table(sheet: Sheet, told: _Account, limits: Limits | None = None) -> gpd.GeoDataFrame:
    """A sheet under its headings, with its shapes, numbered as the file numbers its rows."""
    cells = sheet.cells
    filled = [sum(bool(text_of(cell)) for cell in row) for row in sheet.head]
    header = next((place for place, count in enumerate(filled) if count > 1), 0)
    told.fates = told.fates.iloc[header + 1 :]
    below = cells.iloc[header + 1 :]
    for reason, rows in (("empty", below.index[blank_rows(below)]), ("HXL", hxl_rows(below.head(5)))):
        if sheet.geometry is None:
            told.drop(rows, reason)
    below = below[(told.fates == KEPT).to_numpy()]
    places: dict[str, int] = {}
    for place, cell in enumerate(cells.iloc[header]):
        places.setdefault(text_of(cell) or f"column {place + 1}", place)
    table = pd.DataFrame({label: below.iloc[:, place] for label, place in places.items()}, index=below.index)
    shapes = sheet.geometry
    if shapes is None and sheet.form in ("csv", "workbook"):
        label, shapes = written_shapes(table, sheet, limits) or ("", None)
        table = table.drop(columns=label, errors="ignore")
    if shapes is None:
        shapes = gpd.GeoSeries([None] * len(table), index=table.index)
    return gpd.GeoDataFrame(table.drop(columns="geometry", errors="ignore"), geometry=shapes, crs=shapes.crs)


_Best = tuple[AreaStyle, int, dict[str, pd.Series]]


def tidy_areas(table: gpd.GeoDataFrame, level: int | None, told: _Account, how: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """The Areas columns of a table of boundaries, from the columns of its style.

    Where layers were merged, rows that have neither code nor name in one style and level are read in the next, and
    this is said.
    """
    best: _Best | None = _recognised(table, level, told.where)
    parts: list[gpd.GeoDataFrame] = []
    rest = table
    while best is not None:
        style, at, text = best
        own = _filled(style, at, text)
        left = rest[~own]
        following = (_best(left, level) or _best(left, None)) if len(left) else None
        if following is None:
            own[:] = True
        if level is None or not parts or at == level:
            part = {label: values[own] for label, values in text.items()}
            parts.append(_tidied(rest[own], style, at, part, _days(style, at, part, told.where, how)))
        else:
            told.drop(rest.index[own], f"level {at}")
        if parts and rest is not table:
            told.say(
                f"{int(own.sum()):,} rows are areas of level {at} in the columns of {style.source}, unlike those "
                "before them"
            )
        rest, best = left, following
    areas = gpd.GeoDataFrame(pd.concat(parts).sort_index(), crs=table.crs) if len(parts) > 1 else parts[0]
    if style.style == GLOBAL_LIST:
        areas = _of_the_list(areas, level, told)
    return areas


def _of_the_list(areas: gpd.GeoDataFrame, level: int | None, told: _Account) -> gpd.GeoDataFrame:
    if level is not None:
        told.drop(areas.index[areas["level"].ne(level).fillna(True)], "another level")
        areas = areas[areas["level"].eq(level).fillna(False)]
    # OCHA's list holds a few placeholders ("no aplica") under each region of a country.
    repeated = areas["pcode"].duplicated(keep=False)
    if repeated.any():
        shown = listed(list(areas.loc[repeated, "pcode"].unique()), SHOWN_AT_MOST)
        told.say(f"{int(repeated.sum())} rows left out, since their codes stand more than once: {shown}")
        told.drop(areas.index[repeated], "code repeated")
    return areas[~repeated]


def _recognised(table: gpd.GeoDataFrame, level: int | None, where: str) -> _Best:
    best = _best(table, level)
    if best is None:
        shown = listed([str(label) for label in table.columns if label != "geometry"], 14)
        wanted = "" if level is None else f" at level {level}"
        raise FormatError(
            f"{where}: no columns of codes and names of a known style{wanted}. Found: {shown}. Rename them to 'pcode' "
            "and 'name' (and 'level', 'parent'), or give another level"
        )
    if level is not None and best[1] != level:
        raise FormatError(f"{where}: the areas are of level {best[1]}, not {level}. Give the file of level {level}")
    return best


def _best(table: gpd.GeoDataFrame, level: int | None) -> _Best | None:
    """The style and level whose columns are most of the table's, with the texts of all columns."""
    known_labels = _known_labels()
    labels = [label for label in table.columns if label != "geometry" and str(label).lower() in known_labels]
    text = {str(label): _text(table[label]) for label in labels}
    best: tuple[int, AreaStyle, int] | None = None
    for style in area_styles():
        for at in range(DEEPEST, -1, -1) if level is None else (level,):
            if _filled(style, at, text).any():
                known = sum(len(style.labels(role, at, text)) for role in style.columns)
                if best is None or known > best[0]:
                    best = (known, style, at)
                break
    if best is None:
        return None
    stated = _stated_level(best[1], best[2], text)
    return best[1], best[2] if stated is None else stated, text


@lru_cache(maxsize=1)
def _known_labels() -> frozenset[str]:
    """How any style calls any column at any level."""
    levels = [{"n": at, "p": at - 1} for at in range(-1, DEEPEST + 2)]
    called = {label for style in area_styles() for labels in style.columns.values() for label in labels}
    return frozenset(label.format(**level).lower() for label in called for level in levels)


def _filled(style: AreaStyle, level: int, text: Mapping[str, pd.Series]) -> pd.Series:
    """The rows that have a code or a name in a style at a level; none where it lacks the columns."""
    code = [*style.labels("pcode", level, text), *style.labels("code", level, text)]
    name = [label for role in ("name", "name_fr", "name_en") for label in style.labels(role, level, text)]
    some = pd.DataFrame({label: text[label].notna() for label in {*code, *name}}).any(axis=1)
    return some if code and name else ~some & some


def _stated_level(style: AreaStyle, level: int, text: Mapping[str, pd.Series]) -> int | None:
    """The level that a style without levels in its labels states in a column, or by its kind."""
    if of_one := re.search(r"-(\d)$", style.style):
        return int(of_one[1])
    for label in style.labels("type", level, text):
        digits = re.search(r"\d", str(text[label].iloc[0]))
        return int(digits[0]) if digits else None
    for label in style.labels("level", level, text) if style.style != GLOBAL_LIST else ():
        stated = pd.to_numeric(text[label], errors="coerce").dropna().unique()
        return int(stated[0]) if len(stated) == 1 else None
    return None


def _text(values: pd.Series) -> pd.Series:
    text = texts(values).map(undo_double_encoding, na_action="ignore").astype("string")
    return text.mask(text.eq("NA"))


def _tidied(
    table: gpd.GeoDataFrame, style: AreaStyle, level: int, text: dict[str, pd.Series], valid: dict[str, pd.Series]
) -> gpd.GeoDataFrame:
    """The rows of one style and level under our names."""
    columns: dict[str, Any] = _names(style, level, text) | _codes(style, level, text) | valid
    levels = style.labels("level", level, text)
    columns["level"] = pd.to_numeric(text[levels[0]], errors="coerce").astype("Int64") if levels else level
    if style.style == OWN:
        known = {label for role in style.columns for at in range(DEEPEST + 1) for label in style.labels(role, at, text)}
        columns |= {
            label: typed_or_text(table[label], label)
            for label in map(str, table.columns)
            if label not in {*known, "geometry"}
        }
    areas = gpd.GeoDataFrame(columns, index=table.index, geometry=table.geometry.array, crs=table.crs)
    edition = style.labels("edition", level, text)
    areas["edition"] = text[edition[0]] if edition else _edition(areas)
    # What is in our own columns need not be ours: names given for shapes say nothing of whose the shapes are.
    publisher = pd.NA if style.style == OWN else style.source
    areas["source"] = _first(style, "source", level, text).fillna(publisher)
    return areas


def _first(style: AreaStyle, role: str, level: int, text: Mapping[str, pd.Series]) -> pd.Series:
    """The first text of each row in the columns of a role: merged layers fill different ones for different rows."""
    answer = pd.Series(pd.NA, index=next(iter(text.values())).index, dtype="string")
    for label in style.labels(role, level, text):
        answer = answer.fillna(codes(text[label]) if role in _CODES else text[label])
    return answer


def _names(style: AreaStyle, level: int, text: Mapping[str, pd.Series]) -> dict[str, Any]:
    french, english, name = (_first(style, role, level, text) for role in ("name_fr", "name_en", "name"))
    language = _first(style, "lang", level, text)
    french, english = french.fillna(name.where(language == "fr")), english.fillna(name.where(language == "en"))
    result: dict[str, Any] = {"name": name.fillna(french).fillna(english), "name_fr": french, "name_en": english}
    result["other_names"] = _joined([text[label] for label in style.labels("other", level, text)], result["name"])
    above = {f"admin{at}": _first(style, "above", at + 1, text) for at in range(level)}
    return result | {label: names for label, names in above.items() if names.notna().any()}


def _joined(others: list[pd.Series], name: pd.Series) -> pd.Series:
    rows = [
        list(dict.fromkeys(other for other in row[1:] if pd.notna(other) and other.lower() != str(row[0]).lower()))
        for row in zip(name, *others, strict=True)
    ]
    return pd.Series(["|".join(row) or None for row in rows], index=name.index, dtype="string")


def _codes(style: AreaStyle, level: int, text: Mapping[str, pd.Series]) -> dict[str, Any]:
    printed, other = _first(style, "pcode", level, text), _first(style, "code", level, text)
    whole = printed.notna().all() and not printed.duplicated().any()
    found: dict[str, Any] = {"pcode": printed if whole or not style.labels("code", level, text) else other}
    if style.style == "geoboundaries":
        found["iso_3166_2"] = printed.where(printed.str.contains("-"))
    for role in ("parent", "iso_3166_2", "iso3"):
        if style.labels(role, level, text) and not (role == "parent" and level == 0):
            found[role] = _first(style, role, level, text)
    if "iso3" in found:
        stated = found["iso3"].map(lambda code: countries().get(str(code).upper(), code), na_action="ignore")
        found["iso3"] = stated.astype("string")
    return found


def _days(
    style: AreaStyle, level: int, text: Mapping[str, pd.Series], where: str, how: Mapping[str, Any]
) -> dict[str, pd.Series]:
    asked: Any = {"day_first": how.get("day_first")}
    printed = {role: _first(style, role, level, text) for role in ("valid_from", "valid_to")}
    # Shapefiles write the empty day as 30 December 1899, day 0 of spreadsheets.
    return days({role: day.mask(day.str.fullmatch(_NO_DAY)) for role, day in printed.items()}, where, asked)


def _edition(areas: gpd.GeoDataFrame) -> pd.Series:
    first_days = areas["valid_from"].dt.strftime("%Y-%m-%d").astype("string")
    if "iso3" not in areas:
        return pd.Series(pd.NA, index=areas.index, dtype="string")
    edition: pd.Series = areas["iso3"].astype("string") + " " + first_days
    return edition
