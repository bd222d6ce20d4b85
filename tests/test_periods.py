"""Months, quarters and years."""

from __future__ import annotations

import pandas as pd
import pytest

from sahelgeo.errors import SchemaError
from sahelgeo.periods import days_covered, every_period, period_code, periods_of, without_gaps


def test_each_day_has_the_first_and_last_day_of_its_period() -> None:
    """The index stays; what is no day has no period."""
    days = pd.Series(pd.to_datetime(["2020-02-29", None, "2020-12-31", "2020-02-29"]), index=[7, 7, 3, 1])
    found = periods_of(days, "QS")
    assert found.index.tolist() == [7, 7, 3, 1]
    assert found["start"].dt.strftime("%Y-%m-%d").tolist()[::2] == ["2020-01-01", "2020-10-01"]
    assert found["end"].dt.strftime("%Y-%m-%d").tolist()[::2] == ["2020-03-31", "2020-12-31"]
    assert found.iloc[1].isna().all()
    assert set(found.dtypes.astype(str)) == {"datetime64[us]"}


def test_every_period_of_a_span_has_a_row() -> None:
    """From the period of the first day to that of the last."""
    found = every_period(pd.Timestamp("2019-12-31"), pd.Timestamp("2020-02-01"), "MS")
    assert found["start"].dt.strftime("%Y-%m").tolist() == ["2019-12", "2020-01", "2020-02"]


def test_an_unknown_frequency_is_refused_with_those_that_are_known() -> None:
    """In words."""
    with pytest.raises(SchemaError, match=r"freq='M' is not one of 'MS' \(months\), 'QS' \(quarters\), 'YS' \(years\)"):
        period_code("M")


@pytest.mark.parametrize(
    ("starts", "count", "word"),
    [
        (["2020-01", "2020-02", "2020-05"], 5, "month"),
        (["2020-01", "2020-04", "2020-07"], 3, "quarter"),
        (["2018-01", "2019-01", "2020-01"], 3, "year"),
        (["2020-02", "2020-10", "2021-02"], 13, "month"),
        (["2020-01-15", "2020-02-15"], 2, "period"),
        (["2020-01"], 1, "month"),
        ([], 0, "period"),
    ],
)
def test_a_gap_among_starts_is_filled(starts: list[str], count: int, word: str) -> None:
    """So that a lag is as long as it says."""
    found, called = without_gaps(pd.DatetimeIndex(pd.to_datetime(starts)))
    assert (len(found), called) == (count, word)


@pytest.mark.parametrize(
    ("spans", "days"),
    [
        ((("2020-01-01", "2020-01-31"), ("2020-02-01", "2020-02-29")), 60),
        ((("2020-01-01", "2020-01-31"), ("2020-03-01", "2020-03-31")), 62),
        ((("2020-01-01", "2020-01-31"), ("2020-01-20", "2020-02-10")), 41),
        ((("2020-01-01", "2020-03-31"), ("2020-01-05", "2020-01-09"), ("2020-01-06", "2020-01-06")), 91),
    ],
    ids=["one after another", "with a gap", "overlapping", "one within another"],
)
def test_a_day_in_two_periods_is_one_day(spans: tuple[tuple[str, str], ...], days: int) -> None:
    """Whatever the order of the rows; a period that lies within another adds none."""
    table = pd.DataFrame(spans, columns=["start", "end"]).apply(pd.to_datetime)
    assert days_covered(table) == days_covered(table.iloc[::-1]) == days
