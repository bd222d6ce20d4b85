"""The shape of the package: imports point down, nothing heavy loads early, every public name is documented and typed."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import subprocess
import sys
import tomllib
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import pytest

import sahelgeo as sg

PACKAGE = Path(sg.__file__).parent
HEAVY = (
    *("geopandas", "folium", "matplotlib", "xarray", "rasterio", "pandas", "shapely"),
    *("requests", "tenacity", "platformdirs", "tqdm"),
)
# From the ground up; a module may import from its own layer and from those below.
LAYERS = (
    ("errors", "embedded", "late", "saving"),
    ("checks",),
    ("words", "tables", "sources", "periods"),
    ("sums", "coded_sums", "parts"),
    ("conformance",),
    ("places", "samples", "rasters", "nesting"),
    ("stocks", "flows", "phases", "events", "editions"),
    ("joint",),
    ("readers",),
    ("live", "large"),
    ("maps",),
    ("situation_report",),
    ("demo", "brief", "file_map", "cli", "__main__"),
)


NOUNS = (sg.places, sg.stocks, sg.flows, sg.phases, sg.events, sg.rasters, sg.large, sg.live, sg.maps)
WITH_STUBS = (sg, sg.brief, *NOUNS)


@lru_cache(maxsize=1)
def module_paths() -> dict[str, Path]:
    """Every module by its dotted name within the package; the package itself is left out."""
    paths = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            paths[name] = path
    return paths


@lru_cache
def imports_of(path: Path) -> set[str]:
    """The sahelgeo modules that a module imports anywhere, within functions too."""
    known = module_paths()
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "sahelgeo":
            base = str(node.module).partition(".")[2]
            found |= {f"{base}.{alias.name}".strip(".") for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[2] for alias in node.names if alias.name.startswith("sahelgeo.")}
    return {name if name in known else name.rpartition(".")[0] for name in found} - {"", "data"}


def layer_of(name: str) -> int:
    """The layer that a module belongs to, by its first part."""
    for number, members in enumerate(LAYERS):
        if name.partition(".")[0] in members:
            return number
    raise AssertionError(f"module {name} belongs to no layer: add it to LAYERS where its imports point down")


def public_names(module: ModuleType) -> list[str]:
    """The names that a package's stub gives out."""
    stub = Path(str(module.__file__)).with_suffix(".pyi").read_text(encoding="utf-8")
    return [
        str(alias.asname) for node in ast.parse(stub).body if isinstance(node, ast.ImportFrom) for alias in node.names
    ]


@pytest.mark.parametrize("name", sorted(set(module_paths()) - {"data"}))
def test_imports_point_down(name: str) -> None:
    """No module imports from a layer above its own."""
    above = {used for used in imports_of(module_paths()[name]) if layer_of(used) > layer_of(name)}
    assert not above


def test_there_are_no_import_cycles() -> None:
    """Following imports never leads back."""
    graph = {name: imports_of(path) - {name} for name, path in module_paths().items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"cycle: {' -> '.join([*trail, name])}"
        if name not in done:
            for used in graph.get(name, ()):
                visit(used, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_importing_loads_nothing_heavy() -> None:
    """``import sahelgeo`` brings in none of the large libraries."""
    code = f"import sys, sahelgeo; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_table_without_shapes_is_read_without_the_packages_for_shapes() -> None:
    """They take as long to load as pandas."""
    code = """
import io, sys, sahelgeo as sg
sg.read(io.BytesIO(b"pcode,date,group,people,source\\nBF46,2020-01-28,idp,7,made\\n"))
heavy = ("geopandas", "shapely", "pyproj", "pyogrio", "rasterio", "rapidfuzz", "openpyxl", "folium", "jinja2", "matplotlib")
print([name for name in heavy if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_map_loads_only_what_it_draws_with() -> None:
    """Half a second of a map that takes two would go to libraries that check tables and draw on paper."""
    code = """
import sys, geopandas, shapely, sahelgeo as sg
areas = geopandas.GeoDataFrame({"phase_published": [1, 2]}, geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs=4326)
m = sg.maps.Map()
sg.maps.PhaseLayer(areas).add_to(m)
m.get_root().render()
print([name for name in ("matplotlib", "rasterio", "xarray", "rapidfuzz") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", WITH_STUBS, ids=[module.__name__ for module in WITH_STUBS])
def test_every_public_name_is_listed_and_documented(module: ModuleType) -> None:
    """Each name of the stub is in dir() and has a docstring; each function shows an example."""
    names = public_names(module)
    assert set(names) <= set(dir(module))
    for name in names:
        found = getattr(module, name)
        if callable(found) or inspect.ismodule(found):
            assert inspect.getdoc(found), name
        if inspect.isfunction(found):
            assert ">>> " in str(inspect.getdoc(found)), f"{name} has no example"


@pytest.mark.skipif(
    importlib.util.find_spec("mypy") is None, reason="mypy belongs to the lint step, not to the test extra"
)
def test_the_type_checker_sees_every_public_name(tmp_path: Path) -> None:
    """The package is typed, and its stub names what loads at run time."""
    assert (PACKAGE / "py.typed").exists()
    lines = [
        "import sahelgeo as sg",
        *(f"sg.{name}" for name in public_names(sg)),
        *(f"sg.{module.__name__.partition('.')[2]}.{name}" for module in NOUNS for name in public_names(module)),
        "sg.no_such_name",
    ]
    # The stubs alone: whether what they name is there is asked of the whole package elsewhere, in a minute.
    program = tmp_path / "every_name.py"
    program.write_text("\n".join(lines))
    stubs = [str(Path(str(module.__file__)).with_suffix(".pyi")) for module in WITH_STUBS]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--config-file=",
            "--follow-imports=skip",
            "--cache-dir",
            str(tmp_path),
            program,
            *stubs,
        ],
        capture_output=True,
        text=True,
        cwd=PACKAGE.parent,
        check=False,
    )
    problems = [line for line in done.stdout.splitlines() if "every_name.py" in line and "error" in line]
    assert len(problems) == 1
    assert "no_such_name" in problems[0]


@pytest.mark.parametrize(
    ("module", "name"),
    [(module, name) for module in (sg, *NOUNS) if module is not sg.maps for name in public_names(module)],
)
def test_public_functions_take_few_parameters(module: ModuleType, name: str) -> None:
    """At most six; maps take the options of their layers besides, which are declared once."""
    found = getattr(module, name)
    if inspect.isfunction(found):
        # sum_flows takes what every sum takes, and whether rows are records of which two may be alike; a report takes
        # six tables and options; zonal_sum takes one grid or many. Which engine works on the parts is no question of
        # the sum.
        parameters = set(inspect.signature(found).parameters) - {"map"}
        assert len(parameters) <= (7 if name in {"sum_flows", "situation", "zonal_sum"} else 6)


@pytest.mark.parametrize("module", WITH_STUBS, ids=[module.__name__ for module in WITH_STUBS])
def test_no_public_name_is_a_module_too(module: ModuleType) -> None:
    """Importing a submodule would put the module in the place of the function of its name."""
    prefix = module.__name__.partition(".")[2]
    modules = {name.rpartition(".")[2] for name in module_paths() if name.rpartition(".")[0] == prefix}
    functions = {name for name in public_names(module) if not inspect.ismodule(getattr(module, name))}
    assert not functions & modules


def test_every_package_that_is_imported_is_declared() -> None:
    """What another package happens to bring today need not come tomorrow; keyring is used where a user has it."""
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [
        *project["dependencies"],
        *(one for extra in ("large", "stats") for one in project["optional-dependencies"][extra]),
    ]
    declared = {re.match(r"[\w.-]+", one)[0].lower().replace("-", "_") for one in asked}
    called = {"PIL": "pillow", "distributed": "dask", "keyring": ""}
    imported = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(str(node.module).partition(".")[0])
    others = {called.get(name, name) for name in imported - sys.stdlib_module_names - {"sahelgeo"}} - {""}
    assert others - declared == set()
