"""What all sums share: rounds are no operations, sources are kept, advice leaves nobody out."""

import re
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import few
from shapely import box
from tables import flows, phases, population, provinces, row, stocks

import sahelgeo as sg
from sahelgeo.sums import codes_of, group_numbers, repeated

ROUNDS = [
    ("PDI Nov 2020", "PDI Mai 2022"),
    ("Round 1", "Round 2"),
    ("Liste_11-2020", "Liste_05-2022"),
    ("février 2020", "August 2022"),
]


def counts(operations, **columns):
    """One place counted in November 2020 and in May 2022, by the operations given."""
    return stocks(
        pcode="NE02", date=["2020-11-30", "2022-05-31"], people=[100, 130], operation=list(operations), **columns
    )


@pytest.mark.parametrize("names", ROUNDS)
def test_a_place_of_two_rounds_is_counted_once(names):
    """A name that tells months, years or numbers apart names a round, and the operation is the same."""
    table = counts(names)
    assert sg.latest_stocks(table)["people"].tolist() == [130]
    assert sg.sum_stocks(sg.latest_stocks(table), by=())["people"].tolist() == [130]
    change = sg.change_in_stocks(table[:1], table[1:]).iloc[0]
    assert change[["like_for_like", "newly_covered", "places_both"]].tolist() == [30, 0, 1]
    assert sg.stocks.series(table, freq="YS")["people"].dropna().tolist() == [100, 130]
    assert sg.stocks.first_above(table, threshold=120)["counts"].tolist() == [2]


def test_latest_counts_of_places_of_two_rounds_add_up():
    """A place that the last round did not visit keeps its count, and both are of one operation."""
    table = stocks(
        pcode=["NE01", "NE02", "NE02"],
        date=["2020-11-30", "2020-11-30", "2022-05-31"],
        operation=["PDI Nov 2020", "PDI Nov 2020", "PDI Mai 2022"],
        people=[7, 100, 130],
    )
    total = sg.sum_stocks(sg.latest_stocks(table), by=())
    assert total[["people", "operation"]].to_numpy().tolist() == [[137, "PDI"]]


def test_two_operations_are_not_two_rounds():
    """Names that say more than a round are operations; on one day even numbered ones are."""
    table = counts(("Lac", "Sud"))
    assert len(sg.latest_stocks(table)) == 2
    with pytest.raises(
        sg.errors.StockComparisonError, match="differ in operation: before has 'Lac', after has 'Sud' in NE02"
    ):
        sg.change_in_stocks(table[:1], table[1:])
    assert len(sg.latest_stocks(counts(("Zone 1", "Zone 2")))) == 2
    same_day = counts(("Zone 1", "Zone 2")).assign(date="2020-11-30")
    assert len(sg.latest_stocks(same_day)) == 2
    with pytest.raises(sg.errors.DoubleCountError, match="operation has 'Zone 1', 'Zone 2'"):
        sg.sum_stocks(same_day)


def test_a_round_beside_people_of_no_operation_is_not_added_to_them():
    """A round without any other name is not the operation of rows that name none, if one day has both."""
    table = stocks(pcode="NE02", date=["2020-09-06", "2020-10-06", "2020-09-06"], people=[100, 110, 50])
    table["operation"] = ["Round 1", "Round 2", None]
    with pytest.raises(sg.errors.DoubleCountError, match="operation has 'Round 1', None in rows 0, 2"):
        sg.sum_stocks(table, by=("pcode", "date"))
    assert sg.latest_stocks(table)["people"].tolist() == [100, 110, 50]


def test_people_kept_without_an_area_are_summed_with_the_rest():
    """A row without an area has no edition, which is no second edition; its people stay."""
    area = gpd.GeoDataFrame(
        {"pcode": ["XX01"], "name": ["A"], "edition": ["X 2020"]}, geometry=[box(0, 13, 1, 14)], crs=4326
    )
    table = stocks(pcode=["XX01", None], place=["A", "?"], people=[10, 5])
    with pytest.warns(sg.DataWarning, match="kept without geometry"):
        kept = sg.attach_areas(table, area, unmatched="keep")
    total = sg.sum_stocks(kept, by="date")
    assert total[["people", "edition"]].to_numpy().tolist() == [[15, "X 2020"]]
    assert sg.sum_stocks(kept.iloc[::-1], by=())["edition"].tolist() == ["X 2020"]
    with pytest.raises(
        sg.errors.DoubleCountError, match=r"edition has .*Keep them apart with by=\('date', 'edition'\)"
    ) as told:
        sg.sum_stocks(pd.concat([kept, kept[:1].assign(edition="X 2025", pcode="XX09")], ignore_index=True), by="date")
    assert "choose" not in str(told.value)


def advised(message):
    """The choices and the columns that a refusal names."""
    chosen = [eval(text) for text in re.findall(r"choose=(\{.*?\})", message)]  # noqa: S307 - our own message
    apart = [eval(text) for text in re.findall(r"by=(\(.*?\))", message)]  # noqa: S307 - our own message
    return chosen, apart


@given(
    rows=st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from(["x", "y", None]), st.sampled_from(["m", "n"])),
        min_size=2,
        max_size=6,
        unique=True,
    )
)
def test_no_advice_leaves_a_place_out(rows):
    """Who follows the advice of a refusal counts people of all places, and everybody once."""
    codes, methods, sources = zip(*rows, strict=True)
    table = stocks(pcode=list(codes), method=pd.array(methods, dtype="string"), source=list(sources), people=1)
    try:
        sg.sum_stocks(table, by=())
    except sg.errors.DoubleCountError as refused:
        choices, apart = advised(str(refused))
        assert apart
        for choose in choices:
            column, value = next(iter(choose.items()))
            wanted = value if isinstance(value, list) else [value]
            fits = table[column].isin([name for name in wanted if name]) | (table[column].isna() & (None in wanted))
            assert set(table["pcode"][fits]) == set(codes)
        for by in apart:
            keys = by if len(apart) == 1 else ("method", "source")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", sg.DataWarning)
                assert sg.sum_stocks(table, by=keys)["people"].sum() == len(table)


def test_sources_of_different_places_may_be_added_up():
    """No single source has all places: the refusal names the list that has."""
    table = stocks(pcode=["A", "B"], source=["DTM Lac", "DTM Sud"], people=[1, 2])
    with pytest.raises(sg.errors.DoubleCountError, match="If they count different people, add them up") as told:
        sg.sum_stocks(table, by=())
    ((choose,), ((column,),)) = advised(str(told.value))
    assert sg.sum_stocks(table, by=(), choose=choose)[["people", "source"]].to_numpy().tolist() == [
        [3, "DTM Lac + DTM Sud"]
    ]
    assert sg.sum_stocks(table, by=column)["people"].sum() == 3


def test_analyses_of_one_month_do_not_add_up_unless_the_user_says_so():
    """Two analyses of a country may be of the same people; a list says that they are not."""
    table = phases(row("A", 10, 0, 0, 0, 0, analysis="north"), row("B", 5, 0, 0, 0, 0, analysis="south"))
    with pytest.raises(
        sg.errors.DoubleCountError, match=r"analysis has 'north', 'south'.*choose=\{'analysis': \['north', 'south'\]\}"
    ):
        sg.sum_phases(table, by=())
    assert sg.sum_phases(table, by=(), choose={"analysis": ["north", "south"]})["people_1"].tolist() == [15]
    assert sg.sum_phases(table, by="analysis")["people_1"].tolist() == [10, 5]


def _figures():
    """Results of functions that give figures, each with the tables that it was made of."""
    one = stocks(pcode=["XA01", "XA02"], people=[5, 6], source=["unhcr", "iom-dtm"], origin=["XA02", None])
    later = one.assign(date="2021-09-06", source=["conasur", "iom-dtm"])
    both = pd.concat([one, later], ignore_index=True)
    hungry = phases(
        row("XA01", 1, 2, 3, 4, 0, source="ipc", phase_published=3),
        row("XA02", 5, 5, 0, 0, 0, source="cadre-harmonise", phase_published=1),
    )
    next_year = hungry.assign(start="2021-03-01", end="2021-05-31", source=["ipc", "fewsnet"])
    people = population(pcode=["XA01", "XA02"], people=[100, 200], source=["census A", "census B"])
    moves = flows(origin=["XA01"], destination=["XA02"], people=[3], start="2020-10-01", end="2020-12-31")
    areas = gpd.GeoDataFrame(hungry, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=4326)
    plain = gpd.GeoDataFrame({"pcode": ["XB01"], "source": "borders"}, geometry=[box(0, 0, 2, 1)], crs=4326)
    sources = ["source"]
    return {
        "sum_stocks": (sg.sum_stocks(one), [one]),
        "sum_stocks, added up": (sg.sum_stocks(one, by=(), choose={"source": ["unhcr", "iom-dtm"]}), [one]),
        "latest_stocks": (sg.latest_stocks(both), [later]),
        "change_in_stocks": (sg.change_in_stocks(one, later, by="pcode"), [one, later]),
        "series": (sg.stocks.series(both, freq="YS"), [both]),
        "first_above": (sg.stocks.first_above(both.assign(people=[1, 1, 9, 9]), threshold=5), [both]),
        "durations": (sg.stocks.durations(both), [both]),
        "share_of_total": (sg.stocks.share_of_total(one), [one]),
        "concentration": (sg.stocks.concentration(one), [one]),
        "stocks.origins": (sg.stocks.origins(one), [one]),
        "rate_per_1000": (sg.rate_per_1000(one, people), [one, people]),
        "sum_phases": (sg.sum_phases(hungry), [hungry]),
        "phases.audit": (sg.phases.audit(hungry), [hungry]),
        "phases.audit, by": (sg.phases.audit(hungry, by="kind"), [hungry]),
        "share_analysed": (sg.phases.share_analysed(hungry, people), [hungry, people]),
        "phases_at": (sg.phases_at(hungry[:1], "2020-04-01"), [hungry[:1]]),
        "season_vintages": (sg.phases.season_vintages(hungry, "2020-03-01", "2020-05-31"), [hungry]),
        "compare_phases": (sg.compare_phases(hungry, next_year, column="phase_rule"), [hungry, next_year]),
        "joint_severity": (sg.joint_severity(hungry, one, people), [hungry, one, people]),
        "displacement_by_phase": (
            sg.phases.displacement_by_phase(one[:1], hungry, flows=moves),
            [one[:1], hungry, moves],
        ),
        "reconcile": (sg.reconcile(both.drop(columns="origin"), moves), [both, moves]),
        "overlay_phases": (
            sg.overlay_phases(areas, plain, population=people.assign(pcode=["XB01", "XB02"])[:1]),
            [hungry[sources], plain, people[:1]],
        ),
    }


@pytest.mark.filterwarnings("ignore::sahelgeo.DataWarning")
def test_every_figure_names_the_sources_that_it_was_made_of():
    """The credit of a result is that of its tables."""
    for name, (result, tables) in _figures().items():
        assert set(sg.credit(result)) == set(sg.credit(*tables)), name


@pytest.mark.parametrize("text", ["05/09/2022", "5 September 2022", "2022-13-01"])
def test_a_day_that_is_no_day_for_certain_is_refused_everywhere(text):
    """One rule for a day of the user and of a table: nothing reads the fifth of September as the ninth of May."""
    table = stocks(pcode=["A"], people=1, date="2022-09-06")
    calls = [
        lambda: sg.sum_stocks(table.assign(as_of=text)),
        lambda: sg.sum_stocks(table.assign(date=text)),
        lambda: sg.sum_stocks(table, choose={"date": text}),
        lambda: sg.latest_stocks(table, date=text),
        lambda: sg.phases_at(phases(row("A", 1, 0, 0, 0, 0)), text),
        lambda: sg.sum_phases(phases(row("A", 1, 0, 0, 0, 0)), choose={"start": text}),
        lambda: sg.maps.TimeLayer(
            gpd.GeoDataFrame(table.assign(as_of=[text], place="p"), geometry=[box(0, 0, 1, 1)], crs=4326)
        ),
    ]
    for call in calls:
        with pytest.raises(sg.errors.SchemaError, match=f"{text}.*not a day"):
            call()


def test_tables_of_two_editions_are_neither_added_nor_joined():
    """One p-code may be two areas: what names two editions is refused wherever it would meet."""
    sample = sg.load_sample("burkina-2020")
    old, new = sample.phases.assign(edition="2020"), sample.phases.assign(edition="2025")
    people = sample.population.assign(edition="2025")
    moved = pd.concat([old, new.assign(pcode=new["pcode"] + "X")], ignore_index=True)
    with pytest.raises(sg.errors.DoubleCountError, match="edition has '2020', '2025'"):
        sg.sum_phases(moved, by=())
    assert sg.sum_phases(moved, by=(), choose={"edition": "2020"})["rows"].tolist() == [13]
    for join in (
        lambda: sg.compare_phases(old, new),
        lambda: sg.phases.share_analysed(old, people),
        lambda: sg.phases.displacement_by_phase(sample.stocks.assign(edition="2025"), old),
        lambda: sg.joint_severity(old, sample.stocks.assign(edition="2025"), sample.population),
        lambda: sg.sum_events(sample.events[:2], sample.areas.assign(edition="2020"), population=people),
    ):
        with pytest.raises(sg.errors.EditionError, match="'2020'"):
            join()


PLACED = st.lists(st.integers(50, 900), min_size=2, max_size=4)


@few()
@given(PLACED, st.sampled_from([None, "Burkina Faso", "Niger"]), st.booleans())
def test_a_total_without_a_code_is_never_added_to_what_it_holds(people, name, of_region):
    """A row of the country, with no name or the country's, or of a region by its name, beside the places that it adds up."""
    parts = stocks(
        pcode=[f"BF56{number:02}" for number in range(len(people))] if not of_region else None,
        place=[f"Town {number}" for number in range(len(people))],
        admin1="Sahel",
        people=people,
    )
    total = stocks(pcode=None, place="Sahel" if of_region else name, people=[sum(people)])
    both = pd.concat([parts, total], ignore_index=True)
    assert sg.sum_stocks(parts, by=())["people"].item() == sum(people)
    with pytest.raises(sg.errors.DoubleCountError, match="is the total of") as caught:
        sg.sum_stocks(both, by=())
    assert caught.value.rows["people"].tolist() == [sum(people)]
    # What the refusal advises works, and nobody is lost.
    both.loc[len(people), ["place", "admin1"]] = ["not located", None]
    assert sg.sum_stocks(both, by=())["people"].item() == 2 * sum(people)


@few()
@given(PLACED, st.integers(1, 40))
def test_people_of_no_known_place_stay_beside_the_others(people, rest):
    """Who was not located, by no name or that of a country, is no total where the numbers do not say so."""
    for name in (None, "Mali"):
        table = stocks(
            pcode=[*(f"ML{number:02}" for number in range(len(people))), None],
            place=[*("ABCD"[: len(people)]), name],
            people=[*people, rest],
        )
        assert sg.sum_stocks(table, by=())["people"].item() == sum(people) + rest


@given(PLACED)
def test_a_total_of_phases_without_a_code_is_refused_too(people):
    """The national row of a workbook, whose name is no region's."""
    rows = [row(f"NE0{number}", each, 0, 0, 0, 0, place=f"Area {number}") for number, each in enumerate(people)]
    nation = row(None, sum(people), 0, 0, 0, 0, place="Niger")
    with pytest.raises(sg.errors.DoubleCountError, match="is the total of the other rows"):
        sg.sum_phases(phases(*rows, nation), by=("start",))
    assert sg.sum_phases(phases(*rows), by=("start",))["people_1"].item() == sum(people)


ENDS = st.tuples(st.sampled_from([None, "BF49", "BF13"]), st.sampled_from([None, "BF56", "BF5601", "BF5602"]))


@given(st.lists(ENDS, min_size=1, max_size=5, unique=True), st.booleans())
def test_a_flow_with_an_unknown_end_is_not_added_to_one_that_it_may_hold(ends, turned):
    """Every sum is refused, or has all people once: an unknown end may hold a known one, where the other end does."""
    one, other = zip(*ends, strict=True)
    # No sum of powers of two is another of them: there are no totals.
    people = [2**place for place in range(len(ends))]
    table = flows(origin=list(other if turned else one), destination=list(one if turned else other), people=people)
    coarse = {a for a, b in ends if b == "BF56"}
    fine = {a for a, b in ends if b in ("BF5601", "BF5602")}
    if coarse & fine or (None in coarse and fine) or (None in fine and coarse):
        with pytest.raises(sg.errors.DoubleCountError, match="an area and of its parts twice"):
            sg.sum_flows(table, by=())
    else:
        assert sg.sum_flows(table, by=())["people"].item() == sum(people)


@given(PLACED, st.booleans())
def test_a_total_with_an_unknown_end_is_refused_at_either_end(people, arrivals):
    """All who left an area, beside those who left it for each other area; and all who came, likewise."""
    known, unknown = ("destination", "origin") if arrivals else ("origin", "destination")
    others = [*(f"XX{number}" for number in range(len(people))), None]
    table = flows(**{known: "AA1", unknown: others}, people=[*people, sum(people)])
    with pytest.raises(sg.errors.DoubleCountError, match=f"without {unknown} are as many as all those with one"):
        sg.sum_flows(table, by=())
    assert sg.sum_flows(table[:-1], by=())["people"].item() == sum(people)


@few()
@given(PLACED, st.sampled_from(["reason", "place", "admin2", "admin3"]), st.booleans())
def test_a_total_that_leaves_a_column_empty_is_refused(people: list[int], column: str, moved: bool) -> None:
    """All reasons, or all places of an area, beside a row for each; what is named is no total of the others."""
    values = [*(f"{column} {number}" for number in range(len(people))), None]
    figures = {"people": [*people, sum(people)], "reason" if moved else column: values}
    table = flows(origin="AA1", destination="AA2", **figures) if moved else stocks(pcode="AA1", **figures)
    add_up = sg.sum_flows if moved else sg.sum_stocks
    with pytest.raises(sg.errors.DoubleCountError, match="are as many as all those with one") as caught:
        add_up(table, by=())
    # What the message advises leaves nobody out.
    assert add_up(table.drop(caught.value.rows.index), by=())["people"].item() == sum(people)
    named = table.fillna({"reason" if moved else column: "not stated"})
    assert add_up(named, by=())["people"].item() == 2 * sum(people)


@given(PLACED)
def test_an_origin_that_is_the_total_of_origins_inside_it_is_refused(people: list[int]) -> None:
    """A region of origin beside its provinces, with as many people; with more it holds others too."""
    inside = [f"AA10{number}" for number in range(len(people))]
    table = stocks(pcode="ZZ1", origin=["AA1", *inside], people=[sum(people), *people])
    with pytest.raises(
        sg.errors.DoubleCountError,
        match="row 0 .* is the total of origins inside AA1.* a 'place' or 'reason' of their own",
    ) as caught:
        sg.sum_stocks(table, by=())
    further = table.index.isin(caught.value.rows.index)
    for column in ("place", "reason"):
        own = table.assign(**{column: pd.Series("not stated", table.index).where(further)})
        assert sg.sum_stocks(own, by=())["people"].item() == 2 * sum(people)
    assert sg.sum_stocks(table.drop(caught.value.rows.index), by=())["people"].item() == sum(people)


@pytest.mark.parametrize("name", ["TOTAL", "Total général", "Ensemble du pays", "Sous-total PDI"])
@pytest.mark.parametrize("more", [0, 1])
def test_a_row_that_is_called_a_total_is_no_place(name: str, more: int) -> None:
    """Without a p-code, beside places; whatever its figure. Alone it is all that there is."""
    table = stocks(pcode=["AA1", "AA2", None], place=["A", "B", name], people=[10, 20, 30 + more])
    with pytest.raises(sg.errors.DoubleCountError, match="row 2 .* is the total of the other rows"):
        sg.sum_stocks(table, by=())
    assert sg.sum_stocks(table.tail(1), by=())["people"].item() == 30 + more
    figures = phases(
        row("AA1", 60, 20, 20, 0, 0), row("AA2", 60, 20, 20, 0, 0), row(None, 120, 40, 40 + more, 0, 0, place=name)
    )
    with pytest.raises(sg.errors.DoubleCountError, match="row 2 .* is the total of the other rows"):
        sg.sum_phases(figures, by=())


def test_national_is_a_total_where_it_adds_up_and_a_name_of_a_place_is_none() -> None:
    """With another figure it may be people of no place; a place called Cumulo is a place."""
    table = stocks(pcode=["AA1", "AA2", None], place=["A", "B", "National"], people=[10, 20, 30])
    with pytest.raises(sg.errors.DoubleCountError, match="is the total of the other rows"):
        sg.sum_stocks(table, by=())
    assert sg.sum_stocks(table.assign(people=[10, 20, 31]), by=())["people"].item() == 61
    assert sg.sum_stocks(table.assign(place=["A", "B", "Cumulo"]), by=())["people"].item() == 60


def test_shares_without_a_population_are_not_added_up_as_people() -> None:
    """A person in fractions of a person is a share."""
    with pytest.raises(sg.errors.SchemaError, match="shares or percents"):
        sg.sum_phases(phases(row("AA1", 0.5, 0.3, 0.1, 0.05, 0.05)), by=())
    assert sg.sum_phases(phases(row("AA1", 1, 0, 0, 0, 0)), by=())["people_1"].item() == 1


def test_spaces_around_a_code_tell_no_places_apart() -> None:
    """Nobody sees them; a code of nothing but spaces is missing."""
    table = stocks(pcode=["AA1", " AA1", "AA1 ", "  "], place=["A", "B", "C", "D"], people=[1, 2, 4, 8])
    assert sg.sum_stocks(table, by="pcode")["people"].tolist() == [7, 8]
    assert sg.sum_stocks(table, by="pcode")["pcode"].isna().tolist() == [False, True]
    with pytest.raises(sg.errors.DoubleCountError, match="an area and of its parts"):
        sg.sum_stocks(stocks(pcode=[" AA1", "AA101"], people=[1, 2]), by=())


MIXED_ROWS = st.lists(st.tuples(st.sampled_from(["b", "a", "é", None]), st.sampled_from([3, 1, None])), min_size=1)


@given(MIXED_ROWS)
def test_groups_are_numbered_as_pandas_orders_them_and_rows_alike_are_found(rows):
    """Codes follow the order of values, missing ones last; a key that is there twice is found by either way."""
    table = pd.DataFrame(rows, columns=["text", "number"])
    table = table.astype({"text": "string", "number": "Int64"})
    order = table.drop_duplicates().sort_values(["text", "number"]).reset_index(drop=True).reset_index()
    expected = table.merge(order, how="left", on=["text", "number"])["index"]
    assert group_numbers(table, ["text", "number"]).tolist() == expected.tolist()
    alike = repeated(codes_of(table[name]) for name in table)
    assert np.flatnonzero(alike).tolist() == np.flatnonzero(table.duplicated(keep=False)).tolist()


def test_a_sum_has_its_keys_what_they_are_of_and_what_was_counted() -> None:
    """No column that the calculation needed on its way comes out with it."""
    sample = sg.load_sample("burkina-2020")
    stocks = ["pcode", "date", "group", "method", "operation", "source", "people", "households", "rows", "rows_missing"]
    assert list(sg.sum_stocks(sample.stocks, by=("pcode",))) == stocks
    phases = ["pcode", "kind", "start", "end", "issued", "analysis", "source", "population"]
    phases += [f"people_{phase}" for phase in (*range(1, 6), "2plus", "3plus", "4plus")]
    phases += ["share_3plus", "phase_rule", "famine_review", "rows", "rows_missing", "people_3plus_published"]
    assert list(sg.sum_phases(sample.phases)) == phases


def test_areas_of_one_level_are_summed_with_their_boundaries_at_hand() -> None:
    """A sum is refused where levels are mixed, not because the areas, which could tell so, were given."""
    table = stocks(pcode=["XX0101", "XX0201"], people=[10, 20])
    assert sg.sum_stocks(table, provinces(), by=())["people"].tolist() == [30]
