"""What the checks run on: published figures, and a user's own export and lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from sahelgeo import checks, embedded
from sahelgeo.errors import (
    SHOWN_AT_MOST,
    FormatError,
    PublishedError,
    SchemaError,
    UnmatchedError,
    hearing,
    listed,
    warn,
)
from sahelgeo.events.by_area import audit, place_events
from sahelgeo.events.counting import conform_events, read_coverage
from sahelgeo.readers.any_file import read
from sahelgeo.readers.opener import open_file
from sahelgeo.samples import Sample
from sahelgeo.sources import with_source

_TYPES = {
    **dict.fromkeys(("start", "end", "date", "issued"), "datetime64[us]"),
    **dict.fromkeys(("events", "fatalities", "people", "people_3plus"), "Int64"),
    **dict.fromkeys(("year", "people_unhcr", "returned_unhcr", "people_idmc"), "Int64"),
    "times_year_before": "Float64",
}
YEAR, _LEAN = 2020, 6
TABLES = ("fatalities", "clashes", "displaced", "displaced_by_year", "food_insecure", "parts_of_mali", "agreements")


def load_published(name: str) -> pd.DataFrame:
    """Published figures, row by row with source and certainty.

    ================= ===============================================================================================
    name              one row
    ================= ===============================================================================================
    fatalities        reported deaths of a country or region in a period, under one publisher
    clashes           clashes of JNIM and ISGS, as the brief gives them (not verified by a second source)
    displaced         displaced people of a country or region on a day
    displaced_by_year displaced people of a country at the end of a year: UNHCR's and IDMC's figures side by side
    food_insecure     people in phase 3 or above in a season, by the day of the analysis
    parts_of_mali     which regions of Mali are the north of the Accord, and the centre
    ================= ===============================================================================================

    Parameters
    ----------
    name : {"fatalities", "clashes", "displaced", "food_insecure", "parts_of_mali", "agreements"}
        Which.

    Returns
    -------
    pandas.DataFrame
        As published. ``certainty`` is certain (a primary source or faithful copy was seen, or copies agree), reported
        (one secondary copy) or conflict (two printed values disagree; the other one is in ``note`` or ``source``).
        Figures known from memory alone are not carried. ``bound`` says whether a figure was printed as exact, above or
        about.

    Raises
    ------
    PublishedError
        There is no such table.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> deaths = sg.brief.load_published("fatalities")
    >>> deaths.loc[deaths["end"] == "2020-06-30", ["scope", "fatalities"]].values.tolist()[0]
    ['BFA', 1362]
    """
    if name not in TABLES:
        raise PublishedError(f"there is no published table {name!r}. Choose one of: {', '.join(TABLES)}")
    table = embedded.read_frame("brief", f"{name}.csv")
    return table.astype({label: dtype for label, dtype in _TYPES.items() if label in table})


@dataclass(frozen=True, eq=False)
class EventInputs:
    """Events of an export and what is known of them.

    Attributes
    ----------
    events : geopandas.GeoDataFrame
        Events table.
    coverage : pandas.DataFrame
        ``iso3``, ``start`` and ``end``: for each country of the areas that has an event, the first to the last day of
        the export. An event is of the country that it names; of that of its area where it names none. A country that
        the export does not hold has no zero. If you know what you downloaded, say so instead.
    doubtful : pandas.DataFrame
        What :func:`sahelgeo.events.audit` lists: events without coordinates, outside the areas, or not where their
        names say.

    See Also
    --------
    read_own_events : An export of single events.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> events = sg.load_sample("central-sahel").events
    >>> sg.brief.read_own_events(events, sg.load_areas(["BFA", "MLI", "NER"])).coverage["iso3"].tolist()
    ['BFA', 'MLI', 'NER']
    """

    events: gpd.GeoDataFrame = field(repr=False)
    coverage: pd.DataFrame
    doubtful: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)


def read_own_events(path: str | Path | gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> EventInputs:
    r"""Read an export of single events and see whether it speaks of the areas at all.

    Parameters
    ----------
    path : str, pathlib.Path or geopandas.GeoDataFrame
        An export of ACLED or UCDP GED, or the Events table that you read from it. Nothing of it is copied or sent.
    areas : geopandas.GeoDataFrame
        The areas that the checks are about, of one level and edition.

    Returns
    -------
    EventInputs
        The events as they are, with what is doubtful in them and the period of each country.

    Raises
    ------
    FormatError
        The file is empty, of no feed that is known, or not of single events.
    UnmatchedError
        No event lies in the areas; the events are in ``.rows``.
    DuplicateEventError
        An event stands more than once.

    Warns
    -----
    DataWarning
        Countries of the areas without any event.

    Examples
    --------
    >>> import pathlib, tempfile, sahelgeo as sg
    >>> lines = ["event_id_cnty,event_date,disorder_type,event_type,actor1,actor2,country,latitude,longitude,"
    ...          "fatalities",
    ...          "BFO1,15 August 2020,Political violence,Battles,Invented Front,,Burkina Faso,14.1,-1.6,3"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "export.csv")
    ...     _ = path.write_text("\n".join(lines))
    ...     own = sg.brief.read_own_events(path, sg.load_areas("BFA"))
    >>> own.coverage.astype(str).values.tolist()
    [['BFA', '2020-08-15', '2020-08-15']]
    """
    if isinstance(path, gpd.GeoDataFrame):
        table, name = path, "events"
    else:
        table, name = read(path), Path(path).name
    if not isinstance(table, gpd.GeoDataFrame) or "event" not in table.columns:
        raise FormatError(
            f"{name} holds a table of {listed(list(table.columns), 5)}, not single events. "
            "Give an export of ACLED or of UCDP GED with one row for each event"
        )
    events = conform_events(table)
    with hearing():
        doubtful = audit(events, areas)
    inside, countries = countries_of(events, areas)
    wanted = set(areas["iso3"].dropna())
    if not (inside.notna() & countries.isin(wanted)).any():
        raise _elsewhere(events, areas, name)
    held = wanted & set(countries.dropna())
    without = listed(sorted(wanted - held), SHOWN_AT_MOST)
    if without:
        warn(
            f"no event lies in {without}: what the export does not hold is not known, and counts as missing, "
            "not as zero"
        )
    days = {"start": events["date"].min(), "end": events["date"].max()}
    return EventInputs(events, pd.DataFrame({"iso3": sorted(held), **days}), doubtful)


def checked_events(events: gpd.GeoDataFrame, *columns: str) -> gpd.GeoDataFrame:
    """The events as their table is declared; refused where there is none, or where a column is missing."""
    checks.columns(events, "events", dict.fromkeys(columns, "any"))
    if not len(events):
        raise SchemaError("events: there is no row. Give the events of the countries and days that you ask about")
    return conform_events(events)


def known_days(events: pd.DataFrame, coverage: Any) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and last day that is covered in every country; without a coverage, the days of the events."""
    if coverage is not None:
        cover = read_coverage(coverage, events)
        first, last = cover["start"].max(), cover["end"].min()
        if first <= last:
            return first, last
    return events["date"].min(), events["date"].max()


def days_of_countries(coverage: Any, countries: Iterable[Any], events: pd.DataFrame) -> pd.DataFrame:
    """``iso3``, ``start`` and ``end`` of what is covered of each country: two days are those of all of them."""
    cover = read_coverage(coverage, events)
    if cover["pcode"].notna().any():
        raise SchemaError("coverage: it is by p-code, and whole countries are counted. Give it by iso3, or as two days")
    if cover["iso3"].isna().all():
        every = pd.DataFrame({"iso3": sorted(set(countries))}, dtype="string")
        cover = every.merge(cover[["start", "end"]], how="cross")
    return cover[["iso3", "start", "end"]]


def days_of_year(coverage: pd.DataFrame, year: int) -> pd.DataFrame:
    """The longest part of a year that is covered (``start``, ``end``), a row for each country that has it."""
    first: Any = pd.Timestamp(year, 1, 1)
    last: Any = pd.Timestamp(year, 12, 31)
    starts, ends = (pd.to_datetime(coverage[end]) for end in ("start", "end"))
    days = coverage.assign(start=starts.clip(lower=first), end=ends.clip(upper=last))
    days = days[days["start"] <= days["end"]].assign(length=lambda rows: rows["end"] - rows["start"])
    days = days.sort_values("length", ascending=False, kind="stable")
    same = (days["start"] == days["start"].iloc[:1].squeeze()) & (days["end"] == days["end"].iloc[:1].squeeze())
    result: pd.DataFrame = days[same].sort_values("iso3")
    return result


def countries_of(events: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series]:
    """The area that each event lies in, and its country: the one that it names, or else that of the area."""
    # A rough place still tells the country.
    plain = events.assign(geo_precision=pd.array([pd.NA] * len(events), dtype="Int64"))
    with hearing():
        inside = place_events(plain, areas)["pcode"].astype("string")
    there = inside.map(areas.set_index("pcode")["iso3"]).astype("string")
    return inside, events["iso3"].astype("string").fillna(there) if "iso3" in events else there


def _elsewhere(events: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, name: str) -> UnmatchedError:
    empty = int((events.geometry.isna() | events.geometry.is_empty).sum())
    named = list(events["iso3"].dropna().unique()) if "iso3" in events else []
    countries = f" They name {listed(named, SHOWN_AT_MOST)}." if named else ""
    without = f" {empty:,} have no coordinates." if empty else ""
    wanted = listed(sorted(areas["iso3"].dropna().unique()), SHOWN_AT_MOST)
    return UnmatchedError(
        f"{name}: none of the {len(events):,} events lies in {wanted}."
        f"{countries}{without} Give an export of these countries, or areas of the countries of the export",
        pd.DataFrame(events),
    )


_AGREEMENT = ("pcode", "date", "name")
_ACTOR = ("name", "match", "family", "kind")


def read_agreements(path: str | Path, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    r"""Read a list of local agreements and see whether it fits the areas.

    Parameters
    ----------
    path : str or pathlib.Path
        A CSV (commas, semicolons or tabs) or workbook with ``pcode``, ``date`` (YYYY-MM-DD) and ``name``.
    areas : geopandas.GeoDataFrame
        The areas that the events are summed in.

    Returns
    -------
    pandas.DataFrame
        As in the file, with the number of the row in the file as index and days as datetime64.

    Raises
    ------
    FormatError
        The file is empty or no table.
    SchemaError
        A column is missing, or rows without a day, a name or a p-code of the areas: all of them at once.

    See Also
    --------
    negotiation : What happened around each agreement.

    Examples
    --------
    >>> import pathlib, tempfile, sahelgeo as sg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "agreements.csv")
    ...     _ = path.write_text("pcode,date,name\nML05,2019-08-01,Made up")
    ...     sg.brief.read_agreements(path, sg.load_areas("MLI"))
      pcode       date     name
    2  ML05 2019-08-01  Made up
    """
    table = _table(Path(path), _AGREEMENT)
    return checked_agreements(table, set(areas["pcode"]), Path(path).name, "areas")


def checked_agreements(table: pd.DataFrame, held: set[str], where: str, among: str) -> pd.DataFrame:
    """The agreements with days, or every problem of them in one error."""
    checks.columns(table, where, dict.fromkeys(_AGREEMENT, "any"))
    problems = _empty_cells(table, ("pcode", "name"))
    unknown = sorted(set(table["pcode"].dropna().astype(str)) - held)
    if unknown:
        theirs = f"Use theirs, such as {min(held)}" if held else "It names none"
        problems.append(f"p-codes {listed(unknown, SHOWN_AT_MOST)} are not in the {among}. {theirs}")
    days, _ = checks.days_and_unfit(table["date"])
    problems += [
        f"column 'date', row {row}: {value!r} is not a day. Write it as YYYY-MM-DD"
        for row, value in table["date"][days.isna()].items()
    ]
    if problems:
        raise SchemaError(f"{where}: " + "; ".join(problems))
    return table.assign(date=days)


def read_actors(path: str | Path) -> pd.DataFrame:
    r"""Read a list of names of actors, whose families go before those of the library.

    Parameters
    ----------
    path : str or pathlib.Path
        A CSV (commas, semicolons or tabs) or workbook with ``name``, ``match`` (whole or start), ``family`` and
        ``kind``.

    Returns
    -------
    pandas.DataFrame
        As in the file, for :func:`sahelgeo.events.actor_family`.

    Raises
    ------
    FormatError
        The file is empty or no table.
    SchemaError
        A column is missing, cells are empty, a match that is neither whole nor start.

    See Also
    --------
    sahelgeo.events.actor_family : Which family each actor belongs to.

    Examples
    --------
    >>> import pathlib, tempfile, sahelgeo as sg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "actors.csv")
    ...     _ = path.write_text("name,match,family,kind\nInvented Front,whole,Front,armed group")
    ...     sg.brief.read_actors(path)["name"].iloc[-1]
    'Invented Front'
    """
    where = Path(path).name
    table = _table(Path(path), _ACTOR)
    problems = _empty_cells(table, _ACTOR)
    strange = table.index[~table["match"].isin(["whole", "start"]) & table["match"].notna()]
    if len(strange):
        problems.append(f"column 'match', rows {listed(list(strange), SHOWN_AT_MOST)}: write 'whole' or 'start'")
    if problems:
        raise SchemaError(f"{where}: " + "; ".join(problems))
    return table


def _table(path: Path, needed: tuple[str, ...]) -> pd.DataFrame:
    """The first sheet of a file as text, numbered by its rows."""
    sheet = open_file(path).sheets[0]
    cells = sheet.cells.astype("string").apply(lambda column: column.str.strip()).replace("", pd.NA)
    cells = cells.dropna(how="all")
    if cells.empty:
        raise FormatError(f"{sheet.where} holds no rows. It needs the columns {', '.join(needed)}")
    table = cells.iloc[1:].set_axis([str(name) for name in cells.iloc[0]], axis=1)
    checks.columns(table, sheet.where, dict.fromkeys(needed, "any"))
    # A workbook gives a day with its midnight.
    if "date" in table:
        table["date"] = table["date"].str.removesuffix(" 00:00:00")
    objects: pd.DataFrame = table.astype(object)
    return objects.where(table.notna(), None)


def _empty_cells(table: pd.DataFrame, names: tuple[str, ...]) -> list[str]:
    return [
        f"column {name!r}, rows {listed(list(empty), SHOWN_AT_MOST)}: empty. Fill it in"
        for name in names
        if len(empty := table.index[table[name].isna()])
    ]


def last_seasons(phases: pd.DataFrame) -> pd.DataFrame:
    """The last analysis of each lean season (from June) and area, with its year."""
    lean = phases[phases["start"].dt.month == _LEAN].sort_values("issued")
    lean = lean.drop_duplicates(["pcode", "start"], keep="last")
    result: pd.DataFrame = lean.assign(year=lean["start"].dt.year)
    return result


def rates_of_areas(sample: Sample, sums: pd.DataFrame, countries: Iterable[str]) -> pd.DataFrame:
    """What happened to whom in 2020, a row for each region: deaths and people of which nothing is known are missing.

    Deaths are those of the countries named, whose year is covered alike.
    """
    rows = last_seasons(sample.phases).query("year == @YEAR").dropna(subset=["pcode"])
    table = rows[["pcode", "place", "population", "people_3plus"]]
    year = sums[sums["start"].dt.year == YEAR].dropna(subset=["pcode"])
    year = year[year["pcode"].isin(rows.loc[rows["iso3"].isin(list(countries)), "pcode"])]
    deaths = year.groupby("pcode")["fatalities"].sum(min_count=1).rename("deaths")
    stocks = sample.stocks[sample.stocks["date"] == f"{YEAR}-12-31"].dropna(subset=["pcode"])
    people = stocks.groupby("pcode")["people"].sum(min_count=1)
    table = table.merge(people, on="pcode", how="left").merge(deaths, on="pcode", how="left")
    return with_source(table.reset_index(drop=True), rows, stocks, year)


def capitals_of(table: pd.DataFrame) -> list[str]:
    """The p-codes in the table that hold the capital of their country."""
    towns = embedded.read_frame("capitals.csv").astype({"geonames_id": "string"})
    capital = towns["geonames_id"].isin(towns.loc[towns["pcode"].str.len() == 2, "geonames_id"])
    return list(towns.loc[capital & towns["pcode"].isin(table["pcode"]), "pcode"])
