"""IDMC's figures: which of them count, and what a stock and a flow of displacement are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.embedded import read_rows
from sahelgeo.errors import SHOWN_AT_MOST, DoubleCountError, SchemaError, listed, warn
from sahelgeo.sums import named_rows

Measure = Literal["stock", "flow"]
HEADLINE = MappingProxyType({"stock": "IDPs", "flow": "Internal displacements"})
_ROLES = ("recommended", "triangulation")


@dataclass(frozen=True)
class Category:
    """A category of IDMC's figures.

    Attributes
    ----------
    name : str
        As IDMC prints it.
    kind : {"stock", "flow"}
        People on a day, or movements in a period.
    at_origin, at_destination : int
        What a movement does to the number of displaced people where it begins and where it ends: 1, 0 or -1.
    summable : bool
        Whether figures of the category may be added up.
    """

    name: str
    kind: str
    at_origin: int
    at_destination: int
    summable: bool


@lru_cache(maxsize=1)
def categories() -> Mapping[str, Category]:
    """IDMC's categories by their names in small letters."""
    entries = {}
    for row in read_rows("idmc_categories.csv"):
        at_ends = int(row["at_origin"]), int(row["at_destination"])
        entries[row["category"].lower()] = Category(row["category"], row["kind"], *at_ends, row["summable"] == "yes")
    return MappingProxyType(entries)


def recommended_figures(
    figures: pd.DataFrame, *, measure: Measure = "stock", category: str | None = None
) -> pd.DataFrame:
    """The figures of IDMC that may be added up: recommended ones, of one category of stock or of flow.

    Parameters
    ----------
    figures : pandas.DataFrame
        Figures with the columns ``role`` ("Recommended figure" or "Triangulation") and ``category`` (IDMC's words,
        such as "IDPs" or "Internal displacements"), in capitals or not. Other columns are kept as they are.
    measure : {"stock", "flow"}
        People displaced on a day, or movements in a period. The two are never mixed.
    category : str, optional
        The category to take. The default is the one that IDMC publishes as its headline: "IDPs" for stocks, "Internal
        displacements" for flows.

    Returns
    -------
    pandas.DataFrame
        The rows that count, with their index and columns: for :func:`sum_stocks` or :func:`sum_flows`.

    Raises
    ------
    DoubleCountError
        The category is unverified or partial, and IDMC adds up no such figures; they are in ``.rows``.
    SchemaError
        No column ``role`` or ``category``, a word in them that IDMC does not use, or a category of the other kind.

    Warns
    -----
    DataWarning
        Rows left out, with their number by reason.

    See Also
    --------
    read_idmc : Read figures of IDMC.
    sum_stocks : Add up displaced people.
    sum_flows : Add up movements.

    Notes
    -----
    A figure for triangulation is another source on the same people: IDMC sums recommended figures only. See its
    `quick guide <https://www.internal-displacement.org/quick-guide/>`_.

    Examples
    --------
    >>> import warnings, pandas as pd, sahelgeo as sg
    >>> roles = ["Recommended figure", "Triangulation"]
    >>> figures = pd.DataFrame({"role": roles, "category": "IDPs", "people": [40, 55]})
    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     counted = sg.stocks.recommended_figures(figures)
    >>> counted["people"].tolist(), str(said[0].message)
    ([40], '1 of 2 figures left out: 1 for triangulation')
    """
    checks.choice(HEADLINE, measure=measure)
    for column in ("role", "category"):
        if not isinstance(figures, pd.DataFrame) or column not in figures.columns:
            raise SchemaError(
                f"figures: a DataFrame with a column {column!r} is needed. IDMC's exports have it; rename yours if it "
                "is called otherwise"
            )
    checks.columns(figures, "figures", {"role": "any", "category": "any"})
    roles, found = _roles(figures), figures["category"].map(_category, na_action="ignore")
    known = found.map(lambda entry: isinstance(entry, Category)).astype(bool)
    _refuse_words(figures, "role", roles.isin(_ROLES), "'Recommended figure' or 'Triangulation'")
    _refuse_words(figures, "category", known, "a category of IDMC's")
    wanted = HEADLINE[measure] if category is None else category
    named = _category(wanted)
    if named is None or named.kind != measure:
        names = [entry.name for entry in categories().values() if entry.kind == measure]
        raise SchemaError(f"category={wanted!r} is no {measure} of IDMC's. Choose one of: {', '.join(names)}")
    ours = np.array([entry == named for entry in found], dtype=np.bool_)
    if not named.summable:
        raise DoubleCountError(
            f"IDMC adds up no figures of the category {named.name!r}: {named_rows(figures, ours, [])}. They are in "
            "the error's .rows",
            figures[ours],
        )
    counted = ours & (roles == _ROLES[0]).to_numpy(dtype=np.bool_)
    reasons = {"for triangulation": int((ours & ~counted).sum()), "of other categories": int((~ours).sum())}
    if not counted.all():
        words = ", ".join(f"{count:,} {why}" for why, count in reasons.items() if count)
        warn(f"{sum(reasons.values()):,} of {len(figures):,} figures left out: {words}")
    return figures[counted]


def check_figures(table: pd.DataFrame, measure: Measure) -> None:
    """Raise where a table that still has IDMC's columns holds figures that do not add up."""
    bad = np.zeros(len(table), dtype=np.bool_)
    if "role" in table.columns:
        bad |= (_roles(table) == _ROLES[1]).fillna(False).to_numpy(dtype=np.bool_)
    if "category" in table.columns:
        named = [None if pd.isna(name) else _category(name) for name in table["category"]]
        several = measure == "stock" and len({entry.name for entry in named if entry is not None}) > 1
        unfit = [entry is not None and (several or entry.kind != measure or not entry.summable) for entry in named]
        bad |= np.array(unfit, dtype=np.bool_)
    if bad.any():
        raise DoubleCountError(
            "The sum would mix IDMC's figures for triangulation, or of several categories, with those that count: "
            f"{named_rows(table, bad, [])}. "
            f"Take recommended_figures(figures, measure={measure!r}) first; the rows are in the error's .rows",
            table[bad],
        )


def category_of(name: str) -> Category:
    """The category with this name, in capitals or not; raise for a word that IDMC does not use."""
    found = _category(name)
    if found is None:
        raise SchemaError(
            f"category {name!r} is not one of IDMC's: {', '.join(entry.name for entry in categories().values())}"
        )
    return found


def _category(name: str) -> Category | None:
    return categories().get(str(name).strip().lower())


def _roles(figures: pd.DataFrame) -> pd.Series:
    roles: pd.Series = figures["role"].astype("string").str.strip().str.lower().str.removesuffix(" figure")
    return roles


def _refuse_words(figures: pd.DataFrame, column: str, known: pd.Series, rule: str) -> None:
    if not known.all():
        rows = listed(list(figures.index[~known]), SHOWN_AT_MOST)
        words = listed([repr(word) for word in figures[column][~known].drop_duplicates()], SHOWN_AT_MOST)
        raise SchemaError(f"figures: column {column!r}, row(s) {rows} ({words}): not {rule}")
