"""Write examples/quickstart.ipynb from examples/quickstart.py: one cell for each block of the script.

Usage: python docs/make_notebook.py
"""

from __future__ import annotations

from pathlib import Path

import nbformat

EXAMPLES = Path(__file__).parents[1] / "examples"


def main() -> None:
    """Cut the script at its blank lines and write the cells, without outputs."""
    blocks = (EXAMPLES / "quickstart.py").read_text(encoding="utf-8").split("\n\n")
    body = [block for block in blocks[2:] if not block.startswith(("import sys", "from __future__"))]
    text = "# From published figures to a map\n\nThe main job in a few steps, on the embedded sample of Burkina Faso 2020, without network."
    cells = [
        nbformat.v4.new_markdown_cell(text, id="title"),
        nbformat.v4.new_code_cell("import sahelgeo as sg", id="import"),
    ]
    for number, block in enumerate(body):
        lines = [
            line
            for line in block.strip().splitlines()
            if not line.startswith(
                ("folder =", "import sahelgeo", "m.save", "sg.maps.figure", "import sys", "from pathlib")
            )
        ]
        if lines:
            cells.append(nbformat.v4.new_code_cell("\n".join(lines), id=f"step-{number}"))
    cells.append(nbformat.v4.new_code_cell("m", id="map"))
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    nbformat.write(notebook, EXAMPLES / "quickstart.ipynb")


if __name__ == "__main__":
    main()
