"""What changes the meaning of a table without being read is said: columns, titles, notes; codes in small letters."""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lookalikes import csv_bytes, json_bytes
from profiles import few

import sahelgeo as sg
from sahelgeo import checks

LIST = ["Région", "Département", "Commune", "Site accueil", "Nombre de ménages", "Nombre de personnes"]
SITES = [("Diffa", "Bosso", "A", 700), ("Diffa", "Bosso", "B", 1300), ("Zinder", "Goure", "C", 2400)]
ROWS = [[region, place, place, site, people // 5, people] for region, place, site, people in SITES]


def said(*lines: list[object], form: str = "csv") -> tuple[float, str]:
    """The people of a list, and what was said of it."""
    if form == "json":
        content = json_bytes([dict(zip(lines[0], line, strict=True)) for line in lines[1:]])
    else:
        content = io.BytesIO("\n".join(";".join(map(str, line)) for line in lines).encode())
    with warnings.catch_warnings(record=True) as words:
        warnings.simplefilter("always")
        table = sg.read(content, date="2021-01-31")
    return float(table["people"].sum()), " ".join(str(word.message) for word in words)


@few()
@given(
    heading=st.sampled_from(["Sexe", "Mois", "Version", "Nature", "Tranche d'âge", "Round"]),
    cells=st.lists(
        st.sampled_from(["H", "F", "T", "2020", "2021", "R1", "haute"]), min_size=2, max_size=4, unique=True
    ),
    form=st.sampled_from(["csv", "json"]),
)
def test_a_column_that_alone_tells_the_rows_of_a_place_apart_is_said(heading: str, cells: list[str], form: str) -> None:
    """Men, women and their total; two months; two versions: added up they count people twice."""
    rows = [[*row[:-1], row[-1] + 7 * number, cell] for row in ROWS for number, cell in enumerate(cells)]
    assert f"column {heading!r} was not read, and it alone tells rows" in said([*LIST, heading], *rows, form=form)[1]


def test_a_column_beside_rows_that_differ_anyhow_is_not_said() -> None:
    """A remark beside each site tells nothing apart."""
    rows = [[*row, remark] for row, remark in zip(ROWS, "xyx", strict=True)]
    assert said([*LIST, "Remarque"], *rows) == (4400, "")


@pytest.mark.parametrize(
    "unit",
    [
        "NB : effectifs en milliers",
        "figures are in thousands",
        "em milhares",
        "10^3",
        "en %",
        "par 1000",
        "Unité : 1 000 personnes",
    ],
)
def test_a_unit_below_a_table_or_on_another_sheet_is_said(unit: str) -> None:
    """A note may stand anywhere."""
    foot: list[object] = [unit, "", "", "", "", ""]
    assert "the figures may be" in said(LIST, *ROWS, foot)[1]
    book = _book(unit)
    with pytest.warns(sg.DataWarning, match="sheet 'Notes' says"):
        sg.read(book, date="2021-01-31")


def _book(unit: str) -> io.BytesIO:
    content = io.BytesIO()
    with pd.ExcelWriter(content, engine="openpyxl") as writer:
        pd.DataFrame(ROWS, columns=LIST).to_excel(writer, sheet_name="Liste", index=False)
        pd.DataFrame([["Lisez-moi"], [unit]]).to_excel(writer, sheet_name="Notes", index=False, header=False)
    return io.BytesIO(content.getvalue())


def test_a_title_above_headings_that_are_printed_again_is_said() -> None:
    """The table of another month, below the first."""
    title: list[object] = ["Situation au 28 février 2021", "", "", "", "", ""]
    later = [[*row[:-1], int(row[-1]) + 9] for row in ROWS]
    assert "row 5 says 'Situation au 28 février 2021' above headings" in said(LIST, *ROWS, title, LIST, *later)[1]
    assert said(LIST, *ROWS[:2], LIST, *ROWS[2:]) == (4400, "")


def test_a_name_in_the_middle_of_its_rows_is_said() -> None:
    """Carried down it would take the rows of the next region."""
    rows = [["", *ROWS[0][1:]], ["Diffa", *ROWS[1][1:]], ["", "Goure", "Goure", "C", 9, 50], ROWS[2]]
    assert "nothing is printed on row 2, the first" in said(LIST, *rows)[1]


@few()
@given(
    words=st.sampled_from(["Résultat {}", "Zone {}", ""]), before=st.booleans(), form=st.sampled_from(["csv", "json"])
)
def test_sums_of_the_rows_beside_are_totals_whatever_they_are_called(words: str, before: bool, form: str) -> None:
    """Each region's sum, above or below its rows."""
    sites = [*ROWS, ["Zinder", "Goure", "Goure", "D", 20, 60]]
    table = []
    for region in ("Diffa", "Zinder"):
        rows = [row for row in sites if row[0] == region]
        total = [words.format(region), "", "", "", *(sum(int(row[at]) for row in rows) for at in (4, 5))]
        table += [total, *rows] if before else [*rows, total]
    assert said(LIST, *table, form=form)[0] == 4460


@pytest.mark.parametrize(
    "rows",
    [
        [
            ["Diffa", "Bosso", "Bosso", "A", 1, 700],
            ["Diffa", "Bosso", "Bosso", "B", 1, 1300],
            ["Zinder", "Goure", "C", "", 1, 2000],
            ["Zinder", "Goure", "D", "E", 1, 40],
        ],
        [
            ["Diffa", "Bosso", "Bosso", "A", 1, 7000],
            ["Diffa", "Bosso", "Bosso", "B", 1, 0],
            ["Zinder", "Goure", "C", "", 1, 7000],
        ],
    ],
)
def test_a_place_of_another_region_is_no_total_of_the_rows_beside(rows: list[list[object]]) -> None:
    """Its count may equal theirs; and one count beside a zero is no sum."""
    assert said(LIST, *rows)[0] == sum(int(str(row[-1])) for row in rows)


def test_a_place_without_a_commune_is_no_total_of_another_region() -> None:
    """It is refused, as people without a commune are."""
    rows = ["SAHEL,SOUM,DJIBO,1200", "SAHEL,SOUM,TONGOMAYEL,300", "EST,GNAGNA,,1500", "EST,GOURMA,FADA,20"]
    with pytest.raises(sg.errors.FormatError, match="commune"):
        sg.read(csv_bytes("Situation au 28 février 2023,,,", "REGIONS,PROVINCES,COMMUNES,Nombre total de PDI", *rows))


def test_a_year_is_no_total_of_the_year_before() -> None:
    """Rows of another year, one without the name of an origin."""
    head = "Year;Country of origin;Country of asylum;Country of origin (ISO);Country of asylum (ISO);Refugees under UNHCR's mandate;Asylum-seekers;IDPs of concern to UNHCR"
    rows = ["2019;Mali;Niger;MLI;NER;700;0;0", "2019;Nigeria;Niger;NGA;NER;1300;0;0", "2020;;Niger;UNK;NER;2000;0;0"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        assert sg.read(csv_bytes(head, *rows))["people"].sum() == 4000


def test_codes_in_small_letters_are_those_in_capitals() -> None:
    """Where their letters are those of a country and digits follow: an author's own codes stay."""
    assert [checks.official_code(code) for code in ("bf46", "Tcd01", "BF46", "z1a", "Zone1", "ab", "xx12")] == [
        "BF46", "TCD01", "BF46", "z1a", "Zone1", "ab", "xx12",
    ]  # fmt: skip
    areas = sg.load_areas("BFA")
    stocks = pd.DataFrame({"pcode": ["bf46", "BF47"], "date": "2021-01-31", "group": "idp", "people": 5, "source": "x"})
    later = stocks.assign(pcode=stocks["pcode"].str.upper(), date="2021-02-28")
    assert sg.latest_stocks(pd.concat([stocks, later]))["people"].sum() == 10
    for codes in (stocks["pcode"], stocks["pcode"].astype("category"), stocks["pcode"].astype("string")):
        assert sg.attach_areas(stocks.assign(pcode=codes), areas)["pcode"].tolist() == ["BF46", "BF47"]
    assert stocks["pcode"].tolist() == ["bf46", "BF47"]


def test_areas_with_codes_in_small_letters_are_refused_in_words() -> None:
    """Tables have them in capitals, and none of their rows would fit."""
    areas, sample = sg.load_areas("BFA", level=1), sg.load_sample("burkina-2020")
    small = areas.assign(pcode=areas["pcode"].str.lower())
    ways = {
        "attach": lambda: sg.attach_areas(sample.stocks, small),
        "locate": lambda: sg.locate(sample.events, small),
        "count": lambda: sg.events.count_points(sample.events, small),
        "situation": lambda: sg.situation(stocks=sample.stocks, areas=small, pictures=False),
        "over time": lambda: sg.maps.time_map(sample.phases, small),
    }
    for name, look in ways.items():
        with pytest.raises(sg.errors.SchemaError, match="are in small letters. Write areas"):
            assert look() is None, name
    file = io.BytesIO(small[["pcode", "name", "geometry"]].to_json().encode())
    assert sg.read_areas(file)["pcode"].tolist() == areas["pcode"].tolist()


def test_days_with_a_zone_in_arrow_are_refused_as_those_of_pandas_are() -> None:
    """Never by an error of another library."""
    day = pd.Series(pd.to_datetime(["2021-01-31"], utc=True)).astype(pd.ArrowDtype(pa.timestamp("us", "UTC")))
    stocks = pd.DataFrame({"pcode": ["BF46"], "date": day, "group": "idp", "people": [5], "source": ["x"]})
    with pytest.raises(sg.SahelgeoError, match="without time zone"):
        sg.conform(stocks, "stocks")
    points = sg.load_areas("BFA", level=1).representative_point().to_frame("geometry").iloc[:1].assign(date=day.array)
    with pytest.raises(sg.SahelgeoError, match="without time zone"):
        sg.events.count_points(points, sg.load_areas("BFA", level=1), freq="MS")


@pytest.mark.parametrize("key", ["offset", "skip", "startIndex"])
def test_an_answer_that_begins_in_the_middle_is_a_part(key: str) -> None:
    """A page beyond the first, without the number of all."""
    records = [dict(zip(LIST, row, strict=True)) for row in ROWS]
    with pytest.warns(sg.DataWarning, match="a part only: records from number 4 on"):
        sg.read(json_bytes({key: 3, "data": records}), date="2021-01-31")


@pytest.mark.parametrize("envelope", [{"from": 1, "to": 3, "of": 40}, {"hits": 40}])
def test_an_answer_that_says_how_many_there_are_is_a_part(envelope: dict[str, int]) -> None:
    """More than it holds."""
    records = [dict(zip(LIST, row, strict=True)) for row in ROWS]
    with pytest.warns(sg.DataWarning, match=f"a part only: {len(ROWS)} of 40 records"):
        sg.read(json_bytes({**envelope, "data": records}), date="2021-01-31")


@pytest.mark.parametrize(
    "dtype", ["category", pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))]
)
def test_codes_of_areas_of_every_type_are_looked_up(dtype: Any) -> None:
    """As pandas, Arrow and dictionaries hold them."""
    areas = sg.load_areas("BFA", level=1)
    typed = areas.assign(pcode=areas["pcode"].astype(dtype))
    assert sg.match_areas(pd.DataFrame({"place": ["Sahel"]}), typed)["pcode"].tolist() == ["BF56"]
    assert (
        sg.locate(areas.representative_point().to_frame("geometry"), typed)["pcode"].tolist() == areas["pcode"].tolist()
    )


def test_a_level_without_end_is_refused_in_words() -> None:
    """In every way that areas are looked up."""
    areas = sg.load_areas("BFA", level=1)
    areas = areas.assign(level=np.where(areas.index == areas.index[0], np.inf, 1.0))
    for look in (
        lambda: sg.match_areas(pd.DataFrame({"place": ["Sahel"]}), areas),
        lambda: sg.attach_areas(pd.DataFrame({"pcode": ["BF56"]}), areas),
    ):
        with pytest.raises(sg.errors.SchemaError, match=r"column 'level', row.* \(inf\)"):
            look()


IN_COUNTRY = {
    "people": [
        "location_code,admin1_code,admin1_name,gender,age_range,population,reference_period_start,reference_period_end",
        "MLI,ML05,Mopti,all,all,10,2023-01-01,2023-12-31",
        "{},,,all,all,10,2023-01-01,2023-12-31",
    ],
    "events": [
        "location_code,admin1_code,admin1_name,admin_level,event_type,events,fatalities,reference_period_start,reference_period_end",
        "MLI,ML05,Mopti,1,political_violence,10,7,2023-01-01,2023-01-31",
        "{},,,1,political_violence,10,7,2023-01-01,2023-01-31",
    ],
    "population": [
        "Date of analysis,Country,Total country population,Level 1,Area,Validity period,From,To,Phase,Number,Percentage",
        *(f"Apr 2023,CAF,6000,Ouaka,Grimari,current,2023-04-01,2023-08-31,{phase},{people},0.1" for phase, people in (("all", 10), ("3+", 6), (1, 2), (2, 2), (3, 6), (4, 0), (5, 0))),
        *(f"Apr 2023,{{}},6000,,,current,2023-04-01,2023-08-31,{phase},{people},0.1" for phase, people in (("all", 10), ("3+", 6), (1, 2), (2, 2), (3, 6), (4, 0), (5, 0))),
    ],
}  # fmt: skip


@pytest.mark.parametrize("word", ["Total", "TOTAL GÉNÉRAL", "Ensemble", "World", "Monde"])
@pytest.mark.parametrize("column", IN_COUNTRY)
def test_a_word_for_total_where_countries_are_is_a_total(column: str, word: str) -> None:
    """With all other names empty: its people are those of the rows above."""
    lines = [line.format(word) if number > 1 else line for number, line in enumerate(IN_COUNTRY[column])]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        assert sg.read(csv_bytes(*lines))[column].tolist() == [10]


@pytest.mark.parametrize(("country", "region"), [("CAF", "Total"), ("Total", ""), ("World", "")])
@pytest.mark.parametrize("more", [0, 7])
def test_totals_of_phases_are_held_against_their_own_phase(country: str, region: str, more: int) -> None:
    """A right total is not doubted, and a wrong one is."""
    head, people = IN_COUNTRY["population"][0], (("all", 10), ("3+", 6), (1, 2), (2, 2), (3, 6), (4, 0), (5, 0))
    line = "Apr 2023,{},6000,{},{},current,2023-04-01,2023-08-31,{},{},0.1"
    rows = [line.format("CAF", place, place, phase, count) for place in ("Ouaka", "Basse") for phase, count in people]
    rows += [line.format(country, region, "", phase, 2 * count + more * (count > 0)) for phase, count in people]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert sg.read(csv_bytes(head, *rows))["population"].tolist() == [10, 10]
    assert ["add up to" in str(one.message) for one in heard] == [True] * (5 if more else 0)
