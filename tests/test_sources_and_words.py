"""Credit lines, and the words and numbers of two languages."""

from __future__ import annotations

import csv
import datetime as dt
from importlib.resources import files

import pandas as pd
import pytest

import sahelgeo as sg
from sahelgeo.sources import SOURCES, source_ids
from sahelgeo.words import all_words, word, write_day, write_number, write_period


def test_known_sources_give_title_publisher_licence_and_address() -> None:
    """One line for each distinct source, in order."""
    sample = sg.load_sample()
    lines = sg.credit(sample.stocks, sample.phases)
    assert len(lines) == 2
    assert lines[0].startswith(
        "CONASUR registration of internally displaced persons, Burkina Faso, 6 September 2020. CONASUR"
    )
    assert "Licence: government figures" in lines[0]


def test_credit_speaks_french() -> None:
    """Titles come in the language asked for."""
    assert sg.credit(sg.load_sample().phases, lang="fr")[0].startswith(
        "Analyse Cadre Harmonisé de l'insécurité alimentaire aiguë"
    )


def test_unknown_sources_stand_as_they_are_written() -> None:
    """A user's own words of credit pass through."""
    assert sg.credit(pd.DataFrame({"source": ["My survey, 2020", "My survey, 2020"]})) == ["My survey, 2020"]


def test_rows_without_a_source_are_said() -> None:
    """Silence about a source is told, with the number of rows."""
    assert sg.credit(pd.DataFrame({"source": ["a", None]})) == ["a", "Source not stated for some rows (1)"]
    assert sg.credit(pd.DataFrame({"people": [1, 2]})) == ["Source not stated for some rows (2)"]


def test_columns_that_end_in_source_count_too() -> None:
    """A joined table credits both of its parents."""
    joined = pd.DataFrame({"source": ["a"], "area_source": ["b"], "resource": ["no"]})
    assert source_ids(joined) == ["a", "b"]


def test_credit_of_something_else_is_refused() -> None:
    """Only tables have sources."""
    with pytest.raises(sg.errors.SchemaError, match=r"credit takes tables \(DataFrames\), not str"):
        sg.credit("stocks.csv")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["burkina-2020", "central-sahel", "burkina-movements-2025"])
def test_nothing_invented_is_carried(name: str) -> None:
    """Every row of every sample names an entry of the sources, which says who published it and how it was checked."""
    for kind, table in sg.load_sample(name).tables.items():
        assert table["source"].notna().all(), kind
        assert set(source_ids(table)) <= set(SOURCES), kind


def test_every_source_says_how_it_was_checked() -> None:
    """No source stands without licence and check."""
    for source in SOURCES.values():
        assert source.licence, source.id
        assert source.checked, source.id


def test_every_word_is_there_in_both_languages() -> None:
    """A word that lacks a translation would leave a hole on a map; placeholders agree."""
    for row in csv.DictReader(files("sahelgeo.data").joinpath("words.csv").read_text(encoding="utf-8").splitlines()):
        assert row["en"], row["key"]
        assert row["fr"], row["key"]
        assert sorted(row["en"].split("{")[1:]) == sorted(row["en"].split("{")[1:])
        assert {part.split("}")[0] for part in row["en"].split("{")[1:]} == {
            part.split("}")[0] for part in row["fr"].split("{")[1:]
        }, row["key"]
        assert None not in row.values(), row["key"]


def test_keys_of_words_stand_once() -> None:
    """A second row of one key would win in silence."""
    keys = [
        row["key"]
        for row in csv.DictReader(files("sahelgeo.data").joinpath("words.csv").read_text(encoding="utf-8").splitlines())
    ]
    assert len(keys) == len(set(keys))
    assert set(keys) == {key for key in all_words("fr") if not key.startswith("class_")}


def test_an_unknown_language_is_refused() -> None:
    """The message lists the languages."""
    with pytest.raises(sg.SahelgeoError, match="there are no words in 'de'. Choose one of: en, fr"):
        word("sources", "de")


def test_numbers_follow_the_language() -> None:
    """English commas, French narrow spaces and decimal comma; missing is a dash."""
    assert write_number(1_034_609) == "1,034,609"
    assert write_number(1_034_609, "fr") == "1\u202f034\u202f609"
    assert write_number(12.345, "fr", 2) == "12,35"
    assert write_number(float("nan")) == "–"
    assert write_number(pd.NA) == "–"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "end", "english", "french"),
    [
        ((2020, 3, 1), (2020, 5, 31), "March–May 2020", "mars–mai 2020"),
        ((2020, 6, 1), (2020, 6, 30), "June 2020", "juin 2020"),
        ((2019, 10, 1), (2020, 1, 31), "October 2019 – January 2020", "octobre 2019 – janvier 2020"),
        ((2020, 2, 1), (2020, 9, 6), "1 February 2020 – 6 September 2020", "1er février 2020 – 6 septembre 2020"),
        ((2020, 9, 6), (2020, 9, 6), "6 September 2020", "6 septembre 2020"),
    ],
)
def test_periods_in_words(start: tuple[int, int, int], end: tuple[int, int, int], english: str, french: str) -> None:
    """Whole months are written as months."""
    assert write_period(dt.date(*start), dt.date(*end)) == english
    assert write_period(dt.date(*start), dt.date(*end), "fr") == french


def test_the_first_of_a_month_is_1er_in_french() -> None:
    """And 1 in English."""
    assert (write_day(dt.date(2020, 8, 1), "fr"), write_day(dt.date(2020, 8, 1))) == ("1er août 2020", "1 August 2020")
