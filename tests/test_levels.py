"""Which p-codes lie in which."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from sahelgeo.nesting import nested_codes, roll_up


def pairs(*codes, parents=None):
    """The nested pairs as a set of tuples."""
    return set(nested_codes(codes, parents).itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("BF56", "BF5601"), {("BF5601", "BF56")}),
        (("BF56", "BF560102"), {("BF560102", "BF56")}),
        (("BF1", "BF13"), set()),
        (("BF56", "BF49"), set()),
        (("BF-01", "BF-0101"), set()),
        (("BF", "BF56"), {("BF56", "BF")}),
        (("BFA", "BF56"), {("BF56", "BFA")}),
        (("TCD", "TD0701"), {("TD0701", "TCD")}),
        (("TD", "TCD01"), {("TCD01", "TD")}),
        (("BF", "BF-01"), {("BF-01", "BF")}),
        (("NAM", "NA01"), {("NA01", "NAM")}),
        (("ML07+ML10", "ML10"), {("ML10", "ML07+ML10")}),
        (("ML07+ML10", "ML0701"), {("ML0701", "ML07+ML10")}),
        (("ML07+ML10", "ML"), {("ML07+ML10", "ML")}),
        (("NE001", "NER"), {("NE001", "NER")}),
        (("NE001", "NG001"), set()),
    ],
)
def test_cod_codes_nest_by_their_beginning(codes, expected):
    """OCHA's p-codes begin with the p-code of the area that holds them; countries may have two or three letters."""
    assert pairs(*codes) == expected


def test_parents_nest_codes_that_do_not_look_nested():
    """A chain of parents is followed to the top, and a loop in it ends."""
    parents = {"commune": "province", "province": "region", "region": "region"}
    assert pairs("commune", "region", parents=parents) == {("commune", "region")}


def test_a_loop_of_parents_reaches_no_level():
    """Areas that name each other as parents have no answer, and do not hang."""
    loop = gpd.GeoDataFrame(
        {"pcode": ["A", "B"], "level": [2, 2], "parent": ["B", "A"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)]
    )
    assert roll_up(pd.Series(["A", None]), loop, 1).isna().tolist() == [True, True]
