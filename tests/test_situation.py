"""A situation report says what its tables say, each sentence only where its table is."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import box

import sahelgeo as sg
from sahelgeo.cli import main
from sahelgeo.maps.document import countries_under

AREAS = gpd.GeoDataFrame(
    {"pcode": ["XA01", "XA02"], "name": ["North", "South"], "level": 1, "iso3": "BFA", "edition": "2020", "source": "own"},
    geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    crs=4326,
)  # fmt: skip


def phases(**columns: Any) -> pd.DataFrame:
    """Two areas of 1,000 people each, 300 and 100 of them in phase 3."""
    people = {"people_1": [500, 700], "people_2": [200, 200], "people_3": [300, 100], "people_4": 0, "people_5": 0}
    table = {
        "pcode": ["XA01", "XA02"],
        "kind": "current",
        "start": "2020-06-01",
        "end": "2020-08-31",
        "population": 1000,
    }
    return sg.conform(pd.DataFrame({**table, **people, "source": "own", **columns}), "phases")


def stocks(days: list[str], people: list[int | None], **columns: Any) -> pd.DataFrame:
    """A count of each area, the first of ``days`` for the first, and so on."""
    codes = (["XA01", "XA02"] * len(days))[: len(days)]
    table = {"pcode": codes, "date": days, "group": "idp", "people": people, "source": "own", **columns}
    return sg.conform(pd.DataFrame(table), "stocks")


def sentences(report: Any) -> str:
    """All sentences of the report."""
    return "\n".join(sentence for part in report.parts for sentence in part.sentences)


def report_of(**tables: Any) -> Any:
    """A report without pictures."""
    return sg.situation(areas=AREAS, pictures=False, **tables)


def test_people_in_phase_3_are_those_of_the_table() -> None:
    """400 of 2,000; the North alone is in phase 3 by the rule, and the report says that a rule decided."""
    said = sentences(report_of(phases=phases()))
    assert "400 people in phase 3 or above, 20.0 % of the 2,000 analysed: June–August 2020, current." in said
    assert "Phase 3: North (1 of 2 areas)." in said
    assert "20 % rule" in said


def test_a_published_phase_is_not_called_computed() -> None:
    """Where the phase is printed, it is taken as it is."""
    said = sentences(report_of(phases=phases(phase_published=[2, 3])))
    assert "Phase 3: South (1 of 2 areas)." in said
    assert "20 % rule" not in said


def test_an_area_without_an_analysis_is_named() -> None:
    """Missing is not phase 1."""
    assert "no analysis: South (1 of 2 areas)" in sentences(report_of(phases=phases().head(1)))


def test_the_change_is_like_for_like() -> None:
    """The North grew from 100 to 150; the South was counted the second time only."""
    table = stocks(["2020-05-31", "2020-08-31", "2020-08-31"], [100, 150, 70], pcode=["XA01", "XA01", "XA02"])
    said = sentences(report_of(stocks=table))
    assert "220 internally displaced people, 31 August 2020." in said
    assert "+50 in places counted both times (1 of 2); 70 in newly covered places, 0 in places no longer" in said


def test_a_count_of_last_year_is_not_in_the_total() -> None:
    """It is said with its people."""
    said = sentences(report_of(stocks=stocks(["2019-06-30", "2020-08-31"], [900, 70])))
    assert "70 internally displaced people, 31 August 2020." in said
    assert "Not in the total, because they were counted more than half a year before: 900 displaced people." in said


def test_counts_that_are_all_old_make_no_total() -> None:
    """The report of 2022 does not carry those of 2020."""
    report = report_of(stocks=stocks(["2020-08-31"], [70]), date="2022-01-01")
    assert report.parts[0].sentences == ()
    assert "more than half a year before: 70 displaced people." in sentences(report)


def test_a_whole_beside_its_parts_is_refused() -> None:
    """Not added up, as sum_stocks does not."""
    table = stocks(["2020-08-31"] * 3, [10, 20, 30], pcode=["BF", "BF13", "BF46"])
    with (
        pytest.raises(sg.errors.DoubleCountError, match="of an area and of its parts twice"),
        pytest.warns(sg.DataWarning),
    ):
        report_of(stocks=table)


def test_people_without_an_area_are_in_the_total_and_named() -> None:
    """The account tells 100 in an area and 40 without one."""
    table = stocks(["2020-08-31"] * 2, [100, 40], pcode=["XA01", None], place=["North", "Camp Nine"])
    with pytest.warns(sg.DataWarning, match="have no area"):
        report = report_of(stocks=table)
    assert "140 internally displaced people" in sentences(report)
    assert "40 people of stocks have no area (1 of 2 rows)" in sentences(report)
    assert "Camp Nine" in sentences(report)
    assert report.parts[-1].rows == (("stocks", "2", "2", "140", "100", "40"),)


def test_where_both_are_high_is_said_only_with_both_tables() -> None:
    """The North has 30 % in phase 3 and 150 displaced people for 1,000."""
    table = stocks(["2020-08-31"] * 2, [150, 1])
    assert "inhabitants): North (1 of 2 areas)" in sentences(report_of(phases=phases(), stocks=table))
    assert "Both are high" not in sentences(report_of(stocks=table))


def test_a_count_of_the_whole_country_makes_no_rate() -> None:
    """UNHCR counts Mali as one place: no area has most of them, and where both meet is not known."""
    table = stocks(["2020-08-31"], [425], pcode=[None], place=["Mali"])
    with pytest.warns(sg.DataWarning, match="have no area"):
        report = report_of(phases=phases(), stocks=table)
    said = sentences(report)
    assert "425 internally displaced people, 31 August 2020." in said
    assert "Highest numbers: Mali" not in said
    assert "Both are high" not in said
    assert "No rate is made of displaced people" in said
    assert "Where both meet" not in [part.title for part in report.parts]


def test_both_are_high_nowhere_speaks_of_the_areas_that_are_known() -> None:
    """The South is counted, the North is not: one area of two."""
    said = sentences(report_of(phases=phases(), stocks=stocks(["2020-08-31"], [1], pcode=["XA02"])))
    assert "in none of the areas where both are known (1 of 2)." in said


def test_a_place_without_an_area_may_have_most_people() -> None:
    """300 people of a town are not on the map, and are named before the 100 of the South."""
    table = pd.concat([phases().tail(1), phases(pcode=None, place=["Big Town", "Little Town"]).head(1)])
    with pytest.warns(sg.DataWarning, match="have no area"):
        report = report_of(phases=table)
    assert "Highest numbers: Big Town (300), South (100)." in sentences(report)
    assert report.parts[0].rows[0] == ("Big Town", "3", "300", "30.0 %")
    counted = stocks(["2020-08-31"] * 2, [100, 140], pcode=["XA01", None], place=["North", "Camp Nine"])
    with pytest.warns(sg.DataWarning, match="have no area"):
        assert "Highest numbers: Camp Nine (140), North (100)." in sentences(report_of(stocks=counted))


def test_districts_of_a_region_without_an_area_are_told_as_the_region() -> None:
    """Far has two districts of 300 and 100 people: 400 of 2,000, and the 100 of the South stand behind them."""
    far = phases(pcode=None, place=["Far One", "Far Two"], admin1="Far")
    south = phases(place="Town", admin1="South").tail(1)
    with pytest.warns(sg.DataWarning, match="have no area"):
        said = sentences(report := report_of(phases=pd.concat([south, far])))
    assert "Highest numbers: Far (400), South (100)." in said
    assert "Phase 3, not on the map: Far." in said
    assert report.parts[0].rows[0] == ("Far", "3", "400", "20.0 %")


def test_an_area_that_is_counted_within_another_is_not_without_an_analysis() -> None:
    """The table knows the South as a district of the North, as the Cadre Harmonisé knows Ménaka within Gao."""
    table = phases(pcode=["XA0101", "XA0102"], place=["Town", "South"], admin1="North")
    said = sentences(report_of(phases=table))
    assert "South is counted within North, and has no figure of its own." in said
    assert "no analysis" not in said


def test_an_analysis_that_ended_before_the_day_says_so() -> None:
    """June to August is the latest that there is, beside a count of October."""
    said = sentences(report_of(phases=phases(), stocks=stocks(["2020-10-15"], [70])))
    assert "the analysis holds until 31 August 2020, before the day of this report (15 October 2020)." in said
    assert "holds until" not in sentences(report_of(phases=phases(), stocks=stocks(["2020-08-31"], [70])))


def test_the_account_of_every_table_adds_up() -> None:
    """Rows used are rows given; people are those in an area and those without one."""
    moved = pd.DataFrame(
        {"origin": ["XA01", None], "destination": "XA02", "people": [40, 20], "start": "2020-01-01",
         "end": "2020-03-31", "source": "own"}
    )  # fmt: skip
    events = pd.concat(
        [events_of(["2020-03-04"], [4]), events_of(["2020-03-05"], [3]).set_geometry([shapely.Point(9, 9)])]
    )
    with pytest.warns(sg.DataWarning):
        report = report_of(
            phases=phases(),
            stocks=stocks(["2020-03-31"] * 2, [100, 40], pcode=["XA01", None], place=["North", "Camp"]),
            flows=sg.conform(moved, "flows"),
            events=events.assign(event=["a", "b"]),
        )
    lines = [[int(cell.replace(",", "")) for cell in row[1:]] for row in report.parts[-1].rows]
    assert lines == [[2, 2, 2000, 2000, 0], [2, 2, 140, 100, 40], [2, 2, 60, 40, 20], [2, 2, 7, 4, 3]]
    assert "1 of 2 events, with 3 deaths, have no area" in sentences(report)


def test_an_unknown_count_without_an_area_hides_no_count_within() -> None:
    """40 people came from the North, nobody counted those from elsewhere; 4 were killed, and out there nobody knows."""
    moved = pd.DataFrame(
        {"origin": ["XA01", None], "destination": "XA02", "people": [40, None], "start": "2020-01-01",
         "end": "2020-03-31", "source": "own"}
    )  # fmt: skip
    events = pd.concat(
        [events_of(["2020-03-04"], [4]), events_of(["2020-03-05"], [None]).set_geometry([shapely.Point(9, 9)])]
    )
    with pytest.warns(sg.DataWarning):
        report = report_of(flows=sg.conform(moved, "flows"), events=events.assign(event=["a", "b"]))
    assert [row[3:5] for row in report.parts[-1].rows] == [("40", "40"), ("4", "4")]


def test_off_the_map_a_phase_is_told_by_the_rule_that_holds_within() -> None:
    """Two parts of the South have a phase by the 20 % rule together; so has a camp that was published in phase 5."""
    parts = phases(pcode=["XA0201", "XA0202"], place=["One", "Two"], admin1="South", phase_published=[2, 3])
    camp = phases(pcode=None, place=["Camp", "Other"], phase_published=5).head(1)
    with pytest.warns(sg.DataWarning, match="have no area"):
        report = report_of(phases=pd.concat([parts, camp]))
    assert report.parts[0].rows[1][:2] == ("Camp", "3")
    assert "Phase 3, not on the map: Camp." in sentences(report)


def test_movements_count_those_of_unknown_origin() -> None:
    """90 people: 30 within the North, 20 from nowhere known."""
    table = pd.DataFrame(
        {"origin": ["XA01", "XA01", None], "destination": ["XA02", "XA01", "XA02"], "people": [40, 30, 20],
         "start": "2020-01-01", "end": "2020-03-31", "source": "own"}
    )  # fmt: skip
    report = report_of(flows=sg.conform(table, "flows"))
    assert (
        "90 people moved, January–March 2020: 30 within one area, 20 from or to a place that is not known."
        in sentences(report)
    )
    assert report.parts[0].rows == (("North", "South", "40"),)


def test_deaths_are_those_of_twelve_months_with_their_range() -> None:
    """The death of 2019 is not of them; that in no area is counted, and said."""
    table = {"event": ["a", "b", "c"], "date": ["2019-01-01", "2020-06-05", "2020-06-20"], "fatalities": [9, 3, 2]}
    table |= {"fatalities_low": [9, 1, 2], "fatalities_high": [9, 5, 2], "source": "own"}  # type: ignore[dict-item]
    points = gpd.points_from_xy([0.5, 0.5, 9.0], [0.5, 0.5, 9.0])
    events = sg.conform(gpd.GeoDataFrame(table, geometry=points, crs=4326), "events")
    with pytest.warns(sg.DataWarning, match="1 of 2 events have no area"):
        said = sentences(report_of(events=events))
    assert "5 people reported killed in 2 events, 1 July 2019 – 20 June 2020 (between 3 and 7); 2 of these" in said


def events_of(days: list[str], deaths: list[int | None]) -> gpd.GeoDataFrame:
    """An event a day in the North."""
    table = {
        "event": [f"e{number}" for number in range(len(days))],
        "date": days,
        "fatalities": deaths,
        "source": "own",
    }
    points = gpd.points_from_xy([0.5] * len(days), [0.5] * len(days))
    return gpd.GeoDataFrame(sg.conform(gpd.GeoDataFrame(table, geometry=points, crs=4326), "events"))


def test_a_month_that_nobody_is_known_to_have_looked_at_is_not_zero() -> None:
    """With the days of the source it is."""
    events = events_of(["2020-01-05", "2020-12-05"], [3, 2])
    without = report_of(events=events)
    assert "not known whether the source looked at them: February 2020, March 2020" in sentences(without)
    within = report_of(events=events, coverage=("2020-01-01", "2020-12-31"))
    assert "not known whether" not in sentences(within)
    assert "5 people reported killed in 2 events" in sentences(within)


def test_an_event_without_a_figure_is_not_no_death() -> None:
    """It is said, and no total of none is written as zero."""
    said = sentences(
        report_of(events=events_of(["2020-12-01", "2020-12-05"], [None, None]), coverage=("2020-01-01", "2020-12-31"))
    )
    assert "Deaths: 2 events have no figure" in said


def test_rows_without_a_number_are_said() -> None:
    """They are in no total."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        said = sentences(report_of(stocks=stocks(["2020-08-31"] * 2, [70, None])))
    assert "70 internally displaced people" in said
    assert "Rows of stocks without a number, in no total: 1." in said


def test_hosts_are_not_the_displaced() -> None:
    """Rates and map are of the displaced; where only hosts are counted there is no rate."""
    hosts = stocks(["2020-08-31"] * 2, [900, 900], group="host")
    people = pd.DataFrame({"pcode": ["XA01", "XA02"], "year": 2020, "people": 1000, "source": "own"})
    assert "Where both meet" not in [part.title for part in report_of(stocks=hosts, population=people).parts]
    both = report_of(stocks=pd.concat([hosts, stocks(["2020-08-31"] * 2, [70, 10])]), population=people)
    assert "per 1,000 inhabitants, highest rates: North (70.0), South (10.0)" in sentences(both)


@pytest.mark.parametrize("more", [{"source": "other"}, {"pcode": "XA0101", "people": 400}])
def test_a_population_that_would_count_twice_is_refused(more: dict[str, Any]) -> None:
    """Two sources, or an area beside its part; what the message advises, helps."""
    people = pd.DataFrame({"pcode": ["XA01"], "year": 2020, "people": 1000, "source": "own", "place": "North"})
    twice = pd.concat([people, people.assign(**more)])
    with pytest.raises(sg.errors.DoubleCountError, match="people would count twice") as refused:
        report_of(stocks=stocks(["2020-08-31"], [70]), population=twice)
    advised = re.search(r"population\[.*?\](?=[,;]|$)", str(refused.value).split("\n")[0])
    assert advised
    chosen = eval(advised[0], {"population": twice, "areas": AREAS})  # noqa: S307 - our own advice
    assert "North (70.0)" in sentences(report_of(stocks=stocks(["2020-08-31"], [70]), population=chosen))


def test_a_table_that_begins_after_the_day_is_said() -> None:
    """No zero stands for it."""
    table = pd.DataFrame(
        {"origin": ["XA01"], "destination": ["XA02"], "people": [40], "start": "2024-01-01", "end": "2024-03-31", "source": "new"}
    )  # fmt: skip
    report = report_of(phases=phases(), flows=sg.conform(table, "flows"), date="2020-07-15")
    assert "The table of movements has nothing up to 15 July 2020." in sentences(report)
    assert not [line for line in report.sources if "new" in line]


def test_the_same_tables_give_the_same_words() -> None:
    """In both languages; French has French numbers."""
    made = [report_of(phases=phases(), lang="fr").to_markdown() for _ in range(2)]
    assert made[0] == made[1]
    assert "400 personnes en phase 3 ou plus, soit 20,0 % des 2\u202f000 analysées" in made[0]


def test_texts_of_files_are_escaped(tmp_path: Path) -> None:
    """A place is data in the page, and in the Markdown."""
    table = stocks(["2020-08-31"] * 2, [100, 40], pcode=["XA01", None], place=["North", "<script>*x*|"])
    with pytest.warns(sg.DataWarning, match="have no area"):
        report = report_of(stocks=table)
    page = report.save(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert r"\<script\>\*x\*\|" in report.to_markdown()
    assert 'srcdoc="' in report._repr_html_()


def test_pictures_stand_in_the_page_and_beside_the_markdown(tmp_path: Path) -> None:
    """A map, and a chart where there are events."""
    report = sg.situation(phases=phases(), stocks=stocks(["2020-08-31"] * 2, [100, 40]), areas=AREAS)
    assert report.save(tmp_path / "r.html").read_text(encoding="utf-8").count("data:image/png;base64,") == 1
    words = report.save(tmp_path / "r.md").read_text(encoding="utf-8")
    (picture,) = re.findall(r"!\[.*\]\((.*)\)", words)
    assert (tmp_path / picture).read_bytes().startswith(b"\x89PNG")


def test_a_map_is_called_by_what_it_shows() -> None:
    """Displaced people are in its title only where they are on it."""
    assert "Food insecurity" in sg.situation(areas=AREAS, phases=phases()).pictures
    both = sg.situation(areas=AREAS, phases=phases(), stocks=stocks(["2020-08-31"], [70]))
    assert "Food insecurity and displaced people" in both.pictures


def test_polygons_of_the_phases_are_its_areas() -> None:
    """As in a map of the IPC, which has no codes."""
    table = phases(pcode=pd.NA, place=["North", "South"])
    report = sg.situation(phases=gpd.GeoDataFrame(table, geometry=AREAS.geometry, crs=4326), pictures=False)
    assert report.parts[-1].rows == (("phases", "2", "2", "2,000", "2,000", "0"),)


@pytest.mark.parametrize(("lang", "title"), [("en", "Situation report: Afghanistan, 1 June 2020"),
                                             ("fr", "Rapport de situation : Afghanistan, 1er juin 2020")])  # fmt: skip
def test_polygons_without_a_country_are_called_by_where_they_lie(lang: str, title: str) -> None:
    """A map of the IPC has neither codes nor countries; its title has the country that its areas lie in."""
    table = phases(pcode=pd.NA, place=["Ghazni", "Kabul"])
    there = gpd.GeoDataFrame(table, geometry=[box(67, 33, 68, 34), box(69, 34, 70, 35)], crs=4326)
    assert sg.situation(phases=there, pictures=False, lang=lang).title == title


@pytest.mark.parametrize(
    ("iso3", "title"), [("BFA", "Burkina Faso"), ("NER", "Niger"), ("NGA", "Nigeria"), ("AFG", "Afghanistan")]
)
def test_countries_near_and_far_are_known_by_their_ground(iso3: str, title: str) -> None:
    """Those around the Sahel are drawn of finer borders than the others."""
    there = {"BFA": (-2, 12), "NER": (8, 16), "NGA": (8, 9), "AFG": (67, 33)}[iso3]
    ground = gpd.GeoDataFrame(geometry=[box(*there, there[0] + 0.5, there[1] + 0.5)], crs=4326)
    assert countries_under(ground, "en") == [title]


def test_rows_without_an_area_are_told_once() -> None:
    """The warning says it, and the report in one sentence of its own language."""
    with pytest.warns(sg.DataWarning, match="have no area"):
        report = report_of(phases=phases(pcode=["XA01", "XZ09"]))
    assert sentences(report).count("have no area") == 1


def test_what_is_warned_of_stands_in_the_report() -> None:
    """An area whose only classification is of another period is a warning, and is named on the page in its language."""
    old = phases(pcode=["XA01", "XA03"], start=["2020-06-01", "2019-06-01"], end=["2020-08-31", "2019-08-31"])
    with pytest.warns(sg.DataWarning, match=r"no classification of theirs holds 2020-06-01 \(1\)"):
        report = report_of(phases=old, date="2020-06-01", lang="fr")
    assert "zones laissées de côté, faute d'une classification valable le 2020-06-01 (1) : XA03" in sentences(report)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({}, "needs at least one table with rows"),
        ({"stocks": stocks(["2020-08-31"], [1], pcode=["ZZ1"])}, "do not say their country"),
    ],
)
def test_what_makes_no_report_is_refused(tables: dict[str, Any], message: str) -> None:
    """With what to give."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.situation(**tables)


def test_a_report_is_saved_as_html_or_markdown(tmp_path: Path) -> None:
    """Other endings and folders that are not there are refused."""
    for path in (tmp_path / "r.pdf", tmp_path / "no" / "r.html"):
        with pytest.raises(sg.errors.FormatError, match=r"saved as \.html or \.md"):
            report_of(phases=phases()).save(path)


def test_the_sample_of_five_countries_makes_a_report_of_niger() -> None:
    """Public figures: UNHCR 298,458; UCDP 820 deaths of 2020; the doubt on Niamey stands in the report."""
    sahel = sg.load_sample("central-sahel")
    ucdp = sahel.events[sahel.events["iso3"] == "NER"]
    counted = sahel.stocks[sahel.stocks["iso3"] == "NER"]
    with pytest.warns(sg.DataWarning):
        report = sg.situation(
            phases=sahel.phases[sahel.phases["iso3"] == "NER"], stocks=counted, events=ucdp, date="2020-12-31",
            coverage=sahel.coverage[sahel.coverage["iso3"] == "NER"], pictures=False,
        )  # fmt: skip
    said = sentences(report)
    assert report.title == "Situation report: Niger, 31 December 2020"
    assert "298,458 internally displaced people" in said
    assert "820 people reported killed in 68 events" in said
    assert "none for Tahoua" in said


def test_the_command_writes_the_report_of_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A country by its name; one file of each table."""
    sample = sg.load_sample("burkina-2020")
    for name in ("phases", "stocks"):
        getattr(sample, name).to_csv(tmp_path / f"{name}.csv")
    files = [str(tmp_path / f"{name}.csv") for name in ("phases", "stocks")]
    out = str(tmp_path / "report.md")
    assert main(["situation", *files, "--country", "Burkina Faso", "--lang", "fr", "--out", out]) == 0
    assert "1\u202f034\u202f609 personnes déplacées internes, 6 septembre 2020." in capsys.readouterr().out
    assert "# Rapport de situation : Burkina Faso" in Path(out).read_text(encoding="utf-8")
    assert main(["situation", *files, files[0], "--out", out]) == 1
    assert "a second table of phases. Give one file each of" in capsys.readouterr().err


def test_tables_are_taken_as_every_function_takes_them() -> None:
    """Days as text, labels twice, an index named like a column: the report is the same."""
    plain = pd.DataFrame(stocks(["2020-08-31", "2020-08-31"], [150, 70])).dropna(axis=1)
    earlier = plain.assign(date="2020-05-31", people=[100, 70])
    table = pd.concat([earlier, plain.assign(date="2020-08-31")]).rename_axis("people")
    hunger = pd.DataFrame(phases()).assign(start="2020-06-01", end="2020-08-31").dropna(axis=1)
    said = sentences(report_of(stocks=table, phases=hunger))
    assert "220 internally displaced people, 31 August 2020." in said
    assert "+50" in said
    assert "400 people in phase 3 or above" in said


def test_people_analysed_are_those_of_the_phases_where_no_population_is_printed() -> None:
    """20 % of 2,000, with a population or without."""
    assert "20.0 % of the 2,000 analysed" in sentences(report_of(phases=phases(population=None)))


def test_a_day_without_an_analysis_has_none() -> None:
    """The areas are said to have no analysis; nothing is drawn."""
    with pytest.warns(sg.DataWarning, match="no classification of theirs holds"):
        report = report_of(phases=phases(), date="2030-01-01")
    assert "North, South" in sentences(report)


def test_deaths_without_a_range_and_counts_without_an_area() -> None:
    """A source without low and high estimates has no range; where nobody is placed there is no map."""
    deaths = gpd.GeoDataFrame(
        {"event": ["a"], "date": ["2020-01-05"], "fatalities": [3], "source": "u"},
        geometry=[shapely.Point(0.5, 0.5)],
        crs=4326,
    )
    assert "3 people reported killed" in sentences(report_of(events=deaths))
    with pytest.warns(sg.DataWarning, match="have no area"):
        report = sg.situation(stocks=stocks(["2020-08-31"], [5], pcode=None, place="Nowhere"), areas=AREAS)
    assert "5 internally displaced people" in sentences(report)
    assert not report.pictures
