"""A permit from the counter to the hand-over by the API alone, and what whoever comes too late is told."""

import pytest

from routing.domain.log_receipts import receipt_read
from routing.reading.chains import verify_chains
from routing.reading.log_receipts import Finding, judge_receipt
from tests.row_counts import row_counts
from tests.threads import at_once
from tests.web.api.programs import Program, new_application, problem
from tests.web.visitors import NIK, WAY, WebMall


def test_a_permit_is_issued_by_programs_alone(any_mall: WebMall) -> None:
    ida = Program(any_mall, "ida")
    answer = ida.post(
        "/applications", new_application(papers=["form", "id-card", "registration", "practice-place", "photo"])
    )
    assert answer.json() == {
        "number": "SIP-DOKTER-2026-000001-5",
        "tracking_code": answer.json()["tracking_code"],
        "version": 1,
        "step": "verify",
        "outcome": None,
        "desks": ["verifikasi"],
        "log_receipt": answer.json()["log_receipt"],
    }
    receipt = receipt_read(answer.json()["log_receipt"])
    assert judge_receipt(any_mall.office, receipt).finding is Finding.HOLDS
    assert (answer.headers["etag"], answer.headers["location"]) == (
        '"1"',
        "/api/v1/applications/SIP-DOKTER-2026-000001-5",
    )
    any_mall.carry()
    number = answer.json()["number"]
    for account, _, decision in WAY:
        who = Program(any_mall, account)
        assert who.post(f"/applications/{number}/claim").status_code == 200
        answer = who.decides(number, decision)
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    assert (answer.json()["outcome"], answer.json()["desks"]) == ("granted", [])
    assert ida.get(f"/applications/{number}").json()["visits"] == []
    assert verify_chains(any_mall.office).breaks == ()


def test_a_repaired_file_goes_back_to_the_desk_that_asked(mall: WebMall) -> None:
    ida, omar, sari = Program(mall, "ida"), Program(mall, "omar"), Program(mall, "sari")
    number = ida.registers()
    omar.decides(number, "forward")
    told = problem(ida.post(f"/applications/{number}/resubmit", seen=4), 409, "nothing_to_resubmit")
    assert "dinas-kesehatan" in told["detail"]
    sari.decides(number, "return", reason="Tempat praktik?", requirements=["practice-place"])
    problem(ida.post(f"/applications/{number}/resubmit", {"visit": 3}, seen=6), 409, "nothing_to_resubmit")
    answer = ida.post(f"/applications/{number}/resubmit", {"visit": 4, "reason": "Sudah dilengkapi"}, seen=6)
    assert (answer.json()["step"], answer.json()["desks"]) == ("recommend", ["dinas-kesehatan"])


def test_a_withdrawal_ends_it(mall: WebMall) -> None:
    ida, omar = Program(mall, "ida"), Program(mall, "omar")
    number = ida.registers()
    path, body = f"/applications/{number}/withdraw", {"desk": "loket-pendaftaran", "reason": "Pindah kota"}
    problem(ida.post(path, body, seen=1), 409, "stale_version")
    assert ida.post(path, body, seen=2).json()["outcome"] == "withdrawn"
    told = problem(
        omar.post(f"/applications/{number}/decisions", {"decision": "forward"}, seen=2), 409, "application_ended"
    )
    assert [(one["actor_name"], one["kind"]) for one in told["meanwhile"]] == [
        ("Ida Ayu Lestari", "withdrawn"),
        ("Ida Ayu Lestari", "recalled"),
    ]


def test_of_five_that_decide_on_one_version_one_does_and_the_others_are_told_who_when_and_what(
    any_mall: WebMall,
) -> None:
    any_mall.add_person("joko", [("verifier", "verifikasi")])
    ida, rivals = Program(any_mall, "ida"), [Program(any_mall, account) for account in ("omar", "joko")]
    number = ida.registers()
    path = f"/applications/{number}/decisions"
    before = row_counts(any_mall.office.database)["audit_entries"]
    answers = at_once(*[lambda who=who: who.post(path, {"decision": "forward"}, seen=2) for who in (rivals * 3)[:5]])
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert row_counts(any_mall.office.database)["audit_entries"] == before + 1  # type: ignore[operator]
    for answer in answers:
        if answer.status_code == 409:
            told = problem(answer, 409, "stale_version")
            assert (told["seen"], told["now"]) == (2, 3)
            (winner,) = told["meanwhile"]
            assert winner == {
                "at": "2026-03-02T01:00:00.000000Z",
                "actor": winner["actor"],
                "actor_name": {"omar": "Omar Hidayat", "joko": "Joko"}[winner["actor"]],
                "kind": "decided",
                "decision": "forward",
                "desk": "verifikasi",
            }


def test_who_finds_a_document_taken_is_told_by_whom_and_since_when(mall: WebMall) -> None:
    mall.add_person("joko", [("verifier", "verifikasi")])
    omar, joko = Program(mall, "omar"), Program(mall, "joko")
    number = Program(mall, "ida").registers()
    assert joko.post(f"/applications/{number}/claim").status_code == 200
    for answer in (
        omar.post(f"/applications/{number}/claim"),
        omar.post(f"/applications/{number}/decisions", {"decision": "forward"}, seen=3),
    ):
        told = problem(answer, 409, "held_by_another")
        assert "joko" in told["detail"]
    claimed = problem(omar.post(f"/applications/{number}/claim"), 409, "held_by_another")["meanwhile"]
    assert [(one["actor_name"], one["kind"], one["at"]) for one in claimed] == [
        ("Joko", "claimed", "2026-03-02T01:00:00.000000Z")
    ]
    joko.decides(number, "forward")
    gone = problem(omar.post(f"/applications/{number}/claim", {"visit": 2}), 409, "not_at_this_desk")
    assert [(one["actor"], one["decision"]) for one in gone["meanwhile"]] == [("joko", "forward")]


IF_MATCH = [
    (None, 428, "if_match_missing"),
    ("2", 400, "if_match_malformed"),
    ("*", 400, "if_match_malformed"),
    ('W/"2"', 400, "if_match_malformed"),
    ('"2", "3"', 400, "if_match_malformed"),
    ('"-1"', 400, "if_match_malformed"),
    ('"99999999999999999999"', 400, "if_match_malformed"),
    ('"1"', 409, "stale_version"),
    ('"999"', 409, "stale_version"),
]


def test_a_decision_says_what_it_was_made_on(mall: WebMall) -> None:
    omar = Program(mall, "omar")
    number = Program(mall, "ida").registers()
    before = row_counts(mall.office.database)
    for if_match, status, code in IF_MATCH:
        headers = {**omar.bearer, "Idempotency-Key": "one"} | ({"If-Match": if_match} if if_match is not None else {})
        address = f"/api/v1/applications/{number}/decisions"
        problem(omar.client.post(address, json={"decision": "forward"}, headers=headers), status, code)
        assert row_counts(mall.office.database) == before


REFUSED: list[tuple[dict[str, object], int, str]] = [
    ({"service": "sip-dukun"}, 404, "unknown_service"),
    ({"desk": "nowhere"}, 422, "desk_not_offered"),
    ({"decision": "burn"}, 422, "unknown_decision"),
    ({"papers": ["form"]}, 422, "requirement_missing"),
    ({"papers": ["passport"]}, 422, "unknown_requirement"),
    ({"applicant": {"name": "Siti", "nik": "357901"}}, 422, "malformed_nik"),
    ({"applicant": {"name": " ", "nik": NIK}}, 422, "malformed_field"),
    ({"applicant": {"name": "a" * 201, "nik": NIK}}, 413, "text_too_long"),
    ({"applicant": {"name": "Siti\0", "nik": NIK}}, 422, "malformed_field"),
    ({"applicant": {"name": "Siti", "nik": NIK, "phone": "besok"}}, 422, "malformed_field"),
    ({"form": {"place": "x" * 2001}}, 422, "form_not_filled_in"),
    ({"answers": {"place": "Klinik"}}, 422, "malformed_request"),
    ({"channel": "pigeon"}, 422, "malformed_request"),
    ({"channel": "village"}, 422, "channel_not_offered"),
    ({"applicant": {"nik": NIK}}, 422, "malformed_request"),
    ({"applicant": {"name": "Siti", "nik": 3579014506900001}}, 422, "malformed_request"),
    ({"service": None}, 422, "malformed_request"),
    ({"papres": []}, 422, "malformed_request"),
    ({"service": "../etc"}, 422, "malformed_request"),
]


def test_what_cannot_be_registered_is_told_and_writes_nothing(mall: WebMall, subtests: pytest.Subtests) -> None:
    ida = Program(mall, "ida")
    ida.get("/services")
    before = row_counts(mall.office.database)
    for changed, status, code in REFUSED:
        with subtests.test(code=code, changed=str(changed)[:60]):
            told = problem(ida.post("/applications", new_application(**changed)), status, code)
            assert NIK not in str(told)
            assert row_counts(mall.office.database) == before
    told = problem(ida.post("/applications", {"service": "x", "nik": NIK}), 422, "malformed_request")
    assert {"where": "body.desk", "problem": "Field required"} in told["errors"]


def test_desks_that_work_at_once_do_not_make_each_other_look_again(mall: WebMall) -> None:
    ida, omar, yudi, dedi, tini = (Program(mall, account) for account in ("ida", "omar", "yudi", "dedi", "tini"))
    papers = ["form", "id-card", "nib", "npwp", "site", "content", "structure", "land"]
    number = ida.registers(service="izin-reklame", papers=papers)
    omar.decides(number, "forward")
    assert yudi.decides(number, "invite").json()["desks"] == ["pupr", "dishub", "bapenda", "satpol-pp"]
    seen = dedi.get(f"/applications/{number}").json()
    at = {visit["desk"]: visit for visit in seen["visits"]}
    assert {desk for desk, visit in at.items() if visit["decisions"]} == {"pupr"}
    told = problem(dedi.post(f"/applications/{number}/claim"), 422, "visit_not_named")
    assert str(at["pupr"]["visit"]) in told["detail"]
    assert dedi.post(f"/applications/{number}/claim", {"visit": at["pupr"]["visit"]}).status_code == 200
    problem(dedi.post(f"/applications/{number}/claim", {"visit": at["dishub"]["visit"]}), 403, "not_allowed")
    path, said = f"/applications/{number}/decisions", {"decision": "recommend"}
    # Another desk has spoken since, and that is no reason to refuse; at one's own desk it is.
    assert tini.post(path, said, seen=seen["version"]).json()["desks"] == ["pupr", "bapenda", "satpol-pp"]
    told = problem(dedi.post(path, said, seen=seen["version"]), 409, "stale_version")
    assert [(one["actor"], one["kind"]) for one in told["meanwhile"]] == [("dedi", "claimed"), ("tini", "decided")]
    assert dedi.post(path, said, seen=told["now"]).json()["desks"] == ["bapenda", "satpol-pp"]
