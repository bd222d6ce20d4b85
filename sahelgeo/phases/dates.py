"""Which analysis speaks for a day, and the two or three that speak of one season."""

from __future__ import annotations

import datetime as dt
import warnings
from typing import Literal

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import AmbiguousError, DataWarning, SchemaError
from sahelgeo.phases.phase_totals import country_of_rows
from sahelgeo.phases.rule import people_from
from sahelgeo.sums import clashes, group_numbers
from sahelgeo.tables import PHASE_KINDS

PLACE = ("pcode", "unit", "place", "admin1", "admin2", "admin3")


def phases_at(
    phases: pd.DataFrame, date: str | dt.date, *, prefer: Literal["current", "latest"] = "current"
) -> pd.DataFrame:
    """The classification that speaks for a day: one analysis for each country, one row for each area or part of one.

    Several may: a projection made in November, one made in March, an update made in July. The whole country is taken
    from one of them. Areas are split, merged, renamed and coded anew between analyses, so an older analysis beside a
    newer one would give the same ground and its people twice: none fills in for areas that the chosen one lacks.

    Parameters
    ----------
    phases : pandas.DataFrame
        A Phases table of any number of analyses. The country of a row is its ``iso3``, else that of its p-code; rows of
        neither count as one country.
    date : date or str
        The day (text as YYYY-MM-DD).
    prefer : {"current", "latest"}
        Where several periods hold the day: a current classification before a projection, and of two alike the one
        issued later; or the one issued later, whatever its kind.

    Returns
    -------
    pandas.DataFrame
        The chosen rows with their index labels, as a Phases table, with ``vintages``, how many rows spoke for the day.

    Raises
    ------
    AmbiguousError
        Rows of an area, or two sources in a country, or two periods without a day of issue, that nothing tells apart;
        they are in ``.candidates``.
    SchemaError
        The table breaks its declaration, or ``date`` is not a day.

    Warns
    -----
    DataWarning
        Areas of the table for which no row speaks on that day; areas, by code and name, that only an analysis left out
        has: to use them all the same, give their rows to ``phases_at`` by themselves, and see that their ground is not
        there twice.

    See Also
    --------
    season_vintages : All analyses of one season, side by side.
    compare_phases : What changed between two analyses.

    Notes
    -----
    The Cadre Harmonisé projects June to August twice, in autumn and in spring, and may update it in summer; so one day
    can have three answers.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> phases = sg.load_sample("burkina-2020").phases
    >>> sg.phases_at(phases, "2020-04-15")[["pcode", "kind", "start", "end", "vintages"]].head(2)
      pcode     kind      start        end  vintages
    0  BF13  current 2020-03-01 2020-05-31         1
    1  BF46  current 2020-03-01 2020-05-31         1
    """
    checks.choice(("current", "latest"), prefer=prefer)
    table, day = conform(phases, "phases"), checks.day(date, "date")
    places = group_numbers(table, PLACE)
    speaks = ((table["start"] <= day) & (table["end"] >= day)).to_numpy(dtype=np.bool_)
    _warn_silent(table, places, speaks, day)
    found, places = table[speaks], places[speaks]
    kind = found["kind"].map({name: number for number, name in enumerate(PHASE_KINDS)})
    # A row without a day of issue comes after all that have one.
    issued = found["issued"].rank(method="dense", ascending=False).fillna(np.inf)
    ranks = [kind, issued] if prefer == "current" else [issued, kind]
    countries = group_numbers(found.assign(_country=country_of_rows(found)), ("_country",))
    order = pd.DataFrame({"country": countries, "first": ranks[0], "second": ranks[1]}, index=found.index)
    best = order.groupby("country")["first"].transform("min") == order["first"]
    second = order["second"].where(best)
    best &= second == second.groupby(order["country"]).transform("min")
    chosen = best.to_numpy(dtype=np.bool_)
    _refuse_ties(found, places, chosen)
    _refuse_two_analyses(found, countries, chosen)
    _warn_older(found, places, chosen)
    vintages = pd.Series(1, index=found.index).groupby(places).transform("size").astype("int64")
    return found[chosen].assign(vintages=vintages[chosen])


def _warn_silent(table: pd.DataFrame, places: np.ndarray, speaks: np.ndarray, day: pd.Timestamp) -> None:
    silent = ~np.isin(places, places[speaks])
    if silent.any():
        named = listed(list(table["pcode"].fillna(table["place"])[silent].drop_duplicates()), SHOWN_AT_MOST)
        warnings.warn(
            f"{len(np.unique(places[silent])):,} areas have no classification that holds {day:%Y-%m-%d} and are left "
            f"out: {named}",
            DataWarning,
            stacklevel=3,
        )


def _warn_older(found: pd.DataFrame, places: np.ndarray, chosen: np.ndarray) -> None:
    older = ~chosen & ~np.isin(places, places[chosen])
    if older.any():
        named = listed(list(found["pcode"].fillna(found["place"])[older].drop_duplicates()), SHOWN_AT_MOST)
        warnings.warn(
            f"{int(older.sum()):,} rows of other analyses are left out, of areas that the chosen analysis of their "
            "country does not have "
            f"under this code and name (split, merged, renamed, or not analysed): {named}",
            DataWarning,
            stacklevel=3,
        )


def _refuse_two_analyses(found: pd.DataFrame, countries: np.ndarray, chosen: np.ndarray) -> None:
    rows = found[chosen]
    # Periods that differ are of one analysis only where a day of issue says so.
    periods = rows["start"].astype("string") + " to " + rows["end"].astype("string")
    analyses = pd.DataFrame({"source": rows["source"], "period": periods.where(rows["issued"].isna(), "")})
    two = clashes(analyses, np.unique(countries[chosen], return_inverse=True)[1], ["source", "period"])
    if two:
        which = np.logical_or.reduce(list(two.values()))
        shown = listed(list(analyses[which].drop_duplicates().agg(" ".join, axis=1).str.strip()), SHOWN_AT_MOST)
        raise AmbiguousError(
            f"several analyses of one country speak for the day and nothing says which to take: {shown}. Choose one "
            "source or period, "
            "or write the day of issue ('issued'); the rows are in the error's .candidates",
            rows[which],
        )


def _refuse_ties(found: pd.DataFrame, places: np.ndarray, chosen: np.ndarray) -> None:
    tied = chosen & (np.bincount(places[chosen], minlength=places.max(initial=0) + 1)[places] > 1)
    if tied.any():
        rows = found[tied]
        named = listed(list(rows["pcode"].fillna(rows["place"]).drop_duplicates()), SHOWN_AT_MOST)
        sources = listed(list(rows["source"].drop_duplicates()), SHOWN_AT_MOST)
        raise AmbiguousError(
            f"nothing tells {int(tied.sum()):,} rows apart that speak for one day of {named} (sources: {sources}). "
            "Choose one source or period, or write the day of issue ('issued'); the rows are in the error's "
            ".candidates",
            rows,
        )


def season_vintages(phases: pd.DataFrame, start: str | dt.date, end: str | dt.date) -> pd.DataFrame:
    """The analyses that speak of one season, side by side, each with the people that it saw.

    A lean season is projected in November, again in March, and may be updated in July. Later figures replace earlier
    ones; they are never added.

    Parameters
    ----------
    phases : pandas.DataFrame
        A Phases table of one country, or of several.
    start, end : date or str
        First and last day of the season; periods that begin and end in the same months belong to it.

    Returns
    -------
    pandas.DataFrame
        One row for each analysis (issued, kind, analysis, source) in order of issue, with index 0..n-1: ``vintage``
        (1, 2, ...), ``issued``, ``kind``, ``analysis``, ``source``, ``areas``, ``population`` (analysed),
        ``people_3plus`` and ``people_4plus`` (persons); then, against the analysis before and on the areas that both
        have, ``areas_in_both`` and ``people_3plus_change``.

    Raises
    ------
    SchemaError
        The table breaks its declaration, or no period is that of the season.

    See Also
    --------
    phases_at : The classification that holds on a day.
    compare_phases : What changed between two analyses.

    Notes
    -----
    For June to August 2020 Burkina Faso had 2.15 million people in phase 3 or above in the projection of March, and
    3.28 million in the update of July.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> row = {"pcode": "BF56", "kind": "projected", "start": "2020-06-01", "end": "2020-08-31", "source": "invented",
    ...        "people_1": 500, "people_2": 300, "people_4": 50, "people_5": 0}
    >>> analyses = [{"issued": "2019-11-30", "people_3": 150}, {"issued": "2020-03-31", "people_3": 200}]
    >>> table = pd.DataFrame([{**row, **analysis} for analysis in analyses])
    >>> sg.phases.season_vintages(table, "2020-06-01", "2020-08-31")[["vintage", "people_3plus", "people_3plus_change"]]
       vintage  people_3plus  people_3plus_change
    0        1   200.0           <NA>
    1        2   250.0           50.0
    """
    table = conform(phases, "phases")
    first, last = (checks.day(day, name).to_period("M") for day, name in ((start, "start"), (end, "end")))
    fits = (table["start"].dt.to_period("M") == first) & (table["end"].dt.to_period("M") == last)
    if not fits.any():
        there = table[["start", "end"]].drop_duplicates().sort_values("start")
        shown = [f"{one:%Y-%m} to {other:%Y-%m}" for one, other in zip(there["start"], there["end"], strict=True)]
        raise SchemaError(f"no period is that of {first} to {last}. There are: {listed(shown, 10)}")
    table = table[fits]
    analyses = group_numbers(table, ("issued", "kind", "analysis", "source"))
    rows: list[dict[str, object]] = []
    before = None
    for number in np.unique(analyses):
        one = table[analyses == number]
        people = _people_by_place(one)
        rows.append({"vintage": len(rows) + 1, **_summary(one), **_against(people, before)})
        before = people
    return pd.DataFrame(rows).astype({"areas_in_both": "Int64", "people_3plus_change": "Float64"})


def _summary(rows: pd.DataFrame) -> dict[str, object]:
    first = rows.iloc[0]
    return {
        **{name: first[name] for name in ("issued", "kind", "analysis", "source")},
        "areas": len(rows),
        "population": rows["population"].fillna(people_from(rows, 1)).sum(min_count=1),
        "people_3plus": people_from(rows, 3).sum(min_count=1),
        "people_4plus": people_from(rows, 4).sum(min_count=1),
    }


def _people_by_place(rows: pd.DataFrame) -> pd.Series:
    return people_from(rows, 3).set_axis(rows[list(PLACE)].astype("string").fillna("").agg("|".join, axis=1))


def _against(people: pd.Series, before: pd.Series | None) -> dict[str, object]:
    if before is None:
        return {"areas_in_both": pd.NA, "people_3plus_change": pd.NA}
    change = (people.dropna() - before.dropna()).dropna()
    return {"areas_in_both": len(change), "people_3plus_change": change.sum(min_count=1)}
