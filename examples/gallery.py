"""Run every example of the gallery.

Run it with ``python examples/gallery.py [FOLDER]``; the maps are written there (by default, here).
"""

from __future__ import annotations

import contextlib
import runpy
import sys
from pathlib import Path

folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
folder.mkdir(parents=True, exist_ok=True)
for example in sorted(Path(__file__).resolve().with_name("gallery").glob("*.py")):
    with contextlib.chdir(folder):
        runpy.run_path(str(example))
    print(example.stem, *(path.name for path in sorted(folder.glob(f"{example.stem}.*"))))
