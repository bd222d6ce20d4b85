"""People by phase added up to areas and countries: one period at a time, sub-areas never twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks, nesting, sums
from sahelgeo.conformance import conform, conform_coded
from sahelgeo.errors import SHOWN_AT_MOST, DoubleCountError, SchemaError, listed, warn
from sahelgeo.phases.rule import PEOPLE_BORNE, SHARE_BORNE, by_rule, check_fit, people_from
from sahelgeo.places.attach import check_editions
from sahelgeo.places.names import country_of_code
from sahelgeo.sums import Coded, Mask, Numbers, Sum
from sahelgeo.tables import PEOPLE_BY_PHASE

DIMENSIONS = ("kind", "start", "end", "issued", "analysis", "source")
NAMES = ("iso3", "admin1", "admin2", "admin3", "place")


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
        Bring every p-code to this level first: 0 country, 1 region. A row of that level that stands beside rows within
        it is taken for their published total: it is not added, but given beside the sum.
    choose : mapping, optional
        Take only the rows with these values, for example ``{"kind": "current", "start": "2020-03-01"}``. It can name
        kind, start, end, issued, analysis and source (and edition). A list of sources or analyses, as in
        ``{"analysis": ["North", "South"]}``, is your word that they are of different people: they are added up, and
        the sum names all of them.
    parts : {"fold", "apart"}
        Rows of a part of an area (with a ``unit``: sites of displaced people, towns, zones of limited access) are
        people beside those of the area's own row: fold them into it, or keep them apart by ``unit_kind``.

    Returns
    -------
    pandas.DataFrame
        One row for each group, sorted by ``by``, with index 0..n-1:

        - the columns of ``by`` (and ``unit_kind``, kept apart);
        - kind, start, end, issued, analysis and source, constant in each row, and ``edition`` where the table has one;
        - ``season`` as printed, where all rows of a sum have the same;
        - ``population`` (persons analysed, as printed), ``people_1`` to ``people_5``;
        - ``people_2plus``, ``people_3plus`` and ``people_4plus``: persons in that phase or a higher one;
        - ``share_3plus`` (0–1, of those in the five phases), ``phase_rule`` and ``famine_review`` as in
          :func:`area_phase`;
        - ``rows``, how many rows were added, and ``rows_missing``, how many of them lack people in some phase;
        - ``people_3plus_published``: the published total of all that the row adds up, where the table has one (missing
          otherwise).

    Raises
    ------
    DoubleCountError
        Two periods, analyses, sources or editions in one sum; an area and its parts; a row that is the
        total of the parts of its area; a row of a country, or of the total of an admin 1 area, beside rows without a
        p-code in it.
    UnmatchedError
        A p-code that does not reach ``level``; rows of several places without a p-code, grouped by ``pcode``.
    SchemaError
        The table breaks its declaration, holds shares in the place of people, or an option names what is not there.

    Warns
    -----
    DataWarning
        Rows without people in a sum, those with people in ``people_3plus`` alone among them; people by phase that do
        not add up to the population of their row or to its ``people_3plus``, or a published total that is not the sum
        of its areas (beyond 5 persons and 0.5 %).

    See Also
    --------
    area_phase : The phase of each area by the 20 % rule.
    phases_at : The classification that holds on a day.
    share_analysed : The share of people that an analysis covered.

    Notes
    -----
    P3+ is the population in need of action (IPC Technical Manual 3.1). The rule applied to a sum is ours: neither IPC
    nor the Cadre Harmonisé classify countries.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> phases = sg.load_sample("burkina-2020").phases
    >>> sg.sum_phases(phases, by=())[["kind", "people_2plus", "people_3plus", "people_4plus", "rows"]]
          kind     people_2plus     people_3plus   people_4plus  rows
    0  current  6000178.0  1606484.0  72766.0    13
    """
    held = conform_coded(phases, "phases")
    checks.choice(("fold", "apart"), parts=parts)
    keys = checks.by(by, held.table, never=(*PEOPLE_BY_PHASE, "population"))
    keys += ["unit_kind"] if parts == "apart" and "unit_kind" not in keys else []
    nesting.check_level(level, areas)
    how = _how(held.table)
    table = held.table.assign(unit_kind=held.table["unit_kind"].fillna("area"))
    codes = held.but(table, "unit_kind").rows(sums.chosen(table, choose, how.dimensions))
    table = codes.table
    check_fit(table, added=True)
    checked = None if areas is None else nesting.one_edition_of(areas, table, ["pcode"])
    scope = sums.group_numbers(codes, DIMENSIONS)
    _refuse_beside_unplaced(table, scope)
    whole = (table["unit"].isna() & (table["unit_kind"] == "area")).to_numpy(dtype=np.bool_)
    people = people_from(table, 1).fillna(table["population"])
    nesting.refuse_unplaced_totals(codes, people, scope, whole=whole, near=near)
    is_total = _published_totals(table, scope, checked, level)
    totals, scope, codes = table[is_total], scope[~is_total], codes.rows(table[~is_total])
    if checked is not None and level is not None:
        nesting.refuse_without_code(codes.table)
        codes = codes.but(nesting.rolled_up(codes.table, checked, level, ["pcode"]), "pcode")
    table = codes.table
    _refuse_totals_of_parts(table, scope)
    _refuse_merged_names(table, keys)
    groups, together = sums.group_numbers(codes, keys), sums.added_up(choose)
    sums.refuse_unlike(codes, how, by=keys, together=together, groups=groups)
    _warn_partial(table, groups)
    added = _with_season(sums.sums_of(table, groups, keys, how, together), table, groups)
    return _with_totals(_with_phase(added), totals, keys, table)


def _how(table: pd.DataFrame) -> Sum:
    ends = dict.fromkeys(("kind", "start", "end", "issued"), "phases_at takes the analysis that speaks for a day")
    return Sum(
        (*DIMENSIONS, *(["edition"] if "edition" in table else [])),
        ("population", *PEOPLE_BY_PHASE),
        PEOPLE_BY_PHASE,
        place=("pcode", "unit", *NAMES),
        mixes="The sum would mix analyses or periods:",
        ends={} if "vintages" in table else ends,
        country=country_of_rows,
    )


def choose_phase(
    phases: pd.DataFrame, choose: Literal["worst", "largest"] = "worst", *, by: str | Sequence[str] = ("pcode",)
) -> pd.DataFrame:
    """One row for each area whose parts have phases of their own: one published phase, beside the rule over all of it.

    Parameters
    ----------
    phases : pandas.DataFrame
        A Phases table of one analysis and period, with several rows for some areas: accessible and not, towns, sites.
    choose : {"worst", "largest"}
        The highest published phase of the rows of an area, or that of the row with most people analysed (of equally
        many, the higher).
    by : str or sequence of str
        The columns that make an area.

    Returns
    -------
    pandas.DataFrame
        What :func:`sahelgeo.sum_phases` makes of the table: nobody is lost, and ``phase_rule`` is the rule over all
        rows. Beside it:

        - ``phase_published`` (Int64): the phase that was chosen; ``state`` where no row of the area has one;
        - ``chosen`` (the word given) and ``chosen_from`` (Int64), the number of rows.

    Raises
    ------
    DoubleCountError, UnmatchedError, SchemaError
        As for :func:`sahelgeo.sum_phases`; ``choose`` is no such word; ``by`` is empty.

    See Also
    --------
    sahelgeo.sum_phases : Add up people by phase.
    sahelgeo.maps.PhaseLayer : Takes ``choose`` too, and says it in the legend.

    Notes
    -----
    No protocol says which phase a whole area has whose parts were classified apart: both readings are yours to name.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> two = sg.load_sample("burkina-2020").phases.head(2)
    >>> two = two.assign(pcode="BF46", unit=["a", "b"], phase_published=[2, 3])
    >>> sg.phases.choose_phase(two)[["pcode", "phase_published", "phase_rule", "chosen_from"]]
      pcode  phase_published  phase_rule  chosen_from
    0  BF46                3           2            2
    """
    checks.choice(("worst", "largest"), choose=choose)
    table = pd.DataFrame(conform(phases, "phases"))
    table = table.assign(unit_kind=table["unit_kind"].fillna("area"))
    keys = checks.by(by, table)
    if not keys:
        raise SchemaError("by is empty. Say which columns make an area, such as by='pcode'")
    added = sum_phases(table, by=by)
    table = table.assign(
        _known=table["phase_published"].notna(), _size=people_from(table, 1).fillna(table["population"])
    )
    if choose == "largest":
        _warn_unknown_size(table, keys)
    first = ["phase_published", "_size"] if choose == "worst" else ["_size", "phase_published"]
    ranked = table.sort_values(["_known", *first], ascending=False, kind="stable")
    seen = ranked.drop_duplicates(keys)[list(dict.fromkeys([*keys, "phase_published", "state"]))]
    found = added[[label for label in added if label in keys or label not in ("phase_published", "state")]]
    result = found.merge(seen, on=keys, how="left")
    return result.assign(chosen_from=result["rows"].astype("Int64"), chosen=pd.Series(choose, result.index, "string"))


def _warn_unknown_size(table: pd.DataFrame, keys: Sequence[str]) -> None:
    """Warn where the largest part of an area cannot be told: a part with another phase may be larger."""
    classed = table[table["_known"]]
    groups = sums.group_numbers(classed, keys)
    phases = classed["phase_published"].groupby(groups).nunique().to_numpy()[groups]
    unknown = classed["_size"].isna().to_numpy(dtype=np.bool_) & (phases > 1)
    if unknown.any():
        warn(
            f"how many people were analysed is missing in {sums.named_rows(classed, unknown, ['pcode', 'place'])}: it "
            "counts as the smallest part of its area. choose='worst' needs no people"
        )


def share_analysed(phases: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
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
        The rows with their index, and:

        - ``analysed``: persons in the five phases, else the printed population;
        - ``living`` (persons) and ``living_source``;
        - ``share_analysed``: analysed / living, missing where either is.

    Raises
    ------
    DoubleCountError
        An area has several figures.
    EditionError
        The tables name two editions.
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
    A phase is that of the people analysed. HDX Signals (OCHA) compares analyses only where their coverage differs
    little.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> half = sample.population.assign(people=2 * sample.population["people"])
    >>> sg.phases.share_analysed(sample.phases, half)["share_analysed"].round(2).unique().tolist()
    [0.5]
    """
    checks.columns(phases, "phases", {"pcode": "text", **dict.fromkeys(PEOPLE_BY_PHASE, "number")})
    living = conform(population, "population")
    check_editions(phases, living, "phases", "the population")
    living = living[living["pcode"].isin(phases["pcode"].dropna())]
    checks.once(living, "population", "pcode", advice="Choose one year and source", error=DoubleCountError)
    analysed = people_from(phases, 1)
    if "population" in phases:
        analysed = analysed.fillna(phases["population"].astype("Float64"))
    figures = living.set_index("pcode")
    people = phases["pcode"].map(figures["people"]).astype("Float64")
    share = analysed / people.mask(people == 0)
    over = (share > 1.05).fillna(False)
    if over.any():
        warn(
            f"more people analysed than live there in {listed(list(phases['pcode'][over]), SHOWN_AT_MOST)}: "
            "compare the boundaries, and the year of the population"
        )
    sources = phases["pcode"].map(figures["source"]).astype("string")
    return phases.assign(analysed=analysed, living=people, share_analysed=share, living_source=sources)


def _published_totals(table: pd.DataFrame, scope: Numbers, areas: gpd.GeoDataFrame | None, level: int | None) -> Mask:
    """Rows of areas that hold other rows of the same analysis: at the level asked for they are its published totals.

    A row with a ``unit`` is a part of its area, beside the others: a department without its town does not hold the
    town's row.
    """
    _, holds = nesting.holding_rows(table["pcode"], scope, None if areas is None else nesting.parents_of(areas))
    holds &= (table["unit"].isna() & (table["unit_kind"] == "area")).to_numpy(dtype=np.bool_)
    at_level = np.zeros(len(table), dtype=np.bool_)
    if areas is not None and level is not None:
        codes = set(areas.loc[areas["level"] == level, "pcode"])
        if level == 0:
            codes |= set(areas.loc[areas["level"] == 1, "parent"].dropna())
        at_level = table["pcode"].isin(codes).to_numpy(dtype=np.bool_)
    clash = holds & ~at_level
    text = (
        f"{sums.named_rows(table, clash, ['pcode', 'place'])} hold other rows. If they are totals, drop them, or "
        "pass level=... of the totals. If they are the rest of an area, such as a department without its town, say "
        "so in 'unit': table.loc[rows, 'unit'] = 'rest'"
    )
    sums.refuse(table, sums.NESTED, (clash, text))
    return holds & at_level


def _refuse_totals_of_parts(table: pd.DataFrame, scope: Numbers) -> None:
    is_part = table["unit"].notna() | (table["unit_kind"] != "area")
    if not is_part.any():
        return
    place = sums.group_numbers(table.assign(_scope=scope), ["pcode", "admin1", "admin2", "admin3", "_scope"])
    people = people_from(table, 1)
    parts = people.where(is_part).groupby(place).transform("sum", min_count=1)
    count = is_part.groupby(place).transform("sum")
    close = near(parts, people) & (count > 1)
    # One part may have about as many people as the rest of its area; the same in each phase is the area printed twice.
    each = [
        table[name].where(is_part).groupby(place).transform("sum", min_count=1) == table[name]
        for name in PEOPLE_BY_PHASE
    ]
    same = pd.concat(each, axis=1).fillna(False).all(axis=1) & (count == 1)
    rows = ((close | same) & ~is_part & (people > 0).fillna(False)).to_numpy(dtype=np.bool_)
    text = f"{sums.named_rows(table, rows, ['pcode', 'place'])} is the total of its parts. Drop this row, or its parts"
    sums.refuse(table, "The sum would count the parts of an area twice:", (rows, text))


def near(people: pd.Series, total: pd.Series) -> pd.Series:
    """Whether people are as many as a total, as sums of rounded numbers are."""
    return ((people - total).abs() <= np.maximum(PEOPLE_BORNE, SHARE_BORNE * total)).fillna(False)


def _warn_partial(table: pd.DataFrame, groups: Numbers) -> None:
    without = table[list(PEOPLE_BY_PHASE)].isna().any(axis=1).to_numpy()
    hidden = without & np.isin(groups, groups[~without]) if without.any() else without
    if hidden.any():
        warn(
            f"{int(hidden.sum()):,} of {len(table):,} rows lack people in some phase or all. The phases that they have "
            f"are in the sums, the others are not: {sums.named_rows(table, hidden, ['pcode', 'state'])}. Missing is "
            "not zero: see the column 'rows_missing'"
        )
    known = table[list(PEOPLE_BY_PHASE[2:])].fillna(0).sum(axis=1)
    more = (table["people_3plus"] - known).fillna(0)
    alone = (people_from(table, 3).isna() & ~near(known, table["people_3plus"]) & (more > 0)).to_numpy(dtype=np.bool_)
    if alone.any():
        warn(
            f"{int(alone.sum()):,} of {len(table):,} rows have {more[alone].sum():,.0f} people in phase 3 or above in "
            "people_3plus alone, and not in each phase. They are not in the sums: "
            f"{sums.named_rows(table, alone, ['pcode', 'place'])}"
        )


def _with_season(added: pd.DataFrame, table: pd.DataFrame, groups: Numbers) -> pd.DataFrame:
    """The sums with the season that all rows of each print, where there is any."""
    seasons = table["season"].groupby(groups).agg(["first", "nunique", "count", "size"])
    shared = seasons["first"].where((seasons["nunique"] == 1) & (seasons["count"] == seasons["size"]))
    return added.assign(season=shared.to_numpy()) if shared.notna().any() and "season" not in added else added


def _with_phase(added: pd.DataFrame) -> pd.DataFrame:
    people = {f"people_{phase}plus": people_from(added, phase) for phase in (2, 3, 4)}
    ruled = by_rule(added[list(PEOPLE_BY_PHASE)])[["share_3plus", "phase_rule", "famine_review"]]
    rows = {name: added.pop(name) for name in ("rows", "rows_missing")}
    return added.assign(**people, **ruled, **rows)


def _with_totals(result: pd.DataFrame, totals: pd.DataFrame, keys: list[str], table: pd.DataFrame) -> pd.DataFrame:
    shared = ["pcode", *DIMENSIONS] if "pcode" in keys else list(DIMENSIONS)
    # The total of one of several areas is not that of their sum.
    several = "pcode" not in keys and len(table["pcode"].unique()) > 1
    if totals.empty or several or totals.duplicated(shared).any():
        return result.assign(people_3plus_published=pd.Series(index=result.index, dtype="Float64"))
    joined = result.merge(totals[shared].assign(people_3plus_published=people_from(totals, 3)), on=shared, how="left")
    # Nor is it that of each of the rows that the area was divided into.
    divided = joined.duplicated(shared, keep=False)
    joined["people_3plus_published"] = joined["people_3plus_published"].mask(divided)
    ours, theirs = joined["people_3plus"], joined["people_3plus_published"]
    off = (ours - theirs).notna() & ~near(ours, theirs)
    if off.any():
        shown = [f"{one:,.0f} and {other:,.0f}" for one, other in zip(ours[off], theirs[off], strict=True)]
        warn(
            "the sum of areas and the published total differ (persons in phase 3 or above): "
            f"{listed(shown, SHOWN_AT_MOST)}"
        )
    return joined


def country_of_rows(table: pd.DataFrame) -> pd.Series:
    """The country of each row (ISO 3166-1, three letters): as printed, else by the p-code; else empty."""
    codes, distinct = pd.factorize(table["pcode"])
    countries = pd.array([*(country_of_code(code) for code in distinct), None], dtype="string")
    return table["iso3"].astype("string").fillna(pd.Series(countries[codes], index=table.index)).fillna("")


def _refuse_beside_unplaced(table: pd.DataFrame, scope: Numbers) -> None:
    """Raise where a row of a whole country is beside rows without a p-code that may lie in it."""
    without = table["pcode"].isna().to_numpy(dtype=np.bool_)
    if not without.any():
        return
    whole = (table["unit"].isna() & (table["unit_kind"] == "area")).to_numpy(dtype=np.bool_)
    nations = [code for code in table["pcode"].dropna().unique() if nesting.is_country(code)]
    national = whole & table["pcode"].isin(nations).to_numpy(dtype=np.bool_)
    rows = pd.DataFrame({"scope": scope, "country": country_of_rows(table.assign(iso3=table["iso3"].where(without)))})
    inside = pd.MultiIndex.from_frame(rows[without])
    # A row that names no country may lie in any.
    held = [pd.MultiIndex.from_frame(named).isin(inside) for named in (rows, rows.assign(country=""))]
    holds = national & np.logical_or(*held)
    text = (
        f"{sums.named_rows(table, holds, ['pcode', 'place'])} is of a whole country and is beside rows without a "
        "p-code that may lie in it. Drop it, or the rows without a p-code"
    )
    sums.refuse(table, "The sum would count people of a country and of its areas twice:", (holds, text))


def _refuse_merged_names(table: pd.DataFrame, keys: Sequence[str]) -> None:
    """Raise where rows of several places would become one row, since none has the p-code that they are grouped by."""
    without = table["pcode"].isna().to_numpy(dtype=np.bool_)
    if "pcode" not in keys or not without.any():
        return
    rows = Coded(table[without])
    names = pd.DataFrame({"place": sums.group_numbers(rows, NAMES)})
    if sums.clashes(names, sums.group_numbers(rows, keys), ["place"]):
        instead = "name columns of names (by=('admin1', 'place'))"
        nesting.refuse_without_code(table, "and would become one area", instead)
