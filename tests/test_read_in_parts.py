"""A file read in parts gives the table that it gives at once, wherever the cells stand that decide what the others mean."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st
from profiles import few

import sahelgeo as sg
from sahelgeo.large import chunks

ACLED = "event_id_cnty,event_date,event_type,actor1,country,notes,latitude,longitude,fatalities,timestamp"
EVENTS = st.lists(
    st.tuples(
        st.dates(dt.date(2019, 1, 1), dt.date(2021, 12, 31)),
        st.integers(0, 4_000),
        st.sampled_from(["plain", '"a, b"', '"two\nlines"', '"a ""word"""', ""]),
        st.integers(1_600_000_000, 1_700_000_000),
    ),
    min_size=1,
    max_size=12,
)


def in_file(content: bytes, folder: Path | None = None) -> Path:
    """A file of one's own for each example."""
    path = Path(folder or tempfile.mkdtemp(), "events.csv")
    path.write_bytes(content)
    return path


def table_or_refusal(path: Path, chunksize: int | None = None, **options: object) -> pd.DataFrame | type:
    """What reading gives: the whole, or the parts put together."""
    try:
        if chunksize is None:
            return sg.read(path, **options)
        return pd.concat(list(sg.large.read_chunks(path, chunksize=chunksize, **options)))
    except sg.SahelgeoError as refusal:
        return type(refusal)


@pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")
@few()
@given(
    EVENTS,
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d %B %Y"]),
    st.sampled_from(["", ",", ".", " "]),
    st.integers(1, 5),
    st.sampled_from([";", "\t"]),
    st.booleans(),
)
def test_parts_put_together_are_the_whole(
    events: list[tuple[dt.date, int, str, int]], days: str, thousands: str, size: int, delimiter: str, tags: bool
) -> None:
    """Or both are refused for one reason: days and numbers are decided for the file, not for a part."""
    rows = [
        [
            f"E{n}",
            day.strftime(days),
            "Battles",
            "A",
            "Mali",
            note,
            "14.1",
            "-1.6",
            f"{dead:,}".replace(",", thousands),
            str(stamp),
        ]
        for n, (day, dead, note, stamp) in enumerate(events)
    ]
    head = [ACLED.split(","), *([["#event+code", "#date", *["#x"] * 8]] if tags else [])]
    path = in_file("\n".join(delimiter.join(row) for row in [*head, *rows, *rows[:1]]).encode())
    whole, parts = table_or_refusal(path), table_or_refusal(path, size)
    if isinstance(whole, type):
        assert parts is whole
    else:
        assert_geodataframe_equal(parts, whole)


@few()
@given(st.integers(1, 4), st.integers(0, 5))
def test_blocks_end_where_rows_end(size: int, quoted: int) -> None:
    """However small the blocks that are read of the file, lines within quotes stay in their cell."""
    notes = ['"é,\n"' if n == quoted else "" for n in range(6)]
    rows = [f"E{n},2020-01-0{n + 1},Battles,A,Mali,{note},14.1,-1.6,{n},1600000000" for n, note in enumerate(notes)]
    path = in_file("\n".join([ACLED, *rows]).encode())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(chunks, "_BLOCK", 70)
        parts = pd.concat(list(sg.large.read_chunks(path, chunksize=size)))
    assert_geodataframe_equal(parts, sg.read(path))


def test_a_parquet_file_is_read_in_parts(tmp_path: Path) -> None:
    """Typed columns and text."""
    rows = [f"E{n},{4 + 7 * n:02}/01/2020,Battles,A,Mali,x,14.1,-1.6,{n},1600000000" for n in range(4)]
    table = pd.read_csv(in_file("\n".join([ACLED, *rows]).encode(), tmp_path))
    table.to_parquet(tmp_path / "events.parquet")
    parts = list(sg.large.read_chunks(tmp_path / "events.parquet", chunksize=2))
    assert [len(part) for part in parts] == [2, 2]
    assert_geodataframe_equal(pd.concat(parts), sg.read(tmp_path / "events.parquet"))


def test_a_parquet_file_that_says_nonsense_of_itself_is_refused(tmp_path: Path) -> None:
    """What pandas keeps there about columns is no JSON, or about other columns."""
    table = pa.table({"event": ["E1"]}).replace_schema_metadata({"pandas": '{"columns": [1e'})
    pq.write_table(table, tmp_path / "events.parquet")
    for read in (sg.read, lambda path: list(sg.large.read_chunks(path))):
        with pytest.raises(sg.errors.FormatError, match="events.parquet: a damaged [Pp]arquet file"):
            read(tmp_path / "events.parquet")


def test_an_event_that_stands_twice_in_two_parts_is_refused(tmp_path: Path) -> None:
    """With the first part, before any table is given."""
    rows = [f"E{n % 3},2020-01-0{n + 1},Battles,A,Mali,x,14.1,-1.6,{n},1600000000" for n in range(4)]
    path = in_file("\n".join([ACLED, *rows]).encode(), tmp_path)
    with pytest.raises(sg.errors.DuplicateEventError):
        next(sg.large.read_chunks(path, chunksize=2))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("iso3,country_name,year,new_displacement,total_displacement\nMLI,Mali,2022,1,2", "cannot be read in parts"),
        ("a,b\n1,2", "not a feed that sahelgeo knows"),
        (ACLED, "no row of data below them"),
        ("", "empty"),
        (
            ACLED + '\nE1,2020-01-01,Battles,A,Mali,say "no" now,14.1,-1.6,1,1600000000',
            "a quote .* that is not doubled",
        ),
        (ACLED.encode("utf-16"), "Save it as UTF-8"),
    ],
)
def test_what_cannot_be_read_in_parts_is_refused(content: str | bytes, words: str, tmp_path: Path) -> None:
    """With the reason, and what to do."""
    path = in_file(content if isinstance(content, bytes) else content.encode(), tmp_path)
    with pytest.raises(sg.errors.FormatError, match=words):
        list(sg.large.read_chunks(path))


@pytest.mark.parametrize("chunksize", [0, True, 1.5])
def test_a_part_has_rows(chunksize: object, tmp_path: Path) -> None:
    """The number of rows is a whole number above 0."""
    with pytest.raises(sg.errors.FormatError, match="no number of rows above 0"):
        sg.large.read_chunks(in_file(ACLED.encode(), tmp_path), chunksize=chunksize)


def test_a_file_that_is_not_there_and_a_parquet_file_that_is_broken(tmp_path: Path) -> None:
    """Are refused under their names."""
    with pytest.raises(sg.errors.FormatError, match="there is no such file"):
        sg.large.read_chunks(tmp_path / "none.csv")
    (tmp_path / "x.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(sg.errors.FormatError, match="damaged Parquet"):
        sg.large.read_chunks(tmp_path / "x.parquet")
