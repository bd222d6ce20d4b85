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

A word alone is certain. Everything else is held against the figures: what adds up is a total; what names a total and
does not add up is left out only where the words beside it name an area of the table, and both sums are said; what
merely adds up, without any sign, is kept and said. A place called Cumulo, or a site "Station Total", stays.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sahelgeo.errors import SHOWN_AT_MOST, listed
from sahelgeo.places.names import country_of, iso2_codes
from sahelgeo.readers.printed import MONTHS, distinct, fold, mapped
from sahelgeo.words import PRINTED_WORDS

_WORDS = PRINTED_WORDS["totals"]
_ALONE = frozenset([*_WORDS["words"], *_WORDS["alone"]])
_WORD = f"(?:{'|'.join(_WORDS['words'])})"
_BEFORE = re.compile(rf"({_WORD})\b ?(.*)")
_BEGINNINGS = frozenset(word.split()[0] for word in _WORDS["words"])
_NO_PLACES = {kind[:-1]: re.compile(PRINTED_WORDS[kind]) for kind in ("asides", "groups")}
# Columns that hold countries, wherever they stand.
_OF_COUNTRIES = ("country", "country_code", "asylum_name", "origin_name")
_SPACED = re.compile(r"(\w ){3,}\w")
_GENERIC = frozenset(_WORDS["beside"].split()) | set(MONTHS)
_AFTER = re.compile(rf"(.*?) ?\b({_WORD})(?: (?:{'|'.join(sorted(_GENERIC))}))*")
_ARTICLES = frozenset(["de", "du", "des", "la", "le", "les", "l", "d", "of", "region", "province"])
# Sums within this of a printed total are equal to it: each row was rounded.
_ROUNDING = 0.51
_NEAR = 0.02
_LEAST_SUSPECT = 10
_LEAST_SUSPECT_WITHIN = 1_000
# Rows that say less than others are strange where they are so few, or such a part of all.
_FEW, _FEW_OF = 3, 0.02
# So many rows are each held against the sums of the others, which takes a pass through all.
_MOST_SUMS = 1_000


def labels(words: pd.DataFrame) -> pd.DataFrame:
    """What the names of each row say of it: each distinct name is read once, however many rows bear it.

    Returns
    -------
    pandas.DataFrame
        ``strength`` (how much a word says that it is a total: 2 certain, 1 perhaps, 0 nothing) with the words
        ``beside`` it, and whether it is no place but figures ``aside`` of others, or the name of a ``group``.
    """
    strength, beside = np.zeros(len(words), dtype="int8"), np.full(len(words), "", dtype=object)
    no_places = {kind: np.zeros(len(words), dtype=bool) for kind in ("aside", "group")}
    for column in words:
        places, found = distinct(words[column])
        cells = [str(cell) if pd.notna(cell) else "" for cell in found]
        read = [_label(cell) for cell in cells]
        if column in _OF_COUNTRIES or (column == words.columns[0] and column != "place"):
            read = [(2, "") if fold(cell) in _WORDS["world"] else said for cell, said in zip(cells, read, strict=True)]
        said = np.array([label for label, _ in read], dtype="int8")[places] if len(places) else strength
        for position in np.flatnonzero(said > strength):
            strength[position], beside[position] = read[places[position]]
        kinds = [aside(cell) for cell in cells]
        for kind in set(kinds) - {""}:
            no_places[kind] |= np.array([other == kind for other in kinds])[places]
    return pd.DataFrame({"strength": strength, "beside": beside, **no_places}, index=words.index)


def perhaps_places(strength: pd.Series, beside: pd.Series, words: pd.DataFrame, codes: pd.DataFrame) -> None:
    """Change the labels of rows that are called by a word for total alone, but have a code of their own.

    Where it is of the length of the deepest they may be places: 1 instead of 2, beside that word.
    """
    for row in strength.index[strength == 2]:
        alone = {fold(str(word)) for word in words.loc[row].dropna()} & _ALONE
        if alone and _has_own_code(words.index.get_loc(row), words, codes):
            strength[row], beside[row] = 1, min(alone)


def _has_own_code(position: Any, words: pd.DataFrame, codes: pd.DataFrame) -> bool:
    for column in codes:
        code = codes[column].iloc[position]
        if pd.notna(code) and fold(code) not in _ALONE:
            called = words[codes[column].eq(code).fillna(False).to_numpy(dtype=bool)].drop_duplicates()
            return len(called) == 1 and len(code) == codes[column].str.len().max()
    return False


def aside(name: str) -> str:
    """Whether a name says that its row is no place: ``aside``, ``group`` or nothing."""
    folded = fold(name)
    return next((kind for kind, words in _NO_PLACES.items() if words.fullmatch(folded)), "")


def strays(names: pd.DataFrame, keys: pd.DataFrame) -> pd.Series:
    """Few rows that say less of where they are than the others: none of the keys that these have, or one name alone.

    Somebody wrote them below or among the rows of a publisher: a target, women, another month. A row with all names
    and without a code alone is a place that nobody has matched.
    """
    filled = names.join(keys[[name for name in keys if name not in names]]).notna()
    _, rows, counts = np.unique(filled @ (1 << np.arange(filled.shape[1])), return_inverse=True, return_counts=True)
    usual = filled[rows == counts.argmax()].iloc[0]
    keyed = [name for name in keys if usual[name]]
    said, named = filled.sum(axis=1), filled[names.columns].sum(axis=1)
    few: pd.Series = (said > 0) & (named < usual[names.columns].sum())
    few &= ~filled[keyed].any(axis=1) if keyed else said == 1
    return few & (few.sum() <= max(_FEW, len(few) * _FEW_OF))


def ended_by(totals: pd.DataFrame) -> pd.Series:
    """Of rows of totals the position of the first name that says so: what is printed once ends there."""
    said = totals.map(lambda name: bool(pd.notna(name)) and _label(str(name))[0] > 0).to_numpy(dtype=bool)
    rows = np.flatnonzero(said.any(axis=1))
    return pd.Series(said[rows].argmax(axis=1) if len(rows) else [], index=totals.index[rows], dtype="int64")


def _label(text: str) -> tuple[int, str]:
    folded = fold(text)
    if _SPACED.fullmatch(folded):
        folded = folded.replace(" ", "")  # T O T A L
    if folded in _WORDS["alone"] or text.strip() in ("%", "Σ", "∑"):
        return 2, ""
    if _BEGINNINGS.isdisjoint(folded.split()):  # most names are told by this
        return 0, ""
    if found := _BEFORE.fullmatch(folded):
        word, rest = found[1], found[2]
    elif found := _AFTER.fullmatch(folded):
        word, rest = found[2], found[1]
    else:
        return 0, ""
    tokens = rest.split()
    generic = all(token in _GENERIC or token.isdigit() for token in tokens)
    if word in _WORDS["weak"] and tokens:
        # "All Saints" and "Sum" are names: such a word counts beside words of levels only.
        return (2, "") if generic and word != "s t" else (1, rest)
    country = (country_of(rest), country_of(rest.removeprefix("du ").removeprefix("de la ")))
    if generic or country != (None, None):
        return 2, ""
    return 1, " ".join(token for token in tokens if token not in _ARTICLES)


class Totals:
    """The rows that add up others, among rows whose words are not certain.

    Parameters
    ----------
    names : pandas.DataFrame
        Names of areas as text, from the largest to the smallest.
    codes : pandas.DataFrame
        Their codes, if any.
    counts : pandas.DataFrame
        What adds up, as numbers; the first is what messages speak of.
    within : pandas.DataFrame
        What rows must share to add up, as text: the day, the round, the phase.
    beside : pandas.Series
        The words beside a word for total; empty where there is none.

    Attributes
    ----------
    dropped : pandas.Series
        The rows to leave out.
    notes, doubts, suspects : list of str
        What has to be said.
    """

    def __init__(
        self,
        names: pd.DataFrame,
        codes: pd.DataFrame,
        counts: pd.DataFrame,
        within: pd.DataFrame,
        beside: pd.Series,
    ) -> None:
        self.names, self.counts, self.beside = names, counts, beside
        self.first = str(counts.columns[0])
        self.within = within
        self.key = _numbered([within[name] for name in within], names.index)
        self.depth = _depth(names)
        self.dropped = pd.Series(False, index=names.index)
        self.notes: list[str] = []
        self.doubts: list[str] = []
        self.suspects: list[str] = []
        self._by_words()
        coded = codes.notna().any(axis=1) if codes.shape[1] else pd.Series(False, index=names.index)
        self._by_empty_names(coded)
        self._by_repeated_names()
        self._by_runs()
        for column in codes:
            self._by_codes(codes[column])
        self._suspects()

    @property
    def leaves(self) -> pd.Series:
        """The rows that are no totals."""
        return ~self.dropped & self.beside.eq("")

    @cached_property
    def _folded(self) -> pd.DataFrame:
        return pd.DataFrame({name: self.names[name].fillna("").map(fold) for name in self.names})

    def _sums_for(self, row: Any, own: pd.Series, words: str, alike: pd.Series, totals: pd.Index) -> list[pd.Series]:
        """What a row may stand for: the sum of all that are alike, of its words or names, of the run above or below."""
        index, scope = self.names.index, alike.to_numpy()
        masks = [scope]
        if words:
            masks.append(scope & (self._folded == words).any(axis=1).to_numpy())
        said = [(name, value) for name, value in own.items() if pd.notna(value) and not _label(str(value))[0]]
        if said:
            same = [(self.names[name] == value).fillna(False).to_numpy(dtype=bool) for name, value in said]
            masks.append(scope & np.logical_and.reduce(same))
        above, below = totals[totals < row], totals[totals > row]
        masks.append(scope & (index < row) & (index > (above[-1] if len(above) else -1)))
        masks.append(scope & (index > row) & (index < (below[0] if len(below) else np.inf)))
        return [self.counts[mask].sum(min_count=1) for mask in masks if mask.any()]

    def _by_words(self) -> None:
        """Rows with a word for total beside other words."""
        leaves = self.beside.eq("")
        totals = self.names.index[~leaves]
        deepest = self.depth[leaves].max() if leaves.any() else np.inf
        known = known_names(self.names[leaves])
        row: Any
        for row in totals[_MOST_SUMS:]:
            self.dropped[row] = is_known(self.beside[row], known) or self.depth[row] < deepest
        for row in totals[:_MOST_SUMS]:
            words = self.beside[row]
            sums = self._sums_for(row, self.names.loc[row], words, leaves & (self.key == self.key[row]), totals)
            adds_up = any(bool(_equal(self.counts.loc[[row]], total.to_frame(row).T).iloc[0]) for total in sums)
            self.dropped[row] = adds_up or is_known(words, known) or self.depth[row] < deepest
            if not adds_up and len(sums):
                kept = "left out as a total" if self.dropped[row] else "kept: it may be a total"
                self.doubts.append(self._both(row, sums[1] if words in known and len(sums) > 1 else sums[0], kept))
        if len(totals) > _MOST_SUMS:
            beyond = totals[_MOST_SUMS:]
            stay = int((~self.dropped[beyond]).sum())
            self.doubts.append(
                f"{len(totals):,} rows have a word for total beside another. Those from row {beyond[0]} on were not "
                f"held against sums, and {stay:,} of them were kept: they may be totals, which count people twice"
            )

    def _both(self, row: Any, total: pd.Series, what: str, called: str = "") -> str:
        name = called or ", ".join(str(value) for value in self.names.loc[row].dropna()) or "no name"
        printed, summed = (
            f"{figure:,.0f}" if pd.notna(figure) else "no figure"
            for figure in (self.counts.loc[row, self.first], total[self.first])
        )
        return f"row {row} ({name}: {printed}) was {what}; the rows that it would add up have {summed}"

    def _by_empty_names(self, coded: pd.Series) -> None:
        """Rows whose names stop above the level of others that share these names."""
        # A row without a name that has a code is an area.
        depth = self.depth.mask(coded & self.names.isna().all(axis=1), 0)
        deepest = int(depth[self.leaves].max()) if self.leaves.any() else -1
        for level in range(deepest - 1, -2, -1):
            here, deeper = self.leaves & depth.eq(level), self.leaves & depth.gt(level)
            if not here.any():
                continue
            shared = [self.names[name].astype("string").fillna("") for name in self.names.columns[: level + 1]]
            group = _numbered([self.key, *shared], self.names.index)
            sums = self.counts[deeper].groupby(group[deeper]).sum(min_count=1)
            sums = sums.reindex(group[here]).set_axis(group[here].index)
            size = group[deeper].value_counts().reindex(group[here]).fillna(0).to_numpy()
            equal = _equal(self.counts[here], sums)
            # One row that equals one other is a total where other rows show that the table has totals of this kind.
            if not (equal & (size >= 2)).any():
                equal &= size >= 2
            self.dropped |= equal.reindex(self.dropped.index, fill_value=False)
            if level < 0:
                self._nameless(equal.index[~equal], sums)
                continue
            printed = self.counts.loc[here, self.first]
            apart = (printed - sums[self.first]).abs()
            near = (apart <= _NEAR * sums[self.first]).fillna(False).astype(bool) & ~equal
            exact = ((apart <= _ROUNDING) & (printed >= _LEAST_SUSPECT_WITHIN)).fillna(False).astype(bool)
            for rows, said in ((near & exact, self.suspects), (near & ~exact, self.notes)):
                self._say(rows.index[rows], sums, "kept: it may be a total", said)

    def _by_repeated_names(self) -> None:
        """Rows whose one name was merged over all columns of names, and that add up the others of this name."""
        names, leaves = self._folded, self.leaves
        first = names[names.columns[0]]
        one = leaves & names.eq(first, axis=0).all(axis=1) & first.ne("") & (names.shape[1] > 1)
        if not one.any():
            return
        group, others = _numbered([self.key, first], names.index), leaves & ~one
        sums = (
            self.counts[others].groupby(group[others]).sum(min_count=1).reindex(group[one]).set_axis(names.index[one])
        )
        many = group[others].value_counts().reindex(group[one]).fillna(0).to_numpy() >= 2
        self.dropped |= (_equal(self.counts[one], sums) & many).reindex(self.dropped.index, fill_value=False)

    def _by_runs(self) -> None:
        """Rows whose names stop early and that add up the run of rows above or below them, whatever they are called.

        The run is of one key and one largest area: that of the row, or the row's own name is no area's.
        """
        leaves, depth = self.leaves, self.depth
        full = leaves & depth.eq(depth[leaves].max())
        rows = self.names.index[leaves & ~full & (self.counts[self.first] >= _LEAST_SUSPECT).fillna(False)]
        if not 0 < len(rows) <= _MOST_SUMS or not full.any():
            return
        run = pd.Series(np.searchsorted(rows, self.names.index, side="right"), index=self.names.index)
        largest = self._folded.iloc[:, 0]
        own_name = ~largest[rows].isin(set(largest[full]))
        many = (self.counts[self.first] > 0)[full].groupby(run[full]).sum()
        runs = pd.DataFrame({"key": self.key, "name": largest})[full].groupby(run[full]).agg(["first", "nunique"])
        sums = self.counts[full].groupby(run[full]).sum(min_count=1)
        for beside in (run[rows] - 1, run[rows]):
            found, there = (part.reindex(beside).set_axis(rows) for part in (sums, runs))
            one_key, one_name = (
                (there[part, "nunique"] == 1) & (there[part, "first"] == own[rows])
                for part, own in (("key", self.key), ("name", largest))
            )
            equal = _equal(self.counts.loc[rows], found) & (many.reindex(beside).fillna(0) >= 2).to_numpy()
            equal &= one_key & (one_name | own_name)
            # One that equals the rows beside it may do so by chance; so do several in no table of places.
            if equal.sum() > 1 or (equal & (self.counts.loc[rows, self.first] >= _LEAST_SUSPECT_WITHIN)).any():
                self.dropped[rows[equal]] = True
                self._say(rows[equal], found, "left out as a total by its figures", self.doubts)

    def _nameless(self, rows: pd.Index, sums: pd.DataFrame) -> None:
        value, total = (figures.loc[rows, self.first] for figures in (self.counts, sums))
        counted = (value > 0) & total.notna()
        near = (counted & ((value - total).abs() <= _NEAR * 10 * total)).fillna(False).astype(bool)
        large = (counted & ~near & (value >= total / 2)).fillna(False).astype(bool)
        self.dropped[rows[near]] = True
        self._say(rows[near], sums, "left out as a total without a name", self.doubts)
        self._say(rows[large], sums, "kept: it may be a total without a name", self.notes)

    def _say(self, rows: pd.Index, sums: pd.DataFrame, what: str, said: list[str]) -> None:
        """A sentence for each of a few rows, with both sums, and one for those beyond."""
        said += [self._both(row, sums.loc[row], what) for row in rows[:SHOWN_AT_MOST]]
        if len(rows) > SHOWN_AT_MOST:
            said.append(f"beyond these {len(rows) - SHOWN_AT_MOST:,} rows more, to row {rows[-1]}, were {what}")

    def _by_codes(self, codes: pd.Series) -> None:
        """Rows whose code begins the codes of others: a country among its regions, a region among its provinces."""
        text = codes.where(~self.dropped).astype("string")
        lengths = text.str.len()
        for length in sorted(lengths.dropna().unique())[:-1][::-1]:
            here = (lengths == length).fillna(False) & ~self.dropped
            deeper = (lengths > length).fillna(False) & ~self.dropped
            start, cut = text, int(length)
            if length <= 3:
                start = mapped(text.where(here), lambda code: iso2_codes().get(country_of(str(code)) or "", code))
                cut = 2
            group = self.key.astype("string") + "|" + text.str[:cut]
            own = self.key.astype("string") + "|" + start
            sums = self.counts[deeper].groupby(group[deeper]).sum(min_count=1)
            held = sums.reindex(own[here]).set_axis(here.index[here])
            many = group[deeper].value_counts().reindex(own[here]).fillna(0).to_numpy() >= 2
            equal = _equal(self.counts[here], held) & many
            self.dropped |= equal.reindex(self.dropped.index, fill_value=False)
            for row in here.index[here][many & ~equal.to_numpy()] if length <= 3 else ():
                if country_of(str(text[row])) is not None:
                    self.dropped[row] = True
                    self.doubts.append(self._both(row, held.loc[row], "left out: its code is the country's", text[row]))

    def _suspects(self) -> None:
        """Rows that equal the sum of all others, or of those of their largest area, and do not look like totals."""
        leaves = self.leaves
        kept, scope = self.counts[leaves], self.key[leaves]
        groups = [(scope, _LEAST_SUSPECT)]
        # In a small area a count equals the sum of the others by chance.
        groups += [
            (scope.astype("string") + "|" + named, _LEAST_SUSPECT_WITHIN)
            for name in self.names.columns[:-1]
            if len((named := self.names.loc[leaves, name].astype("string").fillna("")).unique()) > 1
        ]
        for group, least in groups:
            others = kept.groupby(group).transform("sum", min_count=1) - kept
            several = (kept[self.first] > 0).groupby(group).transform("sum") >= 3
            equal = _equal(kept, others) & several & (kept[self.first] >= least).fillna(False)
            said: list[str] = []
            self._say(equal.index[equal.astype(bool)], others, "kept: it may be a total", said)
            self.doubts += [sentence for sentence in said if sentence not in self.doubts]

    def check(self, printed: pd.Series, own: pd.DataFrame, within: pd.DataFrame) -> None:
        """Hold the totals that the file prints, with their names and what they are within, against the sums of rows."""
        leaves = ~self.dropped
        totals = self.names.index[self.dropped].union(own.index)
        whole, largest = self.counts.loc[leaves, self.first].sum(min_count=1), printed.max()
        unlike: list[Any] = []
        there = {name: frozenset(self.within[name]) - {""} for name in self.within}
        row: Any
        for row, value in printed.dropna().head(_MOST_SUMS).items():
            # A total may leave its day or country empty, or say so in the place of a country.
            alike = leaves.copy()
            for name, text in within.loc[row].items():
                if text in there[name] or not (text == "" or _label(text)[0] or fold(text) in _WORDS["world"]):
                    alike &= self.within[name] == text
            sums = [total[self.first] for total in self._sums_for(row, own.loc[row], "", alike, totals)]
            if value > 1 and not any(pd.notna(total) and abs(total - value) <= _ROUNDING for total in sums):
                unlike.append(row)
        if largest > 1 and whole == largest:
            self.notes.append(f"the rows add up to the printed total, {largest:,.0f}")
        for row in unlike[:SHOWN_AT_MOST]:
            value = printed[row]
            said = f"no rows add up to the {value:,.0f} people that the file prints as a total"
            if (value == largest or len(unlike) == 1) and pd.notna(whole):
                said = f"the rows add up to {whole:,.0f} people, the file prints {value:,.0f} as the total"
            self.doubts.append(f"{said} (row {row}). Check the rows")
        if len(unlike) > SHOWN_AT_MOST:
            self.doubts.append(f"{len(unlike)} printed totals do not fit: rows {listed(unlike, SHOWN_AT_MOST)}")


def known_names(names: pd.DataFrame) -> set[str]:
    """The names of areas, folded."""
    return {fold(str(name)) for column in names for name in names[column].dropna().unique()}


def is_known(words: str, known: set[str]) -> bool:
    """Whether the words beside a word for total are the name of an area, with or without words of levels."""
    bare = " ".join(word for word in words.split() if word not in _GENERIC)
    return words in known or (bare != "" and bare in known)


def _numbered(parts: list[pd.Series], index: pd.Index) -> pd.Series:
    """A number for each group of rows that are alike in all parts."""
    if not parts:
        return pd.Series(0, index=index)
    frame = pd.concat(parts, axis=1).set_axis(range(len(parts)), axis=1)
    return frame.groupby(list(frame), dropna=False).ngroup()


def _equal(figures: pd.DataFrame, sums: pd.DataFrame) -> pd.Series:
    """Which rows equal sums in every column that both have, and in one that is not 0."""
    left, right = figures.to_numpy(dtype=float, na_value=np.nan), sums.to_numpy(dtype=float, na_value=np.nan)
    both = ~np.isnan(left) & ~np.isnan(right)
    same = np.abs(left - right) <= _ROUNDING + 1e-6 * np.abs(right)
    return pd.Series((same | ~both).all(axis=1) & (both & (left > 0)).any(axis=1), index=figures.index)


def _depth(names: pd.DataFrame) -> pd.Series:
    """The position of the last name of each row; -1 where there is none."""
    filled = names.notna().to_numpy()
    last = np.where(filled.any(axis=1), filled.shape[1] - 1 - filled[:, ::-1].argmax(axis=1), -1)
    return pd.Series(last, index=names.index)
