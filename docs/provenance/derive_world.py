"""Derive the world behind the maps of sahelgeo from Natural Earth.

Run by hand when the parent changes; never at install::

    python docs/provenance/derive_world.py world-atlas-2.0.2.tgz sahelgeo/data/world.parquet

Parent
    Natural Earth 1:110m ``ne_110m_admin_0_countries`` (4.1), as the file ``package/countries-110m.json`` of the npm
    package ``world-atlas`` 2.0.2 carries it. Both SHA-256 sums are checked below. Names are those of the Unicode CLDR
    as ``babel`` carries them.
Licence
    Natural Earth is in the public domain (credit: "Made with Natural Earth"), the package under the ISC licence, names
    of the CLDR under the Unicode licence.
What is done
    1. Rings are cut at the meridian of 180°, which the parent joins; Antarctica is closed along the pole.
    2. As on the maps of the United Nations: what the parent draws as Northern Cyprus is in Cyprus, Somaliland in
       Somalia, Crimea in Ukraine. Kosovo keeps its line and has no name here.
    3. The countries of ``areas.parquet``, which are there at 1:10m, are left out. Their neighbours reach half a degree
       under them, so that no sea shows between borders of two scales: the finer countries are drawn above.
    4. Coordinates are rounded to 3 decimals (110 m; the parent is off by ten kilometres).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

import babel
import geopandas as gpd
import numpy as np
import shapely
import shapely.affinity

MEMBER = "package/countries-110m.json"
TARBALL_SHA256 = "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97"
PARENT_SHA256 = "2516c915867c7baf18ddec727aec46c315541a07cfb3d79a6559b05d5e94eee8"
DATA = Path(__file__).parents[2] / "sahelgeo" / "data"
MERGED = {"N. Cyprus": "Cyprus", "Somaliland": "Somalia"}
# A point of Crimea.
CRIMEA = shapely.Point(34.2, 45.3)
UNDER_DEGREES = 0.5
DECIMALS = 3


def check(what: str, found: bytes, wanted: str) -> bytes:
    """The bytes, if they are those that this script was written for."""
    if (digest := hashlib.sha256(found).hexdigest()) != wanted:
        raise SystemExit(f"{what} is another than the one this script was written for: {digest}")
    return found


def read_parent(path: Path) -> dict[str, Any]:
    """The TopoJSON in the package."""
    check(path.name, path.read_bytes(), TARBALL_SHA256)
    with tarfile.open(path) as package:
        member = package.extractfile(MEMBER)
        assert member is not None
        parent: dict[str, Any] = json.loads(check(MEMBER, member.read(), PARENT_SHA256))
    return parent


def arcs_of(parent: dict[str, Any]) -> list[Any]:
    """The points of each arc, in degrees."""
    scale, shift = (np.array(parent["transform"][key]) for key in ("scale", "translate"))
    return [np.cumsum(arc, axis=0) * scale + shift for arc in parent["arcs"]]


def polygons_of(ring: list[int], arcs: list[Any]) -> list[Any]:
    """The polygons on the plane of a ring on the globe: cut at 180°, closed at the pole."""
    pieces = [(arcs[one] if one >= 0 else arcs[-1 - one][::-1])[1 if place else 0 :] for place, one in enumerate(ring)]
    points = np.concatenate(pieces)
    across = np.unwrap(points[:, 0], period=360)
    points = np.column_stack([across, points[:, 1]])
    if abs(across[-1] - across[0]) > 180:
        points = np.vstack([points, [[across[-1], -90], [across[0], -90]]])
    area = shapely.make_valid(shapely.Polygon(points))
    frame = shapely.box(-180, -90, 180, 90)
    cut = [shapely.intersection(shapely.affinity.translate(area, turn), frame) for turn in (-360, 0, 360)]
    return [part for one in cut for part in shapely.get_parts(one) if part.geom_type == "Polygon"]


def country(geometry: dict[str, Any], arcs: list[Any]) -> Any:
    """The area of a country; no country of the parent has a hole that is not another country."""
    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    found = []
    for rings in polygons:
        outer = shapely.union_all(polygons_of(rings[0], arcs))
        holes = [part for ring in rings[1:] for part in polygons_of(ring, arcs)]
        found.append(shapely.difference(outer, shapely.union_all(holes)) if holes else outer)
    return shapely.union_all(found)


def iso_codes() -> dict[str, tuple[str, str]]:
    """The codes of two and three letters by the number of ISO 3166-1."""
    aliases = babel.core.get_global("territory_aliases")
    with (DATA / "countries.csv").open(encoding="utf-8", newline="") as opened:
        threes = {row["iso2"]: row["iso3"] for row in csv.DictReader(opened)}
    return {old: (new[0], threes[new[0]]) for old, new in aliases.items() if old.isdigit() and new[0] in threes}


def derive(parent: dict[str, Any]) -> gpd.GeoDataFrame:
    """The countries that are not there at a finer scale."""
    arcs, codes = arcs_of(parent), iso_codes()
    areas, numbers = {}, {}
    for one in parent["objects"]["countries"]["geometries"]:
        name = one["properties"]["name"]
        home = MERGED.get(name, name)
        area = country(one, arcs)
        areas[home] = shapely.union(areas[home], area) if home in areas else area
        numbers.setdefault(home, one.get("id"))
        if name == home:
            numbers[home] = one.get("id")
    parts = shapely.get_parts(areas["Russia"])
    crimea = [part for part in parts if shapely.contains(part, CRIMEA)]
    assert len(crimea) == 1
    assert shapely.area(crimea[0]) < 5
    areas["Russia"] = shapely.union_all([part for part in parts if part is not crimea[0]])
    areas["Ukraine"] = shapely.union(areas["Ukraine"], crimea[0])
    finer = gpd.read_parquet(DATA / "areas.parquet").query("level == 0")
    rows = []
    for name, area in areas.items():
        iso2, iso3 = codes.get(numbers[name] or "", ("", ""))
        rows.append(
            {
                "iso3": iso3,
                "name": babel.Locale("en").territories.get(iso2, "") if iso2 else "",
                "name_fr": babel.Locale("fr").territories.get(iso2, "") if iso2 else "",
                "geometry": area,
            }
        )
    world = gpd.GeoDataFrame(rows, crs="EPSG:4326")
    there = world["iso3"].isin(finer["iso3"])
    footprint = shapely.union_all(world.geometry[there])
    rest = world[~there].copy()
    near = rest.geometry.intersects(footprint)
    reach = shapely.buffer(rest.geometry[near].to_numpy(), UNDER_DEGREES)
    reach = shapely.intersection(reach, footprint)
    rest.loc[near, "geometry"] = shapely.union(rest.geometry[near].to_numpy(), reach)
    rest["geometry"] = shapely.make_valid(shapely.set_precision(rest.geometry.to_numpy(), 10**-DECIMALS))
    return rest.sort_values(["iso3", "name"], ignore_index=True)


def main() -> None:
    """Read the parent, write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parent", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    made = derive(read_parent(given.parent))
    assert made.geometry.is_valid.all()
    made.to_parquet(given.out, compression="zstd", geometry_encoding="WKB")
    print(len(made), "countries,", len(made.get_coordinates()), "vertices,", given.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
