"""Values carried between polygons: totals kept, unknown stays unknown, slivers counted."""

import threading
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import sahelgeo as sg


def table(*boxes, crs="EPSG:4326", **columns):
    """Boxes (west, south, east, north) with columns."""
    return gpd.GeoDataFrame(columns, geometry=[shapely.box(*box) for box in boxes], crs=crs)


# Two squares side by side, and the same ground cut across: north half, south half. Thin enough for equal halves.
COLUMNS = table((0, 0, 1, 0.02), (1, 0, 2, 0.02), people=[100, 300], pcode=["W", "E"])
ROWS = table((0, 0.01, 2, 0.02), (0, 0, 2, 0.01), pcode=["N", "S"])


def test_counts_are_split_by_area_and_summed():
    """Half of each square lies in each row: half of all people, and not one is lost."""
    result, account = sg.overlay(COLUMNS, ROWS, report=True)
    assert result["people"].tolist() == pytest.approx([200, 200], rel=1e-6)
    assert result["people"].sum() == pytest.approx(400, rel=1e-12)
    assert result["people_covered"].tolist() == pytest.approx([1, 1])
    assert account.totals.loc["people", "outside"] == pytest.approx(0, abs=1e-9)
    assert (account.pieces, account.slivers) == (4, 0)


def test_rows_index_columns_and_crs_of_the_areas_stay():
    """The result is the table of areas with columns more; neither argument is changed."""
    areas = ROWS.set_axis(["n", "s"]).to_crs("EPSG:32631")
    before = areas.copy()
    result = sg.overlay(COLUMNS, areas)
    assert result.index.tolist() == ["n", "s"]
    assert list(result.columns) == ["pcode", "geometry", "people", "people_covered"]
    assert result.crs == areas.crs
    pd.testing.assert_frame_equal(pd.DataFrame(areas), pd.DataFrame(before))


def test_what_falls_outside_is_said():
    """A quarter of the western people live where no area is: the warning has the number, the account too."""
    areas = table((0.25, 0, 2, 0.02))
    with pytest.warns(sg.DataWarning, match="people: 25 of 400 fall outside the areas"):
        result, account = sg.overlay(COLUMNS, areas, report=True)
    assert result["people"].tolist() == pytest.approx([375])
    assert "people: 375 of 400 arrived, 25 fell outside" in str(account)


def test_areas_that_nothing_covers_are_missing_not_zero():
    """An area without any value has no value."""
    result = sg.overlay(COLUMNS, table((0, 0, 2, 0.02), (5, 5, 6, 6)))
    assert result["people"].isna().tolist() == [False, True]
    assert result["people_covered"].tolist() == [1, 0]


def test_slivers_go_to_the_other_pieces_and_are_counted():
    """Borders that differ by a thousandth of a degree: each square goes whole to its own area."""
    areas = table((0, 0, 1.001, 0.02), (1.001, 0, 2, 0.02))
    result, account = sg.overlay(COLUMNS, areas, report=True)
    assert result["people"].tolist() == pytest.approx([100, 300])
    assert account.slivers == 1
    assert account.sliver_km2 == pytest.approx(0.246, abs=0.01)
    exact = sg.overlay(COLUMNS, areas, slivers=0)
    assert exact["people"].tolist() == pytest.approx([100.3, 299.7])


def test_a_sliver_outside_all_areas_is_no_loss():
    """A coast that differs by a thousandth of a degree drowns nobody; with slivers=0 it is reported."""
    areas = table((0.001, 0, 2, 0.02))
    assert sg.overlay(COLUMNS, areas)["people"].tolist() == pytest.approx([400])
    with pytest.warns(sg.DataWarning, match="fall outside"):
        assert sg.overlay(COLUMNS, areas, slivers=0)["people"].tolist() == pytest.approx([399.9])


def test_a_small_polygon_inside_a_large_one_is_no_sliver():
    """A town of a thousandth of the area keeps its people: the rule is the share of both polygons."""
    town = table((0.5, 0.005, 0.51, 0.006), people=[7])
    assert sg.overlay(town, COLUMNS[["geometry"]])["people"].tolist()[0] == pytest.approx(7)


def test_unknown_counts_add_nothing_and_show_in_the_covered():
    """One square is not counted: the sum is that of the other, covering half; an area with unknown alone is missing."""
    values = COLUMNS.assign(people=[100, np.nan])
    with pytest.warns(sg.DataWarning, match="people: 1 rows are unknown"):
        result = sg.overlay(values, table((0, 0, 2, 0.02), (1.1, 0, 1.9, 0.02)))
    assert result["people"].isna().tolist() == [False, True]
    assert result["people_covered"].tolist() == pytest.approx([0.5, 0])


def test_areas_that_overlap_share_counts_out():
    """Two areas on the same ground get half each: nobody is counted twice, and a warning has the km²."""
    areas = table((0, 0, 2, 0.02), (0, 0, 2, 0.02))
    with pytest.warns(sg.DataWarning, match=r"overlap on 49\d km²"):
        result, account = sg.overlay(COLUMNS, areas, report=True)
    assert result["people"].tolist() == pytest.approx([200, 200])
    assert account.overlap_km2 == pytest.approx(492, abs=1)


def test_rates_are_averaged_by_people():
    """30 % of 100 people and 10 % of 300 people are 15 %, not 20 %."""
    values = COLUMNS.assign(share=[0.3, 0.1])
    whole = table((0, 0, 2, 0.02))
    assert sg.overlay(values, whole, measure={"share": "rate"}, weights="people")["share"].tolist() == pytest.approx(
        [0.15]
    )
    assert sg.overlay(values, whole, measure={"share": "rate"}, weights="area")["share"].tolist() == pytest.approx(
        [0.2]
    )


def test_unknown_rates_and_empty_ground():
    """An unknown rate is left out of the average; where nobody lives there is no rate."""
    values = COLUMNS.assign(share=[0.3, None], people=[0, 5])
    result = sg.overlay(values, table((0, 0, 1, 0.02), (0, 0, 2, 0.02)), measure={"share": "rate"}, weights="people")
    assert result["share"].isna().tolist() == [True, True]


def test_classes_go_by_majority_with_the_runner_up():
    """300 of 400 people are in phase 3, 100 in phase 2."""
    values = COLUMNS.assign(phase=pd.array([2, 3], dtype="Int64"))
    result = sg.overlay(values, table((0, 0, 2, 0.02)), measure={"phase": "class"}, weights="people").iloc[0]
    assert (result["phase"], result["phase_second"]) == (3, 2)
    assert (result["phase_share"], result["phase_second_share"]) == pytest.approx((0.75, 0.25))


def test_classes_of_equal_weight():
    """Of two phases with the same people the higher is taken; of two words neither."""
    values = COLUMNS.assign(people=[50, 50], phase=[2, 3], zone=["millet", "herds"])
    values["rank"] = pd.Categorical(["high", "low"], categories=["low", "high"], ordered=True)
    kinds = {"phase": "class", "zone": "class", "rank": "class"}
    result = sg.overlay(values, table((0, 0, 2, 0.02)), measure=kinds, weights="people").iloc[0]
    assert result["phase"] == 3
    assert pd.isna(result["zone"])
    assert result["zone_second"] in ("millet", "herds")
    assert result["rank"] == "high"


def test_unknown_classes_stay_unknown():
    """Where most people have no phase the area has none, and the best known one is the runner-up."""
    values = COLUMNS.assign(phase=pd.array([4, None], dtype="Int64"))
    result = sg.overlay(values, table((0, 0, 2, 0.02), (5, 5, 6, 6)), measure={"phase": "class"}, weights="people")
    assert result["phase"].isna().all()
    assert result["phase_second"].tolist()[0] == 4
    assert result["phase_share"].isna().tolist() == [False, True]
    assert result["phase_covered"].tolist() == pytest.approx([0.5, 0])


def test_counts_by_a_population_table_of_the_areas():
    """The north has three times the people of the south: counts follow."""
    population = pd.DataFrame({"pcode": ["S", "N"], "people": [10, 30]})
    result = sg.overlay(COLUMNS, ROWS, weights=population)
    assert result["people"].tolist() == pytest.approx([300, 100], rel=1e-6)


def test_rates_by_a_population_table_of_the_values():
    """A table that knows the p-codes of the values serves too."""
    population = pd.DataFrame({"pcode": ["W", "E"], "population": [1, 3]})
    values = COLUMNS.assign(share=[0.0, 0.4])
    result = sg.overlay(values, ROWS, measure={"share": "rate"}, weights=population)
    assert result["share"].tolist() == pytest.approx([0.3, 0.3])


@pytest.mark.parametrize("shape", ["points", "polygons"])
def test_counts_by_population_with_geometry(shape):
    """Nine of ten people of the west live in its north, as points or as small areas say."""
    if shape == "points":
        geometry = gpd.points_from_xy([0.5, 0.5, 1.5, 9], [0.015, 0.005, 0.015, 9])
    else:
        geometry = [
            shapely.box(x, y, x + 0.1, y + 0.001) for x, y in ((0.5, 0.015), (0.5, 0.005), (1.5, 0.015), (9, 9))
        ]
    population = gpd.GeoDataFrame({"people": [9, 1, 5, 50]}, geometry=geometry, crs=4326)
    result = sg.overlay(COLUMNS, ROWS, weights=population)
    assert result["people"].tolist() == pytest.approx([390, 10])


def test_counts_by_a_population_grid(tmp_path):
    """All cells with people lie in the north: so do the counts. Cells without data count nobody."""
    rasterio = pytest.importorskip("rasterio")
    cells = np.array([[5.0, 5, 1, 1], [-1, -1, 0, 0]], dtype="float32")
    path = tmp_path / "people.tif"
    transform = rasterio.transform.from_origin(0, 0.02, 0.5, 0.01)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=4,
        height=2,
        count=1,
        dtype="float32",
        nodata=-1,
        crs="EPSG:4326",
        transform=transform,
    ) as grid:
        grid.write(cells, 1)
    result = sg.overlay(COLUMNS, ROWS, weights=path)
    assert result["people"].tolist() == pytest.approx([400, 0])
    assert result["weights_source"].tolist() == ["people.tif"] * 2
    slanted = gpd.GeoDataFrame(geometry=[shapely.Polygon([(0, 0), (2, 0), (2, 0.02)])], crs=4326)
    with pytest.warns(sg.DataWarning, match="fall outside"):
        assert 0 < sg.overlay(COLUMNS, slanted, weights=str(path))["people"][0] < 400
    bare = tmp_path / "bare.tif"
    with rasterio.open(
        bare, "w", driver="GTiff", width=4, height=2, count=1, dtype="float32", transform=transform
    ) as grid:
        grid.write(cells, 1)
    with pytest.raises(sg.errors.CRSError, match="the raster has no CRS"):
        sg.overlay(COLUMNS, ROWS, weights=bare)


def test_people_where_the_weights_know_of_none_go_by_area():
    """Counts are not lost where the population says nobody lives: they are split by area, and that is said."""
    population = gpd.GeoDataFrame({"people": [9]}, geometry=gpd.points_from_xy([0.5], [0.015]), crs=4326)
    with pytest.warns(
        sg.DataWarning, match=r"1 polygons of values hold no weight \(rows by position 1\): split by area"
    ):
        result = sg.overlay(COLUMNS, ROWS, weights=population)
    assert result["people"].tolist() == pytest.approx([250, 150], rel=1e-6)


def test_people_without_a_polygon_are_reported_as_outside():
    """A row whose polygon is empty has nowhere to go: its people are outside, and it is named."""
    values = COLUMNS.set_geometry([shapely.Polygon(), COLUMNS.geometry[1]], crs=4326)
    with pytest.warns(sg.DataWarning, match=r"100 of 400 fall outside.*1 rows of values have no polygon.*position 0"):
        assert sg.overlay(values, ROWS)["people"].sum() == pytest.approx(300)


def test_sources_go_along_each_to_its_own_areas():
    """Who published the values, for each area; who drew the areas; and who counted the people that they are weighed by."""
    values = COLUMNS.assign(source=["CH", "IPC"])
    areas = table((0, 0, 1, 0.02), (0, 0, 2, 0.02), (5, 5, 6, 6), pcode=["W", "all", "far"], source="OCHA")
    census = pd.DataFrame({"pcode": ["W", "E"], "people": 1, "source": ["census", None]})
    with pytest.warns(sg.DataWarning, match="overlap"):
        result = sg.overlay(values, areas, weights=census)
    assert result["source"].fillna("-").tolist() == ["CH", "CH + IPC", "-"]
    assert result["area_source"].tolist() == ["OCHA"] * 3
    assert result["weights_source"].tolist() == ["census"] * 3
    assert sorted(sg.credit(result)) == ["CH", "IPC", "OCHA", "census"]


def test_areas_that_have_figures_already_keep_their_sources():
    """Figures laid on top bring their own source: the older one is the area's."""
    areas = ROWS.assign(source="census", area_source="OCHA", density=[1, 2])
    result = sg.overlay(COLUMNS.assign(source="CH"), areas)
    assert result["source"].tolist() == ["CH", "CH"]
    assert result["area_source"].tolist() == ["OCHA + census"] * 2


def test_an_unknown_source_is_not_the_border_s():
    """Values without a source leave none, whoever drew the areas."""
    result = sg.overlay(COLUMNS, ROWS.assign(source="OCHA"))
    assert "source" not in result
    assert result["area_source"].tolist() == ["OCHA", "OCHA"]


@pytest.mark.parametrize(
    ("column", "two"),
    [
        ("date", ["2020-01-31", "2020-02-29"]),
        ("start", ["2020-03-01", "2020-06-01"]),
        ("year", [2019, 2020]),
        ("group", ["idp", "refugee"]),
        ("kind", ["current", "projected"]),
        ("edition", ["BFA 2013", "BFA 2025"]),
    ],
)
def test_what_never_adds_up_is_refused_in_the_words_of_the_sums(column, two):
    """Two days, periods, groups in one area; where each area has one of them, nothing is added."""
    values = COLUMNS.assign(**{column: two})
    with pytest.raises(
        sg.errors.DoubleCountError, match=f"The sum would mix what does not add up:\n  1. {column} has"
    ) as found:
        sg.overlay(values, ROWS)
    assert found.value.rows.index.tolist() == [0, 1]
    assert f"Choose one: values[values['{column}'] == ...]" in str(found.value)
    assert sg.overlay(values, COLUMNS[["geometry"]])["people"].tolist() == pytest.approx([100, 300])


def test_the_same_refusal_as_that_of_sum_stocks():
    """Two counts of one place: sum_stocks and overlay say the same, but for what to do."""
    twice = pd.concat([COLUMNS, COLUMNS], ignore_index=True).assign(
        group="idp", source="x", date=["2020-01-31"] * 2 + ["2020-02-29"] * 2
    )
    with pytest.raises(sg.errors.DoubleCountError) as of_sums:
        sg.sum_stocks(pd.DataFrame(twice).drop(columns="geometry"))
    with pytest.raises(sg.errors.DoubleCountError) as of_overlay:
        sg.overlay(twice, ROWS)
    assert str(of_overlay.value).split(". Choose")[0] == str(of_sums.value).split(". Choose")[0]


@pytest.mark.parametrize("column", ["method", "operation", "source", "analysis"])
def test_two_methods_or_sources_add_up_on_different_ground_alone(column):
    """West by one and east by the other are different people; the west by both is the same people twice."""
    values = COLUMNS.assign(**{column: ["a", "b"]})
    assert sg.overlay(values, ROWS)["people"].sum() == pytest.approx(400)
    again = pd.concat([values, values.iloc[:1].assign(**{column: "b"})])
    with pytest.raises(sg.errors.DoubleCountError, match=f"{column} has 'a', 'b' in rows 0, 0"):
        sg.overlay(again, ROWS)


def test_an_area_and_its_parts_are_not_added():
    """A region beside its province counts the province twice."""
    values = table((0, 0, 2, 0.02), (0, 0, 1, 0.02), pcode=["BF56", "BF5601"], people=[10, 4])
    with pytest.raises(sg.errors.DoubleCountError, match="people of an area and of its parts twice:\n  1. rows 0, 1"):
        sg.overlay(values, ROWS)


def test_what_tells_no_people_apart_is_let_pass():
    """Rows by origin, latest counts of one day, a column named kind or group that means something else, rows without a value."""
    twice = pd.concat([COLUMNS, COLUMNS], ignore_index=True).assign(origin=["A", "A", "B", "B"])
    assert sg.overlay(twice, ROWS)["people"].sum() == pytest.approx(800)
    latest = COLUMNS.assign(
        date=["2020-01-31", "2020-02-29"], as_of="2020-03-31", kind=["herds", "millet"], group=["x", "y"]
    )
    assert sg.overlay(latest, ROWS)["people"].sum() == pytest.approx(400)
    with pytest.warns(sg.DataWarning, match="rows are unknown"):
        assert sg.overlay(COLUMNS.assign(people=[100, None], date=["2020-01-31", None]), ROWS)[
            "people"
        ].sum() == pytest.approx(100)


def test_a_town_drawn_into_its_zone_without_codes_is_refused():
    """1,000 in the zone and 400 in the town within: nothing says that the 400 are not among the 1,000."""
    values = table((0, 0, 2, 0.02), (0.5, 0, 0.7, 0.01), people=[1000, 400], name=["zone", "town"])
    with pytest.raises(
        sg.errors.DoubleCountError, match="the people of one place more than once:\n  1. rows 0, 1"
    ) as found:
        sg.overlay(values, ROWS)
    assert len(found.value.rows) == 2
    assert sg.overlay(values.assign(origin=["NE", "ML"]), ROWS)["people"].sum() == pytest.approx(1400)
    rates = sg.overlay(values, ROWS, measure={"people": "rate"}, weights="area")
    assert rates["people"].between(400, 1000).all()


def test_one_polygon_twice_is_told_apart_by_a_column_of_words():
    """Women and men of one place add up; the same row again does not."""
    twice = pd.concat([COLUMNS, COLUMNS], ignore_index=True)
    assert sg.overlay(twice.assign(sex=["f", "f", "m", "m"]), ROWS)["people"].sum() == pytest.approx(800)
    with pytest.raises(sg.errors.DoubleCountError, match="rows 0, 1, 2, 3 .* lie on each other"):
        sg.overlay(twice, ROWS)


@pytest.mark.parametrize(
    "column", [{"objectid": ["1", "2", "3", "4"]}, {"GlobalID": list("abcd")}, {"households": [20, 60, 21, 61]}]
)
def test_the_number_of_a_row_or_another_figure_does_not_tell_one_polygon_twice_apart(column):
    """Two rows of the same people differ in them."""
    twice = pd.concat([COLUMNS, COLUMNS], ignore_index=True).assign(**column)
    with pytest.raises(sg.errors.DoubleCountError, match="lie on each other"):
        sg.overlay(twice, ROWS)


def test_two_sources_that_overlap_in_part_are_said_with_their_people():
    """A third of each polygon is claimed by both sources: up to 100 of the 700 may be the same people."""
    values = table((0, 0, 1.5, 0.02), (1, 0, 2.5, 0.02), people=[300, 400], source=["CH", "IPC"])
    with pytest.warns(sg.DataWarning, match=r"lie on each other on 123 km² \(rows by position 0, 1\): up to 100 may"):
        assert sg.overlay(values, table((0, 0, 3, 0.02)))["people"].sum() == pytest.approx(700)
    one = values.assign(source="CH")
    assert sg.overlay(one, table((0, 0, 3, 0.02)))["people"].sum() == pytest.approx(700)


boxes = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 6), st.integers(1, 6))


@given(st.lists(st.tuples(boxes, st.sampled_from("AB")), min_size=1, max_size=5))
def test_rectangles_add_up_only_where_none_hides_half_of_another(drawn):
    """Any rectangles of two sources: refused where two share more than half of the smaller, else no one is lost."""
    shapes = [shapely.box(x / 10, y / 10, (x + w) / 10, (y + h) / 10) for (x, y, w, h), _ in drawn]
    values = gpd.GeoDataFrame({"people": 100, "source": [name for _, name in drawn]}, geometry=shapes, crs=4326)
    pairs = [(i, j) for i in range(len(shapes)) for j in range(i)]
    shares = {(i, j): shapes[i].intersection(shapes[j]).area / min(shapes[i].area, shapes[j].area) for i, j in pairs}
    around = gpd.GeoDataFrame(geometry=[shapely.box(-1, -1, 3, 3)], crs=4326)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        if max(shares.values(), default=0) > 0.51:
            with pytest.raises(sg.errors.DoubleCountError):
                sg.overlay(values, around)
        elif max(shares.values(), default=0) < 0.49:
            assert sg.overlay(values, around)["people"].sum() == pytest.approx(100 * len(shapes))
            two = any(share > 0.011 and drawn[i][1] != drawn[j][1] for (i, j), share in shares.items())
            assert two == any("may be counted twice" in str(each.message) for each in said)


BOWTIE = gpd.GeoDataFrame({"people": [1]}, geometry=[shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])], crs=4326)


@pytest.mark.parametrize(
    ("values", "options", "error", "message"),
    [
        (
            pd.DataFrame({"people": [1]}),
            {},
            sg.errors.SchemaError,
            "values: a GeoDataFrame of polygons is needed, not DataFrame",
        ),
        (
            COLUMNS.drop(columns="people"),
            {},
            sg.errors.SchemaError,
            r"no column 'people' or 'population'. Name the columns",
        ),
        (
            COLUMNS,
            {"measure": "sum"},
            sg.errors.SchemaError,
            r"measure\['people'\]='sum' is not one of 'count', 'rate', 'class'",
        ),
        (
            COLUMNS,
            {"measure": {"idps": "count"}},
            sg.errors.SchemaError,
            "values: column 'idps' is missing. Found: people, pcode, geometry",
        ),
        (
            COLUMNS.assign(idps=["1", "2"]),
            {"measure": {"idps": "count"}},
            sg.errors.SchemaError,
            r"column 'idps', row\(s\) 0, 1 \('1', '2'\): not a number",
        ),
        (
            COLUMNS.assign(people=[np.inf, 1]),
            {},
            sg.errors.SchemaError,
            r"column 'people', row\(s\) 0 .*inf.*: not a number",
        ),
        (
            COLUMNS,
            {"measure": {"pcode": "class"}, "weights": "area"},
            sg.errors.SchemaError,
            "onto already has a column 'pcode'",
        ),
        (COLUMNS, {"measure": "rate"}, sg.errors.SchemaError, "rates and classes need weights"),
        (COLUMNS, {"slivers": 0.9}, sg.errors.SchemaError, "slivers=0.9 is not a share"),
        (COLUMNS, {"weights": 5}, sg.errors.SchemaError, "weights must be 'area'.* not int"),
        (
            COLUMNS.assign(w=[-1, 1]),
            {"weights": "w"},
            sg.errors.SchemaError,
            r"weights: column 'w', row\(s\) 0: below 0",
        ),
        (COLUMNS, {"weights": "nowhere.tif"}, sg.errors.SchemaError, "'nowhere.tif' is neither 'area', nor a column"),
        (
            COLUMNS,
            {"weights": "pcode"},
            sg.errors.SchemaError,
            r"weights: column 'pcode', row\(s\) 0, 1 .*not a number",
        ),
        (COLUMNS, {"weights": pd.DataFrame({"a": [1]})}, sg.errors.SchemaError, "weights: no column 'people'"),
        (COLUMNS, {"weights": pd.DataFrame({"pcode": ["N"], "people": [1]})}, sg.errors.SchemaError, r"missing: S\)"),
        (
            COLUMNS,
            {"weights": pd.DataFrame({"pcode": ["N", "N"], "people": 1})},
            sg.errors.SchemaError,
            "p-codes N stand more",
        ),
        (COLUMNS, {"weights": ROWS}, sg.errors.SchemaError, "weights: no column 'people' or 'population'"),
        (
            COLUMNS,
            {"weights": COLUMNS.set_crs(None, allow_override=True)},
            sg.errors.CRSError,
            "weights: the geometry has no CRS",
        ),
        (
            COLUMNS,
            {"weights": COLUMNS.set_geometry(COLUMNS.boundary)},
            sg.errors.SchemaError,
            "must be points alone or polygons alone",
        ),
        (BOWTIE, {}, sg.errors.SchemaError, r"values: geometry, row\(s\) 0: invalid"),
        (COLUMNS.set_crs(None, allow_override=True), {}, sg.errors.CRSError, "values: the geometry has no CRS"),
    ],
)
def test_bad_input_is_refused(values, options, error, message):
    """The message says what was found and what to do."""
    with pytest.raises(error, match=message):
        sg.overlay(values, ROWS, **options)


def test_all_problems_come_at_once():
    """Two wrong columns are two problems of one error."""
    with pytest.raises(sg.errors.SchemaError) as caught:
        sg.overlay(COLUMNS, ROWS, measure={"a": "count", "b": "count"})
    assert len(caught.value.problems) == 2


lattice = st.lists(st.integers(0, 4), min_size=9, max_size=9)


@given(
    lattice, lattice, st.lists(st.integers(0, 10**7) | st.none(), min_size=5, max_size=5), st.sampled_from([0, 0.01])
)
def test_totals_are_kept(of_values, of_areas, people, slivers):
    """Wherever the borders run, what arrives is what came in, to one part in a billion."""
    cells = [shapely.box(x, y, x + 1, y + 1) for x in range(3) for y in range(3)]
    slanted = [shapely.affinity.affine_transform(cell, (1, 0.1, 0.2, 1, -0.5, -0.3)) for cell in cells]

    def merged(shapes, names):
        parts = {
            name: shapely.union_all([s for s, n in zip(shapes, names, strict=True) if n == name]) for name in names
        }
        return gpd.GeoDataFrame(geometry=list(parts.values()), crs=4326)

    values = merged(cells, of_values)
    values["people"] = pd.array(people[: len(values)], dtype="Int64")
    areas = merged(slanted, of_areas)
    areas = pd.concat(
        [areas, gpd.GeoDataFrame(geometry=[shapely.box(-9, -9, 9, 9).difference(areas.union_all())], crs=4326)]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result, account = sg.overlay(values, areas, slivers=slivers, report=True)
    assert float(result["people"].sum()) == pytest.approx(float(values["people"].sum()), rel=1e-9)
    assert account.totals.loc["people", "rows_unknown"] == values["people"].isna().sum()


def test_threads_leave_warnings_alone(monkeypatch):
    """Setting warnings aside in two threads at once would lose them for the rest of the process."""
    enter, threads = warnings.catch_warnings.__enter__, set()

    def noted(self):
        threads.add(threading.current_thread().name)
        return enter(self)

    monkeypatch.setattr(warnings.catch_warnings, "__enter__", noted)
    before = list(warnings.filters)
    sg.overlay(COLUMNS, table((0, 0, 2, 0.02)))
    assert threads <= {threading.main_thread().name}
    assert warnings.filters == before


def test_weights_that_are_missing_are_named():
    """Nobody is known to live in an area without a figure: its share goes to the others, and is said."""
    areas = gpd.GeoDataFrame(
        {"pcode": ["A", "B"]}, geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs=4326
    )
    values = gpd.GeoDataFrame({"people": [100]}, geometry=[shapely.box(0, 0, 2, 1)], crs=4326)
    table = pd.DataFrame({"pcode": ["A", "B"], "people": [None, 5]})
    points = gpd.GeoDataFrame(table[["people"]], geometry=[shapely.Point(0.5, 0.5), shapely.Point(1.5, 0.5)], crs=4326)
    for weights, row in ((table, "A"), (points, "0")):
        with pytest.warns(sg.DataWarning, match=rf"people of 1 rows are missing \({row}\)"):
            assert sg.overlay(values, areas, weights=weights)["people"].tolist() == [0, 100]


@pytest.mark.parametrize("kind", ["object", "category", "Int64", "double[pyarrow]"])
def test_counts_of_every_type_of_column_are_carried(kind):
    """Numbers held as objects or categories are numbers."""
    values = gpd.GeoDataFrame({"people": [100]}, geometry=[shapely.box(0, 0, 2, 1)], crs=4326)
    areas = gpd.GeoDataFrame({"pcode": ["A"]}, geometry=[shapely.box(0, 0, 2, 1)], crs=4326)
    assert sg.overlay(values.assign(people=values["people"].astype(kind)), areas)["people"].tolist() == [100]
