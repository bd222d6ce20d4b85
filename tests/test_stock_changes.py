"""Changes between counts, origins, series, thresholds, shares."""

import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import few
from tables import stocks as plain_stocks

import sahelgeo as sg

stocks = partial(plain_stocks, date="2020-06-30", source="DTM")


@pytest.fixture
def areas(provinces):
    """Two regions of two provinces each."""
    return provinces


class TestChange:
    """change_in_stocks."""

    def test_the_parts_make_the_change(self, areas):
        """Common, new and dropped places, by region; a missing count is no coverage, a zero is."""
        before = stocks(pcode=["XX0101", "XX0102", "XX0201", "XX0202"], people=[100, 50, None, 0], date="2020-03-31")
        after = stocks(pcode=["XX0101", "XX0201", "XX0202"], people=[130, 20, 7])
        total = sg.change_in_stocks(before, after).iloc[0]
        assert total[["people_before", "people_after", "change"]].tolist() == [150, 157, 7]
        assert total[["like_for_like", "newly_covered", "no_longer_covered"]].tolist() == [37, 20, 50]
        assert total[["places_both", "places_new", "places_dropped", "places_not_counted"]].tolist() == [2, 1, 1, 0]
        assert total["share_compared"] == 0.5
        assert total[["date_before", "date_after"]].tolist() == [pd.Timestamp("2020-03-31"), pd.Timestamp("2020-06-30")]
        regions = sg.change_in_stocks(before, after, areas, by="pcode", level=1)
        assert regions[["pcode", "change", "like_for_like", "places_both"]].to_numpy().tolist() == [
            ["XX01", -20, 30, 1],
            ["XX02", 27, 7, 1],
        ]
        assert regions["change"].sum() == total["change"]

    def test_a_place_counted_in_neither_is_missing(self):
        """Missing before and after: no change can be told."""
        change = sg.change_in_stocks(
            stocks(pcode=["A"], people=[None], date="2020-03-31"), stocks(pcode=["A"], people=[None])
        ).iloc[0]
        assert change[["people_before", "people_after", "change", "like_for_like"]].isna().all()
        assert (change["places_not_counted"], pd.isna(change["share_compared"])) == (1, True)

    def test_the_same_number_twice_is_flagged(self):
        """Sahel has 344,569 on 6 September and on 10 November 2020: carried forward, perhaps; zero twice is not."""
        before = stocks(pcode=["BF56", "BF49", "BF13"], people=[344_569, 422_267, 0], date="2020-09-06")
        after = stocks(pcode=["BF56", "BF49", "BF13"], people=[344_569, 430_191, 0], date="2020-11-10")
        change = sg.change_in_stocks(before, after).iloc[0]
        assert change[["like_for_like", "places_carried_forward", "people_carried_forward"]].tolist() == [
            7_924,
            1,
            344_569,
        ]

    def test_the_same_day_twice_is_carried_forward(self):
        """Latest counts of two days that are one count of one day."""
        counts = stocks(pcode=["A", "B", "B"], people=[5, 6, 7], date=["2020-01-31", "2020-01-31", "2020-04-30"])
        before = sg.latest_stocks(counts, date="2020-03-31")
        after = sg.latest_stocks(counts, date="2020-06-30")
        change = sg.change_in_stocks(before, after).iloc[0]
        assert change[["change", "places_carried_forward", "people_carried_forward"]].tolist() == [1, 1, 5]
        assert change["date_after"] == pd.Timestamp("2020-06-30")

    def test_a_revision_is_told_from_a_decrease(self):
        """Where the table says that a count was revised, its change is neither increase nor decrease."""
        before = stocks(pcode=list("ABC"), people=[100, 100, 100], date="2022-04-30")
        after = stocks(pcode=list("ABC"), people=[60, 90, 130], date="2022-10-31", revised=[True, None, False])
        change = sg.change_in_stocks(before, after).iloc[0]
        assert change[["like_for_like", "increase", "decrease", "revision"]].tolist() == [-20, 30, -10, -40]

    def test_sites_are_compared_if_asked_to(self):
        """Under one p-code, sites come and go; by p-code alone they are one place."""
        before = stocks(pcode="A", place=["one", "two"], people=[10, 20], date="2020-03-31")
        after = stocks(pcode="A", place=["two", "three"], people=[25, 40])
        assert sg.change_in_stocks(before, after)[["like_for_like", "places_both"]].to_numpy().tolist() == [[35, 1]]
        sites = sg.change_in_stocks(before, after, place=("pcode", "place")).iloc[0]
        assert sites[["like_for_like", "newly_covered", "no_longer_covered", "places_both"]].tolist() == [5, 40, 10, 1]

    def test_places_without_a_code_go_by_their_names(self):
        """The same printed names are the same place; sources stand beside the change and are credited."""
        before = stocks(pcode=None, place=["Dori"], admin1=["Sahel"], people=[10], date="2020-03-31", source="x")
        after = stocks(pcode=None, place=["Dori", "Dori"], admin1=["Sahel", "Nord"], people=[15, 1], source="y")
        change = sg.change_in_stocks(before, after)
        assert change[["like_for_like", "newly_covered"]].to_numpy().tolist() == [[5, 1]]
        assert sg.credit(change) == ["x", "y"]

    @pytest.mark.parametrize(
        ("before", "after", "message"),
        [
            (
                {"method": "baseline"},
                {"method": "site assessment"},
                r"differ in method: before has 'baseline', after has 'site assessment'",
            ),
            ({"group": "idp"}, {"group": "returnee"}, "differ in group"),
            (
                {"date": "2020-06-30"},
                {},
                r"'before' is of 2020-06-30, 'after' of 2020-06-30. Give the earlier count first",
            ),
            (
                {"date": ["2020-03-31", "2020-04-30"]},
                {},
                r"before: counts of several days \(2020-03-31, 2020-04-30\).*latest_stocks",
            ),
        ],
    )
    def test_unlike_counts_are_not_compared(self, before, after, message):
        """Two methods, groups or days make no change."""
        first = stocks(**{"pcode": ["A", "B"], "people": 1, "date": "2020-03-31", **before})
        with pytest.raises(sg.errors.StockComparisonError, match=message):
            sg.change_in_stocks(first, stocks(pcode=["A", "B"], people=1, **after))

    def test_editions_levels_and_columns_are_checked(self, areas):
        """Another edition, a p-code without level, unknown columns, negative counts."""
        before, after = stocks(pcode=["XX0101"], people=[1], date="2020-03-31"), stocks(pcode=["XX0101"], people=[1])
        with pytest.raises(sg.errors.EditionError, match="Convert one of them"):
            sg.change_in_stocks(before.assign(edition="2020"), after.assign(edition="2025"))
        with pytest.raises(sg.errors.EditionError, match="'2025'"):
            sg.change_in_stocks(before.assign(edition="2025"), after.assign(edition="2025"), areas)
        with pytest.raises(sg.errors.UnmatchedError, match="p-codes YY"):
            sg.change_in_stocks(before.assign(pcode="YY"), after, areas, level=1)
        with pytest.raises(sg.errors.SchemaError, match=r"by has 'date'. Choose among the columns: pcode"):
            sg.change_in_stocks(before, after, by=("date",))
        with pytest.raises(sg.errors.SchemaError, match=r"place=\('date',\): choose among pcode"):
            sg.change_in_stocks(before, after, place=("date",))
        with pytest.raises(sg.errors.SchemaError, match=r"row 0 \(-1\): not 0 or more"):
            sg.change_in_stocks(before, after.assign(people=-1))
        with pytest.raises(sg.errors.DoubleCountError, match="method has"):
            sg.change_in_stocks(before, stocks(pcode="XX0101", people=[1, 2], method=["a", "b"]))

    def test_nothing_before_is_all_new(self):
        """A first round has no change like for like."""
        after = stocks(pcode=["A"], people=[5])
        change = sg.change_in_stocks(after.iloc[:0].assign(date="2020-03-31"), after).iloc[0]
        assert change[["change", "like_for_like", "newly_covered"]].tolist() == [5, 0, 5]

    @few()
    @given(
        before=st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 1000) | st.none(), max_size=5),
        after=st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 1000) | st.none(), max_size=5),
        revised=st.sets(st.sampled_from("ABCDE")),
    )
    def test_the_identities_hold_for_any_counts(self, before, after, revised):
        """change = like for like + new − dropped; like for like = increase + decrease + revision; areas add up to the total."""
        tables = [
            stocks(
                pcode=pd.array(list(side), dtype="string"),
                people=pd.array(list(side.values()), dtype="Int64"),
                date=date,
            )
            for side, date in ((before, "2020-03-31"), (after, "2020-06-30"))
        ]
        tables[1] = tables[1].assign(revised=[code in revised for code in after])
        change = sg.change_in_stocks(*tables, by="pcode")
        people = [
            change[name].fillna(0)
            for name in (
                "change",
                "like_for_like",
                "newly_covered",
                "no_longer_covered",
                "increase",
                "decrease",
                "revision",
            )
        ]
        assert (people[0] == people[1] + people[2] - people[3]).all()
        assert (people[1] == people[4] + people[5] + people[6]).all()
        assert people[0].sum() == sum(count or 0 for count in after.values()) - sum(
            count or 0 for count in before.values()
        )
        total = sg.change_in_stocks(*tables)
        assert total["change"].fillna(0).sum() == people[0].sum()
        assert change[["places_both", "places_new", "places_dropped", "places_not_counted"]].to_numpy().sum() == len(
            set(before) | set(after)
        )


class TestOrigins:
    """stocks.origins."""

    def test_origins_and_the_unknown_are_rows(self):
        """Sorted, with the share of each in its place, and who was displaced within it."""
        table = stocks(pcode=["A", "A", "A", "B"], origin=["A", "C", None, "C"], people=[10, 20, 70, 5])
        origins = sg.stocks.origins(table)
        assert origins[["origin", "pcode", "people", "internal"]].to_numpy().tolist() == [
            ["A", "A", 10, True],
            ["C", "A", 20, False],
            ["C", "B", 5, False],
            [pd.NA, "A", 70, False],
        ]
        assert origins["share"].tolist() == pytest.approx([0.1, 0.2, 1, 0.7])
        assert sg.conform(origins, "stocks")["people"].sum() == 105

    def test_the_matrix_has_an_unknown_row_always(self):
        """Even where everybody's origin is known."""
        matrix = sg.stocks.origins(stocks(pcode=["A", None], origin=["C", "C"], people=[1, 2]), wide=True)
        assert matrix.index.tolist() == ["C", "unknown"]
        assert matrix.columns.tolist() == ["A", "unknown"]
        assert matrix.loc["unknown"].isna().all()

    def test_places_and_origins_reach_a_level(self, areas):
        """Provinces add up to regions at both ends; a country stays a country."""
        table = stocks(
            pcode=["XX0101", "XX0102", "XX0101", "XX0101"], origin=["XX0201", "XX0202", "ML", None], people=[1, 2, 4, 8]
        )
        origins = sg.stocks.origins(table, areas, level=1)
        assert origins[["origin", "pcode", "people", "rows"]].to_numpy().tolist() == [
            ["ML", "XX01", 4, 1],
            ["XX02", "XX01", 3, 2],
            [pd.NA, "XX01", 8, 1],
        ]
        with pytest.raises(sg.errors.UnmatchedError, match="p-codes QQ01"):
            sg.stocks.origins(table.assign(origin="QQ01", reason=list("abcd")), areas, level=1)

    def test_origins_of_sources_that_add_up_fall_together(self, areas):
        """At a coarser level too, all sources are named, and a count that is missing is said."""
        table = stocks(pcode="XX0101", origin=["XX0201", "XX0202"], people=[10, 20], source=["one", "two"])
        found = sg.stocks.origins(table, areas, level=1, choose={"source": ["one", "two"]})
        assert found[["people", "source"]].to_numpy().tolist() == [[30, "one + two"]]
        with pytest.warns(sg.DataWarning, match="people missing in 1 of 2 rows"):
            sg.stocks.origins(table.assign(people=[10, None], source="one"), areas, level=1)

    def test_refugees_by_origin_and_asylum_are_stocks_of_countries(self):
        """UNHCR's table: countries at both ends, one group at a time."""
        table = stocks(
            pcode=["NE", "BF", "BF"],
            origin=["ML", "ML", "NE"],
            people=[61_000, 25_000, 10],
            group=["refugee", "refugee", "asylum_seeker"],
            source="UNHCR",
        )
        countries = sg.load_areas(level=0)
        assert sg.stocks.origins(table, countries, level=0)["people"].sum() == 86_010
        matrix = sg.stocks.origins(table, choose={"group": "refugee"}, wide=True)
        assert matrix.loc["ML"].tolist() == [25_000, 61_000]
        with pytest.raises(sg.errors.SchemaError, match="a matrix holds one group, and the table has"):
            sg.stocks.origins(table, wide=True)

    def test_a_total_beside_its_origins_is_refused(self):
        """The row without origin has exactly the people of the rows with origins; with reasons or without."""
        table = stocks(pcode="A", origin=["B", "C", None], people=[10, 20, 30])
        for given_table in (table, table.assign(reason=["conflict", "flood", None])):
            with pytest.raises(
                sg.errors.DoubleCountError, match=r"a total beside its parts:\n.*row 2 \(pcode 'A'\) beside rows 0, 1"
            ):
                sg.stocks.origins(given_table)
        with pytest.raises(sg.errors.DoubleCountError, match="a total beside its parts"):
            sg.sum_stocks(stocks(pcode="A", origin=["B", None], people=[2_000, 2_000]))
        assert sg.sum_stocks(table.assign(origin=["B", "C", "unknown"]))["people"].tolist() == [60]
        assert sg.sum_stocks(stocks(pcode="A", origin=["B", None], people=[2, 2]))["people"].tolist() == [4]

    def test_a_table_without_origins_is_said(self):
        """There is nothing to tell."""
        with pytest.raises(sg.errors.SchemaError, match=r"no row has an origin\. Tables of DTM and UNHCR"):
            sg.stocks.origins(stocks(pcode=["A"], people=[1]))


class TestSeries:
    """series."""

    def counts(self, **columns):
        """A counted in January twice and in April, B in February only."""
        return stocks(
            **{
                "pcode": ["A", "A", "A", "B"],
                "date": ["2020-01-05", "2020-01-25", "2020-04-10", "2020-02-29"],
                "people": [1, 2, 4, 8],
                **columns,
            }
        )

    def test_months_without_a_count_have_none(self):
        """The latest count of the month; nothing between counts, before the first or after the last."""
        table = sg.stocks.series(self.counts())
        assert table["people"].tolist() == [2, pd.NA, pd.NA, 4, pd.NA, 8, pd.NA, pd.NA]
        assert not table["filled"].any()
        assert table["as_of"].dt.strftime("%m-%d").tolist() == ["01-31", "02-29", "03-31", "04-30"] * 2
        assert set(table["source"]) == {"DTM"}

    def test_the_last_count_carried_forward_is_flagged(self):
        """Never before the first count; with its day, its age and a limit to it."""
        table = sg.stocks.series(self.counts(), fill="last")
        assert table["people"].tolist() == [2, 2, 2, 4, pd.NA, 8, 8, 8]
        assert table["filled"].tolist() == [False, True, True, False, False, False, True, True]
        assert table["days_old"].tolist() == [6, 35, 66, 20, pd.NA, 0, 31, 61]
        limited = sg.stocks.series(self.counts(), fill="last", max_days=60)
        assert limited["people"].tolist() == [2, 2, pd.NA, 4, pd.NA, 8, 8, pd.NA]

    def test_periods_add_up_over_places(self):
        """sum_stocks takes the series as latest counts of each month."""
        with pytest.warns(sg.DataWarning, match="people missing in 1 of 8 rows"):
            totals = sg.sum_stocks(sg.stocks.series(self.counts(), fill="last"), by="as_of")
        assert totals["people"].tolist() == [2, 10, 10, 12]

    def test_quarters_and_missing_counts(self):
        """A count without people is no count; a quarter takes its latest."""
        table = sg.stocks.series(self.counts(people=[1, None, 4, 8]), freq="QS")
        assert table["people"].tolist() == [1, 4, 8, pd.NA]
        assert len(sg.stocks.series(self.counts().iloc[:0])) == 0

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"freq": "W"}, "freq='W' is not one of 'MS'"),
            ({"fill": "linear"}, "fill='linear' is not one of 'none', 'last'"),
            ({"max_days": 5}, "max_days=5 with fill='none'"),
            ({"fill": "last", "max_days": -1}, "max_days=-1"),
        ],
    )
    def test_options_that_make_no_sense_are_said(self, options, message):
        """No frequency of weeks, no straight line, no limit to nothing."""
        with pytest.raises(sg.errors.SchemaError, match=message):
            sg.stocks.series(self.counts(), **options)

    def test_methods_and_sources_must_not_change_on_the_way(self):
        """A jump of method is no change of people; sources may follow each other, not on one day."""
        with pytest.raises(sg.errors.DoubleCountError, match=r"would jump where the method changes:\n.*'baseline'"):
            sg.stocks.series(self.counts(method=["baseline", "baseline", "site assessment", "baseline"]))
        assert (
            sg.stocks.series(self.counts(method=["a", "a", "b", "a"]), choose={"method": ["a", "b"]})["people"].sum()
            == 14
        )
        assert sg.stocks.series(self.counts(source=list("abcd")))["people"].sum() == 14
        with pytest.raises(sg.errors.DoubleCountError, match="source has"):
            sg.stocks.series(self.counts(date="2020-01-05", source=list("abcd")))


class TestThresholds:
    """first_above and durations."""

    def counts(self):
        """A goes above 10 twice, B is above from the first count on, C never."""
        return stocks(
            pcode=list("AAAAABBC"),
            date=[
                "2020-01-31",
                "2020-02-29",
                "2020-03-31",
                "2020-04-30",
                "2020-05-31",
                "2020-02-29",
                "2020-05-31",
                "2020-02-29",
            ],
            people=[0, 10, 30, 5, 12, 50, 60, 1],
        )

    def test_the_crossing_lies_between_two_counts(self):
        """The first count at or above, and the one before it, where there is one."""
        first = sg.stocks.first_above(self.counts(), threshold=10)
        assert first["date"].dt.strftime("%m-%d").fillna("-").tolist() == ["02-29", "02-29", "-"]
        assert first["date_below"].dt.strftime("%m-%d").fillna("-").tolist() == ["01-31", "-", "-"]
        assert first[["people", "people_below", "counts"]].to_numpy().tolist() == [
            [10, 0, 5],
            [50, pd.NA, 2],
            [pd.NA, pd.NA, 1],
        ]

    def test_the_published_million_of_burkina_faso(self):
        """978,744 on 9 July is not used; between 8 June (921,471) and 8 August 2020 (1,013,234) the million was passed."""
        counts = stocks(
            pcode="BF", date=["2019-12-09", "2020-06-08", "2020-08-08"], people=[560_033, 921_471, 1_013_234]
        )
        first = sg.stocks.first_above(counts, threshold=1_000_000).iloc[0]
        assert (first["date"], first["date_below"]) == (pd.Timestamp("2020-08-08"), pd.Timestamp("2020-06-08"))

    def test_spells_have_a_least_and_a_most(self):
        """From count to count; open where no count below ends them."""
        spells = sg.stocks.durations(self.counts(), threshold=10)
        assert spells["pcode"].tolist() == ["A", "A", "B"]
        assert spells[["days_at_least", "days_at_most", "counts", "people_highest"]].to_numpy().tolist() == [
            [31, 90, 2, 30],
            [0, pd.NA, 1, 12],
            [92, pd.NA, 2, 60],
        ]
        assert spells["ongoing"].tolist() == [False, True, True]
        assert len(sg.stocks.durations(self.counts())) == 3
        assert len(sg.stocks.durations(self.counts(), threshold=1000)) == 0

    @pytest.mark.parametrize("threshold", [-1, "10", None, True, float("nan"), float("inf")])
    def test_a_threshold_is_a_number_of_people(self, threshold):
        """Anything else is said."""
        for function in (sg.stocks.first_above, sg.stocks.durations):
            with pytest.raises(sg.errors.SchemaError, match="is not a number of people"):
                function(self.counts(), threshold=threshold)


class TestShares:
    """share_of_total and concentration."""

    def test_shares_are_of_the_day(self):
        """Each day and group is one whole; equal counts share a rank."""
        table = stocks(pcode=["A", "B", "C", "A"], date=["2020-01-31"] * 3 + ["2020-02-29"], people=[50, 25, 25, 7])
        shares = sg.stocks.share_of_total(table)
        assert shares["share"].tolist() == [0.5, 0.25, 0.25, 1]
        assert shares["rank"].tolist() == [1, 2, 2, 1]
        assert shares["total"].tolist() == [100, 100, 100, 7]

    def test_a_missing_count_makes_the_others_too_high(self):
        """It has no share, and a warning says so; a published total heals it."""
        table = stocks(pcode=["A", "B", None], people=[50, None, 50])
        with pytest.warns(sg.DataWarning, match="1 of 3 counts are missing and are no part of the totals: B"):
            shares = sg.stocks.share_of_total(table)
        assert shares["share"].tolist() == [0.5, pd.NA, 0.5]
        assert sg.stocks.share_of_total(table, total=200)["share"].tolist() == [0.25, pd.NA, 0.25]

    @pytest.mark.parametrize(
        ("total", "message"),
        [(0, "total=0 is not"), (1.5, "total=1.5"), (99, "total=99 is below the 100 people of the areas")],
    )
    def test_a_total_is_that_of_the_areas_or_more(self, total, message):
        """And belongs to one day."""
        with pytest.raises(sg.errors.SchemaError, match=message):
            sg.stocks.share_of_total(stocks(pcode=["A", "B"], people=50), total=total)
        with pytest.raises(sg.errors.SchemaError, match="the table has several days or groups"):
            sg.stocks.share_of_total(stocks(pcode=["A", "A"], people=50, date=["2020-01-31", "2020-02-29"]), total=100)

    def test_concentration_by_hand(self):
        """Shares 0.7, 0.2, 0.1: Σ s² = 0.54; Gini = (0.5 + 0.6 + 0.1) / 3; one area holds half."""
        row = sg.stocks.concentration(stocks(pcode=list("ABC"), people=[20, 70, 10])).iloc[0]
        assert row["hhi"] == pytest.approx(0.54)
        assert row["effective_areas"] == pytest.approx(1 / 0.54)
        assert row["gini"] == pytest.approx(0.4)
        assert row[["largest_share", "pcode_largest", "areas_for_half", "areas"]].tolist() == [0.7, "B", 1, 3]
        even = sg.stocks.concentration(stocks(pcode=list("ABCD"), people=5)).iloc[0]
        assert (even["gini"], even["hhi"], even["areas_for_half"]) == (pytest.approx(0), 0.25, 2)

    def test_nobody_has_no_concentration(self):
        """Zero people, and no rows; latest counts go by their as_of."""
        with pytest.warns(sg.DataWarning, match="counts are missing"):
            row = sg.stocks.concentration(stocks(pcode=list("AB"), people=[0, None])).iloc[0]
        assert row[["hhi", "gini", "areas_for_half"]].isna().all()
        assert (row["areas"], row["areas_missing"], row["people"]) == (1, 1, 0)
        assert len(sg.stocks.concentration(stocks(pcode=["A"], people=[1]).iloc[:0])) == 0
        latest = sg.latest_stocks(stocks(pcode=["A", "B"], people=[1, 3], date=["2020-01-31", "2020-02-29"]))
        assert sg.stocks.concentration(latest)["as_of"].tolist() == [pd.Timestamp("2020-02-29")]
        assert sg.stocks.share_of_total(latest)["share"].tolist() == [0.25, 0.75]


class TestChoices:
    """Several values that add up, on the user's word."""

    def test_methods_and_sources_of_different_people_add_up(self):
        """The sum names all of them, and each is credited."""
        table = stocks(
            pcode=["A", "A", "B"],
            people=[1, 2, 4],
            method=["registration", "baseline", "baseline"],
            source=["x", "y", "y"],
        )
        result = sg.sum_stocks(table, choose={"method": ["registration", "baseline"], "source": ["x", "y"]})
        assert result[["people", "method", "source"]].to_numpy().tolist() == [
            [3, "baseline + registration", "x + y"],
            [4, "baseline", "y"],
        ]
        assert sg.credit(result) == ["x", "y"]
        total = sg.sum_stocks(table, by=(), choose={"method": ["registration", "baseline"], "source": ["x", "y"]})
        assert total["people"].tolist() == [7]

    def test_only_what_can_add_up_takes_a_list(self):
        """Dates and groups never do; each listed value must be there."""
        table = stocks(pcode=["A", "A"], people=1, method=["a", "b"])
        for column in ("date", "group"):
            with pytest.raises(
                sg.errors.SchemaError,
                match="give one value, not several. Only method, operation, source, reason, analysis can",
            ):
                sg.sum_stocks(table, choose={column: ["2020-06-30", "2020-07-31"]})
        with pytest.raises(sg.errors.SchemaError, match="no row has method 'c'"):
            sg.sum_stocks(table, choose={"method": ["a", "c"]})
        assert sg.sum_stocks(
            stocks(pcode=["A", "A"], people=[1, 2], method=["a", None]), choose={"method": ["a", None]}
        )["people"].tolist() == [3]

    def test_an_area_and_its_part_of_two_sources_are_still_refused(self):
        """The word that sources add up is no word that levels do."""
        with pytest.raises(sg.errors.DoubleCountError, match="of an area and of its parts"):
            sg.sum_stocks(stocks(pcode=["BF56", "BF5601"], people=1, source=["x", "y"]), choose={"source": ["x", "y"]})

    def test_latest_counts_of_sources_that_add_up(self):
        """Two networks count other people of the same place."""
        table = stocks(pcode=["A", "A"], people=[1, 2], source=["x", "y"], method=["a", "b"])
        latest = sg.latest_stocks(table, choose={"source": ["x", "y"], "method": ["a", "b"]})
        assert latest["people"].tolist() == [1, 2]


def test_arguments_stay_as_they_were(areas):
    """No function changes the tables that it is given."""
    table = stocks(pcode=["XX0101", "XX0201"], origin=["XX0201", None], people=[5, 9], date="2020-03-31")
    later = table.assign(date="2020-06-30")
    copies = [table.copy(deep=True), later.copy(deep=True), areas.copy(deep=True)]
    sg.change_in_stocks(table, later, areas, level=1)
    sg.stocks.origins(table, areas, level=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for function in (sg.stocks.series, sg.stocks.share_of_total, sg.stocks.concentration, sg.stocks.durations):
            function(pd.concat([table, later], ignore_index=True).drop(columns="origin"))
    for before, after in zip(copies, (table, later, areas), strict=True):
        pd.testing.assert_frame_equal(before, after)
    assert np.array_equal(table.columns, copies[0].columns)


def test_the_share_of_an_origin_is_missing_only_where_nobody_is_counted() -> None:
    """A share of one person is a share; of nobody it is none."""
    counted = stocks(pcode=["XX0101", "XX0201"], origin="XX0102", people=[1, 0])
    shares = sg.stocks.origins(counted).set_index("pcode")["share"]
    assert shares["XX0101"] == 1
    assert shares.isna().to_dict() == {"XX0101": False, "XX0201": True}


def test_a_place_spelled_in_two_ways_is_one_place_in_every_count():
    """Capitals, accents and hyphens tell no places apart; latest counts, changes and series agree."""
    rounds = stocks(
        pcode=pd.array([None] * 4, "string"), place=["Djibo", "N'Guigmi", "DJIBO", "Nguigmi"], people=[10, 5, 12, 6],
        date=["2020-01-31"] * 2 + ["2020-03-31"] * 2,
    )  # fmt: skip
    before, after = rounds[:2], rounds[2:]
    assert sg.latest_stocks(rounds)["people"].sum() == 18
    change = sg.change_in_stocks(before, after).iloc[0]
    assert (change["like_for_like"], change["newly_covered"], change["places_both"]) == (3, 0, 2)
    months = sg.stocks.series(rounds, fill="last")
    assert months[months["as_of"] == "2020-03-31"]["people"].sum() == 18


def test_a_place_with_a_code_in_one_count_only_is_named():
    """It counts as two places, and the warning says which."""
    rounds = stocks(
        pcode=["BF5601", None], place="Djibo", people=[10, 12], date=["2020-01-31", "2020-03-31"]
    )  # fmt: skip
    with pytest.warns(sg.DataWarning, match="have a p-code in one count have none in another.*'Djibo'"):
        assert len(sg.latest_stocks(rounds)) == 2
    with pytest.warns(sg.DataWarning, match="count as two places"):
        sg.change_in_stocks(rounds[:1], rounds[1:])
    elsewhere = rounds.assign(admin1=["Sahel", "Est"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(sg.latest_stocks(elsewhere)) == 2


def test_an_area_and_its_parts_are_not_compared():
    """A province counted before and its region after would be no longer covered, and newly covered."""
    before = stocks(pcode=["BF5601", "BF5602"], people=[10, 10], date="2020-01-31")
    after = stocks(pcode=["BF56"], people=[25], date="2020-03-31")
    with pytest.raises(
        sg.errors.StockComparisonError, match="differ in level: before has BF5601, BF5602, after has BF56"
    ):
        sg.change_in_stocks(before, after)


def test_a_mark_of_revision_is_true_or_false():
    """The text "no" is as true as any text."""
    before = stocks(pcode=["BF56"], people=[10], date="2020-01-31")
    after = stocks(pcode=["BF56"], people=[15], date="2020-03-31", revised="no")
    with pytest.raises(sg.errors.SchemaError, match="'revised', row.*'no'.*neither true nor false"):
        sg.change_in_stocks(before, after)
    assert sg.change_in_stocks(before, after.assign(revised=1))["revision"].item() == 5
