"""Damaged Parquet on every way into the package: a table or an error that names the file, never another library's."""

from __future__ import annotations

import io
import json
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import few
from shapely import box

import sahelgeo as sg

AREAS = gpd.GeoDataFrame(
    {"pcode": ["XX01", "XX02"], "edition": "2020", "level": 1, "iso3": "XXX", "parent": "XX"},
    geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    crs="EPSG:4326",
)
DAYS = pd.to_datetime(["2020-03-01", "2020-03-02", "2020-03-03"])
FLOWS = pd.DataFrame(
    {"origin": ["XX01", "XX02", None], "destination": "XX02", "start": DAYS, "end": DAYS, "people": 5, "source": "DTM"}
)
POINTS = pd.DataFrame({"lon": [0.5, 1.5, 9.0], "lat": 0.5, "date": DAYS, "people": [1, 2, 3]})
STOCKS = pd.DataFrame({"pcode": ["XX01", "XX02", "XX01"], "date": DAYS, "group": "idp", "source": "DTM", "people": 5})
EVENTS = gpd.GeoDataFrame(
    {"event": ["A", "B", "C"], "source": "ACLED", "date": DAYS, "fatalities": [0, 1, 2]},
    geometry=gpd.points_from_xy(POINTS["lon"], POINTS["lat"]),
    crs="EPSG:4326",
)
ROWS = [f"E{n},2020-01-0{n},Battles,A,Mali,x,14.1,-1.6,{n},1600000000" for n in range(1, 4)]
HEADINGS = "event_id_cnty,event_date,event_type,actor1,country,notes,latitude,longitude,fatalities,timestamp"
ACLED = pd.read_csv(io.StringIO("\n".join([HEADINGS, *ROWS])))


def dataset(path: Path, table: pd.DataFrame) -> pads.Dataset:
    """The file as a dataset whose columns are known, so that it is not read before its sum."""
    return pads.dataset(path, schema=pa.Schema.from_pandas(table, preserve_index=False))


# What is read, and how: from the path of a file, the folder that it is in, or a dataset.
WAYS: dict[str, tuple[pd.DataFrame, Callable[[Path], Any]]] = {
    "flows": (FLOWS, sg.sum_flows),
    "flows of a dataset": (FLOWS, lambda path: sg.sum_flows(dataset(path, FLOWS))),
    "points": (POINTS, lambda path: sg.events.count_points(path, AREAS, people="people")),
    "points of a dataset": (POINTS, lambda path: sg.events.count_points(dataset(path, POINTS), AREAS)),
    "events": (EVENTS, lambda path: sg.sum_events(path.parent, AREAS)),
    "stocks": (STOCKS, lambda path: sg.sum_stocks(path, by="date")),
    "a feed in parts": (ACLED, lambda path: list(sg.large.read_chunks(path, chunksize=2))),
}


def written(table: pd.DataFrame, **options: Any) -> bytes:
    """The table as Parquet of two rows at a time."""
    held = io.BytesIO()
    table.to_parquet(held, row_group_size=2, index=False, **options)
    return held.getvalue()


FILES = {name: written(table) for name, (table, _) in WAYS.items()}


def is_table_or_refusal(name: str, content: bytes) -> str | None:
    """What is said where it is refused; any other error is raised."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.errors.DataWarning)
        path = Path(folder) / "table.parquet"
        path.write_bytes(content)
        try:
            WAYS[name][1](path)
        except sg.SahelgeoError as refusal:
            return str(refusal)
    return None


@pytest.mark.parametrize("name", WAYS)
@few()
@given(damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8))
def test_damaged_bytes_are_refused(name: str, damage: list[tuple[float, int]]) -> None:
    """Wherever they are: in the rows, which are read last, or in what the file says of itself."""
    assert is_table_or_refusal(name, FILES[name]) is None
    content = bytearray(FILES[name])
    for place, byte in damage:
        content[int(place * len(content))] = byte
    is_table_or_refusal(name, bytes(content))


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["geometry", "WKB", "x", "1.0.0", "EPSG:4326"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["primary_column", "columns", "geometry", "crs", "encoding", "name", "index_columns"]),
            inner,
        )
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", WAYS)
@few()
@given(key=st.sampled_from(["geo", "pandas", "ARROW:schema"]), value=ODD | st.text(max_size=5))
def test_metadata_that_says_anything_is_refused_or_read(name: str, key: str, value: object) -> None:
    """What GeoParquet and pandas keep there is JSON that anybody may have written."""
    table = pq.read_table(io.BytesIO(FILES[name]))
    text = value if isinstance(value, str) else json.dumps(value)
    assert is_table_or_refusal(name, FILES[name]) is None
    held = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), key: text}), held)
    is_table_or_refusal(name, held.getvalue())


@pytest.mark.parametrize("name", WAYS)
def test_an_error_in_the_middle_names_the_file(name: str) -> None:
    """The first rows are sound, and those of the last group are not: nothing is summed."""
    content = bytearray(written(WAYS[name][0], compression="gzip"))
    facts = pq.ParquetFile(io.BytesIO(bytes(content))).metadata
    group = facts.row_group(facts.num_row_groups - 1)
    for number in range(facts.num_columns):
        column = group.column(number)
        first = column.dictionary_page_offset or column.data_page_offset
        content[first : first + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    said = is_table_or_refusal(name, bytes(content))
    assert said is not None
    assert "table.parquet: a damaged Parquet file" in said
