"""From the rows of a file to one row for each area: placed by code or name, and added up where an area has several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import DoubleCountError, UnmatchedError, listed
from sahelgeo.phases.phase_totals import choose_phase, sum_phases
from sahelgeo.phases.rule import area_phase
from sahelgeo.places.attach import Account, attach_areas
from sahelgeo.places.match import match_areas
from sahelgeo.tables import SETTLEMENTS

ADMINS = ("admin1", "admin2", "admin3")


def place_rows(
    table: pd.DataFrame, areas: gpd.GeoDataFrame, unmatched: str, decided: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, Account]:
    """The table with the p-code of each row's area in ``area``, beside what the row prints; some names are decided."""
    plain = pd.DataFrame(table).drop(columns="geometry", errors="ignore")
    how: dict[str, Any] = {"on": "match", "unmatched": unmatched, "report": True}
    if decided:
        evidence = match_areas(plain, areas)
        named = evidence[evidence["name"].isin(decided)]
        absent = sorted(set(decided) - set(named["name"]))
        if absent:
            raise UnmatchedError(f"no row prints {listed(absent, 8)}, which was decided on", named)
        how["on"] = {"decisions": named.assign(pcode=named["name"].map(decided))}
    joined, account = attach_areas(plain, areas, **how)
    return plain.loc[joined.index].assign(area=joined["pcode"]), account


def phases_by_area(
    phases: pd.DataFrame, areas: gpd.GeoDataFrame, choose: Literal["worst", "largest"] | None = None
) -> tuple[pd.DataFrame, str]:
    """Placed phases with one row for each area, and the column of their phase; settlements are points of their own."""
    if choose is not None:
        return choose_phase(phases, choose, by=("area",)).rename(columns={"area": "pcode"}), "phase_published"
    if phases.loc[~phases["unit_kind"].isin(SETTLEMENTS), "area"].duplicated().any():
        if phases["pcode"].isna().all():
            refuse_mixed_depths(phases, areas)
        return sum_phases(phases, by=("area",)).rename(columns={"area": "pcode"}), "phase_rule"
    placed = phases.drop(columns=["pcode", "place", *ADMINS], errors="ignore")
    return with_phase(placed.rename(columns={"area": "pcode"}))


def with_phase(phases: pd.DataFrame) -> tuple[Any, str]:
    """The phases with the column to draw: as published, or by the 20 % rule where none is."""
    if phases["phase_published"].notna().any() or phases["state"].notna().all():
        return phases, "phase_published"
    return phases.join(area_phase(phases)), "phase_rule"


def refuse_mixed_depths(placed: pd.DataFrame, areas: gpd.GeoDataFrame) -> None:
    """A row for a whole area beside rows for its parts: their sum would count people twice."""
    level = int(areas["level"].dropna().max()) if areas["level"].notna().any() else len(ADMINS)
    for label in [label for label in ADMINS[level : level + 1] if label in placed]:
        named = placed[label].notna()
        mixed = named.groupby(placed["area"]).transform("nunique") > 1
        if mixed.any():
            shown = listed(list(placed.loc[mixed, "area"].unique()), 5)
            raise DoubleCountError(
                f"{int((mixed & ~named).sum()):,} rows stand for whole areas beside rows of their parts ({label}): "
                f"{shown}. Keep one level in the file",
                placed[mixed],
            )
