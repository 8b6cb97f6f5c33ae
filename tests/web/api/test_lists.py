"""Queues, histories and the log in pages: nothing twice, nothing left out, and no cursor but our own."""

import csv
import io
from datetime import timedelta

import pytest

from routing.actions.keep_accounts import assign, open_account
from routing.web.api.audit_log import defused
from routing.web.api.cursors import Cursors
from tests.web.api.programs import Program, problem
from tests.web.visitors import NIK, WebMall


def pages(program: Program, path: str, limit: int, **query: object) -> list[dict]:
    """Every item, page by page."""
    items, after = [], None
    for _ in range(100):
        page = program.get(path, after=after, limit=limit, **query).json()
        assert len(page["items"]) <= limit
        items += page["items"]
        after = page["next"]
        if after is None:
            return items
    raise AssertionError("it does not end")


def test_a_queue_is_read_to_its_end_in_pages_of_any_size(mall: WebMall) -> None:
    ida, omar = Program(mall, "ida"), Program(mall, "omar")
    numbers = []
    for _ in range(5):
        numbers.append(ida.registers())
        mall.clock.advance(timedelta(minutes=1))
    for limit in (1, 2, 5, 200):
        assert [row["number"] for row in pages(omar, "/desks/verifikasi/queue", limit)] == numbers
    assert omar.post(f"/applications/{numbers[2]}/claim").status_code == 200
    held = omar.get("/desks/verifikasi/queue").json()["items"][2]
    assert held == {
        "number": numbers[2],
        "visit": 2,
        "service_name": {"id": "Surat Izin Praktik Dokter", "en": "Doctor's Practice Permit"},
        "step_name": {"id": "Verifikasi berkas", "en": "File verification"},
        "since": "2026-03-02T01:02:00.000000Z",
        "due_at": "2026-03-03T16:59:59.000000Z",
        "holder": "omar",
        "holder_name": "Omar Hidayat",
        "lease_until": "2026-03-02T02:05:00.000000Z",
        "needs_attention": False,
        "obstacle_at": None,
        "version": 3,
    }
    problem(omar.get("/desks/nowhere/queue"), 404, "unknown_desk")


def test_a_cursor_is_taken_back_only_for_its_list_its_filters_and_its_caller(mall: WebMall) -> None:
    ida, omar, hari, agus = (Program(mall, account) for account in ("ida", "omar", "hari", "agus"))
    for _ in range(3):
        number = ida.registers()
    cursor = omar.get("/desks/verifikasi/queue", limit=1).json()["next"]
    of_log = agus.get("/audit", limit=1).json()["next"]
    assert omar.get("/desks/verifikasi/queue", after=cursor, limit=1).status_code == 200
    forged = [
        (hari, "/desks/verifikasi/queue", {"after": cursor}),
        (hari, "/desks/penomoran/queue", {"after": cursor}),
        (omar, f"/applications/{number}/history", {"after": cursor}),
        (agus, "/audit", {"after": of_log, "kind": "decided"}),
        (agus, "/audit.json", {"after": cursor}),
        *(
            (omar, "/desks/verifikasi/queue", {"after": bad})
            for bad in ("", "x", cursor[:-1], f"A{cursor[1:]}", "\u00e9", "=")
        ),
    ]
    for program, path, query in forged:
        problem(program.get(path, **query), 422, "malformed_cursor")


def test_a_cursor_holds_moments_numbers_and_texts(mall: WebMall) -> None:
    cursors = Cursors("token", "list")
    place = (mall.clock(), 2**62, None, "text")
    written = cursors.write(place)
    assert cursors.read(written) == place
    assert cursors.write(None) is None
    assert cursors.read(None) is None


def test_the_history_tells_every_move_with_the_version_it_led_to(mall: WebMall) -> None:
    ida, omar, agus = Program(mall, "ida"), Program(mall, "omar"), Program(mall, "agus")
    number = ida.registers()
    omar.decides(number, "return", reason="STR kabur", requirements=["registration"])
    items = pages(ida, f"/applications/{number}/history", 2)
    told = [(one["seq"], one["kind"], one["version"], one["actor"], one["decision"]) for one in items]
    assert told == [
        (5, "arrived", 4, "auto.courier", None),
        (4, "decided", 3, "omar", "return"),
        (3, "arrived", 2, "auto.courier", None),
        (2, "decided", 1, "ida", "accept"),
        (1, "submitted", 1, "ida", None),
    ]
    assert (items[1]["reason"], items[1]["requirements"][0]["en"]) == ("STR kabur", "Professional registration (STR)")
    assert pages(agus, f"/applications/{number}/history", 200)[1]["reason"] == "STR kabur"
    for account in ("hari", "omar"):
        # The document does not lie at a desk of theirs.
        assert pages(Program(mall, account), f"/applications/{number}/history", 200)[1]["reason"] is None
    problem(omar.get("/applications/SIP-DOKTER-2026-999999-9/history"), 404, "unknown_application")
    problem(omar.get("/applications/%00"), 404, "unknown_application")


def test_who_applies_is_masked_and_shown_to_who_may_see_it(mall: WebMall) -> None:
    number = Program(mall, "ida").registers()
    seen = {one: Program(mall, one).get(f"/applications/{number}") for one in ("ida", "omar", "wayan", "hari", "agus")}
    assert {who: answer.json()["applicant"] is not None for who, answer in seen.items()} == {
        "ida": True, "omar": True, "wayan": False, "hari": False, "agus": False,
    }  # fmt: skip
    for answer in seen.values():
        assert NIK not in answer.text
    assert seen["ida"].json()["applicant"]["phone"].endswith("•890")
    assert seen["omar"].json()["applicant"]["phone"].endswith("•890")
    visit = seen["omar"].json()["visits"][0]
    assert (visit["visit"], visit["desk"], visit["may_claim"]) == (2, "verifikasi", True)
    assert [(one["code"], one["to"], one["reason"], one["desks"]) for one in visit["decisions"]] == [
        ("forward", "recommend", "optional", ["dinas-kesehatan"]),
        ("return", "repair", "required", ["loket-pendaftaran"]),
    ]
    assert seen["ida"].json()["visits"][0]["decisions"] == []
    assert (seen["ida"].json()["withdraws_at"], seen["omar"].json()["withdraws_at"]) == ("loket-pendaftaran", None)
    assert seen["omar"].headers["etag"] == '"2"'


FOUND: list[tuple[dict, int]] = [
    ({}, 8),
    ({"kind": "decided"}, 3),
    ({"actor": "omar"}, 1),
    ({"desk": "verifikasi"}, 3),
    ({"desk": "verifikasi", "kind": "arrived"}, 2),
    ({"number": "nobody"}, 0),
    ({"kind": "\0decided"}, 3),
    ({"since": "2026-03-02T01:10:00Z"}, 2),
    ({"since": "2026-03-02"}, 8),
    ({"until": "2026-03-02"}, 8),
    ({"until": "2026-03-01"}, 0),
    ({"until": "2026-03-02T08:05:00+07:00"}, 3),
    ({"since": "0001-01-01T00:00:00+14:00", "until": "9999-12-31T23:59:59-12:00"}, 8),
    ({"since": "0001-01-01", "until": "9999-12-31"}, 8),
]


def test_the_log_is_found_by_what_is_asked_for(mall: WebMall, subtests: pytest.Subtests) -> None:
    ida, omar, agus = Program(mall, "ida"), Program(mall, "omar"), Program(mall, "agus")
    first = ida.registers()
    mall.clock.advance(timedelta(minutes=5))
    ida.registers()
    mall.clock.advance(timedelta(minutes=10))
    omar.decides(first, "forward")
    for query, found in FOUND:
        with subtests.test(query=str(query)):
            as_json = pages(agus, "/audit.json", 3, **query)
            as_csv = list(csv.DictReader(io.StringIO(agus.get("/audit.csv", **query).text)))
            assert len(as_json) == len(as_csv) == found
            assert [(row["number"], int(row["seq"]), row["hash"]) for row in as_csv] == [
                (item["number"], item["seq"], item["hash"]) for item in as_json
            ]


def test_the_csv_goes_on_where_a_page_ends(mall: WebMall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routing.web.api.audit_log.ROWS_AT_ONCE", 2)
    ida, agus = Program(mall, "ida"), Program(mall, "agus")
    for _ in range(2):
        ida.registers()
    answer = agus.get("/audit.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [int(row["seq"]) for row in rows] == [3, 2, 1, 3, 2, 1]
    assert "attachment" in answer.headers["content-disposition"]
    problem(agus.get("/audit", since="kemarin"), 422, "malformed_request")


def test_no_cell_of_the_csv_is_a_formula(mall: WebMall) -> None:
    for cell in ("=1+1", "+62812", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        assert defused(cell) == f"'{cell}"
    assert [defused(one) for one in ("ida", 7, None, "a=b")] == ["ida", "7", "", "a=b"]
    open_account(mall.office, code="joko", name="=HYPERLINK(A1)")
    assign(mall.office, "joko", [("verifier", "verifikasi")])
    number = Program(mall, "ida").registers()
    Program(mall, "joko").post(f"/applications/{number}/claim")
    rows = csv.DictReader(io.StringIO(Program(mall, "agus").get("/audit.csv", actor="joko").text, newline=""))
    assert [row["actor_name"] for row in rows] == ["'=HYPERLINK(A1)"]


def test_the_services_say_what_has_to_be_handed_in_and_where(mall: WebMall) -> None:
    items = Program(mall, "hari").get("/services").json()["items"]
    (service,) = (one for one in items if one["code"] == "sip-dokter")
    assert (service["code"], service["unit"], service["working_days"]) == ("sip-dokter", "dpmptsp", 9)
    assert [one["code"] for one in service["requirements"] if one["required"]] == [
        "form", "id-card", "registration", "practice-place", "photo",
    ]  # fmt: skip
    assert (service["intake"]["step"], service["intake"]["desks"]) == ("register", ["loket-pendaftaran"])
    assert [(one["code"], one["to"]) for one in service["intake"]["decisions"]] == [("accept", "verify")]


def test_where_a_decision_leads_to_several_desks_at_once_none_is_named(mall: WebMall) -> None:
    mall.add_person("joko", [("back-office", "jadwal-survei")])
    ida, joko = Program(mall, "ida"), Program(mall, "joko")
    papers = ["form", "id-card", "nib", "npwp", "site", "content", "structure", "land"]
    number = ida.registers(service="izin-reklame", papers=papers)
    Program(mall, "omar").decides(number, "forward")
    (visit,) = joko.get(f"/applications/{number}").json()["visits"]
    (invite,) = visit["decisions"]
    assert (invite["code"], invite["to"], invite["to_all"]) == ("invite", "team", True)
    assert joko.decides(number, "invite").json()["desks"] == invite["desks"]
    (service,) = (one for one in joko.get("/services").json()["items"] if one["code"] == "sip-dokter")
    assert [one["to_all"] for one in service["intake"]["decisions"]] == [False]
