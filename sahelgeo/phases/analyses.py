"""Which analysis speaks for a day, those that speak of one season, and two of them compared, area by area."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Literal

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform
from sahelgeo.errors import SHOWN_AT_MOST, AmbiguousError, DoubleCountError, SchemaError, listed, warn
from sahelgeo.nesting import nested_codes, refuse_without_code
from sahelgeo.phases.phase_totals import country_of_rows, share_analysed
from sahelgeo.phases.rule import by_rule, people_from
from sahelgeo.places.attach import check_editions
from sahelgeo.sums import clashes, codes_of, group_numbers
from sahelgeo.tables import PEOPLE_BY_PHASE, PHASE_KINDS

PLACE = ("pcode", "unit", "place", "admin1", "admin2", "admin3")
UNIT = ("pcode", "unit", "unit_kind")
PERIOD = ("kind", "start", "end", "issued", "analysis", "source")
REASONS = ("missing", "kind", "season", "coverage", "source")
# The gate of HDX Signals: coverage may differ by ten points.
COVERAGE_BORNE = 0.10
_ROUNDING_NOISE = 1e-9


def compare_phases(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    population: pd.DataFrame | None = None,
    column: Literal["phase_published", "phase_rule"] = "phase_published",
    across: Collection[str] = (),
) -> pd.DataFrame:
    """What changed in each area between two analyses where they can be compared, and why not where they cannot.

    Two rows are compared if they are of the same unit, kind (current or projected), season (months) and source, and
    cover shares of the people that differ by ten points at most. Where the share of one of them is not known, they are
    not compared. Tables that have phases only, and no people in either, are compared by phase.

    Parameters
    ----------
    before, after : pandas.DataFrame
        Phases tables with one row for each area (or part of one); :func:`phases_at` makes them.
    population : pandas.DataFrame, optional
        Who lives in each area, to measure the coverage of both analyses by. Without it the people analysed are held
        against each other.
    column : {"phase_published", "phase_rule"}
        Which phase is compared: the published one, or that of the 20 % rule, worked out from people by phase.
    across : collection of str
        Differences that you mean to compare across: "kind", "season", "coverage", "source".

    Returns
    -------
    pandas.DataFrame
        One row for each unit of either table, in the order of ``after``, then of ``before``, with index 0..n-1:

        - ``pcode``, ``unit``, ``unit_kind``;
        - ``comparable`` (boolean) and ``refused``, in words why a row is not compared, or why one of its changes is
          missing (no phase, or no people, in a table); empty where all of it is compared;
        - ``phase_before``, ``phase_after`` (Int64) and ``phase_is`` ("worse", "same", "better");
        - ``people_3plus_before``, ``people_3plus_after`` and ``people_3plus_change`` (persons);
        - ``share_3plus_before``, ``share_3plus_after`` (0–1) and ``share_3plus_change``;
        - ``source_before``, ``source_after``.

        The changes are missing where the rows are not comparable.

    Raises
    ------
    DoubleCountError
        A table has two rows of one unit: of several periods, or of parts that ``unit`` does not tell apart.
    UnmatchedError
        Rows without a p-code.
    EditionError
        The tables name two editions: one p-code may be two areas.
    SchemaError
        A table breaks its declaration, or an option is unknown.

    See Also
    --------
    phases_at : The classification that holds on a day.
    season_vintages : All analyses of one season, side by side.
    sahelgeo.phases.audit : Where published figures and the rule disagree.

    Notes
    -----
    October to December and June to August differ by the season; that is no trend (Cadre Harmonisé). Coverage gate: HDX
    Signals (OCHA).

    Examples
    --------
    >>> import sahelgeo as sg
    >>> march = sg.load_sample("burkina-2020").phases
    >>> lean = march.assign(kind="projected", start="2020-06-01", end="2020-08-31")
    >>> sg.compare_phases(march, lean, column="phase_rule")["refused"].unique().tolist()
    ['kind: current and projected; season: Mar-May and Jun-Aug']
    >>> int(sg.compare_phases(march, lean, column="phase_rule", across=("kind", "season"))["comparable"].sum())
    13
    """
    unknown = [name for name in across if name not in REASONS[1:]]
    if isinstance(across, str) or unknown:
        raise SchemaError(f"across={across!r}: name kinds of difference in a tuple, among {', '.join(REASONS[1:])}")
    checks.choice(("phase_published", "phase_rule"), column=column)
    sides = [_side(table, name, population, column) for table, name in ((after, "after"), (before, "before"))]
    check_editions(before, after, "phases before", "those after")
    both = sides[0].merge(
        sides[1], on=list(UNIT), how="outer", suffixes=("_after", "_before"), sort=False, indicator=True
    )
    order = both["position_after"].fillna(len(both) + both["position_before"])
    both = both.iloc[order.argsort(kind="stable")].reset_index(drop=True)
    both["phase_is"] = _words(both)
    refused = _reasons(both, across, with_population=population is not None)
    lacking = _lacking(both)
    nothing = both["phase_is"].isna() & (both["people_3plus_after"] - both["people_3plus_before"]).isna()
    comparable = (refused == "") & ~nothing
    # A row can be compared by its people and not by its phase, or the other way round: the reason stands there too.
    refused = refused.mask(refused == "", lacking)
    result = both[list(UNIT)].assign(comparable=comparable.astype("boolean"), refused=refused)
    result["phase_before"], result["phase_after"] = both["phase_before"], both["phase_after"]
    result["phase_is"] = both["phase_is"].where(comparable)
    for name in ("people_3plus", "share_3plus"):
        result[f"{name}_before"], result[f"{name}_after"] = both[f"{name}_before"], both[f"{name}_after"]
        result[f"{name}_change"] = (both[f"{name}_after"] - both[f"{name}_before"]).where(comparable)
    return result.assign(source_before=both["source_before"], source_after=both["source_after"])


def _side(table: pd.DataFrame, name: str, population: pd.DataFrame | None, column: str) -> pd.DataFrame:
    checked = conform(table, "phases")
    checked = checked.assign(unit_kind=checked["unit_kind"].fillna("area"))
    _refuse_unclear_units(checked, name)
    rule = by_rule(checked[list(PEOPLE_BY_PHASE)])
    months = checked["start"].dt.strftime("%b") + "-" + checked["end"].dt.strftime("%b")
    side = checked[[*UNIT, "kind", "source"]].assign(
        season=months,
        position=range(len(checked)),
        phase=rule["phase_rule"] if column == "phase_rule" else checked["phase_published"],
        people_3plus=people_from(checked, 3),
        share_3plus=rule["share_3plus"],
        coverage=people_from(checked, 1).fillna(checked["population"]),
    )
    return side if population is None else side.assign(coverage=share_analysed(checked, population)["share_analysed"])


def _refuse_unclear_units(checked: pd.DataFrame, name: str) -> None:
    why = "so that nothing says which areas are the same"
    refuse_without_code(checked, why, "leave them out", name=f"{name}: ")
    twice = checked[checked.duplicated(list(UNIT), keep=False)]
    if twice.empty:
        return
    advice = (
        "Choose one period first: phases_at(table, day)"
        if len(twice[list(PERIOD)].drop_duplicates()) > 1
        else "They are of one analysis and period: tell them apart, such as a town printed under the code of its "
        "department, with table.loc[rows, 'unit'] = table['place']; the rows are in the error's .rows"
    )
    raise DoubleCountError(f"{name}: more than one row for {_names(twice)}. {advice}", twice)


def _names(rows: pd.DataFrame) -> str:
    return listed(list(rows["pcode"].fillna(rows["place"]).drop_duplicates()), SHOWN_AT_MOST)


def _reasons(both: pd.DataFrame, across: Collection[str], *, with_population: bool) -> pd.Series:
    reasons = pd.Series("", index=both.index, dtype="string")
    for side, word in (("left_only", "not in 'before'"), ("right_only", "not in 'after'")):
        reasons = reasons.mask(both["_merge"] == side, f"missing: {word}")
    present = both["_merge"] == "both"
    for name in ("kind", "season", "source"):
        one, other = both[f"{name}_before"], both[f"{name}_after"]
        if name not in across:
            both_values = name + ": " + one.astype("string") + " and " + other.astype("string")
            reasons = _joined(reasons, present & (one != other), both_values)
    if "coverage" in across:
        return reasons
    one, other = both["coverage_before"], both["coverage_after"]
    # Without a population, two rows that both have no people are compared by phase: there is no coverage that could
    # differ.
    unknown = (one.isna() | other.isna()) if with_population else (one.isna() ^ other.isna())
    if with_population:
        gap, text = (one - other).abs(), "of those who live there"
        shown = [f"coverage: {_percent(a)} and {_percent(b)} {text}" for a, b in zip(one, other, strict=True)]
    else:
        gap = (one - other).abs() / one.where(one >= other, other)
        shown = [f"coverage: {_number(a)} and {_number(b)} people analysed" for a, b in zip(one, other, strict=True)]
    differ = (gap > COVERAGE_BORNE + _ROUNDING_NOISE).fillna(False) | unknown
    return _joined(reasons, present & differ.astype(bool), pd.Series(shown, index=both.index, dtype="string"))


def _lacking(both: pd.DataFrame) -> pd.Series:
    """Which changes of a row are missing since a table lacks a figure."""
    reasons = pd.Series("", index=both.index, dtype="string")
    for name, word in (("phase", "phase"), ("people_3plus", "people by phase")):
        before, after = both[f"{name}_before"].isna(), both[f"{name}_after"].isna()
        for rows, where in (
            (before & after, "either table"),
            (before & ~after, "'before'"),
            (after & ~before, "'after'"),
        ):
            reasons = _joined(reasons, rows, pd.Series(f"{word}: none in {where}", index=both.index, dtype="string"))
    return reasons


def _joined(reasons: pd.Series, rows: pd.Series, text: pd.Series) -> pd.Series:
    return reasons.mask(rows, (reasons + "; " + text).str.removeprefix("; "))


def _percent(share: float) -> str:
    return "unknown" if pd.isna(share) else f"{100 * share:.0f} %"


def _number(people: float) -> str:
    return "unknown" if pd.isna(people) else f"{people:,.0f}"


def _words(both: pd.DataFrame) -> pd.Series:
    words = pd.Series(pd.NA, index=both.index, dtype="string")
    before, after = both["phase_before"], both["phase_after"]
    for word, fits in (("worse", after > before), ("same", after == before), ("better", after < before)):
        words = words.mask(fits.fillna(False), word)
    return words


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
    # A part of an area that an older analysis alone has is no area without a classification.
    areas = pd.factorize(table["pcode"].fillna(pd.Series(places, table.index).astype("string")))[0]
    text = f"areas left out, as no classification of theirs holds {day:%Y-%m-%d} ({{areas:,}})"
    # Nor is a region whose departments are classified, or a department of a region that is.
    pairs, spoken = nested_codes(table["pcode"].dropna().unique()), table.loc[speaks, "pcode"]
    related = [*pairs.loc[pairs["outer"].isin(spoken), "inner"], *pairs.loc[pairs["inner"].isin(spoken), "outer"]]
    _warn_of_others(table, areas, speaks | table["pcode"].isin(related).to_numpy(dtype=np.bool_), text)
    found, places = table[speaks], places[speaks]
    kind = found["kind"].map({name: number for number, name in enumerate(PHASE_KINDS)})
    # A row without a day of issue comes after all that have one.
    issued = found["issued"].rank(method="dense", ascending=False).fillna(np.inf)
    ranks = [kind, issued] if prefer == "current" else [issued, kind]
    countries = codes_of(country_of_rows(found))
    order = pd.DataFrame({"country": countries, "first": ranks[0], "second": ranks[1]}, index=found.index)
    best = order.groupby("country")["first"].transform("min") == order["first"]
    second = order["second"].where(best)
    best &= second == second.groupby(order["country"]).transform("min")
    chosen = best.to_numpy(dtype=np.bool_)
    _refuse_ties(found, places, chosen)
    _refuse_two_analyses(found, countries, chosen)
    _warn_of_others(found, places, chosen, _OLDER)
    vintages = pd.Series(1, index=found.index).groupby(places).transform("size").astype("int64")
    return found[chosen].assign(vintages=vintages[chosen])


_OLDER = (
    "{rows:,} rows of other analyses are left out, of areas that the chosen analysis of their country does not have "
    "under this code and name (split, merged, renamed, or not analysed)"
)


def _warn_of_others(table: pd.DataFrame, places: np.ndarray, kept: np.ndarray, text: str) -> None:
    """Warn of the places that none of the rows kept is of."""
    others = ~np.isin(places, places[kept])
    if others.any():
        warn(f"{text.format(rows=others.sum(), areas=len(np.unique(places[others])))}: {_names(table[others])}")


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
            "source or period, or write the day of issue ('issued'); the rows are in the error's .candidates",
            rows[which],
        )


def _refuse_ties(found: pd.DataFrame, places: np.ndarray, chosen: np.ndarray) -> None:
    tied = chosen & (np.bincount(places[chosen], minlength=places.max(initial=0) + 1)[places] > 1)
    if tied.any():
        rows = found[tied]
        named = _names(rows)
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
        One row for each analysis (issued, kind, analysis, source) in order of issue, with index 0..n-1:

        - ``vintage`` (1, 2, ...), ``issued``, ``kind``, ``analysis``, ``source``;
        - ``areas``, ``population`` (analysed), ``people_3plus`` and ``people_4plus`` (persons);
        - ``areas_in_both`` and ``people_3plus_change``: against the analysis before, on the areas that both have.

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
        people = people_from(one, 3).set_axis(one[list(PLACE)].astype("string").fillna("").agg("|".join, axis=1))
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


def _against(people: pd.Series, before: pd.Series | None) -> dict[str, object]:
    if before is None:
        return {"areas_in_both": pd.NA, "people_3plus_change": pd.NA}
    change = (people.dropna() - before.dropna()).dropna()
    return {"areas_in_both": len(change), "people_3plus_change": change.sum(min_count=1)}
