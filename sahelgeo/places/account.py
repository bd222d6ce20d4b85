"""The account of a join: every row and person that came in, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sahelgeo.errors import SchemaError, listed


@dataclass(frozen=True)
class Account:
    """What a join did with the rows and people that came in.

    ``rows_in = rows_attached + rows_unmatched``, and the same for people (missing where the table counts none).

    Attributes
    ----------
    rows_in, rows_attached, rows_unmatched : int
        Rows of the table.
    people_in, people_attached, people_unmatched : float or None
        Sums of the people column; missing counts add nothing.
    areas_without_rows : int
        Areas that no row names.

    See Also
    --------
    attach_areas : Join a table to its polygons.
    locate : Which area each point lies in.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sample = sg.load_sample("burkina-2020")
    >>> joined, account = sg.attach_areas(sample.stocks.head(3), sample.areas, report=True)
    >>> account.rows_in, account.rows_unmatched, account.people_attached, account.areas_without_rows
    (3, 0, 53639.0, 10)
    >>> print(account)
    3 of 3 rows attached; 53,639 of 53,639 people; 10 areas without a row
    """

    rows_in: int
    rows_attached: int
    people_in: float | None
    people_attached: float | None
    areas_without_rows: int

    @property
    def rows_unmatched(self) -> int:
        """Rows that no area answers to."""
        return self.rows_in - self.rows_attached

    @property
    def people_unmatched(self) -> float | None:
        """People of the rows that no area answers to."""
        if self.people_in is None or self.people_attached is None:
            return None
        return self.people_in - self.people_attached

    def __str__(self) -> str:
        text = f"{self.rows_attached:,} of {self.rows_in:,} rows attached"
        if self.people_in is not None and self.people_attached is not None:
            text += f"; {self.people_attached:,.0f} of {self.people_in:,.0f} people"
        return f"{text}; {self.areas_without_rows:,} areas without a row"


def people_column(table: pd.DataFrame) -> str | None:
    """The column that counts people: ``people``, else ``population``, else none."""
    held = [label for label in ("people", "population") if label in table]
    return next((label for label in held if pd.api.types.is_numeric_dtype(table[label])), None)


def needed_people_column(table: pd.DataFrame, name: str, advice: str = "") -> str:
    """The column that counts people; raise where there is none."""
    label = people_column(table) if isinstance(table, pd.DataFrame) else None
    if label is None:
        found = listed(list(table.columns), 12) if isinstance(table, pd.DataFrame) else type(table).__name__
        raise SchemaError(f"{name}: no column 'people' or 'population'. {advice}Found: {found}")
    return label


def account_of(table: pd.DataFrame, attached: pd.Series, pcodes: pd.Series, rows: pd.Series) -> Account:
    """Count the rows and people of a table that are attached, and the p-codes that no row names.

    ``rows`` is the p-code of each row of the table.
    """
    label = people_column(table)
    total = None if label is None else float(table[label].sum())
    people = None if label is None else float(table.loc[attached.to_numpy(), label].sum())
    without = int((~pcodes.isin(rows.dropna().unique())).sum())
    return Account(len(table), int(attached.sum()), total, people, without)
