"""What a feed may cost: one file of what it prints, one module of what it means, one file of tests, a line in the guide."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from test_size import PACKAGE, code_lines

from sahelgeo.readers.feed import feeds

TESTS = Path(__file__).parent
PUBLISHED = {name: feed for name, feed in feeds().items() if feed.module != "own_tables"}
LONGEST = 120


@pytest.mark.parametrize("module", sorted({feed.module for feed in PUBLISHED.values()}))
def test_the_module_of_a_feed_is_short(module: str) -> None:
    """What is common to several feeds lies in the stages, or beside rows of phases and of counts."""
    assert code_lines((PACKAGE / "readers" / f"{module}.py").read_text(encoding="utf-8")) <= LONGEST


def test_each_feed_is_one_file_of_what_it_prints() -> None:
    """No feed is told in two files, and no file tells two."""
    files = list((PACKAGE / "data" / "feeds").glob("*.toml"))
    told = [tomllib.loads(path.read_text(encoding="utf-8"))["id"] for path in files]
    assert sorted(told) == sorted(PUBLISHED)


@pytest.mark.parametrize("reader", sorted({feed.reader for feed in PUBLISHED.values()}))
def test_each_reader_has_tests_and_a_guide(reader: str) -> None:
    """A file of tests calls it, and a how-to page."""
    called = f"sg.{reader}("
    assert any(called in path.read_text(encoding="utf-8") for path in TESTS.glob("test_read_*.py"))
    guides = (TESTS.parent / "docs" / "how-to").glob("*.md")
    assert any(reader in path.read_text(encoding="utf-8") for path in guides)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_list_of_feeds_says_which_vintages_were_seen(name: str) -> None:
    """Each vintage that a feed declares: with a real file, or with a look-alike only."""
    lines = (TESTS.parent / "docs" / "feeds.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and line.rstrip(" |").endswith(("real file", "look-alike"))]
    missing = [vintage.name for vintage in PUBLISHED[name].vintages if not any(vintage.name in row for row in rows)]
    assert not missing
