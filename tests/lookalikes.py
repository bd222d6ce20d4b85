"""Small synthetic files in the shapes that publishers use. No figure in them is real."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl


def csv_bytes(*lines: str, encoding: str = "utf-8") -> io.BytesIO:
    """Lines as an open CSV file."""
    return io.BytesIO("\n".join(lines).encode(encoding))


def json_bytes(document: Any) -> io.BytesIO:
    """A document as an open JSON file."""
    return io.BytesIO(json.dumps(document).encode())


def workbook(
    path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], merged: Mapping[str, Sequence[str]] | None = None
) -> Path:
    """A workbook of the given rows, with cells merged afterwards."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for cells in (merged or {}).get(name, ()):
            sheet.merge_cells(cells)
    book.save(path)
    return path


def zipped(path: Path, members: Mapping[str, bytes]) -> Path:
    """A zip archive of the given members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


CONASUR = [
    [None, "ENREGISTREMENT DES PERSONNES DEPLACEES INTERNES"],
    [None, "Situation actualisée au 28 février 2023"],
    [None, None],
    ["REGIONS", "PROVINCES", "COMMUNES", "Hommes", "Femmes", "Total Enfants", "Nombre total de PDI"],
    ["SAHEL", "SOUM", "DJIBO", 100, 200, 700, 1000],
    ["SAHEL", "SOUM", "TONGOMAYEL", 10, 20, "ND*", 100],
    ["EST", "GOURMA", "FADA N'GOURMA", 5, 10, 35, 50],
    [None, None, "ENSEMBLE", 115, 230, 735, 1150],
    [None, None, "%", 0.1, 0.2, 0.64, 1],
]

CH_COLUMNS = (
    "adm0_name,adm0_pcod2,adm0_pcod3,adm1_name,adm1_pcod2,adm1_5_name,adm2_name,adm2_pcod2,adm2_5_name,adm3_name,adm3_pcod2,"
    "exercise_code,exercise_label,exercise_year,chtype,reference_code,reference_label,reference_year,population,phase_class,"
    "phase1,phase2,phase3,phase4,phase5,phase35,usethisperiod"
)


def ch_row(**changes: Any) -> dict[str, Any]:
    """A row of the consolidated workbook: Soum in Burkina Faso, June to August 2020."""
    row: dict[str, Any] = dict.fromkeys(CH_COLUMNS.split(","), "")
    row |= {
        "adm0_name": "Burkina Faso",
        "adm0_pcod2": "BF",
        "adm0_pcod3": "BFA",
        "adm1_name": "Sahel",
        "adm1_pcod2": "BF56",
        "adm2_name": "Soum",
        "adm2_pcod2": "BF5603",
        "exercise_code": 2,
        "exercise_label": "Jan-May",
        "exercise_year": 2020,
        "chtype": "projected",
        "reference_code": 3,
        "reference_label": "Jun-Aug",
        "reference_year": 2020,
        "population": 1000,
        "phase_class": 3,
        "phase1": 500,
        "phase2": 200,
        "phase3": 250,
        "phase4": 50,
        "phase5": 0,
        "phase35": 300,
        "usethisperiod": "Y",
    }
    return row | changes


def ch_csv(*rows: Mapping[str, Any]) -> io.BytesIO:
    """Rows of the consolidated workbook as an open CSV file."""
    names = list(rows[0])
    return csv_bytes(",".join(names), *(",".join(str(row[name]) for name in names) for row in rows))


PRISM = {
    "adm0_name": "Niger",
    "adm0_pcod3": "NER",
    "adm0_pcod2": "NE",
    "adm1_name": "Tillaberi",
    "adm1_pcod2": "NE06",
    "adm2_name": "Ouallam",
    "adm2_pcod2": "NE0609",
    "adm2_5_name": None,
    "exercise_code": 1,
    "exercise_label": "Sep-Dec",
    "exercise_year": 2022,
    "chtype": "Current",
    "reference_code": 1,
    "reference_label": "Sep-Dec",
    "reference_year": 2022,
    "population": 100.0,
    "phase_class": 2.0,
    "phase1": 60.0,
    "phase2": 30.0,
    "phase3": 10.0,
    "phase4": 0.0,
    "phase5": "",
    "phase35": 10.0,
    "usethisperiod": "Y",
    "adj_ref_year": 2023,
    "start_date": "2022-10-01",
    "end_date": "2023-01-31",
}

IPC_LONG = (
    "Date of analysis,Country,Total country population,Level 1,Area,Validity period,From,To,Phase,Number,Percentage"
)


def ipc_rows(
    area: str = "Grimari",
    level1: str = "Ouaka",
    kind: str = "current",
    figures: Sequence[Any] = (100, 50, 20, 30, 35, 15, 0),
) -> list[str]:
    """The seven long rows of one area."""
    names = ("all", "3+", "1", "2", "3", "4", "5")
    return [
        f"Apr 2023,CAF,6000000,{level1},{area},{kind},2023-04-01,2023-08-31,{phase},{number},0.1"
        for phase, number in zip(names, figures, strict=True)
    ]


DTM_ROW = {
    "id": 1,
    "operation": "Lac",
    "admin0Name": "Chad",
    "admin0Pcode": "TCD",
    "admin1Name": "Lac",
    "admin1Pcode": "TD07",
    "admin2Name": "Fouli",
    "admin2Pcode": "TD0702",
    "numPresentIdpInd": 800,
    "reportingDate": "2017-09-30T00:00:00",
    "roundNumber": 2,
    "displacementReason": "Conflict",
    "numberMales": 300,
    "numberFemales": 500,
    "idpOriginAdmin1Name": "Not available",
    "idpOriginAdmin1Pcode": "Not available",
    "assessmentType": "BA",
}

UNHCR = [
    "Extracted:;United Nations High Commissioner for Refugees;;;;;;",
    ";;;;;;;",
    "Year;Country of origin;Country of asylum;Country of origin (ISO);Country of asylum (ISO);Refugees under UNHCR's mandate;"
    "Asylum-seekers;IDPs of concern to UNHCR;Other people in need of international protection",
    "2022;Mali;Niger;MLI;NER;61000;-;0;-",
    "2022;Mali;Mali;MLI;MLI;0;0;380000;-",
]

GED = "id,type_of_violence,side_a,side_b,dyad_name,where_prec,where_coordinates,adm_1,adm_2,latitude,longitude,country,date_start,date_end,low,best,high"
ACLED = "event_id_cnty,event_date,disorder_type,event_type,sub_event_type,actor1,actor2,country,admin1,location,latitude,longitude,geo_precision,fatalities"
HAPI_IDPS = (
    "location_code,admin1_code,admin1_name,admin2_code,admin2_name,admin_level,assessment_type,operation,reporting_round,"
    "population,reference_period_start,reference_period_end,warning,error"
)
HAPI_FOOD = (
    "location_code,provider_admin1_name,provider_admin2_name,admin1_code,admin1_name,admin2_code,admin2_name,admin_level,"
    "ipc_phase,ipc_type,population_in_phase,population_fraction_in_phase,reference_period_start,reference_period_end,warning,error"
)
SITES = "Region,Département,Commune,Site accueil,Lat,Long,Nombre de ménages,Nombre de personnes"
