"""Templates for tooltips: written row by row, never evaluated."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import arrows, phased

import sahelgeo as sg
from sahelgeo.maps.layers import check_tooltip, write_tooltips

ROWS = pd.DataFrame(
    {
        "name": ["West", "<b>East</b>"],
        "people": pd.array([348341, None], dtype="Int64"),
        "share": [0.1234, None],
        "date": pd.to_datetime(["2020-09-06", None]),
        "a.b": [1, 2],
    }
)


def test_every_row_gets_its_text() -> None:
    """Numbers by their format, missing values as a dash, days in words, braces doubled are shown."""
    assert write_tooltips("{name}: {people:,.0f} ({share:.1%}) {{on {date}}}", ROWS, "en") == (
        "West: 348,341 (12.3%) {on 6 September 2020}",
        "<b>East</b>: – (–) {on –}",
    )


def test_numbers_are_written_in_french() -> None:
    """The separators are those of the language; text keeps its commas."""
    rows = ROWS.assign(name="a,b.c")
    assert write_tooltips("{name} {people:,} {share:.1f}", rows, "fr")[0] == "a,b.c 348\u202f341 0,1"


def test_a_column_may_have_a_dot_in_its_name() -> None:
    """Only whole names of columns are looked up, so this is no attribute."""
    assert check_tooltip("{a.b}", ROWS, "X") == "{a.b}"
    assert write_tooltips("{a.b}", ROWS, "en") == ("1", "2")


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{name.__class__}", "there is no column 'name.__class__'. Attributes and positions are not read. Found: name, people"),
        ("{name[0]}", r"there is no column 'name\[0\]'. Attributes and positions are not read"),
        ("{0}", "there is no column '0'"),
        ("{}", "there is no column ''. Attributes and positions are not read"),
        ("{name!r}", "has a conversion in {name!r}. Write the column alone"),
        ("{people:{people}}", "has the format '{people}' in .*, which is not read"),
        ("{people:999999999}", "has the format '999999999' in .*, which is not read"),
        ("{name:,.0f}", "format ',.0f' does not fit column 'name', which holds 'West'"),
        ("{date:%Y}", "holds days, which are written in words. Leave out the format '%Y'"),
        ("{name", "cannot be read .*Write a brace that is to be shown twice"),
    ],
)  # fmt: skip
def test_anything_but_columns_and_formats_is_refused(template: str, message: str) -> None:
    """Attributes, positions, conversions, formats inside formats, formats that do not fit."""
    with pytest.raises(sg.errors.SchemaError, match=message):
        check_tooltip(template, ROWS, "PhaseLayer")


def test_a_template_is_text() -> None:
    """A list of columns, as other libraries take, gets a sentence."""
    with pytest.raises(sg.errors.SchemaError, match="is not text. Give a template such as"):
        check_tooltip(["name"], ROWS, "PhaseLayer")  # type: ignore[arg-type]


def test_the_geometry_is_no_text(squares: gpd.GeoDataFrame) -> None:
    """Borders as text would fill the page."""
    with pytest.raises(sg.errors.SchemaError, match="there is no column 'geometry'"):
        sg.maps.AreaLayer(squares, tooltip="{geometry}")


@given(st.text(alphabet="{}[]().!:_abn0,%", max_size=12))
def test_no_template_ends_in_another_error(template: str) -> None:
    """Whatever stands in a template, it is written or refused."""
    try:
        checked = check_tooltip(template, ROWS, "PhaseLayer")
    except sg.errors.SchemaError:
        return
    assert len(write_tooltips(str(checked), ROWS, "en")) == 2


def test_each_layer_takes_a_template(squares: gpd.GeoDataFrame) -> None:
    """Tooltips belong to the rows drawn, in the order in which they are drawn."""
    phases = sg.maps.PhaseLayer(phased(squares, [1, 2, 4]), tooltip="{pcode} {phase_published}")
    assert phases.drawing("en").tooltips == ("XA01 1", "XA02 2", "XA03 4")
    stocks = sg.maps.StockLayer(squares.assign(people=[1000, 12, None]), tooltip="{name}: {people:,.0f}")
    assert stocks.drawing("en").tooltips == ("West: 1,000", "Middle: 12", "East: –")
    flows = arrows(squares)
    layer = sg.maps.FlowLayer(flows, tooltip="{people:.0f}")
    drawing = layer.drawing("en")
    assert drawing.tooltips == tuple(f"{value:.0f}" for value in drawing.values)
    assert sg.maps.AreaLayer(squares).drawing("en").tooltips == ()


def test_drawings_know_their_p_codes(squares: gpd.GeoDataFrame) -> None:
    """One for an area, two for a movement, none where the table has none."""
    assert sg.maps.AreaLayer(squares).drawing("en").codes == (("XA01",), ("XA02",), ("XA03",))
    assert set(sg.maps.FlowLayer(arrows(squares)).drawing("en").codes) == {("XA01", "XA02"), ("XA02", "XA01")}
    assert sg.maps.AreaLayer(squares.drop(columns="pcode")).drawing("en").codes == ()


def test_small_counts_are_withheld_from_tooltips(squares: gpd.GeoDataFrame) -> None:
    """A template cannot bring back what the map withholds; zero is shown, and a map that shows every count shows it here."""
    layer = sg.maps.StockLayer(squares.assign(people=[7, 0, 400]), tooltip="{people:,.0f}")
    assert layer.drawing("en").tooltips == ("< 10", "0", "400")
    layer.add_to(sg.maps.Map(suppress_below=0))
    assert layer.drawing("en").tooltips == ("7", "0", "400")
    renamed = sg.maps.StockLayer(squares.assign(idps=[7, 0, 400]), column="idps", tooltip="{idps}")
    assert renamed.drawing("en").tooltips[0] == "< 10"
    phases = sg.maps.PhaseLayer(phased(squares, [1, 2, 3]).assign(people_3=[7, 0, 400]), tooltip="{people_3}")
    assert phases.drawing("en").tooltips == ("< 10", "0", "400")
    classes = sg.maps.AreaLayer(squares.assign(idps=[7, 0, 400]), column="idps", tooltip="{idps}")
    assert classes.drawing("en").tooltips == ("< 10", "0", "400")


def test_no_tooltip_of_a_change_gives_a_small_count_away(squares: gpd.GeoDataFrame) -> None:
    """Neither the count before or after, nor any part of the change from which it follows."""
    both = squares.assign(people=[7, 200, 400], date="2020-09-06", group="idp", method="register", source="x")
    after = both.assign(people=[1000, 6, 500], date="2021-09-06")
    changes = sg.change_in_stocks(pd.DataFrame(both.drop(columns="geometry")), pd.DataFrame(after.drop(columns="geometry")), by="pcode")  # fmt: skip
    template = "{people_before:.0f} {people_after:.0f} {change:.0f} {like_for_like:.0f} {increase:.0f} {decrease:.0f}"
    table = sg.attach_areas(changes, squares)
    drawn = sg.maps.AreaLayer(table, column="like_for_like", tooltip=template).drawing("en")
    assert drawn.tooltips == (
        "< 10 1000 withheld withheld withheld withheld",
        "200 < 10 withheld withheld withheld withheld",
        "400 500 100 100 100 0",
    )
    assert drawn.fields[0].values[2] == 100
