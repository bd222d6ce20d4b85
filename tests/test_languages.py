"""A language of the user's own, from a table of words."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import sahelgeo as sg
from sahelgeo.words import word, write_day, write_number, write_period

PULAAR = {"legend": "Firo", "month_9": "siilto", "class_3": "Caɗeele", "total_people": "Fof: {people} ({count})"}


def test_words_come_from_the_table_and_else_from_the_base() -> None:
    """French stands in for what is not filled in; empty cells are not filled in."""
    table = pd.DataFrame({"key": [*PULAAR, "sources"], "text": [*PULAAR.values(), None]})
    language = sg.maps.Language("ff", table, base="fr")
    assert [word(key, language) for key in ("legend", "areas")] == ["Firo", "zones"]
    assert language == "ff"
    assert "sources" in language.missing
    assert "legend" not in language.missing


def test_numbers_and_days_follow_the_base() -> None:
    """Separators of French, months of the table."""
    language = sg.maps.Language("ff", PULAAR, base="fr")
    day = pd.Timestamp("2020-09-06").date()
    assert write_number(1034609.5, language, 1) == "1\u202f034\u202f609,5"
    assert write_day(day, language) == "6 siilto 2020"
    assert write_period(pd.Timestamp("2020-08-01").date(), pd.Timestamp("2020-09-30").date(), language) == (
        "août–siilto 2020"
    )


def test_a_map_speaks_it(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Legend, classes and the language of the page; numbers are written by the base's rules."""
    phases = squares.assign(
        phase_published=pd.array([3, 3, 1], dtype="Int64"), source="test", start="2020-09-01", end="2020-09-30"
    )
    m = sg.maps.Map(title="Leydi", lang=sg.maps.Language("ff", PULAAR, base="fr"))
    sg.maps.PhaseLayer(phases).add_to(m)
    m.save(tmp_path / "map.html")
    written = json.loads(
        re.findall(r'type="application/json"[^>]*>(.*?)</script>', (tmp_path / "map.html").read_text())[0]
    )
    layer = next(iter(written["layers"].values()))
    assert (written["lang"], written["numbers"], written["right_to_left"]) == ("ff", "fr", False)
    assert written["words"]["legend"] == "Firo"
    assert [one["label"] for one in layer["classes"]][2] == "3 Caɗeele"
    assert layer["subtitle"] == "siilto 2020"


def test_a_report_is_written_in_the_base() -> None:
    """The sentences of the brief are not in the table of words."""
    in_french, in_pulaar = (
        sg.brief.claims([], lang=lang) for lang in ("fr", sg.maps.Language("ff", PULAAR, base="fr"))
    )
    months = {"septembre": "siilto", r"\b1er\b": "1"}
    pd.testing.assert_frame_equal(in_french.replace(months, regex=True), in_pulaar)


def test_all_that_does_not_fit_is_said_at_once() -> None:
    """Unknown keys, parts that are lacking and parts that are too many."""
    table = {"legende": "Firo", "total_people": "Fof: {people}", "sources": "{x}", "of_areas": "{count} {areas} {"}
    with pytest.raises(sg.errors.LanguageError) as caught:
        sg.maps.Language("ff", table)
    assert "there is no key 'legende'" in str(caught.value)
    assert "'total_people': 'Fof: {people}' must have these parts in braces: {count}, {people}" in str(caught.value)
    assert "'of_areas': '{count} {areas} {' must have these parts in braces: {areas}, {count}" in str(caught.value)
    assert "'sources': '{x}' must have these parts in braces: none" in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("ff peul", {}), {}, "no tag of a language"),
        (("ff", {}), {"base": "ar"}, "base is one of en, fr, not 'ar'"),
        (("ff", pd.DataFrame({"word": []})), {}, "needs the columns key and text. Found: word"),
    ],
)
def test_what_is_no_language_is_refused(arguments: tuple, options: dict, message: str) -> None:
    """The message says what to write."""
    with pytest.raises(sg.errors.LanguageError, match=message):
        sg.maps.Language(*arguments, **options)


def test_a_tag_alone_is_no_language() -> None:
    """The message says that a table is needed."""
    with pytest.raises(sg.errors.LanguageError, match=r"Choose one of: en, fr; or give a sahelgeo.maps.Language"):
        sg.maps.Map(lang="ff")


def test_it_can_be_copied() -> None:
    """Pickled and read back it has its words."""
    language = pickle.loads(pickle.dumps(sg.maps.Language("ar", {"legend": "مفتاح"}, right_to_left=True)))  # noqa: S301 (own bytes)
    assert (word("legend", language), language.right_to_left) == ("مفتاح", True)
