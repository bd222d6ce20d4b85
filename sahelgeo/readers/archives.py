"""Zip files, opened with bounds: no member leaves its folder, none expands without limit, none asks for a password."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from sahelgeo.errors import FormatError

LARGEST_MEMBER = 1 << 30
LARGEST_ARCHIVE = 2 << 30
FREE_EXPANSION = 32 << 20
LARGEST_EXPANSION = 200
MOST_MEMBERS = 10_000


def open_archive(content: bytes, file: str) -> zipfile.ZipFile:
    """The archive, if none of its members is dangerous.

    Raises
    ------
    FormatError
        A broken archive, a member outside its folder, an expansion beyond the limits, or a password.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as failure:
        raise FormatError(f"{file}: a broken zip archive ({failure}). Download it again") from failure
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise FormatError(
            f"{file}: {len(members):,} members, more than {MOST_MEMBERS:,}. Take out the file that you need"
        )
    for member in members:
        _check(member, file)
    total = sum(member.file_size for member in members)
    if total > LARGEST_ARCHIVE:
        raise FormatError(f"{file}: unpacks to {total:,} bytes, more than {LARGEST_ARCHIVE:,}. It was not unpacked")
    return archive


def _check(member: zipfile.ZipInfo, file: str) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ":" in name.split("/")[0] or ".." in PurePosixPath(name).parts:
        raise FormatError(f"{file}: member {member.filename!r} points outside the archive. It was not unpacked")
    if member.flag_bits & 0x1:
        raise FormatError(f"{file}: member {member.filename!r} is protected by a password. Save it without one")
    if member.file_size > LARGEST_MEMBER or (
        member.file_size > FREE_EXPANSION and member.file_size > LARGEST_EXPANSION * max(member.compress_size, 1)
    ):
        raise FormatError(
            f"{file}: member {member.filename!r} expands from {member.compress_size:,} to {member.file_size:,} bytes. "
            "It was not unpacked"
        )


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
        there = ", ".join(archive.namelist()[:8])
        raise FormatError(f"{file}: there is no member {name!r}. Found: {there}") from failure
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError) as failure:
        raise FormatError(f"{file}: member {name!r} is damaged ({failure}). Download the archive again") from failure
