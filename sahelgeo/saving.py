"""Files are written whole or not at all, with text that every program can read and no spreadsheet runs.

What is to be saved is made in memory first, so that an error while drawing touches no file. Then::

    content ──▶ .name-…-new beside it ──▶ takes the place of name        (one step of the file system)
                 disk full, killed: name is as it was before
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from sahelgeo.errors import ExportError, SchemaError

Value = TypeVar("Value")
# Control characters but tab and line ends, which XML forbids, and halves of characters, which no encoding holds.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PLAIN = frozenset({str, int, float, bool, type(None)})
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
_BLANK = tuple("\t\r\n")


def readable(value: Value) -> Value:
    r"""The value with a replacement sign for each character that no page, sheet or file may hold.

    Texts are looked for in tuples and in the fields of dataclasses too.

    Examples
    --------
    >>> from sahelgeo.saving import readable
    >>> readable(("Dori\x0b", 5)) == ("Dori\N{REPLACEMENT CHARACTER}", 5)
    True
    """
    if isinstance(value, str):
        return _UNREADABLE.sub("\ufffd", value) if _UNREADABLE.search(value) else value  # type: ignore[return-value]
    if isinstance(value, tuple):
        # The long tuples, of names and numbers, are looked through at once.
        parts = [one for held in value for one in (held if isinstance(held, tuple) else (held,))]
        known = _PLAIN.issuperset(map(type, parts))
        if known and not _UNREADABLE.search("".join(one for one in parts if isinstance(one, str))):
            return value
        held = tuple(map(readable, value))
        same = all(one is other for one, other in zip(held, value, strict=True))
        return value if same else held  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        own = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        changed = {name: made for name, held in own.items() if (made := readable(held)) is not held}
        return replace(value, **changed) if changed else value
    return value


def markdown_line(text: str) -> str:
    r"""A text as one line of Markdown that means nothing but itself.

    Examples
    --------
    >>> from sahelgeo.saving import markdown_line
    >>> print(markdown_line("[a](b)\n<c>"))
    \[a\](b) \<c\>
    """
    escaped = "".join(f"\\{letter}" if letter in "\\`*_[]<>|#!" else letter for letter in text)
    return " ".join(re.split(r"[\r\n\t]+", escaped))


def as_cell(value: Any) -> Any:
    """A value for a table: text that a spreadsheet would run as a formula gets an apostrophe before it.

    Examples
    --------
    >>> from sahelgeo.saving import as_cell, from_cell
    >>> as_cell("=1+1"), as_cell(-5), from_cell(as_cell("=1+1"))
    ("'=1+1", -5, '=1+1')
    """
    runs = isinstance(value, str) and value.startswith(_BLANK) | value.lstrip().startswith(_FORMULA)
    return f"'{value}" if runs else value


def from_cell(value: Any) -> Any:
    """What :func:`as_cell` was given."""
    guarded = isinstance(value, str) and value.startswith("'") and as_cell(value[1:]) != value[1:]
    return value[1:] if guarded else value


def check_folder(path: Any) -> None:
    """Raise where the folder of a path is not there; what is no path is left to the one who writes."""
    if isinstance(path, str | PathLike) and not Path(path).parent.is_dir():
        name, folder = Path(path).name, Path(path).parent
        raise SchemaError(f"{name}: there is no folder {folder}. Make it first, or save elsewhere")


def write_whole(path: str | PathLike[str], content: str | bytes | Mapping[str, str]) -> Path:
    """Write a file, or a folder of files, beside its place, then put it there: nobody sees half of it.

    Parameters
    ----------
    path : path
        Where to write; what is there is replaced.
    content : str, bytes or mapping of str to str
        Text is written as UTF-8; a mapping is a folder of texts by their names.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    SchemaError
        There is no such folder.
    ExportError
        The file system refuses: the disk is full, or nothing may be written there. What was there is as it was.
    """
    given = Path(path)
    check_folder(given)
    # A link stays a link: what it points at is replaced.
    target = Path(os.path.realpath(given))
    # File systems count the bytes of a name, and cut no letter in two.
    short = target.name.encode()[:100].decode(errors="ignore")
    fresh, old = (target.with_name(f".{short}-{uuid.uuid4().hex}-{part}") for part in ("new", "old"))
    try:
        if given.exists() and not (given.is_file() or given.is_dir()):
            given.write_bytes(_encoded(content))  # type: ignore[arg-type]  # a pipe or a terminal, which holds nothing
        elif isinstance(content, Mapping):
            fresh.mkdir()
            for name, text in content.items():
                (fresh / name).write_bytes(_encoded(text))
            if target.exists():
                target.replace(old)
            fresh.replace(target)
        else:
            fresh.write_bytes(_encoded(content))
            if target.exists():
                shutil.copymode(target, fresh)
            fresh.replace(target)
    except OSError as problem:
        raise ExportError(
            f"{given} could not be written ({problem.strerror or problem}). What was there is as it was. "
            "Make room, or save elsewhere"
        ) from problem
    finally:
        # What is said is why it was not written, not what went wrong afterwards.
        with contextlib.suppress(OSError):
            if old.exists() and not target.exists():
                old.replace(target)
            fresh.unlink(missing_ok=True) if fresh.is_file() else shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return given


def _encoded(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else readable(content).encode()


def _toml(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, dt.date):
        return value.isoformat()
    # JSON's texts, numbers and lists are TOML's, but for DEL, which `readable` takes out.
    return json.dumps(value, ensure_ascii=False)


def to_toml(values: Mapping[str, Any]) -> str:
    """A TOML document of plain values, and of tables of them, which come last."""
    held = {name: value for name, value in values.items() if value not in (None, "", (), [], {})}
    named = {name if re.fullmatch(r"(?a)\w+", name) else _toml(name): held[name] for name in held}
    lines = [f"{name} = {_toml(value)}" for name, value in named.items() if not isinstance(value, Mapping)]
    for name, table in named.items():
        if isinstance(table, Mapping):
            lines += ["", f"[{name}]", to_toml(table).removesuffix("\n")]
    return readable("\n".join(lines) + "\n")
