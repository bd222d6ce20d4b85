"""Two analyses compared, area by area, where they can be."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import pandas as pd

from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import DoubleCountError, SchemaError
from sahelgeo.phases.rule import area_phase
from sahelgeo.phases.totals import phase_coverage
from sahelgeo.terms import PEOPLE_BY_PHASE

UNIT = ("pcode", "unit", "unit_kind")
REASONS = ("missing", "kind", "season", "coverage", "source")
# The gate of HDX Signals: coverage may differ by ten points.
COVERAGE_BORNE = 0.10
_ROUNDING_NOISE = 1e-9


def compare_phases(
    earlier: pd.DataFrame,
    later: pd.DataFrame,
    *,
    population: pd.DataFrame | None = None,
    phase: Literal["published", "rule"] = "published",
    across: Collection[str] = (),
) -> pd.DataFrame:
    """What changed in each area between two analyses, where like stands beside like; and why not, elsewhere.

    Two rows are compared if they are of the same unit, kind (current or projected), season (months) and source, and cover
    shares of the people that differ by ten points at most.

    Parameters
    ----------
    earlier, later : pandas.DataFrame
        Phases tables with one row for each area (or part of one); :func:`phases_at` makes them.
    population : pandas.DataFrame, optional
        Who lives in each area, to measure the coverage of both analyses by. Without it the people analysed are held against
        each other.
    phase : {"published", "rule"}
        Which phase is compared.
    across : collection of str
        Differences that you mean to compare across: "kind", "season", "coverage", "source".

    Returns
    -------
    pandas.DataFrame
        One row for each unit of either table, in the order of the later, then of the earlier, with index 0..n-1: ``pcode``,
        ``unit``, ``unit_kind``; ``comparable`` (boolean) and ``refused``, the reasons in words, empty where comparable;
        ``phase_earlier``, ``phase_later`` (Int64); ``phase_is`` ("worse", "same", "better"); ``p3plus_earlier``,
        ``p3plus_later``, ``p3plus_change`` (persons); ``share_3plus_earlier``, ``share_3plus_later`` (0–1) and
        ``share_3plus_change``. The changes are missing where the rows are not comparable.

    Raises
    ------
    DoubleCountError
        A table has two rows of one unit; choose one period first.
    SchemaError
        A table breaks its declaration, or an option is unknown.

    See Also
    --------
    phases_at : The classification that holds on a day.
    season_vintages : All analyses of one season, side by side.
    audit_phases : Where published figures and the rule disagree.

    Notes
    -----
    October to December and June to August differ by the season; that is no trend (Cadre Harmonisé). Coverage gate: HDX
    Signals (OCHA).

    Examples
    --------
    >>> import sahelgeo as sg
    >>> march = sg.load_sample("burkina-2020").phases
    >>> lean = march.assign(kind="projected", start="2020-06-01", end="2020-08-31")
    >>> sg.compare_phases(march, lean, phase="rule")["refused"].unique().tolist()
    ['kind: current and projected; season: Mar-May and Jun-Aug']
    >>> int(sg.compare_phases(march, lean, phase="rule", across=("kind", "season"))["comparable"].sum())
    13
    """
    unknown = [name for name in across if name not in REASONS[1:]]
    if isinstance(across, str) or unknown:
        raise SchemaError(f"across={across!r}: name kinds of difference in a tuple, among {', '.join(REASONS[1:])}")
    if phase not in ("published", "rule"):
        raise SchemaError(f"phase={phase!r} is neither 'published' nor 'rule'")
    sides = [_side(table, name, population, phase) for table, name in ((later, "later"), (earlier, "earlier"))]
    both = sides[0].merge(
        sides[1], on=list(UNIT), how="outer", suffixes=("_later", "_earlier"), sort=False, indicator=True
    )
    order = both["position_later"].fillna(len(both) + both["position_earlier"])
    both = both.iloc[order.argsort(kind="stable")].reset_index(drop=True)
    refused = _reasons(both, across, with_population=population is not None)
    comparable = refused == ""
    result = both[list(UNIT)].assign(comparable=comparable.astype("boolean"), refused=refused)
    result["phase_earlier"], result["phase_later"] = both["phase_earlier"], both["phase_later"]
    result["phase_is"] = _words(both).where(comparable)
    for name in ("p3plus", "share_3plus"):
        result[f"{name}_earlier"], result[f"{name}_later"] = both[f"{name}_earlier"], both[f"{name}_later"]
        result[f"{name}_change"] = (both[f"{name}_later"] - both[f"{name}_earlier"]).where(comparable)
    return result


def _side(table: pd.DataFrame, name: str, population: pd.DataFrame | None, phase: str) -> pd.DataFrame:
    checked = conform(table, "phases")
    checked = checked.assign(unit_kind=checked["unit_kind"].fillna("area"))
    twice = checked.duplicated(list(UNIT), keep=False)
    if twice.any():
        named = listed(list(checked.loc[twice, "pcode"].drop_duplicates()), SHOWN_AT_MOST)
        raise DoubleCountError(
            f"{name}: more than one row for {named}. Choose one period first: phases_at(table, day)", checked[twice]
        )
    rule = area_phase(checked)
    months = checked["start"].dt.strftime("%b") + "-" + checked["end"].dt.strftime("%b")
    analysed = checked[list(PEOPLE_BY_PHASE)].sum(axis=1, skipna=False).astype("Float64")
    side = checked[[*UNIT, "kind", "source"]].assign(
        season=months,
        position=range(len(checked)),
        phase=rule["phase_rule"] if phase == "rule" else checked["phase_published"],
        p3plus=checked[list(PEOPLE_BY_PHASE[2:])].sum(axis=1, skipna=False).astype("Float64"),
        share_3plus=rule["share_3plus"],
        coverage=analysed.fillna(checked["population"]),
    )
    return side if population is None else side.assign(coverage=phase_coverage(checked, population)["coverage"])


def _reasons(both: pd.DataFrame, across: Collection[str], *, with_population: bool) -> pd.Series:
    reasons = pd.Series("", index=both.index, dtype="string")
    for side, word in (("left_only", "not in the earlier table"), ("right_only", "not in the later table")):
        reasons = reasons.mask(both["_merge"] == side, f"missing: {word}")
    present = both["_merge"] == "both"
    for name in ("kind", "season", "source"):
        one, other = both[f"{name}_earlier"], both[f"{name}_later"]
        if name not in across:
            reasons = _joined(
                reasons, present & (one != other), name + ": " + one.astype("string") + " and " + other.astype("string")
            )
    if "coverage" in across:
        return reasons
    one, other = both["coverage_earlier"], both["coverage_later"]
    if with_population:
        differ, text = (one - other).abs() > COVERAGE_BORNE + _ROUNDING_NOISE, "of those who live there"
        shown = [f"coverage: {_percent(a)} and {_percent(b)} {text}" for a, b in zip(one, other, strict=True)]
    else:
        differ = ((one - other).abs() / one.where(one >= other, other)) > COVERAGE_BORNE + _ROUNDING_NOISE
        shown = [f"coverage: {_number(a)} and {_number(b)} people analysed" for a, b in zip(one, other, strict=True)]
    return _joined(
        reasons, present & differ.fillna(False).astype(bool), pd.Series(shown, index=both.index, dtype="string")
    )


def _joined(reasons: pd.Series, rows: pd.Series, text: pd.Series) -> pd.Series:
    return reasons.mask(rows, (reasons + "; " + text).str.removeprefix("; "))


def _percent(share: float) -> str:
    return "unknown" if pd.isna(share) else f"{100 * share:.0f} %"


def _number(people: float) -> str:
    return "unknown" if pd.isna(people) else f"{people:,.0f}"


def _words(both: pd.DataFrame) -> pd.Series:
    words = pd.Series(pd.NA, index=both.index, dtype="string")
    before, after = both["phase_earlier"], both["phase_later"]
    for word, fits in (("worse", after > before), ("same", after == before), ("better", after < before)):
        words = words.mask(fits.fillna(False), word)
    return words
