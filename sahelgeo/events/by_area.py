"""Events and deaths by area and period, zero only where the source looked; and what is doubtful in their places.

And points that are no events (buildings, calls, sightings) counted by area and period.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sahelgeo import checks, parts
from sahelgeo.coded_sums import CodedSums
from sahelgeo.conformance import SHOWN_AT_MOST, conform, conform_areas, listed
from sahelgeo.embedded import read_rows
from sahelgeo.errors import DoubleCountError, DuplicateEventError, SchemaError, UnmatchedError, hearing, warn
from sahelgeo.events import counting
from sahelgeo.events.counting import FAR_DEGREES, PROBLEMS
from sahelgeo.parts import Keyed, Keys, Map, Part, Seen, State, Tables
from sahelgeo.periods import Frequency, every_period, period_code, periods_of
from sahelgeo.places.area_index import OUTSIDE, AreaIndex, area_index
from sahelgeo.places.attach import Account, check_edition, check_editions
from sahelgeo.places.locate import COORDINATES, Rule, locate, owners, warn_unlocated
from sahelgeo.places.names import fold_name
from sahelgeo.sources import joined_sources
from sahelgeo.sums import Mask, distinct, named_rows

_PLACE = ["pcode", "start", "end"]
# Fewer than of points: an event has texts, and each of them takes memory.
_ROWS_AT_ONCE = 1 << 17


def sum_events(
    events: gpd.GeoDataFrame | Tables,
    areas: gpd.GeoDataFrame,
    *,
    freq: Frequency = "MS",
    by: str | list[str] | None = None,
    coverage: tuple[Any, Any] | pd.DataFrame | None = None,
    population: pd.DataFrame | None = None,
    map: Map | None = None,  # noqa: A002 - it is one
) -> pd.DataFrame:
    """Events and deaths of each area in each period.

    Parameters
    ----------
    events : geopandas.GeoDataFrame, path, dataset or iterable of tables
        An Events table of one source, in the CRS of the areas. More than memory holds comes in parts: a Parquet file
        or a folder of them (GeoParquet, or with ``longitude`` and ``latitude`` in degrees), a pyarrow dataset, an
        iterable of tables or of paths. An event in two of them is refused as in one. A table that :func:`locate` made,
        or any with ``pcode``, is counted as it says: an event that has a code is not located again, and neither is one
        that ``locate`` left without a code (``located``). All others are located here, ties to the first p-code.
    areas : geopandas.GeoDataFrame
        Areas of one level and one edition.
    freq : {"MS", "QS", "YS"}
        Months, quarters or years.
    by : str or list of str, optional
        Also by these columns of the events: ``kind``, ``subkind``, or those that :func:`sahelgeo.events.actor_family`
        adds.
    coverage : tuple or pandas.DataFrame, optional
        The first and last day that the source covers; or a table of them (``start``, ``end``) for each ``pcode`` or
        ``iso3``; of a fetched file its ``coverage``. Without it nothing is known where there is no event, and there is
        no zero. By ``iso3`` an event must lie within the days of the country that it names; of that of its area where
        the coverage does not name it. Days after ``seen_until`` of the events (an embargo, the end of a version) are
        never covered.
    population : pandas.DataFrame, optional
        A Population table, one figure for each area, for deaths per 100,000 inhabitants.
    map : callable, optional
        An engine that works on the parts: :func:`sahelgeo.large.dask`, :func:`sahelgeo.large.processes`, or the
        ``map`` of a pool of :mod:`concurrent.futures`.

    Returns
    -------
    pandas.DataFrame
        One row for each area and period (and value of ``by``), sorted by them, with index 0..n-1:

        - ``pcode``; missing for events without an area, so that the events that come in come out;
        - ``start`` and ``end``, first and last day of the period;
        - the columns of ``by``;
        - ``events``, ``fatalities`` and, where the source gives them, ``fatalities_low`` and ``fatalities_high``
          (Int64);
        - ``events_without_fatalities``, events whose deaths are not known;
        - ``covered``, the share of the period's days that the source covers (0–1); missing without ``coverage``;
        - ``source``; ``exported``, the day of the newest export, where the events have it;
        - with ``population`` also ``per_100000`` (deaths), ``population``, ``population_year`` and
          ``population_source``.

        With ``coverage`` every area has a row for every period of it. Where there is no event, the counts are 0 if the
        whole period is covered, and missing if not.

    Raises
    ------
    DuplicateEventError
        An event stands more than once, as a copy or in two exports (:func:`sahelgeo.events.newest_export` chooses).
    DoubleCountError
        Several sources, or several populations of an area.
    WindowError
        Events outside the coverage of their area or country.
    UnmatchedError
        Events with a p-code that the areas do not hold (another level, another edition); they are in ``.rows``.
    EditionError
        The events, or the population, name another edition than the areas.
    SchemaError
        A table breaks its declaration, areas of several levels, an unknown option.
    CRSError
        Events and areas in different CRS.

    Warns
    -----
    DataWarning
        Events without an area, by reason; deaths not known; events whose country is not that of their area.

    See Also
    --------
    sahelgeo.events.audit : Events whose place is doubtful.
    rate_per_1000 : Displaced people per 1,000 inhabitants.
    year_to_date : A year so far against the year before.
    sahelgeo.maps.EventLayer : Violent events as circles or hexagons.

    Notes
    -----
    An event whose place is known only to a region (``geo_precision`` 3 of ACLED) is drawn at the region's capital; in
    districts it would make hotspots of capitals. It counts where the level allows, and is without an area below
    (``sahelgeo/data/geo_precision.csv``). Deaths are reported deaths, not told apart by who caused them, and revised
    for years.

    Examples
    --------
    >>> import warnings
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", sg.DataWarning)  # three of the invented events lie outside all areas
    ...     sums = sg.sum_events(sample.events, sample.areas, freq="QS", coverage=sample.coverage)
    >>> int(sums["events"].sum()) == len(sample.events)
    True
    >>> sums.loc[sums["pcode"] == "BF56", ["pcode", "start", "events", "fatalities", "covered"]]
       pcode      start  events  fatalities  covered
    44  BF56 2020-01-01      29         279      1.0
    45  BF56 2020-04-01      21         231      1.0
    46  BF56 2020-07-01       6          24      1.0
    47  BF56 2020-10-01      17         100      1.0
    """
    ground = None if isinstance(events, gpd.GeoDataFrame) and map is None else _ground(areas)
    if ground is None:
        # What is wrong with the events is said before what is wrong with the areas.
        checked = counting.conform_events(events)
        plan = _EventPlan.of(_ground(areas), freq, by, coverage, population)
        return plan.table(plan.summed(checked))
    index = None if isinstance(events, pd.DataFrame) else area_index(ground)
    plan = replace(_EventPlan.of(ground, freq, by, coverage, population), index=index)
    return parts.summed(plan, parts.parts_of(events, ".parquet"), map)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _EventPlan:
    """What is counted of each part, and what is refused, filled in and said of the whole."""

    ground: gpd.GeoDataFrame
    freq: Frequency
    by: str | list[str] | None
    cover: pd.DataFrame | None
    population: pd.DataFrame | None
    index: AreaIndex | None = None

    @classmethod
    def of(cls, ground: gpd.GeoDataFrame, freq: Any, by: Any, coverage: Any, population: Any) -> _EventPlan:
        period_code(freq)
        cover = None if coverage is None else counting.read_coverage(coverage)
        if cover is not None:
            counting.check_places(cover, ground)
        return cls(ground, freq, by, cover, population)

    def light(self) -> _EventPlan:
        return replace(self, ground=parts.without_shapes(self.ground), index=None)

    def state(self, part: Part) -> State:
        states = (
            {
                **self.summed(checked, part.name),
                "keys": Keys.of(part.name, checked, counting.KEY),
            }
            for table in parts.tables_of(part, "events", at_once=_ROWS_AT_ONCE)
            for checked in [counting.conform_events(_with_points(table))]
        )
        return parts.state_of(states, "events")

    def summed(self, checked: gpd.GeoDataFrame, part: str = "") -> State:
        """The sums of a table that was checked, and what the whole must know of it."""
        labels = checks.by(self.by, checked, never=_PLACE)
        placed, seen = _placed(checked, self.ground, self.index, part)
        days: Any = frozenset()
        if self.cover is not None:
            countries = placed["pcode"].map(self.ground.set_index("pcode")["iso3"]).astype("string")
            if "iso3" in placed:
                # A source files an event under its own country, though its point may lie just across the border.
                own = placed["iso3"].astype("string")
                countries = own.where(own.isin(self.cover["iso3"])).fillna(countries)
            held = counting.days_of(placed[["pcode", "date"]].assign(iso3=countries), self.cover)
            days = Keyed(held, tuple(held.columns[:-1]))
        placed = placed.assign(**periods_of(placed["date"], self.freq))
        keys = [*_PLACE, *labels]
        return {
            "sums": Keyed(counting.keyed_sums(placed, keys, list(counting.FATALITIES)), tuple(keys)),
            "rows": len(checked),
            "seen": seen,
            "days": days,
            "until": _seen_until(checked),
            "sources": frozenset(checked["source"].unique()),
            "exported": frozenset(checked[counting.EXPORTED]) if counting.EXPORTED in checked else frozenset(),
        }

    def table(self, state: State) -> pd.DataFrame:
        again = state["keys"].twice() if "keys" in state else []
        if again:
            raise DuplicateEventError(*_again(again))
        counting.refuse_sources(state["sources"], pd.DataFrame(columns=list(counting.KEY)))
        say_unplaced(state["seen"], state["rows"])
        cover = self.cover
        if cover is not None:
            cover = counting.as_far_as_seen(cover, state["until"])
            counting.refuse_outside(state["days"].table, cover)
        sums, keys = state["sums"].table, list(state["sums"].keys)
        empty = [name for name in counting.FATALITIES[1:] if sums[name].isna().all()]
        sums = sums.drop(columns=empty)
        if cover is not None:
            sums = _with_empty_cells(sums, self.ground, cover, self.freq, keys[len(_PLACE) :])
        else:
            sums["covered"] = pd.Series(pd.NA, index=sums.index, dtype="Float64")
        sums["source"] = pd.Series([*state["sources"], pd.NA][0], index=sums.index, dtype="string")
        if state["exported"]:
            sums[counting.EXPORTED] = _export_day(state["exported"])
        return sums if self.population is None else _per_100000(sums, self.population, self.ground)

    def account(self, state: State) -> Account:
        """Events that came in and those in areas."""
        sums = state["sums"].table
        placed = sums[sums["pcode"].notna()]
        without = len(self.ground) - placed["pcode"].nunique()
        return Account(state["rows"], int(placed["events"].sum()), None, None, without)


def _seen_until(events: pd.DataFrame) -> pd.DataFrame:
    """The last days that could be seen, each once."""
    if counting.SEEN_UNTIL not in events:
        return pd.DataFrame()
    return pd.DataFrame(events[[name for name in (counting.SEEN_UNTIL, "iso3") if name in events]]).drop_duplicates()


def _with_points(table: pd.DataFrame) -> pd.DataFrame:
    """A table with coordinates in degrees as one with points; any other as it is."""
    if isinstance(table, gpd.GeoDataFrame) or not {"longitude", "latitude"} <= set(table.columns):
        return table
    points = gpd.points_from_xy(table["longitude"], table["latitude"])
    located: pd.DataFrame = gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")
    return located


def _again(rows: list[tuple[str, Any]]) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    table = pd.DataFrame(rows, columns=["part", "row"])
    shown = [f"{row} of {part}" if part else str(row) for part, row in rows]
    text = (
        f"events would be counted twice in rows {listed(shown, SHOWN_AT_MOST)}: the same event more than once. Drop "
        "the copies, or, if these are two exports, take one: the rows are in the error's .rows"
    )
    return text, table, table


def _ground(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    ground = checks.one_edition(conform_areas(areas))
    if ground.empty:
        raise SchemaError("areas: there is no row. Give the areas that the events are counted in")
    levels = sorted(ground["level"].dropna().unique())
    if len(levels) > 1:
        raise SchemaError(
            f"areas are of levels {listed(levels, 5)}: an event would count in each. Choose one: areas[areas['level'] "
            f"== {levels[-1]}]"
        )
    return ground


def place_events(events: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """The events as a plain table with the ``pcode`` of their area; warns of those that have none, with the reasons."""
    placed, seen = _placed(events, areas)
    say_unplaced(seen, len(events))
    return placed


def _placed(
    events: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, index: AreaIndex | None = None, part: str = ""
) -> tuple[pd.DataFrame, dict[str, Seen]]:
    """The events with the ``pcode`` of their area, and those that something is to be said of, by its word."""
    pcode, why = _located(events, areas, index)
    why[(why == "") & _too_coarse(events, areas)] = "too_coarse"
    placed = pd.DataFrame(events.drop(columns=events.geometry.name)).assign(pcode=pcode.where(why == ""))
    there = {word: why == word for word in PROBLEMS if word in set(pd.unique(why))}
    wrong = other_country(placed, areas)
    there |= {"other_country": wrong} if wrong.any() else {}
    return placed, {word: Seen.of(part, placed, mask, key="event") for word, mask in there.items()}


def say_unplaced(seen: dict[str, Seen], of: int) -> None:
    """Warn of events without an area, by reason, and of those whose point lies in another country."""
    without = {text: seen[word] for word, text in PROBLEMS.items() if word in seen}
    if without:
        told = [f"{one.rows:,} {why}, {one.named('event')}" for why, one in without.items()]
        count = sum(one.rows for one in without.values())
        warn(f"{count:,} of {of:,} events have no area: {'; '.join(told)}. They are counted in rows without a p-code")
    if wrong := seen.get("other_country"):
        warn(
            f"{wrong.rows:,} events name another country than their point lies in: {wrong.named('event')}. They count "
            "where the point is; events.audit lists them"
        )


def _located(
    events: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, index: AreaIndex | None = None
) -> tuple[pd.Series, npt.NDArray[Any]]:
    """The p-code of each event, and the word of ``PROBLEMS`` for those without one.

    What ``locate`` or the user decided stays; only events that nobody placed are located.
    """
    nothing = pd.Series(pd.NA, index=events.index, dtype="string")
    pcode, how = (events[label].astype("string") if label in events else nothing for label in ("pcode", "located"))
    _refuse_other_codes(events, pcode, areas)
    pcode, how = pcode.copy(), how.copy()
    new = (pcode.isna() & how.isna()).to_numpy(dtype=np.bool_)
    if new.any():
        with hearing():
            located = locate(
                gpd.GeoDataFrame(geometry=events.geometry[new], crs=events.crs), areas if index is None else index
            )
        for column, found in ((pcode, located["pcode"]), (how, located["located"])):
            column.array[new] = found.astype("string").array
    without = np.flatnonzero(pcode.isna())
    why = np.full(len(events), "", dtype=object)
    why[without] = how.iloc[without].map({"no_point": "no_coordinates", "tied": "tied"}).fillna("outside")
    outside = np.flatnonzero(why == "outside")
    why[outside] = _why_outside(events.iloc[outside], areas)
    return pcode, why


def _why_outside(events: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> npt.NDArray[Any]:
    """What points outside all areas look like: a place that nobody filled in, one read the wrong way round, far off."""
    why = np.full(len(events), "outside", dtype=object)
    if len(events) and events.crs is not None:
        areas = areas[areas.geometry.notna() & ~areas.geometry.is_empty]
        points, land = (table.geometry.to_crs("EPSG:4326") for table in (events, areas))
        x, y = shapely.get_coordinates(points.array).T
        countries = (events["iso3"] if "iso3" in events else pd.Series(dtype="string")).reset_index(drop=True)
        for code, rows in countries.groupby(countries):
            own = land[(areas["iso3"] == code).fillna(False).to_numpy(dtype=np.bool_)]
            if len(own):
                away = own.sindex.nearest(points.iloc[rows.index], return_all=False, return_distance=True)[1]
                why[rows.index[away > FAR_DEGREES]] = "far_away"
        west, south, east, north = land.total_bounds
        perhaps = np.flatnonzero((y >= west) & (y <= east) & (x >= south) & (x <= north))
        held = land.sindex.query(shapely.points(y[perhaps], x[perhaps]), predicate="intersects")[0]
        why[perhaps[held]] = "swapped"
        why[(x == 0) & (y == 0)] = "at_zero"
    return why


def _refuse_other_codes(events: gpd.GeoDataFrame, pcode: pd.Series, areas: gpd.GeoDataFrame) -> None:
    if pcode.isna().all():
        return
    check_edition(events, areas)
    other = (pcode.notna() & ~pcode.isin(areas["pcode"])).to_numpy(dtype=np.bool_)
    if other.any():
        shown = listed([str(code) for code in pcode[other].unique()], SHOWN_AT_MOST)
        raise UnmatchedError(
            f"{int(other.sum()):,} of {len(events):,} events have a p-code that the areas do not hold: {shown}, "
            f"{named_rows(events, other, ['event'])}. It is of another level or edition. Give those areas, or let the "
            "points decide: drop the columns 'pcode' and 'located', and the events are located in the areas given",
            pd.DataFrame(events[other]),
        )


def other_country(placed: pd.DataFrame, areas: gpd.GeoDataFrame) -> Mask:
    """Events whose ``iso3`` is not that of the area that their point lies in."""
    if "iso3" not in placed or areas["iso3"].isna().all():
        return np.zeros(len(placed), dtype=np.bool_)
    there = placed["pcode"].map(areas.set_index("pcode")["iso3"]).astype("string")
    return np.asarray((there != placed["iso3"].astype("string")).fillna(False), dtype=np.bool_)


@lru_cache(maxsize=8)
def _finest_levels(source: str) -> dict[int, int]:
    """The finest level at which a place of each precision is known: the source's own scale before the declared one."""
    rows = [row for row in read_rows("geo_precision.csv") if row["events_source"] in ("", source)]
    rows.sort(key=lambda row: row["events_source"])
    return {int(row["geo_precision"]): int(row["finest_level"]) for row in rows}


def _too_coarse(events: pd.DataFrame, areas: gpd.GeoDataFrame) -> Mask:
    if not (events["geo_precision"] > 1).fillna(False).any():
        return np.zeros(len(events), dtype=np.bool_)
    if areas["level"].isna().any():
        raise SchemaError(
            "areas: column 'level' is missing or has gaps, and some events are placed only roughly (geo_precision "
            "above 1). Add the level: areas.assign(level=2)"
        )
    return coarser_than(events, int(areas["level"].iloc[0]))


def coarser_than(events: pd.DataFrame, level: int) -> Mask:
    """Events whose place is known to no area of the level: their point stands for a larger one."""
    precision = events["geo_precision"].to_numpy(dtype="float64", na_value=np.nan)
    if not (precision > 1).any():
        return np.zeros(len(events), dtype=np.bool_)
    finest = _finest_levels(str(events["source"].iloc[0]))
    too_coarse = [number for number, finest_level in finest.items() if finest_level < level]
    return np.asarray(np.isin(precision, too_coarse), dtype=np.bool_)


def _with_empty_cells(
    sums: pd.DataFrame, areas: gpd.GeoDataFrame, cover: pd.DataFrame, freq: str, labels: list[str]
) -> pd.DataFrame:
    keys, frame = [*_PLACE, *labels], every_period(cover["start"].min(), cover["end"].max(), freq)
    cells: pd.DataFrame = areas[["pcode"]].astype("string").merge(frame, how="cross")
    cells["covered"] = counting.covered_shares(cells, cover, areas)
    if labels:
        cells = cells.merge(sums[labels].drop_duplicates(), how="cross")
    result = cells.merge(sums, on=keys, how="outer").sort_values(keys, na_position="last", ignore_index=True)
    counted = [name for name in sums.columns if name not in keys]
    empty = result["events"].isna() & (result["covered"] == 1).fillna(False)
    result[counted] = result[counted].mask(empty.astype(bool), 0).astype("Int64")
    return result[[*keys, *counted, "covered"]]


def _export_day(exported: Collection[Any]) -> Any:
    days = sorted(exported)
    if len(days) > 1:
        shown = listed([f"{day:%Y-%m-%d}" for day in days], SHOWN_AT_MOST)
        warn(
            f"events come from exports of {len(days)} days ({shown}): what the older ones hold may have been revised "
            "since"
        )
    return days[-1]


def _per_100000(sums: pd.DataFrame, population: pd.DataFrame, ground: gpd.GeoDataFrame) -> pd.DataFrame:
    people = conform(population, "population")
    check_editions(ground, people, "areas", "the population")
    people = people[people["pcode"].isin(sums["pcode"].dropna())]
    checks.once(people, "population", "pcode", advice="Choose one year and source", error=DoubleCountError)
    named = people[["pcode", "people", "year", "source"]].set_axis(
        ["pcode", "population", "population_year", "population_source"], axis=1
    )
    result = sums.merge(named, on="pcode", how="left")
    inhabitants = result["population"].mask(result["population"] == 0)
    return result.assign(per_100000=result["fatalities"].astype("Float64") / inhabitants * 100_000)


_NAMES = ("name", "name_fr", "name_en")


def audit(events: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """The events whose place is missing, outside the areas, too rough for them, or not where their names say.

    Parameters
    ----------
    events : geopandas.GeoDataFrame
        An Events table. ``iso3`` and ``admin1`` or ``admin2``, as the readers give them, are compared with the area
        that the point lies in.
    areas : geopandas.GeoDataFrame
        Areas of one level and one edition.

    Returns
    -------
    pandas.DataFrame
        One row for each event and problem, with the index of the event; empty where nothing is doubtful:

        - ``event``;
        - ``problem``: ``no_coordinates``; ``at_zero`` (0° north, 0° east: a place that nobody filled in); ``swapped``
          (outside all areas, inside with latitude and longitude swapped); ``far_away`` (more than a degree from all
          areas of its country); ``outside``; ``tied`` (:func:`locate` left it between areas);
          ``too_coarse``; ``other_country``; ``other_area``;
        - ``printed``, what the event names;
        - ``pcode``, the area that its point lies in.

    Raises
    ------
    SchemaError, DuplicateEventError, DoubleCountError, CRSError
        As :func:`sum_events`.

    See Also
    --------
    sum_events : Events and deaths by area and period.
    newest_export : Keep the newest row of each event.
    locate : Which area each point lies in.

    Notes
    -----
    Names are compared as :func:`match_areas` compares them, without accents, case, hyphens and the word for the kind of
    area ("Mopti region" is Mopti). Another spelling of the same name is reported too, so read ``other_area`` as a list
    to look at. ``other_country`` is by ISO code, and certain.

    Examples
    --------
    >>> import geopandas as gpd, sahelgeo as sg
    >>> events = gpd.GeoDataFrame(
    ...     {"event": ["A1", "A2"], "source": "made up", "date": "2020-01-05", "iso3": ["BFA", "MLI"]},
    ...     geometry=gpd.points_from_xy([-1.63, -1.08], [14.10, 13.09]), crs="EPSG:4326")
    >>> sg.events.audit(events, sg.load_areas("BFA"))
      event        problem printed pcode
    1    A2  other_country     MLI  BF49
    """
    checked, ground = counting.conform_events(events), conform_areas(areas)
    if ground.empty:
        raise SchemaError("areas: there is no row. Give the areas that the events are counted in")
    pcode, why = _located(checked, ground)
    level = ground["level"].iloc[0]
    named = {"too_coarse": "geo_precision", "far_away": "iso3", "other_country": "iso3", "other_area": f"admin{level}"}
    placed = pd.DataFrame(checked.drop(columns=checked.geometry.name)).assign(pcode=pcode)
    masks = {word: why == word for word in PROBLEMS}
    masks["too_coarse"] = (why == "") & _too_coarse(checked, ground)
    masks["other_country"] = other_country(placed, ground)
    masks["other_area"] = _other_name(placed, ground, named["other_area"])
    found = []
    for problem, mask in masks.items():
        printed = placed[mask].get(named.get(problem), pd.Series(pd.NA, index=placed.index[mask])).astype("string")
        found.append(placed[mask][["event", "pcode"]].assign(problem=problem, printed=printed))
    listed_events: pd.DataFrame = pd.concat(found).sort_index(kind="stable")
    return listed_events[["event", "problem", "printed", "pcode"]]


def _other_name(placed: pd.DataFrame, areas: gpd.GeoDataFrame, printed: str) -> Mask:
    if printed not in placed:
        return np.zeros(len(placed), dtype=np.bool_)
    held = areas.melt("pcode", list(_NAMES)).dropna(subset=["value"])
    # Boundaries that merge two areas name both: "Gao + Menaka".
    keys = held["value"].map(lambda name: {fold_name(part).key for part in name.split(" + ")})
    names = keys.groupby(held["pcode"]).agg(lambda sets: set().union(*sets))
    # A million events name a few hundred places: each pair of code and name is compared once.
    pairs = placed[["pcode", printed]].drop_duplicates().dropna()
    other = [code in names and fold_name(text).key not in names[code] for code, text in pairs.itertuples(index=False)]
    pairs = pairs[np.array(other, dtype=np.bool_)]
    found = pd.MultiIndex.from_frame(placed[["pcode", printed]])
    return np.asarray(found.isin(pd.MultiIndex.from_frame(pairs)), dtype=np.bool_)


# People of points may be fractions. Multiples of a millionth, and sums of them up to 2³³, are exact in floating point,
# so that no order of adding makes a difference.
_GRAIN = 2.0**20
_PERIOD = ("start", "end")
_COUNTED = ("points", "people", "people_missing")


def count_points(
    points: pd.DataFrame | Tables,
    areas: gpd.GeoDataFrame | AreaIndex,
    *,
    freq: Frequency | None = None,
    people: str | None = None,
    by: str | Sequence[str] = (),
    map: Map | None = None,  # noqa: A002 - it is one
) -> pd.DataFrame:
    """Count points, and their people, by area and period; those outside all areas stay.

    For points that are no events: nothing tells two of them apart, so each row counts.

    Parameters
    ----------
    points : pandas.DataFrame, geopandas.GeoDataFrame, path, dataset or iterable of tables
        Points in the CRS of the areas, or ``longitude`` and ``latitude`` (``lon``, ``lat``) in degrees. More than
        memory holds comes in parts: a Parquet file or a folder of them, a pyarrow dataset, an iterable of tables or
        of paths.
    areas : geopandas.GeoDataFrame or AreaIndex
        Areas, each ``pcode`` once, or what :func:`area_index` made of them. A point on a border counts in the area
        whose p-code comes first.
    freq : {"MS", "QS", "YS"}, optional
        Months, quarters or years of the column ``date``. The default does not look at days.
    people : str, optional
        The column of people of each point (not below 0; fractions are rounded to a millionth).
    by : str or sequence of str
        Also by these columns of the points.
    map : callable, optional
        An engine that works on the parts: :func:`sahelgeo.large.dask`, :func:`sahelgeo.large.processes`, or the
        ``map`` of a pool of :mod:`concurrent.futures`.

    Returns
    -------
    pandas.DataFrame
        One row for each area and period (and value of ``by``) that has points, sorted by them, with index 0..n-1:

        - ``pcode``; missing for points without an area, so that the points that come in come out;
        - with ``freq``, ``start`` and ``end``, the first and last day of the period; the columns of ``by``;
        - ``points`` (Int64);
        - with ``people``, ``people`` (Float64; missing where no point of the row has a number) and
          ``people_missing``, the points without a number;
        - ``source``, where the points have one.

    Raises
    ------
    SchemaError
        No coordinates, an option that is not known, people below 0, a point without a day where there is ``freq``.
    CRSError
        Points and areas in different CRS.

    Warns
    -----
    DataWarning
        Points without an area, once for all parts.

    See Also
    --------
    sum_events : Events and deaths by area and period.
    locate : Which area each point lies in.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> huts = pd.DataFrame({"lon": [-1.63, -1.62, -1.08], "lat": [14.10, 14.11, 13.09], "people": [5, 4.5, None]})
    >>> sg.events.count_points(huts, sg.load_areas("BFA"), people="people")
      pcode  points  people  people_missing
    0  BF49       1    <NA>               1
    1  BF56       2     9.5               0
    """
    if freq is not None:
        period_code(freq)
    if not isinstance(areas, AreaIndex) and (map is not None or not isinstance(points, pd.DataFrame)):
        areas = area_index(areas)
    labels = checks.by(by, pd.DataFrame(), among=[by] if isinstance(by, str) else list(by))
    taken = sorted({*labels} & {"pcode", "located", *_PERIOD, *_COUNTED})
    if taken:
        raise SchemaError(f"by has {taken}, which count_points writes. Rename the columns")
    plan = _PointPlan(areas, len(areas), freq, people, tuple(labels))
    return parts.summed(plan, parts.parts_of(points, ".parquet"), map)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _PointPlan:
    index: gpd.GeoDataFrame | AreaIndex | None
    areas: int
    freq: Frequency | None
    people: str | None
    by: tuple[str, ...]

    def light(self) -> _PointPlan:
        return replace(self, index=None)

    def state(self, part: Part) -> State:
        day = () if self.freq is None else ("date",)
        axes = {word for pair in COORDINATES for name in pair for word in (name, name.title(), name.upper())}
        wanted = axes | {"geometry", "source", *day, *self.by}
        columns = None if isinstance(part.content, pd.DataFrame) else [*wanted, self.people or "people"]
        return parts.state_of(
            (self._summed(table, part.name) for table in parts.tables_of(part, "points", columns)), "points"
        )

    def _summed(self, points: pd.DataFrame, part: str) -> State:
        assert self.index is not None
        needs = dict.fromkeys((*self.by, *(["date"] if self.freq else [])), "any")
        checks.columns(points, "points", needs)  # type: ignore[arg-type]
        found = owners(points, self.index, Rule(), part)
        labels: dict[str, list[Any]] = {"pcode": [*found.index.pcodes, None]}
        codes = {"pcode": np.where(found.area == OUTSIDE, len(found.index), found.area)}
        if self.freq is not None:
            checks.filled(points, "points", "date", "Give each point its day, or count without freq")
            codes["period"], days = _each_day(points["date"])
            periods = periods_of(checks.days(pd.Series(days, name="date"), "points"), self.freq)
            spans, place = np.unique(
                periods.to_numpy().astype("datetime64[D]").astype(np.int64), axis=0, return_inverse=True
            )
            codes["period"] = place.ravel().take(codes["period"])
            labels["period"] = list(map(tuple, spans.tolist()))
        for name in self.by:
            codes[name], texts = pd.factorize(points[name], use_na_sentinel=False)
            labels[name] = [None if pd.isna(text) else text for text in texts]
        sources = points["source"].dropna().unique() if "source" in points else ()
        sums = CodedSums.merged([CodedSums(labels, codes, self._counts(points))])
        return {"sums": sums, "rows": len(points), "lost": found.lost, "sources": frozenset(sources)}

    def _counts(self, points: pd.DataFrame) -> dict[str, Any]:
        counts = {"lines": np.ones(len(points))}
        if self.people is not None:
            checks.counts(points, "points", self.people)
            people = pd.to_numeric(points[self.people]).to_numpy(dtype=np.float64, na_value=np.nan)
            empty = np.isnan(people)
            counts["people"] = np.rint(np.where(empty, 0, people) * _GRAIN)
            counts["empty"] = empty.astype(float)
        return counts

    def table(self, state: State) -> pd.DataFrame:
        sums: CodedSums = state["sums"]
        warn_unlocated(state["lost"], state["rows"])
        columns: dict[str, Any] = {"pcode": sums.labelled("pcode").astype("string")}
        if self.freq is not None:
            days = sums.periods().to_numpy().take(sums.codes["period"], axis=0)
            columns |= {"start": days[:, 0], "end": days[:, 1]}
        columns |= {name: pd.Series(sums.labels[name]).take(sums.codes[name]).array for name in self.by}
        columns["points"] = pd.array(sums.counts["lines"].astype(np.int64), dtype="Int64")
        if self.people is not None:
            missing = sums.counts["empty"].astype(np.int64)
            nothing = missing == columns["points"].to_numpy()
            columns["people"] = pd.array(np.where(nothing, np.nan, sums.counts["people"] / _GRAIN), dtype="Float64")
            columns["people_missing"] = pd.array(missing, dtype="Int64")
        table = pd.DataFrame(columns)
        source = joined_sources(state["sources"])
        return table if source is None else table.assign(source=pd.Series(source, table.index, dtype="string"))

    def account(self, state: State) -> Account:
        """Points and people that came in, and those in areas."""
        sums: CodedSums = state["sums"]
        inside = np.array([label is not None for label in sums.labels["pcode"]], dtype=bool)[sums.codes["pcode"]]
        attached = int(sums.counts["lines"][inside].sum())
        without = self.areas - len(np.unique(sums.codes["pcode"][inside]))
        if self.people is None:
            return Account(state["rows"], attached, None, None, without)
        people = sums.counts["people"] / _GRAIN
        return Account(state["rows"], attached, float(people.sum()), float(people[inside].sum()), without)


def _each_day(dates: pd.Series) -> tuple[npt.NDArray[Any], Any]:
    """Which of its days each row has, and the days; a few thousand numbers need no hashing."""
    if not isinstance(dates.dtype, np.dtype) or dates.dtype.kind != "M" or dates.empty or dates.hasnans:
        return pd.factorize(dates)
    numbers = dates.to_numpy().astype("datetime64[D]").astype(np.int64)
    first = numbers.min()
    found, codes = distinct(numbers - first, int(numbers.max() - first) + 1)
    return codes, (found + first).astype("datetime64[D]")
