"""Make docs/gallery.md and its pictures from examples/gallery/*.py, and the picture of the README from the demo.

Run it with ``python docs/make_gallery.py``. An example writes NAME.png, or only NAME.html, of which a picture is then taken with
Chromium. The pictures have few colours and take less than 120 kB each.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import runpy
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image

from sahelgeo.demo import run_demo
from sahelgeo.maps.print_sheet import few_colours

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples" / "gallery"
PICTURES = ROOT / "docs" / "images" / "gallery"
ORDER = (
    *("phases_stocks", "phases", "stocks", "flows", "events", "rates", "two_periods", "change", "years", "story"),
    "small_multiples",
)
MOST_BYTES = 120_000
WIDTH = 1000
HEAD = """# Gallery

Each picture is made by the code below it, from the samples that come with sahelgeo. Run all of them with
`python examples/gallery.py`; this page is made by `docs/make_gallery.py`.
"""


def told(code: str) -> tuple[str, str, str]:
    """Title, text and code of an example: its docstring is taken apart from the rest."""
    module = ast.parse(code)
    title, _, text = str(ast.get_docstring(module)).partition("\n")
    lines = code.splitlines()[module.body[0].end_lineno :]
    return title.rstrip("."), text.strip(), "\n".join(lines).strip()


def page() -> str:
    """The text of docs/gallery.md."""
    parts = [HEAD]
    for name in ORDER:
        title, text, code = told((EXAMPLES / f"{name}.py").read_text(encoding="utf-8"))
        parts.append(f"## {title}\n\n{text}\n\n![{title}](images/gallery/{name}.png)\n\n```python\n{code}\n```\n")
    return "\n".join(parts)


def screenshot(html: Path) -> bytes:
    """A picture of a saved page."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (only for examples without a picture of their own)

    chromium = os.environ.get("SAHELGEO_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        opened = browser.new_page(viewport={"width": WIDTH, "height": 560})
        opened.goto(html.as_uri())
        opened.wait_for_timeout(500)
        picture: bytes = opened.screenshot(full_page=True)
        browser.close()
    return picture


def small(picture: bytes) -> bytes:
    """The picture with as many colours as its size allows."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (160, 96, 64, 48):
        out = io.BytesIO()
        few_colours(image, colours).save(out, format="PNG", optimize=True)
        if out.tell() < MOST_BYTES:
            return out.getvalue()
    raise SystemExit(f"the picture takes {out.tell():,} bytes, more than {MOST_BYTES:,}")


def main() -> int:
    """Run the examples, write the pictures and the page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in ORDER:
            with contextlib.chdir(folder):
                runpy.run_path(str(EXAMPLES / f"{name}.py"))
            made = Path(folder, f"{name}.png")
            picture = small(made.read_bytes() if made.exists() else screenshot(made.with_suffix(".html")))
            (PICTURES / f"{name}.png").write_bytes(picture)
            print(f"{name}.png: {len(picture):,} bytes")
        run_demo(folder)
        (PICTURES.parent / "map.png").write_bytes(small(Path(folder, "map.png").read_bytes()))
    (ROOT / "docs" / "gallery.md").write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
