"""Stocks and flows together, and IDMC's figures."""

from functools import partial

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import few
from shapely import box
from tables import flows as plain_flows
from tables import stocks as plain_stocks

import sahelgeo as sg
from sahelgeo.stocks.idmc_figures import categories

# Counts of A on two days, and flows of the three months between them, unless said otherwise.
stocks = partial(plain_stocks, pcode="A", date=["2020-03-31", "2020-06-30"], people=[100, 160])
flows = partial(plain_flows, start="2020-04-01", end="2020-06-30")


class TestReconcile:
    """reconcile."""

    def test_opening_and_flows_make_the_expected_count(self):
        """In, out and returns; what is left is a residual with what may explain it, never new displacement."""
        table = flows(
            origin=["B", "A", "A", "A"],
            destination=["A", "B", "C", "A"],
            people=[70, 20, 5, 9],
            category=["Multiple displacement", "Multiple displacement", "Return", None],
        )
        row = sg.reconcile(stocks(), table).iloc[0]
        assert row[
            ["opening", "inflow", "outflow", "returns", "internal", "expected", "closing", "residual"]
        ].tolist() == [100, 70, 20, 5, 9, 145, 160, 15]
        assert row[["flow_days", "days"]].tolist() == [91, 91]
        assert "9 people displaced inside the area" in row["possible_reasons"]
        assert "births, deaths and revisions" in row["possible_reasons"]
        assert "new displacement" not in row["possible_reasons"]
        assert sg.credit(pd.DataFrame([row])) == ["CONASUR", "DTM"]

    def test_who_flees_from_home_leaves_no_count(self):
        """The category says whether people were displaced before they moved."""
        table = flows(origin=["A"], destination=["B"], people=[20])
        assert sg.reconcile(stocks(), table)["outflow"].tolist() == [20]
        assert sg.reconcile(stocks(), table, category="Internal displacements")["outflow"].tolist() == [0]

    def test_each_pair_of_counts_has_its_own_flows(self):
        """Three counts make two periods; flows before, after and of other areas stay out."""
        counts = stocks(date=["2020-03-31", "2020-04-30", "2020-06-30"], people=[100, 110, 90])
        table = flows(
            origin=["B", "A", "B", "B"],
            destination=["A", "B", "A", "C"],
            start=["2020-04-01", "2020-05-01", "2020-07-01", "2020-04-01"],
            end=["2020-04-30", "2020-05-31", "2020-07-31", "2020-04-30"],
            people=[12, 15, 99, 99],
        )
        result = sg.reconcile(counts, table)
        assert result[["inflow", "outflow", "residual"]].to_numpy().tolist() == [[12, 0, -2], [0, 15, -5]]
        assert "flows cover 31 of 61 days" in result["possible_reasons"][1]

    def test_missing_counts_stay_missing(self):
        """A flow without a count leaves the expected count open; so does a missing count."""
        table = flows(origin=["B"], destination=["A"], people=[None])
        row = sg.reconcile(stocks(), table).iloc[0]
        assert row[["inflow", "expected", "residual"]].isna().all()
        assert "1 flows without a count" in row["possible_reasons"]
        assert (
            sg.reconcile(stocks(people=[None, 5]), flows(origin=["B"], destination=["A"], people=[1]))["residual"]
            .isna()
            .all()
        )

    def test_reasons_are_those_that_the_tables_tell(self):
        """Unknown ends, another method or source, another number of rows, no returns."""
        table = flows(origin=[None], destination=["A"], people=[7])
        row = sg.reconcile(stocks(source=["x", "y"], method=[None, "baseline"]), table).iloc[0]
        for text in (
            "7 people with an unknown origin or destination",
            "another method of counting",
            "another source of the count",
            "no returns in the flows",
        ):
            assert text in row["possible_reasons"]
        two = pd.concat([stocks(origin="B"), stocks(origin="C").iloc[1:]], ignore_index=True)
        assert "1 rows in the first count, 2 in the second" in sg.reconcile(two, table)["possible_reasons"][0]

    def test_a_flow_over_a_day_of_count_is_refused(self):
        """It cannot be given to one side; a flow elsewhere may."""
        table = flows(origin=["B", "B"], destination=["A", "C"], start=["2020-03-01", "2020-03-01"], people=1)
        with pytest.raises(
            sg.errors.FlowPeriodError,
            match=r"1 of 2 flows reach over a day of count .*row 0 \(origin 'B'; destination 'A'\)",
        ) as caught:
            sg.reconcile(stocks(), table)
        assert caught.value.rows.index.tolist() == [0]

    def test_levels_bring_both_together(self):
        """Provinces reach their region; moves between them become internal."""
        areas = gpd.GeoDataFrame(
            {
                "pcode": ["XX0101", "XX0102", "XX0201"],
                "edition": "2020",
                "level": 2,
                "parent": ["XX01", "XX01", "XX02"],
            },
            geometry=[box(0, 0, 1, 1), box(0, 1, 1, 2), box(1, 0, 2, 1)],
            crs="EPSG:4326",
        )
        counts = pd.concat([stocks(pcode="XX0101"), stocks(pcode="XX0102")], ignore_index=True)
        table = flows(origin=["XX0101", "XX0201"], destination=["XX0102", "XX0101"], people=[5, 30])
        row = sg.reconcile(counts, table, areas, level=1).iloc[0]
        assert row[["pcode", "opening", "inflow", "internal", "residual"]].tolist() == ["XX01", 200, 30, 5, 90]
        with pytest.raises(sg.errors.EditionError, match="'2025'"):
            sg.reconcile(counts, table.assign(edition="2025"), areas)
        assert len(sg.reconcile(counts, table, areas)) == 2

    @pytest.mark.parametrize(
        ("change", "options", "message"),
        [
            ({}, {"category": "Returns"}, "category 'Returns' is not one of IDMC's: IDPs"),
            ({}, {"category": "IDPs"}, "category='IDPs' is a category of stocks"),
            ({"category": "Partial flow"}, {}, r"one that IDMC does not add up, in row 0\. Leave these rows out"),
            ({"people": -1}, {}, r"row 0 \(-1\): not 0 or more"),
        ],
    )
    def test_wrong_categories_and_counts_are_said(self, change, options, message):
        """Words that IDMC does not use, stocks among flows, figures that do not add up."""
        with pytest.raises(sg.errors.SchemaError, match=message):
            sg.reconcile(stocks(), flows(**{"origin": ["B"], "destination": "A", "people": 1, **change}), **options)

    def test_one_group_at_a_time(self):
        """Returnees are no displaced people; a choice takes one."""
        both = pd.concat([stocks(), stocks(group="returnee")], ignore_index=True)
        table = flows(origin=["B"], destination=["A"], people=[1])
        with pytest.raises(sg.errors.SchemaError, match="idp, returnee are several groups"):
            sg.reconcile(both, table)
        assert len(sg.reconcile(both, table, choose={"group": "idp"})) == 1

    def test_one_count_alone_has_no_period(self):
        """Nothing to reconcile gives no rows."""
        assert len(sg.reconcile(stocks().iloc[:1], flows(origin=["B"], destination=["A"], people=[1]))) == 0

    @few()
    @given(
        counts=st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)),
        rows=st.lists(
            st.tuples(
                st.sampled_from("AB"),
                st.sampled_from("ABC"),
                st.integers(0, 1000),
                st.sampled_from(["Multiple displacement", "Return", "Internal displacements", "Deaths"]),
            ),
            max_size=8,
            unique_by=lambda row: (row[0], row[1], row[3]),
        ),
    )
    def test_the_identity_holds(self, counts, rows):
        """opening + in − out − returns + residual = closing, whatever the flows."""
        table = flows(
            origin=pd.array([row[0] for row in rows], dtype="string"),
            destination=[row[1] for row in rows],
            people=pd.array([row[2] for row in rows], dtype="Int64"),
            reason=[row[3] for row in rows],
            category=[row[3] for row in rows],
        )
        row = sg.reconcile(stocks(people=list(counts)), table).iloc[0]
        assert row["opening"] + row["inflow"] - row["outflow"] - row["returns"] + row["residual"] == row["closing"]
        assert row["returns"] == sum(
            people for origin, _, people, category in rows if origin == "A" and category == "Return"
        )


class TestIdmc:
    """recommended_figures and the guard of the sums."""

    def figures(self, **columns):
        """Two figures on the same people, and a flow."""
        return pd.DataFrame(
            {
                "role": ["Recommended figure", "TRIANGULATION", "Recommended"],
                "category": ["IDPs", "IDPs", "Internal displacements"],
                "people": [40, 55, 12],
                **columns,
            }
        ).set_index(pd.Index([4, 5, 6]))

    def test_only_recommended_figures_of_one_category_are_left(self):
        """Triangulation and other categories are counted out loud; rows keep index and columns."""
        with pytest.warns(sg.DataWarning, match="2 of 3 figures left out: 1 for triangulation, 1 of other categories"):
            stock = sg.stocks.recommended_figures(self.figures())
        assert stock.index.tolist() == [4]
        with pytest.warns(sg.DataWarning, match="2 of 3 figures left out: 2 of other categories"):
            flow = sg.stocks.recommended_figures(self.figures(), measure="flow")
        assert flow["people"].tolist() == [12]
        with pytest.warns(sg.DataWarning, match="3 of 3"):
            assert len(sg.stocks.recommended_figures(self.figures(), measure="flow", category="return")) == 0

    @pytest.mark.filterwarnings("error")
    def test_nothing_left_out_is_no_news(self):
        """All figures count: no warning."""
        assert len(sg.stocks.recommended_figures(self.figures().iloc[:1])) == 1

    @pytest.mark.parametrize(
        ("columns", "options", "message"),
        [
            (
                {"role": "Main"},
                {},
                r"column 'role', row\(s\) 4, 5, 6 \('Main'\): not 'Recommended figure' or 'Triangulation'",
            ),
            ({"category": "Refugees"}, {}, r"column 'category', row\(s\) 4, 5, 6 \('Refugees'\): not a category"),
            ({}, {"measure": "both"}, "measure='both' is not one of"),
            ({}, {"category": "Return"}, "category='Return' is no stock of IDMC's. Choose one of: IDPs, Returnees"),
        ],
    )
    def test_words_that_idmc_does_not_use_are_said(self, columns, options, message):
        """Roles, categories and kinds."""
        with pytest.raises(sg.errors.SchemaError, match=message):
            sg.stocks.recommended_figures(self.figures(**columns), **options)

    def test_columns_are_needed(self):
        """Without roles nobody knows which figures count."""
        with pytest.raises(sg.errors.SchemaError, match="a column 'role' is needed"):
            sg.stocks.recommended_figures(self.figures().drop(columns="role"))
        with pytest.raises(sg.errors.SchemaError, match="a column 'category' is needed"):
            sg.stocks.recommended_figures(self.figures().drop(columns="category"))

    def test_partial_and_unverified_figures_do_not_add_up(self):
        """IDMC sums none of them."""
        with pytest.raises(
            sg.errors.DoubleCountError, match="IDMC adds up no figures of the category 'Unverified stock': row 5"
        ) as caught:
            sg.stocks.recommended_figures(
                self.figures(category=["IDPs", "Unverified stock", "IDPs"]), category="unverified stock"
            )
        assert caught.value.rows.index.tolist() == [5]

    def test_sums_refuse_what_does_not_count(self):
        """Triangulation, flows among stocks, two categories of stock, unverified flows."""
        table = stocks(pcode=["A", "B"], date="2020-12-31", people=1)
        for columns in (
            {"role": ["Recommended figure", "Triangulation"]},
            {"category": ["IDPs", "Internal displacements"]},
            {"category": ["IDPs", "Returnees"]},
        ):
            with pytest.raises(
                sg.errors.DoubleCountError, match=r"recommended_figures\(figures, measure='stock'\) first"
            ):
                sg.sum_stocks(table.assign(**columns))
        assert sg.sum_stocks(table.assign(role="Recommended figure", category=["IDPs", None]), by=())[
            "people"
        ].tolist() == [2]
        moved = flows(origin=["A", "A"], destination=["B", "C"], people=1)
        with pytest.raises(sg.errors.DoubleCountError, match="measure='flow'"):
            sg.sum_flows(moved.assign(category=["Unverified flow", "IDPs"]))
        assert sg.sum_flows(moved.assign(category="Internal displacements", role="Recommended"))["people"].sum() == 2

    def test_every_category_has_a_kind_a_sign_and_a_source(self):
        """Seven of stock, and flows that add, take away or do neither."""
        found = categories().values()
        assert sum(entry.kind == "stock" for entry in found) == 7
        assert {(entry.at_origin, entry.at_destination) for entry in found} == {(0, 0), (0, 1), (-1, 0), (-1, 1)}
        assert all(entry.kind in ("stock", "flow") for entry in found)


@pytest.mark.parametrize(
    "again",
    [
        {"origin": "B", "source": ["DTM", "OCHA"]},
        {"origin": "B", "end": ["2020-06-30", "2020-05-31"]},
        {"origin": ["BF49", "BF4901"]},
    ],
)
def test_flows_that_count_movements_twice_explain_nothing(again):
    """Two sources, periods that overlap, an area and its part: within one category they are the same people."""
    with pytest.raises(sg.errors.DoubleCountError, match="twice"):
        sg.reconcile(stocks(), flows(**{"destination": "A", "people": [100, 100], **again}))
    table = flows(origin="B", destination="A", people=[100, 20], end=["2020-06-30", "2020-05-31"])
    other = table.assign(category=["Multiple displacement", "Internal displacements"])
    assert sg.reconcile(stocks(), other)["inflow"].tolist() == [120]
