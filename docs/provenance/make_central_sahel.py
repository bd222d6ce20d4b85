"""Write the embedded samples ``central-sahel`` and ``burkina-movements-2025`` from published tables.

Every figure is as published; what was left out, added up or rewritten is said here, step by step.

events      UCDP GED 24.1, the site's exports of Burkina Faso, Mali and Niger, 2012 to 2023 (CC BY 4.0). Read by the
            library's own reader. Columns about the press (article, headline, office) were never carried; days were
            rewritten from MM/DD/YYYY to ISO before the copy that is read here. ``civilians`` are UCDP's
            ``deaths_civilians``. Nothing was dropped and no coordinate was changed.
phases      Cadre Harmonisé, the consolidated workbook on HDX (CC BY 4.0), read by the library's own reader with
            ``which="all"``, so that both the analysis of November and that of March speak of one lean season. Analyses of
            2018 and after, five countries. Rows of places (departments, cercles, towns, sites) are added up to their
            region by ``sum_phases``. The Cadre Harmonisé counts Ménaka in Gao, and the two Ennedis have one polygon in the
            embedded areas: they are added up.
stocks      UNHCR's internally displaced people by region at the end of each year (CC BY 4.0), and CONASUR's of
            6 September 2020. Ménaka is added to Gao. A count of people "dispersed in the
            country" has the code of the country; sites that are no region keep their name and no code.
flows       UNHCR's yearly movements between countries, 2012 to 2024 (CC BY 4.0): recognised as refugees, asked for
            asylum, in a situation like refugees', each a row of its own; zeros are dropped.
movements   Burkina Faso, January 2024 to April 2025, by region of origin and of arrival (GCORR, SP/CONASUR, OCHA; CC BY
            4.0), added up by quarter: 154 movements, 509,332 people. Two origins are not known.

Usage: python docs/provenance/make_central_sahel.py OPEN_DIR CADRE_HARMONISE_WORKBOOK
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd

import sahelgeo as sg

SAMPLES = Path(__file__).resolve().parents[2] / "sahelgeo" / "data" / "samples"
COUNTRIES = ["BFA", "MLI", "NER", "TCD", "MRT"]
# Regions whose embedded polygon holds two of the publisher's.
JOINED = {"Gao": "ML07+ML10", "Ennedi-Est": "TD20+TD23", "Ennedi Ouest": "TD20+TD23"}
SUMMED = {"ML07": "ML07+ML10", "ML10": "ML07+ML10"}
NIAMEY_DOUBT = (
    "UNHCR prints 40,241 displaced people for Niamey and none for Tahoua at the end of 2020; in 2019 it prints 23,102 for "
    "Tahoua and none for Niamey. Kept as published."
)


def events(folder: Path) -> pd.DataFrame:
    """UCDP's events of three countries, 2012 to 2023, one row for each event."""
    paths = [folder / f"ucdp_ged241_bfa_mli_ner_{years}.csv" for years in ("2012_2020", "2021_2023")]
    read = [sg.read_ucdp(path) for path in paths]
    table = pd.concat(read, ignore_index=True)
    civilians = pd.concat([pd.read_csv(path, usecols=["id", "deaths_civilians"]) for path in paths])
    killed = civilians.set_index(civilians["id"].astype("string"))["deaths_civilians"]
    table["civilians"] = table["event"].map(killed).astype("Int64")
    table["source"] = "ucdp-ged-24-1"
    table["longitude"], table["latitude"] = table.geometry.x, table.geometry.y
    table = pd.DataFrame(table.drop(columns=["geometry", "subkind", "admin2"]))
    return table.sort_values(["date", "event"], ignore_index=True)


def phases(workbook: Path, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """People by phase of each region and analysis since 2018."""
    table = sg.read_cadre_harmonise(workbook, which="all")
    table = table[table["iso3"].isin(COUNTRIES) & (table["issued"] >= "2018")].reset_index(drop=True)
    regions = table[["admin1", "iso3"]].drop_duplicates().rename(columns={"admin1": "place"})
    found = sg.match_areas(regions, areas).set_index("name")["pcode"]
    # Each row of the workbook is a part of its region; its place in the workbook tells it from the others.
    parts = table.assign(
        pcode=table["admin1"].map({**found.dropna().to_dict(), **JOINED}),
        unit=table["place"].fillna("") + " " + table.index.astype("string"),
    ).drop(columns=["place", "admin1", "admin2", "admin3"])
    sums = sg.sum_phases(parts, by=("pcode", "issued", "kind", "start", "end", "season"))
    kept = [
        "pcode",
        "kind",
        "start",
        "end",
        "issued",
        "season",
        "population",
        *(f"people_{phase}" for phase in range(1, 6)),
    ]
    kept += ["people_3plus", "source"]
    table = sums[kept].assign(unit_kind="area")
    of = areas.set_index("pcode")
    table["place"], table["iso3"] = table["pcode"].map(of["name"]), table["pcode"].map(of["iso3"])
    return table.sort_values(["pcode", "issued", "start"], ignore_index=True)


def stocks(folder: Path) -> pd.DataFrame:
    """Internally displaced people by region at the end of each year, and those of CONASUR in September 2020."""
    table = pd.read_csv(folder / "idps_admin1_unhcr_2012_2024.csv", dtype={"pcode": "string"})
    table["pcode"] = table["pcode"].replace(SUMMED)
    # "Dispersed in the country" is a count of the whole country, at no place.
    whole = table["name"].str.startswith("Dispersed in the country")
    table["pcode"] = table["pcode"].mask(whole, table["iso3"].map({"BFA": "BF", "MLI": "ML"}))
    table["place"] = table["name"].mask(table["pcode"].eq("ML07+ML10").fillna(False), "Gao + Menaka")
    table["place"] = table["place"].replace({"Koulikouro": "Koulikoro", "Tillabéri": "Tillabery"})
    table = table.groupby(["iso3", "pcode", "place", "date"], dropna=False, as_index=False)["idps"].sum()
    table = table.rename(columns={"idps": "people"}).assign(
        group="idp", method="end-year statistics", source="unhcr-idps-by-region"
    )
    niger = (table["iso3"] == "NER") & (table["date"] == "2020-12-31")
    table["doubt"] = pd.Series(NIAMEY_DOUBT, index=table.index, dtype="string").where(
        niger & (table["place"] == "Niamey")
    )
    september = sg.load_sample("burkina-2020").stocks.assign(iso3="BFA")
    carried = ["iso3", "pcode", "place", "date", "people", "group", "method", "source"]
    september = september[carried].assign(date=september["date"].dt.strftime("%Y-%m-%d"))
    table = pd.concat([table, september], ignore_index=True)
    return table.sort_values(["iso3", "date", "pcode", "place"], ignore_index=True)


def flows(folder: Path) -> pd.DataFrame:
    """People who crossed from one country to another in a year."""
    table = pd.read_csv(folder / "unhcr_flows_sahel_2012_2024.csv")
    reasons = {
        "refugees": "recognised as refugees",
        "asylum_seekers": "asked for asylum",
        "refugee_like": "in a situation like refugees'",
    }
    assert (table[list(reasons)].sum(axis=1) == table["people"]).all()
    parts = [table.assign(people=table[column], reason=reason) for column, reason in reasons.items()]
    whole = pd.concat(parts)
    whole = whole[whole["people"] > 0]
    codes = pd.read_csv(SAMPLES.parent / "countries.csv", keep_default_na=False).set_index("iso3")["iso2"]
    whole["start"], whole["end"] = whole["year"].astype(str) + "-01-01", whole["year"].astype(str) + "-12-31"
    for end in ("origin", "destination"):
        whole[end] = whole[end].map(codes)
    whole["source"] = "unhcr-flows"
    columns = ["origin", "destination", "start", "end", "reason", "people", "source"]
    return whole[columns].sort_values(columns[:5], ignore_index=True)


def movements(folder: Path) -> pd.DataFrame:
    """Movements inside Burkina Faso by region and quarter."""
    table = pd.read_csv(folder / "burkina_movements_region_2024_2025.csv")
    # The last movement of the list is of 30 April 2025: the last quarter is a month.
    table["end"] = table["end"].where(table["end"] < "2025-05-01", "2025-04-30")
    columns = ["origin", "destination", "start", "end", "reason", "people", "households", "movements"]
    return table[columns].assign(source="gcorr-bfa-2025-05").sort_values(columns[:4], ignore_index=True)


def write(table: pd.DataFrame, kind: str, folder: Path, columns: list[str] | None = None) -> None:
    """The table in Parquet, in few bytes: days as days, whole numbers as small as they are, texts once each."""
    for label in table.columns.intersection(["date", "date_end", "start", "end", "issued"]):
        table[label] = pd.to_datetime(table[label]).astype("datetime64[ms]")
    folder.mkdir(parents=True, exist_ok=True)
    table[columns or list(table.columns)].to_parquet(folder / f"{kind}.parquet", index=False, compression="zstd")
    print(f"{folder.name}/{kind}: {len(table):,} rows, {(folder / f'{kind}.parquet').stat().st_size:,} bytes")


def main(folder: Path, workbook: Path) -> None:
    """Write the tables of both samples."""
    areas = sg.load_areas(COUNTRIES)
    tables = {
        "events": events(folder),
        "phases": phases(workbook, areas),
        "stocks": stocks(folder),
        "flows": flows(folder),
    }
    for kind, table in tables.items():
        write(table, kind, SAMPLES / "central-sahel")
    write(movements(folder), "flows", SAMPLES / "burkina-movements-2025")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
