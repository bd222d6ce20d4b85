"""The rows of a found feed under our names: each kept, or dropped for a reason; columns come typed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sahelgeo.conformance import LARGEST_WHOLE
from sahelgeo.errors import SHOWN_AT_MOST, FormatError, listed
from sahelgeo.events.counting import FAR_DEGREES, PROBLEMS
from sahelgeo.late import gpd, shapely
from sahelgeo.readers import columns as cells_of
from sahelgeo.readers.area_shapes import extents_of_countries
from sahelgeo.readers.columns import How, Kind, Month
from sahelgeo.readers.printed import (
    FAILED_FORMULAS,
    MISSING_NUMBERS,
    distinct,
    is_code,
    iso3_of,
    mapped,
    text_of,
    texts,
)
from sahelgeo.readers.report import KEPT
from sahelgeo.readers.sheets import FOOT_ROWS, PRINTED, Found, refuse_headings, said_around
from sahelgeo.readers.total_rows import Totals, aside, ended_by, is_known, known_names, labels, perhaps_places, strays
from sahelgeo.tables import TABLES
from sahelgeo.words import PRINTED_WORDS, without_accents

_MOST_GROUPS = 30
# Tables whose people are added up, and how many rows are looked at for what tells them apart.
_ADDED_UP = ("stocks", "flows", "phases", "population", "")
_LOOKED_AT = 5_000
_NAMES = ("place", "admin1", "admin2", "admin3", "iso3", "event", "assistance")


@dataclass(frozen=True)
class Tidied:
    """What the tidying of one sheet gives.

    Attributes
    ----------
    table : pandas.DataFrame
        The rows under declared names, not yet checked.
    fates : pandas.Series
        ``kept`` or the reason for dropping, for each row of the sheet.
    notes, warnings : tuple of str
        Choices, and what makes the table partial or doubtful, in sentences.
    kind : str
        The declared table; empty for a plain frame that no declaration fits.
    """

    table: pd.DataFrame
    fates: pd.Series
    notes: tuple[str, ...] = field(default=())
    warnings: tuple[str, ...] = field(default=())
    kind: str = ""


class Rows:
    """The rows below the headings of a found sheet.

    Empty rows, HXL rows, headings printed again, copies and totals are dropped when it is made; a feed's module drops
    what only it knows. ``frame`` holds the cells that are left under our names, with the row's number in the file as
    index; ``fates`` says what became of every row of the sheet.
    """

    def __init__(self, found: Found, how: How | None = None, headings: tuple[int, int] | None = None) -> None:
        self.found, self.feed, self.how, self.facts = found, found.feed, how or {}, found.feed.facts
        self.where = found.sheet.where
        self.notes: list[str] = []
        self.doubts: list[str] = []
        self.frame, self.fates = body(found, *(headings or (found.header, found.header)))
        self._refuse_nothing()
        self.doubts += [*said_around(found, self.frame.index), *_titles_between(found, self.fates)]
        self._say_groups()
        self._read: dict[tuple[Any, ...], pd.Series] = {}
        self._ended = pd.Series(dtype="int64")
        if self.facts.get("copies", "drop") == "drop" and found.sheet.geometry is None:
            self.without_copies()
        self._set_totals_aside()

    # -- rows --------------------------------------------------------------------------------

    def __contains__(self, name: str) -> bool:
        return name in self.frame

    def _refuse_nothing(self) -> None:
        if self.frame.empty:
            raise FormatError(
                f"{self.where}: the headings of {self.feed.title} on row {self.found.header}, and no row of data "
                f"below them"
            )

    @property
    def day_first(self) -> bool | None:
        """Whether the day comes first in titles, as the caller or the publisher's habit says; else ``None``."""
        told = self.how.get("day_first")
        return told if told is not None else (self.facts.get("days", {}).get("habit") == "day first" or None)

    def _say_groups(self) -> None:
        """Columns that are not read and tell groups apart, or the rows of one place, where all were read as alike."""
        if self.feed.table not in _ADDED_UP or self.found.sheet.geometry is not None:
            return
        cells, known = self.found.sheet.cells, set(self.found.columns.values())
        counted = {*self.feed.kinds, "id"} & set(self.frame)
        some = self.frame.drop(columns=sorted(counted)).head(_LOOKED_AT)
        same = (some.map(text_of) if object in list(some.dtypes) else some).groupby(list(some), dropna=False).ngroup()
        again = 2 * int(same.duplicated(keep=False).sum()) >= len(same) > 2
        for place, heading in enumerate(map(text_of, cells.loc[self.found.header])):
            once: Any = () if place in known or not heading else distinct(cells.iloc[:, place].loc[self.frame.index])[1]
            # Groups are few.
            names = {text_of(cell) for cell in once if len(once) <= _MOST_GROUPS} - {""}
            groups = sorted(name for name in names if aside(name) == "group")
            if groups and self.feed.table == "stocks" and "group" not in self.feed.columns:
                self.doubts.append(
                    f"column {heading!r} names groups such as {groups[0]!r}, and the rows of all were read as one. "
                    "Read each group alone"
                )
            elif again and len(names) > 1:
                own = mapped(cells.iloc[:, place].loc[some.index], text_of)
                if own.notna().all() and not pd.concat([same, own], axis=1).duplicated().any():
                    shown = " and ".join(repr(name) for name in sorted(names)[:2])
                    self.doubts.append(
                        f"column {heading!r} was not read, and it alone tells rows of one place apart ({shown}): where "
                        "they count the same people, or one is the total of others, read each alone"
                    )

    def drop(self, rows: pd.Series | np.ndarray, reason: str) -> Rows:
        """Leave out the rows of a mask, for a reason."""
        mask = rows if isinstance(rows, pd.Series) else pd.Series(rows, index=self.frame.index)
        gone = mask.index[mask.fillna(False).to_numpy(dtype=bool)]
        if len(gone):
            self.fates = dropped(self.fates, gone, reason)
            keep = ~self.frame.index.isin(gone)
            self.frame = self.frame[keep]
            self._read = {name: values[keep] for name, values in self._read.items()}
            self._refuse_nothing()
        return self

    def without_copies(self) -> Rows:
        """Leave out rows that repeat another in every cell; say how many."""
        again = copies(self.found.sheet.cells, self.frame.index)
        if again.any():
            self.drop(again, "duplicate")
            self.notes.append(f"{int(again.sum()):,} rows repeat another in every cell and were left out")
        return self.without_other_spellings()

    def other_spellings(self) -> pd.Series:
        """Which rows repeat an earlier one but for capitals and accents of names, as when they are pasted again."""
        names = self._texts(self.facts.get("totals", {}).get("names", ()))
        return _spelled_again(self.found.sheet.cells, names)

    def without_other_spellings(self) -> Rows:
        """Leave these rows out; say how many."""
        again = self.other_spellings()
        if again.any():
            self.drop(again, "duplicate")
            self.notes.append(
                f"{int(again.sum()):,} rows repeat another but for capitals and accents and were left out"
            )
        return self

    def _texts(self, names: Iterable[str]) -> pd.DataFrame:
        return pd.DataFrame({name: self.text(name) for name in names if name in self}, index=self.frame.index)

    def _set_totals_aside(self) -> None:
        """Totals by words that are certain, then those that the figures show."""
        plan = self.facts.get("totals", {})
        names, beyond, codes = (self._texts(plan.get(part, ())) for part in ("names", "words_in", "codes"))
        words = names.join(beyond)
        if words.empty:
            return
        self._drop_totals(plan, names, beyond, codes)
        here = self.frame.index
        few = strays(
            self.filled(names.loc[here]), beyond.join(codes[[name for name in codes if name not in beyond]]).loc[here]
        )
        self.doubt(
            few & self._have_figures(few),
            "names or codes that the other rows have are missing. They were kept as places: where they are a part or a "
            "sum of the others, their people count twice",
        )

    def _have_figures(self, rows: pd.Series) -> pd.Series:
        """Which of some rows hold a figure in a column that is counted."""
        figures = self.frame.loc[rows, [name for name in self.feed.kinds if name in self]]
        there = figures.map(lambda cell: any(map(str.isdigit, text_of(cell)))).astype(bool).any(axis=1)
        return there.reindex(rows.index, fill_value=False)

    def _drop_totals(
        self, plan: Mapping[str, Any], names: pd.DataFrame, beyond: pd.DataFrame, codes: pd.DataFrame
    ) -> None:
        words = names.join(beyond)
        said = labels(words)
        if said[["aside", "group"]].any(axis=None):
            self._drop_asides(words, said)
            words, names, codes, said = (part.loc[self.frame.index] for part in (words, names, codes, said))
        strength, beside = said["strength"].copy(), said["beside"].copy()
        perhaps_places(strength, beside, words, codes)
        self._ended = ended_by(names[strength > 0])
        certain = strength.eq(2)
        printed = self.frame[certain]
        within = self._texts(plan.get("within", ())).fillna("")
        self.drop(certain, "total")
        counted = [name for name in plan["counts"] if name in self]
        if not counted or names.empty or plan.get("words_only"):
            # A total that is called Total alone and has the code of a place may be one.
            named = beside.loc[self.frame.index]
            named = named[named.ne("")]
            known = known_names(names.loc[beside.eq("") & ~certain])
            total = named.map(lambda words: is_known(words, known)).astype(bool)
            self.drop(total.reindex(self.frame.index, fill_value=False), "total")
            self.doubt(~total, "they have a word for total in a name, and were kept")
            return
        numbers = pd.DataFrame({name: self.number(name) for name in counted})
        names, beside = self.filled(names[~certain], beside.eq("")), beside[~certain]
        found = Totals(names, codes[~certain], numbers, within[~certain], beside)
        figures = printed[found.first].map(lambda cell: _or_missing(cell, self.where)).astype("Float64")
        if figures.notna().any():
            found.check(figures, pd.DataFrame({name: texts(printed[name]) for name in names}), within[certain])
        self._say_totals(found, keep=bool(plan.get("keep")), parts=bool(plan.get("parts")))
        self.drop(found.dropped, "total")

    def _drop_asides(self, words: pd.DataFrame, said: pd.DataFrame) -> None:
        """Leave out the rows that are no places: an average, a change, an earlier figure or a part of others."""
        no_place, group = said["aside"], said["group"]
        counted = self._have_figures(no_place | group)
        for rows, what in (
            (no_place & counted, "are averages, changes, earlier figures or parts of others, which were left out"),
            (group & ~counted, "name a group. The rows below may count others: read each alone"),
        ):
            if rows.any():
                shown = next(name for name in words[rows].iloc[0].dropna() if aside(name))
                self.doubt(rows, f"rows such as {shown!r} {what}")
        self.drop(no_place, "note")

    def _say_totals(self, found: Totals, *, keep: bool, parts: bool) -> None:
        """What was found among the figures, and the rows that add up others without a word of it."""
        adding = found.dropped & found.beside.eq("")
        named = tuple(f"row {row} (" for row in adding.index[adding])
        # Where a feed prints parts of areas beside the areas, an area of one part is no surprise.
        self.notes += [*found.notes, *(found.suspects if parts else ())]
        self.doubts += [said for said in found.doubts if not (keep and said.startswith((*named, "beyond these")))]
        self.doubts += () if parts else found.suspects
        unsaid = [
            row for row in adding.index[adding] if keep or not any(f"row {row} (" in said for said in found.doubts)
        ]
        if not unsaid:
            return
        rows = f"rows {listed(unsaid, SHOWN_AT_MOST)} are the sums of other rows, or nearly, and were"
        if keep:
            # A table of one's own keeps them.
            self.doubts.append(f"{rows} kept: if they are totals, their people count twice. Delete them")
            found.dropped &= ~adding
        else:
            # Of a table that is told there is no account but this.
            (self.doubts if self.feed.reader == "read_table" else self.notes).append(f"{rows} left out as totals")

    def names(self) -> pd.DataFrame:
        """The names of areas and places that the feed declares, carried down where they are printed once."""
        printed = self._texts(self.facts.get("totals", {}).get("names", ()))
        answer = self.filled(printed)
        for name in answer:
            # A name that is printed once, in the middle or at the foot of its rows, would be carried to the wrong ones.
            there = np.flatnonzero(answer[name].notna())
            carried = bool((answer[name].notna() & printed[name].isna()).any())
            if carried and there[0] > 0 and printed.iloc[0].notna().any():
                heading = self.found.heading(str(name))
                self.doubts.append(
                    f"column {heading!r}: nothing is printed on row {answer.index[0]}, the first, and "
                    f"{answer[name].iloc[there[0]]!r} on row {answer.index[there[0]]} was carried to the rows below "
                    "it. Where a name stands in the middle or at the foot of its rows, write it on each"
                )
        return answer

    def filled(self, names: pd.DataFrame, among: pd.Series | None = None) -> pd.DataFrame:
        """Names that are printed once, carried to the rows below: never across a change to their left or their total.

        A column whose names are printed on every row is left alone: a gap there is a name that is missing.
        """
        wanted = [name for name in self.facts.get("fill", ()) if name in names]
        rows = names if among is None else names[among.reindex(names.index, fill_value=False)]
        block = pd.Series(0, index=rows.index)
        answer = names.copy()
        for name in wanted:
            if (rows[name].notna() & (rows[name] == rows[name].shift())).any() and not self.facts.get("fill_always"):
                block = (rows[name] != rows[name].shift()).fillna(True).astype(int).cumsum()
                continue
            deeper = rows.loc[
                :, [other for other in rows.columns if other != name and other not in wanted[: wanted.index(name)]]
            ]
            ends = self._ended.index[self._ended <= rows.columns.get_loc(name)]
            block = block * (len(ends) + 1) + np.searchsorted(ends, rows.index, side="right")
            column = rows[name].groupby(block).ffill().where(rows[name].notna() | deeper.notna().any(axis=1))
            answer.loc[rows.index, name] = column
            changed = (column != column.shift()).fillna(True) | (column.isna() != column.shift().isna())
            block = (changed.astype(int).cumsum()).set_axis(rows.index)
        return answer

    # -- columns --------------------------------------------------------------------------------

    def raw(self) -> pd.DataFrame:
        """Every column of the sheet under its own heading in lower case, for the rows that are left."""
        cells = self.found.sheet.cells
        places: dict[str, int] = {}
        for place, heading in enumerate(text_of(cell).casefold() for cell in cells.loc[self.found.header]):
            if heading:
                places.setdefault(heading, place)
        rows = cells.loc[self.frame.index]
        return pd.DataFrame({heading: rows.iloc[:, place] for heading, place in places.items()}, index=self.frame.index)

    def text(self, *names: str) -> pd.Series:
        """Text: of several columns the first that has some."""
        there = [name for name in names if name in self.frame]
        missing = self.facts.get("not_available", ())
        for name in there:
            if ("text", name) not in self._read:
                # A program that took a code or a round for a number wrote 854001.0.
                read = texts(self.frame[name], missing=missing, as_codes=True)
                ditto = read.isin(PRINTED_WORDS["ditto"]).fillna(False).astype(bool)
                self._read["text", name] = read.where(~ditto, read.mask(ditto).ffill()) if ditto.any() else read
        if not there:
            return pd.Series(pd.NA, self.frame.index, "string")
        found = self._read["text", there[0]]
        for name in there[1:]:
            found = found.fillna(self._read["text", name])
        return found

    def number(self, name: str) -> pd.Series:
        """Numbers; missing where there is no such column. All that count people are decided together."""
        if name not in self.frame:
            return pd.Series(pd.NA, self.frame.index, "Float64")
        if ("number", name) not in self._read:
            kinds = self.feed.kinds
            there = [str(other) for other in self.frame if other in kinds and ("number", other) not in self._read]
            wanted = there if name in kinds else [name]
            read = self.numbers(
                {other: self.frame[other] for other in wanted}, {other: kinds.get(other, "real") for other in wanted}
            )
            self._read |= {("number", other): values for other, values in read.items()}
        return self._read["number", name]

    def numbers(self, columns: Mapping[str, pd.Series], kinds: Mapping[str, Kind]) -> dict[str, pd.Series]:
        """Columns of numbers that stand side by side, each under its own name."""
        headed = {name: self.found.heading(name) if name in self.found.columns else name for name in columns}
        named = {
            f"{headed[name]}" if list(headed.values()).count(headed[name]) == 1 else name: name for name in columns
        }
        read = cells_of.numbers(
            {heading: self.of_file(name, columns[name]) for heading, name in named.items()},
            {heading: kinds.get(name, "real") for heading, name in named.items()},
            self.where,
            self.how,
            commas_separate=self.found.sheet.commas_separate,
        )
        for name, cells in columns.items():
            self._say_failed_formulas(headed[name], cells)
        return {name: read[heading].iloc[: len(columns[name])] for heading, name in named.items()}

    def of_file(self, name: str, cells: pd.Series) -> pd.Series:
        """The cells of a column, and behind them those of other parts of the file that show how it is written."""
        beside, place = self.found.beside, self.found.columns.get(name)
        return cells if beside is None or place is None else pd.concat([cells, beside.iloc[:, place]])

    def _say_failed_formulas(self, heading: str, cells: pd.Series) -> None:
        """Missing is right where a formula failed, but a figure was meant to stand there."""
        if cells.dtype == object or isinstance(cells.dtype, pd.StringDtype):
            failed = cells.astype("string").str.strip().str.lower().isin(FAILED_FORMULAS).to_numpy(dtype=bool)
            if failed.any():
                rows = listed(list(cells.index[failed]), SHOWN_AT_MOST)
                shown = text_of(cells[failed].iloc[0])
                self.doubts.append(
                    f"column {heading!r}, row(s) {rows}: {shown}, a formula that failed. No number is known there: "
                    f"ask for it"
                )

    def persons(self, name: str) -> pd.Series:
        """Whole persons: fractions are rounded, and how many there are is noted."""
        people = self.number(name)
        split = int((people % 1 != 0).fillna(False).sum())
        if split:
            self.notes.append(f"column {self.found.heading(name)!r}: {split} counts have fractions and were rounded")
        return people.round()

    def whole(self, name: str) -> pd.Series:
        """Whole numbers; fractions are refused."""
        values = self.number(name)
        bad = ((values % 1 != 0) | (values.abs() > LARGEST_WHOLE)).fillna(False)
        rule = "not a whole number. Correct the cell, or empty it where the value is unknown"
        return self.refuse(values, bad, name, rule).astype("Int64")

    def day(self, name: str, month: Month | None = None) -> pd.Series:
        """Days; missing where there is no such column. The feed's columns of days are decided together."""
        if name not in self.frame:
            return pd.Series(pd.NaT, self.frame.index, "datetime64[us]")
        if ("day", name, month) not in self._read:
            plan = self.facts.get("days", {})
            beside = [other for other in plan.get("columns", ()) if other in self.frame and other != name]
            read = self.days(
                {other: self.frame[other] for other in (name, *beside)}, {name: month} if month else {}, beside
            )
            self._read["day", name, month] = read[name]
        return self._read["day", name, month]

    def days(
        self, columns: Mapping[str, pd.Series], months: Mapping[str, Month], lenient: Iterable[str] = ()
    ) -> dict[str, pd.Series]:
        """Columns of days that stand side by side, each under its own name."""
        habit = self.facts.get("days", {}).get("habit", "")
        months = {**dict.fromkeys(lenient, "first"), **months}
        headings = {name: self.found.heading(name) for name in columns if name in self.found.columns}
        cells = {name: self.of_file(name, values) for name, values in columns.items()}
        read = cells_of.days(
            cells, self.where, self.how, months=months, habit=habit, epoch=self.found.sheet.epoch, headings=headings
        )
        return {name: days.iloc[: len(columns[name])] for name, days in read.items()}

    def typed(self, name: str, dtype: str) -> pd.Series:
        """A column in its declared type."""
        read: dict[str, Callable[[str], pd.Series]] = {
            "string": self.text,
            "Int64": self.whole,
            "Float64": self.number,
            "datetime64[us]": self.day,
        }
        return read[dtype](name)

    def year(self, name: str) -> pd.Series:
        """Whole years, none missing."""
        year = self.number(name)
        bad = year.isna() | (year % 1 != 0) | ~year.between(1900, 2100)
        return self.refuse(year, bad, name, "not a year").astype("Int64")

    def word(self, name: str, known: Mapping[str, Any], rule: str, *, case: bool = True) -> pd.Series:
        """Words of the publisher as ours; one that is not known is refused."""
        printed = self.text(name)
        found = mapped(printed if case else printed.str.casefold(), known.get)
        return self.refuse(found, found.isna(), name, rule)

    def refuse(self, values: pd.Series, bad: pd.Series, name: str, rule: str) -> pd.Series:
        """The values, unless some are bad: those are named."""
        bad = bad.fillna(True).astype(bool)
        if bad.any():
            cells = self.frame.get(name, pd.Series("", index=bad.index))[bad]
            heading = self.found.heading(name) if name in self.found.columns else name
            cells_of.refuse_cells(f"{self.where}, column {heading!r}", list(cells.index), cells, rule)
        return values

    def doubt(self, rows: pd.Series, said: str) -> None:
        """What is doubtful of some rows, if there are any."""
        there = rows.index[rows.fillna(False).to_numpy(dtype=bool)]
        if len(there):
            self.doubts.append(f"row(s) {listed(list(there), SHOWN_AT_MOST)}: {said}")

    def country(self, *names: str) -> pd.Series:
        """ISO 3166-1 codes: of several columns the first that names a country."""
        found = pd.Series(pd.NA, self.frame.index, "string")
        for name in names:
            found = found.fillna(iso3_of(self.text(name)))
        return found

    # -- tables --------------------------------------------------------------------------------

    def table(self, *names: str, **columns: Any) -> pd.DataFrame:
        """A table of the rows, with their source; columns that are only named are read as what they are."""
        read = {name: self._plain(name) for name in names}
        return pd.DataFrame({**read, **columns, "source": self.feed.source}, index=self.frame.index)

    def _plain(self, name: str) -> pd.Series:
        """A column as its declaration or its feed says: days, numbers or else text."""
        declared = TABLES[self.feed.table].columns if self.feed.table in TABLES else {}
        dtype = declared[name].dtype if name in declared else "string"
        if dtype.startswith("datetime") or name in self.facts.get("days", {}).get("columns", ()):
            return self.day(name)
        return self.number(name) if name in self.feed.kinds or dtype != "string" else self.text(name)

    def located(
        self, table: pd.DataFrame, latitude: str = "latitude", longitude: str = "longitude"
    ) -> gpd.GeoDataFrame:
        """The table with the points of its rows in EPSG:4326; missing where a coordinate is."""
        north, east = self.number(latitude), self.number(longitude)
        beyond = ((north.abs() > 90) | (east.abs() > 180)).fillna(False)
        if beyond.any():
            row = beyond.index[beyond][0]
            raise FormatError(
                f"{self.where}, row {row}: latitude {north[row]} and longitude {east[row]} are no place on Earth. "
                "Correct them, or swap them if they changed places"
            )
        nowhere = (north.eq(0) & east.eq(0)).fillna(False).astype(bool)
        self.doubt(nowhere, "latitude 0 and longitude 0, in the Atlantic, were read as missing")
        there = (north.notna() & east.notna() & ~nowhere).to_numpy(dtype=bool)
        shapes = np.full(len(north), None, dtype=object)
        shapes[there] = shapely.points(east[there].to_numpy(dtype=float), north[there].to_numpy(dtype=float))
        points = gpd.GeoSeries(shapes, index=north.index, crs="EPSG:4326")
        points = points if table.index.equals(points.index) else points.reindex(table.index)
        self._say_far(table, points)
        return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")

    def _say_far(self, table: pd.DataFrame, points: gpd.GeoSeries) -> None:
        """Say which points lie far from the country that their row names; of countries that are embedded."""
        if "iso3" not in table:
            return
        places, once = distinct(table["iso3"])
        frames = extents_of_countries().reindex(pd.Index(once)).take(places).set_axis(table.index)

        def beyond(x: pd.Series, y: pd.Series) -> pd.Series:
            aside = (x < frames["minx"] - FAR_DEGREES) | (x > frames["maxx"] + FAR_DEGREES)
            far: pd.Series = aside | (y < frames["miny"] - FAR_DEGREES) | (y > frames["maxy"] + FAR_DEGREES)
            return far

        x, y = points.x, points.y
        far = beyond(x, y)
        swapped = far & ~beyond(y, x)
        self.doubt(swapped, f"points {PROBLEMS['swapped']}")
        self.doubt(far & ~swapped, f"points {PROBLEMS['far_away']}")

    def no_figure(self, table: pd.DataFrame, reason: str = "no figure") -> None:
        """Rows that gave no row of the table had no figure."""
        self.fates = dropped(self.fates, self.frame.index.difference(table.index), reason)

    def tidied(self, table: pd.DataFrame, kind: str, notes: Iterable[str] = ()) -> Tidied:
        """What a feed gives: the table, the fates, what has to be said."""
        return Tidied(table, self.fates, (*self.notes, *notes), tuple(self.doubts), kind)

    def told_apart(self, table: pd.DataFrame, kind: str, notes: Iterable[str] = ()) -> Tidied:
        """The same, with rows that share the key of their table numbered after ``place``.

        Different counts under one name are different places of that name.
        """
        key = [name for name in dict.fromkeys((*TABLES[kind].key, *_NAMES)) if name in table]
        alike = table.duplicated(key, keep=False)
        said = []
        if alike.any():
            number = table.groupby(key, dropna=False).cumcount() + 1
            named = table["place"].fillna("") + " (" + number.astype("string") + ")"
            table = table.assign(place=table["place"].mask(alike & (number > 1), named))
            said.append(
                f"{int(alike.sum())} rows share place and day with another row: the later ones are numbered in 'place'"
            )
        # A country and year stand once in statistics; sites of one name are many.
        self.doubts += said if self.facts.get("once") else []
        return self.tidied(table, kind, [*notes, *said])

    def one_level(self, within: list[str], level: int | None, people: str) -> Rows:
        """Keep one of the levels that repeat each other's people: the one asked for, or the deepest of each group."""
        depth = self._depth()
        if level is not None:
            other = (depth != level).fillna(True).astype(bool)
            if other.all():
                there = ", ".join(f"{value:g}" for value in sorted(depth.dropna().unique()))
                raise FormatError(f"{self.where}: no rows of level {level}. There are: {there}")
        else:
            # Where all rows are of one level there is nothing to choose.
            keys = [self.text(name) for name in within if name in self] if (depth < depth.max()).any() else []
            deepest = depth.groupby(keys, dropna=False).transform("max") if keys else depth.max()
            other = (depth < deepest).fillna(False).astype(bool)
        if other.any():
            self.notes.append("levels repeat each other's people: one was kept")
            if people in self:
                self._say_missing_people(depth, ~other, [name for name in within if name in self], people)
        return self.drop(other, "other level")

    def _depth(self) -> pd.Series:
        """The level of each row, as printed or by its names and codes.

        A row without any, or with a country's own code among those of areas, is of the country.
        """
        depth = pd.Series(0.0, index=self.frame.index, dtype="Float64")
        for level in (1, 2):
            codes = self.text(f"code{level}")
            short = codes.str.len().le(3).fillna(False) & bool(codes.str.len().gt(3).any())
            country = iso3_of(codes.where(short)).notna()
            named = self.text(f"provider{level}", f"name{level}").notna() | codes.notna()
            depth = depth.mask(named & ~country, float(level))
        return self.number("level").mask(depth == 0, 0.0) if "level" in self else depth

    def _say_missing_people(self, depth: pd.Series, kept: pd.Series, within: list[str], people: str) -> None:
        """Where the kept level holds fewer people than a higher one: areas are missing from it."""
        figures = self.number(people)
        if "phase" in self:
            figures = figures.where(self.text("phase") == "all")
        keys = [self.text(name) for name in within] or [pd.Series(0, index=depth.index)]
        sums = pd.DataFrame({"kept": figures.where(kept).groupby(keys, dropna=False).sum(min_count=1)})
        sums["higher"] = pd.concat(
            [
                figures.where(depth == level).groupby(keys, dropna=False).sum(min_count=1)
                for level in depth[~kept].dropna().unique()
            ],
            axis=1,
        ).max(axis=1)
        # Areas without a figure hold nobody of those that the higher level counts.
        sums = sums.dropna(subset=["higher"]).fillna(0)
        short = sums[sums["kept"] < sums["higher"] * 0.99]
        if len(short):
            self.doubts.append(
                f"for {len(short)} of {len(sums)} countries and periods the level that was kept holds fewer people "
                f"than a higher one ({short['kept'].sum():,.0f} of {short['higher'].sum():,.0f}): areas are missing "
                "from it. level=0 (or 1) gives the rows of that level"
            )


def dropped(fates: pd.Series, rows: pd.Index, reason: str) -> pd.Series:
    """The fates with the rows that were still kept now dropped for a reason."""
    hit = fates.index.isin(rows) & (fates == KEPT).to_numpy()
    return fates.mask(hit, reason)


def _or_missing(cell: Any, where: str) -> float | None:
    """A figure of a row of totals, if it is one."""
    try:
        found = cells_of.numbers(
            {"total": pd.Series([cell], dtype=object)}, {"total": "people"}, where, commas_separate=True
        )["total"]
    except FormatError:
        return None
    return None if found.isna().iloc[0] else float(found.iloc[0])


def body(found: Found, top: int, header: int) -> tuple[pd.DataFrame, pd.Series]:
    """The cells below the headings under our names, and the fate of every row of the sheet but the headings."""
    sheet, cells = found.sheet, found.sheet.cells
    refuse_headings(found)
    fates = pd.Series(KEPT, index=cells.index[(cells.index < top) | (cells.index > header)]).astype(object)
    if sheet.form not in PRINTED:
        fates = fates[fates.index > header]
    below = cells.iloc[int((cells.index <= header).sum()) :]  # a slice shares the memory of the file
    frame = pd.DataFrame({name: below.iloc[:, place] for name, place in found.columns.items()}, index=below.index)
    above = fates.index[fates.index < top]
    fates[above] = np.where(blank_rows(cells.loc[above]), "empty", "title")
    gone = {
        "empty": below.index[blank_rows(below)],
        "HXL": hxl_rows(below.head(5)),
        "note": _rows_of(below.tail(FOOT_ROWS), _is_footer),
        "headings again": _headings_again(frame, found),
    }
    for reason, rows in gone.items():
        fates[rows] = reason
    kept = (fates.loc[frame.index] == KEPT).to_numpy()
    return frame if kept.all() else frame[kept], fates


def copies(cells: pd.DataFrame, rows: pd.Index) -> pd.Series:
    """Which rows repeat an earlier one in every cell. Most are told from all others by one column."""
    maybe = rows
    for place in range(cells.shape[1]):
        alike, cells_once = distinct(cells.iloc[:, place].loc[maybe])
        if len(cells_once) == len(maybe):
            return pd.Series(False, index=rows)
        maybe = maybe[pd.Series(alike).duplicated(keep=False).to_numpy()]
    again = cells.loc[maybe].map(text_of).duplicated()
    return pd.Series(rows.isin(again.index[again]), index=rows)


def _spelled_again(cells: pd.DataFrame, names: pd.DataFrame) -> pd.Series:
    """Only rows whose names have several spellings are looked at: there are few, and mostly none."""
    varied = np.zeros(len(names), dtype=bool)
    for name in names:
        codes, spelled = pd.factorize(names[name])
        plain = [without_accents(text.casefold()) for text in spelled]
        often = Counter(plain)
        varied |= np.array([*(often[text] > 1 for text in plain), False], dtype=bool)[codes]
    some = cells.loc[names.index[varied]].map(lambda cell: without_accents(text_of(cell).casefold()))
    return pd.Series(names.index.isin(some.index[some.duplicated()]), index=names.index)


def _headings_again(frame: pd.DataFrame, found: Found) -> pd.Index:
    """Rows that repeat the row of headings, as some publishers do, and a first row that numbers the columns."""
    if found.sheet.form not in PRINTED or frame.shape[1] < 2:
        return frame.index[:0]
    printed = found.sheet.cells.loc[found.header]
    same = np.ones(len(frame), dtype=bool)
    for name, place in found.columns.items():
        if not same.any():
            break
        heading = printed.iloc[place]
        same &= (
            np.fromiter((cell == heading for cell in frame[name]), bool, len(frame))
            if frame[name].dtype == object
            else (frame[name] == heading).fillna(False).to_numpy(dtype=bool)
        )
    first = [text_of(cell).strip("()") for cell in found.sheet.cells.loc[frame.index[:1]].to_numpy().ravel()]
    numbers = [cell for cell in first if cell]
    same[:1] |= len(numbers) > 1 and numbers == [str(number) for number in range(1, len(numbers) + 1)]
    return frame.index[same]


def _titles_between(found: Found, fates: pd.Series) -> list[str]:
    """What is printed above headings that are printed again: another day or group, perhaps."""
    again = fates.index[fates == "headings again"]
    if not len(again):
        return []
    cells = found.sheet.cells
    above = {text_of(cell) for cell in cells.loc[: found.header].to_numpy().ravel()}
    said = []
    for row in again:
        above_it = cells.loc[: row - 1]
        before = above_it[~blank_rows(above_it)].iloc[-1]
        texts_there = {text_of(cell) for cell in before} - {""}
        if len(texts_there) == 1 and not texts_there & above and before.name != found.header:
            said.append(
                f"row {before.name} says {min(texts_there)!r} above headings that are printed again, and the rows "
                "below were read as those above. Where they count another day, group or area, read them alone"
            )
    return said[:SHOWN_AT_MOST]


def blank_rows(cells: pd.DataFrame) -> np.ndarray:
    """Which rows have nothing in any cell."""
    blank = np.ones(len(cells), dtype=bool)
    for position in range(cells.shape[1]):
        if not blank.any():
            break
        column = cells.iloc[:, position]
        if isinstance(column.dtype, pd.StringDtype):
            text = pc.utf8_trim_whitespace(pa.array(column, pa.large_string()))
            blank &= np.asarray(pc.fill_null(pc.equal(text, ""), True), dtype=bool)
        else:
            blank &= column.isna().to_numpy() | np.fromiter(
                (isinstance(cell, str) and not cell.strip() for cell in column), bool, len(column)
            )
    return blank


def _rows_of(cells: pd.DataFrame, are: Callable[[list[str]], bool]) -> pd.Index:
    """The rows whose filled cells are something."""
    filled = [[text for cell in row if (text := text_of(cell))] for row in cells.itertuples(index=False, name=None)]
    return cells.index[[number for number, row in enumerate(filled) if are(row)]]


def hxl_rows(cells: pd.DataFrame) -> pd.Index:
    """The rows of HXL tags."""
    return _rows_of(cells, _are_tags)


def _are_tags(filled: list[str]) -> bool:
    # "#N/A" and "#REF!" are figures that are missing, in the row of a place.
    return 2 * sum(cell[0] == "#" and cell.casefold() not in MISSING_NUMBERS for cell in filled) > len(filled)


def _is_footer(filled: list[str]) -> bool:
    """One text only, which begins like "Source:": no place is called so."""
    word, colon, _ = without_accents(filled[0]).casefold().partition(":") if len(set(filled)) == 1 else ("", "", "")
    return bool(colon) and word.strip(" *()") in PRINTED_WORDS["footers"]


def typed_or_text(values: pd.Series, heading: str = "") -> pd.Series:
    """Numbers or days where every cell is one, else text: a code such as 012 keeps its zero, and 12E03 is no 12,000."""
    if values.notna().any() and values.dropna().map(lambda cell: isinstance(cell, dt.datetime)).all():
        return pd.to_datetime(values.astype(object)).astype("datetime64[us]")
    text = texts(values, as_codes=is_code(heading))
    if is_code(heading):
        return text
    plain = text.str.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?")
    if not plain.fillna(True).all() or text.isna().all():
        return text
    return pd.to_numeric(text, errors="coerce")
