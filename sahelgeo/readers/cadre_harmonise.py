"""The Cadre Harmonisé: phases and people by phase of the areas of West Africa, in each shape that it is published in."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Literal, overload

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.cadre_harmonise_matrix import tidy_matrix
from sahelgeo.readers.cadre_harmonise_seasons import times
from sahelgeo.readers.countries import iso3_of
from sahelgeo.readers.feed import Found, body, feeds, find, not_recognised
from sahelgeo.readers.mending import made_valid
from sahelgeo.readers.opener import Readable, open_file
from sahelgeo.readers.periods import Period
from sahelgeo.readers.phase_rows import blanks_filled
from sahelgeo.readers.printed import fold, numbers, text_column, text_of, texts
from sahelgeo.readers.reading import Tidied, dropped, finish, need_rows
from sahelgeo.readers.report import ReadReport
from sahelgeo.readers.sheet import Opened, Sheet
from sahelgeo.tables import PEOPLE_BY_PHASE

FEEDS = ("cadre-harmonise", "cadre-harmonise-matrix")
Which = Literal["use", "all"]


@overload
def read_cadre_harmonise(
    path: Readable,
    *,
    which: Which = ...,
    period: Period | None = ...,
    kind: str | None = ...,
    report: Literal[False] = ...,
) -> pd.DataFrame: ...
@overload
def read_cadre_harmonise(
    path: Readable, *, which: Which = ..., period: Period | None = ..., kind: str | None = ..., report: Literal[True]
) -> tuple[pd.DataFrame, ReadReport]: ...
def read_cadre_harmonise(
    path: Readable, *, which: Which = "use", period: Period | None = None, kind: str | None = None, report: bool = False
) -> Any:
    r"""Phases and people by phase from a file of the Cadre Harmonisé.

    It takes the consolidated workbook (29 columns in 2020, 61 since), WFP's JSON of one period (also those of displaced
    people, towns and areas of limited access, and the older ones that hold codes only), the polygons of November 2021,
    the small CSV files of one country and period, and the countries' own "Tableau 4".

    Two analyses can speak of the same months: that of March projects June to August, and so did that of the November
    before. ``which="use"`` keeps one: the analysis that the file marks (``usethisperiod``), or, where it marks none, the
    latest analysis of each country and season. On the consolidated workbook of 2023 the two agree but for 10 of 28,286
    rows.

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The file, also in a zip archive.
    which : {"use", "all"}
        One analysis for each period, or every analysis. A row that its own analysis revised is left out of both.
    period : tuple of two days, optional
        First and last day, for a file that does not say its period (the small CSV files).
    kind : {"current", "projected"}, optional
        For such a file too, and for WFP's older files, which say their season but not this.
    report : bool
        Whether to return the account of the reading too.

    Returns
    -------
    pandas.DataFrame
        A Phases table: one row for each area (or part of one) and period, in persons. ``pcode`` is the code that the
        file prints, in the style of WFP and the Cadre Harmonisé, which is not OCHA's everywhere (``NE0611``, not
        ``NE006011``; see match_areas). ``unit`` and ``unit_kind`` tell the parts of an area: displaced people, towns, zones
        of limited access, refugees. ``season`` is the season as printed ("Jun-Aug 2020"), ``exercise`` that of the
        analysis, and ``issued`` the first day of the latter. A file with polygons gives a GeoDataFrame.

        An area without phase and without people by phase has state ``not_analysed`` and no people: the file's zeros in
        such rows count nobody. A blank phase is 0 where the other phases add up to the population within 5 persons (the
        account says in how many rows), and missing elsewhere.
    ReadReport
        With ``report=True``: every row of the file kept, or dropped for a reason.

    Raises
    ------
    FormatError
        Another kind of file, cells that are no numbers, seasons that are unknown, or a period that is not said.
    SchemaError
        Figures that break a rule of the Phases table.

    See Also
    --------
    read_ipc : Read phases of the IPC.
    sum_phases : Add up people by phase.
    phases_at : The classification that holds on a day.
    match_areas : Which area each printed name or code means.

    Notes
    -----
    Days of the seasons: those that WFP's PRISM files carry: October to January, February to May, June to September.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["adm0_name,adm1_name,adm2_name,population,phase_class,phase1,phase2,phase3,phase4,phase5",
    ...          "Burkina Faso,Sahel,Soum,1000,3,500,200,250,50,0"]
    >>> phases = sg.read_cadre_harmonise(io.BytesIO("\n".join(lines).encode()),
    ...                                  period=("2020-06-01", "2020-08-31"), kind="current")
    >>> phases[["admin2", "start", "phase_published", "people_3"]].iloc[0].astype(str).tolist()
    ['Soum', '2020-06-01 00:00:00', '3', '250.0']
    """
    opened = open_file(path)
    if is_empty(opened):
        return read_nothing(opened, report)
    founds = find(opened, FEEDS)
    if not founds:
        raise not_recognised(opened, FEEDS)
    return read_found(opened, founds, report, which=which, period=period, kind=kind)


def read_found(opened: Opened, founds: list[Found], report: bool, **options: Any) -> Any:
    """The table of an opened file in which the feed was found."""
    tidy = partial(_tidy_either, **options)
    return finish(opened, founds if founds[0].feed.id.endswith("matrix") else founds[:1], tidy, report)


def _tidy_either(found: Found, **options: Any) -> Tidied:
    if found.feed.id == "cadre-harmonise-matrix":
        return tidy_matrix(found, period=options.get("period"))
    return tidy_cadre_harmonise(found, **options)


def tidy_cadre_harmonise(
    found: Found, *, which: Which = "use", period: Period | None = None, kind: str | None = None
) -> Tidied:
    """One sheet of the Cadre Harmonisé, tidied."""
    if which not in ("use", "all"):
        raise FormatError(f"which={which!r} is neither 'use' (one analysis for each period) nor 'all'")
    frame, fates = body(found)
    need_rows(frame, found)
    table = _names(frame).join(_figures(frame, found))
    when, notes = times(frame, found, period, kind)
    table = table.join(when)
    table["source"] = found.feed.source
    _refuse_unknown_countries(table, frame, found)
    if "use" in frame:
        table["_use"] = _use(frame["use"], found)
    if which == "use":
        superseded, said = _superseded(table)
        fates = dropped(fates, superseded.reindex(fates.index, fill_value=False), "superseded")
        table, notes = table[~superseded], [*notes, *said]
    apart, fates, said = _told_apart(table, fates)
    apart, filled = blanks_filled(apart)
    notes = [*notes, *said, *filled, *_doubts(apart), *_nowhere(apart)]
    if found.sheet.geometry is not None:
        apart, said = _with_polygons(apart, table, found.sheet.geometry)
        notes += said
    return Tidied(apart.drop(columns="_use", errors="ignore"), fates, tuple(notes), (), "phases")


def _refuse_unknown_countries(table: pd.DataFrame, frame: pd.DataFrame, found: Found) -> None:
    unnamed = table.index[table["iso3"].isna()]
    if len(unnamed) and "adm0_name" in frame:
        raise FormatError(
            f"{found.sheet.where}, row {unnamed[0]}: {text_of(frame.loc[unnamed[0], 'adm0_name'])!r} is no country that is "
            "known. Write its name in French or English, or its ISO code"
        )


def _with_polygons(
    apart: pd.DataFrame, table: pd.DataFrame, geometry: gpd.GeoSeries
) -> tuple[gpd.GeoDataFrame, list[str]]:
    repaired = sum(shape is not None and not shape.is_valid for shape in geometry)
    shapes = made_valid(geometry.reindex(table.index))
    # An area drawn as two features with the same figures: its people count once, its polygons all.
    same = table.groupby(list(table.columns), dropna=False).ngroup()
    for group in same[same.duplicated()].unique():
        members = same.index[same == group]
        shapes[members[0]] = shapes[members].union_all()
    notes = [f"{repaired} invalid polygons were repaired"] if repaired else []
    return gpd.GeoDataFrame(apart, geometry=shapes.reindex(apart.index), crs=geometry.crs), notes


def _names(frame: pd.DataFrame) -> pd.DataFrame:
    column = partial(text_column, frame)

    admin = {level: column(f"adm{level}_name") for level in (1, 2, 3)}
    pcode = column("adm0_pcode")
    for level, names in admin.items():
        code = column(f"adm{level}_pcode")
        named = names.notna() if "adm0_name" in frame else code.notna()
        pcode = pcode.mask(named, code)
    country = column("adm0_name") if "adm0_name" in frame else pcode.str[:2]
    groups = column("adm1_5_name")
    special = _part_kinds(groups) != "area"
    unit = column("adm2_5_name").fillna(groups.where(special | admin[2].isna()))
    in_camp = column("status").str.casefold() == "incamp"
    unit = unit.fillna(admin[2].where(in_camp.fillna(False)))
    unit_kind = _part_kinds(unit)
    unit_kind = unit_kind.mask(in_camp.fillna(False) & (unit_kind == "area"), "idp_site")
    place = (
        unit.fillna(admin[3])
        .fillna(admin[2])
        .fillna(admin[1])
        .fillna(column("adm0_5_name"))
        .fillna(column("adm0_name"))
    )
    return pd.DataFrame(
        {
            "pcode": pcode,
            "iso3": iso3_of(column("adm0_iso3")).fillna(iso3_of(country)),
            "unit": unit,
            "unit_kind": unit_kind,
            "place": place,
            **{f"admin{level}": names for level, names in admin.items()},
        }
    )


def _part_kinds(units: pd.Series) -> pd.Series:
    patterns = [(re.compile(part["pattern"]), part["kind"]) for part in feeds()["cadre-harmonise"].facts["parts"]]

    def kind(unit: object) -> str:
        folded = fold(unit) if isinstance(unit, str) else ""
        return next((name for pattern, name in patterns if folded and pattern.search(folded)), "area")

    return units.map(kind).astype("string")


def _figures(frame: pd.DataFrame, found: Found) -> pd.DataFrame:
    where = found.sheet.where
    read = {
        name: numbers(frame[name], found.feed.columns[name][0], where)
        for name in ("population", "phase", *PEOPLE_BY_PHASE)
        if name in frame
    }
    figures = pd.DataFrame(read, index=frame.index)
    phase = figures.pop("phase")
    figures["phase_published"] = phase.mask((phase == 0).fillna(False))
    people = figures[list(PEOPLE_BY_PHASE)]
    empty = figures["phase_published"].isna() & (people.sum(axis=1, min_count=1).fillna(0) == 0)
    figures[list(PEOPLE_BY_PHASE)] = people.mask(empty, pd.NA)
    if "people_3plus" in frame:
        figures["people_3plus"] = numbers(frame["people_3plus"], "phase35", where).mask(empty, pd.NA)
    figures["state"] = pd.Series(pd.NA, index=frame.index, dtype="string").mask(empty, "not_analysed")
    return figures


def _use(values: pd.Series, found: Found) -> pd.Series:
    flags = texts(values).str.upper()
    bad = ~flags.isin(["Y", "N"]) & flags.notna()
    if bad.any():
        row = bad.index[bad][0]
        raise FormatError(f"{found.sheet.where}, column 'usethisperiod', row {row} ({values[row]!r}): neither Y nor N")
    return flags


def _superseded(table: pd.DataFrame) -> tuple[pd.Series, list[str]]:
    if "_use" in table and table["_use"].notna().any():
        return (table["_use"] == "N").fillna(False).astype(bool), []
    if "season" not in table or table["issued"].isna().all():
        return pd.Series(False, index=table.index), []
    latest = table.groupby(["iso3", "season"], dropna=False)["issued"].transform("max")
    older = (table["issued"] < latest).fillna(False)
    said = "the file marks no analysis to use: the latest analysis of each country and season was kept"
    return older, [said] if older.any() else []


def _told_apart(table: pd.DataFrame, fates: pd.Series) -> tuple[pd.DataFrame, pd.Series, list[str]]:
    """Rows of one area, analysis and period: revisions replace, parts that the file does not name are numbered."""
    notes: list[str] = []
    key = ["pcode", "iso3", "unit", "kind", "start", "end", "issued", "place", "admin1", "admin2", "admin3"]
    key = [name for name in key if name in table]
    if "_use" in table:
        revised = table.duplicated(key, keep=False) & (table["_use"] == "N").fillna(False)
        used = table[table["_use"] == "Y"]
        revised &= pd.MultiIndex.from_frame(table[key]).isin(pd.MultiIndex.from_frame(used[key]))
        fates = dropped(fates, revised.reindex(fates.index, fill_value=False), "revised in the same analysis")
        table = table[~revised]
    copies = table.duplicated(keep="first")
    fates = dropped(fates, copies.reindex(fates.index, fill_value=False), "duplicate")
    table = table[~copies]
    parts = table.duplicated(key, keep=False)
    if parts.any():
        number = table.groupby(key, dropna=False).cumcount() + 1
        of = table.groupby(key, dropna=False)["kind"].transform("size")
        label = "part " + number.astype("string") + " of " + of.astype("string")
        named = (table["unit"] + ", " + label).fillna(label)
        table = table.assign(unit=table["unit"].mask(parts, named))
        notes.append(
            f"{int(parts.sum())} rows are parts of an area that the file does not tell apart: numbered in 'unit'"
        )
    return table, fates, notes


def _doubts(table: pd.DataFrame) -> list[str]:
    people = table[list(PEOPLE_BY_PHASE)].sum(axis=1, min_count=1)
    off = ((people - table["population"]).abs() > 0.01 * table["population"]).fillna(False)
    said = (
        [f"in {int(off.sum())} rows the people by phase differ from the population by more than 1 %"]
        if off.any()
        else []
    )
    if "people_3plus" in table:
        summed = table[["people_3", "people_4", "people_5"]].sum(axis=1, min_count=1)
        differs = ((summed - table["people_3plus"]).abs() > 1).fillna(False)
        said += (
            [f"in {int(differs.sum())} rows the printed phase35 is not the sum of phases 3 to 5"]
            if differs.any()
            else []
        )
    return said


def _nowhere(table: pd.DataFrame) -> list[str]:
    nowhere = table[table[["pcode", "place"]].isna().all(axis=1)]
    people = nowhere["population"].sum(min_count=1)
    said = f"{len(nowhere)} rows name no area and have no code: their {people:,.0f} people are kept without one"
    return [said] if len(nowhere) else []


def is_empty(opened: Opened) -> bool:
    """Whether a file is one of WFP's without any analysis: ``{"DataList": []}``."""
    return len(opened.sheets) == 1 and opened.sheets[0].name == "DataList" and opened.sheets[0].cells.shape[1] == 0


def read_nothing(opened: Opened, report: bool) -> Any:
    """The empty table of a file without any analysis, with a warning."""
    feed = feeds()["cadre-harmonise"]
    return finish(opened, [Found(feed, feed.vintages[0], opened.sheets[0], 0, {})], _tidy_nothing, report)


def _tidy_nothing(found: Found) -> Tidied:
    sheet: Sheet = found.sheet
    fates = pd.Series("empty", index=sheet.cells.index[1:], dtype=object)
    columns = ["pcode", "kind", "start", "end", "source"]
    sentence = "the file holds no analyses: its DataList is empty"
    return Tidied(pd.DataFrame(columns=columns, dtype=object), fates, (), (sentence,), "phases")
