"""IDMC's figures: which of them count, and what a stock and a flow of displacement are."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.embedded import read_rows
from sahelgeo.errors import DataWarning, DoubleCountError, SchemaError
from sahelgeo.sums import named_rows

Kind = Literal["stock", "flow"]
HEADLINE = MappingProxyType({"stock": "IDPs", "flow": "Internal displacements"})
_RECOMMENDED = "recommended"


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
    rows = read_rows("idmc_categories.csv")
    return MappingProxyType(
        {
            row["category"].lower(): Category(
                row["category"],
                row["kind"],
                int(row["at_origin"]),
                int(row["at_destination"]),
                row["summable"] == "yes",
            )
            for row in rows
        }
    )


def recommended_figures(figures: pd.DataFrame, *, kind: Kind = "stock", category: str | None = None) -> pd.DataFrame:
    """The figures of IDMC that may be added up: recommended ones, of one category of stock or of flow.

    Parameters
    ----------
    figures : pandas.DataFrame
        Figures with the columns ``role`` ("Recommended figure" or "Triangulation") and ``category`` (IDMC's words,
        such as "IDPs" or "Internal displacements"), in capitals or not. Other columns are kept as they are.
    kind : {"stock", "flow"}
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
    >>> import pandas as pd, sahelgeo as sg
    >>> roles = ["Recommended figure", "Triangulation"]
    >>> figures = pd.DataFrame({"role": roles, "category": "IDPs", "people": [40, 55]})
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     counted = sg.stocks.recommended_figures(figures)
    >>> counted["people"].tolist(), str(said[0].message)
    ([40], '1 of 2 figures left out: 1 for triangulation')
    """
    if kind not in HEADLINE:
        raise SchemaError(f"kind={kind!r} is neither 'stock' nor 'flow'")
    roles, found = _roles(figures), _categories(figures)
    wanted = HEADLINE[kind] if category is None else category
    named = _category(wanted)
    if named is None or named.kind != kind:
        known = [entry.name for entry in categories().values() if entry.kind == kind]
        raise SchemaError(f"category={wanted!r} is no {kind} of IDMC's. Choose one of: {', '.join(known)}")
    ours = (found == named.name).to_numpy(dtype=np.bool_)
    if not named.summable:
        raise DoubleCountError(
            f"IDMC adds up no figures of the category {named.name!r}: {named_rows(figures, ours, [])}. They are in "
            "the error's .rows",
            figures[ours],
        )
    counted = ours & (roles == _RECOMMENDED).to_numpy(dtype=np.bool_)
    _warn_left_out(len(figures), int((ours & ~counted).sum()), int((~ours).sum()))
    return figures[counted]


def check_figures(table: pd.DataFrame, kind: Kind) -> None:
    """Raise where a table that still has IDMC's columns holds figures that do not add up."""
    if "role" not in table.columns and "category" not in table.columns:
        return
    bad = np.zeros(len(table), dtype=np.bool_)
    if "role" in table.columns:
        roles = table["role"].astype("string").str.lower().str.removesuffix(" figure")
        bad |= (roles == "triangulation").fillna(False).to_numpy(dtype=np.bool_)
    if "category" in table.columns:
        named = table["category"].map(_category, na_action="ignore")
        entries = [entry if isinstance(entry, Category) else None for entry in named]
        bad |= np.array(
            [entry is not None and (entry.kind != kind or not entry.summable) for entry in entries], dtype=np.bool_
        )
        if kind == "stock" and len({entry.name for entry in entries if entry is not None}) > 1:
            bad |= np.array([entry is not None for entry in entries], dtype=np.bool_)
    if bad.any():
        raise DoubleCountError(
            "The sum would mix IDMC's figures for triangulation, or of several categories, with those that count: "
            f"{named_rows(table, bad, [])}. "
            f"Take recommended_figures(figures, kind={kind!r}) first; the rows are in the error's .rows",
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
    _need(figures, "role")
    roles = figures["role"].astype("string").str.strip().str.lower().str.removesuffix(" figure")
    _refuse_words(
        figures, "role", roles.isin([_RECOMMENDED, "triangulation"]), "'Recommended figure' or 'Triangulation'"
    )
    return roles


def _categories(figures: pd.DataFrame) -> pd.Series:
    _need(figures, "category")
    found = figures["category"].map(_category, na_action="ignore")
    known = found.map(lambda entry: isinstance(entry, Category)).astype(bool)
    _refuse_words(figures, "category", known, "a category of IDMC's")
    return found.map(lambda entry: entry.name).astype("string")


def _need(figures: pd.DataFrame, column: str) -> None:
    if not isinstance(figures, pd.DataFrame) or column not in figures.columns:
        raise SchemaError(
            f"figures: a DataFrame with a column {column!r} is needed. IDMC's exports have it; rename yours if it is "
            "called otherwise"
        )
    checks.columns(figures, "figures", {column: "any"})


def _refuse_words(figures: pd.DataFrame, column: str, known: pd.Series, rule: str) -> None:
    if not known.all():
        rows = listed(list(figures.index[~known]), SHOWN_AT_MOST)
        words = listed([repr(word) for word in figures[column][~known].drop_duplicates()], SHOWN_AT_MOST)
        raise SchemaError(f"figures: column {column!r}, row(s) {rows} ({words}): not {rule}")


def _warn_left_out(rows: int, triangulation: int, other: int) -> None:
    reasons = [
        f"{count:,} {words}"
        for count, words in ((triangulation, "for triangulation"), (other, "of other categories"))
        if count
    ]
    if reasons:
        warnings.warn(
            f"{triangulation + other:,} of {rows:,} figures left out: {', '.join(reasons)}", DataWarning, stacklevel=3
        )
