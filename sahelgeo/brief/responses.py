"""Assumptions 4 and 5 of the brief: local agreements, and missions and troops, beside what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sahelgeo.brief.charts import lines, mark_timeline, new_figure, without_chart
from sahelgeo.brief.inputs import checked_agreements
from sahelgeo.brief.outcome import Check, Part, made, text, translated
from sahelgeo.errors import WindowError
from sahelgeo.events.over_time import before_after
from sahelgeo.events.timeline import load_timeline, timeline_steps
from sahelgeo.events.windows import areas_of, months_of, need_months, unknown_in_words, unknown_months
from sahelgeo.words import write_number


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
            found = before_after(here, one["date"], window=window, column=column, compare=elsewhere)
        except WindowError as error:
            problems.append(f"agreement {one['name']!r} of {one['date']:%Y-%m-%d} in {one['pcode']}: {error}")
            continue
        rows.append(found.assign(name=one["name"], pcode=one["pcode"]))
    if problems:
        raise WindowError("; ".join(problems))
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    words = tuple(_agreement_words(row, lang) for row in table.to_dict("records"))
    said_of_war = text("negotiation_no_war", lang) if war is None else _war_words(war, lang)
    parts: dict[str, Part] = {"agreements": (words, "described")} if words else {}
    parts |= {} if war is None else {"war": ((said_of_war,), "described")}
    outcome = ((*(words or [text("negotiation_none", lang)]), said_of_war), "described")
    others = {} if war is None else {"war": war.assign(covered=_covered(war, sums))}
    figure = _deaths_drawn(sums, agreements, war, column, lang)
    return made("negotiation", lang, outcome, table, figure, [sums, agreements], others).with_parts(parts)


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
        names = [translated(name, lang) for name in agreements["name"].astype(str)]
        marks = agreements.assign(start=agreements["date"], event=names, verified=True)
        mark_timeline(left, marks, lang, column="event")
    else:
        without_chart(left, text("negotiation_none", lang))
    if war is None or war.empty:
        without_chart(right, text("negotiation_no_war", lang))
    else:
        pair = " – ".join(translated(str(name), lang) for name in war[["first", "second"]].iloc[0])
        lines(right, {"": war.set_index("start")["fatalities"]}, lang, label=f"{text('deaths_month', lang)}, {pair}")
    return figure


def _war_words(war: pd.DataFrame, lang: str) -> str:
    events, deaths = (write_number(war[name].sum(), lang) for name in ("events", "fatalities"))
    return text("negotiation_war", lang, events=events, deaths=deaths)


def _average_area(sums: pd.DataFrame, column: str) -> pd.DataFrame:
    """The mean over areas by month: a month in which an area has no value has none."""
    known = sums[column].astype("Float64")
    if "covered" in sums:
        known = known.mask((sums["covered"] < 1).fillna(False))
    values = known.groupby(sums["start"]).agg(lambda month: month.mean(skipna=False))
    return values.rename(column).reset_index()


def _agreement_words(row: Mapping[Any, Any], lang: str) -> str:
    told = {name: row[name] for name in ("before", "after", "change")}
    told |= {"low": row["change_low"], "high": row["change_high"]}
    numbers = {name: write_number(value, lang, 1) for name, value in told.items()}
    return text("negotiation_finding", lang, name=translated(str(row["name"]), lang), **numbers)


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
    need_months(sums, "sums", column)
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
    known = sums[sums.groupby(areas_of(sums))[column].transform("count") > 0]
    months = months_of(known)
    outcome = known[column].astype("Float64").groupby(months).sum(min_count=1)
    unknown = unknown_months(known, pd.PeriodIndex(outcome.index), column)
    outcome = outcome.mask(outcome.index.isin(unknown["month"]))
    if not outcome.notna().any():
        reasons = unknown_in_words(unknown) or "there is no value"
        raise WindowError(f"sums: in no month is {column} known in every area: {reasons}. Give sum_events its coverage")
    return outcome


def _engagement_words(known: pd.DataFrame, column: str, lang: str) -> str:
    missions, outcome = known["missions"].astype("float64"), known[column].astype("float64")
    varied = len(set(missions)) > 1 and len(set(outcome)) > 1
    rho = missions.rank().corr(outcome.rank()) if varied else np.nan
    by_year = known.groupby(known["start"].dt.year)
    values: dict[str, Any] = {"rho": write_number(rho, lang, 2)}
    for name, of_years in (("", by_year["missions"].max()), ("deaths_", by_year[column].mean())):
        for end, place in (("first", 0), ("last", -1)):
            values |= {f"{name}{end}": write_number(of_years.iloc[place], lang), f"{end}_year": of_years.index[place]}
    return text("engagement_finding", lang, **values)
