"""Rows of phases that several feeds print alike: situations side by side, a row for each figure, areas without any."""

from __future__ import annotations

import re
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.errors import SHOWN_AT_MOST, FormatError, listed
from sahelgeo.nesting import holding_rows
from sahelgeo.phases.phase_totals import near
from sahelgeo.readers.printed import country_pcodes, fold, iso3_of, text_of, texts
from sahelgeo.readers.rows import Rows, Tidied
from sahelgeo.readers.shapes import made_valid
from sahelgeo.sums import group_numbers
from sahelgeo.tables import PEOPLE_BY_PHASE

_COUNTED = ("people_3plus", *PEOPLE_BY_PHASE)
FIGURES = ("population", *_COUNTED)
# HDX and HAPI publish a figure again when rounding changed by a person or two: such rows are the same statement.
_ROUNDING = 5
_RELATIVE_ROUNDING = 0.005
_INADEQUATE_EVIDENCE = 10


def identity(rows: Rows, frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """The columns that say who, where and when: country, names, day of the analysis, source."""

    def column(name: str) -> pd.Series:
        heading = columns.get(name, name)
        return texts(frame[heading]) if heading in frame else pd.Series(pd.NA, index=frame.index, dtype="string")

    area, level1, country = column("area"), column("level1"), column("country")
    iso3 = iso3_of(country)
    heading = columns.get("issued", "issued")
    issued = rows.days({heading: frame[heading]}, {heading: "first"})[heading] if heading in frame else pd.NaT
    table = pd.DataFrame(
        {
            "pcode": country_pcodes(iso3).where(area.isna() & level1.isna()),
            "iso3": iso3,
            "place": area.fillna(level1).fillna(country),
            "admin1": level1,
            "issued": issued,
            "_depth": (level1.notna().astype(int)).mask(area.notna(), 2),
            "unit_kind": "area",
            "source": rows.feed.source,
        }
    )
    analysis = column("analysis")
    return table.assign(analysis=analysis) if analysis.notna().any() else table


def figures(rows: Rows, cells: Mapping[str, pd.Series], headings: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Phase, state and people of one situation, from the cells of each under our names; grey areas have no phase."""
    printed = {name: (headings or {}).get(name, name) for name in cells if name in (*FIGURES, "phase")}
    cells = {name: _without_words(rows, cells[name]) for name in printed}
    read = rows.numbers(
        {printed[name]: values for name, values in cells.items()},
        {heading: "people" for name, heading in printed.items() if name != "phase"},
    )
    table = pd.DataFrame({name: read[heading] for name, heading in printed.items()})
    table = table.reindex(columns=["phase", *FIGURES]).astype("Float64")
    phase = table.pop("phase")
    grey = phase.isin([0, _INADEQUATE_EVIDENCE])
    unknown = phase.notna() & ~grey & ~phase.isin(range(1, 6))
    if unknown.any():
        shown = listed([f"{code:g}" for code in sorted(phase[unknown].unique())], SHOWN_AT_MOST)
        rows.doubts.append(f"{int(unknown.sum())} areas are of class {shown}, which is no phase: none was kept")
    state = pd.Series(pd.NA, index=table.index, dtype="string")
    return table.assign(
        phase_published=phase.mask(grey | unknown),
        state=state.mask((phase == _INADEQUATE_EVIDENCE).fillna(False), "inadequate_evidence"),
    )


def _without_words(rows: Rows, cells: pd.Series) -> pd.Series:
    """The cells without the words that the feed prints where it has no figure; how many there are is noted."""
    words = rows.facts.get("no_figure", {})
    if not words:
        return cells

    def sentence(cell: object) -> str | None:
        text = fold(text_of(cell))
        return next((sentence for pattern, sentence in words.items() if text and re.fullmatch(pattern, text)), None)

    said = cells.map(sentence)
    rows.doubts += [f"column {cells.name!r}, {count} cells: {words}" for words, count in said.value_counts().items()]
    return cells.mask(said.notna(), None)


def days_of(rows: Rows, cells: Mapping[str, pd.Series]) -> pd.DataFrame:
    """First and last day of a situation, printed as two days or as one period ("Sep 2025 - Nov 2025")."""
    index = next(iter(cells.values())).index
    missing = pd.Series(None, index=index, dtype=object)
    start, end = (cells.get(name, missing) for name in ("start", "end"))
    if "period" in cells:
        parts = texts(cells["period"]).str.extract(r"^(.*?)(?:\s*[-–]\s*(\D.*))?$").astype("string")
        end = parts[1].fillna(parts[0])
        # The year may stand once: "Aug - Oct 2019".
        start = parts[0].where(parts[0].str.contains(r"\d"), parts[0] + " " + end.str.extract(r"(\d{4})\s*$")[0])
    read = rows.days({"start": start, "end": end}, {"start": "first", "end": "last"})
    return pd.DataFrame({"start": read["start"], "end": read["end"]})


def situation(
    rows: Rows,
    base: pd.DataFrame,
    cells: Mapping[str, pd.Series],
    *,
    headings: Mapping[str, str] | None = None,
    days: pd.DataFrame | None = None,
    keep: bool = False,
) -> pd.DataFrame:
    """The rows of one situation: those with figures and a first day; on a map (``keep``) areas without figures too.

    The IPC's API writes 0 analysed people for a period that was not analysed.
    """
    read = figures(rows, cells, headings)
    read = read.drop(columns=[name for name in FIGURES if name in base and name not in cells])
    table = pd.concat([base, read, days_of(rows, cells) if days is None else days], axis=1)
    people = table[list(_COUNTED)]
    nobody = (table["population"].eq(0) & people.sum(axis=1).eq(0)).fillna(False)
    told = people.notna().any(axis=1) | table["phase_published"].notna() | table["state"].notna()
    return with_state(table[((told & ~nobody) | keep) & table["start"].notna()])


def joined(rows: Rows, tables: list[pd.DataFrame], reason: str) -> pd.DataFrame:
    """The situations of a sheet below each other; rows that gave none are accounted for."""
    filled = [table for table in tables if len(table)]
    if not filled:
        raise FormatError(f"{rows.where}: no people by phase under the headings of its periods")
    table = pd.concat(filled)
    rows.no_figure(table, reason)
    return _deepest(rows, table) if "_depth" in table else table


def _deepest(rows: Rows, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of a group or a country repeat those of its areas: left out; what does not add up is said."""
    depth = table.pop("_depth")
    people = table[list(PEOPLE_BY_PHASE)].sum(axis=1, min_count=1)
    people = people.fillna(table["population"]).fillna(table["people_3plus"])
    names = ("iso3", "source", "kind", "start", "end", "issued", "analysis")
    inside: list[pd.Series] = [table[name] for name in names if name in table]
    repeated = pd.Series(False, index=table.index)
    for level, keys in ((1, [*inside, table["admin1"]]), (0, inside)):
        below = (depth > level) & ~repeated
        hidden = (depth == level) & below.groupby(keys, dropna=False).transform("any")
        sums = people.where(below).groupby(keys, dropna=False).transform("sum", min_count=1)
        other = hidden & ((sums - people).abs() > (people * _RELATIVE_ROUNDING).clip(lower=_ROUNDING)).fillna(False)
        if other.any():
            rows.doubts.append(
                f"{int(other.sum())} rows of groups or countries were left out for the areas beside them, which hold "
                f"{sums[other].sum():,.0f} people of their {people[other].sum():,.0f}"
            )
        repeated |= hidden
    rows.no_figure(table[~repeated], "total")
    return table[~repeated]


def pivot_phases(table: pd.DataFrame, rows: Rows) -> Tidied:
    """Rows of one figure each (``figure``, ``number``) as one row for each area, analysis and period."""
    key = [str(name) for name in table if name not in ("figure", "number")]
    groups = table.groupby([*key, "figure"], dropna=False)
    table = table.assign(_copy=groups.cumcount())
    before = groups["number"].transform("first")
    close = (table["number"] - before).abs() <= (before.abs() * _RELATIVE_ROUNDING).clip(lower=_ROUNDING)
    same = (table["_copy"] > 0) & (close | (table["number"].isna() & before.isna())).fillna(False)
    # A whole block of figures is a copy only if each of its figures is.
    block = table.groupby([*key, "_copy"], dropna=False).ngroup()
    copies = (table["_copy"] > 0) & same.groupby(block).transform("all")
    rows.drop(copies, "duplicate")
    kept = table[~copies]
    group = kept.groupby([*key, "_copy"], dropna=False, sort=False).ngroup()
    wide = kept.loc[~group.duplicated(), key].set_axis(group[~group.duplicated()])
    for figure in FIGURES:
        there = kept["figure"] == figure
        wide[figure] = kept.loc[there, "number"].set_axis(group[there])
    return rows.tidied(with_state(parts_numbered(wide, rows, key)), "phases")


def parts_numbered(table: pd.DataFrame, rows: Rows, key: list[str]) -> pd.DataFrame:
    """Areas that share a name within an analysis are numbered in ``unit``; analyses that share a day, in ``analysis``.

    Two analyses of one country and month both speak of all its people: they are alternatives, not parts.
    """
    alike = table.duplicated(key, keep=False)
    if not alike.any():
        return table
    groups = table.groupby(key, dropna=False)["kind"]
    number, of = (numbers.astype("string") for numbers in (groups.cumcount() + 1, groups.transform("size")))
    scope = [table[name] for name in ("iso3", "kind", "start", "end", "issued") if name in table]
    several = table["place"].groupby(scope, dropna=False).transform("nunique") > 1
    national = table["pcode"].notna() & table["admin1"].isna()
    whole = (alike.groupby(scope, dropna=False).transform("all") & (several | national)).astype(bool)
    named = (
        ("analysis", whole, "analysis " + number, "are of several analyses of one country and day, never to be added"),
        (
            "unit",
            alike & ~whole,
            "part " + number + " of " + of,
            "are parts of an area that the file does not tell apart",
        ),
    )
    for column, hit, label, said in named:
        if hit.any():
            own = table.get(column, pd.Series(pd.NA, index=table.index, dtype="string"))
            table = table.assign(**{column: own.mask(hit, (own + ", " + label).fillna(label))})
            rows.notes.append(f"{int(hit.sum())} rows {said}: numbered in {column!r}")
    return table


def with_shapes(table: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    """The table with the shapes of its rows, if the file has any."""
    geometry = rows.found.sheet.geometry
    if geometry is None:
        return table
    geometry, bad = made_valid(geometry, rows.found.sheet.where)
    rows.notes += [f"{int(bad.sum())} invalid polygons were repaired"] if bad.any() else []
    drawn: pd.DataFrame = gpd.GeoDataFrame(table, geometry=geometry.reindex(table.index), crs=geometry.crs)
    return drawn


def with_state(table: pd.DataFrame) -> pd.DataFrame:
    """Areas without phase and without people by phase are not analysed."""
    missing = pd.Series(pd.NA, index=table.index, dtype="string")
    phase, state = (table.get(name, missing) for name in ("phase_published", "state"))
    empty = phase.isna() & table[list(_COUNTED)].isna().all(axis=1)
    return table.assign(state=state.mask(empty & state.isna(), "not_analysed"))


def blanks_filled(table: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    """The table with 0 in the blank phases of rows whose other phases are all people already, and how many there are.

    The people of the other phases add up to the population, within the rounding of the file: nobody is left for a
    blank.
    """
    people = table[list(PEOPLE_BY_PHASE)]
    whole = (people.sum(axis=1, min_count=1) - table["population"]).abs() <= _ROUNDING
    hit = (whole & people.isna().any(axis=1) & (table["population"] > _ROUNDING)).fillna(False)
    if hit.any():
        rows.notes.append(
            f"in {int(hit.sum())} rows a phase is blank and the other phases add up to the population "
            f"(within {_ROUNDING} persons): 0 was written for the blank"
        )
    return table.assign(**{name: people[name].mask(people[name].isna() & hit, 0) for name in PEOPLE_BY_PHASE})


def with_rests(table: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    """The table with "rest" in ``unit`` where a row is what is left of an area beside rows of its towns or camps.

    The rows of the files that ``disjoint`` names count different people: Niger's department of Tchirozerine is printed
    without its town of Agadez, which has a row and a longer code. A row with as many people in each phase as those
    inside it is left as it is: sums refuse it.
    """
    if rows.found.vintage.name not in rows.facts.get("disjoint", ()):
        return table
    scope = group_numbers(table, [name for name in ("kind", "start", "end", "issued") if name in table])
    whole = table["unit"].isna() & (table["unit_kind"] == "area") & table["admin1"].notna()
    rest = holding_rows(table["pcode"], scope, None)[1] & whole.to_numpy(dtype=np.bool_)
    people, codes = table[list(PEOPLE_BY_PHASE)], table["pcode"].fillna("").astype(object)
    for row in np.flatnonzero(rest):
        inside = codes.str.startswith(codes.iloc[row]) & (codes != codes.iloc[row]) & (scope == scope[row])
        rest[row] = not near(people[inside].sum(), people.iloc[row]).all()
    if rest.any():
        rows.notes.append(
            f"{int(rest.sum())} rows are of an area without the towns or camps that have rows of their own: 'rest' was "
            "written in 'unit'"
        )
    return table.assign(unit=table["unit"].mask(rest, "rest"))
