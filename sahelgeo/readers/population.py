"""Population by area: common operational datasets (COD-PS) of national statistics offices, UNFPA and OCHA."""

from __future__ import annotations

import re
from typing import Unpack

import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.columns import How
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.printed import country_pcodes, iso3_of
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied
from sahelgeo.readers.sheets import Found
from sahelgeo.readers.stock_rows import said_once

_LEVELS = (3, 2, 1, 0)
_YEAR_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_LEVEL_IN_NAME = re.compile(r"adm(?:in)?[ _-]?(\d)", re.IGNORECASE)


def read_population(
    path: Readable, *, year: int | None = None, level: int | None = None, **how: Unpack[How]
) -> pd.DataFrame:
    r"""The people who live in each area, from a common operational dataset on population (COD-PS).

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The CSV file or workbook, also in a zip archive.
    year : int, optional
        The year that the figures stand for, where the file does not say it.
    level : {0, 1, 2, 3}, optional
        Administrative level of the rows. The default is the deepest level that has codes; it must be given for a file
        of a single row with codes of several levels, since a country's file can carry a region's name by mistake.
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    pandas.DataFrame
        A Population table: one row for each area, in persons, with ``women`` and ``men`` beside ``people``, ``admin1``
        and ``admin2`` as printed, and ``iso3``.

    Raises
    ------
    FormatError
        Another kind of file, cells that are no numbers, no year, or a level that cannot be told.
    SchemaError
        An area that stands twice, and other breaks of the rules of the Population table.

    See Also
    --------
    rate_per_1000 : Displaced people per 1,000 inhabitants.
    scale_to_totals : Scale the people of a grid to a census.

    Notes
    -----
    COD-PS holds censuses and projections of the national statistics offices and UNFPA: name source and year beside
    every rate.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["admin1Name_fr,admin1Pcode,admin0Name_fr,admin0Pcode,M_TL,F_TL,T_TL",
    ...          "Gao,ML07,Mali (le),ML,334781,333629,668 410", "Kayes,ML01,Mali (le),ML,1211809,1245395,2457204"]
    >>> people = sg.read_population(io.BytesIO("\n".join(lines).encode()), year=2018)
    >>> people[["pcode", "year", "people", "iso3"]].iloc[0].astype(str).tolist()
    ['ML07', '2018', '668410.0', 'MLI']
    """
    return read_with("read_population", path, year=year, level=level, **how)


def sheets_for(
    founds: list[Found],
    *,
    level: int | None = None,
    year: int | None = None,  # noqa: ARG001
) -> list[Found]:
    """Of a workbook with a sheet for each level, the sheets of the level that is asked for, or of the deepest."""
    if len(founds) == 1:
        return founds
    levels = {id(found): _levels_with_codes(Rows(found)) for found in founds}
    deepest = {key: max(depths, default=0) for key, depths in levels.items()}
    wanted = max(deepest.values()) if level is None else level
    return (
        [found for found in founds if deepest[id(found)] == wanted]
        or [found for found in founds if wanted in levels[id(found)]]
        or founds
    )


def tidy(rows: Rows, *, year: int | None = None, level: int | None = None) -> Tidied:
    """One sheet of population figures, tidied."""
    if "gender" in rows:
        parts = ~(_is_all(rows.text("gender")) & _is_all(rows.text("age")))
        rows.drop(parts, "breakdown by sex and age")
    depth = _level(rows, level)
    code, name = f"adm{depth}_pcode", f"adm{depth}_name"
    pcodes = rows.text(code) if code in rows else country_pcodes(_country(rows))
    if depth:
        # The text NA is a gap in a list of regions and the code of Namibia in a list of countries.
        pcodes = pcodes.mask(pcodes.eq("NA").fillna(False))
    above = pcodes.isna() & rows.text(name).isna()
    _say_unlike(rows, above, depth)
    rows.drop(above, "total")
    pcodes = pcodes.loc[rows.frame.index]
    years, notes = _years(rows, year)
    table = rows.table(
        *("people", *(other for other in ("women", "men") if other in rows)),
        pcode=pcodes,
        year=years,
        place=rows.text(name),
        iso3=_country(rows),
        **{f"admin{n}": rows.text(f"adm{n}_name") for n in (1, 2) if f"adm{n}_name" in rows and n <= depth},
    )
    if {"women", "men"} <= set(table):
        off = ((table["women"] + table["men"] - table["people"]).abs() > 1).fillna(False)
        notes += [f"in {int(off.sum())} rows women and men do not add up to the total"] if off.any() else []
    return rows.tidied(table, "population", [*notes, f"level {depth}"])


def _say_unlike(rows: Rows, above: pd.Series, depth: int) -> None:
    """Rows above the level are totals of it, but for areas that are not divided further: those are said."""
    people = rows.number("people")
    beside = [f"adm{n}_{part}" for n in _LEVELS for part in ("pcode", "name")]
    shared = pd.DataFrame({name: rows.text(name) for name in ("year", "group", *beside)})
    unlike = []
    for row in above.index[above & people.notna()]:
        own = shared.loc[row].dropna()
        inside = ~above & (shared[own.index] == own).fillna(False).all(axis=1)
        total = people[inside].sum(min_count=1)
        if pd.isna(total) or abs(total - people[row]) > 1:
            unlike.append(row)
    what = (
        f"they stand above level {depth} and were left out, though the areas of that level in them do not add up to "
        f"their {people[unlike].sum():,.0f} people: an area that is not divided further is missing"
    )
    rows.doubt(pd.Series(above.index.isin(unlike), index=above.index), what)


def _levels_with_codes(rows: Rows) -> list[int]:
    return [depth for depth in _LEVELS if rows.text(f"adm{depth}_pcode").notna().any()]


def _level(rows: Rows, level: int | None) -> int:
    with_codes = _levels_with_codes(rows)
    if level is not None:
        if level not in with_codes:
            raise FormatError(f"{rows.where}: no codes of level {level}. There are codes of level {with_codes}")
        return level
    if not with_codes and "iso3" in rows:
        return 0
    if not with_codes:
        raise FormatError(f"{rows.where}: the columns of codes are empty. Fill the p-codes")
    if len(rows.frame) == 1 and not (rows.fates == "total").any() and len(with_codes) > 1:
        # A national file can carry a stray region: one row does not show its level, the publisher's file name does.
        named = _LEVEL_IN_NAME.findall(f"{rows.found.sheet.file} {rows.found.sheet.name}")
        if len(set(named)) == 1 and int(named[0]) in with_codes:
            return int(named[0])
        raise FormatError(
            f"{rows.where}: a single row with codes of levels {', '.join(map(str, with_codes))}: say which level its "
            "figures stand for: level=0"
        )
    return with_codes[0]


def _years(rows: Rows, year: int | None) -> tuple[pd.Series | int, list[str]]:
    printed = rows.number("year")
    if printed.notna().any():
        return said_once(rows, printed, "year", given=year), []
    if year is not None:
        return year, []
    named = _YEAR_IN_NAME.search(rows.found.sheet.file)
    if named is None:
        raise FormatError(
            f"{rows.where}: {rows.feed.title} that does not say its year. Give it: read_population(path, year=2018)"
        )
    return int(named[1]), [f"the year {named[1]} is taken from the name of the file: the file itself does not say it"]


def _country(rows: Rows) -> pd.Series:
    country = rows.country("iso3", "adm0_name", "adm0_pcode")
    for level in (1, 2, 3):
        country = country.fillna(iso3_of(rows.text(f"adm{level}_pcode").str[:2]))
    return country


def _is_all(values: pd.Series) -> pd.Series:
    return (values.str.casefold() == "all").fillna(False).astype(bool)
