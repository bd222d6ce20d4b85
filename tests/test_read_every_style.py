"""A table written in every style that publishers and spreadsheets use is read as the same people, or refused: never otherwise.

Each test takes one kind of trouble (numbers, days, totals, sheets, quotes, encodings) through the look-alikes of several feeds.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import few

import sahelgeo as sg

COMMUNES = ("DJIBO", "DIGUEL", "BARABOULE", "KELBO", "TONGOMAYEL")
LIST = ["Region", "Département", "Commune", "Site accueil", "Nombre de ménages", "Nombre de personnes"]
CONASUR = ["REGIONS", "PROVINCES", "COMMUNES", "Nombre total de PDI"]
COD = ["admin1Name_fr", "admin1Pcode", "admin0Name_fr", "admin0Pcode", "M_TL", "F_TL", "T_TL"]
SEPARATORS = ["", ",", ".", " ", "\u00a0", "\u202f", "\u2009", "'", "’"]
COUNTS = st.lists(st.integers(0, 3_000_000), min_size=1, max_size=5)
TOTAL_WORDS = ["Total", "TOTAL", "Sous-total", "S/Total", "S/T", "Cumul", "Ensemble", "Grand Total", "Total général"]


def written(number: int, separator: str) -> str:
    """A count as a spreadsheet of some country prints it."""
    return f"{number:,}".replace(",", separator)


def as_file(rows: list[list[object]], form: str, delimiter: str = ";") -> io.BytesIO:
    """The rows as CSV, in a workbook, or as records."""
    if form == "csv":
        lines = [delimiter.join(f'"{cell}"' if delimiter in str(cell) else str(cell) for cell in row) for row in rows]
        return io.BytesIO("\n".join(lines).encode())
    if form == "json":
        return io.BytesIO(json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]).encode())
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return io.BytesIO(content.getvalue())


def people_or_refusal(content: io.BytesIO, **options: object) -> tuple[float | None, bool]:
    """The people of a file and whether a warning was given; None where it is refused."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            table = sg.read(content, **options)
        except sg.SahelgeoError:
            return None, False
    return float(table["people"].sum()), any(issubclass(word.category, sg.DataWarning) for word in said)


@few()
@given(COUNTS, st.sampled_from(SEPARATORS), st.sampled_from(["csv", "xlsx", "json"]), st.sampled_from([";", ",", "\t"]))
def test_counts_in_every_style_of_numbers(counts: list[int], separator: str, form: str, delimiter: str) -> None:
    """Commas, points, spaces of all widths and apostrophes between thousands, in lists of sites."""
    rows = [["Diffa", "Bosso", "Bosso", f"Site {n}", "1", written(count, separator)] for n, count in enumerate(counts)]
    people, _ = people_or_refusal(as_file([LIST, *rows], form, delimiter), date="2021-01-31")
    assert people in (None, sum(counts))


@few()
@given(COUNTS, st.sampled_from(SEPARATORS), st.sampled_from(["csv", "xlsx"]))
def test_population_in_every_style_of_numbers(counts: list[int], separator: str, form: str) -> None:
    """Women and men are sisters of the total: what one of them shows holds for all."""
    rows = [
        [
            f"R{n}",
            f"ML0{n}",
            "Mali",
            "ML",
            *(written(part, separator) for part in (count // 2, count - count // 2, count)),
        ]
        for n, count in enumerate(counts, 1)
    ]
    people, _ = people_or_refusal(as_file([COD, *rows], form), year=2018)
    assert people in (None, sum(counts))


@few()
@given(
    st.lists(st.dates(dt.date(2019, 1, 1), dt.date(2021, 12, 31)), min_size=1, max_size=4),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d %B %Y", "%Y-%m-%dT00:00:00", "%d-%m-%Y"]),
)
def test_days_in_every_style(days: list[dt.date], style: str) -> None:
    """French, American and ISO days, with and without anything that decides."""
    head = "event_id_cnty,event_date,disorder_type,event_type,actor1,country,latitude,longitude,fatalities"
    rows = [f"E{n},{day.strftime(style)},PV,Battles,A,Mali,14.1,-1.6,1" for n, day in enumerate(days)]
    try:
        events = sg.read_acled(io.BytesIO("\n".join([head, *rows]).encode()))
    except sg.errors.FormatError:
        return
    assert events["date"].tolist() == [pd.Timestamp(day) for day in days]


@few()
@given(
    st.lists(st.integers(1, 900), min_size=2, max_size=5),
    st.sampled_from(TOTAL_WORDS),
    st.booleans(),
    st.integers(0, 2),
    st.sampled_from(["csv", "xlsx"]),
)
def test_totals_in_every_style(counts: list[int], word: str, before: bool, column: int, form: str) -> None:
    """Words on either side of the name, in any column of names."""
    names = ["SAHEL", "SOUM", ""]
    label = f"{word} {names[column] or 'SOUM'}" if before else f"{names[column] or 'SOUM'} {word}"
    total: list[object] = [*(name if at < column else "" for at, name in enumerate(names)), sum(counts)]
    total[column] = label
    rows = [["SAHEL", "SOUM", commune, count] for commune, count in zip(COMMUNES, counts, strict=False)]
    content = as_file([["Situation au 28 février 2023", "", "", ""], CONASUR, *rows, total], form)
    people, warned = people_or_refusal(content)
    assert people in (None, sum(counts)) or warned


@few()
@given(st.lists(st.integers(1, 900), min_size=2, max_size=5), st.sampled_from(["csv", "xlsx"]))
def test_a_total_without_a_name_is_not_counted(counts: list[int], form: str) -> None:
    """An unlabelled sum at the end."""
    rows = [["Diffa", "Bosso", "Bosso", f"Site {n}", 1, count] for n, count in enumerate(counts)]
    content = as_file([LIST, *rows, ["", "", "", "", len(counts), sum(counts)]], form)
    people, warned = people_or_refusal(content, date="2021-01-31")
    assert people in (None, sum(counts)) or warned


@pytest.mark.parametrize("name", ["Cumulo", "Totale", "Ensembla", "Sumbe", "Station", "Alladji"])
def test_a_place_that_sounds_like_a_total_stays(name: str) -> None:
    """Only whole words are words for totals."""
    rows = [LIST, ["Diffa", "Diffa", "Diffa", name, 1, 10], ["Diffa", "Bosso", "Bosso", "A", 1, 50]]
    assert people_or_refusal(as_file(rows, "csv"), date="2021-01-31") == (60, False)


@few()
@given(st.lists(st.integers(1, 900), min_size=2, max_size=4), st.sampled_from([True, False]))
def test_sheets_of_one_feed_are_all_read(counts: list[int], hidden: bool) -> None:
    """Years in a sheet each; a hidden one is read or said."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for year, count in enumerate(counts, 2018):
        sheet = book.create_sheet(f"s{year}")
        for row in (["pcode", "date", "group", "people", "source"], ["BF56", f"{year}-01-31", "idp", count, "own"]):
            sheet.append(row)
        sheet.sheet_state = "hidden" if hidden and year == 2018 else "visible"
    content = io.BytesIO()
    book.save(content)
    people, warned = people_or_refusal(io.BytesIO(content.getvalue()))
    assert people == sum(counts) or warned


@few()
@given(st.integers(0, 4), st.sampled_from(['"', '"x', ' "']))
def test_a_quote_that_is_never_closed_loses_nobody(row: int, quote: str) -> None:
    """A stray quote swallows what follows: refused, or read as the letter that it is."""
    head = "operation,admin0Name,admin0Pcode,admin1Name,admin1Pcode,reportingDate,roundNumber,numPresentIdpInd,displacementReason"
    rows = [f"Lac,Chad,TCD,R{n},TD0{n},2017-02-01,1,{100 + n},Conflict" for n in range(5)]
    rows[row] = rows[row].replace("Conflict", f"{quote}Conflict")
    people, _ = people_or_refusal(io.BytesIO("\n".join([head, *rows]).encode()))
    assert people in (None, sum(100 + n for n in range(5)))


@few()
@given(st.lists(st.sampled_from(["SAHEL", "NORD", ""]), min_size=2, max_size=5))
def test_names_printed_once_never_cross_a_change_to_their_left(regions: list[str]) -> None:
    """A province belongs to the region that it was printed with."""
    rows = [[region, "SOUM" if n == 0 else "", f"C{n}", 10] for n, region in enumerate(["SAHEL", *regions])]
    content = as_file([["Situation au 28 février 2023", "", "", ""], CONASUR, *rows], "csv")
    with warnings.catch_warnings():
        # A row without a region among rows that all have one is said to be none of them.
        warnings.simplefilter("ignore", sg.DataWarning)
        table = sg.read(content)
    assert not ((table["admin1"] == "NORD") & (table["admin2"] == "SOUM")).any()


@few()
@given(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]), st.sampled_from([";", ",", "\t", "|"]))
def test_every_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    """Names keep their accents."""
    rows = [delimiter.join(LIST), delimiter.join(["Tillabéri", "Téra", "Téra", "Site é", "1", "10"])]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        table = sg.read(io.BytesIO("\n".join(rows).encode(encoding)), date="2021-01-31")
    assert table["admin1"].tolist() == ["Tillabéri"]


def test_formulas_without_a_value_are_named(tmp_path: Path) -> None:
    """The cell of each is in the refusal."""
    rows = [
        ["Situation au 28 février 2023"],
        CONASUR,
        ["SAHEL", "SOUM", "DJIBO", "=100+20"],
        ["SAHEL", "SOUM", "KELBO", 50],
    ]
    with pytest.raises(sg.errors.FormatError, match="cell D3 holds a formula that no program has computed"):
        sg.read(as_file(rows, "xlsx"))


@pytest.mark.parametrize(
    ("envelope", "words"),
    [
        ({"page": 1, "maxPages": 12}, "page 1 of 12"),
        ({"totalRecordsCount": 900}, "1 of 900 records"),
        ({"next": "https://example.org?page=2"}, "a page that names a next one"),
    ],
)
def test_a_page_of_several_is_said(envelope: dict[str, object], words: str) -> None:
    """An API's answer says how many records or pages there are."""
    row = {"operation": "Lac", "admin0Pcode": "TCD", "numPresentIdpInd": 5, "reportingDate": "2017-09-30"}
    content = io.BytesIO(json.dumps({**envelope, "result": [row]}).encode())
    with pytest.warns(sg.DataWarning, match=words):
        sg.read(content)


def test_an_empty_answer_is_not_zero_people() -> None:
    """Its feed is named where the envelope shows it."""
    with pytest.raises(
        sg.errors.FormatError, match="an answer of IOM's Displacement Tracking Matrix .* without any record"
    ):
        sg.read(io.BytesIO(b'{"isSuccess": true, "result": []}'))


OWN = ["admin1", "place", "pcode", "date", "group", "people", "source"]


def own_rows(places: list[tuple[str, str, int]]) -> list[list[object]]:
    """A saved table of displaced people: name, code and count of each place."""
    return [["Sahel", name, code, "2023-01-31", "idp", count, "own"] for name, code, count in places]


@few()
@given(
    st.lists(st.integers(1, 900), min_size=2, max_size=5),
    st.sampled_from(["Sum", "All", "Tous", "Ensemble", "Total"]),
    st.sampled_from(["csv", "xlsx"]),
)
def test_a_place_called_by_a_word_for_all_stays_if_it_has_a_code_of_its_own(
    counts: list[int], word: str, form: str
) -> None:
    """Unless its count is the sum of the others it is kept, and said."""
    places = [(f"Village {n}", f"BF5601{n}", count) for n, count in enumerate(counts)]
    content = as_file([OWN, *own_rows([(word, "BF56019", 1 + sum(counts)), *places])], form)
    people, warned = people_or_refusal(content)
    assert people == 1 + 2 * sum(counts)
    assert warned


@pytest.mark.parametrize("code", ["", "BF", "BF56010"])
def test_a_total_without_a_code_of_its_own_is_left_out(code: str) -> None:
    """No code, that of the country, or that of another place."""
    rows = own_rows([("Djibo", "BF56010", 30), ("Kelbo", "BF56011", 50), ("Ensemble", code, 80)])
    assert people_or_refusal(as_file([OWN, *rows], "csv"))[0] == 80


@few()
@given(
    st.lists(st.integers(1, 900), min_size=1, max_size=5),
    st.sampled_from(["Source : CONASUR", "Note: provisoire", "Légende : n.d.", "NB: sans les sites", "* Sources: OIM"]),
    st.sampled_from(["csv", "xlsx"]),
    st.integers(0, 2),
)
def test_a_line_below_a_table_is_no_row_of_it(counts: list[int], line: str, form: str, column: int) -> None:
    """It is a note in the account, and no place."""
    rows = [["SAHEL", "SOUM", f"C{n}", count] for n, count in enumerate(counts)]
    footer: list[object] = ["", "", "", ""]
    footer[column] = line
    content = as_file([["Situation au 28 février 2023", "", "", ""], CONASUR, *rows, footer], form)
    table, report = sg.read_with_report(content)
    assert table["people"].tolist() == counts
    assert report.rows_dropped["note"] == 1


def test_a_told_table_says_which_rows_add_up_others() -> None:
    """It has no report where they could stand."""
    rows = [["SAHEL", "DJIBO", 100], ["SAHEL", "KELBO", 50], ["SAHEL", "", 150], ["EST", "FADA", 30]]
    told = {"Région": "admin1", "Localité": "place", "Effectif": "people"}
    with pytest.warns(
        sg.DataWarning, match="rows 4 are the sums of other rows, or nearly, and were left out as totals"
    ):
        table = sg.read_table(
            as_file([list(told), *rows], "csv"), told, date="2023-01-31", group="idp", source="own count"
        )
    assert table["people"].tolist() == [100, 50, 30]


@few()
@given(st.dates(dt.date(2019, 1, 1), dt.date(2021, 12, 31)), st.integers(0, 6))
def test_the_day_of_the_week_must_fit_the_day(day: dt.date, weekday: int) -> None:
    """It decides between the day and the month; where it fits neither the file contradicts itself."""
    named = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"][weekday]
    head = "event_id_cnty,event_date,disorder_type,event_type,actor1,country,latitude,longitude,fatalities"
    for written_day in (f"{named} {day:%d/%m/%Y}", f"{named} {day:%d %B %Y}"):
        content = io.BytesIO(f"{head}\nE1,{written_day},PV,Battles,A,Mali,14.1,-1.6,1".encode())
        if "/" not in written_day and weekday != day.weekday():
            with pytest.raises(sg.errors.FormatError, match="not a day"):
                sg.read(content)
            continue
        try:
            found = sg.read(content)["date"].iloc[0]
        except sg.errors.FormatError:
            assert weekday != day.weekday() or (day.day <= 12 and day.month <= 12)
            continue
        assert found.weekday() == weekday
        if weekday == day.weekday():
            swapped = day.replace(month=day.day, day=day.month) if day.day <= 12 else day
            assert found.date() == day or swapped.weekday() == weekday


@pytest.mark.parametrize("text", ["04/03/20", "31/12/20", "20-12-31"])
def test_a_slashed_day_with_a_year_of_two_digits_is_refused(text: str) -> None:
    """It has three readings: the year may stand first."""
    head = "event_id_cnty,event_date,disorder_type,event_type,actor1,country,latitude,longitude,fatalities"
    with pytest.raises(sg.errors.FormatError, match="not a day"):
        sg.read(io.BytesIO(f"{head}\nE1,{text},PV,Battles,A,Mali,14.1,-1.6,1".encode()))


@few()
@given(COUNTS, st.sampled_from("0０٠۰०"), st.sampled_from(["csv", "xlsx"]))
def test_digits_of_every_script_are_digits(counts: list[int], zero: str, form: str) -> None:
    """Full-width and Arabic digits have one meaning each."""
    digits = str.maketrans({str(n): chr(ord(zero) + n) for n in range(10)})
    rows = [["Diffa", "Bosso", "Bosso", f"Site {n}", "1", str(c).translate(digits)] for n, c in enumerate(counts)]
    assert people_or_refusal(as_file([LIST, *rows], form), date="2021-01-31")[0] == sum(counts)


def test_two_headings_of_one_day_are_refused() -> None:
    """A year stands for its last day, as its December does."""
    with pytest.raises(sg.errors.FormatError, match="'2020' and 'déc 2020' speak of one day, 2020-12-31"):
        sg.read(as_file([["Adm2", "2019", "2020", "déc 2020"], ["Soum", 5, 7, 8]], "csv"))


@pytest.mark.parametrize("epoch", [1900, 1904])
def test_serial_days_follow_the_epoch_of_the_workbook(epoch: int) -> None:
    """Workbooks of old Macs count from 1904: typed days and bare serials alike."""
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904 if epoch == 1904 else openpyxl.utils.datetime.WINDOWS_EPOCH
    start = dt.date(1904, 1, 1) if epoch == 1904 else dt.date(1899, 12, 30)
    book.active.append(["pcode", "date", "group", "people", "source"])
    book.active.append(["BF5601", dt.date(2020, 3, 4), "idp", 5, "own"])
    book.active.append(["BF5602", (dt.date(2020, 3, 4) - start).days, "idp", 6, "own"])
    content = io.BytesIO()
    book.save(content)
    assert sg.read(io.BytesIO(content.getvalue()))["date"].tolist() == [pd.Timestamp(2020, 3, 4)] * 2


def as_ods(rows: list[list[object]]) -> io.BytesIO:
    """The rows in the format of LibreOffice: typed numbers and days, text as text."""

    def cell(value: object) -> str:
        if isinstance(value, dt.date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content{spaces}><office:body><office:spreadsheet>'
            f'<table:table table:name="S">{body}</table:table></office:spreadsheet></office:body></office:document-content>',
        )
    return io.BytesIO(content.getvalue())


@few()
@given(COUNTS, st.dates(dt.date(2019, 1, 1), dt.date(2021, 12, 31)))
def test_a_sheet_of_libreoffice_is_read_as_one_of_excel(counts: list[int], day: dt.date) -> None:
    """Numbers, days and text."""
    rows: list[list[object]] = [
        ["pcode", "date", "group", "people", "source"],
        *([f"BF56{n:02}", day, "idp", count, "own"] for n, count in enumerate(counts)),
    ]
    ods, xlsx = sg.read(as_ods(rows)), sg.read(as_file(rows, "xlsx"))
    pd.testing.assert_frame_equal(ods, xlsx)
    assert ods["people"].tolist() == counts


@dataclass(frozen=True)
class Lookalike:
    """A small file of a feed: its headings, a row for each count, and what the table must add up to."""

    headings: tuple[str, ...]
    row: Callable[[int, object, object], list[list[object]]]
    column: str
    name: int
    days: tuple[int, ...] = ()
    counts: tuple[int, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    months: bool = False

    def rows(self, counts: Sequence[object], zero: object = 0) -> list[list[object]]:
        """The headings, and the rows of each count."""
        return [list(self.headings), *(row for n, count in enumerate(counts) for row in self.row(n, count, zero))]


NAMES = ["Tillabéri", "Ségou", "Gao", "Kayes", "Mopti"]
FEEDS = {
    "Cadre Harmonisé": Lookalike(
        ("adm0_name", "adm1_name", "adm2_name", "chtype", "reference_label", "reference_year", "population", "phase_class", "phase1", "phase2", "phase3", "phase4", "phase5", "start_date", "end_date", "exercise_label", "exercise_year", "usethisperiod"),
        lambda n, count, zero: [["Mali", "Mopti", NAMES[n], "current", "Sep-Dec", 2021, count, 1, count]
                                + [zero] * 4 + ["2021-10-01", "2022-01-31", "Sep-Dec", 2021, "Y"]],
        "population", 2, (13, 14), (6, 8),
    ),
    "IPC": Lookalike(
        ("Date of analysis", "Country", "Total country population", "Level 1", "Area", "Validity period", "From", "To", "Phase", "Number"),
        lambda n, count, zero: [["Apr 2023", "CAF", 6000000, "Ouaka", NAMES[n], "current", "2023-04-01", "2023-08-31", phase, number]
                                for phase, number in [("all", count), ("1", count), *((str(p), zero) for p in range(2, 6))]],
        "population", 4, (6, 7), (9,),
    ),
    "HAPI, food security": Lookalike(
        ("location_code", "provider_admin1_name", "admin1_code", "admin1_name", "admin2_code", "admin2_name", "admin_level", "ipc_phase", "ipc_type", "population_in_phase", "reference_period_start", "reference_period_end"),
        lambda n, count, zero: [["MLI", NAMES[n], f"ML0{n + 1}", NAMES[n], "", "", 1, phase, "current", number, "2023-04-01", "2023-08-31"]
                                for phase, number in [("all", count), ("1", count), ("2", zero), ("3", zero)]],
        "population", 1, (10, 11), (9,),
    ),
    "HAPI, displaced people": Lookalike(
        ("location_code", "admin1_code", "admin1_name", "admin2_code", "admin2_name", "admin_level", "assessment_type", "operation", "reporting_round", "population", "reference_period_start", "reference_period_end"),
        lambda n, count, _: [["MLI", f"ML0{n + 1}", NAMES[n], "", "", 1, "BA", "Mali", 20, count, "2023-06-30", "2023-06-30"]],
        "people", 2, (10, 11), (9,),
    ),
    "UNHCR": Lookalike(
        ("Year", "Country of origin", "Country of asylum", "Country of origin (ISO)", "Country of asylum (ISO)",
         "Refugees under UNHCR's mandate", "Asylum-seekers"),
        lambda n, count, zero: [[2018 + n, "Côte d'Ivoire", "Niger", "CIV", "NER", count, zero]],
        "people", 2, (), (5,),
    ),
    "IDMC": Lookalike(
        ("iso3", "country_name", "year", "new_displacement", "total_displacement"),
        lambda n, count, zero: [["CIV", "Côte d'Ivoire", 2018 + n, zero, count]],
        "people", 1, (), (4,),
    ),
    "FEWS NET": Lookalike(
        ("fnid", "geographic_unit_name", "unit_type", "scenario", "projection_start", "projection_end", "reporting_date", "value"),
        lambda n, _, __: [[f"NE2020A2010{n}", NAMES[n], "fsc_admin", "CS", "2021-06-01", "2021-09-30", "2021-06-30", 2]],
        "phase_published", 1, (4, 5, 6), (), months=True,
    ),
}  # fmt: skip
COUNTED = [name for name, feed in FEEDS.items() if feed.counts]
DATED = [name for name, feed in FEEDS.items() if feed.days]


def sum_or_refusal(feed: Lookalike, content: io.BytesIO) -> tuple[float | None, bool]:
    """The sum of what a feed counts and whether a warning was given; None where the file is refused."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            table = sg.read(content, **feed.options)
        except sg.SahelgeoError:
            return None, False
    return float(table[feed.column].sum()), any(issubclass(word.category, sg.DataWarning) for word in said)


@few()
@given(
    st.sampled_from(COUNTED),
    COUNTS,
    st.sampled_from(SEPARATORS),
    st.sampled_from(["csv", "json"]),
    st.sampled_from([";", ",", "\t"]),
)
def test_publishers_counts_in_every_style_of_numbers(
    name: str, counts: list[int], separator: str, form: str, delimiter: str
) -> None:
    """Each feed's people, whatever stands between thousands."""
    feed = FEEDS[name]
    rows = feed.rows([written(count, separator) for count in counts], "0")
    people, _ = sum_or_refusal(feed, as_file(rows, form, delimiter))
    assert people in (None, sum(counts))


@few()
@given(
    st.sampled_from(DATED),
    st.lists(
        st.tuples(st.dates(dt.date(2019, 1, 1), dt.date(2021, 12, 31)), st.integers(0, 150)), min_size=1, max_size=4
    ),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d %B %Y", "%Y-%m-%dT00:00:00", "%d-%m-%Y"]),
    st.sampled_from(["csv", "json"]),
)
def test_publishers_days_in_every_style(name: str, periods: list[tuple[dt.date, int]], style: str, form: str) -> None:
    """First days are read as they were meant, or refused."""
    feed = FEEDS[name]
    rows = feed.rows([10] * len(periods))
    each = (len(rows) - 1) // len(periods)
    meant = []
    for number, (start, length) in enumerate(periods):
        first = start.replace(day=1) if feed.months else start
        last = first + dt.timedelta(days=length)
        meant.append(pd.Timestamp(first))
        for row in rows[1 + number * each : 1 + (number + 1) * each]:
            for place, day in zip(feed.days, (first, last, last), strict=False):
                row[place] = day.strftime(style)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            table = sg.read(as_file(rows, form))
        except sg.SahelgeoError:
            return
    column = "start" if "start" in table else "date"
    assert sorted(table[column].dropna().unique()) == sorted(set(meant))


@few()
@given(
    st.sampled_from(COUNTED),
    st.lists(st.integers(1, 900), min_size=2, max_size=5),
    st.sampled_from(TOTAL_WORDS),
    st.sampled_from(["csv", "json"]),
)
def test_publishers_totals_in_every_style(name: str, counts: list[int], word: str, form: str) -> None:
    """A total below the rows is never added to them without a word."""
    feed = FEEDS[name]
    rows = feed.rows(counts)
    total = list(feed.row(0, sum(counts), 0)[0])
    total[feed.name] = word
    people, warned = sum_or_refusal(feed, as_file([*rows, total], form))
    assert people in (None, sum(counts)) or warned


@few()
@given(
    st.sampled_from(list(FEEDS)),
    st.integers(1, 4),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    st.sampled_from([";", ",", "\t", "|"]),
    st.booleans(),
)
def test_publishers_files_in_every_encoding_and_quoting(
    name: str, count: int, encoding: str, delimiter: str, quoted: bool
) -> None:
    """Names keep their accents, with quotes around every cell or none."""
    feed = FEEDS[name]
    rows = feed.rows([10] * count)
    lines = [delimiter.join(f'"{cell}"' if quoted else str(cell) for cell in row) for row in rows]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        table = sg.read(io.BytesIO("\n".join(lines).encode(encoding)))
    assert table[feed.column].sum() == (2 if feed.months else 10) * count
    assert rows[1][feed.name] in set(table["place"])


@few()
@given(st.sampled_from(list(FEEDS)), st.lists(st.integers(1, 900), min_size=2, max_size=3, unique=True), st.booleans())
def test_publishers_sheets_are_all_read_or_said(name: str, counts: list[int], hidden: bool) -> None:
    """Rows of one feed in a sheet each."""
    feed = FEEDS[name]
    rows = feed.rows(counts)
    each = (len(rows) - 1) // len(counts)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number in range(len(counts)):
        sheet = book.create_sheet(f"part {number}")
        for row in (rows[0], *rows[1 + number * each : 1 + (number + 1) * each]):
            sheet.append([cell if cell != "" else None for cell in row])
        sheet.sheet_state = "hidden" if hidden and number == 0 else "visible"
    content = io.BytesIO()
    book.save(content)
    people, warned = sum_or_refusal(feed, io.BytesIO(content.getvalue()))
    assert people in (None, 2 * len(counts) if feed.months else sum(counts)) or warned
