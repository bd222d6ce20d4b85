"""Kept files: whole or not there, each with what is known of it; what of them reaches a table."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import pickle
import random
import signal
import stat
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pandas as pd
import publishers as given
import pytest
from hypothesis import given as tried
from hypothesis import strategies as st
from publishers import IDPS, Answer, Publishers, as_json, fetch, hosts, servers

import sahelgeo as sg
from sahelgeo.cli import main
from sahelgeo.live import kept


def test_what_is_known_of_a_file_lies_beside_it(hosts: Publishers) -> None:
    """And comes back from there, as it was."""
    found = fetch("cadre-harmonise")
    assert kept.kept_files(kept.cache()) == [found]
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes
    assert os.fspath(found) == str(found.path)
    assert (found.vintage, found.source, found.may_share) == (
        "cadre_harmonise_caf_ipc_mar26.xlsx",
        "cadre-harmonise",
        True,
    )
    assert found.published == dt.datetime(2026, 11, 12, 17, 57, 9, tzinfo=dt.UTC)
    assert found.licence == "Creative Commons Attribution for Intergovernmental Organisations"
    assert found.path.read_bytes() == given.cadre_harmonise()
    table = sg.live.fetched()
    assert table[["feed", "bytes"]].values.tolist() == [["cadre-harmonise", len(given.cadre_harmonise())]]


def test_rows_that_may_not_be_passed_on_are_private(
    hosts: Publishers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody else reads them, and no command copies them."""
    lock = tmp_path / "lock.toml"
    private, open_to_all = fetch("dtm", lock=lock), fetch("hapi/idps", lock=lock)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (private.path, private.path.parent)]
    assert modes == [0o600, 0o700]
    assert main(["fetched", "--lock", str(lock), "--copy", str(tmp_path / "copies")]) == 0
    said = capsys.readouterr().out
    assert "not copied: its terms do not allow it" in said
    copies = kept.kept_files(tmp_path / "copies")
    assert [one.sha256 for one in copies] == [open_to_all.sha256]
    private.path.unlink()
    assert main(["fetched", "--lock", str(lock), "--lang", "fr"]) == 1
    assert "pas ici : obtenez-le de nouveau avec ce verrou" in capsys.readouterr().out


def test_the_commands_fetch_and_list(hosts: Publishers, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Path, credit and age; a refusal in French."""
    assert main(["fetch", "hapi/idps", "--country", "Burkina Faso", "--into", str(tmp_path / "data")]) == 0
    path, credit = capsys.readouterr().out.splitlines()
    assert Path(path.strip()).is_file()
    assert "Accessed" in credit
    assert main(["fetch", "ucdp", "--vintage", "26.1"]) == 0
    capsys.readouterr()
    assert main(["fetched"]) == 0
    assert "  ucdp  " in capsys.readouterr().out
    assert main(["fetch", "cod-ab", "--country", "NER", "--offline", "--lang", "fr"]) == 1
    assert "cod-ab : aucun fichier n'est ici, et aucune connexion ne peut être ouverte" in capsys.readouterr().err


KILLED = """
import os, signal, sys
from pathlib import Path
from sahelgeo.live import kept

content = bytes(range(256)) * 40
file = kept.Fetched(Path(sys.argv[1]) / "hapi/idps/BFA/file.json", "hapi/idps", "https://hapi.humdata.org", kept.now(),
                    kept.digest(content), len(content), {"countries": ["BFA"]})
plain = Path.write_bytes
for at in (0, 1, 500, 9_999, 10_240, 10_241, 10_300, 10_400):
    file.path.unlink(missing_ok=True)
    if not os.fork():
        written = 0

        def write_bytes(path, data):
            global written
            plain(path, data[: max(0, at - written)])
            if written + len(data) > at:
                os.kill(os.getpid(), signal.SIGKILL)
            written += len(data)

        Path.write_bytes = write_bytes
        kept.write_kept(file, content)
        os._exit(0)
    assert os.WTERMSIG(os.wait()[1]) == signal.SIGKILL, at
    for path in file.path.parent.iterdir():
        assert path.name.startswith(".") or path.read_bytes() == content, (at, path)
    assert kept.kept_files(Path(sys.argv[1])) == [], at
for left in file.path.parent.glob(".*-new"):
    os.utime(left, (0, 0))
kept.write_kept(file, content)
assert kept.kept_files(Path(sys.argv[1])) == [file]
assert len(list(file.path.parent.iterdir())) == 2
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_that_is_killed_leaves_no_half_file(tmp_path: Path) -> None:
    """At any byte of the file or of its provenance: it is not here, and is written again."""
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=True)


INTERRUPTED = """
import signal, sys, sahelgeo as sg

signal.signal(signal.SIGINT, signal.default_int_handler)
print("ready", flush=True)
try:
    sg.fetch("hapi/idps", countries="BFA", progress=False)
except KeyboardInterrupt:
    sys.exit(7)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_ctrl_c_half_way_ends_at_once_and_keeps_nothing(hosts: Publishers) -> None:
    """It is no failure to be tried again, and the next fetch gets the whole file."""
    good = hosts.answers[IDPS]
    hosts.answers[IDPS] = Answer(b"{}", seconds=3)
    with subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        for _ in range(200):
            if hosts.heard:
                break
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 7
    assert hosts.paths() == [IDPS]
    assert not [path for path in kept.cache().rglob("*") if path.is_file()]
    hosts.answers[IDPS] = good
    assert fetch("hapi/idps").rows == 1


def test_ctrl_c_while_a_file_is_written_leaves_none(hosts: Publishers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the file alone nor a part of one: at the write of the file, and at that of its provenance."""
    plain, whole = Path.write_bytes, [0]

    def interrupted(path: Path, data: bytes) -> int:
        plain(path, data[: len(data) // 2])
        if not whole[0]:
            raise KeyboardInterrupt
        whole[0] -= 1
        return plain(path, data)

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    for writes in range(2):
        whole[0] = writes
        with pytest.raises(KeyboardInterrupt):
            fetch("hapi/idps")
        assert kept.kept_files(kept.cache()) == []
        assert not list(kept.cache().rglob(".*"))
    whole[0] = 2
    assert fetch("hapi/idps").path.is_file()


AT_ONCE = """
import os, sahelgeo as sg
from sahelgeo.live import paging

for _ in range(2):
    if not os.fork():
        sg.fetch("hapi/idps", countries="BFA", progress=False, refresh=True)
        os._exit(0)
assert [os.wait()[1] for _ in range(2)] == [0, 0]
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_two_processes_at_once_keep_one_file(hosts: Publishers) -> None:
    """The last one wins, with equal bytes."""
    subprocess.run([sys.executable, "-c", AT_ONCE], check=True)
    assert len(kept.kept_files(kept.cache())) == 1
    assert hosts.paths() == [IDPS] * 2


def test_a_ledger_with_damaged_lines_is_read_without_them(hosts: Publishers) -> None:
    """A file that was cut, a provenance that is none."""
    found = fetch("hapi/idps")
    beside = found.path.with_name(found.path.name + ".provenance.toml")
    good = beside.read_text()
    for text in ("", "[", "feed = 1", good.replace("retrieved", "taken"), good.replace("bytes = ", "bytes = 9")):
        beside.write_text(text)
        assert kept.kept_files(kept.cache()) == []
    beside.write_text(good)
    assert kept.kept_files(kept.cache()) == [found]
    found.path.write_bytes(found.path.read_bytes()[:-1])
    assert kept.kept_files(kept.cache()) == []


def test_days_under_embargo_do_not_become_zero(hosts: Publishers) -> None:
    """They are not covered, whatever coverage is given, and however the file is read."""
    hosts.answers["/api/acled/read"] = given.acled(
        [given.acled_row(1, "2025-10-15"), given.acled_row(2, "2025-11-15")], given.EMBARGO
    )
    with pytest.warns(sg.DataWarning, match="events up to 2025-11-30 only: the account may not see later ones"):
        f = fetch("acled", start="2025-10-01", end="2026-01-31")
    assert (f.covers_from, f.covers_until) == (dt.date(2025, 10, 1), dt.date(2025, 11, 30))
    areas = sg.load_areas("BFA")
    for events in (sg.read(f), sg.read_acled(str(f.path)), sg.locate(sg.read(f), areas)):
        with pytest.warns(sg.DataWarning, match="could be seen until 2025-11-30 only"):
            months = sg.sum_events(events, areas, coverage=("2025-10-01", "2026-01-31"))
        assert months["end"].max() == pd.Timestamp("2025-11-30")
        assert (months["events"] == 0).any()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quarters = sg.sum_events(events, areas, coverage=f.coverage, freq="QS")
    assert quarters.loc[quarters["pcode"] != "BF56", "events"].isna().all(), "a quarter that was not seen whole"
    with pytest.raises(sg.errors.WindowError, match="none of its days could be seen"):
        sg.sum_events(events, areas, coverage=("2026-01-01", "2026-01-31"))
    hosts.answers["/api/acled/read"] = given.acled([], given.EMBARGO)
    with pytest.raises(sg.errors.FetchError, match="the account may see events up to 2025-11-30 only"):
        fetch("acled", start="2026-01-01", end="2026-01-31")


def test_a_limit_that_is_on_one_page_or_in_unknown_words_is_not_lost(hosts: Publishers) -> None:
    """The last page may not repeat the embargo, and what cannot be read is said."""
    rows = [given.acled_row(number, "2025-10-15") for number in range(5_001)]
    first, last = given.acled(rows, given.EMBARGO), given.acled(rows)
    hosts.answers["/api/acled/read"] = lambda heard: (first if heard.query["page"] == "1" else last)(heard)
    with pytest.warns(sg.DataWarning, match="events up to 2025-11-30 only"):
        f = fetch("acled", start="2025-10-01", end="2026-01-31")
    assert (f.rows, f.covers_until) == (5_001, dt.date(2025, 11, 30))
    hosts.answers["/api/acled/read"] = given.acled(rows[:2], {"date_recency": {"quantity": 12, "unit": "Months"}})
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        f = fetch("acled", start="2025-10-01", end="2026-01-31", refresh=True)
    assert "events up to 2025-10-15 only" in str(said[0].message)
    assert "limited in a way that is not known here: {'date_recency'" in str(said[1].message)
    assert f.covers_until == dt.date(2025, 10, 15)


def test_each_country_ends_where_it_was_seen() -> None:
    """Where the coverage names countries."""
    sample = sg.load_sample("burkina-2020")
    events = sample.events.assign(seen_until="2020-06-30")
    events = events[events["date"] <= "2020-06-30"]
    cover = pd.DataFrame({"iso3": ["BFA"], "start": ["2020-01-01"], "end": ["2020-12-31"]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sg.DataWarning)
        sums = sg.sum_events(events, sample.areas, coverage=cover)
    assert sums["end"].max() == pd.Timestamp("2020-06-30")


@pytest.mark.parametrize(
    ("feed", "how", "last"),
    [
        ("ucdp", {}, dt.date(2025, 12, 31)),
        ("ucdp/candidate", {}, dt.date(2026, 9, 30)),
        ("ucdp/api", {"countries": "BFA", "start": "2025-01-01", "end": "2025-06-30"}, dt.date(2025, 6, 30)),
        ("acled", {}, dt.date(2025, 6, 30)),
        ("hapi/idps", {}, None),
    ],
)
def test_the_last_day_that_was_seen_is_known_where_it_can_be(
    feed: str, how: dict[str, str], last: dt.date | None, hosts: Publishers
) -> None:
    """From the version, from what was asked, or not at all."""
    found = fetch(feed, **how)
    assert found.covers_until == last
    if last is None:
        with pytest.raises(sg.errors.SchemaError, match="not known which days it covers"):
            _ = found.coverage


def test_the_credit_says_the_day_of_access(hosts: Publishers) -> None:
    """For ACLED with what was asked, once for each source, in both languages."""
    f, idps = fetch("acled"), fetch("hapi/idps")
    events = sg.read(f)
    lines = sg.credit(events, f, sg.read(idps), idps)
    assert len(lines) == 2
    day = f"{f.retrieved.day} "
    assert f"Accessed {day}" in lines[0]
    assert lines[0].endswith("(countries: BFA; start: 2025-01-01; end: 2025-06-30)")
    assert "Consulté le" in f.credit("fr")
    assert sg.credit(events) != lines[:1]


TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.sampled_from(["data", "BFA", "idp"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "error", "location_code", "population"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@tried(TREES, st.integers(0, 400), st.booleans())
def test_any_answer_is_a_table_or_a_refusal(tree: object, cut: int, whole: bool) -> None:
    """Whatever comes with status 200."""
    from sahelgeo.live import feeds, paging, polite

    body = json.dumps({"data": tree} if whole else tree).encode()[: cut or None]

    class Said(polite.Line):
        def get(self, _call: feeds.Call, _etag: str = "") -> polite.Answer:
            return polite.Answer(200, body, {})

    asked = feeds.ask("hapi/idps", "BFA", {})
    line = Said.__new__(Said)
    line.feed, line.secrets, line._login, line._address = asked.feed, {}, "", ""
    with warnings.catch_warnings(), contextlib.suppress(sg.errors.FetchError):
        warnings.simplefilter("ignore", sg.DataWarning)
        assert paging.body_of(asked, feeds.calls_of(asked), line).rows
