"""The command ``sahelgeo``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from sahelgeo import __version__
from sahelgeo.errors import SahelgeoError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when done, 1 when sahelgeo refused (the reason is on standard error)."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except (SahelgeoError, OSError) as problem:
        print(f"sahelgeo: {problem}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sahelgeo", description="Displacement and food insecurity in the Sahel.")
    parser.add_argument("--version", action="version", version=f"sahelgeo {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    demo = commands.add_parser("demo", help="do the main job on the embedded sample of Burkina Faso 2020")
    demo.add_argument(
        "--out", default="sahelgeo-demo", metavar="DIR", help="folder for the products (default: %(default)s)"
    )
    demo.add_argument("--lang", default="en", choices=["en", "fr"], help="language (default: %(default)s)")
    demo.set_defaults(run=_demo)
    inspect = commands.add_parser(
        "inspect", help="say what a file is: feed, vintage, rows, periods, places, people, problems"
    )
    inspect.add_argument("file", nargs="+", metavar="FILE", help="any file")
    inspect.set_defaults(run=_inspect)
    return parser


def _demo(given: argparse.Namespace) -> int:
    # Loaded here so that --help and --version answer at once.
    from sahelgeo.demo import run_demo  # noqa: PLC0415

    made = run_demo(given.out, lang=given.lang)
    for line in made.lines:
        print(line)
    for path in made.files:
        print(f"  {path}")
    return 0


def _inspect(given: argparse.Namespace) -> int:
    from sahelgeo.readers.inspection import inspect_file  # noqa: PLC0415

    for number, path in enumerate(given.file):
        print(("\n" if number else "") + inspect_file(path))
    return 0
