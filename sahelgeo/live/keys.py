"""Keys: where they come from, how they travel, and how they are kept out of everything that people see.

A key is unpacked in one place, where the request is made::

    environment ─▶ keys.toml (private) ─▶ keyring      ──▶  Secret  ──▶  header, or query, of the feed's own host
                                                              │
    what is shown, logged, raised, pickled, written  ◀── ***  ┘
"""

from __future__ import annotations

import base64
import json
import logging
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from sahelgeo.errors import KeyNeededError
from sahelgeo.live.feeds import LiveFeed

HIDDEN = "***"
# urllib3 logs every address that it asks, with its query.
_LOGGERS = ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry", "urllib3", "requests")
# A shorter text is in every file.
_SHORTEST = 6


class Secret:
    """A text that no print, log, error or pickle shows."""

    __slots__ = ("_held",)

    def __init__(self, held: str) -> None:
        self._held = held

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, _form: str) -> str:
        return HIDDEN

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return Secret, ("",)

    def __bool__(self) -> bool:
        return bool(self._held)

    def reveal(self) -> str:
        """The text itself: only where a request is made."""
        return self._held


def config_file() -> Path:
    """The private file of keys."""
    from platformdirs import user_config_path  # noqa: PLC0415

    return user_config_path("sahelgeo") / "keys.toml"


def _filed() -> dict[str, str]:
    """The keys of the private file.

    Raises
    ------
    KeyNeededError
        Others may read it, or it is no TOML.
    """
    file = config_file()
    if not file.is_file():
        return {}
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise KeyNeededError(f"{file}: others may read it. Make it private: chmod 600 {file}")
    held: dict[str, Any] | None = None
    with suppress(OSError, ValueError):  # what a parser says of a line would hold the key
        held = tomllib.loads(file.read_text(encoding="utf-8"))
    if held is None:
        raise KeyNeededError(f'{file}: not TOML. Write a line for each key: NAME = "key"')
    return {str(name): str(value) for name, value in held.items()}


def kept_key(names: Iterable[str]) -> tuple[Secret, str]:
    """The first of some variables that is set, and where it was found."""
    names = list(names)
    for name in names:
        if value := os.environ.get(name, "").strip():
            return Secret(value), f"environment, {name}"
    filed = _filed()
    for name in names:
        if value := filed.get(name, "").strip():
            return Secret(value), f"{config_file()}, {name}"
    with suppress(Exception):  # it is not installed, locked, or has no such key
        import keyring  # noqa: PLC0415

        for name in names:
            if value := keyring.get_password("sahelgeo", name):
                return Secret(str(value)), f"keyring, {name}"
    return Secret(""), ""


def keys_of(feed: LiveFeed) -> dict[str, Secret]:
    """The key of a feed: ``from``, and ``user`` where it is a login; nothing where none is needed.

    Raises
    ------
    KeyNeededError
        It is not set: the message says which variable, where to get one, and the feed that needs none.
    """
    facts = feed.facts.get("key", {})
    found = {part: kept_key(facts[part])[0] for part in ("user", "from") if part in facts}
    if "email" in facts and not found.get("from"):
        address = kept_key(facts["email"])[0]
        made = base64.b64encode(f"sahelgeo:{address.reveal()}".encode()).decode() if address else ""
        found["from"] = Secret(made)
    if not all(found.values()):
        raise KeyNeededError(f"{feed.id}: {_advice(feed)}", feed=feed.id)
    return found


def _advice(feed: LiveFeed) -> str:
    facts = feed.facts["key"]
    parts = ["email"] if "email" in facts else ["user", "from"]
    names = " and ".join(facts[part][-1] for part in parts if part in facts)
    instead = f". The feed {facts['instead']!r} needs none" if "instead" in facts else ""
    return f"set {names} in the environment or in {config_file()}; get it at {facts['get']}{instead}"


def refused_key(feed: LiveFeed, said: str, status: int) -> KeyNeededError:
    """The error for a key that the publisher refuses."""
    where = feed.facts["key"].get("denied", "") if status == 403 else ""
    text = f"{feed.id}: the key was refused ({said}){f': {where}' if where else ''}. Else {_advice(feed)}"
    return KeyNeededError(text, feed=feed.id, status=status)


def _forms(secret: Secret) -> set[str]:
    """How a key may be written: as it is, in an address, in JSON, in Python."""
    held = secret.reveal()
    if not held:
        return set()
    written = {held, quote(held), quote(held, safe=""), quote_plus(held), urlencode({"": held})[1:]}
    written |= {json.dumps(held)[1:-1], json.dumps(held, ensure_ascii=False)[1:-1], repr(held)[1:-1]}
    return written | {quote(held, safe="!#$%&'()*+,/:;=?@[]~")}


def hide(text: str, secrets: Iterable[Secret]) -> str:
    """A text without the keys, however they are written in it."""
    for form in sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return text


def holds_key(content: bytes, secrets: Iterable[Secret]) -> bool:
    """Whether a file repeats a key."""
    forms = {form for secret in secrets if len(secret.reveal()) >= _SHORTEST for form in _forms(secret)}
    return any(form.encode() in content for form in forms)


@contextmanager
def hidden_in_logs(secrets: Mapping[str, Secret]) -> Iterator[None]:
    """While a request is made, the log shows no key."""

    def conceal(record: logging.LogRecord) -> bool:
        record.msg, record.args = hide(record.getMessage(), secrets.values()), ()
        return True

    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(conceal)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(conceal)
