"""Every row and person that goes into a join comes out attached, or is named."""

from __future__ import annotations

import warnings

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

import sahelgeo as sg


def test_rows_keep_their_order_index_and_columns(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """The table comes back with the area's columns beside its own."""
    joined = sg.attach_areas(counts, squares)
    assert joined.index.tolist() == [7, 3]
    assert joined["name"].tolist() == ["West", "Middle"]
    assert joined["source"].tolist() == ["made for tests"] * 2
    assert "area_source" in joined
    assert joined.crs == squares.crs
    assert joined.geometry.iloc[0].equals(squares.geometry.iloc[0])


def test_several_rows_may_name_one_area(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """A join repeats the polygon, never the people."""
    twice = pd.concat([counts, counts.assign(group="refugee")])
    joined, account = sg.attach_areas(twice, squares, report=True)
    assert joined["people"].sum() == 60
    assert str(account) == "4 of 4 rows attached; 60 of 60 people; 1 areas without a row"


def test_an_unknown_code_raises_with_its_rows(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """The error names rows, people and codes, and holds the rows."""
    with pytest.raises(
        sg.errors.UnmatchedError,
        match=r"1 of 2 rows with 20 people have no area: p-codes XB99 \(areas have XA01, XA02, XA03, ...\)",
    ) as caught:
        sg.attach_areas(counts.assign(pcode=["XA01", "XB99"]), squares)
    assert caught.value.rows.index.tolist() == [3]
    assert isinstance(caught.value, LookupError)


def test_a_missing_code_is_unmatched_not_dropped(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """A row without a code is a row without an area."""
    with pytest.raises(sg.errors.UnmatchedError, match=r"p-codes \(missing\)"):
        sg.attach_areas(counts.assign(pcode=["XA01", None]), squares)


def test_unmatched_rows_can_be_kept_with_a_warning(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """Kept rows have no geometry, and the account still adds up."""
    with pytest.warns(sg.DataWarning, match="1 of 2 rows with 20 people have no area.*kept without geometry"):
        joined, account = sg.attach_areas(counts.assign(pcode=["XA01", "XB99"]), squares, unmatched="keep", report=True)
    assert len(joined) == 2
    assert joined.geometry.isna().tolist() == [False, True]
    assert (account.people_in, account.people_attached, account.people_unmatched, account.rows_unmatched) == (
        30,
        10,
        20,
        1,
    )


def test_unmatched_rows_can_be_left_out_with_a_warning(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """What is left out is said."""
    with pytest.warns(sg.DataWarning, match="left out"):
        joined = sg.attach_areas(counts.assign(pcode=["XA01", "XB99"]), squares, unmatched="drop")
    assert joined.index.tolist() == [7]


def test_an_unknown_way_to_treat_unmatched_rows_is_refused(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """Only the three words are taken."""
    with pytest.raises(sg.errors.SchemaError, match="unmatched='ignore' is not one of 'raise', 'keep', 'drop'"):
        sg.attach_areas(counts.assign(pcode=["XA01", "XB99"]), squares, unmatched="ignore")  # type: ignore[call-overload]


def test_areas_without_a_row_can_be_added_for_maps(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """An area that nobody counted in is there with a missing count, which is not zero."""
    joined = sg.attach_areas(counts, squares, empty_areas=True)
    assert joined["pcode"].tolist() == ["XA01", "XA02", "XA03"]
    assert joined.index.tolist() == [7, 3, 8]
    assert joined["people"].isna().tolist() == [False, False, True]
    assert str(joined["people"].dtype) == "Int64"
    assert joined.loc[8, "area_source"] == "made for tests"
    assert joined.geometry.notna().all()


def test_added_areas_of_a_text_index_are_labelled_by_code(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """A text index goes on with the p-code."""
    joined = sg.attach_areas(counts.set_index("pcode", drop=False), squares, empty_areas=True)
    assert joined.index.tolist() == ["XA01", "XA02", "XA03"]


def test_an_empty_table_attaches_to_nothing(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """No rows in, no rows out, with the columns in place; or every area, when they are asked for."""
    assert len(sg.attach_areas(counts.iloc[:0], squares)) == 0
    assert sg.attach_areas(counts.iloc[:0], squares, empty_areas=True)["pcode"].tolist() == ["XA01", "XA02", "XA03"]


def test_a_code_twice_among_the_areas_is_refused(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """Two editions of one area would double its rows."""
    both = gpd.GeoDataFrame(pd.concat([squares, squares.assign(edition="other")], ignore_index=True))
    with pytest.raises(
        sg.errors.SchemaError, match="areas: p-codes XA01, XA02, XA03 stand more than once. Choose one edition"
    ):
        sg.attach_areas(counts, both)


def test_another_edition_is_refused(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """One code can be two places in two editions."""
    with pytest.raises(sg.errors.EditionError, match="rows 7, 3 are of edition 'old', the areas of 'test'"):
        sg.attach_areas(counts.assign(edition="old"), squares)
    assert len(sg.attach_areas(counts.assign(edition="test"), squares)) == 2


def test_areas_without_an_edition_are_taken_as_they_are(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """There is nothing to compare with."""
    assert len(sg.attach_areas(counts.assign(edition="old"), squares.drop(columns="edition"))) == 2


def test_a_table_in_another_crs_is_refused(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """Two reference systems are never mixed in silence."""
    points = gpd.GeoDataFrame(counts, geometry=gpd.points_from_xy([0, 1], [0, 1]), crs="EPSG:32630")
    with pytest.raises(
        sg.errors.CRSError, match=r"the table is in EPSG:32630 and the areas are in EPSG:4326. Bring both to one"
    ):
        sg.attach_areas(points, squares)


def test_the_geometry_of_the_areas_replaces_that_of_the_table(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """A table of points gets polygons; its other columns stay."""
    points = gpd.GeoDataFrame(counts, geometry=gpd.points_from_xy([0.5, 1.5], [10.5, 10.5]), crs="EPSG:4326")
    assert sg.attach_areas(points, squares).geom_type.unique().tolist() == ["Polygon"]


def test_areas_without_crs_are_refused(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """A map of unknown coordinates would be somewhere else."""
    with pytest.raises(sg.errors.CRSError, match="has no CRS"):
        sg.attach_areas(counts, squares.set_crs(None, allow_override=True))


def test_a_table_without_codes_names_what_it_has(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """The message shows the columns and the way on."""
    with pytest.raises(sg.errors.SchemaError, match="table: column 'pcode' is missing. Found: code, date"):
        sg.attach_areas(counts.rename(columns={"pcode": "code"}), squares)


def test_something_that_is_not_a_table_is_refused(squares: gpd.GeoDataFrame) -> None:
    """Both arguments are checked by kind."""
    with pytest.raises(sg.errors.SchemaError, match="table: a DataFrame is needed, not str"):
        sg.attach_areas("stocks.csv", squares)  # type: ignore[call-overload]
    with pytest.raises(
        sg.errors.SchemaError, match="areas: a GeoDataFrame with a 'pcode' column is needed, not DataFrame"
    ):
        sg.attach_areas(pd.DataFrame({"pcode": ["A"]}), pd.DataFrame(squares))  # type: ignore[call-overload]


def test_a_table_without_people_is_counted_by_rows(squares: gpd.GeoDataFrame) -> None:
    """Where nobody is counted, the account speaks of rows alone."""
    _, account = sg.attach_areas(pd.DataFrame({"pcode": ["XA01"]}), squares, report=True)
    assert str(account) == "1 of 1 rows attached; 2 areas without a row"
    assert account.people_unmatched is None


def test_arguments_are_left_as_they_were(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """Joining changes neither table."""
    table, areas = counts.copy(deep=True), squares.copy(deep=True)
    sg.attach_areas(counts, squares, empty_areas=True)
    pd.testing.assert_frame_equal(counts, table)
    pd.testing.assert_frame_equal(pd.DataFrame(squares), pd.DataFrame(areas))


@given(
    codes=st.lists(st.sampled_from(["XA01", "XA02", "XB99", None]), min_size=1, max_size=6),
    people=st.lists(st.one_of(st.none(), st.integers(0, 10**7)), min_size=6, max_size=6),
)
def test_people_are_conserved(codes: list[str | None], people: list[int | None]) -> None:
    """Attached and unmatched people add up to the people who came in, whatever the codes."""
    areas = gpd.GeoDataFrame({"pcode": ["XA01", "XA02"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs="EPSG:4326")
    table = pd.DataFrame(
        {"pcode": pd.Series(codes, dtype="string"), "people": pd.Series(people[: len(codes)], dtype="Int64")}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        joined, account = sg.attach_areas(table, areas, unmatched="keep", report=True)
    assert joined["people"].sum() == table["people"].sum()
    assert account.people_in == account.people_attached + account.people_unmatched
    assert account.rows_in == account.rows_attached + account.rows_unmatched == len(joined)


def test_the_source_of_the_border_is_never_that_of_the_figures(squares: gpd.GeoDataFrame) -> None:
    """A table without a source stays without one, with empty areas added too."""
    table = pd.DataFrame({"pcode": ["XA01"], "people": [5]})
    for options in ({}, {"empty_areas": True}):
        joined = sg.attach_areas(table, squares, **options)  # type: ignore[call-overload]
        assert "source" not in joined
        assert joined["area_source"].notna().all()


def test_a_table_joined_before_is_joined_again(counts: pd.DataFrame, squares: gpd.GeoDataFrame) -> None:
    """Every column once, the table's own first, and the same polygons."""
    once = sg.attach_areas(counts, squares)
    for table in (once, pd.DataFrame(once.drop(columns="geometry")), pd.DataFrame(once)):
        again = sg.attach_areas(table, squares)
        assert not again.columns.duplicated().any()
        assert again["source"].tolist() == counts["source"].tolist()
        assert again.geometry.geom_equals(once.geometry).all()
        assert again["area_source"].tolist() == once["area_source"].tolist()


def test_spaces_around_a_code_are_none_of_it_and_a_number_is_no_code(squares):
    """Nobody sees the space at the end of a code; 101 beside "101" was said to have no area."""
    table = pd.DataFrame({"pcode": ["XA01 ", "\u00a0XA02"], "people": pd.Series([3, 4], dtype=object)})
    joined, account = sg.attach_areas(table, squares, report=True)
    assert (joined["pcode"].tolist(), account.people_attached) == (["XA01", "XA02"], 7)
    with pytest.raises(sg.errors.SchemaError, match=r"'pcode', row\(s\) 0 \(101\): not text"):
        sg.attach_areas(table.assign(pcode=pd.Series([101, None], dtype=object)), squares)
