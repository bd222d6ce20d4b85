"""Matrices, balances, indices, net and top flows."""

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import few
from shapely import box
from tables import flows

import sahelgeo as sg


def square(matrix):
    """The flows of a matrix between A, B, C."""
    cells = [("ABC"[i], "ABC"[j], people) for i, row in enumerate(matrix) for j, people in enumerate(row) if i != j]
    origins, destinations, people = zip(*cells, strict=True)
    return flows(origin=origins, destination=destinations, people=people)


GOLDEN = {
    # migration.hyp and migration.hyp2 of the R package migration.indices, with the outputs that it publishes.
    "hyp": (
        [[0, 10, 10], [20, 0, 20], [30, 30, 0]],
        {
            "gini": 0.2666667,
            "gini_hand": 4 / 15,
            "net": [30, 0, -30],
            "mei_i": [42.857143, 0.0, -33.333333],
            "hhi": [0.52, 0.625, 0.555556],
        },
    ),
    "hyp2": (
        [[0, 20, 20], [30, 0, 50], [20, 20, 0]],
        {
            "gini": 0.225,
            "gini_hand": 0.225,
            "net": [10, -40, 30],
            "mei_i": [11.111111, -33.333333, 27.272727],
            "hhi": [0.52, 0.5, 0.591837],
        },
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_published_matrices_give_the_published_indices(name):
    """MEI 25 and 25; Gini 0.2666667 and 0.225; ANMR = CMI · MEI / 100; nets sum to 0."""
    matrix, expected = GOLDEN[name]
    table = square(matrix)
    people = pd.DataFrame({"pcode": list("ABC"), "year": 2020, "people": [1000, 2000, 3000], "source": "census"})
    indices = sg.flows.indices(table, population=people).iloc[0]
    assert indices["mei"] == pytest.approx(25, abs=1e-9)
    assert indices["gini"] == pytest.approx(expected["gini"], abs=5e-8)
    assert indices["gini"] == pytest.approx(expected["gini_hand"], abs=1e-9)
    assert indices["connectivity"] == pytest.approx(1, abs=1e-9)
    assert indices["cmi"] == pytest.approx(100 * np.sum(matrix) / 6000, abs=1e-9)
    assert indices["anmr"] == pytest.approx(indices["cmi"] * indices["mei"] / 100, abs=1e-9)
    assert (indices["areas"], indices["people"], indices["population"]) == (3, np.sum(matrix), 6000)
    balance = sg.flows.balance(table)
    assert balance["net"].tolist() == expected["net"]
    assert balance["net"].sum() == 0
    assert balance["effectiveness"].tolist() == pytest.approx(expected["mei_i"], abs=1e-6)
    assert balance["origin_hhi"].tolist() == pytest.approx(expected["hhi"], abs=1e-6)
    assert balance["effective_origins"].tolist() == pytest.approx(
        [1 / value for value in balance["origin_hhi"]], abs=1e-9
    )


def test_shares_of_origins_and_destinations_are_concentrated():
    """Two origins of 1 and 3: Σ s² = 10/16; one destination: 1."""
    indices = sg.flows.indices(flows(origin=["A", "B"], destination="C", people=[1, 3])).iloc[0]
    assert indices["origin_hhi"] == pytest.approx(10 / 16)
    assert indices["effective_origins"] == pytest.approx(1.6)
    assert (indices["destination_hhi"], indices["effective_destinations"]) == (1, 1)
    assert indices["connectivity"] == pytest.approx(2 / 6)
    assert pd.isna(indices["cmi"])
    assert pd.isna(indices["anmr"])


def test_movements_inside_and_outside_are_told_apart():
    """Inside an area, of unknown end, and from a whole country: none is in the indices, each is counted."""
    table = flows(
        origin=["BF56", "BF49", "BF56", None, "ML"],
        destination=["BF49", "BF56", "BF56", "BF56", "BF56"],
        people=[3, 1, 10, 20, 40],
    )
    indices = sg.flows.indices(table).iloc[0]
    assert indices[["areas", "people", "internal", "outside"]].tolist() == [2, 4, 10, 60]
    assert indices["mei"] == 50
    assert sg.flows.indices(flows(origin=["ML", "NE"], destination=["NE", "ML"], people=[3, 1])).iloc[0]["people"] == 4


def test_indices_of_nothing_are_missing():
    """Nobody moved, or one area: no index is made up; no flows at all give no rows."""
    nobody = sg.flows.indices(flows(origin=["A"], destination=["B"], people=[0])).iloc[0]
    assert nobody[["mei", "gini", "origin_hhi"]].isna().all()
    alone = sg.flows.indices(flows(origin=["A"], destination=["A"], people=[5])).iloc[0]
    assert alone[["mei", "gini", "connectivity"]].isna().all()
    assert alone["internal"] == 5
    assert len(sg.flows.indices(flows(origin=["A"], destination=["B"], people=[1]).iloc[:0])) == 0


def test_a_population_must_be_one_and_whole():
    """Two figures for an area are refused; an area without one leaves intensity missing, with a warning."""
    table = square(GOLDEN["hyp"][0])
    people = pd.DataFrame({"pcode": ["A", "B", "B"], "year": [2019, 2019, 2020], "people": 10, "source": "census"})
    with pytest.raises(sg.errors.DoubleCountError, match="p-codes B stand more than once. Keep one year and source"):
        sg.flows.indices(table, population=people)
    with pytest.warns(sg.DataWarning, match="1 of 3 areas have no population, so cmi and anmr are missing: C"):
        indices = sg.flows.indices(table, population=people.iloc[:2])
    assert indices[["cmi", "anmr", "population"]].isna().all(axis=None)
    assert indices["mei"].tolist() == [25]


@pytest.fixture
def areas():
    """Three regions and the country."""
    return gpd.GeoDataFrame(
        {"pcode": ["XX01", "XX02", "XX03"], "edition": "2020", "level": 1, "parent": "XX"},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)],
        crs="EPSG:4326",
    )


class TestMatrix:
    """od_matrix."""

    def test_it_is_square_with_the_unknown_last(self):
        """Both axes have the same areas; what no row names is missing, what is zero is zero."""
        matrix = sg.od_matrix(flows(origin=["B", None, "A"], destination=["A", "A", "A"], people=[0, 2, 4]))
        assert matrix.index.tolist() == matrix.columns.tolist() == ["A", "B", "unknown"]
        assert matrix.loc["B", "A"] == 0
        assert matrix.loc["unknown", "A"] == 2
        assert matrix.loc["A", "A"] == 4
        assert matrix.isna().sum().sum() == 6
        assert (matrix.index.name, matrix.columns.name) == ("origin", "destination")

    def test_all_areas_of_the_level_are_in_it(self, areas):
        """An area that nobody left or reached has a row and a column."""
        matrix = sg.od_matrix(flows(origin=["XX01"], destination=["XX02"], people=[1]), areas, level=1)
        assert matrix.index.tolist() == ["XX01", "XX02", "XX03"]
        indices = sg.flows.indices(flows(origin=["XX01"], destination=["XX02"], people=[1]), areas, level=1).iloc[0]
        assert indices["connectivity"] == pytest.approx(1 / 6)

    def test_periods_are_squares_of_one_table(self):
        """Each month has its own square under its first day."""
        table = flows(
            origin="A",
            destination="B",
            people=[1, 2],
            start=["2020-03-01", "2020-05-01"],
            end=["2020-03-31", "2020-05-31"],
        )
        matrix = sg.od_matrix(table, freq="MS")
        assert matrix.index.names == ["start", "origin"]
        assert matrix.loc[pd.Timestamp("2020-05-01")].loc["A", "B"] == 2

    def test_the_array_holds_the_same(self):
        """Dimensions origin, destination and period, with the last day, the units and every source."""
        table = flows(
            origin=["A", "A", None],
            destination="B",
            people=[1, None, 4],
            start=["2020-03-01", "2020-05-01", "2020-05-01"],
            end=["2020-03-31", "2020-05-31", "2020-05-31"],
            source=["a", "b", "b"],
        )
        array = sg.od_matrix(table, freq="MS", choose={"source": ["a", "b"]}, form="array")
        assert array.dims == ("origin", "destination", "period")
        assert array.sel(origin="A", destination="B").to_numpy().tolist() == pytest.approx([1, np.nan], nan_ok=True)
        assert array.sel(origin="unknown", destination="B", period="2020-05-01").item() == 4
        assert array["end"].to_numpy().astype("datetime64[D]").astype(str).tolist() == ["2020-03-31", "2020-05-31"]
        assert array.attrs == {"units": "persons who moved", "source": "a + b"}

    def test_an_area_called_unknown_and_another_form_are_refused(self):
        """The label of the unknown end cannot be that of an area too."""
        with pytest.raises(
            sg.errors.SchemaError, match=r"an end is called 'unknown' \(rows 0\). Leave unknown ends empty"
        ):
            sg.od_matrix(flows(origin=["unknown"], destination=["B"], people=[1]))
        with pytest.raises(sg.errors.SchemaError, match="form='dict' is not one of 'frame'"):
            sg.od_matrix(flows(origin=["A"], destination=["B"], people=[1]), form="dict")

    def test_no_flows_give_an_empty_matrix(self, areas):
        """Without rows there are the areas, or nothing."""
        none = flows(origin=["A"], destination=["B"], people=[1]).iloc[:0]
        assert sg.od_matrix(none).shape == (0, 0)
        assert sg.od_matrix(none, areas, level=1).isna().all(axis=None)
        assert sg.od_matrix(none, areas, level=1, form="array").shape == (3, 3, 1)


class TestBalance:
    """flows.balance."""

    def test_a_direction_without_rows_is_zero_and_without_counts_missing(self):
        """Nobody is recorded to have left B; who left C was not counted."""
        table = flows(origin=["A", "C"], destination=["B", "A"], people=[5, None])
        balance = sg.flows.balance(table).set_index("pcode")
        assert balance.loc["B", ["inflow", "outflow", "net"]].tolist() == [5, 0, 5]
        assert balance.loc["C", ["outflow", "net", "turnover", "effectiveness"]].isna().all()
        assert balance["rows_missing"].tolist() == [1, 0, 1]

    def test_unknown_ends_and_other_countries_are_told(self):
        """The unknown end is a row; parts from unknown and from abroad stand beside the whole."""
        table = flows(origin=[None, "ML05", "BF56"], destination=["BF56", "BF56", None], people=[1, 2, 4])
        balance = sg.flows.balance(table)
        assert balance["pcode"].tolist() == ["BF56", "ML05", pd.NA]
        assert balance.loc[0, ["inflow", "outflow", "inflow_unknown", "outflow_unknown", "inflow_abroad"]].tolist() == [
            3,
            4,
            1,
            4,
            2,
        ]
        assert balance.loc[1, "outflow_abroad"] == 2
        assert balance.loc[2, ["inflow", "outflow", "net"]].tolist() == [4, 1, 3]
        assert pd.isna(balance.loc[2, "effectiveness"])
        assert balance["net"].sum() == 0

    def test_turnover_of_nobody_has_no_effectiveness(self):
        """0 of 0 is no percentage."""
        balance = sg.flows.balance(flows(origin=["A"], destination=["B"], people=[0]))
        assert balance["effectiveness"].isna().all()
        assert balance["origin_hhi"].isna().all()

    def test_no_flows_give_no_rows(self):
        """An empty table has an empty balance with all columns."""
        assert len(sg.flows.balance(flows(origin=["A"], destination=["B"], people=[1]).iloc[:0])) == 0
        uncounted = sg.flows.balance(flows(origin=["A"], destination=["B"], people=[None]))
        assert uncounted["origin_hhi"].isna().all()


END = st.sampled_from(["XX01", "XX02", "XX03", "ML", None])


@few()
@given(
    rows=st.lists(
        st.tuples(END, END, st.integers(1, 6), st.integers(0, 10**6) | st.none()),
        min_size=1,
        max_size=12,
        unique_by=lambda row: row[:3],
    )
)
def test_margins_of_the_matrix_are_the_balance(rows):
    """Row sums are outflow and internal, column sums inflow and internal; nets sum to zero; people are conserved."""
    origins, destinations, months, people = zip(*rows, strict=True)
    start = pd.to_datetime([f"2020-{month:02d}-01" for month in months])
    # An unknown origin that happens to be the sum of the others is refused: keep the two apart.
    people = [
        None if count is None else count + 10**8 * (origin is None)
        for origin, count in zip(origins, people, strict=True)
    ]
    table = flows(
        origin=origins,
        destination=destinations,
        start=start,
        end=start + pd.offsets.MonthEnd(),
        people=pd.array(people, dtype="Int64"),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        matrix = sg.od_matrix(table)
        array = sg.od_matrix(table, freq="MS", form="array")
        balance = sg.flows.balance(table)
    assert np.nansum(array.to_numpy()) == matrix.sum().sum() == sum(count for count in people if count is not None)
    by_code = balance.assign(pcode=balance["pcode"].fillna("unknown")).set_index("pcode").reindex(matrix.index)
    pd.testing.assert_series_equal(
        matrix.sum(axis=1), by_code["outflow"].fillna(0) + by_code["internal"].fillna(0), check_names=False
    )
    pd.testing.assert_series_equal(
        matrix.sum(axis=0), by_code["inflow"].fillna(0) + by_code["internal"].fillna(0), check_names=False
    )
    assert by_code["inflow"].fillna(0).sum() == by_code["outflow"].fillna(0).sum()


class TestNet:
    """flows.net."""

    def test_even_pairs_have_one_row(self):
        """Both ways alike: one row of zero, by code; a way that no row names is 0; the result is a Flows table."""
        table = flows(origin=["B", "A", "A"], destination=["A", "B", "C"], people=[7, 7, 2])
        net = sg.flows.net(table)
        assert net[["origin", "destination", "people", "people_there", "people_back"]].to_numpy().tolist() == [
            ["A", "B", 0, 7, 7],
            ["A", "C", 2, 2, 0],
        ]
        assert len(sg.conform(net, "flows")) == 2

    def test_a_way_without_a_count_leaves_the_difference_missing(self):
        """Missing is not zero; the pair stands once."""
        net = sg.flows.net(flows(origin=["B", "A"], destination=["A", "B"], people=[7, None]))
        assert net["people"].isna().tolist() == [True]
        assert net[["people_there", "people_back"]].to_numpy().tolist() == [[pd.NA, 7]]

    def test_inside_and_unknown_are_no_pairs(self):
        """They are left out, and nothing else is."""
        table = flows(origin=["A", None, "A"], destination=["A", "B", "B"], people=[1, 2, 3])
        assert sg.flows.net(table)["people"].tolist() == [3]

    @few()
    @given(counts=st.lists(st.integers(0, 1000), min_size=6, max_size=6))
    def test_nets_of_pairs_make_the_nets_of_areas(self, counts):
        """Adding the net flows up gives each area its net of the balance."""
        table = flows(origin=list("AABBCC"), destination=list("BCACAB"), people=counts)
        net = sg.flows.balance(sg.flows.net(table))
        pd.testing.assert_series_equal(net.set_index("pcode")["net"], sg.flows.balance(table).set_index("pcode")["net"])


class TestTop:
    """flows.top."""

    def test_shares_are_of_all_people(self):
        """Inside movements and unknown ends are in the whole, and not in the ranks."""
        table = flows(
            origin=["A", "A", None, "B"], destination=["B", "A", "B", "A"], people=[30, 50, 10, 10]
        ).set_index(pd.Index([5, 6, 7, 8]))
        top = sg.flows.top(table, n=1)
        assert top.index.tolist() == [5]
        assert top[["share", "share_cumulative", "rank"]].to_numpy().tolist() == [[0.3, 0.3, 1]]
        assert sg.flows.top(table)["share_cumulative"].tolist() == pytest.approx([0.3, 0.4])

    def test_the_fewest_that_carry_a_share(self):
        """60 % needs two of three; 50 % only one; each period has its own ranks; ties go by code."""
        table = flows(origin=["A", "B", "C"], destination=["B", "C", "A"], people=[50, 25, 25])
        assert sg.flows.top(table, share=0.6)["origin"].tolist() == ["A", "B"]
        assert sg.flows.top(table, share=0.5)["origin"].tolist() == ["A"]
        later = table.assign(start="2020-04-01", end="2020-04-30", people=[0, 1, None])
        both = sg.flows.top(pd.concat([table, later], ignore_index=True), n=2)
        assert both["rank"].tolist() == [1, 2, 1]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"n": 0}, "n=0 is not a number of flows"),
            ({"n": 2.5}, "n=2.5"),
            ({"n": True}, "n=True"),
            ({"share": 0}, "share=0 is not above 0"),
            ({"share": 80}, "0.8 for the flows that carry 80 %"),
        ],
    )
    def test_options_that_make_no_sense_are_said(self, options, message):
        """Numbers of flows and shares have their bounds."""
        with pytest.raises(sg.errors.SchemaError, match=message):
            sg.flows.top(flows(origin=["A"], destination=["B"], people=[1]), **options)


class TestSmall:
    """suppress_small."""

    def test_a_small_count_takes_a_cycle_with_it(self):
        """One small cell of a full square needs three others, the cheapest cycle; zeros stay."""
        table = flows(
            origin=list("AAABBBCCC"), destination=list("XYZXYZXYZ"), people=[3, 50, 900, 60, 70, 900, 900, 900, 0]
        )
        hidden = sg.flows.suppress_small(table)
        assert hidden["suppressed"].tolist() == [
            "small",
            "recoverable",
            pd.NA,
            "recoverable",
            "recoverable",
            *[pd.NA] * 4,
        ]
        assert hidden["people"].tolist() == [pd.NA, pd.NA, 900, pd.NA, pd.NA, 900, 900, 900, 0]
        assert table["people"].tolist()[0] == 3

    def test_small_counts_hide_each_other(self):
        """Four small counts on one cycle need no more; a missing count hides as well as a suppressed one."""
        table = flows(origin=list("AABB"), destination=list("XYXY"), people=[3, 4, None, 5])
        assert sg.flows.suppress_small(table)["suppressed"].fillna("-").tolist() == ["small", "small", "-", "small"]

    def test_two_in_each_row_and_column_may_not_be_enough(self):
        """A cell between two groups of hidden cells can still be computed: it is hidden by a cycle of its own."""
        cells = {
            ("A", "X"): 3,
            ("A", "Y"): 3,
            ("B", "X"): 3,
            ("B", "Y"): 3,
            ("C", "Z"): 3,
            ("C", "W"): 3,
            ("D", "Z"): 3,
            ("D", "W"): 3,
            ("A", "Z"): 3,
            ("C", "X"): 40,
        }
        origins, destinations = zip(*cells, strict=True)
        hidden = sg.flows.suppress_small(flows(origin=origins, destination=destinations, people=list(cells.values())))
        assert hidden["suppressed"].iloc[-1] == "recoverable"

    def test_what_cannot_be_hidden_is_said(self):
        """The only flow of its origin is told by the total of the origin."""
        with pytest.warns(
            sg.DataWarning,
            match=r"1 small counts can still be worked out from totals.*row 0 \(origin 'A'; destination 'X'\)",
        ):
            hidden = sg.flows.suppress_small(flows(origin=["A", "B"], destination=["X", "X"], people=[3, 90]))
        assert hidden["people"].tolist() == [pd.NA, 90]

    def test_periods_and_unknown_ends_have_their_own_cells(self):
        """A small count in March does not touch April; unknown ends are ends."""
        table = flows(origin=["A", "A", None, None], destination=list("XYXY"), people=[3, 50, 60, 70])
        april = table.assign(start="2020-04-01", end="2020-04-30", people=90)
        hidden = sg.flows.suppress_small(pd.concat([table, april], ignore_index=True))
        assert hidden["suppressed"].notna().tolist() == [True] * 4 + [False] * 4

    @given(counts=st.lists(st.integers(0, 60), min_size=12, max_size=12))
    def test_no_hidden_count_can_be_computed(self, counts):
        """With all totals known, each small count can still be more or less by one: the equations leave it free."""
        table = flows(origin=np.repeat(list("ABC"), 4), destination=list("WXYZ") * 3, people=counts)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            hidden = sg.flows.suppress_small(table)
        unknown = hidden["people"].isna().to_numpy()
        equations = np.array(
            [hidden["origin"] == end for end in "ABC"] + [hidden["destination"] == end for end in "WXYZ"], dtype=float
        )[:, unknown]
        _, sizes, directions = np.linalg.svd(equations) if unknown.any() else (None, np.array([]), np.zeros((0, 0)))
        free = np.abs(directions[(sizes > 1e-9).sum() :]).sum(axis=0) > 1e-9 if unknown.any() else np.array([])
        hidden_well = (hidden["suppressed"][unknown] != "exposed").to_numpy(dtype=bool)
        assert free[hidden_well].all()
        assert (hidden["suppressed"] == "exposed").any() == bool(said)

    @pytest.mark.parametrize("count", [1, 2.5, True])
    def test_a_minimum_below_two_hides_nothing(self, count):
        """And is refused."""
        with pytest.raises(sg.errors.SchemaError, match=f"suppress_below={count!r} is not a number of people"):
            sg.flows.suppress_small(flows(origin=["A"], destination=["B"], people=[1]), suppress_below=count)

    def test_a_pair_twice_is_refused(self):
        """Reasons are added up first."""
        with pytest.raises(sg.errors.SchemaError, match=r"a pair is twice in one period in rows 0, 1 .*sum_flows"):
            sg.flows.suppress_small(flows(origin="A", destination="B", people=[1, 2], reason=["x", "y"]))


def test_a_flow_of_another_country_says_so():
    """Ends in two countries cross a border, by their p-codes; codes of no country are not known to."""
    sums = sg.sum_flows(
        flows(origin=["BF56", "MLI", "A", "BF56"], destination=["ML05", "ML05", "BF56", "BF49"], people=1)
    )
    assert dict(zip(sums["origin"] + sums["destination"], sums["cross_border"], strict=True)) == {
        "ABF56": False,
        "BF56BF49": False,
        "BF56ML05": True,
        "MLIML05": False,
    }


def test_ends_known_only_by_country_stay():
    """At level 1 a country is a row of its own, ours and others; a commune of nowhere is still an error."""
    regions = sg.load_areas("BFA")
    table = flows(origin=["ML", "MLI", "BF", "BF56"], destination=["BF56", "BF49", "BF56", "NE"], people=1)
    sums = sg.sum_flows(table, regions, level=1)
    assert sums[["origin", "destination"]].to_numpy().tolist() == [
        ["BF", "BF56"],
        ["BF56", "NE"],
        ["ML", "BF56"],
        ["MLI", "BF49"],
    ]
    assert sums["cross_border"].tolist() == [False, True, True, True]
    with pytest.raises(sg.errors.UnmatchedError, match="p-codes QQ"):
        sg.sum_flows(table.iloc[:1].assign(origin="QQ"), regions, level=1)


def test_choices_of_flows():
    """Releases with ids of their own add up on the user's word, and each is named and credited."""
    table = flows(
        origin="A",
        destination="B",
        people=[1, 2],
        start=["2020-03-01", "2020-04-01"],
        end=["2020-03-31", "2020-04-30"],
        source=["ch-bfa-2020-03", "DTM April"],
    )
    with pytest.raises(sg.errors.DoubleCountError, match="would mix"):
        sg.sum_flows(table)
    both = sg.sum_flows(table, choose={"source": ["ch-bfa-2020-03", "DTM April"]})
    assert both[["people", "source"]].to_numpy().tolist() == [[3, "DTM April + ch-bfa-2020-03"]]
    assert [line[:15] for line in sg.credit(both)] == ["DTM April", "Cadre Harmonisé"]
    assert sg.sum_flows(table, choose={"source": "DTM April"})["people"].tolist() == [2]
    with pytest.raises(sg.errors.SchemaError, match="choose has 'edition', and the table has no such column"):
        sg.sum_flows(table, choose={"edition": "2020"})


def test_a_total_of_unknown_origin_is_refused():
    """Two origins and a row without, of their sum: the total beside its parts."""
    table = flows(origin=["A", "B", None, None], destination=["C", "C", "C", "D"], people=[10, 5, 15, 15])
    with pytest.raises(
        sg.errors.DoubleCountError, match=r"a total beside its parts:\n.*row 2 \(destination 'C'\) beside rows 0, 1"
    ) as caught:
        sg.sum_flows(table)
    assert caught.value.rows.index.tolist() == [2]
    assert sg.sum_flows(table.assign(people=[10, 5, 14, 15]))["people"].sum() == 44
    assert sg.sum_flows(table.iloc[[0, 2]].assign(people=[10, 10]))["people"].sum() == 20
