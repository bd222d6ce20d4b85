"""The brief, made by the command as a reader makes it, but in this process."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import NamedTuple

from sahelgeo.cli import main


class Ran(NamedTuple):
    """How a run ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def run_brief(*options: str | Path) -> Ran:
    """What ``sahelgeo brief OPTIONS`` does, without the second in which Python and the libraries start."""
    said, failed = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(failed):
        code = main(["brief", *map(str, options)])
    return Ran(code, said.getvalue(), failed.getvalue())
