"""Printed names fold to what tells them apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahelgeo.embedded import read_rows
from sahelgeo.places.likeness import sound_key
from sahelgeo.places.names import fold_name, fold_names, level_words, load_pcodes, undo_double_encoding

NAMES = load_pcodes()["name"].tolist()


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("Boucle-du-Mouhoun", "bouclemouhoun"),
        ("BOUCLE DU  MOUHOUN", "bouclemouhoun"),
        ("N’Djaména", "ndjamena"),
        ("Ndjamena", "ndjamena"),
        ("Région de l'Est", "est"),
        ("Eastern", "est"),
        ("Region du Lac", "lac"),
        ("Dept. de Say", "say"),
        ("Kayes region", "kayes"),
        ("Kayes (Région)", "kayes"),
        ("Rég. du Sahel", "sahel"),
        ("Prov. Soum", "soum"),
        ("Niamey (CU)", "villeniamey"),
        ("Com", "com"),
        ("Mali (le)", "mali"),
        ("BalÃ©", "bale"),
        ("La Kabbia", "kabbia"),
        ("Hodh El Gharbi", "hodhgharbi"),
        ("Communauté Urbaine de Niamey", "villeniamey"),
        ("Tahoua Ville", "villetahoua"),
        ("St. Louis", "saintlouis"),
        ("La", "la"),
        ("ND", ""),
        ("<Null>", ""),
        ("Not available", ""),
    ],
)
def test_a_printed_name_has_this_key(printed: str, key: str) -> None:
    """Accents, case, hyphens, articles and words for kinds of areas fold away; towns and directions stay."""
    assert fold_name(printed).key == key


def test_the_word_for_the_kind_of_area_comes_back() -> None:
    """It says the level that is meant."""
    assert fold_name("Cercle de Gao").word == "cercle"
    assert fold_name("Gao").word is None
    assert [fold_name(name).word for name in ("Rég. Gao", "Dép. Say", "Gao (cercle)")] == [
        "region",
        "departement",
        "cercle",
    ]
    assert level_words()["province"] == {"BFA": 2, "TCD": 1}


def test_directions_and_numbers_are_marks() -> None:
    """Names whose marks differ are never near each other."""
    assert fold_name("Tandjilé Est").marks == ("est",)
    assert fold_name("Lexeiba 1").marks == ("1",)
    assert fold_name("Kita").marks == ()


@given(st.sampled_from(NAMES), st.booleans(), st.sampled_from([" ", "-", "  "]))
def test_case_and_hyphens_never_change_a_key(name: str, capitals: bool, between: str) -> None:
    """For every name of the embedded list."""
    printed = between.join((name.upper() if capitals else name).replace("-", " ").split())
    assert fold_name(printed) == fold_name(name)


@given(st.text(max_size=30))
def test_any_text_folds_to_letters_and_digits(text: str) -> None:
    """No text breaks the folding, and a key has no spaces and no punctuation of ours."""
    assert not set(fold_name(text).key) & set(" -_'(),.")


@given(
    st.lists(
        st.one_of(st.text(max_size=20), st.sampled_from(NAMES), st.sampled_from(["ND", "Région de l'Est", "Lexeiba 1"]))
    )
)
def test_many_names_fold_as_one_does(names: list[str]) -> None:
    """The way in columns is a shorter way to the same keys."""
    assert fold_names(names) == [fold_name(name) for name in names]


def test_names_that_sound_alike_have_one_sound_and_opposites_do_not() -> None:
    """The consonants decide; Charghi is not Gharbi."""
    assert sound_key("djigueni") == sound_key("djiguenni")
    assert sound_key("komonjdjari") == sound_key("komandjari")
    assert sound_key("hodhcharghi") != sound_key("hodhgharbi")
    assert sound_key("centre")[0] == "s"
    assert sound_key("cascades")[0] == "k"


def test_text_that_was_read_as_latin_1_is_put_right_and_other_text_is_not_touched() -> None:
    """Only what decodes as UTF-8 changes."""
    assert undo_double_encoding("SÃ©gou") == "Ségou"
    assert undo_double_encoding("Ségou") == "Ségou"
    assert undo_double_encoding("Gao") == "Gao"


def test_no_alias_is_the_name_of_another_area_of_its_level() -> None:
    """An alias that is another area's own name would make a wrong match of a tie."""
    own = {
        (row["iso3"], row["level"], fold_name(row["name"]).key) for row in read_rows("admin_codes.csv") if row["pcode"]
    }
    for row in read_rows("aliases.csv"):
        assert (row["iso3"], row["level"], fold_name(row["name"]).key) in own, row
        alias = (row["iso3"], row["level"], fold_name(row["alias"]).key)
        assert alias not in own or alias[2] == fold_name(row["name"]).key, row
        assert row["source"]


def test_an_alias_of_several_areas_says_that_it_is_a_whole() -> None:
    """Nouakchott, Ennedi, Hodh: several areas, so no answer."""
    named: dict[tuple[str, str, str], set[str]] = {}
    kinds: dict[tuple[str, str, str], set[str]] = {}
    for row in read_rows("aliases.csv"):
        key = (row["iso3"], row["level"], fold_name(row["alias"]).key)
        named.setdefault(key, set()).add(row["name"])
        kinds.setdefault(key, set()).add(row["kind"])
    assert all(kinds[key] == {"whole"} for key, names in named.items() if len(names) > 1)
