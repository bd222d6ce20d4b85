"""Phases as a type, held against the rule, summed, dated and compared."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import few
from shapely import box
from tables import NAMES, phases, row

import sahelgeo as sg


def test_phases_compare_and_sort_but_cannot_be_added() -> None:
    """Phase 4 is above phase 2, not twice it."""
    found = sg.phases.categorical(pd.Series([2, 4, None], index=[7, 8, 9], name="phase"))
    assert (found >= 3).tolist() == [False, True, False]
    assert found.index.tolist() == [7, 8, 9]
    assert found.sort_values().tolist()[:2] == [2, 4]
    for calculate in (
        lambda s: s + 1,
        lambda s: s.sum(),
        lambda s: s.mean(),
        lambda s: s * 2,
        lambda s: operator.sub(s, s),
    ):
        with pytest.raises(TypeError):
            calculate(found)


@pytest.mark.parametrize(
    ("code", "message"),
    [(6, "6 is no phase; phases are 1 to 5"), (0, r"0 \(no phase\) are codes of other feeds"), (66, r"66 \(water\)"),
     (88, r"88 \(park\)"), (99, r"99 \(missing\) are codes of other feeds: make them missing and write a state"), (2.5, "2.5 is no phase"), ("x", "x is no phase")],
)  # fmt: skip
def test_anything_but_1_to_5_is_no_phase(code: object, message: str) -> None:
    """Also the codes of other feeds."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.phases.categorical(pd.Series([1, code], name="CS"))


def test_states_are_classes_without_order() -> None:
    """A state is neither above nor below a phase; a row without either has no data."""
    found = sg.phases.categorical(pd.Series([3, None, None]), pd.Series([None, "no_access", None]))
    assert found.tolist() == ["3", "no_access", "no_data"]
    assert not found.cat.ordered
    with pytest.raises(
        sg.errors.SchemaError, match=r"(?s)states not_there are not among.*row\(s\) 0 have a phase and a state"
    ):
        sg.phases.categorical(pd.Series([3, None]), pd.Series(["no_access", "not_there"]))


def test_words_colours_and_symbols_come_from_tables() -> None:
    """English and French, IPC and Cadre Harmonisé, sacks apart from exclamation marks."""
    classes = sg.phases.load_classes()
    assert classes.loc["2", ["label_en", "label_fr", "label_fr_fewsnet", "colour"]].tolist() == [
        "Stressed",
        "Sous pression",
        "Stress",
        "#FAE61E",
    ]
    assert classes.loc["5", ["label_en", "label_en_household"]].tolist() == ["Famine", "Catastrophe"]
    symbols = sg.phases.load_symbols()
    assert symbols.loc["assistance_25", "scheme"] == symbols.loc["assistance_50", "scheme"] == "IPC 3.1"
    assert "FEWS NET" in symbols.loc["one_phase_worse", "scheme"]
    assert symbols["source"].ne("").all()


def test_the_audit_names_what_the_rule_does_not_give_and_by_how_much() -> None:
    """Higher, lower, by rounding; nothing where nothing can be said."""
    table = phases(
        row("A", 80, 10, 10, 0, 0, phase_published=2, population=100),
        row("B", 85, 10, 5, 0, 0, phase_published=2, population=100),
        row("C", 60, 10, 25, 5, 0, phase_published=2, population=130),
        row("D", 80_001, 19_999, 0, 0, 0, phase_published=2),
        row("E", 20, 20, 20, 20, 20, phase_published=5),
        row("F", None, None, None, None, None, phase_published=3),
        row("G", 90, 10, 0, 0, 0),
    )
    audit = sg.phases.audit(table)
    assert audit["published_is"].fillna("-").tolist() == ["same", "higher", "lower", "higher", "-", "-", "-"]
    assert audit["distance"].round(6).tolist()[:4] == [0, 0.05, 0.1, 0.00001]
    assert audit["by_rounding"].fillna(False).tolist() == [False, False, False, True, False, False, False]
    assert audit["sum_minus_population"].tolist()[:3] == [0, 0, -30]
    assert audit["adds_up"].tolist()[:3] == [True, True, False]
    counts = sg.phases.audit(table, by="kind").iloc[0]
    assert counts[
        ["rows", "compared", "agree", "higher", "lower", "by_rounding", "within_1_point", "do_not_add_up"]
    ].tolist() == [7, 4, 1, 2, 1, 1, 1, 1]
    assert counts["share_agree"] == 0.25
    assert sg.phases.audit(table, by=())["rows"].tolist() == [7]
    with pytest.raises(sg.errors.SchemaError, match="by has 'country'"):
        sg.phases.audit(table, by="country")


def test_shares_that_do_not_sum_to_one_are_flagged() -> None:
    """People by phase above the people analysed: the row is named by the audit, not mended."""
    assert sg.phases.audit(phases(row("A", 0.6, 0.3, 0.3, 0, 0, population=1)))["adds_up"].tolist() == [True]
    audit = sg.phases.audit(phases(row("A", 600, 300, 300, 0, 0, population=1000)))
    assert audit["adds_up"].tolist() == [False]
    assert audit["sum_minus_population"].tolist() == [200]


def test_march_2020_of_burkina_faso() -> None:
    """2.0 % in phase 3 or above in Centre, 34.0 % in Centre-Nord; rows reconcile within 1."""
    table = sg.load_sample("burkina-2020").phases
    sums = sg.sum_phases(table, by="place").set_index("place")
    assert sums.loc[["Centre", "Centre-Nord"], "share_3plus"].mul(100).round(1).tolist() == [2.0, 34.0]
    assert sg.phases.audit(table)["sum_minus_population"].abs().max() <= 1
    assert sums["phase_rule"].value_counts().to_dict() == {2: 6, 1: 5, 3: 2}


def test_people_are_summed_and_the_phase_is_worked_out_again() -> None:
    """Phases 1 and 3 do not make 2: the people do."""
    table = phases(row("BF01", 100, 0, 0, 0, 0, population=100), row("BF02", 50, 0, 50, 0, 0, population=101))
    total = sg.sum_phases(table, by=()).iloc[0]
    assert total[["population", "people_2plus", "people_3plus", "people_4plus", "phase_rule", "rows"]].tolist() == [
        201,
        50,
        50,
        0,
        3,
        2,
    ]


def test_two_periods_or_analyses_are_not_summed() -> None:
    """Unless asked for; the message says how to choose."""
    table = phases(
        row("A", 1, 0, 0, 0, 0), row("A", 2, 0, 0, 0, 0, kind="projected", start="2020-06-01", end="2020-08-31")
    )
    with pytest.raises(
        sg.errors.DoubleCountError, match=r"(?s)mix analyses or periods.*kind has 'current', 'projected'.*phases_at"
    ):
        sg.sum_phases(table)
    assert sg.sum_phases(table, by=("pcode", "kind", "start", "end"))["people_1"].tolist() == [1, 2]
    assert sg.sum_phases(table, choose={"start": "2020-06-01"})["people_1"].tolist() == [2]


def test_parts_of_an_area_are_folded_or_kept_apart_and_never_doubled() -> None:
    """A site's people are beside those of the area, unless its row is their total."""
    table = phases(row("A", 100, 0, 0, 0, 0), row("A", 0, 0, 10, 0, 0, unit="camp", unit_kind="idp_site"))
    assert sg.sum_phases(table)[["people_1", "people_3plus", "rows"]].iloc[0].tolist() == [100, 10, 2]
    apart = sg.sum_phases(table, parts="apart")
    assert apart[["unit_kind", "people_1"]].to_numpy().tolist() == [["area", 100], ["idp_site", 0]]
    doubled = phases(
        row("A", 30, 0, 0, 0, 0), row("A", 10, 0, 0, 0, 0, unit="north"), row("A", 20, 0, 0, 0, 0, unit="south")
    )
    with pytest.raises(sg.errors.DoubleCountError, match="row 0 .*is the total of its parts. Drop this row"):
        sg.sum_phases(doubled)


def test_the_rest_of_an_area_stands_beside_its_town() -> None:
    """The code of a department holds that of its town: whether its row is their total must be said."""
    table = phases(row("NE0106", 100, 0, 30, 0, 0), row("NE010601", 80, 0, 10, 0, 0))
    with pytest.raises(
        sg.errors.DoubleCountError, match=r"row 0 .*hold other rows. If they are totals, drop them.*say so in 'unit'"
    ):
        sg.sum_phases(table, by=())
    assert sg.sum_phases(table.assign(unit=["rest", None]), by=())["people_3plus"].tolist() == [40]


def test_a_published_total_stands_beside_the_sum(squares: gpd.GeoDataFrame) -> None:
    """It is not added, and a difference is said."""
    areas = squares.assign(parent="XA")
    parts = [row("XA01", 60, 20, 20, 0, 0), row("XA02", 50, 20, 30, 0, 0)]
    sums = sg.sum_phases(phases(*parts, row("XA", 110, 40, 51, 0, 0)), areas, level=0)
    assert sums[["pcode", "people_3plus", "people_3plus_published", "rows"]].iloc[0].tolist() == ["XA", 50, 51, 2]
    with pytest.warns(sg.DataWarning, match="the sum of areas and the published total differ .*50 and 90"):
        sg.sum_phases(phases(*parts, row("XA", 110, 40, 90, 0, 0)), areas, level=0)
    with pytest.raises(sg.errors.DoubleCountError, match="people of an area and of its parts twice"):
        sg.sum_phases(phases(*parts, row("XA", 110, 40, 50, 0, 0)), areas)


def test_a_published_total_stands_beside_no_other_sum(squares: gpd.GeoDataFrame) -> None:
    """Neither beside each part of its area, nor beside the sum of its area and others."""
    areas = squares.assign(parent=["XA", *["XB"] * (len(squares) - 1)])
    table = phases(row("XA01", 60, 20, 20, 0, 0), row("XA02", 50, 20, 30, 0, 0), row("XA", 60, 20, 20, 0, 0))
    assert sg.sum_phases(table, areas, level=0)["people_3plus_published"].tolist() == [20, pd.NA]
    assert sg.sum_phases(table, areas, level=0, by=())["people_3plus_published"].isna().all()
    parted = table.assign(place=["west", "east", "all"], pcode=["XA01", "XA02", "XA"])
    whole = sg.sum_phases(parted, squares.assign(parent="XA"), level=0, by=("pcode", "place"))
    assert whole[["people_3plus", "people_3plus_published"]].to_numpy().tolist() == [[30, pd.NA], [20, pd.NA]]


def test_missing_people_stay_missing(squares: gpd.GeoDataFrame) -> None:
    """A row without people is counted as such; an area of nothing else is missing, not 0."""
    table = phases(row("XA01", 60, 20, 20, 0, 0), row("XA02", None, None, None, None, None, state="no_access"))
    with pytest.warns(sg.DataWarning, match="1 of 2 rows lack people in some phase or all"):
        total = sg.sum_phases(table, squares.assign(parent="XA"), level=0).iloc[0]
    assert total[["people_3plus", "rows", "rows_missing"]].tolist() == [20, 2, 1]
    apart = sg.sum_phases(table)
    assert apart["people_3plus"].isna().tolist() == [False, True]
    assert apart["phase_rule"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("options", "message"),
    [({"by": "phase"}, "by has 'phase'"), ({"parts": "both"}, "parts='both' is not one of 'fold', 'apart'"), ({"level": 1}, "level=1 needs the areas"),
     ({"choose": {"pcode": "A"}}, "choose has 'pcode'"), ({"choose": ["A"]}, "is not a mapping")],
)  # fmt: skip
def test_options_of_the_sum_that_do_not_fit(options: dict[str, Any], message: str) -> None:
    """Each is named."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.sum_phases(phases(row("A", 1, 0, 0, 0, 0)), **options)


def test_rows_without_a_code_have_no_level(squares: gpd.GeoDataFrame) -> None:
    """They are handed back."""
    with pytest.raises(sg.errors.UnmatchedError, match="1 of 1 rows have no p-code") as told:
        sg.sum_phases(phases(row(None, 1, 0, 0, 0, 0, place="Somewhere")), squares, level=1)
    assert told.value.rows["place"].tolist() == ["Somewhere"]


@few()
@given(st.lists(st.tuples(st.sampled_from(["XA01", "XA02", "XA03"]), st.integers(0, 10**6)), min_size=1, max_size=9))
def test_people_by_phase_are_conserved_by_any_sum(rows: list[tuple[str, int]]) -> None:
    """Over any grouping the people of each phase are all there."""
    table = phases(
        *(row(code, n, n // 2, n // 3, n // 5, n // 7, unit=f"unit {k}") for k, (code, n) in enumerate(rows))
    )
    table["people_5"] += 0.5  # so that no row is the total of others by chance
    squares = gpd.GeoDataFrame(
        {"pcode": ["XA01", "XA02", "XA03"], "level": 1, "parent": "XA", "edition": "test", "source": "made"},
        geometry=[box(n, 0, n + 1, 1) for n in range(3)], crs=4326,
    )  # fmt: skip
    for options in ({"by": ()}, {"by": "pcode"}, {"by": "pcode", "parts": "apart"}, {"level": 0, "areas": squares}):
        found = sg.sum_phases(table, **options)  # type: ignore[arg-type]
        assert found[NAMES].sum().tolist() == pytest.approx(table[NAMES].sum().tolist())


def test_coverage_is_people_analysed_of_those_who_live_there() -> None:
    """Missing without a figure; more analysed than live there is said."""
    living = pd.DataFrame({"pcode": ["A", "B"], "people": [200, 50], "year": 2020, "source": "census"})
    table = phases(row("A", 100, 0, 0, 0, 0), row("B", 60, 0, 0, 0, 0), row("C", 1, 0, 0, 0, 0))
    with pytest.warns(sg.DataWarning, match="more people analysed than live there in B"):
        found = sg.phases.share_analysed(table, living)
    assert found["share_analysed"].tolist()[:2] == [0.5, 1.2]
    assert found["share_analysed"].isna().tolist() == [False, False, True]
    with pytest.raises(sg.errors.DoubleCountError, match="population: p-codes A, B stand more than once"):
        sg.phases.share_analysed(table, pd.concat([living, living.assign(year=2021)], ignore_index=True))
    with pytest.raises(sg.errors.SchemaError, match="column 'people_1' is missing.*column 'people_2'"):
        sg.phases.share_analysed(table[["pcode"]], living)


MARCH = {"issued": "2020-03-31", "kind": "projected", "start": "2020-06-01", "end": "2020-08-31"}
NOVEMBER = {**MARCH, "issued": "2019-11-30"}
JULY = {**MARCH, "issued": "2020-07-15", "kind": "current"}


def test_the_analysis_that_speaks_for_a_day() -> None:
    """Current before projected, later before earlier; or the later whatever its kind."""
    table = phases(
        row("A", 1, 0, 0, 0, 0, **NOVEMBER), row("A", 2, 0, 0, 0, 0, **MARCH), row("A", 3, 0, 0, 0, 0, **JULY),
        row("A", 4, 0, 0, 0, 0, **{**MARCH, "issued": "2020-07-31"}), row("B", 5, 0, 0, 0, 0, **NOVEMBER), row("B", 6, 0, 0, 0, 0, **MARCH),
    ).assign(iso3=["BFA"] * 4 + ["NER"] * 2)  # fmt: skip
    found = sg.phases_at(table, "2020-07-20")
    assert found["people_1"].tolist() == [3, 6]
    assert found.index.tolist() == [2, 5]
    assert found["vintages"].tolist() == [4, 2]
    assert sg.phases_at(table, "2020-07-20", prefer="latest")["people_1"].tolist() == [4, 6]
    with pytest.warns(sg.DataWarning, match=r"no classification of theirs holds 2020-01-01 \(2\)"):
        assert sg.phases_at(table, "2020-01-01").empty


def test_parts_of_an_area_speak_for_themselves_and_ties_are_refused() -> None:
    """Two sources that nothing tells apart."""
    table = phases(row("A", 1, 0, 0, 0, 0), row("A", 2, 0, 0, 0, 0, unit="camp"))
    assert len(sg.phases_at(table, "2020-04-01")) == 2
    tied = phases(row("A", 1, 0, 0, 0, 0), row("A", 2, 0, 0, 0, 0, source="another"))
    with pytest.raises(
        sg.errors.AmbiguousError, match="nothing tells 2 rows apart.*Choose one source or period"
    ) as told:
        sg.phases_at(tied, "2020-04-01")
    assert len(told.value.candidates) == 2
    with pytest.raises(sg.errors.SchemaError, match="prefer='first'"):
        sg.phases_at(tied, "2020-04-01", prefer="first")  # type: ignore[arg-type]
    with pytest.raises(sg.errors.SchemaError, match="date='April' is not a day"):
        sg.phases_at(tied, "April")


def test_the_vintages_of_a_lean_season_stand_side_by_side() -> None:
    """November, March, July; the change on the areas that both have."""
    table = phases(
        row("A", 90, 0, 10, 0, 0, **NOVEMBER), row("A", 80, 0, 15, 5, 0, **MARCH), row("B", 50, 0, 50, 0, 0, **MARCH), row("A", 70, 0, 20, 10, 0, **JULY),
    )  # fmt: skip
    found = sg.phases.season_vintages(table, "2020-06-01", "2020-08-31")
    assert found["vintage"].tolist() == [1, 2, 3]
    assert found["people_3plus"].tolist() == [10, 70, 30]
    assert found["areas"].tolist() == [1, 2, 1]
    assert found["people_3plus_change"].tolist()[1:] == [10, 10]
    assert found["areas_in_both"].tolist()[1:] == [1, 1]
    with pytest.raises(
        sg.errors.SchemaError, match="no period is that of 2021-06 to 2021-08. There are: 2020-06 to 2020-08"
    ):
        sg.phases.season_vintages(table, "2021-06-01", "2021-08-31")


def test_like_is_compared_with_like() -> None:
    """People and phase, worse, same or better."""
    before = phases(row("A", 80, 10, 10, 0, 0, phase_published=2), row("B", 50, 20, 30, 0, 0, phase_published=3))
    after = before.assign(
        start="2021-03-01", end="2021-05-31", people_3=[25, 30], people_1=[65, 50], phase_published=[3, 3]
    )
    found = sg.compare_phases(before, after)
    assert found["phase_is"].tolist() == ["worse", "same"]
    assert found["people_3plus_change"].tolist() == [15, 0]
    assert found["share_3plus_change"].round(6).tolist() == [0.15, 0]
    assert sg.compare_phases(after, before)["phase_is"].tolist() == ["better", "same"]
    assert sg.compare_phases(before, after, column="phase_rule")["phase_before"].tolist() == [2, 3]


def test_what_is_not_alike_is_refused_with_the_reason() -> None:
    """Kind, season, source, coverage, and rows that one table lacks."""
    before = phases(*(row(code, 80, 10, 10, 0, 0) for code in "ABCDE"))
    after = before.assign(source=["made for tests", "another"] + ["made for tests"] * 3).iloc[:4].copy()
    after.loc[2, ["kind", "start", "end"]] = ["projected", "2021-06-01", "2021-08-31"]
    after.loc[3, "people_1"] = 60
    found = sg.compare_phases(before, after).set_index("pcode")
    assert found["comparable"].tolist() == [True, False, False, False, False]
    assert found.loc["B", "refused"] == "source: made for tests and another"
    assert found.loc["C", "refused"] == "kind: current and projected; season: Mar-May and Jun-Aug"
    assert found.loc["D", "refused"] == "coverage: 100 and 80 people analysed"
    assert found.loc["E", "refused"] == "missing: not in 'after'"
    assert found["people_3plus_change"].isna().tolist() == [False, True, True, True, True]
    across = sg.compare_phases(before, after, across=("kind", "season", "source", "coverage"))
    assert across["comparable"].tolist() == [True] * 4 + [False]


def test_coverage_is_measured_by_those_who_live_there() -> None:
    """Ten points are borne, eleven are not."""
    living = pd.DataFrame({"pcode": ["A", "B"], "people": [100, 100], "year": 2020, "source": "census"})
    before = phases(row("A", 60, 0, 0, 0, 0), row("B", 60, 0, 0, 0, 0))
    found = sg.compare_phases(before, before.assign(people_1=[70, 71]), population=living)
    assert found["comparable"].tolist() == [True, False]
    assert found["refused"].tolist()[1] == "coverage: 60 % and 71 % of those who live there"


def test_comparisons_that_cannot_be_made() -> None:
    """Two rows for an area, unknown options."""
    table = phases(row("A", 1, 0, 0, 0, 0), row("A", 1, 0, 0, 0, 0, kind="projected"))
    with pytest.raises(sg.errors.DoubleCountError, match="after: more than one row for A. Choose one period first"):
        sg.compare_phases(table.iloc[:1], table)
    with pytest.raises(sg.errors.SchemaError, match="across='kind': name kinds of difference in a tuple"):
        sg.compare_phases(table, table, across="kind")
    with pytest.raises(sg.errors.SchemaError, match="column='mean'"):
        sg.compare_phases(table, table, column="mean")  # type: ignore[arg-type]


@pytest.mark.parametrize("calculate", [sg.phases.audit, sg.sum_phases, lambda table: sg.phases_at(table, "2020-04-01")])
def test_tables_stay_as_they_were(calculate: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """No function changes what it is given."""
    table = phases(row("A", 1, 0, 0, 0, 0))
    before = table.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        calculate(table)
    assert before.equals(table)


def test_a_department_without_its_town_does_not_hold_the_town() -> None:
    """Niger prints "Tchirozerine Department" under the department's own code, beside its town: two parts, no total."""
    table = pd.DataFrame(
        {
            "pcode": ["NE0106", "NE010601"], "unit": ["Tchirozerine Department", None], "admin1": "Agadez", "kind": "current",
            "start": "2022-10-01", "end": "2023-01-31", "source": "cadre-harmonise", "population": [100.0, 50.0],
            "people_1": [100.0, 50.0], "people_2": 0.0, "people_3": 0.0, "people_4": 0.0, "people_5": 0.0,
        }
    )  # fmt: skip
    assert sg.sum_phases(table, by=("admin1",))["population"].tolist() == [150]
    with pytest.raises(sg.errors.DoubleCountError, match="an area and of its parts"):
        sg.sum_phases(table.assign(unit=None), by=("admin1",))


def test_a_country_is_not_added_to_rows_without_a_code() -> None:
    """The IPC prints a national row with a code beside areas that have none."""
    area = row(None, 60, 20, 20, 0, 0, place="Grimari", iso3="CAF")
    nation = row("CF", 60, 20, 20, 0, 0, place="CAF", iso3="CAF")
    with pytest.raises(sg.errors.DoubleCountError, match="row 1 .*'CF'.* is beside rows without a p-code"):
        sg.sum_phases(phases(area, nation), by="iso3")
    with pytest.raises(sg.errors.DoubleCountError, match="a country and of its areas twice"):
        sg.sum_phases(phases({**area, "iso3": None}, nation), by=())
    assert sg.sum_phases(phases({**area, "iso3": "TCD"}, nation), by=())["people_3plus"].tolist() == [40]


def test_a_region_without_a_code_is_not_added_to_its_areas() -> None:
    """Known by its name and by being their total; a town that bears the name of its region is an area."""
    areas = [row(None, n, 0, 10, 0, 0, place=place, admin1="Ouaka") for n, place in ((60, "Grimari"), (90, "Bakala"))]
    region = row(None, 150, 0, 20, 0, 0, place="Ouaka", admin1="Ouaka")
    with pytest.raises(sg.errors.DoubleCountError, match="row 2 .*'Ouaka'.* is the total of its admin 1 area"):
        sg.sum_phases(phases(*areas, region), by="admin1")
    assert sg.sum_phases(phases(*areas, {**region, "people_1": 70}), by="admin1")["people_1"].tolist() == [220]


def test_places_without_a_code_do_not_become_one_area() -> None:
    """They are named; by their names they are summed."""
    table = phases(row(None, 60, 0, 40, 0, 0, place="Grimari"), row(None, 90, 10, 0, 0, 0, place="Bakala"))
    with pytest.raises(
        sg.errors.UnmatchedError, match="2 of 2 rows have no p-code and would become one area.*Grimari.*Bakala"
    ):
        sg.sum_phases(table)
    assert sg.sum_phases(table, by="place")["people_3plus"].tolist() == [0, 40]


def test_an_area_printed_again_as_its_only_part_is_not_added() -> None:
    """The same people in each phase; a part that differs is beside the area."""
    area, part = row("A", 70, 0, 30, 0, 0), row("A", 70, 0, 30, 0, 0, unit="rural")
    with pytest.raises(sg.errors.DoubleCountError, match="row 0 .*is the total of its parts"):
        sg.sum_phases(phases(area, part))
    assert sg.sum_phases(phases(area, {**part, "people_1": 71}))["people_1"].tolist() == [141]


def test_people_that_do_not_fit_the_population_are_told() -> None:
    """Beyond 5 persons and 0.5 %; more people than the population also where a phase is missing."""
    table = phases(row("A", 1000, 0, 4, 0, 0, population=1000), row("B", 5000, 0, 0, 0, None, population=1000))
    for calculate in (sg.area_phase, lambda rows: sg.sum_phases(rows, by="pcode")):
        with pytest.warns(
            sg.DataWarning, match="in 1 of 2 rows people_1 to people_5 do not add up to the population.*'B'"
        ):
            calculate(table)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sg.area_phase(table.iloc[:1])


@pytest.mark.parametrize("shares", [(50, 20, 10, 20, 0), (0.5, 0.2, 0.1, 0.2, 0), (0.333, 0.333, 0.333, 0, 0)])
def test_shares_in_the_place_of_people_are_refused(shares: tuple[float, ...]) -> None:
    """Of a larger population; a hundred people of a hundred are people."""
    with pytest.raises(sg.errors.SchemaError, match="row 0 .*'A'.* add up to 1 or 100, .*they are shares or percents"):
        sg.sum_phases(phases(row("A", *shares, population=20_000)))
    assert sg.area_phase(phases(row("A", 50, 20, 10, 20, 0, population=100)))["phase_rule"].tolist() == [4]


SEPTEMBER = {"issued": "2022-09-01", "kind": "projected", "start": "2023-06-01", "end": "2023-08-31", "iso3": "MRT"}
JANUARY = {**SEPTEMBER, "issued": "2023-01-01"}


def test_a_region_whose_departments_are_classified_is_not_without_a_classification() -> None:
    """Years ago it was classified as a whole; another region, that nobody classified since, is said."""
    ago = {**JANUARY, "issued": "2014-01-01", "start": "2014-06-01", "end": "2014-08-31"}
    table = phases(
        row("TD01", 9, 0, 0, 0, 0, **ago), row("TD0101", 60, 0, 0, 0, 0, **JANUARY), row("TD02", 5, 0, 0, 0, 0, **ago)
    )
    with pytest.warns(sg.DataWarning, match=r"no classification of theirs holds 2023-07-15 \(1\): TD02"):
        assert sg.phases_at(table, "2023-07-15")["pcode"].tolist() == ["TD0101"]


def test_an_older_analysis_does_not_fill_in_beside_a_newer_one() -> None:
    """The region of September is the two departments of January: its people would count twice."""
    table = phases(
        row("MR01", 100, 0, 0, 0, 0, **SEPTEMBER), row("MR0101", 60, 0, 0, 0, 0, **JANUARY), row("MR0102", 50, 0, 0, 0, 0, **JANUARY),
        row("NE01", 7, 0, 0, 0, 0, **{**SEPTEMBER, "iso3": None}),
    )  # fmt: skip
    with pytest.warns(sg.DataWarning, match="1 rows of other analyses are left out.*MR01"):
        found = sg.phases_at(table, "2023-07-15")
    assert found["people_1"].tolist() == [60, 50, 7]


def test_sources_and_periods_that_nothing_orders_are_refused_for_a_country() -> None:
    """Two codes for one ground, from two sources; two periods without a day of issue."""
    one, other = row("BF56", 1, 0, 0, 0, 0), row("BF5601", 2, 0, 0, 0, 0, source="another")
    with pytest.raises(sg.errors.AmbiguousError, match="several analyses of one country.*made for tests .*, another "):
        sg.phases_at(phases(one, other), "2020-04-01")
    later = row("BF5601", 2, 0, 0, 0, 0, start="2020-04-01", end="2020-08-31")
    with pytest.raises(sg.errors.AmbiguousError, match="2020-04-01 to 2020-08-31.*write the day of issue"):
        sg.phases_at(phases(one, later), "2020-04-15")
    assert len(sg.phases_at(phases(one, later).assign(issued="2020-03-01"), "2020-04-15")) == 2


@pytest.mark.parametrize("date", ["07/10/2020", "13/10/2020", "2020.07.10"])
def test_days_are_never_guessed(date: str) -> None:
    """07/10 is July to some and October to others."""
    with pytest.raises(
        sg.errors.SchemaError, match="is not a day. Give a date without time zone, or text as YYYY-MM-DD"
    ):
        sg.phases_at(phases(row("A", 1, 0, 0, 0, 0)), date)
    with pytest.raises(sg.errors.SchemaError, match="is not a day"):
        sg.sum_phases(phases(row("A", 1, 0, 0, 0, 0)), choose={"start": date})


def test_the_advice_on_mixed_analyses_is_not_circular() -> None:
    """What phases_at gave is not sent back to it: countries are kept apart instead."""
    table = phases(row("BF01", 1, 0, 0, 0, 0, issued="2020-03-01"), row("NE01", 2, 0, 0, 0, 0, issued="2020-04-01"))
    with pytest.raises(sg.errors.DoubleCountError, match=r"by=\('iso3', 'issued'\)$"):
        sg.sum_phases(sg.phases_at(table, "2020-04-15"), by=())
    with pytest.raises(sg.errors.DoubleCountError, match=r"by=\('issued',\); phases_at takes"):
        sg.sum_phases(table.assign(pcode=["BF01", "BF02"]), by=())


def test_a_comparison_that_nothing_supports_is_refused() -> None:
    """A coverage that is not known, people that are not there, no phase."""
    before = phases(*(row(code, 80, 10, 10, 0, 0, phase_published=2) for code in "ABC"))
    living = pd.DataFrame({"pcode": ["A"], "people": [100], "year": 2020, "source": "census"})
    found = sg.compare_phases(before, before, population=living)
    assert found["refused"].tolist()[:2] == ["", "coverage: unknown and unknown of those who live there"]
    assert found["comparable"].tolist() == [True, False, False]
    after = before.assign(people_1=[None, 80, 80], phase_published=[2, None, 2])
    found = sg.compare_phases(before, after)
    assert found["comparable"].tolist() == [False, True, True]
    assert found["refused"].tolist() == [
        "coverage: 100 and unknown people analysed",
        "phase: none in 'after'",
        "",
    ]
    bare = before.drop(columns=[*NAMES, "phase_published"]).assign(**dict.fromkeys(NAMES, np.nan))
    found = sg.compare_phases(bare, bare)
    assert not found["comparable"].any()
    assert found["refused"].tolist()[0] == "phase: none in either table; people by phase: none in either table"
    phases_only = sg.compare_phases(bare.assign(phase_published=2), bare.assign(phase_published=3))
    assert phases_only["phase_is"].tolist() == ["worse"] * 3


def test_the_advice_on_two_rows_of_an_area_fits_the_rows() -> None:
    """Rows without a code are to be matched, a town under its department's code is to be named."""
    table = phases(row(None, 1, 0, 0, 0, 0, place="Grimari"), row(None, 1, 0, 0, 0, 0, place="Bakala"))
    with pytest.raises(sg.errors.UnmatchedError, match="after: 2 of 2 rows have no p-code.*Grimari.*match_areas"):
        sg.compare_phases(table, table)
    town = phases(row("NE0304", 1, 0, 0, 0, 0, place="Dosso"), row("NE0304", 1, 0, 0, 0, 0, place="Ville de Dosso"))
    with pytest.raises(
        sg.errors.DoubleCountError, match="more than one row for NE0304. They are of one analysis.*'unit'"
    ):
        sg.compare_phases(town, town)


def test_a_category_of_phases_is_made_of_a_series_and_states_of_the_same_rows() -> None:
    """A state is not lost since its row is called otherwise."""
    with pytest.raises(sg.errors.SchemaError, match="phases is a list. Give a pandas.Series"):
        sg.phases.categorical([1, 2])  # type: ignore[arg-type]
    with pytest.raises(sg.errors.SchemaError, match="states has the rows b, a and phases 0, 1"):
        sg.phases.categorical(pd.Series([2, None]), pd.Series([None, "no_access"], index=["b", "a"]))


def test_a_part_that_no_analysis_has_now_is_no_area_without_a_classification() -> None:
    """The area is in the result, so that it is not said to be left out."""
    table = phases(
        row("A", 1, 0, 0, 0, 0, **NOVEMBER), row("A", 2, 0, 0, 0, 0, **MARCH), row("B", 3, 0, 0, 0, 0, **NOVEMBER)
    )
    table = table.assign(iso3="BFA", unit=["A north", None, None])
    table.loc[[0, 2], ["start", "end"]] = "2019-10-01", "2019-12-31"
    with pytest.warns(sg.DataWarning, match=r"no classification of theirs holds 2020-07-20 \(1\): B"):
        assert sg.phases_at(table, "2020-07-20")["pcode"].tolist() == ["A"]


def test_a_sum_keeps_the_season_that_all_its_rows_print() -> None:
    """Of two seasons it keeps none."""
    table = phases(row("A", 1, 0, 0, 0, 0), row("B", 2, 0, 0, 0, 0)).assign(season="Jun-Aug 2020")
    assert sg.sum_phases(table, by=())["season"].tolist() == ["Jun-Aug 2020"]
    mixed = sg.sum_phases(table.assign(season=["Jun-Aug 2020", None]))
    assert mixed["season"].isna().tolist() == [False, True]
    assert "season" not in sg.sum_phases(table.assign(season=["Jun-Aug 2020", None]), by=())


def test_people_3plus_that_the_phases_contradict_is_named():
    """The printed figure is not 3 to 5 together; and where the phases are missing, it is not in the sum."""
    table = phases(row("XA01", 50, 30, 15, 5, 0, people_3plus=99), row("XA02", 70, 20, 8, 2, 0, people_3plus=10))
    for call in (sg.area_phase, sg.sum_phases):
        with pytest.warns(sg.DataWarning, match="in 1 of 2 rows people_3plus is not people_3 to people_5 together"):
            call(table)
    alone = phases(row("XA01", people_3plus=40), row("XA02", people_3plus=20))
    with pytest.warns(sg.DataWarning, match="2 of 2 rows have 60 people in phase 3 or above in people_3plus alone"):
        assert sg.sum_phases(alone, by=())["people_3plus"].isna().all()


def test_the_largest_part_is_that_with_most_people_analysed():
    """Those of its phases, where no population is printed; a part without either is named."""
    parts = phases(row("XA01", 100, 0, 0, 0, 0, unit="a"), row("XA01", 5, 2, 2, 2, 0, unit="b"))
    parts = parts.assign(phase_published=[2, 3], population=pd.array([None, 11], "Int64"))
    assert sg.phases.choose_phase(parts, "largest")["phase_published"].tolist() == [2]
    unknown = phases(row("XA01", unit="a"), row("XA01", 5, 2, 2, 2, 0, unit="b")).assign(phase_published=[2, 3])
    with (
        pytest.warns(sg.DataWarning, match="how many people were analysed is missing in row 0"),
        pytest.warns(sg.DataWarning, match="lack people in some phase"),
    ):
        assert sg.phases.choose_phase(unknown, "largest")["phase_published"].tolist() == [3]
