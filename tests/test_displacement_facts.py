"""Published figures of displacement, from the publishers' files and in small."""

import geopandas as gpd
import pandas as pd
import pytest
from real_files import real_file
from shapely import box

import sahelgeo as sg

NATIONAL = {
    "2019-12-09": 560_033,
    "2020-06-08": 921_471,
    "2020-12-31": 1_074_993,
    "2023-02-28": 1_999_127,
    "2023-03-31": 2_062_534,
}
CODES = {
    "BOUCLE-DU-MOUHOUN": "BF46", "CASCADES": "BF47", "CENTRE": "BF13", "CENTRE-EST": "BF48", "CENTRE-NORD": "BF49", "CENTRE-OUEST": "BF50", "CENTRE-SUD": "BF51",
    "EST": "BF52", "HAUTS-BASSINS": "BF53", "NORD": "BF54", "PLATEAU-CENTRAL": "BF55", "SAHEL": "BF56", "SUD-OUEST": "BF57",
}  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("2019-12-09", "2020-06-08", 1.65), ("2019-12-09", "2020-12-31", 1.9195), ("2023-02-28", "2023-03-31", 1.0317)],
)
def test_the_published_ratios_of_burkina_faso(first, second, ratio):
    """CONASUR: × 1.65 from December 2019 to June 2020, + 91.95 % over the year, + 3.17 % in March 2023."""
    before, after = (
        pd.DataFrame({"pcode": "BF", "date": [day], "people": [NATIONAL[day]], "group": "idp", "source": "CONASUR"})
        for day in (first, second)
    )
    change = sg.change_in_stocks(before, after).iloc[0]
    assert round(change["people_after"] / change["people_before"], len(str(ratio)) - 2) == ratio
    assert change["like_for_like"] == NATIONAL[second] - NATIONAL[first]


def test_the_sahel_region_under_two_denominators():
    """493,157 people on 31 July 2021: 450.4 per 1,000 on the census of 2019, 334.6 on the base of the Cadre Harmonisé of 2020."""
    stocks = pd.DataFrame(
        {"pcode": ["BF56"], "date": "2021-07-31", "people": [493_157], "group": "idp", "source": "CONASUR"}
    )
    population = pd.DataFrame(
        {"pcode": "BF56", "year": [2019, 2020], "people": [1_094_907, 1_473_885], "source": ["census 2019", "CH 2020"]}
    )
    rates = sg.rate_per_1000(stocks, population, every=True)
    assert rates["per_1000"].round(1).tolist() == [450.4, 334.6]
    assert rates["population_source"].tolist() == ["census 2019", "CH 2020"]


def conasur_2023():
    """The communes of CONASUR on 28 February 2023 with the p-codes of their regions, and codes made for the parts of these."""
    calamine = pytest.importorskip("python_calamine", reason="the workbook needs python-calamine")
    path = real_file("displacement/situation-des-pdi-par-communes-accueil-du-28-fevrier-2023.xlsx")
    rows = calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    head = next(number for number, row in enumerate(rows) if "PROVINCES" in row)
    table = pd.DataFrame(rows[head + 1 :], columns=[str(cell).strip() for cell in rows[head]])
    table = table[table["REGIONS"] != ""].rename(
        columns={"Nombre total de PDI": "people", "NOMBRE TOTAL DE PDI": "people"}
    )
    region = table["REGIONS"].str.strip().str.replace(" ", "-").map(CODES)
    province = region + (table.groupby("REGIONS")["PROVINCES"].transform(lambda names: pd.factorize(names)[0]) + 1).map(
        "{:02d}".format
    )
    commune = province + (table.groupby("PROVINCES").cumcount() + 1).map("{:02d}".format)
    return table.assign(region=region, province=province, pcode=commune)


def chain(table):
    """The areas of three levels that the codes of a table make."""
    parts = [
        table[["region"]].set_axis(["pcode"], axis=1).assign(level=1, parent="BF"),
        table[["province", "region"]].set_axis(["pcode", "parent"], axis=1).assign(level=2),
        table[["pcode", "province"]].set_axis(["pcode", "parent"], axis=1).assign(level=3),
    ]
    areas = pd.concat(parts).drop_duplicates("pcode").reset_index(drop=True)
    return gpd.GeoDataFrame(
        areas.assign(edition="2020"), geometry=[box(i, 0, i + 1, 1) for i in range(len(areas))], crs="EPSG:4326"
    )


def conform_communes(table):
    """A Stocks table of the communes."""
    return table[["pcode", "people"]].assign(date="2023-02-28", group="idp", source="CONASUR")


def test_conasur_sums_to_the_published_total_at_every_level():
    """1,999,127 people on 28 February 2023: 301 communes, 45 provinces, 13 regions."""
    table = conasur_2023()
    stocks, areas = conform_communes(table), chain(table)
    for level, count in ((3, 301), (2, 45), (1, 13), (0, 1)):
        sums = sg.sum_stocks(stocks, areas, level=level)
        assert (len(sums), sums["people"].sum()) == (count, 1_999_127)


def test_rates_of_conasur_on_the_population_of_2023():
    """Every region has its rate on COD-PS 2023; Sahel is the highest, Centre the lowest but one or the lowest."""
    table = conasur_2023()
    population = pd.read_csv(real_file("population/population_bfa_bfa_admpop_adm1_2023_5yr.csv"), encoding="utf-8-sig")
    population = (
        population[["ADM1_PCODE", "T_TL", "year"]]
        .set_axis(["pcode", "people", "year"], axis=1)
        .assign(source="COD-PS Burkina Faso 2023")
    )
    rates = sg.rate_per_1000(sg.sum_stocks(conform_communes(table), chain(table), level=1), population)
    assert rates["per_1000"].notna().all()
    by_hand = rates["people"].astype(float) / rates["pcode"].map(population.set_index("pcode")["people"]) * 1000
    assert rates["per_1000"].tolist() == pytest.approx(by_hand.tolist())
    highest = rates.sort_values("per_1000", ascending=False)["pcode"].tolist()
    assert highest[:2] == ["BF56", "BF49"]
    assert set(rates["population_year"]) == {2023}


def test_a_small_table_of_communes_sums_to_one_total_at_every_level():
    """The same in small: three communes in two provinces of two regions."""
    table = pd.DataFrame(
        {
            "region": ["BF56", "BF56", "BF49"],
            "province": ["BF5601", "BF5601", "BF4901"],
            "pcode": ["BF560101", "BF560102", "BF490101"],
            "people": [5, 7, 11],
        }
    )
    for level, people in ((3, [11, 5, 7]), (2, [11, 12]), (1, [11, 12]), (0, [23])):
        assert sg.sum_stocks(conform_communes(table), chain(table), level=level)["people"].tolist() == people


def test_unhcr_is_stocks_by_group_with_country_areas():
    """Refugees by origin and asylum at the end of 2021: countries at both ends, every person in the matrix."""
    path = real_file("displacement/unhcr_population.csv")
    raw = pd.read_csv(path, sep=";", skiprows=14, encoding="utf-8-sig", na_values="-", keep_default_na=False)
    year = raw[raw["Year"] == raw["Year"].max()]
    refugees = pd.DataFrame(
        {
            "pcode": year["Country of asylum (ISO)"],
            "origin": year["Country of origin (ISO)"],
            "people": year["Refugees under UNHCR's mandate"],
            "date": f"{raw['Year'].max()}-12-31",
            "group": "refugee",
            "source": "UNHCR",
        }
    )
    refugees = refugees[refugees["people"].notna()]
    matrix = sg.stocks.origins(refugees, wide=True)
    assert matrix.sum().sum() == refugees["people"].sum()
    assert matrix.loc["MLI", "NER"] > 10_000
    iso3 = sg.load_areas(level=0).set_index("iso3")["pcode"]
    by_code = refugees.assign(pcode=refugees["pcode"].map(iso3), origin=refugees["origin"].map(iso3)).dropna(
        subset=["pcode", "origin"]
    )
    assert sg.stocks.origins(by_code, sg.load_areas(level=0), level=0)["people"].sum() == by_code["people"].sum()
