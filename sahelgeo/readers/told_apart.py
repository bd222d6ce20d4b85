"""Rows that a list prints alike: copies are dropped, different counts under one name are numbered."""

from __future__ import annotations

import pandas as pd

from sahelgeo.readers.feed import Found
from sahelgeo.readers.printed import text_of
from sahelgeo.readers.reading import dropped
from sahelgeo.tables import TABLES

_NAMES = ("place", "admin1", "admin2", "admin3", "iso3", "event", "assistance")


def tell_apart(
    table: pd.DataFrame, fates: pd.Series, found: Found, kind: str, *, named: pd.Series | None = None
) -> tuple[pd.DataFrame, pd.Series, list[str]]:
    """A table whose rows can be told apart by the key of its declaration.

    Rows of the file equal in every cell are copies: the first stays. Other rows with the same key are different places of
    one name: they get a number after ``place``. The index of the table is the number of the row in the file. Where
    ``named`` says (by that index) that rows do not name their place, equal rows are no copies: they are numbered too.

    Returns
    -------
    pandas.DataFrame, pandas.Series, list of str
        The table, the fates of the rows of the file, and notes.
    """
    notes: list[str] = []
    rows = found.sheet.cells.loc[table.index.unique()]
    equal = rows.map(text_of).duplicated(keep="first")
    copied = rows.index[equal if named is None else equal & named.reindex(rows.index, fill_value=False)]
    if len(copied):
        fates = dropped(fates, pd.Series(fates.index.isin(copied), index=fates.index), "duplicate")
        table = table[~table.index.isin(copied)]
    key = [name for name in dict.fromkeys((*TABLES[kind].key, *_NAMES)) if name in table]
    alike = table.duplicated(key, keep=False)
    if alike.any():
        number = table.groupby(key, dropna=False).cumcount() + 1
        named = table["place"].fillna("") + " (" + number.astype("string") + ")"
        table = table.assign(place=table["place"].mask(alike & (number > 1), named))
        notes.append(
            f"{int(alike.sum())} rows share place and day with another row: the later ones are numbered in 'place'"
        )
    return table, fates, notes


def deepest_level(frame: pd.DataFrame, level: pd.Series, within: list[str]) -> pd.Series:
    """Which rows are not at the deepest level of their group: one that repeats its people at several levels."""
    deepest = level.groupby([frame[name] for name in within], dropna=False).transform("max")
    return (level < deepest).fillna(False).astype(bool)
