"""Other writings of the same trouble: totals in tables of one's own, words behind words, shares among people."""

from __future__ import annotations

import decimal
import io
import json
import re
import warnings
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from lookalikes import DTM_ROW, json_bytes, workbook

import sahelgeo as sg
from sahelgeo.errors import CRSError, FormatError

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
    with pytest.warns(sg.DataWarning, match="are the sums of other rows, or nearly, and were kept"):
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


def test_a_row_of_failed_figures_is_no_row_of_tags() -> None:
    """Tags of HXL and ``#N/A`` begin alike."""
    rows = ["SAHEL,SOUM,DJIBO,1200,#N/A,#N/A,#N/A,#N/A,#N/A", "SAHEL,SOUM,DIGUEL,300,1,1,1,1,1"]
    heading = "REGIONS,PROVINCES,COMMUNES,Nombre total de PDI,Hommes,Femmes,Garçons,Filles,Enfants"
    assert people("Situation au 28 février 2023,,,,,,,,", heading, *rows) == 1500


COMMUNES = ["REGIONS", "PROVINCES", "COMMUNES", "Nombre total de PDI"]


def sheet_of_commune(commune: str, figure: int) -> list[list[object]]:
    """A sheet with one commune."""
    return [["Situation au 28 février 2023"], COMMUNES, ["SAHEL", "SOUM", commune, figure]]


def test_sheets_of_other_places_with_equal_figures_are_no_copies(tmp_path: Path) -> None:
    """A copy has the same places too."""
    both = workbook(tmp_path / "a.xlsx", {"a": sheet_of_commune("DJIBO", 100), "b": sheet_of_commune("DIGUEL", 100)})
    assert sg.read(both)["people"].sum() == 200


def test_a_place_of_one_day_is_looked_for_in_every_sheet_before(tmp_path: Path) -> None:
    """Not in the last one only."""
    sheets = {"a": ("DJIBO", 100), "b": ("DIGUEL", 50), "c": ("DJIBO", 110)}
    with pytest.raises(FormatError, match="sheets 'a' and 'c' both count 1 places"):
        sg.read(workbook(tmp_path / "a.xlsx", {name: sheet_of_commune(*row) for name, row in sheets.items()}))


TOLD = {"Region": "admin1", "Localite": "place", "PDI": "people"}
OF_ALL = {"date": "2023-01-31", "group": "idp", "source": "x"}


def test_a_told_table_takes_copied_sheets_once(tmp_path: Path) -> None:
    """As every feed does."""
    rows = [["Region", "Localite", "PDI"], ["Sahel", "Djibo", 100], ["Sahel", "Dori", 37]]
    assert sg.read_table(workbook(tmp_path / "a.xlsx", {"a": rows, "b": rows}), TOLD, **OF_ALL)["people"].tolist() == [
        100,
        37,
    ]


def test_a_told_table_carries_names_down_and_takes_an_encoding() -> None:
    """A region that is printed once is that of the rows below it."""
    text = "Region,Localite,PDI\nSahel,Dori é,100\n,Djibo,37\nEst,Fada,20\n"
    stocks = sg.read_table(io.BytesIO(text.encode("cp850")), TOLD, **OF_ALL, encoding="cp850")
    assert stocks["admin1"].tolist() == ["Sahel", "Sahel", "Est"]
    assert stocks["place"].tolist() == ["Dori é", "Djibo", "Fada"]


def test_a_row_that_is_kept_is_not_said_to_be_left_out() -> None:
    """Of a saved table nothing is dropped without a word for total."""
    rows = ["Djibo,Sahel,BF5601,2021-01-31,idp,100,x", "Dori,Sahel,BF5602,2021-01-31,idp,37,x"]
    file = io.BytesIO("\n".join([OWN, *rows, ",,BF,2021-01-31,idp,150,x"]).encode())
    with pytest.warns(sg.DataWarning, match="or nearly, and were kept"):
        _, account = sg.read_with_report(file)
    assert account.rows_kept == 3
    assert not any("left out" in note for note in account.notes)


def test_rows_of_unhcr_without_a_figure_are_accounted_for() -> None:
    """They give no row, so they are not kept."""
    heading = "Year;Country of origin;Country of asylum;Country of origin (ISO);Country of asylum (ISO);Refugees under UNHCR's mandate"
    rows = ["2022;Mali;Niger;MLI;NER;61000", "2022;Chad;Niger;TCD;NER;-"]
    _, account = sg.read_with_report(io.BytesIO("\n".join([heading, *rows]).encode()))
    assert account.rows_kept == 1
    assert account.rows_dropped == {"no figure": 1}


def test_a_region_that_is_not_divided_is_missed_aloud() -> None:
    """Population of the level below lacks its people."""
    heading = "admin1Name_fr,admin1Pcode,admin2Name_fr,admin2Pcode,admin0Name_fr,admin0Pcode,M_TL,F_TL,T_TL"
    rows = ["Gao,ML07,Ansongo,ML0701,Mali,ML,40,60,100", "Gao,ML07,Gao,ML0702,Mali,ML,90,110,200"]
    fits, alone = "Gao,ML07,,,Mali,ML,130,170,300", "Kidal,ML08,,,Mali,ML,250,250,500"
    assert people(heading, *rows, fits, year=2018) == 300
    with pytest.warns(sg.DataWarning, match=r"row\(s\) 5: they stand above level 2 .* their 500 people"):
        assert people(heading, *rows, fits, alone, year=2018) == 300


SURVEY = (
    "Date de rapport,A2. Région,A3. Département,A4. Commune,A5. Ville / Village/Site,"
    "B1. Personnes Déplacées interne - B1.b Nombre d'individus"
)


def test_a_site_without_areas_is_no_total() -> None:
    """Its name is its own."""
    assert people(SURVEY, "2020-01-31,Diffa,Bosso,Bosso,A,100", "2020-01-31,,,,B,40") == 140


def test_a_row_without_names_that_is_no_total_is_missed_aloud() -> None:
    """A total without a name has the sum of the others."""
    rows = ["2020-01-31,Diffa,Bosso,Bosso,A,100", "2020-01-31,Diffa,Bosso,Bosso,C,70"]
    assert people(SURVEY, *rows, ",,,,,170") == 170
    with pytest.warns(sg.DataWarning, match=r"row\(s\) 4: they name no area and were left out with their 40 people"):
        assert people(SURVEY, *rows, "2020-01-31,,,,,40") == 170


def test_parts_without_a_figure_are_said() -> None:
    """The sum of the other parts is no whole count."""
    parts = [{**DTM_ROW, "id": number, "numPresentIdpInd": figure} for number, figure in ((1, 800), (2, None), (3, 5))]
    with pytest.warns(sg.DataWarning, match="1 parts of counts have no figure"):
        assert sg.read_dtm(json_bytes({"isSuccess": True, "result": parts}))["people"].tolist() == [805]


def test_decimals_of_parquet_are_numbers_and_its_index_is_a_column() -> None:
    """As text 12.000 could be twelve thousand."""
    table = pa.table({"Localite": ["Djibo"], "PDI": pa.array([decimal.Decimal("12.000")], pa.decimal128(10, 3))})
    file = io.BytesIO()
    table.to_pandas().set_index("Localite").to_parquet(file)
    stocks = sg.read_table(io.BytesIO(file.getvalue()), {"Localite": "place", "PDI": "people"}, **OF_ALL)
    assert stocks[["place", "people"]].to_numpy().tolist() == [["Djibo", 12]]


def geoparquet(crs: object, shape: bytes) -> io.BytesIO:
    """One area in GeoParquet."""
    about = {"encoding": "WKB", "geometry_types": ["Polygon"], "crs": crs}
    stated = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": about}}
    table = pa.table({"pcode": ["BF01"], "name": ["a"], "geometry": pa.array([shape])})
    file = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(stated)}), file)
    return io.BytesIO(file.getvalue())


def test_faults_of_others_come_under_our_names() -> None:
    """A projection that does not exist, shapes that are none, text where a path is meant."""
    for broken in (geoparquet("none", shapely.to_wkb(shapely.box(0, 10, 1, 11))), geoparquet("EPSG:4326", b"?")):
        with pytest.raises(FormatError, match="damaged parquet"):
            sg.read_areas(broken)
    for start, crs in (("SRID=99999;", None), ("", "EPSG:99999")):
        text = f'pcode,name,wkt\nBF01,a,"{start}POLYGON((0 0,1 0,1 1,0 0))"'
        with pytest.raises(CRSError, match="there is no CRS 'EPSG:99999'"):
            sg.read_areas(io.BytesIO(text.encode()), crs=crs)
    feature = {"attributes": {"pcode": "BF01", "name": "a"}, "geometry": None}
    esri = {"geometryType": "esriGeometryPolygon", "spatialReference": "x", "features": [feature]}
    with pytest.warns(sg.DataWarning, match="empty"):
        assert len(sg.read_areas(json_bytes(esri))) == 1
    with pytest.raises(FormatError, match="too long for a path"):
        sg.read("place,people\n" * 400)


CONASUR = ["REGIONS", "PROVINCES", "COMMUNES", "Nombre total de PDI"]
DAY = ["Situation au 28 février 2023", "", "", ""]


def conasur(*rows: list[object], head: list[str] = CONASUR, above: tuple[list[str], ...] = ()) -> float:
    """The people of CONASUR's table in a CSV file."""
    lines = [DAY, *above, head, *rows]
    content = "\n".join(";".join(map(str, line)) for line in lines)
    return float(sg.read(io.BytesIO(content.encode()))["people"].sum())


@pytest.mark.parametrize(
    "unit", ["(en milliers)", "en milliers", "(x 1000)", "('000)", "(thousands)", ", millions", "x1 000"]
)
def test_counts_in_thousands_are_refused_and_a_unit_beside_the_headings_is_said(unit: str) -> None:
    """12 in such a column is 12,000 people."""
    told = {"Localité": "place", f"Effectif {unit}": "people"}
    rows = f"Localité;Effectif {unit}\nDjibo;12\nDori;3"
    with pytest.raises(FormatError, match="thousands or millions, not people. Multiply"):
        sg.read_table(io.BytesIO(rows.encode()), told, date="2021-01-31", group="idp", source="own count")
    row = ["SAHEL", "SOUM", "DJIBO", 12]
    with pytest.warns(sg.DataWarning, match="beside the table stands"):
        assert conasur(row, above=([f"Effectifs {unit}", "", "", ""],)) == 12


@pytest.mark.parametrize("heads", [("PDI", "Total PDI"), ("Nombre de PDI", "Nombre total de PDI"), ("PDI", "PDIs")])
def test_two_columns_that_may_both_be_meant_are_refused_where_they_differ(heads: tuple[str, str]) -> None:
    """New and all displaced people, this month's and last month's."""
    with pytest.raises(FormatError, match="may both be meant, and differ on row 3"):
        conasur(["SAHEL", "SOUM", "DJIBO", 10, 1000], head=[*CONASUR[:3], *heads])
    assert conasur(["SAHEL", "SOUM", "DJIBO", 10, 10], head=[*CONASUR[:3], *heads]) == 10


@pytest.mark.parametrize(
    "name",
    [
        "Moyenne",
        "Écart-type",
        "Variation (%)",
        "Rappel janvier 2023",
        "dont enfants",
        "y compris Djibo",
        "Femmes",
        "Enfants de moins de 5 ans",
        "Women and girls",
        "Objectif 2023",
    ],
)
def test_a_row_that_is_no_place_is_left_out_and_said(name: str) -> None:
    """An average, a change, an earlier figure, a part of the others."""
    said = rf"rows such as '{re.escape(name)}' are averages, changes, earlier figures or parts of others"
    with pytest.warns(sg.DataWarning, match=said):
        assert conasur(["SAHEL", "SOUM", "DJIBO", 10], ["SAHEL", "SOUM", "KELBO", 5], ["", "", name, 7]) == 15


def test_a_row_that_names_a_group_is_said() -> None:
    """What stands below it may count others."""
    rows = "Localité;Effectif\nDjibo;100\nDori;50\nRetournés;\nArbinda;20"
    told = {"Localité": "place", "Effectif": "people"}
    with pytest.warns(sg.DataWarning, match=r"row\(s\) 4: rows such as 'Retournés' name a group"):
        sg.read_table(io.BytesIO(rows.encode()), told, date="2021-01-31", group="idp", source="own count")


def test_numbers_of_columns_below_the_headings_are_no_row() -> None:
    """A form numbers its columns 1, 2, 3."""
    assert conasur(["(1)", "(2)", "(3)", "(4)"], ["SAHEL", "SOUM", "DJIBO", 10]) == 10
    assert conasur([1, 2, 3, 4], ["SAHEL", "SOUM", "DJIBO", 10]) == 10


def test_cells_beyond_the_headings_are_said() -> None:
    """1,500 without quotes is two cells."""
    rows = ["Diffa,Diffa,Diffa,B,1,5", "Diffa,Bosso,Bosso,A,1,1,500"]
    with pytest.warns(sg.DataWarning, match=r"row\(s\) 3 have cells beyond the last heading"):
        assert people(SITES, *rows, date="2021-01-31") == 6


def test_a_figure_merged_over_two_rows_counts_once_and_a_name_merged_over_all_is_a_total() -> None:
    """Text of merged cells is copied, but a figure that is text is not."""
    book = openpyxl.Workbook()
    rows = [["SAHEL", "SOUM", "DJIBO", "1 500"], ["SAHEL", "SOUM", "KELBO", None], ["SAHEL", "OUDALAN", "GOROM", 30]]
    for row in (DAY, CONASUR, *rows, ["SAHEL", None, None, 1530], ["EST", "GOURMA", "FADA", 5]):
        book.active.append(row)
    for merged in ("D3:D4", "A6:C6"):
        book.active.merge_cells(merged)
    content = io.BytesIO()
    book.save(content)
    with pytest.warns(sg.DataWarning, match="one figure is merged over rows 3 to 4"):
        assert sg.read(io.BytesIO(content.getvalue()))["people"].sum() == 1535


@given(st.integers(8_500_000_001, 10**25), st.booleans())
def test_more_people_than_live_on_earth_are_refused(count: int, typed: bool) -> None:
    """Two numbers have become one."""
    row = {"place": "a", "pcode": "BF01", "date": "2021-01-31", "group": "idp", "people": 1, "source": "x"}
    figure = count if typed else f"{count:,}".replace(",", " ")
    with pytest.raises(sg.SahelgeoError):
        sg.read(io.BytesIO(json.dumps([row, {**row, "place": "b", "people": figure}]).encode()))


@pytest.mark.parametrize(
    ("columns", "given_too"),
    [
        (["Localité"], {}),
        ("Effectif", {}),
        ({0: "place"}, {}),
        ({"Localité": None, "Effectif": "people"}, {}),
        ({"Localité": "place", "Effectif": "people"}, {"table": ["stocks"]}),
        ({"Localité": "place", "Effectif": "people"}, {"method": [1, 2, 3]}),
        ({"Localité": "place", "Effectif": "people"}, {"people": 9}),
        ({"Localité": "place", "Effectif": "people"}, {"encoding": 5}),
        ({"Localité": "place", "Effectif": "people"}, {"limits": 5}),
    ],
)
def test_what_is_told_in_the_wrong_form_is_refused_in_words(columns: object, given_too: dict[str, object]) -> None:
    """And a value for all rows never replaces a column that is told."""
    content = io.BytesIO("Localité;Effectif\nDjibo;12\nDori;3".encode())
    options = {"date": "2021-01-31", "group": "idp", "source": "own count", **given_too}
    with pytest.raises(FormatError):
        sg.read_table(content, columns, **options)


def test_a_file_that_is_closed_is_refused_in_words() -> None:
    """Not with an error of Python."""
    content = io.BytesIO(b"a;b")
    content.close()
    with pytest.raises(FormatError, match="cannot be read"):
        sg.read(content)


def test_further_lists_of_records_are_said() -> None:
    """Of two lists one is read."""
    row = {"place": "a", "pcode": "BF01", "date": "2021-01-31", "group": "idp", "people": 1, "source": "x"}
    content = json.dumps({"results": [row], "data": [{**row, "pcode": "BF02", "people": 7}]})
    with pytest.warns(sg.DataWarning, match="the list 'results' holds 1 further records"):
        assert sg.read(io.BytesIO(content.encode()))["people"].tolist() == [7]


@pytest.mark.parametrize("printed", ["Publié le 15 juin 2021", "imprimé le 15/06/2021", "Published on 2021-06-15"])
def test_the_day_of_printing_is_not_the_day_of_the_count(printed: str) -> None:
    """Alone it says no day; beside the day of the count it is no second one."""
    rows = f"{';'.join(CONASUR)}\nSAHEL;SOUM;DJIBO;10"
    with pytest.raises(FormatError, match="date="):
        sg.read(io.BytesIO(f"{printed};;;\n{rows}".encode()))
    table = sg.read(io.BytesIO(f"Données au 31/05/2021, {printed};;;\n{rows}".encode()))
    assert table["date"].dt.strftime("%Y-%m-%d").tolist() == ["2021-05-31"]


def test_columns_of_years_that_cannot_be_read_are_said() -> None:
    """'2021 (prov.)' is a year of counts that would be lost."""
    with pytest.warns(sg.DataWarning, match=r"columns '2021 \(prov\.\)' were left out"):
        assert people("Adm2,2020,2021 (prov.)", "Soum,5,7") == 5


def test_a_name_that_begins_like_a_word_of_statistics_is_a_place() -> None:
    """Min Buri is a district of Bangkok, Mean Chey one of Phnom Penh, Malé the capital of the Maldives."""
    for name in ("Min Buri", "Mean Chey", "Male"):
        assert conasur(["SAHEL", "SOUM", "DJIBO", 10], ["SAHEL", "SOUM", name, 7]) == 17


def test_a_row_that_says_less_of_where_it_is_than_the_others_is_said() -> None:
    """Somebody wrote a target below the regions of a publisher, which all have codes; nothing is left out."""
    head = "admin0Name,admin0Pcode,admin1Name,admin1Pcode,reportingDate,roundNumber,numPresentIdpInd,operation"
    rows = [f"Chad,TCD,R{number},TD0{number},2017-02-01,1,{100 + number},Lac" for number in range(1, 6)]
    with pytest.warns(sg.DataWarning, match=r"row\(s\) 7: names or codes that the other rows have are missing"):
        stocks = sg.read(io.BytesIO("\n".join([head, *rows, ",,Besoins,,2017-02-01,1,999,Lac"]).encode()))
    assert stocks["people"].sum() == 515 + 999


@pytest.mark.parametrize("again", ["DORI", "dori", "Dorí"])
def test_rows_pasted_again_in_other_letters_count_once(again: str) -> None:
    """Same code, day and figure: the row is there twice, and the report says so; another figure is another count."""
    rows = ["Djibo,Sahel,BF5601,2021-01-31,idp,100,x", "Dori,Sahel,BF5602,2021-01-31,idp,37,x"]
    pasted = [f"{again},Sahel,BF5602,2021-01-31,idp,37,x", f"{again},Sahel,BF5602,2021-02-28,idp,37,x"]
    stocks, account = sg.read_with_report(io.BytesIO("\n".join([OWN, *rows, *pasted]).encode()))
    assert stocks["people"].sum() == 174
    assert account.rows_dropped == {"duplicate": 1}
    assert any("1 rows repeat another but for capitals and accents" in note for note in account.notes)


def test_rows_of_a_feed_pasted_again_in_other_letters_count_once() -> None:
    """Of IOM too, where rows that are alike in every cell may be parts of one count."""
    head = "admin0Name,admin0Pcode,admin1Name,admin1Pcode,reportingDate,roundNumber,numPresentIdpInd,operation"
    rows = ["Chad,TCD,Lac,TD07,2017-02-01,1,100,Lac", "Chad,TCD,Kanem,TD06,2017-02-01,1,7,Lac"]
    pasted = "Chad,TCD,LAC,TD07,2017-02-01,1,100,Lac"
    assert sg.read(io.BytesIO("\n".join([head, *rows, pasted]).encode()))["people"].sum() == 107
