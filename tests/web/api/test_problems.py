"""Whatever is wrong is said as a problem, and every problem's type leads to its line in the table."""

import json
import re

import pytest

from routing.domain.errors import DatabaseAway
from routing.storage.database import Database
from routing.web.api.json_route import MOST_BYTES
from tests.house.test_documents import refusals
from tests.row_counts import row_counts
from tests.web.api.programs import API, Program, new_application, problem
from tests.web.visitors import WebMall

BODIES = [
    (b"{", "application/json", 400, "malformed_json"),
    (b"", "application/json", 422, "malformed_request"),
    (b"null", "application/json", 422, "malformed_request"),
    (b"[]", "application/json", 422, "malformed_request"),
    (b"\xff\xfe\xfd", "application/json", 400, "malformed_json"),
    (b"[" * 200_000, "application/json", 400, "malformed_json"),
    (b'{"service": NaN}', "application/json", 422, "malformed_request"),
    (b'{"service": "\\ud800"}', "application/json", 422, "malformed_request"),
    (b"{}", "text/plain", 415, "not_json"),
    (b"service=sip-dokter", "application/x-www-form-urlencoded", 415, "not_json"),
    (b"{}", "", 415, "not_json"),
    (b" " * (MOST_BYTES + 1), "application/json", 413, "body_too_large"),
    (json.dumps(new_application()).encode(), "application/json; charset=utf-8", 201, ""),
]


def test_a_body_that_cannot_be_read_is_a_problem(mall: WebMall, subtests: pytest.Subtests) -> None:
    ida = Program(mall, "ida")
    ida.get("/services")
    for body, kind, status, code in BODIES:
        with subtests.test(body=str(body)[:40], kind=kind):
            before = row_counts(mall.office.database)
            headers = {**ida.bearer, "Idempotency-Key": "one"} | ({"Content-Type": kind} if kind else {})
            answer = ida.client.post(f"{API}/applications", content=body, headers=headers)
            if code:
                problem(answer, status, code)
                assert row_counts(mall.office.database) == before
            assert answer.status_code == status


def test_an_address_that_is_none_and_a_method_it_does_not_take(mall: WebMall) -> None:
    with mall.visitor() as anybody:
        for path in ("/", "/nothing", "/applications/", "/applications/1/2/3", "/%00", "/audit.xml"):
            problem(anybody.get(API + path), 404, "not_found")
        answer = anybody.client.request("DELETE", f"{API}/services")
        problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "GET"
        assert anybody.client.head(f"{API}/problems").status_code == 200
        assert anybody.client.options(f"{API}/services").status_code == 405


def test_a_database_that_is_away_is_a_503_to_come_back_from(mall: WebMall, monkeypatch: pytest.MonkeyPatch) -> None:
    ida = Program(mall, "ida")

    def away(*_: object, **_how: object) -> None:
        raise DatabaseAway(DatabaseAway.__doc__)

    for door in ("writing", "reading"):
        with monkeypatch.context() as patched:
            patched.setattr(Database, door, away)
            answer = ida.post("/applications", new_application(), key="one")
            problem(answer, 503, "database_away")
            assert answer.headers["retry-after"] == "5"
    assert ida.post("/applications", new_application(), key="one").status_code == 201


def test_every_type_leads_to_its_line_in_the_table(mall: WebMall) -> None:
    with mall.visitor() as anybody:
        page = anybody.get(f"{API}/problems")
        english = anybody.get(f"{API}/problems?lang=en").text
    assert page.status_code == 200
    codes = re.findall(r'<tr id="([a-z0-9_]+)">', page.text)
    assert len(codes) == len(set(codes))
    assert {one.code for one in refusals() if not one.__module__.startswith(_NEVER_AT_THIS_DOOR)} <= set(codes)
    assert {"database_away", "fault", "not_found", "too_many_requests", "stale_version"} <= set(codes)
    row = re.search(r'<tr id="stale_version">.*?</tr>', english, re.DOTALL)
    assert row
    assert "409" in row[0]
    assert "has moved on since you opened it" in row[0]


#: Each of them can be made on what the one before left.
CALENDAR_CHANGES = (
    "AddDaysBody",
    "ADayBody",
    "SeasonBody",
    "NoSeasonBody",
    "OfficeHoursBody",
    "CounterHoursBody",
    "YearsBody",
)


def test_the_examples_of_the_document_are_taken_as_they_stand(mall: WebMall) -> None:
    ida, omar, hari = (Program(mall, account) for account in ("ida", "omar", "hari"))
    shapes = ida.client.get(f"{API}/openapi.json").json()["components"]["schemas"]
    example = {name: shape["examples"][0] for name, shape in shapes.items() if "examples" in shape}
    assert set(example) == {
        "NewApplication",
        "StayBody",
        "DecisionBody",
        "ResubmissionBody",
        "ResumptionBody",
        "HandInBody",
        "WithdrawalBody",
        "PauseBody",
        "ContinuationBody",
        "ObstacleBody",
        "SignalAnswerBody",
        *CALENDAR_CHANGES,
    }
    rina = Program(mall, "rina")
    for change in CALENDAR_CHANGES:
        changed = rina.post("/calendar/changes", example[change])
        assert changed.status_code == 200, changed.text
    done = ida.post("/applications", example["NewApplication"])
    assert done.status_code == 201
    mall.carry()
    path = f"/applications/{done.json()['number']}"
    for who, act, body, seen in (
        (hari, "pause", example["PauseBody"], 2),
        (hari, "continue", example["ContinuationBody"], 3),
        (omar, "obstacles", example["ObstacleBody"], None),
        (omar, "claim", example["StayBody"], None),
        (omar, "release", example["StayBody"], None),
        (omar, "decisions", example["DecisionBody"], 7),
        (ida, "hand-in", example["HandInBody"], None),
        (ida, "resubmit", example["ResubmissionBody"], 10),
        (ida, "withdraw", example["WithdrawalBody"], 12),
    ):
        answer = who.post(f"{path}/{act}", body, seen=seen)
        assert answer.status_code == 200, answer.text
        mall.carry()
    said = example["SignalAnswerBody"] | {"number": done.json()["number"]}
    assert Program(mall, "agus").post("/audit/signals/outside-hours/answers", said).status_code == 200


#: What only commands can meet.
_NEVER_AT_THIS_DOOR = (
    "routing.cli", "routing.storage.throwaway", "routing.storage.backup", "routing.formats.backup_archive",
    "routing.actions.back_up", "routing.domain.crossing", "routing.reading.case_times", "workers",
)  # fmt: skip
_PAPER = "/applications/{number}/attachments/{no}"


def test_the_document_is_openapi_3_1_and_says_how_to_come_in(mall: WebMall) -> None:
    with mall.visitor() as anybody:
        document = anybody.get(f"{API}/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["security"] == [{"token": []}], where
            assert {"401", "422", "429", "503"} <= set(operation["responses"]), where
            for status, answer in operation["responses"].items():
                of_a_file = {"/audit.csv": "text/csv", _PAPER: "application/octet-stream"}.get(path, "application/json")
                wanted = "application/problem+json" if int(status) >= 400 else of_a_file
                assert list(answer["content"]) == [wanted], (where, status)
            if method == "post":
                names = {one["name"] for one in operation["parameters"] if one["required"]}
                assert "Idempotency-Key" in names, where
