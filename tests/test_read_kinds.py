"""Kinds of trouble, each written into the look-alikes of every feed that can have it: read right, refused, or said."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lookalikes import GED, HAPI_FOOD, IPC_LONG, PRISM, ch_csv, ch_row, csv_bytes, ipc_rows, json_bytes

import sahelgeo as sg
from sahelgeo.errors import SahelgeoError


def book(*rows: Sequence[object]) -> io.BytesIO:
    """The rows as a workbook of one sheet."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(list(row))
    content = io.BytesIO()
    made.save(content)
    return io.BytesIO(content.getvalue())


# -- shares in the place of people ------------------------------------------------------------

SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
OWN_PHASES = "pcode,kind,start,end,source,population,people_1,people_2,people_3,people_4,people_5"
WHO = "BF56,current,2020-06-01,2020-08-31,x"


def _of_workbook(figures: Sequence[object]) -> io.BytesIO:
    return ch_csv(ch_row(population=50_000, phase35="", **{f"phase{n}": cell for n, cell in enumerate(figures, 1)}))


def _of_wfp(figures: Sequence[object]) -> io.BytesIO:
    held = {f"phase{n}": cell for n, cell in enumerate(figures, 1)}
    return json_bytes({"DataList": [PRISM | {"population": 50_000, "phase35": None} | held]})


def _of_hapi(figures: Sequence[object]) -> io.BytesIO:
    named = zip(("all", 1, 2, 3, 4, 5), (50_000, *figures), strict=True)
    end = "0.1,2023-04-01,2023-08-31,,"
    return csv_bytes(HAPI_FOOD, *(f"CAF,Ouaka,,CF11,Ouaka,,,1,{phase},current,{cell},{end}" for phase, cell in named))


def _of_ipc(figures: Sequence[object]) -> io.BytesIO:
    return csv_bytes(IPC_LONG, *ipc_rows(figures=(50_000, "", *figures)))


def _of_map(figures: Sequence[object]) -> io.BytesIO:
    about = {"area": "Malakal", "country": "SSD", "current_from_date": "Sep 2025", "current_thru_date": "Nov 2025"}
    held = {f"phase{n}_C_population": cell for n, cell in enumerate(figures, 1)} | {"overall_phase_C": 3}
    held |= about | {"estimated_population_current": 50_000, "analysis_date": "Sep 2025"}
    feature = {"type": "Feature", "properties": held, "geometry": SQUARE}
    return json_bytes({"type": "FeatureCollection", "features": [feature]})


def _of_own(figures: Sequence[object]) -> io.BytesIO:
    return csv_bytes(OWN_PHASES, f"{WHO},50000,{','.join(map(str, figures))}")


def _of_tableau(figures: Sequence[object], phase: str = "Ph {}", *more: list[object]) -> io.BytesIO:
    numbers = ("I", "II", "III", "IV", "V") if phase.endswith("{} ") else range(1, 6)
    head = ["Pays", "2ème niveau administratif", "3ème niveau administratif", "Geocode", "Date du cycle"]
    return book(
        [*head, "Population totale", "SITUATION COURANTE", *[None] * 5],
        [*[None] * 6, "Classification de la zone", *(phase.format(n) for n in numbers)],
        ["Mali", "Mopti", "Koro", "ML0505", "mars 2021", 50_000, 3, *figures],
        *more,
    )


PHASES = [_of_workbook, _of_wfp, _of_hapi, _of_ipc, _of_map, _of_own, _of_tableau]


@pytest.mark.parametrize("file", PHASES)
@pytest.mark.parametrize("shares", [(50, 20, 25, 5, 0), (0.5, 0.2, 0.25, 0.05, 0)])
def test_shares_in_the_place_of_people_are_refused_in_every_feed(
    file: Callable[[Sequence[object]], io.BytesIO], shares: Sequence[float]
) -> None:
    """Written as fractions or percents."""
    with pytest.raises(SahelgeoError, match="they are shares or percents"):
        sg.read(file(shares))
    people = [round(share * 50_000 / sum(shares)) for share in shares]
    assert sg.read(file(people))[["people_1", "people_3", "people_4"]].to_numpy().tolist() == [[25_000, 12_500, 2_500]]


@given(parts=st.lists(st.integers(0, 40), min_size=4, max_size=4), percent=st.booleans(), missing=st.booleans())
def test_shares_are_no_people_whatever_the_phases(parts: list[int], percent: bool, missing: bool) -> None:
    """Also where a phase of nobody is blank."""
    parts = [max(100 - sum(parts), 1), *parts]
    shares = [part / sum(parts) * (100 if percent else 1) for part in parts]
    row = dict(zip([f"people_{n}" for n in range(1, 6)], shares, strict=True))
    if missing:
        row = {name: share or None for name, share in row.items()}
    about = {"pcode": "BF56", "kind": "current", "start": "2020-06-01", "end": "2020-08-31", "source": "x"}
    table = pd.DataFrame([{**about, **row, "population": 50_000}])
    if sum(part > 0 for part in parts) > 1 or not percent:
        with pytest.raises(SahelgeoError, match="shares or percents"):
            sg.area_phase(table)


def test_phases_that_are_all_of_a_hundred_at_most_are_percents() -> None:
    """Where areas print phase 3 and above alone; one such area may have 25 people in it."""
    head = OWN_PHASES.replace("people_1,people_2,people_3,people_4,people_5", "people_3plus")
    rows = [f"BF5{n},current,2020-06-01,2020-08-31,x,50000,{25 + n}" for n in range(4)]
    with pytest.raises(SahelgeoError, match="shares or percents"):
        sg.read(csv_bytes(head, *rows))
    assert sg.read(csv_bytes(head, *rows[:2]))["people_3plus"].tolist() == [25, 26]


@pytest.mark.parametrize("word", ["% de la population", "Proportion", "Part de la population", "Taux", "Percent"])
def test_shares_under_stacked_headings_are_not_people(word: str) -> None:
    """Whatever the heading calls them."""
    head = ["Country", "Level 1 Name", "Area Name", "Date of Analysis", "Current", *[None] * 5]
    rows = [
        head,
        [*[None] * 5, "Phase 1", None, "Phase 3", None],
        [*[None] * 4, "Analysis Period", "#", word, "#", word],
        ["South Sudan", "Upper Nile", "Malakal", "Sep 2025", "Sep 2025 - Nov 2025", 20, 40, 30, 60],
    ]
    swapped = [row[:5] + [row[at] for at in (6, 5, 8, 7)] if len(row) > 8 else row for row in rows]
    for written in (rows, swapped):
        assert sg.read(book(*written))[["people_1", "people_3"]].to_numpy().tolist() == [[20, 30]]


# -- days, totals, rows without a name ----------------------------------------------------------

LIST = "Region,Département,Commune,Site accueil,Nombre de ménages,Nombre de personnes"
COD = "year,admin1Name_fr,admin1Pcode,admin0Name_fr,admin0Pcode,M_TL,F_TL,T_TL"


def said(content: io.BytesIO, **options: object) -> tuple[pd.DataFrame, str]:
    """The table of a file, and what was said of it."""
    with warnings.catch_warnings(record=True) as words:
        warnings.simplefilter("always")
        table = sg.read(content, **options)
    return table, " ".join(str(word.message) for word in words)


def test_a_blank_day_or_year_takes_that_of_the_others_if_they_agree() -> None:
    """What is printed is never replaced by what a title or an argument says."""
    sites = [f"Diffa,Bosso,Bosso,{name},1,10,{day}" for name, day in (("A", "31/01/2021"), ("B", ""))]
    table, words = said(csv_bytes("Situation au 28 février 2023,,,,,,", f"{LIST},dates", *sites))
    assert table["date"].dt.strftime("%Y-%m-%d").tolist() == ["2021-01-31"] * 2
    assert "row(s) 4: empty, and read as the date of the other rows" in words
    with pytest.raises(sg.errors.FormatError, match="row\\(s\\) 3: empty, and the other rows differ"):
        sg.read(csv_bytes(f"{LIST},dates", *sites, "Diffa,Bosso,Bosso,C,1,10,28/02/2021"))
    regions = ["2020,Gao,ML07,Mali,ML,4,6,10", ",Kayes,ML01,Mali,ML,2,3,5"]
    table, words = said(csv_bytes(COD, *regions))
    assert table["year"].tolist() == [2020, 2020]
    assert "read as the year of the other rows" in words
    assert sg.read(csv_bytes(COD, *regions), year=2018)["year"].tolist() == [2020, 2018]


@pytest.mark.parametrize("title", ["IDPs as of 06/05/2021", "Updated 06/05/2021", "Data until 06-05-2021"])
def test_a_day_in_an_english_title_is_said_to_be_read_day_first(title: str) -> None:
    """An American reads it as the fifth of June."""
    content = csv_bytes(f"{title},,,,,", LIST, "Diffa,Bosso,Bosso,A,1,10").getvalue()
    table, words = said(io.BytesIO(content))
    assert str(table["date"].iloc[0].date()) == "2021-05-06"
    assert "with the day first" in words
    table, words = said(io.BytesIO(content), day_first=False)
    assert (str(table["date"].iloc[0].date()), words) == ("2021-06-05", "")
    assert said(csv_bytes("Situation au 06/05/2021,,,,,", LIST, "Diffa,Bosso,Bosso,A,1,10"))[1] == ""


CONASUR = ["Situation au 28 février 2023,,,,", "REGIONS,PROVINCES,COMMUNES,Femmes,Nombre total de PDI"]


@pytest.mark.parametrize(
    "word", ["TTL", "Tot.", "Pays", "Résultat", "Général", "National", "Ens.", "المجموع", "الإجمالي"]
)
def test_a_word_that_is_a_total_alone_is_one(word: str) -> None:
    """As the whole cell only."""
    rows = ["SAHEL,SOUM,DJIBO,5,10", "SAHEL,SOUM,KELBO,3,7"]
    assert sg.read(csv_bytes(*CONASUR, *rows, f",,{word},8,17"))["people"].sum() == 17
    assert said(csv_bytes(*CONASUR, *rows, f"EST,GOURMA,{word} FADA,1,2"))[0]["people"].sum() == 19


def api(*rows: tuple[object, object, int | str]) -> io.BytesIO:
    """Rows of names, codes and people as an answer of IOM's API."""
    about = {"operation": "Lac", "admin0Name": "Chad", "admin0Pcode": "TCD", "reportingDate": "2017-09-30"}
    named = ("admin1Name", "admin1Pcode", "numPresentIdpInd")
    return json_bytes({"result": [about | dict(zip(named, row, strict=True)) for row in rows]})


@pytest.mark.parametrize(
    "total", [("Total", None), (None, "TOTAL"), ("Total Lac (région)", "TD07"), ("Chad", "TD"), ("Tchad", "TCD")]
)
def test_totals_among_rows_that_are_parts_are_told_by_words_and_codes(total: tuple[object, object]) -> None:
    """A sum of reasons and origins says nothing there."""
    assert sg.read(api(("Lac", "TD07", 10), ("Kanem", "TD06", 5), (*total, 15)))["people"].sum() == 15


def test_a_name_with_a_word_for_total_stays_and_is_said_among_parts() -> None:
    """There is a site called Station Total."""
    table, words = said(api(("Lac", "TD07", 10), ("Station Total", "TD06", 5)))
    assert table["people"].sum() == 15
    assert "row(s) 2: they have a word for total in a name, and were kept" in words


def test_rows_without_an_id_that_repeat_another_are_said_and_fractions_too() -> None:
    """Rows that differ in a column that is not read are parts."""
    table, words = said(api(("Lac", "TD07", 10), ("Lac", "TD07", 10)))
    assert table["people"].tolist() == [10]
    assert "1 rows without an id repeat another in every cell" in words
    document = json.loads(api(("Lac", "TD07", "12 000"), ("Lac", "TD07", "12 000")).getvalue())
    document["result"][0]["idpOriginAdmin2Name"] = "Elsewhere"
    assert sg.read(json_bytes(document))["people"].tolist() == [24_000]
    _, account = sg.read_with_report(api(("Lac", "TD07", "1000.5")))
    assert "1 counts have fractions and were rounded" in " ".join(account.notes)


def test_figures_of_rows_without_a_name_are_never_lost_in_silence() -> None:
    """In any column that counts, in any feed whose rows are places."""
    with pytest.raises(sg.errors.FormatError, match="row\\(s\\) 4: people without a commune"):
        sg.read(csv_bytes(*CONASUR, "SAHEL,SOUM,DJIBO,5,10", ",,,7,"))
    survey = "Date de rapport,A2. Région,A3. Département,A4. Commune,A5. Ville / Village/Site,"
    counts = "B1. Personnes Déplacées interne - B1.b Nombre d'individus,B4. Refugiés - B4.b  Nombre d'individus"
    rows = ["2020-01-31,Diffa,Bosso,Bosso,A,100,3", "2020-01-31,,,,,,40"]
    assert (
        "row(s) 3: they name no area and were left out with their 40 people"
        in said(csv_bytes(survey + counts, *rows))[1]
    )
    assert "row(s) 3: they name no area" in said(csv_bytes("Adm2,2020,2021", "Soum,5,7", ",1,2", "Seno,3,4"))[1]


def test_more_totals_than_are_added_up_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of places may hold such a word."""
    monkeypatch.setattr("sahelgeo.readers.total_rows._MOST_SUMS", 2)
    rows = [f"Diffa,Bosso,Bosso,Site{n} Total,1,{10 + n * n}" for n in range(1, 5)]
    table, words = said(csv_bytes(LIST, *rows, "Diffa,Bosso,Bosso,A,1,5"), date="2021-01-31")
    assert len(table) == 5
    assert "Those from row 4 on were not held against sums, and 2 of them were kept" in words
    nameless = [f"Diffa,Bosso,Bosso,Site {n},1,{100 + n}" for n in range(9)]
    totals = [",,,,9,936"] * 7
    table, words = said(csv_bytes(LIST, *nameless, *totals), date="2021-01-31")
    assert table["people"].sum() == 936


def test_a_level_whose_people_are_missing_is_said_to_hold_fewer() -> None:
    """Missing is not the same as none, but none of them is in the table."""
    head = (
        "location_code,admin1_code,admin1_name,admin2_code,admin2_name,admin_level,assessment_type,operation,"
        "reporting_round,population,reference_period_start,reference_period_end"
    )
    rows = ["TCD,,,,,0,BA,Lac,20,500,2023-06-30,2023-06-30", "TCD,TD07,Lac,,,1,BA,Lac,20,,2023-06-30,2023-06-30"]
    assert "holds fewer people than a higher one (0 of 500)" in said(csv_bytes(head, *rows))[1]


def test_areas_that_print_only_the_people_in_phase_3_and_above_keep_them() -> None:
    """They were analysed."""
    head = "adm0_name,adm1_name,adm2_name,population,phase_class,phase1,phase2,phase3,phase4,phase5,phase35"
    file = csv_bytes(head, "Burkina Faso,Sahel,Soum,1000,,,,,,,300")
    phases = sg.read(file, period=("2020-06-01", "2020-08-31"), kind="current")
    assert phases[["people_3plus", "state"]].fillna("").to_numpy().tolist() == [[300, ""]]
    long = [
        f"Apr 2023,CAF,6000000,Ouaka,Bria,current,2023-04-01,2023-08-31,{p},{n},0.1"
        for p, n in (("all", 900), ("3+", 50))
    ]
    assert sg.read(csv_bytes(IPC_LONG, *long))[["people_3plus", "state"]].fillna("").to_numpy().tolist() == [[50, ""]]
    document = json.loads(_of_map([None] * 5).getvalue())
    document["features"][0]["properties"] |= {"overall_phase_C": None, "p3_plus_C_population": 700}
    assert sg.read(json_bytes(document))["people_3plus"].tolist() == [700]


# -- workbooks, JSON and text ---------------------------------------------------------------------


def test_a_figure_merged_over_rows_is_said_and_a_day_is_that_of_each() -> None:
    """Its people are those of the first row only."""
    made = openpyxl.Workbook()
    days = [dt.datetime(2021, 1, 31), None, None]
    rows = [
        ["Diffa", "Bosso", "Bosso", n, 1, 500 if n == "A" else None, day] for n, day in zip("ABC", days, strict=True)
    ]
    for row in ([*LIST.split(","), "dates"], *rows, ["Diffa", "Bosso", "Bosso", "D", 1, 9, days[0]]):
        made.active.append(row)
    for cells in ("F2:F4", "G2:G4"):
        made.active.merge_cells(cells)
    content = io.BytesIO()
    made.save(content)
    table, words = said(io.BytesIO(content.getvalue()))
    assert table["people"].sum() == 509
    assert words.count("one figure is merged over rows 2 to 4") == 1
    assert table["date"].notna().all()
    assert "empty" not in words


def test_formulas_are_found_beside_a_sheet_of_a_chart() -> None:
    """Its file is numbered like that of the first sheet."""
    made = openpyxl.Workbook()
    for row in (["Situation au 28 février 2023"], CONASUR[1].split(","), ["SAHEL", "SOUM", "DJIBO", 5, "=5+5"]):
        made.active.append(row)
    chart = openpyxl.chart.BarChart()
    chart.add_data(openpyxl.chart.Reference(made.active, min_col=4, min_row=2, max_row=3))
    made.create_chartsheet("Graphique").add_chart(chart)
    content = io.BytesIO()
    made.save(content)
    with pytest.raises(sg.errors.FormatError, match="cell E3 holds a formula that no program has computed"):
        sg.read(io.BytesIO(content.getvalue()))


def test_a_key_that_stands_twice_in_a_record_is_refused_where_its_values_differ() -> None:
    """Programs keep the first or the last of them."""
    row = '[{"pcode": "BF01", "date": "2021-01-31", "group": "idp", "people": 1, "people": %d, "source": "x"}]'
    assert sg.read(io.BytesIO((row % 1).encode()))["people"].tolist() == [1]
    with pytest.raises(sg.errors.FormatError, match="the key 'people' twice, with different values"):
        sg.read(io.BytesIO((row % 2).encode()))


@pytest.mark.parametrize("name", ["T‚ra", "TÃ©ra", "TŽra", "T\ufffdra", "TillabÃ©ri", "Tillab‚ri", "RŠgion"])
@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_names_with_letters_of_another_encoding_are_said(name: str, form: str) -> None:
    """They match no area."""
    table, words = said(_sites(name, form), date="2021-01-31")
    assert table["admin3"].tolist() == [name]
    assert f"names such as {name!r}" in words


@pytest.mark.parametrize("name", ["Téra", "N’Guigmi", "Djibo–Centre", "São Œil", "Ville «A»", "Košice", "Gao…"])
def test_names_that_are_well_are_not_doubted(name: str) -> None:
    """Whatever letters they have."""
    assert said(_sites(name, "csv"), date="2021-01-31")[1] == ""


def test_names_of_movements_with_letters_of_another_encoding_are_said() -> None:
    """The places that people left and reached."""
    told = {"De": "origin_name", "Vers": "destination_name", "N": "people"}
    days = {"start": "2021-01-01", "end": "2021-01-31", "source": "x"}
    with pytest.warns(sg.DataWarning, match=r"names such as 'T‚ra' \(destination_name\)"):
        sg.read_table(csv_bytes("De,Vers,N", "Dori,T‚ra,10"), told, table="flows", **days)


def _sites(name: str, form: str) -> io.BytesIO:
    rows = [LIST.split(","), ["Diffa", "Bosso", name, "A", "1", "10"]]
    if form == "json":
        return json_bytes([dict(zip(rows[0], rows[1], strict=True))])
    return csv_bytes(*map(",".join, rows)) if form == "csv" else book(*rows)


def test_an_index_of_parquet_named_like_a_column_keeps_the_column(tmp_path: Path) -> None:
    """And decimals of its parts are numbers."""
    frame = pd.DataFrame({"Localite": ["Djibo"], "PDI": [12]}, index=pd.Index([99], name="PDI"))
    frame.to_parquet(tmp_path / "a.parquet")
    told = {"Localite": "place", "PDI": "people"}
    of_all = {"date": "2023-01-31", "group": "idp", "source": "x"}
    assert sg.read_table(tmp_path / "a.parquet", told, **of_all)["people"].tolist() == [12]
    events = {"event_id_cnty": ["B1"], "event_date": ["2020-08-15"], "event_type": ["Battles"], "actor1": ["A"]}
    events |= {"country": ["Mali"], "latitude": [14.1], "longitude": [-1.6], "fatalities": [decimal.Decimal("12.000")]}
    pd.DataFrame(events).set_index("country").to_parquet(tmp_path / "b.parquet")
    (part,) = sg.large.read_chunks(tmp_path / "b.parquet")
    assert part["fatalities"].tolist() == [12]


# -- other words for the same ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "envelope",
    [
        {"nextCursor": "abc"},
        {"has_next_page": True},
        {"is_last": False},
        {"resultCount": 900},
        {"hits": {"total": {"value": 900}}},
        {"links": [{"rel": "self", "href": "u"}, {"rel": "next", "href": "u"}]},
    ],
)
def test_other_envelopes_say_that_there_is_more(envelope: dict[str, object]) -> None:
    """And none of them says so on the last page."""
    document = json.loads(api(("Lac", "TD07", 10)).getvalue())
    assert "the file holds a part only" in said(json_bytes({**envelope, **document}))[1]
    last = {"nextCursor": None, "has_next_page": False, "is_last": True, "resultCount": 1, "links": [{"rel": "self"}]}
    assert said(json_bytes({**last, **document}))[1] == ""


@pytest.mark.parametrize("mark", ["idem", '"', "〃", "Idem"])
def test_a_mark_for_the_cell_above_is_that_cell(mark: str) -> None:
    """In every column of text."""
    rows = [LIST.split(","), ["Diffa", "Bosso", "Bosso", "A", 1, 10], [mark, mark, mark, "B", 1, 5]]
    table = sg.read(book(*rows), date="2021-01-31")
    assert table[["admin1", "admin2", "admin3"]].to_numpy().tolist() == [["Diffa", "Bosso", "Bosso"]] * 2


def test_a_name_on_a_row_of_its_own_is_that_of_the_rows_below() -> None:
    """Regions as headings among the rows."""
    rows = ["SAHEL,,,,", ",SOUM,DJIBO,5,10", ",SOUM,KELBO,1,2", "EST,,,,", ",GOURMA,FADA,1,3"]
    assert sg.read(csv_bytes(*CONASUR, *rows))["admin1"].tolist() == ["SAHEL", "SAHEL", "EST"]
    rows = ["Diffa,,,,,", ",Bosso,Bosso,A,1,10", "Zinder,,,,,", ",Goure,Goure,B,1,5"]
    assert sg.read(csv_bytes(LIST, *rows), date="2021-01-31")["admin1"].tolist() == ["Diffa", "Zinder"]


@pytest.mark.parametrize("groups", [("PDI", "Réfugiés"), ("Déplacés", "Retournés"), ("IDP", "Returnees")])
def test_a_column_that_tells_groups_apart_is_said_where_it_is_not_read(groups: tuple[str, str]) -> None:
    """All rows would be the displaced."""
    head = [*LIST.split(","), "Statut"]
    rows = [
        ["Diffa", "Bosso", "Bosso", name, 1, count, group]
        for name, count, group in zip("AB", (10, 20), groups, strict=True)
    ]
    parquet = io.BytesIO()
    pd.DataFrame(rows, columns=head).to_parquet(parquet)
    records = json_bytes([dict(zip(head, row, strict=True)) for row in rows])
    for file in (book(head, *rows), records, io.BytesIO(parquet.getvalue()), book(head, rows[1])):
        assert "column 'Statut' names groups" in said(file, date="2021-01-31")[1]
    assert said(book(head, rows[0], [*rows[1][:-1], groups[0]]), date="2021-01-31")[1] == ""


def test_headings_far_down_a_sheet_that_is_left_out_are_said() -> None:
    """Another sheet is read."""
    made = openpyxl.Workbook()
    for sheet, above, place in (("a", 0, "A"), ("b", 75, "B")):
        made.create_sheet(sheet)
        for row in (*[["x"]] * above, LIST.split(","), ["Diffa", "Bosso", "Bosso", place, 1, 10]):
            made[sheet].append(row)
    content = io.BytesIO()
    made.save(content)
    assert (
        "sheet 'b' was left out: the headings on its row 76"
        in said(io.BytesIO(content.getvalue()), date="2021-01-31")[1]
    )


def test_a_site_printed_twice_in_other_letters_counts_once() -> None:
    """Case and accents tell no two sites apart whose figures are the same."""
    rows = ["Diffa,Bosso,Bosso,Site Été,1,10", "Diffa,Bosso,Bosso,SITE ETE,1,10"]
    assert sg.read(csv_bytes(LIST, *rows), date="2021-01-31")["people"].sum() == 10


@pytest.mark.parametrize(
    "total", ["Total,", ",Total", "Sahel,Total", "Total,Total", ",", "Toutes origines,Est", "T O T A L,"]
)
def test_totals_of_movements_are_left_out(total: str) -> None:
    """In the columns of both ends."""
    told = {"De": "origin_name", "Vers": "destination_name", "N": "people"}
    days = {"start": "2021-01-01", "end": "2021-01-31", "source": "x"}
    file = csv_bytes("De,Vers,N", "Sahel,Est,10", "Sahel,Nord,5", f"{total},15")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        assert sg.read_table(file, told, table="flows", **days)["people"].sum() == 15


def test_coordinates_of_zero_and_days_out_of_order_are_said() -> None:
    """Nothing happened where the equator crosses the meridian of Greenwich."""
    head = "event_id_cnty,event_date,event_type,actor1,country,latitude,longitude,fatalities"
    table, words = said(
        csv_bytes(head, "B1,2020-08-15,Battles,A,Mali,0,0,3", "B2,2020-08-15,Battles,A,Mali,14.1,-1.6,3")
    )
    assert table.geometry.isna().tolist() == [True, False]
    assert "row(s) 2: latitude 0 and longitude 0" in words
    event = "7,1,A,B,A - B,1,Djibo,Sahel,Soum,14.1,-1.6,Burkina Faso,2020-01-20,2020-01-10,30,36,40"
    assert "date_end is before date" in said(csv_bytes(GED, event))[1]


def test_phases_in_roman_numerals_and_rows_of_several_cycles_are_read() -> None:
    """Each row of Tableau 4 has the days of its own cycle."""
    figures = (25_000, 10_000, 12_500, 2_500, 0)
    other = ["Mali", "Mopti", "Bankass", "ML0501", "novembre 2021", 50_000, 3, *figures]
    phases = sg.read(_of_tableau(figures, "Phase {} ", other))
    assert phases["people_3"].tolist() == [12_500, 12_500]
    assert phases["season"].tolist() == ["Jan-May 2021", "Sep-Dec 2021"]
    assert said(_of_tableau(figures, "Ph {}", [*other[:4], None, *other[5:]]))[1].count("read as the cycle") == 1


@pytest.mark.parametrize("heading", ["Effectif (%)", "% de PDI", "Pourcentage", "Proportion de déplacés", "Taux"])
def test_a_column_of_shares_is_no_column_of_people(heading: str) -> None:
    """Whatever it is told to be."""
    file = csv_bytes(f"Localité;{heading}", "Djibo;25", "Dori;75")
    days = {"date": "2021-01-31", "group": "idp", "source": "x"}
    with pytest.raises(sg.errors.FormatError, match="its figures are shares, not people"):
        sg.read_table(file, {"Localité": "place", heading: "people"}, **days)


def test_a_country_and_year_that_stand_twice_in_statistics_are_said() -> None:
    """Their people would count twice; a country is known by any of its codes."""
    head = "iso3,country_name,year,new_displacement,total_displacement"
    table, words = said(csv_bytes(head, "ML,Mali,2022,0,10", "MLI,Mali,2022,0,12"))
    assert table["pcode"].tolist() == ["ML", "ML"]
    assert "2 rows share place and day with another row" in words
