"""On the pages: a manager grants a pause and ends it, a desk reports an obstacle, and everybody sees what was told."""

import re
from datetime import timedelta

import pytest

from routing.actions.keep_time import keep_time
from tests.web.visitors import Visitor, WebMall

PAUSE = {"pause": "force-majeure", "reason": "Banjir di Batu", "instrument": "360/7/2026"}


@pytest.fixture
def number(mall: WebMall) -> str:
    """At the verification desk."""
    with mall.signed_in("ida") as ida:
        return ida.registered()


def sends(visitor: Visitor, page: str, **fields: str) -> tuple[int, str]:
    answer = visitor.send(page, page, fields)
    return answer.status_code, answer.text


def test_a_manager_lets_the_time_stand_still_and_go_on(mall: WebMall, number: str) -> None:
    here = f"/applications/{number}"
    with mall.signed_in("hari") as hari:
        assert f'href="{here}/pause"' in hari.get(here).text
        assert sends(hari, f"{here}/pause", **PAUSE)[0] == 303
        page = hari.get(here).text
        assert f'href="{here}/continue"' in page
        assert re.search(r"Waktu dihentikan sementara, karena [^<]*keadaan kahar", page)
        assert "360/7/2026" in page
        # The reason is for those who may see who applies.
        assert "Banjir" not in page
    mall.clock.advance(timedelta(days=3))
    with mall.signed_in("hari") as hari:
        assert sends(hari, f"{here}/continue", reason="Air surut")[0] == 303
        assert f'href="{here}/pause"' in hari.get(here).text


def test_the_public_is_told_that_the_time_stands_still_and_why(mall: WebMall, number: str) -> None:
    here = f"/applications/{number}"
    with mall.signed_in("hari") as hari:
        sends(hari, f"{here}/pause", **PAUSE)
    with mall.office.transaction() as tx:
        code = tx.application(number).tracking_code
    with mall.visitor() as anybody:
        page = anybody.get(f"/t/{code}").text
    assert "keadaan kahar" in page
    assert "Banjir" not in page
    assert "Nugroho" not in page


@pytest.mark.parametrize(
    ("typed", "beside"),
    [
        ({"pause": ""}, "pause"),
        ({"reason": " "}, "reason"),
        ({"instrument": "?? surat"}, "instrument"),
        ({"reason": "x" * 4_001}, "reason"),
    ],
    ids=["no kind", "no reason", "no letter's number", "too long"],
)
def test_what_is_wrong_stands_beside_its_input_and_nothing_typed_is_lost(
    mall: WebMall, number: str, typed: dict[str, str], beside: str
) -> None:
    said = PAUSE | typed
    with mall.signed_in("hari") as hari:
        status, page = sends(hari, f"/applications/{number}/pause", **said)
    assert status in (413, 422)
    assert f'id="problem-{beside}"' in page
    assert page.count('class="lacks"') == 1
    assert said["reason"].strip() in page
    assert f'value="{said["instrument"]}"' in page
    assert (f'value="{said["pause"]}" selected' in page) == bool(said["pause"])


def test_who_came_too_late_is_told_and_keeps_what_was_typed(mall: WebMall, number: str) -> None:
    here = f"/applications/{number}/pause"
    with mall.signed_in("hari") as hari:
        form = {"form_token": hari.token(), "version": "2", **PAUSE}
        assert hari.post(here, form).status_code == 303
        answer = hari.post(here, {**form, "version": "3"})
    assert answer.status_code == 409
    assert "Banjir di Batu" in answer.text


def test_a_desk_reports_an_obstacle_and_supervisor_and_head_read_of_it(mall: WebMall, number: str) -> None:
    page = f"/applications/{number}/visits/2/obstacle"
    with mall.signed_in("omar") as omar:
        assert f'href="{page}"' in omar.get(f"/applications/{number}").text
        status, again = sends(omar, page, reason=" ")
        assert (status, 'id="problem-reason"' in again) == (422, True)
        assert sends(omar, page, reason="Server OSS mati")[0] == 303
        file = omar.get(f"/applications/{number}").text
        assert "kendala" in file
        assert "Server OSS mati" in file
        assert f'href="{page}"' not in file
        assert "kendala" in omar.get("/desks/verifikasi").text
        assert "Belum ada peringatan" in omar.get("/notices").text
    for account in ("gita", "hari"):
        with mall.signed_in(account) as told:
            assert number in told.get("/notices").text
            assert "Server OSS" not in told.get("/notices").text


def test_after_the_desks_time_no_obstacle_is_reported(mall: WebMall, number: str) -> None:
    mall.clock.advance(timedelta(days=30))
    with mall.signed_in("omar") as omar:
        assert "/obstacle" not in omar.get(f"/applications/{number}").text
        status, page = sends(omar, f"/applications/{number}/visits/2/obstacle", reason="Server mati")
    assert status == 409
    assert "Server mati" in page


def test_everybody_sees_what_they_were_warned_of_and_pages_on(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        numbers = {ida.registered() for _ in range(3)}
    mall.clock.advance(timedelta(days=30))
    keep_time(mall.office)
    with mall.signed_in("omar") as omar, mall.signed_in("agus") as agus, mall.signed_in("rina") as rina:
        page = omar.get("/notices").text
        assert set(re.findall(r"SIP-DOKTER-2026-\d{6}-\d", page)) == numbers
        assert "Verifikasi Berkas: waktu telah habis" in page
        # No limit of a law was broken, and an administrator watches over nothing.
        for nobody in (agus, rina):
            assert "Belum ada peringatan" in nobody.get("/notices").text
        assert omar.get("/notices?behind=nonsense").status_code == 200


def test_each_is_told_on_one_page_only(mall: WebMall, monkeypatch: pytest.MonkeyPatch) -> None:
    with mall.signed_in("ida") as ida:
        for _ in range(3):
            ida.registered()
    mall.clock.advance(timedelta(days=30))
    keep_time(mall.office)
    monkeypatch.setattr("routing.web.notice_pages.NOTICES_ON_A_PAGE", 2)
    rows: list[str] = []
    with mall.signed_in("omar") as omar:
        here: str | None = "/notices"
        while here is not None:
            page = omar.get(here).text
            rows += re.findall(r"<tr>\s*<td>.*?</tr>", page, re.DOTALL)
            following = re.search(r'href="(/notices\?behind=[^"]+)">', page)
            here = following[1] if following else None
    monkeypatch.undo()
    with mall.signed_in("omar") as omar:
        assert rows == re.findall(r"<tr>\s*<td>.*?</tr>", omar.get("/notices").text, re.DOTALL)
    assert len(rows) > 4
