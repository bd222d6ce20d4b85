"""The five assumptions of the brief: armed groups, core and periphery, the accord, agreements, missions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sahelgeo.brief.charts import Bar, bars, day_numbers, lines, mark_timeline, new_figure, without_chart
from sahelgeo.brief.inputs import checked_agreements
from sahelgeo.brief.outcome import Check, Part, made, text, translated
from sahelgeo.errors import WindowError
from sahelgeo.events import over_time
from sahelgeo.events.actors import actor_family
from sahelgeo.events.counting import conform_events, span_of
from sahelgeo.events.extent import core_periphery
from sahelgeo.events.timeline import load_timeline, timeline_steps
from sahelgeo.phases.rule import people_from
from sahelgeo.tables import PEOPLE_BY_PHASE
from sahelgeo.words import write_number, write_period

_SHOWN = 4
_UNARMED = ("civilian", "unidentified")


def terrorism(
    events: gpd.GeoDataFrame,
    *,
    actors: pd.DataFrame | None = None,
    timeline: pd.DataFrame | None = None,
    months: int = 12,
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
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each actor family: its ``kind``, ``events`` and ``fatalities`` of the events that name
        it on either side, and ``share_of_fatalities``. An event with two families is in both rows, so rows do not add
        up; deaths are not told apart by who caused them. ``others["missions"]`` has one row for each mission and
        family: ``events_before``, ``events_after``, ``fatalities_before``, ``fatalities_after``, missing where the data
        do not reach. The verdict is described.

    Raises
    ------
    SchemaError, DuplicateEventError, DoubleCountError
        As :func:`sahelgeo.sum_events` and :func:`sahelgeo.events.actor_family`.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> made_up = sg.brief.load_synthetic()
    >>> check = sg.brief.terrorism(made_up.events, actors=made_up.actors)
    >>> check.verdict, check.table["family"].tolist()[:2]
    ('synthetic', ['front A', 'civilians'])
    """
    checked = actor_family(conform_events(events), actors=actors)
    long = _by_family(checked)
    monthly = long.groupby(["family", "month"]).agg(events=("event", "size"), fatalities=("fatalities", "sum"))
    deaths = int(checked["fatalities"].sum())
    sums = {"kind": ("kind", "first"), "events": ("event", "nunique"), "fatalities": ("fatalities", "sum")}
    table = long.groupby("family").agg(**sums).reset_index()
    table["share_of_fatalities"] = table["fatalities"].astype("float64") / deaths if deaths else np.nan
    table = table.sort_values("fatalities", ascending=False, ignore_index=True)
    missions = load_timeline(kinds=["mission"]) if timeline is None else timeline[timeline["kind"] == "mission"]
    first, last = span_of(checked)
    months_of = pd.period_range(first, last, freq="M")
    armed = table[~table["kind"].isin(_UNARMED)]
    figure, (ax,) = new_figure()
    shown = armed["family"].head(_SHOWN)
    drawn = {translated(name, lang): monthly.loc[name].reindex(months_of, fill_value=0) for name in shown}
    series = {name: sums["fatalities"].set_axis(months_of.start_time) for name, sums in drawn.items()}
    lines(ax, series, lang, label=text("deaths_month", lang))
    began = missions[missions["start"] >= first].dropna(subset=["mission"])
    mark_timeline(ax, began, lang, column="mission")
    shares = armed.head(1).assign(share=armed["events"] / len(checked))
    words = [text("terrorism_finding", lang, row) for row in shares.to_dict("records")]
    period = write_period(checked["date"].min().date(), checked["date"].max().date(), lang)
    words.append(text("terrorism_all", lang, period=period, events=len(checked), deaths=deaths))
    others = {"missions": _mission_windows(monthly, missions, months_of, months)}
    return made("terrorism", lang, (words, "described"), table, figure, [events, missions], others=others)


def _by_family(events: pd.DataFrame) -> pd.DataFrame:
    columns = ["event", "date", "fatalities"]
    sides = [
        events[[*columns, f"family{side}", f"actor_kind{side}"]].set_axis([*columns, "family", "kind"], axis=1)
        for side in (1, 2)
    ]
    both = pd.concat(sides, ignore_index=True).dropna(subset=["family"])
    return both.drop_duplicates(["event", "family"]).assign(month=lambda rows: rows["date"].dt.to_period("M"))


def _mission_windows(monthly: pd.DataFrame, missions: pd.DataFrame, held: pd.PeriodIndex, months: int) -> pd.DataFrame:
    """Events and deaths of each family in the months before and after the one that a mission began in."""
    families = monthly.index.unique("family")
    rows = []
    for mission in missions.dropna(subset=["mission"]).to_dict("records"):
        began = mission["start"].to_period("M")
        told = {"mission": mission["mission"], "start": mission["start"], "verified": mission["verified"]}
        row = pd.DataFrame({**told, "family": families, "months": months})
        for when, first in (("before", began - months), ("after", began + 1)):
            window = pd.period_range(first, periods=months, freq="M")
            inside = monthly[monthly.index.isin(window, level="month")].groupby("family").sum()
            for name, sums in inside.reindex(families, fill_value=0).items():
                row[f"{name}_{when}"] = sums.astype("Int64").array if window.isin(held).all() else pd.NA
        rows.append(row)
    counts = {f"{what}_{when}": "Int64" for what in ("events", "fatalities") for when in ("before", "after")}
    return pd.concat(rows, ignore_index=True).astype(counts) if rows else pd.DataFrame()


def governance(
    table: pd.DataFrame,
    core: Iterable[str] | str,
    *,
    numerator: str = "people_3plus",
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
    numerator, denominator : str
        What is divided: people in phase 3 or above, displaced people or deaths, by population.
    areas : geopandas.GeoDataFrame, optional
        For the names.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` as :func:`sahelgeo.events.core_periphery`; ``others["areas"]`` has the rate of each area. The verdict
        is
        supported where the periphery's rate is the higher one: that it fares worse, not why.

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
    rows, held = table, table.get("people_3plus")
    lacks = numerator == "people_3plus" and (held is None or held.isna().all())
    if lacks and set(PEOPLE_BY_PHASE[2:]) <= set(rows):
        rows = rows.assign(people_3plus=people_from(rows, 3))
    found = core_periphery(rows, core, numerator=numerator, denominator=denominator)
    each = _each_area(rows, [core] if isinstance(core, str) else list(core), (numerator, denominator), areas)
    measure = text("share_3plus", lang) if numerator == "people_3plus" else f"{numerator} / {denominator}"
    shown = [
        Bar(name, 100 * rate, write_number(100 * rate, lang, 1), part == "periphery")
        for name, rate, part in each[["name", "rate", "part"]].itertuples(index=False)
    ]
    figure = bars(shown, f"{measure} (%)")
    inner, outer = found.set_index("part").loc[["core", "periphery"]].to_dict("records")
    ratio = outer["ratio"]
    words = text("governance_finding", lang, measure=measure, core=inner["rate"], periphery=outer["rate"], row=outer)
    verdict = "described" if pd.isna(ratio) else "supported" if ratio > 1 else "not_supported"
    return made("governance", lang, ([words], verdict), found, figure, [rows], others={"areas": each})


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
        ``table`` as :func:`sahelgeo.events.share_outside`, by year. The verdict is supported where the share outside
        grew from
        the first year to the last and is above one half in the last, not_supported where it fell, else partly;
        described where one year alone is known, incomplete where none is.

    Raises
    ------
    SchemaError
        As :func:`sahelgeo.events.share_outside`.

    Examples
    --------
    >>> import sahelgeo as sg, warnings
    >>> warnings.simplefilter("ignore", sg.DataWarning)
    >>> made_up, mali = sg.brief.load_synthetic(), sg.load_areas("MLI")
    >>> events = made_up.events[made_up.events["iso3"] == "MLI"]
    >>> check = sg.brief.accord(sg.sum_events(events, mali), ["ML06", "ML07+ML10", "ML08"])
    >>> bool(check.table["share_outside"].is_monotonic_increasing)
    True
    """
    found = over_time.share_outside(sums, north, column=column)
    known = found.dropna(subset=["share_outside"])
    turning = load_timeline(kinds=["accord", "coup"], countries="MLI") if timeline is None else timeline
    figure = _accord_drawn(known, turning, lang)
    if known.empty:
        words = text("accord_unknown", lang)
        return made("accord", lang, ([words], "incomplete"), found, figure, [sums])
    first, last = known.iloc[0], known.iloc[-1]
    alone = len(known) == 1
    values = {"first": first["share_outside"], "last": last["share_outside"]}
    values |= {"first_year": first["start"].year, "last_year": last["start"].year}
    words = text("accord_one_year" if alone else "accord_finding", lang, values)
    grew = last["share_outside"] > first["share_outside"]
    verdict = "not_supported" if not grew else "supported" if last["share_outside"] > 0.5 else "partly"
    return made("accord", lang, ([words], "described" if alone else verdict), found, figure, [sums, turning])


def _accord_drawn(known: pd.DataFrame, turning: pd.DataFrame, lang: str) -> Figure:
    figure, (ax,) = new_figure()
    if known.empty:
        without_chart(ax, text("accord_unknown", lang))
        return figure
    # The share of a year is drawn in its middle, so that a day of the timeline stands where it falls in the year.
    series = 100 * known.set_index(known["start"] + (known["end"] - known["start"]) / 2)["share_outside"]
    lines(ax, {"": series}, lang, label=text("outside", lang), drawn="dots")
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
        ``pcode``, ``date`` and ``name`` of each local agreement. No list of them is carried: bring yours.
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
        :func:`sahelgeo.events.before_after`,
        compared with the average of the areas of the table that have no agreement. ``others["war"]`` is the pair by
        month, with ``covered``: the share of the month that every area of the sums has at least (missing where the sums
        do not say). ``parts`` has "agreements" and "war" where they are known. The verdict is described.

    Raises
    ------
    WindowError
        The months around an agreement are not in the table.
    SchemaError
        Columns are missing; agreements without a day or name, or in an area that the table does not have: all at once.

    Examples
    --------
    >>> import sahelgeo as sg, warnings
    >>> warnings.simplefilter("ignore", sg.DataWarning)
    >>> made_up = sg.brief.load_synthetic()
    >>> sums = sg.sum_events(made_up.events, sg.load_areas(["BFA", "MLI", "NER"]), coverage=made_up.coverage)
    >>> war = sg.events.dyads(sg.events.actor_family(made_up.events, actors=made_up.actors), between=made_up.pair)
    >>> check = sg.brief.negotiation(sums, made_up.agreements, war)
    >>> bool(check.table["after"].iloc[0] < check.table["before"].iloc[0])
    True
    """
    agreements = checked_agreements(agreements, set(sums["pcode"].dropna()), "agreements", "table of sums")
    elsewhere = _average_area(sums[sums["pcode"].notna() & ~sums["pcode"].isin(agreements["pcode"])], column)
    rows, problems = [], []
    for one in agreements.to_dict("records"):
        here = sums[sums["pcode"] == one["pcode"]]
        try:
            found = over_time.before_after(here, one["date"], window=window, column=column, compare=elsewhere)
        except WindowError as error:
            problems.append(f"agreement {one['name']!r} of {one['date']:%Y-%m-%d} in {one['pcode']}: {error}")
            continue
        rows.append(found.assign(name=one["name"], pcode=one["pcode"]))
    if problems:
        raise WindowError("; ".join(problems))
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    words = tuple(text("negotiation_finding", lang, row) for row in table.to_dict("records"))
    parts: dict[str, Part] = {"agreements": (words, "described")} if words else {}
    others = {}
    if war is None:
        said_of_war = text("negotiation_no_war", lang)
    else:
        said_of_war = text("negotiation_war", lang, war[["events", "fatalities"]].sum().to_dict())
        parts["war"] = ((said_of_war,), "described")
        others["war"] = war.assign(covered=_covered(war, sums))
    outcome = ((*(words or [text("negotiation_none", lang)]), said_of_war), "described")
    figure = _deaths_drawn(sums, agreements, war, column, lang)
    return made("negotiation", lang, outcome, table, figure, [sums, agreements], others=others, parts=parts)


def _covered(war: pd.DataFrame, sums: pd.DataFrame) -> pd.Series:
    """For each month the share of it that the source covers in the area that it covers least."""
    if "covered" not in sums:
        return pd.Series(pd.NA, index=war.index, dtype="Float64")
    least = sums["covered"].astype("Float64").fillna(0).groupby(pd.to_datetime(sums["start"])).min()
    return pd.to_datetime(war["start"]).map(least).astype("Float64")


def _deaths_drawn(
    sums: pd.DataFrame, agreements: pd.DataFrame, war: pd.DataFrame | None, column: str, lang: str
) -> Figure:
    figure, (left, right) = new_figure(2)
    here = sums[sums["pcode"].isin(agreements["pcode"])]
    monthly = here[column].astype("Float64").groupby(here["start"]).sum()
    if len(monthly):
        lines(left, {"": monthly}, lang, label=text("deaths_month_here", lang))
        mark_timeline(left, agreements.assign(start=agreements["date"], verified=True), lang, column="name")
    else:
        without_chart(left, text("negotiation_none", lang))
    if war is None or war.empty:
        without_chart(right, text("negotiation_no_war", lang))
    else:
        pair = " – ".join(translated(str(name), lang) for name in war[["first", "second"]].iloc[0])
        lines(right, {"": war.set_index("start")["fatalities"]}, lang, label=f"{text('deaths_month', lang)}, {pair}")
    return figure


def _average_area(sums: pd.DataFrame, column: str) -> pd.DataFrame:
    """The mean over areas by month: a month in which an area has no value has none."""
    known = sums[column].astype("Float64")
    if "covered" in sums:
        known = known.mask((sums["covered"] < 1).fillna(False))
    values = known.groupby(sums["start"]).agg(lambda month: month.mean(skipna=False))
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
        ``missions_without_troops`` and the outcome. The rank correlation in the finding is a description: missions are
        sent where violence grows. The verdict is described.

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
    outcome = _known_outcome(sums, column)
    events = load_timeline() if timeline is None else timeline
    table = timeline_steps(events, outcome.index.min().start_time, outcome.index.max().end_time)
    table[column] = table["start"].dt.to_period("M").map(outcome)
    figure, (left, right) = new_figure(2)
    monthly = table.set_index("start")
    lines(left, {"": monthly["missions"]}, lang, label=text("missions", lang), drawn="steps")
    shown = text("deaths_month", lang) if column == "fatalities" else column
    lines(right, {"": monthly[column]}, lang, label=shown)
    used = events[events["kind"].isin(["mission", "strength"])]
    words = _engagement_words(table.dropna(subset=[column]), column, lang)
    return made("engagement", lang, ([words], "described"), table, figure, [sums, used])


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


def _engagement_words(known: pd.DataFrame, column: str, lang: str) -> str:
    missions, outcome = known["missions"].astype("float64"), known[column].astype("float64")
    varied = len(set(missions)) > 1 and len(set(outcome)) > 1
    rho = missions.rank().corr(outcome.rank()) if varied else np.nan
    by_year = known.groupby(known["start"].dt.year)
    years = pd.DataFrame({"missions": by_year["missions"].max(), "deaths": by_year[column].mean()})
    values: dict[str, Any] = {"rho": rho}
    for end, year in (("first", years.index[0]), ("last", years.index[-1])):
        values |= {end: years.loc[year, "missions"], f"deaths_{end}": years.loc[year, "deaths"], f"{end}_year": year}
    return text("engagement_finding", lang, values)
