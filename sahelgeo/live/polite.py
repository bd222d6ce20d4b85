"""One request at a time: tries and waits, redirects by hand, nothing beyond the hosts of the feed.

::

    ask ─▶ answer is good ───────────────────────────────────────────────▶ bytes
     ▲        │ 429, 5xx, no connection, body cut     │ 3xx             │ other
     │        ▼                                       ▼                 ▼
     └── wait 1, 2, 4, 8 s, or what Retry-After   host of the feed?   FetchError, or
         says up to two minutes; five tries       no key elsewhere    KeyNeededError

A request and its body are one try: a download that is cut is asked for again. Redirects are followed here and not by
requests, which would send the headers of a key along to another host. Errors are raised outside of the handling of
those of the libraries, whose texts hold the whole address.
"""

from __future__ import annotations

import contextlib
import email.utils
import hashlib
import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
import urllib3.exceptions
from tqdm import tqdm

from sahelgeo import __version__
from sahelgeo.errors import FetchError
from sahelgeo.live.feeds import Call, LiveFeed
from sahelgeo.live.keys import Secret, hidden_in_logs, hide, keys_of, refused_key

TRIES = 5
LONGEST_WAIT = 120.0
# Seconds to connect and between two bytes.
TIMEOUT = (5.0, 60.0)
MOST_REDIRECTS = 5
USER_AGENT = f"Mozilla/5.0 (compatible; sahelgeo/{__version__}; +https://pypi.org/project/sahelgeo)"
# Hosts that are asked on this machine instead: "hapi.humdata.org=8001,data.humdata.org=8002". For tests.
LOOPBACK = "SAHELGEO_LOOPBACK"
_BUSY = (429, 500, 502, 503, 504)
_MOVED = (301, 302, 303, 307, 308)
_BLOCK = 1 << 16
# What a library's failure is called; its own text would hold the address with the key.
_FAILURES = (
    (requests.exceptions.SSLError, "the certificate was not accepted"),
    (requests.exceptions.ProxyError, "the proxy did not answer"),
    (requests.exceptions.Timeout, "no answer in time"),
    ((requests.exceptions.ChunkedEncodingError, urllib3.exceptions.HTTPError), "the answer was cut"),
    (requests.exceptions.ConnectionError, "no connection"),
)

sleep, clock = time.sleep, time.time
_last_asked: dict[str, float] = {}
_tokens: dict[str, Secret] = {}


@dataclass(frozen=True)
class Answer:
    """What came back: its status (304 is unchanged), the bytes, and what the headers say of them."""

    status: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str]


class _AgainError(Exception):
    """It may go better another time."""

    def __init__(self, what: str, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(what)
        self.what, self.status, self.wait = what, status, wait


def _no_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from taking a login out of ~/.netrc, which would replace the header of a key."""
    return request


class Line:
    """The requests of one fetch: one feed, its key, its pause, its progress."""

    def __init__(self, feed: LiveFeed, *, progress: bool) -> None:
        self.feed = feed
        self.secrets = keys_of(feed)
        self._address = ""
        # A token is of one login: another user of the same process has another.
        held = "\n".join(secret.reveal() for secret in self.secrets.values())
        self._login = f"{feed.id} {hashlib.sha256(held.encode()).hexdigest()}"
        self._session = requests.Session()
        self._bar = tqdm(desc=feed.id, unit="B", unit_scale=True, delay=1, disable=not progress, leave=False)

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._bar.close()

    def get(self, call: Call, etag: str = "") -> Answer:
        """The answer to a request, tried as often as is polite.

        Raises
        ------
        FetchError
            What the publisher refuses, does not have, or cannot give; ``attempts`` says how often it was tried.
        """
        self._address = call.address
        tries = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES),
            wait=_wait,
            sleep=sleep,
            retry=tenacity.retry_if_exception(_worth_another),
            reraise=True,
        )
        with hidden_in_logs(self.all_secrets()):
            try:
                return tries(self._once, call, etag)
            except _AgainError as problem:
                failure = problem
        raise self._given_up(failure, int(tries.statistics["attempt_number"]))

    def _given_up(self, failure: _AgainError, attempts: int) -> FetchError:
        host, facts = urlsplit(self._address).hostname, {"status": failure.status, "attempts": attempts}
        if (failure.wait or 0.0) <= LONGEST_WAIT:
            text = f"{host} could not be had ({failure.what}; tried {attempts} times). Try again later"
            return self.error(text, "unreachable", **facts)
        when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(clock() + float(failure.wait or 0)))
        return self.error(f"{host} asks for a pause ({failure.what}). Try again after {when}", "busy", **facts)

    def error(self, text: str, reason: str, **facts: Any) -> FetchError:
        """An error of this fetch, without any key in it."""
        facts |= {"feed": self.feed.id, "address": self._address, "reason": reason}
        return FetchError(hide(f"{self.feed.id}: {text}", self.all_secrets().values()), **facts)

    def all_secrets(self) -> dict[str, Secret]:
        """The key, and the token that it was exchanged for."""
        return {**self.secrets, **({"token": _tokens[self._login]} if self._login in _tokens else {})}

    def _once(self, call: Call, etag: str) -> Answer:
        login = self.feed.facts.get("key", {}).get("login")
        if login and self._login not in _tokens:
            self._log_in(login)
        answer = self._exchange("GET", call, etag)
        if answer.status == 401 and login:
            # A token lasts a day: one new one, and no login for each request that is refused.
            _tokens.pop(self._login, None)
            self._log_in(login)
            answer = self._exchange("GET", call, etag)
        if answer.status not in (200, 304 if etag else 200):
            raise self._refusal(answer)
        return answer

    def _log_in(self, address: str) -> None:
        facts = self.feed.facts["key"]
        form = {**facts["form"], "username": self.secrets["user"].reveal(), "password": self.secrets["from"].reveal()}
        answer = self._exchange("POST", Call(address), "", form)
        held = json_of(answer.content)
        token = held.get("access_token") if isinstance(held, dict) else None
        if answer.status != 200 or not isinstance(token, str):
            raise self._refusal(answer, login=True)
        _tokens[self._login] = Secret(token)

    def _exchange(self, method: str, call: Call, etag: str, form: Mapping[str, str] | None = None) -> Answer:
        """A request and its body, through its redirects."""
        address, own = call.address, self._allowed(call.address)
        query: dict[str, str] | None = dict(call.query)
        for _ in range(MOST_REDIRECTS + 1):
            host = self._allowed(address)
            self._pause(host)
            headers, more = self._keyed(etag, with_key=host == own and form is None)
            params = {**query, **more} if query is not None else None  # after a redirect the address has its own
            data = form if host == own else None
            request = requests.Request(method, _connected(address), headers, None, data, params, _no_login)
            answer = self._received(request)
            if answer.status not in _MOVED or "location" not in answer.headers:
                return answer
            onward = answer.headers["location"]
            with contextlib.suppress(ValueError):  # what is no address is refused where it is looked at
                onward = urljoin(address, onward)
            address, query, etag = onward, None, ""
        raise self.error(f"{own} sends from one address to another without end", "refused")

    def _allowed(self, address: str) -> str:
        host, where = "", "no host"
        with contextlib.suppress(ValueError):  # what is no address
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
            where = f"{parts.scheme}://{host}{f':{port}' if port else ''}"
        if where not in (f"https://{host}", f"https://{host}:443") or host not in self.feed.facts["hosts"]:
            text = f"an address on {where}, which is not among those of the feed"
            known = ", ".join(self.feed.facts["hosts"])
            raise self.error(f"{text} ({known}), was not asked. Look at the publisher's page, and report it", "refused")
        return host

    def _keyed(self, etag: str, *, with_key: bool) -> tuple[dict[str, str | bytes], dict[str, str]]:
        """The headers of a request, and what its key adds to the query."""
        headers: dict[str, str | bytes] = {"User-Agent": USER_AGENT, "Accept": "*/*"}
        headers |= {"If-None-Match": etag} if etag else {}
        facts = self.feed.facts.get("key", {}) if with_key else {}
        if "header" in facts:
            secret = _tokens[self._login] if "login" in facts else self.secrets["from"]
            headers[facts["header"]] = (facts.get("prefix", "") + secret.reveal()).encode()
        return headers, {facts["query"]: self.secrets["from"].reveal()} if "query" in facts else {}

    def _pause(self, host: str) -> None:
        """One request at a time for a host, and a pause between two."""
        if host in _loopback():
            return
        rest = _last_asked.get(host, 0.0) + float(self.feed.facts.get("pause", 1.0)) - clock()
        if 0 < rest < LONGEST_WAIT:
            sleep(rest)
        _last_asked[host] = clock()

    def _received(self, request: requests.Request) -> Answer:
        timeout = (TIMEOUT[0], float(self.feed.facts.get("timeout", TIMEOUT[1])))
        # Proxies and certificates of offices are taken from the environment.
        around = self._session.merge_environment_settings(str(request.url), {}, True, None, None)
        try:
            ready = self._session.prepare_request(request)
            with self._session.send(ready, timeout=timeout, allow_redirects=False, **around) as response:
                if response.status_code in _BUSY:
                    wait = seconds_to_wait(response.headers.get("retry-after"))
                    self._bar.set_postfix_str(f"{response.status_code}, waiting")
                    raise _AgainError(f"status {response.status_code}", response.status_code, wait)
                content = b"" if response.status_code in _MOVED else self._body(response)
                return Answer(response.status_code, content, response.headers)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError) as problem:
            if isinstance(problem, FetchError):
                raise
            failed = next((said for kind, said in _FAILURES if isinstance(problem, kind)), "the request failed")
        raise _AgainError(failed)

    def _body(self, response: requests.Response) -> bytes:
        most, stated = int(self.feed.facts["most_bytes"]), response.headers.get("content-length", "")
        parts, size = [], 0
        for part in response.iter_content(_BLOCK):
            size += len(part)
            if size > most or (stated.isdigit() and int(stated) > most):
                advice = "Ask for less, or get the file by hand and read it"
                raise self.error(f"more than the {most:,} bytes that are fetched of this feed. {advice}", "too_large")
            parts.append(part)
            self._bar.update(len(part))
        if stated.isdigit() and size != int(stated) and "content-encoding" not in response.headers:
            raise _AgainError("the answer was cut")
        return b"".join(parts)

    def _refusal(self, raw: Answer, *, login: bool = False) -> FetchError:
        said, page = _words_of(raw)
        if "key" in self.feed.facts and (login or (raw.status in (401, 403) and not page)):
            return refused_key(self.feed, hide(said, self.all_secrets().values()), raw.status)
        reason = "not_found" if raw.status in (404, 410) else "refused"
        advice = "Change what is asked"
        if reason == "not_found":
            advice = "Ask for another vintage or country: sahelgeo.live.vintages lists what there is"
        elif page:
            advice = "That is a page of a firewall, not the publisher's API. Try from another network"
        text = f"{urlsplit(self._address).hostname} answers {raw.status} ({said}). {advice}"
        return self.error(text, reason, status=raw.status)


def _loopback() -> dict[str, int]:
    pairs = (pair.split("=") for pair in os.environ.get(LOOPBACK, "").split(",") if "=" in pair)
    return {host.strip(): int(port) for host, port in pairs}


def _connected(address: str) -> str:
    """The address that is asked: itself, or its like on this machine."""
    host = urlsplit(address).hostname or ""
    port = _loopback().get(host)
    return address if port is None else f"http://127.0.0.1:{port}{address.split(host, 1)[1]}"


def seconds_to_wait(header: str | None) -> float | None:
    """What ``Retry-After`` says, as seconds or as a date; nothing where it says neither.

    Examples
    --------
    >>> from sahelgeo.live.polite import seconds_to_wait
    >>> seconds_to_wait("7"), seconds_to_wait("soon"), seconds_to_wait("Wed, 21 Oct 2015 07:28:00 GMT")
    (7.0, None, 0.0)
    """
    text = (header or "").strip()
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - clock())
    return None


def _worth_another(problem: BaseException) -> bool:
    return isinstance(problem, _AgainError) and (problem.wait or 0.0) <= LONGEST_WAIT


def _wait(state: tenacity.RetryCallState) -> float:
    """What the publisher asks for, else 1, 2, 4, 8 seconds and up to one more, so that many do not come at once."""
    problem = state.outcome.exception() if state.outcome else None
    wait = problem.wait if isinstance(problem, _AgainError) else None
    return wait if wait is not None else float(tenacity.wait_exponential_jitter(initial=1, max=8, jitter=1)(state))


def json_of(content: bytes) -> Any:
    """A JSON document; nothing where it is none."""
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(content)
    return None


def words_in(held: Any) -> str:
    """What an answer in JSON says of itself; nothing where it says nothing."""
    names = ("error_description", "errorMessages", "messages", "message", "detail", "error")
    said = next((held[name] for name in names if held.get(name)), "") if isinstance(held, dict) else ""
    return str(said.get("message", said) if isinstance(said, dict) else said)[:200]


def _words_of(raw: Answer) -> tuple[str, bool]:
    """What a refusal says in words, and whether it is a web page."""
    if said := words_in(json_of(raw.content[:100_000])):
        return said, False
    text = raw.content[:4_000].decode("utf-8", "replace")
    title = re.search(r"<title[^>]*>([^<]{0,120})", text, re.IGNORECASE)
    if title or "<html" in text[:500].lower():
        return repr(title[1].strip() if title else "a web page"), True
    return re.sub(r"<[^>]*>|\s+", " ", text).strip()[:120] or "without a word", False
