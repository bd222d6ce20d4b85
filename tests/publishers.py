"""The publishers on this machine: answers in the shapes that theirs have, on two ports, so that redirects are real.

Names of fields are those of the publishers; every figure, name of a person's group and event is INVENTED.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
from lookalikes import CH_COLUMNS, ch_row
from pytest_httpserver import HTTPServer
from shapely import box
from werkzeug import Request, Response

import sahelgeo as sg
from sahelgeo.live import polite
from sahelgeo.live.feeds import FEEDS

IDPS = "/api/v2/affected-people/idps"
STORE = "s3.us-east-1.amazonaws.com"
KEYS = {
    "DTMAPI_SUBSCRIPTION_KEY": "dtm k€y/+&=%\"'<>\\ 1",
    "IPC_API_KEY": "ipc k€y/+&=%\"'<>\\ 2",
    "IDMC_CLIENT_ID": "idmc k€y/+&=%\"'<>\\ 3",
    "UCDP_ACCESS_TOKEN": "ucdp k€y/+&=%\"'<>\\ 4",
    "ACLED_USERNAME": "somebody+odd@example.org",
    "ACLED_PASSWORD": "acled k€y/+&=%\"'<>\\ 5",
    "SAHELGEO_EMAIL": "analyst@example.org",
}
TOKEN = "INVENTED.ACCESS/+=TOKEN"  # noqa: S105


@dataclass
class Answer:
    """What a path answers."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Heard:
    """What was asked."""

    port: int
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str]


Given = Answer | list[Answer] | Callable[[Heard], Answer]


class Publishers:
    """Every host of every feed; the store of files, to which HDX redirects, has a port of its own."""

    def __init__(self, own: HTTPServer, store: HTTPServer) -> None:
        self.own, self.store = own, store
        self.answers: dict[str, Given] = {}
        self.heard: list[Heard] = []
        for server in (own, store):
            server.expect_request(re.compile(".*")).respond_with_handler(self._handler(server.port))

    def _handler(self, port: int) -> Callable[[Request], Response]:
        def handle(request: Request) -> Response:
            headers = {name.lower(): value for name, value in request.headers.items()}
            asked = Heard(port, request.method, request.path, dict(request.args), headers, dict(request.form))
            self.heard.append(asked)
            given = self.answers.get(request.path, Answer(b"<html><title>Not Found</title></html>", 404))
            if isinstance(given, list):
                given = given.pop(0) if len(given) > 1 else given[0]
            answer = given(asked) if callable(given) else given
            time.sleep(answer.seconds)
            response = Response(answer.body, answer.status)
            response.headers.update(answer.headers)  # a length that is not that of the body among them
            return response

        return handle

    @property
    def loopback(self) -> str:
        """The value of the variable that sends every host here."""
        hosts = {host for feed in FEEDS.values() for host in feed.facts["hosts"]}
        return ",".join(f"{host}={self.store.port if host == STORE else self.own.port}" for host in sorted(hosts))

    def reset(self) -> None:
        """Good answers again, and nothing heard."""
        self.heard.clear()
        self.answers = {**good_answers()}
        self.answers["/download/moved"] = Answer(status=302, headers={"Location": f"https://{STORE}/file?Signature=x"})

    def paths(self) -> list[str]:
        """The paths that were asked, in order."""
        return [one.path for one in self.heard]


@contextmanager
def running() -> Iterator[Publishers]:
    """Both servers, with good answers."""
    with HTTPServer(host="127.0.0.1") as own, HTTPServer(host="127.0.0.1") as store:
        publishers = Publishers(own, store)
        publishers.reset()
        yield publishers


def as_json(document: Any, **headers: str) -> Answer:
    """A document as an answer."""
    return Answer(json.dumps(document).encode(), headers={"Content-Type": "application/json", **headers})


def resource(name: str, form: str, day: str, content: bytes, path: str = "") -> dict[str, Any]:
    """A file in HDX's catalogue."""
    address = f"https://data.humdata.org{path or f'/download/{name}'}"
    return {
        "id": name, "name": name, "format": form, "url": address, "download_url": address, "size": len(content),
        "last_modified": f"{day}T17:57:09.471349", "metadata_modified": f"{day}T18:00:00", "hash": "", "state": "active",
    }  # fmt: skip


def catalogue(entries: dict[str, list[dict[str, Any]]]) -> Callable[[Heard], Answer]:
    """HDX's answers about datasets, each of the licence that the real one has."""

    def answer(heard: Heard) -> Answer:
        files = entries.get(heard.query.get("id", ""))
        if files is None:
            error = {"__type": "Not Found Error", "message": "Not found"}
            return Answer(json.dumps({"success": False, "error": error}).encode(), 404)
        licence = "Creative Commons Attribution for Intergovernmental Organisations"
        result = {"name": heard.query["id"], "license_id": "cc-by-igo", "license_title": licence, "resources": files}
        return as_json({"help": "", "success": True, "result": result})

    return answer


def workbook_of(rows: list[list[Any]]) -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def csv_of(rows: list[dict[str, Any]]) -> bytes:
    """A CSV file with the mark of its encoding, as publishers write it."""
    held = io.StringIO(newline="")
    writer = csv.DictWriter(held, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + held.getvalue().encode()


NIGER = {"NE001": "Agadez", "NE002": "Diffa", "NE003": "Dosso", "NE004": "Maradi", "NE005": "Tahoua", "NE006": "Tillaberi",
         "NE007": "Zinder", "NE008": "Niamey"}  # fmt: skip


@lru_cache(maxsize=1)
def cadre_harmonise() -> bytes:
    """The workbook: the eight regions of Niger, current and projected, 2026."""
    rows = []
    for number, (code, name) in enumerate(NIGER.items()):
        for kind, label, reference, hungry in (("current", "Jan-May", 2, 40), ("projected", "Jun-Aug", 3, 90)):
            crisis = hungry + 40 * number
            rows.append(ch_row(
                adm0_name="Niger", adm0_pcod2="NE", adm0_pcod3="NER", adm1_name=name, adm1_pcod2=code, adm2_name="", adm2_pcod2="",
                exercise_year=2026, chtype=kind, reference_code=reference, reference_label=label, reference_year=2026,
                phase1=600, phase2=400 - crisis, phase3=crisis, phase4=0, phase35=crisis, phase_class=3 if crisis >= 200 else 2,
            ))  # fmt: skip
    names = CH_COLUMNS.split(",")
    return workbook_of([names, *([row[name] or None if row[name] != 0 else 0 for name in names] for row in rows)])


def dtm_rows() -> list[dict[str, Any]]:
    """Two rounds in two provinces of Chad."""
    rows = []
    for number, day in enumerate(("2026-03-31", "2026-09-30"), 1):
        for code, name, people in (("TD07", "Lac", 500), ("TD21", "Sila", 80)):
            rows.append({
                "id": len(rows) + 1, "operation": "Invented operation", "admin0Name": "Chad", "admin0Pcode": "TCD",
                "admin1Name": name, "admin1Pcode": code, "numPresentIdpInd": people * number, "reportingDate": f"{day}T00:00:00",
                "yearReportingDate": 2026, "roundNumber": number, "displacementReason": "Conflict", "numberMales": "",
                "numberFemales": "", "idpOriginAdmin1Name": "Not available", "idpOriginAdmin1Pcode": "Not available",
                "assessmentType": "BA",
            })  # fmt: skip
    return rows


def hapi_row(country: str = "BFA", **figures: Any) -> dict[str, Any]:
    """A row of HAPI's: the first level of a country."""
    code = {"BFA": "BF56", "MLI": "ML06", "NER": "NE006"}[country]
    place = {"BF56": "Sahel", "ML06": "Tombouctou", "NE006": "Tillaberi"}[code]
    return {
        "resource_hdx_id": "0", "location_code": country, "location_name": country, "admin1_code": code, "admin1_name": place,
        "provider_admin1_name": place, "admin2_code": None, "admin2_name": None, "provider_admin2_name": "", "admin_level": 1,
        "reference_period_start": "2026-03-31T00:00:00", "reference_period_end": "2026-03-31T23:59:59", **figures,
    }  # fmt: skip


def hapi_rows(path: str, country: str) -> list[dict[str, Any]]:
    """What each of HAPI's tables holds of a country."""
    if path.endswith("food-security"):
        parts = (("all", 1000), ("1", 400), ("2", 300), ("3", 200), ("4", 100), ("5", 0), ("3+", 300))
        return [hapi_row(country, ipc_phase=phase, ipc_type="current", population_in_phase=people,
                         population_fraction_in_phase=people / 1000) for phase, people in parts]  # fmt: skip
    if path.endswith("idps"):
        return [hapi_row(country, assessment_type="BA", reporting_round=9, operation="Invented", population=1200)]
    if path.endswith("conflict-events"):
        return [hapi_row(country, event_type="political_violence", events=7, fatalities=11)]
    if path.endswith("baseline-population"):
        return [hapi_row(country, gender="all", age_range="all", min_age=None, max_age=None, population=5000)]
    group, fled, there = ("RET", country, "NER") if path.endswith("returnees") else ("REF", "MLI", country)
    row = {"resource_hdx_id": "0", "origin_location_code": fled, "origin_location_name": fled, "asylum_location_code": there,
           "asylum_location_name": there, "population_group": group, "gender": "all", "age_range": "all", "min_age": None,
           "max_age": None, "population": 700, "reference_period_start": "2025-01-01T00:00:00",
           "reference_period_end": "2025-12-31T23:59:59"}  # fmt: skip
    return [row, {**row, "gender": "f", "population": 400}, {**row, "gender": "m", "population": 300}]


def paged(rows_of: Callable[[Heard], list[Any]], name: str, **envelope: Any) -> Callable[[Heard], Answer]:
    """Pages by limit and offset."""

    def answer(heard: Heard) -> Answer:
        rows, first = rows_of(heard), int(heard.query.get("offset", 0))
        page = rows[first : first + int(heard.query.get("limit", 100_000))]
        return as_json({**envelope, name: page})

    return answer


def ged_row(number: int, day: str, country: str = "Burkina Faso", deaths: int = 3) -> dict[str, Any]:
    """An invented event as UCDP writes it."""
    return {
        "id": number, "relid": f"X-{number}", "year": int(day[:4]), "active_year": True, "code_status": "Clear", "type_of_violence": 1,
        "conflict_name": "invented", "dyad_name": "Government - Invented Front", "side_a": "Government", "side_b": "Invented Front",
        "where_prec": 1, "where_coordinates": "Djibo town", "adm_1": "Sahel region", "adm_2": "Soum province", "latitude": 14.1,
        "longitude": -1.6, "country": country, "country_id": 439, "region": "Africa", "date_prec": 1, "date_start": f"{day}T00:00:00",
        "date_end": f"{day}T00:00:00", "best": deaths, "high": deaths + 1, "low": deaths,
    }  # fmt: skip


GED = [ged_row(1, "2025-10-05"), ged_row(2, "2025-11-15", deaths=7), ged_row(3, "2025-12-20", deaths=2)]


def acled_row(number: int, day: str) -> dict[str, Any]:
    """An invented event as ACLED writes it."""
    return {
        "event_id_cnty": f"BFO{number}", "event_date": day, "year": day[:4], "time_precision": "1", "disorder_type": "Political violence",
        "event_type": "Battles", "sub_event_type": "Armed clash", "actor1": "Invented Front", "actor2": "Invented Forces", "iso": "854",
        "country": "Burkina Faso", "admin1": "Sahel", "admin2": "Soum", "admin3": "Djibo", "location": "Djibo", "latitude": "14.1000",
        "longitude": "-1.6000", "geo_precision": "1", "source": "Invented", "fatalities": "3", "timestamp": "1863648000",
        "civilian_targeting": "",
    }  # fmt: skip


EMBARGO = {"date_recency": {"quantity": 12, "unit": "Months", "date": "2025-11-30"}}


def acled(rows: list[dict[str, Any]], restrictions: dict[str, Any] | None = None) -> Callable[[Heard], Answer]:
    """ACLED's answers to those who are logged in."""

    def answer(heard: Heard) -> Answer:
        if heard.headers.get("authorization") != f"Bearer {TOKEN}":
            return Answer(b'{"message": "Unauthenticated."}', 401)
        size, page = int(heard.query["limit"]), int(heard.query["page"])
        held = rows[(page - 1) * size : page * size]
        return as_json(
            {
                "status": 200,
                "success": True,
                "messages": [],
                "data": held,
                "data_query_restrictions": restrictions or {},
            }
        )

    return answer


def acled_token(heard: Heard) -> Answer:
    """A token for the right password."""
    if heard.form.get("password") != KEYS["ACLED_PASSWORD"]:
        return Answer(b'{"error": "invalid_grant", "error_description": "The user credentials were incorrect."}', 400)
    return as_json(
        {"token_type": "Bearer", "expires_in": 86400, "access_token": TOKEN, "refresh_token": "INVENTED.REFRESH"}
    )


def fdw_row(**changes: Any) -> dict[str, Any]:
    """A row of FEWS NET's warehouse."""
    return {
        "country_code": "BF", "country": "Burkina Faso", "fnid": "BF2030A2560201", "geographic_unit_name": "Dori",
        "geographic_unit_full_name": "Dori, Seno, Sahel, Burkina Faso", "unit_type": "fsc_admin_lhz", "classification_scale": "IPC31",
        "scenario": "CS", "scenario_name": "Current Situation", "is_allowing_for_assistance": "False", "projection_start": "2026-02-01",
        "projection_end": "2026-05-31", "reporting_date": "2026-02-28", "source_document": "FEWS NET", "status": "Published",
        "value": "3.0", "description": "Crisis", "data_usage_policy": "Public", "id": "1", **changes,
    }  # fmt: skip


def ipc_area(number: int) -> dict[str, Any]:
    """An area of an analysis with its figures."""
    figures = dict(zip(range(1, 6), (400, 300, 200, 100, 0), strict=True))
    held: dict[str, Any] = {"estimated_population": 1000, "p3plus": 300, "p3plus_percentage": 0.3}
    for phase, people in figures.items():
        held |= {f"phase{phase}_population": people, f"phase{phase}_percentage": people / 1000}
    return {"id": str(number), "name": f"Area {number}", "aag_id": "2", "overall_phase": 3, **held}


def ipc_analysis(month: str = "Mar 2026") -> dict[str, Any]:
    """An analysis of Chad as the API gives it."""
    area = ipc_area(3)
    figures = {
        key: value for key, value in area.items() if "phase" in key or "p3" in key or key == "estimated_population"
    }
    return {
        "id": "90000001", "title": "Acute Food Insecurity", "country": "TD", "condition": "A", "analysis_date": month, "period": "A",
        "current_period_dates": "Mar 2026 - May 2026", "projected_period_dates": "", "second_projected_period_dates": "",
        "view_level": "area", "population": 5000, **figures, "groups": [{"id": "2", "name": "Lac", "areas": [area], **figures}],
    }  # fmt: skip


@lru_cache(maxsize=1)
def boundaries() -> bytes:
    """COD-AB's archive of shapefiles: two levels of an invented country."""
    held = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(held, "w") as archive:
        for level, shapes in ((1, [box(0, 10, 2, 11)]), (2, [box(0, 10, 1, 11), box(1, 10, 2, 11)])):
            columns: dict[str, Any] = {
                "adm0_name": "Niger",
                "adm0_pcode": "NE",
                "adm1_name": "West",
                "adm1_pcode": "NE001",
            }
            if level == 2:
                columns |= {"adm2_name": ["One", "Two"], "adm2_pcode": ["NE001001", "NE001002"]}
            table = gpd.GeoDataFrame(
                {**columns, "valid_on": "2026-01-01"}, geometry=shapes, crs=4326, index=range(len(shapes))
            )
            table.to_file(Path(folder) / f"ner_admin{level}.shp")
        for path in sorted(Path(folder).iterdir()):
            archive.write(path, path.name)
    return held.getvalue()


def zip_of(name: str, content: bytes) -> bytes:
    """An archive of one file."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return held.getvalue()


@lru_cache(maxsize=1)
def grid() -> bytes:
    """A small GeoTIFF."""
    import numpy as np
    from rasterio.io import MemoryFile
    from rasterio.transform import from_origin

    with MemoryFile() as file:
        with file.open(driver="GTiff", width=4, height=2, count=1, dtype="float32", crs="EPSG:4326", nodata=-1,
                       transform=from_origin(0, 12, 1, 1)) as raster:  # fmt: skip
            raster.write(np.full((2, 4), 5, dtype="float32"), 1)
        return file.read()


POINTED = {
    "type": "FeatureCollection",
    "features": [{"type": "Feature", "properties": {"shapeName": "West", "shapeISO": "BF-1", "shapeID": "1", "shapeGroup": "BFA", "shapeType": "ADM1"},
                  "geometry": {"type": "Polygon", "coordinates": [[[0, 10], [1, 10], [1, 11], [0, 10]]]}}],
}  # fmt: skip
COUNTS = [["Country", "ISO3", "Admin1", "Admin2", "Admin2 Pcode", "Month", "Year", "Events", "Fatalities"],
          ["Burkina Faso", "BFA", "Sahel", "Soum", "BF5603", "January", 2026, 4, 9]]  # fmt: skip
IPC_LONG = [{"Date of analysis": "Mar 2026", "Country": "NER", "Total country population": 20000, "Level 1": "Diffa", "Area": "Diffa",
             "Validity period": "current", "From": "2026-03-01", "To": "2026-05-31", "Phase": phase, "Number": people,
             "Percentage": people / 1000}
            for phase, people in (("all", 1000), ("3+", 300), ("1", 400), ("2", 300), ("3", 200), ("4", 100), ("5", 0))]  # fmt: skip


@lru_cache(maxsize=1)
def files_on_hdx() -> dict[str, tuple[str, str, str, bytes]]:
    """Each dataset's file: dataset, name, format, content, by feed."""
    hxl = dict.fromkeys(dtm_rows()[0], "#x")
    population = [
        {"ISO3": "BFA", "ADM1_FR": "Sahel", "ADM1_PCODE": "BF56", "F_TL": 500, "M_TL": 500, "T_TL": 1000, "year": 2025}
    ]
    codes = [{"Location": "BFA", "Admin Level": "1", "P-Code": "BF56", "Name": "Sahel", "Parent P-Code": "BFA",
              "Valid from date": "2020-01-01"}]  # fmt: skip
    return {
        "cadre-harmonise": ("cadre-harmonise", "cadre_harmonise_caf_ipc_mar26.xlsx", "XLSX", cadre_harmonise()),
        "cod-ab": ("cod-ab-ner", "ner_admin_boundaries.shp.zip", "SHP", boundaries()),
        "cod-ps": ("cod-ps-bfa", "bfa_admpop_adm1_2025.csv", "CSV", csv_of(population)),
        "p-codes": ("global-pcodes", "global_pcodes.csv", "CSV", csv_of(codes)),
        "ipc": ("niger-acute-food-insecurity-country-data", "ipc_ner_area_long.csv", "CSV", csv_of(IPC_LONG)),
        "dtm": ("tcd-iom-dtm-from-api", "Chad IOM DTM data for admin levels 0-2", "CSV", csv_of([hxl, *dtm_rows()])),
        "acled/counts": ("political-violence-events-and-fatalities", "political_violence_2026.xlsx", "XLSX", workbook_of(COUNTS)),
        "ucdp/hdx": ("ucdp-data-for-burkina-faso", "conflict_data_bfa.csv", "CSV", csv_of(GED)),
    }  # fmt: skip


@lru_cache(maxsize=1)
def good_answers() -> dict[str, Given]:
    """An answer of every feed, as its publisher gives it."""
    answers: dict[str, Given] = {}
    entries: dict[str, list[dict[str, Any]]] = {}
    for dataset, name, form, content in files_on_hdx().values():
        entries[dataset] = [resource(name, form, "2026-11-12", content)]
        answers[f"/download/{name}"] = Answer(content)
    entries["cadre-harmonise"] += [
        resource("cadre_harmonise_caf_ipc_mar24.xlsx", "XLSX", "2024-04-14", b""),
        resource("wca_CHIPC_current_dec29.geojson", "GeoJSON", "2026-11-12", b""),
    ]
    answers["/api/3/action/package_show"] = catalogue(entries)
    paths = [feed.facts["address"].split("humdata.org")[1] for feed in FEEDS.values() if feed.id.startswith("hapi/")]
    for path in paths:
        answers[path] = paged(_hapi_rows, "data")
    unhcr = {"year": 2025, "coo_id": 110, "coo_name": "Mali", "coo": "MLI", "coo_iso": "MLI", "coa_id": 30, "coa_name": "Burkina Faso",
             "coa": "BKF", "coa_iso": "BFA", "refugees": 100, "asylum_seekers": 5, "returned_refugees": 0, "idps": 0,
             "returned_idps": 0, "stateless": 0, "ooc": 0, "oip": "-", "hst": "0"}  # fmt: skip
    answers["/population/v1/population/"] = as_json(
        {"page": 1, "short-url": "x", "maxPages": 1, "total": [], "items": [unhcr]}
    )
    answers["/api/ipcphase.csv"] = lambda heard: Answer(csv_of([fdw_row(country_code=heard.query["country_code"])]))
    answers["/api/ipcpackage/"] = Answer(boundaries())
    answers["/downloads/ged/ged261-csv.zip"] = Answer(
        zip_of("GEDEvent_v26_1.csv", csv_of(GED)), headers={"ETag": '"26.1"'}
    )
    answers["/downloads/candidateged/GEDEvent_v26_0_9.csv"] = Answer(csv_of([ged_row(9, "2026-09-03")]))
    answers["/api/gedevents/26.1"] = as_json(
        {"TotalCount": 3, "TotalPages": 1, "NextPageUrl": "", "PreviousPageUrl": "", "Result": GED}
    )
    answers["/api/current/gbOpen/BFA/ADM1/"] = as_json({
        "boundaryID": "BFA-ADM1-0", "boundaryISO": "BFA", "boundaryLicense": "Open Data Commons Open Database License 1.0",
        "buildDate": "Dec 12, 2026", "gjDownloadURL": "https://github.com/wmgeolab/geoBoundaries/raw/0/geoBoundaries-BFA-ADM1.geojson",
    })  # fmt: skip
    answers["/wmgeolab/geoBoundaries/raw/0/geoBoundaries-BFA-ADM1.geojson"] = as_json(POINTED)
    worldpop = FEEDS["worldpop"].facts["address"].split("worldpop.org")[1]
    answers[worldpop.format(version="R2025A", year=2025, ISO3="BFA", iso3="bfa")] = Answer(grid())
    rows = [{**row, "admin2Pcode": None} for row in dtm_rows()]
    answers["/v3/displacement/admin2"] = as_json({"result": rows, "statusCode": 200, "isSuccess": True, "errorMessages": [],
                                                  "totalRecordsCount": len(rows)})  # fmt: skip
    answers["/population"] = as_json([ipc_analysis()])
    gidd = [{"iso3": "BFA", "country_name": "Burkina Faso", "year": year, "new_displacement": 1000, "total_displacement": 2000}
            for year in (2024, 2025)]  # fmt: skip
    answers["/external-api/gidd/conflicts/"] = lambda heard: as_json({
        "last_updated": "2026-05-14", "count": 2, "results": gidd, "previous": None,
        "next": f"https://helix-tools-api.idmcdb.org/external-api/gidd/conflicts/?client_id={heard.query['client_id']}&limit=100",
    })  # fmt: skip
    answers["/external-api/idus/last-180-days/"] = as_json([{
        "id": 1, "country": "Burkina Faso", "iso3": "BFA", "latitude": 14.0, "longitude": -0.2, "centroid": "[14.0, -0.2]",
        "role": "Recommended figure", "displacement_type": "Conflict", "qualifier": "total", "figure": 10,
        "displacement_date": "2026-01-02T00:00:00.000Z", "displacement_start_date": "2026-01-02T00:00:00.000Z",
        "displacement_end_date": "2026-01-02T00:00:00.000Z", "year": 2026, "event_name": "invented", "category": "Conflict",
        "subcategory": "", "type": "", "subtype": "", "created_at": "2026-01-05T00:00:00.000Z",
    }])  # fmt: skip
    answers["/oauth/token"] = acled_token
    answers["/api/acled/read"] = acled([acled_row(1, "2025-01-15"), acled_row(2, "2025-03-15")])
    return answers


def _hapi_rows(heard: Heard) -> list[dict[str, Any]]:
    country = (
        heard.query.get("location_code")
        or heard.query.get("asylum_location_code")
        or heard.query.get("origin_location_code")
        or "BFA"
    )
    return hapi_rows(heard.path, country)


# How each feed is asked for what the answers above hold.
ASKED: dict[str, dict[str, Any]] = {
    "acled": {"countries": "BFA", "start": "2025-01-01", "end": "2025-06-30"}, "acled/counts": {}, "cadre-harmonise": {},
    "cod-ab": {"countries": "NER"}, "cod-ps": {"countries": "BFA"}, "dtm": {"countries": "TCD"}, "dtm/api": {"countries": "TCD"},
    "fews-net": {"countries": ["BFA"]}, "fews-net/shapes": {"countries": "BFA"}, "geoboundaries": {"countries": "BFA"},
    "hapi/baseline-population": {"countries": "BFA"}, "hapi/conflict-events": {"countries": "BFA"},
    "hapi/food-security": {"countries": ["BFA", "MLI"]}, "hapi/idps": {"countries": "BFA"}, "hapi/refugees": {"countries": "BFA"},
    "hapi/returnees": {"countries": "BFA"}, "idmc/gidd": {}, "idmc/idu": {}, "ipc": {"countries": "NER"},
    "ipc/api": {"countries": "TCD"}, "p-codes": {}, "ucdp": {}, "ucdp/api": {"countries": "BFA"}, "ucdp/candidate": {},
    "ucdp/hdx": {"countries": "BFA"}, "unhcr": {"countries": "BFA"}, "worldpop": {"countries": "BFA"},
}  # fmt: skip


@pytest.fixture(scope="module")
def servers() -> Iterator[Publishers]:
    """Both ports, for all tests of the file."""
    with running() as publishers:
        yield publishers


@pytest.fixture
def hosts(servers: Publishers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publishers:
    """The publishers with good answers, an empty cache, every key set, and no waiting."""
    servers.reset()
    monkeypatch.setenv("SAHELGEO_LOOPBACK", servers.loopback)
    monkeypatch.setenv("SAHELGEO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("SAHELGEO_OFFLINE", raising=False)
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)
    monkeypatch.setattr(polite, "sleep", lambda _seconds: None)
    polite._tokens.clear()
    return servers


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that were asked for."""
    waits: list[float] = []
    monkeypatch.setattr(polite, "sleep", waits.append)
    return waits


def fetch(feed: str, **how: Any) -> sg.live.Fetched:
    """A feed as the answers hold it, without a bar."""
    return sg.fetch(feed, **{**ASKED[feed], "progress": False, **how})
