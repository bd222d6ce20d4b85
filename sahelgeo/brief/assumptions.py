"""The five assumptions of the brief (armed groups, periphery, accord, agreements, missions), and what came after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from matplotlib.figure import Figure

from sahelgeo import checks
from sahelgeo.brief import inputs
from sahelgeo.brief.charts import Bar, bars, lines, mark_timeline, new_figure, without_chart
from sahelgeo.brief.outcome import Check, Part, counted, judged, made, named, text, translated, written_year
from sahelgeo.errors import WindowError
from sahelgeo.events import over_time
from sahelgeo.events.actors import actor_family
from sahelgeo.events.extent import core_periphery, mean_centre
from sahelgeo.events.timeline import load_timeline, timeline_steps
from sahelgeo.maps.year_charts import day_numbers
from sahelgeo.phases.rule import people_from
from sahelgeo.samples import Sample
from sahelgeo.tables import PEOPLE_BY_PHASE
from sahelgeo.words import write_number, write_period

_SHOWN, _TOLD = 4, 2
_UNARMED = ("civilian", "unidentified")
_FORCES = ("state", "international")
# UCDP's and ACLED's words for violence of one side alone.
_ONE_SIDED = ("one-sided violence", "Violence against civilians")
_PER = 100_000
_DIRECTIONS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
_WGS84 = pyproj.Geod(ellps="WGS84")
_MOST_AREAS = 16
_JNIM_FORMED = pd.Timestamp("2017-03-01")
# From the first to the last day of a year that is whole, and of any.
_YEAR_OF_DAYS, _TO_ITS_END = 364, pd.DateOffset(months=12, days=-1)


def terrorism(
    events: gpd.GeoDataFrame,
    *,
    actors: pd.DataFrame | None = None,
    timeline: pd.DataFrame | None = None,
    months: int = 12,
    coverage: tuple[Any, Any] | pd.DataFrame | None = None,
    lang: str = "en",
) -> Check:
    """Assumption 1: who is named in the violence, and how it stood before and after each mission began.

    Parameters
    ----------
    events : geopandas.GeoDataFrame
        An Events table with ``actor1`` and ``actor2``.
    actors : pandas.DataFrame, optional
        Names and families (see :func:`sahelgeo.events.actor_family`).
    timeline : pandas.DataFrame, optional
        Missions; the default is :func:`sahelgeo.events.load_timeline`.
    months : int
        Months before and after the month that a mission began in.
    coverage : tuple or pandas.DataFrame, optional
        The days that the source of the events covers, as :func:`sahelgeo.sum_events` takes them. The default are the
        days from the first to the last event.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each actor family: its ``kind``, ``events`` and ``fatalities`` of the events that name
        it on either side, and ``share_of_fatalities``. An event with two families is in both rows, so rows do not add
        up; deaths are not told apart by who caused them. ``others["missions"]`` has one row for each mission and
        family: ``events_before``, ``events_after``, ``fatalities_before``, ``fatalities_after``, missing where the
        source does not cover all of these months. ``others["years"]`` has ``events`` and ``fatalities`` of each family
        and year, and ``others["civilians"]`` who killed civilians in one-sided violence: ``family``, ``events``,
        ``civilians``. Deaths that no event of a row tells are missing. The verdict is described.

    Raises
    ------
    SchemaError, DuplicateEventError, DoubleCountError
        As :func:`sahelgeo.sum_events` and :func:`sahelgeo.events.actor_family`; no event.

    Examples
    --------
    >>> import sahelgeo as sg, warnings
    >>> warnings.simplefilter("ignore", sg.DataWarning)
    >>> events = sg.load_sample("central-sahel").events
    >>> check = sg.brief.terrorism(events[(events["date"] < "2021") & (events["iso3"] == "NER")])
    >>> check.verdict, check.table["family"].tolist()[:3]
    ('described', ['state forces', 'ISWAP', 'ISGS'])
    """
    checked = actor_family(inputs.checked_events(events, "actor1", "actor2"), actors=actors)
    days = inputs.known_days(checked, coverage)
    long = _by_family(checked)
    monthly = _events_and(long, ["family", "month"])
    deaths = checked["fatalities"].sum()
    table = long.groupby("family")["kind"].first().to_frame().join(_events_and(long, ["family"])).reset_index()
    table["share_of_fatalities"] = table["fatalities"].astype("float64") / deaths if deaths else np.nan
    table = table.sort_values("fatalities", ascending=False, ignore_index=True)
    missions = load_timeline(kinds=["mission"]) if timeline is None else timeline
    checks.columns(missions, "timeline", {"kind": "any", "mission": "any", "start": "day", "verified": "any"})
    missions = missions[missions["kind"] == "mission"]
    years = _events_and(long.assign(year=long["date"].dt.year), ["family", "year"]).reset_index()
    others = {"missions": _mission_windows(monthly, missions, days, months), "years": years}
    others["civilians"] = _civilians_killed(checked)
    groups = table[~table["kind"].isin((*_UNARMED, *_FORCES))].head(_SHOWN)
    figure, (ax,) = new_figure()
    shown = table.loc[~table["kind"].isin(_UNARMED), "family"].head(_SHOWN)
    lines(ax, _deaths_by_year(years, shown, days, lang), lang, label=text("deaths_year", lang), drawn="dots")
    mark_timeline(ax, missions[missions["start"] >= days[0]].dropna(subset=["mission"]), lang, column="mission")
    words = [_group_words(row, years, (len(checked), days), lang) for row in groups.head(_TOLD).to_dict("records")]
    if "JNIM" in set(groups.head(_TOLD)["family"]) and checked["date"].min() < _JNIM_FORMED:
        words.append(text("terrorism_lineage", lang))
    words += _window_words(others["missions"], groups.head(_TOLD), months, lang)
    killed = others["civilians"].head(_SHOWN).to_dict("records")
    if killed:
        who = ", ".join(text("killed_by", lang, row) for row in killed)
        words.append(text("terrorism_civilians" if "civilians" in events else "terrorism_one_sided", lang, who=who))
    period = write_period(checked["date"].min().date(), checked["date"].max().date(), lang)
    told = {"events": len(checked), "deaths": checked["fatalities"].sum(min_count=1)}
    words.append(text("terrorism_all", lang, period=period, **told))
    return made("terrorism", lang, (words, "described"), table, figure, [events, missions], others=others)


def _events_and(events: pd.DataFrame, keys: list[Any], count: str = "fatalities") -> pd.DataFrame:
    """Events and deaths by keys; deaths that no event tells are missing, not none."""
    groups = events.groupby(keys)
    return pd.DataFrame({"events": groups["event"].nunique(), count: groups[count].sum(min_count=1)})


def _deaths_by_year(
    years: pd.DataFrame, families: pd.Series, days: tuple[pd.Timestamp, pd.Timestamp], lang: str
) -> dict[str, pd.Series]:
    """Deaths of each family in the years that are covered as a whole, in the middle of each; all years if none is."""
    every = range(days[0].year, days[1].year + 1)
    whole = [year for year in every if written_year(year, days, lang) == str(year)] or every
    middle = pd.DatetimeIndex([pd.Timestamp(year, 7, 1) for year in whole])
    deaths = {name: part.set_index("year")["fatalities"] for name, part in years.groupby("family")}
    return {translated(name, lang): deaths[name].reindex(whole, fill_value=0).set_axis(middle) for name in families}


def _group_words(
    row: dict[Any, Any], years: pd.DataFrame, of: tuple[int, tuple[pd.Timestamp, pd.Timestamp]], lang: str
) -> str:
    """How often a group is named among all events, and its first year beside its last."""
    own, (events, days) = years[years["family"] == row["family"]], of
    values = {**row, "share": row["events"] / events}
    for end, year in (("first", own.iloc[0]), ("last", own.iloc[-1])):
        values |= {f"events_{end}": year["events"], f"deaths_{end}": year["fatalities"]}
        values[f"{end}_year"] = written_year(year["year"], days, lang)
    return text("terrorism_finding", lang, values)


def _window_words(windows: pd.DataFrame, groups: pd.DataFrame, months: int, lang: str) -> list[str]:
    """Deaths in the events of the groups before and after each mission began, where the data reach."""
    if windows.empty:
        return []
    own = windows[windows["family"].isin(groups["family"])].dropna(subset=["fatalities_before", "fatalities_after"])
    sums = own.groupby(["start", "mission"])[["fatalities_before", "fatalities_after"]].sum().reset_index()
    said = ", ".join(text("terrorism_mission", lang, row) for row in sums.to_dict("records"))
    return [text("terrorism_missions", lang, months=months, missions=said)] if said else []


def _civilians_killed(events: pd.DataFrame) -> pd.DataFrame:
    """Who killed civilians: the first side of one-sided violence, and the civilians among its deaths, if told."""
    one_sided = events[events["kind"].isin(_ONE_SIDED)] if "kind" in events else events.iloc[:0]
    count = "civilians" if "civilians" in events else "fatalities"
    sums = _events_and(one_sided, [one_sided["family1"].fillna(one_sided["actor1"])], count)
    sums = sums.rename(columns={count: "civilians"}).rename_axis("family")
    return sums.sort_values("civilians", ascending=False).reset_index()


def _by_family(events: pd.DataFrame) -> pd.DataFrame:
    columns = ["event", "date", "fatalities"]
    sides = [
        events[[*columns, f"family{side}", f"actor_kind{side}"]].set_axis([*columns, "family", "kind"], axis=1)
        for side in (1, 2)
    ]
    both = pd.concat(sides, ignore_index=True).dropna(subset=["family"])
    return both.drop_duplicates(["event", "family"]).assign(month=lambda rows: rows["date"].dt.to_period("M"))


def _mission_windows(
    monthly: pd.DataFrame, missions: pd.DataFrame, days: tuple[pd.Timestamp, pd.Timestamp], months: int
) -> pd.DataFrame:
    """Events and deaths of each family in the months before and after the one that a mission began in."""
    families = monthly.index.unique("family")
    # A month of which only some days are covered is not known.
    every = pd.period_range(*days, freq="M")
    held = every[(every.start_time >= days[0]) & (every.end_time.normalize() <= days[1])]
    rows = []
    for mission in missions.dropna(subset=["mission"]).to_dict("records"):
        began = mission["start"].to_period("M")
        told = {"mission": mission["mission"], "start": mission["start"], "verified": mission["verified"]}
        row = pd.DataFrame({**told, "family": families, "months": months})
        for when, first in (("before", began - months), ("after", began + 1)):
            window = pd.period_range(first, periods=months, freq="M")
            inside = monthly[monthly.index.isin(window, level="month")].groupby("family").sum(min_count=1)
            for name, sums in inside.reindex(families, fill_value=0).items():
                row[f"{name}_{when}"] = sums.astype("Int64").array if window.isin(held).all() else pd.NA
        rows.append(row)
    counts = {f"{what}_{when}": "Int64" for what in ("events", "fatalities") for when in ("before", "after")}
    return pd.concat(rows, ignore_index=True).astype(counts) if rows else pd.DataFrame(columns=["family", *counts])


def governance(
    table: pd.DataFrame,
    core: Iterable[str] | str,
    *,
    numerator: str | Sequence[str] = "people_3plus",
    denominator: str = "population",
    areas: gpd.GeoDataFrame | None = None,
    lang: str = "en",
) -> Check:
    """Assumption 2: whether people away from the capital fare worse.

    Parameters
    ----------
    table : pandas.DataFrame
        One row for each area: ``pcode``, the two columns, ``source``, and ``place`` or ``name`` for the labels. A
        Phases table gets ``people_3plus`` by itself.
    core : str or iterable of str
        The p-codes of the capital and its belt.
    numerator : str or sequence of str
        What is divided: ``people_3plus``, ``people`` (displaced), ``deaths``. Each is a finding of its own.
    denominator : str
        By what.
    areas : geopandas.GeoDataFrame, optional
        For the names.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` as :func:`sahelgeo.events.core_periphery` with ``measure``, the column that was divided;
        ``others["areas"]`` has the rate of each area by the first measure, which is drawn. The verdict is supported
        where the periphery's rate is the higher one in every measure, partly where it is in some: that it fares worse,
        not why.

    Raises
    ------
    SchemaError
        As :func:`sahelgeo.events.core_periphery`.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> check = sg.brief.governance(sg.load_sample("burkina-2020").phases, "BF13")
    >>> check.others["areas"].set_index("name").loc[["Centre-Nord", "Sahel", "Centre"], "rate"].round(3).tolist()
    [0.34, 0.26, 0.02]
    >>> check.verdict
    'supported'
    """
    measures = [numerator] if isinstance(numerator, str) else list(numerator)
    codes = [core] if isinstance(core, str) else list(core)
    rows, held = table, table.get("people_3plus")
    lacks = measures[0] == "people_3plus" and (held is None or held.isna().all())
    if lacks and set(PEOPLE_BY_PHASE[2:]) <= set(rows):
        rows = rows.assign(people_3plus=people_from(rows, 3))
    found = pd.concat(
        [core_periphery(rows, codes, numerator=one, denominator=denominator).assign(measure=one) for one in measures],
        ignore_index=True,
    )
    every = {one: _each_area(rows, codes, (one, denominator), areas) for one in measures}
    each = every[measures[0]]
    worst = each.dropna(subset=["rate"]).head(_MOST_AREAS)
    shown = [
        Bar(name, 100 * rate, write_number(100 * rate, lang, 1), part == "periphery")
        for name, rate, part in worst[["name", "rate", "part"]].itertuples(index=False)
    ]
    figure = bars(shown, f"{_measure_name(measures[0], denominator, lang)} (%)")
    words = [_periphery_words(found[found["measure"] == one], every[one], (one, denominator), lang) for one in measures]
    ratios = found.loc[found["part"] == "periphery", "ratio"].dropna()
    verdict = judged(ratios > 1) if len(ratios) else "described"
    return made("governance", lang, (words, verdict), found, figure, [rows], others={"areas": each})


def _measure_name(numerator: str, denominator: str, lang: str) -> str:
    key = f"measure_{numerator}"
    name = named(key, lang)
    return f"{numerator} / {denominator}" if name == key else name


def _periphery_words(found: pd.DataFrame, each: pd.DataFrame, measure: tuple[str, str], lang: str) -> str:
    inner, outer = found.set_index("part").loc[["core", "periphery"]].to_dict("records")
    first = each.loc[each["part"] == "periphery", "name"].head(1)
    values = {**outer, "measure": _measure_name(*measure, lang), "where": first.squeeze()}
    rates = {"core": inner["rate"], "periphery": outer["rate"], "highest": outer["highest"]}
    if measure[0] == "deaths":
        return text("governance_deaths", lang, values | {name: rate * _PER for name, rate in rates.items()})
    return text("governance_finding", lang, values | rates)


def _each_area(
    rows: pd.DataFrame, core: list[str], measure: tuple[str, str], areas: gpd.GeoDataFrame | None
) -> pd.DataFrame:
    label = next((name for name in ("name", "place") if name in rows.columns), "pcode")
    each = pd.DataFrame({"pcode": rows["pcode"], "name": rows[label].astype("string")})
    if areas is not None:
        each["name"] = each["pcode"].map(areas.set_index("pcode")["name"]).fillna(each["name"])
    below = rows[measure[1]].astype("float64")
    each["rate"] = rows[measure[0]].astype("float64") / below.where(below > 0)
    each["part"] = np.where(rows["pcode"].isin(core), "core", "periphery")
    return each.sort_values("rate", ascending=False, ignore_index=True)


def accord(
    sums: pd.DataFrame,
    north: Iterable[str],
    *,
    column: str = "fatalities",
    timeline: pd.DataFrame | None = None,
    lang: str = "en",
) -> Check:
    """Assumption 3: how much of Mali's violence lies outside the five regions of the Algiers Accord.

    Parameters
    ----------
    sums : pandas.DataFrame
        Events of all regions of Mali by period, as :func:`sahelgeo.sum_events` gives them.
    north : iterable of str
        The p-codes of Kidal, Gao, Ménaka, Tombouctou and Taoudénit in your edition
        (``load_published("parts_of_mali")``).
    column : str
        What is shared out.
    timeline : pandas.DataFrame, optional
        What is drawn on the chart; the default are accords and coups in Mali.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` as :func:`sahelgeo.events.share_outside`, by year. Deaths without a region may lie in either part:
        the findings give both bounds where there are such deaths. A year that the sums hold in part is written with its
        days. The verdict is supported where the share outside grew
        from the first year to the last and is above one half in the last, wherever those lay; not_supported where the
        share of what has a region fell, else partly; described where one year alone is known, incomplete where none is.

    Raises
    ------
    SchemaError
        As :func:`sahelgeo.events.share_outside`; no row.

    Examples
    --------
    >>> import sahelgeo as sg, warnings
    >>> warnings.simplefilter("ignore", sg.DataWarning)
    >>> events = sg.load_sample("central-sahel").events
    >>> events = events[(events["iso3"] == "MLI") & (events["date"] < "2021")]
    >>> check = sg.brief.accord(sg.sum_events(events, sg.load_areas("MLI")), ["ML06", "ML07+ML10", "ML08"])
    >>> check.table[["outside", "unplaced", "share_low", "share_high"]].iloc[-1].round(2).tolist()
    [1040.0, 149.0, 0.69, 0.79]
    """
    checks.columns(sums, "sums", {"pcode": "text", "start": "day", column: "number"})
    found = over_time.share_outside(sums, north, column=column)
    known = found.dropna(subset=["share_outside"])
    turning = load_timeline(kinds=["accord", "coup"], countries="MLI") if timeline is None else timeline
    figure = _accord_drawn(known, turning, counted(column, lang), lang)
    if known.empty:
        words = text("accord_unknown", lang)
        return made("accord", lang, ([words], "incomplete"), found, figure, [sums])
    words = _accord_words(known, sums, column, lang)
    first, last = known.iloc[0], known.iloc[-1]
    grew = last["share_outside"] > first["share_outside"]
    surely = last["share_low"] > max(first["share_high"], 0.5)
    verdict = "described" if len(known) == 1 else "not_supported" if not grew else "supported" if surely else "partly"
    return made("accord", lang, ([words], verdict), found, figure, [sums, turning])


def _accord_words(known: pd.DataFrame, sums: pd.DataFrame, column: str, lang: str) -> str:
    """The share outside in the first year and in the last, and how much of the last has no region."""
    ends = {"first": known.iloc[0], "last": known.iloc[-1]}
    days = _days_summed(sums)
    values = {end: _share(year, lang) for end, year in ends.items()} | {"what": counted(column, lang)}
    values |= {f"{end}_year": written_year(year["start"].year, days, lang) for end, year in ends.items()}
    words = text("accord_one_year" if len(known) == 1 else "accord_finding", lang, values)
    last = ends["last"]
    if last["unplaced"]:
        everything = last[["inside", "outside", "unplaced"]].sum()
        told = {**last, "all": everything, "year": values["last_year"], "what": values["what"]}
        words += " " + text("accord_unplaced", lang, told)
    return words


def _days_summed(sums: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and last day that is covered in some area; without a coverage, of the months that have a row."""
    start = pd.to_datetime(sums["start"])
    end = pd.to_datetime(sums["end"]) if "end" in sums else start.dt.to_period("M").dt.end_time.dt.normalize()
    share = sums.get("covered", pd.Series(1.0, index=sums.index)).astype("Float64").fillna(1).astype("float64")
    length = ((end - start).dt.days + 1)[share > 0]
    hidden = pd.to_timedelta((length - (length * share[share > 0]).round()).astype("int64"), unit="D")
    # What is covered of the first month is its end, of the last one its beginning.
    first, last = start[share > 0].min(), end[share > 0].max()
    return first + hidden[start == first].min(), last - hidden[end == last].min()


def _share(year: pd.Series, lang: str) -> str:
    """A share in percent, or both its bounds where something has no place."""
    ends = [write_number(100 * float(year[name]), lang, 0) for name in ("share_low", "share_high")]
    return text("share_range", lang, low=ends[0], high=ends[1]) if ends[0] != ends[1] else ends[0]


def _accord_drawn(known: pd.DataFrame, turning: pd.DataFrame, what: str, lang: str) -> Figure:
    figure, (ax,) = new_figure()
    if known.empty:
        without_chart(ax, text("accord_unknown", lang))
        return figure
    # The share of a year is drawn in its middle, so that a day of the timeline stands where it falls in the year.
    series = 100 * known.set_index(known["start"] + (known["end"] - known["start"]) / 2)["share_outside"]
    lines(ax, {"": series}, lang, label=text("outside", lang, what=what), drawn="dots")
    ax.set_ylim(0, 100)
    ax.set_yticks([0, 50, 100])
    ax.set_xlim(*day_numbers([known["start"].iloc[0], known["end"].iloc[-1]]))
    mark_timeline(ax, turning, lang)
    return figure


def negotiation(
    sums: pd.DataFrame,
    agreements: pd.DataFrame,
    war: pd.DataFrame | None = None,
    *,
    column: str = "fatalities",
    window: int = 12,
    lang: str = "en",
) -> Check:
    """Assumption 4: violence around local agreements, and two armed groups against each other.

    Parameters
    ----------
    sums : pandas.DataFrame
        Events by area and month with ``coverage``, as :func:`sahelgeo.sum_events` gives them.
    agreements : pandas.DataFrame
        ``pcode``, ``date`` and ``name`` of each local agreement, such as ``load_published("agreements")``.
    war : pandas.DataFrame, optional
        The pair's events by month, as :func:`sahelgeo.events.dyads` gives them with ``between=("JNIM", "ISGS")``.
        Leave it out
        where the events do not tell who fought whom: what is not known is then said, and is no zero.
    column : str
        What is compared.
    window : int
        Months before and after (see :func:`sahelgeo.events.before_after`).
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each agreement: ``name``, ``pcode`` and the columns of
        :func:`sahelgeo.events.before_after`, compared with the average of the areas of the table that have no agreement
        and are known in all of these months. ``others["war"]`` is the pair by month, with ``covered``: the share of the
        month that every area of the sums has at least (missing where the sums do not say). ``others["left_out"]`` has
        the agreements around which the table lacks months, with ``why``; the findings name them. ``parts`` has
        "agreements" and "war" where they are known. The verdict is described.

    Raises
    ------
    SchemaError
        Columns are missing; agreements without a day or name, or in an area that the table does not have: all at once.

    Examples
    --------
    >>> import sahelgeo as sg, warnings
    >>> warnings.simplefilter("ignore", sg.DataWarning)
    >>> sample = sg.load_sample("central-sahel")
    >>> named = sg.events.actor_family(sample.events)
    >>> sums = sg.sum_events(named, sg.load_areas(["BFA", "MLI", "NER"]), coverage=sample.coverage)
    >>> war = sg.events.dyads(named, between=("JNIM", "ISGS"))
    >>> check = sg.brief.negotiation(sums, sg.brief.load_published("agreements"), war)
    >>> check.table[["name", "before", "after"]].round(1).values.tolist()[0]
    ['Koro 2018', 34.2, 63.5]
    """
    checks.columns(sums, "sums", {"pcode": "text"})
    over_time.need_months(sums, "sums", column)
    agreements = inputs.checked_agreements(agreements, set(sums["pcode"].dropna()), "agreements", "table of sums")
    others_than = sums[sums["pcode"].notna() & ~sums["pcode"].isin(agreements["pcode"])]
    rows, left_out = [], []
    for one in agreements.to_dict("records"):
        here = sums[sums["pcode"] == one["pcode"]]
        elsewhere = _average_area(others_than, column, one["date"].to_period("M"), window)
        try:
            found = over_time.before_after(here, one["date"], window=window, column=column, compare=elsewhere)
        except WindowError as error:
            left_out.append({**one, "why": str(error)})
            continue
        rows.append(found.assign(name=one["name"], pcode=one["pcode"]))
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    what = counted(column, lang)
    words = tuple(text("negotiation_finding", lang, row, what=what) for row in table.to_dict("records"))
    parts: dict[str, Part] = {"agreements": (words, "described")} if words else {}
    others = {"left_out": pd.DataFrame(left_out)} if left_out else {}
    words += tuple(text("negotiation_left_out", lang, row) for row in left_out)
    if war is None:
        said_of_war = text("negotiation_no_war", lang)
    else:
        said_of_war = text("negotiation_war", lang, _summed(war))
        others["war"] = war.assign(covered=_covered(war, sums))
        said_of_war = f"{said_of_war} {clashes_words(others['war'], lang)}".rstrip()
        parts["war"] = ((said_of_war,), "described")
    outcome = ((*(words or [text("negotiation_none", lang)]), said_of_war), "described")
    figure = _deaths_drawn(sums, agreements, war, column, lang)
    return made("negotiation", lang, outcome, table, figure, [sums, agreements], others=others, parts=parts)


def clashes_words(war: pd.DataFrame, lang: str) -> str:
    """The fights of the pair beside what the brief prints, if the source covers each area in all of these months."""
    printed = inputs.load_published("clashes").iloc[0]
    if war.empty or set(war[["first", "second"]].iloc[0]) != set(str(printed["scope"]).split(" vs ")):
        return ""
    inside = (war["start"] >= printed["start"]) & (war["end"] <= printed["end"]) & (war["covered"] == 1).fillna(False)
    if inside.sum() != len(pd.period_range(printed["start"], printed["end"], freq="M")):
        return ""
    given = text("claim_clashes_given", lang, _summed(war[inside]))
    return f"{text('claim_clashes_printed', lang, printed_clashes(printed, lang))} {given}"


def _summed(war: pd.DataFrame) -> dict[Any, Any]:
    """Events and deaths of the pair; deaths that no event tells are missing."""
    return war[["events", "fatalities"]].sum(min_count=min(len(war), 1)).to_dict()


def printed_clashes(row: pd.Series, lang: str) -> dict[Any, Any]:
    """A row of the printed clashes with its figures and months as they are written."""
    figures = {name: (row[name], row["certainty"]) for name in ("events", "fatalities")}
    return row.to_dict() | figures | {"period": write_period(row["start"].date(), row["end"].date(), lang)}


def _covered(war: pd.DataFrame, sums: pd.DataFrame) -> pd.Series:
    """For each month the share of it that the source covers in the area that it covers least."""
    if "covered" not in sums:
        return pd.Series(pd.NA, index=war.index, dtype="Float64")
    placed = sums[sums["pcode"].notna()]
    least = placed["covered"].astype("Float64").fillna(0).groupby(pd.to_datetime(placed["start"])).min()
    return pd.to_datetime(war["start"]).map(least).astype("Float64")


def _deaths_drawn(
    sums: pd.DataFrame, agreements: pd.DataFrame, war: pd.DataFrame | None, column: str, lang: str
) -> Figure:
    figure, (left, right) = new_figure(2)
    here = sums[sums["pcode"].isin(agreements["pcode"])]
    monthly = here[column].astype("Float64").groupby(here["start"]).sum(min_count=1)
    if len(monthly):
        lines(left, {"": monthly}, lang, label=text("month_here", lang, what=_capital(counted(column, lang))))
        mark_timeline(left, agreements.assign(start=agreements["date"], verified=True), lang, column="name")
    else:
        without_chart(left, text("negotiation_none", lang))
    if war is None or war.empty:
        without_chart(right, text("negotiation_no_war", lang))
    else:
        pair = " – ".join(translated(str(name), lang) for name in war[["first", "second"]].iloc[0])
        lines(right, {"": war.set_index("start")["fatalities"]}, lang, label=text("month_of", lang, who=pair))
    return figure


def _capital(words: str) -> str:
    """Words at the head of a chart begin with a capital letter."""
    return words[:1].upper() + words[1:]


def _average_area(sums: pd.DataFrame, column: str, month: pd.Period, window: int) -> pd.DataFrame:
    """The mean by month of the areas that are known in each month of the windows before and after ``month``."""
    known = sums[column].astype("Float64")
    if "covered" in sums:
        known = known.mask((sums["covered"] < 1).fillna(False))
    months = over_time.months_of(sums)
    needed = {first + n for first in (month - max(window, over_time.YEAR), month) for n in range(window)}
    seen = known.notna() & months.isin(list(needed))
    whole = months[seen].groupby(sums["pcode"][seen]).nunique() == len(needed)
    used = sums["pcode"].isin(whole.index[whole])
    values = known[used].groupby(sums["start"][used]).agg(lambda month: month.mean(skipna=False))
    return values.rename(column).reset_index()


def engagement(
    sums: pd.DataFrame, *, timeline: pd.DataFrame | None = None, column: str = "fatalities", lang: str = "en"
) -> Check:
    """Assumption 5: missions and troops in force beside what happened.

    Parameters
    ----------
    sums : pandas.DataFrame
        Monthly rows with ``start`` and the column, as :func:`sahelgeo.sum_events` gives them with ``coverage``; areas
        are added up. A month in which one of the areas is not known is missing; an area without any value is left out.
    timeline : pandas.DataFrame, optional
        As :func:`sahelgeo.events.load_timeline` gives it, which is the default.
    column : str
        The outcome: deaths, displaced people or people in phase 3 or above.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each month: ``start``, ``missions``, ``names``, ``troops``,
        ``missions_without_troops`` and the outcome. The finding says of how many missions of the last month a strength
        is known, and the sum of these alone. The rank correlation is a description: missions are sent where violence
        grows. The verdict is described.

    Raises
    ------
    WindowError
        In no month is every area known.
    SchemaError
        Columns are missing.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> months = pd.date_range("2013-01-01", "2014-12-01", freq="MS")
    >>> sums = pd.DataFrame({"start": months, "fatalities": range(24), "source": "made up"})
    >>> check = sg.brief.engagement(sums)
    >>> check.table["missions"].tolist()[0], check.table["missions"].tolist()[-1], check.verdict
    (2, 3, 'described')
    """
    over_time.need_months(sums, "sums", column)
    what = counted(column, lang)
    outcome = _known_outcome(sums, column)
    events = load_timeline() if timeline is None else timeline
    table = timeline_steps(events, outcome.index.min().start_time, outcome.index.max().end_time)
    table[column] = table["start"].dt.to_period("M").map(outcome)
    figure, (left, right) = new_figure(2)
    monthly = table.set_index("start")
    lines(left, {"": monthly["missions"]}, lang, label=text("missions", lang), drawn="steps")
    lines(right, {"": monthly[column]}, lang, label=text("by_month", lang, what=_capital(what)))
    used = events[events["kind"].isin(["mission", "strength"])]
    words = _engagement_words(table.dropna(subset=[column]), column, what, lang)
    last = table.iloc[-1]
    known = {"known": last["missions"] - last["missions_without_troops"], **last}
    strength = [] if pd.isna(last["troops"]) else [text("engagement_strength", lang, known)]
    return made("engagement", lang, ([words, *strength], "described"), table, figure, [sums, used])


def _known_outcome(sums: pd.DataFrame, column: str) -> pd.Series:
    """The outcome by month; missing where one of the areas is not known: the sum is always of the same areas."""
    known = sums[sums.groupby(over_time.areas_of(sums))[column].transform("count") > 0]
    months = over_time.months_of(known)
    outcome = known[column].astype("Float64").groupby(months).sum(min_count=1)
    unknown = over_time.unknown_months(known, pd.PeriodIndex(outcome.index), column)
    outcome = outcome.mask(outcome.index.isin(unknown["month"]))
    if not outcome.notna().any():
        reasons = over_time.unknown_in_words(unknown) or "there is no value"
        raise WindowError(f"sums: in no month is {column} known in every area: {reasons}. Give sum_events its coverage")
    return outcome


def _engagement_words(known: pd.DataFrame, column: str, what: str, lang: str) -> str:
    missions, outcome = known["missions"].astype("float64"), known[column].astype("float64")
    varied = len(set(missions)) > 1 and len(set(outcome)) > 1
    rho = missions.rank().corr(outcome.rank()) if varied else np.nan
    by_year = known.groupby(known["start"].dt.year)
    years = pd.DataFrame({"missions": by_year["missions"].max(), "deaths": by_year[column].mean()})
    values: dict[str, Any] = {"rho": rho, "what": what}
    for end, year in (("first", years.index[0]), ("last", years.index[-1])):
        values |= {end: years.loc[year, "missions"], f"deaths_{end}": years.loc[year, "deaths"], f"{end}_year": year}
    return text("engagement_finding", lang, values)


def after(
    events: gpd.GeoDataFrame,
    mali: pd.DataFrame,
    north: Iterable[str],
    *,
    sample: Sample,
    coverage: tuple[Any, Any] | pd.DataFrame | None = None,
    since: int = 2020,
    lang: str = "en",
) -> Check:
    """What followed the brief: its own measures, year by year. Nothing is judged, and no cause is said.

    Parameters
    ----------
    events : geopandas.GeoDataFrame
        An Events table with ``iso3``.
    mali : pandas.DataFrame
        Mali's events by region and month, as :func:`sahelgeo.sum_events` gives them.
    north : iterable of str
        The p-codes of the five northern regions.
    sample : Sample
        Phases and stocks of the countries, such as ``load_sample("central-sahel")``.
    coverage : tuple or pandas.DataFrame, optional
        The days that the source of the events covers: two, or ``iso3``, ``start`` and ``end``. A year without events is
        then one without deaths. The default are the days from the first to the last event.
    since : int
        The first year, which the others are read against.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each country of the events and year: ``scope``, ``year``, ``deaths``, ``deaths_low``,
        ``deaths_high`` (where the source has them), ``start`` and ``end`` of what is covered of the year, ``displaced``
        (end of the year) and ``people_3plus`` (lean season, last analysis), missing where they are not known.
        ``others`` has ``accord`` (the share outside the north by year) and ``centre`` (of the deaths). The verdict is
        described.

    Raises
    ------
    SchemaError
        Columns are missing, or there is no event.

    Examples
    --------
    >>> import sahelgeo as sg, warnings
    >>> warnings.simplefilter("ignore", sg.DataWarning)
    >>> sample, mali = sg.load_sample("central-sahel"), sg.load_areas("MLI")
    >>> sums = sg.sum_events(sample.events[sample.events["iso3"] == "MLI"], mali)
    >>> table = sg.brief.after(sample.events, sums, ["ML06", "ML07+ML10", "ML08"], sample=sample).table
    >>> table.loc[table["scope"] == "BFA", ["year", "deaths", "displaced"]].values.tolist()[-1]
    [2023, 6109, 2062534]
    """
    every = inputs.checked_events(events, "iso3")
    checked = every[every["date"].dt.year >= since]
    table = _years_of_countries(every, coverage, since)
    stocks = sample.stocks[(sample.stocks["date"].dt.month == 12) & (sample.stocks["group"] == "idp")]
    people = stocks.groupby(["iso3", stocks["date"].dt.year])["people"].sum(min_count=1)
    seasons = inputs.last_seasons(sample.phases).groupby(["iso3", "year"])["people_3plus"].sum(min_count=1)
    for name, values in (("displaced", people), ("people_3plus", seasons)):
        table[name] = values.reindex(pd.MultiIndex.from_frame(table[["scope", "year"]])).round().astype("Int64").array
    shares = over_time.share_outside(mali, north)
    centre = mean_centre(checked, weights="fatalities")
    words = [_after_words(rows, lang) for _, rows in table.groupby("scope")]
    known = shares[shares["start"].dt.year >= since].dropna(subset=["share_outside"])
    if len(known) > 1:
        words.append(_accord_words(known, mali, "fatalities", lang))
    words.append(centre_words(centre, lang))
    figure, (ax,) = new_figure()
    # A part of a year is no point between whole ones.
    whole = table[(table["end"] - table["start"]).dt.days >= _YEAR_OF_DAYS]
    middle = pd.to_datetime(whole["year"].astype(str) + "-07-01")
    series = {
        named(str(scope), lang): rows.set_index(middle[rows.index])["deaths"] for scope, rows in whole.groupby("scope")
    }
    if series:
        lines(ax, series, lang, label=text("deaths_year", lang), drawn="dots")
    else:
        without_chart(ax, text("after_no_year", lang))
    others = {"accord": shares, "centre": centre}
    used = [events, sample.stocks, sample.phases]
    return made("after", lang, (words, "described"), table, figure, used, others=others)


def _years_of_countries(events: pd.DataFrame, coverage: Any, since: int) -> pd.DataFrame:
    """Deaths of each country and year, with the days that are covered of it."""
    first, last = inputs.known_days(events, None)
    days = inputs.days_of_countries((first, last) if coverage is None else coverage, events["iso3"].dropna(), events)
    days = days.groupby("iso3").agg(start=("start", "min"), end=("end", "max")).reset_index()
    years = days.merge(pd.DataFrame({"year": range(since, days["end"].max().year + 1)}), how="cross")
    opens = pd.to_datetime(years["year"].astype(str) + "-01-01")
    years["start"], years["end"] = years["start"].clip(lower=opens), years["end"].clip(upper=opens + _TO_ITS_END)
    years = years[years["start"] <= years["end"]]
    counts = {"deaths": "fatalities", "deaths_low": "fatalities_low", "deaths_high": "fatalities_high"}
    held = {name: column for name, column in counts.items() if column in events and events[column].notna().any()}
    groups = pd.DataFrame(events).groupby(["iso3", events["date"].dt.year.rename("year")])
    sums = pd.DataFrame({name: groups[column].sum(min_count=1) for name, column in held.items()})
    sums["_events"] = groups.size()
    how: Any = "inner" if coverage is None else "left"
    table = years.merge(sums.reset_index(), how=how, on=["iso3", "year"]).rename(columns={"iso3": "scope"})
    # Covered, and nothing happened.
    table[list(held)] = table[list(held)].mask(table.pop("_events").isna(), 0)
    return table.reindex(
        columns=["scope", "year", "deaths", *[name for name in held if name != "deaths"], "start", "end"]
    )


def centre_words(centres: gpd.GeoDataFrame, lang: str, key: str = "claim_centre") -> str:
    """How far the last centre lies from the first; empty where there are not two."""
    if len(centres) < 2:
        return ""
    (one, two), years = centres.geometry.iloc[[0, -1]], centres["start"].dt.year.iloc[[0, -1]].tolist()
    bearing, _, metres = _WGS84.inv(one.x, one.y, two.x, two.y)
    direction = _DIRECTIONS[round(bearing / 45) % 8]
    return text(key, lang, direction=direction, km=metres / 1000, first=years[0], last=years[1])


def _after_words(rows: pd.DataFrame, lang: str) -> str:
    """The first year and the last of a country: each measure that is known in both, deaths with their low and high."""
    first, last = rows.iloc[0], rows.iloc[-1]
    values = {"scope": first["scope"]}
    for end, row in (("first", first), ("last", last)):
        values |= {f"{name}_{end}": value for name, value in row.items()}
        values[f"year_{end}"] = written_year(row["year"], (row["start"], row["end"]), lang)
    words = [text("after_deaths", lang, values)]
    if not (pd.isna(last.get("deaths_low")) or pd.isna(last.get("deaths_high"))):
        words[0] += " " + text("after_range", lang, values)
    known = [name for name in ("displaced", "people_3plus") if not (pd.isna(first[name]) or pd.isna(last[name]))]
    words += [text(f"after_{name}", lang, values) for name in known]
    return text("join", lang).join(words) + "."
