"""Damaged files end in a valid table or in an error of sahelgeo, whatever was done to them.

Four mutations for each example of the profile: 100 each time, 4,000 under ``HYPOTHESIS_PROFILE=nightly``.
"""

import io
import warnings
import zipfile

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lookalikes import (
    ACLED,
    CONASUR,
    DTM_ROW,
    GED,
    HAPI_FOOD,
    HAPI_IDPS,
    IPC_LONG,
    PRISM,
    SITES,
    UNHCR,
    ch_csv,
    ch_row,
    csv_bytes,
    ipc_rows,
    json_bytes,
)

import sahelgeo as sg
from sahelgeo.tables import TABLES

MUTATIONS = 2 * settings.default.max_examples


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in CONASUR:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _zip(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", content)
    return buffer.getvalue()


TRACKING = [
    ",,,,Current,,,,,,",
    "Country,Framework,Date of Analysis,Country Population,Analysis Period,Phase 1 #,Phase 1 %,Phase 2 #,Phase 2 %,Phase 3 #,Phase 3 %",
    'Mali,CH,Nov 2019,"20,000,000",Oct 2019 - Dec 2019,"16,000,000",80%,"3,000,000",15%,"648,330",3%',
]
WIDE = (
    "Date of analysis,Country,Level 1,Area,Current from,Current to,Population analyzed current,Phase 3+ number current,"
    + ",".join(f"Phase {n} number current" for n in range(1, 6))
    + ",First projection from,First projection to"
)
API = {
    "title": "x",
    "country": "CF",
    "condition": "A",
    "analysis_date": "Apr 2023",
    "current_period_dates": "Apr 2023 - Aug 2023",
    "groups": [
        {
            "name": "Ouaka",
            "areas": [
                {"name": "Grimari", "estimated_population": 9, **{f"phase{n}_population": 1 for n in range(1, 6)}}
            ],
        }
    ],
}
IDU = (
    "id,country,iso3,latitude,longitude,displacement_type,qualifier,figure,displacement_start_date,displacement_end_date,"
    "event_name,role,type"
)
DISASTERS = "iso3,country_name,event_name,start_date,end_date,new_displacement,hazard_type_name"
MALI = (
    "Snapshot Date,Admin 0,Admin 0 pcode,Admin 1,Admin 1 pcode,Admin 2,Admin 2 pcode,Admin 3,Admin 3 pcode,"
    "Total No. of IDPs HH,Total No. of IDPs Ind.,Total No. of Returnees Ind.,Type of Displacement"
)
NIGER = (
    "Date de rapport,A2. Région,A2. Région pcode,A3. Département,A4. Commune,A5. Ville / Village/Site,"
    "A1. Autre Ville/Village/Site,B1.a Nombre de ménages déplacés internes,B1.b Nombre d'individus déplacés internes"
)
CONFLICT = "location_code,admin1_code,admin1_name,admin_level,event_type,events,fatalities,reference_period_start,reference_period_end"
PEOPLE = "location_code,admin1_code,admin1_name,gender,age_range,population,reference_period_start,reference_period_end"
_IPC = csv_bytes(IPC_LONG, *ipc_rows()).getvalue()
FILES = [
    _workbook(),
    _IPC,
    _zip(_IPC),
    ch_csv(ch_row(), ch_row(adm2_5_name="Soum-Idps")).getvalue(),
    json_bytes({"DataList": [PRISM]}).getvalue(),
    json_bytes({"result": [DTM_ROW]}).getvalue(),
    csv_bytes(*UNHCR).getvalue(),
    csv_bytes(GED, "1,1,a,b,a - b,1,x,,,14.1,-1.6,Mali,2020-01-01,2020-01-01,1,1,1").getvalue(),
    csv_bytes(
        ACLED, "B1,15 August 2020,Political violence,Battles,Clash,A,B,Mali,Sahel,Djibo,14.1,-1.6,1,3"
    ).getvalue(),
    csv_bytes(HAPI_IDPS, "TCD,TD07,Lac,,,1,BA,Lac,20,60,2023-06-30,2023-06-30,,").getvalue(),
    csv_bytes(HAPI_FOOD, "CAF,Ouaka,,,,,,1,1,current,5,0.1,2023-04-01,2023-08-31,,").getvalue(),
    csv_bytes(f"{SITES},dates", "Diffa,Bosso,Bosso,A,13,12,1,5,2022-05-31", "Total,,,,,,,5,").getvalue(),
    csv_bytes("iso3,country_name,year,new_displacement,total_displacement", "MLI,Mali,2022,5,6").getvalue(),
    csv_bytes(
        "year,ADM0_FR,ADM0_PCODE,ADM1_FR,ADM1_PCODE,F_TL,M_TL,T_TL",
        "2023,Tchad,TD,Lac,TD07,6,4,10",
        "2023,Tchad,TD,Batha,TD01,1,1,2",
    ).getvalue(),
    csv_bytes(*TRACKING).getvalue(),
    json_bytes([API]).getvalue(),
    csv_bytes(WIDE, "Apr 2023,CAF,Ouaka,Grimari,2023-04-01,2023-08-31,100,50,20,30,35,15,0,,").getvalue(),
    csv_bytes(IDU, "1,Mali,MLI,14,-4,Conflict,total,50,2023-11-06,2023-11-07,Mopti,Recommended,x").getvalue(),
    csv_bytes(DISASTERS, "TCD,Chad,Flood,2022-08-01,2022-08-20,900,Flood").getvalue(),
    csv_bytes(MALI, "31-12-2017,MALI,MLI,KaYes,MLI01,KaYes,MLI0103,KaYes Commune,ML010312,2,9,0,Conflict").getvalue(),
    csv_bytes(NIGER, "2022-09-30,Diffa,NER002,Bosso,Toumour,Autre,Kabi,10,70").getvalue(),
    csv_bytes("Country,Admin1,ISO3,Month,Year,Events,Fatalities", "Mali,Mopti,MLI,January,2023,3,7").getvalue(),
    csv_bytes(CONFLICT, "MLI,ML05,Mopti,1,political_violence,3,7,2023-01-01,2023-01-31").getvalue(),
    csv_bytes(PEOPLE, "MLI,ML05,Mopti,all,all,10,2023-01-01,2023-12-31").getvalue(),
    csv_bytes("Adm2,2019,2020,janv.-21", "Bosso,n/a,12,7").getvalue(),
    csv_bytes(
        "fnid,geographic_unit_name,unit_type,scenario,projection_start,projection_end,value",
        "N1,x,fsc,CS,2020-10-01,2020-10-31,2",
    ).getvalue(),
]
SNIPPETS = [
    b"", b",", b",,,,", b"\n", b"\r\n", b'"', b"\x00", b"\xff\xfe", b"\xe9", b"-1", b"1e400", b"NaN", b"Infinity", b"null", b"[]",
    b"{}", b"[[[[", b"0", b"99999999999999999999", b"2020-13-45", b"=cmd|' /C calc'!A0", b"<script>", b"#adm1+name", b"Total",
    b"Burkina Faso", b"1,2", "é\u202f".encode(), b"true", b"-", b"5.5",
]  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """A file with a few pieces cut out, doubled or replaced."""
    content = draw(st.sampled_from(FILES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        length = draw(st.sampled_from([0, 1, 2, 5, 20, 200, len(content)]))
        kind = draw(st.sampled_from(["replace", "cell", "cut", "double", "line", "heading"]))
        piece = content[start : start + length]
        if kind == "replace":
            content = content[:start] + draw(st.sampled_from(SNIPPETS)) + content[start + length :]
        elif kind == "cut":
            content = content[:start] + content[start + length :]
        elif kind == "double":
            content = content[:start] + piece + piece + content[start + length :]
        elif kind in ("cell", "heading"):
            # Damage that keeps the shape of the file goes deeper into the readers.
            lines = content.split(b"\n")
            row = 0 if kind == "heading" else draw(st.integers(0, len(lines) - 1))
            cells = lines[row].split(b",")
            cells[draw(st.integers(0, len(cells) - 1))] = draw(st.sampled_from([*SNIPPETS, *cells[:5]]))
            lines[row] = b",".join(cells)
            content = b"\n".join(lines)
        else:
            lines = content.split(b"\n")
            lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(lines)))
            content = b"\n".join(lines)
    return content


@settings(max_examples=MUTATIONS, suppress_health_check=list(HealthCheck))
@given(mutations())
def test_a_mutated_file_gives_a_valid_table_or_our_error(content: bytes) -> None:
    """Never another exception, never a table that breaks its declaration, never a row lost from the account."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        try:
            table, account = sg.read_with_report(io.BytesIO(content))
        except sg.SahelgeoError as refusal:
            assert str(refusal)  # noqa: PT017 - any refusal will do, an empty one will not
            return
    assert account.rows == account.rows_kept + sum(account.rows_dropped.values())
    if account.table in TABLES:
        sg.conform(table, account.table)


@settings(suppress_health_check=list(HealthCheck))
@given(mutations())
def test_inspecting_a_mutated_file_gives_text(content: bytes) -> None:
    """Whatever it is, there are words for it."""
    assert sg.inspect_file(io.BytesIO(content))


@given(
    st.lists(st.tuples(st.sampled_from(["DJIBO", "DORI", "FADA"]), st.integers(0, 10**6)), min_size=1, max_size=8),
    st.booleans(),
    st.integers(0, 3),
)
def test_people_are_conserved_through_titles_totals_and_blanks(
    rows: list[tuple[str, int]], total: bool, blanks: int
) -> None:
    """What the communes hold comes out, whatever is printed around them."""
    body = [f"SAHEL,SOUM,{name} {number},{people}" for number, (name, people) in enumerate(rows)]
    footer = [f",,ENSEMBLE,{sum(people for _, people in rows)}"] if total else []
    lines = [
        "Situation au 28 février 2023,,,",
        *[",,,"] * blanks,
        "REGIONS,PROVINCES,COMMUNES,Nombre total de PDI",
        *body,
        *footer,
    ]
    stocks, account = sg.read_with_report(csv_bytes(*lines))
    assert stocks["people"].sum() == sum(people for _, people in rows)
    assert account.rows == len(lines) - 1
