"""Tables join to areas by what they print, and not by codes that their names contradict."""

from __future__ import annotations

import pandas as pd
import pytest

import sahelgeo as sg


@pytest.fixture
def mauritania() -> pd.DataFrame:
    """Counts with the codes of the Cadre Harmonisé, which are others than OCHA's."""
    return pd.DataFrame({"pcode": ["MR01", "MR13"], "place": ["Adrar", "Trarza"], "people": [5, 7]}, index=[9, 4])


def test_codes_that_their_names_contradict_are_not_joined(mauritania: pd.DataFrame) -> None:
    """MR01 is Adrar here and Hodh Chargui in the areas."""
    with pytest.raises(
        sg.errors.AmbiguousError, match=r"rows 9\): MR01 is Hodh Chargui, the row says 'Adrar'"
    ) as failure:
        sg.attach_areas(mauritania, sg.load_areas("MRT"))
    assert failure.value.candidates.index.tolist() == [9]


def test_matching_finds_the_area_and_accounts_for_everyone(mauritania: pd.DataFrame) -> None:
    """The index stays, the old code is kept, people in are people out."""
    joined, account = sg.attach_areas(mauritania, sg.load_areas("MRT"), on="match", report=True)
    assert joined["pcode"].tolist() == ["MR07", "MR06"]
    assert joined["pcode_printed"].tolist() == ["MR01", "MR13"]
    assert joined["match_method"].tolist() == ["recoded", "recoded"]
    assert joined.index.tolist() == [9, 4]
    assert (account.rows_attached, account.people_attached, account.people_unmatched) == (2, 12, 0)
    assert list(mauritania.columns) == ["pcode", "place", "people"]


def test_rows_that_cannot_be_matched_raise_with_their_reasons_or_are_kept(mauritania: pd.DataFrame) -> None:
    """Hodh is two regions; it comes back without geometry, and its people are counted as unmatched."""
    table = mauritania.drop(columns="pcode").assign(place=["Hodh", "Trarza"])
    areas = sg.load_areas("MRT")
    with pytest.raises(
        sg.errors.UnmatchedError,
        match=r"1 of 2 rows with 5 people have no area: Hodh \(MR01 Hodh Chargui \(100\); MR02",
    ):
        sg.attach_areas(table, areas, on="match")
    with pytest.warns(sg.DataWarning, match="kept without geometry"):
        joined, account = sg.attach_areas(table, areas, on="match", unmatched="keep", report=True)
    assert joined.geometry.isna().tolist() == [True, False]
    assert account.people_unmatched == 5


def test_columns_and_other_options_of_the_matching_may_be_given() -> None:
    """In the place of the word."""
    table = pd.DataFrame({"REGION": ["SAHEL", "kuilse"], "people": [1, 2]})
    joined = sg.attach_areas(table, sg.load_areas("BFA"), on={"names": "REGION"})
    assert joined["pcode"].tolist() == ["BF56", "BF49"]
    with pytest.raises(
        sg.errors.SchemaError, match="is not 'pcode', 'match' or a mapping of names, parents, accept, decisions"
    ):
        sg.attach_areas(table, sg.load_areas("BFA"), on={"on": "REGION"})
    with pytest.raises(sg.errors.SchemaError, match="on='name' is not 'pcode', 'match'"):
        sg.attach_areas(table, sg.load_areas("BFA"), on="name")


def test_names_of_smaller_places_do_not_contradict_a_code() -> None:
    """A stock may print the commune beside the region's code."""
    table = pd.DataFrame(
        {"pcode": ["BF56", "BF49", "BF54"], "place": ["Djibo", "Kaya", "Ouahigouya"], "people": [1, 2, 3]}
    )
    assert len(sg.attach_areas(table, sg.load_areas("BFA"))) == 3


def test_the_column_of_the_areas_level_is_held_against_the_code() -> None:
    """Not the place, which is smaller."""
    table = pd.DataFrame({"pcode": ["BF56"], "admin1": ["Nord"], "place": ["Sahel"], "people": [1]})
    with pytest.raises(sg.errors.AmbiguousError, match="BF56 is Sahel, the row says 'Nord'"):
        sg.attach_areas(table, sg.load_areas("BFA"))
