"""Places of a table are matched by evidence, and refused where it does not suffice."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import sahelgeo as sg
from sahelgeo.places.gazetteer import build_gazetteer
from sahelgeo.places.match import ACCEPTED
from sahelgeo.places.names import fold_name

REGIONS = sg.load_pcodes(level=1)
PROVINCES = sg.load_pcodes(level=2)

RIGHT_OR_REFUSED = {
    "Boucle du Mouhoun": "BF46", "BOUCLE DU MOUHOUN": "BF46", "Bcle du Mouhoun": "BF46", "BMH": "BF46", "Centre Nord": "BF49",
    "Haut Bassins": "BF53", "North-Central": "BF49", "Center North": "BF49", "Eastern": "BF52", "Kuilsé": "BF49", "Koulsé": "BF49",
    "Guiriko": "BF53", "Liptako": None, "Bankui": None, "Goulmou": None, "Sirba": None, "Nakambé": "BF48", "Nazinon": "BF51",
    "Tannounyan": "BF47", "Djôrô": "BF57", "Kadiogo": "BF13", "Oubri": "BF55", "Yaadga": "BF54", "Nando": "BF50", "Soum": None,
    "TILLABÉRI": "NE006", "Tillaberry": "NE006", "Timbuktu": "ML06", "Tombuctou": "ML06", "Région de Ménaka": "ML10",
    "District de Bamako": "ML09", "Taoudénit": None, "Bandiagara": None, "Kita": None, "Bougouni": None, "Koutiala": None,
    "Hodh Ech Chargi": "MR01", "Hodh El Charghi": "MR01", "Hodh Gharbi": "MR02", "Hodh": None, "Nouakchott": None, "Ennedi": None,
    "Mayo-Kebbi": None, "Lac Tchad": "TD07", "Région du Lac": "TD07", "Lake": "TD07", "Communauté Urbaine de Niamey": "NE008",
}  # fmt: skip


def found(names: list[str], areas: pd.DataFrame, **options: object) -> list[str | None]:
    """The p-codes for some names, None where refused."""
    evidence = sg.match_areas(pd.DataFrame({"q": names}), areas, on="q", **options)
    return [None if pd.isna(code) else str(code) for code in evidence["pcode"]]


def test_hard_names_of_regions_are_right_or_refused() -> None:
    """Old and new names, abbreviations, English, opposites and homonyms: none is wrong."""
    assert dict(zip(RIGHT_OR_REFUSED, found(list(RIGHT_OR_REFUSED), REGIONS), strict=True)) == RIGHT_OR_REFUSED


def test_a_tie_shows_its_candidates_and_has_no_answer() -> None:
    """Hodh is two regions."""
    row = sg.match_areas(pd.DataFrame({"q": ["Hodh"]}), REGIONS, on="q").iloc[0]
    assert row["candidates"] == "MR01 Hodh Chargui (100); MR02 Hodh El Gharbi (100)"
    assert row["reason"] == "several areas"
    assert pd.isna(row["pcode"])
    assert pd.isna(row["method"])


def test_a_town_is_not_the_department_around_it() -> None:
    """Ville de Tahoua and Tahoua are two areas; Djibo and M'Bera are none."""
    assert found(["Tahoua Ville", "Tahoua", "Djibo", "M'Bera"], PROVINCES) == ["NE005013", "NE005009", None, None]


def test_names_that_are_only_alike_are_proposals_unless_fuzzy_is_accepted() -> None:
    """A misspelling has its area as first candidate; with accept it is taken."""
    table = pd.DataFrame({"q": ["Ouahigouyaa", "Namentengga", "Centre-Ouestt"]})
    proposed = sg.match_areas(table, PROVINCES, on="q")
    assert proposed["pcode"].isna().all()
    assert proposed.loc[1, "candidates"].startswith("BF4902 Namentenga")
    taken = sg.match_areas(table, PROVINCES, on="q", accept=("name", "fuzzy"))
    assert taken["pcode"].tolist()[1] == "BF4902"
    assert taken["method"].tolist()[1] == "fuzzy"
    assert taken["score"].iloc[1] > 90


def test_a_fuzzy_answer_needs_the_same_directions_and_a_clear_lead() -> None:
    """Batha Esta is near Batha Est and Batha Ouest; Nord Kanen has the direction of one only."""
    codes = found(["Tandjile Nord", "Kolondiebo", "Mayoo-Dalla"], PROVINCES, accept=("fuzzy",))
    assert codes == [None, "ML0303", "TD1201"]


def test_the_parent_decides_between_homonyms() -> None:
    """Thiou is a commune of two provinces."""
    areas = pd.DataFrame(
        {
            "pcode": ["XA0101", "XA0201"], "name": ["Thiou", "Thiou"], "level": 3, "parent": ["XA01", "XA02"],
            "admin2": ["Nord", "Sud"], "iso3": "BFA",
        }
    )  # fmt: skip
    table = pd.DataFrame({"commune": ["THIOU", "THIOU", "THIOU"], "province": ["Nord", "SUD", None]})
    evidence = sg.match_areas(table, areas, on="commune", parents="province")
    assert evidence["pcode"].fillna("").tolist() == ["XA0101", "XA0201", ""]
    assert evidence["method"].tolist()[:2] == ["parent+name"] * 2
    assert evidence["reason"].iloc[2] == "several areas"


def test_a_name_that_sounds_like_one_area_of_its_parent_is_that_area() -> None:
    """Koulpèlogho in Centre-Est; without the parent it stays a proposal."""
    table = pd.DataFrame({"q": ["Koulpelogho"], "region": ["Centre-Est"]})
    evidence = sg.match_areas(table, PROVINCES, on="q", parents="region").iloc[0]
    assert (evidence["pcode"], evidence["method"]) == ("BF4802", "parent+name")
    assert found(["Koulpelogho"], PROVINCES) == [None]
    assert sg.match_areas(table, PROVINCES, on="q", parents="region", accept=("name",))["pcode"].isna().all()


def test_a_parent_that_the_area_does_not_lie_in_is_a_conflict() -> None:
    """Ménaka printed under Gao is the old cercle, not one of the four of the region of Ménaka."""
    table = pd.DataFrame({"admin2": ["Menaka", "Nema"], "admin1": ["Gao", "Hodh Echargui"], "iso3": ["MLI", "MRT"]})
    evidence = sg.match_areas(table, PROVINCES)
    assert evidence["conflict"].iloc[0] == "ML1001 Menaka does not lie in 'Gao', 'MLI'"
    assert evidence["candidates"].iloc[0] == "ML1001 Menaka (100)"
    assert evidence["pcode"].iloc[1] == "MR014"


def test_a_parent_that_is_unknown_is_a_conflict_and_one_that_is_nearly_right_is_not() -> None:
    """The parent is checked, not looked past."""
    table = pd.DataFrame({"q": ["Bla", "Bla"], "region": ["Sinaloa", "Ségoou"]})
    evidence = sg.match_areas(table, PROVINCES, on="q", parents="region")
    assert evidence["conflict"].iloc[0] == "'Bla' is said to lie in 'Sinaloa', which is not among the areas above"
    assert evidence["pcode"].iloc[1] == "ML0402"


def test_where_the_areas_know_no_parents_none_is_asked_for() -> None:
    """geoBoundaries' provinces say the country only; the country is still held against what is printed."""
    areas = PROVINCES[PROVINCES["iso3"] == "BFA"].assign(pcode=lambda part: "X" + part["pcode"], parent=None)
    table = pd.DataFrame({"admin2": ["Soum", "Sanmatenga", "Bam"], "admin1": ["Sahel", "Centre-Nord", "Nowhere"]})
    assert sg.match_areas(table, areas)["pcode"].tolist() == ["XBF5603", "XBF4903", "XBF4901"]
    evidence = sg.match_areas(table.assign(country=["Burkina Faso", "Mali", "Sinaloa"]), areas)
    assert evidence["pcode"].fillna("").tolist() == ["XBF5603", "", ""]
    assert "is said to lie in 'Mali'" in evidence["conflict"].iloc[1]
    alone = pd.DataFrame({"pcode": ["A1"], "name": ["Alpha"], "level": 2})
    table = pd.DataFrame({"q": ["Alpha", "Alphaa"], "region": ["Beta", "Beta"]})
    evidence = sg.match_areas(table, alone, on="q", parents="region", accept=("name", "fuzzy"))
    assert evidence["method"].tolist() == ["name", "fuzzy"]


COMMUNES = pd.DataFrame(
    {
        "pcode": ["XA0101", "XA0201", "XA0102"], "name": ["Boussouma", "Boussouma", "Garango"], "level": 3, "iso3": "BFA",
        "parent": ["BF4801", "BF4903", "BF4801"],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "pcode"),
    [
        ("Boussouma (Boulgou)", "XA0101"),
        ("BOUSSOUMA (Sanmatenga)", "XA0201"),
        ("Boussouma (province du Boulgou)", "XA0101"),
        ("Boussouma (Centre-Est)", "XA0101"),
        ("Garango (Sanmatenga)", None),
        ("Garango (Sinaloa)", None),
        ("Boussouma (hors ville)", None),
        ("Boussouma (Boul", None),
        ("Camp (Garango)", None),
        ("Garango 2 (Boulgou)", None),
    ],
)
def test_a_parent_in_brackets_is_a_parent(printed: str, pcode: str | None) -> None:
    """And what stands outside the brackets is never taken for what stands in them."""
    provinces = PROVINCES[PROVINCES["iso3"] == "BFA"]
    areas = pd.concat([COMMUNES, provinces.assign(name=provinces["name"] + " province")], ignore_index=True)
    areas = areas.assign(admin2=["Boulgou", "Sanmatenga", "Boulgou"] + [None] * len(provinces))
    areas = areas.assign(admin1=["Centre-Est", "Centre-Nord", "Centre-Est"] + [None] * len(provinces)).head(3)
    assert found([printed], areas, accept=(*ACCEPTED, "fuzzy")) == [pcode]


def test_a_parent_in_brackets_may_be_another_name_of_the_place() -> None:
    """The name of 2025 beside the one of before."""
    assert found(["Centre-Nord (Kuilsé)", "Kuilsé (Centre-Nord)", "Est (Kuilsé)"], REGIONS) == ["BF49", "BF49", None]


CUT_OR_CHANGED = [
    "Centre-", "Centre -", "Centre–", "Centre-E", "Centre-N", "Centre-O", "Centre-S", "Centre-Sud-", "Boucle du", "Boucle", "Hauts-",
    "Hauts", "Haut", "Plateau", "Plateau-", "-Nord", "Sud-Oues", "Hodh El", "Hodh Ech", "Nord (", "Nord...", "Sahel 2", "Cascades II",
    "Niamey rural", "Niamey hors ville", "Est hors commune", "Bamako sauf ville", "Gao (hors ville)", "Camp de Gao", "Site (Gao)",
]  # fmt: skip


@pytest.mark.parametrize("printed", CUT_OR_CHANGED)
def test_names_cut_off_or_changed_are_no_answers(printed: str) -> None:
    """Whatever is accepted: a piece of a name, another number or direction, the country around a town."""
    assert found([printed], REGIONS, accept=(*ACCEPTED, "fuzzy")) == [None]


WARDS = pd.DataFrame(
    {"pcode": [f"NEX{number}" for number in range(1, 13)], "level": 3, "iso3": "NER"}
    | {
        "name": [
            f"Niamey {number}" for number in ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
        ]
    }
)


@given(st.integers(1, 40), st.sampled_from(["{}", "0{}", "{}e", "n° {}"]))
def test_a_number_is_the_same_in_digits_and_roman_and_never_another(number: int, written: str) -> None:
    """Niamey 2 is Niamey II; Niamey III is neither, nor is Niamey without a number."""
    right = f"NEX{number}" if number <= 12 else None
    accept = (*ACCEPTED, "fuzzy")
    assert found([f"Niamey {written.format(number)}"], WARDS, accept=accept) in ([right], [None])
    assert found([f"NIAMEY {number}", "Niamey", "NiameyII", f"Niame {number}"], WARDS, accept=accept)[:3] == [
        right,
        None,
        None,
    ]


@given(st.sampled_from(range(len(PROVINCES) + len(REGIONS))), st.integers(1, 40), st.booleans())
def test_a_name_cut_at_any_length_is_never_another_area(number: int, length: int, parents: bool) -> None:
    """It may be its own area, or one whose whole name the piece is."""
    areas, row = (PROVINCES, number) if number < len(PROVINCES) else (REGIONS, number - len(PROVINCES))
    area = areas.iloc[row]
    piece = area["name"][:length]
    gazetteer = build_gazetteer(areas)
    table = pd.DataFrame({"q": [piece], "in": [area["parent"]]})
    options = {"parents": "in"} if parents and areas is PROVINCES else {}
    answer = sg.match_areas(table, areas, on="q", accept=(*ACCEPTED, "fuzzy"), **options)["pcode"].iloc[0]
    own = pd.isna(answer) or answer == area["pcode"]
    assert own or gazetteer.by_pcode[answer] in gazetteer.by_key.get(fold_name(piece).key, {}), (
        area["name"],
        piece,
        answer,
    )


@given(
    st.sampled_from([*PROVINCES["name"], *REGIONS["name"]]),
    st.sampled_from(
        ["{} 2", "{} II", "{} Nord", "North {}", "{} rural", "{} (hors ville)", "Site ({})", "{} (Camp)", "{}-E", "{}-"]
    ),
)
def test_a_name_with_something_added_that_tells_areas_apart_is_not_the_area(name: str, added: str) -> None:
    """Numbers, directions, brackets, the country around a town: only an area that is called so as a whole is one."""
    # "Barh-El-Gazel Nord Nord" is a word printed twice, which tells nothing apart.
    assume(added.removeprefix("{} ") not in name.split())
    printed = added.format(name)
    for areas in (PROVINCES, REGIONS):
        gazetteer = build_gazetteer(areas)
        hits = gazetteer.by_key.get(fold_name(printed).key, {})
        answer = found([printed], areas, accept=(*ACCEPTED, "fuzzy"))[0]
        assert answer is None or gazetteer.by_pcode[answer] in hits, (printed, answer)


def test_articles_fold_whatever_the_apostrophe() -> None:
    """As people say the names of provinces."""
    names = [
        "L'Oubritenga",
        "L’Oubritenga",
        "L`Oubritenga",
        "l Oubritenga",
        "Province de l'Oubritenga",
        "Le Loroum",
        "La Sissili",
    ]
    assert found(names, PROVINCES) == ["BF5503"] * 5 + ["BF5401", "BF5003"]


def test_areas_are_made_ready_once_and_anew_when_they_change() -> None:
    """The same content is remembered, whichever frame holds it; changed content is read again."""
    areas = REGIONS.copy()
    assert build_gazetteer(areas) is build_gazetteer(REGIONS.copy())
    areas.loc[areas["pcode"] == "BF46", "name"] = "Elsewhere"
    assert found(["Elsewhere"], areas) == ["BF46"]
    assert found(["Elsewhere"], REGIONS) == [None]


def test_a_former_whole_as_parent_allows_its_parts() -> None:
    """Nouakchott is one region in the Cadre Harmonisé and three in OCHA's list."""
    table = pd.DataFrame({"q": ["Riad", "Teyarett"], "region": "Nouakchott"})
    assert sg.match_areas(table, PROVINCES, on="q", parents="region")["pcode"].tolist() == ["MR153", "MR143"]


def test_the_word_for_the_level_is_held_against_the_level_of_the_areas() -> None:
    """Région de Gao is not the cercle of Gao."""
    evidence = sg.match_areas(pd.DataFrame({"q": ["Région de Gao", "Cercle de Gao", "Gao"]}), PROVINCES, on="q")
    assert evidence["pcode"].fillna("").tolist() == ["", "ML0703", "ML0703"]
    assert "printed as a region, the areas of that name are of level 2" in evidence["conflict"].iloc[0]


def test_names_of_another_level_than_the_areas_raise() -> None:
    """A column that says its level in its label is held to it."""
    table = pd.DataFrame({"adm1_name": ["Gao"], "Région": ["Gao"], "cercle": ["Gao"]})
    with pytest.raises(
        sg.errors.SchemaError, match="column 'adm1_name' holds names of level 1, the areas are of level 2"
    ):
        sg.match_areas(table, PROVINCES, on="adm1_name")
    assert sg.match_areas(table, PROVINCES, on="cercle")["pcode"].tolist() == ["ML0703"]


def test_areas_of_two_levels_make_homonyms_a_tie_that_the_parent_resolves() -> None:
    """Diffa is a region and a department."""
    areas = sg.load_pcodes("NER")
    areas = areas[areas["level"] > 0]
    table = pd.DataFrame({"q": ["Diffa", "Diffa"], "in": [None, "Diffa"]})
    evidence = sg.match_areas(table, areas, on="q", parents="in")
    assert evidence["pcode"].fillna("").tolist() == ["", "NE002002"]


def test_a_code_and_its_name_must_agree() -> None:
    """ML09 is Bamako in the list and Taoudénit since 2023; BF13 is Centre and BF-13 Sud-Ouest."""
    table = pd.DataFrame({"pcode": ["ML09", "ML01", "ML02"], "place": ["Taoudénit", "Kayes", "Koulikouro"]})
    evidence = sg.match_areas(table, REGIONS)
    assert evidence["pcode"].fillna("").tolist() == ["", "ML01", "ML02"]
    assert evidence["conflict"].iloc[0] == "code ML09 is ML09 Bamako, the row says 'Taoudénit'"


def test_codes_of_another_system_are_recoded_when_names_agree() -> None:
    """Niger in the lengths of the Cadre Harmonisé, Mali as DTM writes it, Mauritania in WFP's numbers, ISO with a hyphen."""
    table = pd.DataFrame(
        {
            "code": ["NE0611", "MLI001001", "MR0704", "BF-OUD"],
            "name": ["Téra", "Bafoulabé", "Nema", "Oudalan"],
        }
    )
    evidence = sg.match_areas(table, PROVINCES, on={"code": "code", "name": "name"})
    assert evidence["pcode"].tolist() == ["NE006011", "ML0101", "MR014", "BF5601"]
    assert evidence["method"].tolist() == ["recoded"] * 4


def test_lower_case_codes_give_the_code_of_the_area() -> None:
    """So that a merge finds it."""
    evidence = sg.match_areas(pd.DataFrame({"pcode": ["ne004", " NE005 "]}), REGIONS)
    assert evidence["pcode"].tolist() == ["NE004", "NE005"]


def test_codes_without_names_that_two_systems_read_differently_are_refused() -> None:
    """MR01 alone is Hodh Chargui or Adrar."""
    evidence = sg.match_areas(pd.DataFrame({"pcode": ["MR01", "MR02"]}), REGIONS)
    assert evidence["pcode"].isna().all()
    assert (
        evidence["conflict"].iloc[0]
        == "code MR01 is MR01 Hodh Chargui or MR07 Adrar, by the code system, and no name says which"
    )
    assert sg.match_areas(pd.DataFrame({"pcode": ["MR01", "MR14", "MR15"]}), REGIONS)["pcode"].tolist() == [
        "MR01",
        "MR14",
        "MR15",
    ]


def test_every_code_of_a_region_stands_for_itself_outside_mauritania() -> None:
    """Alone and without a name; of Mauritania's regions only those beyond WFP's thirteen do."""
    for code in REGIONS["pcode"]:
        answer = sg.match_areas(pd.DataFrame({"pcode": [code]}), REGIONS)["pcode"].iloc[0]
        refused = code.startswith("MR") and code not in ("MR10", "MR14", "MR15")
        assert (None if pd.isna(answer) else answer) == (None if refused else code), code


def test_a_code_outside_its_printed_parent_is_a_conflict() -> None:
    """Code, name and parent must all agree."""
    table = pd.DataFrame({"pcode": ["ML0101"], "admin2": ["Bafoulabe"], "admin1": ["Gao"]})
    evidence = sg.match_areas(table, PROVINCES)
    assert evidence["conflict"].iloc[0] == "code ML0101 is ML0101 Bafoulabe, which does not lie in 'Gao'"


def test_unknown_codes_leave_the_name_to_decide() -> None:
    """GADM's codes say nothing here."""
    table = pd.DataFrame({"code": ["NER.7_1", "X"], "name": ["Zinder", None]})
    evidence = sg.match_areas(table, REGIONS, on={"code": "code", "name": "name"})
    assert evidence["pcode"].fillna("").tolist() == ["NE007", ""]
    assert evidence["reason"].iloc[1] == "unknown code, no name"


def test_missing_places_come_back_as_such_and_rows_are_counted() -> None:
    """Empty cells and words for nothing are no places."""
    table = pd.DataFrame({"q": ["Kayes", None, "KAYES", "Kayes", "ND"]})
    evidence = sg.match_areas(table, REGIONS, on="q")
    assert evidence["rows"].tolist() == [2, 2, 1]
    assert evidence["reason"].iloc[1] == "no name"
    assert evidence["pcode"].fillna("").tolist() == ["ML01", "", "ML01"]


def test_the_table_and_the_areas_stay_as_they_were() -> None:
    """Nothing is written into what was given."""
    table, areas = pd.DataFrame({"q": ["Kayes"]}), REGIONS.copy()
    sg.match_areas(table, areas, on="q")
    pd.testing.assert_frame_equal(areas, REGIONS)
    pd.testing.assert_frame_equal(table, pd.DataFrame({"q": ["Kayes"]}))


def test_an_empty_table_gives_empty_evidence() -> None:
    """With the same columns and types."""
    evidence = sg.match_areas(pd.DataFrame({"q": pd.Series([], dtype="string")}), REGIONS, on="q")
    assert len(evidence) == 0
    assert list(evidence.columns)[:5] == ["code", "name", "parents", "rows", "pcode"]


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_text_is_answered_or_refused_and_no_row_is_lost(names: list[str]) -> None:
    """The rows of the evidence add up to the rows of the table."""
    table = pd.DataFrame({"q": pd.Series(names, dtype="object")})
    evidence = sg.match_areas(table, REGIONS, on="q")
    assert evidence["rows"].sum() == len(table)
    assert (evidence["pcode"].notna() ^ evidence["reason"].notna()).all()


@pytest.mark.filterwarnings("ignore:the table seems to be of NER 1998")
@given(st.lists(st.sampled_from(PROVINCES.index.tolist()), min_size=1, max_size=6))
def test_own_names_in_their_parents_are_always_found(rows: list[int]) -> None:
    """Every area of the list by its own name and region."""
    names = REGIONS.set_index("pcode")["name"]
    chosen = PROVINCES.loc[rows]
    table = pd.DataFrame(
        {"q": chosen["name"].str.upper(), "region": chosen["parent"].map(names), "country": chosen["iso3"]}
    )
    evidence = sg.match_areas(table, PROVINCES, on="q", parents=["region", "country"])
    assert set(evidence["pcode"]) == set(chosen["pcode"])


@pytest.mark.parametrize(
    ("table", "options", "says"),
    [
        (pd.DataFrame({"q": [7]}), {"on": "q"}, r"column 'q', rows 0 \(7\): not text"),
        (pd.DataFrame({"q": ["a"]}), {"on": "z"}, "the table needs one column 'z'. Found: q"),
        (pd.DataFrame({"q": ["a"]}), {}, "no column of names or codes is recognised for areas of level 1. Found: q"),
        (pd.DataFrame({"q": ["a"]}), {"on": {"names": "q"}}, r"give the columns as \{'name'"),
        (pd.DataFrame({"q": ["a"]}), {"on": "q", "accept": "fuzzy"}, "accept='fuzzy': give a list of code, recoded"),
        (pd.DataFrame({"q": ["a"]}), {"on": "q", "accept": ["guess"]}, "accept='guess'"),
        (pd.DataFrame({"q": ["a"]}), {"on": "q", "parents": "q"}, "is both the place and what it lies in"),
        ([1], {"on": "q"}, "a table .DataFrame. of places is needed, not list"),
    ],
)
def test_bad_tables_and_options_are_named(table: pd.DataFrame, options: dict[str, object], says: str) -> None:
    """What, where, and what to do."""
    with pytest.raises(sg.errors.SchemaError, match=says):
        sg.match_areas(table, REGIONS, **options)


@pytest.mark.parametrize(
    ("areas", "says"),
    [
        ([1], "areas: a DataFrame is needed, not list"),
        (pd.DataFrame({"code": ["A"], "name": ["x"]}), "column 'pcode' is missing. Found: code, name"),
        (pd.DataFrame({"pcode": [], "name": []}), "there is no row"),
        (pd.DataFrame({"pcode": ["A", None], "name": ["x", "y"]}), "column 'pcode', row.s. 1: empty"),
        (pd.DataFrame({"pcode": ["A", "a"], "name": ["x", "y"]}), "p-codes A stand more than once"),
    ],
)
def test_bad_areas_are_named(areas: pd.DataFrame, says: str) -> None:
    """An area needs a code, once."""
    with pytest.raises(sg.errors.SchemaError, match=says):
        sg.match_areas(pd.DataFrame({"q": ["x"]}), areas, on="q")


def test_names_of_a_reused_code_do_not_follow_it() -> None:
    """In an edition where ML09 is Taoudénit, neither Bamako nor the District de Bamako is ML09."""
    areas = pd.DataFrame({"pcode": ["ML09", "ML20"], "name": ["Taoudenni", "Bamako"], "level": 1, "iso3": "MLI"})
    assert found(["District de Bamako", "Ville de Bamako", "Taoudenni"], areas) == ["ML20", "ML20", "ML09"]


def test_other_names_that_the_areas_bring_are_used() -> None:
    """As read_areas gives them."""
    areas = pd.DataFrame({"pcode": ["A1"], "name": ["Alpha"], "level": [1], "other_names": ["Aleph|Al-Pha"]})
    evidence = sg.match_areas(pd.DataFrame({"q": ["ALEPH"]}), areas, on="q")
    assert evidence["method"].tolist() == ["alias"]


def test_decisions_are_written_filled_in_and_replayed(tmp_path: Path) -> None:
    """A person's answers go first, 'none' is an answer, and what is left empty stays open."""
    table = pd.DataFrame({"q": ["Hodh", "Soum", "Kayes", "Ennedi"]})
    path = tmp_path / "decisions.csv"
    sg.places.write_decisions(sg.match_areas(table, REGIONS, on="q"), path)
    text = path.read_text(encoding="utf-8").replace("Hodh,,,,", "Hodh,,MR02,,").replace("Soum,,,,", "Soum,,none,,")
    path.write_text(text, encoding="utf-8")
    evidence = sg.match_areas(table, REGIONS, on="q", decisions=path)
    assert evidence["pcode"].fillna("").tolist() == ["MR02", "", "ML01", ""]
    assert evidence["method"].fillna("").tolist() == ["decision", "decision", "decision", ""]
    assert evidence["reason"].iloc[1] == "decided: no area"


def test_a_decision_for_another_edition_raises() -> None:
    """A code that is gone, or means other ground."""
    table = pd.DataFrame({"q": ["Bamako"]})
    decided = pd.DataFrame(
        {"code": [None], "name": ["Bamako"], "parents": [None], "pcode": ["ML09"], "area_name": ["Bamako"]}
    )
    areas = pd.DataFrame({"pcode": ["ML09", "ML20"], "name": ["Taoudenni", "Bamako"], "level": 1, "iso3": "MLI"})
    with pytest.raises(
        sg.errors.EditionError,
        match="the decision for 'Bamako' is ML09 Bamako, but these areas call that code Taoudenni",
    ):
        sg.match_areas(table, areas, on="q", decisions=decided)
    with pytest.raises(sg.errors.EditionError, match="is ML99, which is not among the areas"):
        sg.match_areas(table, areas, on="q", decisions=decided.assign(pcode="ML99", area_name=None))


def test_bad_tables_of_decisions_are_named(tmp_path: Path) -> None:
    """No file, no CSV, no column, two answers."""
    with pytest.raises(sg.errors.FormatError, match="there is no file"):
        sg.places.read_decisions(tmp_path / "no.csv")
    path = tmp_path / "bad.csv"
    path.write_bytes("name;é".encode("utf-16"))
    with pytest.raises(sg.errors.FormatError, match="not a CSV file in UTF-8"):
        sg.places.read_decisions(path)
    path.write_text("name,pcode\nGao,ML07\n", encoding="utf-8")
    with pytest.raises(sg.errors.FormatError, match=r"column\(s\) code, parents missing. Found: name, pcode"):
        sg.places.read_decisions(path)
    path.write_text("code,name,parents,pcode\n,Gao,,ML07\n,GAO,,ML08\n", encoding="utf-8")
    with pytest.raises(sg.errors.SchemaError, match="two answers for gao. Keep one row for each place"):
        sg.places.read_decisions(path)
    with pytest.raises(sg.errors.SchemaError, match="frame of evidence.*column 'code' is missing"):
        sg.places.write_decisions(pd.DataFrame({"name": ["Gao"]}), path)


def test_the_embedded_list_says_what_it_lacks() -> None:
    """Countries and levels outside it raise."""
    assert len(sg.load_pcodes()) == 372
    with pytest.raises(LookupError, match="no embedded p-codes for 'NGA'. There are BFA, MLI, MRT, NER, TCD"):
        sg.load_pcodes("NGA")
    with pytest.raises(LookupError, match="level 3"):
        sg.load_pcodes(level=3)


def test_a_place_that_the_areas_do_not_divide_is_said_to_be_undivided() -> None:
    """The embedded areas draw Gao and Ménaka as one: a row of Gao alone is neither answered nor unknown."""
    found = sg.match_areas(pd.DataFrame({"admin1": ["Gao", "Kayes", "Ménaka"]}), sg.load_areas("MLI"))
    assert found["pcode"].isna().tolist() == [True, False, True]
    assert found["conflict"].dropna().unique().tolist() == ["undivided in ML07+ML10 Gao + Menaka"]


def test_countries_answer_to_their_three_letters() -> None:
    """As IPC prints them in the column of names."""
    table = pd.DataFrame({"place": ["CAF", "mli", "Niger"]})
    assert sg.match_areas(table, sg.load_areas(level=0))["pcode"].tolist() == ["CF", "ML", "NE"]
