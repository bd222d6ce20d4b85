"""The gallery of the documentation shows what the examples make."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The script that makes the gallery."""
    spec = importlib.util.spec_from_file_location("make_gallery", ROOT / "docs" / "make_gallery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_that_of_the_examples(tool: ModuleType) -> None:
    """Code and text are the same; else: python docs/make_gallery.py."""
    assert (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8") == tool.page()


def test_every_example_has_a_small_picture(tool: ModuleType) -> None:
    """No example is forgotten, no picture is heavy or empty."""
    assert sorted(tool.ORDER) == sorted(path.stem for path in (ROOT / "examples" / "gallery").glob("*.py"))
    for name in tool.ORDER:
        picture = ROOT / "docs" / "images" / "gallery" / f"{name}.png"
        assert 5_000 < picture.stat().st_size < tool.MOST_BYTES
        assert len(Image.open(picture).convert("RGB").getcolors(100_000)) > 10


@pytest.mark.parametrize("name", ["phases", "phases_stocks", "two_periods", "story"])
def test_pictures_keep_the_official_colours(name: str) -> None:
    """Fewer colours must not turn phase 4 into phase 5: each swatch of the legend has its very colour."""
    picture = Image.open(ROOT / "docs" / "images" / "gallery" / f"{name}.png").convert("RGB")
    counted = {colour: number for number, colour in picture.getcolors(1_000_000)}
    for colour in ((0xCD, 0xFA, 0xCD), (0xFA, 0xE6, 0x1E), (0xE6, 0x78, 0x00), (0xC8, 0x00, 0x00), (0x64, 0x00, 0x00)):
        assert counted.get(colour, 0) > 100, colour
