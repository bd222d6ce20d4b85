"""The errors: one tree, each also a builtin, each whole after a journey between processes."""

from __future__ import annotations

import copy
import importlib
import io
import multiprocessing
import pickle
import pkgutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

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


@pytest.mark.parametrize("kind", [errors.FormatError, errors.SchemaError, errors.DataWarning])
def test_messages_are_short_and_obey_no_terminal(kind: type[Exception]) -> None:
    """A heading of 70 kB, an escape sequence, half a letter, text from right to left; accents and narrow spaces stay."""
    said = str(kind("b\x1b[2Jéa\u202f5\x00\n\ud800\u202e" + "x" * 70_000 + " Give a part of it"))
    assert said.startswith("b\\x1b[2Jéa\u202f5\\x00\n\\xd800\\x202exxx")
    assert said.endswith("xxx Give a part of it")
    assert len(said) <= 2_000
    assert len(str(kind("\x00" * 5_000))) <= 2_000
    assert str(kind("as it is")) == "as it is"


def _refused(_: int) -> None:
    sample = sahelgeo.load_sample("burkina-2020")
    sahelgeo.attach_areas(sample.stocks.assign(pcode="BF99"), sample.areas)


def _reported(content: bytes) -> object:
    return sahelgeo.read_with_report(io.BytesIO(content))


def test_errors_and_reports_come_out_of_another_process() -> None:
    """A pool waits for ever where it cannot rebuild them; a process that is spawned has nothing but what was pickled."""
    content = b"iso3,country_name,year,new_displacement,total_displacement\nMLI,Mali,2022,5,6\n"
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        refused, reported = pool.submit(_refused, 1), pool.submit(_reported, content)
        with pytest.raises(errors.UnmatchedError, match="BF99") as caught:
            refused.result(120)
        table, report = reported.result(120)  # type: ignore[misc]
    assert len(caught.value.rows) == len(sahelgeo.load_sample("burkina-2020").stocks)
    assert (table["people"].tolist(), report) == ([6], _reported(content)[1])  # type: ignore[index]
    assert copy.deepcopy(report) == report
