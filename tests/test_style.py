"""A house's own style: its colours checked and saved, on page and sheet, and the official ones left alone."""

from __future__ import annotations

import json
import re
import warnings
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pytest
from PIL import Image
from tables import phased

import sahelgeo as sg
from sahelgeo.maps.style import declared_style, distance, in_style, spread, style


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    """A small picture."""
    Image.new("RGB", (60, 20), "#7A0C49").save(tmp_path / "logo.png")
    return tmp_path / "logo.png"


@pytest.fixture
def people(squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Displaced people in the three squares, and rates."""
    return squares.assign(people=[100, 900, 400], rate=[1.0, 5.0, 9.0], date="2020-09-06", group="idp", kind="b")


def document_of(text: str) -> dict[str, dict[str, dict[str, str]]]:
    """The document in a saved page."""
    found = re.search(r'<script type="application/json" id="[^"]+">(.*?)</script>', text, flags=re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", sorted(sg.maps.palettes()))
def test_every_palette_is_told_apart_by_every_eye(name: str) -> None:
    """No palette of ours is warned of, and each says where it is from."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sg.maps.palettes()[name].source
        assert sg.maps.Style(cmap=name).cmap == {sg.maps.palettes()[name].kind: sg.maps.palettes()[name].colours}


def test_up_to_nine_classes_are_told_apart() -> None:
    """Steps between the colours of a sequence are made where there are fewer colours than classes."""
    colours = spread(declared_style()["areas"]["sequence"], 9)
    assert len(set(colours)) == 9
    assert min(distance(one, other) for one, other in pairwise(colours)) > 4.5
    assert spread(["#000000", "#777777", "#FFFFFF"], 1) == ["#777777"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"colours": {"phase 3": "orange"}}, "colours of the phases are official .* leave out phase 3"),
        ({"colours": {"3 Crisis": "orange"}}, "official"),
        ({"colours": {"not_analysed": "#EEEEEE"}}, "official"),
        ({"colours": {"circles": "#F0F0E8"}}, r"circles #F0F0E8 on #F4F1EA: contrast 1.0, less than 1.5"),
        ({"colours": {"title": "#CCCCCC"}}, r"contrast 1.6, less than 3"),
        ({"colours": {"circles": "no colour"}}, "'no colour' is no opaque colour"),
        ({"colours": {"circles": "#11223344"}}, "no opaque colour"),
        ({"colours": ["red"]}, "colours names what is coloured"),
        ({"colours": {"a": "#C84030", "b": "#7D7D20"}}, "#C84030 and #7D7D20 differ by 0.3, less than 2"),
        ({"cmap": "Bluez"}, "no palette is called 'Bluez'. There are: sequential: BuPu"),
        ({"cmap": ("Blues", "Purples")}, "two palettes of one kind"),
        ({"cmap": {"diverging": "Blues"}}, "Blues is sequential, not diverging"),
        ({"cmap": {"rainbow": "Blues"}}, "cmap has no rainbow"),
        ({"cmap": ["#112233"]}, "1 colours are too few"),
        ({"cmap": {"diverging": ["#053061", "#EEEEEE", "#00AA00"]}}, "more is green, and here more is worse"),
        (
            {"cmap": {"diverging": ["#053061", "#8888FF", "#EEEEEE", "#F0E442", "#0072B2"]}},
            "more is green, and here more is worse",
        ),
        ({"font": ""}, "font='' is no text"),
        ({"cmap": 5}, "cmap=5 is no palette"),
        ({"cmap": {"diverging": 7}}, "cmap=7 is no palette"),
        ({"logo": 5}, "the logo 5 cannot be read"),
        ({"logo": "a\0b.png"}, "cannot be read"),
        ({"logo": "nowhere.png"}, "the logo nowhere.png cannot be read"),
        ({"logo": __file__}, "is no PNG or JPEG"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_number(options: dict[str, object], told: str) -> None:
    """The message says which colour, how far off, and what to do."""
    with pytest.raises(sg.errors.SchemaError, match=told):
        sg.maps.Style(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"colours": {"circles": "#A0A0A0"}}, "contrast 2.3, less than 3"),
        ({"cmap": ["#E0E0F0", "#D8D8EC", "#301060"]}, "differ by .*, less than 4.5"),
        ({"cmap": ["#A0C0FF", "#102080", "#80A0E0"]}, "do not run from light to dark"),
        ({"colours": {"camp": "#E67A02"}}, "is taken for 3 Crisis"),
    ],
)
def test_what_is_hard_to_see_is_warned_of(options: dict[str, object], told: str) -> None:
    """It can be used: the house knows the number."""
    with pytest.warns(sg.errors.DataWarning, match=told):
        sg.maps.Style(**options)  # type: ignore[arg-type]


def test_a_saved_style_comes_back(tmp_path: Path, logo: Path) -> None:
    """Quotes and accents too; the logo is named as seen from the file, so that the folder can be moved."""
    house = sg.maps.Style(
        colours={"circles": "#7A0C49", 'ville "x"': "#004488"}, cmap=("Blues", "PRGn_r", "Tol-muted"),
        font="Liberation Serif", credit="Carte : Le Journal é", logo=logo,
    )  # fmt: skip
    house.save(tmp_path / "house.toml")
    assert 'logo = "logo.png"' in (tmp_path / "house.toml").read_text(encoding="utf-8")
    back = sg.maps.Style.load(tmp_path / "house.toml")
    assert (back.colours, back.cmap, back.font, back.credit) == (house.colours, house.cmap, house.font, house.credit)
    assert back.logo_url() == house.logo_url()


@pytest.mark.parametrize(
    ("text", "told"), [("colours = [", "no style in TOML"), ('colour = "x"', "a style has no colour. It has: colours")]
)
def test_a_file_that_is_no_style_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """By its name, with what a style has."""
    (tmp_path / "house.toml").write_text(text, encoding="utf-8")
    with pytest.raises(sg.errors.FormatError, match=told):
        sg.maps.Style.load(tmp_path / "house.toml")
    (tmp_path / "phases.toml").write_text('[phases]\n3 = "orange"', encoding="utf-8")
    with pytest.raises(sg.errors.SchemaError, match="official"):
        sg.maps.Style.load(tmp_path / "phases.toml")


def test_page_and_sheet_are_in_the_style(people: gpd.GeoDataFrame, logo: Path, tmp_path: Path) -> None:
    """Colours, font, logo and credit; without it nothing has changed."""
    house = sg.maps.Style(colours={"circles": "#7A0C49", "sea": "#D0E0F0"}, logo=logo, credit="The Example Times")
    m = sg.maps.stock_map(people, style=house)
    m.save(tmp_path / "m.html")
    page = document_of((tmp_path / "m.html").read_text(encoding="utf-8"))
    assert (page["style"]["symbols"]["fill"], page["style"]["ground"]["sea"]) == ("#7A0C49", "#D0E0F0")
    assert str(page["page"]["logo"]).startswith("data:image/png;base64,")
    assert "The Example Times" in page["credits"]["lines"]
    sheet = sg.maps.figure(m)
    assert any("The Example Times" in text.get_text() for text in sheet.texts)
    assert any(axes.get_images() for axes in sheet.axes)
    assert style() is declared_style()
    plain = sg.maps.stock_map(people)
    assert not any(axes.get_images() for axes in sg.maps.figure(plain).axes)


def test_pages_of_several_maps_and_exports_are_in_the_style(
    people: gpd.GeoDataFrame, logo: Path, tmp_path: Path
) -> None:
    """A comparison and a story as one map; maps of two houses keep their own colours on a page without a house."""
    house = sg.maps.Style(colours={"circles": "#7A0C49", "sea": "#D0E0F0"}, logo=logo, credit="The Example Times")
    m, plain = sg.maps.stock_map(people, style=house), sg.maps.stock_map(people)
    for number, page in enumerate((sg.maps.story([("A", "", m)]), sg.maps.compare_map(people, people, style=house))):
        page.save(tmp_path / f"{number}.html")
        held = document_of((tmp_path / f"{number}.html").read_text(encoding="utf-8"))
        assert (held["style"]["symbols"]["fill"], held["style"]["ground"]["sea"]) == ("#7A0C49", "#D0E0F0")
        assert "The Example Times" in held["credits"]["lines"]
        assert str(held["page"]["logo"]).startswith("data:image/png;base64,")
    sg.maps.story([("A", "", m), ("B", "", plain)]).save(tmp_path / "two.html")
    held = document_of((tmp_path / "two.html").read_text(encoding="utf-8"))
    assert held["style"] == json.loads(json.dumps(declared_style()))
    circles = [one for one in held["layers"].values() if one["kind"] == "symbols"]
    assert [one.get("fill") for one in circles] == ["#7A0C49", None]
    sg.maps.export_newsroom(m, tmp_path / "news")
    assert "#7A0C49" in (tmp_path / "news" / "palette.csv").read_text(encoding="utf-8")


def test_a_layer_may_have_a_style_of_its_own(people: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Two layers of circles are told apart; the page keeps the colours of the house."""
    m = sg.maps.Map()
    sg.maps.StockLayer(people, style=sg.maps.Style(colours={"circles": "#7A0C49"})).add_to(m)
    sg.maps.StockLayer(people, title="Others").add_to(m)
    m.save(tmp_path / "m.html")
    page = document_of((tmp_path / "m.html").read_text(encoding="utf-8"))
    assert [layer.get("fill") for layer in page["layers"].values()] == ["#7A0C49", None]
    rows = sg.maps.export_newsroom(m, tmp_path / "news")
    palette = (tmp_path / "news" / "palette.csv").read_text(encoding="utf-8")
    assert len(rows) > 1
    assert "#7A0C49" in palette


def test_areas_take_the_palette_and_never_phases(people: gpd.GeoDataFrame, squares: gpd.GeoDataFrame) -> None:
    """Sequences and words take the house's colours, more classes than five; the phases stay official."""
    house = sg.maps.Style(cmap="Blues", colours={"a": "#004488"})
    m = sg.maps.Map(style=house)
    layer = sg.maps.AreaLayer(people, column="rate", breaks=[1, 2, 3, 4, 5, 6, 7]).add_to(m)
    blues = sg.maps.palettes()["blues"].colours
    colours = [one.colour for one in layer.drawing("en").classes]
    assert (colours[0], colours[-1], len(colours)) == (blues[0], blues[-1], 8)
    words = sg.maps.AreaLayer(people.assign(kind=["a", "b", "a"]), column="kind", style=house).drawing("en")
    assert words.classes[0].colour == "#004488"
    phases = sg.maps.PhaseLayer(phased(squares, [1, 3, 5]), style=house).drawing("en")
    assert [one.colour for one in phases.classes] == ["#CDFACD", "#FAE61E", "#E67800", "#C80000", "#640000"]


def test_a_change_parts_at_none_in_the_house_s_hues(people: gpd.GeoDataFrame) -> None:
    """As many classes below 0 as above, and none in the middle."""
    table = people.assign(people_change=[-50.0, 0.0, 70.0])
    house = sg.maps.Style(cmap="PRGn_r")
    drawn = sg.maps.AreaLayer(table, column="people_change", classes=7, style=house).drawing("en")
    colours = [one.colour for one in drawn.classes]
    assert len(colours) % 2 == 1
    assert colours[len(colours) // 2] == "#EDEDED"
    assert colours[-1] == "#40004B"


def test_a_style_that_is_none_is_refused(people: gpd.GeoDataFrame) -> None:
    """On maps and layers alike; a path is read."""
    for make in (sg.maps.Map, lambda **options: sg.maps.StockLayer(people, **options)):
        with pytest.raises(sg.errors.SchemaError, match="style=5 is no Style"):
            make(style=5)
    with pytest.raises(sg.errors.FormatError, match=r"none.toml"):
        sg.maps.Map(style="none.toml")
    with in_style(None):
        assert style() is declared_style()


def test_a_font_that_is_not_here_is_said(people: gpd.GeoDataFrame) -> None:
    """The sheet is written in the usual one."""
    house = sg.maps.Style(font="No Such Font At All")
    with pytest.warns(sg.errors.DataWarning, match="'No Such Font At All' is not installed"):
        sg.maps.figure(sg.maps.stock_map(people, style=house))


def test_a_map_in_a_frame_of_another_page(people: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """The snippet names the file; a size is pixels or text."""
    m = sg.maps.stock_map(people, embed=True, title='A "map"')
    with pytest.raises(sg.errors.SchemaError, match="where is the page"):
        m.iframe()
    m.save(tmp_path / "people.html")
    assert m.iframe(height=400) == (
        '<iframe src="people.html" title="A &quot;map&quot;" style="width:100%;height:400px;border:0" loading="lazy">'
        "</iframe>"
    )
    assert document_of((tmp_path / "people.html").read_text(encoding="utf-8"))["page"]["embed"]
    assert 'height:640px;"><span' in m._repr_html_()
    assert 'height:500px;"><span' in sg.maps.Map(height=500)._repr_html_()
    assert 'width:80%;"' in sg.maps.Map(width="80%", height="50%")._repr_html_()
    with pytest.raises(sg.errors.SchemaError, match="height='tall' is no size"):
        sg.maps.Map(height="tall")
