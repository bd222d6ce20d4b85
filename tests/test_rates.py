"""Displaced people per 1,000 inhabitants."""

import pandas as pd
import pytest
from tables import population, stocks

import sahelgeo as sg


def test_a_rate_names_its_denominator():
    """People by inhabitants times 1,000, with year and source of the population; rows and index stay."""
    table = stocks(pcode=["BF56", "BF49"], people=[50, 30], note=["x", "y"]).set_index(pd.Index(["b", "a"]))
    rates = sg.rate_per_1000(table, population(pcode=["BF49", "BF56", "BF13"], people=[600, 400, 1]))
    assert rates.index.tolist() == ["b", "a"]
    assert rates["per_1000"].tolist() == [125, 50]
    assert rates["population"].tolist() == [400, 600]
    assert rates["population_year"].tolist() == [2019, 2019]
    assert rates["population_source"].tolist() == ["census", "census"]
    assert rates["note"].tolist() == ["x", "y"]
    assert sg.credit(rates) == ["CONASUR", "census"]


def test_a_repeated_rate_replaces_the_first():
    """The columns of an earlier rate do not pile up."""
    table, people = stocks(pcode=["BF56"], people=[50]), population(pcode=["BF56"], people=[400])
    once = sg.rate_per_1000(table, people)
    pd.testing.assert_frame_equal(sg.rate_per_1000(once, people), once)


def test_several_denominators_are_refused_and_named():
    """The error lists the years and sources to choose among; the rows come with it."""
    table = stocks(pcode=["BF56"], people=[493_157])
    people = population(
        pcode=["BF56", "BF56", "BF49"],
        year=[2019, 2020, 2020],
        source=["census", "CH 2020", "CH 2020"],
        people=[1_094_907, 1_473_885, 1],
    )
    with pytest.raises(
        sg.errors.DoubleCountError,
        match=r"p-codes BF56 stand more than once.*year=2019, year=2020, source='census', source='CH 2020', or pass every=True",
    ) as caught:
        sg.rate_per_1000(table, people)
    assert caught.value.rows.index.tolist() == [0, 1]
    assert sg.rate_per_1000(table, people, year=2019)["per_1000"].round(1).tolist() == [450.4]
    assert sg.rate_per_1000(table, people, source="CH 2020")["per_1000"].round(1).tolist() == [334.6]


def test_every_denominator_gives_its_own_row():
    """Each row of the stocks is repeated for each population of its area, with a new index; none is lost."""
    table = stocks(pcode=["BF56", "BF13"], people=[50, 1]).set_index(pd.Index([8, 9]))
    people = population(pcode=["BF56", "BF56"], year=[2019, 2020], people=[400, 500])
    with pytest.warns(sg.DataWarning, match=r"BF13 \(no population\)"):
        rates = sg.rate_per_1000(table, people, every=True)
    assert rates.index.tolist() == [0, 1, 2]
    assert rates["per_1000"].tolist() == [125, 100, pd.NA]
    assert rates["pcode"].tolist() == ["BF56", "BF56", "BF13"]


def test_a_rate_without_count_or_inhabitants_is_missing():
    """Missing is not zero; the warning says why for each p-code."""
    table = stocks(pcode=["BF01", "BF02", "BF03", "BF04", None], people=[1, 1, 1, None, 1], place=list("abcde"))
    people = population(pcode=["BF02", "BF03", "BF04", None], people=[0, None, 10, 10])
    with pytest.warns(
        sg.DataWarning,
        match=r"5 of 5 rows have no rate: BF01 \(no population\), BF02 \(population 0\), BF03 \(no population\), BF04 \(no count\), \(no p-code\)",
    ):
        rates = sg.rate_per_1000(table, people)
    assert rates["per_1000"].isna().all()


def test_a_count_of_zero_is_a_rate_of_zero():
    """Zero displaced people are known, not missing."""
    assert sg.rate_per_1000(stocks(pcode=["BF56"], people=[0]), population(pcode=["BF56"], people=[9]))[
        "per_1000"
    ].tolist() == [0]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"year": 2021}, r"no row has year=2021. There are: 2019"),
        ({"source": "CH"}, r"no row has source='CH'. There are: 'census'"),
    ],
)
def test_a_year_or_source_that_is_not_there_is_an_error(choice, message):
    """The message lists what there is."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        sg.rate_per_1000(stocks(pcode=["BF56"], people=[0]), population(pcode=["BF56"], people=[9]), **choice)


def test_another_edition_is_refused():
    """The same p-code of two editions may be two areas; editions that share nothing do not fit at all."""
    table = stocks(pcode=["BF56", "BF49"], people=1, edition="2025")
    with pytest.raises(
        sg.errors.EditionError, match=r"edition '2025', the population of '2020' \(p-codes BF56\). Convert one"
    ):
        sg.rate_per_1000(table, population(pcode=["BF56"], people=9, edition="2020"))
    with pytest.raises(sg.errors.EditionError, match=r"the population of '2020'\. Convert"):
        sg.rate_per_1000(table, population(pcode=["BF13"], people=9, edition="2020"))


def test_the_same_or_an_unnamed_edition_is_taken():
    """Editions are compared where both tables name them."""
    table = stocks(pcode=["BF56"], people=1, edition="2025")
    assert sg.rate_per_1000(table, population(pcode=["BF56"], people=10, edition="2025"))["per_1000"].tolist() == [100]
    assert sg.rate_per_1000(table, population(pcode=["BF56"], people=10, edition=None))["per_1000"].tolist() == [100]
    assert sg.rate_per_1000(table, population(pcode=["BF56"], people=10))["per_1000"].tolist() == [100]


def test_sums_of_latest_counts_have_rates():
    """A region whose places were counted on different days has no date, and a rate."""
    latest = sg.latest_stocks(stocks(pcode=["BF5601", "BF5602"], people=[1, 2], date=["2020-08-08", "2020-09-06"]))
    total = sg.sum_stocks(latest, by="group").assign(pcode="BF56")
    rates = sg.rate_per_1000(total, population(pcode=["BF56"], people=10))
    assert rates["per_1000"].tolist() == [300]
    assert rates["date"].isna().all()
