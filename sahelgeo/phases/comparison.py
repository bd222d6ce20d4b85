"""Two analyses compared, area by area, where they can be."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform
from sahelgeo.errors import SHOWN_AT_MOST, DoubleCountError, SchemaError, UnmatchedError, listed
from sahelgeo.phases.phase_totals import phase_coverage
from sahelgeo.phases.rule import by_rule, people_from
from sahelgeo.places.attach import check_editions
from sahelgeo.tables import PEOPLE_BY_PHASE

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
    """What changed in each area between two analyses, where like stands beside like; and why not, elsewhere.

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
    return side if population is None else side.assign(coverage=phase_coverage(checked, population)["share_analysed"])


def _refuse_unclear_units(checked: pd.DataFrame, name: str) -> None:
    without = checked["pcode"].isna()
    if without.any():
        named = listed(list(checked.loc[without, "place"].drop_duplicates()), SHOWN_AT_MOST)
        raise UnmatchedError(
            f"{name}: {int(without.sum()):,} of {len(checked):,} rows have no p-code, so that nothing says which "
            f"areas are the same: {named}. "
            "Match their names first (match_areas); the rows are in the error's .rows",
            checked[without],
        )
    twice = checked.duplicated(list(UNIT), keep=False)
    if not twice.any():
        return
    named = listed(list(checked.loc[twice, "pcode"].drop_duplicates()), SHOWN_AT_MOST)
    several_periods = not checked[twice].duplicated([*UNIT, *PERIOD], keep=False).any()
    advice = (
        "Choose one period first: phases_at(table, day)"
        if several_periods
        else "They are of one analysis and period: tell them apart, such as a town printed under the code of its "
        "department, with table.loc[rows, 'unit'] = table['place']; the rows are in the error's .rows"
    )
    raise DoubleCountError(f"{name}: more than one row for {named}. {advice}", checked[twice])


def _reasons(both: pd.DataFrame, across: Collection[str], *, with_population: bool) -> pd.Series:
    reasons = pd.Series("", index=both.index, dtype="string")
    for side, word in (("left_only", "not in 'before'"), ("right_only", "not in 'after'")):
        reasons = reasons.mask(both["_merge"] == side, f"missing: {word}")
    present = both["_merge"] == "both"
    for name in ("kind", "season", "source"):
        one, other = both[f"{name}_before"], both[f"{name}_after"]
        if name not in across:
            reasons = _joined(
                reasons, present & (one != other), name + ": " + one.astype("string") + " and " + other.astype("string")
            )
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
