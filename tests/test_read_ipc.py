"""The IPC: overlapping rows never added, every style gives the same table."""

import json
from pathlib import Path

import geopandas as gpd
import pytest
from lookalikes import HAPI_FOOD, IPC_LONG, csv_bytes, ipc_rows, json_bytes, workbook
from real_files import real_file

import sahelgeo as sg


def test_all_and_3plus_repeat_the_phases() -> None:
    """Seven rows of the file are one row of the table."""
    phases, account = sg.read_with_report(csv_bytes(IPC_LONG, *ipc_rows(), *ipc_rows(kind="second projection")))
    assert phases[["population", "people_3plus", "people_1", "people_5"]].values.tolist() == [[100, 50, 20, 0]] * 2
    assert phases["kind"].tolist() == ["current", "second_projected"]
    assert phases["admin1"].tolist() == ["Ouaka"] * 2
    assert (account.rows, account.rows_kept, account.table_rows) == (14, 14, 2)


def test_rows_repeated_with_other_rounding_are_copies() -> None:
    """One or two people more are the same statement; other figures are another area of the name."""
    rounded = ipc_rows(figures=(101, 51, 20, 30, 35, 16, 0))
    other = ipc_rows(figures=(9, 3, 3, 3, 3, 0, 0))
    phases, account = sg.read_with_report(csv_bytes(IPC_LONG, *ipc_rows(), *rounded))
    assert len(phases) == 1
    assert account.rows_dropped == {"duplicate": 7}
    phases, account = sg.read_with_report(
        csv_bytes(IPC_LONG, *ipc_rows(figures=(1000, 500, 200, 300, 350, 150, 0)), *other)
    )
    assert phases["unit"].tolist() == ["part 1 of 2", "part 2 of 2"]
    assert phases["population"].sum() == 1009
    assert "parts of an area that the file does not tell apart" in account.notes[0]


def test_national_rows_have_the_code_of_their_country() -> None:
    """Level 1 and area are missing: the row is the country."""
    phases = sg.read_ipc(
        csv_bytes(
            "Date of analysis,Country,Validity period,From,To,Phase,Number",
            "Apr 2023,CAF,current,2023-04-01,2023-08-31,3,7",
        )
    )
    assert phases[["pcode", "place"]].values.tolist() == [["CF", "CAF"]]
    assert phases["people_1"].isna().all()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            "Apr 2023,CAF,1,a,b,current,2023-04-01,2023-08-31,6,1,1",
            r"column 'Phase', row 2 \('6'\): not all, 3\+ or 1 to 5",
        ),
        ("Apr 2023,CAF,1,a,b,third projection,2023-04-01,2023-08-31,1,1,1", "not current, first projection or second"),
        ("Apr 2023,CAF,1,a,b,current,soon,2023-08-31,1,1,1", "column 'From', row 2"),
    ],
)
def test_bad_cells_are_named(row: str, sentence: str) -> None:
    """Row, column and cell."""
    with pytest.raises(sg.errors.FormatError, match=sentence):
        sg.read_ipc(csv_bytes(IPC_LONG, row))


def _wide() -> list[str]:
    blocks = []
    for kind, first in (("current", "Current"), ("first projection", "First projection")):
        blocks += [
            f"{first} from",
            f"{first} to",
            f"Population analyzed {kind}",
            f"Phase 3+ number {kind}",
            f"Phase 3+ percentage {kind}",
        ]
        blocks += [f"Phase {n} {what} {kind}" for n in range(1, 6) for what in ("number", "percentage")]
    return ["Date of analysis,Country,Level 1,Area," + ",".join(blocks)]


def test_wide_files_give_a_row_for_each_period() -> None:
    """A period without figures gives none, and an area without any is accounted for."""
    figures = "2023-04-01,2023-08-31,100,50,0.5,20,0.2,30,0.3,35,0.35,15,0.15,0,0"
    blank = "," * 14
    phases, account = sg.read_with_report(
        csv_bytes(
            *_wide(), f"Apr 2023,CAF,Ouaka,Grimari,{figures},{blank}", f"Apr 2023,CAF,Ouaka,Ippy,{blank},{blank}"
        ),
    )
    assert phases[["place", "kind", "people_3"]].values.tolist() == [["Grimari", "current", 35]]
    assert account.rows_dropped == {"no figures": 1}
    with pytest.raises(sg.errors.FormatError, match="no people by phase under the headings"):
        sg.read_ipc(csv_bytes(*_wide(), f"Apr 2023,CAF,Ouaka,Ippy,{blank},{blank}"))


def test_areas_of_one_name_are_numbered_in_wide_files() -> None:
    """Two areas of one group may share their name."""
    figures = "2023-04-01,2023-08-31,100,50,0.5,20,0.2,30,0.3,35,0.35,15,0.15,0,0"
    row = f"Apr 2023,CAF,Ouaka,Grimari,{figures}," + "," * 14
    other = row.replace("100,50", "110,50")
    elsewhere = row.replace("Grimari", "Bambari")
    phases = sg.read_ipc(csv_bytes(*_wide(), row, other, elsewhere, elsewhere))
    assert phases["unit"].fillna("").tolist() == ["part 1 of 2", "part 2 of 2", ""]


def _figures(suffix: str = "") -> dict[str, int]:
    people = {f"phase{n}_population{suffix}": value for n, value in enumerate((20, 30, 35, 15, 0), 1)}
    return {f"estimated_population{suffix}": 100, f"p3plus{suffix}": 50, f"overall_phase{suffix}": 3} | people


ANALYSIS = {
    "id": "1",
    "title": "Acute Food Insecurity",
    "country": "CF",
    "condition": "A",
    "analysis_date": "Apr 2023",
    "current_period_dates": "Apr 2023 - Aug 2023",
}


def test_the_api_gives_its_deepest_level() -> None:
    """Groups repeat their areas, the country repeats its groups; 0 analysed people is no analysis."""
    area = {"name": "Grimari", **_figures(), **_figures("_projected"), "estimated_population_second_projected": 0}
    analysis = {
        **ANALYSIS,
        "projected_period_dates": "Sep 2023 - Mar 2024",
        "second_projected_period_dates": "",
        **_figures(),
    }
    grouped = {
        **analysis,
        **{key: value * 2 for key, value in _figures().items() if "population" in key},
        "groups": [{"name": "Ouaka", "areas": [area], **_figures()}, {"name": "Bangui", **_figures()}],
    }
    phases, account = sg.read_with_report(json_bytes([grouped]))
    assert phases[["place", "kind"]].values.tolist() == [
        ["Grimari", "current"],
        ["Bangui", "current"],
        ["Grimari", "projected"],
    ]
    assert phases["end"].dt.strftime("%Y-%m-%d").tolist() == ["2023-08-31", "2023-08-31", "2024-03-31"]
    assert phases["phase_published"].tolist() == [3, 3, 3]
    assert account.rows_kept == 1
    assert sg.read_ipc(json_bytes([{**analysis, "areas": [area]}]))["place"].unique().tolist() == ["Grimari"]
    assert sg.read_ipc(json_bytes([analysis]))["pcode"].tolist() == ["CF"]
    empty = {key: value for key, value in analysis.items() if "_p" not in key and "p3" not in key}
    phases, account = sg.read_with_report(json_bytes([analysis, empty]))
    assert account.rows_dropped == {"no figures": 1}


def test_areas_of_an_answer_that_do_not_add_up_to_their_country_are_said() -> None:
    """The deepest level covers a part only: the others are not lost without a word."""
    area = {"name": "Grimari", **_figures()}
    analysis = {
        **ANALYSIS,
        **{key: value * 3 for key, value in _figures().items() if "population" in key},
        "areas": [area],
    }
    with pytest.warns(sg.DataWarning, match="1 rows of groups or countries .* which hold 100 people of their 300"):
        phases = sg.read_ipc(json_bytes([analysis]))
    assert phases["place"].tolist() == ["Grimari"]
    assert phases["analysis"].tolist() == ["Acute Food Insecurity"]


def _map(**changes: object) -> bytes:
    properties = {
        "aar_id": "1",
        "anl_id": "9",
        "title": "Jawzjan",
        "ipc_period": "P",
        "overall_phase": 3,
        "confidence_level": 2,
        "admin_type": "urb",
        "estimated_population": "100000",
        **{f"phase{n}_population": value for n, value in enumerate((20_000, 30_000, 35_000, 15_000, 0), 1)},
        **changes,
    }
    geometry = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def test_a_map_needs_its_period(tmp_path: Path) -> None:
    """It says no dates: they must be given."""
    path = tmp_path / "map.geojson"
    path.write_bytes(_map())
    with pytest.raises(sg.errors.FormatError, match=r"\(analysis 9\) that does not say its period"):
        sg.read_ipc(path)
    phases = sg.read_ipc(path, period=("2025-04-01", "2025-09-30"), issued="2025-03-01")
    assert isinstance(phases, gpd.GeoDataFrame)
    assert phases[["place", "kind", "unit_kind", "population", "evidence"]].iloc[0].tolist() == [
        "Jawzjan",
        "projected",
        "urban",
        100_000,
        2,
    ]
    assert "phase1_color" not in phases


def test_grey_areas_of_a_map_are_no_phase(tmp_path: Path) -> None:
    """10 is inadequate evidence, 0 not analysed; neither is phase 1."""
    path = tmp_path / "map.geojson"
    missing = {f"phase{n}_population": None for n in range(1, 6)}
    for code, state in ((10, "inadequate_evidence"), (0, "not_analysed")):
        path.write_bytes(_map(overall_phase=code, confidence_level=0, **missing))
        phases = sg.read_ipc(path, period=("2025-04-01", "2025-09-30"))
        assert phases["state"].tolist() == [state]
        assert phases["phase_published"].isna().all()
        assert phases["evidence"].isna().all()


def test_the_website_map_holds_three_periods(tmp_path: Path) -> None:
    """C, P and A are current, projected and second projection."""
    properties = {
        "area": "Malakal",
        "group_name": "Upper Nile",
        "country": "SSD",
        "analysis_date": "Sep 2025",
        "current_from_date": "Sep 2025",
        "current_thru_date": "Nov 2025",
        "estimated_population_current": "100",
        "overall_phase_C": 4,
        "p3_plus_C_population": 50,
        **{f"phase{n}_C_population": value for n, value in enumerate((20, 30, 35, 15, 0), 1)},
    }
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [31, 9]}}
    path = tmp_path / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    phases = sg.read_ipc(path)
    assert phases[["place", "kind", "phase_published"]].values.tolist() == [["Malakal", "current", 4]]
    assert phases["end"].dt.strftime("%Y-%m-%d").tolist() == ["2025-11-30"]


EXPORT = [
    [None] * 12,
    ["Acute Food Insecurity", *[None] * 11],
    [None, None, None, None, "Current", *[None] * 7],
    [None, None, None, None, None, None, "Phase 1", None, "Phase 2", None, "Phase 3", None],
    [
        "Country",
        "Level 1 Name",
        "Area",
        "Date of Analysis",
        "Analysis Period",
        "Area Phase",
        "#",
        "%",
        "#",
        "%",
        "#",
        "%",
    ],
    ["South Sudan", "Upper Nile", None, "Sep 2025", *[None] * 8],
    [None, None, "Malakal", "Sep 2025", "Sep 2025 - Nov 2025", 3, 20, 0.2, 30, 0.3, 50, 0.5],
]


def test_the_excel_export_of_the_website_is_read(tmp_path: Path) -> None:
    """Three rows of headings; rows of groups without figures are accounted for."""
    phases, account = sg.read_with_report(workbook(tmp_path / "e.xlsx", {"IPC": EXPORT}))
    assert phases[["place", "admin1", "kind", "phase_published"]].values.tolist() == [
        ["Malakal", "Upper Nile", "current", 3]
    ]
    assert phases[["people_1", "people_2", "people_3"]].values.tolist() == [[20, 30, 50]]
    assert account.rows_dropped == {"title": 1, "empty": 1, "group without figures": 1}


def _with_groups(*, national: int, group: int) -> list[list[object]]:
    blank = EXPORT[:5]
    period = "Sep 2025 - Nov 2025"

    def row(level1: str | None, area: str | None, people: int) -> list[object]:
        return ["South Sudan", level1, area, "Sep 2025", period, 3, people, 0.2, people, 0.2, people, 0.6]

    return [
        *blank,
        row(None, None, national),
        row("Upper Nile", None, group),
        row("Upper Nile", "Malakal", 20),
        row("Upper Nile", "Maban", 10),
        row("Unity", None, 5),
    ]


def test_groups_and_the_country_do_not_double_their_areas(tmp_path: Path) -> None:
    """Rows of groups and of the country carry figures too; a group without areas below it is one of the areas."""
    rows = _with_groups(national=35, group=30)
    phases, account = sg.read_with_report(workbook(tmp_path / "g.xlsx", {"IPC": rows}))
    assert phases[["place", "people_1"]].values.tolist() == [["Malakal", 20], ["Maban", 10], ["Unity", 5]]
    assert account.rows_dropped == {"title": 1, "empty": 1, "total": 2}
    with pytest.warns(sg.DataWarning, match="1 rows of groups .* which hold 90 people of their 180"):
        sg.read_ipc(workbook(tmp_path / "h.xlsx", {"IPC": _with_groups(national=35, group=60)}))


TRACKING = [
    ",,,,Current,,,,,,,,First Projection,,,,,,,",
    ",,,,,Phase 1,,Phase 2,,Phase 3,,,,Phase 1,,Phase 2,,Phase 3,,",
    "Country,Framework,Date of Analysis,Country Population,Analysis Period,#,%,#,%,#,%,,Analysis Period,#,%,#,%,#,%,",
    'Mali,CH,Nov 2019,"20,000,000",Oct 2019 - Dec 2019,"16,000,000",80%,"3,000,000",15%,"648,330",3%,,Jun 2020 - Aug 2020,"15,000,000",75%,"4,000,000",20%,"1,000,000",5%,',
    'Chad,IPC,Nov 2019,"16,000,000",Oct 2019 - Dec 2019,"12,000,000",80%,"3,000,000",15%,"600,000",3%,,,,,,,,,',
]


def test_the_tracking_sheet_tells_ipc_from_cadre_harmonise() -> None:
    """Thousands commas, percent signs, national rows of both frameworks."""
    phases = sg.read_ipc(csv_bytes(*TRACKING))
    assert phases[["pcode", "kind", "source"]].values.tolist() == [
        ["ML", "current", "cadre-harmonise"],
        ["TD", "current", "ipc"],
        ["ML", "projected", "cadre-harmonise"],
    ]
    assert phases["people_3"].tolist() == [648330, 600000, 1000000]


def test_words_in_place_of_figures_are_missing_and_said() -> None:
    """Phases that were merged, analyses without estimates, a year that stands once in a period."""
    rows = [
        'Kenya,IPC,Aug 2019,"50,000,000",Aug - Oct 2019,"10,000,000",80%,"2,000,000",15%,"600,000",5%,,,,,,,,,',
        'Uganda,IPC,Aug 2019,"40,000,000",Aug - Oct 2019,"10,000,000",80%,Merged with Ph 1,,"600,000",5%,,,,,,,,,',
        'Sudan,IPC,Aug 2019,"40,000,000",Aug - Oct 2019,No population estimates provided,,,,,,,,,,,,,,',
    ]
    with (
        pytest.warns(
            sg.DataWarning, match="phase 2.*1 cells: the phase was merged with another, which holds its people"
        ),
        pytest.warns(sg.DataWarning, match="phase 1.*1 cells: no estimates were provided"),
    ):
        phases = sg.read_ipc(csv_bytes(*TRACKING[:3], *rows))
    assert phases["place"].tolist() == ["Kenya", "Uganda"]
    assert phases["people_2"].fillna(-1).tolist() == [2_000_000, -1]
    assert phases["start"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2019-08-01"]
    assert phases["end"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2019-10-31"]


def test_a_map_export_keeps_areas_without_figures_and_points(tmp_path: Path) -> None:
    """79 features: a camp is a point with fewer keys, and an area of evidence that is inadequate has no phase."""
    area = {
        "group_name": "Upper Nile",
        "code": "SS07",
        "analysis_date": "Sep 2025",
        "fanalysis_date": "20250922",
        "current_from_date": "Sep 2025",
        "current_thru_date": "Nov 2025",
        "estimated_population_current": 100,
        "overall_phase_C": 3,
        "p3_plus_C_population": 50,
        **{f"phase{n}_C_population": value for n, value in enumerate((20, 30, 35, 15, 0), 1)},
    }
    missing = {f"phase{n}_C_population": None for n in range(1, 6)} | {"p3_plus_C_population": None}
    features = [{**area, "area": f"Area {n}"} for n in range(76)]
    features += [{**area, **missing, "area": "Grey", "overall_phase_C": 10, "estimated_population_current": None}]
    features += [{**area, **missing, "area": "Odd", "overall_phase_C": 7}]
    shape = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    drawn = [{"type": "Feature", "properties": held, "geometry": shape} for held in features]
    camp = {key: area[key] for key in ("analysis_date", "current_from_date", "current_thru_date", "overall_phase_C")}
    drawn.append(
        {
            "type": "Feature",
            "properties": {**camp, "area": "Camp"},
            "geometry": {"type": "Point", "coordinates": [31, 9]},
        }
    )
    path = tmp_path / "map.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": drawn}))
    with pytest.warns(sg.DataWarning, match="1 areas are of class 7, which is no phase: none was kept"):
        phases = sg.read_ipc(path)
    assert len(phases) == 79
    assert phases["population"].sum() == 77 * 100
    assert phases.set_index("place")["state"].dropna().to_dict() == {
        "Grey": "inadequate_evidence",
        "Odd": "not_analysed",
    }
    assert phases.geom_type.value_counts().to_dict() == {"Polygon": 78, "Point": 1}


def test_hapi_food_security_is_taken_too() -> None:
    """The same reader, the same table."""
    rows = [
        f"CAF,Ouaka,,,,,,1,{phase},current,{people},0.1,2023-04-01,2023-08-31,,"
        for phase, people in (("all", 10), ("3+", 4), (1, 6), (3, 4))
    ]
    phases = sg.read_ipc(csv_bytes(HAPI_FOOD, *rows))
    assert phases[["place", "population", "people_1", "people_3", "source"]].values.tolist() == [
        ["Ouaka", 10, 6, 4, "hapi"]
    ]


def test_other_files_are_refused() -> None:
    """The message says what was seen."""
    with pytest.raises(sg.errors.FormatError, match="the Integrated Food Security Phase Classification"):
        sg.read_ipc(csv_bytes("a,b", "1,2"))
    with pytest.raises(sg.errors.FormatError, match="no people by phase under the headings"):
        sg.read_ipc(csv_bytes("Country,Area,Date of Analysis", "Mali,Koro,Nov 2019"))


def test_long_and_wide_files_of_the_central_african_republic_agree() -> None:
    """The figures of April 2023 in both styles."""
    long = sg.read_ipc(real_file("food_security/hdx2026_ipc_caf_area_long_latest.csv"))
    wide = sg.read_ipc(real_file("food_security/hdx2026_ipc_caf_area_wide.csv"))
    latest = wide[wide["issued"] == "2023-04-01"]
    columns = ["population", "people_1", "people_2", "people_3", "people_4", "people_5", "people_3plus"]
    assert long.groupby("kind")[columns].sum().equals(latest.groupby("kind")[columns].sum())
    assert int(long.loc[long["kind"] == "current", "population"].sum()) == 6_128_671
