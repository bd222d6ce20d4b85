"""The brief on data: the published figures give the published ratios, and each verdict follows from its table."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from invented import Invented
from pages import CHROMIUM
from tables import make_events

import sahelgeo as sg
from examples import run_brief

ROOT = Path(sg.__file__).parents[1]
# Some of the invented points lie outside all regions; what is said of it is tested elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")


def test_two_publishers_of_displaced_people_stand_side_by_side() -> None:
    """Niger at the end of 2020: UNHCR has 298,458 and IDMC 257,000; where one has none it is missing, and not 0."""
    years = sg.brief.load_published("displaced_by_year").set_index(["iso3", "year"])
    assert years.loc[("NER", 2020), ["people_unhcr", "people_idmc"]].tolist() == [298_458, 257_000]
    assert years.loc[("BFA", 2016), "people_unhcr"] is pd.NA


def test_nothing_rests_on_memory() -> None:
    """Published figures that no copy of a source backs are not carried, and every row names its source."""
    for name in ("fatalities", "clashes", "displaced", "displaced_by_year", "food_insecure"):
        table = sg.brief.load_published(name)
        assert set(table["certainty"]) <= {"certain", "reported", "conflict"}, name
        assert table["source"].notna().all(), name
    with pytest.raises(sg.errors.PublishedError, match="no published table 'deaths'"):
        sg.brief.load_published("deaths")


def test_deaths_of_half_2020_against_half_and_all_of_2019() -> None:
    """1,362 / 1,063 = + 28.1 %, and 0.76 of the UN's more than 1,800: neared at 0.75, but 1,800 is a lower bound."""
    published = sg.brief.load_published("fatalities").set_index(["scope", "start", "end"])["fatalities"]
    half = published[("BFA", pd.Timestamp("2020-01-01"), pd.Timestamp("2020-06-30"))]
    before = published[("BFA", pd.Timestamp("2019-01-01"), pd.Timestamp("2019-06-30"))]
    year = published[("BFA", pd.Timestamp("2019-01-01"), pd.Timestamp("2019-12-31"))]
    assert (half, before, year) == (1362, 1063, 1800)
    check = sg.brief.fatalities()
    row = check.table.iloc[0]
    assert row["change_percent"] == pytest.approx(100 * (half / before - 1))
    assert row["change_percent"] == pytest.approx(28.1, abs=0.05)
    assert row["ratio_full_year"] == pytest.approx(half / year)
    assert (row["verdict"], row["bound"], check.parts["BFA"][1]) == ("neared", "above", "partly")
    assert "+28.1 %" in check.findings[0]
    assert "more than 1,800" in check.findings[0]
    assert any("WFP" in source for source in check.sources)
    assert sg.brief.fatalities(neared=0.8).parts["BFA"][1] == "not_supported"


def test_each_published_total_of_a_year_has_a_row() -> None:
    """A second publisher of 2019 gives a second ratio, and the verdict looks at both."""
    published = sg.brief.load_published("fatalities")
    other = published[
        (published["scope"] == "BFA") & (published["dataset"] == "UN") & (published["start"].dt.year == 2019)
    ]
    table = pd.concat([published, other.assign(dataset="another", fatalities=1300, bound="exact", source="made up")])
    check = sg.brief.fatalities(table)
    assert check.table["verdict"].tolist() == ["neared", "surpassed"]
    assert check.parts["BFA"][1] == "partly"
    exact = table.assign(bound="exact")
    assert sg.brief.fatalities(exact).parts["BFA"][1] == "supported"


def test_deaths_from_events() -> None:
    """A user's events by country; a country without deaths the year before has no verdict."""
    rows = [
        {"x": 0, "y": 14, "date": "2019-02-01", "fatalities": 10, "iso3": "BFA"},
        {"x": 0, "y": 14, "date": "2020-02-01", "fatalities": 12, "iso3": "BFA"},
        {"x": 0, "y": 14, "date": "2020-06-01", "fatalities": 1, "iso3": "MLI"},
    ]
    check = sg.brief.fatalities(make_events(rows), coverage=("2019-01-01", "2020-06-30"))
    assert check.table[["scope", "verdict"]].to_numpy().tolist() == [["BFA", "surpassed"], ["MLI", "unknown"]]
    assert check.verdict == "incomplete"
    assert check.sources == ("made for tests",)


def test_totals_that_are_not_there_are_an_error() -> None:
    """No half year, no column."""
    with pytest.raises(sg.errors.WindowError, match="no total for 2021-01-01 to 2021-06-30"):
        sg.brief.fatalities(date="2021-06-30")
    with pytest.raises(sg.errors.SchemaError, match="totals: column 'scope' is missing"):
        sg.brief.fatalities(pd.DataFrame({"deaths": [1]}))
    alone = sg.brief.load_published("fatalities").iloc[:1]
    check = sg.brief.fatalities(alone)
    assert "no total of 2019" in check.findings[0]
    assert check.verdict == "incomplete"


def test_displaced_people_against_each_day_of_2019() -> None:
    """× 1.65 in June and × 1.81 in August against December, 3.2 × against September; Mali × 1.80."""
    stocks = sg.brief.load_published("displaced").set_index(["scope", "date"])["people"]
    june, december = (stocks.loc["BFA"].loc[pd.Timestamp(day)] for day in ("2020-06-08", "2019-12-09"))
    assert (june, december) == (921_471, 560_033)
    check = sg.brief.displacement()
    ratios = {
        (row.scope, f"{row.date:%Y-%m}", f"{row.date_before:%Y-%m}"): row.ratio for row in check.table.itertuples()
    }
    assert ratios[("BFA", "2020-06", "2019-12")] == pytest.approx(june / december)
    assert round(ratios[("BFA", "2020-06", "2019-12")], 2) == 1.65
    assert round(ratios[("BFA", "2020-08", "2019-12")], 2) == 1.81
    assert round(ratios[("BFA", "2020-06", "2019-09")], 1) == 3.2
    assert round(ratios[("MLI", "2020-06", "2019-06")], 2) == 1.80
    assert check.verdict == "partly"


def test_the_verdict_on_displacement_follows_its_bands() -> None:
    """Against December alone both readings are almost twice; wide of the band none is. Mali grew in either case."""
    assert sg.brief.displacement(before=["2019-12-31"]).parts["BFA"][1] == "supported"
    wide = sg.brief.displacement(twice=(90, 91))
    assert [wide.parts[code][1] for code in ("BFA", "MLI")] == ["not_supported", "supported"]
    assert wide.verdict == "partly"


def test_displacement_refuses_what_it_cannot_compare() -> None:
    """A day twice, no column, days without a count near."""
    table = pd.DataFrame({"scope": "X", "date": ["2020-06-01", "2020-06-01"], "people": [1, 2], "source": "made up"})
    with pytest.raises(sg.errors.SchemaError, match="a scope has a day more than once"):
        sg.brief.displacement(table)
    with pytest.raises(sg.errors.SchemaError, match="column 'scope' is missing"):
        sg.brief.displacement(table.drop(columns="scope"))
    with pytest.raises(sg.errors.SchemaError, match="no scope has a count near"):
        sg.brief.displacement(table.iloc[:1])


def test_food_insecurity_year_on_year() -> None:
    """7.4 M = 3 × 2.47 M, + 4.93 M; Burkina Faso 2.15 M in March and 3.28 M in July, against 0.68 M."""
    published = sg.brief.load_published("food_insecure")
    central = published[published["scope"] == "Central Sahel"].iloc[0]
    check = sg.brief.food_insecurity()
    rows = check.table.set_index(["scope", check.table["issued"].dt.strftime("%Y-%m")])
    first = rows.loc[("Central Sahel", "2020-07")]
    assert first["people_before"] == pytest.approx(central["people_3plus"] / central["times_year_before"])
    assert (round(first["people_before"] / 1e6, 2), round(first["change"] / 1e6, 2)) == (2.47, 4.93)
    assert rows.loc[("Burkina Faso", "2020-03"), "people"] == 2_151_970
    assert rows.loc[("Burkina Faso", "2020-07"), "people"] == 3_280_000
    assert rows.loc[("Sahel and West Africa", "2019-11"), "change"] == pytest.approx(4.7e6)
    assert [check.parts[half][1] for half in ("more", "times")] == ["supported", "partly"]
    assert check.verdict == "partly"
    assert "not within 2020" in check.findings[-1]


def test_food_insecurity_verdicts_and_refusals() -> None:
    """Without a printed multiple every scope must fit; without both years there is nothing to say."""
    published = sg.brief.load_published("food_insecure")
    without = published.drop(columns="times_year_before")
    assert sg.brief.food_insecurity(without).verdict == "partly"
    assert sg.brief.food_insecurity(without, more=(9e6, 9.5e6), times=(90, 91)).verdict == "not_supported"
    with pytest.raises(sg.errors.SchemaError, match="both 2022 and 2023"):
        sg.brief.food_insecurity(year=2023)
    with pytest.raises(sg.errors.SchemaError, match="column 'issued' is missing"):
        sg.brief.food_insecurity(published.drop(columns="issued"))


def test_assumption_1_counts_by_family_and_around_missions(made_up: Invented) -> None:
    """An event with two families is in both rows; missions that began before the data have no window."""
    check = sg.brief.terrorism(made_up.events, actors=made_up.actors)
    named = sg.events.actor_family(made_up.events, actors=made_up.actors)
    front = named[(named["family1"] == "front A") | (named["family2"] == "front A")]
    row = check.table.set_index("family").loc["front A"]
    assert (row["events"], row["fatalities"]) == (len(front), front["fatalities"].sum())
    missions = check.others["missions"].set_index(["mission", "family"])
    assert pd.isna(missions.loc[("Serval", "front A"), "events_before"])
    assert pd.isna(missions.loc[("G5 Sahel Joint Force", "front A"), "events_before"])
    after = missions.loc[("G5 Sahel Joint Force", "front A"), "events_after"]
    assert after == front["date"].between("2017-08-01", "2018-07-31").sum()
    assert check.verdict == "described"


def test_assumption_2_on_the_published_phases() -> None:
    """Centre 2.0 %, Centre-Nord 34.0 %, Sahel 26.0 % in phase 3 or above, March 2020."""
    phases = sg.load_sample("burkina-2020").phases
    check = sg.brief.governance(phases, "BF13", areas=sg.load_areas("BFA"))
    rates = check.others["areas"].set_index("pcode")["rate"]
    assert [round(100 * rates[code], 1) for code in ("BF13", "BF49", "BF56")] == [2.0, 34.0, 26.0]
    assert check.verdict == "supported"
    assert sg.brief.governance(phases, "BF49").verdict == "not_supported"
    stocks = sg.load_sample("burkina-2020").stocks.merge(phases[["pcode", "population"]], on="pcode")
    idps = sg.brief.governance(stocks, ["BF13", "BF55"], numerator="people")
    assert idps.findings[0].startswith("Displaced people by population")
    nobody = phases.assign(people_3plus=phases["people_3"].where(phases["pcode"] != "BF13", 0))
    assert sg.brief.governance(nobody, "BF13").verdict == "described"


def test_assumption_3_finds_the_planted_move_out_of_the_north(made_up: Invented, sums: pd.DataFrame) -> None:
    """The share outside grows every year in the invented events; verdicts by the rule."""
    mali = sums[sums["pcode"].str.startswith("ML").fillna(False)]
    north = ["ML06", "ML07+ML10", "ML08"]
    check = sg.brief.accord(mali, north)
    assert check.table["share_outside"].is_monotonic_increasing
    assert check.table["share_outside"].iloc[-1] > 0.5
    assert check.verdict == "supported"
    assert sg.brief.accord(mali, north, timeline=sg.events.load_timeline(kinds=["accord"])).verdict == "supported"
    assert sg.brief.accord(mali.assign(start=pd.Timestamp("2023-01-01") - (mali["start"] - mali["start"].min())), north).verdict == "not_supported"  # fmt: skip
    early = mali[mali["start"].dt.year <= 2018]
    assert sg.brief.accord(early, north).verdict in ("partly", "supported")
    nothing = sg.brief.accord(mali.assign(fatalities=pd.NA), north)
    assert (nothing.verdict, len(nothing.findings)) == ("incomplete", 1)


def test_assumption_4_finds_the_planted_agreement(made_up: Invented, sums: pd.DataFrame) -> None:
    """Deaths fall after the invented agreement, and the war between the fronts begins in July 2019."""
    named = sg.events.actor_family(made_up.events, actors=made_up.actors)
    war = sg.events.dyads(named, between=made_up.pair)
    check = sg.brief.negotiation(sums, made_up.agreements, war)
    row = check.table.iloc[0]
    assert row["ratio"] < 0.6
    # The fall is there; twelve months with a memory are too few to tell it from chance at 5 %.
    assert row["change_low"] < row["change"] < 0
    assert row["p_change"] < 0.15
    assert war.loc[war["events"] > 0, "start"].min() == pd.Timestamp("2019-07-01")
    nothing = sg.brief.negotiation(sums, made_up.agreements.iloc[:0], war)
    assert nothing.findings[0] == "No local agreement was given."


def test_agreements_say_what_they_lack(made_up: Invented, sums: pd.DataFrame) -> None:
    """A column, an area, months around the day."""
    war = sg.events.dyads(sg.events.actor_family(made_up.events, actors=made_up.actors), between=made_up.pair)
    with pytest.raises(sg.errors.SchemaError, match="agreements: column 'name' is missing"):
        sg.brief.negotiation(sums, made_up.agreements.drop(columns="name"), war)
    with pytest.raises(sg.errors.SchemaError, match="p-codes XX are not in the table"):
        sg.brief.negotiation(sums, made_up.agreements.assign(pcode="XX"), war)


def test_assumption_5_puts_missions_beside_deaths(sums: pd.DataFrame) -> None:
    """Six missions at the end of 2020, and every death of the sums in the table."""
    check = sg.brief.engagement(sums)
    assert check.table["fatalities"].sum() == sums["fatalities"].sum()
    assert check.table["missions"].iloc[-1] == 6
    assert check.table["troops"].iloc[-1] == 13_000 + 5_100
    with pytest.raises(sg.errors.SchemaError, match="column 'hunger' is missing"):
        sg.brief.engagement(sums, column="hunger")
    flat = pd.DataFrame(
        {"start": pd.date_range("2018-01-01", periods=12, freq="MS"), "displaced": 5, "source": "made up"}
    )
    assert "–" in sg.brief.engagement(flat, column="displaced").findings[0]


def test_figures_are_not_registered_with_pyplot(sums: pd.DataFrame) -> None:
    """Nothing needs to be closed."""
    code = "import sahelgeo as sg, sys; sg.brief.fatalities(); print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


def test_the_map_hatches_areas_without_a_value(squares: Any) -> None:
    """Missing is drawn, and is not the lowest class."""
    figure = sg.brief.draw_map(squares.assign(deaths=[1, None, 9]), "deaths", "fr", label="Décès")
    axes = figure.axes[0]
    assert sum(bool(shape.get_hatch()) for shape in axes.patches) == 1
    assert [words.get_text() for words in axes.get_legend().get_texts()][-1] == "Pas de données"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_is_one_file_that_fetches_nothing(tmp_path: Path, lang: str) -> None:
    """In either language, with claims, findings, verdicts and sources; of tables and charts."""
    checks = [
        sg.brief.fatalities(lang=lang),
        sg.brief.governance(sg.load_sample("burkina-2020").phases, "BF13", lang=lang),
    ]
    page = sg.brief.write_report(checks, tmp_path / "page.html", maps={"A <map>": checks[0].figure}, lang=lang)
    text = page.read_text(encoding="utf-8")
    assert f'lang="{lang}"' in text
    assert "A &lt;map&gt;" in text
    assert checks[0].verdict_in_words in text
    assert "WFP Burkina Faso" in text
    assert "<script" not in text
    assert not re.findall(r'(?:src|href)="(?!data:)', text)


@pytest.fixture(scope="module", params=["en", "fr"])
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the command prints, and the page that it writes."""
    folder = tmp_path_factory.mktemp("example")
    ran = run_brief("--lang", request.param, "--out", str(folder))
    assert ran.returncode == 0, ran.stderr
    return ran.stdout, folder / "csis_brief.html"


@pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed: apt-get install chromium, or set SAHELGEO_CHROMIUM"
)
def test_the_page_prints_on_a_sheet_for_each_part(tmp_path: Path, example: tuple[str, Path]) -> None:
    """Four pages of A4, as Chromium prints them: headlines, assumptions, afterwards, doubts and sources."""
    printed = tmp_path / "page.pdf"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={printed}"]
    subprocess.run([str(CHROMIUM), *flags, str(example[1])], capture_output=True, check=True, timeout=120)
    text = printed.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", text)) == 4
    assert re.search(rb"/MediaBox\s*\[0 0 59[45][.\d]* 84[12][.\d]*\]", text)


def test_the_years_after_stand_in_a_table(example: tuple[str, Path]) -> None:
    """Burkina Faso in 2023: 6,109 deaths (5,800 to 7,375, UCDP GED 24.1), 2,062,534 displaced, 3,351,045 in phase 3 or above."""
    text = re.sub(r"[\u202f,]", "", example[1].read_text(encoding="utf-8"))
    assert "<td>2023</td><td>6109 (5800–7375)</td><td>2062534</td><td>3351045</td>" in text


def test_texts_of_tables_are_escaped(tmp_path: Path) -> None:
    """A source that holds markup is shown, not run."""
    table = sg.brief.load_published("displaced").assign(source="<script>alert(1)</script>")
    page = sg.brief.write_report([sg.brief.displacement(table)], tmp_path / "page.html")
    assert "<script" not in page.read_text(encoding="utf-8")


def test_pages_of_two_languages_are_refused(tmp_path: Path) -> None:
    """And so is a page of nothing."""
    with pytest.raises(sg.errors.SchemaError, match="in another language: fatalities"):
        sg.brief.write_report([sg.brief.fatalities()], tmp_path / "page.html", lang="fr")
    with pytest.raises(sg.errors.SchemaError, match="there are none"):
        sg.brief.write_report([], tmp_path / "page.html")


def test_every_text_is_there_in_both_languages() -> None:
    """No cell of the texts is empty, and both languages fill in the same figures."""
    texts = pd.read_csv(ROOT / "sahelgeo" / "data" / "brief" / "texts.csv", dtype=str, keep_default_na=False)
    assert (texts[["key", "en", "fr"]] != "").all(axis=None)
    assert texts["key"].is_unique
    for row in texts.itertuples():
        assert sorted(re.findall(r"{[^}]*}", row.en)) == sorted(re.findall(r"{[^}]*}", row.fr)), row.key


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_claim_has_an_answer(lang: str) -> None:
    """24 of them: from a check, from what is carried, or with what is needed to tell."""
    checks = [sg.brief.fatalities(lang=lang), sg.brief.displacement(lang=lang), sg.brief.food_insecurity(lang=lang)]
    table = sg.brief.claims(checks, lang=lang).set_index("id")
    assert table.index.tolist() == [f"B{number:02}" for number in range(1, 25)]
    assert (table[["claim", "finding"]] != "").all(axis=None)
    assert table.loc[["B04", "B05", "B09"], "verdict"].tolist() == ["incomplete", "partly", "partly"]
    assert not table["finding"].str.contains("[{}]", regex=True).any()
    assert (table.loc[table["verdict"] != "not_checked", "sources"] != "").all()
    if lang == "en":
        assert "715,000† displaced people" in table.loc["B06", "finding"]
        assert "22.9 times as many" in table.loc["B06", "finding"]
        assert "34† clashes and > 300† deaths" in table.loc["B18", "finding"]
        assert table.loc["B03", "finding"].count("date not verified") == 2
        assert "terrorism" in table.loc["B15", "finding"]
    with pytest.raises(ValueError, match="'de'"):
        sg.brief.claims(checks, lang="de")


def test_the_invented_events_say_that_they_are(made_up: Invented) -> None:
    """Every row, actor and agreement; and none of the actors is a real one."""
    assert set(made_up.events["source"]) == {"made up"}
    assert made_up.actors["name"].str.endswith("(invented)").all()
    assert made_up.agreements["name"].str.endswith("(invented)").all()
    assert set(made_up.events["actor1"]) | set(made_up.events["actor2"]) <= set(made_up.actors["name"])


def test_the_command_runs_without_network(example: tuple[str, Path]) -> None:
    """It prints each finding, writes the page and the claims beside it."""
    said, page = example
    assert "+33" in said
    text = page.read_text(encoding="utf-8")
    assert text.count("<section") == 14
    assert re.findall(r'scope="row">(B\d\d)<', text) == [f"B{number:02}" for number in range(1, 25)]
    claims = pd.read_csv(page.with_name("csis_brief_claims.csv")).set_index("id")
    assert claims.loc[["B04", "B08", "B09", "B17"], "verdict"].tolist() == [
        "supported",
        "partly",
        "partly",
        "supported",
    ]


def test_assumption_5_never_adds_up_fewer_areas_than_there_are() -> None:
    """B is covered in 2019 only: 2018 is missing, not one death a month; an area without any value is left out."""
    months = pd.date_range("2018-01-01", periods=24, freq="MS")
    deaths = {"A": [1] * 24, "B": [pd.NA] * 12 + [9] * 12, "C": [pd.NA] * 24}
    parts = [pd.DataFrame({"pcode": area, "start": months, "fatalities": pd.array(row, dtype="Int64")}) for area, row in deaths.items()]  # fmt: skip
    table = pd.concat(parts, ignore_index=True).assign(source="made up")
    outcome = sg.brief.engagement(table).table["fatalities"]
    assert outcome.isna().tolist() == [True] * 12 + [False] * 12
    assert set(outcome[12:]) == {10}
    with pytest.raises(sg.errors.WindowError, match=r"in no month is fatalities known in every area: 2018-01 \(B\)"):
        sg.brief.engagement(table[(table["pcode"] == "A") & (table["start"] < "2019-01-01") | (table["pcode"] == "B") & (table["start"] >= "2019-01-01")])  # fmt: skip


STOCKS = {"scope": "BFA", "date": ["2020-06-08", "2019-12-09"], "people": [921471, 560033], "source": "made up"}
SEASONS = {"scope": "BFA", "start": ["2020-06-01", "2019-06-01"], "end": ["2020-08-31", "2019-08-31"], "issued": ["2020-04-01", "2019-04-01"], "people_3plus": [9, 3], "source": "made up"}  # fmt: skip
TOTALS = {"scope": "MLI", "start": ["2020-01-01", "2019-01-01", "2019-01-01"], "end": ["2020-06-30", "2019-06-30", "2019-12-31"], "fatalities": [9, 5, 8], "dataset": "A", "source": "made up"}  # fmt: skip


@pytest.mark.parametrize(
    ("check", "table", "message"),
    [
        (
            sg.brief.displacement,
            {**STOCKS, "date": ["08/06/2020", "09/12/2019"]},
            "column 'date', row.* 0, 1 .*not a day",
        ),
        (sg.brief.displacement, {**STOCKS, "people": ["921 471", "560 033"]}, "column 'people'.*not a number"),
        (sg.brief.food_insecurity, {**SEASONS, "issued": ["04/05/2020", "04/05/2019"]}, "column 'issued'.*not a day"),
        (sg.brief.food_insecurity, {**SEASONS, "people_3plus": ["9", "3"]}, "column 'people_3plus'.*not a number"),
        (sg.brief.fatalities, {**TOTALS, "end": ["30/06/2020"] * 3}, "column 'end'.*not a day"),
        (sg.brief.fatalities, {"event": ["A"], "date": ["2020-01-01"]}, "a table without points"),
    ],
)
def test_tables_of_your_own_are_read_or_refused_in_words(check: Any, table: dict[str, Any], message: str) -> None:
    """Days that could be two days, numbers with spaces, events without points."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        check(pd.DataFrame(table))


def test_text_that_can_be_only_one_day_is_taken() -> None:
    """YYYY-MM-DD in each of the headlines."""
    assert sg.brief.displacement(pd.DataFrame(STOCKS)).parts["BFA"][1] == "supported"
    assert sg.brief.food_insecurity(pd.DataFrame(SEASONS)).table["ratio"].tolist() == [3]
    assert sg.brief.fatalities(pd.DataFrame(TOTALS)).table["verdict"].tolist() == ["surpassed"]


def test_nobody_the_year_before_gives_no_ratio() -> None:
    """Nothing is divided by zero, and nothing is judged by it."""
    stocks = sg.brief.displacement(pd.DataFrame({**STOCKS, "people": [2, 0]}))
    assert (stocks.parts, stocks.table["ratio"].isna().all()) == ({}, True)
    hunger = sg.brief.food_insecurity(pd.DataFrame({**SEASONS, "people_3plus": [2, 0]}))
    assert (hunger.verdict, hunger.table["ratio"].isna().all()) == ("described", True)


def test_a_report_may_have_one_check(tmp_path: Path) -> None:
    """A single check need not stand in a list."""
    assert sg.brief.write_report(sg.brief.fatalities(), tmp_path / "one.html").exists()
