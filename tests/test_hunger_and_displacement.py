"""Polygons of phases over areas; hunger and displacement together."""

from __future__ import annotations

import sys
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from grids import TWO_BY_TWO, areas, grid
from hypothesis import given
from hypothesis import strategies as st
from shapely import box, union_all
from tables import phases, row

import sahelgeo as sg

LIVING = [f"living_in_phase_{phase}" for phase in range(1, 6)] + [
    "living_in_unclassified",
    "living_outside",
    "living_in_slivers",
]


def zones(*shapes: tuple[Any, int | None]) -> gpd.GeoDataFrame:
    """Polygons with phases."""
    numbers = pd.array([phase for _, phase in shapes], dtype="Int64")
    return gpd.GeoDataFrame({"phase_published": numbers}, geometry=[shape for shape, _ in shapes], crs=4326)


def people(**living: int) -> pd.DataFrame:
    """A Population table."""
    return pd.DataFrame(
        {"pcode": list(living), "people": list(living.values()), "year": 2020, "source": "made for tests"}
    )


def test_people_living_in_polygons_of_each_phase() -> None:
    """By a grid: 40 + 20 in phase 3, 10 without a phase, 30 outside."""
    found = sg.overlay_phases(
        zones((box(1, 0, 2, 2), 3), (box(0, 1, 1, 2), None)),
        areas(box(0, 0, 2, 2)),
        population=grid(TWO_BY_TWO),
        measure="count",
    ).iloc[0]
    assert found[
        ["living_in_phase_3", "living_in_unclassified", "living_outside", "living_in_slivers", "living"]
    ].round(9).tolist() == [60, 10, 30, 0, 100]
    assert found[["phase_majority", "share_majority", "share_classified", "weighed"]].tolist() == [
        3,
        1,
        0.6,
        "people by grid",
    ]
    assert pd.isna(found["phase_second"])


def test_of_two_phases_of_equal_weight_the_higher_is_first() -> None:
    """And they are never averaged."""
    found = sg.overlay_phases(
        zones((box(0, 0, 1, 1), 2), (box(1, 0, 2, 1), 4)), areas(box(0, 0, 2, 1)), population=people(XA01=10)
    ).iloc[0]
    assert found[["phase_majority", "phase_second"]].tolist() == [4, 2]
    assert found[["share_majority", "share_second"]].round(9).tolist() == [0.5, 0.5]


def test_ground_is_never_passed_off_as_people() -> None:
    """Without a population the columns say km²."""
    found = sg.overlay_phases(zones((box(0, 0, 1, 1), 2)), areas(box(0, 0, 2, 1)))
    assert not [name for name in found.columns if name.startswith("living")]
    assert found["km2"].item() == pytest.approx(24_618, rel=1e-3)
    assert found["km2_in_phase_2"].item() == pytest.approx(found["km2_outside"].item())
    assert found["weighed"].item() == "ground"


def test_slivers_have_no_phase_and_their_people_are_not_lost() -> None:
    """A border that is off by a hair brings no phase with it."""
    shapes = zones((box(0, 0, 1.001, 1), 1), (box(1.001, 0, 2, 1), 4))
    found = sg.overlay_phases(shapes, areas(box(0, 0, 1, 1), box(1, 0, 2, 1)), population=people(XA01=1000, XA02=1000))
    assert found["phase_majority"].tolist() == [1, 4]
    assert found["phase_second"].isna().all()
    assert found["living_in_slivers"].round(6).tolist() == [0, 1]
    assert found[LIVING].sum(axis=1).round(6).tolist() == [1000, 1000]


@pytest.mark.filterwarnings("ignore:.*declares no nodata:sahelgeo.DataWarning")
@pytest.mark.parametrize(
    "living", [{"population": people(XA01=1000)}, {"population": grid([[250] * 2] * 2), "measure": "count"}]
)
def test_ground_that_two_polygons_cover_counts_once(living: dict[str, Any]) -> None:
    """A copy, a polygon without a phase under another, and a border that overlaps by a hair: the higher phase has it."""
    unit = areas(box(0, 0, 2, 2))
    shapes = zones((box(0, 0, 0.8, 2), 2), (box(0, 0, 0.8, 2), 2), (box(0.4, 0, 2, 2), None), (box(0.79, 0, 1.2, 2), 4))
    with pytest.warns(
        sg.DataWarning, match="polygons overlap within XA01: people there count once, by the higher phase"
    ):
        found = sg.overlay_phases(shapes, unit, **living).iloc[0]
    assert found[["living_in_phase_2", "living_in_phase_4", "living_in_unclassified"]].tolist() == pytest.approx(
        [395, 205, 400]
    )
    assert found[LIVING].sum() == pytest.approx(1000)


@given(
    st.lists(st.tuples(st.floats(0, 4), st.sampled_from([1, 2, 3, 4, 5, None])), min_size=1, max_size=5),
    st.lists(st.integers(0, 1000), min_size=8, max_size=8),
)
def test_people_are_conserved_by_the_overlay(cuts: list[tuple[float, int | None]], counts: list[int]) -> None:
    """By phase + unclassified + outside + slivers = all."""
    edges = sorted({0.0, *(cut for cut, _ in cuts)})
    shapes = [
        (box(west, -1, east, 1.3), phase)
        for west, east, (_, phase) in zip(edges, edges[1:], cuts, strict=False)
        if east - west > 1e-6
    ]
    if not shapes:
        return
    units, cells = areas(box(0, 0, 1.5, 2), box(1.5, 0, 4, 2)), grid(np.reshape(counts, (2, 4)).tolist())
    found = sg.overlay_phases(zones(*shapes), units, population=cells, measure="count")
    assert found["living"].sum() == pytest.approx(sum(counts), abs=1e-6)
    assert found[LIVING].sum(axis=1).tolist() == pytest.approx(found["living"].tolist(), abs=1e-6)
    # What lies outside is a rest there, and measured by itself here.
    rest = units.assign(geometry=units.difference(union_all([shape for shape, _ in shapes])))
    outside = sg.zonal_sum(cells, rest[~rest.is_empty], measure="count")["people"].reindex(units.index).fillna(0)
    assert found["living_outside"].tolist() == pytest.approx(outside.tolist(), abs=1e-5)


def test_polygons_that_touch_no_area_are_told() -> None:
    """Another country, or degrees read as metres: all is outside, and both extents are named."""
    with pytest.warns(
        sg.DataWarning, match="none of 1 polygons touches an area.* within 10, 10, 11, 11, areas within 0, 0, 2, 2"
    ):
        found = sg.overlay_phases(zones((box(10, 10, 11, 11), 3)), areas(box(0, 0, 2, 2)), population=people(XA01=9))
    assert found["living_outside"].tolist() == [9]


@pytest.mark.parametrize("code", [0, 6, 66, 88, 99])
def test_codes_that_are_no_phases_are_refused(code: int) -> None:
    """Water is no phase."""
    with pytest.raises(sg.errors.SchemaError, match=f"polygons: column 'phase_published', row.* 0: {code} is no phase"):
        sg.overlay_phases(zones((box(0, 0, 1, 1), code)), areas(box(0, 0, 1, 1)))


def test_overlays_that_would_mislead_are_refused() -> None:
    """Overlaps, missing columns, incomplete populations, shares that are none."""
    one, unit = zones((box(0, 0, 1, 1), 2)), areas(box(0, 0, 1, 1))
    part, other = zones((box(0, 0, 0.4, 1), 2)), zones((box(0, 0, 0.4, 1), 3))
    with pytest.raises(
        sg.errors.DoubleCountError,
        match=r"polygons of different phases overlap within XA01: rows 0 \(phase 2\) and 1 \(phase 3\). People there would be",
    ):
        sg.overlay_phases(pd.concat([part, other], ignore_index=True), unit)
    with pytest.raises(sg.errors.SchemaError, match="column 'CS' is missing"):
        sg.overlay_phases(one, unit, column="CS")
    with pytest.raises(sg.errors.SchemaError, match="column 'pcode' is missing"):
        sg.overlay_phases(one, unit.drop(columns="pcode"))
    with pytest.raises(sg.errors.SchemaError, match="no figure for XA01"):
        sg.overlay_phases(one, unit, population=people(XA02=1))
    with pytest.raises(sg.errors.DoubleCountError, match="population: p-codes XA01 stand more than once"):
        sg.overlay_phases(
            one, unit, population=pd.concat([people(XA01=1), people(XA01=2).assign(year=2021)], ignore_index=True)
        )
    with pytest.raises(sg.errors.SchemaError, match="say what a cell holds, measure='count'"):
        sg.overlay_phases(one, unit, population=grid(TWO_BY_TWO))
    with pytest.raises(sg.errors.SchemaError, match="slivers=1.5 is not a share"):
        sg.overlay_phases(one, unit, slivers=1.5)


def stocks(*counts: int | None, **others: Any) -> pd.DataFrame:
    """Displaced people in XA01, XA02, ..."""
    codes = [f"XA0{n}" for n in range(1, len(counts) + 1)]
    return pd.DataFrame(
        {
            "pcode": codes,
            "date": "2020-09-06",
            "group": "idp",
            "people": list(counts),
            "source": "made for tests",
            **others,
        }
    )


def test_both_high_one_high_or_neither() -> None:
    """A fifth in phase 3 or above; fifty displaced per 1,000. A value at a break is in the higher class."""
    table = phases(
        row("XA01", 80, 0, 20, 0, 0),
        row("XA02", 85, 0, 15, 0, 0),
        row("XA03", 80, 0, 20, 0, 0),
        row("XA04", 99, 0, 1, 0, 0),
    )
    found = sg.joint_severity(table, stocks(50, 50, 9, 10), people(XA01=1000, XA02=1000, XA03=1000, XA04=1000))
    assert found["joint_class"].tolist() == ["both", "displacement", "hunger", "neither"]
    assert found["bivariate_class"].tolist() == ["3-3", "2-3", "3-1", "1-2"]


def test_an_area_without_a_count_has_no_joint_class() -> None:
    """It is not an area without displaced people."""
    table = phases(row("XA01", 80, 0, 20, 0, 0), row("XA03", 80, 0, 20, 0, 0), row(None, 1, 0, 0, 0, 0, place="x"))
    with pytest.warns(sg.DataWarning, match="have no rate"):
        found = sg.joint_severity(table, stocks(None, 50), people(XA01=1000, XA02=1000))
    assert found["pcode"].tolist() == ["XA01", "XA02", "XA03"]
    assert found["joint_class"].isna().all()
    assert found["bivariate_class"].isna().all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"share_breaks": (0.2, 0.1)}, "two rising numbers"),
        ({"share_breaks": (10, 20)}, "20 % is 0.20"),
        ({"rate_breaks": (1,)}, "rate_breaks="),
    ],
)
def test_breaks_that_do_not_fit(options: dict[str, Any], message: str) -> None:
    """Shares are not percentages."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.joint_severity(phases(row("XA01", 1, 0, 0, 0, 0)), stocks(1), people(XA01=10), **options)


def test_two_rows_of_an_area_have_no_joint_class() -> None:
    """Bring them to one first."""
    table = phases(row("XA01", 1, 0, 0, 0, 0), row("XA01", 1, 0, 0, 0, 0, kind="projected"))
    with pytest.raises(
        sg.errors.DoubleCountError, match="phases: p-codes XA01 stand more than once.*sum_phases or phases_at"
    ):
        sg.joint_severity(table, stocks(1), people(XA01=10))


def test_displaced_people_by_the_phase_of_where_they_live_fled_from_and_moved() -> None:
    """Every person is in one class."""
    table = phases(
        row("XA01", None, phase_published=3),
        row("XA02", None, phase_published=4),
        row("XA03", None, state="no_access"),
        row("XA04", None),
    )
    counts = stocks(10, 20, 30, 40, 5, origin=["XA02", None, "XA02", "XA09", "XA01"])
    moves = pd.DataFrame(
        {
            "origin": ["XA02", None],
            "destination": ["XA01", "XA01"],
            "start": "2020-06-01",
            "end": "2020-06-30",
            "people": [7, 3],
            "source": "made",
        }
    )
    found = sg.phases.displacement_by_phase(counts, table, flows=moves)
    assert found["displaced"].dropna().to_dict() == {
        "3": 10,
        "4": 20,
        "no_access": 30,
        "no_data": 40,
        "not in table": 5,
    }
    assert found["fled_from"].dropna().to_dict() == {"3": 5, "4": 40, "not in table": 60}
    assert found["moved_out"].dropna().to_dict() == {"4": 7, "not in table": 3}
    assert found["moved_in"].dropna().to_dict() == {"3": 10}


def test_without_origins_or_flows_nothing_is_claimed() -> None:
    """Missing, not zero."""
    found = sg.phases.displacement_by_phase(stocks(10), phases(row("XA01", None, phase_published=3)))
    assert found["displaced"].sum() == 10
    assert found[["fled_from", "moved_out", "moved_in"]].isna().all(axis=None)


def test_displacement_by_phase_refuses_to_count_twice() -> None:
    """Two periods of phases, two methods, overlapping flows."""
    table = phases(row("XA01", None, phase_published=3))
    moves = pd.DataFrame(
        {
            "origin": "XA01",
            "destination": "XA02",
            "start": ["2020-06-01", "2020-06-15"],
            "end": "2020-06-30",
            "people": 1,
            "source": "made",
        }
    )
    with pytest.raises(sg.errors.DoubleCountError, match="periods of the same ends overlap"):
        sg.phases.displacement_by_phase(stocks(1), table, flows=moves)
    with pytest.raises(sg.errors.DoubleCountError, match="source has 'a', 'b'"):
        sg.phases.displacement_by_phase(stocks(1), table, flows=moves.assign(start="2020-06-01", source=["a", "b"]))
    parts = moves.assign(start="2020-06-01", destination=["XA02", "XA0201"])
    with pytest.raises(sg.errors.DoubleCountError, match="of an area and of its parts twice"):
        sg.phases.displacement_by_phase(stocks(1), table, flows=parts)
    with pytest.raises(sg.errors.DoubleCountError, match="phases: p-codes XA01 stand more than once"):
        sg.phases.displacement_by_phase(
            stocks(1), pd.concat([table, table.assign(kind="projected")], ignore_index=True)
        )
    with pytest.raises(sg.errors.DoubleCountError, match="method has"):
        sg.phases.displacement_by_phase(stocks(1, 2, method=["a", "b"]), table)
    with pytest.raises(sg.errors.SchemaError, match="column 'phase_rule' is missing"):
        sg.phases.displacement_by_phase(stocks(1), table, column="phase_rule")


@given(st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from([1, 2, 3, 4, 5, None])), min_size=1, max_size=8))
def test_the_displaced_are_conserved(rows: list[tuple[int, int | None]]) -> None:
    """In classes, states and places unknown: all of them."""
    counts = stocks(*(count for count, _ in rows))
    table = phases(
        *(row(f"XA0{n}", None, phase_published=phase) for n, (_, phase) in enumerate(rows[1:], 2)), row("ZZ", None)
    )
    assert sg.phases.displacement_by_phase(counts, table)["displaced"].sum() == counts["people"].sum()


def chessboard(values: np.ndarray) -> gpd.GeoDataFrame:
    """Squares with two figures; the second rises with the first of its neighbours."""
    rows, columns = values.shape
    shapes = [box(x, y, x + 1, y + 1) for y in range(rows) for x in range(columns)]
    return gpd.GeoDataFrame({"share": values.ravel(), "rate": values.ravel() * 10}, geometry=shapes, crs=4326)


def test_local_association_reads_here_and_around() -> None:
    """A corner of high values beside a plain of low ones; islands and gaps are missing."""
    pytest.importorskip("esda")
    values = np.random.default_rng(3).uniform(0, 1, (7, 7))
    values[:3, :3] += 50
    board = chessboard(values)
    island = gpd.GeoDataFrame({"share": [1.0], "rate": [1.0]}, geometry=[box(20, 20, 21, 21)], crs=4326)
    board = pd.concat([board, island], ignore_index=True)
    board.loc[48, "rate"] = np.nan
    found = sg.events.local_association(board.set_axis(board.index + 100), "share", "rate")
    assert found.index.tolist() == list(range(100, 150))
    assert found.loc[108, "reading"] == "high share here, high rate around"
    assert found.loc[[148, 149]].isna().all(axis=None)
    assert (found["p_adjusted"] >= found["p_value"] - 1e-12).dropna().all()
    again = sg.events.local_association(board.set_axis(board.index + 100), "share", "rate")
    assert found.equals(again)


def test_local_association_refuses_what_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few areas, one value, phases as numbers, a missing extra."""
    pytest.importorskip("esda")
    board = chessboard(np.arange(16.0).reshape(4, 4))
    with pytest.raises(sg.errors.SchemaError, match="4 areas have both values and a neighbour"):
        sg.events.local_association(board.iloc[[0, 1, 4, 5]], "share", "rate")
    with pytest.raises(sg.errors.SchemaError, match="'rate' has the same value everywhere"):
        sg.events.local_association(board.assign(rate=1.0), "share", "rate")
    with pytest.raises(sg.errors.SchemaError, match="not a number"):
        sg.events.local_association(board.assign(rate="x"), "share", "rate")
    with pytest.raises(sg.errors.SchemaError, match="column .none. is missing"):
        sg.events.local_association(board, "share", "none")
    with pytest.raises(sg.errors.SchemaError, match="alpha=5 is a share"):
        sg.events.local_association(board, "share", "rate", alpha=5)
    monkeypatch.setitem(sys.modules, "esda", None)
    with pytest.raises(sg.errors.ExtraNotInstalledError, match=r"pip install 'sahelgeo\[stats\]'"):
        sg.events.local_association(board, "share", "rate")
