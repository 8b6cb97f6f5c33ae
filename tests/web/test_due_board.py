"""The deadline board before its readers, and how near a date is, on every page that shows one."""

import re
from datetime import timedelta

from tests.web.api.programs import API, EVERYBODY, Program, problem
from tests.web.test_desk_queue import numbers
from tests.web.visitors import WebMall, part_of

AT_DESKS = EVERYBODY[:7]


def test_the_manager_sees_the_whole_office_and_everybody_else_their_desks(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        here, there = ida.registered(), ida.registered()
    with mall.signed_in("omar") as omar:
        omar.decide(there, "forward")
        assert numbers(omar.get("/due").text) == [here]
        assert 'href="/due"' in omar.get("/desks").text
    with mall.signed_in("sari") as sari:
        assert numbers(sari.get("/due").text) == [there]
        refused = sari.get("/due?desk=verifikasi")
        assert (refused.status_code, "tidak berwenang" in refused.text) == (403, True)
        assert sari.get("/due?unit=dinkes").status_code == 200
        assert sari.get("/due?unit=bkpm").status_code == 403
    with mall.signed_in("hari") as hari:
        assert set(numbers(hari.get("/due").text)) == {here, there}
        assert numbers(hari.get("/due?unit=dinkes").text) == [there]
    for account in ("agus", "rina"):
        with mall.signed_in(account) as person:
            assert person.get("/due").status_code == 403
            assert 'href="/due"' not in person.get("/staff").text


def test_a_wrong_filter_is_a_sentence_on_the_board(mall: WebMall) -> None:
    with mall.signed_in("hari") as hari:
        for wrong, said in {
            "within=soon": "3d",
            "desk=nowhere": "nowhere",
            "unit=none": "none",
            "by=weeks": "weeks",
        }.items():
            page = hari.get(f"/due?{wrong}")
            assert page.status_code in (404, 422), wrong
            assert said in part_of(page.text, r'<div class="problems"(.*?)</div>')
        assert hari.get("/due?behind=nonsense&within=3d").status_code == 200


def test_what_stands_still_says_why_and_since_when(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida:
        number = ida.registered()
    with any_mall.signed_in("omar") as omar:
        omar.decide(number, "return", reason="KTP kabur", requirement="id-card")
    with any_mall.signed_in("hari") as hari:
        assert numbers(hari.get("/due").text) == []
        page = hari.get("/due?by=still").text
        assert numbers(page) == [number]
        assert "pemohon memperbaiki" in page
        assert "berhenti" in page


def test_how_near_a_date_is_stands_in_words_and_in_one_colour_everywhere(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida:
        number = ida.registered()
    # Registered on Monday morning, one working day is Tuesday.
    for advanced, nearness, words in ((0, "soon", "1 hari kerja lagi"), (1, "today", "jatuh tempo hari ini"),
                                      (1, "late", "terlambat 1 hari kerja")):  # fmt: skip
        any_mall.clock.advance(timedelta(days=advanced))
        with any_mall.signed_in("omar") as omar:
            for page in ("/desks/verifikasi", f"/applications/{number}", "/due?by=desk"):
                text = omar.get(page).text
                assert re.search(rf'<span class="left {nearness}">\s*{words}\s*</span>', text), (page, words)
                assert re.search(r'<span class="left ample">\s*\d hari kerja lagi\s*</span>', text), (page, words)
    with any_mall.signed_in("omar") as omar:
        assert "1 working day late" in omar.get("/due?by=desk&lang=en").text


def test_pages_of_the_board_go_on_where_the_last_one_ended(mall: WebMall) -> None:
    with mall.signed_in("ida") as ida:
        registered = [ida.registered() for _ in range(52)]
    with mall.signed_in("hari") as hari:
        first = hari.get("/due").text
        more = part_of(first, r'href="(/due\?[^"]*behind=[^"]+)"').replace("&amp;", "&")
        second = hari.get(more).text
    assert sorted(numbers(first) + numbers(second)) == sorted(registered)
    assert "Ke yang paling mendesak" in second


def test_programs_are_given_what_the_board_shows(any_mall: WebMall) -> None:
    ida, omar, sari, hari = (Program(any_mall, account) for account in ("ida", "omar", "sari", "hari"))
    number, other = ida.registers(), ida.registers()
    omar.decides(other, "forward")
    (item,) = omar.get("/due").json()["items"]
    assert (item["number"], item["service"], item["step"], item["visit"]) == (number, "sip-dokter", "verify", None)
    assert item["promise"]["state"] == "ample"
    assert item["promise"]["counted"] == "working-days"
    assert item["standing_still"] is None
    (desk,) = item["desks"]
    assert (desk["desk"], desk["has_arrived"], desk["holder"], desk["obstacle_at"]) == ("verifikasi", True, None, None)
    assert {one["number"] for one in hari.get("/due").json()["items"]} == {number, other}
    page = hari.get("/due", limit=1).json()
    rest = hari.get("/due", limit=1, after=page["next"]).json()
    assert {page["items"][0]["number"], rest["items"][0]["number"]} == {number, other}
    assert rest["next"] is None
    problem(hari.get("/due", limit=1, after=page["next"], overdue="true"), 422, "malformed_cursor")
    any_mall.clock.advance(timedelta(days=2))
    assert [one["number"] for one in hari.get("/due", desk="verifikasi", overdue="true").json()["items"]] == [number]
    assert hari.get("/due", desk="verifikasi", within="0d").json()["items"][0]["visit"] == 2
    problem(hari.get("/due", desk="nowhere"), 404, "unknown_desk")
    problem(hari.get("/due", unit="nowhere"), 404, "unknown_unit")
    problem(hari.get("/due", service="nothing"), 404, "unknown_service")
    problem(hari.get("/due", within="3x"), 422, "malformed_field")
    problem(sari.get("/due", desk="verifikasi"), 403, "not_allowed")
    problem(Program(any_mall, "agus").get("/due"), 403, "not_allowed")


def test_marks_are_shown_to_the_auditor_with_the_entry_that_tells_of_them(any_mall: WebMall) -> None:
    with any_mall.signed_in("ida") as ida:
        number = ida.registered()
    # Two thirds of the nine days are over.
    any_mall.clock.advance(timedelta(days=12))
    with any_mall.signed_in("omar") as omar:
        omar.decide(number, "return", reason="KTP kabur", requirement="id-card")
        assert omar.get("/audit/marks").status_code == 403
    problem(Program(any_mall, "hari").get("/audit/marks"), 403, "not_allowed")
    program = Program(any_mall, "agus")
    with any_mall.signed_in("agus") as person:
        page = person.get("/audit/marks")
        assert number in page.text
        assert "dikembalikan terlambat" in page.text
        assert number not in person.get("/audit/marks?mark=restart").text
        assert number in person.get("/audit/marks?mark=late-return&service=sip-dokter&since=2026-03-14").text
        assert number not in person.get("/audit/marks?until=2026-03-13").text
        assert person.get("/audit/marks?since=tomorrow").status_code == 422
        assert person.get("/audit/marks?mark=nothing").status_code == 422
    (item,) = program.get("/audit/marks").json()["items"]
    assert (item["number"], item["mark"], item["actor"], item["desk"]) == (number, "late-return", "omar", "verifikasi")
    entries = program.get(f"/applications/{number}/history").json()["items"]
    assert entries[0]["seq"] >= item["seq"]
    assert item["kind"] == "decided"
    assert program.get("/audit/marks", mark="restart").json()["items"] == []
    assert program.get("/audit/marks", until="2026-03-13").json()["items"] == []
    assert program.client.get(f"{API}/audit/marks?mark=x", headers=program.bearer).status_code == 422
