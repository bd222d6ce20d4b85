"""The Cadre Harmonisé: phases and people by phase of West Africa, in each shape that it is published in."""

from __future__ import annotations

import re
from typing import Literal, Unpack

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.cadre_harmonise_seasons import times
from sahelgeo.readers.columns import How, Period
from sahelgeo.readers.feed import feeds
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.phase_rows import blanks_filled, figures, parts_numbered, with_rests, with_shapes
from sahelgeo.readers.printed import fold, iso3_of
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied
from sahelgeo.readers.sheets import Sheet
from sahelgeo.tables import PEOPLE_BY_PHASE

Which = Literal["use", "all"]


def read_cadre_harmonise(
    path: Readable, *, which: Which = "use", period: Period | None = None, kind: str | None = None, **how: Unpack[How]
) -> pd.DataFrame:
    r"""Phases and people by phase from a file of the Cadre Harmonisé.

    It takes the consolidated workbook (29 columns in 2020, 61 since), WFP's JSON of one period (also those of displaced
    people, towns and areas of limited access, and the older ones that hold codes only), the polygons of November 2021,
    the small CSV files of one country and period, and the countries' own "Tableau 4".

    Two analyses can speak of the same months: that of March projects June to August, and so did that of the November
    before. ``which="use"`` keeps one: the analysis that the file marks (``usethisperiod``), or, where it marks none,
    the latest analysis of each country and season. On the consolidated workbook of 2023 the two agree but for 10 of
    28,286 rows.

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
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    pandas.DataFrame
        A Phases table: one row for each area (or part of one) and period, in persons. ``pcode`` is the code that the
        file prints, in the style of WFP and the Cadre Harmonisé, which is not OCHA's everywhere (``NE0611``, not
        ``NE006011``; see match_areas). ``unit`` and ``unit_kind`` tell the parts of an area: displaced people, towns,
        zones of limited access, refugees; "rest" is an area without its towns, which have rows of their own. ``season``
        is the season as printed ("Jun-Aug 2020"), ``exercise`` that of the analysis, and ``issued`` the first day of
        the latter. A file with polygons gives a GeoDataFrame.

        An area without phase and without people by phase has state ``not_analysed`` and no people: the file's zeros in
        such rows count nobody. A blank phase is 0 where the other phases add up to the population within 5 persons (the
        account says in how many rows), and missing elsewhere.

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
    return read_with("read_cadre_harmonise", path, which=which, period=period, kind=kind, **how)


def tidy(rows: Rows, *, which: Which = "use", period: Period | None = None, kind: str | None = None) -> Tidied:
    """One sheet of the Cadre Harmonisé, tidied."""
    if which not in ("use", "all"):
        raise FormatError(f"which={which!r} is neither 'use' (one analysis for each period) nor 'all'")
    table = _names(rows).join(_figures(rows)).join(times(rows, period, kind))
    if "adm0_name" in rows:
        rule = "no country that is known. Write its name in French or English, or its ISO code"
        rows.refuse(table["iso3"], table["iso3"].isna(), "adm0_name", rule)
    if "use" in rows:
        flags = rows.text("use").str.upper()
        table["_use"] = rows.refuse(flags, ~flags.isin(["Y", "N"]) & flags.notna(), "use", "neither Y nor N")
    table = _used(table, rows) if which == "use" else table
    apart = with_rests(blanks_filled(_told_apart(table, rows), rows), rows)
    rows.notes += _oddities(apart)
    if rows.found.sheet.geometry is not None:
        apart = _with_polygons(apart, table, rows)
    return rows.tidied(apart.drop(columns="_use", errors="ignore"), "phases")


def nothing(sheet: Sheet) -> Tidied:
    """The empty table of WFP's files without any analysis (``{"DataList": []}``), with a warning."""
    fates = pd.Series("empty", index=sheet.cells.index[1:], dtype=object)
    table = pd.DataFrame(columns=["pcode", "kind", "start", "end", "source"], dtype=object)
    return Tidied(table, fates, (), ("the file holds no analyses: its DataList is empty",), "phases")


def _with_polygons(apart: pd.DataFrame, table: pd.DataFrame, rows: Rows) -> gpd.GeoDataFrame:
    shapes: gpd.GeoSeries = with_shapes(table, rows)["geometry"]
    # An area drawn as two features with the same figures: its people count once, its polygons all.
    same = table.groupby(list(table.columns), dropna=False).ngroup()
    for group in same[same.duplicated()].unique():
        members = same.index[same == group]
        shapes[members[0]] = shapes[members].union_all()
    return gpd.GeoDataFrame(apart, geometry=shapes.reindex(apart.index), crs=shapes.crs)


def _names(rows: Rows) -> pd.DataFrame:
    admin = {level: rows.text(f"adm{level}_name") for level in (1, 2, 3)}
    pcode = rows.text("adm0_pcode")
    for level, names in admin.items():
        code = rows.text(f"adm{level}_pcode")
        pcode = pcode.mask(names.notna() if "adm0_name" in rows else code.notna(), code)
    country = rows.text("adm0_name") if "adm0_name" in rows else pcode.str[:2]
    groups = rows.text("adm1_5_name")
    unit = rows.text("adm2_5_name").fillna(groups.where((_part_kinds(groups) != "area") | admin[2].isna()))
    in_camp = (rows.text("status").str.casefold() == "incamp").fillna(False)
    unit = unit.fillna(admin[2].where(in_camp))
    unit_kind = _part_kinds(unit)
    place = unit.fillna(admin[3]).fillna(admin[2]).fillna(admin[1]).fillna(rows.text("adm0_5_name", "adm0_name"))
    return rows.table(
        pcode=pcode,
        iso3=rows.country("adm0_iso3").fillna(iso3_of(country)),
        unit=unit,
        unit_kind=unit_kind.mask(in_camp & (unit_kind == "area"), "idp_site"),
        place=place,
        **{f"admin{level}": names for level, names in admin.items()},
    )


def _part_kinds(units: pd.Series) -> pd.Series:
    patterns = [(re.compile(part["pattern"]), part["kind"]) for part in feeds()["cadre-harmonise"].facts["parts"]]

    def kind(unit: object) -> str:
        folded = fold(unit) if isinstance(unit, str) else ""
        return next((name for pattern, name in patterns if folded and pattern.search(folded)), "area")

    return units.map(kind).astype("string")


def _figures(rows: Rows) -> pd.DataFrame:
    names = [name for name in ("phase", "population", "people_3plus", *PEOPLE_BY_PHASE) if name in rows]
    read = figures(rows, {name: rows.frame[name] for name in names}, {name: rows.found.heading(name) for name in names})
    empty = read["phase_published"].isna() & read[[*PEOPLE_BY_PHASE]].sum(axis=1).eq(0).fillna(True)
    read[[*PEOPLE_BY_PHASE]] = read[[*PEOPLE_BY_PHASE]].mask(empty, pd.NA)
    # Some areas print their people in phase 3 and above alone.
    empty &= ~(read["people_3plus"] > 0).fillna(False)
    read["people_3plus"] = read["people_3plus"].mask(empty, pd.NA)
    return read.assign(state=read["state"].mask(empty & read["state"].isna(), "not_analysed"))


def _used(table: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    """One analysis for each season: the one that the file marks, else the latest of each country."""
    if "_use" in table and table["_use"].notna().any():
        older = table["_use"].eq("N").fillna(False)
    elif "season" in table and table["issued"].notna().any():
        latest = table.groupby(["iso3", "season"], dropna=False)["issued"].transform("max")
        older = (table["issued"] < latest).fillna(False)
        said = "the file marks no analysis to use: the latest analysis of each country and season was kept"
        rows.notes += [said] if older.any() else []
    else:
        return table
    rows.drop(older, "superseded")
    return table[~older]


def _told_apart(table: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    """Rows of one area, analysis and period: revisions replace, parts that the file does not name are numbered."""
    key = ["pcode", "iso3", "unit", "kind", "start", "end", "issued", "place", "admin1", "admin2", "admin3"]
    key = [name for name in key if name in table]
    if "_use" in table:
        used = pd.MultiIndex.from_frame(table.loc[table["_use"] == "Y", key])
        revised = table.duplicated(key, keep=False) & (table["_use"] == "N").fillna(False)
        revised &= pd.MultiIndex.from_frame(table[key]).isin(used)
        rows.drop(revised, "revised in the same analysis")
        table = table[~revised]
    copies = table.duplicated(keep="first")
    rows.drop(copies, "duplicate")
    return parts_numbered(table[~copies], rows, key)


def _oddities(table: pd.DataFrame) -> list[str]:
    people, upper = (table[list(names)].sum(axis=1, min_count=1) for names in (PEOPLE_BY_PHASE, PEOPLE_BY_PHASE[2:]))
    odd = {
        "the people by phase differ from the population by more than 1 %": (people - table["population"]).abs()
        > 0.01 * table["population"],
        "the printed phase35 is not the sum of phases 3 to 5": (upper - table["people_3plus"]).abs() > 1,
    }
    said = [f"in {int(rows.sum())} rows {words}" for words, rows in odd.items() if rows.any()]
    nowhere = table[table[["pcode", "place"]].isna().all(axis=1)]
    if len(nowhere):
        lost = nowhere["population"].sum()
        said.append(f"{len(nowhere)} rows name no area and have no code: their {lost:,.0f} people are kept without one")
    return said
