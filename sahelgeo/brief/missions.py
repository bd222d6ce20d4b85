"""Assumption 5 of the brief: missions and troops beside what happened."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sahelgeo.brief.charts import lines, new_figure, steps
from sahelgeo.brief.outcome import Check, made, text
from sahelgeo.errors import WindowError
from sahelgeo.events.timeline import load_timeline, timeline_steps
from sahelgeo.events.windows import areas_of, months_of, need_months, unknown_in_words, unknown_months
from sahelgeo.words import write_number


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
        As :func:`sahelgeo.load_timeline` gives it, which is the default.
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
    steps(left, table["start"], table["missions"], lang, label=text("missions", lang))
    shown = text("deaths_month", lang) if column == "fatalities" else column
    lines(right, {"": table.set_index("start")[column]}, lang, label=shown)
    used = events[events["kind"].isin(["mission", "strength"])]
    words = _engagement_words(table.dropna(subset=[column]), column, lang)
    return made("engagement", lang, ([words], "described"), table, figure, [sums, used])


def _known_outcome(sums: pd.DataFrame, column: str) -> pd.Series:
    """The outcome by month; missing where one of the areas is not known, so that the sum is always of the same areas."""
    known = sums[sums.groupby(areas_of(sums))[column].transform("count") > 0]
    months = months_of(known)
    outcome = known[column].astype("Float64").groupby(months).sum(min_count=1)
    unknown = unknown_months(known, pd.PeriodIndex(outcome.index), column)
    outcome = outcome.mask(outcome.index.isin(unknown["month"]))
    if not outcome.notna().any():
        raise WindowError(
            f"sums: in no month is {column} known in every area: {unknown_in_words(unknown) or 'there is no value'}. Give sum_events its coverage"
        )
    return outcome


def _engagement_words(known: pd.DataFrame, column: str, lang: str) -> str:
    missions, outcome = known["missions"].astype("float64"), known[column].astype("float64")
    varied = len(set(missions)) > 1 and len(set(outcome)) > 1
    rho = missions.rank().corr(outcome.rank()) if varied else np.nan
    years = known.groupby(known["start"].dt.year).agg(missions=("missions", "max"), outcome=(column, "mean"))
    return text("engagement_finding", lang).format(
        first=write_number(years["missions"].iloc[0], lang),
        last=write_number(years["missions"].iloc[-1], lang),
        deaths_first=write_number(years["outcome"].iloc[0], lang),
        deaths_last=write_number(years["outcome"].iloc[-1], lang),
        first_year=years.index[0],
        last_year=years.index[-1],
        rho=write_number(rho, lang, 2),
    )
