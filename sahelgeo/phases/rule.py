"""Food-insecurity phases of areas."""

from __future__ import annotations

import pandas as pd

from sahelgeo.conformance import conform
from sahelgeo.errors import SchemaError
from sahelgeo.phases.fit import check_fit
from sahelgeo.tables import PEOPLE_BY_PHASE

AREA_THRESHOLD = 0.20
HIGHEST_PHASE_FROM_NUMBERS = 4
# Shares such as 0.07 + 0.13 are not exactly 0.2 in binary: without a margin the inclusive rule would turn on rounding noise.
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
        The same rows and index, with ``phase_rule`` (Int64, 1–4), ``share_3plus`` (Float64, 0–1: people in phases 3 to
        5 of those analysed) and ``famine_review`` (boolean). A row where any of the five counts is missing, or where
        nobody was analysed, is missing in all three: it is not phase 1.

    Raises
    ------
    SchemaError
        A column is missing, text or below zero, or a key stands twice; shares in the place of people.

    Warns
    -----
    DataWarning
        People by phase that do not add up to the population of their row (beyond 5 persons and 0.5 %).

    See Also
    --------
    sum_phases : Add up people by phase.
    audit_phases : Where published figures and the rule disagree.
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
    check_fit(table, 2)
    return by_rule(table[list(PEOPLE_BY_PHASE)], threshold)


def by_rule(people: pd.DataFrame, threshold: float = AREA_THRESHOLD) -> pd.DataFrame:
    """What :func:`area_phase` gives, for five columns of people that are checked already."""
    analysed = people_from(people, 1)
    analysed = analysed.mask(analysed == 0)
    shares = {phase: people_from(people, phase) / analysed for phase in (2, 3, 4, 5)}
    reached = {phase: share >= threshold - _ROUNDING_NOISE for phase, share in shares.items()}
    phase = pd.Series(1, index=people.index, dtype="Int64").mask(analysed.isna())
    for candidate in range(2, HIGHEST_PHASE_FROM_NUMBERS + 1):
        phase = phase.mask(reached[candidate].fillna(False), candidate)
    return pd.DataFrame({"phase_rule": phase, "share_3plus": shares[3], "famine_review": reached[5].astype("boolean")})


def people_from(table: pd.DataFrame, phase: int) -> pd.Series:
    """Persons in a phase or a higher one; missing where one of these phases is."""
    return table[list(PEOPLE_BY_PHASE[phase - 1 :])].sum(axis=1, skipna=False).astype("Float64")
