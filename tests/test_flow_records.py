"""Flows from Parquet, Arrow and records, in chunks."""

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

import sahelgeo as sg
from sahelgeo import coded_sums
from sahelgeo.flows import flow_records


@pytest.fixture
def areas():
    """Two regions; the first has two provinces, the second one."""
    return provinces()


def provinces():
    """Three provinces in two regions."""
    return gpd.GeoDataFrame(
        {"pcode": ["XX0101", "XX0102", "XX0201"], "edition": "2020", "level": 2, "parent": ["XX01", "XX01", "XX02"]},
        geometry=[box(0, 0, 1, 1), box(0, 1, 1, 2), box(1, 0, 2, 1)],
        crs="EPSG:4326",
    )


def records(**columns):
    """Rows of flows with plain values in the columns not given."""
    plain = {"start": "2020-03-01", "end": "2020-03-31", "source": "DTM"}
    table = pd.DataFrame({**plain, **columns})
    return table.assign(start=pd.to_datetime(table["start"]), end=pd.to_datetime(table["end"]))


@pytest.fixture
def forms():
    """Five forms of two months, two of them alike."""
    return records(
        origin=["XX0101", "XX0101", "XX0102", None, "XX0101"],
        destination=["XX0201", "XX0201", "XX0201", "XX0201", "XX0102"],
        start=["2020-03-01", "2020-03-01", "2020-03-01", "2020-04-01", "2020-04-01"],
        end=["2020-03-31", "2020-03-31", "2020-03-31", "2020-04-30", "2020-04-30"],
        people=pd.array([5, 5, 2, 1, None], dtype="Int64"),
    )


def every_form(table, folder):
    """The same table as Parquet of small row groups, a folder, an Arrow table, a reader, batches and a DataFrame."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    path = folder / "flows.parquet"
    pq.write_table(arrow, path, row_group_size=2)
    parts = folder / "parts"
    parts.mkdir()
    pq.write_table(arrow.slice(0, 3), parts / "a.parquet")
    pq.write_table(arrow.slice(3), parts / "b.parquet")
    return {
        "path": path,
        "text": str(path),
        "folder": parts,
        "table": arrow,
        "reader": pa.RecordBatchReader.from_batches(arrow.schema, arrow.to_batches(max_chunksize=2)),
        "batches": iter(arrow.to_batches(max_chunksize=1)),
        "frame": table,
    }


@pytest.mark.parametrize("kind", ["path", "text", "folder", "table", "reader", "batches", "frame"])
def test_every_form_of_records_gives_the_same_sums(forms, areas, tmp_path, kind):
    """Rows alike are further people; unknown origins and missing counts stay, in months and regions."""
    result = sg.sum_flows(every_form(forms, tmp_path)[kind], areas, level=1, freq="MS", records=True)
    assert result["people"].tolist() == [pd.NA, 12, 1]
    assert result["rows"].tolist() == [1, 3, 1]
    assert result["rows_missing"].tolist() == [1, 0, 0]
    assert result["internal"].tolist() == [True, False, False]
    assert result["origin"].tolist() == ["XX01", "XX01", pd.NA]
    assert sg.conform(result, "flows")["source"].tolist() == ["DTM"] * 3


def test_rows_alike_are_copies_unless_they_are_records(forms, tmp_path):
    """A file is held to the key of the table like a DataFrame, over its chunks."""
    with pytest.raises(
        sg.errors.SchemaError, match=r"2 rows share their key .*XX0101 to XX0201, 2020-03-01.*records=True"
    ):
        sg.sum_flows(every_form(forms, tmp_path)["path"])
    once = every_form(forms.drop(index=1), (tmp_path / "once").mkdir() or tmp_path / "once")
    pd.testing.assert_frame_equal(sg.sum_flows(once["path"], freq="MS"), sg.sum_flows(once["frame"], freq="MS"))


def test_a_stream_that_is_read_once_is_enough(forms, areas):
    """An iterator of batches cannot be read again, and need not be."""
    batches = pa.Table.from_pandas(forms, preserve_index=False).to_batches(max_chunksize=2)
    assert sg.sum_flows(iter(batches), areas, level=1, records=True)["people"].sum() == 13


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"people": [5, -1, 2, 1, 0]}, r"column 'people', row 1 \(-1\): not 0 or more"),
        ({"people": [5, 1.5, 2, 1, 0]}, r"column 'people', row 1 \(1.5\): not a whole"),
        ({"people": list("12345")}, r"column 'people', rows 0, 1, 2, 3, 4 \('1'"),
        ({"start": "01/03/2020"}, r"column 'start', rows 0, 1.*\('01/03/2020'.*not a day"),
        ({"start": 5}, r"column 'start', rows 0, 1.*not a day"),
        ({"end": "2020-02-01"}, r"row\(s\) 0, 1.*a period that starts after its end"),
        ({"origin": [1, 2, 3, 4, 5]}, r"column 'origin', rows 0, 1.*not text"),
        ({"source": [None, "a", "a", "a", "a"]}, r"column 'source', row\(s\) 0: empty"),
    ],
)
def test_a_wrong_cell_is_named_with_its_row_in_the_file(forms, tmp_path, change, message):
    """Negative, fractional and text counts, days, periods, codes and sources: column, row, value, what to do."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.sum_flows(pa.Table.from_pandas(forms.assign(**change), preserve_index=False), records=True)


def test_rows_are_counted_through_the_whole_file(forms, tmp_path):
    """The row in a message is that of the file, not of the chunk."""
    files = every_form(forms.assign(people=[1, 2, 3, 4, -5]), tmp_path)
    for kind in ("path", "folder", "batches"):
        with pytest.raises(sg.errors.SchemaError, match=r"row 4 \(-5\)"):
            sg.sum_flows(files[kind], records=True)


def test_all_wrong_columns_of_a_chunk_are_told_at_once(forms):
    """Two problems make one error with two points."""
    with pytest.raises(
        sg.errors.SchemaError, match=r"(?s)2 problems.*1\. column 'people'.*2\. .*a period that starts after"
    ) as caught:
        sg.sum_flows(forms.assign(people=-1, end=pd.Timestamp("2019-01-01")), records=True)
    assert len(caught.value.problems) == 2


def test_days_as_text_timestamps_and_dates_are_days(forms):
    """Text, dates and times of a day mean the same day."""
    expected = sg.sum_flows(forms, records=True)
    text = forms.assign(start=forms["start"].dt.strftime("%Y-%m-%d"), end=forms["end"].dt.strftime("%Y-%m-%d"))
    dates = forms.assign(start=forms["start"].dt.date, end=forms["end"].dt.date)
    for other in (text, text.astype({"start": "category"}), dates):
        pd.testing.assert_frame_equal(sg.sum_flows(other, records=True), expected)


def test_columns_that_are_missing_or_mixed_are_said(forms, tmp_path):
    """The columns that are there help to see which one was meant; two kinds of value in one column are refused."""
    with pytest.raises(sg.errors.SchemaError, match=r"column\(s\) 'people' missing. Found: start, end"):
        sg.sum_flows(forms.drop(columns="people"), records=True)
    path = tmp_path / "short.parquet"
    forms.drop(columns=["end", "source"]).to_parquet(path)
    with pytest.raises(sg.errors.SchemaError, match=r"short.parquet: flows: column\(s\) 'end', 'source' missing"):
        sg.sum_flows(path)
    with pytest.raises(sg.errors.SchemaError, match=r"column 'origin', rows 1, 3 \(1, 2\): not text"):
        sg.sum_flows(forms.assign(origin=["a", 1, "b", 2, "c"]), records=True)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.parquet", "no such file"),
        ("empty", "holds no .parquet"),
        ("text.parquet", "a damaged Parquet file, or none"),
    ],
)
def test_what_is_no_parquet_is_said(tmp_path, name, message):
    """Absent, empty and wrong files."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.parquet").write_text("origin,destination")
    with pytest.raises(sg.errors.FormatError, match=message):
        sg.sum_flows(tmp_path / name)


@pytest.mark.parametrize("flows", [5, [1, 2]])
def test_what_is_no_table_is_said(flows):
    """Numbers and lists are no flows."""
    with pytest.raises(
        sg.errors.SchemaError, match="a DataFrame, a path to Parquet, or Arrow tables and batches are needed"
    ):
        sg.sum_flows(flows)


def test_no_rows_give_no_sums(forms, areas):
    """An empty table, and no batch at all."""
    empty = pa.Table.from_pandas(forms.iloc[:0], preserve_index=False)
    assert len(sg.sum_flows(empty, areas, level=1, freq="MS", records=True)) == 0
    assert len(sg.sum_flows(iter([]), records=True)) == 0


def test_people_of_nothing_but_missing_stay_missing(forms):
    """A column without any count has the type null in Arrow."""
    table = pa.Table.from_pandas(forms.assign(people=None), preserve_index=False)
    assert sg.sum_flows(table, records=True)["people"].isna().all()
    nan = pa.table(
        {
            **{name: pa.array(forms[name]) for name in forms if name != "people"},
            "people": [1.0, float("nan"), 1.0, 1.0, 1.0],
        }
    )
    with pytest.warns(sg.DataWarning, match="people missing in 1 of 4"):
        assert sg.sum_flows(nan, records=True)["rows_missing"].sum() == 1


def test_unknown_codes_and_editions_are_refused_in_files_too(forms, areas, tmp_path):
    """A code that does not reach the level, another edition, a flow across months."""
    path = tmp_path / "flows.parquet"
    forms.assign(origin="YY01").to_parquet(path)
    with pytest.raises(sg.errors.UnmatchedError, match="do not reach level 1: p-codes YY01"):
        sg.sum_flows(path, areas, level=1, records=True)
    forms.assign(edition="2025").to_parquet(path)
    with pytest.raises(sg.errors.EditionError, match="'2025'"):
        sg.sum_flows(path, areas, level=1, records=True)
    forms.assign(end=pd.Timestamp("2020-04-30")).to_parquet(path)
    with pytest.raises(sg.errors.FlowPeriodError, match="not within one month"):
        sg.sum_flows(path, areas, freq="MS", records=True)


def test_double_counts_in_files_are_refused(forms, areas):
    """Two sources, overlapping periods and an area beside its part clash below the level of the sums, too."""
    two = pd.concat([forms, forms.assign(source="UNHCR")])
    with pytest.raises(sg.errors.DoubleCountError, match="'DTM', 'UNHCR'"):
        sg.sum_flows(two, areas, level=1, records=True)
    longer = pd.concat([forms, forms.assign(start=pd.Timestamp("2020-01-01"))])
    with pytest.raises(sg.errors.DoubleCountError, match="periods of the same ends overlap"):
        sg.sum_flows(longer, areas, level=1, records=True)
    nested = pd.concat([forms, forms.assign(origin="XX01")])
    whole = pd.concat([areas, areas.iloc[[0]].assign(pcode="XX01", level=1, parent=None)])
    with pytest.raises(sg.errors.DoubleCountError, match="of an area and of its parts"):
        sg.sum_flows(nested, whole, level=1, records=True)


def test_a_choice_takes_rows_of_files(forms, areas, tmp_path):
    """One source or reason, none, or several that add up."""
    table = forms.assign(source=["a", "b", "a", "a", "c"], reason=["x", None, "x", "x", "x"])
    path = tmp_path / "flows.parquet"
    table.to_parquet(path)
    assert sg.sum_flows(path, choose={"source": "b"}, records=True)["people"].tolist() == [5]
    assert sg.sum_flows(path, choose={"reason": None}, records=True)["people"].tolist() == [5]
    both = sg.sum_flows(path, areas, level=1, freq="YS", choose={"source": ["a", "b"]}, records=True)
    assert both["people"].tolist() == [12, 1]
    assert both["source"].tolist() == ["a + b", "a"]
    assert sg.sum_flows(forms, choose={"reason": None}, records=True)["people"].sum() == 13
    with pytest.raises(sg.errors.SchemaError, match=r"choose has 'method'\. It can name: source, reason, edition"):
        sg.sum_flows(path, choose={"method": "x"})


def test_figures_with_roles_are_read_by_hand(forms):
    """A file of IDMC's figures holds some that do not add up."""
    with pytest.raises(sg.errors.SchemaError, match=r"'role' and 'category' are IDMC's.*recommended_figures first"):
        sg.sum_flows(pa.Table.from_pandas(forms.assign(role="Triangulation"), preserve_index=False))


ROW = st.tuples(
    st.sampled_from(["XX0101", "XX0102", "XX0201"]),
    st.sampled_from(["XX0101", "XX0201", None]),
    st.integers(1, 12),
    st.integers(0, 10**6) | st.none(),
)


def monthly(rows):
    """Records of origin, destination, month and people."""
    origins, destinations, months, people = zip(*rows, strict=True)
    start = pd.to_datetime([f"2020-{month:02d}-01" for month in months])
    return records(
        origin=origins,
        destination=destinations,
        start=start,
        end=start + pd.offsets.MonthEnd(),
        people=pd.array(people, dtype="Int64"),
    )


@given(rows=st.lists(ROW, min_size=1, max_size=15), chunk=st.integers(1, 4), dense=st.booleans())
def test_chunks_of_any_size_give_the_sums_of_pandas(rows, chunk, dense):
    """Whatever the chunks, and whether cells are counted in a table or by sorting: every person once."""
    table = monthly(rows)
    batches = pa.Table.from_pandas(table, preserve_index=False).to_batches(max_chunksize=chunk)
    with pytest.MonkeyPatch.context() as patch:
        if not dense:
            patch.setattr(coded_sums, "DENSE", 0)
            patch.setattr(coded_sums, "CHUNK", 2)
            patch.setattr(flow_records, "CHUNK", 2)
        sums = flow_records.sum_records(iter(batches)).frame()
    keys = ["origin", "destination", "start"]
    found = (
        sums.astype({"origin": "string", "destination": "string"})
        .groupby(keys, dropna=False)[["people", "rows", "rows_missing"]]
        .sum(min_count=1)
    )
    expected = table.assign(rows=1, rows_missing=table["people"].isna().astype(int)).astype(
        {"origin": "string", "destination": "string"}
    )
    expected = expected.groupby(keys, dropna=False)[["people", "rows", "rows_missing"]].sum(min_count=1)
    assert found.reset_index().astype(str).to_numpy().tolist() == expected.reset_index().astype(str).to_numpy().tolist()


@given(rows=st.lists(ROW, min_size=1, max_size=12))
def test_the_short_way_is_the_long_way(rows):
    """Records summed at the level at once, and summed row by row first, are the same table."""
    table = monthly(rows)
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        short = sg.sum_flows(arrow, provinces(), level=1, freq="QS", records=True)
        patch.setattr("sahelgeo.flows.flow_sums._summed_at_once", lambda *_: None)
        long = sg.sum_flows(arrow, provinces(), level=1, freq="QS", records=True)
    pd.testing.assert_frame_equal(short, long)


def test_long_tables_are_cut_into_chunks(monkeypatch):
    """More rows than a chunk holds are several chunks with one answer."""
    monkeypatch.setattr(flow_records, "CHUNK", 3)
    table = records(origin=["A"] * 10, destination="B", people=np.arange(10))
    assert sg.sum_flows(table, records=True)[["people", "rows"]].to_numpy().tolist() == [[45, 10]]


def test_a_sum_beyond_exact_numbers_is_refused():
    """Floating point is exact up to 9e15; nothing above is given out."""
    table = records(origin=["A"] * 10, destination="B", people=10**15)
    with pytest.raises(sg.errors.SchemaError, match="above 9e15 and could not be exact"):
        sg.sum_flows(table, records=True)


def test_empty_chunks_and_columns_of_nothing(forms):
    """A chunk without rows adds nothing; a source column without any text is empty in every row."""
    arrow = pa.Table.from_pandas(forms, preserve_index=False)
    batches = [
        *arrow.slice(0, 0).to_batches(),
        *pa.Table.from_batches([], arrow.schema).to_batches(),
        *arrow.to_batches(),
    ]
    empty = pa.RecordBatch.from_pylist([], schema=arrow.schema)
    assert sg.sum_flows(iter([empty, *batches]), records=True)["rows"].sum() == 5
    with pytest.raises(sg.errors.SchemaError, match=r"column 'source', row\(s\) 0, 1, 2, 3, 4: empty"):
        sg.sum_flows(forms.assign(source=None), records=True)


def test_sums_of_a_file_keep_the_rows_behind_them(forms):
    """Parts that are added up first, and their sums after, are the sums of the whole, with all rows and all that lack a count."""
    parts = [sg.sum_flows(part, freq="MS", records=True) for part in (forms[:3], forms[3:])]
    whole = sg.sum_flows(forms, freq="MS", records=True)
    again = pa.Table.from_pandas(pd.concat(parts), preserve_index=False)
    pd.testing.assert_frame_equal(sg.sum_flows(again, freq="MS", records=True), whole)
    pd.testing.assert_frame_equal(sg.sum_flows(whole, freq="MS"), whole)
    assert whole["rows"].sum() == len(forms)


def test_files_and_frames_keep_rows_that_a_place_tells_apart(forms, tmp_path):
    """Two movements of one area, printed for two places, are no copies, in a file or out of it."""
    places = forms.assign(place=["a", "b", "c", "d", "e"])
    files = every_form(places, tmp_path)
    pd.testing.assert_frame_equal(sg.sum_flows(files["path"], freq="MS"), sg.sum_flows(places, freq="MS"))


@pytest.mark.parametrize("kind", ["path", "frame"])
def test_sums_by_origin_reason_or_nothing(forms, tmp_path, kind):
    """What the sums are by is the user's choice; the people are the same."""
    table = every_form(forms.assign(reason=["war", "flood", "war", "war", None]), tmp_path)[kind]
    by_reason = sg.sum_flows(table, by=("origin", "reason"), records=True)
    assert by_reason[["origin", "reason", "people"]].astype(object).where(by_reason.notna(), None).to_numpy().tolist()[:3] == [
        ["XX0101", "flood", 5], ["XX0101", "war", 5], ["XX0101", None, None],
    ]  # fmt: skip
    assert "internal" not in by_reason
    with pytest.warns(sg.DataWarning, match="people missing in 1 of 1 rows"):
        assert sg.sum_flows(table, by=(), records=True)["people"].tolist() == [13]
    with pytest.raises(
        sg.errors.SchemaError, match="by has 'people'. Choose among the columns: origin, destination, reason"
    ):
        sg.sum_flows(table, by="people", records=True)
