"""The example of the brief, run with options as a reader runs it, but in this process."""

from __future__ import annotations

import contextlib
import io
import runpy
import sys
import warnings
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import sahelgeo as sg

BRIEF = Path(sg.__file__).parents[1] / "examples" / "csis_brief.py"


class Ran(NamedTuple):
    """How a run ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def run_brief(*options: str | Path) -> Ran:
    """What ``python examples/csis_brief.py OPTIONS`` does, without the second in which Python and the libraries start."""
    said, failed = io.StringIO(), ""
    with (
        mock.patch.object(sys, "argv", [str(BRIEF), *map(str, options)]),
        contextlib.redirect_stdout(said),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("default")
        try:
            runpy.run_path(str(BRIEF), run_name="__main__")
        except SystemExit as end:
            failed = str(end.code)
    return Ran(int(bool(failed)), said.getvalue(), failed)
