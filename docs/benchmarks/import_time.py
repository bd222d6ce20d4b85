"""How long ``import sahelgeo`` takes against bare Python, and the time and sizes of the demo: medians of one run.

Usage: python docs/benchmarks/import_time.py [REPETITIONS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def seconds(code: str) -> float:
    """One run of a fresh Python."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(repetitions: int) -> None:
    """Alternate the two, so that both see the same machine."""
    pairs = [(seconds("pass"), seconds("import sahelgeo")) for _ in range(repetitions)]
    bare, loaded = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"python -c pass: {1000 * bare:.1f} ms; import sahelgeo: {1000 * loaded:.1f} ms; ratio {loaded / bare:.2f} (medians of {repetitions})"
    )
    with tempfile.TemporaryDirectory() as folder:
        runs = [seconds(f"from sahelgeo.cli import main; main(['demo', '--out', {folder!r}])") for _ in range(3)]
        sizes = {path.name: path.stat().st_size / 1000 for path in sorted(Path(folder).iterdir())}
    print(f"sahelgeo demo: {statistics.median(runs):.1f} s (median of 3)")
    print("; ".join(f"{name} {size:,.0f} kB" for name, size in sizes.items()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 41)
