"""Fixtures that every test may use: tiny tables that fit on paper."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import settings
from shapely import box


@pytest.fixture
def squares() -> gpd.GeoDataFrame:
    """Three areas side by side, one degree wide: XA01, XA02, XA03."""
    return gpd.GeoDataFrame(
        {
            "pcode": ["XA01", "XA02", "XA03"],
            "edition": "test",
            "name": ["West", "Middle", "East"],
            "name_fr": ["Ouest", "Milieu", "Est"],
            "level": 1,
            "parent": "XA",
            "source": "made for tests",
        },
        geometry=[box(0, 10, 1, 11), box(1, 10, 2, 11), box(2, 10, 3, 11)],
        crs="EPSG:4326",
    )


@pytest.fixture
def counts() -> pd.DataFrame:
    """Displaced people in two of the three squares."""
    return pd.DataFrame(
        {
            "pcode": ["XA01", "XA02"],
            "date": "2020-09-06",
            "group": "idp",
            "people": [10, 20],
            "source": "made for tests",
        },
        index=[7, 3],
    )


# Machines differ in speed; a slow one must not fail a property that holds.
settings.register_profile("sahelgeo", deadline=None)
settings.load_profile("sahelgeo")
