"""Tables carried across the reforms of Burkina Faso and Mali: exact where areas nest, refused or estimated where not."""

import warnings

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from profiles import few

import sahelgeo as sg
from sahelgeo.places.crosswalks import crosswalks, edition_id, size_of
from sahelgeo.places.names import fold_name

BFA, MLI, NER = crosswalks()
PROVINCES = [unit.pcode for unit in BFA.of("BFA 2020", 2)]
CERCLES = [unit.pcode for unit in MLI.of("MLI 2016", 2) if not unit.superseded]
MALI_SPLIT = {"ML0204", "ML0602", "ML0605"}
NEW_PROVINCES = pd.DataFrame({"name": ["Gobnangou", "Dyamongou", "Djelgodji", "Karo-Peli"], "people": [3, 1, 2, 1]})


def counts(codes, people=None, **columns):
    """A table of counts."""
    people = range(1, len(codes) + 1) if people is None else people
    return pd.DataFrame({"pcode": codes, "people": pd.array(people, dtype="Int64"), **columns})


# The reforms' tables -------------------------------------------------------------------------------------------------


def test_the_tables_hold_every_area_of_both_editions():
    """13 regions and 45 provinces become 17 and 47; 10 regions (Bamako one) and 53 cercles become 20 regions."""
    size = {(edition, level): len(BFA.of(edition, level)) for edition in ("BFA 2020", "BFA 2025") for level in (1, 2)}
    assert size == {("BFA 2020", 1): 13, ("BFA 2020", 2): 45, ("BFA 2025", 1): 17, ("BFA 2025", 2): 47}
    size = {(edition, level): len(MLI.of(edition, level)) for edition in ("MLI 2016", "MLI 2023") for level in (1, 2)}
    size["MLI 2016", 2] -= sum(unit.superseded for unit in MLI.units)
    assert size == {("MLI 2016", 1): 10, ("MLI 2016", 2): 53, ("MLI 2023", 1): 20, ("MLI 2023", 2): 0}


def test_every_part_names_its_source_and_how_certain_it_is():
    """No row of the tables is without a source, and certainty is one of the words."""
    for walk in crosswalks():
        assert walk.table["source"].notna().all()
        assert set(walk.table["certainty"]) <= {"certain", "reported", "derived", "conflict", "unverified"}


def test_every_old_province_of_burkina_lies_in_one_new_region():
    """What makes province to region exact: 45 of 45."""
    for province in BFA.of("BFA 2020", 2):
        assert sum(province.parts <= region.parts for region in BFA.of("BFA 2025", 1)) == 1


@pytest.mark.parametrize(("old", "new"), [("Soum", True), ("Tapoa", True), ("Kadiogo", True), ("Sourou", False)])
def test_homonyms_of_burkina(old, new):
    """Soum, Tapoa and Kadiogo are new regions on the ground of the old provinces; Sourou is not."""
    province = next(unit for unit in BFA.of("BFA 2020", 2) if unit.name == old)
    region = next(unit for unit in BFA.of("BFA 2025", 1) if unit.name == old)
    assert (province.parts == region.parts) is new


def test_the_same_edition_under_other_labels():
    """Labels with a hyphen, more words or another year of the same boundaries are one edition."""
    assert edition_id("BFA 2020 (13 regions, 45 provinces)") == edition_id("BFA-2020") == "BFA 2020"
    assert edition_id("MLI 2021 (8 regions + Bamako)") == "MLI 2016"
    assert edition_id("test") == "test"


# Which edition -------------------------------------------------------------------------------------------------------


def test_a_name_tells_what_a_reused_code_means():
    """ML09 is Bamako before and Taoudénit after; BF13 is Centre before and Kadiogo after."""
    for code, name, edition in (
        ("ML09", "Bamako", "MLI 2016"),
        ("ML09", "Taoudénit", "MLI 2023"),
        ("BF13", "Centre", "BFA 2020"),
        ("BF13", "KADIOGO", "BFA 2025"),
    ):
        answer = sg.places.edition_of(pd.DataFrame({"pcode": [code], "name": [name]}))
        assert answer.index[answer["answer"]].tolist() == [edition]


def test_a_reused_code_alone_has_no_answer():
    """BF13 is in both editions: nothing is guessed."""
    answer = sg.places.edition_of(pd.DataFrame({"pcode": ["BF13"]}))
    assert answer["rows_fit"].tolist() == [1, 1]
    assert not answer["answer"].any()


def test_an_old_code_with_a_name_that_was_kept_is_old():
    """Balé is a province in both editions: its old code tells; a code that nobody knows leaves it to the name."""
    table = pd.DataFrame({"pcode": ["BF4601", "BF5603"], "name": ["Balé", "Soum"]})
    assert sg.places.edition_of(table).query("answer").index.tolist() == ["BFA 2020"]
    assert sg.places.edition_of(pd.DataFrame({"pcode": ["X7"], "name": ["Koosin"]})).index.tolist() == ["BFA 2025"]
    wrong = sg.places.edition_of(pd.DataFrame({"pcode": ["BF46"], "name": ["Est"]}))
    assert wrong["rows_contradicted"].to_dict() == {"BFA 2020": 1}
    assert not wrong["answer"].any()


def test_names_alone_can_tell():
    """Sandbondtenga is new, Sanmatenga is old; a row of another country fits nothing."""
    assert sg.places.edition_of(pd.DataFrame({"place": ["Sandbondtenga", "Bam"]})).query("answer").index.tolist() == [
        "BFA 2025"
    ]
    assert sg.places.edition_of(pd.DataFrame({"name": ["Sanmatenga"]})).query("answer").index.tolist() == ["BFA 2020"]
    assert sg.places.edition_of(pd.DataFrame({"name": ["N'Djaména"]})).empty


# Niger's departments before 2011 -------------------------------------------------------------------------------------

OLD_NIGER = sorted({unit.name for unit in NER.of("NER 1998", 2)})


def test_niger_had_36_departments_and_has_63():
    """And Niamey before, four towns now; 27 departments and three towns were taken out of 24."""
    size = {(edition, level): len(NER.of(edition, level)) for edition in ("NER 1998", "NER 2011") for level in (1, 2)}
    assert size == {("NER 1998", 1): 8, ("NER 1998", 2): 37, ("NER 2011", 1): 8, ("NER 2011", 2): 67}
    assert len({unit.name for unit in NER.smaller(2).values()}) == 24
    pcodes = sg.load_pcodes("NER", level=2)
    assert {unit.pcode for unit in NER.of("NER 2011", 2)} == set(pcodes["pcode"])
    for unit in NER.of("NER 2011", 2):
        row = pcodes[pcodes["pcode"] == unit.pcode].iloc[0]
        assert fold_name(row["name"]).key in unit.keys


def test_the_old_departments_of_niger_are_told_by_names_alone():
    """Matameye is Kantché now; the other names were kept, and the many that lost ground are the sign."""
    with pytest.warns(sg.DataWarning, match="seems to be of NER 1998.*stood for more ground then, and none"):
        answer = sg.places.edition_of(pd.DataFrame({"name": OLD_NIGER}))
    assert answer.query("answer").index.tolist() == ["NER 1998"]
    with pytest.warns(sg.DataWarning, match="Filingué, Ouallam, Téra"):
        answer = sg.places.edition_of(pd.DataFrame({"name": ["Filingue", "OUALLAM", "Tera department", "Kollo"]}))
    assert answer["rows_fit"].tolist() == [4, 4]
    assert not answer["answer"].any()


def test_the_new_departments_of_niger_are_told_by_names_and_codes(recwarn):
    """Abala is a department since 2011; the codes of OCHA's list are of today."""
    table = pd.DataFrame({"name": ["Filingué", "Abala", "Balleyara"]})
    assert sg.places.edition_of(table).query("answer").index.tolist() == ["NER 2011"]
    table = sg.load_pcodes("NER", level=2)
    assert sg.places.edition_of(table).query("answer").index.tolist() == ["NER 2011"]
    assert not recwarn.list


def test_codes_of_gadm_are_of_the_older_edition():
    """GADM draws Niger's 36 departments, and none of the three reforms."""
    table = pd.DataFrame({"pcode": ["NER.6.1_1", "NER.6.2_1"], "name": ["Filingué", "Kollo"]})
    assert sg.places.edition_of(table).query("answer").index.tolist() == ["NER 1998"]
    with pytest.warns(sg.DataWarning, match="Filingué stood for more ground then"):
        found = sg.match_areas(table, sg.load_pcodes("NER", level=2), on={"code": "pcode", "name": "name"})
    assert found["pcode"].tolist() == ["NE006006", "NE006008"]


@pytest.mark.parametrize(
    ("names", "warned"),
    [
        (["Filingué", "Ouallam", "Tera"], True),
        (["Diffa", "Maine Soroa", "N'Guigmi"], True),
        (["Filingué", "Ouallam", "Abala"], False),
        (["Filingué", "Kollo"], False),
        (["Kollo", "Loga", "Bilma", "Mayahi", "Bouza"], False),
        (OLD_NIGER, True),
        ([*OLD_NIGER, "Torodi"], True),
    ],
)
def test_matching_says_where_the_names_seem_to_be_of_before_2011(names, warned):
    """Three departments that lost ground, and hardly one of those made of it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sg.match_areas(pd.DataFrame({"q": names}), sg.load_pcodes("NER", level=2), on="q")
    assert sum(entry.category is sg.DataWarning for entry in caught) == warned
    old = pd.DataFrame({"pcode": [f"O{number}" for number in range(37)], "name": OLD_NIGER, "level": 2, "iso3": "NER"})
    with warnings.catch_warnings():
        warnings.simplefilter("error", sg.DataWarning)
        sg.match_areas(pd.DataFrame({"q": names}), old, on="q")


def test_areas_found_by_code_show_the_edition_too():
    """Towns that stand under three old departments are no sign of an old table where codes name the new ones."""
    areas = sg.load_pcodes("NER", level=2)
    coded = areas[areas["name"].isin(["Abala", "Ayerou", "Balleyara", "Torodi"])][["pcode", "name"]]
    assert len(coded) > 1
    table = pd.concat([coded, pd.DataFrame({"name": ["Filingué", "Ouallam", "Tillabéri"]})], ignore_index=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error", sg.DataWarning)
        found = sg.match_areas(table, areas, on={"name": "name", "code": "pcode"})
    assert found["pcode"].notna().all()


def test_the_old_departments_of_niger_are_carried_over_by_people():
    """Filingué of then is three departments of now; the way back is exact."""
    table = pd.DataFrame({"name": ["Filingué", "Kollo"], "people": [100, 7], "edition": "NER 1998"})
    people = pd.DataFrame({"pcode": ["NE006001", "NE006003", "NE006006"], "people": [1, 1, 2]})
    new = sg.convert_edition(table, to="NER 2023", weights=people)
    assert new.set_index("name")["people"].to_dict() == {"Filingué": 50, "Abala": 25, "Balleyara": 25, "Kollo": 7}
    back = sg.convert_edition(new.drop(columns="estimated"), to="NER 1998")
    assert back.set_index("name")["people"].to_dict() == {"Filingué": 100, "Kollo": 7}


# Exact conversions ---------------------------------------------------------------------------------------------------


def test_all_45_provinces_go_to_17_regions_exactly():
    """Every province whole into its region, nothing estimated, not a person lost."""
    result = sg.convert_edition(counts(PROVINCES), to="BFA 2025", level=1)
    assert len(result) == 17
    assert not result["estimated"].any()
    assert result["people"].sum() == 45 * 46 // 2
    assert set(result["edition"]) == {"BFA 2025"}
    assert result["people"].dtype == "Int64"


def test_sourou_region_is_made_of_three_provinces():
    """Kossi, Nayala and the old province of Sourou make up the new region of that name."""
    table = counts(["BF4603", "BF4605", "BF4606"], [30, 20, 10], name=["Kossi", "Nayala", "Sourou"])
    result = sg.convert_edition(table, to="BFA 2025", level=1)
    assert result[["name", "people"]].to_numpy().tolist() == [["Sourou", 60]]


def test_renamed_areas_keep_their_values_of_all_kinds():
    """Kossi is Koosin now: count, rate, phase and date are the same, and nothing is estimated."""
    table = pd.DataFrame(
        {"pcode": ["BF4603"], "people": [7], "share_3plus": [0.25], "phase_published": [3], "date": ["2021-01-31"]}
    )
    result = sg.convert_edition(table, to="BFA-2025").iloc[0]
    assert (result["name"], result["people"], result["share_3plus"], result["phase_published"]) == (
        "Koosin",
        7,
        0.25,
        3,
    )
    assert result["date"] == "2021-01-31"
    assert not result["estimated"]


def test_back_from_the_new_edition_is_exact():
    """All 47 new provinces lie in old ones: the way back needs no weights."""
    names = [unit.name for unit in BFA.of("BFA 2025", 2)]
    table = pd.DataFrame({"name": names, "people": 1, "edition": "BFA 2025"})
    with pytest.raises(sg.errors.AmbiguousError, match="a name of two levels of BFA 2025, such as"):
        sg.convert_edition(table, to="BFA 2020")
    back = sg.convert_edition(table[~table["name"].isin(["Kadiogo", "Sourou"])], to="BFA 2020", level=2)
    assert back.set_index("pcode")["people"][["BF5603", "BF5205", "BF4601"]].tolist() == [2, 2, 1]
    assert not back["estimated"].any()


def test_rows_of_other_dates_stay_apart():
    """Rows merge only where their keys agree; the new index counts from 0."""
    table = counts(["BF4603", "BF4606", "BF4603"], [1, 2, 4], date=["2020-01", "2020-01", "2020-02"]).set_axis(
        [7, 8, 9]
    )
    result = sg.convert_edition(table, to="BFA 2025", level=1)
    assert result[["date", "people"]].to_numpy().tolist() == [["2020-01", 3], ["2020-02", 4]]
    assert result.index.tolist() == [0, 1]


def test_the_table_given_is_not_changed():
    """Neither the table nor the weights are touched; geometry and printed names are left out of the result."""
    table = gpd.GeoDataFrame(
        counts(["BF5603"], [3], place=["Soum"], admin1=["Sahel"]), geometry=[shapely.Point(0, 0)], crs=4326
    )
    before, weights = table.copy(), NEW_PROVINCES.copy()
    result = sg.convert_edition(table, to="BFA 2025", weights=weights)
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before))
    pd.testing.assert_frame_equal(weights, NEW_PROVINCES)
    assert list(result.columns) == ["pcode", "name", "level", "edition", "people", "estimated", "place"]


def test_missing_counts_add_nothing_and_are_named():
    """A province that was not counted: the region has the sum of the others, missing where there are none."""
    table = counts(["BF4603", "BF4606", "BF4601"], [None, 10, None])
    with pytest.warns(sg.DataWarning, match="'people' is missing in rows 0, 2"):
        result = sg.convert_edition(table, to="BFA 2025", level=1).set_index("name")
    assert result.loc["Sourou", "people"] == 10
    assert pd.isna(result.loc["Bankui", "people"])


# Splits --------------------------------------------------------------------------------------------------------------


def test_a_split_without_weights_is_refused():
    """Soum became two provinces; without their people nothing is guessed."""
    with pytest.raises(sg.errors.EditionError, match=r"1 areas split.*Soum \(BF5603\) into Djelgodji, Karo-Peli"):
        sg.convert_edition(counts(["BF5603"]), to="BFA 2025")


def test_a_split_goes_by_people_and_is_marked():
    """100 people, two to one: 67 and 33, both estimated, 100 together."""
    result = sg.convert_edition(counts(["BF5603", "BF5601"], [100, 5]), to="BFA 2025", weights=NEW_PROVINCES)
    assert result[["name", "people", "estimated"]].to_numpy().tolist() == [
        ["Djelgodji", 67, True],
        ["Karo-Peli", 33, True],
        ["Oudalan", 5, False],
    ]


def test_rates_and_phases_of_a_split_are_inherited_and_marked():
    """Both halves get the rate and phase of the whole, as estimates."""
    table = pd.DataFrame({"pcode": ["BF5603"], "share_3plus": [0.3], "phase": pd.array([3], dtype="Int64")})
    result = sg.convert_edition(table, to="BFA 2025", weights=NEW_PROVINCES)
    assert result["share_3plus"].tolist() == [0.3, 0.3]
    assert result["phase"].tolist() == [3, 3]
    assert result["estimated"].all()


def test_old_regions_split_by_the_people_of_their_provinces():
    """The region Est goes to Goulmou, Sirba and Tapoa by the people of its five old provinces."""
    provinces = counts(["BF5201", "BF5202", "BF5203", "BF5204", "BF5205"], [1, 2, 3, 4, 10])
    table = counts(["BF52"], [200], name=["Est"])
    result = sg.convert_edition(table, to="BFA 2025", weights=provinces).set_index("name")
    assert result["people"].to_dict() == {"Goulmou": 60, "Sirba": 40, "Tapoa": 100}
    assert result["estimated"].all()


def test_weights_by_area():
    """With weights='area' polygons of the new provinces decide."""
    areas = gpd.GeoDataFrame(
        {"name": ["Djelgodji", "Karo-Peli"], "edition": "BFA 2025"},
        geometry=[shapely.box(0, 0, 3, 1), shapely.box(3, 0, 4, 1)],
        crs=4326,
    )
    result = sg.convert_edition(counts(["BF5603"], [1000]), areas, to="BFA 2025", weights="area")
    assert result["people"].tolist() == [750, 250]
    with pytest.raises(sg.errors.SchemaError, match="weights='area' needs areas"):
        sg.convert_edition(counts(["BF5603"]), to="BFA 2025", weights="area")


def test_merged_rates_and_phases_go_by_people():
    """The rate of the region Sourou is that of its people; the phase that of most of them; without people refused."""
    table = pd.DataFrame(
        {"pcode": ["BF4603", "BF4605"], "population": [100, 300], "share_3plus": [0.4, 0.2], "phase": [3, 2]}
    )
    with pytest.raises(sg.errors.EditionError, match="'share_3plus' of Sourou comes from several areas"):
        sg.convert_edition(table, to="BFA 2025", level=1)
    result = sg.convert_edition(table, to="BFA 2025", level=1, weights="population").iloc[0]
    assert result["share_3plus"] == pytest.approx(0.25)
    assert (result["phase"], result["population"]) == (2, 400)
    people = counts(["BF4603", "BF4605"], [3, 1])
    result = sg.convert_edition(table, to="BFA 2025", level=1, weights=people).iloc[0]
    assert result["share_3plus"] == pytest.approx(0.35)
    assert result["phase"] == 3


def test_merged_phases_that_agree_or_are_missing_need_no_people():
    """Two provinces in phase 2 and one without a phase make a region in phase 2; equal weights take the higher."""
    table = pd.DataFrame({"pcode": ["BF4603", "BF4605", "BF4606"], "phase": pd.array([2, 2, None], dtype="Int64")})
    assert sg.convert_edition(table, to="BFA 2025", level=1)["phase"].tolist() == [2]
    table = pd.DataFrame({"pcode": ["BF4603", "BF4605"], "phase": [2, 3], "people": [5, 5]})
    assert sg.convert_edition(table, to="BFA 2025", level=1, weights="people")["phase"].tolist() == [3]


@given(st.lists(st.integers(0, 10**9) | st.none(), min_size=45, max_size=45), st.tuples(*[st.integers(1, 10**6)] * 4))
def test_sums_are_kept_to_the_unit_in_burkina(people, weights):
    """For any counts and any people of the new provinces, not one person is lost or made, at either level."""
    known = [value for value in people if value is not None]
    table = counts(PROVINCES, people)
    new = NEW_PROVINCES.assign(people=list(weights))
    with pytest.MonkeyPatch.context(), pytest.warns() if len(known) < 45 else _nothing():
        fine = sg.convert_edition(table, to="BFA 2025", weights=new)
        coarse = sg.convert_edition(table, to="BFA 2025", level=1)
    assert int(fine["people"].sum()) == int(coarse["people"].sum()) == sum(known)
    assert not coarse["estimated"].any()


class _nothing:  # noqa: N801 - reads as a word
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


# Mali ----------------------------------------------------------------------------------------------------------------


def test_cercles_of_mali_go_to_regions():
    """Fifty of the 53 cercles lie whole in one region; what is not certain is said."""
    whole = [code for code in CERCLES if code not in MALI_SPLIT]
    with pytest.warns(sg.DataWarning, match="not certain of .* to San"):
        result = sg.convert_edition(counts(whole), to="MLI 2023", level=1).set_index("name")
    assert result["people"].sum() == 50 * 51 // 2
    assert not result["estimated"].any()
    assert result.loc["Bamako", "pcode"] == "ML20"
    assert pd.isna(result.loc["Kita", "pcode"])


def test_menaka_under_its_older_code():
    """Figures still come under ML0704, when Ménaka was one cercle of Gao: it is the new region; nothing goes back to it."""
    assert sg.convert_edition(counts(["ML0704"], name=["Menaka"]), to="MLI 2023", level=1)["name"].tolist() == [
        "Ménaka"
    ]
    back = counts(["ML10"], name=["Ménaka"], edition="MLI 2023")
    assert sg.convert_edition(back, to="MLI 2016", level=1)["pcode"].tolist() == ["ML10"]
    with pytest.raises(sg.errors.EditionError, match="into Anderamboukane, Inekar, Menaka, Tidermene"):
        sg.convert_edition(back, to="MLI 2016", level=2)


def test_kati_is_split_between_three_regions():
    """Kati gave Ouélessébougou to Bougouni and villages to Bamako: the people of those regions do not tell how many."""
    regions = pd.DataFrame({"name": ["Koulikoro", "Bougouni", "Bamako"], "people": [1, 1, 1], "edition": "MLI 2023"})
    with pytest.raises(sg.errors.EditionError, match=r"Kati \(ML0204\) into Bamako, Bougouni, Koulikoro"):
        sg.convert_edition(counts(["ML0204"]), to="MLI 2023", level=1, weights=regions)


def test_cercles_cannot_go_to_cercles_that_are_not_known():
    """The new cercles of Mali are not in the table: the message says what is."""
    with pytest.raises(sg.errors.EditionError, match=r"at level 2 are not known\. Ask for level=1"):
        sg.convert_edition(counts(["ML0101"]), to="MLI 2023")


def test_weights_that_are_ground_of_two_extents_are_refused():
    """'Kayes' is a region before and a smaller one after: weights by that name need their edition."""
    weights = pd.DataFrame({"name": ["Kayes", "Nioro", "Kita"], "people": [5, 1, 1]})
    with pytest.raises(sg.errors.EditionError, match="weights: Kayes is ground of two extents"):
        sg.convert_edition(counts(["ML01"], [70], name=["Kayes"], edition="MLI 2021"), to="MLI 2023", weights=weights)
    weights["edition"] = "MLI 2023"
    result = sg.convert_edition(
        counts(["ML01"], [70], name=["Kayes"], edition="MLI 2021"), to="MLI 2023", weights=weights
    )
    assert result.set_index("name")["people"].to_dict() == {"Kayes": 50, "Kita": 10, "Nioro": 10}


# Codes of the new areas, and refusals ---------------------------------------------------------------------------------


def test_codes_that_are_not_certain_come_from_the_users_areas():
    """The new code of Bankui is not known for certain: missing, until the areas of the new edition name it."""
    table = counts(["BF4601"])
    assert pd.isna(sg.convert_edition(table, to="BFA 2025", level=1)["pcode"][0])
    areas = pd.DataFrame({"name": ["Bankui", "Sourou", "Sourou"], "pcode": ["X1", "X2", "X3"], "edition": "BFA 2025"})
    assert sg.convert_edition(table, areas, to="BFA 2025", level=1)["pcode"].tolist() == ["X1"]
    assert pd.isna(sg.convert_edition(counts(["BF4606"]), areas, to="BFA 2025", level=1)["pcode"][0])
    areas["level"] = [1, 1, 2]
    assert sg.convert_edition(counts(["BF4606"]), areas, to="BFA 2025", level=1)["pcode"].tolist() == ["X2"]
    assert pd.isna(sg.convert_edition(table, areas[["pcode"]], to="BFA 2025", level=1)["pcode"][0])


@pytest.mark.parametrize(
    ("table", "options", "error", "message"),
    [
        (
            counts(["BF4601"]),
            {"to": "BFA 2031"},
            sg.errors.EditionError,
            "no edition 'BFA 2031'.*There are: BFA 2020, BFA 2025",
        ),
        (counts(["BF4601"]), {"level": 3}, sg.errors.SchemaError, "level=3 is not 1 or 2"),
        (counts(["BF4601", "NE001"]), {}, sg.errors.UnmatchedError, "1 of 2 rows are no area of BFA 2020: rows 1"),
        (counts(["BF99"], name=["Est"]), {}, sg.errors.UnmatchedError, "rows 0"),
        (counts(["BF13"]), {}, sg.errors.EditionError, "fit BFA 2020 and BFA 2025. Say which"),
        (counts(["BF63"], name=["Goulmou"]), {}, sg.errors.EditionError, "already those of BFA 2025"),
        (counts(["BF46"], edition="BFA 2025"), {}, sg.errors.EditionError, "the table is of BFA 2025"),
        (
            counts(["BF4601", "BF46"], name=["Sourou", "Est"]),
            {},
            sg.errors.EditionError,
            "code and name are not one area",
        ),
        (counts(["BF4601"], newborn=[1]), {}, sg.errors.SchemaError, "what is 'newborn'\\? Say measure="),
        (
            counts(["BF4601"]),
            {"measure": {"people": "sum"}},
            sg.errors.SchemaError,
            "measure 'sum' of 'people' is not one of",
        ),
        (counts(["BF4601"]), {"measure": {"idps": "count"}}, sg.errors.SchemaError, "no column 'idps'"),
        (
            counts(["BF4601"], households=["2"]),
            {},
            sg.errors.SchemaError,
            "'households' is a count but not a column of numbers",
        ),
        (counts(["BF4601"]), {"weights": "idps"}, sg.errors.SchemaError, "weights='idps' is neither"),
        (
            counts(["BF4601"]),
            {"weights": pd.DataFrame({"pcode": ["BF4601"]})},
            sg.errors.SchemaError,
            "weights: no column .people. or .population.",
        ),
        (
            counts(["BF4601"]),
            {"weights": counts(["BF5601", "BF5601"])},
            sg.errors.SchemaError,
            "weights: BF5601 stands more",
        ),
        (pd.DataFrame({"people": [1]}), {}, sg.errors.SchemaError, "needs 'pcode' or 'name'.*Found: people"),
        ([1], {}, sg.errors.SchemaError, "a DataFrame is needed, not list"),
    ],
)
def test_bad_input_is_refused(table, options, error, message):
    """The message says what was found and what to do."""
    with pytest.raises(error, match=message):
        sg.convert_edition(table, **{"to": "BFA 2025", **options})


def test_an_empty_table_stays_empty():
    """No rows in, no rows out, the columns there."""
    result = sg.convert_edition(counts(["BF4601"]).iloc[:0], to="BFA 2025", level=1)
    assert result.empty
    assert "estimated" in result.columns


@few()
@given(
    st.lists(
        st.tuples(st.sampled_from(range(45)), st.integers(0, 10**12) | st.none(), st.sampled_from("ab")),
        min_size=1,
        max_size=30,
    ),
    st.randoms(),
)
def test_many_rows_of_few_areas_come_out_as_their_sums_do(rows, chance):
    """Each distinct area is looked up once, in whatever order its rows come; the sums are those of row by row."""
    table = pd.DataFrame(
        {"pcode": [PROVINCES[row[0]] for row in rows], "people": pd.array([row[1] for row in rows], dtype="Int64")}
    ).assign(group=[row[2] for row in rows])
    mixed = table.sample(frac=1, random_state=chance.randrange(2**31))
    options = {"to": "BFA 2025", "weights": NEW_PROVINCES}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys = ["name", "group", "estimated"]
        whole = sg.convert_edition(mixed, **options).set_index(keys)["people"].sort_index()
        parts = [sg.convert_edition(table.iloc[[row]], **options) for row in range(len(table))]
        alone = (
            pd.concat([sg.convert_edition(table.iloc[:0], **options), *parts]).groupby(keys)["people"].sum(min_count=1)
        )
    assert whole.to_dict() == alone.to_dict()


def test_sizes_are_found_from_units_that_make_up_the_parts():
    """Two provinces make up a region; a part that nothing covers has no size."""
    a, b = frozenset({1}), frozenset({2})
    assert size_of(a | b, {a: 1.0, b: 2.0}) == 3.0
    assert size_of(a | b, {a: 1.0}) is None


def test_fractions_keep_their_totals():
    """Counts that are fractions are split without rounding; plain integers stay plain."""
    table = pd.DataFrame({"pcode": ["BF5603"], "people": [10.5], "households": [3]})
    result = sg.convert_edition(table, to="BFA 2025", weights=NEW_PROVINCES)
    assert result["people"].sum() == pytest.approx(10.5)
    assert result["households"].tolist() == [2, 1]
    assert result["households"].dtype == "int64"


def test_a_converted_table_goes_back_although_regions_and_provinces_share_names() -> None:
    """Sourou is a region and a province of 2025: the column ``level`` of the first conversion says which."""
    provinces = pd.DataFrame({"pcode": ["BF4606", "BF4601"], "people": [100, 50]})
    ahead = sg.convert_edition(provinces, to="BFA 2025", level=1)
    assert ahead["people"].sum() == 150
    sourou = pd.DataFrame({"name": ["Sourou"], "people": [100], "edition": "BFA 2025"})
    with pytest.raises(sg.errors.AmbiguousError, match="two levels"):
        sg.convert_edition(sourou, to="BFA 2020", level=1)
    back = sg.convert_edition(sourou.assign(level=1), to="BFA 2020", level=1)
    assert back["people"].tolist() == [100]
    assert back["pcode"].tolist() == ["BF46"]


def two_of_every_kind():
    """Tables of provinces of which Burkina Faso's new regions are made, and the function that adds them up."""
    codes = sg.load_pcodes("BFA", level=2)["pcode"].tolist()
    counted = counts(codes, range(1, len(codes) + 1), date="2020-09-06", group="idp", source="CONASUR")
    people = {f"people_{phase}": [(7 - phase) * 100 + n for n in range(len(codes))] for phase in range(1, 6)}
    window = {"kind": "current", "start": "2020-06-01", "end": "2020-08-31", "source": "CH"}
    return [(counted, sg.sum_stocks), (pd.DataFrame({"pcode": codes, **window, **people}), sg.sum_phases)]


@pytest.mark.parametrize("number", [0, 1])
def test_sums_and_conversion_come_to_one_figure_in_either_order(number):
    """What sum_stocks and sum_phases make is converted; what is converted is summed, also where areas lack codes."""
    table, add = two_of_every_kind()[number]
    converted = sg.convert_edition(table, to="BFA 2025", level=1)
    assert converted["pcode"].isna().sum() > 1
    summed_first = sg.convert_edition(add(table), to="BFA 2025", level=1).set_index("name").sort_index()
    summed_last = add(converted, by="name").set_index("name").sort_index()
    for column in set(summed_first) & set(summed_last) & {"people", "people_3plus", "share_3plus", "phase_rule"}:
        given, wanted = (each[column].astype("Float64").round(9).tolist() for each in (summed_first, summed_last))
        assert given == wanted, column
    assert summed_first["rows"].sum() == len(table)


def test_latest_counts_that_were_converted_lose_no_area_without_a_code():
    """New areas without a code are told apart by their names: the latest count of each stays."""
    table = two_of_every_kind()[0][0]
    rounds = [
        sg.convert_edition(part, to="BFA 2025", level=1) for part in (table, table.head(9).assign(date="2020-12-01"))
    ]
    latest = sg.latest_stocks(pd.concat(rounds, ignore_index=True))
    assert set(latest["name"]) == set(rounds[0]["name"])
    assert (sg.convert_edition(sg.latest_stocks(table), to="BFA 2025", level=1)["days_old"] == 0).all()


def test_codes_are_found_however_they_are_written():
    """Small letters and spaces around a code make it no other; an edition is a text."""
    table = counts([" bf4603", "BF4605 ", "BF4606"], [30, 20, 10])
    assert sg.convert_edition(table, to="BFA 2025", level=1)["people"].tolist() == [60]
    with pytest.raises(sg.errors.EditionError, match="edition None is not a text"):
        sg.convert_edition(table, to=None)
