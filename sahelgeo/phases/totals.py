"""People by phase added up to areas and countries: one period at a time, sub-areas never twice."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import DataWarning, DoubleCountError, SchemaError, UnmatchedError
from sahelgeo.phases.fit import PEOPLE_BORNE, SHARE_BORNE, check_fit
from sahelgeo.phases.rule import by_rule
from sahelgeo.phases.unplaced import (
    country_of_rows,
    refuse_countries_beside_unplaced,
    refuse_merged_names,
    refuse_regions_beside_unplaced,
)
from sahelgeo.places.levels import nested_codes, parents_of
from sahelgeo.sums import (
    NESTED,
    Mask,
    Numbers,
    check_level,
    chosen,
    clash_in_words,
    clashes,
    first_rows,
    group_numbers,
    literal,
    named_rows,
    one_edition_of,
    refuse,
    rolled_up,
)
from sahelgeo.tables import PEOPLE_BY_PHASE

DIMENSIONS = ("kind", "start", "end", "issued", "source")


def sum_phases(
    phases: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    by: str | Sequence[str] = ("pcode",),
    level: int | None = None,
    choose: Mapping[str, Any] | None = None,
    parts: Literal["fold", "apart"] = "fold",
) -> pd.DataFrame:
    """Add up people by phase, one analysis and period at a time, and count nobody twice.

    The phase of a larger area is worked out again from its people; phases are never averaged.

    Parameters
    ----------
    phases : pandas.DataFrame
        A Phases table.
    areas : geopandas.GeoDataFrame, optional
        Areas, one edition, that say which p-code lies in which. Needed for ``level``.
    by : str or sequence of str
        The columns that make an output row; ``()`` adds everything up, ``("pcode", "start")`` keeps periods apart.
    level : int, optional
        Bring every p-code to this level first: 0 country, 1 region. A row of that level that stands beside rows within it is
        taken for their published total: it is not added, but given beside the sum.
    choose : mapping, optional
        Take only the rows with these values, for example ``{"kind": "current", "start": "2020-03-01"}``. It can name kind,
        start, end, issued and source.
    parts : {"fold", "apart"}
        Rows of a part of an area (with a ``unit``: sites of displaced people, towns, zones of limited access) are people beside
        those of the area's own row: fold them into it, or keep them apart by ``unit_kind``.

    Returns
    -------
    pandas.DataFrame
        One row for each group, sorted by ``by``, with index 0..n-1: the columns of ``by`` (and ``unit_kind``, kept apart); kind,
        start, end, issued and source, constant in each row; ``population`` (persons analysed, as printed), ``people_1`` to
        ``people_5``; ``p2plus``, ``p3plus`` and ``p4plus``, persons in that phase or a higher one; ``share_3plus`` (0–1, of
        those in the five phases); ``phase_rule`` and ``famine_review`` as in :func:`area_phase`; ``rows``, and
        ``rows_missing``, how many of them have no people by phase; ``p3plus_published``, the published total where the
        table has one (missing otherwise).

    Raises
    ------
    DoubleCountError
        Two periods, analyses or sources in one sum; an area and its parts; a row that is the total of the parts of its area; a
        row of a country, or of the total of an admin 1 area, beside rows without a p-code in it.
    UnmatchedError
        A p-code that does not reach ``level``; rows of several places without a p-code, grouped by ``pcode``.
    SchemaError
        The table breaks its declaration, holds shares in the place of people, or an option names what is not there.

    Warns
    -----
    DataWarning
        Rows without people in a sum; people by phase that do not add up to the population of their row, or a published total
        that is not the sum of its areas (beyond 5 persons and 0.5 %).

    See Also
    --------
    area_phase : The phase of each area by the 20 % rule.
    phases_at : The classification that holds on a day.
    phase_coverage : The share of people that an analysis covered.

    Notes
    -----
    P3+ is the population in need of action (IPC Technical Manual 3.1). The rule applied to a sum is ours: neither IPC nor the
    Cadre Harmonisé classify countries.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> phases = sg.load_sample("burkina-2020").phases
    >>> sg.sum_phases(phases, by=())[["kind", "p2plus", "p3plus", "p4plus", "rows"]]
          kind     p2plus     p3plus   p4plus  rows
    0  current  6000178.0  1606484.0  72766.0    13
    """
    table = conform(phases, "phases")
    keys = _keys(by, table, parts)
    check_level(level, areas)
    table = chosen(table.assign(unit_kind=table["unit_kind"].fillna("area")), _with_days(choose), DIMENSIONS)
    check_fit(table, 2)
    checked = None if areas is None else one_edition_of(areas, table, ["pcode"])
    refuse_countries_beside_unplaced(table, group_numbers(table, DIMENSIONS))
    refuse_regions_beside_unplaced(table, group_numbers(table, DIMENSIONS))
    table, totals = _without_totals(table, checked, level)
    if checked is not None and level is not None:
        _refuse_without_code(table)
        table = rolled_up(table, checked, level, ["pcode"])
    _refuse_totals_of_parts(table)
    refuse_merged_names(table, keys)
    groups = group_numbers(table, keys)
    _refuse_mixed(table, groups, keys)
    return _with_totals(_sums(table, groups, keys), totals, keys)


def phase_coverage(phases: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """How much of the people who live in each area an analysis covered.

    Parameters
    ----------
    phases : pandas.DataFrame
        A Phases table, or what :func:`sum_phases` makes of one, with p-codes.
    population : pandas.DataFrame
        A Population table with one figure for each area.

    Returns
    -------
    pandas.DataFrame
        The rows with their index, with ``analysed`` (persons in the five phases, else the printed population), ``living``
        (persons), ``coverage`` (analysed / living; missing where either is) and ``living_source``.

    Raises
    ------
    DoubleCountError
        An area has several figures.
    SchemaError
        A table breaks its declaration.

    Warns
    -----
    DataWarning
        More people analysed than live in an area, by more than 5 %: other boundaries, or an old census.

    See Also
    --------
    sum_phases : Add up people by phase.
    compare_phases : What changed between two analyses.

    Notes
    -----
    A phase is that of the people analysed. HDX Signals (OCHA) compares analyses only where their coverage differs little.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> half = sample.population.assign(people=2 * sample.population["people"])
    >>> sg.phase_coverage(sample.phases, half)["coverage"].round(2).unique().tolist()
    [0.5]
    """
    missing = [name for name in ("pcode", *PEOPLE_BY_PHASE) if isinstance(phases, pd.DataFrame) and name not in phases]
    if missing:
        raise SchemaError(
            f"phases: columns {', '.join(missing)} are missing. Give a Phases table, or what sum_phases makes of one"
        )
    checks.columns(phases, "phases", {"pcode": "text", **dict.fromkeys(PEOPLE_BY_PHASE, "number")})
    living = conform(population, "population").dropna(subset=["pcode"])
    living = living[living["pcode"].isin(phases["pcode"].dropna())]
    twice = living["pcode"].duplicated(keep=False)
    if twice.any():
        named = listed(list(living.loc[twice, "pcode"].unique()), SHOWN_AT_MOST)
        raise DoubleCountError(
            f"population: more than one figure for {named}. Choose one year and source", living[twice]
        )
    analysed = phases[list(PEOPLE_BY_PHASE)].sum(axis=1, skipna=False).astype("Float64")
    if "population" in phases:
        analysed = analysed.fillna(phases["population"].astype("Float64"))
    figures = living.set_index("pcode")
    people = phases["pcode"].map(figures["people"]).astype("Float64")
    coverage = analysed / people.mask(people == 0)
    over = (coverage > 1.05).fillna(False)
    if over.any():
        warnings.warn(
            f"more people analysed than live there in {listed(list(phases['pcode'][over]), SHOWN_AT_MOST)}: "
            "compare the boundaries, and the year of the population",
            DataWarning,
            stacklevel=2,
        )
    sources = phases["pcode"].map(figures["source"]).astype("string")
    return phases.assign(analysed=analysed, living=people, coverage=coverage, living_source=sources)


def _keys(by: str | Sequence[str], table: pd.DataFrame, parts: str) -> list[str]:
    if parts not in ("fold", "apart"):
        raise SchemaError(f"parts={parts!r} is neither 'fold' nor 'apart'")
    keys = [by] if isinstance(by, str) else list(dict.fromkeys(by))
    unfit = [key for key in keys if key not in table.columns or key in (*PEOPLE_BY_PHASE, "population")]
    if unfit:
        raise SchemaError(f"by has {listed(unfit, 5)}. Choose among the columns: {listed(list(table.columns), 30)}")
    return [*keys, "unit_kind"] if parts == "apart" and "unit_kind" not in keys else keys


def _with_days(choose: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if not isinstance(choose, Mapping):
        return choose
    return {
        name: checks.day(value, f"choose[{name!r}]")
        if name in ("start", "end", "issued") and isinstance(value, str)
        else value
        for name, value in choose.items()
    }


def _without_totals(
    table: pd.DataFrame, areas: gpd.GeoDataFrame | None, level: int | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of areas that hold other rows of the same analysis: at the level asked for they are its published totals.

    A row with a ``unit`` is a part of its area, beside the others.
    """
    pairs = nested_codes(table["pcode"].dropna().unique(), None if areas is None else parents_of(areas))
    scope = pd.Series(group_numbers(table, DIMENSIONS), index=table.index)
    whole = (table["unit"].isna() & (table["unit_kind"] == "area")).to_numpy(dtype=np.bool_)
    present = pd.DataFrame({"scope": scope, "pcode": table["pcode"]}).dropna().drop_duplicates()
    held = present.merge(pairs, left_on="pcode", right_on="inner").merge(
        present, left_on=["scope", "outer"], right_on=["scope", "pcode"]
    )
    outer = pd.MultiIndex.from_frame(held[["scope", "outer"]]) if len(held) else None
    holds = (
        np.zeros(len(table), dtype=np.bool_)
        if outer is None
        else whole & np.asarray(pd.MultiIndex.from_arrays([scope, table["pcode"]]).isin(outer), dtype=np.bool_)
    )
    at_level = np.zeros(len(table), dtype=np.bool_)
    if areas is not None and level is not None:
        codes = set(areas.loc[areas["level"] == level, "pcode"])
        if level == 0:
            codes |= set(areas.loc[areas["level"] == 1, "parent"].dropna())
        at_level = table["pcode"].isin(codes).to_numpy(dtype=np.bool_)
    # A named part, such as a department without its town, does not hold the town's row.
    holds &= table["unit"].isna().to_numpy(dtype=np.bool_)
    clash = holds & ~at_level
    refuse(
        table,
        NESTED,
        [
            f"{named_rows(table, clash, ['pcode', 'place'])} hold other rows. If they are totals, drop them, or pass level=... of the totals. "
            "If they are the rest of an area, such as a department without its town, say so in 'unit': table.loc[rows, 'unit'] = 'rest'"
        ]
        if clash.any()
        else [],
        clash,
    )
    totals = holds & at_level
    return table[~totals], table[totals]


def _refuse_without_code(table: pd.DataFrame) -> None:
    without = table["pcode"].isna()
    if without.any():
        named = named_rows(table, without.to_numpy(dtype=np.bool_), ["place"])
        raise UnmatchedError(
            f"{int(without.sum()):,} of {len(table):,} rows have no p-code and so no level: {named}. Match their names first, or leave "
            "them out; the rows are in the error's .rows",
            table[without],
        )


def _refuse_totals_of_parts(table: pd.DataFrame) -> None:
    is_part = table["unit"].notna() | (table["unit_kind"] != "area")
    if not is_part.any():
        return
    place = group_numbers(table, ["pcode", "admin1", "admin2", "admin3", *DIMENSIONS])
    people = table[list(PEOPLE_BY_PHASE)].sum(axis=1, skipna=False)
    parts = people.where(is_part).groupby(place).transform("sum", min_count=1)
    count = is_part.groupby(place).transform("sum")
    borne = np.maximum(PEOPLE_BORNE, SHARE_BORNE * people)
    close = ((people - parts).abs() <= borne).fillna(False) & (count > 1)
    # One part may have about as many people as the rest of its area; the same in each phase is the area printed twice.
    each = [
        table[name].where(is_part).groupby(place).transform("sum", min_count=1) == table[name]
        for name in PEOPLE_BY_PHASE
    ]
    same = pd.concat(each, axis=1).fillna(False).all(axis=1) & (count == 1)
    total = (close | same) & ~is_part & (people > 0).fillna(False)
    rows = total.to_numpy(dtype=np.bool_)
    refuse(
        table,
        "The sum would count the parts of an area twice:",
        [f"{named_rows(table, rows, ['pcode', 'place'])} is the total of its parts. Drop this row, or its parts"]
        if rows.any()
        else [],
        rows,
    )


def _refuse_mixed(table: pd.DataFrame, groups: Numbers, keys: list[str]) -> None:
    found: dict[str, Mask] = clashes(table, groups, [name for name in DIMENSIONS if name not in keys])
    if not found:
        return
    countries = pd.factorize(country_of_rows(table))[0]
    within = group_numbers(pd.DataFrame({"group": groups, "country": countries}), ("group", "country"))
    problems = []
    for column, rows in found.items():
        example = literal(table[column][rows].iloc[0])
        # Where each country has one value, neither a choice of days nor phases_at makes the countries alike.
        added = [column] if clashes(table, within, [column]) or "iso3" in keys else ["iso3", column]
        kept = (
            "(" + ", ".join(repr(name) for name in [*keys, *added]) + ("," if len(keys) + len(added) == 1 else "") + ")"
        )
        problem = f"{clash_in_words(table, rows, column, keys)}. Choose one with choose={{{column!r}: {example}}}, or keep them apart with by={kept}"
        if len(added) == 1 and column != "source" and "vintages" not in table:
            problem += "; phases_at takes the analysis that speaks for a day"
        problems.append(problem)
    refuse(table, "The sum would mix analyses or periods:", problems, np.logical_or.reduce(list(found.values())))


def _sums(table: pd.DataFrame, groups: Numbers, keys: list[str]) -> pd.DataFrame:
    counted = ["population", *PEOPLE_BY_PHASE]
    sums = table[counted].groupby(groups).sum(min_count=1).reset_index(drop=True)
    without = table[list(PEOPLE_BY_PHASE)].isna().any(axis=1)
    rows = pd.Series(1, index=table.index).groupby(groups).sum().reset_index(drop=True).astype("int64")
    missing = without.groupby(groups).sum().reset_index(drop=True).astype("int64")
    partial = (missing > 0) & (missing < rows)
    if partial.any():
        hidden = without.to_numpy(dtype=np.bool_) & np.isin(groups, np.flatnonzero(partial))
        warnings.warn(
            f"{int(hidden.sum()):,} of {len(table):,} rows lack people in some phase or all. The phases that they have are in the sums, the others are not: "
            f"{named_rows(table, hidden, ['pcode', 'state'])}. Missing is not zero: see the column 'rows_missing'",
            DataWarning,
            stacklevel=4,
        )
    constant = [name for name in DIMENSIONS if name not in keys]
    result = pd.concat([first_rows(table, groups, [*keys, *constant]), sums], axis=1)
    for phase in (2, 3, 4):
        result[f"p{phase}plus"] = sums[list(PEOPLE_BY_PHASE[phase - 1 :])].sum(axis=1, skipna=False).astype("Float64")
    rule = by_rule(sums[list(PEOPLE_BY_PHASE)])
    return result.assign(
        share_3plus=rule["share_3plus"],
        phase_rule=rule["phase_rule"],
        famine_review=rule["famine_review"],
        rows=rows,
        rows_missing=missing,
    )


def _with_totals(result: pd.DataFrame, totals: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    result["p3plus_published"] = pd.array([pd.NA] * len(result), dtype="Float64")
    shared = ["pcode", *DIMENSIONS] if "pcode" in keys else list(DIMENSIONS)
    if totals.empty or (totals.duplicated(shared).any()):
        return result
    published = totals.assign(
        p3plus_published=totals[list(PEOPLE_BY_PHASE[2:])].sum(axis=1, skipna=False).astype("Float64")
    )
    joined = result.drop(columns="p3plus_published").merge(
        published[[*shared, "p3plus_published"]], on=shared, how="left"
    )
    gap = (joined["p3plus"] - joined["p3plus_published"]).abs()
    off = (gap > np.maximum(PEOPLE_BORNE, SHARE_BORNE * joined["p3plus_published"])).fillna(False)
    if off.any():
        shown = [
            f"{one:,.0f} and {other:,.0f}"
            for one, other in zip(joined["p3plus"][off], joined["p3plus_published"][off], strict=True)
        ]
        warnings.warn(
            f"the sum of areas and the published total differ (persons in phase 3 or above): {listed(shown, SHOWN_AT_MOST)}",
            DataWarning,
            stacklevel=3,
        )
    return joined
