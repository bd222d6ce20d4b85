"""Rows of phases that several feeds print alike: one row for each figure, names of areas, areas without figures."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from sahelgeo.readers.printed import country_pcodes, iso3_of, texts
from sahelgeo.readers.rows import Rows, Tidied
from sahelgeo.readers.shapes import made_valid
from sahelgeo.tables import PEOPLE_BY_PHASE

# HDX and HAPI publish a figure again when rounding changed by a person or two: such rows are the same statement.
_ROUNDING = 5
_RELATIVE_ROUNDING = 0.005


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
            "unit_kind": "area",
            "source": rows.feed.source,
        }
    )
    analysis = column("analysis")
    return table.assign(analysis=analysis) if analysis.notna().any() else table


def pivot_phases(table: pd.DataFrame, rows: Rows) -> Tidied:
    """Rows of one figure each (``figure``, ``number``) as one row for each area, analysis and period."""
    key = [str(name) for name in table if name not in ("figure", "number")]
    table = table.assign(_copy=table.groupby([*key, "figure"], dropna=False).cumcount())
    before = table.groupby([*key, "figure"], dropna=False)["number"].transform("first")
    close = (table["number"] - before).abs() <= (before.abs() * _RELATIVE_ROUNDING).clip(lower=_ROUNDING)
    same = (table["_copy"] > 0) & (close | (table["number"].isna() & before.isna())).fillna(False)
    # A whole block of figures is a copy only if each of its figures is.
    block = table.groupby([*key, "_copy"], dropna=False).ngroup()
    copies = (table["_copy"] > 0) & same.groupby(block).transform("all")
    rows.drop(copies, "duplicate")
    wide = _unstacked(table[~copies], key).drop(columns="_copy")
    wide, notes = parts_numbered(wide, key)
    return rows.tidied(with_state(wide), "phases", notes)


def parts_numbered(table: pd.DataFrame, key: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """Areas that share a name within an analysis are numbered in ``unit``; whole analyses that share a day, in ``analysis``.

    Two analyses of one country and month both speak of all its people: they are alternatives, not parts.
    """
    alike = table.duplicated(key, keep=False)
    if not alike.any():
        return table, []
    number = table.groupby(key, dropna=False).cumcount() + 1
    scope = [table[name] for name in ("iso3", "kind", "start", "end", "issued") if name in table]
    several = table["place"].groupby(scope, dropna=False).transform("nunique") > 1
    national = table["pcode"].notna() & (table["admin1"].isna() if "admin1" in table else True)
    whole = (alike.groupby(scope, dropna=False).transform("all") & (several | national)).astype(bool)
    notes = []
    if whole.any():
        printed = "analysis " + number.astype("string")
        own = table["analysis"] if "analysis" in table else pd.Series(pd.NA, index=table.index, dtype="string")
        table = table.assign(analysis=own.mask(whole, (own + ", " + printed).fillna(printed)))
        notes.append(
            f"{int(whole.sum())} rows are of several analyses of one country and day: numbered in 'analysis', never to be added"
        )
    parts = alike & ~whole
    if parts.any():
        label = "part " + number.astype("string")
        table = table.assign(unit=label.where(parts))
        notes.append(f"{int(parts.sum())} areas share their name with another of the analysis: numbered in 'unit'")
    return table, notes


def with_shapes(table: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    """The table with the shapes of its rows, if the file has any."""
    geometry = rows.found.sheet.geometry
    if geometry is None:
        return table
    drawn: pd.DataFrame = gpd.GeoDataFrame(table, geometry=made_valid(geometry).reindex(table.index), crs=geometry.crs)
    return drawn


def _unstacked(kept: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    group = kept.groupby([*key, "_copy"], dropna=False, sort=False).ngroup()
    wide = kept.loc[~group.duplicated(), [*key, "_copy"]].set_axis(group[~group.duplicated()])
    for figure in ("population", *PEOPLE_BY_PHASE, "people_3plus"):
        rows = kept["figure"] == figure
        wide[figure] = kept.loc[rows, "number"].set_axis(group[rows])
    return wide


def with_state(table: pd.DataFrame) -> pd.DataFrame:
    """Areas without phase and without people by phase are not analysed."""
    phase = (
        table["phase_published"] if "phase_published" in table else pd.Series(pd.NA, index=table.index, dtype="Float64")
    )
    empty = phase.isna() & table[list(PEOPLE_BY_PHASE)].isna().all(axis=1)
    state = table["state"] if "state" in table else pd.Series(pd.NA, index=table.index, dtype="string")
    return table.assign(state=state.mask(empty & state.isna(), "not_analysed"))


def blanks_filled(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The table with 0 in the blank phases of rows whose other phases are all people already, and a sentence on how many.

    The people of the other phases add up to the population, within the rounding of the file: nobody is left for a blank.
    """
    people = table.reindex(columns=list(PEOPLE_BY_PHASE))
    whole = ((people.sum(axis=1, min_count=1) - table["population"]).abs() <= _ROUNDING).fillna(False)
    rows = whole & people.isna().any(axis=1) & (table["population"] > _ROUNDING).fillna(False)
    if not rows.any():
        return table, []
    filled = people.mask(people.isna().to_numpy() & rows.to_numpy(dtype=bool)[:, None], 0)
    said = (
        f"in {int(rows.sum())} rows a phase is blank and the other phases add up to the population (within {_ROUNDING} persons): 0 was "
        "written for the blank"
    )
    return table.assign(**{name: filled[name] for name in PEOPLE_BY_PHASE}), [said]
