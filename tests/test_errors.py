"""The errors: one tree, each also a builtin, each whole after a journey between processes."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
from collections.abc import Iterator

import pandas as pd
import pytest

import sahelgeo
from sahelgeo import errors


def subclasses(kind: type[errors.SahelgeoError]) -> Iterator[type[errors.SahelgeoError]]:
    """Every error under this one that belongs to the package."""
    for found in kind.__subclasses__():
        yield found
        yield from subclasses(found)


def every_error() -> list[type[errors.SahelgeoError]]:
    """The errors of all modules."""
    for module in pkgutil.walk_packages(sahelgeo.__path__, "sahelgeo."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return sorted(
        {kind for kind in subclasses(errors.SahelgeoError) if kind.__module__.startswith("sahelgeo.")},
        key=lambda kind: kind.__name__,
    )


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_is_in_the_picture_is_a_builtin_and_can_be_pickled(kind: type[errors.SahelgeoError]) -> None:
    """Its rows come along: a worker's error says as much as one's own."""
    assert f"── {kind.__name__} " in f"{errors.__doc__} "
    builtins = {base for base in kind.__mro__ if base.__module__ == "builtins"} - {Exception, BaseException, object}
    assert builtins
    error = kind.__new__(kind, "what, where, what to do")
    error.__dict__.update(rows=pd.DataFrame({"a": [1]}), note="kept")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(again) is kind
    assert str(again) == "what, where, what to do"
    assert (again.rows["a"].tolist(), again.note) == ([1], "kept")


def test_an_event_error_keeps_its_table() -> None:
    """The whole table and the rows that stand more than once."""
    table = pd.DataFrame({"event": ["A", "A", "B"]})
    again = pickle.loads(pickle.dumps(errors.DuplicateEventError("twice", table[:2], table)))  # noqa: S301
    assert (len(again.rows), len(again.table), str(again)) == (2, 3, "twice")
