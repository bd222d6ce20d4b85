"""A table is cast to its declaration, or refused with every problem in words."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from shapely import Polygon, box
from tables import stocks

import sahelgeo as sg
from sahelgeo.tables import TABLES


def test_a_good_table_keeps_its_rows_index_and_own_columns(counts: pd.DataFrame) -> None:
    """Declared columns come first in their types; other columns follow unchanged."""
    before = counts.assign(note=["a", "b"])
    after = sg.conform(before, "stocks")
    assert after.index.tolist() == [7, 3]
    assert after.columns[:5].tolist() == ["pcode", "date", "group", "people", "source"]
    assert after["note"].tolist() == ["a", "b"]
    assert [str(after[label].dtype) for label in ("pcode", "date", "people")] == ["string", "datetime64[us]", "Int64"]
    assert after["households"].isna().all()


def test_the_argument_is_left_as_it_was(counts: pd.DataFrame) -> None:
    """Conforming changes nothing in the caller's table."""
    copy = counts.copy(deep=True)
    sg.conform(counts, "stocks")
    pd.testing.assert_frame_equal(counts, copy)


def test_what_is_written_to_one_column_stays_out_of_the_others_and_of_the_argument(counts: pd.DataFrame) -> None:
    """Columns share their values until one is written to: also those that are absent, which are all alike."""
    after, copy = sg.conform(counts, "stocks"), counts.copy(deep=True)
    after.loc[7, ["origin", "people"]] = ["XX01", 1]
    assert after["reason"].isna().all()
    assert after.loc[3, "people"] != 1
    pd.testing.assert_frame_equal(counts, copy)


def test_texts_that_differ_by_spaces_are_one_and_nothing_but_spaces_is_missing(counts: pd.DataFrame) -> None:
    """Spaces are not seen, so two rows that differ by them have one key."""
    after = sg.conform(counts.assign(reason=[" flood", "  "]), "stocks")
    assert after["reason"].tolist() == ["flood", pd.NA]
    alike = pd.concat([counts[:1].assign(reason="flood"), counts[:1].assign(reason=" flood ")])
    with pytest.raises(sg.errors.SchemaError, match="have the same key"):
        sg.conform(alike, "stocks")


def test_missing_counts_stay_missing(counts: pd.DataFrame) -> None:
    """An empty cell is not zero."""
    after = sg.conform(counts.assign(people=[np.nan, 5]), "stocks")
    assert after["people"].isna().tolist() == [True, False]


def test_an_empty_table_conforms_to_an_empty_typed_table(counts: pd.DataFrame) -> None:
    """No rows are no problem; the types are there all the same."""
    after = sg.conform(counts.iloc[:0], "stocks")
    assert len(after) == 0
    assert str(after["people"].dtype) == "Int64"


def test_all_problems_are_told_at_once_with_rows_and_remedy() -> None:
    """One error lists each problem with column, rows, rule and what to do."""
    table = pd.DataFrame(
        {
            "pcode": ["BF56", "BF56", "BF49"],
            "date": ["2020-09-06", "2020-09-06", "06/09/2020"],
            "group": ["idp", "idp", "idps"],
            "people": [1, 1, "12 000"],
            "source": ["a", "a", None],
        },
        index=[10, 11, 12],
    )
    with pytest.raises(sg.errors.SchemaError) as caught:
        sg.conform(table, "stocks")
    text = str(caught.value)
    assert text.startswith("stocks table (3 rows): 5 problems")
    assert "column 'date', row 12 ('06/09/2020'): not a day. Use dates without time zone, or text as YYYY-MM-DD" in text
    assert "column 'people', row 12 ('12 000'): not a whole number" in text
    assert "column 'group', row 12 ('idps'): not one of idp, refugee, returnee, asylum_seeker" in text
    assert "column 'source', row(s) 12: empty" in text
    assert "rows 10, 11 (BF56, BF56) have the same key (pcode, date, group, source)" in text
    assert len(caught.value.problems) == 5
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"people": [-3, 1]}, r"column 'people', row 7 \(-3\): not 0 or more"),
        ({"people": [2.5, 1]}, r"column 'people', row 7 \(2.5\): not a whole number.*round fractions yourself"),
        ({"people": ["many", 1]}, r"column 'people', row 7 \('many'\): not a whole number"),
        ({"people": [np.inf, 1]}, r"column 'people', row 7 \(inf\): not a whole number"),
        ({"people": [True, False]}, "column 'people', rows 7, 3"),
        ({"pcode": [1, 2]}, "column 'pcode', rows 7, 3.*not text. Codes lose their zeros as numbers"),
        (
            {"date": pd.to_datetime(["2020-01-01", "2020-01-02"]).tz_localize("UTC")},
            "column 'date'.*not a day. Use dates without time zone",
        ),
        ({"date": ["2020-02-30", "2020-01-01"]}, r"column 'date', row 7 \('2020-02-30'\): not a day"),
        ({"date": [None, "2020-01-01"]}, r"column 'date', row\(s\) 7: empty. Every row needs a value here"),
    ],
)
def test_a_wrong_value_is_named_with_its_row(counts: pd.DataFrame, change: dict[str, object], message: str) -> None:
    """The message says which column, which row, which value, which rule."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.conform(counts.assign(**change), "stocks")


def test_a_missing_column_names_what_was_found(counts: pd.DataFrame) -> None:
    """The columns that are there help to see which one was meant."""
    with pytest.raises(
        sg.errors.SchemaError,
        match=r"column 'people' \(displaced persons.*\) is missing. Found: pcode, date, group, source, persons",
    ):
        sg.conform(
            counts.rename(columns={"people": "persons"})[["pcode", "date", "group", "source", "persons"]], "stocks"
        )


def test_a_repeated_column_is_refused(counts: pd.DataFrame) -> None:
    """Two columns of one name have no single meaning."""
    with pytest.raises(sg.errors.SchemaError, match="column 'people' stands 2 times. Keep one of them"):
        sg.conform(pd.concat([counts, counts[["people"]]], axis=1), "stocks")


def test_a_period_may_not_end_before_it_starts() -> None:
    """Start and end are compared row by row."""
    flows = pd.DataFrame(
        {
            "origin": ["XA01"],
            "destination": ["XA02"],
            "start": "2020-03-01",
            "end": "2020-02-01",
            "people": 1,
            "source": "x",
        }
    )
    with pytest.raises(
        sg.errors.SchemaError, match=r"1 problem\n.*row\(s\) 0: a period that starts after its end. Swap or correct"
    ):
        sg.conform(flows, "flows")


def test_a_phase_outside_one_to_five_is_refused() -> None:
    """66, 88, 99, 0 and 6 are no phases."""
    phases = pd.DataFrame(
        {
            "pcode": ["A", "B", "C"],
            "kind": "current",
            "start": "2020-03-01",
            "end": "2020-05-31",
            "source": "x",
            "phase_published": [3, 66, 0],
        }
    )
    with pytest.raises(sg.errors.SchemaError, match=r"column 'phase_published', rows 1, 2 \(66, 0\): not 1 to 5"):
        sg.conform(phases, "phases")


def test_rows_without_a_code_are_told_apart_by_their_printed_place(counts: pd.DataFrame) -> None:
    """Before matching, the place as printed is part of the key."""
    unmatched = counts.assign(
        pcode=pd.Series([None, None], index=counts.index, dtype="string"), place=["Dori", "Djibo"]
    )
    assert sg.conform(unmatched, "stocks")["place"].tolist() == ["Dori", "Djibo"]


def test_equal_index_labels_do_not_multiply_rows(counts: pd.DataFrame) -> None:
    """An index with repeated labels passes through as it is."""
    doubled = counts.set_axis([1, 1])
    assert sg.conform(doubled, "stocks")["people"].tolist() == [10, 20]


def test_a_bad_cell_under_a_repeated_label_is_still_named(counts: pd.DataFrame) -> None:
    """Repeated labels do not hide a problem."""
    with pytest.raises(sg.errors.SchemaError, match=r"column 'date', row 1 \('x'\): not a day"):
        sg.conform(counts.assign(date=["x", "2020-01-01"]).set_axis([1, 1]), "stocks")


def test_areas_need_a_crs(squares: gpd.GeoDataFrame) -> None:
    """Coordinates without a reference system are refused with the remedy."""
    with pytest.raises(
        sg.errors.CRSError,
        match=r"areas: the geometry has no CRS. Say which one it is in, for example table.set_crs\('EPSG:4326'\)",
    ):
        sg.conform(
            gpd.GeoDataFrame(pd.DataFrame(squares), geometry="geometry").set_crs(None, allow_override=True), "areas"
        )


def test_areas_need_geometry(squares: gpd.GeoDataFrame) -> None:
    """A table of names alone is not areas."""
    with pytest.raises(sg.errors.SchemaError, match="there is no geometry. Give a GeoDataFrame"):
        sg.conform(pd.DataFrame(squares).drop(columns="geometry"), "areas")


def test_invalid_geometry_is_named_with_its_remedy(squares: gpd.GeoDataFrame) -> None:
    """A polygon that crosses itself is refused before it can spoil a join."""
    bow_tie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(sg.errors.SchemaError, match=r"geometry, row\(s\) 0: invalid .*make_valid"):
        sg.conform(squares.assign(geometry=[bow_tie, *squares.geometry[1:]]), "areas")


def test_something_that_is_not_a_table_is_refused() -> None:
    """A list is not a table."""
    with pytest.raises(sg.errors.SchemaError, match="stocks: a DataFrame is needed, not list"):
        sg.conform([1], "stocks")  # type: ignore[arg-type]


def test_an_unknown_kind_of_table_names_the_known_ones(counts: pd.DataFrame) -> None:
    """The message lists the declared tables."""
    with pytest.raises(
        sg.errors.SchemaError, match="there is no table called 'idps'. Choose one of: areas, stocks, flows"
    ):
        sg.conform(counts, "idps")


@pytest.mark.parametrize("declared", TABLES.values(), ids=TABLES)
def test_every_declared_column_says_what_it_is(declared: object) -> None:
    """Descriptions feed the reference and the error messages."""
    for name, column in declared.columns.items():  # type: ignore[attr-defined]
        assert column.description, name
        assert column.dtype in {"string", "Int64", "Float64", "datetime64[us]"}  # type: ignore[attr-defined]


def test_dates_of_every_usual_kind_are_days(counts: pd.DataFrame) -> None:
    """Text, datetime, date and Timestamp all become days; the time of day is dropped."""
    import datetime as dt

    for value in ("2020-09-06", dt.date(2020, 9, 6), dt.datetime(2020, 9, 6, 14, 30), pd.Timestamp("2020-09-06 14:30")):
        after = sg.conform(counts.assign(date=[value, value]), "stocks")
        assert after["date"].tolist() == [pd.Timestamp("2020-09-06")] * 2


ARROW_TEXT = pd.ArrowDtype(pa.string())
ARROW_WHOLE = pd.ArrowDtype(pa.int32())


@pytest.mark.parametrize("dtype", ["string", "str", "category", ARROW_TEXT, object], ids=str)
def test_text_of_every_type_is_the_same_text(counts: pd.DataFrame, dtype: object) -> None:
    """However pandas keeps text, codes, days and missing values come out alike."""
    if dtype == "str" and int(pd.__version__.partition(".")[0]) < 3:
        pytest.skip("before pandas 3 astype('str') writes a missing value as the word None")
    plain = counts.assign(pcode=["XA01", None], date=["2020-09-06", "2020-09-07"], place=["a", "b"])
    typed = plain.assign(**{name: plain[name].astype(dtype) for name in ("pcode", "date", "group", "source")})
    expected = sg.conform(plain.astype(object), "stocks")
    pd.testing.assert_frame_equal(sg.conform(typed, "stocks"), expected)


@pytest.mark.parametrize(
    "dtype", ["Int64", "int16", "uint8", "uint64", "float64", "Float64", ARROW_WHOLE, object], ids=str
)
def test_counts_of_every_type_are_the_same_counts(counts: pd.DataFrame, dtype: object) -> None:
    """However pandas keeps numbers, whole counts come out alike."""
    expected = sg.conform(counts, "stocks")
    pd.testing.assert_frame_equal(sg.conform(counts.assign(people=counts["people"].astype(dtype)), "stocks"), expected)


def test_numbers_in_columns_of_objects_are_told_from_text(counts: pd.DataFrame) -> None:
    """A column of objects may hold numbers and missing values; one text among them is named."""
    mixed = counts.assign(people=pd.Series([10, None], index=counts.index, dtype=object))
    assert sg.conform(mixed, "stocks")["people"].tolist() == [10, pd.NA]
    with pytest.raises(sg.errors.SchemaError, match=r"column 'people', row 3 \('20'\)"):
        sg.conform(counts.assign(people=pd.Series([10, "20"], index=counts.index, dtype=object)), "stocks")
    with pytest.raises(sg.errors.SchemaError, match=r"column 'people', row 3 \(inf\)"):
        sg.conform(counts.assign(people=pd.array([10, np.inf], dtype="Float64")), "stocks")


@pytest.mark.parametrize("word", ["nan", "None", "NaN", "<NA>", " null "])
def test_the_word_for_a_missing_code_is_a_missing_code(word):
    """astype(str) writes nan for a missing cell: rows without a code are no area of that name; NA is Namibia."""
    table = stocks(pcode=["BF56", word, "NA"], people=[1, 2, 3])
    assert sg.conform(table, "stocks")["pcode"].fillna("-").tolist() == ["BF56", "-", "NA"]
    with pytest.raises(sg.errors.SchemaError, match=r"'pcode', row\(s\) 1: empty"):
        sg.conform(gpd.GeoDataFrame({"pcode": ["A1", word]}, geometry=[box(0, 0, 1, 1)] * 2, crs=4326), "areas")


@pytest.mark.parametrize("people", [[2**62, 2**62], [1 + 0j, 2], pd.Series([1 + 2j, 2], dtype=object), [2**70, 1]])
def test_numbers_that_no_count_has_are_refused(people):
    """Two of 2**62 add up to less than nothing; a complex number would lose a part."""
    with pytest.raises(sg.errors.SchemaError, match="column 'people', row"):
        sg.sum_stocks(stocks(pcode=["BF56", "BF49"], people=people), by=())


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-30", "2202-01-31"])
def test_days_of_another_age_are_refused_and_an_edition_may_have_no_end(day):
    """A date of 2202 would be the latest count of all; a boundary may be valid beyond (old pandas hold no 9999, no year 1)."""
    with pytest.raises(sg.errors.SchemaError, match="years are 1900 to 2100" if day > "1700" else "'0001-01-01'"):
        sg.latest_stocks(stocks(pcode=["BF56", "BF49"], people=[1, 2], date=["2022-01-31", day]))
    areas = gpd.GeoDataFrame({"pcode": ["A1"], "valid_to": ["2250-12-31"]}, geometry=[box(0, 0, 1, 1)], crs=4326)
    assert sg.conform(areas, "areas")["valid_to"].dt.year.tolist() == [2250]


def test_sums_are_made_by_columns_of_plain_values_whatever_their_labels_are():
    """A column of lists is refused in words; one whose label is a number is a column."""
    table = stocks(pcode=["BF56", "BF49"], people=[1, 2], tags=[[1], [2]])
    with pytest.raises(sg.errors.SchemaError, match="by: column 'tags'.*a list or mapping"):
        sg.sum_stocks(table, by="tags")
    numbered = stocks(pcode=["BF56", "BF49"], people=[1, 2]).join(pd.Series([7, 8], name=5))
    assert sg.sum_stocks(numbered, by=[5])["people"].tolist() == [1, 2]


@pytest.mark.filterwarnings("ignore:Geometry column does not contain geometry")
def test_a_geometry_of_texts_is_no_geometry():
    """Shapes written as text leave a GeoDataFrame that has no CRS to ask for."""
    areas = sg.load_areas("BFA")
    plain = areas.assign(geometry=areas.geometry.to_wkt())
    for call in (sg.area_index, lambda table: sg.attach_areas(stocks(pcode=["BF56"], people=[1]), table)):
        with pytest.raises(sg.SahelgeoError, match="no geometry|no column of shapes"):
            call(plain)
