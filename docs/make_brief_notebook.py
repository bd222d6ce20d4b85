"""Write examples/csis_brief.ipynb from examples/csis_brief.py: one cell for each block, with the options as a cell to edit.

Usage: python docs/make_brief_notebook.py
"""

from __future__ import annotations

from pathlib import Path

import nbformat

EXAMPLES = Path(__file__).parents[1] / "examples"
TITLE = """# The brief on data

*Rethinking Crisis Responses in the Sahel* (CSIS, December 2020): three headlines on published figures, five assumptions on events. The events are
SYNTHETIC unless you name an export of ACLED or UCDP in the next cell."""
OPTIONS = """import warnings
from argparse import Namespace
from pathlib import Path

import sahelgeo as sg

options = Namespace(events=None, actors=None, agreements=None, lang="en", out=Path())
lang = options.lang"""


def main() -> None:
    """Cut the script at its blank lines after the options, and write the cells without outputs."""
    script = (EXAMPLES / "csis_brief.py").read_text(encoding="utf-8")
    body = script.split("lang = options.lang\n", 1)[1].strip().split("\n\n")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_markdown_cell(TITLE, id="title"), nbformat.v4.new_code_cell(OPTIONS, id="options")]
    cells += [nbformat.v4.new_code_cell(block, id=f"step-{number}") for number, block in enumerate(body)]
    cells.append(nbformat.v4.new_code_cell("checks[0].figure", id="figure"))
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), EXAMPLES / "csis_brief.ipynb")


if __name__ == "__main__":
    main()
