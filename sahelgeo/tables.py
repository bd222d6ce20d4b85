"""The declared tables: what a row is, which columns it has, which rules they keep.

Every table of sahelgeo is a plain DataFrame (GeoDataFrame where it has a geometry). Its columns are declared once, in
``sahelgeo/data/tables.csv``; checking, casting, documentation and tests are made from that declaration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelgeo import embedded

PERIOD_RULE = "a period that starts after its end. Swap or correct 'start' and 'end'"
# Kinds of unit that are drawn as points of their own, not as areas.
SETTLEMENTS = ("urban", "idp_site", "refugee")
PEOPLE_BY_PHASE = ("people_1", "people_2", "people_3", "people_4", "people_5")


@dataclass(frozen=True)
class Column:
    """One declared column: its pandas type (string, Int64, Float64 or datetime64[us]) and the rules of its values."""

    dtype: str
    description: str
    required: bool = False
    nullable: bool = True
    one_of: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None

    @property
    def has_rule(self) -> bool:
        """Whether there are values that do not fit."""
        return bool(self.one_of) or self.lowest is not None or self.highest is not None

    @property
    def rule(self) -> str:
        """What a value breaks that does not fit, and what to do."""
        if self.one_of:
            return f"not one of {', '.join(self.one_of)}. Write one of these words"
        if self.dtype == "Float64":
            return "below 0. Leave the cell empty where the value is unknown"
        span = f"{self.lowest} or more" if self.highest is None else f"{self.lowest} to {self.highest}"
        return f"not {span}. Leave the cell empty where the value is unknown"

    def unfit(self, values: pd.Series) -> npt.NDArray[np.bool_]:
        """Which values break the rule; missing ones do not."""
        bad = np.zeros(len(values), dtype=np.bool_)
        if self.one_of:
            bad |= (~values.isin(self.one_of) & values.notna()).to_numpy(dtype=np.bool_)
        if self.lowest is not None or self.highest is not None:
            numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
            bad |= numbers < (-np.inf if self.lowest is None else self.lowest)
            bad |= numbers > (np.inf if self.highest is None else self.highest)
        return bad


@dataclass(frozen=True)
class Table:
    """The declaration of one table.

    Attributes
    ----------
    name : str
        The name that :func:`sahelgeo.conform` takes.
    row : str
        What one row is.
    key : tuple of str
        The columns that tell two rows apart; missing counts as a value.
    columns : mapping of str to Column
        The declared columns, in order.
    geographic : bool
        Whether the table has a ``geometry`` column (and so is a GeoDataFrame).
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    geographic: bool = False


def _table(name: str, row: str) -> Table:
    declared = [entry for entry in embedded.read_rows("tables.csv") if entry["table"] == name]
    columns = {
        entry["column"]: Column(
            entry["type"],
            entry["meaning"],
            required=entry["required"] == "yes",
            nullable=entry["filled"] != "yes",
            one_of=tuple(entry["words"].split("|")) if entry["words"] else (),
            lowest=int(entry["lowest"]) if entry["lowest"] else None,
            highest=int(entry["highest"]) if entry["highest"] else None,
        )
        for entry in declared
    }
    key = tuple(entry["column"] for entry in declared if entry["key"] == "yes")
    return Table(name, row, key, MappingProxyType(columns), geographic=name in ("areas", "events"))


_ROWS = {
    "areas": "an administrative area in one edition of the boundaries",
    "stocks": "displaced people present in a place on a day, counted by one method",
    "flows": "people who moved between two areas in a period",
    "phases": "the food-insecurity classification of an area (or part of one) for a period",
    "events": "a violent event",
    "population": "people who live in an area",
}
TABLES: Mapping[str, Table] = MappingProxyType({name: _table(name, row) for name, row in _ROWS.items()})
GROUPS = TABLES["stocks"].columns["group"].one_of
PHASE_KINDS, UNIT_KINDS, PHASE_STATES = (
    TABLES["phases"].columns[name].one_of for name in ("kind", "unit_kind", "state")
)
