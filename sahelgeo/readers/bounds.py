"""What a file may cost to read, and zip archives opened within these bounds."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter
from pathlib import PurePosixPath
from typing import Literal, TypedDict

from sahelgeo.errors import FormatError, listed

Bound = Literal["bytes", "cells", "rows", "vertices", "members", "letters", "parts"]


class Limits(TypedDict, total=False):
    """Bounds of a file that a caller may move: ``limits={"cells": 50_000_000}``. Beyond them nothing is parsed."""

    bytes: int
    """Of a file, and of each member of an archive once it is unpacked: 600 million."""
    cells: int
    """Of a workbook, with the empty ones between: 10 million. Of other files, whose cells weigh less, up to 100."""
    rows: int
    """Of a text, Parquet, Feather or FlatGeobuf file: 5 million."""
    vertices: int
    """Of shapes that are made of lines used again and again: 20 million."""
    members: int
    """Of an archive: 10,000."""
    letters: int
    """Of one cell, or of one line of a text file: 20 million. A country drawn to the metre has some 5 million."""
    parts: int
    """Of one shape, its polygons, lines or points, or the rings of one polygon: 200,000."""


LIMITS = Limits(
    bytes=600_000_000,
    cells=10_000_000,
    rows=5_000_000,
    vertices=20_000_000,
    members=10_000,
    letters=20_000_000,
    parts=200_000,
)
FREE_EXPANSION = 32 << 20
LARGEST_EXPANSION = 200
WIDEST = 4_000


def limits_of(asked: Limits | None) -> Limits:
    """The bounds with those that a caller moves.

    Raises
    ------
    FormatError
        A bound that there is not, or that is no whole number above 0.
    """
    if asked is not None and not isinstance(asked, dict):
        raise FormatError(f"limits={asked!r} is no mapping of bounds. Write it as limits={{'cells': 50_000_000}}")
    for name, most in (asked or {}).items():
        if name not in LIMITS or isinstance(most, bool) or not isinstance(most, int) or most < 1:
            known = ", ".join(f"{bound!r}: {usual:_}" for bound, usual in LIMITS.items())
            raise FormatError(f"limits: {name!r}: {most!r} is no bound. Those that can be moved: {{{known}}}")
    return LIMITS | (asked or {})


def refuse_beyond(bound: Bound, found: int, limits: Limits, where: str, *, times: int = 1, remedy: str = "") -> None:
    """Refuse what exceeds a bound; cells that weigh less than those of a workbook count by a part (``times``).

    Raises
    ------
    FormatError
        The number found, the bound, and how to move it.
    """
    if found > limits[bound] * times:
        raise FormatError(
            f"{where}: {found:,} {bound}, more than the {limits[bound] * times:,} that are opened unasked. "
            f"{remedy or 'Give a part of it'}, or allow it: limits={{{bound!r}: {-(-found // times):_}}}"
        )


def refuse_long(content: bytes, ends: tuple[bytes, ...], limits: Limits, where: str) -> None:
    """Refuse bytes without any of the signs that end a line or a text, for longer than a cell may be."""
    start, most = 0, limits["letters"]
    while len(content) - start > most:
        end = max(content.rfind(sign, start, start + most) for sign in ends)
        if end < 0:
            following = min(
                (at for sign in ends if (at := content.find(sign, start + most)) >= 0), default=len(content)
            )
            refuse_beyond("letters", following - start, limits, where)
        start = end + 1


def refuse_wide(columns: int, file: str) -> None:
    """Refuse more columns than a table has that people made: each costs as much as thousands of rows."""
    if columns > WIDEST:
        raise FormatError(f"{file}: more than {WIDEST:,} columns. Give the table itself")


def open_archive(content: bytes, file: str, limits: Limits = LIMITS) -> zipfile.ZipFile:
    """The archive, if none of its members is dangerous.

    Raises
    ------
    FormatError
        A broken archive, a member outside its folder or there twice, an expansion beyond the bounds, or a password.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as failure:
        raise FormatError(f"{file}: a broken zip archive ({failure}). Download it again") from failure
    members = archive.infolist()
    refuse_beyond("members", len(members), limits, file, remedy="Take out the file that you need")
    for member in members:
        _check(member, file, limits)
    # Programs differ in which of two members they take: what was checked might not be what is read.
    twice = [name for name, count in Counter(archive.namelist()).items() if count > 1]
    if twice:
        raise FormatError(f"{file}: its members {listed(twice, 3)} are there more than once. Pack it again")
    refuse_beyond("bytes", sum(member.file_size for member in members), limits, f"{file}, unpacked", times=2)
    return archive


def _check(member: zipfile.ZipInfo, file: str, limits: Limits) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ":" in name.split("/")[0] or ".." in PurePosixPath(name).parts:
        raise FormatError(f"{file}: member {member.filename!r} points outside the archive. It was not unpacked")
    if member.flag_bits & 0x1:
        raise FormatError(f"{file}: member {member.filename!r} is protected by a password. Save it without one")
    if member.file_size > max(FREE_EXPANSION, LARGEST_EXPANSION * member.compress_size):
        raise FormatError(
            f"{file}: member {member.filename!r} expands from {member.compress_size:,} to {member.file_size:,} bytes, "
            f"more than {LARGEST_EXPANSION} times. It was not unpacked: unpack it yourself if you trust it"
        )
    refuse_beyond("bytes", member.file_size, limits, f"{file}, member {member.filename!r}")


def member_bytes(archive: zipfile.ZipFile, name: str, file: str) -> bytes:
    """The bytes of a member.

    Raises
    ------
    FormatError
        The member is not there, or its bytes are damaged.
    """
    try:
        return archive.read(name)
    except KeyError as failure:
        raise FormatError(f"{file}: there is no member {name!r}. Found: {listed(archive.namelist(), 8)}") from failure
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError) as failure:
        raise FormatError(f"{file}: member {name!r} is damaged ({failure}). Download the archive again") from failure
