"""The Cadre Harmonisé: one analysis for each period, parts of areas told apart, seasons turned into days."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from lookalikes import PRISM, ch_csv, ch_row, csv_bytes, json_bytes, workbook, zipped
from profiles import few
from real_files import real_file
from shapely import Polygon, box, to_geojson

import sahelgeo as sg
from sahelgeo.readers.report import ReadReport

SMALL = "adm0_name,adm1_name,adm2_name,population,phase_class,phase1,phase2,phase3,phase4,phase5,phase35"
WORKBOOK = "food_security/cadre_harmonise_caf_ipc_2024_hapi-pipelines.xlsx"


def test_the_file_says_which_analysis_to_use() -> None:
    """November's projection of the same months is superseded by March's."""
    older = ch_row(
        exercise_code=1, exercise_label="Sep-Dec", exercise_year=2019, usethisperiod="N", phase3=100, phase1=650
    )
    phases, account = sg.read_with_report(ch_csv(ch_row(), older))
    assert phases["people_3"].tolist() == [250]
    assert account.rows_dropped == {"superseded": 1}
    both = sg.read_cadre_harmonise(ch_csv(ch_row(), older), which="all")
    assert both["issued"].dt.strftime("%Y-%m-%d").tolist() == ["2020-01-01", "2019-09-01"]
    assert both["exercise"].tolist() == ["Jan-May 2020", "Sep-Dec 2019"]


def test_without_marks_the_latest_analysis_is_used_and_said() -> None:
    """The workbook of 2020 has no usethisperiod."""
    rows = [
        ch_row(adm0_gaulcode=42, status="outofcamp"),
        ch_row(adm0_gaulcode=42, status="outofcamp", exercise_code=1, exercise_label="Sep-Dec", exercise_year=2019),
        ch_row(adm0_gaulcode=42, status="incamp", adm2_name="Camp X", adm2_pcod2=""),
        ch_row(adm0_gaulcode=42, status="incamp", adm2_name="Camp Abala", adm2_pcod2=""),
    ]
    for row in rows:
        del row["usethisperiod"]
    phases, account = sg.read_with_report(ch_csv(*rows))
    assert account.vintage == "consolidated workbook of 2020, 29 columns"
    assert account.rows_dropped == {"superseded": 1}
    assert phases["unit_kind"].tolist() == ["area", "idp_site", "refugee"]
    assert "the latest analysis of each country and season was kept" in account.notes[0]


def test_seasons_become_days() -> None:
    """Sep-Dec ends in the January of the next year."""
    rows = [
        ch_row(),
        ch_row(reference_code=1, reference_label="Sep-Dec", reference_year=2019, chtype="current"),
        ch_row(reference_code=2, reference_label="Jan-May", chtype="Current"),
    ]
    phases = sg.read_cadre_harmonise(ch_csv(*rows), which="all")
    assert phases["start"].dt.strftime("%Y-%m-%d").tolist() == ["2020-06-01", "2019-10-01", "2020-02-01"]
    assert phases["end"].dt.strftime("%Y-%m-%d").tolist() == ["2020-09-30", "2020-01-31", "2020-05-31"]
    assert phases["kind"].tolist() == ["projected", "current", "current"]
    assert phases["season"].tolist() == ["Jun-Aug 2020", "Sep-Dec 2019", "Jan-May 2020"]


def test_parts_of_an_area_are_units_of_a_kind() -> None:
    """Displaced people, limited access, towns and refugees never stand for the whole area."""
    names = ["Soum-Idps", "Soum_limitedaccess", "Soum_accessible", "Kadiogo-urbain", "Ville De Diffa", "Benue-Refugee"]
    phases = sg.read_cadre_harmonise(ch_csv(ch_row(), *(ch_row(adm2_5_name=name) for name in names)))
    assert phases["unit"].fillna("").tolist() == ["", *names]
    assert phases["unit_kind"].tolist() == ["area", "idp_site", "limited_access", "area", "urban", "urban", "refugee"]
    assert phases["pcode"].unique().tolist() == ["BF5603"]


def test_districts_of_a_state_are_units_where_no_area_is_named() -> None:
    """Nigeria's senatorial districts group areas; a row of displaced people of a state is a part of it."""
    rows = [
        ch_row(adm1_5_name="Borno Central"),
        ch_row(adm1_5_name="Borno Central", adm2_name="", adm2_pcod2="", population=4000, phase1=3500),
        ch_row(adm1_5_name="Sokoto-IDPs", adm2_name="", adm2_pcod2="", population=2500, phase1=2000),
        ch_row(adm3_name="Djibo", adm3_pcod2="BF560302", population=600, phase1=100),
    ]
    phases = sg.read_cadre_harmonise(ch_csv(*rows))
    assert phases["unit"].fillna("").tolist() == ["rest", "Borno Central", "Sokoto-IDPs", ""]
    assert phases["pcode"].tolist() == ["BF5603", "BF56", "BF56", "BF560302"]
    assert phases["place"].tolist() == ["Soum", "Borno Central", "Sokoto-IDPs", "Djibo"]


COUNTS = st.lists(st.integers(0, 5_000), min_size=5, max_size=5).filter(lambda people: sum(people) > 500)


@few()
@given(rest=COUNTS, towns=st.lists(COUNTS, min_size=1, max_size=3))
def test_a_department_beside_its_towns_is_the_rest_of_it(rest: list[int], towns: list[list[int]]) -> None:
    """The workbook's rows count different people: its sum is that of all of them. As many in each phase are a total."""
    figures = [dict(zip([f"phase{n}" for n in range(1, 6)], people, strict=True)) for people in (rest, *towns)]
    rows = [ch_row(population=sum(rest), phase35=sum(rest[2:]), **figures[0])]
    rows += [
        ch_row(adm3_name=f"Town {n}", adm3_pcod2=f"BF56030{n}", population=sum(people), phase35=sum(people[2:]), **one)
        for n, (people, one) in enumerate(zip(towns, figures[1:], strict=True), 1)
    ]
    read = sg.read_cadre_harmonise(ch_csv(*[{name: row[name] for name in rows[0]} for row in rows]))
    held = [sum(people) for people in zip(*towns, strict=True)]
    if all(abs(one - other) <= max(5, 0.005 * one) for one, other in zip(rest, held, strict=True)):
        return
    assert read["unit"].fillna("").tolist() == ["rest"] + [""] * len(towns)
    assert sg.sum_phases(read, by=())["population"].item() == sum(rest) + sum(map(sum, towns))


def test_a_department_that_repeats_its_towns_is_no_rest_of_it() -> None:
    """As many people in each phase as in the rows inside it: sums refuse the two together, with the way out."""
    rows = [ch_row(), *[ch_row(adm3_name=f"Town {n}", adm3_pcod2=f"BF56030{n}") for n in (1, 2)]]
    for row in rows[1:]:
        row |= {name: row[name] / 2 for name in ("population", "phase35", *(f"phase{n}" for n in range(1, 6)))}
    read = sg.read_cadre_harmonise(ch_csv(*rows))
    if len(read) == len(rows):
        assert read["unit"].isna().all()
        with pytest.raises(sg.errors.DoubleCountError, match="hold"):
            sg.sum_phases(read, by=())
    else:
        assert sg.sum_phases(read, by=())["population"].item() == 1000


def test_areas_without_figures_are_not_analysed_and_hold_nobody() -> None:
    """Phase 0, missing phases and rows of zeros are no phase 1 and no zero people."""
    zeros = {f"phase{n}": 0 for n in range(1, 6)}
    rows = [
        ch_row(phase_class="", phase35=0, **zeros),
        ch_row(adm2_name="Seno", phase_class=0, population="", phase35="", **zeros),
        ch_row(adm2_name="Yagha", phase_class=""),
    ]
    phases = sg.read_cadre_harmonise(ch_csv(*rows))
    assert phases["state"].fillna("").tolist() == ["not_analysed", "not_analysed", ""]
    assert phases["people_1"].isna().tolist() == [True, True, False]
    assert phases["phase_published"].isna().all()


def test_a_blank_phase_is_nobody_where_the_others_are_everybody() -> None:
    """Within the rounding of the file; elsewhere it stays missing."""
    rows = [
        ch_row(phase5=""),
        ch_row(adm2_name="Seno", phase5="", population=1003),
        ch_row(adm2_name="Yagha", phase5="", population=1100),
        ch_row(adm2_name="Oudalan", phase1="", phase5=""),
    ]
    phases, account = sg.read_with_report(ch_csv(*rows))
    assert phases["people_5"].fillna(-1).tolist() == [0, 0, -1, -1]
    assert any("in 2 rows a phase is blank" in note for note in account.notes)


def test_a_revision_within_an_analysis_replaces_its_row() -> None:
    """Chad's analysis of 2023 was revised: the old row is in neither choice."""
    rows = [ch_row(usethisperiod="N"), ch_row(phase3=300, phase1=450)]
    for which in ("use", "all"):
        phases, account = sg.read_with_report(ch_csv(*rows), which=which)
        assert phases["people_3"].tolist() == [300]
        assert sum(account.rows_dropped.values()) == 1


def test_parts_that_the_file_does_not_tell_apart_are_numbered() -> None:
    """Both count: their people are people."""
    phases, account = sg.read_with_report(
        ch_csv(ch_row(), ch_row(population=10, phase1=10, phase2=0, phase3=0, phase4=0))
    )
    assert phases["unit"].tolist() == ["part 1 of 2", "part 2 of 2"]
    assert phases["population"].sum() == 1010
    assert "parts of an area" in account.notes[0]


def test_doubts_are_said() -> None:
    """People by phase that are not the population, a total that is not the sum."""
    _, account = sg.read_with_report(ch_csv(ch_row(population=2000, phase35=999)))
    assert any("differ from the population by more than 1 %" in note for note in account.notes)
    assert any("phase35 is not the sum" in note for note in account.notes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"chtype": "guessed"}, r"column 'chtype', row 2 \('guessed'\): neither current nor projected"),
        ({"reference_label": "Monsoon", "reference_code": ""}, "no season that is known in reference_label"),
        ({"reference_year": "20"}, "no season that is known"),
        ({"reference_label": "Sep-Dec"}, "reference_code says Jun-Aug and reference_label says Sep-Dec"),
        ({"usethisperiod": "maybe"}, r"column 'usethisperiod', row 2 \('maybe'\): neither Y nor N"),
        ({"adm0_name": "Atlantis", "adm0_pcod3": ""}, "row 2 .'Atlantis'.: no country that is known"),
        ({"phase3": "many"}, r"column 'phase3', row 2 \('many'\): not a number"),
    ],
)
def test_bad_cells_are_named(changes: dict[str, object], sentence: str) -> None:
    """Row, column, cell, and what would be right."""
    with pytest.raises(sg.errors.FormatError, match=sentence):
        sg.read_cadre_harmonise(ch_csv(ch_row(**changes)))


def test_an_unknown_choice_is_refused() -> None:
    """The message says what the choices mean."""
    with pytest.raises(sg.errors.FormatError, match="which='latest' is neither 'use'"):
        sg.read_cadre_harmonise(ch_csv(ch_row()), which="latest")  # type: ignore[call-overload]


def test_wfp_files_carry_their_own_days() -> None:
    """Empty strings for null, "Current" for current, parts of areas."""
    part = {**PRISM, "adm2_5_name": "Ouallam_limitedaccess", "phase_class": None}
    phases, account = sg.read_with_report(json_bytes({"DataList": [PRISM, part]}))
    assert account.vintage == "WFP's file of one period"
    assert phases["end"].dt.strftime("%Y-%m-%d").tolist() == ["2023-01-31"] * 2
    assert phases["people_5"].tolist() == [0, 0]  # blank, and the other phases are everybody
    assert phases["unit_kind"].tolist() == ["area", "limited_access"]


SQUARES = (box(0, 0, 1, 1), box(2, 0, 3, 1), box(5, 5, 6, 6))


@pytest.mark.parametrize("records", [[], [{}]])
def test_an_empty_file_of_wfp_gives_an_empty_table_and_warns(records: list[dict[str, str]]) -> None:
    """The months were not analysed: that is no error."""
    with pytest.warns(sg.DataWarning, match="holds no analyses: its DataList is empty"):
        phases, account = sg.read_with_report(json_bytes({"DataList": records}))
    assert len(phases) == 0
    assert account.rows == len(records) == sum(account.rows_dropped.values())


def _polygons(*properties: dict[str, object], shapes: Sequence[Polygon] = SQUARES) -> bytes:
    features = [
        {"type": "Feature", "properties": entry, "geometry": json.loads(to_geojson(shape))}
        for entry, shape in zip(properties, shapes, strict=False)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def codes_only(**changes: object) -> dict[str, object]:
    """A row of WFP's older files: an area's code, a season, figures."""
    row: dict[str, object] = {
        "adm2_pcod2": "BF5603", "adm2_5_name": "", "adm2_5_pcod2": "", "adm3_name": "", "adm3_pcod2": "",
        "date": "2020-06-01", "reference_date": "Jun-Aug 2020", "population": 1000, "phase_class": 3,
        "phase1": 500, "phase2": 200, "phase3": 250, "phase4": 50, "phase5": 0, "phase35": 300,
    }  # fmt: skip
    return row | changes


def test_older_files_of_wfp_have_codes_only() -> None:
    """The country is in the code, the period in the season; current or projected is for the reader of the map to say."""
    rows = [
        codes_only(),
        codes_only(adm2_pcod2="NE0609", adm2_5_name="Ouallam_limitedaccess"),
        codes_only(adm2_pcod2=""),
    ]
    phases, account = sg.read_with_report(json_bytes({"DataList": rows}), kind="projected")
    assert account.vintage == "WFP's file of one period, codes only"
    assert phases["pcode"].fillna("").tolist() == ["BF5603", "NE0609", ""]
    assert phases["iso3"].fillna("").tolist() == ["BFA", "NER", ""]
    assert phases["unit_kind"].tolist() == ["area", "limited_access", "area"]
    assert phases["place"].isna().tolist() == [True, False, True]
    assert [day.strftime("%d/%m/%Y") for day in phases.loc[phases.index[0], ["start", "end"]]] == [
        "01/06/2020",
        "30/09/2020",
    ]
    assert "1 rows name no area and have no code: their 1,000 people are kept without one" in account.notes


@pytest.mark.parametrize(
    ("changes", "options", "sentence"),
    [
        ({}, {}, "does not say whether its figures are current or projected. Say kind='current' or kind='projected'"),
        ({}, {"kind": "now"}, "kind='now' is neither"),
        ({"reference_date": "soon"}, {"kind": "current"}, "'reference_date', row 1 .'soon'.: a season and its year"),
        ({"reference_date": "Mar-Apr 2020"}, {"kind": "current"}, "row 1: no season that is known in reference_label"),
    ],
)
def test_files_of_codes_only_say_what_they_lack(
    changes: dict[str, object], options: dict[str, str], sentence: str
) -> None:
    """Nothing is guessed."""
    with pytest.raises(sg.errors.FormatError, match=sentence):
        sg.read(json_bytes({"DataList": [codes_only(**changes)]}), **options)


def test_the_label_of_an_analysis_outweighs_its_code() -> None:
    """WFP's files of June 2024 print the code of the projected season beside the label of November's analysis."""
    phases, account = sg.read_with_report(ch_csv(ch_row(exercise_code=3, exercise_label="Sep-Dec")))
    assert phases["exercise"].tolist() == ["Sep-Dec 2020"]
    assert "in 1 rows exercise_code contradicts exercise_label: the label says which analysis it is" in account.notes


def test_polygons_come_with_their_shapes_and_count_people_once(tmp_path: Path) -> None:
    """An area drawn as two features keeps both polygons and one count; a day that is missing is that of its season."""
    entry = {
        key: value
        for key, value in PRISM.items()
        if key not in ("usethisperiod", "adj_ref_year", "start_date", "end_date")
    }
    dated = {**entry, "start_date": "2022-10-01", "end_date": "2022-12-31"}
    path = tmp_path / "ch.geojson"
    path.write_bytes(_polygons(dated, dated, {**entry, "adm2_name": "Say", "start_date": None, "end_date": None}))
    phases, account = sg.read_with_report(path)
    assert isinstance(phases, gpd.GeoDataFrame)
    assert account.rows_dropped == {"duplicate": 1}
    assert phases.geometry.iloc[0].area == pytest.approx(2)
    assert phases["end"].dt.strftime("%Y-%m-%d").tolist() == ["2022-12-31"] * 2


def test_a_polygon_that_touches_itself_is_repaired_to_a_polygon(tmp_path: Path) -> None:
    """A spike of no width is no ground: without it areas can be laid over the polygon."""
    spiked = Polygon([(0, 0), (2, 0), (2, 1), (4, 1), (2, 1), (2, 2), (0, 2)])
    path = tmp_path / "ch.geojson"
    path.write_bytes(_polygons({**PRISM, "start_date": "2022-10-01", "end_date": "2022-12-31"}, shapes=[spiked]))
    phases, account = sg.read_with_report(path)
    assert phases.geom_type.tolist() == ["Polygon"]
    assert shapely.area(phases.geometry).tolist() == [4]
    assert "1 invalid polygons were repaired" in account.notes


def test_small_files_take_their_period_from_their_name_or_from_you(tmp_path: Path) -> None:
    """The file itself does not say it: the report says where it is from."""
    lines = f"{SMALL}\nBurkina Faso,Sahel,Soum,1000,3,500,200,250,50,0,300\n"
    path = tmp_path / "bfa_nov2021_proj.csv"
    path.write_text(lines)
    phases, account = sg.read_with_report(path)
    assert phases[["kind", "season"]].iloc[0].tolist() == ["projected", "Jun-Aug 2022"]
    assert "taken from the name of the file" in account.notes[0]
    unnamed = tmp_path / "table.csv"
    unnamed.write_text(lines)
    with pytest.raises(sg.errors.FormatError, match="neither the file nor its name says the period"):
        sg.read_cadre_harmonise(unnamed)
    with pytest.raises(sg.errors.FormatError, match="does not say whether its figures are current or projected"):
        sg.read_cadre_harmonise(unnamed, period=("2021-10-01", "2021-12-31"))
    given = sg.read_cadre_harmonise(unnamed, period=("2021-10-01", "2021-12-31"), kind="current")
    assert given["end"].iloc[0] == pd.Timestamp("2021-12-31")


TABLEAU = [
    [
        "1er niveau administratif",
        "2ème niveau administratif",
        "3ème niveau administratif",
        "Geocode",
        "Date du cycle",
        "Population totale",
        "SITUATION COURANTE",
        *[None] * 11,
        "SITUATION PROJETEE",
        *[None] * 11,
    ],
    [None] * 6
    + ["Classification de la zone", "Pourcentage de la population", *[None] * 4, "Population totale en", *[None] * 5]
    * 2,
    [None] * 6 + [None, *[f"% Ph{n}" for n in range(1, 6)], *[f"Ph {n}" for n in range(1, 6)], "3 à 5"] * 2,
    [
        "Mali",
        "Mopti",
        "Koro",
        "ML0505",
        "mars 2021",
        100,
        3,
        0.4,
        0.3,
        0.2,
        0.1,
        0,
        40,
        30,
        20,
        10,
        0,
        30,
        2,
        0.5,
        0.4,
        0.1,
        0,
        0,
        50,
        40,
        10,
        0,
        0,
        10,
    ],
    [
        "0",
        None,
        "Bankass",
        "ML0502",
        "mars 2021",
        50,
        1,
        1,
        0,
        0,
        0,
        0,
        50,
        0,
        0,
        0,
        0,
        0,
        1,
        1,
        0,
        0,
        0,
        0,
        50,
        0,
        0,
        0,
        0,
        0,
    ],
    [
        None,
        None,
        None,
        None,
        None,
        150,
        None,
        None,
        None,
        None,
        None,
        None,
        90,
        30,
        20,
        10,
        0,
        30,
        None,
        None,
        None,
        None,
        None,
        None,
        100,
        40,
        10,
        0,
        0,
        10,
    ],
]


def test_tableau_4_gives_a_row_for_each_situation(tmp_path: Path) -> None:
    """Merged headings, a country printed 0, an unlabelled total."""
    path = workbook(tmp_path / "ch.xlsx", {"Tableau 4 - Estimation Pop": TABLEAU})
    phases, account = sg.read_with_report(path)
    assert account.rows_dropped == {"total": 1}
    assert phases["kind"].tolist() == ["current", "current", "projected", "projected"]
    assert phases["people_3"].tolist() == [20, 0, 10, 0]
    assert phases["phase_published"].tolist() == [3, 1, 2, 1]
    assert phases["iso3"].unique().tolist() == ["MLI"]
    assert phases["admin1"].tolist() == ["Mopti"] * 4
    assert phases["season"].tolist() == ["Jan-May 2021"] * 2 + ["Jun-Aug 2021"] * 2


# As the countries' workbooks are made: merged situations, a row with blanks for the period, a sum in the last row.
MERGED = [
    [*TABLEAU[0][:6], "Protocole d'analyse", "SITUATION COURANTE", *[None] * 11, "SITUATION PROJETEE", *[None] * 11],
    [None] * 7
    + ["Classification de la zone", "Pourcentage de ménages affectés par chaque Ph", *[None] * 4]
    + [f"Population totale en Ph {n}" for n in (1, 2, 3, 4, 5, "3 à 5")]
    + ["Classification de la zone", "Pourcentage de ménages affectés par chaque Ph", *[None] * 4]
    + [f"Population totale en Phase {n}" for n in (1, 2, 3, 4, 5, "3 à 5")],
    [None] * 8 + ["Période\u00a0: ", *[None] * 10, "projetée", "Période\u00a0: ____________"] + [None] * 10,
    [None] * 8 + [f"Ph {n}" for n in range(1, 6)] + [None] * 7 + [f"Ph {n}" for n in range(1, 6)] + [None] * 6,
    [
        "Mauritanie",
        "Adrar",
        "Atar",
        "MR0102",
        "Mars 2021",
        100,
        "Protocole normal",
        1,
        0.8,
        0.1,
        0.1,
        0,
        0,
        80,
        10,
        10,
        0,
        0,
        10,
        2,
        0.7,
        0.2,
        0.1,
        0,
        0,
        70,
        20,
        10,
        0,
        0,
        10,
    ],
    [
        "Mauritanie",
        "Adrar",
        "Aoujeft",
        "MR0101",
        "Mars 2021",
        50,
        "Protocole normal",
        0,
        None,
        None,
        None,
        None,
        None,
        *([None] * 6),
        3,
        0.5,
        0.2,
        0.2,
        0.1,
        0,
        25,
        10,
        10,
        5,
        0,
        15,
    ],
    [None] * 5 + [150, None, None, *[None] * 5, 80, 10, 10, 0, 0, 10, *[None] * 6, 95, 30, 20, 5, 0, 25],
]


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm"])
def test_a_workbook_of_a_country_is_read_as_it_is_made(tmp_path: Path, suffix: str) -> None:
    """Merged headings repeat a heading in every column; a workbook may hold macros, whose part is no XML."""
    merged = ["H1:S1", "T1:AE1", "I2:M2", "U2:Y2", "I3:M3", "U3:Y3", "H3:H4", "T3:T4", "A1:A4", "F1:F4"]
    path = workbook(
        tmp_path / f"m{suffix}", {"Tableau 4 - Estimation Pop": MERGED}, {"Tableau 4 - Estimation Pop": merged}
    )
    if suffix == ".xlsm":
        links = "xl/_rels/workbook.xml.rels"
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        macro = b'<Relationship Id="rIdM" Type="vbaProject" Target="vbaProject.bin"/></Relationships>'
        parts[links] = parts[links].replace(b"</Relationships>", macro)
        path = zipped(path, {**parts, "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})
    phases, account = sg.read_with_report(path)
    assert account.rows_dropped == {"total": 1}
    assert phases[["place", "kind", "phase_published", "people_3plus"]].values.tolist() == [
        ["Atar", "current", 1, 10],
        ["Atar", "projected", 2, 10],
        ["Aoujeft", "projected", 3, 15],
    ]
    assert phases["population"].tolist() == [100, 100, 50]


def test_tableau_4_needs_its_cycle_and_figures(tmp_path: Path) -> None:
    """A cycle that is no month, a cycle without a projection, headings without people."""
    rows = [list(row) for row in TABLEAU]
    rows[3][4] = "le cycle"
    with pytest.raises(sg.errors.FormatError, match=r"column 'Date du cycle', row 4 \('le cycle'\): no month and year"):
        sg.read_cadre_harmonise(workbook(tmp_path / "a.xlsx", {"S": rows}))
    rows[3][4] = "juin 2021"
    with pytest.raises(sg.errors.FormatError, match="Jun-Aug has no projected situation"):
        sg.read_cadre_harmonise(workbook(tmp_path / "b.xlsx", {"S": rows}))
    bare = [row[:7] for row in TABLEAU[:1] + TABLEAU[3:]]
    with pytest.raises(sg.errors.FormatError, match="no people by phase under the headings"):
        sg.read_cadre_harmonise(workbook(tmp_path / "c.xlsx", {"S": bare}))


def test_another_feed_is_refused() -> None:
    """The refusal names the headings."""
    with pytest.raises(sg.errors.FormatError, match="not the Cadre Harmonisé"):
        sg.read_cadre_harmonise(csv_bytes("a,b", "1,2"))


@pytest.fixture(scope="module")
def in_use() -> tuple[pd.DataFrame, ReadReport]:
    """The consolidated workbook as it is read, with its account."""
    return sg.read_with_report(real_file(WORKBOOK))


@pytest.fixture(scope="module")
def every_analysis() -> pd.DataFrame:
    """Every analysis of the consolidated workbook."""
    return sg.read_cadre_harmonise(real_file(WORKBOOK), which="all")


def test_the_workbook_of_2023_accounts_for_its_28286_rows(in_use: tuple[pd.DataFrame, ReadReport]) -> None:
    """People in phases 3 to 5 as the consolidated workbook adds them up."""
    phases, account = in_use
    assert account.rows == account.rows_kept + sum(account.rows_dropped.values()) == 28_286
    assert account.rows_dropped == {"superseded": 7_132}
    published = {
        ("BFA", "Jun-Aug 2020"): 3_280_803,
        ("MLI", "Jun-Aug 2022"): 1_841_064,
        ("NER", "Jun-Aug 2022"): 4_402_404,
        ("TCD", "Jun-Aug 2023"): 2_295_981,
        ("MRT", "Jun-Aug 2022"): 878_921,
        ("NGA", "Jun-Aug 2023"): 24_861_152,
    }
    sums = phases.groupby(["iso3", "season"])["people_3plus"].sum()
    assert {key: int(sums[key]) for key in published} == published
    people = phases[["people_3", "people_4", "people_5"]].sum(axis=1).groupby([phases["iso3"], phases["season"]]).sum()
    assert all(abs(people[key] - total) <= 5 for key, total in published.items())


@pytest.mark.parametrize(
    ("iso3", "season", "expected"),
    [
        ("BFA", "Jun-Aug 2020", 3_280_803),
        ("MLI", "Jun-Aug 2022", 1_841_064),
        ("NER", "Jun-Aug 2022", 4_402_404),
        ("NER", "Jan-May 2023", 2_454_354),
        ("TCD", "Jun-Aug 2023", 2_295_981),
        ("NGA", "Jun-Aug 2022", 19_453_305),
    ],
)
def test_published_national_figures_come_out_of_the_workbook(
    iso3: str, season: str, expected: int, in_use: tuple[pd.DataFrame, ReadReport]
) -> None:
    """People in phase 3 or above, within the rounding of rows to whole persons."""
    table = in_use[0]
    table = table[(table["iso3"] == iso3) & (table["season"] == season)]
    assert sg.sum_phases(table, by=())["people_3plus"].item() == pytest.approx(expected, abs=5)


def test_published_phases_of_the_cadre_harmonise_agree_with_the_rule(every_analysis: pd.DataFrame) -> None:
    """98.2 % of all rows, 98.7 % since 2018 without the country that uses IPC; half of the rest is rounding."""
    table = every_analysis.assign(reference_year=every_analysis["season"].str[-4:].astype(int))
    audit = sg.phases.audit(table, by=["iso3", "reference_year"])
    assert audit[["compared", "agree"]].sum().tolist() == [27_966, 27_451]
    recent = audit[(audit["iso3"] != "CAF") & (audit["reference_year"] >= 2018)]
    assert round(100 * recent["agree"].sum() / recent["compared"].sum(), 2) == 98.74
    assert audit["do_not_add_up"].sum() == 84
    assert audit["by_rounding"].sum() > 0.45 * (audit["compared"] - audit["agree"]).sum()


def test_the_latest_analysis_agrees_with_the_publisher_but_for_ten_rows(
    in_use: tuple[pd.DataFrame, ReadReport], every_analysis: pd.DataFrame
) -> None:
    """The rule used where a file marks no analysis, held against one that does."""
    latest = every_analysis["issued"] == every_analysis.groupby(["iso3", "season"])["issued"].transform("max")
    assert abs(int(latest.sum()) - len(in_use[0])) <= 10


@pytest.mark.filterwarnings("ignore:1 of 72 rows lack people in some phase:sahelgeo.DataWarning")
def test_totals_come_out_where_the_workbook_leaves_phases_blank(in_use: tuple[pd.DataFrame, ReadReport]) -> None:
    """The Central African Republic in autumn 2022, Chad in autumn 2017: as their printed phase35."""
    phases = in_use[0]
    for iso3, season, expected in (("CAF", "Sep-Dec 2022", 2_652_694), ("TCD", "Sep-Dec 2017", 317_984)):
        rows = phases[(phases["iso3"] == iso3) & (phases["season"] == season)]
        assert sg.sum_phases(rows, by=())["people_3plus"].tolist() == [expected] == [rows["people_3plus"].sum()]


def test_one_analysis_speaks_for_a_country_on_a_day(every_analysis: pd.DataFrame) -> None:
    """Mauritania's 13 regions of September 2022 do not fill in beside the 48 departments of January 2023."""
    with pytest.warns(sg.DataWarning, match="rows of other analyses are left out") as warned:
        found = sg.phases_at(every_analysis[every_analysis["iso3"] == "MRT"], "2023-07-15")
    assert len(warned) == 1, "a region whose departments are classified is not without a classification"
    assert (len(found), int(found["population"].sum())) == (48, 3_543_688)
