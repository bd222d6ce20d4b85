"""Sums over parts: any split of the rows, in any order, gives the table, the warnings and the refusals of the whole."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import add

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.dataset as pads
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

import sahelgeo as sg
from sahelgeo import parts as parts_of_sums

AREAS = gpd.GeoDataFrame(
    {"pcode": ["XX01", "XX02"], "edition": "2020", "level": 1, "iso3": "XXX", "parent": "XX"},
    geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    crs="EPSG:4326",
)
COVER = ("2020-01-01", "2020-03-31")


def events(count, **columns):
    """Events of one source on the first days of 2020, from west to east, the last outside all areas."""
    plain = {
        "event": [f"E{number}" for number in range(count)],
        "source": "made up",
        "date": pd.date_range("2020-01-01", periods=count),
        "fatalities": pd.array([None, 1, 2][:count] + [3] * (count - 3), dtype="Int64"),
    }
    points = gpd.points_from_xy(np.linspace(0.1, 2.2, count), np.full(count, 0.5))
    return gpd.GeoDataFrame({**plain, **columns}, geometry=points, crs="EPSG:4326")


def flows(origins, **columns):
    """Flows of one month into XX02."""
    plain = {"destination": "XX02", "start": "2020-03-01", "end": "2020-03-31", "source": "DTM"}
    people = pd.array([None, 5] + [7] * (len(origins) - 2), dtype="Int64")
    return pd.DataFrame({"origin": origins, **plain, "people": people, **columns})


def points(count, **columns):
    """Points of which every third is outside, with fractions of people that floating point cannot hold."""
    plain = {
        "lon": np.resize([0.5, 1.5, 9.0], count),
        "lat": 0.5,
        "date": "2020-01-05",
        "people": 0.1 * np.arange(count),
    }
    return pd.DataFrame({**plain, **columns})


def stocks(pcodes, **columns):
    """Counts of one day."""
    plain = {"date": "2020-09-06", "group": "idp", "source": "CONASUR", "people": range(10, 10 + len(pcodes))}
    return pd.DataFrame({"pcode": pcodes, **plain, **columns})


# What is summed, and how; the last is wrong in a way that only the whole can tell.
SUMS = {
    "events": (sg.sum_events, events(7), (AREAS,), {"coverage": COVER}),
    "events by kind": (sg.sum_events, events(7, kind=list("aabbabb")), (AREAS,), {"by": "kind", "freq": "YS"}),
    "events outside the coverage": (sg.sum_events, events(7), (AREAS,), {"coverage": ("2020-01-02", "2020-01-05")}),
    "an event twice": (sg.sum_events, events(5, event=["A", "B", "C", "D", "A"]), (AREAS,), {}),
    "two sources of events": (sg.sum_events, events(5, source=["a", "a", "a", "a", "b"]), (AREAS,), {}),
    "two exports": (sg.sum_events, events(4, exported=["2020-05-01"] * 3 + ["2020-06-01"]), (AREAS,), {}),
    "flows": (sg.sum_flows, flows(["XX01", "XX02", "XX03", None]), (), {}),
    "flows that are records": (sg.sum_flows, flows(["XX01"] * 4), (), {"records": True, "freq": "MS"}),
    "a flow twice": (sg.sum_flows, flows(["XX01", "XX02", "XX01"]), (), {}),
    "a region beside its province": (sg.sum_flows, flows(["XX01", "XX02", "XX0101"]), (), {}),
    "two sources of flows": (sg.sum_flows, flows(["XX01"] * 3, source=list("aab"), reason=list("xyz")), (), {}),
    "points": (sg.events.count_points, points(8), (AREAS,), {"freq": "MS", "people": "people"}),
    "points by kind": (sg.events.count_points, points(5, kind=["a", "b", None, "a", "b"]), (AREAS,), {"by": "kind"}),
    "stocks": (sg.sum_stocks, stocks(["XX01", "XX02", "XX03"]), (), {"by": ()}),
    "stocks of two days": (sg.sum_stocks, stocks(["XX01"] * 2, date=["2020-09-06", "2020-10-06"]), (), {}),
    "stocks of a region and its province": (sg.sum_stocks, stocks(["XX01", "XX02", "XX0101"]), (), {}),
}


def outcome(function):
    """The table and the warnings, or the kind of the error and what it says of the whole."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            table = function()
        except sg.SahelgeoError as error:
            return type(error), None
    return table, sorted(str(one.message) for one in said)


@pytest.mark.parametrize("name", SUMS)
@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_any_split_in_any_order_is_the_whole(name, data):
    """Rows are dealt to up to four parts, which are added as they come, one of them by way of another process' bytes."""
    function, table, arguments, options = SUMS[name]
    whole = outcome(lambda: function(table, *arguments, **options))
    owner = data.draw(st.lists(st.integers(0, 3), min_size=len(table), max_size=len(table)))
    order = data.draw(st.permutations(sorted(set(owner))))

    def in_parts():
        made = [sg.large.partial(function, table[np.array(owner) == number], *arguments, **options) for number in order]
        made[0] = pickle.loads(pickle.dumps(made[0]))  # noqa: S301 - our own bytes
        return reduce(add, made).table()

    found = outcome(in_parts)
    if isinstance(whole[0], type):
        assert found[0] is whole[0]
    else:
        pd.testing.assert_frame_equal(found[0], whole[0])
        assert found[1] == whole[1]


def test_what_the_last_of_these_are_is_refused():
    """The cases that are wrong are refused, and those that are right are not."""
    refused = [name for name, (function, table, arguments, options) in SUMS.items()
               if isinstance(outcome(lambda: function(table, *arguments, **options))[0], type)]  # fmt: skip  # noqa: B023
    assert len(refused) == 8


@pytest.fixture
def folder(tmp_path):
    """Two files of events, as GeoParquet."""
    table = events(7)
    for number, rows in enumerate((slice(0, 3), slice(3, None))):
        table.iloc[rows].to_parquet(tmp_path / f"part-{number}.parquet")
    return tmp_path


@pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")
def test_a_folder_a_dataset_paths_and_tables_are_alike(folder):
    """However the parts come, and whoever works on them, one table comes out."""
    whole = sg.sum_events(events(7), AREAS, coverage=COVER)
    paths = sorted(folder.iterdir())
    ways = [folder, pads.dataset(folder, format="parquet"), paths, (gpd.read_parquet(path) for path in paths)]
    for parts in ways:
        pd.testing.assert_frame_equal(sg.sum_events(parts, AREAS, coverage=COVER), whole)
    with ThreadPoolExecutor(2) as pool:
        pd.testing.assert_frame_equal(sg.sum_events(folder, AREAS, coverage=COVER, map=pool.map), whole)


def test_records_by_an_engine_are_those_of_one_process(tmp_path):
    """Whether parts can be summed as far as the result or need a second look, the table and the refusals are alike."""
    areas = AREAS.assign(level=1)
    plain = flows(["XX01", "XX02"] * 3, start=["2020-03-01", "2020-04-01"] * 3, end=["2020-03-31", "2020-04-30"] * 3)
    unlike = {
        "plain": plain,
        "periods that overlap": plain.assign(end="2020-04-30"),
        "two sources": plain.assign(source=list("aaabbb")),
        "a province beside its region": plain.assign(origin=["XX01", "XX02", "XX0101"] * 2),
    }
    for name, table in unlike.items():
        folder = tmp_path / name
        folder.mkdir()
        for number in range(2):
            table[3 * number : 3 * number + 3].to_parquet(folder / f"{number}.parquet")
        for options in ({"freq": "YS"}, {"freq": "MS", "by": "origin"}, {"areas": areas, "level": 1, "by": ()}):
            one, many = (
                outcome(lambda: sg.sum_flows(folder, records=True, map=engine, **options))  # noqa: B023
                for engine in (None, map)
            )
            assert one[1] == many[1]
            if isinstance(one[0], type):
                assert one[0] is many[0]
            else:
                pd.testing.assert_frame_equal(one[0], many[0])


@pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")
def test_a_file_without_rows_is_a_part_as_good_as_any(folder):
    """As Spark writes for a partition that holds nothing; a part with a name may be a path or tables."""
    whole, (path, _) = sg.sum_events(folder, AREAS), sorted(folder.iterdir())
    one = gpd.read_parquet(path)
    one.iloc[:0].to_parquet(folder / "z.parquet")
    pd.testing.assert_frame_equal(sg.sum_events(folder, AREAS), whole)
    rows = pd.DataFrame(one.drop(columns="geometry")).assign(longitude=one.geometry.x, latitude=one.geometry.y)
    alone = sg.sum_events(one, AREAS)
    for part in (str(path), iter([rows.iloc[:1], rows.iloc[1:]]), [rows]):
        pd.testing.assert_frame_equal(sg.large.partial(sg.sum_events, part, AREAS, name="p7").table(), alone)


def test_a_filter_of_a_dataset_is_kept(tmp_path):
    """What a dataset leaves out is not counted, here or by an engine."""
    flows(["XX01", "XX02", "XX03"]).to_parquet(tmp_path / "flows.parquet")
    dataset = pads.dataset(tmp_path, format="parquet").filter(pads.field("origin") == "XX03")
    for engine in (None, map):
        assert sg.sum_flows(dataset, map=engine)["people"].tolist() == [7]


def test_the_warning_names_the_part_and_is_said_once(folder):
    """Two parts with a point outside are one warning, of all rows."""
    with pytest.warns(
        sg.DataWarning, match=r"1 of 7 events have no area: 1 outside all areas, row 3 of part-1.parquet"
    ):
        sg.sum_events(folder, AREAS)


def test_an_event_in_two_files_is_named_with_them(folder):
    """The refusal says which row of which file."""
    events(7).iloc[[2]].to_parquet(folder / "part-9.parquet")
    with pytest.raises(sg.errors.DuplicateEventError, match=r"rows 2 of part-0.parquet, 0 of part-9.parquet") as caught:
        sg.sum_events(folder, AREAS)
    assert caught.value.rows["part"].tolist() == ["part-0.parquet", "part-9.parquet"]


@pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")
def test_a_file_and_a_table_add_up(folder, tmp_path):
    """Whether a part is a path or a table makes no difference to what it can be added to."""
    first, second = sorted(folder.iterdir())
    one, two = (sg.large.partial(sg.sum_events, part, AREAS) for part in (first, gpd.read_parquet(second)))
    pd.testing.assert_frame_equal((one + two).table(), sg.sum_events(folder, AREAS))
    points(4).to_parquet(tmp_path / "points.parquet")
    one, two = (
        sg.large.partial(sg.events.count_points, part, AREAS) for part in (tmp_path / "points.parquet", points(3))
    )
    assert (one + two).table()["points"].sum() == 7


def test_an_error_names_its_part(folder):
    """What is wrong with one part is said of it."""
    events(3).drop(columns="date").to_parquet(folder / "part-9.parquet")
    with pytest.raises(sg.errors.SchemaError, match=r"part-9.parquet: events table"):
        sg.sum_events(folder, AREAS)


@pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")
def test_nothing_is_given_back_without_all_parts(folder):
    """An engine that forgets a part makes no table."""
    with pytest.raises(sg.errors.PartError, match=r"1 of 2 parts gave no answer: part-1.parquet"):
        sg.sum_events(folder, AREAS, map=lambda job, parts: [job(next(iter(parts)))])


def test_unlike_partial_sums_are_refused_by_name():
    """What differs is named: an option, the areas, the function."""
    one = sg.large.partial(sg.sum_flows, flows(["XX01", "XX02"]))
    with pytest.raises(sg.errors.SchemaError, match="different ways, and cannot be added: freq"):
        one + sg.large.partial(sg.sum_flows, flows(["XX01", "XX02"]), freq="MS")
    with pytest.raises(sg.errors.SchemaError, match="different ways"):
        one + sg.large.partial(sg.events.count_points, points(3), AREAS)
    with pytest.raises(sg.errors.SchemaError, match="not to int"):
        one + 1
    renamed = AREAS.assign(pcode=list(reversed(AREAS["pcode"])))
    here, there = (sg.large.partial(sg.events.count_points, points(3), sg.area_index(one)) for one in (AREAS, renamed))
    with pytest.raises(sg.errors.SchemaError, match="different ways, and cannot be added: index"):
        here + there
    with pytest.raises(sg.errors.SchemaError, match="area_phase: its results do not add up over parts"):
        sg.large.partial(sg.area_phase, flows(["XX01", "XX02"]))


def test_the_account_adds_up():
    """Points and people that came in are those in areas and those outside."""
    parts = [sg.large.partial(sg.events.count_points, points(6).iloc[rows], AREAS, people="people")
             for rows in (slice(0, 2), slice(2, None))]  # fmt: skip
    account = (parts[0] + parts[1]).account
    assert (account.rows_in, account.rows_attached, account.areas_without_rows) == (6, 4, 0)
    assert account.people_in == pytest.approx(1.5)
    assert sg.large.partial(sg.sum_flows, flows(["XX01", "XX02"])).account is None


@pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")
def test_sums_of_sums_keep_their_rows():
    """A table of sums given back counts the rows behind it, here and in parts."""
    sums = sg.sum_flows(flows(["XX01"] * 4), records=True, freq="MS")
    again = sg.sum_flows([sums], records=True, freq="YS", map=map)
    assert again[["people", "rows", "rows_missing"]].to_numpy().tolist() == [[19, 4, 1]]


def test_more_keys_than_are_held_are_not_passed_over(folder, monkeypatch):
    """Beyond the bound an engine looks through the files; without one the sum is refused."""
    monkeypatch.setattr(parts_of_sums, "MOST_KEYS", 5)
    with pytest.raises(sg.errors.SchemaError, match="7 rows must each be another event, and the keys of at most 5 are"):
        sg.sum_events(folder, AREAS)


def test_events_with_coordinates_in_columns_are_points(folder):
    """A file of degrees, which knows no geometry, is summed as the file with points; the account is that of both."""
    plain = pd.DataFrame(events(7).drop(columns="geometry"))
    degrees = plain.assign(longitude=events(7).geometry.x, latitude=events(7).geometry.y)
    ours, theirs = (sg.large.partial(sg.sum_events, table, AREAS) for table in (degrees, events(7)))
    with pytest.warns(sg.DataWarning, match="1 of 7 events have no area"):
        pd.testing.assert_frame_equal(ours.table(), theirs.table())
    assert ours.account == theirs.account == sg.places.Account(7, 6, None, None, 0)


def test_points_without_a_day_and_labels_that_are_taken_are_refused():
    """Each says what to do."""
    with pytest.raises(sg.errors.SchemaError, match=r"'date', row\(s\) 1: empty. Give each point its day"):
        sg.events.count_points(points(2, date=["2020-01-05", None]), AREAS, freq="MS")
    with pytest.raises(sg.errors.SchemaError, match="by has"):
        sg.events.count_points(points(2), AREAS, by="people")
    with pytest.raises(sg.errors.SchemaError, match="the iterable is empty"):
        sg.events.count_points([], AREAS)


class Deadly:
    """What kills the process that is given it: always, or until a file is there that it writes."""

    def __init__(self, flag=None, then=None):
        self.flag, self.then = flag, then

    def __reduce__(self):
        if self.flag is None:
            return os._exit, (1,)
        path, then = (f"__import__('pathlib').Path({str(one)!r})" for one in (self.flag, self.then))
        return eval, (f"{then} if {path}.exists() else ({path}.touch(), __import__('os')._exit(1))",)


@pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")
def test_processes_die_and_work_goes_on(folder, tmp_path_factory):
    """A part that kills once is tried again, one that kills three is named; what was kept is not summed again."""
    kept, paths = tmp_path_factory.mktemp("kept"), sorted(folder.iterdir())
    whole = sg.sum_events(folder, AREAS)
    once = Deadly(kept / "flag", paths[1])
    pd.testing.assert_frame_equal(sg.sum_events([paths[0], once], AREAS, map=sg.large.processes(1)), whole)
    with pytest.raises(sg.errors.PartError, match="part 2: 3 workers died of it"):
        sg.sum_events([paths[0], Deadly()], AREAS, map=sg.large.processes(1))
    engine = sg.large.processes(1, into=kept / "done")
    pd.testing.assert_frame_equal(sg.sum_events(folder, AREAS, map=engine), whole)
    assert len(list((kept / "done").iterdir())) == 2
    engine.spread = lambda job, parts: iter([job(part) for part in parts] if not parts else 1 / 0)
    pd.testing.assert_frame_equal(sg.sum_events(folder, AREAS, map=engine), whole)


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_of_dask_gives_the_same(folder):
    """The worker dies once and is replaced; the answer is that of one process."""
    distributed = pytest.importorskip("distributed", reason="Dask belongs to the extra 'large'")
    whole = sg.sum_events(folder, AREAS)
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=0
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        # While it loads the library for the first part.
        threading.Timer(0.2, os.kill, (cluster.workers[0].pid, signal.SIGKILL)).start()
        found = sg.sum_events(folder, AREAS, map=sg.large.dask(client))
    pd.testing.assert_frame_equal(found, whole)


def test_what_is_no_engine_is_refused():
    """A number of processes, a client; and parts that are no files cannot be kept."""
    with pytest.raises(sg.errors.SchemaError, match="workers=0 is not a number of processes"):
        sg.large.processes(0)
    with pytest.raises(sg.errors.SchemaError, match=r"dask takes a distributed.Client, not int"):
        sg.large.dask(1)


def test_duckdb_finds_keys_that_are_there_twice(folder, monkeypatch, tmp_path):
    """More keys than are held are looked through in the files."""
    pytest.importorskip("duckdb", reason="DuckDB belongs to the extra 'large'")
    monkeypatch.setattr(parts_of_sums, "MOST_KEYS", 5)
    engine = sg.large.processes(1, into=tmp_path / "done")
    engine.spread, engine.sends_once = map, True
    with pytest.warns(sg.DataWarning, match="1 of 7 events have no area"):
        assert sg.sum_events(folder, AREAS, map=engine)["events"].sum() == 7
    events(7).iloc[[2]].to_parquet(folder / "part-9.parquet")
    with pytest.raises(sg.errors.DuplicateEventError, match="E2 made up of the files"):
        sg.sum_events(folder, AREAS, map=engine)
    with pytest.raises(sg.errors.SchemaError, match="only parts that are files can be found again"):
        sg.sum_events([events(3)], AREAS, map=engine)
