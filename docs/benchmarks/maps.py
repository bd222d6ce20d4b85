"""What a map costs: size of the page, time to make it, memory and redraw in a browser with the network cut.

usage: maps.py FOLDER [NAME], one map or all; FOLDER has adm2.parquet (300 areas: adm2_pcode, adm2_fr, ipc_phase, idps, geometry) and od.csv (origin, dest,
flow). Needs playwright and Debian's chromium. Everything is made in a process of its own, so that the first map is a cold one.
"""

# ruff: noqa: PLC0415 (the imports are part of what is timed)
from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

MAX_KB = 350
RUNS = 3
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--enable-precise-memory-info",
    "--js-flags=--expose-gc",
]
# Five zooms without animation, as a mean; then the arrows alone.
ZOOM = """() => {
    const map = Object.values(window).find(one => one instanceof L.Map), zoom = map.getZoom(), begin = performance.now();
    for (let i = 0; i < 4; i++) map.setZoom(zoom + (i % 2 ? 0 : 1), { animate: false });
    map.setZoom(zoom, { animate: false });
    return (performance.now() - begin) / 5;
}"""
REDRAW = """() => {
    const map = Object.values(window).find(one => one instanceof L.Map), begin = performance.now();
    for (let i = 0; i < 5; i++) map.fire('sahelgeo:layers');
    return (performance.now() - begin) / 5;
}"""
FRAME = """() => {
    const slider = document.querySelector('.sg-slider input');
    if (!slider) return null;
    const begin = performance.now();
    for (let i = 0; i < 20; i++) { slider.value = String(i); slider.dispatchEvent(new Event('input')); }
    return (performance.now() - begin) / 20;
}"""


def make(name: str, folder: Path, path: Path, started: float) -> dict[str, float]:
    """Make one map from the files, and once more in the same process; returns the seconds of both.

    The first is timed from ``started``, before Python was; its seconds of the processor are all that the process has used.
    """
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    import sahelgeo as sg

    areas = gpd.read_parquet(folder / "adm2.parquet").rename(columns={"adm2_pcode": "pcode", "adm2_fr": "name"})
    areas = areas[["pcode", "name", "ipc_phase", "idps", "geometry"]].assign(source="synthetic areas", edition="made")
    window = {"start": pd.Timestamp("2022-01-01"), "end": pd.Timestamp("2022-03-31"), "kind": "current"}
    phases = areas.assign(phase_published=areas["ipc_phase"].astype("Int64"), **window)
    random = np.random.default_rng(7)

    def over_time() -> Any:
        months = []
        for month in pd.period_range("2022-01", periods=36, freq="M"):
            drawn = areas.assign(
                phase_published=pd.array(random.integers(1, 6, len(areas)), dtype="Int64"), kind="current"
            )
            drawn = drawn.assign(start=month.start_time.normalize(), end=month.end_time.normalize())
            months.append(drawn[random.random(len(areas)) > 0.08])
        return gpd.GeoDataFrame(pd.concat(months, ignore_index=True))

    def arrows() -> Any:
        flows = pd.read_csv(folder / "od.csv").rename(columns={"dest": "destination", "flow": "people"})
        flows = flows.assign(start=window["start"], end=window["end"], source="synthetic flows")
        return sg.flow_lines(flows[flows["origin"] != flows["destination"]], areas)

    layers = {
        "one phase layer": lambda: [sg.maps.PhaseLayer(phases)],
        "phases and counts": lambda: [sg.maps.PhaseLayer(phases), sg.maps.StockLayer(areas.rename(columns={"idps": "people"}))],
        "phases and a second area layer": lambda: [sg.maps.PhaseLayer(phases), sg.maps.AreaLayer(areas, column="idps", breaks=[1e3, 1e4, 5e4])],
        "36 months": lambda: [sg.maps.TimeLayer(over_time())],
        "500 flows": lambda: [sg.maps.FlowLayer(arrows())],
        "phases and 500 flows": lambda: [sg.maps.PhaseLayer(phases), sg.maps.FlowLayer(arrows())],
    }[name]  # fmt: skip

    def save() -> Any:
        m = sg.maps.Map(title=name, max_kb=MAX_KB)
        for layer in layers():
            layer.add_to(m)
        m.save(str(path))
        return m

    m = save()
    first, first_cpu = time.time() - started, time.process_time()
    begin = time.perf_counter()
    m.save(str(path))
    again = time.perf_counter() - begin
    begin = time.perf_counter()
    used = time.process_time()
    other = save()
    anew, anew_cpu = time.perf_counter() - begin, time.process_time() - used
    return {
        "first_s": first,
        "first_cpu_s": first_cpu,
        "anew_cpu_s": anew_cpu,
        "again_s": again,
        "anew_s": anew,
        "notebook_kb": len(other._repr_html_()) / 1000,
    }


def look(path: Path) -> dict[str, Any]:
    """Open a page with the network cut."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=FLAGS)
        page = browser.new_context(viewport={"width": 1200, "height": 750}).new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda problem: wrong.append(str(problem)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.route(
            "**/*",
            lambda route: (
                route.continue_()
                if route.request.url.startswith(("file:", "data:"))
                else (wrong.append(route.request.url), route.abort())
            ),
        )
        begin = time.perf_counter()
        page.goto(path.as_uri(), wait_until="load")
        load = time.perf_counter() - begin
        page.wait_for_timeout(700)
        found = {"load_s": load, "zoom_ms": page.evaluate(ZOOM), "redraw_ms": page.evaluate(REDRAW)}
        found["heap_mb"] = page.evaluate("() => { gc(); return performance.memory.usedJSHeapSize; }") / 1e6
        found["frame_ms"] = page.evaluate(FRAME)
        found["arrows"] = page.locator("path.sg-arrow").count()
        found["wrong"] = wrong
        browser.close()
    return found


NAMES = (
    "one phase layer",
    "phases and counts",
    "phases and a second area layer",
    "36 months",
    "500 flows",
    "phases and 500 flows",
)


def main(folder: Path, names: tuple[str, ...] = NAMES) -> None:
    """Print one row for each map: medians."""
    with TemporaryDirectory() as work:
        for name in names:
            path = Path(work) / f"{name.replace(' ', '-')}.html"
            runs = []
            for _ in range(RUNS):
                command = [sys.executable, __file__, "--make", str(folder), name, str(path), str(time.time())]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                runs.append(json.loads(done.stdout.splitlines()[-1]))
            row: dict[str, Any] = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            row["first_slowest_s"] = max(run["first_s"] for run in runs)
            looks = [look(path) for _ in range(RUNS)]
            row |= {
                key: statistics.median(one[key] for one in looks)
                for key in looks[0]
                if key.endswith(("_s", "_ms", "_mb")) and looks[0][key] is not None
            }
            row |= {"arrows": looks[0]["arrows"], "wrong": looks[0]["wrong"]}
            row["kb"] = path.stat().st_size / 1000
            print(
                name,
                {key: round(value, 2) if isinstance(value, float) else value for key, value in row.items()},
                flush=True,
            )


if __name__ == "__main__":
    if sys.argv[1] == "--make":
        print(json.dumps(make(sys.argv[3], Path(sys.argv[2]), Path(sys.argv[4]), float(sys.argv[5]))))
    else:
        main(Path(sys.argv[1]), tuple(sys.argv[2:]) or NAMES)
