"""From the publisher to a file: every feed end to end, and what happens when it does not go well."""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import socket
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import publishers as given
import pytest
from publishers import IDPS, KEYS, Answer, Heard, Publishers, as_json, fetch, hosts, servers, slept

import sahelgeo as sg
from sahelgeo.live import feeds, kept, polite
from sahelgeo.live.feeds import FEEDS


@pytest.mark.parametrize("feed", FEEDS)
def test_each_feed_becomes_a_file_and_a_table(feed: str, hosts: Publishers) -> None:
    """With its provenance, and without a second request while it is fresh."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if feed == "fews-net" else "error", sg.DataWarning)
        found = fetch(feed)
        count = len(hosts.heard)
        assert fetch(feed) == found
    assert len(hosts.heard) == count
    assert found.path.is_file()
    assert found.licence
    beside = found.path.with_name(found.path.name + ".provenance.toml").read_text()
    assert found.sha256 in beside
    reader = FEEDS[feed].reader
    if reader == "zonal_sum":
        areas = sg.read_areas(fetch("geoboundaries"))
        assert sg.zonal_sum(found, areas, measure="count")["people"].notna().any()
    elif feed != "fews-net/shapes":
        options = {"level": 2} if feed == "cod-ab" else {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", sg.DataWarning)  # a list of codes has no shapes
            assert len(getattr(sg, reader)(found, **options))


def refused(feed: str, reason: str, **how: Any) -> sg.errors.FetchError:
    """The error of a fetch that is refused for a reason; nothing of it is kept."""
    with pytest.raises(sg.errors.FetchError) as caught:
        fetch(feed, **how)
    assert (caught.value.feed, caught.value.reason) == (feed, reason)
    assert sg.live.fetched().empty
    return caught.value


@pytest.mark.parametrize(
    ("feed", "words"),
    [
        ("dtm/api", ("DTMAPI_SUBSCRIPTION_KEY", "dtm-apim-portal.iom.int", "The feed 'dtm' needs none")),
        ("acled", ("ACLED_USERNAME", "acleddata.com", "acled/counts")),
        ("ipc/api", ("IPC_API_KEY", "The feed 'ipc' needs none")),
        ("idmc/gidd", ("IDMC_CLIENT_ID", "by mail")),
        ("ucdp/api", ("UCDP_ACCESS_TOKEN", "The feed 'ucdp' needs none")),
        ("hapi/idps", ("SAHELGEO_EMAIL", "hapi.humdata.org")),
    ],
)
def test_without_a_key_the_way_to_one_is_said(
    feed: str, words: tuple[str, ...], hosts: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable, where a key is had, and the feed that needs none; nothing is asked."""
    for name in KEYS:
        monkeypatch.delenv(name)
    error = refused(feed, "refused")
    assert isinstance(error, sg.errors.KeyNeededError | PermissionError)
    assert all(word in str(error) for word in words)
    assert hosts.heard == []


GATEWAY = Answer(b"<html><head><title>403 Forbidden</title></head><body></body></html>", 403)
DENIED = Answer(b'{"message": "Access denied"}', 403)


@pytest.mark.parametrize(
    ("feed", "path", "answer", "status", "words"),
    [
        ("dtm/api", "/v3/displacement/admin2", Answer(b'{"statusCode": 401, "message": "Access denied due to"}', 401), 401, "due to"),
        ("hapi/idps", "/api/v2/affected-people/idps", Answer(b'{"error": "Invalid app identifier"}', 403), 403, "Invalid app"),
        ("ucdp/api", "/api/gedevents/26.1", Answer(b"API token required. Add header: x", 401), 401, "token required"),
        ("acled", "/oauth/token", Answer(b'{"error": "invalid_grant"}', 400), 400, "invalid_grant"),
        ("acled", "/api/acled/read", DENIED, 403, "logged in, but the account has no API access"),
    ],
)  # fmt: skip
def test_a_key_that_is_refused_is_not_tried_again(
    feed: str, path: str, answer: Answer, status: int, words: str, hosts: Publishers
) -> None:
    """One request, the publisher's own words, and what to do."""
    hosts.answers[path] = answer
    error = refused(feed, "refused")
    assert isinstance(error, sg.errors.KeyNeededError)
    assert error.status == status
    assert words in str(error)
    assert hosts.paths().count(path) == 1


def test_a_token_that_ran_out_is_renewed_once(hosts: Publishers) -> None:
    """And no login follows each refusal."""
    good = hosts.answers["/api/acled/read"]
    hosts.answers["/api/acled/read"] = lambda heard: (
        Answer(b"{}", 401) if hosts.paths().count(heard.path) == 1 else good(heard)
    )  # type: ignore[operator]
    assert fetch("acled").rows == 2
    assert hosts.paths() == ["/oauth/token", "/api/acled/read"] * 2
    hosts.answers["/api/acled/read"] = Answer(b"{}", 401)
    with pytest.raises(sg.errors.KeyNeededError):
        fetch("acled", refresh=True)
    assert hosts.paths()[4:] == ["/api/acled/read", "/oauth/token", "/api/acled/read"]


def test_a_page_of_a_firewall_is_no_refused_key(hosts: Publishers) -> None:
    """It comes before the key is looked at."""
    hosts.answers["/v3/displacement/admin2"] = GATEWAY
    error = refused("dtm/api", "refused")
    assert not isinstance(error, sg.errors.KeyNeededError)
    assert "a page of a firewall" in str(error)
    assert len(hosts.heard) == 1
    assert "sahelgeo/" in hosts.heard[0].headers["user-agent"]


def test_a_publisher_that_is_busy_is_waited_for(hosts: Publishers, slept: list[float]) -> None:
    """For as long as it says, in seconds or as a date; nonsense is no pause."""
    good = hosts.answers[IDPS]
    in_five = email.utils.formatdate(polite.clock() + 5, usegmt=True)
    hosts.answers[IDPS] = [
        Answer(status=429, headers={"Retry-After": "7"}),
        Answer(status=503, headers={"Retry-After": in_five}),
        Answer(status=500, headers={"Retry-After": "soon"}),
        good(hosts_heard(IDPS)),  # type: ignore[operator]
    ]
    assert fetch("hapi/idps").rows == 1
    assert slept[0] == 7
    assert 3 <= slept[1] <= 5
    assert 1 <= slept[2] <= 9


def hosts_heard(path: str) -> Heard:
    """A request for a page, as the answers are asked with."""
    return Heard(0, "GET", path, {"limit": "10000", "offset": "0"}, {}, {})


def test_a_long_pause_is_said_and_not_slept(hosts: Publishers, slept: list[float]) -> None:
    """With the time to come back."""
    hosts.answers[IDPS] = Answer(status=429, headers={"Retry-After": "86400"})
    error = refused("hapi/idps", "busy")
    assert slept == []
    assert (error.status, error.attempts) == (429, 1)
    assert "Try again after" in str(error)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(b"{}", 502), "status 502"),
        (Answer(b'{"data": [', headers={"Content-Length": "99"}), "cut"),
        (Answer(b"{}", seconds=0.3), "no answer in time"),
    ],
)
def test_what_fails_is_tried_five_times(
    answer: Answer, words: str, hosts: Publishers, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    """Then it is an error, which names the kept file: old data are never slipped in."""
    monkeypatch.setattr(polite, "TIMEOUT", (0.1, 0.1))
    good = hosts.answers[IDPS]
    hosts.answers[IDPS] = answer
    error = refused("hapi/idps", "unreachable")
    assert error.attempts == 5
    assert words in str(error)
    assert len(slept) == 4
    hosts.answers[IDPS] = [answer, good(hosts_heard(IDPS))]  # type: ignore[operator]
    found = fetch("hapi/idps")
    hosts.answers[IDPS] = answer
    with pytest.raises(sg.errors.FetchError, match=f"Kept: a file of {found.retrieved:%Y-%m-%d}; offline=True uses it"):
        fetch("hapi/idps", refresh=True)
    assert fetch("hapi/idps", offline=True) == found


def test_a_host_that_is_not_there_is_unreachable(hosts: Publishers, monkeypatch: pytest.MonkeyPatch) -> None:
    """No port answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("SAHELGEO_LOOPBACK", f"hapi.humdata.org={free.getsockname()[1]}")
    assert "no connection" in str(refused("hapi/idps", "unreachable"))


@pytest.mark.parametrize(
    ("feed", "how", "words"),
    [
        ("cod-ab", {"countries": "FRA"}, "Not found"),
        ("ucdp", {"vintage": "99.9"}, "answers 404"),
        ("cadre-harmonise", {"vintage": "nothing.xlsx"}, "cadre_harmonise_caf_ipc_mar26.xlsx"),
        ("cadre-harmonise", {"vintage": "2020-01-01"}, "There is: cadre_harmonise"),
        ("hapi/idps", {"vintage": "v9"}, "no vintage 'v9'"),
    ],
)
def test_what_the_publisher_does_not_have_is_not_found(
    feed: str, how: dict[str, Any], words: str, hosts: Publishers
) -> None:
    """And what there is is listed."""
    assert words in str(refused(feed, "not_found", **how))


XML = b'<?xml version="1.0"?>\n<Error><Code>NoSuchKey</Code></Error>'
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1144816\n"
LOGIN = b"<!DOCTYPE html>\n<html><head><title>Log in</title></head></html>"
WORKBOOK = "/download/cadre_harmonise_caf_ipc_mar26.xlsx"
GEOJSON = "/wmgeolab/geoBoundaries/raw/0/geoBoundaries-BFA-ADM1.geojson"


@pytest.mark.parametrize(
    ("feed", "path", "body", "words"),
    [
        ("cadre-harmonise", WORKBOOK, LOGIN, "Log in"),
        ("cadre-harmonise", WORKBOOK, XML, "an XML document"),
        ("cadre-harmonise", WORKBOOK, b"", "empty"),
        ("cadre-harmonise", WORKBOOK, given.cadre_harmonise()[:3000], "archive"),
        ("dtm", "/download/Chad IOM DTM data for admin levels 0-2", LOGIN, "Log in"),
        ("fews-net", "/api/ipcphase.csv", LOGIN, "Log in"),
        ("geoboundaries", GEOJSON, POINTER, "Git LFS"),
        ("geoboundaries", "/api/current/gbOpen/BFA/ADM1/", LOGIN, "no entry"),
        ("geoboundaries", "/api/current/gbOpen/BFA/ADM1/", b"{}", "gjDownloadURL"),
        ("hapi/idps", IDPS, b'{"error": "some"}', "some"),
        ("hapi/idps", IDPS, LOGIN, "Log in"),
        ("hapi/idps", IDPS, b'{"data": [1]}', "no list 'data' of records"),
        ("dtm/api", "/v3/displacement/admin2", b'{"isSuccess": false, "errorMessages": ["Invalid x"], "result": null}', "Invalid x"),
        ("worldpop", "/GIS/Population/Global_2015_2030/R2025A/2025/BFA/v1/1km_ua/constrained/bfa_pop_2025_CN_1km_R2025A_UA_v1.tif",
         LOGIN, "Log in"),
        ("cadre-harmonise", "/api/3/action/package_show", b'{"success": false}', "otherwise than it used to"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_data_is_not_kept(
    feed: str, path: str, body: bytes, words: str, hosts: Publishers
) -> None:
    """Though its status is 200."""
    hosts.answers[path] = Answer(body)
    assert words in str(refused(feed, "wrong_content"))


def test_another_feed_than_asked_for_is_not_kept(hosts: Publishers) -> None:
    """It is named."""
    hosts.answers[IDPS] = as_json({"data": given.hapi_rows("food-security", "BFA")})
    assert "hapi-food-security" in str(refused("hapi/idps", "wrong_content"))


def test_other_headings_are_kept_and_said(hosts: Publishers) -> None:
    """The reader refuses them in its own words."""
    path = "/download/bfa_admpop_adm1_2025.csv"
    hosts.answers[path] = Answer(b"code,inhabitants\nBF56,1000\n")
    with pytest.warns(sg.DataWarning, match="its headings are not those known"):
        found = fetch("cod-ps")
    with pytest.raises(sg.errors.FormatError, match="not a common operational dataset"):
        sg.read_population(found)


def test_pages_are_joined_in_order_and_counted(hosts: Publishers) -> None:
    """By offset, until a page is not full."""
    rows = [{"iso3": "BFA", "country_name": "Burkina Faso", "year": year, "new_displacement": 1, "total_displacement": 2}
            for year in range(250)]  # fmt: skip
    hosts.answers["/external-api/gidd/conflicts/"] = given.paged(lambda _heard: rows, "results", count=250, next="x")
    found = fetch("idmc/gidd")
    held = json.loads(found.path.read_text(encoding="utf-8"))
    assert [row["year"] for row in held["results"]] == list(range(250))
    assert list(held) == ["results"]
    assert [heard.query["offset"] for heard in hosts.heard] == ["0", "100", "200"]


def test_numbered_pages_end_where_the_server_says(hosts: Publishers) -> None:
    """UCDP counts from 0, UNHCR from 1."""

    def ucdp(heard: Heard) -> Answer:
        return as_json({"TotalCount": 3, "TotalPages": 3, "Result": [given.GED[int(heard.query["page"])]]})

    hosts.answers["/api/gedevents/26.1"] = ucdp
    assert sg.read_ucdp(fetch("ucdp/api"))["event"].tolist() == ["1", "2", "3"]
    assert [heard.query["page"] for heard in hosts.heard] == ["0", "1", "2"]
    assert hosts.heard[0].query["Country"] == "439"


@pytest.mark.parametrize(
    ("feed", "path", "answer", "words"),
    [
        ("dtm/api", "/v3/displacement/admin2",
         as_json({"result": given.dtm_rows()[:3], "isSuccess": True, "totalRecordsCount": 4}), "3 rows came, and the publisher counts 4"),
        ("ucdp/api", "/api/gedevents/26.1", as_json({"TotalCount": 3, "TotalPages": 2, "Result": given.GED}), "stand on two pages"),
        ("unhcr", "/population/v1/population/", lambda _heard: as_json({"maxPages": 2, "items": [{"year": 1, "coo_id": 2, "coa_id": 3}]}),
         "stand on two pages"),
    ],
)  # fmt: skip
def test_a_part_of_the_rows_is_not_kept(feed: str, path: str, answer: Any, words: str, hosts: Publishers) -> None:
    """Fewer than the publisher counts, or some twice."""
    hosts.answers[path] = answer
    assert words in str(refused(feed, "incomplete"))


@pytest.mark.parametrize(
    ("feed", "path", "answer"),
    [
        ("hapi/food-security", "/api/v2/food-security-nutrition-poverty/food-security", as_json({"data": []})),
        ("dtm/api", "/v3/displacement/admin2", as_json({"result": [], "isSuccess": True, "totalRecordsCount": 0})),
        ("fews-net", "/api/ipcphase.csv", Answer(b"country_code,country\n")),
        ("fews-net/shapes", "/api/ipcpackage/", Answer(b"PK\x05\x06" + bytes(18))),
        ("idmc/idu", "/external-api/idus/last-180-days/", as_json([])),
        ("ipc/api", "/population", as_json([])),
    ],
)
def test_nothing_is_not_zero_people(feed: str, path: str, answer: Answer, hosts: Publishers) -> None:
    """Each API says it in its own way."""
    hosts.answers[path] = answer
    assert "that is not zero people" in str(refused(feed, "empty"))


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ({"TotalCount": "4", "Result": given.GED}, "3 rows came, and the publisher counts 4"),
        ({"Result": given.GED, "NextPageUrl": "https://ucdpapi.pcr.uu.se/x"}, "names a further page after the last"),
        ({"TotalPages": "2", "TotalCount": "3", "Result": []}, "3 rows came|counts 3"),
    ],
)
def test_a_count_written_as_text_and_a_further_page_are_heeded(page: Any, words: str, hosts: Publishers) -> None:
    """Whoever gives no count may still name the page that follows."""
    hosts.answers["/api/gedevents/26.1"] = as_json(page)
    assert any(word in str(refused("ucdp/api", "incomplete")) for word in words.split("|"))


def test_a_page_in_the_middle_that_is_not_full_is_no_page(hosts: Publishers) -> None:
    """UNHCR counts pages and no rows: one that comes empty would be people who are missing in silence."""
    path, row = (
        "/population/v1/population/",
        {"year": 2025, "coo": "MLI", "coa": "BKF", "coa_iso": "BFA", "refugees": 100},
    )
    pages = [[{**row, "coo_id": 1}, {**row, "coo_id": 2}], [], [{**row, "coo_id": 3}]]
    hosts.answers[path] = [as_json({"maxPages": 3, "items": page}) for page in pages]
    assert "page 2 of 3 has 0 rows, and the first has 2" in str(refused("unhcr", "incomplete"))


def test_a_publisher_that_takes_no_notice_of_the_country_doubles_nothing(hosts: Publishers) -> None:
    """Rows of others are refused, and where they name no country, those that come for each country."""
    both = [*given.hapi_rows("idps", "BFA"), *given.hapi_rows("idps", "MLI")]
    hosts.answers[IDPS] = as_json({"data": both})
    assert "rows of MLI came, which were not asked for" in str(refused("hapi/idps", "wrong_content"))
    assert "stand on two pages" in str(refused("hapi/idps", "incomplete", countries=["BFA", "MLI"]))


def test_of_two_countries_one_that_is_refused_refuses_both(hosts: Publishers) -> None:
    """Half of what was asked for is not kept."""
    good = hosts.answers[IDPS]
    hosts.answers[IDPS] = lambda heard: (
        good(heard) if heard.query["location_code"] == "BFA" else Answer(b'{"detail": "no such place"}', 422)
    )  # type: ignore[operator]
    assert "no such place" in str(refused("hapi/idps", "refused", countries=["BFA", "MLI"]))
    hosts.answers["/api/ipcphase.csv"] = lambda heard: Answer(
        given.csv_of([given.fdw_row()]) if heard.query["country_code"] == "BF" else b'{"detail": "throttled"}'
    )
    assert "throttled" in str(refused("fews-net", "wrong_content", countries=["BFA", "MLI"]))


def test_a_country_that_one_request_for_several_left_out_is_named(hosts: Publishers) -> None:
    """ACLED takes names: one that it does not know has no event, and is neither zero nor covered."""
    with pytest.warns(sg.DataWarning, match="no rows for CIV; that is not zero people"):
        found = fetch("acled", countries=["BFA", "CIV"])
    assert hosts.heard[-1].query["country"] == "Burkina Faso|Ivory Coast"
    assert found.coverage["iso3"].tolist() == ["BFA"]


def test_a_day_gives_the_newest_file_of_that_day_whatever_is_kept(hosts: Publishers) -> None:
    """An older one that is here is not taken for it; one that the publisher replaced is, offline too."""
    path = "/api/3/action/package_show"
    old, new = (given.resource(f"cadre_harmonise_{name}.xlsx", "XLSX", day, b"", WORKBOOK)
                for name, day in (("old", "2025-04-14"), ("new", "2026-11-12")))  # fmt: skip
    hosts.answers[path] = given.catalogue({"cadre-harmonise": [old, new]})
    first = fetch("cadre-harmonise", vintage="2025-12-31")
    assert first.vintage == "cadre_harmonise_old.xlsx"
    count = len(hosts.heard)
    assert fetch("cadre-harmonise", vintage="2025-12-31") == first
    assert len(hosts.heard) == count
    assert fetch("cadre-harmonise", vintage="2026-11-20").vintage == "cadre_harmonise_new.xlsx"
    hosts.answers[path] = given.catalogue({"cadre-harmonise": [new]})
    assert fetch("cadre-harmonise", vintage="2026-01-01").vintage == "cadre_harmonise_old.xlsx"
    assert fetch("cadre-harmonise", vintage="2026-01-01", offline=True).vintage == "cadre_harmonise_old.xlsx"


def test_countries_without_a_row_are_named(hosts: Publishers) -> None:
    """In the warning, in the provenance and in what is fetched again without a request."""
    path = "/api/v2/food-security-nutrition-poverty/food-security"
    hosts.answers[path] = given.paged(
        lambda heard: given.hapi_rows(path, "BFA") if heard.query["location_code"] == "BFA" else [], "data"
    )
    with pytest.warns(sg.DataWarning, match="no rows for MLI; that is not zero people"):
        found = fetch("hapi/food-security")
    assert found.without == ("MLI",)
    assert fetch("hapi/food-security").without == ("MLI",)


def test_rows_that_are_not_public_are_counted(hosts: Publishers) -> None:
    """FEWS NET gives them to those who are logged in."""
    rows = [
        given.fdw_row(),
        given.fdw_row(id="2", fnid="BF2", geographic_unit_name="Djibo", data_usage_policy="Internal"),
    ]
    hosts.answers["/api/ipcphase.csv"] = Answer(given.csv_of(rows))
    with pytest.warns(sg.DataWarning, match="1 rows are not public"):
        fetch("fews-net")


def test_an_old_newest_analysis_is_said(hosts: Publishers) -> None:
    """Burkina Faso's in the IPC."""
    hosts.answers["/population"] = as_json([given.ipc_analysis("Jun 2020")])
    with pytest.warns(sg.DataWarning, match="the newest analysis is of 2020-06-01"):
        fetch("ipc/api")


def test_two_workbooks_of_one_day_are_not_chosen_between(hosts: Publishers) -> None:
    """``vintage=`` chooses, and older ones are to be had by day."""
    files = [given.resource(f"cadre_harmonise_{name}.xlsx", "XLSX", day, b"", WORKBOOK)
             for name, day in (("a", "2026-11-12"), ("b", "2026-11-12"), ("c", "2025-04-14"))]  # fmt: skip
    hosts.answers["/api/3/action/package_show"] = given.catalogue({"cadre-harmonise": files})
    assert "cadre_harmonise_a.xlsx, cadre_harmonise_b.xlsx" in str(refused("cadre-harmonise", "wrong_content"))
    assert fetch("cadre-harmonise", vintage="cadre_harmonise_b.xlsx").vintage == "cadre_harmonise_b.xlsx"
    assert fetch("cadre-harmonise", vintage="2025-12-31").vintage == "cadre_harmonise_c.xlsx"
    table = sg.live.vintages("cadre-harmonise")
    assert sorted(table["name"][table["kept"]]) == ["cadre_harmonise_b.xlsx", "cadre_harmonise_c.xlsx"]
    assert "cadre_harmonise_a.xlsx" in set(table["name"])


@pytest.mark.parametrize("length", [{}, {"Content-Length": "101"}])
def test_a_file_beyond_the_bound_is_stopped(
    length: dict[str, str], hosts: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what its header says, or while it is read."""
    feed = FEEDS["hapi/idps"]
    bounded = replace(feed, facts={**feed.facts, "most_bytes": 100})
    monkeypatch.setattr(feeds, "FEEDS", {**FEEDS, "hapi/idps": bounded})
    hosts.answers[IDPS] = Answer(b"{" + b" " * 100, headers=length)
    assert "more than the 100 bytes" in str(refused("hapi/idps", "too_large"))


def test_a_folder_that_cannot_be_written_leaves_nothing(
    hosts: Publishers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our words, the system's error, no half file."""
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OSError, match="no folder can be made there") as caught:
        fetch("hapi/idps", into=tmp_path / "file" / "deeper")
    assert isinstance(caught.value, sg.errors.ExportError)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(sg.errors.ExportError, match="No space left on device"):
        fetch("hapi/idps")
    monkeypatch.undo()
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_an_address_on_another_host_is_not_asked(hosts: Publishers) -> None:
    """Neither one in HDX's catalogue nor one that a publisher sends on to."""
    elsewhere = given.resource("cadre_harmonise_x.xlsx", "XLSX", "2026-11-12", b"") | {
        "url": "https://example.org/x.xlsx"
    }
    hosts.answers["/api/3/action/package_show"] = given.catalogue({"cadre-harmonise": [elsewhere]})
    assert "https://example.org" in str(refused("cadre-harmonise", "refused"))
    hosts.answers[IDPS] = Answer(status=302, headers={"Location": "https://example.org/login"})
    assert "https://example.org" in str(refused("hapi/idps", "refused"))
    hosts.answers[IDPS] = Answer(status=302, headers={"Location": "http://hapi.humdata.org/plain"})
    assert "http://hapi.humdata.org" in str(refused("hapi/idps", "refused"))
    for nonsense in ("https://[x", "https://data.humdata.org:abc/", "https://data.humdata.org:8443/"):
        hosts.answers["/api/3/action/package_show"] = given.catalogue(
            {"cadre-harmonise": [elsewhere | {"url": nonsense}]}
        )
        assert "was not asked" in str(refused("cadre-harmonise", "refused"))
    hosts.answers[IDPS] = Answer(status=302, headers={"Location": "https://hapi.humdata.org:8443/"})
    assert "hapi.humdata.org:8443, which is not among" in str(refused("hapi/idps", "refused"))
    hosts.answers[IDPS] = Answer(status=302, headers={"Location": IDPS})
    assert "without end" in str(refused("hapi/idps", "refused"))


@pytest.mark.parametrize(
    "held", [{"success": False, "result": {"resources": []}}, {"success": True, "result": {}}, {"result": ["x"]}]
)
def test_a_catalogue_that_answers_otherwise_is_no_empty_one(hosts: Publishers, held: dict[str, Any]) -> None:
    """What is not understood is not taken for a dataset without files."""
    hosts.answers["/api/3/action/package_show"] = given.as_json(held)
    assert "HDX answers otherwise than it used to" in str(refused("cadre-harmonise", "wrong_content"))


def test_a_dataset_without_the_file_names_those_that_it_has(hosts: Publishers) -> None:
    """The newest of others is not taken in its place."""
    other = given.resource("readme.txt", "TXT", "2026-11-12", b"")
    for files, there in (([other], "There is: readme.txt"), ([], "There is: nothing")):
        hosts.answers["/api/3/action/package_show"] = given.catalogue({"cadre-harmonise": files})
        assert there in str(refused("cadre-harmonise", "not_found"))


def test_a_file_on_another_host_of_the_feed_is_followed(hosts: Publishers) -> None:
    """HDX sends on to its store with a signed address, which is not written down."""
    hosts.answers[WORKBOOK] = Answer(status=302, headers={"Location": f"https://{given.STORE}/file?Signature=SIGNED"})
    hosts.answers["/file"] = Answer(given.cadre_harmonise())
    found = fetch("cadre-harmonise")
    assert len(sg.read(found)) == 16
    assert hosts.heard[-1].port == hosts.store.port
    assert "SIGNED" not in found.path.with_name(found.path.name + ".provenance.toml").read_text()


def test_a_lock_demands_the_same_bytes(hosts: Publishers, tmp_path: Path) -> None:
    """From the cache, or fetched and equal; else both hashes and days are said."""
    lock, path = tmp_path / "analysis.lock.toml", "/api/v2/geography-infrastructure/baseline-population"
    first, other = fetch("hapi/idps", lock=lock), fetch("hapi/baseline-population", lock=lock)
    hosts.answers[IDPS] = as_json({"data": [{**row, "population": 1300} for row in given.hapi_rows("idps", "BFA")]})
    changed = fetch("hapi/idps", refresh=True)
    assert changed.sha256 != first.sha256
    assert fetch("hapi/idps", lock=lock) == first
    first.path.unlink()
    with pytest.raises(sg.errors.FetchError, match=f"{first.sha256[:12]}.*{changed.sha256[:12]}") as caught:
        fetch("hapi/idps", lock=lock)
    assert caught.value.reason == "changed"
    other.path.unlink()
    assert fetch("hapi/baseline-population", lock=lock).sha256 == other.sha256
    assert hosts.paths().count(path) == 2
    lock.write_text("[broken")
    with pytest.raises(sg.errors.SchemaError, match="no lock that sahelgeo wrote"):
        fetch("hapi/idps", lock=lock)


def test_a_publisher_is_asked_no_more_than_needed(hosts: Publishers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fresh: no request. The same day and size on HDX, status 304, or equal bytes: no new file."""
    first = fetch("cadre-harmonise")
    again = fetch("cadre-harmonise", refresh=True)
    assert again.path == first.path
    assert hosts.paths() == ["/api/3/action/package_show", WORKBOOK, "/api/3/action/package_show"]
    ged = "/downloads/ged/ged261-csv.zip"
    fetch("ucdp")
    hosts.answers[ged] = lambda heard: Answer(status=304 if heard.headers.get("if-none-match") == '"26.1"' else 500)
    assert fetch("ucdp", refresh=True).vintage == "26.1"
    kept_once = fetch("hapi/idps")
    later = kept_once.retrieved + dt.timedelta(days=3)
    monkeypatch.setattr(kept, "now", lambda: later)
    assert fetch("hapi/idps").path == kept_once.path
    assert fetch("hapi/idps").checked == later
    count = len(hosts.heard)
    monkeypatch.setattr(kept, "now", lambda: kept_once.retrieved - dt.timedelta(days=3))
    fetch("hapi/idps")
    assert len(hosts.heard) == count + 1, "a clock that ran backwards makes nothing fresh"


def test_unchanged_is_no_answer_where_nothing_is_here(hosts: Publishers) -> None:
    """Status 304 without a file that it speaks of: nothing is kept, least of all an empty file."""
    hosts.answers["/downloads/ged/ged261-csv.zip"] = Answer(status=304)
    with pytest.raises(sg.errors.FetchError, match="answers 304"):
        fetch("ucdp")
    assert sg.live.fetched().empty


def test_an_old_version_that_was_asked_for_is_not_taken_for_the_newest(hosts: Publishers) -> None:
    """The publisher is asked for that one."""
    hosts.answers["/downloads/ged/ged251-csv.zip"] = Answer(
        given.zip_of("GEDEvent_v25_1.csv", given.csv_of(given.GED[:1]))
    )
    old = fetch("ucdp", vintage="25.1")
    assert fetch("ucdp").vintage == "26.1"
    assert fetch("ucdp", vintage="25.1") == old
    assert fetch("ucdp").vintage == "26.1"
    asked = fetch("cadre-harmonise", vintage="cadre_harmonise_caf_ipc_mar26.xlsx")
    assert fetch("cadre-harmonise").path == asked.path
    assert hosts.paths().count(WORKBOOK) == 1


def test_offline_opens_no_socket(hosts: Publishers, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is given, and said to be old where it is; what is not is an error that lists what there is."""
    found = fetch("hapi/idps")

    def never(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", never)
    monkeypatch.setattr(socket.socket, "connect_ex", never)
    assert fetch("hapi/idps", offline=True) == found
    monkeypatch.setenv("SAHELGEO_OFFLINE", "1")
    assert fetch("hapi/idps") == found
    assert fetch("hapi/idps", vintage=f"{found.retrieved:%Y-%m-%d}") == found
    assert sg.live.vintages("hapi/idps", "BFA")["kept"].tolist() == [True]
    with pytest.raises(sg.errors.OfflineError, match="none of it of 2020-01-01 is here.*Here: 20"):
        fetch("hapi/idps", vintage="2020-01-01")
    with pytest.raises(FileNotFoundError, match="no file of it is here"):
        fetch("cod-ab")
    monkeypatch.setattr(kept, "now", lambda: found.retrieved + dt.timedelta(days=30))
    with pytest.warns(sg.DataWarning, match="there may be a newer one"):
        assert fetch("hapi/idps") == found


@pytest.mark.parametrize(
    ("feed", "how", "words"),
    [
        ("no-such-feed", {}, "there is no feed 'no-such-feed' to fetch. Choose one of: acled, "),
        ("hapi/idps", {"countries": "Nowhere"}, "'Nowhere' is no country"),
        ("cadre-harmonise", {"countries": "NER"}, "one file for all countries"),
        ("cod-ab", {"countries": ["NER", "MLI"]}, "fetch them one by one"),
        ("cod-ab", {}, "needs countries"),
        ("cod-ab", {"countries": "NER", "start": "2020-01-01"}, "leave start and end out"),
        ("acled", {"countries": "NER", "start": "2020-01-01"}, "needs both start and end"),
        ("hapi/idps", {"start": "2021-01-01", "end": "2020-01-01"}, "is after end"),
        ("hapi/idps", {"start": "yesterday"}, "is not a day"),
        ("cod-ps", {"countries": "NER", "level": 9}, "takes level=0, 1, 2, 3"),
        ("hapi/idps", {"year": 2020}, "has no year to choose"),
        ("ucdp", {"vintage": "../../etc"}, "neither a day"),
        ("ucdp/api", {"countries": "ATF"}, "UCDP has no number for ATF"),
        ("hapi/idps", {"key": "x"}, "fetch takes no 'key'"),
    ],
)
def test_what_a_feed_cannot_be_asked_is_refused(feed: str, how: dict[str, Any], words: str, hosts: Publishers) -> None:
    """Before anything is sent."""
    with pytest.raises(sg.errors.SchemaError) as caught:
        sg.fetch(feed, how.pop("countries", None), **how)
    assert words in str(caught.value)
    assert hosts.heard == []


def test_the_days_reach_the_publisher_as_it_writes_them(hosts: Publishers) -> None:
    """Names of parameters and forms of days differ."""
    fetch("hapi/idps", start="2026-01-01")
    fetch("acled")
    fetch("unhcr", start="2020-01-01", end="2021-12-31")
    sent = {name: value for heard in hosts.heard for name, value in heard.query.items()}
    assert sent["start_date"] == "2026-01-01"
    assert (sent["event_date"], sent["event_date_where"]) == ("2025-01-01|2025-06-30", "BETWEEN")
    assert sent["country"] == "Burkina Faso"
    assert (sent["yearFrom"], sent["yearTo"]) == ("2020", "2021")


def test_the_probe_of_the_live_services_runs(hosts: Publishers, capsys: pytest.CaptureFixture[str]) -> None:
    """Against the answers that the feeds were built from nothing differs; what does is printed."""
    import probe_live

    assert probe_live.main(["hapi/idps", "unhcr", "worldpop"]) == 0
    assert "names: " in capsys.readouterr().out
    hosts.answers[IDPS] = as_json({"data": [{"place": 1}]})
    hosts.answers["/population"] = Answer(status=404)
    assert probe_live.main(["hapi/idps", "ipc/api"]) == 1
    said = capsys.readouterr().out
    assert "DIFFERS: the reader misses" in said
    assert "DIFFERS: ipc/api: api.ipcinfo.org answers 404" in said
    assert "unverified: the names of the filters by day" in said
