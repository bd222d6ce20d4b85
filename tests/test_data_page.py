"""docs/data.md has the terms of every figure that is carried: its tables are those of the embedded files and of SOURCES."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from sahelgeo.sources import SOURCES, split_sources

DATA = Path(str(files("sahelgeo.data")))
PAGE = DATA.parents[1] / "docs" / "data.md"
# What each file holds, for those whose rows cite a publication each and not an entry of SOURCES.
CITED = ("agreements", "clashes", "displaced", "displaced_by_year", "fatalities", "food_insecure", "parts_of_mali")


def held() -> dict[str, Any]:
    """Each embedded table with a column ``source``, by its path."""
    found = {}
    for path in sorted(DATA.rglob("*.*")):
        if path.suffix in (".csv", ".parquet"):
            table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=str)
            if "source" in table:
                found[path.relative_to(DATA).as_posix()] = table["source"].dropna().unique()
    return found


def of_sources() -> list[str]:
    """A row for each entry of SOURCES that figures are carried of: the files, the credit and the terms."""
    where: dict[str, list[str]] = {}
    for path, texts in held().items():
        # Its column says whose files a rule recognises; nothing of them is carried.
        if path == "area_styles.csv":
            continue
        for key in sorted({name for text in texts for name in split_sources(text)} & set(SOURCES)):
            where.setdefault(key, []).append(f"`{path}`")
    rows = []
    for key, paths in where.items():
        source = SOURCES[key]
        terms = f"[{source.licence}]({source.licence_url})" if source.licence_url else source.licence
        address = f"[{source.publisher}]({source.url})" if source.url else source.publisher
        rows.append(f"| {', '.join(paths)} | {source.title_en} | {address} | {terms} |")
    return rows


def of_the_brief() -> list[str]:
    """A row for each publication that a published figure of the brief is cited from."""
    return [f"| `{name}` | {text} |" for name in CITED for text in sorted(held()[f"brief/{name}.csv"])]


def test_every_figure_that_is_carried_has_its_terms() -> None:
    """The page holds each row as it follows from the files; print them with ``python tests/test_data_page.py``."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert [row for row in (*of_sources(), *of_the_brief()) if row not in lines] == []


def test_every_file_that_is_carried_is_on_the_page() -> None:
    """Tables of words, codes and rules too; a file that nobody thought of has no terms."""
    text = PAGE.read_text(encoding="utf-8")
    assert [path for path in held() if f"`{path}`" not in text and f"`{Path(path).stem}`" not in text] == []


if __name__ == "__main__":
    sys.stdout.write("\n".join([*of_sources(), "", *of_the_brief(), ""]))
