"""The 20 % rule on counts that fit on paper."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sahelgeo as sg


def table(*rows: tuple[float | None, ...]) -> pd.DataFrame:
    """A Phases table from people in phases 1 to 5."""
    people = pd.DataFrame(rows, columns=[f"people_{phase}" for phase in range(1, 6)])
    return people.assign(
        pcode=[f"A{number}" for number in range(len(rows))],
        kind="current",
        start="2020-03-01",
        end="2020-05-31",
        source="made for tests",
    )


def test_the_phase_is_the_highest_with_a_fifth_in_it_or_above() -> None:
    """Cumulative shares decide, not the largest group."""
    rule = sg.area_phase(table((90, 5, 5, 0, 0), (70, 15, 10, 5, 0), (50, 20, 20, 10, 0), (40, 20, 15, 15, 10)))
    assert rule["phase_rule"].tolist() == [1, 2, 3, 4]


def test_twenty_per_cent_itself_counts() -> None:
    """The threshold is inclusive, also where shares are not exact in binary."""
    assert sg.area_phase(table((80, 20, 0, 0, 0)))["phase_rule"].tolist() == [2]
    assert sg.area_phase(table((0.8, 0.07, 0.06, 0.04, 0.03)))["phase_rule"].tolist() == [2]


def test_shares_are_not_rounded() -> None:
    """19.995 % is below 20 %, though it prints as 20.0."""
    assert sg.area_phase(table((80_005, 19_995, 0, 0, 0)))["phase_rule"].tolist() == [1]


def test_famine_is_never_computed() -> None:
    """The phase stops at 4; a fifth or more in phase 5 asks for a famine review."""
    rule = sg.area_phase(table((0, 0, 0, 50, 50), (0, 0, 0, 81, 19)))
    assert rule["phase_rule"].tolist() == [4, 4]
    assert rule["famine_review"].tolist() == [True, False]


def test_missing_counts_give_a_missing_phase() -> None:
    """Neither a missing count nor an empty area is phase 1."""
    rule = sg.area_phase(table((90, 10, 0, 0, None), (0, 0, 0, 0, 0), (None, None, None, None, None)))
    assert rule.isna().all(axis=None)


def test_the_march_2020_table_gives_the_known_phases() -> None:
    """Centre-Nord and Sahel 3; Boucle du Mouhoun at 19.40 % is 1; Sud-Ouest at 20.37 % is 2."""
    phases = sg.load_sample().phases.set_index("place")
    rule = sg.area_phase(phases)
    assert rule["phase_rule"].to_dict() == {
        "Boucle du Mouhoun": 1, "Cascades": 1, "Centre": 2, "Centre-Est": 2, "Centre-Nord": 3, "Centre-Ouest": 1, "Centre-Sud": 1,
        "Est": 2, "Hauts-Bassins": 1, "Nord": 2, "Plateau-Central": 2, "Sahel": 3, "Sud-Ouest": 2,
    }  # fmt: skip
    assert rule.loc["Centre-Nord", "share_3plus"] == pytest.approx(0.3402, abs=5e-5)
    assert rule.loc["Centre", "share_3plus"] == pytest.approx(0.02, abs=5e-5)


def test_the_same_rows_and_index_come_back() -> None:
    """The result joins to its table by index."""
    rule = sg.area_phase(table((1, 0, 0, 0, 0), (0, 1, 0, 0, 0)).set_axis(["x", "y"]))
    assert rule.index.tolist() == ["x", "y"]
    assert rule.columns.tolist() == ["phase_rule", "share_3plus", "famine_review"]


def test_negative_people_are_refused() -> None:
    """The error names the row."""
    with pytest.raises(sg.errors.SchemaError, match=r"column 'people_3', row 0 \(-1.0\): below 0"):
        sg.area_phase(table((1, 0, -1, 0, 0)))


def test_a_threshold_that_is_not_a_share_is_refused() -> None:
    """20 is a percentage, 0.20 a share."""
    with pytest.raises(ValueError, match="threshold=20 is not a share. Give a number above 0 and up to 1"):
        sg.area_phase(table((1, 0, 0, 0, 0)), threshold=20)


@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=5), st.integers(1, 1000))
def test_the_phase_does_not_depend_on_the_size_of_the_area(people: list[int], factor: int) -> None:
    """Multiplying every count changes no share and so no phase."""
    small, large = sg.area_phase(table(tuple(people), tuple(one * factor for one in people)))["phase_rule"].tolist()
    assert (small is pd.NA and large is pd.NA) or small == large
