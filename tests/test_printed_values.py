"""Numbers, days and headings are read as publishers print them; what is not one is refused by row and column."""

import datetime as dt
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sahelgeo as sg
from sahelgeo.readers.columns import day_in, days, given_day, given_period, numbers, one_day
from sahelgeo.readers.printed import texts


def one_number(text: object, kind: str = "people", **options: object) -> float | None:
    """A column of one cell, read."""
    read = numbers({"n": pd.Series([text], dtype=object)}, {"n": kind}, "f.csv", **options)["n"]  # type: ignore[dict-item, arg-type]
    return None if read.isna().iloc[0] else float(read.iloc[0])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("38,042,000", 38042000),
        ("1 234", 1234),
        ("1\u202f234", 1234),
        ("142260 ", 142260),
        ("0 ", 0),
        ("1.999.127", 1999127),
        ("12,5", 12.5),
        ("0,135", 0.135),
        ("1,5", 1.5),
        ("1\u2009234,5", 1234.5),
        ("1’234", 1234),
        ("-1,6", -1.6),
        ("−1.6", -1.6),
        ("-3", -3),
        (5, 5),
        (2.5, 2.5),
        (np.int64(7), 7),
        ("１２３４", 1234),
        ("１，２３４．５", 1234.5),
        ("١٢", 12),
    ],
)
def test_printed_numbers_are_read(text: object, number: float) -> None:
    """Thousands with commas, spaces or points, decimal commas."""
    assert one_number(text) == pytest.approx(number)


def test_a_share_in_per_cent_is_read_and_is_no_number_of_people() -> None:
    """81% is 0.81 where shares stand, and refused among people."""
    assert one_number("81%", kind="real") == pytest.approx(0.81)
    with pytest.raises(sg.errors.FormatError, match="81%"):
        one_number("81%")


@pytest.mark.parametrize(
    "text", ["", "-", "–", "ND", "ND*", "n/a", "NA", "<Null>", "Not available", "#N/A", None, np.nan, pd.NA]
)
def test_words_for_missing_are_missing(text: object) -> None:
    """Missing is never zero."""
    assert one_number(text) is None


@pytest.mark.parametrize(
    "text",
    ["abc", "=1+1", "1e999", "12 people", True, dt.date(2020, 1, 1), [1], float("inf"), "12²", "1234 pers.", "１２%"],
)
def test_anything_else_is_no_number(text: object) -> None:
    """Formulas, words, booleans and days are refused, not evaluated."""
    with pytest.raises(sg.errors.FormatError, match="not a number"):
        one_number(text)


def test_the_refusal_names_column_and_rows() -> None:
    """All bad rows at once, by the number they have in the file."""
    values = pd.Series(["1", "many", "few"], index=[8, 9, 10])
    with pytest.raises(
        sg.errors.FormatError, match=r"f\.csv, column 'people', rows 9, 10 \('many', 'few'\): not a number"
    ):
        numbers({"people": values}, {"people": "people"}, "f.csv")


def test_infinite_numbers_are_refused() -> None:
    """A column of floats is checked too."""
    with pytest.raises(sg.errors.FormatError, match="not a number"):
        numbers({"people": pd.Series([1.0, np.inf])}, {}, "f.csv")
    with pytest.raises(sg.errors.FormatError, match="not a number"):
        numbers({"people": pd.Series([1.0, np.inf, ""], dtype=object)}, {}, "f.csv")


def test_a_column_of_floats_and_blanks_is_read_at_once() -> None:
    """Workbooks give floats and empty strings."""
    read = numbers({"people": pd.Series([1.0, "", 3.0], dtype=object)}, {}, "f.xlsx")["people"]
    assert read.tolist()[::2] == [1.0, 3.0]
    assert read.isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2017-09-30T00:00:00", "2017-09-30"),
        ("2023-11-06T11:00:00.000Z", "2023-11-06"),
        ("31-12-2017", "2017-12-31"),
        ("12/11/2019", "2019-11-12"),
        ("28 février 2023", "2023-02-28"),
        ("1er mars 2021", "2021-03-01"),
        ("15 August 2020", "2020-08-15"),
        ("Apr-30-2023", "2023-04-30"),
        ("20250922", "2025-09-22"),
        (20250922, "2025-09-22"),
        (43100.0, "2017-12-31"),
        (dt.datetime(2020, 1, 2, 3), "2020-01-02"),
        (dt.date(2020, 1, 2), "2020-01-02"),
    ],
)
def test_printed_days_are_read(text: object, day: str) -> None:
    """Days first, in French and English, and Excel's serial numbers."""
    assert str(one_day(text)) == day


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Apr 2023", "2023-04-01", "2023-04-30"),
        ("déc.-21", "2021-12-01", "2021-12-31"),
        ("févr.-20", "2020-02-01", "2020-02-29"),
        ("10-2020", "2020-10-01", "2020-10-31"),
    ],
)
def test_a_month_is_its_first_or_last_day_when_asked(text: str, first: str, last: str) -> None:
    """Without being asked a month is no day."""
    assert str(one_day(text, "first")) == first
    assert str(one_day(text, "last")) == last
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the value
        one_day(text)


@pytest.mark.parametrize("text", ["tomorrow", "32/01/2020", "2020-13-01", True, [1], "5 brumaire 2020", "99"])
def test_anything_else_is_no_day(text: object) -> None:
    """A wrong date raises; it does not become another one."""
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the value
        one_day(text)


@pytest.mark.parametrize("missing", [None, "", "-", np.nan, pd.NaT, pd.NA])
def test_a_missing_day_is_missing(missing: object) -> None:
    """No day is made up."""
    assert one_day(missing) is None


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("Situation actualisée au 28 février 2023", dt.date(2023, 2, 28)),
        ("IDP_tableau_28022023", dt.date(2023, 2, 28)),
        ("31-08-2021.xlsx", dt.date(2021, 8, 31)),
        ("list 20230228", dt.date(2023, 2, 28)),
        ("from 1 mars 2020 to 2 mars 2020", None),
        ("no day here, 12345678", None),
    ],
)
def test_a_title_may_speak_of_one_day(title: str, day: dt.date | None) -> None:
    """Two days in a title are none."""
    assert day_in(title) == day


def test_days_name_their_bad_rows() -> None:
    """The message says how to write a day."""
    with pytest.raises(
        sg.errors.FormatError, match=r"column 'date', row 3 \('soon'\): not a day between 1900 and 2100"
    ):
        days({"date": pd.Series(["2020-01-01", "soon"], index=[2, 3])}, "f.csv")


def test_text_keeps_whole_codes_and_drops_odd_spaces() -> None:
    """A code read as a float is no float."""
    values = pd.Series([7.0, " Fada\u00a0 N'Gourma ", "<Null>", "Not available", None], dtype=object)
    read = texts(values, missing=["Not available"])
    assert read[:2].tolist() == ["7", "Fada N'Gourma"]
    assert read[2:].isna().all()


@given(st.integers(0, 8_500_000_000), st.sampled_from([" ", "\u202f", "\u00a0", "\u2009", "’"]))
def test_thousands_separators_never_change_a_number(number: int, separator: str) -> None:
    """Writing a count with separators and reading it gives the count."""
    assert one_number(f"{number:,}".replace(",", separator)) == number


def test_periods_given_by_hand_are_checked() -> None:
    """Two days in their order."""
    assert given_period(("2020-06-01", dt.date(2020, 8, 31)))[1] == pd.Timestamp("2020-08-31")
    with pytest.raises(sg.errors.FormatError, match="ends before it starts"):
        given_period(("2020-06-01", "2020-05-01"))
    with pytest.raises(sg.errors.FormatError, match="is not two days"):
        given_period("2020")  # type: ignore[arg-type]
    with pytest.raises(sg.errors.FormatError, match=r"date='soon' is not a day"):
        given_day("soon", "date")


def test_counts_of_events_are_whole() -> None:
    """Half an event is a damaged cell."""
    head = "Country,Month,Year,Events,Fatalities"
    assert sg.read_acled(io.BytesIO(f'{head}\nMali,May,2020,"1,000",2'.encode()))["events"].tolist() == [1000]
    with pytest.raises(sg.errors.FormatError, match=r"column 'Events', row 3 \('1005.1234'\): not a whole number"):
        sg.read_acled(io.BytesIO(f"{head}\nMali,May,2020,3,2\nMali,June,2020,1005.1234,2".encode()))
