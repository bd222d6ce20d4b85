"""The five assumptions of the brief, each as a description of data: none of them shows a cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.brief.charts import bars, day_numbers, lines, mark_timeline, new_figure, steps
from sahelgeo.brief.outcome import Check, made, text
from sahelgeo.conformance import listed
from sahelgeo.errors import SchemaError
from sahelgeo.events.actors import actor_family
from sahelgeo.events.checked import conform_events, span_of
from sahelgeo.events.interventions import before_after
from sahelgeo.events.timeline import load_timeline, timeline_steps
from sahelgeo.events.where import core_periphery, share_outside
from sahelgeo.words import write_number

_SHOWN = 4


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
        Names and families (see :func:`sahelgeo.actor_family`).
    timeline : pandas.DataFrame, optional
        Missions; the default is :func:`sahelgeo.load_timeline`.
    months : int
        Months before and after the month that a mission began in.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each actor family: ``events`` and ``fatalities`` of the events that name it on either side, and
        ``share_of_fatalities``. An event with two families is in both rows, so rows do not add up; deaths are not told apart by who
        caused them. ``others["missions"]`` has one row for each mission and family: ``events_before``, ``events_after``,
        ``fatalities_before``, ``fatalities_after``, missing where the data do not reach. The verdict is described.

    Raises
    ------
    SchemaError, DuplicateEventError, DoubleCountError
        As :func:`sahelgeo.sum_events` and :func:`sahelgeo.actor_family`.

    See Also
    --------
    sahelgeo.dyads : Who fought whom, by period.
    sahelgeo.mean_centre : The centre of events, and how it moved.

    Notes
    -----
    Claim: CSIS, *Rethinking Crisis Responses in the Sahel* (December 2020).
    Names of fronts are lineages: :func:`sahelgeo.load_actors`.

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
    deaths = int(checked["fatalities"].sum())
    table = long.groupby("family").agg(events=("event", "nunique"), fatalities=("fatalities", "sum")).reset_index()
    table["share_of_fatalities"] = table["fatalities"].astype("float64") / deaths if deaths else np.nan
    table = table.sort_values("fatalities", ascending=False, ignore_index=True)
    missions = load_timeline(kinds=["mission"]) if timeline is None else timeline[timeline["kind"] == "mission"]
    first, last = span_of(checked)
    figure, (ax,) = new_figure()
    months_of = pd.period_range(first, last, freq="M")
    top = table["family"].head(_SHOWN)
    series = {family: _monthly(long[long["family"] == family], months_of) for family in top}
    lines(ax, series, lang, label=text("deaths_month", lang))
    mark_timeline(ax, missions[missions["start"] >= first], lang, column="mission")
    words = (
        [
            text("terrorism_finding", lang).format(
                family=table["family"].iloc[0],
                part=write_number(100 * table["share_of_fatalities"].iloc[0], lang),
                events=write_number(len(checked), lang),
                deaths=write_number(deaths, lang),
                start=f"{first:%Y-%m}",
                end=f"{last:%Y-%m}",
            )
        ]
        if len(table)
        else []
    )
    others = {"missions": _mission_windows(long, missions, months_of, months)}
    return made("terrorism", lang, (words, "described"), table, figure, [events, missions], others)


def _by_family(events: pd.DataFrame) -> pd.DataFrame:
    columns = ["event", "date", "fatalities"]
    sides = [events[[*columns, side]].rename(columns={side: "family"}) for side in ("family1", "family2")]
    both = pd.concat(sides, ignore_index=True).dropna(subset=["family"])
    return pd.DataFrame(both).drop_duplicates(["event", "family"])


def _monthly(rows: pd.DataFrame, months: pd.PeriodIndex) -> pd.Series:
    sums = (
        rows["fatalities"].astype("Float64").groupby(rows["date"].dt.to_period("M")).sum().reindex(months, fill_value=0)
    )
    sums.index = months.start_time
    return sums


def _mission_windows(long: pd.DataFrame, missions: pd.DataFrame, held: pd.PeriodIndex, months: int) -> pd.DataFrame:
    rows = []
    of_month = long["date"].dt.to_period("M")
    for mission in missions.dropna(subset=["mission"]).to_dict("records"):
        began = mission["start"].to_period("M")
        windows = {
            "before": pd.period_range(end=began - 1, periods=months, freq="M"),
            "after": pd.period_range(began + 1, periods=months, freq="M"),
        }
        for family, part in long.groupby("family"):
            row: dict[str, Any] = {
                "mission": mission["mission"],
                "start": mission["start"],
                "verified": mission["verified"],
                "family": family,
                "months": months,
            }
            for name, window in windows.items():
                inside = part[of_month[part.index].isin(window)]
                known = window.isin(held).all()
                row[f"events_{name}"] = len(inside) if known else pd.NA
                row[f"fatalities_{name}"] = int(inside["fatalities"].sum()) if known else pd.NA
            rows.append(row)
    counts = {f"{what}_{when}": "Int64" for what in ("events", "fatalities") for when in ("before", "after")}
    return pd.DataFrame(rows).astype(counts) if rows else pd.DataFrame(rows)


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
        One row for each area: ``pcode``, the two columns, ``source``, and ``place`` or ``name`` for the labels. A Phases table gets ``people_3plus`` by itself.
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
        ``table`` as :func:`sahelgeo.core_periphery`; ``others["areas"]`` has the rate of each area. The verdict is supported where the periphery's rate is the higher
        one: that it fares worse, not why.

    Raises
    ------
    SchemaError
        As :func:`sahelgeo.core_periphery`.

    See Also
    --------
    sahelgeo.core_periphery : A rate in the capital against the rest.

    Notes
    -----
    Claim: CSIS, *Rethinking Crisis Responses in the Sahel* (December 2020).
    That the periphery fares worse does not say why.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> check = sg.brief.governance(sg.load_sample("burkina-2020").phases, "BF13")
    >>> check.others["areas"].set_index("name").loc[["Centre-Nord", "Sahel", "Centre"], "rate"].round(3).tolist()
    [0.34, 0.26, 0.02]
    >>> check.verdict
    'supported'
    """
    rows = table
    if (
        numerator == "people_3plus"
        and numerator not in table.columns
        and {"people_3", "people_4", "people_5"} <= set(table.columns)
    ):
        rows = table.assign(people_3plus=table[["people_3", "people_4", "people_5"]].sum(axis=1, skipna=False))
    found = core_periphery(rows, core, numerator=numerator, denominator=denominator)
    label = next((name for name in ("name", "place") if name in rows.columns), "pcode")
    each = pd.DataFrame({"pcode": rows["pcode"], "name": rows[label].astype("string")})
    if areas is not None:
        each["name"] = each["pcode"].map(areas.set_index("pcode")["name"]).fillna(each["name"])
    each["rate"] = rows[numerator].astype("float64") / rows[denominator].astype("float64").where(rows[denominator] > 0)
    each["part"] = np.where(rows["pcode"].isin([core] if isinstance(core, str) else list(core)), "core", "periphery")
    each = each.sort_values("rate", ascending=False, ignore_index=True)
    figure, (ax,) = new_figure()
    bars(
        ax, list(each["name"]), list(100 * each["rate"]), lang, highlight=list(each["part"] == "periphery"), decimals=1
    )
    ax.tick_params(labelsize=5)
    rates = found.set_index("part").to_dict("index")
    words = [
        text("governance_finding", lang).format(
            measure=text("share_3plus", lang) if numerator == "people_3plus" else f"{numerator} / {denominator}",
            core=write_number(100 * rates["core"]["rate"], lang, 1),
            periphery=write_number(100 * rates["periphery"]["rate"], lang, 1),
            ratio=write_number(rates["periphery"]["ratio"], lang, 1),
            highest=write_number(100 * rates["periphery"]["highest"], lang, 1),
        )
    ]
    ratio = rates["periphery"]["ratio"]
    verdict = "described" if pd.isna(ratio) else "supported" if ratio > 1 else "not_supported"
    return made("governance", lang, (words, verdict), found, figure, [rows], {"areas": each})


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
        The p-codes of Kidal, Gao, Ménaka, Tombouctou and Taoudénit in your edition (``load_published("parts_of_mali")``).
    column : str
        What is shared out.
    timeline : pandas.DataFrame, optional
        What is drawn on the chart; the default are accords and coups in Mali.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` as :func:`sahelgeo.share_outside`, by year. The verdict is supported where the share outside grew from the first year to the last and is above one
        half in the last, not_supported where it fell, else partly.

    Raises
    ------
    SchemaError
        As :func:`sahelgeo.share_outside`.

    See Also
    --------
    sahelgeo.share_outside : How much happened outside some areas.

    Notes
    -----
    Claim: CSIS, *Rethinking Crisis Responses in the Sahel* (December 2020).
    The Agreement for Peace and Reconciliation in Mali, 2015, is about the north.

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
    found = share_outside(sums, north, column=column)
    known = found.dropna(subset=["share_outside"])
    figure, (ax,) = new_figure()
    series = known.set_index("start")["share_outside"] * 100
    lines(ax, {"": series}, lang, label=text("outside", lang))
    ax.set_ylim(0, 100)
    if len(known):
        ax.set_xlim(*day_numbers([known["start"].iloc[0], known["end"].iloc[-1]]))
    turning = load_timeline(kinds=["accord", "coup"], country="MLI") if timeline is None else timeline
    mark_timeline(ax, turning, lang)
    if known.empty:
        return made("accord", lang, ([], "described"), found, figure, [sums, turning])
    first, last = known.iloc[0], known.iloc[-1]
    words = text("accord_finding", lang).format(
        first=write_number(100 * first["share_outside"], lang),
        first_year=first["start"].year,
        last=write_number(100 * last["share_outside"], lang),
        last_year=last["start"].year,
    )
    grew = last["share_outside"] > first["share_outside"]
    verdict = "not_supported" if not grew else "supported" if last["share_outside"] > 0.5 else "partly"
    return made("accord", lang, ([words], verdict), found, figure, [sums, turning])


def negotiation(
    sums: pd.DataFrame,
    agreements: pd.DataFrame,
    war: pd.DataFrame,
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
    war : pandas.DataFrame
        The pair's events by month, as :func:`sahelgeo.dyads` gives them with ``between=("JNIM", "ISGS")``.
    column : str
        What is compared.
    window : int
        Months before and after (see :func:`sahelgeo.before_after`).
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each agreement: ``name``, ``pcode`` and the columns of :func:`sahelgeo.before_after`, compared with the average of the areas of the
        table that have no agreement. ``others["war"]`` is the pair by month. The verdict is described.

    Raises
    ------
    WindowError
        The months around an agreement are not in the table.
    SchemaError
        Columns are missing, an agreement in an area that the table does not have.

    See Also
    --------
    sahelgeo.before_after : Events in equal windows before and after a day.

    Notes
    -----
    Claim: CSIS, *Rethinking Crisis Responses in the Sahel* (December 2020).
    Agreements are made where both sides are tired: a fall after one is not its effect.

    Examples
    --------
    >>> import sahelgeo as sg, warnings
    >>> warnings.simplefilter("ignore", sg.DataWarning)
    >>> made_up = sg.brief.load_synthetic()
    >>> sums = sg.sum_events(made_up.events, sg.load_areas(["BFA", "MLI", "NER"]), coverage=made_up.coverage)
    >>> war = sg.dyads(sg.actor_family(made_up.events, actors=made_up.actors), between=made_up.pair)
    >>> check = sg.brief.negotiation(sums, made_up.agreements, war)
    >>> bool(check.table["after"].iloc[0] < check.table["before"].iloc[0])
    True
    """
    missing = [name for name in ("pcode", "date", "name") if name not in agreements.columns]
    if missing:
        raise SchemaError(
            f"agreements: column {missing[0]!r} is missing. Found: {listed(list(agreements.columns), 12)}"
        )
    unknown = sorted(set(agreements["pcode"]) - set(sums["pcode"].dropna()))
    if unknown:
        raise SchemaError(f"agreements: p-codes {listed(unknown, 5)} are not in the table of sums")
    elsewhere = _average_area(sums[sums["pcode"].notna() & ~sums["pcode"].isin(agreements["pcode"])], column)
    rows = []
    for one in agreements.to_dict("records"):
        found = before_after(
            sums[sums["pcode"] == one["pcode"]], one["date"], window=window, column=column, compare=elsewhere
        )
        rows.append(found.assign(name=one["name"], pcode=one["pcode"]))
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    words = [_agreement_words(row, lang) for row in table.to_dict("records")]
    words.append(
        text("negotiation_war", lang).format(
            events=write_number(war["events"].sum(), lang), deaths=write_number(war["fatalities"].sum(), lang)
        )
    )
    figure, (upper, lower) = new_figure(2)
    here = sums[sums["pcode"].isin(agreements["pcode"])]
    monthly = here[column].astype("Float64").groupby(here["start"]).sum()
    lines(upper, {"": monthly}, lang, label=text("deaths_month", lang))
    marks = pd.DataFrame({"start": pd.to_datetime(agreements["date"]), "event": agreements["name"], "verified": True})
    mark_timeline(upper, marks, lang, column="event")
    lines(
        lower,
        {"": war.set_index("start")["fatalities"]},
        lang,
        label=" – ".join(map(str, war[["first", "second"]].iloc[0])) if len(war) else "",
    )
    return made("negotiation", lang, (words, "described"), table, figure, [sums, agreements], {"war": war})


def _average_area(sums: pd.DataFrame, column: str) -> pd.DataFrame:
    """The mean over areas by month: a month in which an area has no value has none."""
    values = sums[column].astype("Float64").groupby(sums["start"]).agg(lambda month: month.mean(skipna=False))
    return values.rename(column).reset_index()


def _agreement_words(row: Mapping[Any, Any], lang: str) -> str:
    numbers = {name: write_number(row[name], lang, 1) for name in ("before", "after", "change")}
    ends = {"low": write_number(row["change_low"], lang, 1), "high": write_number(row["change_high"], lang, 1)}
    return text("negotiation_finding", lang).format(name=row["name"], **numbers, **ends)


def engagement(
    sums: pd.DataFrame, *, timeline: pd.DataFrame | None = None, column: str = "fatalities", lang: str = "en"
) -> Check:
    """Assumption 5: missions and troops in force beside what happened.

    Parameters
    ----------
    sums : pandas.DataFrame
        Monthly rows with ``start`` and the column, as :func:`sahelgeo.sum_events` gives them; areas are added up.
    timeline : pandas.DataFrame, optional
        As :func:`sahelgeo.load_timeline` gives it, which is the default.
    column : str
        The outcome: deaths, displaced people or people in phase 3 or above.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each month: ``start``, ``missions``, ``names``, ``troops``, ``missions_without_troops`` and the outcome. The rank correlation in the
        finding is a description: missions are sent where violence grows. The verdict is described.

    Raises
    ------
    SchemaError
        Columns are missing.

    See Also
    --------
    sahelgeo.timeline_steps : Missions and troops in force by period.
    sahelgeo.lagged_association : Whether one series follows another.

    Notes
    -----
    Claim: CSIS, *Rethinking Crisis Responses in the Sahel* (December 2020).
    The timeline decides nothing: dates without a source are drawn dotted.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> months = pd.date_range("2013-01-01", "2014-12-01", freq="MS")
    >>> sums = pd.DataFrame({"start": months, "fatalities": range(24), "source": "made up"})
    >>> check = sg.brief.engagement(sums)
    >>> check.table["missions"].tolist()[0], check.table["missions"].tolist()[-1], check.verdict
    (2, 3, 'described')
    """
    missing = [name for name in ("start", column) if name not in sums.columns]
    if missing:
        raise SchemaError(f"sums: column {missing[0]!r} is missing. Found: {listed(list(sums.columns), 12)}")
    months = pd.to_datetime(sums["start"]).dt.to_period("M")
    outcome = sums[column].astype("Float64").groupby(months).sum(min_count=1)
    events = load_timeline() if timeline is None else timeline
    table = timeline_steps(events, outcome.index.min().start_time, outcome.index.max().end_time)
    table[column] = table["start"].dt.to_period("M").map(outcome)
    figure, (upper, lower) = new_figure(2)
    steps(upper, table["start"], table["missions"], lang, label=text("missions", lang))
    lines(
        lower,
        {"": table.set_index("start")[column]},
        lang,
        label=text("deaths_month", lang) if column == "fatalities" else column,
    )
    known = table.dropna(subset=[column])
    ranks = known["missions"].astype("float64").rank(), known[column].astype("float64").rank()
    rho = ranks[0].corr(ranks[1]) if len(set(known["missions"])) > 1 and len(set(known[column])) > 1 else np.nan
    years = (
        known.assign(year=known["start"].dt.year)
        .groupby("year")
        .agg(missions=("missions", "max"), outcome=(column, "mean"))
    )
    words = text("engagement_finding", lang).format(
        first=write_number(years["missions"].iloc[0], lang),
        last=write_number(years["missions"].iloc[-1], lang),
        deaths_first=write_number(years["outcome"].iloc[0], lang),
        deaths_last=write_number(years["outcome"].iloc[-1], lang),
        first_year=years.index[0],
        last_year=years.index[-1],
        rho=write_number(rho, lang, 2),
    )
    return made(
        "engagement",
        lang,
        ([words], "described"),
        table,
        figure,
        [sums, events[events["kind"].isin(["mission", "strength"])]],
    )
