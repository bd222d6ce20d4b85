"""Other writings of the same trouble: totals in tables of one's own, words behind words, shares among people."""

from __future__ import annotations

import io
import json
import warnings

import pytest

import sahelgeo as sg

OWN = "place,admin1,pcode,date,group,people,source"
SITES = "Region,Département,Commune,Site accueil,Nombre de ménages,Nombre de personnes"


def people(*lines: str, **options: object) -> float:
    """The people of a CSV file."""
    return float(sg.read(io.BytesIO("\n".join(lines).encode()), **options)["people"].sum())


@pytest.mark.parametrize("total", ["TOTAL,,", ",S/T,", ",,Total général", "Total Sahel,Sahel,", "Cumul,,BF"])
def test_a_total_below_a_table_of_ones_own_is_left_out(total: str) -> None:
    """In any of its columns of names and codes."""
    rows = ["Soum,Sahel,BF5603,2021-01-31,idp,10,x", "Seno,Sahel,BF5602,2021-01-31,idp,5,x"]
    assert people(OWN, *rows, f"{total},2021-01-31,idp,15,x") == 15


def test_rows_of_ones_own_table_that_merely_add_up_stay_and_are_said() -> None:
    """A saved table comes back as what it was."""
    rows = ["Soum,Sahel,BF5603,2021-01-31,idp,10,x", "Seno,Sahel,BF5602,2021-01-31,idp,5,x"]
    with pytest.warns(sg.DataWarning, match="are the sums of other rows and were kept"):
        assert people(OWN, *rows, ",Sahel,BF56,2021-01-31,idp,15,x") == 30


@pytest.mark.parametrize("label", ["Diffa total général", "Diffa (total région)", "Total de la région de Diffa"])
def test_words_of_levels_may_follow_the_word_for_total(label: str) -> None:
    """On either side of the name."""
    rows = ["Diffa,Bosso,Bosso,A,1,10", "Diffa,Diffa,Diffa,B,1,5", f"{label},,,,2,15", "Zinder,Goure,Goure,C,1,7"]
    assert people(SITES, *rows, date="2021-01-31") == 22


@pytest.mark.parametrize("word", ["World", "Monde", "Global"])
def test_the_world_among_countries_is_their_total(word: str) -> None:
    """Among places it is a name."""
    head = "iso3,country_name,year,new_displacement,total_displacement"
    assert people(head, "MLI,Mali,2022,0,10", "NER,Niger,2022,0,5", f",{word},2022,0,15") == 15
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        assert people(SITES, f"Diffa,Bosso,Bosso,{word},1,10", "Diffa,Diffa,Diffa,B,1,5", date="2021-01-31") == 15


def test_a_share_among_people_is_refused() -> None:
    """50% is not half a person."""
    with pytest.raises(sg.errors.FormatError, match="50%.*not a number"):
        people(SITES, "Diffa,Bosso,Bosso,A,1,50%", "Diffa,Diffa,Diffa,B,1,5", date="2021-01-31")


def test_what_is_printed_once_ends_at_its_total() -> None:
    """The row below 'Total SAHEL' is of another region, whatever it is."""
    head = ["Situation au 28 février 2023,,,", "REGIONS,PROVINCES,COMMUNES,Nombre total de PDI"]
    rows = ["SAHEL,SOUM,DJIBO,100", ",,DIGUEL,50", ",Total SOUM,,150", ",SENO,DORI,7", "Total SAHEL,,,157", ",,FADA,20"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        table = sg.read(io.BytesIO("\n".join([*head, *rows]).encode()))
    assert table["admin1"].fillna("").tolist() == ["SAHEL", "SAHEL", "SAHEL", ""]
    assert table["admin2"].fillna("").tolist() == ["SOUM", "SOUM", "SENO", ""]


def test_a_total_beside_an_unknown_column_of_counts_is_doubted() -> None:
    """It may count several groups; a column of the displaced is taken before it."""
    head = ["Situation au 28 février 2023,,,,", "REGIONS,PROVINCES,COMMUNES,Autochtones,Total"]
    with pytest.warns(sg.DataWarning, match="may count others too: beside it stand 'Autochtones'"):
        assert people(*head, "SAHEL,SOUM,DJIBO,40,100") == 100
    both = ["Situation au 28 février 2023,,,,", "REGIONS,PROVINCES,COMMUNES,Déplacés,Total"]
    assert people(*both, "SAHEL,SOUM,DJIBO,40,100") == 40


@pytest.mark.parametrize(
    "envelope",
    [
        {"hasNext": True},
        {"recordsTotal": 900},
        {"numberMatched": 900},
        {"exceededTransferLimit": True},
        {"metadata": {"pagination": {"total": 900}}},
    ],
)
def test_a_part_of_an_answer_is_said_in_every_envelope(envelope: dict[str, object]) -> None:
    """Whatever the API calls its count or its next page, and however deep."""
    row = {"operation": "Lac", "admin0Pcode": "TCD", "numPresentIdpInd": 5, "reportingDate": "2017-09-30"}
    with pytest.warns(sg.DataWarning, match="the file holds a part only"):
        sg.read(io.BytesIO(json.dumps({**envelope, "result": [row]}).encode()))


@pytest.mark.parametrize("cell", ["#REF!", "#VALUE!", "#DIV/0!", " #name? "])
def test_a_formula_that_failed_is_said(cell: str) -> None:
    """Its figure is missing, and the reader knows that one was meant to be there."""
    rows = ("REGIONS;PROVINCES;COMMUNES;Nombre total de PDI", "SAHEL;SOUM;DJIBO;100", f"SAHEL;SOUM;DIGUEL;{cell}")
    file = io.BytesIO("\n".join(("Situation au 28 février 2023;;;", *rows)).encode())
    with pytest.warns(sg.DataWarning, match="a formula that failed"):
        assert sg.read(file)["people"].isna().tolist() == [False, True]


def test_a_last_row_that_is_cut_off_is_said() -> None:
    """A line that does not end, with fewer cells than the one before it."""
    rows = ("REGIONS;PROVINCES;COMMUNES;Nombre total de PDI", "SAHEL;SOUM;DJIBO;100", "SAHEL;SOUM;DIGUEL")
    file = io.BytesIO("\n".join(("Situation au 28 février 2023;;;", *rows)).encode())
    with pytest.warns(sg.DataWarning, match="the file may be cut off"):
        sg.read(file)
