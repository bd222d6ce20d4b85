"""The brief on an export that is not the whole: one country, a part of a year, no low and high, a foreign country."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from tables import make_events

import sahelgeo as sg

COUNTRIES = ["BFA", "MLI", "NER"]


@pytest.fixture(autouse=True)
def _no_warnings_of_places() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        yield


@pytest.fixture(scope="module")
def sample() -> Any:
    """What is carried of the central Sahel."""
    return sg.load_sample("central-sahel")


@pytest.fixture(scope="module")
def past(sample: Any) -> Any:
    """The events of the brief's own time."""
    return sample.events[sample.events["date"] < "2021"]


def border_events() -> gpd.GeoDataFrame:
    """Two of Burkina Faso, the second with its point in Niger (Niamey)."""
    return make_events(
        [
            {"x": -1.5, "y": 12.4, "date": "2020-02-01", "fatalities": 3, "iso3": "BFA"},
            {"x": 2.1, "y": 13.5, "date": "2020-03-01", "fatalities": 4, "iso3": "BFA"},
        ]
    )


def test_a_point_across_the_border_covers_no_other_country() -> None:
    """Niger is not known, and its months hold no zero; without the column the point decides."""
    areas = sg.load_areas(COUNTRIES)
    own = sg.brief.read_own_events(border_events(), areas)
    assert own.coverage["iso3"].tolist() == ["BFA"]
    bare = sg.brief.read_own_events(border_events().drop(columns="iso3"), areas)
    assert bare.coverage["iso3"].tolist() == ["BFA", "NER"]
    sums = sg.sum_events(own.events, areas, coverage=own.coverage)
    assert sums["events"].sum() == 2
    niger = sums[sums["pcode"].str.startswith("NE", na=False)]
    assert not (niger["events"] == 0).any()
    outside = own.coverage.assign(end=pd.Timestamp("2020-02-15"))
    with pytest.raises(sg.errors.WindowError, match="1 events of BFA"):
        sg.sum_events(own.events, areas, coverage=outside)


def test_one_country_has_a_report_with_its_own_coverage(past: Any, tmp_path: Path) -> None:
    """Burkina Faso alone: the days cover no other country, whatever its points say."""
    burkina = past[past["iso3"] == "BFA"]
    made = sg.brief.report(tmp_path, events=burkina, coverage=("2012-01-01", "2020-12-31"))
    checks = {check.key: check for check in made.checks}
    assert checks["fatalities"].table["scope"].tolist() == ["BFA"]
    assert checks["fatalities"].verdict == "incomplete"
    assert checks["accord"].verdict == "incomplete"


def test_events_of_a_foreign_country_change_nothing(past: Any, tmp_path: Path) -> None:
    """A thousand of Nigeria are left out and counted."""
    whole = past[past["date"] >= "2018"].reset_index(drop=True)
    rows = [{"x": 8.0, "y": 9.0, "date": "2019-05-01", "fatalities": 50, "iso3": "NGA", "event": f"N{n}"} for n in range(1000)]  # fmt: skip
    source = whole["source"].iloc[0]
    foreign = gpd.GeoDataFrame(pd.concat([whole, make_events(rows, source=source)], ignore_index=True), crs=whole.crs)
    days = pd.DataFrame({"iso3": COUNTRIES, "start": "2018-01-01", "end": "2020-12-31"})
    ours, theirs = (
        sg.brief.report(tmp_path / name, events=events, coverage=days)
        for name, events in (("ours", whole), ("theirs", foreign))
    )
    assert [check.findings for check in ours.checks] == [check.findings for check in theirs.checks]
    pd.testing.assert_frame_equal(ours.claims, theirs.claims)
    said = f"1,000 of {len(foreign):,} events are of no country of the brief and are left out"
    assert [doubt for doubt in theirs.doubts if doubt not in ours.doubts] == [said]


def test_events_that_name_no_country_take_that_of_their_area(past: Any, tmp_path: Path) -> None:
    """The same report as with the column, but for points across the border and without a region."""
    recent = past[past["date"] >= "2019"]
    made = sg.brief.report(tmp_path, events=recent.drop(columns="iso3"), coverage=("2019-01-01", "2020-12-31"))
    assert set(made.checks[0].table["scope"]) == set(COUNTRIES)
