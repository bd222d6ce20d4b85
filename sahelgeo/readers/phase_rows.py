"""Rows of phases that several feeds print alike: one row for each figure, names of areas, areas without figures."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sahelgeo.readers.countries import country_pcodes, iso3_of
from sahelgeo.readers.feed import Found
from sahelgeo.readers.printed import days, text_column
from sahelgeo.readers.reading import Tidied, dropped
from sahelgeo.tables import PEOPLE_BY_PHASE

# HDX and HAPI publish a figure again when rounding changed by a person or two: such rows are the same statement.
_ROUNDING = 5
_RELATIVE_ROUNDING = 0.005


def identity(frame: pd.DataFrame, found: Found, columns: Mapping[str, str]) -> pd.DataFrame:
    """The columns that say who, where and when: country, names, day of the analysis, source."""

    def column(name: str) -> pd.Series:
        return text_column(frame, columns.get(name, name))

    area, level1, country = column("area"), column("level1"), column("country")
    iso3 = iso3_of(country)
    national = area.isna() & level1.isna()
    heading = columns.get("issued", "issued")
    when = (
        days(frame[heading], heading, found.sheet.where, month="first")
        if heading in frame
        else pd.Series(pd.NaT, index=frame.index)
    )
    return pd.DataFrame(
        {
            "pcode": country_pcodes(iso3).where(national),
            "iso3": iso3,
            "place": area.fillna(level1).fillna(country),
            "admin1": level1,
            "issued": when,
            "unit_kind": "area",
            "source": found.feed.source,
        }
    )


def pivot_phases(table: pd.DataFrame, fates: pd.Series) -> Tidied:
    """Rows of one figure each (``figure``, ``number``) as one row for each area, analysis and period."""
    key = [str(name) for name in table if name not in ("figure", "number")]
    table = table.assign(_copy=table.groupby([*key, "figure"], dropna=False).cumcount())
    before = table.groupby([*key, "figure"], dropna=False)["number"].transform("first")
    close = (table["number"] - before).abs() <= (before.abs() * _RELATIVE_ROUNDING).clip(lower=_ROUNDING)
    same = (table["_copy"] > 0) & (close | (table["number"].isna() & before.isna())).fillna(False)
    # A whole block of figures is a copy only if each of its figures is.
    block = table.groupby([*key, "_copy"], dropna=False).ngroup()
    copies = (table["_copy"] > 0) & same.groupby(block).transform("all")
    fates = dropped(fates, copies.reindex(fates.index, fill_value=False), "duplicate")
    kept = table[~copies]
    wide = _unstacked(kept, key)
    notes = []
    parts = wide.duplicated(key, keep=False)
    if parts.any():
        number = wide.groupby(key, dropna=False).cumcount() + 1
        wide["unit"] = ("part " + number.astype("string")).where(parts)
        notes.append(f"{int(parts.sum())} areas share their name with another of the analysis: numbered in 'unit'")
    return Tidied(with_state(wide.drop(columns="_copy")), fates, tuple(notes), (), "phases")


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
