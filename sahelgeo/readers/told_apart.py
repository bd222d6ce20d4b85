"""Rows that a list prints alike: copies are dropped, different counts under one name are numbered."""

from __future__ import annotations

import pandas as pd

from sahelgeo.readers.reading import dropped
from sahelgeo.tables import TABLES

_NAMES = ("place", "admin1", "admin2", "admin3", "iso3", "event", "assistance")


def tell_apart(table: pd.DataFrame, fates: pd.Series, kind: str) -> tuple[pd.DataFrame, pd.Series, list[str]]:
    """A table whose rows can be told apart by the key of its declaration.

    Rows equal in every column are copies: the first stays. Rows with the same key and other figures are different places
    of one name: they get a number after ``place``.

    Returns
    -------
    pandas.DataFrame, pandas.Series, list of str
        The table, the fates of the rows of the file, and notes.
    """
    notes: list[str] = []
    copies = table.duplicated(keep="first")
    if copies.any():
        still = set(table.index[~copies])
        gone = pd.Series([row not in still for row in table.index[copies]], index=table.index[copies], dtype=bool)
        whole = gone[gone].index.unique()
        fates = dropped(fates, pd.Series(fates.index.isin(whole), index=fates.index), "duplicate")
        table = table[~copies]
    key = [name for name in dict.fromkeys((*TABLES[kind].key, *_NAMES)) if name in table]
    alike = table.duplicated(key, keep=False)
    if alike.any():
        number = table.groupby(key, dropna=False).cumcount() + 1
        named = table["place"].fillna("") + " (" + number.astype("string") + ")"
        table = table.assign(place=table["place"].mask(alike & (number > 1), named))
        notes.append(f"{int(alike.sum())} rows share place and day with another row: the later ones are numbered in 'place'")
    return table, fates, notes


def deepest_level(frame: pd.DataFrame, level: pd.Series, within: list[str]) -> pd.Series:
    """Which rows are not at the deepest level of their group: one that repeats its people at several levels."""
    if within:
        deepest = level.groupby([frame[name] for name in within], dropna=False).transform("max")
    else:
        deepest = pd.Series(level.max(), index=level.index)
    return (level < deepest).fillna(False).astype(bool)
