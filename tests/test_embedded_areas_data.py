"""The embedded areas and codes keep what their derivation promises."""

from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

CORE = ("BFA", "MLI", "NER", "TCD", "MRT")
NEIGHBOURS = ("NGA", "SEN", "CMR", "BEN", "TGO", "GMB")
UNDIVIDED = {"ML07+ML10": ["ML07", "ML10"], "TD20+TD23": ["TD20", "TD23"], "MR13+MR14+MR15": ["MR13", "MR14", "MR15"]}


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Give the folder of the embedded data."""
    with as_file(files("sahelgeo") / "data") as folder:
        yield folder


@pytest.fixture(scope="module")
def areas(data: Path) -> gpd.GeoDataFrame:
    """Read the embedded areas."""
    return gpd.read_parquet(data / "areas.parquet")


@pytest.fixture(scope="module")
def codes(data: Path) -> pd.DataFrame:
    """Read the embedded codes."""
    return pd.read_csv(data / "admin_codes.csv", dtype="string")


@pytest.mark.parametrize(
    ("iso3", "counts"),
    [
        ("BFA", {0: 1, 1: 13, 2: 45}),
        ("MLI", {0: 1, 1: 9}),
        ("NER", {0: 1, 1: 8}),
        ("TCD", {0: 1, 1: 22}),
        ("MRT", {0: 1, 1: 13}),
        ("NGA", {0: 1, 1: 37}),
        ("SEN", {0: 1, 1: 14}),
        ("CMR", {0: 1, 1: 10}),
        ("BEN", {0: 1, 1: 12}),
        ("TGO", {0: 1, 1: 5}),
        ("GMB", {0: 1, 1: 6}),
        ("DZA", {0: 1}),
    ],
)
def test_each_country_has_its_units(areas: gpd.GeoDataFrame, iso3: str, counts: dict[int, int]) -> None:
    """A country has the number of areas at each level that its edition tells."""
    assert areas.loc[areas["iso3"] == iso3, "level"].value_counts().to_dict() == counts


def test_neighbours_surround_the_five_countries(areas: gpd.GeoDataFrame) -> None:
    """The countries leave no hole, so a map has ground on all sides of the five."""
    ground = shapely.coverage_union_all(areas.loc[areas["level"] == 0].geometry.to_numpy())
    assert shapely.get_num_interior_rings(shapely.get_parts(ground)).sum() == 0


def test_key_is_unique(areas: gpd.GeoDataFrame) -> None:
    """Code and edition tell any two areas apart."""
    assert not areas.duplicated(["pcode", "edition"]).any()


def test_crs_is_longitude_and_latitude(areas: gpd.GeoDataFrame) -> None:
    """Coordinates are WGS 84 longitude and latitude."""
    assert areas.crs == 4326


def test_polygons_are_valid(areas: gpd.GeoDataFrame) -> None:
    """Every area is a valid polygon that is not empty, its outer ring counter-clockwise as GeoJSON wants it."""
    assert areas.geometry.is_valid.all()
    assert set(areas.geom_type) <= {"Polygon", "MultiPolygon"}
    assert (shapely.area(areas.geometry.to_numpy()) > 0).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(areas.geometry.to_numpy()))).all()


@pytest.mark.parametrize("level", [0, 1, 2])
def test_each_level_is_one_coverage(areas: gpd.GeoDataFrame, level: int) -> None:
    """Areas of a level neither overlap nor leave slivers: shared borders are identical."""
    assert shapely.coverage_is_valid(areas.loc[areas["level"] == level].geometry.to_numpy())


def test_children_add_up_to_their_parent(areas: gpd.GeoDataFrame) -> None:
    """The union of the areas of a parent is the parent."""
    polygons = areas.set_index("pcode").geometry
    for parent, children in areas[areas["level"] > 0].groupby("parent"):
        union = shapely.coverage_union_all(children.geometry.to_numpy())
        assert shapely.symmetric_difference(union, polygons[parent]).area < 1e-9, parent


def test_every_parent_is_there(areas: gpd.GeoDataFrame) -> None:
    """Every area but a country names a parent one level up, in its own country and edition."""
    assert areas.loc[areas["level"] == 0, "parent"].isna().all()
    children = areas[areas["level"] > 0]
    parents = areas.set_index("pcode").loc[children["parent"]]
    for column in ("iso3", "edition"):
        assert (parents[column].to_numpy() == children[column].to_numpy()).all()
    assert (parents["level"].to_numpy() == children["level"].to_numpy() - 1).all()


@pytest.mark.parametrize("column", ["pcode", "edition", "name", "name_fr", "name_en", "iso3", "source", "edition_note"])
def test_texts_are_filled(areas: gpd.GeoDataFrame, column: str) -> None:
    """Code, edition, source and the names in both languages are never empty."""
    assert areas[column].notna().all()
    assert (areas[column].str.strip().str.len() > 0).all()


@pytest.mark.parametrize(
    ("pcode", "column", "expected"),
    [
        ("BF13", "name_fr", "Centre"),
        ("BF13", "iso_3166_2", "BF-03"),
        ("BF57", "name_fr", "Sud-Ouest"),
        ("BF57", "iso_3166_2", "BF-13"),
        ("ML09", "name_fr", "Bamako"),
        ("ML09", "iso_3166_2", "ML-BKO"),
        ("ML03", "name_fr", "Sikasso"),
        ("ML06", "iso_3166_2", "ML-6+ML-10"),
        ("ML06", "name_en", "Timbuktu"),
        ("NE006", "name_fr", "Tillabéri"),
        ("TD", "name_fr", "Tchad"),
        ("TD18", "name_fr", "N'Djamena"),
        ("BF5602", "name_fr", "Séno"),
        ("BF4604", "name_fr", "Mouhoun"),
        ("CM-EN", "name", "Extrême-Nord"),
        ("CM-EN", "name_en", "Far North"),
        ("CM-AD", "name_fr", "Adamaoua"),
        ("CM-AD", "name_en", "Adamawa"),
        ("SN-TH", "name_fr", "Thiès"),
        ("SN-KE", "name_fr", "Kédougou"),
        ("SN-SE", "name_fr", "Sédhiou"),
        ("BJ-OU", "name_fr", "Ouémé"),
        ("NG-BO", "name_en", "Borno State"),
        ("NG-FC", "name_fr", "Territoire de la capitale fédérale du Nigeria"),
        ("TG-K", "name_fr", "Kara"),
        ("GM-M", "name_fr", "Central River"),
    ],
)
def test_codes_and_names_that_are_often_wrong(areas: gpd.GeoDataFrame, pcode: str, column: str, expected: str) -> None:
    """OCHA and ISO numbers that look alike are not taken for each other, and names keep their accents."""
    assert areas.set_index("pcode").loc[pcode, column] == expected


@pytest.mark.parametrize(
    ("place", "longitude", "latitude", "pcode"),
    [
        ("Ouagadougou", -1.52, 12.37, "BF1300"),
        ("Gaoua", -3.17, 10.33, "BF5704"),
        ("Ségou", -6.22, 13.43, "ML04"),
        ("Ménaka", 2.40, 15.92, "ML07+ML10"),
        ("Fada", 21.58, 17.19, "TD20+TD23"),
        ("Tillabéri", 1.45, 14.21, "NE006"),
        ("Kiffa", -11.40, 16.62, "MR03"),
        ("Maiduguri", 13.16, 11.83, "NG-BO"),
        ("Maroua", 14.33, 10.60, "CM-EN"),
        ("Kédougou", -12.18, 12.56, "SN-KE"),
        ("Parakou", 2.62, 9.34, "BJ-BO"),
        ("Dapaong", 0.20, 10.87, "TG-S"),
        ("Basse Santa Su", -14.22, 13.31, "GM-U"),
        ("Laâyoune", -13.18, 27.14, "EH"),
        ("Dakhla, east of its peninsula", -15.0, 23.7, "EH"),
        ("Tarfaya", -12.91, 27.93, "MA"),
    ],
)
def test_towns_lie_in_their_area(
    areas: gpd.GeoDataFrame, place: str, longitude: float, latitude: float, pcode: str
) -> None:
    """The polygon that bears a code is the one around a well-known town of that area."""
    around = areas[areas.geometry.contains(shapely.Point(longitude, latitude))].sort_values("level")
    assert around["pcode"].iloc[-1] == pcode, place


def test_undivided_units_take_no_code_of_a_part(areas: gpd.GeoDataFrame) -> None:
    """A unit that the p-codes have split bears the codes of all its parts, and no area bears one of them alone."""
    assert set(areas.loc[areas["pcode"].str.contains("+", regex=False), "pcode"]) == set(UNDIVIDED)
    assert not areas["pcode"].isin([part for parts in UNDIVIDED.values() for part in parts]).any()


def test_neighbours_bear_iso_codes(areas: gpd.GeoDataFrame) -> None:
    """An area of a neighbour bears its ISO 3166-2 code, with no day of a p-code edition, and the edition says so."""
    around = areas[areas["iso3"].isin(NEIGHBOURS)]
    regions = around[around["level"] == 1]
    assert set(regions["iso3"]) == set(NEIGHBOURS)
    assert (regions["pcode"] == regions["iso_3166_2"]).all()
    assert regions["pcode"].str.fullmatch(r"[A-Z]{2}-[A-Z]{1,2}").all()
    assert (regions["pcode"].str[:2] == regions["parent"]).all()
    assert around[["valid_from", "valid_to"]].isna().all(axis=None)
    assert around["edition"].str.contains("ISO 3166-2 codes, not p-codes", regex=False).all()
    assert around["edition_note"].str.contains("not p-codes", regex=False).all()


def test_western_sahara_ends_at_the_line_of_the_united_nations(areas: gpd.GeoDataFrame) -> None:
    """Western Sahara and Morocco meet in one straight line at 27.66144 N, from the coast to a vertex of Algeria."""
    polygons = areas.set_index("pcode").geometry
    border = shapely.line_merge(shapely.intersection(polygons["EH"], polygons["MA"]))
    assert border.geom_type == "LineString"
    assert set(shapely.get_coordinates(border)[:, 1]) == {27.66144}
    assert polygons["EH"].bounds[3] == polygons["MA"].bounds[1] == 27.66144
    eastern_end = (border.bounds[2], 27.66144)
    assert eastern_end in set(map(tuple, shapely.get_coordinates(polygons["DZ"])))
    for code in ("EH", "MA"):
        assert "United Nations" in areas.set_index("pcode").loc[code, "edition_note"]


def test_edition_tells_what_is_lacking(areas: gpd.GeoDataFrame) -> None:
    """A country has one edition, whose name shows the division that the polygons draw."""
    editions = areas.groupby("iso3")["edition"].unique()
    assert editions.map(len).eq(1).all()
    words = {
        "BFA": "13 regions",
        "MLI": "without Ménaka and Taoudénit",
        "TCD": "Ennedi undivided",
        "MRT": "Nouakchott undivided",
    }
    for iso3, words_of_country in words.items():
        assert words_of_country in editions[iso3][0]


def test_coordinates_have_five_decimals(areas: gpd.GeoDataFrame) -> None:
    """Coordinates are rounded to 5 decimals."""
    coordinates = shapely.get_coordinates(areas.geometry.to_numpy())
    assert (coordinates == coordinates.round(5)).all()


def test_codes_are_complete(codes: pd.DataFrame) -> None:
    """The table of codes has every p-code of the five countries at levels 1 and 2."""
    counts = codes.dropna(subset="pcode").groupby(["iso3", "level"]).size()
    expected = {"BFA": (13, 45), "MLI": (10, 53), "NER": (8, 67), "TCD": (23, 70), "MRT": (15, 63)}
    for iso3, (regions, provinces) in expected.items():
        assert counts[iso3].to_dict() == {"0": 1, "1": regions, "2": provinces}


def test_codes_agree_with_areas(areas: gpd.GeoDataFrame, codes: pd.DataFrame) -> None:
    """An area of the five countries bears a code of the table, or several joined, and the same names."""
    table = codes.dropna(subset="pcode").set_index("pcode")
    core = areas[areas["iso3"].isin(CORE)]
    assert set(core["pcode"].str.split("+").explode()) <= set(table.index)
    official = core[~core["pcode"].isin(UNDIVIDED)]
    for column in ("name", "name_fr", "name_en", "iso3"):
        assert (official[column].to_numpy() == table.loc[official["pcode"], column].to_numpy()).all()


def test_code_table_is_consistent(codes: pd.DataFrame) -> None:
    """P-codes are unique, parents exist, and every row says where it is from."""
    pcodes = codes["pcode"].dropna()
    assert pcodes.is_unique
    assert set(codes["parent"].dropna()) <= set(pcodes)
    assert codes["source"].notna().all()
    assert codes.loc[codes["pcode"].isna(), "iso_3166_2"].tolist() == ["ML-10"]
