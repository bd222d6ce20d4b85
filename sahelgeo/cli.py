"""The command ``sahelgeo``."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from sahelgeo import __version__
from sahelgeo.errors import DataWarning, SahelgeoError

_MAP_EXAMPLES = """\
examples:
  sahelgeo map phases cadre_harmonise.xlsx --country BFA --period 2022-11-01
  sahelgeo map phases ch.json --country NER --areas ner_admin2.shp --lang fr --out carte.pdf
  sahelgeo map stocks conasur.xlsx --level 1
  sahelgeo map stocks population.csv --period latest --choose group=refugee
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when done, 1 when sahelgeo refused (the reason is on standard error)."""
    given = _parser().parse_args(arguments)
    try:
        with _plain_warnings():
            done = int(given.run(given))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe (head, less) has gone. Python would say so once more when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SahelgeoError as problem:
        _say(f"sahelgeo: {problem}", sys.stderr)
        return 1
    except OSError as problem:
        place = f"{problem.filename}: " if problem.filename else ""
        _say(f"sahelgeo: {place}{problem.strerror or problem}", sys.stderr)
        return 1
    return done


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sahelgeo", description="Displacement and food insecurity in the Sahel.")
    parser.add_argument("--version", action="version", version=f"sahelgeo {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    demo = commands.add_parser("demo", help="do the main job on the embedded sample of Burkina Faso 2020")
    demo.add_argument(
        "--out", default="sahelgeo-demo", metavar="DIR", help="folder for the products (default: %(default)s)"
    )
    demo.set_defaults(run=_demo)
    inspect = commands.add_parser(
        "inspect",
        help="say what a file is: feed, vintage, rows, periods, places, people, problems",
        epilog="The exit status is 1 if a file cannot be read.",
    )
    inspect.add_argument("file", nargs="+", metavar="FILE", help="any file")
    inspect.set_defaults(run=_inspect)
    _read_parser(commands)
    drawn = _map_parser(commands)
    for command in (demo, drawn):
        command.add_argument("--lang", default="en", choices=["en", "fr"], help="language (default: %(default)s)")
    return parser


def _read_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "read",
        help="read a file, or a table of your own, and save it as CSV",
        epilog='example: sahelgeo read list.xlsx --as stocks --column "Effectif=people" --column "Commune=admin3" '
        "--set date=2023-02-28 --set group=idp --set source=own",
    )
    parser.add_argument(
        "file", metavar="FILE", help="any file that sahelgeo inspect recognises, or a table with --column"
    )
    parser.add_argument("--as", dest="table", metavar="TABLE", help="stocks, flows, phases, events or population")
    parser.add_argument("--column", action="append", default=[], metavar="HEADING=COLUMN", help="what a heading means")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="an option, or a value of all rows"
    )
    parser.add_argument("--out", metavar="FILE", help="the CSV file (default: standard output)")
    parser.set_defaults(run=_read)


def _map_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "map",
        help="draw the phases or the displaced people of a file",
        description="Read a file, place its rows on their areas, add them up where an area has several, and draw.",
        epilog=_MAP_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("subject", choices=["phases", "stocks"], help="food-insecurity phases, or displaced people")
    parser.add_argument("file", metavar="FILE", help="a file that sahelgeo inspect recognises")
    parser.add_argument("--areas", metavar="FILE", help="boundaries (default: the file's own, or those of sahelgeo)")
    parser.add_argument("--level", type=int, metavar="N", help="0 countries, 1 regions, 2 provinces (default: deepest)")
    parser.add_argument("--country", action="append", default=[], metavar="ISO3", help="take only this one; repeatable")
    parser.add_argument("--period", metavar="DAY", help="a day, FIRST/LAST, or latest (stocks); days as YYYY-MM-DD")
    parser.add_argument(
        "--choose", action="append", default=[], metavar="COLUMN=VALUE", help="take only these rows; repeatable"
    )
    parser.add_argument(
        "--unmatched", choices=["raise", "drop"], default="raise", help="rows without an area (default: %(default)s)"
    )
    parser.add_argument("--title", metavar="TEXT", help="title of the map (default: what it shows)")
    parser.add_argument(
        "--out", default="map.html", metavar="FILE", help=".html, .png, .svg, .pdf (default: %(default)s)"
    )
    parser.set_defaults(run=_map)
    return parser


def _demo(given: argparse.Namespace) -> int:
    # Loaded here so that --help and --version answer at once.
    from sahelgeo.demo import run_demo  # noqa: PLC0415

    made = run_demo(given.out, lang=given.lang)
    for line in made.lines:
        _say(line)
    for path in made.files:
        _say(f"  {path}")
    return 0


def _inspect(given: argparse.Namespace) -> int:
    from sahelgeo.readers.any_file import PROBLEM, inspect_file  # noqa: PLC0415

    failed = False
    for number, path in enumerate(given.file):
        text = inspect_file(path)
        failed |= any(line.startswith(PROBLEM) for line in text.splitlines())
        _say(("\n" if number else "") + text)
    return int(failed)


def _read(given: argparse.Namespace) -> int:
    from sahelgeo.readers.any_file import read  # noqa: PLC0415
    from sahelgeo.readers.own_tables import read_table  # noqa: PLC0415

    options: dict[str, Any] = dict(_pair(text, "--set") for text in given.set)
    if given.table is None and not given.column:
        table = read(given.file, **options)
    else:
        columns = dict(_pair(text, "--column") for text in given.column) or None
        table = read_table(given.file, columns, table=given.table or "stocks", **options)
    text = table.to_csv(given.out, index=False)
    _say(f"  {given.out}: {len(table):,} rows" if given.out else str(text).rstrip("\n"))
    return 0


def _map(given: argparse.Namespace) -> int:
    from sahelgeo.file_map import MapRequest, map_file  # noqa: PLC0415

    request = MapRequest(
        given.subject,
        given.file,
        areas=given.areas,
        level=given.level,
        countries=tuple(given.country),
        period=given.period,
        choose=dict(_pair(text) for text in given.choose),
        unmatched=given.unmatched,
        title=given.title,
    )
    for line in map_file(request, given.out, lang=given.lang):
        _say(line)
    _say(f"  {given.out}")
    return 0


def _pair(text: str, option: str = "--choose") -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column:
        raise SahelgeoError(f"{option} {text!r}: write a column and a value, such as {option} group=idp")
    return column.strip(), value.strip()


def _say(text: str, stream: TextIO | None = None) -> None:
    """Print, also where the terminal has no narrow spaces or accents."""
    out = stream or sys.stdout
    try:
        print(text, file=out)
    except UnicodeEncodeError:
        encoding = out.encoding or "ascii"
        print(text.replace("\u202f", " ").encode(encoding, "replace").decode(encoding), file=out)


@contextlib.contextmanager
def _plain_warnings() -> Iterator[None]:
    """Warnings of sahelgeo as sentences on standard error; those of libraries are not for readers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", DataWarning)
        warnings.showwarning = lambda message, *_rest: _say(f"sahelgeo: warning: {message}", sys.stderr)
        yield
