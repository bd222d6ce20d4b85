"""Measure the matching of place names: right, refused and wrong on published files, and the time for 100,000 messy names.

Run from the project's root; DATA holds the published files (gazetteers, displacement, food_security, boundaries)::

    python docs/benchmarks/matching.py DATA --peer /path/to/python

The peer's Python needs ``hdx-python-country`` 4.2.5; it runs ``matching_peer.py`` on the same rows with the same list of
p-codes. Without it its column is left out.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import subprocess
import time
import warnings
from pathlib import Path

import pandas as pd
from rapidfuzz import process

import sahelgeo as sg
from sahelgeo.places.match import ACCEPTED, match_rows
from sahelgeo.places.names import fold_name, pcode_rows, published_code_rows

COUNTRIES = ("BFA", "MLI", "NER", "TCD", "MRT")
BY_LEVEL = {1: sg.load_pcodes(level=1), 2: sg.load_pcodes(level=2)}
MESSY_NAMES = 100_000
RUNS = 5
SEED = 20_200_906
# Right code, or None where an answer would be wrong: another edition, several areas, no area.
HARD_REGIONS = {
    "Boucle du Mouhoun": "BF46", "BOUCLE DU MOUHOUN": "BF46", "Boucle-du-Mouhoun": "BF46", "Boucle de Mouhoun": "BF46",
    "Bcle du Mouhoun": "BF46", "BMH": "BF46", "Centre Nord": "BF49", "Centre-Nord": "BF49", "CENTRE NORD": "BF49",
    "Haut Bassins": "BF53", "Haut-Bassin": "BF53", "North-Central": "BF49", "Center North": "BF49", "Nord Centre": "BF49",
    "Eastern": "BF52", "Kuilsé": "BF49", "Koulsé": "BF49", "Guiriko": "BF53", "Guirko": "BF53", "Liptako": None, "Bankui": None,
    "Goulmou": None, "Sirba": None, "Nakambé": "BF48", "Nazinon": "BF51", "Tannounyan": "BF47", "Djôrô": "BF57",
    "Kadiogo": "BF13", "Oubri": "BF55", "Yaadga": "BF54", "Nando": "BF50", "Soum": None, "Tillabéri": "NE006",
    "TILLABÉRI": "NE006", "Tillabery": "NE006", "Tillaberry": "NE006", "Tombouctou": "ML06", "Timbuktu": "ML06",
    "Tombuctou": "ML06", "Ménaka": "ML10", "Menaka": "ML10", "Région de Ménaka": "ML10", "District de Bamako": "ML09",
    "Taoudénit": None, "Taoudenni": None, "Bandiagara": None, "Douentza": None, "Kita": None, "Bougouni": None, "Koutiala": None,
    "Hodh Ech Chargi": "MR01", "Hodh el Chargui": "MR01", "Hodh Ech Chargui": "MR01", "Hodh El Charghi": "MR01",
    "Hodh Gharbi": "MR02", "Hodh": None, "Nouakchott": None, "Ennedi": None, "Mayo-Kebbi": None, "Lac": "TD07",
    "Lac Tchad": "TD07", "Région du Lac": "TD07", "Lake Chad": "TD07", "Lake": "TD07", "CU Niamey": "NE008",
    "Communauté Urbaine de Niamey": "NE008", "Ville de Niamey": "NE008",
}  # fmt: skip
HARD_COUNTRY = {
    "Tillab": "NER", "TILLAB": "NER", "CU": "NER", "Communauté": "NER", "Ville": "NER", "Tomb": "MLI", "Timb": "MLI",
    "Ménaka": "MLI", "Menaka": "MLI", "Région de Mé": "MLI", "District": "MLI", "Taoud": "MLI", "Bandia": "MLI", "Douen": "MLI",
    "Kita": "MLI", "Bougou": "MLI", "Koutia": "MLI", "Hodh": "MRT", "Nouak": "MRT", "Ennedi": "TCD", "Mayo": "TCD", "Lac": "TCD",
    "Région du L": "TCD", "Lake": "TCD",
}  # fmt: skip
# Departments that only the files of single periods print, some under a code of another: judged by their spelling in OCHA's list.
NEWER_DEPARTMENTS = {
    "Male": "MR056", "Lexeiba": "MR045", "Wompou": "MR104", "Ghabou": "MR103", "Touil": "MR025", "Tekane": "MR067",
    "Adel Bogrou": "MR018",
}  # fmt: skip
ACCEPT = {"name, no aliases": ("name", "parent+name"), "name, likeness accepted": (*ACCEPTED, "fuzzy")}
HARD_DEPARTMENTS = {"M'Bera": ("MRT", None), "Tahoua Ville": ("NER", "NE005013"), "Djibo": ("BFA", None)}


def hard_names() -> pd.DataFrame:
    """The adversarial names, each in its country."""
    rows = [
        (
            "hard names",
            1,
            next((iso3 for start, iso3 in HARD_COUNTRY.items() if name.startswith(start)), "BFA"),
            name,
            None,
            None,
            code,
        )
        for name, code in HARD_REGIONS.items()
    ]
    rows += [("hard names", 2, iso3, name, None, None, code) for name, (iso3, code) in HARD_DEPARTMENTS.items()]
    return _as_rows(rows)


def conasur(data: Path) -> pd.DataFrame:
    """Each commune's province and region, in capitals and without codes; the truth by spelling alone."""
    path = data / "displacement" / "situation-des-pdi-par-communes-accueil-du-28-fevrier-2023.xlsx"
    table = pd.read_excel(path, engine="calamine", header=6)
    table = table[table["COMMUNES"].notna() & table["PROVINCES"].notna()]
    spelled = {
        (row["level"], _plain(row[label])): code
        for code, row in pcode_rows().items()
        for label in ("name", "name_fr")
        if row["iso3"] == "BFA"
    }
    rows = []
    for region, province in zip(table["REGIONS"], table["PROVINCES"], strict=True):
        rows.append(("CONASUR, region", 1, "BFA", region, None, None, spelled["1", _plain(region)]))
        rows.append(("CONASUR, province", 2, "BFA", province, region, None, spelled["2", _plain(province)]))
    return _as_rows(rows)


def cadre_harmonise(data: Path) -> pd.DataFrame:
    """Every row of the five countries; the truth by the codes that the workbook prints."""
    path = data / "food_security" / "cadre_harmonise_caf_ipc_2024_hapi-pipelines.xlsx"
    table = pd.read_excel(path, engine="calamine", dtype=object)
    table = table[table["adm0_pcod3"].isin(COUNTRIES)]
    rows = []
    columns = ["adm0_pcod3", "adm1_name", "adm1_pcod2", "adm2_name", "adm2_pcod2"]
    for iso3, region, region_code, name, code in table[columns].itertuples(index=False):
        rows.append((f"Cadre Harmonisé, region, {iso3}", 1, iso3, region, None, region_code, _ocha(region_code, iso3)))
        if isinstance(name, str):
            rows.append((f"Cadre Harmonisé, admin 2, {iso3}", 2, iso3, name, region, code, _ocha(code, iso3)))
    return _as_rows(rows)


def mauritania(data: Path) -> pd.DataFrame:
    """Every distinct printing of a department of Mauritania, with its code, in the three files that have any."""
    columns = ["adm1_name", "adm2_name", "adm2_pcod2", "adm0_pcod3"]
    workbook = pd.read_excel(
        data / "food_security" / "cadre_harmonise_caf_ipc_2024_hapi-pipelines.xlsx", engine="calamine", dtype=object
    )
    polygons = json.loads(
        (data / "food_security" / "wca_CHIPC_nov2021_current_nov2021_simple.geojson").read_text(encoding="utf-8")
    )
    listed = json.loads((data / "food_security" / "prism_rbd_ch_admin2_2023_10_01.json").read_text(encoding="utf-8"))
    tables = [
        workbook,
        pd.DataFrame([feature["properties"] for feature in polygons["features"]]),
        pd.DataFrame(listed["DataList"]),
    ]
    table = pd.concat([part.reindex(columns=columns) for part in tables])
    table = table[(table["adm0_pcod3"] == "MRT") & table["adm2_name"].notna()].drop_duplicates()
    rows = [
        ("Mauritania, distinct departments", 2, "MRT", name, region, code, _ocha(code, "MRT"))
        for region, name, code, _ in table.itertuples(index=False)
    ]
    return _as_rows(rows)


def mauritania_over_time(folder: Path) -> pd.DataFrame:
    """The same of all files that WFP's PRISM published for West Africa (``*ch*admin2*.json``), one row for each spelling."""
    parts = []
    for path in sorted(folder.glob("*.json")):
        held = json.loads(path.read_text(encoding="utf-8"))
        part = pd.DataFrame(held.get("DataList", []) if isinstance(held, dict) else [])
        if {"adm0_pcod3", "adm1_name", "adm2_name", "adm2_pcod2"} <= set(part):
            parts.append(part.loc[part["adm0_pcod3"] == "MRT", ["adm1_name", "adm2_name", "adm2_pcod2"]])
    table = pd.concat(parts).dropna(subset="adm2_name").drop_duplicates()
    rows = [
        ("Mauritania, all periods", 2, "MRT", name, region, code, NEWER_DEPARTMENTS.get(name) or _ocha(code, "MRT"))
        for region, name, code in table.itertuples(index=False)
    ]
    return _as_rows(rows)


def _as_rows(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["set", "level", "iso3", "name", "region", "code", "truth"]).astype(object)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _ocha(code: object, iso3: str) -> str | None:
    """The code of OCHA's list for a printed one; Mauritania's through the table that was compared name by name."""
    if not isinstance(code, str):
        return None
    if iso3 == "MRT":
        return {row["code"]: row["pcode"] for row in published_code_rows()}.get(code)
    if iso3 == "NER":
        code = re.sub(
            r"^NE(\d\d)(\d\d)?.*$", lambda found: f"NE0{found[1]}" + (f"0{found[2]}" if found[2] else ""), code
        )
    return code if code in pcode_rows() else None


def matched(rows: pd.DataFrame, how: str) -> pd.Series:
    """The answers of match_areas: by name (and region), by code and name, with likeness accepted."""
    answers = pd.Series(None, index=rows.index, dtype=object)
    for level, part in rows.groupby("level"):
        on = {"name": "name", "code": "code"} if how == "code and name" else "name"
        parents = ["region", "iso3"] if level == 2 else ["iso3"]
        accept = ACCEPT.get(how, ACCEPTED)
        found = match_rows(part, BY_LEVEL[int(level)], on=on, parents=parents, accept=accept)
        codes = found.evidence["pcode"].astype(object)
        answers[part.index] = codes.where(codes.notna(), None).to_numpy()[found.numbers]
    return answers


def peer(rows: pd.DataFrame, python: str, data: Path, how: str) -> pd.Series:
    """The answers of the peer for the same rows."""
    given = {"how": how, "rows": json.loads(rows.to_json(orient="records"))}
    listing = str((data / "gazetteers").resolve())
    script = str(Path(__file__).with_name("matching_peer.py").resolve())
    done = subprocess.run(
        [python, script, listing], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    return pd.Series(json.loads(done.stdout.splitlines()[-1]), index=rows.index, dtype=object)


def judged(rows: pd.DataFrame, answers: pd.Series) -> pd.DataFrame:
    """Right, refused and wrong by set; where the truth is that no area answers, refusing is right."""
    none, untrue = answers.isna(), rows["truth"].isna()
    right = (answers == rows["truth"]) | (none & untrue)
    counts = pd.DataFrame({"rows": 1, "right": right, "refused": none & ~untrue, "wrong": ~none & ~right})
    return (
        counts.groupby(rows["set"].str.replace(r", (BFA|MLI|NER|TCD)$", ", four countries", regex=True), sort=False)
        .sum()
        .astype(int)
    )


def further_countries(data: Path, world: pd.DataFrame) -> str:
    """WFP's regions of West and Central Africa against OCHA's list, most of them in countries without embedded aliases.

    Right is an answer whose code has the same numbers, or whose name has the same letters, as what WFP prints.
    """
    path = data / "boundaries" / "prism_rbd_wca_admbnda_adm1_ocha.json"
    regions = pd.DataFrame(sg.read_areas(path)).drop(columns="geometry")
    listed = world[world["iso3"].isin(regions["iso3"]) & (world["level"] == 1)]
    found = match_rows(regions, listed, on="name", parents="iso3", accept=(*ACCEPTED, "fuzzy"))
    answers = found.evidence.iloc[found.numbers].reset_index(drop=True)
    right = wrong = 0
    for name, code, pcode, area in zip(
        regions["name"], regions["pcode"], answers["pcode"], answers["area_name"], strict=True
    ):
        if pd.isna(pcode):
            continue
        same = int(re.sub(r"\D", "", code)) == int(re.sub(r"\D", "", pcode)) and code[:2] != "MR"
        if same or fold_name(name).key == fold_name(area).key or _ocha(code, "MRT") == pcode:
            right += 1
        else:
            wrong += 1
    return f"{len(regions)} regions of {regions['iso3'].nunique()} countries: {right} right, {len(regions) - right - wrong} refused, {wrong} wrong"


def misspelt(name: str, chance: random.Random) -> str:
    """A name as a hurried hand types it."""
    if chance.random() < 0.3:
        name = name.upper()
    if chance.random() < 0.3:
        name = name.replace("-", " ")
    if chance.random() < 0.15:
        name = f"Région de {name}"
    for _ in range(chance.choice((0, 1, 1, 2))):
        at = chance.randrange(len(name))
        name = chance.choice(
            (
                name[:at] + name[at + 1 :] if len(name) > 3 else name,
                name[:at] + chance.choice("aeioursnt") + name[at:],
                name[:at] + chance.choice("aeiourst") + name[at + 1 :],
                name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
            )
        )
    return name


def timed(areas: pd.DataFrame, label: str) -> str:
    """Seconds for messy names against a list, beside the bare table of likenesses of the distinct ones."""
    chance = random.Random(SEED)  # noqa: S311 - the same typing errors every time
    names = areas["name"].tolist()
    table = pd.DataFrame({"place": [misspelt(chance.choice(names), chance) for _ in range(MESSY_NAMES)]})
    distinct = table["place"].unique()
    bare, ours = [], []
    for _ in range(RUNS):
        start = time.perf_counter()
        process.cdist(distinct, names)
        middle = time.perf_counter()
        sg.match_areas(table, areas, on="place")
        bare.append(middle - start)
        ours.append(time.perf_counter() - middle)
    one, other = statistics.median(bare), statistics.median(ours)
    return f"| {label} ({len(names):,}) | {len(distinct):,} | {one:.2f} | {other:.2f} | {other / one:.2f} |"


def main() -> None:
    """Print the tables of ``matching.md``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--peer")
    parser.add_argument("--periods", type=Path, help="folder of PRISM's files, one for each period")
    options = parser.parse_args()
    sets = [hard_names(), conasur(options.data), cadre_harmonise(options.data), mauritania(options.data)]
    if options.periods:
        sets.append(mauritania_over_time(options.periods))
    rows = pd.concat(sets, ignore_index=True)
    for how in ("name", "code and name", *ACCEPT):
        print(f"\n{how}\n{judged(rows, matched(rows, how)).to_markdown()}")
    for how in ("name", "code") if options.peer else ():
        kept = rows if how == "name" else rows[rows["code"].notna()]
        print(f"\npeer, {how}\n{judged(kept, peer(kept, options.peer, options.data, how)).to_markdown()}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        world = sg.read_areas(options.data / "gazetteers" / "hdx_global_pcodes_adm_1_2.csv")
    print(f"\n{further_countries(options.data, world)}")
    west = world[
        world["iso3"].isin(
            [
                *COUNTRIES,
                "SEN",
                "NGA",
                "CMR",
                "BEN",
                "TGO",
                "GHA",
                "CIV",
                "GIN",
                "GNB",
                "GMB",
                "SLE",
                "LBR",
                "CPV",
                "CAF",
                "GAB",
                "GNQ",
                "COG",
            ]
        )
    ]
    five = sg.load_pcodes()
    print("\n| list (areas) | distinct names | cdist, s | match_areas, s | ratio |\n|---|---|---|---|---|")
    print(timed(five[five["level"] > 0], "five countries"))
    ten = [*COUNTRIES, "SEN", "NGA", "CMR", "BEN", "TGO"]
    print(timed(world[world["iso3"].isin(ten)].drop_duplicates("pcode"), "the five and five neighbours"))
    print(timed(west.drop_duplicates("pcode"), "West and Central Africa"))


if __name__ == "__main__":
    main()
