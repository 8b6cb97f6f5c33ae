"""On the pages: signals are counted, listed and answered, in both languages and without a script."""

import re

import pytest

from tests.web.api.programs import API, Program
from tests.web.visitors import Visitor, WebMall

FAST = "/audit/signals/faster-than-reading"


@pytest.fixture
def number(mall: WebMall) -> str:
    """Decided by the verifier the moment it came."""
    with mall.signed_in("ida") as ida:
        number = ida.registered()
    with mall.signed_in("omar") as omar:
        omar.decide(number, "forward")
    return number


def answer_address(visitor: Visitor) -> str:
    found = re.search(rf'href="({FAST}/[A-Z0-9.-]+/\d+)"', visitor.get(FAST).text)
    assert found
    return found[1]


def test_an_auditor_counts_lists_and_answers(mall: WebMall, number: str) -> None:
    with mall.signed_in("agus") as agus:
        page = agus.get("/audit/signals").text
        assert page.count("tidak pernah di kantor yang jujur") == 2
        assert re.search(
            r"Lebih cepat daripada membaca</strong>.*?<strong>1</strong><br>1 belum dijawab", page, re.DOTALL
        )
        listed = agus.get(FAST).text
        assert f'href="/audit/applications/{number}"' in listed
        assert "0 detik setelah diambil" in listed
        form = answer_address(agus)
        answer = agus.send(form, form, {"status": "to-be-followed-up", "reason": "Tanyakan kepada Pak Omar"})
        assert answer.status_code == 303
        told = agus.get(answer.headers["location"]).text
        assert "jawaban Anda disimpan" in told
        assert "Tanyakan kepada Pak Omar" in told
        assert re.search(
            r"Lebih cepat.*?<strong>1</strong><br>0 belum dijawab", agus.get("/audit/signals").text, re.DOTALL
        )
        assert (
            "Tanda integritas dijawab: Lebih cepat daripada membaca - ditindaklanjuti"
            in agus.get(f"/audit?number={number}").text
        )
    with mall.signed_in("hari") as hari:
        page = hari.get(FAST).text
        assert "Tanyakan kepada Pak Omar" in page
        assert f'href="/applications/{number}"' in page
    with mall.signed_in("sari") as sari:
        assert "Tanyakan" not in sari.get(f"/applications/{number}").text


def test_it_is_told_in_english(mall: WebMall, number: str) -> None:
    with mall.signed_in("agus") as agus:
        assert "Faster than anyone can read" in agus.get("/audit/signals?lang=en").text
        assert "0 seconds after it was taken" in agus.get(f"{FAST}?lang=en").text


@pytest.mark.parametrize(
    ("typed", "beside"),
    [({"status": ""}, "status"), ({"reason": " "}, "reason"), ({"reason": "x" * 4_001}, "reason")],
    ids=["no status", "no words", "too long"],
)
def test_what_is_wrong_stands_beside_its_input_and_nothing_typed_is_lost(
    mall: WebMall, number: str, typed: dict[str, str], beside: str
) -> None:
    said = {"status": "explained", "reason": "Berkas singkat"} | typed
    with mall.signed_in("agus") as agus:
        form = answer_address(agus)
        answer = agus.send(form, form, said)
    assert answer.status_code in (413, 422)
    assert f'id="problem-{beside}"' in answer.text
    assert answer.text.count('class="lacks"') == 1
    assert said["reason"].strip() in answer.text
    assert (f'value="{said["status"]}" selected' in answer.text) == bool(said["status"])


def test_a_filter_narrows_and_a_date_that_is_none_is_told(mall: WebMall, number: str) -> None:
    with mall.signed_in("agus") as agus:
        for asked in ("desk=penomoran", "service=nib", "unit=dinas-kesehatan", "until=2026-01-01&since=2025-12-01"):
            assert number not in agus.get(f"{FAST}?{asked}").text, asked
        for asked in ("desk=verifikasi", "service=sip-dokter", "unit=dpmptsp", "behind=nowhere", "since=2026-01-01"):
            assert number in agus.get(f"{FAST}?{asked}").text, asked
        for page in ("/audit/signals", FAST):
            assert agus.get(f"{page}?since=besok").status_code == 422
        assert agus.get("/audit/signals/bad-luck").status_code == 404
        assert agus.get(f"{FAST}/{number}/99").status_code == 200
        assert agus.get(f"{FAST}/{number}/two").status_code == 200


def test_programs_count_list_and_answer_once(any_mall: WebMall) -> None:
    number = Program(any_mall, "ida").registers()
    Program(any_mall, "omar").decides(number, "forward")
    agus = Program(any_mall, "agus")
    (count,) = [one for one in agus.get("/audit/signals").json()["items"] if one["signal"] == "faster-than-reading"]
    assert (count["found"], count["unanswered"], count["is_at_least"], count["thresholds"]) == (
        1, 1, False, {"fast_seconds": 20},
    )  # fmt: skip
    (item,) = agus.get(FAST).json()["items"]
    assert (item["number"], item["facts"], item["shows"]["en"]) == (
        number, {"seconds": 0}, "0 seconds after it was taken",
    )  # fmt: skip
    body = {"number": number, "entry": item["seq"], "status": "explained", "text": "Berkas singkat"}
    first = agus.post(f"{FAST}/answers", body, key="same")
    assert first.status_code == 200, first.text
    assert agus.post(f"{FAST}/answers", body, key="same").json() == first.json()
    (item,) = agus.get(FAST, limit=1).json()["items"]
    assert [(one["status"], one["by"], one["text"]) for one in item["answers"]] == [
        ("explained", "agus", "Berkas singkat")
    ]
    assert agus.post(f"{FAST}/answers", body | {"status": "forgiven"}).json()["code"] == "answer_status_unknown"
    assert agus.post("/audit/signals/bad-luck/answers", body).json()["code"] == "unknown_signal"
    assert agus.get("/audit/signals/bad-luck").status_code == 404
    assert Program(any_mall, "omar").post(f"{FAST}/answers", body).status_code == 403
    assert agus.client.post(f"{API}{FAST}/answers", json=body, headers=agus.bearer).status_code == 400
