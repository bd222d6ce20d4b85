"""Whatever a table lacks or holds, a public function refuses it with a sentence of sahelgeo, and changes no argument.

Each damage is done to one argument at a time. Every column that must be there is taken away from every function; what else may
be wrong with a column, and with the table as a whole, is dealt out among the functions in turn, since most of them ask the same
question of it. ``SAHELGEO_EVERY_COLUMN=1`` does all to all, to every column, declared or not, and with more kinds of values.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import sahelgeo as sg
from sahelgeo.tables import TABLES

EVERY_COLUMN = os.environ.get("SAHELGEO_EVERY_COLUMN") == "1"
VALUES = {"missing": None, "text": "x", "a list": [1]} | (
    {"negative": -1.5, "infinite": np.inf} if EVERY_COLUMN else {}
)
Call = Callable[..., Any]
Damaged = Callable[[], Any]
Damage = tuple[str, Damaged]


@lru_cache(maxsize=1)
def sound() -> dict[str, pd.DataFrame]:
    """A sound table of each kind, of Burkina Faso."""
    sample = sg.load_sample("burkina-2020")
    phases = sample.phases.join(sg.area_phase(sample.phases))
    flows = sg.load_sample("burkina-movements-2025").flows.head(20).reset_index(drop=True)
    events = sample.events.head(20).reset_index(drop=True)
    later = sample.stocks.assign(date=pd.Timestamp("2020-12-06"))
    months = pd.date_range("2019-01-01", periods=24, freq="MS")
    return {
        "areas": sample.areas,
        "stocks": sample.stocks,
        "later": later,
        "nesting": sample.stocks[sample.stocks["pcode"].isin(["BF13", "BF49"])].reset_index(drop=True),
        "rounds": pd.concat([sample.stocks, later], ignore_index=True),
        "origins": sample.stocks.assign(origin="BF56"),
        "figures": sample.stocks.assign(role="Recommended figure", category="IDPs"),
        "flows": flows,
        "pairs": sg.sum_flows(flows).dropna(subset=["origin", "destination"]).query("not internal"),
        "phases": phases,
        "polygons": sg.attach_areas(phases, sample.areas),
        "values": sample.areas.assign(people=1.0),
        "population": sample.population,
        "events": events,
        "families": sg.events.actor_family(events),
        "exports": events.assign(exported=pd.Timestamp("2021-01-01")),
        "counts": sg.sum_events(events, sample.areas, coverage=("2020-01-01", "2020-12-31")),
        "monthly": pd.DataFrame(
            {"pcode": "BF56", "start": months, "fatalities": range(24), "events": range(24), "source": "mine"}
        ),
    }


LIKE = {
    **dict.fromkeys(("later", "rounds", "origins", "figures", "nesting"), "stocks"),
    **dict.fromkeys(("families", "exports"), "events"),
    "pairs": "flows", "polygons": "phases", "values": "areas",
}  # fmt: skip
WITHOUT_DECLARATION = ("counts", "monthly")


def _options(function: Call, **options: Any) -> Call:
    return lambda *tables: function(*tables, **options)


CALLS: dict[str, tuple[Call, tuple[str, ...]]] = {
    "area_index": (sg.area_index, ("areas",)),
    "area_phase": (sg.area_phase, ("phases",)),
    "attach_areas": (sg.attach_areas, ("stocks", "areas")),
    "attach_areas by match": (_options(sg.attach_areas, on="match", unmatched="keep", empty_areas=True), ("stocks", "areas")),
    "phases.audit": (sg.phases.audit, ("phases",)),
    "events.audit": (sg.events.audit, ("events", "areas")),
    "actor_family": (sg.events.actor_family, ("events",)),
    "before_after": (_options(sg.events.before_after, date="2020-01-01", window=6), ("monthly",)),
    "change_in_stocks": (sg.change_in_stocks, ("stocks", "later")),
    "check_areas": (sg.places.check_areas, ("areas",)),
    "code_systems": (sg.places.code_systems, ("stocks", "areas")),
    "compare_phases": (sg.compare_phases, ("phases", "phases")),
    "concentration": (sg.stocks.concentration, ("stocks",)),
    "convert_edition": (_options(sg.convert_edition, to="BFA 2025"), ("nesting",)),
    "core_periphery": (_options(sg.events.core_periphery, core="BF13", numerator="people_3", denominator="population"), ("phases",)),
    "credit": (sg.credit, ("stocks",)),
    "displacement_by_phase": (_options(sg.phases.displacement_by_phase, column="phase_rule"), ("stocks", "phases")),
    "durations": (sg.stocks.durations, ("rounds",)),
    "dyads": (sg.events.dyads, ("families",)),
    "edition_of": (sg.places.edition_of, ("stocks",)),
    "first_above": (_options(sg.stocks.first_above, threshold=1_000), ("rounds",)),
    "flows.balance": (sg.flows.balance, ("flows",)),
    "flows.indices": (sg.flows.indices, ("flows",)),
    "flow_lines": (sg.flow_lines, ("pairs", "areas")),
    "joint_severity": (sg.joint_severity, ("phases", "stocks", "population")),
    "lagged_association": (_options(sg.events.lagged_association, x="fatalities", y="events", lags=(0, 1), permutations=9), ("monthly",)),
    "latest_stocks": (sg.latest_stocks, ("rounds",)),
    "locate": (sg.locate, ("events", "areas")),
    "match_areas": (sg.match_areas, ("stocks", "areas")),
    "mean_centre": (sg.events.mean_centre, ("events",)),
    "mend_overlaps": (sg.places.mend_overlaps, ("areas",)),
    "flows.net": (sg.flows.net, ("flows",)),
    "newest_export": (sg.events.newest_export, ("exports",)),
    "od_matrix": (sg.od_matrix, ("flows",)),
    "overlay": (_options(sg.overlay, measure={"people": "count"}), ("values", "areas")),
    "overlay_phases": (_options(sg.overlay_phases, column="phase_rule"), ("polygons", "areas")),
    "share_analysed": (sg.phases.share_analysed, ("phases", "population")),
    "phases_at": (_options(sg.phases_at, date="2020-04-01"), ("phases",)),
    "rate_per_1000": (sg.rate_per_1000, ("stocks", "population")),
    "recommended_figures": (sg.stocks.recommended_figures, ("figures",)),
    "reconcile": (sg.reconcile, ("rounds", "flows")),
    "scale_to_totals": (sg.rasters.scale_to_totals, ("population", "population")),
    "season_vintages": (_options(sg.phases.season_vintages, start="2020-03-01", end="2020-05-31"), ("phases",)),
    "series": (sg.stocks.series, ("rounds",)),
    "share_of_total": (sg.stocks.share_of_total, ("stocks",)),
    "share_outside": (_options(sg.events.share_outside, inside=["BF56"]), ("counts",)),
    "spread": (sg.events.spread, ("counts",)),
    "stocks.origins": (sg.stocks.origins, ("origins",)),
    "sum_events": (_options(sg.sum_events, coverage=("2020-01-01", "2020-12-31")), ("events", "areas")),
    "sum_flows": (_options(sg.sum_flows, level=1), ("flows", "areas")),
    "sum_phases": (_options(sg.sum_phases, level=1), ("phases", "areas")),
    "sum_stocks": (_options(sg.sum_stocks, level=1), ("stocks", "areas")),
    "suppress_small": (sg.flows.suppress_small, ("pairs",)),
    "flows.top": (sg.flows.top, ("pairs",)),
    "year_to_date": (_options(sg.events.year_to_date, date="2020-06-30", coverage=("2019-01-01", "2020-12-31")), ("events",)),
    **{f"conform {name}": (_options(sg.conform, kind=name), (name,)) for name in TABLES},
}  # fmt: skip


def damages(table: pd.DataFrame, kind: str, turn: int) -> Iterator[tuple[str, Any]]:
    """What may be wrong with a table, with a word for it; of the damages to a column, the one whose turn it is."""
    yield from dealt(whole_damages(table), 4, turn)
    declared = TABLES[LIKE.get(kind, kind)].columns if kind not in WITHOUT_DECLARATION else {}
    needed = [name for name in table if EVERY_COLUMN or not declared or (name in declared and declared[name].required)]
    needed += [name for name in ("role", "category", "family1", "exported", "phase_rule") if name in table and declared]
    for number, name in enumerate(name for name in needed if name != "geometry"):
        yield f"without {name}", table.drop(columns=name)
        if EVERY_COLUMN or number % 2 == turn % 2:
            yield from dealt(column_damages(table, name), 5, turn + number // 2)
    if isinstance(table, gpd.GeoDataFrame):
        yield from dealt(ground_damages(table, kind), 3, turn)


def dealt(found: Iterable[Damage], among: int, turn: int) -> Iterator[Damage]:
    """One of so many damages, beginning with the one whose turn it is."""
    for number, (word, damaged) in enumerate(found):
        if EVERY_COLUMN or number % among == turn % among:
            yield word, damaged()


def whole_damages(table: pd.DataFrame) -> list[Damage]:
    """What may be given for a table, and what may be wrong with its rows and labels."""
    numbers = pd.MultiIndex.from_product([["a"], range(len(table))])
    return [
        ("None", lambda: None),
        ("a path", lambda: "table.csv"),
        ("a list", lambda: [1, 2]),
        ("a Series", lambda: table.iloc[:, 0]),
        ("no rows", lambda: table.iloc[:0]),
        ("no columns", lambda: pd.DataFrame(index=table.index)),
        ("one label for all rows", lambda: table.set_axis([0] * len(table))),
        ("two levels of labels", lambda: table.set_axis(numbers)),
        ("labels of text", lambda: table.set_axis([f"row {number}" for number in range(len(table))])),
        ("labels of columns that are numbers", lambda: table.set_axis(range(table.shape[1]), axis=1)),
        ("every row twice", lambda: pd.concat([table, table])),
    ]


def ground_damages(table: gpd.GeoDataFrame, kind: str) -> list[Damage]:
    """What may be wrong with the shapes."""
    missing = gpd.GeoSeries([None] * len(table), index=table.index, crs=table.crs)
    return [
        ("no CRS", lambda: table.set_crs(None, allow_override=True)),
        ("another CRS", lambda: table.to_crs(32630)),
        ("no geometry", lambda: pd.DataFrame(table).drop(columns="geometry")),
        ("geometry all missing", lambda: table.set_geometry(missing)),
        (
            "points for polygons or the reverse",
            lambda: table.set_geometry(
                table.geometry.centroid.buffer(0.1) if kind == "events" else table.geometry.centroid
            ),
        ),
    ]


def column_damages(table: pd.DataFrame, name: str) -> list[Damage]:
    """What may be wrong with a column that is there."""
    wrong: dict[str, Damaged] = {
        f"{name} all {word}": partial(table.assign, **{name: pd.Series([value] * len(table), table.index, object)})
        for word, value in VALUES.items()
    }
    return [
        (f"two columns {name}", lambda: pd.concat([table, table[[name]]], axis=1)),
        *wrong.items(),
        (f"{name} categorical", lambda: table.assign(**{name: table[name].astype("category")})),
    ]


def _same(one: Any, other: Any) -> bool:
    if not isinstance(one, pd.DataFrame):
        return one is other or bool(np.all(one == other))
    return (
        one.equals(other) and list(one.columns) == list(other.columns) and one.dtypes.tolist() == other.dtypes.tolist()
    )


def problem_of(call: Call, arguments: list[Any]) -> str | None:
    """What is wrong with how a call ends: an error that is not sahelgeo's own, or an argument that it changed."""
    before = [value.copy(deep=True) if isinstance(value, pd.DataFrame | pd.Series) else value for value in arguments]
    try:
        call(*arguments)
    except sg.SahelgeoError as refusal:
        if len(str(refusal)) < 20:
            return f"says only {refusal}"
    except Exception as failure:  # noqa: BLE001 - any other error is what the test looks for
        return f"{type(failure).__name__}: {failure}"[:160]
    changed = [
        number for number, (one, other) in enumerate(zip(before, arguments, strict=True)) if not _same(one, other)
    ]
    return f"changed argument {changed[0]}" if changed else None


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.filterwarnings("ignore")
def test_bad_tables_are_refused_in_words_and_never_changed(name: str) -> None:
    """No KeyError, TypeError or AttributeError of pandas reaches the user."""
    call, kinds = CALLS[name]
    problems = []
    for place, kind in enumerate(kinds):
        for damage, bad in damages(sound()[kind], kind, list(CALLS).index(name) + place):
            arguments = [sound()[other] for other in kinds]
            arguments[place] = bad
            found = problem_of(call, arguments)
            if found is not None:
                problems.append(f"{kind} with {damage}: {found}")
    assert not problems, "\n".join([name, *problems])


@pytest.mark.parametrize("name", CALLS)
def test_sound_tables_are_taken(name: str) -> None:
    """The calls above do their work on tables without damage, after ``set_index("pcode", drop=False)`` too."""
    call, kinds = CALLS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        call(*[sound()[kind].rename_axis(index=sound()[kind].columns[0]) for kind in kinds])
