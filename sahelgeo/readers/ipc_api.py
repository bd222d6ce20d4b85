"""The IPC API's answers: analyses that hold groups that hold areas, as rows of areas."""

from __future__ import annotations

from typing import Any

import pandas as pd

_CARRIED = (
    "country",
    "analysis_date",
    "current_period_dates",
    "projected_period_dates",
    "second_projected_period_dates",
)


def api_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each area of each analysis (or group, or country, where the answer goes no deeper).

    The figures of a group or a country repeat those of its areas, so only the deepest level is kept. The index stays that
    of the analysis.
    """
    rows: list[dict[str, Any]] = []
    index = []
    for number, analysis in frame.iterrows():
        record = dict(analysis)
        carried = {name: record.get(name) for name in _CARRIED}
        for place, figures in _deepest(record):
            rows.append({**{key: value for key, value in figures.items() if key not in _CARRIED}, **carried, **place})
            index.append(number)
    return pd.DataFrame(rows, index=index, dtype=object) if rows else frame.iloc[:0]


def _deepest(record: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    groups = _records(record.get("groups"))
    if groups:
        found = []
        for group in groups:
            areas = _records(group.get("areas"))
            found += [({"level 1": group.get("name"), "area": area.get("name")}, area) for area in areas]
            if not areas:
                found.append(({"level 1": group.get("name"), "area": None}, group))
        return found
    areas = _records(record.get("areas"))
    if areas:
        return [({"level 1": None, "area": area.get("name")}, area) for area in areas]
    figures = {key: value for key, value in record.items() if key not in ("groups", "areas", "title", "id")}
    return [({"level 1": None, "area": None}, figures)] if record.get("phase1_population") is not None else []


def _records(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
