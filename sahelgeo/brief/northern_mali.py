"""Assumption 3 of the brief: the Algiers Accord, and violence outside the regions that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from sahelgeo.brief.charts import day_numbers, lines, mark_timeline, new_figure, without_chart
from sahelgeo.brief.outcome import Check, made, text
from sahelgeo.events.extent import share_outside
from sahelgeo.events.timeline import load_timeline
from sahelgeo.words import write_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
        ``table`` as :func:`sahelgeo.share_outside`, by year. The verdict is supported where the share outside grew from
        the first year to the last and is above one half in the last, not_supported where it fell, else partly;
        described where one year alone is known, incomplete where none is.

    Raises
    ------
    SchemaError
        As :func:`sahelgeo.share_outside`.

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
    turning = load_timeline(kinds=["accord", "coup"], countries="MLI") if timeline is None else timeline
    figure = _drawn(known, turning, lang)
    if known.empty:
        words = text("accord_unknown", lang)
        return made("accord", lang, ([words], "incomplete"), found, figure, [sums])
    first, last = known.iloc[0], known.iloc[-1]
    alone = len(known) == 1
    words = text("accord_one_year" if alone else "accord_finding", lang).format(
        first=write_number(100 * first["share_outside"], lang),
        first_year=first["start"].year,
        last=write_number(100 * last["share_outside"], lang),
        last_year=last["start"].year,
    )
    grew = last["share_outside"] > first["share_outside"]
    verdict = "not_supported" if not grew else "supported" if last["share_outside"] > 0.5 else "partly"
    return made("accord", lang, ([words], "described" if alone else verdict), found, figure, [sums, turning])


def _drawn(known: pd.DataFrame, turning: pd.DataFrame, lang: str) -> Figure:
    figure, (ax,) = new_figure()
    if known.empty:
        without_chart(ax, text("accord_unknown", lang))
        return figure
    # The share of a year is drawn in its middle, so that a day of the timeline stands where it falls in the year.
    series = 100 * known.set_index(known["start"] + (known["end"] - known["start"]) / 2)["share_outside"]
    lines(ax, {"": series}, lang, label=text("outside", lang), dots=True)
    ax.set_ylim(0, 100)
    ax.set_yticks([0, 50, 100])
    ax.set_xlim(*day_numbers([known["start"].iloc[0], known["end"].iloc[-1]]))
    mark_timeline(ax, turning, lang)
    return figure
