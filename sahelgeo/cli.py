"""The command ``sahelgeo``."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TextIO

from sahelgeo import __version__
from sahelgeo.errors import DataWarning, FormatError, SahelgeoError, printable
from sahelgeo.saving import as_cell, write_whole

_READ_EXAMPLE = """\
example:
  sahelgeo read list.xlsx --as stocks --column "Effectif=people" --column "Commune=admin3" --set date=2023-02-28 \\
      --set group=idp --set source=own
"""
_SITUATION_EXAMPLE = """\
example:
  sahelgeo situation cadre_harmonise.xlsx conasur.xlsx --country BFA --date 2023-03-01 --lang fr --out burkina.html
  sahelgeo situation ipc_afg.geojson --period 2025-04-01/2025-09-30 --out afghanistan.html
"""
_FETCH_EXAMPLES = """\
examples:
  sahelgeo fetch cadre-harmonise --into data
  sahelgeo fetch dtm --country TCD
  sahelgeo fetch acled --country BFA --start 2025-01-01 --end 2025-06-30
"""
_MAP_EXAMPLES = """\
examples:
  sahelgeo map phases cadre_harmonise.xlsx --country BFA --period 2022-11-01
  sahelgeo map phases ch.json --country NER --areas ner_admin2.shp --lang fr --out carte.pdf
  sahelgeo map stocks conasur.xlsx --level 1
  sahelgeo map stocks population.csv --period latest --choose group=refugee
  sahelgeo map changes conasur_2022.xlsx conasur_2023.xlsx --style house.toml
  sahelgeo map changes cadre_harmonise.xlsx --country Niger --period 2022-07,2023-07
  sahelgeo map stocks list.csv --column "Région=admin1" --column "Effectif=people" --set date=2023-02-28 \\
      --set group=idp --set source=own --country BFA
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when done, 1 when sahelgeo refused (the reason is on standard error)."""
    given = _parser().parse_args(arguments)
    try:
        with _plain_warnings(given.lang):
            done = int(given.run(given))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe (head, less) has gone. Python would say so once more when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SahelgeoError as problem:
        _say(f"sahelgeo: {_in(given.lang, str(problem))}", sys.stderr)
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
    demo = _command(commands, "demo", _demo, "do the main job on the embedded sample of Burkina Faso 2020")
    demo.add_argument(
        "--out", default="sahelgeo-demo", metavar="DIR", help="folder for the products (default: %(default)s)"
    )
    what = "say what a file is: feed, vintage, rows, periods, places, people, problems"
    inspect = _command(commands, "inspect", _inspect, what, epilog="The exit status is 1 if a file cannot be read.")
    inspect.add_argument("file", nargs="+", metavar="FILE", help="any file")
    read = _command(commands, "read", _read, "read a file, or a table of your own, and save it as CSV", _READ_EXAMPLE)
    _add_fetch(commands)
    drawn = _command(
        commands, "map", _map, "draw the phases, displaced people, movements or events of a file", _MAP_EXAMPLES
    )
    subjects = ["phases", "stocks", "flows", "events", "changes"]
    drawn.add_argument("subject", choices=subjects, help="what the file is about; changes: two files, or two periods")
    report = _command(commands, "situation", _situation, "write a situation report of files", _SITUATION_EXAMPLE)
    report.add_argument("files", nargs="+", metavar="FILE", help="phases, stocks, flows, events, population: one each")
    report.add_argument("--date", metavar="DAY", help="the day of the report (default: the latest of each table)")
    report.add_argument("--period", metavar="FIRST/LAST", help="of a file of phases that does not say it")
    report.add_argument("--year", type=int, metavar="YEAR", help="of a file of population that does not say it")
    for command in (read, drawn):
        _add_file(command)
    drawn.add_argument("after", nargs="?", metavar="AFTER", help="changes: the later file (default: the same file)")
    brief = _command(commands, "brief", _brief, "hold the CSIS brief of 2020 on the Sahel against data")
    brief.add_argument(
        "--events", metavar="FILE", help="your export of ACLED or UCDP (default: UCDP's of 2012 to 2023)"
    )
    brief.add_argument("--coverage", nargs=2, metavar=("START", "END"), help="the days that the export covers")
    brief.add_argument("--actors", metavar="FILE", help="names of actors: name, match, family, kind")
    brief.add_argument("--agreements", metavar="FILE", help="local agreements: pcode, date, name")
    brief.add_argument("--out", default=".", metavar="DIR", help="folder for page and table (default: %(default)s)")
    for command, form in ((drawn, ".html, .png, .svg, .pdf"), (report, ".html, .md")):
        _add_places(command, form)
    read.add_argument("--out", metavar="FILE", help="the CSV file (default: standard output)")
    _add_map_options(drawn)
    return parser


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], what: str, epilog: str = ""
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=what, description=what, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lang", default="en", choices=["en", "fr"], help="language (default: %(default)s)")
    parser.set_defaults(run=run)
    return parser


def _add_fetch(commands: Any) -> None:
    """The commands about publishers: get a file, list what is here, say which keys are set."""
    get = _command(commands, "fetch", _fetch, "get a file of a publisher's feed, and keep it", _FETCH_EXAMPLES)
    get.add_argument("feed", metavar="FEED", help="its id, such as cadre-harmonise; a wrong one lists them all")
    _several(get, "--country", "NAME", "code or name; repeatable", dest="countries")
    for name, what in (("start", "first day"), ("end", "last day"), ("vintage", "a day, or the name of a version")):
        get.add_argument(f"--{name}", metavar="DAY", help=what)
    for name in ("level", "year"):
        get.add_argument(f"--{name}", type=int, metavar="N", help=f"{name}, where the feed has several")
    get.add_argument("--into", metavar="DIR", help="folder for the file (default: the cache)")
    get.add_argument("--lock", metavar="FILE", help="demand the same bytes in every later run")
    get.add_argument("--offline", action="store_true", default=None, help="open no connection")
    get.add_argument("--refresh", action="store_true", help="ask the publisher even if the file here is fresh")
    here = _command(commands, "fetched", _fetched, "list the files that were fetched")
    here.add_argument("--lock", metavar="FILE", help="only the files of a lock")
    here.add_argument("--copy", metavar="DIR", help="copy the files of the lock into a folder")
    _command(commands, "keys", _keys, "say which keys are set, and where to get one; never a key")


def _fetch(given: argparse.Namespace) -> int:
    from sahelgeo.live.fetching import fetch  # noqa: PLC0415

    names = ("start", "end", "vintage", "level", "year", "into", "lock", "offline", "refresh")
    found = fetch(given.feed, given.countries or None, **_named(given, *names), progress=sys.stderr.isatty())
    _say(f"  {found.path}")
    _say(found.credit(given.lang))
    return 0


def _fetched(given: argparse.Namespace) -> int:
    from sahelgeo.live import kept  # noqa: PLC0415

    if given.lock is None:
        for file in kept.kept_files(kept.cache()):
            _say(f"  {file.retrieved:%Y-%m-%d}  {file.feed}  {file.bytes:,}  {file.licence}  {file.path}")
        return 0
    held = kept.kept_files(kept.cache())
    missing = False
    for name, entry in kept.read_lock(Path(given.lock)).items():
        found = kept.locked_file(held, entry["sha256"])
        missing |= found is None
        where = _in(given.lang, "not here: fetch it again with this lock") if found is None else str(found.path)
        if given.copy and found is not None:
            where = _copied(found, Path(given.copy)) or _in(given.lang, "not copied: its terms do not allow it")
        _say(f"  {name}  {str(entry.get('retrieved'))[:10]}  {where}")
    return int(missing)


def _copied(found: Any, folder: Path) -> str:
    """Where a kept file was copied to, with its provenance; nothing where it may not be passed on."""
    from sahelgeo.live import kept  # noqa: PLC0415

    if not found.may_share:
        return ""
    path = folder / f"{found.feed.replace('/', '-')}-{found.path.name}"
    return str(kept.write_kept(replace(found, path=path), found.path.read_bytes()).path)


def _keys(given: argparse.Namespace) -> int:
    from sahelgeo.live.feeds import FEEDS  # noqa: PLC0415
    from sahelgeo.live.keys import kept_key  # noqa: PLC0415

    for feed in FEEDS.values():
        facts = feed.facts.get("key", {})
        parts = ("email",) if "email" in facts else [part for part in ("user", "from") if part in facts]
        for part in parts:
            where = kept_key(facts[part])[1]
            state = f"{_in(given.lang, 'set')} ({where})" if where else f"{_in(given.lang, 'not set')}: {feed.key_from}"
            _say(f"  {feed.id}  {facts[part][-1]}  {state}")
    return 0


def _several(parser: argparse.ArgumentParser, option: str, metavar: str, what: str, **more: Any) -> None:
    """An option that may be given again and again."""
    parser.add_argument(option, action="append", default=[], metavar=metavar, help=what, **more)


def _named(given: argparse.Namespace, *names: str) -> dict[str, Any]:
    """Some of the options by their names; those given several times as tuples."""
    values = {name: getattr(given, name) for name in names}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _add_file(parser: argparse.ArgumentParser) -> None:
    """A file of a known feed, or a table of one's own whose columns are told."""
    what = "any file that sahelgeo inspect recognises, or a table with --column"
    parser.add_argument("file", metavar="FILE", help=what)
    parser.add_argument("--as", dest="table", metavar="TABLE", help="stocks, flows, phases, events or population")
    _several(parser, "--column", "HEADING=COLUMN", "what a heading means")
    _several(parser, "--set", "NAME=VALUE", "an option, or a value of all rows")


def _add_places(parser: argparse.ArgumentParser, form: str) -> None:
    """Where, under which title and in which file: what maps and reports ask alike."""
    parser.add_argument("--areas", metavar="FILE", help="boundaries (default: the file's own, or those of sahelgeo)")
    parser.add_argument("--level", type=int, metavar="N", help="0 countries, 1 regions, 2 provinces (default: deepest)")
    _several(parser, "--country", "NAME", "code or name; repeatable", dest="countries")
    parser.add_argument("--title", metavar="TEXT", help="title (default: what it shows)")
    name = f"{'map' if 'png' in form else 'situation'}.html"
    parser.add_argument("--out", default=name, metavar="FILE", help=f"{form} (default: %(default)s)")


def _add_map_options(parser: argparse.ArgumentParser) -> None:
    days = "YYYY-MM-DD, YYYY-MM, FIRST/LAST, or latest (stocks); changes: two with a comma between"
    parser.add_argument("--period", metavar="DAY", help=days)
    _several(parser, "--choose", "COLUMN=VALUE", "take only these rows; repeatable")
    what = "rows without an area (default: %(default)s)"
    parser.add_argument("--unmatched", choices=["raise", "drop"], default="raise", help=what)
    what = "a name in print means this area, by your word; repeatable"
    _several(parser, "--decide", "NAME=PCODE", what, dest="decided")
    what = "phases: of several rows of an area draw one published phase (default: the rule over all)"
    parser.add_argument("--several", choices=["worst", "largest"], help=what)
    kinds = ["kind", "season", "coverage", "source"]
    what = "changes of phases: compare across this difference; repeatable"
    parser.add_argument("--across", action="append", default=[], choices=kinds, help=what)
    parser.add_argument("--style", metavar="FILE", help="a house's own style, in TOML")
    parser.add_argument("--crs", metavar="CRS", help="of boundaries that do not say theirs, such as EPSG:32630")
    what = "phases: the row of this area is the area without the parts that have rows of their own; repeatable"
    _several(parser, "--rest", "PCODE", what)


def _situation(given: argparse.Namespace) -> int:
    from sahelgeo.file_map import situation_of_files  # noqa: PLC0415

    names = ("countries", "areas", "level", "period", "year", "date", "title", "lang")
    report = situation_of_files(given.files, **_named(given, *names))
    for part in report.parts:
        for sentence in part.sentences:
            _say(sentence)
    _say(f"  {report.save(given.out)}")
    return 0


def _demo(given: argparse.Namespace) -> int:
    # Loaded here so that --help and --version answer at once.
    from sahelgeo.demo import run_demo  # noqa: PLC0415

    made = run_demo(given.out, lang=given.lang)
    for line in made.lines:
        _say(line)
    for path in made.files:
        _say(f"  {path}")
    return 0


def _brief(given: argparse.Namespace) -> int:
    from sahelgeo.brief import report  # noqa: PLC0415

    coverage = tuple(given.coverage) if given.coverage else None
    files = {"events": given.events, "actors": given.actors, "agreements": given.agreements}
    made = report(given.out, coverage=coverage, lang=given.lang, **files)
    for check in made.checks:
        _say(f"{check.title}: {check.verdict_in_words}")
        for finding in check.findings:
            _say(f"  {finding}")
    for doubt in made.doubts:
        _say(f"sahelgeo: {_in(given.lang, 'warning: ')}{doubt}", sys.stderr)
    _say(f"  {made.page}")
    return 0


def _inspect(given: argparse.Namespace) -> int:
    from sahelgeo.readers.any_file import PROBLEM, inspect_file  # noqa: PLC0415

    failed = False
    for number, path in enumerate(given.file):
        text = inspect_file(path, lang=given.lang)
        failed |= any(line.startswith(_in(given.lang, PROBLEM)) for line in text.splitlines())
        _say(("\n" if number else "") + text)
    return int(failed)


def _read(given: argparse.Namespace) -> int:
    from sahelgeo.readers.any_file import read  # noqa: PLC0415
    from sahelgeo.readers.own_tables import read_table  # noqa: PLC0415

    columns, options = _told(given)
    if given.table is None and columns is None:
        table = read(given.file, **options)
    elif columns is None:
        try:
            table = read_table(given.file, table=given.table, **options)
        except FormatError as problem:
            how = '--column "HEADING=COLUMN" for each of these, --set NAME=VALUE for what has one value'
            raise FormatError(f"{problem}. On the command line: {how}") from problem
    else:
        table = read_table(given.file, columns, table=given.table or "stocks", **options)
    text = table.map(as_cell).to_csv(index=False)
    if given.out:
        write_whole(given.out, text)
    _say(f"  {given.out}: {len(table):,} rows" if given.out else text.rstrip("\n"))
    return 0


def _map(given: argparse.Namespace) -> int:
    from sahelgeo.file_map import MapRequest, map_file  # noqa: PLC0415

    if given.after is not None and given.subject != "changes":
        raise SahelgeoError(f"map {given.subject} draws one file, and {given.after} is a second one. Leave it out")
    if given.table not in (None, given.subject):
        raise SahelgeoError(f"map {given.subject} draws a table of {given.subject}, not --as {given.table}")
    given.columns, given.options = _told(given)
    given.choose = dict(_pair(text) for text in given.choose)
    given.decided = dict(_pair(text, "--decide") for text in given.decided)
    request = MapRequest(**_named(given, *(one.name for one in fields(MapRequest))))
    for line in map_file(request, given.out, lang=given.lang):
        _say(line)
    _say(f"  {given.out}")
    return 0


def _told(given: argparse.Namespace) -> tuple[dict[str, str] | None, dict[str, Any]]:
    """What the headings of a table of one's own mean, and the options of its reader."""
    columns = dict(_pair(text, "--column") for text in given.column)
    options: dict[str, Any] = dict(_pair(text, "--set") for text in given.set)
    for name, value in options.items():
        if value in ("True", "False"):
            options[name] = value == "True"
        elif name in ("level", "year") and value.isdigit():
            options[name] = int(value)
    return columns or None, options


def _pair(text: str, option: str = "--choose") -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column:
        raise SahelgeoError(f"{option} {text!r}: write a column and a value, such as {option} group=idp")
    return column.strip(), value.strip()


def _in(lang: str, text: str) -> str:
    from sahelgeo.words import in_language  # noqa: PLC0415

    return in_language(text, lang)


def _say(text: str, stream: TextIO | None = None) -> None:
    """Print, also where the terminal has no narrow spaces or accents."""
    out, text = stream or sys.stdout, printable(text)
    try:
        print(text, file=out)
    except UnicodeEncodeError:
        encoding = out.encoding or "ascii"
        print(text.replace("\u202f", " ").encode(encoding, "replace").decode(encoding), file=out)


@contextlib.contextmanager
def _plain_warnings(lang: str) -> Iterator[None]:
    """Warnings of sahelgeo as sentences on standard error; those of libraries are not for readers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", DataWarning)
        warnings.showwarning = lambda message, *_rest: _say(f"sahelgeo: {_in(lang, f'warning: {message}')}", sys.stderr)
        yield
