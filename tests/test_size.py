"""The package stays as small as it was made: each bound is lowered when there is less, and never raised without a reason."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

import sahelgeo as sg

PACKAGE = Path(sg.__file__).parent
STUB = PACKAGE / "__init__.pyi"
# What stands on a line without being code on it.
BLANK = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.ENCODING,
}


class Most:
    """The most that there may be."""

    CODE_LINES = 26_772
    MODULES = 145
    # Of the page's own scripts, without blank lines and comments.
    SCRIPT_LINES = 1_250
    # Sixty, and one for files that outgrow memory.
    TOP_NAMES = 60
    LINE_LENGTH = 120
    LONG_LINES = 0


def code_lines(text: str) -> int:
    """Lines that hold code: not the blank ones, the comments and the docstrings."""
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in BLANK:
            held.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node, clean=False
        ):
            held -= set(range(node.body[0].lineno, int(node.body[0].end_lineno or 0) + 1))
    return len(held)


def texts() -> dict[str, str]:
    """What each module holds."""
    return {str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('"""A module."""\n\nX = 1  # one\n# two\n', 1),
        ('def f():\n    """Say it.\n\n    At length.\n    """\n    return (\n        1\n    )\n', 4),
        ('TEXT = """\none\n"""\n', 3),
        ("X = [\n\n    # the first\n    1,\n]\n", 3),
    ],
)
def test_code_lines_are_counted_by_hand(text: str, lines: int) -> None:
    """Neither docstrings nor comments nor blank lines count; each line of a statement and of a text does."""
    assert code_lines(text) == lines


def test_the_package_has_few_lines_of_code() -> None:
    """In all modules together."""
    assert sum(map(code_lines, texts().values())) <= Most.CODE_LINES


def test_the_package_has_few_modules() -> None:
    """Each is one that a stranger would look for by its name."""
    assert len(texts()) <= Most.MODULES


def test_the_page_has_few_lines_of_script() -> None:
    """In all scripts of its own together; Leaflet is not ours."""
    scripts = [
        path.read_text(encoding="utf-8")
        for path in (PACKAGE / "maps" / "static").glob("*.js")
        if path.stem != "leaflet"
    ]
    held = (line for script in scripts for line in re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL).splitlines())
    assert sum(bool(line.strip()) for line in held) <= Most.SCRIPT_LINES


def test_few_names_stand_at_the_top() -> None:
    """What is not used every day lives in its noun."""
    names = [alias for node in ast.parse(STUB.read_text(encoding="utf-8")).body if isinstance(node, ast.ImportFrom)
             for alias in node.names]  # fmt: skip
    assert len(names) <= Most.TOP_NAMES


def test_no_bound_is_met_by_cramming() -> None:
    """Lines are short enough to be read beside each other."""
    long = [
        f"{name}:{number}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > Most.LINE_LENGTH
    ]
    assert len(long) <= Most.LONG_LINES, long
