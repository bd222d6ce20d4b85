"""A key is sent to the feed's own host, and stands nowhere else."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import pickle
import sys
import traceback
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import publishers as given
import pytest
from publishers import KEYS, TOKEN, Answer, Heard, Publishers, as_json, fetch, hosts, servers

import sahelgeo as sg
from sahelgeo.cli import main
from sahelgeo.live import keys
from sahelgeo.live.feeds import FEEDS

KEYED = [name for name, feed in FEEDS.items() if "key" in feed.facts]


def forms(key: str) -> set[str]:
    """How a key might be written."""
    return {
        key,
        quote(key),
        quote(key, safe=""),
        quote_plus(key),
        json.dumps(key)[1:-1],
        repr(key)[1:-1],
        key.split(" k", maxsplit=1)[0] + " k€y",
    }


SECRETS = {
    form for name, key in KEYS.items() if name not in ("ACLED_USERNAME", "SAHELGEO_EMAIL") for form in forms(key)
} | forms(TOKEN)


def shown(error: BaseException | None) -> str:
    """An error with all that it holds: its causes, its attributes, its pickle, its traceback."""
    if error is None:
        return ""
    parts = ["".join(traceback.format_exception(error)), repr(vars(error)), repr(error.args), str(pickle.dumps(error))]
    return " ".join(parts) + shown(error.__cause__) + shown(error.__context__)


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Collects what was logged at DEBUG and printed."""
    caplog.set_level(logging.DEBUG)
    # What the local server logs and gets is no part of it.
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)

    def collect(tmp_path: Path, *objects: Any) -> str:
        logged = " ".join(
            f"{record.getMessage()} {record.msg} {record.args}"
            for record in caplog.records
            if record.name != "werkzeug"
        )
        assert "urllib3" in " ".join(record.name for record in caplog.records)
        out, err = capfd.readouterr()
        written = " ".join(
            f"{path} {path.read_bytes().decode('utf-8', 'replace')}" for path in tmp_path.rglob("*") if path.is_file()
        )
        return " ".join([logged, out, err, written, *(f"{one!r} {one} {pickle.dumps(one)!r}" for one in objects)])

    yield collect
    logging.getLogger("werkzeug").setLevel(logging.NOTSET)


@pytest.mark.parametrize("feed", KEYED)
def test_a_key_is_nowhere_when_all_goes_well(feed: str, hosts: Publishers, tmp_path: Path, everything: Any) -> None:
    """Though the publisher needs it, and IDMC sends it back."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        found = fetch(feed, lock=tmp_path / "lock.toml", progress=True)
    sent = " ".join(f"{heard.query} {heard.headers} {heard.form}" for heard in hosts.heard)
    facts = FEEDS[feed].facts["key"]
    assert ("X-hdx" in sent.capitalize() or "x-hdx-hapi-app-identifier" in sent) if "email" in facts else True
    text = everything(tmp_path, found)
    assert not [form for form in SECRETS if form in text]


@pytest.mark.parametrize("feed", KEYED)
@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 429, 500])
def test_a_key_is_nowhere_when_it_goes_wrong(
    feed: str, status: int, hosts: Publishers, tmp_path: Path, everything: Any
) -> None:
    """The publisher repeats everything that it was sent, in its words and in its headers."""

    def echo(heard: Heard) -> Answer:
        held = json.dumps({"message": f"{heard.query} {heard.headers.get('authorization')} {list(heard.query.values())}",
                           "error": list(heard.headers.values())}, ensure_ascii=False)  # fmt: skip
        key = " ".join(heard.query.values()) + heard.headers.get("ocp-apim-subscription-key", "")
        location = {"Location": f"https://example.org/?{quote(key)}"} if status == 302 else {}
        return Answer(held.encode(), status, location)

    for path in list(hosts.answers):
        if path != "/oauth/token":
            hosts.answers[path] = echo
    with pytest.raises(sg.errors.FetchError) as caught:
        fetch(feed)
    text = everything(tmp_path) + shown(caught.value)
    assert not [form for form in SECRETS if form in text]
    assert sg.live.fetched().empty


def test_a_key_does_not_go_along_to_another_host(hosts: Publishers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its header nor its parameter; the file does arrive."""
    from dataclasses import replace

    from sahelgeo.live import feeds

    bodies = {"dtm/api": "/v3/displacement/admin2", "ipc/api": "/population"}
    wide = {
        name: replace(FEEDS[name], facts={**FEEDS[name].facts, "hosts": [*FEEDS[name].facts["hosts"], given.STORE]})
        for name in bodies
    }
    monkeypatch.setattr(feeds, "FEEDS", {**FEEDS, **wide})
    for name, path in bodies.items():
        good = given.good_answers()[path]
        hosts.answers[path] = Answer(status=302, headers={"Location": f"https://{given.STORE}/moved"})
        hosts.answers["/moved"] = good
        hosts.heard.clear()
        assert fetch(name).rows
        first, second = hosts.heard
        assert (first.port, second.port) == (hosts.own.port, hosts.store.port)
        held = f"{second.headers} {second.query} {second.form}"
        assert "ocp-apim-subscription-key" in f"{first.headers}" or "key" in first.query
        assert "ocp-apim" not in held
        assert not [form for form in SECRETS if form in held]


def test_an_answer_that_repeats_the_key_is_not_kept(hosts: Publishers) -> None:
    """In a row, where it would be written to disk."""
    hosts.answers["/external-api/idus/last-180-days/"] = lambda heard: as_json(
        [{"id": 1, "country": heard.query["client_id"]}]
    )
    with pytest.raises(sg.errors.FetchError, match="repeats the key, and was not kept"):
        fetch("idmc/idu")
    assert sg.live.fetched().empty


def test_a_netrc_does_not_replace_a_key(hosts: Publishers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it would in requests."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert fetch("acled").rows == 2
    assert hosts.heard[-1].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_secret_shows_itself_to_nobody() -> None:
    """Printed, formatted, pickled, compared in a container."""
    secret = keys.Secret("abcdef")
    assert f"{secret} {secret!r} {[secret]} {secret:>20}" == "*** *** [***] ***"
    assert pickle.loads(pickle.dumps(secret)).reveal() == ""  # noqa: S301 - our own bytes
    assert secret.reveal() == "abcdef"


def test_keys_come_from_a_private_file_or_a_keyring_too(
    hosts: Publishers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The environment comes first; a file that others may read is refused; no command shows a key."""
    monkeypatch.delenv("IPC_API_KEY")
    file = keys.config_file()
    file.parent.mkdir(parents=True)
    file.write_text('IPC_API_KEY = "from the file"\n')
    file.chmod(0o644)
    with pytest.raises(sg.errors.KeyNeededError, match="others may read it. Make it private: chmod 600"):
        fetch("ipc/api")
    file.chmod(0o600)
    fetch("ipc/api")
    assert hosts.heard[-1].query["key"] == "from the file"
    monkeypatch.delenv("UCDP_ACCESS_TOKEN")
    ring = types.SimpleNamespace(
        get_password=lambda service, name: f"ring {service}" if name == "UCDP_ACCESS_TOKEN" else None
    )
    monkeypatch.setitem(sys.modules, "keyring", ring)
    fetch("ucdp/api")
    assert hosts.heard[-1].headers["x-ucdp-access-token"] == "ring sahelgeo"
    assert main(["keys"]) == 0
    said = capsys.readouterr().out
    assert f"ipc/api  IPC_API_KEY  set ({file}, IPC_API_KEY)" in said
    assert "set (keyring, UCDP_ACCESS_TOKEN)" in said
    assert not [form for form in (*SECRETS, "from the file", "ring sahelgeo") if form in said]
    file.write_text("IPC_API_KEY = from the file\n")
    with pytest.raises(sg.errors.KeyNeededError, match="not TOML") as caught:
        fetch("ipc/api", refresh=True)
    assert "from the file" not in shown(caught.value)
    monkeypatch.delenv("SAHELGEO_EMAIL")
    file.write_text("")
    monkeypatch.setitem(sys.modules, "keyring", types.SimpleNamespace(get_password=lambda *_: 1 / 0))
    assert main(["keys", "--lang", "fr"]) == 0
    assert "SAHELGEO_EMAIL  absente" in capsys.readouterr().out
