"""Sums and latest counts of displaced people."""

import datetime as dt
import warnings

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import few
from shapely import box
from tables import stocks

import sahelgeo as sg


@pytest.fixture
def areas():
    """One country of two regions, one of which has two provinces."""
    return gpd.GeoDataFrame(
        {
            "pcode": ["XX", "XX01", "XX02", "XX0101", "XX0102"],
            "edition": "2020",
            "name": ["Land", "West", "East", "North-West", "South-West"],
            "level": [0, 1, 1, 2, 2],
            "parent": [None, "XX", "XX", "XX01", "XX01"],
        },
        geometry=[box(0, 0, 2, 2), box(0, 0, 1, 2), box(1, 0, 2, 2), box(0, 1, 1, 2), box(0, 0, 1, 1)],
        crs="EPSG:4326",
    )


class TestSum:
    """sum_stocks."""

    def test_origins_and_reasons_are_parts_of_one_count(self):
        """The rows of a p-code are added over origin and reason; the result is sorted, numbered and a Stocks table."""
        table = stocks(
            pcode=["BF56", "BF49", "BF56"], people=[2, 5, 1], households=[1, 1, 1], origin=["BF56", None, "BF49"]
        ).set_index(pd.Index([7, 8, 9]))
        result = sg.sum_stocks(table)
        assert result["pcode"].tolist() == ["BF49", "BF56"]
        assert result[["people", "households", "rows", "rows_missing"]].to_numpy().tolist() == [
            [5, 1, 1, 0],
            [3, 2, 2, 0],
        ]
        assert result.index.tolist() == [0, 1]
        assert (result["date"] == pd.Timestamp("2020-09-06")).all()
        assert sg.conform(result, "stocks")["people"].tolist() == [5, 3]

    def test_by_chooses_the_rows_of_the_result(self):
        """One name may be given as text; no name at all makes the total."""
        table = stocks(pcode=["BF56", "BF49"], people=[2, 5], reason=["conflict", "conflict"])
        assert sg.sum_stocks(table, by="reason")[["reason", "people"]].to_numpy().tolist() == [["conflict", 7]]
        assert sg.sum_stocks(table, by=())["people"].tolist() == [7]
        assert "pcode" not in sg.sum_stocks(table, by=())

    def test_rows_without_a_code_are_a_row_of_their_own(self):
        """People whose place has no p-code yet are kept, last."""
        result = sg.sum_stocks(stocks(pcode=[None, "BF49", None], place=["A", "B", "C"], people=[2, 5, 1]))
        assert result["pcode"].isna().tolist() == [False, True]
        assert result["people"].tolist() == [5, 3]

    def test_an_empty_table_gives_an_empty_table(self):
        """No rows in, no rows out, with all columns."""
        empty = stocks(pcode=pd.Series(dtype="string"), people=pd.Series(dtype="Int64"))
        assert len(sg.sum_stocks(empty)) == 0
        assert len(sg.sum_stocks(empty, by=(), choose={"method": "baseline"})) == 0
        assert {"pcode", "date", "people", "rows"} <= set(sg.sum_stocks(empty).columns)

    def test_the_table_given_is_not_changed(self, areas):
        """The argument stays as it was."""
        table = stocks(pcode=["XX0101", "XX02"], people=[2, 5])
        before = table.copy(deep=True)
        sg.sum_stocks(table, areas, level=1, choose={"date": "2020-09-06"})
        pd.testing.assert_frame_equal(table, before)

    @pytest.mark.parametrize(
        ("column", "values", "hint"),
        [
            ("method", ["baseline", "site assessment"], r"choose=\{'method': 'baseline'\}"),
            ("method", [None, "site assessment"], r"choose=\{'method': None\}"),
            ("date", ["2020-08-08", "2020-09-06"], r"choose=\{'date': '2020-08-08'\}.*latest_stocks"),
            ("group", ["idp", "returnee"], r"choose=\{'group': 'idp'\}"),
            ("operation", ["Lac", "Sud"], r"by=\('pcode', 'operation'\)"),
            ("source", ["DTM", "CONASUR"], r"choose=\{'source': 'DTM'\}"),
            ("edition", ["2020", "2025"], r"choose=\{'edition': '2020'\}"),
        ],
    )
    def test_what_counts_the_same_people_again_is_refused(self, column, values, hint):
        """The message names rows, place, values and the choice; the rows come with it."""
        table = stocks(
            pcode=["BF56", "BF56", "BF49"], people=[2, 2, 1], origin=["A", "B", "A"], **{column: [*values, values[0]]}
        )
        with pytest.raises(
            sg.errors.DoubleCountError, match=rf"{column} has .* in rows 0, 1 \(pcode 'BF56'\)\. Choose one with"
        ) as caught:
            sg.sum_stocks(table)
        assert caught.match(hint)
        assert caught.value.rows.index.tolist() == [0, 1]

    def test_all_clashes_are_named_at_once(self):
        """Two things that do not add up make one error with two points, and a total names the choice of columns."""
        table = stocks(pcode=["BF56", "BF49"], people=[2, 2], method=["a", "b"], source=["c", "d"])
        with pytest.raises(sg.errors.DoubleCountError, match=r"(?s)1\. method.*by=\('method',\).*2\. source"):
            sg.sum_stocks(table, by=())

    def test_a_choice_takes_one_of_them(self):
        """With the method chosen the sum is that of its rows alone; None chooses the rows without a value."""
        table = stocks(pcode=["BF56", "BF56"], people=[2, 3], method=["baseline", None])
        assert sg.sum_stocks(table, choose={"method": "baseline"})["people"].tolist() == [2]
        assert sg.sum_stocks(table, choose={"method": None})["people"].tolist() == [3]
        assert sg.sum_stocks(table, choose={"date": dt.date(2020, 9, 6), "method": None})["people"].tolist() == [3]

    def test_keeping_them_apart_is_no_double_count(self):
        """Each method has its own rows when it is in by."""
        table = stocks(pcode=["BF56", "BF56"], people=[2, 3], method=["baseline", None])
        assert sg.sum_stocks(table, by=("pcode", "method"))["people"].tolist() == [2, 3]

    @pytest.mark.parametrize(
        ("choose", "message"),
        [
            ("baseline", r"choose='baseline' is not a mapping. Write choose=\{'method'"),
            ({"methd": "x"}, "choose has 'methd'. It can name: date, group"),
            ({"method": "census"}, "no row has method 'census'. There are: 'baseline'"),
            ({"date": ["2020-09-06"]}, "give one value, not several. Only method, operation, source, reason, analysis"),
            ({"method": []}, "give a value, or a list of values that add up"),
            ({"date": "September"}, "is not a day"),
            ({"date": "2020-13-01"}, "is not a day"),
            ({"date": 2020}, "is not a day"),
        ],
    )
    def test_a_choice_that_cannot_be_made_is_an_error(self, choose, message):
        """Unknown columns, absent values and lists are said."""
        with pytest.raises(sg.errors.SchemaError, match=message):
            sg.sum_stocks(stocks(pcode=["BF56"], people=[2], method="baseline"), choose=choose)

    def test_by_names_columns_of_the_table(self):
        """Unknown columns, and the counts themselves, make no groups."""
        with pytest.raises(
            sg.errors.SchemaError, match=r"by has 'province', 'people'. Choose among the columns: pcode, date"
        ):
            sg.sum_stocks(stocks(pcode=["BF56"], people=[2]), by=("province", "people"))
        with pytest.raises(
            sg.errors.SchemaError,
            match=r"by={'pcode': 1} is not a column or a tuple of columns. Give \(\) for the total",
        ):
            sg.sum_stocks(stocks(pcode=["BF56"], people=[2]), by={"pcode": 1})

    def test_a_partial_sum_warns(self):
        """Missing counts are counted in rows_missing; a sum of nothing but missing is missing and needs no warning."""
        table = stocks(pcode=["BF56", "BF56", "BF49"], people=[2, None, None], origin=["A", "B", "A"])
        with pytest.warns(sg.DataWarning, match=r"people missing in 1 of 3 rows .* row 1 \(pcode 'BF56'\)"):
            result = sg.sum_stocks(table)
        assert result["people"].tolist() == [pd.NA, 2]
        assert result["rows_missing"].tolist() == [1, 1]
        assert result["households"].isna().all()

    def test_partly_missing_households_warn(self):
        """Households of some rows beside people of all would make a wrong household size."""
        with pytest.warns(sg.DataWarning, match="households missing in 1 of 2 rows"):
            sg.sum_stocks(stocks(pcode=["BF56", "BF56"], people=[2, 3], households=[1, None], origin=["A", "B"]))

    def test_a_sum_of_sums_remembers_what_was_missing(self, areas):
        """Rows and missing rows are added up, so a partial sum stays partial one level higher."""
        table = stocks(pcode=["XX0101", "XX0101", "XX02"], people=[2, None, 4], origin=["A", "B", "A"])
        with pytest.warns(sg.DataWarning):
            first = sg.sum_stocks(table)
        with pytest.warns(sg.DataWarning, match="people missing in 1 of 2 rows"):
            second = sg.sum_stocks(first, areas, level=0)
        assert second[["people", "rows", "rows_missing"]].to_numpy().tolist() == [[6, 3, 1]]

    def test_the_sample_sums_to_the_published_total(self):
        """The 13 regions of 6 September 2020 make 1,034,609 people, with or without areas."""
        sample = sg.load_sample("burkina-2020")
        assert sg.sum_stocks(sample.stocks)["people"].sum() == 1_034_609
        assert sg.sum_stocks(sample.stocks, sample.areas, level=0)["people"].tolist() == [1_034_609]


def more_of_unknown_origin(row):
    """Never as many as those with an origin, which would be taken for their total."""
    pcode, origin, people = row
    return row if origin or people is None else (pcode, origin, people + 3 * 10**6)


class TestLevels:
    """Administrative levels in sum_stocks."""

    @pytest.mark.parametrize("codes", [("BF56", "BF5601"), ("BF", "BF5601"), ("BFA", "BF56")])
    @pytest.mark.parametrize("by", ["pcode", ()])
    def test_an_area_beside_its_part_is_refused(self, codes, by):
        """Without areas, the build of the p-codes tells; by p-code, too, since a map or the next sum would add them."""
        with pytest.raises(sg.errors.DoubleCountError, match=r"rows 0, 1 \(pcode 'BF.*Keep one level") as caught:
            sg.sum_stocks(stocks(pcode=[*codes, "ML01", None], people=1), by=by)
        assert caught.value.rows.index.tolist() == [0, 1]

    def test_an_area_beside_the_part_of_another_group_is_not(self):
        """Refugees by region and displaced people by commune are not the same people."""
        table = stocks(pcode=["BF56", "BF5601"], people=[1, 2], group=["refugee", "idp"])
        assert sg.sum_stocks(table, by=("pcode", "group"))["people"].tolist() == [1, 2]

    def test_areas_tell_levels_that_codes_do_not(self, areas):
        """Two levels side by side are refused although neither area holds the other; a level brings them together."""
        table = stocks(pcode=["XX0101", "XX02"], people=[2, 5])
        with pytest.raises(sg.errors.DoubleCountError, match=r"mix administrative levels.*\n.*rows 0, 1.*Pass level="):
            sg.sum_stocks(table, areas)
        result = sg.sum_stocks(table, areas, level=1)
        assert result[["pcode", "people"]].to_numpy().tolist() == [["XX01", 2], ["XX02", 5]]

    def test_parents_tell_what_codes_do_not(self, areas):
        """Codes that do not look nested are refused because of their parents, even when rolled up."""
        renamed = areas.replace({"XX01": "west", "XX0101": "nw"})
        with pytest.raises(sg.errors.DoubleCountError, match="of an area and of its parts"):
            sg.sum_stocks(stocks(pcode=["west", "nw"], people=1), renamed, level=1)

    def test_a_parent_that_is_not_among_the_areas_is_one_level_up(self, areas):
        """Provinces alone are enough to reach their regions."""
        provinces = areas[areas["level"] == 2]
        result = sg.sum_stocks(stocks(pcode=["XX0101", "XX0102"], people=[2, 3]), provinces, level=1)
        assert result[["pcode", "people"]].to_numpy().tolist() == [["XX01", 5]]

    @pytest.mark.parametrize(
        ("codes", "level", "message"),
        [
            (["XX0101", "YY"], 1, r"1 of 2 rows do not reach level 1: p-codes YY"),
            (["XX0101", "XX02"], 2, r"p-codes XX02.*a coarser p-code cannot be split"),
            (["XX0101", None], 1, r"1 of 2 rows have no p-code and so no level: row 1 \(place 'Q'\)"),
        ],
    )
    def test_rows_that_do_not_reach_the_level_are_an_error(self, areas, codes, level, message):
        """Unknown, too coarse and missing p-codes are named, and their rows handed back."""
        with pytest.raises(sg.errors.UnmatchedError, match=message) as caught:
            sg.sum_stocks(stocks(pcode=codes, people=1, place=["P", "Q"]), areas, level=level)
        assert caught.value.rows.index.tolist() == [1]

    @pytest.mark.parametrize(
        ("level", "message"), [(1, "needs the areas"), ("1", "not an administrative"), (True, "not an")]
    )
    def test_a_level_needs_areas_and_is_a_number(self, level, message):
        """The error says what to pass."""
        with pytest.raises(sg.errors.SchemaError, match=message):
            sg.sum_stocks(stocks(pcode=["BF56"], people=1), level=level)

    def test_areas_of_two_editions_or_another_edition_are_refused(self, areas):
        """Each p-code once, and of the edition of the table."""
        with pytest.raises(sg.errors.SchemaError, match="stand more than once"):
            sg.sum_stocks(stocks(pcode=["XX02"], people=1), pd.concat([areas, areas.assign(edition="2025")]), level=1)
        with pytest.raises(sg.errors.EditionError, match="'2025'"):
            sg.sum_stocks(stocks(pcode=["XX02"], people=1, edition="2025"), areas, level=1)

    @few()
    @given(
        people=st.lists(
            st.tuples(
                st.sampled_from(["XX0101", "XX0102"]),
                st.sampled_from(["A", "B", None]),
                st.integers(0, 10**6) | st.none(),
            ).map(more_of_unknown_origin),
            min_size=1,
            max_size=8,
            unique_by=lambda row: row[:2],
        )
    )
    def test_people_are_conserved_and_sums_commute(self, people):
        """Over origins then areas, areas then origins, or at once: the same people, the same missing rows."""
        provinces = gpd.GeoDataFrame(
            {"pcode": ["XX0101", "XX0102"], "edition": "2020", "level": 2, "parent": "XX01"},
            geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
            crs="EPSG:4326",
        )
        codes, origins, counts = zip(*people, strict=True)
        table = stocks(pcode=codes, origin=origins, people=pd.array(counts, dtype="Int64"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", sg.DataWarning)
            at_once = sg.sum_stocks(table, provinces, level=1)
            areas_first = sg.sum_stocks(sg.sum_stocks(table, provinces, by=("pcode", "origin"), level=1))
            origins_first = sg.sum_stocks(sg.sum_stocks(table), provinces, level=1)
        pd.testing.assert_frame_equal(at_once, areas_first)
        pd.testing.assert_frame_equal(at_once, origins_first)
        counted = [count for count in counts if count is not None]
        assert at_once["people"].tolist() == [sum(counted) if counted else pd.NA]
        assert at_once["rows_missing"].tolist() == [len(counts) - len(counted)]


class TestLatest:
    """latest_stocks."""

    def rounds(self, **columns):
        """BF56 counted twice by origin, BF49 once."""
        return stocks(
            **{
                "pcode": ["BF56", "BF56", "BF56", "BF49"],
                "date": ["2020-08-08", "2020-09-06", "2020-09-06", "2020-08-08"],
                "origin": ["A", "A", "B", "A"],
                "people": [9, 2, 3, 4],
                **columns,
            }
        ).set_index(pd.Index([5, 6, 7, 8]))

    def test_all_rows_of_the_latest_date_stay(self):
        """The latest date of each place, with its origins; index labels stay and age is told."""
        latest = sg.latest_stocks(self.rounds())
        assert latest.index.tolist() == [6, 7, 8]
        assert latest["days_old"].tolist() == [0, 0, 29]
        assert (latest["as_of"] == pd.Timestamp("2020-09-06")).all()
        assert "place_key" not in latest

    @pytest.mark.parametrize("as_of", ["2020-08-31", dt.date(2020, 8, 31), pd.Timestamp("2020-08-31")])
    def test_later_counts_are_left_out(self, as_of):
        """As of the end of August, the count of September is not known."""
        latest = sg.latest_stocks(self.rounds(), date=as_of)
        assert latest.index.tolist() == [5, 8]
        assert latest["days_old"].tolist() == [23, 23]

    def test_as_of_stands_in_place_of_the_date(self):
        """A sum of latest counts has one as_of, the age of the oldest, and no date where dates differ."""
        latest = sg.latest_stocks(self.rounds())
        total = sg.sum_stocks(latest, by=())
        assert total["people"].tolist() == [9]
        assert total["days_old"].tolist() == [29]
        assert total["date"].isna().all()
        by_code = sg.sum_stocks(latest)
        assert by_code["date"].tolist() == [pd.Timestamp("2020-08-08"), pd.Timestamp("2020-09-06")]
        assert by_code["days_old"].tolist() == [29, 0]

    def test_sums_of_latest_counts_add_up_again(self, areas):
        """A region of provinces counted on different days has no date, and still adds up to the country."""
        table = stocks(
            pcode=["XX0101", "XX0102", "XX02"], date=["2020-08-08", "2020-09-06", "2020-09-06"], people=[1, 2, 4]
        )
        regions = sg.sum_stocks(sg.latest_stocks(table), areas, level=1)
        assert regions["date"].isna().tolist() == [True, False]
        country = sg.sum_stocks(regions, areas, level=0)
        assert country[["people", "days_old", "rows"]].to_numpy().tolist() == [[7, 29, 3]]

    def test_the_date_may_be_kept_apart(self):
        """By date, latest counts fall into their dates."""
        result = sg.sum_stocks(sg.latest_stocks(self.rounds()), by="date")
        assert result["people"].tolist() == [4, 5]

    def test_two_methods_are_refused(self):
        """The later method is not simply the newer count; the choice is named."""
        table = self.rounds(method=["baseline", "site assessment", "site assessment", "baseline"])
        with pytest.raises(
            sg.errors.DoubleCountError,
            match=r"'baseline', 'site assessment' in rows 5, 6, 7 .*choose=\{'method': 'baseline'\}",
        ):
            sg.latest_stocks(table)
        assert sg.latest_stocks(table, choose={"method": "baseline"}).index.tolist() == [5, 8]

    def test_two_sources_on_the_latest_date_are_refused(self):
        """Sources may follow each other, but not count the same place on the same day."""
        with pytest.raises(sg.errors.DoubleCountError, match=r"Two sources.*\n.*rows 6, 7"):
            sg.latest_stocks(self.rounds(source=["a", "b", "c", "a"]))
        assert len(sg.latest_stocks(self.rounds(source=["a", "b", "b", "a"]))) == 3

    def test_groups_and_operations_have_their_own_latest_date(self):
        """An operation that stopped counting keeps its last count."""
        assert len(sg.latest_stocks(self.rounds(operation=["Lac", "Sud", "Sud", None]))) == 4
        assert len(sg.latest_stocks(self.rounds(group=["returnee", "idp", "idp", "idp"]))) == 4

    def test_places_without_a_code_go_by_their_printed_names(self):
        """Two places of one name in two provinces are two places."""
        table = stocks(
            pcode=None,
            place=["Dori", "Dori", "Dori"],
            admin1=["Sahel", "Sahel", "Nord"],
            date=["2020-08-08", "2020-09-06", "2020-08-08"],
            people=[1, 2, 3],
        )
        assert sg.latest_stocks(table).index.tolist() == [1, 2]

    def test_places_counted_only_later_are_said(self):
        """A place without a count on or before the day is left out with a warning."""
        with pytest.warns(
            sg.DataWarning, match=r"1 place\(s\) have no count on or before 2020-08-01 .* row 1 \(pcode 'BF49'\)"
        ):
            latest = sg.latest_stocks(
                stocks(pcode=["BF56", "BF49"], date=["2020-07-01", "2020-09-01"], people=1), date="2020-08-01"
            )
        assert latest.index.tolist() == [0]

    def test_places_that_the_latest_count_of_their_code_does_not_name_are_said(self):
        """Sites visited on different days under one p-code: the earlier one is left out, with a warning."""
        table = stocks(pcode="BF5601", place=["site A", "site B"], date=["2020-07-01", "2020-08-01"], people=[1, 2])
        with pytest.warns(
            sg.DataWarning, match=r"does not name are left out: row 0 \(pcode 'BF5601'; place 'site A'\)"
        ):
            assert sg.latest_stocks(table).index.tolist() == [1]

    def test_an_as_of_of_ones_own_does_not_hide_two_dates(self):
        """The column as_of excuses different dates between places, never within one."""
        table = stocks(pcode=["BF56", "BF56"], date=["2020-08-08", "2020-09-06"], people=1, as_of="2020-09-06")
        with pytest.raises(sg.errors.DoubleCountError, match="only where each place has one count"):
            sg.sum_stocks(table, by=())
        with pytest.raises(sg.errors.SchemaError, match=r"column 'as_of', row\(s\) 1 \('September'\): not a day"):
            sg.sum_stocks(table.assign(as_of=["2020-09-06", "September"]))

    def test_an_as_of_that_is_no_day_is_an_error(self):
        """The message says how to write it."""
        with pytest.raises(sg.errors.SchemaError, match=r"date='31/08' is not a day"):
            sg.latest_stocks(self.rounds(), date="31/08")

    def test_an_empty_table_stays_empty(self):
        """No rows in, no rows out."""
        latest = sg.latest_stocks(self.rounds().iloc[:0])
        assert len(latest) == 0
        assert {"as_of", "days_old"} <= set(latest.columns)
        assert len(sg.sum_stocks(latest)) == 0


def test_a_reason_or_an_origin_that_is_called_a_total_is_one():
    """The word beside its parts counts people twice, whatever its figure; alone it is a word like any."""
    table = stocks(pcode=["BF56"] * 3, people=[101, 60, 40], reason=["Total", "Conflict", "Flood"])
    for column in ("reason", "origin"):
        named = table.drop(columns="reason").assign(**{column: table["reason"]})
        with pytest.raises(sg.errors.DoubleCountError, match="a total beside its parts") as refused:
            sg.sum_stocks(named)
        assert refused.value.rows["people"].tolist() == [101]
        assert sg.sum_stocks(named[:1])["people"].tolist() == [101]
