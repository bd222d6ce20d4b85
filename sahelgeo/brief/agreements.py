"""Assumption 4 of the brief: local agreements, and two armed groups against each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from sahelgeo.brief.charts import lines, mark_timeline, new_figure, what_it_shows
from sahelgeo.brief.outcome import Check, made, text
from sahelgeo.conformance import listed
from sahelgeo.errors import SchemaError
from sahelgeo.events.interventions import before_after
from sahelgeo.needs import need_columns
from sahelgeo.words import write_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
    _check_agreements(agreements, sums)
    elsewhere = _average_area(sums[sums["pcode"].notna() & ~sums["pcode"].isin(agreements["pcode"])], column)
    rows = []
    for one in agreements.to_dict("records"):
        here = sums[sums["pcode"] == one["pcode"]]
        found = before_after(here, one["date"], window=window, column=column, compare=elsewhere)
        rows.append(found.assign(name=one["name"], pcode=one["pcode"]))
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    words = [_agreement_words(row, lang) for row in table.to_dict("records")]
    words = words or [text("negotiation_none", lang)]
    words.append(_war_words(war, lang))
    figure = _drawn(sums, agreements, war, column, lang)
    return made("negotiation", lang, (words, "described"), table, figure, [sums, agreements], {"war": war})


def _check_agreements(agreements: pd.DataFrame, sums: pd.DataFrame) -> None:
    need_columns(agreements, "agreements", {"pcode": "text", "date": "day", "name": "any"})
    gaps = agreements[["pcode", "date", "name"]].isna().any(axis=1)
    if gaps.any():
        raise SchemaError(
            f"agreements: rows {listed(list(agreements.index[gaps]), 5)} have no 'pcode', 'date' or 'name'. Fill the cells, or leave the rows out"
        )
    unknown = sorted(set(agreements["pcode"]) - set(sums["pcode"].dropna()))
    if unknown:
        raise SchemaError(f"agreements: p-codes {listed(unknown, 5)} are not in the table of sums")


def _drawn(sums: pd.DataFrame, agreements: pd.DataFrame, war: pd.DataFrame, column: str, lang: str) -> Figure:
    figure, (left, right) = new_figure(2)
    here = sums[sums["pcode"].isin(agreements["pcode"])]
    monthly = here[column].astype("Float64").groupby(here["start"]).sum()
    if len(monthly):
        lines(left, {"": monthly}, lang, label=text("deaths_month_here", lang))
        marks = pd.DataFrame(
            {"start": pd.to_datetime(agreements["date"]), "event": agreements["name"], "verified": True}
        )
        mark_timeline(left, marks, lang, column="event")
    else:
        left.set_axis_off()
        what_it_shows(left, text("negotiation_none", lang))
    pair = " – ".join(map(str, war[["first", "second"]].iloc[0])) if len(war) else ""
    if len(war):
        lines(right, {"": war.set_index("start")["fatalities"]}, lang, label=f"{text('deaths_month', lang)}, {pair}")
    return figure


def _war_words(war: pd.DataFrame, lang: str) -> str:
    counts = {"events": write_number(war["events"].sum(), lang), "deaths": write_number(war["fatalities"].sum(), lang)}
    return text("negotiation_war", lang).format(**counts)


def _average_area(sums: pd.DataFrame, column: str) -> pd.DataFrame:
    """The mean over areas by month: a month in which an area has no value has none."""
    known = sums[column].astype("Float64")
    if "covered" in sums:
        known = known.mask((sums["covered"] < 1).fillna(False))
    values = known.groupby(sums["start"]).agg(lambda month: month.mean(skipna=False))
    return values.rename(column).reset_index()


def _agreement_words(row: Mapping[Any, Any], lang: str) -> str:
    numbers = {name: write_number(row[name], lang, 1) for name in ("before", "after", "change")}
    ends = {"low": write_number(row["change_low"], lang, 1), "high": write_number(row["change_high"], lang, 1)}
    return text("negotiation_finding", lang).format(name=row["name"], **numbers, **ends)
