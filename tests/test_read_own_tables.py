"""A table of one's own is read once its columns are told; without them the refusal proposes how."""

import io
from pathlib import Path

import pytest
from lookalikes import csv_bytes, workbook

import sahelgeo as sg
from sahelgeo.cli import main

LINES = ["Localité;Effectif;Au", "Djibo;1 200;28/02/2023", "Dori;350;28/02/2023", "Total;1 550;28/02/2023"]
TOLD = {"Localité": "place", "Effectif": "people", "Au": "date"}


def test_told_columns_become_a_declared_table() -> None:
    """French numbers, French days, a total left out."""
    stocks = sg.read_table(csv_bytes(*LINES), TOLD, group="idp", source="own")
    assert stocks["people"].tolist() == [1200, 350]
    assert stocks["date"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2023-02-28"]
    assert stocks["source"].unique().tolist() == ["own"]


def test_without_columns_the_refusal_proposes_them() -> None:
    """What is proposed works when it is pasted."""
    with pytest.raises(sg.errors.FormatError, match="Perhaps: read_table") as refused:
        sg.read_table(csv_bytes(*LINES))
    proposed = str(refused.value).partition("read_table(path, ")[2].partition("}")[0] + "}"
    mapping = eval(proposed)  # noqa: S307 - the text that a user would paste
    stocks = sg.read_table(csv_bytes(*LINES), mapping, date="2023-02-28", group="idp", source="own")
    assert stocks["people"].sum() == 1550


def test_what_is_lacking_is_named() -> None:
    """A heading that is not there, a column that is needed, a table that is none, a name told twice."""
    with pytest.raises(sg.errors.FormatError, match=r"no heading 'Nombre'. Found: 'Localité', 'Effectif', 'Au'"):
        sg.read_table(csv_bytes(*LINES), {"Nombre": "people"}, date="2023-02-28", group="idp", source="own")
    with pytest.raises(sg.errors.FormatError, match="needs group"):
        sg.read_table(csv_bytes(*LINES), TOLD, source="own")
    with pytest.raises(sg.errors.FormatError, match="table='places' is none of"):
        sg.read_table(csv_bytes(*LINES), TOLD, table="places")
    with pytest.raises(sg.errors.FormatError, match="'people' is told twice"):
        sg.read_table(csv_bytes(*LINES), {"Effectif": "people", "Localité": "people"}, source="own")
    with pytest.raises(sg.errors.FormatError, match="no heading that a table of stocks would have"):
        sg.read_table(csv_bytes("zz;yy", "1;2"))


def test_all_sheets_with_the_columns_are_read(tmp_path: Path) -> None:
    """A workbook with a sheet for each region."""
    head = ["Commune", "Effectif"]
    path = workbook(tmp_path / "w.xlsx", {"Nord": [head, ["Titao", 10]], "Est": [head, ["Fada", 20]]})
    stocks = sg.read_table(
        path, {"Commune": "place", "Effectif": "people"}, date="2023-02-28", group="idp", source="own"
    )
    assert stocks["people"].sum() == 30


def test_events_with_coordinates_are_points_and_flows_keep_their_names() -> None:
    """Decimal commas in coordinates; names of both ends stay as told."""
    events = sg.read_table(
        csv_bytes("id;jour;lat;lon;morts", "E1;2020-01-02;14,12;-1,604;3"),
        {"id": "event", "jour": "date", "lat": "latitude", "lon": "longitude", "morts": "fatalities"},
        table="events",
        source="own",
    )
    assert (events.geometry.x.iloc[0], events["fatalities"].iloc[0]) == (-1.604, 3)
    flows = sg.read_table(
        csv_bytes("Provenance;Accueil;Effectif", "Soum;Séno;10"),
        {"Provenance": "origin_name", "Accueil": "destination_name", "Effectif": "people"},
        table="flows",
        source="own",
        start="2020-01-01",
        end="2020-01-31",
    )
    assert flows[["origin_name", "destination_name", "people"]].values.tolist() == [["Soum", "Séno", 10]]


def test_the_command_reads_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same in the shell, and a known feed without being told."""
    path = tmp_path / "own.csv"
    path.write_text("\n".join(LINES), encoding="utf-8")
    told = [part for heading, name in TOLD.items() for part in ("--column", f"{heading}={name}")]
    out = tmp_path / "out.csv"
    given = ["read", str(path), "--as", "stocks", *told, "--set", "group=idp", "--set", "source=own", "--out", str(out)]
    assert main(given) == 0
    assert sg.read(out)["people"].sum() == 1550
    assert main(["read", str(out)]) == 0
    assert "Djibo" in capsys.readouterr().out
    assert main(["read", str(path), "--column", "Effectif"]) == 1
    assert "--column 'Effectif': write a column and a value" in capsys.readouterr().err


def test_json_is_read_like_any_file() -> None:
    """Records under our names."""
    content = io.BytesIO(b'[{"Effectif": 5, "Commune": "Dori"}]')
    stocks = sg.read_table(
        content, {"Effectif": "people", "Commune": "place"}, date="2023-02-28", group="idp", source="own"
    )
    assert stocks["people"].tolist() == [5]
