"""The matching on published files: no wrong match."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

import geopandas as gpd
import pandas as pd
import pytest
from real_files import real_file

import sahelgeo as sg
from sahelgeo.places.match import match_rows

pytest.importorskip("python_calamine", reason="reads workbooks")
COUNTRIES = ["BFA", "MLI", "NER", "TCD", "MRT"]


@lru_cache(maxsize=1)
def cadre_harmonise() -> pd.DataFrame:
    """The rows of the five countries in the consolidated workbook."""
    path = real_file("food_security", "cadre_harmonise_caf_ipc_2024_hapi-pipelines.xlsx")
    table = pd.read_excel(path, engine="calamine", dtype=object)
    return table[table["adm0_pcod3"].isin(COUNTRIES)]


def in_ocha_codes(code: object, iso3: str) -> str | None:
    """The code of the Cadre Harmonisé as OCHA writes it, where it is not Mauritania's."""
    if not isinstance(code, str) or iso3 == "MRT":
        return None
    if iso3 == "NER":
        return re.sub(r"^NE(\d\d)(\d\d).*$", r"NE0\g<1>0\g<2>", code)
    return code


def test_no_department_of_the_cadre_harmonise_is_matched_to_another() -> None:
    """By name within the region, held against the codes that the workbook prints."""
    table = cadre_harmonise().dropna(subset=["adm2_name"])
    matched = match_rows(table, sg.load_pcodes(level=2), on="adm2_name", parents=["adm1_name", "adm0_pcod3"])
    answers = matched.evidence["pcode"].iloc[matched.numbers].set_axis(table.index)
    truth = pd.Series(
        [in_ocha_codes(*row) for row in zip(table["adm2_pcod2"], table["adm0_pcod3"], strict=True)], index=table.index
    )
    known = answers.notna() & truth.notna()
    assert (answers[known] == truth[known]).all()
    assert answers.notna().mean() > 0.99


def test_mauritania_speaks_wfp_and_every_department_is_found() -> None:
    """Thirteen regions of OCHA's list bear another region's code there."""
    table = cadre_harmonise()
    table = table[table["adm0_pcod3"] == "MRT"]
    found = sg.places.code_systems(table, sg.load_pcodes(level=1), on={"code": "adm1_pcod2", "name": "adm1_name"})
    assert found.loc[found["speaks"], "system"].tolist() == ["wfp"]
    assert found.loc[found["system"] == "areas", "agree"].item() == 0
    departments = table.dropna(subset=["adm2_name"])
    columns = {"code": "adm2_pcod2", "name": "adm2_name"}
    evidence = sg.match_areas(departments, sg.load_pcodes(level=2), on=columns, parents=["adm1_name", "adm0_pcod3"])
    assert evidence["pcode"].notna().all()
    by_name = sg.match_areas(departments, sg.load_pcodes(level=2), on="adm2_name", parents=["adm1_name", "adm0_pcod3"])
    both = evidence.merge(by_name, on=["name", "parents"])
    assert (both["pcode_x"] == both["pcode_y"]).all()


def test_all_communes_of_conasur_find_their_province_and_region() -> None:
    """In capitals, without accents and codes."""
    path = real_file("displacement", "situation-des-pdi-par-communes-accueil-du-28-fevrier-2023.xlsx")
    table = pd.read_excel(path, engine="calamine", header=6)
    table = table[table["COMMUNES"].notna() & table["PROVINCES"].notna()]
    provinces = match_rows(table, sg.load_pcodes("BFA", level=2), on="PROVINCES", parents="REGIONS")
    regions = match_rows(table, sg.load_pcodes("BFA", level=1), on="REGIONS")
    province = provinces.evidence["pcode"].iloc[provinces.numbers].reset_index(drop=True)
    region = regions.evidence["pcode"].iloc[regions.numbers].reset_index(drop=True)
    assert len(table) == 301
    assert province.notna().all()
    assert (province.str[:4] == region).all()


@pytest.mark.parametrize(
    ("name", "level", "count"),
    [
        ("mli_admbnda_adm2_1m_gov_20211220.shp", None, 53),
        ("NER_admbnda_adm2_IGNN_20230720.shp", None, 67),
        ("tcd_admbnda_adm2_ocha_20170615.shp", None, 70),
        ("bfa_admbnda_adm3_igb_20200323.dbf", None, 351),
        ("geoBoundaries-BFA-ADM2.geojson", None, 45),
        ("prism_rbd_wca_admbnda_adm1_ocha.json", None, 295),
        ("caf_admin2.parquet", None, 72),
    ],
)
def test_boundaries_of_every_publisher_are_read(name: str, level: int | None, count: int) -> None:
    """Their areas, with codes and names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        areas = sg.read_areas(real_file("boundaries", name), level=level)
    assert len(areas) == count
    assert areas["name"].notna().all()


def test_the_topojson_of_the_reform_takes_a_crs_and_names() -> None:
    """17 regions without attributes."""
    path = real_file("boundaries", "bfa_admin1_v6_2025reform.topojson")
    names = pd.DataFrame(
        {"pcode": [f"R{number}" for number in range(17)], "name": [f"Region {number}" for number in range(17)]}
    )
    assert len(sg.read_areas(path, level=1, crs="EPSG:4326", names=names)) == 17


def test_niger_and_chad_overlap_by_more_than_two_thousand_square_kilometres() -> None:
    """As their surveys differ."""
    parts = [
        sg.read_areas(real_file("boundaries", name))
        for name in ("NER_admbnda_adm1_IGNN_20230720.shp", "tcd_admbnda_adm1_ocha.shp")
    ]
    both = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=parts[0].crs)
    assert sg.places.check_areas(both)["km2"].sum() == pytest.approx(2214, abs=1)
    assert sg.places.check_areas(sg.places.mend_overlaps(both)).empty
