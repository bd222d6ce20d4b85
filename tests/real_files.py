"""Where publishers' real files are, beside the project; tests that need one skip where it is not."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).parents[1].parent / "shared"


def real_file(name: str) -> Path:
    """The path of a real file, or a skip that says why."""
    for folder in (Path(os.environ.get("SAHELGEO_SHARED", _BESIDE)), _BESIDE):
        path = folder / "data" / name
        if path.is_file():
            return path
    pytest.skip(f"the publisher's file {name} is not beside the project (set SAHELGEO_SHARED to its folder)")


def real_folder() -> Path:
    """The folder of the real files, or a skip that says why."""
    for folder in (Path(os.environ.get("SAHELGEO_SHARED", _BESIDE)), _BESIDE):
        if (folder / "data").is_dir():
            return folder / "data"
    pytest.skip("the publishers' files are not beside the project (set SAHELGEO_SHARED to their folder)")
