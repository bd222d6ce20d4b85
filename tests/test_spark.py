"""The recipe for Spark in the documentation gives what one process gives, and refuses what it refuses."""

from __future__ import annotations

import re
import shutil
import sys
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

import sahelgeo as sg

pytest.importorskip("pyspark", reason="Spark is no dependency: pip install pyspark")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java", allow_module_level=True)

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "more-than-one-machine.md"
AREAS = gpd.GeoDataFrame(
    {"pcode": ["XX01", "XX02"], "edition": "2020", "level": 1, "iso3": "XXX", "parent": "XX"},
    geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    crs="EPSG:4326",
)
EVENTS = pd.DataFrame(
    {
        "event": [f"E{number}" for number in range(6)],
        "source": "made up",
        "date": [date(2020, 1, 1 + number) for number in range(6)],
        "fatalities": range(6),
        "longitude": [0.1, 0.4, 0.7, 1.0, 1.3, 9.0],
        "latitude": 0.5,
    }
)

# What pyspark says of versions of pandas and of Java does not concern the recipe, which hands over Arrow.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def spark():
    """Two local workers, begun as fast as Java can."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.driver.host": "localhost",
        "spark.pyspark.python": sys.executable,
        "spark.executorEnv.PYTHONPATH": ":".join(filter(None, sys.path)),
        # Each file is cut into partitions, of which only one has its rows.
        "spark.sql.files.maxPartitionBytes": "2k",
    }
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def on_spark():
    """The function that the page prints."""
    (code,) = [
        block
        for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
        if "def on_sp" in block
    ]
    names = {"__name__": "__main__"}  # so that Spark sends its body to the workers
    exec(code, names)  # noqa: S102 - our own page
    return names["on_spark"]


@pytest.fixture
def folder(tmp_path):
    """Two files of events."""
    EVENTS[:2].to_parquet(tmp_path / "first.parquet", index=False)
    EVENTS[2:].to_parquet(tmp_path / "second.parquet", index=False)
    return tmp_path


def test_partitions_add_up_to_the_table_of_one_process(spark, on_spark, folder):
    """Partitions, some of them empty, give the sums and the coverage's zeros that one process gives."""
    rows, cover = spark.read.parquet(str(folder)), {"coverage": ("2020-01-01", "2020-02-29")}
    assert rows.rdd.getNumPartitions() > 2
    here = sg.sum_events(folder, AREAS, **cover)
    assert here["events"].tolist()[:2] == [4, 0]
    pd.testing.assert_frame_equal(on_spark(sg.sum_events, rows, AREAS, **cover), here)


def test_an_event_in_two_partitions_is_refused_and_an_error_names_its_partition(spark, on_spark, folder):
    """The double count is found by the driver; deaths below zero by the worker that has the row."""
    EVENTS[2:3].to_parquet(folder / "third.parquet", index=False)
    with pytest.raises(sg.errors.DuplicateEventError, match=r"rows 0 of partition \d, 0 of partition \d"):
        on_spark(sg.sum_events, spark.read.parquet(str(folder)), AREAS)
    EVENTS[2:3].assign(fatalities=-1).to_parquet(folder / "third.parquet", index=False)
    with pytest.raises(Exception, match=r"SchemaError: partition \d: events table.*\n.*'fatalities', row 0 \(-1\)"):
        on_spark(sg.sum_events, spark.read.parquet(str(folder)), AREAS)
