"""What the brief's checks do not know, they say: missing countries, one year alone, figures that are not certain, lists with mistakes."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from invented import Invented
from tables import make_events

import sahelgeo as sg

ROOT = Path(sg.__file__).parents[1]
BROKEN = r"Deal of $5 {a_ and $6 \frac$"
pytestmark = pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")


@pytest.fixture(scope="module")
def sums(sums: pd.DataFrame) -> pd.DataFrame:
    """The sums of the invented events, as if they were not invented."""
    return sums.assign(source="made for tests")


def half_years(*countries: str) -> Any:
    """Ten deaths in 2019 and twelve in half of 2020, in each country."""
    days = (("2019-02-01", 10), ("2020-02-01", 12))
    rows = [{"x": 0, "y": 14, "date": day, "fatalities": n, "iso3": code} for code in countries for day, n in days]
    return make_events(rows)


@pytest.mark.parametrize(
    ("countries", "verdict"), [(("BFA", "MLI", "NER"), "supported"), (("MLI",), "incomplete")], ids=["three", "one"]
)
def test_three_countries_have_no_verdict_from_one(countries: tuple[str, ...], verdict: str) -> None:
    """The country that is known keeps its own, and those that are not are named."""
    check = sg.brief.fatalities(half_years(*countries), coverage=("2019-01-01", "2020-06-30"))
    assert check.verdict == verdict
    assert check.parts["MLI"][1] == "supported"
    assert any("Not known: Burkina Faso, Niger" in words for words in check.findings) == (verdict == "incomplete")


def test_a_total_of_all_three_speaks_for_each() -> None:
    """Nothing is missing then."""
    totals = pd.DataFrame(
        {"scope": "BFA+MLI+NER", "start": pd.to_datetime(["2020-01-01", "2019-01-01"]),
         "end": pd.to_datetime(["2020-06-30", "2019-12-31"]), "fatalities": [9, 10], "dataset": "x", "source": "x"}
    )  # fmt: skip
    assert sg.brief.fatalities(totals).verdict == "supported"


def test_both_publishers_of_a_ratio_are_named() -> None:
    """The half-year is ACLED's and the year the UN's."""
    finding = sg.brief.fatalities().findings[0]
    assert "2020 (ACLED)" in finding
    assert "Two publishers (ACLED, UN) count differently" in finding


def test_events_without_points_are_refused() -> None:
    """A plain table with a column 'event' is no table of totals."""
    with pytest.raises(sg.errors.SchemaError, match="without points"):
        sg.brief.fatalities(pd.DataFrame(half_years("BFA")).drop(columns="geometry"))


def test_displacement_without_mali_is_incomplete() -> None:
    """Burkina Faso has its verdict, the sentence has none."""
    published = sg.brief.load_published("displaced")
    check = sg.brief.displacement(published[published["scope"] == "BFA"])
    assert (check.verdict, check.parts["BFA"][1]) == ("incomplete", "partly")
    assert check.findings[-1].startswith("Not known: Mali")


@pytest.mark.parametrize(
    ("claim", "verdict", "said", "not_said"),
    [("B05", "partly", "Burkina", "Mali"), ("B07", "supported", "Mali", "Burkina"), ("B08", "supported", "4.93", "not within"),
     ("B09", "partly", "not within 2020", "nothing")],
)  # fmt: skip
def test_each_half_of_a_sentence_has_its_own_answer(claim: str, verdict: str, said: str, not_said: str) -> None:
    """Mali's claim is not answered with Burkina Faso's figures."""
    row = sg.brief.claims([sg.brief.displacement(), sg.brief.food_insecurity()]).set_index("id").loc[claim]
    assert row["verdict"] == verdict
    assert said in row["finding"]
    assert not_said not in row["finding"]


def test_the_accord_in_one_year_is_described_and_in_none_incomplete(sums: pd.DataFrame) -> None:
    """One share shows no change; no share is said, and draws no axis of 1970."""
    mali = sums[sums["pcode"].str.startswith("ML").fillna(False)]
    north = ["ML06", "ML07+ML10", "ML08"]
    one = sg.brief.accord(mali[mali["start"].dt.year == 2020], north)
    assert one.verdict == "described"
    assert "One year alone" in one.findings[0]
    none = sg.brief.accord(mali.assign(fatalities=pd.NA), north)
    assert not none.figure.axes[0].axison
    assert sg.brief.claims([none]).set_index("id").loc["B02", "verdict"] == "not_checked"


def test_the_move_of_the_centre_answers_its_claim(sums: pd.DataFrame) -> None:
    """With the share outside the north, if that is known."""
    events = make_events([{"x": 0, "y": 15, "date": "2019-02-01"}, {"x": 0, "y": 14, "date": "2020-02-01"}])
    table = sg.brief.claims([], events=events.assign(fatalities=1, iso3="MLI")).set_index("id")
    assert "111 km further south in 2020 than in 2019" in table.loc["B02", "finding"]
    assert table.loc["B02", "verdict"] == "described"


def test_agreements_alone_are_checked(made_up: Invented, sums: pd.DataFrame) -> None:
    """Who fought whom is then not known, which is not zero."""
    check = sg.brief.negotiation(sums, made_up.agreements.assign(source="made for tests"))
    assert "not known" in check.findings[-1]
    assert "war" not in check.others
    answers = sg.brief.claims([check]).set_index("id")
    assert answers.loc["B20", "verdict"] == "described"
    assert "not known" not in answers.loc["B20", "finding"]
    assert "no second source" in answers.loc["B18", "finding"]
    nothing = sg.brief.claims([sg.brief.negotiation(sums, made_up.agreements.iloc[:0])]).set_index("id")
    assert nothing.loc["B20", "verdict"] == "not_checked"


@pytest.mark.parametrize("covered", [1.0, 0.3])
def test_clashes_of_the_events_stand_beside_the_printed_ones(sums: pd.DataFrame, covered: float) -> None:
    """Only where every month is covered as a whole."""
    months = pd.date_range("2020-01-01", periods=6, freq="MS")
    war = pd.DataFrame({"first": "ISGS", "second": "JNIM", "start": months, "end": months + pd.offsets.MonthEnd(0),
                        "events": 1, "fatalities": 2, "source": "made for tests"})  # fmt: skip
    partly = sums.assign(covered=sums["covered"].where(sums["start"] != "2020-06-01", covered))
    check = sg.brief.negotiation(partly, pd.DataFrame(columns=["pcode", "date", "name"]), war)
    finding = sg.brief.claims([check]).set_index("id").loc["B18", "finding"]
    assert ("6 events and 12 deaths" in finding) == (covered == 1)


def test_an_agreement_outside_the_data_is_left_out_and_named(made_up: Invented, sums: pd.DataFrame) -> None:
    """The others are looked at."""
    early = pd.concat([made_up.agreements] * 2).assign(date=["2016-01-01", "2019-09-01"], name=["one", "two"])
    check = sg.brief.negotiation(sums, early)
    assert check.table["name"].tolist() == ["two"]
    assert check.others["left_out"]["name"].tolist() == ["one"]
    assert any(words.startswith("one (1 January 2016) is left out") for words in check.findings)
    nothing = sg.brief.negotiation(sums, early.iloc[:1])
    assert nothing.table.empty
    assert "agreements" not in nothing.parts


def test_lists_with_mistakes_are_refused_with_all_of_them(tmp_path: Path) -> None:
    """A wrong day, an unknown code and an empty cell in one error; semicolons and old encodings are read."""
    areas = sg.load_areas("MLI")
    path = tmp_path / "agreements.csv"
    path.write_text("pcode,date,name\nML99,2019-09-01,a\n,sept 2019,b\nML05,2019-09-01,\n")
    with pytest.raises(
        sg.errors.SchemaError, match=r"'pcode', rows 3: empty.*'name', rows 4: .*ML99.*row 3: 'sept 2019'"
    ):
        sg.brief.read_agreements(path, areas)
    path.write_bytes("pcode;date;name\nML05;2019-09-01;Paix de Ménaka\n".encode("latin-1"))
    assert sg.brief.read_agreements(path, areas)["name"].tolist() == ["Paix de Ménaka"]
    path.write_text("pcode;date\nML05;2019-09-01\n")
    with pytest.raises(sg.errors.SchemaError, match="column 'name' is missing"):
        sg.brief.read_agreements(path, areas)
    path.write_text("\n")
    with pytest.raises(sg.errors.FormatError):
        sg.brief.read_agreements(path, areas)
    with pytest.raises(sg.errors.FormatError, match="no such file"):
        sg.brief.read_agreements(tmp_path / "none.csv", areas)
    path.write_text("name,match,family,kind\nX,whole,,a\nY,half,b,c\n")
    with pytest.raises(sg.errors.SchemaError, match=r"'family', rows 2: empty.*rows 3: write 'whole' or 'start'"):
        sg.brief.read_actors(path)


def test_text_of_tables_is_no_formula(made_up: Invented, sums: pd.DataFrame, tmp_path: Path) -> None:
    """Dollar signs stay on the chart of an agreement, in legends, bars and the map, also when a figure is saved later."""
    actors = made_up.actors.assign(family=made_up.actors["family"].replace("front A", BROKEN))
    phases = sg.load_sample("burkina-2020").phases
    checks = [
        sg.brief.negotiation(sums, made_up.agreements.assign(name=BROKEN)),
        sg.brief.terrorism(made_up.events, actors=actors),
        sg.brief.governance(phases.assign(place=BROKEN), "BF13"),
    ]
    areas = sg.load_areas("BFA").assign(deaths=range(13))
    drawn = sg.brief.draw_map(areas, "deaths", "en", label=BROKEN)
    for check in checks:
        check.figure.savefig(tmp_path / "later.png")
    page = sg.brief.write_report(checks, tmp_path / "page.html", maps={BROKEN: drawn})
    assert "Deal of $5 {a_" in page.read_text(encoding="utf-8")
    m = sg.maps.Map(title=BROKEN)
    sg.maps.AreaLayer(areas.assign(name=BROKEN), column="deaths", title=BROKEN).add_to(m)
    sheet = sg.maps.figure(m)
    sheet.savefig(tmp_path / "map.png")
    texts = [
        text for figure in (*(check.figure for check in checks), drawn, sheet) for text in figure.findobj(_is_text)
    ]
    given = [text for text in texts if "Deal of" in text.get_text()]
    assert len(given) >= 17
    assert not any(text.get_parse_math() for text in given)


def _is_text(artist: Any) -> bool:
    return hasattr(artist, "get_parse_math")


def test_a_family_that_begins_with_a_line_has_its_name(made_up: Invented) -> None:
    """Legends leave out labels that begin with _; a name of a table is not left out."""
    actors = made_up.actors.assign(family=made_up.actors["family"].replace("front A", "_front"))
    legend = sg.brief.terrorism(made_up.events, actors=actors).figure.axes[0].get_legend()
    assert "_front" in [text.get_text() for text in legend.get_texts()]


def test_figures_that_are_not_certain_are_marked(tmp_path: Path) -> None:
    """In the table, in words, on the page and among the claims."""
    check = sg.brief.displacement()
    june = check.table.set_index(["date", "date_before"]).loc[(pd.Timestamp("2020-06-08"), pd.Timestamp("2019-09-06"))]
    assert (june["certainty"], june["certainty_before"]) == ("conflict", "reported")
    assert "921,471‡ on 8 June 2020, 1.65 times the 560,033 of" in check.findings[0]
    assert "288,994†" in check.findings[0]
    page = sg.brief.write_report([check], tmp_path / "page.html").read_text(encoding="utf-8")
    assert "‡ two printed values disagree" in page
    certainty = sg.brief.claims([check]).set_index("id")["certainty"]
    assert certainty[["B03", "B05", "B07", "B18"]].tolist() == ["memory", "conflict", "certain", "reported"]
    assert sg.brief.fatalities().table["certainty"].tolist() == ["certain"]
    assert sg.brief.food_insecurity().table["certainty"].tolist() == ["certain"] * 4
    assert sg.brief.fatalities().notes == ()


def test_a_lean_season_is_not_the_month_of_its_analysis() -> None:
    """June to August 2020, foreseen in November 2019."""
    findings = sg.brief.food_insecurity().findings
    assert findings[1].startswith("Sahel and West Africa, lean season 2020, analysed in November 2019: 14.40 million")


def test_many_bars_do_not_touch() -> None:
    """Thirteen regions stand in two columns."""
    figure = sg.brief.governance(sg.load_sample("burkina-2020").phases, "BF13").figure
    figure.savefig("/dev/null", format="svg")
    for ax in figure.axes:
        boxes = [text.get_window_extent() for text in ax.texts]
        assert not any(one.overlaps(other) for number, one in enumerate(boxes) for other in boxes[:number])


def test_many_long_labels_leave_room_for_their_bars() -> None:
    """Three totals of each of three countries stand in one column: two would have no bars between their labels."""
    figure = sg.brief.fatalities(half_years("BFA", "MLI", "NER"), coverage=("2019-01-01", "2020-06-30")).figure
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        figure.savefig("/dev/null", format="svg")
    assert len(figure.axes) == 1


def test_the_french_page_speaks_french(made_up: Invented, sums: pd.DataFrame) -> None:
    """Names of families and agreements, and the space before a colon."""
    check = sg.brief.negotiation(sums, made_up.agreements, lang="fr")
    assert check.findings[0].startswith("agreement (invented) :")
    legend = sg.brief.terrorism(made_up.events, actors=made_up.actors, lang="fr").figure.axes[0].get_legend()
    assert {"front A", "army"} <= {text.get_text() for text in legend.get_texts()}
    assert "(date non vérifiée)\u00a0:" in sg.brief.claims([], lang="fr").set_index("id").loc["B03", "finding"]


def test_plain_names_of_missions_have_a_family() -> None:
    """As the brief prints them."""
    named = sg.events.actor_family(pd.DataFrame({"actor1": ["Barkhane", "EUTM Mali"], "actor2": [None, None]}))
    assert named["family1"].tolist() == ["Barkhane", "EUTM"]
