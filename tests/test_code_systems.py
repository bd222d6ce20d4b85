"""The names beside them say which system codes are of."""

from __future__ import annotations

import pandas as pd
import pytest

import sahelgeo as sg

REGIONS = sg.load_pcodes(level=1)
PROVINCES = sg.load_pcodes(level=2)


def spoken(codes: list[str], names: list[str | None], areas: pd.DataFrame) -> list[str | None]:
    """The systems that a table speaks."""
    table = pd.DataFrame({"pcode": codes, "place": names})
    found = sg.places.code_systems(table, areas)
    return found.loc[found["speaks"], "system"].tolist()


@pytest.mark.parametrize(
    ("codes", "names", "level", "system"),
    [
        (["BF13", "BF49"], ["Centre", "Centre-Nord"], 1, "areas"),
        (["BF-13", "BF-03"], ["Sud-Ouest", "Centre"], 1, "iso_3166_2"),
        (["MR01", "MR07"], ["Adrar", "Hodh Ech Chargi"], 1, "wfp"),
        (["MR01", "MR07"], ["Hodh Chargui", "Adrar"], 1, "areas"),
        (["NE06", "NE01"], ["Tillabéri", "Agadez"], 1, "padding"),
        (["NER006", "NER001"], ["Tillabéri", "Agadez"], 1, "prefix"),
        (["MLI001003", "MLI005006"], ["Kayes", "Mopti"], 2, "prefix_padding"),
        (["NE0611"], ["Tera"], 2, "padding"),
    ],
)
def test_a_table_speaks_the_system_that_its_names_agree_with(
    codes: list[str], names: list[str | None], level: int, system: str
) -> None:
    """The same text may be two areas; the names vote."""
    assert spoken(codes, names, REGIONS if level == 1 else PROVINCES) == [system]


def test_contradictions_are_counted_and_worded() -> None:
    """Codes that changed their meaning, as DTM's of Mali did between 2016 and 2017."""
    table = pd.DataFrame({"pcode": ["MLI0103", "MLI0102"], "place": ["Diema", "Kayes"]})
    row = sg.places.code_systems(table, PROVINCES).iloc[0]
    assert (row["system"], row["agree"], row["contradict"]) == ("prefix", 0, 2)
    assert not row["speaks"]
    assert row["contradictions"] == "MLI0103 is Kayes, the table says Diema, MLI0102 is Diema, the table says Kayes"


def test_codes_of_no_known_system_come_back_as_such() -> None:
    """GADM is recognised by its form, others are unknown."""
    table = pd.DataFrame({"pcode": ["NER.7_1", "QQ", None], "place": ["Zinder", "x", "y"]})
    found = sg.places.code_systems(table, REGIONS)
    assert found["title"].tolist() == ["GADM", "unknown"]
    assert found["system"].isna().all()
    assert found["iso3"].fillna("").tolist() == ["NER", ""]


def test_countries_are_judged_each_on_its_own() -> None:
    """One workbook speaks OCHA in Burkina Faso and WFP in Mauritania."""
    table = pd.DataFrame({"pcode": ["BF13", "MR13"], "place": ["Centre", "Trarza"]})
    found = sg.places.code_systems(table, REGIONS)
    assert found.loc[found["speaks"], ["iso3", "system"]].to_numpy().tolist() == [["BFA", "areas"], ["MRT", "wfp"]]


def test_a_published_table_of_codes_is_silent_for_other_editions() -> None:
    """Its p-codes are those of one edition, and count only where the areas call them so."""
    areas = pd.DataFrame({"pcode": ["MR07", "MR01"], "name": ["Elsewhere", "Nowhere"], "level": 1, "iso3": "MRT"})
    table = pd.DataFrame({"pcode": ["MR01"], "place": ["Adrar"]})
    assert "wfp" not in set(sg.places.code_systems(table, areas)["system"])


def test_a_table_without_codes_is_refused() -> None:
    """There is nothing to judge."""
    with pytest.raises(sg.errors.SchemaError, match="no column of codes is recognised"):
        sg.places.code_systems(pd.DataFrame({"place": ["Gao"]}), REGIONS)
