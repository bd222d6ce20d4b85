"""Displacement feeds: stocks by group, reason and origin; totals, copies and levels never counted twice."""

import warnings
from pathlib import Path

import geopandas as gpd
import pytest
from lookalikes import DTM_ROW, HAPI_IDPS, SITES, UNHCR, csv_bytes, json_bytes, workbook, zipped
from real_files import real_file

import sahelgeo as sg
from sahelgeo.readers.stock_rows import months_in

# UNHCR


def test_unhcr_counts_by_group_and_skips_its_preamble() -> None:
    """A dash is missing and gives no row; a printed 0 stays 0."""
    stocks, account = sg.read_with_report(csv_bytes(*UNHCR))
    assert stocks[["pcode", "origin", "group", "people"]].values.tolist() == [
        ["NE", "ML", "refugee", 61000],
        ["ML", "ML", "refugee", 0],
        ["ML", "ML", "asylum_seeker", 0],
        ["ML", "ML", "idp", 380000],
    ]
    assert stocks["date"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2022-12-31"]
    assert account.rows_dropped == {"title": 1, "empty": 1}
    assert "other people in need of international protection" in account.notes[0]


@pytest.mark.parametrize(
    ("heading", "row"),
    [
        (
            "Year,Country of Origin Code,Country of Asylum Code,Country of Origin Name,Country of Asylum Name,Refugees,"
            "Internally Displaced Persons,Asylum-seekers,Others of Concern to UNHCR,Stateless Persons",
            "2019,MLI,NER,Mali,Niger,58000,0,70,3,0",
        ),
        ("Year,ISO3CoO,ISO3CoA,CoA_name,CoO_name,REF,IDP,ASY,OOC,STA,VDA", "2019,MLI,NER,Niger,Mali,58000,0,70,3,0,0"),
    ],
)
def test_unhcr_figures_on_hdx_are_read_with_their_tags(heading: str, row: str) -> None:
    """Two vintages of headings, each with a row of HXL tags."""
    tags = ",".join(["#date+year", *["#country"] * 4, *["#affected"] * (heading.count(",") - 4)])
    stocks, account = sg.read_with_report(csv_bytes(heading, tags, row))
    assert stocks[["pcode", "origin", "origin_name", "group", "people"]].values.tolist() == [
        ["NE", "ML", "Mali", "refugee", 58000],
        ["NE", "ML", "Mali", "asylum_seeker", 70],
    ]
    assert account.rows_dropped == {"HXL": 1}


def test_unhcr_codes_are_not_iso_codes() -> None:
    """NIG is Nigeria and NGR is Niger."""
    rows = [{"year": 2022, "coo": "NIG", "coa": "NGR", "refugees": 5, "returned_refugees": 2}]
    stocks = sg.read_unhcr(json_bytes({"items": rows}))
    assert stocks[["pcode", "origin", "group", "people"]].values.tolist() == [
        ["NE", "NG", "refugee", 5],
        ["NG", "NE", "returnee", 2],
    ]
    assert stocks["reason"].fillna("").tolist() == ["", "returned refugees"]


def test_who_returned_to_a_country_lives_there_for_unhcr_and_for_hapi() -> None:
    """Two ways to one figure; of an unknown country of return it is missing."""
    unhcr = {
        "year": 2022,
        "coo_iso": "MLI",
        "coo_name": "Mali",
        "coa_iso": "NER",
        "coa_name": "Niger",
        "refugees": "-",
        "returned_refugees": 2,
    }
    hapi = {
        "origin_location_code": "MLI", "origin_location_name": "Mali", "asylum_location_code": "NER", "asylum_location_name": "Niger",
        "population_group": "RET", "gender": "all", "age_range": "all", "min_age": None, "max_age": None, "population": 2,
        "reference_period_start": "2022-01-01", "reference_period_end": "2022-12-31", "resource_hdx_id": "0",
    }  # fmt: skip
    columns = ["pcode", "iso3", "place", "origin", "date", "group", "reason", "people"]
    one = sg.read_unhcr(json_bytes({"items": [unhcr]}))[columns]
    assert one.values.tolist() == sg.read_hapi(json_bytes({"data": [hapi]}))[columns].values.tolist()
    assert one["pcode"].tolist() == ["ML"]
    unknown = sg.read_unhcr(json_bytes({"items": [{**unhcr, "coo_iso": "UNK", "coo_name": "Unknown"}]}))
    assert unknown["pcode"].isna().all()
    assert unknown["origin"].tolist() == ["NE"]


def test_hapi_without_any_level_is_read_as_it_is() -> None:
    """A column of levels that holds none chooses none."""
    row = {"location_code": "BFA", "location_name": "Burkina Faso", "admin1_code": "BF56", "admin1_name": "Sahel", "admin2_code": None,
           "admin2_name": None, "provider_admin1_name": "Sahel", "provider_admin2_name": "", "admin_level": None, "event_type": "political_violence",
           "events": 7, "fatalities": 11, "reference_period_start": "2026-03-01", "reference_period_end": "2026-03-31", "resource_hdx_id": "0"}  # fmt: skip
    assert sg.read_hapi(json_bytes({"data": [row]}))["pcode"].tolist() == ["BF56"]


def test_unhcr_refuses_unknown_countries_and_years() -> None:
    """An unknown origin is missing; an unknown asylum is an error."""
    heading = "Year;Country of origin;Country of asylum;Refugees under UNHCR's mandate"
    stocks = sg.read_unhcr(csv_bytes(heading, "2022;Unknown;Chad;5"))
    assert stocks["origin"].isna().all()
    with pytest.raises(sg.errors.FormatError, match="row 2 ..Atlantis..: no country of asylum"):
        sg.read_unhcr(csv_bytes(heading, "2022;Mali;Atlantis;5"))
    with pytest.raises(sg.errors.FormatError, match=r"column 'Year', row 2 \('now'\)|row 2 \('now'\): not a number"):
        sg.read_unhcr(csv_bytes(heading, "now;Mali;Chad;5"))
    with pytest.raises(sg.errors.FormatError, match=r"row 2 \('12'\): not a year"):
        sg.read_unhcr(csv_bytes(heading, "12;Mali;Chad;5"))


# IDMC

GIDD = "iso3,country_name,year,new_displacement,new_displacement_rounded,total_displacement,total_displacement_rounded"


def test_gidd_gives_stocks_or_flows_never_both() -> None:
    """Blank gives no row, 0 stays 0."""
    lines = [GIDD, "MLI,Mali,2022,153990,154000,379932,380000", "AGO,Angola,2009,0,,,"]
    stocks, account = sg.read_with_report(csv_bytes(*lines))
    assert stocks[["pcode", "people", "reason"]].values.tolist() == [["ML", 379932, "conflict"]]
    assert account.rows_dropped == {"no figure": 1}
    flows = sg.read_idmc(csv_bytes(*lines), measure="flow")
    assert flows[["origin", "people"]].values.tolist() == [["ML", 153990], ["AO", 0]]
    assert flows["end"].dt.strftime("%Y-%m-%d").tolist() == ["2022-12-31", "2009-12-31"]
    with pytest.raises(sg.errors.FormatError, match="measure='both' is neither"):
        sg.read_idmc(csv_bytes(*lines), measure="both")  # type: ignore[call-overload]
    with pytest.raises(sg.errors.FormatError, match=r"row 2 \('22'\): not a year"):
        sg.read_idmc(csv_bytes(GIDD, "MLI,Mali,22,1,1,1,1"))


def test_gidd_may_tell_conflict_from_disasters() -> None:
    """Two reasons, two rows."""
    heading = "ISO3,Name,Year,Conflict Stock Displacement,Conflict Internal Displacements,Disaster Internal Displacements,Disaster Stock Displacement"
    stocks = sg.read_idmc(csv_bytes(heading, 'TCD,Chad,2022,"300,234",80247,19000,2000'))
    assert stocks[["reason", "people"]].values.tolist() == [["conflict", 300234], ["disaster", 2000]]


IDU = "id,country,iso3,latitude,longitude,displacement_type,qualifier,figure,displacement_start_date,displacement_end_date,event_name,role,type"


def test_updates_count_what_idmc_recommends() -> None:
    """Figures for triangulation speak of the same movements."""
    rows = [
        "1,Mali,MLI,14,-4,Conflict,total,50,2023-11-06T11:00:00.000Z,2023-11-07T11:00:00.000Z,Mopti,Recommended figure,",
        "2,Mali,MLI,14,-4,Conflict,total,55,2023-11-06T11:00:00.000Z,2023-11-07T11:00:00.000Z,Mopti,Triangulation,",
    ]
    flows, account = sg.read_with_report(csv_bytes(IDU, *rows))
    assert flows[["origin", "people", "event", "reason"]].values.tolist() == [["ML", 50, "1", "conflict"]]
    assert account.rows_dropped == {"triangulation": 1}
    assert isinstance(flows, gpd.GeoDataFrame)
    without = sg.read_with_report(csv_bytes(IDU.replace(",role", ""), rows[0].replace(",Recommended figure", "")))[1]
    assert "does not say which figures IDMC recommends" in without.notes[0]


def test_disaster_events_are_flows() -> None:
    """Events without a figure give no row."""
    heading = "iso3,country_name,event_name,start_date,start_date_accuracy,end_date,new_displacement,hazard_type_name"
    flows, account = sg.read_with_report(
        csv_bytes(
            heading, "TCD,Chad,Flood,2022-08-01,Day,2022-08-20,900,Flood", "TCD,Chad,Storm,2022-09-01,Day,,,Storm"
        ),
    )
    assert flows[["origin", "people", "event", "hazard"]].values.tolist() == [["TD", 900, "Flood", "Flood"]]
    assert account.rows_dropped == {"no figure": 1}


def test_an_event_that_ends_before_it_starts_keeps_its_first_day() -> None:
    """A flood from December to January bears one year twice in IDMC's list."""
    heading = "iso3,event_name,start_date,end_date,new_displacement,hazard_type_name"
    flows, account = sg.read_with_report(csv_bytes(heading, "TCD,Flood,2008-12-01,2008-01-16,900,Flood"))
    assert (flows["start"] == flows["end"]).all()
    assert flows["start"].dt.strftime("%Y-%m-%d").tolist() == ["2008-12-01"]
    assert account.notes == ("1 rows print an end before their start: the first day was taken for both",)


# IOM DTM


def _answer(*rows: dict[str, object]) -> dict[str, object]:
    return {"isSuccess": True, "errorMessages": None, "totalRecordsCount": len(rows), "result": list(rows)}


def test_dtm_keeps_reasons_and_origins_apart() -> None:
    """They add up within a round; "Not available" is missing; baseline and site assessments are two methods."""
    rows = [
        DTM_ROW,
        {**DTM_ROW, "id": 2, "displacementReason": "Natural disaster", "numPresentIdpInd": 50},
        {**DTM_ROW, "id": 3, "assessmentType": "SA", "numPresentIdpInd": 7},
        {**DTM_ROW, "id": 4, "idpOriginAdmin1Name": "Lac", "idpOriginAdmin1Pcode": "TD07", "numPresentIdpInd": 3},
    ]
    stocks = sg.read_dtm(json_bytes(_answer(*rows)))
    assert stocks["people"].tolist() == [800, 50, 7, 3]
    assert stocks["pcode"].unique().tolist() == ["TD0702"]
    assert stocks["method"].tolist() == [
        "baseline assessment",
        "baseline assessment",
        "site assessment",
        "baseline assessment",
    ]
    assert stocks["origin"].fillna("").tolist() == ["", "", "", "TD07"]
    assert stocks["round"].unique().tolist() == ["2"]


def test_dtm_rows_alike_are_parts_of_a_count_and_copies_are_copies() -> None:
    """Other ids: added up. The same id twice: once."""
    rows = [DTM_ROW, {**DTM_ROW, "id": 2, "numPresentIdpInd": 5}, DTM_ROW]
    stocks, account = sg.read_with_report(json_bytes(_answer(*rows)))
    assert stocks["people"].tolist() == [805]
    assert stocks["men"].tolist() == [600]
    assert account.rows_dropped == {"duplicate": 1}
    assert "were added up" in account.notes[0]


def test_dtm_levels_repeat_the_same_people() -> None:
    """The file on HDX holds them three times: the deepest level is kept, or the one asked for."""
    heading = "id,operation,admin0Name,admin0Pcode,admin1Name,admin1Pcode,admin2Name,admin2Pcode,adminLevel,numPresentIdpInd,reportingDate,roundNumber,assessmentType"
    tags = "#id,#operation,#country+name,#country+code,#adm1+name,#adm1+code,#adm2+name,#adm2+code,#adm+level,#affected+idps,#date,#round,#type"
    rows = [
        "1.0,Lac,Chad,TCD,,,,,0,9,2017-09-30,2,BA",
        "2.0,Lac,Chad,TCD,Lac,TD07,,,1,9,2017-09-30,2,BA",
        "3.0,Lac,Chad,TCD,Lac,TD07,Fouli,TD0702,2,9,2017-09-30,2,BA",
    ]
    stocks, account = sg.read_with_report(csv_bytes(heading, tags, *rows))
    assert stocks[["pcode", "people"]].values.tolist() == [["TD0702", 9]]
    assert account.rows_dropped == {"HXL": 1, "other level": 2}
    assert sg.read_dtm(csv_bytes(heading, tags, *rows), level=0)["pcode"].tolist() == ["TD"]
    with pytest.raises(sg.errors.FormatError, match="no rows of level 3"):
        sg.read_dtm(csv_bytes(heading, tags, *rows), level=3)
    unsaid = [
        {key: value for key, value in DTM_ROW.items() if key not in absent}
        for absent in (("admin2Name", "admin2Pcode"), ())
    ]
    assert sg.read_dtm(json_bytes(_answer(*unsaid)))["pcode"].tolist() == ["TD0702"]


MALI = [
    "Snapshot Date",
    "Admin 0",
    "Admin 0 pcode",
    "Admin 1",
    "Admin 1 pcode",
    "Admin 2",
    "Admin 2 pcode",
    "Admin 3",
    "Admin 3 pcode",
]


@pytest.mark.parametrize(
    ("date", "households", "people", "returnees"),
    [
        ("31-12-2017", "Total No. of IDPs HH", "Total No. of IDPs Ind.", "Total No. of Returnees Ind."),
        ("2014-12-31", "Total No# of IDPs HH", "Total No# of IDPs Ind#", "Total No# of Returnees Ind#"),
    ],
)
def test_the_workbooks_of_mali_drift_and_are_mended(
    tmp_path: Path, date: str, households: str, people: str, returnees: str
) -> None:
    """KaYes is Kayes again; codes that changed their meaning are no p-codes; the pivot sheet is no data."""
    heading = [*MALI, households, people, returnees, "Type of Displacement", "Admin 1 Area of Origin of IDP"]
    rows = [
        heading,
        [
            date,
            "MALI",
            "MLI",
            "KaYes",
            "MLI01",
            "KaYes",
            "MLI0103",
            "KaYes Commune",
            "ML010312",
            2,
            9,
            0,
            "EcoNomic reasons",
            "KaYes",
        ],
        [date, "MALI", "MLI", "Menaka", "MLI10", "Menaka", "MLI1004", None, None, None, None, 15, "Returns", None],
        [date, "MALI", "MLI", "Grand Total", None, None, None, None, None, 2, 9, 15, None, None],
    ]
    pivot = [["Row Labels", "IDPs Individuals"], ["Grand Total", 9]]
    stocks, account = sg.read_with_report(workbook(tmp_path / "m.xlsx", {"data": rows, "VERIFICATION": pivot}))
    assert stocks[["place", "group", "people"]].values.tolist() == [
        ["Kayes Commune", "idp", 9],
        ["Kayes Commune", "returnee", 0],
        ["Menaka", "returnee", 15],
    ]
    assert stocks["reason"].iloc[0] == "Economic reasons"
    assert stocks["pcode"].isna().all()
    assert stocks["code"].tolist() == ["ML010312", "ML010312", "MLI1004"]
    assert account.rows_dropped == {"total": 1}


def test_the_surveys_of_niger_are_read_by_their_questions(tmp_path: Path) -> None:
    """Sites are places; "Autre" takes the name written beside it; the HXL row may be misaligned."""
    heading = [
        "Date de rapport",
        "A2. Région",
        "A2. Région pcode",
        "A3. Département",
        "A3. Département pcode",
        "A4. Commune",
        "A5. Ville / Village/Site",
        "A1. Autre Ville/Village/Site",
        "B1.a Nombre de ménages déplacés internes",
        "B1.b Nombre d'individus déplacés internes",
        "B2.a.2  Nombre d'individus retournés (anciennes PDI)",
    ]
    tags = [
        "#date+reported",
        "#adm1+name",
        None,
        "#adm2+name",
        None,
        "#adm3+name",
        None,
        None,
        None,
        "#affected+idps+hh",
        "#affected+idps+ind",
    ]
    rows = [
        heading,
        tags,
        ["2022-09-30", "Diffa", "NER002", "Bosso", "NER002001", "Toumour", "Autre", "Kabi", 10, 70, 5],
        ["2022-09-30", "Diffa", "NER002", "Bosso", "NER002001", "Toumour", "Wari", None, 1, 7, None],
        ["2022-09-30", "Diffa", "NER002", "Bosso", "NER002001", "Toumour", "Wari", None, 2, 9, None],
    ]
    stocks, account = sg.read_with_report(workbook(tmp_path / "n.xlsx", {"VAS": rows}))
    assert stocks[["place", "group", "people"]].values.tolist() == [
        ["Kabi", "idp", 70],
        ["Kabi", "returnee", 5],
        ["Wari", "idp", 7],
        ["Wari (2)", "idp", 9],
    ]
    assert stocks["method"].unique().tolist() == ["site assessment"]
    assert stocks["reason"].fillna("").tolist()[1] == "returned from displacement in the country"
    assert account.rows_dropped == {"HXL": 1}


def test_third_country_nationals_are_a_group_of_their_own(tmp_path: Path) -> None:
    """In the surveys of Niger and in lists that count several groups side by side; nobody else is counted with them."""
    heading = [
        "Date de rapport",
        "A2. Région",
        "A3. Département",
        "A4. Commune",
        "A5. Ville / Village/Site",
        "B1. Personnes Déplacées interne/B1.b Nombre d'individus",
        "B3. Ressortissants de Pays Tiers/B3.a  Nombre de ménages",
        "B3. Ressortissants de Pays Tiers/B3.b  Nombre d'individus",
    ]
    row = ["2023-04-30", "Agadez", "Arlit", "Arlit", "Assamaka", 70, 3, 12]
    stocks = sg.read_dtm(workbook(tmp_path / "n.xlsx", {"VAS": [heading, row]}))
    assert stocks[["group", "people", "households"]].fillna(0).values.tolist() == [
        ["idp", 70, 0],
        ["third_country_national", 12, 3],
    ]
    lines = [
        "dates,region,department,commune,Idps,MenaeIdp,IdpReturn,RessortissantsPaysTiersIndi,RefugeesIndi,RefugeesMenages",
        "2022-05-31,Diffa,Diffa,Chetimari,951,210,7,12,230,77",
        "2022-05-31,Diffa,Diffa,Gueskerou,,,,,15,4",
    ]
    groups = sg.read_displacement_list(csv_bytes(*lines)).groupby("group")[["people", "households"]].sum()
    assert groups["people"].to_dict() == {"idp": 951, "refugee": 245, "returnee": 7, "third_country_national": 12}
    assert groups["households"].to_dict()["refugee"] == 81


def test_the_baseline_of_niger_has_codes_of_its_communes() -> None:
    """KoBo's headings with slashes."""
    heading = "A_info_generales/date_entretien,admin1 pcode,admin1,admin_2 pcode,admin_2,admin_3 pcode,admin_3,IdpIn/IdpIn_presence,IdpIn/IdpIn_Menages,IdpIn/IdpIn_Individus"
    stocks = sg.read_dtm(
        csv_bytes(heading, "2019-12-05,NER006,Tillabéri,NER006013,Torodi,NER006013001,Makalondi ,Oui,86,600")
    )
    assert stocks[["pcode", "place", "people", "method"]].values.tolist() == [
        ["NER006013001", "Makalondi", 600, "baseline assessment"]
    ]


# Government lists


def test_lists_drop_tags_totals_and_notes() -> None:
    """A naive sum would be twice the people."""
    lines = [
        SITES,
        "#adm1+name,#adm2+name,#adm3+name,#loc+name,#geo +lat,#geo +long,#affected +hh +idps,#affected +idps",
        "Diffa,Bosso,Bosso,Site A,13.6,13.3,100,500",
        ",,Toumour,Site B,13.7,13.1,40,200",
        "Tahoua,Tahoua,Tahoua,,,,,",
        "Total au 30 nov 2020,,,,,,140,700",
        "Source Diffa:,,,,,,,",
    ]
    stocks, account = sg.read_with_report(csv_bytes(*lines), date="2020-11-30")
    assert stocks["people"].tolist() == [500, 200]
    assert stocks["admin2"].tolist() == ["Bosso", "Bosso"]
    assert account.rows_dropped == {"HXL": 1, "no figure": 1, "total": 1, "note": 1}
    assert not isinstance(stocks, gpd.GeoDataFrame)
    assert not {"latitude", "longitude", "geometry"} & set(stocks)


def test_coordinates_of_sites_are_kept_only_if_asked_for() -> None:
    """Sites of displaced people are sensitive."""
    lines = [SITES, "Diffa,Bosso,Bosso,Site A,13.6,13.3,100,500"]
    stocks = sg.read_displacement_list(csv_bytes(*lines), date="2020-11-30", coordinates=True)
    assert isinstance(stocks, gpd.GeoDataFrame)
    assert (stocks.geometry.iloc[0].x, stocks.geometry.iloc[0].y) == (13.3, 13.6)


def test_a_workbook_of_several_lists_dates_each_sheet(tmp_path: Path) -> None:
    """Copies of a sheet are left out whole; the newest month of a name counts."""
    first = [
        SITES.split(","),
        ["Diffa", "Bosso", "Bosso", "Site A", 13.6, 13.3, 100, 500],
        ["Diffa", "Diffa", "Chetimari", "Site B", None, None, 40, 200],
    ]
    copy = [first[0], ["Diffa", "Diffa", "Chétimari", "Site B", None, None, 40, 200], first[1]]
    later = [first[0], ["Diffa", "Bosso", "Bosso", "Site A", 13.6, 13.3, 100, 450]]
    clash = [first[0], ["Diffa", "Bosso", "Bosso", "Site A", 13.6, 13.3, 100, 451]]
    sheets = {
        "# PDI_Sept_2021": first,
        "PDI_Sept_2021": copy,
        "PDI-Site_Nov20+ Diffa janv21": later,
        "Notes": [["nothing"]],
    }
    path = workbook(tmp_path / "list.xlsx", sheets)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stocks, account = sg.read_with_report(path)
    assert stocks.groupby("date")["people"].sum().to_dict() == {stocks["date"].max(): 700, stocks["date"].min(): 450}
    assert stocks["date"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2021-09-30", "2021-01-31"]
    assert account.rows_dropped == {"in a copy of sheet '# PDI_Sept_2021'": 2}
    assert "never to be added" in account.notes[0]
    one = sg.read_displacement_list(path, sheet="PDI-Site_Nov20+ Diffa janv21")
    assert one["people"].sum() == 450
    with pytest.raises(
        sg.errors.FormatError, match="no feed in a sheet called 'May'. Sheets with one: '# PDI_Sept_2021'"
    ):
        sg.read_displacement_list(path, sheet="May")
    clashing = workbook(tmp_path / "two.xlsx", {"PDI Sept 2021": first, "PDI 09_2021": clash})
    with pytest.raises(sg.errors.FormatError, match="both count 1 places on 2021-09-30, with other figures. Say which"):
        sg.read_displacement_list(clashing)


def test_a_list_may_begin_with_tags_instead_of_headings() -> None:
    """March 2023 had no other row of headings."""
    stocks = sg.read_displacement_list(
        csv_bytes(
            "#adm1+name,#adm2+name,#adm3+name,,#affected +hh +idps,#affected +idps", "Diffa,Bosso,Bosso,,796,2300"
        ),
        date="2023-03-31",
    )
    assert stocks["people"].tolist() == [2300]


def test_totals_that_do_not_fit_and_fractions_are_said() -> None:
    """A partial list warns; a fraction of a person is rounded and said."""
    lines = [SITES, "Diffa,Bosso,Bosso,Site A,13.6,13.3,100,1500.4", "Total,,,,,,,900"]
    with pytest.warns(sg.DataWarning, match="the rows add up to 1,500 people, the file prints 900"):
        stocks, account = sg.read_with_report(csv_bytes(*lines), date="2020-11-30")
    assert stocks["people"].tolist() == [1500]
    assert any("have fractions and were rounded" in note for note in account.notes)


def test_rows_without_a_site_are_never_taken_for_copies() -> None:
    """Two equal rows of a commune may be two sites; two equal rows of a named site are one."""
    lines = [
        SITES,
        "Diffa,Bosso,Bosso,,,,1,5",
        "Diffa,Bosso,Bosso,,,,1,5",
        "Diffa,Bosso,Bosso,Site A,,,1,5",
        "Diffa,Bosso,Bosso,Site A,,,1,5",
    ]
    stocks, account = sg.read_with_report(csv_bytes(*lines), date="2020-11-30")
    assert stocks["place"].tolist() == ["Bosso", "Bosso (2)", "Site A"]
    assert account.rows_dropped == {"duplicate": 1}


def test_years_and_months_side_by_side_become_days() -> None:
    """French abbreviations of months."""
    stocks = sg.read_displacement_list(
        csv_bytes("Adm2,2019,2020,janv.-21,remarks", "Bosso,n/a,12,7,x", "Total,0,12,7,", ",,,,note")
    )
    assert stocks["date"].dt.strftime("%Y-%m-%d").tolist() == ["2020-12-31", "2021-01-31"]
    assert stocks["people"].tolist() == [12, 7]


def test_a_list_needs_a_day(tmp_path: Path) -> None:
    """Rows, sheet, file, in this order; else it asks."""
    row = "Diffa,Bosso,Bosso,Site A,13.6,13.3,100,500"
    with pytest.raises(sg.errors.FormatError, match="say the day of the count. Give it: date="):
        sg.read_displacement_list(csv_bytes(SITES, row))
    stocks = sg.read_displacement_list(csv_bytes(f"dates,{SITES}", f"2022-05-31,{row}"))
    assert stocks["date"].dt.strftime("%Y-%m-%d").tolist() == ["2022-05-31"]
    for name, day in (("31-08-2021.csv", "2021-08-31"), ("May2023.csv", "2023-05-31")):
        path = tmp_path / name
        path.write_text(f"{SITES}\n{row}\n")
        assert sg.read_displacement_list(path)["date"].dt.strftime("%Y-%m-%d").tolist() == [day]
    with pytest.raises(sg.errors.FormatError, match="not a government list"):
        sg.read_displacement_list(csv_bytes("a,b", "1,2"))


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("PDI-Site_Nov20+ Diffa juil 21", ["2020-11-30", "2021-07-31"]),
        ("SITUATION DETAILLEE_PDI_05_2023", ["2023-05-31"]),
        ("Situation février 2024", ["2024-02-29"]),
        ("Sheet1", []),
    ],
)
def test_months_are_found_in_names(name: str, days: list[str]) -> None:
    """As publishers abbreviate them."""
    assert [str(day) for day in months_in(name)] == days


# HAPI


def test_hapi_keeps_one_level_and_what_it_found_no_code_for() -> None:
    """Duplicates as HAPI marks them are out; towns without a code stay, without one."""
    rows = [
        "TCD,,,,,0,BA,Lac,20,100,2023-06-30,2023-06-30,,",
        "TCD,TD07,Lac,,,1,BA,Lac,20,60,2023-06-30,2023-06-30,,",
        "TCD,TCD-XXX,Somewhere,,,1,BA,Lac,20,40,2023-06-30,2023-06-30,,Ignoring urban pattern",
        "TCD,TD07,Lac,,,1,BA,Lac,20,61,2023-06-30,2023-06-30,,Duplicate row excluded",
    ]
    stocks, account = sg.read_with_report(csv_bytes(HAPI_IDPS, *rows))
    assert stocks["pcode"].fillna("").tolist() == ["TD07", ""]
    assert stocks["people"].tolist() == [60, 40]
    assert stocks["warning"].fillna("").tolist() == ["", "Ignoring urban pattern"]
    assert account.rows_dropped == {"other level": 1, "duplicate, as HAPI marks it": 1}
    assert sg.read_hapi(csv_bytes(HAPI_IDPS, *rows), level=0)["pcode"].tolist() == ["TD"]
    with pytest.raises(sg.errors.FormatError, match="no rows of level 2. There are: 0, 1"):
        sg.read_hapi(csv_bytes(HAPI_IDPS, *rows), level=2)
    with pytest.warns(sg.DataWarning, match=r"holds fewer people than a higher one \(60 of 100\)"):
        sg.read_hapi(csv_bytes(HAPI_IDPS, *rows[:2]))


def test_a_count_at_another_level_by_another_method_is_kept() -> None:
    """Site assessments of a second level leave the baseline of the first in the table, each under its method."""
    hapi = csv_bytes(
        HAPI_IDPS,
        "TCD,TD07,Lac,,,1,BA,Lac,20,500,2023-06-30,2023-06-30,,",
        "TCD,TD07,Lac,TD0701,Mamdi,2,SA,Lac,20,90,2023-06-30,2023-06-30,,",
    )
    assert sg.read_hapi(hapi).groupby("method")["people"].sum().to_dict() == {"BA": 500, "SA": 90}
    region = {**DTM_ROW, "id": 8, "admin2Name": None, "admin2Pcode": None, "assessmentType": "SA"}
    stocks = sg.read_dtm(json_bytes({"isSuccess": True, "result": [DTM_ROW, region]}))
    assert sorted(stocks["method"]) == ["baseline assessment", "site assessment"]


def test_hapi_conflict_is_a_table_of_counts() -> None:
    """Blank fatalities are missing; the counts fit no table of single events."""
    heading = "location_code,admin1_code,admin1_name,admin2_code,admin2_name,admin_level,event_type,events,fatalities,reference_period_start,reference_period_end"
    counts, account = sg.read_with_report(
        csv_bytes(
            heading,
            "MLI,ML05,Mopti,ML0505,Koro,2,political_violence,3,7,2023-01-01,2023-01-31",
            "MLI,ML05,Mopti,ML0505,Koro,2,demonstration,1,,2023-01-01,2023-01-31",
        ),
    )
    assert counts["fatalities"].fillna(-1).tolist() == [7, -1]
    assert counts["pcode"].tolist() == ["ML0505"] * 2
    assert account.table == "plain"


def test_hapi_population_keeps_its_totals() -> None:
    """Rows by sex and age repeat the people of the row of all."""
    heading = (
        "location_code,admin1_code,admin1_name,gender,age_range,population,reference_period_start,reference_period_end"
    )
    rows = ["MLI,ML05,Mopti,all,all,10,2023-01-01,2023-12-31", "MLI,ML05,Mopti,f,all,6,2023-01-01,2023-12-31"]
    people, account = sg.read_with_report(csv_bytes(heading, *rows))
    assert people[["pcode", "year", "people"]].values.tolist() == [["ML05", 2023, 10]]
    assert account.rows_dropped == {"breakdown by sex and age": 1}


def test_hapi_food_security_names_bad_cells() -> None:
    """A phase that is none."""
    heading = (
        "location_code,admin_level,ipc_phase,ipc_type,population_in_phase,reference_period_start,reference_period_end"
    )
    with pytest.raises(sg.errors.FormatError, match=r"column 'ipc_phase', row 2 \('7'\): not a phase"):
        sg.read_hapi(csv_bytes(heading, "MLI,0,7,current,5,2023-01-01,2023-12-31"))


# COD-PS

COD = "ADM0_FR,ADM0_PCODE,ADM1_FR,ADM1_PCODE,F_TL,M_TL,T_TL"


def test_population_is_read_at_its_level() -> None:
    """Women and men beside people, missing words as missing."""
    people, account = sg.read_with_report(
        csv_bytes(f"year,{COD}", "2023,Tchad,TD,Lac,TD07,6,4,10", ",Total,,,,6,4,10"), year=2023
    )
    assert people[["pcode", "year", "people", "women", "men", "iso3"]].values.tolist() == [
        ["TD07", 2023, 10, 6, 4, "TCD"]
    ]
    assert account.rows_dropped == {"total": 1}


def test_the_lists_of_all_countries_count_everybody_once() -> None:
    """One row for each sex and age, one for all of them, the region's columns empty in the countries' list."""
    heading = "ISO3,Country,ADM1_PCODE,ADM1_NAME,Population_group,Gender,Age_range,Population,Reference_year"
    rows = [
        "TCD,Chad,TD07,Lac,F_TL,f,all,6,2021",
        "TCD,Chad,TD07,Lac,M_TL,m,all,4,2021",
        "TCD,Chad,TD07,Lac,T_TL,all,all,10,2021",
    ]
    people, account = sg.read_with_report(csv_bytes(heading, *rows))
    assert people[["pcode", "year", "people", "iso3"]].values.tolist() == [["TD07", 2021, 10, "TCD"]]
    assert account.rows_dropped == {"breakdown by sex and age": 2}
    national = sg.read_population(csv_bytes(heading, "TCD,Chad,,,T_TL,all,all,10,2021"))
    assert national[["pcode", "iso3"]].values.tolist() == [["TD", "TCD"]]


def test_a_list_without_countries_has_them_in_its_codes() -> None:
    """Central African Republic, 2015: totals of women and men under headings of their own."""
    people = sg.read_population(csv_bytes("Adm1_name,Adm1_pcode,T_TL,T_TF,T_TM", "Lobaye,CF12,10,6,4"), year=2015)
    assert people[["pcode", "women", "men", "iso3"]].values.tolist() == [["CF12", 6, 4, "CAF"]]


def test_a_single_row_does_not_show_its_level(tmp_path: Path) -> None:
    """A national file can carry a stray region: the name of the file or you must say it."""
    lines = (f"year,{COD}", "2023,Burkina Faso,BF,Sud-Ouest,BF57,6,4,10")
    with pytest.raises(sg.errors.FormatError, match="a single row with codes of levels 1, 0: say which level"):
        sg.read_population(csv_bytes(*lines))
    assert sg.read_population(csv_bytes(*lines), level=0)["pcode"].tolist() == ["BF"]
    path = tmp_path / "bfa_admpop_adm0_2023.csv"
    path.write_text("\n".join(lines))
    assert sg.read_population(path)["pcode"].tolist() == ["BF"]
    with pytest.raises(sg.errors.FormatError, match="no codes of level 3"):
        sg.read_population(csv_bytes(*lines), level=3)
    with pytest.raises(sg.errors.FormatError, match="the columns of codes are empty"):
        sg.read_population(csv_bytes(COD, ",,Lac,,6,4,10"), year=2023)


def test_population_needs_a_year(tmp_path: Path) -> None:
    """From the file, from the publisher's name for it, or from you."""
    lines = (COD, "Tchad,TD,Lac,TD07,6,8,10", "Tchad,TD,Batha,TD01,6,4,10")
    with pytest.raises(sg.errors.FormatError, match=r"does not say its year\. Give it"):
        sg.read_population(csv_bytes(*lines))
    path = tmp_path / "tcd_admpop_adm1_2021.csv"
    path.write_text("\n".join(lines))
    people, account = sg.read_with_report(path)
    assert people["year"].unique().tolist() == [2021]
    assert any("women and men do not add up" in note for note in account.notes)
    with pytest.raises(sg.errors.SchemaError, match="the same key"):
        sg.read_population(csv_bytes(COD, lines[1], lines[1].replace(",10", ",11")), year=2021)


# Real files


def test_the_sources_of_real_files_are_credited() -> None:
    """UNHCR, IDMC and COD-PS, with figures that they publish."""
    unhcr = sg.read_unhcr(real_file("displacement/unhcr_population.csv"))
    assert sg.credit(unhcr)[0].startswith("UNHCR Refugee Data Finder")
    gidd = sg.read_idmc(real_file("displacement/idmc_gidd_idps.csv"))
    assert gidd.loc[(gidd["iso3"] == "BFA") & (gidd["date"] == "2022-12-31"), "people"].tolist() == [1_882_391]
    people = sg.read_population(real_file("population/population_bfa_bfa_admpop_adm2_2023_5yr.csv"))
    assert (len(people), people["people"].sum()) == (45, 22_868_915)


def test_a_zip_archive_is_read_like_its_file(tmp_path: Path) -> None:
    """HDX serves many files zipped."""
    path = zipped(tmp_path / "gidd.zip", {"gidd.csv": "\n".join([GIDD, "MLI,Mali,2022,1,1,2,2"]).encode()})
    assert sg.read_idmc(path)["people"].tolist() == [2]


def test_a_row_without_a_region_is_no_total(tmp_path: Path) -> None:
    """Its people are counted; only rows that say total, or name nothing, are left out."""
    heading = [*MALI, "Total No. of IDPs HH", "Total No. of IDPs Ind.", "Total No. of Returnees Ind."]
    rows = [
        heading,
        ["2018-12-31", "Mali", "MLI", None, None, "Koro", "MLI0505", None, None, 2, 9, 0],
        ["2018-12-31", "Mali", "MLI", None, None, None, None, None, None, 2, 9, 0],
    ]
    stocks, account = sg.read_with_report(workbook(tmp_path / "m.xlsx", {"data": rows}))
    assert stocks.loc[stocks["group"] == "idp", ["place", "people"]].values.tolist() == [["Koro", 9]]
    assert account.rows_dropped == {"total": 1}
