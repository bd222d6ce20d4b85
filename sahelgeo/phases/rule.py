"""The phase of an area by the 20 % rule, whether its people fit, and published phases held against the rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform
from sahelgeo.errors import SchemaError, warn
from sahelgeo.phases.classes import PHASES
from sahelgeo.sums import first_rows, group_numbers, joined_values, named_rows
from sahelgeo.tables import PEOPLE_BY_PHASE

# Printed totals and sums of phases differ by rounding (HDX HAPI, notes on the IPC data).
PEOPLE_BORNE, SHARE_BORNE = 5.0, 0.005
# Five shares rounded to two decimals, or five whole percents, miss their whole by as much.
_ROUNDED_SHARES = 0.025
# So many areas, of so many people each, do not all have at most 100 in a phase.
_SEVERAL_AREAS, _MANY = 3, 10_000
# Nor are so many areas of a hundred people each.
_MANY_AREAS = 10


def check_fit(table: pd.DataFrame, *, added: bool = False) -> None:
    """Refuse shares in the place of people, and warn of people that do not add up to the population of their row."""
    refuse_shares(table, added=added)
    phases, population, people = _held(table)
    missing, gap = np.isnan(phases).any(axis=0), people - population
    # Where a phase is missing the others may be fewer than the population, but not more.
    off = np.where(missing, gap, np.abs(gap)) > np.maximum(PEOPLE_BORNE, SHARE_BORNE * population)
    if off.any():
        warn(
            f"in {int(off.sum()):,} of {len(table):,} rows people_1 to people_5 do not add up to the population, "
            f"within 5 persons and 0.5 %: {named_rows(table, off, ['pcode', 'place'])}. See 'sum_minus_population' of "
            "phases.audit"
        )
    sums, printed = phases[2:].sum(axis=0), table["people_3plus"].to_numpy(dtype=np.float64, na_value=np.nan)
    off = np.abs(sums - printed) > np.maximum(PEOPLE_BORNE, SHARE_BORNE * sums)
    if off.any():
        warn(
            f"in {int(off.sum()):,} of {len(table):,} rows people_3plus is not people_3 to people_5 together, within "
            f"5 persons and 0.5 %: {named_rows(table, off, ['pcode', 'place'])}. The five phases are taken"
        )


def refuse_shares(table: pd.DataFrame, *, added: bool = False) -> None:
    """Refuse shares in the place of people: they add up to 1 or 100, or are fractions of 1, beside a population.

    Without a population shares are told by their fractions, and matter where they are ``added`` up. One phase alone,
    of 25 people among thousands, is a count, unless all areas are so.
    """
    phases, population, people = _held(table)
    figures = np.vstack([phases, table["people_3plus"].to_numpy(dtype=np.float64, na_value=np.nan)])
    fewer = population - people > np.maximum(people, PEOPLE_BORNE)
    near_1, near_100 = (np.abs(people - whole) <= _ROUNDED_SHARES * whole for whole in (1, 100))
    several = (~np.isnan(phases)).sum(axis=0) > 1
    largest = np.fmax.reduce(figures, axis=0)
    fractions = largest <= 1
    fractions[fractions] = (figures[:, fractions] % 1 > 0).any(axis=0)
    shares = (fewer & several & (near_1 | near_100)) | (fractions & (population > PEOPLE_BORNE))
    shares |= added & np.isnan(population) & near_1 & fractions
    counted = largest > 0
    if counted.sum() >= _SEVERAL_AREAS and (largest[counted] <= 100).all():
        alone = np.isnan(population) & near_100 & several & (counted.sum() >= _MANY_AREAS)
        shares |= counted & ((population >= _MANY).all(where=counted) | alone.all(where=counted))
    if shares.any():
        problem = (
            f"{named_rows(table, shares, ['pcode', 'place'])}: the people by phase add up to 1 or 100, or are "
            "fractions of 1, beside a population: they are shares or percents. Write persons: the share of the "
            "population"
        )
        raise SchemaError(f"phases: {problem}", [problem])


def _held(table: pd.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """People by phase, the population, and the sum of the people, missing where no phase has any."""
    phases, population = _people(table), table["population"].to_numpy(dtype=np.float64, na_value=np.nan)
    missing = np.isnan(phases)
    people = np.where(missing, 0, phases).sum(axis=0)
    people[missing.all(axis=0)] = np.nan
    return phases, population, people


AREA_THRESHOLD = 0.20
HIGHEST_PHASE_FROM_NUMBERS = 4
# Shares such as 0.07 + 0.13 are not exactly 0.2 in binary: without a margin the inclusive rule would turn on rounding
# noise.
_ROUNDING_NOISE = 1e-9


def area_phase(phases: pd.DataFrame, *, threshold: float = AREA_THRESHOLD) -> pd.DataFrame:
    """The phase of each area by the 20 % rule, from its people by phase.

    The phase is the highest one that at least 20 % of the analysed people are in or above. Shares are not rounded and
    20 % itself counts. The people analysed are those in phases 1 to 5 of the row, not a census figure.

    Famine is never derived from numbers: it needs evidence on food, malnutrition and deaths together. The phase stops
    at 4, and ``famine_review`` says where 20 % or more are in phase 5.

    Parameters
    ----------
    phases : pandas.DataFrame
        A Phases table with ``people_1`` to ``people_5`` (persons).
    threshold : float
        Share of the people analysed, 0.20 in the IPC and Cadre Harmonisé protocols.

    Returns
    -------
    pandas.DataFrame
        The same rows and index, with three columns:

        - ``phase_rule`` (Int64, 1–4);
        - ``share_3plus`` (Float64, 0–1): people in phases 3 to 5 of those analysed;
        - ``famine_review`` (boolean).

        A row where any of the five counts is missing, or where nobody was analysed, is missing in all three: it is not
        phase 1.

    Raises
    ------
    SchemaError
        A column is missing, text or below zero, or a key stands twice; shares in the place of people.

    Warns
    -----
    DataWarning
        People by phase that do not add up to the population of their row, or to its ``people_3plus`` (beyond 5 persons
        and 0.5 %).

    See Also
    --------
    sum_phases : Add up people by phase.
    sahelgeo.phases.audit : Where published figures and the rule disagree.
    sahelgeo.maps.PhaseLayer : Areas in the official colours of their phase.

    Notes
    -----
    Rule: IPC Technical Manual 3.1, area classification; FEWS NET words it the same way. Cap and review: IPC Famine
    protocols. Published phases may differ, since analysts weigh other evidence: keep both (``phase_published``).

    Examples
    --------
    >>> import sahelgeo as sg
    >>> phases = sg.load_sample("burkina-2020").phases.set_index("place")
    >>> sg.area_phase(phases).loc[["Centre-Nord", "Sud-Ouest", "Boucle du Mouhoun"]].round(3)
                       phase_rule  share_3plus  famine_review
    place
    Centre-Nord                 3         0.34          False
    Sud-Ouest                   2        0.026          False
    Boucle du Mouhoun           1        0.023          False
    """
    if not 0 < threshold <= 1:
        raise SchemaError(f"threshold={threshold!r} is not a share. Give a number above 0 and up to 1, such as 0.20")
    table = conform(phases, "phases")
    check_fit(table)
    return by_rule(table[list(PEOPLE_BY_PHASE)], threshold)


def by_rule(people: pd.DataFrame, threshold: float = AREA_THRESHOLD) -> pd.DataFrame:
    """What :func:`area_phase` gives, for five columns of people that are checked already."""
    by_phase = _people(people)
    persons = [by_phase[phase - 1 :].sum(axis=0) for phase in PHASES]
    analysed = np.where(persons[0] == 0, np.nan, persons[0])
    shares = [above / analysed for above in persons]
    reached = [share >= threshold - _ROUNDING_NOISE for share in shares]
    # The phases are reached one after the other, so that their number is the highest of them.
    phase = pd.Series(sum(reached[1:HIGHEST_PHASE_FROM_NUMBERS], start=np.int64(1)), people.index, dtype="Int64")
    famine = pd.Series(reached[4], people.index, dtype="boolean")
    unknown = np.isnan(analysed)
    share = pd.Series(pd.array(shares[2], dtype="Float64"), people.index)
    return pd.DataFrame(
        {"phase_rule": phase.mask(unknown), "share_3plus": share, "famine_review": famine.mask(unknown)}
    )


def people_from(table: pd.DataFrame, phase: int) -> pd.Series:
    """Persons in a phase or a higher one; missing where one of these phases is."""
    return pd.Series(pd.array(_people(table, phase).sum(axis=0), dtype="Float64"), table.index)


def _people(table: pd.DataFrame, phase: int = 1) -> npt.NDArray[np.float64]:
    """A row of numbers for each phase from one on."""
    return np.array([table[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in PEOPLE_BY_PHASE[phase - 1 :]])


_ONE_POINT = 0.01
# Five counts rounded to whole persons are off by half a person each at most.
_ROUNDED_PERSONS = 2.5


def audit(phases: pd.DataFrame, *, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Where the published phase is not that of the 20 % rule, and by how much; and where people do not add up.

    Parameters
    ----------
    phases : pandas.DataFrame
        A Phases table with people by phase and ``phase_published``.
    by : str or sequence of str, optional
        Columns to count by, such as a country or ``["start", "kind"]``. By default every row is given.

    Returns
    -------
    pandas.DataFrame
        Without ``by``, the rows with their index, the key and the names, and:

        - ``phase_published``, ``phase_rule`` (Int64);
        - ``agrees`` (boolean; missing where either phase is missing, or the published one is 5);
        - ``published_is`` ("same", "higher", "lower");
        - ``distance`` (Float64, 0–1): the share of the people analysed by which the rule misses the published phase; 0
          where they agree;
        - ``by_rounding`` (boolean): they disagree by less than counts rounded to whole persons can be off;
        - ``sum_minus_population`` (persons) and ``adds_up`` (boolean: within 5 persons or 0.5 %).

        With ``by``, one row for each group:

        - ``rows``; ``compared``, how many have both phases; ``agree`` and ``share_agree`` (0–1); ``higher``, ``lower``;
        - ``by_rounding``, and ``within_1_point``, rows that disagree by less than a hundredth of the people;
        - ``do_not_add_up``; ``source``.

    Raises
    ------
    SchemaError
        The table breaks its declaration, or ``by`` names no column.

    See Also
    --------
    area_phase : The phase of each area by the 20 % rule.
    compare_phases : What changed between two analyses.

    Notes
    -----
    A published phase that differs is no error: analysts weigh evidence that is not in the table. Famine (phase 5) is
    never derived from numbers, and so not held against the rule. Tolerances: HDX HAPI, notes on the IPC data.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> phases = sg.load_sample("burkina-2020").phases.assign(phase_published=2)
    >>> sg.phases.audit(phases, by="kind")[["kind", "compared", "agree", "higher", "lower"]]
          kind  compared  agree  higher  lower
    0  current        13      6       5      2
    """
    table = conform(phases, "phases")
    keys = checks.by(by, table)
    audit = _rows(table)
    return audit if by is None else _counts(audit, table, keys)


def _rows(table: pd.DataFrame) -> pd.DataFrame:
    published, rule = table["phase_published"], by_rule(table[list(PEOPLE_BY_PHASE)])["phase_rule"]
    auditable = published.notna() & rule.notna() & (published <= HIGHEST_PHASE_FROM_NUMBERS)
    agrees = (published == rule).astype("boolean").mask(~auditable)
    words = pd.Series(pd.NA, index=table.index, dtype="string")
    for word, fits in (("same", published == rule), ("higher", published > rule), ("lower", published < rule)):
        words = words.mask(auditable & fits.fillna(False), word)
    people = people_from(table, 1)
    gap = people - table["population"]
    borne = np.maximum(PEOPLE_BORNE, SHARE_BORNE * table["population"])
    distance = _distance(table, published, rule, people).mask(~auditable)
    return table[["pcode", "unit", "place", "kind", "start", "end", "issued", "source"]].assign(
        phase_published=published,
        phase_rule=rule,
        agrees=agrees,
        published_is=words,
        distance=distance,
        by_rounding=(~agrees & (distance * people <= _ROUNDED_PERSONS)).astype("boolean"),
        sum_minus_population=gap,
        adds_up=(gap.abs() <= borne).astype("boolean").mask(gap.isna()),
    )


def _distance(table: pd.DataFrame, published: pd.Series, rule: pd.Series, people: pd.Series) -> pd.Series:
    distance, analysed = pd.Series(0.0, index=table.index, dtype="Float64"), people.mask(people == 0)
    for phase in range(1, HIGHEST_PHASE_FROM_NUMBERS + 1):
        own = people_from(table, phase) / analysed
        above = people_from(table, phase + 1) / analysed
        higher = ((published == phase) & (rule < phase)).fillna(False)
        lower = ((published == phase) & (rule > phase)).fillna(False)
        distance = distance.mask(higher, AREA_THRESHOLD - own).mask(lower, above - AREA_THRESHOLD)
    return distance


def _counts(audit: pd.DataFrame, table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    flags = pd.DataFrame(
        {
            "rows": 1,
            "compared": audit["agrees"].notna(),
            "agree": audit["agrees"].fillna(False),
            "higher": (audit["published_is"] == "higher").fillna(False),
            "lower": (audit["published_is"] == "lower").fillna(False),
            "by_rounding": audit["by_rounding"].fillna(False),
            "within_1_point": (~audit["agrees"] & (audit["distance"] < _ONE_POINT)).fillna(False),
            "do_not_add_up": (~audit["adds_up"]).fillna(False),
        }
    ).astype("int64")
    groups = group_numbers(table, keys)
    sums = pd.concat([first_rows(table, groups, keys), flags.groupby(groups).sum()], axis=1)
    compared = sums["compared"].astype("Float64")
    sums.insert(len(keys) + 3, "share_agree", sums["agree"] / compared.mask(compared == 0))
    return sums.assign(**joined_values(table, groups, [] if "source" in keys else ["source"]))
