"""Rows that add up other rows: found by words, by empty labels, by codes of a higher level, and by arithmetic.

A table of places is printed with totals among its rows, in as many ways as there are authors::

    SAHEL   SOUM     DJIBO        100
    SAHEL   SOUM     DIGUEL        50
    SAHEL   SOUM     SOUM Total   150   a word beside a name, on either side, in any column of names
    SAHEL                         150   names that stop above the level of the others, and the sum of these
    EST     GOURMA   FADA          30
    BF      (code)                180   a code of the country among codes of regions
    ENSEMBLE                      180   a word alone
                                  180   no name at all

A word alone is certain. Everything else is held against the figures: what adds up is a total; what names a total and does not add up
is left out only where the words beside it name an area of the table, and both sums are said; what merely adds up, without any sign,
is kept and said. A place called Cumulo, or a site "Station Total", stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sahelgeo.errors import SHOWN_AT_MOST, listed
from sahelgeo.places.known import country_of, iso2_codes
from sahelgeo.readers.printed import MONTHS, distinct, fold

_WORD = (
    r"(?:sous totaux|sous total|soustotal|s total|s totaux|s t|sub total|subtotal|grand total|grands totaux|totaux|total|"
    r"cumul|cumule|ensemble|somme|sum|overall|tous|toutes|all)"
)
_WEAK = frozenset(["sum", "overall", "tous", "toutes", "all", "s t"])
_BEFORE = re.compile(rf"({_WORD})\b ?(.*)")
_LEVEL_WORDS = """
    au aux du de des d la le les l en a et of for the in by per par general generale generaux national nationale pays country countries
    region regions province provinces departement departements department departments commune communes cercle cercles district districts
    site sites localite localites village villages pdi pdis idp idps menage menages personnes personne households hh ind individus
    individuals people population deplaces deplacees deplace internes zone zones area areas analysed analyzed analysee admin adm level
    niveau entites unites lignes rows global globale phase ph ca
"""
_GENERIC = frozenset(_LEVEL_WORDS.split()) | set(MONTHS)
_AFTER = re.compile(rf"(.*?) ?\b({_WORD})(?: (?:{'|'.join(sorted(_GENERIC))}))*")
_WORLD = frozenset(["world", "monde", "le monde", "global", "worldwide"])
# Sums within this of a printed total are equal to it: each row was rounded.
_ROUNDING = 0.51
_NEAR = 0.02
_LEAST_SUSPECT = 10
_LEAST_SUSPECT_WITHIN = 1_000


@dataclass
class Totals:
    """What was found: the rows to leave out, and what has to be said."""

    dropped: pd.Series
    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    suspects: list[str] = field(default_factory=list)


def labels(names: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """How much the words of each row say that it is a total (2 certain, 1 perhaps, 0 nothing), and the words beside."""
    strength = np.zeros(len(names), dtype="int8")
    beside = np.full(len(names), "", dtype=object)
    for column in names:
        places, cells = distinct(names[column])
        read = [_label(str(cell)) if pd.notna(cell) else (0, "") for cell in cells]
        if column == names.columns[0] and column != "place":
            # A place may be called Monde; among countries or regions it is all of them.
            read = [(2, "") if fold(str(cell)) in _WORLD else found for cell, found in zip(cells, read, strict=True)]
        said = np.array([found[0] for found in read], dtype="int8")[places] if len(places) else strength
        for position in np.flatnonzero(said > strength):
            strength[position], beside[position] = read[places[position]]
    return pd.Series(strength, index=names.index), pd.Series(beside, index=names.index)


def ended_by(totals: pd.DataFrame) -> pd.Series:
    """Of rows of totals the position of the first name that says so: what is printed once ends there."""
    said = totals.map(lambda name: bool(pd.notna(name)) and _label(str(name))[0] > 0).to_numpy(dtype=bool)
    rows = np.flatnonzero(said.any(axis=1))
    return pd.Series(said[rows].argmax(axis=1) if len(rows) else [], index=totals.index[rows], dtype="int64")


def _label(text: str) -> tuple[int, str]:
    if text.strip() in ("%", "Σ", "∑"):
        return 2, ""
    folded = fold(text)
    if found := _BEFORE.fullmatch(folded):
        word, rest = found[1], found[2]
    elif found := _AFTER.fullmatch(folded):
        word, rest = found[2], found[1]
    else:
        return 0, ""
    tokens = rest.split()
    if word in _WEAK and tokens:
        # "All Saints" and "Sum" are names: such a word counts beside words of levels only.
        generic = all(token in _GENERIC or token.isdigit() for token in tokens)
        return (2, "") if generic and word != "s t" else (1, rest)
    if all(token in _GENERIC or token.isdigit() for token in tokens):
        return 2, ""
    if country_of(rest) is not None or country_of(rest.removeprefix("du ").removeprefix("de la ")) is not None:
        return 2, ""
    return 1, " ".join(
        token
        for token in tokens
        if token not in ("de", "du", "des", "la", "le", "les", "l", "d", "of", "region", "province")
    )


def find_totals(
    names: pd.DataFrame, codes: pd.DataFrame, counts: pd.DataFrame, within: Sequence[pd.Series], beside: pd.Series
) -> Totals:
    """The rows that add up others, among rows whose words are not certain.

    Parameters
    ----------
    names : pandas.DataFrame
        Names of areas as text, from the largest to the smallest.
    codes : pandas.DataFrame
        Their codes, if any.
    counts : pandas.DataFrame
        What adds up, as numbers; the first is what messages speak of.
    within : sequence of pandas.Series
        What rows must share to add up: the day, the round, the phase.
    beside : pandas.Series
        The words beside a word for total; empty where there is none.
    """
    key = _key(within, names.index)
    found = Totals(pd.Series(False, index=names.index))
    labelled = beside.ne("")
    _by_words(names, counts, key, beside, found)
    leaves = ~found.dropped & ~labelled
    coded = codes.notna().any(axis=1) if codes.shape[1] else pd.Series(False, index=names.index)
    _by_empty_names(names, counts, key, leaves, coded, found)
    for column in codes:
        _by_codes(codes[column], counts, key, ~found.dropped, found)
    _suspects(names, counts, key, ~found.dropped & ~labelled, found)
    return found


def _key(within: Sequence[pd.Series], index: pd.Index) -> pd.Series:
    if not within:
        return pd.Series(0, index=index)
    frame = pd.concat([part.astype("string").fillna("") for part in within], axis=1)
    return (
        frame.groupby(list(frame.columns), dropna=False).ngroup()
        if len(set(frame.columns)) == len(frame.columns)
        else frame.set_axis(range(frame.shape[1]), axis=1).groupby(list(range(frame.shape[1]))).ngroup()
    )


def _equal(figures: pd.DataFrame, sums: pd.DataFrame) -> pd.Series:
    """Which rows equal sums in every column that both have, and in one that is not 0."""
    left, right = figures.to_numpy(dtype=float, na_value=np.nan), sums.to_numpy(dtype=float, na_value=np.nan)
    both = ~np.isnan(left) & ~np.isnan(right)
    same = np.abs(left - right) <= _ROUNDING + 1e-6 * np.abs(right)
    return pd.Series((same | ~both).all(axis=1) & (both & (left > 0)).any(axis=1), index=figures.index)


def sums_for(
    row: Any, names: pd.DataFrame, counts: pd.DataFrame, key: pd.Series, leaves: pd.Series, words: str
) -> list[pd.Series]:
    """The sums that a row of totals may stand for: of all, of what its words or names say, of the run above or below it."""
    position = int(names.index.get_indexer(pd.Index([row]))[0])
    scope = (leaves & (key == key[row])).to_numpy()
    masks = [scope]
    folded = names.apply(lambda column: column.fillna("").map(fold))
    if words:
        masks.append(scope & (folded == words).any(axis=1).to_numpy())
    own = [(name, value) for name, value in names.loc[row].items() if pd.notna(value) and not _label(str(value))[0]]
    if own:
        masks.append(
            scope
            & np.logical_and.reduce([(names[name] == value).fillna(False).to_numpy(dtype=bool) for name, value in own])
        )
    others = np.flatnonzero(~leaves.to_numpy())
    above, below = others[others < position], others[others > position]
    run = np.zeros(len(names), dtype=bool)
    run[(above[-1] + 1 if len(above) else 0) : position] = True
    masks.append(scope & run)
    run = np.zeros(len(names), dtype=bool)
    run[position + 1 : below[0] if len(below) else len(names)] = True
    masks.append(scope & run)
    return [counts[mask].sum(min_count=1) for mask in masks if mask.any()]


def _by_words(names: pd.DataFrame, counts: pd.DataFrame, key: pd.Series, beside: pd.Series, found: Totals) -> None:
    """Rows with a word for total beside other words."""
    rows = list(beside.index[beside.ne("")])[:2_000]
    leaves = beside.eq("")
    known = {fold(str(name)) for column in names for name in names[column][leaves].dropna().unique()}
    for row in rows:
        words, depth = beside[row], _depth(names.loc[[row]]).iloc[0]
        sums = sums_for(row, names, counts, key, leaves, words)
        adds_up = any(bool(_equal(counts.loc[[row]], total.to_frame(row).T).iloc[0]) for total in sums)
        shallow = depth < _depth(names[leaves]).max() if leaves.any() else True
        if adds_up or words in known or shallow:
            found.dropped[row] = True
        if not adds_up and len(sums):
            kept = "left out as a total" if found.dropped[row] else "kept: it may be a total"
            found.doubts.append(
                _both(row, names, counts, sums[1] if words in known and len(sums) > 1 else sums[0], kept)
            )


def _both(row: Any, names: pd.DataFrame, counts: pd.DataFrame, total: pd.Series, what: str) -> str:
    first = str(counts.columns[0])
    name = ", ".join(str(value) for value in names.loc[row].dropna()) or "no name"
    printed = f"{counts.loc[row, first]:,.0f}" if pd.notna(counts.loc[row, first]) else "no figure"
    summed = f"{total[first]:,.0f}" if pd.notna(total[first]) else "no figure"
    return f"row {row} ({name}: {printed}) was {what}; the rows that it would add up have {summed}"


def _depth(names: pd.DataFrame) -> pd.Series:
    """The position of the last name of each row; -1 where there is none."""
    filled = names.notna().to_numpy()
    last = np.where(filled.any(axis=1), filled.shape[1] - 1 - filled[:, ::-1].argmax(axis=1), -1)
    return pd.Series(last, index=names.index)


def _by_empty_names(
    names: pd.DataFrame, counts: pd.DataFrame, key: pd.Series, leaves: pd.Series, coded: pd.Series, found: Totals
) -> None:
    """Rows whose names stop above the level of others that share these names."""
    # A row without a name that has a code is an area.
    depth = _depth(names).mask(coded & names.isna().all(axis=1), 0)
    deepest = int(depth[leaves].max()) if leaves.any() else -1
    first = str(counts.columns[0])
    for level in range(deepest - 1, -2, -1):
        here = leaves & ~found.dropped & depth.eq(level)
        if not here.any():
            continue
        deeper = leaves & ~found.dropped & depth.gt(level)
        keys = [key, *(names[name].astype("string").fillna("") for name in names.columns[: level + 1])]
        group = pd.concat(keys, axis=1).set_axis(range(len(keys)), axis=1).groupby(list(range(len(keys)))).ngroup()
        sums = counts[deeper].groupby(group[deeper]).sum(min_count=1).reindex(group[here]).set_axis(group[here].index)
        size = group[deeper].value_counts().reindex(group[here]).fillna(0).to_numpy()
        equal = _equal(counts[here], sums)
        # One row that equals one other is a total where other rows show that the table has totals of this kind.
        if not (equal & (size >= 2)).any():
            equal &= size >= 2
        found.dropped |= equal.reindex(found.dropped.index, fill_value=False)
        if level >= 0:
            apart = (counts.loc[here, first] - sums[first]).abs()
            near = (apart <= _NEAR * sums[first]).fillna(False) & ~equal
            for row in near.index[near.astype(bool)][:SHOWN_AT_MOST]:
                exact = apart[row] <= _ROUNDING and counts.loc[row, first] >= _LEAST_SUSPECT_WITHIN
                said = found.suspects if exact else found.notes
                said.append(_both(row, names, counts, sums.loc[row], "kept: it may be a total"))
        else:
            _nameless(here & ~equal.reindex(here.index, fill_value=False), names, counts, sums, found)


def _nameless(rows: pd.Series, names: pd.DataFrame, counts: pd.DataFrame, sums: pd.DataFrame, found: Totals) -> None:
    first = str(counts.columns[0])
    for row in rows.index[rows][:200]:
        value, total = counts.loc[row, first], sums.loc[row, first]
        if pd.isna(value) or pd.isna(total) or value == 0:
            continue
        if abs(value - total) <= _NEAR * 10 * total:
            found.dropped[row] = True
            found.doubts.append(_both(row, names, counts, sums.loc[row], "left out as a total without a name"))
        elif value >= total / 2:
            found.notes.append(_both(row, names, counts, sums.loc[row], "kept: it may be a total without a name"))


def _by_codes(codes: pd.Series, counts: pd.DataFrame, key: pd.Series, leaves: pd.Series, found: Totals) -> None:
    """Rows whose code begins the codes of others: a country among its regions, a region among its provinces."""
    text = codes.where(leaves).astype("string")
    lengths = text.str.len()
    for length in sorted(lengths.dropna().unique())[:-1][::-1]:
        here = (lengths == length).fillna(False) & ~found.dropped
        if length <= 3:
            start = text.map(
                {code: iso2_codes().get(country_of(str(code)) or "", code) for code in text[here].unique()}
            )
            cut = 2
        else:
            start, cut = text, int(length)
        deeper = (lengths > length).fillna(False) & ~found.dropped
        begins = text.str[:cut]
        group = key.astype("string") + "|" + begins
        own = key.astype("string") + "|" + start.astype("string")
        sums = counts[deeper].groupby(group[deeper]).sum(min_count=1)
        size = group[deeper].value_counts()
        held = sums.reindex(own[here]).set_axis(here.index[here])
        many = size.reindex(own[here]).fillna(0).to_numpy() >= 2
        equal = _equal(counts[here], held) & many
        found.dropped |= equal.reindex(found.dropped.index, fill_value=False)
        if length > 3:
            continue
        for row in here.index[here][many & ~equal.to_numpy()]:
            if country_of(str(text[row])) is not None:
                found.dropped[row] = True
                found.doubts.append(
                    _both(row, codes.to_frame(), counts, held.loc[row], "left out: its code is the country's")
                )


def _suspects(names: pd.DataFrame, counts: pd.DataFrame, key: pd.Series, leaves: pd.Series, found: Totals) -> None:
    """Rows that equal the sum of all others, or of all others of their largest area, and do not look like a total."""
    first = str(counts.columns[0])
    kept, scope = counts[leaves], key[leaves]
    groups = [(scope, _LEAST_SUSPECT)]
    if names.shape[1] > 1:
        # In a small area a count equals the sum of the others by chance.
        inner = scope.astype("string") + "|" + names.loc[leaves, names.columns[0]].astype("string").fillna("")
        groups.append((inner, _LEAST_SUSPECT_WITHIN))
    for group, least in groups:
        sums = kept.groupby(group).transform("sum", min_count=1)
        several = (kept[first] > 0).groupby(group).transform("sum") >= 3
        equal = _equal(kept, sums - kept) & several & (kept[first] >= least).fillna(False)
        for row in equal.index[equal.astype(bool)][:SHOWN_AT_MOST]:
            said = _both(row, names, counts, (sums - kept).loc[row], "kept: it may be a total")
            if said not in found.doubts:
                found.doubts.append(said)


def check_printed(
    printed: pd.DataFrame, names: pd.DataFrame, counts: pd.DataFrame, key: pd.Series, leaves: pd.Series
) -> tuple[list[str], list[str]]:
    """Whether the totals that the file prints are the sums of its rows: notes and doubts."""
    notes, doubts = [], []
    first = str(counts.columns[0])
    whole = counts[leaves].sum(min_count=1)
    largest = printed[first].max()
    unlike = []
    for row in printed.index[:500]:
        value = printed.loc[row, first]
        if pd.isna(value) or value <= 1:
            continue
        sums = sums_for(row, names, counts, key, leaves, "")
        if not any(pd.notna(total[first]) and abs(total[first] - value) <= _ROUNDING for total in sums):
            unlike.append(row)
    if largest > 1 and whole[first] == largest:
        notes.append(f"the rows add up to the printed total, {largest:,.0f}")
    for row in unlike[:SHOWN_AT_MOST]:
        value = printed.loc[row, first]
        total = whole[first] if value == largest or len(unlike) == 1 else None
        said = (
            f"the rows add up to {total:,.0f} people, the file prints {value:,.0f} as the total"
            if total is not None and pd.notna(total)
            else f"no rows add up to the {value:,.0f} people that the file prints as a total"
        )
        doubts.append(f"{said} (row {row}). Check the rows")
    if len(unlike) > SHOWN_AT_MOST:
        doubts.append(f"{len(unlike)} printed totals do not fit: rows {listed(unlike, SHOWN_AT_MOST)}")
    return notes, doubts
