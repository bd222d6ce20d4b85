"""Published phases held against the 20 % rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import conform
from sahelgeo.phases.fit import PEOPLE_BORNE, SHARE_BORNE
from sahelgeo.phases.rule import AREA_THRESHOLD, HIGHEST_PHASE_FROM_NUMBERS, by_rule, people_from
from sahelgeo.sums import first_rows, group_numbers, joined_values
from sahelgeo.tables import PEOPLE_BY_PHASE

_ONE_POINT = 0.01
# Five counts rounded to whole persons are off by half a person each at most.
_ROUNDED_PERSONS = 2.5


def audit_phases(phases: pd.DataFrame, *, by: str | Sequence[str] | None = None) -> pd.DataFrame:
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
        - ``distance`` (Float64, 0–1): the share of the people analysed by which the rule misses the published phase; 0 where they
          agree;
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
    A published phase that differs is no error: analysts weigh evidence that is not in the table. Famine (phase 5) is never
    derived from numbers, and so not held against the rule. Tolerances: HDX HAPI, notes on the IPC data.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> phases = sg.load_sample("burkina-2020").phases.assign(phase_published=2)
    >>> sg.audit_phases(phases, by="kind")[["kind", "compared", "agree", "higher", "lower"]]
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
            "within_1_point": ((audit["agrees"] == False) & (audit["distance"] < _ONE_POINT)).fillna(False),  # noqa: E712 - missing is neither
            "do_not_add_up": (audit["adds_up"] == False).fillna(False),  # noqa: E712 - missing is neither
        }
    ).astype("int64")
    groups = group_numbers(table, keys)
    sums = pd.concat([first_rows(table, groups, keys), flags.groupby(groups).sum()], axis=1)
    compared = sums["compared"].astype("Float64")
    sums.insert(len(keys) + 3, "share_agree", sums["agree"] / compared.mask(compared == 0))
    return sums.assign(**joined_values(table, groups, [] if "source" in keys else ["source"]))
