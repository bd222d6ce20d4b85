"""Where the real files are, if this machine has them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("SAHELGEO_SHARED", Path(__file__).parents[1].parent / "shared")) / "data"


def real_file(*parts: str) -> Path:
    """The path of a published file, or a skip with the reason."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs the published file {'/'.join(parts)} (see CONTRIBUTING)")
    return path


def real_folder() -> Path:
    """The folder of the published files, or a skip with the reason."""
    if not SHARED.is_dir():
        pytest.skip("needs the folder of published files (see CONTRIBUTING)")
    return SHARED
