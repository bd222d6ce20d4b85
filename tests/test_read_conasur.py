"""CONASUR: communes kept, titles and totals left out, the printed total checked."""

import warnings
from pathlib import Path

import pytest
from lookalikes import CONASUR, csv_bytes, workbook
from real_files import real_file

import sahelgeo as sg


def test_communes_are_counted_once(tmp_path: Path) -> None:
    """A naive sum would give twice the people."""
    path = workbook(tmp_path / "pdi.xlsx", {"IDP": CONASUR, "STATISTIQUES": [["Région", "Total PDI"], ["SAHEL", 1100]]})
    stocks, account = sg.read_with_report(path)
    assert stocks["people"].sum() == 1150
    assert stocks["date"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2023-02-28"]
    assert stocks["children"].isna().tolist() == [False, True, False]
    assert stocks[["admin1", "admin2", "admin3"]].iloc[2].tolist() == ["EST", "GOURMA", "FADA N'GOURMA"]
    assert (account.rows, account.rows_kept) == (8, 3)
    assert account.rows_dropped == {"title": 2, "empty": 1, "total": 2}
    assert account.sheets == {"IDP": 4, "STATISTIQUES": "not read: no headings of this feed"}
    assert "the rows add up to the printed total, 1,150" in account.notes


def test_a_wrong_printed_total_warns(tmp_path: Path) -> None:
    """Both figures are said."""
    rows = [list(row) for row in CONASUR]
    rows[-2][-1] = 2000
    with pytest.warns(sg.DataWarning, match=r"pdi\.xlsx: the rows add up to 1,150 people, the file prints 2,000"):
        sg.read_conasur(workbook(tmp_path / "pdi.xlsx", {"S": rows}))


def test_regions_printed_once_stand_for_the_rows_below() -> None:
    """Merged or blank cells of region and province are filled from above."""
    stocks = sg.read_conasur(
        csv_bytes("REGIONS,PROVINCES,COMMUNES,Nombre total de PDI", "SAHEL,SOUM,DJIBO,1", ",,TONGOMAYEL,2"),
        date="2023-02-28",
    )
    assert stocks["admin2"].tolist() == ["SOUM", "SOUM"]


def test_the_file_may_carry_codes_and_repeat_its_headings() -> None:
    """Some months came with p-codes; a month with its headings twice reads from the second row."""
    heading = "REGIONS,PROVINCES,COMMUNES,ADM3_PCODE,Nombre total de PDI"
    stocks, account = sg.read_with_report(csv_bytes(heading, heading, "SAHEL,SOUM,DJIBO,BF560302,5"), date="2020-12-31")
    assert stocks["pcode"].tolist() == ["BF560302"]
    assert account.rows_dropped == {"headings again": 1}
    assert "prints no total" in account.notes[0]


def test_without_a_day_it_asks_for_one() -> None:
    """Neither none nor two days in the titles are guessed at."""
    lines = ["REGIONS,PROVINCES,COMMUNES,Nombre total de PDI", "SAHEL,SOUM,DJIBO,1"]
    with pytest.raises(
        sg.errors.FormatError, match=r"neither the titles, .* say the day of the count\. Give it: date="
    ):
        sg.read_conasur(csv_bytes(*lines))
    with pytest.raises(sg.errors.FormatError, match="name several days"):
        sg.read_conasur(csv_bytes("au 28 février 2023,au 31 mars 2023,,", *lines))
    with pytest.raises(sg.errors.FormatError, match="date='soon' is not a day"):
        sg.read_conasur(csv_bytes(*lines), date="soon")


def test_people_without_a_commune_are_an_error() -> None:
    """They would be lost, or be a total that is not labelled."""
    lines = ["REGIONS,PROVINCES,COMMUNES,Nombre total de PDI", "SAHEL,SOUM,DJIBO,1", "SAHEL,SOUM,,7"]
    with pytest.raises(sg.errors.FormatError, match=r"row\(s\) 3: people without a commune"):
        sg.read_conasur(csv_bytes(*lines), date="2023-02-28")


def test_notes_below_the_table_are_dropped_as_notes() -> None:
    """A source line is no commune."""
    lines = ["REGIONS,PROVINCES,COMMUNES,Nombre total de PDI", "SAHEL,SOUM,DJIBO,1", "Source: CONASUR,,,"]
    _, account = sg.read_with_report(csv_bytes(*lines), date="2023-02-28")
    assert account.rows_dropped == {"note": 1}


def test_bad_cells_and_doubled_headings_are_named() -> None:
    """File, row, column and cell."""
    heading = "REGIONS,PROVINCES,COMMUNES,Nombre total de PDI"
    with pytest.raises(
        sg.errors.FormatError, match=r"column 'Nombre total de PDI', row 2 \('beaucoup'\): not a number"
    ):
        sg.read_conasur(csv_bytes(heading, "SAHEL,SOUM,DJIBO,beaucoup"), date="2023-02-28")
    with pytest.raises(sg.errors.FormatError, match="row 1: the heading 'COMMUNES' stands 2 times"):
        sg.read_conasur(csv_bytes(f"{heading},COMMUNES", "SAHEL,SOUM,DJIBO,1,DJIBO"), date="2023-02-28")
    with pytest.raises(sg.errors.FormatError, match="no row of data below"):
        sg.read_conasur(csv_bytes(heading, ",,,"), date="2023-02-28")
    with pytest.raises(sg.errors.SchemaError, match="not 0 or more"):
        sg.read_conasur(csv_bytes(heading, "SAHEL,SOUM,DJIBO,-5"), date="2023-02-28")


def test_another_feed_is_refused_and_named() -> None:
    """The message says which reader takes it."""
    with pytest.raises(sg.errors.FormatError, match=r"It looks like IDMC's .*: use read_idmc"):
        sg.read_conasur(csv_bytes("iso3,country_name,year,new_displacement,total_displacement", "MLI,Mali,2022,1,2"))
    with pytest.raises(sg.errors.FormatError, match=r"it lacks people \(nombre total de pdi\)"):
        sg.read_conasur(csv_bytes("REGIONS,PROVINCES,COMMUNES", "SAHEL,SOUM,DJIBO"))


def test_the_published_file_holds_301_communes_and_1999127_people() -> None:
    """The figure that CONASUR printed for 28 February 2023."""
    path = real_file("displacement/situation-des-pdi-par-communes-accueil-du-28-fevrier-2023.xlsx")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stocks, account = sg.read_with_report(path)
    assert (len(stocks), int(stocks["people"].sum())) == (301, 1_999_127)
    assert account.rows == account.rows_kept + sum(account.rows_dropped.values()) == 309
    assert sg.credit(stocks)[0].startswith("CONASUR")
